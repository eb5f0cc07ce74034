"""Looks at files as the page does, each in a process of its own, and says what became of it.

Run as ``python -m tests.ingest.readers.hostile_run FILE ...``; prints a line of JSON per file.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path

from nami_monitor.backups import look_inside
from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.library import profile_difference, read_sheets, recognise
from nami_monitor.ingest.profiles.preview import preview
from nami_monitor.ingest.profiles.profile import (
    Origin,
    Profile,
    TableMap,
    load_profile,
    write_profile,
)
from nami_monitor.ingest.profiles.suggest import guess_table, mappable, suggest
from nami_monitor.store import Store

SECONDS = 10
ENDS = {".toml": lambda path, _: profile_difference("", write_profile(load_profile(path))),
        ".zip": lambda path, _: look_inside(path)}  # fmt: skip


def preview_table(path, folder):
    """Recognise a file, read it, suggest what its columns mean and show its first rows."""
    known = {"own": Profile("own", (TableMap("orders", {"amount_eur": Origin(("Bedrag",))}),))}
    recognise(path, known, path.name, folder / "cells")
    sheet = read_sheets(path, Layout(), folder / "cells")[0]
    ranked = guess_table(sheet)
    suggest(sheet, ranked[0][0] if ranked else "orders")
    headers = mappable(sheet)
    columns = dict(zip(("location_id", "name", "organisation"), headers, strict=False))
    table = TableMap("locations", {name: Origin((header,)) for name, header in columns.items()})
    store = Store(folder / "none.duckdb")
    if columns:
        preview(store, sheet, Profile("x", (table,)), name=path.name)


def outcome(path):
    """The key of the refusal, or "shown"."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            ENDS.get(path.suffix, preview_table)(path, Path(folder))
        except UserError as error:
            return error.key
    return "shown"


def main(paths):
    """Look at each file in a fork: what it takes is measured from what this process held."""
    for path in paths:
        sys.stdout.flush()
        if process := os.fork():
            os.waitpid(process, 0)
            continue
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        said = outcome(Path(path))
        own, children = (
            resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        seconds = sum(one.ru_utime + one.ru_stime for one in (own, children))
        line = {
            "file": Path(path).name,
            "said": said,
            "seconds": round(seconds, 1),
            "parent": (own.ru_maxrss - before) // 1024,
            "child": children.ru_maxrss // 1024,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])

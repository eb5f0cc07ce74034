"""An import that is killed leaves the old state or the new one."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
from tests.support.databases import copy_database
from tests.support.slow import examples

PROFILE = """
source = "leverancier"
vat = "excl"
[file]
decimal = ","
dates = ["%d-%m-%Y"]
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Vestiging"
product_id = "Artikel"
quantity = "Aantal"
[table.constants]
category = "papier"
channel = "webwinkel"
"""
IMPORTER = """
import os, sys, time
from pathlib import Path
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
profile = parse_profile(sys.argv[2])
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        store = Store(Path(line.strip()))
        import_file(store, Path(sys.argv[1]), profile, answers=Answers.yes(), who="t")
        store.close()
        os._exit(0)
    begun = time.monotonic()
    print(child, flush=True)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, time.monotonic() - begun, flush=True)
"""
LINES = 4000
KILLS = examples(20)
"""Each hits a living import, in its own part of the time that an import takes."""
ATTEMPTS = 20 * KILLS
"""An import that ends before its kill says how long one takes now, and is tried again."""


def write(path, month, lines):
    rows = (f"{1 + k % 28:02}-{month:02}-2025;V{k % 7};A{k % 50};{k % 9},5" for k in range(lines))
    path.write_text("\n".join(["Datum;Vestiging;Artikel;Aantal", *rows]) + "\n", encoding="utf-8")


def state(path):
    """Everything that an import changes, from a new look at the file."""
    store = Store(path)
    with store.read() as db:
        found = db.rows(
            "select (select count(*) from orders), (select sum(quantity) from orders),"
            " (select count(*) from batches), (select count(*) from batches where report is null),"
            " (select sum(lines) from batch_months), (select sum(lines) from by_place),"
            " (select sum(lines) from by_product), (select data_version from meta),"
            " (select count(*) from codes), (select sum(lines) from source_months)"
        )[0]
    store.close()
    return found


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked to be killed quickly")
def test_kills_leave_the_old_state_or_the_new_one(tmp_path):
    write(tmp_path / "januari.csv", 1, LINES)
    write(tmp_path / "februari.csv", 2, LINES)
    old = tmp_path / "old.duckdb"
    store = Store(old)
    import_file(
        store, tmp_path / "januari.csv", parse_profile(PROFILE), answers=Answers.yes(), who="t"
    )
    store.close()
    with subprocess.Popen(
        [sys.executable, "-c", IMPORTER, str(tmp_path / "februari.csv"), PROFILE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as importer:

        def run(name, seconds=None):
            """Import into a copy, killed after some seconds; how it ended, took and left things."""
            path = tmp_path / f"{name}.duckdb"
            copy_database(old, path)
            print(path, file=importer.stdin, flush=True)
            child = int(importer.stdout.readline())
            if seconds is not None:
                time.sleep(seconds)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            code, took = importer.stdout.readline().split()
            return int(code), float(took), state(path)

        run("first")
        code, took, after = run("whole")
        assert code == 0
        before = state(old)
        assert after != before
        assert after[0] == 2 * before[0]
        chance = random.Random(20)  # noqa: S311  moments, no secrets
        seen = []
        for k in range(ATTEMPTS):
            moment = took * chance.uniform(len(seen), len(seen) + 1) / KILLS
            code, lasted, found = run(k, moment)
            assert found in {before, after}
            if code == -signal.SIGKILL:
                seen.append(found)
            else:
                assert (code, found) == (0, after)
                took = lasted
            if len(seen) == KILLS:
                break
        importer.stdin.close()
    assert len(seen) == KILLS

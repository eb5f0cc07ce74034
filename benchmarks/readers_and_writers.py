"""How long reads and writes are blocked on locks and files while many do both.

Usage: ``python benchmarks/readers_and_writers.py [DATABASE]`` (the demo when left out)

20 reader threads, 6 reader processes and 2 that draw pages; two processes with 4 threads each write
200 times: imports, forms, notes, codes, undos. The store records what they are blocked by: copying,
opening and publishing a snapshot; the turns of other writers are left out.
"""

from __future__ import annotations

import contextlib
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from table import Row, show

from nami_monitor.databases import build_demo
from nami_monitor.store import Store
from tests.support import acts, load
from tests.support.entries import enter


def main(database: str = "") -> None:
    """Copy a database, read and write it, print the table."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "own.duckdb"
        if database:
            shutil.copytree(database, path)
        else:
            build_demo(path)
        acts.write_month(path.with_name("first.csv"), 1, 10)
        with contextlib.closing(Store(path)) as store:
            for place in range(7):  # the places and the category of the deliveries to come
                acts.fill_in(store, f"V{place}")
            names = {"category": "papier", "name_nl": "Papier", "name_en": "Paper"}
            enter(store, "categories", names, "t")
            acts.bring(store, path.with_name("first.csv"))
        begun = time.perf_counter()
        found = load.run(path, threads=20, processes=6, pages=2, writers=4, writes=25)
        took = time.perf_counter() - begun
    errors = [error for one in found for error in one["errors"]]
    blocked = {
        what: [seconds for one in found for seconds in one["blocked"][what]]
        for what in ("reads", "writes")
    }
    show(
        "20 threads, 8 processes, 200 writes",
        [
            Row("reads", f"{len(blocked['reads']):,}"),
            Row("writes", f"{len(blocked['writes']):,}", "200"),
            Row("pages drawn", sum(one["reads"] for one in found[-2:])),
            Row("errors", len(errors), "0"),
            Row("a read blocked, median", _milliseconds(blocked["reads"], 50)),
            Row("a read blocked, 95th percentile", _milliseconds(blocked["reads"], 95), "50 ms"),
            Row("a write blocked, median", _milliseconds(blocked["writes"], 50)),
            Row("a write blocked, 95th percentile", _milliseconds(blocked["writes"], 95), "500 ms"),
            Row("all of it", f"{took:.0f} s"),
        ],
    )
    print(*errors[:3], sep="\n")


def _milliseconds(seconds: Sequence[float], percentile: int) -> str:
    return f"{statistics.quantiles(seconds, n=100)[percentile - 1] * 1000:.1f} ms"


if __name__ == "__main__":
    main(*sys.argv[1:])

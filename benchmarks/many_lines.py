"""A large organisation's database: figures, one month's roll-ups, a month that is replaced.

Run as ``python benchmarks/many_lines.py [LINES] [LINES OF THE REPLACED MONTH] [DATABASE]``. A
database that is there already is copied and used; making one of 100 million lines takes minutes.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import made

from nami_monitor.core.periods import add_months
from nami_monitor.ingest.load import Answers, import_file
from nami_monitor.ingest.profile_toml import parse_profile
from nami_monitor.ingest.undo import undo
from nami_monitor.store import Store
from nami_monitor.store.rollups import refresh

FIGURE = "select month, category, sum(amount_eur) from {} group by month, category order by all"
MONTH = "cast(date_trunc('month', ordered_on) as date) as month"


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Median seconds of some runs."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


def main(total: int, month: int, source: Path | None) -> None:
    """Make the database or copy it, measure, print the table."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "own.duckdb"
        if source and source.exists():
            shutil.copy(source, path)
        else:
            made.database(path, total, month)
            if source:
                shutil.copy(path, source)
        store = Store(path)
        measured = _figures(store) | _changes(store, Path(name), month)
        store.close()
    print(f"| {total:,} order lines | |")
    print("|---|---|")
    for label, value in measured.items():
        print(f"| {label} | {value} |")


def _figures(store: Store) -> dict[str, str]:
    with store.read() as db:
        rows = {
            name: db.value(f"select count(*) from {name}") for name in ("by_place", "by_product")
        }
        rolled = seconds(lambda: db.rows(FIGURE.format("by_place")), 9)
        lines = f"(select {MONTH}, category, amount_eur from orders_offered)"
        plain = seconds(lambda: db.rows(FIGURE.format(lines)))
    return {
        **{f"rows of {name}": f"{count:,}" for name, count in rows.items()},
        "spend by month and category, from the roll-up": f"{rolled * 1000:.0f} ms",
        "the same from the lines": f"{plain / rolled:.0f} times as long",
    }


def _changes(store: Store, folder: Path, count: int) -> dict[str, str]:
    last = add_months(made.FIRST, made.MONTHS - 1)
    with store.write() as db:
        refreshed = seconds(lambda: refresh(db, [add_months(last, -1)]), 3)
    file = folder / "maand.csv"
    made.text_month(file, last, count)
    profile = parse_profile(made.PROFILE.format(delivery="full_period", file=""))
    reports = []
    replaced = seconds(
        lambda: reports.append(import_file(store, file, profile, answers=Answers.yes()))
    )
    undone = seconds(lambda: undo(store, reports[0].batch or 0))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {
        "roll-ups of one month refreshed": f"{refreshed:.2f} s",
        f"a month of {count:,} lines replaced by a file": f"{replaced:.1f} s",
        "lines that gave way": f"{reports[0].main.replaced:,}",
        "that delivery undone": f"{undone:.1f} s",
        "memory at most": f"{memory:.2f} GB",
    }


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(
        int(given.get(0, 100_000_000)),
        int(given.get(1, 3_000_000)),
        Path(given[2]) if 2 in given else None,
    )

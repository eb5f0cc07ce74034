"""A large organisation's database: figures, one month's roll-ups, a month that is replaced.

Run as ``python benchmarks/many_lines.py [LINES] [LINES OF THE REPLACED MONTH] [DATABASE]``. A
database that is there already is copied and used; making one of 100 million lines takes minutes.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
from pathlib import Path

import made
from table import Row, show, taken

from nami_monitor.core.periods import add_months
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
from nami_monitor.store.rollups import refresh_order_rollups

FIGURE = "select month, category, sum(amount_eur) from {} group by month, category order by all"
MONTH = "cast(date_trunc('month', ordered_on) as date) as month"


def main(total: int, month: int, source: Path | None) -> None:
    """Make the database or copy it, measure, print the table."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "own.duckdb"
        if source and source.exists():
            shutil.copytree(source, path)
        else:
            made.database(path, total, month)
            if source:
                shutil.copytree(path, source)
        store = Store(path)
        rows = [*_figures(store), *_changes(store, Path(name), month)]
        store.close()
    show(f"{total:,} order lines", rows)


def _figures(store: Store) -> list[Row]:
    with store.read() as db:
        counts = {
            name: db.value(f"select count(*) from {name}") for name in ("by_place", "by_product")
        }
        rolled = taken(lambda: db.rows(FIGURE.format("by_place")), 9)
        lines = f"(select {MONTH}, category, amount_eur from orders_offered)"
        plain = taken(lambda: db.rows(FIGURE.format(lines)))
    return [
        *(Row(f"rows of {name}", f"{count:,}") for name, count in counts.items()),
        Row("spend by month and category, from the roll-up", rolled, "100 ms"),
        Row("the same from the lines", f"{plain.cpu / rolled.cpu:.0f} times the CPU"),
    ]


def _changes(store: Store, folder: Path, count: int) -> list[Row]:
    last = add_months(made.FIRST, made.MONTHS - 1)
    with store.write() as db:
        refreshed = taken(lambda: refresh_order_rollups(db, [add_months(last, -1)]), 3)
    file = folder / "maand.csv"
    made.text_month(file, last, count)
    profile = parse_profile(made.PROFILE.format(delivery="full_period", file=""))
    reports = []
    size = _size(store.path)
    replaced = taken(
        lambda: reports.append(import_file(store, file, profile, answers=Answers.yes(), who="t"))
    )
    blocked, added = store.blocked.writes[-1], _size(store.path) - size
    undone = taken(lambda: undo(store, reports[0].batch or 0, who="t"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return [
        Row("roll-ups of one month refreshed", refreshed, "1 s"),
        Row(f"a month of {count:,} lines replaced by a file", replaced, "5 s"),
        Row("of which copying and publishing the snapshot", f"{blocked:.1f} s", "3 s"),
        Row("on the disk before", f"{size / 1e6:,.0f} MB"),
        Row("on the disk more, until the next write", f"{added / 1e6:,.0f} MB"),
        Row("lines that gave way", f"{reports[0].main.replaced:,}", f"{count:,}"),
        Row("that delivery undone", undone),
        Row("memory at most", f"{memory:.2f} GB", "4 GB"),
    ]


def _size(path: Path) -> int:
    """Bytes that a database takes on the disk."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(
        int(given.get(0, 100_000_000)),
        int(given.get(1, 3_000_000)),
        Path(given[2]) if 2 in given else None,
    )

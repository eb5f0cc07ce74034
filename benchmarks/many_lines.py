"""A large organisation's database: figures, one month's roll-ups, a month that is replaced.

Run as ``python benchmarks/many_lines.py [LINES] [LINES OF THE REPLACED MONTH] [DATABASE]
[ministry]``. A database that is kept is made month by month, goes on where it was stopped, and is
copied for what changes it. ``ministry`` draws 2,000 locations and 20,000 products instead of 600
and 2,000.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from datetime import date
from pathlib import Path

import made
from table import Row, Taken, show, taken

from nami_monitor.core.periods import add_months
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.import_report import Report
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.store import Store, Work
from nami_monitor.store.journal import record
from nami_monitor.store.rollups import refresh_order_rollups

SPEND = Ask(last=made.MONTHS, by=("category",))
PLAIN = (
    "select cast(date_trunc('month', ordered_on) as date) as month, category, sum(amount_eur)"
    " from orders_offered group by month, category order by all"
)


def main(total: int, month: int, kept: Path | None, shape: made.Shape) -> None:
    """Make the database or what it lacks, measure on a copy, print the table."""
    with tempfile.TemporaryDirectory(dir=kept and kept.parent) as name:
        source = kept or Path(name) / "kept.duckdb"
        made.database(source, total, month, shape)
        path = Path(name) / "own.duckdb"
        made.copied(source, path)
        store = Store(path)
        rows = [*_figures(store), *_changes(store, Path(name), month, shape)]
        store.close()
    show(f"{total:,} order lines", rows)


def _figures(store: Store) -> list[Row]:
    def of_roll_up() -> None:
        with store.read() as db:  # anew, so that nothing is known from the time before
            compute(db, CATALOGUE["impact_spend"], SPEND)

    with store.read() as db:
        counts = {
            name: db.value(f"select count(*) from {name}") for name in ("by_place", "by_product")
        }
        plain = taken(lambda: db.rows(PLAIN))
    rolled = taken(of_roll_up, 9)
    return [
        *(Row(f"rows of {name}", f"{count:,}") for name, count in counts.items()),
        Row(f"spend by month and category, {made.MONTHS} months", rolled, "100 ms"),
        Row("the sums alone, from the lines", f"{plain.cpu / rolled.cpu:.0f} times the CPU"),
    ]


def _changes(store: Store, folder: Path, count: int, shape: made.Shape) -> list[Row]:
    last = add_months(made.FIRST, made.MONTHS - 1)
    with store.write() as db:
        refreshed = taken(lambda: refresh_order_rollups(db, [add_months(last, -1)]), 3)
    noted = taken(lambda: _note(store), 3)
    size = _size(store.path)
    added, _ = _delivery(store, folder, add_months(last, 1), count, shape)
    publishing, grown = store.blocked.writes[-1], _size(store.path) - size
    replaced, report = _delivery(store, folder, last, count, shape)
    undone = taken(lambda: undo(store, report.batch or 0, who="t"))
    compacted = taken(store.compact)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return [
        Row("roll-ups of one month refreshed", refreshed, "1 s"),
        Row(f"a month of {count:,} lines added by a file", added),
        Row("of which its lines to a file, copying and publishing", f"{publishing:.1f} s"),
        Row("a note written: copying and publishing the snapshot", noted, "3 s"),
        Row("on the disk before", f"{size / 1e6:,.0f} MB"),
        Row("on the disk more, until the next write", f"{grown / 1e6:,.0f} MB"),
        Row(f"a month of {count:,} lines replaced by a file", replaced),
        Row("lines that gave way", f"{report.main.replaced:,}", f"{count:,}"),
        Row("that delivery undone", undone),
        Row("what it left in free blocks erased, after its turn", compacted),
        Row("memory at most", f"{memory:.2f} GB", "4 GB"),
    ]


def _note(store: Store) -> None:
    with store.write(Work.NOTE, "t") as db:
        record(db, "benchmark", "note", {}, "t")


def _delivery(
    store: Store, folder: Path, month: date, count: int, shape: made.Shape
) -> tuple[Taken, Report]:
    file = folder / "maand.csv"
    made.text_month(file, month, count, shape)
    profile = parse_profile(made.PROFILE.format(delivery="full_period", file=""))
    reports = []
    took = taken(
        lambda: reports.append(import_file(store, file, profile, answers=Answers.yes(), who="t"))
    )
    return took, reports[0]


def _size(path: Path) -> int:
    """Bytes that a database takes on the disk."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(
        int(given.get(0, 100_000_000)),
        int(given.get(1, 3_000_000)),
        Path(given[2]) if 2 in given else None,
        made.MINISTRY if given.get(3) == "ministry" else made.LARGE,
    )

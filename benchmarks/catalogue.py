"""The whole catalogue on a large organisation's database with a million assets and requests.

Run as ``python benchmarks/catalogue.py DATABASE [ASSETS AND REQUESTS]`` on a database that
``many_lines.py`` made; a copy of it is used.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import made
from table import Row, Taken, show, taken

from nami_monitor.core.errors import UserError
from nami_monitor.core.thresholds import SCREEN_ROWS
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.measurability import measurability
from nami_monitor.kpis.trace import rows
from nami_monitor.store import Store, Transaction
from nami_monitor.store.rollups import refresh_registers

FINE = ("category", "location", "channel")
MONTHS = 12
TIMES = 5


def refused(db: Transaction) -> str:
    """What is said of a year by month, category, location and channel."""
    try:
        compute(db, CATALOGUE["impact_spend"], Ask(last=12, by=FINE, most=int(SCREEN_ROWS.value)))
    except UserError as error:
        return error.key
    return "shown"


def main(source: Path, count: int) -> None:
    """Copy the database, add the registers, measure, print the table."""
    with tempfile.TemporaryDirectory(dir=source.parent) as name:
        path = Path(name) / "own.duckdb"
        made.copied(source, path)
        made.registers(path, count)
        store = Store(path)
        with store.write() as db:
            ledgers = taken(lambda: refresh_registers(db))
        found = [Row("registers made anew", ledgers), *_figures(store)]
        store.close()
    show(f"{count:,} assets, {count:,} requests", found)


def _figures(store: Store) -> Iterator[Row]:
    """Each in a look of its own, so that nothing is known from an earlier one."""

    def timed(work: Callable[[Transaction], object]) -> Taken:
        def run() -> None:
            with store.read() as db:
                work(db)

        return taken(run, TIMES)

    year = Ask(last=MONTHS, by=("category",))
    for code, kpi in CATALOGUE.items():
        took = timed(lambda db, kpi=kpi: compute(db, kpi, year))
        yield Row(f"{code}, {MONTHS} months by category", took, "150 ms")
    with store.read() as db:
        said = refused(db)
    yield Row(f"a year by month and {', '.join(FINE)}: {said}", timed(refused), "400 ms")
    with store.read() as db:
        places = db.value("select count(*) from locations")
    months = min(MONTHS, int(SCREEN_ROWS.value) // places)
    part = Ask(
        last=months, by=FINE, most=int(SCREEN_ROWS.value),
        where={"category": ("C01",), "channel": ("kast",)},
    )  # fmt: skip
    with store.read() as db:
        count = len(compute(db, CATALOGUE["impact_spend"], part))
    took = timed(lambda db: compute(db, CATALOGUE["impact_spend"], part))
    what = f"{months} months of it of one category and channel, {count:,} figures"
    yield Row(what, took, "400 ms")
    yield Row("measurability of everything", timed(measurability), "1 s")
    ask = Ask(where={"category": ("C01",)})
    for code in ("impact_spend", "refuse_rate", "reduce_asset_life"):
        took = timed(lambda db, code=code: rows(db, CATALOGUE[code], ask, limit=200))
        yield Row(f"rows behind {code}", took, "1 s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)

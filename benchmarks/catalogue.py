"""The whole catalogue on a large organisation's database with a million assets and requests.

Run as ``python benchmarks/catalogue.py DATABASE [ASSETS AND REQUESTS]`` on a database that
``many_lines.py`` made; a copy of it is used.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import made
from many_lines import seconds

from nami_monitor.core.errors import UserError
from nami_monitor.core.thresholds import SCREEN_ROWS
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.measurability import measurability
from nami_monitor.kpis.trace import rows
from nami_monitor.store import Store, Transaction
from nami_monitor.store.ledgers import refresh_ledgers

FINE = ("category", "location", "channel")


def refused(db: Transaction) -> str:
    """What is said of a year by month, category, location and channel."""
    try:
        compute(db, CATALOGUE["impact_spend"], Ask(last=12, by=FINE, most=int(SCREEN_ROWS.value)))
    except UserError as error:
        return error.key
    return "shown"


def main(source: Path, count: int) -> None:
    """Copy the database, add the registers, measure, print the table."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "own.duckdb"
        shutil.copy(source, path)
        made.registers(path, count)
        store = Store(path)
        with store.write() as db:
            ledgers = seconds(lambda: refresh_ledgers(db))
        print(f"| {count:,} assets, {count:,} requests | |")
        print("|---|---|")
        print(f"| registers made anew | {ledgers:.1f} s |")
        with store.read() as db:
            for code, kpi in CATALOGUE.items():
                by = ("category",)
                taken = seconds(lambda kpi=kpi, by=by: compute(db, kpi, Ask(last=1, by=by)), 5)
                print(f"| {code} by month and category | {taken * 1000:.0f} ms |")
            said = refused(db)
            taken = seconds(lambda: refused(db), 5)
            print(f"| a year by month and {', '.join(FINE)} | {taken * 1000:.0f} ms, {said} |")
            taken = seconds(lambda: measurability(db), 3)
            print(f"| measurability of everything | {taken:.2f} s |")
            ask = Ask(where={"category": ("C01",)})
            for code in ("impact_spend", "refuse_rate", "reduce_asset_life"):
                taken = seconds(lambda code=code: rows(db, CATALOGUE[code], ask, limit=200), 3)
                print(f"| rows behind {code} | {taken:.2f} s |")
        store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)

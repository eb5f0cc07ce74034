"""Every command on a database of 1,000 categories, 2,000 locations and 20,000 products.

Run as ``python benchmarks/wide.py [DATABASE] [NAME,...]``; a database that is there already is
used, and of the commands only those whose names are given are measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import made
from table import Row, show

from nami_monitor.core.periods import add_months
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.standing import refresh_derived
from nami_monitor.store import Store, Transaction

LINES, LARGEST = 226_661, 4000
MONTH = f"{add_months(made.FIRST, made.MONTHS - 1):%Y-%m}"
BEFORE = f"{add_months(made.FIRST, made.MONTHS - 4):%Y-%m}"
MOST = "5 s"
COMPILED = Path(tempfile.gettempdir()) / "nami-wide-compiled"
"""Where libraries are compiled, as pip leaves them: the first command pays for it."""

COMMANDS = {
    "signals": "signals",
    "signals of a month": f"signals --month {MONTH}",
    "signals of an earlier month": f"signals --month {BEFORE}",
    "signals of a category": "signals --category C01",
    "kpi": "kpi",
    "kpi by category": "kpi --by category",
    "kpi by location": "kpi impact_spend --by location",
    "kpi by product": "kpi impact_spend --by product --period r12",
    "a year of a kpi by category": "kpi impact_spend --by category --last 12",
    "why": "why impact_spend --by category",
    "why by product": "why impact_spend --by product --period r12",
    "trace": "trace impact_spend",
    "trace of a category": "trace impact_spend --where category=C01 --period r12",
    "measurability": "measurability",
    "measurability of a category": "measurability --category C01",
    "completeness": "completeness",
    "waterbed": "waterbed",
    "batches": "batches",
    "set-aside": "set-aside 2",
    "profiles": "profiles",
    "lessons": "lessons papier",
    "check": "check",
    "report of a category": "report --category C01 --out {folder}/report.html",
}
"""Every command that answers, with the arguments behind ``nami``."""


def database(path: Path) -> None:
    """Make the database: lines, registers, staff by location and month, targets, measures."""
    made.database(path, LINES, LARGEST, made.WIDE)
    made.registers(path, 20_000, made.WIDE)
    store = Store(path)
    with store.write() as db:
        made.add_batch(db, 950, "plans")
        _staff(db)
        _plans(db)
        codes.derive(db)
        refresh_derived(db)
    store.close()


def _staff(db: Transaction) -> None:
    """One activity measure for each category, and staff by location and month."""
    db.run("update categories_offered set activity_measure = 'fte'")
    db.run(
        "insert into measurements_offered by name select 950 as batch,"
        " 2 + row_number() over () as line, 'live' as standing,"
        f" cast(date '{made.FIRST}' + to_months(cast(m as integer)) as date) as period_start,"
        " last_day(period_start) as period_end, printf('L%04d', n) as location_id,"
        " 'fte' as activity_measure, 5.0 + n % 90 as value, 'fte' as unit, false as proxy"
        f" from range({made.WIDE.locations}) as t(n), range({made.MONTHS}) as s(m)"
    )
    codes.book_months(db, "measurements", 950)


def _plans(db: Transaction) -> None:
    """A contract for every category, targets for fifty, and ten measures."""
    rows = {
        "contracts": "printf('K%04d', n) as contract_id, 'Contract ' || n as title,"
        " 'Leverancier ' || n % 300 as supplier, printf('C%02d', n) as category,"
        f" date '{made.FIRST}' + cast(n % 900 as integer) as starts_on,"
        " cast(starts_on + to_years(4) as date) as ends_on, 6.0 as notice_months,"
        f" 10000.0 + n as value_eur from range({made.WIDE.categories}) as t(n)",
        "targets": "'impact_mass' as kpi, printf('C%02d', n) as category, 'absolute' as kind,"
        f" '{MONTH[:4]}' as period, 1000.0 as value from range(50) as t(n)",
        "interventions": "printf('M%02d', n) as intervention_id, 'Maatregel ' || n as title,"
        " printf('C%02d', n) as category, 'refuse' as strategy, 'running' as status,"
        f" date '{add_months(made.FIRST, made.MONTHS - 18)}' as starts_on, 0.0 as ramp_months,"
        " 1.0 as anticipation_months, 'kast' as target_channel,"
        " 'webwinkel' as substitute_channels, printf('L%04d', n) as locations,"
        " true as may_spread from range(10) as t(n)",
    }
    for table, sql in rows.items():
        db.run(
            f"insert into {table}_offered by name select 950 as batch, n + 2 as line,"
            f" 'live' as standing, {sql}"
        )
        db.run(
            f"insert into batch_months select 950, '{table}', null, count(*) from {table}_offered"
        )


def command(name: str, path: Path, folder: Path) -> float:
    """Seconds of CPU of one command in a process of its own."""
    given = COMMANDS[name].format(folder=folder).split()
    compiled = {**os.environ, "PYTHONPYCACHEPREFIX": str(COMPILED), "PYTHONDONTWRITEBYTECODE": ""}
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "nami_monitor", "--db", str(path), *given],
        capture_output=True,
        text=True,
        check=False,
        env=compiled,
    )
    after = os.times()
    if done.returncode:
        print(name, done.stderr[-500:], file=sys.stderr)
    return (
        after.children_user
        + after.children_system
        - (before.children_user + before.children_system)
    )


def main(path: Path, wanted: list[str]) -> None:
    """Measure every command, print the table."""
    if not path.exists():
        database(path)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("waterbed", "report of a category"):  # they load the most
            command(name, path, Path(folder))
        rows = [
            Row(
                f"nami {COMMANDS[name].partition(' --out')[0]}",
                f"{command(name, path, Path(folder)):.1f} s",
                MOST,
            )
            for name in COMMANDS
            if not wanted or name in wanted
        ]
    show("CPU of every command on 226,661 lines of 1,000 categories", rows)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), sys.argv[2].split(",") if len(sys.argv) > 2 else [])
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder) / "own.duckdb", [])

"""Import of a large text file against a bare load of the same columns, as a ratio of CPU time.

Run as ``python benchmarks/large_file.py [LINES] [BAD]``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import made
from table import Row, show

BARE = """
import duckdb, json, resource, sys, time
db = duckdb.connect()
db.execute("set threads = 2")
db.execute("set memory_limit = '1500MB'")
begun = time.process_time()
db.execute("attach '" + sys.argv[2] + "' as f")
db.execute(
    "create table f.lines as select * from read_csv('" + sys.argv[1] + "', delim = ';',"
    " header = true, quote = '', escape = '', decimal_separator = ',', dateformat = '%d-%m-%Y',"
    " auto_detect = false, ignore_errors = true,"
    " columns = {'d': 'date', 'l': 'varchar', 'p': 'varchar',"
    " 'c': 'varchar', 'k': 'varchar', 'q': 'double', 'a': 'double', 'n': 'varchar',"
    " 'r': 'varchar'})"
)
db.execute("detach f")
rows = db.execute("attach '" + sys.argv[2] + "' as f; select count(*) from f.lines").fetchone()[0]
print(json.dumps({"cpu": time.process_time() - begun, "accepted": rows,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))
"""
OURS = """
import json, resource, sys, time
from pathlib import Path
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
begun = time.process_time()
store = Store(Path(sys.argv[2]))
profile = parse_profile(sys.argv[3])
report = import_file(store, Path(sys.argv[1]), profile, answers=Answers.yes(), who="t")
with store.read() as db:
    names = ("by_place", "by_product")
    rollups = {name: db.value("select count(*) from " + name) for name in names}
store.close()
print(json.dumps({"cpu": time.process_time() - begun,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    "accepted": report.main.accepted, "set_aside": report.main.set_aside,
    "reasons": dict(report.main.reasons), "rollups": rollups}))
"""


def run(code: str, *arguments: str) -> dict:
    """What a process of its own measured."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(count: int, bad: int) -> None:
    """Make the file, load it both ways, print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "leverancier.csv"
        made_bad = made.text_file(file, count, bad)
        size = file.stat().st_size / 1e6
        bare = run(BARE, str(file), str(folder / "bare.duckdb"))
        profile = made.PROFILE.format(delivery="adds", file="")
        ours = run(OURS, str(file), str(folder / "ours.duckdb"), profile)
    title = f"{count:,} lines, {size:,.0f} MB, {sum(made_bad.values()):,} bad"
    rows = [
        Row("CPU, as a multiple of that of DuckDB alone", f"{ours['cpu'] / bare['cpu']:.2f}", "2"),
        Row("CPU of DuckDB alone", f"{bare['cpu']:.0f} s"),
        Row("memory", f"{ours['memory']:.2f} GB", "2 GB"),
        Row("memory of DuckDB alone", f"{bare['memory']:.2f} GB"),
        Row("accepted", f"{ours['accepted']:,}", f"{count - sum(made_bad.values()):,}"),
        Row("accepted by DuckDB alone", f"{bare['accepted']:,}"),
    ]
    rows += [
        Row(
            f"set aside as {rule}",
            f"{ours['reasons'].get(rule, 0):,}",
            f"{made_bad.get(rule, 0):,}",
        )
        for rule in sorted({*made_bad, *ours["reasons"]})
    ]
    rows += [Row(f"rows of {name}", f"{found:,}") for name, found in ours["rollups"].items()]
    show(title, rows)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers or [10_000_000]), *([6_000] if len(numbers) < 2 else []))

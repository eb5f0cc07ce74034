"""The report of one month: how long its briefing, deck, PDF, workbook and page take.

Run as ``python benchmarks/report.py [DATABASE] [CATEGORY,...]``; without a database the demo is
built first. Prints seconds on the clock and of the processor.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from nami_monitor.briefing.month import briefing
from nami_monitor.databases import build_demo
from nami_monitor.kpis import latest_month
from nami_monitor.reports.report_file import Format, ReportRequest, arrange, render
from nami_monitor.store import Store

Made = TypeVar("Made")


def timed(name: str, work: Callable[[], Made]) -> Made:
    clock, processor = time.perf_counter(), time.process_time()
    made = work()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{name:10} {clock:7.2f} s on the clock, {processor:6.2f} s of the processor")
    return made


def main(path: Path, categories: tuple[str, ...]) -> None:
    store = Store(path)
    with store.read() as db:
        lines = db.value("select count(*) from orders")
        month = latest_month(db)
        print(f"{lines:,} order lines, {month:%Y-%m}, categories: {', '.join(categories) or 'all'}")
        wanted = ReportRequest(month, categories)
        found = timed("briefing", lambda: briefing(db, month, categories))
        pages = timed("pages", lambda: arrange(db, found, wanted))
    for kind in Format:
        timed(kind, lambda kind=kind: render(found, pages, kind, wanted))
    store.close()


if __name__ == "__main__":
    chosen = tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else ()
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), chosen)
    else:
        with tempfile.TemporaryDirectory() as folder:
            build_demo(Path(folder) / "demo.duckdb")
            main(Path(folder) / "demo.duckdb", ("office_supplies",))

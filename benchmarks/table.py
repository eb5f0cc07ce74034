"""What a benchmark prints: what was measured, beside what is demanded of it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Taken(NamedTuple):
    """Seconds that some work took: on the clock, and of all processors together."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        """Both, in the unit that suits them."""
        if self.wall < 1:
            return f"{self.wall * 1000:.0f} ms (CPU {self.cpu * 1000:.0f} ms)"
        return f"{self.wall:.1f} s (CPU {self.cpu:.1f} s)"


class Row(NamedTuple):
    """One line of the table."""

    what: str
    measured: object
    demanded: str = ""


def taken(work: Callable[[], object], times: int = 1) -> Taken:
    """The medians of some runs.

    What waits for its turn on a busy machine counts on the clock, not as CPU: the latter is about
    what an idle machine takes where one processor does the work.
    """
    found = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    return Taken(*(statistics.median(each) for each in zip(*found, strict=True)))


def show(title: str, rows: Iterable[Row]) -> None:
    """Print a table, and how busy the machine was."""
    print(f"| {title} | measured | demanded |")
    print("|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.measured} | {row.demanded} |")
    busy = ", ".join(f"{load:.0f}" for load in os.getloadavg())
    print(f"\n{os.cpu_count()} processors; load over 1, 5 and 15 minutes: {busy}.")

"""How long the waterbed takes: one estimate, beside diff-diff's, and a whole register.

Run as ``python benchmarks/waterbed.py [DATABASE]``. With DATABASE the database is kept there and
used again. The register is answered by a process of its own, whose libraries are loaded before its
clock starts, from a file that the system has not in memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import diff_diff
import made_measures
import numpy as np
import pandas as pd

from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.evaluation import evaluate
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.store import Store
from nami_monitor.waterbed import Inputs, estimate

LOCATIONS, MONTHS, FIRST, GROUPS = 650, 60, 48, 5
TIMES = 25
PLACEBOS = 200


def panel() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Target, substitute and untouched groups of one treated location and 649 controls."""
    rng = np.random.default_rng(1)
    season = 1 + 0.1 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    size = 100 * np.exp(rng.normal(0, 0.5, (GROUPS + 1, 2, LOCATIONS, 1)))
    values = rng.poisson(size * season).astype(float)
    values[0, 0, 0, FIRST:] *= 0.5
    return values[0, 0], values[0, 1], values[1:]


def least(work: Callable[[], object], times: int = TIMES) -> float:
    """CPU milliseconds of the quickest of several runs, after one that does not count."""
    work()
    taken = []
    for _ in range(times):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return 1000 * min(taken)


def one() -> list[tuple[str, str]]:
    """One estimate, with everything that is said beside it."""
    a, b, untouched = panel()
    treated = np.arange(LOCATIONS) == 0
    ours = least(lambda: estimate(Inputs(a, b, treated, FIRST)))
    own = least(lambda: estimate(Inputs(a, b, treated, FIRST, untouched=untouched)))
    rows = pd.DataFrame(
        {
            "location": np.repeat(np.arange(LOCATIONS), MONTHS),
            "month": np.tile(np.arange(MONTHS), LOCATIONS),
            "amount": a.ravel(),
            "treated": np.repeat(treated.astype(int), MONTHS),
        }
    )
    names = ("amount", "treated", "location", "month")
    after = list(range(FIRST, MONTHS))
    theirs = least(
        lambda: diff_diff.SyntheticDiD(n_bootstrap=PLACEBOS, seed=1).fit(
            rows, *names, post_periods=after
        ),
        times=1,
    )
    return [
        ("estimate, 649 controls", f"{ours:.1f} ms"),
        (f"the same with {GROUPS} untouched groups", f"{own:.1f} ms"),
        (
            f"diff-diff: synthetic DiD of the target alone, {PLACEBOS} placebos",
            f"{theirs / ours:.0f} times as long",
        ),
    ]


def register(path: Path) -> list[tuple[str, str]]:
    """Every measure against every destination, from a cold database."""
    if not path.exists():
        made_measures.database(path)
    done = subprocess.run(
        [sys.executable, __file__, "--answer", str(path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    names = ("measures", "destinations", "reading", "answering", "CPU of both")
    units = ("", "", " s", " s", " s")
    found = zip(names, units, done.stdout.split(), strict=True)
    return [(name, f"{value}{unit}") for name, unit, value in found]


def answered(path: Path) -> None:
    """Answer the whole register and print how many there are and how long it took."""
    file = os.open(path, os.O_RDONLY)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)
    begun, cpu = time.perf_counter(), time.process_time()
    store = Store(path)
    with store.read() as db:
        read = read_panel_data(db)
        known = time.perf_counter()
        found = [evaluate(each, read, Unit.BASE) for each in read.register]
    ended = time.perf_counter()
    places = sum(len(each.destinations) for each in found)
    spent = time.process_time() - cpu
    print(len(found), places, *(f"{s:.1f}" for s in (known - begun, ended - known, spent)))
    store.close()


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--answer"]:
        answered(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "measures.duckdb"
        rows = [*one(), *register(kept)]
    print("| what | measured |\n| --- | --- |")
    for what, measured in rows:
        print(f"| {what} | {measured} |")


if __name__ == "__main__":
    main()

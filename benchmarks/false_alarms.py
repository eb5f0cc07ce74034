"""How often the rules for signals cry wolf, on series in which nothing happened.

    python benchmarks/false_alarms.py [SERIES]    # 4,000 of each kind and length

For each kind of series and length: the share of series of which the last month signals, of which
any of the last twelve does, and the share of all months that do. Then the same for December peaks
and for falls in volume.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nami_monitor.kpis.over_time.hidden_reductions import real_fall
from nami_monitor.signals.signal_rules import year_end_peak
from nami_monitor.signals.xmr import xmr

Floats = NDArray[np.float64]
LENGTHS = (12, 23, 24, 36, 48)
LASTING = {
    "independent": 0.0,
    "seasonal": 0.0,
    "autocorrelated 0.3": 0.3,
    "autocorrelated 0.6": 0.6,
}
SPREADS = (0.05, 0.1, 0.2, 0.4)


def drawn(kind: str, months: int, draw: np.random.Generator) -> Floats:
    """A series in which nothing happens, with a standard deviation of one about its season."""
    lasting = LASTING[kind]
    noise = draw.normal(size=months + 60)
    series = np.zeros(months + 60)
    for at in range(1, len(series)):
        series[at] = lasting * series[at - 1] + noise[at] * np.sqrt(1 - lasting**2)
    season = 3.0 if kind == "seasonal" else 0.0
    turn = draw.integers(12)
    return series[60:] + season * np.sin(2 * np.pi * (np.arange(months) + turn) / 12)


def share(happens: Callable[[], bool], times: int) -> float:
    """How often something happens, %."""
    return 100 * sum(happens() for _ in range(times)) / times


def main() -> None:
    """Print the tables."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000
    draw = np.random.default_rng(1)
    print(
        "| series | months | last month | any of the last 12 | all months |\n|---|---|---|---|---|"
    )
    for kind in LASTING:
        for months in LENGTHS:
            last = any_of = every = 0
            for _ in range(times):
                marks = [mark is not None for mark in xmr(drawn(kind, months, draw)).signals]
                last, any_of, every = (
                    last + marks[-1],
                    any_of + any(marks[-12:]),
                    every + sum(marks),
                )
            cells = (100 * last / times, 100 * any_of / times, 100 * every / times / months)
            print(f"| {kind} | {months} | " + " | ".join(f"{one:.1f}%" for one in cells) + " |")
    print(
        "\n| monthly spread | December peak | the same, real (x 1.5)"
        " | fall in volume | the same, real (-20%) |"
    )
    print("|---|---|---|---|---|")
    december = np.array([1.0] * 11 + [1.5])
    halfway = np.array([1.0] * 36 + [0.8] * 12)
    for spread in SPREADS:

        def year(shape: Floats, spread: float = spread) -> Floats:
            return shape * np.maximum(1 + spread * draw.normal(size=len(shape)), 0.01)

        cells = (
            share(lambda: year_end_peak(year(np.ones(12))) is not None, times),
            share(lambda: year_end_peak(year(december)) is not None, times),
            share(lambda: real_fall(year(np.ones(48))) is not None, times),
            share(lambda: real_fall(year(halfway)) is not None, times),
        )
        print(f"| {spread:.0%} | " + " | ".join(f"{one:.1f}%" for one in cells) + " |")


if __name__ == "__main__":
    main()

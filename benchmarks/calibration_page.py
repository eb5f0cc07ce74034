"""docs/calibration.md, from the records of the calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from scipy import stats

Record = dict[str, object]
WAYS = {"waterbed": "waterbed", "before_after": "before/after", "did": "DiD, clustered"}
LEAST_HELD = 0.93
MOST_FALSE = 0.04
SURE = 0.999


def months(one: Record) -> str:
    """Months before and after."""
    return f"{one['before']}+{one['after']}"


FACTORS: dict[str, Callable[[Record], str]] = {
    "all cells": lambda _: "",
    "treated": lambda one: "half" if one["treated"] == one["controls"] else str(one["treated"]),
    "controls": lambda one: str(one["controls"]),
    "months": months,
    "true quotient": lambda one: str(one["quotient"]),
    "volume": lambda one: str(one["volume"]),
    "sizes": lambda one: str(one["sizes"]),
    "shocks": lambda one: "shared" if one["shared"] else "apart",
}
BROKEN = {
    "controls": "60% of what leaks lands in the controls",
    "untouched": "60% of what leaks lands in one untouched group",
    "ramp": "the measure takes six months to be complete, and nobody said so",
    "peak": "the site was chosen because it stood highest in the last six months",
}
HEAD = """<!-- Written by python benchmarks/calibration.py from benchmarks/calibration.jsonl. -->

# Calibration of the waterbed

Does the 95% interval of the quotient hold the truth in 95 of 100 cases, and is a verdict wrong as
seldom as it should be? Simulated panels with a known truth answer that, side by side with the two
usual ways: before/after, and difference-in-differences with standard errors clustered by location.

Drawn are counts (Poisson) with a season, locations and products of different size, and lasting
shocks (standard deviation 15%, correlation .7 with the month before; where shared, 70% of their
variance is common to all product groups of a location). Half of the target goes away; the quotient
of it turns up in the substitute. There are five untouched groups. Months before the start include
one of anticipation. `benchmarks/drawn.py` says all of it.

**Held**: share of the intervals that hold the true quotient, whatever the verdict; an interval
without bounds holds it. **False**: share of the most frequent false claim (a waterbed at a quotient
of 0, a net reduction at 1, a backfire at 1 or less), nominally 2.5%.

A cell fails when even the upper 99.9% bound (Clopper-Pearson) of held lies below 93%, or the lower
bound of false lies above 4%.
"""


def share(one: Record, name: str) -> float:
    """How often."""
    return int(str(one[name])) / int(str(one["runs"]))


def false(one: Record, way: str) -> float:
    """Share of the most frequent claim that is not so."""
    q = float(str(one["quotient"]))
    wrong = {"waterbed": q <= 0, "net_reduction": q >= 1, "backfire": q <= 1}
    return max(share(one, f"{way}_{claim}") for claim, holds in wrong.items() if holds)


def fails(one: Record, way: str) -> bool:
    """Whether a cell is surely off, by exact bounds."""
    runs = int(str(one["runs"]))
    held, wrong = (round(part * runs) for part in (share(one, f"{way}_held"), false(one, way)))
    upper = 1.0 if held == runs else float(stats.beta.ppf(SURE, held + 1, runs - held))
    lower = 0.0 if wrong == 0 else float(stats.beta.ppf(1 - SURE, wrong, runs - wrong + 1))
    return upper < LEAST_HELD or lower > MOST_FALSE


def page(records: list[Record], planned: int) -> str:
    """The whole page.

    Args:
        records: one for each cell that was run.
        planned: how many cells there are to run.
    """
    kept = [one for one in records if not one["breaks"]]
    broken = [one for one in records if one["breaks"]]
    runs = sorted({str(one["runs"]) for one in records})
    lines = [
        HEAD,
        f"{len(records)} of {planned} cells were run, {', '.join(runs)} times each.",
        "",
        "## In short",
        "",
        *_summary(kept),
        "",
        "## Where an assumption is broken",
        "",
        "These are no test of the method: they show what to look out for. One treated location, 20",
        "controls, high volume. **Said** is how often the product warns by itself.",
        "",
        *_broken(broken),
        "",
        "Nothing in these numbers tells of a leak into the controls: locations that may receive it",
        "are to be left out, and looked at as a destination.",
        "",
        "## Every cell",
        "",
        *_every(kept),
        "",
    ]
    return "\n".join(lines)


def _summary(records: list[Record]) -> list[str]:
    heads = [f"{name}: held (least), false (most), fail" for name in WAYS.values()]
    lines = [f"| | | cells | {' | '.join(heads)} |", "|---|---|---|" + "---|" * len(WAYS)]
    for factor, of in FACTORS.items():
        for level in dict.fromkeys(map(of, records)):
            part = [one for one in records if of(one) == level]
            cells = [_line(part, way) for way in WAYS]
            lines.append(f"| {factor} | {level} | {len(part)} | {' | '.join(cells)} |")
    return lines


def _line(part: list[Record], way: str) -> str:
    held = [share(one, f"{way}_held") for one in part]
    wrong = [false(one, way) for one in part]
    failing = sum(fails(one, way) for one in part)
    average = sum(held) / len(held)
    worst = f"{sum(wrong) / len(wrong):.3f} ({max(wrong):.3f})"
    return f"{average:.3f} ({min(held):.3f}), {worst}, {failing}"


def _broken(records: list[Record]) -> list[str]:
    lines = [
        "| what is broken | months | q | held | false | gross held | said: group | peak | ramp |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in records:
        numbers = [share(one, "waterbed_held"), false(one, "waterbed")] + [
            share(one, name)
            for name in ("waterbed_gross_held", "untouched_touched", "peak_before", "ramp")
        ]
        what = BROKEN[str(one["breaks"])]
        lines.append(f"| {what} | {months(one)} | {one['quotient']} | {_cells(numbers)} |")
    return lines


def _every(records: list[Record]) -> list[str]:
    heads = " | ".join(f"{name}: held | false" for name in WAYS.values())
    lines = [
        f"| treated | controls | months | q | volume | sizes | shocks | {heads} | fails |",
        "|---|---|---|---|---|---|---|" + "---|---|" * len(WAYS) + "---|",
    ]
    for one in records:
        what = " | ".join(
            str(part)
            for part in (
                one["treated"],
                one["controls"],
                months(one),
                one["quotient"],
                one["volume"],
                one["sizes"],
                "shared" if one["shared"] else "apart",
            )
        )
        numbers = [part for way in WAYS for part in (share(one, f"{way}_held"), false(one, way))]
        lines.append(f"| {what} | {_cells(numbers)} | {'yes' if fails(one, 'waterbed') else ''} |")
    return lines


def _cells(numbers: Iterable[float]) -> str:
    return " | ".join(f"{number:.3f}" for number in numbers)

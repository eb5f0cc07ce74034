"""docs/calibration.md, from the records of the calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from scipy import stats

from nami_monitor.i18n import text

Record = dict[str, object]
WAYS = {"waterbed": "waterbed", "before_after": "before/after", "did": "DiD, clustered"}
CELL = ("treated", "controls", "before", "after", "volume", "sizes", "shared", "breaks", "quotient")
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
    "controls": "60% of what leaks lands in a quarter of the controls, its neighbours",
    "untouched": "60% of what leaks lands in one untouched group",
    "ramp": "the measure takes six months to be complete, and nobody said so",
    "peak": "the site was chosen because it stood highest in the last six months",
}
SAID = {
    "controls": ("neighbours", "waterbed.kinds.neighbours"),
    "untouched": ("untouched_touched", "waterbed.why.untouched_touched"),
    "ramp": ("ramp", "waterbed.why.ramp"),
    "peak": ("peak_before", "waterbed.why.peak_before"),
}
"""Per broken assumption how often the product says so by itself, and its words."""
HEAD = """<!-- Written by python benchmarks/calibration.py. -->

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


def merged(records: Iterable[Record]) -> list[Record]:
    """One record per cell: the counts of its parts added up, in the order of the first parts."""
    found: dict[tuple[object, ...], Record] = {}
    for one in records:
        key = tuple(one[name] for name in CELL)
        whole = found.setdefault(key, {name: one[name] for name in CELL})
        for name, value in one.items():
            if name not in {*CELL, "part"}:
                whole[name] = int(str(whole.get(name, 0))) + int(str(value))
    return list(found.values())


def page(records: Iterable[Record], planned: int) -> str:
    """The whole page.

    Args:
        records: one for each part of a cell that was run.
        planned: how many cells there are to run.
    """
    every = merged(records)
    kept = [one for one in every if one["controls"] and not one["breaks"]]
    alone = [one for one in every if not one["controls"]]
    broken = [one for one in every if one["breaks"]]
    lines = [HEAD, f"{len(every)} of {planned} cells were run, {_runs(every)} times each."]
    if len({one["runs"] for one in every}) > 1:
        lines.append("Cells with fewer runs have wider bounds, and fail less easily.")
    lines += ["", "## In short", "", *_summary(kept, WAYS)]
    several = [one for one in kept if int(str(one["treated"])) > 1]
    lines += ["", "## Several pilots that share one quotient", "", *_shared(several)]
    lines += ["", "## Without controls", "", *_alone(alone)]
    lines += ["", "## Where an assumption is broken", "", *_broken(broken, kept)]
    lines += ["", "## Every cell", "", *_every(kept), ""]
    return "\n".join(lines)


def _runs(records: Iterable[Record]) -> str:
    counts = sorted({int(str(one["runs"])) for one in records})
    return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"


def _summary(records: list[Record], ways: dict[str, str]) -> list[str]:
    heads = [f"{name}: held (least), false (most), fail" for name in ways.values()]
    lines = [f"| | | cells | {' | '.join(heads)} |", "|---|---|---|" + "---|" * len(ways)]
    for factor, of in FACTORS.items():
        for level in dict.fromkeys(map(of, records)):
            part = [one for one in records if of(one) == level]
            cells = [_line(part, way) for way in ways]
            lines.append(f"| {factor} | {level} | {len(part)} | {' | '.join(cells)} |")
    return lines


def _line(part: list[Record], way: str) -> str:
    held = [share(one, f"{way}_held") for one in part]
    wrong = [false(one, way) for one in part]
    failing = sum(fails(one, way) for one in part)
    average = sum(held) / len(held)
    worst = f"{sum(wrong) / len(wrong):.3f} ({max(wrong):.3f})"
    return f"{average:.3f} ({min(held):.3f}), {worst}, {failing}"


def _shared(records: list[Record]) -> list[str]:
    ways = {"stacked": "weighted as if they share one", "waterbed": "each counted once"}
    return [
        "With three treated locations or more, the quotient can rest on effects that are weighted",
        "by how much each pilot knows. Whether that says more is in the last columns: how often a",
        "true quotient of .7 is shown to be above 0, and below 1.",
        "",
        "| | cells | held (least), false (most), fail | above 0 | below 1 |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {len(records)} | {_line(records, way)} | {_cells(_power(records, way))} |"
            for way, name in ways.items()
            if records
        ),
    ]


def _power(records: Sequence[Record], way: str) -> list[float]:
    of = [one for one in records if float(str(one["quotient"])) == 0.7]
    claims = ("waterbed", "net_reduction")
    return [sum(share(one, f"{way}_{claim}") for one in of) / max(len(of), 1) for claim in claims]


def _alone(records: list[Record]) -> list[str]:
    lines = [
        "Rolled out everywhere at once, the totals of all locations are held against their own",
        "past (an interrupted time series). The product calls this weaker evidence; these cells",
        "are not held to the bounds above. High volume, unequal sizes, shared shocks.",
        "",
        "| locations | months | q | waterbed: held | false | before/after: held | false |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in records:
        ways = ("waterbed", "before_after")
        numbers = [part for way in ways for part in (share(one, f"{way}_held"), false(one, way))]
        what = f"{one['treated']} | {months(one)} | {one['quotient']}"
        lines.append(f"| {what} | {_cells(numbers)} |")
    return lines


def _broken(records: list[Record], kept: list[Record]) -> list[str]:
    lines = [
        "These are no test of the method: they show what to look out for. One treated location, 20",
        "controls, high volume. **Said** is how often the product warns by itself, with the words",
        "below the table; **otherwise** is how often it does so where nothing is broken.",
        "",
        "| what is broken | months | q | held | false | gross held | said | otherwise |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in records:
        breaks = str(one["breaks"])
        name, _ = SAID[breaks]
        like = [
            each
            for each in kept
            if all(each[part] == one[part] for part in CELL if part != "breaks") and name in each
        ]
        numbers = [share(one, "waterbed_held"), false(one, "waterbed")]
        numbers += [share(one, "waterbed_gross_held"), share(one, name)]
        rest = _cells(share(each, name) for each in like)
        what = f"{BROKEN[breaks]} | {months(one)} | {one['quotient']}"
        lines.append(f"| {what} | {_cells(numbers)} | {rest} |")
    lines.append("")
    for breaks in dict.fromkeys(str(one["breaks"]) for one in records):
        words = text(SAID[breaks][1], "en")
        lines.append(f"- {BROKEN[breaks]}: “{words}”")
    lines += [
        "",
        "A leak to neighbours does not show in the estimate itself. Where the register says that a",
        "measure may spread, locations of the same group are left out of the controls, and are",
        "compared with the others as a destination of their own; that comparison is what is",
        "counted above, and at a quotient of 0 it is false.",
    ]
    return lines


def _every(records: list[Record]) -> list[str]:
    heads = " | ".join(f"{name}: held | false" for name in WAYS.values())
    lines = [
        f"| treated | controls | months | q | volume | sizes | shocks | runs | {heads} | fails |",
        "|---|---|---|---|---|---|---|---|" + "---|---|" * len(WAYS) + "---|",
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
                one["runs"],
            )
        )
        numbers = [part for way in WAYS for part in (share(one, f"{way}_held"), false(one, way))]
        lines.append(f"| {what} | {_cells(numbers)} | {'yes' if fails(one, 'waterbed') else ''} |")
    return lines


def _cells(numbers: Iterable[float]) -> str:
    return " | ".join(f"{number:.3f}" for number in numbers)

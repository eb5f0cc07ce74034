"""docs/calibration.md, from the records of the calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from scipy import stats

from nami_monitor.i18n import text

Record = dict[str, object]
WAYS = {"waterbed": "waterbed", "before_after": "before/after", "did": "DiD, clustered"}
CELL = (
    *("treated", "controls", "before", "after", "volume", "sizes"),
    *("shared", "breaks", "lasting", "quotient"),
)
LEAST_HELD = 0.93
MOST_FALSE = 0.04
SURE = 0.999
ALONE_HELD = {0.9: 0.91}
"""How often intervals without controls are to hold the truth, by correlation; else .93."""
FLOORS_HELD = 0.945
BEYOND = 2.5
"""So many standard errors beyond its limit, a cell of the two studies with limits fails."""


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


def sections(study: str, records: Iterable[Record], planned: int) -> dict[str, list[str]]:
    """The sections of the page that a study is about, by their titles; the head has none.

    Args:
        study: one of the names in ``calibration.STUDIES``.
        records: one for each part of a cell that was run.
        planned: how many cells there are to run.
    """
    every = merged(records)
    ran = [f"{len(every)} of {planned} cells were run, {_runs(every)} times each."]
    if study == "alone":
        return {"Without controls": [*_alone(every), "", *ran]}
    if study == "floors":
        return {"Rare orders": [*_floors(every), "", *ran]}
    kept = [one for one in every if not one["breaks"]]
    broken = [one for one in every if one["breaks"]]
    if len({one["runs"] for one in every}) > 1:
        ran.append("Cells with fewer runs have wider bounds, and fail less easily.")
    several = [one for one in kept if int(str(one["treated"])) > 1]
    return {
        "": [HEAD, *ran],
        "In short": _summary(kept, WAYS),
        "Several pilots that share one quotient": _shared(several),
        "Where an assumption is broken": _broken(broken, kept),
        "Every cell": _every(kept),
    }


def with_sections(page: str, sections: dict[str, list[str]]) -> str:
    """A page with some of its sections in the place of those it had; new ones come last."""
    head, *parts = f"\n{page.strip()}\n".split("\n## ")
    found = {"": head} | dict(part.split("\n", 1) for part in parts)
    found |= {title: "\n".join(lines) for title, lines in sections.items()}
    whole = found.pop("").strip()
    said = (f"## {title}\n\n{words.strip()}" for title, words in found.items())
    return "\n\n".join([whole, *said]) + "\n"


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


def beyond(one: Record, name: str, limit: float, of: str = "runs") -> bool:
    """Whether a share lies below a limit by more than ``BEYOND`` of its own standard errors."""
    runs = int(str(one[of]))
    held = int(str(one[name])) / runs if runs else 1.0
    return held < limit - BEYOND * (held * (1 - held) / max(runs, 1)) ** 0.5


def _alone(records: list[Record]) -> list[str]:
    lines = [
        "Rolled out everywhere at once, the totals of all locations are held against their own",
        "past by generalised least squares. The product calls this weaker evidence. Drawn are five",
        "locations of high volume and unequal sizes, with shocks of the correlation in the table",
        "from month to month, 70% of their variance common to both channels. Asked: an interval of",
        "the quotient holds the truth in 93 of 100 cases up to a correlation of .8, in 91 at .9. A",
        "cell fails below that by more than 2.5 of its own standard errors.",
        "",
        ("| correlation | months | q | runs | held | false | before/after: held | false | fails |"),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in records:
        ways = ("waterbed", "before_after")
        numbers = [part for way in ways for part in (share(one, f"{way}_held"), false(one, way))]
        lasting = float(str(one["lasting"]))
        off = beyond(one, "waterbed_held", ALONE_HELD.get(lasting, LEAST_HELD))
        what = f"{lasting} | {months(one)} | {one['quotient']} | {one['runs']}"
        lines.append(f"| {what} | {_cells(numbers)} | {'yes' if off else ''} |")
    return lines


def _floors(records: list[Record]) -> list[str]:
    lines = [
        "With few orders the product says nothing: where the locations of the measure together",
        "ordered in fewer than 12 of the months before the start, or where rare orders are",
        "expected to shift the net effect by more than half its standard error. **Said** is how",
        "often it says something; the other columns count only those panels. Drawn are orders at a",
        "median of so many a month and location, unequal sizes, shared shocks, no untouched",
        "groups. Asked: .945 of gross, net and quotient; a cell fails below that by more than 2.5",
        "of its own standard errors.",
        "",
        (
            "| treated | controls | months | orders | q | runs | said | gross held | net held "
            "| quotient held | fails |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    names = ("gross_held", "net_held", "quotient_held")
    for one in records:
        said = int(str(one["estimated"]))
        held = (f"{int(str(one[name])) / said:.3f}" if said else "" for name in names)
        off = any(beyond(one, name, FLOORS_HELD, "estimated") for name in names)
        what = f"{one['treated']} | {one['controls']} | {months(one)} | {one['volume']:g}"
        what += f" | {one['quotient']} | {one['runs']} | {share(one, 'estimated'):.3f}"
        lines.append(f"| {what} | {' | '.join(held)} | {'yes' if off else ''} |")
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

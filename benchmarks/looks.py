"""How often something untrue is ever claimed of a measure that is looked at more than once.

Run as ``python benchmarks/looks.py [RUNS]``, after ``calibration.py``: it replaces the section
"Looking more than once" of ``docs/calibration.md``. One panel gives the looks of every plan: what
is known at a date is what is known of its first months.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import calibration_page
import numpy as np
from calibration import ANTICIPATION, BATCH, MIDDLE, PAGE, _used
from drawn import Cell, Drawn, draw, leaked

from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import LOST, Effects, analyse, effects
from nami_monitor.waterbed.estimate import step
from nami_monitor.waterbed.looks import Look
from nami_monitor.waterbed.panel import GroupAmounts, Panel, PrePost
from nami_monitor.waterbed.verdicts import quotient, rungs

MONTHLY = tuple(range(6, 13))
PLANS = {
    "monthly, 6 to 12, as if each were the only one": None,
    "one date: 12": (12,),
    "two dates: 12 and 24": (12, 24),
    "three dates: 6, 9 and 12": (6, 9, 12),
    "monthly, 6 to 12": MONTHLY,
}
"""The dates of a plan in months after the start; None is without a plan."""
LAST = 24
ONE_SITE = replace(MIDDLE, after=LAST)
CELLS = {
    "1 location, 20 controls": ONE_SITE,
    "3 locations, 40 controls": replace(ONE_SITE, treated=3, controls=40),
    "1 location, 10 controls, 18 months before": replace(ONE_SITE, controls=10, before=18),
    "5 locations, no controls": replace(ONE_SITE, treated=5, controls=0),
}
FALSE = (
    (Verdict.WATERBED_SHOWN, 0.0),
    (Verdict.NET_REDUCTION_SHOWN, 1.0),
    (Verdict.BACKFIRE_SHOWN, 1.0),
)
"""Claims, and the quotient at which each is not so."""
REAL = 0.7
QUOTIENTS = (0.0, REAL, 1.0)
MOST_FALSE = 0.025
BEYOND = 2.5
"""Own standard errors by which a cell must lie beyond its limit to fail."""
TITLE = "Looking more than once"


def seen(
    cell: Cell, drawn: Drawn, rng: np.random.Generator
) -> dict[int, tuple[Effects, np.ndarray]]:
    """By months after the start the effects ``(quotients, runs)`` and their degrees of freedom."""
    substitute, untouched = leaked(cell, drawn, QUOTIENTS, rng)
    found = {}
    for months in sorted({*MONTHLY, LAST}):
        until = cell.before + months
        target, other = drawn.target[..., :until], substitute[..., :until]
        if not cell.controls:
            found[months] = _alone(cell, target, other)
            continue
        window = PrePost.at(cell.before, until, ANTICIPATION)
        rest = untouched[..., :until]
        known = replace(drawn, target=target, substitute=drawn.substitute[..., :until])
        used = _used(rest, known, cell.treated, window)
        panel = Panel(target, other, cell.treated, window, GroupAmounts(rest), used)
        of = effects([analyse(panel).channels])
        found[months] = of, np.full(np.shape(of.spill), float(cell.controls - LOST))
    return found


def _alone(cell: Cell, target: np.ndarray, substitute: np.ndarray) -> tuple[Effects, np.ndarray]:
    """The same of an interrupted time series on the totals of all locations."""
    totals = np.stack(np.broadcast_arrays(target.sum(1), substitute.sum(2)), 2)
    steps = [step(one, cell.before, ANTICIPATION) for one in totals.reshape(-1, *totals.shape[2:])]
    shape = totals.shape[:2]
    names = vars(steps[0].effects)
    parts = {
        name: np.reshape([getattr(one.effects, name) for one in steps], shape) for name in names
    }
    return Effects(**parts), np.reshape([one.degrees for one in steps], shape)


def claims(
    found: dict[int, tuple[Effects, np.ndarray]], cell: Cell, plan: tuple[int, ...] | None
) -> dict[Verdict, np.ndarray]:
    """Whether each claim is ever made at a look of a plan, ``(quotients, runs)``."""
    ever: dict[Verdict, np.ndarray] = {}
    for at, months in enumerate(plan or MONTHLY):
        of, degrees = found[months]
        look = Look(plan, at) if plan else Look()
        by_degrees = {
            each: look.reach(cell.before - ANTICIPATION, each) for each in set(degrees.flat)
        }
        reach = np.vectorize(by_degrees.__getitem__)(degrees)
        around = reach * np.sqrt(of.gross_var)
        _, low, high = quotient(of, reach)
        says = rungs((of.gross - around, of.gross + around), (low, high))
        for claim, _ in FALSE:
            ever[claim] = ever.get(claim, False) | np.broadcast_to(says[claim], degrees.shape)
    return ever


def tally(cell: Cell, runs: int, seed: int = 0) -> dict[tuple[str, Verdict], np.ndarray]:
    """By plan and claim how often it is ever made, by quotient."""
    rng = np.random.default_rng(seed)
    found: dict[tuple[str, Verdict], np.ndarray] = {}
    for begun in range(0, runs, BATCH):
        size = min(BATCH, runs - begun)
        drawn = draw(cell, size, rng) if cell.controls else draw(cell, size, rng, 0)
        looks = seen(cell, drawn, rng)
        for plan, dates in PLANS.items():
            for claim, marks in claims(looks, cell, dates).items():
                found[plan, claim] = found.get((plan, claim), 0) + marks.sum(-1)
    return {name: counts / runs for name, counts in found.items()}


def lines(name: str, found: dict[tuple[str, Verdict], np.ndarray], runs: int) -> Iterator[str]:
    """The rows of a cell: each plan with what is ever claimed of it."""
    for plan, dates in PLANS.items():
        false = [found[plan, claim][QUOTIENTS.index(q)] for claim, q in FALSE]
        worst = max(false)
        error = float(np.sqrt(MOST_FALSE * (1 - MOST_FALSE) / runs))
        fails = dates is not None and worst > MOST_FALSE + BEYOND * error
        power = found[plan, Verdict.WATERBED_SHOWN][QUOTIENTS.index(REAL)]
        cells = " | ".join(f"{share:.4f}" for share in false)
        judged = "no plan" if dates is None else "yes" if fails else "no"
        yield f"| {name} | {plan} | {cells} | {power:.3f} | {judged} |"


def section(found: dict[str, dict[tuple[str, Verdict], np.ndarray]], runs: int) -> list[str]:
    """The lines of the section of the page."""
    head = (
        f"{runs:,} panels for each row, {MIDDLE.before} months before the start where nothing else"
        " is said. A claim counts when it is made at any look. **Waterbed** is false at a quotient"
        f" of 0, **net reduction** and **averse** at 1; **power** is how often a waterbed is shown"
        f" at {REAL}. A plan fails when anything false is claimed in more than {MOST_FALSE:.1%} by"
        f" more than {BEYOND} standard errors"
        f" ({np.sqrt(MOST_FALSE * (1 - MOST_FALSE) / runs):.4f}). The first row of each is what"
        " would be claimed without a plan."
    )
    rows = [row for name in found for row in lines(name, found[name], runs)]
    table = ["| panels | looks | waterbed | net reduction | averse | power | fails |"]
    return [head, "", *table, "|---|---|---|---|---|---|---|", *rows]


def main(runs: int = 4000) -> None:
    """Run, and write the section."""
    part = section({name: tally(cell, runs) for name, cell in CELLS.items()}, runs)
    page = calibration_page.with_sections(PAGE.read_text("utf-8"), {TITLE: part})
    PAGE.write_text(page, "utf-8")
    print("\n".join(part))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

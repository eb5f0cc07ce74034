"""How often arms that chance assigned show something that is not so, and something that is.

Run as ``python benchmarks/arms.py [ASSIGNMENTS]``, after ``calibration.py``: it replaces the part
"Arms assigned by chance" of ``docs/calibration.md``. Each panel is assigned many times, each time
with another seed, in which nothing was done; and again with one arm, or every step, that takes a
part of the target away.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import calibration_page
import numpy as np
from calibration import ANTICIPATION, PAGE
from drawn import Cell, draw

from nami_monitor.waterbed import randomisation
from nami_monitor.waterbed.effects import LOST, alone, analyse
from nami_monitor.waterbed.panel import Panel, PrePost
from nami_monitor.waterbed.randomisation import (
    ArmTest,
    compare_arms,
    compare_steps,
    deal,
    strata_of,
)
from nami_monitor.waterbed.verdicts import critical

BEFORE, AFTER = 24, 12
OUTSIDE = 20
"""Locations in no arm, with which the placebos compare too."""
PANELS = 40
DRAWS = 199
"""Assignments that are drawn again in each test; a test with few is as honest, and less sharp."""
ALPHA = 0.05
EFFECT = -0.2
BEYOND = 2.5
"""Own standard errors by which a cell must lie beyond its limit to fail."""
MOST_HELD = 0.95
TITLE = "Arms assigned by chance"


@dataclass(frozen=True)
class Design:
    """An assignment that is tried.

    Args:
        arms: how many there are, that which is told nothing too; or steps.
        each: how many locations in each.
        within: how many of each arm a stratum holds.
        stepped: whether all get the message, in steps.
        volume: as in ``Cell``, like ``sizes``.
    """

    arms: int
    each: int
    within: int = 1
    stepped: bool = False
    volume: str = "high"
    sizes: str = "unequal"


DESIGNS = {
    "2 arms of 6, in pairs": Design(2, 6),
    "2 arms of 6, in pairs, low volume": Design(2, 6, volume="low"),
    "2 arms of 12, in pairs": Design(2, 12),
    "2 arms of 12, in strata of 6": Design(2, 12, within=3),
    "3 arms of 8, in threes": Design(3, 8),
    "5 arms of 6, in fives": Design(5, 6),
    "2 steps of 6, in pairs": Design(2, 6, stepped=True),
    "3 steps of 8, in threes": Design(3, 8, stepped=True),
}
COLUMNS = ("false", "one", "power", "held", "placebo")


def tally(name: str, assignments: int, panels: int = PANELS) -> dict[str, float]:
    """Shares of the assignments of a design.

    Returns:
        ``false``: something was shown where nothing was done; ``one``: something was shown of an
        arm that changed nothing, while another did; ``power``: what was done was shown; ``held``:
        its interval holds it; ``placebo``: the interval of the placebos leaves out zero where
        nothing was done. NaN where that does not exist.
    """
    design, found = DESIGNS[name], []
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    places = design.arms * design.each
    cell = Cell(0, places + OUTSIDE, BEFORE, AFTER, design.volume, design.sizes, shared=True)
    for at in range(panels):
        drawn = draw(cell, 1, rng, 0)
        target, substitute = drawn.target[0], drawn.substitute[0]
        level = target[:places, : BEFORE - ANTICIPATION].mean(1)
        levels = {str(place): float(each) for place, each in enumerate(level)}
        strata = strata_of(levels, design.within * design.arms)
        stratum = np.empty(places, dtype=int)
        for number, own in enumerate(strata):
            stratum[[int(code) for code in own]] = number
        labels = []
        for seed in range(assignments // panels):
            arm = _assigned(strata, design, f"{at}/{seed}")
            labels.append(arm)
            found.append(_seen(design, target[:places], arm, stratum, f"{at}/{seed}", rng))
        found[-len(labels) :] = [
            (*one, placebo)
            for one, placebo in zip(
                found[-len(labels) :], _placebo(design, target, substitute, labels), strict=True
            )
        ]
    return dict(zip(COLUMNS, np.mean(found, axis=0), strict=True))


def _assigned(strata: tuple[tuple[str, ...], ...], design: Design, seed: str) -> np.ndarray:
    """The arm of each location, ``(locations,)``."""
    named = {str(number): own for number, own in enumerate(strata)}
    drawn = deal(named, [str(at) for at in range(design.arms)], seed)
    return np.array([int(drawn[str(place)]) for place in range(len(drawn))])


def _seen(
    design: Design,
    target: np.ndarray,
    arm: np.ndarray,
    stratum: np.ndarray,
    seed: str,
    rng: np.random.Generator,
) -> tuple[float, ...]:
    """What one assignment shows where nothing was done, and where one arm or step did."""
    begins = BEFORE + AFTER // design.arms * arm if design.stepped else np.full(len(arm), BEFORE)
    told = arm < design.arms if design.stepped else arm == 1
    has = told[:, None] & (np.arange(target.shape[1]) >= begins[:, None])
    changed = np.where(has, rng.binomial(target.astype(int), 1 + EFFECT), target)
    nothing = _tests(design, target, arm, stratum, seed)
    something = _tests(design, changed, arm, stratum, seed)
    others = [one.chance <= ALPHA for one in something[1:]]
    return (
        any(one.chance <= ALPHA for one in nothing),
        any(others) if others else np.nan,
        something[0].chance <= ALPHA,
        something[0].effect.low <= EFFECT <= something[0].effect.high,
    )


def _tests(
    design: Design, target: np.ndarray, arm: np.ndarray, stratum: np.ndarray, seed: str
) -> tuple[ArmTest, ...]:
    before = np.log(target[:, : BEFORE - ANTICIPATION].mean(1))
    if not design.stepped:
        return compare_arms(np.log(target[:, BEFORE:].mean(1)), before, arm, stratum, ALPHA, seed)
    long = AFTER // design.arms
    parts = [target[:, BEFORE + long * at :][:, :long] for at in range(design.arms - 1)]
    volumes = np.stack([before, *(np.log(part.mean(1)) for part in parts)], 1)
    # the last step comes when nothing is left to compare with, so it serves as what is compared
    begins = np.arange(1, design.arms + 1)
    return (compare_steps(volumes, arm, begins, stratum, ALPHA, seed),)


def _placebo(
    design: Design, target: np.ndarray, substitute: np.ndarray, labels: list[np.ndarray]
) -> np.ndarray:
    """Whether the placebos show a change in the first arm, where nothing was done."""
    if design.stepped:
        return np.full(len(labels), np.nan)
    outside = np.arange(len(labels[0]), len(target))
    order = np.array(
        [[*np.flatnonzero(arm == 1), *np.flatnonzero(arm == 0), *outside] for arm in labels]
    )
    window = PrePost.at(BEFORE, BEFORE + AFTER, ANTICIPATION)
    panel = Panel(target[order], substitute[order], design.each, window)
    effect, variance = alone(analyse(panel).channels[0])
    reach = critical(panel.controls - LOST)
    return np.abs(effect) > reach * np.sqrt(variance)


def fails(column: str, share: float, assignments: int) -> bool:
    """Whether a share lies surely beyond its limit: above for what is false, below for held."""
    limit = MOST_HELD if column == "held" else ALPHA
    error = float(np.sqrt(limit * (1 - limit) / assignments))
    if column == "held":
        return share < limit - BEYOND * error
    return column in {"false", "one"} and share > limit + BEYOND * error


def lines(found: dict[str, dict[str, float]], assignments: int) -> Iterator[str]:
    """The rows of the table."""
    for name, shares in found.items():
        cells = ("-" if np.isnan(shares[one]) else f"{shares[one]:.4f}" for one in COLUMNS)
        failed = [one for one in COLUMNS if fails(one, shares[one], assignments)]
        yield f"| {name} | {' | '.join(cells)} | {', '.join(failed) or 'no'} |"


def section(found: dict[str, dict[str, float]], assignments: int) -> list[str]:
    """The lines of the section of the page."""
    error = np.sqrt(ALPHA * (1 - ALPHA) / assignments)
    head = (
        f"{assignments:,} assignments for each row, of {PANELS} panels with {BEFORE} months before"
        f" and {AFTER} after, each tested with {DRAWS} assignments that were drawn again, or with"
        " all where they are fewer. **False**: anything was shown where nothing was done."
        f" **Others**: anything was shown of an arm that changed nothing, while one arm took"
        f" {-EFFECT:.0%} away. **Power**: that was shown. **Held**: its interval holds it."
        " **Placebos**: their interval, which stands beside the test, leaves out zero where nothing"
        f" was done. A row fails when false or others lies above {ALPHA:.0%}, or held below"
        f" {MOST_HELD:.0%}, by more than {BEYOND} standard errors ({error:.4f})."
    )
    return [
        head,
        "",
        "| design | false | others | power | held | placebos | fails |",
        "|---|---|---|---|---|---|---|",
        *lines(found, assignments),
    ]


def main(assignments: int = 4000) -> None:
    """Run, and write the section."""
    randomisation.DRAWS = DRAWS
    part = section({name: tally(name, assignments) for name in DESIGNS}, assignments)
    page = calibration_page.with_sections(PAGE.read_text("utf-8"), {TITLE: part})
    PAGE.write_text(page, "utf-8")
    print("\n".join(part))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

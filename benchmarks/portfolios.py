"""What stands of twenty measures that are evaluated together, and what their sum is worth.

Run as ``python benchmarks/portfolios.py [PORTFOLIOS]``, after ``calibration.py``: it replaces the
section "Many measures" of ``docs/calibration.md``. Every measure is a panel of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from calibration import ANTICIPATION, MIDDLE, PAGE, _used
from drawn import draw, leaked

from nami_monitor.core.thresholds import FALSE_DISCOVERY
from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import LOST, Effects, analyse, effects
from nami_monitor.waterbed.panel import GroupAmounts, Panel, PrePost
from nami_monitor.waterbed.verdicts import BY_CHANCE, CLAIMS, chances, critical, net, surviving

MEASURES = 20
AT_ONCE = 5
"""Portfolios that are drawn together."""
REAL = 0.7
"""The quotient of a measure with a waterbed that is less than full."""
NULL = {Verdict.WATERBED_SHOWN: 0.0, Verdict.NET_REDUCTION_SHOWN: 1.0}
"""The quotient at which a claim is not so."""
QUOTIENTS = (0.0, REAL, 1.0)
NAMES = {Verdict.WATERBED_SHOWN: "a waterbed", Verdict.NET_REDUCTION_SHOWN: "a net reduction"}
MOST_FALSE = 0.05
LEAST_HELD = 0.93
BEYOND = 2.5
"""Own standard errors by which a cell must lie beyond its limit to fail."""
TITLE = "## Many measures"


def portfolios(count: int, rng: np.random.Generator) -> Iterator[tuple[Effects, np.ndarray]]:
    """Effects ``(quotients, portfolios, measures)`` and what truly left, a few at a time."""
    window = PrePost.at(MIDDLE.before, MIDDLE.before + MIDDLE.after, ANTICIPATION)
    for begun in range(0, count, AT_ONCE):
        size = min(AT_ONCE, count - begun)
        drawn = draw(MIDDLE, size * MEASURES, rng)
        substitute, untouched = leaked(MIDDLE, drawn, QUOTIENTS, rng)
        used = _used(untouched, drawn, MIDDLE.treated, window)
        groups = GroupAmounts(untouched)
        panel = Panel(drawn.target, substitute, MIDDLE.treated, window, groups, used)
        found = effects([analyse(panel).channels])
        shape = (len(QUOTIENTS), size, MEASURES)
        parts = {
            name: np.broadcast_to(value, (*shape[:1], size * MEASURES)).reshape(shape)
            for name, value in vars(found).items()
        }
        lost = drawn.full[..., MIDDLE.before :].mean(-1).sum(-1).reshape(size, MEASURES)
        yield Effects(**parts), lost


def tally(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Per name what each portfolio gave."""
    degrees = MIDDLE.controls - LOST
    reach = critical(degrees)
    found: dict[str, list[np.ndarray]] = {}
    for of, lost in portfolios(count, np.random.default_rng(seed)):
        chance = chances(of, reach, degrees)
        for claim in CLAIMS:
            none = chance[claim][QUOTIENTS.index(NULL[claim])]
            half = none.copy()
            real = slice(MEASURES // 2, None)
            half[:, real] = chance[claim][QUOTIENTS.index(REAL)][:, real]
            false = np.arange(MEASURES) < MEASURES // 2
            for name, one, wrong in (
                ("none", none, np.ones(MEASURES, bool)),
                ("half", half, false),
            ):
                for way, said in (("each", one <= BY_CHANCE), ("stands", surviving(one))):
                    share = (said & wrong).sum(-1) / np.maximum(said.sum(-1), 1)
                    found.setdefault(f"{claim} {name} {way} false", []).append(share)
                    right = said[:, ~wrong].mean(-1) if not wrong.all() else share
                    found.setdefault(f"{claim} {name} {way} power", []).append(right)
                    found.setdefault(f"{claim} {name} {way} any", []).append(
                        (said & wrong).any(-1).astype(float)
                    )
        at = QUOTIENTS.index(REAL)
        value, variance = (part[at] for part in net(of))
        truth = -(1 - REAL) * lost.sum(-1)
        for way, around in (
            ("variances", reach * np.sqrt(variance.sum(-1))),
            ("limits", reach * np.sqrt(variance).sum(-1)),
        ):
            held = np.abs(value.sum(-1) - truth) <= around
            found.setdefault(f"sum {way} held", []).append(held.astype(float))
            found.setdefault(f"sum {way} width", []).append(2 * around)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def section(found: dict[str, np.ndarray], count: int) -> str:
    """The section of the page."""
    lines = [
        TITLE,
        "",
        (
            f"{count:,} portfolios of {MEASURES} measures, each a panel of one treated location,"
            f" {MIDDLE.controls} controls and {MIDDLE.before}+{MIDDLE.after} months. A claim"
            f" *stands* when it survives Benjamini-Hochberg at {FALSE_DISCOVERY.value:.0%} over the"
            " one-sided chances of all measures. **False**: the mean share of the claims of a"
            " portfolio that are not so, 0 where nothing is claimed. **Any**: the share of"
            " portfolios with such a claim. **Shown**: the share of the real ones (a quotient of"
            f" {REAL}) that is claimed. A cell"
            f" fails when false lies above {MOST_FALSE:.0%} (of claims that stand), or held below"
            f" {LEAST_HELD:.0%}, by more than {BEYOND} of its own standard errors; standard errors"
            " are in brackets."
        ),
        "",
        "| claim | really so | each by itself: any, shown | stands: false, any, shown | fails |",
        "|---|---|---|---|---|",
    ]
    for claim in CLAIMS:
        for name, said in (("none", "none of 20"), ("half", "10 of 20")):
            each, stands = (
                {what: found[f"{claim} {name} {way} {what}"] for what in ("false", "any", "power")}
                for way in ("each", "stands")
            )
            error = stands["false"].std() / np.sqrt(count)
            fails = stands["false"].mean() - BEYOND * error > MOST_FALSE
            shown = [f", {one['power'].mean():.3f}" * (name == "half") for one in (each, stands)]
            lines.append(
                f"| {NAMES[claim]} | {said} | {each['any'].mean():.3f}{shown[0]} |"
                f" {stands['false'].mean():.3f} ({error:.3f}), {stands['any'].mean():.3f}{shown[1]}"
                f" | {'yes' if fails else 'no'} |"
            )
    lines += [
        "",
        "What 20 such measures avoided together, with an interval of 95%:",
        "",
        "| interval of the sum | held | mean width | fails |",
        "|---|---|---|---|",
    ]
    least = found["sum variances width"].mean()
    for way, said in (("variances", "variances added up"), ("limits", "limits added up")):
        held = found[f"sum {way} held"]
        error = held.std() / np.sqrt(count)
        fails = held.mean() + BEYOND * error < LEAST_HELD
        lines.append(
            f"| {said} | {held.mean():.3f} ({error:.3f}) |"
            f" {found[f'sum {way} width'].mean() / least:.2f} | {'yes' if fails else 'no'} |"
        )
    return "\n".join(lines) + "\n"


def replaced(page: str, part: str) -> str:
    """A page with its section of the same title replaced, or with one more at its end."""
    heads = [at for at in range(len(page)) if page.startswith("\n## ", at)]
    for begin, end in pairwise([*heads, len(page)]):
        if page.startswith(f"\n{TITLE}\n", begin):
            return page[: begin + 1] + part + page[end:]
    return page.rstrip("\n") + "\n\n" + part


def main(count: int = 4000) -> None:
    """Run, and write the section."""
    part = section(tally(count), count)
    PAGE.write_text(replaced(PAGE.read_text("utf-8"), part), "utf-8")
    print(part)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

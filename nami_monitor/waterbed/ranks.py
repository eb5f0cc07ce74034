"""A second opinion on the quotient that assumes no shape of the noise: ranks among placebos."""

from __future__ import annotations

import numpy as np

from nami_monitor.core.thresholds import CONFIDENCE
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.result import Floats, Interval, Marks

ANGLES = 181
"""Quotients that are tried first, evenly spaced by angle from minus to plus infinity."""
FINER = 16
"""In how many parts the step in which the interval ends is parted."""
PASSES = 4
"""How often that is done."""


def rank_inversion(of: Effects, target: Floats, substitute: Floats) -> Interval:
    """Every q for which ``substitute + q target`` is not among the rarest of the placebos.

    Each placebo pair is brought to the standard errors of the effects. Then each statistic is
    divided by the root mean square of all other placebos (externally studentised).

    Args:
        of: effects of one panel, whose target went down.
        target: placebos of the controls over their size, ``(controls,)``.
        substitute: likewise.

    Returns:
        The unbroken stretch of such q about the estimate; infinite limits when it has no end.
    """
    drawn = np.sqrt(of.gross_var) * target, np.sqrt(of.spill_var) * substitute
    value = float(of.spill / -of.gross)
    middle = float(np.arctan(value))
    ends = [_end(of, drawn, middle, edge) for edge in (-np.pi / 2, np.pi / 2)]
    low, high = (edge * np.inf if at is None else float(np.tan(at)) for edge, at in ends)
    return Interval(value, low, high)


def _end(
    of: Effects, drawn: tuple[Floats, Floats], middle: float, edge: float
) -> tuple[float, float | None]:
    """The last angle that is held on the way to an edge; None when all are."""
    steps = np.linspace(middle, edge, ANGLES // 2)
    out = np.flatnonzero(~_held(of, drawn, steps))
    if not len(out):
        return edge, None
    at = max(int(out[0]), 1)
    for _ in range(PASSES):
        steps = np.linspace(steps[at - 1], steps[at], FINER + 1)
        at = 1 + int(_held(of, drawn, steps[1:-1]).cumprod().sum())
    return edge, float(steps[at - 1])


def _held(of: Effects, drawn: tuple[Floats, Floats], angle: Floats) -> Marks:
    """Whether the effect at these angles is as common as a placebo."""
    b, a = np.cos(angle), np.sin(angle)
    seen = (b * of.spill + a * of.gross) ** 2
    squares = (b[:, None] * drawn[1] + a[:, None] * drawn[0]) ** 2
    count = squares.shape[1]
    total = squares.sum(1)
    least = np.divide(seen * count, total, out=np.zeros_like(seen), where=total > 0)
    rarer = squares * (count - 1) >= least[:, None] * (total[:, None] - squares)
    marks: Marks = (1 + rarer.sum(1)) / (count + 1) > 1 - CONFIDENCE.value
    return marks

"""Bars below each other from a common zero, or each from where the one above it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.plane import Mark, Plane, Span, rows_below
from nami_monitor.charts.spec import Drawn

CONTRIBUTION, STEP = 25, 32
"""Px of a bar with the room around it."""
AMOUNTS: Final = 0.5
"""Of the range, at the right, where amounts stand below each other on a phone too."""
BESIDE: Final = 0.22
"""The same for amounts beside their bars."""
COLOURS: Final = {
    "better": palette.INK,
    "worse": palette.SECOND,
    "up": palette.LINK,
    "down": palette.GREY_TEXT,
    "none": palette.BORDER,
}
"""Blue is better and orange worse; where neither is, the way it went."""


@dataclass(frozen=True)
class NamedAmount:
    """An amount: its name in the reader's language, and as people write it.

    ``effect`` is a key of ``COLOURS``, for a contribution.
    """

    name: str
    amount: float
    label: str
    effect: str = "none"


def _plane(x: Span, names: Sequence[str], row: float) -> Plane:
    return Plane(x, rows_below(names), row * len(names))


def contributions_chart(bars: tuple[NamedAmount, ...], alt: str) -> Drawn:
    """What contributed to a change, from top to bottom in the order given.

    Args:
        bars: at least one; each bears its amount in words, in a column at the right.
        alt: the chart in a sentence.
    """
    amounts = [0.0, *(bar.amount for bar in bars)]
    low, high = min(amounts), max(amounts)
    edge = high + AMOUNTS * ((high - low) or 1.0)
    plane = _plane((low, edge), [bar.name for bar in bars], CONTRIBUTION)
    marks: list[Mark] = []
    for at, bar in enumerate(bars):
        if bar.amount:
            marks.append(plane.bar((0, bar.amount), (at + 0.18, at + 0.82), COLOURS[bar.effect]))
        marks.append(plane.words(edge, at + 0.5, bar.label, align="right", dx=-6))
    marks.append(plane.upright(0, palette.BORDER, wide=1))
    return Drawn("contributions", plane.spec(marks, grid=False, colour=palette.BODY), alt)


def waterfall_chart(
    start: NamedAmount, steps: tuple[NamedAmount, ...], end: NamedAmount, alt: str
) -> Drawn:
    """From an old amount to a new one in steps.

    The ends are lines and no bars, because the scale follows the steps and need not start at zero.

    Args:
        start: the old amount.
        steps: what was added and taken off.
        end: the new amount.
        alt: the chart in a sentence.
    """
    edges = list(accumulate((step.amount for step in steps), initial=start.amount))
    moved = [(min(pair), max(pair)) for pair in pairwise(edges)]
    spans = [(start.amount, start.amount), *moved, (end.amount, end.amount)]
    low, high = min(*edges, end.amount), max(*edges, end.amount)
    width = (high - low) or abs(high) or 1.0
    rows = (start, *steps, end)
    domain = (low - 0.04 * width, high + BESIDE * width)
    plane = _plane(domain, [one.name for one in rows], STEP)
    marks = []
    for at, (one, span) in enumerate(zip(rows, spans, strict=True)):
        place, bold = (at + 0.18, at + 0.82), one in (start, end)
        if span[0] == span[1]:
            marks.append(plane.rule(span, place, palette.GREY_TEXT, 4))
        else:
            colour = palette.SECOND if one.amount > 0 else palette.INK
            marks.append(plane.bar(span, place, colour))
        marks.append(plane.words(max(span), at + 0.5, one.label, dx=6, bold=bold))
    return Drawn("waterfall", plane.spec(marks, grid=False, colour=palette.BODY), alt)

"""From an old amount to a new one in steps: each begins where the one above it ends."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.bars import NamedBar, bars_spec
from nami_monitor.charts.spec import Spec

ROW: Final = 32
ROOM: Final = 0.22  # of the range, at the right, for the amounts beside the bars


@dataclass(frozen=True)
class WaterfallStep:
    """One step.

    Args:
        name: in the reader's language.
        amount: EUR more or less.
        label: the amount as people write it.
    """

    name: str
    amount: float
    label: str


@dataclass(frozen=True)
class WaterfallEnd:
    """Where the steps begin or end.

    Args:
        name: in the reader's language.
        amount: EUR.
        label: the amount as people write it.
    """

    name: str
    amount: float
    label: str


def waterfall_spec(
    start: WaterfallEnd, steps: tuple[WaterfallStep, ...], end: WaterfallEnd
) -> Spec:
    """Draw the steps from top to bottom.

    The ends are lines and no bars, because the scale follows the steps and need not start at zero.

    Args:
        start: the old amount.
        steps: what was added and taken off.
        end: the new amount.

    Returns:
        A Vega-Lite spec.
    """
    edges = [start.amount]
    for step in steps:
        edges.append(edges[-1] + step.amount)
    low, high = min(*edges, end.amount), max(*edges, end.amount)
    width = (high - low) or abs(high) or 1.0
    grey = palette.GREY_TEXT
    ends = [NamedBar(e.name, e.amount, e.amount, grey, e.label, e.amount, bold=True)
            for e in (start, end)]  # fmt: skip
    bars = [
        NamedBar(
            step.name,
            min(old, new),
            max(old, new),
            palette.SECOND if step.amount > 0 else palette.INK,
            step.label,
            max(old, new),
        )
        for step, (old, new) in zip(steps, pairwise(edges), strict=True)
    ]
    domain = (low - 0.04 * width, high + ROOM * width)
    return bars_spec([ends[0], *bars, ends[1]], domain, zero=None, row=ROW)

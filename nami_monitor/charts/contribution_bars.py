"""What contributed to a change: a bar each from a common zero, the largest first."""

from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.bars import NamedBar, bars_spec
from nami_monitor.charts.spec import Spec

ROW: Final = 25
ROOM: Final = (
    0.5  # of the range, at the right, where the amounts stand below each other on a phone too
)

COLOURS: Final = {
    "better": palette.INK,
    "worse": palette.SECOND,
    "up": palette.LINK,
    "down": palette.GREY_TEXT,
    "none": palette.BORDER,
}
"""Blue is better and orange worse; where neither is, the way it went."""


@dataclass(frozen=True)
class ContributionBar:
    """One contribution.

    Args:
        name: of the group, in the reader's language.
        amount: what it contributed, in the chart's unit.
        effect: a key of ``COLOURS``.
        label: the amount as people write it.
    """

    name: str
    amount: float
    effect: str
    label: str


def contributions_spec(bars: tuple[ContributionBar, ...]) -> Spec:
    """Draw contributions, from top to bottom in the order given.

    Args:
        bars: at least one.

    Returns:
        A Vega-Lite spec; each bar bears its amount in words, in a column at the right.
    """
    amounts = [0.0, *(bar.amount for bar in bars)]
    low, high = min(amounts), max(amounts)
    width = (high - low) or 1.0
    edge = high + ROOM * width
    drawn = [NamedBar(b.name, 0.0, b.amount, COLOURS[b.effect], b.label, edge) for b in bars]
    return bars_spec(drawn, (low, edge), zero=0.0, row=ROW, align="right")

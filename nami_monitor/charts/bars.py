"""Bars below each other, each with its name at the left and its words beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.spec import Spec, filled
from nami_monitor.charts.trend_lanes import word

LETTERS: Final = 13
NAME_PX: Final = 180


@dataclass(frozen=True)
class NamedBar:
    """A bar.

    Args:
        name: at its left.
        low: where it begins.
        high: where it ends; the same as ``low`` draws a tick instead.
        colour: of it.
        label: its words.
        at: the value at which they stand.
        bold: whether they are.
    """

    name: str
    low: float
    high: float
    colour: str
    label: str
    at: float
    bold: bool = False


def bars_spec(
    bars: Sequence[NamedBar],
    domain: tuple[float, float],
    *,
    zero: float | None,
    row: float,
    align: str = "left",
) -> Spec:
    """Draw bars from top to bottom.

    Args:
        bars: at least one.
        domain: the values at both edges.
        zero: a value at which a line stands; None for none.
        row: px of each bar with the room around it.
        align: side of the words that stands at their value.

    Returns:
        A Vega-Lite spec.
    """
    height = row * len(bars)
    drawn: dict[str, list[dict[str, Any]]] = {"bar": [], "tick": [], "words": []}
    for number, bar in enumerate(bars):
        middle = (number + 0.5) * row
        place = {"py": middle - 0.32 * row, "py2": middle + 0.32 * row, "colour": bar.colour}
        name = "tick" if bar.low == bar.high else "bar"
        drawn[name].append({"x": bar.low, "x2": bar.high, **place})
        side = -1 if align == "right" else 1
        drawn["words"].append(
            word(bar.at, middle, bar.label, LETTERS, bold=bar.bold, align=align, dx=6 * side)
        )
    lines = [] if zero is None else [{"x": zero, "py": 0, "py2": height}]
    return filled(
        "bars",
        {"frame": [{"x": domain[0], "y": 0}], "zero": lines, **drawn},
        {
            "xDomain": list(domain),
            "xTicks": [],
            "xLabels": [],
            "xFew": [],
            "yDomain": [-0.5, len(bars) - 0.5],
            "yTicks": list(range(len(bars))),
            "yLabels": [bar.name for bar in bars],
            "yLimit": NAME_PX,
        },
        height=height,
        scale=(0, height),
        padding={"left": 2, "top": 4, "right": 4, "bottom": 4},
        letters=LETTERS,
        colour=palette.BODY,
    )

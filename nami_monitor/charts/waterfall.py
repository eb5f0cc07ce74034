"""From an old amount to a new one in steps: each begins where the one above it ends."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import value_axis
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick

ROW: Final = 38
ROOM: Final = 0.22  # of the range, beyond either end, for the amounts beside the bars
COLOURS: Final = {"less": palette.INK, "more": palette.SECOND}


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
    start: WaterfallEnd,
    steps: tuple[WaterfallStep, ...],
    end: WaterfallEnd,
    words: dict[str, str],
    lang: str,
) -> Spec:
    """Draw the steps from top to bottom.

    The ends are lines and no bars, because the scale follows the steps and need not start at zero.

    Args:
        start: the old amount.
        steps: what was added and taken off.
        end: the new amount.
        words: for ``less`` and ``more``, for the legend.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec.
    """
    edges = [start.amount]
    for step in steps:
        edges.append(edges[-1] + step.amount)
    low, high = min(*edges, end.amount), max(*edges, end.amount)
    room = ROOM * ((high - low) or abs(high) or 1.0)
    axis = value_axis([low, high], lang)
    domain = [min(axis.low, low - room), max(axis.high, high + room)]
    names = [start.name, *(step.name for step in steps), end.name]
    bars = [
        {
            "name": step.name,
            "from": old,
            "to": new,
            "way": words["more" if step.amount > 0 else "less"],
            "at": max(old, new),
            "label": step.label,
        }
        for step, (old, new) in zip(steps, pairwise(edges), strict=True)
    ]
    ends = [{"name": edge.name, "at": edge.amount, "label": edge.label} for edge in (start, end)]
    y: Spec = {
        "field": "name",
        "type": "nominal",
        "sort": names,
        "scale": {"domain": names},
        "axis": {
            "title": None,
            "domain": False,
            "ticks": False,
            "labelColor": palette.BODY,
            "labelLimit": 190,
        },
    }
    x: Spec = {
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {
            "title": None,
            "values": list(axis.ticks),
            "labelExpr": pick(axis.ticks, axis.labels),
            "labelOverlap": True,
        },
    }
    ways = [way for way in COLOURS if any(bar["way"] == words[way] for bar in bars)]
    colour: Spec = {
        "field": "way",
        "type": "nominal",
        "scale": {
            "domain": [words[way] for way in ways],
            "range": [COLOURS[way] for way in ways],
        },
        "legend": {"title": None, "orient": "top", "labelFontSize": MAIN}
        | {"columns": {"expr": "width < 320 ? 1 : 2"}},
    }
    text: Spec = {"type": "text", "align": "left", "dx": 6, "color": palette.BODY}
    layers = [
        layer(
            "bar",
            [bar for bar in bars if bar["from"] != bar["to"]],
            {"x": {**x, "field": "from"}, "x2": {"field": "to"}, "y": y, "color": colour},
        ),
        layer(
            {"type": "tick", "thickness": 4, "size": 0.7 * ROW, "color": palette.GREY_TEXT},
            ends,
            {"x": {**x, "field": "at"}, "y": y},
        ),
        layer(
            {**text, "fontSize": SMALL + 1},
            bars,
            {"x": {**x, "field": "at"}, "y": y, "text": {"field": "label"}},
        ),
        layer(
            {**text, "fontSize": MAIN, "fontWeight": "bold"},
            ends,
            {"x": {**x, "field": "at"}, "y": y, "text": {"field": "label"}},
        ),
    ]
    padding = {"left": 2, "top": 6, "right": 8, "bottom": 4}
    return chart(layers, height=ROW * len(names), padding=padding)

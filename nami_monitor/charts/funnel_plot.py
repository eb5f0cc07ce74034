"""Locations against limits for their size; who lies outside is named, nobody is ranked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import ValueAxis, value_axis
from nami_monitor.charts.contribution_bars import COLOURS
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick

HEIGHT: Final = 380
HEADROOM: Final = 0.08  # of the range, so that no point stands on the edge
INSIDE: Final = "inside"
MARKS: Final = {INSIDE: ("circle", palette.GREY_TEXT, 45)} | {
    effect: ("square", COLOURS[effect], 90) for effect in ("better", "worse", "up", "down")
}
"""Shape, colour and size in px2 of a point: who lies outside differs by shape as well."""


@dataclass(frozen=True)
class FunnelDot:
    """One location.

    Args:
        name: its name.
        size: what it is divided by, above zero.
        value: its figure, in the chart's unit.
        effect: a key of ``MARKS``.
        figure: the value as people write it.
        extent: the size as people write it.
    """

    name: str
    size: float
    value: float
    effect: str
    figure: str
    extent: str


@dataclass(frozen=True)
class FunnelLimits:
    """The limits, each a value per size, in the chart's unit.

    Args:
        sizes: where they hold, ascending.
        low: lower limit.
        warning_low: lower warning limit.
        warning_high: upper warning limit.
        high: upper limit.
        whole: the figure of all locations together.
    """

    sizes: Sequence[float]
    low: Sequence[float]
    warning_low: Sequence[float]
    warning_high: Sequence[float]
    high: Sequence[float]
    whole: float


@dataclass(frozen=True)
class FunnelTexts:
    """What stands at the chart, in the reader's language.

    Args:
        size: title of the axis across.
        value: title of the axis upwards.
        legend: a word for each effect, and for ``inside``.
        tooltip: headings for name, size and value.
    """

    size: str
    value: str
    legend: dict[str, str]
    tooltip: tuple[str, str, str]


def funnel_spec(
    dots: tuple[FunnelDot, ...], lines: FunnelLimits, texts: FunnelTexts, lang: str
) -> Spec:
    """Draw the funnel.

    Args:
        dots: at least one.
        lines: the limits from the smallest to the largest location.
        texts: the words.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec: solid outer limits, dashed warning limits, a line for the whole.
    """
    across = value_axis([0.0, *(dot.size for dot in dots)], lang)
    upwards = _upwards(dots, lines, lang)
    x = _axis("size", across, texts.size)
    y = _axis("value", upwards, texts.value)
    layers = [
        *(
            layer(
                {"type": "line", "clip": True, "color": palette.BORDER, "strokeDash": dash},
                _line(lines.sizes, values, upwards),
                {"x": x, "y": y, "order": {"field": "size"}},
            )
            for dash, pairs in (
                ([1, 0], (lines.low, lines.high)),
                ([5, 4], (lines.warning_low, lines.warning_high)),
            )
            for values in pairs
        ),
        layer(
            {"type": "rule", "color": palette.INK, "strokeWidth": 1.5},
            [{"value": lines.whole}],
            {"y": y},
        ),
        *_dots_layers(dots, texts, x, y),
        *_names_layers(dots, across, x, y),
    ]
    padding = {"left": 2, "top": 6, "right": 10, "bottom": 4}
    return chart(layers, height=HEIGHT, padding=padding)


def _dots_layers(dots: tuple[FunnelDot, ...], texts: FunnelTexts, x: Spec, y: Spec) -> list[Spec]:
    """A layer for each effect, those outside on top."""
    effects = [effect for effect in MARKS if any(dot.effect == effect for dot in dots)]
    colour: Spec = {
        "field": "effect",
        "type": "nominal",
        "scale": {
            "domain": [texts.legend[effect] for effect in effects],
            "range": [MARKS[effect][1] for effect in effects],
        },
        "legend": {"title": None, "orient": "top", "labelFontSize": MAIN, "labelLimit": 260}
        | {"columns": {"expr": "width < 320 ? 1 : 3"}, "symbolOpacity": 1},
    }
    tooltip = [
        {"field": field, "title": title}
        for field, title in zip(("name", "extent", "figure"), texts.tooltip, strict=True)
    ]
    return [
        layer(
            {"type": "point", "filled": True, "opacity": 1, "shape": MARKS[effect][0],
             "size": MARKS[effect][2]},
            [
                {"name": dot.name, "size": dot.size, "value": dot.value,
                 "effect": texts.legend[effect], "figure": dot.figure, "extent": dot.extent}
                for dot in dots
                if dot.effect == effect
            ],
            {"x": x, "y": y, "color": colour, "tooltip": tooltip},
        )
        for effect in effects
    ]  # fmt: skip


def _names_layers(dots: tuple[FunnelDot, ...], across: ValueAxis, x: Spec, y: Spec) -> list[Spec]:
    """The names of those outside, turned inwards at the right edge."""
    middle = (across.low + across.high) / 2
    outside = [dot for dot in dots if dot.effect != INSIDE]
    sides = (
        ("left", 9, [dot for dot in outside if dot.size <= middle]),
        ("right", -9, [dot for dot in outside if dot.size > middle]),
    )
    return [
        layer(
            {"type": "text", "align": align, "dx": dx, "fontSize": SMALL + 1,
             "color": palette.BODY, "limit": 190},
            [{"size": dot.size, "value": dot.value, "name": dot.name} for dot in named],
            {"x": x, "y": y, "text": {"field": "name"}},
        )
        for align, dx, named in sides
        if named
    ]  # fmt: skip


def _axis(field: str, axis: ValueAxis, title: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [axis.low, axis.high], "nice": False, "zero": False},
        "axis": {
            "title": title,
            "titleFontWeight": "normal",
            "values": list(axis.ticks),
            "labelExpr": pick(axis.ticks, axis.labels),
            "labelOverlap": True,
        },
    }


def _upwards(dots: tuple[FunnelDot, ...], lines: FunnelLimits, lang: str) -> ValueAxis:
    """A scale that shows every location, and the limits where half of the locations lie.

    The limits of the smallest would squeeze all others together; there the lines run off the edge.
    """
    middle = sorted(dot.size for dot in dots)[len(dots) // 2]
    at = next(index for index, size in enumerate(lines.sizes) if size >= middle * (1 - 1e-9))
    values = [lines.whole, lines.low[at], lines.high[at], *(dot.value for dot in dots)]
    low, high = min(values), max(values)
    room = HEADROOM * (high - low)
    least = low - room if low < 0 else max(low - room, 0.0)
    return value_axis([least, high + room], lang)


def _line(
    sizes: Sequence[float], values: Sequence[float], upwards: ValueAxis
) -> list[dict[str, float]]:
    """The line where it can be seen, and one step beyond."""
    reach = upwards.high - upwards.low
    return [
        {"size": float(size), "value": float(value)}
        for size, value in zip(sizes, values, strict=True)
        if upwards.low - reach <= value <= upwards.high + reach
    ]

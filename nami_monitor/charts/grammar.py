"""The grammar of every chart: named layers in Altair, and which of them each form has.

A layer has a mark, rows (``alt.NamedData`` of its own name) and channels: which fields of a row say
where it stands and how it looks. ``y`` is a value on the scale, ``py`` a place in px from the top
of the plot. Every layer is drawn in the order in which its form lists it, the lowest first.

This module is loaded when the first chart is made, since Altair takes long to load; see ``spec``.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import altair as alt

from nami_monitor.charts.palette import (
    BAND,
    BODY,
    BORDER,
    EXPECTED,
    GRID,
    HATCH,
    HUNDRED,
    INK,
    LINK,
    SECOND,
    WHITE,
)

NARROW: Final = "width < 520"
"""On a plot below so many px an axis names fewer months; ``label_lanes.NARROWEST`` is the same."""
NAMELESS: Final = "width < 640"
"""And below so many, names of measures give way to their numbers; see ``label_lanes.NAMED``."""
ACROSS: Final = "datum.x / 100 * width"
INWARDS: Final = f"min(max({ACROSS}, datum.long / 2), max(width - datum.long / 2, 0)) - {ACROSS}"
"""How far a text about a place of a hundred must move to stay on the plot, in px."""
SIZE: Final = "datum.span ? pow(min(15, 0.8 * width / datum.span), 2) : datum.size"
"""A symbol is as large as its row says, or as lets so many stand beside each other."""
BREAKING: Final = {"invalid": "break-paths-show-domains", "strokeJoin": "round"}

Layer = Any
"""A layer of Altair, whose ``encode`` is without types."""


def _expr(expression: str) -> alt.ExprRef:
    return alt.ExprRef(expression)


def _own(channel: Any, field: str) -> Any:
    """A look that a row states itself."""
    return channel(f"{field}:N", scale=None)


CHANNELS: Final[Mapping[str, Any]] = {
    "x": alt.X("x:Q"),
    "x2": alt.X2("x2"),
    "y": alt.Y("y:Q"),
    "py": alt.Y("py:Q", scale=None),
    "py2": alt.Y2("py2"),
    "low": alt.Y("low:Q"),
    "high": alt.Y2("high"),
    "phase": alt.Detail("phase:N"),
    "path": alt.Detail("path:N"),
    "colour": _own(alt.Stroke, "colour"),
    "fill": _own(alt.Fill, "colour"),
    "opened": _own(alt.Fill, "fill"),
    "ink": _own(alt.Color, "colour"),
    "wide": _own(alt.StrokeWidth, "wide"),
    "dash": _own(alt.StrokeDash, "dash"),
    "pale": alt.FillOpacity("pale:Q", scale=None),
    "shape": _own(alt.Shape, "shape"),
    "angle": alt.Angle("angle:Q", scale=None),
    "text": alt.Text("text:N"),
    "said": alt.Tooltip("said:N"),
    "title": alt.Tooltip("title:N", title=" "),
}
"""What a field of a row says."""

CIRCLE: Final = {"shape": "circle", "opacity": 1}
SQUARE: Final = {"shape": "square", "opacity": 1}
MARKED: Final = {"xOffset": "datum.dx", "strokeWidth": 1.8, "opacity": 1}
TOUCHED: Final = {"xOffset": "datum.dx", "opacity": 0, "cursor": "pointer", "fill": WHITE}
WRITTEN: Final = {
    "align": "datum.align",
    "baseline": "middle",
    "dx": "datum.dx",
    "fontSize": "datum.size",
    "fontWeight": "datum.weight",
    "lineHeight": "1.2 * datum.size",
    "limit": "datum.fit ? width - 4 : 0",
    "opacity": f"datum.wide && {NAMELESS} ? 0 : 1",
}
LABELLED: Final = {
    "align": "datum.align",
    "baseline": "bottom",
    "dx": f"datum.align == 'center' ? {INWARDS} : 0",
    "dy": "width < datum.both ? -datum.size - 4 : 0",
    "fontSize": "datum.size",
    "fontWeight": "datum.weight",
    "limit": "width < datum.long ? width : 0",
}
"""A label that does not fit beside its neighbour, as ``both`` says, stands a line higher.

Only a text longer than the plot is cut: what draws reports takes letters for wider than they are.
"""
EXPRESSIONS: Final = ("size", "align", "fontSize", "fontWeight", "lineHeight", "limit", "dy")
"""Of a mark: always worked out by whatever draws it."""
SPAN: Final = "x x2 py py2"
LOOK: Final = "colour wide dash path"

LAYERS: Final[Mapping[str, tuple[str, str, Mapping[str, Any]]]] = {
    # the plot
    "grid": ("rule", "x x2 y", {"color": GRID, "strokeWidth": 1}),
    "baseline": ("rule", "x x2 py", {"color": BORDER, "strokeWidth": 1}),
    # a trend: usual spread phase by phase, its dashed edge, what is expected, breaks, target
    "band": ("area", "x low high phase", {"color": BAND, "opacity": 1}),
    "band_edge": ("line", "x y phase", {"color": EXPECTED, "strokeWidth": 1, "strokeDash": [4, 3]}),
    "expected": ("line", "x y phase", {"color": EXPECTED, "strokeWidth": 1.2}),
    "break_ground": ("rect", SPAN, {"color": WHITE, "opacity": 1}),
    "hatch": ("rule", SPAN, {"color": HATCH, "strokeWidth": 1}),
    "target": ("rule", "x x2 y", {"color": BODY, "strokeWidth": 1.6, "strokeDash": [9, 5]}),
    "interval": ("rule", "x low high colour", {"strokeWidth": 2, "opacity": 0.45}),
    # the months of a figure; a count of a register; a steady drift; months that belong together
    "line": ("line", f"x y {LOOK}", BREAKING),
    "steps": ("line", f"x y {LOOK}", {**BREAKING, "interpolate": "step-after"}),
    "drift": ("line", f"x y {LOOK}", BREAKING),
    "bracket": ("line", f"x py {LOOK}", BREAKING),
    # months: as they are, provisional, the last, one that stands out and not for the worse, or is
    "dots": ("point", "x y fill", {**CIRCLE, "strokeWidth": 0, "size": "dot"}),
    "hollow": (
        "point",
        "x y",
        {**CIRCLE, "fill": WHITE, "stroke": INK, "strokeWidth": 1.6, "size": "2 * dot"},
    ),
    "last": ("point", "x y fill", {**CIRCLE, "strokeWidth": 0, "size": "3.2 * dot"}),
    "ring": (
        "point",
        "x y",
        {**CIRCLE, "fill": "transparent", "stroke": INK, "strokeWidth": 2, "size": "8 * dot"},
    ),
    "square": (
        "point",
        "x y",
        {**SQUARE, "fill": SECOND, "stroke": WHITE, "strokeWidth": 1.5, "size": "4 * dot"},
    ),
    # measures, lessons, and what somebody wrote
    "measure_rule": ("rule", "x py py2", {"color": BODY, "strokeWidth": 1.3}),
    "measure_bar": ("line", f"x py {LOOK}", BREAKING),
    "measure": ("point", "x py fill", {**CIRCLE, "strokeWidth": 0, "size": "disc"}),
    "leader": ("rule", "x py py2 colour", {"strokeWidth": 1.4, "strokeDash": [2, 3]}),
    "lesson": (
        "point",
        "x py opened",
        {**MARKED, "shape": "diamond", "stroke": LINK, "size": "1.7 * disc"},
    ),
    "written": (
        "point",
        "x py opened",
        {**MARKED, "shape": "square", "stroke": BODY, "size": "0.8 * disc"},
    ),
    # what stands at a month, told where a mouse is
    "hover": ("rect", f"{SPAN} said", {"fillOpacity": 0, "strokeOpacity": 0}),
    "lesson_touch": ("point", "x py title", {**TOUCHED, "shape": "diamond", "size": "1.7 * disc"}),
    "written_touch": ("point", "x py title", {**TOUCHED, "shape": "square", "size": "0.8 * disc"}),
    # marks that state their own look
    "under": ("line", f"x py {LOOK}", {**BREAKING, "clip": True, "opacity": 0.7}),
    "area": ("area", "x py py2 fill pale path", {}),
    "bar": ("rect", f"{SPAN} fill pale said", {"stroke": WHITE, "strokeWidth": 1}),
    "rule": ("rule", f"{SPAN} colour wide dash said", {}),
    "path": ("line", f"x py {LOOK}", {**BREAKING, "clip": True}),
    "point": ("point", "x py fill shape said", {"opacity": 1, "strokeWidth": 0, "size": SIZE}),
    "halo": ("text", "x py text", {**WRITTEN, "color": WHITE, "stroke": WHITE, "strokeWidth": 4}),
    "words": ("text", "x py text ink", WRITTEN),
    # a hundred: of each bar what came back and what is less; estimate, bracket, where it goes on
    "before": ("rect", SPAN, {"color": HUNDRED}),
    "back": ("rect", SPAN, {"color": SECOND}),
    "less": ("rect", SPAN, {"color": INK}),
    "edge": ("rule", SPAN, {"color": BODY, "strokeWidth": 1.5}),
    "beyond": (
        "point",
        "x py angle",
        {"shape": "triangle-up", "fill": BODY, "strokeWidth": 0, "size": "60", "opacity": 1},
    ),
    "labels": ("text", "x py text ink", LABELLED),
}
"""Mark, channels and look of each layer."""

WHOLE: Final = {
    "under": ("x", "py"),
    "path": ("x", "py"),
    "area": ("x", "py", "py2"),
}
"""Layers of which a row is a whole line or surface: these fields hold a number for each point."""

FORMS: Final[Mapping[str, str]] = {
    "trend": "frame grid band band_edge break_ground hatch baseline expected target measure_rule"
    " measure_bar leader interval line steps drift dots hollow ring square last bracket hover"
    " measure lesson written words lesson_touch written_touch",
    "hundred": "frame before back less edge beyond labels",
    "plane": "frame grid under area bar rule path point hover lesson halo words lesson_touch",
}
"""Which layers each form has."""


def _frame(*, crowded: bool) -> Layer:
    """Both scales and the words at their ticks, of which ``crowded`` ones give way."""

    def axis(way: str, **more: Any) -> alt.Axis:
        return alt.Axis(
            values=_expr(f"{way}Ticks"),
            title=None,
            domain=False,
            grid=False,
            aria=False,
            labelOverlap=crowded,
            labelLimit=_expr(f"{way}Limit"),
            **more,
        )

    def named(way: str, which: str) -> str:
        return f"{way}{which}[indexof({way}Ticks, datum.value)]"

    few = f"{NARROW} ? {named('x', 'Few')} : {named('x', 'Labels')}"
    across = alt.Scale(domain=_expr("xDomain"), nice=False, zero=False)
    up = alt.Scale(domain=_expr("yDomain"), range=[1, 0], nice=False, zero=False)
    names = axis(
        "y",
        labelExpr=named("y", "Labels"),
        labelPadding=8,
        ticks=False,
        tickCount=_expr("length(yTicks)"),  # else one for every 40 px, and rows lose their names
    )
    return (
        alt.Chart(alt.NamedData("frame"), name="frame")
        .mark_point(opacity=0, aria=False)
        .encode(
            alt.X("x:Q", scale=across, axis=axis("x", labelExpr=few, labelPadding=5)),
            alt.Y("y:Q", scale=up, axis=names),
        )
    )


def _look(name: str, value: Any) -> Any:
    """A setting of a mark; one that is worked out where the chart is drawn is an expression."""
    worked_out = name in EXPRESSIONS or "datum." in str(value)
    return _expr(value) if worked_out else value


def _layer(name: str, form: str) -> Layer:
    """One layer; its marks bear no aria labels, since a chart is told by one sentence."""
    if name == "frame":
        return _frame(crowded=form == "plane")
    mark, channels, look = LAYERS[name]
    settings = {"aria": False, **{key: _look(key, value) for key, value in look.items()}}
    chart: Layer = alt.Chart(alt.NamedData(name), name=name)
    chart = getattr(chart, f"mark_{mark}")(**settings)
    chart = chart.encode(*(CHANNELS[channel] for channel in channels.split()))
    if name in WHOLE:
        chart = chart.transform_flatten(list(WHOLE[name]))
    if name.endswith("_touch"):
        select = alt.selection_point(name=name.removesuffix("_touch"), fields=["code"])
        chart = chart.add_params(select)
    return chart


@cache
def compiled(form: str) -> dict[str, Any]:
    """The layers of a form as Vega-Lite, compiled once; nobody may change it.

    Args:
        form: one of ``FORMS``.
    """
    layers = [_layer(name, form) for name in FORMS[form].split()]
    whole: dict[str, Any] = alt.layer(*layers).to_dict(validate=False)
    return whole

"""The grammar of every chart: named layers in Altair, and which of them each form has.

A layer names its mark, its rows (``alt.NamedData`` of the same name) and which fields of a row say
where it stands and how it looks. ``y`` is a value on the scale, ``py`` a place in px from the top
of the plot. Every layer is drawn in the order in which its form lists it, the lowest first.

This module is loaded when the first chart is made, since Altair takes long to load; see ``spec``.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import altair as alt

from nami_monitor.charts import palette

Layer = Any
"""A layer of Altair, whose ``encode`` is without types."""
NARROW: Final = "width < 520"
"""On a plot below so many px an axis names fewer months; ``label_lanes.NARROWEST`` is the same."""
NAMELESS: Final = "width < 640"
"""And below so many, names of measures give way to their numbers; see ``label_lanes.NAMED``."""

SILENT: Final[dict[str, Any]] = {"aria": False}
"""A chart is told by one sentence; its marks would only repeat the names of fields."""


def _layer(name: str) -> Layer:
    return alt.Chart(alt.NamedData(name), name=name)


def _expr(expression: str) -> alt.ExprRef:
    return alt.ExprRef(expression)


def _px(field: str = "py") -> alt.Y:
    return alt.Y(f"{field}:Q", scale=None)


def _own(channel: Any, field: str) -> Any:
    """A look that a row states itself."""
    return channel(f"{field}:N", scale=None)


def frame(*, across: str = "x", up: str = "y") -> Layer:
    """Both scales and the words at their ticks; nothing of it is drawn."""

    def axis(way: str, **more: Any) -> alt.Axis:
        return alt.Axis(
            values=_expr(f"{way}Ticks"),
            title=None,
            domain=False,
            grid=False,
            aria=False,
            labelOverlap=False,
            labelLimit=_expr("yLimit"),
            **more,
        )

    few = "xFew[indexof(xTicks, datum.value)]"
    full = "xLabels[indexof(xTicks, datum.value)]"
    return (
        _layer("frame")
        .mark_point(opacity=0, **SILENT)
        .encode(
            alt.X(
                f"{across}:Q",
                scale=alt.Scale(domain=_expr("xDomain"), nice=False, zero=False),
                axis=axis("x", labelExpr=f"{NARROW} ? {few} : {full}", labelPadding=5),
            ),
            alt.Y(
                f"{up}:Q",
                scale=alt.Scale(domain=_expr("yDomain"), range=[1, 0], nice=False, zero=False),
                axis=axis(
                    "y",
                    labelExpr="yLabels[indexof(yTicks, datum.value)]",
                    ticks=False,
                    labelPadding=8,
                ),
            ),
        )
    )


def grid() -> Layer:
    """A hairline at each tick of the values, as far as the months go."""
    return (
        _layer("grid")
        .mark_rule(color=palette.GRID, strokeWidth=1, **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), alt.Y("y:Q"))
    )


def baseline() -> Layer:
    """The line under the plot."""
    return (
        _layer("baseline")
        .mark_rule(color=palette.BORDER, strokeWidth=1, **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), _px())
    )


def band() -> Layer:
    """The usual spread, phase by phase."""
    return (
        _layer("band")
        .mark_area(color=palette.BAND, opacity=1, **SILENT)
        .encode(alt.X("x:Q"), alt.Y("low:Q"), alt.Y2("high"), alt.Detail("phase:N"))
    )


def band_edge() -> Layer:
    """The dashed edge of a spread that rests on few months."""
    return (
        _layer("band_edge")
        .mark_line(color=palette.EXPECTED, strokeWidth=1, strokeDash=[4, 3], **SILENT)
        .encode(alt.X("x:Q"), alt.Y("y:Q"), alt.Detail("phase:N"))
    )


def expected() -> Layer:
    """What was to be expected: steps per phase, moving with a known season."""
    return (
        _layer("expected")
        .mark_line(color=palette.EXPECTED, strokeWidth=1.2, **SILENT)
        .encode(alt.X("x:Q"), alt.Y("y:Q"), alt.Detail("phase:N"))
    )


def break_ground() -> Layer:
    """The months of a break, or where a definition changed."""
    return (
        _layer("break_ground")
        .mark_rect(color=palette.WHITE, opacity=1, **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), _px(), alt.Y2("py2"))
    )


def hatch() -> Layer:
    """Sloping lines over the months of a break."""
    return (
        _layer("hatch")
        .mark_rule(color=palette.HATCH, strokeWidth=1, **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), _px(), alt.Y2("py2"))
    )


def target() -> Layer:
    """Long dashes in the months for which a target holds."""
    return (
        _layer("target")
        .mark_rule(color=palette.BODY, strokeWidth=1.6, strokeDash=[9, 5], **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), alt.Y("y:Q"))
    )


def interval() -> Layer:
    """The interval of each estimate."""
    return (
        _layer("interval")
        .mark_rule(strokeWidth=2, opacity=0.45, **SILENT)
        .encode(alt.X("x:Q"), alt.Y("low:Q"), alt.Y2("high"), _own(alt.Stroke, "colour"))
    )


def _path(name: str, y: alt.Y, **mark: Any) -> Layer:
    return (
        _layer(name)
        .mark_line(invalid="break-paths-show-domains", strokeJoin="round", **SILENT, **mark)
        .encode(
            alt.X("x:Q"),
            y,
            _own(alt.Stroke, "colour"),
            _own(alt.StrokeWidth, "wide"),
            _own(alt.StrokeDash, "dash"),
            alt.Detail("path:N"),
        )
    )


def line() -> Layer:
    """The months of a figure: a line that stops where months are missing."""
    return _path("line", alt.Y("y:Q"))


def steps() -> Layer:
    """A count of a register, which changes only by decision."""
    return _path("steps", alt.Y("y:Q"), interpolate="step-after")


def drift() -> Layer:
    """A steady drift, as a thin straight line."""
    return _path("drift", alt.Y("y:Q"))


def bracket() -> Layer:
    """Months that belong together: a change that lasts, or months without data."""
    return _path("bracket", _px())


def _symbol(name: str, y: alt.Y, **mark: Any) -> Layer:
    return (
        _layer(name)
        .mark_point(opacity=1, **SILENT, **mark)
        .encode(alt.X("x:Q"), y, *(() if "fill" in mark else (_own(alt.Fill, "colour"),)))
    )


def dots() -> Layer:
    """A dot for each month."""
    return _symbol("dots", alt.Y("y:Q"), shape="circle", strokeWidth=0, size=_expr("dot"))


def hollow() -> Layer:
    """The same for months that later ones may change."""
    look = {"fill": palette.WHITE, "stroke": palette.INK, "strokeWidth": 1.6}
    return _symbol("hollow", alt.Y("y:Q"), shape="circle", size=_expr("2 * dot"), **look)


def last() -> Layer:
    """The last value of each line."""
    return _symbol("last", alt.Y("y:Q"), shape="circle", strokeWidth=0, size=_expr("3.2 * dot"))


def ring() -> Layer:
    """A month that stands out, and not for the worse."""
    look = {"fill": "transparent", "stroke": palette.INK, "strokeWidth": 2}
    return _symbol("ring", alt.Y("y:Q"), shape="circle", size=_expr("8 * dot"), **look)


def square() -> Layer:
    """A month that stands out for the worse."""
    look = {"fill": palette.SECOND, "stroke": palette.WHITE, "strokeWidth": 1.5}
    return _symbol("square", alt.Y("y:Q"), shape="square", size=_expr("4 * dot"), **look)


def measure_rule() -> Layer:
    """The start of a measure."""
    return _upright("measure_rule", palette.BODY, 1.3)


def measure_bar() -> Layer:
    """How long a measure lasted that has ended."""
    return _path("measure_bar", _px())


def measure() -> Layer:
    """The disc of a measure, at the head of its rule."""
    return _symbol("measure", _px(), shape="circle", strokeWidth=0, size=_expr("disc"))


def leader() -> Layer:
    """From a lesson or note down to its month."""
    return (
        _layer("leader")
        .mark_rule(strokeWidth=1.4, strokeDash=[2, 3], **SILENT)
        .encode(alt.X("x:Q"), _px(), alt.Y2("py2"), _own(alt.Stroke, "colour"))
    )


def _marker(name: str, shape: str, size: str, colour: str) -> Layer:
    return (
        _layer(name)
        .mark_point(
            shape=shape,
            size=_expr(size),
            xOffset=_expr("datum.dx"),
            opacity=1,
            strokeWidth=1.8,
            stroke=colour,
            **SILENT,
        )
        .encode(alt.X("x:Q"), _px(), _own(alt.Fill, "fill"))
    )


def lesson() -> Layer:
    """The diamond of a lesson, filled while it is open."""
    return _marker("lesson", "diamond", "1.7 * disc", palette.LINK)


def written() -> Layer:
    """The square of what somebody wrote."""
    return _marker("written", "square", "0.8 * disc", palette.BODY)


def touch(name: str, shape: str, size: str) -> Layer:
    """Transparent symbols above all else, of which a click selects ``code``."""
    return (
        _layer(f"{name}_touch")
        .mark_point(
            shape=shape,
            size=_expr(size),
            xOffset=_expr("datum.dx"),
            opacity=0,
            cursor="pointer",
            fill=palette.WHITE,
            **SILENT,
        )
        .encode(alt.X("x:Q"), _px(), alt.Tooltip("title:N", title=" "))
        .add_params(alt.selection_point(name=name, fields=["code"]))
    )


def words() -> Layer:
    """Everything that is written in the plot, each with its own place and look."""
    return (
        _layer("words")
        .mark_text(
            align=_expr("datum.align"),
            baseline="middle",
            dx=_expr("datum.dx"),
            fontSize=_expr("datum.size"),
            fontWeight=_expr("datum.weight"),
            lineHeight=_expr("1.2 * datum.size"),
            opacity=_expr(f"datum.wide && {NAMELESS} ? 0 : 1"),
            **SILENT,
        )
        .encode(alt.X("x:Q"), _px(), alt.Text("text:N"), _own(alt.Color, "colour"))
    )


def bar() -> Layer:
    """A bar from one value to another."""
    return (
        _layer("bar")
        .mark_rect(opacity=1, **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), _px(), alt.Y2("py2"), _own(alt.Fill, "colour"))
    )


def _upright(name: str, colour: str, width: float) -> Layer:
    return (
        _layer(name)
        .mark_rule(color=colour, strokeWidth=width, **SILENT)
        .encode(alt.X("x:Q"), _px(), alt.Y2("py2"))
    )


def zero() -> Layer:
    """The line from which bars begin."""
    return _upright("zero", palette.BORDER, 1)


def tick() -> Layer:
    """A value that is no amount of its own: where steps begin or end."""
    return _upright("tick", palette.GREY_TEXT, 4)


def hover() -> Layer:
    """What stands at a month, told where a mouse is."""
    return (
        _layer("hover")
        .mark_rect(fillOpacity=0, strokeOpacity=0, **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), _px(), alt.Y2("py2"), tooltip=alt.Tooltip("said:N"))
    )


def _trend() -> list[Layer]:
    return [
        frame(),
        grid(),
        band(),
        band_edge(),
        break_ground(),
        hatch(),
        baseline(),
        expected(),
        target(),
        measure_rule(),
        measure_bar(),
        leader(),
        interval(),
        line(),
        steps(),
        drift(),
        dots(),
        hollow(),
        ring(),
        square(),
        last(),
        bracket(),
        hover(),
        measure(),
        lesson(),
        written(),
        words(),
        touch("lesson", "diamond", "1.7 * disc"),
        touch("written", "square", "0.8 * disc"),
    ]


def bars(name: str, colour: str) -> Layer:
    """The bars of a hundred, or the part of each that has a colour."""
    return (
        _layer(name)
        .mark_rect(color=colour, **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), _px(), alt.Y2("py2"))
    )


def edge() -> Layer:
    """The estimate of a hundred and the bracket of its interval."""
    return (
        _layer("edge")
        .mark_rule(color=palette.BODY, strokeWidth=1.5, **SILENT)
        .encode(alt.X("x:Q"), alt.X2("x2"), _px(), alt.Y2("py2"))
    )


def beyond() -> Layer:
    """Where an interval goes on beyond 0 or 100."""
    look = {"fill": palette.BODY, "strokeWidth": 0}
    arrows = _symbol("beyond", _px(), shape="triangle-up", size=60, **look)
    return arrows.encode(alt.Angle("angle:Q", scale=None))


ACROSS: Final = "datum.x / 100 * width"
INWARDS: Final = f"min(max({ACROSS}, datum.long / 2), max(width - datum.long / 2, 0)) - {ACROSS}"
"""How far a text about a place must move to stay on the plot, in px."""


def labels() -> Layer:
    """The words of a hundred, each about ``long`` px.

    One that does not fit beside its neighbour, as ``both`` says, stands a line higher. Only a text
    longer than the plot is cut: what draws reports takes letters for wider than they are.
    """
    return (
        _layer("labels")
        .mark_text(
            align=_expr("datum.align"),
            baseline="bottom",
            dx=_expr(f"datum.align == 'center' ? {INWARDS} : 0"),
            dy=_expr("width < datum.both ? -datum.size - 4 : 0"),
            fontSize=_expr("datum.size"),
            fontWeight=_expr("datum.weight"),
            limit=_expr("width < datum.long ? width : 0"),
            **SILENT,
        )
        .encode(alt.X("x:Q"), _px(), alt.Text("text:N"), _own(alt.Color, "colour"))
    )


def _hundred() -> list[Layer]:
    return [
        frame(),
        bars("before", palette.HUNDRED),
        bars("back", palette.SECOND),
        bars("less", palette.INK),
        edge(),
        beyond(),
        labels(),
    ]


def _bars() -> list[Layer]:
    return [frame(), bar(), zero(), tick(), words()]


FORMS: Final[Mapping[str, Callable[[], list[Layer]]]] = {
    "trend": _trend,
    "hundred": _hundred,
    "bars": _bars,
}
"""Which layers each form has."""


@cache
def compiled(form: str) -> dict[str, Any]:
    """The layers of a form as Vega-Lite, compiled once; nobody may change it.

    Args:
        form: one of ``FORMS``.
    """
    whole: dict[str, Any] = alt.layer(*FORMS[form]()).to_dict(validate=False)
    return whole

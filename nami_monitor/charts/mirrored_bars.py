"""Departures of target and substitute from what was expected: mirrored bars and their net line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index, month_scale, value_axis
from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.charts.trend_data import LessonMark
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import departure, month, unit_label

HEIGHT: Final = 380
HALF: Final = 0.42  # of a month, to either side of its middle
ROOM: Final = 0.16  # of the months, to the right of the last one, for the name of the line


DIAMOND: Final = 30.0
DIAMOND_STYLE: Final = {"shape": "diamond", "fill": palette.LINK, "size": 760}


@dataclass(frozen=True)
class Departure:
    """How far a month lies from what was expected.

    Args:
        month: the month.
        target: more (or less) in the target than expected.
        substitute: likewise in the substitute.
    """

    month: date
    target: float
    substitute: float

    @property
    def net(self) -> float:
        """Both together."""
        return self.target + self.substitute


def mirrored_spec(
    rows: tuple[Departure, ...],
    start: date,
    unit: Unit,
    lang: str,
    channels: tuple[str, str],
    lessons: tuple[LessonMark, ...] = (),
) -> Spec:
    """Draw the bars and the line of what is left.

    Args:
        rows: by month, in order; at least one.
        start: the first month in which the measure held.
        unit: of every value.
        lang: ``nl`` or ``en``.
        channels: how target and substitute are called.
        lessons: those that the measure calls up, at the month of their signal.

    Returns:
        A Vega-Lite spec; bars of the same side stand on each other. A click on a lesson selects in
        ``lesson`` with the field ``code``.
    """
    ends = [end for row in rows for end in _ends(row)]
    axis = value_axis([*ends, 0.0, *(row.net for row in rows)], lang, ticks=6)
    first, last = rows[0].month, rows[-1].month
    room = max(3.0, ROOM * (month_index(last) - month_index(first) + 1))
    x = month_scale(first, last, lang, room=room)
    y: Spec = {
        "type": "quantitative",
        "scale": {"domain": [axis.low, axis.high], "nice": False},
        "axis": {
            "title": None,
            "values": list(axis.ticks),
            "labelExpr": pick(axis.ticks, axis.labels),
        },
    }
    names = (*channels, text("charts.mirrored.net", lang))
    colour: Spec = {
        "field": "what",
        "type": "nominal",
        "scale": {"domain": list(names[:2]), "range": [palette.INK, palette.SECOND]},
        "legend": {
            "title": None,
            "orient": "top",
            "labelFontSize": MAIN,
            "symbolType": "square",
            "columns": {"expr": f"width < {NARROWEST:.0f} ? 1 : 2"},
        },
    }
    tooltip = [
        {"field": "month", "title": text("charts.month", lang)},
        {"field": "what", "title": text("charts.mirrored.what", lang)},
        {"field": "shown", "title": text("charts.mirrored.departure", lang)},
    ]
    line = [
        {"x": month_index(row.month), "y": row.net, "month": month(row.month, lang),
         "what": names[2], "shown": departure(row.net, unit, lang)}
        for row in rows
    ]  # fmt: skip
    places = {"x": {"field": "x", **x}, "y": {"field": "y", **y}}
    layers = [
        layer(
            "rect",
            [bar for row in rows for bar in _bars(row, names, unit, lang)],
            {
                **places,
                "x2": {"field": "x2"},
                "y2": {"field": "y2"},
                "color": colour,
                "tooltip": tooltip,
            },
        ),
        layer({"type": "rule", "color": palette.BODY, "strokeWidth": 1.5}, [{"y": 0}],
              {"y": places["y"]}),
        *_start_layers(start, axis.high, x, y, lang),
        layer({"type": "line", "color": palette.WHITE, "strokeWidth": 5}, line, places),
        layer({"type": "line", "color": palette.BODY, "strokeWidth": 2.5}, line, places),
        layer({"type": "point", "filled": True, "opacity": 1, "size": 30, "color": palette.BODY,
               "stroke": palette.WHITE, "strokeWidth": 1}, line, {**places, "tooltip": tooltip}),
        layer({"type": "text", "align": "left", "dx": 8, "fontSize": MAIN, "fontWeight": "bold",
               "color": palette.BODY},
              [{**line[-1], "name": names[2]}], {**places, "text": {"field": "name"}}),
        *_lesson_layers(lessons, (axis.low, axis.high), places),
    ]  # fmt: skip
    return chart(layers, height=HEIGHT, padding={"left": 2, "top": 6, "right": 8, "bottom": 4})


def _start_layers(start: date, top: float, x: Spec, y: Spec, lang: str) -> list[Spec]:
    """The rule at the start, with its name."""
    at = [{"x": month_index(start) - 0.5, "y": top, "name": text("charts.mirrored.start", lang)}]
    place = {"x": {"field": "x", **x}}
    return [
        layer({"type": "rule", "color": palette.GREY_TEXT, "strokeDash": [4, 3],
               "strokeWidth": 1.5}, at, place),
        layer({"type": "text", "align": "right", "baseline": "top", "dx": -5, "dy": 1,
               "fontSize": SMALL + 1, "color": palette.GREY_TEXT}, at,
              {**place, "y": {"field": "y", **y}, "text": {"field": "name"}}),
    ]  # fmt: skip


def _lesson_layers(
    lessons: tuple[LessonMark, ...], domain: tuple[float, float], places: Spec
) -> list[Spec]:
    """A diamond for each lesson, one above the other from the foot of the chart."""
    low, high = domain
    step = (high - low) * DIAMOND / HEIGHT
    rows = [
        {"x": month_index(lesson.month), "y": low + (at + 0.6) * step, "code": lesson.code,
         "title": lesson.title}
        for at, lesson in enumerate(lessons)
    ]  # fmt: skip
    return clickable_markers("lesson", rows, DIAMOND_STYLE, places) if rows else []


def _ends(row: Departure) -> tuple[float, float]:
    """How far the bars of a month reach down and up."""
    both = (row.target, row.substitute)
    return sum(min(value, 0.0) for value in both), sum(max(value, 0.0) for value in both)


def _bars(
    row: Departure, names: tuple[str, str, str], unit: Unit, lang: str
) -> list[dict[str, object]]:
    """The two bars of a month; on the same side the substitute stands on the target."""
    same = row.target * row.substitute > 0
    foot = row.target if same else 0.0
    spans = ((row.target, 0.0, names[0]), (row.substitute, foot, names[1]))
    return [
        {
            "x": month_index(row.month) - HALF,
            "x2": month_index(row.month) + HALF,
            "y": foot,
            "y2": foot + value,
            "month": month(row.month, lang),
            "what": name,
            "shown": departure(value, unit, lang),
        }
        for value, foot, name in spans
    ]


def mirrored_table(
    rows: tuple[Departure, ...], unit: Unit, lang: str, channels: tuple[str, str]
) -> ChartTable:
    """Give the bars as a table, the latest month first."""
    label, names = unit_label(unit, lang), (*channels, text("charts.mirrored.net", lang))
    head = (text("charts.month", lang), *(f"{name} ({label})" for name in names))
    cells = tuple((row.month, row.target, row.substitute, row.net) for row in reversed(rows))

    def write(value: float) -> str:
        return departure(value, unit, lang)

    return ChartTable(head, cells, (lambda day: month(day, lang), write, write, write))


def mirrored_sentence(
    rows: tuple[Departure, ...],
    start: date,
    unit: Unit,
    lang: str,
    channels: tuple[str, str],
    effects: tuple[str, str, str],
) -> str:
    """Tell the bars in words.

    ``effects`` are those on target, on substitute and together, as written, with their intervals.
    """
    target, substitute, together = effects
    return text(
        "charts.mirrored.alt",
        lang,
        first=month(rows[0].month, lang),
        last=month(rows[-1].month, lang),
        start=month(start, lang),
        unit=unit_label(unit, lang),
        origin=channels[0],
        via=channels[1],
        target=target,
        substitute=substitute,
        net=together,
    )


def clickable_markers(
    name: str, rows_: Sequence[Mapping[str, Any]], style: Mapping[str, Any], at: Spec
) -> list[Spec]:
    """Symbols with their codes, of which a click selects the ``code``.

    Args:
        name: of the selection.
        rows_: ``code`` and ``title`` of each, and what ``at`` names.
        style: shape, colour and size; see ``DIAMOND_STYLE``.
        at: the encoding of its place.
    """
    ring = {"stroke": palette.WHITE, "strokeWidth": 1.5, "opacity": 1}
    symbol = {"type": "point", "filled": True, **ring, **style}
    touch = {**symbol, "opacity": 0, "cursor": "pointer"}
    code = {
        "type": "text",
        "baseline": "middle",
        "align": "center",
        "fontSize": SMALL,
        "fontWeight": "bold",
        "fill": palette.WHITE,
    }
    tip = [{"field": "title", "title": " "}]
    select = {"name": name, "select": {"type": "point", "fields": ["code"]}}
    return [
        layer(symbol, rows_, at),
        layer(code, rows_, {**at, "text": {"field": "code"}}),
        layer(touch, rows_, {**at, "tooltip": tip}, params=[select]),
    ]

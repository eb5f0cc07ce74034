"""The notes around a trend: interventions in their lanes, lessons, and data breaks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index
from nami_monitor.charts.label_lanes import (
    CHARACTER,
    NARROWEST,
    PlacedLabel,
    pack_rows,
    place_labels,
)
from nami_monitor.charts.spec import SMALL, Spec, layer
from nami_monitor.charts.trend_data import Trend, by_index, clipped

LINE: Final = 16.0
LANE_GAP: Final = 6.0
BADGE: Final = 24.0
DIAMOND: Final = 30.0
BREAK_ROW: Final = 20.0
HATCH_STEP: Final = 9.0
HATCH_PER_MONTH: Final = 9.0


@dataclass(frozen=True)
class PlacedIntervention:
    """An intervention with its place: top of its rule and lane in px, and how its name is set."""

    x: int
    y: float
    number: int
    lines: tuple[str, ...]
    left: bool


@dataclass(frozen=True)
class AnnotationLayout:
    """Where annotations stand around a plot.

    Args:
        top: px above the plot.
        below: px below the last px of the plot's scale.
        marks: interventions.
        named: whether a wide plot writes their names out.
        lessons: y in px of each shown lesson.
        written: y in px of each shown note of a person.
        breaks: month numbers (first, last) and row of each shown break.
    """

    top: float
    below: float
    marks: tuple[PlacedIntervention, ...]
    named: bool
    lessons: tuple[float, ...]
    written: tuple[float, ...]
    breaks: tuple[tuple[int, int, int, str], ...]


def lay_out(trend: Trend, *, margin: float) -> AnnotationLayout:
    """Lay out all notes.

    Args:
        trend: the trend; it has months.
        margin: px to the right of the plot into which a name may run.
    """
    marks = trend.shown_marks()
    places = [_place(mark.month, trend) for mark in marks]
    labels = place_labels(places, [mark.label for mark in marks], margin)
    notes, lanes = _named(trend, labels) if labels else _badges(trend, places)
    lessons, diamonds = _stacked([x.month for x in trend.shown_lessons()], trend, lanes)
    written, top = _stacked([x.month for x in trend.shown_written()], trend, diamonds)
    breaks = _breaks(trend)
    return AnnotationLayout(
        top=top + (LANE_GAP if top else 0.0),
        below=BREAK_ROW * (max(row for *_, row, _ in breaks) + 1) if breaks else 0.0,
        marks=notes,
        named=bool(labels),
        lessons=lessons,
        written=written,
        breaks=breaks,
    )


def rule_layers(notes: AnnotationLayout, bottom: float) -> list[Spec]:
    """Draw the rules of interventions with their names, or badges where there is no room."""
    if not notes.marks:
        return []
    wide = f"width >= {NARROWEST:.0f}" if notes.named else "false"
    rows_ = [
        {"x": n.x, "y": n.y, "lines": list(n.lines), "n": str(n.number), "left": n.left}
        for n in notes.marks
    ]
    down = {"x": _q("x"), "y": _px("y")}
    rule = {"type": "rule", "stroke": palette.BODY, "strokeWidth": 1.2, "strokeDash": [4, 3]}
    badge = {
        "type": "point",
        "shape": "circle",
        "filled": True,
        "fill": palette.BODY,
        "opacity": 1,
        "size": {"expr": f"{wide} ? 0 : 380"},
        "yOffset": BADGE / 2,
    }
    name = {
        "type": "text",
        "baseline": "top",
        "fontSize": SMALL + 1,
        "lineHeight": LINE,
        "align": {"expr": f"!({wide}) ? 'center' : datum.left ? 'right' : 'left'"},
        "dx": {"expr": f"!({wide}) ? 0 : datum.left ? -6 : 6"},
        "dy": {"expr": f"{wide} ? 0 : 5"},
        "fill": {"expr": f"{wide} ? '{palette.BODY}' : '{palette.WHITE}'"},
        "text": {"expr": f"{wide} ? datum.lines : datum.n"},
    }
    return [
        layer(rule, rows_, {**down, "y2": {"value": bottom}}),
        layer(badge, rows_, down),
        layer(name, rows_, down),
    ]


def break_layers(trend: Trend, notes: AnnotationLayout, top: float, bottom: float) -> list[Spec]:
    """Hatch the months of each break or border and write its name below the plot."""
    bands, lines, names = [], [], []
    for first, last, row, label in notes.breaks:
        ends = {"x": first - 0.5, "x2": last + 0.5}
        bands.append(ends)
        lines += _hatch(ends["x"], ends["x2"], top, bottom)
        right = _share(first - 0.5, trend) * NARROWEST + len(label) * CHARACTER > NARROWEST
        at = ends["x2"] if right else ends["x"]
        y = bottom + BREAK_ROW * (row + 0.5) + 2
        names.append({"x": at, "y": y, "label": label, "right": right})
    if not bands:
        return []
    band: Spec = {"x": _q("x"), "x2": {"field": "x2"}, "y": {"value": top}, "y2": {"value": bottom}}
    stroke = {"type": "rule", "stroke": palette.HATCH, "strokeWidth": 1}
    sloping = {"x": _q("x"), "x2": {"field": "x2"}, "y": _px("y"), "y2": {"field": "y2"}}
    name = {
        "type": "text",
        "align": {"expr": "datum.right ? 'right' : 'left'"},
        "baseline": "middle",
        "fontSize": SMALL + 1,
        "fill": palette.GREY_TEXT,
    }
    words = {"x": _q("x"), "y": _px("y"), "text": {"field": "label"}}
    return [
        layer({"type": "rect", "fill": palette.SURFACE}, bands, band),
        layer(stroke, lines, sloping),
        layer(name, names, words),
    ]


def marker_layers(
    trend: Trend, notes: AnnotationLayout, y_of: Callable[[float], float]
) -> list[Spec]:
    """Draw a clickable diamond for each lesson and a square for each note of a person.

    Each is led down to its month's value. A click on one selects its ``code``, in ``lesson`` or in
    ``written``.
    """
    lessons = [
        (marker.month, y, marker.code, marker.title)
        for marker, y in zip(trend.shown_lessons(), notes.lessons, strict=True)
    ]
    written = [
        (marker.month, y, marker.code, marker.text)
        for marker, y in zip(trend.shown_written(), notes.written, strict=True)
    ]
    return [
        *_markers("written", _rows(trend, written, y_of), _SQUARE),
        *_markers("lesson", _rows(trend, lessons, y_of), DIAMOND_STYLE),
    ]


DIAMOND_STYLE: Final = {"shape": "diamond", "fill": palette.LINK, "size": 760}
_SQUARE: Final = {"shape": "square", "fill": palette.BODY, "size": 460}


def _rows(
    trend: Trend,
    markers: Sequence[tuple[date, float, str, str]],
    y_of: Callable[[float], float],
) -> list[dict[str, Any]]:
    """Where each marker stands, what it says, and where its leader ends."""
    points = by_index(trend.series[0])
    rows = []
    for day, y, code, title in markers:
        x = month_index(day)
        value = points[x].value if x in points else None
        end = None if value is None else y_of(value)
        rows.append({"x": x, "y": y, "code": code, "title": title, "end": end})
    return rows


def _markers(name: str, rows_: list[dict[str, Any]], style: Mapping[str, Any]) -> list[Spec]:
    """Leaders, symbols and their codes, with transparent symbols on top that can be clicked."""
    if not rows_:
        return []
    led = [row for row in rows_ if row["end"] is not None]
    leader = {"type": "rule", "stroke": palette.LEADER, "strokeWidth": 1}
    lead = {"x": _q("x"), "y": _px("y"), "y2": {"field": "end"}}
    at = {"x": _q("x"), "y": _px("y")}
    return [layer(leader, led, lead), *clickable_markers(name, rows_, style, at)]


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


def _stacked(months: list[date], trend: Trend, top: float) -> tuple[tuple[float, ...], float]:
    """The y in px of markers at these months below ``top``, and where they end."""
    taken = pack_rows([_place(month, trend) for month in months], DIAMOND)
    below = top + DIAMOND * (max(taken) + 1) if taken else top
    return tuple(top + DIAMOND * (row + 0.5) for row in taken), below


def _named(trend: Trend, labels: list[PlacedLabel]) -> tuple[tuple[PlacedIntervention, ...], float]:
    marks = trend.shown_marks()
    tops: dict[int, float] = {}
    y = 0.0
    for lane in sorted({flag.lane for flag in labels}, reverse=True):
        tops[lane] = y
        y += max(LINE * len(f.lines) for f in labels if f.lane == lane) + LANE_GAP
    notes = tuple(
        PlacedIntervention(month_index(mark.month), tops[flag.lane], rank, flag.lines, flag.left)
        for rank, (mark, flag) in enumerate(zip(marks, labels, strict=True), start=1)
    )
    return notes, y


def _badges(trend: Trend, places: list[float]) -> tuple[tuple[PlacedIntervention, ...], float]:
    taken = pack_rows([place / 2 for place in places], BADGE)  # half the room: a phone's plot
    marks = trend.shown_marks()
    notes = tuple(
        PlacedIntervention(month_index(mark.month), row * BADGE, rank, (mark.label,), left=False)
        for rank, (mark, row) in enumerate(zip(marks, taken, strict=True), start=1)
    )
    return notes, BADGE * (max(taken) + 1) if taken else 0.0


def _breaks(trend: Trend) -> tuple[tuple[int, int, int, str], ...]:
    months = trend.months
    bands = (*trend.breaks, *trend.borders)
    spans = [(clipped(b.start, b.end, months), b.label) for b in bands]
    visible = sorted((span, label) for span, label in spans if span)
    ends: list[float] = []
    placed = []
    for (first, last), label in visible:
        start = _share(first - 0.5, trend) * NARROWEST
        width = len(label) * CHARACTER
        start = (
            max(0.0, _share(last + 0.5, trend) * NARROWEST - width)
            if (start + width > NARROWEST)
            else start
        )
        row = next((r for r, end in enumerate(ends) if end <= start), len(ends))
        ends[row : row + 1] = [start + width + 12]
        placed.append((first, last, row, label))
    return tuple(placed)


def _hatch(x: float, x2: float, top: float, bottom: float) -> list[dict[str, float]]:
    """Sloping lines that fill a band, each cut off at its top and bottom."""
    rise = HATCH_PER_MONTH * (x2 - x)
    lines = []
    start = top
    while start < bottom + rise:
        low, high = min(start, bottom), max(start - rise, top)
        from_x = x + (start - low) / rise * (x2 - x)
        to_x = x + (start - high) / rise * (x2 - x)
        if from_x < to_x:
            lines.append({"x": from_x, "x2": to_x, "y": low, "y2": high})
        start += HATCH_STEP
    return lines


def _place(day: date, trend: Trend) -> float:
    return _share(month_index(day), trend)


def _share(index: float, trend: Trend) -> float:
    months = trend.months
    first, count = month_index(months[0]) - 0.5, len(months)
    return (index - first) / count


def _q(field: str) -> Spec:
    return {"field": field, "type": "quantitative"}


def _px(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None}

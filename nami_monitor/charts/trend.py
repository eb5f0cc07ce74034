"""The annotated trend: series with means and limits, interventions, lessons, notes and breaks.

The plot is laid out in pixels from top to bottom: a lane for each intervention (earliest highest,
its rule stops at its own lane), a row of lesson diamonds, the plot, and a row for the names of data
breaks. Below ``lanes.NARROWEST`` px of plot the names of interventions become numbered badges by
themselves, for which ``tables.mark_rows`` gives the words.
"""

from dataclasses import dataclass
from typing import Any, Final

from nami_monitor.charts import palette, trend_annotations
from nami_monitor.charts.axes import ValueAxis, month_index, month_ticks, value_axis
from nami_monitor.charts.label_lanes import NARROWEST, spread_labels
from nami_monitor.charts.spec import LARGE, MAIN, SMALL, Spec, chart, layer, pick
from nami_monitor.charts.trend_data import Series, Trend, TrendPoint, by_index, clipped, point_text
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import figure, month, unit_label

LABELLED: Final = len(palette.SERIES)
PLOT_HEIGHT: Final = 300
END_SHARE: Final = 0.58  # of its size that a character of a bold label takes, generously
END_LINE: Final = 16
NAME_CHARACTERS: Final = 16
FEW_MONTHS: Final = 72  # up to here every month of a single series is a dot


@dataclass(frozen=True)
class PlotFrame:
    """The plot: its first and last month number, top and bottom in px, and value scale."""

    first: int
    last: int
    top: float
    bottom: float
    axis: ValueAxis

    def y(self, value: float) -> float:
        """The px at which a value stands."""
        share = (value - self.axis.low) / (self.axis.high - self.axis.low)
        return self.bottom - share * (self.bottom - self.top)


@dataclass(frozen=True)
class EndLabel:
    """A label at the right: its month number, value, lines, colour and size in px."""

    x: float
    value: float
    lines: tuple[str, ...]
    colour: str
    size: int


def trend_spec(trend: Trend, lang: str, *, height: int = PLOT_HEIGHT) -> Spec:
    """Draw an annotated trend.

    Args:
        trend: what it shows; at least one point.
        lang: ``nl`` or ``en``.
        height: of the plot alone, in px; lanes come on top of it.

    Returns:
        A Vega-Lite spec as a plain dict, the same for the same input. A click on a lesson or note
        selects in ``lesson`` or ``written`` with the field ``code``. Draw it with ``theme=None``
        and the sentence of ``alt.trend_sentence`` as ``alt``.

    Raises:
        ValueError: if no series has a point.
    """
    months = trend.months
    if not months:
        message = "a trend needs at least one point"
        raise ValueError(message)
    axis = value_axis(trend.heights(), lang)
    first, last = month_index(months[0]), month_index(months[-1])
    ends = _ends(trend, last, lang)
    margin = 12 + max((END_SHARE * e.size * len(line) for e in ends for line in e.lines), default=0)
    notes = trend_annotations.lay_out(trend, margin=margin)
    frame = PlotFrame(first, last, notes.top, notes.top + height, axis)
    layers = [
        _axes_layer(frame, trend, lang),
        *_phase_layers(trend),
        *trend_annotations.break_layers(trend, notes, frame.top, frame.bottom),
        *_target_layers(trend),
        *trend_annotations.rule_layers(notes, frame.bottom),
        *_series_layers(trend, frame),
        _end_layer(ends, frame),
        _hover_layer(trend, frame, lang),
        *trend_annotations.marker_layers(trend, notes, frame.y),
    ]
    total = frame.bottom + notes.below
    padding = {"left": 2, "top": 6, "right": 4, "bottom": 4}  # what hangs over, Vega fits in itself
    spec = chart(layers, height=total, padding=padding)
    unit = unit_label(trend.unit, lang, activity=trend.activity)
    if unit:
        spec["title"] = {
            "text": text("charts.trend.per_month", lang, unit=unit),
            "anchor": "start",
            "frame": "bounds",
            "fontSize": SMALL + 1,
            "fontWeight": "normal",
            "color": palette.GREY_TEXT,
            "offset": 6,
        }
    return spec


def caption(trend: Trend, lang: str) -> str:
    """Explain the signs that this trend bears, and no others; empty if it bears none."""
    points = [by_index(series) for series in trend.series]
    months = trend.months
    missing = any(
        index not in series_points or series_points[index].value is None
        for series_points in points
        for index in map(month_index, months)
    )
    signs = {
        "mean": trend.single and bool(trend.phases),
        "usual": trend.single and any(p.usual for p in points[0].values()),
        "provisional": trend.single and any(phase.provisional for phase in trend.phases),
        "signal": any(p.signal for series_points in points for p in series_points.values()),
        "held": any(p.held for series_points in points for p in series_points.values()),
        "missing": missing,
        "break": any(clipped(b.start, b.end, months) for b in trend.breaks if months),
        "lesson": bool(trend.shown_lessons()),
        "written": bool(trend.shown_written()),
        "others": len(trend.series) > LABELLED,
        "axis": bool(months) and value_axis(trend.heights(), lang).low > 0,
    }
    return " ".join(text(f"charts.trend.caption_{sign}", lang) for sign, on in signs.items() if on)


def _axes_layer(frame: PlotFrame, trend: Trend, lang: str) -> Spec:
    ticks = month_ticks(trend.months[0], trend.months[-1], lang)
    indices = [tick.index for tick in ticks]
    full = pick(indices, [list(tick.lines) for tick in ticks])
    sparse = pick(indices, [[""] if tick.minor else list(tick.lines) for tick in ticks])
    x_axis = {
        "values": indices,
        "labelExpr": f"width < {NARROWEST:.0f} ? {sparse} : {full}",
        "grid": False,
        "title": None,
        "labelOverlap": False,
        "labelFlush": False,
        "labelPadding": 6,
        "labelLineHeight": 16,
    }
    y_axis = {
        "values": list(frame.axis.ticks),
        "labelExpr": pick(frame.axis.ticks, frame.axis.labels),
        "title": None,
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
    }
    x_scale = {"domain": [frame.first - 0.5, frame.last + 0.5], "nice": False, "zero": False}
    y_scale = {
        "domain": [frame.axis.low, frame.axis.high],
        "range": [frame.bottom, frame.top],
        "nice": False,
        "zero": False,
    }
    encoding = {
        "x": {"field": "x", "type": "quantitative", "axis": x_axis, "scale": x_scale},
        "y": {"field": "y", "type": "quantitative", "axis": y_axis, "scale": y_scale},
    }
    return layer(
        {"type": "point", "opacity": 0}, [{"x": frame.last, "y": frame.axis.low}], encoding
    )


def _phase_layers(trend: Trend) -> list[Spec]:
    if not trend.single:
        return []
    rows: list[dict[str, Any]] = []
    for phase in trend.phases:
        span = clipped(phase.start, phase.end, trend.months)
        if span:
            ends = {"x": span[0] - 0.5, "x2": span[1] + 0.5}
            limits = {"low": phase.low, "high": phase.high, "mean": phase.mean}
            rows.append({**ends, **limits, "provisional": phase.provisional})
    rows += [
        {"x": x - 0.5, "x2": x + 0.5, "low": p.usual[0], "high": p.usual[1], "provisional": False}
        for x, p in sorted(by_index(trend.series[0]).items())
        if p.usual
    ]
    settled = [row for row in rows if not row["provisional"]]
    provisional = [row for row in rows if row["provisional"]]
    across = {"x": _q("x"), "x2": {"field": "x2"}}
    band = {**across, "y": _q("low"), "y2": {"field": "high"}}
    dashed = {"type": "rect", "fill": "transparent", "stroke": palette.BORDER}
    mean = {"type": "rule", "stroke": palette.INK, "strokeWidth": 1.5, "strokeDash": [2, 3]}
    return [
        layer({"type": "rect", "fill": palette.BAND}, settled, band),
        layer({**dashed, "strokeDash": [4, 3]}, provisional, band),
        layer(mean, [row for row in rows if "mean" in row], {**across, "y": _q("mean")}),
    ]


def _target_layers(trend: Trend) -> list[Spec]:
    if trend.target is None:
        return []
    line = {"type": "rule", "stroke": palette.GREY_TEXT, "strokeWidth": 1.5, "strokeDash": [7, 4]}
    return [layer(line, [{"y": trend.target.value}], {"y": _q("y")})]


def _series_layers(trend: Trend, frame: PlotFrame) -> list[Spec]:
    drawn: list[Spec] = []
    for rank, series in reversed(list(enumerate(trend.series))):
        drawn += _one_series(series, rank, frame, dots=trend.single)
    return drawn


def _one_series(series: Series, rank: int, frame: PlotFrame, *, dots: bool) -> list[Spec]:
    points = by_index(series)
    rows: list[dict[str, Any]] = [
        {"x": x, "y": points[x].value if x in points else None}
        for x in range(frame.first, frame.last + 1)
    ]
    at = {"x": _q("x"), "y": _q("y")}
    line: Spec = {"type": "line", "invalid": "break-paths-show-domains", "strokeJoin": "round"}
    if rank >= LABELLED:
        return [layer({**line, "stroke": palette.OTHERS, "strokeWidth": 1.5}, rows, at)]
    colour = palette.SERIES[rank]
    style = {"stroke": colour, "strokeWidth": 2.5, "strokeDash": list(palette.SERIES_DASH[rank])}
    layers = [layer({**line, **style}, rows, at)]
    held = {x for x, point in points.items() if point.held}
    if held:
        wide = {**line, "stroke": colour, "strokeWidth": 9, "opacity": 0.22}
        layers.insert(
            0,
            layer(wide, [{**row, "y": row["y"] if row["x"] in held else None} for row in rows], at),
        )
    spread = [
        {"x": x, "low": p.low, "high": p.high}
        for x, p in sorted(points.items())
        if p.low is not None and p.high is not None
    ]
    if spread:
        whisker = {"type": "rule", "stroke": colour, "strokeWidth": 2, "opacity": 0.45}
        ends = {"x": _q("x"), "y": _q("low"), "y2": {"field": "high"}}
        layers.insert(0, layer(whisker, spread, ends))
    return [*layers, *_dots(points, colour, at, dots=dots and len(rows) <= FEW_MONTHS)]


def _dots(points: dict[int, TrendPoint], colour: str, at: Spec, *, dots: bool) -> list[Spec]:
    valued = [(x, p) for x, p in sorted(points.items()) if p.value is not None]
    alone = {x for x, _ in valued} if dots else {valued[-1][0]} if valued else set()
    plain = [
        {"x": x, "y": p.value}
        for x, p in valued
        if not p.signal and (x in alone or not _has_neighbour(points, x))
    ]
    signals = [
        {"x": x, "y": p.value, "c": palette.SECOND if p.concern else colour}
        for x, p in valued
        if p.signal
    ]
    dot = {"type": "point", "shape": "circle", "filled": True, "size": 34, "fill": colour}
    square = {"type": "point", "shape": "square", "filled": True, "size": 110}
    ring = {"stroke": palette.WHITE, "strokeWidth": 1.5, "opacity": 1}
    encoding = {**at, "fill": {"field": "c", "type": "nominal", "scale": None}}
    return [
        layer({**dot, "opacity": 1}, plain, at),
        layer({**square, **ring}, signals, encoding),
    ]


def _has_neighbour(points: dict[int, TrendPoint], x: int) -> bool:
    return any(side in points and points[side].value is not None for side in (x - 1, x + 1))


def _end_layer(ends: list[EndLabel], frame: PlotFrame) -> Spec:
    """Write the last value at each line's end, with names where there are several lines."""
    wanted = [frame.y(end.value) for end in ends]
    gap = END_LINE * max((len(end.lines) for end in ends), default=1) + 2
    placed = spread_labels(wanted, gap, frame.top + 8, frame.bottom - 8)
    rows = [
        {"x": end.x, "y": y, "lines": list(end.lines), "c": end.colour, "size": end.size}
        for end, y in zip(ends, placed, strict=True)
    ]
    mark = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "dx": 8,
        "dy": {"expr": f"(1 - length(datum.lines)) * {END_LINE / 2}"},
        "fontSize": {"expr": "datum.size"},
        "fontWeight": "bold",
        "lineHeight": END_LINE,
    }
    encoding = {
        "x": _q("x"),
        "y": {"field": "y", "type": "quantitative", "scale": None},
        "text": {"field": "lines"},
        "color": {"field": "c", "type": "nominal", "scale": None},
    }
    return layer(mark, rows, encoding)


def _ends(trend: Trend, frame_last: int, lang: str) -> list[EndLabel]:
    """The labels at the right: each named line's last value, and the target."""
    ends = []
    for rank, series in enumerate(trend.series[:LABELLED]):
        known = {x: p for x, p in by_index(series).items() if p.value is not None}
        if known:
            x = max(known)
            value, written = (
                known[x].value or 0.0,
                point_text(known[x], trend.unit, lang, bare=True),
            )
            lines = _value_lines(written) if trend.single else (_short(series.name), written)
            size = LARGE if trend.single else MAIN
            ends.append(EndLabel(x + 0.5, value, lines, palette.SERIES[rank], size))
    if trend.target:
        value = trend.target.value
        lines = (_short(trend.target.label), figure(value, trend.unit, lang))
        ends.append(EndLabel(frame_last + 0.5, value, lines, palette.GREY_TEXT, MAIN - 1))
    return ends


def _value_lines(written: str) -> tuple[str, ...]:
    """A value, and the interval of an estimate below it."""
    value, bracket, interval = written.partition(" (")
    return (value, f"({interval}") if bracket else (value,)


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else name[: NAME_CHARACTERS - 1].rstrip() + "…"


def _hover_layer(trend: Trend, frame: PlotFrame, lang: str) -> Spec:
    """Lay an invisible rectangle over each month, with its figures as a tooltip."""
    labelled = trend.series[:LABELLED]
    by_series = [by_index(series) for series in labelled]
    names = [text("charts.value", lang)] if trend.single else [s.name for s in labelled]
    rows = []
    for x, day in enumerate(trend.months, start=frame.first):
        row: dict[str, Any] = {"x": x - 0.5, "x2": x + 0.5, "m": month(day, lang)}
        for k, points in enumerate(by_series):
            point = points.get(x)
            row[f"v{k}"] = (
                text("charts.missing", lang)
                if point is None or point.value is None
                else point_text(point, trend.unit, lang, activity=trend.activity)
            )
        rows.append(row)
    tooltips = [{"field": f"v{k}", "title": name} for k, name in enumerate(names)]
    encoding = {
        "x": _q("x"),
        "x2": {"field": "x2"},
        "y": {"value": frame.top},
        "y2": {"value": frame.bottom},
        "tooltip": [{"field": "m", "title": text("charts.month", lang)}, *tooltips],
    }
    return layer({"type": "rect", "fillOpacity": 0, "strokeOpacity": 0}, rows, encoding)


def _q(field: str) -> Spec:
    return {"field": field, "type": "quantitative"}

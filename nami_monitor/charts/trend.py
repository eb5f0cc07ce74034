"""The annotated trend, in a large and a small form, from one description.

The plot is laid out in px from top to bottom: a lane for each row of measures, one for lessons, one
for notes, one for the names of breaks and for the words of a change, then the plot itself. Below
``label_lanes.NARROWEST`` px of plot the names of measures give way to the numbers in their discs,
for which ``tables.beside_table`` gives the words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import ValueAxis, month_index, month_words, value_axis
from nami_monitor.charts.label_lanes import spread_labels
from nami_monitor.charts.spec import Row, Rows, Spec, filled, word
from nami_monitor.charts.trend_data import (
    SignalSpan,
    Trend,
    TrendPoint,
    TrendTarget,
    by_index,
    clipped,
    point_text,
)
from nami_monitor.charts.trend_lanes import LARGE, TrendForm, lay_lanes
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import figure, month, unit_label

LABELLED: Final = len(palette.SERIES)
NAME_CHARACTERS: Final = 16
UNIT_CHARACTERS: Final = 15
FEW_MONTHS: Final = 72  # up to here every month of a single series is a dot
TARGETS_NAMED: Final = 2
NEAR_LINES: Final = 3  # a target's label so near to the value moves below the unit
SHORT: Final = 3  # months of a gap whose words leave a narrow plot
HATCH_STEP: Final = 9.0
HATCH_PER_MONTH: Final = 9.0


@dataclass(frozen=True)
class PlotFrame:
    """The plot: first and last month number, top and bottom of the scale in px, and the scale."""

    first: int
    last: int
    top: float
    bottom: float
    height: float
    axis: ValueAxis

    def y(self, value: float) -> float:
        """The px at which a value stands."""
        share = (value - self.axis.low) / (self.axis.high - self.axis.low)
        return self.bottom - share * (self.bottom - self.top)


def trend_spec(trend: Trend, lang: str, form: TrendForm = LARGE, above: str = "") -> Spec:
    """Draw an annotated trend.

    Args:
        trend: what it shows; at least one point.
        lang: ``nl`` or ``en``.
        form: how large.
        above: what the values are, where they are no sums of a month.

    Returns:
        A Vega-Lite spec as a plain dict, the same for the same input. A click on a lesson or note
        selects in ``lesson`` or ``written`` with the field ``code``. Draw it with ``theme=None``
        and the sentence of ``tables.trend_sentence`` as ``alt``.

    Raises:
        ValueError: if no series has a point.
    """
    if not trend.months:
        message = "a trend needs at least one point"
        raise ValueError(message)
    shown = trend if form.lanes else small_part(trend, form.months)
    months = shown.months
    lanes: Rows = {}
    top = lay_lanes(lanes, shown, form)
    axis = value_axis(shown.heights(), lang, ticks=form.ticks)
    said = bool(_lasting(shown) or shown.drift or any(span.current for span in shown.signals))
    below = 2 * form.line if said and form.lanes and axis.low > 0 else 0.0
    top += 1.6 * form.line if said and not below else 0.0
    plot = form.plot - (0 if form.lanes else top)
    height = top + plot
    frame = PlotFrame(
        month_index(months[0]), month_index(months[-1]), top + 4, height - below, height, axis
    )
    changes, missing = (read(shown, frame, form, lang) for read in (_changes, _missing))
    rows: Rows = {
        **_frame_rows(frame),
        **_expected_rows(shown),
        **_break_rows(shown, frame),
        "target": _target_rows(shown, frame),
        **_series_rows(shown, frame),
        **_signal_rows(shown),
        "drift": _drift_rows(shown),
        "bracket": [*changes[0], *missing[0]],
        "hover": _hover_rows(shown, frame, lang),
        **_led(lanes, shown, frame),
    }
    rows["words"] = [
        *lanes.get("words", []),
        *changes[1],
        *missing[1],
        *_ends(shown, frame, form, lang),
    ]
    few, named, ticks = month_words(months[0], months[-1], lang, small=not form.lanes)
    if form.bare:
        few, named, ticks, axis = [], [], [], replace(axis, ticks=(), labels=())
        rows["grid"] = []
    room = form.room * len(months) + 0.5
    unit = unit_label(trend.unit, lang, activity=trend.activity)
    measured = text("charts.trend.per_month", lang, unit=unit) if unit else ""
    return filled(
        "trend",
        rows,
        {
            "xDomain": [frame.first - 0.5, frame.last + room],
            "xTicks": ticks,
            "xLabels": named,
            "xFew": few,
            "yDomain": [axis.low, axis.high],
            "yTicks": list(axis.ticks),
            "yLabels": list(axis.labels),
            "dot": 1.7 * form.letters,
            "disc": 2.3 * form.letters**2,
        },
        height=height,
        scale=(frame.bottom, frame.top),
        padding={"left": 2, "top": 4, "right": 4, "bottom": 2},
        letters=form.letters,
        above=(above or measured) if form.titled else "",
    )


def small_part(trend: Trend, months: int | None) -> Trend:
    """What the small form shows: the last months, and no measures, lessons or past changes."""
    since = trend.months[-months:][0] if months else trend.months[0]
    return replace(
        trend,
        series=tuple(
            replace(series, points=tuple(p for p in series.points if p.month >= since))
            for series in trend.series
        ),
        signals=tuple(span for span in trend.signals if span.current),
        marks=(),
        lessons=(),
        written=(),
    )


def _frame_rows(frame: PlotFrame) -> Rows:
    ends = {"x": frame.first - 0.5, "x2": frame.last + 0.5}
    return {
        "frame": [{"x": frame.first, "y": frame.axis.low}],
        "grid": [{**ends, "y": tick} for tick in frame.axis.ticks],
        "baseline": [{**ends, "py": frame.height}],
    }


def _expected_rows(trend: Trend) -> Rows:
    """The usual spread and what is expected, by phase; half a month further at either end."""
    rows: Rows = {"band": [], "band_edge": [], "expected": []}
    if not trend.single or trend.register:
        return rows
    for number, phase in enumerate(trend.phases):
        span = clipped(phase.start, phase.end, trend.months)
        if span is None:
            continue
        offset = month_index(phase.start)
        within = [(x, phase.months[x - offset]) for x in range(span[0], span[1] + 1)]
        ends = [(span[0] - 0.5, within[0][1]), *within, (span[1] + 0.5, within[-1][1])]
        for x, one in ends:
            rows["band"].append({"x": x, "low": one.low, "high": one.high, "phase": number})
            rows["expected"].append({"x": x, "y": one.value, "phase": number})
            if phase.provisional:
                rows["band_edge"] += [
                    {"x": x, "y": one.low, "phase": f"{number} low"},
                    {"x": x, "y": one.high, "phase": f"{number} high"},
                ]
    return rows


def _target_rows(trend: Trend, frame: PlotFrame) -> list[Row]:
    """Dashes in the months of each target; those of the last month reach its label."""
    rows = []
    for target in trend.shown_targets():
        span = clipped(target.start, target.end, trend.months)
        if span:
            reach = 1.0 if span[1] == frame.last else 0.5
            rows.append({"x": span[0] - 0.5, "x2": span[1] + reach, "y": target.value})
    return rows


def _series_rows(trend: Trend, frame: PlotFrame) -> Rows:
    rows: Rows = {name: [] for name in ("interval", "line", "dots", "hollow", "last")}
    breaks = [month_index(one.start) for one in trend.breaks]
    for rank, series in reversed(list(enumerate(trend.series))):
        points = by_index(series)
        named = rank < LABELLED
        colour = palette.SERIES[rank] if named else palette.OTHERS
        dash = list(palette.SERIES_DASH[rank]) if named else [1, 0]
        look = {"colour": colour, "wide": 2 if named else 1.4}
        rows["line"] += _pieces(points, frame, {**look, "dash": dash}, rank, breaks)
        if not named:
            continue
        rows["interval"] += [
            {"x": x, "low": p.low, "high": p.high, "colour": colour}
            for x, p in sorted(points.items())
            if p.low is not None and p.high is not None
        ]
        valued = [(x, p) for x, p in sorted(points.items()) if p.value is not None]
        every = trend.single and not trend.register and frame.last - frame.first < FEW_MONTHS
        rows["hollow"] += [{"x": x, "y": p.value} for x, p in valued if p.provisional]
        firm = [(x, p) for x, p in valued if not p.provisional]
        rows["dots"] += [
            {"x": x, "y": p.value, "colour": colour}
            for x, p in firm
            if every or not _has_neighbour(points, x)
        ]
        rows["last"] += [{"x": x, "y": p.value, "colour": colour} for x, p in valued[-1:] if firm
                         and not p.provisional]  # fmt: skip
    if trend.register:
        rows["steps"] = rows.pop("line")
    return rows


def _pieces(
    points: dict[int, TrendPoint], frame: PlotFrame, look: Row, rank: int, breaks: Sequence[int]
) -> list[Row]:
    """A line over all months, anew from each break; dotted over months that are provisional."""
    months = range(frame.first, frame.last + 1)

    def value(x: int) -> float | None:
        return points[x].value if x in points else None

    def open_(x: int) -> bool:
        return x in points and points[x].provisional

    def path(x: int) -> str:
        return f"{rank} {sum(start <= x for start in breaks)}"

    firm = [{"x": x, "y": None if open_(x) else value(x), **look, "path": path(x)} for x in months]
    dotted: list[Row] = []
    if any(open_(x) for x in months):
        dotted = [
            {
                "x": x,
                "y": value(x) if open_(x) or open_(x + 1) else None,
                **look,
                "dash": [2, 3],
                "path": f"{path(x)} provisional",
            }
            for x in months
        ]
    return [*firm, *dotted]


def _has_neighbour(points: dict[int, TrendPoint], x: int) -> bool:
    return any(side in points and points[side].value is not None for side in (x - 1, x + 1))


def _signal_rows(trend: Trend) -> Rows:
    """A ring or square at each month that stood out by itself."""
    rows: Rows = {"ring": [], "square": []}
    if trend.single:
        points = by_index(trend.series[0])
        for span in trend.signals:
            point = points.get(month_index(span.end))
            if not span.lasts and point is not None and point.value is not None:
                rows["square" if span.concern else "ring"].append(
                    {"x": month_index(span.end), "y": point.value}
                )
    return rows


def _drift_rows(trend: Trend) -> list[Row]:
    look = {"colour": palette.BODY, "wide": 1.2, "dash": [1, 0], "path": "drift"}
    return [{"x": x, "y": value, **look} for x, value in trend.drift_ends()]


def _lasting(trend: Trend) -> list[tuple[SignalSpan, tuple[int, int]]]:
    spans = [(span, clipped(span.start, span.end, trend.months)) for span in trend.signals]
    return [(span, ends) for span, ends in spans if ends and span.lasts]


def _signal_colour(span: SignalSpan) -> str:
    return palette.SECOND if span.concern else palette.INK


def _bracket_place(frame: PlotFrame, form: TrendForm) -> tuple[float, float, float]:
    """Where brackets and their words stand in px, and where the ends of a bracket point."""
    if frame.height > frame.bottom:
        return frame.bottom + 8, frame.bottom + 8 + 0.8 * form.line, -6
    return frame.top - 8, frame.top - 8 - 0.8 * form.line, 6


def _bracket(x: float, x2: float, py: float, end: float, look: Row) -> list[Row]:
    corners = ((x, py + end), (x, py), (x2, py), (x2, py + end))
    return [{"x": across, "py": down, **look} for across, down in corners]


def signal_words(span: SignalSpan, lang: str) -> str:
    """What a change of level says: "lager, al 5 maanden"."""
    way = text(f"charts.trend.way.{'up' if span.up else 'down'}", lang)
    n = month_index(span.end) - month_index(span.start) + 1
    if span.lasts:
        return text("charts.trend.lasts", lang, way=way, n=n)
    if span.concern is None:
        return way
    return text(f"charts.trend.judged.{'worse' if span.concern else 'better'}", lang)


def _changes(trend: Trend, frame: PlotFrame, form: TrendForm, lang: str) -> tuple[list[Row], ...]:
    """The brackets of changes that lasted, and the words of one that stands now, or of a drift."""
    py, at, end = _bracket_place(frame, form)
    brackets, words = [], []
    for number, (span, (first, last)) in enumerate(_lasting(trend)):
        look = {"colour": _signal_colour(span), "wide": 2, "dash": [1, 0], "path": f"s{number}"}
        brackets += _bracket(first, last, py, end, look)
    said: list[tuple[str, dict[str, Any]]] = [
        (signal_words(span, lang), {"colour": _signal_colour(span), "bold": True})
            for span in trend.signals if span.current]  # fmt: skip
    said += [(trend.drift.words, {})] if trend.drift else []
    for sentence, own in said:
        words.append(word(frame.last, at, sentence, form.letters, align="right", **own))
    return brackets, words


def _gaps(trend: Trend) -> Iterator[tuple[int, int]]:
    """Runs of months within the trend for which no series has a value."""
    points = [by_index(series) for series in trend.series]
    known = {x for each in points for x, point in each.items() if point.value is not None}
    start = None
    for x in map(month_index, trend.months):
        if x not in known and start is None:
            start = x
        elif x in known and start is not None:
            yield start, x - 1
            start = None
    if start is not None:
        yield start, month_index(trend.months[-1])


def _missing(trend: Trend, frame: PlotFrame, form: TrendForm, lang: str) -> tuple[list[Row], ...]:
    """The dotted brackets of months without data, and their words where there is room."""
    said, size, py = text("charts.trend.no_data", lang), max(12, form.letters - 1), frame.bottom
    brackets, words = [], []
    for first, last in _gaps(trend):
        look = {"colour": palette.GREY_TEXT, "wide": 1.2, "dash": [2, 2], "path": f"g{first}"}
        brackets += _bracket(first - 0.5, last + 0.5, py - 10, -5, look)
        words.append(
            word((first + last) / 2, py - 12 - 0.8 * form.line, said, size,
                 colour=palette.GREY_TEXT, align="center", wide=last - first < SHORT)
        )  # fmt: skip
    return brackets, words


def _break_rows(trend: Trend, frame: PlotFrame) -> Rows:
    rows: Rows = {"break_ground": [], "hatch": []}
    for one in (*trend.breaks, *trend.borders):
        span = clipped(one.start, one.end, trend.months)
        if span:
            x, x2 = span[0] - 0.5, span[1] + 0.5
            rows["break_ground"].append({"x": x, "x2": x2, "py": frame.top, "py2": frame.height})
            rows["hatch"] += _hatch(x, x2, frame.top, frame.height)
    return rows


def _hatch(x: float, x2: float, top: float, bottom: float) -> list[Row]:
    """Sloping lines that fill a band, each cut off at its top and bottom."""
    rise = HATCH_PER_MONTH * (x2 - x)
    lines = []
    start = top
    while start < bottom + rise:
        low, high = min(start, bottom), max(start - rise, top)
        from_x = x + (start - low) / rise * (x2 - x)
        to_x = x + (start - high) / rise * (x2 - x)
        if from_x < to_x:
            lines.append({"x": from_x, "x2": to_x, "py": low, "py2": high})
        start += HATCH_STEP
    return lines


def _led(lanes: Rows, trend: Trend, frame: PlotFrame) -> Rows:
    """The lanes with their rules and leaders down to the plot."""
    points = by_index(trend.series[0])
    rules = [{**row, "py2": frame.height} for row in lanes.get("measure_rule", [])]
    leaders = []
    for name, colour in (("lesson", palette.LINK), ("written", palette.BODY)):
        for row in lanes.get(name, []):
            point = points.get(row["x"])
            if point is not None and point.value is not None:
                end = frame.y(point.value)
                leaders.append({"x": row["x"], "py": row["py"], "py2": end, "colour": colour})
    return {**lanes, "measure_rule": rules, "leader": leaders}


def _ends(trend: Trend, frame: PlotFrame, form: TrendForm, lang: str) -> list[Row]:
    """What stands in the right margin: last values, units, targets."""
    if trend.single:
        return _single_end(trend, frame, form, lang)
    ends = []
    for rank, series in enumerate(trend.series[:LABELLED]):
        known = {x: p for x, p in by_index(series).items() if p.value is not None}
        if known:
            point = known[max(known)]
            ends.append((max(known), point, series.name, palette.SERIES[rank]))
    gap = 2.2 * form.line
    wanted = [frame.y(point.value or 0.0) for _, point, *_ in ends]
    placed = spread_labels(wanted, gap, frame.top + 8, frame.bottom - 8)
    rows = []
    for (_, point, name, colour), py in zip(ends, placed, strict=True):
        said = point_text(point, trend.unit, lang, bare=True)
        for at, line in enumerate((_short(name), said)):
            y = py + (at - 0.5) * form.line
            rows.append(_end(frame, y, line, form.letters, colour=colour, bold=True))
    named = trend.holding()[:TARGETS_NAMED]
    return [*rows, *_target_words(named, trend, frame, form, lang, placed)]


def _end(frame: PlotFrame, py: float, said: str, size: float, **look: Any) -> Row:
    return word(frame.last + 0.5, py, said, size, dx=10, **look)


def _single_end(trend: Trend, frame: PlotFrame, form: TrendForm, lang: str) -> list[Row]:
    known = {x: p for x, p in by_index(trend.series[0]).items() if p.value is not None}
    if not known:
        return _target_words(trend.holding()[:TARGETS_NAMED], trend, frame, form, lang, [])
    point = known[max(known)]
    value, bracket, spread = point_text(point, trend.unit, lang, bare=True).partition(" (")
    below = [(f"({spread}", palette.GREY_TEXT, False)] if bracket else []
    unit = trend.counted or unit_label(trend.unit, lang, activity=trend.activity)
    signed = trend.unit in {Unit.EUR, Unit.PERCENT}  # their sign stands with the value
    lines = [] if signed else wrap(unit, UNIT_CHARACTERS)[:2]
    below += [(line, palette.GREY_TEXT, False) for line in lines]
    if point.provisional:
        said = [text("charts.trend.provisional", lang), *([trend.settled] if trend.settled else [])]
        below += [(line, palette.BODY, not at) for at, line in enumerate(said)]
    at = frame.y(point.value or 0.0)
    named = trend.holding()[:TARGETS_NAMED]
    reach = NEAR_LINES * form.line + form.value / 2
    near = [target for target in named if abs(frame.y(target.value) - at) < reach]
    below += [(target.label, palette.BODY, True) for target in near]
    half = 0.5 * form.value
    whole = half + form.line * len(below) + 2
    at = max(min(at, frame.height - whole), half)
    rows = [_end(frame, at, value, form.value, colour=palette.INK, bold=True)]
    for number, (line, colour, bold) in enumerate(below):
        y = at + half + form.line * (number + 0.55)
        rows.append(_end(frame, y, line, form.letters, colour=colour, bold=bold))
    far = [target for target in named if target not in near]
    return [*rows, *_target_words(far, trend, frame, form, lang, [row["py"] for row in rows])]


def _target_words(
    named: Sequence[TrendTarget],
    trend: Trend,
    frame: PlotFrame,
    form: TrendForm,
    lang: str,
    taken: Sequence[float],
) -> list[Row]:
    """The labels of targets at their own height, and how many are not named."""
    lines = [(frame.y(target.value), target.label) for target in named]
    more = len(trend.holding()) - TARGETS_NAMED
    if more > 0:
        lines.append((frame.height, text("charts.trend.more_targets", lang, n=more)))
    wanted = [*taken, *(y for y, _ in lines)]
    placed = spread_labels(wanted, form.line, frame.top, frame.height - 6)[len(taken) :]
    return [
        _end(frame, y, said, form.letters, bold=True)
        for y, (_, said) in zip(placed, lines, strict=True)
    ]


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else name[: NAME_CHARACTERS - 1].rstrip() + "…"


def _hover_rows(trend: Trend, frame: PlotFrame, lang: str) -> list[Row]:
    """An invisible rectangle over each month, with its figures in words."""
    labelled = [(series.name, by_index(series)) for series in trend.series[:LABELLED]]
    rows = []
    for x, day in enumerate(trend.months, start=frame.first):
        said = []
        for name, points in labelled:
            point = points.get(x)
            value = (
                text("charts.missing", lang)
                if point is None or point.value is None
                else point_text(point, trend.unit, lang, activity=trend.activity)
            )
            said.append(value if trend.single else f"{_short(name)} {value}")
        usual = trend.expected_at(day) if trend.single else None
        if usual:
            low, high = (figure(each, trend.unit, lang) for each in (usual.low, usual.high))
            value = figure(usual.value, trend.unit, lang)
            said.append(text("charts.trend.expected", lang, value=value, low=low, high=high))
        ends = {"x": x - 0.5, "x2": x + 0.5, "py": frame.top, "py2": frame.height}
        rows.append({**ends, "said": f"{month(day, lang)}: {'; '.join(said)}"})
    return rows


def signs(trend: Trend) -> tuple[str, ...]:
    """Which signs of the legend a trend bears, in the order in which a legend names them."""
    if not trend.months:
        return ()
    points = [point for series in trend.series for point in series.points]
    shown = trend.single and not trend.register
    breaks = (*trend.breaks, *trend.borders)
    borne = {
        "expected": shown and bool(trend.phases),
        "few": shown and any(phase.provisional for phase in trend.phases),
        "target": bool(trend.shown_targets()),
        "register": trend.register,
        "better": any(not s.lasts and not s.concern for s in trend.signals),
        "worse": any(not s.lasts and bool(s.concern) for s in trend.signals),
        "lasts": bool(_lasting(trend)),
        "drift": trend.drift is not None,
        "measure": bool(trend.shown_marks()),
        "lesson": bool(trend.shown_lessons()),
        "written": bool(trend.shown_written()),
        "gap": any(True for _ in _gaps(trend)),
        "break": any(clipped(one.start, one.end, trend.months) for one in breaks),
        "provisional": any(point.provisional for point in points),
        "others": len(trend.series) > LABELLED,
        "axis": value_axis(trend.heights(), "nl").low > 0,
    }
    return tuple(sign for sign, on in borne.items() if on)


def caption(trend: Trend, lang: str) -> str:
    """Explain the signs that this trend bears, and no others; empty if it bears none."""
    return " ".join(sign_words(trend, lang))


CAVEATS: Final = ("axis", "few", "gap", "break", "provisional")
"""Signs without whose words a trend is misread; what must be cut is never cut from those first."""


def sign_words(trend: Trend, lang: str, *, caveats: bool | None = None) -> tuple[str, ...]:
    """The same in a sentence for each sign, or for those alone that are caveats or are none."""
    borne = [one for one in signs(trend) if caveats is None or (one in CAVEATS) is caveats]
    return tuple(text(f"charts.trend.caption.{sign}", lang) for sign in borne)

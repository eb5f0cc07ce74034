"""What stands above the plot of a trend: lanes for measures, lessons, notes and names of breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index
from nami_monitor.charts.label_lanes import NARROWEST, pack_rows, place_labels
from nami_monitor.charts.spec import Row, Rows, word
from nami_monitor.charts.trend_data import BreakSpan, Trend, clipped

MOST_ROWS: Final = 8
"""So many rows of discs at most stand above a plot."""


@dataclass(frozen=True)
class TrendForm:
    """How large a trend is drawn."""

    plot: float = 300  # height of the plot alone in px; lanes come on top of it
    letters: int = 13  # px of words and axes
    value: int = 27  # px of the last value
    room: float = 0.13  # which share of the months is kept free at the right for the last value
    ticks: int = 4  # about how many values are named
    lanes: bool = True  # whether measures, lessons, notes and past changes are shown
    named: bool = True  # whether measures bear their names, else their numbers alone
    titled: bool = True  # whether the unit stands above the plot
    months: int | None = None  # how many of the last months are shown; all without
    bare: bool = False  # whether it has no words at its axes

    @property
    def line(self) -> float:
        """The height of a line of words, in px."""
        return 1.3 * self.letters


LARGE: Final = TrendForm()
SMALL: Final = TrendForm(
    plot=150, letters=12, value=21, room=0.25, ticks=3, lanes=False, titled=False, months=36
)
"""The small form: 176 px high with its axis."""


def lay_lanes(rows: Rows, trend: Trend, form: TrendForm) -> float:
    """Lay out everything above the plot.

    Args:
        rows: what is drawn there; filled in.
        trend: the trend; it has months.
        form: how large.

    Returns:
        The px that it takes.
    """
    rows["words"] = []
    top = _measure_lanes(rows, trend, form)
    top = _marker_lane(rows, "lesson", trend, form, top)
    top = _marker_lane(rows, "written", trend, form, top)
    return _break_names(rows, trend, form, top)


def _place(day: date, trend: Trend, form: TrendForm) -> float:
    """Where a month stands, 0 to 1 of the plot's width."""
    months = trend.months
    whole = len(months) * (1 + form.room)
    return (month_index(day) - month_index(months[0]) + 0.5) / whole


def _measure_lanes(rows: Rows, trend: Trend, form: TrendForm) -> float:
    """The measures: a numbered disc at the head of a rule, with its name where there is room."""
    marks = trend.shown_marks()
    if not marks:
        return 0.0
    places = [_place(mark.month, trend, form) for mark in marks]
    disc, shared = 1.75 * form.letters, False
    scale = form.letters / 13
    names = [(mark.label, mark.detail) for mark in marks]
    labels = place_labels(places, names, scale=scale) if form.named else None
    if labels:
        tops: dict[int, float] = {}
        y = 0.0
        for lane in sorted({label.lane for label in labels}, reverse=True):
            tops[lane] = y
            y += max(len(one.lines) for one in labels if one.lane == lane) * form.line + 10
        heads = [tops[label.lane] + disc / 2 for label in labels]
    else:
        taken = pack_rows([(place / 2, disc + 2) for place in places])  # half: a phone's plot
        shared = max(taken) >= MOST_ROWS  # too many of one month: they share a disc
        if shared:
            apart = list(dict.fromkeys(places))
            row_of = dict(zip(apart, pack_rows([(x / 2, disc + 2) for x in apart]), strict=True))
            taken = [row_of[place] for place in places]
        heads = [row * (disc + 2) + disc / 2 for row in taken]
        y = (max(taken) + 1) * (disc + 2) + 4
    rows["measure"] = [
        {"x": month_index(mark.month), "py": py, "colour": palette.BODY}
        for mark, py in zip(marks, heads, strict=True)
    ]
    rows["measure_rule"] = [{**row, "py2": None} for row in rows["measure"]]
    rows["measure_bar"] = []
    for number, (mark, py) in enumerate(zip(marks, heads, strict=True), start=1):
        x = month_index(mark.month)
        more = shared and places.count(places[number - 1]) > 1
        if not more or places.index(places[number - 1]) == number - 1:
            said = f"{number}+" if more else str(number)
            rows["words"].append(
                word(x, py + 0.5, said, form.letters - 1, colour=palette.WHITE, bold=True,
                     align="center")
            )  # fmt: skip
        label = labels[number - 1] if labels else None
        for at, said in enumerate(label.lines if label else ()):
            side = {"align": "right", "dx": -disc / 2 - 5} if label and label.left else {
                "align": "left", "dx": disc / 2 + 5}  # fmt: skip
            detail = bool(mark.detail) and label is not None and at == len(label.lines) - 1
            colour = palette.GREY_TEXT if detail else palette.BODY
            row = word(x, py + at * form.line, said, form.letters, colour=colour,
                        bold=not detail, wide=not form.bare)  # fmt: skip
            rows["words"].append(row | side)
        end = mark.end and clipped(mark.month, mark.end, trend.months)
        if end:
            down = py + (len(label.lines) - 0.4) * form.line + 2 if label else py
            look = {"colour": palette.BODY, "wide": 1.8, "dash": [1, 0], "path": str(number)}
            over = end[1] + 0.5
            corners = ((x, down), (over, down), (over, down - 4), (over, down + 4))
            rows["measure_bar"] += [{"x": a, "py": b, **look} for a, b in corners]
    return y


def _marker_lane(rows: Rows, name: str, trend: Trend, form: TrendForm, top: float) -> float:
    """Lessons or notes: symbols with their numbers in as few rows as keeps them apart."""
    shown: Sequence[Any] = trend.shown_lessons() if name == "lesson" else trend.shown_written()
    if not shown:
        return top
    size = 2.6 * form.letters
    together: dict[int, list[Any]] = {}
    for one in shown:
        together.setdefault(month_index(one.month), []).append(one)
    places = [(_place(same[0].month, trend, form), size * len(same)) for same in together.values()]
    taken = pack_rows(places)
    rows[name] = []
    for (x, same), row in zip(together.items(), taken, strict=True):
        py = top + size * (row + 0.5)
        for number, one in enumerate(same):
            _marker(rows, name, one, {"x": x, "py": py, "dx": size * number}, form)
    rows[f"{name}_touch"] = rows[name]
    return top + size * (max(taken) + 1)


def _marker(rows: Rows, name: str, one: Any, place: Row, form: TrendForm) -> None:
    """A lesson or note at its place, with its number; a lesson is filled while it is open."""
    of_lesson = name == "lesson"
    colour = palette.LINK if of_lesson else palette.BODY
    opened = one.opened if of_lesson else True
    title = one.title if of_lesson else one.text
    fill = colour if opened else palette.WHITE
    rows[name].append({**place, "code": one.code, "title": title, "fill": fill})
    number = one.code.removeprefix("L")
    ink = palette.WHITE if opened else colour
    look = {"colour": ink, "bold": True, "align": "center", "dx": place["dx"]}
    size = form.letters - 1
    rows["words"].append(word(place["x"], place["py"] + 0.5, number, size, **look))


def _break_names(rows: Rows, trend: Trend, form: TrendForm, top: float) -> float:
    """The name of each break above it, in as few rows as keeps them apart."""
    spans = [(clipped(b.start, b.end, trend.months), b) for b in (*trend.breaks, *trend.borders)]
    shown = sorted(((span, one) for span, one in spans if span), key=lambda each: each[0])
    size, widths = max(12, form.letters - 1), 0.55 * form.letters
    taken = pack_rows([_of_name(one, trend, form, len(one.label) * widths) for _, one in shown])
    for ((first, last), one), row in zip(shown, taken, strict=True):
        py = top + form.line * (row + 0.6)
        look = {"colour": palette.GREY_TEXT, "align": "center"}
        rows["words"].append(word((first + last) / 2, py, one.label, size) | look)
    return top + form.line * (max(taken) + 1) + 4 if taken else top


def _of_name(one: BreakSpan, trend: Trend, form: TrendForm, width: float) -> tuple[float, float]:
    """Where the name of a break begins, 0 to 1 of the plot's width, and how wide it is in px."""
    middle = _place(one.start, trend, form) * NARROWEST if trend.covers(one.start) else 0.0
    whole = width + 12
    return min(max(middle - whole / 2, -30.0), NARROWEST - whole) / NARROWEST, whole

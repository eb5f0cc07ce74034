"""What a measure did: effects by month, among placebos, by destination; what a pilot can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import ValueAxis, month_index, value_axis
from nami_monitor.charts.plane import (
    Mark,
    Plane,
    Ticks,
    lesson_marks,
    month_axis,
    rows_below,
)
from nami_monitor.charts.spec import NO_TABLE, ChartTable, Drawn, Sign
from nami_monitor.charts.trend_data import LessonMark
from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import departure, month, percent, unit_label

HEIGHT: Final = 340
HALF: Final = 0.42  # of a month, to either side of its middle
ROOM: Final = 0.16  # of the months, to the right of the last one, for the name of the line
DIAMOND: Final = 30.0
MOST_DRAWN: Final = 150
"""More grey lines than this are one grey: beyond it, evenly chosen ones stand for all."""
PLACE, DESIGN = 46, 54
"""Px of a row with its name above."""
SHARES: Final = (0, 20, 40, 60, 80, 100)
CLAIMS: Final = {"waterbed": palette.SECOND, "net": palette.INK}
"""What a pilot can show, and the colours of the dots."""


@dataclass(frozen=True)
class Departure:
    """How far a month lies from what was expected."""

    month: date  # the month
    target: float  # more (or less) in the target than expected
    substitute: float  # likewise in the substitute

    @property
    def net(self) -> float:
        """Both together."""
        return self.target + self.substitute


def mirrored_chart(
    rows: tuple[Departure, ...],
    start: date,
    unit: Unit,
    lang: str,
    channels: tuple[str, str],
    effects: tuple[str, str, str],
    lessons: tuple[LessonMark, ...] = (),
) -> Drawn:
    """Departures from what was expected as bars; those of the same side stand on each other.

    Args:
        rows: by month, in order; at least one.
        start: the first month in which the measure held.
        unit: of every value.
        lang: ``nl`` or ``en``.
        channels: how target and substitute are called.
        effects: on target, on substitute and together, as written, with their intervals.
        lessons: those that the measure calls up, at the month of their signal. A click on one
            selects in ``lesson`` with the field ``code``.
    """
    names = (*channels, text("charts.mirrored.net", lang))
    feet = [row.target if row.target * row.substitute > 0 else 0.0 for row in rows]
    ends = [foot + row.substitute for foot, row in zip(feet, rows, strict=True)]
    values = [0.0, *ends, *(value for row in rows for value in (row.target, row.net))]
    axis = value_axis(values, lang, ticks=6)
    plane = _months(rows[0].month, rows[-1].month, axis, lang, named=True)

    def bar(x: int, foot: float, value: float, rank: int, day: str) -> Mark:
        said = f"{day}, {names[rank]}: {departure(value, unit, lang)}"
        colour = (palette.INK, palette.SECOND)[rank]
        return plane.bar((x - HALF, x + HALF), (foot, foot + value), colour, said)

    marks, dots, net = [], [], []
    for row, foot in zip(rows, feet, strict=True):
        x, day = month_index(row.month), month(row.month, lang)
        marks += [bar(x, 0.0, row.target, 0, day), bar(x, foot, row.substitute, 1, day)]
        said = f"{day}, {names[2]}: {departure(row.net, unit, lang)}"
        dots.append(plane.point(x, row.net, palette.BODY, said, size=30))
        net.append((float(x), row.net))
    marks += [plane.path(net, palette.WHITE, 5), plane.path(net, palette.BODY, 2.5), *dots]
    marks += [plane.level(0), *_start(plane, start, lang)]
    marks.append(plane.words(*net[-1], names[2], dx=8, bold=True))
    places = [
        (month_index(lesson.month), HEIGHT - DIAMOND * (at + 0.6), lesson)
        for at, lesson in enumerate(lessons)
    ]
    label = unit_label(unit, lang)
    table = ChartTable(
        (text("charts.month", lang), *(f"{name} ({label})" for name in names)),
        tuple((row.month, row.target, row.substitute, row.net) for row in reversed(rows)),
        (lambda day: month(day, lang), *(lambda value: departure(value, unit, lang),) * 3),
    )
    alt = text(
        "charts.mirrored.alt",
        lang,
        first=month(rows[0].month, lang),
        last=month(rows[-1].month, lang),
        start=month(start, lang),
        unit=label,
        **dict(zip(("origin", "via"), channels, strict=True)),
        **dict(zip(("target", "substitute", "net"), effects, strict=True)),
    )
    forms = (("box", palette.INK), ("box", palette.SECOND), ("line", palette.BODY))
    signs = tuple(Sign(*form, name) for form, name in zip(forms, names, strict=True))
    return Drawn("mirrored", plane.spec([*marks, *lesson_marks(places)]), alt, table, signs)


def _months(first: date, last: date, axis: ValueAxis, lang: str, *, named: bool = False) -> Plane:
    """A plane of months; with room at the right where its line is ``named``."""
    start, end = month_index(first) - 0.5, month_index(last) + 0.5
    room = max(3.0, ROOM * (end - start)) if named else 0.0
    return Plane((start, end + room), axis, HEIGHT, month_axis(first, last, lang), end=end)


def _start(plane: Plane, start: date, lang: str) -> tuple[Mark, Mark]:
    """The rule at the start of a measure, with its name."""
    x = month_index(start) - 0.5
    look = {"colour": palette.GREY_TEXT, "align": "right", "dx": -5}
    said = plane.words(x, plane.y.high, text("charts.mirrored.start", lang), 8, **look)
    return plane.upright(x, palette.GREY_TEXT, dash=(4, 3)), said


@dataclass(frozen=True)
class EffectPath:
    """The effect on one channel by month."""

    months: tuple[date, ...]  # in order
    effect: tuple[float, ...]  # how far each lies from what was expected
    band: tuple[float, ...]  # half the width of what chance does, by month
    # the same effect at every control, ``controls`` of ``months`` values
    placebos: Sequence[Sequence[float]]
    start: date  # the first month in which the measure held
    name: str  # of the channel, in the reader's language
    colour: str  # of its line

    @property
    def drawn(self) -> Sequence[Sequence[float]]:
        """The placebos that are drawn."""
        step = -(-len(self.placebos) // MOST_DRAWN) or 1
        return self.placebos[::step]

    @property
    def outside(self) -> tuple[date, ...]:
        """Months since the start that lie outside the band."""
        months = zip(self.months, self.effect, self.band, strict=True)
        return tuple(day for day, value, half in months if day >= self.start and abs(value) > half)


def placebo_chart(course: EffectPath, unit: Unit, lang: str) -> Drawn:
    """The effect on a channel, the band of chance, and the same for placebos.

    Args:
        course: at least one month; placebos that leave the range of the rest are cut off.
        unit: of every value.
        lang: ``nl`` or ``en``.
    """
    reach = max(*map(abs, course.effect), *course.band) * 1.15
    axis = value_axis([-reach, reach], lang)
    plane = _months(course.months[0], course.months[-1], axis, lang)
    at = [float(month_index(day)) for day in course.months]
    effect = list(zip(at, course.effect, strict=True))
    marks = [
        plane.path(zip(at, values, strict=True), palette.OTHERS, 1, layer="under")
        for values in course.drawn
    ]
    band = ((x, -half, half) for x, half in zip(at, course.band, strict=True))
    marks += [plane.area(band, palette.PARTIAL, 0.28), plane.level(0, wide=1)]
    marks += [*_start(plane, course.start, lang), plane.path(effect, course.colour, 3)]
    marks += [
        plane.point(x, value, course.colour, f"{month(day, lang)}: {departure(value, unit, lang)}")
        for (x, value), day in zip(effect, course.months, strict=True)
    ]
    keys = ("band", "others")
    words = {key: text(f"charts.placebos.{key}", lang) for key in keys}
    signs = (
        Sign("line", course.colour, course.name),
        Sign("box", palette.BAND, words["band"]),
        *([Sign("line", palette.OTHERS, words["others"])] if course.placebos else []),
    )
    alt = text(
        "charts.placebos.alt",
        lang,
        name=course.name,
        first=month(course.months[0], lang),
        last=month(course.months[-1], lang),
        outside=len(course.outside),
        since=sum(day >= course.start for day in course.months),
        controls=len(course.placebos),
    )
    return Drawn("placebos", plane.spec(marks), alt, _placebo_table(course, unit, lang), signs)


def _placebo_table(course: EffectPath, unit: Unit, lang: str) -> ChartTable:
    """The months, the latest first: effect, band, and how far placebos reach."""
    head = (
        text("charts.month", lang),
        f"{course.name} ({unit_label(unit, lang)})",
        *(text(f"charts.placebos.{key}", lang) for key in ("low", "high", "least", "most")),
    )
    rows = []
    for at in reversed(range(len(course.months))):
        others = [values[at] for values in course.placebos]
        ends = (min(others), max(others)) if others else (None, None)
        half = course.band[at]
        rows.append((course.months[at], course.effect[at], -half, half, *ends))
    write = (lambda value: departure(value, unit, lang),) * 5
    return ChartTable(head, tuple(rows), (lambda day: month(day, lang), *write))


@dataclass(frozen=True)
class PlaceEffect:
    """The effect in one possible destination of demand."""

    name: str  # in the reader's language
    value: float  # change per month
    low: float  # lower limit
    high: float  # upper limit
    shown: bool  # whether the limits leave out zero


def forest_chart(places: tuple[PlaceEffect, ...], unit: Unit, lang: str) -> Drawn:
    """Effects with their intervals, a row for each place, from top to bottom in the order given.

    Args:
        places: at least one.
        unit: of every value.
        lang: ``nl`` or ``en``.
    """
    axis = value_axis([0.0, *(end for place in places for end in (place.low, place.high))], lang)
    title = text("charts.reach.axis", lang, unit=unit_label(unit, lang))
    plane = _rows(axis, len(places), PLACE, title)
    marks = [*(plane.upright(tick, palette.GRID, wide=1) for tick in axis.ticks), plane.upright(0)]
    for at, place in enumerate(places):
        colour = palette.SECOND if place.shown else palette.GREY_TEXT
        said = f"{place.name}: {departure(place.value, unit, lang)}"
        marks += [
            *_name(plane, at, place.name),
            plane.rule((place.low, place.high), (at + 0.7,) * 2, colour, 3),
            plane.point(place.value, at + 0.7, colour, said, size=110),
        ]
    colours = {"shown": palette.SECOND, "not_shown": palette.GREY_TEXT}
    signs = (Sign("circle", colours[key], text(f"charts.reach.{key}", lang)) for key in colours)
    effects = "; ".join(
        f"{place.name} {departure(place.value, unit, lang)} {unit_label(unit, lang)}"
        for place in places
        if place.shown
    )
    key = "charts.reach.alt" if effects else "charts.reach.alt_none"
    alt = text(key, lang, count=len(places), places=effects)
    return Drawn("reach", plane.spec(marks, grid=False), alt, NO_TABLE, tuple(signs))


def _rows(axis: ValueAxis, n: int, row: float, title: str, top: float = 0) -> Plane:
    """A plane of rows below each other, which bear their names above what they show."""
    ticks, ends = Ticks(axis.ticks, axis.labels), (axis.low, axis.high)
    return Plane(ends, rows_below([""] * n), row * n + top, ticks, top=top, across=title)


def _name(plane: Plane, at: int, name: str) -> list[Mark]:
    """The name of a row, on white, cut off where the plot is."""
    _, row = plane.words(plane.x[0], at + 0.3, name, dx=2, fit=True)
    return [("halo", row), ("words", row)]


@dataclass(frozen=True)
class DesignChances:
    """The chances of one design."""

    name: str  # its letter
    words: str  # what it is
    cost: str  # what it takes, in words
    waterbed: float  # chance to show a waterbed, in percent
    net: float  # chance to show a net reduction, in percent


def designs_chart(designs: Sequence[DesignChances], lang: str) -> Drawn:
    """What designs of a pilot can show: for each of at least one a dot for every claim."""

    def share(value: float) -> str:
        return percent(value, lang, decimals=0)

    axis = ValueAxis(0, 100, SHARES, tuple(percent(tick, lang) for tick in SHARES))
    plane = _rows(axis, len(designs), DESIGN, text("charts.chances.chance", lang), top=24)
    enough = 100 * PLAN_POWER.value
    look = {"colour": palette.GREY_TEXT, "align": "right", "dx": -6}
    marks = [
        plane.upright(enough, palette.GREY_TEXT, dash=(4, 3), wide=1),
        plane.words(enough, 0, text("charts.chances.enough", lang), -12, **look),
    ]
    claims = {key: text(f"charts.chances.{key}", lang) for key in CLAIMS}
    for at, one in enumerate(designs):
        chances = {"waterbed": one.waterbed, "net": one.net}
        ends = (min(chances.values()), max(chances.values()))
        marks += [
            *_name(plane, at, f"{one.name}: {one.words}"),
            plane.rule(ends, (at + 0.7,) * 2, palette.OTHERS, 2),
            *(
                plane.point(chance, at + 0.7, CLAIMS[key], f"{claims[key]}: {share(chance)}",
                            size=130)
                for key, chance in chances.items()
            ),
        ]  # fmt: skip
    keys = ("name", "design", "cost", *(f"{claim}_share" for claim in CLAIMS))
    table = ChartTable(
        tuple(text(f"charts.chances.{key}", lang) for key in keys),
        tuple((one.name, one.words, one.cost, one.waterbed, one.net) for one in designs),
        (str, str, str, share, share),
    )
    said = (
        text("charts.chances.alt", lang, name=one.name, words=one.words,
             waterbed=share(one.waterbed), net=share(one.net))
        for one in designs
    )  # fmt: skip
    signs = tuple(Sign("circle", CLAIMS[key], claims[key]) for key in CLAIMS)
    return Drawn("chances", plane.spec(marks, grid=False), " ".join(said), table, signs)

"""Columns beside each other: ages, decisions by month, figures of periods, figures and targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index, value_axis
from nami_monitor.charts.plane import Plane, Ticks, month_axis, named
from nami_monitor.charts.spec import NO_TABLE, ChartTable, Drawn, Sign
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import figure, month, number, unit_label, with_interval

HEIGHT: Final = 300
HALF: Final = 0.4  # of the place of a column, to either side of its middle
CONDITIONS: Final = {
    "new": palette.LINK,
    "refurbished": palette.SECOND,
    "reused": palette.INK,
    None: palette.OTHERS,
}
"""The colours of conditions, in the order in which they are stacked."""
DECISIONS: Final = {
    "from_stock": palette.INK,
    "shared": "#47719F",
    "repaired": palette.LINK,
    "rethought": palette.PARTIAL,
    "withdrawn": "#C9DDEE",
    "refurbished": "#6E3700",
    "bought": palette.OTHERS,
    "blocked": palette.SECOND,
}
"""Blue is what was not bought, brown what was bought refurbished, grey what was bought new."""
WRITTEN: Final = 24
"""Up to so many columns bear their value."""
FEW: Final = 6  # more values touch on a narrow plot, where they leave it
WORDED: Final = 8
"""Up to so many the words for a missing figure fit; beyond, a dash stands there."""
LINE: Final = 16  # px of a value above its column
BROKEN: Final = 0.45
"""How far a column lets through in which a data break lies."""

AgeCounts = Mapping[tuple[int, str | None], int]
DecisionCounts = Mapping[tuple[date, str], int]


def _stacked(
    kind: str,
    counts: Mapping[tuple[Any, Any], int],
    columns: Mapping[Any, tuple[float, str]],
    pieces: Mapping[Any, tuple[str, str]],
    lang: str,
    ticks: Ticks,
    across: str = "",
) -> tuple[Drawn, ChartTable, dict[Any, int]]:
    """Counts as columns of pieces on each other, from zero.

    Args:
        kind: of the chart.
        counts: by column and piece.
        columns: where each stands and how it is called.
        pieces: name and colour of each, from the foot of a column up.
        lang: ``nl`` or ``en``.
        ticks: the words below the columns.
        across: what the columns are.

    Returns:
        The chart without its sentence and table, a row of numbers for each column as a table
        without a first heading, and how many each column counts.
    """
    totals = {key: sum(counts.get((key, piece), 0) for piece in pieces) for key in columns}
    places = [x for x, _ in columns.values()]
    axis = value_axis([0.0, *map(float, totals.values())], lang)
    plane = Plane((min(places) - 0.5, max(places) + 0.5), axis, HEIGHT, ticks, across=across)
    marks = []
    for key, (x, label) in columns.items():
        foot = 0
        for piece, (name, colour) in pieces.items():
            n = counts.get((key, piece), 0)
            said = f"{label}, {name}: {number(n, lang)}"
            ends = (x - HALF, x + HALF), (foot, foot + n)
            marks += [plane.bar(*ends, colour, said)] if n else []
            foot += n
    signs = tuple(Sign("box", colour, name) for name, colour in pieces.values())
    rows = tuple((key, *(counts.get((key, piece), 0) for piece in pieces)) for key in columns)
    head = ("", *(name for name, _ in pieces.values()))
    table = ChartTable(head, rows, (None, *((lambda n: number(n, lang),) * len(pieces))))
    return Drawn(kind, plane.spec(marks), "", signs=signs), table, totals


def ages_chart(
    counts: AgeCounts, bands: Sequence[int], names: Mapping[str | None, str], lang: str
) -> Drawn:
    """How old assets are: a column for each band of years, stacked by condition.

    Args:
        counts: assets by the first year of their band and by condition; at least one.
        bands: the first years of all bands, ascending; those above the oldest are left out.
        names: the conditions in words.
        lang: ``nl`` or ``en``.
    """
    used = [band for band in bands if band <= max(band for band, _ in counts)]
    labels = {band: band_name(band, bands, lang) for band in used}
    held = {condition for _, condition in counts}
    pieces = {code: (names[code], colour) for code, colour in CONDITIONS.items() if code in held}
    columns = {band: (float(x), labels[band]) for x, band in enumerate(used)}
    age, ticks = text("charts.ages.age", lang), named(list(labels.values()))
    drawn, table, totals = _stacked("ages", counts, columns, pieces, lang, ticks, age)
    most = max(totals, key=lambda band: (totals[band], -band))
    shown = {"n": sum(totals.values()), "most": totals[most]}
    written = {key: number(n, lang) for key, n in shown.items()}
    alt = text("charts.ages.alt", lang, band=labels[most], **written)
    rows = tuple((labels[band], *more) for band, *more in table.rows)
    return replace(drawn, alt=alt, table=replace(table, head=(age, *table.head[1:]), rows=rows))


def band_name(band: int, bands: Sequence[int], lang: str) -> str:
    """A band in words: "3", "6-7", "15+"."""
    later = [first for first in bands if first > band]
    if not later:
        return text("charts.ages.open", lang, first=band)
    last = later[0] - 1
    return str(band) if last == band else text("charts.ages.span", lang, first=band, last=last)


def decisions_chart(counts: DecisionCounts, order: Sequence[str], lang: str) -> Drawn:
    """Decisions on requests by month, stacked, with what was not bought at the foot.

    Args:
        counts: requests by month and decision; at least one. A month without any is zero.
        order: the decisions, from the foot of a column up; those that nobody took are left out.
        lang: ``nl`` or ``en``.
    """
    days, held = [day for day, _ in counts], {code for _, code in counts}
    months = month_range(min(days), max(days))
    pieces = {code: (decision(code, lang), DECISIONS[code]) for code in order if code in held}
    columns = {day: (float(month_index(day)), month(day, lang)) for day in months}
    ticks = month_axis(months[0], months[-1], lang)
    drawn, table, _ = _stacked("decisions", counts, columns, pieces, lang, ticks)
    sums = {code: sum(n for (_, d), n in counts.items() if d == code) for code in pieces}
    told = ", ".join(f"{pieces[code][0]} {number(n, lang)}" for code, n in sums.items() if n)
    start, end = month(months[0], lang), month(months[-1], lang)
    head = (text("charts.month", lang), *table.head[1:])
    write = (lambda day: month(day, lang), *table.write[1:])
    return replace(
        drawn,
        alt=text("charts.decisions.alt", lang, start=start, end=end, told=told),
        table=ChartTable(head, table.rows[::-1], write),
    )


def decision(code: str, lang: str) -> str:
    """A decision in words."""
    return text(f"allowed.{code}.name", lang)


@dataclass(frozen=True)
class PeriodBar:
    """A period's figure."""

    period: str  # its name in the reader's language
    series: str  # the group that it belongs to; empty for a single series
    value: float | None  # in the chart's unit; None where there is none
    interval: tuple[float, float] | None = None  # the limits of an estimate
    broken: bool = False  # whether a data break lies in it
    goal: float | None = None  # what was agreed for it; None where nothing was

    def label(self, unit: Unit, lang: str) -> str:
        """The value, an estimate with its interval."""
        value = self.value or 0.0
        if self.interval is None:
            return figure(value, unit, lang)
        return with_interval(value, *self.interval, unit, lang, bare=True)


def periods_chart(bars: tuple[PeriodBar, ...], unit: Unit, lang: str, alt: str) -> Drawn:
    """Figures of quarters or years, groups side by side.

    Args:
        bars: at least one, periods in the order in which they stand; at most six groups. One
            without a value bears the words for that, and one with a data break is pale. Long
            dashes stand at what was agreed for a period.
        unit: of every value.
        lang: ``nl`` or ``en``.
        alt: the chart in a sentence.
    """
    periods = list(dict.fromkeys(bar.period for bar in bars))
    series = list(dict.fromkeys(bar.series for bar in bars))
    goals = {periods.index(bar.period): bar.goal for bar in bars if bar.goal is not None}
    known = [bar.value for bar in bars if bar.value is not None]
    axis = value_axis([0.0, *known, *goals.values()], lang)
    plane = Plane((-0.5, len(periods) - 0.5), axis, HEIGHT, named(periods), top=LINE)
    missing = text("charts.missing", lang) if len(bars) <= WORDED else "\N{EN DASH}"
    half = HALF / len(series)
    marks = []
    for bar in bars:
        rank = series.index(bar.series)
        x = periods.index(bar.period) - HALF + (2 * rank + 1) * half
        label = missing if bar.value is None else bar.label(unit, lang)
        if bar.value is not None:
            told = ", ".join(filter(None, (bar.period, bar.series)))
            pale = BROKEN if bar.broken else 1
            colour = palette.SERIES[rank]
            ends = (x - 0.9 * half, x + 0.9 * half)
            marks.append(plane.bar(ends, (0, bar.value), colour, f"{told}: {label}", pale))
        if bar.value is None or len(bars) <= WRITTEN:
            colour = palette.GREY_TEXT if bar.value is None else palette.BODY
            marks.append(
                plane.words(x, bar.value or 0.0, label, -8, colour=colour, align="center",
                            wide=len(bars) > FEW)
            )  # fmt: skip
    for at, goal in goals.items():
        said = text("charts.trend.target", lang, value=figure(goal, unit, lang))
        marks += plane.goal((at - 0.5, at + 0.5), goal, f"{periods[at]}: {said}")
    several = series if len(series) > 1 else []
    signs = [Sign("box", palette.SERIES[rank], name) for rank, name in enumerate(several)]
    signs += [Sign("target", palette.BODY, text("charts.aim.goal", lang))] if goals else []
    return Drawn("periods", plane.spec(marks), alt, NO_TABLE, tuple(signs))


@dataclass(frozen=True)
class TargetPoint:
    """A period on the way to a target."""

    period: str  # its name in the reader's language
    value: float | None  # the figure; None where there is none
    goal: float | None  # what was agreed; None where nothing was
    final: bool = True  # whether the figure is that of the whole period


def target_chart(
    points: tuple[TargetPoint, ...], name: str, unit: Unit, lang: str, activity: str | None
) -> Drawn:
    """A figure beside its target, period by period: a column, and long dashes for what was agreed.

    Args:
        points: at least one, in the order in which they stand; of a part of its period pale.
        name: of the figure.
        unit: of every value.
        lang: ``nl`` or ``en``.
        activity: name of the activity measure, for units per activity.
    """
    values = [v for point in points for v in (point.value, point.goal) if v is not None]
    axis = value_axis([0.0, *values], lang)
    ticks = named([point.period for point in points])
    plane = Plane((-0.5, len(points) - 0.5), axis, HEIGHT, ticks, top=LINE)
    kinds = {key: text(f"charts.aim.{key}", lang) for key in ("whole", "so_far", "goal")}
    marks, used = [], []
    for x, point in enumerate(points):
        if point.value is not None:
            kind = "whole" if point.final else "so_far"
            colour = palette.INK if point.final else palette.PARTIAL
            label = figure(point.value, unit, lang)
            told = f"{point.period}, {kinds[kind]}: {label}"
            marks.append(plane.bar((x - 0.3, x + 0.3), (0, point.value), colour, told))
            if len(points) <= WORDED:
                high = max(point.value, 0.0 if point.goal is None else point.goal)
                near = plane.px(point.value) - plane.px(high) < LINE
                marks.append(plane.words(x, high if near else point.value, label, -9,
                                         align="center"))  # fmt: skip
            used.append(kind)
        if point.goal is not None:
            told = f"{point.period}, {kinds['goal']}: {figure(point.goal, unit, lang)}"
            marks += plane.goal((x - 0.5, x + 0.5), point.goal, told)
            used.append("goal")
    forms = {
        "whole": ("box", palette.INK),
        "so_far": ("box", palette.PARTIAL),
        "goal": ("target", palette.BODY),
    }
    signs = tuple(Sign(*forms[key], kinds[key]) for key in forms if key in used)
    table = _target_table(points, unit, lang, activity)
    return Drawn("aim", plane.spec(marks), _target_alt(points, name, unit, lang), table, signs)


def _target_table(
    points: tuple[TargetPoint, ...], unit: Unit, lang: str, activity: str | None
) -> ChartTable:
    """Figure and target by period, the latest first."""
    label = unit_label(unit, lang, activity=activity)
    measured = f" ({label})" if label else ""
    head = (
        text("charts.aim.period", lang),
        f"{text('charts.value', lang)}{measured}",
        f"{text('charts.aim.agreed', lang)}{measured}",
        text("charts.aim.remark", lang),
    )
    so_far = text("charts.aim.so_far", lang)
    rows = tuple(
        (p.period, p.value, p.goal, "" if p.final or p.value is None else so_far)
        for p in reversed(points)
    )

    def write(value: float) -> str:
        return figure(value, unit, lang)

    return ChartTable(head, rows, (None, write, write, None))


def _target_alt(points: tuple[TargetPoint, ...], name: str, unit: Unit, lang: str) -> str:
    """The latest figure and the last target in a sentence each."""
    said = [f"{name}."]
    for key, read in (("value", "value"), ("goal", "goal")):
        known = [(p.period, v) for p in points if (v := getattr(p, read)) is not None]
        if known:
            period, value = known[-1]
            value = figure(value, unit, lang)
            said.append(text(f"charts.aim.alt_{key}", lang, period=period, value=value))
    return " ".join(said)

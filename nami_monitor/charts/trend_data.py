"""What an annotated trend shows, as frozen data."""

from dataclasses import dataclass
from datetime import date

from nami_monitor.charts.axes import month_index
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import Unit
from nami_monitor.i18n.formats import figure, quantity, with_interval


@dataclass(frozen=True)
class TrendPoint:
    """One month of a series.

    Args:
        month: the first of the month.
        value: in the trend's unit; None where data is missing, never zero in its stead.
        low: lower end of its interval, for an estimate.
        high: upper end of it.
        usual: between what normal variation, season included, would put it.
        signal: whether a change of level was first seen in this month.
        concern: whether that signal points the wrong way.
        held: whether the month belongs to a change of level that stood.
    """

    month: date
    value: float | None
    low: float | None = None
    high: float | None = None
    usual: tuple[float, float] | None = None
    signal: bool = False
    concern: bool = False
    held: bool = False


def point_text(
    point: TrendPoint, unit: Unit, lang: str, *, activity: str | None = None, bare: bool = False
) -> str:
    """The value of a month that has one; an estimate always with its interval.

    The unit of a ``bare`` one is named elsewhere; ``activity`` is as in ``formats.quantity``.
    """
    value = point.value or 0.0
    if point.low is not None and point.high is not None:
        limits = point.low, point.high
        return with_interval(value, *limits, unit, lang, activity=activity, bare=bare)
    return figure(value, unit, lang) if bare else quantity(value, unit, lang, activity=activity)


@dataclass(frozen=True)
class Series:
    """A named line; months that it skips count as missing."""

    name: str
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True)
class Phase:
    """Mean and limits that hold from one month to another, both included."""

    start: date
    end: date
    mean: float
    low: float
    high: float
    provisional: bool = False


@dataclass(frozen=True)
class InterventionMark:
    """An intervention: its first month and its name."""

    month: date
    label: str


@dataclass(frozen=True)
class BreakSpan:
    """A data break: the months across which figures cannot be compared. Or a border in time."""

    start: date
    end: date
    label: str


@dataclass(frozen=True)
class LessonMark:
    """A lesson at a month: its code ("L1", also what a click returns) and its title."""

    month: date
    code: str
    title: str


@dataclass(frozen=True)
class NoteMark:
    """What somebody wrote at a month: its code ("N1", also what a click returns) and its text."""

    month: date
    code: str
    text: str


@dataclass(frozen=True)
class TrendTarget:
    """An agreed aim, the same for every month."""

    value: float
    label: str


@dataclass(frozen=True)
class Trend:
    """All that one trend shows.

    Args:
        series: at least one; the first six are coloured and named, the rest is grey context.
        unit: of every value.
        phases: mean and limits; shown for a single series only.
        marks: interventions.
        breaks: data breaks.
        borders: where a definition changed; drawn as breaks are, but the figures can be compared.
        lessons: lessons.
        written: what people wrote.
        target: an aim.
        activity: name of the activity measure in the reader's language, for units per activity.
    """

    series: tuple[Series, ...]
    unit: Unit
    phases: tuple[Phase, ...] = ()
    marks: tuple[InterventionMark, ...] = ()
    breaks: tuple[BreakSpan, ...] = ()
    borders: tuple[BreakSpan, ...] = ()
    lessons: tuple[LessonMark, ...] = ()
    written: tuple[NoteMark, ...] = ()
    target: TrendTarget | None = None
    activity: str | None = None

    @property
    def months(self) -> list[date]:
        """Every month from the first to the last point of any series."""
        named = [point.month for series in self.series for point in series.points]
        return month_range(min(named), max(named)) if named else []

    @property
    def single(self) -> bool:
        """Whether there is one series, which may bear phases and intervals."""
        return len(self.series) == 1

    def shown_marks(self) -> list[InterventionMark]:
        """Interventions within the months, the earliest first."""
        return sorted((m for m in self.marks if self.covers(m.month)), key=lambda m: m.month)

    def shown_lessons(self) -> list[LessonMark]:
        """Lessons within the months, the earliest first."""
        return sorted((x for x in self.lessons if self.covers(x.month)), key=lambda x: x.month)

    def shown_written(self) -> list[NoteMark]:
        """What people wrote within the months, the earliest first."""
        return sorted((x for x in self.written if self.covers(x.month)), key=lambda x: x.month)

    def covers(self, month: date) -> bool:
        """Whether a month lies within the trend's months."""
        months = self.months
        return bool(months) and months[0] <= month.replace(day=1) <= months[-1]

    def heights(self) -> list[float]:
        """Every value that the scale must hold."""
        points = [p for series in self.series for p in series.points]
        values = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
        if self.single:
            values += [v for phase in self.phases for v in (phase.low, phase.high)]
            values += [v for point in points for v in point.usual or ()]
        return values + ([self.target.value] if self.target else [])


def by_index(series: Series) -> dict[int, TrendPoint]:
    """The points of a series under their month number."""
    return {month_index(point.month): point for point in series.points}


def clipped(start: date, end: date, months: list[date]) -> tuple[int, int] | None:
    """The month numbers of a span within the months, both included; None if it lies outside."""
    first = max(month_index(start), month_index(months[0]))
    last = min(month_index(end), month_index(months[-1]))
    return (first, last) if first <= last else None

"""What an annotated trend shows, as frozen data: one description for screen, slide and PDF."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from nami_monitor.charts.axes import month_index
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import Unit
from nami_monitor.i18n.formats import figure, quantity, with_interval


@dataclass(frozen=True)
class TrendPoint:
    """One month of a series."""

    month: date  # the first of the month
    value: float | None  # in the trend's unit; None where data is missing, never zero in its stead
    low: float | None = None  # lower end of its interval, for an estimate
    high: float | None = None  # upper end of it
    provisional: bool = False  # whether later months or codes may change it


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
class Expected:
    """What one month would be without a change: the level with its usual spread."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Phase:
    """What is expected from one month to another, both included."""

    start: date  # its first month
    end: date  # its last month
    months: tuple[Expected, ...]  # one for each month; they move where a season is known
    provisional: bool = False  # whether it rests on fewer months than firm limits need

    @property
    def level(self) -> bool:
        """Whether every month expects the same."""
        return len(set(self.months)) == 1


@dataclass(frozen=True)
class SignalSpan:
    """A change of level that the scan gave, and the months in which it held."""

    start: date  # the month in which it began
    end: date  # the last month in which it stood, as of that month
    up: bool  # whether the level went up
    concern: bool | None  # whether that is the wrong way; None where neither way is better
    current: bool  # whether it stands in the last month

    @property
    def lasts(self) -> bool:
        """Whether it is a change over several months: else it is one month that stands out."""
        return self.start != self.end


@dataclass(frozen=True)
class DriftLine:
    """A steady drift: a straight line between two months, and its words with their interval."""

    start: date
    end: date
    first: float
    last: float
    words: str


@dataclass(frozen=True)
class InterventionMark:
    """A measure: its first month, its name, and its last month where it ended.

    ``detail`` stands below the name: its months and places.
    """

    month: date
    label: str
    end: date | None = None
    detail: str = ""


@dataclass(frozen=True)
class BreakSpan:
    """A data break: the months across which figures cannot be compared. Or a border in time."""

    start: date
    end: date
    label: str


@dataclass(frozen=True)
class LessonMark:
    """A lesson at a month: its code ("L1", also what a click returns), title, and whether open."""

    month: date
    code: str
    title: str
    opened: bool = False


@dataclass(frozen=True)
class NoteMark:
    """What somebody wrote at a month: its code ("N1", also what a click returns) and its text."""

    month: date
    code: str
    text: str


@dataclass(frozen=True)
class TrendTarget:
    """An agreed aim: its value in the trend's unit, its words, and the months that it holds for."""

    value: float
    label: str
    start: date
    end: date


@dataclass(frozen=True)
class Trend:
    """All that one trend shows."""

    # at least one; the first six are coloured and named, the rest is grey context
    series: tuple[Series, ...]
    unit: Unit  # of every value
    phases: tuple[Phase, ...] = ()  # what is expected; shown for a single series only
    # changes of level that the scan gave, each as of its own months
    signals: tuple[SignalSpan, ...] = ()
    drift: DriftLine | None = None  # a steady drift; None where there is none
    marks: tuple[InterventionMark, ...] = ()  # measures
    breaks: tuple[BreakSpan, ...] = ()  # data breaks
    # where a definition changed; drawn as breaks are, but the figures can be compared
    borders: tuple[BreakSpan, ...] = ()
    lessons: tuple[LessonMark, ...] = ()  # lessons
    written: tuple[NoteMark, ...] = ()  # what people wrote
    targets: tuple[TrendTarget, ...] = ()  # what was agreed
    # name of the activity measure in the reader's language, for units per activity
    activity: str | None = None
    # whether it counts what stands in a register: only a decision changes that
    register: bool = False
    counted: str = ""  # what is counted, in words below the last value; the unit without
    settled: str = ""  # in words, when provisional months stop being so; empty where nobody knows

    @cached_property
    def months(self) -> list[date]:
        """Every month from the first to the last point of any series."""
        named = [point.month for series in self.series for point in series.points]
        return month_range(min(named), max(named)) if named else []

    @property
    def single(self) -> bool:
        """Whether there is one series, which may bear phases and intervals."""
        return len(self.series) == 1

    def shown_marks(self) -> list[InterventionMark]:
        """Measures that began within the months, the earliest first."""
        return sorted((m for m in self.marks if self.covers(m.month)), key=lambda m: m.month)

    def shown_lessons(self) -> list[LessonMark]:
        """Lessons within the months, the earliest first."""
        return sorted((x for x in self.lessons if self.covers(x.month)), key=lambda x: x.month)

    def shown_written(self) -> list[NoteMark]:
        """What people wrote within the months, the earliest first."""
        return sorted((x for x in self.written if self.covers(x.month)), key=lambda x: x.month)

    def shown_targets(self) -> list[TrendTarget]:
        """Targets that hold for one of the months."""
        months = self.months
        return [t for t in self.targets if months and clipped(t.start, t.end, months)]

    def holding(self) -> list[TrendTarget]:
        """Targets of the last month's year whose period ends last: those are named."""
        shown = [t for t in self.shown_targets() if t.end.year == self.months[-1].year]
        latest = max((target.end for target in shown), default=None)
        return [target for target in shown if target.end == latest]

    def covers(self, month: date) -> bool:
        """Whether a month lies within the trend's months."""
        months = self.months
        return bool(months) and months[0] <= month.replace(day=1) <= months[-1]

    def expected_at(self, month: date) -> Expected | None:
        """What a month would be without a change; None where nobody can say."""
        for phase in self.phases:
            if phase.start <= month <= phase.end:
                return phase.months[month_index(month) - month_index(phase.start)]
        return None

    def signal_at(self, month: date) -> SignalSpan | None:
        """The change of level of which a month is a part; None for others."""
        return next((span for span in self.signals if span.start <= month <= span.end), None)

    def drift_ends(self) -> list[tuple[int, float]]:
        """Month number and height of both ends of the drift, within the months shown."""
        if self.drift is None:
            return []
        first, last = month_index(self.drift.start), month_index(self.drift.end)
        from_month = max(first, month_index(self.months[0]))
        share = (from_month - first) / max(1, last - first)
        start = self.drift.first + share * (self.drift.last - self.drift.first)
        return [(from_month, start), (last, self.drift.last)]

    def heights(self) -> list[float]:
        """Every value that the scale must hold."""
        points = [p for series in self.series for p in series.points]
        values = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
        if self.single:
            shown = set(self.months)
            values += [
                value
                for phase in self.phases
                for month, one in zip(
                    month_range(phase.start, phase.end), phase.months, strict=True
                )
                if month in shown
                for value in (one.low, one.high)
            ]
        values += [value for _, value in self.drift_ends()]
        return values + [target.value for target in self.shown_targets()]


def by_index(series: Series) -> dict[int, TrendPoint]:
    """The points of a series under their month number."""
    return {month_index(point.month): point for point in series.points}


def clipped(start: date, end: date, months: list[date]) -> tuple[int, int] | None:
    """The month numbers of a span within the months, both included; None if it lies outside."""
    first = max(month_index(start), month_index(months[0]))
    last = min(month_index(end), month_index(months[-1]))
    return (first, last) if first <= last else None

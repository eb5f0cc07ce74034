"""Which lessons are shown with which chart of a page.

A signal selects lessons. Those whose case is about the chart's category come first, then the others
that the signal selects, then those that share a strategy and the dimension with one of these. A
page shows a lesson once, and a chart at most ``CHART_LESSONS``; the rest are listed below it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import zip_longest

from nami_monitor.core.thresholds import CHART_LESSONS
from nami_monitor.core.words import KitSignal, Strategy
from nami_monitor.kit.files import Lesson


class MatchLevel(IntEnum):
    """How closely a lesson fits what selected it, closest first."""

    CATEGORY = 1
    SIGNAL = 2
    RELATED = 3


@dataclass(frozen=True)
class ChartSignal:
    """A signal in a chart of a page, and what the chart's KPI speaks of.

    ``cases`` are the numbers of those about the chart's category; empty for all categories.
    """

    chart: str
    kind: KitSignal
    cases: frozenset[int] = frozenset()
    strategy: Strategy | None = None


@dataclass(frozen=True)
class Match:
    """A lesson, what selected it, and how closely it fits."""

    lesson: Lesson
    signal: ChartSignal
    level: MatchLevel


@dataclass(frozen=True)
class ChartLessons:
    """The lessons of a chart: those that are marked on it, and those listed with it."""

    on_chart: tuple[Match, ...]
    listed: tuple[Match, ...]


def lessons_by_chart(
    signals: Sequence[ChartSignal], lessons: Mapping[str, Lesson]
) -> dict[str, ChartLessons]:
    """Divide lessons over the charts of one page; the most important of its signals come first.

    Returns:
        For each chart that has a signal, in the order of the signals, its lessons. Where a
        chart has several signals, each has its best lesson placed before any has its second.
    """
    charts = list(dict.fromkeys(signal.chart for signal in signals))
    matched = {
        chart: list(_in_turn([o for o in signals if o.chart == chart], lessons)) for chart in charts
    }
    used: set[str] = set()
    most = int(CHART_LESSONS.value)
    marked = {chart: tuple(_unused(matched[chart], used, most)) for chart in charts}
    listed = {chart: tuple(_unused(matched[chart], used, len(lessons))) for chart in charts}
    return {chart: ChartLessons(marked[chart], listed[chart]) for chart in charts}


def matches(signal: ChartSignal, lessons: Mapping[str, Lesson]) -> list[Match]:
    """Every lesson for one signal, closest first; what a case reports stands before advice."""
    called = [lesson for lesson in lessons.values() if signal.kind in lesson.signals]
    matched = []
    for lesson in lessons.values():
        if lesson in called:
            own = signal.cases & set(lesson.cases)
            matched.append(Match(lesson, signal, MatchLevel.CATEGORY if own else MatchLevel.SIGNAL))
        elif any(_related(lesson, other) for other in called):
            matched.append(Match(lesson, signal, MatchLevel.RELATED))
    return sorted(
        matched,
        key=lambda m: (m.level, m.lesson.advice, signal.strategy not in m.lesson.strategies),
    )


def _related(lesson: Lesson, other: Lesson) -> bool:
    return (
        lesson.dimension is not None
        and lesson.dimension is other.dimension
        and not set(lesson.strategies).isdisjoint(other.strategies)
    )


def _in_turn(signals: list[ChartSignal], lessons: Mapping[str, Lesson]) -> Iterator[Match]:
    """The matches of several signals: of each the first, of each the second, and so on."""
    for row in zip_longest(*(matches(signal, lessons) for signal in signals)):
        yield from (match for match in row if match is not None)


def _unused(matched: list[Match], used: set[str], most: int) -> Iterator[Match]:
    """The first matches whose lesson is not used yet; it counts as used from then on."""
    for match in matched:
        if most > 0 and match.lesson.name not in used:
            used.add(match.lesson.name)
            most -= 1
            yield match

"""The lessons of the kit that the signals of a chart call up.

A signal selects lessons. Those whose case is about the signal's category come first, then the
others that the signal selects, then those that share a strategy and the dimension with one of
these. A chart names a lesson once and marks at most ``CHART_LESSONS``; the rest are listed below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import zip_longest

from nami_monitor.core.thresholds import CHART_LESSONS
from nami_monitor.core.words import Strategy
from nami_monitor.kit import Lesson, shipped
from nami_monitor.kpis import CATALOGUE
from nami_monitor.signals.signal import Signal
from nami_monitor.store import Transaction

Cases = Mapping[str, frozenset[int]]
"""The cases of the kit that reach each category."""


class MatchLevel(IntEnum):
    """How closely a lesson fits what selected it, closest first."""

    CATEGORY = 1
    SIGNAL = 2
    RELATED = 3


@dataclass(frozen=True)
class CalledLesson:
    """A lesson with the signal that called it up, and how closely it fits.

    ``code`` is how a chart names it, ``L1`` and so on; empty for one that only the list names.
    """

    lesson: Lesson
    signal: Signal
    reach: MatchLevel
    code: str = ""


def cases_of(db: Transaction) -> Cases:
    """The cases of the kit that reach each category."""
    rows = db.rows("select category, kit_cases from categories where kit_cases is not null")
    return {
        category: frozenset(int(one) for one in str(cases).split(";") if one.strip().isdecimal())
        for category, cases in rows
    }


def lessons_of_chart(found: Sequence[Signal], cases: Cases) -> tuple[CalledLesson, ...]:
    """The lessons of one chart, marked ones first; its signals are given most important first.

    Each signal has its best lesson placed before any has its second. What the signal that places it
    is only related to is marked where there is room, and otherwise left out.
    """
    alike: dict[object, Signal] = {}
    for signal in found:
        about = cases.get(signal.category or "", frozenset())
        alike.setdefault((signal.kind, about, _strategy(signal)), signal)
    placed: dict[str, CalledLesson] = {}
    for row in zip_longest(*(matches(signal, cases) for signal in alike.values())):
        for one in filter(None, row):
            placed.setdefault(one.lesson.name, one)
    most = int(CHART_LESSONS.value)
    return tuple(
        replace(one, code=f"L{number}" if number <= most else "")
        for number, one in enumerate(placed.values(), start=1)
        if number <= most or one.reach is not MatchLevel.RELATED
    )


def called_by(signal: Signal, cases: Cases) -> tuple[Lesson, ...]:
    """The lessons that one signal calls up, closest first; those only related are left out."""
    found = matches(signal, cases)
    return tuple(one.lesson for one in found if one.reach is not MatchLevel.RELATED)


def matches(signal: Signal, cases: Cases) -> list[CalledLesson]:
    """Every lesson for one signal, closest first; what a case reports stands before advice."""
    lessons, about = shipped().lessons.values(), cases.get(signal.category or "", frozenset())
    called = [lesson for lesson in lessons if signal.kind in lesson.signals]
    matched = []
    for lesson in lessons:
        if lesson in called:
            reach = MatchLevel.CATEGORY if about & set(lesson.cases) else MatchLevel.SIGNAL
            matched.append(CalledLesson(lesson, signal, reach))
        elif any(_related(lesson, other) for other in called):
            matched.append(CalledLesson(lesson, signal, MatchLevel.RELATED))
    own = _strategy(signal)
    return sorted(matched, key=lambda m: (m.reach, m.lesson.advice, own not in m.lesson.strategies))


def _strategy(signal: Signal) -> Strategy | None:
    kpi = CATALOGUE.get(signal.kpi or "")
    return kpi.strategy if kpi else None


def _related(lesson: Lesson, other: Lesson) -> bool:
    return (
        lesson.dimension is not None
        and lesson.dimension is other.dimension
        and not set(lesson.strategies).isdisjoint(other.strategies)
    )

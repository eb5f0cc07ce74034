"""The lessons of the kit that the signals of a chart or a page call up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nami_monitor.kit import Lesson, shipped
from nami_monitor.kit.matching import ChartSignal, MatchLevel, lessons_by_chart, matches
from nami_monitor.kpis import CATALOGUE
from nami_monitor.signals.signal import Signal
from nami_monitor.store import Transaction

Cases = Mapping[str, frozenset[int]]
"""The cases of the kit that reach each category."""


@dataclass(frozen=True)
class CalledLesson:
    """A lesson with the signal that called it up.

    Args:
        reach: how close it is: the same category, the same signal, or only related.
        code: how a chart names it, ``L1`` and so on; empty for a lesson that only the list names.
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


def lessons_of_chart(chart: str, found: Sequence[Signal], cases: Cases) -> tuple[CalledLesson, ...]:
    """The lessons of one chart, marked ones first; its signals are given most important first."""
    signals: dict[ChartSignal, Signal] = {}
    for signal in found:
        signals.setdefault(_occasion(chart, signal, cases), signal)
    placed = lessons_by_chart(list(signals), shipped().lessons)
    return tuple(
        CalledLesson(match.lesson, signals[match.signal], match.level, code)
        for one in placed.values()
        for match, code in (
            *((match, f"L{number}") for number, match in enumerate(one.on_chart, start=1)),
            *((match, "") for match in one.listed if match.level is not MatchLevel.RELATED),
        )
    )


def called_by(signal: Signal, cases: Cases) -> tuple[Lesson, ...]:
    """The lessons that one signal calls up, closest first; those only related are left out."""
    found = matches(_occasion("", signal, cases), shipped().lessons)
    return tuple(match.lesson for match in found if match.level is not MatchLevel.RELATED)


def _occasion(chart: str, signal: Signal, cases: Cases) -> ChartSignal:
    kpi = CATALOGUE.get(signal.kpi or "")
    reaching = cases.get(signal.category or "", frozenset())
    return ChartSignal(chart, signal.kind, reaching, kpi.strategy if kpi else None)


def names(lessons: Iterable[Lesson]) -> tuple[str, ...]:
    """The file names of lessons."""
    return tuple(lesson.name for lesson in lessons)

"""The lessons of the kit that stand beside a figure.

A lesson says which signals call it up, beside which figures it stands, and which cases report it.
Without a signal the figure by itself calls it up, where its category is what the cases are about.
Where a signal on the same line contradicts a lesson, it is left out. A chart names a lesson once
and marks at most ``CHART_LESSONS``; the rest are listed below.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from functools import cache
from itertools import zip_longest
from statistics import fmean
from typing import Final

from nami_monitor.core.thresholds import CHART_LESSONS
from nami_monitor.core.words import KitSignal, Strategy
from nami_monitor.kit import Lesson, shipped
from nami_monitor.kpis import CATALOGUE, KpiResult
from nami_monitor.signals.signal_rules import Signal
from nami_monitor.store import Transaction

Cases = Mapping[str, frozenset[int]]
"""The cases of the kit that reach each category."""

CPV_CLASS: Final = 4
"""Leading digits of a CPV code that name its class; goods of one class are alike."""
YEAR: Final = 12


class MatchLevel(IntEnum):
    """How close what a lesson reports is to what it stands beside, closest first."""

    CATEGORY = 1
    OTHER = 2
    KIT = 3
    ADVICE = 4


@dataclass(frozen=True)
class ChartLine:
    """The line beside which lessons stand.

    Args:
        kpi: its code.
        category: the category that it is of; None for all together.
        values: by month, without months that have none.
    """

    kpi: str
    category: str | None
    values: Mapping[date, float]


@dataclass(frozen=True)
class LessonCaller:
    """What calls lessons up: a signal, or without one the figure of a line by itself.

    Args:
        signal: the signal; None for the figure by itself.
        kpi: code of the figure beside which they stand; None where a register shows the signal and
            no line is there.
        category: of the signal, else of the line; None for all together.
        month: of the signal, else the last of the line.
        cases: those that are about the category. For all categories together it is the case that
            watches the figure, if it is the only one.
    """

    signal: Signal | None
    kpi: str | None
    category: str | None
    month: date
    cases: frozenset[int]

    @property
    def strategy(self) -> Strategy | None:
        """The strategy of the figure."""
        return CATALOGUE[self.kpi].strategy if self.kpi in CATALOGUE else None

    @property
    def of_register(self) -> bool:
        """Whether it is a signal of a register, not of a figure."""
        return self.signal is not None and self.signal.kpi is None


@dataclass(frozen=True)
class CalledLesson:
    """A lesson, what called it up, and how close it is.

    ``code`` is how a chart names it, ``L1`` and so on; empty for one that only the list names.
    """

    lesson: Lesson
    by: LessonCaller
    reach: MatchLevel
    code: str = ""


def cases_of(db: Transaction) -> Cases:
    """The cases of the kit that reach each category.

    A category names them itself; for one that does not, they are those of which the goods are in
    the same class of the CPV. A category that nothing reaches is left out.
    """
    rows = db.rows("select category, kit_cases, cpv from categories")
    known = {
        category: frozenset(int(one) for one in _codes(cases) if one.isdecimal())
        for category, cases, _ in rows
    }
    of_class: dict[str, frozenset[int]] = defaultdict(frozenset)
    for category, _, cpv in rows:
        for one in _classes(cpv):
            of_class[one] |= known[category]
    alike = {
        category: frozenset[int]().union(*(of_class[one] for one in _classes(cpv)))
        for category, _, cpv in rows
    }
    return {name: cases or alike[name] for name, cases in known.items() if cases or alike[name]}


def _codes(listed: str | None) -> list[str]:
    return [one.strip() for one in (listed or "").split(";")]


def _classes(cpv: str | None) -> frozenset[str]:
    return frozenset(one[:CPV_CLASS] for one in _codes(cpv) if one)


def line_of(kpi: str, category: str | None, results: Iterable[KpiResult]) -> ChartLine:
    """The line of results of one figure."""
    known = {one.month: one.value for one in results if one.value is not None}
    return ChartLine(kpi, category, known)


def lessons_of_chart(
    found: Sequence[Signal], cases: Cases, line: ChartLine | None = None
) -> tuple[CalledLesson, ...]:
    """The lessons of one chart, marked ones first.

    What registers show comes first (breaks, measures), then the figure itself, then what its line
    shows; of each the closest lesson is placed before any has its second. What is undone by the
    line since calls nothing up, and advice on what a line shows stands last.

    ``found`` are its signals, most important first; the line, where it has one, needs a value.
    """
    holding = [one for one in found if line is None or not undone(one, line)]
    callers = [_of_signal(one, cases, line) for one in holding]
    callers += [] if line is None else [_of_line(line, cases)]
    callers.sort(key=lambda one: (not one.of_register, one.signal is not None))
    alike: dict[object, LessonCaller] = {}
    for one in callers:
        alike.setdefault((one.signal and one.signal.kind, one.cases, one.strategy), one)
    seen = {(one.kind, one.kpi, one.category) for one in holding}
    placed: dict[str, CalledLesson] = {}
    for row in zip_longest(*(_called(caller, seen) for caller in alike.values())):
        for match in filter(None, row):
            placed.setdefault(match.lesson.name, match)
    order = sorted(placed.values(), key=lambda one: one.lesson.advice and not one.by.of_register)
    most = int(CHART_LESSONS.value)
    return tuple(
        replace(one, code=f"L{number}" if number <= most else "")
        for number, one in enumerate(order, start=1)
    )


def called_by_each(found: Sequence[Signal], cases: Cases) -> list[tuple[Lesson, ...]]:
    """The lessons that each signal calls up by itself, closest first.

    Signals of one kind and figure, with the same cases, call up the same ones.
    """
    known: dict[object, tuple[Lesson, ...]] = {}
    called = []
    for signal in found:
        about = _about(signal.kpi, signal.category, cases)
        alike = signal.kind, signal.kpi, about
        if alike not in known:
            known[alike] = tuple(one.lesson for one in lessons_of_chart([signal], cases))
        called.append(known[alike])
    return called


def undone(signal: Signal, line: ChartLine) -> bool:
    """Whether a line went back since to the other side of the level from which it changed.

    What it shows now is the mean of its last twelve months with a value since the signal.
    """
    before, way = signal.numbers.get("mean"), signal.numbers.get("way")
    since = [line.values[month] for month in sorted(line.values) if month >= signal.month]
    if signal.kpi != line.kpi or not isinstance(before, float) or not since:
        return False
    return (fmean(since[-YEAR:]) > before) != (way == "up")


def _of_signal(signal: Signal, cases: Cases, line: ChartLine | None) -> LessonCaller:
    kpi = line.kpi if line else signal.kpi
    category = signal.category or (line.category if line else None)
    about = _about(kpi, category, cases)
    return LessonCaller(signal, kpi, category, signal.month, about)


def _of_line(line: ChartLine, cases: Cases) -> LessonCaller:
    about = _about(line.kpi, line.category, cases)
    return LessonCaller(None, line.kpi, line.category, max(line.values), about)


def _about(kpi: str | None, category: str | None, cases: Cases) -> frozenset[int]:
    return _watching(kpi) if category is None else cases.get(category, frozenset())


@cache
def _watching(kpi: str | None) -> frozenset[int]:
    """The only case that watches a figure; none for figures that are of every category."""
    kit = shipped()
    if any(kpi in group for group in kit.groups.values()):
        return frozenset()
    found = {case.number for case in kit.cases.values() for one in case.figures if one.code == kpi}
    return frozenset(found) if len(found) == 1 else frozenset()


SeenSignals = Collection[tuple[KitSignal, str | None, str | None]]
"""Signals that hold: kind, figure and category."""


def _called(caller: LessonCaller, seen: SeenSignals) -> list[CalledLesson]:
    """The lessons of one caller, closest first."""
    matched = [
        CalledLesson(lesson, caller, _reach(lesson, caller))
        for lesson in shipped().lessons.values()
        if _calls(caller, lesson) and not _contradicted(lesson, caller, seen)
    ]

    def distance(match: CalledLesson) -> tuple[MatchLevel, bool, bool]:
        named = caller.kpi in match.lesson.figures
        return match.reach, not named, caller.strategy not in match.lesson.strategies

    return sorted(matched, key=distance)


def _calls(caller: LessonCaller, lesson: Lesson) -> bool:
    """Whether a lesson is for a caller: its signal or none, its figure, and its subject."""
    kind = caller.signal.kind if caller.signal else None
    if (kind not in lesson.signals) if kind else bool(lesson.signals):
        return False
    if lesson.figures and caller.kpi is not None and caller.kpi not in lesson.figures:
        return False
    elsewhere = _reach(lesson, caller) is MatchLevel.OTHER
    return not (elsewhere and (lesson.bound or kind is None))


def _reach(lesson: Lesson, caller: LessonCaller) -> MatchLevel:
    if lesson.advice:
        return MatchLevel.ADVICE
    if not lesson.cases:
        return MatchLevel.KIT
    return MatchLevel.OTHER if caller.cases.isdisjoint(lesson.cases) else MatchLevel.CATEGORY


def _contradicted(lesson: Lesson, caller: LessonCaller, seen: SeenSignals) -> bool:
    """Whether a signal holds on the same line that contradicts a lesson."""
    return any((kind, caller.kpi, caller.category) in seen for kind in lesson.unless)

"""What a lesson and a case are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nami_monitor.core.words import Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.i18n import Lang


@dataclass(frozen=True)
class LessonWords:
    """A lesson in one language.

    Args:
        title: at most ``LESSON_TITLE`` characters.
        text: what the cases report, with their hedges; at most ``LESSON_TEXT`` characters.
        to_try: one thing to try, which is this monitor's suggestion; at most ``LESSON_TRY``.
    """

    title: str
    text: str
    to_try: str


@dataclass(frozen=True)
class Lesson:
    """Something that the kit teaches, or advice where it teaches nothing.

    Args:
        name: what its file is called; its name everywhere.
        kind: strategy, obstacle, solution, lesson or conclusion.
        cases: numbers of the cases that report it; none for a conclusion and for advice.
        strategies: of Refuse, Rethink and Reduce, those that it is about.
        dimension: the angle from which it looks; None where the kit gives none.
        signals: what calls it up beside a figure.
        disagrees: names of lessons whose cases say otherwise.
        advice: whether no case reports it.
        words: its words in each language.
    """

    name: str
    kind: LessonKind
    cases: tuple[int, ...]
    strategies: tuple[Strategy, ...]
    dimension: Dimension | None
    signals: tuple[KitSignal, ...]
    disagrees: tuple[str, ...]
    advice: bool
    words: Mapping[Lang, LessonWords]


@dataclass(frozen=True)
class CaseWords:
    """A case in one language.

    Args:
        title: what was purchased.
        organisation: by whom.
        context: in which situation.
        approach: what they did.
        involved: who took part.
    """

    title: str
    organisation: str
    context: str
    approach: str
    involved: str


@dataclass(frozen=True)
class Figure:
    """What a case watches.

    Args:
        code: of the KPI.
        by: the dimension by which it is also shown in parts; empty for none.
        where: dimension to the values that count.
        period: a kind of period of its own; empty for that of the case.
        names: what it is called here in each language; empty where the KPI's own name says it.
    """

    code: str
    by: str
    where: Mapping[str, tuple[str, ...]]
    period: str
    names: Mapping[Lang, str]


@dataclass(frozen=True)
class Exempt:
    """What does not apply to a case.

    Args:
        what: refuse, rethink or reduce; ``trend`` where nothing repeats itself.
        why: the reason in each language.
    """

    what: str
    why: Mapping[Lang, str]


@dataclass(frozen=True)
class Case:
    """A case of the kit, and what its monitor shows.

    Args:
        number: its number in the kit.
        words: its words in each language.
        categories: codes of the categories that it is about, unless the data names its own.
        dimension: by which its figures are shown in parts, where they can be; empty for none.
        period: a kind of period, or ``programme`` for those of its categories.
        figures: what it watches, in order.
        exempt: what does not apply to it.
    """

    number: int
    words: Mapping[Lang, CaseWords]
    categories: tuple[str, ...] = ()
    dimension: str = ""
    period: str = ""
    figures: tuple[Figure, ...] = ()
    exempt: tuple[Exempt, ...] = ()

"""Lessons by what they are about."""

from __future__ import annotations

from collections.abc import Iterable

from nami_monitor.core.words import Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.kit.lesson import Lesson


def select(
    lessons: Iterable[Lesson],
    *,
    case: int | None = None,
    strategy: Strategy | None = None,
    dimension: Dimension | None = None,
    kind: LessonKind | None = None,
    signal: KitSignal | None = None,
) -> tuple[Lesson, ...]:
    """The lessons that fit everything that is asked, in the order in which they came."""
    return tuple(
        lesson
        for lesson in lessons
        if (case is None or case in lesson.cases)
        and (strategy is None or strategy in lesson.strategies)
        and (dimension is None or dimension is lesson.dimension)
        and (kind is None or kind is lesson.kind)
        and (signal is None or signal in lesson.signals)
    )

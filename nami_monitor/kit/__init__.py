"""The inspiration kit: its cases, its lessons, and which signal calls up which lesson."""

from nami_monitor.kit.lesson import Case, CaseWords, Exempt, Figure, Lesson, LessonWords
from nami_monitor.kit.load import Kit, read_kit, shipped

__all__ = [
    "Case",
    "CaseWords",
    "Exempt",
    "Figure",
    "Kit",
    "Lesson",
    "LessonWords",
    "read_kit",
    "shipped",
]

"""The inspiration kit: its cases, its lessons, and which signal calls up which lesson."""

from nami_monitor.kit.files import Case, CaseExemption, CaseFigure, Kit, Lesson, read_kit, shipped

__all__ = ["Case", "CaseExemption", "CaseFigure", "Kit", "Lesson", "read_kit", "shipped"]

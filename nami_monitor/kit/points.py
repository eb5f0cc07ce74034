"""The points that the kit makes, and which lesson or page of a case carries each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import SHIPPED
from nami_monitor.core.settings_toml import STRICT, After, WrongError
from nami_monitor.core.words import LessonKind
from nami_monitor.kit.files import Kit, read_file

PAGE: Final = "page"
"""Carries a point that the page of its case tells."""


class CaseSection(StrEnum):
    """The sections of a case in the kit, and its conclusions."""

    CONTEXT = "context"
    APPROACH = "approach"
    INVOLVED = "involved"
    STRATEGIES = "strategies"
    OBSTACLES = "obstacles"
    SOLUTIONS = "solutions"
    LESSONS = "lessons"
    CONCLUSIONS = "conclusions"


KIND: Final[Mapping[CaseSection, LessonKind]] = {
    CaseSection.STRATEGIES: LessonKind.STRATEGY,
    CaseSection.OBSTACLES: LessonKind.OBSTACLE,
    CaseSection.SOLUTIONS: LessonKind.SOLUTION,
    CaseSection.LESSONS: LessonKind.LESSON,
    CaseSection.CONCLUSIONS: LessonKind.CONCLUSION,
}
"""Which kind of lesson a section gives; the others are told by the page of the case."""


@dataclass(frozen=True)
class Point:
    """One thing that the kit says, in own words, in English; the conclusions have no case.

    ``carried`` are names of lessons, and ``PAGE`` where the page of the case tells it.
    """

    case: int | None
    section: CaseSection
    words: str
    carried: tuple[str, ...]


def _row(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) == 1 or not all(text.strip() and "\n" not in text for text in texts):
        raise WrongError("type")
    return texts


@dataclass(frozen=True)
class _SectionPoints:
    """The points of one section: each a text with the names of what carries it."""

    __pydantic_config__: ClassVar = STRICT

    section: CaseSection
    points: tuple[Annotated[tuple[str, ...], After(_row)], ...]
    case: int | None = None


@dataclass(frozen=True)
class _PointsFile:
    __pydantic_config__: ClassVar = STRICT

    part: tuple[_SectionPoints, ...]


def read_points(kit: Kit, path: Path = SHIPPED / "kit_points.toml") -> tuple[Point, ...]:
    """Read the points of the kit, and check that its cases and lessons carry them.

    Raises:
        UserError: ``kit.*``, naming the file and what was seen in it.
    """
    parts = read_file(_PointsFile, path).part
    points = tuple(
        Point(part.case, part.section, words, tuple(carried))
        for part in parts
        for words, *carried in part.points
    )
    for point in points:
        _check(point, kit, path.name)
    return points


def _check(point: Point, kit: Kit, file: str) -> None:
    """A point is carried by something of its own case."""
    if point.case is not None and point.case not in kit.cases:
        known = ", ".join(map(str, kit.cases))
        raise UserError("kit.no_case", file=file, seen=point.case, known=known)
    for name in point.carried:
        lesson = kit.lessons.get(name)
        told = name == PAGE and point.section not in KIND
        if not told and (lesson is None or point.case not in (lesson.cases or (None,))):
            raise UserError("kit.not_carried", file=file, point=point.words, seen=name)

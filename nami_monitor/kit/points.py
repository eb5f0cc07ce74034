"""What the kit says, point by point, and which lesson or page of a case carries it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import SHIPPED
from nami_monitor.core.words import LessonKind
from nami_monitor.kit.fields import Fields
from nami_monitor.kit.load import Kit

FILE: Final = SHIPPED / "kit_points.toml"
PAGE: Final = "page"
"""Carries a point that the page of its case tells."""


class Section(StrEnum):
    """The sections of a case in the kit, and its conclusions."""

    CONTEXT = "context"
    APPROACH = "approach"
    INVOLVED = "involved"
    STRATEGIES = "strategies"
    OBSTACLES = "obstacles"
    SOLUTIONS = "solutions"
    LESSONS = "lessons"
    CONCLUSIONS = "conclusions"


KIND: Final[Mapping[Section, LessonKind]] = MappingProxyType(
    {
        Section.STRATEGIES: LessonKind.STRATEGY,
        Section.OBSTACLES: LessonKind.OBSTACLE,
        Section.SOLUTIONS: LessonKind.SOLUTION,
        Section.LESSONS: LessonKind.LESSON,
        Section.CONCLUSIONS: LessonKind.CONCLUSION,
    }
)
"""Which kind of lesson a section gives; the others are told by the page of the case."""


@dataclass(frozen=True)
class Point:
    """One thing that the kit says.

    Args:
        case: number of its case; None for the conclusions.
        section: where it stands.
        words: the point in own words, in English.
        carried: names of lessons, and ``PAGE`` where the page of the case tells it.
    """

    case: int | None
    section: Section
    words: str
    carried: tuple[str, ...]


def read_points(kit: Kit, path: Path = FILE) -> tuple[Point, ...]:
    """Read and check the points of the kit.

    Args:
        kit: the cases and lessons that carry them.
        path: the file that lists them.

    Raises:
        UserError: ``kit.*``, naming the file and what was seen in it.
    """
    fields = Fields.of(path)
    fields.only({"part"})
    points = tuple(point for part in fields.tables("part") for point in _points(part))
    for point in points:
        _check(point, kit, path.name)
    return points


def _points(part: Fields) -> Iterator[Point]:
    part.only({"case", "section", "points"})
    case = part.number("case") if part.has("case") else None
    section = part.one("section", Section)
    for row in part.rows("points"):
        yield Point(case, section, row[0], row[1:])


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

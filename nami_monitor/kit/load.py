"""Reading the kit: each lesson and case is a file, and one that is half written is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import SHIPPED
from nami_monitor.core.thresholds import LESSON_TEXT, LESSON_TITLE, LESSON_TRY
from nami_monitor.core.words import Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.i18n import LANGS, Lang
from nami_monitor.kit.fields import Fields
from nami_monitor.kit.lesson import Case, CaseWords, Exempt, Figure, Lesson, LessonWords

KIT_STRATEGIES: Final = (Strategy.REFUSE, Strategy.RETHINK, Strategy.REDUCE)
_LESSON: Final = frozenset(
    {"kind", "cases", "strategies", "dimension", "signals", "disagrees", "advice", *LANGS}
)
_LESSON_WORDS: Final = frozenset({"title", "text", "try"})
_CASE_WORDS: Final = frozenset({"title", "organisation", "context", "approach", "involved"})


@dataclass(frozen=True)
class Kit:
    """All cases by number, and all lessons by name: case by case, then conclusions and advice."""

    cases: Mapping[int, Case]
    lessons: Mapping[str, Lesson]


@cache
def shipped() -> Kit:
    """The kit that ships with the monitor, read once; see ``read_kit``."""
    return read_kit(SHIPPED)


def read_kit(folder: Path) -> Kit:
    """Read and check a kit.

    Args:
        folder: holds ``cases/`` and ``lessons/``.

    Raises:
        UserError: ``kit.*``, naming the first file that is wrong and what was seen in it.
    """
    cases = {case.number: case for case in map(_case, _files(folder / "cases"))}
    lessons = {lesson.name: lesson for lesson in map(_lesson, _files(folder / "lessons"))}
    for lesson in lessons.values():
        _check(lesson, cases, lessons)
    ordered = {one.name: one for one in sorted(lessons.values(), key=_place)}
    return Kit(MappingProxyType(dict(sorted(cases.items()))), MappingProxyType(ordered))


def _place(lesson: Lesson) -> tuple[bool, bool, tuple[int, ...], int, str]:
    """Where people meet a lesson: by case and kind, then the conclusions, then advice."""
    kinds = list(LessonKind)
    first = lesson.cases[:1]
    return (lesson.advice, not lesson.cases, first, kinds.index(lesson.kind), lesson.name)


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.toml"))
    if not found:
        raise UserError("kit.no_files", folder=str(folder))
    return found


def _case(path: Path) -> Case:
    fields = Fields.of(path)
    fields.only({*LANGS, "categories", "dimension", "period", "figures", "not_applicable"})
    if not path.stem.isdecimal():
        raise UserError("kit.no_number", file=path.name)
    words = {
        lang: CaseWords(
            title=one.words("title"),
            organisation=one.words("organisation"),
            context=one.words("context"),
            approach=one.words("approach"),
            involved=one.words("involved"),
        )
        for lang, one in fields.by_language(_CASE_WORDS).items()
    }
    return Case(
        number=int(path.stem),
        words=MappingProxyType(words),
        categories=fields.names("categories"),
        dimension=fields.words("dimension") if fields.has("dimension") else "",
        period=fields.words("period"),
        figures=tuple(map(_figure, fields.tables("figures"))),
        exempt=tuple(
            Exempt(one.words("what"), _said(one)) for one in fields.tables("not_applicable")
        )
        if fields.has("not_applicable")
        else (),
    )


def _figure(fields: Fields) -> Figure:
    fields.only({"code", "by", "where", "period", *LANGS})
    named = any(map(fields.has, LANGS))
    return Figure(
        code=fields.words("code"),
        by=fields.words("by") if fields.has("by") else "",
        where=MappingProxyType(fields.lists("where")),
        period=fields.words("period") if fields.has("period") else "",
        names=_said(fields) if named else MappingProxyType({}),
    )


def _said(fields: Fields) -> Mapping[Lang, str]:
    """The same in each language."""
    return MappingProxyType({lang: fields.words(lang) for lang in LANGS})


def _lesson(path: Path) -> Lesson:
    fields = Fields.of(path)
    fields.only(_LESSON)
    words = {
        lang: LessonWords(
            title=one.words("title", LESSON_TITLE),
            text=one.words("text", LESSON_TEXT),
            to_try=one.words("try", LESSON_TRY),
        )
        for lang, one in fields.by_language(_LESSON_WORDS).items()
    }
    return Lesson(
        name=path.stem,
        kind=fields.one("kind", LessonKind),
        cases=fields.numbers("cases"),
        strategies=fields.each("strategies", Strategy),
        dimension=fields.one("dimension", Dimension) if fields.has("dimension") else None,
        signals=fields.each("signals", KitSignal),
        disagrees=fields.names("disagrees"),
        advice=fields.flag("advice"),
        words=MappingProxyType(words),
    )


def _check(lesson: Lesson, cases: Mapping[int, Case], lessons: Mapping[str, Lesson]) -> None:
    """What a lesson says of cases and of other lessons."""
    file = f"{lesson.name}.toml"
    for number in lesson.cases:
        if number not in cases:
            known = ", ".join(map(str, sorted(cases)))
            raise UserError("kit.no_case", file=file, seen=number, known=known)
    for strategy in lesson.strategies:
        if strategy not in KIT_STRATEGIES:
            known = ", ".join(KIT_STRATEGIES)
            raise UserError("kit.no_strategy", file=file, seen=strategy, known=known)
    unreported = not lesson.cases and lesson.kind is not LessonKind.CONCLUSION
    if lesson.advice != unreported:
        raise UserError("kit.advice", file=file)
    for other in lesson.disagrees:
        if other not in lessons or lesson.name not in lessons[other].disagrees:
            raise UserError("kit.one_sided", file=file, seen=other)

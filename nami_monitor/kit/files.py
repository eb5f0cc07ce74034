"""The kit's cases, lessons and points, from TOML files; what is half written is refused."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar

from nami_monitor.core.errors import UserError, near_matches
from nami_monitor.core.settings import SHIPPED
from nami_monitor.core.settings_toml import After, SettingProblem, WrongError, read_settings, strict
from nami_monitor.core.thresholds import LESSON_TEXT, LESSON_TITLE, LESSON_TRY, Threshold
from nami_monitor.core.words import CaseQuestion, Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.i18n import LANGS, Lang

KIT_STRATEGIES: Final = (Strategy.REFUSE, Strategy.RETHINK, Strategy.REDUCE)
OF_NO_CASE: Final = (LessonKind.INTRODUCTION, LessonKind.CONCLUSION)
"""Kinds of lessons that the kit gives outside its cases."""
T = TypeVar("T")


# --- what a value may be ------------------------------------------------------------------------


def _line(text: str, most: Threshold | None = None) -> str:
    if not text.strip() or "\n" in text:
        raise WrongError("type")
    if most is not None and len(text) > most.value:
        raise WrongError("long", n=len(text), most=int(most.value))
    return text.strip()


def _unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise WrongError("type")
    return values


def _every_language(words: Mapping[Lang, Any]) -> Mapping[Lang, Any]:
    """Words in every language, or in none."""
    for lang in LANGS:
        if words and lang not in words:
            raise WrongError("missing", at=lang)
    return words


def _complete(words: Mapping[Lang, T]) -> Mapping[Lang, T]:
    """A table of words for every language."""
    for lang in LANGS:
        if lang not in words:
            raise WrongError("no_language", lang=lang)
    return words


Text = Annotated[str, After(_line)]
Texts = Annotated[tuple[str, ...], After(_unique)]
ByLanguage = Annotated[Mapping[Lang, Text], After(_every_language)]


# --- what a kit holds ---------------------------------------------------------------------------


@strict(to_try="try")
@dataclass(frozen=True)
class LessonWords:
    """A lesson in one language: what the cases report, with their hedges, and one thing to try."""

    title: Annotated[str, After(partial(_line, most=LESSON_TITLE))]
    text: Annotated[str, After(partial(_line, most=LESSON_TEXT))]
    to_try: Annotated[str, After(partial(_line, most=LESSON_TRY))]


@strict(name="@name", words="@words")
@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Something that the kit teaches, or advice where it teaches nothing.

    Args:
        name: what its file is called; its name everywhere.
        cases: numbers of the cases that report it; none for what the introduction or a conclusion
            says, and for advice.
        strategies: of Refuse, Rethink and Reduce, those that it is about.
        dimension: the angle from which it looks; None where the kit gives none.
        signals: what calls it up; without any, the figures by themselves do.
        figures: codes of the KPIs beside which it stands; none for all. A file may also name a
            group of ``kit_figures.toml``.
        unless: signals that contradict it.
        bound: whether it says something only beside what its cases buy.
        disagrees: names of lessons whose cases say otherwise.
        advice: whether no case reports it.
    """

    name: str
    kind: LessonKind
    cases: Annotated[tuple[int, ...], After(_unique)] = ()
    strategies: Annotated[tuple[Strategy, ...], After(_unique)] = ()
    dimension: Dimension | None = None
    signals: Annotated[tuple[KitSignal, ...], After(_unique)] = ()
    figures: Texts = ()
    unless: Annotated[tuple[KitSignal, ...], After(_unique)] = ()
    bound: bool = False
    disagrees: Texts = ()
    advice: bool = False
    words: Annotated[Mapping[Lang, LessonWords], After(_complete)]


@strict()
@dataclass(frozen=True)
class CaseWords:
    """A case in one language; its ``title`` says what was purchased."""

    title: Text
    organisation: Text
    context: Text
    approach: Text
    involved: Text


@strict(names="@names")
@dataclass(frozen=True)
class CaseFigure:
    """What a case watches.

    Args:
        by: the dimension by which it is also shown in parts; empty for none.
        where: dimension to the values that count.
        period: a kind of period of its own; empty for that of the case.
        names: what it is called here in each language; empty where the KPI's own name says it.
    """

    code: Text
    by: Text = ""
    where: Mapping[str, Texts] = field(default_factory=dict)
    period: Text = ""
    names: ByLanguage = field(default_factory=dict)


@strict(why="@why")
@dataclass(frozen=True)
class CaseExemption:
    """What does not apply to a case (``trend`` where nothing repeats itself), and why."""

    what: Text
    why: ByLanguage


@strict(number="@number", words="@words", exempt="not_applicable")
@dataclass(frozen=True, kw_only=True)
class Case:
    """A case of the kit, and what its monitor shows.

    Args:
        categories: codes of the categories that it is about, unless the data names its own.
        dimension: by which its figures are shown in parts, where they can be; empty for none.
        period: a kind of period, or ``programme`` for those of its categories.
        figures: what it watches, in order.
        answers: what its owner asks beyond the figures, in order.
        exempt: what does not apply to it.
    """

    number: int
    words: Annotated[Mapping[Lang, CaseWords], After(_complete)]
    categories: Texts = ()
    dimension: Text = ""
    period: Text
    figures: tuple[CaseFigure, ...]
    answers: Annotated[tuple[CaseQuestion, ...], After(_unique)] = ()
    exempt: tuple[CaseExemption, ...] = ()


@strict()
@dataclass(frozen=True)
class _FigureGroups:
    groups: Mapping[str, Texts]


@dataclass(frozen=True)
class Kit:
    """All cases by number, and all lessons by name, those of cases first and advice last.

    ``groups`` are codes of KPIs by the name under which lessons may speak of them together.
    """

    cases: Mapping[int, Case]
    lessons: Mapping[str, Lesson]
    groups: Mapping[str, tuple[str, ...]]


# --- reading ------------------------------------------------------------------------------------


@cache
def shipped() -> Kit:
    """The kit that ships with the monitor, read once; see ``read_kit``."""
    return read_kit(SHIPPED)


def read_kit(folder: Path) -> Kit:
    """Read and check the kit of a folder: ``cases/``, ``lessons/`` and ``kit_figures.toml``.

    Raises:
        UserError: ``kit.*``, naming the first file that is wrong and what was seen in it.
    """
    cases = {case.number: case for case in map(_case, _files(folder / "cases"))}
    groups = read_file(_FigureGroups, folder / "kit_figures.toml").groups
    read = (_spelled_out(_lesson(path), groups) for path in _files(folder / "lessons"))
    lessons = {lesson.name: lesson for lesson in read}
    for lesson in lessons.values():
        _check(lesson, cases, lessons)
        _check_callers(lesson)
    ordered = {lesson.name: lesson for lesson in sorted(lessons.values(), key=_order)}
    return Kit(MappingProxyType(dict(sorted(cases.items()))), MappingProxyType(ordered), groups)


def _spelled_out(lesson: Lesson, groups: Mapping[str, tuple[str, ...]]) -> Lesson:
    """A lesson with the codes of the groups that it names in their place."""
    codes = (code for name in lesson.figures for code in groups.get(name, (name,)))
    return replace(lesson, figures=tuple(dict.fromkeys(codes)))


def read_file(
    model: type[T], path: Path, shaped: Callable[[dict[str, Any]], dict[str, Any]] = dict
) -> T:
    """Read one file of the kit as the dataclass that says what it may hold.

    ``shaped`` brings its content into the shape of the dataclass, under names with ``@`` where they
    do not stand in the file.

    Raises:
        UserError: ``kit.*``, naming the file and what was seen in it.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError("kit.unreadable", file=path.name, detail=str(error)) from error
    return read_settings(model, shaped(raw), partial(_refusal, path.name))


def _worded(raw: Any, name: str) -> Any:
    """Put what stands under the languages together under one name."""
    if not isinstance(raw, dict):
        return raw
    rest = {key: value for key, value in raw.items() if key not in LANGS}
    return {**rest, name: {lang: raw[lang] for lang in LANGS if lang in raw}}


def _case(path: Path) -> Case:
    if not path.stem.isdecimal():
        raise UserError("kit.no_number", file=path.name)

    def shaped(raw: dict[str, Any]) -> dict[str, Any]:
        for part, name in (("figures", "@names"), ("not_applicable", "@why")):
            if isinstance(raw.get(part), list):
                raw[part] = [_worded(table, name) for table in raw[part]]
        return {**_worded(raw, "@words"), "@number": int(path.stem)}

    return read_file(Case, path, shaped)


def _lesson(path: Path) -> Lesson:
    return read_file(Lesson, path, lambda raw: {**_worded(raw, "@words"), "@name": path.stem})


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise UserError("kit.no_files", folder=str(folder))
    return files


def _order(lesson: Lesson) -> tuple[bool, bool, tuple[int, ...], int, str]:
    """The order of lessons: by case and kind, then the conclusions, then advice."""
    kind = list(LessonKind).index(lesson.kind)
    return (lesson.advice, not lesson.cases, lesson.cases[:1], kind, lesson.name)


def _refusal(file: str, problem: SettingProblem) -> UserError:
    """The sentence of what is wrong in a file of the kit."""
    key = ".".join(name for name in problem.place if not name.startswith("@"))
    match problem.kind:
        case "unknown_key":
            own = [name for name in problem.known if not name.startswith("@")]
            known = sorted({*own, *(LANGS if len(own) < len(problem.known) else ())})
            near = ", ".join(near_matches(problem.place[-1], known))
            return UserError("kit.unknown_key", file=file, key=key, near=near)
        case "value":
            near = ", ".join(near_matches(str(problem.seen), sorted(problem.known)))
            return UserError("kit.unknown_value", file=file, key=key, seen=problem.seen, near=near)
        case "no_language":
            return UserError("kit.no_language", file=file, lang=problem.details["lang"])
        case "missing":
            return UserError("kit.missing", file=file, key=key)
        case "long":
            n, most = problem.details["n"], problem.details["most"]
            return UserError("kit.long", file=file, key=key, n=n, most=most)
        case _:
            return UserError("kit.value", file=file, key=key, seen=repr(problem.seen))


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
    unreported = not lesson.cases and lesson.kind not in OF_NO_CASE
    if lesson.advice != unreported:
        raise UserError("kit.advice", file=file)
    for other in lesson.disagrees:
        if other not in lessons or lesson.name not in lessons[other].disagrees:
            raise UserError("kit.one_sided", file=file, seen=other)


def _check_callers(lesson: Lesson) -> None:
    """Something calls a lesson up, and does not contradict it."""
    file = f"{lesson.name}.toml"
    if not (lesson.signals or lesson.figures):
        raise UserError("kit.uncalled", file=file)
    for signal in lesson.unless:
        if signal in lesson.signals:
            raise UserError("kit.contradicts", file=file, seen=signal)


PAGE: Final = "page"
"""Carries a point that the page of its case tells."""


class CaseSection(StrEnum):
    """The sections of a case in the kit, its introduction and its conclusions."""

    INTRODUCTION = "introduction"
    CONTEXT = "context"
    APPROACH = "approach"
    INVOLVED = "involved"
    STRATEGIES = "strategies"
    OBSTACLES = "obstacles"
    SOLUTIONS = "solutions"
    LESSONS = "lessons"
    CONCLUSIONS = "conclusions"


KIND: Final[Mapping[CaseSection, LessonKind]] = {
    CaseSection.INTRODUCTION: LessonKind.INTRODUCTION,
    CaseSection.STRATEGIES: LessonKind.STRATEGY,
    CaseSection.OBSTACLES: LessonKind.OBSTACLE,
    CaseSection.SOLUTIONS: LessonKind.SOLUTION,
    CaseSection.LESSONS: LessonKind.LESSON,
    CaseSection.CONCLUSIONS: LessonKind.CONCLUSION,
}
"""Which kind of lesson a section gives; the others are told by the page of the case."""


@dataclass(frozen=True)
class Point:
    """One thing that the kit says, in own words, in English.

    Introduction and conclusions have no case.

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


@strict()
@dataclass(frozen=True)
class _SectionPoints:
    """The points of one section: each a text with the names of what carries it."""

    section: CaseSection
    points: tuple[Annotated[tuple[str, ...], After(_row)], ...]
    case: int | None = None


@strict()
@dataclass(frozen=True)
class _PointsFile:
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
        _check_point(point, kit, path.name)
    return points


def _check_point(point: Point, kit: Kit, file: str) -> None:
    """A point is carried by something of its own case."""
    if point.case is not None and point.case not in kit.cases:
        known = ", ".join(map(str, kit.cases))
        raise UserError("kit.no_case", file=file, seen=point.case, known=known)
    for name in point.carried:
        lesson = kit.lessons.get(name)
        told = name == PAGE and point.section not in KIND
        if not told and (lesson is None or point.case not in (lesson.cases or (None,))):
            raise UserError("kit.not_carried", file=file, point=point.words, seen=name)

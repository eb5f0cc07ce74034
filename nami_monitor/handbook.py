"""The pages of docs/ that are generated: ``python -m nami_monitor.handbook`` writes them.

A test fails when a page in docs/ differs from what is generated.
"""

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from typer.testing import CliRunner

from nami_monitor.briefing import wording
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.handbook import entry as kpi_entry
from nami_monitor.briefing.lessons import (
    CalledLesson,
    LessonCaller,
    cases_of,
    lessons_of_chart,
    line_of,
)
from nami_monitor.briefing.signals import signals_of_measures, signals_of_trend
from nami_monitor.cli.app import COMMANDS, app
from nami_monitor.core import thresholds as core_thresholds
from nami_monitor.core.thresholds import Threshold
from nami_monitor.core.words import KitSignal, PeriodKind
from nami_monitor.databases import build_demo
from nami_monitor.i18n import formats, text
from nami_monitor.kit import Case, Lesson, shipped
from nami_monitor.kit.files import PAGE, CaseSection, Point, read_points
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, compute, latest_month
from nami_monitor.signals.scan import FOLLOWED
from nami_monitor.signals.signal_rules import Signal
from nami_monitor.store import Store, Transaction
from nami_monitor.store.journal import category_names
from nami_monitor.tables import (
    TABLES,
    AnyOf,
    Column,
    ColumnCheck,
    InputTable,
    RisingMonths,
    RowRule,
    columns,
)

DOCS = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Written by python -m nami_monitor.handbook; change the code, not this page. -->"
INTRODUCTION = (
    "The columns of every input table, as `nami_monitor/tables` defines them. "
    "Empty means unknown; an unknown value is never filled in with a guess."
)
HELP_WIDTH = 96
SHORT_TEXT = re.compile(r"\[\^\\r\\n\\t\]\{1,(\d+)\}")
TYPES = {"varchar": "text", "double": "number", "date": "date", "boolean": "yes or no"}


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _grid(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join([_row(head), _row(["---"] * len(head)), *map(_row, rows)])


def _check_text(check: ColumnCheck) -> str:
    """A check of a column in words."""
    seen = check.statistics
    match check.name:
        case "greater_than_or_equal_to":
            return f"at least {seen['min_value']:g}"
        case "less_than_or_equal_to":
            return f"at most {seen['max_value']:g}"
        case "greater_than":
            return f"more than {seen['min_value']:g}"
        case "isin":
            return "one of " + ", ".join(f"`{value}`" for value in seen["allowed_values"])
        case _:
            pattern = getattr(seen["pattern"], "pattern", seen["pattern"])
            pattern = pattern.removeprefix("^(?:").removesuffix(")$")
            short = SHORT_TEXT.fullmatch(pattern)
            return f"at most {short[1]} characters on one line" if short else f"fits `{pattern}`"


def _demands(column: Column) -> Iterator[str]:
    """What a value of a column must be."""
    yield from map(_check_text, column.checks)
    if column.codes:
        yield f"a code of `{column.codes}`"
    if column.listed:
        yield "several values, parted by `;`"
    if column.identifier:
        yield "not in exponent form (`6.37702E+15`)"
    if column.money:
        yield "converted to EUR without VAT"
    if column.free_text:
        yield "scanned for e-mail addresses, phone and citizen numbers"


def _table(table: InputTable) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    owner = " of a source" if table.per_source else ""
    sentences = [str(table.model.__doc__)]
    sentences.append(
        f"A later row with the same {key}{owner} takes the place of an earlier one."
        if key
        else "No key: two equal lines are two lines."
    )
    if table.dated_by:
        sentences.append(f"`{table.dated_by}` puts a row into its month.")
    sentences += map(_rule, table.rules)
    rows = [
        [
            f"`{column.name}`",
            TYPES[column.sql_type],
            "allowed" if column.optional else "never",
            "; ".join(_demands(column)),
            ", ".join(column.aliases),
        ]
        for column in columns(table.name)
    ]
    head = ["column", "type", "empty", "must be", "names in files that map by themselves"]
    return f"## {table.name}\n\n{' '.join(sentences)}\n\n{_grid(head, rows)}"


def _rule(rule: RowRule) -> str:
    """A rule over the columns of a row, as a sentence."""
    if isinstance(rule, AnyOf):
        return " or ".join(f"`{name}`" for name in rule.columns) + " must be there."
    if isinstance(rule, RisingMonths):
        return f"`{rule.column}` holds whole months after the start, rising, such as `6;9;12`."
    return f"`{rule.later}` is not before `{rule.earlier}`."


def tables() -> str:
    """The reference of the input tables, from their pandera models."""
    return "\n\n".join([NOTE, "# Tables", INTRODUCTION, *map(_table, TABLES.values())])


def _list(items: Iterable[tuple[str, str]]) -> str:
    """Labels with their texts as a list."""
    return "\n".join(f"- **{label}:** {words}" for label, words in items)


def _kpi(kpi: Kpi, lang: str) -> str:
    """The section of a KPI."""
    entry = kpi_entry(kpi, lang)
    sections = [
        f"## {entry.code}",
        f"**{entry.name}.** {entry.says}",
        f"*{entry.says_not}*",
        _list((part.label, part.words) for part in entry.parts),
        f"{text('handbook.needs', lang)}:",
        _list((f"{need.table}, {need.column}", f"`{need.code}`") for need in entry.needs),
    ]
    if entry.sql:
        sections.append(f"{text('handbook.sql', lang)}:")
        sections.append(_list((part.label, f"`{part.words}`") for part in entry.sql))
    return "\n\n".join(sections)


def kpis(lang: str) -> str:
    """The handbook of the KPIs, from their declarations and the catalogue of a language."""
    title = f"# {text('handbook.title', lang)}"
    sections = (_kpi(kpi, lang) for kpi in CATALOGUE.values())
    return "\n\n".join([NOTE, title, text("handbook.words", lang), *sections])


def thresholds() -> str:
    """Every number that decides something, with its source."""
    declared = {
        name: value for name, value in vars(core_thresholds).items() if isinstance(value, Threshold)
    }
    rows = [[f"`{name}`", f"{t.value:g}", t.unit, t.source] for name, t in declared.items()]
    grid = _grid(["threshold", "value", "of", "why this number"], rows)
    return f"{NOTE}\n\n# Thresholds\n\n{grid}"


KIT_INTRODUCTION = (
    "What the inspiration kit says, point by point and in own words, and what carries it in the "
    "monitor: a lesson of `data/lessons`, or the page of its case from `data/cases`. Where a point "
    "ends and the next begins is a choice; the points stand in `data/kit_points.toml`."
)


def kit() -> str:
    """The points of the inspiration kit, what carries them, and what calls up each lesson."""
    contents = shipped()
    points = read_points(contents)
    cases = [_case_points(case, points) for case in contents.cases.values()]
    introduction, conclusions = (
        _carried([one for one in points if one.section is section])
        for section in (CaseSection.INTRODUCTION, CaseSection.CONCLUSIONS)
    )
    called = [
        [
            f"`{signal}`",
            ", ".join(
                _lesson_link(lesson)
                for lesson in contents.lessons.values()
                if signal in lesson.signals
            ),
        ]
        for signal in KitSignal
    ]
    return "\n\n".join(
        [
            NOTE,
            "# The inspiration kit",
            KIT_INTRODUCTION,
            "## How many",
            _counts(points, contents.cases),
            "## Introduction",
            introduction,
            *cases,
            "## Conclusions",
            conclusions,
            "## What calls up which lesson",
            _grid(["signal", "lessons"], called),
        ]
    )


def _counts(points: Sequence[Point], cases: Mapping[int, Case]) -> str:
    """How many points each section of each case makes, and how many lessons carry them."""
    groups = {f"case {number}": _of_case(points, number) for number in cases}
    groups |= {"introduction and conclusions": _of_case(points, None), "together": list(points)}
    rows = [
        [
            label,
            *(str(sum(point.section is section for point in own)) for section in CaseSection),
            str(len(own)),
            str(len({name for point in own for name in point.carried if name != PAGE})),
        ]
        for label, own in groups.items()
    ]
    return _grid(["", *CaseSection, "points", "lessons"], rows)


def _of_case(points: Sequence[Point], number: int | None) -> list[Point]:
    """The points of a case; without a number, of introduction and conclusions."""
    return [point for point in points if point.case == number]


def _case_points(case: Case, points: Sequence[Point]) -> str:
    words, own = case.words["en"], _of_case(points, case.number)
    return f"## Case {case.number}: {words.title}, {words.organisation}\n\n{_carried(own)}"


def _carried(points: Sequence[Point]) -> str:
    lessons = shipped().lessons
    rows = [
        [
            point.section,
            point.words,
            ", ".join(
                f"[the case](../data/cases/{point.case}.toml)"
                if name == PAGE
                else _lesson_link(lessons[name])
                for name in point.carried
            ),
        ]
        for point in points
    ]
    return _grid(["section", "point", "carried by"], rows)


def _lesson_link(lesson: Lesson) -> str:
    return f"[{lesson.words['en'].title}](../data/lessons/{lesson.name}.toml)"


LESSONS_INTRODUCTION = (
    "Which lessons stand beside every trend of the demo, as of its last month, and what calls each "
    "of them up: a signal, or the figure by itself where its category is what the case is about. "
    "The first three are marked on the chart. How a lesson is chosen stands in "
    "[a decision](decisions/0031-lessons-by-figure-and-subject.md)."
)


def lessons_of_demo(db: Transaction) -> str:
    """The lessons beside every trend of a database, with what calls them up.

    Trends without a value are left out; those without a lesson are named. ``db`` speaks as of the
    last month.
    """
    wanted = (None, *category_names(db))
    sections = filter(None, (lessons_of_category(db, category) for category in wanted))
    return "\n\n".join(
        [NOTE, "# Lessons beside the demo's trends", LESSONS_INTRODUCTION, *sections]
    )


def lessons_of_category(db: Transaction, category: str | None) -> str:
    """The section of one category, or of all together; empty where no trend has a value."""
    month = latest_month(db)
    if month is None:
        return ""
    measures = signals_of_measures(db, month)
    called = {
        kpi.code: _lessons_of_trend(db, kpi, category, measures) for kpi in CATALOGUE.values()
    }
    rows = [
        [f"`{code}`", _lesson_link(one.lesson), one.code, _called_by(one.by)]
        for code, found in called.items()
        for one in found or ()
    ]
    none = [f"`{code}`" for code, found in called.items() if found == ()]
    if not rows and not none:
        return ""
    name = category_names(db)[category]["en"] if category else "All categories together"
    sections = [f"## {name}"]
    if rows:
        sections.append(_grid(["figure", "lesson", "mark", "why"], rows))
    if none:
        sections.append(f"No lesson: {', '.join(none)}.")
    return "\n\n".join(sections)


def _called_by(by: LessonCaller) -> str:
    """The kind and month of a signal, without the numbers of its sentence."""
    if by.signal is None:
        return "the figure"
    return f"{wording.signal_name(by.signal.kind, 'en')}, {formats.month(by.month, 'en')}"


def _lessons_of_trend(
    db: Transaction, kpi: Kpi, category: str | None, measures: Sequence[Signal]
) -> tuple[CalledLesson, ...] | None:
    """The lessons beside one trend of months; None where it has no line."""
    kinds = kpi.only or (PeriodKind.MONTH,)
    kind = next((one for one in (PeriodKind.MONTH, PeriodKind.R12) if one in kinds), None)
    if kind is None:
        return None
    where = {"category": (category,)} if category else {}
    results = compute(db, kpi, Ask(kind, None, FOLLOWED, where=where))
    line = line_of(kpi.code, category, results)
    if not line.values:
        return None
    found = signals_of_trend(db, kpi, results, where, measures)
    return lessons_of_chart(found, cases_of(db), line)


def _help(*command: str) -> str:
    """The help of the command line, or of one command, in English."""
    args = [*command, "--lang", "en", "--help"]
    result = CliRunner().invoke(app, args, prog_name="nami", terminal_width=HELP_WIDTH)
    if result.exit_code:
        raise RuntimeError(result.output)
    return f"```text\n{result.output.strip()}\n```"


def cli() -> str:
    """The help of the command line."""
    sections = [f"## nami {name}\n\n{_help(name)}" for name in COMMANDS]
    return "\n\n".join([NOTE, "# Command line", _help(), *sections])


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli,
    "tables.md": tables,
    "kpis.md": partial(kpis, "en"),
    "kpis.nl.md": partial(kpis, "nl"),
    "thresholds.md": thresholds,
    "kit.md": kit,
}


LESSONS = "lessons.md"
"""The page that is generated from the demo."""


def write(folder: Path) -> None:
    """Write every page into a folder; the demo is built for one of them."""
    for name, page in PAGES.items():
        (folder / name).write_text(page() + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as apart:
        path = Path(apart) / "demo"
        build_demo(path)
        with contextlib.closing(Store(path)) as store, read_as_of(store) as db:
            (folder / LESSONS).write_text(lessons_of_demo(db) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(DOCS)

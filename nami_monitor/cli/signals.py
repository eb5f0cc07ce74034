"""``nami signals`` and ``nami lessons``: the signals of a month, and the lessons of the kit."""

from datetime import date
from typing import Annotated, Any

import typer

from nami_monitor.briefing import lessons as kit_lessons
from nami_monitor.briefing import wording
from nami_monitor.briefing.signals import signals_by_category, signals_of_targets
from nami_monitor.cli.session import CommandSession, Month, command, table
from nami_monitor.core.errors import refuse_unknown
from nami_monitor.core.periods import parse_month
from nami_monitor.core.words import KitSignal
from nami_monitor.i18n import formats
from nami_monitor.kit import Lesson
from nami_monitor.kit.search import search, select
from nami_monitor.kpis import latest_month
from nami_monitor.signals.signal_rules import Signal, ranked
from nami_monitor.store import Transaction
from nami_monitor.store.journal import category_names


@command("signals")
def signals(
    session: CommandSession,
    month: Month = None,
    category: Annotated[str | None, typer.Option("--category", metavar="CATEGORY")] = None,
) -> None:
    """List the signals of a month, with the lessons that they call up."""
    with session.read_month(month) as db:
        until = parse_month(month) if month else latest_month(db)
        ordered = ranked(_signals(db, until, category)) if until else ()
        cases = kit_lessons.cases_of(db)
    called = list(zip(ordered, kit_lessons.called_by_each(ordered, cases), strict=True))
    if session.json:
        document = [
            {**wording.signal_row(signal, session.lang), "lessons": [one.name for one in matching]}
            for signal, matching in called
        ]
        session.show(document, ())
        return
    session.show(
        (), _signal_lines(session, called) if called else [session.t("cli.signals.nothing")]
    )


def _signals(db: Transaction, month: date, category: str | None) -> list[Signal]:
    """The signals of every category, with those of targets for the whole; or of one category."""
    categories = list(category_names(db))
    if category is not None:
        refuse_unknown("signals.no_category", category, categories)
        categories = [category]
    found = signals_by_category(db, month, categories)
    result = [one for code in categories for one in found[code]]
    if category is None:
        result += signals_of_targets(db, month)
    return result


def _signal_lines(
    session: CommandSession, called: list[tuple[Signal, tuple[Lesson, ...]]]
) -> list[str]:
    heads = ("signal", "month", "category", "subject", "lesson")
    rows = [
        [
            wording.signal_name(signal.kind, session.lang),
            formats.month(signal.month, session.lang),
            signal.category or "",
            signal.subject,
            lessons[0].words[session.lang].title if lessons else "",
        ]
        for signal, lessons in called
    ]
    lines = table([session.t(f"cli.signals.{head}") for head in heads], rows)
    return [*lines, "", *(wording.signal_sentence(signal, session.lang) for signal, _ in called)]


@command("lessons")
def lessons(
    session: CommandSession,
    query: Annotated[list[str] | None, typer.Argument(metavar="QUERY")] = None,
    signal: Annotated[str | None, typer.Option("--signal", metavar="SIGNAL")] = None,
    case: Annotated[int | None, typer.Option("--case", metavar="NUMBER")] = None,
) -> None:
    """Find lessons of the inspiration kit."""
    if signal:
        refuse_unknown("lessons.no_signal", signal, [str(known) for known in KitSignal])
    matching = select(
        search(" ".join(query or ()), session.lang),
        case=case,
        signal=KitSignal(signal) if signal else None,
    )
    lines = [line for lesson in matching for line in _lesson_lines(session, lesson)]
    document = [_lesson_row(session, lesson) for lesson in matching]
    session.show(document, lines or [session.t("cli.lessons.nothing")])


def _lesson_row(session: CommandSession, lesson: Lesson) -> dict[str, Any]:
    words = lesson.words[session.lang]
    return {
        "lesson": lesson.name,
        "kind": str(lesson.kind),
        "cases": list(lesson.cases),
        "strategies": [str(strategy) for strategy in lesson.strategies],
        "dimension": lesson.dimension and str(lesson.dimension),
        "signals": [str(signal) for signal in lesson.signals],
        "advice": lesson.advice,
        "title": words.title,
        "text": words.text,
        "try": words.to_try,
    }


def _lesson_lines(session: CommandSession, lesson: Lesson) -> list[str]:
    words = lesson.words[session.lang]
    remarks = [session.t(f"kit.kinds.{lesson.kind}")]
    if lesson.cases:
        numbers = ", ".join(map(str, lesson.cases))
        remarks.append(session.t("cli.lessons.cases", n=len(lesson.cases), numbers=numbers))
    return [
        f"{words.title} ({'; '.join(remarks)}) [{lesson.name}]",
        f"  {words.text}",
        f"  {session.t('cli.lessons.try')} {words.to_try}",
        "",
    ]

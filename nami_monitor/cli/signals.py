"""``nami signals``: what a month shows, and the lessons that it calls up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from nami_monitor.briefing import lessons, signal_words
from nami_monitor.briefing.overview import overview
from nami_monitor.briefing.registers import choices
from nami_monitor.briefing.signals import signals as everything
from nami_monitor.cli.database import opened
from nami_monitor.cli.session import Session, command, table
from nami_monitor.core.near_matches import refuse_unknown
from nami_monitor.core.periods import parse_month
from nami_monitor.i18n import formats
from nami_monitor.kpis import latest_month
from nami_monitor.signals.signal import Signal, ranked
from nami_monitor.store import Transaction

app = typer.Typer(rich_markup_mode=None)


@command(app, "signals")
def signals(
    session: Session,
    month: Annotated[str | None, typer.Option("--month", metavar="YYYY-MM")] = None,
    category: Annotated[str | None, typer.Option("--category", metavar="CATEGORY")] = None,
) -> None:
    """List the signals of a month, with the lessons that they call up."""
    with opened(session) as store, store.read() as db:
        until = parse_month(month) if month else latest_month(db)
        found = ranked(_found(db, until, category)) if until else ()
        cases = lessons.cases_of(db)
    session.show(
        [_plain(session, one, cases) for one in found],
        _lines(session, found, cases) if found else [session.t("cli.signals.nothing")],
    )


def _found(db: Transaction, month: date, category: str | None) -> list[Signal]:
    """The signals of every category with order lines, or of one.

    Raises:
        UserError: ``signals.no_category``.
    """
    known = list(choices(db).categories)
    if category is not None:
        refuse_unknown("signals.no_category", category, known)
    found: list[Signal] = []
    for one in [category] if category else known:
        where = {"category": (one,)}
        found += everything(db, overview(db, month, where), where)
    return found


def _plain(session: Session, signal: Signal, cases: Mapping[str, frozenset[int]]) -> dict[str, Any]:
    called = lessons.called_by(signal, cases)
    return {**signal_words.as_row(signal, session.lang), "lessons": lessons.names(called)}


def _lines(
    session: Session, found: tuple[Signal, ...], cases: Mapping[str, frozenset[int]]
) -> list[str]:
    heads = ("signal", "month", "category", "subject", "lesson")
    rows = []
    for one in found:
        called = lessons.called_by(one, cases)
        rows.append(
            [
                signal_words.name(one.kind, session.lang),
                formats.month(one.month, session.lang),
                one.category or "",
                one.subject,
                called[0].words[session.lang].title if called else "",
            ]
        )
    lines = table([session.t(f"cli.signals.{head}") for head in heads], rows)
    return [*lines, "", *(signal_words.sentence(one, session.lang) for one in found)]

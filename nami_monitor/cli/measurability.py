"""``nami measurability``: which KPIs the data supports, and what to load next."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nami_monitor.briefing import measuring
from nami_monitor.cli.database import opened
from nami_monitor.cli.session import Session, command, table
from nami_monitor.core.near_matches import refuse_unknown
from nami_monitor.core.words import State
from nami_monitor.i18n import formats
from nami_monitor.kpis.measurability import Cell, Measurability, Unlock, measurability
from nami_monitor.kpis.sentences import reason_sentence

app = typer.Typer(rich_markup_mode=None)


@command(app, "measurability")
def measured(
    session: Session,
    category: Annotated[str | None, typer.Option("--category", metavar="CATEGORY")] = None,
) -> None:
    """Say which KPIs the data supports by category, and what would unlock most."""
    with opened(session) as store, store.read() as db:
        found = measurability(db)
        if category is not None:
            refuse_unknown("measurability.no_category", category, found.categories)
            found = found.only(category)
        names = measuring.names(db, found, session.lang)
    lines = [
        measuring.headline(found, session.lang),
        "",
        *_cells(session, found, names),
        "",
        *(measuring.unlock_sentence(one, session.lang) for one in found.unlocks),
    ]
    session.show(_document(session, found), lines)


def _document(session: Session, found: Measurability) -> dict[str, Any]:
    return {
        "month": found.month and f"{found.month:%Y-%m}",
        "figures": [_plain(session, cell) for cell in found.cells],
        "unlocks": [_unlock(one) for one in found.unlocks],
    }


def _plain(session: Session, cell: Cell) -> dict[str, Any]:
    return {
        "category": cell.category,
        "code": cell.kpi.code,
        "strategy": str(cell.kpi.strategy),
        "state": str(cell.result.state),
        "value": cell.result.value,
        "period_start": cell.result.period.start.isoformat(),
        "period_end": cell.result.period.end.isoformat(),
        "unit": str(cell.result.unit),
        "evidence": str(cell.result.evidence),
        "completeness": cell.result.completeness,
        "reason": reason_sentence(cell.result, session.lang),
        "lacks": [{"need": lack.need, "filled": lack.share} for lack in cell.lacks],
    }


def _unlock(one: Unlock) -> dict[str, Any]:
    return {
        "need": one.need,
        "unlocks": [{"category": category, "code": code} for category, code in one.alone],
        "together": [
            {
                "with": list(others),
                "unlocks": [{"category": category, "code": code} for category, code in pairs],
            }
            for others, pairs in one.together.items()
        ],
    }


def _cells(session: Session, found: Measurability, names: dict[str, str]) -> list[str]:
    heads = ("category", "kpi", "state", "period", "evidence", "completeness", "remark")
    rows = [
        [
            names[cell.category],
            session.t(f"kpis.{cell.kpi.code}.name"),
            session.t(f"words.{cell.result.state}"),
            measuring.period(cell, session.lang),
            str(cell.result.evidence),
            _share(session, cell.result.completeness),
            "" if cell.result.state is State.VALUE else measuring.why(cell, session.lang),
        ]
        for cell in measuring.by_category(found)
    ]
    return table([session.t(f"measurability.heads.{name}") for name in heads], rows, right=(5,))


def _share(session: Session, share: float | None) -> str:
    return "" if share is None else formats.percent(100 * share, session.lang, decimals=0)

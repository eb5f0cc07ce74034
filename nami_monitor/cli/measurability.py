"""``nami measurability``: which KPIs the data supports, and what to load next."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from nami_monitor.briefing import measuring
from nami_monitor.cli.session import CommandSession, command, table
from nami_monitor.core.errors import refuse_unknown
from nami_monitor.core.words import State
from nami_monitor.kpis.measurability import Cell, Measurability, Unlock
from nami_monitor.kpis.measurability import measurability as measure
from nami_monitor.kpis.sentences import reason_sentence

app = typer.Typer(rich_markup_mode=None)


@command(app, "measurability")
def measurability(
    session: CommandSession,
    category: Annotated[str | None, typer.Option("--category", metavar="CATEGORY")] = None,
) -> None:
    """Say which KPIs the data supports by category, and what would unlock most."""
    with session.read() as db:
        measured = measure(db)
        if category is not None:
            refuse_unknown("measurability.no_category", category, measured.categories)
            measured = measured.only(category)
        names = measuring.names(db, measured, session.lang)
    lines = [
        measuring.headline(measured, session.lang),
        "",
        *_cell_table(session, measured, names),
        "",
        *(measuring.unlock_sentence(unlock, session.lang) for unlock in measured.unlocks),
    ]
    document = {
        "month": measured.month and f"{measured.month:%Y-%m}",
        "figures": [_cell_row(session, cell) for cell in measured.cells],
        "unlocks": [_unlock_row(unlock) for unlock in measured.unlocks],
    }
    session.show(document, lines)


def _cell_row(session: CommandSession, cell: Cell) -> dict[str, Any]:
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


def _unlock_row(unlock: Unlock) -> dict[str, Any]:
    def pairs(figures: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
        return [{"category": category, "code": code} for category, code in figures]

    return {
        "need": unlock.need,
        "unlocks": pairs(unlock.alone),
        "together": [
            {"with": list(others), "unlocks": pairs(figures)}
            for others, figures in unlock.together.items()
        ],
    }


def _cell_table(
    session: CommandSession, measured: Measurability, names: dict[str, str]
) -> list[str]:
    heads = ("category", "kpi", "state", "period", "evidence", "completeness", "remark")
    rows = [
        [
            names[cell.category],
            session.t(f"kpis.{cell.kpi.code}.name"),
            session.t(f"words.{cell.result.state}"),
            measuring.period(cell, session.lang),
            str(cell.result.evidence),
            session.percent(cell.result.completeness),
            "" if cell.result.state is State.VALUE else measuring.why(cell, session.lang),
        ]
        for cell in measuring.by_category(measured)
    ]
    return table([session.t(f"measurability.heads.{name}") for name in heads], rows, right=(5,))

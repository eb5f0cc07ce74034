"""``nami export`` and ``nami check``: data out, and whether the file is sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import polars as pl
import typer

from nami_monitor.briefing.notes import NOTE_COLUMNS, as_row, notes
from nami_monitor.cli.database import opened
from nami_monitor.cli.figures import By, Last, PeriodName, Until, Where, answers, as_rows, question
from nami_monitor.cli.session import Session, command, table
from nami_monitor.core.near_matches import refuse_unknown
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.database_check import check as check_store
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.privacy import FLAG, PRIVATE, lines_query
from nami_monitor.store import Transaction
from nami_monitor.store.export import FORMATS, export_query, export_rows
from nami_monitor.tables import TABLES

app = typer.Typer(rich_markup_mode=None)

NOTES: Final = "notes"

NUMBERS = ("value", "low", "high", "numerator", "denominator", "completeness")
"""Columns of figures that are numbers, also when no figure has any."""


def _known_format(value: str | None) -> str | None:
    if value is not None and value not in FORMATS:
        raise typer.BadParameter(", ".join(FORMATS))
    return value


@command(app, "export")
def export(
    session: Session,
    what: Annotated[str, typer.Argument(metavar="TABLE_OR_KPI")],
    out: Annotated[Path, typer.Option("--out")],
    kind: Annotated[
        str | None,
        typer.Option("--format", metavar="|".join(FORMATS), callback=_known_format),
    ] = None,
    until: Until = None,
    period: PeriodName = "month",
    last: Last = 1,
    by: By = None,
    where: Where = None,
) -> None:
    """Write a table, the figures of a KPI or people's notes to a file."""
    kind = kind or _known_format(out.suffix.lower().removeprefix(".")) or FORMATS[0]
    hidden = 0
    with opened(session) as store, store.read() as db:
        refuse_unknown("export.no_such", what, [*TABLES, *CATALOGUE, NOTES])
        if what in TABLES:
            rows = export_query(db, lines_query(what), out, kind)
            hidden = _hidden(db, what)
        elif what in CATALOGUE:
            found = answers(db, session, [what], question(until, period, last, by, where))
            rows = export_rows(db, _frame(as_rows(session, found)), out, kind)
        else:
            rows = export_rows(db, _notes(db), out, kind)
    lines = [session.t("cli.export.done", n=rows, file=out)]
    if hidden:
        lines.append(session.t("cli.export.hidden", n=hidden))
    session.show({"file": str(out), "format": kind, "rows": rows, "hidden": hidden}, lines)


def _hidden(db: Transaction, name: str) -> int:
    """Of how many lines something was left out."""
    if name not in PRIVATE:
        return 0
    return int(db.value(f"select count(*) from ({lines_query(name)}) where {FLAG}"))


def _notes(db: Transaction) -> pl.DataFrame:
    """People's notes as a frame of texts."""
    rows = [as_row(one) for one in notes(db)]
    return pl.DataFrame(rows, schema=dict.fromkeys(NOTE_COLUMNS, pl.String))


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Figures as a frame; several flags stand in one text."""
    flat = [{**row, "flags": "; ".join(row["flags"])} for row in rows]
    return pl.DataFrame(
        flat, schema_overrides=dict.fromkeys(NUMBERS, pl.Float64), infer_schema_length=None
    ).with_columns(pl.col(pl.Null).cast(pl.String))


@command(app, "check")
def check(session: Session) -> None:
    """Check that the file is sound."""
    with opened(session) as store:
        found = check_store(store)
    header = [session.t(f"cli.check.{name}") for name in ("check", "subject", "count")]
    rows = [
        [
            session.t(f"cli.checks.{one.check}"),
            one.subject,
            formats.number(one.count, session.lang),
        ]
        for one in found
    ]
    lines = table(header, rows, right=(2,)) if rows else [session.t("cli.check.sound")]
    session.show({"ok": not found, "findings": [asdict(one) for one in found]}, lines)
    if found:
        raise typer.Exit(1)

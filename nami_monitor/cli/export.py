"""``nami export``, ``nami template``, ``nami report``: data, workbooks to fill in, and reports."""

import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import polars as pl
import typer

from nami_monitor.briefing import decisions
from nami_monitor.briefing.as_of import as_of
from nami_monitor.briefing.notes import NOTE_COLUMNS, as_row, notes
from nami_monitor.cli.figures import By, Last, PeriodName, Until, Where, answers, as_rows, question
from nami_monitor.cli.session import CommandSession, Month, command, one_of
from nami_monitor.core.errors import UserError, refuse_unknown
from nami_monitor.core.periods import parse_month
from nami_monitor.ingest.template import known_codes, template
from nami_monitor.kpis import CATALOGUE, latest_month
from nami_monitor.kpis.privacy import lines_query
from nami_monitor.reports.branding import read_branding
from nami_monitor.reports.document import Audience
from nami_monitor.reports.report_file import Format, ReportRequest, report
from nami_monitor.store import Store
from nami_monitor.store.export import FORMATS, export_query, export_rows, whole
from nami_monitor.store.trail import COLUMNS as TRAIL_COLUMNS
from nami_monitor.store.trail import as_row as as_trail_row
from nami_monitor.tables import TABLES

NOTES: Final = "notes"
DECISIONS: Final = "decisions"
TRAIL: Final = "trail"
NUMBERS: Final = ("value", "low", "high", "numerator", "denominator", "completeness")
"""Columns of figures that are numbers, also when no figure has any."""


@command("export")
def export(
    session: CommandSession,
    what: Annotated[str, typer.Argument(metavar="TABLE_OR_KPI")],
    out: Annotated[Path, typer.Option("--out")],
    kind: Annotated[
        str | None, typer.Option("--format", metavar="|".join(FORMATS), callback=one_of(FORMATS))
    ] = None,
    until: Until = None,
    period: PeriodName = "month",
    last: Last = 1,
    by: By = None,
    where: Where = None,
) -> None:
    """Write a table, the figures of a KPI, people's notes or decisions to a file."""
    kind = kind or one_of(FORMATS)(out.suffix.lower().removeprefix(".")) or FORMATS[0]
    hidden = 0
    with session.open_store() as store, store.read() as db:
        refuse_unknown("export.no_such", what, [*TABLES, *CATALOGUE, NOTES, DECISIONS, TRAIL])
        if what in TABLES:
            rows = export_query(db, lines_query(db, what), out, kind)
            hidden = int(db.value(f"select count(*) from {what}")) - rows
        elif what in CATALOGUE:
            ask = question(until, period, last, by, where)
            with as_of(db, ask.until) as known:
                figures = answers(known, session, [what], ask)
            rows = export_rows(db, _figure_frame(as_rows(session, figures)), out, kind)
        else:
            if what == TRAIL:
                texts = [as_trail_row(one) for one in store.trail()]
                schema = dict.fromkeys(TRAIL_COLUMNS, pl.String)
            elif what == DECISIONS:
                texts = [decisions.as_row(one) for one in decisions.records(db, session.lang)]
                schema = dict.fromkeys(decisions.DECISION_COLUMNS, pl.String)
            else:
                texts = [as_row(note) for note in notes(db)]
                schema = dict.fromkeys(NOTE_COLUMNS, pl.String)
            rows = export_rows(db, pl.DataFrame(texts, schema=schema), out, kind)
        session.acted("export", what, kind)
    lines = [session.t("cli.export.done", n=rows, file=out)]
    if hidden:
        lines.append(session.t("cli.export.hidden", n=hidden))
    session.show({"file": str(out), "format": kind, "rows": rows, "hidden": hidden}, lines)


def _figure_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Figures as a frame; several flags stand in one text."""
    flat = [{**row, "flags": "; ".join(row["flags"])} for row in rows]
    return pl.DataFrame(
        flat, schema_overrides=dict.fromkeys(NUMBERS, pl.Float64), infer_schema_length=None
    ).with_columns(pl.col(pl.Null).cast(pl.String))


@command("template")
def write_template(
    session: CommandSession,
    table: Annotated[str, typer.Argument(metavar="TABLE")],
    out: Annotated[Path, typer.Option("--out")],
) -> None:
    """Write the workbook of a table; its drop-downs offer the codes of the database, if any."""
    if out.suffix.lower() != ".xlsx":
        raise UserError("template.no_workbook", seen=out.name)
    codes = {}
    with closing(Store(session.path, wait=session.wait)) as store:
        if store.exists:
            with store.read() as db:
                codes = known_codes(db)
    template(table, out, session.lang, codes)
    session.show({"out": str(out), "table": table}, [session.t("cli.template.written", out=out)])


@command("report")
def make(
    session: CommandSession,
    out: Annotated[Path, typer.Option("--out")],
    month: Month = None,
    category: Annotated[list[str] | None, typer.Option("--category", metavar="CODE")] = None,
    kind: Annotated[
        str | None,
        typer.Option("--format", metavar="|".join(Format), callback=one_of(tuple(Format))),
    ] = None,
    audience: Annotated[
        Audience, typer.Option("--audience", metavar="|".join(Audience))
    ] = Audience.MANAGEMENT,
    settings: Annotated[Path | None, typer.Option("--settings")] = None,
) -> None:
    """Write the report of a month."""
    kind = kind or one_of(tuple(Format))(out.suffix.lower().removeprefix(".")) or Format.HTML
    branding = read_branding(settings)
    named = parse_month(month) if month else None
    with session.read() as db:
        until = named or latest_month(db)
        if until is None:
            raise UserError("briefing.nothing")
        wanted = ReportRequest(
            until, tuple(category or ()), Audience(audience), session.lang, branding
        )
        content = report(db, wanted, Format(kind), partial(_tell, session))
        with whole(out) as half:
            half.write_bytes(content)
        session.acted("report", " ".join(wanted.categories), f"{until:%Y-%m} {kind}")
    session.show(
        {"file": str(out), "format": str(kind), "month": f"{until:%Y-%m}", "bytes": len(content)},
        [session.t("cli.report.done", file=out, n=len(content))],
    )


def _tell(session: CommandSession, done: int, total: int, name: str) -> None:
    """Tell a person at a terminal how far it is."""
    if sys.stderr.isatty() and name:
        session.tell(session.t("cli.report.step", done=done + 1, total=total, name=name))

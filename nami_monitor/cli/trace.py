"""``nami trace``: from a figure back to its formula, its batches and its rows."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from nami_monitor.cli.figures import PeriodName, Until, Where, as_rows, question
from nami_monitor.cli.session import CommandSession, command, table
from nami_monitor.core.errors import UserError, refuse_unknown
from nami_monitor.i18n import formats
from nami_monitor.kpis import TRACED, sentences
from nami_monitor.kpis.listing import export as export_rows
from nami_monitor.kpis.trace import BatchPart, Trace
from nami_monitor.kpis.trace import trace as trace_figure
from nami_monitor.store.export import FORMATS

app = typer.Typer(rich_markup_mode=None)

HEADS = ("batch", "source", "file", "table", "imported", "rows", "numerator", "denominator")


@command(app, "trace")
def trace(
    session: CommandSession,
    code: Annotated[str, typer.Argument(metavar="CODE")],
    until: Until = None,
    period: PeriodName = "month",
    where: Where = None,
    rows: Annotated[bool, typer.Option("--rows")] = False,
    out: Annotated[Path | None, typer.Option("--out")] = None,
    of: Annotated[str | None, typer.Option("--table", metavar="TABLE")] = None,
) -> None:
    """Trace a figure to its formula, batches and rows."""
    refuse_unknown("kpi.no_code", code, TRACED)
    if rows and out is None:
        raise UserError("trace.need_out")
    kpi, ask = TRACED[code], question(until, period, 1, None, where)
    file: dict[str, Any] = {}
    with session.read() as db:
        traced = trace_figure(db, kpi, ask)
        lines = _trace_lines(session, traced)
        if rows and out:
            kind = out.suffix.lower().removeprefix(".")
            kind = kind if kind in FORMATS else FORMATS[0]
            written = export_rows(db, kpi, ask, out, kind, table=of)
            lines.append(session.t("cli.export.done", n=written, file=out))
            file = {"file": str(out), "rows": written}
    session.show({**_trace_row(session, traced), **file}, lines)


def _trace_row(session: CommandSession, traced: Trace) -> dict[str, Any]:
    """The trace as plain data."""
    (figure,) = as_rows(session, [(TRACED[traced.result.code], traced.result)])
    return {
        "figure": figure,
        "formula": session.t(f"kpis.{traced.result.code}.formula"),
        "numerator_sql": traced.kpi.numerator,
        "denominator_sql": traced.kpi.denominator,
        "covered_sql": traced.kpi.covered,
        "activity": traced.result.activity,
        "relation": traced.relation,
        "months": [
            {"first": f"{period.first:%Y-%m}", "last": f"{period.last:%Y-%m}"}
            for period in traced.periods
        ],
        "batches": [_batch(part) for part in traced.batches],
    }


def _batch(part: BatchPart) -> dict[str, Any]:
    when = part.imported_at
    return {**asdict(part), "imported_at": when and when.isoformat(timespec="seconds")}


def _trace_lines(session: CommandSession, traced: Trace) -> list[str]:
    lang, result = session.lang, traced.result
    period = formats.period(result.period, lang)
    lines = [
        f"{session.t(f'kpis.{result.code}.name')}, {period}: {sentences.figure_text(result, lang)}",
        session.t(f"kpis.{result.code}.formula"),
        sentences.formula_text(traced, lang),
        "",
    ]
    if not traced.batches:
        return [*lines, session.t("trace.nothing")]
    header = [session.t(f"trace.heads.{name}") for name in HEADS]
    rows = [
        [
            str(part.batch),
            part.source,
            part.file,
            session.t(f"tables.{part.table}.name"),
            "" if part.imported_at is None else formats.day(part.imported_at, lang),
            formats.number(part.rows, lang),
            *(
                "" if share is None else sentences.amount_text(share, lang)
                for share in (part.numerator, part.denominator)
            ),
        ]
        for part in traced.batches
    ]
    return [*lines, *table(header, rows, right=(0, 5, 6, 7))]

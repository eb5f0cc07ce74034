"""``nami report``: the month as a deck, PDF, workbook or page, for scheduled runs."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from nami_monitor.cli.session import CommandSession, Month, command, one_of
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import parse_month
from nami_monitor.kpis import latest_month
from nami_monitor.reports.branding import read_branding
from nami_monitor.reports.document import Audience
from nami_monitor.reports.report_file import Format, ReportRequest, report
from nami_monitor.store.export import whole

app = typer.Typer(rich_markup_mode=None)


@command(app, "report")
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
    session.show(
        {"file": str(out), "format": str(kind), "month": f"{until:%Y-%m}", "bytes": len(content)},
        [session.t("cli.report.done", file=out, n=len(content))],
    )


def _tell(session: CommandSession, done: int, total: int, name: str) -> None:
    """Tell a person at a terminal how far it is."""
    if sys.stderr.isatty() and name:
        session.tell(session.t("cli.report.step", done=done + 1, total=total, name=name))

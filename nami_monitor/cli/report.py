"""``nami report``: the month as a deck, PDF, workbook or page, without anyone watching."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nami_monitor.cli.database import opened
from nami_monitor.cli.session import Session, command
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import parse_month
from nami_monitor.kpis import latest_month
from nami_monitor.reports.branding import read_branding
from nami_monitor.reports.document import Audience, Progress
from nami_monitor.reports.make import Format, Wanted, report, write

app = typer.Typer(rich_markup_mode=None)


def _known_format(value: str | None) -> str | None:
    if value is not None and value not in set(Format):
        raise typer.BadParameter(", ".join(Format))
    return value


@command(app, "report")
def make(
    session: Session,
    out: Annotated[Path, typer.Option("--out")],
    month: Annotated[str | None, typer.Option("--month", metavar="YYYY-MM")] = None,
    category: Annotated[list[str] | None, typer.Option("--category", metavar="CODE")] = None,
    kind: Annotated[
        str | None,
        typer.Option("--format", metavar="|".join(Format), callback=_known_format),
    ] = None,
    audience: Annotated[
        Audience, typer.Option("--audience", metavar="|".join(Audience))
    ] = Audience.MANAGEMENT,
    settings: Annotated[Path | None, typer.Option("--settings")] = None,
) -> None:
    """Write the report of a month."""
    kind = kind or _known_format(out.suffix.lower().removeprefix(".")) or Format.HTML
    look = read_branding(settings)
    asked = parse_month(month) if month else None
    with opened(session) as store, store.read() as db:
        chosen = asked or latest_month(db)
        if chosen is None:
            raise UserError("briefing.nothing")
        wanted = Wanted(chosen, tuple(category or ()), Audience(audience), session.lang, look)
        made = report(db, wanted, Format(kind), _progress(session))
    write(made, out)
    session.show(
        {"file": str(out), "format": str(kind), "month": f"{chosen:%Y-%m}", "bytes": len(made)},
        [session.t("cli.report.done", file=out, n=len(made))],
    )


def _progress(session: Session) -> Progress:
    """Tells a person who watches how far it is."""

    def tell(done: int, total: int, name: str) -> None:
        if sys.stderr.isatty() and name:
            session.tell(session.t("cli.report.step", done=done + 1, total=total, name=name))

    return tell

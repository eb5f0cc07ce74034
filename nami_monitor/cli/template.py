"""``nami template``: a workbook per table to fill in."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from nami_monitor.cli.session import Session, command
from nami_monitor.core.errors import UserError
from nami_monitor.ingest.template import known_codes, template
from nami_monitor.store import Store

app = typer.Typer(rich_markup_mode=None)


@command(app, "template")
def template_(
    session: Session,
    table: Annotated[str, typer.Argument(metavar="TABLE")],
    out: Annotated[Path, typer.Option("--out")],
) -> None:
    """Write the workbook of a table; its drop-downs offer the codes of the database, if any."""
    if out.suffix.lower() != ".xlsx":
        raise UserError("template.no_workbook", seen=out.name)
    choices = {}
    if session.path.exists():
        with (
            contextlib.closing(Store(session.path, wait=session.wait)) as store,
            store.read() as db,
        ):
            choices = known_codes(db)
    template(table, out, session.lang, choices)
    session.show({"out": str(out), "table": table}, [session.t("cli.template.written", out=out)])

"""``nami batches``, ``nami undo`` and ``nami set-aside``: deliveries, looked at and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from nami_monitor.cli.database import opened
from nami_monitor.cli.session import Session, command, table
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.set_aside import write_set_aside
from nami_monitor.ingest.book.undo import UndoPreview
from nami_monitor.ingest.book.undo import undo as undo_batch
from nami_monitor.ingest.deliveries import Batch
from nami_monitor.ingest.deliveries import batches as all_batches

app = typer.Typer(rich_markup_mode=None)

Number = Annotated[int, typer.Argument(metavar="BATCH", min=1)]


@command(app, "batches")
def batches(session: Session) -> None:
    """List the deliveries."""
    with opened(session) as store, store.read() as db:
        found = all_batches(db)
    heads = ("batch", "when", "source", "file", "accepted", "set_aside", "open", "note")
    header = [session.t(f"cli.batches.{name}") for name in heads]
    rows = [_cells(session, batch) for batch in found]
    session.show(list(map(_document, found)), table(header, rows, right=(0, 4, 5, 6)))


def _document(batch: Batch) -> dict[str, Any]:
    counts = batch.report.main if batch.report else None
    return {
        "batch": batch.number,
        "parent": batch.parent,
        "automatic": batch.automatic,
        "source": batch.source,
        "file": batch.file,
        "who": batch.who,
        "imported_at": _utc(batch.when),
        "undone_at": batch.undone and _utc(batch.undone),
        "lines": batch.lines,
        "accepted": counts.accepted if counts else batch.lines,
        "set_aside": counts.set_aside if counts else 0,
        "known": counts.known if counts else 0,
        "open": batch.open,
    }


def _utc(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).isoformat(timespec="seconds")


def _cells(session: Session, batch: Batch) -> list[str]:
    document = _document(batch)
    local = batch.when.replace(tzinfo=UTC).astimezone()
    note = ""
    if batch.undone:
        note = session.t("cli.batches.undone")
    elif batch.parent:
        note = session.t("cli.batches.child", parent=batch.parent)
    return [
        str(batch.number),
        f"{formats.day(local, session.lang)} {local:%H:%M}",
        batch.source,
        batch.file,
        *(formats.number(document[name], session.lang) for name in ("accepted", "set_aside")),
        formats.number(batch.open, session.lang),
        note,
    ]


@command(app, "undo")
def undo(
    session: Session,
    batch: Number,
    who: Annotated[str, typer.Option("--who", envvar="NAMI_WHO")] = "",
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Take a delivery back; at a terminal what would happen is shown and asked first."""
    with opened(session) as store:
        if session.asks and not yes:
            preview = undo_batch(store, batch, look_only=True)
            for line in _effects(session, preview):
                session.tell(line)
            if not typer.confirm(session.t("cli.undo.sure"), err=True):
                raise typer.Exit(1)
        done = undo_batch(store, batch, who=who)
    said = session.t("cli.undo.done", batch=batch, file=done.file)
    session.show(asdict(done), [*_effects(session, done), said])


def _effects(session: Session, preview: UndoPreview) -> Iterator[str]:
    """What an undo does, a line for each kind of effect."""
    for kind in ("goes", "returns", "waits"):
        for name, count in getattr(preview, kind).items():
            where = session.t(f"tables.{name}.name")
            yield session.t(f"cli.undo.{kind}", n=int(count), table=where)
    if preview.amount:
        yield session.t("cli.undo.amount", amount=formats.money(-preview.amount, session.lang))
    for kind, numbers in (("touched", preview.touched), ("children", preview.children)):
        if numbers:
            yield session.t(f"cli.undo.{kind}", batches=", ".join(map(str, numbers)))


@command(app, "set-aside")
def set_aside(
    session: Session,
    batch: Number,
    out: Annotated[Path, typer.Option("--out")],
) -> None:
    """Write what was set aside to a file, to be mended and offered again."""
    with opened(session) as store, store.read() as db:
        rows = write_set_aside(db, batch, out, session.lang)
    said = session.t("cli.set_aside.done", n=rows, file=out)
    session.show({"batch": batch, "file": str(out), "rows": rows}, [said])

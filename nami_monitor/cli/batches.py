"""``nami batches``, ``undo``, ``set-aside``, ``trail``, ``check``, ``backup`` and ``restore``."""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from nami_monitor.backups import back_up, kept_states, look_inside, remove_kept_states, said
from nami_monitor.backups import restore as restore_backup
from nami_monitor.cli.session import CommandSession, Who, command, table
from nami_monitor.i18n import formats, word
from nami_monitor.ingest.book.set_aside import write_set_aside
from nami_monitor.ingest.book.undo import UndoPreview
from nami_monitor.ingest.book.undo import undo as undo_batch
from nami_monitor.ingest.deliveries import Batch
from nami_monitor.ingest.deliveries import batches as all_batches
from nami_monitor.ingest.deliveries import check as check_store
from nami_monitor.store import Store
from nami_monitor.store.backup_file import BackupContents
from nami_monitor.store.trail import ACTS, COLUMNS, THINGS, as_row

Number = Annotated[int, typer.Argument(metavar="BATCH", min=1)]


@command("batches")
def batches(session: CommandSession) -> None:
    """List the batches."""
    with session.read() as db:
        listed = all_batches(db)
    heads = ("batch", "when", "source", "file", "accepted", "set_aside", "open", "note")
    header = [session.t(f"cli.batches.{name}") for name in heads]
    rows = [_cells(session, batch) for batch in listed]
    session.show(list(map(_document, listed)), table(header, rows, right=(0, 4, 5, 6)))


def _document(batch: Batch) -> dict[str, Any]:
    """A batch as plain data."""
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


def _cells(session: CommandSession, batch: Batch) -> list[str]:
    document = _document(batch)
    note = ""
    if batch.undone:
        note = session.t("cli.batches.undone")
    elif batch.parent:
        note = session.t("cli.batches.child", parent=batch.parent)
    return [
        str(batch.number),
        formats.moment(batch.when, session.lang),
        batch.source,
        batch.file,
        *(
            formats.number(document[name], session.lang)
            for name in ("accepted", "set_aside", "open")
        ),
        note,
    ]


@command("undo")
def undo(
    session: CommandSession,
    batch: Number,
    who: Who = "",
    yes: Annotated[bool, typer.Option("--yes")] = False,
    remove_kept: Annotated[bool, typer.Option("--remove-kept")] = False,
) -> None:
    """Undo a batch; without ``--yes`` its effects are shown and confirmed at a terminal first."""
    with session.open_store() as store:
        if not yes:
            session.confirm(
                f"nami undo {batch}",
                session.t("cli.undo.sure"),
                lambda: _effects(session, undo_batch(store, batch, look_only=True)),
            )
        signed = session.signed_by(who)
        done = undo_batch(store, batch, who=signed)
        if remove_kept:
            remove_kept_states(store, signed)
        kept = [str(path) for path in kept_states(store)]
    sentences = [*_effects(session, done), session.t("cli.undo.done", batch=batch, file=done.file)]
    if kept:
        sentences.append(session.t("cli.undo.kept", n=len(kept), files=", ".join(kept)))
    session.show(asdict(done) | {"kept": kept}, sentences)


def _effects(session: CommandSession, preview: UndoPreview) -> Iterator[str]:
    """What an undo does, a line for each kind of effect."""
    for kind in ("goes", "returns", "waits"):
        for name, count in getattr(preview, kind).items():
            table_name = session.t(f"tables.{name}.name")
            yield session.t(f"cli.undo.{kind}", n=int(count), table=table_name)
    if preview.amount:
        yield session.t("cli.undo.amount", amount=formats.money(-preview.amount, session.lang))
    for kind, numbers in (("touched", preview.touched), ("children", preview.children)):
        if numbers:
            yield session.t(f"cli.undo.{kind}", batches=", ".join(map(str, numbers)))
    if preview.verdicts:
        yield session.t("data.undo.verdicts", codes=", ".join(preview.verdicts))


@command("set-aside")
def set_aside(
    session: CommandSession, batch: Number, out: Annotated[Path, typer.Option("--out")]
) -> None:
    """Write the set-aside rows of a batch to a file, to be mended and offered again."""
    with session.open_store() as store, store.read() as db:
        count = write_set_aside(db, batch, out, session.lang)
        session.acted("export", "set_aside", str(batch))
    sentence = session.t("cli.set_aside.done", n=count, file=out)
    session.show({"batch": batch, "file": str(out), "rows": count}, [sentence])


@command("trail")
def trail(session: CommandSession) -> None:
    """List who did what when, the latest first."""
    with session.open_store() as store:
        rows = store.trail()
    header = [session.t(f"trail.{name}") for name in COLUMNS]
    told = []
    for row in rows:
        act = word(row.act, session.lang, ACTS)
        about = ", ".join(word(part, session.lang, *THINGS) for part in row.about.split())
        told.append([formats.moment(row.done_at, session.lang), row.who, act, about, row.name])
    session.show(list(map(as_row, rows)), table(header, told))


@command("check")
def check(session: CommandSession) -> None:
    """Check that the database is sound; exit code 1 when it is not."""
    with session.open_store() as store:
        findings = check_store(store)
    header = [session.t(f"cli.check.{name}") for name in ("check", "subject", "count")]
    rows = [
        [
            session.t(f"cli.checks.{finding.check}"),
            finding.subject,
            formats.number(finding.count, session.lang),
        ]
        for finding in findings
    ]
    lines = table(header, rows, right=(2,)) if rows else [session.t("cli.check.sound")]
    document = {"ok": not findings, "findings": [asdict(finding) for finding in findings]}
    session.show(document, lines)
    if findings:
        raise typer.Exit(1)


@command("backup")
def backup(session: CommandSession, out: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Write a backup."""
    with session.open_store() as store:
        contents = back_up(store, out)
        session.acted("backup")
    sentence = session.t("cli.backup.done", file=out)
    session.show(_backup_document(out, contents), [sentence, *said(contents, session.lang)])


@command("restore")
def restore(
    session: CommandSession,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    who: Who = "",
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Put a backup back; without ``--yes`` what is in it is shown and confirmed at a terminal."""
    contents = look_inside(file)
    if not yes:
        session.confirm(
            f"nami restore {file}",
            session.t("cli.restore.sure"),
            lambda: said(contents, session.lang),
        )
    signed = session.signed_by(who)
    with contextlib.closing(Store(session.path, wait=session.wait)) as store:
        done = restore_backup(store, file, signed)
    lines = [session.t("cli.restore.done"), *said(contents, session.lang)]
    if done.before:
        lines.append(session.t("backup.before", file=done.before))
    before = done.before and str(done.before)
    document = _backup_document(file, contents)
    document |= {"before": before, "settings": list(done.settings)}
    session.show(document, lines)


def _backup_document(file: Path, contents: BackupContents) -> dict[str, Any]:
    """A backup as plain data."""
    return {
        "file": str(file),
        "made_at": contents.made_at.isoformat(timespec="seconds"),
        "program": contents.program,
        "schema": contents.schema,
        "engine": contents.engine,
        "batches": contents.batches,
        "first_month": contents.first_month and f"{contents.first_month:%Y-%m}",
        "last_month": contents.last_month and f"{contents.last_month:%Y-%m}",
        "bytes": sum(part.size for part in contents.parts),
    }

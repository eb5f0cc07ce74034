"""``nami backup`` and ``nami restore``: all that is kept, as one file and back again."""

import contextlib
from pathlib import Path
from typing import Annotated, Any

import typer

from nami_monitor.backups import back_up, look_inside, said
from nami_monitor.backups import restore as restore_backup
from nami_monitor.cli.session import CommandSession, Who, command
from nami_monitor.store import Store
from nami_monitor.store.backup_file import BackupContents

app = typer.Typer(rich_markup_mode=None)


@command(app, "backup")
def backup(session: CommandSession, out: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Write a backup."""
    with session.open_store() as store:
        contents = back_up(store, out)
        session.acted("backup")
    sentence = session.t("cli.backup.done", file=out)
    session.show(_document(out, contents), [sentence, *said(contents, session.lang)])


@command(app, "restore")
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
    document = {**_document(file, contents), "before": before, "settings": list(done.settings)}
    session.show(document, lines)


def _document(file: Path, contents: BackupContents) -> dict[str, Any]:
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

"""``nami lines``, ``nami rollup`` and ``nami open``: to a lake, on any engine, and back."""

import contextlib
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from nami_monitor.cli.session import CommandSession, Who, command, one_of
from nami_monitor.core.errors import UserError, listed
from nami_monitor.core.settings import places
from nami_monitor.store import Store, lake, lake_rollups
from nami_monitor.store.object_storage import place, reached

EXPORT: Final = ("export",)
Organisation = Annotated[str | None, typer.Option("--organisation", metavar="NAME")]
Lines = Annotated[str, typer.Option("--lines", metavar="PATH")]
Out = Annotated[str, typer.Option("--out", metavar="PATH")]


@command("lines")
def lines(
    session: CommandSession,
    action: Annotated[str, typer.Argument(metavar="export", callback=one_of(EXPORT))],  # noqa: ARG001 - said to be clear
    out: Out,
    organisation: Organisation = None,
) -> None:
    """Write all that a database holds to a lake."""
    to = place(out)
    with session.open_store() as store, reached(to):
        made = lake.export_lines(store, to, organisation or "own")
        session.acted("export", "lake", made.organisation)
    _told(session, "exported", to, {made.organisation: made})


@command("rollup")
def rollup(
    session: CommandSession,
    lines: Lines,
    out: Out,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="|".join(lake_rollups.ENGINES),
            callback=one_of(lake_rollups.ENGINES),
        ),
    ] = lake_rollups.ENGINES[0],
    remote: Annotated[str | None, typer.Option("--remote", metavar="sc://HOST:PORT")] = None,
    organisation: Organisation = None,
) -> None:
    """Add up the lines of the organisations in a lake."""
    of, to = place(lines), place(out)
    with reached(of, to):
        named = _organisations(of, lake.OF_LINES, organisation)
        with lake_rollups.engine(engine, remote) as by:
            made = {name: lake_rollups.roll_up((of, to), name, by) for name in named}
    _told(session, "rolled", to, made)


@command("open")
def open_(
    session: CommandSession,
    path: Annotated[str, typer.Argument(metavar="PATH")],
    lines: Annotated[str | None, typer.Option("--lines", metavar="PATH")] = None,
    organisation: Organisation = None,
    total: Annotated[bool, typer.Option("--sum")] = False,
    who: Who = "",
) -> None:
    """Make the database of lines and roll-ups that were made elsewhere."""
    if total and organisation:
        raise UserError("lake.sum_of_all")
    made_in = place(path)
    of = place(lines) if lines else made_in
    with reached(of, made_in), contextlib.closing(Store(session.path, wait=session.wait)) as store:
        named = _organisations(made_in, lake.OF_ROLLUPS, organisation)
        if len(named) > 1 and not total:
            raise UserError("lake.several", names=listed(named))
        where, demo = (of, made_in), session.path.absolute() != places().own.absolute()
        signed = session.signed_by(who)
        if total:
            made = lake.open_sum(store, where, signed, demo=demo)
        else:
            made = [lake.open_lake(store, where, named[0], signed, demo=demo)]
    _told(session, "opened", session.path, {one.organisation: one for one in made})


def _organisations(where: Path, manifest: str, wanted: str | None) -> list[str]:
    """The organisations in a folder, or the one that is wanted."""
    found = lake.organisations(where, manifest)
    if wanted and wanted not in found:
        raise UserError("lake.no_organisation", seen=wanted, names=listed(found))
    return [wanted] if wanted else list(found)


def _told(
    session: CommandSession, what: str, where: Path, made: dict[str, lake.LakeManifest]
) -> None:
    """Say what was made of each organisation."""
    parts: dict[str, Any] = {
        name: {
            "batches": len(one.batches),
            "files": len(one.parts),
            "bytes": sum(part.size for part in one.parts),
        }
        for name, one in made.items()
    }
    session.show(
        {"path": str(where), "organisations": parts},
        [session.t(f"cli.lake.{what}", name=name, path=where) for name in parts],
    )

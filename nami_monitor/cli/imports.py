"""``nami demo`` and ``nami import``: data in."""

from __future__ import annotations

import contextlib
import glob
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from nami_monitor.cli.session import Session, command, of_system, table
from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.periods import parse_month
from nami_monitor.core.settings import SHIPPED, places
from nami_monitor.databases import build_demo, open_own
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.import_report import Report, as_document
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.library import is_mended, profiles_in, read_sheets, recognise
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.profile_toml import load_profile
from nami_monitor.ingest.profiles.source_cells import normal, positions
from nami_monitor.ingest.profiles.suggest import auto_profile
from nami_monitor.ingest.readers import shown_name
from nami_monitor.store import Store
from nami_monitor.tables import TABLES, Codes

app = typer.Typer(rich_markup_mode=None)

ANSWERS: Final[dict[str, Callable[[Answers], Answers]]] = {
    "questions.create_codes": lambda given: replace(given, create=frozenset(Codes)),
    "questions.set_aside": lambda given: replace(given, accept_set_aside=True),
    "import.vat_unknown": lambda given: replace(given, assume_vat=True),
}
"""What saying yes to a question of the import means."""


OF_ITS_BATCH: Final = Profile(source="", tables=())
"""Stands for the profile of a mended file, which the import finds with its batch."""


@dataclass(frozen=True)
class Wish:
    """How the files are to be read.

    Args:
        profile: a profile, when one was named.
        table: the table that the file is about.
        period: the month that it is about.
        answers: what was answered beforehand.
        who: role or initials.
    """

    profile: Profile | None
    table: str | None
    period: date | None
    answers: Answers
    who: str


@command(app, "demo")
def demo(session: Session) -> None:
    """Build the demo's database."""
    path = session.db or places().demo

    def progress(done: int, total: int, name: str) -> None:
        if name:
            session.tell(session.t("cli.demo.file", done=done + 1, total=total, name=name))

    built = build_demo(path, progress)
    said = session.t("cli.demo.built" if built else "cli.demo.there", path=path)
    session.show({"path": str(path), "built": built}, [said])


@command(app, "import")
def import_(
    session: Session,
    files: Annotated[list[str], typer.Argument()],
    profile: Annotated[Path | None, typer.Option("--profile")] = None,
    table: Annotated[str | None, typer.Option("--table")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="YYYY-MM")] = None,
    who: Annotated[str, typer.Option("--who", envvar="NAMI_WHO")] = "",
    replace_months: Annotated[bool, typer.Option("--replace")] = False,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Import files, one after the other."""
    if profile and profile.exists() and not profile.is_file():
        raise UserError("import.no_regular_file", file=str(profile))
    wish = Wish(
        profile=load_profile(profile) if profile else None,
        table=table,
        period=parse_month(period) if period else None,
        answers=replace(Answers.yes() if yes else Answers(), replace=replace_months),
        who=who,
    )
    named = list(_files(files))
    documents: list[dict[str, Any]] = []
    with contextlib.closing(open_own(session.path, wait=session.wait)) as store:
        held: DatabaseHeldError | None = None
        for file in named:
            try:
                if held:
                    raise held
                with tempfile.TemporaryDirectory(prefix="nami-") as cells:
                    report, refusal = _import_one(session, store, file, wish, Path(cells))
            except DatabaseHeldError as error:
                held = error  # the files after it would wait as long, one by one
                report, refusal = _refused(session, file, error)
            documents.append(as_document(report, refusal))
            if not session.json:
                session.show(None, _lines(session, report, refusal))
    if session.json:
        session.show(documents, [])
    if any("refused" in document for document in documents):
        raise typer.Exit(1)


def _files(named: list[str]) -> Iterator[Path]:
    """The files themselves: of a folder all that it holds, of a pattern all that fit."""
    for name in named:
        path = Path(name)
        if path.is_dir():
            yield from sorted(
                file for file in path.iterdir() if file.is_file() and file.name[0] not in ".~"
            ) or [path]
        elif path.exists():
            yield path
        else:
            yield from map(Path, sorted(glob.glob(name)) or [name])  # noqa: PTH207 - a pattern may be absolute


def _import_one(
    session: Session, store: Store, file: Path, wish: Wish, cells: Path
) -> tuple[Report, str | None]:
    """Import a file; the sentence of its refusal when it was refused.

    Args:
        session: for the words.
        store: the database.
        file: the file.
        wish: how it is to be read.
        cells: a folder that keeps its parsed cells, so that it is parsed once.
    """
    answers = wish.answers
    try:
        _check_file(file)
        profile = wish.profile or _profile_for(file, wish.table, cells)
        while True:
            try:
                report = import_file(
                    store,
                    file,
                    profile,
                    answers=answers,
                    who=wish.who,
                    period=wish.period,
                    folder=cells,
                )
            except UserError as question:
                if profile.tables and _mended(file, cells):
                    profile = OF_ITS_BATCH
                    continue
                if question.key not in ANSWERS or not session.asks:
                    raise
                if not typer.confirm(session.sentence(question), err=True):
                    raise
                answers = ANSWERS[question.key](answers)
            else:
                return report, None
    except DatabaseHeldError:
        raise
    except UserError as error:
        return _refused(session, file, error)
    except OSError as error:
        return _refused(session, file, of_system(error))


def _check_file(file: Path) -> None:
    """Refuse what is no file with content.

    Raises:
        UserError: ``import.no_file``, ``import.empty_folder``, ``import.no_regular_file``.
    """
    if file.is_dir():
        raise UserError("import.empty_folder", file=str(file))
    if not file.exists():
        raise UserError("import.no_file", file=str(file))
    if not file.is_file():
        raise UserError("import.no_regular_file", file=str(file))


def _refused(session: Session, file: Path, error: UserError) -> tuple[Report, str]:
    """Say why a file was refused."""
    refused = Report(file=shown_name(file), refused=(error.key, error.values))
    sentence = session.sentence(error)
    session.tell(f"{refused.file}: {sentence}")
    return refused, sentence


def _profile_for(file: Path, wanted: str | None, cells: Path) -> Profile:
    """The profile of a file that came without one.

    An own or shipped profile that fits, else the names of the columns for the table that was named.

    Raises:
        UserError: ``import.several_profiles``, ``import.no_profile``, or what ``auto_profile``
            raises.
    """
    if _mended(file, cells):
        return OF_ITS_BATCH
    own = _about(profiles_in(places().profiles), wanted)
    shipped = _about(profiles_in(SHIPPED / "profiles"), wanted)
    for profiles, entirely in ((own, False), (shipped, True)):
        fitting = [
            name
            for name in recognise(file, profiles, file.name, cells).profiles
            if not entirely or _fits_entirely(file, profiles[name], cells)
        ]
        if len(fitting) > 1:
            raise UserError("import.several_profiles", profiles=", ".join(fitting))
        if fitting:
            return profiles[fitting[0]]
    if wanted is None:
        raise UserError("import.no_profile", tables=", ".join(TABLES))
    return auto_profile(read_sheets(file, Layout(), cells)[0], wanted, file.stem)


def _mended(file: Path, cells: Path) -> bool:
    """Whether it is a set-aside file that comes back, which its own batch knows how to read."""
    try:
        return is_mended(read_sheets(file, Layout(), cells)[0])
    except UserError:
        return False


def _about(profiles: dict[str, Profile], wanted: str | None) -> dict[str, Profile]:
    """The profiles that feed the table that was named."""
    return {
        name: profile
        for name, profile in profiles.items()
        if wanted is None or wanted in {fed.name for fed in profile.tables}
    }


def _fits_entirely(file: Path, profile: Profile, cells: Path) -> bool:
    """Whether every column that a profile names is there: a shipped one must not fit by chance."""
    headers = set(positions(read_sheets(file, profile.layout, cells)[0].columns))
    given = {normal(profile.unpivot.name), normal(profile.unpivot.value)} if profile.unpivot else ()
    named = {
        normal(column)
        for fed in profile.tables
        for origin in fed.columns.values()
        for column in origin.columns
        if not column.startswith("@")
    }
    return named - set(given) <= headers


def _lines(session: Session, report: Report, refusal: str | None) -> Iterator[str]:
    """A report for people."""
    if refusal is not None:
        return
    yield session.t("cli.import.done", file=report.file, batch=report.batch)
    number = [formats.number] * 6
    header = [
        session.t(f"cli.import.{name}")
        for name in ("table", "read", "skipped", "accepted", "set_aside", "known", "replaced")
    ]
    rows = [
        [name, *(
            write(value, session.lang)
            for write, value in zip(
                number,
                (
                    counts.read, sum(counts.skipped.values()), counts.accepted, counts.set_aside,
                    counts.known, counts.replaced,
                ),
                strict=True,
            )
        )]
        for name, counts in report.tables.items()
    ]  # fmt: skip
    yield from table(header, rows, right=range(1, 7))
    if report.main.set_aside:
        yield session.t("cli.import.mend", batch=report.batch)
    if report.offer:
        yield session.t("cli.import.offer", n=report.offer.values["vanish"])

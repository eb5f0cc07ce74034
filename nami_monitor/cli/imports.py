"""``nami demo``, ``nami import`` and ``nami profiles``: data into the database, and how."""

import contextlib
import glob
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from nami_monitor.cli.session import CommandSession, Who, command, of_system, table
from nami_monitor.core.errors import DatabaseHeldError, UserError, refuse_unknown
from nami_monitor.core.escapes import terminal
from nami_monitor.core.periods import parse_month
from nami_monitor.core.settings import SHIPPED, places
from nami_monitor.databases import build_demo, open_own
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.import_report import (
    Report,
    as_document,
    sentences_above,
    sentences_of_overwritten,
)
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles import library
from nami_monitor.ingest.profiles.profile import Profile, load_profile, parse_profile
from nami_monitor.ingest.profiles.source_cells import column_numbers, normal_header
from nami_monitor.ingest.profiles.suggest import auto_profile
from nami_monitor.ingest.readers import shown_name
from nami_monitor.store import Store
from nami_monitor.tables import TABLES, Codes

app = typer.Typer(rich_markup_mode=None)

ANSWERS: Final[dict[str, Callable[[Answers], Answers]]] = {
    "questions.create_codes": lambda answers: replace(answers, create=frozenset(Codes)),
    "questions.set_aside": lambda answers: replace(answers, accept_set_aside=True),
    "import.vat_unknown": lambda answers: replace(answers, assume_vat=True),
    "questions.units": lambda answers: replace(answers, single_units=True),
    "questions.beside": lambda answers: replace(answers, plain_numbers=True),
    **{
        f"questions.month_{place}": lambda answers: replace(answers, month_as_found=True)
        for place in ("file", "sheet", "title", "dates")
    },
}
"""What the answer yes to a question of the import changes."""

PROFILE_OF_BATCH: Final = Profile(source="", tables=())
"""Stands for the profile of an offered-again file, which the import finds with its batch."""


@dataclass(frozen=True)
class ImportOptions:
    """How the files are imported.

    ``profile``, ``table`` and ``period`` are those that were named, if any; ``who`` is a role or
    initials.
    """

    profile: Profile | None
    table: str | None
    period: date | None
    answers: Answers
    who: str


@command(app, "demo")
def demo(session: CommandSession) -> None:
    """Build the demo's database."""
    path = session.db or places().demo

    def progress(done: int, total: int, name: str) -> None:
        if name:
            session.tell(session.t("cli.demo.file", done=done + 1, total=total, name=name))

    built = build_demo(path, progress)
    sentence = session.t("cli.demo.built" if built else "cli.demo.there", path=path)
    session.show({"path": str(path), "built": built}, [sentence])


@command(app, "import")
def import_(
    session: CommandSession,
    files: Annotated[list[str], typer.Argument()],
    profile: Annotated[Path | None, typer.Option("--profile")] = None,
    table: Annotated[str | None, typer.Option("--table")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="YYYY-MM")] = None,
    who: Who = "",
    replace_months: Annotated[bool, typer.Option("--replace")] = False,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Import files, one after the other."""
    if profile and profile.exists() and not profile.is_file():
        raise UserError("import.no_regular_file", file=str(profile))
    options = ImportOptions(
        profile=load_profile(profile) if profile else None,
        table=table,
        period=parse_month(period) if period else None,
        answers=replace(Answers.yes() if yes else Answers(), replace=replace_months),
        who=session.signed_by(who),
    )
    named = list(_files(files))
    documents: list[dict[str, Any]] = []
    with contextlib.closing(open_own(session.path, wait=session.wait)) as store:
        held: DatabaseHeldError | None = None
        for file in named:
            # when one file had to wait in vain, those after it would too, one by one
            result = held or _import_one(session, store, file, options)
            if isinstance(result, UserError):
                held = result if isinstance(result, DatabaseHeldError) else None
                refusal = session.sentence(result)
                report = Report(file=shown_name(file), refused=(result.key, result.values))
                session.tell(f"{report.file}: {refusal}")
            else:
                report, refusal = result, None
            documents.append(as_document(report, refusal))
            if not (session.json or refusal):
                session.show(None, _lines(session, report))
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
    session: CommandSession, store: Store, file: Path, options: ImportOptions
) -> Report | UserError:
    """Import a file: its report, or why it was refused."""
    try:
        if not file.is_file():
            key = "import.no_regular_file" if file.exists() else "import.no_file"
            raise UserError("import.empty_folder" if file.is_dir() else key, file=str(file))
        with tempfile.TemporaryDirectory(prefix="nami-") as cells:
            return _import_asking(session, store, file, options, Path(cells))
    except UserError as error:
        return error
    except OSError as error:
        return of_system(error)


def _import_asking(
    session: CommandSession, store: Store, file: Path, options: ImportOptions, cells: Path
) -> Report:
    """Import a file; at a terminal its questions are asked until all are answered.

    ``cells`` is a folder that keeps its parsed cells, so that it is parsed once.
    """
    answers = options.answers
    profile = options.profile or _profile_for(file, options.table, cells)
    while True:
        try:
            return import_file(
                store, file, profile,
                answers=answers, who=options.who, period=options.period, folder=cells,
            )  # fmt: skip
        except UserError as question:
            if profile.tables and _mended(file, cells):
                profile = PROFILE_OF_BATCH
                continue
            if question.key not in ANSWERS or not session.asks:
                raise
            if not typer.confirm(terminal(session.sentence(question)), err=True):
                raise
            answers = ANSWERS[question.key](answers)


def _profile_for(file: Path, wanted: str | None, cells: Path) -> Profile:
    """The own or shipped profile that fits a file, else the columns of the table named."""
    for folder, entirely in ((places().profiles, False), (SHIPPED / "profiles", True)):
        profiles = {
            name: profile
            for name, profile in library.profiles_in(folder).items()
            if wanted is None or any(table.name == wanted for table in profile.tables)
        }
        recognised = library.recognise(file, profiles, file.name, cells)
        if recognised.mended:
            return PROFILE_OF_BATCH
        fitting = [
            name
            for name in recognised.profiles
            if not entirely or _fits_entirely(file, profiles[name], cells)
        ]
        if len(fitting) > 1:
            raise UserError("import.several_profiles", profiles=", ".join(fitting))
        if fitting:
            return profiles[fitting[0]]
    if wanted is None:
        raise UserError("import.no_profile", tables=", ".join(TABLES))
    return auto_profile(library.read_sheets(file, Layout(), cells)[0], wanted, file.stem)


def _mended(file: Path, cells: Path) -> bool:
    """Whether it is a set-aside file that comes back, which its own batch knows how to read."""
    try:
        return library.is_mended(library.read_sheets(file, Layout(), cells)[0])
    except UserError:
        return False


def _fits_entirely(file: Path, profile: Profile, cells: Path) -> bool:
    """Whether every column that a profile names is there: a shipped one must not fit by chance."""
    headers = set(column_numbers(library.read_sheets(file, profile.layout, cells)[0].columns))
    if profile.unpivot:
        headers |= {normal_header(profile.unpivot.name), normal_header(profile.unpivot.value)}
    return all(
        normal_header(column) in headers
        for table in profile.tables
        for origin in table.columns.values()
        for column in origin.columns
        if not column.startswith("@")
    )


def _lines(session: CommandSession, report: Report) -> Iterator[str]:
    """The report of an accepted file for people."""
    if report.already_in:
        yield session.t("cli.import.already", file=report.file, batch=report.already_in)
    else:
        yield session.t("cli.import.done", file=report.file, batch=report.batch)
        if report.main.known and not any(
            of_table.accepted or of_table.replaced for of_table in report.tables.values()
        ):
            yield session.t("cli.import.nothing_new")
    yield from sentences_above(report, session.lang)
    counts = ("read", "skipped", "accepted", "set_aside", "known", "replaced")
    header = [session.t(f"cli.import.{name}") for name in ("table", *counts)]
    rows = []
    for table_name, of_table in report.tables.items():
        numbers = {**vars(of_table), "skipped": sum(of_table.skipped.values())}
        rows.append([table_name, *(formats.number(numbers[name], session.lang) for name in counts)])
    yield from table(header, rows, right=range(1, 7))
    yield from sentences_of_overwritten(report, session.lang)
    if report.main.set_aside:
        yield session.t("cli.import.mend", batch=report.batch or report.already_in)
    if report.offer:
        yield session.t("cli.import.offer", n=report.offer.values["vanish"])


@command(app, "profiles")
def profiles(
    session: CommandSession,
    name: Annotated[str | None, typer.Argument()] = None,
    back_to: Annotated[int | None, typer.Option("--back-to", metavar="VERSION", min=1)] = None,
    who: Who = "",
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """List the profiles, or the versions of one; or go back to a version after a confirmation."""
    folder = places().profiles
    if name is None:
        found = {known: profile.source for known, profile in library.profiles_in(folder).items()}
        lines = [f"{known}: {source}" for known, source in found.items()]
        session.show(found, lines or [session.t("cli.profiles.none")])
        return
    refuse_unknown("profile.no_such", name, {one.name.split(".")[0] for one in folder.glob("*")})
    file = folder / f"{name}{library.SUFFIX}"
    versions = library.profile_versions(file)
    if back_to is None:
        _show_versions(session, versions)
        return
    if back_to > len(versions):
        raise UserError("profile.no_version", name=name, seen=back_to, most=len(versions))
    wanted = versions[back_to - 1].text
    profile = parse_profile(wanted)
    if not yes:
        session.confirm(
            f"nami profiles {name} --back-to {back_to}",
            session.t("cli.profiles.sure", name=name),
            lambda: library.profile_difference(versions[-1].text, wanted),
        )
    library.save_profile(file, profile, session.signed_by(who))
    done = session.t("cli.profiles.back", name=name, version=back_to)
    session.show({"profile": name, "version": back_to}, [done])


def _show_versions(session: CommandSession, versions: list[library.ProfileVersion]) -> None:
    """List the versions of a profile."""
    heads = [session.t(f"cli.profiles.{head}") for head in ("version", "when", "who")]
    told = [{"version": at, **vars(version)} for at, version in enumerate(versions, 1)]
    rows = [[str(one["version"]), session.local_time(one["when"]), one["who"]] for one in told]
    document = [{**one, "when": one["when"].isoformat(timespec="seconds")} for one in told]
    session.show(document, table(heads, rows, right=(0,)))

"""``nami demo``, ``nami import`` and ``nami profiles``: data into the database, and how."""

import contextlib
import functools
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from nami_monitor.cli.session import CommandSession, Who, command, files_of, of_system, table
from nami_monitor.core.errors import DatabaseHeldError, UserError, refuse_unknown
from nami_monitor.core.escapes import terminal
from nami_monitor.core.periods import parse_month
from nami_monitor.core.settings import SHIPPED, places
from nami_monitor.core.words import Grain
from nami_monitor.databases import build_demo, open_own
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.booking import PERIOD
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.import_report import (
    Report,
    as_document,
    sentences_above,
    sentences_of_counts,
    sentences_of_overwritten,
)
from nami_monitor.ingest.book.spellings import (
    SPELLED,
    Becomes,
    Spelling,
    decided,
    proposed_spelling,
)
from nami_monitor.ingest.cells import Layout, Sheet
from nami_monitor.ingest.profiles import library, proposal
from nami_monitor.ingest.profiles.line_questions import FileAnswer, FileQuestion
from nami_monitor.ingest.profiles.preview import PLACES
from nami_monitor.ingest.profiles.profile import Profile, load_profile, parse_profile
from nami_monitor.ingest.profiles.source_cells import normal_header
from nami_monitor.ingest.profiles.suggest import mappable, missing_columns, suggest
from nami_monitor.ingest.readers import shown_name
from nami_monitor.ingest.template import allowed, heading, known_codes, known_words, word
from nami_monitor.store import Store, Transaction
from nami_monitor.tables import TABLES, Codes, columns

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

TIMES: Final = " x "
"""Between the column of packs and that of what a pack holds, in an answer of ``--set``."""
SPELLINGS: Final = "questions.spellings"
PROFILE_OF_BATCH: Final = Profile(source="", tables=())
"""Stands for the profile of an offered-again file, which the import finds with its batch."""


@dataclass(frozen=True)
class ImportOptions:
    """How the files are imported.

    ``profile``, ``table``, ``period`` and ``vat`` are those that were named, if any; ``who`` is a
    role or initials; ``fixed`` says of columns of a table which text, or which column of the file,
    fills them; ``agreed`` answers yes to what is suggested and not certain. ``file`` holds the
    profile that was named. Unknown codes of the columns ``new`` are created; ``meant`` says of
    texts, each behind its column, what they mean; ``signs`` answers questions by their keys; of
    ``apart`` no other is merged. With ``known_only`` a file that no profile knows is refused with
    what is asked of it.
    """

    profile: Profile | None
    table: str | None
    period: date | None
    answers: Answers
    who: str
    vat: str | None = None
    fixed: tuple[tuple[str, str], ...] = ()
    agreed: bool = False
    file: Path | None = None
    new: tuple[str, ...] = ()
    meant: Mapping[tuple[str, str], str] = field(default_factory=dict)
    apart: bool = False
    known_only: bool = False
    signs: Mapping[str, str | None] = field(default_factory=dict)


@command("demo")
def demo(session: CommandSession) -> None:
    """Build the demo's database."""
    path = session.db or places().demo

    def progress(done: int, total: int, name: str) -> None:
        if name:
            session.tell(session.t("cli.demo.file", done=done + 1, total=total, name=name))

    built = build_demo(path, progress)
    sentence = session.t("cli.demo.built" if built else "cli.demo.there", path=path)
    session.show({"path": str(path), "built": built}, [sentence])


@command("import")
def import_(
    session: CommandSession,
    files: Annotated[list[str], typer.Argument()],
    profile: Annotated[Path | None, typer.Option("--profile")] = None,
    table: Annotated[str | None, typer.Option("--table")] = None,
    period: Annotated[str | None, typer.Option("--period", "--month", metavar="YYYY-MM")] = None,
    vat: Annotated[str | None, typer.Option("--vat")] = None,
    dates: Annotated[str | None, typer.Option("--dates", metavar="day|month|year")] = None,
    decimal: Annotated[str | None, typer.Option("--decimal", metavar="comma|point")] = None,
    credit: Annotated[str | None, typer.Option("--credit", metavar="subtract|keep")] = None,
    cancelled: Annotated[str | None, typer.Option("--cancelled", metavar="skip|keep")] = None,
    sums: Annotated[str | None, typer.Option("--sums", metavar="skip|keep")] = None,
    scale: Annotated[str | None, typer.Option("--scale", metavar="cents|...|keep")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="all|NAME|NUMBER")] = None,
    fixed: Annotated[list[str] | None, typer.Option("--set", metavar="COLUMN=TEXT")] = None,
    new: Annotated[list[str] | None, typer.Option("--new", metavar="COLUMN")] = None,
    apart: Annotated[bool, typer.Option("--apart")] = False,
    who: Who = "",
    replace_months: Annotated[bool, typer.Option("--replace")] = False,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Import files, one after the other."""
    if profile and profile.exists() and not profile.is_file():
        raise UserError("import.no_regular_file", file=str(profile))
    fills, meant = _fixed(fixed or [], vat)
    for name in new or []:
        refuse_unknown("import.no_such_column", name, SPELLED)
    answers = Answers.yes() if yes else Answers()
    options = ImportOptions(
        profile=load_profile(profile) if profile else None,
        table=table,
        period=parse_month(period) if period else None,
        answers=replace(answers, replace=replace_months, as_spelled=False),
        who=session.signed_by(who),
        vat=vat,
        fixed=fills,
        agreed=yes,
        file=profile,
        new=tuple(new or ()),
        meant=meant,
        apart=apart,
        signs={
            "dates": dates,
            "decimal": decimal,
            "credit": credit,
            "cancelled": cancelled or ("skip" if yes else None),
            "sums": sums,
            "scale": scale,
            "sheet": sheet,
        },
    )
    documents: list[dict[str, Any]] = []
    with contextlib.closing(open_own(session.path, wait=session.wait)) as store:
        held: DatabaseHeldError | None = None
        for file in list(files_of(files)):
            # when one file had to wait in vain, those after it would too, one by one
            result = held or import_one(session, store, file, options)
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


def import_one(
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
    profile, kept = options.profile, options.file
    if profile is None:
        profile, kept = _profile_for(file, options.table, cells)
    before, new = profile, kept is not None and not kept.exists()
    if profile is None and options.known_only:
        _proposed(session, store, file, replace(options, agreed=True), cells)
        raise UserError("import.no_profile", file=file.name)
    if profile is None:
        profile = _proposed(session, store, file, options, cells)
        kept, new = library.file_beside(places().profiles, profile), True
    elif options.fixed and profile.tables:
        sheet = library.read_sheets(file, profile.layout, cells)[0]
        profile, _ = _as_named(sheet, profile, options, _known(store))
    if new:
        _tell_reading(session, library.read_sheets(file, profile.layout, cells)[0], profile)
    if options.vat and profile.vat is None and profile.tables:
        profile = proposal.with_vat(profile, options.vat)
    for (column, text), code in options.meant.items():
        profile = proposal.with_value(profile, column, text, code)
    report, read = _answering(session, store, file, profile, options, cells)
    if read.tables and kept and (before is None or _told_more(read, before)):
        library.save_profile(kept, read, options.who, store)
        session.tell(session.t("cli.import.kept", file=kept))
    return report


def _answering(
    session: CommandSession,
    store: Store,
    file: Path,
    profile: Profile,
    options: ImportOptions,
    cells: Path,
) -> tuple[Report, Profile]:
    """Import a file, and answer what the import itself asks; with the profile that read it."""
    answers = options.answers
    found: tuple[Spelling, ...] = ()

    def note(_: Transaction, report: Report) -> None:
        nonlocal found
        found = report.spellings
        if found and (session.asks or options.new):
            seen = (one.values for one in report.questions if one.key == "spellings")
            raise UserError(SPELLINGS, **next(seen, {}))

    while True:
        try:
            return import_file(
                store, file, profile, check=note,
                answers=answers, who=options.who, period=options.period, folder=cells,
            ), profile  # fmt: skip
        except UserError as question:
            if profile.tables and library.comes_back(file, cells):
                profile = PROFILE_OF_BATCH
            elif question.key == SPELLINGS and (chosen := _meant(session, options, found)):
                profile, answers = decided(profile, answers, chosen)
            elif asked := _asked_by(question, profile):
                profile = _read_as(session, asked, profile, options, file)
            elif question.key in ANSWERS and session.asks and _agrees(session, question):
                answers = ANSWERS[question.key](answers)
            else:
                raise


def _asked_by(refusal: UserError, profile: Profile) -> FileQuestion | None:
    """What of dates, a decimal sign or a scale a refusal asks, its answers by their keys."""
    asked = proposal.asked_by(refusal, profile)
    if asked is None or asked.key != "dates":
        return asked
    first = {"d": "day", "y": "year"}
    choices = (
        replace(one, name=f"cli.import.first.{first.get(one.name[1].lower(), 'month')}")
        for one in asked.choices
    )
    return replace(asked, choices=tuple(choices))


def _given(
    questions: Sequence[FileQuestion], options: ImportOptions
) -> Iterator[tuple[FileQuestion, FileAnswer]]:
    """Yield the questions that an option answers by name, each with its answer."""
    for question in questions:
        for answer in question.choices:
            if answer.name.rpartition(".")[2] == options.signs.get(question.key):
                yield question, answer


def _read_as(
    session: CommandSession,
    asked: FileQuestion,
    profile: Profile,
    options: ImportOptions,
    file: Path,
) -> Profile:
    """The profile with what an option or a person says of dates, a decimal sign or a scale.

    Raises:
        UserError: ``import.open_questions`` where neither does.
    """
    for _, answer in _given([asked], options):
        return answer.profile
    if not session.asks:
        raise UserError("import.open_questions", file=file.name, questions=_said(session, asked))
    return _answered(session, asked, profile, {})


def _agrees(session: CommandSession, question: UserError) -> bool:
    return typer.confirm(terminal(session.sentence(question)), err=True)


def _told_more(profile: Profile, before: Profile) -> bool:
    """Whether texts of a profile got another meaning, or its numbers a scale."""
    scales, known = (
        [[origin.scale for origin in one.columns.values()] for one in each.tables]
        for each in (profile, before)
    )
    words = [table.values for table in profile.tables] != [table.values for table in before.tables]
    return words or scales != known


def _meant(
    session: CommandSession, options: ImportOptions, found: Sequence[Spelling]
) -> dict[Spelling, str]:
    """What texts mean that are like others or not known: as an option says, else as a person does.

    Nothing where a text that is like another is left and nobody can be asked.
    """
    chosen = {}
    for one in found:
        if one.column in options.new and one.held:
            chosen[one] = Becomes.NEW.value
        elif options.agreed and one.becomes and not options.apart:
            chosen[one] = one.becomes
    left = [one for one in found if one not in chosen]
    lines = [
        session.t(
            "cli.import.meant.line",
            number=number,
            column=heading(one.column, session.lang),
            text=one.text,
            n=one.lines,
            becomes=chosen.get(one) or one.becomes or session.t("cli.import.meant.new"),
        )
        for number, one in enumerate(chosen if options.agreed else left, 1)
        if not options.apart
    ]
    for line in lines:
        session.tell(f"  {line}")
    if not session.asks or options.agreed or options.apart:
        if any(one.becomes for one in left) and not options.apart:
            return {}
        return chosen | dict.fromkeys(left, Becomes.APART.value)
    if not left or typer.confirm(terminal(session.t("cli.import.meant.sure")), True, err=True):
        return chosen | {one: proposed_spelling(one) for one in left}
    session.tell(session.t("cli.import.meant.each"))
    for one in left:
        given = typer.prompt(terminal(one.text), default=one.becomes or "+", err=True).strip()
        chosen[one] = {"+": Becomes.NEW.value, "-": Becomes.APART.value}.get(given, given)
    return chosen


def _fixed(
    given: list[str], vat: str | None
) -> tuple[tuple[tuple[str, str], ...], dict[tuple[str, str], str]]:
    """The columns that were named with what fills them, and what texts of columns mean.

    Raises:
        UserError: ``import.no_such_column``, ``import.no_such_vat``.
    """
    if vat is not None:
        refuse_unknown("import.no_such_vat", vat, proposal.RATES, known=", ".join(proposal.RATES))
    pairs = tuple(
        (name.strip(), text.strip()) for name, _, text in (g.partition("=") for g in given)
    )
    known = {column.name for table in TABLES for column in columns(table)}
    for name, _ in pairs:
        refuse_unknown("import.no_such_column", name.partition(":")[0].strip(), known)
    texts = {(n.partition(":")[0].strip(), n.partition(":")[2].strip()): t for n, t in pairs}
    meant = {(name, text): code for (name, text), code in texts.items() if text}
    return tuple((name, text) for name, text in pairs if ":" not in name), meant


def _proposed(
    session: CommandSession, store: Store, file: Path, options: ImportOptions, cells: Path
) -> Profile:
    """The profile that a file suggests, with what was answered; the rest is asked at a terminal.

    Raises:
        UserError: ``import.open_questions``, with the options that answer them.
    """
    layout = _layout(session, file, options, cells)
    sheet = library.read_sheets(file, layout, cells)[0]
    known = _known(store)
    profile = replace(proposal.proposed(sheet, file.name), layout=layout)
    if options.table:
        profile = proposal.with_table(profile, sheet, options.table)
    profile = _agreed(session, profile, set(proposal.unsure(sheet, profile)), agreed=options.agreed)
    profile, undated = _as_named(sheet, profile, options, known)
    if options.vat:
        profile = proposal.with_vat(profile, options.vat)
    counted = "quantity" in dict(options.fixed)
    agreed = {"unsure", *(["table"] if options.table else []), *(["packs"] if counted else [])}
    while questions := proposal.asks(sheet, profile, known, agreed=agreed):
        if given := next(_given(questions, options), None):
            agreed.add(given[0].key)
            profile = given[1].profile
            session.tell(f"{_said(session, given[0])}: {session.t(given[1].name)}")
            continue
        if not session.asks:
            told = "; ".join(_said(session, question, undated) for question in questions)
            raise UserError("import.open_questions", file=file.name, questions=told)
        profile = _answered(session, questions[0], profile, known, undated)
        agreed.add(questions[0].key)
    return proposal.with_grain(sheet, profile)


def _layout(session: CommandSession, file: Path, options: ImportOptions, cells: Path) -> Layout:
    """How a new file is laid out: of several sheets those that an option or a person names.

    Raises:
        UserError: ``import.open_questions`` where neither does.
    """
    if named := options.signs.get("sheet"):
        return Layout(sheet="*" if named == "all" else int(named) if named.isdigit() else named)
    try:
        library.read_sheets(file, Layout(), cells)
    except UserError as error:
        if asked := proposal.asked_by(error, PROFILE_OF_BATCH):
            return _read_as(session, asked, PROFILE_OF_BATCH, options, file).layout
        raise
    return Layout()


def _known(store: Store) -> dict[str, Sequence[str]]:
    """The codes and words that the database holds."""
    with store.read() as db:
        return proposal.known_texts(known_codes(db), known_words(db))


def _as_named(
    sheet: Sheet, profile: Profile, options: ImportOptions, known: Mapping[str, Sequence[str]]
) -> tuple[Profile, tuple[str, ...]]:
    """The profile with what the options say, and the dates that a month may fill.

    Those are the dates of rows that nothing fills and no column resembles; the month that was
    named does.
    """
    headers = {normal_header(header): header for header in mappable(sheet)}
    held_here = proposal.roles(profile)
    for name, text in options.fixed:
        if name not in held_here:  # of another file
            continue
        packs, _, held = (headers.get(normal_header(part)) for part in text.partition(TIMES))
        if header := packs if held else headers.get(normal_header(text)):
            profile = proposal.with_role(profile, header, name)
            if held:
                profile = proposal.with_role(profile, held, proposal.HELD)
        elif text in PLACES:
            profile = proposal.with_role(profile, text, name)
        else:
            profile = proposal.with_constant(profile, name, text, known.get(name, ()))
    undated = tuple(
        name
        for one in profile.tables
        if (name := TABLES[one.name].dated_by or "") in missing_columns(one)
        and name not in suggest(sheet, one.name)
    )
    for name in undated if options.period else ():
        profile = replace(proposal.with_role(profile, PERIOD, name), grain=Grain.MONTH)
    return profile, undated


def _tell_reading(session: CommandSession, sheet: Sheet, profile: Profile) -> None:
    """Tell what a new profile reads of a file, and which columns it does not read."""
    if profile.unpivot and isinstance(profile.unpivot.columns, str):
        return
    months = proposal.unpivoted(profile)
    for one in profile.tables:
        filled = {
            name: (TIMES if origin.how == "times" else " ").join(origin.columns)
            if not origin.columns[0].startswith("@")
            else f"{months[0]} ... {months[-1]}"
            if months
            else ""
            for name, origin in one.columns.items()
        }
        closed = {column.name for column in columns(one.name) if allowed(column)}
        filled |= {
            name: word(text, session.lang) if name in closed else text
            for name, text in one.constants.items()
        }
        said = [f"{heading(name, session.lang)} = {text}" for name, text in filled.items() if text]
        named = session.t(f"tables.{one.name}.name")
        session.tell(session.t("cli.import.taken", table=named, columns="; ".join(said)))
    if left := [h for h in mappable(sheet) if not proposal.roles_of(profile, h)]:
        session.tell(session.t("cli.import.not_read", columns="; ".join(left)))


def _agreed(
    session: CommandSession, profile: Profile, unsure: set[str], *, agreed: bool
) -> Profile:
    """The profile with what is not certain only where a person agrees to it."""
    named = [
        f"{heading(name, session.lang)} = {origin.columns[0]}"
        for table in profile.tables
        for name, origin in table.columns.items()
        if origin.columns[0] in unsure
    ]
    if agreed or not named:
        return profile
    if not session.asks:
        session.tell(session.t("cli.import.left_out", columns="; ".join(named)))
    question = session.t("cli.import.suggested", columns="; ".join(named))
    if session.asks and typer.confirm(terminal(question), default=True, err=True):
        return profile
    return functools.reduce(lambda left, one: proposal.with_role(left, one, ""), unsure, profile)


def _said(session: CommandSession, question: FileQuestion, undated: Collection[str] = ()) -> str:
    """A question in words, with the option that answers it; ``undated`` a month answers too."""
    name = question.column.partition(" / ")[0]
    column = session.named(question.column)
    sentence = session.t(
        f"asking.{question.key}",
        column=column,
        seen=question.seen,
        header=question.headers[0] if question.headers else "",
        n=question.rows,
        of=formats.number(question.looked_at, session.lang),
    )
    plain = sentence.replace("**", "")
    if question.key in {
        "table",
        "vat",
        "dates",
        "decimal",
        "credit",
        "cancelled",
        "sums",
        "scale",
        "sheet",
    }:
        at = 1 if question.key == "table" else -1
        names = " | ".join(one.header or one.name.split(".")[at] for one in question.choices)
        return f"{plain} --{question.key} {names}"
    option = " | --set ".join(f"{one}=" for one in question.column.split(" / "))
    if question.key in {"packs", "packed"}:
        *held, packs = question.headers
        option = f'"{name}={packs}"'
        option += "".join(f' | --set "{name}={packs}{TIMES}{one}"' for one in held)
    if any(one.name == "asking.answers.sheet_name" for one in question.choices):
        option = f"{option} | --set {name}=@sheet"
    if name in undated:
        option = f"{option} | --month"
    return f"{plain} --set {option}"


def _answered(
    session: CommandSession,
    question: FileQuestion,
    profile: Profile,
    known: Mapping[str, Sequence[str]],
    undated: Collection[str] = (),
) -> Profile:
    """Ask one question at the terminal: the number of an answer, or a text where any will do."""
    session.tell(_said(session, question, undated))
    for number, answer in enumerate(question.choices, 1):
        said = answer.header or (session.t(answer.name) if "." in answer.name else answer.name)
        session.tell(f"  {number}  {said}")
    while True:
        given = typer.prompt("", prompt_suffix="> ", err=True).strip()
        if given.isdigit() and 1 <= int(given) <= len(question.choices):
            return question.choices[int(given) - 1].profile
        if question.table and given:
            name = question.column.partition(" / ")[0]
            return proposal.with_constant(profile, name, given, known.get(name, ()))


def _profile_for(file: Path, wanted: str | None, cells: Path) -> tuple[Profile | None, Path | None]:
    """The own or shipped profile that fits a file, else the certain columns of the table named.

    Beside it the file that keeps what is learnt of it. None where no profile fits and no named
    table is filled by what is certain.
    """
    for folder, entirely in ((places().profiles, False), (SHIPPED / "profiles", True)):
        profiles = {
            name: profile
            for name, profile in library.profiles_in(folder).items()
            if wanted in {None, *(table.name for table in profile.tables)}
        }
        recognised = library.recognise(file, profiles, file.name, cells)
        if recognised.mended:
            return PROFILE_OF_BATCH, None
        fitting = [
            name
            for name in recognised.profiles
            if not entirely or library.fits_entirely(file, profiles[name], cells)
        ]
        if len(fitting) > 1:
            raise UserError("import.several_profiles", profiles=", ".join(fitting))
        if fitting:
            name = fitting[0]
            return profiles[name], places().profiles / f"{name}{library.SUFFIX}"
    if wanted is None:
        return None, None
    try:
        sheet = library.read_sheets(file, Layout(), cells)[0]
        made = proposal.auto_profile(sheet, wanted, file.stem)
    except UserError as error:
        if error.key not in {"import.cannot_map", "import.two_columns", "reading.several_sheets"}:
            raise
        return None, None
    return (
        (None, None)
        if proposal.doubtful(sheet, made)
        else (made, library.file_beside(places().profiles, made))
    )


def _lines(session: CommandSession, report: Report) -> Iterator[str]:
    """The report of an accepted file for people."""
    if report.already_in:
        yield session.t("cli.import.already", file=report.file, batch=report.already_in)
    else:
        yield session.t("cli.import.done", file=report.file, batch=report.batch)
        booked = any(one.accepted or one.replaced for one in report.tables.values())
        if report.main.known and not booked:
            yield session.t("cli.import.nothing_new")
    yield from sentences_above(report, session.lang)
    counts = ("read", "skipped", "accepted", "set_aside", "known", "replaced")
    header = [session.t(f"cli.import.{name}") for name in ("table", *counts)]
    rows = []
    for table_name, of_table in report.tables.items():
        numbers = {**vars(of_table), "skipped": sum(of_table.skipped.values())}
        named = session.t(f"tables.{table_name}.name")
        rows.append([named, *(formats.number(numbers[name], session.lang) for name in counts)])
    yield from table(header, rows, right=range(1, 7))
    yield from sentences_of_counts(report, session.lang)
    yield from sentences_of_overwritten(report, session.lang)
    if report.main.set_aside:
        yield session.t("cli.import.mend", batch=report.batch or report.already_in)
    if report.offer:
        yield session.t("cli.import.offer", n=report.offer.values["vanish"])


@command("profiles")
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
    with contextlib.closing(Store(session.path, wait=session.wait)) as store:
        library.save_profile(file, profile, session.signed_by(who), store)
    done = session.t("cli.profiles.back", name=name, version=back_to)
    session.show({"profile": name, "version": back_to}, [done])


def _show_versions(session: CommandSession, versions: list[library.ProfileVersion]) -> None:
    """List the versions of a profile."""
    heads = [session.t(f"cli.profiles.{head}") for head in ("version", "when", "who")]
    told = [{"version": at, **vars(version)} for at, version in enumerate(versions, 1)]
    rows = [
        [str(one["version"]), formats.moment(one["when"], session.lang), one["who"]] for one in told
    ]
    document = [{**one, "when": one["when"].isoformat(timespec="seconds")} for one in told]
    session.show(document, table(heads, rows, right=(0,)))

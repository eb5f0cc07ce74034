"""``nami monthly``: what a scheduler runs: import, check, reports, and the mail.

The folder of ``--out`` holds what was made, and beside the mails which were written and what they
told (``told.json``). That file alone says what was told: an undo or a restore of the database
tells nothing again. A mail that is ready counts as told, and goes out from there.
"""

import contextlib
import email
import email.policy
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from filelock import FileLock, Timeout

from nami_monitor import __version__
from nami_monitor.briefing import decisions
from nami_monitor.briefing.as_of import as_of
from nami_monitor.briefing.month import Briefing, Finding, briefing
from nami_monitor.briefing.signals import signals_of_targets
from nami_monitor.cli.imports import ImportOptions, import_one
from nami_monitor.cli.session import CommandSession, Who, command, files_of, of_system, write_json
from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import LATE_AFTER
from nami_monitor.databases import note_settings, open_own
from nami_monitor.ingest.book.file_import import Answers
from nami_monitor.ingest.deliveries import check as check_store
from nami_monitor.ingest.deliveries import late_sources
from nami_monitor.ingest.parse.sheets import content_hash
from nami_monitor.ingest.personal import blanked
from nami_monitor.ingest.readers import shown_name
from nami_monitor.kpis import latest_month
from nami_monitor.reports.branding import Branding, MailSettings, read_organisation
from nami_monitor.reports.mail import (
    PASSWORD,
    Alert,
    alerts_of,
    hand_over,
    mail_server,
    message,
    month_mail,
)
from nami_monitor.reports.report_file import Format, ReportRequest, arrange, render
from nami_monitor.store import Store, Transaction
from nami_monitor.store.export import whole
from nami_monitor.store.journal import category_names

WAITING: Final = 3
"""The exit code where files wait and nothing failed."""
FAILED: Final = ("store.", "cli.system", "opening.")
"""How errors begin of which the file is not to blame."""
MAILS, SENT, TOLD, LOCK, MADE = "mail", "sent", "told.json", ".nami-monthly.lock", ".made"
LONGEST: Final = 60
"""Signs of a category's code in the name of a file."""


@dataclass
class MonthlyRun:
    """What a run did, as plain data; ``exit`` is its exit code."""

    imported: list[str] = field(default_factory=list)
    known: int = 0
    waiting: list[dict[str, str]] = field(default_factory=list)
    month: str | None = None
    reports: list[str] = field(default_factory=list)
    new_alerts: int = 0
    ready: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    exit: int = 0


@dataclass
class Told:
    """What mails told: months and alerts by name, and the files of mails that are to be sent.

    ``standing`` is what the alerts of the run before were about. ``passed`` are copies of
    imported files, by a hash of content and name: one that was passed over does not take the place
    of a correction that came after it.
    """

    months: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    ready: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


@command("monthly")
def monthly(
    session: CommandSession,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    out: Annotated[Path, typer.Option("--out")],
    kind: Annotated[list[Format] | None, typer.Option("--format", metavar="|".join(Format))] = None,
    alerts_only: Annotated[bool, typer.Option("--alerts-only")] = False,
    settings: Annotated[Path | None, typer.Option("--settings")] = None,
    who: Who = "",
) -> None:
    """Do the work of a month; exit code 1 where something failed, 3 where files wait."""
    signed = session.signed_by(who)
    if not folder.is_dir():
        raise UserError("import.no_file", file=str(folder))
    run = MonthlyRun()
    with _alone(out), contextlib.closing(open_own(session.path, wait=session.wait)) as store:
        note_settings(store)
        _import_new(session, store, folder, signed, run, out / MAILS / TOLD)
        with _noted(session, run):
            if check_store(store):
                raise UserError("monthly.unsound")
            branding, mail = read_organisation(settings)
            with _noted(session, run):
                formats = () if alerts_only else tuple(kind or (Format.HTML,))
                _tell(session, store, out, run, branding, mail, formats)
                if run.reports:
                    store.acted(signed, "report", " ".join(formats), run.month or "")
            _send(session, out / MAILS, mail, run)
    run.exit = 1 if run.problems else WAITING if run.waiting else 0
    if session.json:
        write_json(asdict(run), None)
    else:
        session.show(None, _lines(session, run))
    if run.exit:
        raise typer.Exit(run.exit)


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Make the folder and keep other runs out of it, for as long as the block lasts."""
    out.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(out / LOCK).acquire(timeout=0):
            yield
    except Timeout as error:
        raise UserError("monthly.running", path=str(out)) from error


@contextlib.contextmanager
def _noted(session: CommandSession, run: MonthlyRun) -> Iterator[None]:
    """Note what a user can mend in a sentence and go on behind the block."""
    try:
        yield
    except (UserError, OSError) as error:
        mended = of_system(error) if isinstance(error, OSError) else error
        _note(session, run, session.sentence(mended))


def _note(session: CommandSession, run: MonthlyRun, sentence: str) -> None:
    """Write a sentence to the log and note it, once."""
    if sentence not in run.problems:
        run.problems.append(sentence)
        session.tell(sentence)


def _import_new(
    session: CommandSession, store: Store, folder: Path, who: str, run: MonthlyRun, kept: Path
) -> None:
    """Import the new files that a profile knows; those that wait are tried again after others."""
    told = Told()
    with _noted(session, run):
        told = _read_told(kept)
    with store.read() as db:
        came = {
            (content, None if undone else name)
            for content, name, undone in db.rows(
                "select content_hash, file, undone_at is not null from batches"
            )
        }
    nobody = replace(session, json=True)
    answers = replace(Answers(), as_spelled=False)
    options = ImportOptions(None, None, None, answers, who, known_only=True)
    left: list[Path] = []
    marks: dict[Path, str] = {}
    for file in filter(Path.is_file, files_of([str(folder)])):
        with _noted(session, run):
            content, name = content_hash(file), blanked(file.name)
            marks[file] = hashlib.sha256(f"{content} {name}".encode()).hexdigest()
            if {(content, name), (content, None)} & came or marks[file] in told.passed:
                run.known += 1
            else:
                left.append(file)
    tried: list[Path] = []
    while left and left != tried:
        tried, left, run.waiting = left, [], []
        for file in tried:
            report = import_one(nobody, store, file, options)
            if isinstance(report, UserError):
                asked = session.sentence(report)
                if isinstance(report, DatabaseHeldError) or report.key.startswith(FAILED):
                    _note(session, run, f"{shown_name(file)}: {asked}")
                    return  # those after it would fail too
                left.append(file)
                run.waiting.append({"file": shown_name(file), "asked": asked})
            elif report.already_in:
                run.known += 1
                with _noted(session, run):
                    passed = _read_told(kept)
                    passed.passed.append(marks[file])
                    _keep(kept, passed)
            else:
                run.imported.append(report.file)


def _tell(
    session: CommandSession,
    store: Store,
    out: Path,
    run: MonthlyRun,
    branding: Branding,
    mail: MailSettings,
    formats: Sequence[Format],
) -> None:
    """Write the reports, and lay ready the mail of the month or of what is new."""
    with store.read() as db:
        month = latest_month(db)
        found = {} if month is None else _briefings(db, month)
        if month is None or not found:
            return
        run.month, first = f"{month:%Y-%m}", next(iter(found.values()))
        with _noted(session, run):
            wanted = ReportRequest(month, lang=session.lang, branding=branding)
            made_of = repr((__version__, store.stamp(), wanted, first.delivered))
            _report(db, found, wanted, formats, out / run.month, made_of, run)
        all_of = replace(first, sections=tuple(one.sections[0] for one in found.values()))
        _lay_ready(session, db, all_of, out / MAILS, run, branding, mail, monthly=bool(formats))


def _briefings(db: Transaction, month: date) -> dict[str, Briefing]:
    """The briefing of each category with data, by its code."""
    every = ((code, briefing(db, month, [code])) for code in category_names(db))
    return {code: one for code, one in every if one.sections[0].glance.valued}


def _report(
    db: Transaction,
    found: Mapping[str, Briefing],
    wanted: ReportRequest,
    formats: Sequence[Format],
    folder: Path,
    made_of: str,
    run: MonthlyRun,
) -> None:
    """Write the report of each category in each format, unless they were made of the same data."""
    files = {
        folder / f"{_file_name(code)}.{kind}": (code, kind) for kind in formats for code in found
    }
    mark = hashlib.sha256(f"{made_of}{sorted(map(str, files))}".encode()).hexdigest().encode()
    made = folder / MADE
    if not files or (all(map(Path.is_file, (*files, made))) and made.read_bytes() == mark):
        return
    for file, (code, kind) in files.items():
        own = replace(wanted, categories=(code,))
        content = render(found[code], arrange(db, found[code], own), kind, own)
        _write(file, content)
        run.reports.append(str(file))
    _write(made, mark)


def _file_name(code: str) -> str:
    """A category's code as the name of a file, and no two alike."""
    name = re.sub(r"[^\w-]", "_", code)[:LONGEST]
    return name if name == code else f"{name}-{hashlib.sha256(code.encode()).hexdigest()[:8]}"


def _write(file: Path, content: bytes) -> None:
    """Write a file beside its place, and give it its name when it is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file) as half:
        half.write_bytes(content)


def _lay_ready(
    session: CommandSession,
    db: Transaction,
    found: Briefing,
    folder: Path,
    run: MonthlyRun,
    branding: Branding,
    mail: MailSettings,
    *,
    monthly: bool,
) -> None:
    """Lay the mail ready for each recipient, and note what it tells, before anything is sent."""
    told, filled = _read_told(folder / TOLD), decisions.kept(db)
    todos = [one for one in decisions.todos(found, filled, session.lang) if one.chosen is None]
    before, new = asdict(told), _newly(_alerts(session, db, found), told)
    monthly = monthly and run.month not in told.months
    run.new_alerts = len(new)
    waiting = [(one["file"], one["asked"]) for one in run.waiting]
    names = []
    for one in mail.to or (None,):
        own = [alert for alert in new if one is None or alert.kind in one.kinds]
        if own or monthly:
            said = month_mail(
                found.sections, todos, filled, own, (run.imported, waiting), session.lang,
                monthly=monthly, organisation=branding.name, link=mail.link or "",
            )  # fmt: skip
            written = message(said, session.lang, mail.sender, one.address if one else None)
            names.append(f"{run.month}-{str(written['Message-ID'])[1:17]}.eml")
            _write(folder / names[-1], bytes(written))
    told.months += [f"{run.month}"] * monthly
    told.ready += names
    if asdict(told) != before:
        told.ready = [name for name in told.ready if (folder / name).exists()]
        _keep(folder / TOLD, told)


def _newly(alerts: Sequence[Alert], told: Told) -> list[Alert]:
    """The alerts that were not told and are not about what stood before; all are noted as told."""
    unknown = [one for one in alerts if one.name not in told.alerts]
    new = [one for one in unknown if one.about not in told.standing]
    told.alerts += [one.name for one in unknown]
    told.standing = sorted({one.about for one in alerts if one.about})
    return new


def _alerts(session: CommandSession, db: Transaction, found: Briefing) -> tuple[Alert, ...]:
    """What may be told as of the briefing's month and as of today."""
    day = today()
    records = decisions.records(db, session.lang)
    owed = add_months(day.replace(day=1), -1 - int(LATE_AFTER.value))
    with as_of(db, found.month) as known:
        beside = [Finding(one, found.month) for one in signals_of_targets(known, found.month)]
    return alerts_of(found, beside, records, late_sources(db, owed), day, session.lang)


def today() -> date:
    """The day on the user's own calendar."""
    return datetime.now().astimezone().date()


def _keep(file: Path, told: Told) -> None:
    """Write down what was told and passed over."""
    _write(file, json.dumps(asdict(told), ensure_ascii=False, indent=1).encode())


def _read_told(file: Path) -> Told:
    """What mails told so far.

    Raises:
        UserError: ``monthly.told`` when the file is not as this command writes it.
    """
    try:
        told = Told(**json.loads(file.read_text("utf-8"))) if file.exists() else Told()
        for names in asdict(told).values():
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise TypeError(names)
    except (ValueError, TypeError) as error:
        raise UserError("monthly.told", path=str(file)) from error
    return told


def _send(session: CommandSession, folder: Path, mail: MailSettings, run: MonthlyRun) -> None:
    """Send the mails that are ready, if there is a server; what was sent moves on."""
    ready = [folder / name for name in _read_told(folder / TOLD).ready]
    ready = [file for file in ready if file.is_file()]
    addressed = {
        file: made
        for file in ready
        if (made := email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP))["To"]
    }
    if mail.host and addressed:
        with _noted(session, run), mail_server(mail, os.environ.get(PASSWORD)) as server:
            (folder / SENT).mkdir(exist_ok=True)
            for file, made in addressed.items():
                with _noted(session, run):
                    hand_over(server, made, mail)
                    run.sent.append(str(file.replace(folder / SENT / file.name)))
    run.ready = [str(file) for file in ready if file.exists()]


def _lines(session: CommandSession, run: MonthlyRun) -> Iterator[str]:
    """What a run did, for people."""
    for name in ("imported", "reports", "sent", "ready"):
        if done := getattr(run, name):
            yield session.t(f"monthly.done.{name}", n=len(done), files=", ".join(done))
    for one in run.waiting:
        yield session.t("monthly.done.waits", file=one["file"], asked=one["asked"])
    if not (run.imported or run.reports or run.sent or run.waiting or run.problems):
        yield session.t("monthly.done.nothing")

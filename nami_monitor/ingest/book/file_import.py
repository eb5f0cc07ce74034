"""Importing a file: one transaction, booked whole or nothing has changed.

A file that comes again and is read the same way changes nothing. Read another way, its lines would
no longer be recognised and both readings would count, so it is refused. Two suppliers may send the
same list of articles: its rows belong to their source and count nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import DeliveryKind, Standing
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.booking import (
    Answers,
    Booking,
    ReadFile,
    dates,
    insert,
    months_of,
    replaced_counts,
    stage_file,
    with_its_month,
)
from nami_monitor.ingest.book.import_report import (
    Report,
    from_json,
    overwritten_rows,
    report_of,
    to_json,
)
from nami_monitor.ingest.book.set_aside import mended_rows
from nami_monitor.ingest.book.standing import refresh_derived, update_standings
from nami_monitor.ingest.book.undo import undo_in
from nami_monitor.ingest.parse.sheets import content_hash
from nami_monitor.ingest.personal import blanked, signature, without_persons
from nami_monitor.ingest.profiles.profile import (
    Profile,
    parse_profile,
    refuse_addresses,
    write_profile,
)
from nami_monitor.ingest.readers import read
from nami_monitor.store import Store, Transaction, Work
from nami_monitor.tables import TABLES

__all__ = ["Answers", "import_file", "import_many"]

READ_AHEAD: Final = 2
"""Files that are read while another is booked."""


def import_file(
    store: Store,
    path: Path,
    profile: Profile,
    *,
    answers: Answers | None = None,
    who: str = "",
    period: date | None = None,
    look_only: bool = False,
    name: str | None = None,
    check: Callable[[Transaction, Report], None] | None = None,
    folder: Path | None = None,
    instead_of: int | None = None,
) -> Report:
    """Import one file.

    Args:
        store: the database.
        path: the file.
        profile: how its columns become tables.
        answers: decisions on what the import asks.
        who: role or initials of the person who imports; a look needs none.
        period: the month that the file is about, where it does not say so itself, and the month
            that a full-period delivery replaces.
        look_only: report what would happen and change nothing.
        name: the file's name for people, when ``path`` is a temporary copy.
        check: sees what was booked before it is committed, and refuses it by raising.
        folder: where parsed cells are kept between looking and booking, see ``readers.read``.
        instead_of: an earlier batch that is undone in the same transaction, so that a file which
            was read wrongly is read anew in one step.

    Returns:
        The report. Questions that are open stay in the report of a look; otherwise they are raised.

    Raises:
        UserError: the file cannot be understood, or a question is open; ``entry.who`` when nobody
            says who imports, ``personal.address``.
        DatabaseHeldError: another process holds the database.
    """
    signed = "" if look_only else signature(who)
    file = _read(path, profile, answers, signed, period=period, name=name, folder=folder)
    file = replace(file, look=look_only)
    try:
        with store.trial() if look_only else store.write(Work.IMPORT, signed) as db:
            if instead_of is not None:
                undo_in(db, instead_of, signed)
            outcome = _import(db, file)
            if look_only or outcome.unchanged:
                db.discard()
                report = outcome.unchanged or outcome.report
                return replace(report, batch=None) if look_only else report
            if check:
                check(db, outcome.report)
            report = outcome.report
            _raise_question(report)
            _say(db, report)
            refresh_derived(db, outcome.months, {*report.tables, *report.created})
            return report
    finally:
        file.remove_copies()


def import_many(
    store: Store,
    files: Sequence[tuple[Path, Profile]],
    *,
    answers: Answers | None = None,
    who: str,
    progress: Callable[[int, int, str], None] = lambda *_: None,
    came_in: Mapping[Path, date] = MappingProxyType({}),
) -> list[Report]:
    """Import several files in one transaction: all of them, or nothing has changed.

    Each file is a batch of its own, booked in the order given. While one is booked the next is
    read, and derived tables (roll-ups, completeness) are refreshed once, at the end.

    Args:
        store: the database.
        files: each file with its profile.
        answers: decisions on what the imports ask.
        who: role or initials of the person who imports.
        progress: is called with the number of files done, their total, and the next name.
        came_in: the day on which files came in, of those that the demo makes up; they are booked
            now all the same. No page and no command gives one.

    Raises:
        UserError: a file cannot be understood, or a question is open; ``entry.who`` when nobody
            says who imports, ``personal.address``.
        DatabaseHeldError: another process holds the database.
    """
    signed = signature(who)
    reports = []
    months: set[date] | None = set()
    tables: set[str] = set()
    with store.write(Work.IMPORT, signed) as db, ThreadPoolExecutor(1) as ahead:
        reading = [ahead.submit(_read, *file, answers, signed) for file in files[:READ_AHEAD]]
        for number, (path, _) in enumerate(files):
            progress(number, len(files), path.name)
            if number + READ_AHEAD < len(files):
                reading.append(ahead.submit(_read, *files[number + READ_AHEAD], answers, signed))
            file = replace(reading.pop(0).result(), came_in=came_in.get(path))
            try:
                outcome = _import(db, file)
            finally:
                file.remove_copies()
            _raise_question(outcome.report)
            _say(db, outcome.report)
            reports.append(outcome.report)
            tables |= {*outcome.report.tables, *outcome.report.created}
            if months is not None:
                months = None if outcome.months is None else months.union(outcome.months)
        refresh_derived(db, None if months is None else sorted(months), tables)
        progress(len(files), len(files), "")
    return reports


def _say(db: Transaction, report: Report) -> None:
    """Say for the trail what was booked: its tables and its number, no text of the file."""
    if report.batch is not None:
        db.did(Work.IMPORT, " ".join(report.tables), report.batch)


@dataclass(frozen=True)
class _Outcome:
    """The result of booking a file, before the transaction ends.

    Args:
        report: its report.
        months: whose roll-ups change; None for all.
        unchanged: the report to give instead, without booking: the file brings nothing new.
    """

    report: Report
    months: Sequence[date] | None
    unchanged: Report | None = None


def _read(
    path: Path,
    profile: Profile,
    answers: Answers | None,
    who: str,
    *,
    period: date | None = None,
    name: str | None = None,
    folder: Path | None = None,
) -> ReadFile:
    began = _stands(path)
    sheets = [
        replace(sheet, misfits=without_persons(sheet.misfits))
        for sheet in read(path, profile.layout, folder)
    ]
    content = content_hash(path)
    shown = Path(blanked(name or path.name))
    file = ReadFile(shown, sheets, content, profile, answers or Answers(), who, period)
    return replace(file, changed=lambda: _stands(path) != began)


def _stands(path: Path) -> tuple[int, ...]:
    """What tells a file that is still being written from one that stays as it is."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _import(db: Transaction, file: ReadFile) -> _Outcome:
    """Book a file, unless it came before and brings nothing new.

    Raises:
        UserError: ``import.changed`` where it was written to meanwhile: what was read may be half
            of it, and it would count as known; and as ``import_file`` says.
    """
    refuse_addresses(file.profile)
    batch = int(db.value("select coalesce(max(batch), 0) + 1 from batches"))
    mended = mended_rows(db, file.sheets)
    if mended:
        parent, sheets, profile = mended
        file = replace(file, parent=parent, sheets=sheets, profile=profile)
        return _book(Booking(db, batch, file))
    file = with_its_month(file)
    earlier = _earlier(db, file)
    latest = earlier[0] if earlier else None
    if latest and latest.same and latest.last and latest.replaces >= file.answers.replace:
        return _Outcome(latest.unchanged, (), latest.unchanged)
    outcome = _book(Booking(db, batch, file))
    if file.changed():
        raise UserError("import.changed", file=str(file.path))
    _refuse_twice(db, earlier, outcome.report)
    return replace(outcome, unchanged=_nothing_new(latest, outcome.report))


def _refuse_other_months(booking: Booking, first: date, last: date) -> None:
    """Refuse to replace a month in which none of the rows lie.

    Raises:
        UserError: ``import.month_contradicted``.
    """
    named = booking.file.period
    if named and not first.replace(day=1) <= named <= last:
        raise UserError(
            "import.month_contradicted",
            month=f"{named:%Y-%m}",
            column=next(filter(None, (TABLES[one.table].dated_by for one in booking.stages))),
            first=f"{first:%Y-%m}",
            last=f"{last:%Y-%m}",
        )


def _raise_question(report: Report) -> None:
    if report.questions:
        question = report.questions[0]
        raise UserError(f"questions.{question.key}", **question.values)


def _book(booking: Booking) -> _Outcome:
    """Stage and insert a batch, update the standings of rows, and write its report."""
    db, file, profile = booking.db, booking.file, booking.profile
    stage_file(booking)
    first, last = dates(booking)
    full = profile.delivery is DeliveryKind.FULL_PERIOD or file.answers.replace
    replaces = None
    if full and first and last:
        _refuse_other_months(booking, first, last)
        replaces = (file.period or first.replace(day=1), file.period or last.replace(day=1))
    replaced = replaced_counts(booking, replaces)
    insert(booking, replaces, full=full)
    overwritten = {
        table.name: overwritten_rows(booking, table.name, replaces) for table in profile.tables
    }
    months = months_of(booking)
    if replaces:
        span = month_range(*replaces)
        months = {name: sorted({*own, *span}, key=str) for name, own in months.items()}
    for name, touched in months.items():
        update_standings(db, name, profile.source, touched)
    released = codes.release(db) if codes.brought_by(db, booking.batch) else {}
    report = report_of(booking, first, last, replaced, overwritten, released)
    db.run("update batches set report = ? where batch = ?", [to_json(report), booking.batch])
    for staged in booking.stages:
        db.run(f"drop table {staged.name}")
    every_month = released or {"products", "contracts"} & set(months)
    return _Outcome(report, None if every_month else months.get("orders", []))


@dataclass(frozen=True)
class _Earlier:
    """An earlier delivery with the content of the file that is offered.

    Args:
        own: whether it has the same source.
        same: whether it also was read as the file would be read now.
        last: whether it is the last delivery of its source.
        replaces: whether it replaced a period.
    """

    batch: int
    same: bool
    own: bool
    last: bool
    replaces: bool
    report: Report

    @property
    def unchanged(self) -> Report:
        """The report of a file that changes nothing: all that was accepted is known."""
        tables = {
            name: replace(counts, accepted=0, replaced=0, known=counts.known + counts.accepted)
            for name, counts in self.report.tables.items()
        }
        return replace(
            self.report, batch=None, already_in=self.batch, tables=tables, released=(), created={}
        )


def _earlier(db: Transaction, file: ReadFile) -> list[_Earlier]:
    """The earlier deliveries with the content of a file, the latest first.

    A file of another name or month is another delivery where the profile reads name or month. Of
    other sources only those count whose profile differs in nothing but the source's name.
    """
    profile = parse_profile(write_profile(file.profile))
    tables = {table.name for table in profile.tables}
    dated = "@period" in profile.places or profile.delivery is DeliveryKind.FULL_PERIOD
    earlier = []
    for batch, text, name, report, delivery, last, months in db.rows(
        "select batch, profile, file, report, delivery,"
        " batch = max(batch) filter (not automatic) over (partition by source),"
        " list_append(coalesce(m.months, []), replaces_first) from batches"
        " left join (select batch, list(month) as months from batch_months group by batch) as m"
        " using (batch) where undone_at is null"
        " qualify content_hash = ? and parent is null order by batch desc",
        [file.content],
    ):
        before = parse_profile(text)
        if (
            not tables & {table.name for table in before.tables}
            or ("@file" in profile.places and name != file.path.name)
            or (dated and file.period and file.period not in months)
        ):
            continue
        alike, own = _same_reading(profile, before), profile.source == before.source
        if own or alike:
            replaces = delivery == DeliveryKind.FULL_PERIOD
            earlier.append(_Earlier(batch, alike and own, own, last, replaces, from_json(report)))
    return earlier


def _same_reading(profile: Profile, before: Profile) -> bool:
    """Whether two profiles read a file alike, whatever their source is called.

    A stored profile holds the decimal sign and the dates that were found in the file. What a source
    is expected to deliver does not change how its files are read.
    """
    filled = replace(
        profile,
        source=before.source,
        decimal=profile.decimal or before.decimal,
        dates=profile.dates or before.dates,
        expects=before.expects,
        products_of=before.products_of,
    )
    renamed = profile.source != before.source
    return filled == before and (renamed or profile.product_source == before.product_source)


def _refuse_twice(db: Transaction, earlier: Sequence[_Earlier], report: Report) -> None:
    """Refuse a booked file whose lines would count beside those of another reading of it.

    Raises:
        UserError: ``import.read_otherwise``.
    """
    for before in earlier:
        for table, counts in report.tables.items() if not before.same else ():
            if TABLES[table].per_source and not before.own:
                continue
            still = counts.accepted and db.value(
                f"select count(*) from {table}_offered"
                f" where batch = ? and standing = '{Standing.LIVE}'",
                [before.batch],
            )
            if still:
                raise UserError(
                    "import.read_otherwise",
                    batch=before.batch,
                    file=before.report.file,
                    added=counts.accepted,
                    still=still,
                )


def _nothing_new(before: _Earlier | None, report: Report) -> Report | None:
    """The report of the latest reading of a file, when this reading of it gave nothing else."""
    if before is None or not before.last:
        return None
    was = {name: (c.received, c.set_aside, 0) for name, c in before.report.tables.items()}
    now = {
        name: (c.received, c.set_aside, c.accepted + c.replaced)
        for name, c in report.tables.items()
    }
    return before.unchanged if now == was else None

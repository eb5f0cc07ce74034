"""Importing a file: one transaction, booked whole or nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import Delivery, Standing
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.booking import (
    Answers,
    Booking,
    as_read,
    dates,
    insert,
    live_counts,
    months_of,
    stage_all,
)
from nami_monitor.ingest.book.import_report import Report, from_json, report_of, to_json
from nami_monitor.ingest.book.set_aside import mended_rows
from nami_monitor.ingest.book.standing import refresh_months, settle
from nami_monitor.ingest.cells import LargeCsv, Sheet
from nami_monitor.ingest.parse.sheets import content_hash
from nami_monitor.ingest.personal import blanked, refuse_address, without_persons
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.profile_toml import parse_profile, refuse_addresses, write_profile
from nami_monitor.ingest.readers import read
from nami_monitor.store import Store, Transaction
from nami_monitor.tables import TABLES

FILE_NAME = "@file"
MONTH = "@period"


@dataclass(frozen=True)
class Earlier:
    """A delivery with the content of the file that is offered.

    Args:
        batch: its number.
        alike: whether it was read as the file would be read now.
        own: whether it is of the same source.
        last: whether it is the last delivery of its source.
        replaces: whether it replaced a period.
        report: its report.
    """

    batch: int
    alike: bool
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
        return replace(self.report, batch=self.batch, tables=tables, released=(), created={})


def earlier(
    db: Transaction, content: str, profile: Profile, *, file: str, period: date | None
) -> tuple[Earlier, ...]:
    """The deliveries that were this file already, the latest first.

    A file of another name or month is another delivery where the profile reads name or month. Of
    other sources only those count whose profile differs in nothing but the source's name.

    Args:
        db: the transaction.
        content: the file's hash.
        profile: how it would be read.
        file: its name for people.
        period: the month that the user named.
    """
    given = parse_profile(write_profile(profile))
    tables = {table.name for table in given.tables}
    found = []
    for batch, text, name, report, delivery, last, months in db.rows(
        "select batch, profile, file, report, delivery,"
        " batch = max(batch) filter (not automatic) over (partition by source),"
        " list_append(coalesce(m.months, []), replaces_first) from batches"
        " left join (select batch, list(month) as months from batch_months group by batch) as m"
        " using (batch) where undone_at is null"
        " qualify content_hash = ? and parent is null order by batch desc",
        [content],
    ):
        before = parse_profile(text)
        if not tables & {table.name for table in before.tables}:
            continue
        if FILE_NAME in given.places and name != file:
            continue
        dated = MONTH in given.places or given.delivery is Delivery.FULL_PERIOD
        if dated and period and period not in months:
            continue
        alike, own = _same_reading(given, before), given.source == before.source
        if own or alike:
            replaces = delivery == Delivery.FULL_PERIOD
            found.append(Earlier(batch, alike and own, own, last, replaces, from_json(report)))
    return tuple(found)


def _same_reading(given: Profile, before: Profile) -> bool:
    """Whether two profiles read a file alike, whatever their source is called.

    A stored profile holds the decimal sign and the dates that were found in the file. What a source
    owes does not change how its files are read.
    """
    filled = replace(
        given,
        source=before.source,
        decimal=given.decimal or before.decimal,
        dates=given.dates or before.dates,
        expects=before.expects,
        products_of=before.products_of,
    )
    renamed = given.source != before.source
    return filled == before and (renamed or given.product_source == before.product_source)


def refuse_twice(db: Transaction, known: Sequence[Earlier], report: Report) -> None:
    """Refuse a booked file whose lines would count beside those of another reading of it.

    Args:
        db: the transaction in which it was booked.
        known: the deliveries that were this file already.
        report: what was booked.

    Raises:
        UserError: ``import.read_otherwise``.
    """
    for before in known:
        if before.alike:
            continue
        for table, counts in report.tables.items():
            if TABLES[table].per_source and not before.own:
                continue
            still = counts.accepted and db.value(
                f"select count(*) from {TABLES[table].name}_offered"
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


def nothing_new(known: Sequence[Earlier], report: Report) -> Report | None:
    """The report of an earlier reading of a file, when another reading of it gave nothing else."""
    before = known[0] if known else None
    if before is None or not before.last:
        return None
    was = {
        name: (counts.received, counts.set_aside, 0)
        for name, counts in before.report.tables.items()
    }
    now = {
        name: (counts.received, counts.set_aside, counts.accepted + counts.replaced)
        for name, counts in report.tables.items()
    }
    return before.unchanged if now == was else None


__all__ = ["Answers", "import_file", "import_many"]

Check = Callable[[Transaction, Report], None]
"""Looks at what was booked, within its transaction; what it raises undoes it."""


class _NotBookedError(Exception):
    """Carries the report out of a transaction that is not booked."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


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
    check: Check | None = None,
    folder: Path | None = None,
) -> Report:
    """Import one file.

    Args:
        store: the database.
        path: the file.
        profile: how its columns become tables.
        answers: decisions on what the import asks.
        who: role or initials of the person who imports.
        period: the month that the file is about, where it does not say so itself, and the month
            that a full-period delivery replaces.
        look_only: report what would happen and change nothing.
        name: the file's name for people, when ``path`` is a temporary copy.
        check: sees what was booked before it holds, and refuses it by raising.
        folder: where parsed cells are kept between looking and booking, see ``readers.read``.

    Returns:
        The report. Questions that are open stay in the report of a look; otherwise they are raised.

    Raises:
        UserError: the file cannot be understood, or a question is open.
        DatabaseHeldError: another process holds the database.
    """
    delivery = _Delivery(
        _read(path, profile, folder), profile, answers or Answers(), who, period, name
    )
    try:
        with store.write() as db:
            done = _import(db, delivery)
            if look_only:
                raise _NotBookedError((done.unchanged or done.report).with_batch(None))
            if done.unchanged:
                raise _NotBookedError(done.unchanged)
            if check:
                check(db, done.report)
            _raise_question(done.report)
            refresh_months(db, done.months, done.report.tables)
            return done.report
    except _NotBookedError as not_booked:
        return not_booked.report
    finally:
        delivery.read.tidy()


def import_many(
    store: Store,
    files: Sequence[tuple[Path, Profile]],
    *,
    answers: Answers | None = None,
    who: str = "",
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[Report]:
    """Import several files in one transaction: all of them, or nothing has changed.

    Each file is a batch of its own, booked in the order given. While one is booked the next is
    read, and what is derived (roll-ups, completeness) is worked out once, at the end.

    Args:
        store: the database.
        files: each file with its profile.
        answers: decisions on what the imports ask.
        who: role or initials of the person who imports.
        progress: is told the number of files done, their total, and the name of the next.

    Returns:
        The reports, in order.

    Raises:
        UserError: a file cannot be understood, or a question is open.
        DatabaseHeldError: another process holds the database.
    """
    reports = []
    months: set[date] = set()
    every = False
    with store.write() as db, ThreadPoolExecutor(1) as ahead:
        reading = [ahead.submit(_read, *file) for file in files[:READ_AHEAD]]
        for number, (path, profile) in enumerate(files):
            progress(number, len(files), path.name)
            if number + READ_AHEAD < len(files):
                reading.append(ahead.submit(_read, *files[number + READ_AHEAD]))
            found = reading.pop(0).result()
            delivery = _Delivery(found, profile, answers or Answers(), who)
            try:
                done = _import(db, delivery)
            finally:
                found.tidy()
            _raise_question(done.report)
            reports.append(done.report)
            every |= done.months is None
            months.update(done.months or ())
        refresh_months(db, None if every else sorted(months))
        progress(len(files), len(files), "")
    return reports


READ_AHEAD = 2
"""Files that are read while another is booked."""


@dataclass(frozen=True)
class _Read:
    """A file as it was read."""

    path: Path
    sheets: list[Sheet]
    content: str

    def tidy(self) -> None:
        """Remove the copies that reading made."""
        for sheet in self.sheets:
            if isinstance(sheet.rows, LargeCsv) and sheet.rows.temporary:
                sheet.rows.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Delivery:
    """A file that was read, and what was decided about it."""

    read: _Read
    profile: Profile
    answers: Answers
    who: str = ""
    period: date | None = None
    name: str | None = None


@dataclass(frozen=True)
class _Done:
    """What became of a file.

    Args:
        report: its report.
        months: whose roll-ups change; None: all.
        unchanged: the report to give instead, without booking anything: the file says nothing new.
    """

    report: Report
    months: Sequence[date] | None
    unchanged: Report | None = None


def _read(path: Path, profile: Profile, folder: Path | None = None) -> _Read:
    sheets = [
        replace(sheet, misfits=without_persons(sheet.misfits))
        for sheet in read(path, profile.layout, folder)
    ]
    return _Read(path, sheets, content_hash(path))


def _import(db: Transaction, delivery: _Delivery) -> _Done:
    """Book a file, unless it came before and says nothing new."""
    found, profile = delivery.read, delivery.profile
    refuse_address(delivery.who)
    refuse_addresses(profile)
    shown = Path(blanked(delivery.name or found.path.name))
    mended = mended_rows(db, found.sheets)
    if mended:
        parent, sheets, profile = mended
        booking = Booking(db, _next_batch(db), profile, delivery.answers, parent=parent)
        return _book(booking, replace(delivery, read=replace(found, sheets=sheets)), shown)
    known = earlier(db, found.content, profile, file=shown.name, period=delivery.period)
    before = known[0] if known else None
    if before and before.alike and before.last and before.replaces >= delivery.answers.replace:
        return _Done(before.unchanged, (), before.unchanged)
    booking = Booking(db, _next_batch(db), profile, delivery.answers)
    done = _book(booking, delivery, shown)
    refuse_twice(db, known, done.report)
    return replace(done, unchanged=nothing_new(known, done.report))


def _raise_question(report: Report) -> None:
    if report.questions:
        question = report.questions[0]
        raise UserError(f"questions.{question.key}", **question.values)


def _next_batch(db: Transaction) -> int:
    return int(db.value("select coalesce(max(batch), 0) + 1 from batches"))


def _book(booking: Booking, delivery: _Delivery, file: Path) -> _Done:
    """Book the sheets of a file that bears the name ``file`` for people."""
    db, profile = booking.db, booking.profile
    sheets, period = delivery.read.sheets, delivery.period
    stage_all(booking, sheets, file, period)
    first, last = dates(booking)
    full = profile.delivery is Delivery.FULL_PERIOD or booking.answers.replace
    replaces: tuple[date | None, date | None] = (None, None)
    if full and first and last:
        replaces = (period or first.replace(day=1), period or last.replace(day=1))
    before = live_counts(booking, replaces) if replaces[0] else {}
    db.run(
        "insert into batches by name select ? as batch, ? as parent, false as automatic,"
        " ? as source, ? as products_of, ? as file, ? as content_hash, ? as profile, ? as grain,"
        " ? as delivery, ? as basis, ? as vat, ? as replaces_first, ? as replaces_last, ? as who,"
        " ? as imported_at, ?::varchar[] as header",
        [
            booking.batch,
            booking.parent,
            profile.source,
            profile.product_source,
            file.name,
            delivery.read.content,
            write_profile(as_read(booking)),
            str(profile.grain),
            str(Delivery.FULL_PERIOD if full else Delivery.ADDS),
            profile.basis,
            profile.vat,
            *replaces,
            delivery.who,
            datetime.now(UTC).replace(tzinfo=None),
            list(map(blanked, sheets[0].columns)),
        ],
    )
    insert(booking)
    months = months_of(booking)
    if full and replaces[0] and replaces[1]:
        months = {
            name: sorted({*found, *month_range(replaces[0], replaces[1])}, key=str)
            for name, found in months.items()
        }
    for name, touched in months.items():
        settle(db, name, profile.source, touched)
    released = codes.release(db)
    report = report_of(booking, file, first, last, before, released)
    db.run("update batches set report = ? where batch = ?", [to_json(report), booking.batch])
    for _, staged, _ in booking.stages:
        db.run(f"drop table {staged.name}")
    return _Done(report, _touched(months, list(released)))


def _touched(months: dict[str, list[Any]], released: Sequence[int]) -> list[date] | None:
    """The months whose roll-ups change; None when a master changed, which touches them all."""
    if released or {"products", "contracts"} & set(months):
        return None
    return months.get("orders", [])

"""Importing a file: one transaction, booked whole or nothing has changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months, month_range
from nami_monitor.core.thresholds import RECURRING_SHARE, SET_ASIDE_SHARE
from nami_monitor.core.words import Delivery, Standing
from nami_monitor.ingest import codes
from nami_monitor.ingest.cells import LargeCsv, Layout, Sheet
from nami_monitor.ingest.derive import refresh_months
from nami_monitor.ingest.profile import CREATE, Profile, TableMap
from nami_monitor.ingest.profile_toml import parse_profile, write_profile
from nami_monitor.ingest.readers import read
from nami_monitor.ingest.report import Question, Report, TableCounts, from_json, to_json
from nami_monitor.ingest.settle import month_of, settle
from nami_monitor.ingest.source_cells import Cells, cells_of, normal
from nami_monitor.ingest.stage import Stage, stage
from nami_monitor.store import Store, Transaction
from nami_monitor.store.export import GUARD
from nami_monitor.store.schema import field_names
from nami_monitor.tables import TABLES, columns

MASTERS = ("categories", "locations", "products", "contracts", "programmes", "assets")
SHEET_LINES = 10_000_000
"""Line numbers of a second sheet start here; a spreadsheet has at most 1,048,576 rows."""


@dataclass(frozen=True)
class Answers:
    """What the person who imports has decided.

    Args:
        create: kinds of codes that may be created from the file; None when not asked yet.
        accept_set_aside: book although more than half would be set aside.
        replace: replace the months of the file instead of adding to them.
        assume_vat: take amounts as excluding VAT where the profile does not say.
    """

    create: frozenset[str] | None = None
    accept_set_aside: bool = False
    replace: bool = False
    assume_vat: bool = False

    @staticmethod
    def yes() -> Answers:
        """Yes to creating codes, to setting aside and to amounts without VAT.

        Replacing is never taken for granted.
        """
        return Answers(frozenset(MASTERS), accept_set_aside=True, assume_vat=True)


class _LookedOnlyError(Exception):
    """Carries the report out of a transaction that is not booked."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


@dataclass
class _Booking:
    """What one import gathers on its way."""

    db: Transaction
    batch: int
    profile: Profile
    answers: Answers
    stages: list[tuple[TableMap, Stage, Cells]] = field(default_factory=list)
    misfits: list[pl.DataFrame] = field(default_factory=list)
    blank: int = 0
    parent: int | None = None
    create: set[str] = field(default_factory=set)


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

    Returns:
        The report. Questions that are open stay in the report of a look; otherwise they are raised.

    Raises:
        UserError: the file cannot be understood, or a question is open.
        DatabaseHeldError: another process holds the database.
    """
    delivery = _Delivery(_read(path, profile), profile, answers or Answers(), who, period, name)
    try:
        with store.write() as db:
            report, touched = _import(db, delivery)
            if look_only:
                raise _LookedOnlyError(report)
            _raise_question(report)
            if touched is not NOTHING:
                refresh_months(db, touched)
            return report
    except _LookedOnlyError as looked:
        return looked.report.with_batch(None)
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
        for done, (path, profile) in enumerate(files):
            progress(done, len(files), path.name)
            if done + READ_AHEAD < len(files):
                reading.append(ahead.submit(_read, *files[done + READ_AHEAD]))
            found = reading.pop(0).result()
            delivery = _Delivery(found, profile, answers or Answers(), who)
            try:
                report, touched = _import(db, delivery)
            finally:
                found.tidy()
            _raise_question(report)
            reports.append(report)
            every |= touched is None
            months.update(touched or ())
        refresh_months(db, None if every else sorted(months))
        progress(len(files), len(files), "")
    return reports


READ_AHEAD = 2
"""Files that are read while another is booked."""

NOTHING: Sequence[date] = ()
"""The months of a file that changed nothing."""


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


def _read(path: Path, profile: Profile) -> _Read:
    return _Read(path, read(path, profile.layout), _digest(path))


def _import(db: Transaction, delivery: _Delivery) -> tuple[Report, Sequence[date] | None]:
    """Book a file; its report, and the months whose roll-ups change (None: all)."""
    found, profile = delivery.read, delivery.profile
    sheets = found.sheets
    mended = _mended(db, sheets)
    parent = None
    if mended:
        parent, sheets, profile = mended
    else:
        again = _same_again(db, found.content, profile)
        if again:
            return again, NOTHING
    booking = _Booking(db, _next_batch(db), profile, delivery.answers, parent=parent)
    shown = Path(delivery.name or found.path.name)
    return _book(booking, sheets, shown, found.content, delivery.who, delivery.period, parent)


def _raise_question(report: Report) -> None:
    if report.questions:
        question = report.questions[0]
        raise UserError(f"questions.{question.key}", **question.values)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _next_batch(db: Transaction) -> int:
    return int(db.value("select coalesce(max(batch), 0) + 1 from batches"))


def _same_again(db: Transaction, content: str, profile: Profile) -> Report | None:
    """The report of a file that was the last of its source already: nothing would change."""
    row = db.rows(
        "select batch, report from batches where content_hash = ? and source = ? and undone_at is"
        " null and batch = (select max(batch) from batches where source = ? and undone_at is null"
        " and not automatic)",
        [content, profile.source, profile.source],
    )
    if not row:
        return None
    batch, text = row[0]
    report = from_json(text)
    tables = {
        name: replace(counts, accepted=0, replaced=0, known=counts.known + counts.accepted)
        for name, counts in report.tables.items()
    }
    return replace(report, batch=batch, tables=tables, released=(), created={})


MENDED = ("nami_batch", "nami_line")


def _mended(db: Transaction, sheets: Sequence[Sheet]) -> tuple[int, list[Sheet], Profile] | None:
    """A set-aside file that was mended: its batch, its rows at their old lines, its profile."""
    sheet = _unguarded(sheets[0])
    headers = [normal(header) for header in sheet.columns]
    if not set(MENDED) <= set(headers) or isinstance(sheet.rows, LargeCsv):
        return None
    batch_column, line_column = (f"c{headers.index(name) + 1}" for name in MENDED)
    number = r"^(?:\x01n)?(\d+)$"
    rows = sheet.rows.with_columns(
        pl.col(line_column).str.extract(number).cast(pl.Int64).alias("line"),
    )
    batches = rows[batch_column].str.extract(number).cast(pl.Int64).unique().to_list()
    found = db.rows(
        "select profile from batches where batch = ? and undone_at is null", [batches[0]]
    )
    if len(batches) != 1 or not found or rows["line"].null_count():
        raise UserError("import.mended_batch", seen=", ".join(map(str, batches)))
    profile = parse_profile(found[0][0])
    return int(batches[0]), [replace(sheet, rows=rows)], replace(profile, layout=Layout())


def _unguarded(sheet: Sheet) -> Sheet:
    """A csv that was written by an export, without the quotes that keep formulas from running."""
    if sheet.layout.format != "csv" or isinstance(sheet.rows, LargeCsv):
        return sheet
    return replace(
        sheet,
        columns=tuple(re.sub(GUARD, r"\1", name) for name in sheet.columns),
        rows=sheet.rows.with_columns(pl.col(pl.String).str.replace(GUARD, "${1}")),
    )


def _book(
    booking: _Booking,
    sheets: Sequence[Sheet],
    file: Path,
    content: str,
    who: str,
    period: date | None,
    parent: int | None,
) -> tuple[Report, Sequence[date] | None]:
    """Book the sheets; the report, and the months whose roll-ups change (None: all)."""
    db, profile = booking.db, booking.profile
    _stage_all(booking, sheets, file, period)
    first, last = _dates(booking)
    full = profile.delivery is Delivery.FULL_PERIOD or booking.answers.replace
    replaces: tuple[date | None, date | None] = (None, None)
    if full and first and last:
        replaces = (period or first.replace(day=1), period or last.replace(day=1))
    before = _live_counts(booking, replaces) if replaces[0] else {}
    db.run(
        "insert into batches by name select ? as batch, ? as parent, false as automatic,"
        " ? as source, ? as products_of, ? as file, ? as content_hash, ? as profile, ? as grain,"
        " ? as delivery, ? as basis, ? as vat, ? as replaces_first, ? as replaces_last, ? as who,"
        " ? as imported_at, ?::varchar[] as header",
        [
            booking.batch,
            parent,
            profile.source,
            profile.product_source,
            file.name,
            content,
            write_profile(_as_read(booking)),
            str(profile.grain),
            str(Delivery.FULL_PERIOD if full else Delivery.ADDS),
            profile.basis,
            profile.vat,
            *replaces,
            who,
            datetime.now(UTC).replace(tzinfo=None),
            list(sheets[0].columns),
        ],
    )
    _insert(booking)
    months = _months(booking)
    if full and replaces[0] and replaces[1]:
        months = {
            name: sorted({*found, *month_range(replaces[0], replaces[1])}, key=str)
            for name, found in months.items()
        }
    for name, touched in months.items():
        settle(db, name, profile.source, touched)
    released = codes.release(db)
    report = _report(booking, file, first, last, before, released)
    db.run("update batches set report = ? where batch = ?", [to_json(report), booking.batch])
    for _, staged, _ in booking.stages:
        db.run(f"drop table {staged.name}")
    return report, _touched(months, list(released))


def _touched(months: dict[str, list[Any]], released: Sequence[int]) -> list[date] | None:
    """The months whose roll-ups change; None when a master changed, which touches them all."""
    if released or {"products", "contracts"} & set(months):
        return None
    return months.get("orders", [])


def _stage_all(booking: _Booking, sheets: Sequence[Sheet], file: Path, period: date | None) -> None:
    """Stage every table of every sheet, masters first, so that a file can bring its own codes."""
    db, profile, answers = booking.db, booking.profile, booking.answers
    money = any(
        column.money and column.name in table.columns
        for table in profile.tables
        for column in columns(table.name)
    )
    if money and profile.vat is None and not answers.assume_vat:
        raise UserError("import.vat_unknown", source=profile.source)
    order = sorted(profile.tables, key=lambda table: table.name not in MASTERS)
    for index, sheet in enumerate(sheets):
        frame = f"sheet_{index}"
        if not isinstance(sheet.rows, LargeCsv):
            rows = sheet.rows.with_columns(pl.col("line") + index * SHEET_LINES)
            db.keep_view(frame, rows)
        cells = cells_of(sheet, profile, file=file, frame=frame, period=period)
        booking.misfits.append(_without_persons(sheet, cells))
        booking.blank += sheet.blank
        for table in order:
            created = _created(booking, table)
            name = f"stage_{booking.batch}_{index}_{table.name}"
            known = codes.known_queries(table.name, created, profile.product_source)
            staged = stage(db, table, cells, profile, name=name, known=known)
            codes.offer(
                db,
                booking.batch,
                table.name,
                f"(select * from {name} where {BOOKED})",
                created=created,
                product_source=profile.product_source,
            )
            booking.stages.append((table, staged, cells))


def _without_persons(sheet: Sheet, cells: Cells) -> pl.DataFrame:
    """Records that do not fit the header; without their text where the file names people."""
    if cells.personal:
        return sheet.misfits.with_columns(pl.lit(None, pl.String).alias("raw"))
    return sheet.misfits


BOOKED = "skip is null and (problems is null or held)"
"""Rows of a stage that are booked: the good ones, and those that wait for a code."""


def _created(booking: _Booking, table: TableMap) -> set[str]:
    """The coded columns whose unknown codes are created from the file."""
    db, profile = booking.db, booking.profile
    created_before = codes.created_in(db, booking.parent)
    free = {
        name
        for name, kind in codes.coded(table.name).items()
        if table.codes.get(name) == CREATE or kind in created_before
    }
    masterless = codes.without_master(
        db, set(codes.coded(table.name).values()), profile.product_source
    )
    mapped = {
        name: kind
        for name, kind in codes.coded(table.name).items()
        if name in table.columns or name in table.constants
    }
    offered = {name for name, kind in mapped.items() if kind in masterless and name not in free}
    booking.create |= {str(mapped[name]) for name in offered}
    allowed = booking.answers.create or frozenset()
    return free | {name for name in offered if mapped[name] in allowed}


def _dates(booking: _Booking) -> tuple[date | None, date | None]:
    """First and last date of the rows that will be booked, in the first dated table."""
    for table, _, _ in booking.stages:
        dated_by = TABLES[table.name].dated_by
        if dated_by:
            stages = _stages_of(booking, table.name)
            rows = " union all ".join(
                f"select {dated_by} as day from {name} where {BOOKED}" for name in stages
            )
            first, last = booking.db.rows(f"select min(day), max(day) from ({rows})")[0]
            return first, last
    return None, None


def _stages_of(booking: _Booking, table: str) -> list[str]:
    return [staged.name for found, staged, _ in booking.stages if found.name == table]


def _insert(booking: _Booking) -> None:
    """Book the good rows, keep the others with their reasons."""
    db, batch = booking.db, booking.batch
    for table in booking.profile.tables:
        names = ", ".join(field_names(table.name))
        for name in _stages_of(booking, table.name):
            db.run(
                f"insert into {table.name}_offered by name select {batch} as batch, line,"
                f" case when held then 'unknown_code' else 'live' end as standing, {names}"
                f" from {name} where {BOOKED}"
            )
            db.run(
                f"insert into set_aside by name select {batch} as batch, line,"
                f" '{table.name}' as table_name, unnest(problems, recursive := true), raw"
                f" from {name} where skip is null and problems is not null"
            )
        codes.book_months(db, table.name, batch)
    main = booking.profile.tables[0].name
    for index, misfits in enumerate(booking.misfits):
        with db.view_of("misfit_rows", misfits) as view:
            db.run(
                f"insert into set_aside by name select {batch} as batch,"
                f" line + {index * SHEET_LINES} as line, '{main}' as table_name,"
                f" rule, raw as value from {view}"
            )


def _as_read(booking: _Booking) -> Profile:
    """The profile with the decimal sign and the date patterns that were found, for mended rows."""
    found = [staged for _, staged, _ in booking.stages]
    signs = {sign for staged in found for sign in staged.decimal.values()}
    patterns = [p for staged in found for listed in staged.dates.values() for p in listed]
    profile = booking.profile
    return replace(
        profile,
        decimal=profile.decimal or (signs.pop() if len(signs) == 1 else None),
        dates=profile.dates or tuple(dict.fromkeys(patterns)),
    )


def _months(booking: _Booking) -> dict[str, list[Any]]:
    """The months in which the batch has rows, by table; tables without any row included."""
    found: dict[str, list[Any]] = {table.name: [] for table in booking.profile.tables}
    for name, month in booking.db.rows(
        "select table_name, month from batch_months where batch = ? order by 1, 2",
        [booking.batch],
    ):
        found[name].append(month)
    return found


def _live_counts(booking: _Booking, replaces: tuple[date | None, date | None]) -> dict[str, int]:
    """How many live rows of the source lie in what is replaced, by table."""
    found = {}
    for table in booking.profile.tables:
        dated = TABLES[table.name].dated_by
        scope = f"and {dated} >= ? and {dated} < ?" if dated else ""
        first, last = replaces
        bounds = [first, add_months(last, 1)] if dated and last else []
        found[table.name] = booking.db.value(
            f"select count(*) from {table.name}_offered as o join batches as b using (batch)"
            f" where b.source = ? and o.standing = 'live' {scope}",
            [booking.profile.source, *bounds],
        )
    return found


def _report(
    booking: _Booking,
    file: Path,
    first: date | None,
    last: date | None,
    before: dict[str, int],
    released: dict[int, int],
) -> Report:
    db, batch, profile = booking.db, booking.batch, booking.profile
    tables = {
        table.name: _counts(booking, table.name, main=index == 0, before=before)
        for index, table in enumerate(profile.tables)
    }
    main = next(iter(tables.values()))
    cells = booking.stages[0][2]
    absent = {name for _, staged, _ in booking.stages for name in staged.absent}
    return Report(
        file=file.name,
        batch=batch,
        tables=tables,
        dropped_columns=cells.personal,
        absent_columns=tuple(sorted(absent)),
        first_date=first,
        last_date=last,
        created=codes.created_by(db, batch),
        disagreements=_disagreements(booking),
        released=tuple(sorted(set(released.values()))),
        questions=tuple(_questions(booking, main)),
        offer=_offer(booking) if profile.delivery is Delivery.ADDS else None,
    )


def _counts(booking: _Booking, table: str, *, main: bool, before: dict[str, int]) -> TableCounts:
    db, batch = booking.db, booking.batch
    stages = _stages_of(booking, table)
    skipped: dict[str, int] = {}
    rows = 0
    for name in stages:
        for rule, count in db.rows(f"select skip, count(*) from {name} group by skip order by 1"):
            rows += count
            if rule:
                skipped[rule] = skipped.get(rule, 0) + count
    if main and booking.blank:
        skipped["blank"] = skipped.get("blank", 0) + booking.blank
        rows += booking.blank
    misfits = sum(found.height for found in booking.misfits) if main else 0
    aside = sum(
        db.value(f"select count(*) from {name} where skip is null and problems is not null")
        for name in stages
    )
    standing = codes.counts(db, table, batch)
    reasons = dict(
        db.rows(
            "select rule, count(distinct (line, value)) from set_aside"
            " where batch = ? and table_name = ? group by rule order by rule",
            [batch, table],
        )
    )
    received = rows + misfits - sum(skipped.values())
    known = standing.get("known", 0) + standing.get("replaced", 0)
    return TableCounts(
        read=rows + misfits,
        skipped=skipped,
        received=received,
        accepted=received - aside - misfits - known,
        set_aside=aside + misfits,
        known=known,
        replaced=before.get(table, 0),
        reasons=reasons,
    )


def _disagreements(booking: _Booking) -> int:
    """Lines whose category is not their product's; the product's holds."""
    if "orders" not in {table.name for table in booking.profile.tables}:
        return 0
    return int(
        booking.db.value(
            "select count(*) from orders_offered as o join product_spans as p"
            " on p.source = ? and p.product_id = o.product_id and o.ordered_on >= p.holds_from"
            " and o.ordered_on < p.holds_until"
            " where o.batch = ? and p.category <> o.category",
            [booking.profile.product_source, booking.batch],
        )
    )


def _questions(booking: _Booking, main: TableCounts) -> list[Question]:
    """What must be answered before this is booked."""
    asked = []
    missing = booking.create - (booking.answers.create or frozenset())
    if missing and booking.answers.create is None:
        kinds = ", ".join(sorted(missing))
        asked.append(Question("create_codes", {"kinds": kinds, "lines": main.set_aside}))
    too_many = main.set_aside > SET_ASIDE_SHARE.value * max(main.received, 1)
    if too_many and not booking.answers.accept_set_aside:
        top = sorted(main.reasons.items(), key=lambda item: -item[1])[:3]
        asked.append(
            Question(
                "set_aside",
                {
                    "set_aside": main.set_aside,
                    "received": main.received,
                    "rules": tuple(rule for rule, _ in top),
                },
            )
        )
    return asked


def _offer(booking: _Booking) -> Question | None:
    """Replace instead of add: offered when more than half of a month's lines recur."""
    db, batch, source = booking.db, booking.batch, booking.profile.source
    if booking.profile.tables[0].name != "orders" or not codes.counts(db, "orders", batch).get(
        Standing.KNOWN
    ):
        return None
    month = month_of("orders")
    rows = db.rows(
        f"with own as (select {month} as month, count(*) filter (standing = 'known') as known,"
        " count(*) filter (standing = 'live') as added from orders_offered where batch = ?"
        f" group by 1), earlier as (select {month} as month, count(*) as lines"
        " from orders_offered as o join batches as b using (batch)"
        " where b.source = ? and o.batch < ? and o.standing = 'live' group by 1)"
        " select month, known, lines, added from own join earlier using (month) order by month",
        [batch, source, batch],
    )
    recurring = [row for row in rows if row[1] > RECURRING_SHARE.value * row[2]]
    vanish = sum(lines - known for _, known, lines, _ in recurring)
    added = sum(row[3] for row in recurring)
    if not recurring or not vanish + added:
        return None
    months = [row[0] for row in recurring]
    amount = db.value(
        f"select coalesce(sum(o.amount_eur), 0) from orders_offered as o join batches as b"
        f" using (batch) where b.source = ? and o.batch < ? and o.standing = 'live'"
        f" and {month} in (select unnest(?::date[]))",
        [source, batch, months],
    )
    own = db.value(
        f"select coalesce(sum(amount_eur), 0) from orders_offered where batch = ?"
        f" and standing = 'known' and {month} in (select unnest(?::date[]))",
        [batch, months],
    )
    return Question(
        "replace",
        {
            "first": months[0],
            "last": months[-1],
            "vanish": vanish,
            "amount": amount - own,
            "added": added,
        },
    )

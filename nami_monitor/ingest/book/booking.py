"""The booking of one batch: its stages, the codes that it brings, and the rows that it inserts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import SET_ASIDE_SHARE
from nami_monitor.core.words import DeliveryKind
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.stage import Stage, stage, unknown_lines
from nami_monitor.ingest.cells import Large, Sheet
from nami_monitor.ingest.personal import blanked
from nami_monitor.ingest.profiles.profile import CREATE, Profile, TableMap, write_profile
from nami_monitor.ingest.profiles.source_cells import (
    SourceCells,
    found_month,
    refuse_other_month,
    source_cells,
)
from nami_monitor.store import Transaction
from nami_monitor.store.lines import begin_changes, order_of, rows_of
from nami_monitor.store.schema import SHEET_LINES, field_names
from nami_monitor.store.transaction import now
from nami_monitor.tables import TABLES, Codes

SAMPLE_LINES: Final = 200
"""So many lines on top of a large sheet tell whether its codes may be unknown."""
PERIOD: Final = "@period"
"""The place that holds the month of a file."""
Period = tuple[date, date] | None
"""The first and last month that a full-period delivery replaces."""


@dataclass(frozen=True)
class Answers:
    """The decisions of the person who imports.

    Args:
        create: kinds of codes that may be created from the file; None when not asked yet.
        accept_set_aside: book although more than half would be set aside.
        replace: replace the months of the file instead of adding to them.
        assume_vat: take amounts as excluding VAT where the profile does not say.
        single_units: take numbers as they are, whatever a column of units says beside them.
        plain_numbers: take numbers as the profile says, whatever a heading or title says of them.
        month_as_found: take the month that the file tells, where nobody named one.
        new: codes that are made known, each behind its column, whatever list is loaded.
        apart: texts that stay as they are, each behind its column, whatever they are like.
        as_spelled: take all texts as they are.
    """

    create: frozenset[str] | None = None
    accept_set_aside: bool = False
    replace: bool = False
    assume_vat: bool = False
    single_units: bool = False
    plain_numbers: bool = False
    month_as_found: bool = False
    new: frozenset[tuple[str, str]] = frozenset()
    apart: frozenset[tuple[str, str]] = frozenset()
    as_spelled: bool = False

    @staticmethod
    def yes() -> Answers:
        """Yes to every question but replacing, which is never taken for granted."""
        yes = Answers(accept_set_aside=True, assume_vat=True, single_units=True, as_spelled=True)
        return replace(yes, create=frozenset(Codes), plain_numbers=True, month_as_found=True)


@dataclass(frozen=True)
class ReadFile:
    """A file that was read, and how it is to be booked.

    ``path`` has its name for people, ``content`` is a hash of it, ``period`` the month that the
    user named or the file tells (``month_from`` says which: ``named``, or what
    ``found_month`` gives), and ``parent`` the batch whose set-aside rows it holds. ``came_in`` is
    the day on which it came in, None for today. A ``look`` books nothing, and its questions stay in
    its report. ``changed`` asks whether somebody has written to the file since reading began.
    """

    path: Path
    sheets: list[Sheet]
    content: str
    profile: Profile
    answers: Answers
    who: str = ""
    period: date | None = None
    month_from: str = ""
    parent: int | None = None
    came_in: date | None = None
    look: bool = False
    changed: Callable[[], bool] = lambda: False

    def remove_copies(self) -> None:
        """Remove the temporary files that reading made."""
        for sheet in self.sheets:
            sheet.discard()


def the_month(sheets: Sequence[Sheet], file: str) -> tuple[date, str] | None:
    """The month that all sheets of a file tell, and where, see ``found_month``."""
    told = [found_month(sheet, file) for sheet in sheets]
    return told[0] if len({one and one[0] for one in told}) == 1 else None


def with_its_month(file: ReadFile) -> ReadFile:
    """A file whose profile asks for a month with that month: as named, else as the file tells.

    Raises:
        UserError: ``import.month_contradicted``, or ``questions.month_...``, which asks whether the
            month that the file tells is right.
    """
    if PERIOD not in file.profile.places:
        return file
    found = the_month(file.sheets, file.path.stem)
    month = file.period or (found and found[0])
    if month is None:
        return file
    for sheet in file.sheets:
        refuse_other_month(sheet, month)
    if found and not (file.period or file.answers.month_as_found):
        raise UserError(f"questions.month_{found[1]}", month=f"{month:%Y-%m}", seen=file.path.name)
    place = found[1] if found and found[0] == month else "named"
    return replace(file, period=month, month_from=place)


@dataclass
class Booking:
    """A batch while it is booked: its staged tables, masters first, and what fits no header.

    ``create`` are kinds of codes that could be created from the file, ``personal`` headers of the
    first sheet that name people.
    """

    db: Transaction
    batch: int
    file: ReadFile
    stages: list[Stage] = field(default_factory=list)
    misfits: list[pl.DataFrame] = field(default_factory=list)
    create: set[str] = field(default_factory=set)
    personal: tuple[str, ...] = ()

    @property
    def profile(self) -> Profile:
        """How the file's columns become tables."""
        return self.file.profile

    def stages_of(self, table: str) -> list[Stage]:
        """The stages of a table, one per sheet."""
        return [staged for staged in self.stages if staged.table == table]


def stage_file(booking: Booking) -> None:
    """Stage every table of every sheet, masters first, so that a file can bring its own codes.

    Raises:
        UserError: ``import.vat_unknown``, or what ``stage`` raises.
    """
    db, file, profile = booking.db, booking.file, booking.profile
    if profile.money and profile.vat_known is None and not file.answers.assume_vat:
        raise UserError("import.vat_unknown", source=profile.source)
    order = sorted(profile.tables, key=lambda table: table.name not in set(Codes))
    for index, sheet in enumerate(file.sheets):
        frame = f"sheet_{index}"
        if not isinstance(sheet.rows, Large):
            rows = sheet.rows.with_columns(pl.col("line") + index * SHEET_LINES)
            db.keep_view(frame, rows)
        cells = source_cells(sheet, profile, file=file.path, frame=frame, period=file.period)
        hidden = pl.lit(None, pl.String).alias("raw") if cells.personal else pl.col("raw")
        booking.misfits.append(sheet.misfits.with_columns(hidden))
        if index == 0:
            booking.personal = cells.personal
        for table in order:
            created = _created(booking, table)
            name = f"stage_{booking.batch}_{index}_{table.name}"
            new, source = file.answers.new, profile.product_source
            known = codes.known_queries(table.name, created, source, new)
            if isinstance(sheet.rows, Large):
                _refuse_unknown(booking, table, cells, known)
            staged = stage(db, table, cells, profile, name=name, known=known)
            booking.stages.append(staged)
            codes.offer(
                db, booking.batch, table.name, staged.booked,
                created=created, product_source=source, new=new,
            )  # fmt: skip


def _refuse_unknown(
    booking: Booking, table: TableMap, cells: SourceCells, known: Mapping[str, str]
) -> None:
    """Refuse a large sheet for its unknown codes before anything else of it is read.

    Raises:
        UserError: ``questions.create_codes`` or ``questions.set_aside``.
    """
    file = booking.file
    ask, aside = file.answers.create is None, not file.answers.accept_set_aside
    if file.look or not known or not (ask or aside):
        return
    sheet = (booking.db, table, cells, file.profile, known)
    if not unknown_lines(*sheet, first=SAMPLE_LINES)[1]:
        return
    lines, unknown, names = unknown_lines(*sheet)
    waiting = booking.create & {str(kind) for name, kind in codes.coded(table.name).items()
                                if name in names}  # fmt: skip
    if ask and waiting:
        raise UserError("questions.create_codes", kinds=", ".join(sorted(waiting)), lines=unknown)
    if aside and unknown > SET_ASIDE_SHARE.value * lines:
        counts = {"set_aside": unknown, "received": lines}
        raise UserError("questions.set_aside", rules=("unknown_code",), **counts)


def _created(booking: Booking, table: TableMap) -> set[str]:
    """The coded columns whose unknown codes are created from the file."""
    db, file = booking.db, booking.file
    coded = codes.coded(table.name)
    created_before = codes.created_in(db, file.parent)
    free = {
        name
        for name, kind in coded.items()
        if table.codes.get(name) == CREATE or kind in created_before
    }
    source = file.profile.product_source
    masterless = codes.without_codes(db, coded.values(), source, masters=True)
    bare = codes.without_codes(db, coded.values(), source, masters=False)
    creatable = {
        name: str(kind)
        for name, kind in coded.items()
        if name not in free
        and (name in table.columns or name in table.constants)
        and kind in (bare if name in table.codes else masterless)
    }
    booking.create |= set(creatable.values())
    allowed = file.answers.create or frozenset()
    return free | {name for name, kind in creatable.items() if kind in allowed}


def dates(booking: Booking) -> tuple[date | None, date | None]:
    """First and last date of the rows that will be booked, in the first dated table."""
    for staged in booking.stages:
        dated_by = TABLES[staged.table].dated_by
        if dated_by:
            rows = " union all ".join(
                f"select {dated_by} as day from {sheet.booked}"
                for sheet in booking.stages_of(staged.table)
            )
            first, last = booking.db.rows(f"select min(day), max(day) from ({rows})")[0]
            return first, last
    return None, None


def insert(booking: Booking, replaces: Period, *, full: bool) -> None:
    """Insert the batch: the good rows, the others with their reasons, and what describes it.

    ``full`` says that it is a full-period delivery; ``replaces`` are the months that it replaces.
    """
    db, batch, file, profile = booking.db, booking.batch, booking.file, booking.profile
    first, last = replaces or (None, None)
    db.insert(
        "batches",
        {
            "batch": batch,
            "parent": file.parent,
            "automatic": False,
            "source": profile.source,
            "products_of": profile.product_source,
            "file": file.path.name,
            "content_hash": file.content,
            "profile": write_profile(_as_read(booking)),
            "grain": str(profile.grain),
            "delivery": str(DeliveryKind.FULL_PERIOD if full else DeliveryKind.ADDS),
            "basis": profile.basis,
            "vat": profile.vat_known,
            "replaces_first": first,
            "replaces_last": last,
            "who": file.who,
            "imported_at": datetime.combine(file.came_in, time()) if file.came_in else now(),
            "header": list(map(blanked, file.sheets[0].columns)),
        },
    )
    for table in profile.tables:
        names = ", ".join(field_names(table.name))
        begin_changes(db, table.name)
        for staged in booking.stages_of(table.name):
            db.run(
                f"insert into {rows_of(table.name)} by name select {batch} as batch, line,"
                f" case when held then 'unknown_code' else 'live' end as standing, {names}"
                f" from {staged.booked}{order_of(table.name)}"
            )
            db.run(
                f"insert into set_aside by name select {batch} as batch, line,"
                f" '{table.name}' as table_name, unnest(problems, recursive := true), raw"
                f" from {staged.name} where skip is null and problems is not null"
            )
        codes.book_months(db, table.name, batch)
    main = profile.tables[0].name
    for index, misfits in enumerate(booking.misfits):
        with db.view_of("misfit_rows", misfits) as view:
            db.run(
                f"insert into set_aside by name select {batch} as batch,"
                f" line + {index * SHEET_LINES} as line, '{main}' as table_name,"
                f" rule, raw as value from {view}"
            )


def _as_read(booking: Booking) -> Profile:
    """The profile with the decimal sign and date patterns found in the file, for mended rows."""
    signs = {sign for staged in booking.stages for sign in staged.decimal.values()}
    patterns = [p for staged in booking.stages for listed in staged.dates.values() for p in listed]
    profile = booking.profile
    return replace(
        profile,
        decimal=profile.decimal or (signs.pop() if len(signs) == 1 else None),
        dates=profile.dates or tuple(dict.fromkeys(patterns)),
    )


def months_of(booking: Booking) -> dict[str, list[Any]]:
    """The months in which the batch has rows, by table; tables without any row included."""
    months: dict[str, list[Any]] = {table.name: [] for table in booking.profile.tables}
    for name, month in booking.db.rows(
        "select table_name, month from batch_months where batch = ? order by 1, 2", [booking.batch]
    ):
        months[name].append(month)
    return months


def replaced_counts(booking: Booking, replaces: Period) -> dict[str, int]:
    """How many live rows of the source lie in the months that are replaced, by table."""
    counts: dict[str, int] = {}
    if replaces is None:
        return counts
    for table in booking.profile.tables:
        dated = TABLES[table.name].dated_by
        scope = f"and {dated} >= ? and {dated} < ?" if dated else ""
        bounds = [replaces[0], add_months(replaces[1], 1)] if dated else []
        counts[table.name] = booking.db.value(
            f"select count(*) from {table.name}_offered as o join batches as b using (batch)"
            f" where b.source = ? and o.standing = 'live' {scope}",
            [booking.profile.source, *bounds],
        )
    return counts

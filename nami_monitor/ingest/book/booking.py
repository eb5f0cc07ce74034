"""What one import gathers on its way: its stages, the rows it books, the codes it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.stage import Stage, stage
from nami_monitor.ingest.cells import Large, Sheet
from nami_monitor.ingest.profiles.profile import CREATE, Profile, TableMap
from nami_monitor.ingest.profiles.source_cells import Cells, cells_of
from nami_monitor.store import Transaction
from nami_monitor.store.schema import SHEET_LINES, field_names
from nami_monitor.tables import TABLES, columns

MASTERS = ("categories", "locations", "products", "contracts", "programmes", "assets")


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


@dataclass
class Booking:
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


def stage_all(booking: Booking, sheets: Sequence[Sheet], file: Path, period: date | None) -> None:
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
        if not isinstance(sheet.rows, Large):
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
                staged.booked,
                created=created,
                product_source=profile.product_source,
            )
            booking.stages.append((table, staged, cells))


def _without_persons(sheet: Sheet, cells: Cells) -> pl.DataFrame:
    """Records that do not fit the header; without their text where the file names people."""
    if cells.personal:
        return sheet.misfits.with_columns(pl.lit(None, pl.String).alias("raw"))
    return sheet.misfits


def _created(booking: Booking, table: TableMap) -> set[str]:
    """The coded columns whose unknown codes are created from the file."""
    db, profile = booking.db, booking.profile
    created_before = codes.created_in(db, booking.parent)
    free = {
        name
        for name, kind in codes.coded(table.name).items()
        if table.codes.get(name) == CREATE or kind in created_before
    }
    kinds = set(codes.coded(table.name).values())
    masterless = codes.without_codes(db, kinds, profile.product_source, masters=True)
    bare = codes.without_codes(db, kinds, profile.product_source, masters=False)
    mapped = {
        name: kind
        for name, kind in codes.coded(table.name).items()
        if name in table.columns or name in table.constants
    }
    offered = {
        name
        for name, kind in mapped.items()
        if name not in free and kind in (bare if name in table.codes else masterless)
    }
    booking.create |= {str(mapped[name]) for name in offered}
    allowed = booking.answers.create or frozenset()
    return free | {name for name in offered if mapped[name] in allowed}


def dates(booking: Booking) -> tuple[date | None, date | None]:
    """First and last date of the rows that will be booked, in the first dated table."""
    for table, _, _ in booking.stages:
        dated_by = TABLES[table.name].dated_by
        if dated_by:
            stages = stages_of(booking, table.name)
            rows = " union all ".join(
                f"select {dated_by} as day from {one.booked}" for one in stages
            )
            first, last = booking.db.rows(f"select min(day), max(day) from ({rows})")[0]
            return first, last
    return None, None


def stages_of(booking: Booking, table: str) -> list[Stage]:
    """The stages of a table, one per sheet."""
    return [staged for found, staged, _ in booking.stages if found.name == table]


def insert(booking: Booking) -> None:
    """Book the good rows, keep the others with their reasons."""
    db, batch = booking.db, booking.batch
    for table in booking.profile.tables:
        names = ", ".join(field_names(table.name))
        for staged in stages_of(booking, table.name):
            db.run(
                f"insert into {table.name}_offered by name select {batch} as batch, line,"
                f" case when held then 'unknown_code' else 'live' end as standing, {names}"
                f" from {staged.booked}"
            )
            db.run(
                f"insert into set_aside by name select {batch} as batch, line,"
                f" '{table.name}' as table_name, unnest(problems, recursive := true), raw"
                f" from {staged.name} where skip is null and problems is not null"
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


def as_read(booking: Booking) -> Profile:
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


def months_of(booking: Booking) -> dict[str, list[Any]]:
    """The months in which the batch has rows, by table; tables without any row included."""
    found: dict[str, list[Any]] = {table.name: [] for table in booking.profile.tables}
    for name, month in booking.db.rows(
        "select table_name, month from batch_months where batch = ? order by 1, 2",
        [booking.batch],
    ):
        found[name].append(month)
    return found


def live_counts(booking: Booking, replaces: tuple[date | None, date | None]) -> dict[str, int]:
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

"""From a figure back to its formula, its batches and the rows that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period
from nami_monitor.core.words import State
from nami_monitor.kpis.declare import Kpi, compute
from nami_monitor.kpis.privacy import PRIVATE, TOLD, is_private, may_be_told
from nami_monitor.kpis.questions import ORDERS, Ask
from nami_monitor.kpis.result import KpiResult
from nami_monitor.kpis.source_rows import DISTINCT, SourceRows, split_evenly
from nami_monitor.store import Transaction
from nami_monitor.store.export import export_query
from nami_monitor.store.rollups import is_sum
from nami_monitor.store.schema import SHEET_LINES
from nami_monitor.store.transaction import literal


@dataclass(frozen=True)
class BatchPart:
    """What one batch gave to a figure: how many rows, and how much of numerator and denominator.

    Numerator and denominator are None where its rows give nothing to them. Values that several
    batches hold stand with the first of them. ``imported_at`` is in UTC.
    """

    batch: int
    table: str
    source: str
    file: str
    imported_at: datetime | None
    who: str | None
    basis: str | None
    vat: str | None
    grain: str | None
    rows: int
    numerator: float | None
    denominator: float | None


@dataclass(frozen=True)
class Trace:
    """A figure with the relation, months and batches that it rests on; hidden, it has no batches.

    The relation of figures about targets is ``targets``.
    """

    kpi: Kpi
    result: KpiResult
    relation: str
    periods: tuple[Period, ...]
    batches: tuple[BatchPart, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The input tables whose rows it rests on."""
        return tuple(dict.fromkeys(part.table for part in self.batches))


def figure(db: Transaction, kpi: Kpi, ask: Ask) -> KpiResult:
    """The one figure that a question names: that of its last period.

    Raises:
        UserError: ``trace.one_figure`` when it groups, ``trace.no_figure`` when there is no data,
            or what ``compute`` raises.
    """
    if ask.by:
        raise UserError("trace.one_figure", by=", ".join(ask.by))
    results = compute(db, kpi, ask)
    if not results:
        raise UserError("trace.no_figure", code=kpi.code)
    return results[-1]


def trace(db: Transaction, kpi: Kpi, ask: Ask) -> Trace:
    """Trace a figure to its formula and its batches.

    Of several periods the last counts; the question has no grouping.

    Raises:
        UserError: what ``figure`` raises.
    """
    result = figure(db, kpi, ask)
    behind_figure = source_rows(db, kpi, ask, result)
    parts = [(behind, row) for behind in behind_figure for row in _by_batch(db, behind)]
    batches = {
        number: origin
        for number, *origin in db.rows(
            "select batch, source, file, imported_at, who, basis, vat, grain from batches"
            " where batch in (select unnest(?::integer[]))",
            [[row[0] for _, row in parts]],
        )
    }
    found = tuple(
        BatchPart(row[0], behind.source.table, *batches[row[0]], *row[1:]) for behind, row in parts
    )
    if not behind_figure:
        return Trace(kpi, result, "", kpi.over_time.months(result.period), found)
    return Trace(kpi, result, behind_figure[0].reads, behind_figure[0].periods, found)


def source_rows(db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult) -> tuple[SourceRows, ...]:
    """The rows that a figure rests on, by table; none where they may not be told."""
    hidden = result.reason is not None and result.reason.key == "small_cell"
    if hidden or result.state is State.NOT_APPLICABLE or is_sum(db):
        return ()
    found = kpi.over_time.source_rows(db, kpi, ask, result)
    tables = {rows.source.table for rows in found} & PRIVATE.keys()
    if any(is_private(db, ask, table) for table in tables):
        return ()
    return found


def _by_batch(db: Transaction, behind: SourceRows) -> list[tuple[Any, ...]]:
    """Batch, rows, numerator and denominator, in the order of the batches."""
    numerator, first = split_evenly(behind.numerator, "first_above")
    denominator, second = split_evenly(behind.denominator, "first_below")
    return db.rows(
        f"select batch, cast(sum(rows_of) as bigint), cast({numerator or 'null'} as double),"
        f" cast({denominator or 'null'} as double)"
        f" from (select *{first}{second} from ({behind.units(db)}))"
        " group by batch having sum(rows_of) > 0 order by batch"
    )


PAGE_ROWS: Final = 200
"""Rows of one page."""

ROWS_AT_ONCE: Final = 20_000
"""Order lines of adjoining months that are read in one go, so that a small page costs one query."""


@dataclass(frozen=True)
class Listing:
    """A page of the rows that a figure rests on.

    Args:
        columns: names; ``batch``, ``file``, ``sheet`` and ``line`` say where the row stands,
            ``numerator`` and ``denominator`` what it gives to the figure: an amount, or the value
            that is counted where different values are counted.
        withheld: how many of the page's rows are left out, because they could point at a person.
        guarded: whether some rows of the table are always left out.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    withheld: int
    guarded: bool


def rows(
    db: Transaction,
    kpi: Kpi,
    ask: Ask,
    *,
    table: str | None = None,
    batch: int | None = None,
    limit: int = PAGE_ROWS,
    offset: int = 0,
) -> Listing:
    """The rows that a figure rests on, by date, ``limit`` of them behind the first ``offset``.

    They are those of one table, the one of the numerator without, and of one batch if that is
    named; the question is as for ``trace``.

    Raises:
        UserError: ``trace.no_rows`` when the figure rests on no row that may be told, or what
            ``figure`` raises.
    """
    with _behind(db, kpi, ask, table).hold(db) as behind:
        wanted = "true" if batch is None else f"batch = {batch}"
        counts: dict[date, int] = dict(
            db.rows(
                f"select month, cast(sum(rows_of) as bigint) from ({behind.units(db)})"
                f" where {wanted} group by month order by month"
            )
        )
        columns: list[str] = []
        listed: list[tuple[Any, ...]] = []
        left, passed = limit, offset
        for months, count in _parts(behind, counts):
            if passed >= count:
                passed -= count
                continue
            page = db.frame(_query(db, behind, months, batch, f" limit {left} offset {passed}"))
            columns = page.columns
            listed += page.rows()
            left, passed = left - min(left, count - passed), 0
            if not left:
                break
        else:
            columns = columns or db.frame(_query(db, behind, None, batch, " limit 0")).columns
    total = sum(counts.values())
    asked = min(limit, max(0, total - offset))
    table = behind.source.table
    return Listing(
        table,
        tuple(columns),
        tuple(listed),
        total,
        withheld=asked - len(listed),
        guarded=may_be_told(db, table) != TOLD,
    )


def any_told(db: Transaction, kpi: Kpi, ask: Ask, *, table: str) -> bool:
    """Whether any row of a table that a figure rests on may be told, so that a file holds some.

    Raises:
        UserError: what ``rows`` raises.
    """
    query = _query(db, _behind(db, kpi, ask, table))
    return bool(db.rows(f"select exists (select 1 from ({query}))")[0][0])


def export(
    db: Transaction, kpi: Kpi, ask: Ask, out: Path, kind: str, *, table: str | None = None
) -> int:
    """Write all rows that a figure rests on to a file; gives how many there were.

    Raises:
        UserError: what ``rows`` and ``export_query`` raise.
    """
    return export_query(db, _query(db, _behind(db, kpi, ask, table)), out, kind)


def _behind(db: Transaction, kpi: Kpi, ask: Ask, table: str | None) -> SourceRows:
    found = source_rows(db, kpi, ask, figure(db, kpi, ask))
    for behind in found:
        if table == behind.source.table or (table is None and behind.numerator):
            return behind
    raise UserError(
        "trace.no_rows",
        code=kpi.code,
        seen=table or "-",
        known=", ".join(behind.source.table for behind in found) or "-",
    )


def _parts(
    behind: SourceRows, counts: Mapping[date, int]
) -> list[tuple[tuple[Period, ...] | None, int]]:
    """The months of a page: order lines are read a few months at a time."""
    if behind.relation.delivered_by != ORDERS:
        return [(None, sum(counts.values()))]
    parts: list[tuple[tuple[Period, ...] | None, int]] = []
    for month, count in counts.items():
        alone = (Period(month, month, "month"),)
        months, held = parts[-1] if parts else ((), ROWS_AT_ONCE)
        if months and held + count <= ROWS_AT_ONCE:
            parts[-1] = ((*months, *alone), held + count)
        else:
            parts.append((alone, count))
    return parts


def _query(
    db: Transaction,
    behind: SourceRows,
    months: tuple[Period, ...] | None = None,
    batch: int | None = None,
    page: str = "",
) -> str:
    """SQL of the rows that may be told."""
    source = behind.source
    told = may_be_told(db, source.table, "r.")
    more = "".join(f", r.{column} as s_{name}" for name, column in source.shown.items())
    wanted = "" if batch is None else f" and r.batch = {batch}"
    shown = "".join(f", s_{name} as {name}" for name in source.shown)
    last = "".join(f", s_{name}" for name in source.shown)
    order = f"{source.dated_by} nulls last, r.batch, r.line{last}"
    return (
        "with numbered as (select *, row_number() over () as no from"
        f" ({behind.rows(months, f'{more}, {told} as told')}{wanted} order by {order}{page})),"
        f" parts as (select no, {_of_row(behind.numerator)} as numerator,"
        f" {_of_row(behind.denominator)} as denominator from numbered group by no)"
        " select t.batch, b.file,"
        f" case when b.sheets then t.line // {SHEET_LINES} + 1 end as sheet,"
        f" case when b.sheets then t.line % {SHEET_LINES} else t.line end as line{shown},"
        " p.numerator, p.denominator from numbered as t join parts as p using (no)"
        " join (select batch, file,"
        f" contains(coalesce(profile, ''), {literal(EVERY_SHEET)}) as sheets from batches) as b"
        " using (batch) where t.told order by no"
    )


EVERY_SHEET: Final = 'sheet = "*"'
"""What stands in a profile that reads all sheets of a workbook."""


def _of_row(aggregate: str | None) -> str:
    """What one row gives to an aggregate; to a count of different values, the value itself."""
    if aggregate is None:
        return "cast(null as double)"
    if distinct := DISTINCT.fullmatch(aggregate):
        name, test = distinct.groups()
        return f"any_value({name}) filter (where {test or 'true'})"
    return f"cast({aggregate} as double)"

"""From a figure back to its formula, its batches and the rows that it rests on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period
from nami_monitor.core.words import State
from nami_monitor.kpis.declare import Kpi, compute
from nami_monitor.kpis.privacy import PRIVATE, is_private
from nami_monitor.kpis.questions import Ask
from nami_monitor.kpis.result import KpiResult
from nami_monitor.kpis.source_rows import SourceRows, split_evenly
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import is_sum


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

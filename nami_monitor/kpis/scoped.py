"""From a question about one figure to the rows that it rests on, as SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from nami_monitor.core.periods import Period, add_months
from nami_monitor.core.words import OverTime
from nami_monitor.kpis.activity import OF_PLACE, SPLIT
from nami_monitor.kpis.added import WINDOW_MONTHS
from nami_monitor.kpis.declare import Kpi, measures_named
from nami_monitor.kpis.ground import Ground, between
from nami_monitor.kpis.grounds import MEASURED, activity_rows, grounds_of
from nami_monitor.kpis.questions import ORDERS, RELATIONS, Ask, Relation, choose, filter_sql
from nami_monitor.kpis.result import KpiResult
from nami_monitor.store import Transaction
from nami_monitor.store.transaction import literal

DISTINCT: Final = re.compile(r"count\(distinct (\w+)\)(?: filter \(where (.+)\))?")
WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Scope:
    """The rows of one table that a figure rests on.

    Args:
        ground: where its rows come from.
        relation: whose names they bear.
        periods: the months that it rests on.
        filters: dimension to the values wanted.
        splits: dimensions that the aggregates speak of.
        numerator: SQL aggregate over the rows; None where they give nothing to it.
        denominator: likewise.
        covered: SQL aggregate of the known share; rows that count in it alone are listed too.
        rolled: the relation of sums in which the same can be added up, if there is one.
        held: the table that holds the rows, worked out before; empty where none does.
    """

    ground: Ground
    relation: Relation
    periods: tuple[Period, ...]
    filters: Mapping[str, tuple[str, ...]]
    splits: tuple[str, ...]
    numerator: str | None
    denominator: str | None
    covered: str | None = None
    rolled: Relation | None = None
    held: str = ""

    @property
    def reads(self) -> str:
        """The relation or table that the figure reads."""
        return (self.rolled or self.relation).name

    @property
    def aggregates(self) -> tuple[str, ...]:
        """All that is added up over the rows."""
        return tuple(sql for sql in (self.numerator, self.denominator, self.covered) if sql)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that the aggregates add up."""
        words = set(WORD.findall(" ".join(self.aggregates)))
        if self.ground.gives is not None:
            words &= self.ground.gives
        return tuple(name for name in (*self.relation.measures, *EXTRA) if name in words)

    def rows(self, periods: Sequence[Period] | None = None, more: str = "") -> str:
        """SQL of the rows that count.

        Args:
            periods: a part of the months; all of them without.
            more: further columns of the rows ``r``, each behind a comma.
        """
        counted = self._counted(periods)
        return f"select {self._listed('r.batch', 'r.line')}{more} from {counted}"

    @contextmanager
    def hold(self, db: Transaction) -> Iterator[Scope]:
        """The same with its rows in a table, for what reads them more than once.

        Order lines are left where they are: a page of them reads a few months only.
        """
        if self.relation.delivered_by == ORDERS:
            yield self
            return
        with db.table_of("behind", f"select r.* from {self._counted()}") as name:
            yield replace(self, held=name)

    def _counted(self, periods: Sequence[Period] | None = None) -> str:
        """Where the rows ``r`` that count come from, with the test that they pass."""
        made = self.held or f"({self.ground.rows(tuple(periods or self.periods))})"
        source = replace(self.relation, name=made).source(self._used)
        test = filter_text(self.relation, self.filters)
        if self.relation.delivered_by != ORDERS:
            test += f" and ({' or '.join(f'coalesce(r.{name}, 0) <> 0' for name in self.measures)})"
        return f"{source} where {test}"

    def units(self, db: Transaction) -> str:
        """SQL of the rows that count, or of sums of them that are quicker to add up.

        Each stands for ``rows_of`` rows of one batch and one month. Order lines are replaced by
        their sums wherever one batch alone delivered a source's month.
        """
        if self.rolled is None:
            return f"select *, 1 as rows_of from ({self.rows()})"
        alone, shared = _owned(db, self.periods)
        sums = (
            f"select {self._listed('own.batch', '0')}, r.lines as rows_of"
            f" from {self.rolled.source(self._used)}"
            f" join ({OWNERS}) as own on own.source = r.source and own.month = r.month"
            f" where {between('r.month', alone)} and {filter_text(self.rolled, self.filters)}"
        )
        if not shared:
            return sums
        rows = f"select *, 1 as rows_of from ({self.rows(shared)})"
        return f"({sums}) union all by name ({rows})"

    @property
    def _used(self) -> set[str]:
        return {*self.splits, *self.filters}

    def _listed(self, batch: str, line: str) -> str:
        dimensions = {name: self.relation.dimensions[name] for name in self.splits}
        measures = {name: f"r.{name}" for name in self.measures}
        named = {"batch": batch, "line": line, "month": "r.month"} | dimensions | measures
        return ", ".join(f"{sql} as {name}" for name, sql in named.items())


EXTRA: Final = ("activity", "left_us")
"""Measures that rows have and no relation does."""


def filter_text(relation: Relation, filters: Mapping[str, tuple[str, ...]]) -> str:
    """A predicate over the relation, as text without parameters, for SQL that is exported too."""
    test, parameters = filter_sql(relation, filters)
    parts = test.split("?")
    lists = ["[" + ", ".join(map(literal, values)) + "]" for values in parameters]
    return "".join(part + more for part, more in zip(parts, [*lists, ""], strict=True))


def split_evenly(aggregate: str | None, named: str) -> tuple[str | None, str]:
    """An aggregate that adds up over any parts of the rows.

    Counts of different values do not add up; the first row that bears a value stands for it.

    Args:
        aggregate: as a KPI declares it.
        named: the name of that mark.

    Returns:
        The aggregate, and the column that it needs beside the rows, empty where it needs none.
    """
    found = DISTINCT.fullmatch(aggregate or "")
    if not found:
        return aggregate, ""
    name, test = found.groups()
    test = f"({test or 'true'})"
    column = (
        f", coalesce({name} is not null and {test} and row_number() over"
        f" (partition by {name}, {test} order by month, batch, line) = 1, false) as {named}"
    )
    return f"count(*) filter (where {named})", column


def scopes(db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult) -> tuple[Scope, ...]:
    """The rows that a figure rests on: those of its numerator, and those of its activity.

    Args:
        db: a consistent look at the file.
        kpi: the declaration; not one that speaks of targets.
        ask: the question that gave the figure; grouped by nothing.
        result: the figure.
    """
    relation = choose(kpi.reads, ask.used)
    of_lines = relation.delivered_by == ORDERS
    numerator, denominator = _aggregates(kpi, result.period)
    found = [
        Scope(
            ground=ground,
            relation=RELATIONS["order_lines"] if of_lines else relation,
            periods=rests_on(kpi, result.period),
            filters=_named(ground, kpi, ask),
            splits=kpi.splits,
            numerator=_given(ground, numerator),
            denominator=_given(ground, denominator),
            covered=_given(ground, kpi.covered),
            rolled=relation if of_lines and relation.name != "order_lines" else None,
        )
        for ground in grounds_of(relation.name)
    ]
    if kpi.per_activity and result.activity is not None:
        found.append(_activity(db, relation, ask, result))
    return tuple(scope for scope in found if scope.aggregates)


def _named(ground: Ground, kpi: Kpi, ask: Ask) -> Mapping[str, tuple[str, ...]]:
    """The filters, and the rows of a ground that the aggregates name."""
    if ground.names is None or ground.names in ask.filters:
        return ask.filters
    return {**ask.filters, ground.names: measures_named(kpi)}


def _given(ground: Ground, aggregate: str | None) -> str | None:
    """An aggregate, if the rows give any of what it adds up."""
    if aggregate is None or ground.gives is None:
        return aggregate
    return aggregate if ground.gives & set(WORD.findall(aggregate)) else None


def rests_on(kpi: Kpi, period: Period) -> tuple[Period, ...]:
    """The months that a figure rests on."""
    match kpi.over_time:
        case OverTime.CHANGE:
            return (period.a_year_earlier(), period)
        case OverTime.DISTINCT_IN_WINDOW:
            return (Period(add_months(period.last, 1 - WINDOW_MONTHS), period.last, period.kind),)
        case OverTime.LAST:
            return (Period(period.last, period.last, period.kind),)
        case _:
            return (period,)


def _aggregates(kpi: Kpi, period: Period) -> tuple[str, str | None]:
    if kpi.over_time is OverTime.SURVIVAL:
        return "sum(left_us)", "sum(assets)"
    if kpi.over_time is OverTime.CHANGE:
        later = between("month", [period])
        earlier = between("month", [period.a_year_earlier()])
        return (
            f"{kpi.numerator} filter (where {later})",
            f"{kpi.numerator} filter (where {earlier})",
        )
    return kpi.numerator, kpi.denominator


def _activity(db: Transaction, relation: Relation, ask: Ask, result: KpiResult) -> Scope:
    """The measurements that a figure is divided by, as ``activity.divide`` chooses them."""
    period, measure = result.period, str(result.activity)
    if "location" not in relation.dimensions:
        relation = RELATIONS["by_place"]
    filters = {name: values for name, values in ask.filters.items() if name in SPLIT}
    test, parameters = filter_sql(relation, filters)
    found = db.rows(
        f"select distinct r.location_id from {relation.source(filters)}"
        f" where {test} and r.location_id is not null",
        parameters,
    )
    listed = ", ".join(literal(place) for (place,) in found)
    places = f"select unnest([{listed}]::varchar[])"
    whole = not OF_PLACE & set(filters) and not _located(db, measure, places, period)
    return Scope(
        ground=Ground(
            "measurements", activity_rows(measure, places, whole=whole), MEASURED, "period_start"
        ),
        relation=Relation("measurements", {}, (), delivered_by="measurements"),
        periods=(period,),
        filters={},
        splits=(),
        numerator=None,
        denominator="sum(activity)",
    )


def _located(db: Transaction, measure: str, places: str, period: Period) -> bool:
    return bool(
        db.value(
            "select exists (select 1 from activity where measure = ?"
            f" and location_id in ({places}) and first_month >= ? and last_month <= ?)",
            [measure, period.first, period.last],
        )
    )


OWNERS: Final = (
    "select b.source, m.month, any_value(m.batch) as batch from batch_months as m"
    " join batches as b using (batch) where m.table_name = 'orders' and b.undone_at is null"
    " group by all having count(*) = 1"
)
"""The batch that delivered a source's month alone; its order lines are those of the roll-ups."""


def _owned(
    db: Transaction, periods: Sequence[Period]
) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The months of some periods of which every source's lines are of one batch, and the others."""
    rows = db.rows(
        "select m.month, max(m.batches) = 1 from (select b.source, m.month, count(*) as batches"
        " from batch_months as m join batches as b using (batch) where m.table_name = 'orders'"
        f" and b.undone_at is null and {between('m.month', periods)} group by all) as m"
        " group by month order by month"
    )
    months = [(Period(month, month, "month"), alone) for month, alone in rows]
    return (
        tuple(month for month, alone in months if alone),
        tuple(month for month, alone in months if not alone),
    )

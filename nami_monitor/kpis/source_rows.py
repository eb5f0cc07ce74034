"""The rows of the input tables that figures rest on.

What stands in a relation month by month stands here row by row, under the names of the relation, so
that a KPI's own aggregates can be worked out over the rows: in total, by batch, and for each row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from nami_monitor.core.periods import Period, add_months
from nami_monitor.kpis.questions import ORDERS, Relation, filter_sql
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import LINES_VIEW
from nami_monitor.store.transaction import literal

RowsSql = Callable[[Sequence[Period]], str]
"""From the months that a figure rests on to the SQL of its rows."""

DISTINCT: Final = re.compile(r"count\(distinct (\w+)\)(?: filter \(where (.+)\))?")
WORD: Final = re.compile(r"\w+")

OF_LINES = LINES_VIEW.removeprefix("create view order_lines as select")
"""The dimensions and measures of an order line."""

EXTRA: Final = ("activity", "left_us")
"""Measures that rows have and no relation does."""


@dataclass(frozen=True)
class SourceTable:
    """An input table, and the rows of it on which figures rest.

    Args:
        rows: SQL of the rows with ``batch``, ``line``, ``month``, dimensions and measures.
        shown: column for people to the column of the rows that fills it, in order.
        gives: the measures that its rows give; None where they give all of their relation.
        names: the dimension by which an aggregate names the rows that it speaks of.
    """

    table: str
    rows: RowsSql
    shown: Mapping[str, str]
    dated_by: str
    gives: frozenset[str] | None = None
    names: str | None = None


def between(column: str, periods: Sequence[Period]) -> str:
    """A test that a date lies in one of the periods; plain ranges, by which storage is skipped.

    Without periods nothing passes.
    """
    spans = [
        f"({column} >= date '{period.first}' and {column} < date '{add_months(period.last, 1)}')"
        for period in periods
    ]
    return f"({' or '.join(spans) or 'false'})"


def same(*names: str) -> dict[str, str]:
    """Columns that people see under their own name."""
    return dict(zip(names, names, strict=True))


@dataclass(frozen=True)
class SourceRows:
    """The rows of one table that a figure rests on.

    Args:
        filters: dimension to the values wanted.
        splits: dimensions that the aggregates speak of.
        numerator: SQL aggregate over the rows; None where they give nothing to it.
        denominator: likewise.
        covered: SQL aggregate of the known share; rows that count in it alone are listed too.
        rolled: the relation of sums in which the same can be added up, if there is one.
        held: the table that holds the rows, worked out before; empty where none does.
    """

    source: SourceTable
    relation: Relation
    periods: tuple[Period, ...]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    splits: tuple[str, ...] = ()
    numerator: str | None = None
    denominator: str | None = None
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
        if self.source.gives is not None:
            words &= self.source.gives
        return tuple(name for name in (*self.relation.measures, *EXTRA) if name in words)

    def rows(self, periods: Sequence[Period] | None = None, more: str = "") -> str:
        """SQL of the rows that count.

        Over part of the months where ``periods`` is given; ``more`` is further columns of the rows
        ``r``, each behind a comma.
        """
        counted = self._counted(periods)
        return f"select {self._listed('r.batch', 'r.line')}{more} from {counted}"

    @contextmanager
    def hold(self, db: Transaction) -> Iterator[SourceRows]:
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
        made = self.held or f"({self.source.rows(tuple(periods or self.periods))})"
        joined = replace(self.relation, name=made).source(self._used)
        test = filter_text(self.relation, self.filters)
        if self.relation.delivered_by != ORDERS:
            test += f" and ({' or '.join(f'coalesce(r.{name}, 0) <> 0' for name in self.measures)})"
        return f"{joined} where {test}"

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


def filter_text(relation: Relation, filters: Mapping[str, tuple[str, ...]]) -> str:
    """A predicate over the relation, as text without parameters, for SQL that is exported too."""
    test, parameters = filter_sql(relation, filters)
    parts = test.split("?")
    lists = ["[" + ", ".join(map(literal, values)) + "]" for values in parameters]
    return "".join(part + more for part, more in zip(parts, [*lists, ""], strict=True))


def split_evenly(aggregate: str | None, named: str) -> tuple[str | None, str]:
    """An aggregate that adds up over any parts of the rows, and a further column if it needs one.

    Counts of different values do not add up; the first row that bears a value stands for it.
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


def _dated(column: str, sql: str) -> RowsSql:
    """The rows of some SQL, which ends in ``where`` or ``and``, that are dated in the periods."""
    return lambda periods: f"{sql} {between(column, periods)}"


_orders = _dated(
    "ordered_on",
    "select batch, line, ordered_on, supplier as line_supplier, order_ref,"
    f" quantity as counted, {OF_LINES} where",
)
_requests = _dated("coalesce(decided_on, requested_on)", "select * from request_rows where")


WATCHED: Final = (
    "select l.*, g.last_month, cast(g.last_month + interval 1 month as date) as known_until"
    " from asset_lives as l join registers as g on g.relation = 'by_asset' and g.source = l.source"
)
"""Each asset with the last month of which its register speaks."""


def _assets(periods: Sequence[Period]) -> str:
    """What each asset gives to one period, as ``by_asset`` adds it up by month."""
    (period,) = periods
    last, end = f"date '{period.last}'", f"date '{add_months(period.last, 1)}'"
    acquired = f"{between('acquired_on', periods)} and month_of(acquired_on) <= last_month"
    return (
        f"select * replace (cast(spoilt and {acquired} as integer) as spoilt), {last} as month,"
        f" cast(not spoilt and month_of(acquired_on) <= {last} and {last} <= last_month"
        f" and coalesce(month_of(retired_on) > {last}, true) as integer) as in_use,"
        f" cast(not spoilt and {acquired} as integer) as acquired,"
        f" cast(not spoilt and {acquired} as integer) as needed,"
        " case when spoilt then 0 else greatest(0, date_diff('day',"
        f" greatest(acquired_on, date '{period.first}'),"
        f" least(coalesce(retired_on, {end}), {end}, known_until))) / 365.25 end as unit_years"
        f" from ({WATCHED})"
    )


_events = _dated(
    "e.happened_on",
    "select e.* from asset_event_rows as e join registers as g"
    " on g.relation = 'by_asset' and g.source = e.source where e.month <= g.last_month and",
)


def _lives(periods: Sequence[Period]) -> str:
    """As ``by_life``: each asset that was acquired by the end of the period."""
    (period,) = periods
    until = f"least(date '{period.last}', last_month)"
    return (
        "select batch, line, asset_id, source, category, location_id, condition, product_id,"
        " acquired_on, warranty_until, retired_on, route, month_of(acquired_on) as month,"
        " 1 as assets,"
        f" cast(coalesce(month_of(retired_on) <= {until}, false) as integer) as left_us"
        f" from ({WATCHED}) where not spoilt and month_of(acquired_on) <= date '{period.last}'"
    )


_contracts = _dated(
    "c.month",
    "select o.batch, o.line, c.*, o.title, o.starts_on, o.ends_on, o.option_dates,"
    " o.notice_months from by_contract as c join contracts_offered as o"
    " on o.contract_id = c.contract_id and o.standing = 'live' where",
)


def _of_project(table: str, columns: str) -> RowsSql:
    """The rows of ``by_project`` that one table gives, with further columns of it."""
    return _dated(
        "r.month",
        f"select r.*{columns} from project_rows as r join {table}_offered as o"
        " on o.batch = r.batch and o.line = r.line and o.standing = 'live'"
        f" where r.table_name = '{table}' and",
    )


def _units(periods: Sequence[Period]) -> str:
    """As ``by_unit``, for the last of its months: what the plan then says of each unit."""
    last = f"date '{periods[-1].last}'"
    return (
        f"select u.*, {last} as month, programme || '/' || unit_id as unit, 1 as stated,"
        " period as period_of_plan from unit_spans as u join registers as g"
        " on g.relation = 'by_unit' and g.source = u.source"
        f" where from_month <= {last} and {last} <= least(until_month, ends, g.last_month)"
    )


_caps = _dated(
    "u.month",
    "select p.batch, p.line, u.*, p.title, p.unit as counted_in, p.starts_on, p.ends_on"
    " from by_unit as u join programmes_offered as p"
    " on p.programme = u.programme and p.standing = 'live' where u.cap is not null and",
)
_initiatives = _dated(
    "r.month",
    "select r.*, o.title, o.starts_on, o.disciplines, o.policy from initiative_rows as r"
    " join interventions_offered as o on o.batch = r.batch and o.line = r.line"
    " and o.standing = 'live' where",
)


ASSET: Final = (
    "asset_id", "category", "location_id", "product_id", "condition", "acquired_on",
    "warranty_until", "retired_on",
)  # fmt: skip
"""What people see of an asset."""

ORDER_LINES: Final = SourceTable(
    "orders",
    _orders,
    {
        **same("ordered_on", "location_id", "category", "product_id", "channel"),
        "quantity": "counted",
        **same("base_unit", "amount_eur", "condition", "contract_id"),
        "supplier": "line_supplier",
        "order_ref": "order_ref",
    },
    "ordered_on",
)

SOURCE_TABLES: Final[Mapping[str, tuple[SourceTable, ...]]] = {
    "by_request": (
        SourceTable(
            "requests",
            _requests,
            same(
                "request_id", "requested_on", "decided_on", "location_id", "category",
                "product_id", "quantity", "decision", "quantity_avoided", "reason",
            ),
            "coalesce(decided_on, requested_on)",
        ),
    ),
    "by_asset": (
        SourceTable(
            "assets", _assets, same(*ASSET), "acquired_on",
            gives=frozenset({"in_use", "acquired", "needed", "spoilt", "unit_years"}),
        ),
        SourceTable(
            "asset_events",
            _events,
            same(
                "asset_id", "happened_on", "kind", "route", "category", "location_id",
                "acquired_on", "retired_on",
            ),
            "happened_on",
            gives=frozenset(
                {
                    "retired", "retired_years", "failures", "reissued", "matched", "needed",
                    "handed", "notice_days",
                }
            ),
        ),
    ),
    "by_life": (SourceTable("assets", _lives, same(*ASSET, "route"), "acquired_on"),),
    "by_contract": (
        SourceTable(
            "contracts",
            _contracts,
            same(
                "contract_id", "title", "supplier", "category", "stream", "specification", "form",
                "starts_on", "ends_on", "option_dates", "notice_months", "value_eur",
            ),
            "starts_on",
        ),
    ),
    "by_project": (
        SourceTable(
            "materials",
            _of_project("materials", ", o.mass_kg as stated_kg, o.impact, o.impact_value"),
            {
                **same("project", "scenario", "component", "material"),
                "mass_kg": "stated_kg",
                **same("origin", "end_route", "impact", "impact_value"),
                "impact_set": "price_set",
            },
            "month",
            gives=frozenset(
                {
                    "lines", "weighed", "mass_kg", "compared_kg", "baseline_kg", "baseline_lines",
                    "baseline_weighed", "impacts", "priced", "mki_eur", "mki_eur_per_year",
                    "timed", "told_kg", "mci_whole", "mci_linear",
                }
            ),
        ),
        SourceTable(
            "measurements",
            _of_project(
                "measurements",
                ", o.period_start, o.period_end, o.subject, o.activity_measure, o.unit, o.proxy,"
                " o.method as stated_method",
            ),
            {
                **same("period_start", "period_end", "subject", "activity_measure", "value",
                       "unit"),
                "method": "stated_method",
                "proxy": "proxy",
            },
            "period_start",
            gives=frozenset({"value", "reports", "proxies"}),
            names="measure",
        ),
        SourceTable(
            "programme_units",
            _of_project("programme_units", ", o.unit_id, o.period, o.status"),
            same("programme", "unit_id", "period", "status"),
            "month",
            gives=frozenset({"silent"}),
            names="measure",
        ),
    ),
    "by_unit": (
        SourceTable(
            "programme_units",
            _units,
            {
                **same("programme", "unit_id"),
                "period": "period_of_plan",
                **same("theme", "status", "outcome"),
            },
            "from_month",
            gives=frozenset({"stated"}),
        ),
        SourceTable(
            "programmes",
            _caps,
            {**same("programme", "title"), "unit": "counted_in",
             **same("cap", "starts_on", "ends_on")},
            "month",
            gives=frozenset({"cap"}),
        ),
    ),
    "by_initiative": (
        SourceTable(
            "interventions",
            _initiatives,
            same("intervention_id", "title", "category", "starts_on", "disciplines", "policy"),
            "starts_on",
        ),
    ),
}  # fmt: skip
"""The input tables that each ledger rests on."""


def source_tables(relation: str) -> tuple[SourceTable, ...]:
    """The input tables that a relation rests on; every relation of order lines on the lines."""
    return SOURCE_TABLES.get(relation, (ORDER_LINES,))

"""The rows of the input tables that a figure rests on.

What stands in a relation month by month stands here row by row, under the names of the relation, so
that a KPI's own aggregates can be worked out over the rows: in total, by batch, and for each row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from nami_monitor.core.periods import Period, add_months
from nami_monitor.core.thresholds import PRICE_MONTHS
from nami_monitor.core.words import LEVELS
from nami_monitor.kpis.ground import Ground, Rows, between, same
from nami_monitor.kpis.project_grounds import OF_PROJECTS
from nami_monitor.store.rollups import LINES_VIEW
from nami_monitor.store.transaction import literal

OF_LINES = LINES_VIEW.removeprefix("create view order_lines as select")
"""The dimensions and measures of an order line."""


def _orders(periods: Sequence[Period]) -> str:
    return (
        "select batch, line, ordered_on, supplier as line_supplier, order_ref,"
        f" quantity as counted, {OF_LINES} where {between('ordered_on', periods)}"
    )


def _requests(periods: Sequence[Period]) -> str:
    """As ``by_request`` in store/sql/ledgers.sql, before it is added up."""
    return (
        "with asked as (select q.batch, q.line, r.source, r.category, r.location_id, r.request_id,"
        " r.requested_on, r.decided_on, r.decision, r.product_source, r.product_id, r.quantity,"
        " r.quantity_avoided, r.reason, p.product_group, p.base_unit,"
        " coalesce(p.same_as, p.source || '/' || p.product_id) as article,"
        " p.mass_kg as unit_mass_kg, p.co2e_kg as unit_co2e_kg,"
        " month_of(coalesce(r.decided_on, r.requested_on)) as month,"
        " coalesce(r.quantity_avoided, r.quantity) as whole, r.decision = 'withdrawn'"
        " and regexp_matches(coalesce(r.reason, ''), 'dubbel|duplic|fout|error|vergiss', 'i')"
        " as no_need, r.decision in"
        " ('from_stock', 'shared', 'repaired', 'rethought', 'withdrawn') as met"
        " from requests as r join requests_offered as q on q.request_id = r.request_id"
        " and q.standing = 'live'"
        " left join product_spans as p on p.source = r.product_source"
        " and p.product_id = r.product_id"
        " and r.requested_on >= p.holds_from and r.requested_on < p.holds_until"
        f" where {between('coalesce(r.decided_on, r.requested_on)', periods)}),"
        " judged as (select *, case when met and not no_need then whole end as avoided from asked),"
        " priced as (select j.*, case when date_diff('month', c.month, j.month)"
        f" <= {PRICE_MONTHS.value:g} then c.price end as price"
        " from judged as j asof left join paid_prices as c on c.product_source = j.product_source"
        " and c.product_id = j.product_id and c.month <= j.month)"
        " select *, 1 as requests,"
        " cast(decision <> 'blocked' and not no_need as integer) as decided,"
        " cast(met and not no_need as integer) as resolved,"
        " cast(decision = 'blocked' as integer) as blocked,"
        " cast(decision = 'refurbished' as integer) as refurbished,"
        " case when decision <> 'blocked' and not no_need then quantity end as demand,"
        " case when decision in ('from_stock', 'shared', 'repaired') then avoided end as kept,"
        " case when decision = 'blocked' then lower(trim(reason)) end as blocked_by,"
        " avoided * price as avoided_eur,"
        " case when price is not null then avoided end as avoided_with_price,"
        " avoided * unit_mass_kg as avoided_kg,"
        " case when unit_mass_kg is not null then avoided end as avoided_with_mass,"
        " avoided * unit_co2e_kg as avoided_co2e,"
        " case when unit_co2e_kg is not null then avoided end as avoided_with_co2e from priced"
    )


WATCHED: Final = (
    "select l.*, o.batch, o.line, g.last_month,"
    " cast(g.last_month + interval 1 month as date) as known_until from asset_lives as l"
    " join assets_offered as o on o.asset_id = l.asset_id and o.standing = 'live'"
    " join registers as g on g.relation = 'by_asset' and g.source = l.source"
)
"""Each asset with its row and the last month of which its register speaks."""


def _assets(periods: Sequence[Period]) -> str:
    """As ``by_asset`` in store/sql/ledgers.sql, for what each asset gives to one period."""
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


def _events(periods: Sequence[Period]) -> str:
    """As ``by_asset``, for what each event gives to one period: an asset is retired once."""
    (period,) = periods
    return (
        "with happened as (select batch, line, asset_id, happened_on, kind, route,"
        " kind = 'retired' and row_number() over (partition by asset_id, kind"
        " order by happened_on, batch, line) = 1 as leaves,"
        " row_number() over (partition by asset_id, kind, happened_on order by batch, line) = 1"
        " as one_of_a_day from asset_events_offered where standing = 'live'"
        " and kind in ('retired', 'failure', 'reissue', 'surplus_matched'))"
        f" select h.*, w.* exclude (batch, line, route), date '{period.last}' as month,"
        " cast(h.leaves as integer) as retired,"
        " case when h.leaves then date_diff('day', w.acquired_on, w.retired_on) / 365.25 else 0 end"
        " as retired_years, cast(h.kind = 'failure' as integer) as failures,"
        " cast(h.kind = 'reissue' as integer) as reissued,"
        " cast(h.kind = 'surplus_matched' as integer) as matched,"
        " cast(h.kind = 'surplus_matched' as integer) as needed,"
        " cast(o.noticed_on is not null and h.one_of_a_day as integer) as handed,"
        " case when h.one_of_a_day then date_diff('day', o.noticed_on, h.happened_on) end"
        " as notice_days"
        f" from happened as h join ({WATCHED}) as w using (asset_id)"
        " left join asset_handovers as o on o.asset_id = h.asset_id and o.kind = h.kind"
        " and o.happened_on = h.happened_on"
        f" where not w.spoilt and {between('h.happened_on', periods)}"
        " and month_of(h.happened_on) <= w.last_month"
    )


def _lives(periods: Sequence[Period]) -> str:
    """As ``by_life``: each asset that was acquired by the end of the period."""
    (period,) = periods
    until = f"least(date '{period.last}', last_month)"
    return (
        "select batch, line, asset_id, source, category, location_id, condition, product_id,"
        " acquired_on, warranty_until, retired_on, route, month_of(acquired_on) as month,"
        f" 1 as assets, "
        f" cast(coalesce(month_of(retired_on) <= {until}, false) as integer) as left_us"
        f" from ({WATCHED}) where not spoilt and month_of(acquired_on) <= date '{period.last}'"
    )


def _contracts(periods: Sequence[Period]) -> str:
    return (
        "select o.batch, o.line, c.*, o.title, o.starts_on, o.ends_on, o.option_dates,"
        " o.notice_months from by_contract as c join contracts_offered as o"
        " on o.contract_id = c.contract_id and o.standing = 'live'"
        f" where {between('c.month', periods)}"
    )


def activity_rows(measure: str, places: str, *, whole: bool) -> Rows:
    """The rows of an activity measure; see ``activity`` for which of them count.

    Args:
        measure: the activity measure.
        places: SQL of the locations that count.
        whole: whether the figures of the organisation as a whole stand in for those of locations.
    """
    level = "cast(months as double) / wanted" if measure in LEVELS else "1"

    def rows(periods: Sequence[Period]) -> str:
        (period,) = periods
        place = "location_id is null" if whole else f"location_id in ({places})"
        return (
            "with stated as (select m.batch, m.line, m.period_start, m.period_end,"
            " coalesce(ml.to_code, m.location_id) as location_id, m.activity_measure, m.value,"
            " m.unit, m.method, m.proxy, month_of(m.period_start) as month,"
            " month_of(m.period_end) as last_month,"
            f" date_diff('month', m.period_start, m.period_end) + 1 as months,"
            f" {len(period.months)} as wanted from measurements_offered as m"
            " left join merged as ml on ml.kind = 'locations' and ml.code = m.location_id"
            f" where m.standing = 'live' and m.subject is null"
            f" and m.activity_measure = {literal(measure)})"
            f" select *, value * {level} as activity from stated where {place}"
            f" and month >= date '{period.first}' and last_month <= date '{period.last}'"
        )

    return rows


ASSET: Final = (
    "asset_id", "category", "location_id", "product_id", "condition", "acquired_on",
    "warranty_until", "retired_on",
)  # fmt: skip
"""What people see of an asset."""

ORDER_LINES: Final = Ground(
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

REGISTERS: Final[Mapping[str, tuple[Ground, ...]]] = {
    "by_request": (
        Ground(
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
        Ground(
            "assets", _assets, same(*ASSET), "acquired_on",
            gives=frozenset({"in_use", "acquired", "needed", "spoilt", "unit_years"}),
        ),
        Ground(
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
                    "handed",
                    "notice_days",
                }
            ),
        ),
    ),
    "by_life": (Ground("assets", _lives, same(*ASSET, "route"), "acquired_on"),),
    "by_contract": (
        Ground(
            "contracts",
            _contracts,
            same(
                "contract_id", "title", "supplier", "category", "stream", "specification", "form",
                "starts_on", "ends_on", "option_dates", "notice_months", "value_eur",
            ),
            "starts_on",
        ),
    ),
    **OF_PROJECTS,
}  # fmt: skip
"""What each ledger rests on."""

MEASURED: Final = same(
    "period_start", "period_end", "location_id", "activity_measure", "value", "unit", "method",
    "proxy",
)  # fmt: skip


def grounds_of(relation: str) -> tuple[Ground, ...]:
    """What a relation rests on; every relation of order lines on the lines themselves."""
    return REGISTERS.get(relation, (ORDER_LINES,))

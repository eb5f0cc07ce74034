"""How much of each column that KPIs need is filled, by category.

Roll-ups and ledgers tell it wherever they can, so that it costs no more on many order lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nami_monitor.core.periods import Period, period_at
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis.declare import Kpi
from nami_monitor.store import Transaction

Shares = Mapping[str | None, float | None]
"""Share filled, 0 to 1, by category; None where there is nothing to fill."""

EXPECTED_EMPTY: Final = frozenset(
    {"contracts.replaces", "contracts.option_dates", "contracts.notice_months"}
)
"""Columns in which an empty cell is an answer: no predecessor, no option, no notice."""

OF_LINES: Final = {
    "orders.amount_eur": "sum(lines_with_amount)"
    " / nullif(greatest(sum(lines_with_amount), sum(lines_with_quantity)), 0)",
    "orders.quantity": "sum(lines_with_quantity)"
    " / nullif(greatest(sum(lines_with_amount), sum(lines_with_quantity)), 0)",
    "orders.condition": "coalesce(sum(lines) filter (where condition is not null), 0) / sum(lines)",
    "orders.contract_id": "coalesce(sum(lines) filter (where contract_id is not null"
    " or stream is not null), 0) / sum(lines)",
    "products.mass_kg": "coalesce(sum(handled_with_mass), 0) / nullif(sum(handled), 0)",
    "products.co2e_kg": "coalesce(sum(handled_with_co2e), 0) / nullif(sum(handled), 0)",
}
"""From the roll-up by place; amounts and quantities may come in two files, as for the KPIs. A line
whose article states its stream need not name its contract."""

OF_PRODUCTS: Final = {
    "orders.product_id": "coalesce(sum(lines) filter (where product_id is not null), 0)"
    " / sum(lines)",
    "products.attributes": "coalesce(sum(lines) filter (where mark is not null), 0) / sum(lines)",
}
"""From the roll-up by product."""

OF_REQUESTS: Final = {
    "requests.product_id": "coalesce(sum(requests) filter (where product_id is not null), 0)"
    " / sum(requests)",
}
OF_LIVES: Final = {
    "assets.warranty_until": "coalesce(sum(assets) filter (where warranty is not null), 0)"
    " / sum(assets)",
}
OF_ASSETS: Final = {
    "asset_events.kind": "cast(sum(retired + failures + reissued + matched) > 0 as integer)",
}
OF_CONTRACTS: Final = {
    f"contracts.{name}": f"count({name}) / count(*)"
    for name in ("value_eur", "specification", "ends_on", "stream")
}
OF_PROJECTS: Final = {
    "measurements.subject": "cast(coalesce(sum(reports), 0) > 0 as integer)",
    "materials.mass_kg": "coalesce(sum(weighed), 0) / nullif(sum(lines), 0)",
    "materials.impact_value": "cast(coalesce(sum(impacts), 0) > 0 as integer)",
}
OF_CATEGORIES: Final = {
    f"categories.{name}": f"count({name}) / count(*)"
    for name in ("activity_measure", "cpv", "roles")
}

TOLD_BY: Final[Mapping[str, str]] = {
    "orders": "by_place",
    "products": "by_product where product_id is not null",
    "requests": "by_request",
    "assets": "by_life",
    "asset_events": "by_asset where retired + failures + reissued + matched > 0",
    "contracts": "contracts",
    "categories": "category_facts",
    "interventions": "interventions",
    "targets": "targets",
    "materials": "by_project where lines > 0",
    "measurements": "by_project where reports > 0",
    "programmes": "programmes",
    "programme_units": "by_unit where stated > 0",
}
"""By input table, what tells that it has rows for a category.

Of ``measurements`` those of a project or programme; activity counts for every category beside them.
"""


@dataclass(frozen=True)
class Fills:
    """What is loaded, and how much of it is filled.

    Args:
        present: categories with rows, by input table.
        shares: share filled, by ``table.column`` and category.
        measured: share of a category's locations with activity, by measure and category.
        measures: the activity measure of each category.
        works: the categories that are works.
    """

    present: Mapping[str, frozenset[str | None]]
    shares: Mapping[str, Shares]
    measured: Mapping[tuple[str, str | None], float]
    measures: Mapping[str, str | None]
    works: frozenset[str]

    def has_rows(self, table: str, category: str) -> bool:
        """Whether a table holds rows that speak of a category."""
        of_activity = table == "measurements" and bool(self.measured)
        return of_activity or category in self.present[table]

    def is_for(self, kpi: Kpi, category: str) -> bool:
        """Whether a KPI is for a category, as far as the category's codes tell."""
        only_works = kpi.within is not None and kpi.within[0] == "works"
        coded = bool(self.share("categories.cpv", category, None))
        return category in self.works or not (only_works and coded)

    def share(self, need: str, category: str, activity: str | None) -> float | None:
        """How much of a column is filled for a category.

        Args:
            need: ``table.column``.
            category: its code.
            activity: the measure that a KPI is always divided by; None for the category's own.

        Returns:
            0 to 1; None where nobody can tell, or an empty cell is an answer.
        """
        if need == "measurements.value":
            measure = activity or self.measures.get(category)
            if measure is None:
                return None
            return self.measured.get((measure, category), self.measured.get((measure, None), 0.0))
        if need in EXPECTED_EMPTY:
            return None
        if need == "measurements.subject":
            return self.shares[need].get(category, 0.0)
        return self.shares.get(need, {}).get(category)


def filled(db: Transaction, month: date) -> Fills:
    """What is loaded, and how much of it is filled in the last twelve months.

    Args:
        db: a consistent look at the file.
        month: the last of them.
    """
    year = period_at(PeriodKind.R12, month)
    lately = f"month between date '{year.first}' and date '{year.last}'"
    shares: dict[str, Shares] = {}
    for source, columns in (
        (f"by_place where {lately}", OF_LINES),
        (f"by_product where {lately}", OF_PRODUCTS),
        ("by_request", OF_REQUESTS),
        ("by_life", OF_LIVES),
        ("by_asset", OF_ASSETS),
        ("contracts", OF_CONTRACTS),
        ("categories", OF_CATEGORIES),
        ("by_project", OF_PROJECTS),
    ):
        shares |= _shares(db, source, columns)
    present = {
        table: frozenset(code for (code,) in db.rows(f"select distinct category from {told}"))
        for table, told in TOLD_BY.items()
    }
    measures = dict(db.rows("select category, activity_measure from category_facts"))
    works = frozenset(code for (code,) in db.rows("select category from works"))
    return Fills(present, shares, _measured(db, year), measures, works)


def _shares(db: Transaction, source: str, columns: Mapping[str, str]) -> dict[str, Shares]:
    listed = ", ".join(f"cast({sql} as double)" for sql in columns.values())
    rows = db.rows(f"select category, {listed} from {source} group by category")
    return {need: {row[0]: row[at] for row in rows} for at, need in enumerate(columns, start=1)}


def _measured(db: Transaction, year: Period) -> dict[tuple[str, str | None], float]:
    """By measure and category: which share of its locations has activity in the year.

    Figures of the organisation as a whole count for every category.
    """
    rows: list[tuple[Any, ...]] = db.rows(
        "with places as (select distinct category, location_id from by_place union"
        " select distinct category, location_id from by_asset),"
        " active as (select distinct measure, location_id from activity"
        " where last_month >= ? and first_month <= ?)"
        " select a.measure, p.category, count(distinct p.location_id) / any_value(n.places)"
        " from active as a join places as p using (location_id)"
        " join (select category, count(*) as places from places group by category) as n"
        " on n.category = p.category group by all",
        [year.first, year.last],
    )
    whole = db.rows(
        "select distinct activity_measure from measurements where location_id is null"
        " and subject is null"
        " and period_end >= ? and period_start <= ?",
        [year.start, year.end],
    )
    return {(measure, category): share for measure, category, share in rows} | {
        (measure, None): 1.0 for (measure,) in whole
    }

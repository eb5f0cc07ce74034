"""Which KPIs the data supports, by category, and what would unlock the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from nami_monitor.core.errors import refuse_unknown
from nami_monitor.core.periods import Period, period_at
from nami_monitor.core.thresholds import MIN_COMPLETENESS
from nami_monitor.core.words import PeriodKind, State
from nami_monitor.kpis import context
from nami_monitor.kpis.catalogue import CATALOGUE
from nami_monitor.kpis.declare import Kpi, compute
from nami_monitor.kpis.over_time.added_up import nothing_loaded
from nami_monitor.kpis.questions import RELATIONS, Ask, latest_month, periods_of
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.store import Transaction

Shares = Mapping[str | None, float | None]
"""Share filled, 0 to 1, by category; None where there is nothing to fill."""


LINES_STATED: Final = "nullif(greatest(sum(lines_with_amount), sum(lines_with_quantity)), 0)"


def _filled(measure: str, *columns: str) -> str:
    """SQL: the share of a measure that stands in rows of which one of the columns is filled."""
    test = " or ".join(f"{column} is not null" for column in columns)
    return f"coalesce(sum({measure}) filter (where {test}), 0) / sum({measure})"


def _counted(table: str, *columns: str) -> dict[str, str]:
    """SQL by ``table.column``: the share of the rows of a table of which a column is filled."""
    return {f"{table}.{column}": f"count({column}) / count(*)" for column in columns}


SHARES: Final[Mapping[str, Mapping[str, str]]] = {
    "by_place": {
        "orders.amount_eur": f"sum(lines_with_amount) / {LINES_STATED}",
        "orders.quantity": f"sum(lines_with_quantity) / {LINES_STATED}",
        "orders.condition": _filled("lines", "condition"),
        "orders.contract_id": _filled("lines", "contract_id", "stream"),
        "products.mass_kg": "coalesce(sum(handled_with_mass), 0) / nullif(sum(handled), 0)",
        "products.co2e_kg": "coalesce(sum(handled_with_co2e), 0) / nullif(sum(handled), 0)",
    },
    "by_product": {
        "orders.product_id": _filled("lines", "product_id"),
        "products.attributes": _filled("lines", "mark"),
    },
    "by_request": {"requests.product_id": _filled("requests", "product_id")},
    "by_life": {"assets.warranty_until": _filled("assets", "warranty")},
    "by_asset": {
        "asset_events.kind": "cast(sum(retired + failures + reissued + matched) > 0 as integer)"
    },
    "contracts": _counted("contracts", "value_eur", "specification", "ends_on", "stream"),
    "categories": _counted("categories", "activity_measure", "cpv", "roles"),
    "by_project": {
        "measurements.subject": "cast(coalesce(sum(reports), 0) > 0 as integer)",
        "materials.mass_kg": "coalesce(sum(weighed), 0) / nullif(sum(lines), 0)",
        "materials.impact_value": "cast(coalesce(sum(impacts), 0) > 0 as integer)",
    },
}
"""SQL of the share filled, by relation and ``table.column``.

Amounts and quantities may come in two files, as for the KPIs. A line whose article states its
stream need not name its contract. Columns in which an empty cell is an answer, such as the option
dates of a contract, are not among them.
"""

TOLD_BY: Final[Mapping[str, str]] = {
    "orders": "by_place",
    "products": "by_product where product_id is not null",
    "requests": "by_request",
    "assets": "by_life",
    "asset_events": "by_asset where retired + failures + reissued + matched > 0",
    "contracts": "contracts",
    "categories": "category_facts",
    "interventions": "interventions where month_of(starts_on) <= $month",
    "targets": "targets",
    "materials": "by_project where lines > 0",
    "measurements": "by_project where reports > 0",
    "programmes": "programmes",
    "programme_units": "by_unit where stated > 0",
}
"""By input table, what tells that it has rows for a category.

Of ``measurements`` those of a project or programme; activity counts for every category beside them.
"""


OF_PROJECTS: Final = frozenset({"by_project", "by_unit", "by_initiative"})
"""Relations whose KPIs speak of certain categories only, such as sports fields or events."""


@dataclass(frozen=True)
class FilledColumns:
    """What is loaded (categories with rows, by input table), and how much of it is filled.

    ``cases`` are the cases of the kit that a category names, ``watched`` those that watch a KPI.
    ``shares`` are by ``table.column`` and category; ``measured`` is the share of a category's
    locations with activity, by measure and category.
    """

    present: Mapping[str, frozenset[str | None]]
    shares: Mapping[str, Shares]
    measured: Mapping[tuple[str, str | None], float]
    measures: Mapping[str, str | None]
    works: frozenset[str]
    cases: Mapping[str, frozenset[int]]
    watched: Mapping[str, frozenset[int]]

    def has_rows(self, table: str, category: str) -> bool:
        """Whether a table holds rows that speak of a category."""
        of_activity = table == "measurements" and bool(self.measured)
        return of_activity or category in self.present[table]

    def is_for(self, kpi: Kpi, category: str) -> bool:
        """Whether a KPI is for a category: its CPV codes, its cases of the kit or its rows say so.

        A KPI of orders, assets or contracts is for every category; one of projects or programmes
        that cases of the kit watch for those that it is about.
        """
        if category in self.works:
            return True
        only_works = kpi.within is not None and kpi.within[0] == "works"
        if only_works and self.share("categories.cpv", category, None):
            return False
        watched = self.watched.get(kpi.code, frozenset())
        if not watched or not OF_PROJECTS.issuperset(kpi.reads):
            return True
        tables = {need.partition(".")[0] for need in kpi.needs} - {"categories"}
        rows = any(category in self.present[table] for table in tables if table in self.present)
        return rows or bool(watched & self.cases.get(category, frozenset()))

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

        if need == "measurements.subject":
            return self.shares[need].get(category, 0.0)
        return self.shares.get(need, {}).get(category)


def filled_columns(
    db: Transaction, month: date, watched: Mapping[str, frozenset[int]] = MappingProxyType({})
) -> FilledColumns:
    """What is loaded, and how much of it is filled in the last twelve months."""
    year = period_at(PeriodKind.R12, month)
    lately = f" where month between date '{year.first}' and date '{year.last}'"
    shares: dict[str, Shares] = {}
    for source, columns in SHARES.items():
        listed = ", ".join(f"cast({sql} as double)" for sql in columns.values())
        test = lately if source in {"by_place", "by_product"} else ""
        rows = db.rows(f"select category, {listed} from {source}{test} group by category")
        for at, need in enumerate(columns, start=1):
            shares[need] = {row[0]: row[at] for row in rows}
    present = {
        table: frozenset(
            code
            for (code,) in db.rows(
                f"select distinct category from {told}", {"month": month} if "$" in told else {}
            )
        )
        for table, told in TOLD_BY.items()
    }
    measures = dict(db.rows("select category, activity_measure from category_facts"))
    works = frozenset(code for (code,) in db.rows("select category from works"))
    named = db.rows("select category, kit_cases from categories where kit_cases is not null")
    cases = {
        code: frozenset(int(number) for number in numbers.split(";") if number.strip().isdecimal())
        for code, numbers in named
    }
    return FilledColumns(present, shares, _measured(db, year), measures, works, cases, watched)


def _measured(db: Transaction, year: Period) -> dict[tuple[str, str | None], float]:
    """By measure and category the share of locations with activity; of the whole it is 1."""
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


BY_CATEGORY = ("category",)
FLAGSHIP: Final = "reduce_volume_per_activity"
"""The figure that the monitor is about: use per unit of activity."""

KINDS: Final = (PeriodKind.R12, PeriodKind.YEAR, PeriodKind.QUARTER, PeriodKind.MONTH)
"""Kinds of period over which a figure is tried, until the data is old and fine enough for one."""

OF_TIME: Final = frozenset({"outside_data", "missing_month", "not_begun", "grain_too_coarse"})
"""Reasons that may not hold over another kind of period."""


@dataclass(frozen=True)
class Lack:
    """A table or column that a figure needs and that is not, or hardly, there.

    It is a table when that has no rows for the category, else ``table.column`` with the share that
    is filled, 0 to 1.
    """

    need: str
    share: float | None


@dataclass(frozen=True)
class Cell:
    """One KPI for one category.

    Args:
        result: the figure over the last twelve months, or the last whole year, quarter or month
            where the data goes no further; or why there is none over the twelve months.
        lacks: what it needs and does not get; empty where the reason is another one.
    """

    kpi: Kpi
    category: str
    result: KpiResult
    lacks: tuple[Lack, ...]


@dataclass(frozen=True)
class Unlock:
    """What loading a table or filling a column would give: category and KPI of figures.

    Nothing else is missing for those ``alone``; the others come ``together`` with what is missing
    too.
    """

    need: str
    alone: tuple[tuple[str, str], ...]
    together: Mapping[tuple[str, ...], tuple[tuple[str, str], ...]]

    @property
    def more(self) -> int:
        """How many figures it helps to unlock, together with other things."""
        return sum(map(len, self.together.values()))


@dataclass(frozen=True)
class Measurability:
    """What the data supports: a cell per KPI and category, KPIs in the order of the catalogue.

    ``month`` is the last of the twelve months, None without any data. The category with the most
    values comes first, and of ``unlocks`` the one that helps the most figures.
    """

    month: date | None
    categories: tuple[str, ...]
    cells: tuple[Cell, ...]
    unlocks: tuple[Unlock, ...]

    def of(self, code: str, category: str) -> Cell:
        """The cell of a KPI and a category.

        Raises:
            KeyError: there is no such cell.
        """
        for cell in self.cells:
            if (cell.kpi.code, cell.category) == (code, category):
                return cell
        raise KeyError(code, category)

    def only(self, category: str) -> Measurability:
        """The same for one category."""
        cells = tuple(cell for cell in self.cells if cell.category == category)
        return Measurability(self.month, (category,), cells, unlocks(cells))


def measurability(
    db: Transaction,
    watched: Mapping[str, frozenset[int]] = MappingProxyType({}),
    category: str | None = None,
) -> Measurability:
    """Work out every KPI for every category or for one, and what it lacks.

    ``watched`` holds the numbers of the kit's cases that watch a KPI, by its code: what such a KPI
    lacks is asked only of categories that it is about.

    Raises:
        UserError: ``measurability.no_category`` for a category that is not known.
    """
    month = latest_month(db)
    known = _categories(db)
    if category is not None:
        refuse_unknown("measurability.no_category", category, known)
        known = [category]
    if month is None or not known:
        return Measurability(month, tuple(known), (), ())
    filled = filled_columns(db, month, watched)
    excused = context.surroundings(db, RELATIONS["by_contract"], Ask(by=BY_CATEGORY), [])
    ask = Ask(until=month, by=BY_CATEGORY, where={"category": tuple(known)} if category else {})
    cells = []
    for kpi in CATALOGUE.values():
        found = _by_category(db, kpi, ask, filled)
        absent = _absent(db, kpi, month)
        for code in known:
            result = found.get(code) or _of_category(absent, kpi, code, excused)
            lacks = _lacks(kpi, code, filled) if result.state is State.NOT_COMPUTABLE else ()
            cells.append(Cell(kpi, code, result, lacks))
    values = Counter(cell.category for cell in cells if cell.result.state is State.VALUE)
    no_orders = Lack("orders", None)  # a target has nothing to judge without any figure
    cells = [
        replace(cell, lacks=(*cell.lacks, no_orders))
        if cell.lacks and cell.kpi.over_time.judges_figures and not values[cell.category]
        else cell
        for cell in cells
    ]
    supported_first = sorted(known, key=lambda code: (-values[code], code))
    return Measurability(month, tuple(supported_first), tuple(cells), unlocks(cells))


def _categories(db: Transaction) -> list[str]:
    """Every category that a master, a request, an asset, a contract or an order names."""
    named = ("category_facts", "by_place", "by_request", "by_asset", "by_contract", "by_unit")
    union = " union ".join(f"select category from {table}" for table in named)
    rows = db.rows(f"select category from ({union}) where category is not null order by 1")
    return [code for (code,) in rows]


def _by_category(
    db: Transaction, kpi: Kpi, ask: Ask, filled: FilledColumns
) -> dict[str | None, KpiResult]:
    """The figures of a KPI by category, each over the longest of ``KINDS`` that it can be given.

    A zero of a short period in which nothing was ordered supports nothing when columns are missing.
    """
    results: dict[str | None, KpiResult] = {}
    for kind in KINDS:
        for result in compute(db, kpi, replace(ask, kind=kind)):
            code = result.keys["category"]
            before = results.setdefault(code, result)
            if not (_of_time(before) and result.state is State.VALUE):
                continue
            if result.value or not _lacks(kpi, code or "", filled):
                results[code] = result
        if not any(map(_of_time, results.values())):
            break
    return results


def _of_time(result: KpiResult) -> bool:
    return result.reason is not None and result.reason.key in OF_TIME


def _absent(db: Transaction, kpi: Kpi, month: date) -> KpiResult:
    """The result of a KPI where there are no rows in what it reads."""
    lacking = kpi.over_time.nothing
    nothing = Reason(lacking) if lacking else nothing_loaded(kpi, RELATIONS[kpi.reads[0]])
    (period,) = periods_of(db, Ask(kind=PeriodKind.R12, until=month))
    return kpi.blank(period, {}, reason=nothing)


def _of_category(
    absent: KpiResult, kpi: Kpi, category: str, around: context.Surroundings
) -> KpiResult:
    """The result for a category that has no rows in what the KPI reads."""
    excused = context.not_applicable(around.excused, kpi.strategy, (category,))
    result = replace(absent, keys={"category": category}, reason=excused or absent.reason)
    return replace(result, state=State.NOT_APPLICABLE) if excused else result


def _lacks(kpi: Kpi, category: str, filled: FilledColumns) -> tuple[Lack, ...]:
    """What a figure needs and does not get, a table before its columns; if it is for them."""
    lacks: dict[str, Lack] = {}
    if not filled.is_for(kpi, category):
        return ()
    for need in kpi.needs:
        table = need.partition(".")[0]
        if not filled.has_rows(table, category):
            lacks[table] = Lack(table, None)
            continue
        share = filled.share(need, category, kpi.activity)
        if share is not None and share < MIN_COMPLETENESS.value:
            lacks[need] = Lack(need, share)
    return tuple(lacks.values())


def unlocks(cells: Sequence[Cell]) -> tuple[Unlock, ...]:
    """What would unlock most figures, those first for which nothing else is missing.

    What alone would give the flagship figure stands before all others.
    """
    by_need: dict[str, dict[tuple[str, ...], tuple[tuple[str, str], ...]]] = defaultdict(dict)
    for cell in cells:
        needs = [lack.need for lack in cell.lacks]
        for need in needs:
            others = tuple(other for other in needs if other != need)
            pairs = by_need[need].get(others, ())
            by_need[need][others] = (*pairs, (cell.category, cell.kpi.code))
    made = [Unlock(need, by_others.pop((), ()), by_others) for need, by_others in by_need.items()]
    return tuple(sorted(made, key=_helps))


def _helps(unlock: Unlock) -> tuple[bool, int, int, str]:
    flagship = any(code == FLAGSHIP for _, code in unlock.alone)
    return not flagship, -len(unlock.alone), -unlock.more, unlock.need

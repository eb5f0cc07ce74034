"""What can be asked: relations with their dimensions, and questions with periods and filters."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nami_monitor.core.errors import UserError, refuse_unknown
from nami_monitor.core.periods import SPAN, Period, periods_until, spans_until
from nami_monitor.core.words import PeriodKind
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import BY_PLACE, BY_PRODUCT, MEASURES, is_sum

JOINS = {
    "group": "left join location_facts as g on g.location_id = r.location_id",
    "supplier": "left join (select contract_id as of_contract, supplier from contracts) as k"
    " on k.of_contract = r.contract_id",
    "family": "left join (select contract_id as in_family, family from contract_families) as f"
    " on f.in_family = r.contract_id",
    "streamed": "left join (select distinct f.contract_id as of_streams from contract_families as f"
    " join contract_families as o using (family) join contracts as c"
    " on c.contract_id = o.contract_id and c.stream is not null) as s"
    " on s.of_streams = r.contract_id",
}
"""The join that a dimension needs."""

ORDERS = "orders"
OF_ORDERS = ("by_place", "by_product", "order_lines")
"""The relations of order lines; of those that have the dimensions asked, the smallest is read."""

ROWS = (
    "select table_name, estimated_size from duckdb_tables()"
    f" where database_name = current_database() and table_name in ('{BY_PLACE.name}',"
    f" '{BY_PRODUCT.name}')"
)
"""How many rows the roll-ups of order lines have."""


@dataclass(frozen=True)
class Relation:
    """A relation with its dimensions, one row or more per month.

    Args:
        dimensions: name to the SQL that gives it.
        quantity: what counts base units, if anything does; null where nothing is counted, so that
            its unit does not matter.
        delivered_by: ``orders`` where its months are owed by the sources of order lines; else the
            register whose first and last month stand in ``registers``.
        spans: whether a row may speak of several months, from ``begins`` to its month.
    """

    name: str
    dimensions: Mapping[str, str]
    measures: tuple[str, ...]
    quantity: str | None = None
    delivered_by: str = ORDERS
    spans: bool = False

    def source(self, used: Collection[str]) -> str:
        """The relation joined to what the used dimensions need."""
        needed = {name for name in used if not self.dimensions.get(name, "r.").startswith("r.")}
        joins = [sql for name, sql in JOINS.items() if name in needed]
        return " ".join([f"{self.name} as r", *joins])


def _columns(*names: str) -> dict[str, str]:
    """Dimensions that are columns of the relation under their own name."""
    return {name: f"r.{name}" for name in names}


OF_SOURCE = _columns("category", "source")
OF_ANY = _columns("category", "channel", "condition", "source", "base_unit")
OF_LOCATION = {"location": "r.location_id", "group": "g.location_group"}
OF_PLACE = OF_LOCATION | {
    "stream": "r.stream",
    "contract": "r.contract_id",
    "supplier": "k.supplier",
    "family": "coalesce(f.family, r.contract_id)",
    "streamed": "(r.stream is not null or s.of_streams is not null)",
}
OF_PRODUCT = {"product": "r.product_id"} | _columns("product_group", "article", "mark")
OF_PROJECT = _columns(
    "programme", "project", "scenario", "component", "material", "origin", "end_route",
    "second_life", "in_passport", "price_set", "method", "measure", "works",
)  # fmt: skip
OF_UNIT = _columns("programme", "theme", "unit", "status", "outcome", "measured")
OF_CONTRACT = {
    "stream": "r.stream",
    "contract": "r.contract_id",
    **_columns("supplier", "family", "specification", "form"),
}

RELATIONS: dict[str, Relation] = {
    relation.name: relation
    for relation in (
        Relation(BY_PLACE.name, OF_ANY | OF_PLACE, MEASURES, "quantity"),
        Relation(BY_PRODUCT.name, OF_ANY | OF_PRODUCT, MEASURES, "quantity"),
        Relation("order_lines", OF_ANY | OF_PLACE | OF_PRODUCT, MEASURES, "quantity"),
        Relation(
            "by_request",
            _columns("category", "source", "base_unit")
            | OF_LOCATION
            | {"product": "r.product_id"}
            | _columns("product_group", "article", "decision", "blocked_by"),
            (
                "requests", "decided", "resolved", "blocked", "refurbished", "demand", "kept",
                "avoided", "avoided_eur", "avoided_with_price", "avoided_kg", "avoided_with_mass",
                "avoided_co2e", "avoided_with_co2e",
            ),
            quantity="nullif(avoided, 0)",
            delivered_by="by_request",
        ),
        Relation(
            "by_asset",
            _columns("category", "source", "condition") | OF_LOCATION,
            (
                "in_use", "acquired", "retired", "retired_years", "retired_early",
                "retired_warranted", "failures", "spoilt", "unit_years", "reissued", "matched",
                "handed", "notice_days", "needed",
            ),
            delivered_by="by_asset",
        ),
        Relation(
            "by_life",
            _columns("category", "source", "condition") | OF_LOCATION,
            ("assets",),
            delivered_by="by_asset",
        ),
        Relation(
            "by_contract",
            OF_SOURCE | OF_CONTRACT,
            ("running", "value_eur", "with_value", "with_end", "to_prepare"),
            delivered_by="by_contract",
        ),
        Relation(
            "by_project",
            OF_SOURCE | OF_PROJECT,
            (
                "lines", "weighed", "mass_kg", "compared_kg", "baseline_kg", "baseline_lines",
                "baseline_weighed", "impacts", "priced", "mki_eur", "mki_eur_per_year", "timed",
                "told_kg", "mci_whole", "mci_linear", "value", "reports", "proxies", "silent",
            ),
            delivered_by="by_project",
            spans=True,
        ),
        Relation(
            "by_unit",
            OF_SOURCE | OF_UNIT,
            ("stated", "cap"),
            delivered_by="by_unit",
        ),
        Relation(
            "by_initiative",
            OF_SOURCE | {"intervention": "r.intervention_id"},
            ("initiatives", "with_policy", "roles_wanted", "roles_present", "with_roles"),
            delivered_by="by_initiative",
        ),
        Relation(
            "interventions",
            {"category": OF_ANY["category"], "intervention": "r.intervention_id"},
            (),
            delivered_by="interventions",
        ),
    )
}  # fmt: skip

DIMENSIONS = tuple(
    dict.fromkeys(name for relation in RELATIONS.values() for name in relation.dimensions)
)
"""Every dimension by which a KPI can be grouped or filtered."""


def choose(reads: Collection[str], used: Collection[str]) -> Relation:
    """The first relation of ``reads`` that has all dimensions in ``used``.

    Raises:
        UserError: ``kpi.no_dimension`` or ``kpi.dimensions_apart``.
    """
    return _with_dimensions(reads, used)[0]


def choose_in(db: Transaction, reads: Collection[str], used: Collection[str]) -> Relation:
    """As ``choose``, in a database: of two roll-ups of the same lines, the one with fewer rows.

    Raises:
        UserError: as ``choose``; also where only the order lines have the dimensions, and the
            database, a sum of organisations, has none.
    """
    found = _with_dimensions(reads, used)
    if found[0].name == "order_lines" and is_sum(db):
        raise UserError("kpi.dimensions_apart", seen=", ".join(used))
    rows = {} if len(found) == 1 else dict(db.rows_again(ROWS))
    return min(found, key=lambda relation: rows.get(relation.name, math.inf))


def _with_dimensions(reads: Collection[str], used: Collection[str]) -> list[Relation]:
    for name in used:
        refuse_unknown("kpi.no_dimension", name, DIMENSIONS)
    found = [RELATIONS[name] for name in reads if set(used) <= set(RELATIONS[name].dimensions)]
    if not found:
        raise UserError("kpi.dimensions_apart", seen=", ".join(used))
    return found


EMPTY = "-"
"""How a filter names values that the data does not state."""

Keys = tuple[str | None, ...]
"""The values of the dimensions that a question groups by, in its order."""

OPTIONS = ("activity",)
"""Filters that choose a reading and are no dimension."""


@dataclass(frozen=True)
class Ask:
    """A question to the catalogue.

    Args:
        kind: month, quarter, year, ytd, r12, months of one's own (``2026-03..2026-06``), or the
            code of a programme with dates.
        until: the last month; None for the latest month with data.
        where: dimension to the values wanted; ``activity`` chooses the activity measure.
        most: how many results are wanted at most; None for however many there are.
    """

    kind: str = PeriodKind.MONTH
    until: date | None = None
    last: int = 1
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most: int | None = None

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """The filters on dimensions."""
        return {key: values for key, values in self.where.items() if key not in OPTIONS}

    def categories(self, keys: Mapping[str, str | None]) -> tuple[str | None, ...]:
        """The categories that a group speaks of; none where nothing says which."""
        return (keys["category"],) if "category" in keys else self.filters.get("category", ())

    @property
    def used(self) -> tuple[str, ...]:
        """Every dimension that is grouped or filtered by."""
        return tuple(dict.fromkeys((*self.by, *self.filters)))


def latest_month(db: Transaction) -> date | None:
    """The latest month with order lines; without any, the last of which a register speaks."""
    found: date | None
    ((found,),) = db.rows_again("select max(month) from by_place")
    if found is None:
        ((found,),) = db.rows_again(
            "select coalesce(max(last_month) filter (where relation <> 'by_contract'),"
            " max(last_month)) from registers"
        )
    return found


def periods_of(db: Transaction, ask: Ask) -> list[Period]:
    """The periods that are asked for, oldest first.

    A programme comes after the earlier ones of its category and kind of unit: an election after the
    last one of its own kind.

    Raises:
        UserError: ``kpi.no_period`` when the name is neither a kind nor a programme with dates;
            what ``spans_until`` raises.
    """
    if ask.kind in set(PeriodKind):
        until = ask.until or latest_month(db)
        return [] if until is None else periods_until(PeriodKind(ask.kind), until, ask.last)
    if SPAN in ask.kind:
        return spans_until(ask.kind, ask.last)
    known = programmes(db)
    refuse_unknown("kpi.no_period", ask.kind, [*map(str, PeriodKind), *known])
    chosen = known[ask.kind]
    alike = [programme for programme in known.values() if programme.alike == chosen.alike]
    return [programme.period for programme in alike[: alike.index(chosen) + 1]][-ask.last :]


@dataclass(frozen=True)
class Programme:
    """A programme with dates, whose whole months are a period: an election, a project phase.

    ``unit`` is what it consists of: a pitch, a post, an election of one kind.
    """

    title: str
    category: str
    unit: str
    period: Period

    @property
    def alike(self) -> tuple[str, str]:
        """What it has in common with the programmes that it can be compared with."""
        return self.category, self.unit.strip().casefold()


def programmes(db: Transaction) -> dict[str, Programme]:
    """The programmes with dates, by code; the one that ended first comes first."""
    rows = db.rows_again(
        "select programme, any_value(title), any_value(category), any_value(unit),"
        " month_of(min(starts_on)), month_of(max(ends_on)) from programmes"
        " where starts_on <= ends_on group by programme order by 6, 5, 1"
    )
    return {
        code: Programme(title, category, unit, Period(first, last, code))
        for code, title, category, unit, first, last in rows
    }


def periods_sql(periods: Sequence[Period]) -> str:
    """The periods as a relation ``(no, first, last, months)``.

    Lists written as one text are planned in a third of the time that rows of values take.
    """
    columns = {
        "no": ("integer", range(len(periods))),
        "first": ("date", [period.first for period in periods]),
        "last": ("date", [period.last for period in periods]),
        "months": ("integer", [len(period.months) for period in periods]),
    }
    lists = ", ".join(
        f"unnest('[{', '.join(map(str, values))}]'::{kind}[]) as {name}"
        for name, (kind, values) in columns.items()
    )
    return f"(select {lists}) as p"


def filter_sql(relation: Relation, filters: Mapping[str, Collection[str]]) -> tuple[str, list[Any]]:
    """A predicate over the relation and its parameters; values are never part of the text."""
    tests, parameters = [], []
    for name, values in filters.items():
        column = relation.dimensions[name]
        stated = [value for value in values if value != EMPTY]
        text = f"cast({column} as varchar)"  # a dimension may be true or false
        test = f"{text} in (select unnest(?::varchar[]))"
        if EMPTY in values:
            test = f"({test} or {column} is null)"
        tests.append(test)
        parameters.append(stated)
    return " and ".join(tests) or "true", parameters


def in_order(groups: Iterable[Keys]) -> list[Keys]:
    """Groups in the order in which results come: by their keys, what the data does not say last."""
    return sorted(groups, key=lambda keys: tuple((key is None, key or "") for key in keys))

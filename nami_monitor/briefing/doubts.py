"""What the rows behind a case do not say, or say twice: each a kind with what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from nami_monitor.core.thresholds import MASS_TOLERANCE
from nami_monitor.store import Transaction


class Kind(StrEnum):
    """What is doubtful; its sentence stands in the catalogues under ``cases.doubts``."""

    UNWEIGHED = "unweighed"
    MASSES = "masses"
    NO_PROJECT = "no_project"
    PRODUCT_ONLY = "product_only"
    UNPRICED = "unpriced"
    PUBLISHED = "published"
    ABOVE_CAP = "above_cap"
    TWICE = "twice"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Doubt:
    """Something that a reader must know, or mend.

    Args:
        kind: what it is.
        seen: what was seen, for the placeholders of its sentence.
    """

    kind: Kind
    seen: Mapping[str, Any]


OF_CATEGORY: Final = "category in (select unnest(?::varchar[]))"

QUERIES: Final[Mapping[Kind, tuple[str, tuple[str, ...]]]] = {
    Kind.UNWEIGHED: (
        (
            "select project, count(*) filter (lines = 1 and weighed is null) as missing, sum(lines)"
            f" from project_rows where {OF_CATEGORY} group by project having missing > 0 order by 1"
        ),
        ("project", "count", "of"),
    ),
    Kind.MASSES: (
        (
            "with added as (select project, sum(mass_kg) as kg, count(*) filter (weighed = 1) as n"
            f" from project_rows where {OF_CATEGORY} group by project),"
            " stated as (select project, sum(value) as kg from project_rows"
            f" where measure = 'total_mass' and {OF_CATEGORY} group by project)"
            " select project, a.kg, s.kg from added as a join stated as s using (project)"
            f" where a.n > 0 and abs(a.kg - s.kg) > {MASS_TOLERANCE.value} * s.kg order by 1"
        ),
        ("project", "added", "stated"),
    ),
    Kind.PRODUCT_ONLY: (
        (
            "select count(*) as rows_of, count(distinct m.product_id) from materials as m"
            " where m.project is null and m.product_id in"
            f" (select product_id from products where {OF_CATEGORY}) having rows_of > 0"
        ),
        ("count", "products"),
    ),
    Kind.UNPRICED: (
        (
            "select price_set, string_agg(distinct effect, ', ' order by effect), count(*)"
            f" from project_rows where impacts = 1 and priced is null and {OF_CATEGORY}"
            " group by price_set order by 1"
        ),
        ("set", "effects", "count"),
    ),
    Kind.ABOVE_CAP: (
        (
            "with told as (select programme, month, count(distinct unit) filter (status = 'done')"
            f" as done, max(cap) as cap from by_unit where {OF_CATEGORY} group by all)"
            " select programme, arg_max(done, month), any_value(cap) from told"
            " group by programme having arg_max(done, month) > any_value(cap) order by 1"
        ),
        ("programme", "done", "cap"),
    ),
    Kind.TWICE: (
        (
            "with told as (select u.programme, u.unit_id, u.period, coalesce(u.theme, '') as theme,"
            " count(*) as times from programme_units_offered as u join programmes as p"
            " using (programme) where u.standing in ('live', 'replaced', 'known')"
            f" and {OF_CATEGORY}"
            " group by all having count(*) > 1)"
            " select programme, unit_id, period, max(times) from told group by all"
            " order by 1, 2, 3"
        ),
        ("programme", "unit", "period", "times"),
    ),
}
"""What is asked of the categories, and the names of what it gives."""

LOOSE: Final[Mapping[Kind, tuple[str, tuple[str, ...]]]] = {
    Kind.NO_PROJECT: (
        (
            "select m.project, count(*) from materials as m left join project_facts as f"
            " on f.project = m.project where m.project is not null and f.month is null"
            " group by m.project order by 1"
        ),
        ("project", "count"),
    ),
    Kind.PUBLISHED: (
        (
            "select impact_set, impact, o.eur, p.eur from own_prices as o"
            " join published_prices as p using (impact_set, impact) where o.eur <> p.eur"
            " order by 1, 2"
        ),
        ("set", "effects", "own", "price"),
    ),
    Kind.SET_ASIDE: (
        (
            "select table_name, count(*) from set_aside_rows where state = 'open'"
            " and table_name in ('materials', 'programmes', 'programme_units', 'measurements',"
            " 'shadow_prices')"
            " group by table_name order by 1"
        ),
        ("table", "count"),
    ),
}
"""The same for rows of which nobody knows the category."""


def doubts(db: Transaction, categories: Sequence[str]) -> tuple[Doubt, ...]:
    """What is doubtful in projects and programmes of some categories, by kind.

    Args:
        db: a consistent look at the file.
        categories: their codes.
    """
    return tuple(_doubts(db, categories))


def _doubts(db: Transaction, categories: Sequence[str]) -> Iterator[Doubt]:
    for kind in Kind:
        if kind in QUERIES:
            sql, names = QUERIES[kind]
            times = sql.count("?::varchar[]")
            rows = db.rows(sql, [list(categories)] * times)
        else:
            sql, names = LOOSE[kind]
            rows = db.rows(sql)
        for row in rows:
            yield Doubt(kind, dict(zip(names, row, strict=True)))

"""What KPIs can read, and by which dimensions each can be grouped and filtered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rapidfuzz import process

from nami_monitor.core.errors import UserError
from nami_monitor.store.rollups import BY_PLACE, BY_PRODUCT, MEASURES

TITLE_OF_CONTRACT = "(select contract_id as of_contract, supplier from contracts)"


@dataclass(frozen=True)
class Relation:
    """A relation with its dimensions.

    Args:
        name: the table.
        dimensions: name to the SQL that gives it.
        measures: the columns that are added up.
    """

    name: str
    dimensions: Mapping[str, str]
    measures: tuple[str, ...]

    def source(self, used: Collection[str]) -> str:
        """The relation joined to what the used dimensions need."""
        sql = f"{self.name} as r"
        if "group" in used:
            sql += " left join location_facts as g on g.location_id = r.location_id"
        if "supplier" in used:
            sql += f" left join {TITLE_OF_CONTRACT} as k on k.of_contract = r.contract_id"
        return sql


OF_ANY = {
    "category": "r.category",
    "channel": "r.channel",
    "condition": "r.condition",
    "source": "r.source",
    "base_unit": "r.base_unit",
}
OF_PLACE = {
    "location": "r.location_id",
    "group": "g.location_group",
    "stream": "r.stream",
    "contract": "r.contract_id",
    "supplier": "k.supplier",
}
OF_PRODUCT = {
    "product": "r.product_id",
    "product_group": "r.product_group",
    "article": "r.article",
    "mark": "r.mark",
}

RELATIONS: dict[str, Relation] = {
    BY_PLACE.name: Relation(BY_PLACE.name, OF_ANY | OF_PLACE, MEASURES),
    BY_PRODUCT.name: Relation(BY_PRODUCT.name, OF_ANY | OF_PRODUCT, MEASURES),
    "order_lines": Relation("order_lines", OF_ANY | OF_PLACE | OF_PRODUCT, MEASURES),
}

DIMENSIONS = tuple(
    dict.fromkeys(name for relation in RELATIONS.values() for name in relation.dimensions)
)
"""Every dimension by which a KPI can be grouped or filtered."""


def choose(reads: Collection[str], used: Collection[str]) -> Relation:
    """The first relation of ``reads`` that has all dimensions in ``used``.

    Raises:
        UserError: ``kpi.no_dimension`` or ``kpi.dimensions_apart``.
    """
    for name in used:
        if name not in DIMENSIONS:
            near = [hit for hit, _, _ in process.extract(name, DIMENSIONS, limit=3)]
            raise UserError("kpi.no_dimension", seen=name, near=", ".join(near))
    for name in reads:
        if set(used) <= set(RELATIONS[name].dimensions):
            return RELATIONS[name]
    raise UserError("kpi.dimensions_apart", seen=", ".join(used))

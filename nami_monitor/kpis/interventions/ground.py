"""What every comparison rests on: the register, the order lines, the deliveries, the masters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nami_monitor.kpis.context import Excused, excused_by, of_orders
from nami_monitor.kpis.interventions.cube import Cube
from nami_monitor.kpis.interventions.cubes import cubes, resolved
from nami_monitor.kpis.interventions.register import Intervention, interventions
from nami_monitor.kpis.interventions.series import Articles
from nami_monitor.kpis.interventions.sites import Place, places
from nami_monitor.kpis.interventions.window import History
from nami_monitor.kpis.privacy import Site, all_sites
from nami_monitor.store import Transaction

Gaps = Mapping[tuple[str, date], frozenset[str]]
"""By source and month, the locations that a delivery left out which owed all of them."""


@dataclass(frozen=True)
class Ground:
    """Everything that was read for some categories.

    Args:
        register: every intervention, earliest first.
        cubes: the order lines, by category.
        articles: the articles behind every number that an intervention names.
        history: what every source owed and delivered.
        gaps: locations that were left out of a delivery.
        places: the locations of the masters.
        staff: every location with its staff.
        excused: strategies that do not apply, by category and strategy.
    """

    register: tuple[Intervention, ...]
    cubes: Mapping[str, Cube]
    articles: Articles
    history: History
    gaps: Gaps
    places: Mapping[str, Place]
    staff: Sequence[Site]
    excused: Excused


def ground(
    db: Transaction, categories: Collection[str] | None = None, more: Collection[str] = ()
) -> Ground:
    """Read what comparisons rest on.

    Args:
        db: a consistent look at the file.
        categories: the categories wanted; None for all that have an intervention.
        more: article numbers that no intervention of the register names, to look at beforehand.
    """
    register = interventions(db)
    wanted = {one.category for one in register} if categories is None else set(categories)
    named = {code for one in register if one.category in wanted for code in one.named_products}
    articles = resolved(db, named | set(more))
    alone = {article for found in articles.values() for article in found}
    return Ground(
        register=register,
        cubes=cubes(db, wanted, alone),
        articles=articles,
        history=of_orders(db),
        gaps=_gaps(db),
        places=places(db),
        staff=all_sites(db),
        excused=excused_by(db),
    )


def _gaps(db: Transaction) -> dict[tuple[str, date], frozenset[str]]:
    rows = db.rows(
        "with short as (select source, month from source_months where table_name = 'orders'"
        " and share > 0 and share < 1)"
        " select s.source, s.month, l.location_id from short as s cross join location_facts as l"
        " where (s.source, s.month, l.location_id) not in (select (p.source, p.month,"
        " p.location_id) from by_place as p join short using (source, month))"
        " and coalesce(l.opened_on <= s.month, true) and coalesce(l.closed_on >= s.month, true)"
    )
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    for source, month, location in rows:
        found[source, month].add(location)
    return {key: frozenset(locations) for key, locations in found.items()}

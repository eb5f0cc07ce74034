"""Dividing by activity: staff-days, FTE, visitors. A missing activity is never zero.

Flows (staff-days, visitors) add up over months; levels (FTE, voters) are averaged. The denominator
counts every location where the category is used; a location that ordered and has no activity for a
month makes the figure of that month not computable, and is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nami_monitor.core.periods import Period
from nami_monitor.core.words import LEVELS
from nami_monitor.kpis.relations import RELATIONS
from nami_monitor.kpis.result import Reason
from nami_monitor.kpis.scope import Ask, filter_sql, periods_sql
from nami_monitor.store import Transaction
from nami_monitor.store.quoting import words

SPLIT = ("category", "location", "group")
"""Dimensions by which activity differs; over the others it is the same for all."""

NAMED = 5
"""How many locations without activity are named."""


@dataclass(frozen=True)
class Part:
    """The activity of one group in one period, and where it is missing."""

    value: float | None
    missing: int
    named: tuple[str, ...]


@dataclass(frozen=True)
class Divided:
    """The denominators of a question.

    Args:
        by: the question's dimensions.
        measures: activity measure by category; None is the category that is not grouped by.
        parts: by the keys of the splitting dimensions and the period's number.
        chosen: the measure that the question names, if it does.
    """

    by: tuple[str, ...]
    measures: Mapping[str | None, str | None]
    parts: Mapping[tuple[tuple[str | None, ...], int], Part]
    chosen: str | None

    def measure(self, category: str | None) -> str | None:
        """The activity measure used for a category."""
        if self.chosen:
            return self.chosen
        if category is not None:
            return self.measures.get(category)
        stated = {measure for measure in self.measures.values() if measure}
        return stated.pop() if len(stated) == 1 else None

    def value(self, keys: tuple[str | None, ...], no: int) -> float | None:
        """The activity of a group in a period."""
        part = self._part(keys, no)
        return part.value if part else None

    def against(self, keys: tuple[str | None, ...], no: int, category: str | None) -> Reason | None:
        """Why there is no denominator, if there is none."""
        measure = self.measure(category)
        if measure is None:
            stated = sorted({found for found in self.measures.values() if found})
            if len(stated) > 1 and category is None:
                return Reason("mixed_activity", {"measures": ", ".join(stated)})
            return Reason("no_activity_measure", {"category": category or "-"})
        part = self._part(keys, no)
        if part is None or (part.value is None and not part.missing):
            return Reason("no_activity", {"measure": measure})
        if part.missing:
            more = "" if part.missing <= len(part.named) else f" (+{part.missing - NAMED})"
            return Reason(
                "activity_missing",
                {"measure": measure, "locations": ", ".join(part.named) + more, "n": part.missing},
            )
        return None

    def _part(self, keys: tuple[str | None, ...], no: int) -> Part | None:
        own = tuple(key for name, key in zip(self.by, keys, strict=True) if name in SPLIT)
        return self.parts.get((own, no))


def divide(db: Transaction, ask: Ask, periods: Sequence[Period]) -> Divided:
    """The activity of every group and period of a question."""
    relation = RELATIONS["by_place"]
    split = [name for name in ask.by if name in SPLIT]
    filters = {name: values for name, values in ask.filters.items() if name in SPLIT}
    test, parameters = filter_sql(relation, filters)
    chosen = next(iter(ask.where.get("activity", ())), None)
    measures = _measures(db, test, parameters, ask)
    keys = ", ".join(f"{relation.dimensions[name]} as s{i}" for i, name in enumerate(split))
    by = "".join(f"s{i}, " for i in range(len(split)))
    measure = "?" if chosen else "c.activity_measure"
    tail = f"{keys}, " if keys else ""
    source = relation.source({*split, *filters})
    sql = (
        f"with used as (select distinct {tail}r.location_id, r.month, {measure} as measure"
        f" from {source} left join categories as c on c.category = r.category where {test}),"
        f" places as (select distinct {by}location_id, measure from used),"
        f" active as (select distinct {by}location_id, no from used join {periods_sql(periods)}"
        " on month between first and last),"
        " amounts as (select a.measure, a.location_id, no,"
        " sum(a.months) as months,"
        f" case when a.measure in {words(tuple(sorted(LEVELS)))}"
        " then sum(a.value * a.months) / any_value(p.months) else sum(a.value) end as value"
        f" from activity as a join {periods_sql(periods)}"
        " on a.first_month >= first and a.last_month <= last"
        " group by a.measure, a.location_id, no)"
        f" select {by}no, sum(value),"
        " count(*) filter (where seen and coalesce(months, 0) < wanted),"
        f" list(location_id order by location_id)"
        " filter (where seen and coalesce(months, 0) < wanted)[1:5]"
        f" from (select {''.join(f'l.s{i}, ' for i in range(len(split)))}l.location_id, p.no,"
        " m.value, m.months, p.months as wanted, v.location_id is not null as seen"
        f" from places as l cross join {periods_sql(periods)}"
        " left join amounts as m on m.location_id = l.location_id and m.measure = l.measure"
        " and m.no = p.no left join active as v on v.location_id = l.location_id and v.no = p.no"
        + "".join(f" and v.s{i} is not distinct from l.s{i}" for i in range(len(split)))
        + ") group by all"
    )
    rows = db.rows(sql, [*([chosen] if chosen else []), *parameters])
    size = len(split)
    parts = {
        (row[:size], row[size]): Part(row[size + 1], row[size + 2], tuple(row[size + 3] or ()))
        for row in rows
    }
    return Divided(ask.by, measures, parts, chosen)


def _measures(
    db: Transaction, test: str, parameters: Sequence[object], ask: Ask
) -> dict[str | None, str | None]:
    """The activity measure of every category in the question's scope."""
    relation = RELATIONS["by_place"]
    source = relation.source(ask.filters)
    return dict(
        db.rows(
            "select distinct u.category, c.activity_measure from"
            f" (select distinct r.category from {source} where {test}) as u"
            " left join categories as c using (category)",
            list(parameters),
        )
    )

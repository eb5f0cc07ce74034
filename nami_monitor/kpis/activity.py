"""Dividing by activity: staff-days, FTE, visitors. A missing activity is never zero.

Flows (staff-days, visitors) add up over months; levels (FTE, voters) are averaged. The denominator
counts every location where the category is used, from its first to its last month with orders or
activity; a location without activity for a month in between makes the figure not computable, and is
named.
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
        stated = sorted({found for found in self.measures.values() if found})
        silent = sorted(name or "-" for name, found in self.measures.items() if not found)
        if category is None and not self.chosen and stated and silent:
            return Reason("no_activity_measure", {"category": ", ".join(silent)})
        if measure is None and len(stated) > 1 and category is None:
            return Reason("mixed_activity", {"measures": ", ".join(stated)})
        if measure is None:
            return Reason("no_activity_measure", {"category": category or ", ".join(silent) or "-"})
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
    keys = "".join(f"{relation.dimensions[name]} as s{i}, " for i, name in enumerate(split))
    by = "".join(f"s{i}, " for i in range(len(split)))
    measure = "?" if chosen else "c.activity_measure"
    listed = periods_sql(periods)
    sql = (
        f"with places as (select {keys}r.location_id, {measure} as measure,"
        " min(r.month) as ordered_first, max(r.month) as ordered_last"
        f" from {relation.source({*split, *filters})}"
        f" left join category_facts as c on c.category = r.category where {test} group by all),"
        " life as (select location_id, measure, min(first_month) as active_first,"
        " max(last_month) as active_last from activity group by all),"
        " amounts as (select a.location_id, a.measure, no, sum(a.months) as months,"
        f" case when a.measure in {words(tuple(sorted(LEVELS)))}"
        " then sum(a.value * a.months) / any_value(p.months) else sum(a.value) end as value"
        f" from activity as a join {listed} on a.first_month >= first and a.last_month <= last"
        " group by a.location_id, a.measure, no),"
        f" lived as (select {by}l.location_id, l.measure, no,"
        " greatest(first, least(ordered_first, active_first)) as from_month,"
        " least(last, greatest(ordered_last, active_last), closed_on) as to_month"
        " from places as l left join life using (location_id, measure)"
        f" left join location_facts using (location_id) cross join {listed}),"
        f" joined as (select {by}location_id, no, value,"
        " coalesce(months, 0) < date_diff('month', from_month, to_month) + 1 as lacks"
        " from lived left join amounts using (location_id, measure, no))"
        f" select {by}no, sum(value), count(*) filter (where lacks),"
        f" list(location_id order by location_id) filter (where lacks)[1:{NAMED}]"
        " from joined group by all"
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
            " left join category_facts as c using (category)",
            list(parameters),
        )
    )

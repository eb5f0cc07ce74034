"""Dividing by activity: staff-days, FTE, visitors. A missing activity is never zero.

Flows (staff-days, visitors) add up over months; levels (FTE, voters) are averaged. The denominator
counts every location where the category is used, from its first to its last month with orders or
activity; a location without activity for a month in between makes the figure not computable, and is
named. So is a location whose figures overlap, as a month and its quarter do: they would count
twice.

Figures of the organisation as a whole stand in for those of its locations in a period for which no
location has any; they say nothing about a location or a group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from nami_monitor.core.periods import Period
from nami_monitor.core.words import LEVELS
from nami_monitor.kpis.questions import RELATIONS, Ask, Keys, Relation, filter_sql, periods_sql
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.source_rows import RowsSql, SourceRows, SourceTable, same
from nami_monitor.store import Transaction
from nami_monitor.store.transaction import literal, literals

SPLIT = ("category", "location", "group")
"""Dimensions by which activity differs; over the others it is the same for all."""

OF_PLACE = frozenset({"location", "group"})
"""Dimensions that split or leave out locations."""

NAMED = 5
"""At most so many locations are named in a reason."""

LOCATED = "activity"
"""The activity of locations, by whole months."""

OF_WHOLE = "measurements where location_id is null and subject is null"

WHOLE = (
    "(select activity_measure as measure, '' as location_id,"
    " cast(date_trunc('month', period_start) as date) as first_month,"
    " cast(date_trunc('month', period_end) as date) as last_month,"
    " date_diff('month', period_start, period_end) + 1 as months, sum(value) as value"
    f" from {OF_WHOLE} group by all)"
)
"""The activity of the organisation as a whole, as if it were one location without a code."""

WHOLE_PLACE = ("",)
"""The location code under which the organisation as a whole stands."""


@dataclass(frozen=True)
class ActivityParts:
    """The activity of one group in every period.

    ``value`` is NaN where there is none; ``named`` and ``twice`` are those of some periods.
    """

    value: NDArray[np.float64]
    missing: NDArray[np.int64]
    named: Mapping[int, tuple[str, ...]]
    twice: Mapping[int, tuple[str, ...]]

    def at(self, no: int) -> float | None:
        """That of a period."""
        value = float(self.value[no])
        return None if isnan(value) else value

    def against(self, no: int, measure: str | None) -> Reason | None:
        """The reason why that of a period is no denominator; None where it is one."""
        missing, named, twice = int(self.missing[no]), self.named.get(no, ()), self.twice.get(no)
        if np.isnan(self.value[no]) and not missing:
            return Reason("no_activity", {"measure": measure})
        if twice == WHOLE_PLACE:
            return Reason("activity_twice_whole", {"measure": measure})
        if twice:
            return Reason("activity_twice", {"measure": measure, "locations": ", ".join(twice)})
        if not missing:
            return None
        listed = ", ".join(named) + (f" (+{missing - NAMED})" if missing > len(named) else "")
        return Reason("activity_missing", {"measure": measure, "locations": listed, "n": missing})

    @property
    def divides(self) -> NDArray[np.bool_]:
        """In which periods nothing speaks ``against`` it."""
        found: NDArray[np.bool_] = ~np.isnan(self.value) & (self.missing == 0)
        found[list(self.twice)] = False
        return found

    def filled_by(self, whole: ActivityParts) -> ActivityParts:
        """The activity, and in periods without any that of the organisation as a whole."""
        lacks = np.isnan(self.value)
        told = {no: twice for no, twice in whole.twice.items() if lacks[no]}
        return ActivityParts(
            np.where(lacks, np.where(whole.missing > 0, np.nan, whole.value), self.value),
            np.where(lacks, 0, self.missing),
            {no: named for no, named in self.named.items() if not lacks[no]},
            {no: twice for no, twice in self.twice.items() if not lacks[no]} | told,
        )


@dataclass(frozen=True)
class Divided:
    """The denominators of a question.

    ``parts`` are those of all periods by the keys of the splitting dimensions; ``measures`` by
    category, None for the one that is not grouped by. Of the ``whole`` ones only the organisation
    has figures, where the question is about locations.
    """

    by: tuple[str, ...]
    measures: Mapping[str | None, str | None]
    parts: Mapping[Keys, ActivityParts]
    none: ActivityParts
    chosen: str | None
    whole: frozenset[str] = frozenset()

    def measure(self, category: str | None) -> str | None:
        """The activity measure used for a category; for several, the one that they share."""
        if self.chosen:
            return self.chosen
        if category is not None:
            return self.measures.get(category)
        stated = set(self.measures.values())
        return stated.pop() if len(stated) == 1 else None

    @cached_property
    def _stated(self) -> tuple[list[str], list[str]]:
        """The measures that categories have, and the categories that have none; each in order."""
        stated = sorted({found for found in self.measures.values() if found})
        return stated, sorted(name or "-" for name, found in self.measures.items() if not found)

    def parts_of(self, keys: Keys) -> ActivityParts:
        """The activity of a group in each period; ``none`` where it is used nowhere."""
        own = tuple(key for name, key in zip(self.by, keys, strict=True) if name in SPLIT)
        return self.parts.get(own, self.none)

    def unmeasured(self, category: str | None) -> Reason | None:
        """The reason why a category has no denominator in any period; None where it may."""
        measure = self.measure(category)
        stated, silent = self._stated
        if category is None and not self.chosen and stated and silent:
            return Reason("no_activity_measure", {"category": ", ".join(silent)})
        if measure is None and len(stated) > 1 and category is None:
            return Reason("mixed_activity", {"measures": ", ".join(stated)})
        if measure is None:
            return Reason("no_activity_measure", {"category": category or ", ".join(silent) or "-"})
        return Reason("activity_whole", {"measure": measure}) if measure in self.whole else None


def divide(db: Transaction, ask: Ask, periods: Sequence[Period], relation: Relation) -> Divided:
    """The activity of every group and period of a question.

    The relation tells where a category is used; what knows no places is taken to be used where it
    was ordered.
    """
    if "location" not in relation.dimensions:
        relation = RELATIONS["by_place"]
    test, parameters = filter_sql(relation, _filters(ask))
    measures = dict(
        db.rows_again(
            "select distinct u.category, c.activity_measure from"
            f" (select distinct r.category from {relation.source(ask.filters)} where {test}) as u"
            " left join category_facts as c using (category)",
            parameters,
        )
    )
    parts = dict(_parts(db, relation, ask, periods, LOCATED))
    rows = db.rows_again(f"select distinct activity_measure from {OF_WHOLE}")
    whole = frozenset(measure for (measure,) in rows)
    none = ActivityParts(np.full(len(periods), np.nan), np.zeros(len(periods), int), {}, {})
    if whole and not OF_PLACE & set(ask.used):
        for keys, over_all in _parts(db, relation, ask, periods, WHOLE).items():
            parts[keys] = parts.get(keys, none).filled_by(over_all)
        whole = frozenset()
    located = {measure for (measure,) in db.rows_again("select distinct measure from activity")}
    return Divided(ask.by, measures, parts, none, _chosen(ask), whole - located)


def activity_measures(db: Transaction) -> tuple[str, ...]:
    """The activity measures of which there are figures, of locations or of the whole."""
    rows = db.rows_again(
        f"select measure from activity union select activity_measure from {OF_WHOLE} order by 1"
    )
    return tuple(measure for (measure,) in rows)


def _parts(
    db: Transaction, relation: Relation, ask: Ask, periods: Sequence[Period], activity: str
) -> dict[Keys, ActivityParts]:
    """The activity of each period, by the keys of the splitting dimensions.

    SQL says where a category is used and what places had; what that adds up to is a product of
    matrices: a thousand categories at two thousand places over sixty months would be ten million
    rows.
    """
    split = [name for name in ask.by if name in SPLIT]
    filters, chosen = _filters(ask), _chosen(ask)
    test, parameters = filter_sql(relation, filters)
    keys = "".join(f"{relation.dimensions[name]} as s{i}, " for i, name in enumerate(split))
    by = [f"s{i}" for i in range(len(split))]
    place = "r.location_id" if activity == LOCATED else "''"
    measure = "?" if chosen else "c.activity_measure"
    used = (
        f"with places as (select {keys}{place} as location_id, {measure} as measure,"
        " min(r.month) as ordered_first, max(r.month) as ordered_last"
        f" from {relation.source({*split, *filters})}"
        f" left join category_facts as c on c.category = r.category where {test} group by all),"
        " life as (select location_id, measure, min(first_month) as active_first,"
        f" max(last_month) as active_last from {activity} group by all)"
        f" select {''.join(f'{name}, ' for name in by)}location_id, measure,"
        f" {_month('least(ordered_first, active_first)')} as since,"
        f" {_month('least(greatest(ordered_last, active_last), closed_on)')} as until"
        " from places left join life using (location_id, measure)"
        " left join location_facts using (location_id) order by location_id"
    )
    had = (
        "with inside as (select a.*, no, p.months as wanted, a.first_month <= max(a.last_month)"
        " over (partition by a.location_id, a.measure, no order by a.first_month, a.last_month"
        " rows between unbounded preceding and 1 preceding) as again from"
        f" {activity} as a join {periods_sql(periods)}"
        " on a.first_month >= first and a.last_month <= last)"
        " select location_id, measure, no, cast(sum(months) as double) as months,"
        " coalesce(bool_or(again), false) as twice,"
        f" case when measure in {literals(tuple(sorted(LEVELS)))}"
        " then sum(value * months) / any_value(wanted) else sum(value) end as value"
        " from inside group by location_id, measure, no"
    )
    given = [*([chosen] if chosen else []), *parameters]
    return db.once(
        f"{used}\0{given!r}\0{had}",
        lambda: _added(
            db.once(f"{used}\0{given!r}", lambda: db.frame(used, given)),
            db.once(had, lambda: db.frame(had)),
            by,
            periods,
        ),
    )


MONTHS: Final = 2**18
"""More than the number of any month."""


def _month(day: str) -> str:
    """SQL of the number of the month of a day."""
    return f"12 * year({day}) + month({day})"


def _added(
    used: pl.DataFrame, had: pl.DataFrame, by: Sequence[str], periods: Sequence[Period]
) -> dict[Keys, ActivityParts]:
    """What the places of each group had in each period.

    ``used`` are the places of groups, in order of their codes, each with the first and last month
    in which it should have activity; ``had`` what they had by period.
    """
    places = had.select("location_id", "measure").unique().with_row_index("place")
    there = had.join(places, on=["location_id", "measure"])
    at = there["place"].to_numpy(), there["no"].to_numpy()
    shape = (len(places) + 1, len(periods))  # the last is a place that never had any
    months, value, twice = np.zeros(shape), np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for whole, name in ((months, "months"), (value, "value"), (twice, "twice")):
        whole[at] = there[name].to_numpy()

    groups = used.select(by).unique(maintain_order=True) if by else pl.DataFrame({"all": [True]})
    groups = groups.head(len(used)).with_row_index("group")
    used = used.join(places, on=["location_id", "measure"], how="left", maintain_order="left")
    used = (
        used.join(groups, on=list(by), nulls_equal=True, maintain_order="left")
        if by
        else used.with_columns(group=pl.lit(0))
    )
    # places that should have activity over the same months are looked at once
    life = used.select(
        pl.col("place").fill_null(len(places)), pl.col("since"), pl.col("until")
    ).to_numpy()
    place, since, until = life.T.astype(np.int64)
    lives, own = np.unique((place * MONTHS + since) * MONTHS + until, return_inverse=True)
    place, since, until = lives // MONTHS**2, lives // MONTHS % MONTHS, lives % MONTHS
    ends = ((period.first, period.last) for period in periods)
    first, last = np.array([[12 * day.year + day.month for day in pair] for pair in ends]).T
    wanted = np.minimum(last, until[:, None]) - np.maximum(first, since[:, None]) + 1
    lacks = months[place] < wanted
    group = used["group"].to_numpy()
    counted = sparse.csr_array((np.ones(len(own)), (group, own)), shape=(len(groups), len(lives)))
    total, known = counted @ np.nan_to_num(value[place]), counted @ ~np.isnan(value[place])
    total[known == 0] = np.nan
    missing = (counted @ lacks.astype(float)).astype(int)
    names = used["location_id"].to_list()
    named, doubled = (_first(group, marks, own, names) for marks in (lacks, twice[place]))
    return {
        tuple(keys): ActivityParts(total[g], missing[g], named.get(g, {}), doubled.get(g, {}))
        for g, *keys in (groups if by else groups.select("group")).iter_rows()
    }


def _first(
    group: NDArray[Any], marks: NDArray[np.bool_], own: NDArray[Any], names: Sequence[str | None]
) -> dict[int, dict[int, tuple[str, ...]]]:
    """The first few marked places of each group and period; places stand in order of their codes.

    ``marks`` are by life and period, and ``own`` is the life of each place.
    """
    found: dict[int, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for no in np.flatnonzero(marks.any(axis=0)).tolist():
        for at in np.flatnonzero(marks[own, no]).tolist():
            told, name = found[int(group[at])], names[at]
            if name is not None and len(told.get(no, ())) < NAMED:
                told[no] = (*told.get(no, ()), name)
    return found


def _filters(ask: Ask) -> dict[str, tuple[str, ...]]:
    """The filters on dimensions by which activity differs."""
    return {name: values for name, values in ask.filters.items() if name in SPLIT}


def _chosen(ask: Ask) -> str | None:
    """The measure that the question names, if it does."""
    return next(iter(ask.where.get("activity", ())), None)


MEASURED: Final = same(
    "period_start", "period_end", "location_id", "activity_measure", "value", "unit", "method",
    "proxy",
)  # fmt: skip


def _activity_rows(measure: str, places: str, *, whole: bool) -> RowsSql:
    """The rows of an activity measure within a period, at the ``places`` (SQL) or of the whole."""
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


def activity_source_rows(
    db: Transaction, relation: Relation, ask: Ask, result: KpiResult
) -> SourceRows:
    """The measurements that a figure is divided by, as ``divide`` chooses them."""
    period, measure = result.period, str(result.activity)
    if "location" not in relation.dimensions:
        relation = RELATIONS["by_place"]
    filters = _filters(ask)
    test, parameters = filter_sql(relation, filters)
    rows = db.rows(
        f"select distinct r.location_id from {relation.source(filters)}"
        f" where {test} and r.location_id is not null",
        parameters,
    )
    listed = ", ".join(literal(place) for (place,) in rows)
    places = f"select unnest([{listed}]::varchar[])"
    located = db.value(
        "select exists (select 1 from activity where measure = ?"
        f" and location_id in ({places}) and first_month >= ? and last_month <= ?)",
        [measure, period.first, period.last],
    )
    whole = not OF_PLACE & set(filters) and not located
    return SourceRows(
        source=SourceTable(
            "measurements", _activity_rows(measure, places, whole=whole), MEASURED, "period_start"
        ),
        relation=Relation("measurements", {}, (), delivered_by="measurements"),
        periods=(period,),
        denominator="sum(activity)",
    )

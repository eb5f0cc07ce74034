"""The share of assets still in use when their warranty ends, from all that were ever watched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nami_monitor.core.periods import Period
from nami_monitor.core.words import State
from nami_monitor.kpis import context
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.questions import Ask, Relation, choose, filter_sql, periods_of, periods_sql
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.survival import Survival, kaplan_meier
from nami_monitor.store import Transaction

Keys = tuple[str | None, ...]


@dataclass(frozen=True)
class Lives:
    """The assets of a group, watched until the end of a period.

    Args:
        curve: the share still in use, by age in whole months.
        warranty: the most common length of their warranty in months; None when none is stated.
        assets: how many were watched.
        retired: how many of them were retired.
    """

    curve: Survival
    warranty: int | None
    assets: int
    retired: int


def lives(
    db: Transaction, kpi: Kpi, ask: Ask, periods: Sequence[Period]
) -> dict[tuple[Keys, int], Lives]:
    """The assets by group and number of the period, each watched until the period's end.

    Args:
        db: a consistent look at the file.
        kpi: the declaration, which names the relation.
        ask: grouping and filters.
        periods: what is watched ends with each of them, or with the register where that is sooner.
    """
    relation = choose(kpi.reads, ask.used)
    rows = _ages(db, relation, ask, periods)
    size = len(ask.by)
    counts: dict[tuple[Keys, int], list[tuple[int, int, int]]] = defaultdict(list)
    for row in rows:
        counts[row[:size], row[size]].append(row[size + 1 :])
    warranties = _warranties(db, relation, ask)
    return {key: _lives(found, warranties.get(key[0])) for key, found in counts.items()}


def _lives(found: Sequence[tuple[int, int, int]], warranty: int | None) -> Lives:
    ages, retired, censored = zip(*found, strict=True)
    curve = kaplan_meier(ages, retired, censored)
    return Lives(curve, warranty, sum(retired) + sum(censored), sum(retired))


def _ages(
    db: Transaction, relation: Relation, ask: Ask, periods: Sequence[Period]
) -> list[tuple[Any, ...]]:
    """Keys, number of the period, age in months, and how many were retired and last seen at it."""
    test, parameters = filter_sql(relation, ask.filters)
    keys = "".join(f"{relation.dimensions[name]} as k{i}, " for i, name in enumerate(ask.by))
    by = "".join(f"k{i}, " for i in range(len(ask.by)))
    return db.rows(
        f"with lived as (select {keys}r.month, r.retired, r.months, sum(r.assets) as assets,"
        " any_value(g_last.last_month) as known_until"
        f" from {relation.source(ask.used)} join (select source, last_month from registers"
        " where relation = 'by_asset') as g_last on g_last.source = r.source"
        f" where {test} group by {by or ''}r.month, r.retired, r.months, r.source),"
        f" seen as (select *, least(last, known_until) as until"
        f" from lived join {periods_sql(periods)} on month <= last)"
        f" select {by}no, case when retired <= until then months"
        " else greatest(0, date_diff('month', month, until)) end as age,"
        " cast(coalesce(sum(assets) filter (where retired <= until), 0) as bigint),"
        " cast(coalesce(sum(assets) filter (where retired is null or retired > until), 0)"
        f" as bigint) from seen group by {by}no, age",
        parameters,
    )


def _warranties(db: Transaction, relation: Relation, ask: Ask) -> Mapping[Keys, int]:
    test, parameters = filter_sql(relation, ask.filters)
    keys = "".join(f"{relation.dimensions[name]}, " for name in ask.by)
    rows = db.rows(
        f"with stated as (select {keys}r.warranty, sum(r.assets) as assets"
        f" from {relation.source(ask.used)} where {test} and r.warranty > 0 group by all)"
        f" select * from stated order by assets, warranty desc",
        parameters,
    )
    return {row[:-2]: row[-2] for row in rows}


def survival(db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
    """The share still in use at the end of the warranty, with its interval.

    What was retired in the last month of the warranty is no longer in use at its end.

    Args:
        db: a consistent look at the file.
        kpi: the declaration.
        ask: periods, grouping and filters; each period's figure rests on all that was watched until
            its end.

    Returns:
        As ``compute`` gives: the numerator counts the assets that were retired, the denominator
        those watched.
    """
    periods = periods_of(db, ask)
    if not periods:
        return []
    relation = choose(kpi.reads, ask.used)
    around = context.around(db, relation, ask, [Period(p.last, p.last, p.kind) for p in periods])
    found = lives(db, kpi, ask, periods)
    groups = sorted(
        {keys for keys, _ in found} | set(around.groups),
        key=lambda keys: tuple((key is None, key or "") for key in keys),
    )
    return [
        _judge(kpi, ask, keys, (no, period), around, found.get((keys, no)))
        for keys in (groups if ask.by else [()])
        for no, period in enumerate(periods)
    ]


def _judge(
    kpi: Kpi,
    ask: Ask,
    keys: Keys,
    at: tuple[int, Period],
    around: context.Around,
    seen: Lives | None,
) -> KpiResult:
    no, period = at
    named = dict(zip(ask.by, keys, strict=True))
    delivery = around.delivery(keys, no)
    blank = KpiResult(
        code=kpi.code,
        period=period,
        keys=named,
        state=State.NOT_COMPUTABLE,
        unit=kpi.unit,
        version=kpi.version,
        completeness=delivery.share,
        flags=around.flags(keys, no),
        sources=delivery.sources,
    )
    excused = around.not_applicable(kpi.strategy, ask.categories(named))
    if excused:
        return replace(blank, state=State.NOT_APPLICABLE, reason=excused)
    against = around.against(keys, no) or around.unkept(kpi.needs, keys, no)
    if against or seen is None:
        return replace(blank, reason=against or Reason("no_assets"))
    blank = replace(blank, numerator=float(seen.retired), denominator=float(seen.assets))
    if seen.warranty is None:
        return replace(blank, reason=Reason("no_warranty"))
    estimate = seen.curve.survival_at(seen.warranty - 1)
    if estimate.value is None or estimate.lack:
        reason = Reason(str(estimate.lack), {"months": seen.warranty})
        return replace(blank, reason=reason)
    return replace(
        blank,
        state=State.VALUE,
        value=100 * estimate.value,
        low=None if estimate.low is None else 100 * estimate.low,
        high=None if estimate.high is None else 100 * estimate.high,
    )

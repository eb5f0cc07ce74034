"""How long assets last: Kaplan-Meier over counts per age, with those still in use counted properly.

Ages are whole days since the asset was new. A million assets come in as one row per age, so the
work is the same for any register. Nothing here knows a calendar: the caller turns ten years into
days.

Sources: Kaplan and Meier (1958), J. Am. Stat. Assoc. 53:457; Greenwood (1926); Klein and
Moeschberger (2003), Survival Analysis, 2nd ed., 4.2 (curve), 4.3 (log-log interval);
Peto et al. (1977), Br. J. Cancer 35:1 (how many whole histories a curve is worth); Clopper and
Pearson (1934), Biometrika 26:404 (interval where all or none are left).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nami_monitor.core.periods import Period
from nami_monitor.core.thresholds import CONFIDENCE, SURVIVAL_AT_RISK
from nami_monitor.core.words import State
from nami_monitor.kpis import context, privacy
from nami_monitor.kpis.declare import Kpi, OverTime
from nami_monitor.kpis.over_time.added_up import rows_of_aggregates
from nami_monitor.kpis.questions import (
    Ask,
    Keys,
    Relation,
    choose,
    filter_sql,
    in_order,
    periods_of,
    periods_sql,
)
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.source_rows import SourceRows
from nami_monitor.store import Transaction

HALF: Final = 0.5
EXACT: Final = 2.0**53
"""Up to here a float holds every whole number."""

TAIL: Final = (1 - CONFIDENCE.value) / 2
REACH: Final = -NormalDist().inv_cdf(TAIL)

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class SurvivalLack(StrEnum):
    """Why there is no figure; its sentence stands in the catalogues under ``reasons.``."""

    NOT_OBSERVED = "not_observed"
    """No asset was watched all the way to that age."""
    TOO_FEW_AT_RISK = "too_few_at_risk"
    """At some age up to there too few assets were watched."""


@dataclass(frozen=True)
class SurvivalEstimate:
    """A figure with its limits at the level ``CONFIDENCE``, or why there is none (``lack``).

    A limit is None where it cannot be said.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    lack: SurvivalLack | None = None


@dataclass(frozen=True)
class Survival:
    """The share of assets still in use, by age. All arrays have one entry per age, in order.

    Args:
        ages: the ages at which something happened, in days.
        at_risk: how many were watched just before each age.
        survival: share (0 to 1) still in use after it.
        low: lower limit of that share; log-log, or Clopper-Pearson where all or none are left.
        high: upper limit of that share.
        greenwood: the sum of ``d / (n (n - d))`` so far; infinite once all were retired.
        support: how many whole histories the curve is worth at its weakest age so far: ``n / S``,
            the number at risk over the share in use (Peto et al.). Without censoring that
            is the number of assets, at every age.
    """

    ages: Counts
    at_risk: Counts
    retired: Counts
    survival: Floats
    low: Floats
    high: Floats
    greenwood: Floats
    support: Floats

    def survival_at(self, age: float) -> SurvivalEstimate:
        """The share still in use after an age.

        Returns:
            A share (0 to 1) with its interval, or the lack.

        Raises:
            ValueError: the age is negative or no number.
        """
        if not age >= 0:
            raise ValueError(age)
        support = self._support(age)
        if support < SURVIVAL_AT_RISK.value:
            few = SurvivalLack.TOO_FEW_AT_RISK if support else SurvivalLack.NOT_OBSERVED
            return SurvivalEstimate(lack=few)
        row = int(np.searchsorted(self.ages, age, side="right")) - 1
        share = float(self.survival[row]) if row >= 0 else 1.0
        spread = float(self.greenwood[row]) if row >= 0 else 0.0
        low, high = _interval(np.array([share]), np.array([spread]), np.array([support]))
        return SurvivalEstimate(share, float(low[0]), float(high[0]))

    def _support(self, age: float) -> float:
        """How many whole histories the curve is worth up to an age; 0 where nobody was watched."""
        row = int(np.searchsorted(self.ages, age, side="left"))
        if row < len(self.ages):
            return float(self.support[row])
        all_retired = len(self.ages) and self.survival[-1] == 0
        return float(self.support[-1]) if all_retired else 0.0


def kaplan_meier(ages: ArrayLike, retired: ArrayLike, censored: ArrayLike) -> Survival:
    """The curve of a register, from counts per age; every asset is watched from new.

    Those who leave at an age are at risk at it; retirements come before censoring (Kaplan and
    Meier).

    Args:
        ages: whole days, each once, in any order; shape (n,).
        retired: how many assets were retired at each age; shape (n,).
        censored: how many were last seen in use at each age, shape (n,).

    Returns:
        The curve, one entry per age; empty for empty input.

    Raises:
        ValueError: an age is negative, or stands twice; a count is negative; a number is not whole;
            or the shapes differ.
    """
    table = _whole_numbers([ages, retired, censored])
    age, gone, seen_last = table[:, np.argsort(table[0])]
    if (np.diff(age) == 0).any():
        raise ValueError("an age stands twice")
    at_risk = (gone + seen_last)[::-1].cumsum()[::-1]
    watched = np.maximum(at_risk, 1).astype(np.float64)  # nobody at risk changes nothing
    left = at_risk - gone
    survival = np.cumprod(1 - gone / watched, dtype=np.float64)
    terms = gone / (watched * np.maximum(left, 1))
    greenwood: Floats = np.cumsum(np.where((gone > 0) & (left == 0), np.inf, terms))
    before = np.concatenate([[1.0], survival[:-1]])[: len(age)]
    worth = np.full(len(age), np.inf)
    np.divide(at_risk, before, out=worth, where=before > 0)
    support: Floats = np.minimum.accumulate(worth)
    low, high = _interval(survival, greenwood, support)
    return Survival(age, at_risk, gone, survival, low, high, greenwood, support)


def _whole_numbers(columns: Sequence[ArrayLike]) -> Counts:
    """The columns as the rows of one table of whole numbers, none negative."""
    arrays = [np.asarray(column, dtype=np.float64) for column in columns]
    if any(array.shape != (arrays[0].size,) for array in arrays):
        raise ValueError("ages and counts differ in shape")
    table = np.stack(arrays)
    if not ((table >= 0) & (table < EXACT) & (table == np.floor(table))).all():
        raise ValueError("ages and counts are whole numbers from 0")
    return table.astype(np.int64)


def _interval(survival: Floats, greenwood: Floats, support: Floats) -> tuple[Floats, Floats]:
    """The log-log interval ``S ** exp(-+ z sqrt(G) / |log S|)``.

    It says nothing where all or none are left. There it is the exact interval of all or none of so
    many assets as the curve is worth: from ``(alpha / 2) ** (1 / support)``, or up to 1 minus that.
    """
    between = (survival > 0) & (survival < 1)
    share = np.where(between, survival, HALF)
    width = np.exp(REACH * np.sqrt(np.where(between, greenwood, 0.0)) / -np.log(share))
    edge = np.where(support > 0, TAIL ** (1 / np.where(support > 0, support, 1.0)), 0.0)
    low = np.where(between, share**width, np.where(survival == 0, 0.0, edge))
    high = np.where(between, share ** (1 / width), np.where(survival == 0, 1 - edge, 1.0))
    return low, high


@dataclass(frozen=True)
class WatchedAssets:
    """The assets of a group, watched until the end of a period.

    ``curve`` is the share still in use, by age in whole months, as is the most common ``warranty``;
    that is None when none is stated.
    """

    curve: Survival
    warranty: int | None
    assets: int
    retired: int


def watched_assets(
    db: Transaction, kpi: Kpi, ask: Ask, periods: Sequence[Period]
) -> dict[tuple[Keys, int], WatchedAssets]:
    """The assets by group and number of the period, each watched until the period's end.

    A register that ends sooner than a period ends the watching.
    """
    relation = choose(kpi.reads, ask.used)
    counts: dict[tuple[Keys, int], list[tuple[int, int, int]]] = defaultdict(list)
    for *keys, no, age, retired, censored in _ages(db, relation, ask, periods):
        counts[tuple(keys), no].append((age, retired, censored))
    warranties = _warranties(db, relation, ask)
    return {key: _lives(found, warranties.get(key[0])) for key, found in counts.items()}


def _lives(found: Sequence[tuple[int, int, int]], warranty: int | None) -> WatchedAssets:
    ages, retired, censored = zip(*found, strict=True)
    curve = kaplan_meier(ages, retired, censored)
    return WatchedAssets(curve, warranty, sum(retired) + sum(censored), sum(retired))


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


@dataclass(frozen=True)
class SurvivalAtWarranty(OverTime):
    """The share still in use at the end of the warranty, with its interval.

    What was retired in the last month of the warranty is no longer in use at its end. Each period's
    figure rests on all that was watched until its end; its numerator counts the assets that were
    retired, its denominator those watched.
    """

    code: str = "survival"
    forms: tuple[str, str] = ("survival", "survival")
    not_split: str = "why_survival"

    def compute(self, db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
        """See ``compute``."""
        periods = periods_of(db, ask)
        if not periods:
            return []
        relation = choose(kpi.reads, ask.used)
        around = context.surroundings(
            db, relation, ask, [Period(p.last, p.last, p.kind) for p in periods]
        )
        found = watched_assets(db, kpi, ask, periods)
        groups = in_order({keys for keys, _ in found} | set(around.groups))
        results = [
            _judge(kpi, ask, keys, (no, period), around, found.get((keys, no)))
            for keys in (groups if ask.by else [()])
            for no, period in enumerate(periods)
        ]
        return privacy.hide_small_cells(db, results, ask, relation, kpi.named)

    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """The assets that were watched."""
        return rows_of_aggregates(db, kpi, ask, result, ("sum(left_us)", "sum(assets)"))


SURVIVAL: Final = SurvivalAtWarranty()


def _judge(
    kpi: Kpi,
    ask: Ask,
    keys: Keys,
    at: tuple[int, Period],
    around: context.Surroundings,
    seen: WatchedAssets | None,
) -> KpiResult:
    no, period = at
    named = dict(zip(ask.by, keys, strict=True))
    delivery = around.delivery(keys, no)
    blank = kpi.blank(
        period,
        named,
        completeness=delivery.share,
        flags=around.flags(keys, no, delivery),
        sources=delivery.sources,
    )
    excused = context.not_applicable(around.excused, kpi.strategy, ask.categories(named))
    if excused:
        return replace(blank, state=State.NOT_APPLICABLE, reason=excused)
    against = around.against(keys, no, delivery) or around.unkept(kpi.needs, delivery)
    if against or seen is None:
        return replace(blank, reason=against or Reason("no_assets"))
    blank = replace(blank, numerator=float(seen.retired), denominator=float(seen.assets))
    if seen.warranty is None:
        return replace(blank, reason=Reason("no_warranty"))
    estimate = seen.curve.survival_at(seen.warranty - 1)
    if estimate.value is None or estimate.lack:
        return replace(blank, reason=Reason(str(estimate.lack), {"months": seen.warranty}))
    return replace(
        blank,
        state=State.VALUE,
        value=100 * estimate.value,
        low=None if estimate.low is None else 100 * estimate.low,
        high=None if estimate.high is None else 100 * estimate.high,
    )

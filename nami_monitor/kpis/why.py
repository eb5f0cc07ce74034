"""Why a figure changed: what each location, product, channel or supplier contributed.

The contributions are exact fractions of what SQL added up, so they add up exactly to ``change``;
that differs from the difference of the two figures by the rounding of doubles alone (some 1e-9 of
the figures), because those were added up in another order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import isclose
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, add_months
from nami_monitor.core.periods import span as span_of
from nami_monitor.core.words import Flag, PeriodKind, State
from nami_monitor.kpis.contributions import (
    ZERO,
    Contribution,
    Number,
    Ratio,
    contributions,
    exact,
    ratio_contributions,
    shared_ratio_contributions,
)
from nami_monitor.kpis.declare import Kpi, compute
from nami_monitor.kpis.over_time.added_up import added_up
from nami_monitor.kpis.questions import EMPTY, RELATIONS, Ask, choose, periods_of
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.store import Transaction

MOST_NAMED: Final = 15
"""How many contributions are named; the others are added up."""

ROUNDING: Final = 1e-9
"""Share by which sums of doubles may differ because of the order in which they were added up."""

OFFERED: Final = (
    "location", "group", "product", "product_group", "channel", "supplier", "category", "stream",
    "condition", "contract", "source",
)  # fmt: skip
"""Dimensions by which a change is split, in the order in which they are offered."""

WHOLE_YEARS: Final = {PeriodKind.YEAR, PeriodKind.YTD, PeriodKind.R12}
"""Periods before which the same period a year earlier comes."""

Key = tuple[str | None, ...]
HIDDEN: Final[Key] = ()
"""Stands for all groups together of which nothing may be shown."""


class Against(StrEnum):
    """What a period is compared with."""

    YEAR = "year"
    PREVIOUS = "previous"


@dataclass(frozen=True)
class Slice:
    """What one group contributed.

    Args:
        key: its value of the dimension; None where the data does not say.
        before: its own figure before, in the unit of the KPI; over the shared denominator where
            all groups share one; None where it had none.
        after: likewise.
        amount: what it contributed, in the unit of the KPI.
        within: of that, by the change of its own ratio; for a sum, everything.
        mix: of that, because it weighs more or less in the whole, or came or went.
        where: the filters that lead to its own trend.
    """

    key: str | None
    before: Fraction | None
    after: Fraction | None
    amount: Fraction
    within: Fraction
    mix: Fraction
    where: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Others:
    """Groups that are not named, added up.

    Args:
        count: how many.
        hidden: how many of them are hidden to protect persons, or do not apply.
        amount: what they contributed together, in the unit of the KPI.
        within: see ``Slice``; None where something hidden is among them.
        mix: likewise.
    """

    count: int
    hidden: int
    amount: Fraction
    within: Fraction | None
    mix: Fraction | None


@dataclass(frozen=True)
class Why:
    """A change, and what it is made of.

    Args:
        kpi: the declaration.
        dimension: what it is split by; ``article`` for distinct counts, whatever was asked.
        before: the figure of the earlier period.
        after: the figure of the later period.
        change: what the slices and the others add up to exactly; None where there is none.
        slices: the largest contributions, largest first by absolute size.
        others: the rest; None where nothing is left.
        mixes: whether weights differ by group, so that within and mix say something.
        came: articles that were not counted before, for a distinct count.
        went: articles that are no longer counted, likewise.
        lacking: the figure whose reason says why nothing is split; None where it is.
    """

    kpi: Kpi
    dimension: str
    before: KpiResult
    after: KpiResult
    change: Fraction | None = None
    slices: tuple[Slice, ...] = ()
    others: Others | None = None
    mixes: bool = False
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    lacking: KpiResult | None = None

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What a reader must know of either figure."""
        return tuple(dict.fromkeys((*self.after.flags, *self.before.flags)))


def dimensions(kpi: Kpi, ask: Ask) -> tuple[str, ...]:
    """The dimensions by which a change of a KPI can be split, given what is filtered on.

    Args:
        kpi: the declaration.
        ask: the question; its filters must stand in one relation together with the dimension.

    Returns:
        Names in the order of ``OFFERED``; ``article`` alone for distinct counts.
    """
    if kpi.over_time.not_split:
        return ()
    wanted = (kpi.over_time.split_by,) if kpi.over_time.split_by else OFFERED
    return tuple(
        name
        for name in wanted
        if len(ask.filters.get(name, ())) != 1
        and any({name, *ask.filters} <= set(RELATIONS[one].dimensions) for one in kpi.reads)
    )


def why(
    db: Transaction, kpi: Kpi, ask: Ask, dimension: str, against: Against = Against.YEAR
) -> Why:
    """Split the change of a figure into what each group contributed.

    A KPI that is itself a difference with a year earlier is split as the sum beneath it.

    Args:
        db: a consistent look at the file.
        kpi: the declaration.
        ask: the later period (the last of the question) and the filters.
        dimension: what to split by; distinct counts are split by article, because one article can
            be counted in several groups.
        against: the same period a year earlier, or the period before.

    Raises:
        UserError: ``why.no_data`` without any month; or what ``compute`` raises.
    """
    dimension = kpi.over_time.split_by or dimension
    summed = kpi.over_time.beneath(kpi)
    ask = replace(ask, last=1, by=())
    periods = periods_of(db, ask)
    if not periods:
        raise UserError("why.no_data")
    span = [earlier(periods[-1], against), periods[-1]]
    if kpi.over_time.not_split:
        before, after = (_whole(db, kpi, ask, period) for period in span)
        why_not = after.reason if after.state is State.NOT_APPLICABLE else None
        lacking = replace(after, reason=why_not or Reason(kpi.over_time.not_split))
        return Why(kpi, dimension, before, after, lacking=lacking)
    before, after = added_up(db, summed, ask, span)
    told = Why(kpi, dimension, before, after)
    choose(summed.reads, (*ask.used, dimension))  # what it cannot be split by is said first
    missing = next((one for one in (after, before) if one.state is not State.VALUE), None)
    if missing:
        return replace(told, lacking=missing)
    results = added_up(db, summed, replace(ask, by=(dimension,)), span)
    return _split(told, ask, results)


def _whole(db: Transaction, kpi: Kpi, ask: Ask, period: Period) -> KpiResult:
    """The figure of a period of a KPI that is not added up from months."""
    own = period.kind in set(PeriodKind)
    kind = period.kind if own else span_of(period.first, period.last)
    (result,) = compute(db, kpi, replace(ask, kind=kind, until=period.last))
    return result


def earlier(period: Period, against: Against) -> Period:
    """What a period is compared with.

    The period before a year, a year to date or twelve rolling months is the one a year earlier.
    """
    if against is Against.YEAR or period.kind in WHOLE_YEARS:
        return period.a_year_earlier()
    months = len(period.months)
    first, last = (add_months(month, -months) for month in (period.first, period.last))
    return Period(first, last, period.kind)


@dataclass(frozen=True)
class _Side:
    """One of the two periods: what each group has of the figure.

    Args:
        above: numerator by group; what may not be shown stands together under ``HIDDEN``.
        below: denominator likewise.
        whole: the denominator of the figure itself.
    """

    above: Mapping[Key, Number | None]
    below: Mapping[Key, Number | None]
    whole: float

    @property
    def adds_up(self) -> bool:
        """Whether the denominators of the groups are parts of the whole one."""
        known = [float(one) for one in self.below.values() if one is not None]
        left = self.below.get(HIDDEN) or 0
        return isclose(sum(known), self.whole, rel_tol=ROUNDING) and left >= 0

    @property
    def ratios(self) -> dict[Key, Ratio]:
        """Numerator and denominator of each group that has either."""
        return {
            key: Ratio(above or 0, self.below[key] or 0)
            for key, above in self.above.items()
            if above is not None or self.below[key] is not None
        }


def _side(total: KpiResult, results: Sequence[KpiResult], secret: set[Key]) -> _Side:
    """What the groups have of a figure, the secret ones added up."""
    own = [one for one in results if one.period == total.period and _key(one) not in secret]
    above: dict[Key, Number | None] = {_key(one): one.numerator for one in own}
    below: dict[Key, Number | None] = {_key(one): one.denominator for one in own}
    if secret:
        above[HIDDEN] = _left(total.numerator, above)
        below[HIDDEN] = _left(total.denominator, below)
    return _Side(above, below, total.denominator or 0.0)


def _left(total: float | None, found: Mapping[Key, Number | None]) -> Fraction:
    return exact(total or 0) - sum((exact(one or 0) for one in found.values()), start=ZERO)


def _split(told: Why, ask: Ask, results: Sequence[KpiResult]) -> Why:
    """The change of a figure that exists in both periods, by the figures of its groups."""
    secret = {_key(one) for one in results if _may_not_show(one)}
    before, after = (_side(total, results, secret) for total in (told.before, told.after))
    mixes = told.kpi.is_ratio and before.adds_up and after.adds_up
    if mixes:
        found = ratio_contributions(before.ratios, after.ratios)
    elif told.kpi.is_ratio:
        found = shared_ratio_contributions(
            before.above, after.above, denominators=(before.whole, after.whole)
        )
    else:
        found = contributions(before.above, after.above)
    change = _sum(one.amount for one in found) * _factor(told.kpi)
    told = replace(told, change=change, mixes=mixes)
    if told.kpi.over_time.split_by and not told.kpi.is_ratio and not secret:
        return replace(told, came=_articles(found, 1), went=_articles(found, -1))
    return _named(
        told, ask, [one for one in found if one.before or one.after or one.amount], secret
    )


def _named(told: Why, ask: Ask, found: Sequence[Contribution[Key]], secret: set[Key]) -> Why:
    """Name the largest contributions, and add up the rest."""
    shown = [one for one in found if one.key != HIDDEN][:MOST_NAMED]
    rest = [one for one in found if one not in shown]
    factor = _factor(told.kpi)
    slices = tuple(
        Slice(
            key=one.key[0],
            before=None if one.before is None else one.before * factor,
            after=None if one.after is None else one.after * factor,
            amount=one.amount * factor,
            within=one.within * factor,
            mix=one.mix * factor,
            where={**ask.where, told.dimension: (EMPTY if one.key[0] is None else one.key[0],)},
        )
        for one in shown
    )
    if not rest:
        return replace(told, slices=slices)
    open_ones = sum(one.key != HIDDEN for one in rest)
    others = Others(
        count=open_ones + len(secret),
        hidden=len(secret),
        amount=_sum(one.amount for one in rest) * factor,
        within=None if secret else _sum(one.within for one in rest) * factor,
        mix=None if secret else _sum(one.mix for one in rest) * factor,
    )
    return replace(told, slices=slices, others=others)


def _articles(found: Sequence[Contribution[Key]], amount: int) -> tuple[str, ...]:
    return tuple(sorted(str(one.key[0]) for one in found if one.amount == amount))


def _may_not_show(result: KpiResult) -> bool:
    return Flag.SMALL_CELL in result.flags or result.state is State.NOT_APPLICABLE


def _key(result: KpiResult) -> Key:
    return tuple(result.keys.values())


def _factor(kpi: Kpi) -> Fraction:
    return Fraction(kpi.factor)


def _sum(amounts: Iterable[Fraction]) -> Fraction:
    return sum(amounts, start=ZERO)

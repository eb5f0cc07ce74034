"""Why a figure changed: what each location, product, channel or supplier contributed.

The contributions are exact fractions of what SQL added up, so they add up exactly to ``change``;
that differs from the difference of the two figures by the rounding of doubles alone (some 1e-9 of
the figures), because those were added up in another order.

Sources: the two parts of a change of a ratio are those of Kitagawa (1955), J. Am. Stat. Assoc.
50:1168, with shares measured against the mean ratio, so that what comes and goes has its place:
Griliches and Regev (1995), J. Econometrics 65:175.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import isclose
from typing import Final, Generic, TypeVar

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, add_months
from nami_monitor.core.periods import span as span_of
from nami_monitor.core.words import Flag, PeriodKind, State
from nami_monitor.kpis.declare import Kpi, compute
from nami_monitor.kpis.over_time.added_up import added_up
from nami_monitor.kpis.questions import EMPTY, RELATIONS, Ask, choose, periods_of
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.store import Transaction

K = TypeVar("K", bound=Hashable)
N = TypeVar("N", bound=Hashable)
Number = int | float | Decimal | Fraction

GRID: Final = 2**64
ZERO: Final = Fraction(0)


@dataclass(frozen=True)
class Contribution(Generic[K]):
    """What one key contributed to a change, in the unit of the figure.

    Args:
        before: its own figure before: a sum, or a ratio; None where it had none.
        after: its own figure after, likewise.
        amount: what it contributed.
        within: of that, by the change of its own ratio; for a sum, everything.
        mix: of that, because it weighs more or less in the total, or came or went; 0 for a sum.
    """

    key: K
    before: Fraction | None
    after: Fraction | None
    amount: Fraction
    within: Fraction
    mix: Fraction

    def renamed(self, key: N, factor: Fraction) -> Contribution[N]:
        """The same under another name and in another unit."""
        return Contribution(
            key,
            None if self.before is None else self.before * factor,
            None if self.after is None else self.after * factor,
            self.amount * factor,
            self.within * factor,
            self.mix * factor,
        )


@dataclass(frozen=True)
class Ratio:
    """One key's part of a ratio of sums."""

    numerator: Number
    denominator: Number


def contributions(
    before: Mapping[K, Number | None], after: Mapping[K, Number | None]
) -> tuple[Contribution[K], ...]:
    """What each key contributed to the change of a sum: ``after - before``.

    A key without a number, or left out, had nothing.

    Returns:
        One entry per key, largest first by absolute size; they add up exactly to the change.

    Raises:
        ValueError: a number is not finite.
    """
    parts = []
    for key in dict.fromkeys([*before, *after]):
        old, new = _known(before.get(key)), _known(after.get(key))
        amount = (new or ZERO) - (old or ZERO)
        parts.append(Contribution(key, old, new, amount, amount, ZERO))
    return _largest_first(parts)


def shared_ratio_contributions(
    before: Mapping[K, Number | None],
    after: Mapping[K, Number | None],
    *,
    denominators: tuple[Number, Number],
) -> tuple[Contribution[K], ...]:
    """What each key contributed to a ratio whose denominator all keys share.

    ``n1 / D1 - n0 / D0``, e.g. products over the staff-days of the whole organisation. Each key's
    own figure is its numerator over that denominator, so the contributions are those of a sum.

    ``denominators`` is ``D0`` and ``D1``.

    Returns:
        One entry per key, largest first by absolute size; they add up exactly to the change.

    Raises:
        ValueError: a denominator is not above zero, or a number is not finite.
    """
    totals = [_positive(exact(denominator)) for denominator in denominators]
    shares = [
        {key: exact(value) / total for key, value in numerators.items() if value is not None}
        for numerators, total in zip((before, after), totals, strict=True)
    ]
    return contributions(*shares)


def ratio_contributions(
    before: Mapping[K, Ratio], after: Mapping[K, Ratio]
) -> tuple[Contribution[K], ...]:
    """What each key contributed to a ratio of sums with a denominator per key.

    With ``R`` the mean of the two ratios, ``w`` a key's share of the denominator and ``r`` its own
    ratio, a key contributes ``w1 (r1 - R) - w0 (r0 - R)``. Of that, ``(w0 + w1) / 2 (r1 - r0)`` is
    within the key, and ``((r0 + r1) / 2 - R) (w1 - w0)`` is mix (Griliches and Regev). A key
    without a denominator in one of the periods has no ratio of its own there: all is mix.

    Returns:
        One entry per key, largest first by absolute size; they add up exactly to the change of the
        ratio, and so do within and mix together.

    Raises:
        ValueError: the denominators of a period do not add up to more than zero, or a number is not
            finite.
    """
    old, new = _RatioPeriod(before), _RatioPeriod(after)
    mean = (old.ratio + new.ratio) / 2
    parts = []
    for key in dict.fromkeys([*before, *after]):
        own = old.own(key), new.own(key)
        amount = new.above(key, mean) - old.above(key, mean)
        within = ZERO
        if own[0] is not None and own[1] is not None:
            within = on_grid((old.weight(key) + new.weight(key)) / 2 * (own[1] - own[0]))
        parts.append(Contribution(key, *own, amount, within, amount - within))
    return _largest_first(parts)


class _RatioPeriod(Generic[K]):
    """One period of a ratio of sums."""

    def __init__(self, ratios: Mapping[K, Ratio]) -> None:
        self.pairs = {
            key: (exact(ratio.numerator), exact(ratio.denominator)) for key, ratio in ratios.items()
        }
        self.total = _positive(sum((below for _, below in self.pairs.values()), start=ZERO))
        self.ratio = sum((above for above, _ in self.pairs.values()), start=ZERO) / self.total

    def own(self, key: K) -> Fraction | None:
        above, below = self.pairs.get(key, (ZERO, ZERO))
        return above / below if below else None

    def weight(self, key: K) -> Fraction:
        return self.pairs[key][1] / self.total

    def above(self, key: K, mean: Fraction) -> Fraction:
        """``w (r - R)``, which exists without a denominator too."""
        above, below = self.pairs.get(key, (ZERO, ZERO))
        return (above - mean * below) / self.total


def _largest_first(parts: list[Contribution[K]]) -> tuple[Contribution[K], ...]:
    return tuple(sorted(parts, key=lambda part: -abs(part.amount)))


def _known(value: Number | None) -> Fraction | None:
    return None if value is None else exact(value)


def exact(value: Number) -> Fraction:
    """The number as it is stored.

    Raises:
        ValueError: it is infinite or not a number.
    """
    try:
        return Fraction(value)
    except OverflowError as error:
        raise ValueError(value) from error


def _positive(total: Fraction) -> Fraction:
    if total <= 0:
        raise ValueError(total)
    return total


def on_grid(value: Fraction) -> Fraction:
    """The number to 19 decimals, so that sums over many keys stay short.

    What neighbouring parts are measured against may be rounded: the parts still add up.
    """
    return Fraction(round(value * GRID), GRID)


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
"""The key of all groups together that may not be shown."""


class Against(StrEnum):
    """What a period is compared with."""

    YEAR = "year"
    PREVIOUS = "previous"


@dataclass(frozen=True)
class Others:
    """Groups that are not named, added up: what they contributed, in the unit of the KPI.

    ``hidden`` of them protect persons or do not apply; then ``within`` and ``mix`` (see
    ``Contribution``) are None.
    """

    count: int
    hidden: int
    amount: Fraction
    within: Fraction | None
    mix: Fraction | None


@dataclass(frozen=True)
class Explanation:
    """A change, and what it is made of.

    Args:
        dimension: what it is split by; ``article`` for distinct counts, whatever was asked.
        change: what the slices and the others add up to exactly; None where there is none.
        slices: the largest contributions by value of the dimension (None where the data does not
            say), in the unit of the KPI, largest first by absolute size.
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
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    change: Fraction | None = None
    slices: tuple[Contribution[str | None], ...] = ()
    others: Others | None = None
    mixes: bool = False
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    lacking: KpiResult | None = None

    def filters_of(self, part: Contribution[str | None]) -> dict[str, tuple[str, ...]]:
        """The filters that lead to the trend of one contribution."""
        return {**self.where, self.dimension: (EMPTY if part.key is None else part.key,)}

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What a reader must know of either figure."""
        return tuple(dict.fromkeys((*self.after.flags, *self.before.flags)))


def dimensions(kpi: Kpi, ask: Ask) -> tuple[str, ...]:
    """The dimensions by which a change of a KPI can be split, given what is filtered on.

    In the order of ``OFFERED``; ``article`` alone for distinct counts. All filters must stand in
    one relation together with the dimension.
    """
    if kpi.over_time.not_split:
        return ()
    wanted = (kpi.over_time.split_by,) if kpi.over_time.split_by else OFFERED
    return tuple(
        name
        for name in wanted
        if len(ask.filters.get(name, ())) != 1
        and any(
            {name, *ask.filters} <= set(RELATIONS[relation].dimensions) for relation in kpi.reads
        )
    )


def why(
    db: Transaction, kpi: Kpi, ask: Ask, dimension: str, against: Against = Against.YEAR
) -> Explanation:
    """Split the change of a figure into what each group contributed.

    A KPI that is itself a difference with a year earlier is split as the sum beneath it.

    Split is the last period of the question. Distinct counts are split by article, because one
    article can be counted in several groups.

    Raises:
        UserError: ``why.no_data`` without any month; or what ``compute`` raises.
    """
    dimension = kpi.over_time.split_by or dimension
    summed = kpi.over_time.beneath(kpi)
    ask, span = compared_periods(db, ask, against)
    if kpi.over_time.not_split:
        before, after = (_whole(db, kpi, ask, period) for period in span)
        why_not = after.reason if after.state is State.NOT_APPLICABLE else None
        lacking = replace(after, reason=why_not or Reason(kpi.over_time.not_split))
        return Explanation(kpi, dimension, before, after, ask.where, lacking=lacking)
    before, after = added_up(db, summed, ask, span)
    explanation = Explanation(kpi, dimension, before, after, ask.where)
    choose(summed.reads, (*ask.used, dimension))  # what it cannot be split by is said first
    missing = next((result for result in (after, before) if result.state is not State.VALUE), None)
    if missing:
        return replace(explanation, lacking=missing)
    results = added_up(db, summed, replace(ask, by=(dimension,)), span)
    return _split(explanation, results)


def _whole(db: Transaction, kpi: Kpi, ask: Ask, period: Period) -> KpiResult:
    """The figure of a period of a KPI that is not added up from months."""
    own = period.kind in set(PeriodKind)
    kind = period.kind if own else span_of(period.first, period.last)
    (result,) = compute(db, kpi, replace(ask, kind=kind, until=period.last))
    return result


def compared_periods(db: Transaction, ask: Ask, against: Against) -> tuple[Ask, list[Period]]:
    """The question without its grouping, and the two periods that it compares, earlier first.

    Raises:
        UserError: ``why.no_data`` without any month; or what ``periods_of`` raises.
    """
    ask = replace(ask, last=1, by=())
    periods = periods_of(db, ask)
    if not periods:
        raise UserError("why.no_data")
    return ask, [earlier(periods[-1], against), periods[-1]]


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
class _GroupsOfPeriod:
    """Numerators and denominators of the groups in a period; the hidden stand under ``HIDDEN``."""

    above: Mapping[Key, Number | None]
    below: Mapping[Key, Number | None]
    whole: float

    @property
    def adds_up(self) -> bool:
        """Whether the denominators of the groups are parts of the whole one."""
        known = [float(value) for value in self.below.values() if value is not None]
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


def _groups_of(total: KpiResult, results: Sequence[KpiResult], secret: set[Key]) -> _GroupsOfPeriod:
    """The numerators and denominators of the groups, the hidden ones added up."""
    own = [
        result for result in results if result.period == total.period and _key(result) not in secret
    ]
    above: dict[Key, Number | None] = {_key(result): result.numerator for result in own}
    below: dict[Key, Number | None] = {_key(result): result.denominator for result in own}
    if secret:
        above[HIDDEN] = _left(total.numerator, above)
        below[HIDDEN] = _left(total.denominator, below)
    return _GroupsOfPeriod(above, below, total.denominator or 0.0)


def _left(total: float | None, parts: Mapping[Key, Number | None]) -> Fraction:
    return exact(total or 0) - sum((exact(value or 0) for value in parts.values()), start=ZERO)


def _split(told: Explanation, results: Sequence[KpiResult]) -> Explanation:
    """The change of a figure that exists in both periods, by the figures of its groups."""
    secret = {
        _key(result)
        for result in results
        if Flag.SMALL_CELL in result.flags or result.state is State.NOT_APPLICABLE
    }
    before, after = (_groups_of(total, results, secret) for total in (told.before, told.after))
    mixes = told.kpi.is_ratio and before.adds_up and after.adds_up
    if mixes:
        parts = ratio_contributions(before.ratios, after.ratios)
    elif told.kpi.is_ratio:
        parts = shared_ratio_contributions(
            before.above, after.above, denominators=(before.whole, after.whole)
        )
    else:
        parts = contributions(before.above, after.above)
    change = _sum(part.amount for part in parts) * Fraction(told.kpi.factor)
    told = replace(told, change=change, mixes=mixes)
    if told.kpi.over_time.split_by and not told.kpi.is_ratio and not secret:
        return replace(told, came=_articles(parts, 1), went=_articles(parts, -1))
    named = [part for part in parts if part.before or part.after or part.amount]
    return _named(told, named, secret)


def _named(told: Explanation, parts: Sequence[Contribution[Key]], secret: set[Key]) -> Explanation:
    """Name the largest contributions, and add up the rest."""
    shown = [part for part in parts if part.key != HIDDEN][:MOST_NAMED]
    rest = [part for part in parts if part not in shown]
    factor = Fraction(told.kpi.factor)
    slices = tuple(part.renamed(part.key[0], factor) for part in shown)
    if not rest:
        return replace(told, slices=slices)
    open_ones = sum(part.key != HIDDEN for part in rest)
    others = Others(
        count=open_ones + len(secret),
        hidden=len(secret),
        amount=_sum(part.amount for part in rest) * factor,
        within=None if secret else _sum(part.within for part in rest) * factor,
        mix=None if secret else _sum(part.mix for part in rest) * factor,
    )
    return replace(told, slices=slices, others=others)


def _articles(parts: Sequence[Contribution[Key]], amount: int) -> tuple[str, ...]:
    return tuple(sorted(str(part.key[0]) for part in parts if part.amount == amount))


def _key(result: KpiResult) -> Key:
    return tuple(result.keys.values())


def _sum(amounts: Iterable[Fraction]) -> Fraction:
    return sum(amounts, start=ZERO)

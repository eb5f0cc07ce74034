"""Signals from the figures of an overview, and the month and filters they are made for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.briefing.overview import KpiLine, Overview, chart_of, independent, level_signals
from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import UNSURE
from nami_monitor.core.words import Direction, KitSignal, PeriodKind, State
from nami_monitor.kpis import Kpi, KpiResult
from nami_monitor.kpis.targets import JudgedTarget, Where
from nami_monitor.signals.scan import LevelSignal
from nami_monitor.signals.signal_rules import Seen, Signal, of_target, poorly_known, year_end_peak
from nami_monitor.signals.xmr import Assurance, target_assurance

SPEND: Final = "impact_spend"


@dataclass(frozen=True)
class SignalScope:
    """The month and filters for which signals are made, and the feeds on which its figures rest.

    ``spend`` is euros of the last twelve months, None where that is not known; ``spent`` spend by
    month, as far back as an overview looks, without months that have no figure.
    """

    month: date
    where: Where
    spend: float | None = None
    spent: Mapping[date, float] | None = None
    sources: frozenset[str] = frozenset()

    @property
    def category(self) -> str | None:
        """The category, where exactly one was chosen."""
        chosen = self.where.get("category", ())
        return chosen[0] if len(chosen) == 1 else None

    @property
    def of_category(self) -> Where:
        """The filter on category alone, for registers that know no other."""
        chosen = self.where.get("category")
        return {"category": chosen} if chosen else {}

    def holds(self, category: str | None) -> bool:
        """Whether a category is within the filters."""
        chosen = self.where.get("category")
        return not chosen or category in chosen

    def signal(
        self, kind: KitSignal, subject: str, numbers: Mapping[str, Seen], **more: Any
    ) -> Signal:
        """A signal of its month and category, unless ``more`` says otherwise."""
        known = {"month": self.month, "category": self.category, **more}
        return Signal(kind=kind, subject=subject, numbers=numbers, **known)

    def worth(self, share: float) -> float | None:
        """Euros a year of a share (0 to 1) of the spend; None if unknown."""
        return None if self.spend is None else min(abs(share), 1.0) * abs(self.spend)


def scope_of(glance: Overview, where: Where) -> SignalScope:
    """The scope of an overview; a year's spend is twelve times the mean of its known months."""
    spent = next((line.shown for line in glance.lines if line.kpi.code == SPEND), ())
    sources = frozenset(
        source for line in glance.lines for result in line.shown for source in result.sources
    )
    scope = SignalScope(glance.period.last, where, None, {}, sources)
    return with_spend(scope, values_of(spent)) if glance.monthly else scope


def values_of(results: Sequence[KpiResult]) -> list[tuple[date, float]]:
    """The month of each figure with its value, NaN where it has none."""
    return [(one.month, np.nan if one.value is None else one.value) for one in results]


def with_spend(scope: SignalScope, months: Sequence[tuple[date, float]]) -> SignalScope:
    """A scope with the months of its spend, oldest first, as far back as an overview shows.

    A month without a figure is NaN.
    """
    spent = {month: float(value) for month, value in months if not np.isnan(value)}
    known = [float(value) for _, value in months[-MONTHS_IN_YEAR:] if not np.isnan(value)]
    a_year = MONTHS_IN_YEAR * sum(known) / len(known) if known else None
    return replace(scope, spend=a_year, spent=spent)


def evidence_of(result: KpiResult, *, unsure: bool = False) -> float:
    """Weight (0 to 1) of a figure: its completeness, halved if provisional or suspected."""
    known = 1.0 if result.completeness is None else result.completeness
    return known * (UNSURE.value if unsure else 1.0)


Floats = NDArray[np.float64]
MONTHS_IN_YEAR: Final = 12

OTHERWISE: Final[Mapping[str, KitSignal]] = {
    "rethink_circular_share": KitSignal.REFURBISHED_SHARE_FALLING,
    "rethink_circular_spend_share": KitSignal.REFURBISHED_SHARE_FALLING,
}
"""KPIs of which a change for the worse has a signal of its own."""

UNKNOWN: Final = frozenset({"nothing_known", "too_little_known"})
"""Reasons that stand for columns that are not filled in."""


def of_figures(glance: Overview, scope: SignalScope) -> Iterator[Signal]:
    """Yield the signals of every line of an overview."""
    for line in glance.lines:
        if line.signal is not None and line.kpi.better is not Direction.NEUTRAL:
            yield changed(line.kpi, line.result, line.signal, scope)


def changed(kpi: Kpi, result: KpiResult, level: LevelSignal, scope: SignalScope) -> Signal:
    """A change of level of a KPI with a better direction as a signal; its size is euros a year.

    It has no ``mean`` where the estimate of what was to be expected is nothing that the KPI can be.
    """
    value, mean = result.value or 0.0, level.expected
    mean = None if mean is None or mean > kpi.most else mean
    away = abs(value - mean) / abs(mean) if mean else 1.0
    good = level.up == (kpi.better is Direction.UP)
    numbers: dict[str, Seen] = {
        "value": value,
        **({} if mean is None else {"mean": mean}),
        "way": "up" if level.up else "down",
        "began": add_months(result.month, 1 - level.months),
        "months": level.months,
        "new": float(level.new),
        "provisional": float(level.provisional),
    }
    return scope.signal(
        KitSignal.BETTER if good else OTHERWISE.get(kpi.code, KitSignal.WORSE),
        kpi.code,
        _with_activity(numbers, result),
        month=result.month,
        kpi=kpi.code,
        size=scope.worth(away),
        evidence=evidence_of(result, unsure=level.provisional),
    )


def changes_of(
    kpi: Kpi, results: Sequence[KpiResult], scope: SignalScope, accepted: Sequence[date] = ()
) -> Iterator[Signal]:
    """The changes of level in a series of months as signals, each in its first month, latest first.

    From the months of ``accepted`` a person took the new level as the normal one.
    """
    neutral = kpi.better is Direction.NEUTRAL
    if neutral or not results or not independent(kpi, results[-1].period.kind):
        return
    series = level_signals(results, accepted)
    for point in reversed(range(len(results))):
        level = series.at(point)
        if level is not None and level.new:
            yield changed(kpi, results[point], level, scope)


def of_aim(line: KpiLine, scope: SignalScope) -> Iterator[Signal]:
    """Yield the signal of a line's target: missed, met, or met and missed in some months."""
    aim = line.aim
    if aim is None or aim.value is None or aim.judged is None or aim.judged.value is None:
        return
    kind = of_target(aim.met, _assurance(line, aim))
    if kind is None:
        return
    numbers: dict[str, Seen] = {
        "value": aim.judged.value,
        "goal": aim.value,
        "period": aim.target.period,
        "final": float(aim.final),
    }
    away = abs(aim.judged.value - aim.value) / abs(aim.value) if aim.value else 1.0
    yield scope.signal(
        kind,
        line.kpi.code,
        _with_activity(numbers, aim.judged),
        month=min(aim.judged.month, scope.month),
        kpi=line.kpi.code,
        size=scope.worth(away),
        evidence=evidence_of(aim.judged, unsure=not aim.final),
    )


def _assurance(line: KpiLine, aim: JudgedTarget) -> Assurance | None:
    """How surely the normal variation of months meets a target; None if not comparable."""
    of_months = line.kpi.over_time.divides_sums or (
        aim.judged is not None and aim.judged.period.kind == PeriodKind.MONTH
    )
    if not line.comparable or aim.value is None or not of_months:
        return None
    return target_assurance(chart_of(line.shown, line.phases), aim.value, line.kpi.better)


def of_knowledge(kpi: Kpi, result: KpiResult, scope: SignalScope) -> Iterator[Signal]:
    """Yield a signal if too small a share of what a figure counts is known."""
    unknown = result.reason is not None and result.reason.key in UNKNOWN
    share = result.completeness if result.state is State.VALUE else 0.0
    if not unknown and not (result.state is State.VALUE and poorly_known(share)):
        return
    known = share or 0.0
    if unknown and result.reason is not None:
        known = float(result.reason.values.get("share", 0.0))
    numbers = {"known": known, "given": float(not unknown)}
    yield scope.signal(
        KitSignal.LOW_MEASURABILITY, kpi.code, numbers, month=result.month, kpi=kpi.code
    )


def of_december(scope: SignalScope) -> Iterator[Signal]:
    """Yield a signal if the last December held an unusual share of its year's spend."""
    spent = scope.spent or {}
    year = scope.month.year if scope.month.month == MONTHS_IN_YEAR else scope.month.year - 1
    peak = year_end_peak(_months(spent, year))
    if peak is None:
        return
    earlier = [
        100 * float(months[-1] / months.sum())
        for months in (_months(spent, one) for one in range(year - 10, year))
        if not np.isnan(months).any() and months.sum() > 0
    ]
    numbers: dict[str, Seen] = {"share": peak.share, "even": 100 / MONTHS_IN_YEAR}
    numbers["year"] = str(year)
    if earlier:
        numbers["usual"] = sum(earlier) / len(earlier)
    december = date(year, MONTHS_IN_YEAR, 1)
    yield scope.signal(
        KitSignal.YEAR_END_PEAK, SPEND, numbers, month=december, kpi=SPEND, size=peak.amount
    )


def _months(spent: Mapping[date, float], year: int) -> Floats:
    return np.array(
        [spent.get(date(year, month, 1), np.nan) for month in range(1, MONTHS_IN_YEAR + 1)]
    )


def _with_activity(numbers: dict[str, Seen], result: KpiResult) -> dict[str, Seen]:
    return {**numbers, "activity": result.activity} if result.activity else numbers

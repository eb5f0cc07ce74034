"""Signals that figures show: departures, targets, December, and how much is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.briefing.overview import Line, Overview, chart_of, independent
from nami_monitor.briefing.scope import SPEND, Scope, evidence_of
from nami_monitor.core.words import KitSignal, PeriodKind, State
from nami_monitor.kpis import Kpi, KpiResult
from nami_monitor.kpis.targets import JudgedTarget
from nami_monitor.signals.departures import (
    Assurance,
    XmrDeparture,
    departures,
    latest_departure,
    target_assurance,
)
from nami_monitor.signals.figure_rules import of_target, poorly_known, year_end_peak
from nami_monitor.signals.signal import Seen, Signal

Floats = NDArray[np.float64]
YEAR: Final = 12

OTHERWISE: Final[Mapping[str, KitSignal]] = {
    "rethink_circular_share": KitSignal.REFURBISHED_SHARE_FALLING,
    "rethink_circular_spend_share": KitSignal.REFURBISHED_SHARE_FALLING,
}
"""KPIs of which a departure for the worse has a signal of its own."""

UNKNOWN: Final = frozenset({"nothing_known", "too_little_known"})
"""Reasons that stand for columns that are not filled in."""


def of_figures(glance: Overview, scope: Scope) -> Iterator[Signal]:
    """What each figure of an overview shows in its last period."""
    for line in glance.lines:
        if line.assessment is not None:
            found = latest_departure(chart_of(line.history), line.kpi.better)
            if found is not None:
                yield departed(line.kpi, line.result, found, scope)
        yield from of_aim(line, scope)
        yield from of_knowledge(line.kpi, line.result, scope)


def departed(kpi: Kpi, result: KpiResult, found: XmrDeparture, scope: Scope) -> Signal:
    """A departure of a KPI as a signal; its size is what it would come to in a year."""
    away = abs(found.value - found.mean) / abs(found.mean) if found.mean else 1.0
    kind = KitSignal.BETTER if found.better else OTHERWISE.get(kpi.code, KitSignal.WORSE)
    numbers: dict[str, Seen] = {
        "value": found.value,
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "rule": str(found.rule),
        "months": found.length,
    }
    return Signal(
        kind=kind,
        month=result.month,
        subject=kpi.code,
        numbers=_with_activity(numbers, result),
        kpi=kpi.code,
        category=scope.category,
        size=scope.worth(away),
        evidence=evidence_of(result, unsure=found.provisional),
    )


def departures_of(
    kpi: Kpi, results: Sequence[KpiResult], scope: Scope, restarts: Sequence[int] = ()
) -> Iterator[Signal]:
    """The departures of a whole series of months, the latest first.

    Args:
        kpi: the KPI.
        results: one series of months, oldest first.
        scope: the selection.
        restarts: points from which limits are worked out anew.
    """
    if not results or not independent(kpi, results[-1].period.kind):
        return
    for found in reversed(departures(chart_of(results, restarts), kpi.better)):
        yield departed(kpi, results[found.point], found, scope)


def of_aim(line: Line, scope: Scope) -> Iterator[Signal]:
    """Whether a target is met, missed, or now the one and then the other."""
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
    yield Signal(
        kind=kind,
        month=min(aim.judged.month, scope.month),
        subject=line.kpi.code,
        numbers=_with_activity(numbers, aim.judged),
        kpi=line.kpi.code,
        category=scope.category,
        size=scope.worth(away),
        evidence=evidence_of(aim.judged, unsure=not aim.final),
    )


def _assurance(line: Line, aim: JudgedTarget) -> Assurance | None:
    """Whether normal variation of months meets a target, where months can be held against it."""
    of_months = line.kpi.over_time.divides_sums or (
        aim.judged is not None and aim.judged.period.kind == PeriodKind.MONTH
    )
    if line.assessment is None or aim.value is None or not of_months:
        return None
    return target_assurance(chart_of(line.history), aim.value, line.kpi.better)


def of_knowledge(kpi: Kpi, result: KpiResult, scope: Scope) -> Iterator[Signal]:
    """Whether too little is known of a figure; a missing month is said elsewhere."""
    unknown = result.reason is not None and result.reason.key in UNKNOWN
    share = result.completeness if result.state is State.VALUE else 0.0
    if not unknown and not (result.state is State.VALUE and poorly_known(share)):
        return
    known = share or 0.0
    if result.reason is not None:
        known = float(result.reason.values.get("share", 0.0))
    yield Signal(
        kind=KitSignal.LOW_MEASURABILITY,
        month=result.month,
        subject=kpi.code,
        numbers={"known": known, "given": float(not unknown)},
        kpi=kpi.code,
        category=scope.category,
    )


def of_december(scope: Scope) -> Iterator[Signal]:
    """Whether the last December stands out of its year, beside what it usually holds."""
    spent = scope.spent or {}
    year = scope.month.year if scope.month.month == YEAR else scope.month.year - 1
    peak = year_end_peak(_months(spent, year))
    if peak is None:
        return
    earlier = [
        100 * float(months[-1] / months.sum())
        for months in (_months(spent, one) for one in range(year - 10, year))
        if not np.isnan(months).any() and months.sum() > 0
    ]
    numbers: dict[str, Seen] = {"share": peak.share, "even": 100 / YEAR, "year": str(year)}
    if earlier:
        numbers["usual"] = sum(earlier) / len(earlier)
    yield Signal(
        kind=KitSignal.YEAR_END_PEAK,
        month=date(year, YEAR, 1),
        subject=SPEND,
        numbers=numbers,
        kpi=SPEND,
        category=scope.category,
        size=peak.amount,
    )


def _months(spent: Mapping[date, float], year: int) -> Floats:
    return np.array([spent.get(date(year, month, 1), np.nan) for month in range(1, YEAR + 1)])


def _with_activity(numbers: dict[str, Seen], result: KpiResult) -> dict[str, Seen]:
    return {**numbers, "activity": result.activity} if result.activity else numbers

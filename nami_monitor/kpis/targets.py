"""Targets: what was agreed, and the figure that is held against it.

A target is judged on the period for which it is stated, by the KPI's own rule over time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from nami_monitor.core.periods import months_between, parse_month
from nami_monitor.core.words import Direction, OverTime, PeriodKind
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.result import KpiResult
from nami_monitor.kpis.scope import Ask
from nami_monitor.store import Transaction

Compute = Callable[[Transaction, Kpi, Ask], list[KpiResult]]
Where = Mapping[str, tuple[str, ...]]

ABSOLUTE, CHANGE, PATH = "absolute", "change_from_baseline", "path"
ADDED = (OverTime.SUM, OverTime.CHANGE)
"""Ways over time of which half a year says nothing of the year."""


@dataclass(frozen=True)
class Target:
    """An agreed aim.

    Args:
        kpi: the KPI's code.
        category: the category, or None for all.
        kind: absolute, change_from_baseline or path.
        period: year, month (``2026-10``) or quarter (``2026-Q3``) for which it is stated.
        value: in the KPI's unit, or percent of change.
        baseline_period: the period that a change is measured from.
        source: where it was agreed.
    """

    kpi: str
    category: str | None
    kind: str
    period: str
    value: float
    baseline_period: str | None
    source: str | None

    @property
    def last(self) -> date:
        """The last month of its period: a year, a quarter (``2026-Q3``) or a month."""
        if "Q" in self.period:
            return date(int(self.period[:4]), int(self.period[-1]) * 3, 1)
        if "-" in self.period:
            return parse_month(self.period)
        return date(int(self.period), 12, 1)

    @property
    def year(self) -> int:
        """The year in which its period ends."""
        return int(self.period[:4])


@dataclass(frozen=True)
class Aim:
    """A target and how far the figure is from it.

    Args:
        target: as it was agreed.
        value: in the KPI's unit; a change from a baseline is worked out; None when the baseline has
            no figure.
        judged: the figure that is held against it: the year so far for ratios, the last whole
            period for sums; None when there is none yet.
        baseline: the figure of the baseline period, for a change from it.
        met: whether the figure is at least as good; None when there is nothing to judge.
    """

    target: Target
    value: float | None
    judged: KpiResult | None
    baseline: KpiResult | None
    met: bool | None

    @property
    def distance(self) -> float | None:
        """The figure less the target, in the KPI's unit; None when there is nothing to judge."""
        if self.value is None or self.judged is None or self.judged.value is None:
            return None
        return self.judged.value - self.value


def targets(db: Transaction) -> tuple[Target, ...]:
    """Every target, by KPI, category and period."""
    rows = db.rows(
        "select kpi, category, kind, period, value, baseline_period, targets.source from targets"
        " order by kpi, category, period, kind"
    )
    return tuple(Target(*row) for row in rows)


def agreed(
    found: Sequence[Target], kpi: str, category: str | None, month: date
) -> tuple[Target, ...]:
    """The targets that hold for the year of a month, those still to come first.

    Of a category count its own, and nothing of other categories. More than one means that the year
    has two aims: both are shown. A path is one aim, however many years it states.
    """
    own = [target for target in found if target.kpi == kpi and target.category == category]
    plain = [target for target in own if target.kind != PATH and target.year == month.year]
    path = _on_path([target for target in own if target.kind == PATH], month.year)
    ordered = sorted(plain, key=lambda target: (target.last < month, target.last))
    return (*ordered, *([path] if path else []))


def _on_path(stated: Sequence[Target], year: int) -> Target | None:
    """The aim of a year on a path: stated, or on the straight line between two stated years."""
    steps = sorted(stated, key=lambda target: target.last)
    for step in steps:
        if step.year == year:
            return step
    for before, after in pairwise(steps):
        if before.year < year < after.year:
            share = (year - before.year) / (after.year - before.year)
            value = before.value + share * (after.value - before.value)
            return Target(after.kpi, after.category, PATH, str(year), value, None, after.source)
    return None


def aim(
    db: Transaction, kpi: Kpi, month: date, where: Where, target: Target, compute: Compute
) -> Aim:
    """Hold the figure against a target.

    Args:
        db: a consistent look at the file.
        kpi: the KPI of which the target speaks.
        month: the latest month that counts.
        where: filters, as in ``Ask``.
        target: the target.
        compute: gives the figures.
    """
    value, baseline = target.value, None
    goal: float | None = value
    if target.kind == CHANGE:
        baseline = _baseline(db, kpi, where, target, compute)
        known = baseline is not None and baseline.value is not None
        goal = baseline.value * (1 + value / 100) if known and baseline and baseline.value else None
    judged = _judged(db, kpi, month, where, target, compute)
    return Aim(target, goal, judged, baseline, _met(kpi, goal, judged))


def _met(kpi: Kpi, goal: float | None, judged: KpiResult | None) -> bool | None:
    if goal is None or judged is None or judged.value is None:
        return None
    return judged.value >= goal if kpi.better is Direction.UP else judged.value <= goal


def _baseline(
    db: Transaction, kpi: Kpi, where: Where, target: Target, compute: Compute
) -> KpiResult | None:
    if target.baseline_period is None:
        return None
    stated = Target(target.kpi, None, ABSOLUTE, target.baseline_period, 0, None, None)
    ask = Ask(kind=_kind(stated.period), until=stated.last, where=where)
    return compute(db, kpi, ask)[-1]


def _judged(
    db: Transaction, kpi: Kpi, month: date, where: Where, target: Target, compute: Compute
) -> KpiResult | None:
    """The figure on the period for which the target is stated, as far as it has come.

    A ratio of the year so far can be held against a year's target; a sum only when its period is
    over.
    """
    kind = _kind(target.period)
    if target.last <= month or kind == PeriodKind.MONTH:
        return compute(db, kpi, Ask(kind=kind, until=target.last, where=where))[-1]
    if kpi.over_time in ADDED or kpi.only or months_between(month, target.last) >= MONTHS_AHEAD:
        return None
    return compute(db, kpi, Ask(kind=PeriodKind.YTD, until=month, where=where))[-1]


MONTHS_AHEAD = 12
"""A target for a year that has not begun is not judged on the year before."""


def _kind(period: str) -> str:
    if "Q" in period:
        return PeriodKind.QUARTER
    return PeriodKind.MONTH if "-" in period else PeriodKind.YEAR

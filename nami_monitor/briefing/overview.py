"""The monthly five minutes: every KPI with its target, last year's month and what it signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from nami_monitor.briefing.registers import DataBreak, data_breaks
from nami_monitor.core.periods import add_months
from nami_monitor.core.words import OverTime, PeriodKind, State
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, KpiResult, compute
from nami_monitor.kpis.targets import Aim, Target, agreed, aim, targets
from nami_monitor.signals.assess import Assessment, assess
from nami_monitor.signals.xmr import Xmr, xmr
from nami_monitor.store import Transaction

HISTORY_MONTHS = 48
"""How far back signals look, on every surface: the same months give the same limits."""

SPARK_MONTHS = 24

FROM_MONTH_TO_MONTH = (OverTime.SUM, OverTime.RATIO_OF_SUMS, OverTime.CHANGE)
"""Ways over time in which every month tells something new."""


@dataclass(frozen=True)
class Line:
    """One KPI in one month.

    Args:
        kpi: the declaration.
        result: the month's figure.
        year_ago: the same month a year earlier.
        history: the last months, oldest first, this one included.
        assessment: whether the latest months differ from normal variation, and which way; None
            where control limits do not suit the figure.
        aim: the target that holds, if one was agreed.
        aims: how many targets hold for the year: more than one is a contradiction to settle.
    """

    kpi: Kpi
    result: KpiResult
    year_ago: KpiResult
    history: tuple[KpiResult, ...]
    assessment: Assessment | None
    aim: Aim | None
    aims: int = 0

    @property
    def spark(self) -> tuple[float | None, ...]:
        """The values of the last two years, None where there is none."""
        return tuple(result.value for result in self.history[-SPARK_MONTHS:])

    @property
    def supported(self) -> bool:
        """Whether the data ever gave this figure, or it was decided that it does not apply."""
        return self.result.state is State.NOT_APPLICABLE or any(
            result.state is State.VALUE for result in self.history
        )

    @property
    def change(self) -> float | None:
        """The difference with the same month a year earlier, in the KPI's unit."""
        if self.result.value is None or self.year_ago.value is None:
            return None
        return self.result.value - self.year_ago.value


@dataclass(frozen=True)
class Overview:
    """A month at a glance.

    Args:
        month: the month.
        lines: one per KPI, in the order of the catalogue.
        breaks: data breaks in the last two years.
    """

    month: date
    lines: tuple[Line, ...]
    breaks: tuple[DataBreak, ...]

    def count(self, assessment: Assessment) -> int:
        """How many KPIs are assessed so."""
        return sum(line.assessment is assessment for line in self.lines)

    @property
    def attention(self) -> tuple[Line, ...]:
        """Lines that ask for attention: concerns first, then figures that are missing."""
        concerns = [line for line in self.lines if line.assessment is Assessment.CONCERN]
        return (*concerns, *self.blocked)

    @property
    def blocked(self) -> tuple[Line, ...]:
        """Lines that the data gave before, and that cannot be computed this month."""
        return tuple(
            line
            for line in self.lines
            if line.supported and line.result.state is State.NOT_COMPUTABLE
        )

    @property
    def unsupported(self) -> tuple[Line, ...]:
        """Lines that this data has never given: something must be loaded first."""
        return tuple(line for line in self.lines if not line.supported)


def overview(db: Transaction, month: date, where: Mapping[str, tuple[str, ...]]) -> Overview:
    """Build the overview of a month.

    Args:
        db: a consistent look at the file.
        month: the month.
        where: filters, as in ``Ask``.
    """
    stated = targets(db)
    category = next(iter(where.get("category", ())), None)
    lines = tuple(
        _line(db, kpi, month, where, agreed(stated, kpi.code, category, month))
        for kpi in CATALOGUE.values()
    )
    since = add_months(month, 1 - SPARK_MONTHS)
    breaks = tuple(b for b in data_breaks(db) if since <= b.month <= month)
    return Overview(month, lines, breaks)


def _line(
    db: Transaction,
    kpi: Kpi,
    month: date,
    where: Mapping[str, tuple[str, ...]],
    found: Sequence[Target],
) -> Line:
    kind = PeriodKind.R12 if kpi.only else PeriodKind.MONTH
    history = compute(db, kpi, Ask(kind=kind, until=month, last=HISTORY_MONTHS, where=where))
    return Line(
        kpi=kpi,
        result=history[-1],
        year_ago=history[-13],
        history=tuple(history),
        assessment=_assessed(kpi, history),
        aim=aim(db, kpi, month, where, found[0], compute) if found else None,
        aims=len(found),
    )


def independent(kpi: Kpi, kind: str) -> bool:
    """Whether successive figures rest on different months, as control limits presume.

    Windows that overlap and states that last move slowly by their make, so runs in them are no
    signal.
    """
    return kind == PeriodKind.MONTH and kpi.over_time in FROM_MONTH_TO_MONTH


def _assessed(kpi: Kpi, history: Sequence[KpiResult]) -> Assessment | None:
    if not independent(kpi, history[-1].period.kind):
        return None
    return assess(chart_of(history), kpi.better)


def chart_of(results: Sequence[KpiResult], phases: Sequence[int] = ()) -> Xmr:
    """The control chart of monthly results; months without a value are gaps.

    Args:
        results: one series of months, oldest first; at least one.
        phases: points at which new limits start.
    """
    values = np.array([np.nan if r.value is None else r.value for r in results], dtype=float)
    return xmr(values, calendar_month=results[0].month.month, phases=phases)

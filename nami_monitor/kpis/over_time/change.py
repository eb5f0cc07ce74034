"""The difference with the same period a year earlier, as a figure of its own."""

from dataclasses import dataclass, replace
from typing import Final

from nami_monitor.core.periods import Period
from nami_monitor.core.words import State
from nami_monitor.kpis.declare import Kpi, OverTime
from nami_monitor.kpis.over_time.added_up import SUM, added_up, rows_of_aggregates
from nami_monitor.kpis.questions import Ask, periods_of
from nami_monitor.kpis.result import KpiResult
from nami_monitor.kpis.source_rows import SourceRows, between
from nami_monitor.store import Transaction


@dataclass(frozen=True)
class ChangeInYear(OverTime):
    """What a sum is more or less than in the same period a year earlier.

    The numerator of a result is the later sum and its denominator the earlier one.
    """

    code: str = "change"
    forms: tuple[str, str] = ("change", "change")
    from_month_to_month: bool = True
    adds_months: bool = True
    in_parts: bool = False

    def compute(self, db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
        """See ``compute``."""
        summed = self.beneath(kpi)
        periods = periods_of(db, ask)
        earlier = [period.a_year_earlier() for period in periods]
        before = {
            _key(result, result.period): result for result in added_up(db, summed, ask, earlier)
        }
        return [
            _difference(result, before.get(_key(result, result.period.a_year_earlier())))
            for result in added_up(db, summed, ask, periods)
        ]

    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """The rows of both periods."""
        earlier, later = (
            f"{kpi.numerator} filter (where {between('month', [period])})"
            for period in self.months(result.period)
        )
        return rows_of_aggregates(db, kpi, ask, result, (later, earlier))

    def months(self, period: Period) -> tuple[Period, ...]:
        """The same period a year earlier, and the period."""
        return (period.a_year_earlier(), period)

    def beneath(self, kpi: Kpi) -> Kpi:
        """The sum of which it is the change."""
        return replace(kpi, over_time=SUM)


CHANGE: Final = ChangeInYear()


def _key(result: KpiResult, period: Period) -> tuple[object, ...]:
    return (tuple(result.keys.values()), period)


def _difference(now: KpiResult, before: KpiResult | None) -> KpiResult:
    if now.state is not State.VALUE or before is None:
        return now
    if before.value is None or now.value is None:
        return replace(
            now,
            state=before.state,
            reason=before.reason,
            value=None,
            denominator=before.numerator,
            completeness=before.completeness,
        )
    known = [c for c in (now.completeness, before.completeness) if c is not None]
    return replace(
        now,
        value=now.value - before.value,
        denominator=before.value,
        completeness=min(known, default=None),
        flags=tuple(dict.fromkeys((*now.flags, *before.flags))),
    )

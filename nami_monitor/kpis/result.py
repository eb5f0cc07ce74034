"""What a KPI has to say for one period and group: a value, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.periods import Period
from nami_monitor.core.thresholds import MIN_COMPLETENESS
from nami_monitor.core.words import Evidence, Flag, State, Unit


@dataclass(frozen=True)
class Reason:
    """Why there is no value: a sentence under ``reasons.`` in the catalogues, and what was seen."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class KpiResult:
    """One figure.

    Args:
        period: the months that it speaks of.
        keys: the grouping: dimension to value; None where the data does not say.
        value: the figure, in ``unit``; None in the other two states.
        low: lower limit, where the figure is an estimate.
        reason: why there is no value; beside a value, why it is provisional.
        numerator: what was added up.
        denominator: what it was divided by.
        completeness: share (0 to 1) of the expected months and known lines that it rests on.
        version: version of the definition.
        method: the price set or method that it rests on, where figures by another one differ.
        sources: the feeds that it rests on.
        shares: further shares (0 to 1) that belong beside it, such as factor coverage.
    """

    code: str
    period: Period
    keys: Mapping[str, str | None]
    state: State
    unit: Unit
    version: int
    evidence: Evidence = Evidence.NONE
    value: float | None = None
    low: float | None = None
    high: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    completeness: float | None = None
    flags: tuple[Flag, ...] = ()
    reason: Reason | None = None
    activity: str | None = None
    method: str | None = None
    sources: tuple[str, ...] = ()
    shares: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def month(self) -> date:
        """The last month that it speaks of."""
        return self.period.last


UNITS: Final[Mapping[Unit, Unit]] = {
    Unit.BASE_PER_ACTIVITY: Unit.BASE,
    Unit.EUR_PER_ACTIVITY: Unit.EUR,
    Unit.KG_PER_ACTIVITY: Unit.KG,
    Unit.COUNT_PER_ACTIVITY: Unit.COUNT,
}
"""The unit of what is divided by an activity measure."""
TOTALS: Final[Mapping[Unit, Unit]] = {**UNITS, Unit.PER_ANSWER: Unit.COUNT}
"""The unit of what is divided by activity, or by how many answered."""

OF_ACTIVITY: Final = frozenset({
    "no_activity", "no_activity_measure", "mixed_activity", "activity_missing", "activity_twice",
    "activity_twice_whole", "activity_whole", "zero_denominator",
})  # fmt: skip
"""Reasons that stand against the ratio alone: what it would divide is known."""


@dataclass(frozen=True)
class Absolute:
    """What a ratio divides."""

    value: float
    unit: Unit


def absolute(result: KpiResult) -> Absolute | None:
    """What a figure per activity or answer divides, also without its activity; else None."""
    unit = TOTALS.get(result.unit)
    stands = result.reason is None or result.reason.key in OF_ACTIVITY
    known = (result.completeness or 0.0) >= MIN_COMPLETENESS.value
    if unit is None or result.numerator is None or not stands or not known:
        return None
    return Absolute(result.numerator, unit)


class Series(NamedTuple):
    """The figures of a group in periods that follow each other, as numbers alone.

    Args:
        values: NaN where there is none.
        totals: what figures per activity divide, as ``absolute`` gives it; NaN where that is none.
        broken: where a period cannot be compared with those before.
        unsure: which rest on provisional codes.
        excused: why they do not apply; None where they may.
    """

    values: NDArray[np.float64]
    totals: NDArray[np.float64]
    broken: NDArray[np.bool_]
    unsure: NDArray[np.bool_]
    excused: Reason | None = None

    @staticmethod
    def of(results: Sequence[KpiResult]) -> Series:
        """The numbers of a group's results, oldest first."""
        whole = [total.value if total else np.nan for total in map(absolute, results)]
        last = results[-1]
        return Series(
            np.array([np.nan if one.value is None else one.value for one in results]),
            np.array(whole),
            np.array([Flag.DATA_BREAK in one.flags for one in results]),
            np.array([Flag.PROVISIONAL in one.flags for one in results]),
            last.reason if last.state is State.NOT_APPLICABLE else None,
        )

"""The absolute figure beside a ratio: a ratio can fall because there was more to divide by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from nami_monitor.core.thresholds import MIN_COMPLETENESS
from nami_monitor.core.words import Unit
from nami_monitor.kpis.result import KpiResult

UNITS: Final[Mapping[Unit, Unit]] = {
    Unit.BASE_PER_ACTIVITY: Unit.BASE,
    Unit.EUR_PER_ACTIVITY: Unit.EUR,
    Unit.KG_PER_ACTIVITY: Unit.KG,
    Unit.COUNT_PER_ACTIVITY: Unit.COUNT,
}
"""The unit of what is divided by an activity measure."""

OF_ACTIVITY: Final = frozenset(
    {
        "no_activity",
        "no_activity_measure",
        "mixed_activity",
        "activity_missing",
        "activity_twice",
        "activity_twice_whole",
        "activity_whole",
        "zero_denominator",
    }
)
"""Reasons that stand against the ratio alone: what it would divide is known."""


@dataclass(frozen=True)
class Absolute:
    """What a ratio divides.

    Args:
        value: in ``unit``.
        unit: of the value.
    """

    value: float
    unit: Unit


def absolute(result: KpiResult) -> Absolute | None:
    """What a figure per activity divides, also where its activity is missing.

    Args:
        result: the figure.

    Returns:
        The absolute figure; None for other figures, and where it is not known well enough.
    """
    unit = UNITS.get(result.unit)
    if unit is None or result.numerator is None:
        return None
    if result.reason and result.reason.key not in OF_ACTIVITY:
        return None
    if (result.completeness or 0.0) < MIN_COMPLETENESS.value:
        return None
    return Absolute(result.numerator, unit)

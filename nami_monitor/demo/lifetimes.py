"""How long devices live and when they fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from nami_monitor.core.periods import last_day
from nami_monitor.demo.truth import Life

DAYS_A_YEAR: Final = 365.25


@dataclass(frozen=True)
class Device:
    """A device or dispenser and its history.

    Args:
        asset_id: its number.
        model: code of its product.
        location: position of its location.
        acquired_on: first day of use.
        condition: new, refurbished, reused, or None when nobody wrote it down.
        warranty_until: last day of the warranty.
        retired_on: day of retirement; None: still in use at the end of the data.
        failed_on: days of failures while in use.
    """

    asset_id: str
    model: str
    location: int
    acquired_on: date
    condition: str | None
    warranty_until: date
    retired_on: date | None
    failed_on: tuple[date, ...]


@dataclass(frozen=True)
class Purchase:
    """What is known of a device when it is bought; see ``Device``."""

    model: str
    location: int
    acquired_on: date
    condition: str | None


def live(
    rng: np.random.Generator, purchase: Purchase, asset_id: str, life: Life, last_month: date
) -> Device:
    """Draw the history of one device until the end of the last month."""
    end = last_day(last_month)
    age = round(life.scale_years * float(rng.weibull(life.shape)), 6)
    retired = purchase.acquired_on + timedelta(days=max(1, round(age * DAYS_A_YEAR)))
    in_use = (min(retired, end) - purchase.acquired_on).days
    expected = round(life.failures_per_1000 / 1000.0 * in_use / DAYS_A_YEAR, 6)
    failures = np.sort(rng.integers(0, max(in_use, 1), rng.poisson(expected)))
    acquired = purchase.acquired_on
    warranty = acquired + timedelta(days=round(life.warranty_years * DAYS_A_YEAR))
    return Device(
        asset_id=asset_id,
        model=purchase.model,
        location=purchase.location,
        acquired_on=acquired,
        condition=purchase.condition,
        warranty_until=warranty,
        retired_on=retired if retired <= end else None,
        failed_on=tuple(acquired + timedelta(days=int(days)) for days in failures),
    )


def day_in(rng: np.random.Generator, month: date) -> date:
    """A random day of a month."""
    return month + timedelta(days=int(rng.integers(0, last_day(month).day)))

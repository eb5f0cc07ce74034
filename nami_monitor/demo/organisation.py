"""The made-up organisation: its locations, how many people work there and on how many days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.periods import last_day
from nami_monitor.demo.truth import PlantedTruth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NAME: Final = "Dienst Zuiderlicht"
REGIONS: Final = ("Noord", "Oost", "Midden", "West", "Zuid")
STEMS: Final = (
    *("Lichten", "Zonne", "Elzen", "Kraanvogel", "Wilgen", "Nevel"),
    *("Meeuwen", "Amber", "Populieren", "Zilver", "Reiger", "Klaver"),
)
ENDINGS: Final = (
    *("hoek", "mare", "stede", "brink", "weerd", "kamp", "gaarde", "zicht", "poort", "rade"),
)
KINDS: Final = ("Steunpunt", "Loket", "Werkplaats")
# Work days per FTE in a month, January to December: holidays in summer and at the year's end.
DAYS_PER_FTE: Final = (13.6, 13.0, 14.2, 12.9, 12.2, 13.5, 11.0, 10.2, 13.9, 13.6, 14.0, 11.6)
PILOT_FTE: Final = 110.0
TINY_FTE: Final = 3.6


@dataclass(frozen=True)
class Location:
    """A site. ``group`` is its region; a date is None when it lies outside the data."""

    location_id: str
    name: str
    group: str
    opened_on: date | None
    closed_on: date | None


@dataclass(frozen=True)
class Organisation:
    """Locations and what happens there; the first ``truth.offices`` locations are offices.

    Args:
        locations: N of them.
        months: T first days of months.
        active: (N, T) whether the location is open.
        fte: (N, T) full-time equivalents, 0 when closed.
        staff_days: (N, T) days worked at the location, whole numbers.
        shocks: (N, T) factors around 1 that move all purchases of a location together.
    """

    locations: tuple[Location, ...]
    months: tuple[date, ...]
    active: Bools
    fte: Floats
    staff_days: Ints
    shocks: Floats


def code(index: int) -> str:
    """The location code of the location at a position: 0 is ``ZL-001``."""
    return f"ZL-{index + 1:03d}"


def position(location_id: str) -> int:
    """The inverse of ``code``."""
    return int(location_id.removeprefix("ZL-")) - 1


def _location(index: int, truth: PlantedTruth) -> Location:
    place = STEMS[index % len(STEMS)] + ENDINGS[index % len(ENDINGS) - index // 60]
    kind = "Kantoor" if index < truth.offices else KINDS[index % len(KINDS)]
    return Location(
        location_id=code(index),
        name=f"{kind} {place}",
        group=f"Regio {REGIONS[index % len(REGIONS)]}",
        opened_on=truth.opened_on if code(index) == truth.opened_location else None,
        closed_on=truth.closed_on if code(index) == truth.closed_location else None,
    )


def _open_in(location: Location, month: date) -> bool:
    opened = location.opened_on is None or location.opened_on <= month
    return opened and (location.closed_on is None or location.closed_on >= last_day(month))


def _base_fte(rng: np.random.Generator, truth: PlantedTruth) -> Floats:
    others = truth.locations - truth.offices
    offices = np.clip(rng.lognormal(np.log(32.0), 0.5, truth.offices), 14.0, 150.0)
    small = np.clip(rng.lognormal(np.log(8.0), 0.4, others), 6.5, 30.0)
    fte = np.concatenate([offices, small])
    fte[position(truth.pilot)] = PILOT_FTE
    fte[position(truth.tiny_location)] = TINY_FTE
    return fte


def simulate(rng: np.random.Generator, truth: PlantedTruth) -> Organisation:
    """Draw the organisation: sizes, slow drifts of staff, attendance and local shocks."""
    locations = tuple(_location(index, truth) for index in range(truth.locations))
    months = tuple(truth.months)
    active = np.array([[_open_in(place, month) for month in months] for place in locations])
    years = np.arange(len(months)) / 12.0
    drift = rng.normal(0.0, 0.02, (truth.locations, 1))
    fte = np.round(_base_fte(rng, truth)[:, None] * np.exp(drift * years), 1) * active
    days = np.array([DAYS_PER_FTE[month.month - 1] for month in months])
    attendance = rng.lognormal(0.0, 0.05, active.shape)
    return Organisation(
        locations=locations,
        months=months,
        active=active,
        fte=fte,
        staff_days=np.rint(np.round(fte * days * attendance, 6)).astype(np.int64),
        shocks=np.round(rng.lognormal(-(0.15**2) / 2, 0.15, active.shape), 6),
    )

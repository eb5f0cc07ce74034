"""Sanitary supplies: refills are used up, hardware is bought, services are booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np

from nami_monitor.demo.office import draw, trend
from nami_monitor.demo.organisation import Floats, Ints, Organisation
from nami_monitor.demo.truth import PlantedTruth

VISITS_A_MONTH: Final = 5
HARDWARE_PER_FTE_A_MONTH: Final = 0.0035
SERVICE_EUR_PER_LOCATION: Final = 12.0
SERVICE_EUR_PER_FTE: Final = 1.1


@dataclass(frozen=True)
class Supply:
    """An article of the sanitary contracts.

    Args:
        old: its code in the total contract.
        new: its code at the supplier of its stream since the split.
        name: Dutch name.
        stream: hardware, refill or service.
        unit: base unit, in Dutch.
        pack: base units in a pack.
        price: EUR per base unit without VAT, in the first year.
        grams: mass of a base unit; None: unknown.
        rate: base units per staff day (refills) or share of its stream (hardware).
        towel: whether the thriftier dispensers save on it.
        dries: whether people might dry their hands with it instead.
        sustainable: whether it bears a sustainability mark.
    """

    old: str
    new: str
    name: str
    stream: Literal["hardware", "refill", "service"]
    unit: str
    pack: int
    price: float
    grams: float | None
    rate: float
    towel: bool = False
    dries: bool = False
    sustainable: bool = False


REFILLS: Final = (
    Supply(
        *("ST-101", "VU-8801", "Toiletpapier 400 vel", "refill", "rol"),
        *(40, 0.39, 118.0, 0.09),
        dries=True,
        sustainable=True,
    ),
    Supply(
        *("ST-102", "VU-8802", "Handdoekrol 100 m", "refill", "rol"),
        *(6, 4.2, 790.0, 0.02),
        towel=True,
    ),
    Supply(
        *("ST-103", "VU-8803", "Vouwhanddoek pak 250", "refill", "pak"),
        *(12, 1.35, 410.0, 0.03),
        towel=True,
        sustainable=True,
    ),
    Supply("ST-104", "VU-8804", "Handzeep", "refill", "liter", 6, 5.6, 1030.0, 0.011),
    Supply("ST-105", "VU-8805", "Luchtverfrisservulling", "refill", "stuk", 4, 6.1, None, 0.002),
    Supply("ST-106", "VU-8806", "Hygiënezakjes", "refill", "doosje", 25, 0.48, 62.0, 0.012),
)
HARDWARE: Final = (
    Supply("ST-201", "AP-31", "Toiletroldispenser", "hardware", "stuk", 1, 29.0, 1450.0, 0.3),
    Supply("ST-202", "AP-32", "Handdoekroldispenser", "hardware", "stuk", 1, 84.0, 3900.0, 0.2),
    Supply("ST-203", "AP-33", "Vouwhanddoekdispenser", "hardware", "stuk", 1, 41.0, 1900.0, 0.2),
    Supply("ST-204", "AP-34", "Zeepdispenser", "hardware", "stuk", 1, 24.0, 690.0, 0.2),
    Supply("ST-205", "AP-35", "Luchtverfrisserhouder", "hardware", "stuk", 1, 19.0, None, 0.1),
)
SERVICE: Final = Supply(
    "ST-301", "DI-1", "Onderhoud en bijvullen", "service", "bezoek", 1, 0.0, None, 1.0
)


@dataclass(frozen=True)
class Sanitary:
    """Volumes and money by location, article and month.

    Args:
        refills_used: (120, 6, 48) base units used up, whole numbers.
        refills_used_without: the same without the thriftier dispensers.
        refill_packs: (120, 6, 48) packs delivered: a location orders when a pack is used up.
        hardware: (120, 5, 48) units bought.
        services: (120, 48) EUR, two decimals, 0 where the location is closed.
        thrifty: positions of the locations with thriftier towel dispensers.
    """

    refills_used: Ints
    refills_used_without: Ints
    refill_packs: Ints
    hardware: Ints
    services: Floats
    thrifty: tuple[int, ...]


def indexed(first: float, month: date, truth: PlantedTruth) -> float:
    """A price of the first year in a month: it rises each January."""
    return first * (1.0 + truth.price_trend) ** (month.year - truth.first_month.year)


def _packs(rng: np.random.Generator, used: Ints, packs: Ints) -> Ints:
    """Packs delivered: whole packs over the running total, from a random first stock."""
    stock = rng.integers(0, packs[None, :], used.shape[:2])[:, :, None]
    delivered = (stock + np.cumsum(used, axis=2)) // packs[None, :, None]
    return np.diff(delivered, axis=2, prepend=0).astype(np.int64)


def simulate(rng: np.random.Generator, organisation: Organisation, truth: PlantedTruth) -> Sanitary:
    """Draw use, deliveries and bookings at all locations."""
    months = organisation.months
    days = (organisation.staff_days * organisation.shocks)[:, None, :]
    rates = np.array([supply.rate for supply in REFILLS])[:, None]
    without = draw(rng, days * rates * trend(truth.refill_trend, len(months)))

    thrifty = np.sort(rng.choice(truth.locations, truth.towel_locations, replace=False))
    towels = np.array([supply.towel for supply in REFILLS])
    saves = np.zeros(without.shape, dtype=np.bool_)
    saves[np.ix_(thrifty, towels, np.arange(truth.index(truth.towel_start), len(months)))] = True
    saved = rng.binomial(without, -truth.towel_effect)
    used = np.where(saves, without - saved, without)

    bought = np.array([supply.rate for supply in HARDWARE])[:, None] * HARDWARE_PER_FTE_A_MONTH
    eur = (SERVICE_EUR_PER_LOCATION + SERVICE_EUR_PER_FTE * organisation.fte) * np.array(
        [indexed(1.0, month, truth) for month in months]
    )
    return Sanitary(
        refills_used=used,
        refills_used_without=without,
        refill_packs=_packs(rng, used, np.array([supply.pack for supply in REFILLS])),
        hardware=rng.poisson(np.round(organisation.fte[:, None, :] * bought, 6)).astype(np.int64),
        services=np.round(eur, 2) * organisation.active,
        thrifty=tuple(int(place) for place in thrifty),
    )

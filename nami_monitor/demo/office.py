"""Office supplies: what the cabinets and the web shop would have sold, and what they sold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from nami_monitor.demo.articles import ARTICLES
from nami_monitor.demo.organisation import Bools, Floats, Ints, Organisation, position
from nami_monitor.demo.truth import PlantedTruth

CABINET_PIECES_PER_STAFF_DAY: Final = 0.45
WEBSHOP_PIECES_PER_STAFF_DAY: Final = 0.12
# January to December; the peak of December in the web shop is part of the planted truth.
SEASON: Final = (1.08, 1.02, 1.02, 1.0, 0.97, 0.98, 0.94, 0.93, 1.05, 1.02, 1.0, 0.99)
SPREAD_SHAPE: Final = 8.0

PACKS: Final[Ints] = np.array([article.pack for article in ARTICLES])
REMOVED: Final[Bools] = np.array([article.removed for article in ARTICLES])
LATE: Final[Bools] = np.array([article.late for article in ARTICLES])


@dataclass(frozen=True)
class Office:
    """Volumes by office, article and month: arrays (40, 60, 48) of whole numbers.

    Args:
        cabinet: pieces taken from the cabinets.
        webshop: packs ordered in the web shop.
        cabinet_without: pieces that would have been taken without the pilot.
        webshop_without: packs that would have been ordered without the pilot.
    """

    cabinet: Ints
    webshop: Ints
    cabinet_without: Ints
    webshop_without: Ints


def price(first_price: float, month: date, truth: PlantedTruth) -> float:
    """EUR per piece in a month: prices rise each January."""
    return round(first_price * (1.0 + truth.price_trend) ** (month.year - 2022), 4)


def trend(yearly: float, count: int) -> Floats:
    """Factors (count,) of a steady change that amounts to ``yearly`` in twelve months."""
    return np.asarray((1.0 + yearly) ** (np.arange(count) / 12.0), dtype=np.float64)


def shares(weights: Floats, truth: PlantedTruth) -> Floats:
    """Shares of the articles that add up to 1, the removed ones to their planted share."""
    removed = weights * REMOVED
    kept = weights - removed
    part = truth.removed_share_of_cabinet
    return np.asarray(part * removed / removed.sum() + (1.0 - part) * kept / kept.sum())


def draw(rng: np.random.Generator, expected: Floats) -> Ints:
    """Counts with more spread than chance: Poisson around gamma-distributed means."""
    means = np.round(expected * rng.gamma(SPREAD_SHAPE, 1.0 / SPREAD_SHAPE, expected.shape), 6)
    return rng.poisson(means).astype(np.int64)


def _whole_packs(rng: np.random.Generator, pieces: Ints, packs: Ints) -> Ints:
    """Packs for a number of pieces, rounded up or down so that the pieces are right on average."""
    return (pieces // packs + (rng.random(pieces.shape) < (pieces % packs) / packs)).astype(
        np.int64
    )


def simulate(rng: np.random.Generator, organisation: Organisation, truth: PlantedTruth) -> Office:
    """Draw the world without the pilot, then take the removed volume out and let a part return."""
    months = organisation.months
    demand = (
        (organisation.staff_days * organisation.shocks)[: truth.offices, None, :]
        * trend(truth.office_trend, len(months))
        * np.array([SEASON[month.month - 1] for month in months])
    )
    cabinet_shares = shares(np.array([float(article.cabinet) for article in ARTICLES]), truth)
    sold = np.array([month >= truth.late_products_from for month in months]) | ~LATE[:, None]
    weights = np.array([float(article.webshop) for article in ARTICLES])[:, None] * sold
    december = np.where([month.month == 12 for month in months], truth.december_factor, 1.0)  # noqa: PLR2004 - December
    packs_expected = (
        WEBSHOP_PIECES_PER_STAFF_DAY * weights / weights.sum(axis=0) / PACKS[:, None] * december
    )
    cabinet_expected = CABINET_PIECES_PER_STAFF_DAY * cabinet_shares[:, None]
    cabinet_without = draw(rng, demand * cabinet_expected)
    webshop_without = draw(rng, demand * packs_expected)

    place, start = position(truth.pilot), truth.index(truth.pilot_start)
    cabinet, webshop = cabinet_without.copy(), webshop_without.copy()
    gone = cabinet_without[place, REMOVED, start:]
    hoarded = cabinet_without[place, REMOVED, start - 1] * truth.hoarding_factor
    back = rng.binomial(gone, truth.waterbed_quotient)
    cabinet[place, REMOVED, start:] = 0
    cabinet[place, REMOVED, start - 1] = np.rint(hoarded)
    webshop[place, REMOVED, start:] += _whole_packs(rng, back, PACKS[REMOVED][:, None])
    return Office(cabinet, webshop, cabinet_without, webshop_without)

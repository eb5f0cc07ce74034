"""Sanitary supplies: refills are used up, hardware is bought, services are booked; and the files.

One total contract delivers all until the split; then one supplier for each stream.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np

from nami_monitor.core.periods import last_day
from nami_monitor.demo.file_formats import Csv, File, Row, Workbook, dutch_number, euro, planted
from nami_monitor.demo.office_supplies import draw, trend
from nami_monitor.demo.organisation import (
    Floats,
    Ints,
    Organisation,
    location_code,
    location_position,
)
from nami_monitor.demo.truth import PlantedTruth
from nami_monitor.waterbed.randomisation import deal, strata_of

SHORT_MONTHS: Final = (
    *("jan", "feb", "mrt", "apr", "mei", "jun"),
    *("jul", "aug", "sep", "okt", "nov", "dec"),
)
STREAMS: Final = {"hardware": "Apparatuur", "refill": "Vulling", "service": "Dienst"}
VISITS_A_MONTH: Final = 5
HARDWARE_PER_FTE_A_MONTH: Final = 0.0035
SERVICE_EUR_PER_LOCATION: Final = 12.0
SERVICE_EUR_PER_FTE: Final = 1.1


@dataclass(frozen=True)
class SanitaryArticle:
    """An article of the sanitary contracts.

    Args:
        old: its code in the total contract.
        new: its code at the supplier of its stream since the split.
        price: EUR per base unit without VAT, in the first year.
        grams: mass of a base unit; None: unknown.
        rate: base units per staff day (refills) or share of its stream (hardware).
        towel: whether the thriftier dispensers save on it.
        dries: whether people might dry their hands with it instead.
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
    towel: bool
    dries: bool
    sustainable: bool


_ARTICLES = [SanitaryArticle(*row) for row in planted("sanitary_articles.csv").rows()]
REFILLS: Final = tuple(article for article in _ARTICLES if article.stream == "refill")
HARDWARE: Final = tuple(article for article in _ARTICLES if article.stream == "hardware")
SERVICE: Final = _ARTICLES[-1]


@dataclass(frozen=True)
class SanitaryVolumes:
    """Volumes and money by location, article and month.

    Args:
        refills_used: (120, 6, 48) base units used up, whole numbers.
        refills_used_without: the same without the thriftier dispensers.
        refill_packs: (120, 6, 48) packs delivered: a location orders when a pack is used up.
        hardware: (120, 5, 48) units bought.
        services: (120, 48) EUR, two decimals, 0 where the location is closed.
        thrifty: positions of the locations with thriftier towel dispensers.
        strata: positions of the offices among which chance divided signs and messages.
    """

    refills_used: Ints
    refills_used_without: Ints
    refill_packs: Ints
    hardware: Ints
    services: Floats
    thrifty: tuple[int, ...]
    strata: dict[str, tuple[int, ...]]


def _packs(rng: np.random.Generator, used: Ints, packs: Ints) -> Ints:
    """Packs delivered: whole packs over the running total, from a random first stock."""
    stock = rng.integers(0, packs[None, :], used.shape[:2])[:, :, None]
    delivered = (stock + np.cumsum(used, axis=2)) // packs[None, :, None]
    return np.diff(delivered, axis=2, prepend=0).astype(np.int64)


def simulate(
    rng: np.random.Generator, organisation: Organisation, truth: PlantedTruth
) -> SanitaryVolumes:
    """Draw use, deliveries and bookings at all locations."""
    months = organisation.months
    days = (organisation.staff_days * organisation.shocks)[:, None, :]
    rates = np.array([article.rate for article in REFILLS])[:, None]
    without = draw(rng, days * rates * trend(truth.refill_trend, len(months)))

    thrifty = np.sort(rng.choice(truth.locations, truth.towel_locations, replace=False))
    towels = np.array([article.towel for article in REFILLS])
    saves = np.zeros(without.shape, dtype=np.bool_)
    saves[np.ix_(thrifty, towels, np.arange(truth.index(truth.towel_start), len(months)))] = True
    saved = rng.binomial(without, -truth.towel_effect)
    used = np.where(saves, without - saved, without)
    strata = _strata(without, truth, {int(index) for index in thrifty})
    used = used - _saved_by_signs(used, strata, truth)

    bought = np.array([article.rate for article in HARDWARE])[:, None] * HARDWARE_PER_FTE_A_MONTH
    eur = (SERVICE_EUR_PER_LOCATION + SERVICE_EUR_PER_FTE * organisation.fte) * np.array(
        [truth.price_factor(month) for month in months]
    )
    return SanitaryVolumes(
        refills_used=used,
        refills_used_without=without,
        refill_packs=_packs(rng, used, np.array([article.pack for article in REFILLS])),
        hardware=rng.poisson(np.round(organisation.fte[:, None, :] * bought, 6)).astype(np.int64),
        services=np.round(eur, 2) * organisation.active,
        thrifty=tuple(int(index) for index in thrifty),
        strata=strata,
    )


def _strata(
    used: Ints, truth: PlantedTruth, thrifty: Collection[int]
) -> dict[str, tuple[int, ...]]:
    """Offices that took as much of towels before the signs, the largest first."""
    mass = np.array([(article.grams or 0.0) * article.towel for article in REFILLS])
    before = mass @ used[:, :, : truth.index(truth.sign_start)].sum(axis=2).T
    offices = [
        index
        for index in range(truth.offices)
        if index not in thrifty and location_code(index) != truth.tiny_location
    ]
    chosen = sorted(offices, key=lambda index: -before[index])[: truth.sign_locations]
    levels = {location_code(index): float(before[index]) for index in chosen}
    found = strata_of(levels, len(truth.sign_effects))
    return {
        str(at): tuple(location_position(code) for code in own)
        for at, own in enumerate(found, start=1)
    }


def assigned(strata: dict[str, tuple[int, ...]], truth: PlantedTruth) -> dict[int, str]:
    """The arm of each office that takes part, by its position."""
    codes = {name: [location_code(index) for index in own] for name, own in strata.items()}
    arms = [arm for arm, _, _ in truth.sign_effects]
    drawn = deal(codes, arms, truth.sign_seed)
    return {location_position(code): arm for code, arm in drawn.items()}


def _saved_by_signs(used: Ints, strata: dict[str, tuple[int, ...]], truth: PlantedTruth) -> Ints:
    """Towels that were not taken because of a sign or a message."""
    rng = np.random.default_rng([truth.seed, 5])
    towels = np.array([article.towel for article in REFILLS])
    share = np.zeros(used.shape)
    effects = {arm: effect for arm, _, effect in truth.sign_effects}
    for index, arm in assigned(strata, truth).items():
        share[index, towels, truth.index(truth.sign_start) :] = -effects[arm]
    return rng.binomial(used, share)


@dataclass(frozen=True)
class SanitaryDelivery:
    """Packs of an article that a location received in a month, with their price in EUR."""

    month: date
    location: int
    article: SanitaryArticle
    packs: int
    amount: float

    @property
    def units(self) -> int:
        """Base units."""
        return self.packs * self.article.pack

    @property
    def day(self) -> date:
        """The day of delivery; it differs by location."""
        return self.month + timedelta(days=(3 * self.location + 5) % 28)


def files(
    volumes: SanitaryVolumes, organisation: Organisation, truth: PlantedTruth
) -> dict[str, File]:
    """All files on sanitary supplies, by name."""
    split = truth.contract_split
    refills = list(_deliveries(REFILLS, volumes.refill_packs, organisation, truth))
    hardware = list(_deliveries(HARDWARE, volumes.hardware, organisation, truth))
    new_hardware = [delivery for delivery in hardware if delivery.month >= split]
    new_hardware.sort(key=lambda delivery: (delivery.month, delivery.location))
    result: dict[str, File] = {
        "artikelen_sanitair_totaal.csv": _master((*REFILLS, *HARDWARE, SERVICE), total=True),
        "artikelen_sanitair_vullingen.csv": _master(REFILLS),
        "artikelen_sanitair_apparatuur.csv": _master(HARDWARE),
        "artikelen_sanitair_diensten.csv": _master((SERVICE,)),
        "sanitair_apparatuur.csv": Csv(
            "Leverdatum;Vestiging;Artikelcode;Artikel;Aantal;Bedrag",
            [
                (
                    *(f"{line.day:%d.%m.%y}", location_code(line.location), line.article.new),
                    *(line.article.name, line.units, euro(line.amount)),
                )
                for line in new_hardware
            ],
            encoding="utf-8-sig",
        ),
    }
    for year in range(truth.first_month.year, split.year):
        rows = [
            *(_invoice_line(line) for line in (*refills, *hardware) if line.month.year == year),
            *_visits(volumes, organisation, truth, year),
        ]
        result[f"sanitair_totaal_{year}.xlsx"] = Workbook(
            "Facturen",
            "Factuurdatum;Vestiging;Artikelcode;Artikel;Soort;Stuks;Bedrag",
            sorted(rows, key=lambda row: tuple(map(str, row[:3]))),
            titles=(f"Factuurregels sanitaire voorzieningen {year}", "Bedragen exclusief btw"),
            money="Bedrag",
        )
    for year in range(split.year, truth.last_month.year + 1):
        own = [delivery for delivery in refills if delivery.month.year == year]
        packs = [(delivery, delivery.packs) for delivery in own]
        money = [(delivery, delivery.amount) for delivery in own]
        name, unit = f"sanitair_vullingen_{year}", f"Geleverde vullingen {year}, in"
        result[f"{name}_dozen.xlsx"] = _by_month(year, f"{unit} dozen", packs)
        result[f"{name}_bedragen.xlsx"] = _by_month(year, f"{unit} euro exclusief btw", money)
        result[f"sanitair_diensten_{year}.csv"] = _services(volumes, organisation, truth, year)
    return result


def _master(articles: tuple[SanitaryArticle, ...], *, total: bool = False) -> Csv:
    """The articles of a supplier; those of the new ones name the code of the total contract."""
    return Csv(
        "Artikelcode;Artikel;Soort;Eenheid;Stuks per verpakking;Gewicht kg;Keurmerk;Oude code",
        [
            (
                item.old if total else item.new,
                *(item.name, STREAMS[item.stream], item.unit, item.pack),
                None if item.grams is None else dutch_number(item.grams / 1000, 3),
                "Duurzaam" if item.sustainable else None,
                None if total else item.old,
            )
            for item in articles
        ],
        encoding="utf-8-sig",
    )


def _deliveries(
    articles: tuple[SanitaryArticle, ...],
    packs: Ints,
    organisation: Organisation,
    truth: PlantedTruth,
) -> Iterator[SanitaryDelivery]:
    """What was delivered of some articles, from packs (locations, articles, T)."""
    for location, index, step in zip(*np.nonzero(packs), strict=True):
        article, month = articles[index], organisation.months[step]
        count = int(packs[location, index, step])
        unit_price = round(article.price * truth.price_factor(month), 4)
        amount = round(count * article.pack * unit_price, 2)
        yield SanitaryDelivery(month, int(location), article, count, amount)


def _invoice_line(delivery: SanitaryDelivery) -> Row:
    article = delivery.article
    return (
        *(delivery.day, location_code(delivery.location), article.old, article.name),
        *(STREAMS[article.stream], delivery.units, delivery.amount),
    )


def _visits(
    volumes: SanitaryVolumes, organisation: Organisation, truth: PlantedTruth, year: int
) -> Iterator[Row]:
    """The services of a year as booked: a line a month, since the data break a line a visit."""
    for step, month in enumerate(organisation.months):
        if month.year != year:
            continue
        count = VISITS_A_MONTH if month >= truth.services_break else 1
        for location in map(int, np.nonzero(organisation.active[:, step])[0]):
            cents = round(float(volumes.services[location, step]) * 100)
            for visit in range(count):
                part = cents // count + (1 if visit < cents % count else 0)
                day = month + timedelta(days=6 * visit + location % 4)
                yield (
                    *(last_day(month) if count == 1 else day, location_code(location)),
                    *(SERVICE.old, SERVICE.name, STREAMS["service"]),
                    *(VISITS_A_MONTH // count, part / 100),
                )


def _by_month(
    year: int, title: str, values: Sequence[tuple[SanitaryDelivery, int | float]]
) -> Workbook:
    """One row per location and article, a column per month; empty where nothing was delivered."""
    cells: dict[tuple[int, SanitaryArticle], dict[int, int | float]] = {}
    for delivery, value in values:
        row = cells.setdefault((delivery.location, delivery.article), {})
        row[delivery.month.month] = value
    return Workbook(
        str(year),
        ";".join(("Vestiging", "Artikelcode", "Artikel", "Jaar", *SHORT_MONTHS)),
        [
            (
                *(location_code(location), article.new, article.name, year),
                *(by_month.get(number) for number in range(1, 13)),
            )
            for (location, article), by_month in cells.items()
        ],
        titles=(title, "Leeg: niet geleverd"),
    )


def _services(
    volumes: SanitaryVolumes, organisation: Organisation, truth: PlantedTruth, year: int
) -> Csv:
    rows: list[Row] = []
    for step, month in enumerate(organisation.months):
        if month.year == year and month != truth.services_missing:
            for location in map(int, np.nonzero(organisation.active[:, step])[0]):
                amount = dutch_number(float(volumes.services[location, step]))
                code = location_code(location)
                rows.append((month, code, SERVICE.new, SERVICE.name, VISITS_A_MONTH, amount))
    return Csv("Maand;Vestiging;Dienstcode;Dienst;Bezoeken;Bedrag", rows)

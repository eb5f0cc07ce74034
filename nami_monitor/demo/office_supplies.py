"""Office supplies: the assortment, what was taken and ordered, and the files about it.

``simulate`` first draws what the cabinets and the web shop would have sold without the pilot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from nami_monitor.core.periods import last_day
from nami_monitor.demo.file_formats import Csv, File, Row, Workbook, dutch_number, euro, planted
from nami_monitor.demo.organisation import (
    NAME,
    Bools,
    Floats,
    Ints,
    Organisation,
    location_code,
    location_position,
)
from nami_monitor.demo.truth import PlantedTruth

VAT: Final = 0.21
ORDERERS: Final = 90
CABINET_PIECES_PER_STAFF_DAY: Final = 0.45
WEBSHOP_PIECES_PER_STAFF_DAY: Final = 0.12
# January to December; the peak of December in the web shop is part of the planted truth.
SEASON: Final = (1.08, 1.02, 1.02, 1.0, 0.97, 0.98, 0.94, 0.93, 1.05, 1.02, 1.0, 0.99)
SPREAD_SHAPE: Final = 8.0


@dataclass(frozen=True)
class OfficeArticle:
    """An article of office supplies.

    Args:
        cabinet: relative popularity in the cabinets; 0: not kept there.
        price: EUR per piece without VAT, in the first year.
        grams: mass of a piece; None: nobody knows.
        pack: pieces in a pack of the web shop.
        removed: whether it left the cabinet of the pilot office.
        late: whether the web shop sells it only from a later date.
        on_request: whether offices of a region hand it out on request only.
    """

    name: str
    group: str
    cabinet: int
    webshop: int
    price: float
    grams: float | None
    pack: int
    sustainable: bool
    removed: bool
    late: bool
    on_request: bool


ARTICLES: Final = tuple(OfficeArticle(*row) for row in planted("office_articles.csv").rows())
PACKS: Final[Ints] = np.array([article.pack for article in ARTICLES])
REMOVED: Final[Bools] = np.array([article.removed for article in ARTICLES])
LATE: Final[Bools] = np.array([article.late for article in ARTICLES])
ON_REQUEST: Final[Bools] = np.array([article.on_request for article in ARTICLES])


@dataclass(frozen=True)
class OfficeVolumes:
    """Volumes by office, article and month: arrays (40, 60, 48) of whole numbers.

    Pieces taken from the cabinets and packs ordered in the web shop, and those that would have been
    without measures and without the fall in ``truth.fallen_group``.
    """

    cabinet: Ints
    webshop: Ints
    cabinet_without: Ints
    webshop_without: Ints


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


def simulate(
    rng: np.random.Generator,
    later: np.random.Generator,
    organisation: Organisation,
    truth: PlantedTruth,
) -> OfficeVolumes:
    """Draw the volumes without measures, then take away what measures and habits did.

    What ``later`` draws leaves all other volumes as they are.
    """
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
    volumes = OfficeVolumes(
        cabinet_without.copy(), webshop_without.copy(), cabinet_without, webshop_without
    )
    _pilot(rng, volumes, truth)
    _on_request(later, volumes, organisation, truth)
    _fall(later, volumes, truth)
    return volumes


def _pilot(rng: np.random.Generator, volumes: OfficeVolumes, truth: PlantedTruth) -> None:
    """Take articles out of the cabinet of the pilot office; a part returns to the web shop."""
    pilot, start = location_position(truth.pilot), truth.index(truth.pilot_start)
    gone = volumes.cabinet_without[pilot, REMOVED, start:]
    hoarded = volumes.cabinet_without[pilot, REMOVED, start - 1] * truth.hoarding_factor
    volumes.cabinet[pilot, REMOVED, start:] = 0
    volumes.cabinet[pilot, REMOVED, start - 1] = np.rint(hoarded)
    back = _returned(rng, gone, PACKS[REMOVED][:, None], truth.waterbed_quotient)
    volumes.webshop[pilot, REMOVED, start:] += back


def _on_request(
    rng: np.random.Generator,
    volumes: OfficeVolumes,
    organisation: Organisation,
    truth: PlantedTruth,
) -> None:
    """Hand articles out on request only; less is left in the cabinet, less so as time goes by."""
    start = truth.index(truth.request_start)
    held = np.array([truth.request_effect(month) for month in organisation.months[start:]])
    offices = np.array(request_offices(organisation, truth))
    where = np.ix_(offices, ON_REQUEST, np.arange(start, len(truth.months)))
    gone = rng.binomial(volumes.cabinet_without[where], -held)
    volumes.cabinet[where] -= gone
    back = _returned(rng, gone, PACKS[ON_REQUEST][:, None], truth.request_quotient)
    volumes.webshop[where] += back


def _fall(rng: np.random.Generator, volumes: OfficeVolumes, truth: PlantedTruth) -> None:
    """Let a product group of the web shop fall everywhere, which nobody decided."""
    group = [article.group == truth.fallen_group for article in ARTICLES]
    start = truth.index(truth.fall_from)
    volumes.webshop[:, group, start:] -= rng.binomial(
        volumes.webshop[:, group, start:], -truth.fall
    )


def _returned(rng: np.random.Generator, gone: Ints, packs: Ints, quotient: float) -> Ints:
    """Packs in which a share of the pieces that are gone comes back, right on average."""
    back = rng.binomial(gone, quotient)
    up = rng.random(back.shape) < (back % packs) / packs
    return np.asarray(back // packs + up, dtype=np.int64)


def request_offices(organisation: Organisation, truth: PlantedTruth) -> list[int]:
    """The positions of the offices at which articles are handed out on request."""
    offices = organisation.locations[: truth.offices]
    return [at for at, office in enumerate(offices) if office.group == truth.request_region]


def cabinet_code(index: int) -> str:
    """The code under which the cabinets' supplier knows the article at a position."""
    return f"KA-{1001 + index}"


def webshop_code(index: int) -> str:
    """The code under which the web shop knows the article at a position."""
    return f"WW{20001 + 7 * index}"


def files(
    volumes: OfficeVolumes, organisation: Organisation, truth: PlantedTruth
) -> dict[str, File]:
    """All files on office supplies, by name."""
    months: dict[int, list[tuple[int, date]]] = {}
    for step, month in enumerate(organisation.months):
        months.setdefault(month.year, []).append((step, month))
    return {
        "artikelen_voorraadkast.xlsx": Workbook(
            "Artikelen",
            "Artikelnr;Omschrijving;Groep;Eenheid;Gewicht (gram);Keurmerk",
            [
                (cabinet_code(index), item.name, item.group, "stuk", item.grams, _mark(item))
                for index, item in enumerate(ARTICLES)
                if item.cabinet
            ],
            titles=("Assortiment voorraadkasten",),
        ),
        "artikelen_webwinkel.csv": Csv(
            "Artikelnummer;Naam;Rubriek;Eenheid;Inhoud verpakking;Gewicht kg;Keurmerk;"
            "Artikelnr voorraadkast;In assortiment vanaf",
            [
                (
                    *(webshop_code(index), item.name, item.group, "stuk", item.pack),
                    None if item.grams is None else dutch_number(item.grams / 1000, 4),
                    _mark(item),
                    cabinet_code(index) if item.cabinet else None,
                    truth.late_products_from if item.late else None,
                )
                for index, item in enumerate(ARTICLES)
            ],
            encoding="cp1252",
        ),
        **{
            f"voorraadkast_{year}.xlsx": _cabinet_year(year, volumes, steps, truth)
            for year, steps in months.items()
        },
        **{
            f"webwinkel_{year}.csv": _webshop_year(volumes, steps, truth)
            for year, steps in months.items()
        },
    }


def _mark(article: OfficeArticle) -> str | None:
    return "Duurzaam" if article.sustainable else None


def _sold(
    volume: Ints, steps: list[tuple[int, date]], truth: PlantedTruth
) -> Iterator[tuple[int, date, int, int, int, float]]:
    """Step, month, office, article, volume and price per piece of what was sold in some months."""
    for step, month in steps:
        for office, index in zip(*np.nonzero(volume[:, :, step]), strict=True):
            unit_price = round(ARTICLES[index].price * truth.price_factor(month), 4)
            yield step, month, int(office), int(index), int(volume[office, index, step]), unit_price


def _cabinet_year(
    year: int, volumes: OfficeVolumes, steps: list[tuple[int, date]], truth: PlantedTruth
) -> Workbook:
    rows: list[Row] = []
    pieces, money = 0, 0.0
    for _, month, office, index, count, unit_price in _sold(volumes.cabinet, steps, truth):
        amount = round(count * unit_price, 2)
        name = ARTICLES[index].name
        rows.append((month, location_code(office), cabinet_code(index), name, count, amount))
        pieces, money = pieces + count, money + amount
    return Workbook(
        "Verbruik",
        "Maand;Locatiecode;Artikelnr;Omschrijving;Aantal (stuks);Bedrag excl. btw",
        rows,
        titles=(
            f"Verbruik uit de voorraadkasten in {year}",
            f"{NAME}, facilitaire zaken",
            "Uitgifte per maand, locatie en artikel; bedragen in euro",
        ),
        totals=(None, "Totaal", None, None, pieces, round(money, 2)),
        money="Bedrag excl. btw",
    )


def _webshop_year(
    volumes: OfficeVolumes, steps: list[tuple[int, date]], truth: PlantedTruth
) -> Csv:
    lines = []
    for step, month, office, index, packs, unit_price in _sold(volumes.webshop, steps, truth):
        amount = packs * ARTICLES[index].pack * unit_price * (1.0 + VAT)
        days = (7 * office + 11 * index + 3 * step) % last_day(month).day
        lines.append((month + timedelta(days=days), office, index, packs, amount))
    rows: list[Row] = []
    for number, (day, office, index, packs, amount) in enumerate(sorted(lines), start=1):
        orderer = (5 * office + index) % ORDERERS + 1
        rows.append(
            (
                *(day, f"B{day.year % 100}-{number:05d}", location_code(office)),
                *(webshop_code(index), ARTICLES[index].name, packs, euro(amount)),
                *(f"bestelbevoegde {orderer}", f"bb{orderer}@zuiderlicht.invalid"),
            )
        )
    return Csv(
        "Besteldatum;Bestelnummer;Afleverlocatie;Artikelnummer;Artikel;Aantal verpakkingen;"
        "Bedrag incl. btw;Bestelbevoegde;E-mailadres",
        rows,
        encoding="cp1252",
    )

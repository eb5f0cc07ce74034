"""Office supplies: the assortment, what was taken and ordered, and the files about it.

``simulate`` first draws what the cabinets and the web shop would have sold without the pilot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from nami_monitor.core.periods import last_day
from nami_monitor.demo.file_formats import Csv, File, Row, Workbook, dutch_number, euro
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
        name: Dutch name, unique.
        group: Dutch name of the product group.
        cabinet: relative popularity in the cabinets; 0: not kept there.
        webshop: relative popularity in the web shop.
        price: EUR per piece without VAT, in the first year.
        grams: mass of a piece; None: nobody knows.
        pack: pieces in a pack of the web shop.
        sustainable: whether it bears a sustainability mark.
        removed: whether it left the cabinet of the pilot office.
        late: whether the web shop sells it only from a later date.
    """

    name: str
    group: str
    cabinet: int
    webshop: int
    price: float
    grams: float | None
    pack: int
    sustainable: bool = False
    removed: bool = False
    late: bool = False


ARTICLES: Final = (
    # Stays in every cabinet.
    OfficeArticle("Kopieerpapier A4 wit 80 g", "Papier", 30, 9, 3.85, 2495, 5),
    OfficeArticle(
        "Kopieerpapier A4 gerecycled 80 g", "Papier", 14, 6, 4.1, 2495, 5, sustainable=True
    ),
    OfficeArticle("Kopieerpapier A3 wit 80 g", "Papier", 4, 2, 8.2, 4990, 5),
    OfficeArticle("Balpen navulbaar blauw", "Schrijfwaren", 12, 4, 0.62, 10, 10, sustainable=True),
    OfficeArticle("Balpen navulbaar zwart", "Schrijfwaren", 9, 3, 0.62, 10, 10, sustainable=True),
    OfficeArticle("Potlood HB", "Schrijfwaren", 5, 2, 0.28, 5, 12, sustainable=True),
    OfficeArticle("Schrijfblok A4 gelinieerd", "Papier", 8, 3, 1.45, 310, 5),
    OfficeArticle("Envelop C5 met venster", "Enveloppen", 10, 3, 0.05, 7.5, 50),
    OfficeArticle("Envelop C4 akte", "Enveloppen", 6, 2, 0.11, 19, 50),
    OfficeArticle("Batterij AA oplaadbaar", "Elektra", 4, 2, 2.35, 27, 4, sustainable=True),
    OfficeArticle("Nietjes 24/6", "Bureau", 3, 1, 0.55, 33, 10),
    OfficeArticle("Paperclips 32 mm", "Bureau", 3, 1, 0.48, 45, 10),
    # Left the cabinet of the pilot office.
    OfficeArticle("Balpen wegwerp blauw", "Schrijfwaren", 20, 6, 0.21, 6, 10, removed=True),
    OfficeArticle("Balpen wegwerp zwart", "Schrijfwaren", 14, 5, 0.21, 6, 10, removed=True),
    OfficeArticle("Markeerstift geel", "Schrijfwaren", 9, 3, 0.74, 14, 10, removed=True),
    OfficeArticle("Markeerstift assorti", "Schrijfwaren", 5, 2, 0.79, 14, 4, removed=True),
    OfficeArticle("Memoblaadjes 76 x 76 geel", "Papier", 14, 5, 0.52, 48, 12, removed=True),
    OfficeArticle("Memoblaadjes index smal", "Papier", 6, 2, 1.15, None, 5, removed=True),
    OfficeArticle("Insteekhoes A4 glashelder", "Ordenen", 16, 5, 0.06, 6, 25, removed=True),
    OfficeArticle("Ordner A4 75 mm", "Ordenen", 5, 3, 2.05, 470, 5, removed=True),
    OfficeArticle("Plakband 19 mm", "Bureau", 6, 2, 0.58, 25, 8, removed=True),
    OfficeArticle("Correctieroller", "Bureau", 4, 2, 1.65, 21, 5, removed=True),
    OfficeArticle("Lijmstift 20 g", "Bureau", 4, 2, 0.95, 33, 6, removed=True),
    OfficeArticle("Batterij AA wegwerp", "Elektra", 8, 3, 0.39, 23, 8, removed=True),
    # Web shop only.
    OfficeArticle("Tabbladen A4 1-12", "Ordenen", 0, 2, 1.1, 130, 5),
    OfficeArticle("Snelhechter A4", "Ordenen", 0, 2, 0.34, 42, 10),
    OfficeArticle("Ringband A4 4-rings", "Ordenen", 0, 2, 2.6, 360, 5, sustainable=True),
    OfficeArticle("Archiefdoos A4", "Ordenen", 0, 3, 1.75, 290, 10, sustainable=True),
    OfficeArticle("Hangmap A4", "Ordenen", 0, 2, 0.72, 68, 25),
    OfficeArticle("Tijdschriftcassette karton", "Ordenen", 0, 1, 2.15, 240, 5, sustainable=True),
    OfficeArticle("Bureauagenda", "Kalenders", 0, 1, 6.4, 380, 1),
    OfficeArticle("Wandkalender met drie maanden", "Kalenders", 0, 1, 4.9, 260, 1),
    OfficeArticle("Whiteboardstift set van 4", "Presentatie", 0, 2, 3.2, 62, 3),
    OfficeArticle("Whiteboardwisser", "Presentatie", 0, 1, 3.6, 74, 1),
    OfficeArticle("Flip-overpapier", "Presentatie", 0, 1, 7.9, 1650, 5),
    OfficeArticle("Magneten rond 30 mm", "Presentatie", 0, 1, 0.45, 15, 10),
    OfficeArticle("Fineliner zwart 0,4", "Schrijfwaren", 0, 3, 0.83, 8, 10),
    OfficeArticle("Rollerpen blauw", "Schrijfwaren", 0, 2, 1.9, 13, 12),
    OfficeArticle("Vulpotlood 0,5", "Schrijfwaren", 0, 1, 1.55, 12, 6),
    OfficeArticle("Gum wit", "Schrijfwaren", 0, 1, 0.35, 19, 10),
    OfficeArticle("Liniaal 30 cm", "Bureau", 0, 1, 0.65, 28, 5),
    OfficeArticle("Schaar 21 cm", "Bureau", 0, 1, 2.8, 85, 2),
    OfficeArticle("Nietmachine", "Bureau", 0, 1, 7.5, 210, 1),
    OfficeArticle("Perforator 2-gaats", "Bureau", 0, 1, 6.9, 295, 1),
    OfficeArticle("Elastieken assorti", "Bureau", 0, 1, 0.9, None, 5),
    OfficeArticle("Verpakkingstape 50 mm", "Verzenden", 0, 2, 1.6, 130, 6),
    OfficeArticle("Verzenddoos klein", "Verzenden", 0, 2, 0.7, 120, 20, sustainable=True),
    OfficeArticle("Luchtkussenenvelop D", "Verzenden", 0, 2, 0.28, 21, 20),
    OfficeArticle("Adresetiketten 70 x 37", "Verzenden", 0, 1, 6.8, 690, 1),
    OfficeArticle("Naambadge met clip", "Ontvangst", 0, 2, 0.55, None, 25),
    OfficeArticle("Bezoekersboek geïllustreerd", "Ontvangst", 0, 1, 5.2, 320, 1),
    OfficeArticle("Kopieerpapier A4 crème 120 g", "Papier", 0, 1, 9.4, 3740, 5),
    # In the web shop from a later date.
    OfficeArticle(
        "Notitieboek A5 steenpapier", "Papier", 0, 2, 4.3, 290, 2, sustainable=True, late=True
    ),
    OfficeArticle("Balpen karton", "Schrijfwaren", 0, 2, 0.44, 7, 10, sustainable=True, late=True),
    OfficeArticle(
        "Markeerpotlood hout", "Schrijfwaren", 0, 1, 0.98, 9, 6, sustainable=True, late=True
    ),
    OfficeArticle(
        "Ordner gerecycled karton", "Ordenen", 0, 2, 2.3, 455, 5, sustainable=True, late=True
    ),
    OfficeArticle("Plakband papier", "Bureau", 0, 1, 1.2, 28, 8, sustainable=True, late=True),
    OfficeArticle(
        "Uitwisbaar notitieblok", "Papier", 0, 1, 11.5, None, 1, sustainable=True, late=True
    ),
    OfficeArticle(
        "Laptopstandaard karton", "Werkplek", 0, 1, 9.8, 410, 1, sustainable=True, late=True
    ),
    OfficeArticle("Polssteun gel", "Werkplek", 0, 1, 8.6, None, 1, late=True),
)
PACKS: Final[Ints] = np.array([article.pack for article in ARTICLES])
REMOVED: Final[Bools] = np.array([article.removed for article in ARTICLES])
LATE: Final[Bools] = np.array([article.late for article in ARTICLES])


@dataclass(frozen=True)
class OfficeVolumes:
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


def simulate(
    rng: np.random.Generator, organisation: Organisation, truth: PlantedTruth
) -> OfficeVolumes:
    """Draw the volumes without the pilot, then remove its products and let a part return."""
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

    pilot, start = location_position(truth.pilot), truth.index(truth.pilot_start)
    cabinet, webshop = cabinet_without.copy(), webshop_without.copy()
    gone = cabinet_without[pilot, REMOVED, start:]
    hoarded = cabinet_without[pilot, REMOVED, start - 1] * truth.hoarding_factor
    back = rng.binomial(gone, truth.waterbed_quotient)
    cabinet[pilot, REMOVED, start:] = 0
    cabinet[pilot, REMOVED, start - 1] = np.rint(hoarded)
    webshop[pilot, REMOVED, start:] += _whole_packs(rng, back, PACKS[REMOVED][:, None])
    return OfficeVolumes(cabinet, webshop, cabinet_without, webshop_without)


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
        "artikelen_voorraadkast.xlsx": _cabinet_master(),
        "artikelen_webwinkel.csv": _webshop_master(truth.late_products_from),
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


def _cabinet_master() -> Workbook:
    return Workbook(
        "Artikelen",
        "Artikelnr;Omschrijving;Groep;Eenheid;Gewicht (gram);Keurmerk",
        [
            (cabinet_code(index), item.name, item.group, "stuk", item.grams, _mark(item))
            for index, item in enumerate(ARTICLES)
            if item.cabinet
        ],
        titles=("Assortiment voorraadkasten",),
    )


def _webshop_master(late_from: date) -> Csv:
    return Csv(
        "Artikelnummer;Naam;Rubriek;Eenheid;Inhoud verpakking;Gewicht kg;Keurmerk;"
        "Artikelnr voorraadkast;In assortiment vanaf",
        [
            (
                *(webshop_code(index), item.name, item.group, "stuk", item.pack),
                None if item.grams is None else dutch_number(item.grams / 1000, 4),
                _mark(item),
                cabinet_code(index) if item.cabinet else None,
                late_from if item.late else None,
            )
            for index, item in enumerate(ARTICLES)
        ],
        encoding="cp1252",
    )


def _sold(
    volume: Ints, steps: list[tuple[int, date]], truth: PlantedTruth
) -> Iterator[tuple[int, date, int, int, int, float]]:
    """Step, month, office, article, volume and price per piece of what was sold in some months.

    Args:
        volume: (offices, articles, T) pieces or packs.
        steps: positions of the months, with the months.
        truth: says how prices rise.
    """
    for step, month in steps:
        for office, index in zip(*np.nonzero(volume[:, :, step]), strict=True):
            unit_price = price(ARTICLES[index].price, month, truth)
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

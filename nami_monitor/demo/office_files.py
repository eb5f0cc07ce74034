"""The files on office supplies: two masters, cabinet workbooks and web-shop CSVs by year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from nami_monitor.core.periods import last_day
from nami_monitor.demo.articles import ARTICLES, Article
from nami_monitor.demo.office import price
from nami_monitor.demo.organisation import NAME, code
from nami_monitor.demo.simulate import World
from nami_monitor.demo.write import Csv, File, Row, Workbook, dutch_number, euro

VAT = 0.21
ORDERERS = 90
ADDRESSES = "zuiderlicht.invalid"


def cabinet_code(article: int) -> str:
    """The code under which the cabinets' supplier knows an article."""
    return f"KA-{1001 + article}"


def webshop_code(article: int) -> str:
    """The code under which the web shop knows an article."""
    return f"WW{20001 + 7 * article}"


def files(world: World) -> dict[str, File]:
    """All files on office supplies, by name."""
    years = sorted({month.year for month in world.organisation.months})
    return {
        "artikelen_voorraadkast.xlsx": _cabinet_master(),
        "artikelen_webwinkel.csv": _webshop_master(world),
        **{f"voorraadkast_{year}.xlsx": _cabinet(world, year) for year in years},
        **{f"webwinkel_{year}.csv": _webshop(world, year) for year in years},
    }


def _mark(article: Article) -> str | None:
    return "Duurzaam" if article.sustainable else None


def _cabinet_master() -> Workbook:
    return Workbook(
        sheet="Artikelen",
        header=("Artikelnr", "Omschrijving", "Groep", "Eenheid", "Gewicht (gram)", "Keurmerk"),
        rows=tuple(
            (cabinet_code(index), item.name, item.group, "stuk", item.grams, _mark(item))
            for index, item in enumerate(ARTICLES)
            if item.cabinet
        ),
        titles=("Assortiment voorraadkasten",),
    )


def _webshop_master(world: World) -> Csv:
    late = world.truth.late_products_from
    return Csv(
        header=(
            *("Artikelnummer", "Naam", "Rubriek", "Eenheid", "Inhoud verpakking"),
            *("Gewicht kg", "Keurmerk", "Artikelnr voorraadkast", "In assortiment vanaf"),
        ),
        rows=tuple(
            (
                *(webshop_code(index), item.name, item.group, "stuk", item.pack),
                None if item.grams is None else dutch_number(item.grams / 1000, 4),
                _mark(item),
                cabinet_code(index) if item.cabinet else None,
                late if item.late else None,
            )
            for index, item in enumerate(ARTICLES)
        ),
        encoding="cp1252",
    )


def _months_of(world: World, year: int) -> Iterator[tuple[int, date]]:
    return (
        (step, month) for step, month in enumerate(world.organisation.months) if month.year == year
    )


def _cabinet(world: World, year: int) -> Workbook:
    rows: list[Row] = []
    pieces, money = 0, 0.0
    for step, month in _months_of(world, year):
        for place, index in zip(*np.nonzero(world.office.cabinet[:, :, step]), strict=True):
            item, count = ARTICLES[index], int(world.office.cabinet[place, index, step])
            amount = round(count * price(item.price, month, world.truth), 2)
            rows.append((month, code(place), cabinet_code(index), item.name, count, amount))
            pieces, money = pieces + count, money + amount
    return Workbook(
        sheet="Verbruik",
        header=(
            *("Maand", "Locatiecode", "Artikelnr", "Omschrijving"),
            *("Aantal (stuks)", "Bedrag excl. btw"),
        ),
        rows=tuple(rows),
        titles=(
            f"Verbruik uit de voorraadkasten in {year}",
            f"{NAME}, facilitaire zaken",
            "Uitgifte per maand, locatie en artikel; bedragen in euro",
        ),
        totals=(None, "Totaal", None, None, pieces, round(money, 2)),
        money=("Bedrag excl. btw",),
    )


def _webshop(world: World, year: int) -> Csv:
    lines = []
    for step, month in _months_of(world, year):
        for place, index in zip(*np.nonzero(world.office.webshop[:, :, step]), strict=True):
            item, packs = ARTICLES[index], int(world.office.webshop[place, index, step])
            amount = packs * item.pack * price(item.price, month, world.truth) * (1.0 + VAT)
            days = int(7 * place + 11 * index + 3 * step) % last_day(month).day
            lines.append((month + timedelta(days=days), int(place), int(index), packs, amount))
    rows = []
    for number, (day, place, index, packs, amount) in enumerate(sorted(lines), start=1):
        orderer = (5 * place + index) % ORDERERS + 1
        rows.append(
            (
                *(day, f"B{year % 100}-{number:05d}", code(place), webshop_code(index)),
                *(ARTICLES[index].name, packs, euro(amount)),
                *(f"bestelbevoegde {orderer}", f"bb{orderer}@{ADDRESSES}"),
            )
        )
    return Csv(
        header=(
            *("Besteldatum", "Bestelnummer", "Afleverlocatie", "Artikelnummer", "Artikel"),
            *("Aantal verpakkingen", "Bedrag incl. btw", "Bestelbevoegde", "E-mailadres"),
        ),
        rows=tuple(rows),
        encoding="cp1252",
    )

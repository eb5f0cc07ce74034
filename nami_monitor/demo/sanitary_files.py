"""The files on sanitary supplies: one total contract, then three suppliers, and the dispensers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np

from nami_monitor.core.periods import last_day
from nami_monitor.demo.organisation import Ints, code
from nami_monitor.demo.sanitary import HARDWARE, REFILLS, SERVICE, VISITS_A_MONTH, Supply, indexed
from nami_monitor.demo.simulate import World
from nami_monitor.demo.write import Csv, File, Row, Workbook, dutch_number, euro

SHORT_MONTHS: Final = (
    *("jan", "feb", "mrt", "apr", "mei", "jun"),
    *("jul", "aug", "sep", "okt", "nov", "dec"),
)
STREAMS: Final = {"hardware": "Apparatuur", "refill": "Vulling", "service": "Dienst"}


def files(world: World) -> dict[str, File]:
    """All files on sanitary supplies, by name."""
    split = world.truth.contract_split.year
    old = range(world.truth.first_month.year, split)
    new = range(split, world.truth.last_month.year + 1)
    everything = (*REFILLS, *HARDWARE, SERVICE)
    return {
        "artikelen_sanitair_totaal.csv": _master(everything, lambda supply: supply.old, {}),
        "artikelen_sanitair_vullingen.csv": _new_master(REFILLS),
        "artikelen_sanitair_apparatuur.csv": _new_master(HARDWARE),
        "artikelen_sanitair_diensten.csv": _new_master((SERVICE,)),
        **{f"sanitair_totaal_{year}.xlsx": _total(world, year) for year in old},
        **{f"sanitair_vullingen_{year}_dozen.xlsx": _refill_packs(world, year) for year in new},
        **{f"sanitair_vullingen_{year}_bedragen.xlsx": _refill_money(world, year) for year in new},
        "sanitair_apparatuur.csv": _hardware(world),
        **{f"sanitair_diensten_{year}.csv": _services(world, year) for year in new},
    }


def _master(
    supplies: tuple[Supply, ...], name: Callable[[Supply], str], same: dict[str, str]
) -> Csv:
    return Csv(
        header=(
            *("Artikelcode", "Artikel", "Soort", "Eenheid", "Stuks per verpakking"),
            *("Gewicht kg", "Keurmerk", "Oude code"),
        ),
        rows=tuple(
            (
                *(name(supply), supply.name, STREAMS[supply.stream], supply.unit, supply.pack),
                None if supply.grams is None else dutch_number(supply.grams / 1000, 3),
                "Duurzaam" if supply.sustainable else None,
                same.get(name(supply)),
            )
            for supply in supplies
        ),
        encoding="utf-8-sig",
    )


def _new_master(supplies: tuple[Supply, ...]) -> Csv:
    return _master(
        supplies, lambda supply: supply.new, {supply.new: supply.old for supply in supplies}
    )


def _lines(
    world: World, supplies: tuple[Supply, ...], packs: Ints
) -> Iterator[tuple[int, int, Supply, int, float]]:
    """Step, location, article, base units and EUR of everything that was delivered."""
    for place, index, step in zip(*np.nonzero(packs), strict=True):
        supply = supplies[index]
        units = int(packs[place, index, step]) * supply.pack
        unit_price = round(indexed(supply.price, world.organisation.months[step], world.truth), 4)
        yield int(step), int(place), supply, units, round(units * unit_price, 2)


def _visits(world: World, step: int) -> list[tuple[int, date, int, float]]:
    """Location, day, visits and EUR of the services of a month, as the total supplier books them.

    Before the data break one line a month, since then one line a visit; the money is the same.
    """
    month = world.organisation.months[step]
    count = VISITS_A_MONTH if month >= world.truth.services_break else 1
    lines = []
    for place in map(int, np.nonzero(world.organisation.active[:, step])[0]):
        cents = round(float(world.sanitary.services[place, step]) * 100)
        for visit in range(count):
            part = cents // count + (1 if visit < cents % count else 0)
            day = last_day(month) if count == 1 else month + timedelta(days=6 * visit + place % 4)
            lines.append((place, day, VISITS_A_MONTH // count, part / 100))
    return lines


def _total(world: World, year: int) -> Workbook:
    months = world.organisation.months
    rows: list[Row] = []
    stock = (
        *_lines(world, REFILLS, world.sanitary.refill_packs),
        *_lines(world, HARDWARE, world.sanitary.hardware),
    )
    for step, place, supply, units, amount in stock:
        if months[step].year == year:
            day = months[step] + timedelta(days=(3 * place + 5) % 28)
            kind = STREAMS[supply.stream]
            rows.append((day, code(place), supply.old, supply.name, kind, units, amount))
    for step, month in enumerate(months):
        if month.year == year:
            rows += [
                (day, code(place), SERVICE.old, SERVICE.name, STREAMS["service"], visits, amount)
                for place, day, visits, amount in _visits(world, step)
            ]
    rows.sort(key=lambda row: tuple(map(str, row[:3])))
    return Workbook(
        sheet="Facturen",
        header=(
            *("Factuurdatum", "Vestiging", "Artikelcode", "Artikel"),
            *("Soort", "Stuks", "Bedrag"),
        ),
        rows=tuple(rows),
        titles=(f"Factuurregels sanitaire voorzieningen {year}", "Bedragen exclusief btw"),
        money=("Bedrag",),
    )


def _pivot(
    world: World, year: int, title: str, value: Callable[[int, float], int | float]
) -> Workbook:
    """One row per location and article, a column per month; empty where nothing was delivered.

    ``value`` takes packs and EUR and says which of them stands in the cells.
    """
    cells: dict[tuple[int, Supply], dict[int, int | float]] = {}
    for step, place, supply, units, amount in _lines(world, REFILLS, world.sanitary.refill_packs):
        month = world.organisation.months[step]
        if month.year == year:
            row = cells.setdefault((place, supply), {})
            row[month.month] = value(units // supply.pack, amount)
    return Workbook(
        sheet=str(year),
        header=("Vestiging", "Artikelcode", "Artikel", "Jaar", *SHORT_MONTHS),
        rows=tuple(
            (
                *(code(place), supply.new, supply.name, year),
                *(by_month.get(number) for number in range(1, 13)),
            )
            for (place, supply), by_month in cells.items()
        ),
        titles=(title, "Leeg: niet geleverd"),
    )


def _refill_packs(world: World, year: int) -> Workbook:
    title = f"Geleverde vullingen {year}, in dozen"
    return _pivot(world, year, title, lambda packs, _: packs)


def _refill_money(world: World, year: int) -> Workbook:
    title = f"Geleverde vullingen {year}, in euro exclusief btw"
    return _pivot(world, year, title, lambda _, amount: amount)


def _hardware(world: World) -> Csv:
    rows: list[Row] = []
    lines = _lines(world, HARDWARE, world.sanitary.hardware)
    for step, place, supply, units, amount in sorted(lines, key=lambda line: line[:2]):
        month = world.organisation.months[step]
        if month >= world.truth.contract_split:
            day = f"{month.replace(day=1 + (3 * place + 5) % 28):%d.%m.%y}"
            rows.append((day, code(place), supply.new, supply.name, units, euro(amount)))
    return Csv(
        header=("Leverdatum", "Vestiging", "Artikelcode", "Artikel", "Aantal", "Bedrag"),
        rows=tuple(rows),
        encoding="utf-8-sig",
    )


def _services(world: World, year: int) -> Csv:
    rows: list[Row] = []
    for step, month in enumerate(world.organisation.months):
        if month.year == year and month != world.truth.services_missing:
            rows += [
                (month, code(int(place)), SERVICE.new, SERVICE.name, VISITS_A_MONTH, amount)
                for place in np.nonzero(world.organisation.active[:, step])[0]
                if (amount := dutch_number(float(world.sanitary.services[place, step])))
            ]
    return Csv(
        header=("Maand", "Vestiging", "Dienstcode", "Dienst", "Bezoeken", "Bedrag"),
        rows=tuple(rows),
    )

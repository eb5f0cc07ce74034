"""Furniture that is asked for, bought, offered and taken over; and what else is counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from nami_monitor.core.periods import last_day, month_range
from nami_monitor.demo.organisation import code
from nami_monitor.demo.simulate import World
from nami_monitor.demo.truth_cases import CASES_TRUTH as TRUTH
from nami_monitor.demo.write import Csv, File, Row, Workbook, dutch_number

START: Final = date(2024, 1, 1)
STOCK: Final = 200
BOUGHT: Final = 4
"""Pieces bought a month; half as many are taken over."""

DECISIONS: Final = (
    "Uit voorraad", "Uit voorraad", "Uit voorraad", "Gedeeld", "Gerepareerd", "Gerepareerd",
    "Nieuw gekocht", "Nieuw gekocht", "Nieuw gekocht", "Refurbished gekocht",
)  # fmt: skip
"""Of ten requests; the first six are met with what is there."""

REISSUED_AFTER: Final = timedelta(days=900)
VISITS: Final = 260_000
"""Passages of doors a month, which stand in for dryings."""


def files(world: World) -> dict[str, File]:
    """The files on furniture, and the small counts of other cases, by name."""
    return {
        "inrichting_aanvragen.xlsx": _requests(world),
        "inrichting_register.csv": _register(world),
        "inrichting_gebeurtenissen.csv": _events(world),
        "inrichting_bestellingen.csv": _orders(world),
        "handdrogen_metingen.csv": _dryings(world),
        "volume_aandeel.csv": _volumes(),
        "it_heruitgifte.csv": _reissued(world),
    }


def _months(world: World) -> list[date]:
    return month_range(START, world.truth.last_month)


def _place(number: int) -> str:
    """One of the first thirty offices; the smallest of them are left out."""
    return code(number % 30)


def _requests(world: World) -> Workbook:
    rows: list[Row] = []
    for at, month in enumerate(_months(world)):
        for number, decision in enumerate(DECISIONS):
            asked = month + timedelta(days=2 * number)
            rows.append(
                (
                    *(f"INR-{month:%y%m}-{number:02d}", asked, _place(at + number)),
                    *(1 + at % 3, decision, asked + timedelta(days=3)),
                )
            )
    return Workbook(
        sheet="Aanvragen",
        header=("Aanvraag", "Aangevraagd op", "Vestiging", "Aantal", "Besluit", "Besluitdatum"),
        rows=tuple(rows),
        titles=("Aanvragen werkplekinrichting",),
    )


def _register(world: World) -> Csv:
    rows: list[Row] = [
        (f"ME-{number:04d}", "Bureau" if number % 2 else "Stoel", _place(number),
         date(2016 + number % 8, 1 + number % 12, 15), "Nieuw")
        for number in range(STOCK)
    ]  # fmt: skip
    rows += [
        (f"ME-{STOCK + BOUGHT * at + number:04d}", "Stoel", _place(at + number),
         month + timedelta(days=9), "Nieuw" if number % 2 else "Refurbished")
        for at, month in enumerate(_months(world)) for number in range(BOUGHT)
    ]  # fmt: skip
    return Csv(
        header=("Objectnummer", "Soort", "Vestiging", "In gebruik sinds", "Staat"), rows=tuple(rows)
    )


def _events(world: World) -> Csv:
    """Each month half as many pieces are taken over as are bought, after a notice."""
    rows: list[Row] = []
    for at, month in enumerate(_months(world)):
        for number in range(BOUGHT // 2):
            asset, taken = f"ME-{at * BOUGHT // 2 + number:04d}", month + timedelta(days=19)
            noticed = taken - timedelta(days=TRUTH.notice_days)
            rows.append((noticed, asset, "Boventallig gemeld", None))
            rows.append((taken, asset, "Overgenomen", f"Onderdeel {1 + number}"))
    rows.sort(key=lambda row: tuple(map(str, row[:2])))
    return Csv(header=("Datum", "Objectnummer", "Gebeurtenis", "Naar"), rows=tuple(rows))


def _orders(world: World) -> Csv:
    rows: list[Row] = []
    for at, month in enumerate(_months(world)):
        for condition, price in (("Nieuw", 240.0), ("Refurbished", 130.0)):
            rows.append(
                (month + timedelta(days=8), _place(at), condition, BOUGHT // 2,
                 dutch_number(price * BOUGHT / 2))
            )  # fmt: skip
    return Csv(
        header=("Besteldatum", "Vestiging", "Staat", "Aantal", "Bedrag excl. btw"), rows=tuple(rows)
    )


def _dryings(world: World) -> Csv:
    """Towels counted by the dispensers of a few sites, and passages of their doors."""
    months = month_range(date(2025, 1, 1), world.truth.last_month)
    step = (TRUTH.towels_last - TRUTH.towels_first) / (len(months) - 1)
    return Csv(
        header=("Van", "Tot en met", "Handdoeken", "Droogbeurten"),
        rows=tuple(
            (month, last_day(month), round(VISITS * (TRUTH.towels_first + step * at)), VISITS)
            for at, month in enumerate(months)
        ),
    )


def _volumes() -> Csv:
    return Csv(
        header=("Categorie", "Van", "Tot en met", "Eigen", "Gezamenlijk"),
        rows=tuple(
            ("Sanitaire voorzieningen", date(year, 1, 1), date(year, 12, 31), own, 5_000_000)
            for year, own in ((2024, 410_000), (2025, 395_000))
        ),
    )


def _reissued(world: World) -> Csv:
    """Phones that were wiped and issued again after some years, one in three."""
    end = last_day(world.truth.last_month)
    rows: list[Row] = []
    for number, device in enumerate(world.it.devices):
        day = device.acquired_on + REISSUED_AFTER
        alive = device.retired_on is None or day < device.retired_on
        if number % 3 == 0 and alive and START <= day <= end:
            rows.append((day, device.asset_id, "Gewist en opnieuw uitgegeven"))
    rows.sort(key=lambda row: tuple(map(str, row[:2])))
    return Csv(header=("Datum", "Objectnummer", "Gebeurtenis"), rows=tuple(rows))

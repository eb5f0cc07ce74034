"""The files on devices: models, orders, requests, and two registers with their events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from nami_monitor.core.periods import last_day
from nami_monitor.demo.it_assets import MODELS
from nami_monitor.demo.lifetimes import Device
from nami_monitor.demo.organisation import code
from nami_monitor.demo.simulate import World
from nami_monitor.demo.write import Csv, File, Row, Workbook, dutch_number

CONDITIONS: Final = {"new": "Nieuw", "refurbished": "Refurbished", "reused": "Hergebruikt"}
DECISIONS: Final = {
    "bought": "Gekocht",
    "refurbished": "Refurbished geleverd",
    "from_stock": "Uit voorraad",
    "repaired": "Gerepareerd",
    "shared": "Gedeeld gebruik",
    "rethought": "Andere oplossing",
    "withdrawn": "Ingetrokken",
    "blocked": "Niet toegestaan",
}
REASONS: Final = {"security": "beveiliging", "law": "wet", "duplicate": "dubbel"}
ROUTES: Final = ("verkocht", "gerecycled", "gerecycled", "vernietigd")
FACTOR_SOURCE: Final = "ADEME, overgenomen uit de lijst van Boavizta"


def files(world: World) -> dict[str, File]:
    """All files on devices and dispensers, by name."""
    end = last_day(world.truth.last_month)
    return {
        "it_modellen.xlsx": _models(),
        "it_bestellingen.csv": _orders(world),
        "it_aanvragen.xlsx": _requests(world),
        "it_register.csv": _register(world.it.devices),
        "it_gebeurtenissen.csv": _events(world.it.devices, end),
        "dispensers_register.csv": _dispensers(world.it.dispensers),
        "dispensers_gebeurtenissen.csv": _events(world.it.dispensers, end),
    }


def _models() -> Workbook:
    return Workbook(
        sheet="Modellen",
        header=(
            *("Model", "Omschrijving", "Groep", "Eenheid", "Gewicht kg"),
            *("CO2e kg", "Bron factor"),
        ),
        rows=tuple(
            (
                *(model.code, model.name, model.group, "stuk", model.kg, model.co2e),
                FACTOR_SOURCE if model.co2e is not None else None,
            )
            for model in MODELS
        ),
    )


def _orders(world: World) -> Csv:
    return Csv(
        header=(
            *("Orderdatum", "Ordernummer", "Locatie", "Model", "Omschrijving"),
            *("Aantal", "Bedrag", "Conditie", "Aanvrager"),
        ),
        rows=tuple(
            (
                *(line.ordered_on, f"IT-{number:05d}", code(line.location)),
                *(line.model.code, line.model.name, line.quantity, dutch_number(line.amount)),
                CONDITIONS.get(line.condition or ""),
                f"aanvrager {line.location + 1}",
            )
            for number, line in enumerate(world.it.orders, start=1)
        ),
        encoding="utf-8-sig",
    )


def _requests(world: World) -> Workbook:
    return Workbook(
        sheet="Aanvragen",
        header=(
            *("Aanvraagnummer", "Aangevraagd op", "Vestiging", "Model", "Aantal"),
            *("Besluit", "Aantal vermeden", "Besluitdatum", "Reden"),
        ),
        rows=tuple(
            (
                *(f"A-{number:05d}", request.requested_on, code(request.location)),
                *(request.model.code, request.quantity, DECISIONS[request.decision]),
                *(request.avoided, request.decided_on, REASONS.get(request.reason or "")),
            )
            for number, request in enumerate(world.it.requests, start=1)
        ),
        titles=("Aanvragen IT-middelen", "Export uit de servicedesk"),
    )


def _register(devices: Sequence[Device]) -> Csv:
    return Csv(
        header=(
            *("Objectnummer", "Model", "Vestiging", "Aanschafdatum", "Staat"),
            *("Garantie tot", "Gebruiker", "E-mail gebruiker"),
        ),
        rows=tuple(
            (
                *(device.asset_id, device.model, code(device.location), device.acquired_on),
                *(CONDITIONS.get(device.condition or ""), device.warranty_until),
                *(f"medewerker {number}", f"mw{number}@zuiderlicht.invalid"),
            )
            for number, device in enumerate(devices, start=1)
        ),
        delimiter=",",
    )


def _dispensers(devices: Sequence[Device]) -> Csv:
    return Csv(
        header=("Dispensernr", "Type", "Vestiging", "Geplaatst op", "Garantie tot"),
        rows=tuple(
            (
                *(device.asset_id, device.model, code(device.location)),
                *(device.acquired_on, device.warranty_until),
            )
            for device in devices
        ),
    )


def _events(devices: Sequence[Device], end: date) -> Csv:
    """Failures, the repair that follows some days later while the device lives, retirements."""
    found: list[tuple[date, str, str, str | None]] = []
    for number, device in enumerate(devices):
        until = device.retired_on or end
        for failed in device.failed_on:
            found.append((failed, device.asset_id, "Storing", None))
            repaired = failed + timedelta(days=2 + number % 8)
            if repaired < until:
                found.append((repaired, device.asset_id, "Reparatie", None))
        if device.retired_on is not None:
            route = ROUTES[number % len(ROUTES)]
            found.append((device.retired_on, device.asset_id, "Afgevoerd", route))
    found.sort(key=lambda event: event[:3])
    rows: tuple[Row, ...] = tuple(found)
    return Csv(header=("Datum", "Objectnummer", "Gebeurtenis", "Route"), rows=rows)

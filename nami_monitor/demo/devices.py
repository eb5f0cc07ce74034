"""IT devices and dispensers: ordered, in use and failing, requested; and the files about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from nami_monitor.core.periods import add_months, last_day, month_range
from nami_monitor.demo.file_formats import Csv, File, Workbook, dutch_number, planted
from nami_monitor.demo.organisation import Floats, Organisation, location_code
from nami_monitor.demo.sanitary_supplies import HARDWARE, SanitaryVolumes
from nami_monitor.demo.truth import Life, PlantedTruth

DAYS_A_YEAR: Final = 365.25
LINES_A_MONTH: Final = 30.0
REQUESTS_A_MONTH: Final = 36.0
DEVICES_BEFORE: Final = 760
DISPENSERS_BEFORE: Final = 620
DEVICES_SINCE: Final = date(2018, 1, 1)
DISPENSERS_SINCE: Final = date(2012, 1, 1)
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


@dataclass(frozen=True)
class Purchase:
    """What is known of a device or dispenser when it is bought.

    ``location`` is the position of its location; ``condition`` is new, refurbished, reused, or None
    when nobody wrote it down.
    """

    model: str
    location: int
    acquired_on: date
    condition: str | None


@dataclass(frozen=True)
class Device(Purchase):
    """A device or dispenser and its history; ``retired_on`` is None while it is in use."""

    asset_id: str
    warranty_until: date
    retired_on: date | None
    failed_on: tuple[date, ...]


def _history(
    rng: np.random.Generator, purchase: Purchase, asset_id: str, life: Life, last_month: date
) -> Device:
    """Draw the history of one device until the end of the last month."""
    end = last_day(last_month)
    age = round(life.scale_years * float(rng.weibull(life.shape)), 6)
    retired = purchase.acquired_on + timedelta(days=max(1, round(age * DAYS_A_YEAR)))
    in_use = (min(retired, end) - purchase.acquired_on).days
    expected = round(life.failures_per_1000 / 1000.0 * in_use / DAYS_A_YEAR, 6)
    failures = np.sort(rng.integers(0, max(in_use, 1), rng.poisson(expected)))
    acquired = purchase.acquired_on
    warranty = acquired + timedelta(days=round(life.warranty_years * DAYS_A_YEAR))
    return Device(
        **vars(purchase),
        asset_id=asset_id,
        warranty_until=warranty,
        retired_on=retired if retired <= end else None,
        failed_on=tuple(acquired + timedelta(days=int(days)) for days in failures),
    )


def _day_in(rng: np.random.Generator, month: date) -> date:
    """A random day of a month."""
    return month + timedelta(days=int(rng.integers(0, last_day(month).day)))


@dataclass(frozen=True)
class DeviceModel:
    """A model of device.

    Args:
        price: EUR without VAT when new.
        kg: mass; None: unknown.
        co2e: embedded kg CO2e of a new one (ADEME, as listed by Boavizta); None: no factor.
        share: share of the order lines.
        registered: whether each one gets a number in the asset register.
    """

    code: str
    name: str
    group: str
    price: float
    kg: float | None
    co2e: float | None
    share: float
    registered: bool


MODELS: Final = tuple(DeviceModel(*row) for row in planted("device_models.csv").rows())
PRICE_FACTOR: Final = {"new": 1.0, "refurbished": 0.62, "reused": 0.08}
REFURBISHED_OF_CIRCULAR: Final = 0.7


@dataclass(frozen=True)
class DeviceOrder:
    """A line of an order of devices; ``condition`` None: not recorded."""

    ordered_on: date
    location: int
    model: DeviceModel
    quantity: int
    condition: str | None
    amount: float


@dataclass(frozen=True)
class DeviceRequest:
    """A need that was asked for, with its decision in the words of the tables."""

    requested_on: date
    location: int
    model: DeviceModel
    quantity: int
    decision: str
    avoided: int | None
    decided_on: date
    reason: str | None


@dataclass(frozen=True)
class ItRecords:
    """Orders, requests and the registers of devices and dispensers."""

    orders: tuple[DeviceOrder, ...]
    devices: tuple[Device, ...]
    dispensers: tuple[Device, ...]
    requests: tuple[DeviceRequest, ...]


def _locations(rng: np.random.Generator, fte: Floats, count: int) -> list[int]:
    """Locations drawn by their size; closed ones never."""
    return [int(index) for index in rng.choice(len(fte), count, p=fte / fte.sum())]


def _condition(rng: np.random.Generator, share: float) -> str:
    if rng.random() >= share:
        return "new"
    return "refurbished" if rng.random() < REFURBISHED_OF_CIRCULAR else "reused"


def _orders(
    rng: np.random.Generator, organisation: Organisation, truth: PlantedTruth
) -> list[DeviceOrder]:
    lines = []
    model_shares = [model.share for model in MODELS]
    for step, month in enumerate(organisation.months):
        for location in _locations(rng, organisation.fte[:, step], int(rng.poisson(LINES_A_MONTH))):
            model = MODELS[int(rng.choice(len(MODELS), p=model_shares))]
            condition = _condition(rng, truth.circular_share(month))
            quantity = 1 + int(rng.poisson(0.3))
            factor = PRICE_FACTOR[condition] * (1.0 + truth.price_trend / 2) ** (month.year - 2022)
            lines.append(
                DeviceOrder(
                    ordered_on=_day_in(rng, month),
                    location=location,
                    model=model,
                    quantity=quantity,
                    condition=None if rng.random() < truth.condition_unknown else condition,
                    amount=round(quantity * round(model.price * factor, 2), 2),
                )
            )
    return sorted(lines, key=lambda line: line.ordered_on)


def _bought_before(
    rng: np.random.Generator,
    organisation: Organisation,
    shares: Mapping[str, float],
    months: list[date],
    count: int,
    circular: float | None,
) -> list[Purchase]:
    """Purchases in use when the data begins; ``circular`` is None where all were new."""
    codes, weights = list(shares), np.array(list(shares.values()))
    return [
        Purchase(
            model=codes[int(rng.choice(len(codes), p=weights / weights.sum()))],
            location=location,
            acquired_on=_day_in(rng, months[int(rng.integers(len(months)))]),
            condition="new" if circular is None else _condition(rng, circular),
        )
        for location in _locations(rng, organisation.fte[:, 0], count)
    ]


def _devices(
    rng: np.random.Generator,
    organisation: Organisation,
    orders: list[DeviceOrder],
    truth: PlantedTruth,
) -> list[Device]:
    shares = {model.code: model.share for model in MODELS if model.registered}
    months = month_range(DEVICES_SINCE, add_months(truth.first_month, -1))
    circular = truth.circular_first / 2
    purchases = _bought_before(rng, organisation, shares, months, DEVICES_BEFORE, circular)
    end = last_day(truth.last_month)
    purchases += [
        Purchase(order.model.code, order.location, arrived, order.condition)
        for order in orders
        if order.model.registered
        for _ in range(order.quantity)
        if (arrived := order.ordered_on + timedelta(days=int(rng.integers(3, 25)))) <= end
    ]
    purchases.sort(key=lambda purchase: purchase.acquired_on)
    return [
        _history(rng, purchase, f"ZL{number}", truth.devices, truth.last_month)
        for number, purchase in enumerate(purchases, start=10001)
    ]


def _dispensers(
    rng: np.random.Generator,
    organisation: Organisation,
    sanitary: SanitaryVolumes,
    truth: PlantedTruth,
) -> list[Device]:
    shares = {article.new: article.rate for article in HARDWARE}
    months = month_range(DISPENSERS_SINCE, add_months(truth.first_month, -1))
    purchases = _bought_before(rng, organisation, shares, months, DISPENSERS_BEFORE, None)
    purchases += [
        Purchase(HARDWARE[kind].new, int(location), organisation.months[step], "new")
        for location, kind, step in zip(*np.nonzero(sanitary.hardware), strict=True)
        for _ in range(int(sanitary.hardware[location, kind, step]))
    ]
    purchases.sort(key=lambda purchase: purchase.acquired_on)
    return [
        _history(rng, purchase, f"D{number}", truth.dispensers, truth.last_month)
        for number, purchase in enumerate(purchases, start=2001)
    ]


def _reason(rng: np.random.Generator, decision: str, truth: PlantedTruth) -> str | None:
    if decision == "blocked":
        return "security" if rng.random() < 0.8 else "law"  # noqa: PLR2004 - a plain chance
    if decision == "withdrawn" and rng.random() < truth.withdrawn_as_duplicate:
        return "duplicate"
    return None


def _requests(
    rng: np.random.Generator, organisation: Organisation, truth: PlantedTruth
) -> list[DeviceRequest]:
    requests = []
    decisions, chances = zip(*truth.decision_shares, strict=True)
    end = last_day(truth.last_month)
    for step, month in enumerate(organisation.months):
        for location in _locations(
            rng, organisation.fte[:, step], int(rng.poisson(REQUESTS_A_MONTH))
        ):
            decision = str(rng.choice(decisions, p=chances))
            quantity = 1 + int(rng.poisson(0.8))
            requested_on = _day_in(rng, month)
            part = decision == "from_stock" and quantity > 1 and rng.random() < 0.5  # noqa: PLR2004 - a plain chance
            requests.append(
                DeviceRequest(
                    requested_on=requested_on,
                    location=location,
                    model=MODELS[int(rng.integers(len(MODELS)))],
                    quantity=quantity,
                    decision=decision,
                    avoided=quantity - 1 if part else None,
                    decided_on=min(end, requested_on + timedelta(days=int(rng.integers(0, 21)))),
                    reason=_reason(rng, decision, truth),
                )
            )
    return sorted(requests, key=lambda request: request.requested_on)


def simulate(
    rng: np.random.Generator,
    organisation: Organisation,
    sanitary: SanitaryVolumes,
    truth: PlantedTruth,
) -> ItRecords:
    """Draw the orders first; the devices of those orders go into the register."""
    orders = _orders(rng, organisation, truth)
    return ItRecords(
        orders=tuple(orders),
        devices=tuple(_devices(rng, organisation, orders, truth)),
        dispensers=tuple(_dispensers(rng, organisation, sanitary, truth)),
        requests=tuple(_requests(rng, organisation, truth)),
    )


def files(records: ItRecords, truth: PlantedTruth) -> dict[str, File]:
    """All files on devices and dispensers, by name."""
    end = last_day(truth.last_month)
    return {
        "it_modellen.xlsx": Workbook(
            "Modellen",
            "Model;Omschrijving;Groep;Eenheid;Gewicht kg;CO2e kg;Bron factor",
            [
                (
                    *(model.code, model.name, model.group, "stuk", model.kg, model.co2e),
                    FACTOR_SOURCE if model.co2e is not None else None,
                )
                for model in MODELS
            ],
        ),
        "it_bestellingen.csv": Csv(
            "Orderdatum;Ordernummer;Locatie;Model;Omschrijving;Aantal;Bedrag;Conditie;Aanvrager",
            [
                (
                    *(order.ordered_on, f"IT-{number:05d}", location_code(order.location)),
                    *(order.model.code, order.model.name, order.quantity),
                    dutch_number(order.amount),
                    *(CONDITIONS.get(order.condition or ""), f"aanvrager {order.location + 1}"),
                )
                for number, order in enumerate(records.orders, start=1)
            ],
            encoding="utf-8-sig",
        ),
        "it_aanvragen.xlsx": Workbook(
            "Aanvragen",
            "Aanvraagnummer;Aangevraagd op;Vestiging;Model;Aantal;Besluit;Aantal vermeden;"
            "Besluitdatum;Reden",
            [
                (
                    *(f"A-{number:05d}", request.requested_on, location_code(request.location)),
                    *(request.model.code, request.quantity, DECISIONS[request.decision]),
                    *(request.avoided, request.decided_on, REASONS.get(request.reason or "")),
                )
                for number, request in enumerate(records.requests, start=1)
            ],
            titles=("Aanvragen IT-middelen", "Export uit de servicedesk"),
        ),
        "it_register.csv": Csv(
            "Objectnummer;Model;Vestiging;Aanschafdatum;Staat;Garantie tot;Gebruiker;"
            "E-mail gebruiker",
            [
                (
                    *(device.asset_id, device.model, location_code(device.location)),
                    *(device.acquired_on, CONDITIONS.get(device.condition or "")),
                    *(device.warranty_until, f"medewerker {number}"),
                    f"mw{number}@zuiderlicht.invalid",
                )
                for number, device in enumerate(records.devices, start=1)
            ],
            delimiter=",",
        ),
        "it_gebeurtenissen.csv": _event_file(records.devices, end),
        "dispensers_register.csv": Csv(
            "Dispensernr;Type;Vestiging;Geplaatst op;Garantie tot",
            [
                (
                    *(device.asset_id, device.model, location_code(device.location)),
                    *(device.acquired_on, device.warranty_until),
                )
                for device in records.dispensers
            ],
        ),
        "dispensers_gebeurtenissen.csv": _event_file(records.dispensers, end),
    }


def _event_file(devices: Sequence[Device], end: date) -> Csv:
    """Failures, the repair that follows some days later while the device lives, retirements."""
    events: list[tuple[date, str, str, str | None]] = []
    for number, device in enumerate(devices):
        until = device.retired_on or end
        for failed in device.failed_on:
            events.append((failed, device.asset_id, "Storing", None))
            repaired = failed + timedelta(days=2 + number % 8)
            if repaired < until:
                events.append((repaired, device.asset_id, "Reparatie", None))
        if device.retired_on is not None:
            route = ROUTES[number % len(ROUTES)]
            events.append((device.retired_on, device.asset_id, "Afgevoerd", route))
    return Csv("Datum;Objectnummer;Gebeurtenis;Route", sorted(events, key=lambda row: row[:3]))

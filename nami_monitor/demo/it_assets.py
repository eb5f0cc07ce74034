"""IT: devices ordered, devices in use with their histories, and requests with their decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from nami_monitor.core.periods import add_months, last_day, month_range
from nami_monitor.demo.lifetimes import Device, Purchase, day_in, live
from nami_monitor.demo.organisation import Floats, Organisation
from nami_monitor.demo.sanitary import HARDWARE, Sanitary
from nami_monitor.demo.truth import PlantedTruth

LINES_A_MONTH: Final = 30.0
REQUESTS_A_MONTH: Final = 36.0
DEVICES_BEFORE: Final = 760
DISPENSERS_BEFORE: Final = 620
DEVICES_SINCE: Final = date(2018, 1, 1)
DISPENSERS_SINCE: Final = date(2012, 1, 1)


@dataclass(frozen=True)
class Model:
    """A model of device.

    Args:
        code: its product code.
        name: Dutch name; no brands.
        group: Dutch name of the product group.
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


MODELS: Final = (
    Model("IT-LT14", "Laptop 14 inch", "Laptops", 890.0, 1.5, 181.0, 0.2, registered=True),
    Model("IT-LT16", "Laptop 16 inch", "Laptops", 1140.0, 1.9, 181.0, 0.06, registered=True),
    Model("IT-SM1", "Smartphone basis", "Telefoons", 310.0, 0.19, 84.0, 0.14, registered=True),
    Model("IT-SM2", "Smartphone plus", "Telefoons", 520.0, 0.2, 84.0, 0.06, registered=True),
    Model("IT-TB11", "Tablet 11 inch", "Tablets", 430.0, 0.48, 75.9, 0.04, registered=True),
    Model("IT-DT1", "Desktop", "Desktops", 720.0, 5.4, 277.0, 0.02, registered=True),
    Model("IT-TC1", "Thin client", "Thin clients", 340.0, 1.1, None, 0.04, registered=True),
    Model("IT-MN24", "Monitor 24 inch", "Monitoren", 165.0, 4.6, 64.7, 0.14, registered=False),
    Model("IT-MN27", "Monitor 27 inch", "Monitoren", 235.0, 5.8, 64.7, 0.06, registered=False),
    Model("IT-DS1", "Dockingstation", "Toebehoren", 140.0, 0.45, None, 0.12, registered=False),
    Model("IT-HS1", "Headset", "Toebehoren", 65.0, 0.17, None, 0.12, registered=False),
)
PRICE_FACTOR: Final = {"new": 1.0, "refurbished": 0.62, "reused": 0.08, None: 1.0}
REFURBISHED_OF_CIRCULAR: Final = 0.7


@dataclass(frozen=True)
class OrderLine:
    """A line of an order of devices; ``condition`` None: not recorded."""

    ordered_on: date
    location: int
    model: Model
    quantity: int
    condition: str | None
    amount: float


@dataclass(frozen=True)
class Request:
    """A need that was asked for, with its decision in the words of the tables."""

    requested_on: date
    location: int
    model: Model
    quantity: int
    decision: str
    avoided: int | None
    decided_on: date
    reason: str | None


@dataclass(frozen=True)
class It:
    """All of IT, and the dispensers that live and fail like devices do."""

    orders: tuple[OrderLine, ...]
    devices: tuple[Device, ...]
    dispensers: tuple[Device, ...]
    requests: tuple[Request, ...]


def _places(rng: np.random.Generator, fte: Floats, count: int) -> list[int]:
    """Locations drawn by their size; closed ones never."""
    return [int(place) for place in rng.choice(len(fte), count, p=fte / fte.sum())]


def _condition(rng: np.random.Generator, share: float) -> str:
    if rng.random() >= share:
        return "new"
    return "refurbished" if rng.random() < REFURBISHED_OF_CIRCULAR else "reused"


def _orders(
    rng: np.random.Generator, organisation: Organisation, truth: PlantedTruth
) -> list[OrderLine]:
    lines = []
    model_shares = [model.share for model in MODELS]
    for step, month in enumerate(organisation.months):
        for place in _places(rng, organisation.fte[:, step], int(rng.poisson(LINES_A_MONTH))):
            model = MODELS[int(rng.choice(len(MODELS), p=model_shares))]
            real = _condition(rng, truth.circular_share(month))
            quantity = 1 + int(rng.poisson(0.3))
            factor = PRICE_FACTOR[real] * (1.0 + truth.price_trend / 2) ** (month.year - 2022)
            lines.append(
                OrderLine(
                    ordered_on=day_in(rng, month),
                    location=place,
                    model=model,
                    quantity=quantity,
                    condition=None if rng.random() < truth.condition_unknown else real,
                    amount=round(quantity * round(model.price * factor, 2), 2),
                )
            )
    return sorted(lines, key=lambda line: line.ordered_on)


def _devices(
    rng: np.random.Generator,
    organisation: Organisation,
    orders: list[OrderLine],
    truth: PlantedTruth,
) -> list[Device]:
    registered = [model for model in MODELS if model.registered]
    weights = np.array([model.share for model in registered])
    months = month_range(DEVICES_SINCE, add_months(truth.first_month, -1))
    purchases = [
        Purchase(
            model=registered[int(rng.choice(len(registered), p=weights / weights.sum()))].code,
            location=place,
            acquired_on=day_in(rng, months[int(rng.integers(len(months)))]),
            condition=_condition(rng, truth.circular_first / 2),
        )
        for place in _places(rng, organisation.fte[:, 0], DEVICES_BEFORE)
    ]
    end = last_day(truth.last_month)
    purchases += [
        Purchase(line.model.code, line.location, arrived, line.condition)
        for line in orders
        if line.model.registered
        for _ in range(line.quantity)
        if (arrived := line.ordered_on + timedelta(days=int(rng.integers(3, 25)))) <= end
    ]
    purchases.sort(key=lambda purchase: purchase.acquired_on)
    return [
        live(rng, purchase, f"ZL{10001 + number}", truth.devices, truth.last_month)
        for number, purchase in enumerate(purchases)
    ]


def _dispensers(
    rng: np.random.Generator,
    organisation: Organisation,
    sanitary: Sanitary,
    truth: PlantedTruth,
) -> list[Device]:
    weights = np.array([supply.rate for supply in HARDWARE])
    months = month_range(DISPENSERS_SINCE, add_months(truth.first_month, -1))
    purchases = [
        Purchase(
            model=HARDWARE[int(rng.choice(len(HARDWARE), p=weights / weights.sum()))].new,
            location=place,
            acquired_on=day_in(rng, months[int(rng.integers(len(months)))]),
            condition="new",
        )
        for place in _places(rng, organisation.fte[:, 0], DISPENSERS_BEFORE)
    ]
    purchases += [
        Purchase(HARDWARE[kind].new, int(place), organisation.months[step], "new")
        for place, kind, step in zip(*np.nonzero(sanitary.hardware), strict=True)
        for _ in range(int(sanitary.hardware[place, kind, step]))
    ]
    purchases.sort(key=lambda purchase: purchase.acquired_on)
    return [
        live(rng, purchase, f"D{2001 + number}", truth.dispensers, truth.last_month)
        for number, purchase in enumerate(purchases)
    ]


def _reason(rng: np.random.Generator, decision: str, truth: PlantedTruth) -> str | None:
    if decision == "blocked":
        return "security" if rng.random() < 0.8 else "law"  # noqa: PLR2004 - a plain chance
    if decision == "withdrawn" and rng.random() < truth.withdrawn_as_duplicate:
        return "duplicate"
    return None


def _requests(
    rng: np.random.Generator, organisation: Organisation, truth: PlantedTruth
) -> list[Request]:
    requests = []
    decisions, chances = zip(*truth.decision_shares.items(), strict=True)
    end = last_day(truth.last_month)
    for step, month in enumerate(organisation.months):
        for place in _places(rng, organisation.fte[:, step], int(rng.poisson(REQUESTS_A_MONTH))):
            decision = str(rng.choice(decisions, p=chances))
            quantity = 1 + int(rng.poisson(0.8))
            asked = day_in(rng, month)
            part = decision == "from_stock" and quantity > 1 and rng.random() < 0.5  # noqa: PLR2004 - a plain chance
            requests.append(
                Request(
                    requested_on=asked,
                    location=place,
                    model=MODELS[int(rng.integers(len(MODELS)))],
                    quantity=quantity,
                    decision=decision,
                    avoided=quantity - 1 if part else None,
                    decided_on=min(end, asked + timedelta(days=int(rng.integers(0, 21)))),
                    reason=_reason(rng, decision, truth),
                )
            )
    return sorted(requests, key=lambda request: request.requested_on)


def simulate(
    rng: np.random.Generator, organisation: Organisation, sanitary: Sanitary, truth: PlantedTruth
) -> It:
    """Draw orders first; what is registered of them lives on in the register."""
    orders = _orders(rng, organisation, truth)
    return It(
        orders=tuple(orders),
        devices=tuple(_devices(rng, organisation, orders, truth)),
        dispensers=tuple(_dispensers(rng, organisation, sanitary, truth)),
        requests=tuple(_requests(rng, organisation, truth)),
    )

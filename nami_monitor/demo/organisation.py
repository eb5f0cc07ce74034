"""The made-up organisation: its locations, how many people work there, and its contracts."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.periods import last_day
from nami_monitor.demo.file_formats import Csv, File, Row, Workbook, planted
from nami_monitor.demo.truth import PlantedTruth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NAME: Final = "Dienst Zuiderlicht"
REGIONS: Final = ("Noord", "Oost", "Midden", "West", "Zuid")
STEMS: Final = (
    *("Lichten", "Zonne", "Elzen", "Kraanvogel", "Wilgen", "Nevel"),
    *("Meeuwen", "Amber", "Populieren", "Zilver", "Reiger", "Klaver"),
)
ENDINGS: Final = (
    *("hoek", "mare", "stede", "brink", "weerd", "kamp", "gaarde", "zicht", "poort", "rade"),
)
KINDS: Final = ("Steunpunt", "Loket", "Werkplaats")
OFFICE: Final = "Kantoorartikelen"
SANITARY: Final = "Sanitaire voorzieningen"
IT: Final = "IT-middelen"
# Work days per FTE in a month, January to December: holidays in summer and at the year's end.
DAYS_PER_FTE: Final = (13.6, 13.0, 14.2, 12.9, 12.2, 13.5, 11.0, 10.2, 13.9, 13.6, 14.0, 11.6)
PILOT_FTE: Final = 110.0
TINY_FTE: Final = 3.6


@dataclass(frozen=True)
class Location:
    """A location. ``group`` is its region; a date is None when it lies outside the data."""

    location_id: str
    name: str
    group: str
    opened_on: date | None
    closed_on: date | None


@dataclass(frozen=True)
class Organisation:
    """Locations and what happens there; the first ``truth.offices`` locations are offices.

    Args:
        locations: N of them.
        months: T first days of months.
        active: (N, T) whether the location is open.
        fte: (N, T) full-time equivalents, 0 when closed.
        staff_days: (N, T) days worked at the location, whole numbers.
        shocks: (N, T) factors around 1 that move all purchases of a location together.
    """

    locations: tuple[Location, ...]
    months: tuple[date, ...]
    active: Bools
    fte: Floats
    staff_days: Ints
    shocks: Floats


def location_code(index: int) -> str:
    """The location code of the location at a position: 0 is ``ZL-001``."""
    return f"ZL-{index + 1:03d}"


def location_position(location_id: str) -> int:
    """The inverse of ``location_code``."""
    return int(location_id.removeprefix("ZL-")) - 1


def _location(index: int, truth: PlantedTruth) -> Location:
    place_name = STEMS[index % len(STEMS)] + ENDINGS[index % len(ENDINGS) - index // 60]
    kind = "Kantoor" if index < truth.offices else KINDS[index % len(KINDS)]
    return Location(
        location_id=location_code(index),
        name=f"{kind} {place_name}",
        group=f"Regio {REGIONS[index % len(REGIONS)]}",
        opened_on=truth.opened_on if location_code(index) == truth.opened_location else None,
        closed_on=truth.closed_on if location_code(index) == truth.closed_location else None,
    )


def _open_in(location: Location, month: date) -> bool:
    opened = location.opened_on is None or location.opened_on <= month
    return opened and (location.closed_on is None or location.closed_on >= last_day(month))


def _base_fte(rng: np.random.Generator, truth: PlantedTruth) -> Floats:
    others = truth.locations - truth.offices
    offices = np.clip(rng.lognormal(np.log(32.0), 0.5, truth.offices), 14.0, 150.0)
    small = np.clip(rng.lognormal(np.log(8.0), 0.4, others), 6.5, 30.0)
    fte = np.concatenate([offices, small])
    fte[location_position(truth.pilot)] = PILOT_FTE
    fte[location_position(truth.tiny_location)] = TINY_FTE
    return fte


def simulate(rng: np.random.Generator, truth: PlantedTruth) -> Organisation:
    """Draw the organisation: sizes, slow drifts of staff, attendance and local shocks."""
    locations = tuple(_location(index, truth) for index in range(truth.locations))
    months = tuple(truth.months)
    active = np.array([[_open_in(location, month) for month in months] for location in locations])
    years = np.arange(len(months)) / 12.0
    drift = rng.normal(0.0, 0.02, (truth.locations, 1))
    fte = np.round(_base_fte(rng, truth)[:, None] * np.exp(drift * years), 1) * active
    days = np.array([DAYS_PER_FTE[month.month - 1] for month in months])
    attendance = rng.lognormal(0.0, 0.05, active.shape)
    return Organisation(
        locations=locations,
        months=months,
        active=active,
        fte=fte,
        staff_days=np.rint(np.round(fte * days * attendance, 6)).astype(np.int64),
        shocks=np.round(rng.lognormal(-(0.15**2) / 2, 0.15, active.shape), 6),
    )


def files(organisation: Organisation, truth: PlantedTruth) -> dict[str, File]:
    """The files on locations, contracts and activity, by name."""
    years = sorted({month.year for month in organisation.months})
    contracts = planted("contracts.csv")
    return {
        "locaties.csv": Csv(
            "Locatiecode;Naam;Organisatie;Regio;Open vanaf;Gesloten op",
            [
                (item.location_id, item.name, NAME, item.group, item.opened_on, item.closed_on)
                for item in organisation.locations
            ],
        ),
        "contractregister.xlsx": Workbook(
            "Contracten",
            ";".join(contracts.columns),
            contracts.rows(),
            titles=(f"Contractregister {NAME}", "Stand: 2 november 2026"),
            money="Contractwaarde",
        ),
        **{f"bezetting_{year}.xlsx": _activity(organisation, truth, year) for year in years},
    }


def _activity(organisation: Organisation, truth: PlantedTruth, year: int) -> Workbook:
    """A block of rows per location; its code stands in the first row of the block only."""
    rows: list[Row] = []
    for index, location in enumerate(organisation.locations):
        heading: str | None = location.location_id
        for step, month in enumerate(organisation.months):
            silent = (
                location.location_id == truth.silent_location
                and truth.silent_from <= month <= truth.silent_until
            )
            if month.year != year or silent or not organisation.active[index, step]:
                continue
            fte, days = organisation.fte[index, step], organisation.staff_days[index, step]
            rows.append((heading, month, last_day(month), float(fte), int(days)))
            heading = None
    return Workbook(
        "Bezetting",
        "Vestiging;Van;Tot en met;Fte;Aanwezige dagen",
        rows,
        titles=(
            f"Bezetting per vestiging {year}",
            "Bron: personeelsregistratie en toegangspoorten, alleen totalen per vestiging",
        ),
    )

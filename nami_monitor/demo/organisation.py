"""The made-up organisation: its locations, how many people work there, and its contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.periods import last_day
from nami_monitor.demo.file_formats import Csv, File, Row, Workbook
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
    return {
        "locaties.csv": Csv(
            "Locatiecode;Naam;Organisatie;Regio;Open vanaf;Gesloten op",
            [
                (item.location_id, item.name, NAME, item.group, item.opened_on, item.closed_on)
                for item in organisation.locations
            ],
        ),
        "contractregister.xlsx": _contract_register(),
        **{f"bezetting_{year}.xlsx": _activity(organisation, truth, year) for year in years},
    }


def _contract_register() -> Workbook:
    return Workbook(
        "Contracten",
        "Contractnummer;Titel;Leverancier;Categorie;Stroom;Raamovereenkomst;Vervangt;Contractvorm;"
        "Specificatie;Ingangsdatum;Einddatum;Opmerking einddatum;Verlengingsopties;"
        "Opzegtermijn (maanden);Contractwaarde;CPV-code;Status",
        CONTRACTS,
        titles=(f"Contractregister {NAME}", "Stand: 2 november 2026"),
        money="Contractwaarde",
    )


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


def _contract(
    number: str,
    title: str,
    supplier: str | None,
    category: str,
    starts: date | None,
    ends: date | str,
    value: int | None,
    *,
    form: str = "Raamovereenkomst",
    specification: str | None = "Technisch",
    cpv: str | None = None,
    stream: str | None = None,
    parent: str | None = None,
    replaces: str | None = None,
    options: str | None = None,
    notice: int | None = 6,
    status: str = "Lopend",
) -> Row:
    """A line of the contract register; ``ends`` is a day or the remark that stands in its place.

    Several codes and dates are separated by ``;``; the notice is in months, the value in EUR.
    """
    return (
        *(number, title, supplier, category, stream, parent, replaces, form, specification),
        *(starts, *((None, ends) if isinstance(ends, str) else (ends, None))),
        *(options, notice, value, cpv, status),
    )


OFFICE: Final = "Kantoorartikelen"
SANITARY: Final = "Sanitaire voorzieningen"
IT: Final = "IT-middelen"
FURNISHING: Final = "Inrichting"
EVENTS: Final = "Evenementen"
OTHER: Final = "Overig"
OPEN_ENDED: Final = "onbepaalde tijd"
TO_CONFIRM: Final = "nog te bevestigen"
ROLLING: Final = "stilzwijgend verlengd"
SPLIT_OPTIONS: Final = "2029-01-01;2030-01-01"

CONTRACTS: Final = (
    _contract("ZL-2021-004", "Kantoorartikelen voorraadkasten", "Pennenhuis Demo", OFFICE,
              date(2021, 4, 1), date(2027, 3, 31), 1_450_000, cpv="30192000-1;30197643-5",
              options="2027-04-01;2028-04-01"),
    _contract("ZL-2021-005", "Webwinkel kantoorartikelen", "Klikbureau Demo", OFFICE,
              date(2021, 4, 1), ROLLING, 620_000, cpv="30192000-1", notice=3),
    _contract("ZL-2024-019", "Kopieerpapier", "Vezelpapier Demo", OFFICE, date(2024, 7, 1),
              date(2028, 6, 30), 380_000, specification="Functioneel", cpv="30197643-5"),
    _contract("ZL-2019-011", "Sanitaire voorzieningen totaal", "Totaalhygiëne Demo", SANITARY,
              date(2019, 1, 1), date(2024, 12, 31), 1_900_000, specification="Dienst",
              cpv="33761000-2;39514400-2", status="Beëindigd"),
    _contract("ZL-2025-001", "Sanitaire voorzieningen (raam)", None, SANITARY, date(2025, 1, 1),
              date(2028, 12, 31), 1_350_000, specification="Functioneel",
              cpv="33761000-2;39514400-2;39831700-3", replaces="ZL-2019-011",
              options=SPLIT_OPTIONS),
    _contract("ZL-2025-001-P1", "Perceel 1: apparatuur", "Dispenserwerk Demo", SANITARY,
              date(2025, 1, 1), date(2028, 12, 31), 240_000, form="Perceel",
              cpv="39514400-2;39831700-3;39811110-4", stream="Apparatuur", parent="ZL-2025-001",
              replaces="ZL-2019-011", options=SPLIT_OPTIONS),
    _contract("ZL-2025-001-P2", "Perceel 2: vullingen", "Vulgoed Demo", SANITARY, date(2025, 1, 1),
              date(2028, 12, 31), 820_000, form="Perceel", cpv="33761000-2;33763000-6;33711900-6",
              stream="Vulling", parent="ZL-2025-001", replaces="ZL-2019-011",
              options=SPLIT_OPTIONS),
    _contract("ZL-2025-001-P3", "Perceel 3: diensten", "Ronde Demo", SANITARY, date(2025, 1, 1),
              date(2028, 12, 31), 290_000, form="Perceel", specification="Dienst", stream="Dienst",
              parent="ZL-2025-001", replaces="ZL-2019-011", options=SPLIT_OPTIONS),
    _contract("ZL-2022-090", "Stembiljetten (raam, acht jaar)", "Drukwerk Demo", "Stembiljetten",
              date(2022, 1, 1), date(2029, 12, 31), 6_400_000, cpv="22458000-5", notice=12),
    _contract("ZL-2020-030", "IT-werkplek (raam)", None, IT, date(2020, 9, 1), date(2027, 8, 31),
              5_200_000, specification="Functioneel", cpv="30213100-6", options="2027-09-01",
              notice=12),
    _contract("ZL-2020-030-P1", "Perceel 1: laptops en desktops", "Rekenwerk Demo", IT,
              date(2020, 9, 1), date(2027, 8, 31), 3_300_000, form="Perceel", cpv="30213100-6",
              parent="ZL-2020-030", options="2027-09-01", notice=12),
    _contract("ZL-2020-030-P2", "Perceel 2: telefoons en tablets", "Belgoed Demo", IT,
              date(2020, 9, 1), date(2027, 8, 31), 1_100_000, form="Perceel", cpv="32250000-0",
              parent="ZL-2020-030", options="2027-09-01", notice=12),
    _contract("ZL-2023-044", "Refurbished apparatuur", "Tweederonde Demo", IT, date(2024, 1, 1),
              date(2027, 12, 31), 600_000, specification="Functioneel", cpv="30213100-6;32250000-0",
              options="2028-01-01;2029-01-01"),
    _contract("ZL-2018-007", "Reparatie van apparatuur", "Schroefdraai Demo", IT, date(2018, 5, 1),
              OPEN_ENDED, None, form="Overeenkomst van opdracht", specification="Dienst", notice=3),
    _contract("ZL-2026-008", "Monitoren en toebehoren", None, IT, None, TO_CONFIRM, 450_000,
              notice=None, status="In voorbereiding"),
    _contract("ZL-2017-021", "Kantoormeubilair", "Zithout Demo", FURNISHING, date(2017, 3, 1),
              date(2027, 2, 28), 2_100_000, cpv="39130000-2"),
    _contract("ZL-2022-013", "Herstel en hergebruik van meubilair", "Herstelkring Demo", FURNISHING,
              date(2022, 10, 1), date(2026, 9, 30), 340_000, specification="Dienst",
              options="2026-10-01;2027-10-01", status="Verlengd"),
    _contract("ZL-2016-002", "Opslag van meubilair", "Loodsbeheer Demo", FURNISHING,
              date(2016, 1, 1), OPEN_ENDED, 90_000, form="Huur", specification="Dienst"),
    _contract("ZL-2023-002", "Organisatie van bijeenkomsten", "Samenkomst Demo", EVENTS,
              date(2023, 2, 1), date(2027, 1, 31), 510_000, specification="Dienst",
              cpv="79952000-2", options="2027-02-01"),
    _contract("ZL-2024-031", "Relatiegeschenken", None, EVENTS, date(2024, 11, 1), TO_CONFIRM,
              45_000, specification=None, notice=None),
    _contract("ZL-2022-040", "Drukwerk", "Inktvlek Demo", OTHER, date(2022, 12, 1),
              date(2026, 11, 30), 275_000, options="2026-12-01"),
    _contract("ZL-2015-009", "Koffie en thee", "Bonenmaal Demo", OTHER, date(2015, 6, 1), ROLLING,
              None, notice=1),
    _contract("ZL-2021-050", "Schoonmaak", "Bezemvast Demo", OTHER, date(2021, 1, 1),
              date(2028, 12, 31), 6_800_000, specification="Functioneel", options="2029-01-01",
              notice=12),
    _contract("ZL-2023-017", "Afvalinzameling", "Kringloop Demo", OTHER, date(2023, 4, 1),
              date(2027, 3, 31), 410_000, specification="Functioneel"),
    _contract("ZL-2020-005", "Post en pakketten", "Bodedienst Demo", OTHER, date(2020, 2, 1),
              date(2026, 1, 31), 330_000, specification="Dienst", status="Beëindigd"),
    _contract("ZL-2026-002", "Pakketten", "Bodedienst Demo", OTHER, date(2026, 2, 1),
              date(2030, 1, 31), 260_000, specification="Dienst", replaces="ZL-2020-005"),
)  # fmt: skip

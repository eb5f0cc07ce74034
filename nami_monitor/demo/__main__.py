"""The whole demo organisation, drawn from one seed, and its files: the same bytes each time.

What is planted in them stands in ``nami_monitor.demo.truth``. ``python -m nami_monitor.demo
FOLDER`` writes the files and lists them.
"""

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from nami_monitor.demo import (
    MANIFEST,
    cases,
    devices,
    office_supplies,
    organisation,
    sanitary_supplies,
)
from nami_monitor.demo.file_formats import Csv, File, Row, Workbook, dutch_number, planted, spoil
from nami_monitor.demo.office_supplies import ARTICLES, cabinet_code, request_offices, webshop_code
from nami_monitor.demo.organisation import IT, OFFICE, SANITARY, location_code
from nami_monitor.demo.sanitary_supplies import REFILLS
from nami_monitor.demo.truth import TRUTH, PlantedTruth

ORDER: Final = planted("deliveries.csv").rows()
"""Patterns of file names and the profile that reads them, in the order of import: masters first."""

PLANNED: Final = "interventies_2025.xlsx"
"""The register as it came in before the pilot began, with the plan for its evaluation."""

POLICY: Final = "Uitvoeringsplan circulair inkopen 2023-2026"


@dataclass(frozen=True)
class World:
    """Everything that happened, before it is written into files."""

    truth: PlantedTruth
    organisation: organisation.Organisation
    office: office_supplies.OfficeVolumes
    sanitary: sanitary_supplies.SanitaryVolumes
    it: devices.ItRecords


def simulate(truth: PlantedTruth) -> World:
    """Draw the world; each part has a random stream of its own, so parts can change alone."""
    streams = [np.random.default_rng([truth.seed, part]) for part in range(5)]
    drawn = organisation.simulate(streams[0], truth)
    sanitary = sanitary_supplies.simulate(streams[2], drawn, truth)
    return World(
        truth=truth,
        organisation=drawn,
        office=office_supplies.simulate(streams[1], streams[4], drawn, truth),
        sanitary=sanitary,
        it=devices.simulate(streams[3], drawn, sanitary, truth),
    )


def files(world: World) -> dict[str, File]:
    """All files as tables, by name, with the planted bad rows."""
    truth = world.truth
    tables = {
        **organisation.files(world.organisation, truth),
        PLANNED: _interventions((_pilot(truth),)),
        "interventies.xlsx": _interventions(_measures(world)),
        "doelen.csv": Csv(
            "Indicator;Categorie;Soort;Periode;Waarde;Nulmeting;Bron",
            [
                (kpi, category, kind, period, dutch_number(value, 1), base, POLICY)
                for kpi, category, kind, period, value, base in planted("targets.csv").rows()
            ],
        ),
        "bordjes_toewijzing.csv": _assignments(world),
        **office_supplies.files(world.office, world.organisation, truth),
        **sanitary_supplies.files(world.sanitary, world.organisation, truth),
        **devices.files(world.it, truth),
        **cases.files(world.it.devices, truth.last_month),
    }
    return {name: spoil(name, table, truth.bad_cells) for name, table in tables.items()}


def write(world: World, folder: Path) -> list[Path]:
    """Write the files and their manifest into a folder; gives the paths written, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {name: file.to_bytes() for name, file in files(world).items()}
    contents[MANIFEST] = render(contents.keys(), {PLANNED: world.truth.pilot_registered})
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def render(names: Collection[str], came_in: Mapping[str, date] = MappingProxyType({})) -> bytes:
    """The manifest of these files, in the order of ``ORDER``; ValueError for one that fits none.

    ``came_in`` has the day of those that came in before the others.
    """
    known = sorted({"../categories.csv", *names})
    pairs = [
        (name, profile)
        for pattern, profile in ORDER
        for name in known
        if fnmatchcase(name, pattern)
    ]
    if sorted(name for name, _ in pairs) != known:
        raise ValueError(known)
    blocks = (
        f'[[delivery]]\nfile = "{name}"\nprofile = "../profiles/{profile}.toml"\n'
        + (f"came_in = {came_in[name]}\n" if name in came_in else "")
        for name, profile in pairs
    )
    return "\n".join(blocks).encode()


def _signs(world: World) -> dict[int, str]:
    return sanitary_supplies.assigned(world.sanitary.strata, world.truth)


def _assignments(world: World) -> Csv:
    """Which office got a sign, a message or nothing, as chance divided them."""
    truth, arms = world.truth, _signs(world)
    told = {arm: message or None for arm, message, _ in truth.sign_effects}
    rows: list[Row] = [
        (
            *("ZL-I-6", location_code(index), arms[index], stratum, truth.sign_seed),
            *(told[arms[index]], truth.sign_start if told[arms[index]] else None),
        )
        for stratum, own in world.sanitary.strata.items()
        for index in own
    ]
    return Csv("Maatregel;Vestiging;Variant;Stratum;Lotnummer;Boodschap;Verteld op", rows)


def _measures(world: World) -> tuple[Row, ...]:
    """The measures whose evaluation nobody planned before they began."""
    truth = world.truth
    offices = ";".join(location_code(index) for index in range(truth.offices))
    everywhere = ";".join(location_code(index) for index in range(truth.locations))
    on_request = [index for index, article in enumerate(ARTICLES) if article.on_request]
    towels = ";".join(name for item in REFILLS if item.towel for name in (item.old, item.new))
    dryers = ";".join(name for item in REFILLS if item.dries for name in (item.old, item.new))
    return (
        (
            *("ZL-I-1", "Assortiment van de voorraadkasten ingekort", OFFICE),
            *("Refuse", "Afgerond", date(2023, 6, 1), date(2023, 12, 31), 0, 0),
            *("voorraadkast", "webwinkel", None, offices, None, "nee", 0.05),
            *("inkoop;facilitair", None, "Geld", *UNPLANNED),
        ),
        (
            *("ZL-I-2", "Eerst refurbished bij nieuwe aanvragen", IT),
            *("Rethink", "Loopt", date(2024, 1, 1), None, 6, 0),
            *("it-bestelling", "it-bestelling", None, everywhere, None, "nee", None),
            *("inkoop;ict;duurzaamheid", POLICY, "Duurzaamheid", *UNPLANNED),
        ),
        (
            *("ZL-I-4", "Zuinige handdoekdispensers", SANITARY),
            *("Reduce", "Loopt", truth.towel_start, None, 0, 0),
            *("contract", "contract", dryers),
            ";".join(location_code(index) for index in world.sanitary.thrifty),
            *(towels, "nee", 0.15, "inkoop;facilitair;schoonmaak", POLICY, "Duurzaamheid"),
            *UNPLANNED,
        ),
        (
            *("ZL-I-6", "Bordjes en berichten bij handdoekdispensers", SANITARY),
            *("Reduce", "Loopt", truth.sign_start, None, 0, 0),
            *("contract", "contract", dryers),
            ";".join(location_code(index) for index in sorted(_signs(world))),
            *(towels, "nee", 0.1, "facilitair;gebruikers", POLICY, "Duurzaamheid"),
            *UNPLANNED,
        ),
        (
            *("ZL-I-5", "Laptops een jaar langer in gebruik", IT),
            *("Reduce", "Gepland", date(2027, 1, 1), None, 12, 0),
            *("it-bestelling", "it-bestelling", None, everywhere, "IT-LT14;IT-LT16"),
            *("ja", 0.2, "ict", None, "Anders", *UNPLANNED),
        ),
        (
            *("ZL-I-7", "Schrijfblokken alleen op aanvraag", OFFICE),
            *("Refuse", "Loopt", truth.request_start, None, 0, 0),
            *("voorraadkast", "webwinkel"),
            ";".join(webshop_code(index) for index in on_request),
            ";".join(map(location_code, request_offices(world.organisation, truth))),
            ";".join(cabinet_code(index) for index in on_request),
            *("nee", -truth.request_first, "facilitair;gebruikers", None, "Duurzaamheid"),
            *UNPLANNED,
        ),
    )


def _pilot(truth: PlantedTruth) -> Row:
    """The pilot and the plan for its evaluation."""
    removed = [index for index, article in enumerate(ARTICLES) if article.removed]
    return (
        *("ZL-I-3", "Proef: twaalf artikelen uit de voorraadkast", OFFICE),
        *("Refuse", "Loopt", truth.pilot_start, None, 0, 1),
        *("voorraadkast", "webwinkel"),
        ";".join(webshop_code(index) for index in removed),
        truth.pilot,
        ";".join(cabinet_code(index) for index in removed),
        *("nee", 1.0, "inkoop;facilitair;gebruikers", POLICY, "Duurzaamheid"),
        *(truth.pilot_evaluated_after, "Stuks", "Met controles", "Tweezijdig"),
        "Komt minder dan alles terug: ook uit de andere kasten. Anders: terug in de kast.",
    )


UNPLANNED: Final = (None,) * 5
"""What stands in the columns of a plan where there is none."""


def _interventions(rows: Sequence[Row]) -> Workbook:
    return Workbook(
        "Interventies",
        "Maatregel;Titel;Categorie;Strategie;Status;Ingangsdatum;Einddatum;Aanloopmaanden;"
        "Voorbode maanden;Doelkanaal;Vervangende kanalen;Vervangende artikelen;Vestigingen;"
        "Artikelen;Kan verspreiden;Geplande vermindering;Disciplines;Beleid;Motief;"
        "Evalueren na;Eenheid van het oordeel;Onderzoeksopzet;Zijden;Wat we dan besluiten",
        rows,
    )


def main(arguments: list[str]) -> None:
    """Write the files into the folder named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m nami_monitor.demo")
    parser.add_argument("folder", type=Path)
    for path in write(simulate(TRUTH), parser.parse_args(arguments).folder):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""In which order the demo's files are imported, and with which profiles."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError

MANIFEST: Final = "manifest.toml"
# Masters first: a pattern of file names and the profile that reads them.
ORDER: Final = (
    ("../categories.csv", "categories"),
    ("locaties.csv", "locations"),
    ("contractregister.xlsx", "contracts"),
    ("artikelen_voorraadkast.xlsx", "products_cabinet"),
    ("artikelen_webwinkel.csv", "products_webshop"),
    ("artikelen_sanitair_totaal.csv", "products_sanitary_total"),
    ("artikelen_sanitair_vullingen.csv", "products_sanitary_refills"),
    ("artikelen_sanitair_apparatuur.csv", "products_sanitary_hardware"),
    ("artikelen_sanitair_diensten.csv", "products_sanitary_services"),
    ("it_modellen.xlsx", "products_it"),
    ("bezetting_*.xlsx", "activity"),
    ("voorraadkast_*.xlsx", "cabinet"),
    ("webwinkel_*.csv", "webshop"),
    ("sanitair_totaal_*.xlsx", "sanitary_total"),
    ("sanitair_vullingen_*_dozen.xlsx", "sanitary_refills_packs"),
    ("sanitair_vullingen_*_bedragen.xlsx", "sanitary_refills_amounts"),
    ("sanitair_apparatuur.csv", "sanitary_hardware"),
    ("sanitair_diensten_*.csv", "sanitary_services"),
    ("it_bestellingen.csv", "it_orders"),
    ("it_aanvragen.xlsx", "it_requests"),
    ("it_register.csv", "it_register"),
    ("it_gebeurtenissen.csv", "it_events"),
    ("it_heruitgifte.csv", "it_reissued"),
    ("dispensers_register.csv", "dispensers"),
    ("dispensers_gebeurtenissen.csv", "dispenser_events"),
    ("interventies.xlsx", "interventions"),
    ("doelen.csv", "targets"),
    ("programmas.xlsx", "programmes"),
    ("velden_planning.csv", "pitch_plan"),
    ("velden_materialen.csv", "pitch_materials"),
    ("velden_pef.csv", "pitch_footprints"),
    ("posten_jaarplannen.xlsx", "post_plans"),
    ("posten_evenementen.csv", "post_events"),
    ("expo_materialen.xlsx", "pavilion_materials"),
    ("stembiljetten_drukwerk.csv", "ballot_paper"),
    ("kiesgerechtigden.csv", "voters"),
    ("rwzi_paspoort.xlsx", "works_passport"),
    ("rwzi_aansluitingen.csv", "works_connections"),
    ("inrichting_materialen.csv", "furniture_materials"),
    ("inrichting_aanvragen.xlsx", "furniture_requests"),
    ("inrichting_register.csv", "furniture_register"),
    ("inrichting_gebeurtenissen.csv", "furniture_events"),
    ("inrichting_bestellingen.csv", "furniture_orders"),
    ("handdrogen_metingen.csv", "dryings"),
    ("volume_aandeel.csv", "volumes"),
)


@dataclass(frozen=True)
class Delivery:
    """A file to import and the profile that reads it."""

    file: Path
    profile: Path


def render(names: Collection[str]) -> bytes:
    """The manifest of these files: every file once, in the order of ``ORDER``.

    Raises:
        ValueError: if a file fits no pattern; that is a bug of the generator.
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
        for name, profile in pairs
    )
    return "\n".join(blocks).encode()


def deliveries(folder: Path) -> tuple[Delivery, ...]:
    """Read a demo folder's manifest.

    Args:
        folder: the folder that holds ``manifest.toml``; its paths are relative to it.

    Returns:
        What to import, in order, with resolved paths.

    Raises:
        UserError: ``demo.no_manifest`` when the folder holds none.
    """
    try:
        raw = tomllib.loads((folder / MANIFEST).read_text("utf-8"))
    except OSError as error:
        raise UserError("demo.no_manifest", folder=str(folder)) from error
    return tuple(
        Delivery((folder / entry["file"]).resolve(), (folder / entry["profile"]).resolve())
        for entry in raw["delivery"]
    )

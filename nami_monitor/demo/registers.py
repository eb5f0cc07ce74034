"""The files of the organisation itself: locations, activity, interventions and targets."""

from __future__ import annotations

from datetime import date
from typing import Final

from nami_monitor.core.periods import last_day
from nami_monitor.demo.articles import ARTICLES
from nami_monitor.demo.contracts import register
from nami_monitor.demo.office_files import cabinet_code, webshop_code
from nami_monitor.demo.organisation import NAME, code
from nami_monitor.demo.sanitary import REFILLS
from nami_monitor.demo.simulate import World
from nami_monitor.demo.write import Csv, File, Row, Workbook, dutch_number

TARGETS: Final[tuple[Row, ...]] = (
    ("reduce_volume_per_activity", "office_supplies", "Verandering", "2026", -10, "2023"),
    ("reduce_volume_per_activity", "sanitary_supplies", "Verandering", "2026", -12, "2023"),
    ("reduce_spend_per_activity", "office_supplies", "Verandering", "2026", -5, "2023"),
    ("reduce_spend_per_activity", "sanitary_supplies", "Verandering", "2026", 0, "2023"),
    ("rethink_circular_share", "it_assets", "Pad", "2024", 20, None),
    ("rethink_circular_share", "it_assets", "Pad", "2025", 27, None),
    ("rethink_circular_share", "it_assets", "Pad", "2026", 34, None),
    ("rethink_circular_share", "it_assets", "Pad", "2030", 100, None),
    ("refuse_assortment", "office_supplies", "Absoluut", "2026", 55, None),
    ("impact_spend", "office_supplies", "Verandering", "2026", -5, "2023"),
    ("impact_spend", "it_assets", "Verandering", "2026", -10, "2023"),
    ("impact_mass", "office_supplies", "Verandering", "2026", -10, "2023"),
    ("impact_mass", "sanitary_supplies", "Verandering", "2026", -12, "2023"),
    ("reduce_reused_mass_share", "sewage_works", "Pad", "2023", 15, None),
    ("reduce_reused_mass_share", "sewage_works", "Pad", "2030", 100, None),
    ("refuse_new_stormwater", "sewage_works", "Absoluut", "2025", 0, None),
    ("reduce_retained_share", "furnishing", "Pad", "2024", 50, None),
    ("reduce_retained_share", "furnishing", "Pad", "2030", 100, None),
    ("reduce_use_per_event", "sanitary_supplies", "Absoluut", "2026", 1, None),
)
POLICY: Final = "Uitvoeringsplan circulair inkopen 2023-2026"


def files(world: World) -> dict[str, File]:
    """All files of the organisation, by name."""
    years = sorted({month.year for month in world.organisation.months})
    return {
        "locaties.csv": _locations(world),
        "contractregister.xlsx": register(),
        **{f"bezetting_{year}.xlsx": _activity(world, year) for year in years},
        "interventies.xlsx": _interventions(world),
        "doelen.csv": _targets(),
    }


def _locations(world: World) -> Csv:
    return Csv(
        header=("Locatiecode", "Naam", "Organisatie", "Regio", "Open vanaf", "Gesloten op"),
        rows=tuple(
            (place.location_id, place.name, NAME, place.group, place.opened_on, place.closed_on)
            for place in world.organisation.locations
        ),
    )


def _silent(world: World, location_id: str, month: date) -> bool:
    truth = world.truth
    return location_id == truth.silent_location and truth.silent_from <= month <= truth.silent_until


def _activity(world: World, year: int) -> Workbook:
    """A block of rows per location; its code stands in the first row of the block only."""
    place = world.organisation
    rows: list[Row] = []
    for index, location in enumerate(place.locations):
        heading: str | None = location.location_id
        for step, month in enumerate(place.months):
            silent = _silent(world, location.location_id, month)
            if month.year != year or silent or not place.active[index, step]:
                continue
            fte, days = float(place.fte[index, step]), int(place.staff_days[index, step])
            rows.append((heading, month, last_day(month), fte, days))
            heading = None
    return Workbook(
        sheet="Bezetting",
        header=("Vestiging", "Van", "Tot en met", "Fte", "Aanwezige dagen"),
        rows=tuple(rows),
        titles=(
            f"Bezetting per vestiging {year}",
            "Bron: personeelsregistratie en toegangspoorten, alleen totalen per vestiging",
        ),
    )


def _interventions(world: World) -> Workbook:
    truth = world.truth
    offices = ";".join(code(place) for place in range(truth.offices))
    everywhere = ";".join(code(place) for place in range(truth.locations))
    removed = [index for index, article in enumerate(ARTICLES) if article.removed]
    towels = ";".join(name for item in REFILLS if item.towel for name in (item.old, item.new))
    dryers = ";".join(name for item in REFILLS if item.dries for name in (item.old, item.new))
    rows: tuple[Row, ...] = (
        (
            *("ZL-I-1", "Assortiment van de voorraadkasten ingekort", "Kantoorartikelen"),
            *("Refuse", "Afgerond", date(2023, 6, 1), date(2023, 12, 31), 0, 0),
            *("voorraadkast", "webwinkel", None, offices, None, "nee", 0.05),
            *("inkoop;facilitair", None, "Geld"),
        ),
        (
            *("ZL-I-2", "Eerst refurbished bij nieuwe aanvragen", "IT-middelen"),
            *("Rethink", "Loopt", date(2024, 1, 1), None, 6, 0),
            *("it-bestelling", "it-bestelling", None, everywhere, None, "nee", None),
            *("inkoop;ict;duurzaamheid", POLICY, "Duurzaamheid"),
        ),
        (
            *("ZL-I-3", "Proef: twaalf artikelen uit de voorraadkast", "Kantoorartikelen"),
            *("Refuse", "Loopt", truth.pilot_start, None, 0, 1),
            *("voorraadkast", "webwinkel"),
            ";".join(webshop_code(index) for index in removed),
            truth.pilot,
            ";".join(cabinet_code(index) for index in removed),
            *("nee", 1.0, "inkoop;facilitair;gebruikers", POLICY, "Duurzaamheid"),
        ),
        (
            *("ZL-I-4", "Zuinige handdoekdispensers", "Sanitaire voorzieningen"),
            *("Reduce", "Loopt", truth.towel_start, None, 0, 0),
            *("contract", "contract", dryers),
            ";".join(code(place) for place in world.sanitary.thrifty),
            *(towels, "nee", 0.15, "inkoop;facilitair;schoonmaak", POLICY, "Duurzaamheid"),
        ),
        (
            *("ZL-I-5", "Laptops een jaar langer in gebruik", "IT-middelen"),
            *("Reduce", "Gepland", date(2027, 1, 1), None, 12, 0),
            *("it-bestelling", "it-bestelling", None, everywhere, "IT-LT14;IT-LT16"),
            *("ja", 0.2, "ict", None, "Anders"),
        ),
    )
    return Workbook(
        sheet="Interventies",
        header=(
            *("Maatregel", "Titel", "Categorie", "Strategie", "Status", "Ingangsdatum"),
            *("Einddatum", "Aanloopmaanden", "Voorbode maanden", "Doelkanaal"),
            *("Vervangende kanalen", "Vervangende artikelen", "Vestigingen", "Artikelen"),
            *("Kan verspreiden", "Geplande vermindering", "Disciplines", "Beleid", "Motief"),
        ),
        rows=rows,
    )


def _targets() -> Csv:
    return Csv(
        header=("Indicator", "Categorie", "Soort", "Periode", "Waarde", "Nulmeting", "Bron"),
        rows=tuple(
            (kpi, category, kind, period, dutch_number(float(str(value)), 1), base, POLICY)
            for kpi, category, kind, period, value, base in TARGETS
        ),
    )

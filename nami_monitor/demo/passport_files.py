"""Material passports of pitches, pavilions, ballots, works and furniture, as makers send them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from nami_monitor.demo.programme_files import pitches
from nami_monitor.demo.simulate import World
from nami_monitor.demo.truth_cases import CASES_TRUTH as TRUTH
from nami_monitor.demo.write import Csv, File, Row, Workbook, dutch_number

MATERIAL_HEADER: Final = ("Project", "Scenario", "Onderdeel", "Materiaal", "Massa kg", "Herkomst",
                          "Eindroute")  # fmt: skip
VOTERS: Final = {"PS-2023": 13_100_000, "EP-2024": 13_200_000, "TK-2025": 13_400_000}
BALLOT_KG: Final = 0.05
"""A large ballot of 2023 and 2024."""


def files(world: World) -> dict[str, File]:
    """The passports and what goes with them, by name."""
    del world
    return {
        "velden_materialen.csv": _pitches(),
        "expo_materialen.xlsx": _pavilions(),
        "stembiljetten_drukwerk.csv": _ballots(),
        "kiesgerechtigden.csv": _voters(),
        "rwzi_paspoort.xlsx": _works(),
        "rwzi_aansluitingen.csv": _connections(),
        "inrichting_materialen.csv": _furniture(),
    }


def _pitches() -> Csv:
    """Per component mass, origin and MKI by price set A2, over its own life."""
    header = (*MATERIAL_HEADER, "MKI", "Levensduur")
    return Csv(header=header, rows=tuple(_pitch_lines()))


def _pitch_lines() -> Iterator[Row]:
    kept = 2_400_000 * TRUTH.kept_sub_base
    for number, (_, pitch, quarter, status, natural) in enumerate(pitches()):
        if status != "Gereed" or natural or quarter < "2024":
            continue
        rubber = ("Instrooi", "Rubber", 90_000, "Nieuw", "Verbranding", 980, 12)
        cork = ("Instrooi", "Kurk", 9_000, "Biobased", "Verbranding", 210, 12)
        for part, material, kg, origin, route, mki, life in (
            ("Fundering", "Lava en zand", kept, "Behouden", "Hergebruik", 0, 30),
            ("Fundering", "Lava en zand", 2_400_000 - kept, "Nieuw", "Hergebruik", 1_900, 30),
            ("Mat", "Kunststof", 18_000, "Nieuw", "Recycling", 7_400, 12),
            cork if number % 2 else rubber,
        ):
            mass = dutch_number(kg, 0)
            yield (pitch, "Gebouwd", part, material, mass, origin, route, mki, life)


def _pavilions() -> Workbook:
    """Two pavilions: what it was measured against, the design, and what was built."""
    rows: list[Row] = []
    for project, tonnes, share, reused in (
        ("EXPO-1", 900.0, 0.75, 0.3),
        ("EXPO-2", 1_000.0, TRUTH.pavilion_share, TRUTH.pavilion_reused),
    ):
        parts = (("Draagconstructie", "Staal", 0.5), ("Gevel", "Textiel", 0.2),
                 ("Vloer", "Hout", 0.3))  # fmt: skip
        for part, material, weight in parts:
            kg = 1000 * tonnes * weight
            rows.append((project, "Uitgangspunt", part, material, kg, "Nieuw", "Stort", None))
            rows.append((project, "Ontwerp", part, material, kg * (share + 0.05), "Nieuw",
                         "Recycling", None))  # fmt: skip
            built = kg * share
            again = TRUTH.pavilion_second_life
            for origin, of_origin in (("Hergebruikt", reused), ("Nieuw", 1 - reused)):
                for second, of_second in (("ja", again), ("nee", 1 - again)):
                    rows.append(
                        (project, "Gebouwd", part, material, round(built * of_origin * of_second),
                         origin, "Hergebruik", second)
                    )  # fmt: skip
    return Workbook(
        sheet="Materialen",
        header=(*MATERIAL_HEADER, "Tweede leven"),
        rows=tuple(rows),
        titles=("Materiaalstaat paviljoens", "Massa in kilogram"),
    )


def _ballots() -> Csv:
    """Paper per election; the last one has a smaller ballot and an information sheet."""
    rows: list[Row] = []
    for election, voters in VOTERS.items():
        small = election == "TK-2025"
        ballots = voters * BALLOT_KG * (0.6 if small else 1.0)
        sheets = voters * BALLOT_KG * 0.25 if small else 0.0
        for part, kg, share in (("Stembiljet", ballots, 0.0), ("Informatieblad", sheets, 0.6)):
            for origin, of_origin in (("Gerecycled", share), ("Nieuw", 1 - share)):
                if kg * of_origin:
                    rows.append(
                        (election, "Gebouwd", part, "Papier", dutch_number(kg * of_origin, 0),
                         origin, "Recycling")
                    )  # fmt: skip
    return Csv(header=MATERIAL_HEADER, rows=tuple(rows))


def _voters() -> Csv:
    months = {
        "PS-2023": date(2023, 3, 1),
        "EP-2024": date(2024, 6, 1),
        "TK-2025": date(2025, 10, 1),
    }
    return Csv(
        header=("Verkiezing", "Van", "Tot en met", "Kiesgerechtigden"),
        rows=tuple(
            (election, months[election], months[election].replace(day=30), voters)
            for election, voters in VOTERS.items()
        ),
    )


def _works() -> Workbook:
    """Three works with everything that MCI and MKI ask for; a price set per work."""
    rows: list[Row] = []
    for number, secondary in enumerate(TRUTH.secondary, start=1):
        tonnes = 800.0 * number
        project, prices = f"RWZI-{number}", "A2" if number == len(TRUTH.secondary) else "A1"
        for part, material, weight, factor, life in (
            ("Bassin", "Beton", 0.85, 0.11, 60),
            ("Leidingwerk", "Staal", 0.1, 1.9, 30),
            ("Brug", "Hout", 0.05, 0.3, 25),
        ):
            kg = 1000 * tonnes * weight
            route = "Recycling" if material != "Hout" else "Verbranding met energie"
            for origin, of_origin in (("Gerecycled", secondary), ("Nieuw", 1 - secondary)):
                burden = round(kg * of_origin * factor * (0.4 if origin == "Gerecycled" else 1))
                rows.append(
                    (project, "Gebouwd", part, material, round(kg * of_origin), origin, route,
                     "ja" if part != "Brug" else "nee", 0.9, 0.85,
                     0.9 if origin == "Gerecycled" else None, life, 50, "GWP", burden, prices)
                )  # fmt: skip
            rows.append((project, "Gebouwd", part, material, *(None,) * 7, life, None, "HTP",
                         round(kg * 0.02), prices))  # fmt: skip
    return Workbook(
        sheet="Paspoort",
        header=(*MATERIAL_HEADER, "In paspoort", "Aandeel ingezameld", "Rendement recycling",
                "Rendement grondstof", "Levensduur", "Gemiddelde levensduur", "Effect", "Waarde",
                "Prijsset"),
        rows=tuple(rows),
        titles=("Materialenpaspoort werken",),
    )  # fmt: skip


def _connections() -> Csv:
    return Csv(
        header=("Werk", "Van", "Tot en met", "Nieuwe regenwateraansluitingen"),
        rows=tuple(
            (f"RWZI-{number}", date(2022 + number, 1, 1), date(2022 + number, 12, 31), found)
            for number, found in enumerate(TRUTH.connections, start=1)
        ),
    )


def _furniture() -> Csv:
    """Steel and wood of each year's refurnishing; less of the steel is new every year."""
    rows: list[Row] = []
    for at, year in enumerate((2024, 2025, 2026)):
        for part, material, kg in (("Bureau", "Staal", 42_000), ("Blad", "Hout", 30_000),
                                   ("Stoel", "Staal", 18_000)):  # fmt: skip
            new = 0.7 - 0.15 * at
            for origin, share in (("Nieuw", new), ("Hergebruikt", 1 - new)):
                rows.append((f"INR-{year}", "Gebouwd", part, material, dutch_number(kg * share, 0),
                             origin, "Hergebruik"))  # fmt: skip
    return Csv(header=MATERIAL_HEADER, rows=tuple(rows))

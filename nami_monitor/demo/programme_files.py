"""The programmes, the plan of the pitches and the year plans of the posts, as offices send them."""

from __future__ import annotations

from datetime import date
from typing import Final

from nami_monitor.demo.simulate import World
from nami_monitor.demo.truth_cases import CASES_TRUTH as TRUTH
from nami_monitor.demo.write import Csv, File, Row, Workbook, dutch_number

PITCHES: Final = "Kunstgrasvelden"
PROGRAMMES: Final[tuple[Row, ...]] = (
    *(
        (f"VELDEN-{letter}", f"Velden gemeente {letter}", PITCHES, "veld", cap, *days)
        for letter, cap, days in (
            ("A", TRUTH.caps[0], (date(2019, 1, 1), date(2029, 12, 31))),
            ("H", TRUTH.caps[1], (date(2019, 7, 1), date(2029, 6, 30))),
        )
    ),
    *(
        (f"JAARPLAN-{year}", f"Jaarplannen posten {year}", "Evenementen", "post", TRUTH.posts,
         date(year, 1, 1), date(year, 12, 31))
        for year in (2024, 2025, 2026)
    ),
    ("EXPO-1", "Expo-paviljoen 1 (woestijn)", "Expo-paviljoens", "paviljoen", None,
     date(2019, 3, 1), date(2021, 9, 30)),
    ("EXPO-2", "Expo-paviljoen 2 (eiland)", "Expo-paviljoens", "paviljoen", None,
     date(2023, 6, 1), date(2025, 3, 31)),
    ("PS-2023", "Provinciale verkiezing 2023", "Stembiljetten", "verkiezing", None,
     date(2023, 2, 1), date(2023, 3, 31)),
    ("EP-2024", "Europese verkiezing 2024", "Stembiljetten", "verkiezing", None,
     date(2024, 5, 1), date(2024, 6, 30)),
    ("TK-2025", "Landelijke verkiezing 2025", "Stembiljetten", "verkiezing", None,
     date(2025, 9, 1), date(2025, 10, 31)),
    ("RWZI-1", "Gemaal Oost", "Rioolwaterzuiveringen", "werk", None,
     date(2023, 1, 1), date(2023, 12, 15)),
    ("RWZI-2", "Slibverwerking Noord", "Rioolwaterzuiveringen", "werk", None,
     date(2023, 9, 1), date(2024, 11, 30)),
    ("RWZI-3", "Zuivering aan de dijk", "Rioolwaterzuiveringen", "werk", None,
     date(2022, 6, 1), date(2025, 10, 31)),
    ("INR-2024", "Herinrichting 2024", "Inrichting", "project", None,
     date(2024, 2, 1), date(2024, 11, 30)),
    ("INR-2025", "Herinrichting 2025", "Inrichting", "project", None,
     date(2025, 2, 1), date(2025, 11, 30)),
    ("INR-2026", "Herinrichting 2026", "Inrichting", "project", None,
     date(2026, 2, 1), date(2026, 9, 30)),
)  # fmt: skip
THEMES: Final = ("Klimaat", "Circulariteit", "Ketenverantwoordelijkheid")
FIRST_YEAR: Final = 2019
YEARS: Final = (2024, 2025, 2026)


def files(world: World) -> dict[str, File]:
    """The files of programme offices, by name."""
    del world  # they know nothing of the organisation's locations
    return {
        "programmas.xlsx": Workbook(
            sheet="Programma's",
            header=("Programma", "Titel", "Categorie", "Eenheid", "Maximum", "Start", "Einde"),
            rows=PROGRAMMES,
            titles=("Programmaregister",),
        ),
        "velden_planning.csv": _plan(),
        "velden_pef.csv": _footprints(),
        "posten_jaarplannen.xlsx": _year_plans(),
        "posten_evenementen.csv": _events(),
    }


def pitches() -> list[tuple[str, str, str, str, bool]]:
    """Programme, pitch, quarter, status and whether it became natural grass."""
    found = []
    for letter, cap, pace in (("A", TRUTH.caps[0], 3), ("H", TRUTH.caps[1], 1)):
        for number in range(1, cap // 2 + 1):
            quarter = (number - 1) // pace + (0 if letter == "A" else 2)
            year, part = FIRST_YEAR + quarter // 4, quarter % 4 + 1
            past = (year, part) <= (2026, 3)
            status = "Gereed" if past else "Gepland"
            if number % TRUTH.deferred_every == 0:
                status = "Uitgesteld"
                year, part = min((year, part), (2026, 3))
            natural = status == "Gereed" and number % TRUTH.natural_every == 0
            found.append(
                (f"VELDEN-{letter}", f"{letter}-{number:03d}", f"{year}-Q{part}", status, natural)
            )
    return found


def _plan() -> Csv:
    return Csv(
        header=("Programma", "Veld", "Kwartaal", "Stand", "Uitkomst"),
        rows=tuple(
            (
                *(programme, pitch, quarter, status),
                None if status != "Gereed" else "Natuurgras" if natural else "Kunstgras",
            )
            for programme, pitch, quarter, status, natural in pitches()
        ),
    )


def _footprints() -> Csv:
    """A footprint per pitch of artificial turf that was built from 2024 on, in milli-points."""
    rows: list[Row] = []
    for _, pitch, quarter, status, natural in pitches():
        if status == "Gereed" and not natural and quarter >= "2024":
            month = 3 * int(quarter[-1])
            points = 620 - 12 * (int(quarter[:4]) - YEARS[0]) - 40 * (int(pitch[-1]) % 2)
            day = date(int(quarter[:4]), month, 1)
            rows.append((pitch, day, date(day.year, month, 28), points, "PEF 3.1"))
    return Csv(header=("Veld", "Van", "Tot en met", "mPt per jaar", "Methode"), rows=tuple(rows))


def _post(number: int) -> str:
    return f"POST-{number:03d}"


def _year_plans() -> Workbook:
    rows: list[Row] = []
    for year, answered in zip(YEARS, TRUTH.answered, strict=True):
        for number in range(1, TRUTH.posts + 1):
            programme, post = f"JAARPLAN-{year}", _post(number)
            if number > answered:
                rows.append((programme, post, f"{year}-02", None, "Geen antwoord", None))
                continue
            for theme, often in zip(THEMES, TRUTH.measures, strict=True):
                measure = f"maatregel {theme.lower()}" if number % 10 < often else None
                rows.append((programme, post, f"{year}-02", theme, "Ingeleverd", measure))
    return Workbook(
        sheet="Jaarplannen",
        header=("Programma", "Post", "Maand", "Thema", "Stand", "Maatregel"),
        rows=tuple(rows),
        titles=("Uitvraag jaarplannen posten",),
    )


def _events() -> Csv:
    """What the posts that answered report of a year; measures stand side by side."""
    rows: list[Row] = []
    for at, year in enumerate(YEARS[:2]):
        for number in range(1, TRUTH.answered[at] + 1):
            events = 2 + number % 5
            meals = 60 * events
            rows.append(
                (
                    *(_post(number), date(year, 1, 1), date(year, 12, 31), events),
                    *(events * TRUTH.goodies[at], TRUTH.printed[at]),
                    *(meals, dutch_number(meals * TRUTH.vegetarian[at], 0)),
                )
            )
    header = ("Post", "Van", "Tot en met", "Evenementen", "Weggevertjes", "Gedrukte uitnodigingen",
              "Maaltijden", "Vegetarische maaltijden")  # fmt: skip
    return Csv(header=header, rows=tuple(rows))

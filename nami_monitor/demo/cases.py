"""The files of the other cases: programmes, material passports, furniture and measured counts.

They follow from ``CASES_TRUTH`` without chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from nami_monitor.core.periods import last_day, month_range
from nami_monitor.demo.devices import Device
from nami_monitor.demo.file_formats import Csv, File, Row, Workbook, dutch_number
from nami_monitor.demo.organisation import location_code
from nami_monitor.demo.truth import CASES_TRUTH as TRUTH

PITCHES: Final = "Kunstgrasvelden"
PROGRAMMES: Final[tuple[Row, ...]] = (
    ("VELDEN-A", "Velden gemeente A", PITCHES, "veld", TRUTH.caps[0],
     date(2019, 1, 1), date(2029, 12, 31)),
    ("VELDEN-H", "Velden gemeente H", PITCHES, "veld", TRUTH.caps[1],
     date(2019, 7, 1), date(2029, 6, 30)),
    *(
        (f"JAARPLAN-{year}", f"Jaarplannen posten {year}", "Evenementen", "post", TRUTH.posts,
         date(year, 1, 1), date(year, 12, 31))
        for year in (2024, 2025, 2026)
    ),
    ("EXPO-1", "Expo-paviljoen 1 (woestijn)", "Expo-paviljoens", "paviljoen", None,
     date(2019, 3, 1), date(2021, 9, 30)),
    ("EXPO-2", "Expo-paviljoen 2 (eiland)", "Expo-paviljoens", "paviljoen", None,
     date(2023, 6, 1), date(2025, 3, 31)),
    ("PS-2023", "Provinciale verkiezing 2023", "Stembiljetten", "provinciale verkiezing",
     None, date(2023, 2, 1), date(2023, 3, 31)),
    ("TK-2023", "Landelijke verkiezing 2023", "Stembiljetten", "landelijke verkiezing", None,
     date(2023, 10, 1), date(2023, 11, 30)),
    ("EP-2024", "Europese verkiezing 2024", "Stembiljetten", "Europese verkiezing", None,
     date(2024, 5, 1), date(2024, 6, 30)),
    ("TK-2025", "Landelijke verkiezing 2025", "Stembiljetten", "landelijke verkiezing", None,
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
YEARS: Final = (2024, 2025, 2026)
LAST_QUARTER: Final = (2026, 3)
"""The last quarter of which the outcome is known."""

MATERIALS: Final = "Project;Scenario;Onderdeel;Materiaal;Massa kg;Herkomst;Eindroute"
ELECTIONS: Final = (
    ("PS-2023", date(2023, 3, 1), 13_100_000),
    ("TK-2023", date(2023, 11, 1), 13_150_000),
    ("EP-2024", date(2024, 6, 1), 13_200_000),
    ("TK-2025", date(2025, 10, 1), 13_400_000),
)
"""Election, its month and its eligible voters."""

BALLOT_KG: Final = 0.05
"""A large ballot of 2023 and 2024."""

FURNITURE_FROM: Final = date(2024, 1, 1)
FURNITURE_IN_STOCK: Final = 200
NEW_PIECES: Final = (2, 1, 3, 2, 2)
"""New pieces of furniture in one month after another; more in December."""
REFURBISHED_PIECES: Final = 2
TAKEN_OVER: Final = 2
PRICES: Final = {"Nieuw": 240.0, "Refurbished": 130.0}
"""EUR a piece without VAT."""

DECISIONS: Final = (
    "Uit voorraad", "Uit voorraad", "Uit voorraad", "Gedeeld", "Gerepareerd", "Gerepareerd",
    "Nieuw gekocht", "Nieuw gekocht", "Nieuw gekocht", "Refurbished gekocht",
)  # fmt: skip
"""Of ten requests; the first six are met with what is there."""

REISSUED_AFTER: Final = timedelta(days=900)
PASSAGES_A_MONTH: Final = 260_000
"""Passages of doors, which stand in for dryings."""


def files(devices: Sequence[Device], last_month: date) -> dict[str, File]:
    """All files of the other cases, by name.

    Some of the ``devices`` are issued again.
    """
    months = month_range(FURNITURE_FROM, last_month)
    return {
        "programmas.xlsx": Workbook(
            "Programma's",
            "Programma;Titel;Categorie;Eenheid;Maximum;Start;Einde",
            PROGRAMMES,
            titles=("Programmaregister",),
        ),
        "velden_planning.csv": Csv(
            "Programma;Veld;Kwartaal;Stand;Uitkomst",
            [
                (
                    *(pitch.programme, pitch.code, f"{pitch.year}-Q{pitch.quarter}", pitch.status),
                    "Natuurgras" if pitch.natural else "Kunstgras" if pitch.built_in_turf else None,
                )
                for pitch in _pitches()
            ],
        ),
        "velden_pef.csv": _pitch_footprints(),
        "velden_materialen.csv": Csv(f"{MATERIALS};MKI;Levensduur", list(_pitch_materials())),
        "posten_jaarplannen.xlsx": _year_plans(),
        "posten_evenementen.csv": _post_events(),
        "expo_materialen.xlsx": _pavilion_materials(),
        "stembiljetten_drukwerk.csv": _ballot_paper(),
        "kiesgerechtigden.csv": Csv(
            "Verkiezing;Van;Tot en met;Kiesgerechtigden",
            [(name, month, month.replace(day=30), voters) for name, month, voters in ELECTIONS],
        ),
        "rwzi_paspoort.xlsx": _works_passport(),
        "rwzi_aansluitingen.csv": Csv(
            "Werk;Van;Tot en met;Nieuwe regenwateraansluitingen",
            [
                (f"RWZI-{number}", date(2022 + number, 1, 1), date(2022 + number, 12, 31), count)
                for number, count in enumerate(TRUTH.connections, start=1)
            ],
        ),
        "inrichting_materialen.csv": _furniture_materials(),
        "inrichting_aanvragen.xlsx": _furniture_requests(months),
        "inrichting_register.csv": _furniture_register(months),
        "inrichting_gebeurtenissen.csv": _furniture_events(months),
        "inrichting_bestellingen.csv": _furniture_orders(months),
        "handdrogen_metingen.csv": _dryings(month_range(date(2025, 1, 1), last_month)),
        "volume_aandeel.csv": Csv(
            "Categorie;Van;Tot en met;Eigen;Gezamenlijk",
            [
                ("Sanitaire voorzieningen", date(year, 1, 1), date(year, 12, 31), own, 5_000_000)
                for year, own in ((2024, 410_000), (2025, 395_000))
            ],
        ),
        "it_heruitgifte.csv": _reissued_phones(devices, last_day(last_month)),
    }


@dataclass(frozen=True)
class Pitch:
    """A planned pitch; the quarter is that of its completion, planned or real."""

    programme: str
    code: str
    year: int
    quarter: int
    status: str
    natural: bool

    @property
    def built_in_turf(self) -> bool:
        """Whether it was built in artificial turf."""
        return self.status == "Gereed" and not self.natural


def _pitches() -> Iterator[Pitch]:
    for letter, cap, a_quarter, first in (("A", TRUTH.caps[0], 3, 0), ("H", TRUTH.caps[1], 1, 2)):
        for number in range(1, cap // 2 + 1):
            quarters = (number - 1) // a_quarter + first
            due = (2019 + quarters // 4, quarters % 4 + 1)
            status = "Gereed" if due <= LAST_QUARTER else "Gepland"
            if number % TRUTH.deferred_every == 0:
                status, due = "Uitgesteld", min(due, LAST_QUARTER)
            natural = status == "Gereed" and number % TRUTH.natural_every == 0
            yield Pitch(f"VELDEN-{letter}", f"{letter}-{number:03d}", *due, status, natural)


def _pitch_footprints() -> Csv:
    """A footprint per pitch of artificial turf that was built from 2024 on, in milli-points."""
    rows: list[Row] = []
    for pitch in _pitches():
        if pitch.built_in_turf and pitch.year >= YEARS[0]:
            points = 620 - 12 * (pitch.year - YEARS[0]) - 40 * (int(pitch.code[-1]) % 2)
            day = date(pitch.year, 3 * pitch.quarter, 1)
            rows.append((pitch.code, day, day.replace(day=28), points, "PEF 3.1"))
    return Csv("Veld;Van;Tot en met;mPt per jaar;Methode", rows)


def _pitch_materials() -> Iterator[Row]:
    """Per component mass, origin and MKI by price set A2, over its own life."""
    kept = 2_400_000 * TRUTH.kept_sub_base
    rubber = ("Instrooi", "Rubber", 90_000, "Nieuw", "Verbranding", 980, 12)
    cork = ("Instrooi", "Kurk", 9_000, "Biobased", "Verbranding", 210, 12)
    for number, pitch in enumerate(_pitches()):
        if not pitch.built_in_turf or pitch.year < YEARS[0]:
            continue
        for part, material, kg, origin, route, mki, life in (
            ("Fundering", "Lava en zand", kept, "Behouden", "Hergebruik", 0, 30),
            ("Fundering", "Lava en zand", 2_400_000 - kept, "Nieuw", "Hergebruik", 1_900, 30),
            ("Mat", "Kunststof", 18_000, "Nieuw", "Recycling", 7_400, 12),
            cork if number % 2 else rubber,
        ):
            mass = dutch_number(kg, 0)
            yield (pitch.code, "Gebouwd", part, material, mass, origin, route, mki, life)


def _year_plans() -> Workbook:
    themes = ("Klimaat", "Circulariteit", "Ketenverantwoordelijkheid")
    rows: list[Row] = []
    for year, answered in zip(YEARS, TRUTH.answered, strict=True):
        for number in range(1, TRUTH.posts + 1):
            plan = (f"JAARPLAN-{year}", f"POST-{number:03d}", f"{year}-02")
            if number > answered:
                rows.append((*plan, None, "Geen antwoord", None))
                continue
            for theme, often in zip(themes, TRUTH.measures, strict=True):
                measure = f"maatregel {theme.lower()}" if number % 10 < often else None
                rows.append((*plan, theme, "Ingeleverd", measure))
    return Workbook(
        "Jaarplannen",
        "Programma;Post;Maand;Thema;Stand;Maatregel",
        rows,
        titles=("Uitvraag jaarplannen posten",),
    )


def _post_events() -> Csv:
    """What the posts that answered report of a year; measures stand side by side."""
    rows: list[Row] = []
    for index, year in enumerate(YEARS[:2]):
        for number in range(1, TRUTH.answered[index] + 1):
            events = 2 + number % 5
            meals = 60 * events
            rows.append(
                (
                    *(f"POST-{number:03d}", date(year, 1, 1), date(year, 12, 31), events),
                    *(events * TRUTH.goodies[index], TRUTH.printed[index]),
                    *(meals, dutch_number(meals * TRUTH.vegetarian[index], 0)),
                )
            )
    return Csv(
        "Post;Van;Tot en met;Evenementen;Weggevertjes;Gedrukte uitnodigingen;Maaltijden;"
        "Vegetarische maaltijden",
        rows,
    )


def _pavilion_materials() -> Workbook:
    """Two pavilions: what it was measured against, the design, and what was built."""
    rows: list[Row] = []
    again = TRUTH.pavilion_second_life
    for project, tonnes, share, reused in (
        ("EXPO-1", 900.0, 0.75, 0.3),
        ("EXPO-2", 1_000.0, TRUTH.pavilion_share, TRUTH.pavilion_reused),
    ):
        for part, material, weight in (
            ("Draagconstructie", "Staal", 0.5),
            ("Gevel", "Textiel", 0.2),
            ("Vloer", "Hout", 0.3),
        ):
            kg, of = 1000 * tonnes * weight, (part, material)
            rows.append((project, "Uitgangspunt", *of, kg, "Nieuw", "Stort", None))
            design = kg * (share + 0.05)
            rows.append((project, "Ontwerp", *of, design, "Nieuw", "Recycling", None))
            for origin, of_origin in (("Hergebruikt", reused), ("Nieuw", 1 - reused)):
                for second, of_second in (("ja", again), ("nee", 1 - again)):
                    built = round(kg * share * of_origin * of_second)
                    rows.append((project, "Gebouwd", *of, built, origin, "Hergebruik", second))
    return Workbook(
        "Materialen",
        f"{MATERIALS};Tweede leven",
        rows,
        titles=("Materiaalstaat paviljoens", "Massa in kilogram"),
    )


def _ballot_paper() -> Csv:
    """Paper per election; the last one has a smaller ballot and an information sheet."""
    rows: list[Row] = []
    for election, _, voters in ELECTIONS:
        small = election == ELECTIONS[-1][0]
        ballots = voters * BALLOT_KG * (0.6 if small else 1.0)
        sheets = voters * BALLOT_KG * 0.25 if small else 0.0
        for part, kg, share in (("Stembiljet", ballots, 0.0), ("Informatieblad", sheets, 0.6)):
            for origin, of_origin in (("Gerecycled", share), ("Nieuw", 1 - share)):
                if kg * of_origin:
                    mass = dutch_number(kg * of_origin, 0)
                    rows.append((election, "Gebouwd", part, "Papier", mass, origin, "Recycling"))
    return Csv(MATERIALS, rows)


def _works_passport() -> Workbook:
    """Three works with everything that MCI and MKI ask for; a price set per work."""
    rows: list[Row] = []
    for number, secondary in enumerate(TRUTH.secondary, start=1):
        prices = "A2" if number == len(TRUTH.secondary) else "A1"
        for part, material, weight, factor, life in (
            ("Bassin", "Beton", 0.85, 0.11, 60),
            ("Leidingwerk", "Staal", 0.1, 1.9, 30),
            ("Brug", "Hout", 0.05, 0.3, 25),
        ):
            component = (f"RWZI-{number}", "Gebouwd", part, material)
            kg = 1000 * 800.0 * number * weight
            route = "Recycling" if material != "Hout" else "Verbranding met energie"
            listed = "ja" if part != "Brug" else "nee"
            for origin, share, burden, efficiency in (
                ("Gerecycled", secondary, 0.4, 0.9),
                ("Nieuw", 1 - secondary, 1, None),
            ):
                rows.append(
                    (*component, round(kg * share), origin, route, listed, 0.9, 0.85, efficiency,
                     life, 50, "GWP", round(kg * share * factor * burden), prices)
                )  # fmt: skip
            unknown = (None,) * 7
            rows.append((*component, *unknown, life, None, "HTP", round(kg * 0.02), prices))
    return Workbook(
        "Paspoort",
        f"{MATERIALS};In paspoort;Aandeel ingezameld;Rendement recycling;Rendement grondstof;"
        "Levensduur;Gemiddelde levensduur;Effect;Waarde;Prijsset",
        rows,
        titles=("Materialenpaspoort werken",),
    )


def _furniture_materials() -> Csv:
    """Steel and wood of each year's refurnishing; less of the steel is new every year."""
    rows: list[Row] = []
    for index, year in enumerate(YEARS):
        new = 0.7 - 0.15 * index
        for part, material, kg in (
            ("Bureau", "Staal", 42_000),
            ("Blad", "Hout", 30_000),
            ("Stoel", "Staal", 18_000),
        ):
            for origin, share in (("Nieuw", new), ("Hergebruikt", 1 - new)):
                mass = dutch_number(kg * share, 0)
                rows.append((f"INR-{year}", "Gebouwd", part, material, mass, origin, "Hergebruik"))
    return Csv(MATERIALS, rows)


def _furnished(number: int) -> str:
    """One of the first thirty offices; the smallest of them are left out."""
    return location_code(number % 30)


def _furniture_requests(months: Sequence[date]) -> Workbook:
    rows: list[Row] = []
    for index, month in enumerate(months):
        for number, decision in enumerate(DECISIONS):
            day = month + timedelta(days=2 * number)
            code, office = f"INR-{month:%y%m}-{number:02d}", _furnished(index + number)
            rows.append((code, day, office, 1 + index % 3, decision, day + timedelta(days=3)))
    return Workbook(
        "Aanvragen",
        "Aanvraag;Aangevraagd op;Vestiging;Aantal;Besluit;Besluitdatum",
        rows,
        titles=("Aanvragen werkplekinrichting",),
    )


def _furniture_register(months: Sequence[date]) -> Csv:
    rows: list[Row] = []
    for number in range(FURNITURE_IN_STOCK):
        bought_on = date(2016 + number % 8, 1 + number % 12, 15)
        kind = "Bureau" if number % 2 else "Stoel"
        rows.append((f"ME-{number:04d}", kind, _furnished(number), bought_on, "Nieuw"))
    for index, month, condition, pieces in _bought(months):
        for _ in range(pieces):
            office, bought_on = _furnished(index), month + timedelta(days=9)
            rows.append((f"ME-{len(rows):04d}", "Stoel", office, bought_on, condition))
    return Csv("Objectnummer;Soort;Vestiging;In gebruik sinds;Staat", rows)


def _bought(months: Sequence[date]) -> Iterator[tuple[int, date, str, int]]:
    """Position of a month, the month, condition and pieces of furniture that were bought."""
    for index, month in enumerate(months):
        new = NEW_PIECES[index % len(NEW_PIECES)]
        new *= TRUTH.december_furniture if month.month == 12 else 1  # noqa: PLR2004 - December
        yield index, month, "Nieuw", new
        yield index, month, "Refurbished", REFURBISHED_PIECES


def _furniture_events(months: Sequence[date]) -> Csv:
    """Each month some pieces are taken over, after a notice.

    In each of the last months one piece more is noticed, which nobody takes.
    """
    rows: list[Row] = []
    for index, month in enumerate(months):
        for number in range(TAKEN_OVER):
            code, taken = f"ME-{index * TAKEN_OVER + number:04d}", month.replace(day=20)
            noticed = taken - timedelta(days=TRUTH.notice_days)
            rows.append((noticed, code, "Boventallig gemeld", None))
            rows.append((taken, code, "Overgenomen", f"Onderdeel {1 + number}"))
    for number, month in enumerate(months[-TRUTH.idle :], start=1):
        code = f"ME-{FURNITURE_IN_STOCK - number:04d}"
        rows.append((month.replace(day=12), code, "Boventallig gemeld", None))
    rows.sort(key=lambda row: tuple(map(str, row[:2])))
    return Csv("Datum;Objectnummer;Gebeurtenis;Naar", rows)


def _furniture_orders(months: Sequence[date]) -> Csv:
    return Csv(
        "Besteldatum;Vestiging;Staat;Aantal;Bedrag excl. btw",
        [
            (
                *(month.replace(day=9), _furnished(index), condition, pieces),
                dutch_number(PRICES[condition] * pieces),
            )
            for index, month, condition, pieces in _bought(months)
        ],
    )


def _dryings(months: Sequence[date]) -> Csv:
    """Towels counted by the dispensers of a few locations, and passages of their doors."""
    step = (TRUTH.towels_last - TRUTH.towels_first) / (len(months) - 1)
    rows: list[Row] = []
    for index, month in enumerate(months):
        towels = round(PASSAGES_A_MONTH * (TRUTH.towels_first + step * index))
        rows.append((month, last_day(month), towels, PASSAGES_A_MONTH))
    return Csv("Van;Tot en met;Handdoeken;Droogbeurten", rows)


def _reissued_phones(devices: Sequence[Device], end: date) -> Csv:
    """Phones that were wiped and issued again after some years, one in three."""
    rows: list[Row] = []
    for device in devices[::3]:
        day = device.acquired_on + REISSUED_AFTER
        alive = device.retired_on is None or day < device.retired_on
        if alive and FURNITURE_FROM <= day <= end:
            rows.append((day, device.asset_id, "Gewist en opnieuw uitgegeven"))
    rows.sort(key=lambda row: tuple(map(str, row[:2])))
    return Csv("Datum;Objectnummer;Gebeurtenis", rows)

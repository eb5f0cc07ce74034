"""Small files as an imaginary municipality gets them, one per kind."""

import io
from collections.abc import Sequence

import xlsxwriter

PLACES = ("Stadhuis", "Werf Noord", "Bibliotheek", "Zwembad")
ARTICLES = (
    ("KA-1001", "Kopieerpapier A4, pak 500", 5, 18.5),
    ("KA-1009", "Balpen blauw, doos 50", 50, 9.75),
    ("KA-1021", "Plakband 19 mm", 8, 14.28),
)
MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def workbook(rows: Sequence[Sequence[object]], name: str = "Blad1") -> bytes:
    """Rows as the first sheet of a workbook."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return held.getvalue()


def text(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as a file with semicolons."""
    return "".join(";".join(map(str, row)) + "\n" for row in rows).encode()


def supplier_statement(month: int = 7) -> tuple[str, bytes]:
    """A supplier's statement: titles above it, packs and what they hold, a total, who ordered."""
    rows: list[list[object]] = [["Papyrus B.V., verbruik gemeente Zuiderlicht"], []]
    rows.append(["Besteldatum", "Afleveradres", "Artikelnr", "Omschrijving", "Aant. VPE",
                 "Inhoud VPE", "Bedrag", "Besteller"])  # fmt: skip
    for day in range(1, 25):
        article, name, held, price = ARTICLES[day % 3]
        packs = 1 + day % 4
        place = PLACES[day % 4]
        rows.append([f"{day:02}-{month:02}-2026", place, article, name, packs, held,
                     round(packs * price, 2), "J. Jansen"])  # fmt: skip
    rows.append(["31-02-2026", PLACES[0], *ARTICLES[0][:2], 1, 5, 18.5, "K. Bakker"])
    rows.append(["Totaal", "", "", "", 60, "", 1000.0, ""])
    return f"Papyrus kantoor 2026-{month:02}.xlsx", workbook(rows)


def spent() -> float:
    """EUR of the lines of a statement that can be read."""
    return sum(round((1 + day % 4) * ARTICLES[day % 3][3], 2) for day in range(1, 25))


def pieces() -> int:
    """Pieces on those lines: packs times what each holds."""
    return sum((1 + day % 4) * ARTICLES[day % 3][2] for day in range(1, 25))


def web_shop() -> tuple[str, bytes]:
    """The export of the own web shop, with the category of each line and amounts with VAT."""
    rows: list[list[object]] = [
        ["Ordernummer", "Datum", "E-mail", "Locatie", "Categorie", "Artikelnr", "Aantal",
         "Bedrag incl. btw"],
    ]  # fmt: skip
    rows += [
        [f"W{day:04}", f"2026-08-{day:02}", f"p{day}@example.org", PLACES[day % 4],
         "Kantoorartikelen", ARTICLES[day % 3][0], day % 5 + 1, f"{day * 3},50"]
        for day in range(1, 21)
    ]  # fmt: skip
    return "webwinkel augustus.csv", text(rows)


def dispensers() -> tuple[str, bytes]:
    """Towel dispensers: a serial number, a building and when it was placed; some are gone."""
    rows: list[list[object]] = [["Serienr.", "Type", "Gebouw", "Geplaatst", "Verwijderd"]]
    rows += [
        [f"D{n:04}", "Rol 200 m", PLACES[n % 4], f"{n % 27 + 1:02}-03-2023",
         "12-05-2026" if n % 9 == 0 else ""]
        for n in range(1, 31)
    ]  # fmt: skip
    return "dispensers sanitair.xlsx", workbook(rows)


def devices() -> tuple[str, bytes]:
    """Laptops as a system of devices exports them, in English, with their holders."""
    rows: list[list[object]] = [
        ["Asset Tag", "Model", "Category", "Location", "Purchase Date", "Checked Out To"],
    ]
    rows += [
        [f"L{n:05}", "Laptop 14", "ICT-hardware", PLACES[n % 4], f"2024-0{n % 9 + 1}-15", "A. Vos"]
        for n in range(1, 41)
    ]
    return "devices.csv", text(rows)


def contracts() -> tuple[str, bytes]:
    """A register of contracts: notice in words, an end that is not known."""
    rows: list[list[object]] = [
        ["Contractnummer", "Titel", "Leverancier", "Categorie", "Ingangsdatum", "Einddatum",
         "Contractbeheerder"],
    ]  # fmt: skip
    rows += [
        [f"C-{n:03}", f"Raamovereenkomst {n}", f"Leverancier {n}",
         ("Kantoorartikelen", "Sanitair", "ICT-hardware")[n % 3], f"01-0{n % 9 + 1}-2024",
         f"31-12-202{n % 3 + 6}", "M. Smit"]
        for n in range(1, 13)
    ]  # fmt: skip
    return "contractregister.xlsx", workbook(rows)


def staff() -> tuple[str, bytes]:
    """FTE per building, a column for each month."""
    rows: list[list[object]] = [["Locatie", *(f"{name} 2026" for name in MONTHS)]]
    rows += [[place, *(20 + at for _ in MONTHS)] for at, place in enumerate(PLACES)]
    return "fte per gebouw 2026.xlsx", workbook(rows)


ANSWERS = (
    ("Klopt dit.*Omschrijving is Categorie", "Omschrijving is geen Categorie"),
    ("Klopt dit", "Ja, dat klopt"),
    ("Is het aantal in verpakkingen", "Ja, reken om naar stuks"),
    ("Via welk kanaal", "webwinkel"),
    ("Zijn de bedragen met of zonder btw.*Bedrag incl", "inclusief 21 % btw"),
    ("Zijn de bedragen met of zonder btw", "exclusief btw"),
    ("Nemen we ze uit dit bestand over", "Ja, neem ze over"),
    ("Waar staat Locatie.*Afleveradres", "kolom Afleveradres"),
    ("Waar staat Locatie.*Gebouw", "kolom Gebouw"),
    ("Waar staat Middelnummer.*Serienr", "kolom Serienr."),
    ("Waar staat Aanschafdatum.*Geplaatst", "kolom Geplaatst"),
    ("regels gaat niet mee", "Toch boeken"),
)
"""What a person answers: words of a question as they are read, and what is pressed."""
TYPED = (("Categorie", "Kantoorartikelen"), ("Activiteitsmaat", "fte"))
"""What a person types where the file names nothing."""
TABLES = {
    "supplier_statement": "Bestellingen en verbruik",
    "web_shop": "Bestellingen en verbruik",
    "dispensers": "Middelenregister",
    "devices": "Middelenregister",
    "contracts": "Contracten",
    "staff": "Activiteit en metingen",
}
"""Each kind, and what a person says that it holds."""

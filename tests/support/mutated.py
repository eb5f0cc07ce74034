"""Files as they come, changed in every way that suppliers change them, and what then is booked.

A change gives the same rows, a question or refusal, or rows that are set aside: never other figures
without a word. What a person answers is what is true of the file as it was made; about anything
else that is asked, they would be asked.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Standing
from nami_monitor.ingest.book.booking import Answers
from nami_monitor.ingest.book.file_import import import_file
from nami_monitor.ingest.cells import Layout, Sheet
from nami_monitor.ingest.profiles import proposal
from nami_monitor.ingest.profiles.library import read_sheets
from nami_monitor.ingest.profiles.profile import Profile, parse_profile, write_profile
from nami_monitor.store import Store
from nami_monitor.tables import columns
from tests.support.supplied import ARTICLES, PLACES, workbook

Rows = list[list[object]]
CODES = frozenset({"locations", "categories", "products", "contracts"})


@dataclass(frozen=True)
class Made:
    """A file that was made, with what its columns are and what holds for all of its rows."""

    table: str
    rows: Rows
    roles: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    packs: bool = False


def made() -> dict[str, Made]:
    """One file of each kind; every row is another."""
    orders: Rows = [["Besteldatum", "Afleveradres", "Artikelnr", "Omschrijving", "Aant. VPE",
                     "Inhoud VPE", "Bedrag"]]  # fmt: skip
    shop: Rows = [["Datum", "Locatie", "Categorie", "Artikelnr", "Aantal", "Bedrag excl. btw"]]
    contracts: Rows = [["Contractnummer", "Titel", "Leverancier", "Categorie", "Ingangsdatum",
                        "Einddatum", "Opzegtermijn"]]  # fmt: skip
    assets: Rows = [["Serienr.", "Categorie", "Gebouw", "Aanschafdatum"]]
    staff: Rows = [["Periode", "Locatie", "Fte"]]
    for n in range(1, 25):
        article, name, held, price = ARTICLES[n % 3]
        place = PLACES[n % 4]
        orders.append([date(2026, 7, n), place, article, name, n, held, round(n * price, 2)])
        shop.append([date(2026, 8, n), place, ("Papier", "Pennen")[n % 2], article, n + 0.5,
                     1000 * n + 0.25])  # fmt: skip
        end = date(2027, 1 + n % 12, n) if n % 3 else "onbepaald"
        contracts.append([f"C-{n:03}", f"Raam {n}", f"Bedrijf {n}", ("Papier", "Pennen")[n % 2],
                          date(2024, 2, n), end, f"{n % 6 + 1} mnd"])  # fmt: skip
        assets.append([f"D{n:04}", "Dispenser", place, date(2023, 3, n)])
        staff.append([date(2025 + n // 13, n % 12 + 1, 1), "Stadhuis", 20 + n / 4])
    return {
        "statement": Made(
            "orders", orders,
            {"Besteldatum": "ordered_on", "Afleveradres": "location_id", "Artikelnr": "product_id",
             "Aant. VPE": "quantity", "Bedrag": "amount_eur"},
            {"channel": "catalogus", "category": "Kantoor"}, packs=True,
        ),
        "shop": Made(
            "orders", shop,
            {"Datum": "ordered_on", "Locatie": "location_id", "Categorie": "category",
             "Artikelnr": "product_id", "Aantal": "quantity", "Bedrag excl. btw": "amount_eur"},
            {"channel": "webshop"},
        ),
        "contracts": Made(
            "contracts", contracts,
            {"Contractnummer": "contract_id", "Titel": "title", "Leverancier": "supplier",
             "Categorie": "category", "Ingangsdatum": "starts_on", "Einddatum": "ends_on",
             "Opzegtermijn": "notice_months"},
        ),
        "assets": Made(
            "assets", assets,
            {"Serienr.": "asset_id", "Categorie": "category", "Gebouw": "location_id",
             "Aanschafdatum": "acquired_on"},
        ),
        "staff": Made(
            "measurements", staff,
            {"Periode": "period_start", "Locatie": "location_id", "Fte": "value"},
            {"activity_measure": "fte", "unit": "fte", "proxy": "false"},
        ),
    }  # fmt: skip


# --- changes -------------------------------------------------------------------------------------


def written(cell: object, dates: str = "%d-%m-%Y", sign: str = ",", group: str = "") -> str:
    """A cell as text."""
    if isinstance(cell, date):
        return cell.strftime(dates)
    if isinstance(cell, float):
        whole, _, rest = f"{cell:,.2f}".partition(".")
        return whole.replace(",", group) + sign + rest
    return str(cell)


def as_text(rows: Rows, **how: str) -> bytes:
    """Rows as a file with semicolons."""
    return "".join(";".join(written(c, **how) for c in row) + "\n" for row in rows).encode()


def as_workbook(rows: Rows) -> bytes:
    """Rows as a workbook that stores numbers, and days as texts."""
    return workbook([[written(c) if isinstance(c, date) else c for c in row] for row in rows])


def changes(rows: Rows) -> Iterator[tuple[str, bytes]]:
    """Each change of a file by its name, with the content that it gives."""
    head, *body = rows
    width = len(head)
    yield "as it is", as_text(rows)
    yield "workbook", as_workbook(rows)
    for at in range(width):
        for name in ("Veld 7", "", "Totaal", "Kolom", head[at - 1]):
            yield f"header {at} is {name!r}", as_text([[*head[:at], name, *head[at + 1 :]], *body])
        yield (
            f"header {at} shouts",
            as_text([[*head[:at], f" {str(head[at]).upper()} ", *head[at + 1 :]], *body]),
        )
        yield f"column {at} last", as_text([[*r[:at], *r[at + 1 :], r[at]] for r in rows])
        yield f"column {at} gone", as_text([[*r[:at], *r[at + 1 :]] for r in rows])
        yield f"blank column before {at}", as_text([[*r[:at], "", *r[at:]] for r in rows])
        if isinstance(body[0][at], str):
            continue  # another text is another text
        for wrong in ("?", "n.t.b.", "12 dozen", "31-02-2026", "1.2.3", "#REF!", "=1+1"):
            broken = [[*r[:at], wrong, *r[at + 1 :]] if n == 5 else r for n, r in enumerate(body)]
            yield f"{wrong!r} in column {at}", as_text([head, *broken])
        for unit in (" st.", " euro", " per doos", " x1000", " kg", " %"):
            marked = [
                [*r[:at], f"{written(r[at])}{unit}", *r[at + 1 :]] if n % 5 == 2 else r
                for n, r in enumerate(body)
            ]
            yield f"{unit!r} behind some of column {at}", as_text([head, *marked])
    for dates in ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%y", "%d %b %Y", "%Y%m%d"):
        yield f"dates {dates}", as_text(rows, dates=dates)
    yield "point", as_text(rows, sign=".")
    yield "point and groups", as_text(rows, sign=".", group=",")
    yield "groups", as_text(rows, group=".")
    some = [[*r[:-1], written(r[-1], sign=".")] if n % 4 else r for n, r in enumerate(body)]
    yield "both signs", as_text([head, *some])
    nothing: list[object] = [""] * width
    yield "blank rows", as_text([head, nothing, *body[:9], nothing, nothing, *body[9:], nothing])
    for word in ("Totaal", "Subtotaal", "Eindtotaal", "Total"):
        total = [word, *[""] * (width - 2), 99_999.5]
        yield f"{word} below", as_text([*rows, total])
        yield f"{word} between", as_text([head, *body[:9], total, *body[9:]])
    yield "titles above", as_text([["Overzicht 2026"], ["Gemeente", "Zuiderlicht"], [], *rows])
    yield "header again", as_text([head, *body[:9], head, *body[9:]])
    yield "second table", as_text([*rows, nothing, nothing, ["Naam", "Waarde"], ["a", 3]])
    yield "short rows", as_text([head, *(r[: width - n % 2] for n, r in enumerate(body))])
    yield (
        "long rows",
        as_text([head, *([*r, "x"] if n % 7 == 3 else r for n, r in enumerate(body))]),
    )
    loud = [[c.upper() if isinstance(c, str) and n % 3 == 0 else c for c in r]
            for n, r in enumerate(body)]  # fmt: skip
    yield "some rows shout", as_text([head, *loud])


# --- what is booked ------------------------------------------------------------------------------

Booked = tuple[list[tuple[object, ...]], int]


class _SeenError(Exception):
    """Ends an import that was seen."""


def read_anew(file: Path, of: Made) -> Profile | None:
    """The profile of a person who knows the file as it was made; None where more is asked."""
    sheet = read_sheets(file, Layout())[0]
    profile = proposal.proposed(sheet, file.name)
    agreed: set[str] = set()
    for _ in range(20):
        questions = proposal.asks(sheet, profile, {}, agreed=agreed)
        if not questions:
            return profile
        answered = _answer(questions[0], profile, sheet, of)
        if answered is None:
            return None
        profile = answered
        agreed.add(questions[0].key)
    return None


def _answer(
    asked: proposal.FileQuestion, profile: Profile, sheet: Sheet, of: Made
) -> Profile | None:
    name = asked.column.partition(" / ")[0]
    header = next((h for h, role in of.roles.items() if role == name and h in sheet.columns), "")
    if asked.key == "unsure":
        return _sure(profile, proposal.unsure(sheet, profile), of)
    if asked.key == "packed":
        return None
    if asked.key == "table":
        profile = proposal.with_tables(profile, sheet, [of.table])
    elif asked.key in {"packs", "vat"}:
        profile = asked.choices[int(asked.key == "packs" and not of.packs)].profile
    elif header:
        profile = proposal.with_role(profile, header, name)
    elif name in of.constants:
        profile = proposal.with_constant(profile, name, of.constants[name], ())
    else:
        return None
    return profile


def _sure(profile: Profile, unsure: Mapping[str, str], of: Made) -> Profile | None:
    """The profile without what is suggested and not true; None where a header is another one."""
    if not {*unsure} <= {str(header) for header in of.rows[0]}:
        return None
    for header, role in unsure.items():
        if of.roles.get(header) != role:
            profile = proposal.with_role(profile, header, "")
    return profile


def booked(store: Store, file: Path, profile: Profile) -> Booked:
    """The rows that a file books, without texts that say nothing of figures; and those set aside.

    Raises:
        UserError: the file is refused, or something is asked.
    """
    seen: list[Booked] = []
    spec = profile.tables[0].name
    words = {"product_group", "ends_on_note"}
    kept = [c.name for c in columns(spec) if not c.free_text and c.name not in words]

    def look(db, report):
        if report.questions:
            raise UserError(f"questions.{report.questions[0].key}", **report.questions[0].values)
        names = ", ".join(f'"{name}"' for name in kept)
        rows = db.rows(
            f"select {names} from {spec}_offered where batch = ? and standing = '{Standing.LIVE}'"
            " order by line", [report.batch],
        )  # fmt: skip
        seen.append((rows, report.main.set_aside))
        raise _SeenError

    profile = parse_profile(write_profile(profile))
    try:
        import_file(
            store, file, profile, answers=Answers(create=CODES), who="t",
            period=None, check=look,
        )  # fmt: skip
    except _SeenError:
        return seen[0]
    raise AssertionError(file)


def silently_other(base: Booked, now: Booked) -> str:
    """What is booked otherwise than it was, without being set aside; empty where nothing is.

    A column that is not known any more leaves its values unknown, which is no other figure.
    """
    rows, aside = now
    left = list(base[0])
    for row in rows:
        while left and not all(a is None or a == b for a, b in zip(row, left[0], strict=True)):
            left.pop(0)
        if not left:
            return f"{row} was not there before"
        left.pop(0)
    missing = len(base[0]) - len(rows)
    return f"{missing} rows went, {aside} are set aside" if missing > aside else ""


def outcomes(
    folder: Path, of: Made, wanted: Callable[[Sequence[tuple[str, bytes]]], Sequence]
) -> Iterator[tuple[str, str, str]]:
    """Each change of a file with who reads it (a person anew, a kept profile) and what came of it.

    What came is ``same``, ``aside``, ``asked`` or ``refused`` with its key, or ``OTHER`` figures.
    """
    store = Store(folder / "db")
    plain = folder / "opgave 2026.csv"
    plain.write_bytes(as_text(of.rows))
    kept = read_anew(plain, of)
    assert kept is not None
    base = booked(store, plain, kept)
    assert len(base[0]) == len(of.rows) - 1, base
    for name, content in wanted(list(changes(of.rows))):
        file = folder / "opgave 2026.csv"
        file.write_bytes(content)
        for who in ("anew", "kept"):
            try:
                profile = read_anew(file, of) if who == "anew" else kept
                if profile is None:
                    yield name, who, "asked"
                    continue
                now = booked(store, file, profile)
            except UserError as error:
                yield name, who, f"refused {error.key}"
                continue
            other = silently_other(base, now)
            yield name, who, f"OTHER {other}" if other else "aside" if now[1] else "same"
    store.close()


def sample(seed: int, most: int) -> Callable[[Sequence], Sequence]:
    """A function that picks some changes, the same each time."""
    return lambda every: random.Random(seed).sample(list(every), most)  # noqa: S311 - repeatable

"""What is asked of lines of a new file that may not count, or not as they stand there.

A column may call lines credit, without a minus, or cancelled. As they stand both count in full.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from nami_monitor.ingest.cells import Large, Sheet, untag
from nami_monitor.ingest.profiles.convert import FALSE_WORDS, TRUE_WORDS, UNKNOWN_WORDS
from nami_monitor.ingest.profiles.preview import first_records, values_in
from nami_monitor.ingest.profiles.profile import DropRule, Profile, Sign, TableMap
from nami_monitor.ingest.profiles.source_cells import column_numbers, normal_header
from nami_monitor.ingest.profiles.suggest import mappable
from nami_monitor.tables import TABLES

CREDIT: Final = re.compile(
    r"(credit|kredit|krediet|retour|refund|return)[ -]?"
    r"(nota|factuur|note|memo|invoice|order|zending|ering|e?n|s|ed)?"
    r"|gecrediteerd|geretourneerd|teruggave|terugbetaling",
    re.IGNORECASE,
)
"""Words with which a line says that it is taken back."""
CREDIT_LETTERS: Final = {"c", "cr", "cn", "cm", "crn", "gs", "kg"}
"""Letters for a credit side or note, here and in German."""
OTHER_LETTERS: Final = {"d", "db", "deb", "dr", "f", "fa", "fac", "i", "in", "inv", "re", "kr"}
"""Letters for what stands beside it in such a column: debit, an invoice."""
CANCELLED: Final = (
    r"^([0-9]{1,3}[ .:-]+)?((order|bestelling|(order)?regel|line|item) )?"
    r"(geann?ul+eerde?|ann?ul+ering|ann?ul+iert|ann?ul[^ ]{1,2}|cancell?ed|cancellation|gecanceld"
    r"|vervallen|ingetrokken|withdrawn|gestorneerd|storniert|storno|voided|void|doorgehaald"
    r"|afgekeurd|afgewezen|geweigerd|rejected|declined|refused|denied|abgelehnt"
    r"|niet doorgegaan|mislukt|failed|onbestelbaar|undeliverable"
    r"|(returned|retour(ned)?|geretourneerd)[ ,:/-]+(not delivered|niet (af)?geleverd|undelivered))"
    r"( ?[(:/-].*| (door|by|op|on|wegens|due|von|vom|am) .*)?$"
)
"""What a cell says of a line that came to nothing. Kept in profiles: databases read it too."""
CANCELLED_HEAD: Final = re.compile(
    r"((is|was|datum|date) )?(geannuleerd|cancell?ed|annulering|cancellation|storniert|vervallen)"
    r"s?( ?(op|on|at|datum|date|am))?",
    re.IGNORECASE,
)
"""Headings of columns in which yes or a day says so."""
FLAGGED: Final = rf"^({'|'.join(TRUE_WORDS)})$|^[0-9]{{1,4}}[./ -][0-9a-z]+[./ -][0-9]{{2}}"
"""What stands in such a column then."""
BY_OPTION: Final = frozenset(
    ("table", "vat", "dates", "decimal", "credit", "cancelled", "sums", "scale", "sheet")
)
"""Keys of questions that an option of the same name answers at the command line."""
MOST_WORDS: Final = 12
"""A column of more words than these does not say of what kind a line is."""
MINUS_SEEN: Final = re.compile("^[^0-9]*[(\u2212\u2013-]|[\u2212\u2013-]$")
"""A number that is negative as people write it."""
MOST_SHOWN: Final = 4
"""Words of a column that are shown."""


@dataclass(frozen=True)
class FileAnswer:
    """An answer: a key of the catalogues or a text, and the profile that it gives.

    ``header`` is the column of the file that it points at, if any.
    """

    name: str
    profile: Profile
    header: str = ""


@dataclass(frozen=True)
class FileQuestion:
    """What only a person can say of a file.

    Args:
        key: of its sentence in the catalogues, under ``asking.``.
        column: the canonical column that it is about, or the table.
        seen: what was seen in the file.
        headers: the columns of the file that it stands beside.
        choices: answers.
        table: the table whose column any other text may fill; empty where only choices will do.
        rows: of how many rows it is asked.
        looked_at: among how many.
    """

    key: str
    column: str = ""
    seen: str = ""
    headers: tuple[str, ...] = ()
    choices: tuple[FileAnswer, ...] = ()
    table: str = ""
    rows: int = 0
    looked_at: int = 0


def of_lines(sheet: Sheet, profile: Profile, free: Sequence[str]) -> list[FileQuestion]:
    """What is asked of lines that may not count, or not as they stand there.

    Only ``free`` columns, which fill nothing, may say that lines are left out. Of a file that is
    streamed all records that were kept are looked at: such lines are few.
    """
    if isinstance(sheet.rows, Large):
        sheet = replace(sheet, rows=sheet.rows.head)
    found = (_credit(sheet, profile), _cancelled(sheet, profile, free))
    return [one for one in found if one]


def _credit(sheet: Sheet, profile: Profile) -> FileQuestion | None:
    """Whether lines that a column calls credit are subtracted, where they bear no minus."""
    for header in mappable(sheet):
        texts = values_in(sheet, header, profile.unpivot, MOST_WORDS + 1)
        words = [text for text in texts if _says_credit(text, texts)]
        if not words or len(words) == len(texts) or len(texts) > MOST_WORDS:
            continue
        sign = Sign(header, tuple(text.lower() for text in words))
        tables = tuple(_subtracting(sheet, table, sign, words) for table in profile.tables)
        if tables == profile.tables:
            continue
        signed = [one for table in tables for one in table.columns.values() if one.sign == sign]
        choices = (
            FileAnswer("asking.answers.subtract", replace(profile, tables=tables)),
            FileAnswer("asking.answers.keep", profile),
        )
        beside = (header, *(origin.columns[0] for origin in signed))
        return FileQuestion("credit", seen=", ".join(words), headers=beside, choices=choices)
    return None


def _cancelled(sheet: Sheet, profile: Profile, free: Sequence[str]) -> FileQuestion | None:
    """Whether lines are left out that columns call cancelled, rejected or the like.

    A register is not asked: what ended belongs in it.
    """
    rows = first_records(sheet).rows
    if not TABLES[profile.tables[0].name].dated_by or not isinstance(rows, pl.DataFrame):
        return None
    found: dict[str, list[str]] = {}
    rules, lines = [], set[int]()
    for header in free:
        texts = values_in(sheet, header, profile.unpivot)
        rule = DropRule(header, FLAGGED if _flags(header, texts) else CANCELLED)
        says = re.compile(rule.matches, re.IGNORECASE).search
        if not (words := [text for text in texts if says(text)]):
            continue
        cells = rows[f"c{column_numbers(sheet.columns)[normal_header(header)]}"]
        lines |= {at for at, cell in enumerate(cells) if cell and says((untag(cell) or "").strip())}
        found[header] = words[:MOST_SHOWN]
        rules.append(rule)
    if not rules:
        return None
    choices = (
        FileAnswer("asking.answers.skip", replace(profile, drop=(*(profile.drop or ()), *rules))),
        FileAnswer("asking.answers.keep", profile),
    )
    seen = "; ".join(f"{header}: {', '.join(words)}" for header, words in found.items())
    return FileQuestion(
        "cancelled", seen=seen, headers=(*found,), choices=choices,
        rows=len(lines), looked_at=rows.height,
    )  # fmt: skip


def _flags(header: str, texts: Sequence[str]) -> bool:
    """Whether a column says yes or a day where a line was cancelled, and else no or nothing."""
    plain = {text.lower() for text in texts} - {*FALSE_WORDS, *UNKNOWN_WORDS}
    heads = CANCELLED_HEAD.fullmatch(normal_header(header).replace("_", " "))
    return bool(heads) and all(re.search(FLAGGED, text) for text in plain)


def _subtracting(sheet: Sheet, table: TableMap, sign: Sign, words: Sequence[str]) -> TableMap:
    """The table whose figures a sign makes negative, where every such line is without a minus."""
    signed = {
        name: replace(origin, sign=sign)
        for name in ("amount_eur", "quantity")
        if (origin := table.columns.get(name))
        and not origin.sign
        and sign.column not in origin.columns
        and _all_positive(sheet, sign.column, words, origin.columns)
    }
    return replace(table, columns={**table.columns, **signed})


def _says_credit(text: str, beside: Sequence[str]) -> bool:
    """Whether a word of a column says credit; letters do where all are for credit or not."""
    sides = {each.lower().rstrip(".") for each in beside}
    one = text.lower().rstrip(".")
    letters = sides <= CREDIT_LETTERS | OTHER_LETTERS
    return bool(CREDIT.fullmatch(one)) or (letters and one in CREDIT_LETTERS)


def _all_positive(sheet: Sheet, header: str, words: Sequence[str], figures: Sequence[str]) -> bool:
    """Whether no line with one of the words has a minus in one of the columns."""
    numbers = column_numbers(sheet.columns)
    said, *cells = (numbers.get(normal_header(one)) for one in (header, *figures))
    rows = first_records(sheet).rows
    if said is None or not cells or None in cells or not isinstance(rows, pl.DataFrame):
        return False
    own = [
        [(untag(cell) or "").strip() for cell in row[1:] if cell]
        for row in rows.select(f"c{said}", *(f"c{at}" for at in dict.fromkeys(cells))).rows()
        if (untag(row[0]) or "").strip() in words
    ]
    return any(own) and not any(MINUS_SEEN.search(cell) for row in own for cell in row)

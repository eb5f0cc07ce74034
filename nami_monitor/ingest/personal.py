"""Personal data is not imported: columns that name people are dropped, e-mail addresses blanked.

Addresses are blanked in every cell before anything else reads it, so that they reach neither the
tables nor the rows set aside. A row with a blank in a code or a channel is set aside: a blank would
make different things the same. In other texts the blank stays.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.cells import Large, LargeCsv, Sheet
from nami_monitor.store.transaction import literal

PERSONAL_HEADERS = re.compile(
    r"\b(e ?mail( ?(adres|address))?|mail ?adres"
    r"|(user|full|first|last|given|contact|customer|card ?holder) ?name|surname"
    r"|gebruikers ?naam|voor ?naam|achter ?naam|volledige ?naam|klant ?naam|voorletters"
    r"|tussenvoegsel|naam ?(besteller|aanvrager)|user|gebruiker|customer ?id"
    r"|besteller|aanvrager|orderer|requester|requestor|opsteller|indiener|melder|behandelaar"
    r"|bestelbevoegde|budget ?houder|inkoper|goedkeurder|manager|contract ?(beheerder|eigenaar)"
    r"|(ordered|requested|approved) ?by|(besteld|aangevraagd|goedgekeurd|behandeld) ?door"
    r"|(checked ?out|assigned|issued) ?to|(uitgegeven|uitgeleend|toegewezen) ?aan"
    r"|medewerker|employee|contact ?person|contact ?persoon|houder|holder|card ?holder"
    r"|(card|kaart|pas|personeels|medew|med|tel|telefoon|mobiel|phone|mobile)"
    r" ?(number|nummer|no|nr)"
    r"|telefoon|phone|mobiel|bsn|burger ?service ?nummer|iban)\b",
    re.IGNORECASE,
)
"""Headers under which files name people, in Dutch and English."""

PLACE_HEADERS = re.compile(r"location|vestiging|locatie|contract ?(houder|holder)", re.IGNORECASE)
"""A header that speaks of a place or of the other party: ``Checked Out To: Location``."""

ENDS = r"\s@,;:<>()\[\]\"'"
"""What an e-mail address does not hold: it ends there."""

ADDRESS = rf"[^{ENDS}]+@[^{ENDS}]+\.[^{ENDS}\d._/\\-]{{2,}}"
"""An e-mail address, as polars and the database read it: both take time as the text is long.

Python's own ``re`` must not see it: in a text without blanks it takes the square of that time.
"""

AT = "@"
BLANKED = "[e-mail]"
"""What stands where an e-mail address was."""

PERSONAL_TEXT = (
    rf"{ADDRESS}"
    r"|(?:\+31|\b0031|\b0)[ -]?[1-9](?:[ -]?\d){8}\b"
    r"|\b\d{9}\b"
)
"""E-mail addresses, Dutch phone numbers and nine digits in a row (a citizen number has nine)."""

REDACTED = "[...]"
"""What stands in free text where a person was named."""

ADDRESS_SHARE = 0.2
"""A column in which a fifth of the filled cells are e-mail addresses is about people."""


def names_person(header: str, cells: pl.Series) -> bool:
    """Whether a column names people, by its header or by what stands in its (first) cells."""
    flat = re.sub(r"[-_.:\s]+", " ", header)
    if PERSONAL_HEADERS.search(flat) and not PLACE_HEADERS.search(flat):
        return True
    suspects = cells.filter(cells.str.contains("@", literal=True))
    addresses = suspects.str.contains(rf"^\s*(?:{ADDRESS})\s*$").sum()
    return addresses > ADDRESS_SHARE * (cells.len() - cells.null_count())


def blanked(text: str) -> str:
    """A text without the e-mail addresses in it."""
    if AT not in text:
        return text
    return str(_one_text(text).str.replace_all(ADDRESS, BLANKED)[0])


def refuse_address(text: str) -> None:
    """Refuse what a person typed when there is an e-mail address in it.

    Raises:
        UserError: ``personal.address``.
    """
    address = _one_text(text).str.extract(f"({ADDRESS})")[0] if AT in text else None
    if address is not None:
        raise UserError("personal.address", seen=short(address))


def _one_text(text: str) -> pl.Series:
    """A text as polars takes it; halves of signs, which no file can hold, become question marks."""
    return pl.Series([text.encode("utf-8", "replace").decode()])


def signature(who: str) -> str:
    """Who acts, a role or initials, without blanks around it.

    Raises:
        UserError: ``entry.who`` when nobody says so, ``personal.address``.
    """
    refuse_address(who)
    if not who.strip():
        raise UserError("entry.who")
    return who.strip()


BLOCK_BYTES = 1 << 22


def without_addresses(
    relation: str, rows: pl.DataFrame | Large, names: Sequence[str]
) -> tuple[str, bool]:
    """Blank the e-mail addresses in the columns of a sheet that may be read.

    Returns:
        SQL of the rows without addresses, and whether any cell may hold a blank in its place.
    """
    if isinstance(rows, pl.DataFrame):
        suspects = [name for name in names if _any_holds(rows[name], AT)]
        marked = bool(suspects) or any(_any_holds(rows[name], BLANKED) for name in names)
    elif isinstance(rows, LargeCsv):
        at, marked = _holds(rows.path)
        suspects = list(names) if at else []
    else:
        suspects, marked = list(names), True
    if not suspects:
        return relation, marked
    cells = ", ".join(f"{blanked_sql(name)} as {name}" for name in suspects)
    return f"(select * replace ({cells}) from {relation})", True


def personal_columns(sheet: Sheet) -> tuple[str, ...]:
    """The headers of the columns that name people."""
    rows = sheet.rows if isinstance(sheet.rows, pl.DataFrame) else sheet.rows.head
    return tuple(
        name
        for index, name in enumerate(sheet.columns, start=1)
        if names_person(name, rows[f"c{index}"].cast(pl.String))
    )


def blanked_sql(cell: str) -> str:
    """SQL of a text without the e-mail addresses in it; most texts are seen to have none."""
    blanked = f"regexp_replace({cell}, {literal(ADDRESS)}, {literal(BLANKED)}, 'g')"
    return f"case when contains({cell}, '{AT}') then {blanked} else {cell} end"


def without_persons(misfits: pl.DataFrame) -> pl.DataFrame:
    """Records that do not fit their header, without addresses and numbers of people."""
    text = pl.col("raw").str.replace_all(ADDRESS, BLANKED)
    return misfits.with_columns(text.str.replace_all(PERSONAL_TEXT, REDACTED))


def _any_holds(cells: pl.Series, text: str) -> bool:
    return bool(cells.str.contains(text, literal=True).any())


def _holds(path: Path) -> tuple[bool, bool]:
    """Whether a file holds the sign of an address, and whether an address or a blank for one."""
    blank = BLANKED.encode()
    before = b""
    marked = False
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            if AT.encode() in block:
                return True, True
            marked |= blank in block or blank in before + block[: len(blank)]
            before = block[-len(blank) :]
    return False, marked

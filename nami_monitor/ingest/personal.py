"""What names a person stays at the door: whole columns are dropped, e-mail addresses blanked."""

from __future__ import annotations

import re

import polars as pl

from nami_monitor.core.errors import UserError, short

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
"""An e-mail address, as Python, polars and the database read it."""

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

ONE_ADDRESS = re.compile(ADDRESS)
ADDRESS_SHARE = 0.2
"""A column in which a fifth of the filled cells are e-mail addresses is about people."""


def names_person(header: str, cells: pl.Series) -> bool:
    """Whether a column names people, by its header or by what stands in it.

    Args:
        header: the column's header as in the file.
        cells: its cells, or some of them.
    """
    flat = re.sub(r"[-_.:\s]+", " ", header)
    if PERSONAL_HEADERS.search(flat) and not PLACE_HEADERS.search(flat):
        return True
    suspects = cells.filter(cells.str.contains("@", literal=True))
    addresses = suspects.str.contains(rf"^\s*(?:{ADDRESS})\s*$").sum()
    return addresses > ADDRESS_SHARE * (cells.len() - cells.null_count())


def blanked(text: str) -> str:
    """A text without the e-mail addresses in it."""
    return ONE_ADDRESS.sub(BLANKED, text) if "@" in text else text


def refuse_address(text: str) -> None:
    """Refuse what a person typed when there is an e-mail address in it.

    Raises:
        UserError: ``personal.address``.
    """
    found = ONE_ADDRESS.search(text) if "@" in text else None
    if found:
        raise UserError("personal.address", seen=short(found[0]))

"""Columns that name a person are dropped at the door."""

from __future__ import annotations

import re
from collections.abc import Sequence

PERSONAL_HEADERS = re.compile(
    r"\b(e-?mail(adres)?|mailadres|user ?name|gebruikersnaam|full ?name|first ?name|last ?name"
    r"|voor ?naam|achter ?naam|voorletters|tussenvoegsel|besteller|aanvrager|orderer|requester"
    r"|bestelbevoegde|budgethouder|ordered ?by|besteld ?door"
    r"|medewerker|employee|contact ?persoon|contact ?person|houder|holder|card ?holder"
    r"|customer ?name|klantnaam|customer ?id|checked ?out ?to|assigned ?to|uitgegeven ?aan"
    r"|card ?(number|no|nr)|kaart ?nummer|pas ?nummer|bsn|burgerservicenummer|personeelsnummer"
    r"|telefoon(nummer)?|phone|mobiel( ?nummer)?|iban|manager|naam ?(besteller|aanvrager))\b",
    re.IGNORECASE,
)
"""Headers under which files name people, in Dutch and English."""

PLACE_HEADERS = re.compile(r"location|vestiging|locatie|contract", re.IGNORECASE)
"""A header that speaks of a place or a contract names no person: ``Checked Out To: Location``."""

ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$")
ADDRESS_SHARE = 0.2
"""A column in which a fifth of the filled cells are e-mail addresses is about people."""


def names_person(header: str, sample: Sequence[str | None]) -> bool:
    """Whether a column names people, by its header or by what stands in it.

    Args:
        header: the column's header as in the file.
        sample: some of its cells.
    """
    flat = re.sub(r"[_.:\s]+", " ", header)
    if PERSONAL_HEADERS.search(flat) and not PLACE_HEADERS.search(flat):
        return True
    filled = [cell for cell in sample if cell]
    addresses = sum(1 for cell in filled if ADDRESS.match(cell.strip()))
    return bool(filled) and addresses > ADDRESS_SHARE * len(filled)

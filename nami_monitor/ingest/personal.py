"""Columns that name a person are dropped at the door."""

from __future__ import annotations

import re
from collections.abc import Sequence

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

ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$")
ADDRESS_SHARE = 0.2
"""A column in which a fifth of the filled cells are e-mail addresses is about people."""


def names_person(header: str, sample: Sequence[str | None]) -> bool:
    """Whether a column names people, by its header or by what stands in it.

    Args:
        header: the column's header as in the file.
        sample: some of its cells.
    """
    flat = re.sub(r"[-_.:\s]+", " ", header)
    if PERSONAL_HEADERS.search(flat) and not PLACE_HEADERS.search(flat):
        return True
    filled = [cell for cell in sample if cell]
    addresses = sum(1 for cell in filled if ADDRESS.match(cell.strip()))
    return bool(filled) and addresses > ADDRESS_SHARE * len(filled)

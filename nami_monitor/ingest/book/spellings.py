"""Texts of a file that probably name what is known by another spelling, or name one thing twice.

Nothing is merged here: what is found is proposed, and what a person decides becomes words of the
profile, which later files of the source bring along.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.booking import Answers, Booking
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.proposal import with_constant, with_value
from nami_monitor.tables import TABLES, Codes, columns

SPELLED: Final = ("location_id", "category", "supplier")
"""Columns that people write by name, each in their own way."""

LONGEST: Final = 200
"""Signs of a text that are compared."""
_PARTS: Final = re.compile(r"[,;|\n()\[\]]|\s[-\u2013/]\s")
_POSTCODE: Final = re.compile(r"\b\d{4}\s?[a-z]{2}\b")
_NUMBERED: Final = re.compile(r"\D{3,}\d{1,5}\s?[a-z]?")
_STREETS: Final = re.compile(
    r"(straat|weg|laan|plein|kade|singel|gracht|dijk|pad|markt|dreef|steeg|street|road|avenue)$"
)
_INSIDE: Final = re.compile(
    r"\b(kamer|verdieping|etage|balie|afdeling|hal|gebouw|vleugel|lokaal|zaal|team|loc|locatie|unit"
    r"|nr|nummer|fase|kavel|perceel|blok|poort|laag|toren|room|floor|building|wing|lot|part)\b"
)
_LEGAL: Final = re.compile(r"\W(b\W?\s?v|n\W?\s?v|v\W?o\W?f|bvba|ltd|llc|plc|gmbh)\W*$")


def spelling(text: str, column: str = "") -> str:
    """What is left of a name without case, accents, blanks, punctuation and address.

    Of the name of a supplier the legal form goes too. A number stays, unless it is that of a house
    in an address behind the name: "Werf 1" and "Werf 2" are two, "Stadhuis, Markt 1" is "Stadhuis".
    """
    letters = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    name, *rest = [part.strip() for part in _PARTS.split(plain) if part.strip()] or [plain]
    if not any(map(_is_address, rest)):  # behind an address stands the town
        name = " ".join((name, *rest))
    said = name.split()
    if len(said) > 2 and _STREETS.search(said[-2]) and re.fullmatch(r"\d+[a-z]?", said[-1]):  # noqa: PLR2004
        name = " ".join(said[:-2])
    if column == "supplier":
        name = _LEGAL.sub("", name)
    parted = re.sub(r"(?<=\d)\W+(?=\d)", "_", name)
    return re.sub(r"[^\w]", "", parted) or plain


def _is_address(part: str) -> bool:
    """Whether a part of a name is a street with a number, or a postcode."""
    numbered = _NUMBERED.fullmatch(part) and not _INSIDE.search(part)
    return bool(_POSTCODE.search(part) or numbered)


@dataclass(frozen=True)
class Spelling:
    """A text of a file that is not known, and what it probably is.

    Args:
        column: the canonical column in which it stands.
        text: as it stands there.
        lines: on how many lines.
        becomes: the code, or another text of the file, that it probably means; empty where nothing
            is like it.
        held: whether its lines wait until its code is known.
        known: the codes that it may mean, where there are not too many; ``becomes`` first.
    """

    column: str
    text: str
    lines: int
    becomes: str
    held: bool
    known: tuple[str, ...] = ()

    @property
    def name(self) -> tuple[str, str]:
        """The column and the text."""
        return self.column, self.text


class Becomes(StrEnum):
    """What a person may decide of a text besides naming what it means."""

    NEW = "@new"
    APART = "@apart"


def spellings_of(booking: Booking) -> Iterator[Spelling]:
    """The texts of a staged batch that are not known: what they mean is to be decided.

    Of a code whose kind nobody loaded a list of, only texts that are like others are given.
    """
    answers = booking.file.answers
    for column in SPELLED if booking.file.parent is None else ():
        lines = _lines(booking, column)
        if not lines:
            continue
        kind = next((k for t in booking.profile.tables if (k := codes.coded(t.name).get(column))),
                    None)  # fmt: skip
        names = _known_names(booking, column, kind)
        held = kind is not None and kind not in booking.create and not _free(booking, column)
        seen = {text for name, text in {*answers.apart, *answers.new} if name == column}
        unknown = {text: n for text, n in lines.items() if text not in names and text not in seen}
        known = tuple(sorted(names)) if len(names) <= MOST_KNOWN else ()
        for text, becomes in _alike(column, unknown, lines, names).items():
            if becomes or held:
                # words of a profile know no capitals: what differs in them alone means one thing
                only = becomes and text.lower() == becomes.lower()
                listed = dict.fromkeys((*([becomes] if becomes else []), *known))
                may = (becomes,) if only else tuple(listed)
                yield Spelling(column, text, lines[text], becomes, held, may)


MOST_ASKED: Final = 60
"""Texts that are asked about in one table; the others follow in the next."""
MOST_KNOWN: Final = 500
"""Known codes that are offered for a text; of more only the one that is like it."""


def _alike(
    column: str,
    unknown: Mapping[str, int],
    lines: Mapping[str, int],
    names: Mapping[str, tuple[str, ...]],
) -> dict[str, str]:
    """By unknown text what it probably means: a known code, or the commonest of its spellings."""
    like = {
        spelling(name, column): code
        for code, called in sorted(names.items(), reverse=True)
        for name in (*called, code)
    }
    groups: dict[str, list[str]] = defaultdict(list)
    for text in unknown:
        groups[spelling(text, column)].append(text)
    found = {}
    for key, texts in groups.items():
        first = like.get(key) or min(
            texts, key=lambda text: (-lines[text], len(text), text.isupper(), text)
        )
        for text in texts:
            found[text] = "" if text == first else first
    return dict(sorted(found.items(), key=lambda pair: (pair[1] == "", pair[1], -lines[pair[0]])))


def _lines(booking: Booking, column: str) -> Counter[str]:
    """How often each text stands in a column of the rows that will be booked."""
    lines: Counter[str] = Counter()
    filled = {
        table.name
        for table in booking.profile.tables
        if column in table.columns or column in table.constants
    }
    for staged in booking.stages:
        if staged.table in filled and column not in TABLES[staged.table].key[:1]:
            lines.update(dict(booking.db.rows(
                f'select "{column}", count(*) from {staged.booked}'
                f' where "{column}" is not null group by 1'
            )))  # fmt: skip
    return lines


def _free(booking: Booking, column: str) -> bool:
    return any(table.codes.get(column) == "create" for table in booking.profile.tables)


def _known_names(booking: Booking, column: str, kind: Codes | None) -> dict[str, tuple[str, ...]]:
    """The codes that other batches made known, with their names; of suppliers what lines hold."""
    db, batch = booking.db, booking.batch
    if kind is None:
        held = " union ".join(
            f"select distinct {column} from {name}_offered where batch <> {batch}"
            for name in TABLES
            if any(one.name == column for one in columns(name))
        )
        return {text: () for (text,) in db.rows(held) if text is not None}
    named = ("name_nl", "name_en") if kind is Codes.CATEGORY else ("name",)
    held = ", ".join(f'any_value(m."{name}")' for name in named)
    rows = db.rows(
        f"select c.code, {held} from codes as c left join {kind}_offered as m"
        f" on m.{codes.code_column(kind)} = c.code and m.standing = 'live'"
        " where c.kind = ? and c.since_batch <> ? group by 1",
        [str(kind), batch],
    )
    return {code: tuple(filter(None, called)) for code, *called in rows}


def decided(
    profile: Profile, answers: Answers, chosen: Mapping[Spelling, str]
) -> tuple[Profile, Answers]:
    """The profile and the answers after a person decided what texts mean.

    ``chosen`` has by text a code, another text, or ``Becomes``.
    """
    new, apart = set(answers.new), set(answers.apart)
    for one, becomes in chosen.items():
        if becomes == Becomes.NEW:
            new.add(one.name)
        elif becomes in set(Becomes):
            apart.add(one.name)
        elif any(table.constants.get(one.column) == one.text for table in profile.tables):
            profile = with_constant(profile, one.column, becomes)
        else:
            profile = with_value(profile, one.column, one.text, becomes)
    return profile, replace(answers, new=frozenset(new), apart=frozenset(apart))


def proposed_spelling(one: Spelling) -> str:
    """What is proposed of a text: what it is like, else a code of its own."""
    return one.becomes or Becomes.NEW.value

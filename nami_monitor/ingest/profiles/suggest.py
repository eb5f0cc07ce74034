"""What the columns of a file probably mean, by their names and by what stands in them.

A name is worth nothing where the cells are of another kind: no column of words is an amount,
whatever it is called. Certain is only what nobody could doubt: a name that belongs to the column
alone, over cells that agree, and no other header like it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import polars as pl
from rapidfuzz import fuzz, utils

from nami_monitor.core.errors import UserError, listed
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.cells import Sheet, untag
from nami_monitor.ingest.personal import personal_columns
from nami_monitor.ingest.profiles.convert import FALSE_WORDS, TRUE_WORDS, UNKNOWN_WORDS
from nami_monitor.ingest.profiles.mapping import DEFAULTED
from nami_monitor.ingest.profiles.profile import EXCLUDED_VAT, Origin, Profile, TableMap
from nami_monitor.ingest.profiles.source_cells import (
    OTHER_DATES,
    column_numbers,
    distinct_headers,
    normal_header,
)
from nami_monitor.ingest.sniff.headers import cell_kind
from nami_monitor.ingest.sniff.values import MONTH_HEAD, MONTHS, YEAR_MONTH
from nami_monitor.ingest.template import allowed, heading, word
from nami_monitor.tables import TABLES, AnyOf, Codes, Column, columns

KNOWN: Final = 100.0
"""The score of a name that is known."""
OWN: Final = 110.0
"""That of a column's own name: no other name is its rival."""
HINT: Final = 90.0
"""That of a name that other columns have too."""
SAME: Final = 4.0
"""Scores that differ less are as likely."""
CLOSE: Final = 60.0
"""What is less likely than this is not suggested."""
ALIKE: Final = 84.0
"""Names that are less alike than this, of 100, are other names."""
BY_CONTENT: Final = 62.0
"""The score of a column that its cells alone tell."""
FREE_TEXT: Final = 70.0
"""The highest score of a name of free text, which another column with that name goes before."""
SAMPLE: Final = 300
"""Cells of a column that are looked at."""

ABBREVIATIONS: Final[Mapping[str, str]] = {
    "nr": "nummer", "no": "number", "num": "number", "aant": "aantal", "art": "artikel",
    "lev": "leverancier", "omschr": "omschrijving", "dat": "datum", "ref": "reference",
    "amt": "amount", "dept": "department", "cat": "categorie", "loc": "locatie",
    "desc": "description", "org": "organisatie", "inv": "invoice", "trans": "transaction",
}  # fmt: skip
"""Short words in headers, with what they stand for."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


WITH_OR_WITHOUT: Final = _set("incl excl inclusief exclusief exc inc including inclusive")
UNSAID: Final = _set("eur euro euros gbp usd in x de het van the of per est s")
"""Words of headers that do not say what a column is."""
NAMES: Final = _set("naam name omschrijving description label title titel text groep")
"""Words that say that a header is the name of what its other words say."""
NUMBERS: Final = _set("id code nummer number reference key sleutel uri")
"""Words that say that it is the number of that."""
ELSE: Final = _set(
    "status type email url vat btw korting discount prijs price percentage pct wijziging creatie"
    " mutatie min max maximum previous vorige review renewal notes valuta currency kvk company reg"
    " ondernemingsnummer postcode cur area group"
)
"""Words that make of a known name the name of something else."""
COMPANY: Final = re.compile(
    r"(?i)(?<!\w)(?:b\.?v|n\.?v|v\.?o\.?f|bvba|ltd|limited|plc|llc|inc|gmbh|stichting)(?!\w)"
)
"""What in a text says that it names a company."""
ABOUT_NAMES: Final = (Codes.CATEGORY, Codes.LOCATION)
"""Codes of which people know the names: a column of names goes before one of numbers."""
GONE: Final = re.compile(
    r"((datum|date) )?(of )?(verwijder(d|ing|ings)?|afgevoerd|afvoer|(uit|buiten) ?gebruik"
    r"( genomen| gesteld)?|uit dienst( genomen)?|gedemonteerd|demontage|ontmanteld|gesloopt"
    r"|weggehaald|in gebruik tot( en met)?|retired|retirement|removed|removal|disposed|disposal"
    r"|decommission(ed|ing)|scrapped|out of (use|service))( ?(op|per|on|at|since|datum|date))?"
)
"""Headings of the day on which a thing went."""
ENDED: Final = re.compile(
    r"(datum|date)? ?(eind|einde?|end|ended|ends|vervallen|tot|until) ?(op|per|on|datum|date)?"
)
"""Headings of what may be that day, or the end of something else."""
MONTHS_OF_A_YEAR: Final = frozenset((*MONTHS, *map(str, range(1, 13))))


@dataclass(frozen=True)
class Suggestion:
    """The column of the file that probably fills a canonical column, and how likely, up to 100.

    It is ``certain`` when its name is known, its cells agree and no other header is as likely; then
    nobody needs to be asked. ``rivals`` are the headers that are, itself included.
    """

    header: str
    score: float
    certain: bool
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Contents:
    """What the cells of a column are, as shares of those that are filled (0 when none is).

    ``counted`` is the share that begins with a number, ``fractions`` that of numbers with one or
    two digits behind the sign, ``different`` that of different texts.
    """

    filled: int
    dates: float
    years: float
    numbers: float
    counted: float
    fractions: float
    companies: float
    different: float
    texts: frozenset[str]

    @property
    def monthly(self) -> bool:
        """Whether nothing stands there but months of a year."""
        return {text.lstrip("0") for text in self.texts} <= MONTHS_OF_A_YEAR

    @classmethod
    def of(cls, cells: Sequence[str], *, months: bool = False) -> "_Contents":
        cells = [cell for cell in cells if (untag(cell) or "").lower() not in UNKNOWN_WORDS]
        texts = [(untag(cell) or "").strip() for cell in cells]
        kinds = [
            "date" if months and YEAR_MONTH.fullmatch(text) else cell_kind(cell)
            for cell, text in zip(cells, texts, strict=True)
        ]
        share = 1 / (len(texts) or 1)
        typed = sum(kind in {"number", "year"} for kind in kinds)
        fractions = sum(
            kind == "number" and bool(re.search(r"[.,]\d{1,2}\D*$", text))
            for kind, text in zip(kinds, texts, strict=True)
        )
        return cls(
            filled=len(texts),
            dates=share * kinds.count("date"),
            years=share * kinds.count("year"),
            numbers=share * typed,
            counted=share * sum(bool(re.match(r"\D{0,3}\d", text)) for text in texts),
            fractions=share * fractions,
            companies=share * sum(bool(COMPANY.search(text)) for text in texts),
            different=share * len(set(texts)),
            texts=frozenset(text.lower() for text in texts),
        )


@dataclass(frozen=True)
class _Header:
    """A header that may be mapped: what it is called, its words, and what its column holds."""

    name: str
    words: tuple[str, ...]
    contents: _Contents


def suggest(sheet: Sheet, table: str) -> dict[str, Suggestion]:
    """Suggest for each canonical column of a table the column of the file that fills it.

    Columns that name people are left out.

    Returns:
        Canonical column to suggestion, in the table's order; a header is suggested once, the
        likeliest first. The canonical name itself wins from its aliases; of two headers that are
        as likely neither is certain.
    """
    return _suggested(_headers(sheet), table)


def guess_table(sheet: Sheet) -> list[tuple[str, float]]:
    """Rank the tables by how well a file's columns tell that it holds their rows.

    Returns:
        Table and score (0 to 1: three quarters for the columns that tell its files from others, a
        quarter for the headers that are explained), best first; tables of which nothing is found
        are left out. A bare "name" tells half: everything has one.
    """
    headers = _headers(sheet)
    ranked = []
    for name, table in TABLES.items():
        found = _suggested(headers, name)
        likely = {column: (hit.score / KNOWN) ** 2 for column, hit in found.items()}
        bare = {column for column, hit in found.items() if {*header_words(hit.header)} <= NAMES}
        told_by = table.told_by or [(c.name,) for c in columns(name) if _needed(name, c)]
        telling = {
            column: score / 2 if column in bare else score for column, score in likely.items()
        }
        told = sum(max(telling.get(column, 0.0) for column in group) for group in told_by)
        if found:
            explained = sum(likely.values()) / len(headers)
            ranked.append((name, 0.75 * told / len(told_by) + 0.25 * explained))
    return sorted(ranked, key=lambda pair: -pair[1])


def mappable(sheet: Sheet) -> list[str]:
    """The headers that may be mapped: those that do not name people, each of one column only."""
    people = set(personal_columns(sheet))
    headers = zip(sheet.columns, distinct_headers(sheet.columns), strict=True)
    return [distinct for name, distinct in headers if name not in people]


def _headers(sheet: Sheet) -> list[_Header]:
    """The headers of a sheet that may be mapped."""
    names = mappable(sheet)
    said = _without_prefix({name: header_words(name) for name in names})
    rows = (sheet.rows if isinstance(sheet.rows, pl.DataFrame) else sheet.rows.head).head(SAMPLE)
    numbers = column_numbers(sheet.columns)
    return [
        _Header(
            name,
            said[name],
            _Contents.of(
                rows[f"c{numbers[normal_header(name)]}"].drop_nulls().to_list(),
                months=bool(MONTH_HEAD.search(name)),
            ),
        )
        for name in names
    ]


@cache
def header_words(header: str) -> tuple[str, ...]:
    """The words of a header in small letters, abbreviations written out.

    What stands in brackets, and whether tax is included, count only where nothing else stands.
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    bare = EXCLUDED_VAT.sub(" ", re.sub(r"\([^()]*\)", " ", spaced))
    plain = normal_header(bare) or normal_header(spaced)
    found = [ABBREVIATIONS.get(one, one) for one in re.findall(r"[^\W\d_]+", plain)]
    found = [
        f"{one[:-2]}nummer" if one.endswith("nr") and len(one) > len("nr") else one for one in found
    ]
    unsaid = UNSAID | {"btw", "vat", *WITH_OR_WITHOUT} if WITH_OR_WITHOUT & {*found} else UNSAID
    return tuple(one for one in found if one not in unsaid) or tuple(found) or (plain,)


def _without_prefix(said: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Headers without the word with which more than half of them begin: that of their things."""
    firsts = [words[0] for words in said.values() if len(words) > 1]
    common = max(sorted(set(firsts)), key=firsts.count, default="")
    if len(firsts) < 4 or firsts.count(common) <= len(said) / 2:  # noqa: PLR2004
        return dict(said)
    return {
        name: words[1:] if len(words) > 1 and words[0] == common else words
        for name, words in said.items()
    }


def _suggested(headers: Sequence[_Header], table: str) -> dict[str, Suggestion]:
    filled_in = {normal_header(header.name) for header in headers} & MARKS
    scores = {
        column.name: {
            header.name: score
            for header in headers
            if (score := _score(column, header, table, template=bool(filled_in))) >= CLOSE
        }
        for column in columns(table)
    }
    ranked = sorted(
        (-score, place, header)
        for place, column in enumerate(columns(table))
        for header, score in scores[column.name].items()
    )
    found: dict[str, Suggestion] = {}
    taken: set[str] = set()
    for lost, place, header in ranked:
        column = columns(table)[place]
        if column.name in found or header in taken:
            continue
        rivals = tuple(
            other
            for other, score in sorted(scores[column.name].items())
            if score > -lost - SAME and other not in taken
        )
        certain = -lost > KNOWN - SAME and len(rivals) == 1
        found[column.name] = Suggestion(header, min(-lost, KNOWN), certain, rivals)
        taken.add(header)
    free = [header for header in headers if header.name not in taken]
    found |= _told_by_content(free, table, found)
    return {column.name: found[column.name] for column in columns(table) if column.name in found}


def _score(column: Column, header: _Header, table: str, *, template: bool) -> float:
    """How likely a header is that of a column, 0 to OWN; a template's headings are its own."""
    if column.name == "acquired_on" and GONE.fullmatch(_plain(header.name)):
        return 0.0
    named = _named(table, column.name, header.words)
    if column.free_text and named <= KNOWN and not template:
        named = min(named, FREE_TEXT)
    return named * _agree(column, header.contents, table)


def _told_by_content(
    free: Sequence[_Header], table: str, found: Collection[str]
) -> dict[str, Suggestion]:
    """Columns that tell a table and bear no known name, where one header alone holds their kind."""
    wanted = {name for group in TABLES[table].told_by for name in group} - {*found}
    told: dict[str, Suggestion] = {}
    for column in columns(table):
        if column.name not in wanted:
            continue
        if any({column.name} < {*group} and {*group} & {*found} for group in TABLES[table].told_by):
            continue
        fitting = [header.name for header in free if _holds(column, header.contents)]
        if len(fitting) == 1 and fitting[0] not in {hit.header for hit in told.values()}:
            told[column.name] = Suggestion(fitting[0], BY_CONTENT, certain=False)
    return told


def _holds(column: Column, contents: _Contents) -> bool:
    """Whether cells alone make a column: dates, amounts, companies, numbers of things."""
    if column.sql_type == "date":
        return contents.dates >= MOSTLY
    if column.money:
        return contents.numbers >= MOSTLY and contents.fractions >= MOSTLY
    if column.name == "supplier":
        return contents.companies >= SOME
    if column.name == "asset_id":
        both = sum(
            bool(re.search("[a-z]", text) and re.search(r"\d", text)) for text in contents.texts
        )
        return contents.different == 1 and both >= MOSTLY * contents.filled > 1
    return False


@lru_cache(maxsize=1 << 16)
def _named(table: str, name: str, words: tuple[str, ...]) -> float:
    """How well the words of a header name a column of a table, 0 to OWN."""
    column = next(column for column in columns(table) if column.name == name)
    best = 0.0
    for place, (known, worth) in enumerate(_names(column.name, column.aliases, column.hints)):
        part = worth - place / 100
        if words == known:
            score = part
        elif "".join(words) == "".join(known):
            score = part - SAME - 1
        else:
            score = part - _strangeness(column, words, known)
        best = max(best, score)
    return best


def _strangeness(column: Column, words: tuple[str, ...], name: tuple[str, ...]) -> float:
    """What a name that is not quite that of a column loses; all of it when it is another one."""
    rest, compound = _beside(words, name), _compound(words, name)
    if rest is None and compound is None:
        alike = fuzz.token_sort_ratio(" ".join(words), " ".join(name))
        return 2 * SAME + KNOWN - alike if alike >= ALIKE and len(name[0]) > SAME else OWN
    front, around = compound or ("", rest or ())
    said = {front, *around}
    if ELSE & said or (column.sql_type == "date" and OTHER_DATES.search(" ".join(said))):
        return OWN
    parts = [word for word in around if word not in NAMES | NUMBERS]
    if parts and len(name) == 1 and name[0] in NAMES | NUMBERS:
        return OWN
    numbered = column.identifier and column.codes not in ABOUT_NAMES
    lost = 2 * SAME * bool((NAMES if numbered else NUMBERS) & said)
    other = parts or (front and front not in NAMES | NUMBERS)
    return lost + (2 * SAME + SAME * min(len(parts), 4) if other else SAME - 1)


def _beside(words: tuple[str, ...], name: tuple[str, ...]) -> tuple[str, ...] | None:
    """The words around a name in a header; None where it does not stand there."""
    for start in range(len(words) - len(name) + 1):
        if words[start : start + len(name)] == name:
            return words[:start] + words[start + len(name) :]
    return None


def _compound(words: tuple[str, ...], name: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """What stands before a name of one word in a compound ("hoofd" in "hoofdkostensoort").

    With it come the other words of the header; "naam" and "code" may stand behind the name.
    """
    whole = name[0]
    if len(name) > 1 or len(whole) < len("jaar") or whole in NAMES | NUMBERS:
        return None
    for place, long in enumerate(words):
        around = words[:place] + words[place + 1 :]
        if long != whole and long.endswith(whole):
            return long.removesuffix(whole), around
        rest = long.removeprefix(whole).removeprefix("s")
        if long.startswith(whole) and rest in NAMES | NUMBERS:
            return rest, around
    return None


MARKS: Final = frozenset(normal_header(text("template.mark", lang)) for lang in LANGS)
"""Headings by which a template is known that was filled in."""
MOSTLY, SOME = 0.8, 0.4
"""Shares of cells from which a column is of their kind, or may be."""


def _agree(column: Column, contents: _Contents, table: str) -> float:
    """Whether cells are of the kind that a column holds: 1 they are, below that they may be."""
    if not contents.filled:
        return 1.0
    if column.sql_type == "boolean":
        return float(contents.texts <= {*TRUE_WORDS, *FALSE_WORDS})
    if column.sql_type == "varchar":
        return _agree_in_words(column, contents, key=column.name in TABLES[table].key)
    if column.sql_type == "date":
        enough, may = contents.dates, contents.monthly or contents.dates + contents.years >= SOME
    else:
        years = column.money and contents.years >= MOSTLY and contents.different < SOME
        enough, may = contents.numbers, contents.counted >= SOME
        if years:
            return 0.0
    return 1.0 if enough >= MOSTLY else 0.9 if may else 0.0


def _agree_in_words(column: Column, contents: _Contents, *, key: bool) -> float:
    """The same for a column of words or codes; a ``key`` holds hardly anything twice."""
    if values := allowed(column):
        known = {*values, *(word(value, lang).lower() for value in values for lang in LANGS)}
        few = len(contents.texts) <= 2 * len(values)
        return 1.0 if contents.texts <= known else 0.9 if few else 0.0
    if column.name == "period" or column.listed:
        return 1.0
    numbers = contents.numbers >= MOSTLY
    other = contents.dates >= MOSTLY or contents.fractions >= SOME
    if other or (numbers and not column.identifier):
        return 0.0
    less = (numbers and column.codes in ABOUT_NAMES) or (key and contents.different < SOME)
    return 0.95 if less else 1.0


def day_gone(sheet: Sheet, free: Collection[str]) -> str:
    """The column of those that are ``free`` that holds the day on which a thing went, if any.

    It may be empty: nothing went yet.
    """
    days = [
        header.name
        for header in _headers(sheet)
        if header.name in free and (not header.contents.filled or header.contents.dates >= MOSTLY)
    ]
    named = (name for heads in (GONE, ENDED) for name in days if heads.fullmatch(_plain(name)))
    return next(named, "")


def may_be_another_end(header: str) -> bool:
    """Whether a heading of a day on which things went may mean the end of something else."""
    return not GONE.fullmatch(_plain(header))


def _plain(header: str) -> str:
    return normal_header(re.sub(r"[_-]", " ", header))


def certain_headers(sheet: Sheet, table: str) -> dict[str, str]:
    """The headers with known names, by the canonical column that each fills.

    A column whose name is known is read also where its cells do not agree: they are set aside with
    their reason, and not left out unseen.

    Raises:
        UserError: ``import.two_columns`` when two headers could fill one column.
    """
    suggestions = suggest(sheet, table)
    said = {header.name: header.words for header in _headers(sheet)}
    certain = {}
    for column in columns(table):
        hit = suggestions.get(column.name)
        if hit is None:
            continue
        if len(hit.rivals) > 1 and hit.score > KNOWN - SAME:
            seen = listed(header for header in mappable(sheet) if header in hit.rivals)
            raise UserError("import.two_columns", column=column.name, seen=seen)
        known = _named(table, column.name, said[hit.header]) > KNOWN - SAME
        if hit.certain or (len(hit.rivals) == 1 and not column.free_text and known):
            certain[column.name] = hit.header
    return certain


def missing_columns(table: TableMap) -> list[str]:
    """The required columns that a table map does not fill, with ``a / b`` where either will do."""
    return list(_missing(table.name, {**table.columns, **table.constants}))


def matching_profiles(sheet: Sheet, profiles: Mapping[str, Profile], file: str = "") -> list[str]:
    """The names of the profiles that fit the headers of a file, the fullest fit first.

    Of profiles that fit equally, the one whose name resembles that of the file leads.
    """
    scores = {name: _fit(sheet, profile) for name, profile in profiles.items()}
    fitting = []
    for name, score in scores.items():
        called = f"{name} {profiles[name].source}"
        alike = fuzz.token_set_ratio(called, file, processor=utils.default_process)
        if score is not None:
            fitting.append((-score, -alike, name))
    return [name for _, _, name in sorted(fitting)]


def _own(name: str) -> list[str]:
    """A column's own name, as it is and with blanks."""
    return sorted({normal_header(name), normal_header(name.replace("_", " "))})


@cache
def _names(
    name: str, aliases: tuple[str, ...], hints: tuple[str, ...]
) -> tuple[tuple[tuple[str, ...], float], ...]:
    """The names of a column as words, each with its worth: its own, known ones, hints."""
    headings = sorted({normal_header(heading(name, lang)) for lang in LANGS})
    known = [(_own(name), OWN), ((*aliases, *headings), KNOWN), (hints, HINT)]
    worth: dict[tuple[str, ...], float] = {}
    for names, score in known:
        for one in names:
            worth.setdefault(header_words(one), score)
    return tuple(worth.items())


def _needed(table: str, column: Column) -> bool:
    return not column.optional and (table, column.name) not in DEFAULTED


def _missing(table: str, filled: Mapping[str, object]) -> Iterator[str]:
    for column in columns(table):
        if _needed(table, column) and column.name not in filled:
            yield column.name
    for rule in TABLES[table].rules:
        if isinstance(rule, AnyOf) and not set(rule.columns) & set(filled):
            yield " / ".join(rule.columns)


def _fit(sheet: Sheet, profile: Profile) -> int | None:
    """How many headers a profile uses; None when a column that it needs is not there.

    It needs the required columns and those that tell signs and units, of alternatives one, and at
    least half of all columns that it names: the others may be empty in a month.
    """
    headers = set(column_numbers(sheet.columns))
    given: set[str] = set()
    if profile.unpivot:
        given = {normal_header(profile.unpivot.name), normal_header(profile.unpivot.value)}
        chosen = profile.unpivot.columns
        if not isinstance(chosen, str) and not {normal_header(name) for name in chosen} <= headers:
            return None
    used: set[str] = set()
    named = there = 0
    for table in profile.tables:
        needed = {column.name for column in columns(table.name) if not column.optional}
        filled = {*table.constants}
        for name, origin in table.columns.items():
            names = _found(origin, headers | given)
            named += 1
            if names is None and name in needed:
                return None
            if names is not None:
                filled.add(name)
                there += 1
                used |= names & headers
        either = (rule for rule in TABLES[table.name].rules if isinstance(rule, AnyOf))
        if not all(filled & {*rule.columns} for rule in either):
            return None
    return len(used) or None if 2 * there >= named else None


def _found(origin: Origin, names: Collection[str]) -> set[str] | None:
    """The columns of an origin that are there; None where it cannot be filled."""
    present = {one for one in map(normal_header, origin.columns) if one in names}
    places = {one for one in origin.columns if one.startswith("@")}
    whole = origin.how != "first" and len(present | places) < len(origin.columns)
    further = {normal_header(one) for one in origin.further}
    return None if whole or not (present or places) or further - {*names} else present | further

"""What the columns of a file probably mean: known names are mapped, close ones are suggested."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from rapidfuzz import fuzz, process, utils

from nami_monitor.core.errors import UserError, listed, refuse_unknown
from nami_monitor.i18n import LANGS
from nami_monitor.ingest.cells import Sheet
from nami_monitor.ingest.personal import personal_columns
from nami_monitor.ingest.profiles.mapping import DEFAULTED
from nami_monitor.ingest.profiles.profile import Origin, Profile, TableMap
from nami_monitor.ingest.profiles.source_cells import (
    column_numbers,
    distinct_headers,
    headers_by_stem,
    normal_header,
)
from nami_monitor.ingest.template import allowed, heading, word
from nami_monitor.tables import TABLES, AnyOf, Column, columns

KNOWN: Final = 100.0
"""The score of a name that is known."""
CLOSE: Final = 80.0
"""Names that are less alike than this, of 100, are not suggested."""


@dataclass(frozen=True)
class Suggestion:
    """The column of the file that probably fills a canonical column, and how alike, up to 100.

    It is ``certain`` when it is the only one with a known name; then nobody needs to be asked.
    """

    header: str
    score: float
    certain: bool


def suggest(sheet: Sheet, table: str) -> dict[str, Suggestion]:
    """Suggest for each canonical column of a table the column of the file that fills it.

    Columns that name people are left out.

    Returns:
        Canonical column to suggestion, in the table's order; a header is suggested once, known
        names before close ones. The canonical name itself wins from its aliases; of two headers
        with a known name neither is certain.
    """
    headers = mappable(sheet)
    suggestions = _known(headers_by_stem(headers, sheet.columns), table)
    taken = {suggestion.header for suggestion in suggestions.values()}
    free = {header: normal_header(header) for header in headers if header not in taken}
    for column in columns(table):
        if column.name not in suggestions and (close := _close(column, free)):
            suggestions[column.name] = close
            del free[close.header]
    return {c.name: suggestions[c.name] for c in columns(table) if c.name in suggestions}


def _known(by_name: Mapping[str, Sequence[str]], table: str) -> dict[str, Suggestion]:
    """The columns of a table that a header bears a name of."""
    known: dict[str, Suggestion] = {}
    taken: set[str] = set()
    for column in columns(table):
        hits = [header for header in _headers_of(column, by_name) if header not in taken]
        if hits:
            certain = len(hits) == 1 or normal_header(hits[0]) in _own(column.name)
            known[column.name] = Suggestion(hits[0], KNOWN, certain)
            taken.add(hits[0])
    return known


def mappable(sheet: Sheet) -> list[str]:
    """The headers that may be mapped: those that do not name people, each of one column only."""
    people = set(personal_columns(sheet))
    headers = zip(sheet.columns, distinct_headers(sheet.columns), strict=True)
    return [distinct for name, distinct in headers if name not in people]


def guess_table(sheet: Sheet) -> list[tuple[str, float]]:
    """Rank the tables by how well the file's headers fit them.

    Returns:
        Table and score (0 to 1: half for the required columns found, half for the headers that
        are explained), best first; tables of which no name occurs are left out.
    """
    headers = mappable(sheet)
    by_name = headers_by_stem(headers, sheet.columns)
    ranked = []
    for table in TABLES:
        hits = _known(by_name, table)
        needed = [column.name for column in columns(table) if not column.optional]
        if hits:
            required = sum(name in hits for name in needed) / len(needed)
            explained = len(hits) / len(headers)
            ranked.append((table, 0.5 * required + 0.5 * explained))
    return sorted(ranked, key=lambda pair: -pair[1])


def auto_profile(sheet: Sheet, table: str, source: str) -> Profile:
    """Make a profile of a source from the headers with known names.

    Raises:
        UserError: ``import.unknown_table``; ``import.cannot_map`` when a required column is not
            found for certain; ``import.two_columns`` when two headers could fill one column.
    """
    refuse_unknown("import.unknown_table", table, TABLES)
    suggestions = suggest(sheet, table)
    for name, suggestion in suggestions.items():
        if suggestion.score == KNOWN and not suggestion.certain:
            raise UserError("import.two_columns", column=name, seen=_rivals(sheet, table, name))
    certain = {name: hit.header for name, hit in suggestions.items() if hit.certain}
    missing = list(_missing(table, certain))
    if missing:
        seen = listed(sheet.columns)
        raise UserError("import.cannot_map", table=table, missing=", ".join(missing), seen=seen)
    origins = {name: Origin((header,)) for name, header in certain.items()}
    return Profile(source, (TableMap(table, origins, values=_values(table, certain)),))


def _values(table: str, filled: Collection[str]) -> dict[str, dict[str, str]]:
    """The catalogues' words for the values of columns with a closed list of values."""
    return {
        column.name: {
            word(value, lang).lower(): value for value in allowed(column) for lang in LANGS
        }
        for column in columns(table)
        if column.name in filled and allowed(column)
    }


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
def _names(name: str, aliases: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a column: its own, its aliases, and its headings in both languages."""
    headings = sorted({normal_header(heading(name, lang)) for lang in LANGS})
    return tuple(dict.fromkeys([*_own(name), *map(normal_header, aliases), *headings]))


def _headers_of(column: Column, by_name: Mapping[str, Sequence[str]]) -> list[str]:
    """The headers that bear a name of a column, each once."""
    names = _names(column.name, column.aliases)
    return list(dict.fromkeys(header for name in names for header in by_name.get(name, ())))


def _close(column: Column, free: Mapping[str, str]) -> Suggestion | None:
    """The header (to its normal form) most like one of the column's names, if any is close."""
    best = None
    for name in _names(column.name, column.aliases):
        hit = process.extractOne(name, free, scorer=fuzz.token_sort_ratio, score_cutoff=CLOSE)
        if hit and (best is None or hit[1] > best.score):
            best = Suggestion(hit[2], hit[1], certain=False)
    return best


def _rivals(sheet: Sheet, table: str, name: str) -> str:
    column = next(column for column in columns(table) if column.name == name)
    headers = mappable(sheet)
    rivals = _headers_of(column, headers_by_stem(headers, sheet.columns))
    return listed(header for header in headers if header in rivals)


def _missing(table: str, filled: Mapping[str, object]) -> Iterator[str]:
    for column in columns(table):
        certain = column.optional or (table, column.name) in DEFAULTED
        if not certain and column.name not in filled:
            yield column.name
    for rule in TABLES[table].rules:
        if isinstance(rule, AnyOf) and not set(rule.columns) & set(filled):
            yield " / ".join(rule.columns)


def _fit(sheet: Sheet, profile: Profile) -> int | None:
    """How many headers a profile uses; None when something that it needs is not there."""
    headers = set(column_numbers(sheet.columns))
    given: set[str] = set()
    if profile.unpivot:
        given = {normal_header(profile.unpivot.name), normal_header(profile.unpivot.value)}
        chosen = profile.unpivot.columns
        if not isinstance(chosen, str) and not {normal_header(name) for name in chosen} <= headers:
            return None
    used: set[str] = set()
    for table in profile.tables:
        optional = {column.name for column in columns(table.name) if column.optional}
        for name, origin in table.columns.items():
            present = [c for c in map(normal_header, origin.columns) if c in headers | given]
            places = [c for c in origin.columns if c.startswith("@")]
            whole = origin.how != "first" and len({*present, *places}) < len(origin.columns)
            if (not present and not places) or whole:
                if name in optional:
                    continue
                return None
            used |= set(present) & headers
    return len(used) or None

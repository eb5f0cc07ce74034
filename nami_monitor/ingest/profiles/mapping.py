"""From a profile's table to SQL: which columns exist, how texts are read, what they become.

What a profile states about decimal signs and dates is held against what the texts prove. Otherwise
a supplier who changes either would be misread in silence: ``1.234`` and ``03/04/2025`` can be read
both ways.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from nami_monitor.core.errors import UserError, short
from nami_monitor.core.words import Grain
from nami_monitor.ingest.cells import Cell, LargeCsv, Sheet, kind_of
from nami_monitor.ingest.parse.sheets import MONEY_SIGNS
from nami_monitor.ingest.profiles.convert import (
    BASE_WORDS,
    PACK_WORDS,
    Conversion,
    Reading,
    behind_number,
    conversion,
    pack_flag,
    shown_sql,
    why_no_end,
)
from nami_monitor.ingest.profiles.profile import Currency, Origin, Profile, TableMap
from nami_monitor.ingest.profiles.source_cells import (
    SAMPLE,
    SourceCells,
    column_numbers,
    normal_header,
    unpivoted_columns,
)
from nami_monitor.ingest.sniff.values import (
    EURO,
    MONTH_HEAD,
    TYPO_SHARE,
    Ambiguous,
    combine,
    currency_signs,
    currency_words,
    date_formats,
    decimal_evidence,
    decimal_of,
    is_number,
    parse_date,
)
from nami_monitor.store import Transaction
from nami_monitor.store.schema import HIDDEN
from nami_monitor.store.transaction import literals
from nami_monitor.tables import Column, columns


def check_decimal(column: str, texts: Sequence[Cell], stated: str) -> None:
    """Refuse a column whose texts prove another decimal sign than the profile states.

    Raises:
        UserError: ``import.decimal_contradicted``.
    """
    proven = decimal_evidence(texts)
    if proven in {",", "."} and proven != stated:
        example = short(next(text for text in _plain(texts) if decimal_of(text) == proven))
        column = short(column)
        raise UserError(
            "import.decimal_contradicted", column=column, stated=stated, example=example
        )


def check_dates(column: str, texts: Sequence[Cell], stated: Sequence[str]) -> None:
    """Refuse a column whose texts prove other patterns than those stated.

    Either the stated patterns leave most texts unread, or they swap day and month: by the proven
    patterns a text is another day, and more of the texts are read than a typing error explains.

    Raises:
        UserError: ``import.dates_contradicted``.
    """
    proven = date_formats(texts)
    dated = [pattern for pattern in stated if "%y" in pattern.casefold()]
    if not isinstance(proven, tuple) or not proven or not dated:
        return
    both = [(text, _moment(text, dated), _moment(text, proven)) for text in _plain(texts)]
    known = [reading for reading in both if reading[2] is not None]
    unread = [text for text, by_stated, _ in known if by_stated is None]
    swapped = [text for text, by_stated, right in known if by_stated not in {None, right}]
    if len(unread) <= TYPO_SHARE * len(known):
        return
    if swapped or len(unread) > len(known) / 2:
        raise UserError(
            "import.dates_contradicted",
            column=short(column),
            stated=", ".join(stated),
            found=", ".join(proven),
            example=short((swapped or unread)[0]),
        )


NAMELESS: Final = ("GBP", "USD")
"""The currencies whose signs are read where a profile gives a rate and no name."""
CURRENCY_CODES: Final = (
    "EUR", "USD", "GBP", "CHF", "NOK", "SEK", "DKK", "ISK", "PLN", "CZK", "HUF", "BGN", "RON",
    "RUB", "UAH", "TRY", "JPY", "CNY", "RMB", "CAD", "AUD", "NZD", "ZAR", "INR", "BRL", "MXN",
    "HKD", "SGD", "KRW", "THB", "IDR", "ILS", "XCG", "ANG", "AWG", "SRD",
)  # fmt: skip
"""Codes that mean a currency wherever they stand; others are words or abbreviations too."""
CURRENCY_HEADERS: Final = frozenset(
    ("valuta", "valutacode", "munt", "muntcode", "munteenheid", "muntsoort", "currency", "cur")
)
"""Words in the headers of columns that name a currency."""
UNIT_HEADERS: Final = frozenset(
    ("eenheid", "besteleenheid", "verkoopeenheid", "unit", "unit of measure", "uom")
)
"""Headers of columns that say what a number counts."""
COUNTS: Final = ("quantity", "value")
"""Columns of numbers that a unit changes as it does amounts."""
SCALES: Final = frozenset(
    ("duizend", "miljoen", "miljard", "mln", "k", "x1000", "x1.000", "1000", "thousand", "million")
)
"""Words of such a column, without blanks, that change amounts."""
STATED: Final = (
    re.compile(rf"(?<![A-Za-z])[A-Z]{{0,3}}[{MONEY_SIGNS}]|[{MONEY_SIGNS}]"),
    re.compile(
        rf"(?<![A-Z])(?:{'|'.join(CURRENCY_CODES)})(?![^\W\d_])|(?<=[(\[])[A-Z]{{3}}(?=[)\]])"
    ),
    re.compile(
        r"(?<![^\W\d_])(?:euros?|eur|usd|gbp|chf|nok|sek|dkk|pln|czk|huf|jpy|cny|cad|aud|dollars?"
        r"|pond|ponden|pounds?|sterling|kroon|kronen|kron[ae]|kron[eo]r|franken|francs?|yen|yuan"
        r"|zlot[yi])(?![^\W\d_])",
        re.IGNORECASE,
    ),
)
"""What in a heading, a title or a name states a currency: signs, codes, and words in any case."""
_EACH, _MILLION = r"[x\u00d7*] ?(?:\u20ac|euro?)? ?1[., ]?000", r"[., ]?000(?![0-9])"
SCALED: Final = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "thousands": rf"{_EACH}(?![0-9]|{_MILLION})|['\u2019]000(?![0-9])"
        r"|(?<![^\W\d_])(?:duizend|duizenden|duizendtallen|thousands?|k ?(?:\u20ac|euro?)|k\$)"
        r"(?![^\W\d_])|\u20ac ?k(?![^\W\d_])",
        "millions": rf"{_EACH}{_MILLION}|(?<![^\W\d_])(?:miljoen|miljoenen|mln|millions?"
        r"|m ?(?:\u20ac|euro?)|m\$)(?![^\W\d_])|\u20ac ?(?:mln|m)(?![^\W\d_])",
        "billions": r"(?<![^\W\d_])(?:miljard|mrd)(?![^\W\d_])",
        "cents": r"(?<![^\W\d_])(?:euro)?cent(?:s|en)?(?![^\W\d_])",
    }.items()
}
"""What in a heading or a title says that numbers are in thousands, millions or cents."""
MEASURED: Final = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "percent": r"%|percentages?(?![^\W\d_])"
        r"|(?<![^\W\d_])(?:procent(?:en)?|perc|pct|percent)(?![^\W\d_])",
        "hours": r"(?<![^\W\d_])(?:arbeids|contract|dienst|jaar|maand|week|werk)?"
        r"(?:uren|uur|urenomvang)(?![^\W\d_])|(?<![^\W\d_])(?:hours?|hrs)(?![^\W\d_])",
    }.items()
}
"""What in the heading of a measured figure says that it is in another unit than its measure."""
FACTORS: Final = {
    "thousands": 1e3, "millions": 1e6, "billions": 1e9, "cents": 0.01, "percent": 0.01,
    "hours_36": 1 / 36, "hours_38": 1 / 38, "hours_40": 1 / 40, "keep": 1.0,
}  # fmt: skip
"""Answers about a scale with the factor that they state; hours are those of a full week."""


def signs_beside(currency: Currency | None) -> tuple[str, ...]:
    """What may stand beside an amount."""
    codes = (
        (currency.capitals,)
        if currency and currency.capitals
        else NAMELESS
        if currency
        else (EURO,)
    )
    return tuple(dict.fromkeys(sign for code in codes for sign in currency_signs(code)))


def _without_words(column: Column, texts: Sequence[Cell], signs: Sequence[str]) -> list[Cell]:
    """Cells of a number without the signs and words that may stand beside it."""
    bare = _without_signs(texts, signs) if column.money else list(texts)
    if not (behind := behind_number(column)):
        return bare
    end = re.compile(rf"(?i)(?<=[0-9-])\s*{behind}$")
    return [text if text is None or kind_of(text) else end.sub("", text) for text in bare]


def _without_signs(texts: Sequence[Cell], signs: Sequence[str]) -> list[Cell]:
    own = re.compile("|".join(map(re.escape, signs)), re.IGNORECASE)
    return [text if text is None or kind_of(text) else own.sub("", text).strip() for text in texts]


def _read(origins: Iterable[Origin], profile: Profile) -> set[str]:
    """The names of columns that some origins and the rules for dropped rows read."""
    names = [name for origin in origins for name in (*origin.columns, *origin.further)]
    return {normal_header(name) for name in (*names, *(r.column for r in profile.drop or ()))}


def _of_currencies(header: str) -> bool:
    """Whether a header is that of a column of currencies."""
    return bool(CURRENCY_HEADERS & _words(header))


def _holding_currencies(db: Transaction, cells: SourceCells, headers: Sequence[str]) -> list[str]:
    """Those of some columns in which nothing stands but currencies."""
    known = literals([*map(str.lower, CURRENCY_CODES), *"$£¥€", "us$"])
    words = [
        f"lower({shown_sql(cells.sql[normal_header(name)], tagged=cells.tagged)})"
        for name in headers
    ]
    if not words:
        return []
    head = f"(select * from {cells.relation} limit {SAMPLE})"
    (only,) = db.rows(f"select {', '.join(f'bool_and({w} in {known})' for w in words)} from {head}")
    return [name for name, holds in zip(headers, only, strict=True) if holds]


def foreign_currency(
    db: Transaction,
    table: TableMap,
    origins: Mapping[str, Origin],
    cells: SourceCells,
    profile: Profile,
) -> tuple[str, str, str] | None:
    """The amount, SQL of the currency beside it that nothing reads, and where that is another one.

    A column of currencies is known by its header, else by its cells. Of several that counts whose
    header is most like that of the amount.
    """
    amount = next((c.name for c in columns(table.name) if c.money and c.name in origins), None)
    if amount is None:
        return None
    named = {name: _words(name) for name in cells.headers if _of_currencies(name)}
    if _read([origins[amount]], profile) & {normal_header(name) for name in named}:
        return None
    if not named:
        read = _read([one for each in profile.tables for one in each.columns.values()], profile)
        free = [name for name in cells.headers if normal_header(name) not in read]
        named = {name: _words(name) for name in _holding_currencies(db, cells, free)}
    if not named:
        return None
    origin = origins[amount]
    first = origin.columns[:1] if origin.how == "first" else origin.columns
    about = {word for name in first for word in _words(name)}
    cell = cells.sql[normal_header(max(named, key=lambda name: len(named[name] & about)))]
    word, currency = f"lower({shown_sql(cell, tagged=cells.tagged)})", profile.currency
    own = literals(currency_words(currency.capitals if currency and currency.capitals else EURO))
    foreign = f"{word} not in {own} and not regexp_matches({word}, '[0-9]')"
    return amount, cell, f"{word} in {own}" if currency and not currency.capitals else foreign


def _stated(text: str) -> list[str]:
    """The currencies that a text names or shows."""
    return list(dict.fromkeys(word for pattern in STATED for word in pattern.findall(text)))


def _others(words: Iterable[str], currency: Currency | None) -> tuple[str, ...]:
    """Those of some signs and words of currencies that are not the profile's."""
    own = currency_words(currency.capitals if currency and currency.capitals else EURO)
    parts = {*own, *(part for word in own for part in word.split())}
    nameless = currency is not None and not currency.capitals  # any currency but euros
    return tuple(word for word in words if (word.lower() in parts) is nameless)


def stated_beside(
    table: TableMap, origins: Mapping[str, Origin], cells: SourceCells, profile: Profile
) -> tuple[str, tuple[str, ...]] | None:
    """What stands at amounts and says that they are of another currency than the profile's.

    It stands in a heading, in the number formats of a column (whose heading is given), in a title
    above the table, or in the name of the sheet or the file.

    Returns:
        The text, and what in it says so; None when nothing does.
    """
    sheet, currency = cells.sheet, profile.currency
    numbers = column_numbers(sheet.columns)
    silent, plain = not any(map(_of_currencies, cells.headers)), False
    for column in columns(table.name):
        origin = origins.get(column.name)
        for head in _heads(origin, sheet, profile) if origin and column.money else ():
            named = _stated(head)
            shown = sheet.currencies.get(f"c{numbers.get(normal_header(head))}", ())
            others = _others(named, currency)
            if named and len(others) == len(named):
                return head, others
            if others := _others(shown, currency):
                return head, others
            silent &= not named and not shown
            plain = True
    for text in cells.around if plain and silent else ():
        named = _stated(text)
        if named and len(others := _others(named, currency)) == len(named):
            return text, others
    return None


@dataclass(frozen=True)
class StatedScale:
    """A text that says of numbers that they are in thousands, cents, or another unit.

    ``words`` of it say so; ``ways`` are those of ``FACTORS`` that may be meant, and ``columns`` the
    canonical columns of which it is said.
    """

    seen: str
    words: tuple[str, ...]
    ways: tuple[str, ...]
    columns: tuple[str, ...]


def stated_scale(
    table: TableMap, origins: Mapping[str, Origin], cells: SourceCells, profile: Profile
) -> StatedScale | None:
    """What a heading or a title says of the scale of numbers of which the profile states none."""
    unsaid = [
        column
        for column in columns(table.name)
        if (origin := origins.get(column.name)) and origin.scale is None
        if column.money or column.name in COUNTS
    ]
    titles = cells.around[:-1]  # a file is not called after a scale
    for column in unsaid:
        heads = [*_heads(origins[column.name], cells.sheet, profile)]
        measured = MEASURED if _of_a_measure(table, column) else {}
        months = titles if profile.unpivot and measured else ()
        for text, patterns in [
            *((head, {**SCALED, **measured}) for head in heads),
            *((title, measured) for title in months),
        ]:
            if found := _scales(text, patterns):
                return StatedScale(text, *found, (column.name,))
    money = tuple(column.name for column in unsaid if column.money)
    for title in titles if money else ():
        if found := _scales(title, SCALED):
            return StatedScale(title, *found, money)
    return None


def _of_a_measure(table: TableMap, column: Column) -> bool:
    """Whether a figure is of a measure or a unit that is no time and no share itself."""
    said = " ".join(table.constants.get(name, "") for name in ("activity_measure", "unit"))
    return column.name == "value" and "unit" not in table.columns and not _scales(said, MEASURED)


def _scales(
    text: str, patterns: Mapping[str, re.Pattern[str]]
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The words of a text that say a scale, and the factors that may be meant."""
    found = {name: words for name, one in patterns.items() if (words := one.findall(text))}
    ways = [way for way in (*FACTORS,) for name in found if way.partition("_")[0] == name]
    said = dict.fromkeys(word for words in found.values() for word in words)
    return (tuple(said), (*ways, "keep")) if found else None


def _heads(origin: Origin, sheet: Sheet, profile: Profile) -> Iterator[str]:
    """The headings of the columns from which a number comes, unless words say what it counts."""
    if origin.scale_by:
        return
    for name in origin.columns[:1] if origin.how == "first" else origin.columns:
        if profile.unpivot and name == profile.unpivot.value:
            yield from unpivoted_columns(sheet.columns, profile.unpivot)
        elif not name.startswith("@"):
            yield name


def _words(header: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", normal_header(header)))


def unclear_units(
    db: Transaction,
    table: TableMap,
    origins: Mapping[str, Origin],
    cells: SourceCells,
    profile: Profile,
) -> tuple[str, tuple[str, ...]] | None:
    """A column of units that nothing reads, with its words, where numbers depend on them.

    They do where counts are not all of single units, and where numbers are in thousands.
    """
    read = _read([one for each in profile.tables for one in each.columns.values()], profile)
    free = [name for name in cells.headers if normal_header(name) in UNIT_HEADERS - read]
    money = {column.name for column in columns(table.name) if column.money}
    unsaid = {
        name
        for name in money.union(COUNTS).intersection(origins)
        if not (origins[name].unit or origins[name].scale_by or origins[name].scale is not None)
    }
    if not free or not unsaid:
        return None
    word = f"lower({shown_sql(cells.sql[normal_header(free[0])], tagged=cells.tagged)})"
    head = f"(select {word} as word from {cells.relation} limit {SAMPLE})"
    rows = db.rows(f"select distinct word from {head} where word is not null order by 1")
    scales = {word for (word,) in rows if word.replace(" ", "") in SCALES}
    words = [word for (word,) in rows if word in scales or not is_number(word)]
    others = {*words} - {*BASE_WORDS}
    mixed = bool(others) and (len(words) > 1 or others <= {*PACK_WORDS})
    return (free[0], tuple(words)) if scales or (mixed and unsaid - money) else None


def _plain(texts: Iterable[Cell]) -> list[str]:
    return [text for text in texts if text is not None and kind_of(text) is None]


def _moment(text: str, patterns: Sequence[str]) -> datetime | None:
    moments = (parse_date(text, pattern) for pattern in patterns)
    return next((moment for moment in moments if moment is not None), None)


PERIOD_ENDS = {
    Grain.MONTH: "last_day(period_start)",
    Grain.QUARTER: "last_day(date_add(period_start, interval 2 month))",
    Grain.YEAR: "last_day(date_add(period_start, interval 11 month))",
    Grain.DAY: "period_start",
    Grain.LINE: "last_day(period_start)",
}
"""When a measured figure's period ends, where only its start is given."""

DEFAULTED: Final[Mapping[tuple[str, str], str | Mapping[Grain, str]]] = {
    ("measurements", "period_end"): PERIOD_ENDS,
    ("measurements", "proxy"): "false",
    ("measurements", "unit"): "activity_measure",
}
"""The SQL of columns whose value is certain when nothing fills them, where needed by grain."""


def origins_of(table: TableMap, cells: SourceCells) -> tuple[dict[str, Origin], tuple[str, ...]]:
    """The origins with the columns that exist, and the optional ones that the file lacks."""
    origins: dict[str, Origin] = {}
    absent = []
    for column in columns(table.name):
        origin = table.columns.get(column.name)
        if origin is None:
            filled = column.name in table.constants or (table.name, column.name) in DEFAULTED
            if not column.optional and not filled:
                raise UserError("import.column_unmapped", column=column.name, table=table.name)
            continue
        present = cells.find(origin.columns)
        enough = present if origin.how == "first" else len(present) == len(origin.columns)
        if enough:
            for needed in origin.further:
                if not cells.find([needed]):
                    raise cells.missing(column.name, [needed])
            origins[column.name] = replace(origin, columns=tuple(present))
        elif column.optional and not _looked_for(column, table, cells):
            absent.append(column.name)
        else:
            raise cells.missing(column.name, origin.columns)
    return origins, tuple(absent)


def _looked_for(column: Column, table: TableMap, cells: SourceCells) -> bool:
    """Whether an optional column is required here: a figure, or one whose known name is there."""
    mapped = {normal_header(name) for origin in table.columns.values() for name in origin.columns}
    free = [alias for alias in cells.find(column.aliases) if normal_header(alias) not in mapped]
    return column.sql_type == "double" or bool(free)


def _sql_of(origin: Origin, cells: SourceCells) -> dict[str, str]:
    """The SQL of every column that an origin reads."""
    names = (*origin.columns, *origin.further)
    return {name: cells.sql[normal_header(name)] for name in names}


def reading_of(
    db: Transaction,
    table: TableMap,
    origins: Mapping[str, Origin],
    cells: SourceCells,
    profile: Profile,
) -> Reading:
    """The decimal signs and date patterns that the cells prove.

    Raises:
        UserError: they are ambiguous, or contradict what the profile states.
    """
    signs = signs_beside(profile.currency)
    years = profile.grain is Grain.YEAR
    rows = cells.sheet.rows
    one_line = isinstance(rows, LargeCsv) and rows.one_line and not profile.unpivot
    blank = Reading(
        cells.tagged, signs=signs, blanked=cells.blanked, years=years, one_line=one_line
    )
    evidence = {}
    dates: dict[str, tuple[str, ...]] = {}
    asked: dict[str, Ambiguous] = {}
    for column in columns(table.name):
        origin = origins.get(column.name)
        if origin is None or column.sql_type not in {"double", "date"}:
            continue
        header = " / ".join(origin.columns)
        values = table.values.get(column.name)
        texts = _texts(db, column, origin, values, cells, blank)
        texts = _without_words(column, texts, signs)
        if column.sql_type == "date":
            stated = (origin.format,) if origin.format else profile.dates
            if stated:
                check_dates(header, texts, stated)
            patterns = stated or date_formats(texts, months=bool(MONTH_HEAD.search(header)))
            if isinstance(patterns, Ambiguous):
                asked.setdefault(short(header), patterns)
                patterns = patterns.others
            dates[column.name] = patterns
        elif profile.decimal is None:
            evidence[column.name] = decimal_evidence(texts)
        else:
            check_decimal(header, texts, profile.decimal)
    for heading, doubt in asked.items():
        proved = dict.fromkeys(pattern for patterns in dates.values() for pattern in patterns)
        raise UserError(
            "import.ambiguous_dates",
            column=heading,
            example=short(doubt.example),
            first=doubt.readings[0],
            second=doubt.readings[1],
            others=tuple(pattern for pattern in proved if pattern not in doubt.readings),
        )
    proven = combine(evidence)
    for name, sign in proven.items():
        if sign == "ambiguous":
            raise UserError("import.ambiguous_decimal", column=" / ".join(origins[name].columns))
    numbers = [c.name for c in columns(table.name) if c.sql_type == "double" and c.name in origins]
    decimal = (
        dict.fromkeys(numbers, profile.decimal)
        if profile.decimal
        else {name: str(sign) for name, sign in proven.items() if sign != "none"}
    )
    return replace(blank, decimal=decimal, dates=dates)


def _texts(
    db: Transaction,
    column: Column,
    origin: Origin,
    values: Mapping[str, str] | None,
    cells: SourceCells,
    reading: Reading,
) -> list[str | None]:
    """The distinct texts of a column as they will be converted."""
    cell = _sql_of(origin, cells)
    converted = conversion(
        column, origin=origin, constant=None, values=values, cell=cell, reading=reading
    )
    texts = [sql for key, sql in converted.inner.items() if key.startswith("t_")]
    listed = ", ".join(texts[1:] or texts)
    head = f"(select * from {cells.relation} limit {SAMPLE})"
    rows = db.rows(f"select distinct unnest([{listed}]) from {head}")
    return [text for (text,) in rows]


def conversions_of(
    table: TableMap,
    origins: Mapping[str, Origin],
    cells: SourceCells,
    profile: Profile,
    reading: Reading,
) -> list[Conversion]:
    """The SQL of every column of a table, the hidden ones included."""
    factor = profile.currency.to_eur if profile.currency else 1.0
    if profile.vat == "incl" and profile.vat_rate is not None:
        factor /= 1 + profile.vat_rate
    made = []
    for column in columns(table.name):
        origin = origins.get(column.name)
        default = DEFAULTED.get((table.name, column.name))
        ends = origins.get("ends_on") if column.name == "ends_on_note" else None
        if origin is None and column.name not in table.constants and ends and ends.how == "first":
            cell = cells.sql[normal_header(ends.columns[0])]
            made.append(why_no_end(cell, tagged=reading.tagged))
            continue
        if origin is None and column.name not in table.constants and default is not None:
            default = default if isinstance(default, str) else default[profile.grain]
            made.append(Conversion(column.name, {f"t_{column.name}": "null"}, default, ()))
            continue
        converted = conversion(
            column,
            origin=origin,
            constant=table.constants.get(column.name),
            values=table.values.get(column.name),
            cell=_sql_of(origin, cells) if origin else {},
            reading=reading,
            factor=factor if column.money else 1.0,
        )
        made.append(converted)
    if table.name in HIDDEN:
        quantity = origins.get("quantity")
        made.append(pack_flag(quantity, _sql_of(quantity, cells) if quantity else {}, reading))
    return made

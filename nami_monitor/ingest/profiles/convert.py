"""From cells to typed values, as SQL over the cells of one sheet.

Cells are text in every format, tagged where the file stored a type, so that the same SQL serves a
spreadsheet of 200 rows and a text file of ten million. A value that cannot be read becomes null and
names its rule; it is never guessed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from nami_monitor.ingest.cells import clean_text
from nami_monitor.ingest.personal import BLANKED, PERSONAL_TEXT, REDACTED
from nami_monitor.ingest.profiles.profile import UNITS, Origin
from nami_monitor.ingest.sniff.values import EURO, MONTHS, WEEKDAY, YEAR_MONTH, currency_signs
from nami_monitor.store.transaction import literal, literals
from nami_monitor.tables import Column

PACK_WORDS = ("pack", "pak", "doos", "verpakking", "box", "set", "karton", "omdoos")
BASE_WORDS = ("base", "stuk", "stuks", "st", "st.", "piece", "pieces", "each", "ea", "eenheid")
TRUE_WORDS = ("true", "ja", "j", "yes", "y", "1", "waar", "x")
FALSE_WORDS = ("false", "nee", "n", "no", "0", "onwaar")
LINE_SIGNS: Final = "\t\n\r"
"""Signs that a text of one line does not hold."""
EARLIEST, LATEST = "1950-01-01", "2100-12-31"

UNREAD = "not_a_number"
FOREIGN = "other_currency"
"""The rule of an amount in another currency than the profile says."""

TOO_LARGE = ("abs({typed}) > 1e15", "number_too_large")
"""From here on a DOUBLE has no room for cents; a sum of such numbers would be wrong."""

SPOILT = r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d+"
"""An identifier that a spreadsheet turned into a number and printed in exponent form."""

SPACE = r"[\s\x{a0}\x{202f}]"
GROUPS = r"\s\x{a0}\x{202f}\x{27}\x{2019}"
MINUS = r"\x{2212}-"

WORD = r"(?:\p{L}+\.?)?"
MARKED = (
    rf"[(+\s{MINUS}]*{WORD}\s*\p{{Sc}}?[(+\s{MINUS}]*[0-9][0-9.,{GROUPS}]*[)\s{MINUS}]*"
    rf"\p{{Sc}}?\s*{WORD}[)\s{MINUS}]*"
)
"""A number with a sign or a word before or behind it."""


@dataclass(frozen=True)
class Reading:
    """How the text cells of a file are read.

    Args:
        tagged: whether cells may carry a stored type.
        decimal: decimal sign by canonical column.
        dates: date patterns by canonical column.
        signs: what may stand beside an amount, see ``currency_signs``.
        blanked: whether an e-mail address may have been blanked in a cell.
        years: whether a year alone is a date: the grain of the source is the year.
        one_line: whether no cell holds a tab or a line break.
    """

    tagged: bool
    decimal: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signs: tuple[str, ...] = currency_signs(EURO)
    blanked: bool = False
    years: bool = False
    one_line: bool = False

    def is_of_one_line(self, inner: Mapping[str, str]) -> bool:
        """Whether texts made by such SQL of the cells hold no tab and no line break."""
        return self.one_line and not set(LINE_SIGNS) & set("".join(inner.values()))


@dataclass(frozen=True)
class Conversion:
    """The SQL of one canonical column.

    Args:
        name: the canonical column, or a hidden one.
        inner: columns that the inner query makes of the cells, by name; the first is the text
            that reports show.
        typed: the value, over the inner columns; null when empty or unreadable.
        failures: predicates over the inner columns and ``typed``, each with its rule.
        foreign: SQL that is true where an amount that cannot be read is in another currency.
    """

    name: str
    inner: Mapping[str, str]
    typed: str
    failures: tuple[tuple[str, str], ...]
    foreign: str = ""

    @property
    def shown(self) -> str:
        """The inner column that reports show."""
        return next(iter(self.inner))


def shown_sql(text: str, *, tagged: bool) -> str:
    """The text that a person sees in a cell, null when blank or an error.

    Cells come trimmed and blank ones as null, so a text cell is what is seen.
    """
    if not tagged:
        return text
    shown = (
        f"case when not starts_with({text}, chr(1)) then trim({text})"
        f" when {text}[2] = 'e' then null else substr({text}, 3) end"
    )
    return f"nullif({shown}, '')"


def redacted_sql(text: str) -> str:
    """A text in which addresses and numbers of people are blanked."""
    return f"regexp_replace({text}, {literal(PERSONAL_TEXT)}, '{REDACTED}', 'g')"


def number_sql(
    text: str, decimal: str | None, *, tagged: bool, signs: Sequence[str] = currency_signs(EURO)
) -> str:
    """A number as DOUBLE; null when blank or unreadable.

    ``1.234,56``, ``€ 1.234,56-``, ``(1.234,56)`` and ``€ 12,-`` with a decimal comma, and the same
    the other way round with a point. A stored number is that number, whatever the language. Without
    a known decimal sign, only digits are read. Only the ``signs`` may stand beside it.
    """
    listed = "|".join(map(re.escape, signs))
    money = rf"(?:(?:{listed})+{SPACE}*)?"
    sign = decimal or ".,"
    dashes = rf"[{sign}][{MINUS}]{{1,2}}"
    if decimal is None:
        amount = rf"[0-9]+(?:{dashes})?"
        fast = f"regexp_full_match({text}, '[+-]?[0-9]+')"
        clean = text
    else:
        group = "." if decimal == "," else ","
        whole = rf"(?:[0-9]{{1,3}}(?:[{group}{GROUPS}][0-9]{{3}})+|[0-9]+)"
        amount = rf"(?:{whole}(?:{dashes}|[{sign}][0-9]*)?|[{sign}][0-9]+)"
        fast = f"regexp_full_match({text}, '-?[0-9]*[{decimal}]?[0-9]*')"
        clean = text if decimal == "." else f"replace({text}, ',', '.')"
    shapes = (
        rf"{money}[+{MINUS}]?{SPACE}*{money}{amount}{SPACE}*{money}",
        rf"{money}{amount}{SPACE}*{money}[{MINUS}]{SPACE}*{money}",
        rf"{money}\({SPACE}*{money}{amount}{SPACE}*{money}\){SPACE}*{money}",
    )
    bare = text
    if {".", ","} & set("".join(signs)):  # of "kr." nothing stays beside the digits
        bare = f"regexp_replace({text}, {literal(f'(?i){listed}')}, '', 'g')"
    digits = f"replace(regexp_replace({bare}, '[^0-9{sign}]', '', 'g'), ',', '.')"
    negative = f"regexp_matches(regexp_replace({text}, '{dashes}', ''), '[({MINUS}]')"
    pattern = literal(f"(?i){SPACE}*(?:{'|'.join(shapes)})")
    slow = (
        f"case when regexp_full_match({text}, {pattern})"
        f" then case when {negative} then -1 else 1 end * try_cast({digits} as double) end"
    )
    fast = f"case when {fast} then try_cast({clean} as double) end"
    read = f"coalesce({fast}, {slow})"
    if not tagged:
        return read
    stored = f"case when {text}[2] = 'n' then try_cast(substr({text}, 3) as double) end"
    return f"case when starts_with({text}, chr(1)) then {stored} else {read} end"


MONTHS_IN: Final[Mapping[str, float]] = {
    "dag|dagen|day|days|d": 1 / 30, "week|weken|weeks|wk": 12 / 52,
    "mnd|mnden|maand|maanden|month|months|mo|m": 1, "kwartaal|kwartalen|quarter|quarters": 3,
    "jaar|jaren|jr|year|years|y": 12,
}  # fmt: skip
"""Words behind a number of months, with how many months each is; a month has thirty days."""
PIECES: Final = r"(?:st|stuks?|stk|pcs|pieces?|ea|each)\.?"
PER_PIECE: Final = r"(?:per|/)\s*[a-z]+\.?"
ENDS: Final[Mapping[str, tuple[str, ...]]] = {
    "open_ended": (
        "onbepaald", "onbepaalde tijd", "voor onbepaalde tijd", "geen einddatum", "open",
        "open ended", "open-ended", "indefinite",
    ),
    "to_be_confirmed": (
        "n.t.b.", "ntb", "nader te bepalen", "tbc", "tbd", "t.b.d.", "to be confirmed",
        "to be determined", "nnb", "n.n.b.", "nog niet bekend",
    ),
    "rolling": ("doorlopend", "lopend", "stilzwijgend", "rolling", "ongoing"),
}  # fmt: skip
"""What says of a contract why no day stands where it ends."""
UNKNOWN_WORDS: Final = (
    "n.v.t.", "nvt", "n.b.", "nb", "onbekend", "n/a", "unknown", "geen", "none", "-", "--", "?",
    *(word for words in ENDS.values() for word in words),
)  # fmt: skip
"""What people write for a number of months or a date that they do not know, or that has no end."""


def _in_words(
    column: Column, text: str, decimal: str | None, *, tagged: bool, signs: Sequence[str]
) -> str:
    """A number as people write it: "3 mnd", "12 st.", "\u20ac 3,45 per doos"; else as it is.

    Units are read where they cannot change the number: months where months are counted, single
    pieces where things are, and what a price is for.
    """
    plain = number_sql(text, decimal, tagged=tagged, signs=signs)
    if column.name.endswith("_months"):
        cases = ""
        for words, months in MONTHS_IN.items():
            pattern = literal(rf"(?i)[0-9.,]+\s*(?:{words})\.?")
            cases += f" when regexp_full_match({text}, {pattern}) then {months!r}"
        bare = f"regexp_extract({text}, '^[0-9.,]+')"
        number = number_sql(bare, decimal or ",", tagged=False, signs=signs)
        return f"coalesce({plain}, {number} * case{cases} end)"
    behind = behind_number(column)
    if not behind:
        return plain
    pattern, end = literal(rf"(?i)[0-9-]\s*{behind}$"), literal(rf"(?i)\s*{behind}$")
    number = number_sql(f"regexp_replace({text}, {end}, '')", decimal, tagged=False, signs=signs)
    return f"coalesce({plain}, case when regexp_matches({text}, {pattern}) then {number} end)"


def behind_number(column: Column) -> str:
    """The pattern of what may stand behind a number of a column; empty where nothing may."""
    return PER_PIECE if column.money else PIECES if column.name.startswith("quantity") else ""


def _marked(text: str, signs: Sequence[str]) -> str:
    """Whether a text is a number with other signs or words beside it than those that may stand."""
    own = literal(f"(?i){'|'.join(map(re.escape, signs))}")
    rest = f"regexp_replace({text}, {own}, '', 'g')"
    mark = r"'[\p{L}\p{Sc}]'"
    return f"regexp_full_match({text}, {literal(MARKED)}) and regexp_matches({rest}, {mark})"


def date_sql(
    text: str,
    patterns: tuple[str, ...],
    *,
    tagged: bool,
    years: bool = False,
    bare: bool = False,
) -> str:
    """A date; null when blank, unreadable or not in the calendar.

    Where ``years`` stand for their first day, a stored number of a year does too. With ``bare`` no
    day of the week stands in front.

    Patterns with a short year are tried first: ``%Y`` would read ``25`` as the year 25.
    """
    read = "cast(null as date)"
    daily = tuple(pattern for pattern in patterns if "%d" in pattern)
    if daily and not bare:  # a day of the week may stand in front
        begins = f"{text} >= 'A' and regexp_matches({text}, {literal(f'(?i){WEEKDAY}')})"
        rest = f"regexp_replace({text}, {literal(f'(?i){WEEKDAY}')}, '')"
        named = date_sql(rest, daily, tagged=False, bare=True)
        read = f"case when {begins} then {named} else"
        read += f" {date_sql(text, patterns, tagged=False, bare=True)} end"
    elif patterns:
        source = text
        if any("%S" in pattern for pattern in patterns):
            source = rf"regexp_replace({text}, '(:[0-9]{{2}})[.,][0-9]+$', '\1')"
        if any("%b" in pattern.lower() for pattern in patterns):
            source = f"lower({source})"
            for index in range(1, 13):
                names = sorted((n for n, k in MONTHS.items() if k == index), key=len, reverse=True)
                source = rf"regexp_replace({source}, '\b({'|'.join(names)})\b\.?', '{index:02d}')"
        listed = ", ".join(
            literal(pattern.replace("%b", "%m").replace("%B", "%m"))
            for pattern in sorted(patterns, key=lambda pattern: "%Y" in pattern)
        )
        read = f"cast(try_strptime({source}, [{listed}]) as date)"
    if not tagged:
        return read
    stored = f"case when {text}[2] = 'd' then try_cast(substr({text}, 3, 10) as date)"
    if years:
        stored += (
            f" when regexp_full_match({text}, '.n(?:19|20)[0-9]{{2}}')"
            f" then make_date(cast(substr({text}, 3) as integer), 1, 1)"
        )
    if "%Y%m" in patterns:
        stored += (
            f" when regexp_full_match({text}, {literal(f'.n{YEAR_MONTH.pattern}')})"
            f" then cast(try_strptime(substr({text}, 3), '%Y%m') as date)"
        )
    stored += " end"
    return f"case when starts_with({text}, chr(1)) then {stored} else {read} end"


def conversion(
    column: Column,
    *,
    origin: Origin | None,
    constant: str | None,
    values: Mapping[str, str] | None,
    cell: Mapping[str, str],
    reading: Reading,
    factor: float = 1.0,
) -> Conversion:
    """The SQL that fills one canonical column.

    Args:
        column: what the model says of it.
        origin: where its values come from; None for a constant or a column that nothing fills.
        constant: a fixed text instead.
        values: map of trimmed, case-folded texts.
        cell: SQL of every source column and place that ``origin`` names.
        reading: how text cells are read.
        factor: currency and VAT factor on amounts.
    """
    name = column.name
    shown = f"t_{name}"
    if origin is None:
        text = "cast(null as varchar)" if constant is None else literal(clean_text(constant) or "")
        return _typed(column, {shown: text}, values, reading, constant=constant is not None)
    if column.sql_type == "double":
        return _number(column, origin, values=values, cell=cell, reading=reading, factor=factor)
    if origin.how == "join":
        parts = ", ".join(shown_sql(cell[part], tagged=reading.tagged) for part in origin.columns)
        text = f"nullif(concat_ws(' ', {parts}), '')"
    else:
        text = cell[origin.columns[0]]
    if origin.regex:
        text = _part(text, origin.regex, tagged=reading.tagged)
    return _typed(column, {shown: text}, values, reading)


def _part(text: str, regex: str, *, tagged: bool) -> str:
    """The part of a text that counts: the first group, or the whole match."""
    group = 1 if re.compile(regex).groups else 0
    found = f"regexp_extract({shown_sql(text, tagged=tagged)}, {literal(regex)}, {group})"
    return f"nullif(trim({found}), '')"


def _mapped(
    text: str, values: Mapping[str, str] | None, *, tagged: bool, one_line: bool = False
) -> str:
    """The text after the value map; a stored type stays only where no entry fits.

    Line breaks and tabs in it count as blanks; with ``one_line`` there are none.
    """
    if not values:
        return text
    shown = shown_sql(text, tagged=tagged)
    joined = shown
    if not one_line:
        whole = " or ".join(f"contains({shown}, chr({ord(sign)}))" for sign in LINE_SIGNS)
        blanks = rf"regexp_replace({shown}, '\s*[\r\n\t]\s*', ' ', 'g')"
        joined = f"case when {whole} then {blanks} else {shown} end"
    seen = f"coalesce(lower({joined}), '')"
    cases = " ".join(
        f"when {literal(key)} then {literal(value)}" for key, value in values.items() if key != "*"
    )
    rest = text if "*" not in values else literal(values["*"])
    if "*" in values and "" not in values:
        cases += " when '' then null"
    if not cases:
        return rest
    return f"nullif(case {seen} {cases} else {rest} end, '')"


def _typed(
    column: Column,
    inner: Mapping[str, str],
    values: Mapping[str, str] | None,
    reading: Reading,
    *,
    constant: bool = False,
) -> Conversion:
    tagged = reading.tagged and not constant
    shown = next(iter(inner))
    one_line = reading.is_of_one_line(inner)
    mapped = _mapped(inner[shown], values, tagged=tagged, one_line=one_line)
    inner = {**inner, shown: mapped}
    failures: tuple[tuple[str, str], ...]
    if column.sql_type == "date":
        if column.optional:
            text, nothing = inner[shown], says_nothing(inner[shown], tagged=tagged)
            inner = {**inner, shown: f"case when {nothing} then null else {text} end"}
        patterns = ("%Y-%m-%d",) if constant else reading.dates.get(column.name, ())
        typed = date_sql(shown, patterns, tagged=tagged, years=reading.years)
        outside = f"{{typed}} < date '{EARLIEST}' or {{typed}} > date '{LATEST}'"
        number = f"regexp_full_match({shown_sql(shown, tagged=tagged)}, '[2-7][0-9]{{4}}')"
        serial = f"case when {{typed}} is null or {outside} then {number} else false end"
        failures = (
            (serial, "serial_date"),
            (f"{{typed}} is null and not {serial}", "not_a_date"),
            (f"({outside}) and not {serial}", "date_out_of_range"),
        )
    elif column.sql_type == "boolean":
        word = f"lower({shown_sql(shown, tagged=tagged)})"
        typed = (
            f"case when {word} in {literals(TRUE_WORDS)} then true"
            f" when {word} in {literals(FALSE_WORDS)} then false end"
        )
        failures = (("{typed} is null", "not_a_truth_value"),)
    elif column.sql_type == "double":
        sign = "." if constant else reading.decimal.get(column.name)
        typed = number_sql(shown, sign, tagged=tagged)
        failures = (("{typed} is null", UNREAD), TOO_LARGE)
    else:
        typed = shown_sql(shown, tagged=tagged)
        failures = ()
        if column.listed:
            parted = rf"regexp_replace({typed}, '\s*[;,\n][;,\s]*', ';', 'g')"
            typed = f"nullif(trim({parted}, ';'), '')"
        if column.free_text:
            typed = redacted_sql(typed)
        if column.identifier and not reading.is_of_one_line(inner):
            broken = rf"regexp_replace({typed}, '\s*[\r\n\t]\s*', ' ', 'g')"
            typed = (
                f"case when regexp_matches({typed}, '[\\r\\n\\t]') then {broken} else {typed} end"
            )
        if column.identifier:
            seen = shown_sql(shown, tagged=tagged)
            spoilt = f"regexp_full_match({seen}, '{SPOILT}')"
            digits_first = f"case when {seen} < ':' then {spoilt} else false end"
            failures = ((digits_first, "spoilt_identifier"),)
        tells_apart = column.identifier or any(c.name == "str_matches" for c in column.checks)
        if reading.blanked and tells_apart:  # a blank would make different things the same
            named = f"contains({shown}, {literal(BLANKED)})"
            failures = (*failures, (named, "personal_data"))
    return Conversion(column.name, inner, typed, _with_errors(shown, failures, tagged=tagged))


def _with_errors(
    shown: str, failures: tuple[tuple[str, str], ...], *, tagged: bool
) -> tuple[tuple[str, str], ...]:
    """The failures of a column: an error cell by its own rule, other cells only when filled."""
    if not tagged:
        return tuple((f"{shown} is not null and ({test})", rule) for test, rule in failures)
    error = f"coalesce({shown}[1:2] = chr(1) || 'e', false)"
    return (
        (error, "error_cell"),
        *((f"{shown} is not null and not {error} and ({test})", rule) for test, rule in failures),
    )


def _number(
    column: Column,
    origin: Origin,
    *,
    values: Mapping[str, str] | None,
    cell: Mapping[str, str],
    reading: Reading,
    factor: float,
) -> Conversion:
    """A number from one column or a sum of several, with scale, sign, currency and VAT."""
    name, tagged = column.name, reading.tagged
    decimal = reading.decimal.get(name)
    several = origin.how in {"sum", "times"}
    parts = origin.columns if several else origin.columns[:1]
    inner: dict[str, str] = {}
    if len(parts) > 1:
        shown = ", ".join(shown_sql(cell[part], tagged=tagged) for part in parts)
        sign = " + " if origin.how == "sum" else " x "
        inner[f"t_{name}"] = f"nullif(concat_ws('{sign}', {shown}), '')"
    texts = []
    for index, part in enumerate(parts):
        key = f"t_{name}" if len(parts) == 1 else f"t_{name}_{index}"
        inner[key] = _number_cell(column, origin, cell[part], values, tagged=tagged)
        texts.append(key)
    signs = reading.signs if column.money else currency_signs(EURO)
    if origin.scale_by:  # whose words say what a currency is worth
        signs = tuple(dict.fromkeys([*signs, *currency_signs("GBP"), *currency_signs("USD")]))
    read = {key: _in_words(column, key, decimal, tagged=tagged, signs=signs) for key in texts}
    unread = " or ".join(f"({key} is not null and ({sql}) is null)" for key, sql in read.items())
    alone = len(parts) == 1 and not origin.scale_by
    failures = [("{typed} is null" if alone else unread, UNREAD), TOO_LARGE]
    foreign = _foreign(read, signs) if column.money else ""
    value = next(iter(read.values()))
    if len(parts) > 1:
        value, gaps = _together(read, unread, times=origin.how == "times")
        failures += gaps
    steps = [value]
    if (times := factor if origin.scale is None else origin.scale * factor) != 1:
        steps.append(f"{times!r}")
    if origin.scale_by:
        inner[f"s_{name}"] = f"lower({shown_sql(cell[origin.scale_by[0]], tagged=tagged)})"
        cases = " ".join(f"when {literal(w)} then {f!r}" for w, f in origin.scale_by[1].items())
        scale = f"case s_{name} {cases} end" if cases else "cast(null as double)"
        steps.append(f"case when s_{name} is null then 1 else {scale} end")
        failures.append((f"s_{name} is not null and ({scale}) is null", "unknown_scale"))
    if origin.sign:
        inner[f"g_{name}"] = f"lower({shown_sql(cell[origin.sign.column], tagged=tagged)})"
        steps.append(f"case when g_{name} in {literals(origin.sign.negative)} then -1 else 1 end")
    typed = " * ".join(f"({step})" for step in steps)
    if len(parts) == 1:
        failures = [*_with_errors(f"t_{name}", tuple(failures), tagged=tagged)]
    failures += _lost(origin, cell, values, tagged=tagged)
    return Conversion(name, inner, typed, tuple(failures), foreign)


def _number_cell(
    column: Column, origin: Origin, text: str, values: Mapping[str, str] | None, *, tagged: bool
) -> str:
    """The text of a cell of a number; null where people write that months are not known."""
    if origin.regex:
        text = _part(text, origin.regex, tagged=tagged)
    text = _mapped(text, values, tagged=tagged)
    if not (column.optional and column.name.endswith("_months")):
        return text
    return f"case when {says_nothing(text, tagged=tagged)} then null else {text} end"


def says_nothing(text: str, *, tagged: bool) -> str:
    """SQL that is true for a cell in which people say that they do not know, or that it is open."""
    return f"lower({shown_sql(text, tagged=tagged)}) in {literals(UNKNOWN_WORDS)}"


def why_no_end(text: str, *, tagged: bool) -> Conversion:
    """Why no day stands in a cell for the end of a contract, where it says so."""
    name = "ends_on_note"
    word = f"lower({shown_sql(f't_{name}', tagged=tagged)})"
    cases = " ".join(f"when {word} in {literals(said)} then '{why}'" for why, said in ENDS.items())
    return Conversion(name, {f"t_{name}": text}, f"case {cases} end", ())


def _together(
    read: Mapping[str, str], unread: str, *, times: bool
) -> tuple[str, list[tuple[str, str]]]:
    """SQL of several numbers together, with its failures: a sum of those that are there, or all.

    A number of packs says nothing where it is not known what a pack holds.
    """
    some = " or ".join(f"{key} is not null" for key in read)
    total = " + ".join(f"coalesce({sql}, 0)" for sql in read.values())
    gaps = []
    if times:
        total = " * ".join(f"({sql})" for sql in read.values())
        gaps = [(f"({some}) and ({' or '.join(f'{key} is null' for key in read)})", "missing")]
    return f"case when {unread} then null when {some} then {total} end", gaps


def _lost(
    origin: Origin, cell: Mapping[str, str], values: Mapping[str, str] | None, *, tagged: bool
) -> list[tuple[str, str]]:
    """The failure of a cell that is filled and lacks the part that counts: it is not blank."""
    if not origin.regex or "" in (values or {}):
        return []
    several = origin.how in {"sum", "times"}
    texts = [cell[part] for part in origin.columns[: None if several else 1]]
    found = {text: _part(text, origin.regex, tagged=tagged) for text in texts}
    tests = [f"({text} is not null and {part} is null)" for text, part in found.items()]
    return [(" or ".join(tests), UNREAD)]


def _foreign(read: Mapping[str, str], signs: Sequence[str]) -> str:
    """SQL that is true where an amount that cannot be read is in another currency."""
    if len(read) == 1:
        return _marked(next(iter(read)), signs)
    marked = (f"(({sql}) is null and {_marked(key, signs)})" for key, sql in read.items())
    return f"coalesce({' or '.join(marked)}, false)"


def pack_flag(origin: Origin | None, cell: Mapping[str, str], reading: Reading) -> Conversion:
    """Whether a quantity counts packs: by the profile, or by a column's words."""
    unit = (origin.unit if origin else None) or "base"
    if unit in UNITS:
        packs = "true" if unit == "pack" else "false"
        return Conversion("per_pack", {"t_per_pack": literal(unit)}, packs, ())
    word = f"lower({shown_sql(cell[unit], tagged=reading.tagged)})"
    packs = f"coalesce(t_per_pack in {literals(PACK_WORDS)}, false)"
    unknown = f"t_per_pack not in {literals((*PACK_WORDS, *BASE_WORDS))}"
    failures = ((f"t_per_pack is not null and {unknown}", "unknown_unit"),)
    return Conversion("per_pack", {"t_per_pack": word}, packs, failures)

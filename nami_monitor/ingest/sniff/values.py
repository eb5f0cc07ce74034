"""What texts prove: decimal sign and date patterns of a column, signs of a currency, months."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final, Literal
from unicodedata import category

from babel import UnknownLocaleError
from babel.languages import get_official_languages
from babel.numbers import get_currency_name, get_currency_symbol

from nami_monitor.i18n import LANGS
from nami_monitor.ingest.cells import Cell, kind_of, untag

Evidence = Literal[",", ".", "ambiguous", "none"]

#: A proof that fewer than one value in a hundred contradicts holds; those few values are typing
#: errors, and they fail to convert later on.
TYPO_SHARE: Final = 0.01

#: No repetition gives back what it took: with each text there is one way to read it.
_AMOUNT = re.compile(
    r"""^[(+\-\u2212]?\s*+
        (?:(?:[A-Z]{0,3}+[$¢-¥฿₠-₿]|\ufffd|EUR|GBP|USD)\s*+)?
        [+\-\u2212]?\s*+
        (?P<digits>(?:\d[\d.,'\u2019 \u00a0\u202f]*+|[.,]\d++))
        (?:E[+\-]?\d++)?
        \s*+[)\-\u2212%]*+\s*+(?:[$¢-¥฿₠-₿]|EUR|GBP|USD|%)?\s*+[)\-]?$""",
    re.IGNORECASE | re.VERBOSE,
)
_MINUS = re.compile(r"^\D*[(\-\u2212]|\d\s*[\-\u2212]")
_SPACES = re.compile(r"[\s'\u2019\u00a0\u202f]")
_GROUPED = {sign: re.compile(rf"^\d{{1,3}}(?:\{sign}\d{{3}})+$") for sign in ",."}
_OTHER: Final[Mapping[str, Evidence]] = {",": ".", ".": ","}


def is_number(text: str) -> bool:
    """Tell whether a text reads as a number or an amount in any notation."""
    return _AMOUNT.match(text) is not None


def number_in(text: str, decimal: str) -> Decimal | None:
    """Give the number that a text reads as with a decimal sign, or None."""
    match = _AMOUNT.match(text)
    if match is None:
        return None
    digits = _SPACES.sub("", match["digits"]).rstrip(".,")
    plain = digits.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    if plain.count(".") > 1:
        return None
    return Decimal(plain) * (-1 if _MINUS.search(text) else 1)


def decimal_of(text: str) -> Evidence:
    """Give what one text proves: ``","``, ``"."``, ``"ambiguous"`` (``1.125``) or ``"none"``."""
    match = _AMOUNT.match(text)
    if match is None:
        return "none"
    digits = _SPACES.sub("", match["digits"]).rstrip(".,")
    signs = [sign for sign in digits if sign in ",."]
    if not signs:
        return "none"
    if len(set(signs)) == len(",."):
        return _decimal_of_both(digits)
    sign = signs[0]
    if len(signs) > 1:
        return _OTHER[sign] if _GROUPED[sign].match(digits) else "none"
    whole, part = digits.split(sign)
    if len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):  # noqa: PLR2004
        return "ambiguous"
    return "," if sign == "," else "."


def _decimal_of_both(digits: str) -> Evidence:
    """Judge digits with both signs: the last one is the decimal sign if the rest is grouped."""
    last: Literal[",", "."] = "," if digits.rfind(",") > digits.rfind(".") else "."
    whole, _, _ = digits.rpartition(last)
    return last if _GROUPED[_OTHER[last]].match(whole) else "none"


def decimal_evidence(values: Iterable[Cell]) -> Evidence:
    """Say which decimal sign a column's text cells prove; tagged and empty cells prove nothing.

    Returns:
        A sign when proven, ``"ambiguous"`` when signs occur but prove nothing or contradict one
        another, ``"none"`` when there is no sign at all.
    """
    counts = Counter(
        decimal_of(text) for text in set(values) if text is not None and kind_of(text) is None
    )
    comma, point = counts[","], counts["."]
    if comma or point:
        fewest, most = sorted((comma, point))
        if fewest > TYPO_SHARE * (fewest + most):
            return "ambiguous"
        return "," if comma > point else "."
    return "ambiguous" if counts["ambiguous"] else "none"


def combine(columns: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """Let one proof decide for all columns of a file; contradictory ones hold for their own only.

    Returns:
        The same columns, with the sign to use where it is known.
    """
    proofs = {evidence for evidence in columns.values() if evidence in (",", ".")}
    return dict.fromkeys(columns, proofs.pop()) if len(proofs) == 1 else dict(columns)


EURO: Final = "EUR"


@cache
def currency_signs(code: str) -> tuple[str, ...]:
    """How people write a currency beside an amount: its code, and its sign here and at home.

    The longest is first. What is left of a sign that an encoding broke counts for every currency.
    """
    languages = [*LANGS, *get_official_languages(code[:2], de_facto=True)[:1]]
    signs = {code, "\ufffd", *(["EURO"] if code == EURO else [])}
    for language in languages:
        try:
            sign = get_currency_symbol(code, language)
        except UnknownLocaleError:
            continue
        signs |= {sign, sign.rstrip("."), *(last for last in sign[-1:] if category(last) == "Sc")}
    return tuple(sorted(signs, key=lambda sign: (-len(sign), sign)))


@cache
def currency_words(code: str) -> tuple[str, ...]:
    """How a column of currencies writes one, in small letters: its signs and names."""
    counts = (None, 1, 2)
    names = {get_currency_name(code, count, lang) for lang in LANGS for count in counts}
    return tuple(sorted(word.lower() for word in {*currency_signs(code), *names}))


_MONTH_NAMES: Final = (
    ("januari", "january", "jan"),
    ("februari", "february", "feb"),
    ("maart", "march", "mrt", "mar", "maa"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("augustus", "august", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)

#: Dutch and English month names and their short forms, case-folded, to the month number.
MONTHS: Final[Mapping[str, int]] = {
    name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names
}

_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR, _SIGN = r"(?P<year>(?:19|20)[0-9]{2})", r"[-_./ ]"
_YEAR_FOLLOWS: Final = "(?:19|20)[0-9]{2}"
_MONTH, _SHORT_MONTH = r"(?P<month>0[1-9]|1[0-2])", r"(?P<month>0?[1-9]|1[0-2])"
_WORD_BEGINS, _WORD_ENDS = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_NAMED = rf"{_WORD_BEGINS}(?P<name>{_NAME})"
_MONTHS_IN: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![0-9]){_YEAR}{_SIGN}?{_MONTH}(?:{_SIGN}?(?P<day>[0-3][0-9]))?(?![0-9])",
        rf"(?<![0-9])(?:(?P<day>[0-9]{{1,2}}){_SIGN})?{_SHORT_MONTH}{_SIGN}{_YEAR}(?![0-9])",
        rf"(?:(?<![0-9])(?P<day>[0-9]{{1,2}})[-_. ]?)?{_NAMED}\.?[-_ .']{{0,2}}{_YEAR}(?![0-9])",
        rf"{_NAMED}\.?(?:[-_']{{0,2}}| ')(?P<short>[0-9]{{2}})(?![0-9])",
        rf"{_NAMED}\.? (?P<short>[23][0-9])(?=$|[-_).])(?![-_., ]{{1,2}}{_YEAR_FOLLOWS})",
        rf"(?<![0-9]){_YEAR}[-_ .]{{0,2}}(?P<name>{_NAME}){_WORD_ENDS}",
    )
)
_SEVERAL_MONTHS: Final = re.compile(
    rf"{_WORD_BEGINS}(?:{_NAME})\.?[-_ /+&]{{1,3}}(?:(?:t/m|tm|tot|en|to|and)[-_ ])?"
    rf"(?:{_NAME}){_WORD_ENDS}",
    re.IGNORECASE,
)
_NO_MONTH: Final = re.compile(
    rf"{_WORD_BEGINS}(?:week|weeknummer|weeknr|wk|w|kwartaal|kw|k|quarter|q|tertaal|t"
    r"|halfjaar|semester|half|h|versie|version|v|rev)"
    rf"[-_. ]{{0,2}}(?:{_YEAR_FOLLOWS}[-_. ]{{0,2}})?[0-9]{{1,2}}(?![0-9])",
    re.IGNORECASE,
)
"""A number that counts weeks, quarters, thirds or halves of a year, or versions."""
_PARTS: Final[Mapping[str, str]] = {
    "%d": r"(?P<day>\d{1,2})",
    "%m": r"(?P<month>\d{1,2})",
    "%-m": r"(?P<month>\d{2})",
    "%Y": r"(?P<year>\d{4})",
    "%y": r"(?P<short>\d{2})",
    "%B": rf"(?P<name>{_NAME})\.?",
    "%b": rf"(?P<name>{_NAME})\.?",
    "%H": r"(?P<hour>\d{1,2})",
    "%M": r"(?P<minute>\d{2})",
    "%S": r"(?P<second>\d{2})(?:[.,]\d+)?",
}
WEEKDAY: Final = (
    r"^(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|ma|di|wo|do|vr|za|zo|din|woe|don|vri|vrij|zat|zon"
    r"|mon|tues?|wed|thur?s?|fri|sat|sun)(?:[.,]+ *| +)"
)
"""A day of the week in front of a date, in Dutch or English."""
_WEEKDAY: Final = re.compile(WEEKDAY, re.IGNORECASE | re.ASCII)
MONTH_HEAD: Final = re.compile("maand|mnd|month|period|yyyymm|jjjjmm", re.IGNORECASE)
"""Headings of numbers that are months."""
YEAR_MONTH: Final = re.compile("(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])")
"""A month as a number under such a heading."""
#: Two-digit years run from 1970 to 2069, as in POSIX strptime but a year later.
_CENTURY_TURNS_AT: Final = 70
_YEARS: Final = (1900, 2100)

#: The date part, by shape. Where a shape has two patterns, the first is the Dutch order.
_SHAPES: Final = (
    *(
        (f"%d{sign}%m{sign}{year}", f"%m{sign}%d{sign}{year}")
        for year in ("%Y", "%y")
        for sign in "-/."
    ),
    *((f"%Y{sign}%m{sign}%d",) for sign in "-/."),
    ("%Y%m%d",),
    *((f"%d{sign}%b{sign}{year}",) for year in ("%Y", "%y") for sign in " -/"),
    ("%b %d, %Y",),
    *((f"%b{sign}{year}",) for year in ("%Y", "%y") for sign in " -/"),
    *((month,) for month in ("%Y %b", "%Y-%b", "%Y-%m", "%Y/%m", "%m-%Y", "%m/%Y", "%Y")),
)
_TIMES: Final = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S")

_LONGEST_DATE: Final = len("30 september 2025T00:00:00.000000000")
_DIGIT = re.compile(r"[0-9]")

#: Signs with which people write both orders: unproven, they are asked. With ``-`` and ``.`` only
#: the day stands first, unless values prove the other order.
_ASKED_SIGNS: Final = frozenset("/")


@dataclass(frozen=True)
class Ambiguous:
    """Day and month cannot be told apart: both ``readings`` read the example, as other days.

    ``others`` are the patterns of texts that look otherwise and leave no doubt.
    """

    readings: tuple[str, str]
    example: str
    others: tuple[str, ...] = ()


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(%-?[A-Za-z])", re.sub("%m(?=%)", "%-m", pattern))
    return re.compile(
        "".join(_PARTS[part] if part in _PARTS else re.escape(part) for part in parts),
        re.IGNORECASE | re.ASCII,
    )


def parse_date(text: str, pattern: str) -> dt.datetime | None:
    """Read a text by one pattern.

    Args:
        text: A trimmed text; Dutch and English month names in any case.
        pattern: Of the signs ``%d %m %Y %y %B %b %H %M %S``; day and month may lack a leading zero.
            A day of the week may stand in front of a day.

    Returns:
        The moment, at the first day or month where the pattern names none; None when the text does
        not fit or the day does not exist (31-02-2025).
    """
    match = _regex(pattern).fullmatch(_WEEKDAY.sub("", text) if "%d" in pattern else text)
    if match is None:
        return None
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    month = MONTHS[parts["name"].casefold()] if "name" in parts else int(parts.get("month", 1))
    if "short" in parts:
        year = int(parts["short"]) + (1900 if int(parts["short"]) >= _CENTURY_TURNS_AT else 2000)
    else:
        year = int(parts["year"])
    if not _YEARS[0] <= year <= _YEARS[1]:
        return None
    hour, minute, second = (int(parts.get(name, 0)) for name in ("hour", "minute", "second"))
    try:
        return dt.datetime(  # noqa: DTZ001  a file states no time zone
            year, month, int(parts.get("day", 1)), hour, minute, second
        )
    except ValueError:
        return None


def months_in(text: str) -> tuple[set[dt.date], set[dt.date]]:
    """The months that a name or a title speaks of: those named, and those of days in it.

    "orders-2026-03", "maart 2026" and "mrt 26" name a month, "20260402" and "2 april 2026" a day.
    Of several months in one name ("apr-mei 2026"), a quarter or a week none is given.
    """
    named: set[dt.date] = set()
    of_days: set[dt.date] = set()
    text = _NO_MONTH.sub("#", text)
    for pattern in _MONTHS_IN if not _SEVERAL_MONTHS.search(text) else ():
        for match in pattern.finditer(text):
            parts = match.groupdict()
            year = int(parts.get("year") or 2000 + int(parts.get("short") or 0))
            month = int(parts.get("month") or MONTHS[str(parts["name"]).casefold()])
            (of_days if parts.get("day") else named).add(dt.date(year, month, 1))
    return named, of_days


def is_date(text: str) -> bool:
    """Tell whether a text reads as a date with a month in any known pattern."""
    shape, _ = _readings(text)
    return bool(shape) and shape != ("%Y",)


def date_formats(values: Iterable[Cell], *, months: bool = False) -> tuple[str, ...] | Ambiguous:
    """Give the patterns by which a column's text cells are dates, the most frequent first.

    Texts that are no date at all ("TBC") and tagged cells take no part. Each shape (signs and
    lengths) gets one pattern; a day above 12 in any value of the same sign proves the order.

    Args:
        values: All cells of the column, not a sample.
        months: Whether ``202507`` is a month, also as a stored number.

    Returns:
        The patterns, empty when nothing is a date; Ambiguous when day and month stay exchangeable
        or when values prove both orders.
    """
    cells = [text for text in values if text is not None]
    texts = {text for text in cells if kind_of(text) is None}
    shapes: Counter[tuple[str, ...]] = Counter()
    if months and (found := sum(bool(YEAR_MONTH.fullmatch(untag(one) or "")) for one in cells)):
        shapes[("%Y%m",)] = found
    proofs: dict[str, Counter[int]] = {}
    examples: dict[tuple[str, ...], str] = {}
    for text in sorted(texts):
        shape, readings = _readings(text)
        if not shape:
            continue
        shapes[shape] += 1
        if len(shape) == 1:
            continue
        moments = [moment for moment in readings if moment is not None]
        if len(moments) == 1:
            proofs.setdefault(_sign(shape), Counter())[readings.index(moments[0])] += 1
        elif moments[0] != moments[1]:
            examples.setdefault(shape, text)
    return _decide(shapes, proofs, examples)


def _decide(
    shapes: Counter[tuple[str, ...]],
    proofs: dict[str, Counter[int]],
    examples: dict[tuple[str, ...], str],
) -> tuple[str, ...] | Ambiguous:
    """Choose one pattern per shape, or return the two patterns that stay ambiguous."""
    patterns: list[str] = []
    asked: Ambiguous | None = None
    for shape, _ in shapes.most_common():
        if len(shape) == 1:
            patterns.append(shape[0])
            continue
        sign = _sign(shape)
        proof = proofs.get(sign, Counter())
        fewest, most = sorted((proof[0], proof[1]))
        contradictory = fewest > TYPO_SHARE * (fewest + most)
        unproven = not most and sign in _ASKED_SIGNS
        if shape in examples and (contradictory or unproven):
            asked = asked or Ambiguous((shape[0], shape[1]), examples[shape])
        elif contradictory:
            patterns += shape
        else:
            patterns.append(shape[1] if proof[1] > proof[0] else shape[0])
    return replace(asked, others=tuple(patterns)) if asked else tuple(patterns)


def _sign(shape: tuple[str, ...]) -> str:
    """Give the sign between day and month."""
    return shape[0][2]


def _readings(text: str) -> tuple[tuple[str, ...], list[dt.datetime | None]]:
    """Give the shape of a text and what each of its patterns reads; no shape when none reads."""
    bare = _WEEKDAY.sub("", text)
    if len(bare) > _LONGEST_DATE or not _DIGIT.search(bare):
        return (), []
    for shape in _shapes_like(_DIGIT.sub("0", bare)):
        readings = [parse_date(text, pattern) for pattern in shape]
        if any(reading is not None for reading in readings):
            return shape, readings
    return (), []


@lru_cache(maxsize=4096)
def _shapes_like(mask: str) -> tuple[tuple[str, ...], ...]:
    """Give the shapes that a text with these signs and lengths can have; digits are all ``0``."""
    return tuple(
        tuple(pattern + time for pattern in shape)
        for time in (_TIMES if ":" in mask else _TIMES[:1])
        for shape in _SHAPES
        if _regex(shape[0] + time).fullmatch(mask)
    )

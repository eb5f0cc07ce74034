"""Numbers, units, dates and periods as Dutch and English readers write them.

Display uses the real minus sign, and a non-breaking space between a number and its sign or unit, so
that neither is lost at the end of a line.

How many decimals: ``quantity`` shows about three significant digits (two decimals below 10, one
below 100, none above; below 1 as many as three digits need), and never a decimal that the value
itself does not carry: 12.5 is "12,5", not "12,50".
"""

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache, partial
from typing import Final

from babel import Locale
from babel.dates import format_date

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import SPAN, Period
from nami_monitor.core.words import PeriodKind, Unit
from nami_monitor.i18n import text

NBSP: Final = "\N{NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"
SIGNIFICANT: Final = 3
CENTS: Final = 2
WHOLE_EUROS_FROM: Final = 10_000
MOST_DECIMALS: Final = 9
_WIDE: Final = Context(prec=400, rounding=ROUND_HALF_UP)  # holds every float digit for digit
_LOCALES: Final = {"nl": "nl_NL", "en": "en_GB"}
_ACTIVITY_UNITS: Final = frozenset(unit for unit in Unit if unit.endswith("_per_activity"))
_EUROS_PER: Final = frozenset({Unit.EUR_PER_ACTIVITY, Unit.EUR_PER_UNIT_YEAR})

Number = int | float | Decimal


def number(
    value: Number, lang: str, *, decimals: int | None = None, significant: int | None = None
) -> str:
    """Write a number with exactly so many ``decimals``, for columns that must line up.

    Else with at most so many ``significant`` digits after the sign, whole digits always kept. With
    neither, every decimal that the value carries is shown, up to nine.

    Returns:
        For example "1.234,5" in Dutch; halves are rounded away from zero.

    Raises:
        ValueError: if the value is not finite.
    """
    exact = _exact(value)
    if decimals is None:
        limit = MOST_DECIMALS if significant is None else _decimals_for(exact, significant)
        decimals = min(limit, _carried(exact, limit))
    rounded = _rounded(exact, decimals)
    whole, _, fraction = f"{abs(rounded):,.{decimals}f}".partition(".")
    group, point = _symbols(lang)
    digits = whole.replace(",", group) + (point + fraction if fraction else "")
    return MINUS + digits if rounded < 0 else digits


def money(value: Number, lang: str) -> str:
    """Write an amount in euros: cents below 10,000 euros, whole euros from there on."""
    return quantity(value, Unit.EUR, lang)


def percent(value: Number, lang: str, *, decimals: int | None = None) -> str:
    """Write a percentage; ``value`` counts percents (12.5 is "12,5 %" and "12.5%")."""
    digits = number(value, lang, decimals=decimals, significant=SIGNIFICANT)
    return _with_unit(digits, Unit.PERCENT, lang, None)


def points(value: Number, lang: str) -> str:
    """Write a difference of two percentages, in percentage points, without its plus sign."""
    return _in_points(number(value, lang, significant=SIGNIFICANT), lang)


def quantity(value: Number, unit: Unit, lang: str, *, activity: str | None = None) -> str:
    """Write a value with its unit; percentages count percents (0 to 100).

    ``activity`` is the name of the activity measure in that language ("werkdag"), for the units
    that are per activity; a general word stands there without it.

    Returns:
        About three significant digits with the unit, for example "0,384 st. per werkdag".
    """
    digits = number(value, lang, decimals=_decimals(_exact(value), unit))
    return _with_unit(digits, unit, lang, activity)


def figure(value: Number, unit: Unit, lang: str) -> str:
    """Write a value where its unit is named elsewhere: signs of euro and percent stay with it."""
    if unit in {Unit.EUR, Unit.PERCENT}:
        return quantity(value, unit, lang)
    return number(value, lang, significant=SIGNIFICANT)


def with_sign_of_unit(digits: str, unit: Unit, lang: str) -> str:
    """Digits with the signs of euro and percent, where any other unit is named elsewhere."""
    return _with_unit(digits, unit, lang, None) if unit in {Unit.EUR, Unit.PERCENT} else digits


def unit_label(unit: Unit, lang: str, *, one: bool = False, activity: str | None = None) -> str:
    """Give a unit's name for axes and headings, empty for a plain count.

    It follows the number 1 when ``one`` ("1 dag", "2 dagen"); ``activity`` is as in ``quantity``.
    """
    if unit in {Unit.COUNT, Unit.INDEX}:
        return ""
    if unit in _ACTIVITY_UNITS:
        measure = activity or text("common.activity", lang)
        return text(f"common.units.{unit}", lang, activity=measure)
    return text(f"common.units.{unit}.{'one' if one else 'other'}", lang)


def signed(value: Number, lang: str, write: Callable[[Number, str], str] = number) -> str:
    """Write a difference with its sign; ``write`` writes its value: ``money``, ``points`` and such.

    Returns:
        With "+" or the minus sign before everything else ("+€ 12,00" is written "+ € 12,00" with a
        non-breaking space); what rounds to zero bears no sign.
    """
    written = write(value, lang)
    digits = re.search(r"\d[\d.,]*", written)
    if digits is None or not re.search("[1-9]", digits[0]):
        return written.replace(MINUS, "")
    bare = written.replace(MINUS, "", 1)
    sign = MINUS if _exact(value) < 0 else "+"
    return sign + (NBSP if bare.startswith("€") else "") + bare


def departure(value: Number, unit: Unit, lang: str) -> str:
    """Write a difference with its sign where its unit is named elsewhere; see ``figure``."""
    return signed(value, lang, lambda each, la: figure(each, unit, la))


def estimated(value: Number, error: float, unit: Unit, lang: str) -> str:
    """Write an estimated difference with its sign, no finer than it is known.

    Two digits of ``error``, its standard error, are written; a euro sign stays with it.
    """
    finest = 1 - math.floor(math.log10(error)) if error > 0 else 0
    decimals = min(max(finest, 0), MOST_DECIMALS)

    def write(each: Number, la: str) -> str:
        digits = number(each, la, decimals=decimals)
        return _with_euro(digits) if unit is Unit.EUR else digits

    return signed(value, lang, write)


def with_interval(
    value: Number,
    low: Number,
    high: Number,
    unit: Unit,
    lang: str,
    *,
    activity: str | None = None,
    bare: bool = False,
) -> str:
    """Write an estimate with its unit and its limits, no finer than it is known.

    ``activity`` is as in ``quantity``; the unit of a ``bare`` one is named elsewhere.

    Returns:
        For example "78 % (63 tot 98)"; an amount whose limits hold zero is said not to be shown.
    """
    decimals = known_decimals(low, high)
    first, second = (number(each, lang, decimals=decimals) for each in (low, high))
    digits = number(value, lang, decimals=decimals)
    named = with_sign_of_unit if bare else partial(_with_unit, activity=activity)
    written = named(digits, unit, lang)
    shown = unit is Unit.PERCENT or not low <= 0 <= high
    key = "common.estimate.shown" if shown else "common.estimate.not_shown"
    return text(key, lang, value=written, low=first, high=second)


def known_decimals(low: Number, high: Number) -> int:
    """How many decimals of an estimate are known: one digit of half its interval."""
    half = float(high - low) / 2  # type: ignore[operator]
    return min(max(-math.floor(math.log10(half)), 0), MOST_DECIMALS) if half > 0 else 0


def column_writer(
    limits: Iterable[tuple[Number, Number]], unit: Unit, lang: str
) -> Callable[[Number], str]:
    """How the figures of a column are written whose unit stands above it.

    Where there are estimates with ``limits`` in it, no finer than the vaguest of them is known.
    """
    decimals = min((known_decimals(*each) for each in limits), default=None)

    def write(value: Number) -> str:
        if decimals is None:
            return figure(value, unit, lang)
        return with_sign_of_unit(number(value, lang, decimals=decimals), unit, lang)

    return write


def signed_quantity(
    value: Number, unit: Unit, lang: str, *, activity: str | None = None, bare: bool = False
) -> str:
    """Write an amount with its sign, such as what one part contributes to a change.

    Of percentages it is in percentage points. ``activity`` is as in ``quantity``; the unit of a
    ``bare`` one is named elsewhere, see ``figure``. The difference of two figures that are both
    shown is written by ``difference``.
    """
    if unit is Unit.PERCENT:
        return signed(value, lang, points)
    if bare:
        return departure(value, unit, lang)
    return signed(value, lang, lambda v, la: quantity(v, unit, la, activity=activity))


def difference(
    before: Number,
    after: Number,
    unit: Unit,
    lang: str,
    *,
    activity: str | None = None,
    bare: bool = False,
) -> str:
    """Write by how much two figures differ that are both shown.

    It is the difference of the unrounded figures, with as many decimals as the finer of the two is
    shown with; of percentages in percentage points. Where the figures as shown do not differ by it,
    it says that it is rounded. ``activity`` and ``bare`` are as in ``signed_quantity``.

    Returns:
        For example "+1,5 kg" or "+ € 1,97 (afgerond)".
    """
    figures = [_exact(before), _exact(after)]
    shown = [_decimals(each, unit, bare=bare) for each in figures]
    change = _WIDE.subtract(figures[1], figures[0])
    finest, in_euros = max(shown), _in_euros(unit, bare=bare)
    decimals = min(finest, max(CENTS if in_euros else 0, _carried(change, finest)))

    def write(value: Number, la: str) -> str:
        digits = number(value, la, decimals=decimals)
        if unit is Unit.PERCENT:
            return _in_points(digits, la)
        return digits if bare and not in_euros else _with_unit(digits, unit, la, activity)

    written = signed(change, lang, write)
    first, second = map(_rounded, figures, shown)
    if _WIDE.subtract(second, first) == _rounded(change, decimals):
        return written
    return text("common.rounded", lang, figure=written)


def add_up(parts: Iterable[Number], whole: Number, unit: Unit) -> bool:
    """Say whether parts add up to their whole as ``signed_quantity`` shows them."""
    *each, total = (
        Fraction(_rounded(exact, _decimals(exact, unit))) for exact in map(_exact, (*parts, whole))
    )
    return sum(each) == total


def month(value: date | str, lang: str) -> str:
    """Write a month ("okt 2026"); ``value`` is any day in it, or "2026-10"."""
    if isinstance(value, str):
        year, number_in_year = value.split("-")[:2]
        value = date(int(year), int(number_in_year), 1)
    return f"{month_name(value.month, lang)} {value.year}"


@cache
def month_name(number_in_year: int, lang: str) -> str:
    """Give a month's short name: 3 is "mrt" in Dutch and "Mar" in English."""
    names = Locale.parse("nl" if lang == "nl" else "en").months["format"]["abbreviated"]
    return str(names[number_in_year])


def day(value: date, lang: str) -> str:
    """Write a day ("3 mrt 2026")."""
    return f"{value.day}{NBSP}{month(value, lang)}"


def moment(value: datetime, lang: str) -> str:
    """Write a moment, of UTC without a zone, by the reader's clock ("3 mrt 2026 14:05")."""
    seconds = value.replace(tzinfo=value.tzinfo or UTC).timestamp()  # a column may hold pandas' own
    local = datetime.fromtimestamp(seconds, UTC).astimezone()
    return f"{day(local, lang)} {local:%H:%M}"


def long_month(value: date, lang: str) -> str:
    """Write a month with its whole name ("maart 2026")."""
    return str(format_date(value, "MMMM y", locale=_LOCALES[lang]))


def period(value: Period, lang: str) -> str:
    """Write a period: "okt 2026", "4e kwartaal 2026", "2026", "jan t/m okt 2026".

    That of a programme is written as its days.
    """
    start, end, kind = value.start, value.end, value.kind
    if kind == PeriodKind.MONTH:
        return month(start, lang)
    if kind == PeriodKind.QUARTER:
        quarter = str((start.month + 2) // 3)
        return text("common.quarter", lang, quarter=quarter, year=str(start.year))
    if kind == PeriodKind.YEAR:
        return str(start.year)
    if kind in {PeriodKind.YTD, PeriodKind.R12} or SPAN in kind:
        return _months(start, end, lang)
    return text("common.span", lang, start=day(start, lang), end=day(end, lang))


def parse_decimal(written: str, lang: str) -> Decimal:
    """Read a number that a person typed, strictly.

    Args:
        written: digits with the language's decimal sign, thousands grouped by three or not at all;
            a euro sign, spaces around and either minus sign before it are allowed.
        lang: ``nl`` ("1.250,75") or ``en`` ("1,250.75").

    Returns:
        The exact value.

    Raises:
        UserError: ``number.unreadable`` if it can be read in another way or not at all.
    """
    group, point = _symbols(lang)
    bare = re.sub(r"\s", "", written, flags=re.UNICODE).replace(MINUS, "-").replace("€", "", 1)
    g, p = re.escape(group), re.escape(point)
    if not re.fullmatch(rf"[+-]?([0-9]{{1,3}}({g}[0-9]{{3}})+|[0-9]+)({p}[0-9]+)?", bare):
        example = number(Decimal("1250.75"), lang)
        raise UserError("number.unreadable", text=written, example=example)
    return Decimal(bare.replace(group, "").replace(point, "."))


def _months(start: date, end: date, lang: str) -> str:
    if (start.year, start.month) == (end.year, end.month):
        return month(start, lang)
    same_year = start.year == end.year
    first = month_name(start.month, lang) if same_year else month(start, lang)
    return text("common.span", lang, start=first, end=month(end, lang))


def _with_euro(digits: str) -> str:
    return f"{MINUS if digits.startswith(MINUS) else ''}€{NBSP}{digits.removeprefix(MINUS)}"


@cache
def _symbols(lang: str) -> tuple[str, str]:
    symbols = Locale.parse(_LOCALES[lang]).number_symbols["latn"]
    return str(symbols["group"]), str(symbols["decimal"])


def _exact(value: Number) -> Decimal:
    if not math.isfinite(value):
        message = f"{value!r} cannot be shown as a number"
        raise ValueError(message)
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _decimals_for(value: Decimal, significant: int) -> int:
    magnitude = value.adjusted() if value else 0
    return min(max(0, significant - 1 - magnitude), MOST_DECIMALS)


def _carried(value: Decimal, limit: int) -> int:
    exponent = _rounded(value, limit).normalize(_WIDE).as_tuple().exponent
    return max(0, -int(exponent))


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return _WIDE.quantize(value, Decimal(1).scaleb(-decimals))


def _decimals(value: Decimal, unit: Unit, *, bare: bool = False) -> int:
    """How many decimals ``quantity`` shows of a value, or ``figure`` if bare."""
    in_euros = _in_euros(unit, bare=bare)
    if unit is Unit.EUR or (in_euros and abs(value) >= 1):
        return 0 if abs(_rounded(value, CENTS)) >= WHOLE_EUROS_FROM else CENTS
    carried = _carried(value, _decimals_for(value, SIGNIFICANT))
    return max(CENTS, carried) if in_euros else carried


def _in_euros(unit: Unit, *, bare: bool) -> bool:
    """Whether a value is written with a euro sign, and so with its cents."""
    return unit is Unit.EUR or (unit in _EUROS_PER and not bare)


def _with_unit(digits: str, unit: Unit, lang: str, activity: str | None) -> str:
    if unit is Unit.EUR:
        return _with_euro(digits)
    if unit is Unit.PERCENT:
        return digits + (f"{NBSP}%" if lang == "nl" else "%")
    label = unit_label(unit, lang, one=_is_one(digits), activity=activity)
    if unit in _EUROS_PER:
        return f"{_with_euro(digits)} {label.removeprefix('€ ')}"
    return digits + NBSP + label if label else digits


def _in_points(digits: str, lang: str) -> str:
    key = f"common.points.{'one' if _is_one(digits) else 'other'}"
    return digits + NBSP + text(key, lang)


def _is_one(digits: str) -> bool:
    return digits.removeprefix(MINUS) == "1"

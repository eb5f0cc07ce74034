"""Axis ticks with their labels worked out beforehand, so that no renderer's locale matters."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.i18n import text
from nami_monitor.i18n.formats import NBSP, month_name, number

STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
ZERO_WITHIN: Final = 0.45  # a scale starts at zero when its lowest value lies below this share
MILLION: Final = 1e6
MONTHS_NAMED_EACH: Final = 13
QUARTERS_NAMED: Final = 36
HALF_YEARS_NAMED: Final = 72
HALF_YEAR: Final = 6
SMALL_TICKS: Final = 8


@dataclass(frozen=True)
class ValueAxis:
    """A value axis."""

    low: float  # where the scale starts
    high: float  # where it ends
    ticks: tuple[float, ...]  # values of the grid lines
    labels: tuple[str, ...]  # what stands at them


def month_index(month: date) -> int:
    """Number a month so that equal steps are months: 12 x year + month - 1."""
    return month.year * 12 + month.month - 1


def value_axis(values: list[float], lang: str, ticks: int = 5) -> ValueAxis:
    """Lay a scale of round numbers around values.

    Args:
        values: everything that must be visible.
        lang: of the labels.
        ticks: about how many grid lines.

    Returns:
        A scale that starts at zero when the values come near it, and says so by its lowest label.
    """
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if 0 <= low < ZERO_WITHIN * high:
        low = 0.0
    if low == high:
        low, high = (low - abs(low) / 2, high + abs(high) / 2) if low else (0.0, 1.0)
    raw = (high - low) / ticks
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next(s * scale for s in STEPS if s * scale >= raw * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    decimals = max(0, 2 - math.floor(math.log10(step)))
    marks = tuple(round(k * step, decimals) for k in range(first, last + 1))
    return ValueAxis(marks[0], marks[-1], marks, _labels(marks, lang))


def month_words(
    first: date, last: date, lang: str, *, small: bool = False
) -> tuple[list[str], list[str], list[int]]:
    """The months to name between two months, so that their names do not touch.

    Short spans name each month, longer ones each quarter, half year or year.

    Args:
        first: the first month.
        last: the last one.
        lang: ``nl`` or ``en``.
        small: whether there is room for few.

    Returns:
        Words for a narrow plot, words for a wide one, and the number of each month.
    """
    start, end = month_index(first), month_index(last)
    count = end - start + 1
    short = count <= MONTHS_NAMED_EACH
    step = 1 if short else 3 if count <= QUARTERS_NAMED else 6 if count <= HALF_YEARS_NAMED else 12
    if small and count > SMALL_TICKS * step:
        step = max(step, HALF_YEAR)
    years = 1 + count // (12 * 12)
    at = [i for i in range(start, end + 1) if i % step == 0 and (i // 12) % years == 0]
    full, few = [], []
    for i in at:
        name, dated = month_name(i % 12 + 1, lang), i % 12 == 0 or (short and i == start)
        full.append(f"{name} {i // 12}" if dated else name)
        least = dated or (short and (i - start) % 2 == 0)
        few.append("" if not least else str(i // 12) if dated else name)
    return (full if small and count <= QUARTERS_NAMED else few), full, at


def _labels(marks: tuple[float, ...], lang: str) -> tuple[str, ...]:
    if max(abs(mark) for mark in marks) < MILLION:
        return _aligned(marks, lang)
    millions = tuple(mark / MILLION for mark in marks)
    unit = text("charts.axis.million", lang)
    labels = _aligned(millions, lang)
    return tuple(label if label == "0" else f"{label}{NBSP}{unit}" for label in labels)


def _aligned(marks: tuple[float, ...], lang: str) -> tuple[str, ...]:
    def decimals_of(mark: float) -> int:
        return len(f"{mark:.10f}".rstrip("0").partition(".")[2])

    decimals = max(decimals_of(mark) for mark in marks)
    return tuple(number(mark, lang, decimals=decimals if mark else 0) for mark in marks)

"""Axis ticks with their labels worked out beforehand, so that no renderer's locale matters."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import Spec, pick
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import NBSP, month_name, number

STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
ZERO_WITHIN: Final = 0.45  # a scale starts at zero when its lowest value lies below this share
MILLION: Final = 1e6
MONTHS_NAMED_EACH: Final = 13
QUARTERS_NAMED: Final = 36
HALF_YEARS_NAMED: Final = 72
JANUARY: Final = 1
HALF_YEAR: Final = 6
SMALL_TICKS: Final = 8


@dataclass(frozen=True)
class ValueAxis:
    """A value axis.

    Args:
        low: where the scale starts.
        high: where it ends.
        ticks: values of the grid lines.
        labels: what stands at them.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class MonthTick:
    """A tick of a month axis.

    Args:
        index: month number, see ``month_index``.
        lines: the label, a month and at times a year below it.
        minor: whether it gives way when there is little room.
    """

    index: int
    lines: tuple[str, ...]
    minor: bool


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


def month_ticks(first: date, last: date, lang: str) -> tuple[MonthTick, ...]:
    """Choose the months to name between two months, so that their names do not touch.

    Short spans name each month, longer ones each quarter, half year or year.
    """
    start, end = month_index(first), month_index(last)
    count = end - start + 1
    if count <= MONTHS_NAMED_EACH:
        return tuple(_tick(i, lang, first=start, every=2) for i in range(start, end + 1))
    step = 3 if count <= QUARTERS_NAMED else 6 if count <= HALF_YEARS_NAMED else 12
    years = 1 + count // (12 * 12)
    chosen = [i for i in range(start, end + 1) if i % step == 0 and (i // 12) % years == 0]
    return tuple(_tick(i, lang, first=None, every=12) for i in chosen)


def month_words(
    first: date, last: date, lang: str, *, small: bool = False
) -> tuple[list[str], list[str], list[int]]:
    """The ticks of a month axis.

    Args:
        first: the first month.
        last: the last one.
        lang: ``nl`` or ``en``.
        small: whether there is room for few.

    Returns:
        Words for a narrow plot, words for a wide one, and the number of each month.
    """
    ticks = month_ticks(first, last, lang)
    if small and len(ticks) > SMALL_TICKS:
        ticks = tuple(tick for tick in ticks if tick.index % HALF_YEAR == 0)
    full = [" ".join(tick.lines) for tick in ticks]
    if small and month_index(last) - month_index(first) < QUARTERS_NAMED:
        few = full
    else:
        few = ["" if tick.minor else tick.lines[-1] for tick in ticks]
    return few, full, [tick.index for tick in ticks]


def _tick(index: int, lang: str, *, first: int | None, every: int) -> MonthTick:
    year, month = divmod(index, 12)
    name = month_name(month + 1, lang)
    dated = month + 1 == JANUARY or index == first
    minor = not dated and (index - (first or 0)) % every != 0
    return MonthTick(index, (name, str(year)) if dated else (name,), minor)


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


def month_scale(first: date, last: date, lang: str, *, room: float = 0.5) -> Spec:
    """A horizontal month axis with labels that do not overlap, fewer on a narrow plot.

    Args:
        first: the first month.
        last: the last one.
        lang: ``nl`` or ``en``.
        room: months left free to the right of the last one.

    Returns:
        An encoding without its field.
    """
    ticks = month_ticks(first, last, lang)
    at = [tick.index for tick in ticks]
    full = pick(at, [list(tick.lines) for tick in ticks])
    sparse = pick(at, [[""] if tick.minor else list(tick.lines) for tick in ticks])
    return {
        "type": "quantitative",
        "scale": {
            "domain": [month_index(first) - 0.5, month_index(last) + room],
            "nice": False,
            "zero": False,
        },
        "axis": {
            "values": at,
            "labelExpr": f"width < {NARROWEST:.0f} ? {sparse} : {full}",
            "grid": False,
            "title": None,
            "labelOverlap": False,
            "labelLineHeight": 16,
        },
    }

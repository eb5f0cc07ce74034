"""Locations against limits for their size; who lies outside is named, nobody is ranked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import ValueAxis, value_axis
from nami_monitor.charts.bars import COLOURS
from nami_monitor.charts.plane import Mark, Plane, Ticks
from nami_monitor.charts.spec import NO_TABLE, Drawn, Sign
from nami_monitor.signals.funnel import LimitsBySize

HEIGHT: Final = 380
HEADROOM: Final = 0.08  # of the range, so that no point stands on the edge
INSIDE: Final = "inside"
MARKS: Final = {INSIDE: ("circle", palette.GREY_TEXT, 45)} | {
    effect: ("square", COLOURS[effect], 90) for effect in ("better", "worse", "up", "down")
}
"""Shape, colour and size in px2 of a point: who lies outside differs by shape as well."""


@dataclass(frozen=True)
class FunnelDot:
    """One location."""

    name: str  # its name
    size: float  # what it is divided by, above zero
    value: float  # its figure, in the chart's unit
    effect: str  # a key of ``MARKS``
    figure: str  # the value as people write it
    extent: str  # the size as people write it


def funnel_chart(
    dots: tuple[FunnelDot, ...],
    lines: LimitsBySize,
    whole: float,
    lang: str,
    *,
    size: str,
    value: str,
    legend: Mapping[str, str],
    alt: str,
) -> Drawn:
    """Solid outer limits, dashed warning limits, a line for the whole, a point for each location.

    Args:
        dots: at least one.
        lines: the limits from the smallest to the largest location, in the chart's unit.
        whole: the figure of all locations together.
        lang: ``nl`` or ``en``.
        size: what the locations are set against, in words.
        value: what the figure is.
        legend: a word for each effect, and for ``inside``.
        alt: the chart in a sentence.
    """
    across = value_axis([0.0, *(dot.size for dot in dots)], lang)
    plane = Plane(
        (across.low, across.high),
        _upwards(dots, lines, whole, lang),
        HEIGHT,
        Ticks(across.ticks, across.labels),
        across=size,
        above=value,
    )
    limits = (lines.low, lines.high, lines.warning_low, lines.warning_high)
    marks = [
        plane.path(points, palette.BORDER, 2, (5, 4) if rank > 1 else (1, 0))
        for rank, values in enumerate(limits)
        if (points := _line(lines.sizes, values, plane.y))
    ]
    marks.append(plane.level(whole, palette.INK))
    used = [effect for effect in MARKS if any(dot.effect == effect for dot in dots)]
    for effect in used:
        shape, colour, area = MARKS[effect]
        for dot in (dot for dot in dots if dot.effect == effect):
            said = f"{dot.name}: {dot.figure} ({size} {dot.extent})"
            marks.append(plane.point(dot.size, dot.value, colour, said, size=area, shape=shape))
            marks += [] if effect == INSIDE else [_name(plane, dot)]
    signs = (Sign(MARKS[effect][0], MARKS[effect][1], legend[effect]) for effect in used)
    return Drawn("funnel", plane.spec(marks), alt, NO_TABLE, tuple(signs))


def _name(plane: Plane, dot: FunnelDot) -> Mark:
    """The name of a location outside, turned inwards at the right edge."""
    right = dot.size > sum(plane.x) / 2
    look: dict[str, Any] = {"align": "right", "dx": -9} if right else {"align": "left", "dx": 9}
    return plane.words(dot.size, dot.value, dot.name, fit=True, **look)


def _upwards(
    dots: tuple[FunnelDot, ...], lines: LimitsBySize, whole: float, lang: str
) -> ValueAxis:
    """A scale that shows every location, and the limits where half of the locations lie.

    The limits of the smallest would squeeze all others together; there the lines run off the edge.
    """
    middle = sorted(dot.size for dot in dots)[len(dots) // 2]
    at = next(index for index, size in enumerate(lines.sizes) if size >= middle * (1 - 1e-9))
    values = [whole, lines.low[at], lines.high[at], *(dot.value for dot in dots)]
    low, high = min(values), max(values)
    room = HEADROOM * (high - low)
    least = low - room if low < 0 else max(low - room, 0.0)
    return value_axis([least, high + room], lang)


def _line(
    sizes: Iterable[float], values: Iterable[float], upwards: ValueAxis
) -> list[tuple[float, float]]:
    """The line where it can be seen, and one step beyond."""
    reach = upwards.high - upwards.low
    return [
        (float(size), float(value))
        for size, value in zip(sizes, values, strict=True)
        if upwards.low - reach <= value <= upwards.high + reach
    ]

"""The legend: every sign of a trend on made-up figures, drawn by the layers of the trends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.registers import SHAPES
from nami_monitor.charts.spec import Sign, picture
from nami_monitor.charts.trend_data import (
    BreakSpan,
    DriftLine,
    Expected,
    InterventionMark,
    LessonMark,
    Phase,
    Series,
    SignalSpan,
    Trend,
    TrendPoint,
    TrendTarget,
)
from nami_monitor.charts.trend_lanes import TrendForm
from nami_monitor.core.periods import add_months
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text

FORM: Final = TrendForm(plot=110, letters=12, value=21, room=0.3, titled=False, bare=True)
BEGIN: Final = date(2025, 1, 1)
LEVEL: Final = (48, 51, 46, 50, 53, 49, 45, 48, 52, 49, 46, 51, 47, 50, 48, 45, 49, 46, 48, 44, 47,
                45, 43, 46)  # fmt: skip
LOWER: Final = (48, 51, 46, 50, 53, 49, 45, 48, 52, 49, 46, 50, 41, 39, 41, 37, 39, 41, 38, 36, 38,
                35, 37, 36)  # fmt: skip
COUNT: Final = (60,) * 5 + (54,) * 8 + (49,) * 5 + (45,) * 6
TARGET: Final = 39
OPEN: Final = 21
OWN: Final = "OWN"


def _month(number: int) -> date:
    return add_months(BEGIN, number)


def _trend(values: tuple[float | None, ...], lang: str, **more: Any) -> Trend:
    points = tuple(TrendPoint(_month(k), value) for k, value in enumerate(values))
    counted = text("charts.legend.counted", lang)
    plain = Trend((Series(counted, points),), Unit.COUNT, counted=counted)
    return replace(plain, **more)


def _phase(first: int, last: int, value: float, reach: float, *, few: bool = False) -> Phase:
    months = (Expected(value, value - reach, value + reach),) * (last - first + 1)
    return Phase(_month(first), _month(last), months, provisional=few)


def legend_signs(lang: str) -> Iterator[tuple[str, Trend]]:
    """The name of every sign with a trend that bears it, as people meet them."""
    whole = (_phase(0, 23, 48, 6),)
    two = (_phase(0, 11, 49, 6), _phase(12, 23, 38, 5))
    goal = text("charts.trend.target", lang, value=str(TARGET))
    target = TrendTarget(TARGET, goal, _month(12), _month(23))
    outlier = (*LEVEL[:7], 60, *LEVEL[8:17], 36, *LEVEL[18:])
    once = tuple(
        SignalSpan(_month(at), _month(at), up=worse, concern=worse, current=False)
        for at, worse in ((7, True), (17, False))
    )
    lasting = SignalSpan(_month(12), _month(23), up=False, concern=False, current=True)
    drift = DriftLine(_month(0), _month(23), 50, 45.5, text("charts.legend.drift.example", lang))
    measure = InterventionMark(_month(8), text("charts.legend.measure.example", lang), _month(17))
    lessons = (
        LessonMark(_month(9), "L1", "", opened=True),
        LessonMark(_month(16), "L2", ""),
    )
    broken = BreakSpan(_month(12), _month(12), text("charts.legend.break.example", lang))
    yield "line", _trend(LOWER, lang)
    yield "expected", _trend(LOWER, lang, phases=two)
    few = (_phase(0, 14, 48, 6), _phase(15, 23, 46, 5, few=True))
    yield "spread", _trend(LEVEL, lang, phases=few)
    yield "target", _trend(LOWER, lang, targets=(target,))
    yield "once", _trend(outlier, lang, phases=whole, signals=once)
    yield "lasts", _trend(LOWER, lang, phases=(_phase(0, 23, 48, 6),), signals=(lasting,))
    yield "drift", _trend(LEVEL, lang, drift=drift)
    yield "measure", _trend(LEVEL, lang, marks=(measure,))
    yield "lesson", _trend(LEVEL, lang, lessons=lessons)
    yield "gap", _trend((*LEVEL[:9], *((None,) * 5), *LEVEL[14:]), lang)
    yield "break", _trend((*LOWER[12:], *LEVEL[:12]), lang, breaks=(broken,))
    unsettled = _trend(LEVEL, lang, settled=text("charts.legend.provisional.example", lang))
    points = unsettled.series[0].points
    open_points = tuple(replace(point, provisional=k >= OPEN) for k, point in enumerate(points))
    series = (replace(unsettled.series[0], points=open_points),)
    yield "provisional", replace(unsettled, series=series)
    yield "register", _trend(COUNT, lang, register=True, targets=(target,))


def _drawn(*parts: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 16" width="32" height="16">'
        f"{''.join(parts)}</svg>"
    )


def _path(way: str, colour: str, width: float = 2, dash: str = "none") -> str:
    return (
        f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="{width}"'
        f' stroke-dasharray="{dash}"/>'
    )


def _box(x: float, y: float, wide: float, high: float, fill: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="{fill}"/>'


def _circle(radius: float, fill: str, stroke: str = "none") -> str:
    return f'<circle cx="16" cy="8" r="{radius}" fill="{fill}" stroke="{stroke}" stroke-width="2"/>'


SWATCHES: Final = {
    "expected": _drawn(_box(0, 1, 32, 14, palette.BAND), _path("M0 8H32", palette.EXPECTED, 1.2)),
    "few": _drawn(_box(0, 1, 32, 14, palette.BAND),
                  _path("M0 1H32M0 15H32", palette.EXPECTED, 1.2, "4 3")),
    "target": _drawn(_path("M0 8H32", palette.BODY, 1.8, "9 4")),
    "register": _drawn(_path("M0 4H16V12H32", palette.INK)),
    "better": _drawn(_circle(6, "none", palette.INK), _circle(2, palette.INK)),
    "worse": _drawn(_box(11, 3, 10, 10, palette.SECOND)),
    "lasts": _drawn(_path("M2 4V11H30V4", palette.INK)),
    "drift": _drawn(_path("M0 4L32 12", palette.BODY, 1.2)),
    "measure": _drawn(_circle(7, palette.BODY)),
    "lesson": _drawn(_path("M16 1L23 8L16 15L9 8Z", palette.LINK, 1.8)),
    "written": _drawn(_box(10, 2, 12, 12, palette.BODY)),
    "gap": _drawn(_path("M2 5V10H30V5", palette.GREY_TEXT, 1.2, "2 2")),
    "break": _drawn(_path("M8 15L16 1M14 15L22 1M20 15L28 1", palette.HATCH, 1.2)),
    "provisional": _drawn(_path("M0 8H32", palette.INK, 1.6, "2 3"),
                          _circle(4, palette.WHITE, palette.INK)),
    "others": _drawn(_path("M0 8H32", palette.OTHERS, 2)),
    "box": _drawn(_box(8, 2, 16, 12, OWN)),
    "line": _drawn(_path("M0 8H32", OWN, 2.4)),
    "circle": _drawn(_circle(5, OWN)),
    "square": _drawn(_box(11, 3, 10, 10, OWN)),
    "option": _drawn(f'<path d="M16 2L22 8L16 14L10 8Z" fill="{OWN}"/>'),
    "end": _drawn(_box(14, 1, 3, 14, OWN)),
    "edge": _drawn(_path("M2 5V10H30V5M18 2V10", OWN, 1.5)),
    **{
        f"delivery_{state}": _drawn(
            f'<path transform="translate(16 8) scale(6)" d="{way}" fill="{OWN}"/>'
        )
        for state, (way, _) in SHAPES.items()
    },
}  # fmt: skip
"""A small picture of each sign that a row below a chart names; ``OWN`` is the colour of a sign."""


def swatch(sign: Sign) -> str:
    """The picture of a sign as the address of an image; empty for what has none."""
    return picture(SWATCHES.get(sign.form, "").replace(OWN, sign.colour))

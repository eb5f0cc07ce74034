"""The effect on one channel month by month, among the same estimate for placebos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index, month_scale, value_axis
from nami_monitor.charts.spec import SMALL, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import departure, month, unit_label

HEIGHT: Final = 320
MOST_DRAWN: Final = 150
"""More grey lines than this are one grey: beyond it, evenly chosen ones stand for all."""

DIGITS: Final = 4


@dataclass(frozen=True)
class EffectPath:
    """The effect on one channel by month.

    Args:
        months: in order.
        effect: how far each lies from what was expected.
        band: half the width of what chance does, by month.
        placebos: the same effect at every control, ``controls`` of ``months`` values.
        start: the first month in which the measure held.
        name: of the channel, in the reader's language.
        colour: of its line.
    """

    months: tuple[date, ...]
    effect: tuple[float, ...]
    band: tuple[float, ...]
    placebos: Sequence[Sequence[float]]
    start: date
    name: str
    colour: str

    @property
    def drawn(self) -> Sequence[Sequence[float]]:
        """The placebos that are drawn."""
        step = -(-len(self.placebos) // MOST_DRAWN) or 1
        return self.placebos[::step]

    @property
    def outside(self) -> tuple[date, ...]:
        """Months since the start that lie outside the band."""
        return tuple(
            day
            for day, value, half in zip(self.months, self.effect, self.band, strict=True)
            if day >= self.start and abs(value) > half
        )


def placebo_spec(course: EffectPath, unit: Unit, lang: str) -> Spec:
    """Draw the effect, the band of chance and the placebos.

    Args:
        course: at least one month.
        unit: of every value.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec; placebos are cut off where they leave twice the range of the rest.
    """
    reach = max(*map(abs, course.effect), *course.band) * 1.15
    axis = value_axis([-reach, reach], lang)
    x = {"field": "x", **month_scale(course.months[0], course.months[-1], lang)}
    y: Spec = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [axis.low, axis.high], "nice": False},
        "axis": {
            "title": None,
            "values": list(axis.ticks),
            "labelExpr": pick(axis.ticks, axis.labels),
        },
    }
    at = [month_index(day) for day in course.months]
    grey = [
        {"control": number, "x": at, "y": [_short(value) for value in values]}
        for number, values in enumerate(course.drawn)
    ]
    band = [
        {"x": place, "y": half, "y2": -half} for place, half in zip(at, course.band, strict=True)
    ]
    band_rows = [
        {"x": place, "y": value, "month": month(day, lang), "shown": departure(value, unit, lang)}
        for place, value, day in zip(at, course.effect, course.months, strict=True)
    ]
    tooltip = [
        {"field": "month", "title": text("charts.month", lang)},
        {"field": "shown", "title": text("charts.mirrored.departure", lang)},
    ]
    start = [{"x": month_index(course.start) - 0.5, "y": axis.high,
              "name": text("charts.mirrored.start", lang)}]  # fmt: skip
    places = {"x": x, "y": y}
    layers = [
        layer({"type": "line", "clip": True, "color": palette.OTHERS, "strokeWidth": 1,
               "opacity": 0.7}, grey, {**places, "detail": {"field": "control"}},
              transform=[{"flatten": ["x", "y"]}]),
        layer({"type": "area", "color": palette.PARTIAL, "opacity": 0.28}, band,
              {**places, "y2": {"field": "y2"}}),
        layer({"type": "rule", "color": palette.BODY}, [{"y": 0}], {"y": y}),
        layer({"type": "rule", "color": palette.GREY_TEXT, "strokeDash": [4, 3],
               "strokeWidth": 1.5}, start, {"x": x}),
        layer({"type": "text", "align": "right", "baseline": "top", "dx": -5,
               "fontSize": SMALL + 1, "color": palette.GREY_TEXT}, start,
              {**places, "text": {"field": "name"}}),
        layer({"type": "line", "color": course.colour, "strokeWidth": 3}, band_rows, places),
        layer({"type": "point", "filled": True, "opacity": 1, "size": 40,
               "color": course.colour}, band_rows, {**places, "tooltip": tooltip}),
    ]  # fmt: skip
    return chart(layers, height=HEIGHT, padding={"left": 2, "top": 6, "right": 10, "bottom": 4})


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def placebo_table(course: EffectPath, unit: Unit, lang: str) -> ChartTable:
    """Give the months as a table, the latest first: effect, band, and how far placebos reach."""
    label = unit_label(unit, lang)
    head = (
        text("charts.month", lang),
        f"{course.name} ({label})",
        *(text(f"charts.placebos.{key}", lang) for key in ("low", "high", "least", "most")),
    )
    rows = []
    for at in reversed(range(len(course.months))):
        others = [values[at] for values in course.placebos]
        ends = (min(others), max(others)) if others else (None, None)
        half = course.band[at]
        rows.append((course.months[at], course.effect[at], -half, half, *ends))

    def write(value: float) -> str:
        return departure(value, unit, lang)

    return ChartTable(head, tuple(rows), (lambda day: month(day, lang), *(write,) * 5))


def placebo_sentence(course: EffectPath, lang: str) -> str:
    """Tell the course in words: how many months since the start lie outside what chance does."""
    since = sum(day >= course.start for day in course.months)
    return text(
        "charts.placebos.alt",
        lang,
        name=course.name,
        first=month(course.months[0], lang),
        last=month(course.months[-1], lang),
        outside=len(course.outside),
        since=since,
        controls=len(course.placebos),
    )

"""Figures of quarters or years: a bar each with its value, a word where there is none."""

from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import value_axis
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import figure, with_interval

HEIGHT: Final = 300

WORDED: Final = 8
"""Up to so many bars the words for a missing figure fit; beyond, a dash stands there."""

BROKEN: Final = 0.45
"""Opacity of a bar in which a data break lies."""


@dataclass(frozen=True)
class PeriodBar:
    """A period's figure.

    Args:
        period: its name in the reader's language.
        series: the group that it belongs to; empty for a single series.
        value: in the chart's unit; None where there is none.
        interval: the limits of an estimate.
        broken: whether a data break lies in it.
    """

    period: str
    series: str
    value: float | None
    interval: tuple[float, float] | None = None
    broken: bool = False

    def label(self, unit: Unit, lang: str) -> str:
        """The value, an estimate with its interval."""
        value = self.value or 0.0
        if self.interval is None:
            return figure(value, unit, lang)
        return with_interval(value, *self.interval, unit, lang, bare=True)


def period_spec(bars: tuple[PeriodBar, ...], unit: Unit, lang: str) -> Spec:
    """Draw the bars, periods across in the order given, groups side by side.

    Args:
        bars: at least one; at most six groups.
        unit: of every value.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec; a period without a value bears the words for that, and one in which a
        data break lies is pale.
    """
    periods = list(dict.fromkeys(bar.period for bar in bars))
    series = list(dict.fromkeys(bar.series for bar in bars))
    values = [bar.value for bar in bars if bar.value is not None]
    axis = value_axis([0.0, *values], lang)
    missing = text("charts.missing", lang) if len(bars) <= WORDED else "\N{EN DASH}"
    rows = [
        {
            "period": bar.period,
            "series": bar.series,
            "value": bar.value,
            "foot": 0.0,
            "label": missing if bar.value is None else bar.label(unit, lang),
            "opacity": BROKEN if bar.broken else 1.0,
        }
        for bar in bars
    ]
    x: Spec = {
        "field": "period",
        "type": "ordinal",
        "sort": periods,
        "axis": {"title": None, "labelAngle": 0, "labelLimit": 110, "labelOverlap": True},
    }
    beside: Spec = {"xOffset": {"field": "series", "sort": series}} if len(series) > 1 else {}
    y: Spec = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [axis.low, axis.high], "nice": False},
        "axis": {
            "title": None,
            "values": list(axis.ticks),
            "labelExpr": pick(axis.ticks, axis.labels),
        },
    }
    colour: Spec = {
        "field": "series",
        "type": "nominal",
        "sort": series,
        "scale": {"domain": series, "range": list(palette.SERIES[: len(series)])},
        "legend": {"title": None, "orient": "top", "labelFontSize": MAIN, "labelLimit": 240}
        if len(series) > 1
        else None,
    }
    written: Spec = {
        "x": x,
        **beside,
        "y": {**y, "field": "value"},
        "text": {"field": "label"},
    }
    layers = [
        layer("bar", [row for row in rows if row["value"] is not None],
              {"x": x, **beside, "y": y, "color": colour,
               "opacity": {"field": "opacity", "type": "quantitative", "scale": None}}),
    ]  # fmt: skip
    if len(bars) <= 24:  # noqa: PLR2004 - beyond this the words above the bars would touch
        layers.append(
            layer(
                {"type": "text", "dy": -8, "fontSize": SMALL + 1, "color": palette.BODY},
                [row for row in rows if row["value"] is not None],
                written,
            )
        )
    layers.append(
        layer(
            {"type": "text", "dy": -8, "fontSize": SMALL, "color": palette.GREY_TEXT},
            [row for row in rows if row["value"] is None],
            {**written, "y": {**y, "field": "foot"}},
        )
    )
    return chart(layers, height=HEIGHT, padding={"left": 2, "top": 12, "right": 8, "bottom": 4})

"""The share that came back, with its interval, on a strip from 0 to 120%, and what it shows."""

import math
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import figure, percent, with_interval

HEIGHT: Final = 118
BELOW_WORDS: Final = 0.74
"""How high the rule at 100% may reach, so that it does not cross the words."""
LOW, HIGH = 0.0, 120.0
TICKS: Final = (0, 20, 40, 60, 80, 100, 120)
ALL: Final = 100.0
GROUNDS: Final = (palette.BAND, "#F3D9C2")
"""Up to all that went away, and beyond."""


def zone(low: float, high: float) -> str:
    """What an interval shows, as its verdict does: whether anything came back, and whether all."""
    if low > 0:
        return "more" if low > ALL else "part" if high < ALL else "part_or_all"
    return "not_all" if high < ALL else "anything"


def strip_spec(value: float, low: float, high: float, lang: str) -> Spec:
    """Draw the strip.

    Args:
        value: the share that came back, in percent.
        low: lower limit of the interval; minus infinity without bound.
        high: upper limit.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec. What lies beyond the strip is an arrow at its end.
    """
    edges = (LOW, ALL, HIGH)
    x: Spec = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [LOW, HIGH], "nice": False, "clamp": True},
        "axis": {
            "title": None,
            "values": list(TICKS),
            "labelExpr": pick(TICKS, [figure(tick, Unit.PERCENT, lang) for tick in TICKS]),
            "labelFontSize": MAIN,
            "labelOverlap": True,
            "grid": False,
        },
    }
    y: Spec = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [0, 1], "nice": False},
        "axis": None,
    }
    zones = [
        {"x": first, "x2": last, "y": 0, "y2": 1, "ground": ground}
        for first, last, ground in zip(edges, edges[1:], GROUNDS, strict=False)
    ]
    words = [{"x": (LOW + HIGH) / 2, "words": text(f"charts.strip.{zone(low, high)}", lang)}]
    span = [{"x": max(low, LOW), "x2": min(high, HIGH), "y": 0.36}]
    layers = [
        layer("rect", zones, {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"},
                              "color": {"field": "ground", "type": "nominal", "scale": None}}),
        layer({"type": "text", "baseline": "top", "dy": 6, "color": palette.BODY,
               "fontSize": {"expr": f"width < {NARROWEST:.0f} ? {SMALL} : {MAIN}"}},
              words, {"x": x, "y": {"value": 0}, "text": {"field": "words"}}),
        layer({"type": "rule", "color": palette.BODY, "strokeDash": [4, 3]},
              [{"x": 100, "y": 0, "y2": BELOW_WORDS}], {"x": x, "y": y, "y2": {"field": "y2"}}),
        layer({"type": "rule", "color": palette.INK, "strokeWidth": 5}, span,
              {"x": x, "x2": {"field": "x2"}, "y": y}),
        *_arrows(low, high, x, y),
    ]  # fmt: skip
    if LOW <= value <= HIGH:
        point = [{"x": value, "y": 0.36, "label": _label(value, low, high, lang)}]
        places = {"x": x, "y": y}
        layers += [
            layer({"type": "point", "filled": True, "size": 260, "opacity": 1,
                   "color": palette.INK, "stroke": palette.WHITE, "strokeWidth": 2},
                  point, places),
            layer({"type": "text", "dy": -18, "fontSize": MAIN + 2, "fontWeight": "bold",
                   "color": palette.INK}, point, {**places, "text": {"field": "label"}}),
        ]  # fmt: skip
    return chart(layers, height=HEIGHT, padding={"left": 24, "top": 4, "right": 30, "bottom": 4})


def _label(value: float, low: float, high: float, lang: str) -> str:
    """The value with its interval, where that is bounded."""
    if math.isfinite(high - low):
        return with_interval(value, low, high, Unit.PERCENT, lang)
    return text("common.estimate.shown", lang, value=percent(value, lang, decimals=0),
                low=limit(low, lang), high=limit(high, lang))  # fmt: skip


def _arrows(low: float, high: float, x: Spec, y: Spec) -> list[Spec]:
    """Arrows where the interval goes on beyond the strip."""
    ends = [(LOW, -90, low < LOW), (HIGH, 90, high > HIGH)]
    return [
        layer({"type": "point", "shape": "triangle", "angle": angle, "filled": True,
               "opacity": 1, "size": 240, "color": palette.INK},
              [{"x": at, "y": 0.36}], {"x": x, "y": y})
        for at, angle, beyond in ends
        if beyond
    ]  # fmt: skip


def limit(value: float, lang: str) -> str:
    """A limit as people write it; one that there is not, in words."""
    if not math.isfinite(value):
        return text("charts.strip.none", lang)
    return percent(value, lang, decimals=0)


def strip_table(value: float, low: float, high: float, lang: str) -> ChartTable:
    """Give the strip as a table of one row."""
    head = tuple(text(f"charts.strip.{key}", lang) for key in ("share", "low", "high"))
    row = (limit(value, lang), limit(low, lang), limit(high, lang))
    return ChartTable(head, (row,), (None, None, None))


def strip_sentence(value: float, low: float, high: float, lang: str) -> str:
    """Tell the strip in words."""
    return text(
        "charts.strip.alt",
        lang,
        value=limit(value, lang),
        low=limit(low, lang),
        high=limit(high, lang),
        words=text(f"charts.strip.{zone(low, high)}", lang),
    )

"""Effects with their intervals for each possible destination of demand, as a forest plot."""

from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import value_axis
from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import MAIN, Spec, chart, layer, pick
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import departure, unit_label

ROW: Final = 38
"""Pixels for each place: room for a name on two lines."""

NARROW_LINE: Final = 20
"""Signs on a line of a name where the screen is narrow."""


@dataclass(frozen=True)
class PlaceEffect:
    """The effect in one possible destination of demand.

    Args:
        name: in the reader's language.
        value: change per month.
        low: lower limit.
        high: upper limit.
        shown: whether the limits leave out zero.
    """

    name: str
    value: float
    low: float
    high: float
    shown: bool


def forest_spec(places: tuple[PlaceEffect, ...], unit: Unit, lang: str) -> Spec:
    """Draw the places from top to bottom, in the order given.

    Args:
        places: at least one; names differ.
        unit: of every value.
        lang: ``nl`` or ``en``.
    """
    axis = value_axis([0.0, *(end for place in places for end in (place.low, place.high))], lang)
    order = [place.name for place in places]
    folded = [wrap(place.name, NARROW_LINE) for place in places]
    y: Spec = {
        "field": "name",
        "type": "nominal",
        "sort": order,
        "scale": {"domain": order},
        "axis": {
            "title": None,
            "domain": False,
            "ticks": False,
            "labelColor": palette.BODY,
            "labelExpr": f"width < {NARROWEST:.0f} ? {pick(order, folded)} : datum.value",
            "labelLimit": {"expr": f"width < {NARROWEST:.0f} ? 150 : 320"},
        },
    }
    x: Spec = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [axis.low, axis.high], "nice": False, "zero": False},
        "axis": {
            "title": text("charts.reach.axis", lang, unit=unit_label(unit, lang)),
            "titleFontWeight": "normal",
            "values": list(axis.ticks),
            "labelExpr": pick(axis.ticks, axis.labels),
            "labelOverlap": True,
        },
    }
    rows = [
        {
            "name": place.name,
            "value": place.value,
            "low": place.low,
            "high": place.high,
            "said": text(f"charts.reach.{'shown' if place.shown else 'not_shown'}", lang),
            "label": departure(place.value, unit, lang),
        }
        for place in places
    ]
    legend = [text(f"charts.reach.{key}", lang) for key in ("shown", "not_shown")]
    colour: Spec = {
        "field": "said",
        "type": "nominal",
        "scale": {"domain": legend, "range": [palette.SECOND, palette.GREY_TEXT]},
        "legend": {
            "title": None,
            "orient": "top",
            "labelFontSize": MAIN,
            "columns": {"expr": f"width < {NARROWEST:.0f} ? 1 : 2"},
        },
    }
    tooltip = [
        {"field": "name", "title": text("charts.reach.place", lang)},
        {"field": "label", "title": text("charts.mirrored.departure", lang)},
    ]
    layers = [
        layer({"type": "rule", "color": palette.BODY, "strokeWidth": 1.5}, [{"value": 0}],
              {"x": x}),
        layer({"type": "rule", "strokeWidth": 3}, rows,
              {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour}),
        layer({"type": "point", "filled": True, "opacity": 1, "size": 110}, rows,
              {"y": y, "x": x, "color": colour, "tooltip": tooltip}),
    ]  # fmt: skip
    padding = {"left": 2, "top": 6, "right": 12, "bottom": 4}
    return chart(layers, height=ROW * len(places), padding=padding)


def forest_sentence(places: tuple[PlaceEffect, ...], unit: Unit, lang: str) -> str:
    """Tell the places in words: where something was shown, and how much."""
    effects = [
        f"{place.name} {departure(place.value, unit, lang)} {unit_label(unit, lang)}"
        for place in places
        if place.shown
    ]
    if not effects:
        return text("charts.reach.alt_none", lang, count=len(places))
    return text("charts.reach.alt", lang, count=len(places), places="; ".join(effects))

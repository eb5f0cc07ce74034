"""What designs of a pilot can show: for each of them a dot for every claim, on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import MAIN, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import percent

ROW: Final = 54
TICKS: Final = (0, 20, 40, 60, 80, 100)
CLAIMS: Final = {"waterbed": palette.SECOND, "net": palette.INK}
"""The claims and the colours of their dots."""


@dataclass(frozen=True)
class DesignChances:
    """The chances of one design.

    Args:
        name: its letter.
        words: what it is.
        cost: what it takes, in words.
        waterbed: chance to show a waterbed, in percent.
        net: chance to show a net reduction, in percent.
    """

    name: str
    words: str
    cost: str
    waterbed: float
    net: float


def designs_spec(designs: Sequence[DesignChances], lang: str) -> Spec:
    """Draw the chances of at least one design."""
    names = [one.name for one in designs]
    y: Spec = {
        "field": "name",
        "type": "nominal",
        "sort": names,
        "axis": None,
    }
    x: Spec = {
        "field": "chance",
        "type": "quantitative",
        "scale": {"domain": [0, 100], "nice": False},
        "axis": {
            "title": text("charts.chances.chance", lang),
            "titleFontWeight": "normal",
            "grid": False,
            "values": list(TICKS),
            "labelExpr": pick(TICKS, [percent(tick, lang) for tick in TICKS]),
        },
    }
    legend = [text(f"charts.chances.{key}", lang) for key in CLAIMS]
    colour: Spec = {
        "field": "claim",
        "type": "nominal",
        "scale": {"domain": legend, "range": list(CLAIMS.values())},
        "legend": {
            "title": None,
            "orient": "top",
            "labelFontSize": MAIN,
            "labelLimit": 320,
            "columns": {"expr": f"width < {NARROWEST:.0f} ? 1 : 2"},
        },
    }
    rows = [
        {
            "name": one.name,
            "chance": getattr(one, key),
            "claim": claim,
            "label": percent(getattr(one, key), lang, decimals=0),
            "words": one.words,
        }
        for one in designs
        for key, claim in zip(CLAIMS, legend, strict=True)
    ]
    spans = [
        {"name": one.name, "low": min(one.waterbed, one.net), "high": max(one.waterbed, one.net)}
        for one in designs
    ]
    heads = [{"name": one.name, "label": f"{one.name}: {one.words}"} for one in designs]
    enough = [{"chance": 100 * PLAN_POWER.value, "label": text("charts.chances.enough", lang)}]
    tooltip = [
        {"field": "words", "title": text("charts.chances.design", lang)},
        {"field": "claim", "title": text("charts.mirrored.what", lang)},
        {"field": "label", "title": text("charts.chances.chance", lang)},
    ]
    layers = [
        layer({"type": "rule", "color": palette.GREY_TEXT, "strokeDash": [4, 3]}, enough, {"x": x}),
        layer({"type": "text", "align": "right", "baseline": "bottom", "dx": -6, "dy": -4,
               "y": 0, "fontSize": MAIN, "color": palette.GREY_TEXT},
              enough, {"x": x, "text": {"field": "label"}}),
        layer({"type": "text", "align": "left", "dy": -17, "fontSize": MAIN, "color": palette.BODY},
              heads, {"y": y, "x": {"value": 0}, "text": {"field": "label"}}),
        layer({"type": "rule", "color": palette.OTHERS, "strokeWidth": 2}, spans,
              {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}),
        layer({"type": "point", "filled": True, "opacity": 1, "size": 130}, rows,
              {"x": x, "y": y, "color": colour, "tooltip": tooltip}),
    ]  # fmt: skip
    return chart(
        layers,
        height=ROW * len(designs),
        padding={"left": 2, "top": 6, "right": 12, "bottom": 4},
    )


def designs_table(designs: Sequence[DesignChances], lang: str) -> ChartTable:
    """Give the designs with their costs and chances as a table."""
    keys = ("name", "design", "cost", *(f"{claim}_share" for claim in CLAIMS))
    head = tuple(text(f"charts.chances.{key}", lang) for key in keys)
    rows = tuple((one.name, one.words, one.cost, one.waterbed, one.net) for one in designs)

    def write(value: float) -> str:
        return percent(value, lang, decimals=0)

    return ChartTable(head, rows, (str, str, str, write, write))


def designs_sentence(designs: Sequence[DesignChances], lang: str) -> str:
    """Tell the chances in words."""
    return " ".join(
        text(
            "charts.chances.alt",
            lang,
            name=one.name,
            words=one.words,
            waterbed=percent(one.waterbed, lang, decimals=0),
            net=percent(one.net, lang, decimals=0),
        )
        for one in designs
    )

"""The power of a pilot by how long it lasts: a line for each effect to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import MAIN, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import number, percent

HEIGHT: Final = 240
TICKS: Final = (0, 20, 40, 60, 80, 100)
LINES: Final = {"waterbed": palette.SECOND, "net": palette.INK}
"""The questions and the colours of their lines."""


@dataclass(frozen=True)
class PilotPower:
    """The chances of a pilot that lasts so many months.

    Args:
        months: after the start.
        waterbed: chance to show a waterbed, in percent.
        net: chance to show a net reduction, in percent.
    """

    months: int
    waterbed: float
    net: float


def power_spec(lengths: Sequence[PilotPower], lang: str) -> Spec:
    """Draw the chances.

    Args:
        lengths: at least one, the shortest first.
        lang: ``nl`` or ``en``.
    """
    months = [length.months for length in lengths]
    x: Spec = {
        "field": "months",
        "type": "quantitative",
        "scale": {"domain": [min(months) - 1, max(months) + 1], "nice": False, "zero": False},
        "axis": {
            "title": text("charts.chances.months", lang),
            "titleFontWeight": "normal",
            "values": months,
            "labelExpr": pick(months, [number(duration, lang) for duration in months]),
            "grid": False,
        },
    }
    y: Spec = {
        "field": "chance",
        "type": "quantitative",
        "scale": {"domain": [0, 100], "nice": False},
        "axis": {
            "title": None,
            "values": list(TICKS),
            "labelExpr": pick(TICKS, [percent(tick, lang) for tick in TICKS]),
        },
    }
    legend = [text(f"charts.chances.{key}", lang) for key in LINES]
    colour: Spec = {
        "field": "question",
        "type": "nominal",
        "scale": {"domain": legend, "range": list(LINES.values())},
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
            "months": length.months,
            "chance": getattr(length, key),
            "question": name,
            "label": percent(getattr(length, key), lang, decimals=0),
        }
        for length in lengths
        for key, name in zip(LINES, legend, strict=True)
    ]
    tooltip = [
        {"field": "months", "title": text("charts.chances.months", lang)},
        {"field": "question", "title": text("charts.mirrored.what", lang)},
        {"field": "label", "title": text("charts.chances.chance", lang)},
    ]
    enough = [{"chance": 100 * PLAN_POWER.value, "months": max(months) + 1,
               "name": text("charts.chances.enough", lang)}]  # fmt: skip
    places = {"x": x, "y": y, "color": colour}
    layers = [
        layer({"type": "rule", "color": palette.GREY_TEXT, "strokeDash": [4, 3]}, enough,
              {"y": y}),
        layer({"type": "text", "align": "right", "baseline": "top", "dy": 5, "fontSize": MAIN,
               "color": palette.GREY_TEXT}, enough, {"x": x, "y": y, "text": {"field": "name"}}),
        layer({"type": "line", "strokeWidth": 3}, rows, places),
        layer({"type": "point", "filled": True, "opacity": 1, "size": 90}, rows,
              {**places, "tooltip": tooltip}),
    ]  # fmt: skip
    return chart(layers, height=HEIGHT, padding={"left": 2, "top": 6, "right": 12, "bottom": 4})


def power_table(lengths: Sequence[PilotPower], lang: str) -> ChartTable:
    """Give the chances as a table."""
    head = tuple(text(f"charts.chances.{key}", lang) for key in ("months", *LINES))
    rows = tuple((length.months, length.waterbed, length.net) for length in lengths)

    def write(value: float) -> str:
        return percent(value, lang, decimals=0)

    return ChartTable(head, rows, (lambda value: number(value, lang), write, write))


def power_sentence(lengths: Sequence[PilotPower], lang: str) -> str:
    """Tell the chances in words: of the shortest and of the longest pilot."""
    first, last = lengths[0], lengths[-1]
    return text(
        "charts.chances.alt",
        lang,
        first=first.months,
        last=last.months,
        first_waterbed=percent(first.waterbed, lang, decimals=0),
        last_waterbed=percent(last.waterbed, lang, decimals=0),
        first_net=percent(first.net, lang, decimals=0),
        last_net=percent(last.net, lang, decimals=0),
    )

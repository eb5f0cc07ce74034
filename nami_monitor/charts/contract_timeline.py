"""Contracts in time: how long each runs, when to prepare, and when it can be left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index
from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick
from nami_monitor.charts.trend import trend_spec
from nami_monitor.charts.trend_data import Trend
from nami_monitor.core.periods import last_day
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import day as written
from nami_monitor.i18n.formats import month as month_name

MOST: Final = 25
"""Contracts that are drawn at most."""

ROW: Final = 40
BAR: Final = 12
COLOURS: Final = {
    "running": "#C9DDEE",
    "preparation": "#F2B179",
    "notice": palette.SECOND,
}
PARTS: Final = tuple(COLOURS)
SHAPES: Final = {"option": "diamond", "end": "M-0.25,-2L0.25,-2L0.25,2L-0.25,2Z"}


@dataclass(frozen=True)
class ContractLane:
    """One contract.

    Args:
        name: what stands above its bar.
        start: its first day; None where it is not known.
        end: its last day; None for none, or none known.
        options: days of options.
        preparation: from when to prepare for the soonest moment until its notice, if there is one.
        notice: from then until that moment.
    """

    name: str
    start: date | None
    end: date | None
    options: tuple[date, ...] = ()
    preparation: tuple[date, date] | None = None
    notice: tuple[date, date] | None = None

    @property
    def dated(self) -> bool:
        """Whether any of its days is known."""
        return bool(self.start or self.end or self.options)


def timeline_spec(
    lanes: Sequence[ContractLane], window: tuple[date, date], month: date, lang: str
) -> Spec:
    """Draw contracts from top to bottom in the order given, months across.

    Args:
        lanes: at least one; at most ``MOST`` are legible.
        window: first and last month that are shown; what lies beyond is cut off.
        month: where the rule stands.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec; names stand above the bars, so that a phone has room for them.
    """
    low, high = float(month_index(window[0])), float(month_index(window[1]) + 1)
    years = [year for year in range(window[0].year, window[1].year + 1) if low <= year * 12]
    at = [year * 12 for year in years]
    full = pick(at, [str(year) for year in years])
    sparse = pick(at, [str(year) if year % 2 == 0 else "" for year in years])
    x: Spec = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {
            "values": at,
            "labelExpr": f"width < {NARROWEST:.0f} ? {sparse} : {full}",
            "labelOverlap": False,
            "title": None,
            "orient": "bottom",
        },
    }
    y: Spec = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [len(lanes) * ROW, -ROW / 2], "nice": False},
        "axis": None,
    }
    bars = [bar for row, lane in enumerate(lanes) for bar in _bars(lane, row, low, high, lang)]
    points = [point for row, lane in enumerate(lanes) for point in _points(lane, row, lang)]
    names = [
        {"x": low, "y": row * ROW + 13, "name": _said(lane, lang)} for row, lane in enumerate(lanes)
    ]
    tooltip = [
        {"field": "name", "title": text("charts.contracts.contract", lang)},
        {"field": "part", "title": text("charts.contracts.part", lang)},
        {"field": "when", "title": text("charts.contracts.when", lang)},
    ]
    month_rule = [{"x": _place(month), "y": -ROW / 2, "name": month_name(month, lang)}]
    named: Spec = {"x": x, "y": y, "text": {"field": "name"}}
    written_above: Spec = {
        "type": "text", "align": "left", "dx": 2, "baseline": "middle",
        "fontSize": MAIN, "fill": palette.BODY, "limit": {"expr": "width - 4"},
    }  # fmt: skip
    layers = [
        layer(
            {"type": "rect", "stroke": palette.BORDER, "strokeWidth": 0.5},
            bars,
            {
                "x": x,
                "x2": {"field": "x2"},
                "y": y,
                "y2": {"field": "y2"},
                "color": _colour([bar["part"] for bar in bars], lang),
                "tooltip": tooltip,
            },
        ),
        layer(
            {"type": "rule", "stroke": palette.BODY, "strokeWidth": 1.5, "strokeDash": [4, 3]},
            month_rule,
            {"x": x},
        ),
        layer(
            {
                "type": "text", "align": "left", "dx": 4, "baseline": "top",
                "fontSize": SMALL + 1, "fontWeight": "bold", "fill": palette.BODY,
            },
            month_rule,
            {"x": x, "y": y, "text": {"field": "name"}},
        ),
        layer({**written_above, "stroke": palette.WHITE, "strokeWidth": 4}, names, named),
        layer(written_above, names, named),
    ]  # fmt: skip
    visible = [point for point in points if low <= point["x"] <= high]
    if visible:
        shape = _shape([point["part"] for point in visible], lang)
        mark = {"type": "point", "filled": True, "fill": palette.INK, "opacity": 1, "size": 130}
        layers.append(layer(mark, visible, {"x": x, "y": y, "shape": shape, "tooltip": tooltip}))
    padding = {"left": 4, "top": 4, "right": 12, "bottom": 4}
    return chart(layers, height=len(lanes) * ROW + ROW / 2, padding=padding)


def timeline_sentence(lanes: Sequence[ContractLane], month: date, lang: str) -> str:
    """Tell the timeline in words: how many contracts, and what ends first."""
    ends = sorted((lane.end, lane.name) for lane in lanes if lane.end and lane.end >= month)
    sentence = text("charts.contracts.alt", lang, n=len(lanes), month=month_name(month, lang))
    if ends:
        day, name = ends[0]
        first = text("charts.contracts.alt_first", lang, name=name, day=written(day, lang))
        sentence = f"{sentence} {first}"
    return sentence


def value_spec(trend: Trend, lang: str) -> Spec:
    """Draw values under contract as a trend whose title says that they are no sums of a month."""
    spec = trend_spec(trend, lang)
    spec["title"]["text"] = text("charts.contracts.whole_term", lang)
    return spec


def _said(lane: ContractLane, lang: str) -> str:
    """The name above a bar; where there is no bar, why."""
    return lane.name if lane.dated else text("charts.contracts.undated", lang, name=lane.name)


def _place(day: date) -> float:
    """A day on the axis: its month number, and how far the month is."""
    return month_index(day) + (day.day - 1) / last_day(day.replace(day=1)).day


def _bars(lane: ContractLane, row: int, low: float, high: float, lang: str) -> list[dict[str, Any]]:
    """The pieces of one bar, cut off at the window."""
    spans: dict[str, tuple[date | None, date | None] | None] = {
        "running": (lane.start, lane.end) if lane.dated else None,
        "preparation": lane.preparation,
        "notice": lane.notice,
    }
    bars = []
    top = row * ROW + 22
    for part, span in spans.items():
        if span is None:
            continue
        start = max(low, _place(span[0])) if span[0] else low
        end = min(high, _place(span[1])) if span[1] else high
        if start < end:
            bars.append(
                {
                    "x": start,
                    "x2": end,
                    "y": top,
                    "y2": top + BAR,
                    "name": lane.name,
                    "part": text(f"charts.contracts.{part}", lang),
                    "when": _span(span, lang),
                }
            )
    return bars


def _points(lane: ContractLane, row: int, lang: str) -> list[dict[str, Any]]:
    days = [("option", day) for day in lane.options] + ([("end", lane.end)] if lane.end else [])
    return [
        {
            "x": _place(day),
            "y": row * ROW + 22 + BAR / 2,
            "name": lane.name,
            "part": text(f"charts.contracts.{kind}", lang),
            "when": written(day, lang),
        }
        for kind, day in days
    ]


def _span(span: tuple[date | None, date | None], lang: str) -> str:
    start, end = (written(day, lang) if day else "…" for day in span)
    return f"{start} \N{EN DASH} {end}"


def _colour(used: Sequence[str], lang: str) -> Spec:
    names = {part: text(f"charts.contracts.{part}", lang) for part in PARTS}
    drawn = [part for part in PARTS if names[part] in used]
    return {
        "field": "part",
        "type": "nominal",
        "scale": {
            "domain": [names[part] for part in drawn],
            "range": [COLOURS[part] for part in drawn],
        },
        "legend": _legend(),
    }


def _shape(used: Sequence[str], lang: str) -> Spec:
    names = {kind: text(f"charts.contracts.{kind}", lang) for kind in SHAPES}
    drawn = [kind for kind in SHAPES if names[kind] in used]
    return {
        "field": "part",
        "type": "nominal",
        "scale": {
            "domain": [names[kind] for kind in drawn],
            "range": [SHAPES[kind] for kind in drawn],
        },
        "legend": {**_legend(), "symbolFillColor": palette.INK},
    }


def _legend() -> Spec:
    return {
        "title": None,
        "orient": "top",
        "columns": {"expr": f"width < {NARROWEST:.0f} ? 1 : 5"},
        "labelFontSize": MAIN,
        "labelLimit": 300,
        "labelColor": palette.BODY,
    }

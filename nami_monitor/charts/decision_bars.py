"""Decisions on requests by month, as stacked bars with what was not bought at the bottom."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index, month_scale, value_axis
from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.periods import month_range
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import month, number

HEIGHT: Final = 320
COLOURS: Final = {
    "from_stock": palette.INK,
    "shared": "#47719F",
    "repaired": palette.LINK,
    "rethought": palette.PARTIAL,
    "withdrawn": "#C9DDEE",
    "refurbished": "#6E3700",
    "bought": palette.OTHERS,
    "blocked": palette.SECOND,
}
"""Blue is what was not bought, brown what was bought refurbished, grey what was bought new."""

Counts = Mapping[tuple[date, str], int]


def decisions_spec(counts: Counts, order: Sequence[str], lang: str) -> Spec:
    """Draw the bars, months across.

    Args:
        counts: requests by month and decision; at least one.
        order: the decisions, from the foot of a bar up.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec; decisions that nobody took are left out of the legend.
    """
    months = _months(counts)
    names = {code: name(code, lang) for code in order if any(d == code for _, d in counts)}
    totals = [
        sum(n for (day, _), n in counts.items() if day == month_counted) for month_counted in months
    ]
    axis = value_axis([0.0, *map(float, totals)], lang)
    rows = [row for day in months for row in _stack(counts, names, day, lang)]
    x: Spec = {"field": "x", **month_scale(months[0], months[-1], lang)}
    y: Spec = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [0, axis.high], "nice": False},
        "axis": {
            "title": None,
            "values": list(axis.ticks),
            "labelExpr": pick(axis.ticks, axis.labels),
        },
    }
    colour: Spec = {
        "field": "decision",
        "type": "nominal",
        "sort": list(names.values()),
        "scale": {"domain": list(names.values()), "range": [COLOURS[code] for code in names]},
        "legend": {
            "title": None,
            "orient": "top",
            "columns": {"expr": f"width < {NARROWEST:.0f} ? 2 : 4"},
            "labelFontSize": MAIN,
            "symbolType": "square",
            "symbolStrokeColor": palette.BORDER,
        },
    }
    tooltip = [
        {"field": "month", "title": text("charts.month", lang)},
        {"field": "decision", "title": text("charts.decisions.decision", lang)},
        {"field": "shown", "title": text("charts.decisions.requests", lang)},
    ]
    bars = layer(
        {"type": "rect", "stroke": palette.WHITE, "strokeWidth": 1},
        rows,
        {
            "x": x,
            "x2": {"field": "x2"},
            "y": y,
            "y2": {"field": "y2"},
            "color": colour,
            "tooltip": tooltip,
        },
    )
    spec = chart([bars], height=HEIGHT, padding={"left": 2, "top": 4, "right": 8, "bottom": 4})
    spec["config"]["legend"] = {"labelColor": palette.BODY, "symbolSize": 10 * SMALL}
    return spec


def _stack(
    counts: Counts, names: Mapping[str, str], day: date, lang: str
) -> Iterator[dict[str, object]]:
    """The pieces of one bar, from its foot up."""
    foot = 0
    for code, named in names.items():
        n = counts.get((day, code), 0)
        if n:
            yield {
                "x": month_index(day) - 0.4,
                "x2": month_index(day) + 0.4,
                "y": foot,
                "y2": foot + n,
                "month": month(day, lang),
                "decision": named,
                "shown": number(n, lang),
            }
        foot += n


def decisions_table(counts: Counts, order: Sequence[str], lang: str) -> ChartTable:
    """Give the bars as a table: a row for each month, the latest first, a column per decision."""
    used = [code for code in order if any(d == code for _, d in counts)]
    head = (text("charts.month", lang), *(name(code, lang) for code in used))
    rows = tuple(
        (day, *(counts.get((day, code), 0) for code in used)) for day in reversed(_months(counts))
    )
    return ChartTable(
        head, rows, (lambda day: month(day, lang), *((lambda n: number(n, lang),) * len(used)))
    )


def decisions_sentence(counts: Counts, order: Sequence[str], lang: str) -> str:
    """Tell the bars in words: their months, and how many of each decision."""
    months = _months(counts)
    counts_said = []
    for code in order:
        n = sum(count for (_, decision), count in counts.items() if decision == code)
        if n:
            counts_said.append(f"{name(code, lang)} {number(n, lang)}")
    return text(
        "charts.decisions.alt",
        lang,
        start=month(months[0], lang),
        end=month(months[-1], lang),
        told=", ".join(counts_said),
    )


def name(code: str, lang: str) -> str:
    """A decision in words."""
    return text(f"allowed.{code}.name", lang)


def _months(counts: Counts) -> list[date]:
    """Every month from the first to the last with requests, quiet ones included."""
    days = [day for day, _ in counts]
    return month_range(min(days), max(days))

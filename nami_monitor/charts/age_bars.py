"""How old assets are: bars by band of years, stacked by condition."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import value_axis
from nami_monitor.charts.spec import MAIN, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import number

HEIGHT: Final = 300
COLOURS: Final = {
    "new": palette.LINK,
    "refurbished": palette.SECOND,
    "reused": palette.INK,
    None: palette.OTHERS,
}
"""By condition, in the order in which they are stacked."""

Counts = Mapping[tuple[int, str | None], int]


def ages_spec(
    counts: Counts, bands: Sequence[int], names: Mapping[str | None, str], lang: str
) -> Spec:
    """Draw the bars.

    Args:
        counts: assets by the first year of their band and by condition; at least one.
        bands: the first years of all bands, ascending.
        names: the conditions in words.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec; bands above the oldest asset are left out.
    """
    used = [band for band in bands if band <= max(band for band, _ in counts)]
    labels = [band_name(band, bands, lang) for band in used]
    conditions = [condition for condition in COLOURS if any(c == condition for _, c in counts)]
    totals = [sum(n for (b, _), n in counts.items() if b == band) for band in used]
    axis = value_axis([0.0, *map(float, totals)], lang)
    rows = [
        row
        for band, label in zip(used, labels, strict=True)
        for row in _stack(counts, band, label, conditions, names, lang)
    ]
    encoding: Spec = {
        "x": {
            "field": "band",
            "type": "nominal",
            "sort": labels,
            "axis": {
                "title": text("charts.ages.age", lang),
                "titleFontSize": MAIN,
                "labelAngle": 0,
            },
            "scale": {"domain": labels},
        },
        "y": {
            "field": "foot",
            "type": "quantitative",
            "scale": {"domain": [0, axis.high], "nice": False},
            "axis": {
                "title": None,
                "values": list(axis.ticks),
                "labelExpr": pick(axis.ticks, axis.labels),
            },
        },
        "y2": {"field": "top"},
        "color": {
            "field": "condition",
            "type": "nominal",
            "scale": {
                "domain": [names[condition] for condition in conditions],
                "range": [COLOURS[condition] for condition in conditions],
            },
            "legend": {
                "title": None,
                "orient": "top",
                "labelFontSize": MAIN,
                "symbolType": "square",
            },
        },
        "tooltip": [
            {"field": "band", "title": text("charts.ages.age", lang)},
            {"field": "condition", "title": text("charts.ages.condition", lang)},
            {"field": "shown", "title": text("charts.ages.assets", lang)},
        ],
    }
    bars = layer({"type": "bar", "stroke": palette.WHITE, "strokeWidth": 1}, rows, encoding)
    spec = chart([bars], height=HEIGHT, padding={"left": 2, "top": 4, "right": 8, "bottom": 4})
    spec["config"]["legend"] = {"labelColor": palette.BODY}
    return spec


def _stack(
    counts: Counts,
    band: int,
    label: str,
    conditions: Sequence[str | None],
    names: Mapping[str | None, str],
    lang: str,
) -> Iterator[dict[str, object]]:
    foot = 0
    for condition in conditions:
        n = counts.get((band, condition), 0)
        yield {
            "band": label,
            "condition": names[condition],
            "foot": foot,
            "top": foot + n,
            "shown": number(n, lang),
        }
        foot += n


def band_name(band: int, bands: Sequence[int], lang: str) -> str:
    """A band in words: "3", "6-7", "15+"."""
    later = [first for first in bands if first > band]
    if not later:
        return text("charts.ages.open", lang, first=band)
    last = later[0] - 1
    return str(band) if last == band else text("charts.ages.span", lang, first=band, last=last)


def ages_table(
    counts: Counts, bands: Sequence[int], names: Mapping[str | None, str], lang: str
) -> ChartTable:
    """Give the bars as a table, a row per band."""
    conditions = [condition for condition in COLOURS if any(c == condition for _, c in counts)]
    used = [band for band in bands if band <= max(band for band, _ in counts)]

    def plain(value: float) -> str:
        return number(value, lang)

    rows = tuple(
        (band_name(band, bands, lang), *(counts.get((band, c), 0) for c in conditions))
        for band in used
    )
    head = (text("charts.ages.age", lang), *(names[condition] for condition in conditions))
    return ChartTable(head, rows, (None, *((plain,) * len(conditions))))


def ages_sentence(counts: Counts, bands: Sequence[int], lang: str) -> str:
    """Tell the bars in words: how many assets, and the band that holds most."""
    totals = {band: sum(n for (b, _), n in counts.items() if b == band) for band, _ in counts}
    most = max(totals, key=lambda band: (totals[band], -band))
    return text(
        "charts.ages.alt",
        lang,
        n=number(sum(totals.values()), lang),
        band=band_name(most, bands, lang),
        most=number(totals[most], lang),
    )

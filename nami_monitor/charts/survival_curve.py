"""How long assets last: the share still in use by age, with its interval and the warranty's end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import value_axis
from nami_monitor.charts.spec import MAIN, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import number, percent

HEIGHT: Final = 340
SHARES: Final = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class SurvivalStep:
    """The curve after one age.

    Args:
        years: the age.
        at_risk: how many assets were watched at it.
        retired: how many of them were retired at it.
        share: percent (0 to 100) still in use after it.
        low: lower limit of that percentage.
        high: upper limit.
    """

    years: float
    at_risk: int
    retired: int
    share: float
    low: float
    high: float


def survival_spec(steps: Sequence[SurvivalStep], warranty: float | None, lang: str) -> Spec:
    """Draw the curve as steps, with its interval as a band.

    Args:
        steps: by age, at least one.
        warranty: the age in years at which the warranty ends, if it is known.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec.
    """
    start = SurvivalStep(0, steps[0].at_risk, 0, 100, 100, 100)
    rows = [vars(step) | {"said": _said(step, lang)} for step in (start, *steps)]
    across = value_axis([0.0, steps[-1].years, warranty or 0.0], lang)
    x: Spec = {
        "field": "years",
        "type": "quantitative",
        "scale": {"domain": [0, across.high], "nice": False},
        "axis": {
            "title": text("charts.survival.age", lang),
            "titleFontSize": MAIN,
            "values": list(across.ticks),
            "labelExpr": pick(across.ticks, across.labels),
            "grid": False,
        },
    }
    y: Spec = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 100], "nice": False},
        "axis": {
            "title": None,
            "values": list(SHARES),
            "labelExpr": pick(SHARES, [percent(share, lang) for share in SHARES]),
        },
    }
    tooltip = [{"field": "said", "title": text("charts.survival.in_use", lang)}]
    band = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
    line = {"x": x, "y": y, "tooltip": tooltip}
    layers = [
        layer(
            {
                "type": "area",
                "interpolate": "step-after",
                "color": palette.PARTIAL,
                "opacity": 0.45,
            },
            rows,
            band,
        ),
        layer(
            {
                "type": "line",
                "interpolate": "step-after",
                "color": palette.INK,
                "strokeWidth": 2.5,
            },
            rows,
            line,
        ),
        *([] if warranty is None else _warranty(warranty, x, lang)),
    ]
    return chart(layers, height=HEIGHT, padding={"left": 2, "top": 6, "right": 12, "bottom": 4})


def _warranty(years: float, x: Spec, lang: str) -> list[Spec]:
    row = [{"years": years, "label": text("charts.survival.warranty", lang)}]
    return [
        layer(
            {"type": "rule", "color": palette.SECOND, "strokeWidth": 1.5, "strokeDash": [6, 3]},
            row,
            {"x": x},
        ),
        layer(
            {
                "type": "text",
                "align": "right",
                "dx": -6,
                "baseline": "bottom",
                "fontSize": MAIN,
                "color": palette.SECOND,
            },
            row,
            {"x": x, "y": {"value": HEIGHT - 8}, "text": {"field": "label"}},
        ),
    ]


def _said(step: SurvivalStep, lang: str) -> str:
    return text(
        "charts.survival.said",
        lang,
        share=percent(step.share, lang),
        low=percent(step.low, lang),
        high=percent(step.high, lang),
        years=number(step.years, lang, significant=3),
    )


def survival_table(steps: Sequence[SurvivalStep], lang: str) -> ChartTable:
    """Give the curve as a table, with how many assets were watched at each age."""
    keys = ("years", "at_risk", "retired", "in_use", "low", "high")
    head = tuple(text(f"charts.survival.{key}", lang) for key in keys)

    def share(value: float) -> str:
        return percent(value, lang)

    def plain(value: float) -> str:
        return number(value, lang, significant=3)

    rows = tuple((s.years, s.at_risk, s.retired, s.share, s.low, s.high) for s in steps)
    return ChartTable(head, rows, (plain, plain, plain, share, share, share))


def survival_sentence(steps: Sequence[SurvivalStep], warranty: float | None, lang: str) -> str:
    """Tell the curve in words."""
    last = steps[-1]
    sentence = text(
        "charts.survival.alt",
        lang,
        years=number(last.years, lang, significant=3),
        share=percent(last.share, lang),
    )
    if warranty is None:
        return sentence
    warranty_sentence = text(
        "charts.survival.alt_warranty", lang, years=number(warranty, lang, significant=3)
    )
    return f"{sentence} {warranty_sentence}"

"""What contributed to a change: a bar each from a common zero, the largest first."""

from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import value_axis
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick

ROW: Final = 30
NAME_PX: Final = 170
LABEL_PX: Final = 92  # at the right edge, where the amounts stand below each other

COLOURS: Final = {
    "better": palette.INK,
    "worse": palette.SECOND,
    "up": palette.LINK,
    "down": palette.GREY_TEXT,
    "none": palette.BORDER,
}
"""Blue is better and orange worse; where neither is, the way it went."""


@dataclass(frozen=True)
class ContributionBar:
    """One contribution.

    Args:
        name: of the group, in the reader's language.
        amount: what it contributed, in the chart's unit.
        effect: a key of ``COLOURS``.
        label: the amount as people write it.
    """

    name: str
    amount: float
    effect: str
    label: str


def contributions_spec(
    bars: tuple[ContributionBar, ...], effects: dict[str, str], lang: str
) -> Spec:
    """Draw contributions, from top to bottom in the order given.

    Args:
        bars: at least one; each name once.
        effects: the words for the effects, for the legend.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec; each bar bears its amount in words, and the legend says what colours mean.
    """
    names = [bar.name for bar in bars]
    effects_drawn = [effect for effect in COLOURS if any(bar.effect == effect for bar in bars)]
    axis = value_axis([0.0, *(bar.amount for bar in bars)], lang)
    rows = [
        {"name": bar.name, "amount": bar.amount, "effect": effects[bar.effect], "label": bar.label}
        for bar in bars
    ]
    y: Spec = {
        "field": "name",
        "type": "nominal",
        "sort": names,
        "axis": {
            "title": None,
            "domain": False,
            "ticks": False,
            "labelLimit": {"expr": f"width < 320 ? 110 : {NAME_PX}"},
            "labelColor": palette.BODY,
        },
    }
    x: Spec = {
        "field": "amount",
        "type": "quantitative",
        "scale": {
            "domain": [axis.low, axis.high],
            "nice": False,
            "range": [0, {"expr": f"width - {LABEL_PX}"}],
        },
        "axis": {
            "title": None,
            "values": list(axis.ticks),
            "labelExpr": pick(axis.ticks, axis.labels),
            "labelOverlap": True,
        },
    }
    colour: Spec = {
        "field": "effect",
        "type": "nominal",
        "scale": {
            "domain": [effects[effect] for effect in effects_drawn],
            "range": [COLOURS[effect] for effect in effects_drawn],
        },
        "legend": {"title": None, "orient": "top", "labelFontSize": MAIN},
    }
    layers = [
        layer("bar", rows, {"x": x, "y": y, "color": colour}),
        layer(
            {"type": "rule", "color": palette.BORDER},
            [{"zero": 0.0}],
            {"x": {**x, "field": "zero"}},
        ),
        layer(
            {
                "type": "text",
                "align": "right",
                "x": {"expr": "width"},
                "fontSize": SMALL + 1,
                "color": palette.BODY,
            },
            rows,
            {"y": y, "text": {"field": "label"}},
        ),
    ]
    padding = {"left": 2, "top": 6, "right": 8, "bottom": 4}
    return chart(layers, height=ROW * len(bars), padding=padding)

"""A figure beside its target, period by period: bars for the figure, a line for what was agreed."""

from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import value_axis
from nami_monitor.charts.spec import MAIN, SMALL, Spec, chart, layer, pick
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import figure, unit_label

HEIGHT: Final = 320
WRITTEN: Final = 8
"""Up to so many bars bear their value."""


@dataclass(frozen=True)
class TargetPoint:
    """A period on the way to a target.

    Args:
        period: its name in the reader's language.
        value: the figure; None where there is none.
        goal: what was agreed; None where nothing was.
        final: whether the figure is that of the whole period.
    """

    period: str
    value: float | None
    goal: float | None
    final: bool = True


def target_spec(points: tuple[TargetPoint, ...], unit: Unit, lang: str) -> Spec:
    """Draw figure and target, periods across in the order given.

    Args:
        points: at least one.
        unit: of every value.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec. A figure of a part of its period is a lighter bar.
    """
    kinds = [text(f"charts.aim.{key}", lang) for key in ("whole", "so_far", "goal")]
    colours = dict(zip(kinds, (palette.INK, palette.PARTIAL, palette.SECOND), strict=True))
    values = [v for point in points for v in (point.value, point.goal) if v is not None]
    axis = value_axis([0.0, *values], lang)
    order = [point.period for point in points]
    x: Spec = {
        "field": "period",
        "type": "ordinal",
        "sort": order,
        "scale": {"domain": order},
        "axis": {"title": None, "labelAngle": 0, "labelLimit": 110, "labelOverlap": True},
    }
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
    bars = [
        {
            "period": p.period,
            "value": p.value,
            "kind": kinds[0 if p.final else 1],
            "label": figure(p.value, unit, lang),
        }
        for p in points
        if p.value is not None
    ]
    goals = [
        {"period": p.period, "value": p.goal, "kind": kinds[2], "label": figure(p.goal, unit, lang)}
        for p in points
        if p.goal is not None
    ]
    used = [kind for kind in kinds if any(row["kind"] == kind for row in [*bars, *goals])]
    colour: Spec = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": used, "range": [colours[kind] for kind in used]},
        "legend": {"title": None, "orient": "top", "labelFontSize": MAIN, "labelLimit": 300},
    }
    tooltip = [
        {"field": "period", "title": text("charts.aim.period", lang)},
        {"field": "kind", "title": text("charts.aim.what", lang)},
        {"field": "label", "title": text("charts.value", lang)},
    ]
    places = {"x": x, "y": y, "color": colour, "tooltip": tooltip}
    layers = [
        layer({"type": "bar", "width": {"band": 0.6}}, bars, places),
        layer({"type": "line", "strokeWidth": 2.5, "strokeDash": [6, 3]}, goals, places),
        layer({"type": "point", "shape": "diamond", "size": 110, "filled": True, "opacity": 1,
               "stroke": palette.WHITE, "strokeWidth": 1}, goals, places),
    ]  # fmt: skip
    if len(bars) <= WRITTEN:
        layers.append(
            layer(
                {"type": "text", "baseline": "bottom", "dy": -6, "fontSize": SMALL + 1,
                 "color": palette.BODY},
                [row for row in bars if not _near(row, goals, axis.high - axis.low)],
                {"x": x, "y": y, "text": {"field": "label"}},
            )
        )  # fmt: skip
    return chart(layers, height=HEIGHT, padding={"left": 2, "top": 8, "right": 8, "bottom": 4})


def _near(bar: dict[str, object], goals: list[dict[str, object]], span: float) -> bool:
    """Whether a target's marker would cover the value above a bar, which is then left out."""
    room = 0.1 * span
    return any(
        goal["period"] == bar["period"]
        and -room / 4 < float(str(goal["value"])) - float(str(bar["value"])) < room
        for goal in goals
    )


def target_table(
    points: tuple[TargetPoint, ...], unit: Unit, lang: str, activity: str | None
) -> ChartTable:
    """Give figure and target as a table, the latest period first."""
    label = unit_label(unit, lang, activity=activity)
    measured = f" ({label})" if label else ""
    head = (
        text("charts.aim.period", lang),
        f"{text('charts.value', lang)}{measured}",
        f"{text('charts.aim.agreed', lang)}{measured}",
        text("charts.aim.remark", lang),
    )
    rows = tuple(
        (
            point.period,
            point.value,
            point.goal,
            "" if point.final or point.value is None else text("charts.aim.so_far", lang),
        )
        for point in reversed(points)
    )

    def write(value: float) -> str:
        return figure(value, unit, lang)

    return ChartTable(head, rows, (None, write, write, None))


def target_sentence(points: tuple[TargetPoint, ...], name: str, unit: Unit, lang: str) -> str:
    """Tell figure and target in words: the latest figure, and the last target."""
    known = [point for point in points if point.value is not None]
    goals = [point for point in points if point.goal is not None]
    sentences = [f"{name}."]
    if known and known[-1].value is not None:
        value = figure(known[-1].value, unit, lang)
        sentences.append(text("charts.aim.alt_value", lang, period=known[-1].period, value=value))
    if goals and goals[-1].goal is not None:
        value = figure(goals[-1].goal, unit, lang)
        sentences.append(text("charts.aim.alt_goal", lang, period=goals[-1].period, value=value))
    return " ".join(sentences)

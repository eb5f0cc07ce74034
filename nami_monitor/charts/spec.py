"""Pieces of Vega-Lite that every chart shares."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from nami_monitor.charts.palette import BORDER, GREY_TEXT, GRID, WHITE
from nami_monitor.core.escapes import literal, plain_texts

Spec = dict[str, Any]

SCHEMA: Final = (
    "https://vega.github.io/schema/vega-lite/v6.json"  # names the version, is not fetched
)
FONT: Final = '"Source Sans", "Source Sans 3", "Source Sans Pro", Arial, sans-serif'
SMALL: Final = 12
MAIN: Final = 14
LARGE: Final = 17


def chart(layers: list[Spec], *, height: float, padding: Mapping[str, float]) -> Spec:
    """Put layers into one chart that fills its container's width.

    Args:
        layers: Vega-Lite layers, the lowest first.
        height: of the plot with its lanes, in px.
        padding: px around the plot and its axes (left, right, top, bottom).

    Returns:
        A whole spec; draw it with Streamlit's ``theme=None``, since colours and sizes are set here.
    """
    label = {"labelColor": GREY_TEXT, "labelFontSize": SMALL + 1, "titleColor": GREY_TEXT}
    whole: Spec = {
        "$schema": SCHEMA,
        "width": "container",
        "height": height,
        "padding": dict(padding),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": WHITE,
        "layer": layers,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {**label, "gridColor": GRID, "domainColor": BORDER, "tickColor": BORDER},
            "text": {"font": FONT, "fontSize": SMALL + 1},
            "aria": False,
        },
    }
    return {key: plain_texts(value) for key, value in whole.items()}


def layer(
    mark: str | Spec, values: Iterable[Mapping[str, Any]], encoding: Spec, **more: Any
) -> Spec:
    """Make a layer with its own inline rows; its marks bear no aria labels of raw fields."""
    settings = {"type": mark} if isinstance(mark, str) else mark
    rows = [dict(row) for row in values]
    return {
        "mark": {"aria": False, **settings},
        "data": {"values": rows},
        "encoding": encoding,
        **more,
    }


def pick(values: Iterable[object], labels: Iterable[object]) -> str:
    """Write a Vega expression that gives the label of a tick's value."""
    return f"{literal(list(labels))}[indexof({literal(list(values))}, datum.value)]"

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


def filled(
    form: str,
    rows: Mapping[str, list[dict[str, Any]]],
    settings: Mapping[str, Any],
    *,
    height: float,
    scale: tuple[float, float],
    padding: Mapping[str, float],
    letters: int = SMALL,
    colour: str = GREY_TEXT,
) -> Spec:
    """Fill a form of the grammar in; the form itself is compiled once.

    Args:
        form: one of ``grammar.FORMS``.
        rows: of each layer by its name; a layer without rows is left out.
        settings: what the expressions of the form name: domains, ticks and their words, sizes.
        height: of the plot with its lanes, in px.
        scale: where the values of the scale begin and end, in px from the top.
        padding: px around the plot and its axes (left, right, top, bottom).
        letters: size of the words at the axes, in px.
        colour: of those words.

    Returns:
        A whole spec that fills its container's width; draw it with Streamlit's ``theme=None``.
    """
    from nami_monitor.charts.grammar import compiled  # noqa: PLC0415 - slow to load

    whole = compiled(form)
    layers = [
        {**layer, "data": {"values": plain_texts(rows[layer["name"]])}}
        for layer in whole["layer"]
        if rows.get(layer["name"])
    ]
    first, *others = layers
    y = first["encoding"]["y"]
    own = {**y, "scale": {**y["scale"], "range": list(scale)}}
    frame = {**first, "encoding": {**first["encoding"], "y": own}}
    drawn = {layer["name"] for layer in layers}
    selections = [each for each in whole.get("params", ()) if drawn.issuperset(each["views"])]
    values = [
        {"name": name, "value": value}
        for name, value in plain_texts({"yLimit": 0, **settings}).items()
    ]
    label = {"labelColor": colour, "labelFontSize": letters, "tickColor": BORDER}
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": height,
        "padding": dict(padding),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": WHITE,
        "params": [*values, *selections],
        "layer": [frame, *others],
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": label,
            "mark": {"tooltip": None},
            "aria": False,
        },
    }


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

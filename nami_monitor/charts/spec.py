"""Pieces of Vega-Lite that every chart shares."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from nami_monitor.charts.palette import BODY, BORDER, GREY_TEXT, WHITE
from nami_monitor.core.escapes import html, plain_texts

Spec = dict[str, Any]

SCHEMA: Final = (
    "https://vega.github.io/schema/vega-lite/v6.json"  # names the version, is not fetched
)
FONT: Final = '"Source Sans", "Source Sans 3", "Source Sans Pro", Arial, sans-serif'
SMALL: Final = 12
Row = dict[str, Any]
Rows = dict[str, list[Row]]
Write = Callable[[Any], str]


@dataclass(frozen=True)
class ChartTable:
    """The table of a chart."""

    head: tuple[str, ...]  # a heading for each column
    rows: tuple[tuple[Any, ...], ...]  # values: texts, numbers, months; None where there is none
    # how each column is written; None, or nothing at all, for texts
    write: tuple[Write | None, ...] = ()


AXES: Final = {"xTicks": [], "xLabels": [], "xFew": [], "yTicks": [], "yLabels": [],
               "xLimit": 0, "yLimit": 0}  # fmt: skip
"""What a form says of axes that bear no words, and of words that are not cut off."""
NO_TABLE: Final = ChartTable((), ())


@dataclass(frozen=True)
class Sign:
    """What a form (of ``legend.SWATCHES``) and a colour mean, for the row below a chart."""

    form: str
    colour: str
    words: str


@dataclass(frozen=True)
class Drawn:
    """A chart with all that stands for it."""

    kind: str  # its name in the catalogues, under which stands how it is read
    spec: Spec  # what is drawn
    alt: str  # its sentence, not escaped
    table: ChartTable = NO_TABLE  # the same as a table; ``NO_TABLE`` where the page has another
    signs: tuple[Sign, ...] = ()  # what its marks mean
    # the measures by their numbers, for charts too narrow to name them
    numbered: tuple[str, ...] = ()


def picture(svg: str) -> str:
    """An SVG text as the address of an image; empty for none."""
    held = base64.b64encode(svg.encode()).decode("ascii")
    return f"data:image/svg+xml;base64,{held}" if svg else ""


def image(svg: str, kind: str, alt: str) -> str:
    """An ``<img>`` of a class that holds its own picture and says it in words."""
    return f'<img class="{kind}" alt="{html(alt)}" src="{picture(svg)}">'


def word(
    x: float,
    py: float,
    said: str,
    size: float,
    *,
    colour: str = BODY,
    bold: bool = False,
    align: str = "left",
    dx: float = 0,
    wide: bool = False,
    fit: bool = False,
) -> Row:
    """Words in the plot.

    ``wide`` ones are left out on a narrow plot; those that ``fit`` are cut where they are longer
    than the plot is wide.
    """
    weight = "bold" if bold else "normal"
    look = {"align": align, "dx": dx, "size": size, "weight": weight, "colour": colour}
    return {"x": x, "py": py, "text": said, **look, "wide": wide, "fit": fit}


def filled(
    form: str,
    rows: Mapping[str, list[Row]],
    settings: Mapping[str, Any],
    *,
    height: float,
    scale: tuple[float, float],
    padding: Mapping[str, float],
    letters: int = SMALL,
    colour: str = GREY_TEXT,
    across: str = "",
    above: str = "",
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
        across: what stands below the axis of the numbers across; empty for nothing.
        above: what the values are, above the plot; empty for nothing.

    Returns:
        A whole spec that fills its container's width; draw it with Streamlit's ``theme=None``.
    """
    import_module("pandas")  # Altair looks at it: whole, though another thread loads it
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
    x = first["encoding"]["x"]
    x = {**x, "axis": {**x["axis"], "title": plain_texts(across) or None}}
    frame = {**first, "encoding": {**first["encoding"], "x": x, "y": own}}
    drawn = {layer["name"] for layer in layers}
    selections = [each for each in whole.get("params", ()) if drawn.issuperset(each["views"])]
    values = [
        {"name": name, "value": value} for name, value in plain_texts({**AXES, **settings}).items()
    ]
    label = {"labelColor": colour, "labelFontSize": letters, "tickColor": BORDER}
    label |= {"titleColor": GREY_TEXT, "titleFontSize": letters, "titleFontWeight": "normal"}
    title = {"text": plain_texts(above), "anchor": "start", "frame": "bounds", "offset": 6,
             "fontSize": letters, "fontWeight": "normal", "color": GREY_TEXT}  # fmt: skip
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": height,
        "padding": dict(padding),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": WHITE,
        **({"title": title} if above else {}),
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

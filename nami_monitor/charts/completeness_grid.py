"""A grid of sources and months: what each source has delivered.

Each state has its own shape as well as its own colour: a full square, a half one, a cross, a
triangle, a dot.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index, month_ticks
from nami_monitor.charts.label_lanes import NARROWEST
from nami_monitor.charts.spec import Spec, chart, layer, pick
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import month

ROW: Final = 34
SIDE: Final = 15.0


class DeliveryState(StrEnum):
    """Whether a source delivered a month."""

    DELIVERED = "delivered"
    PARTIAL = "partial"
    MISSING = "missing"
    BREAK = "break"
    NOT_DUE = "not_due"


@dataclass(frozen=True)
class DeliveryCell:
    """A source's month, with words that say more ("4 van 5 locaties") if there are any."""

    source: str
    month: date
    state: DeliveryState
    note: str = ""


CROSS: Final = "M-.8,-.6L-.6,-.8L0,-.2L.6,-.8L.8,-.6L.2,0L.8,.6L.6,.8L0,.2L-.6,.8L-.8,.6L-.2,0Z"
SHAPES: Final = {
    DeliveryState.DELIVERED: ("M-1,-1H1V1H-1Z", palette.INK),
    DeliveryState.PARTIAL: ("M-1,0H1V1H-1Z", palette.LINK),
    DeliveryState.MISSING: (CROSS, palette.SECOND),
    DeliveryState.BREAK: ("M0,-1L1,1H-1Z", palette.SECOND),
    DeliveryState.NOT_DUE: ("M-.2,-.2H.2V.2H-.2Z", palette.BORDER),
}


def completeness_spec(cells: tuple[DeliveryCell, ...], lang: str) -> Spec:
    """Draw the grid.

    Args:
        cells: at most one for a source and month; at least one.
        lang: ``nl`` or ``en``.

    Returns:
        A Vega-Lite spec: a row for each source in the order given, months across.

    Raises:
        ValueError: if there is no cell.
    """
    if not cells:
        message = "a completeness strip needs at least one cell"
        raise ValueError(message)
    months = [cell.month for cell in cells]
    ticks = month_ticks(min(months), max(months), lang)
    indices = [tick.index for tick in ticks]
    full = pick(indices, [list(tick.lines) for tick in ticks])
    sparse = pick(indices, [[""] if tick.minor else list(tick.lines) for tick in ticks])
    x = {
        "field": "x",
        "type": "quantitative",
        "scale": {
            "domain": [month_index(min(months)) - 0.5, month_index(max(months)) + 0.5],
            "nice": False,
            "zero": False,
        },
        "axis": {
            "values": indices,
            "labelExpr": f"width < {NARROWEST:.0f} ? {sparse} : {full}",
            "grid": False,
            "title": None,
            "labelOverlap": False,
            "labelLineHeight": 16,
        },
    }
    sources = list(dict.fromkeys(cell.source for cell in cells))
    y = {
        "field": "source",
        "type": "nominal",
        "sort": sources,
        "axis": {"title": None, "domain": False, "ticks": False, "labelLimit": 160, "grid": True},
    }
    by_state = ((state, [c for c in cells if c.state is state]) for state in DeliveryState)
    size = f"pow(min({SIDE}, 0.8 * width / {_span(months)}), 2)"
    layers = [
        layer(
            {"type": "point", "filled": True, "opacity": 1, "size": {"expr": size}}
            | {"shape": SHAPES[state][0], "fill": SHAPES[state][1]},
            [_row(cell, lang) for cell in state_cells],
            {"x": x, "y": y, "tooltip": _tooltip(lang)},
        )
        for state, state_cells in by_state
        if state_cells
    ]
    padding = {"left": 2, "top": 6, "right": 4, "bottom": 4}
    return chart(layers, height=ROW * len(sources), padding=padding)


def _tooltip(lang: str) -> list[Spec]:
    keys = {
        "source": "charts.completeness.source",
        "m": "charts.month",
        "state": "charts.completeness.state",
    }
    return [{"field": field, "title": text(key, lang)} for field, key in keys.items()]


def _row(cell: DeliveryCell, lang: str) -> dict[str, object]:
    return {
        "x": month_index(cell.month),
        "source": cell.source,
        "m": month(cell.month, lang),
        "state": _words(cell, lang),
    }


def _words(cell: DeliveryCell, lang: str) -> str:
    state = text(f"charts.completeness.{cell.state}", lang)
    return f"{state} ({cell.note})" if cell.note else state


def _span(months: list[date]) -> int:
    return month_index(max(months)) - month_index(min(months)) + 1

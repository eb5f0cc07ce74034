"""The axis of months that charts by month share."""

from __future__ import annotations

from datetime import date

from nami_monitor.charts.axes import month_index, month_ticks
from nami_monitor.charts.lanes import NARROWEST
from nami_monitor.charts.spec import Spec, pick


def month_scale(first: date, last: date, lang: str, *, room: float = 0.5) -> Spec:
    """Months across, named so that they do not touch, fewer of them on a narrow plot.

    Args:
        first: the first month.
        last: the last one.
        lang: ``nl`` or ``en``.
        room: months left free to the right of the last one.

    Returns:
        An encoding without its field.
    """
    ticks = month_ticks(first, last, lang)
    at = [tick.index for tick in ticks]
    full = pick(at, [list(tick.lines) for tick in ticks])
    sparse = pick(at, [[""] if tick.minor else list(tick.lines) for tick in ticks])
    return {
        "type": "quantitative",
        "scale": {
            "domain": [month_index(first) - 0.5, month_index(last) + room],
            "nice": False,
            "zero": False,
        },
        "axis": {
            "values": at,
            "labelExpr": f"width < {NARROWEST:.0f} ? {sparse} : {full}",
            "grid": False,
            "title": None,
            "labelOverlap": False,
            "labelLineHeight": 16,
        },
    }

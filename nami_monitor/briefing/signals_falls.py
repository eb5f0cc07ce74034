"""Falls in volume that nobody called sustainable: was this buying less, differently or not?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.briefing.overview import HISTORY_MONTHS
from nami_monitor.briefing.scope import SPEND, Scope
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months
from nami_monitor.core.words import KitSignal, PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, compute
from nami_monitor.kpis.absolute import absolute
from nami_monitor.kpis.interventions.register import Intervention, interventions
from nami_monitor.signals.falls import Fall, real_fall
from nami_monitor.signals.signal import Signal
from nami_monitor.store import Transaction
from nami_monitor.store.kept import kept

Floats = NDArray[np.float64]
Group = tuple[str | None, ...]

VOLUME: Final = "reduce_volume_per_activity"
MASS: Final = "impact_mass"
BY: Final = ("category", "product_group", "base_unit")
"""Only goods of one unit have a volume."""
LOOKED_BACK: Final = 24
"""Months before the month in which a measure explains a fall."""

HALF: Final = 0.5

AHA: Final = "aha"
"""The kind under which answers to falls are kept."""


def fall_name(signal: Signal) -> str:
    """Under which the answer to a fall is kept: the same fall asks once a year."""
    return f"{signal.category}|{signal.subject}|{signal.month.year}"


def of_falls(db: Transaction, scope: Scope, *, answered: bool = False) -> Iterator[Signal]:
    """Real falls in the volume of a product group without a sustainable measure behind them.

    A measure is behind it when it is on record for the category, began before the month and was not
    over two years earlier, was not taken for money or otherwise, and holds at half of the locations
    or more; a fall that somebody confirmed or rejected is explained too. The money and the mass are
    what the year before had more, at its own mean price and mass per unit.

    Args:
        db: a consistent look at the file.
        scope: the month and the selection.
        answered: whether those are given too that somebody confirmed or rejected.
    """
    answers = {} if answered else kept(db, AHA)
    ask = Ask(until=scope.month, last=HISTORY_MONTHS, by=BY, where=scope.where)
    try:
        volumes = _by_group(compute(db, CATALOGUE[VOLUME], ask))
    except UserError:  # a filter that goes with no product group
        return
    falls = {group: found for group, months in volumes.items() if (found := _fall(months))}
    explained = _explained(db, scope)
    falls = {group: one for group, one in falls.items() if group[0] not in explained}
    if not falls:
        return
    year = replace(ask, kind=PeriodKind.R12, until=add_months(scope.month, -12), last=1)
    euros, kilos = (_values(db, code, year) for code in (SPEND, MASS))
    for group, fall in falls.items():
        category, name, unit = group
        less = fall.share * euros[group] if group in euros else None
        mass = fall.share * kilos[group] if group in kilos else None
        signal = Signal(
            kind=KitSignal.HIDDEN_REDUCTION,
            month=scope.month,
            subject=" / ".join(part for part in (name, unit) if part),
            numbers={
                "name": name or "",
                "part": fall.share,
                "less": fall.less,
                **({} if less is None else {"eur": less}),
                **({} if mass is None else {"kg": mass}),
            },
            kpi=VOLUME,
            category=category,
            size=less,
        )
        if fall_name(signal) not in answers:
            yield signal


def _by_group(results: Sequence[KpiResult]) -> dict[Group, list[KpiResult]]:
    groups: dict[Group, list[KpiResult]] = {}
    for one in results:
        groups.setdefault(tuple(one.keys.values()), []).append(one)
    return groups


def _fall(months: Sequence[KpiResult]) -> Fall | None:
    """The fall of the goods of one unit in a product group."""
    known_volume = [absolute(one) for one in months]
    volume = _array([None if one is None else one.value for one in known_volume])
    rates = _array([one.value for one in months])
    known = None if np.isnan(rates).all() else rates
    return real_fall(volume, known, calendar_month=months[0].month.month)


def _array(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if one is None else one for one in values], dtype=np.float64)


def _values(db: Transaction, code: str, ask: Ask) -> Mapping[Group, float]:
    found = compute(db, CATALOGUE[code], ask)
    return {tuple(one.keys.values()): one.value for one in found if one.value is not None}


def _explained(db: Transaction, scope: Scope) -> frozenset[str]:
    """The categories in which a sustainable measure is on record that may explain a fall."""
    places = dict(
        db.rows("select category, count(distinct location_id) from by_place group by category")
    )
    return frozenset(
        one.category
        for one in interventions(db)
        if _may_explain(one, scope) and len(one.locations) >= HALF * places.get(one.category, 0)
    )


def _may_explain(one: Intervention, scope: Scope) -> bool:
    ended = one.last_month
    return (
        one.start_month <= scope.month
        and one.motive in {None, "sustainability"}
        and (ended is None or ended >= add_months(scope.month, -LOOKED_BACK))
    )

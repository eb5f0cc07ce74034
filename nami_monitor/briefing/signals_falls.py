"""Falls in volume that nobody called sustainable: was this buying less, differently or not?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nami_monitor.briefing.scope import SPEND, Scope
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months
from nami_monitor.core.words import KitSignal, PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.over_time.hidden_reductions import BY, explanations, goods, unnamed
from nami_monitor.signals.signal import Signal
from nami_monitor.store import Transaction
from nami_monitor.store.journal import current

Group = tuple[str | None, ...]

COUNTED: Final = "aha_reductions"
VOLUME: Final = "reduce_volume_per_activity"
MASS: Final = "impact_mass"

AHA: Final = "aha"
"""The kind under which answers to falls are kept."""


def fall_name(signal: Signal) -> str:
    """Under which the answer to a fall is kept: the same fall asks once a year."""
    return f"{signal.category}|{signal.subject}|{signal.month.year}"


def of_falls(db: Transaction, scope: Scope, *, answered: bool = False) -> Iterator[Signal]:
    """Each of the falls that ``aha_reductions`` counts, with the money and the mass behind it.

    Money and mass are what the year before had more, at its own mean price and mass per unit.

    Args:
        db: a consistent look at the file.
        scope: the month and the selection.
        answered: whether those are given too that somebody confirmed or rejected.
    """
    answers = {} if answered else current(db, AHA)
    try:
        found = goods(db, CATALOGUE[VOLUME], scope.where, scope.month, scope.month)
    except UserError:  # a filter that goes with no product group
        return
    falls = list(unnamed(found, explanations(db), scope.month))
    if not falls:
        return
    before = add_months(scope.month, -12)
    year = Ask(kind=PeriodKind.R12, until=before, by=BY, where=scope.where)
    euros, kilos = (_values(db, code, year) for code in (SPEND, MASS))
    for one, fall in falls:
        category, name, unit = group = tuple(one.keys.values())
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


def _values(db: Transaction, code: str, ask: Ask) -> Mapping[Group, float]:
    found = compute(db, CATALOGUE[code], ask)
    return {tuple(one.keys.values()): one.value for one in found if one.value is not None}

"""Every intervention of the register, answered once per look at the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nami_monitor.core.periods import Period
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.answer import Answer, answer
from nami_monitor.kpis.interventions.ground import Ground, ground
from nami_monitor.store import Transaction


def known_ground(db: Transaction) -> Ground:
    """What all comparisons of the register rest on; read only once."""
    return db.once("interventions", lambda: ground(db))


def portfolio(db: Transaction, unit: Unit) -> tuple[Answer, ...]:
    """What every intervention did, earliest first, without looking where else it went.

    Args:
        db: a consistent look at the file.
        unit: base units, kg or EUR.
    """

    def make() -> tuple[Answer, ...]:
        read = known_ground(db)
        return tuple(answer(one, read, unit, look_around=False) for one in read.register)

    return db.once(f"interventions in {unit}", make)


@dataclass(frozen=True)
class Share:
    """How much of a period an intervention's estimate speaks of.

    Args:
        answer: the estimate.
        months: months of the period that the estimate rests on.
        due: months of the period in which the intervention held at full strength.
    """

    answer: Answer
    months: int
    due: int


def within(answers: Sequence[Answer], period: Period) -> list[Share]:
    """The interventions that held at full strength in some month of a period.

    Args:
        answers: of all interventions.
        period: the period; months after the last one with order lines are not due.
    """
    found = []
    for one in answers:
        held, last = one.intervention, one.last_month
        until = min(held.last_month or last, last) if last else None
        due = [m for m in period.months if until and held.full_from <= m <= until]
        if due:
            post = set(one.window.post) if one.window else set()
            counted = len(post & set(due)) if one.estimated else 0
            found.append(Share(one, counted, len(due)))
    return found

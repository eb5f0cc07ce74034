"""Strategies that do not apply to a category: which, why, and who decided so when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from nami_monitor.core.words import Strategy
from nami_monitor.store import Transaction
from nami_monitor.store.registers import row_changes
from nami_monitor.store.schema import field_names

STRATEGIES: Final = (Strategy.REFUSE, Strategy.RETHINK, Strategy.REDUCE)
PARTS: Final = ("applies", "reason", "legal_basis", "look_again_on")


@dataclass(frozen=True)
class Exempt:
    """A strategy that does not apply to a category.

    Args:
        category: the category.
        strategy: refuse, rethink or reduce.
        reason: why not.
        legal_basis: the law or rule behind it.
        look_again_on: when to look at it again.
    """

    category: str
    strategy: Strategy
    reason: str | None
    legal_basis: str | None
    look_again_on: date | None


@dataclass(frozen=True)
class Ruling:
    """A moment at which it was decided whether a strategy applies.

    Args:
        when: the moment, UTC.
        who: role or initials.
        batch: the delivery.
        file: its name.
        said: what was decided, with the reason for an exception.
        applies: whether the strategy applies from then on.
    """

    when: datetime
    who: str
    batch: int
    file: str
    said: Exempt
    applies: bool


def exceptions(db: Transaction) -> tuple[Exempt, ...]:
    """What does not apply now, by category and strategy."""
    columns = ", ".join(f"{s}_{part}" for s in STRATEGIES for part in PARTS)
    found = []
    for category, *stated in db.rows(f"select category, {columns} from categories order by 1"):
        for at, strategy in enumerate(STRATEGIES):
            applies, *why = stated[4 * at : 4 * at + 4]
            if applies is False:
                found.append(Exempt(category, strategy, *why))
    return tuple(found)


def row_of(db: Transaction, category: str) -> dict[str, Any]:
    """A category's own row as it was delivered; its code as its name where only lines name it."""
    names = field_names("categories")
    rows = db.rows(
        f"select {', '.join(names)} from categories_offered"
        " where standing = 'live' and category = ?",
        [category],
    )
    if not rows:
        return {"category": category, "name_nl": category, "name_en": category}
    return dict(zip((name.strip('"') for name in names), rows[0], strict=True))


def ruled(row: Mapping[str, Any], said: Exempt, *, applies: bool) -> dict[str, Any]:
    """A category's row with a decision on one strategy; its other columns stay.

    Args:
        row: the row.
        said: the decision; its reasons are left out when the strategy applies.
        applies: whether the strategy applies.
    """
    why = (None, None, None) if applies else (said.reason, said.legal_basis, said.look_again_on)
    names = (f"{said.strategy}_{part}" for part in PARTS)
    return {**row, **dict(zip(names, (applies, *why), strict=True))}


def rulings(db: Transaction) -> tuple[Ruling, ...]:
    """Every decision on whether a strategy applies, the latest first.

    A first delivery that says that everything applies decides nothing.
    """
    decided = []
    for change in row_changes(db, "categories"):
        for strategy in STRATEGIES if change.row else ():
            decision = _decision(change.row, strategy)
            if decision != _decision(change.before, strategy):
                said = Exempt(change.row["category"], strategy, *_reasons(change.row, strategy))
                made = (change.when, change.who, change.batch, change.file)
                decided.append(Ruling(*made, said, decision[0]))
    return tuple(reversed(decided))


def _reasons(row: Mapping[str, Any], strategy: Strategy) -> list[Any]:
    return [row[f"{strategy}_{part}"] for part in PARTS[1:]]


def _decision(row: Mapping[str, Any], strategy: Strategy) -> list[Any]:
    """Whether a strategy applies, and the reasons when it does not."""
    applies = row.get(f"{strategy}_applies") is not False
    return [applies, *(() if applies else _reasons(row, strategy))]

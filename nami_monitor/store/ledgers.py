"""What registers say month by month: small tables made from views.

Their rows are few, so they are made anew as a whole; the views stand in ``sql/ledgers.sql`` and, of
projects, programmes and interventions, in ``sql/projects.sql``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nami_monitor.store.engine import Transaction


@dataclass(frozen=True)
class Ledger:
    """What a table of registers is made from.

    Attributes:
        speaks_of: the input tables without which it has no row.
        rests_on: further input tables that change what it says.
    """

    speaks_of: frozenset[str]
    rests_on: frozenset[str] = frozenset()


REGISTERS: Final[Mapping[str, Ledger]] = {
    "by_request": Ledger(frozenset({"requests"}), frozenset({"products", "orders"})),
    "by_asset": Ledger(frozenset({"assets"}), frozenset({"asset_events"})),
    "by_life": Ledger(frozenset({"assets"}), frozenset({"asset_events"})),
    "by_contract": Ledger(frozenset({"contracts"}), frozenset({"categories", "orders"})),
    "by_project": Ledger(
        frozenset({"materials", "measurements"}),
        frozenset({"programmes", "programme_units", "contracts", "categories", "shadow_prices"}),
    ),
    "by_unit": Ledger(frozenset({"programme_units"}), frozenset({"programmes", "orders"})),
    "by_initiative": Ledger(frozenset({"interventions"}), frozenset({"categories"})),
}
LEDGERS: Final[Mapping[str, Ledger]] = {
    **REGISTERS,
    "registers": Ledger(
        frozenset().union(*(ledger.speaks_of for ledger in REGISTERS.values())),
        frozenset({"asset_events", "orders", "programmes", "categories"}),
    ),
}
"""The tables, in the order in which they rest on each other; ``registers`` holds from when until
when each source of the others speaks."""

FILLED: Final = " union all ".join(
    f"select '{table}' where exists (from {table}_offered"
    + (" where subject is not null)" if table == "measurements" else ")")
    for table in sorted(LEDGERS["registers"].speaks_of)
)
"""Which of the tables that ledgers speak of have rows; figures of a place are in no ledger."""


def refresh_ledgers(db: Transaction, touched: Collection[str] | None = None) -> None:
    """Bring the tables in line with the rows that count.

    The plan of a view takes as long as the rows of a small register; none is made in vain.

    Args:
        db: the transaction that changed the rows.
        touched: the input tables of which rows changed; None for any, as when codes were merged.
    """
    filled = {name for (name,) in db.rows(FILLED)}
    for name, ledger in LEDGERS.items():
        if touched is None or (ledger.speaks_of | ledger.rests_on) & set(touched):
            db.run(f"delete from {name}")
            if ledger.speaks_of & filled:
                db.run(f"insert into {name} by name from {name}_made")

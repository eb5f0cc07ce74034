"""What registers say month by month: small tables made from views.

Their rows are few, so they are made anew as a whole; the views stand in ``sql/ledgers.sql`` and, of
projects, programmes and interventions, in ``sql/projects.sql``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nami_monitor.store.engine import Transaction

LEDGERS: Final[Mapping[str, frozenset[str]]] = {
    "by_request": frozenset({"requests", "products", "orders"}),
    "by_asset": frozenset({"assets", "asset_events"}),
    "by_life": frozenset({"assets", "asset_events"}),
    "by_contract": frozenset({"contracts", "categories", "orders"}),
    "by_project": frozenset(
        {
            "materials", "measurements", "programmes", "programme_units", "contracts", "categories",
            "shadow_prices",
        }
    ),
    "by_unit": frozenset({"programmes", "programme_units", "orders"}),
    "by_initiative": frozenset({"interventions", "categories"}),
    "registers": frozenset(
        {
            "requests", "assets", "asset_events", "contracts", "orders", "materials",
            "measurements", "programmes", "programme_units", "interventions", "categories",
        }
    ),
}  # fmt: skip
"""The tables, in the order in which they rest on each other, with the input tables they rest on;
``registers`` holds from when until when each source of the others speaks."""


def refresh_ledgers(db: Transaction, touched: Collection[str] | None = None) -> None:
    """Bring the tables in line with the rows that count.

    Args:
        db: the transaction that changed the rows.
        touched: the input tables of which rows changed; None for any, as when codes were merged.
    """
    for name, rests_on in LEDGERS.items():
        if touched is None or rests_on & set(touched):
            db.run(f"delete from {name}")
            db.run(f"insert into {name} by name from {name}_made")

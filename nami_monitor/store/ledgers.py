"""What requests, assets and contracts say month by month: small tables made from views.

Their rows are few, so they are made anew as a whole; the views stand in ``sql/ledgers.sql``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nami_monitor.store.engine import Transaction

LEDGERS: Final = ("by_request", "by_asset", "by_life", "by_contract", "registers")
"""The tables, in the order in which they rest on each other; ``registers`` holds from when until
when each source of the others speaks."""


def refresh_ledgers(db: Transaction) -> None:
    """Bring the tables in line with the rows that count."""
    for name in LEDGERS:
        db.run(f"delete from {name}")
        db.run(f"insert into {name} by name from {name}_made")

"""Checking a whole database: everything that follows from the lines is derived again."""

from typing import Final

from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.standing import refresh_derived
from nami_monitor.store import Store, Transaction, integrity
from nami_monitor.store.integrity import Inconsistency
from nami_monitor.store.rollups import FACTS, ORDER_ROLLUPS, is_sum

DERIVED: Final = (
    *(rollup.name for rollup in ORDER_ROLLUPS),
    "by_cell",
    "delivered",
    "codes",
    "merged",
    *FACTS,
    "source_months",
    "breaks",
)
"""Tables that follow from what the batches offered."""


def check(store: Store) -> list[Inconsistency]:
    """What is inconsistent in a database; nothing is changed.

    A sum of organisations was derived in their own databases.

    Raises:
        UserError: ``store.damaged`` or ``store.unreadable`` when its files are not whole.
    """
    with store.trial() as db:
        integrity.read_whole(db)
        return [
            *integrity.counts(db),
            *integrity.orphans(db),
            *integrity.unknown_codes(db),
            *integrity.repeated_keys(db),
            *(() if is_sum(db) else integrity.stale(db, DERIVED, _derive)),
        ]


def _derive(db: Transaction) -> None:
    codes.derive(db)
    refresh_derived(db)

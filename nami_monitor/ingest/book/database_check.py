"""Checking a whole database: everything that follows from the lines is derived again."""

from __future__ import annotations

from typing import Final

from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.standing import refresh_all
from nami_monitor.store import Store, Transaction, integrity
from nami_monitor.store.integrity import Finding
from nami_monitor.store.rollups import ORDER_ROLLUPS

DERIVED: Final = (
    *(rollup.name for rollup in ORDER_ROLLUPS),
    "delivered",
    "codes",
    "activity",
    "category_facts",
    "location_facts",
    "source_months",
    "breaks",
)
"""Tables that follow from what the batches offered."""


class _LookedOnlyError(Exception):
    """Ends the transaction, so that nothing of it is booked."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__()
        self.findings = findings


def check(store: Store) -> list[Finding]:
    """What is off in a database; nothing is changed.

    Raises:
        DatabaseHeldError: another process holds the database.
    """
    try:
        with store.write() as db:
            raise _LookedOnlyError(
                [
                    *integrity.counts(db),
                    *integrity.orphans(db),
                    *integrity.unknown_codes(db),
                    *integrity.repeated_keys(db),
                    *integrity.stale(db, DERIVED, _derive),
                ]
            )
    except _LookedOnlyError as looked:
        return looked.findings


def _derive(db: Transaction) -> None:
    codes.derive(db)
    refresh_all(db)

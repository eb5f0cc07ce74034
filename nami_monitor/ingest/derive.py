"""Bringing everything that is derived from the lines in line with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from nami_monitor.ingest import completeness
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import refresh_facts, refresh_order_rollups, refresh_registers


def refresh_months(
    db: Transaction, months: Sequence[date] | None, tables: Collection[str] | None = None
) -> None:
    """Refresh the roll-ups of some months, the registers, completeness, and the data version.

    Args:
        db: the transaction that changed the lines.
        months: the months whose order lines changed; None for all.
        tables: the input tables of which rows changed; None for any.
    """
    if months is None or months:
        refresh_order_rollups(db, months)
    refresh_facts(db)
    refresh_registers(db, tables if months is not None else None)
    completeness.refresh(db)
    db.run("update meta set data_version = data_version + 1")


def refresh_all(db: Transaction) -> None:
    """Refresh the roll-ups of every month, completeness, and the data version."""
    refresh_months(db, None)

"""Rows that are entered by form, for tests."""

from nami_monitor.ingest.book.manual_entry import enter_together


def enter(store, table, row, who, *, products_of=None):
    """Enter one row."""
    return enter_together(store, table, [row], who, products_of=products_of)

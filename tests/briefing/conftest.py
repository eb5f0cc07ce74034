"""A database that a test may add to."""

import pytest

from nami_monitor.ingest.book.manual_entry import enter
from nami_monitor.store import Store


@pytest.fixture
def own(demo):
    """The demo with what a test enters: ``own(table, **row)`` books a row and gives the store."""
    store = Store(demo)

    def book(table, **row):
        enter(store, table, row, "tester")
        return store

    yield book
    store.close()

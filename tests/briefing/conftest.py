"""The demo to look at, and a database that a test may add to."""

from contextlib import closing

import pytest

from nami_monitor.store import Store
from tests.support.entries import enter


@pytest.fixture(scope="session")
def db(demo_folder):
    """The demo, read in one transaction: what it works out once serves every test."""
    with closing(Store(demo_folder / "demo.duckdb")) as store, store.read() as look:
        yield look


@pytest.fixture
def own(demo):
    """The demo with what a test enters: ``own(table, **row)`` books a row and gives the store."""
    store = Store(demo)

    def book(table, **row):
        enter(store, table, row, "tester")
        return store

    yield book
    store.close()

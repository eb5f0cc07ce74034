"""What several tests of the import look at."""

from contextlib import closing

import pytest

from nami_monitor.store import Store


@pytest.fixture(scope="session")
def db(tmp_path_factory):
    """An empty database, read in one transaction, in which SQL over texts is tried."""
    path = tmp_path_factory.mktemp("empty") / "x.duckdb"
    with closing(Store(path)) as store, store.read() as reading:
        yield reading

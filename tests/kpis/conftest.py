"""Small databases from tables written as text, through the ordinary import."""

import pytest

from tests.kpis.kpi_tables import load_masters
from tests.support.databases import copy_database
from tests.support.monitor import Monitor


@pytest.fixture
def monitor(tmp_path):
    """An empty database."""
    made = Monitor(tmp_path)
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def begin_with(tmp_path_factory):
    """Lets a new database begin with what a function loads, which is imported once in a process."""
    files = {}

    def copy(monitor, load):
        if load not in files:
            first = Monitor(tmp_path_factory.mktemp("begun"))
            load(first)
            first.store.close()
            files[load] = first.store.path
        copy_database(files[load], monitor.store.path)
        return monitor

    return copy


@pytest.fixture
def shop(begin_with, monitor):
    """A database with masters."""
    return begin_with(monitor, load_masters)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A database for all tests of a file; they only ask."""
    made = Monitor(tmp_path_factory.mktemp("kept"))
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def kept_shop(begin_with, kept):
    """A database with masters for all tests of a file; they only ask."""
    return begin_with(kept, load_masters)

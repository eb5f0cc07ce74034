"""Small databases from tables written as text, through the ordinary import."""

import shutil

import pytest

from tests.kpis.kpi_tables import CATEGORIES, LOCATIONS, PRODUCTS
from tests.support.monitor import Monitor


@pytest.fixture
def monitor(tmp_path):
    """An empty database."""
    made = Monitor(tmp_path)
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def masters(tmp_path_factory):
    """The file of a database that holds masters only."""
    made = Monitor(tmp_path_factory.mktemp("masters"))
    made.load("categories", CATEGORIES)
    made.load("locations", LOCATIONS)
    made.load("products", PRODUCTS)
    made.store.close()
    return made.store.path


@pytest.fixture
def shop(masters, monitor):
    """A database with masters."""
    shutil.copy(masters, monitor.store.path)
    return monitor


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A database for all tests of a file; they only ask."""
    made = Monitor(tmp_path_factory.mktemp("kept"))
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def kept_shop(masters, kept):
    """A database with masters for all tests of a file; they only ask."""
    shutil.copy(masters, kept.store.path)
    return kept

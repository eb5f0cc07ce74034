import pytest

from nami_monitor.demo.__main__ import World, simulate
from nami_monitor.demo.truth import TRUTH


@pytest.fixture(scope="session")
def world() -> World:
    return simulate(TRUTH)

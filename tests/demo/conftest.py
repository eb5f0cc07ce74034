import pytest

from nami_monitor.demo.generate import World, simulate
from nami_monitor.demo.truth import TRUTH


@pytest.fixture(scope="session")
def world() -> World:
    return simulate(TRUTH)

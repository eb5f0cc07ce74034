"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("nami", deadline=None, derandomize=True)
settings.load_profile("nami")

pytest_plugins = ["no_skip"]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files that others made; they are no part of the project."""
    folder = os.environ.get("NAMI_REAL_DATA")
    if not folder:
        pytest.skip("NAMI_REAL_DATA names no folder of real files")
    return Path(folder)

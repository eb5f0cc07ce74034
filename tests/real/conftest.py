import pytest

from tests.real.trial import Import


@pytest.fixture
def imported(tmp_path, real_data):
    made = Import(tmp_path, real_data)
    yield made
    made.store.close()

import pytest

from nami_monitor.store import instance

MAKE_EMPTY = instance.make_empty


@pytest.fixture(autouse=True)
def _schema_made_anew(monkeypatch):
    """A database begins empty here, as it does for people."""
    monkeypatch.setattr(instance, "make_empty", MAKE_EMPTY)

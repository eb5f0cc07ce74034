import pytest

from nami_monitor.store import Store

WRITE = Store.write


@pytest.fixture(autouse=True)
def _schema_made_anew(monkeypatch):
    """A database begins empty here, as it does for people."""
    monkeypatch.setattr(Store, "write", WRITE)

"""A database that cannot be read ends every page with a sentence and a way out."""

import pytest
from streamlit.testing.v1 import AppTest

from nami_monitor.core.settings import places
from nami_monitor.i18n import text
from nami_monitor.store import Store, snapshots
from nami_monitor.ui import app, session
from tests.pages.test_entry_pages import ROOT


@pytest.fixture
def damaged(own_place):  # noqa: ARG001 - the place must be there first
    places().own.parent.mkdir(parents=True, exist_ok=True)
    store = Store(places().own)
    with store.write() as db:
        db.run("update meta set data_version = 1")
    store.close()
    (places().own / snapshots.POINTER).write_text("{")


@pytest.mark.parametrize("name", ["trends", "data"])
def test_it_is_said_and_a_backup_can_be_restored(damaged, caplog, name):  # noqa: ARG001
    session._SAID.clear()
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    page.session_state[app.LANGUAGE] = "nl"
    page.session_state[app.DATA] = app.OWN
    page.run()
    assert not page.exception
    (error,) = page.error
    assert "own.duckdb" in error.value
    assert caplog.text.count("own.duckdb") == 1
    if name == "data":
        assert text("data.backup.restore", "nl") in [header.value for header in page.header]
    else:
        assert not page.main.metric

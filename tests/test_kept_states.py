"""Earlier states of a database that hold what was undone are named, and removed when asked."""

import lzma
from pathlib import Path

import pytest

from nami_monitor.backups import back_up, kept_states, remove_kept_states, restore
from nami_monitor.ingest.book.undo import undo
from nami_monitor.store import Store

KEPT = Path(__file__).parent / "store" / "kept" / "schema5.duckdb.xz"


@pytest.fixture
def store(own_home, tmp_path):  # noqa: ARG001 - profiles and settings of this test alone
    with lzma.open(KEPT) as packed:
        (tmp_path / "own.duckdb").write_bytes(packed.read())
    made = Store(tmp_path / "own.duckdb")
    yield made
    made.close()


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))


@pytest.mark.slow
def test_what_upgrades_and_restores_keep_is_named_and_removed(store, tmp_path):
    back_up(store, tmp_path / "elsewhere.zip")
    restore(store, tmp_path / "elsewhere.zip", "inkoop")
    undo(store, 1, who="inkoop")
    states = kept_states(store)
    assert [state.name for state in states][:1] == ["own.duckdb.schema5"]
    assert [state.suffix for state in states][1:] == [".zip"]
    assert remove_kept_states(store, "beheer") == 2
    last = store.trail()[0]
    assert (last.act, last.who, last.name) == ("remove_kept", "beheer", "2")
    assert kept_states(store) == []
    assert not any(state.exists() for state in states)
    assert (tmp_path / "elsewhere.zip").exists()

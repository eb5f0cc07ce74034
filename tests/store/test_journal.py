"""What people keep beside the data stays through whatever the data goes through."""

import pytest

from nami_monitor.ingest.book.undo import undo
from nami_monitor.store import Store
from nami_monitor.store.journal import current, history, record


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path / "own.duckdb")
    yield found
    found.close()


def test_the_last_word_counts_and_the_first_stays_in_the_history(store):
    with store.write() as db:
        record(db, "note", "a", {"text": "één"}, "cm")
        record(db, "note", "b", {"text": "<b>x</b>"}, "adv")
        record(db, "note", "a", {"text": "twee"}, "adv")
        record(db, "seen", "a", {}, "cm")
    with store.read() as db:
        found = current(db, "note")
        assert [(one.name, one.body, one.who) for one in found.values()] == [
            ("a", {"text": "twee"}, "adv"),
            ("b", {"text": "<b>x</b>"}, "adv"),
        ]
        first = [one.body for one in history(db, "note") if one.name == "a"]
        assert first == [{"text": "één"}, {"text": "twee"}]
        assert current(db, "seen")["a"].body == {}


def test_what_is_withdrawn_stands_no_more_and_can_come_back(store):
    with store.write() as db:
        record(db, "note", "a", {"text": "één"}, "cm")
        record(db, "note", "a", None, "cm")
    with store.read() as db:
        assert current(db, "note") == {}
        assert [one.body for one in history(db, "note")] == [{"text": "één"}, None]
    with store.write() as db:
        record(db, "note", "a", {"text": "twee"}, "cm")
    with store.read() as db:
        assert current(db, "note")["a"].body == {"text": "twee"}


@pytest.mark.slow
def test_figures_do_not_change_by_it(demo):
    store = Store(demo)
    before = store.version()
    with store.write() as db:
        record(db, "note", "a", {"text": "blijft"}, "cm")
    assert store.version() == before
    with store.read() as db:
        batch = db.value("select max(batch) from batches where undone_at is null")
    undo(store, batch, who="cm")
    with store.read() as db:
        assert current(db, "note")["a"].body == {"text": "blijft"}
    store.close()

"""What is computed before anybody asks: again after every change, and never to anybody's harm."""

import threading

import pytest

from nami_monitor.store import Store
from nami_monitor.ui import ahead, app


class EndedError(BaseException):
    """Ends a loop that goes on for as long as a server runs."""


@pytest.fixture
def store(tmp_path, monkeypatch):
    found = Store(tmp_path / "own.db")
    monkeypatch.setattr(app, "usual_data", lambda: app.OWN)
    monkeypatch.setattr(app, "store_of", lambda _: found)
    monkeypatch.setattr(app, "make_parts", lambda _: [])
    monkeypatch.setattr(ahead, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(ahead, "WOKEN", threading.Event())
    yield found
    found.close()


def write(store):
    with store.write() as db:
        db.run("update meta set data_version = data_version + 1")


def test_it_computes_again_whenever_the_data_is_another(store, monkeypatch):
    seen = []

    def compute(found):
        seen.append(found.version())
        if len(seen) == 3:
            raise EndedError
        write(Store(store.path))  # as another process does
        if len(seen) == 2:
            raise RuntimeError("what broke once is tried again with the next data")

    monkeypatch.setattr(ahead, "compute", compute)
    with pytest.raises(EndedError):
        ahead.keep_up()
    assert seen == sorted(set(seen))


def test_data_that_stays_is_computed_once(store, monkeypatch):
    write(store)
    computed, looked = [], []
    version = Store.version

    def look(found):
        looked.append(1)
        if len(looked) == 5:
            raise EndedError
        return version(found)

    monkeypatch.setattr(ahead, "compute", computed.append)
    monkeypatch.setattr(Store, "version", look)
    with pytest.raises(EndedError):
        ahead.keep_up()
    assert computed == [store]


def test_a_step_that_breaks_stops_no_other_and_data_that_changes_stops_all(store, monkeypatch):
    done = []

    def steps(found):
        yield lambda: done.append(1) or 1 / 0
        yield lambda: done.append(2)
        yield lambda: write(found)
        yield lambda: done.append(3)

    monkeypatch.setattr(ahead, "first_page", lambda _: None)
    monkeypatch.setattr(ahead, "other_pages", steps)
    ahead.compute(store)
    assert done == [1, 2]


def test_it_waits_while_pages_of_visitors_run(store, monkeypatch):
    gate, done = app.PageGate(), threading.Event()
    monkeypatch.setattr(app, "GATE", gate)
    monkeypatch.setattr(ahead, "first_page", lambda _: None)
    monkeypatch.setattr(ahead, "other_pages", lambda _: [done.set])
    with gate.turn():
        computing = threading.Thread(target=ahead.compute, args=[store])
        computing.start()
        assert not done.wait(0.2)
    computing.join(20)
    assert done.is_set()


def test_an_empty_database_has_nothing_to_compute(store):
    assert list(ahead.other_pages(store)) == []


@pytest.mark.parametrize(("said", "others"), [("no", 0), ("", 1)])
def test_all_but_the_first_page_can_be_left_to_who_asks(store, monkeypatch, said, others):
    firsts, steps = [], []
    monkeypatch.setenv("NAMI_AHEAD", said)
    monkeypatch.setattr(ahead, "first_page", firsts.append)
    monkeypatch.setattr(ahead, "other_pages", lambda _: [lambda: steps.append(1)])
    ahead.compute(store)
    assert (len(firsts), len(steps)) == (1, others)

"""Many read a database from threads, processes and pages while two processes write it."""

import contextlib
import json

import pytest

from nami_monitor.store import Store, lines
from tests.support import acts, load
from tests.support.slow import LONGER


def check_seen(found, writes):
    """Nobody met an error, and every state that anybody saw is whole and was seen alike by all."""
    assert [error for one in found for error in one["errors"]] == []
    assert sum(one["writes"] for one in found) == writes
    states = {}
    for state in (state for one in found for state in one["seen"]):
        _, _, orders, by_place, by_product, _, _, _, offered, groups = state
        assert orders == by_place == by_product, state
        assert offered == groups, state
        states.setdefault(tuple(state[:2]), set()).add(tuple(state))
    assert all(len(alike) == 1 for alike in states.values())
    assert all(one["reads"] for one in found if not one["writes"])


def check_left(path, batches):
    """Every delivery is there, and no file too many once somebody writes again."""
    with contextlib.closing(Store(path)) as store:
        acts.note(store)
        with store.read() as db:
            assert db.value("select count(*) from batches") == batches
    assert acts.leftovers(path) == []


@pytest.mark.slow
def test_a_few_readers_and_writers(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", load.LINES_IN_A_FILE)
    path = tmp_path / "own.duckdb"
    acts.prepare(path, months=2)
    here = load.Observer(path)
    with load.start(path, "read_and_write", 1, 2, 1, 5) as other:
        here.guard(here.read_and_write, 0, 4, 1, 5)
        there = json.loads(other.communicate()[0])
    check_seen([here.answer(), there], 10)
    check_left(path, 2 + 2 * 2)


@pytest.mark.slow
def test_many_readers_and_writers(tmp_path):
    path = tmp_path / "own.duckdb"
    acts.prepare(path, months=2)
    threads, processes, writers, each = (20, 6, 4, 25) if LONGER > 1 else (8, 3, 2, 5)
    found = load.run(
        path, threads=threads, processes=processes, pages=2, writers=writers, writes=each
    )
    check_seen(found, 2 * writers * each)
    check_left(path, 2 + 2 * writers * (each // 5 * 2))

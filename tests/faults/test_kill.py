"""A writer that is killed leaves the old state or the new one, and stops nobody."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nami_monitor.store import Store, lines, snapshots
from tests.support import acts
from tests.support.databases import copy_database
from tests.support.slow import examples

ROOT = Path(__file__).parents[2]
ACTOR = """
import os, sys, time
from pathlib import Path
from nami_monitor.store import Store, lines
from tests.support import acts
lines.LINES_IN_A_FILE = int(sys.argv[1])
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        name, path = line.split()
        store = Store(Path(path))
        acts.ACTS[name](store)
        store.close()
        os._exit(0)
    begun = time.monotonic()
    print(child, flush=True)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, time.monotonic() - begun, flush=True)
"""
KILLS = examples(8)
"""Each hits a living process, in its own part of the time that the act takes."""
ATTEMPTS = 20 * KILLS
"""An act that ends before its kill says how long one takes now, and is tried again."""


class Actor:
    """A process that does acts on copies of a database, each in a child that can be killed."""

    def __init__(self, folder, lines_in_a_file):
        self.old, self.copy = folder / "old.duckdb", folder / "copy.duckdb"
        self.process = subprocess.Popen(
            [sys.executable, "-c", ACTOR, str(lines_in_a_file)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, act, seconds=None):
        """Do an act, killed after some seconds; how it ended, took and left things."""
        copy_database(self.old, self.copy)
        print(act, self.copy, file=self.process.stdin, flush=True)
        child = int(self.process.stdout.readline())
        if seconds is not None:
            time.sleep(seconds)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        code, took = self.process.stdout.readline().split()
        return int(code), float(took), acts.state_on_disk(self.copy)


@pytest.fixture
def actor_of(tmp_path):
    made = []

    def make(lines_in_a_file):
        made.append(Actor(tmp_path, lines_in_a_file))
        return made[0]

    yield make
    made[0].process.communicate()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked to be killed quickly")
@pytest.mark.parametrize(
    ("act", "lines_in_a_file"),
    [
        ("next_month", lines.LINES_IN_A_FILE),
        ("next_month", 1),
        ("undo_first", lines.LINES_IN_A_FILE),
        ("undo_first", 1),
        ("fill_in", lines.LINES_IN_A_FILE),
    ],
)
def test_kills_leave_the_old_state_or_the_new_one(
    act, lines_in_a_file, actor_of, tmp_path, monkeypatch
):
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", lines_in_a_file)
    acts.prepare(tmp_path / "old.duckdb", count=1000)
    before = acts.state_on_disk(tmp_path / "old.duckdb")
    actor = actor_of(lines_in_a_file)
    actor.run(act)
    code, took, after = actor.run(act)
    assert code == 0
    assert after != before
    chance = random.Random(20)  # noqa: S311  moments, no secrets
    seen = []
    for _ in range(ATTEMPTS):
        moment = took * chance.uniform(len(seen), len(seen) + 1) / KILLS
        code, lasted, found = actor.run(act, moment)
        assert found in {before, after}
        assert snapshots.newest(actor.copy).number in {1, 2, 3}  # 3: what was undone is erased
        if code == -signal.SIGKILL:
            seen.append(found)
        else:
            assert (code, found) == (0, after)
            took = lasted
        with contextlib.closing(Store(actor.copy)) as store:
            acts.note(store)
            assert acts.state(store) != found
        assert acts.leftovers(actor.copy) == []
        if len(seen) == KILLS:
            break
    assert len(seen) == KILLS

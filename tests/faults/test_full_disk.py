"""A disk that becomes full at any moment: the old state stays, and with room the act succeeds."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nami_monitor.store import lines
from tests.support import acts
from tests.support.databases import copy_database
from tests.support.slow import examples

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tests" / "support" / "full_disk.c"
EACH = examples(4)
"""Moments for each act, evenly among all; every one of them with NAMI_LONGER=25."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a library is preloaded"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    compiler = shutil.which("cc")
    assert compiler, "a C compiler is needed"
    made = tmp_path_factory.mktemp("library") / "full_disk.so"
    flags = ["-O2", "-Wall", "-Werror", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, "-o", made, SOURCE, "-ldl"], check=True)
    return made


class Disk:
    """A folder that becomes full at will, in which acts are done on copies of a database."""

    def __init__(self, folder, library):
        self.folder = folder
        env = {"LD_PRELOAD": str(library), "NAMI_FULL_DISK": f"{folder}/copy"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.full_disk"],
            cwd=ROOT,
            env=os.environ | env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def attempt(self, base, act, first, calls, lines_in_a_file):
        """Do an act on a copy; from the call ``first`` on, ``calls`` or all of them fail."""
        copy = copy_database(base, self.folder / "copy.duckdb")
        shutil.copy(base.with_name("next.csv"), self.folder)
        print(act, copy, first, calls, lines_in_a_file, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def disk(tmp_path_factory, library):
    made = Disk(tmp_path_factory.mktemp("disk"), library)
    yield made
    made.process.communicate()
    assert made.process.returncode == 0


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A database with a delivery of ten lines."""
    made = tmp_path_factory.mktemp("base") / "old.duckdb"
    acts.prepare(made)
    return made


def check_moments(disk, base, act, lines_in_a_file, moments_of):
    """Do an act at each moment: it leaves the old state or the new one, and succeeds with room."""
    whole = disk.attempt(base, act, 0, 0, lines_in_a_file)
    assert (whole["outcome"], whole["problems"], whole["left"]) == ("done", [], [])
    before, after = whole["before"], whole["after"]
    assert before != after
    outcomes = set()
    for first, calls in moments_of(whole["calls"]):
        found = disk.attempt(base, act, first, calls, lines_in_a_file)
        moment = f"call {first} of {whole['calls']}, {calls or 'all'} failing: {found}"
        assert found["outcome"] in {"store.full", "done"}, found["outcome"] + moment
        held = after if found["outcome"] == "done" else before
        assert found["between"] == [held] * 3, moment
        assert (found["problems"], found["left"], found["after"]) == ([], [], after), moment
        outcomes.add(found["outcome"])
    assert "store.full" in outcomes


def evenly(total):
    """Moments among all calls, at which one call fails or all from there on."""
    every = [(first, calls) for first in range(1, total + 1) for calls in (0, 1)]
    step = max(1, len(every) // EACH)
    return every[:: step if step == 1 else step // 2 * 2 + 1]


@pytest.mark.parametrize("act", acts.ACTS)
def test_an_act_on_a_full_disk_is_refused_and_succeeds_with_room(act, disk, base):
    check_moments(disk, base, act, lines.LINES_IN_A_FILE, evenly)


@pytest.mark.parametrize("act", ["next_month", "undo_first"])
def test_lines_in_files_on_a_full_disk(act, disk, tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", 1)
    acts.prepare(tmp_path / "old.duckdb", months=2)
    check_moments(disk, tmp_path / "old.duckdb", act, 1, evenly)


def test_a_month_of_the_demo_on_a_full_disk(disk, tmp_path, demo_folder):
    copy_database(demo_folder / "demo.duckdb", tmp_path / "old.duckdb")
    acts.write_month(tmp_path / "next.csv", 2, 3000)
    step = max(1, 100 // examples(1))
    check_moments(
        disk,
        tmp_path / "old.duckdb",
        "next_month",
        lines.LINES_IN_A_FILE,
        lambda total: [(first, 0) for first in range(step, total + 1, step)] or [(total // 2, 0)],
    )

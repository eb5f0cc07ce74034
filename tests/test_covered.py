"""The gate on coverage: it tells rooms that fall short, and only when every test runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.covered import FLOORS, UNTRACED, by_room, falls_short

ROOT = Path(__file__).parents[1]
CONFIG = """
[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = "-p covered -p no:cacheprovider --cov --cov-report="
[tool.coverage.run]
branch = true
source = ["nami_monitor"]
"""
CODE = """
def half(value):
    if value:
        return "yes"
    return "no"
"""
TESTS = """
from nami_monitor.cellar import half

def test_yes():
    assert half(1) == "yes"

def test_other():
    assert True
"""


AT_LENGTH = """
from nami_monitor.cellar import half

def test_no():
    assert half(0) == "no"
"""


def file(statements, covered, branches=0, taken=0):
    return {
        "summary": {
            "num_statements": statements,
            "covered_lines": covered,
            "num_branches": branches,
            "covered_branches": taken,
        }
    }


def test_lines_and_branches_of_a_room_count_together():
    files = {
        "nami_monitor/core/a.py": file(8, 8, 2, 1),
        "nami_monitor/core/deep/b.py": file(10, 6),
        "nami_monitor/opening.py": file(4, 3),
        "nami_monitor/core/__init__.py": file(0, 0),
        "nami_monitor/bare/__init__.py": file(0, 0),
    }
    assert by_room({"files": files}) == {"core": 75.0, "nami_monitor": 75.0}


def test_a_room_that_falls_short_is_told_with_both_figures():
    rooms = dict.fromkeys(FLOORS, 100.0)
    assert falls_short(rooms) == []
    assert falls_short({**rooms, "core": FLOORS["core"]}) == []
    assert falls_short({**rooms, "core": 12.345, "attic": 84.0}) == [
        "attic: 84.00% is covered, 85% is needed",
        f"core: 12.35% is covered, {FLOORS['core']:g}% is needed",
    ]


def test_every_room_has_its_floor():
    rooms = {path.parent.name for path in (ROOT / "nami_monitor").glob("*/__init__.py")}
    assert set(FLOORS) == {*rooms, "nami_monitor"}


@pytest.mark.parametrize("name", UNTRACED)
def test_what_is_not_traced_is_there(name):
    assert (ROOT / "tests" / name).exists()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_whole_suite_fails_below_a_floor_and_a_part_of_it_does_not(tmp_path, workers):
    room = tmp_path / "nami_monitor" / "cellar"
    room.mkdir(parents=True)
    room.with_name("__init__.py").touch()
    (room / "__init__.py").write_text(CODE)
    (tmp_path / "tests" / "browser").mkdir(parents=True)
    (tmp_path / "tests" / "browser" / "test_no.py").write_text(AT_LENGTH)
    (tmp_path / "tests" / "test_half.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text(CONFIG)

    def run(*more):
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-n", workers, *more],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
            capture_output=True,
            text=True,
            check=False,
        )

    whole = run()
    assert whole.returncode == pytest.ExitCode.TESTS_FAILED, whole.stdout + whole.stderr
    assert "3 passed" in whole.stdout
    assert "cellar: 66.67% is covered, 85% is needed" in whole.stdout
    for part in (["-k", "yes"], ["tests/test_half.py"]):
        done = run(*part)
        assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
        assert "covered" not in done.stdout

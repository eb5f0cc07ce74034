"""What is said of a list of vulnerabilities, and of one that cannot be had."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import vulnerabilities

FINE = {"name": "a", "version": "1", "vulns": []}
FAULTY = {"name": "b", "version": "2", "vulns": [{"id": "X-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


def listed(monkeypatch, answers):
    """Let pip-audit say this of each package; None: it cannot ask anyone."""
    asked = []

    def run(command, **_):
        packages = Path(command[command.index("--requirement") + 1]).read_text("utf-8").split("\n")
        asked.append(len(packages))
        if answers is not None:
            found = [answers for _ in packages]
            Path(command[-1]).write_text(json.dumps({"dependencies": found}), "utf-8")

    monkeypatch.setattr(subprocess, "run", run)
    return asked


@pytest.mark.parametrize(
    ("answers", "said", "ends", "times"),
    [
        (FINE, "Checked", 0, 2),
        (FAULTY, "b 2: X-1; mended: 3", 1, 2),
        (UNKNOWN, vulnerabilities.NO_LIST, 0, 1),
        (None, vulnerabilities.NO_LIST, 0, 1),
    ],
)
def test_what_is_known_fails_and_no_list_is_said(monkeypatch, capsys, answers, said, ends, times):
    asked = listed(monkeypatch, answers)
    assert vulnerabilities.main() == ends
    assert said in capsys.readouterr().out
    assert asked == [1, len(vulnerabilities.pinned())][:times]


def test_packages_that_nobody_knows_are_not_said_to_be_checked():
    said, ends = vulnerabilities.summary([FINE, UNKNOWN])
    assert said.startswith("Checked 1 of 2")
    assert not ends


def test_every_package_that_ships_is_asked_for():
    pins = [pin.partition("==")[0] for pin in vulnerabilities.pinned()]
    assert {"streamlit", "duckdb", "numpy"} <= set(pins)
    assert len(pins) > 60


def test_without_pip_audit_there_is_no_list(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert vulnerabilities.audited(["a==1"]) is None

"""A small file that asks for much is answered: shown or refused, within time and memory.

The processor time is a limit of the system (``RLIMIT_CPU``), not a watch: a file that takes more
ends its process, and leaves no answer.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest import limits
from tests.ingest.readers.hostile_files import MAKERS

MEGABYTES = 500
#: These are stopped by their processor time, or take a few seconds of it.
HEAVY = {
    "ods: deep in a cell",
    "xlsx: one large sheet shown",
    "xlsx: rows without a reference",
    "ocds: items of all",
    "csv: blank lines",
}
READ = {"csv: open quotes", "csv: addresses", "csv: spaces", "csv: returns", "csv: blank lines"}
READ |= {"ocds: parties of all"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the child")


def answers(folder, names):
    paths = []
    for number, name in enumerate(names):
        path = MAKERS[name](folder / f"{number}")
        assert path.stat().st_size <= limits.MEGABYTE, name
        paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-m", "tests.ingest.readers.hostile_run", *paths],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    said = {line["file"]: line for line in map(json.loads, done.stdout.splitlines())}
    return {name: said.get(str(number)) for number, name in enumerate(names)}


def check(found):
    assert None not in found.values(), [name for name, line in found.items() if line is None]
    for name, line in found.items():
        assert line["parent"] < MEGABYTES, name
        assert line["child"] < MEGABYTES, name
        if name in READ:
            assert line["said"] == "read", name
        else:
            assert line["said"].startswith("reading."), name


def test_there_are_many_kinds():
    assert len(MAKERS) > 40
    assert set(MAKERS) >= HEAVY | READ


def test_small_hostile_files_are_answered(tmp_path):
    check(answers(tmp_path, [name for name in MAKERS if name not in HEAVY]))


@pytest.mark.slow
def test_small_files_that_take_their_time_are_answered(tmp_path):
    check(answers(tmp_path, sorted(HEAVY)))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("cell_too_long", {"most": 5}),
        ("too_wide", {"columns": 9, "most": 5}),
        ("too_many_sheets", {"most": 5}),
        ("too_much_data", {"megabytes": 5}),
    ],
)
def test_each_limit_has_its_sentence(lang, key, values):
    assert "5" in text(f"errors.reading.{key}", lang, file="a.ods", **values)


def test_a_larger_file_may_take_more_up_to_what_real_ones_need(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"x")
    with large.open("wb") as file:
        file.truncate(400 * limits.MEGABYTE)
    less, more = limits.budget_of(small), limits.budget_of(large)
    assert less.seconds < 10
    assert less.memory < MEGABYTES * limits.MEGABYTE
    assert (more.seconds, more.cells) == (120, 20_000_000)
    assert more.data > 200 * less.data

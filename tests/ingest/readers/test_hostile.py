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
from nami_monitor.ingest.parse import sheets as limits
from tests.ingest.readers.hostile_files import MAKERS, write_xlsx
from tests.ingest.readers.hostile_run import SECONDS
from tests.support.slow import SAMPLED

MEGABYTES = 500
SHOWN = {"csv: open quotes", "csv: addresses", "csv: spaces", "csv: returns", "csv: blank lines"}
SAMPLE = ["csv: one line", "ods: rows beyond number", "zip: spoilt", "profile: dotted"]
"""A refusal by each of four ways, each in next to no time."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the child")


def answers(folder, makers):
    """What became of files, by name; None of one that broke off its process."""
    paths = {}
    for number, (name, make) in enumerate(makers.items()):
        paths[name] = make(folder / f"{number}")
        assert paths[name].stat().st_size <= limits.MEGABYTE, name
    done = subprocess.run(
        [sys.executable, "-m", "tests.ingest.readers.hostile_run", *map(str, paths.values())],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    said = {line["file"]: line for line in map(json.loads, done.stdout.splitlines())}
    return {name: said.get(path.name) for name, path in paths.items()}


def broken(found, before):
    """What was not answered as promised: within the time, and the memory of both processes."""
    return {
        name: line
        for name, line in found.items()
        if line is None
        or line["seconds"] > SECONDS
        or line["parent"] + max(0, line["child"] - before) > MEGABYTES
        or not line["said"].startswith(("reading.", "import.", "profile.", "backup.", "shown"))
        or (name in SHOWN and line["said"] not in {"shown", "import.column_unmapped"})
    }


def test_there_are_many_kinds():
    assert len(MAKERS) > 80
    assert set(MAKERS) >= {*SAMPLE, *SHOWN}


@pytest.mark.slow
def test_some_small_hostile_files_are_answered(tmp_path):
    found = answers(tmp_path, {name: MAKERS[name] for name in SAMPLE})
    assert not broken(found, 0)
    assert [line["said"] for line in found.values()] == [
        "reading.empty", "reading.too_far", "reading.truncated", "profile.too_large",
    ]  # fmt: skip


@pytest.mark.slow
def test_small_files_are_answered_in_time_and_memory(tmp_path):
    """What the process that parses holds before it sees a file is measured with a harmless one.

    Every third kind; all of them with NAMI_LONGER.
    """
    made = answers(
        tmp_path,
        {"harmless": lambda path: write_xlsx(path, ["<row><c><v>1</v></c></row>"])}
        | dict(list(MAKERS.items())[::SAMPLED]),
    )
    before = made.pop("harmless")["child"]
    assert not broken(made, before)


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

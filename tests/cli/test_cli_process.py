import json
import os
import subprocess
import sys
from contextlib import closing

import pytest

from nami_monitor.store import Store


def run(*args, **more):
    return subprocess.run(
        [sys.executable, *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, **more},
    )


def test_help_loads_neither_the_database_nor_the_import():
    heavy = "{'duckdb', 'polars', 'pandera', 'streamlit'}"
    code = (
        "import sys\nfrom nami_monitor.cli import main\nsys.argv = ['nami', '--help']\n"
        f"try:\n    main()\nfinally:\n    assert not {heavy} & set(sys.modules)\n"
    )
    done = run("-c", code)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_a_process_writes_json_and_nothing_else(loaded):
    done = run("-m", "nami_monitor", "batches", "--json", "--db", loaded.db)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["file"] == "measurements.csv"


@pytest.mark.slow
def test_who_reads_the_first_lines_alone_hears_of_no_fault(loaded):
    command = [sys.executable, "-m", "nami_monitor", "batches", "--db", str(loaded.db)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()  # as head does once it has enough
        assert process.stderr.read() == b""


@pytest.mark.slow
def test_who_holds_the_file_is_named(loaded):
    with closing(Store(loaded.db)) as store, store.write():
        done = run("-m", "nami_monitor", "undo", "1", "--yes", "--json", "--wait", "0.1")
    assert (done.returncode, json.loads(done.stdout)["error"]["key"]) == (1, "store.held.change")
    assert str(os.getpid()) in done.stderr

"""Who holds the file, for how long, and what another process sees."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.store import Store

HOLD = """
import sys, time, duckdb
db = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""
WRITE = """
import sys
from pathlib import Path
from nami_monitor.store import Store
store = Store(Path(sys.argv[1]), wait=20)
with store.write() as db:
    db.run("update meta set data_version = data_version + 1")
store.close()
"""


@pytest.fixture
def path(tmp_path):
    store = Store(tmp_path / "own.duckdb")
    with store.write():
        pass
    store.close()
    return tmp_path / "own.duckdb"


@pytest.fixture
def holder(path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.communicate("\n")


def test_a_process_that_holds_the_file_is_named(path, holder):
    store = Store(path, wait=0.2)
    with pytest.raises(DatabaseHeldError) as held, store.read():
        pass
    store.close()
    assert held.value.key == "store.held"
    assert held.value.values["path"] == str(path)
    assert "python" in held.value.values["holder"]
    assert str(holder.pid) in held.value.values["holder"]


def test_waiting_lasts_until_the_file_is_free(path, holder):
    store = Store(path, wait=30)
    with ThreadPoolExecutor(1) as pool:
        version = pool.submit(store.version)
        time.sleep(0.2)
        assert not version.done()
        holder.communicate("\n")
        assert version.result(timeout=30) == 0
    store.close()


def test_a_scheduled_import_succeeds_while_another_process_has_the_store_open(path):
    dashboard = Store(path, idle=0.2)
    assert dashboard.version() == 0
    subprocess.run([sys.executable, "-c", WRITE, str(path)], check=True, timeout=60)
    assert dashboard.version() == 1
    dashboard.close()


def test_readers_see_the_old_state_while_a_write_is_under_way(path):
    store = Store(path)
    with store.read() as before:
        assert before.value("select data_version from meta") == 0
    with store.write() as db:
        db.run("update meta set data_version = 5")
        with store.read() as beside:
            assert beside.value("select data_version from meta") == 0
    assert store.version() == 5
    store.close()


def test_a_write_that_fails_changes_nothing(path):
    store = Store(path)
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store)
    assert store.version() == 0
    store.close()


@pytest.mark.parametrize("content", [b"no database", b"\x00" * 5000])
def test_a_file_that_is_no_database_is_refused(tmp_path, content):
    path = tmp_path / "x.duckdb"
    path.write_bytes(content)
    store = Store(path, wait=0.2)
    with pytest.raises(UserError, match=r"store\.unreadable"), store.read():
        pass
    store.close()
    assert path.read_bytes() == content


def test_a_file_of_a_newer_version_and_a_foreign_one_are_refused(path, tmp_path):
    store = Store(path)
    with store.write() as db:
        db.run("update meta set schema_version = 99")
    with pytest.raises(UserError, match=r"store\.newer"), store.write():
        pass
    store.close()
    other = Store(tmp_path / "other.duckdb")
    with pytest.raises(UserError, match=r"store\.foreign"):
        import_foreign(tmp_path / "other.duckdb", other)
    other.close()


def import_foreign(path, store):
    code = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute('create table t (a int)')"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    with store.write():
        pass


def write_and_fail(store):
    with store.write() as db:
        db.run("update meta set data_version = 5")
        raise ZeroDivisionError

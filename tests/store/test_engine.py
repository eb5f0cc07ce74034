"""Who holds the file, for how long, and what another process sees."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


@pytest.mark.parametrize("name", ['it\'s 100% \u00f8 [1] "x".duckdb', ":memory:", "x.csv", "s3:/x"])
def test_a_file_may_have_any_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for version in (1, 2):
        store = Store(Path(name))
        with store.write() as db:
            db.run("update meta set data_version = data_version + 1")
        assert store.version() == version
        store.close()
    assert (tmp_path / name).is_file()


@pytest.mark.parametrize("read", [True, False])
@pytest.mark.parametrize("sql", ["create table klanten (a int)", "create table meta (a int)"])
def test_a_file_of_another_program_is_refused_to_readers_too(tmp_path, sql, read):
    path = tmp_path / "other.duckdb"
    run_duckdb(path, sql)
    before = path.read_bytes()
    store = Store(path)
    with pytest.raises(UserError, match=r"store\.foreign"), store.read() if read else store.write():
        pass
    store.close()
    assert path.read_bytes() == before


def test_a_file_that_a_killed_process_left_bare_is_filled_in(tmp_path):
    run_duckdb(tmp_path / "bare.duckdb", "select 1")
    store = Store(tmp_path / "bare.duckdb")
    assert store.version() == 0
    with store.read() as db:
        assert db.rows("select * from batches") == []
    store.close()


def test_a_file_of_a_newer_version_is_refused_to_readers(path):
    run_duckdb(path, "update meta set schema_version = 99")
    store = Store(path)
    with pytest.raises(UserError, match=r"store\.newer"), store.read():
        pass
    store.close()


def test_a_folder_called_lock_holds_nothing(tmp_path):
    (tmp_path / "lock").mkdir()
    store = Store(tmp_path / "lock" / "x.duckdb", wait=60)
    store.path.write_bytes(b"no database")
    with pytest.raises(UserError, match=r"store\.unreadable"), store.read():
        pass
    store.close()


def test_what_cannot_be_written_is_said_and_changes_nothing(path):
    store = Store(path)
    wall = path.with_name(f"{path.name}.wal")
    with pytest.raises(UserError, match=r"store\.unwritable"):
        write_against(store, wall)
    wall.rmdir()
    assert store.version() == 0
    store.close()
    below = Store(path / "x.duckdb")
    with pytest.raises(UserError, match=r"store\.unwritable"), below.write():
        pass
    below.close()


def write_against(store, wall):
    """Write, and put something in the way before it is booked."""
    with store.write() as db:
        db.run("update meta set data_version = 5")
        wall.mkdir()


def run_duckdb(path, sql):
    code = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute(sys.argv[2])"
    subprocess.run([sys.executable, "-c", code, str(path), sql], check=True)

"""Snapshots: who waits for whom, what others see, and what the disk or another program may do."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.store import Store, engine, instance, lines, snapshots
from tests.support.databases import damage, newest_file

WRITE = """
import sys
from pathlib import Path
from nami_monitor.store import Store, Work
store = Store(Path(sys.argv[1]), wait=20)
with store.write(Work.IMPORT, "inkoop") as db:
    db.run("update meta set data_version = data_version + 1")
    print("writing", flush=True)
    if len(sys.argv) > 2:
        sys.stdin.readline()
store.close()
"""
QUERIED_AT_THE_END = """
import sys, threading
from pathlib import Path
from nami_monitor.store import Store
store, begun = Store(Path(sys.argv[1])), threading.Event()
def ask():
    while True:
        with store.read() as db:
            begun.set()
            db.rows("select sum(hash(a.range + b.range)) from range(3000) as a, range(3000) as b")
for _ in range(4):
    threading.Thread(target=ask, daemon=True).start()
begun.wait()
"""
READ = """
import sys
from pathlib import Path
from nami_monitor.store import Store
with Store(Path(sys.argv[1])).read():
    print("reading", flush=True)
    sys.stdin.readline()
"""
RAISE = "update meta set data_version = data_version + 1"


@pytest.fixture
def path(tmp_path):
    store = Store(tmp_path / "own.duckdb")
    with store.write():
        pass
    store.close()
    return tmp_path / "own.duckdb"


@pytest.fixture
def store(path):
    made = Store(path, wait=20)
    yield made
    made.close()


@pytest.fixture
def writer(path):
    """Another process that writes until it reads a line."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, str(path), "hold"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "writing\n"
        yield process
        if process.poll() is None:
            process.communicate("\n")


def files(path):
    return sorted(file.name for file in path.iterdir())


def raise_version(store, **more):
    with store.write(**more) as db:
        db.run(RAISE)


def test_who_writes_is_named_to_a_writer_that_waited_long_enough(path, writer):
    store = Store(path, wait=0.1)
    with pytest.raises(DatabaseHeldError) as held, store.write():
        pass
    store.close()
    values = held.value.values
    assert (values["what"], values["who"], values["pid"]) == ("import", "inkoop", writer.pid)
    assert time.strptime(values["since"], "%H:%M:%S")


def test_a_reader_waits_for_nobody(store, writer):
    assert store.version() == 0
    with store.read() as db:
        assert db.value("select data_version from meta") == 0
    writer.communicate("\n")
    assert store.version() == 1


def test_a_writer_waits_for_its_turn_and_loses_nothing(store, writer):
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(raise_version, store) for _ in range(4)]
        time.sleep(0.1)
        assert not any(one.done() for one in waiting)
        writer.communicate("\n")
        for one in waiting:
            one.result(timeout=60)
    assert store.version() == 5


def test_a_writer_waits_for_no_reader(path, store):
    with store.read() as before:
        subprocess.run([sys.executable, "-c", WRITE, str(path)], check=True, timeout=60)
        raise_version(store)
        assert before.value("select data_version from meta") == 0
    with store.read() as after:
        assert after.value("select data_version from meta") == 2


def test_readers_see_the_old_state_while_a_write_is_under_way(store):
    with store.write() as db:
        db.run("update meta set data_version = 5")
        with store.read() as beside:
            assert beside.value("select data_version from meta") == 0
    assert store.version() == 5


def test_a_write_that_fails_or_is_discarded_leaves_nothing(path, store):
    before = files(path)

    def fail():
        with store.write() as db:
            db.run("update meta set data_version = 5")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    for one in (store.write, store.trial):
        with one() as db:
            db.run("update meta set data_version = 5")
            db.discard()
    assert store.version() == 0
    assert set(files(path)) - {snapshots.LOCK} == set(before) - {snapshots.LOCK}


def test_a_trial_waits_for_nobody(store, writer):
    with store.trial() as db:
        db.run("update meta set data_version = 5")
        assert db.value("select data_version from meta") == 5
    assert store.version() == 0
    writer.communicate("\n")


def test_a_write_that_fails_after_it_wrote_lines_leaves_no_file(path, store, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lines, "LINES_IN_A_FILE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "publish", fail)
        with pytest.raises(UserError, match=r"store\.full"):
            write_line(store)
    assert list(path.rglob("*.parquet")) == []
    write_line(store)
    assert len(list(path.rglob("*.parquet"))) == 1


def test_a_store_that_closes_waits_for_what_looks_after_its_files(path, monkeypatch):
    store, looking, go_on = Store(path, idle=0.01), threading.Event(), threading.Event()
    unused = store._close_unused

    def slowly(kept):
        if isinstance(threading.current_thread(), threading.Timer):
            looking.set()
            assert go_on.wait(20)
        unused(kept)

    with store.read() as db:
        assert db.value("select 1") == 1
    monkeypatch.setattr(store, "_close_unused", slowly)
    assert looking.wait(20)
    with ThreadPoolExecutor(1) as other:
        closing = other.submit(store.close)
        time.sleep(0.1)
        assert not closing.done()
        go_on.set()
        closing.result(20)
    assert not store._opened


def test_a_store_closes_beside_a_thread_that_queries_it(path):
    store, begun, go_on = Store(path), threading.Event(), threading.Event()

    def waited() -> int:
        begun.set()
        return int(go_on.wait(20))

    def query():
        with store.read() as db:
            db._cursor.create_function("waited", waited, side_effects=True)
            return db.value("select waited()")

    with ThreadPoolExecutor(1) as other:
        asked = other.submit(query)
        assert begun.wait(20)
        store.close()
        go_on.set()
        assert asked.result(20) == 1
    assert not store._opened


def test_a_write_whose_files_lack_lines_is_refused_whole(path, store, monkeypatch):
    # as when the database does not find rows of its own, see the test of an insert of none
    copied = lines.copy_group

    def lose(db, table, batch, month, file):
        return copied(db, table, batch + 1, month, file)

    monkeypatch.setattr(lines, "LINES_IN_A_FILE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(lines, "copy_group", lose)
        with pytest.raises(RuntimeError, match="1 order lines were to be kept, 0 are"):
            write_line(store)
    assert list(path.rglob("*.parquet")) == []
    with store.read() as db:
        assert db.value("select count(*) from orders_offered") == 0


def write_line(store):
    with store.write() as db:
        lines.begin_changes(db, "orders")
        db.run(
            f"insert into {lines.rows_of('orders')} by name select 1 as batch, 1 as line,"
            " 'live' as standing, date '2026-01-05' as ordered_on"
        )


def test_rows_that_follow_an_insert_of_none_are_found(store):
    # as when the first sheet of a file has no good row: DuckDB 2.0.0 gave 0 for the last two
    with store.trial() as db:
        db.run("create table t (i bigint)")
        db.run("insert into t select i from range(0) as r(i)")
        db.run("insert into t select i from range(130_000) as r(i)")
        assert db.value("select count(*) from t") == 130_000
        assert db.value("select count(*) from t where i between 7 and 9") == 3
        assert db.value("select count(*) from t join range(8) as r(i) using (i)") == 8


def test_a_trial_keeps_what_it_reads(path, store, monkeypatch):
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", 1)
    write_line(store)
    with store.trial() as db:
        with store.write() as other:
            lines.remove_batches(other, [1])
            other.drop_older()
        assert db.value("select count(*) from orders_offered") == 1
    assert store.version() == 0
    raise_version(store)
    assert list(path.rglob("*.parquet")) == []


def test_the_snapshot_before_the_newest_stays_and_older_ones_go(path, store):
    for _ in range(3):
        raise_version(store)
    assert [name for name in files(path) if name.endswith(".duckdb")] == [
        "000003.duckdb",
        "000004.duckdb",
    ]


def test_what_an_undo_drops_goes_as_soon_as_nobody_reads_it(path, store):
    other = Store(path)
    with other.read() as reading:
        with store.write() as db:
            db.run(RAISE)
            db.drop_older()
        assert [one.name for one in snapshots.dropped(path)] == ["000001.duckdb"]
        assert reading.value("select data_version from meta") == 0
    assert other.version() == 1
    assert snapshots.dropped(path) == []
    other.close()


def test_what_is_read_for_too_long_after_an_undo_goes_all_the_same(path, monkeypatch):
    """Though nobody reads or writes any more."""
    store, other = Store(path, idle=0.05), Store(path, idle=60)
    with other.read():
        with store.write() as db:
            db.drop_older()
        raise_version(store)
        assert [one.name for one in snapshots.dropped(path)] == ["000001.duckdb"]
        monkeypatch.setattr(snapshots, "HELD_SECONDS", 0.0)
        deadline = time.monotonic() + 30
        while snapshots.dropped(path):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    other.close()
    store.close()


def test_what_an_undo_drops_goes_though_its_reader_was_killed(path, store):
    reader = subprocess.Popen(
        [sys.executable, "-c", READ, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    reader.stdout.readline()
    with store.write() as db:
        db.drop_older()
    assert snapshots.dropped(path)
    reader.kill()
    reader.communicate()
    other = Store(path, idle=0.05)
    with other.read():
        pass
    deadline = time.monotonic() + 30
    while snapshots.dropped(path):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    other.close()


def test_drafts_of_dead_processes_go_before_a_write_and_those_of_living_ones_stay(path, store):
    left = path / f"left{snapshots.DRAFT}"
    for name in (left.name, f"{left.name}.wal", f"gone{snapshots.DRAFT}.wal"):
        (path / name).write_bytes(b"x")
    with Store(path).trial() as trial:
        with store.write():
            assert not left.exists()
        raise_version(store)
        drafts = [name for name in files(path) if snapshots.DRAFT in name]
        assert len(drafts) == 1
        assert trial.value("select data_version from meta") == 0
    assert not [name for name in files(path) if snapshots.DRAFT in name]


def test_files_of_people_beside_a_database_stay(path, store):
    names = ["copy.duckdb", "000001.duckdb.bak", "2024 budget.json", "1.json"]
    for name in names:
        (path / name).write_bytes(b"x")
    for _ in range(3):
        raise_version(store)
    assert set(names) < set(files(path))


def test_a_manifest_that_is_damaged_stops_no_write(path, store):
    raise_version(store)
    (path / "000001.json").write_text("{")
    raise_version(store)
    assert store.version() == 2


def test_a_pointer_that_is_lost_is_said_and_nothing_is_overwritten(path, store):
    raise_version(store)
    (path / snapshots.POINTER).unlink()
    before = files(path)
    for use in (store.read, store.write, store.trial):
        with pytest.raises(UserError, match=r"store\.unreadable"), use():
            pass
    assert set(before) <= set(files(path))


def test_readers_open_a_snapshot_that_is_just_being_let_go(path):
    store = Store(path, idle=0)

    def read(_):
        for _ in range(50):
            with store.read() as db:
                assert db.value("select data_version from meta") == 0
            store._close_unused(None)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, range(4)))
    store.close()


@pytest.mark.parametrize("use", ["read", "write"])
def test_after_a_fatal_error_the_next_use_works(store, use):
    """DuckDB refuses everything once an instance met a fatal error."""

    def fail():
        with getattr(store, use)():
            raise duckdb.FatalException("as DuckDB raises it")

    with pytest.raises((duckdb.FatalException, UserError)):
        fail()
    roots = [*store._instances._roots]
    assert (engine.READING if use == "read" else engine.WRITING) not in roots
    for _ in range(2):
        with store.read() as db:
            assert db.value("select data_version from meta") == 0
    raise_version(store)
    assert store.version() == 1


def test_a_database_that_is_made_anew_is_read_anew(path, store):
    """As the demo is, while the pages run: its snapshots have the numbers of earlier ones."""
    with store.read():
        pass
    shutil.rmtree(path)
    other = Store(path)
    with other.write() as db:
        db.run("update meta set data_version = 7")
    with store.read() as db:
        assert db.value("select data_version from meta") == 7
    other.close()


def test_a_database_of_a_killed_publisher_is_the_old_one(path, store):
    """All that a kill between two steps of publishing can leave."""
    newest_file(path).with_name("000002.duckdb").write_bytes(b"half")
    (path / "000002.json").write_text(json.dumps({"number": 2}))
    (path / f"pointer.json{snapshots.DRAFT}").write_text("{")
    assert store.version() == 0
    raise_version(store)
    assert store.version() == 1
    with store.read() as db:
        assert db.value("select data_version from meta") == 1


def test_a_snapshot_is_let_go_when_nobody_used_it_for_a_while(path):
    store = Store(path, idle=0.05)
    with store.read():
        pass
    deadline = time.monotonic() + 30
    while store._opened:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    store.close()


def test_an_empty_database_can_be_read_and_makes_no_file(tmp_path):
    store = Store(tmp_path / "none.duckdb")
    with store.read() as db:
        assert db.rows("select * from orders") == []
    assert (store.version(), store.stamp(), store.exists) == (0, 0, False)
    store.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_threads_that_read_while_others_write_see_whole_states(store):
    """20 readers and 20 writes in one process: no error, and two tables that always agree."""
    with store.write() as db:
        db.run("insert into abandoned values (0, 0, '', now())")
    done = threading.Event()

    def read():
        seen = 0
        while not done.is_set():
            with store.read() as db:
                version = db.value("select data_version from meta")
                assert db.value("select line from abandoned") == version
                assert version >= seen
                seen = version

    def write(_):
        with store.write() as db:
            db.run(RAISE)
            db.run("update abandoned set line = line + 1")

    with ThreadPoolExecutor(24) as pool:
        readers = [pool.submit(read) for _ in range(20)]
        for one in pool.map(write, range(20)):
            assert one is None
        done.set()
        for one in readers:
            one.result()
    assert store.version() == 20


@pytest.mark.parametrize("content", [b"no database", b"\x00" * 5000, b""])
def test_a_file_that_is_no_database_is_refused(tmp_path, content):
    path = tmp_path / "x.duckdb"
    path.write_bytes(content)
    store = Store(path, wait=0.2)
    for use in (store.read, store.write, store.trial):
        with pytest.raises(UserError, match=r"store\.(unreadable|foreign)"), use():
            pass
    store.close()
    assert path.read_bytes() == content


@pytest.mark.parametrize("sql", ["create table klanten (a int)", "create table meta (a int)"])
def test_a_file_of_another_program_is_refused(tmp_path, sql):
    path = tmp_path / "other.duckdb"
    code = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute(sys.argv[2])"
    subprocess.run([sys.executable, "-c", code, str(path), sql], check=True)
    before = path.read_bytes()
    store = Store(path)
    for use in (store.read, store.write):
        with pytest.raises(UserError, match=r"store\.foreign"), use():
            pass
    store.close()
    assert path.read_bytes() == before


def test_a_newer_version_is_refused(path):
    pointer = json.loads((path / snapshots.POINTER).read_text())
    changed = {"schema": 99, "what_a_newer_version_adds": 1}
    (path / snapshots.POINTER).write_text(json.dumps(pointer | changed))
    (path / f"x{snapshots.DRAFT}").write_bytes(b"of the newer version")
    store = Store(path)
    before = files(path)
    for use in (store.read, store.write, store.trial):
        with pytest.raises(UserError, match=r"store\.newer"), use():
            pass
    assert set(before) <= set(files(path))
    store.close()


@pytest.mark.parametrize("what", ["pointer", "snapshot", "gone"])
def test_a_damaged_database_is_said(path, what):
    if what == "pointer":
        (path / snapshots.POINTER).write_text("{")
    elif what == "snapshot":
        newest_file(path).write_bytes(b"no database")
    else:
        newest_file(path).unlink()
    store = Store(path)
    with pytest.raises(UserError, match=r"store\.unreadable"), store.read():
        pass
    store.close()


@pytest.mark.parametrize(
    ("owner", "function"), [(Path, "read_bytes"), (Path, "stat"), (os, "open")]
)
def test_files_of_somebody_else_are_said(path, monkeypatch, owner, function):
    """As somebody leaves them who wrote to the database as root."""
    barred = {Path: ("pointer.json",), os: ("pointer.json", newest_file(path).name)}[owner]
    real = getattr(owner, function)

    def refuse(file, *args, **more):
        if os.path.basename(file) in barred:  # noqa: PTH119 - a path may be a text here
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, *args, **more)

    monkeypatch.setattr(owner, function, refuse)
    monkeypatch.setattr(snapshots.time, "sleep", lambda _: None)
    store = Store(path)
    assert store.exists
    if function != "stat":
        with pytest.raises(UserError, match=r"store\.unreadable"), store.read():
            pass
    store.close()


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ('Cannot open file "l.parquet": Permission denied', "store.unreadable"),
        ("Could not write: No space left on device", "store.full"),
    ],
)
def test_what_the_system_refuses_while_somebody_reads_is_said(path, said, key):
    with closing(Store(path)) as store, pytest.raises(UserError) as caught, store.read():
        raise duckdb.IOException(said)
    assert caught.value.key == key


@pytest.mark.parametrize("name", ['it\'s 100% \u00f8 [1] "x".duckdb', ":memory:", "x.csv", "s3:/x"])
def test_a_database_may_have_any_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for version in (1, 2):
        store = Store(Path(name))
        raise_version(store)
        assert store.version() == version
        store.close()
    assert (tmp_path / name).is_dir()


def test_a_place_where_nothing_can_be_written_is_said(path):
    below = Store(newest_file(path) / "x.duckdb")
    with pytest.raises(UserError, match=r"store\.unwritable"), below.write():
        pass
    below.close()


def test_another_database_is_adopted_whole(tmp_path, path, store):
    damage(path, "update meta set data_version = 7")
    other = Store(tmp_path / "other.duckdb")
    with other.write() as db:
        db.run("insert into abandoned values (3, 4, 'inkoop', now())")
    store.adopt(other.path)
    with store.read() as db:
        assert db.rows("select batch, line from abandoned") == [(3, 4)]
        assert db.value("select data_version from meta") == store.version()
    assert snapshots.dropped(path) == []
    other.close()


def test_how_long_reads_and_writes_were_blocked_is_recorded(store):
    raise_version(store)
    with store.read():
        pass
    assert [len(store.blocked.reads), len(store.blocked.writes)] == [1, 1]
    assert min(*store.blocked.reads, *store.blocked.writes) > 0


def test_a_program_ends_quietly_while_its_threads_query(path, store):
    raise_version(store)
    for _ in range(3):
        ended = subprocess.run(
            [sys.executable, "-c", QUERIED_AT_THE_END, str(path)],
            check=False,
            capture_output=True,
            timeout=60,
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_at_the_end_what_a_thread_queries_is_interrupted_and_no_more_is_begun(store, monkeypatch):
    monkeypatch.setattr(instance, "ENDING", threading.Event())
    monkeypatch.setattr(instance, "IN_USE", set())
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    raise_version(store)
    begun, ended = threading.Event(), []

    def ask():
        try:
            with store.read() as db:
                begun.set()
                db.rows(
                    "select sum(hash(a.range + b.range)) from range(99999) as a, range(99999) as b"
                )
        except duckdb.InterruptException:
            ended.append("interrupted")
        try:
            with store.read():
                pass
        except SystemExit:
            ended.append("refused")

    thread = threading.Thread(target=ask)
    thread.start()
    begun.wait()
    instance.end_queries()
    thread.join()
    assert ended == ["interrupted", "refused"]

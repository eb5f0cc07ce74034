"""What the files of a database may meet: other systems, other processes, a disk that refuses."""

import os
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.store import Store, instance, lines, migrations, schema, snapshots


@pytest.mark.parametrize("copied", ["nothing", "refused", "half"])
def test_a_file_is_copied_whole_whatever_the_system_shares(tmp_path, monkeypatch, copied):
    source, content = tmp_path / "a", os.urandom(5000)
    source.write_bytes(content)
    calls = []

    def share(read, written, count):
        calls.append(count)
        if copied == "half" and len(calls) == 1:
            return os.write(written, os.read(read, 2000))
        if copied == "nothing":
            return 0
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "copy_file_range", share, raising=False)
    snapshots.copy_file(source, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == content


def test_a_manifest_that_is_being_replaced_is_read_again(tmp_path, monkeypatch):
    snapshots.publish(tmp_path, snapshots.Manifest(1, schema.VERSION, 7, ()))
    read, refused = Path.read_bytes, [PermissionError(13, "being replaced")]

    def read_bytes(path):
        if refused:
            raise refused.pop()
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert snapshots.newest(tmp_path).data_version == 7


def test_a_manifest_that_says_nothing_is_damaged(tmp_path):
    (tmp_path / snapshots.POINTER).write_text("[]")
    with pytest.raises(ValueError, match=r"\S"):
        snapshots.newest(tmp_path)


def test_a_writer_that_left_no_name_is_still_a_writer(tmp_path):
    assert snapshots.holder(tmp_path / "none.json")["who"] == "-"
    (tmp_path / "half.json").write_text("{")
    assert snapshots.holder(tmp_path / "half.json")["what"] == "change"


def test_an_empty_folder_cannot_be_adopted(tmp_path):
    store = Store(tmp_path / "own.duckdb")
    with pytest.raises(UserError, match=r"store\.unreadable"):
        store.adopt(tmp_path / "nothing")
    store.close()


def test_beyond_many_lines_every_group_is_a_file(tmp_path, monkeypatch):
    store = Store(tmp_path / "own.duckdb")

    def add(batch):
        with store.write() as db:
            lines.begin_changes(db, "orders")
            db.run(
                f"insert into {lines.rows_of('orders')} by name select ? as batch, n as line,"
                " 'live' as standing, date '2026-01-05' as ordered_on from range(3) as t(n)",
                [batch],
            )

    add(1)
    assert not list(store.path.rglob("*.parquet"))
    monkeypatch.setattr(lines, "MOST_STORED", 5)
    add(2)
    assert len(list(store.path.rglob("*.parquet"))) == 2
    with store.read() as db:
        counts = db.rows("select batch, count(*) from orders_offered group by all order by all")
    assert counts == [(1, 3), (2, 3)]
    store.close()


def test_who_upgrades_is_waited_for(tmp_path):
    path = tmp_path / "own.duckdb"
    with FileLock(path.with_name(f"{path.name}.upgrade.lock")), pytest.raises(DatabaseHeldError):
        migrations.upgrade(path, 0.05)


def test_a_schema_before_the_first_that_can_be_upgraded_is_refused(tmp_path):
    path = tmp_path / "own.duckdb"
    with duckdb.connect(str(path)) as db:
        db.execute("create table meta as select 3 as schema_version, 0 as data_version")
    with pytest.raises(UserError, match=r"store\.older"):
        migrations.upgrade(path, 1)
    assert path.is_file()


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (OSError(28, "No space left on device"), "store.full"),
        (PermissionError(13, "Permission denied"), "store.unwritable"),
        (FileNotFoundError(2, "No such file"), "store.damaged"),
        (duckdb.IOException('Could not write "a.parquet": No space left on device'), "store.full"),
        (duckdb.IOException('Could not open "a.parquet": Permission denied'), "store.unwritable"),
        (duckdb.IOException('No magic bytes found at end of file "a.parquet"'), "store.damaged"),
    ],
)
def test_what_the_disk_says_becomes_a_sentence(tmp_path, error, key):
    with pytest.raises(UserError) as said, instance.sentences(tmp_path):
        raise error
    assert said.value.key == key


def test_an_error_that_nobody_can_mend_stays_what_it_is(tmp_path):
    with pytest.raises(OSError, match="odd"), instance.sentences(tmp_path):
        raise OSError(5, "odd")


def test_a_write_that_left_its_log_behind_is_not_published(tmp_path, monkeypatch):
    monkeypatch.setattr(instance, "_run", lambda *_: None)
    (tmp_path / "a.duckdb.wal").write_bytes(b"x")
    with pytest.raises(OSError, match="log"):
        instance.complete(None, "a", tmp_path / "a.duckdb")


def test_while_somebody_writes_nothing_is_kept_for_later(tmp_path):
    store, seen = Store(tmp_path / "own.duckdb"), iter([1, 2])
    with store.write() as db:
        assert [db.once("a", lambda: next(seen)) for _ in range(2)] == [1, 2]
    store.close()

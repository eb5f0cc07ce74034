"""Databases of earlier versions, made by the code of then, are upgraded without losing a row.

``kept/schema5.duckdb.xz`` is a part of the demo as the last code with schema 5 stored it, with a
merged code, a renamed one, an undone delivery, a note, a tick and an arranged report;
``schema5.json`` is what that code read from it. ``schema6`` is a folder: that database as the last
code with schema 6 upgraded it, with order lines in files and a note more; ``schema7`` is that one
as the last code with schema 7 upgraded it, and ``schema8`` and ``schema9`` likewise.
"""

import contextlib
import errno
import json
import lzma
import os
import shutil
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.deliveries import check
from nami_monitor.store import Store, lines, migrations, schema, snapshots

KEPT = Path(__file__).parent / "kept"
VERSIONS = [4, 5, 6, 7, 8, 9, 10]
IN_A_FILE = VERSIONS[:2]
AS_READ_THEN = json.loads((KEPT / "schema5.json").read_text("utf-8"))
QUERIES = {
    "orders": "select source, standing, count(*), round(sum(quantity),3), round(sum(amount_eur),2)"
    " from orders_offered join batches using (batch) group by all order by all",
    "by_place": "select source, category, count(distinct month), sum(lines),"
    " round(sum(quantity),3), round(sum(amount_eur),2) from by_place group by all order by all",
    "by_request": "select category, decision, sum(requests), round(sum(avoided),3)"
    " from by_request group by all order by all",
    "by_asset": "select category, sum(acquired), sum(retired) from by_asset"
    " group by all order by all",
    "targets": "select count(*), min(kpi), max(kpi) from targets",
    "kept": "select kind, name, body::varchar, who from kept order by rowid",
    "code_actions": "select kind, code, what, to_code, name, who from code_actions order by action",
    "batches": "select batch, source, file, who, undone_at is not null from batches order by batch",
    "set_aside": "select rule, count(*) from set_aside group by all order by all",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    for version in IN_A_FILE:
        with lzma.open(KEPT / f"schema{version}.duckdb.xz") as packed:
            (folder / f"{version}.duckdb").write_bytes(packed.read())
    for version in VERSIONS[len(IN_A_FILE) :]:
        with tarfile.open(KEPT / f"schema{version}.duckdb.tar.xz") as packed:
            packed.extractall(folder / f"{version}.duckdb", filter="data")
    return folder


@pytest.fixture
def earlier(files, tmp_path):
    """A function that gives a database of an earlier version."""

    def copy(version):
        copying = shutil.copy if version in IN_A_FILE else shutil.copytree
        path = Path(copying(files / f"{version}.duckdb", tmp_path / "own.duckdb"))
        if path.is_dir():
            (path / snapshots.LOCK).touch()  # every writer leaves it
        return path

    return copy


@pytest.fixture
def path(earlier):
    return earlier(IN_A_FILE[-1])


def content(path):
    """Every byte of a database in a file or a folder."""
    parts = [path, *path.rglob("*")]
    return {part.relative_to(path): part.read_bytes() for part in parts if part.is_file()}


def plain(rows):
    return json.loads(json.dumps([list(row) for row in rows], default=str))


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_row_of_then_is_there(earlier, version):
    path = earlier(version)
    expected = json.loads((KEPT / f"schema{version}.json").read_text("utf-8"))
    before = content(path)
    with closing(Store(path)) as store, store.read() as db:
        for name, query in QUERIES.items():
            assert plain(db.rows(query)) == expected[name], name
        for table in expected["counts"].keys() - migrations.DERIVED:
            count = db.value(f"select count(*) from {table}")
            assert count == expected["counts"][table], table
        assert db.value("select schema_version from meta") == schema.VERSION
    assert migrations.kept_copies(path) == [path.with_name(f"own.duckdb.schema{version}")]
    assert content(path.with_name(f"own.duckdb.schema{version}")) == before
    assert sorted(part.name for part in path.parent.iterdir()) == [
        "own.duckdb",
        f"own.duckdb.schema{version}",
    ]


@pytest.mark.slow
def test_what_follows_from_the_rows_is_up_to_date_and_can_be_undone(path, monkeypatch):
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", 200)
    with closing(Store(path)) as store:
        assert check(store) == []
        with store.read() as db:
            last = db.value(
                "select max(batch) from batches where undone_at is null and batch in"
                " (select batch from batch_months where table_name = 'orders')"
            )
        undo(store, last, who="inkoop")
    assert list((path / "lines").rglob("*.parquet"))


@pytest.mark.slow
def test_who_goes_back_to_a_file_and_upgrades_again_loses_none_and_no_log(earlier):
    for times in range(1, 4):
        path = earlier(VERSIONS[0])
        before, log = content(path), path.with_name(f"{path.name}.wal")
        log.write_bytes(b"")
        with closing(Store(path)) as store, store.read() as db:
            assert plain(db.rows(QUERIES["orders"])) == AS_READ_THEN["orders"]
            assert times > 1 or check(store) == []  # each time the same rows: the first will do
        kept = [one for one in migrations.kept_copies(path) if one.suffix != ".wal"]
        assert [content(one) for one in kept] == times * [before]
        assert not log.exists()
        shutil.rmtree(path)


def test_of_many_that_open_it_at_once_one_upgrades_it(path):
    def read(_):
        with closing(Store(path)) as store, store.read() as db:
            return db.value("select count(*) from batches")

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(read, range(4)))) == 1
    assert len(migrations.kept_copies(path)) == 1


@pytest.mark.sampled(3)
@pytest.mark.parametrize("step", ["_fill", "kept_copy", "half_done"])
def test_an_upgrade_that_is_broken_off_is_begun_again_or_finished(path, monkeypatch, step):
    """Killed while rows are copied, before the file is renamed, and before the folder is."""
    rename = Path.replace

    def stop(*_):
        raise KeyboardInterrupt

    def stop_second(source, target):
        if source.name.endswith(".upgrade"):
            raise KeyboardInterrupt
        return rename(source, target)

    with monkeypatch.context() as patch:
        if step == "half_done":
            patch.setattr(Path, "replace", stop_second)
        else:
            patch.setattr(migrations, step, stop)
        with pytest.raises(KeyboardInterrupt), Store(path).read():
            pass
    with closing(Store(path)) as store:
        assert store.exists
        with store.read() as db:
            assert plain(db.rows(QUERIES["orders"])) == AS_READ_THEN["orders"]
    assert len(migrations.kept_copies(path)) == 1


def test_an_upgrade_that_was_taken_back_can_be_done_again(earlier):
    path = earlier(VERSIONS[-1])
    kept, aside = (path.with_name(f"own.duckdb.{name}") for name in ("schema", "aside"))
    kept = kept.with_name(f"{kept.name}{VERSIONS[-1]}")
    for _ in range(3):
        with closing(Store(path)) as store, store.read() as db:
            assert plain(db.rows(QUERIES["orders"])) == AS_READ_THEN["orders"]
        path.replace(aside)
        shutil.copytree(kept, path)
        shutil.rmtree(aside)
    assert len(migrations.kept_copies(path)) == 3


def test_what_an_earlier_program_still_writes_is_waited_for(earlier):
    """Else it would be in the earlier database alone."""
    path = earlier(VERSIONS[-1])
    before = content(path)
    with closing(Store(path, wait=0.05)) as store, FileLock(path / snapshots.LOCK):
        with pytest.raises(DatabaseHeldError), store.read():
            pass
        with pytest.raises(DatabaseHeldError), store.write():
            pass
    assert content(path) == before
    assert not migrations.kept_copies(path)


def test_acts_that_no_write_took_down_yet_come_along_and_parts_are_made_anew(tmp_path, monkeypatch):
    path = tmp_path / "own.duckdb"
    with closing(Store(path)) as store:
        with store.write(who="inkoop") as db:
            db.did("import")
        store.acted("lezer", "export")
        before = store.trail()
    part = snapshots.views(path) / "part"
    part.mkdir(parents=True)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with closing(Store(path)) as store, store.write():
        pass
    with closing(Store(path)) as store:
        assert store.trail() == before
    assert not part.exists()


@pytest.mark.parametrize("half", [False, True])
def test_who_writes_first_writes_to_what_was_upgraded(earlier, half):
    path = earlier(VERSIONS[-1])
    if half:
        with closing(Store(path)) as store, store.read():
            pass
        path.replace(path.with_name("own.duckdb.upgrade"))
    with closing(Store(path)) as store, store.write() as db:
        assert plain(db.rows(QUERIES["orders"])) == AS_READ_THEN["orders"]


def test_an_upgrade_that_fails_leaves_no_half_database(path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = sorted(path.parent.rglob("*"))
    monkeypatch.setattr(migrations.snapshots, "publish", full)
    with pytest.raises(UserError, match=r"store\.full"), Store(path).read():
        pass
    assert sorted(path.parent.rglob("*")) == before


def test_without_room_nothing_is_upgraded(path, monkeypatch):
    monkeypatch.setattr(migrations, "ROOM", 2**60)
    before = path.read_bytes()
    with pytest.raises(UserError, match=r"store\.no_room"), Store(path).read():
        pass
    assert path.read_bytes() == before
    assert not migrations.kept_copies(path)


@pytest.mark.slow
@pytest.mark.sampled(3)
@pytest.mark.parametrize("share", [0.5, 0.99, 1.0])
def test_a_write_ahead_log_that_is_cut_gives_a_whole_state_or_a_sentence(path, share):
    """A program of then was stopped while it wrote, and the log beside its file is not whole."""
    log = path.with_name(f"{path.name}.wal")
    with closing(duckdb.connect(str(path))) as db:
        db.execute("set wal_autocheckpoint = '1GB'")
        for number in range(8):
            db.execute("insert into kept select * replace (? as name) from kept", [f"n{number}"])
        earlier, written = path.read_bytes(), log.read_bytes()
    path.write_bytes(earlier)
    cut = written[: int(len(written) * share)]
    log.write_bytes(cut)
    whole = None
    with closing(Store(path)) as store, contextlib.suppress(UserError), store.read() as db:
        whole = db.value("select count(*) from kept")
    if whole is None:
        with closing(Store(path)) as store, pytest.raises(UserError, match=r"unreadable|damaged"):
            check(store)
        assert (path.read_bytes(), log.read_bytes()) == (earlier, cut)
        return
    assert whole in {4 << power for power in range(9)}
    assert whole == 4 << 8 or share < 1
    with closing(Store(path)) as store:
        assert check(store) == []
    [kept] = (one for one in migrations.kept_copies(path) if one.suffix != ".wal")
    assert (kept.read_bytes(), kept.with_name(f"{kept.name}.wal").read_bytes()) == (earlier, cut)

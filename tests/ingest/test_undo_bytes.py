"""After an undo no file of a database holds a text of what was undone, not even in a free block."""

import contextlib
import time
from datetime import date
from types import SimpleNamespace

import pytest
from filelock import FileLock

from nami_monitor.backups import back_up
from nami_monitor.briefing import notes
from nami_monitor.ingest.book.codes import Code, rename, undo_action
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.undo import undo
from nami_monitor.store import Store, instance, lines, snapshots
from tests.kpis.kpi_tables import load_masters
from tests.support.databases import copy_database, newest_file
from tests.support.monitor import Monitor

NAME = "Quirijnsen"
"""Stands for the name of a person in every text."""

ORDERS = [
    ["2024-12-05", "A", "paper", "P1", "1", "10", f"{NAME}-1", f"{NAME} BV", f"voor {NAME}"],
    ["2024-12-06", "A", "paper", "P1", "2", "20", f"{NAME}-2", f"{NAME} BV", f"van {NAME}"],
    ["2024-12-07", "A", "paper", "P1", f"x{NAME}", "20", f"{NAME}-3", "BV", "set aside"],
]
HEADER = ["ordered_on", "location_id", "category", "product_id", "quantity", "amount_eur",
          "order_ref", "supplier", "text"]  # fmt: skip


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    made = Monitor(tmp_path_factory.mktemp("masters"))
    load_masters(made)
    made.store.close()
    return made.store.path


@pytest.fixture
def shop(tmp_path, masters):
    made = Monitor(tmp_path)
    copy_database(masters, made.store.path)
    yield made
    made.store.close()


def holding(path):
    """The files of a database that hold the name; one that goes meanwhile holds nothing."""
    found = []
    for file in path.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if file.is_file() and NAME.encode() in file.read_bytes():
                found.append(file.name)
    return found


def holders(shop):
    """The files of the database that hold the name, once nobody has it open."""
    shop.store.close()
    return holding(shop.store.path)


def free_blocks(shop):
    with contextlib.closing(instance.start()) as root:
        root.execute(f"attach '{newest_file(shop.store.path)}' as seen (read_only)")
        rows = root.execute(
            "select free_blocks from pragma_database_size() where database_name = 'seen'"
        )
        return rows.fetchone()[0]


@pytest.mark.parametrize("least", [100_000, 1])
def test_a_delivery_leaves_no_text_and_no_name_of_its_file(shop, monkeypatch, least):
    """Order lines in the snapshot, and in files of their own; a row set aside; the file's name."""
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", least)
    file, profile = shop.file("orders", HEADER, ORDERS, channel="shop")
    file = file.rename(file.with_name(f"bestellingen {NAME}.csv"))
    report = import_file(shop.store, file, profile, answers=Answers.yes(), who="t")
    assert report.main.set_aside == 1
    assert holders(shop)
    undo(shop.store, report.batch, who="t")
    assert holders(shop) == []
    assert free_blocks(shop) == 0
    with shop.store.read() as db:
        kept = db.rows("select file, who, undone_by from batches where undone_at is not null")
    assert kept == [("orders", "t", "t")]


def undone(shop):
    """Undo a delivery; gives the database, whose process has not had time to compact it."""
    report = shop.load_rows("orders", HEADER, ORDERS, channel="shop")
    undo(shop.store, report.batch, who="t")
    assert snapshots.newest(shop.store.path).holds_deleted
    return shop.store.path


def wait_until_compact(path):
    late = time.monotonic() + 30
    while snapshots.newest(path).holds_deleted:
        assert time.monotonic() < late
        time.sleep(0.05)


def test_a_process_that_goes_on_erases_what_is_left_by_itself(tmp_path, masters):
    shop = Monitor(tmp_path)
    copy_database(masters, shop.store.path)
    shop.store.close()
    shop.store = Store(shop.store.path, idle=0.2)
    path = undone(shop)
    wait_until_compact(path)
    late = time.monotonic() + 30
    while found := holding(path):  # the snapshot before goes when the one after it is there
        assert time.monotonic() < late, found
        time.sleep(0.05)


def test_what_is_closed_leaves_one_snapshot_though_it_was_just_read(shop):
    path = undone(shop)
    with shop.store.read() as db:
        assert db.value("select count(*) from orders") == 0
    shop.store.close()
    assert len(list(path.glob("*.duckdb"))) == 1
    assert holders(shop) == []


def test_another_process_erases_what_a_killed_one_left(shop):
    """Also after more was written, which takes the free blocks along."""
    path = undone(shop)
    with shop.store.write() as db:
        notes.write(db, month=date(2024, 12, 1), kpi="impact_spend", category=None,
                    text="vraag", lesson=None, who="t")  # fmt: skip
    assert snapshots.newest(path).holds_deleted
    with contextlib.closing(Store(path, idle=0.2)) as other:
        with other.read() as db:
            assert db.value("select count(*) from kept") == 1
        wait_until_compact(path)
    assert holders(shop) == []


def test_a_backup_right_after_an_undo_holds_nothing_of_it(shop, tmp_path):
    undone(shop)
    back_up(shop.store, tmp_path / "kopie.zip")
    assert NAME.encode() not in (tmp_path / "kopie.zip").read_bytes()


def test_it_is_left_for_later_while_others_write_and_when_the_disk_is_full(shop, monkeypatch):
    path = undone(shop)
    with FileLock(path / snapshots.LOCK):
        shop.store.close()
    assert snapshots.newest(path).holds_deleted
    with monkeypatch.context() as full:
        full.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
        shop.store.close()
    assert snapshots.newest(path).holds_deleted
    assert holders(shop) == []


def test_a_note_that_is_withdrawn_is_gone_with_all_that_it_ever_said(shop):
    with shop.store.write() as db:
        name = notes.write(db, month=date(2024, 12, 1), kpi="impact_spend", category=None,
                           text=f"vraag {NAME}", lesson=None, who="t")  # fmt: skip
    with shop.store.write() as db:
        notes.change(db, name, "vraag het team", None, "t")
    assert holders(shop)
    with shop.store.write() as db:
        notes.withdraw(db, name, "t")
    assert holders(shop) == []


def test_a_name_that_is_taken_back_is_gone(shop):
    code = Code("locations", "", "A")
    rename(shop.store, code, f"Bureau {NAME}", who="t")
    assert holders(shop)
    undo_action(shop.store, 1, who="t")
    assert holders(shop) == []
    with shop.store.read() as db:
        assert db.rows("select name from locations where location_id = 'A'") == [("Amsterdam",)]

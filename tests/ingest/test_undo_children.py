"""Undoing a delivery of which rows were mended, and undoing only what was mended."""

import shutil

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.set_aside import write_set_aside
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.deliveries import check
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store

PROFILE = parse_profile(
    'source = "X"\nvat = "excl"\n[file]\ndates = ["%d-%m-%Y"]\ndecimal = ","\n[[table]]\n'
    'name = "orders"\n[table.columns]\nordered_on = "Datum"\nlocation_id = "Plaats"\n'
    'quantity = "Aantal"\n[table.constants]\ncategory = "papier"\nchannel = "web"\n'
    '[table.codes]\ncategory = "create"\n'
)
SITES = parse_profile(
    'source = "M"\n[[table]]\nname = "locations"\n[table.columns]\nlocation_id = "Plaats"\n'
    'name = "Plaats"\n[table.constants]\norganisation = "Dienst"\n'
)
LINES = "Datum;Plaats;Aantal\n05-01-2025;A;1\n31-02-2025;A;2\n32-01-2025;A;4\n"
ANSWERS = Answers(accept_set_aside=True)


class Desk:
    """A database with one site, one delivery, and of its two bad lines one that was mended."""

    parent, child = 2, 3

    def __init__(self, folder):
        self.folder = folder
        self.store = Store(folder / "own.duckdb", idle=60)

    def begin(self):
        self.offer("sites.csv", "Plaats\nA\n", SITES)
        assert self.offer("x.csv", LINES).batch == self.parent
        assert self.mend(self.parent, "31-02-2025", "28-02-2025").batch == self.child
        self.store.close()

    def offer(self, name, text, profile=PROFILE):
        path = self.folder / name
        path.write_text(text, "utf-8")
        return import_file(self.store, path, profile, answers=ANSWERS, who="t")

    def mend(self, batch, old, new, site="A"):
        """Offer the rows of a batch again, one of them mended."""
        out = self.folder / f"mend{batch}.csv"
        with self.store.read() as db:
            write_set_aside(db, batch, out, "nl")
        head, *rows = out.read_text("utf-8-sig").splitlines()
        mended = [row.replace(old, new).replace(";A;", f";{site};") for row in rows if old in row]
        return self.offer(out.name, "\n".join([head, *mended]) + "\n")

    def value(self, sql):
        with self.store.read() as db:
            return db.value(sql)

    @property
    def total(self):
        return self.value("select coalesce(sum(quantity), 0) from orders")

    @property
    def open(self):
        return self.value(
            f"select count(*) from set_aside_rows where batch = {self.parent} and state = 'open'"
        )


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    folder = tmp_path_factory.mktemp("begun")
    Desk(folder).begin()
    return folder


@pytest.fixture
def desk(begun, tmp_path):
    made = Desk(shutil.copytree(begun, tmp_path, dirs_exist_ok=True))
    yield made
    assert check(made.store) == []
    made.store.close()


def test_what_was_mended_goes_with_its_delivery(desk):
    assert (desk.total, desk.open) == (3, 1)
    seen = undo(desk.store, desk.parent, look_only=True)
    assert (seen.children, seen.goes) == ((desk.child,), {"orders": 2})
    done = undo(desk.store, desk.parent, who="t")
    assert done == seen
    assert desk.total == 0
    assert desk.value("select count(*) from set_aside") == 0
    assert desk.value("select count(*) from batches where undone_at is not null") == 2
    with pytest.raises(UserError) as refused:
        undo(desk.store, desk.child, who="t")
    assert refused.value.key == "undo.undone_already"


def test_the_delivery_comes_back_as_if_it_were_new(desk):
    undo(desk.store, desk.parent, who="t")
    again = desk.offer("x.csv", LINES)
    assert (again.main.accepted, again.main.known, again.main.set_aside) == (1, 0, 2)
    desk.parent = again.batch
    desk.mend(again.batch, "31-02-2025", "28-02-2025")
    assert (desk.total, desk.open) == (3, 1)


def test_a_mended_file_of_an_undone_delivery_is_refused(desk):
    old = (desk.folder / f"mend{desk.parent}.csv").read_text("utf-8")
    undo(desk.store, desk.parent, who="t")
    with pytest.raises(UserError) as refused:
        desk.offer("old.csv", old)
    assert refused.value.key == "import.mended_batch"


def test_undoing_what_was_mended_opens_its_rows_again(desk):
    done = undo(desk.store, desk.child, who="t")
    assert (done.children, done.goes) == ((), {"orders": 1})
    assert (desk.total, desk.open) == (1, 2)
    assert desk.mend(desk.parent, "31-02-2025", "27-02-2025").main.accepted == 1
    assert (desk.total, desk.open) == (3, 1)


def test_what_was_mended_twice_and_what_a_code_released_go_too(desk):
    waiting = desk.mend(desk.parent, "32-01-2025", "30-01-2025", site="B").batch
    assert (desk.total, desk.open) == (3, 1)
    desk.offer("sites2.csv", "Plaats\nB\n", SITES)
    assert (desk.total, desk.open) == (7, 0)
    released = desk.value("select max(batch) from batches where automatic")
    done = undo(desk.store, desk.parent, who="t")
    assert done.children == (desk.child, waiting, released)
    assert desk.total == 0
    assert desk.value("select count(*) from locations") == 2


def test_a_mended_row_that_is_mended_again_goes_with_the_first(desk):
    still = desk.mend(desk.parent, "32-01-2025", "99-01-2025")
    assert still.main.set_aside == 1
    last = desk.mend(still.batch, "99-01-2025", "30-01-2025")
    assert desk.total == 7
    assert undo(desk.store, still.batch, look_only=True).children == (last.batch,)
    undo(desk.store, desk.parent, who="t")
    assert desk.total == 0

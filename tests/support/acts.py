"""What people do to a database, each as one write, for tests of what may come between.

An act takes a store on a copy of what ``prepare`` made, and can be done once.
"""

import contextlib

from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store, Work, journal, snapshots
from nami_monitor.tables.column import Codes
from tests.support.entries import enter

ORDERS = """
source = "leverancier"
vat = "excl"
[file]
decimal = ","
dates = ["%d-%m-%Y"]
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Vestiging"
product_id = "Artikel"
quantity = "Aantal"
[table.constants]
category = "papier"
channel = "webwinkel"
"""
"""The profile of a supplier's orders, as text."""

PROFILE = parse_profile(ORDERS)
STATE = """
select (select count(*) from orders), (select sum(quantity) from orders),
    (select count(*) from batches), (select count(*) from batches where undone_at is null),
    (select count(*) from batches where report is null), (select sum(lines) from batch_months),
    (select sum(lines) from by_place), (select sum(lines) from by_product),
    (select sum(lines) from line_groups), (select data_version from meta),
    (select count(*) from codes), (select sum(lines) from source_months),
    (select count(*) from kept), (select count(*) from code_actions),
    (select count(*) from locations)
"""


def write_month(path, month, count):
    """A delivery of one month, as a file; months are counted from January 2025."""
    when = f"{1 + (month - 1) % 12:02}-{2025 + (month - 1) // 12}"
    rows = (f"{1 + k % 28:02}-{when};V{k % 7};A{k % 50};{k % 9},5" for k in range(count))
    path.write_text("\n".join(["Datum;Vestiging;Artikel;Aantal", *rows]) + "\n", encoding="utf-8")


def prepare(path, months=1, count=10):
    """A database that holds January and more, and beside it the file of the month after."""
    store = Store(path)
    for month in range(1, months + 1):
        write_month(path.with_name("januari.csv"), month, count)
        bring(store, path.with_name("januari.csv"))
    store.close()
    write_month(path.with_name("next.csv"), months + 1, count)


def bring(store, file):
    """Import a file; gives its report."""
    return import_file(store, file, PROFILE, answers=Answers.yes(), who="t")


def next_month(store):
    """Import the month after."""
    bring(store, store.path.parent / "next.csv")


def undo_first(store):
    """Undo the first delivery."""
    undo(store, 1, who="t")


def fill_in(store, location="V1"):
    """Enter a location by form."""
    row = {"location_id": location, "name": "Raadhuis", "organisation": "Stad"}
    enter(store, "locations", row, "t")


def note(store):
    """Write a note."""
    with store.write(Work.NOTE, "t") as db:
        body = {"month": "2025-01", "kpi": "impact_spend", "category": None, "text": "Gezien"}
        journal.record(db, "note", "1", body | {"lesson": None}, "t")


def rename(store, name="Werf"):
    """Give a code a name."""
    codes.rename(store, codes.Code(Codes.LOCATION, "", "V2"), name, who="t")


ACTS = {act.__name__: act for act in (next_month, undo_first, fill_in, note, rename)}


def state(store):
    """What the acts change, from one look."""
    with store.read() as db:
        return db.rows(STATE)[0]


def state_on_disk(path):
    """The same as one sees it who just came."""
    with contextlib.closing(Store(path)) as store:
        return state(store)


def leftovers(path):
    """The files of a database that neither its newest snapshot nor the one before needs."""
    newest = snapshots.newest(path)
    needed = {snapshots.POINTER, snapshots.LOCK}
    for manifest in path.glob("[0-9]*.json"):
        found = snapshots.read_manifest(manifest)
        if newest.keep_from <= found.number >= newest.number - 1:
            needed |= {found.file, found.manifest, *(f"lines/{name}" for name in found.lines)}
    files = (file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
    return sorted(set(files) - needed)

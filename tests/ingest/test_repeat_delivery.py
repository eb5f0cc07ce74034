"""A file that comes again: what changes nothing, what is another delivery, what is refused."""

import re
from datetime import date

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store

TEXT = "Datum;Vestiging;Aantal;Doos\n05-01-2024;A;1.000;1\n06-02-2024;B;2.000;2\n"
PROFILE = """source = "X"
grain = "line"
[file]
dates = ["%d-%m-%Y"]
decimal = ","
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Vestiging"
quantity = "Aantal"
[table.constants]
channel = "web"
category = "papier"
"""
MASTER = """source = "X"
[[table]]
name = "locations"
[table.columns]
location_id = "Vestiging"
name = "Vestiging"
[table.constants]
organisation = "Dienst"
"""
ARTICLES = """source = "X"
[[table]]
name = "products"
[table.columns]
product_id = "Vestiging"
name = "Vestiging"
[table.constants]
category = "papier"
base_unit = "pak"
"""


class Desk:
    """A database and the file that is offered to it."""

    def __init__(self, folder):
        self.folder = folder
        self.store = Store(folder / "own.duckdb", idle=60)

    def offer(self, profile=PROFILE, *, text=TEXT, name="x.csv", replace=False, **more):
        path = self.folder / name
        path.write_text(text, "utf-8")
        answers = Answers(
            create=frozenset({"locations", "categories"}), accept_set_aside=True, replace=replace
        )
        return import_file(
            self.store, path, parse_profile(profile), answers=answers, who="t", **more
        )

    def value(self, sql):
        with self.store.read() as db:
            return db.value(sql)

    @property
    def total(self):
        return self.value("select sum(quantity) from orders")

    @property
    def batches(self):
        return self.value("select count(*) from batches")


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.store.close()


OTHERWISE = {
    "decimal": PROFILE.replace('decimal = ","', 'decimal = "."'),
    "another column": PROFILE.replace('"Aantal"', '"Doos"'),
    "a value map": PROFILE + '[table.values.location_id]\na = "Z"\n',
    "a scale": PROFILE.replace('"Aantal"', '{ from = "Aantal", scale = 10 }'),
}


@pytest.mark.slow
@pytest.mark.sampled(2)
@pytest.mark.parametrize("profile", OTHERWISE.values(), ids=OTHERWISE)
def test_a_file_that_is_read_otherwise_is_refused_until_its_first_reading_is_undone(desk, profile):
    first = desk.offer()
    before = desk.total
    for look_only in (True, False):
        with pytest.raises(UserError) as refused:
            desk.offer(profile, look_only=look_only)
        assert refused.value.key == "import.read_otherwise"
        assert refused.value.values["batch"] == first.batch
    assert (desk.total, desk.batches) == (before, 1)
    undo(desk.store, first.batch, who="t")
    again = desk.offer(profile)
    assert (again.main.accepted, again.main.known) == (2, 0)
    assert desk.value("select count(*) from orders") == 2


def test_replacing_takes_the_other_reading_instead_and_undoing_it_gives_the_first_back(desk):
    desk.offer()
    before = desk.total
    second = desk.offer(OTHERWISE["a scale"], replace=True)
    assert (second.main.accepted, second.main.replaced) == (2, 2)
    assert desk.total == 10 * before
    undo(desk.store, second.batch, who="t")
    assert desk.total == before


def test_replacing_does_not_hide_lines_that_the_other_reading_puts_elsewhere(desk):
    desk.offer()
    with pytest.raises(UserError) as refused:
        desk.offer(PROFILE.replace("%d-%m-%Y", "%m-%d-%Y"), replace=True)
    assert refused.value.key == "import.read_otherwise"
    assert desk.batches == 1


def test_a_profile_that_says_the_same_in_more_words_changes_nothing(desk):
    desk.offer(text=TEXT.replace("1.000", "1"))
    told = PROFILE.replace("[file]", '[file]\nencoding = "utf-8"\ndelimiter = ";"')
    again = desk.offer(told, text=TEXT.replace("1.000", "1"))
    assert (again.batch, again.already_in, again.main.accepted, again.main.known) == (None, 1, 0, 2)
    owes = told + '[expects]\nfrom = "2024-01"\n'
    again = desk.offer(owes, text=TEXT.replace("1.000", "1"))
    assert (again.already_in, desk.batches) == (1, 1)


def test_what_was_found_in_the_file_may_be_stated_afterwards(desk):
    bare = PROFILE.replace('decimal = ","\n', "").replace('dates = ["%d-%m-%Y"]\n', "")
    text = TEXT.replace("1.000", "1.000,50").replace("05-01", "25-01")
    desk.offer(bare, text=text)
    again = desk.offer(text=text)
    assert (again.already_in, desk.batches) == (1, 1)
    again = desk.offer(bare, text=text)
    assert (again.already_in, desk.batches) == (1, 1)


def test_a_file_under_another_source_name_is_refused(desk):
    desk.offer()
    with pytest.raises(UserError) as refused:
        desk.offer(PROFILE.replace('"X"', '"Kantoor X"'))
    assert refused.value.key == "import.read_otherwise"
    parts = (
        PROFILE.replace('"X"', '"Y"')
        + '[drop]\nwhere = [{ column = "Vestiging", matches = "A" }]\n'
    )
    assert desk.offer(parts).main.accepted == 1


def test_two_sources_may_send_the_same_list_of_articles(desk):
    for source in ("X", "Y", "Y"):
        desk.offer(ARTICLES.replace('"X"', f'"{source}"'))
    assert desk.value("select list(source order by source) from products") == ["X", "X", "Y", "Y"]
    assert desk.batches == 2
    with pytest.raises(UserError) as refused:
        desk.offer(ARTICLES.replace('product_id = "Vestiging"', 'product_id = "Doos"'))
    assert refused.value.key == "import.read_otherwise"


def test_a_list_of_articles_with_lines_is_refused_under_another_source_name(desk):
    both = PROFILE + ARTICLES.partition("\n")[2]
    desk.offer(both)
    with pytest.raises(UserError) as refused:
        desk.offer(both.replace('"X"', '"Y"'))
    assert refused.value.key == "import.read_otherwise"


def test_a_file_may_feed_another_table_by_another_profile(desk):
    desk.offer()
    report = desk.offer(MASTER)
    assert (report.batch, report.main.accepted) == (2, 2)


def test_a_master_may_be_read_anew_as_long_as_its_codes_stay(desk):
    desk.offer(MASTER)
    named = MASTER.replace('name = "Vestiging"', 'name = "Doos"')
    assert desk.offer(named).main.accepted == 2
    assert desk.value("select min(name) from locations") == "1"
    with pytest.raises(UserError) as refused:
        desk.offer(MASTER.replace('location_id = "Vestiging"', 'location_id = "Doos"'))
    assert refused.value.key == "import.read_otherwise"


@pytest.mark.slow
def test_equal_files_of_two_months_are_two_deliveries(desk):
    bare = PROFILE.replace('dates = ["%d-%m-%Y"]\n', "")
    dated = bare.replace('"Datum"', '"@period"')
    undated = re.sub(r"(?m)^\d\d-\d\d-\d{4}", "dag", TEXT)  # dates would contradict the month
    for month in (1, 2, 1):
        desk.offer(dated, text=undated, period=date(2025, month, 1))
    assert desk.value("select count(*) from orders") == 4
    named = bare.replace('"Datum"', '{ join = ["@file"], format = "%Y-%m" }')
    named = named.replace('"X"', '"Y"')
    desk.offer(named, name="2025-01.csv")
    desk.offer(named, name="2025-02.csv")
    assert desk.value("select count(*) from orders where source = 'Y'") == 4


def test_replacing_with_the_same_file_is_done_once(desk):
    desk.offer(text=TEXT + "07-01-2024;A;5;1\n", name="old.csv")
    desk.offer()
    assert desk.value("select count(*) from orders") == 3
    assert desk.offer(replace=True).main.replaced == 3
    assert desk.value("select count(*) from orders") == 2
    before = desk.batches
    assert desk.offer(replace=True).main.accepted == 0
    assert desk.batches == before

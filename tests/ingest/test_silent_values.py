"""Values that lost an import: dates with a time, and words without a factor."""

import contextlib
import datetime as dt

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.convert import Reading, conversion
from nami_monitor.ingest.profiles.profile import Origin, parse_profile
from nami_monitor.tables import columns
from tests.support.databases import new_store

YES = Answers.yes()
PROFILE = """
source = "Drukker"
vat = "excl"
{more}
[[table]]
name = "orders"
[table.columns]
ordered_on = "Dag"
amount_eur = {amount}
quantity = {quantity}
[table.constants]
location_id = "P1"
category = "drukwerk"
channel = "balie"
[table.codes]
location_id = "create"
category = "create"
"""


def orders(more="", amount='"Kosten"', quantity='"Stuks"'):
    return parse_profile(PROFILE.format(more=more, amount=amount, quantity=quantity))


@pytest.fixture
def store(tmp_path):
    with contextlib.closing(new_store(tmp_path / "own.duckdb")) as made:
        yield made


@pytest.fixture
def offer(store, tmp_path):
    def book(text, profile, name="lijst.csv", answers=YES, **more):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        return import_file(store, file, profile, answers=answers, who="t", **more)

    return book


def rows(store, query):
    with store.read() as db:
        return db.rows(query)


# --- texts that are dates with a time; words without a factor -------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-11-05 00:00:00", dt.date(2019, 11, 5)), ("5-11-2019 13:45", dt.date(2019, 11, 5)),
        ("2019-11-05T08:15:30.250", dt.date(2019, 11, 5)),
        ("05 nov 2019 08:15", dt.date(2019, 11, 5)),
        ("2019-11-05 23:59:59,0000000", dt.date(2019, 11, 5)),
    ],
)  # fmt: skip
def test_a_date_with_a_time_is_booked_and_known_again(store, offer, text, day):
    lines = f"Dag;Kosten;Stuks\n{text};3,50;1\n"
    assert offer(lines, orders()).main.accepted == 1
    assert rows(store, "select ordered_on from orders") == [(day,)]
    assert offer(lines, orders()).already_in == 1


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("%Y-%m-%d %H:%M:%S", True), ("%d %b %Y %H:%M", True), ("%d-%m-%y %M", True),
        ("%m-%b-%Y", False), ("%y-%Y", False), ("%b %B %Y", False), ("%Y %M %M", False),
    ],
)  # fmt: skip
def test_each_part_of_a_date_stands_in_a_pattern_once(pattern, fits):
    text = PROFILE.format(more=f"file.dates = ['{pattern}']", amount='"K"', quantity='"S"')
    if fits:
        assert parse_profile(text).dates == (pattern,)
    else:
        with pytest.raises(UserError, match=r"^profile\.date_pattern\("):
            parse_profile(text)


def test_words_that_say_what_to_multiply_by_must_be_there(store):
    with pytest.raises(UserError, match=r"^profile\.no_factors\("):
        orders(quantity='{ from = "Stuks", scale_by = { column = "Per" } }')
    column = next(c for c in columns("orders") if c.name == "quantity")
    made = conversion(
        column, origin=Origin(("A",), scale_by=("B", {})), constant=None, values=None,
        cell={"A": "'3'", "B": "'doos'"}, reading=Reading(tagged=False),
    )  # fmt: skip
    inner = ", ".join(f"{sql} as {name}" for name, sql in made.inner.items())
    assert rows(store, f"select {made.typed} from (select {inner})") == [(None,)]

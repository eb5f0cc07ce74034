"""One row entered by a person: the same rules, the same batches, the same undo."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.manual_entry import EntryRefusedError
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
from tests.support.databases import copy_database
from tests.support.entries import enter

CATEGORY = {"category": "paper", "name_nl": "Papier", "name_en": "Paper", "cpv": "1-1;2-2"}
LOCATION = {"location_id": "A", "name": "Amsterdam", "organisation": "Org"}
REQUEST = {
    "request_id": "R1",
    "requested_on": dt.date(2026, 10, 3),
    "location_id": "A",
    "category": "paper",
    "quantity": 4.0,
    "decision": "from_stock",
    "quantity_avoided": 1.5,
    "reason": "lag nog in de kast; zie notitie",
}
TARGET = {"kpi": "refuse_rate", "kind": "absolute", "period": "2026", "value": 20.0}


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    made = Store(tmp_path_factory.mktemp("masters") / "m.duckdb")
    enter(made, "categories", CATEGORY, "cm")
    enter(made, "locations", LOCATION, "cm")
    made.close()
    return made.path


@pytest.fixture
def store(masters, tmp_path):
    made = Store(copy_database(masters, tmp_path / "m.duckdb"))
    yield made
    made.close()


def rows(store, query):
    with store.read() as db:
        return db.rows(query)


def test_an_entry_is_a_batch_with_who_and_what(store):
    report = enter(store, "requests", REQUEST, " cm ")
    assert (report.main.accepted, report.main.set_aside) == (1, 0)
    assert rows(store, "select quantity, quantity_avoided, decision, reason from requests") == [
        (4.0, 1.5, "from_stock", "lag nog in de kast; zie notitie")
    ]
    stored = "select source, who, file from batches where batch = (select max(batch) from batches)"
    assert rows(store, stored) == [("form", "cm", "requests R1")]
    assert rows(store, "select cpv from categories") == [("1-1;2-2",)]


def test_the_same_key_again_takes_its_place_and_undo_brings_it_back(store):
    enter(store, "targets", TARGET, "cm")
    second = enter(store, "targets", TARGET | {"value": 25.0}, "mvo")
    assert rows(store, "select value from targets") == [(25.0,)]
    undo(store, second.batch, who="cm")
    assert rows(store, "select value from targets") == [(20.0,)]


def test_a_withdrawn_target_stays_on_record_and_counts_no_more(store):
    enter(store, "targets", TARGET, "cm")
    gone = enter(store, "targets", TARGET | {"withdrawn": True}, "cm")
    assert rows(store, "select * from targets") == []
    assert rows(store, "select value, withdrawn, standing from targets_offered order by batch") == [
        (20.0, None, "replaced"),
        (20.0, True, "live"),
    ]
    undo(store, gone.batch, who="t")
    assert rows(store, "select value from targets") == [(20.0,)]
    enter(store, "targets", TARGET | {"withdrawn": True}, "cm")
    enter(store, "targets", TARGET, "cm")
    assert rows(store, "select value from targets") == [(20.0,)]


def test_saying_the_same_again_changes_nothing(store):
    first = enter(store, "targets", TARGET, "cm")
    again = enter(store, "targets", TARGET, "cm")
    assert (again.already_in, again.main.accepted, again.main.known) == (first.batch, 0, 1)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("table", "row", "found"),
    [
        ("requests", REQUEST | {"quantity": -1.0}, {("quantity", "too_low")}),
        ("requests", REQUEST | {"quantity": float("nan")}, {("quantity", "not_a_number")}),
        ("requests", REQUEST | {"quantity": None}, {("quantity", "missing")}),
        ("requests", REQUEST | {"decision": "perhaps"}, {("decision", "not_allowed")}),
        ("requests", REQUEST | {"location_id": "Z"}, {("location_id", "unknown_code")}),
        ("requests", REQUEST | {"product_id": "P9"}, {("product_id", "unknown_code")}),
        (
            "requests",
            REQUEST | {"decided_on": dt.date(2026, 10, 2)},
            {("decided_on", "decided_on_not_before_requested_on")},
        ),
        ("targets", TARGET | {"period": "2026-13"}, {("period", "bad_form")}),
        ("targets", TARGET | {"category": "pens"}, {("category", "unknown_code")}),
        ("targets", TARGET | {"value": 1e17}, {("value", "number_too_large")}),
    ],
)
def test_what_breaks_a_rule_is_refused_field_by_field_and_books_nothing(store, table, row, found):
    before = rows(store, "select count(*) from batches")
    with pytest.raises(EntryRefusedError) as refused:
        enter(store, table, row, "cm")
    assert {(one.column, one.rule) for one in refused.value.problems} == found
    assert rows(store, "select count(*) from batches") == before
    assert rows(store, f"select count(*) from {table}_offered") == [(0,)]


def test_persons_stay_out_as_in_any_import(store):
    for row in (
        REQUEST | {"reason": "vraag piet@voorbeeld.nl"},
        REQUEST | {"request_id": "a@b.nl"},
    ):
        with pytest.raises(UserError, match=r"personal\.address"):
            enter(store, "requests", row, "cm")
    with pytest.raises(UserError, match=r"personal\.address"):
        enter(store, "requests", REQUEST, "piet@voorbeeld.nl")
    with pytest.raises(UserError, match=r"entry\.who"):
        enter(store, "requests", REQUEST, "  ")
    enter(store, "requests", REQUEST | {"reason": "bel 06 12345678"}, "cm")
    assert rows(store, "select reason from requests") == [("bel [...]",)]


def test_an_article_belongs_to_the_source_that_knows_it(store, tmp_path):
    file = tmp_path / "products.csv"
    file.write_text("product_id;name;category;base_unit\nP1;A4;paper;pack\n", "utf-8")
    profile = """
    source = "Shop"
    [[table]]
    name = "products"
    [table.columns]
    product_id = "product_id"
    name = "name"
    category = "category"
    base_unit = "base_unit"
    """
    import_file(store, file, parse_profile(profile), answers=Answers.yes(), who="t")
    enter(store, "requests", REQUEST | {"product_id": "P1"}, "cm", products_of="Shop")
    assert rows(store, "select product_source, product_id from requests") == [("Shop", "P1")]


@pytest.mark.slow
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=40), st.floats(0, 1e9))
def test_whatever_is_typed_is_stored_or_refused_with_a_reason(store, reason, quantity):
    row = REQUEST | {"reason": reason, "quantity": quantity}
    try:
        enter(store, "requests", row, "cm")
    except UserError:
        return
    ((kept, stored),) = rows(store, "select quantity, reason from requests")
    assert kept == pytest.approx(quantity, abs=1e-9)
    assert stored is None or "[...]" in stored or len(stored) <= len(reason)

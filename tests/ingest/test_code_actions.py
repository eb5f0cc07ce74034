"""Merging, renaming and confirming codes: history follows, and undoing gives it back."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.codes import Code, actions, confirm, merge, rename, undo_action
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
from tests.support.databases import copy_database

ORDERS = """
source = "Kantoor X"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Vestiging"
category = "Categorie"
product_id = "Artikel"
quantity = "Aantal"
amount_eur = "Bedrag"
[table.constants]
channel = "webshop"
"""
LINES = """Datum;Vestiging;Categorie;Artikel;Aantal;Bedrag
14-01-2026;A;papier;P1;2;10,50
15-01-2026;B;papier;P2;1;5,25
16-02-2026;B2;pennen;P2;4;7,75
"""
ROLLUP = "select month, location_id, category, amount_eur from by_place order by all"
ARTICLES = "select product_id, sum(quantity) from by_product group by all order by all"

A, B, B2 = (Code("locations", "", code) for code in ("A", "B", "B2"))
P2 = Code("products", "Kantoor X", "P2")
PENS = Code("categories", "", "pennen")


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imported")
    (folder / "orders.csv").write_text(LINES, "utf-8")
    store = Store(folder / "own.duckdb")
    import_file(
        store, folder / "orders.csv", parse_profile(ORDERS), answers=Answers.yes(), who="ab"
    )
    store.close()
    return store.path


@pytest.fixture
def store(imported, tmp_path):
    made = Store(copy_database(imported, tmp_path / "own.duckdb"))
    yield made
    made.close()


def rows(store, query):
    with store.read() as db:
        return db.rows(query)


def by_location(store):
    return rows(store, "select location_id, sum(amount_eur) from by_place group by 1 order by 1")


def test_a_merge_takes_history_along_and_undoing_it_gives_everything_back(store):
    before = rows(store, ROLLUP), rows(store, "select * from orders order by line")
    merge(store, B2, "B", who="ab")
    assert by_location(store) == [("A", 10.5), ("B", 13.0)]
    assert {code for (code,) in rows(store, "select location_id from locations")} == {"A", "B"}
    (number,) = [action.number for action in rows_of(store)]
    undo_action(store, number, who="t")
    assert (rows(store, ROLLUP), rows(store, "select * from orders order by line")) == before


def rows_of(store):
    with store.read() as db:
        return actions(db)


def test_a_chain_of_merges_ends_at_its_last_code(store):
    merge(store, B2, "B", who="t")
    merge(store, B, "A", who="t")
    assert by_location(store) == [("A", 23.5)]
    undo_action(store, 1, who="t")
    assert by_location(store) == [("A", 15.75), ("B2", 7.75)]


@pytest.mark.parametrize(
    ("code", "into", "asked", "expected"),
    [
        (PENS, "papier", "select distinct category from by_place", [("papier",)]),
        (P2, "P1", ARTICLES, [("P1", 7.0)]),
    ],
)
def test_categories_and_articles_merge_too(store, code, into, asked, expected):
    merge(store, code, into, who="t")
    assert rows(store, asked) == expected


def test_a_merged_category_holds_for_the_articles_that_name_it(store, tmp_path):
    file = tmp_path / "articles.csv"
    file.write_text("Artikel;Naam;Categorie;Eenheid\nP2;Pen;pennen;st\n", "utf-8")
    profile = (
        'source = "Kantoor X"\nvat = "excl"\n[[table]]\nname = "products"\n[table.columns]\n'
        'product_id = "Artikel"\nname = "Naam"\ncategory = "Categorie"\nbase_unit = "Eenheid"\n'
    )
    import_file(store, file, parse_profile(profile), answers=Answers.yes(), who="t")
    merge(store, PENS, "papier", who="t")
    assert rows(store, "select category from products where product_id = 'P2'") == [("papier",)]
    assert rows(store, "select distinct category from orders") == [("papier",)]


@pytest.mark.slow
def test_lines_that_agree_with_their_article_after_merges_are_no_disagreement(store, tmp_path):
    articles = tmp_path / "articles.csv"
    articles.write_text("Artikel;Naam;Categorie;Eenheid\nP1;Map;papier;st\n", "utf-8")
    profile = (
        'source = "Kantoor X"\nvat = "excl"\n[[table]]\nname = "products"\n[table.columns]\n'
        'product_id = "Artikel"\nname = "Naam"\ncategory = "Categorie"\nbase_unit = "Eenheid"\n'
    )
    import_file(store, articles, parse_profile(profile), answers=Answers.yes(), who="t")
    head = LINES.splitlines()[0]
    disagreed = []
    merges = {"03": (P2, "P1"), "04": (PENS, "papier")}
    for month in ("03", "04", "05"):
        orders = tmp_path / f"{month}.csv"
        rows = [f"14-{month}-2026;A;pennen;P1;2;10,50", f"15-{month}-2026;A;pennen;P2;1;1,00"]
        orders.write_text("\n".join([head, *rows]) + "\n", "utf-8")
        report = import_file(store, orders, parse_profile(ORDERS), answers=Answers.yes(), who="t")
        disagreed.append(report.disagreements)
        if month in merges:
            merge(store, *merges[month], who="t")
    assert disagreed == [1, 2, 0]


def test_a_new_name_shows_and_its_code_stays(store):
    rename(store, A, "  Stadhuis   Markt ", who="ab")
    assert ("A", "Stadhuis Markt") in rows(store, "select location_id, name from locations")
    rename(store, A, "Stadskantoor", who="t")
    assert ("A", "Stadskantoor") in rows(store, "select location_id, name from locations")
    undo_action(store, 2, who="t")
    assert ("A", "Stadhuis Markt") in rows(store, "select location_id, name from locations")


def test_confirming_takes_the_provisional_mark_away_until_it_is_undone(store):
    marks = "select location_id from locations where provisional order by 1"
    confirm(store, [A, B], who="ab")
    assert rows(store, marks) == [("B2",)]
    assert [(a.code, a.what, a.who, a.undone) for a in rows_of(store)] == [
        (B, "confirm", "ab", None),
        (A, "confirm", "ab", None),
    ]
    undo_action(store, 1, who="t")
    assert rows(store, marks) == [("A",), ("B2",)]


def test_each_action_raises_the_data_version(store):
    versions = [store.version()]
    for act in (
        lambda: confirm(store, [A], who="t"),
        lambda: rename(store, A, "Stadhuis", who="t"),
        lambda: merge(store, B2, "B", who="t"),
        lambda: undo_action(store, 3, who="t"),
    ):
        act()
        versions.append(store.version())
    assert versions == sorted(set(versions))


@pytest.mark.parametrize(
    ("act", "key"),
    [
        (lambda s: merge(s, A, "A", who="t"), "actions.itself"),
        (lambda s: merge(s, A, "nergens", who="t"), "actions.no_code"),
        (lambda s: merge(s, Code("locations", "", "x"), "A", who="t"), "actions.no_code"),
        (lambda s: merge(s, Code("contracts", "", "c"), "A", who="t"), "actions.kind"),
        (lambda s: (merge(s, B, "A", who="t"), merge(s, A, "B", who="t")), "actions.circle"),
        (lambda s: (merge(s, B, "A", who="t"), merge(s, B, "B2", who="t")), "actions.merged"),
        (lambda s: rename(s, A, "  ", who="t"), "actions.name"),
        (lambda s: rename(s, A, "x" * 201, who="t"), "actions.name"),
        (lambda s: confirm(s, [Code("products", "elders", "P1")], who="t"), "actions.no_code"),
        (lambda s: undo_action(s, 9, who="t"), "actions.no_action"),
        (
            lambda s: (
                confirm(s, [A], who="t"),
                undo_action(s, 1, who="t"),
                undo_action(s, 1, who="t"),
            ),
            "actions.no_action",
        ),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(store, act, key):
    before = rows(store, ROLLUP)
    with pytest.raises(UserError) as refused:
        act(store)
    assert refused.value.key == key
    if key not in {"actions.circle", "actions.merged"}:
        assert rows(store, ROLLUP) == before


def test_names_with_quotes_are_just_names(store):
    rename(store, A, "'); drop table batches; --", who="t")
    assert rows(store, "select name from locations where location_id = 'A'") == [
        ("'); drop table batches; --",)
    ]

"""Articles are counted once, whichever source's code they are ordered under."""

from dataclasses import replace

import pytest

PRODUCTS = """
product_id name category base_unit same_as
{rows}
"""
ORDERS = """
ordered_on location_id category product_id quantity amount_eur
{rows}
"""


def load(shop, source, articles, orders):
    """The articles of a source with what they are the same as, and lines that order them."""
    rows = "\n".join(f"{code} {code.lower()} paper pcs {same or '.'}" for code, same in articles)
    shop.load("products", PRODUCTS.format(rows=rows), source=source)
    lines = "\n".join(f"2025-{month:02}-05 A paper {code} 1 {eur}" for month, code, eur in orders)
    shop.load("orders", ORDERS.format(rows=lines), source=source, channel=source)


def assortment(shop, **more):
    return shop.values("refuse_assortment", "2025-12", **more)[()]


MONTHS = range(1, 13)


@pytest.mark.slow
def test_the_code_of_one_other_source_is_followed(shop):
    """Four articles of the cabinet; the shop sells three of them and two more."""
    load(shop, "cabinet", [(f"K{n}", None) for n in range(4)],
         [(m, f"K{n}", 2) for m in MONTHS for n in range(4)])  # fmt: skip
    assert assortment(shop) == 4
    shared = [(f"W{n}", f"K{n}") for n in range(3)]
    load(shop, "shop", [*shared, ("W8", None), ("W9", None)],
         [(m, f"W{n}", 3) for m in MONTHS for n in (0, 1, 2, 8, 9)])  # fmt: skip
    assert assortment(shop) == 6
    with shop.store.read() as db:
        assert db.value("select count(distinct article) from order_lines") == 6
        assert db.value("select count(distinct article) from by_product") == 6


@pytest.mark.slow
@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("articles", "count"),
    [
        ({"a": [("X1", None)], "b": [("Q1", "X1")], "c": [("R1", "Q1")]}, 1),  # a chain
        ({"a": [("X1", "Q1")], "b": [("Q1", "X1")]}, 1),  # each names the other
        ({"a": [("X1", "871234")], "b": [("Q1", "871234")]}, 1),  # a code that both write
        ({"a": [("X1", "X1")], "b": [("Q1", "X1")]}, 1),  # one names itself
        ({"a": [("X1", None), ("X2", "X1")]}, 1),  # an old number of the same source
        ({"a": [("X1", None)], "b": [("X1", None)]}, 2),  # equal numbers say nothing
        ({"a": [("X1", None)], "b": [("X1", None)], "c": [("R1", "X1")]}, 3),  # which of them?
        ({"a": [("X1", None)], "b": [("X1", None)], "c": [("R1", "b/X1")]}, 2),  # it says which
    ],
)
def test_what_an_article_is_the_same_as(shop, articles, count):
    for source, stated in articles.items():
        load(shop, source, stated, [(m, code, 1) for m in MONTHS for code, _ in stated])
    assert assortment(shop) == count


def test_months_before_a_number_became_known_follow_it_too(shop):
    """A line brings the code that another source named before: its months are added up anew."""
    load(shop, "b", [("Q1", "X1")], [(m, "Q1", 1) for m in MONTHS])
    line = "2025-12-05 A paper X1 1 1"
    file, profile = shop.text("orders", ORDERS.format(rows=line), source="a", channel="a")
    creates = replace(profile.tables[0], codes={"product_id": "create"})
    shop.load_together((file, replace(profile, tables=(creates,))))
    assert assortment(shop) == 1


def test_a_target_is_judged_on_articles_that_are_counted_once(shop):
    load(shop, "a", [("X1", None), ("X2", None)], [(m, f"X{n}", 1) for m in MONTHS for n in (1, 2)])
    load(shop, "b", [("Q1", "X1")], [(m, "Q1", 1) for m in MONTHS])
    shop.load(
        "targets", "kpi category kind period value\nrefuse_assortment paper absolute 2025-12 2"
    )
    found = shop.one("steer_target_attainment", "2025-12")
    assert (found.numerator, found.denominator) == (1, 1)

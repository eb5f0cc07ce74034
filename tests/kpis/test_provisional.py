"""A provisional code marks the figures that rest on it, and no others, until it is settled."""

from dataclasses import replace

import pytest

from nami_monitor.core.words import Flag
from nami_monitor.ingest.book.codes import Code, actions, confirm, merge, undo_action
from nami_monitor.ingest.deliveries import provisional_codes

LINES = """
ordered_on location_id category product_id quantity amount_eur
2024-11-05 A paper   . 1 10
2024-12-05 A paper   . 1 10
2024-11-05 B laptops . 1 90
2024-12-05 B laptops . 1 90
"""
NEW_PLACE = "ordered_on location_id category quantity amount_eur\n2024-12-06 Z laptops 1 80"
NEW_ARTICLE = (
    "ordered_on location_id category product_id quantity amount_eur\n2024-11-06 B laptops N1 1 70"
)


def load(shop, text, column=None):
    """Order lines, whose unknown codes of a column are created."""
    file, profile = shop.text("orders", text, channel="web")
    creates = replace(profile.tables[0], codes={column: "create"} if column else {})
    shop.load_together((file, replace(profile, tables=(creates,))))


def marked(shop, until="2024-12", **where):
    """Whether the spend of a month is marked."""
    filters = {name: (value,) for name, value in where.items()}
    return Flag.PROVISIONAL in shop.one("impact_spend", until, where=filters).flags


@pytest.fixture
def ordered(shop):
    load(shop, LINES)
    return shop


def test_a_place_marks_what_was_ordered_there(ordered):
    load(ordered, NEW_PLACE, "location_id")
    assert marked(ordered)
    assert marked(ordered, category="laptops")
    assert not marked(ordered, category="paper")
    assert not marked(ordered, "2024-11")
    assert not marked(ordered, location="B")
    by_place = ordered.ask("impact_spend", by=("category", "location"))
    assert [(*one.keys.values(), Flag.PROVISIONAL in one.flags) for one in by_place] == [
        ("laptops", "B", False), ("laptops", "Z", True), ("paper", "A", False),
    ]  # fmt: skip


def test_an_article_marks_what_it_was_ordered_for(ordered):
    load(ordered, NEW_ARTICLE, "product_id")
    assert marked(ordered, "2024-11", category="laptops")
    assert marked(ordered, "2024-11", location="B")
    assert marked(ordered, "2024-11", product="N1")
    assert not marked(ordered, "2024-11", location="A")
    assert not marked(ordered, "2024-11", category="paper")
    assert not marked(ordered)


@pytest.mark.slow
@pytest.mark.parametrize("settle", ["confirm", "merge"])
def test_the_mark_goes_when_the_code_is_settled_and_comes_back_when_that_is_undone(ordered, settle):
    load(ordered, NEW_PLACE, "location_id")
    place = Code("locations", "", "Z")
    if settle == "confirm":
        confirm(ordered.store, [place], who="t")
    else:
        merge(ordered.store, place, "A", who="t")
    with ordered.store.read() as db:
        assert (provisional_codes(db), db.rows("from provisional")) == ([], [])
        (action,) = actions(db)
    assert not marked(ordered)
    undo_action(ordered.store, action.number, who="t")
    assert marked(ordered, category="laptops")


def test_a_target_is_marked_by_the_figure_that_it_is_judged_on(ordered):
    load(ordered, NEW_PLACE, "location_id")
    ordered.load(
        "targets",
        "kpi category kind period value\nimpact_spend paper absolute 2024-12 5\n"
        "impact_spend laptops absolute 2024-12 5",
    )
    flags = {
        one.keys["category"]: Flag.PROVISIONAL in one.flags
        for one in ordered.ask("steer_target_attainment", by=("category",))
    }
    assert flags == {"laptops": True, "paper": False}

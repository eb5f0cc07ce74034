"""The absolute figure beside a ratio, with any activity measure, also where activity is missing."""

import pytest

from nami_monitor.core.words import Unit
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.result import UNITS, absolute

LINES = """
ordered_on location_id category product_id channel quantity amount_eur
2024-11-05 A           paper    P1         shop    20       100
2024-12-05 A           paper    P1         shop    30       150
2024-12-05 B           paper    P1         shop    10       50
"""
ACTIVITY = """
period_start period_end location_id activity_measure value unit
2024-11-01   2024-11-30 A           staff_days       100   days
2024-12-01   2024-12-31 A           staff_days       100   days
2024-12-01   2024-12-31 A           fte              8     fte
2024-12-01   2024-12-31 B           fte              2     fte
"""
PAPER = {"category": ("paper",)}


def filled(shop):
    shop.load_together(
        shop.text("orders", LINES), shop.text("measurements", ACTIVITY, proxy="false")
    )
    return shop


@pytest.fixture(scope="module")
def paper(kept_shop):
    return filled(kept_shop)


def beside(result):
    found = absolute(result)
    return found and (found.value, found.unit)


def test_every_unit_per_activity_has_its_absolute_unit():
    assert set(UNITS) == {unit for unit in Unit if unit.endswith("_per_activity")}


@pytest.mark.parametrize(
    ("code", "until", "activity", "expected", "total"),
    [
        ("reduce_spend_per_activity", "2024-11", None, 1, (100, Unit.EUR)),
        ("reduce_spend_per_activity", "2024-12", "fte", 20, (200, Unit.EUR)),
        ("reduce_volume_per_activity", "2024-12", "fte", 4, (40, Unit.BASE)),
        ("reduce_mass_per_activity", "2024-12", "fte", 10, (100, Unit.KG)),
        # B has no staff-days in December: the ratio is missing, what was bought is not
        ("reduce_spend_per_activity", "2024-12", None, "activity_missing", (200, Unit.EUR)),
        ("reduce_volume_per_activity", "2024-12", "visitors", "activity_missing", (40, Unit.BASE)),
    ],
)
def test_what_a_ratio_divides_stands_beside_it(paper, code, until, activity, expected, total):
    where = PAPER | ({"activity": (activity,)} if activity else {})
    result = paper.one(code, until, where=where)
    found = result.reason.key if result.reason else result.value
    assert (found, result.activity) == (expected, activity or "staff_days")
    assert beside(result) == total


def test_a_location_without_activity_is_named(paper):
    result = paper.one("reduce_spend_per_activity", where=PAPER)
    assert result.reason.values["locations"] == "B"
    assert result.reason.values["n"] == 1


@pytest.mark.parametrize("code", [c for c, kpi in CATALOGUE.items() if not kpi.per_activity])
def test_what_is_no_ratio_per_activity_has_none(paper, code):
    assert absolute(paper.one(code)) is None


def test_what_is_not_known_itself_has_none(shop):
    paper = filled(shop)
    missing = paper.one("reduce_spend_per_activity", "2024-10", where=PAPER)
    assert missing.reason.key == "not_begun"
    assert absolute(missing) is None
    paper.load("orders", "ordered_on location_id category product_id quantity amount_eur\n"
               "2024-12-09 A laptops L1 1 900", channel="shop")  # fmt: skip
    mixed = paper.one("reduce_volume_per_activity", where={"activity": ("fte",)})
    assert (mixed.reason.key, absolute(mixed)) == ("mixed_units", None)

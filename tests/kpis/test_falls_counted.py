"""Falls that nobody called sustainable: counted, and worked out a second time from the rows."""

import datetime as dt
from collections import defaultdict

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Flag, State
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.sentences import reason_sentence
from nami_monitor.kpis.trace import trace
from tests.kpis.traced import checked

EXPECTED = ("aha_reductions",)
MONTHS = [dt.date(2022 + m // 12, m % 12 + 1, 1) for m in range(36)]
PRODUCTS = """
product_id name    category base_unit product_group
P1         A4      paper    pack      Sheets
P2         Pen     paper    piece     Pens
P3         Map     paper    piece     Folders
P4         Rol     paper    piece     Rolls
L1         Laptop  laptops  piece     Laptops
"""
BOUGHT = {  # before 2024 and in it; what is new in 2024 has nothing to fall from
    "P1": ("paper", 100, 60), "P2": ("paper", 50, 49), "P3": ("paper", 40, 0),
    "P4": ("paper", 0, 30), "L1": ("laptops", 20, 10),
}  # fmt: skip
MEASURE = {
    "title": "Minder", "strategy": "reduce", "status": "running", "ramp_months": 0,
    "anticipation_months": 0, "target_channel": "shop", "substitute_channels": "other",
    "may_spread": "false",
}  # fmt: skip


def lines():
    """A few pieces more or less from month to month, the same wave in every year."""
    return [
        [month, "A", category, product, size + (month.month % 3)]
        for month in MONTHS
        for product, (category, before, after) in BOUGHT.items()
        if (size := after if month.year == 2024 else before)
    ]


def load_masters(monitor):
    monitor.load_together(
        monitor.text("categories", "category name_nl name_en\npaper P P\nlaptops L L"),
        monitor.text("locations", "location_id name organisation\nA A Org\nB B Org\nC C Org"),
        monitor.text("products", PRODUCTS),
    )


def loaded(monitor, rows, **more):
    header = ["ordered_on", "location_id", "category", "product_id", "quantity"]
    monitor.load_rows("orders", header, rows, channel="shop", **more)
    return monitor


def load_all(monitor):
    load_masters(monitor)
    loaded(monitor, lines())


@pytest.fixture
def masters(begin_with, monitor):
    return begin_with(monitor, load_masters)


@pytest.fixture(scope="module")
def shelf(begin_with, kept):
    return begin_with(kept, load_all)


@pytest.fixture
def own_shelf(begin_with, monitor):
    return begin_with(monitor, load_all)


def again(rows, last):
    """The goods of which less is bought by a twentieth, in each of twelve months less than ever."""
    months = [m for m in MONTHS if m <= last][-24:]
    volumes = defaultdict(lambda: dict.fromkeys(months, 0))
    for month, _, category, product, quantity in rows:
        if month in months:
            volumes[category, product][month] += quantity
    found = defaultdict(int)
    for (category, _), by_month in volumes.items():
        series = list(by_month.values())
        fell = sum(series[12:]) <= 0.95 * sum(series[:12])
        found[category] += fell and max(series[12:]) < min(series[:12])
    return dict(found)


@pytest.mark.parametrize("last", [MONTHS[-1], MONTHS[30], MONTHS[23]])
def test_worked_out_a_second_time(shelf, last):
    expected = again(lines(), last)
    assert shelf.values("aha_reductions", str(last), by=("category",)) == {
        (category,): expected[category] for category in ("laptops", "paper")
    }
    assert shelf.one("aha_reductions", str(last)).value == sum(expected.values())


def test_what_was_planted_is_counted_over_any_period(shelf):
    for kind in ("month", "quarter", "r12", "year", "2024-11..2024-12"):
        result = shelf.one("aha_reductions", kind=kind)
        assert (result.state, result.value, result.completeness) == (State.VALUE, 3, 4 / 5)
    groups = shelf.values("aha_reductions", by=("product_group", "base_unit"))
    assert groups == {
        ("Folders", "piece"): 1, ("Laptops", "piece"): 1, ("Pens", "piece"): 0,
        ("Rolls", "piece"): "fall_not_whole", ("Sheets", "pack"): 1,
    }  # fmt: skip


def test_the_rows_behind_it_name_the_goods_that_fell(shelf):
    with shelf.store.read() as db:
        traced, by_table = checked(db, CATALOGUE["aha_reductions"], Ask(until=MONTHS[-1]))
    assert {row["ordered_on"].year for row in by_table["orders"]} == {2023, 2024}
    fell = {row["numerator"] for row in by_table["orders"]} - {None}
    assert fell == {"paper / Sheets / pack", "paper / Folders / piece", "laptops / Laptops / piece"}
    assert sum(part.rows for part in traced.batches) == len(by_table["orders"])


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 2),
        ({"motive": "money"}, 3),
        ({"locations": "A"}, 2),
        ({"starts_on": "2025-01-01"}, 3),
        ({"ends_on": "2022-11-30"}, 3),
        ({"ends_on": "2022-12-31"}, 2),
    ],
)
def test_a_sustainable_measure_explains_the_falls_of_its_category(own_shelf, more, count):
    """Laptops have one location, of which it holds at all."""
    row = {"intervention_id": "M", "category": "laptops", "starts_on": "2022-02-01",
           "locations": "A", "motive": "sustainability"} | MEASURE | more  # fmt: skip
    own_shelf.load_rows("interventions", list(row), [list(row.values())])
    assert own_shelf.one("aha_reductions").value == count


def test_a_measure_at_few_locations_explains_nothing(masters):
    rows = [[m, place, *rest] for m, _, *rest in lines() for place in "ABC"]
    loaded(masters, rows)
    row = {"intervention_id": "M", "category": "paper", "starts_on": "2024-01-01",
           "locations": "A"} | MEASURE  # fmt: skip
    masters.load_rows("interventions", list(row), [list(row.values())])
    assert masters.values("aha_reductions", by=("category",))["paper",] == 2


def test_without_two_whole_years_nothing_is_said(masters):
    loaded(masters, [row for row in lines() if row[0] >= MONTHS[20]])
    result = masters.one("aha_reductions")
    assert (result.state, result.reason.key) == (State.NOT_COMPUTABLE, "fall_not_whole")
    assert result.reason.values == {"known": 16, "wanted": 24}
    assert "24 maanden" in reason_sentence(result, "nl")
    assert "16 are known" in reason_sentence(result, "en")
    with masters.store.read() as db:
        assert trace(db, CATALOGUE["aha_reductions"], Ask(until=MONTHS[-1])).batches == ()


def test_goods_that_began_lately_lower_the_completeness(masters):
    rows = lines() + [[m, "B", "laptops", "", 5] for m in MONTHS[30:]]
    result = loaded(masters, rows).one("aha_reductions", where={"category": ("laptops",)})
    assert (result.value, result.completeness) == (1, 0.5)
    assert Flag.INCOMPLETE in result.flags


def test_no_fall_is_claimed_across_a_data_break(masters):
    """The supplier's files say from 2024 on that VAT is in the amounts: the series breaks."""
    for year, basis in ((2022, "ordered"), (2023, "ordered"), (2024, "invoiced")):
        rows = [row for row in lines() if row[0].year == year]
        loaded(masters, rows, more=f'basis = "{basis}"')
    result = masters.one("aha_reductions")
    assert (result.state, result.reason.key) == (State.NOT_COMPUTABLE, "fall_over_break")
    assert masters.one("aha_reductions", "2023-12").value == 0


def test_what_cannot_be_reduced_by_law_is_not_asked(own_shelf):
    own_shelf.load(
        "categories",
        "category name_nl name_en reduce_applies reduce_reason\nlaptops L L false wet",
    )
    (result,) = own_shelf.ask("aha_reductions", where={"category": ("laptops",)})
    assert (result.state, result.reason.values["reason"]) == (State.NOT_APPLICABLE, "wet")


def test_an_empty_database_says_what_to_load_and_other_dimensions_are_refused(monitor):
    assert monitor.one("aha_reductions").reason.key == "no_data"
    with pytest.raises(UserError) as error:
        monitor.ask("aha_reductions", by=("location",))
    assert error.value.key == "kpi.dimensions_apart"
    assert monitor.ask("aha_reductions", until=None) == []

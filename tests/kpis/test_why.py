"""Why a figure changed: by hand, and adding up whatever comes in."""

import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.briefing.why import explain
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, parse_month
from nami_monitor.core.words import State
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.why import MOST_NAMED, Against, dimensions, earlier, why
from nami_monitor.store import Store
from tests.kpis.kpi_tables import ACTIVITY, CATEGORIES, LOCATIONS, PRODUCTS, load_masters
from tests.support.monitor import Monitor

PAPER = {"category": ("paper",)}

# Paper: from 190 to 75 euro, over 500 and 400 staff-days.
ORDERS = """
ordered_on location_id category product_id channel quantity amount_eur condition
2024-11-04 A           paper    P1         shop    20       100        .
2024-11-18 A           paper    P2         shop    10       50         .
2024-11-30 B           paper    P1         cabinet 10       40         .
2024-11-12 A           laptops  L1         desk    3        2400       new
2024-11-13 B           laptops  L1         desk    1        300        refurbished
2024-12-01 A           paper    P1         shop    20       100        .
2024-12-31 A           paper    P1         shop    -5       -25        .
2024-12-15 A           laptops  L1         desk    2        500        reused
"""


@pytest.fixture(scope="module")
def shop(kept):
    kept.load("categories", CATEGORIES)
    kept.load("locations", LOCATIONS)
    kept.load("products", PRODUCTS)
    kept.load("orders", ORDERS)
    kept.load("measurements", ACTIVITY, proxy="false")
    return kept


def told(monitor, code, dimension, until="2024-12", against=Against.PREVIOUS, **question):
    with monitor.store.read() as db:
        ask = Ask(until=parse_month(until), **question)
        return why(db, CATALOGUE[code], ask, dimension, against)


def in_words(monitor, code, dimension, until="2024-12", against=Against.PREVIOUS, **question):
    with monitor.store.read() as db:
        ask = Ask(until=parse_month(until), **question)
        return explain(db, CATALOGUE[code], ask, dimension, against, "nl")


def amounts(found):
    return {one.key: pytest.approx(float(one.amount), abs=1e-12) for one in found.slices}


def test_a_sum_is_split_by_what_each_group_has_more_or_less(shop):
    found = told(shop, "impact_spend", "location", where=PAPER)
    assert (found.before.value, found.after.value, found.change) == (190, 75, -115)
    assert [(one.key, one.before, one.after, one.amount) for one in found.slices] == [
        ("A", 150, 75, -75),
        ("B", 40, 0, -40),
    ]
    assert (found.others, found.mixes, found.lacking) == (None, False, None)
    products = told(shop, "impact_spend", "product", where=PAPER)
    assert amounts(products) == {"P1": 75 - 140, "P2": -50}


def test_a_ratio_with_days_of_its_own_has_a_part_within_and_a_weight(shop):
    """From 0.38 to 0.1875 euro a day, mean 0.28375.

    A: 0.375 to 0.25 with 4/5 and then 3/4 of the days; B: 0.4 to 0 with 1/5 and then 1/4.
    """
    found = told(shop, "reduce_spend_per_activity", "location", where=PAPER)
    assert found.mixes
    assert amounts(found) == {
        "A": 0.75 * (0.25 - 0.28375) - 0.8 * (0.375 - 0.28375),
        "B": 0.25 * (0 - 0.28375) - 0.2 * (0.4 - 0.28375),
    }
    a = found.slices[0]
    assert float(a.within) == pytest.approx(0.775 * (0.25 - 0.375))
    assert a.within + a.mix == a.amount
    assert float(found.change) == pytest.approx(0.1875 - 0.38)


def test_channels_share_the_days_of_the_whole(shop):
    found = told(shop, "reduce_spend_per_activity", "channel", where=PAPER)
    assert not found.mixes
    assert amounts(found) == {"shop": 75 / 400 - 150 / 500, "cabinet": -40 / 500}


def test_a_percentage_is_split_in_percentage_points(shop):
    """Refurbished or reused: 1 of 4 laptops, then 2 of 2: from 25 to 100%."""
    found = told(shop, "rethink_circular_share", "location", where={"category": ("laptops",)})
    assert float(found.change) == pytest.approx(75)
    # mean 62.5: A had 3/4 at 0% and has all at 100%; B had 1/4 at 100% and is gone
    assert amounts(found) == {"A": 37.5 + 0.75 * 62.5, "B": -0.25 * 37.5}


def test_each_contribution_leads_to_its_own_trend(shop):
    found = told(shop, "impact_spend", "channel", where=PAPER)
    assert found.filters_of(found.slices[0]) == {**PAPER, "channel": ("shop",)}
    assert shop.one("impact_spend", where=found.filters_of(found.slices[0])).value == 75


def test_a_missing_period_is_not_split_and_says_so(shop):
    found = told(shop, "impact_spend", "location", against=Against.YEAR)
    assert (found.change, found.slices) == (None, ())
    assert found.lacking.period == found.before.period
    assert found.lacking.reason.key == "not_begun"
    said = in_words(shop, "impact_spend", "location", against=Against.YEAR)
    assert said.lines == ()
    assert said.sentence.startswith("Over dec 2023: ")


def test_what_no_group_has_a_part_of_is_not_split(shop):
    for code, kpi in CATALOGUE.items():
        if kpi.over_time.not_split:
            assert told(shop, code, "location").lacking.reason.key == kpi.over_time.not_split
            assert dimensions(kpi, Ask()) == ()


def test_a_file_without_a_month_is_said(monitor):
    monitor.load("locations", LOCATIONS)
    with monitor.store.read() as db, pytest.raises(UserError, match=r"why\.no_data"):
        why(db, CATALOGUE["impact_spend"], Ask(), "location")


def test_articles_come_and_go_instead_of_groups_that_count_them_twice(monitor):
    monitor.load("categories", CATEGORIES)
    monitor.load("locations", LOCATIONS)
    monitor.load("products", PRODUCTS)
    always = [f"{y}-{m:02}-05 A paper P1 shop 1 5" for y in (2023, 2024) for m in range(1, 13)]
    monitor.load(
        "orders",
        "\n".join(
            [
                "ordered_on location_id category product_id channel quantity amount_eur",
                *always,
                "2023-06-01 A paper P2 shop 1 5",
                "2024-06-01 B laptops L1 desk 1 5",
            ]
        ),
    )
    found = told(monitor, "refuse_assortment", "location", against=Against.YEAR)
    assert (found.dimension, found.change) == ("article", 0)
    assert (found.came, found.went) == (("S/L1",), ("S/P2",))
    said = in_words(monitor, "refuse_assortment", "location", against=Against.YEAR)
    assert [line.amount for line in said.lines] == [1, -1]
    assert {len(articles) for articles in said.lists.values()} == {1}
    assert len(said.lists) == 2
    assert "gelijk gebleven" in said.sentence


def test_a_small_site_is_added_to_the_others(monitor):
    """C has 3 staff and stands together with B; of an article only A may be named."""
    monitor.load("categories", CATEGORIES)
    monitor.load(
        "locations",
        """
        location_id name organisation group
        A           A    Org          west
        B           B    Org          west
        C           C    Org          west
        """,
    )
    monitor.load("products", PRODUCTS)
    monitor.load(
        "measurements",
        """
        period_start period_end location_id activity_measure value unit
        2024-11-01   2024-11-30 A           fte              80    fte
        2024-11-01   2024-11-30 B           fte              8     fte
        2024-11-01   2024-11-30 C           fte              3     fte
        """,
        proxy="false",
    )
    monitor.load(
        "orders",
        """
        ordered_on location_id category product_id channel quantity amount_eur
        2024-11-01 A           paper    P1         shop    1        10
        2024-11-01 B           paper    P1         shop    1        20
        2024-11-01 C           paper    P1         shop    1        30
        2024-12-01 A           paper    P1         shop    1        11
        2024-12-01 B           paper    P1         shop    1        40
        2024-12-01 C           paper    P1         shop    1        90
        """,
    )
    found = told(monitor, "impact_spend", "location", where={"product": ("P1",)})
    assert amounts(found) == {"A": 1}
    assert (found.others.count, found.others.hidden, found.others.amount) == (2, 2, 80)
    assert found.change == 81
    said = in_words(monitor, "impact_spend", "location", where={"product": ("P1",)})
    assert [line.amount for line in said.lines] == [1, 80]
    assert any("2" in note for note in said.notes)
    everything = told(monitor, "impact_spend", "location", where=PAPER)
    assert amounts(everything) == {"A": 1}, "all that B and C have is one article"


def test_beyond_the_fifteenth_all_are_added_up(monitor):
    monitor.load("categories", CATEGORIES)
    header = ["location_id", "name", "organisation", "group"]
    monitor.load_rows("locations", header, [[f"L{n}", f"L{n}", "Org", "west"] for n in range(20)])
    monitor.load("products", PRODUCTS)
    header = [
        "ordered_on",
        "location_id",
        "category",
        "product_id",
        "channel",
        "amount_eur",
    ]
    rows = [
        [f"2024-{m}-01", f"L{n}", "paper", "P1", "shop", 10 + n * (m - 11)]
        for n in range(20)
        for m in (11, 12)
    ]
    monitor.load_rows("orders", header, rows)
    found = told(monitor, "impact_spend", "location")
    assert [one.key for one in found.slices] == [f"L{n}" for n in range(19, 4, -1)]
    assert len(found.slices) == MOST_NAMED
    assert (found.others.count, found.others.hidden, found.others.amount) == (
        5,
        0,
        0 + 1 + 2 + 3 + 4,
    )


@pytest.mark.parametrize(
    ("kind", "first", "last", "year", "previous"),
    [
        ("month", "2024-03", "2024-03", ("2023-03", "2023-03"), ("2024-02", "2024-02")),
        ("quarter", "2024-01", "2024-03", ("2023-01", "2023-03"), ("2023-10", "2023-12")),
        ("ytd", "2024-01", "2024-03", ("2023-01", "2023-03"), ("2023-01", "2023-03")),
        ("r12", "2023-04", "2024-03", ("2022-04", "2023-03"), ("2022-04", "2023-03")),
        ("election", "2024-01", "2024-02", ("2023-01", "2023-02"), ("2023-11", "2023-12")),
    ],
)
def test_periods_are_compared_with(kind, first, last, year, previous):
    period = Period(parse_month(first), parse_month(last), kind)
    for against, (start, end) in ((Against.YEAR, year), (Against.PREVIOUS, previous)):
        assert earlier(period, against) == Period(parse_month(start), parse_month(end), kind)


MONTHS = [f"{year}-{number:02}" for year in (2022, 2023, 2024) for number in range(1, 13)]
line = st.tuples(
    st.sampled_from(MONTHS),
    st.integers(1, 28),
    st.sampled_from("AB"),
    st.sampled_from([("paper", "P1"), ("paper", "P2"), ("laptops", "L1"), ("paper", "")]),
    st.sampled_from(["shop", "desk"]),
    st.sampled_from(["", "1", "2.5", "7", "-1"]),
    st.sampled_from(["10", "3.5", "-2", "1234567.89", "0.01"]),
    st.sampled_from(["", "new", "reused", "refurbished"]),
)
ALWAYS = [(m, 1, site, ("paper", "P1"), "shop", "1", "1", "new") for m in MONTHS for site in "AB"]
OF_ORDERS = [kpi for kpi in CATALOGUE.values() if {"by_place", "by_product"} & set(kpi.reads)]


@pytest.mark.slow
@settings(
    max_examples=3,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(line, max_size=50),
    st.sampled_from(["month", "quarter", "year", "r12"]),
    st.sampled_from(Against),
    st.integers(0, 10),
)
def test_contributions_add_up_to_the_change(begin_with, lines, kind, against, at):
    with tempfile.TemporaryDirectory() as name:
        monitor = begin_with(Monitor(Path(name)), load_masters)
        days = [[f"{m}-01", f"{m}-01", s, "staff_days", 100, "days", "false"]
                for m in MONTHS for s in "AB"]  # fmt: skip
        header = "period_start period_end location_id activity_measure value unit proxy"
        monitor.load_rows("measurements", header.split(), days)
        rows = [
            [f"{m}-{day:02}", site, category, product, channel, quantity, amount, condition]
            for m, day, site, (category, product), channel, quantity, amount, condition in
            ALWAYS + lines
        ]  # fmt: skip
        header = "ordered_on location_id category product_id channel quantity amount_eur condition"
        monitor.load_rows("orders", header.split(), rows)
        for kpi in OF_ORDERS:
            adds_up(monitor.store, kpi, Ask(kind=kind, where=PAPER), against, at)
        monitor.store.close()


@pytest.mark.slow
def test_contributions_add_up_for_every_kpi_of_the_demo(demo):
    store = Store(demo)
    split = {
        kpi.code
        for kpi in CATALOGUE.values()
        for where in ({"category": ("it_assets",)}, {"category": ("office_supplies",)})
        if adds_up(store, kpi, Ask(kind="r12", where=where), Against.YEAR, 0)
    }
    with store.read() as db:
        ask = Ask(kind="r12", where={"category": ("sanitary_supplies",)})
        gap = why(db, CATALOGUE["impact_spend"], ask, "location")
    assert (gap.lacking.reason.key, gap.slices) == ("missing_month", ())
    store.close()
    assert len(split) > 20


def adds_up(store, kpi, ask, against, at):
    """Hold a split change against the figures; False where there is none.

    The parts add up to ``change`` exactly, and ``change`` is the difference of the figures but for
    the rounding of doubles that were added up in another order.
    """
    offered = dimensions(kpi, ask)
    if not offered:
        return False
    with store.read() as db:
        found = why(db, kpi, ask, offered[at % len(offered)], against)
        figures = compute(db, kpi, ask)
    if found.lacking:
        assert found.lacking.state is not State.VALUE
        return False
    parts = [one.amount for one in found.slices]
    parts += [found.others.amount] if found.others else []
    parts += [Fraction(len(found.came) - len(found.went))]
    assert sum(parts) == found.change
    assert all(one.within + one.mix == one.amount for one in found.slices)
    size = max(abs(found.before.value), abs(found.after.value), 1e-9)
    difference = found.after.value - found.before.value
    assert float(found.change) == pytest.approx(difference, abs=1e-9 * size)
    if kpi.code != "reduce_spend_bridge":
        assert found.after.value == pytest.approx(figures[-1].value, rel=1e-9)
    elif against is Against.YEAR:
        assert float(found.change) == pytest.approx(figures[-1].value, abs=1e-9 * size)
    return True

"""Every KPI on one table that can be added up by hand."""

import pytest

from nami_monitor.core.words import Flag, State
from tests.kpis.kpi_tables import ACTIVITY, CATEGORIES, LOCATIONS, PRODUCTS

# In November: 30 packs for EUR 150 at A, 10 for 40 at B; 4 laptops, of which 1 refurbished.
# In December: 20 packs for 100 at A and 5 sent back; B orders nothing; 2 laptops, both reused.
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

QUARTER = """
ordered_on location_id category product_id channel quantity amount_eur condition
2024-10-10 A           paper    P1         shop    1        4          .
2024-10-10 A           laptops  L1         desk    1        800        new
"""


@pytest.fixture(scope="module")
def shop(kept):
    kept.load("categories", CATEGORIES)
    kept.load("locations", LOCATIONS)
    kept.load("products", PRODUCTS)
    kept.load("orders", ORDERS)
    kept.load("measurements", ACTIVITY, proxy="false")
    return kept


@pytest.mark.parametrize(
    ("code", "until", "question", "expected"),
    [
        ("impact_spend", "2024-11", {}, {(): 2890}),
        ("impact_spend", "2024-12", {}, {(): 575}),
        ("impact_spend", "2024-12", {"by": ("category",)}, {("laptops",): 500, ("paper",): 75}),
        ("impact_spend", "2024-12", {"by": ("location",)}, {("A",): 575, ("B",): 0}),
        ("impact_spend", "2024-11", {"by": ("group",)}, {("south",): 340, ("west",): 2550}),
        ("impact_spend", "2024-11", {"where": {"channel": ("shop", "cabinet")}}, {(): 190}),
        ("impact_mass", "2024-12", {"by": ("category",)}, {("laptops",): 3, ("paper",): 37.5}),
        # 75 kg of 30 packs; 10 packs have no mass
        ("impact_mass", "2024-11", {"where": {"category": ("paper",)}}, {(): 75}),
        # 40 packs / 500 days, 15 packs / 400 days
        ("reduce_volume_per_activity", "2024-11", {"where": {"category": ("paper",)}}, {(): 0.08}),
        (
            "reduce_volume_per_activity", "2024-12", {"where": {"category": ("paper",)}},
            {(): 0.0375},
        ),
        (
            "reduce_volume_per_activity", "2024-12", {"by": ("category", "location")},
            {("laptops", "A"): 2 / 22, ("laptops", "B"): 0, ("paper", "A"): 0.05,
             ("paper", "B"): 0},
        ),
        ("reduce_spend_per_activity", "2024-11", {"by": ("category",)},
         {("laptops",): 2700 / 28, ("paper",): 0.38}),
        ("reduce_spend_per_activity", "2024-11", {"by": ("category", "channel")},
         {("laptops", "desk"): 2700 / 28, ("paper", "cabinet"): 0.08, ("paper", "shop"): 0.3}),
        ("rethink_circular_share", "2024-11", {"by": ("category",)},
         {("laptops",): 25, ("paper",): "too_little_known"}),
        ("rethink_circular_share", "2024-12", {"where": {"category": ("laptops",)}}, {(): 100}),
    ],
)  # fmt: skip
def test_figures_are_those_of_the_table(shop, code, until, question, expected):
    assert shop.values(code, until, **question) == pytest.approx(expected)


def test_a_figure_states_what_it_rests_on(shop):
    result = shop.one("reduce_volume_per_activity", where={"category": ("paper",)})
    assert (result.numerator, result.denominator) == (15, 400)
    assert (result.activity, result.sources, result.completeness) == ("staff_days", ("S",), 1)
    assert result.flags == ()
    assert result.version == 1


def test_products_without_mass_lower_what_is_known_and_are_no_zero_kilograms(shop):
    result = shop.one("impact_mass", "2024-11", where={"category": ("paper",)})
    assert result.completeness == pytest.approx(30 / 40)
    assert set(result.flags) == {Flag.FACTOR_GAP, Flag.INCOMPLETE}
    nothing = shop.one("impact_mass", "2024-11", where={"product": ("P2",)})
    assert nothing.state is State.NOT_COMPUTABLE
    assert nothing.reason.key == "too_little_known"


def test_the_assortment_looks_back_over_twelve_whole_months(shop):
    assert shop.one("refuse_assortment").reason.key == "outside_data"


def test_long_periods_add_up_numerators_and_denominators(shop):
    shop.load("orders", QUARTER)
    shop.load(
        "measurements",
        """
        period_start period_end location_id activity_measure value unit
        2024-10-01   2024-10-31 A           staff_days       100   days
        2024-10-01   2024-10-31 A           fte              18    fte
        """,
        proxy="false",
    )
    paper = {"kind": "quarter", "where": {"category": ("paper",)}}
    volume = shop.one("reduce_volume_per_activity", **paper)
    assert (volume.numerator, volume.denominator) == (56, 1000)
    laptops = {"kind": "quarter", "where": {"category": ("laptops",)}}
    # a level is averaged over the quarter: (18 + 20 + 22) / 3, and B's 8 FTE two months of three
    assert shop.one("reduce_volume_per_activity", **laptops).denominator == pytest.approx(
        20 + 16 / 3
    )
    assert shop.one("rethink_circular_share", **laptops).value == pytest.approx(100 * 3 / 7)
    assert shop.one("impact_spend", kind="quarter").value == 2890 + 575 + 804


def test_the_assortment_counts_the_products_of_its_window(shop):
    early = "\n".join(f"2024-{m:02}-05 A paper P1 shop 1 5" for m in range(1, 11))
    header = "ordered_on location_id category product_id channel quantity amount_eur"
    shop.load("orders", f"{header}\n{early}")
    assert shop.one("refuse_assortment").value == 3
    assert shop.values("refuse_assortment", by=("channel",)) == {
        ("cabinet",): 1, ("desk",): 1, ("shop",): 2,
    }  # fmt: skip
    assert shop.one("refuse_assortment", "2024-11").reason.key == "outside_data"


def test_lines_of_a_product_that_changed_count_once_at_the_weight_of_their_day(shop):
    shop.load(
        "products",
        """
        product_id name category base_unit mass_kg valid_from
        P4         A4   paper    pack      2       .
        P4         A4   paper    pack      1.5     2024-08-16
        """,
    )
    shop.load(
        "orders",
        """
        ordered_on location_id category product_id channel quantity amount_eur
        2024-08-15 A           paper    P4         shop    10       40
        2024-08-16 A           paper    P4         shop    10       50
        """,
        source="S2",
        more='products_of = "S"',
    )
    only = {"where": {"source": ("S2",)}}
    for by in ((), ("location",), ("product",), ("location", "product")):
        assert list(shop.values("impact_spend", "2024-08", by=by, **only).values()) == [90]
        assert list(shop.values("impact_mass", "2024-08", by=by, **only).values()) == [35]


def test_the_same_article_of_two_suppliers_counts_once(monitor):
    monitor.load("categories", CATEGORIES)
    monitor.load("locations", LOCATIONS)
    for source in ("S", "T"):
        monitor.load(
            "products",
            """
            product_id name category base_unit same_as
            P1         A4   paper    pack      a4
            P2         A3   paper    pack      .
            """,
            source=source,
        )
        monitor.load(
            "orders",
            "ordered_on location_id category product_id channel quantity\n"
            + "\n".join(f"2024-{m:02}-05 A paper P{1 + m % 2} {source} 1" for m in range(1, 13)),
            source=source,
        )
    assert monitor.one("refuse_assortment").value == 3
    assert monitor.values("refuse_assortment", by=("source",)) == {("S",): 2, ("T",): 2}

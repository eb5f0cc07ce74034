"""KPIs on requests, assets, contracts and targets, on tables that can be worked out by hand."""

import pytest

from nami_monitor.core.words import Evidence, State
from tests.kpis.kpi_tables import ACTIVITY, CATEGORIES, LOCATIONS

PRODUCTS = """
product_id name    category base_unit units_per_pack mass_kg co2e_kg
P1         A4      paper    pack      5              2.5     .
L1         Laptop  laptops  piece     1              1.5     181
"""
# In December a pack costs EUR 5 and a laptop EUR 250.
ORDERS = """
ordered_on location_id category product_id channel quantity amount_eur
2024-11-04 A           paper    P1         shop    20       60
2024-12-01 A           paper    P1         shop    20       100
2024-12-31 A           paper    P1         shop    -5       -25
2024-12-15 A           laptops  L1         desk    2        500
"""
# Of four requests decided in December two were met without buying. R3 avoids one laptop of two; R4
# is bought refurbished; R5 is not decided; R6 was no need; R7 is decided in January.
REQUESTS = """
request_id requested_on location_id category product_id quantity quantity_avoided decision \
decided_on reason
R1 2024-12-02 A paper   P1 10 . from_stock  2024-12-03 .
R2 2024-12-05 A laptops L1 1  . bought      2024-12-06 .
R3 2024-12-05 B laptops L1 2  1 shared      2024-12-09 .
R4 2024-12-07 B laptops L1 1  . refurbished 2024-12-09 .
R5 2024-12-07 B laptops L1 1  . blocked     2024-12-10 beveiliging
R6 2024-12-08 A paper   P1 5  . withdrawn   2024-12-08 dubbel
R7 2024-12-30 A laptops L1 1  . repaired    2025-01-04 .
"""
# A1 lives four years to the day; A4 half a year, within its warranty; A5 was retired before it was
# bought, which nobody believes.
ASSETS = """
asset_id category location_id acquired_on condition   warranty_until
A1       laptops  A           2020-01-15  new         2023-01-15
A2       laptops  A           2021-07-01  new         2024-07-01
A3       laptops  B           2024-03-01  refurbished 2027-03-01
A4       laptops  B           2024-06-10  new         2027-06-10
A5       laptops  B           2024-09-01  new         .
A6       laptops  A           2024-11-20  new         2027-11-20
"""
EVENTS = """
asset_id happened_on kind
A1       2024-01-15  retired
A4       2024-12-10  retired
A5       2024-08-01  retired
A2       2024-11-05  failure
A3       2024-12-01  failure
"""
# In December C1, C2, C3 and C5 run; of C5 nobody knows the value. Only C1 must be prepared: it ends
# in December 2025, with six months' notice and two years of preparation.
CONTRACTS = """
contract_id title   supplier category specification starts_on  ends_on    notice_months value_eur
C1          Paper   Een      paper    technical     2022-01-01 2025-12-31 6             100000
C2          Laptops Twee     laptops  functional    2023-01-01 2028-12-31 .             300000
C3          Service Drie     laptops  service       2024-06-01 .          .             50000
C4          Old     Vier     paper    technical     2020-01-01 2024-11-30 .             80000
C5          New     Vijf     paper    .             2024-01-01 2027-01-31 .             .
"""


@pytest.fixture(scope="module")
def registers(kept):
    kept.load("categories", CATEGORIES)
    kept.load("locations", LOCATIONS)
    kept.load("products", PRODUCTS)
    kept.load("orders", ORDERS)
    kept.load("measurements", ACTIVITY, proxy="false")
    kept.load("requests", REQUESTS)
    kept.load("assets", ASSETS)
    kept.load("asset_events", EVENTS)
    kept.load("contracts", CONTRACTS)
    return kept


BY_CATEGORY = {"by": ("category",)}
LAPTOPS = {"where": {"category": ("laptops",)}}
PAPER = {"where": {"category": ("paper",)}}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("code", "until", "question", "expected"),
    [
        ("refuse_rate", "2024-12", {}, {(): 50}),
        ("refuse_rate", "2024-12", BY_CATEGORY, {("laptops",): 100 / 3, ("paper",): 100}),
        ("refuse_rate", "2025-01", {}, {(): 100}),
        ("refuse_rate", "2024-11", {}, {(): "not_begun"}),
        ("refuse_avoided_quantity", "2024-12", {}, {(): "mixed_units"}),
        ("refuse_avoided_quantity", "2024-12", BY_CATEGORY, {("laptops",): 1, ("paper",): 10}),
        # 10 packs of EUR 5 and one laptop of EUR 250
        ("refuse_avoided_spend", "2024-12", {}, {(): 300}),
        ("refuse_avoided_spend", "2024-12", {"by": ("location",)}, {("A",): 50, ("B",): 250}),
        # 10 x 2.5 + 1 x 1.5
        ("refuse_avoided_mass", "2024-12", {}, {(): 26.5}),
        ("refuse_avoided_co2e", "2024-12", BY_CATEGORY,
         {("laptops",): 181, ("paper",): "too_little_known"}),
        # A2, A3, A4 and A6 at two places; in December A4 is gone
        ("refuse_stock_per_location", "2024-11", {}, {(): 2}),
        ("refuse_stock_per_location", "2024-12", {}, {(): 1.5}),
        ("refuse_stock_per_location", "2024-12", {"kind": "year"}, {(): 1.5}),
        ("reduce_asset_life", "2024-12", {"kind": "year"}, {(): (1461 + 183) / 365.25 / 2}),
        ("reduce_asset_life", "2024-11", {}, {(): "zero_denominator"}),
        ("reduce_new_assets_per_fte", "2024-11", LAPTOPS, {(): 1 / 28}),
        ("reduce_new_assets_per_fte", "2024-12", LAPTOPS, {(): 0}),
        # three devices for 31 days and A4 for nine
        ("reduce_failure_rate", "2024-12", {}, {(): 1000 / ((3 * 31 + 9) / 365.25)}),
        ("reduce_survival", "2024-12", {}, {(): "too_few_at_risk"}),
        ("rethink_functional_share", "2024-12", {}, {(): 100 * 350 / 450}),
        ("rethink_functional_share", "2024-11", {}, {(): 100 * 350 / 530}),
        ("steer_contract_window", "2024-12", {}, {(): 1}),
        ("steer_contract_window", "2025-01", BY_CATEGORY, {("laptops",): 0, ("paper",): 2}),
        ("impact_co2e", "2024-12", BY_CATEGORY,
         {("laptops",): 362, ("paper",): "too_little_known"}),
        ("reduce_mass_per_activity", "2024-12", PAPER, {(): 15 * 2.5 / 300}),
    ],
)  # fmt: skip
def test_figures_are_those_of_the_table(registers, code, until, question, expected):
    assert registers.values(code, until, **question) == pytest.approx(expected)


def test_what_was_not_bought_bears_its_grade_and_how_much_of_it_is_known(registers):
    spend = registers.one("refuse_avoided_spend")
    assert (spend.evidence, spend.completeness) == (Evidence.LOGGED, 1)
    co2e = registers.one("refuse_avoided_co2e")
    assert co2e.state is State.NOT_COMPUTABLE
    assert co2e.completeness == pytest.approx(1 / 11)


def test_assets_that_were_retired_before_they_were_bought_lower_what_is_known(registers):
    life = registers.one("reduce_asset_life", kind="year")
    assert (life.numerator, life.denominator) == (pytest.approx((1461 + 183) / 365.25), 2)
    assert life.completeness == pytest.approx(2 / 3)


def test_a_contract_without_a_value_lowers_what_is_known(registers):
    assert registers.one("rethink_functional_share").completeness == pytest.approx(3 / 4)


def test_factor_coverage_stands_beside_the_figure_by_mass_and_by_spend(registers):
    whole = registers.one("impact_co2e")
    # laptops: 2 x 1.5 kg of 3 + 25 x 2.5 handled; EUR 500 of 625 handled
    assert whole.shares == pytest.approx({"mass": 3 / (3 + 62.5), "spend": 500 / 625})
    assert whole.value == 362


def test_survival_at_the_end_of_the_warranty(monitor):
    header = ["asset_id", "category", "location_id", "acquired_on", "warranty_until"]
    rows = [[f"A{n}", "laptops", "A", "2020-01-01", "2023-01-01"] for n in range(20)]
    monitor.load("categories", CATEGORIES)
    monitor.load("locations", LOCATIONS)
    monitor.load_rows("assets", header, rows)
    ends = [(n, "2021-01-01") for n in range(5)] + [(n, "2022-06-01") for n in range(5, 8)]
    ends += [(8, "2023-01-01"), (9, "2024-06-01")]  # at its end, and after it
    header = ["asset_id", "happened_on", "kind"]
    monitor.load_rows("asset_events", header, [[f"A{n}", day, "retired"] for n, day in ends])
    result = monitor.one("reduce_survival", "2024-06")
    assert result.value == pytest.approx(100 * 12 / 20)
    assert (result.numerator, result.denominator) == (10, 20)
    assert result.low < 60 < result.high
    early = monitor.one("reduce_survival", "2021-12")
    assert early.reason.key == "not_observed"


def test_spend_by_stream_bridges_the_split_of_a_contract(shop):
    shop.load(
        "contracts",
        """
        contract_id title     category stream   replaces starts_on  ends_on
        K0          Total     paper    .        .        2023-01-01 2024-10-31
        K1          Hardware  paper    hardware K0       2024-11-01 .
        K2          Refills   paper    refill   K0       2024-11-01 .
        K9          Other     laptops  .        .        2023-01-01 .
        """,
    )
    shop.load(
        "orders",
        """
        ordered_on location_id category product_id channel quantity amount_eur contract_id
        2024-10-05 A           paper    P1         shop    1        90         K0
        2024-11-05 A           paper    P1         shop    1        60         K1
        2024-11-06 A           paper    P1         shop    1        40         K2
        2024-10-07 A           laptops  L1         shop    1        900        K9
        """,
    )
    assert shop.values("rethink_stream_spend", "2024-10") == {(): 90}
    assert shop.values("rethink_stream_spend", "2024-11") == {(): 100}
    by_stream = shop.values("rethink_stream_spend", "2024-11", by=("stream",))
    assert by_stream[("hardware",)] == 60
    assert by_stream[("refill",)] == 40
    families = shop.values("rethink_stream_spend", "2024-11", last=2, by=("family",))
    assert families[("K0",)] == 100


def test_a_second_split_and_a_part_taken_over_stay_in_one_line(shop):
    """K0 became K1 and K2; of K1 only a part went to K3 while K1 ran on; K2 became K4 and K5."""
    shop.load(
        "contracts",
        """
        contract_id title     category stream   replaces starts_on  ends_on
        K0          Total     paper    .        .        2023-01-01 2024-08-31
        K1          Hardware  paper    hardware K0       2024-09-01 .
        K2          Refills   paper    refill   K0       2024-09-01 2024-10-31
        K3          Service   paper    service  K1       2024-10-01 .
        K4          Refills~A paper    refill   K2       2024-11-01 .
        K5          Refills~B paper    refill   K2       2024-11-01 .
        K9          Other     laptops  .        .        2023-01-01 .
        """,
    )
    shop.load(
        "orders",
        """
        ordered_on location_id category product_id channel quantity amount_eur contract_id
        2024-08-05 A           paper    P1         shop    1        100        K0
        2024-09-05 A           paper    P1         shop    1        60         K1
        2024-09-06 A           paper    P1         shop    1        40         K2
        2024-10-05 A           paper    P1         shop    1        30         K1
        2024-10-05 A           paper    P1         shop    1        30         K3
        2024-10-06 A           paper    P1         shop    1        40         K2
        2024-11-05 A           paper    P1         shop    1        60         K3
        2024-11-05 A           paper    P1         shop    1        25         K4
        2024-11-06 A           paper    P1         shop    1        15         K5
        2024-11-07 A           laptops  L1         shop    1        900        K9
        """,
    )
    results = shop.ask("rethink_stream_spend", "2024-11", last=4, by=("family",))
    line = [one.value for one in results if one.keys["family"] == "K0"]
    assert line == [100, 100, 100, 100]
    assert {one.keys["family"] for one in results if one.value is not None} == {"K0"}


def test_spend_without_any_stream_is_unknown_and_no_zero(shop):
    shop.load(
        "orders",
        """
        ordered_on location_id category product_id channel quantity amount_eur
        2024-11-05 A           laptops  L1         shop    1        900
        2024-12-05 A           laptops  L1         shop    1        900
        """,
    )
    for question in ({}, {"where": {"category": ("laptops",)}}, {"by": ("category",)}):
        assert set(shop.values("rethink_stream_spend", **question).values()) == {"no_streams"}


def test_an_assortment_is_sustainable_as_far_as_marks_are_known(shop):
    shop.load(
        "products",
        """
        product_id name   category base_unit attributes
        P1         A4     paper    pack      FSC
        P2         A3     paper    pack      .
        P3         A5     paper    pack      .
        """,
    )
    shop.load(
        "orders",
        """
        ordered_on location_id category product_id channel quantity amount_eur
        2024-01-05 A           paper    P1         shop    1        10
        2024-12-05 A           paper    P2         shop    1        10
        2024-12-06 A           paper    P3         shop    1        10
        """
        + "\n".join(f"2024-{m:02}-09 A paper P1 shop 1 1" for m in range(2, 12)),
    )
    assert shop.one("rethink_sustainable_assortment").value == pytest.approx(100 / 3)


@pytest.fixture
def years(shop):
    header = [
        "ordered_on",
        "location_id",
        "category",
        "product_id",
        "channel",
        "quantity",
        "amount_eur",
    ]
    rows = [
        [f"{year}-{month:02}-05", "A", "paper", "P1", "shop", 1, amount]
        for year, amounts in {2023: [10] * 12, 2024: [10] * 11 + [30]}.items()
        for month, amount in enumerate(amounts, start=1)
    ]
    shop.load_rows("orders", header, rows)
    return shop


def test_december_of_the_year_stands_against_the_whole_year(years):
    share = years.one("steer_year_end_share", kind="year")
    assert share.value == pytest.approx(100 * 30 / 140)
    assert years.one("steer_year_end_share", kind="r12").value == share.value
    assert years.one("steer_year_end_share", "2023-12", kind="year").value == 100 / 12
    month = years.one("steer_year_end_share")
    assert month.reason.key == "other_period"


def test_the_spend_bridge_compares_with_a_year_earlier(years):
    change = years.one("reduce_spend_bridge", kind="year")
    assert (change.value, change.numerator, change.denominator) == (20, 140, 120)
    assert years.one("reduce_spend_bridge", "2024-12").value == 20
    assert years.one("reduce_spend_bridge", "2024-11").value == 0
    before = years.one("reduce_spend_bridge", "2023-12", kind="year")
    assert before.state is State.NOT_COMPUTABLE


TARGETS = """
kpi          category kind                 period value baseline_period
impact_spend paper    absolute             2024   150   .
impact_spend paper    change_from_baseline 2024   -10   2023
impact_spend paper    path                 2023   125   .
"""


def test_targets_that_are_met_are_counted_of_those_that_can_be_judged(years):
    years.load("targets", TARGETS)
    # 140 is below 150, but not 10% below 120
    result = years.one("steer_target_attainment", kind="year")
    assert (result.value, result.numerator, result.denominator) == (50, 1, 2)
    assert years.one("steer_target_attainment", "2023-12", kind="year").value == 100
    other = years.one("steer_target_attainment", kind="year", where={"category": ("laptops",)})
    assert other.reason.key == "no_targets"


def test_a_strategy_is_stored_with_its_rung_and_the_ladder(shop):
    shop.load(
        "interventions",
        """
        intervention_id title category strategy status  starts_on ramp_months anticipation_months \
target_channel substitute_channels locations may_spread
        I1              Kast  paper    refuse   running 2024-01-01 0          1                   \
cabinet        shop                A         false
        """,
    )
    with shop.store.read() as db:
        found = db.rows("select strategy, r, ladder from interventions")
    assert found == [("refuse", "R0", "CBS/PBL 2018")]

"""Bad input: each kind has its state, and a sentence in both languages that says what to do."""

import re

import pytest

from nami_monitor.core.words import Flag, State
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.book.codes import Code, merge, rename
from nami_monitor.ingest.deliveries import set_aside_rows
from nami_monitor.kpis.sentences import names, reason_sentence
from nami_monitor.kpis.targets import contradictions, targets
from tests.support.databases import copy_database
from tests.support.monitor import Monitor

TABLES = {
    "categories": """
category name_nl    name_en  activity_measure
paper    Papier     Paper    staff_days
towels   Doekjes    Towels   visitors
ink      Inkt       Ink      events
pens     Pennen     Pens     .
chairs   Stoelen    Chairs   staff_days
lamps    Lampen     Lamps    staff_days
""",
    "locations": """
location_id name      organisation
A           Amsterdam Org
B           Breda     Org
""",
    "products": """
product_id name category base_unit mass_kg co2e_kg
P1         A4   paper    pack      2.5     3
P2         A3   paper    pack      .       .
""",
    # Paper: 30 packs of 40 have a mass. Chairs: more was returned than bought, and so of the used.
    # Lamps: the source sends nothing for November, and owes it.
    "orders": """
ordered_on location_id category product_id channel quantity amount_eur condition
2024-10-04 A           paper    P1         shop    30       150        .
2024-10-04 A           paper    P2         shop    10       50         .
2024-11-04 A           paper    P2         shop    10       50         .
2024-12-04 A           paper    P1         shop    10       50         .
2024-10-05 A           towels   .          shop    5        20         .
2024-10-05 A           ink      .          shop    5        20         .
2024-10-05 A           pens     .          shop    5        20         .
2024-10-06 B           chairs   .          shop    4        400        new
2024-11-06 B           chairs   .          shop    -5       -500       new
2024-11-06 B           chairs   .          shop    2        100        reused
""",
    "measurements": """
period_start period_end location_id activity_measure value unit
2024-10-01   2024-10-31 A           staff_days       100   days
2024-11-01   2024-11-30 A           staff_days       100   days
2024-12-01   2024-12-31 A           staff_days       100   days
2024-10-01   2024-10-31 B           staff_days       50    days
2024-12-01   2024-12-31 B           staff_days       50    days
2024-10-01   2024-10-31 A           visitors         0     heads
2024-11-01   2024-11-30 A           visitors         0     heads
2024-12-01   2024-12-31 A           visitors         0     heads
""",
    "requests": """
request_id requested_on location_id category quantity decision
R1         2024-10-02   A           paper    1        bought
R2         2024-12-02   A           paper    1        shared
R3         2024-12-02   A           ink      1        blocked
""",
    "assets": """
asset_id category location_id acquired_on
A1       chairs   A           2024-10-10
A2       chairs   A           2024-10-10
A3       lamps    A           2024-11-11
""",
    # A1 was retired before it was bought.
    "asset_events": """
asset_id happened_on kind
A1       2024-09-09  retired
A3       2024-12-12  failure
""",
    # K1 ends before it starts.
    "contracts": """
contract_id title category specification starts_on  ends_on    value_eur
K1          Paper paper    service       2024-06-01 2024-05-31 1000
K2          Ink   ink      .             2024-06-01 2027-05-31 1000
""",
    "targets": """
kpi          category kind     period value
impact_spend paper    absolute 2024   1000
impact_spend paper    path     2023   500
impact_spend paper    path     2025   100
""",
}
LAMPS = """
ordered_on location_id category channel quantity amount_eur
2024-08-06 A           lamps    shop    1        10
2024-09-06 A           lamps    shop    1        10
2024-10-06 A           lamps    shop    1        10
2024-12-06 A           lamps    shop    1        10
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    monitor = Monitor(tmp_path_factory.mktemp("bad"))
    constants = {"measurements": {"proxy": "false"}}
    monitor.reports = {
        name: monitor.load(name, text, **constants.get(name, {})) for name, text in TABLES.items()
    }
    monitor.load("orders", LAMPS, source="Lamps")
    yield monitor
    monitor.store.close()


def only(category):
    return {"where": {"category": (category,)}}


def sentences(result):
    """The reason in both languages, checked: a sentence without codes or placeholders."""
    found = [reason_sentence(result, lang) for lang in LANGS]
    for sentence in found:
        assert sentence.endswith("."), sentence
        assert not re.search(r"[{}]|\breasons\.|\bNone\b(?! of)|datetime|<", sentence), sentence
    assert len(set(found)) == len(LANGS)
    return found


@pytest.mark.slow
@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("code", "until", "question", "reason"),
    [
        # zero and missing denominators, and an activity of zero
        ("reduce_spend_per_activity", "2024-10", only("towels"), "zero_denominator"),
        ("reduce_volume_per_activity", "2024-11", only("towels"), "zero_denominator"),
        ("reduce_spend_per_activity", "2024-10", only("ink"), "activity_missing"),
        ("reduce_spend_per_activity", "2024-10", only("pens"), "no_activity_measure"),
        ("reduce_spend_per_activity", "2024-11", only("chairs"), "activity_missing"),
        ("reduce_new_assets_per_fte", "2024-10", only("chairs"), "activity_missing"),
        ("refuse_rate", "2024-12", only("ink"), "zero_denominator"),
        ("reduce_asset_life", "2024-12", only("chairs"), "zero_denominator"),
        ("refuse_stock_per_location", "2024-09", only("lamps"), "not_begun"),
        ("rethink_functional_share", "2024-12", only("ink"), "too_little_known"),
        # refunds larger than purchases
        ("rethink_circular_share", "2024-11", only("chairs"), "returns_exceed"),
        ("rethink_circular_spend_share", "2024-11", only("chairs"), "returns_exceed"),
        # products without a mass
        ("impact_mass", "2024-11", only("paper"), "too_little_known"),
        ("reduce_mass_per_activity", "2024-11", only("paper"), "too_little_known"),
        ("impact_co2e", "2024-11", only("paper"), "too_little_known"),
        # the only contract for paper ends before it starts
        ("steer_contract_window", "2024-12", only("paper"), "no_contracts"),
        ("rethink_functional_share", "2024-12", only("paper"), "no_contracts"),
        # of the two assets bought in October one was retired before
        ("reduce_asset_life", "2024-10", only("chairs"), "too_little_known"),
        # months without a single line
        ("impact_spend", "2024-11", only("lamps"), "missing_month"),
        ("impact_spend", "2025-01", only("paper"), "outside_data"),
        ("refuse_rate", "2024-11", {}, "no_lines"),
        ("rethink_circular_share", "2024-12", only("chairs"), "no_lines"),
    ],
)  # fmt: skip
def test_no_figure_is_guessed_and_a_sentence_says_why(made, code, until, question, reason):
    result = made.one(code, until, **question)
    assert (result.state, result.value) == (State.NOT_COMPUTABLE, None)
    assert result.reason.key == reason
    sentences(result)


@pytest.mark.parametrize(
    ("code", "until", "question", "value"),
    [
        # more came back than was bought: a sum may be negative
        ("impact_spend", "2024-11", only("chairs"), -400),
        # the retired asset of an unlikely date is in no stock
        ("refuse_stock_per_location", "2024-12", only("chairs"), 1),
        ("reduce_failure_rate", "2024-11", only("chairs"), 0),
        # delivered, and nothing was bought, asked for or avoided
        ("impact_spend", "2024-12", only("towels"), 0),
        ("refuse_avoided_quantity", "2024-11", {}, 0),
    ],
)  # fmt: skip
def test_what_is_odd_and_possible_is_a_figure(made, code, until, question, value):
    assert made.values(code, until, **question) == {(): value}


@pytest.mark.parametrize("code", ["impact_mass", "reduce_mass_per_activity", "impact_co2e"])
def test_a_product_without_mass_is_a_gap_and_no_zero(made, code):
    result = made.one(code, "2024-10", where={"category": ("paper",), "location": ("A",)})
    assert result.state is State.VALUE
    assert result.completeness == pytest.approx(150 / 200 if code == "impact_co2e" else 30 / 40)
    assert Flag.FACTOR_GAP in result.flags
    assert all(text(f"flags.{Flag.FACTOR_GAP}", lang) for lang in LANGS)


def test_the_coverage_of_factors_is_zero_where_no_article_has_one(made):
    assert made.one("impact_co2e", "2024-11", **only("paper")).shares == {"mass": None, "spend": 0}


def test_a_contract_that_ends_before_it_starts_is_set_aside_with_its_reason(made):
    report = made.reports["contracts"]
    assert (report.main.accepted, report.main.set_aside) == (1, 1)
    with made.store.read() as db:
        (row,) = set_aside_rows(db, report.batch)
    assert row.rule == "ends_on_not_before_starts_on"
    assert [text(f"rules.{row.rule}", lang)[-1] for lang in LANGS] == [".", "."]


def test_two_targets_for_one_year_are_a_contradiction_and_are_both_judged(made):
    with made.store.read() as db:
        ((plain, between),) = contradictions(targets(db))
    assert {(one.period, one.value) for one in (plain, between)} == {("2024", 1000), ("2024", 300)}
    # spend is known for three months of 2024 only, so that none can be judged
    unjudged = made.one("steer_target_attainment", kind="year", **only("paper"))
    assert unjudged.reason.key == "targets_not_judged"
    sentences(unjudged)


@pytest.fixture
def changed(made, tmp_path):
    monitor = Monitor(tmp_path)
    made.store.close()
    copy_database(made.store.path, monitor.store.path)
    yield monitor
    monitor.store.close()


ASKED = [
    ("impact_spend", "2024-10"), ("reduce_spend_per_activity", "2024-10"),
    ("refuse_rate", "2024-12"), ("refuse_stock_per_location", "2024-12"),
    ("steer_contract_window", "2024-12"),
]  # fmt: skip


def figures(monitor, by=("category",)):
    return {code: monitor.values(code, until, by=by) for code, until in ASKED}


def test_a_renamed_category_keeps_its_figures_under_its_new_name(changed):
    before = figures(changed)
    rename(changed.store, Code("categories", "", "chairs"), "Zitmeubelen", who="t")
    assert figures(changed) == before
    with changed.store.read() as db:
        for lang in LANGS:
            assert names(db, "category", ["chairs"], lang) == {"chairs": "Zitmeubelen"}


def test_a_merged_category_takes_its_figures_along(changed):
    spend = figures(changed)["impact_spend"]
    merge(changed.store, Code("categories", "", "chairs"), "paper", who="t")
    after = figures(changed)
    assert after["impact_spend"] == {
        key: value + (spend["chairs",] if key == ("paper",) else 0)
        for key, value in spend.items()
        if key != ("chairs",)
    }
    assert after["refuse_stock_per_location"] == {("lamps",): 1, ("paper",): 1}
    assert after["reduce_spend_per_activity"]["paper",] == pytest.approx(600 / 150)
    assert ("chairs",) not in {key for found in after.values() for key in found}

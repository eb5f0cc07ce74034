"""Which KPIs the data supports by category, what is missing, and what would unlock most."""

import datetime as dt

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Evidence, PeriodKind, State
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.measurability import (
    TOLD_BY,
    Measurability,
    filled_columns,
    measurability,
)
from tests.support.monitor import Monitor

# Paper: two years of orders, every fourth line without an article, no masses. Chairs: an asset
# register without events. Ballots: Refuse and Rethink are ruled out. Ink: requests alone.
CATEGORIES = """
category name_nl  name_en activity_measure refuse_applies refuse_reason refuse_look_again_on rethink_applies rethink_reason
paper    Papier   Paper   staff_days       true           .             .                    true            .
chairs   Stoelen  Chairs  fte              true           .             .                    true            .
ballots  Stembus  Ballots voters           false          law           2027-01-01           false           law
ink      Inkt     Ink     .                true           .             .                    true            .
"""  # noqa: E501 - a table
LOCATIONS = """
location_id name      organisation
A           Amsterdam Org
B           Breda     Org
"""
PRODUCTS = """
product_id name category base_unit co2e_kg
P1         A4   paper    pack      3
"""
ASSETS = """
asset_id category location_id acquired_on
A1       chairs   A           2023-06-10
A2       chairs   A           2024-12-11
"""
REQUESTS = """
request_id requested_on location_id category quantity decision
R1         2024-10-02   A           ink      1        bought
R2         2024-12-02   A           ink      1        shared
"""
STAFF = """
period_start period_end location_id activity_measure value unit
2024-12-01   2024-12-31 A           staff_days       100   days
"""

EMPTY_IS_AN_ANSWER = ("contracts.replaces", "contracts.option_dates", "contracts.notice_months")


def months():
    return [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]


def orders(product="P1"):
    rows = [
        f"{month}-0{day} A paper {product if day > 1 else '.'} shop 2 10"
        for month in months()
        for day in range(1, 5)
    ]
    head = "ordered_on location_id category product_id channel quantity amount_eur"
    return "\n".join([head, *rows])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    monitor = Monitor(tmp_path_factory.mktemp("measured"))
    for name, text in (
        ("categories", CATEGORIES), ("locations", LOCATIONS), ("products", PRODUCTS),
        ("orders", orders()), ("assets", ASSETS), ("requests", REQUESTS),
    ):  # fmt: skip
        monitor.load(name, text)
    monitor.load("measurements", STAFF, proxy="false")
    yield monitor
    monitor.store.close()


@pytest.fixture(scope="module")
def found(made):
    return look(made)


def look(monitor):
    with monitor.store.read() as db:
        return measurability(db)


def lacks(found, code, category):
    return {lack.need: lack.share for lack in found.of(code, category).lacks}


def test_nothing_is_measurable_without_data(monitor):
    assert look(monitor) == Measurability(None, (), (), ())


def test_masters_alone_support_nothing_and_have_no_month(shop):
    assert look(shop) == Measurability(None, ("laptops", "paper"), (), ())


def test_every_kpi_is_judged_for_every_category_the_best_supported_first(found):
    assert found.month == dt.date(2024, 12, 1)
    assert [(cell.kpi.code, cell.category) for cell in found.cells] == [
        (code, category) for code in CATALOGUE for category in ("ballots", "chairs", "ink", "paper")
    ]
    values = {
        category: sum(
            cell.result.state is State.VALUE for cell in found.cells if cell.category == category
        )
        for category in found.categories
    }
    assert list(values) == ["paper", "ink", "chairs", "ballots"]
    assert sorted(values.values(), reverse=True) == list(values.values())
    with pytest.raises(KeyError):
        found.of("impact_spend", "pens")


def test_a_cell_is_the_figure_itself_with_its_grade_and_completeness(made, found):
    with made.store.read() as db:
        for cell in found.cells:
            if cell.result.state is not State.VALUE:
                continue
            period = cell.result.period
            ask = Ask(period.kind, period.last, where={"category": (cell.category,)})
            (one,) = compute(db, cell.kpi, ask)
            assert (one.value, one.completeness, one.evidence) == (
                cell.result.value, cell.result.completeness, cell.result.evidence,
            )  # fmt: skip
    spend = found.of("impact_spend", "paper").result
    assert (spend.value, spend.completeness, spend.evidence) == (480, 1, Evidence.NONE)
    assert found.of("refuse_rate", "ink").result.evidence is Evidence.LOGGED
    assert found.of("refuse_assortment", "paper").result.completeness == pytest.approx(3 / 4)
    assert not any(cell.lacks for cell in found.cells if cell.result.state is State.VALUE)


@pytest.mark.parametrize(
    ("code", "category", "missing"),
    [
        # a column that is filled for too few lines, and one that nobody filled
        ("impact_mass", "paper", {"products.mass_kg": 0}),
        ("rethink_sustainable_assortment", "paper", {"products.attributes": 0}),
        ("rethink_circular_share", "paper", {"orders.condition": 0}),
        # of a table without rows the columns are not told apart
        ("rethink_functional_share", "paper", {"contracts": None}),
        ("reduce_survival", "chairs", {"assets.warranty_until": 0, "asset_events": None}),
        ("reduce_spend_per_activity", "chairs", {"orders": None, "measurements.value": 0}),
        ("refuse_avoided_spend", "ink", {"requests.product_id": 0, "orders": None}),
        ("steer_target_attainment", "paper", {"targets": None}),
        ("refuse_net_avoided", "paper", {"interventions": None}),
        ("steer_contract_window", "paper", {"contracts": None}),
        # activity of locations is no measured figure of a project
        ("refuse_new_stormwater", "paper", {"measurements.subject": 0, "programmes": None}),
        # one location of one has activity in one month of twelve: the figure says which is missing
        ("reduce_spend_per_activity", "paper", {}),
        ("reduce_spend_per_activity", "ink", {"orders": None, "categories.activity_measure": 0}),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(found, code, category, missing):
    cell = found.of(code, category)
    assert cell.result.state is State.NOT_COMPUTABLE
    assert lacks(found, code, category) == missing


@pytest.mark.parametrize(
    ("code", "category", "reason"),
    [
        ("impact_spend", "chairs", "no_data"), ("refuse_rate", "chairs", "no_requests"),
        ("reduce_survival", "ink", "no_assets"), ("steer_contract_window", "ink", "no_contracts"),
        ("waterbed_quotient", "chairs", "no_interventions"),
        ("steer_target_attainment", "ink", "no_targets"),
        ("refuse_new_stormwater", "ink", "not_loaded"), ("impact_mki", "ink", "no_works"),
        ("steer_non_response", "ink", "not_loaded"),
        ("reduce_survival", "chairs", "no_events"), ("reduce_failure_rate", "chairs", "no_events"),
    ],
)  # fmt: skip
def test_a_reason_says_what_was_not_loaded(found, code, category, reason):
    assert found.of(code, category).result.reason.key == reason


def test_what_does_not_apply_lacks_nothing_and_says_why(found):
    for cell in found.cells:
        ruled_out = cell.category == "ballots" and cell.kpi.strategy in {"refuse", "rethink"}
        assert (cell.result.state is State.NOT_APPLICABLE) is ruled_out
        if ruled_out:
            assert cell.lacks == ()
            assert cell.result.reason.key == "not_applicable"
            assert cell.result.reason.values["reason"] == "law"
    pairs = {pair for one in found.unlocks for pair in one.alone}
    pairs |= {pair for one in found.unlocks for more in one.together.values() for pair in more}
    assert not {code for category, code in pairs if category == "ballots"} & {
        code for code, kpi in CATALOGUE.items() if kpi.strategy in {"refuse", "rethink"}
    }


def test_unlocks_add_up_to_the_figures_that_lack_something(found):
    lacking = {(c.category, c.kpi.code): {lack.need for lack in c.lacks} for c in found.cells}
    for one in found.unlocks:
        alone = {pair for pair, needs in lacking.items() if needs == {one.need}}
        assert set(one.alone) == alone
        more = {pair for pair, needs in lacking.items() if one.need in needs and len(needs) > 1}
        assert {pair for pairs in one.together.values() for pair in pairs} == more
        assert one.more == len(more)
        for others, pairs in one.together.items():
            assert all(lacking[pair] == {one.need, *others} for pair in pairs)
    ranks = [(-len(one.alone), -one.more) for one in found.unlocks]
    assert ranks == sorted(ranks)
    assert {need for needs in lacking.values() for need in needs} == {
        one.need for one in found.unlocks
    }


def test_one_category_by_itself_has_its_own_unlocks(made, found):
    paper = found.only("paper")
    with made.store.read() as db:
        assert measurability(db, category="paper") == paper
        with pytest.raises(UserError, match="no_category"):
            measurability(db, category="nowhere")
    assert paper.categories == ("paper",)
    assert [cell.kpi.code for cell in paper.cells] == list(CATALOGUE)
    assert {category for one in paper.unlocks for category, _ in one.alone} == {"paper"}
    assert paper.unlocks[0].need == "requests"
    assert {code for _, code in paper.unlocks[0].alone} == {
        "refuse_rate", "refuse_avoided_quantity", "refuse_avoided_spend", "refuse_avoided_co2e",
        "refuse_blocked", "reduce_retained_share",
    }  # fmt: skip


@pytest.mark.slow
def test_what_is_said_to_unlock_does(found, tmp_path):
    """Loading the first on the list makes its figures computable."""
    (need, *_) = (one for one in found.only("paper").unlocks)
    monitor = Monitor(tmp_path)
    for name, text in (
        ("categories", CATEGORIES), ("locations", LOCATIONS), ("products", PRODUCTS),
        ("orders", orders()),
    ):  # fmt: skip
        monitor.load(name, text)
    paper = REQUESTS.replace("category quantity", "category product_id quantity")
    monitor.load("requests", paper.replace("ink     ", "paper P1"))
    after = look(monitor)
    assert len(need.alone) > 2
    for category, code in need.alone:
        assert found.of(code, category).result.state is State.NOT_COMPUTABLE
        assert after.of(code, category).result.state is State.VALUE, code
    monitor.store.close()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("first", "kind"), [(0, "r12"), (12, "r12"), (13, "quarter"), (21, "quarter"), (22, "month")]
)
def test_young_data_supports_what_a_shorter_period_shows(shop, first, kind):
    rows = [f"{month}-04 A paper P1 shop 1 5" for month in months()[first:]]
    head = "ordered_on location_id category product_id channel quantity amount_eur"
    shop.load("orders", "\n".join([head, *rows]))
    result = look(shop).of("impact_spend", "paper").result
    assert result.period.kind == kind
    assert (result.state, result.value) == (State.VALUE, 5 * len(result.period.months))
    assert result.month == dt.date(2024, 12, 1)


def test_figures_of_a_year_support_years(shop):
    head = "ordered_on location_id category product_id channel quantity amount_eur"
    shop.load("orders", f"{head}\n2023-01-01 A paper P1 shop 1 5\n2024-01-01 A paper P1 shop 1 7",
              grain="year")  # fmt: skip
    result = look(shop).of("impact_spend", "paper").result
    assert (result.period.kind, result.value) == (PeriodKind.YEAR, 5)


def test_a_figure_that_no_period_gives_keeps_the_reason_of_twelve_months(shop):
    head = "ordered_on location_id category product_id channel quantity amount_eur"
    shop.load("orders", f"{head}\n2024-12-04 A paper P1 shop 1 5")
    result = look(shop).of("reduce_spend_bridge", "paper").result
    assert (result.state, result.period.kind) == (State.NOT_COMPUTABLE, PeriodKind.R12)
    assert result.reason.key == "outside_data"


@pytest.fixture(scope="module")
def fills(made):
    with made.store.read() as db:
        return filled_columns(db, dt.date(2024, 12, 1))


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=CATALOGUE)
def test_every_need_of_every_kpi_can_be_looked_up(fills, kpi):
    for need in (*kpi.needs, *kpi.known_by):
        table = need.partition(".")[0]
        assert table == "measurements" or table in TOLD_BY
        assert fills.has_rows(table, "nowhere") in {True, False}
        share = fills.share(need, "nowhere", kpi.activity)
        assert share is None or 0 <= share <= 1


def test_how_full_a_column_is_by_category(fills):
    assert fills.share("orders.product_id", "paper", None) == pytest.approx(3 / 4)
    assert fills.share("products.co2e_kg", "paper", None) == pytest.approx(3 / 4)
    assert fills.share("orders.quantity", "paper", None) == 1
    assert fills.share("measurements.value", "paper", None) == 1
    assert fills.share("measurements.value", "paper", "fte") == 0
    assert fills.share("measurements.value", "ink", None) is None
    assert fills.share("categories.activity_measure", "paper", None) == 1
    assert all(fills.share(need, "paper", None) is None for need in EMPTY_IS_AN_ANSWER)
    assert fills.share("requests.decision", "ink", None) is None
    assert fills.has_rows("assets", "chairs")
    assert not fills.has_rows("asset_events", "chairs")

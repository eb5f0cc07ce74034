"""A category for which no strategy applies: every surface says so, and none shows a figure."""

import datetime as dt

import pytest

from nami_monitor.briefing.assets import register as assets
from nami_monitor.briefing.contracts import register as contracts
from nami_monitor.briefing.funnel import compare, kind_of
from nami_monitor.briefing.overview import overview
from nami_monitor.briefing.requests import ledger
from nami_monitor.briefing.targets import STRATEGIES, StrategyException, lines, row_of, ruled
from nami_monitor.briefing.why import explain
from nami_monitor.core.errors import UserError
from nami_monitor.core.words import State, Strategy
from nami_monitor.i18n import LANGS
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.bridge import spend_bridge
from nami_monitor.kpis.measurability import measurability
from nami_monitor.kpis.sentences import reason_sentence
from nami_monitor.kpis.targets import judge_target, targets
from nami_monitor.kpis.trace import rows, trace
from nami_monitor.kpis.why import Against
from nami_monitor.store import Store
from tests.support.databases import copy_database
from tests.support.entries import enter

CATEGORY = "it_assets"
WHERE = {"category": (CATEGORY,)}
MONTH = dt.date(2026, 10, 1)
AGAIN = dt.date(2028, 2, 1)
OF_PROJECTS = {"by_project", "by_unit", "by_initiative"}
"""Ledgers in which the category has no row, so that no group of theirs is it."""
ASKS_WHETHER_REDUCED = "aha_reductions"
"""Steers by falls in volume: where less cannot be bought, nobody is asked about them."""
RULED_OUT = {
    code: kpi
    for code, kpi in CATALOGUE.items()
    if kpi.strategy in STRATEGIES or code == ASKS_WHETHER_REDUCED
}


@pytest.fixture(scope="module")
def ruled_out(demo_folder, tmp_path_factory):
    """The demo, of which the category with requests, assets, contracts and orders is excused."""
    path = tmp_path_factory.mktemp("ruled") / "own.duckdb"
    copy_database(demo_folder / "demo.duckdb", path)
    store = Store(path)
    with store.read() as db:
        row = row_of(db, CATEGORY)
    for strategy in STRATEGIES:
        said = StrategyException(CATEGORY, strategy, f"geen {strategy}", "Testwet", AGAIN)
        row = ruled(row, said, applies=False)
    enter(store, "categories", row, "cm")
    goal = {"kpi": "refuse_rate", "category": CATEGORY, "kind": "absolute", "value": 5}
    for period in ("2026-10", "2030"):
        enter(store, "targets", {**goal, "period": period}, "cm")
    yield store
    store.close()


@pytest.fixture(scope="module")
def db(ruled_out):
    with ruled_out.read() as look:
        yield look


def says_so(result):
    """Whether a figure says in both languages why it does not apply, and until when."""
    asks = result.code == ASKS_WHETHER_REDUCED
    strategy = Strategy.REDUCE if asks else CATALOGUE[result.code].strategy
    assert (result.code, result.state, result.value) == (result.code, State.NOT_APPLICABLE, None)
    for lang in LANGS:
        said = reason_sentence(result, lang)
        assert all(part in said for part in (f"geen {strategy}", "Testwet", "2028"))
    return True


@pytest.mark.parametrize("code", RULED_OUT)
@pytest.mark.parametrize("kind", ["month", "r12"])
def test_figures_and_trends(db, code, kind):
    kpi = CATALOGUE[code]
    trend = compute(db, kpi, Ask(kind, MONTH, last=3, where=WHERE))
    assert len(trend) == 3
    assert all(map(says_so, trend))
    grouped = compute(db, kpi, Ask(kind, MONTH, by=("category",)))
    own = [one for one in grouped if one.keys["category"] == CATEGORY]
    assert len(own) == (0 if set(kpi.reads) & OF_PROJECTS else 1)
    assert all(map(says_so, own))
    assert any(one.state is not State.NOT_APPLICABLE for one in grouped) or len(grouped) == 1


def test_two_categories_of_which_one_applies_have_a_figure(db):
    for where in ((CATEGORY, "ballot_papers"), (CATEGORY, "sanitary_supplies")):
        ask = Ask("month", MONTH, where={"category": where})
        (result,) = compute(db, CATALOGUE["refuse_stock_per_location"], ask)
        applies = "sanitary_supplies" in where
        assert (result.state is State.VALUE) is applies
        assert (result.state is State.NOT_APPLICABLE) is not applies


def test_cards_and_tables_of_every_page(db):
    glance = overview(db, MONTH, WHERE)
    figures = [line.result for line in glance.lines]
    figures += [line.year_ago for line in glance.lines]
    figures += assets(db, MONTH, WHERE).figures
    for found in (contracts(db, MONTH, WHERE), ledger(db, Ask("r12", MONTH, where=WHERE))):
        figures += [one for history in found.figures.values() for one in history]
    own = [one for one in figures if one.code in RULED_OUT]
    assert {one.code for one in own} == set(RULED_OUT)
    assert all(map(says_so, own))
    assert {line.kpi.code for line in glance.lines if line.result.state is State.VALUE}


def test_measurability(db):
    made = measurability(db)
    for code in CATALOGUE:
        cell = made.of(code, CATEGORY)
        if code in RULED_OUT:
            assert says_so(cell.result)
            assert cell.lacks == ()
        else:
            assert cell.result.state is not State.NOT_APPLICABLE


@pytest.mark.parametrize("kpi", [k for k in RULED_OUT.values() if kind_of(k)], ids=lambda k: k.code)
def test_the_funnel_of_locations(db, kpi):
    found = compare(db, kpi, Ask("r12", MONTH, where=WHERE), "nl")
    assert found.funnel is None
    assert says_so(found.whole)
    assert "Testwet" in found.sentence
    assert all(site.point is None and "Testwet" in site.remark for site in found.sites)


@pytest.mark.parametrize("code", RULED_OUT)
@pytest.mark.parametrize("against", Against)
def test_why_it_changed(db, code, against):
    kpi = CATALOGUE[code]
    by = "intervention" if kpi.over_time.code == "counterfactual" else "category"
    found = explain(db, kpi, Ask("month", MONTH, where=WHERE), by, against, "nl")
    assert found.lines == ()
    assert "Testwet" in found.sentence
    assert says_so(found.why.before)
    assert says_so(found.why.after)


def test_the_spend_bridge(db):
    found = spend_bridge(db, Ask("r12", MONTH, where=WHERE))
    assert found.bridge is None
    assert says_so(found.lacking)
    elsewhere = spend_bridge(db, Ask("r12", MONTH, where={"category": ("office_supplies",)}))
    assert elsewhere.bridge is not None


def test_targets_are_not_judged_and_do_not_count(db):
    own = [target for target in targets(db) if target.category == CATEGORY]
    excused = [target for target in own if target.kpi in RULED_OUT]
    assert {target.period for target in excused} >= {"2026-10", "2030"}
    for target in excused:
        found = judge_target(db, CATALOGUE[target.kpi], MONTH, WHERE, target)
        assert (found.met, found.why) == (None, "not_applicable")
        assert says_so(found.judged)
    listed = {line.target: line.aim for line in lines(db)}
    assert all(listed[target].why == "not_applicable" for target in excused)
    ask = Ask("month", MONTH, where=WHERE)
    (attained,) = compute(db, CATALOGUE["steer_target_attainment"], ask)
    assert attained.reason.key == "no_targets"


@pytest.mark.parametrize("code", RULED_OUT)
def test_nothing_is_traced(db, code):
    ask = Ask("month", MONTH, where=WHERE)
    found = trace(db, CATALOGUE[code], ask)
    assert says_so(found.result)
    assert found.batches == ()
    with pytest.raises(UserError) as error:
        rows(db, CATALOGUE[code], ask)
    assert error.value.key == "trace.no_rows"

"""Pages on a category for which no strategy applies say so in place of figures."""

import datetime as dt
from html import unescape
from pathlib import Path

import pytest

from nami_monitor.briefing.targets import STRATEGIES, StrategyException, row_of, ruled
from nami_monitor.i18n import text
from nami_monitor.kpis import CATALOGUE
from nami_monitor.store import Store
from nami_monitor.ui import app
from tests.pages.data_page import checked
from tests.pages.shared_demo import SharedDemo
from tests.support.app_test import AppTest
from tests.support.databases import copy_database
from tests.support.entries import enter

ROOT = Path(__file__).parents[2]
CATEGORY = "it_assets"
pytestmark = pytest.mark.usefixtures("demo")
RULED_OUT = [code for code, kpi in CATALOGUE.items() if kpi.strategy in STRATEGIES]


@pytest.fixture(scope="module")
def shared_demo(demo_folder, tmp_path_factory):
    """The demo, of which one category refuses, rethinks and reduces nothing."""
    demo = tmp_path_factory.mktemp("excused") / "demo.duckdb"
    copy_database(demo_folder / "demo.duckdb", demo)
    store = Store(demo)
    with store.read() as db:
        row = row_of(db, CATEGORY)
    for strategy in STRATEGIES:
        said = StrategyException(CATEGORY, strategy, "mag niet", "Testwet", dt.date(2028, 2, 1))
        row = ruled(row, said, applies=False)
    enter(store, "categories", row, "cm")
    enter(store, "targets", {"kpi": "refuse_rate", "category": CATEGORY, "kind": "absolute",
                             "period": "2026-10", "value": 5}, "cm")  # fmt: skip
    store.close()
    return SharedDemo(demo, tmp_path_factory.mktemp("shown"))


def opened(page, lang="nl", **more):
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=90)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    for key, value in {"category": CATEGORY, **more}.items():
        found.query_params[key] = value
    return checked(found.run())


def name(code, lang="nl"):
    return text(f"kpis.{code}.name", lang)


def cards(page):
    """The words of each card, by the name on it."""
    html = " ".join(element.proto.body for element in page.get("html"))
    found = [part.split("</li>")[0] for part in html.split('<li class="nami-card">')[1:]]
    return {code: unescape(card) for code in CATALOGUE for card in found
            if f">{name(code)}<" in unescape(card)}  # fmt: skip


def is_excused(card):
    return "Niet van toepassing" in card and "mag niet" in card and "nami-number" not in card


@pytest.mark.slow
@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("page", "codes"),
    [
        ("overview", RULED_OUT),
        ("assets", ["refuse_stock_per_location", "reduce_survival", "reduce_failure_rate"]),
        ("contracts", ["rethink_functional_share"]),
        ("requests", ["refuse_rate", "refuse_avoided_spend"]),
    ],
)
def test_cards_say_it(page, codes):
    found = cards(opened(page, **({"view": "more"} if page == "overview" else {})))
    assert set(codes) <= set(found)
    assert [code for code in found if code in RULED_OUT and not is_excused(found[code])] == []


@pytest.mark.slow
def test_the_table_of_all_figures_says_it():
    evidence = text("overview.table.evidence", "nl")
    (table,) = (
        one.value for one in opened("overview", view="more").dataframe if evidence in one.value
    )
    remarks = dict(zip(table.iloc[:, 0], table[text("overview.table.remark", "nl")], strict=True))
    for code in RULED_OUT:
        assert "Testwet" in remarks[name(code)], code
    assert "Testwet" not in str(remarks[name("impact_spend")])


@pytest.mark.parametrize("code", ["refuse_rate", "rethink_circular_share", "reduce_survival",
                                  "refuse_net_avoided"])  # fmt: skip
def test_a_trend_says_it(code):
    page = opened("trends", kpi=code)
    assert any("Testwet" in info.value for info in page.info)
    assert not page.get("vega_lite_chart")
    assert not page.dataframe


def test_the_survival_curve_is_not_drawn_and_the_bridge_is_not_built():
    assert any("Testwet" in info.value for info in opened("assets").info)
    page = opened("trends", kpi="impact_spend", split="bridge", period="r12")
    assert any("Testwet" in info.value for info in page.info)
    assert "bridge_toggle" not in {button.key for button in page.button}


def test_a_target_says_it():
    page = opened("targets")
    table = page.dataframe[0].value
    of_month = table[text("targets.table.period", "nl")] == "okt 2026"
    own = table[of_month & (table[text("targets.table.kpi", "nl")] == name("refuse_rate"))]
    assert len(own)
    assert set(own[text("targets.table.state", "nl")]) == {text("words.not_applicable", "nl")}
    box = page.selectbox(key="target_chosen")
    listed = next(o for o in box.options if o.startswith(name("refuse_rate")) and "okt 2026" in o)
    box.set_value(box.options.index(listed)).run()
    assert any("Testwet" in each.value for each in page.markdown)


@pytest.mark.slow
def test_measurability_says_it():
    table = opened("measurability").dataframe[-1].value
    own = table[table[text("measurability.heads.kpi", "nl")].isin([name(c) for c in RULED_OUT])]
    assert len(own) == len(RULED_OUT)
    assert set(own[text("measurability.heads.state", "nl")]) == {
        text("measurability.states.not_applicable", "nl")
    }

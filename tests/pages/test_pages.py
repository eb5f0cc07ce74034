"""Every page, without a browser; in both languages the browser's tests open them."""

import contextlib
import functools
import re
from html import escape
from pathlib import Path

import pytest

from nami_monitor.core.settings import places
from nami_monitor.i18n import LANGS, catalogue, text
from nami_monitor.kpis import CATALOGUE
from nami_monitor.store import Store
from nami_monitor.ui import app
from tests.support.app_test import AppTest
from tests.support.entries import enter

ROOT = Path(__file__).parents[2]
PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))]


pytestmark = pytest.mark.usefixtures("demo")


def opened(page: str, lang: str, **more: str) -> AppTest:
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    for key, value in more.items():
        found.query_params[key] = value
    return found.run()


@functools.cache
def seen(page: str, lang: str) -> AppTest:
    """A page as it opens on the demo, run once for every test that only looks at it.

    Looking writes nothing: every byte of the demo stays.
    """
    before = contents(places().demo)
    found = opened(page, lang)
    assert contents(places().demo) == before
    return found


def contents(place: Path) -> dict[str, bytes]:
    """Every byte of a database."""
    return {str(file): file.read_bytes() for file in place.rglob("*") if file.is_file()}


def texts(found: AppTest) -> list[str]:
    said = [
        *(e.value for e in found.title),
        *(e.value for e in found.header),
        *(e.value for e in found.markdown),
        *(e.value for e in found.caption),
        *(e.value for e in found.info),
        *(e.label for e in found.selectbox),
        *(option for e in found.selectbox for option in e.options),
        *(e.label for e in found.button),
    ]
    return [text for text in said if isinstance(text, str)]


FINDINGS = {
    "assets", "case", "contracts", "measurability", "overview", "presentation", "requests",
    "targets", "trace", "trends", "waterbed",
}  # fmt: skip
"""Pages whose heading says what they found, where there is data."""


@pytest.mark.parametrize("page", PAGES)
def test_page_runs_and_has_its_heading(page):
    found = seen(page, "nl")
    assert not found.exception, found.exception
    assert len(found.title) == 1
    heading = found.title[0].value
    assert (heading == catalogue("nl")[f"{page}.title"]) is (page not in FINDINGS)
    assert not found.error, [e.value for e in found.error]


@pytest.mark.parametrize("page", PAGES)
def test_dutch_page_bears_no_english_text(page):
    dutch = set(catalogue("nl").values())
    english = {text for text in catalogue("en").values() if text not in dutch and len(text) > 3}
    assert not english & set(texts(seen(page, "nl")))


@pytest.mark.parametrize("lang", LANGS)
def test_overview_has_a_card_or_a_row_for_every_kpi(lang):
    found = opened("overview", lang, view="more")
    html = " ".join(e.proto.body for e in found.get("html"))
    names = [escape(catalogue(lang)[f"kpis.{code}.name"]) for code in CATALOGUE]
    carded = [name for name in names if f">{name}<" in html]
    assert 0 < html.count('class="nami-card"') == len(carded) < len(names)
    counted = text("overview.unsupported", lang, n=len(names) - len(carded))
    assert counted in [e.value for e in found.caption]
    rows = next(e.value for e in found.dataframe if len(e.value) == len(names))
    kpis = rows[catalogue(lang)["overview.table.kpi"]].tolist()
    assert sorted(map(escape, kpis)) == sorted(names)
    assert [f">{escape(name)}<" in html for name in kpis] == sorted(
        (name in carded for name in names), reverse=True
    )


def test_numbers_on_a_dutch_overview_bear_a_decimal_comma():
    html = " ".join(e.proto.body for e in opened("overview", "nl", view="more").get("html"))
    numbers = re.findall(r'class="nami-number">([^<]+)<', html)
    assert any(re.fullmatch(r"0,\d+", number) for number in numbers)
    assert not any(re.fullmatch(r"0\.\d+", number) for number in numbers)


def test_filters_in_the_address_choose_what_is_shown():
    found = opened("trends", "nl", kpi="impact_mass", by="channel", category="office_supplies")
    assert found.selectbox(key="filter.kpi").value == "impact_mass"
    assert found.selectbox(key="filter.by").value == "channel"
    assert found.query_params["kpi"] in ("impact_mass", ["impact_mass"])


def test_a_code_in_the_address_that_nobody_knows_is_told_with_what_there_is():
    found = opened("trends", "nl", kpi="'; drop table orders", by="nonsense", month="2099-99")
    assert not found.exception
    assert found.selectbox(key="filter.kpi").value == "impact_spend"
    told = [e.value for e in found.info]
    assert (
        sum("nonsense" in one and catalogue("nl")["dimensions.channel"] in one for one in told) == 1
    )
    assert sum("drop table" in one for one in told) == 1
    assert sum("2099-99" in one for one in told) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_part_that_nobody_knows_is_told_with_what_there_is(lang):
    found = opened("assets", lang, part="zzz")
    (told,) = [e.value for e in found.info if "zzz" in e.value]
    assert catalogue(lang)["doors.part.contracts"] in told


@pytest.mark.parametrize("kind", ["month", "quarter", "year", "ytd", "r12"])
def test_trends_show_every_kind_of_period(kind):
    found = opened("trends", "nl", period=kind)
    assert not found.exception
    assert found.get("vega_lite_chart") or found.info


@pytest.mark.sampled(3)
@pytest.mark.parametrize("by", ["category", "group", "location", "channel", "stream", "supplier"])
def test_trends_group_by_any_dimension(by):
    found = opened("trends", "nl", by=by, kpi="impact_spend", category="")
    assert not found.exception


@pytest.mark.slow
def test_of_many_categories_the_largest_under_contract_are_drawn(monkeypatch):
    monkeypatch.setattr("nami_monitor.ui.pages.contracts.LARGEST", 2)
    found = opened("contracts", "nl")
    assert not found.exception
    said = [one for one in texts(found) if one.startswith("In de grafiek en de tabel staan de 2")]
    assert len(said) == 1


def test_own_data_is_empty_and_says_what_to_do_next():
    found = AppTest.from_file(str(ROOT / "pages" / "overview.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = "nl"
    found.session_state[app.DATA] = app.OWN
    found.run()
    assert catalogue("nl")["app.empty.title"] in [e.value for e in found.header]


@pytest.fixture(scope="module")
def only_a_list(tmp_path_factory):
    """The folder of own data in which one category is known, and nothing else."""
    home = tmp_path_factory.mktemp("home")
    with contextlib.closing(Store(home / "own.duckdb")) as store:
        named = {"category": "paper", "name_nl": "Papier", "name_en": "Paper"}
        enter(store, "categories", named, "c")
    return home


GUARDED = """
import runpy
from nami_monitor.ui import app
app.guarded(app.current(), lambda: runpy.run_path({page!r}))
"""


@pytest.mark.parametrize("page", PAGES)
def test_where_nothing_can_be_computed_every_page_says_so(page, only_a_list, monkeypatch):
    monkeypatch.setenv("NAMI_HOME", str(only_a_list))
    monkeypatch.delenv("NAMI_DB", raising=False)
    app._store.clear()
    page_file = str(ROOT / "pages" / f"{page}.py")
    found = AppTest.from_string(GUARDED.format(page=page_file), default_timeout=60)
    found.session_state[app.LANGUAGE] = "nl"
    found.session_state[app.DATA] = app.OWN
    found.run()
    app._store.clear()
    assert not found.exception
    assert [one.value for one in found.title if one.value.strip()]

"""An estimate on a page stands with its interval: cards, verdicts, signals and charts in words."""

import re

import pytest

from nami_monitor.i18n import LANGS
from nami_monitor.ui import app
from tests.pages.test_waterbed_page import ROOT, grids, run, words
from tests.reports.reading import html_text
from tests.reports.test_estimates import answers, bare
from tests.support.app_test import AppTest

pytestmark = pytest.mark.usefixtures("demo")

FINER = re.compile(r"\b(54|61|78)[.,]\d+[ \N{NO-BREAK SPACE}]?%")
"""A quotient of a measure on office supplies, finer than it is known."""

PAGES = {
    "waterbed": tuple({"intervention": f"ZL-I-{number}"} for number in (3, 4, 7)),
    "overview": (
        {"view": "all"},
        *(
            {"category": code, "view": view}
            for code in ("office_supplies", "sanitary_supplies")
            for view in ("single", "more")
        ),
    ),
    "presentation": tuple(
        {"category": code, "audience": audience}
        for code in ("office_supplies", "")
        for audience in ("management", "team")
    ),
    "trends": tuple(
        {"kpi": "waterbed_quotient", "period": kind, "category": "office_supplies"}
        for kind in ("r12", "year")
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("page", PAGES)
def test_an_estimate_on_a_page_stands_with_its_interval(page, lang, demo):
    found = answers(demo)
    for address in PAGES[page]:
        seen = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
        seen.session_state[app.LANGUAGE] = lang
        seen.session_state[app.DATA] = app.DEMO
        for key, value in address.items():
            seen.query_params[key] = value
        shown = run(seen)
        said = html_text("\n".join([words(shown), *grids(shown)]).encode())
        assert list(bare(said, found, lang)) == []
        charts = " ".join(each.proto.spec for each in shown.get("arrow_vega_lite_chart"))
        assert not FINER.search(charts)


@pytest.mark.parametrize(
    ("lang", "said"), [("nl", "83 st. (22 tot 144)"), ("en", "83 pcs (22 to 144)")]
)
def test_the_estimate_of_a_year_ago_stands_with_its_interval(lang, said):
    shown = AppTest.from_file(str(ROOT / "pages" / "overview.py"), default_timeout=120)
    shown.session_state[app.LANGUAGE] = lang
    shown.session_state[app.DATA] = app.DEMO
    shown.query_params["view"] = "more"
    told = words(run(shown)).replace("\N{NO-BREAK SPACE}", " ")
    assert said in told
    assert "83,0" not in told
    assert "83.0" not in told

"""The first start: a build that fails says so, and can be tried again."""

import subprocess
import sys
from itertools import chain, product
from types import SimpleNamespace

import pytest

from nami_monitor import databases
from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS, catalogue, text
from nami_monitor.kit import shipped
from nami_monitor.ui import ahead, app, cache, filters
from nami_monitor.ui.pages import (
    assets,
    case,
    conclusions,
    contracts,
    measurability,
    outcome,
    requests,
    targets,
    waterbed,
)
from nami_monitor.ui.pages.home import all_categories
from tests.pages.test_pages import ROOT
from tests.support.app_test import AppTest
from tests.support.databases import copy_database


@pytest.fixture
def built(own_place, demo_folder, monkeypatch):  # noqa: ARG001 - no demo yet
    """What a build of the demo does: fails as told, then copies the one that stands there."""
    failures = []

    def build(path, progress):  # noqa: ARG001
        if failures:
            raise failures.pop()
        copy_database(demo_folder / "demo.duckdb", path)

    monkeypatch.setattr(databases, "build_demo", build)
    return failures


def entry(lang):
    found = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    return found.run()


@pytest.mark.parametrize("lang", LANGS)
def test_a_failed_build_says_what_was_seen_and_can_be_tried_again(built, caplog, lang):
    built.append(OSError(28, "No space left on device"))
    found = entry(lang)
    assert not found.exception
    said = found.error[0].value
    assert "No space left on device" in said
    assert "{" not in said
    (logged,) = (one for one in caplog.records if one.name == "nami_monitor.ui.start")
    assert ("No space left on device" in logged.getMessage(), logged.exc_info) == (True, None)
    again = [button.label for button in found.button]
    assert again == [catalogue(lang)["start.again"], catalogue(lang)["app.demo.own"]]
    assert entry(lang).error, "another visitor is told as well, and starts no second build"

    found.button(key="start_again").click().run()
    assert not found.error
    assert found.title[0].value.startswith(
        {"nl": "Kantoorartikelen:", "en": "Office supplies:"}[lang]
    )


@pytest.mark.parametrize("lang", LANGS)
def test_what_a_user_can_mend_is_said_in_its_own_sentence(built, lang):
    built.append(UserError("opening.own_data", path="/there/demo.duckdb"))
    said = entry(lang).error[0].value
    assert said == text("errors.opening.own_data", lang, path="/there/demo.duckdb")


def test_the_next_page_needs_no_demo(built):
    built.append(OSError("nothing works"))
    found = entry("nl")
    found.button(key="own_data").click().run()
    assert not found.error
    assert found.title[0].value == catalogue("nl")["overview.title"]
    assert catalogue("nl")["app.empty.title"] in [e.value for e in found.header]


def test_a_fault_in_the_monitor_is_told_in_the_language_of_the_page(own_place):  # noqa: ARG001
    def page():
        from nami_monitor.ui import preload  # noqa: PLC0415 - AppTest runs the body by itself

        assert preload.say_what_broke(RuntimeError("not for the visitor"))

    found = AppTest.from_function(page)
    found.session_state[app.LANGUAGE] = "nl"
    assert [e.value for e in found.run().error] == [catalogue("nl")["app.broken"]]


@pytest.mark.slow
def test_a_first_page_waits_for_no_library_that_is_slow_to_load():
    slow = "{'altair', 'pandas', 'pandera', 'scipy.optimize', 'scipy.stats', 'xlsxwriter'}"
    code = (
        "import sys\nfrom importlib import import_module\nfrom nami_monitor.ui import preload\n"
        f"for name in preload.LOADED:\n    import_module(name)\nprint(*{slow} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == []


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_cache")
def test_the_figures_that_most_people_see_first_are_ready_before_they_come(demo, monkeypatch):  # noqa: ARG001
    ahead.prepare()
    asked = []
    monkeypatch.setattr(cache, "briefing", lambda *_, **__: asked.append(1))
    store = app.store_of(app.DEMO)
    chosen = filters.usual(store)
    found = cache.briefed(store, chosen.month, chosen.category, chosen.where)
    assert found.sections[0].glance.lines
    assert not asked


COSTLY = {
    "overview": [(cache, "briefing")],
    "waterbed": [(outcome, "in_primary_unit"), (waterbed, "portfolio")],
    "measurability": [(measurability, "measurability")],
    "conclusions": [(conclusions.briefing, "conclusions")],
    "contracts": [(contracts.briefing, "register")],
    "requests": [(requests.briefing, "ledger")],
    "assets": [(assets.briefing, "register")],
    "targets": [(targets.briefing, "lines")],
    "case": [(case.cases, "monitor"), (case, "doubts")],
}
"""What computes most of a page, as the modules that call it know it."""


@pytest.mark.slow
@pytest.mark.usefixtures("demo", "fresh_cache")
def test_who_opens_a_page_first_waits_for_none_of_its_figures(monkeypatch):
    store, kit_cases = app.store_of(app.DEMO), shipped().cases
    with monkeypatch.context() as patch:  # the first category and the first case are enough
        patch.setattr(all_categories, "largest", lambda *_: [])
        patch.setattr(ahead, "shipped", lambda: SimpleNamespace(cases=[*kit_cases][:1]))
        ahead.first_page(store)
        for step in ahead.other_pages(store):
            step()
    for module, name in chain.from_iterable(COSTLY.values()):
        monkeypatch.setattr(module, name, lambda *_, name=name, **__: pytest.fail(name))
    for page, lang in product(COSTLY, LANGS):
        found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
        found.session_state[app.LANGUAGE] = lang
        found.session_state[app.DATA] = app.DEMO
        assert not found.run().exception, found.exception

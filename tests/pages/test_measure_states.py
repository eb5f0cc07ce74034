"""The page of measures in every state: decided, waiting, forty of them, and unlike others."""

import datetime as dt
import html
import shutil
from dataclasses import replace

import pytest

from nami_monitor.briefing import decisions
from nami_monitor.core.settings import places
from nami_monitor.core.words import PlanState, Unit
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.book.manual_entry import enter_together
from nami_monitor.kpis.interventions import evaluation
from nami_monitor.kpis.interventions.evaluation import evaluate
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.register import chosen
from nami_monitor.store import Store
from nami_monitor.ui import app
from tests.pages.test_waterbed_page import (
    JARGON,
    MEASURES,
    first_screen,
    opened,
    press,
    rows_of_list,
    titles,
    words,
)
from tests.support.entries import enter

pytestmark = pytest.mark.usefixtures("demo")

USUAL = {
    "category": "office_supplies", "strategy": "refuse", "status": "running",
    "starts_on": dt.date(2026, 10, 1), "ends_on": None, "target_channel": "cabinet",
    "substitute_channels": "webshop", "locations": "ZL-012", "ramp_months": 0,
    "anticipation_months": 1, "may_spread": False,
}  # fmt: skip
LONG = ("Een heel lange naam van een maatregel die maar doorgaat " * 3)[:120]
STRANGE = {
    "H-1": {"title": LONG},
    "H-2": {"title": "بطاقة 123 \N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET} <b>x</b> **y**"},
    "H-3": {"title": "Kanaal dat zo heet als een ander", "target_channel": "voorraadkast",
            "substitute_channels": "cabinet"},
    "H-4": {"title": "Overal", "locations": ";".join(f"ZL-{at:03d}" for at in range(1, 121)),
            "starts_on": dt.date(2025, 10, 1)},
    "H-5": {"title": "Nog niets"},
}  # fmt: skip


@pytest.fixture(scope="module")
def strange(demo_folder, tmp_path_factory):
    """The demo with measures that are unlike others, and many of them."""
    folder = tmp_path_factory.mktemp("strange")
    shutil.copytree(demo_folder / "demo.duckdb", folder / "demo.duckdb")
    store = Store(folder / "demo.duckdb")
    rows_to_book = [{**USUAL, "intervention_id": code, **own} for code, own in STRANGE.items()]
    rows_to_book += [
        {**USUAL, "intervention_id": f"M-{at}", "title": f"Maatregel {at}", "status": "planned",
         "starts_on": dt.date(2027, 1, 1)}
        for at in range(40 - len(MEASURES) - len(STRANGE))
    ]  # fmt: skip
    enter_together(store, "interventions", rows_to_book, "tester")
    store.close()
    return folder


@pytest.fixture
def many(demo, strange, monkeypatch):  # noqa: ARG001 - after the demo of other tests
    """Pages on that demo."""
    monkeypatch.setenv("NAMI_CACHE", str(strange))


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("lang", LANGS)
def test_forty_measures_are_listed_a_dozen_at_a_time(lang):
    page = opened(lang=lang)
    listed = rows_of_list(page)
    assert len(listed) == 12
    assert [not row["picture"] for row in listed[:4]] == [True] * 4
    press(page, text("measure.list.rest", lang, n=28))
    assert len(rows_of_list(page)) == 40


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", STRANGE)
def test_a_measure_unlike_others_is_told_as_it_is(code, lang):
    page = opened(lang=lang, intervention=code)
    (title,) = titles(page)
    said = words(page)
    assert 'class="nami-none"' in said
    assert not page.get("vega_lite_chart")
    assert html.escape(STRANGE[code]["title"]) in said
    assert "<b>x</b>" not in said
    assert not JARGON.search(first_screen(page).lower())
    assert len(first_screen(page).split()) <= 130
    assert title


@pytest.mark.usefixtures("many")
def test_averages_of_a_measure_that_has_just_begun_say_over_how_few_months_they_are():
    page = opened(intervention="H-5")
    assert text("measure.plain.after.one", "nl", n=1) in words(page)
    assert text("measure.state.running", "nl") in words(page)


def test_what_was_decided_on_a_measure_stands_on_its_card(demo):
    store = Store(demo)
    with store.write() as db:
        data = read_panel_data(db)
        (one,) = chosen(data.register, ["ZL-I-7"])
        month = dt.date(2026, 10, 1)
        asked = decisions.proposed(evaluate(one, data, Unit.BASE), month, {}, "nl")
        decisions.save(db, replace(asked, chosen=0, owner="Directie"), "nl", "cm")
    store.close()
    said = words(opened(intervention="ZL-I-7"))
    decided = f"<dt>{text('measure.decided', 'nl')}</dt><dd>{asked.options[0].what}</dd>"
    assert decided in said
    assert "Directie" in said
    labels = [each.label for each in opened(intervention="ZL-I-7").button]
    assert text("measure.change", "nl") in labels
    assert text("measure.fill_in", "nl") not in labels


@pytest.mark.usefixtures("fresh_cache")
@pytest.mark.parametrize(
    ("held", "state"),
    [
        (PlanState.WAITING, "waiting"),
        (PlanState.DUE, "due"),
        (PlanState.PROVISIONAL, "running"),
    ],
)
def test_the_card_says_where_a_measure_stands(held, state, monkeypatch):
    plain = evaluation._in_unit

    def standing(*args, **more):
        found = plain(*args, **more)
        return replace(found, judgement=replace(found.judgement, state=held))

    monkeypatch.setattr(evaluation, "_in_unit", standing)
    said = words(opened(intervention="ZL-I-3"))
    assert f"nami-stand-{state}" in said
    expected = text(f"measure.dated.{state}", "nl", month="|", n=24).split("|")[0]
    assert expected.strip() in said
    assert "<strong>maart 2027</strong>" in said


def test_measures_without_orders_say_what_to_load(own_place):  # noqa: ARG001
    store = Store(places().own)
    enter(store, "categories", {"category": "paper", "name_nl": "Papier", "name_en": "Paper"}, "c")
    enter(
        store,
        "interventions",
        {**USUAL, "intervention_id": "A", "title": "A", "category": "paper"},
        "c",
    )
    store.close()
    page = opened()
    page.session_state[app.DATA] = app.OWN
    page.run()
    assert not page.exception
    assert titles(page) == ["Maatregelen"]
    assert text("pilot.no_orders", "nl") in words(page)

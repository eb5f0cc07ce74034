"""The monthly check on the overview: tick, untick, come back, and see what changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from nami_monitor.briefing import check
from nami_monitor.i18n import catalogue, text
from nami_monitor.store.journal import current
from nami_monitor.ui import app, browser
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.usefixtures("demo")


def opened(lang="nl", **more):
    found = AppTest.from_file(str(ROOT / "pages" / "overview.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    found.session_state[browser.WHO] = "cm"
    for key, value in more.items():
        found.query_params[key] = value
    return checked(found.run())


def checked(found):
    assert not found.exception, found.exception
    return found


def standing(kind):
    """What is kept of a kind, read through the page's own connection."""
    with app.store_of(app.DEMO).read() as db:
        return current(db, kind)


def ticks(found):
    return [one for one in found.checkbox if one.key.startswith("seen_")]


def said(found):
    return " ".join(e.value for e in (*found.markdown, *found.caption))


@pytest.mark.slow
def test_a_tick_is_remembered_with_who_and_can_be_taken_back():
    found = opened()
    before = len([one for one in ticks(found) if not one.value])
    assert before > 2
    checked(next(one for one in ticks(found) if not one.value).check().run())
    (kept_tick,) = standing(check.SEEN).values()
    assert kept_tick.who == "cm"
    again = opened()
    seen = [one for one in ticks(again) if one.value]
    assert len(seen) == 1
    assert len(ticks(again)) == before
    assert text("check.seen_by", "nl", who="cm", day="")[:10] in said(again)
    checked(seen[0].uncheck().run())
    assert standing(check.SEEN) == {}


@pytest.mark.slow
def test_a_tick_of_one_month_is_none_of_another():
    found = opened()
    checked(next(one for one in ticks(found) if not one.value).check().run())
    assert not [one for one in ticks(opened(month="2026-09")) if one.value]


def test_a_first_visit_has_nothing_to_compare_and_the_next_one_has(monkeypatch):
    kept = [""]

    def last_visit(_store, _name, present):
        before = kept[-1]
        kept.append(present)
        return before

    monkeypatch.setattr(browser, "last_visit", last_visit)
    first = opened()
    assert not [e for e in first.expander if "vorige bezoek" in e.label]
    assert "vorige bezoek" not in said(first)
    visit = check.read_visit(kept[-1])
    kept.append(
        check.write_visit(replace(visit, values={**visit.values, "impact_spend": 12_345.0}))
    )
    second = opened()
    assert [e for e in second.expander if "vorige bezoek" in e.label]
    assert "12.345" in said(second)


@pytest.mark.parametrize("kept", [None, "", "no visit at all"])
def test_a_browser_that_does_not_remember_loses_nothing(monkeypatch, kept):
    monkeypatch.setattr(browser, "last_visit", lambda *_: kept)
    found = opened()
    assert ticks(found)
    assert "vorige bezoek" not in said(found)


def test_the_mail_can_be_copied_and_targets_can_be_set_here():
    found = opened()
    mail = next(e.value for e in found.code)
    assert mail.startswith("Kantoorartikelen, okt 2026")
    assert catalogue("nl")["check.goals"] in [e.value for e in found.header]
    assert found.text_input("target_value")


def test_other_periods_than_months_bear_no_ticks():
    assert not ticks(opened(period="year"))


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_cache")
def test_a_category_without_targets_says_so_and_offers_to_set_one():
    with app.store_of(app.DEMO).write() as db:
        db.run("delete from targets_offered where category = 'furnishing'")
    found = opened("en", category="furnishing")
    assert catalogue("en")["check.goals_none"] in [one.value for one in found.markdown]
    assert found.selectbox(key="target_category").value == "furnishing"


@pytest.mark.slow
def test_a_month_without_data_in_the_address_gives_way_to_the_last_one():
    found = opened(month="1999-01")
    assert found.selectbox(key="filter.month").value == "2026-10"
    assert "2026" in next(
        one.proto.body for one in found.get("html") if "headline" in one.proto.body
    )

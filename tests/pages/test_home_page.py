"""Deze maand: one category, all of them, and everything else; decisions are filled in and kept."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from nami_monitor.briefing import decisions
from nami_monitor.briefing.headline import LONGEST
from nami_monitor.briefing.month import briefing
from nami_monitor.i18n import LANGS, catalogue, text
from nami_monitor.store.journal import current
from nami_monitor.ui import app, browser, visits
from tests.support.app_test import AppTest
from tests.support.monitor import Monitor
from tests.support.organisations import GENERATED, organisation

ROOT = Path(__file__).parents[2]
OCTOBER = date(2026, 10, 1)
MOST_WORDS = 160
CONTRACTS = """
contract_id title category status starts_on ends_on value_eur
K-1 Papier paper running 2023-01-01 2027-03-31 90000
"""
ORDERS = """
ordered_on location_id category product_id quantity amount_eur channel
2026-01-14 Stadhuis Papier A4-80 10 45.50 webshop
2026-01-15 Werf Pennen PEN-1 5 22.75 webshop
"""

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


def html(found):
    bodies = [e.proto.body for e in found.get("html")]
    return unescape(
        " ".join(body for body in bodies if "<style>" not in body and "<script" not in body)
    )


def said(found):
    return " ".join(e.value for e in (*found.markdown, *found.caption))


def running(found):
    """How many words its running sentences have."""
    sentences = re.findall(r"<p[^>]*>(.*?)</p>", html(found))
    words = " ".join([*(re.sub("<[^>]+>", " ", one) for one in sentences), said(found)])
    return len(words.split()) + len(found.title[0].value.split())


def standing(kind):
    """What is kept of a kind, read through the page's own connection."""
    with app.store_of(app.DEMO).read() as db:
        return current(db, kind)


def todo_titles(found):
    return re.findall(r"<h2>(\d\. [^<]+)</h2>", html(found))


def ticks(found):
    return [one for one in found.checkbox if one.key.startswith("seen_")]


@pytest.mark.parametrize("lang", LANGS)
def test_the_month_is_told_in_one_sentence_three_to_dos_and_six_panels(lang):
    found = opened(lang)
    titles = todo_titles(found)
    assert [one[:2] for one in titles] == ["1.", "2.", "3."]
    assert found.title[0].value.startswith({"nl": "Kantoorartikelen:", "en": "Office"}[lang])
    assert len(re.findall('class="nami-head"', html(found))) == 6
    strong = text("home.decision", lang)
    assert html(found).count(f"<strong>{strong}</strong>") == 3


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("category", ["office_supplies", "it_assets", "sanitary_supplies"])
def test_running_sentences_are_few(lang, category):
    assert 20 < running(opened(lang, category=category)) <= MOST_WORDS


def test_a_category_that_does_not_apply_names_why_and_invents_no_figure():
    found = opened(category="ballot_papers", view="all")
    rows = html(found).split("<tr>")
    (ballots,) = [row for row in rows if "Stembiljetten" in row]
    assert "n.v.t. · Kieswet" in ballots
    assert "€" not in re.sub(r"<td class='nami-first'>.*", "", ballots)


@pytest.mark.parametrize("lang", LANGS)
def test_all_categories_stand_in_one_table_the_largest_first(lang):
    found = opened(lang, view="all")
    table = html(found)
    heads = re.findall(r"<th scope='row'><a[^>]*>([^<]+)</a>", table)
    assert len(heads) == len(set(heads)) == 10
    amounts = [
        float(re.sub(r"\D", "", one)) for one in re.findall(r"<strong>(€[^<]+)</strong>", table)
    ]
    *each, total = amounts
    assert each == sorted(each, reverse=True)
    assert total == pytest.approx(sum(each), abs=len(each))
    assert catalogue(lang)["home.all.otherwise"] in table


@pytest.mark.parametrize("lang", LANGS)
def test_a_target_that_is_missed_so_far_is_not_called_missed(lang):
    words = catalogue(lang)
    for shown, key in (
        (opened(lang), "home.chip.missed"),
        (opened(lang, view="all"), "home.all.missed"),
    ):
        said = html(shown)
        missed, so_far = (words[f"{key}{end}"].format(goal="") for end in ("", "_so_far"))
        assert so_far in said
        assert missed not in said.replace(so_far, "")


@pytest.mark.parametrize("lang", LANGS)
def test_amounts_name_their_column_for_where_it_has_no_head(lang):
    table, words = html(opened(lang, view="all")), catalogue(lang)
    amounts = re.findall(r"<td class='nami-sum[^>]*>", table)
    heads = {re.search("data-head='([^']+)'", one)[1] for one in amounts}
    assert heads == {words["home.all.spent.name"], words["home.all.weighed.name"]}
    assert f"data-head='{words['home.refuse.name']}' title" in table


def test_the_view_and_old_addresses_are_followed():
    assert "nami-all" in html(opened(view="all"))
    assert "nami-all" in html(opened(category=""))
    assert opened(view="more").title[0].value == catalogue("nl")["home.view.more"]
    assert opened(period="year").title[0].value == catalogue("nl")["home.view.more"]


def test_a_decision_that_is_kept_is_the_to_do_of_every_view():
    with app.store_of(app.DEMO).read() as db:
        section = briefing(db, OCTOBER, ["office_supplies"]).sections[0]
    first, second, *_ = decisions.todos_of(section, {}, "nl")
    with app.store_of(app.DEMO).write() as db:
        decisions.save(db, replace(first, owner="Directeur <b>bedrijf</b>"), "nl", "cm")
        decisions.save(db, replace(second, chosen=0), "nl", "cm")
    found = opened()
    assert any(r"Directeur \<b\>bedrijf" in one.label for one in found.button)
    assert second.seen.title not in " ".join(todo_titles(found))
    assert "Directeur <b>bedrijf" in html(opened(view="all"))
    everything = opened(view="more")
    assert text("decisions.form.decided", "nl", what="")[:8] in said(everything)


def test_a_to_do_without_an_owner_says_so():
    with app.store_of(app.DEMO).read() as db:
        section = briefing(db, OCTOBER, ["office_supplies"]).sections[0]
    first, *_ = decisions.todos_of(section, {}, "nl")
    with app.store_of(app.DEMO).write() as db:
        decisions.save(db, replace(first, owner=""), "nl", "cm")
    assert opened().button(key="decide1").label.startswith(catalogue("nl")["decisions.form.nobody"])


@pytest.mark.slow
def test_a_tick_is_remembered_with_who_and_makes_room_for_the_next():
    first = todo_titles(opened())[0]
    found = opened(view="more")
    checked(next(one for one in ticks(found) if not one.value).check().run())
    (kept_tick,) = standing(visits.SEEN).values()
    assert kept_tick.who == "cm"
    assert todo_titles(opened())[0] != first
    again = opened(view="more")
    (seen,) = [one for one in ticks(again) if one.value]
    assert text("check.seen_by", "nl", who="cm", day="")[:10] in said(again)
    checked(seen.uncheck().run())
    assert standing(visits.SEEN) == {}
    assert todo_titles(opened())[0] == first


@pytest.mark.slow
def test_a_tick_of_one_month_is_none_of_another():
    found = opened(view="more")
    checked(next(one for one in ticks(found) if not one.value).check().run())
    assert not [one for one in ticks(opened(view="more", month="2026-09")) if one.value]


def test_what_changed_leads_with_the_month_and_a_next_visit_is_compared(monkeypatch):
    kept = [""]

    def last_visit(_store, _name, present):
        before = kept[-1]
        kept.append(present)
        return before

    monkeypatch.setattr(browser, "last_visit", last_visit)
    first = opened()
    (table,) = re.findall("<table class='nami-table'>.*?</table>", html(first))
    assert [name in table for name in ("Uitgaven", "Stuks", "Kilogram")] == [True] * 3
    assert "18.168" in table
    assert "vorige bezoek op" not in said(first)
    visit = visits.read_visit(kept[-1])
    kept.append(
        visits.write_visit(replace(visit, values={**visit.values, "impact_spend": 12_345.0}))
    )
    second = opened()
    assert "vorige bezoek op" in said(second)
    assert "12.345" in said(second)


@pytest.mark.parametrize("kept", [None, "", "no visit at all"])
def test_a_browser_that_does_not_remember_loses_nothing(monkeypatch, kept):
    monkeypatch.setattr(browser, "last_visit", lambda *_: kept)
    found = opened()
    assert todo_titles(found)
    assert "vorige bezoek op" not in said(found)


def test_the_mail_can_be_copied_and_targets_can_be_set_with_everything_else():
    found = opened(view="more")
    mail = next(e.value for e in found.code)
    assert mail.startswith("Kantoorartikelen: ")
    assert "MVO-adviseur · vóór" in mail
    assert catalogue("nl")["check.goals"] in [e.value for e in found.header]
    assert found.text_input("target_value")


def test_other_periods_than_months_bear_no_ticks():
    assert not ticks(opened(period="year"))


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_cache")
def test_a_category_without_targets_says_so_and_offers_to_set_one():
    with app.store_of(app.DEMO).write() as db:
        db.run("delete from targets_offered where category = 'furnishing'")
    found = opened("en", category="furnishing", view="more")
    assert catalogue("en")["check.goals_none"] in [one.value for one in found.markdown]
    assert found.selectbox(key="target_category").value == "furnishing"


def test_a_month_without_data_in_the_address_gives_way_to_the_last_one():
    found = opened(month="1999-01")
    assert found.selectbox(key="filter.month").value == "2026-10"


@pytest.mark.usefixtures("fresh_cache")
def test_long_and_turned_names_are_shown_as_they_are_and_break_nothing():
    long, turned = "Papier en karton " * 7, "\u202e\u05e9\u05dc\u202c <i>x</i>"
    with app.store_of(app.DEMO).write() as db:
        db.run(
            "update categories_offered set name_nl = ? where category = 'office_supplies'", [long]
        )
        db.run("update categories_offered set name_nl = ? where category = 'it_assets'", [turned])
        db.run("update meta set data_version = data_version + 1")
    found = opened()
    assert len(found.title[0].value) < 200
    assert found.title[0].value.startswith("Papier en karton")
    table = " ".join(e.proto.body for e in opened(view="all").get("html"))
    assert "\u202e" not in table
    assert "<i>x</i>" not in table
    assert "\u05e9\u05dc" in table


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_cache")
@pytest.mark.parametrize("named", ["Papier", "Een naam van vijfhonderd tekens " * 16])
def test_own_data_keeps_to_its_words_whatever_it_is_called(tmp_path, monkeypatch, named):
    store = organisation(tmp_path, **GENERATED["lower"], target=0.15)
    with store.write() as db:
        db.run("update categories_offered set name_nl = ?", [named.strip()])
        db.run("update contracts_offered set title = ?", [named.strip()])
    monkeypatch.setattr(app, "store_of", lambda _: store)
    found = opened()
    assert len(found.title[0].value) <= LONGEST
    assert running(found) <= MOST_WORDS + len(named.split())
    assert todo_titles(found)
    assert "Lees “" in said(found)


@pytest.mark.usefixtures("fresh_cache")
def test_registers_without_order_lines_show_what_to_do_next(tmp_path, monkeypatch):
    made = Monitor(tmp_path)
    made.load("contracts", CONTRACTS)
    monkeypatch.setattr(app, "store_of", lambda _: made.store)
    found = opened()
    assert found.title[0].value == catalogue("nl")["overview.title"]
    headers = [one.value for one in found.header]
    assert catalogue("nl")["app.empty.no_lines"] in headers
    assert catalogue("nl")["contracts.prepare.title"] in headers
    assert "nu voorbereiding" in said(found)
    assert len(found.dataframe) + len(found.get("html")) >= 1, "with the contracts themselves"


@pytest.mark.usefixtures("fresh_cache")
def test_first_order_lines_ask_for_their_missing_column_not_for_order_lines(tmp_path, monkeypatch):
    made = Monitor(tmp_path)
    made.load("orders", ORDERS)
    monkeypatch.setattr(app, "store_of", lambda _: made.store)
    assert "Lees “Bestellingen en verbruik: Staat” in" in said(opened())
    assert "nog te weinig maanden" in opened(view="all").title[0].value


@pytest.mark.parametrize("lang", LANGS)
def test_what_an_address_asks_for_and_nobody_has_is_said_in_the_language_of_the_page(lang):
    (told,) = opened(lang, category="zzz").info
    name = catalogue(lang)["filters.category"]
    start = text("filters.unknown", lang, label=name, seen="zzz", shown="", known="")[:20]
    assert told.value.startswith(start)
    (told,) = opened(lang, month="2099-13").info
    said = text("filters.no_month", lang, seen="2099-13", shown="", first="", last="")
    assert told.value.startswith(said[:12])


def test_a_category_without_order_lines_can_be_opened_from_the_table():
    found = opened(category="events")
    assert not found.info
    assert found.title[0].value.startswith("Evenementen")

"""The page Measures: what a measure brought, the pilot planner, and the register."""

import datetime as dt
import re
from pathlib import Path

import pytest

from nami_monitor.briefing.measures import FIELDS
from nami_monitor.core.settings import places
from nami_monitor.demo.truth import TRUTH
from nami_monitor.i18n import LANGS, catalogue, text
from nami_monitor.ingest.book.undo import undo
from nami_monitor.kit import shipped
from nami_monitor.kpis.interventions import evaluation
from nami_monitor.kpis.interventions.panel_data import READINGS
from nami_monitor.kpis.result import Reason
from nami_monitor.kpis.sentences import reason_text
from nami_monitor.store import Store
from nami_monitor.ui import app, browser
from tests.support.app_test import AppTest
from tests.support.entries import enter
from tests.support.slow import slow_but_for

ROOT = Path(__file__).parents[2]
MEASURES = [f"ZL-I-{number}" for number in range(1, 8)]
ESTIMATED = {"ZL-I-3", "ZL-I-4", "ZL-I-6", "ZL-I-7"}
NEXT = f"ZL-I-{len(MEASURES) + 1}"
"""The number that a new measure gets."""


pytestmark = pytest.mark.usefixtures("demo")


def opened(part="answer", lang="nl", who="cm", **address):
    found = AppTest.from_file(str(ROOT / "pages" / "waterbed.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    found.session_state[browser.WHO] = who
    found.query_params["part"] = part
    for key, value in address.items():
        found.query_params[key] = value
    return run(found)


def run(found):
    found.run()
    assert not found.exception, found.exception
    return found


def words(found):
    kinds = [found.markdown, found.success, found.info, found.error, found.caption]
    shown = [str(each.value) for kind in kinds for each in kind]
    return "\n".join([*shown, *(each.proto.body for each in found.get("html"))])


def field(elements, label):
    return next(each for each in elements if each.label.startswith(label))


def press(found, label):
    field(found.button, label).click()
    return run(found)


def rows(path, query):
    store = Store(path)
    with store.read() as db:
        found = db.rows(query)
    store.close()
    return found


def grids(found):
    return [str(cell) for frame in found.dataframe for cell in frame.value.to_numpy().flat]


def headings(found):
    return [each.value for each in found.header]


def titles(found):
    return [each.value for each in found.title]


@pytest.mark.parametrize("lang", LANGS)
def test_a_measure_with_a_verdict_and_all_behind_it(lang):
    page = opened(lang=lang, intervention="ZL-I-7", more="method")
    (title,) = titles(page)
    assert title == "; ".join(
        {
            "nl": ("39 van elke 100 echt minder (17 tot 57)",
                   "61 kwamen terug via de webwinkel (43 tot 83)"),
            "en": ("39 of every 100 really less (17 to 57)",
                   "61 came back via the web shop (43 to 83)"),
        }[lang]
    )  # fmt: skip
    assert text("waterbed.verdicts.waterbed_and_net", lang) in words(page)
    assert text("waterbed.plan.title", lang) in headings(page)
    assert text("waterbed.plan.afterwards", lang) in words(page)
    for key in ("path.bars", "path.title", "went.title", "more.title"):
        assert text(f"waterbed.{key}", lang) in headings(page)


@pytest.mark.parametrize("lang", LANGS)
def test_figures_in_every_unit_stand_with_their_limits_and_lead_to_where_they_came_from(lang):
    said = words(opened(lang=lang, intervention="ZL-I-7", more="figures"))
    table = said[said.index('<table class="nami-table">') : said.index("</table>")]
    rows = table.split("<tr>")[2:]
    assert len(rows) == 1 + len(READINGS)
    unit = text("waterbed.axis.base", lang)
    assert text("measure.figures.later", lang, unit=unit) in table
    for row in rows:
        assert row.count("<td>") == row.count("<small>") == 3
    assert ["trace?" in row for row in rows] == [False, True, True, True]


def first_screen(page):
    """The running sentences of the part above the list, without names, labels, chips and values."""
    captions = [each.value for each in page.caption][:-1]
    asides = re.findall(r'class="nami-aside">(.*?)</p>', words(page))
    dated = re.findall(r"</span><p>(.*?)</p>", words(page))
    bullets = [each.value for each in page.markdown]
    return " ".join((*titles(page), *captions, *asides, *dated, *bullets))


JARGON = re.compile(
    "doelkanaal|bewijsgraad|vervangend kanaal|teller|noemer|eenheid activiteit|waterbedcijfer"
    "|target channel|substitute channel|grade of evidence|numerator|denominator"
)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", MEASURES)
def test_a_first_screen_is_short_and_without_jargon(code, lang):
    said = first_screen(opened(intervention=code, lang=lang))
    assert 5 < len(said.split()) <= 130
    assert not JARGON.search(said.lower())


LIMITS = re.compile(r"\([^()]* (?:tot|to) [^()]*\)")
NO_FIGURE = re.compile(
    r"(?:van|of|op|for) (?:elke|every) 100|\b\d\d?\sjan\b|\b20\d\d\b", re.IGNORECASE
)


def figures_and_limits(said):
    """How many figures a text has, and how many limits stand with them."""
    rest = NO_FIGURE.sub("", LIMITS.sub("", said))
    return len(re.findall(r"\d+", rest)), len(LIMITS.findall(said))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", MEASURES)
def test_every_figure_of_a_finding_stands_with_its_limits(code, lang):
    page = opened(intervention=code, lang=lang)
    for said in (*titles(page), *(row["words"] for row in rows_of_list(page))):
        figures, limits = figures_and_limits(said)
        assert figures <= limits, said


def rows_of_list(page):
    """The rows of the list of all measures, each column as text."""
    cells = r'<div class="nami-col-(\w+)"><dt>[^<]*</dt><dd>(.*?)</dd>'
    return [
        {name: re.sub("<[^>]+>", " ", cell).strip() for name, cell in re.findall(cells, row)}
        for row in words(page).split('<dl class="nami-cells">')[1:]
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_every_measure_stands_in_the_list_with_a_picture_or_why_there_is_none(lang):
    page = opened(lang=lang)
    listed = rows_of_list(page)
    assert len(listed) == len(MEASURES)
    drawn = words(page).count('class="nami-strip"')
    why = [row["picture"] for row in listed if row["picture"]]
    assert drawn == len(ESTIMATED)
    assert len(why) == len(MEASURES) - drawn
    assert all(row["state"] and row["words"] and row["date"] for row in listed)
    assert text("waterbed.many.chance.other", lang, n=3, expected="").split("3")[0] in words(page)


@pytest.mark.parametrize("lang", LANGS)
def test_a_measure_whose_verdict_is_to_come_says_when_and_claims_nothing(lang):
    page = opened(lang=lang, intervention="ZL-I-3")
    (title,) = titles(page)
    assert title == ", ".join(
        {
            "nl": ("Proef loopt: voorlopig 78 van elke 100 terug (63 tot 98)",
                   "oordeel over maart 2027"),
            "en": ("Pilot running: so far 78 of every 100 came back (63 to 98)",
                   "verdict on March 2027"),
        }[lang]
    )  # fmt: skip
    claims = [name for name in catalogue(lang) if name.startswith("hundred.found.")]
    starts = [catalogue(lang)[name].partition("{")[0].strip() for name in claims]
    assert not any(start in title for start in starts if start)
    assert text("waterbed.plan.afterwards", lang) not in words(page)
    assert {"nl": "s is nog niet aangetoond", "en": "In kilos it is not"}[lang] in words(page)


def test_a_measure_that_does_not_exist_is_said_and_the_first_is_shown():
    page = opened(intervention="ZZ")
    assert "ZZ" in words(page)
    assert len(titles(page)) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_measure_stands_beside_the_lessons_that_it_calls_up(lang):
    page = opened(lang=lang, intervention="ZL-I-7", more="method")
    lessons = page.radio(key="waterbed_bars_lesson")
    assert [label[:4] for label in lessons.options[:3]] == ["1 · ", "2 · ", "3 · "]
    assert "web-shop-filled-the-cabinet" in lessons.value
    page.session_state["waterbed_bars_lesson_asked"] = "L2"
    page = run(page)
    chosen = page.radio(key="waterbed_bars_lesson")
    title = shipped().lessons[chosen.value].words[lang].title
    assert chosen.options[1] == f"2 · {title}"
    assert title in " ".join(one.proto.body for one in page.get("html"))


@pytest.mark.parametrize("unit", ["base", "kg", "eur"])
@pytest.mark.parametrize("code", MEASURES)
def test_every_measure_has_its_finding_and_no_empty_chart(code, unit):
    page = opened(intervention=code, unit=unit, more="method")
    assert len(titles(page)) == 1
    charts = page.get("vega_lite_chart")
    assert bool(charts) == (code in ESTIMATED)
    if not charts:
        assert 'class="nami-none"' in words(page)
        assert len([each for each in page.markdown if each.value.startswith("- ")]) >= 1


def test_where_nothing_can_be_estimated_plain_numbers_are_called_what_they_are():
    page = opened(intervention="ZL-I-1")
    assert text("measure.plain.title", "nl") in headings(page)
    assert text("measure.plain.words", "nl") in words(page)
    table = words(page).split('<table class="nami-table">')[1].split("</table>")[0]
    assert table.count('<th scope="row">voorraadkast') == 1
    alone = words(opened(intervention="ZL-I-2"))
    table = alone.split('<table class="nami-table">')[1].split("</table>")[0]
    assert table.count('<th scope="row">IT-balie') == 1
    assert "Noem bij de maatregel een ander kanaal" in alone
    assert text("measure.plain.title", "nl") not in headings(opened(intervention="ZL-I-3"))
    assert text("measure.plain.title", "nl") not in headings(opened(intervention="ZL-I-5"))


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.usefixtures("fresh_cache")
def test_where_refusing_does_not_apply_nothing_is_judged_but_the_figures_can_be_asked_for(
    lang, monkeypatch
):
    values = {"reason": "the law", "basis": "act 1", "again": dt.date(2027, 1, 1)}
    because = Reason("not_applicable", values)
    monkeypatch.setattr(evaluation, "_excused", lambda *_: because)
    found = opened(lang=lang, intervention="ZL-I-7", more="method")
    (title,) = titles(found)
    assert title == reason_text(because, lang).removesuffix(".")
    assert "act 1" in title
    assert "2027" in title
    assert not found.get("vega_lite_chart")
    field(found.checkbox, text("waterbed.anyway", lang)).check()
    run(found)
    assert found.get("vega_lite_chart")
    assert text("waterbed.grade", lang) not in words(found)
    judged = text("waterbed.verdicts.waterbed_and_net", lang)
    assert judged not in words(found)


def test_every_place_where_it_may_have_gone_stands_in_a_table():
    page = opened(intervention="ZL-I-3", more="method")
    told = grids(page)
    assert "Zoals vastgelegd: webwinkel" in told
    assert "Artikelgroep Papier" in told
    assert "Locaties in dezelfde groep" in told
    assert "Vlak voor de start: hamsteren" in told


def scoped(page):
    """Choose two offices in the planner."""
    field(page.multiselect, "Locaties").set_value(["ZL-008", "ZL-009"])
    return run(page)


def test_the_planner_waits_for_a_choice_and_then_gives_its_chances():
    page = opened("plan")
    assert "Kies minstens één locatie" in words(page)
    assert not page.get("vega_lite_chart")
    scoped(page)
    assert "laat deze proef dat zien (kans" in headings(page)[0]
    assert "Het kleinste deel dat kan terugkomen" in words(page)
    assert len(page.get("vega_lite_chart")) == 1
    before = headings(page)
    field(page.number_input, "Geplande vermindering").set_value(10)
    run(page)
    assert headings(page) != before
    assert "eerder niet dan wel" in headings(page)[0]


def test_a_pilot_that_is_too_short_or_has_too_few_controls_says_so():
    page = scoped(opened("plan"))
    field(page.number_input, "Maanden na de start").set_value(3)
    run(page)
    assert "vooraf niets te zeggen" in headings(page)[0]
    assert "minstens 6 maanden" in words(page)
    field(page.number_input, "Maanden na de start").set_value(12)
    field(page.multiselect, "Locaties").set_value(["*"])
    run(page)
    assert "vooraf niets te zeggen" in headings(page)[0]
    assert not page.get("vega_lite_chart")


@pytest.mark.slow
def test_a_pilot_is_saved_as_a_planned_measure(demo):
    page = scoped(opened("plan"))
    field(page.multiselect, "Welke artikelen?").set_value(["g:Papier"])
    run(page)
    field(page.text_input, "Titel").set_value("Papier uit de kast")
    field(page.date_input, "Ingangsdatum").set_value(dt.date(2027, 3, 1))
    press(page, "Leg de proef vast")
    assert "De proef is vastgelegd als geplande maatregel." in words(page)
    stored = (
        "select intervention_id, title, category, status, starts_on, target_channel,"
        " substitute_channels, locations, planned_reduction, anticipation_months, may_spread"
        " from interventions where title like 'Papier%'"
    )
    assert rows(demo, stored) == [
        (NEXT, "Papier uit de kast", "office_supplies", "planned", dt.date(2027, 3, 1),
         "cabinet", "webshop", "ZL-008;ZL-009", 0.5, 1.0, False)
    ]  # fmt: skip
    (products,) = rows(demo, "select products from interventions where title like 'Papier%'")[0]
    assert products
    assert rows(demo, "select who, source from batches order by batch desc limit 1") == [
        ("cm", "form")
    ]
    (title,) = titles(opened(intervention=NEXT))
    assert title.startswith("De maatregel begint op")


def test_a_recommended_design_is_registered_with_its_plan(demo):
    page = scoped(opened("plan"))
    field(page.multiselect, "Welke artikelen?").set_value(["g:Papier"])
    field(page.multiselect, "Met welke artikelen?").set_value(["g:Papier"])
    field(page.number_input, "Verwacht dat terugkomt (%)").set_value(40)
    run(page)
    designs = field(page.radio, "Welke opzet legt u vast?")
    name = next(each for each in designs.options if "steeds 3 maanden" in each)
    sites = int(re.search(r"(\d+) locatie", name)[1])
    months = re.search(r"(\d+) maand", name)[1]
    designs.set_value(name.partition(":")[0])
    run(page)
    assert "Locaties: " in words(page)
    field(page.text_input, "Titel").set_value("Papier om en om")
    press(page, "Leg de proef vast")
    assert "De proef is vastgelegd als geplande maatregel." in words(page)
    (row,) = rows(
        demo,
        "select turn_months, evaluate_after, sides, month_weights, locations, primary_unit"
        " from interventions where title = 'Papier om en om'",
    )
    turn, after, sides, weights, locations, unit = row
    assert (turn, after, unit, weights) == (3, months, "base", None)
    assert sides == ("one_sided" if "eenzijdig" in name else None)
    assert len(locations.split(";")) == sites
    (title,) = titles(opened(intervention=NEXT))
    assert title.startswith("De maatregel begint op")


def test_a_plan_is_registered_before_the_start_and_not_after(demo):
    page, year = opened("register"), dt.date.today().year + 2  # noqa: DTZ011 - as the form looks
    assert "Na de start telt een wijziging niet meer" not in words(page)
    field(page.text_input, "Titel").set_value("Geen enveloppen")
    field(page.multiselect, "Locaties").set_value(["ZL-008"])
    field(page.date_input, "Ingangsdatum").set_value(dt.date(2026, 1, 1))
    run(page)
    assert "De maatregel is al begonnen" in words(page)
    field(page.date_input, "Ingangsdatum").set_value(dt.date(year, 1, 1))
    run(page)
    assert "Na de start telt een wijziging niet meer" in words(page)
    field(page.text_input, "Oordeel na maanden").set_value("12;6")
    field(page.selectbox, "Eenheid van het oordeel").set_value("kg")
    field(page.selectbox, "Eenzijdig of tweezijdig").set_value("one_sided")
    field(page.text_area, "Wat er dan besloten wordt").set_value("Overal invoeren.")
    press(page, "Leg de maatregel vast")
    assert "oplopend en met puntkomma" in " ".join(each.value for each in page.error)
    field(page.text_input, "Oordeel na maanden").set_value("6;12")
    press(page, "Leg de maatregel vast")
    assert "De maatregel is vastgelegd." in words(page)
    plan = "select evaluate_after, primary_unit, design, sides, would_decide from interventions"
    assert rows(demo, f"{plan} where title = 'Geen enveloppen'") == [
        ("6;12", "kg", None, "one_sided", "Overal invoeren.")
    ]
    page = opened(intervention=NEXT, more="method")
    assert f"oordeel over juli {year}" in titles(page)[0]
    found = words(page)
    assert "Geplande oordelen: 2" in found
    assert "Overal invoeren." in found


MORE = '{"rests_on": {"X|2025-06": [1, 2, 3, 4]}}'
"""Sums of one month of a source more, on which the verdicts are said to rest."""


def test_a_verdict_is_made_again_by_hand(demo):
    store = Store(demo)
    with store.write() as db:
        db.run("update kept set body = json_merge_patch(body, ?)", [MORE])
        db.run("update meta set data_version = data_version + 1")
    store.close()
    assert "na het oordeel gewijzigd" in words(opened(intervention="ZL-I-7"))
    page = opened(intervention="ZL-I-7", more="method")
    assert "De gegevens zijn sindsdien gewijzigd" in words(page)
    press(page, text("waterbed.plan.take", "nl"))
    assert text("waterbed.plan.taken", "nl") in words(page)
    assert "opnieuw opgemaakt, door cm" in words(run(page))
    assert rows(demo, "select count(*) from kept where name = 'ZL-I-7'") == [(2,)]


@pytest.mark.parametrize(("title", "said"), [("", "Titel"), ("Vraag p@q.nl", "e-mail")])
def test_a_plan_that_is_not_in_order_is_refused_with_a_sentence(demo, title, said):
    page = scoped(opened("plan"))
    field(page.text_input, "Titel").set_value(title)
    press(page, "Leg de proef vast")
    assert said in " ".join(each.value for each in page.error)
    assert rows(demo, "select count(*) from interventions") == [(len(MEASURES),)]


def test_a_number_on_record_is_not_taken_twice(demo):
    page = scoped(opened("plan"))
    field(page.text_input, "Titel").set_value("Nog een")
    field(page.text_input, "Nummer").set_value("ZL-I-3")
    press(page, "Leg de proef vast")
    assert "staat er al" in " ".join(each.value for each in page.error)
    assert rows(demo, "select title from interventions where intervention_id = 'ZL-I-3'") == [
        ("Proef: twaalf artikelen uit de voorraadkast",)
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_arms_stand_beside_each_other_with_who_got_what(lang):
    page = opened(intervention="ZL-I-6", lang=lang, more="method")
    assert "“bordje”" in titles(page)[0]
    assert text("waterbed.arms.title", lang) in headings(page)
    said = words(page)
    assert "“bordje”" in said
    assert text("waterbed.verdicts.net_reduction_shown", lang) in said
    effects, assigned = (
        next(frame.value for frame in page.dataframe if column in frame.value.columns)
        for column in (
            text("waterbed.arms.heads.placebo", lang),
            text("waterbed.arms.heads.stratum", lang),
        )
    )
    arm = text("waterbed.arms.heads.arm", lang)
    assert list(effects[arm]) == ["bericht", "bordje", "niets"]
    shown = list(effects[text("waterbed.arms.heads.shown", lang)])
    assert shown[:2] == [text("waterbed.went.no", lang), text("waterbed.went.yes", lang)]
    assert len(assigned) == TRUTH.sign_locations
    assert set(assigned[arm]) == set(effects[arm])


def test_arms_are_drawn_and_told(demo):
    page, year = opened("register"), dt.date.today().year + 2  # noqa: DTZ011 - as the form looks
    field(page.text_input, "Titel").set_value("Bordjes bij de kast")
    field(page.multiselect, "Locaties").set_value(
        [f"ZL-{at:03d}" for at in range(8, 27) if at % 5 != 1]  # of other regions than ZL-I-7
    )
    field(page.date_input, "Ingangsdatum").set_value(dt.date(year, 1, 1))
    press(page, "Leg de maatregel vast")
    field(page.selectbox, "Nieuw, of").set_value(NEXT)
    run(page)
    messages = field(page.text_area, "Varianten")
    messages.set_value("niets\nbordje = Eén pen is genoeg\nmail = Neem één pen")
    run(page)
    assert "minstens 6 per variant" in " ".join(each.value for each in page.error)
    field(page.text_area, "Varianten").set_value("niets\nbordje = Eén pen is genoeg")
    run(page)
    press(page, "Leg deze verdeling vast")
    assert "De verdeling is vastgelegd." in words(page)
    own = f"select arm, told, told_on from assignments where intervention_id = '{NEXT}'"
    drawn = rows(demo, own)
    assert {arm: told for arm, told, _ in drawn} == {"niets": None, "bordje": "Eén pen is genoeg"}
    assert len({batch for (batch,) in rows(demo, "select batch from assignments_offered")}) == 2
    field(page.date_input, "Verteld op").set_value(dt.date(year, 1, 2))
    press(page, "Noteer dat dit is verteld")
    assert "Het is genoteerd." in words(page)
    assert {(arm, day) for arm, _, day in rows(demo, own)} == {
        ("niets", None),
        ("bordje", dt.date(year, 1, 2)),
    }
    field(page.selectbox, "Nieuw, of").set_value("ZL-I-3")
    assert text("measures.arms.begun", "nl") in words(run(page))


@pytest.mark.slow
def test_a_measure_is_registered_changed_closed_and_undone(demo):
    page = opened("register")
    field(page.text_input, "Titel").set_value("Geen enveloppen")
    field(page.date_input, "Ingangsdatum").set_value(dt.date(2026, 1, 1))
    field(page.selectbox, "Status").set_value("running")
    field(page.multiselect, "Locaties").set_value(["g:Regio Oost"])
    run(page)
    assert "is te vergelijken met" in words(page)
    press(page, "Leg de maatregel vast")
    assert "De maatregel is vastgelegd." in words(page)
    own = "select status, title, ends_on, planned_reduction from interventions"
    own += f" where intervention_id = '{NEXT}'"
    assert rows(demo, own) == [("running", "Geen enveloppen", None, None)]
    places = "select len(string_split(locations, ';')) from interventions"
    assert rows(demo, places + f" where intervention_id = '{NEXT}'")[0][0] > 8

    field(page.selectbox, "Nieuw, of").set_value(NEXT)
    run(page)
    assert field(page.text_input, "Titel").value == "Geen enveloppen"
    assert field(page.multiselect, "Locaties").value == ["g:Regio Oost"]
    field(page.number_input, "Geplande vermindering").set_value(25)
    press(page, "Wijzig de maatregel")
    assert "De maatregel is gewijzigd." in words(page)
    assert rows(demo, own) == [("running", "Geen enveloppen", None, 0.25)]

    field(page.date_input, "Laatste dag").set_value(dt.date(2026, 9, 30))
    press(page, "Sluit de maatregel af")
    assert "De maatregel is afgesloten." in words(page)
    assert rows(demo, own) == [("ended", "Geen enveloppen", dt.date(2026, 9, 30), 0.25)]

    told = grids(page)
    assert {"vastgelegd", "gewijzigd", "afgesloten", "Geplande vermindering"} <= set(told)
    assert "cm" in told

    (batch,) = rows(demo, "select max(batch) from batches")[0]
    undo(app.store_of(app.DEMO), batch, who="ab")
    assert rows(demo, own) == [("running", "Geen enveloppen", None, 0.25)]
    assert "levering ongedaan gemaakt" in grids(opened("register"))


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"Ingangsdatum": None, "Titel": "T"}, "Ingangsdatum"),
        ({"Ingangsdatum": dt.date(2026, 1, 1), "Titel": ""}, "Titel"),
        (
            {"Ingangsdatum": dt.date(2026, 1, 1), "Einddatum": dt.date(2025, 1, 1), "Titel": "T"},
            "Einddatum",
        ),
    ],
)
def test_what_is_not_in_order_is_told_as_at_import(demo, filled, said):
    page = opened("register")
    for label, value in filled.items():
        field([*page.text_input, *page.date_input], label).set_value(value)
    field(page.multiselect, "Locaties").set_value(["ZL-008"])
    press(page, "Leg de maatregel vast")
    assert said in " ".join(each.value for each in page.error)
    assert rows(demo, "select count(*) from interventions") == [(len(MEASURES),)]


@pytest.mark.slow
@pytest.mark.parametrize("code", slow_but_for(["ZL-I-1", "ZL-I-3"], MEASURES))
def test_saving_a_measure_as_it_stands_changes_nothing(demo, code):
    page = opened("register")
    stated = f"select {', '.join(FIELDS)} from interventions order by intervention_id"
    before = rows(demo, stated)
    field(page.selectbox, "Nieuw, of").set_value(code)
    run(page)
    press(page, "Wijzig de maatregel")
    assert not page.error, [each.value for each in page.error]
    assert "Dit stond er al zo." in words(page)
    assert rows(demo, stated) == before


def test_without_orders_there_is_nothing_to_plan(own_place):  # noqa: ARG001
    store = Store(places().own)
    enter(store, "categories", {"category": "paper", "name_nl": "Papier", "name_en": "Paper"}, "c")
    store.close()
    for part in ("plan", "register"):
        page = opened(part)
        page.session_state[app.DATA] = app.OWN
        run(page)
        assert "nog geen bestellingen" in words(page)


def test_without_measures_a_button_leads_to_the_register(own_place):  # noqa: ARG001
    store = Store(places().own)
    enter(store, "categories", {"category": "paper", "name_nl": "Papier", "name_en": "Paper"}, "c")
    store.close()
    page = opened()
    page.session_state[app.DATA] = app.OWN
    run(page)
    assert titles(page) == ["Maatregelen"]
    assert "Nog geen maatregelen" in headings(page)
    press(page, "Leg een maatregel vast")
    assert "Een maatregel vastleggen of wijzigen" in headings(page)


def test_the_pilot_of_the_demo_is_named_where_it_was_left_out():
    page = scoped(opened("plan"))
    assert "ZL-I-3" in words(page)
    assert TRUTH.pilot not in words(page)

"""The presentation from start to finish: choose, look, rewrite, decide, arrange, take along."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from pptx import Presentation

from nami_monitor.briefing import decisions
from nami_monitor.briefing.month import briefing
from nami_monitor.core.settings import places
from nami_monitor.i18n import text
from nami_monitor.reports import report_file
from nami_monitor.reports.branding import usual_file
from nami_monitor.reports.report_file import KIND, Format, ReportRequest, arrange, render
from nami_monitor.store.journal import current
from nami_monitor.ui import app, browser, doors
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]
OCTOBER = date(2026, 10, 1)


pytestmark = pytest.mark.usefixtures("demo")


def opened(lang="nl", **more):
    found = AppTest.from_file(str(ROOT / "pages" / "presentation.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    found.session_state[browser.WHO] = "mvo"
    for key, value in {"categories": "office_supplies", **more}.items():
        found.query_params[key] = value
    return checked(found.run())


def choices():
    """The choices above the slides, without the slides."""
    from nami_monitor.ui import app  # noqa: PLC0415 - runs by itself
    from nami_monitor.ui.pages import presentation  # noqa: PLC0415

    presentation.choose(app.current())


def headed():
    """The heading above one slide."""
    from types import SimpleNamespace  # noqa: PLC0415 - runs by itself

    from nami_monitor.ui import app  # noqa: PLC0415
    from nami_monitor.ui.pages import presentation  # noqa: PLC0415

    app.heading(presentation._heading(app.current(), [SimpleNamespace(decision=None)]))


def came_from_another_category(**address):
    """The choices of a visitor who chose another category on the page before."""
    found = AppTest.from_function(choices, default_timeout=60)
    for key, value in address.items():
        found.query_params[key] = value
    found.session_state[app.DATA] = app.DEMO
    found.session_state["filter.category.last"] = ("trends.title", "it_assets")
    return checked(found.run())


def checked(found):
    assert not found.exception, found.exception
    assert not found.error, [one.value for one in found.error]
    return found


def standing():
    with app.store_of(app.DEMO).read() as db:
        return current(db, KIND)


def area(found, key, lang="nl"):
    return next(one for one in found.text_area if one.label == text(key, lang))


def line(found, key, lang="nl", **values):
    return next(one for one in found.text_input if one.label == text(key, lang, **values))


def press(found, key, lang="nl", **values):
    label = text(key, lang, **values)
    return checked(next(one for one in found.button if one.label == label).click().run())


def keys(found, begin):
    return [one.key for one in found.button if one.key.startswith(begin)]


def large(found):
    """The text of the large slide."""
    slides = [
        one.value for one in html_of(found) if one.value.startswith('<div class="nami-slide"')
    ]
    (drawn,) = (one for one in slides if "aria-hidden" not in one)
    return re.sub(r"<[^>]+>", " ", drawn)


def html_of(found):
    return found.get("html")


def test_it_begins_with_the_decision_beside_its_fields_and_says_what_is_asked(monkeypatch):
    led = []
    monkeypatch.setattr(
        st, "page_link", lambda *_, label, query_params, **_more: led.append((label, query_params))
    )
    found = opened()
    said = "Acht dia\N{RIGHT SINGLE QUOTATION MARK}s, drie gevraagde besluiten"
    assert found.title[0].value == said
    said = large(found)
    assert text("report.asked", "nl") in said
    for letter in "ABC":
        key = "presentation.proposed" if letter == "B" else "presentation.option"
        assert line(found, key, letter=letter).value in said
    assert line(found, "presentation.who").value in said
    assert len(keys(found, "presentation_to_")) == 8
    traced = [(label, asked) for label, asked in led if "kpi" in asked]
    assert len(traced) == 3
    for label, asked in traced:
        assert asked["category"] == ["office_supplies"]
        assert label.partition(" ")[0].replace("\\", "") in said


def test_what_a_person_decides_is_the_to_do_of_the_month():
    found = opened()
    line(found, "presentation.option", letter="A").set_value("Eén jaar *verlengen*")
    line(found, "presentation.who").set_value("Directeur bedrijfsvoering")
    found.date_input[0].set_value(date(2026, 12, 31))
    press(found, "presentation.keep")
    with app.store_of(app.DEMO).read() as db:
        todos = decisions.todos(
            briefing(db, OCTOBER, ["office_supplies"]), decisions.kept(db), "nl"
        )
    (todo,) = (one for one in todos if one.who)
    assert todo.options[0].what == "Eén jaar *verlengen*"
    assert todo.options[0].gives == "", "what another choice gives says nothing of this one"
    assert (todo.owner, todo.due, todo.who) == (
        "Directeur bedrijfsvoering",
        date(2026, 12, 31),
        "mvo",
    )
    assert "Eén jaar *verlengen*" in large(opened())
    again = press(opened(), "presentation.back")
    assert "Directeur bedrijfsvoering" not in large(again)


@pytest.mark.slow
def test_a_slide_is_rewritten_moved_and_left_out_and_that_stays():
    found = opened()
    area(found, "presentation.title_field").set_value("Een *eigen* kop")
    area(found, "presentation.told").set_value("Zo zit het.")
    press(found, "presentation.keep")
    press(found, "presentation.down")
    (one,) = standing().values()
    assert one.who == "mvo"
    ((code, title),) = one.body["months"]["2026-10"]["titles"].items()
    assert title == "Een *eigen* kop"
    assert one.body["order"][1] == code
    assert "Een *eigen* kop" in large(found)
    again = press(opened(), "presentation.after")
    assert "Een *eigen* kop" in large(again)
    assert r"Zo zit het." in [one.value for one in again.markdown]
    press(again, "presentation.leave_out")
    assert "Een *eigen* kop" not in large(again)
    earlier = press(opened(month="2026-09"), "presentation.after")
    assert "Een *eigen* kop" not in large(earlier)
    label = next(one.label for one in again.button if one.key == "presentation_in_0")
    assert label.startswith("Neem weer op")


@pytest.mark.slow
def test_every_slide_can_be_looked_at():
    lang = "en"
    found = opened(lang, audience="team")
    seen = {large(found)}
    while not next(one for one in found.button if one.key == "presentation_after").disabled:
        press(found, "presentation.after", lang)
        seen.add(large(found))
    assert len(seen) > 9
    press(found, "presentation.before", lang)


@pytest.mark.slow
def test_what_is_taken_along_is_what_was_arranged():
    found = opened()
    area(found, "presentation.title_field").set_value("Een eigen kop")
    press(found, "presentation.keep")
    wanted = ReportRequest(OCTOBER, ("office_supplies",))
    with app.store_of(app.DEMO).read() as db:
        told = briefing(db, OCTOBER, ["office_supplies"])
        pages = arrange(db, told, wanted)
    made = {kind: render(told, pages, kind, wanted) for kind in Format}
    slides = Presentation(io.BytesIO(made[Format.PPTX])).slides
    assert slides[0].shapes.title.text == "Een eigen kop"
    assert b"Een eigen kop" in made[Format.HTML]
    assert {one.proto.id.rpartition("-")[2] for one in found.get("download_button")} >= {
        f"download_{kind}" for kind in Format
    }


@pytest.mark.slow
def test_figures_that_were_fixed_say_what_changed_since(monkeypatch):
    found = press(opened(), "presentation.fix")
    assert any("sindsdien is niets veranderd" in one.value for one in found.caption)
    figures = report_file._figures

    def other(briefed):
        return {**figures(briefed), "office_supplies|impact_spend": 1.0}

    monkeypatch.setattr(report_file, "_figures", other)
    changed = press(opened(), "presentation.keep")  # figures change with a write alone
    (said,) = [one.value for one in changed.caption if "vastgezet" in one.value]
    assert "1 cijfer veranderd: Uitgaven" in said


@pytest.mark.slow
def test_without_a_category_everything_stands_together():
    found = opened()
    checked(found.multiselect[0].set_value([]).run())
    assert "alles samen" in found.multiselect[0].placeholder


@pytest.mark.parametrize(("lang", "title"), [("nl", "Eén dia"), ("en", "One slide")])
def test_the_heading_begins_as_the_language_writes_it(lang, title):
    found = AppTest.from_function(headed, default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    assert checked(found.run()).title[0].value.startswith(title)


def test_the_category_of_another_page_goes_along_but_not_with_the_button_back(monkeypatch):
    assert came_from_another_category().multiselect[0].value == ["it_assets"]
    monkeypatch.setattr(doors, "went_back", lambda: True)
    back = came_from_another_category()
    assert back.multiselect[0].value == ["office_supplies"]
    assert "categories" not in back.query_params


def test_categories_of_an_address_that_nobody_has_are_said():
    found = came_from_another_category(categories="office_supplies,bla")
    (told,) = (one.value for one in found.info)
    assert "bla" in told
    assert "IT-middelen" in told
    assert not came_from_another_category(categories="it_assets,office_supplies").info


def test_a_presentation_of_everything_does_not_say_that_it_has_no_category():
    (box,) = came_from_another_category(categories="").get("popover")
    assert "alles samen" in box.proto.popover.label


@pytest.mark.slow
def test_with_every_page_left_out_there_is_nothing_to_take():
    found = opened(categories="events")
    while keys(found, "presentation_out"):
        press(found, "presentation.leave_out")
    assert [one.value for one in found.info] == [text("presentation.no_pages", "nl")]
    assert not found.get("download_button")
    press(found, "presentation.back_in", label=found.button[-1].label.partition(": ")[2])


def test_a_settings_file_with_errors_is_said(demo):
    usual_file().parent.mkdir(parents=True, exist_ok=True)
    usual_file().write_text('naam = "A"\n', "utf-8")
    assert usual_file().parent == places().profiles.parent
    assert demo.exists()
    found = AppTest.from_file(str(ROOT / "pages" / "presentation.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = "nl"
    found.session_state[app.DATA] = app.DEMO
    found.run()
    assert "regel 1" in found.error[0].value
    assert not found.exception

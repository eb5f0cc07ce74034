"""The presentation from start to finish: choose, look, rewrite, arrange, take along."""

import io
from pathlib import Path

import pytest
from pptx import Presentation

from nami_monitor.core.settings import places
from nami_monitor.i18n import text
from nami_monitor.reports.branding import usual_file
from nami_monitor.reports.report_file import KIND, Format
from nami_monitor.store.journal import current
from nami_monitor.ui import app, browser
from nami_monitor.ui.pages import presentation
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.usefixtures("demo")


def opened(lang="nl", **more):
    found = AppTest.from_file(str(ROOT / "pages" / "presentation.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    found.session_state[browser.WHO] = "mvo"
    for key, value in {"categories": "office_supplies", **more}.items():
        found.query_params[key] = value
    return checked(found.run())


def checked(found):
    assert not found.exception, found.exception
    assert not found.error, [one.value for one in found.error]
    return found


def standing():
    with app.store_of(app.DEMO).read() as db:
        return current(db, KIND)


def field(found, key, lang="nl"):
    return next(one for one in found.text_area if one.label == text(key, lang))


def press(found, key, lang="nl"):
    return checked(next(one for one in found.button if one.label == text(key, lang)).click().run())


def box(found):
    return next(one for one in found.selectbox if one.key == presentation.CHOSEN)


@pytest.mark.slow
def test_every_page_can_be_looked_at():
    lang = "en"
    found = opened(lang, audience="team")
    codes = list(box(found).options)
    assert len(codes) > 9
    for _ in codes[1:]:
        press(found, "presentation.after", lang)
    assert found.session_state[presentation.CHOSEN] == "definitions"
    press(found, "presentation.before", lang)
    assert found.session_state[presentation.CHOSEN] == "caveats"


@pytest.mark.slow
def test_a_page_is_rewritten_moved_and_left_out_and_that_stays():
    found = opened()
    field(found, "presentation.title_field").set_value("Een *eigen* kop")
    field(found, "report.comment").set_value("Zo zit het.")
    field(found, "report.asked").set_value("Gaat u akkoord?")
    press(found, "presentation.keep")
    press(found, "presentation.down")
    checked(
        next(one for one in found.checkbox if one.key.startswith("presentation_in_"))
        .uncheck()
        .run()
    )
    (one,) = standing().values()
    assert one.who == "mvo"
    assert one.body["months"]["2026-10"]["titles"] == {"summary": "Een *eigen* kop"}
    again = opened()
    assert box(again).options[1].startswith("2. Samenvatting (weggelaten)")
    assert any("1 is weggelaten" in caption.value for caption in again.caption)
    press(again, "presentation.after")
    assert r"Een \*eigen\* kop" in [header.value for header in again.header]
    earlier = opened(month="2026-09")
    press(earlier, "presentation.after")
    assert field(earlier, "report.asked").value == "Gaat u akkoord?"
    assert field(earlier, "presentation.title_field").value != "Een *eigen* kop"
    press(again, "presentation.back")
    assert field(again, "report.comment").value == ""


@pytest.mark.slow
def test_what_is_taken_along_is_what_was_arranged():
    found = opened()
    field(found, "presentation.title_field").set_value("Een eigen kop")
    press(found, "presentation.keep")
    for kind in Format:
        next(one for one in found.button if one.key == f"make_{kind}").click()
        checked(found.run())
    made = found.session_state[presentation.MADE]
    assert {*made} == {"key", *Format}
    slides = Presentation(io.BytesIO(made[Format.PPTX])).slides
    assert slides[1].shapes.title.text == "Een eigen kop"
    assert b"Een eigen kop" in made[Format.HTML]
    press(found, "presentation.down")
    assert {*found.session_state[presentation.MADE]} == {"key"}


@pytest.mark.slow
def test_without_a_category_everything_stands_together():
    found = opened()
    checked(found.multiselect[0].set_value([]).run())
    assert any("Alle categorieën" in one.value for one in found.markdown)


@pytest.mark.slow
def test_with_every_page_left_out_there_is_nothing_to_take():
    found = opened(categories="events")
    for _ in box(found).options:
        ticked = next(one for one in found.checkbox if one.key.startswith("presentation_in_"))
        checked(ticked.uncheck().run())
        after = next(one for one in found.button if one.key == "presentation_after")
        if not after.disabled:
            checked(after.click().run())
    assert [one.value for one in found.warning] == [text("presentation.no_pages", "nl")]


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


def test_every_figure_of_a_table_can_be_traced():
    found = opened()
    kinds = {}
    for code in found.session_state[presentation.LISTED][1]:
        checked(box(found).set_value(code).run())
        for frame in (one.value for one in found.dataframe):
            if str(frame.iloc[0, 1]).startswith("trace?"):
                kinds[code.partition(":")[0]] = frame.iloc[:, 1].tolist()
    assert {*kinds} == {"kpis", "trend", "targets"}
    assert len(kinds["trend"]) == 1
    for address in (*kinds["kpis"], *kinds["trend"]):
        assert address.startswith("trace?")
        assert "category=office_supplies" in address

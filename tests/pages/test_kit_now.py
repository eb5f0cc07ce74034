"""Where the signals of lessons show now: looked for in the demo, on request."""

from pathlib import Path

import pytest

from nami_monitor.core.words import LessonKind
from nami_monitor.i18n import text
from nami_monitor.ui import app
from tests.pages.data_page import checked
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("demo")


def opened(**query):
    found = AppTest.from_file(str(ROOT / "pages" / "kit.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = "nl"
    found.session_state[app.DATA] = app.DEMO
    for key, value in query.items():
        found.query_params[key] = value
    return checked(found.run())


@pytest.mark.slow
def test_categories_that_show_the_signals_now_are_found_on_request():
    page = opened(signal="waterbed_shown")
    assert not page.dataframe
    page.toggle(key="kit_signalled").set_value(True)
    checked(page.run())
    (table,) = page.dataframe
    assert text("kit.signals.waterbed_shown", "nl") in set(table.value.iloc[:, 0])
    assert "Kantoorartikelen" in set(table.value.iloc[:, 1])


@pytest.mark.slow
def test_no_category_shows_what_does_not_happen():
    page = opened(signal="no_effect_seen", kind=str(LessonKind.LESSON))
    page.toggle(key="kit_signalled").set_value(True)
    checked(page.run())
    assert text("kit.signalled.none", "nl") in [one.value for one in page.info]

"""Deze maand in a browser: one screen, three answers at a glance, a decision that is kept."""

import re
import shutil

import pytest

from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.ui.pages.home.one_category import TODOS
from nami_monitor.ui.words import NONE
from tests.browser.serving import fits, serving, settled
from tests.support.organisations import GENERATED, organisation

pytestmark = pytest.mark.browser

SCREEN = {"width": 1440, "height": 900}
AT_A_GLANCE = 420
"""How far down, in px, the first look reaches."""

SEEN = """reach => [...document.querySelectorAll(
  '[data-testid=stMain] h1, [class*=st-key-todo] h2, [class*=st-key-todo] p')]
  .filter(each => each.getBoundingClientRect().bottom <= reach && each.getClientRects().length)
  .map(each => each.innerText)"""
SMALL = """() => [...document.querySelectorAll(
    '.st-key-home_row [role=group], .st-key-home_row button, [class*=st-key-todo] button,' +
    ' [class*=st-key-todo] a, .nami-bottom a')]
  .filter(each => each.getClientRects().length)
  .map(each => [each.innerText, each.getBoundingClientRect().height])
  .filter(([, height]) => height < 43.5)"""


def opened(page, address):
    page.goto(address)
    settled(page)
    page.wait_for_timeout(300)
    settled(page)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("view", ["", "&view=all"])
def test_the_month_is_one_screen(server, page, lang, view):
    page.set_viewport_size(SCREEN)
    opened(page, f"{server.address}/?data=demo&lang={lang}{view}")
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    assert height <= SCREEN["height"]
    assert page.locator("[class*='st-key-todo'] h2").count() <= TODOS
    assert not page.outside


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_of_all_categories_is_not_cut_on_a_small_screen(server, page, lang):
    opened(page, f"{server.address}/?data=demo&lang={lang}&view=all")
    beside = "each => each.scrollWidth - each.clientWidth"
    assert page.locator(".nami-scroll:has(.nami-all)").evaluate(beside) <= 0


@pytest.mark.parametrize("lang", LANGS)
def test_a_phone_shows_no_bare_dash_and_names_each_amount(server, page, lang):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, f"{server.address}/?data=demo&lang={lang}&view=all")
    cells = """() => [...document.querySelectorAll('.nami-all td')]
      .filter(each => each.getClientRects().length).map(each => each.innerText.trim())"""
    assert NONE not in page.evaluate(cells)
    heads = """() => [...document.querySelectorAll('.nami-all .nami-sum')]
      .filter(each => each.getClientRects().length)
      .map(each => getComputedStyle(each, '::before').content)"""
    words = catalogue(lang)
    named = {f'"{words[f"home.all.{name}.name"]} "' for name in ("spent", "weighed")}
    assert {one.replace('" "', " ") for one in page.evaluate(heads)} == named


def answers(page, lang):
    """What changed or was missed, what must be decided, and by whom, as read at a glance."""
    said = page.evaluate(SEEN, AT_A_GLANCE)
    words = catalogue(lang)
    owners = {words[key] for key in words if key.startswith("decisions.owner.")}
    return {
        "what": said[0],
        "decide": [one for one in said if one.startswith(words["home.decision"])],
        "who": [one for one in said if any(one.startswith(owner) for owner in owners)],
    }


@pytest.mark.parametrize("lang", LANGS)
def test_three_answers_can_be_read_at_a_glance(server, page, lang):
    page.set_viewport_size(SCREEN)
    opened(page, f"{server.address}/?data=demo&lang={lang}")
    found = answers(page, lang)
    assert "55" in found["what"]
    assert len(found["decide"]) == len(found["who"]) == TODOS


TOLD = {
    "lower": "lager dan verwacht",
    "higher": "hoger dan verwacht",
    "missed": "bij een doel van €\N{NO-BREAK SPACE}0,15",
    "contract": "contract vraagt een besluit",
}


def test_they_can_be_read_of_any_organisation(page, tmp_path, demo_folder):
    """Four of them, one after the other in the same place."""
    page.set_viewport_size(SCREEN)
    for name, more in GENERATED.items():
        home = tmp_path / name
        home.mkdir()
        store = organisation(home, **more)
        store.close()
        shutil.move(store.path, home / "own.duckdb")
        with serving(demo_folder, home) as own:
            opened(page, f"{own.address}/?data=own&lang=nl")
            found = answers(page, "nl")
            height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        assert TOLD[name] in found["what"], name
        assert found["decide"], name
        assert found["who"], name
        assert height <= SCREEN["height"], name


def test_a_phone_shows_the_first_to_do_and_folds_the_others(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, f"{server.address}/?data=demo&lang=nl")
    fits(page, 390)
    grey = page.locator("[class*='st-key-todo'] .nami-seen")
    assert [one.is_visible() for one in grey.all()] == [True, False, False]
    assert page.evaluate(SMALL) == []


def test_a_decision_is_filled_in_and_kept(page, demo, tmp_path):
    with serving(demo.parent, tmp_path / "home") as fresh:
        opened(page, f"{fresh.address}/?data=demo&lang=nl")
        words = catalogue("nl")
        first = page.locator(".st-key-todo1")
        title = first.locator("h2").inner_text()
        first.get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name=words["decisions.form.owner"]).fill("Directeur <i>x</i>")
        dialog.get_by_role("button", name=words["decisions.form.keep"]).click()
        page.get_by_text(words["decisions.form.saved"]).wait_for()
        settled(page)
        assert "Directeur <i>x</i>" in first.get_by_role("button").inner_text()
        assert page.locator(".st-key-todo1 button i").count() == 0

        first.get_by_role("button").click()
        dialog.get_by_role("combobox", name=words["decisions.form.chosen"]).click()
        page.get_by_role("option", name="B", exact=True).click()
        dialog.get_by_role("button", name=words["decisions.form.keep"]).click()
        page.wait_for_function("t => document.querySelector('.st-key-todo1 h2').innerText !== t",
                               arg=title)  # fmt: skip
        settled(page)
        page.reload()
        settled(page)
        assert re.sub(r"^\d\. ", "", title) not in page.locator(".st-key-todos").inner_text()

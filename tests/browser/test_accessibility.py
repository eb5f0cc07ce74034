"""What axe-core finds on each page, and what Streamlit's own parts say, in both languages."""

import importlib.util
from pathlib import Path

import pytest
from conftest import ROOT, settled

from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.ui.shell import replacements

pytestmark = pytest.mark.browser

PAGES = {
    **{found.stem: f"{found.stem}?data=demo" for found in sorted((ROOT / "pages").glob("*.py"))},
    "overview": "?data=demo",
    **{
        part: f"data?data=demo&part={part}"
        for part in ("set_aside", "batches", "completeness", "codes")
    },
    **{part: f"waterbed?data=demo&part={part}" for part in ("plan", "register")},
    "upload": "data?data=own",
    "empty": "?data=own",
}
STREAMLITS = {"presentation-role-conflict": "the file uploader's drop zone, a minor fault"}
"""Faults that are Streamlit's own; each stands in docs/accessibility.md."""

HEARD = """() => ['aria-label', 'placeholder', 'title'].flatMap(
  name => [...document.querySelectorAll(`[${name}]`)].map(each => each.getAttribute(name))
)"""


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core, from the package that bears it."""
    found = importlib.util.find_spec("axe_playwright_python")
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")


def opened(page, server, name, lang):
    page.goto(f"{server.address}/{PAGES[name]}&lang={lang}")
    settled(page)
    for each in page.locator("details summary").all():
        each.click()
    page.wait_for_timeout(500)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_of_ours_and_streamlits_parts_speak_the_pages_language(
    server, page, axe, name, lang
):
    opened(page, server, name, lang)
    foreign = {before for before, _ in replacements(lang) if "{" not in before}
    foreign -= {after for _, after in replacements(lang)}
    heard = page.evaluate(HEARD)
    assert heard
    assert not foreign & {part for each in heard for part in (each, each.partition(": ")[0])}
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 10
    assert not [
        (each["impact"], each["id"], each["nodes"][0]["html"][:200])
        for each in found["violations"]
        if each["id"] not in STREAMLITS
    ]


def test_the_file_uploader_and_the_toolbar_of_a_table_change_with_the_language(server, page):
    for lang in ("nl", "en", "nl"):
        opened(page, server, "upload", lang)
        said = page.get_by_test_id("stFileUploader").inner_text()
        assert catalogue(lang)["shell.upload"] in said
        assert catalogue(lang)["shell.limit"].format(size=2) in said
    opened(page, server, "batches", "nl")
    page.get_by_test_id("stDataFrame").hover()
    bar = page.get_by_test_id("stElementToolbar").first
    labels = " ".join(each.get_attribute("aria-label") for each in bar.get_by_role("button").all())
    words = catalogue("nl")
    assert words["shell.search"] in labels
    assert words["shell.fullscreen"] in labels
    assert "CSV" not in labels
    page.get_by_text("English", exact=True).click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    settled(page)
    page.get_by_test_id("stDataFrame").hover()
    assert bar.get_by_role("button", name="Search").count() == 1


def test_nothing_is_left_of_the_main_menu(server, page):
    opened(page, server, "overview", "nl")
    assert page.get_by_test_id("stMainMenu").count() == 0
    assert page.get_by_test_id("stAppDeployButton").count() == 0

"""What axe-core finds on each page, and what it cannot see: language, width, charts, requests."""

import importlib.util
import re
from pathlib import Path

import pytest

from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.ui.doors import DOORS, HIDDEN
from nami_monitor.ui.theme import replacements
from tests.browser.serving import WIDTHS, fits, settled

pytestmark = pytest.mark.browser

PAGES = {
    **{
        part: f"{door.name}?data=demo&part={part}" if part != door.part(None) else door.name
        for door in DOORS.values()
        for part in door.parts
    },
    **{name: name for name in HIDDEN},
    "overview": "?data=demo",
    "all categories": "?data=demo&view=all",
    "everything of a month": "?data=demo&view=more",
    "upload": "data?data=own",
    "empty": "?data=own",
    "unknown": "nowhere",
}
LEAST_CONTRAST = 4.5
STREAMLITS = {"presentation-role-conflict": "the file uploader's drop zone, a minor fault"}
"""Faults that are Streamlit's own; each stands in docs/accessibility.md."""

HEARD = """() => ['aria-label', 'placeholder', 'title'].flatMap(
  name => [...document.querySelectorAll(`[${name}]`)].map(each => each.getAttribute(name))
)"""

FAINT = """() => {
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => [0.2126, 0.7152, 0.0722].reduce((s, w, i) => s + w * linear(c[i] / 255), 0);
  const rgb = said => {
    const numbers = said.match(/[\\d.]+/g)?.map(Number);
    return numbers && [...numbers, 1].slice(0, 4);
  };
  const over = (top, share, below) => below.map((v, i) => share * top[i] + (1 - share) * v);
  const share = part => {
    let seen = 1;
    for (let each = part; each.tagName !== 'svg'; each = each.parentElement)
      seen *= getComputedStyle(each).opacity;
    return seen;
  };
  const found = [];
  for (const text of document.querySelectorAll('[data-testid=stVegaLiteChart] svg text')) {
    const box = text.getBoundingClientRect();
    // White around words is drawn as the same words below them, which are looked at themselves.
    const look = getComputedStyle(text);
    if (!text.textContent.trim() || !box.width || look.fill === look.stroke) continue;
    const middle = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
    let ground = [255, 255, 255];
    for (const part of text.ownerSVGElement.querySelectorAll('path, rect')) {
      if (!(part.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const style = getComputedStyle(part), fill = rgb(style.fill), to = part.getScreenCTM();
      if (!fill || style.fill === 'none' || !to) continue;
      if (part.isPointInFill(middle.matrixTransform(to.inverse())))
        ground = over(fill, fill[3] * style.fillOpacity * share(part), ground);
    }
    const style = getComputedStyle(text), fill = rgb(style.fill);
    const ink = over(fill, fill[3] * style.fillOpacity * share(text), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), text.textContent]);
  }
  return found;
}"""
"""The contrast of every text in a chart with what is drawn below its middle."""


RUNNING = """() => [...document.querySelectorAll("[data-testid=stMain] :is(p, li)")]
  .filter(each => {
  const box = each.getBoundingClientRect();
  return box.height && box.top < 900 && !each.querySelector('p, li')
    && !each.closest('label, button, a, table, summary, .nami-card, .nami-slide');
}).map(each => each.innerText.trim()).filter(said => /[.!?:]$/.test(said)).join(' ')"""
"""The running sentences above the fold: no names, labels, values, buttons or cells."""
MOST_WORDS = {
    "overview": 160,
    "everything of a month": 160,
    **dict.fromkeys(("trends", "answer", "plan", "register"), 130),
}
MOST_ELSEWHERE = 80


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core, from the package that bears it."""
    found = importlib.util.find_spec("axe_playwright_python")
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")


def opened(page, server, name, lang):
    mark = "&" if "?" in PAGES[name] else "?"
    page.goto(f"{server.address}/{PAGES[name]}{mark}lang={lang}")
    settled(page)
    words = len(page.evaluate(RUNNING).split())
    assert words <= MOST_WORDS.get(name, MOST_ELSEWHERE)
    for each in page.locator("details summary").all():
        each.click()
    page.wait_for_timeout(500)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_the_page_in_its_language_and_it_asks_nobody_else(
    server, page, axe, name, lang
):
    opened(page, server, name, lang)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.evaluate("document.documentElement.lang") == lang
    faint = [one for one in page.evaluate(FAINT) if one[0] < LEAST_CONTRAST]
    assert not faint
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
    for part in re.findall(r"part=\w+", PAGES[name]):
        assert part in page.url
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        fits(page, width)
    assert not page.outside


def test_the_contrast_of_a_text_in_a_chart_is_that_with_what_lies_below_it(page):
    page.set_content(
        "<div data-testid=stVegaLiteChart><svg width=200 height=99><rect width=99 height=99"
        " fill='#154273'/><text x=20 y=20 fill='#767676'>a</text><g opacity=.5>"
        "<text x=120 y=20 fill='#000000'>b</text></g></svg></div>"
    )
    (first, _), (second, _) = page.evaluate(FAINT)
    assert first == pytest.approx(10.2 / 4.54, abs=0.05)
    assert second == pytest.approx(3.95, abs=0.05)


@pytest.mark.parametrize("lang", LANGS)
def test_a_date_is_asked_for_in_the_readers_language(server, page, lang):
    page.goto(f"{server.address}/measures?data=demo&part=register&lang={lang}")
    settled(page)
    said = page.get_by_test_id("stDateInput").first.inner_text()
    assert {one for one in ("jjjj", "yyyy") if one in said} == {catalogue(lang)["shell.year"]}


def test_the_file_uploader_and_the_toolbar_of_a_table_change_with_the_language(server, page):
    for lang in ("nl", "en", "nl"):
        opened(page, server, "upload", lang)
        said = page.get_by_test_id("stFileUploader").inner_text()
        assert catalogue(lang)["shell.upload"] in said
        assert catalogue(lang)["shell.limit"].format(size=200) in said
    opened(page, server, "batches", "nl")
    page.get_by_test_id("stDataFrame").hover()
    bar = page.get_by_test_id("stElementToolbar").first
    labels = " ".join(each.get_attribute("aria-label") for each in bar.get_by_role("button").all())
    words = catalogue("nl")
    assert words["shell.search"] in labels
    assert words["shell.fullscreen"] in labels
    assert "CSV" not in labels
    page.get_by_text("EN", exact=True).click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    settled(page)
    page.get_by_test_id("stDataFrame").hover()
    assert bar.get_by_role("button", name="Search").count() == 1


def test_nothing_is_left_of_the_main_menu(server, page):
    opened(page, server, "overview", "nl")
    assert page.get_by_test_id("stMainMenu").count() == 0
    assert page.get_by_test_id("stAppDeployButton").count() == 0

"""Markup in every text of every table, in a real browser: no request, no link, no tag."""

import shutil
from pathlib import Path

import pytest

from tests.browser.serving import serving, settled
from tests.support.markup import OUTSIDE
from tests.support.planting import plant

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
ADDRESSES = ["data?part=batches", "data?part=completeness", "data?part=set_aside",
             "trends?why=true&funnel=true", *PAGES]  # fmt: skip
FOREIGN = """(outside) => [...document.querySelectorAll(
    'a, img, iframe, link, script, style, form')]
  .filter(one => [one.getAttribute('href'), one.getAttribute('src'), one.getAttribute('action')]
    .some(address => address && new URL(address, location.href).hostname.includes(outside))
    || (one.tagName === 'STYLE' && one.textContent.includes(outside)))
  .map(one => one.outerHTML)"""
MADE = """() => [...document.querySelectorAll('[data-testid=stMarkdownContainer]')]
  .filter(one => one.textContent.includes('zqb'))
  .flatMap(one => [...one.querySelectorAll(
    'img, a[target=_blank], code, pre, .katex, h4, table, del, .stMarkdownColoredText,' +
    ' [role=img], input')])
  .map(one => one.outerHTML)"""
"""What Streamlit's Markdown made in a text that bears a text of others."""


@pytest.fixture(scope="module")
def planted_server(demo_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(demo_folder / "demo.duckdb", folder / "demo.duckdb")
    plant(folder / "demo.duckdb")
    with serving(folder, tmp_path_factory.mktemp("home")) as found:
        yield found


def test_no_page_fetches_or_shows_anything_from_outside(planted_server, page):
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    seen = 0
    for address in ADDRESSES:
        mark = "&" if "?" in address else "?"
        page.goto(f"{planted_server.address}/{address}{mark}lang=nl")
        settled(page)
        seen += "zqb" in page.inner_text("body")
        assert page.outside == [], address
        assert page.evaluate(FOREIGN, OUTSIDE) == [], address
        assert page.evaluate(MADE) == [], address
    assert seen >= len(ADDRESSES) // 2

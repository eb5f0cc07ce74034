"""The report as one HTML file: sound, in its language, and without a request to anyone."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from nami_monitor.i18n import LANGS
from nami_monitor.reports import page_html
from nami_monitor.reports.branding import Branding
from nami_monitor.reports.document import AskedDecision, Fact, ReportPage
from nami_monitor.reports.report_file import Format

VOID = {"meta", "img", "br"}
HOSTILE = "<script>alert(1)</script> & \"x\" 'y' שלום مرحبا \N{RIGHT-TO-LEFT OVERRIDE}"


class Reader(HTMLParser):
    """Keeps the tags that are open, and every start tag with its attributes."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(file):
    reader = Reader()
    reader.feed(file.decode())
    assert reader.open == []
    return reader.found


@pytest.mark.parametrize("lang", LANGS)
def test_it_is_one_sound_file_that_asks_nobody(files, lang):
    file = files[Format.HTML, lang]
    tags = read(file)
    assert dict(tags)["html"]["lang"] == lang
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in tags}
    addresses = [value for _, attrs in tags for key in ("src", "href") if (value := attrs.get(key))]
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert "url(" not in file.decode()


@pytest.mark.parametrize("lang", LANGS)
def test_every_picture_has_words_and_every_table_headings(files, lang):
    tags = read(files[Format.HTML, lang])
    pictures = [attrs for tag, attrs in tags if tag == "img"]
    assert pictures
    assert all(len(attrs["alt"].split()) > 5 for attrs in pictures)
    heads = [attrs["scope"] for tag, attrs in tags if tag == "th"]
    assert set(heads) == {"col", "row"}
    assert sum(tag == "h1" for tag, _ in tags) == 1


def test_what_people_type_is_never_markup(laid_out):
    asked = AskedDecision(HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),), 0, None, HOSTILE, HOSTILE)
    page = ReportPage(
        *("x", HOSTILE, HOSTILE, f"{HOSTILE}\n{HOSTILE}"),
        points=(HOSTILE,),
        facts=(Fact(HOSTILE, HOSTILE, concern=True),),
        decision=asked,
    )
    document = replace(laid_out["nl"], pages=(page,), organisation=HOSTILE, title=HOSTILE)
    file = page_html.render(document, Branding(name=HOSTILE))
    tags = read(file)
    assert "script" not in {tag for tag, _ in tags}
    assert file.decode().count("&lt;script&gt;") >= 8
    assert ("br", {}) in tags
    assert len([attrs for _, attrs in tags if attrs.get("dir") == "auto"]) >= 4


def test_the_branding_gives_its_colour_and_logo(laid_out):
    document = replace(laid_out["en"], pages=laid_out["en"].pages[:1], organisation="Town")
    file = page_html.render(document, Branding("Town", "#00508C", "#8A4500", b"\x89PNG")).decode()
    assert "color:#00508C" in file
    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="Town">', file)
    plain = page_html.render(replace(document, organisation="", demo=False), Branding()).decode()
    assert "Town" not in plain
    assert 'class="demo"' not in plain


def test_progress_is_told_page_by_page(laid_out):
    told = []
    document = replace(laid_out["nl"], pages=laid_out["nl"].pages[:2])
    page_html.render(document, Branding(), lambda *step: told.append(step[:2]))
    assert told == [(0, 2), (1, 2)]

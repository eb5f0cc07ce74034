"""The PDF, looked into with pikepdf: tagged, PDF/UA-1, and everything in it can be heard."""

import io
from collections import defaultdict
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from nami_monitor.i18n import LANGS, text
from nami_monitor.reports import pdf
from nami_monitor.reports.branding import Branding
from nami_monitor.reports.document import AskedDecision, Fact, ReportPage
from nami_monitor.reports.page_html import as_grid
from nami_monitor.reports.report_file import Format

FOOT = 60
"""Where the line below a page stands, in points from the bottom."""
UA = "{http://www.aiim.org/pdfua/ns/id/}part"
TAGS = {"nl": "nl-NL", "en": "en-GB"}
HOSTILE = '#panic("x") $x$ *b* _i_ <a> @b `c` \\ " // שלום مرحبا 漢字 \N{PILE OF POO}\x07'


def opened(file):
    return pikepdf.open(io.BytesIO(file))


def elements(pdf):
    """The structure tree, flat: each kind with its elements, in reading order."""
    found = defaultdict(list)

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for one in node:
                walk(one)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found[str(node.S)].append(node)
            if "/K" in node:
                walk(node.K)

    walk(pdf.Root.StructTreeRoot.K)
    return found


@pytest.fixture(scope="module")
def pdfs(files):
    return {lang: opened(files[Format.PDF, lang]) for lang in LANGS}


@pytest.mark.parametrize("lang", LANGS)
def test_it_says_its_language_its_title_and_the_standard(pdfs, laid_out, lang):
    file = pdfs[lang]
    assert str(file.Root.Lang) == TAGS[lang]
    assert bool(file.Root.MarkInfo.Marked)
    assert bool(file.Root.ViewerPreferences.DisplayDocTitle)
    with file.open_metadata() as known:
        assert known[UA] == "1"
    assert laid_out[lang].title in str(file.docinfo["/Title"])


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_of_the_report_is_a_heading_and_a_bookmark(pdfs, laid_out, lang):
    titles = [page.title for page in laid_out[lang].pages] + [text("report.tables", lang)]
    contents = 1
    assert len(elements(pdfs[lang])["/H1"]) == contents + len(titles)
    with pdfs[lang].open_outline() as outline:
        assert [one.title for one in outline.root] == titles


@pytest.mark.parametrize("lang", LANGS)
def test_tables_have_headings_and_rows(pdfs, laid_out, lang):
    found = elements(pdfs[lang])
    grids = [page.grid for page in laid_out[lang].pages if page.grid]
    drawn = [figure for page in laid_out[lang].pages for figure in page.figures]
    assert len(found["/Table"]) == len(found["/THead"]) == len(grids) + len(drawn)
    heads = sum(len(grid.head) for grid in grids) + sum(
        len(as_grid(one.table).head) for one in drawn
    )
    assert len(found["/TH"]) == heads
    for cell in found["/TH"]:
        scopes = [str(one.get("/Scope")) for one in cell.A if "/Scope" in one]
        assert scopes == ["/Column"]


@pytest.mark.parametrize("lang", LANGS)
def test_every_picture_has_the_words_that_stand_for_it(pdfs, laid_out, lang):
    words = [str(one.Alt) for one in elements(pdfs[lang])["/Figure"] if "/Alt" in one]
    assert words == [figure.alt for page in laid_out[lang].pages for figure in page.figures]


def test_what_people_type_is_set_as_it_stands_and_never_breaks_the_file(laid_out):
    asked = AskedDecision(HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),) * 3, 0, None, HOSTILE, HOSTILE)
    page = ReportPage(
        *("x", HOSTILE, HOSTILE, HOSTILE),
        points=(HOSTILE,),
        facts=(Fact(HOSTILE, HOSTILE, concern=True),),
        decision=asked,
        notes=HOSTILE,
    )
    document = replace(laid_out["nl"], pages=(page,), organisation=HOSTILE)
    file = opened(pdf.render(document, Branding()))
    with file.open_metadata() as known:
        assert known[UA] == "1"
    with file.open_outline() as outline:
        assert '#panic("x") $x$ *b* _i_ <a> @b' in outline.root[0].title


def test_a_headline_of_2000_signs_is_set_whole(laid_out):
    page = ReportPage("x", "Kop", "woord " * 333, notes="Zo.")
    file = opened(pdf.render(replace(laid_out["nl"], pages=(page,)), Branding()))
    with file.open_outline() as outline:
        assert outline.root[0].title.count("woord") == 333


@pytest.mark.parametrize("lang", LANGS)
def test_no_page_has_an_empty_half(files, lang):
    """The last line of text stands in the lower half of every page but the last."""
    pages = PdfReader(io.BytesIO(files[Format.PDF, lang])).pages
    for no, page in enumerate(pages[:-1], start=1):
        lowest = []

        def note(words, whole, place, _font, _size, lowest=lowest):
            y = place[4] * whole[1] + place[5] * whole[3] + whole[5]
            if words.strip() and y > FOOT:
                lowest.append(y)

        page.extract_text(visitor_text=note)
        assert min(lowest) < float(page.mediabox.height) / 2, no


@pytest.mark.parametrize("lang", LANGS)
def test_its_titles_are_set_in_the_serif_of_the_screen(pdfs, lang):
    fonts = {
        str(font.BaseFont)
        for page in pdfs[lang].pages
        for font in page.Resources.get("/Font", {}).values()
    }
    assert any("SourceSerifPro-Semibold" in font for font in fonts)
    assert any("SourceSansPro" in font for font in fonts)


def test_signs_that_no_typeface_has_are_question_marks():
    assert pdf.SETTABLE.sub("?", "漢字 é € \N{MINUS SIGN}") == "?? é € \N{MINUS SIGN}"


def test_the_branding_gives_its_logo_with_its_name(laid_out):
    out = io.BytesIO()
    Image.new("RGBA", (90, 30), "#00508C").save(out, "PNG")
    branding = Branding("Gemeente Voorbeeld", "#00508C", "#8A4500", out.getvalue())
    document = replace(laid_out["nl"], pages=(), organisation=branding.name, demo=False)
    file = opened(pdf.render(document, branding))
    assert [str(one.Alt) for one in elements(file)["/Figure"]] == ["Gemeente Voorbeeld"]


def test_progress_is_told_page_by_page(laid_out):
    told = []
    document = replace(laid_out["nl"], pages=laid_out["nl"].pages[:1])
    pdf.render(document, Branding(), lambda *step: told.append(step[:2]))
    assert told == [(0, 1)]

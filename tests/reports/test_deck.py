"""The deck, read back with python-pptx: titles, words for pictures, notes, languages, sizes."""

import io
from dataclasses import replace
from itertools import combinations

import pytest
from PIL import Image
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu

from nami_monitor.charts import palette
from nami_monitor.i18n import LANGS
from nami_monitor.reports import deck, slide_text
from nami_monitor.reports.branding import Branding
from nami_monitor.reports.document import ReportGrid, ReportPage
from nami_monitor.reports.report_file import Format

LONG = "Een conclusie die maar niet ophoudt " * 56
HOSTILE = "=1+1 <b>x</b> & \x0b\x00 שלום \N{RIGHT-TO-LEFT OVERRIDE}evil"


def opened(file):
    return Presentation(io.BytesIO(file))


@pytest.fixture(scope="module")
def decks(files):
    return {lang: opened(files[Format.PPTX, lang]) for lang in LANGS}


def made(laid_out, *pages, branding=None, **changed):
    document = replace(laid_out["nl"], pages=pages, **changed)
    return opened(deck.render(document, branding or Branding()))


def text_of(slide):
    said = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            said += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(said)


def pictured(slide):
    return [one for one in slide.shapes if one.shape_type == 13 or one.has_chart or one.has_table]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("lang", LANGS)
def test_every_slide_has_its_conclusion_as_title(decks, laid_out, lang):
    titles = [slide.shapes.title.text for slide in decks[lang].slides]
    assert all(titles)
    for page in laid_out[lang].pages:
        assert any(title.startswith(page.title) for title in titles), page.title


@pytest.mark.parametrize("lang", LANGS)
def test_every_picture_chart_and_table_has_words(decks, lang):
    found = [shape for slide in decks[lang].slides for shape in pictured(slide)]
    assert {"pic", "chart", "table"} == {
        "chart" if one.has_chart else "table" if one.has_table else "pic" for one in found
    }
    for shape in found:
        assert shape._element.xpath(".//p:cNvPr")[0].get("descr")


@pytest.mark.parametrize("lang", LANGS)
def test_notes_say_method_and_source(decks, laid_out, lang):
    for slide in list(decks[lang].slides)[1:]:
        notes = slide.notes_slide.notes_text_frame.text
        assert laid_out[lang].source in notes
        assert len(notes) > len(laid_out[lang].source) + 40


@pytest.mark.parametrize("lang", LANGS)
def test_every_text_is_tagged_with_its_language(decks, lang):
    file = decks[lang]
    assert file.core_properties.language == slide_text.TAGS[lang]
    for root in slide_text._roots(file):
        for run in root.iter(qn("a:r"), qn("a:fld")):
            assert run.find(qn("a:rPr")).get("lang") == slide_text.TAGS[lang]


@pytest.mark.parametrize("lang", LANGS)
def test_slides_are_numbered_and_say_that_it_is_a_demo(decks, lang):
    for slide in list(decks[lang].slides)[1:]:
        fields = [one.get("type") for one in slide._element.iter(qn("a:fld"))]
        assert fields == ["slidenum"]
        assert text_of(slide).count("Demo") >= 1


def sizes(file):
    for slide in file.slides:
        for element in slide._element.iter(qn("a:rPr"), qn("a:defRPr")):
            if element.get("sz"):
                yield int(element.get("sz")) / 100
        for shape in slide.shapes:
            if shape.has_chart:
                yield from (
                    int(one.get("sz")) / 100
                    for one in shape.chart._chartSpace.iter(qn("a:defRPr"))
                    if one.get("sz")
                )
    for layout in (*file.slide_layouts, file.slide_master):
        for element in layout._element.iter(qn("a:defRPr")):
            yield int(element.get("sz", "1200")) / 100


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_is_smaller_than_12_points(decks, lang):
    assert min(sizes(decks[lang])) >= 12


@pytest.mark.parametrize("lang", LANGS)
def test_the_smallest_letters_of_a_picture_are_12_points(decks, lang):
    """They are 12 px; a picture is as many px wide as its place says."""
    for slide in list(decks[lang].slides)[1:]:
        for shape in slide.shapes:
            if shape.shape_type == 13:
                wide = slide.slide_layout.name == "Brede grafiek"
                pixels = deck.WIDE_PIXELS if wide else deck.BESIDE_PIXELS
                assert 12 * shape.width / 12_700 / pixels >= 12, (
                    slide.shapes.title.text,
                    shape.name,
                )


def box(shape):
    return shape.left, shape.top, shape.left + shape.width, shape.top + shape.height


def overlap(one, other):
    slack = Emu(20_000)
    a, b = box(one), box(other)
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return across > slack and down > slack


def check_places(file):
    for no, slide in enumerate(file.slides, 1):
        shapes = list(slide.shapes)
        for shape in shapes:
            left, top, right, bottom = box(shape)
            assert left >= 0, (no, shape.name)
            assert top >= 0, (no, shape.name)
            assert right <= file.slide_width + 1, (no, shape.name)
            assert bottom <= file.slide_height + 1, (no, shape.name)
        for one, other in combinations(shapes, 2):
            assert not overlap(one, other), (no, one.name, other.name)


def check_fit(file):
    """Whether every text fits its box at the size that it is set in."""
    for no, slide in enumerate(file.slides, 1):
        for shape in slide.placeholders:
            paragraphs = [one.text for one in shape.text_frame.paragraphs]
            runs = [run for one in shape.text_frame.paragraphs for run in one.runs]
            size = next((run.font.size.pt for run in runs if run.font.size), None)
            if size:
                width, height = shape.width / 914_400, shape.height / 914_400
                high = slide_text.height(paragraphs, size, width, bold=bool(runs[0].font.bold))
                assert high <= height + 0.2, (no, shape.name, paragraphs)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("lang", LANGS)
def test_nothing_overlaps_or_leaves_the_slide(decks, lang):
    check_places(decks[lang])
    check_fit(decks[lang])


def test_a_headline_of_2000_signs_goes_on_below_and_nothing_is_lost(laid_out):
    page = ReportPage("x", "Kop", LONG.strip(), points=("Eerste punt",), notes="Zo.")
    for grid in (None, laid_out["nl"].pages[1].grid):
        file = made(laid_out, replace(page, grid=grid))
        check_places(file)
        check_fit(file)
        said = " ".join(text_of(slide) for slide in list(file.slides)[1:])
        assert said.count("ophoudt") >= 56
        assert "Eerste punt" in said
        assert min(sizes(file)) >= 12


def test_a_word_without_end_stays_on_the_slide(laid_out):
    page = ReportPage("x", "Kop", "W" * 2000, points=("Q" * 3000,), asked="Z" * 900, notes="Zo.")
    file = made(laid_out, page)
    check_places(file)
    said = " ".join(text_of(slide) for slide in file.slides)
    assert said.count("Q") == 3000
    assert said.count("W") >= 2000


def test_a_long_table_goes_on_and_keeps_its_headings(laid_out):
    grid = ReportGrid(("A", "B"), tuple((f"rij {n}", "woord " * 30) for n in range(40)),
                frozenset({1}), (1, 3))  # fmt: skip
    page = ReportPage("x", "Kop", "Conclusie", grid=grid, asked="Wat nu? " * 60, notes="Zo.")
    file = made(laid_out, page)
    check_places(file)
    tables = [one.table for slide in file.slides for one in slide.shapes if one.has_table]
    assert len(tables) > 1
    rows = [table.cell(no, 0).text for table in tables for no in range(len(table.rows))]
    assert rows.count("A") == len(tables)
    assert [row for row in rows if row != "A"] == [f"rij {n}" for n in range(40)]
    assert " ".join(text_of(slide) for slide in file.slides).count("Wat nu?") >= 60


def test_what_people_type_is_text(laid_out):
    grid = ReportGrid((HOSTILE,), ((HOSTILE,),), frozenset(), (1,))
    page = ReportPage("x", HOSTILE, HOSTILE, (HOSTILE,), comment=HOSTILE, asked=HOSTILE,
                      notes=HOSTILE, grid=grid)  # fmt: skip
    file = made(laid_out, page)
    said = text_of(file.slides[1])
    assert "<b>x</b> & " in said
    assert "\x00" not in said
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in said


def test_a_script_from_right_to_left_is_set_so(laid_out):
    page = ReportPage("x", "Kop", "שלום עולם", ("مرحبا",), notes="Zo.")
    file = made(laid_out, page)
    directions = [one.get("rtl") for one in file.slides[1]._element.iter(qn("a:pPr"))]
    assert directions.count("1") == 2


def test_the_branding_gives_colours_logo_and_name(laid_out):
    out = io.BytesIO()
    Image.new("RGB", (90, 30), "#00508C").save(out, "PNG")
    branding = Branding("Gemeente Voorbeeld", "#00508C", "#8A4500", out.getvalue())
    file = made(laid_out, laid_out["nl"].pages[0], branding=branding, organisation=branding.name)
    logo = next(one for one in file.slides[0].shapes if one.shape_type == 13)
    assert logo._element.xpath(".//p:cNvPr")[0].get("descr") == "Gemeente Voorbeeld"
    theme = file.slide_master.part.part_related_by(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
    )
    assert b'<a:accent1><a:srgbClr val="00508C"/>' in theme.blob
    assert b'<a:accent2><a:srgbClr val="8A4500"/>' in theme.blob
    named = made(laid_out, laid_out["nl"].pages[0], organisation="Waterschap", demo=False)
    assert "Waterschap" in text_of(named.slides[0])
    assert "Demo" not in text_of(named.slides[1])


def test_the_theme_of_the_template_has_the_colours_of_the_charts():
    deck_file = Presentation(str(deck.TEMPLATE))
    theme = deck_file.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob.decode()
    shades = {"dk1": palette.BODY, "dk2": palette.INK, "accent1": palette.INK,
              "accent2": palette.SECOND, "accent3": palette.LINK, "accent5": palette.GREY_TEXT,
              "hlink": palette.LINK}  # fmt: skip
    for name, colour in shades.items():
        assert f'<a:{name}><a:srgbClr val="{colour.lstrip("#")}"/>' in theme, name


def test_every_layout_of_the_template_has_the_places_that_a_slide_fills():
    layouts = Presentation(str(deck.TEMPLATE)).slide_layouts
    assert len(layouts) == len(deck.SlideLayout)
    for layout in deck.SlideLayout:
        held = {deck.TITLE, deck.ASKED, deck.SOURCE}
        if layout is not deck.SlideLayout.COVER:
            held.add(deck.KICKER)
        assert held <= set(deck.boxes(layout)), layout


def test_a_chart_bears_the_figures_that_it_shows(decks, laid_out):
    page = next(one for one in laid_out["nl"].pages if one.code.startswith("waterbed:"))
    chart = next(one.chart for slide in decks["nl"].slides for one in slide.shapes if one.has_chart)
    assert [series.name for series in chart.plots[0].series] == [
        name for name, _ in page.figures[0].plain.series
    ]
    for series, (_, values) in zip(
        chart.plots[0].series, page.figures[0].plain.series, strict=True
    ):
        assert list(series.values) == pytest.approx(list(values))


def test_no_row_of_a_table_stands_alone_on_a_last_slide():
    rows = tuple((f"rij {no}", "1") for no in range(60))
    most = 0
    for many in range(2, len(rows)):
        grid = ReportGrid(("naam", "cijfer"), rows[:many], frozenset({1}), (2.0, 1.0))
        page = ReportPage("kpis", "Tabel", "Kop", grid=grid)
        shown = [one.grid.rows for one in deck._parts(page, "nl")]
        assert sum(shown, ()) == rows[:many]
        assert len(shown[-1]) > 1
        most = max(most, len(shown))
    assert most > 2


def test_the_page_of_a_figure_names_its_category_where_there_are_several(laid_out):
    trends = [page.label for page in laid_out["nl"].pages if page.code.startswith("trend:")]
    assert {label.rpartition(", ")[2] for label in trends} == {"Kantoorartikelen", "IT-middelen"}

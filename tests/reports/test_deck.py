"""The deck, read back with python-pptx: titles, words for pictures, notes, languages, sizes."""

import io
import re
from dataclasses import replace
from itertools import combinations

import pytest
from PIL import Image
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu

from nami_monitor.charts import palette
from nami_monitor.charts.trend import CAVEATS
from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS, formats, text
from nami_monitor.reports import deck, pages, slides
from nami_monitor.reports.branding import NEUTRAL, Branding, png
from nami_monitor.reports.document import AskedDecision, Audience, Fact, ReportGrid, ReportPage
from nami_monitor.reports.page_html import slide_html
from nami_monitor.reports.report_file import Arrangement, Format, arranged
from tests.support.markup import foreign_tags

LONG = "Een conclusie die maar niet ophoudt " * 56
HEADLINE = "Vijfhonderd tekens van een kop " * 16 + "en klaar"
HOSTILE = "=1+1 <b>x</b> & \x0b\x00 שלום \N{RIGHT-TO-LEFT OVERRIDE}evil"
ASKED = AskedDecision(
    "contract|x|1", "Hoe verder?",
    (("Doorgaan", "Zoals nu."), ("Kleiner", "Minder."), ("Stop", "")),
    1, None, "directeur", "31 dec 2026",
)  # fmt: skip


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
    return [one for one in slide.shapes if one.shape_type == 13 or one.has_table]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("lang", LANGS)
def test_every_slide_has_its_conclusion_as_title_in_two_lines(decks, laid_out, lang):
    titles = [slide.shapes.title.text for slide in decks[lang].slides]
    assert all(titles)
    for page in laid_out[lang].pages:
        assert slides.fits_title(page.title), page.title
        assert any(title.startswith(page.title) for title in titles), page.title


@pytest.mark.parametrize("lang", LANGS)
def test_every_picture_and_table_has_words(decks, lang):
    found = [shape for slide in decks[lang].slides for shape in pictured(slide)]
    assert {"pic", "table"} == {"table" if one.has_table else "pic" for one in found}
    for shape in found:
        assert shape._element.xpath(".//p:cNvPr")[0].get("descr")


@pytest.mark.parametrize("lang", LANGS)
def test_notes_say_what_is_told_method_and_source(decks, laid_out, lang):
    notes = [slide.notes_slide.notes_text_frame.text for slide in decks[lang].slides]
    foot_of_kit = text("report.foot_of_kit", lang)
    for slide, said in zip(decks[lang].slides, notes, strict=True):
        if slide.shapes.title.text.startswith(text("report.appendix", lang)):
            continue
        source = next(one for one in (laid_out[lang].source, foot_of_kit) if one in said)
        assert len(said) > len(source) + 40
    for page in laid_out[lang].pages:
        assert any(page.told in said for said in notes)


@pytest.mark.parametrize("lang", LANGS)
def test_every_text_is_tagged_with_its_language(decks, lang):
    file = decks[lang]
    assert file.core_properties.language == deck.TAGS[lang]
    for root in deck.roots(file):
        for run in root.iter(qn("a:r"), qn("a:fld")):
            assert run.find(qn("a:rPr")).get("lang") == deck.TAGS[lang]


@pytest.mark.parametrize("lang", LANGS)
def test_slides_are_numbered_and_each_says_that_it_is_a_demo(decks, lang):
    for slide in decks[lang].slides:
        fields = [one.get("type") for one in slide._element.iter(qn("a:fld"))]
        assert fields == ["slidenum"]
        assert "Demo" in text_of(slide)


@pytest.mark.parametrize("lang", LANGS)
def test_lessons_name_the_kit_as_their_source_and_no_plane_has_a_shadow(decks, lang):
    feet = {}
    for slide in decks[lang].slides:
        foot = next(one for one in slide.placeholders if one.placeholder_format.idx == deck.SOURCE)
        feet[slide.shapes.title.text] = foot.text
        assert not slide._element.xpath(".//p:sp/p:style")
    kit = text("report.foot_of_kit", lang)
    lesson = text("report.lessons", lang, first="")
    assert {kit in foot for title, foot in feet.items() if title.startswith(lesson)} == {True}
    assert {kit in foot for title, foot in feet.items() if not title.startswith(lesson)} == {False}


def sizes(file):
    for slide in file.slides:
        for element in slide._element.iter(qn("a:rPr"), qn("a:defRPr")):
            if element.get("sz"):
                yield int(element.get("sz")) / 100
    for layout in (*file.slide_layouts, file.slide_master):
        for element in layout._element.cSld.iter(qn("a:defRPr")):
            yield int(element.get("sz", "1200")) / 100


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_is_smaller_than_16_points_and_titles_have_29(decks, lang):
    assert min(sizes(decks[lang])) >= 16
    (layout,) = decks[lang].slide_layouts
    (title,) = (one for one in layout.placeholders if one.placeholder_format.idx == 0)
    assert title._element.xpath(".//a:defRPr/@sz") == ["2900"]


def letters(spec):
    """Every size of letters that a spec names, in px."""
    if isinstance(spec, list):
        return [size for one in spec for size in letters(one)]
    if not isinstance(spec, dict):
        return []
    own = [value for key, value in spec.items() if key in {"fontSize", "labelFontSize"}]
    own += [spec["size"]] if "text" in spec and "size" in spec else []
    inner = [value for key, value in spec.items() if key != "config"]
    return [one for one in own if isinstance(one, int | float)] + [
        size for value in inner for size in letters(value)
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_the_smallest_letters_of_a_chart_are_16_points(laid_out, lang):
    drawn = 0
    for page in laid_out[lang].pages:
        for part in slides.slide_of(page, laid_out[lang]).parts:
            if isinstance(part, slides.Picture):
                spec = part.figure.slide or part.figure.spec
                picture = Image.open(io.BytesIO(png(spec, part.figure.pixels, NEUTRAL, 1.0)))
                wide, high = (
                    72 * length / pixels
                    for length, pixels in zip(
                        (part.box.width, part.box.height), picture.size, strict=True
                    )
                )
                assert min(letters(spec)) * min(wide, high) >= 15.9, page.code
                drawn += 1
    assert drawn


def box(shape):
    return shape.left, shape.top, shape.left + shape.width, shape.top + shape.height


def overlap(one, other):
    slack = Emu(20_000)
    a, b = box(one), box(other)
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return across > slack and down > slack


def check_places(file):
    """Nothing leaves a slide, and texts, pictures and tables stand apart; grounds lie below."""
    for no, slide in enumerate(file.slides, 1):
        for shape in slide.shapes:
            left, top, right, bottom = box(shape)
            assert left >= 0, (no, shape.name)
            assert top >= 0, (no, shape.name)
            assert right <= file.slide_width + 1, (no, shape.name)
            assert bottom <= file.slide_height + 1, (no, shape.name)
        standing = [one for one in slide.shapes if not one.name.startswith("Rectangle")]
        for one, other in combinations(standing, 2):
            assert not overlap(one, other), (no, one.name, other.name)


def check_fit(document):
    """Whether every text fits its box at the size that it is set in."""
    for made_slide in slides.slides(document):
        assert slides.fits_title(made_slide.title.partition(" (")[0]), made_slide.title
        for part in made_slide.parts:
            if isinstance(part, slides.Words):
                high = sum(slides._depth(one, part.box.width) for one in part.paragraphs)
                assert high <= part.box.height + 0.1, (made_slide.title, part.paragraphs)
            if isinstance(part, slides.SlideTable):
                assert sum(part.heights) <= part.box.height + 0.01, made_slide.title


@pytest.mark.sampled(2)
@pytest.mark.parametrize("lang", LANGS)
def test_nothing_overlaps_or_leaves_the_slide(decks, laid_out, lang):
    check_places(decks[lang])
    check_fit(laid_out[lang])


@pytest.mark.parametrize("lang", LANGS)
def test_management_sees_eight_slides_at_most_and_the_rest_behind_a_divider(found, todos, lang):
    from nami_monitor.reports.pages import document  # noqa: PLC0415 - as the fixtures do

    whole = document(found, lang, Audience.MANAGEMENT, todos=todos[lang])
    made_slides = slides.slides(arranged(whole, Arrangement()))
    codes = [one.code for one in made_slides]
    assert codes.index(slides.DIVIDER) <= 8
    assert len(made_slides) > 9
    assert codes[0].startswith("decision:")
    left = [page.code for page in whole.pages if not page.appendix][:8]
    fewer = slides.slides(arranged(whole, Arrangement(left_out=frozenset(left))))
    assert fewer[0].code not in left
    assert [one.code for one in fewer].index(slides.DIVIDER) <= 8


@pytest.mark.parametrize("name", [("Categorie met een naam zonder einde " * 4)[:120], "שלום " * 24])
def test_a_category_name_of_120_signs_in_either_direction_stays_on_its_slides(found, todos, name):
    from nami_monitor.reports.pages import document  # noqa: PLC0415 - as the fixtures do

    named = replace(
        found, sections=tuple(replace(one, names={"nl": name}) for one in found.sections)
    )
    whole = document(named, "nl", Audience.MANAGEMENT, todos=todos["nl"])
    check_fit(whole)
    file = opened(deck.render(replace(whole, pages=whole.pages[:8]), NEUTRAL))
    check_places(file)
    assert min(sizes(file)) >= 16


@pytest.mark.parametrize("title", [LONG.strip(), HEADLINE])
def test_a_long_headline_goes_on_behind_and_nothing_is_lost(laid_out, title):
    page = ReportPage("x", "Kop", title, points=("Eerste punt",), notes="Zo.")
    for grid in (None, laid_out["nl"].pages[-1].grid):
        file = made(laid_out, replace(page, grid=grid))
        check_places(file)
        check_fit(replace(laid_out["nl"], pages=(replace(page, grid=grid),)))
        said = " ".join(text_of(slide) for slide in file.slides)
        word = "ophoudt" if title is not HEADLINE else "tekens"
        assert said.count(word) >= title.count(word)
        assert "Eerste punt" in said
        assert min(sizes(file)) >= 16


def test_a_word_without_end_stays_on_the_slide(laid_out):
    asked = replace(ASKED, options=(("Z" * 900, "Y" * 900),) * 3, who="V" * 300)
    for page in (
        ReportPage("x", "Kop", "W" * 2000, points=("Q" * 3000,), notes="Zo."),
        ReportPage("x", "Kop", "W" * 120, decision=asked, notes="Zo.",
                   facts=(Fact("9" * 80, "X" * 300, concern=True),) * 3),
    ):  # fmt: skip
        file = made(laid_out, page)
        check_places(file)
        check_fit(replace(laid_out["nl"], pages=(page,)))
        said = " ".join(text_of(slide) for slide in file.slides)
        assert said.count("Q") == (3000 if page.points else 0)
        assert said.count("W") >= len(page.title)


def test_a_long_table_goes_on_and_keeps_its_headings(laid_out):
    grid = ReportGrid(("A", "B"), tuple((f"rij {n}", "woord " * 30) for n in range(40)),
                frozenset({1}), (1, 3))  # fmt: skip
    page = ReportPage("x", "Kop", "Conclusie", grid=grid, notes="Zo.")
    file = made(laid_out, page)
    check_places(file)
    tables = [one.table for slide in file.slides for one in slide.shapes if one.has_table]
    assert len(tables) > 1
    rows = [table.cell(no, 0).text for table in tables for no in range(len(table.rows))]
    assert rows.count("A") == len(tables)
    assert [row for row in rows if row != "A"] == [f"rij {n}" for n in range(40)]


def test_what_people_type_is_text(laid_out):
    grid = ReportGrid((HOSTILE,), ((HOSTILE,),), frozenset(), (1,))
    asked = replace(ASKED, question=HOSTILE, options=((HOSTILE, HOSTILE),) * 2, who=HOSTILE)
    pages = (
        ReportPage("x", HOSTILE, HOSTILE, HOSTILE, notes=HOSTILE, grid=grid),
        ReportPage("y", HOSTILE, HOSTILE, HOSTILE, decision=asked, notes=HOSTILE,
                   facts=(Fact(HOSTILE, HOSTILE, concern=False),)),
    )  # fmt: skip
    file = made(laid_out, *pages, organisation=HOSTILE)
    for slide in file.slides:
        said = text_of(slide)
        assert "<b>x</b> & " in said
        assert "\x00" not in said
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in said
    for one in slides.slides(replace(laid_out["nl"], pages=pages, organisation=HOSTILE)):
        drawn = slide_html(one, 1, NEUTRAL)
        assert "<b>" not in drawn
        assert not foreign_tags(drawn)


def test_a_script_from_right_to_left_is_set_so(laid_out):
    page = ReportPage("x", "Kop", "שלום עולם", points=("مرحبا",), notes="Zo.")
    file = made(laid_out, page)
    directions = [one.get("rtl") for one in file.slides[0]._element.iter(qn("a:pPr"))]
    assert directions.count("1") == 2


def test_a_decision_says_its_choices_who_and_when_with_the_proposal_bold(laid_out):
    facts = (Fact("0,51", "stuks per werkdag; doel 0,511", concern=False),
             Fact("84", "artikelen; doel 55", concern=True))  # fmt: skip
    page = ReportPage("decision:x", "Besluit", "Nu kiezen", decision=ASKED, facts=facts)
    slide = made(laid_out, page).slides[0]
    said = text_of(slide)
    for words in ("Doorgaan", "Kleiner", "Stop", "directeur", "31 dec 2026", "0,51", "84"):
        assert words in said
    bold = {
        run.text
        for shape in slide.shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
        if run.font.bold
    }
    assert {"Kleiner", "directeur", "31 dec 2026"} <= bold
    assert not {"Doorgaan", "Stop"} & bold
    values = [
        run.font.size.pt
        for shape in slide.shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
        if run.text in {"0,51", "84"}
    ]
    assert values == [36, 36]
    decided = replace(ASKED, chosen=0, who="")
    said = text_of(made(laid_out, replace(page, decision=decided)).slides[0])
    assert text("report.decided", "nl") in said
    assert text("report.nobody", "nl") in said


def test_the_same_words_stand_on_the_screen_and_in_powerpoint(decks, laid_out):
    for slide, one in zip(decks["nl"].slides, slides.slides(laid_out["nl"]), strict=True):
        parts = [one.title, one.foot]
        parts += [
            run.words
            for part in one.parts
            if isinstance(part, slides.Words)
            for paragraph in part.paragraphs
            for run in paragraph.runs
        ]
        said = text_of(slide)
        assert all(words in said for words in parts)


def test_the_branding_gives_colours_logo_and_name(laid_out):
    out = io.BytesIO()
    Image.new("RGB", (90, 30), "#00508C").save(out, "PNG")
    branding = Branding("Gemeente Voorbeeld", "#00508C", "#8A4500", out.getvalue())
    page = ReportPage("x", "Kop", "Conclusie", points=("Punt",))
    file = made(laid_out, page, branding=branding, organisation=branding.name)
    logo = next(one for one in file.slides[0].shapes if one.shape_type == 13)
    assert logo._element.xpath(".//p:cNvPr")[0].get("descr") == "Gemeente Voorbeeld"
    theme = file.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    assert b'<a:accent1><a:srgbClr val="00508C"/>' in theme.blob
    assert b'<a:accent2><a:srgbClr val="8A4500"/>' in theme.blob
    named = made(laid_out, page, organisation="W" + "aterschap " * 12, demo=False)
    check_places(named)
    assert "Waterschap" in text_of(named.slides[0])
    assert "Demo" not in text_of(named.slides[0])


def test_the_theme_of_the_template_has_the_colours_of_the_charts():
    deck_file = Presentation(str(deck.TEMPLATE))
    theme = deck_file.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob.decode()
    shades = {"dk1": palette.BODY, "dk2": palette.INK, "lt2": palette.PAPER,
              "accent1": palette.INK, "accent2": palette.SECOND, "accent3": palette.LINK,
              "accent5": palette.GREY_TEXT, "accent6": palette.GRID,
              "hlink": palette.LINK}  # fmt: skip
    for name, colour in shades.items():
        assert f'<a:{name}><a:srgbClr val="{colour.lstrip("#")}"/>' in theme, name
    assert '<a:majorFont><a:latin typeface="Georgia"/>' in theme
    assert '<a:minorFont><a:latin typeface="Arial"/>' in theme


def test_the_template_has_the_places_that_a_slide_fills():
    (layout,) = Presentation(str(deck.TEMPLATE)).slide_layouts
    places = {one.placeholder_format.idx: one for one in layout.placeholders}
    for number, wanted in ((0, slides.TITLE), (deck.SOURCE, slides.FOOT)):
        held = [length / 914_400 for length in box(places[number])]
        assert held == pytest.approx(
            [wanted.left, wanted.top, wanted.left + wanted.width, wanted.top + wanted.height],
            abs=0.01,
        )


def test_no_row_of_a_table_stands_alone_on_a_last_slide():
    rows = tuple((f"rij {no}", "1") for no in range(40))
    most = 0
    for many in range(2, len(rows)):
        grid = ReportGrid(("naam", "cijfer"), rows[:many], frozenset({1}), (2.0, 1.0))
        tables = [part for (part,) in slides._tables(grid, "Tabel")]
        assert sum((one.grid.rows for one in tables), ()) == rows[:many]
        assert len(tables[-1].grid.rows) > 1
        most = max(most, len(tables))
    assert most > 2


def test_words_are_shortened_to_their_lines():
    for words in ("woord " * 80, "W" * 500, "kort"):
        short = slides.shortened(words, 16, 3.0, 2)
        assert slides.line_count(short, 16, 3.0) <= 2
        assert short == words or short.endswith("…")


def test_the_page_of_a_figure_names_its_category_where_there_are_several(laid_out):
    trends = [page.label for page in laid_out["nl"].pages if page.code.startswith("trend:")]
    assert {label.rpartition(", ")[2] for label in trends} == {"Kantoorartikelen", "IT-middelen"}


@pytest.mark.parametrize(("lang", "unit"), [("nl", "per keer"), ("en", "per time"), ("nl", "st.")])
def test_a_unit_that_begins_with_per_stands_behind_the_name_by_itself(
    found, monkeypatch, lang, unit
):
    lines = [line for section in found.sections for line in section.glance.lines]
    line = next(line for line in lines if line.result.unit is Unit.BASE)
    monkeypatch.setattr(pages, "unit_text", lambda *_: unit)
    said = pages._what(line, lang)
    assert f", {unit}" in said if unit.startswith("per") else f", in {unit}" in said
    assert "in per" not in said


@pytest.mark.parametrize("lang", LANGS)
def test_an_amount_per_day_has_its_euro_sign_and_says_per_what_once(laid_out, found, lang):
    """In the title of its slide, and in the facts beside a decision, which name both periods."""
    document = laid_out[lang]
    code = "reduce_spend_per_activity"
    page = next(one for one in document.pages if one.code == f"trend:office_supplies:{code}")
    line = next(one for one in found.sections[0].glance.targeted if one.kpi.code == code)
    over = formats.period(line.aim.judged.period, lang)
    assert page.title.count("€") == 2
    assert over in page.title
    per = {"nl": "per werkdag", "en": "per workday"}[lang]
    facts = [fact for one in document.pages for fact in one.facts if per in fact.words]
    assert facts
    for fact in facts:
        assert fact.words.count(" per ") == 1
        assert fact.value.startswith("€") == ("€" in fact.words)
        assert formats.month(found.month, lang) in fact.words
        assert "2026:" in fact.words


@pytest.mark.parametrize("lang", LANGS)
def test_what_must_be_cut_below_a_chart_is_no_caveat(laid_out, lang):
    """All of them stand on the slide, however many signs a trend bears."""
    words = {text(f"charts.trend.caption.{sign}", lang) for sign in CAVEATS}
    charts = [page for page in laid_out[lang].pages if page.code.startswith("trend:")]
    told = {page.code: {one for one in words if one in page.figures[0].caption} for page in charts}
    assert any(told.values())
    for page in charts:
        slide = slides.slide_of(page, laid_out[lang])
        said = " ".join(
            one.words for part in slide.parts if isinstance(part, slides.Words)
            for one in part.paragraphs
        )  # fmt: skip
        assert {one for one in told[page.code] if one in said} == told[page.code]


@pytest.mark.parametrize("lang", LANGS)
def test_a_slide_names_its_category_where_a_report_has_several(laid_out, found, lang):
    names = {one.category: one.names[lang] for one in found.sections}
    trends = [page for page in laid_out[lang].pages if page.code.startswith("trend:")]
    assert len(trends) > 1
    for page in trends:
        assert page.title.startswith(names[page.code.split(":")[1]])
    asked = [page for page in laid_out[lang].pages if page.code.startswith("decision:")]
    assert asked
    for page in asked:
        assert page.title.startswith(names[page.code.split("|")[1]])


@pytest.mark.parametrize("lang", LANGS)
def test_the_practice_examples_of_a_lesson_are_in_number(laid_out, lang):
    one, many = {
        "nl": ("praktijkvoorbeeld", "praktijkvoorbeelden"),
        "en": ("practice example", "practice examples"),
    }[lang]
    (page,) = (page for page in laid_out[lang].pages if page.code == "lessons")
    for point in page.points:
        for cases in re.findall(rf"\({one}(?:s|en)? ([0-9, ]+)\)", point):
            assert f"({many if ',' in cases else one} {cases})" in point

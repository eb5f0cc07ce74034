"""The same briefing gives the same number on every surface, one test per kind of figure."""

import pytest

from nami_monitor.briefing import wording
from nami_monitor.core.words import State, Unit
from nami_monitor.i18n import LANGS, formats, text
from nami_monitor.kpis.sentences import figure_text
from nami_monitor.reports.report_file import Format
from tests.reports.reading import plain


def rows(sheets, lang, name):
    sheet = sheets[lang][text(f"report.sheets.{name}", lang)]
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


def lines(found):
    return [
        (section, line)
        for section in found.sections
        for line in section.told
        if line.result.state is State.VALUE
    ]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("unit", list(Unit))
def test_a_key_figure(found, texts, sheets, lang, unit):
    """As it is written on the page, and unrounded in the workbook, for every unit."""
    told = [(section, line) for section, line in lines(found) if line.kpi.unit is unit]
    known = {
        (row[text("report.columns.category", lang)], row[text("report.columns.code", lang)]): row
        for row in rows(sheets, lang, "kpis")
    }
    for section, line in told:
        written = plain(figure_text(line.result, lang))
        for (kind, la), said in texts.items():
            if la == lang:
                assert written in said, (kind, line.kpi.code)
        row = known[wording.section_name(section, lang), line.kpi.code]
        number = row[text("report.columns.value", lang)]
        assert number == pytest.approx(line.result.value, rel=1e-12)
        if line.result.low is None:
            assert plain(formats.figure(number, unit, lang)) in written
        else:
            limits = (row[text(f"report.columns.{name}", lang)] for name in ("low", "high"))
            assert list(limits) == pytest.approx([line.result.low, line.result.high])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("what", ["goal", "gap", "change", "total"])
def test_what_stands_beside_a_figure(found, texts, sheets, lang, what):
    writers = {
        "goal": lambda line: wording.goal(line.aim, lang),
        "gap": lambda line: wording.gap(line.aim, lang),
        "change": lambda line: wording.change(line, lang),
        "total": lambda line: wording.total(line.result, lang),
    }
    numbers = [row[text(f"report.columns.{what}", lang)] for row in rows(sheets, lang, "kpis")]
    told = [written for _, line in lines(found) if (written := writers[what](line))]
    assert told
    assert sum(number is not None for number in numbers) >= len(told)
    for written in told:
        for (kind, la), said in texts.items():
            if la == lang and (what == "goal" or kind is not Format.PPTX):
                assert plain(written) in said, kind


@pytest.mark.parametrize("lang", LANGS)
def test_a_month_of_a_series(found, texts, sheets, lang):
    known = {
        (row[text("report.columns.category", lang)], row[text("report.columns.code", lang)],
         row[text("report.columns.month", lang)].date()): row[text("report.columns.value", lang)]
        for row in rows(sheets, lang, "series")
    }  # fmt: skip
    for section, line in lines(found):
        name = wording.section_name(section, lang)
        for result in line.shown:
            number = known[name, line.kpi.code, result.month]
            assert number == (
                None if result.value is None else pytest.approx(result.value, rel=1e-12, abs=1e-9)
            )
    _, line = lines(found)[0]
    assert plain(figure_text(line.result, lang)) in texts[Format.HTML, lang]


@pytest.mark.parametrize("lang", LANGS)
def test_a_finding_and_its_verdict(found, texts, sheets, lang):
    told = [row[text("report.columns.finding", lang)] for row in rows(sheets, lang, "findings")]
    assert told == [wording.sentence(one, lang) for one in found.findings]
    for finding in found.first:
        for (kind, la), said in texts.items():
            if la == lang:
                assert plain(wording.sentence(finding, lang)) in said, kind


@pytest.mark.parametrize("lang", LANGS)
def test_a_target_and_how_it_stands(found, laid_out, texts, sheets, lang):
    held = [line for section in found.sections for line in section.glance.targeted]
    missed = [line.aim for line in held if line.aim.met is False]
    so_far = "" if all(aim.final for aim in missed) else "_so_far"
    (page,) = (page for page in laid_out[lang].pages if page.code == "targets")
    assert page.title == text(f"report.targets{so_far}", lang, n=len(held), missed=len(missed))
    standing = [row[text("report.columns.standing", lang)] for row in rows(sheets, lang, "targets")]
    assert standing == [wording.standing(line.aim, lang) for line in held]
    assert [row[-1] for row in page.grid.rows] == standing
    for (kind, la), said in texts.items():
        if la == lang:
            assert plain(page.title) in said, kind


@pytest.mark.parametrize("lang", LANGS)
def test_an_effect_with_its_interval(laid_out, texts, lang):
    pages = [page for page in laid_out[lang].pages if page.code.startswith("waterbed:")]
    assert len(pages) == 2, "one has a verdict, of the other it is yet to come"
    for (kind, la), said in texts.items():
        if la == lang:
            for point in (point for page in pages for point in page.points):
                assert plain(point) in said, kind


@pytest.mark.parametrize("lang", LANGS)
def test_a_caveat(found, texts, sheets, lang):
    told = [row[text("report.columns.caveat", lang)] for row in rows(sheets, lang, "caveats")]
    caveats = wording.caveats(found, lang)
    assert tuple(told) == (*caveats, wording.source(found, lang))
    for caveat in caveats:
        for (kind, la), said in texts.items():
            if la == lang:
                assert plain(caveat) in said, kind

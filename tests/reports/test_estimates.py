"""Wherever an estimate of the demo stands, its interval stands with it, and it is not too fine."""

import re

import pytest

from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS, formats
from nami_monitor.kpis.interventions.evaluation import in_primary_unit
from nami_monitor.kpis.sentences import figure_text
from nami_monitor.reports.report_file import Format
from nami_monitor.store import Store
from tests.cli.command_line import Nami
from tests.pages.test_waterbed_page import opened, words
from tests.reports.test_same_figures import deck_text, html_text, pdf_text, plain

NEAR = 90
"""Within so many signs after an estimate its limits are to stand, spaces not counted."""


@pytest.fixture(scope="session")
def answers(demo_folder):
    store = Store(demo_folder / "demo.duckdb")
    with store.read() as look:
        found = in_primary_unit(look)
    store.close()
    return {one.intervention.code: one for one in found if one.estimated}


@pytest.fixture
def nami(tmp_path, monkeypatch):
    return Nami(tmp_path, monkeypatch)


def commands(nami, demo_folder, lang):
    db = ("--db", str(demo_folder / "demo.duckdb"), "--lang", lang)
    asked = (
        ("waterbed",),
        ("waterbed", "--unit", "eur"),
        ("signals",),
        *(("kpi", code, "--period", "r12") for code in ("waterbed_quotient", "refuse_net_avoided")),
    )
    return {" ".join(one): plain(nami(*one, *db).stdout) for one in asked}


def pages(lang, answers):
    return {
        code: html_text(words(opened(lang=lang, intervention=code)).encode()) for code in answers
    }


def reports(files, sheets, lang):
    read = {Format.HTML: html_text, Format.PPTX: deck_text, Format.PDF: pdf_text}
    said = {str(kind): read[kind](file) for (kind, la), file in files.items()
            if la == lang and kind in read}  # fmt: skip
    cells = [cell for sheet in sheets[lang] for row in sheet.iter_rows(values_only=True)
             for cell in row if isinstance(cell, str)]  # fmt: skip
    return {**said, "xlsx": plain(" ".join(cells))}


def alone(said, value, limits):
    """Where a value stands without its limits, or finer than it is known."""
    for at in re.finditer(rf"(?<![\d.,]){re.escape(value)}(?![\d.,]*\d)", said):
        after = said[at.end() : at.end() + NEAR]
        if not all(limit in after for limit in limits):
            yield said[max(at.start() - 30, 0) : at.end() + NEAR]


def percentages(estimate, lang):
    return [formats.number(100 * each, lang, decimals=0)
            for each in (estimate.value, estimate.low, estimate.high)]  # fmt: skip


def written(effect, unit, lang):
    return [plain(formats.estimated(each, effect.se, unit, lang))
            for each in (effect.value, effect.low, effect.high)]  # fmt: skip


@pytest.fixture(scope="session")
def sheets_of(files):
    import io  # noqa: PLC0415 - of this fixture alone

    import openpyxl  # noqa: PLC0415 - likewise

    return {lang: openpyxl.load_workbook(io.BytesIO(files[Format.XLSX, lang])) for lang in LANGS}


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("lang", LANGS)
def test_an_estimate_stands_with_its_interval(lang, nami, demo_folder, files, sheets_of, answers):
    surfaces = {
        **commands(nami, demo_folder, lang),
        **pages(lang, answers),
        **reports(files, sheets_of, lang),
    }
    assert set(answers) == {"ZL-I-3", "ZL-I-4"}
    quotient = answers["ZL-I-3"].quotient
    value, *limits = percentages(quotient, lang)
    assert (value, *limits) == ("78", "63", "98")
    seen = 0
    for name, said in surfaces.items():
        for sign in ("%", "terug", "back"):
            seen += said.count(f"{value}{sign}")
            bare = [
                found
                for found in alone(said, value, limits)
                if re.search(rf"(?<![\d.,]){value}{sign}", found)
            ]
            assert not bare, (name, bare)
        finer = re.findall(rf"(?<![\d.,]){value}[.,]\d+(?:%|terug|back)", said)
        assert not finer, (name, finer)
        for one in answers.values():
            for part in ("gross", "spill", "net"):
                effect, *ends = written(getattr(one.result, part), one.unit, lang)
                assert not list(alone(said, effect, ends)), (name, part)
    assert seen > 6


@pytest.mark.parametrize("lang", LANGS)
def test_a_key_figure_that_is_an_estimate_is_written_with_its_interval(found, lang):
    estimates = [
        line.result
        for section in found.sections
        for line in section.told
        if line.result.low is not None
    ]
    assert {one.code for one in estimates} >= {"waterbed_quotient", "refuse_net_avoided"}
    for one in estimates:
        said = figure_text(one, lang)
        decimals = formats.known_decimals(one.low, one.high)
        for limit in (one.value, one.low, one.high):
            assert formats.number(limit, lang, decimals=decimals) in said
        not_shown = {"nl": "niet aangetoond", "en": "not shown"}[lang]
        holds = one.unit is not Unit.PERCENT and one.low <= 0 <= one.high
        assert (not_shown in said) == holds

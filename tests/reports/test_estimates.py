"""Wherever an estimate of the demo stands, its interval stands with it, and it is not too fine."""

import re
from collections import defaultdict
from contextlib import closing
from datetime import date

import pytest

from nami_monitor.briefing.month import briefing
from nami_monitor.core.words import Unit, Verdict
from nami_monitor.i18n import LANGS, formats, text
from nami_monitor.kpis.interventions.evaluation import in_primary_unit
from nami_monitor.kpis.sentences import figure_text
from nami_monitor.reports.document import Audience
from nami_monitor.reports.pages import document
from nami_monitor.store import Store
from tests.cli.command_line import Nami
from tests.reports.reading import plain

NEAR = 90
"""Within so many signs after an estimate its limits are to stand, spaces not counted."""
PARTS = ("gross", "spill", "net")
SIGNS = r"(?:%(?!vandeverwachte|oftheexpected)|terug|back|vanelke|ofevery|outof)"
"""What follows a quotient, spaces not counted; of the expected data is something else."""
ALONE = r"(?![\d.,]*\d)"
"""What follows an amount: no more digits."""
LIMIT = r"[\u2212+€]*[\d.,]+"
EXPECTED = "vandeverwachtegegevens|oftheexpecteddata"
OF_ANOTHER = re.compile(
    rf"(?:(?:[a-z.]{{0,5}}|%)\(?{LIMIT})?%?tot?{LIMIT}|{LIMIT}%{LIMIT}%|{EXPECTED}"
)
"""The interval behind the same value of another estimate, in words or in cells, a limit that is the
same number, or a share of the data that is."""
COMMANDS = (
    ("waterbed",),
    ("waterbed", "--unit", "eur"),
    ("signals", "--category", "office_supplies"),
    ("trace", "waterbed_quotient", "--period", "r12"),
    ("kpi", "waterbed_quotient", "refuse_net_avoided", "refuse_net_avoided_spend",
     "--period", "r12"),
)  # fmt: skip


def answers(path):
    """How the estimates of the demo's measures are written, by language.

    They are those of their verdicts, and those up to now.
    """
    with closing(Store(path)) as store, store.read() as look:
        found = [one for one in in_primary_unit(look) if one.estimated]
    assert [one.frozen is None for one in found].count(True) == 1, "one verdict is yet to come"
    assert all(one.frozen.unit is one.unit for one in found if one.frozen)
    figures = [(one.unit, each) for one in found for each in (one.frozen, one.result) if each]
    return {lang: written(figures, lang) for lang in LANGS}


def written(found, lang):
    """What is finer than an estimate is known, and the limits that each estimate may stand with.

    Both by how they begin and by what follows.
    """
    finer, limits = set(), defaultdict(list)
    for unit, one in found:
        if one.quotient is not None:
            value, *ends = (
                formats.number(100 * each, lang, decimals=0)
                for each in (one.quotient.value, one.quotient.low, one.quotient.high)
            )
            limits[value, SIGNS].append(ends)
            finer |= {
                formats.number(100 * one.quotient.value, lang, decimals=decimals)
                for decimals in (1, 2)
            }
        for part in PARTS:
            effect = getattr(one, part)
            value, *ends = (
                plain(formats.estimated(each, effect.se, unit, lang))
                for each in (effect.value, effect.low, effect.high)
            )
            limits[value, ALONE].append(ends)
    return finer, limits


def bare(said, found, lang):
    """Where an estimate stands without its limits, or finer than it is known, in plain text."""
    finer, limits = found[lang]
    for value in finer:
        if value in said:
            yield from re.findall(rf"(?<![\d.,]){re.escape(value)}{SIGNS}", said)
    for (value, then), of_value in limits.items():
        if value in said:
            yield from _without(said, value, of_value, then)


def _without(said, value, limits, then):
    """Where a value stands without the limits of any estimate that is written so."""
    for at in re.finditer(rf"(?<![\d.,])(?<!to)(?<!tot){re.escape(value)}{then}", said):
        after = said[at.end() : at.end() + NEAR]
        if not (OF_ANOTHER.match(after) or any(all(e in after for e in own) for own in limits)):
            yield said[max(at.start() - 30, 0) : at.end() + NEAR]


@pytest.fixture(scope="session")
def estimated(demo_folder):
    return answers(demo_folder / "demo.duckdb")


@pytest.fixture
def nami(tmp_path, monkeypatch):
    return Nami(tmp_path, monkeypatch)


def test_a_bare_estimate_is_found(estimated):
    assert list(bare("78%(63tot98)", estimated, "nl")) == []
    assert list(bare("78%vanwatverdween", estimated, "nl"))
    assert list(bare("78,4%(63tot98)", estimated, "nl"))
    assert list(bare("78.4%(63to98)", estimated, "en"))


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
def test_an_estimate_in_a_report_stands_with_its_interval(lang, texts, sheets, estimated):
    for (kind, la), said in texts.items():
        if la == lang:
            assert list(bare(said, estimated, lang)) == [], kind
    cells = [
        plain(cell)
        for sheet in sheets[lang]
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, str)
    ]
    assert [found for cell in cells for found in bare(cell, estimated, lang)] == []
    assert sum("61" in said for said in (*texts.values(), *cells)) > 4


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("asked", COMMANDS, ids="_".join)
def test_an_estimate_on_the_command_line(
    tmp_path, monkeypatch, demo_folder, lang, asked, estimated
):
    nami = Nami(tmp_path, monkeypatch)
    said = nami(*asked, "--db", str(demo_folder / "demo.duckdb"), "--lang", lang).stdout
    assert list(bare(plain(said), estimated, lang)) == []
    assert "61" in said or "eur" in asked or asked[0] == "kpi"


@pytest.mark.slow
@pytest.mark.parametrize("month", [date(2025, 3, 1), date(2025, 12, 1)])
def test_a_report_from_before_the_verdict_claims_nothing(demo_folder, month):
    """In its first month a measure has no figures yet, and later provisional ones."""
    with closing(Store(demo_folder / "demo.duckdb")) as store, store.read() as look:
        laid = document(briefing(look, month, ["office_supplies"]), "nl", Audience.TEAM)
    pages = {page.code: page for page in laid.pages}
    begun = "waterbed:ZL-I-3" in pages
    assert begun == (month.month == 12)
    if begun:
        page = pages["waterbed:ZL-I-3"]
        name = "Proef: twaalf artikelen uit de voorraadkast"
        assert page.title == f"{name}: de proef loopt, oordeel over maart 2027"
        assert page.told == (
            "Proef loopt: voorlopig 80 van elke 100 terug (55 tot 110), oordeel over maart 2027."
        )
    claimed = [text(f"waterbed.short.{one}", "nl") for one in Verdict]
    said = repr(laid.pages)
    assert not [each for each in claimed if f"“{each}”" in said]


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

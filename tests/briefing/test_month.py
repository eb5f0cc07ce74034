"""The briefing of a month: what it holds, what it says, and that it claims no more."""

import re
from dataclasses import replace
from datetime import date

import pytest

from nami_monitor.briefing import wording
from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.month import GOOD, briefing
from nami_monitor.briefing.overview import overview
from nami_monitor.briefing.signals import at_the_top, signals
from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Flag, KitSignal, State
from nami_monitor.i18n import LANGS, has_text
from nami_monitor.kpis.interventions.evaluation import evaluations
from nami_monitor.kpis.interventions.panel_data import READINGS
from nami_monitor.kpis.result import Reason
from nami_monitor.kpis.sentences import figure_text, flags_text
from nami_monitor.signals.scan import Assessment
from nami_monitor.signals.signal_rules import attention
from nami_monitor.store import Store

OCTOBER = date(2026, 10, 1)


@pytest.fixture(scope="module")
def office(db):
    return briefing(db, OCTOBER, ["office_supplies"])


@pytest.fixture(scope="module")
def two(db):
    return briefing(db, OCTOBER, ["office_supplies", "sanitary_supplies", "office_supplies"])


def line_of(found, code):
    return next(one for one in found.sections[0].glance.lines if one.kpi.code == code)


def test_it_holds_the_figures_of_the_overview(db, office):
    glance = overview(db, OCTOBER, {"category": ("office_supplies",)})
    (section,) = office.sections
    assert [line.result for line in section.glance.lines] == [one.result for one in glance.lines]
    assert [line.aim for line in section.glance.lines] == [one.aim for one in glance.lines]


def test_every_category_is_told_once_with_its_own_targets(two):
    assert [section.category for section in two.sections] == [
        "office_supplies",
        "sanitary_supplies",
    ]
    goals = {
        (section.category, line.aim.target.category)
        for section in two.sections
        for line in section.glance.lines
        if line.aim
    }
    assert goals == {(code, code) for code, _ in goals}


@pytest.mark.slow
def test_without_a_category_everything_stands_together(db):
    found = briefing(db, OCTOBER)
    (section,) = found.sections
    assert section.category is None
    assert wording.section_name(section, "nl") == "Alle categorieën"
    assert len({one.intervention.category for one in section.answers}) > 1


def test_progress_is_told_step_by_step(db):
    told = []
    briefing(db, OCTOBER, ["events"], progress=lambda *step: told.append(step))
    assert told == [(0, 1, "events"), (1, 1, "")]


@pytest.mark.slow
def test_an_intervention_that_had_not_begun_is_not_told(db):
    early = briefing(db, date(2024, 1, 1), ["office_supplies"])
    late = briefing(db, OCTOBER, ["office_supplies"])
    codes = [
        {one.intervention.code for one in found.sections[0].answers} for found in (early, late)
    ]
    assert codes[0] < codes[1]


@pytest.mark.parametrize("month", [date(2027, 1, 1), date(1999, 1, 1)])
def test_a_month_that_the_data_does_not_reach_is_refused_with_what_it_does_reach(db, month):
    with pytest.raises(UserError) as caught:
        briefing(db, month)
    assert caught.value.key == "briefing.no_month"
    assert caught.value.values["last"] == "2026-10"


def test_an_unknown_category_is_refused_with_near_ones(db):
    with pytest.raises(UserError) as caught:
        briefing(db, OCTOBER, ["office_suplies"])
    assert "office_supplies" in caught.value.values["near"]


def test_without_data_there_is_nothing_to_report(tmp_path):
    store = Store(tmp_path / "own.duckdb")
    with store.read() as look, pytest.raises(UserError) as caught:
        briefing(look, OCTOBER)
    store.close()
    assert caught.value.key == "briefing.nothing"


def test_findings_are_the_signals_of_each_section(db, two):
    for section in two.sections:
        where = {"category": (section.category,)}
        found = signals(db, overview(db, OCTOBER, where), where)
        assert [one.signal for one in section.findings] == list(found)
        top = at_the_top(found, section.glance)
        assert (section.watched, section.by_chance) == (top.watched, top.by_chance)


def test_the_first_few_are_those_that_deserve_attention_of_all_sections(two):
    every = [one for section in two.sections for one in section.findings]
    top = attention([one.signal for one in every], 0)
    assert [one.signal for one in two.first] == list(top.first)
    assert len(two.findings) == len(every)
    assert {one.name for one in two.asked} == {one.name for one in every if one.kind not in GOOD}


def test_a_finding_knows_what_it_is_about(two):
    for finding in two.findings:
        if finding.kind is KitSignal.CONTRACT_WINDOW_OPEN:
            assert isinstance(finding.about, Contract)
            assert finding.about.number == finding.signal.subject
        if finding.kind is KitSignal.WATERBED_SHOWN:
            assert finding.about.intervention.code == finding.signal.subject
        if finding.kind is KitSignal.TARGET_MISSED:
            assert finding.line.kpi.code == finding.signal.subject
        else:
            assert finding.line is None or finding.line is finding.about
    assert len({one.name for one in two.findings}) == len(two.findings)


@pytest.mark.slow
def test_every_intervention_is_read_in_the_first_unit_in_which_it_can_be(db):
    found = briefing(db, OCTOBER, ["sanitary_supplies", "office_supplies"])
    for section in found.sections:
        for shown in section.answers:
            code = shown.intervention.code
            units = [
                one
                for unit in READINGS
                for one in evaluations(db, unit)
                if one.intervention.code == code
            ]
            told = next((one for one in units if one.estimated), units[0])
            assert shown.unit is told.unit
            assert shown.verdicts == told.verdicts


def test_a_figure_that_was_there_before_is_a_caveat(office):
    line = line_of(office, "impact_spend")
    gone = replace(line.result, state=State.NOT_COMPUTABLE, value=None, reason=Reason("no_data"))
    said = wording.caveats(with_line(office, replace(line, result=gone), answers=()), "nl")
    assert any(one.startswith("Uitgaven, okt 2026: ") for one in said)


def test_two_targets_at_once_are_said(office):
    line = replace(line_of(office, "reduce_spend_per_activity"), assessment=None, aims=2)
    said = wording.caveats(with_line(office, line), "nl")
    assert any("2 doelen tegelijk" in one for one in said)


QUIET = GOOD | {KitSignal.GRADUAL_ROLLOUT, KitSignal.LOW_MEASURABILITY}
"""Signals that ask nothing; how well a figure is known is none of a month."""


@pytest.mark.parametrize("lang", LANGS)
def test_every_signal_that_asks_something_has_its_question(lang):
    asked = {kind for kind in KitSignal if has_text(f"briefing.questions.{kind}", lang)}
    assert asked == set(KitSignal) - QUIET


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_is_said_in_full_and_in_short(two, lang):
    for finding in two.findings:
        assert wording.sentence(finding, lang)
        assert len(wording.title(finding, lang)) <= len(wording.sentence(finding, lang)) + 40
        assert bool(wording.question(finding, lang)) == (finding.kind not in QUIET)


def test_what_chance_alone_would_give_is_said_of_all_sections(two):
    watched = sum(section.watched for section in two.sections)
    assert f"op {watched} reeksen gelet" in wording.chance(two, "nl")


def test_of_several_categories_a_finding_names_its_own(two, office):
    first = next(one for one in two.findings if one.category == "sanitary_supplies")
    assert wording.full(first, two, "nl").startswith("Sanitaire voorzieningen · ")
    assert wording.full(first, office, "nl") == wording.sentence(first, "nl")


def test_a_figure_is_the_same_in_every_sentence(office):
    finding = next(one for one in office.findings if one.kind is KitSignal.TARGET_MISSED)
    for said in (wording.sentence(finding, "nl"), wording.title(finding, "nl")):
        assert figure_text(finding.line.aim.judged, "nl") in said
        assert wording.goal(finding.line.aim, "nl").split(" (")[0] in said


def test_differences_are_written_with_their_sign(office):
    line = line_of(office, "reduce_volume_per_activity")
    assert re.match(r"\N{MINUS SIGN}|\+", wording.change(line, "nl"))
    assert wording.change(replace(line, result=line.year_ago), "nl") == "gelijk gebleven"
    assert wording.change(replace(line, year_ago=replace(line.result, value=None)), "nl") == ""
    assert wording.goal(None, "nl") == wording.gap(None, "nl") == ""
    assert wording.total(line_of(office, "impact_spend").result, "nl") == ""


def test_a_figure_that_is_not_there_says_its_state(office):
    line = line_of(office, "refuse_rate")
    assert wording.signal(line, "nl") == figure_text(line.result, "nl") == "niet te berekenen"
    assert wording.signal(replace(line_of(office, "impact_spend"), assessment=None), "nl") == ""


def with_line(office, line, **more):
    section = office.sections[0]
    glance = replace(section.glance, lines=(line,), breaks=more.pop("breaks", ()))
    return replace(office, sections=(replace(section, glance=glance, **more),), demo=False)


def test_caveats_name_what_is_incomplete_provisional_or_hidden(office):
    line = line_of(office, "impact_mass")
    result = replace(
        line.result,
        completeness=0.6,
        shares={"mass": 0.5, "spend": None},
        flags=(Flag.DEMO, Flag.PROVISIONAL, Flag.SMALL_CELL),
    )
    said = wording.caveats(
        with_line(office, replace(line, assessment=Assessment.TOO_EARLY, result=result)), "en"
    )
    assert any("rests on 60%" in one for one in said)
    assert any("50% of the mass" in one for one in said)
    assert any("few months so far" in one for one in said)
    assert sum(one.startswith("Mass of what was bought: ") for one in said) == 4
    assert flags_text(result.flags, "en").count(";") == 1


def test_a_whole_figure_has_no_caveat(office):
    line = line_of(office, "impact_mass")
    result = replace(line.result, completeness=1.0, shares={}, flags=())
    assert wording.caveats(with_line(office, replace(line, result=result), answers=()), "nl") == ()


@pytest.mark.slow
def test_a_break_is_told_where_the_figures_rest_on_its_source(db):
    found = briefing(db, date(2025, 10, 1), ["sanitary_supplies"])
    line = line_of(found, "impact_spend")
    assert found.sections[0].glance.breaks
    broken = [one for one in found.sections[0].glance.breaks if one.source in line.result.sources]
    told = with_line(found, line, breaks=found.sections[0].glance.breaks)
    said = wording.caveats(told, "nl")
    assert sum(one.startswith("Databreuk") for one in said) == len(set(broken))
    elsewhere = replace(line, result=replace(line.result, sources=()))
    assert not any(
        one.startswith("Databreuk")
        for one in wording.caveats(
            with_line(found, elsewhere, breaks=found.sections[0].glance.breaks), "nl"
        )
    )


def test_the_source_says_how_far_the_data_reaches(office):
    said = wording.source(office, "nl")
    assert "Voorraadkast" in said
    assert "tot en met okt 2026" in said
    assert wording.source(replace(office, delivered=None, sources=()), "en") == "Source: unknown."


def test_lessons_answer_what_the_findings_are(office):
    kinds = {one.kind for one in office.findings}
    names = [one.lesson.name for one in office.lessons]
    assert len(names) == len(set(names))
    assert {one.by.signal.kind for one in office.lessons} <= kinds
    assert set(office.lessons[0].lesson.signals) & kinds

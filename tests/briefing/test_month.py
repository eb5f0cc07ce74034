"""The briefing of a month: what it holds, what it says, and that it claims no more."""

import re
from dataclasses import replace
from datetime import date

import pytest

from nami_monitor.briefing import telling
from nami_monitor.briefing.contracts import contracts
from nami_monitor.briefing.findings import (
    CALLS_UP,
    GOOD,
    OF_VERDICT,
    Finding,
    Kind,
    of_answers,
    of_contracts,
    of_lines,
    ordered,
)
from nami_monitor.briefing.month import briefing
from nami_monitor.briefing.overview import overview
from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Flag, State, Verdict
from nami_monitor.i18n import LANGS
from nami_monitor.kit import shipped
from nami_monitor.signals.assess import Assessment
from nami_monitor.store import Store

OCTOBER = date(2026, 10, 1)


@pytest.fixture(scope="module")
def db(demo_folder):
    store = Store(demo_folder / "demo.duckdb")
    with store.read() as look:
        yield look
    store.close()


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


def test_without_a_category_everything_stands_together(db):
    found = briefing(db, OCTOBER)
    (section,) = found.sections
    assert section.category is None
    assert telling.section_name(section, "nl") == "Alle categorieën"
    assert {one.answer.intervention.category for one in found.findings if one.answer}


def test_progress_is_told_step_by_step(db):
    told = []
    briefing(db, OCTOBER, ["events"], progress=lambda *step: told.append(step))
    assert told == [(0, 1, "events"), (1, 1, "")]


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


def test_findings_stand_by_kind_and_then_by_size(two):
    kinds = [list(Kind).index(one.kind) for one in two.findings]
    assert kinds == sorted(kinds)
    due = [one.euros for one in two.findings if one.kind is Kind.CONTRACT]
    assert due == sorted(due, reverse=True)
    assert due[0] > 0
    assert ordered(reversed(two.findings))[0].kind is two.findings[0].kind


def test_a_figure_in_euros_is_as_large_as_it_is(office):
    line = line_of(office, "impact_spend")
    finding = Finding(Kind.CONCERN, OCTOBER, None, line)
    assert finding.euros == line.result.value
    mass = line_of(office, "impact_mass")
    assert Finding(Kind.CONCERN, OCTOBER, None, mass).euros == 0


def kinds_of(line, office):
    glance = replace(office.sections[0].glance, lines=(line,))
    return [one.kind for one in of_lines(glance, None)]


def test_a_signal_of_either_side_is_a_finding(office):
    line = replace(line_of(office, "impact_spend"), aim=None)
    for assessment, kinds in [
        (Assessment.CONCERN, [Kind.CONCERN]),
        (Assessment.IMPROVEMENT, [Kind.IMPROVEMENT]),
        (Assessment.NO_SIGNAL, []),
        (None, []),
    ]:
        assert kinds_of(replace(line, assessment=assessment), office) == kinds


def test_a_target_is_told_as_final_or_running(office):
    line = replace(line_of(office, "reduce_spend_per_activity"), assessment=None)
    running = {False: Kind.TARGET_BEHIND, True: Kind.TARGET_AHEAD}
    for met, kind in running.items():
        assert kinds_of(replace(line, aim=replace(line.aim, met=met)), office) == [kind]
    whole = replace(line.aim.judged, period=replace(line.aim.judged.period, kind="year"))
    final = {False: Kind.TARGET_MISSED, True: Kind.TARGET_MET}
    for met, kind in final.items():
        aim = replace(line.aim, met=met, judged=whole)
        assert kinds_of(replace(line, aim=aim), office) == [kind]


def test_two_targets_at_once_are_not_judged_but_said(office):
    line = replace(line_of(office, "reduce_spend_per_activity"), assessment=None, aims=2)
    assert kinds_of(line, office) == []
    section = office.sections[0]
    glance = replace(section.glance, lines=(line,), breaks=())
    found = replace(office, sections=(replace(section, glance=glance),), demo=False)
    said = telling.caveats(found, "nl")
    assert any("2 doelen tegelijk" in one for one in said)


def test_a_figure_that_was_there_before_is_missed(office):
    line = line_of(office, "impact_spend")
    gone = replace(line.result, state=State.NOT_COMPUTABLE, value=None)
    assert Kind.MISSING in kinds_of(replace(line, result=gone), office)


def test_every_verdict_makes_its_own_finding(office):
    answer = next(one for one in office.sections[0].answers if one.estimated)
    for verdict in Verdict:
        held = replace(answer, result=replace(answer.result, verdicts=(verdict,)))
        found = [one.kind for one in of_answers([held], OCTOBER)]
        assert found == ([OF_VERDICT[verdict]] if verdict in OF_VERDICT else [])
    both = (Verdict.WATERBED_SHOWN, Verdict.BACKFIRE_SHOWN)
    held = replace(answer, result=replace(answer.result, verdicts=both))
    assert [one.kind for one in of_answers([held], OCTOBER)] == [Kind.BACKFIRE]


def test_contracts_ask_when_they_are_due_or_overdue(db):
    register = contracts(db, OCTOBER, {})
    found = list(of_contracts(register, OCTOBER))
    assert {one.kind for one in found} == {Kind.CONTRACT, Kind.OVERDUE}
    assert {one.about for one in found} == {
        one for one in register if one.due(OCTOBER) or one.overdue(OCTOBER)
    }


def test_every_kind_that_asks_something_has_its_question(office, db):
    line = line_of(office, "reduce_spend_per_activity")
    answer = next(one for one in office.sections[0].answers if one.estimated)
    contract = next(one for one in contracts(db, OCTOBER, {}) if one.due(OCTOBER))
    about = {
        **dict.fromkeys(Kind, line),
        **dict.fromkeys(OF_VERDICT.values(), answer),
        Kind.CONTRACT: contract,
        Kind.OVERDUE: replace(contract, ends_on=None, moments=()),
    }
    for lang in LANGS:
        for kind in Kind:
            finding = Finding(kind, OCTOBER, None, about[kind])
            assert telling.sentence(finding, lang)
            assert bool(telling.question(finding, lang)) == (kind not in GOOD)


def test_the_headline_counts_what_the_findings_are(two):
    better = sum(one.kind is Kind.IMPROVEMENT for one in two.findings)
    behind = sum(one.kind is Kind.TARGET_BEHIND for one in two.findings)
    said = telling.headline(two, "nl")
    assert said.startswith("2 categorieën, okt 2026:")
    assert f"{better} indicatoren zijn duidelijk verbeterd" in said
    assert f"{behind} doelen zijn nog niet bereikt" in said
    assert "bij 1 maatregel kwam een deel van de besparing terug" in said


def test_a_section_concludes_with_its_own_signals(two):
    said = telling.conclusion(two.sections[1], "en")
    assert said.startswith("Sanitary supplies, Oct 2026: 2 indicators have clearly improved")


def test_a_calm_month_is_said_to_be_calm(office):
    section = office.sections[0]
    lines = tuple(replace(line, assessment=Assessment.NO_SIGNAL) for line in section.glance.lines)
    calm = replace(section, glance=replace(section.glance, lines=lines))
    said = telling.headline(replace(office, sections=(calm,), findings=()), "en")
    assert said == (
        "Office supplies, Oct 2026: no indicator has clearly improved, none needs attention."
    )


def test_of_several_categories_a_finding_names_its_own(two, office):
    first = two.findings[0]
    assert telling.full(first, two, "nl").startswith("Kantoorartikelen · ")
    assert telling.full(first, office, "nl") == telling.sentence(first, "nl")


def test_a_figure_is_the_same_in_every_sentence(office):
    finding = next(one for one in office.findings if one.kind is Kind.TARGET_BEHIND)
    said = telling.sentence(finding, "nl")
    assert telling.value(finding.line.aim.judged, "nl") in said
    assert telling.goal(finding.line.aim, "nl").split(" (")[0] in said


def test_differences_are_written_with_their_sign(office):
    line = line_of(office, "reduce_volume_per_activity")
    assert re.match(r"\N{MINUS SIGN}|\+", telling.change(line, "nl"))
    assert telling.change(replace(line, result=line.year_ago), "nl") == "gelijk gebleven"
    assert telling.change(replace(line, year_ago=replace(line.result, value=None)), "nl") == ""
    assert telling.goal(None, "nl") == telling.gap(None, "nl") == ""
    assert telling.total(line_of(office, "impact_spend").result, "nl") == ""


def test_a_figure_that_is_not_there_says_its_state(office):
    line = line_of(office, "refuse_rate")
    assert telling.signal(line, "nl") == telling.value(line.result, "nl") == "niet te berekenen"
    assert telling.signal(replace(line_of(office, "impact_spend"), assessment=None), "nl") == ""


def with_line(office, line, **more):
    section = office.sections[0]
    glance = replace(section.glance, lines=(line,), breaks=more.pop("breaks", ()))
    return replace(office, sections=(replace(section, glance=glance, **more),), demo=False)


def test_caveats_name_what_is_incomplete_provisional_or_hidden(office):
    line = line_of(office, "impact_mass")
    short = tuple(replace(one, value=None) for one in line.history[:-5]) + line.history[-5:]
    result = replace(
        line.result,
        completeness=0.6,
        shares={"mass": 0.5, "spend": None},
        flags=(Flag.DEMO, Flag.PROVISIONAL, Flag.SMALL_CELL),
    )
    said = telling.caveats(with_line(office, replace(line, history=short, result=result)), "en")
    assert any("rests on 60%" in one for one in said)
    assert any("50% of the mass" in one for one in said)
    assert any("few months so far" in one for one in said)
    assert sum(one.startswith("Mass of what was bought: ") for one in said) == 4
    assert telling.flags(result, "en").count(";") == 1


def test_a_whole_figure_has_no_caveat(office):
    line = line_of(office, "impact_mass")
    result = replace(line.result, completeness=1.0, shares={}, flags=())
    assert telling.caveats(with_line(office, replace(line, result=result), answers=()), "nl") == ()


def test_a_break_is_told_where_the_figures_rest_on_its_source(db):
    found = briefing(db, date(2025, 10, 1), ["sanitary_supplies"])
    line = line_of(found, "impact_spend")
    assert found.sections[0].glance.breaks
    broken = [one for one in found.sections[0].glance.breaks if one.source in line.result.sources]
    told = with_line(found, line, breaks=found.sections[0].glance.breaks)
    said = telling.caveats(told, "nl")
    assert sum(one.startswith("Databreuk") for one in said) == len(set(broken))
    elsewhere = replace(line, result=replace(line.result, sources=()))
    assert not any(
        one.startswith("Databreuk")
        for one in telling.caveats(
            with_line(found, elsewhere, breaks=found.sections[0].glance.breaks), "nl"
        )
    )


def test_an_estimate_that_rests_on_later_months_says_so(db):
    found = briefing(db, date(2026, 6, 1), ["office_supplies"])
    assert any("rust ook op maanden na jun 2026" in one for one in telling.caveats(found, "nl"))
    assert not any(
        "maanden na" in one
        for one in telling.caveats(briefing(db, OCTOBER, ["office_supplies"]), "nl")
    )


def test_the_source_says_how_far_the_data_reaches(office):
    said = telling.source(office, "nl")
    assert "Voorraadkast" in said
    assert "tot en met okt 2026" in said
    assert telling.source(replace(office, delivered=None, sources=()), "en") == "Source: unknown."


def test_lessons_answer_what_the_findings_are(office):
    called = {CALLS_UP[one.kind] for one in office.findings if one.kind in CALLS_UP}
    names = [match.lesson.name for match in office.lessons]
    assert len(names) == len(set(names))
    assert {match.occasion.signal for match in office.lessons} <= called
    assert set(office.lessons[0].lesson.signals) & called


def test_without_a_finding_there_is_no_lesson(db):
    found = briefing(db, OCTOBER, ["sewage_works"], kit=shipped())
    assert found.findings == found.lessons == found.asked == ()

"""Measures that go on and off in turn, and plans that weigh months: estimated as planned."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from nami_monitor.briefing.waterbed import plan_words, remarks
from nami_monitor.core.periods import PeriodKind, months_between, period_at
from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS
from nami_monitor.kpis.interventions.evaluation import evaluate, period_shares
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.plans import EvaluationPlan, Judgement, PlanOnRecord
from nami_monitor.kpis.interventions.register import interventions
from nami_monitor.waterbed import Inputs, PilotDesign
from nami_monitor.waterbed import estimate as estimate_arrays
from tests.kpis.interventions.offices import MONTHS, OFFICES, PILOT, REGISTER, START, Offices, count

TURN = 3


def is_on(month):
    return month >= START and months_between(START, month) // TURN % 2 == 0


def alternating(turn_months=TURN, **more):
    """Pens leave the cabinet for three months, and are back for three, over and over."""
    world = Offices(happened=False)
    for at, month in enumerate(MONTHS):
        if is_on(month):
            pens = count(PILOT, at, "cabinet")
            world.pens[PILOT, month, "cabinet"] = 0
            world.pens[PILOT, month, "webshop"] += round(0.7 * pens)
    world.register = [{**REGISTER, "turn_months": turn_months, **more}]
    return world


def load(monitor, world):
    world.load(monitor)
    return monitor


def estimated(monitor, plan=None):
    with monitor.store.read() as db:
        data = read_panel_data(db)
        (one,) = interventions(db)
        if plan is not None:
            judged = replace(data.judgement(one), record=PlanOnRecord(plan))
            data = replace(data, judgements={one.code: judged})
        return evaluate(one, data, Unit.BASE, with_destinations=True)


def test_the_effect_is_that_of_the_months_in_which_it_is_on(monitor):
    found = estimated(load(monitor, alternating()))
    level = np.mean([count(PILOT, at, "cabinet") for at in range(len(MONTHS))])
    assert found.result.gross.low <= -level <= found.result.gross.high
    assert found.quotient.low <= 0.7 <= found.quotient.high
    assert found.quotient.value == pytest.approx(0.7, abs=0.1)
    for lang in LANGS:
        assert any("3" in said for said in remarks(found, lang))


def test_read_as_if_it_stayed_on_the_effect_would_be_halved(monitor):
    on_and_off = alternating(turn_months="")
    found = estimated(load(monitor, on_and_off))
    level = np.mean([count(PILOT, at, "cabinet") for at in range(len(MONTHS))])
    assert found.result.gross.value > -0.75 * level


def test_the_arrays_are_those_of_the_planned_design(monitor):
    world = alternating()
    found = estimated(load(monitor, world))
    target, substitute = (
        np.array([[world.pens[office, month, channel] for month in MONTHS] for office in OFFICES])
        for channel in ("cabinet", "webshop")
    )
    first = MONTHS.index(START)
    switch = PilotDesign(len(MONTHS) - first, TURN).switch(first)
    again = estimate_arrays(
        Inputs(target, substitute, np.arange(len(OFFICES)) == 0, first, 1, None, switch)
    )
    assert found.result.gross == again.gross
    assert found.result.quotient == again.quotient


def test_only_months_in_which_it_is_on_count_in_what_was_avoided(monitor):
    found = estimated(load(monitor, alternating()))
    (share,) = period_shares([found], period_at(PeriodKind.YEAR, dt.date(2024, 12, 1)))
    assert (share.months, share.due) == (3, 3)
    (share,) = period_shares([found], period_at(PeriodKind.YEAR, dt.date(2025, 6, 1)))
    assert share.due == sum(is_on(dt.date(2025, month, 1)) for month in range(1, 7)) == 3


def test_at_every_location_there_is_nothing_to_compare_with_and_it_says_so(monitor):
    found = estimated(load(monitor, alternating(locations=f'"{";".join(OFFICES)}"')))
    assert found.result is None
    assert "on_and_off_alone" in [each.key for each in found.limitations if each.stops]


def test_a_plan_can_weigh_the_months_of_a_measure_that_stays_on(monitor):
    world = Offices()
    world.load(monitor)
    plan = EvaluationPlan(weighed=True)
    found, usual = estimated(monitor, plan), estimated(monitor)
    assert found.result.gross != usual.result.gross
    assert found.result.gross.value == pytest.approx(usual.result.gross.value, rel=0.1)
    assert "weighed_months" in [each.key for each in found.limitations]
    assert found.judgement == Judgement(usual.judgement.state, PlanOnRecord(plan), *_rest(found))
    for lang in LANGS:
        assert len(plan_words(plan, lang)) > len(plan_words(EvaluationPlan(), lang))


def _rest(found):
    judged = found.judgement
    return judged.due, judged.missing, judged.verdicts, judged.changed, judged.rests_on


@pytest.mark.slow
@pytest.mark.parametrize("turn", ["1", "0", "13", "x"])
def test_a_turn_within_a_month_or_beyond_a_year_is_set_aside(monitor, turn):
    load(monitor, alternating(turn_months=turn))
    with monitor.store.read() as db:
        assert interventions(db) == ()
        (seen,) = db.rows("select distinct column_name from set_aside")
    assert seen == ("turn_months",)

"""What the product says of the demo's pilot, and of locations where nothing was done."""

from contextlib import closing
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.core.periods import add_months
from nami_monitor.core.words import Design, PlanState, Unit, Verdict
from nami_monitor.demo.office_supplies import ON_REQUEST, request_offices
from nami_monitor.demo.truth import TRUTH
from nami_monitor.kpis.interventions.comparison import compare
from nami_monitor.kpis.interventions.evaluation import (
    evaluate,
    evaluate_in_every_unit,
    primary,
)
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.plans import judgements
from nami_monitor.kpis.interventions.register import chosen
from nami_monitor.kpis.interventions.sites import LeftOutReason
from nami_monitor.signals.signal_rules import fading
from nami_monitor.store import Store

NOMINAL = 0.05
"""How often a two-sided 95% interval leaves out a zero that is true."""


@pytest.fixture(scope="module")
def read(demo_folder):
    store = Store(demo_folder / "demo.duckdb")
    with store.read() as db:
        found = read_panel_data(db)
    store.close()
    return found


@pytest.fixture(scope="module")
def planted(read):
    (one,) = chosen(read.register, ["ZL-I-3"])
    return one


def test_the_planted_quotient_lies_within_the_interval_in_every_reading(read, planted):
    for unit in (Unit.BASE, Unit.KG, Unit.EUR):
        found = evaluate(planted, read, unit)
        assert found.result.quotient.low < TRUTH.waterbed_quotient < found.result.quotient.high
        assert Verdict.WATERBED_SHOWN in found.verdicts


def test_the_planted_saving_of_towels_lies_within_the_interval_and_nothing_came_back(read):
    (towels,) = chosen(read.register, ["ZL-I-4"])
    answers = evaluate_in_every_unit(towels, read)
    assert primary(answers).unit is Unit.KG
    found = compare(towels, read)
    for each in answers[1:]:
        result, inputs = each.result, found.inputs(each.unit)
        after = inputs.target[list(result.treated), inputs.first :].mean(1).sum()
        expected = after - result.gross.value
        low, high = (limit / expected for limit in (result.gross.low, result.gross.high))
        assert low < TRUTH.towel_effect < high < 0
        assert result.quotient.low < 0.0 < result.quotient.high < 1


def test_every_planted_truth_lies_in_its_interval_at_its_evaluation_date(read):
    """As it was written down, and as of that month."""
    notepads, towels = (read.judgements[code].last for code in ("ZL-I-7", "ZL-I-4"))
    assert (notepads.month, towels.month) == (date(2025, 9, 1), TRUTH.last_month)
    assert notepads.quotient.low < TRUTH.request_quotient < notepads.quotient.high
    assert notepads.verdicts == (Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN)
    assert (towels.unit, towels.verdicts) == (Unit.KG, (Verdict.NET_REDUCTION_SHOWN,))
    assert towels.quotient.low < 0.0 < towels.quotient.high < 1
    (one,) = chosen(read.register, ["ZL-I-4"])
    found = compare(one, read)
    result, inputs = evaluate(one, read, Unit.KG).result, found.inputs(Unit.KG)
    assert towels.gross.value == pytest.approx(result.gross.value), "its date is the last month"
    after = inputs.target[list(result.treated), inputs.first :].mean(1).sum()
    expected = after - towels.gross.value
    low, high = (limit / expected for limit in (towels.gross.low, towels.gross.high))
    assert low < TRUTH.towel_effect < high < 0


def test_the_verdict_on_signs_and_messages_holds_what_was_planted(read):
    """By the randomisation test and by placebos; only the sign is shown to do anything."""
    (one,) = chosen(read.register, ["ZL-I-6"])
    frozen = read.judgements["ZL-I-6"].last
    assert (frozen.month, frozen.unit) == (date(2026, 9, 1), Unit.KG)
    effects = {arm: effect for arm, told, effect in TRUTH.sign_effects if told}
    messages = {arm: told for arm, told, _ in TRUTH.sign_effects}
    assert [arm.arm for arm in frozen.arms] == sorted(effects)
    assert one.assignment.by_seed
    for arm in frozen.arms:
        truth = effects[arm.arm]
        assert arm.effect.low < truth < arm.effect.high
        assert arm.placebo.low < truth < arm.placebo.high
        assert arm.shown == (truth != 0) == (arm.effect.high < 0) == (arm.placebo.high < 0)
        assert arm.told == messages[arm.arm]
        assert arm.locations == arm.nothing == TRUTH.sign_locations / len(TRUTH.sign_effects)
    assert frozen.verdicts == (Verdict.NET_REDUCTION_SHOWN,), "toilet paper kept its course"


def test_one_verdict_is_of_the_past_one_of_the_last_month_and_one_to_come(read, demo_folder):
    states = {code: (one.state, one.due) for code, one in read.judgements.items()}
    assert states["ZL-I-7"] == (PlanState.EVALUATED, None)
    assert states["ZL-I-4"] == (PlanState.EVALUATED, None)
    assert states["ZL-I-3"] == (PlanState.PROVISIONAL, date(2027, 3, 1))
    month_before = add_months(TRUTH.last_month, -1)
    with (
        closing(Store(demo_folder / "demo.duckdb")) as store,
        read_as_of(store, month_before) as db,
    ):
        before = judgements(db)
    assert (before["ZL-I-4"].state, before["ZL-I-4"].due) == (
        PlanState.PROVISIONAL,
        TRUTH.last_month,
    )
    assert before["ZL-I-7"].last == read.judgements["ZL-I-7"].last, "later months change nothing"


def test_only_the_plan_of_the_pilot_was_registered_before_its_start(read):
    records = {code: one.record for code, one in read.judgements.items()}
    begun = [one.code for one in read.register if one.starts_on <= TRUTH.last_month]
    assert [code for code in begun if not records[code].afterwards] == ["ZL-I-3"]
    plan = records["ZL-I-3"].plan
    assert plan.months == (TRUTH.pilot_evaluated_after,)
    assert (plan.unit, plan.design, plan.one_sided) == (Unit.BASE, Design.CONTROLS, False)
    assert plan.decision


def test_the_effect_that_fades_is_seen_to_fade_and_no_other(read, world):
    faded = {}
    for one in read.register:
        unit = Unit.KG if one.category == "sanitary_supplies" else Unit.BASE
        found = evaluate(one, read, unit, with_destinations=False)
        if found.estimated:
            faded[one.code] = fading(found.result)
    seen = faded.pop("ZL-I-7").smaller
    office, places = world.office, request_offices(world.organisation, TRUTH)
    gone = (office.cabinet_without - office.cabinet)[np.ix_(places, ON_REQUEST)].sum((0, 1))
    after = gone[TRUTH.index(TRUTH.request_start) :]
    half = len(after) // 2
    assert 0 < seen.low < after[:half].mean() - after[-half:].mean() < seen.high
    assert set(faded) == {"ZL-I-3", "ZL-I-4", "ZL-I-6"}
    assert not any(faded.values())


def test_nothing_spread_anywhere_else(read, planted):
    """The truth of the demo: all that came back came back in the web shop."""
    found = evaluate(planted, read, Unit.BASE)
    shown = [place.name for place in found.destinations if place.shown]
    assert shown == ["webshop"]
    assert len(found.destinations) > 10


def test_control_locations_raise_no_alarm_beyond_the_nominal_rate(read, planted):
    """Each of them in the pilot's place, with the same start: false alarms are binomial."""
    controls = evaluate(planted, read, Unit.BASE, with_destinations=False).sites.controls
    alarms = dict.fromkeys(("gross", "spill", "net"), 0)
    backfires = 0
    for code in controls:
        one = replace(planted, code="placebo", locations=(code,))
        found = evaluate(one, read, Unit.BASE, with_destinations=False)
        if not found.estimated:  # few people work there, so nothing is told of it alone
            assert [each.why for each in found.sites.left] == [LeftOutReason.SMALL]
            continue
        for part in alarms:
            effect = getattr(found.result, part)
            alarms[part] += not effect.low <= 0 <= effect.high
        backfires += Verdict.WATERBED_SHOWN in found.verdicts
    most = stats.binom.ppf(0.999, len(controls), NOMINAL)
    assert len(controls) > 30
    assert all(count <= most for count in alarms.values()), alarms
    assert backfires <= stats.binom.ppf(0.999, len(controls), NOMINAL / 2)

"""What a pilot can show, before it starts."""

from dataclasses import replace

import numpy as np
import pytest

from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.core.words import Verdict, Why
from nami_monitor.waterbed import Inputs, PilotDesign
from nami_monitor.waterbed import plan as plan_of
from nami_monitor.waterbed.planning import designs, recommend
from nami_monitor.waterbed.verdicts import critical
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate, plan

REDUCTION = 0.5


def history(seed=1, *, locations=31, treated=1, months=36, level=100.0):
    return panels.drawn(
        seed, locations=locations, treated=treated, months=months, cut=0.0, level=level
    )


def keys(found):
    return {reason.key for reason in found.cautions}


def test_what_is_planned_is_told_in_units():
    a, b, treated = history(treated=2)
    found = plan(a, b, treated, 0.4, 12)
    assert (found.treated, found.controls) == (2, 29)
    assert (found.pre_months, found.post_months, found.quotient) == (36, 12, 0.7)
    assert found.reduction == pytest.approx(0.4 * a[:2, :23].mean(1).sum())


def test_noise_is_that_of_placebo_starts_with_the_whole_history_before():
    """Months of these panels do not resemble each other, so that a mean is worth their number."""
    a, b, treated = history()
    found = plan(a, b, treated, REDUCTION, 12)
    trials = [
        estimate(a[:, : first + 12], b[:, : first + 12], treated, first) for first in range(19, 25)
    ]
    longer = [(1 / 35 + 1 / 12) / (1 / (first - 1) + 1 / 12) for first in range(19, 25)]
    for part, se in (("gross", found.gross_se), ("spill", found.spill_se)):
        variances = np.array([getattr(one, part).se ** 2 for one in trials])
        assert se == pytest.approx(np.sqrt((variances * longer).mean()), rel=0.03)


def test_the_smallest_quotient_that_is_shown():
    a, b, treated = history()
    found = plan(a, b, treated, REDUCTION, 12)
    reach = critical(28) + critical(28, 0.6)
    assert found.smallest_quotient == pytest.approx(reach * found.spill_se / found.reduction)
    half = plan(a, b, treated, REDUCTION / 2, 12)
    assert half.smallest_quotient == pytest.approx(2 * found.smallest_quotient)


def test_chances_are_those_of_pilots_that_are_drawn():
    shown = {Verdict.WATERBED_SHOWN: 0, Verdict.NET_REDUCTION_SHOWN: 0}
    decreased, runs, planned = 0, 120, []
    for seed in range(runs):
        a, b, treated = panels.drawn(seed, level=40, cut=0.4, quotient=0.5)
        result = estimate(a, b, treated, 24)
        decreased += result.gross.high < 0
        for verdict in shown:
            shown[verdict] += verdict in result.verdicts
        if seed < 20:
            a, b, treated = history(1000 + seed, level=40)
            planned.append(plan(a, b, treated, 0.4, 12, quotient_expected=0.5))
    chance = [
        np.mean([getattr(one, f"chance_{name}") for one in planned])
        for name in ("decrease", "waterbed", "net_reduction")
    ]
    seen = [decreased / runs, *(count / runs for count in shown.values())]
    assert chance == pytest.approx(seen, abs=0.13)
    assert 0.1 < chance[1] < 0.9


def test_more_is_seen_with_more_locations_and_months():
    chances = []
    for treated, months in ((1, 6), (1, 12), (5, 12)):
        a, b, marks = history(treated=treated, months=48, level=12)
        chances.append(plan(a, b, marks, 0.3, months).chance_waterbed)
    assert chances == sorted(chances)
    assert chances[-1] > chances[0] + 0.1


def test_nothing_that_leaks_is_no_waterbed():
    a, b, treated = history()
    none = plan(a, b, treated, REDUCTION, 12, quotient_expected=0.0).chance_waterbed
    assert 0.015 < none < 0.035
    assert plan(a, b, treated, 0.02, 12).chance_decrease < 0.5
    assert plan(a, b, treated, REDUCTION, 12, quotient_expected=1.0).chance_net_reduction < 0.04
    assert plan(a, b, treated, REDUCTION, 12).chance_decrease > 0.95


def test_own_shocks_make_a_plan_sharper():
    values, treated = panels.read("panel_cv")
    values = values[..., :24]
    with_them = plan(*values[0], treated, REDUCTION, 6, untouched=values[1:])
    without = plan(*values[0], treated, REDUCTION, 6)
    assert with_them.gross_se < without.gross_se
    assert with_them.chance_waterbed > without.chance_waterbed


def test_the_same_question_has_the_same_answer():
    a, b, treated = history()
    assert plan(a, b, treated, REDUCTION, 12) == plan(a, b, treated, REDUCTION, 12)


def nothing(found, *whys):
    assert found.gross_se is None
    assert found.chance_waterbed is None
    assert found.smallest_quotient is None
    assert set(whys) <= keys(found)


def test_what_cannot_be_planned_says_why():
    a, b, treated = history()
    nothing(plan(a, b, treated, REDUCTION, 19), Why.FEW_PRE_MONTHS)
    nothing(plan(a, b, treated, REDUCTION, 40), Why.START_OUTSIDE)
    nothing(plan(a, b, treated, REDUCTION, 5), Why.FEW_POST_MONTHS)
    nothing(plan(a[:8], b[:8], treated[:8], REDUCTION, 12), Why.FEW_CONTROLS)
    nothing(plan(a, b, treated & False, REDUCTION, 12), Why.NO_TREATED)
    nothing(plan(a, b, treated | True, REDUCTION, 12), Why.FEW_CONTROLS)
    seldom = np.where(treated[:, None] & (np.arange(36) >= 11), 0.0, a)
    nothing(plan(seldom, b, treated, REDUCTION, 12), Why.FEW_ORDER_MONTHS)
    still = np.broadcast_to(50.0 + np.arange(31)[:, None], a.shape)
    nothing(plan(still, b, treated, REDUCTION, 12), Why.NO_VARIATION)
    a[4, 2] = np.nan
    found = plan(a, b, treated, REDUCTION, 12)
    assert found.gross_se is not None
    assert keys(found) == {Why.MONTHS_MISSING}
    assert found.controls == 29


def test_few_pilots_are_counted_with_what_is_known_of_the_history():
    a, b, treated = history(months=30)
    assert plan(a, b, treated, REDUCTION, 12).gross_se is not None
    assert plan(a, b, treated, REDUCTION, 13).gross_se is None


@pytest.mark.parametrize("reduction", [0.0, -0.1, 1.01])
def test_a_plan_reduces_something(reduction):
    a, b, treated = history()
    with pytest.raises(ValueError, match=str(reduction)):
        plan(a, b, treated, reduction, 12)


@pytest.mark.parametrize(("months", "turn"), [(0, 0), (-1, 0), (12, 1), (6, 6), (6, 7), (12, -3)])
def test_a_design_has_months_and_turns_within_them(months, turn):
    with pytest.raises(ValueError, match=f"months={months}"):
        PilotDesign(months, turn)


def test_designs_come_by_what_they_take_and_stay_within_it():
    found = designs(3, 12, 2)
    efforts = [one.effort for one in found]
    assert efforts == sorted(efforts)
    assert {one.sites for one in found} == {1, 2, 3}
    assert {one.months for one in found} == {6, 12}
    assert len(set(found)) == len(found) == 3 * 2 * 2 * 2 * 2
    assert all(one.weighed for one in found)
    assert PilotDesign(12, 3, sites=2, groups=2).effort == 2 * 2 * 6


def test_a_crossover_is_on_and_off_in_turn_and_a_step_of_alike_months_weighs_none():
    assert PilotDesign(12).switch(24) is None
    on = PilotDesign(8, 3).switch(4)
    assert on.tolist() == [False] * 4 + [True] * 3 + [False] * 3 + [True] * 2


def test_a_one_sided_plan_promises_more_and_the_same_noise():
    a, b, treated = history()
    inputs = Inputs(a, b, treated, 0)
    two, one = (
        plan_of(inputs, REDUCTION, PilotDesign(12, one_sided=side)) for side in (False, True)
    )
    assert one.gross_se == two.gross_se
    assert one.chance_net_reduction > two.chance_net_reduction


def test_designs_are_tried_until_each_claim_has_two():
    a, b, _ = history(treated=3)
    asked = []

    def past(design):
        asked.append(design)
        return Inputs(a, b, np.arange(len(a)) < design.sites, 0)

    offered = designs(3, 12, 1)
    found = recommend(past, REDUCTION, offered, quotient_expected=0.5)
    for one in found:
        assert len(one.designs) == len(one.enough) == 2
        runs = {replace(each.design, one_sided=False) for each in one.enough}
        assert len(runs) == 2
        assert all(each.chance(one.claim) >= PLAN_POWER.value for each in one.enough)
        for each in one.enough:
            again = plan_of(past(each.design), REDUCTION, each.design, quotient_expected=0.5)
            assert again == each.plan
    last = max(offered.index(each.design) for one in found for each in one.enough)
    assert len(set(asked)) <= last + 1


def test_without_enough_history_there_is_no_design():
    a, b, treated = history(months=20)
    inputs = Inputs(a, b, treated, 0)
    for one in recommend(lambda _: inputs, REDUCTION, designs(1, 12, 1)):
        assert one.designs == ()
        assert one.best is None


def test_everything_can_be_taken_away():
    a, b, treated = history()
    found = plan(a, b, treated, 1.0, 12)
    assert found.reduction == pytest.approx(a[0, :23].mean())
    assert replace(found, cautions=()) == found

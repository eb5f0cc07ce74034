"""The estimator against values that were worked out before it was written."""

from dataclasses import dataclass

import numpy as np
import pytest

from nami_monitor.core.words import Design, Verdict
from nami_monitor.waterbed import Inputs
from nami_monitor.waterbed.estimate import prepare
from nami_monitor.waterbed.verdicts import judge
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate

NEAR = 1e-3


@dataclass(frozen=True)
class Truth:
    quotient: tuple
    gross: tuple
    spill: tuple
    covariance: float | None = None
    net: tuple | None = None


PLAIN, OWN_SHOCKS, OWN_SLOPE = "plain", "own shocks", "own slope"
REFERENCE = {
    ("panel_q07", PLAIN): Truth(
        (0.3038, -0.0144, 0.7146),
        (-66.3267, 9.8959),
        (20.1494, 10.3227),
        14.2342,
        (-46.1773, 15.2629),
    ),
    ("panel_cv", PLAIN): Truth(
        (1.1619, 0.4840, 3.2586), (-39.0259, 10.4329), (45.3426, 9.4421), 53.8314
    ),
    ("panel_cv", OWN_SHOCKS): Truth(
        (1.2030, 0.6244, 2.5765),
        (-38.1560, 8.4423),
        (45.9033, 7.6582),
        23.8172,
        (7.7473, 13.3250),
    ),
}


def found(name, how, **settings):
    values, treated = panels.read(name)
    untouched = {PLAIN: None, OWN_SHOCKS: values[1:], OWN_SLOPE: values[1:].sum(0, keepdims=True)}
    return estimate(
        *values[0],
        treated,
        panels.FIRST,
        anticipation=0,
        untouched=untouched[how],
        **settings,
    )


@pytest.mark.parametrize("case", REFERENCE, ids=" ".join)
def test_the_reference_values(case):
    result, truth = found(*case), REFERENCE[case]
    quotient = result.quotient
    assert (quotient.value, quotient.low, quotient.high) == pytest.approx(truth.quotient, abs=NEAR)
    assert (result.gross.value, result.gross.se) == pytest.approx(truth.gross, abs=NEAR)
    assert (result.spill.value, result.spill.se) == pytest.approx(truth.spill, abs=NEAR)
    assert result.covariance == pytest.approx(truth.covariance, abs=NEAR)
    if truth.net:
        assert (result.net.value, result.net.se) == pytest.approx(truth.net, abs=NEAR)
    assert result.design is Design.CONTROLS
    assert (result.pre_months, result.post_months) == (24, 12)
    assert (result.treated, result.controls) == ((0,), tuple(range(1, 31)))


def test_how_own_shocks_are_taken_out():
    (shocks,) = found("panel_cv", OWN_SHOCKS).location_shocks
    assert shocks.slope == pytest.approx(0.8014, abs=NEAR)
    assert (shocks.gross, shocks.spill) == pytest.approx((1.2627, 1.0657), abs=NEAR)
    assert shocks.groups == (0, 1, 2, 3, 4)


def test_one_untouched_group_has_a_slope_of_its_own():
    result = found("panel_cv", OWN_SLOPE)
    quotient = result.quotient
    assert (quotient.value, quotient.low, quotient.high) == pytest.approx(
        (1.2027, 0.6194, 2.5906), abs=NEAR
    )
    assert result.location_shocks[0].slope is None


@pytest.mark.parametrize(
    ("how", "common", "truth"),
    [
        (PLAIN, False, (0.2677, 0.0370, 0.5648)),
        (OWN_SHOCKS, False, (0.2896, 0.0665, 0.5790)),
        (OWN_SHOCKS, True, (0.2511, 0.0455, 0.5124)),
    ],
)
def test_three_pilots(how, common, truth):
    quotient = found("panel_cv3", how, common_quotient=common).quotient
    assert (quotient.value, quotient.low, quotient.high) == pytest.approx(truth, abs=NEAR)


def test_stacked_effects_carry_the_quotient_and_the_others_count_each_pilot_once():
    stacked = found("panel_cv3", OWN_SHOCKS, common_quotient=True)
    apart = found("panel_cv3", OWN_SHOCKS)
    values, treated = panels.read("panel_cv3")
    prepared = prepare(Inputs(*values[0], treated, panels.FIRST, 0, values[1:]))
    pair = judge(prepared.effects(common_quotient=True), prepared.reach)
    assert (pair.gross.value, pair.gross.se) == pytest.approx((-239.4151, 19.9635), abs=NEAR)
    assert (pair.spill.value, pair.spill.se) == pytest.approx((60.1162, 23.4979), abs=NEAR)
    assert pair.covariance == pytest.approx(269.1972, abs=NEAR)
    assert stacked.quotient == pair.quotient
    assert (stacked.gross, stacked.spill, stacked.net) == (apart.gross, apart.spill, apart.net)


def test_what_the_reference_panels_show():
    assert found("panel_q07", PLAIN).verdicts == (Verdict.NET_REDUCTION_SHOWN,)
    assert found("panel_cv", OWN_SHOCKS).verdicts == (Verdict.WATERBED_SHOWN,)
    assert found("panel_cv3", OWN_SHOCKS).verdicts == (
        Verdict.WATERBED_SHOWN,
        Verdict.NET_REDUCTION_SHOWN,
    )


def test_second_opinions_without_own_shocks_are_the_plain_estimate():
    opinion = found("panel_cv", OWN_SHOCKS).sensitivity.unadjusted
    assert (opinion.value, opinion.low, opinion.high) == pytest.approx(
        (1.1619, 0.4840, 3.2586), abs=NEAR
    )


def smoking_alarms(first):
    """States without a tax rise in which an effect is shown all the same."""
    values, _states, california, _ = panels.smoking()
    controls = np.delete(values, california, 0)
    alarms = 0
    for state in range(len(controls)):
        result = estimate(controls, controls[::-1], np.arange(len(controls)) == state, first)
        alarms += result.gross.high < 0 or result.gross.low > 0
    return alarms / len(controls)


def test_smoking_went_down_where_the_tax_rose():
    values, states, california, first = panels.smoking()
    result = estimate(values, values + 1, np.arange(len(states)) == california, first)
    assert result.gross.high < 0
    assert result.gross.low < -19.62 < result.gross.high
    assert result.gross.low < -15.6038 < result.gross.high


@pytest.mark.parametrize("first", [18, 19, 20, 21, 22, 23, 24, 25])
def test_few_alarms_in_states_where_nothing_happened(first):
    assert smoking_alarms(first) <= 0.07

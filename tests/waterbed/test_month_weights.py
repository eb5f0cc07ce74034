"""Weights of months: check values, and what their definition says of them."""

import numpy as np
import pytest

from nami_monitor.waterbed import Inputs, PilotDesign, estimate
from nami_monitor.waterbed.noise import month_weights, resemblance
from tests.waterbed.waterbed_panels import drawn

MONTHS = np.arange(36)


def test_a_step_weighs_the_months_by_the_start_most():
    weights = month_weights(MONTHS >= 24, MONTHS != 23, 0.7, 1.0)
    assert weights[[0, 11, 22, 23, 24, 35]].round(5).tolist() == [
        -0.06587, -0.03341, -0.13804, 0.0, 0.17018, 0.11754,
    ]  # fmt: skip
    assert (weights**2).sum() == pytest.approx(0.15083, abs=5e-6)


def test_a_switch_that_goes_on_and_off_leaves_the_month_after_each_turn_out():
    on = np.isin(MONTHS, [24, 25, 26, 30, 31, 32])
    weights = month_weights(on, ~np.isin(MONTHS, [23, 27, 30, 33]), 0.7, 1.0)
    assert weights[24:].round(5).tolist() == [
        0.20045, 0.15958, 0.19283, 0.0, -0.14545, -0.1415, 0.0, 0.22134, 0.22579, 0.0, -0.10946,
        -0.07106,
    ]  # fmt: skip


@pytest.mark.parametrize(("lasting", "passing"), [(0.0, 0.0), (0.7, 1.0), (0.9, 10.0)])
def test_weights_compare_two_means(lasting, passing):
    weights = month_weights(MONTHS >= 24, MONTHS != 23, lasting, passing)
    assert weights[24:].sum() == pytest.approx(1)
    assert weights[:24].sum() == pytest.approx(-1)
    if not lasting:
        assert np.ptp(weights[24:]) < 1e-12


@pytest.mark.parametrize("on", [np.ones(6, bool), np.zeros(6, bool)])
def test_a_switch_that_never_turns_has_no_weights(on):
    with pytest.raises(ValueError, match="array"):
        month_weights(on, np.ones(6, bool), 0.5, 1.0)


@pytest.mark.parametrize(("lasting", "passing"), [(0.0, 0.0), (0.7, 1.0), (0.9, 0.25)])
def test_the_resemblance_of_drawn_months_is_found_again(lasting, passing):
    rng = np.random.default_rng(3)
    apart = np.abs(np.subtract.outer(MONTHS, MONTHS))
    root = np.linalg.cholesky(lasting**apart + passing * np.eye(36))
    series = rng.standard_normal((4000, 36)) @ root.T
    found = resemblance(series, MONTHS >= 24, MONTHS != 23)
    drawn = lasting ** apart[0, :7] / (1 + passing)
    again = found[0] ** apart[0, :7] / (1 + found[1])
    assert np.abs(drawn - again)[1:].max() < 0.06


@pytest.mark.parametrize("switch", [MONTHS >= 20, MONTHS >= 25, MONTHS < 0, MONTHS[1:] >= 24])
def test_a_switch_begins_with_the_measure(switch):
    amounts = np.full((25, len(MONTHS)), 5.0)
    with pytest.raises(ValueError, match="array"):
        Inputs(amounts, amounts, np.arange(25) == 0, 24, 1, None, switch)


def test_a_second_opinion_on_whole_months_is_none_on_weighed_ones():
    a, b, treated = drawn(3, locations=31, cut=0.5)
    switch = PilotDesign(a.shape[1] - 24, 3).switch(24)
    even, weighed = (estimate(Inputs(a, b, treated, 24, 1, None, on)) for on in (None, switch))
    assert even.sensitivity.synthetic is not None
    assert weighed.sensitivity.synthetic is None
    assert weighed.sensitivity.ranks is not None

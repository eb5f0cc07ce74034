"""Which untouched groups may tell of a location's own shocks."""

import numpy as np
import pytest

from nami_monitor.core.words import Why
from nami_monitor.waterbed.noise import adjust, proxy
from nami_monitor.waterbed.panel import PrePost, means, shift
from nami_monitor.waterbed.screen import touched
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate

FIRST = 24


@pytest.fixture
def panel():
    values, treated = panels.read("panel_cv")
    return *values[0], treated, values[1:].copy()


def estimated(panel, **changed):
    a, b, treated, untouched = panel
    return estimate(a, b, treated, FIRST, **{"untouched": untouched} | changed)


def reason(result, key):
    return next((one for one in result.cautions if one.key is key), None)


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_a_group_that_lacks_a_month_is_as_if_it_were_not_there(panel, hole):
    panel[3][2, 0, 3, 5] = hole
    result = estimated(panel)
    assert reason(result, Why.UNTOUCHED_MISSING).locations == (2,)
    without = estimated(panel, untouched=np.delete(panel[3], 2, 0))
    assert (result.gross, result.spill) == (without.gross, without.spill)
    assert result.location_shocks[0].groups == (0, 1, 3, 4)


def test_a_group_that_a_location_does_not_order_is_not_used(panel):
    panel[3][1, :, 7, :23] = 0
    result = estimated(panel)
    assert reason(result, Why.UNTOUCHED_MISSING).locations == (1,)
    assert result.location_shocks[0].groups == (0, 2, 3, 4)


def test_a_channel_that_a_location_does_not_use_does_no_harm(panel):
    panel[3][1, 0, 7] = 0
    result = estimated(panel)
    assert reason(result, Why.UNTOUCHED_MISSING) is None
    assert np.isfinite([result.gross.se, result.quotient.low]).all()


def test_a_missing_month_of_a_location_that_is_left_out_does_not_matter(panel):
    panel[0][5, 3] = np.nan
    panel[3][2, 0, 5, 5] = np.nan
    result = estimated(panel)
    assert reason(result, Why.UNTOUCHED_MISSING) is None
    assert reason(result, Why.MONTHS_MISSING).locations == (5,)


def test_groups_that_are_too_small_are_not_used(panel):
    result = estimated(panel, untouched=panel[3] * 0.05)
    small = reason(result, Why.UNTOUCHED_SMALL)
    a, b, _, untouched = panel
    seen = 0.05 * untouched[..., :23].sum() / (a[:, :23] + b[:, :23]).sum()
    assert small.seen == pytest.approx(seen)
    assert small.needed == 0.5
    assert result.location_shocks == ()
    assert result.gross == estimated(panel, untouched=None).gross
    assert result.sensitivity.unadjusted is None
    assert result.sensitivity.bias_per_share is None


def test_no_group_that_can_be_used_is_no_group(panel):
    panel[3][:] = np.nan
    result = estimated(panel)
    assert reason(result, Why.UNTOUCHED_MISSING).locations == (0, 1, 2, 3, 4)
    assert reason(result, Why.UNTOUCHED_SMALL) is None
    assert result.gross == estimated(panel, untouched=None).gross


def test_a_group_that_moved_with_the_pilot_is_not_untouched(panel):
    panel[3][2, :, 0, 24:] *= 1.5
    result = estimated(panel)
    assert reason(result, Why.UNTOUCHED_TOUCHED).locations == (2,)
    assert result.location_shocks[0].groups == (0, 1, 3, 4)
    without = estimated(panel, untouched=np.delete(panel[3], 2, 0))
    assert (result.gross, result.spill) == (without.gross, without.spill)


def test_of_two_groups_that_differ_both_moved(panel):
    untouched = np.stack([panel[3][:3].sum(0), panel[3][3:].sum(0)])
    untouched[0, :, 0, 24:] *= 2
    result = estimated(panel, untouched=untouched)
    assert 0 in reason(result, Why.UNTOUCHED_TOUCHED).locations


@pytest.mark.parametrize("locations", [12, 41])
def test_untouched_groups_are_seldom_dropped_for_nothing(locations):
    rng = np.random.default_rng(11)
    level = 60 * np.exp(rng.normal(0, 0.5, (400, 4, 2, locations, 1)))
    values = rng.poisson(np.broadcast_to(level, (400, 4, 2, locations, 36))) * 1.0
    window = PrePost.at(24, 36, 1)
    moved = touched(means(values, window), np.ones((400, 4)), 1, window)
    assert 0.01 < moved.any(1).mean() < 0.09
    none = touched(means(values, window), np.zeros((400, 4)), 1, window)
    assert not none.any()


def test_a_group_that_is_not_used_does_not_count(panel):
    a, _, _, untouched = panel
    window = PrePost.at(FIRST, 36, 1)
    used = np.array([1.0, 1.0, 0.0, 1.0, 1.0])
    kept = proxy(means(untouched, window), used, 1)
    without = proxy(means(np.delete(untouched, 2, 0), window), np.ones(4), 1)
    assert kept.values == pytest.approx(without.values)
    assert kept.slopes == pytest.approx(without.slopes)
    like = shift(a, 1, window)
    assert adjust(like, kept, 1).change == pytest.approx(adjust(like, without, 1).change)


def test_the_multiplier_stays_within_its_bounds(panel):
    a, _, _, untouched = panel
    window = PrePost.at(FIRST, 36, 1)
    like = shift(a, 1, window)
    by = proxy(means(untouched, window), np.ones(5), 1)
    for factor in (0.01, 0.3, -1.0, 0.0):
        scaled = type(by)(factor * by.values, by.slope, by.slopes, by.pooled)
        found = adjust(like, scaled, 1)
        assert 0 <= found.multiplier <= 1.5
        assert ((found.multipliers >= 0) & (found.multipliers <= 1.5)).all()
    assert (
        adjust(like, type(by)(0 * by.values, *(by.slope, by.slopes, by.pooled)), 1).multiplier == 0
    )


def test_what_a_leak_into_the_untouched_groups_would_add(panel):
    a, b, _, untouched = panel
    result = estimated(panel)
    (shocks,) = result.location_shocks
    q = result.quotient.value
    levels = [each[0, :23].mean() for each in (a, b)]
    beside = untouched[:, :, 0, :23].mean(-1).sum()
    expected = (
        -shocks.slope * q * (shocks.spill * levels[1] + q * shocks.gross * levels[0]) / beside
    )
    assert result.sensitivity.bias_per_share == pytest.approx(expected)


def test_a_leak_into_the_untouched_groups_does_add_that(panel):
    a, b, treated, untouched = panel
    before = estimated(panel)
    leak = 0.2 * before.quotient.value * -before.gross.value
    untouched[:, :, 0, 24:] += leak / 10
    after = estimate(a, b, treated, FIRST, untouched=untouched)
    added = after.quotient.value - before.quotient.value
    assert added == pytest.approx(0.2 * before.sensitivity.bias_per_share, rel=0.15)


def test_own_shocks_that_are_shared_make_the_interval_narrower(panel):
    with_them, without = estimated(panel), estimated(panel, untouched=None)
    assert with_them.gross.se < 0.9 * without.gross.se
    assert with_them.spill.se < 0.9 * without.spill.se


def test_a_path_without_own_shocks_averages_to_the_effect(panel):
    result = estimated(panel)
    assert result.path.gross[24:].mean() == pytest.approx(result.gross.value)
    assert result.path.spill[24:].mean() == pytest.approx(result.spill.value)

"""What must hold of every estimate, whatever the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.verdicts import critical, net, quotient
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=25)


def numbers(result):
    return [
        getattr(one, limit)
        for one in (result.gross, result.spill, result.net, result.quotient)
        if one
        for limit in ("value", "low", "high", "se")
    ]


@FEW
@given(SEEDS, st.sampled_from([0.001, 0.37, 2.0, 5000.0]))
def test_another_unit_changes_amounts_and_nothing_else(seed, factor):
    a, b, treated = panels.drawn(seed)
    one = estimate(a, b, treated, 24)
    other = estimate(factor * a, factor * b, treated, 24)
    assert one.verdicts == other.verdicts
    for field in ("gross", "spill", "net"):
        mine, scaled = getattr(one, field), getattr(other, field)
        assert (scaled.value, scaled.se) == pytest.approx(
            (factor * mine.value, factor * mine.se), rel=1e-6
        )
    if np.isfinite(one.quotient.value):
        assert other.quotient.low == pytest.approx(one.quotient.low, rel=1e-6)


@FEW
@given(SEEDS)
def test_the_order_of_the_locations_does_not_matter(seed):
    a, b, treated = panels.drawn(seed, treated=2)
    order = np.random.default_rng(seed).permutation(len(a))
    one = estimate(a, b, treated, 24)
    other = estimate(a[order], b[order], treated[order], 24)
    assert numbers(other) == pytest.approx(numbers(one), rel=1e-6, nan_ok=True)
    assert sorted(order[list(other.controls)]) == list(one.controls)


@FEW
@given(SEEDS, st.sampled_from([0.0, 0.5, 0.9]))
def test_net_is_gross_and_spill(seed, cut):
    a, b, treated = panels.drawn(seed, cut=cut, treated=3)
    result = estimate(a, b, treated, 24)
    assert result.net.value == pytest.approx(result.gross.value + result.spill.value)
    variance = result.gross.se**2 + result.spill.se**2 + 2 * result.covariance
    assert result.net.se**2 == pytest.approx(variance)
    if result.gross.high < 0:
        assert result.quotient.value == pytest.approx(result.spill.value / -result.gross.value)


@given(
    st.floats(-3, 3),
    st.floats(-3, 3),
    st.floats(0.1, 2),
    st.floats(0.1, 2),
    st.floats(-0.95, 0.95),
)
def test_the_closed_interval_is_the_inverted_test(gross, spill, gross_sd, spill_sd, alike):
    of = Effects(
        *map(
            np.asarray,
            (gross, spill, gross_sd**2, spill_sd**2, alike * gross_sd * spill_sd),
        )
    )
    reach = critical(20)
    value, low, high = quotient(of, reach)
    assert np.isnan(value) == (abs(gross) <= 1e-10 * gross_sd)
    if np.isinf(low):
        assert np.isinf(high)
        assert abs(gross) <= reach * gross_sd
        return
    grid = np.linspace(low - 1, high + 1, 2001)
    effect = spill + grid * gross
    variance = of.spill_var + grid**2 * of.gross_var + 2 * grid * of.covariance
    held = effect**2 <= reach**2 * variance
    near = np.minimum(np.abs(grid - low), np.abs(grid - high)) < 1e-6 * (1 + np.abs(grid))
    assert (held == ((grid >= low) & (grid <= high)))[~near].all()
    assert low <= value <= high


def test_a_net_effect_has_no_negative_variance():
    of = Effects(*map(np.asarray, (1.0, 1.0, 1.0, 1.0, -1.5)))
    assert net(of) == (2.0, 0.0)


@FEW
@given(SEEDS)
def test_a_path_averages_to_the_effect(seed):
    a, b, treated = panels.drawn(seed, treated=2)
    result = estimate(a, b, treated, 24)
    path = result.path
    assert path.gross[24:].mean() == pytest.approx(result.gross.value)
    assert path.spill[24:].mean() == pytest.approx(result.spill.value)
    assert path.gross[:23].mean() == pytest.approx(0, abs=1e-9)
    assert path.gross_placebos.shape == (29, 36)
    assert (path.gross_band > 0).all()
    assert result.anticipation.months == (23,)


@FEW
@given(SEEDS, st.floats(0, 1), st.floats(0, 1.5))
def test_a_quotient_has_bounds_exactly_where_a_decrease_is_shown(seed, cut, leak):
    a, b, treated = panels.drawn(seed, cut=cut, quotient=leak, level=40)
    result = estimate(a, b, treated, 24)
    ratio = result.quotient
    withheld = {Verdict.NO_DECREASE_SHOWN, Verdict.TARGET_ROSE}
    assert bool(withheld & set(result.verdicts)) == (result.gross.high >= 0)
    if result.gross.high < 0:
        assert np.isfinite([ratio.value, ratio.low, ratio.high, ratio.se]).all()
    else:
        assert np.isnan(ratio.value)
        assert (ratio.low, ratio.high, ratio.se) == (-np.inf, np.inf, np.inf)

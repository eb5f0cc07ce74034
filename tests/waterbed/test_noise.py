import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from nami_monitor.waterbed.noise import FLOOR, capped, fit, fit_without_each, noise
from nami_monitor.waterbed.panel import Shift


def by_nnls(square, level):
    """The same three passes with a general solver."""
    design = np.column_stack([np.ones_like(level), 1 / level])
    weights = np.ones_like(level)
    for _ in range(3):
        found, _ = nnls(design * np.sqrt(weights)[:, None], square * np.sqrt(weights))
        weights = 1 / np.maximum(design @ found, FLOOR) ** 2
    return found


def sizes(rng, count=30):
    return np.exp(rng.normal(4, 0.8, count))


@given(
    st.integers(0, 10_000),
    st.sampled_from([(0.01, 1.0), (0.02, 0.0), (0.0, 2.0), (0.001, 0.5)]),
)
def test_the_closed_fits_are_non_negative_least_squares(seed, truth):
    rng = np.random.default_rng(seed)
    level = sizes(rng)
    square = (truth[0] + truth[1] / level) * rng.chisquare(1, len(level))
    assert np.array(fit(square, level)) == pytest.approx(by_nnls(square, level), rel=1e-5, abs=1e-9)


def test_many_panels_are_fitted_as_each_alone():
    rng = np.random.default_rng(3)
    level, square = sizes(rng, (5, 20)), rng.chisquare(1, (5, 20)) * 0.01
    together = np.array(fit(square, level))
    for at in range(5):
        assert together[:, at] == pytest.approx(np.array(fit(square[at], level[at])))


def test_the_last_pass_leaves_each_control_out():
    rng = np.random.default_rng(4)
    level = sizes(rng, 15)
    square = rng.chisquare(1, 15) * (0.01 + 1 / level)
    square[3] *= 1000
    a, b = fit_without_each(square, level)
    others = a + b * (1 / level.mean())
    assert others[3] == others.min()
    assert len(a) == len(b) == 15


def test_sizes_that_do_not_differ_give_one_variance():
    a, b = fit(np.array([1.0, 2.0, 3.0]), np.full(3, 50.0))
    assert (a, b) == (pytest.approx(2.0), 0.0)


def test_no_precision_is_lent_to_a_larger_location():
    rng = np.random.default_rng(5)
    controls = np.sort(sizes(rng, 21))
    assert capped(np.array([1e6, 1.0]), controls).tolist() == [controls[15], 1.0]
    assert capped(np.array([1e6]), controls) == pytest.approx(np.quantile(controls, 0.75))
    assert capped(np.array([1e6]), controls[:20]) == pytest.approx(np.quantile(controls[:20], 0.75))


def test_the_parts_add_up_to_the_whole():
    rng = np.random.default_rng(6)
    level = sizes(rng, 31)
    change = rng.normal(0, np.sqrt(0.01 + 1 / level))
    weights = np.sqrt(level[1:]) / np.sqrt(level[1:]).sum()
    found = noise(change, Shift(level, level, change, weights), 1)
    assert found.mean == pytest.approx((weights**2 * found.own[1:]).sum(), rel=1e-3)
    assert (found.own >= 0.2 * found.total).all()
    large = found.own > 0.2 * found.total
    assert (found.own + found.mean)[large] == pytest.approx(found.total[large], rel=1e-3)


def test_no_less_than_a_fifth_is_thought_to_be_its_own():
    level = np.full(12, 50.0)
    change = np.full(12, 0.1)
    found = noise(change, Shift(level, level, change, np.eye(11)[0]), 1)
    assert found.own / found.total == pytest.approx(0.8)
    assert found.mean == pytest.approx(0.8 * found.total[0])


def test_a_series_that_is_still_has_some_noise():
    level = np.full(12, 50.0)
    found = noise(np.zeros(12), Shift(level, level, np.zeros(12), np.full(11, 1 / 11)), 1)
    assert found.total == pytest.approx(1e-8, rel=1e-9)

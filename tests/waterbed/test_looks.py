"""Boundaries of several looks: published values, what they promise, and what is refused."""

import numpy as np
import pytest
from scipy import stats

from nami_monitor.waterbed.looks import Look, boundaries, reach
from nami_monitor.waterbed.verdicts import critical

WORKED_OUT = {
    (6, 7, 8, 9, 10, 11, 12): (2.523, 2.464, 2.379, 2.308, 2.248, 2.198, 2.156),
    (6, 9, 12): (2.523, 2.222, 2.070),
    (12, 24): (2.392, 2.016),
}
"""By looks, with 23 months before the start."""


@pytest.mark.parametrize(("looks", "expected"), WORKED_OUT.items())
def test_boundaries_are_those_worked_out_before(looks, expected):
    assert boundaries(looks, 23) == pytest.approx(expected, abs=6e-4)


def test_with_fewer_months_before_the_start_less_is_left_for_the_end():
    assert boundaries((12, 24), 17) == pytest.approx((2.331, 2.025), abs=6e-4)


def test_on_students_scale_the_chance_is_the_same():
    looks = tuple(range(6, 13))
    assert reach(looks, 0, 23, 18) == pytest.approx(2.808, abs=6e-4)
    assert reach(looks, 6, 23, 18) == pytest.approx(2.339, abs=6e-4)
    assert reach(looks, 3, 23, np.inf) == pytest.approx(boundaries(looks, 23)[3])


@pytest.mark.parametrize("degrees", [3, 18, 200])
def test_one_look_costs_nothing(degrees):
    assert reach((12,), 0, 23, degrees) == pytest.approx(critical(degrees))


def test_a_true_nothing_is_claimed_no_more_often_than_once_in_twenty():
    """Simulated: sums with independent steps, looked at on every date of the plan."""
    looks, before, runs = (6, 9, 12), 23, 200_000
    information = 1 / (1 / np.array(looks) + 1 / before)
    steps = np.sqrt(np.diff(information, prepend=0))
    drawn = np.random.default_rng(3).normal(size=(runs, len(looks))) * steps
    z = drawn.cumsum(axis=1) / np.sqrt(information)
    ever = (np.abs(z) > boundaries(looks, before)).any(axis=1).mean()
    assert ever == pytest.approx(0.05, abs=2.5 * np.sqrt(0.05 * 0.95 / runs))


@pytest.mark.parametrize(
    ("looks", "before"), [((), 23), ((6, 6), 23), ((9, 6), 23), ((0, 6), 23), ((6,), 0)]
)
def test_what_is_no_plan_is_refused(looks, before):
    with pytest.raises(ValueError, match="looks"):
        boundaries(looks, before)


def test_a_look_gives_the_chance_at_which_something_is_shown():
    assert Look().alpha(23) == pytest.approx(0.05)
    assert Look(one_sided=True).alpha(23) == pytest.approx(0.1), "in either direction half"
    for at, limit in enumerate(WORKED_OUT[6, 9, 12]):
        expected = 2 * stats.norm.sf(limit)
        assert Look((6, 9, 12), at).alpha(23) == pytest.approx(expected, abs=1e-4)

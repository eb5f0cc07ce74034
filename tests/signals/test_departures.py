"""Departures of a series: which, which way, since when, and found where they were planted."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.words import Direction, XmrRule
from nami_monitor.signals.xmr import (
    ControlLimits,
    Xmr,
    departure_at,
    departures,
    latest_departure,
    xmr,
)

CHECK = np.array([1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1], dtype=float)
NAN = float("nan")


def noise(seed, months=48, season=4.0):
    draw = np.random.default_rng(seed)
    return 100 + draw.normal(size=months) + season * np.sin(np.arange(months) * np.pi / 6)


def test_the_check_series_has_one_departure_with_its_numbers():
    (found,) = departures(xmr(CHECK), Direction.DOWN)
    assert (found.point, found.rule, found.up, found.better) == (4, XmrRule.OUTSIDE, True, False)
    assert (found.value, found.length) == (10, 1)
    assert (found.mean, found.low, found.high) == pytest.approx((1.94, -0.72, 4.60), abs=0.005)
    assert found.provisional, "without a season only points outside count, provisionally"


@pytest.mark.parametrize("better", Direction)
def test_better_and_worse_follow_the_direction(better):
    found = departures(xmr(CHECK), better)
    assert [one.better for one in found] == (
        [] if better is Direction.NEUTRAL else [better == "up"]
    )


def test_an_empty_series_and_a_missing_month_show_nothing():
    assert latest_departure(xmr(np.array([])), Direction.UP) is None
    assert departures(xmr(np.array([])), Direction.UP) == ()
    gone = np.append(CHECK, NAN)
    assert latest_departure(xmr(gone), Direction.UP) is None
    assert departure_at(xmr(gone), 4, Direction.UP) is not None


@pytest.mark.parametrize("seed", range(10))
def test_a_planted_shift_is_found_in_the_months_after_it_and_the_right_way(seed):
    moved = noise(seed)
    moved[36:] -= 6
    found = latest_departure(xmr(moved, phases=()), Direction.DOWN)
    assert found is not None
    assert found.better
    assert found.value == pytest.approx(moved[-1])
    assert found.value < found.mean


@pytest.mark.parametrize("seed", range(10))
def test_a_planted_spike_is_found_in_its_month_and_season_is_not(seed):
    moved = noise(seed)
    moved[30] += 12
    outside = [one for one in departures(xmr(moved), Direction.DOWN) if one.rule is XmrRule.OUTSIDE]
    assert 30 in [one.point for one in outside]
    (spike,) = (one for one in outside if one.point == 30)
    assert not spike.better
    assert spike.low <= spike.mean <= spike.high < spike.value


def stated(values, signals, *, mean=10.0, reach=3.0):
    """A series with stated limits and marks, to look at what is made of them."""
    values = np.array(values, dtype=float)
    limits = ControlLimits(0, len(values) - 1, mean, mean - reach, mean + reach, len(values), False)
    return Xmr(values, np.zeros(len(values)), (limits,), tuple(signals), deseasonalised=True)


def test_a_trend_is_one_departure_of_all_its_points():
    chart = stated([10, 9, *range(9, 16), 10], [None] * 2 + [XmrRule.TREND] * 7 + [None])
    (found,) = departures(chart, Direction.UP)
    assert (found.point, found.length, found.better, found.provisional) == (8, 7, True, False)


def test_a_run_counts_all_months_on_its_side_also_those_of_another_rule():
    near, run = XmrRule.TWO_OF_THREE, XmrRule.RUN
    values = [11, 9.5, 9, 7.5, 7.6, 9, 9.5, 9.4, 9.9]
    chart = stated(values, [None, run, run, near, near, run, run, run, run])
    first, second, last = departures(chart, Direction.DOWN)
    assert [(one.point, one.rule, one.length) for one in (first, second, last)] == [
        (2, run, 2),
        (4, near, 2),
        (8, run, 8),
    ]
    high = stated([20 - value for value in values], chart.signals)
    assert [one.length for one in departures(high, Direction.DOWN)] == [2, 2, 8]
    assert not departures(high, Direction.DOWN)[0].better


@pytest.mark.parametrize("side", [-1, 1])
def test_a_month_on_the_mean_ends_a_run(side):
    values = [10 + side, 10, *[10 + side] * 8]
    chart = stated(values, [None] * 2 + [XmrRule.RUN] * 8)
    assert departure_at(chart, 9, Direction.UP).length == 8


def test_value_and_limits_bear_the_season_of_their_month():
    plain = stated([10, 20], [None, XmrRule.OUTSIDE])
    found = departure_at(replace(plain, seasonal=np.array([-4.0, 4.0])), 1, Direction.UP)
    assert (found.value, found.mean, found.low, found.high) == (24, 14, 11, 17)


def test_a_row_ends_where_new_limits_start():
    marks = [XmrRule.OUTSIDE] * 4
    chart = stated([20, 20, 20, 20], marks)
    cut = replace(
        chart,
        phases=(replace(chart.phases[0], last=1), replace(chart.phases[0], first=2)),
    )
    assert departure_at(chart, 3, Direction.UP).length == 4
    assert departure_at(cut, 3, Direction.UP).length == 2


@given(st.lists(st.floats(0, 1e6) | st.just(NAN), max_size=60), st.sampled_from(Direction))
def test_every_departure_breaks_a_rule_and_each_row_is_told_once(values, better):
    chart = xmr(np.array(values, dtype=float))
    found = departures(chart, better)
    assert all(chart.signals[one.point] is one.rule for one in found)
    assert [one.point for one in found] == sorted({one.point for one in found})
    assert all(1 <= one.length <= one.point + 1 for one in found)
    marked = sum(mark is not None for mark in chart.signals)
    assert len(found) <= marked
    assert bool(found) == (marked > 0 and better is not Direction.NEUTRAL)

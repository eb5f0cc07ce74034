"""Limits and signals against stated reference values, and how they behave on made-up series."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.thresholds import XMR_RUN
from nami_monitor.core.words import Direction, XmrRule
from nami_monitor.signals.xmr import (
    Assessment,
    Assurance,
    ControlLimits,
    _limits,
    _signals,
    assess,
    points_up,
    target_assurance,
    xmr,
)

CHECK = np.array([1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1], dtype=float)
NAN = float("nan")


def series(*values):
    return np.array(values, dtype=float)


def marked(values):
    """The signals of one phase under all rules, whatever its length."""
    return _signals(values, _limits(values, 0), all_rules=True)


def noise(months, seed, *, season=0.0):
    draw = np.random.default_rng(seed)
    turn = draw.integers(12)
    wave = season * np.sin(2 * np.pi * (np.arange(months) + turn) / 12)
    return draw.normal(size=months) + wave + 100


def test_check_series_has_the_stated_limits():
    phase = xmr(CHECK).phases[0]
    assert (phase.mean, phase.low, phase.high) == pytest.approx((1.94, -0.72, 4.60), abs=0.005)
    assert not phase.provisional
    assert phase.above_zero().low == 0


def test_without_screening_the_check_series_has_the_other_stated_limits(monkeypatch):
    monkeypatch.setattr(sys.modules["nami_monitor.signals.xmr"], "XMR_SCREEN", XMR_RUN)
    phase = xmr(CHECK).phases[0]
    assert (phase.low, phase.high) == pytest.approx((-3.06, 6.95), abs=0.005)


def test_only_the_outlier_of_the_check_series_signals():
    assert [k for k, signal in enumerate(xmr(CHECK).signals) if signal] == [4]
    assert xmr(CHECK).signals[4] is XmrRule.OUTSIDE


def ruled(*values, mean=5.0, reach=3.0):
    """The signals of points against stated limits."""
    limits = ControlLimits(0, len(values) - 1, mean, mean - reach, mean + reach, len(values), False)
    return _signals(series(*values), limits, all_rules=True)


@pytest.mark.parametrize(
    ("values", "points", "signal"),
    [
        ([5, 4, 8.1, 4, 1.9], (2, 4), XmrRule.OUTSIDE),
        ([6, 2.5, 3, 4, 5, 5.5, 6, 6.5, 4], range(1, 8), XmrRule.TREND),
        ([4, 7, 6, 5.5, 5, 4.5, 4, 3.5, 4], range(1, 8), XmrRule.TREND),
        ([4, 7.1, 6, 7.2, 4, 2.9, 2.8, 6], (1, 3, 5, 6), XmrRule.TWO_OF_THREE),
        ([4, 7.1, 7.2, 7.3, 4], (1, 2, 3), XmrRule.TWO_OF_THREE),
        ([4, 5.2, 5.1, 6, 5.3, 6, 5.1, 6, 4], range(1, 8), XmrRule.RUN),
        ([6, 4.8, 4.9, 4, 4.7, 4, 4.9, 4, 6], range(1, 8), XmrRule.RUN),
    ],
)
def test_each_rule_marks_its_points(values, points, signal):
    assert [k for k, mark in enumerate(ruled(*values)) if mark is signal] == list(points)
    assert sum(mark is not None for mark in ruled(*values)) == len(points)


@pytest.mark.parametrize(
    "values",
    [
        (4, 5.1, 5.2, 5.3, 5.4, 5.5, 4, 5.1),
        (6, 4.9, 4.8, 4.9, 4.8, 4.9, 4.8, 6),
        (4, 7.1, 4, 4, 7.1, 4, 2.9, 6, 4, 2.9),
        (5.5, 6, 5.5, 5, 5.5, 6, 5.5, 6),
        (8.0, 5, 2.0, 5),
        (4, 7.1, 2.9, 4),
    ],
)
def test_one_less_or_a_point_on_the_line_is_no_signal(values):
    assert not any(ruled(*values))


def test_rules_have_their_order_of_precedence():
    assert ruled(3, 4, 5.1, 5.2, 5.3, 7.1, 8.5)[-2:] == [XmrRule.TREND, XmrRule.OUTSIDE]
    assert ruled(6, 5.5, 6, 5.5, 7.1, 5.5, 7.1)[-3:] == [
        XmrRule.TWO_OF_THREE,
        XmrRule.RUN,
        XmrRule.TWO_OF_THREE,
    ]


def test_a_missing_month_ends_runs_and_trends_and_has_no_moving_range():
    assert not any(ruled(4, 5.2, 5.1, 6, NAN, 5.3, 6, 5.1, 6, 4))
    assert not any(ruled(6, 2.5, 3, 4, NAN, 5, 5.5, 6, 6.5, 4))
    assert not any(ruled(4, 7.1, NAN, 7.2, 4))
    jump = _limits(series(1, 2, 1, NAN, 100, 101, 100), 0)
    assert jump.high - jump.mean == pytest.approx(2.66)
    assert jump.points == 6


def test_without_a_season_only_points_outside_count():
    run = series(*[4, 6] * 6, 5.2, 5.4, 5.3, 5.5, 5.3, 5.6, 5.4)
    assert XmrRule.RUN in marked(run)
    assert not any(xmr(run).signals)
    assert not xmr(run).deseasonalised


def test_fewer_than_twelve_points_give_provisional_limits():
    assert xmr(noise(11, 1)).phases[0].provisional
    assert not xmr(noise(12, 1)).phases[0].provisional


def test_a_season_is_told_from_two_of_each_calendar_month():
    wave = np.tile(np.arange(12.0), 3)
    found = xmr(wave[3:27], calendar_month=4)
    assert found.deseasonalised
    assert found.values == pytest.approx(np.full(24, 5.5))
    assert not any(found.signals)
    short = wave[:24].copy()
    short[7] = NAN
    assert not xmr(short).deseasonalised


def test_a_drift_and_a_step_are_no_season():
    drift = np.arange(48) * 2.0
    assert xmr(drift).seasonal == pytest.approx(np.zeros(48), abs=1e-9)
    step = np.where(np.arange(48) >= 29, 50.0, 10.0)
    assert xmr(step, phases=[29]).seasonal == pytest.approx(np.zeros(48), abs=1e-9)


def test_phases_are_given_and_never_found():
    step = noise(48, 3) + np.where(np.arange(48) >= 24, 30, 0)
    assert len(xmr(step).phases) == 1
    assert any(xmr(step).signals)
    found = xmr(step, phases=[24])
    assert [(p.first, p.last) for p in found.phases] == [(0, 23), (24, 47)]
    assert found.phases[1].mean - found.phases[0].mean == pytest.approx(30, abs=1)
    assert found.phase_of(23) is found.phases[0]
    assert found.phase_of(24) is found.phases[1]


@pytest.mark.parametrize("phases", [[0], [5, 5], [7, 3], [10], [-1]])
def test_phases_outside_the_series_are_refused(phases):
    with pytest.raises(ValueError, match=r"\("):
        xmr(np.ones(10), phases=phases)


@pytest.mark.parametrize(
    "values", [[], [NAN], [NAN, NAN, NAN], [3], [3, NAN, 4], [0.1] * 30, [0] * 30, [1e12 + 0.1] * 9]
)
def test_series_without_variation_or_points_signal_nothing(values):
    found = xmr(series(*values))
    assert not any(found.signals)
    assert assess(found, Direction.UP) is Assessment.NO_SIGNAL


def test_the_input_is_left_as_it_was():
    values = noise(30, 5)
    kept = values.copy()
    xmr(values, phases=[12])
    assert (values == kept).all()


values_of = st.lists(
    st.one_of(st.integers(-1000, 1000).map(float), st.just(NAN)), min_size=2, max_size=60
)


@given(values_of, st.sampled_from([0.5, 4.0, 1024.0]), st.sampled_from([-512.0, 0.0, 4096.0]))
def test_signals_do_not_depend_on_unit_or_origin(values, scale, shift):
    plain = xmr(series(*values))
    moved = xmr(series(*values) * scale + shift)
    assert moved.deseasonalised == plain.deseasonalised
    if not plain.deseasonalised:  # least squares moves a tie by its last digit
        assert moved.signals == plain.signals
    a, b = plain.phases[0], moved.phases[0]
    if not np.isnan(a.high):
        assert (b.low, b.high) == pytest.approx(
            (a.low * scale + shift, a.high * scale + shift), rel=1e-9, abs=1e-6
        )


@given(values_of)
def test_a_mirrored_series_has_mirrored_limits(values):
    there, back = xmr(series(*values)), xmr(-series(*values))
    if not there.deseasonalised:
        assert there.signals == back.signals
    assert there.phases[0].mean == pytest.approx(-back.phases[0].mean, nan_ok=True)


def first_year(seed, season):
    """Whether the year after 24 months of a series breaks any rule of their limits."""
    values = noise(36, seed, season=season)
    return any(_signals(values[24:], _limits(values[:24], 0), all_rules=True))


def test_false_alarms_within_a_year_come_as_often_as_stated():
    """Seasonal series alarm in about 67% of cases, independent noise in about 25%.

    The limits come from 24 months; the season's height is 1.6 standard deviations of the noise.
    """
    by_noise = np.mean([first_year(seed, 0.0) for seed in range(400)])
    by_season = np.mean([first_year(seed, 1.6) for seed in range(400)])
    assert by_noise == pytest.approx(0.25, abs=0.08)
    assert by_season == pytest.approx(0.67, abs=0.08)


def test_taking_the_season_out_brings_false_alarms_back_to_those_of_noise():
    def alarms(season):
        return np.mean(
            [any(xmr(noise(48, seed, season=season)).signals[-12:]) for seed in range(120)]
        )

    assert alarms(3.0) == pytest.approx(alarms(0.0), abs=0.05)
    assert alarms(0.0) < 0.25


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_shift_is_found_and_assessed(seed):
    values = noise(48, seed, season=2.0) - np.where(np.arange(48) >= 36, 4.0, 0.0)
    found = xmr(values)
    assert sum(signal is not None for signal in found.signals[36:]) >= 6
    fresh = xmr(np.append(noise(36, seed), 90.0))
    assert fresh.signals[-1] is XmrRule.OUTSIDE
    assert assess(fresh, Direction.DOWN) is Assessment.IMPROVEMENT
    assert assess(fresh, Direction.UP) is Assessment.CONCERN
    assert assess(fresh, Direction.NEUTRAL) is Assessment.NO_SIGNAL


def test_a_missing_last_month_says_nothing():
    values = np.append(noise(36, 2), [60.0, NAN])
    assert assess(xmr(values), Direction.DOWN) is Assessment.NO_SIGNAL


def test_a_rising_trend_below_the_mean_points_upwards():
    rising = xmr(np.concatenate([np.tile([0.0, 40.0], 6), [10, 11, 12, 13, 14, 15, 16.0]]))
    rising = replace(rising, signals=(*rising.signals[:12], *[XmrRule.TREND] * 7))
    assert rising.values[-1] < rising.phases[0].mean
    assert assess(rising, Direction.UP) is Assessment.IMPROVEMENT


def test_a_trend_from_the_first_month_on_has_a_direction():
    falling = xmr(np.concatenate([[16.0, 15, 14, 13, 12, 11, 10], np.tile([0.0, 40.0], 8)]))
    falling = replace(falling, signals=(*[XmrRule.TREND] * 7, *[None] * 16))
    assert points_up(falling, 0) is False
    assert points_up(falling, 6) is False
    assert points_up(falling, 20) is None


@pytest.mark.parametrize(
    ("target", "better", "expected"),
    [
        (90.0, Direction.UP, Assurance.ALWAYS_MET),
        (110.0, Direction.UP, Assurance.ALWAYS_MISSED),
        (100.0, Direction.UP, Assurance.HIT_AND_MISS),
        (110.0, Direction.DOWN, Assurance.ALWAYS_MET),
        (90.0, Direction.DOWN, Assurance.ALWAYS_MISSED),
        (100.0, Direction.DOWN, Assurance.HIT_AND_MISS),
        (100.0, Direction.NEUTRAL, None),
    ],
)
def test_targets_are_held_against_the_limits(target, better, expected):
    assert target_assurance(xmr(noise(30, 8)), target, better) is expected


def test_a_target_met_out_of_season_only_is_hit_and_miss():
    wave = noise(48, 8, season=20.0)
    assert target_assurance(xmr(wave), 90.0, Direction.UP) is Assurance.HIT_AND_MISS
    assert target_assurance(xmr(series(5.0)), 1.0, Direction.UP) is None

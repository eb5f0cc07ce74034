"""Limits and signals against stated reference values, and how they behave on made-up series."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.thresholds import Threshold
from nami_monitor.core.words import Direction
from nami_monitor.signals.xmr import (
    Assurance,
    outside,
    target_assurance,
    xmr,
)

CHECK = np.array([1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1], dtype=float)
NAN = float("nan")


def series(*values):
    return np.array(values, dtype=float)


def noise(months, seed, *, season=0.0):
    draw = np.random.default_rng(seed)
    turn = draw.integers(12)
    wave = season * np.sin(2 * np.pi * (np.arange(months) + turn) / 12)
    return draw.normal(size=months) + wave + 100


def test_check_series_has_the_stated_limits():
    phase = xmr(CHECK).phases[0]
    assert (phase.mean, phase.low, phase.high) == pytest.approx((1.94, -0.72, 4.60), abs=0.005)
    assert not phase.provisional


def test_without_screening_the_check_series_has_the_other_stated_limits(monkeypatch):
    monkeypatch.setattr(sys.modules["nami_monitor.signals.xmr"], "XMR_SCREEN", Threshold(7, "", ""))
    phase = xmr(CHECK).phases[0]
    assert (phase.low, phase.high) == pytest.approx((-3.06, 6.95), abs=0.005)


def test_fewer_than_twelve_points_give_provisional_limits():
    assert xmr(noise(11, 1)).phases[0].provisional
    assert not xmr(noise(12, 1)).phases[0].provisional


def test_a_season_is_told_from_two_of_each_calendar_month():
    wave = np.tile(np.arange(12.0), 3)
    found = xmr(wave[3:27], calendar_month=4)
    assert found.seasonal.any()
    assert found.values == pytest.approx(np.full(24, 5.5))
    short = wave[:24].copy()
    short[7] = NAN
    assert xmr(short).values is short


def test_a_drift_and_a_step_are_no_season():
    drift = np.arange(48) * 2.0
    assert xmr(drift).seasonal == pytest.approx(np.zeros(48), abs=1e-9)
    step = np.where(np.arange(48) >= 29, 50.0, 10.0)
    assert xmr(step, phases=[29]).seasonal == pytest.approx(np.zeros(48), abs=1e-9)


def test_phases_are_given_and_never_found():
    step = noise(48, 3) + np.where(np.arange(48) >= 24, 30, 0)
    assert len(xmr(step).phases) == 1
    found = xmr(step, phases=[24])
    assert [(p.first, p.last) for p in found.phases] == [(0, 23), (24, 47)]
    assert found.phases[1].mean - found.phases[0].mean == pytest.approx(30, abs=1)


@pytest.mark.parametrize("phases", [[0], [5, 5], [7, 3], [10], [-1]])
def test_phases_outside_the_series_are_refused(phases):
    with pytest.raises(ValueError, match=r"\("):
        xmr(np.ones(10), phases=phases)


@pytest.mark.parametrize(
    "values", [[], [NAN], [NAN, NAN, NAN], [3], [3, NAN, 4], [0.1] * 30, [0] * 30, [1e12 + 0.1] * 9]
)
def test_series_without_variation_or_points_signal_nothing(values):
    found = xmr(series(*values))
    assert not any(phase.high - phase.low > 1e-6 for phase in found.phases if phase.points > 2)


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
    given = series(*values)
    plain, moved = xmr(given), xmr(elsewhere := given * scale + shift)
    assert (moved.values is elsewhere) == (plain.values is given)  # a season was told in both
    a, b = plain.phases[0], moved.phases[0]
    if not np.isnan(a.high):
        assert (b.low, b.high) == pytest.approx(
            (a.low * scale + shift, a.high * scale + shift), rel=1e-9, abs=1e-6
        )


@given(values_of)
def test_a_mirrored_series_has_mirrored_limits(values):
    there, back = xmr(series(*values)), xmr(-series(*values))
    assert there.phases[0].mean == pytest.approx(-back.phases[0].mean, nan_ok=True)


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


def test_only_an_outlier_lies_outside():
    calm = np.delete(CHECK, 4)
    assert [outside(calm[: point + 1]) for point in range(len(calm))] == [None] * len(calm)
    assert outside(np.append(calm, 10.0)) is True
    assert outside(np.append(calm, -8.0)) is False


def test_a_month_on_the_limit_or_of_a_series_without_variation_does_not_lie_outside():
    for values in ([5.0], [NAN, 5.0], [5.0] * 9, [0.1] * 9, [1e12 + 0.1] * 9, [4.0, 6.0] * 5):
        assert outside(series(*values)) is None
    assert outside(series(*[4.0, 6.0] * 5, -20.0)) is False


def test_a_target_is_held_against_the_limits_of_the_last_phase():
    """A process that failed its target for long and was then changed (NHSRplotthedots #172)."""
    failing, changed = noise(20, 1) - 40, noise(16, 2)
    values = np.concatenate([failing, changed])
    target = float(changed.mean())
    assert target_assurance(xmr(failing), target, Direction.UP) is Assurance.ALWAYS_MISSED
    assert (
        target_assurance(xmr(values, phases=[20]), target, Direction.UP) is Assurance.HIT_AND_MISS
    )
    easy = target - 30
    assert target_assurance(xmr(values, phases=[20]), easy, Direction.UP) is Assurance.ALWAYS_MET
    fresh = xmr(values[:26], phases=[20])
    assert fresh.phases[-1].provisional
    assert target_assurance(fresh, easy, Direction.UP) is None

"""The scan against stated reference values, and how signals come, stay and go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nami_monitor.core.thresholds import STEP_CHANCE, STEP_HELD
from nami_monitor.core.words import Direction
from nami_monitor.signals.scan import (
    Assessment,
    LevelSignal,
    LevelSignals,
    assess,
    in_last_month,
    scan,
    slope,
    step_since,
)
from nami_monitor.signals.windows import critical

CHECK = np.array(
    [
        *(94, 103, 95, 111, 113, 106, 99, 96, 90, 88, 95, 100, 103, 106, 110, 107, 104, 106, 100),
        *(86, 83, 89, 89, 93, 103, 118, 112, 121, 107, 105, 93, 99, 99, 102, 93, 100, 100, 102),
        *(110, 116, 114, 104, 94, 101, 99, 99, 111, 101),
    ],
    dtype=float,
)
RAISED = CHECK + 24.0 * (np.arange(48) >= 46)
NAN = float("nan")


def last(values, **more):
    return LevelSignals(np.asarray(values, dtype=float), **more).at(len(values) - 1)


def noise(seed, months=84, season=4.0, spread=1.0):
    draw = np.random.default_rng(seed)
    return 100 + spread * draw.normal(size=months) + season * np.sin(np.arange(months) * np.pi / 6)


def test_check_series_has_the_stated_correlation_effects_and_t_values():
    seen = scan(CHECK)
    assert seen.correlation == pytest.approx(0.43831, abs=5e-6)
    effects = [-4.05899, 10.61110, 5.71755]
    assert [step.effect for step in seen.steps] == pytest.approx(effects, abs=5e-6)
    assert [step.t for step in seen.steps] == pytest.approx([-0.62249, 1.95241, 1.13174], abs=5e-6)
    assert seen.critical == pytest.approx(2.58691, abs=5e-6)
    assert seen.found is None


def test_raised_check_series_shows_two_months():
    seen = scan(RAISED)
    assert seen.correlation == pytest.approx(0.50312, abs=5e-6)
    assert [step.t for step in seen.steps] == pytest.approx([0.76692, 6.19286, 2.47860], abs=5e-6)
    assert seen.found is not None
    assert seen.found.months == 2


def reference(values, since):
    """The step since a point by the textbook: dense matrices and a search for the correlation."""
    months = np.flatnonzero(~np.isnan(values))
    kept = values[months]
    apart = np.abs(months[:, None] - months)
    design = np.column_stack([np.eye(12)[months % 12], months >= since]).astype(float)
    maker = np.eye(len(months)) - design @ np.linalg.pinv(design)
    pairs = (apart == 1) / 2
    left = maker @ kept
    seen = left @ pairs @ left / (left @ left)

    def beyond(rho):
        middle = maker @ rho**apart @ maker
        return np.trace(pairs @ middle) / np.trace(middle) - seen

    low, high = 0.0, 0.95
    if beyond(low) >= 0:
        high = low
    while high - low > 1e-10:
        half = (low + high) / 2
        low, high = (low, half) if beyond(half) > 0 else (half, high)
    inverse = np.linalg.inv(low**apart)
    spread = np.linalg.inv(design.T @ inverse @ design)
    coefficients = spread @ design.T @ inverse @ kept
    left = kept - design @ coefficients
    variance = left @ inverse @ left / (len(months) - 13)
    return coefficients[-1], coefficients[-1] / np.sqrt(variance * spread[-1, -1])


@pytest.mark.parametrize("holes", [(), (5, 17, 30)])
@pytest.mark.parametrize("since", [36, 43])
def test_a_step_since_a_month_is_that_of_the_textbook_also_with_months_missing(since, holes):
    values = RAISED.copy()
    values[list(holes)] = NAN
    step = step_since(values, since)
    effect, t = reference(values, since)
    assert (step.effect, step.t) == (pytest.approx(effect, rel=1e-6), pytest.approx(t, rel=1e-6))
    assert step.months == 48 - since


def test_a_signal_is_new_once_and_keeps_its_onset_while_it_stands():
    values = noise(4)
    values[60:] -= 8
    seen = LevelSignals(values)
    signals = [seen.at(point) for point in range(60, 84)]
    assert signals[0].new
    assert not any(signal.new for signal in signals[1:])
    assert [signal.months for signal in signals] == list(range(1, 25))
    assert not any(signal.up for signal in signals)
    assert signals[-1].expected == pytest.approx(values[-1] + 8, abs=1.5)


def test_a_signal_ends_where_the_step_is_gone():
    values = noise(4)
    values[60:66] -= 8
    signals = [LevelSignals(values).at(point) for point in range(60, 84)]
    assert all(not signal.up for signal in signals[:6])
    assert signals[-1] is None


def test_an_opposite_signal_starts_an_onset_of_its_own():
    values = noise(4)
    values[60:66] -= 8
    values[66:] += 8
    turned = LevelSignals(values).at(66)
    assert (turned.months, turned.up, turned.new) == (1, True, True)
    assert LevelSignals(values).at(80).months == 15


def test_after_three_years_a_level_is_the_normal_one():
    values = noise(5, months=120)
    values[72:] += 6
    seen = LevelSignals(values)
    assert seen.at(72 + 35).months == 36
    assert seen.at(72 + 36) is None


def test_an_accepted_phase_is_the_normal_one_from_its_month_on():
    values = noise(6)
    values[60:] += 6
    assert LevelSignals(values).at(70).months == 11
    accepted = LevelSignals(values, accepted=(60,))
    assert [accepted.at(point) for point in range(60, 84)] == [None] * 24
    values[80:] += 6
    assert LevelSignals(values, accepted=(60,)).at(83).months == 4
    before = LevelSignals(values, accepted=(75,))
    assert before.at(74).months == 15
    assert before.at(76) is None


def test_nothing_looks_across_a_break():
    values = noise(7)
    values[50:] += 30
    whole, cut = LevelSignals(values), LevelSignals(values, breaks=(50,))
    assert whole.at(52).up
    alone = LevelSignals(values[50:])
    assert [cut.at(point) for point in range(50, 84)] == [alone.at(point) for point in range(34)]
    assert not cut.enough(72)
    assert cut.enough(73)
    held = noise(7)
    held[46:] += 30
    assert LevelSignals(held, breaks=(50,)).at(49).months == 4
    assert LevelSignals(held, breaks=(50,)).at(50) is None


def test_months_before_a_break_do_not_count_at_all():
    values = noise(8)
    other = values.copy()
    other[:30] *= 5
    seen, same = (LevelSignals(one, breaks=(30,)) for one in (values, other))
    assert [seen.at(point) for point in range(54, 84)] == [same.at(p) for p in range(54, 84)]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.integers(24, 83))
def test_a_month_shows_the_same_with_and_without_later_months(seed, point):
    values = noise(seed)
    values[50:] += np.random.default_rng(seed).choice([0.0, -3.0, 3.0])
    assert LevelSignals(values).at(point) == LevelSignals(values[: point + 1]).at(point)


def test_the_unit_of_a_figure_does_not_matter():
    one, many = LevelSignals(CHECK), LevelSignals(CHECK * 1e6)
    for point in range(24, 48):
        a, b = one.at(point), many.at(point)
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            assert (a.months, a.up, a.new) == (b.months, b.up, b.new)
            assert b.expected == pytest.approx(a.expected * 1e6)


def test_under_two_years_only_a_month_outside_the_limits_counts():
    short = np.append(noise(9, months=20, season=0.0), 80.0)
    signal = last(short)
    assert (signal.months, signal.up, signal.provisional) == (1, False, True)
    assert signal.expected == pytest.approx(short.mean())
    assert last(noise(9, months=20, season=0.0)) is None
    assert not LevelSignals(short).enough(20)
    assert last([5.0]) is None


def test_a_missing_month_shows_nothing_and_does_not_end_a_signal():
    values = noise(4)
    values[60:] -= 8
    values[70] = NAN
    seen = LevelSignals(values)
    assert seen.at(70) is None
    assert (seen.at(71).months, seen.at(71).new) == (12, False)


@pytest.mark.parametrize(
    "values", [[0.0] * 60, [7.0] * 60, [0.1] * 60, list(np.tile(np.arange(12.0), 5)), [NAN] * 60]
)
def test_series_that_never_vary_show_nothing(values):
    assert last(values) is None


def test_a_change_of_a_series_that_never_varied_is_seen():
    assert last([7.0] * 59 + [9.0]).up
    assert last([0.0] * 59 + [1.0]).new


@pytest.mark.parametrize("seed", range(3))
def test_a_straight_decline_gives_no_signals_and_is_said_as_a_drift(seed):
    draw = np.random.default_rng(seed)
    values = 1000 * np.exp(-0.04 * np.arange(84) / 12 + 0.02 * draw.normal(size=84))
    signals = [LevelSignals(values).at(point) for point in range(48, 84)]
    assert sum(signal is not None and signal.new for signal in signals) <= 4
    seen = slope(values)
    assert seen.logged
    assert seen.low < -0.0392 < seen.high < 0
    assert seen.months == 48
    counted = slope(values - 1000)
    assert not counted.logged
    assert counted.low < counted.value < counted.high < 0


def test_a_drift_needs_three_years_and_more_than_chance():
    assert slope(noise(3)) is None
    falling = 1000 * np.exp(-0.1 * np.arange(35) / 12) + np.arange(35) % 2
    assert slope(falling) is None
    assert slope(np.append(falling, falling[-1] * 0.99)) is not None


@pytest.mark.parametrize("better", Direction)
def test_what_a_signal_says_follows_the_direction(better):
    up = LevelSignal(2, up=True, new=True, expected=1.0)
    expected = {
        Direction.UP: Assessment.IMPROVEMENT,
        Direction.DOWN: Assessment.CONCERN,
        Direction.NEUTRAL: Assessment.CHANGED,
    }[better]
    assert assess(up, better, enough=True) is expected
    assert assess(None, better, enough=True) is Assessment.NO_SIGNAL
    assert assess(None, better, enough=False) is Assessment.TOO_EARLY


def test_the_critical_value_of_a_signal_that_is_held_is_two_sided():
    assert critical(STEP_HELD.value, 48) == pytest.approx(3.19, abs=0.01)


def test_quiet_series_give_as_many_new_signals_as_the_screen_says():
    draw = np.random.default_rng(7)
    count, months = 600, 30
    noise_of = draw.normal(size=(count, months))
    for row, correlation in enumerate(np.arange(count) % 10 / 10):
        for month in range(1, months):
            noise_of[row, month] *= np.sqrt(1 - correlation**2)
            noise_of[row, month] += correlation * noise_of[row, month - 1]
    found = [LevelSignals(100 + row).at(months - 1) for row in noise_of]
    new = sum(signal is not None and signal.new for signal in found)
    assert stats.binomtest(new, count, STEP_CHANCE.value).pvalue > 0.01


@pytest.mark.slow
def test_many_series_show_in_their_last_month_what_each_shows_by_itself():
    draw = np.random.default_rng(4)
    many = []
    for no in range(16):
        values = noise(no, months=int(draw.integers(20, 84)))
        values[len(values) - int(draw.integers(1, 40)) :] += draw.choice([0.0, 0.0, 3.0, -5.0])
        values[draw.random(len(values)) < draw.choice([0.0, 0.1])] = NAN
        breaks = tuple(draw.choice(len(values), size=int(draw.integers(0, 2)), replace=False))
        accepted = tuple(draw.choice(len(values), size=int(draw.integers(0, 2)), replace=False))
        many.append(LevelSignals(values, breaks, accepted))
    many.append(LevelSignals(np.array([])))
    alone = [one.at(len(one.values) - 1) if len(one.values) else None for one in many]
    assert in_last_month(many) == alone
    assert sum(one is not None for one in alone) > 1
    assert sum(one is None for one in alone) > 1


@pytest.mark.slow
def test_many_whole_series_show_what_each_shows_by_itself():
    raised = [0.0] * 12 + [2.0, -2.0, 1.5, 3.0]
    many = [LevelSignals(noise(no)) for no in range(len(raised))]
    for no, (one, by) in enumerate(zip(many, raised, strict=True)):
        one.values[len(one.values) - 1 - no % 4 :] += by
    alone = [one.at(len(one.values) - 1) for one in many]
    assert in_last_month(many) == alone
    assert any(one is None for one in alone)
    assert any(one is not None for one in alone)

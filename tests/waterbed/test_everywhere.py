"""Rolled out everywhere at once: an interrupted time series, checked against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from nami_monitor.core.words import Design, Verdict
from nami_monitor.waterbed.estimate import LEAST, MOST, step
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate


def totals(rng, *, months=48, first=36, effect=(-60.0, 40.0), lasting=0.3, trend=1.0, spread=8.0):
    """Two channels with trend, season and errors that last; ``effect`` from ``first`` on."""
    at = np.arange(months)
    noise = rng.normal(0, spread, (2, months))
    for month in range(1, months):
        noise[:, month] += lasting * noise[:, month - 1]
    season = 10 * np.sin(2 * np.pi * at / 12) + 4 * np.cos(4 * np.pi * at / 12)
    return 300 + trend * at + season + noise + np.outer(effect, at >= first)


def design(months, first):
    at = np.arange(months)
    turn = 2 * np.pi * at / 12
    waves = [wave(turn * times) for times in (1, 2) for wave in (np.sin, np.cos)]
    return np.column_stack([np.ones(months), at, *waves, at >= first])


def test_the_step_is_that_of_least_squares():
    values = totals(np.random.default_rng(4))
    used = np.delete(np.arange(48), 35)
    found = step(values, 36, 1)
    for channel, effect in zip(values, (found.effects.gross, found.effects.spill), strict=True):
        fit = sm.OLS(channel[used], design(48, 36)[used]).fit()
        assert effect == pytest.approx(fit.params[-1])


def test_the_variance_is_that_of_errors_with_the_correlation_found():
    values = totals(np.random.default_rng(5), lasting=0.7)
    found = step(values, 36, 0)
    x = design(48, 36)
    errors = found.correlation ** np.abs(np.subtract.outer(np.arange(48), np.arange(48)))
    bread = np.linalg.inv(x.T @ x)
    residual = np.eye(48) - x @ bread @ x.T
    left = values @ residual
    mixed = residual @ errors
    sigma = left @ left.T / np.trace(mixed)
    unit = (bread @ x.T @ errors @ x @ bread)[-1, -1]
    of = found.effects
    assert (of.gross_var, of.spill_var, of.covariance) == pytest.approx(
        (sigma[0, 0] * unit, sigma[1, 1] * unit, sigma[0, 1] * unit)
    )
    assert found.noise == pytest.approx(np.sqrt(np.diag(sigma)))
    assert found.degrees == pytest.approx(np.trace(mixed) ** 2 / np.trace(mixed @ mixed))


def test_the_correlation_is_the_one_that_explains_the_residuals():
    values = totals(np.random.default_rng(6), months=240, first=120, lasting=0.8)
    found = step(values, 120, 0)
    assert LEAST < found.correlation < MOST
    x = design(240, 120)
    residual = np.eye(240) - x @ np.linalg.inv(x.T @ x) @ x.T
    left = values @ residual
    seen = ((left[:, 1:] * left[:, :-1]).sum(1) / (left**2).sum(1)).mean()
    errors = (
        residual
        @ found.correlation ** np.abs(np.subtract.outer(np.arange(240), np.arange(240)))
        @ residual
    )
    expected = np.trace(errors, offset=1) / np.trace(errors)
    assert expected == pytest.approx(seen, abs=1e-4)
    assert found.correlation == pytest.approx(0.8, abs=0.12)


def test_the_correlation_is_never_thought_low_and_never_whole():
    rng = np.random.default_rng(7)
    assert step(totals(rng, lasting=0.0), 36, 0).correlation == LEAST == 0.5
    smooth = 1e6 + np.array([[1.0], [2.0]]) * (np.arange(96) - 30) ** 3
    assert step(smooth, 48, 0).correlation == MOST


@pytest.mark.parametrize(("lasting", "least"), [(0.0, 0.95), (0.6, 0.9)])
def test_the_interval_holds_the_truth(lasting, least):
    rng = np.random.default_rng(8)
    held, runs = 0, 200
    treated = np.ones(1, dtype=bool)
    for _ in range(runs):
        a, b = totals(rng, lasting=lasting, effect=(-60.0, 42.0))
        quotient = estimate(a[None], b[None], treated, 36).quotient
        held += quotient.low <= 0.7 <= quotient.high
    assert held >= least * runs


def test_a_path_without_placebos():
    values = totals(np.random.default_rng(9))
    result = estimate(values[:1], values[1:], np.ones(1), 36)
    path = result.path
    assert result.design is Design.NO_CONTROLS
    assert (result.pre_months, result.post_months, result.controls) == (36, 12, ())
    assert path.months.tolist() == list(range(48))
    assert np.isnan(path.gross[35])
    assert np.isnan(path.spill).sum() == 1
    assert path.gross[36:].mean() == pytest.approx(result.gross.value)
    assert path.spill[36:].mean() == pytest.approx(result.spill.value)
    assert path.gross[:35].mean() == pytest.approx(0, abs=1e-9)
    assert path.gross_placebos.shape == path.spill_placebos.shape == (0, 48)
    low = (path.gross_band > 0) & (path.gross_band == path.gross_band[0])
    assert low.all()
    inside = np.abs(path.gross[:35]) < path.gross_band[:35]
    assert inside.mean() > 0.9
    assert path.gross_band[0] != path.spill_band[0]


def test_nothing_that_changed_is_withheld_like_everywhere():
    values = totals(np.random.default_rng(10), effect=(0.0, 0.0))
    result = estimate(values[:1], values[1:], np.ones(1), 36)
    assert result.verdicts == (Verdict.NO_DECREASE_SHOWN,)
    assert np.isnan(result.quotient.value)
    assert result.net.value == pytest.approx(result.gross.value + result.spill.value)


def test_locations_are_added_up():
    a, b, treated = panels.drawn(months=48, first=36, treated=31)
    whole = estimate(a, b, treated, 36)
    one = estimate(a.sum(0)[None], b.sum(0)[None], np.ones(1), 36)
    assert (whole.gross, whole.quotient) == (one.gross, one.quotient)
    assert whole.quotient.low < 0.7 < whole.quotient.high


def test_starts_that_differ_are_no_roll_out_at_once():
    a, b, treated = panels.drawn(months=48, first=36, treated=31)
    first = np.where(np.arange(31) < 15, 30, 42)
    assert estimate(a, b, treated, first).design is Design.CONTROLS

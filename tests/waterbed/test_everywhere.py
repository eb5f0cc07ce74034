"""Rolled out everywhere at once: an interrupted time series, checked against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import linalg, stats

from nami_monitor.core.words import Design, Verdict
from nami_monitor.waterbed.estimate import CAUTIOUS, CORRELATIONS, step
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


TARGET = (
    "794 809 906 894 912 928 831 808 761 818 651 776 633 719 781 784 850 897 1023 958 940 854 781"
    " 787 388 468 454 515 456 458 471 424 423 431 417 458"
)
SUBSTITUTE = (
    "688 714 747 861 794 832 805 782 768 748 737 803 711 818 780 847 834 908 931 896 810 680 758"
    " 765 1024 1089 1150 1214 1106 1117 1123 1149 1099 1073 1127 1062"
)


def test_a_roll_out_worked_out_apart():
    """Figures to the printed digit, worked out apart from this code."""
    a, b = (np.array([[float(month) for month in of.split()]]) for of in (TARGET, SUBSTITUTE))
    result = estimate(a, b, np.ones(1), 24, anticipation=1)
    assert [result.gross.value, result.gross.se] == pytest.approx([-401.92, 94.06], abs=0.005)
    assert [result.spill.value, result.spill.se] == pytest.approx([231.55, 80.38], abs=0.005)
    reach = (result.gross.high - result.gross.value) / result.gross.se
    assert reach == pytest.approx(2.1937, abs=5e-5)
    q = result.quotient
    assert [q.value, q.low, q.high] == pytest.approx([0.5761, 0.1153, 1.6428], abs=5e-5)


def correlations(months, rho):
    return rho ** np.abs(np.subtract.outer(months, months))


def test_effects_and_variances_are_those_of_generalised_least_squares():
    values = totals(np.random.default_rng(5), lasting=0.7)
    used = np.delete(np.arange(48), 35)
    found = step(values, 36, 1)
    x, errors = design(48, 36)[used], correlations(used, found.correlation)
    fits = [sm.GLS(channel[used], x, sigma=errors).fit() for channel in values]
    of = found.effects
    assert (of.gross, of.spill) == pytest.approx([fit.params[-1] for fit in fits])
    assert (of.gross_var, of.spill_var) == pytest.approx([fit.bse[-1] ** 2 for fit in fits])
    assert found.noise == pytest.approx([np.sqrt(fit.scale) for fit in fits])
    both = sm.GLS(values[:, used].sum(0), x, sigma=errors).fit()
    assert of.gross_var + of.spill_var + 2 * of.covariance == pytest.approx(both.bse[-1] ** 2)
    annihilator = np.eye(47) - x @ np.linalg.inv(x.T @ x) @ x.T
    mixed = annihilator @ errors
    assert found.degrees == pytest.approx(np.trace(mixed) ** 2 / np.trace(mixed @ mixed))


@pytest.mark.parametrize("lasting", [0.2, 0.6, 0.8])
def test_the_correlation_is_taken_high_enough(lasting):
    """Likelihood of what the design leaves free, seen along an orthonormal basis of it."""
    values = totals(np.random.default_rng(6), lasting=lasting)
    free = linalg.null_space(design(48, 36).T)
    weights = []
    for rho in CORRELATIONS:
        covariance = free.T @ correlations(np.arange(48), rho) @ free
        left = values @ free
        sizes = np.einsum("ci,ij,cj->c", left, np.linalg.inv(covariance), left) / len(covariance)
        normals = [stats.multivariate_normal(cov=size * covariance) for size in sizes]
        weights.append(sum(map(lambda normal, own: normal.logpdf(own), normals, left)))
    spacing = [0.05] + [0.05] * 7 + [0.06, 0.045, 0.02]
    weight = np.exp(np.array(weights) - max(weights)) * spacing
    enough = weight.cumsum() / weight.sum() >= CAUTIOUS
    assert step(values, 36, 0).correlation == CORRELATIONS[np.argmax(enough)]


def test_the_correlation_is_never_thought_low_and_never_whole():
    rng = np.random.default_rng(7)
    low = [step(totals(rng, lasting=0.0), 36, 0).correlation for _ in range(20)]
    assert 0.5 <= min(low) <= max(low) < 0.8
    smooth = 1e6 + np.array([[1.0], [2.0]]) * (np.arange(96) - 30) ** 3
    assert step(smooth, 48, 0).correlation == 0.99


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
    found = step(values, 36, 1)
    assert path.gross == pytest.approx(found.departures[0], nan_ok=True)
    assert path.gross[36:].mean() == pytest.approx(result.gross.value, abs=result.gross.se)
    assert path.spill[36:].mean() == pytest.approx(result.spill.value, abs=result.spill.se)
    assert path.gross[:35].mean() == pytest.approx(0, abs=result.gross.se)
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

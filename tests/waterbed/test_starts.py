"""Staggered starts."""

import numpy as np
import pytest
import statsmodels.api as sm

from nami_monitor.core.words import Why
from nami_monitor.waterbed import Inputs
from nami_monitor.waterbed.estimate import prepare
from tests.waterbed.waterbed_panels import estimate

MONTHS = 48
NEVER = 10_000


def growing(seed=1, *, locations=40, early=8, late=8, gain=0.04):
    """The early start in month 20 and the late in 34; each month an effect is ``gain`` larger."""
    rng = np.random.default_rng(seed)
    level = 100 * np.exp(rng.normal(0, 0.2, (locations, 1)))
    first = np.full(locations, NEVER)
    first[:early], first[early : early + late] = 20, 34
    held = np.clip(np.arange(MONTHS) - first[:, None] + 1, 0, None) * gain
    lost = level * np.minimum(held, 0.9)
    a = rng.poisson(level - lost) * 1.0
    b = rng.poisson(level + 0.5 * lost) * 1.0
    return a, b, first < NEVER, first, lost


def truth(lost, first):
    """Mean loss in the post months of each start, added up."""
    return sum(lost[place, start:].mean() for place, start in enumerate(first) if start < MONTHS)


def two_way(a, treated, first):
    """Total of the effects by two-way fixed effects."""
    on = ((np.arange(MONTHS) >= first[:, None]) & treated[:, None]).astype(float)
    left = [each - each.mean(1, keepdims=True) - each.mean(0) + each.mean() for each in (a, on)]
    fit = sm.OLS(left[0].ravel(), left[1].ravel()).fit()
    return float(fit.params[0]) * treated.sum()


def test_a_growing_effect_is_recovered_where_two_way_fixed_effects_lose_it():
    a, b, treated, first, lost = growing(locations=48, early=18, late=18, gain=0.03)
    result = estimate(a, b, treated, first)
    assert -result.gross.value == pytest.approx(truth(lost, first), rel=0.05)
    assert -two_way(a, treated, first) < 0.7 * truth(lost, first)
    assert result.quotient.low < 0.5 < result.quotient.high


def test_each_start_is_an_estimate_of_its_own_and_they_add_up():
    a, b, treated, first, _ = growing()
    result = estimate(a, b, treated, first)
    others = np.flatnonzero(~treated)
    parts = []
    for start in (20, 34):
        own = np.concatenate([np.flatnonzero(first == start), others])
        parts.append(estimate(a[own], b[own], np.arange(len(own)) < 8, start))
    assert result.gross.value == pytest.approx(sum(part.gross.value for part in parts))
    assert result.spill.value == pytest.approx(sum(part.spill.value for part in parts))
    assert result.treated == tuple(range(16))
    assert result.controls == tuple(others)
    assert (result.pre_months, result.post_months) == (20, 28)
    low = np.sqrt(sum(part.gross.se**2 for part in parts))
    assert low < result.gross.se < sum(part.gross.se for part in parts)


def test_those_that_start_later_serve_until_they_start():
    a, b, treated, first, _ = growing(locations=24, early=8, late=12)
    result = estimate(a, b, treated, first)
    assert result.controls == tuple(range(8, 24))
    assert result.post_months == 33 - 20
    assert result.treated == tuple(range(8))
    (few,) = (reason for reason in result.cautions if reason.key is Why.FEW_CONTROLS)
    assert (few.seen, few.needed, few.locations) == (4, 10, tuple(range(8, 20)))


def test_nobody_serves_when_about_to_start():
    a, b, treated, first, _ = growing(locations=24, early=8, late=12)
    assert estimate(a, b, treated, first, anticipation=3).post_months == 31 - 20
    assert estimate(a, b, treated, first, anticipation=0).post_months == 34 - 20


def test_a_start_outside_the_data_is_named_and_the_others_are_estimated():
    a, b, treated, first, _ = growing()
    first = np.where(first == 34, 60, first)
    result = estimate(a, b, treated, first)
    (late,) = (reason for reason in result.cautions if reason.key is Why.START_OUTSIDE)
    assert late.locations == tuple(range(8, 16))
    assert result.treated == tuple(range(8))
    assert not set(result.treated) & set(result.controls)


def test_pilots_of_several_starts_may_share_a_quotient():
    a, b, treated, first, _ = growing()
    apart = estimate(a, b, treated, first)
    shared = estimate(a, b, treated, first, common_quotient=True)
    assert shared.gross == apart.gross
    weighted = prepare(Inputs(a, b, treated, first)).effects(common_quotient=True)
    assert weighted.gross != pytest.approx(apart.gross.value)
    level = a[:8, :19].mean(1).sum() + a[8:16, :33].mean(1).sum()
    assert abs(weighted.gross) < level
    assert shared.quotient.value == pytest.approx(weighted.spill / -weighted.gross)
    assert shared.quotient.low < 0.5 < shared.quotient.high


def test_the_path_runs_over_the_months_that_all_starts_have():
    a, b, treated, first, _ = growing(locations=32, early=8, late=12)
    result = estimate(a, b, treated, first)
    assert len(result.path.months) == 48
    assert result.path.gross_placebos.shape == (12, 48)
    fewer = estimate(a[:24], b[:24], treated[:24], first[:24])
    assert fewer.path.months.tolist() == list(range(33))


def test_anticipation_of_the_earliest_start():
    a, b, treated, first, _ = growing()
    assert estimate(a, b, treated, first, anticipation=2).anticipation.months == (18, 19)
    assert estimate(a, b, treated, first, anticipation=0).anticipation is None

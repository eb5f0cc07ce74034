"""Second opinions on a quotient."""

import numpy as np
import pytest

from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.sensitivity import rank_inversion
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate


def test_ranks_and_synthetic_control_from_twenty_controls_on():
    for locations, there in ((20, False), (21, True)):
        opinions = estimate(*panels.drawn(locations=locations), 24).sensitivity
        assert (opinions.ranks is not None) == there
        assert (opinions.synthetic is not None) == there
        assert opinions.unadjusted is None


def test_they_look_at_the_same_thing():
    result = estimate(*panels.drawn(level=400, locations=61), 24)
    for opinion in (result.sensitivity.ranks, result.sensitivity.synthetic):
        assert opinion.value == pytest.approx(result.quotient.value, abs=0.1)
        assert opinion.low == pytest.approx(result.quotient.low, abs=0.15)
        assert opinion.high == pytest.approx(result.quotient.high, abs=0.15)
        assert opinion.low < 0.7 < opinion.high


def test_none_is_given_of_a_quotient_that_is_withheld():
    opinions = estimate(*panels.drawn(cut=0.0), 24).sensitivity
    assert (opinions.ranks, opinions.synthetic) == (None, None)


def test_none_is_given_of_several_starts():
    a, b, treated = panels.drawn(treated=2)
    first = np.where(np.arange(31) == 0, 24, 26)
    result = estimate(a, b, treated, first)
    assert (result.sensitivity.ranks, result.sensitivity.synthetic) == (None, None)


def chance(q, of, target, substitute):
    """Rank of ``spill + q gross`` among the placebos, each studentised by the others."""
    count = len(target)
    placebos = (np.sqrt(of.spill_var) * substitute + q * np.sqrt(of.gross_var) * target) ** 2
    mine = (of.spill + q * of.gross) ** 2 / placebos.mean()
    theirs = placebos / ((placebos.sum() - placebos) / (count - 1))
    return (1 + (theirs >= mine).sum()) / (count + 1)


@pytest.mark.parametrize("seed", range(8))
def test_the_interval_by_ranks_ends_where_the_rank_does(seed):
    rng = np.random.default_rng(seed)
    target, substitute = rng.normal(size=(2, 40))
    of = Effects(*map(np.asarray, (-6.0 - seed, 4.0, 2.0, 1.5, 0.2)))
    found = rank_inversion(of, target, substitute)
    assert found.value == pytest.approx(4.0 / (6 + seed))
    assert found.low < found.value < found.high
    for limit, outward in ((found.low, -1), (found.high, 1)):
        near = 2e-3 * (1 + abs(limit))
        assert chance(limit - outward * near, of, target, substitute) > 0.05
        assert chance(limit + outward * near, of, target, substitute) <= 0.05


def test_an_effect_like_the_placebos_has_no_ends():
    rng = np.random.default_rng(1)
    target, substitute = rng.normal(size=(2, 40))
    of = Effects(*map(np.asarray, (-0.1, 0.05, 2.0, 1.5, 0.2)))
    found = rank_inversion(of, target, substitute)
    assert (found.low, found.high) == (-np.inf, np.inf)

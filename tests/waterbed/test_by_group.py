"""Rolled out everywhere, with untouched product groups in the place of controls."""

import numpy as np
import pytest

from nami_monitor.core.words import Design, Why
from nami_monitor.waterbed import estimate, estimate_by_group
from tests.waterbed import waterbed_panels as panels


def groups(seed=2, count=14):
    """One treated product group of 31 locations, and the others."""
    a, b, _ = panels.drawn(seed, treated=31, level=20)
    rng = np.random.default_rng(seed)
    return a, b, rng.poisson(25 * np.exp(rng.normal(0, 0.4, (count, 2, 31, 1))), (count, 2, 31, 36))


def test_groups_are_units_whose_locations_are_added_up():
    a, b, others = groups()
    found = estimate_by_group(a, b, others, 24)
    units = np.concatenate([np.stack([a, b])[None], others]).sum(2)
    single = estimate(units[:, 0], units[:, 1], np.arange(15) == 0, 24)
    assert (found.gross, found.spill, found.quotient) == (
        single.gross,
        single.spill,
        single.quotient,
    )
    assert found.design is Design.CONTROLS
    assert found.controls == tuple(range(14))
    assert found.reasons[0].key is Why.GROUPS_AS_CONTROLS
    assert 0.4 < found.quotient.value < 1.0


def test_positions_in_reasons_are_those_of_the_groups():
    a, b, others = groups()
    others = others.astype(float)
    others[3, 0, 2, 5] = np.nan
    found = estimate_by_group(a, b, others, 24)
    named = {reason.key: reason.locations for reason in found.reasons}
    assert named[Why.MONTHS_MISSING] == (3,)
    assert 3 not in found.controls


def test_it_is_still_asked_for_enough():
    a, b, others = groups(count=9)
    found = estimate_by_group(a, b, others, 24)
    assert found.gross is None
    assert Why.FEW_CONTROLS in {reason.key for reason in found.reasons}
    a, b, others = groups()
    assert estimate_by_group(a, b, others, 24, volume=3.0).gross is None
    assert estimate_by_group(a, b, others, 19, anticipation=19).gross is None


def test_groups_of_other_locations_do_not_belong():
    a, b, others = groups()
    with pytest.raises(ValueError, match="30, 36"):
        estimate_by_group(a, b, others[:, :, :30], 24)

"""Signs that an assumption does not hold, said beside an estimate."""

import numpy as np
import pytest

from nami_monitor.core.words import Why
from nami_monitor.waterbed.verdicts import critical
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate


def cautions(result):
    return {reason.key: reason for reason in result.cautions}


@pytest.mark.parametrize("seed", range(1, 5))
def test_nothing_is_said_of_a_clean_pilot(seed):
    assert cautions(estimate(*panels.drawn(seed, level=200), 24)) == {}


def test_a_location_chosen_for_its_peak():
    a, b, treated = panels.drawn()
    a[0, 17:23] = np.round(a[0, 17:23] * 1.4)
    found = cautions(estimate(a, b, treated, 24))
    assert set(found) == {Why.PEAK_BEFORE}
    assert found[Why.PEAK_BEFORE].seen > found[Why.PEAK_BEFORE].needed == critical(28)


def test_a_dip_before_is_no_peak_and_neither_is_one_long_ago():
    a, b, treated = panels.drawn()
    low, early = a.copy(), a.copy()
    low[0, 17:23] *= 0.5
    early[0, 8:14] *= 1.4
    assert Why.PEAK_BEFORE not in cautions(estimate(low, b, treated, 24))
    assert Why.PEAK_BEFORE not in cautions(estimate(early, b, treated, 24))


def test_a_peak_cannot_be_seen_in_less_than_a_year_of_history():
    a, b, treated = panels.drawn()
    a[0, 5:11] = np.round(a[0, 5:11] * 2)
    assert Why.PEAK_BEFORE not in cautions(estimate(a, b, treated, 18, anticipation=7))
    a[0, 6:12] = np.round(a[0, 6:12] * 2)
    assert Why.PEAK_BEFORE in cautions(estimate(a, b, treated, 18, anticipation=6))


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_one_start_with_a_peak_is_enough(order):
    a, b, treated = panels.drawn(treated=2)
    first = np.full(31, 24)
    first[:2] = [24, 26][order]
    peak = 0 if first[0] == 24 else 1
    a[peak, 17:23] = np.round(a[peak, 17:23] * 1.5)
    assert Why.PEAK_BEFORE in cautions(estimate(a, b, treated, first))


def test_a_measure_that_comes_gradually():
    a, b, treated = panels.drawn(cut=0.0)
    a[0, 24:] = np.round(a[0, 24:] * np.linspace(1, 0.3, 12))
    found = cautions(estimate(a, b, treated, 24))
    assert set(found) == {Why.RAMP}
    assert found[Why.RAMP].seen > found[Why.RAMP].needed


def test_a_measure_that_wears_off_is_no_ramp():
    a, b, treated = panels.drawn(cut=0.0)
    a[0, 24:] = np.round(a[0, 24:] * np.linspace(0.3, 1, 12))
    assert cautions(estimate(a, b, treated, 24)) == {}


def test_a_season_is_no_ramp():
    season = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(36) - 24) / 12)
    a, b, treated = panels.drawn(level=400)
    a, b = np.round(a * season), np.round(b * season)
    assert Why.RAMP not in cautions(estimate(a, b, treated, 24))


@pytest.mark.parametrize("channel", [0, 1])
def test_hoarding_is_seen_in_the_months_before(channel):
    values = panels.drawn(level=400)
    values[channel][0, 23] *= 3
    a, b, treated = values
    result = estimate(a, b, treated, 24)
    assert set(cautions(result)) == {Why.HOARDING}
    hoarded = (result.anticipation.gross, result.anticipation.spill)[channel]
    assert hoarded.value == pytest.approx(2 / 3 * values[channel][0, 23], rel=0.2)
    assert (result.anticipation.gross, result.anticipation.spill)[1 - channel].low < 0


def test_less_before_the_start_is_no_hoarding():
    a, b, treated = panels.drawn()
    a[0, 23] = 0
    assert Why.HOARDING not in cautions(estimate(a, b, treated, 24))


def test_hoarding_does_not_enter_the_effect():
    a, b, treated = panels.drawn(level=400)
    plain = estimate(a, b, treated, 24)
    a[0, 23] *= 3
    hoarded = estimate(a, b, treated, 24)
    left_in = estimate(a, b, treated, 24, anticipation=0)
    assert hoarded.gross == plain.gross
    assert left_in.gross.value < 1.1 * plain.gross.value


def test_a_substitute_of_four_times_the_target():
    a, b, treated = panels.drawn(level=100)
    times = b[0, :23].mean() / a[0, :23].mean()
    large = cautions(estimate(a, 4.01 / times * b, treated, 24))[Why.SUBSTITUTE_LARGE]
    assert (large.seen, large.needed) == (pytest.approx(4.01), 4)
    assert Why.SUBSTITUTE_LARGE not in cautions(estimate(a, 3.99 / times * b, treated, 24))

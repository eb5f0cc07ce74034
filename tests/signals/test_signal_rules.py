"""Signals of single moments: each at its threshold, and not beside it."""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from nami_monitor.core.words import KitSignal
from nami_monitor.signals.signal_rules import (
    few_refused,
    long_contract,
    of_target,
    one_discipline,
    poorly_known,
    recent,
    retired_early,
    rolling_out,
    wilson,
    year_end_peak,
)
from nami_monitor.signals.xmr import Assurance

NAN = float("nan")


@pytest.mark.parametrize(
    ("met", "assurance", "signal"),
    [
        (None, None, None),
        (None, Assurance.HIT_AND_MISS, None),
        (True, None, KitSignal.TARGET_MET),
        (False, None, KitSignal.TARGET_MISSED),
        (True, Assurance.ALWAYS_MET, KitSignal.TARGET_MET),
        (False, Assurance.ALWAYS_MISSED, KitSignal.TARGET_MISSED),
        (True, Assurance.HIT_AND_MISS, KitSignal.HIT_AND_MISS),
        (False, Assurance.HIT_AND_MISS, KitSignal.TARGET_MISSED),
    ],
)
def test_a_target_is_met_missed_or_now_the_one_and_then_the_other(met, assurance, signal):
    assert of_target(met, assurance) is signal


def months(december, *, other=100.0, wobble=1.0):
    return np.array([other + wobble * (-1) ** k for k in range(11)] + [december])


def test_a_december_that_stands_out_is_told_with_its_share():
    found = year_end_peak(months(200.0))
    assert found.share == pytest.approx(100 * 200 / months(200.0).sum())
    assert found.amount == pytest.approx(200 - months(200.0).sum() / 12)
    assert found.p < 0.001


def test_a_smooth_year_with_a_high_december_is_a_peak_too():
    found = year_end_peak(months(200.0, wobble=0.0))
    assert (found.p, found.amount) == (0.0, pytest.approx(200 - 1300 / 12))


@pytest.mark.parametrize("seed", range(40))
def test_a_peak_is_what_an_ordinary_twelfth_month_would_hardly_reach(seed):
    draw = np.random.default_rng(seed)
    others = 100 + 25 * draw.normal(size=11)
    found = year_end_peak(np.append(others, 165.0))
    beyond = (165.0 - others.mean()) / (stats.sem(others) * np.sqrt(12))
    p = stats.t.sf(beyond, df=10)
    assert (found is not None) == (p <= 0.025)
    assert found is None or found.p == pytest.approx(p)


def test_peaks_are_judged_on_both_sides_of_their_limit():
    ends = {year_end_peak(months(165.0, wobble=wobble)) is None for wobble in np.linspace(1, 60)}
    assert ends == {True, False}


@pytest.mark.parametrize(
    "year",
    [
        months(100.0),
        months(124.0),
        months(140.0, wobble=40.0),
        np.append(months(200.0)[:-1], NAN),
        np.zeros(12),
        -months(200.0),
        months(200.0)[:11],
    ],
    ids=["even", "less than a quarter more", "noise", "missing", "nothing", "refunds", "short"],
)
def test_no_peak(year):
    assert year_end_peak(year) is None


@pytest.mark.parametrize(
    ("starts", "ends", "years"),
    [
        (date(2020, 1, 1), date(2028, 1, 1), 8.0),
        (date(2020, 1, 1), date(2024, 1, 1), None),
        (None, date(2028, 1, 1), None),
        (date(2020, 1, 1), None, None),
    ],
)
def test_a_contract_is_long_beyond_four_years(starts, ends, years):
    assert long_contract(starts, ends) == (years and pytest.approx(years, abs=0.01))


def test_a_roll_out_is_under_way_from_its_first_month_until_full_strength():
    start = date(2026, 3, 15)
    under_way = [month for month in range(1, 13) if rolling_out(start, 4, date(2026, month, 1))]
    assert under_way == [3, 4, 5, 6]
    assert not rolling_out(start, 0, date(2026, 3, 1))


@pytest.mark.parametrize(
    ("known", "poor"), [(None, False), (0.0, True), (0.79, True), (0.8, False), (1.0, False)]
)
def test_a_figure_is_poorly_known_below_four_fifths(known, poor):
    assert poorly_known(known) is poor


@pytest.mark.parametrize(
    ("count", "part", "alone"),
    [(1, 0.1, True), (1, 0.09, False), (2, 0.5, False), (0, 0.5, False), (1, None, False)],
)
def test_one_discipline_counts_for_a_large_measure_alone(count, part, alone):
    assert one_discipline(count, part) is alone


def test_what_is_recent_is_not_in_the_future():
    month = date(2026, 10, 1)
    assert recent(month, month, 1)
    assert recent(date(2024, 11, 1), month, 24)
    assert not recent(date(2024, 10, 1), month, 24)
    assert not recent(date(2026, 11, 1), month, 24)


@pytest.mark.parametrize(
    ("part", "whole", "limits"),
    [(0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1.0))],
)
def test_wilson_limits_are_those_of_the_tables(part, whole, limits):
    assert wilson(part, whole) == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(part, whole):
    with pytest.raises(ValueError, match=str(part)):
        wilson(part, whole)


def test_few_refused_and_early_retirement_are_said_only_when_they_are_sure():
    assert few_refused(0, 40)
    assert not few_refused(0, 10), "ten requests prove nothing"
    assert not few_refused(10, 100)
    assert not few_refused(0, 0)
    assert retired_early(40, 100)
    assert not retired_early(2, 4), "four assets prove nothing"
    assert not retired_early(25, 100)
    assert not retired_early(0, 0)

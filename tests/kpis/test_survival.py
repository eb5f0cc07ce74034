"""Kaplan-Meier against published tables, against statsmodels, and on hostile registers."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.duration.survfunc import SurvfuncRight

from nami_monitor.core.thresholds import SURVIVAL_AT_RISK
from nami_monitor.kpis.over_time.survival import SurvivalEstimate, SurvivalLack, kaplan_meier

# Weeks in remission, Freireich et al. (1963), Blood 21:699; a plus is "still in remission".
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
CONTROL = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def lives(text):
    return [(int(life.rstrip("+")), not life.endswith("+")) for life in text.split()]


def counted(pairs):
    """Lives of (age, whether retired) as counts per age."""
    gone = Counter(age for age, retired in pairs if retired)
    seen = Counter(age for age, retired in pairs if not retired)
    ages = sorted({*gone, *seen})
    return kaplan_meier(ages, *([of[age] for age in ages] for of in (gone, seen)))


PUBLISHED = {
    6: (0.857, 0.076),
    7: (0.807, 0.087),
    10: (0.753, 0.096),
    13: (0.690, 0.107),
    16: (0.627, 0.114),
    22: (0.538, 0.128),
    23: (0.448, 0.135),
}
"""Klein and Moeschberger (2003), Survival Analysis, table 4.1: share and standard error, 6-MP."""


def test_the_curve_is_the_published_one():
    curve = counted(lives(SIX_MP))
    steps = curve.retired > 0
    errors = curve.survival * np.sqrt(curve.greenwood)
    told = {
        age: (pytest.approx(share, abs=5e-4), pytest.approx(error, abs=5e-4))
        for age, share, error in zip(
            curve.ages[steps].tolist(), curve.survival[steps], errors[steps], strict=True
        )
    }
    assert told == PUBLISHED
    assert curve.at_risk[steps].tolist() == [21, 17, 15, 12, 11, 7, 6]


@pytest.mark.parametrize(
    ("text", "week", "published"),
    [
        # G. Rodriguez, Princeton, "Kaplan-Meier survival": Stata's sts list of the Gehan data
        (CONTROL, 1, (0.9048, 0.6700, 0.9753)),
        (CONTROL, 2, (0.8095, 0.5689, 0.9239)),
        (SIX_MP, 10, (0.7529, 0.5032, 0.8894)),
        (SIX_MP, 22, (0.5378, 0.2678, 0.7468)),
    ],
)
def test_the_interval_is_the_published_one(text, week, published):
    told = counted(lives(text)).survival_at(week)
    assert (told.value, told.low, told.high) == pytest.approx(published, abs=5e-5)


def test_without_censoring_the_curve_is_the_share_still_in_use():
    curve = counted(lives(CONTROL))
    ages = np.array([age for age, _ in lives(CONTROL)])
    for week in range(30):
        assert curve.survival_at(week).value == pytest.approx(np.mean(ages > week))
    assert curve.support == pytest.approx(np.full(len(curve.ages), 21))


def test_all_or_none_left_have_the_exact_interval():
    curve = counted([(100, True)] * 30)
    exact = binomtest(0, 30).proportion_ci()
    assert curve.survival_at(5000) == SurvivalEstimate(0.0, 0.0, pytest.approx(exact.high))
    assert curve.survival_at(99) == SurvivalEstimate(1.0, pytest.approx(1 - exact.high), 1.0)
    young = counted([(400, False)] * 30)
    assert young.survival_at(400).low == pytest.approx(1 - exact.high)


def test_ties_are_retired_before_they_are_censored():
    assert counted([(5, True), (5, False)] * 10).survival_at(5).value == pytest.approx(0.5)


def test_an_asset_may_be_retired_on_its_first_day():
    curve = counted([(0, True)] * 5 + [(90, False)] * 15)
    assert curve.survival_at(0).value == pytest.approx(0.75)


def test_an_age_that_nobody_reached_is_not_observed():
    curve = counted([(100, True)] * 20 + [(300, False)] * 20)
    assert curve.survival_at(300).value == pytest.approx(0.5)
    assert curve.survival_at(301) == SurvivalEstimate(lack=SurvivalLack.NOT_OBSERVED)


def test_a_tail_of_a_few_assets_says_nothing():
    curve = counted([(100, False)] * 900 + [(200, True), (300, True)])
    assert curve.survival_at(100).value == 1
    assert curve.survival_at(200) == SurvivalEstimate(lack=SurvivalLack.TOO_FEW_AT_RISK)
    assert curve.survival_at(1000) == SurvivalEstimate(lack=SurvivalLack.TOO_FEW_AT_RISK)


def test_as_many_as_are_needed_are_enough():
    least = round(SURVIVAL_AT_RISK.value)
    assert counted([(100, True)] + [(200, False)] * (least - 1)).survival_at(100).lack is None
    few = counted([(100, True)] + [(200, False)] * (least - 2))
    assert few.survival_at(100).lack is SurvivalLack.TOO_FEW_AT_RISK


def test_few_survivors_of_many_that_were_all_watched_are_a_figure():
    curve = counted([(100, True)] * 997 + [(500, False)] * 3)
    assert curve.survival_at(400).value == pytest.approx(0.003)


def test_an_empty_register_has_no_curve():
    curve = kaplan_meier([], [], [])
    assert len(curve.ages) == 0
    assert curve.survival_at(0) == SurvivalEstimate(lack=SurvivalLack.NOT_OBSERVED)


@pytest.mark.parametrize(
    "counts",
    [
        ([-1, 2], [1, 1], [0, 0]),
        ([1, 2], [1, -1], [0, 0]),
        ([1, 2], [1, 1], [0, 0.5]),
        ([1, float("nan")], [1, 1], [0, 0]),
        ([1, float("inf")], [1, 1], [0, 0]),
        ([1, 2], [1], [0, 0]),
        ([[1, 2]], [[1, 1]], [[0, 0]]),
        ([2, 2], [1, 1], [0, 0]),
    ],
)
def test_impossible_registers_are_refused(counts):
    with pytest.raises(ValueError, match=r"age|assets"):
        kaplan_meier(*counts)


def test_impossible_questions_are_refused():
    curve = counted(lives(SIX_MP))
    for age in (-1, float("nan")):
        with pytest.raises(ValueError, match=str(age)):
            curve.survival_at(age)


def test_rows_come_in_any_order():
    told = kaplan_meier([30, 10, 20], [1, 2, 3], [4, 0, 0])
    assert told.ages.tolist() == [10, 20, 30]
    assert told.retired.tolist() == [2, 3, 1]


def test_a_million_assets_are_one_row_per_age():
    ages = np.arange(4000)
    curve = kaplan_meier(ages, np.full(4000, 200), np.full(4000, 50))
    assert curve.at_risk[0] == 1_000_000
    assert 0 < curve.survival_at(3652).low < curve.survival_at(3652).value < 1


registers = st.lists(st.tuples(st.integers(0, 25), st.booleans()), min_size=1, max_size=60)


@given(registers)
def test_curves_are_those_of_statsmodels(register):
    if any(retired for _, retired in register):
        compare(counted(register), SurvfuncRight(*np.array(register).T))


def compare(told, theirs):
    """Shares, numbers at risk and standard errors agree, while any asset is left."""
    rows = np.searchsorted(told.ages, theirs.surv_times)
    assert told.at_risk[rows].tolist() == theirs.n_risk.tolist()
    left = np.cumprod(theirs.n_risk > theirs.n_events).astype(bool)
    assert told.survival[rows][left] == pytest.approx(theirs.surv_prob[left])
    assert (told.survival[rows][~left] == 0).all()
    errors = told.survival[rows][left] * np.sqrt(told.greenwood[rows][left])
    assert errors == pytest.approx(theirs.surv_prob_se[left])
    assert ((told.low <= told.survival) & (told.survival <= told.high)).all()
    assert (np.diff(told.survival, prepend=1.0) <= 0).all()


@given(registers)
def test_an_asset_counts_the_same_in_weeks_as_in_days(register):
    weeks = counted(register)
    days = counted([(7 * age, retired) for age, retired in register])
    assert days.survival.tolist() == weeks.survival.tolist()

"""Kaplan-Meier against published tables, against statsmodels, and on hostile registers."""

import sys
from collections import Counter
from dataclasses import replace

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


def counted(pairs, entries=()):
    """Lives of (age, whether retired) as counts per age; entries are ages of late entry."""
    gone = Counter(age for age, retired in pairs if retired)
    seen = Counter(age for age, retired in pairs if not retired)
    late = Counter(entries)
    ages = sorted({*gone, *seen, *late})
    return kaplan_meier(ages, *([of[age] for age in ages] for of in (gone, seen, late)))


@pytest.fixture
def any_number(monkeypatch):
    """Curves of a handful are told too, as in textbooks."""
    module = sys.modules["nami_monitor.kpis.over_time.survival"]
    monkeypatch.setattr(module, "SURVIVAL_AT_RISK", replace(SURVIVAL_AT_RISK, value=0))


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


@pytest.mark.usefixtures("any_number")
def test_median_and_mean_are_the_published_ones():
    """Klein and Moeschberger (2003), 4.5: median 23 weeks; mean 23.29, standard error 2.83."""
    curve = counted(lives(SIX_MP))
    assert curve.median() == SurvivalEstimate(23, 13, None)
    mean = curve.restricted_mean(35)
    assert mean.value == pytest.approx(23.29, abs=0.005)
    assert (mean.high - mean.low) / 2 / 1.96 == pytest.approx(2.83, abs=0.005)


def test_without_censoring_the_curve_is_the_share_still_in_use():
    curve = counted(lives(CONTROL))
    ages = np.array([age for age, _ in lives(CONTROL)])
    for week in range(30):
        assert curve.survival_at(week).value == pytest.approx(np.mean(ages > week))
    assert curve.support == pytest.approx(np.full(len(curve.ages), 21))
    assert curve.restricted_mean(10).value == pytest.approx(np.minimum(ages, 10).mean())
    assert curve.restricted_mean(40).value == pytest.approx(ages.mean())
    assert curve.median().value == np.sort(ages)[10]


def test_all_or_none_left_have_the_exact_interval():
    curve = counted([(100, True)] * 30)
    exact = binomtest(0, 30).proportion_ci()
    assert curve.survival_at(5000) == SurvivalEstimate(0.0, 0.0, pytest.approx(exact.high))
    assert curve.survival_at(99) == SurvivalEstimate(1.0, pytest.approx(1 - exact.high), 1.0)
    young = counted([(400, False)] * 30)
    low = (1 - exact.high) * 365
    assert young.survival_at(400).low == pytest.approx(1 - exact.high)
    assert young.restricted_mean(365) == SurvivalEstimate(
        pytest.approx(365), pytest.approx(low), 365
    )


def test_ties_are_retired_before_they_are_censored():
    assert counted([(5, True), (5, False)] * 10).survival_at(5).value == pytest.approx(0.5)


def test_an_asset_may_be_retired_on_its_first_day():
    curve = counted([(0, True)] * 5 + [(90, False)] * 15)
    assert curve.survival_at(0).value == pytest.approx(0.75)
    assert curve.restricted_mean(60).value == pytest.approx(45)


def test_an_age_that_nobody_reached_is_not_observed():
    curve = counted([(100, True)] * 20 + [(300, False)] * 20)
    assert curve.survival_at(300).value == pytest.approx(0.5)
    assert curve.survival_at(301) == SurvivalEstimate(lack=SurvivalLack.NOT_OBSERVED)
    assert curve.restricted_mean(301) == SurvivalEstimate(lack=SurvivalLack.NOT_OBSERVED)


def test_a_tail_of_a_few_assets_says_nothing():
    curve = counted([(100, False)] * 900 + [(200, True), (300, True)])
    assert curve.survival_at(100).value == 1
    assert curve.survival_at(200) == SurvivalEstimate(lack=SurvivalLack.TOO_FEW_AT_RISK)
    assert curve.survival_at(1000) == SurvivalEstimate(lack=SurvivalLack.TOO_FEW_AT_RISK)
    assert curve.median() == SurvivalEstimate(lack=SurvivalLack.TOO_FEW_AT_RISK)
    assert curve.restricted_mean(250) == SurvivalEstimate(lack=SurvivalLack.TOO_FEW_AT_RISK)


def test_as_many_as_are_needed_are_enough():
    least = round(SURVIVAL_AT_RISK.value)
    assert counted([(100, True)] + [(200, False)] * (least - 1)).survival_at(100).lack is None
    few = counted([(100, True)] + [(200, False)] * (least - 2))
    assert few.survival_at(100).lack is SurvivalLack.TOO_FEW_AT_RISK


def test_few_survivors_of_many_that_were_all_watched_are_a_figure():
    curve = counted([(100, True)] * 997 + [(500, False)] * 3)
    assert curve.survival_at(400).value == pytest.approx(0.003)


def test_a_median_that_was_not_reached_is_said_to_be_so():
    assert counted([(100, True), (200, False)] * 10).median().value == 100
    curve = counted([(100, True)] * 9 + [(200, False)] * 11)
    assert curve.median() == SurvivalEstimate(lack=SurvivalLack.NOT_REACHED)


def test_an_empty_register_has_no_curve():
    curve = kaplan_meier([], [], [])
    assert len(curve.ages) == 0
    assert curve.survival_at(0) == SurvivalEstimate(lack=SurvivalLack.NOT_OBSERVED)
    assert curve.median() == SurvivalEstimate(lack=SurvivalLack.NOT_OBSERVED)


def test_those_who_enter_late_say_nothing_of_their_youth():
    """Hand-worked: 20 from new, 10 of them retired at 50; 30 enter at 60, half of 40 go at 100."""
    curve = counted([(50, True)] * 10 + [(100, True)] * 20 + [(200, False)] * 20, [60] * 30)
    assert curve.at_risk.tolist() == [20, 10, 40, 20]
    assert curve.survival_at(60).value == pytest.approx(0.5)
    assert curve.survival_at(100).value == pytest.approx(0.25)
    naive = counted([(50, True)] * 10 + [(100, True)] * 20 + [(200, False)] * 20)
    assert naive.survival_at(50).value == pytest.approx(0.8)


def test_a_register_of_used_assets_alone_knows_no_survival_from_new():
    curve = counted([(100, True)] * 20 + [(200, False)] * 20, [60] * 40)
    assert curve.survival_at(60) == SurvivalEstimate(lack=SurvivalLack.NOT_OBSERVED)
    assert curve.survival_at(150) == SurvivalEstimate(lack=SurvivalLack.NOT_OBSERVED)
    assert counted([(200, False)] * 40, [60] * 40).median() == SurvivalEstimate(
        lack=SurvivalLack.NOT_OBSERVED
    )


def test_once_all_are_retired_late_entries_change_nothing():
    curve = counted([(50, True)] * 20 + [(100, True)] * 10 + [(120, False)] * 5, [60] * 15)
    assert curve.survival_at(110).value == 0
    assert curve.support.tolist() == [20] * 4


def test_entry_at_age_zero_is_being_watched_from_new():
    pairs = [(0, True)] * 3 + [(50, True)] * 9
    assert counted(pairs, [0] * 12).survival.tolist() == counted(pairs).survival.tolist()


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
        ([1, 2], [1, 1], [0, 0], [3, 0]),
        ([1, 2], [5, 1], [0, 0], [0, 6]),
        ([5], [1], [0], [1]),
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
        with pytest.raises(ValueError, match=str(age)):
            curve.restricted_mean(age)


def test_rows_come_in_any_order():
    told = kaplan_meier([30, 10, 20], [1, 2, 3], [4, 0, 0])
    assert told.ages.tolist() == [10, 20, 30]
    assert told.retired.tolist() == [2, 3, 1]


def test_a_million_assets_are_one_row_per_age():
    ages = np.arange(4000)
    curve = kaplan_meier(ages, np.full(4000, 200), np.full(4000, 50))
    assert curve.at_risk[0] == 1_000_000
    assert 0 < curve.survival_at(3652).low < curve.survival_at(3652).value < 1


registers = st.lists(
    st.tuples(st.integers(0, 25), st.booleans(), st.integers(-15, 24)), min_size=1, max_size=60
)


@given(registers)
def test_curves_are_those_of_statsmodels(register):
    pairs = [(age, retired) for age, retired, _ in register]
    if not any(retired for _, retired in pairs):
        return
    compare(counted(pairs), SurvfuncRight(*np.array(pairs).T))


@given(registers)
def test_late_entry_is_that_of_statsmodels(register):
    """There, being watched from new is entry before age 0."""
    late = [
        (age, retired, entry if entry > 0 else -1)
        for age, retired, entry in register
        if entry < age
    ]
    if not any(retired for _, retired, _ in late):
        return
    ages, retired, entries = np.array(late).T
    told = counted([(age, gone) for age, gone, _ in late], [e for *_, e in late if e > 0])
    compare(told, SurvfuncRight(ages, retired, entry=entries))


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
    pairs = [(age, retired) for age, retired, _ in register]
    weeks, days = counted(pairs), counted([(7 * age, retired) for age, retired in pairs])
    assert days.survival.tolist() == weeks.survival.tolist()
    means = (weeks.restricted_mean(10), days.restricted_mean(70))
    for told, same in ((weeks.median(), days.median()), means):
        assert same.lack == told.lack
        if told.value is not None:
            assert same.value == pytest.approx(7 * told.value)

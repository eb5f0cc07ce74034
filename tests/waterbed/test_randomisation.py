"""Assignments by chance, and tests that draw them again."""

import hashlib
import itertools
import math

import numpy as np
import pytest
from scipy import stats

from nami_monitor.waterbed import randomisation
from nami_monitor.waterbed.randomisation import (
    again,
    compare_arms,
    compare_steps,
    deal,
    strata_of,
)
from tests.support.slow import LONGER
from tests.waterbed.waterbed_panels import REFERENCE

ALPHA = 0.05


def labelled(strata, dealt, arms):
    """The numbers of arm and stratum of each location, in the order of the strata."""
    codes = [code for stratum in strata.values() for code in stratum]
    arm = np.array([arms.index(dealt[code]) for code in codes])
    stratum = np.repeat(np.arange(len(strata)), [len(each) for each in strata.values()])
    return arm, stratum


def drawn(locations, arms, seed, size=None):
    """An assignment of so many locations to so many arms within strata."""
    codes = {f"L{at}": float(-at) for at in range(locations)}
    strata = dict(enumerate(strata_of(codes, size or arms)))
    names = [str(at) for at in range(arms)]
    return labelled(strata, deal({str(k): v for k, v in strata.items()}, names, seed), names)


def test_alike_locations_stand_together_and_those_left_over_join_the_last():
    levels = {"a": 5.0, "b": 9.0, "c": 1.0, "d": 5.0, "e": 2.0}
    assert strata_of(levels, 2) == (("b", "a"), ("d", "e", "c"))
    assert strata_of(levels, 9) == (("b", "a", "d", "e", "c"),)


def test_an_assignment_can_be_drawn_again_from_its_seed_by_anybody():
    strata = {"1": ("A", "B"), "2": ("C", "D")}
    dealt = deal(strata, ("sign", "none"), "7")
    assert dealt == deal(dict(reversed(strata.items())), ("none", "sign"), "7")
    for stratum, locations in strata.items():
        drawn_of = {
            one: hashlib.sha256(f"7\n{stratum}\n{one}".encode()).hexdigest()
            for one in (*locations, "sign", "none")
        }
        first = min(locations, key=drawn_of.__getitem__)
        assert dealt[first] == min(("sign", "none"), key=drawn_of.__getitem__)
        assert sorted(dealt[code] for code in locations) == ["none", "sign"]


def test_every_location_is_as_likely_in_every_arm_and_arms_are_as_large_as_can_be():
    strata = {"1": ("A", "B", "C"), "2": ("D", "E", "F", "G")}
    counts = dict.fromkeys(itertools.product("ABCDEFG", ("x", "y", "z")), 0)
    for seed in range(600):
        dealt = deal(strata, ("x", "y", "z"), str(seed))
        for code, arm in dealt.items():
            counts[code, arm] += 1
        assert sorted(map(list(dealt.values()).count, "xyz")) == [2, 2, 3]
    for code in "ABCDEFG":
        assert stats.chisquare([counts[code, arm] for arm in "xyz"]).pvalue > 1e-4


def test_all_assignments_are_listed_once_where_they_are_few():
    arm, stratum = drawn(12, 2, "1")
    found = again(arm, stratum, "1")
    assert len(found) == 2**6
    assert len({tuple(row) for row in found}) == 2**6
    assert (found[0] == arm).all()
    for row in found:
        assert all(row[stratum == each].sum() == 1 for each in range(6))


def test_many_assignments_are_drawn_within_their_strata_the_actual_first():
    arm, stratum = drawn(30, 3, "1", size=9)
    found = again(arm, stratum, "1", 50)
    assert found.shape == (51, 30)
    assert (found[0] == arm).all()
    assert (found == again(arm, stratum, "1", 50)).all()
    for row, each in itertools.product(found, np.unique(stratum)):
        assert sorted(row[stratum == each]) == sorted(arm[stratum == each])


def test_a_chance_is_that_of_all_assignments_worked_out_by_hand():
    """Pairs without a covariate: the test is that of signs, as Fisher's of Darwin's plants."""
    differences = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]) / 8
    arm = np.tile([1, 0], 15)
    after = np.ravel([(each / 100, 0) for each in differences])
    (found,) = compare_arms(after, np.zeros(30), arm, np.repeat(np.arange(15), 2), ALPHA, "1")
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product((-1, 1), repeat=15)]
    expected = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-9)
    assert expected == pytest.approx(0.0527, abs=2e-4), "Fisher 1935, section 21: 1726 of 32768"
    assert found.chance == pytest.approx(expected, abs=0.006), "of drawn assignments"


def test_the_limits_are_the_effects_that_the_test_does_not_reject():
    rng = np.random.default_rng(3)
    arm, stratum = drawn(16, 2, "1")
    before = rng.normal(size=16)
    after = before + rng.normal(scale=0.1, size=16) - 0.2 * arm
    (found,) = compare_arms(after, before, arm, stratum, ALPHA, "1")

    def chance(share):
        (taken,) = compare_arms(after - np.log1p(share) * arm, before, arm, stratum, ALPHA, "1")
        return taken.chance

    assert found.effect.low < found.effect.value < found.effect.high
    assert chance(found.effect.value) == pytest.approx(1, abs=1 / 256)
    for limit, step in ((found.effect.low, 1e-6), (found.effect.high, -1e-6)):
        assert chance(limit - step) <= ALPHA < chance(limit + step)


@pytest.mark.parametrize("seed", range(6))
def test_zero_is_left_out_exactly_where_an_arm_is_shown_among_all(seed):
    rng = np.random.default_rng(seed)
    arm, stratum = drawn(28, 4, str(seed))
    before = rng.normal(size=28)
    after = before + rng.normal(scale=0.1, size=28) - 0.1 * arm
    for each in compare_arms(after, before, arm, stratum, ALPHA, str(seed)):
        without = not each.effect.low <= 0 <= each.effect.high
        assert without == (each.chance <= ALPHA)


def test_an_arm_among_several_is_never_surer_than_by_itself():
    rng = np.random.default_rng(5)
    arm, stratum = drawn(24, 3, "1")
    before, after = rng.normal(size=(2, 24)) - np.array([[0], [0.5]]) * (arm == 1)
    several = compare_arms(after, before, arm, stratum, ALPHA, "1")
    for label, found in enumerate(several, start=1):
        own = np.isin(arm, (0, label))
        own_arm = (arm[own] == label).astype(int)
        (alone,) = compare_arms(after[own], before[own], own_arm, stratum[own], ALPHA, "1")
        assert found.chance >= alone.chance
        assert found.effect.value == pytest.approx(alone.effect.value)
        assert found.effect.low <= alone.effect.low
        assert found.effect.high >= alone.effect.high


def test_steps_find_a_change_that_comes_at_each_of_them():
    rng = np.random.default_rng(2)
    step, stratum = drawn(24, 3, "1")
    begins = np.array([1, 2, 3])
    level, season = rng.normal(size=(24, 1)), rng.normal(size=3)
    has = np.arange(3) >= begins[step][:, None]
    volumes = level + season + rng.normal(scale=0.02, size=(24, 3)) - 0.2 * has
    found = compare_steps(volumes, step, begins, stratum, ALPHA, "1")
    assert found.effect.low < math.expm1(-0.2) < found.effect.high < 0
    assert found.chance == pytest.approx(1 / (randomisation.DRAWS + 1))


def test_trials_in_several_chunks_are_those_at_once(monkeypatch):
    rng = np.random.default_rng(4)
    arm, stratum = drawn(24, 3, "1")
    before, after = rng.normal(size=(2, 24))
    asked = after, before, arm, stratum, ALPHA, "1"
    at_once = compare_arms(*asked)
    monkeypatch.setattr(randomisation, "CHUNK", 20_000)
    for one, other in zip(compare_arms(*asked), at_once, strict=True):
        assert one.chance == other.chance
        assert one.effect.low == pytest.approx(other.effect.low)
        assert one.effect.high == pytest.approx(other.effect.high)


def test_outcomes_that_do_not_differ_show_nothing():
    arm, stratum = drawn(12, 2, "1")
    (found,) = compare_arms(np.zeros(12), np.arange(12.0), arm, stratum, ALPHA, "1")
    assert found.chance == 1
    assert (found.effect.low, found.effect.high) == pytest.approx((0, 0))


@pytest.fixture
def benchmark(monkeypatch):
    """The benchmark of arms, with few assignments drawn again."""
    monkeypatch.syspath_prepend(str(REFERENCE.parents[1] / "benchmarks"))
    import arms  # noqa: PLC0415 - found where the patch points

    monkeypatch.setattr(randomisation, "DRAWS", 59)
    return arms


@pytest.mark.parametrize("design", ["3 arms of 8, in threes", "2 steps of 6, in pairs"])
def test_a_sample_of_the_calibration_keeps_to_its_limits(benchmark, design):
    assignments = 400
    found = benchmark.tally(design, assignments, panels=8)
    assert not [one for one in benchmark.COLUMNS if benchmark.fails(one, found[one], assignments)]
    assert found["power"] > 0.3
    assert np.isnan(found["placebo"]) == ("steps" in design)


def test_the_calibration_tells_what_fails(benchmark):
    assert benchmark.fails("false", 0.08, 4000)
    assert not benchmark.fails("false", 0.058, 4000)
    assert benchmark.fails("held", 0.93, 4000)
    assert not benchmark.fails("power", 0.1, 4000)
    shares = dict.fromkeys(benchmark.COLUMNS, 0.06)
    (row,) = benchmark.lines({"a": shares}, 4000)
    assert row.endswith("| false, one, held |")


@pytest.mark.slow
def test_nothing_is_shown_too_often_in_hundreds_of_assignments(benchmark):
    times = 400 if LONGER > 1 else 150
    for design in benchmark.DESIGNS:
        found = benchmark.tally(design, times)
        assert not [one for one in benchmark.COLUMNS if benchmark.fails(one, found[one], times)]

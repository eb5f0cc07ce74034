"""Interventions that meet: told apart where that can be done, and said where it cannot."""

import datetime as dt
from dataclasses import replace

from nami_monitor.kpis.interventions.window import MonthLimits, overlapping, separate
from tests.kpis.interventions.test_window import ONE, month

FIRST, LAST = month("2022-01"), month("2025-12")
CONTROLS = frozenset(f"C{k}" for k in range(20))
PILOT = replace(ONE, locations=("P",))
OTHER = replace(ONE, code="O", locations=("P",), starts_on=dt.date(2025, 4, 1))


def judge(other, one=PILOT):
    return separate(one, [other], CONTROLS | {"P", "Q"}, FIRST, LAST)


def keys(found):
    return [note.key for note in found.limitations]


def test_one_at_controls_alone_takes_them_away():
    found = judge(replace(OTHER, locations=("C1", "C2")))
    assert found.without == {"C1", "C2"}
    assert keys(found) == ["other_at_controls"]


def test_treated_locations_that_order_nothing_of_the_category_play_no_part():
    shared = tuple(sorted(CONTROLS))[:12]
    both = replace(PILOT, locations=("P", "elsewhere"))
    found = judge(replace(OTHER, locations=("P", *shared)), both)
    assert found.only == frozenset(shared)
    assert keys(found) == ["shared_with_controls"]


def test_one_at_the_treated_and_enough_controls_falls_out_with_those():
    shared = tuple(sorted(CONTROLS))[:12]
    found = judge(replace(OTHER, locations=("P", *shared)))
    assert found.only == frozenset(shared)
    assert keys(found) == ["shared_with_controls"]


def test_a_later_one_at_the_treated_ends_the_comparison_before_it_is_felt():
    found = judge(replace(OTHER, anticipation_months=1))
    assert found.limits == MonthLimits(last=month("2025-02"))
    assert keys(found) == ["cut_apart"]


def test_an_earlier_one_that_still_holds_begins_the_comparison_later():
    found = judge(replace(OTHER, starts_on=dt.date(2022, 3, 1), ramp_months=2))
    assert found.limits == MonthLimits(first=month("2022-05"))


def test_an_earlier_one_that_ended_begins_it_after_its_end():
    other = replace(OTHER, starts_on=dt.date(2022, 3, 1), ends_on=dt.date(2022, 8, 31))
    assert judge(other).limits == MonthLimits(first=month("2022-09"))


def test_one_that_starts_with_it_cannot_be_told_apart():
    found = judge(replace(OTHER, starts_on=ONE.starts_on))
    assert keys(found) == ["not_apart"]
    assert found.limits == MonthLimits()


def test_one_too_soon_after_leaves_too_little():
    assert keys(judge(replace(OTHER, starts_on=dt.date(2024, 11, 1)))) == ["not_apart"]


def test_one_at_a_part_of_the_treated_cannot_be_told_apart():
    both = replace(PILOT, locations=("P", "Q"))
    found = judge(OTHER, both)
    assert keys(found) == ["not_apart"]


def test_one_that_starts_after_the_data_says_nothing():
    assert keys(judge(replace(OTHER, starts_on=dt.date(2026, 3, 1)))) == []


def test_only_those_that_touch_the_same_lines_count():
    targets = {"I": frozenset({1}), "O": frozenset({2, 3}), "X": frozenset({9})}
    strange = replace(OTHER, code="X")
    elsewhere = replace(OTHER, code="Y")
    register = [PILOT, OTHER, strange, elsewhere]
    assert overlapping(PILOT, register, targets, frozenset({1, 2})) == [OTHER]

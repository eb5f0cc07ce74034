"""What each key contributed, by hand, and that it adds up exactly whatever comes in."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.kpis.why import (
    Contribution,
    Ratio,
    contributions,
    ratio_contributions,
    shared_ratio_contributions,
)


def test_a_sum_by_hand():
    told = contributions(
        {"a": 10, "b": 4, "c": None, "e": 2}, {"a": 12, "d": 3, "b": -1, "e": None}
    )
    assert told == (
        Contribution("b", 4, -1, -5, -5, 0),
        Contribution("d", None, 3, 3, 3, 0),
        Contribution("a", 10, 12, 2, 2, 0),
        Contribution("e", 2, None, -2, -2, 0),
        Contribution("c", None, None, 0, 0, 0),
    )


def test_a_shared_denominator_by_hand():
    """Towels 60 and 40 over 10 days, then 60 and 70 over 20 days: from 10 to 6.5."""
    told = shared_ratio_contributions(
        {"north": 60, "south": 40}, {"north": 60, "south": 70}, denominators=(10, 20)
    )
    assert told == (
        Contribution("north", 6, 3, -3, -3, 0),
        Contribution("south", 4, Fraction(7, 2), Fraction(-1, 2), Fraction(-1, 2), 0),
    )


def test_own_denominators_by_hand():
    """North 10 a day and south 2 a day stay as they are; half of the days move north to south.

    100 days each, then 50 and 150: from 6 to 4, all of it mix, measured against the mean 5:
    north (10 - 5) x (1/4 - 1/2), south (2 - 5) x (3/4 - 1/2).
    """
    told = ratio_contributions(
        {"north": Ratio(1000, 100), "south": Ratio(200, 100)},
        {"north": Ratio(500, 50), "south": Ratio(300, 150)},
    )
    assert told == (
        Contribution("north", 10, 10, Fraction(-5, 4), 0, Fraction(-5, 4)),
        Contribution("south", 2, 2, Fraction(-3, 4), 0, Fraction(-3, 4)),
    )


def test_a_change_within_keys_is_no_mix():
    told = ratio_contributions(
        {"a": Ratio(10, 10), "b": Ratio(30, 10)}, {"a": Ratio(40, 20), "b": Ratio(60, 20)}
    )
    assert told[0] == Contribution("a", 1, 2, Fraction(1, 2), Fraction(1, 2), 0)
    assert told[1] == Contribution("b", 3, 3, 0, 0, 0)


def test_a_key_that_comes_counts_by_its_distance_from_the_mean():
    """From 2 to 3, mean 2.5: the new one has half of the days at 4, so (4 - 2.5) / 2."""
    told = ratio_contributions({"old": Ratio(20, 10)}, {"old": Ratio(20, 10), "new": Ratio(40, 10)})
    assert told == (
        Contribution("new", None, 4, Fraction(3, 4), 0, Fraction(3, 4)),
        Contribution("old", 2, 2, Fraction(1, 4), 0, Fraction(1, 4)),
    )


def test_spend_without_any_days_still_counts():
    told = ratio_contributions(
        {"a": Ratio(10, 10), "shut": Ratio(5, 0)}, {"a": Ratio(10, 10), "shut": Ratio(0, 0)}
    )
    assert told[0] == Contribution("shut", None, None, Fraction(-1, 2), 0, Fraction(-1, 2))
    assert told[1].amount == 0


@pytest.mark.parametrize("days", [(0, 10), (10, 0), (-1, 10)])
def test_a_ratio_without_a_denominator_does_not_exist(days):
    with pytest.raises(ValueError, match=r"0|-1"):
        shared_ratio_contributions({"a": 1}, {"a": 2}, denominators=days)
    with pytest.raises(ValueError, match=r"0|-1"):
        ratio_contributions({"a": Ratio(1, days[0])}, {"a": Ratio(1, days[1])})


@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(odd):
    with pytest.raises(ValueError, match=r"(?i)nan|inf"):
        contributions({"a": odd}, {})
    with pytest.raises(ValueError, match=r"(?i)nan|inf"):
        shared_ratio_contributions({"a": 1}, {}, denominators=(1, odd))
    with pytest.raises(ValueError, match=r"(?i)nan|inf"):
        ratio_contributions({"a": Ratio(odd, 1)}, {"a": Ratio(1, 1)})


keys = st.sampled_from("abcdefgh")
numbers = st.one_of(
    st.integers(-1000, 1000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1, 1e-300, -1e300]),
)
sums = st.dictionaries(keys, st.none() | numbers)
days = st.one_of(st.integers(1, 1000), st.floats(1e-6, 1e12))


def in_order(told):
    sizes = [abs(one.amount) for one in told]
    return sizes == sorted(sizes, reverse=True)


def total(values):
    return sum(Fraction(value) for value in values if value is not None)


@given(sums, sums)
def test_contributions_to_a_sum_add_up_exactly(before, after):
    told = contributions(before, after)
    assert sum(one.amount for one in told) == total(after.values()) - total(before.values())
    assert {one.key for one in told} == {*before, *after}
    assert in_order(told)


@given(sums, sums, days, days)
def test_contributions_over_a_shared_denominator_add_up_exactly(before, after, then, now):
    told = shared_ratio_contributions(before, after, denominators=(then, now))
    change = total(after.values()) / Fraction(now) - total(before.values()) / Fraction(then)
    assert sum(one.amount for one in told) == change
    assert in_order(told)


ratios = st.dictionaries(keys, st.builds(Ratio, numbers, st.just(0) | days)).filter(
    lambda sides: any(ratio.denominator for ratio in sides.values())
)


def ratio(sides):
    return total(one.numerator for one in sides.values()) / total(
        one.denominator for one in sides.values()
    )


@given(ratios, ratios)
def test_contributions_to_a_ratio_of_sums_add_up_exactly(before, after):
    told = ratio_contributions(before, after)
    assert sum(one.amount for one in told) == ratio(after) - ratio(before)
    assert all(one.within + one.mix == one.amount for one in told)
    assert in_order(told)


@given(ratios, ratios)
def test_a_change_told_backwards_is_its_negative(before, after):
    there = {one.key: one.amount for one in ratio_contributions(before, after)}
    back = {one.key: -one.amount for one in ratio_contributions(after, before)}
    assert there == back

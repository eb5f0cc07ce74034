"""Limits against scipy, how often equal locations lie outside, and planted outliers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm, poisson

from nami_monitor.signals.funnel import (
    NORMAL,
    Funnel,
    FunnelLocation,
    NoFunnel,
    RatioKind,
    Zone,
    funnel,
)

INSIDE, TOO_SMALL = Zone.INSIDE, Zone.TOO_SMALL
BEYOND = {Zone.ABOVE_LIMIT, Zone.BELOW_LIMIT}
OUTSIDE = BEYOND | {Zone.ABOVE_WARNING, Zone.BELOW_WARNING}
MIRROR = {
    Zone.ABOVE_LIMIT: Zone.BELOW_LIMIT,
    Zone.BELOW_LIMIT: Zone.ABOVE_LIMIT,
    Zone.ABOVE_WARNING: Zone.BELOW_WARNING,
    Zone.BELOW_WARNING: Zone.ABOVE_WARNING,
}


def places(numerators, sizes):
    return [FunnelLocation(k, n, s) for k, (n, s) in enumerate(zip(numerators, sizes, strict=True))]


def zones(told):
    return [point.zone for point in told.points]


def chance(kind, rate):
    """A funnel in which chance alone is at work."""
    return Funnel(kind, rate, dispersion=1.0, variance=0.25, between=0.0, points=())


@pytest.mark.parametrize(
    ("kind", "rate", "sizes", "law"),
    [
        (RatioKind.PROPORTION, 0.3, [5, 20, 100, 5000], lambda size: binom(size, 0.3)),
        (RatioKind.PROPORTION, 0.97, [30, 300], lambda size: binom(size, 0.97)),
        (RatioKind.RATE, 0.02, [10.0, 150.5, 2000.0, 1e6], lambda size: poisson(size * 0.02)),
    ],
)
def test_limits_of_counts_are_exact(kind, rate, sizes, law):
    """Half of what may happen at the nearest count lies on either side of a limit."""
    told = chance(kind, rate).limits(np.array(sizes, dtype=float))
    for tail, found in (
        (0.001, told.low),
        (0.025, told.warning_low),
        (0.975, told.warning_high),
        (0.999, told.high),
    ):
        for size, limit in zip(sizes, found * sizes, strict=True):
            count = law(size).ppf(tail)
            if 0 < limit < size:
                assert count - 0.5 <= limit <= count + 0.5
                beyond = (limit - (count - 0.5)) * law(size).pmf(count)
                assert law(size).cdf(count - 1) + beyond == pytest.approx(tail)


def test_limits_of_large_counts_are_those_of_the_normal_law():
    told = chance(RatioKind.RATE, 2.0).limits(np.array([1e6]))
    assert told.high[0] == pytest.approx(2 + 3.0902 * np.sqrt(2 / 1e6), abs=1e-5)
    assert told.warning_low[0] == pytest.approx(2 - 1.96 * np.sqrt(2 / 1e6), abs=1e-5)


def equal(kind, draw, count):
    """Locations of very different size that are all the same."""
    sizes = np.round(draw.uniform(4, 40, count) ** 2)
    numerators = {
        RatioKind.PROPORTION: lambda: draw.binomial(sizes.astype(int), 0.2),
        RatioKind.RATE: lambda: draw.poisson(sizes * 0.05),
        RatioKind.AMOUNT: lambda: sizes * 30 + draw.normal(0, 40, count) * np.sqrt(sizes),
    }[kind]()
    return places(numerators, sizes)


@pytest.mark.parametrize("kind", RatioKind)
def test_of_equal_locations_as_many_lie_outside_as_meant(kind):
    """Five in a hundred and two in a thousand; half of them above."""
    seen = outside_of_equal(kind, count=650, funnels=12)
    assert np.mean([zone in OUTSIDE for zone in seen]) == pytest.approx(0.05, abs=0.008)
    assert np.mean([zone in BEYOND for zone in seen]) == pytest.approx(0.002, abs=0.0015)
    above = [zone in {Zone.ABOVE_WARNING, Zone.ABOVE_LIMIT} for zone in seen]
    assert np.mean(above) == pytest.approx(0.025, abs=0.006)


@pytest.mark.parametrize("kind", RatioKind)
def test_with_a_handful_of_locations_nearly_as_many(kind):
    """The rate and the spread of an amount come from few locations then."""
    seen = outside_of_equal(kind, count=20, funnels=150)
    assert np.mean([zone in OUTSIDE for zone in seen]) == pytest.approx(0.05, abs=0.02)
    assert np.mean([zone in BEYOND for zone in seen]) < 0.008


def outside_of_equal(kind, count, funnels):
    draw = np.random.default_rng(5)
    return [zone for _ in range(funnels) for zone in zones(funnel(kind, equal(kind, draw, count)))]


@pytest.mark.parametrize("kind", RatioKind)
@pytest.mark.parametrize("factor", [0.3, 2.5])
def test_a_planted_outlier_is_found(kind, factor):
    draw = np.random.default_rng(3)
    given_places = equal(kind, draw, 60)
    odd = FunnelLocation(
        "odd",
        round(factor * {RatioKind.PROPORTION: 200, RatioKind.RATE: 50}.get(kind, 30_000)),
        1000,
    )
    told = funnel(kind, [*given_places, odd])
    assert told.points[-1].zone is (Zone.ABOVE_LIMIT if factor > 1 else Zone.BELOW_LIMIT)
    assert np.sign(told.points[-1].z) == np.sign(factor - 1)
    assert max(told.points, key=lambda point: abs(point.z)).key == "odd"
    assert sum(zone in BEYOND for zone in zones(told)) <= 2


def unequal(kind, draw, count):
    """Locations that differ by more than chance."""
    sizes = np.round(draw.uniform(10, 60, count) ** 2)
    if kind is RatioKind.RATE:
        return places(draw.poisson(sizes * draw.gamma(25, 0.2 / 25, count)), sizes)
    return places(draw.binomial(sizes.astype(int), draw.beta(20, 80, count)), sizes)


@pytest.mark.parametrize("kind", [RatioKind.RATE, RatioKind.PROPORTION])
def test_over_dispersed_locations_get_wider_limits(kind):
    draw = np.random.default_rng(11)
    seen, naive = [], []
    for _ in range(50):
        told = funnel(kind, unequal(kind, draw, 100))
        assert told.between > 0
        seen += zones(told)
        sizes = np.array([point.size for point in told.points])
        rates = np.array([point.rate for point in told.points])
        alone = chance(kind, told.rate).limits(sizes)
        naive += ((rates > alone.warning_high) | (rates < alone.warning_low)).tolist()
    assert np.mean(naive) > 0.3
    assert np.mean([zone in OUTSIDE for zone in seen]) == pytest.approx(0.05, abs=0.015)
    assert np.mean([zone in BEYOND for zone in seen]) < 0.006


def test_the_variance_between_locations_is_found():
    """Square roots of rates that spread with a known standard deviation."""
    draw = np.random.default_rng(2)
    sizes = np.full(2000, 400.0)
    roots = draw.normal(2, 0.2, 2000)
    told = funnel(RatioKind.RATE, places(draw.poisson(sizes * roots**2), sizes))
    assert np.sqrt(told.between) == pytest.approx(0.2, rel=0.05)
    assert told.dispersion == pytest.approx(1 + 0.04 * 4 * 400, rel=0.1)


def test_drawing_in_takes_a_third_from_normal_scores():
    scores = norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    assert (np.clip(scores, *np.quantile(scores, [0.1, 0.9])) ** 2).mean() == pytest.approx(
        NORMAL, rel=1e-3
    )


def test_several_outliers_do_not_hide_one_another():
    """Four of 50 locations at three times the rate."""
    draw = np.random.default_rng(8)
    sizes = np.full(50, 400.0)
    amounts = sizes * 30 + draw.normal(0, 20, 50) * np.sqrt(sizes)
    amounts[:4] *= 3
    told = zones(funnel(RatioKind.AMOUNT, places(amounts, sizes)))
    assert told[:4] == [Zone.ABOVE_LIMIT] * 4


@pytest.mark.parametrize("kind", RatioKind)
def test_the_curve_runs_from_the_smallest_to_the_largest_location(kind):
    told = funnel(
        kind, [*equal(kind, np.random.default_rng(1), 30), FunnelLocation("none", 0, None)]
    )
    curve = told.curve()
    sizes = [point.size for point in told.points if point.size]
    assert (curve.sizes[0], curve.sizes[-1]) == pytest.approx((min(sizes), max(sizes)))
    assert (curve.low <= curve.warning_low).all()
    assert (curve.warning_low <= told.rate).all()
    assert (told.rate <= curve.warning_high).all()
    assert (curve.warning_high <= curve.high).all()
    assert curve.high[0] - curve.low[0] > curve.high[-1] - curve.low[-1]


def test_whole_sizes_have_the_same_limits():
    told = funnel(RatioKind.RATE, unequal(RatioKind.RATE, np.random.default_rng(1), 50))
    whole, real = (told.limits(np.array([40, 900], dtype=of)) for of in (int, float))
    assert whole.high.tolist() == real.high.tolist()


def test_fewer_than_ten_sized_locations_are_no_funnel():
    assert funnel(RatioKind.RATE, []) is NoFunnel.TOO_FEW_LOCATIONS
    nine = places(range(9), [10] * 9)
    assert (
        funnel(RatioKind.RATE, [*nine, FunnelLocation("x", 1, None)]) is NoFunnel.TOO_FEW_LOCATIONS
    )
    assert funnel(RatioKind.RATE, [*nine, FunnelLocation("x", 1, 10)]).points[-1].zone is INSIDE


@pytest.mark.parametrize("size", [None, 0, -5])
def test_a_location_without_size_is_too_small_and_counts_nowhere(size):
    told = funnel(RatioKind.RATE, [FunnelLocation("x", 500, size), *places([3] * 12, [10] * 12)])
    assert told.rate == pytest.approx(0.3)
    point = told.points[0]
    assert (point.key, point.size, point.rate, point.z) == ("x", size, None, None)
    assert point.zone is TOO_SMALL


def test_a_handful_of_which_anything_may_be_seen_is_too_small():
    told = funnel(RatioKind.PROPORTION, places([10] * 12 + [0, 2], [20] * 12 + [2, 2]))
    assert zones(told)[-2:] == [TOO_SMALL, TOO_SMALL]
    assert told.points[-1].rate == 1


def test_an_amount_that_chance_alone_could_bring_to_nothing_is_too_small():
    draw = np.random.default_rng(4)
    sizes = np.array([*[1000.0] * 30, 1.0])
    amounts = sizes * 30 + np.append(draw.normal(0, 60, 30) * np.sqrt(1000), 500)
    assert zones(funnel(RatioKind.AMOUNT, places(amounts, sizes)))[-1] is TOO_SMALL


@pytest.mark.parametrize(
    ("kind", "numerators", "rate"),
    [
        (RatioKind.RATE, np.zeros(12), 0),
        (RatioKind.PROPORTION, np.zeros(12), 0),
        (RatioKind.PROPORTION, np.arange(10, 22), 1),
        (RatioKind.AMOUNT, np.arange(10, 22) * 0.1, 0.1),
    ],
)
def test_locations_without_any_difference_are_inside(kind, numerators, rate):
    told = funnel(kind, places(numerators, np.arange(10, 22)))
    assert told.rate == pytest.approx(rate)
    assert set(zones(told)) == {INSIDE}
    assert all(point.z == 0 for point in told.points)


def test_refunds_may_make_an_amount_negative():
    draw = np.random.default_rng(6)
    sizes = np.full(30, 500.0)
    amounts = sizes * 30 + draw.normal(0, 200, 30)
    amounts[7] = -2000
    told = funnel(RatioKind.AMOUNT, places(amounts, sizes))
    assert told.points[7].zone is Zone.BELOW_LIMIT


@pytest.mark.parametrize(
    ("kind", "numerator", "size"),
    [
        (RatioKind.RATE, -1, 10),
        (RatioKind.RATE, 1.5, 10),
        (RatioKind.PROPORTION, 11, 10),
        (RatioKind.PROPORTION, 1, 10.5),
        (RatioKind.AMOUNT, float("nan"), 10),
        (RatioKind.AMOUNT, 1, float("inf")),
        (RatioKind.AMOUNT, 1, float("nan")),
    ],
)
def test_impossible_locations_are_refused(kind, numerator, size):
    with pytest.raises(ValueError, match=r"whole|finite"):
        funnel(kind, [*places([1] * 12, [10] * 12), FunnelLocation("x", numerator, size)])


counted = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda pair: (min(pair), max(pair))),
    min_size=10,
    max_size=30,
)


@given(counted)
@settings(deadline=None, max_examples=40)
def test_what_is_left_over_mirrors_what_was_counted(pairs):
    counts, sizes = np.array(pairs).T
    there = funnel(RatioKind.PROPORTION, places(counts, sizes))
    back = funnel(RatioKind.PROPORTION, places(sizes - counts, sizes))
    if there is NoFunnel.TOO_FEW_LOCATIONS:
        assert back is there
        return
    for one, other in zip(there.points, back.points, strict=True):
        near = one.z is not None and np.isclose(abs(one.z), (1.96, 3.09), atol=0.2).any()
        assert near or other.zone is MIRROR.get(one.zone, one.zone)
        assert one.z is None or other.z == pytest.approx(-one.z, abs=1e-6)


@given(
    st.lists(st.tuples(st.integers(-999, 9999), st.integers(0, 999)), min_size=10, max_size=30),
    st.sampled_from([0.25, 4.0, 1024.0]),
    st.sampled_from([0.5, 8.0]),
)
@settings(deadline=None, max_examples=40)
def test_amounts_do_not_depend_on_their_units(pairs, money, days):
    amounts, sizes = np.array(pairs, dtype=float).T
    there = funnel(RatioKind.AMOUNT, places(amounts, sizes))
    again = funnel(RatioKind.AMOUNT, places(amounts * money, sizes * days))
    if there is NoFunnel.TOO_FEW_LOCATIONS:
        assert again is there
        return
    assert zones(again) == zones(there)
    assert again.rate == pytest.approx(there.rate * money / days)

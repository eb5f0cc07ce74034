"""Several places where it may have gone."""

import numpy as np
import pytest

from nami_monitor.waterbed.panel import PrePost, shift
from nami_monitor.waterbed.verdicts import critical
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import destinations, estimate, net_effect


def spread(seed=3, *, count=4, level=60.0, quotient=0.7, locations=31, treated=1):
    """Target, ``count`` destinations of which the first takes what leaks, and the treated."""
    a, b, marks = panels.drawn(
        seed, level=level, quotient=quotient, locations=locations, treated=treated
    )
    rng = np.random.default_rng(seed + 1)
    others = rng.poisson(0.8 * level, (count - 1, *a.shape)) * 1.0
    return a, np.concatenate([b[None], others]), marks


def shown(effect):
    return not effect.low <= 0 <= effect.high


def test_where_it_went_is_shown_and_where_it_did_not_go_is_not():
    found = destinations(*spread(), 24)
    assert [shown(one) for one in found] == [True, False, False, False]
    assert [one.low > 0 for one in found] == [True, False, False, False]


def test_a_part_is_the_estimate_of_its_own_with_wider_limits():
    a, parts, treated = spread(treated=2)
    for one, part in zip(destinations(a, parts, treated, 24), parts, strict=True):
        single = estimate(a, part, treated, 24).spill
        assert (one.value, one.se) == pytest.approx((single.value, single.se))
        assert one.low < single.low
        assert one.high - one.value == pytest.approx(one.value - one.low)


def test_shocks_of_a_location_are_left_in():
    a, parts, treated = spread()
    untouched = parts[:, None].repeat(2, axis=1)
    with_groups = destinations(a, parts, treated, 24, untouched=untouched)
    assert with_groups == destinations(a, parts, treated, 24)


@pytest.mark.parametrize("first", [24, 99, np.where(np.arange(31) == 0, 24, 28)])
@pytest.mark.parametrize("everyone", [False, True])
def test_the_net_effect_alone_is_that_of_the_estimate(first, everyone):
    a, parts, treated = spread(treated=3)
    arrays = a, parts[0], treated | everyone, first
    assert net_effect(*arrays) == estimate(*arrays).net
    own = net_effect(*arrays, untouched=parts[:, None].repeat(2, axis=1))
    assert own == estimate(*arrays, untouched=parts[:, None].repeat(2, axis=1)).net


def test_staggered_parts_are_added_up_over_their_starts():
    a, parts, treated = spread(treated=3)
    first = np.where(np.arange(31) == 0, 24, 28)
    for one, part in zip(destinations(a, parts, treated, first), parts, strict=True):
        single = estimate(a, part, treated, first).spill
        assert (one.value, one.se) == pytest.approx((single.value, single.se))


def by_hand(parts):
    """Placebo statistics of one treated and its controls, each held against the others alone."""
    window = PrePost.at(24, 36, 1)
    statistics = []
    for part in parts:
        like = shift(part, 1, window)
        change, level = like.change[1:], like.level[1:]
        large = np.minimum(level, np.quantile(level, 0.75))
        total = np.empty_like(change)
        for place in range(len(change)):
            a, b = last_pass(change**2, level, np.arange(len(change)) != place)
            total[place] = a + b / large[place]
        squares = change**2 / total
        others = (squares.sum() - squares) / (len(change) - 1 - 2)
        statistics.append(np.abs(change) / np.sqrt(others * total))
    return np.array(statistics)


def last_pass(square, level, keep):
    """Weighted non-negative fit of ``a + b / level``; weights of all, the last fit without one."""
    weights = np.ones_like(level)
    for rows in (np.ones_like(keep), np.ones_like(keep), keep):
        fits = []
        w, x, y = weights[rows], 1 / level[rows], square[rows]
        design = np.sqrt(w)[:, None] * np.column_stack([np.ones_like(x), x])
        seen = np.sqrt(w) * y
        for columns in ([0], [1], [0, 1]):
            part, *_ = np.linalg.lstsq(design[:, columns], seen, rcond=None)
            whole = np.zeros(2)
            whole[columns] = part
            if (whole >= 0).all():
                fits.append((((design @ whole - seen) ** 2).sum(), tuple(whole)))
        a, b = min(fits)[1]
        weights = 1 / np.maximum(a + b / level, 1e-8) ** 2
    return a, b


def test_the_reach_is_the_largest_placebo_of_a_control_over_all_parts():
    a, parts, treated = spread(seed=8)
    found = destinations(a, parts, treated, 24)
    largest = np.sort(by_hand(parts).max(0))[::-1]
    for one in found:
        reach = (one.high - one.value) / one.se
        assert reach == pytest.approx(largest[0], rel=1e-6)
        assert shown(one) == (abs(one.value) / one.se > reach)


@pytest.mark.parametrize("seed", range(6))
def test_with_too_few_controls_for_ranks_no_less_than_bonferroni(seed):
    a, parts, treated = spread(seed, locations=13)
    found = destinations(a, parts, treated, 24)
    for one in found:
        reach = (one.high - one.value) / one.se
        assert reach >= critical(10, 1 - 0.05 / 4) * (1 - 1e-9)


@pytest.mark.parametrize("controls", [12, 40])
def test_looking_at_eight_places_raises_no_more_alarms_than_looking_at_one(controls):
    runs = alarms = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        level = 15 * np.exp(rng.normal(0, 0.5, (9, controls + 1, 1)))
        values = rng.poisson(level * np.ones(36)) * 1.0
        treated = np.arange(controls + 1) == 0
        found = destinations(values[0], values[1:], treated, 24)
        runs += 1
        alarms += any(shown(one) for one in found)
    assert alarms <= 0.09 * runs


def test_a_place_without_level_is_not_judged():
    a, parts, treated = spread()
    parts[1, 0] = 0
    parts[2, 10:] = 0
    parts[3, 5] = np.nan
    parts[3, 6, :23] = 0
    found = destinations(a, np.nan_to_num(parts), treated, 24)
    assert [one is None for one in found] == [False, True, True, False]


def test_places_that_few_locations_know_are_not_judged():
    a, parts, treated = spread(count=2)
    parts[0, 9:], parts[1, :9] = 0, 0
    found = destinations(a, parts, treated, 24)
    assert estimate(a, parts.sum(0), treated, 24).gross is not None
    assert found == (None, None)


def test_a_place_with_a_missing_month_counts_the_other_controls():
    a, parts, treated = spread()
    parts[1, 7, 3] = np.nan
    found = destinations(a, parts[:1], treated, 24)
    assert len(found) == 1
    assert 7 not in estimate(a, parts.sum(0), treated, 24).controls


def test_nothing_can_be_said_of_parts_when_nothing_can_be_said_of_the_sum():
    a, parts, treated = spread()
    assert destinations(a[:5], parts[:, :5], treated[:5], 24) == ()
    assert destinations(a, parts, treated, 30)
    assert destinations(a, parts, treated, 32) == ()
    with pytest.raises(ValueError, match="31, 36"):
        destinations(a, parts[:, :30], treated, 24)


def test_rolled_out_everywhere_has_no_parts():
    a, b, treated = panels.drawn(months=48, first=36, treated=31)
    assert estimate(a, b + b + 1, treated, 36).gross is not None
    assert destinations(a, np.stack([b, b + 1]), treated, 36) == ()

"""The spend bridge by hand, and that everything adds up exactly whatever comes in."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.kpis.bridge import Bought, BridgePart, Product, SpendSplit, bridge


def product(key, before, after, unit="piece"):
    """A product from (quantity, amount) before and after."""
    old, new = (side and Bought(quantity=side[0], amount=side[1]) for side in (before, after))
    return Product(key, unit, old, new)


def test_the_bridge_by_hand():
    """Paper 100 at 4, then 80 at 5; pens 100 at 1, then 220 at 1. All pieces: 200, then 300.

    price = 80 x (5 - 4) = 80; volume = 100 x (500 / 200) = 250;
    mix = (80 x 4 + 220 x 1) - 300 / 200 x 500 = -210; together 620 - 500 = 120.
    """
    told = bridge(
        [product("paper", (100, 400), (80, 400)), product("pens", (100, 100), (220, 220))]
    )
    assert told.total == SpendSplit(price=80, volume=250, mix=-210)
    assert told.total.change == 120
    assert told.products["paper"] == SpendSplit(price=80, volume=200, mix=-280)
    assert told.products["pens"] == SpendSplit(price=0, volume=50, mix=70)


def test_units_are_never_added_up():
    """Litres double at one price: volume alone. Pieces become dearer: price alone."""
    told = bridge(
        [
            product("soap", (10, 50), (20, 100), unit="litre"),
            product("paper", (1000, 100), (1000, 150)),
        ]
    )
    assert told.total == SpendSplit(price=50, volume=50)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, (5, 60), SpendSplit(new=60)),
        (None, (None, 60), SpendSplit(new=60)),
        ((5, 60), None, SpendSplit(vanished=-60)),
        (None, (-5, -60), SpendSplit(unsplit=-60)),
        ((-5, -60), None, SpendSplit(unsplit=60)),
        (None, (5, 0), SpendSplit()),
        ((None, 60), (5, 80), SpendSplit(unsplit=20)),
        ((5, 60), (None, 80), SpendSplit(unsplit=20)),
        ((5, 60), (-1, -10), SpendSplit(unsplit=-70)),
        ((5, 60), (0, -10), SpendSplit(unsplit=-70)),
        ((5, 60), (3, -10), SpendSplit(unsplit=-70)),
        ((0, 60), (5, 80), SpendSplit(unsplit=20)),
        ((5, 60), (0, 80), SpendSplit(unsplit=20)),
        ((5, 0), (5, 60), SpendSplit(unsplit=60)),
        (None, None, SpendSplit()),
    ],
)
def test_what_has_no_price_is_said_apart(before, after, expected):
    assert bridge([product("a", before, after)]).total == expected


def test_what_cannot_be_split_does_not_touch_the_others():
    alone = bridge([product("a", (10, 10), (20, 40)), product("b", (30, 60), (10, 30))])
    among = bridge(
        [
            product("a", (10, 10), (20, 40)),
            product("c", (1e9, 1.0), (-1, 1.0)),
            product("b", (30, 60), (10, 30)),
            product("d", None, (1e9, 7)),
        ]
    )
    assert among.products["a"] == alone.products["a"]
    assert (among.total.price, among.total.volume, among.total.mix) == (
        alone.total.price,
        alone.total.volume,
        alone.total.mix,
    )


def test_products_come_largest_first_and_keep_their_order_in_the_table():
    told = bridge(
        [
            product("small", (1, 10), (1, 11)),
            product("large", (1, 10), (1, 2)),
            product("same", (1, 10), (1, 10)),
            product("fresh", None, (1, 3)),
        ]
    )
    assert told.largest() == (("large", -8), ("fresh", 3), ("small", 1))
    assert list(told.products) == ["small", "large", "same", "fresh"]


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="paper"):
        bridge([product("paper", (1, 1), None), product("paper", None, (1, 1))])


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_refused(odd):
    for side in ((odd, 1), (1, odd)):
        with pytest.raises(ValueError, match=r"(?i)nan|inf"):
            bridge([product("a", (1, 1), side)])


def test_no_products_are_no_change():
    assert bridge([]).total == SpendSplit()
    assert bridge([]).total.change == 0


amounts = st.one_of(
    st.integers(-10_000, 10_000),
    st.decimals(-1000, 1000, places=2),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 0.1, 1e-300, 5e-324, 1e300, -1e300]),
)
sides = st.none() | st.tuples(st.none() | amounts, amounts)
many = st.lists(st.tuples(sides, sides, st.sampled_from(["piece", "litre"])), max_size=12)


@given(many)
def test_the_parts_add_up_exactly(rows):
    told = bridge([product(number, *row) for number, row in enumerate(rows)])
    change = sum(
        (Fraction(after[1]) if after else 0) - (Fraction(before[1]) if before else 0)
        for before, after, _ in rows
    )
    assert told.total.change == change
    assert sum(getattr(told.total, part) for part in BridgePart) == change
    for part in BridgePart:
        assert sum(getattr(one, part) for one in told.products.values()) == getattr(
            told.total, part
        )
    sizes = [abs(size) for _, size in told.largest()]
    assert sum(size for _, size in told.largest()) == change
    assert sizes == sorted(sizes, reverse=True)
    for number, (before, after, _) in enumerate(rows):
        own = (Fraction(after[1]) if after else 0) - (Fraction(before[1]) if before else 0)
        assert told.products[number].change == own


positive = st.tuples(st.floats(0.01, 1e6), st.floats(0.01, 1e6))
units = st.lists(st.tuples(positive, positive), min_size=1, max_size=10)


@given(units)
def test_the_parts_are_those_of_the_formula(rows):
    """The formulas written out with plain floats."""
    total = bridge([product(number, *row) for number, row in enumerate(rows)]).total
    q0, a0, q1, a1 = ([row[side][what] for row in rows] for side in (0, 1) for what in (0, 1))
    at_old = sum(new * spent / old for new, spent, old in zip(q1, a0, q0, strict=True))
    scale = max(sum(a0), sum(a1), at_old, sum(a0) * sum(q1) / sum(q0)) * 1e-9
    assert float(total.price) == pytest.approx(sum(a1) - at_old, abs=scale)
    assert float(total.volume) == pytest.approx((sum(q1) - sum(q0)) * sum(a0) / sum(q0), abs=scale)
    assert float(total.mix) == pytest.approx(at_old - sum(q1) / sum(q0) * sum(a0), abs=scale)


@given(positive, st.integers(2, 9))
def test_a_single_product_has_no_mix(before, times):
    alone = bridge([product("a", before, (before[0] * 3, before[1] * times))]).total
    assert alone.mix == 0
    assert float(alone.volume) == pytest.approx(2 * before[1])


@given(units)
def test_what_stays_as_it_was_is_no_change(rows):
    same = bridge([product(number, old, old) for number, (old, _) in enumerate(rows)]).total
    assert float(same.price) == pytest.approx(0, abs=1e-15)
    assert same.change == 0


def test_thousands_of_products_with_odd_quantities_stay_exact():
    draws = np.random.default_rng(7).uniform(1, 1e4, (3000, 2, 2)).tolist()
    rows = [product(number, *sides) for number, sides in enumerate(draws)]
    told = bridge(rows)
    change = sum(Fraction(row.after.amount) - Fraction(row.before.amount) for row in rows)
    assert told.total.change == change
    assert told.total.price.denominator.bit_length() < 200

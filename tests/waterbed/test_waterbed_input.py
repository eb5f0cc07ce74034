"""Whatever comes in: a verdict or a reason, no traceback, no number that cannot be trusted."""

import numpy as np
import pytest

from nami_monitor.core.words import Design, Verdict, Why
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate

NUMBERS = ("gross", "spill", "net", "quotient", "covariance", "path", "anticipation")


def reasons(result):
    return {reason.key: reason for reason in result.cautions}


def assert_nothing_is_said(result, *keys):
    assert result.verdicts == (Verdict.NOT_ENOUGH_DATA,)
    assert [getattr(result, name) for name in NUMBERS] == [None] * len(NUMBERS)
    assert set(keys) <= set(reasons(result))


def test_no_controls_left():
    a, b, treated = panels.drawn()
    a[1:] = 0
    result = estimate(a, b, treated, 24)
    assert_nothing_is_said(result, Why.FEW_CONTROLS, Why.NO_LEVEL)
    assert reasons(result)[Why.FEW_CONTROLS].seen == 0
    assert reasons(result)[Why.NO_LEVEL].locations == tuple(range(1, 31))


def test_nine_controls_are_too_few_and_ten_are_not():
    a, b, treated = panels.drawn(locations=10)
    result = estimate(a, b, treated, 24)
    assert_nothing_is_said(result, Why.FEW_CONTROLS)
    few = reasons(result)[Why.FEW_CONTROLS]
    assert (few.seen, few.needed) == (9, 10)
    a, b, treated = panels.drawn(locations=11)
    assert estimate(a, b, treated, 24).gross is not None


@pytest.mark.parametrize("first", [0, 1, 17])
def test_too_few_pre_months(first):
    result = estimate(*panels.drawn(), first)
    assert_nothing_is_said(result, Why.FEW_PRE_MONTHS)
    short = reasons(result)[Why.FEW_PRE_MONTHS]
    assert (short.seen, short.needed) == (first, 18)


def test_pre_months_are_counted_before_anticipation_is_taken_off():
    assert estimate(*panels.drawn(), 18, anticipation=3).gross is not None


def test_anticipation_that_eats_the_history():
    result = estimate(*panels.drawn(), 20, anticipation=20)
    assert_nothing_is_said(result, Why.FEW_PRE_MONTHS)
    assert reasons(result)[Why.FEW_PRE_MONTHS].needed == 21


def test_too_few_post_months():
    result = estimate(*panels.drawn(), 31)
    assert_nothing_is_said(result, Why.FEW_POST_MONTHS)
    assert reasons(result)[Why.FEW_POST_MONTHS].seen == 5
    assert estimate(*panels.drawn(), 30).gross is not None


@pytest.mark.parametrize("first", [36, 50, -1])
@pytest.mark.parametrize("everywhere", [True, False])
def test_a_start_outside_the_data(first, everywhere):
    a, b, treated = panels.drawn()
    result = estimate(a, b, treated | everywhere, first)
    assert_nothing_is_said(result, Why.START_OUTSIDE)
    assert 0 <= result.pre_months <= 36
    assert result.pre_months + result.post_months == 36


def test_nobody_treated():
    a, b, treated = panels.drawn()
    assert_nothing_is_said(estimate(a, b, treated & False, 24), Why.NO_TREATED)


def test_a_treated_location_without_the_target_channel():
    a, b, treated = panels.drawn()
    a[0] = 0
    result = estimate(a, b, treated, 24)
    assert_nothing_is_said(result, Why.NO_LEVEL, Why.NO_TREATED)
    assert reasons(result)[Why.NO_LEVEL].locations == (0,)


def test_one_of_three_treated_without_the_target_channel_is_named_and_left_out():
    a, b, treated = panels.drawn(treated=3)
    a[1] = 0
    result = estimate(a, b, treated, 24)
    assert result.treated == (0, 2)
    assert reasons(result)[Why.NO_LEVEL].locations == (1,)
    whole = estimate(np.delete(a, 1, 0), np.delete(b, 1, 0), np.delete(treated, 1), 24)
    assert result.gross == whole.gross


def test_a_control_without_level_is_named_and_left_out():
    a, b, treated = panels.drawn()
    b[5, :23] = 0
    result = estimate(a, b, treated, 24)
    assert 5 not in result.controls
    assert len(result.controls) == 29
    assert reasons(result)[Why.NO_LEVEL].locations == (5,)


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_missing_months_are_never_zero(hole):
    a, b, treated = panels.drawn()
    a[3, 7] = hole
    result = estimate(a, b, treated, 24)
    assert 3 not in result.controls
    assert reasons(result)[Why.MONTHS_MISSING].locations == (3,)
    a[0, 30] = hole
    assert_nothing_is_said(estimate(a, b, treated, 24), Why.MONTHS_MISSING, Why.NO_TREATED)


def test_returns_are_counted_and_said():
    a, b, treated = panels.drawn()
    a[4, 10] = -30
    a[0, 30] = -5
    result = estimate(a, b, treated, 24)
    assert reasons(result)[Why.RETURNS].locations == (0, 4)
    assert 4 in result.controls


def test_more_returned_than_ordered_is_no_level():
    a, b, treated = panels.drawn()
    a[4, :23] = -1
    result = estimate(a, b, treated, 24)
    assert reasons(result)[Why.NO_LEVEL].locations == (4,)
    assert Why.RETURNS not in reasons(result)


def test_one_constant_series_is_a_control_like_any_other():
    a, b, treated = panels.drawn()
    a[6] = 80
    b[6] = 70
    result = estimate(a, b, treated, 24)
    assert 6 in result.controls
    assert result.gross.high < 0


def test_controls_that_never_vary_say_nothing_of_chance():
    a, b, treated = panels.drawn()
    a[1:] = 10.0 + np.arange(30)[:, None]
    assert_nothing_is_said(estimate(a, b, treated, 24), Why.NO_VARIATION)


def test_the_same_series_twice_counts_once():
    a, b, treated = panels.drawn()
    a[7], b[7] = a[8], b[8]
    a[9], b[9] = a[0], b[0]
    result = estimate(a, b, treated, 24)
    assert reasons(result)[Why.SAME_SERIES].locations == (8, 9)
    assert len(result.controls) == 28


def rare(treated, *, orders):
    """Panels in which the treated together order in so many of the 23 months that count."""
    a, b, marks = panels.drawn(treated=treated)
    a[:treated, :23] = 0
    a[np.arange(orders) % treated, np.arange(orders)] = 30
    return a, b, marks


@pytest.mark.parametrize("factor", [0.001, 1, 500])
def test_order_months_are_what_is_too_few_in_any_unit(factor):
    a, b, treated = rare(1, orders=11)
    result = estimate(factor * a, factor * b, treated, 24)
    assert_nothing_is_said(result, Why.FEW_ORDER_MONTHS)
    assert reasons(result)[Why.FEW_ORDER_MONTHS].seen == 11
    a, b, treated = rare(1, orders=12)
    assert estimate(factor * a, factor * b, treated, 24).gross is not None


def test_the_months_of_all_treated_together_count():
    a, b, treated = rare(3, orders=12)
    assert ((a[:3, :23] > 0).sum(1) == 4).all()
    assert estimate(a, b, treated, 24).gross is not None
    assert_nothing_is_said(estimate(*rare(3, orders=11), 24), Why.FEW_ORDER_MONTHS)


def test_a_dozen_orders_a_month_at_many_locations_are_enough():
    a, b, treated = panels.drawn(locations=65, treated=25, level=10, quotient=0.7)
    result = estimate(a, b, treated, 24)
    assert result.gross.high < 0 < result.spill.low


def test_rare_orders_shift_the_mean_of_very_many_locations():
    """A narrow interval about a mean that is off holds nothing: it is not given."""
    a, b, treated = panels.drawn(locations=400, treated=200, level=1)
    result = estimate(a, b, treated, 24)
    assert_nothing_is_said(result, Why.RARE_ORDERS)
    assert reasons(result)[Why.RARE_ORDERS].seen > 0.5
    few = np.arange(400) % 20 == 0
    assert Why.RARE_ORDERS not in reasons(estimate(a[few], b[few], treated[few], 24))


def test_everything_that_is_missing_is_named_at_once():
    a, b, treated = panels.drawn(locations=6, level=5, months=20, first=16)
    a[2] = np.nan
    result = estimate(a, b, treated, 16)
    keys = (Why.FEW_CONTROLS, Why.FEW_PRE_MONTHS, Why.FEW_POST_MONTHS, Why.MONTHS_MISSING)
    assert_nothing_is_said(result, *keys)


@pytest.mark.parametrize(
    "arrays",
    [
        (np.ones((5, 30)), np.ones((5, 29)), np.ones(5)),
        (np.ones((5, 30)), np.ones((5, 30)), np.ones(4)),
        (np.ones(30), np.ones(30), np.ones(30)),
    ],
)
def test_arrays_that_do_not_belong_together(arrays):
    with pytest.raises(ValueError, match=r"\(5, 30\)|\(30,\)"):
        estimate(*arrays, 24)


def test_untouched_groups_that_do_not_belong_to_the_locations():
    a, b, treated = panels.drawn()
    for shape in ((3, 2, 30, 36), (2, 31, 36)):
        with pytest.raises(ValueError, match="31, 36"):
            estimate(a, b, treated, 24, untouched=np.ones(shape))
    with pytest.raises(ValueError, match="31, 36"):
        estimate(a, b, treated, 24, anticipation=-1)


class TestEverywhere:
    """Without controls the same holds."""

    def all_of(self, **truth):
        a, b, treated = panels.drawn(months=48, first=36, treated=31, **truth)
        return a, b, treated

    def test_less_than_two_years_of_history(self):
        result = estimate(*self.all_of(), 23)
        assert_nothing_is_said(result, Why.FEW_PRE_MONTHS)
        assert result.design is Design.NO_CONTROLS
        assert reasons(result)[Why.FEW_PRE_MONTHS].needed == 24

    def test_too_few_post_months(self):
        assert_nothing_is_said(estimate(*self.all_of(), 44), Why.FEW_POST_MONTHS)

    def test_order_months_are_those_of_all_together(self):
        a, b, treated = self.all_of(level=20)
        a[:, :35] *= np.arange(35) % 4 == np.arange(31)[:, None] % 4
        assert estimate(a, b, treated, 36).gross is not None
        result = estimate(a[::4], b[::4], treated[::4], 36)
        assert_nothing_is_said(result, Why.FEW_ORDER_MONTHS)
        assert reasons(result)[Why.FEW_ORDER_MONTHS].seen == 9

    def test_missing_months_and_twins_are_left_out(self):
        a, b, treated = self.all_of()
        a[2, 3] = np.nan
        a[4], b[4] = a[5], b[5]
        result = estimate(a, b, treated, 36)
        assert reasons(result)[Why.MONTHS_MISSING].locations == (2,)
        assert reasons(result)[Why.SAME_SERIES].locations == (5,)
        assert len(result.treated) == 29

    def test_nothing_left(self):
        a, b, treated = self.all_of()
        assert_nothing_is_said(estimate(a * np.nan, b, treated, 36), Why.FEW_ORDER_MONTHS)

    def test_a_constant_series(self):
        _, b, treated = self.all_of()
        flat = np.broadcast_to(100.0 + np.arange(31)[:, None], b.shape)
        assert_nothing_is_said(estimate(flat, b, treated, 36), Why.NO_VARIATION)

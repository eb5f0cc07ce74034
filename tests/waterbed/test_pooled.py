"""Several interventions taken together."""

import pytest

from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.verdicts import pooled
from tests.waterbed import waterbed_panels as panels
from tests.waterbed.waterbed_panels import estimate


@pytest.fixture(scope="module")
def results():
    return [
        estimate(*panels.drawn(1, locations=16), 24),
        estimate(*panels.drawn(2, quotient=0.2), 24),
        estimate(*panels.drawn(3, cut=0.0), 24),
    ]


def test_sums_with_the_months_that_each_counts(results):
    weights = (2.0, 12.0, 5.0)
    found = pooled(results, weights)
    assert results[2].verdicts == (Verdict.NO_DECREASE_SHOWN,)
    for part in ("gross", "spill"):
        each = [getattr(one, part) for one in results]
        total = sum(weight * one.value for weight, one in zip(weights, each, strict=True))
        squares = sum((weight * one.se) ** 2 for weight, one in zip(weights, each, strict=True))
        assert getattr(found, part).value == pytest.approx(total)
        assert getattr(found, part).se == pytest.approx(squares**0.5)
    assert found.quotient.value == pytest.approx(found.spill.value / -found.gross.value)
    assert found.net.value == pytest.approx(found.gross.value + found.spill.value)
    together = sum(weight**2 * one.covariance for weight, one in zip(weights, results, strict=True))
    q = found.quotient.value
    around = found.spill.se**2 + q**2 * found.gross.se**2 + 2 * q * together
    assert found.quotient.se == pytest.approx(around**0.5 / -found.gross.value)
    assert found.verdicts == (Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN)


def test_limits_rest_on_no_more_controls_than_the_weakest_has(results):
    found = pooled(results, (1.0, 1.0, 1.0))
    reach = [(one.gross.high - one.gross.value) / one.gross.se for one in results]
    mine = (found.gross.high - found.gross.value) / found.gross.se
    assert mine == pytest.approx(max(reach))
    assert max(reach) == pytest.approx(reach[0])


def test_one_taken_alone_is_itself(results):
    found = pooled(results[:1], (1.0,))
    quotient = results[0].quotient
    assert (found.quotient.low, found.quotient.high) == pytest.approx((quotient.low, quotient.high))


def test_nothing_estimated_is_nothing_pooled():
    a, b, treated = panels.drawn()
    assert pooled([estimate(a, b, treated, 3)], (1.0,)) is None
    assert pooled([], ()) is None

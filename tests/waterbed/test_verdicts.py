"""The degrees of freedom behind an interval."""

import pytest
from scipy import special

from nami_monitor.waterbed.verdicts import degrees_of


@pytest.mark.parametrize("degrees", [3.0, 10.0, 40.0])
def test_the_degrees_of_freedom_of_an_interval_are_found_again(degrees):
    assert degrees_of(special.stdtrit(degrees, 0.975), 0.025) == pytest.approx(degrees, rel=1e-6)


def test_an_interval_of_the_normal_distribution_has_no_end_of_degrees():
    assert degrees_of(-special.ndtri(0.025), 0.025) == float("inf")

"""The KPIs of interventions against a second computation from the rows."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Evidence, State
from tests.kpis.interventions.offices import MONTHS, OFFICES, PILOT, START, Offices
from tests.kpis.waterbed_again import EXPECTED, avoided, effects, quotient


@pytest.fixture(scope="module")
def loaded(kept):
    Offices().load(kept)
    return kept


def again(factor):
    world = Offices()
    arrays = [
        {code: [factor * world.pens[code, month, channel] for month in MONTHS] for code in OFFICES}
        for channel in ("cabinet", "webshop")
    ]
    return effects(*arrays, [PILOT], MONTHS.index(START))


@pytest.mark.parametrize("code", EXPECTED)
def test_worked_out_a_second_time(loaded, code):
    result = loaded.one(code, "2025-06", kind="r12")
    factor = EXPECTED[code]
    found = again(factor or 1.0)
    expected = quotient(found) if factor is None else avoided(found, 12)
    assert result.state is State.VALUE
    assert (result.value, result.low, result.high) == pytest.approx(expected, rel=1e-6)
    assert result.evidence is Evidence.COUNTERFACTUAL
    assert result.completeness == 1


def test_months_add_up_to_their_year(loaded):
    months = loaded.ask("refuse_net_avoided", "2025-06", kind="month", last=12)
    year = loaded.one("refuse_net_avoided", "2025-06", kind="r12")
    assert sum(one.value for one in months) == pytest.approx(year.value)


def test_before_it_began_there_is_no_figure(loaded):
    result = loaded.one("refuse_net_avoided", "2024-06", kind="month")
    assert (result.value, result.reason.key) == (None, "none_in_force")


def test_by_intervention_and_by_category(loaded):
    for by, key in (("intervention", "I1"), ("category", "office")):
        values = loaded.values("waterbed_quotient", "2025-06", kind="r12", by=(by,))
        assert list(values) == [(key,)]


def test_other_dimensions_are_refused(loaded):
    with pytest.raises(UserError) as refused:
        loaded.ask("waterbed_quotient", "2025-06", by=("location",))
    assert refused.value.key == "kpi.dimensions_apart"

"""The overview over every kind of period: the same figures as the KPIs give, a year earlier too."""

from datetime import date

import pytest

from nami_monitor.briefing.overview import independent, overview
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, compute
from tests.support.slow import slow_but_for

OCTOBER = date(2026, 10, 1)
OFFICE = {"category": ("office_supplies",)}


PERIODS = {
    "month": ("2026-10", "2026-10"),
    "quarter": ("2026-07", "2026-09"),
    "year": ("2025-01", "2025-12"),
    "ytd": ("2026-01", "2026-10"),
    "r12": ("2025-11", "2026-10"),
    "2026-05..2026-10": ("2026-05", "2026-10"),
}


@pytest.mark.parametrize("kind", slow_but_for(["year"], PERIODS))
def test_a_card_tells_the_period_and_the_one_a_year_earlier(db, kind):
    found = overview(db, OCTOBER, OFFICE, kind)
    assert (f"{found.period.first:%Y-%m}", f"{found.period.last:%Y-%m}") == PERIODS[kind]
    for line in found.lines:
        if line.result.period.kind != PeriodKind.R12:
            assert line.result.period == found.period
        (figure,) = compute(
            db, line.kpi, Ask(line.result.period.kind, line.result.month, where=OFFICE)
        )
        assert line.result.state == figure.state
        assert line.result.value == pytest.approx(figure.value)
        earlier = line.result.period.a_year_earlier()
        assert line.year_ago.period.months == earlier.months


def test_only_months_bear_signals(db):
    monthly = overview(db, OCTOBER, OFFICE)
    assert any(line.assessment for line in monthly.lines)
    for kind in ("quarter", "2026-05..2026-10"):
        found = overview(db, OCTOBER, OFFICE, kind)
        assert not any(line.assessment for line in found.lines)
        assert found.valued > 0


@pytest.mark.slow
def test_what_speaks_of_whole_years_alone_tells_twelve_months_instead(db):
    (line,) = (one for one in overview(db, OCTOBER, OFFICE).lines if one.kpi.only)
    assert line.result.period.kind == PeriodKind.R12
    attained = next(
        one for one in overview(db, OCTOBER, {}).lines if one.kpi.over_time.code == "attainment"
    )
    assert attained.result.period.kind == PeriodKind.R12


@pytest.mark.parametrize("code", ["refuse_assortment", "rethink_sustainable_assortment"])
def test_what_changes_only_by_a_decision_has_no_limits_and_no_signal(code):
    assert not independent(CATALOGUE[code], "month")

"""Periods: of the calendar, of one's own, and what lies a year earlier."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import (
    parse_month,
    period_at,
    periods_until,
    span,
    spans_until,
    steps_in_year,
)
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import LANGS, formats


def test_months_of_ones_own_stand_beside_the_same_months_of_earlier_years():
    kind = span(parse_month("2025-11"), parse_month("2026-02"))
    assert kind == "2025-11..2026-02"
    assert [one.kind for one in spans_until(kind, 3)] == [
        "2023-11..2024-02",
        "2024-11..2025-02",
        "2025-11..2026-02",
    ]
    assert [len(one.months) for one in spans_until("2026-03..2026-03", 2)] == [1, 1]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("2026-03..2026-02", "periods.span"), ("2026-13..2026-02", "periods.month"),
     ("..", "periods.month"), ("2026..2026-02", "periods.month"),
     ("2026-01..2026-02..2026-03", "periods.month")],
)  # fmt: skip
def test_what_is_no_period_of_ones_own_is_refused(kind, error):
    with pytest.raises(UserError) as raised:
        spans_until(kind, 1)
    assert raised.value.key == error


@pytest.mark.parametrize(
    ("kind", "month", "begins", "ends"),
    [
        ("month", "2026-12", "2026-12-01", "2026-12-31"),
        ("quarter", "2026-01", "2026-01-01", "2026-03-31"),
        ("quarter", "2026-12", "2026-10-01", "2026-12-31"),
        ("year", "2024-05", "2024-01-01", "2024-12-31"),
        ("ytd", "2024-02", "2024-01-01", "2024-02-29"),
        ("r12", "2024-02", "2023-03-01", "2024-02-29"),
    ],
)
def test_a_period_begins_and_ends_where_the_calendar_says(kind, month, begins, ends):
    found = period_at(PeriodKind(kind), parse_month(month))
    assert (found.start.isoformat(), found.end.isoformat()) == (begins, ends)


@pytest.mark.parametrize("month", ["2026-01", "2026-12"])
def test_the_outermost_months_of_a_year_are_months(month):
    assert f"{parse_month(month):%Y-%m}" == month


@pytest.mark.parametrize("kind", PeriodKind)
def test_so_many_steps_lead_to_the_same_period_a_year_earlier(kind):
    found = periods_until(kind, parse_month("2026-10"), steps_in_year(kind) + 1)
    assert found[0] == found[-1].a_year_earlier()


def test_months_of_ones_own_are_a_step_of_a_year():
    found = spans_until("2026-03..2026-06", 1 + steps_in_year("2026-03..2026-06"))
    assert found[0].first == found[-1].a_year_earlier().first


@pytest.mark.parametrize("lang", LANGS)
def test_months_of_ones_own_are_written_as_months(lang):
    (found,) = spans_until("2026-03..2026-06", 1)
    written = formats.period(found, lang)
    assert written == {"nl": "mrt t/m jun 2026", "en": "Mar to Jun 2026"}[lang]

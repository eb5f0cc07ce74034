"""Which months are compared, from what the sources delivered."""

import datetime as dt
from dataclasses import replace

import pytest

from nami_monitor.core.words import Grain
from nami_monitor.kpis.context import DeliveredMonth
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.window import MonthLimits, comparison_window


def month(text):
    return dt.date(int(text[:4]), int(text[5:]), 1)


MONTHS = [dt.date(2023 + k // 12, 1 + k % 12, 1) for k in range(36)]
ONE = Intervention(
    code="I",
    title="I",
    category="c",
    strategy="refuse",
    status="running",
    starts_on=dt.date(2024, 7, 1),
    ends_on=None,
    ramp_months=0,
    anticipation_months=1,
    target_channel="t",
    substitute_channels=("s",),
    substitute_products=(),
    locations=("L",),
    products=(),
    may_spread=False,
    planned_reduction=None,
)


def history(broken=(), missing=(), grain=Grain.MONTH, source="s"):
    return {
        source: {
            m: DeliveredMonth(m, source, True, float(m not in missing), grain, m in broken)
            for m in MONTHS
        }
    }


def look(one=ONE, cut=None, **more):
    return comparison_window(one, MONTHS, history(**more), [{"s"}], cut or MonthLimits())


def test_before_and_after_the_start():
    found = look()
    assert (found.pre[0], found.pre[-1]) == (MONTHS[0], month("2024-06"))
    assert (found.post[0], found.post[-1]) == (month("2024-07"), MONTHS[-1])
    assert found.anticipation == 1
    assert found.limitations == ()


def test_a_start_within_a_month_leaves_that_month_out():
    found = look(replace(ONE, starts_on=dt.date(2024, 7, 2)))
    assert found.pre[-1] == month("2024-06")
    assert found.post[0] == month("2024-08")


def test_a_ramp_is_neither_before_nor_after():
    found = look(replace(ONE, ramp_months=3))
    assert found.pre[-1] == month("2024-06")
    assert found.post[0] == month("2024-10")


def test_a_measure_that_ended_is_dated_by_its_end_and_watched_for_catching_up():
    found = look(replace(ONE, ends_on=dt.date(2025, 3, 15)))
    assert found.post[-1] == month("2025-02")
    assert (found.after[0], found.after[-1]) == (month("2025-04"), month("2025-09"))


def test_nothing_is_compared_across_a_break_before_the_start():
    found = look(broken=[month("2023-05"), month("2023-09")])
    assert found.pre[0] == month("2023-09")
    assert [(n.key, n.values["month"]) for n in found.limitations] == [
        ("break_before", month("2023-09"))
    ]


def test_nothing_is_compared_across_a_break_after_the_start():
    found = look(broken=[month("2025-02")])
    assert found.post[-1] == month("2025-01")
    assert [n.key for n in found.limitations] == ["break_after"]


@pytest.mark.parametrize("at", ["2024-07", "2024-08", "2024-09"])
def test_a_break_at_the_start_stops_everything(at):
    found = look(replace(ONE, ramp_months=2), broken=[month(at)])
    assert found.post == ()
    assert [(n.key, n.stops) for n in found.limitations] == [("break_at_start", True)]


def test_a_missing_month_is_in_neither_and_shortens_the_anticipation():
    found = look(missing=[month("2024-06"), month("2025-01")])
    assert month("2025-01") not in found.months
    assert found.anticipation == 0
    assert found.limitations[0].values["months"] == (month("2024-06"), month("2025-01"))


def test_a_series_that_a_source_does_not_feed_yet_is_missing():
    both = history() | {"late": {m: o for m, o in history(source="late")["late"].items()
                                 if m >= month("2023-06")}}  # fmt: skip
    found = comparison_window(ONE, MONTHS, both, [{"s"}, {"late"}], MonthLimits())
    assert found.pre[0] == month("2023-06")


def test_quarters_are_too_coarse():
    found = look(grain=Grain.QUARTER)
    assert found.months == ()
    assert [(n.key, n.stops) for n in found.limitations] == [("grain", True)]


def test_months_that_another_measure_takes_are_not_used():
    found = look(cut=MonthLimits(first=month("2023-04"), last=month("2025-06")))
    assert (found.pre[0], found.post[-1]) == (month("2023-04"), month("2025-06"))

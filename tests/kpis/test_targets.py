"""Targets, judged by hand: what was agreed, the figure held against it, and why there is none."""

import datetime as dt

import pytest

from nami_monitor.core.words import State
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.targets import (
    Target,
    agreed,
    contradictions,
    judge_target,
    last_month,
    named,
    on_path,
    period_of,
    targets,
)
from tests.support.entries import enter

YEARS = """
ordered_on location_id category product_id quantity amount_eur condition
{rows}
"""
DECEMBER = dt.date(2024, 12, 1)
MONTHS = [(year, month) for year in (2023, 2024) for month in range(1, 13)]


@pytest.fixture(scope="module")
def ordered(kept_shop):
    """Paper for 10 euros a month in 2023, 8 in 2024; a quarter of the laptops is refurbished."""
    lines = []
    for year, month in MONTHS:
        lines.append(f"{year}-{month:02}-05 A paper P1 1 {10 if year == 2023 else 8} new")
        lines.append(f"{year}-{month:02}-05 A laptops L1 3 300 new")
        lines.append(f"{year}-{month:02}-06 B laptops L1 1 50 refurbished")
    kept_shop.load("orders", YEARS.format(rows="\n".join(lines)), channel="shop")
    return kept_shop


def stated(kpi="impact_spend", kind="absolute", period="2024", value=100.0, **more):
    return Target(
        kpi, more.get("category", "paper"), kind, period, value, more.get("baseline"), None
    )


def judged(monitor, target, month="2024-12", where=None):
    until = dt.date(int(month[:4]), int(month[5:]), 1)
    filters = {"category": (target.category,)} | (where or {})
    with monitor.store.read() as db:
        return judge_target(db, CATALOGUE[target.kpi], until, filters, target)


@pytest.mark.parametrize(
    ("target", "value", "figure", "met"),
    [
        (stated(value=100), 100, 96, True),
        (stated(value=90), 90, 96, False),
        (stated(period="2024-Q3", value=24), 24, 24, True),
        (stated(period="2024-02", value=7.5), 7.5, 8, False),
        (stated(kind="change_from_baseline", value=-10, baseline="2023"), 108, 96, True),
        (stated(kind="change_from_baseline", value=-25, baseline="2023"), 90, 96, False),
        (
            stated(kind="change_from_baseline", period="2024-Q1", value=-20, baseline="2023-Q1"),
            24, 24, True,
        ),
        (stated("rethink_circular_share", value=25, category="laptops"), 25, 25, True),
        (stated("rethink_circular_share", value=26, category="laptops"), 26, 25, False),
        (
            stated(
                "rethink_circular_share", "change_from_baseline", "2024-Q2", 10.0,
                category="laptops", baseline="2023",
            ),
            27.5, 25, False,
        ),
    ],
)  # fmt: skip
def test_a_target_is_judged_on_the_period_it_is_stated_for(ordered, target, value, figure, met):
    found = judged(ordered, target)
    assert found.value == pytest.approx(value)
    assert found.judged.value == pytest.approx(figure)
    assert found.distance == pytest.approx(figure - value)
    assert (found.met, found.why, found.final) == (met, None, True)


def test_a_ratio_of_the_year_so_far_is_no_final_judgement(ordered):
    target = stated("rethink_circular_share", value=20, category="laptops")
    found = judged(ordered, target, "2024-08")
    assert (found.met, found.final, found.judged.period.last) == (True, False, dt.date(2024, 8, 1))


@pytest.mark.parametrize(
    ("target", "month", "why"),
    [
        (stated(), "2024-11", "not_over"),
        (stated(period="2024-Q3"), "2024-08", "not_over"),
        (stated(period="2024-09"), "2024-08", "not_over"),
        (stated("rethink_circular_share", period="2024-Q3", category="laptops"), "2024-08",
         "not_over"),
        (stated("rethink_circular_share", period="2026", category="laptops"), "2024-12",
         "not_over"),
        (stated(kind="change_from_baseline", value=-1), "2024-12", "no_baseline_period"),
        (stated(kind="change_from_baseline", value=-1, baseline="2022"), "2024-12", "no_baseline"),
        (stated(kind="change_from_baseline", value=-1, baseline="2023-Q1"), "2024-12",
         "baseline_other_kind"),
        (stated("rethink_circular_share", "change_from_baseline", value=-1, baseline="2023"),
         "2024-12", "baseline_zero"),
        (stated(period="2022"), "2024-12", "no_figure"),
        (stated("reduce_volume_per_activity"), "2024-12", "no_figure"),
        (stated("steer_contract_window"), "2024-12", "neutral"),
    ],
)  # fmt: skip
def test_why_a_target_is_not_judged(ordered, target, month, why):
    found = judged(ordered, target, month)
    assert (found.met, found.why) == (None, why)
    assert found.distance is None or why == "neutral"


def test_the_whole_target_of_a_sum_is_not_held_against_a_part(ordered):
    part = {"location": ("A",)}
    assert judged(ordered, stated(), where=part).why == "part"
    change = stated(kind="change_from_baseline", value=-10, baseline="2023")
    assert judged(ordered, change, where=part).met is True


def test_a_path_goes_straight_between_the_periods_that_it_states():
    path = [
        stated(kind="path", period="2024", value=20),
        stated(kind="path", period="2030", value=80),
    ]
    found = on_path(path, dt.date(2026, 5, 1))
    assert (found.period, found.value, found.kind) == ("2026", 40, "path")
    assert on_path(path, dt.date(2030, 1, 1)).value == 80
    assert on_path(path, dt.date(2023, 1, 1)) is None
    assert on_path(path, dt.date(2031, 1, 1)) is None
    quarters = [stated(kind="path", period=f"2024-Q{n}", value=n) for n in (1, 2, 4)]
    assert on_path(quarters, dt.date(2024, 5, 1)).period == "2024-Q2"
    assert on_path(quarters, dt.date(2024, 7, 1)).period == "2024-Q4"
    mixed = [
        stated(kind="path", period="2024-06", value=0),
        stated(kind="path", period="2026", value=30),
    ]
    assert on_path(mixed, dt.date(2025, 1, 1)).value == pytest.approx(30 * 18 / 30)


def test_quarters_of_a_year_are_no_contradiction_and_the_next_one_holds():
    quarters = [stated(period=f"2024-Q{n}", value=n) for n in (1, 2, 3)]
    year = stated(value=9)

    def held(month):
        return [one.period for one in agreed([*quarters, year], "impact_spend", "paper", month)]

    assert held(dt.date(2024, 5, 1)) == ["2024-Q2"]
    assert held(dt.date(2024, 11, 1)) == ["2024"]
    assert [t.period for t in agreed(quarters, "impact_spend", "paper", dt.date(2024, 12, 1))] == [
        "2024-Q3"
    ]
    assert contradictions([*quarters, year]) == ()


def test_two_targets_for_one_year_contradict_also_when_one_lies_on_a_path():
    one, two = stated(), stated(kind="change_from_baseline", value=-10, baseline="2023")
    assert contradictions([one, two]) == ((one, two),)
    assert len(agreed([one, two], "impact_spend", "paper", dt.date(2024, 3, 1))) == 2
    path = [stated(kind="path", period=year, value=1) for year in ("2023", "2025")]
    ((first, between),) = contradictions([one, *path])
    assert (first, between.kind, between.period) == (one, "path", "2024")
    assert contradictions([one, stated(category="laptops")]) == ()


@pytest.mark.parametrize(
    ("period", "month"), [("2026", (2026, 12)), ("2026-Q2", (2026, 6)), ("2026-03", (2026, 3))]
)
def test_the_last_month_of_a_period(period, month):
    assert last_month(period) == dt.date(*month, 1)
    assert named(period_of(period)) == period


TARGETS = """
kpi          category kind     period value
impact_spend paper    absolute 2024   100
impact_spend laptops  absolute 2024   100
impact_spend .        absolute 2024   9999
no_such_kpi  paper    absolute 2024   1
impact_mass  paper    absolute 2026   1
"""


def test_attainment_counts_the_targets_of_the_period_that_are_met(ordered):
    ordered.load("targets", TARGETS)
    found = ordered.one("steer_target_attainment", kind="year")
    assert (found.numerator, found.denominator) == (2, 3)
    assert found.value == pytest.approx(200 / 3)
    assert ordered.values("steer_target_attainment", kind="year", by=("category",)) == {
        ("laptops",): 0,
        ("paper",): 100,
        (None,): 100,
    }
    with ordered.store.read() as db:
        assert [t.kpi for t in targets(db) if t.category == "paper" and t.kpi not in CATALOGUE] == [
            "no_such_kpi"
        ]
        for category in ("paper", "laptops"):  # both were worked out at once
            where = {"category": (category,)}
            target = stated(category=category)
            together = judge_target(db, CATALOGUE["impact_spend"], DECEMBER, where, target).judged
            alone = ordered.one("impact_spend", kind="year", where=where)
            assert together == alone


@pytest.mark.parametrize(
    ("kind", "until", "expected"),
    [("month", "2024-12", 100), ("month", "2024-11", "no_targets"), ("quarter", "2024-12", 100)],
)
def test_attainment_of_a_month_counts_the_targets_that_end_in_it(shop, kind, until, expected):
    lines = "\n2024-11-05 A paper 3 9\n2024-12-05 A paper 4 9"
    shop.load("orders", f"ordered_on location_id category quantity amount_eur{lines}", channel="c")
    shop.load("targets", "kpi category kind period value\nimpact_spend paper absolute 2024-12 9")
    assert shop.values("steer_target_attainment", until, kind=kind) == {(): expected}


CATEGORY = {
    "category": "paper", "name_nl": "Papier", "name_en": "Paper", "reduce_applies": False,
    "reduce_reason": "verplicht", "reduce_legal_basis": "Kieswet",
}  # fmt: skip


def test_a_strategy_that_does_not_apply_is_not_judged_either(shop):
    enter(shop.store, "categories", CATEGORY, "cm")
    shop.load(
        "orders",
        "ordered_on location_id category quantity\n2024-11-05 A paper 3\n2024-12-05 A paper 4",
        channel="shop",
    )
    target = stated("reduce_volume_per_activity", period="2024-12")
    found = judged(shop, target)
    assert (found.why, found.judged.state) == ("not_applicable", State.NOT_APPLICABLE)
    for code, kpi in CATALOGUE.items():
        if kpi.strategy == "reduce":
            (result,) = shop.ask(code, kind="month", where={"category": ("paper",)})
            assert (code, result.state) == (code, State.NOT_APPLICABLE)
            assert result.reason.values["basis"] == "Kieswet"

"""What stands beside a trend of the demo: planted causes at their months, nothing outside it."""

from dataclasses import replace
from datetime import date

import pytest

from nami_monitor.briefing.signals import signals_of_measures, signals_of_trend
from nami_monitor.core.words import KitSignal
from nami_monitor.demo.truth import TRUTH
from nami_monitor.kpis import CATALOGUE, Ask, compute

OCTOBER = date(2026, 10, 1)
OFFICE = {"category": ("office_supplies",)}
SANITARY = {"category": ("sanitary_supplies",)}


@pytest.fixture(scope="module")
def measures(db):
    return signals_of_measures(db, OCTOBER)


def beside(db, measures, code, where, **ask):
    kpi = CATALOGUE[code]
    results = compute(db, kpi, Ask(until=OCTOBER, where=where, **{"last": 48, **ask}))
    return results, signals_of_trend(db, kpi, results, where, measures)


def test_the_waterbed_stands_at_the_start_of_the_measure_in_its_own_category(db, measures):
    results, found = beside(db, measures, "reduce_volume_per_activity", OFFICE)
    assert [one.kind for one in found[:2]] == [
        KitSignal.WATERBED_SHOWN,
        KitSignal.EFFECT_FADING,
    ]
    assert {one.month for one in found[:2]} == {TRUTH.request_start}
    months = {one.month for one in results}
    assert {one.month for one in found} <= months
    _, other = beside(db, measures, "reduce_volume_per_activity", SANITARY)
    assert KitSignal.WATERBED_SHOWN not in {one.kind for one in other}


def test_the_break_of_a_source_stands_in_the_trends_that_rest_on_it(db, measures):
    results, found = beside(db, measures, "impact_spend", SANITARY)
    breaks = [one.month for one in found if one.kind is KitSignal.DATA_BREAK]
    assert breaks, "the old contract ended within the months that are shown"
    assert set(breaks) <= {one.month for one in results}
    assert found[0].kind is KitSignal.DATA_BREAK, "what follows is read with it in mind"
    _, office = beside(db, measures, "impact_spend", OFFICE)
    assert KitSignal.DATA_BREAK not in {one.kind for one in office}


def test_registers_speak_in_the_trend_of_their_figure(db, measures):
    _, found = beside(db, measures, "reduce_asset_life", SANITARY)
    assert KitSignal.EARLY_RETIREMENT in {one.kind for one in found}
    _, other = beside(db, measures, "reduce_failure_rate", SANITARY)
    assert KitSignal.EARLY_RETIREMENT not in {one.kind for one in other}


def test_several_series_bear_no_departures(db, measures):
    kpi = CATALOGUE["impact_mass"]
    results = compute(db, kpi, Ask(until=OCTOBER, where=OFFICE, by=("channel",), last=48))
    grouped = signals_of_trend(db, kpi, results, OFFICE, measures)
    assert not {KitSignal.BETTER, KitSignal.WORSE} & {one.kind for one in grouped}
    assert signals_of_trend(db, kpi, [], OFFICE, measures) == ()


def test_a_phase_that_is_accepted_is_no_change_any_more(db, measures):
    kpi = CATALOGUE["impact_mass"]
    results = compute(db, kpi, Ask(until=OCTOBER, where=OFFICE, last=84))
    raised = [
        replace(result, value=result.value and result.value * (1 + 2 * (at >= 70)))
        for at, result in enumerate(results)
    ]
    month = raised[70].month

    def changes(**more):
        found = signals_of_trend(db, kpi, raised, OFFICE, measures, **more)
        return {one.month for one in found if one.subject == kpi.code}

    assert month in changes()
    assert month not in changes(restarts=(month,))


def test_rolling_years_bear_no_departures_and_no_december(db, measures):
    _, found = beside(db, measures, "impact_spend", OFFICE, kind="r12", last=30)
    kinds = {one.kind for one in found}
    assert not kinds & {KitSignal.BETTER, KitSignal.WORSE, KitSignal.YEAR_END_PEAK}

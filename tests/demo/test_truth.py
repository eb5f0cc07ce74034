"""The planted truth, found again in the drawn arrays with plain arithmetic."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest

from nami_monitor.demo.devices import DAYS_A_YEAR
from nami_monitor.demo.office_supplies import (
    ARTICLES,
    LATE,
    ON_REQUEST,
    PACKS,
    REMOVED,
    request_offices,
)
from nami_monitor.demo.organisation import location_code, location_position
from nami_monitor.demo.sanitary_supplies import REFILLS
from nami_monitor.demo.truth import RESOLVED, TRUTH
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.store import Store
from nami_monitor.waterbed.randomisation import deal

PILOT = location_position(TRUTH.pilot)
START = TRUTH.index(TRUTH.pilot_start)
OFFICES = slice(0, TRUTH.offices)
FALLEN = np.array([article.group == TRUTH.fallen_group for article in ARTICLES])


def yearly_change(volume, activity):
    """Change per year of volume per activity, from the first to the fourth block of 12 months."""
    ratio = volume.reshape(4, 12).sum(axis=1) / activity.reshape(4, 12).sum(axis=1)
    return (ratio[3] / ratio[0]) ** (1 / 3) - 1


def alive_at(devices, years):
    """Kaplan-Meier share alive at an age: devices still in use count as long as they were seen."""
    end = np.datetime64(TRUTH.last_month, "M") + np.timedelta64(1, "M")
    ages = np.array(
        [
            (
                (np.datetime64(d.retired_on) if d.retired_on else end.astype("M8[D]"))
                - np.datetime64(d.acquired_on)
            ).astype(int)
            for d in devices
        ]
    )
    retired = np.array([d.retired_on is not None for d in devices])
    share = 1.0
    for age in np.unique(ages[retired & (ages <= years * DAYS_A_YEAR)]):
        share *= 1 - (retired & (ages == age)).sum() / (ages >= age).sum()
    return share, ages.sum() / DAYS_A_YEAR


def test_48_months_until_october_2026():
    assert len(TRUTH.months) == 48
    assert (TRUTH.months[-1].year, TRUTH.months[-1].month) == (2026, 10)


def test_without_the_pilot_its_products_make_up_half_of_its_cabinet(world):
    before = world.office.cabinet_without[PILOT]
    assert before[REMOVED].sum() / before.sum() == pytest.approx(0.5, abs=0.03)


def test_the_removed_products_left_the_pilots_cabinet_and_no_other(world):
    office = world.office
    assert office.cabinet[PILOT, REMOVED, START:].sum() == 0
    others = np.arange(TRUTH.offices) != PILOT
    removed = np.ix_(others, REMOVED)
    assert (office.cabinet[removed] == office.cabinet_without[removed]).all()
    assert (office.webshop[removed] == office.webshop_without[removed]).all()
    assert (office.cabinet[PILOT, ~REMOVED] == office.cabinet_without[PILOT, ~REMOVED]).all()


def test_the_waterbed_quotient_in_base_units(world):
    office = world.office
    back = ((office.webshop - office.webshop_without)[PILOT] * PACKS[:, None]).sum()
    gone = office.cabinet_without[PILOT, REMOVED, START:].sum()
    assert back / gone == pytest.approx(TRUTH.waterbed_quotient, abs=0.03)
    assert (office.webshop[:, ~FALLEN] >= office.webshop_without[:, ~FALLEN]).all()


def on_request(world, volume):
    """Pieces a month of what a region hands out on request, at its offices."""
    return volume[np.ix_(request_offices(world.organisation, TRUTH), ON_REQUEST)].sum(axis=(0, 1))


def test_what_is_handed_out_on_request_fades(world):
    office, start = world.office, TRUTH.index(TRUTH.request_start)
    normal = on_request(world, office.cabinet_without)
    gone = on_request(world, office.cabinet) - normal
    assert not gone[:start].any()
    first, last = slice(start, start + 12), slice(-6, None)
    assert gone[first].sum() / normal[first].sum() == pytest.approx(TRUTH.request_first, abs=0.03)
    halfway = np.mean([TRUTH.request_effect(month) for month in TRUTH.months[-6:]])
    assert gone[last].sum() / normal[last].sum() == pytest.approx(halfway, abs=0.05)
    assert TRUTH.request_effect(TRUTH.last_month) == pytest.approx(TRUTH.request_last)
    back = on_request(world, (office.webshop - office.webshop_without) * PACKS[:, None])
    share = back.sum() / -gone.sum()
    assert share == pytest.approx(TRUTH.request_quotient, abs=0.06), "packs of five are coarse"


def test_nothing_else_is_handed_out_on_request(world):
    office = world.office
    apart = np.ones((TRUTH.offices, len(ARTICLES)), bool)
    apart[np.ix_(request_offices(world.organisation, TRUTH), ON_REQUEST)] = False
    apart[PILOT, REMOVED] = False
    assert (office.cabinet[apart] == office.cabinet_without[apart]).all()
    apart[:, FALLEN] = False
    assert (office.webshop[apart] == office.webshop_without[apart]).all()


def test_one_product_group_fell_everywhere(world):
    ordered, normal = world.office.webshop[:, FALLEN], world.office.webshop_without[:, FALLEN]
    start = TRUTH.index(TRUTH.fall_from)
    assert (ordered[:, :, :start] == normal[:, :, :start]).all()
    left, before = (volume[:, :, start:].sum() for volume in (ordered, normal))
    assert left / before - 1 == pytest.approx(TRUTH.fall, abs=0.05)
    assert not world.office.cabinet[:, FALLEN].any(), "it is sold in the web shop only"
    assert len(TRUTH.months) - start == 12, "it stands beside the whole year before"


def test_a_naive_before_after_comparison_sees_the_leak_too(world):
    webshop = (world.office.webshop[PILOT, REMOVED] * PACKS[REMOVED][:, None]).sum(axis=0)
    assert webshop[START:].mean() > 3 * webshop[: START - 1].mean()


def test_staff_hoarded_in_the_month_before(world):
    office = world.office
    taken = office.cabinet[PILOT, REMOVED, START - 1].sum()
    normal = office.cabinet_without[PILOT, REMOVED, START - 1].sum()
    assert taken / normal == pytest.approx(TRUTH.hoarding_factor, abs=0.05)


@pytest.mark.parametrize("channel", ["cabinet_without", "webshop_without"])
def test_office_volume_per_staff_day_falls_steadily(world, channel):
    units = getattr(world.office, channel) * (PACKS[:, None] if "web" in channel else 1)
    change = yearly_change(units.sum(axis=(0, 1)), world.organisation.staff_days[OFFICES].sum(0))
    assert change == pytest.approx(TRUTH.office_trend, abs=0.015)


def test_the_web_shop_peaks_in_december(world):
    units = (world.office.webshop_without * PACKS[:, None]).sum(axis=(0, 1))
    per_day = units / world.organisation.staff_days[OFFICES].sum(axis=0)
    december = np.array([month.month == 12 for month in TRUTH.months])
    peak = per_day[december].mean() / per_day[~december].mean()
    assert peak == pytest.approx(TRUTH.december_factor, rel=0.08)


def test_the_assortment_by_channel(world):
    last_year = slice(36, 48)
    assert (world.office.cabinet[:, :, last_year].sum(axis=(0, 2)) > 0).sum() == 24
    assert (world.office.webshop[:, :, last_year].sum(axis=(0, 2)) > 0).sum() == 60
    assert (world.office.webshop[:, :, :12].sum(axis=(0, 2)) > 0).sum() == 52
    assert sum(article.cabinet > 0 for article in ARTICLES) == 24
    assert len(ARTICLES) == 60
    assert LATE.sum() == 8
    assert REMOVED.sum() == 12
    assert len({article.name for article in ARTICLES}) == len(ARTICLES)


def test_refills_per_staff_day_fall_steadily(world):
    used = world.sanitary.refills_used_without.sum(axis=(0, 1))
    change = yearly_change(used, world.organisation.staff_days.sum(axis=0))
    assert change == pytest.approx(TRUTH.refill_trend, abs=0.015)


def test_thriftier_dispensers_save_towels_where_they_hang(world):
    sanitary, start = world.sanitary, TRUTH.index(TRUTH.towel_start)
    towels = np.array([supply.towel for supply in REFILLS])
    places = np.array(sanitary.thrifty)
    assert len(places) == TRUTH.towel_locations
    used = sanitary.refills_used[places][:, towels, start:].sum()
    normal = sanitary.refills_used_without[places][:, towels, start:].sum()
    assert used / normal - 1 == pytest.approx(TRUTH.towel_effect, abs=0.02)
    changed = sanitary.refills_used != sanitary.refills_used_without
    assert not changed[:, ~towels].any()
    assert not changed[places][:, :, :start].any()


def test_chance_divided_the_offices_and_only_a_sign_saves_towels(world):
    sanitary, start = world.sanitary, TRUTH.index(TRUTH.sign_start)
    towels = np.array([supply.towel for supply in REFILLS])
    codes = {name: [location_code(at) for at in own] for name, own in sanitary.strata.items()}
    effects = {arm: effect for arm, _, effect in TRUTH.sign_effects}
    drawn = deal(codes, list(effects), TRUTH.sign_seed)
    assert len(drawn) == TRUTH.sign_locations
    used, without = sanitary.refills_used[:, towels], sanitary.refills_used_without[:, towels]
    changed = (used != without).any(axis=(1, 2))
    touched = {*sanitary.thrifty}
    assert not touched & {location_position(code) for code in drawn}
    for arm, effect in effects.items():
        own = [location_position(code) for code, got in drawn.items() if got == arm]
        assert len(own) == TRUTH.sign_locations / len(effects)
        share = used[own, :, start:].sum() / without[own, :, start:].sum() - 1
        assert share == pytest.approx(effect, abs=0.01)
        assert (used[own, :, :start] == without[own, :, :start]).all()
        assert changed[own].all() == bool(effect)
        touched |= set(own)
    assert not changed[[at for at in range(TRUTH.locations) if at not in touched]].any()


def test_packs_hold_what_was_used(world):
    packs = np.array([supply.pack for supply in REFILLS])[None, :]
    delivered = world.sanitary.refill_packs.sum(axis=2) * packs
    used = world.sanitary.refills_used.sum(axis=2)
    assert (abs(delivered - used) < packs).all()


def test_the_circular_share_goes_up_along_its_path(world):
    known = [line for line in world.it.orders if line.condition]
    for year, expected in ((0, 0.148), (3, 0.332)):
        lines = [
            line
            for line in known
            if 12 * year <= TRUTH.index(line.ordered_on.replace(day=1)) < 12 * year + 12
        ]
        circular = sum(line.quantity for line in lines if line.condition != "new")
        share = circular / sum(line.quantity for line in lines)
        assert share == pytest.approx(expected, abs=0.04)
    unknown = 1 - len(known) / len(world.it.orders)
    assert unknown == pytest.approx(TRUTH.condition_unknown, abs=0.03)


@pytest.mark.parametrize(
    ("group", "life"), [("devices", TRUTH.devices), ("dispensers", TRUTH.dispensers)]
)
def test_survival_and_failures(world, group, life):
    devices = getattr(world.it, group)
    share, device_years = alive_at(devices, life.warranty_years)
    assert share == pytest.approx(life.survival_at_warranty, abs=0.04)
    failures = 1000 * sum(len(device.failed_on) for device in devices) / device_years
    assert failures == pytest.approx(life.failures_per_1000, rel=0.12)


def test_every_registered_device_of_the_window_was_ordered_first(world):
    ordered = Counter(line.model.code for line in world.it.orders for _ in range(line.quantity))
    arrived = Counter(
        device.model for device in world.it.devices if device.acquired_on >= TRUTH.first_month
    )
    assert all(0 <= ordered[model] - count <= 25 for model, count in arrived.items())


def decided_and_resolved(requests):
    """How many requests were decided, and resolved without a purchase; a duplicate is no need."""
    needs = [request for request in requests if request.reason != "duplicate"]
    decided = [request for request in needs if request.decision != "blocked"]
    return len(decided), sum(request.decision in RESOLVED for request in decided)


def test_requests_are_resolved_as_planted(world):
    decided, resolved = decided_and_resolved(world.it.requests)
    assert resolved / decided == pytest.approx(TRUTH.avoided_request_share, abs=0.03)
    assert any(request.reason == "duplicate" for request in world.it.requests)


def test_the_kpi_says_of_requests_what_the_truth_says(world, demo_folder):
    store = Store(demo_folder / "demo.duckdb")
    ask = Ask(kind="2025-11..2026-10", where={"category": ("it_assets",)})
    with store.read() as db:
        (rate,) = compute(db, CATALOGUE["refuse_rate"], ask)
    store.close()
    requests = [r for r in world.it.requests if r.decided_on >= date(2025, 11, 1)]
    assert (rate.denominator, rate.numerator) == decided_and_resolved(requests) == (463, 111)


def test_the_odd_locations(world):
    place = world.organisation
    tiny = location_position(TRUTH.tiny_location)
    assert 0 < place.fte[tiny].max() < 5
    assert all(place.fte[other].min() >= 5 for other in range(TRUTH.offices) if other != tiny)
    assert place.active[:, 0].sum() == TRUTH.locations - 1
    assert place.active[:, -1].sum() == TRUTH.locations - 1
    assert not place.active[location_position(TRUTH.opened_location), 0]
    assert not place.active[location_position(TRUTH.closed_location), -1]
    assert len({location.name for location in place.locations}) == TRUTH.locations


def test_the_pilot_can_be_analysed_at_all(world):
    """Enough controls, months and volume for the method's own minimum."""
    assert TRUTH.offices - 1 >= 10
    assert START >= 18
    assert len(TRUTH.months) - START >= 6
    assert world.office.cabinet[PILOT, REMOVED, :START].sum(axis=0).mean() > 20

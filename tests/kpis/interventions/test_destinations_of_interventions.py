"""Where demand may have gone: what was registered first, all other places corrected."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.comparison import DestinationKind, compare
from nami_monitor.kpis.interventions.evaluation import evaluate
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.waterbed import destinations
from tests.kpis.interventions.offices import MONTHS, OFFICES, PILOT, START, Offices, wobble

DESK = 12
"""Months that the second source delivers of the desk, a channel that nobody named."""


def papers(more):
    """Sheets of paper by office and month, with ``more`` of them at the pilot after the start."""
    return {
        (office, month): round(80 * (1 + 0.1 * wobble(office, at, 7)))
        + (more if office == PILOT and month >= START else 0)
        for office in OFFICES
        for at, month in enumerate(MONTHS)
    }


def load_all(monitor):
    Offices(paper=papers(0)).load(monitor)


@pytest.fixture
def settled(begin_with, monitor):
    """The same paper everywhere after the start as before it."""
    return begin_with(monitor, load_all)


def desk(monitor, months):
    """Pens over the counter, from a source of its own."""
    header = ["ordered_on", "location_id", "category", "product_id", "quantity", "amount_eur"]
    rows = [
        [month, office, "office", "D1", 30 + round(5 * wobble(office, at, 9)), 15]
        for at, month in enumerate(months)
        for office in OFFICES
    ]
    products = """
    product_id name  category product_group base_unit units_per_pack mass_kg same_as
    D1         Pen   office   writing       piece     1              0.01    P1
    """
    monitor.load("products", products, source="desk")
    monitor.load_rows("orders", header, rows, source="desk", grain="month", channel="desk")


def went(monitor, unit=Unit.BASE):
    with monitor.store.read() as db:
        read = read_panel_data(db)
    return read, evaluate(read.register[0], read, unit)


def found(told, kind):
    return [place for place in told.destinations if place.kind is kind]


def test_what_was_registered_comes_first_and_as_it_was_estimated(settled):
    _, told = went(settled)
    first, *rest = told.destinations
    assert (first.kind, first.name, first.corrected) == (
        DestinationKind.REGISTERED,
        "webshop",
        False,
    )
    assert first.effect == told.result.spill
    assert first.shown
    assert all(place.corrected for place in rest if place.effect)
    assert [place.effect for place in rest if place.kind is DestinationKind.NEIGHBOURS] == [None]


@pytest.mark.slow
@pytest.mark.sampled(2)
@pytest.mark.parametrize(("more", "shown"), [(0, False), (60, True)])
def test_a_product_group_that_took_over_is_shown_and_one_that_did_not_is_not(monitor, more, shown):
    Offices(paper=papers(more)).load(monitor)
    _, told = went(monitor)
    (paper,) = found(told, DestinationKind.GROUP)
    assert (paper.name, paper.shown) == ("paper", shown)
    assert paper.effect.low < more < paper.effect.high


def test_a_channel_that_nobody_named_is_a_place_too(settled):
    desk(settled, MONTHS)
    _, told = went(settled)
    (channel,) = found(told, DestinationKind.CHANNEL)
    assert (channel.name, channel.shown) == ("desk", False)
    assert channel.effect.low < 0 < channel.effect.high


def test_of_a_source_that_did_not_deliver_every_month_nothing_is_told(settled):
    desk(settled, MONTHS[:-DESK])
    _, told = went(settled)
    (channel,) = found(told, DestinationKind.CHANNEL)
    assert channel.effect is None
    assert not channel.shown


@pytest.mark.slow
def test_limits_are_those_of_the_places_together(monitor):
    """Places of the order lines by max-t, the months before the start by dividing the chance."""
    world = Offices(paper=papers(0))
    for office, one in world.locations.items():
        one["group"] = "north" if office in {PILOT, "L03"} else ""
    world.load(monitor)
    desk(monitor, MONTHS)
    read, told = went(monitor)
    seen = compare(read.register[0], read)
    goals = [
        goal for goal in seen.outcomes.destinations if goal.kind is not DestinationKind.SUBSTITUTE
    ]
    again = destinations(
        seen.inputs(Unit.BASE), np.array([seen.array(goal.parts, Unit.BASE) for goal in goals])
    )
    elsewhere = [*found(told, DestinationKind.CHANNEL), *found(told, DestinationKind.GROUP)]
    assert [place.effect for place in elsewhere] == list(again)
    (before,) = found(told, DestinationKind.BEFORE)
    (near,) = found(told, DestinationKind.NEIGHBOURS)
    own = told.result.anticipation.gross
    places = len([*elsewhere, before, near])
    assert places == 4
    assert before.effect.value == own.value
    ratio = (before.effect.high - own.value) / (own.high - own.value)
    once, of_four = stats.t.ppf([1 - 0.05 / 2, 1 - 0.05 / 2 / 4], len(told.result.controls) - 2)
    assert ratio == pytest.approx(of_four / once)


@pytest.mark.slow
def test_pilots_without_any_other_place_have_what_was_registered(monitor):
    world = Offices()
    world.register[0] |= {"anticipation_months": 0, "products": ""}
    for one in world.locations.values():
        one["group"] = ""
    world.load(monitor)
    _, told = went(monitor)
    assert [place.kind for place in told.destinations] == [DestinationKind.REGISTERED]


def test_of_several_substitutes_each_is_looked_at_after_their_sum(settled):
    desk(settled, MONTHS)
    with settled.store.read() as db:
        read = read_panel_data(db)
    one = replace(read.register[0], substitute_channels=("webshop", "desk"))
    told = evaluate(one, read, Unit.BASE)
    first, *parts = told.destinations[:3]
    assert (first.kind, first.name) == (DestinationKind.REGISTERED, "desk;webshop")
    assert [(part.kind, part.name, part.shown) for part in parts] == [
        (DestinationKind.SUBSTITUTE, "desk", False),
        (DestinationKind.SUBSTITUTE, "webshop", True),
    ]


@pytest.mark.slow
def test_after_the_end_it_is_looked_at_whether_people_caught_up(monitor):
    world = Offices(paper=papers(0))
    world.register[0] |= {"status": "ended", "ends_on": "2024-12-31"}
    for month in MONTHS:
        if month >= dt.date(2025, 1, 1):
            world.pens[PILOT, month, "cabinet"] = 65 + 150
            world.pens[PILOT, month, "webshop"] = 45
    world.load(monitor)
    _, told = went(monitor)
    (after,) = found(told, DestinationKind.AFTER)
    assert told.result.post_months == 6
    assert after.corrected
    assert after.shown
    assert after.effect.low < 150 < after.effect.high

"""From tables to arrays: which locations, months and lines an intervention is compared by."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.core.words import Unit, Verdict
from nami_monitor.ingest.book.codes import Code, merge
from nami_monitor.kpis.interventions.comparison import Comparison, DestinationKind, compare
from nami_monitor.kpis.interventions.evaluation import (
    MOVED,
    evaluate,
    evaluate_in_every_unit,
    in_primary_unit,
    primary,
)
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from tests.kpis.interventions.offices import (
    MONTHS,
    OFFICES,
    PILOT,
    START,
    Offices,
    load_all,
    load_orders,
)


def read(monitor):
    with monitor.store.read() as db:
        return read_panel_data(db)


def settings_of(monitor):
    found = read(monitor)
    return {one.code: compare(one, found) for one in found.register}


def keys(notes):
    return [note.key for note in notes]


@pytest.fixture
def world():
    return Offices()


@pytest.fixture(scope="module")
def plain(begin_with, kept):
    return begin_with(kept, load_all)


@pytest.fixture
def ordered(begin_with, monitor):
    """What was ordered; the register is empty."""
    return begin_with(monitor, load_orders)


@pytest.fixture
def registered(begin_with, monitor):
    """What was ordered, and the measure."""
    return begin_with(monitor, load_all)


def test_the_arrays_hold_what_was_ordered(plain):
    found = settings_of(plain)["I1"]
    world = Offices()
    assert isinstance(found, Comparison)
    assert found.window.months == tuple(MONTHS)
    assert found.window.anticipation == 1
    assert found.sites.treated == (PILOT,)
    assert found.sites.controls == tuple(OFFICES[1:])
    for channel, parts in (
        ("cabinet", found.outcomes.target),
        ("webshop", found.outcomes.substitute),
    ):
        expected = np.array(
            [[world.pens[office, month, channel] for month in MONTHS] for office in OFFICES]
        )
        assert np.array_equal(found.array(parts, Unit.BASE), expected)
        assert found.array(parts, Unit.EUR) == pytest.approx(expected / 2)
        assert found.array(parts, Unit.KG) == pytest.approx(expected / 100)


def test_a_month_without_orders_of_the_article_is_a_true_zero(plain):
    found = settings_of(plain)["I1"]
    assert found.array(found.outcomes.target, Unit.BASE)[0, MONTHS.index(START) :].sum() == 0


def test_everywhere_else_that_demand_may_have_gone_is_looked_at(plain):
    found = settings_of(plain)["I1"]
    assert [(goal.kind, goal.name) for goal in found.outcomes.destinations] == [
        (DestinationKind.SUBSTITUTE, "webshop"),
        (DestinationKind.GROUP, "paper"),
    ]
    assert list(found.outcomes.untouched) == ["paper"]


def test_every_reading_says_the_same_of_pens_that_all_weigh_and_cost_the_same(plain):
    found = read(plain)
    base, kg, eur = evaluate_in_every_unit(found.register[0], found)
    assert [one.unit for one in (base, kg, eur)] == [Unit.BASE, Unit.KG, Unit.EUR]
    assert kg.result.net.value == pytest.approx(base.result.net.value / 100)
    assert eur.result.gross.value == pytest.approx(base.result.gross.value / 2)
    assert eur.result.quotient.value == pytest.approx(base.result.quotient.value)
    assert base.result.quotient.low < 0.7 < base.result.quotient.high
    assert Verdict.WATERBED_SHOWN in base.verdicts


@pytest.mark.slow
def test_a_missing_month_is_left_out_for_everyone_and_named(world, monitor):
    gone = dt.date(2023, 3, 1)
    world.pens = {key: pens for key, pens in world.pens.items() if key[1] != gone}
    world.load(monitor)
    found = settings_of(monitor)["I1"]
    assert gone not in found.window.months
    assert len(found.window.months) == len(MONTHS) - 1
    (note,) = found.window.limitations
    assert (note.key, note.values["months"]) == ("missing_months", (gone,))


@pytest.mark.slow
@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("more", "left_out"),
    [
        ({"opened_on": "2023-05-01"}, "opened"),
        ({"closed_on": "2025-01-31"}, "closed"),
    ],
)
def test_locations_that_come_or_go_are_no_controls(world, monitor, more, left_out):
    world.locations["L05"] |= more
    world.load(monitor)
    found = settings_of(monitor)["I1"]
    assert [(one.location, one.why) for one in found.sites.others] == [("L05", left_out)]
    assert "L05" not in found.sites.controls


@pytest.mark.slow
def test_a_location_that_falls_silent_is_no_control(world, monitor):
    for (office, month, channel), _ in list(world.pens.items()):
        if office == "L05" and month >= dt.date(2025, 1, 1):
            del world.pens[office, month, channel]
    world.load(monitor)
    found = settings_of(monitor)["I1"]
    assert [(one.location, one.why) for one in found.sites.others] == [("L05", "silent")]


def test_neighbours_are_no_controls_when_it_may_spread(world, ordered):
    world.register[0]["may_spread"] = "true"
    world.load_register(ordered)
    found = settings_of(ordered)["I1"]
    near = tuple(office for office in OFFICES[1:] if int(office[1:]) % 2)
    assert found.sites.neighbours == near
    assert not set(near) & set(found.sites.controls)
    assert {one.why for one in found.sites.others} == {"may_spread"}


def test_a_site_with_a_handful_of_staff_is_never_shown(registered):
    rows = [[month, month, "L03", "fte", 3, "fte", "false"] for month in MONTHS[:2]]
    header = ["period_start", "period_end", "location_id", "activity_measure", "value", "unit"]
    registered.load_rows("measurements", [*header, "proxy"], rows)
    found = settings_of(registered)["I1"]
    assert [(one.location, one.why) for one in found.sites.others] == [("L03", "small")]


def test_a_small_pilot_with_articles_is_hidden(registered):
    rows = [[month, month, PILOT, "fte", 3, "fte", "false"] for month in MONTHS[:2]]
    header = ["period_start", "period_end", "location_id", "activity_measure", "value", "unit"]
    registered.load_rows("measurements", [*header, "proxy"], rows)
    found = read(registered)
    told = evaluate(found.register[0], found, Unit.BASE)
    assert told.verdicts == (Verdict.NOT_ENOUGH_DATA,)
    assert told.result is None
    assert [(one.location, one.why) for one in told.sites.left] == [(PILOT, "small")]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"target_channel": "counter"}, "no_channel"),
        ({"products": "P9"}, "no_target"),
        ({"substitute_channels": "counter"}, "no_substitute"),
        ({"category": "cleaning"}, "no_orders"),
        ({"starts_on": "2026-09-01"}, "not_started"),
        ({"ramp_months": 24}, "ramping"),
        ({"locations": "L99"}, "no_treated"),
    ],
)
def test_what_the_register_says_and_nobody_ordered_is_a_sentence(world, ordered, change, note):
    world.register[0] |= change
    world.load_register(ordered)
    found = read(ordered)
    for unit in (Unit.BASE, Unit.KG, Unit.EUR):
        told = evaluate(found.register[0], found, unit)
        assert told.verdicts == (Verdict.NOT_ENOUGH_DATA,)
        assert told.result is None
        assert note in keys(one for one in told.limitations if one.stops)


def test_units_that_differ_are_not_added_up(world, ordered):
    world.register[0] |= {"products": "", "substitute_products": "W1"}
    world.load_register(ordered)
    ordered.load(
        "products",
        """
        product_id name  category product_group base_unit units_per_pack mass_kg same_as
        P2         Paper office   paper         sheet     1              .       .
        """,
        source="cabinet",
    )
    found = read(ordered)
    base, kg, eur = evaluate_in_every_unit(found.register[0], found)
    assert keys(base.limitations)[0] == "mixed_units"
    assert base.result is None
    assert eur.estimated
    assert kg.estimated  # of the pens, which are most of what is handled, the mass is known
    assert primary((base, kg, eur)) is kg
    assert not MOVED & {*keys(base.limitations)}
    for one in (kg, eur):
        (said,) = (each for each in one.limitations if each.key in MOVED)
        assert (said.values["reading"], said.stops) == (one.unit, False)
        for lang, unit in (("nl", "kilogram"), ("en", "kilograms")):
            assert unit in briefing.moved(kg, lang)[0]
            assert briefing.moved(one, lang)[0] in briefing.remarks(one, lang)
    with ordered.store.read() as db:
        assert [each.unit for each in in_primary_unit(db)] == [Unit.KG]


def test_the_verdict_stays_in_the_first_unit_that_can_be_read_whatever_it_says(world, ordered):
    """A unit that is chosen because it shows something would be chosen after the look."""
    world.load_register(ordered)
    found = read(ordered)
    base, kg, eur = evaluate_in_every_unit(found.register[0], found)
    nothing = replace(base, result=None)
    assert primary((nothing, kg, eur)) is nothing


def test_merged_locations_stand_for_what_they_became(world, ordered):
    world.register[0]["locations"] = "L14"
    world.load_register(ordered)
    merge(ordered.store, Code("locations", "", "L14"), "L01", who="t")
    found = settings_of(ordered)["I1"]
    assert found.sites.treated == ("L01",)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("ruled_out", "strategy", "excused"),
    [("refuse", "refuse", True), ("refuse", "reduce", True), ("reduce", "reduce", True),
     ("reduce", "refuse", False), ("rethink", "refuse", False)],
)  # fmt: skip
def test_nothing_is_judged_where_the_strategy_does_not_apply(
    ordered, world, ruled_out, strategy, excused
):
    world.register[0] |= {"strategy": strategy}
    world.load_register(ordered)
    columns = [f"{ruled_out}_{name}" for name in ("applies", "reason", "look_again_on")]
    header = ["category", "name_nl", "name_en", *columns]
    ordered.load_rows("categories", header, [["office", "K", "O", "false", "law", "2027-01-01"]])
    found = read(ordered)
    (one,) = found.register
    for each in (evaluate(one, found, Unit.BASE), *evaluate_in_every_unit(one, found)):
        assert (each.excused is not None) is excused
        assert each.estimated
    said = evaluate(one, found, Unit.BASE).excused
    assert said is None or (said.key, said.values["reason"]) == ("not_applicable", "law")
    if excused and ruled_out == "refuse":
        asked = {"kind": "r12", "where": {"category": ("office",)}}
        figure = ordered.one("refuse_net_avoided", "2025-06", **asked)
        assert figure.reason.key == "not_applicable"


@pytest.mark.parametrize(
    ("limits", "asked"),
    [((0.3, 1.2), "bovengrens"), ((-0.6, 0.3), "ondergrens"), ((0.2, 0.8), None)],
)
def test_what_is_asked_for_is_what_is_not_shown_yet(plain, limits, asked):
    """Of a quotient that is known to be less than all, no lower upper limit is asked."""
    with plain.store.read() as db:
        found = next(one for one in in_primary_unit(db) if one.estimated)
    low, high = limits
    quotient = replace(found.result.quotient, value=(low + high) / 2, low=low, high=high)
    result = replace(found.result, quotient=quotient, cautions=(), verdicts=(Verdict.INCONCLUSIVE,))
    said = " ".join(briefing.what_would_show_more(replace(found, result=result), "nl"))
    for words in ("bovengrens", "ondergrens"):
        assert (words in said) == (words == asked)

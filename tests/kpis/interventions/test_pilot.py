"""What a pilot could show: from the order lines to the planner, and what stands in the way."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.briefing.measures import as_intervention
from nami_monitor.briefing.waterbed import remarks
from nami_monitor.core.thresholds import MIN_CONTROLS, PLAN_POWER
from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS
from nami_monitor.kpis.interventions.comparison import compare
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.pilot import Affordable, assess_pilot
from nami_monitor.waterbed import Inputs, PilotDesign, plan
from nami_monitor.waterbed.verdicts import CLAIMS
from tests.kpis.interventions.offices import MONTHS, OFFICES, PILOT, Offices

DRAFT = as_intervention(
    {
        "category": "office",
        "target_channel": "cabinet",
        "substitute_channels": ("webshop",),
        "locations": ("L02",),
        "planned_reduction": 0.5,
        "products": ("P1",),
    }
)


@pytest.fixture(scope="module")
def history(kept):
    """A history in which nothing has happened yet."""
    world = Offices(register=[], happened=False)
    world.load(kept)
    return kept


def asked(monitor, one=DRAFT, unit=Unit.BASE, months=12, quotient=0.7, **more):
    with monitor.store.read() as db:
        data = read_panel_data(db, [one.category], one.named_products)
        return assess_pilot(one, data, unit, months, quotient, **more)


def test_it_is_the_planner_on_the_whole_history(history):
    found = asked(history)
    world = Offices(happened=False)
    order = ["L02", PILOT, *OFFICES[2:]]
    target, substitute = (
        np.array([[world.pens[office, month, channel] for month in MONTHS] for office in order])
        for channel in ("cabinet", "webshop")
    )
    assert found.locations == tuple(order)
    again = plan(Inputs(target, substitute, np.arange(len(order)) == 0, 0), 0.5, PilotDesign(12))
    assert again.cautions == ()
    assert replace(found.plan, cautions=()) == again


def test_chances_and_smallest_leak_of_longer_pilots(history):
    plans = [asked(history, months=months).plan for months in (6, 9, 12)]
    assert [each.post_months for each in plans] == [6, 9, 12]
    for each in plans:
        assert 0 <= each.chance_net_reduction <= each.chance_decrease <= 1
        assert 0 <= each.chance_waterbed <= 1
        assert each.smallest_quotient > 0


def test_the_two_cheapest_designs_that_show_a_claim_are_recommended(history):
    found = asked(history, months=6, quotient=0.4, affordable=Affordable(sites=3, months=12))
    assert [one.claim for one in found.recommendations] == list(CLAIMS)
    assert found.order[0] == "L02"
    for advised in found.recommendations:
        chances = [one.chance(advised.claim) for one in advised.designs]
        if advised.enough:
            assert len(advised.enough) <= 2
            assert all(chance >= PLAN_POWER.value for chance in chances)
            efforts = [one.design.effort for one in advised.enough]
            assert efforts == sorted(efforts)
        for one in advised.designs:
            assert one.design.sites <= 3
            assert one.design.months <= 12
            assert one.design.groups == 1
    assert any(advised.enough for advised in found.recommendations)


def test_a_recommended_design_is_the_plan_of_its_locations_and_months(history):
    found = asked(history, quotient=0.4, affordable=Affordable(sites=3, months=12))
    one = next(one for one in found.offers if not one.design.turn)
    with history.store.read() as db:
        data = read_panel_data(db, ["office"], DRAFT.named_products)
        wider = compare(
            replace(DRAFT, locations=found.sites_of(one.design), starts_on=dt.date(2025, 7, 1)),
            data,
        )
    again = plan(wider.inputs(Unit.BASE), 0.5, one.design, quotient_expected=0.4)
    assert again.chance_waterbed == one.plan.chance_waterbed
    assert again.treated == one.design.sites


def test_where_no_design_is_enough_the_best_is_told(history):
    small = replace(DRAFT, planned_reduction=0.01)
    found = asked(history, small, quotient=0.1, affordable=Affordable(sites=2, months=6))
    for advised, said in zip(
        found.recommendations, briefing.pilot_advice(found, "nl"), strict=True
    ):
        assert advised.enough == ()
        assert advised.designs == (advised.best,)
        assert briefing.pilot_chance(advised.best.chance(advised.claim), "nl") in said
    assert found.offers


def test_fewer_locations_than_were_asked_for_are_told(history):
    found = asked(history, affordable=Affordable(sites=10, months=6))
    most = len(OFFICES) - int(MIN_CONTROLS.value)
    few = [one for one in found.limitations if one.key == "few_sites"]
    assert [one.values for one in few] == [{"asked": 10, "n": most}]
    assert all(one.design.sites <= most for one in found.offers)


def test_a_location_in_another_pilot_is_refused_and_is_not_proposed(kept_pilot):
    taken = asked(kept_pilot, replace(DRAFT, locations=("L02", PILOT)))
    assert not taken.planned
    (refused,) = [one for one in taken.limitations if one.key == "in_another_pilot"]
    assert refused.stops
    assert refused.values == {"other": "I1", "locations": (PILOT,)}
    found = asked(kept_pilot, affordable=Affordable(sites=2, months=6))
    assert found.planned
    assert PILOT not in found.order


@pytest.fixture
def kept_pilot(monitor):
    """A pilot that is planned for after the data, and judged a year later."""
    row = {**Offices().register[0], "starts_on": "2025-10-01", "status": "planned"}
    Offices(register=[row], happened=False).load(monitor)
    return monitor


def test_more_locations_and_a_larger_reduction_see_a_smaller_leak(history):
    one = asked(history)
    larger = asked(history, replace(DRAFT, planned_reduction=1.0))
    assert larger.plan.smallest_quotient == pytest.approx(one.plan.smallest_quotient / 2)
    more = asked(history, replace(DRAFT, locations=("L02", "L03", "L04")))
    assert more.plan.smallest_quotient < one.plan.smallest_quotient
    assert more.plan.chance_net_reduction > one.plan.chance_net_reduction


def test_pens_that_all_weigh_and_cost_the_same_give_the_same_chances(history):
    base, kg = (asked(history, unit=unit) for unit in (Unit.BASE, Unit.KG))
    assert kg.plan.reduction == pytest.approx(base.plan.reduction / 100)
    assert kg.plan.chance_waterbed == pytest.approx(base.plan.chance_waterbed, abs=0.01)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"category": "cleaning"}, "no_orders"),
        ({"target_channel": "counter"}, "no_channel"),
        ({"products": ("P9",)}, "no_target"),
        ({"substitute_channels": ("counter",)}, "no_substitute"),
        ({"locations": ("L99",)}, "no_treated"),
    ],
)
def test_what_stands_in_the_way_is_a_sentence(history, change, note):
    found = asked(history, replace(DRAFT, **change))
    assert not found.planned
    assert note in [one.key for one in found.limitations if one.stops]
    for lang in LANGS:
        assert remarks(found, lang)
        assert briefing.pilot_headline(found, lang)
        assert briefing.pilot_advice(found, lang) == ()


@pytest.mark.parametrize(
    ("change", "months", "sentence"),
    [
        ({}, 3, "Laat de proef minstens 6 maanden duren."),
        ({"locations": tuple(OFFICES[:6])}, 12, "Houd meer locaties buiten de proef"),
        ({}, 40, "Lees oudere maanden in"),
    ],
)
def test_too_small_a_pilot_says_what_it_lacks(history, change, months, sentence):
    found = asked(history, replace(DRAFT, **change), months=months)
    assert not found.planned
    assert found.plan.chance_waterbed is None
    assert any(said.startswith(sentence) for said in briefing.pilot_advice(found, "nl"))


def test_nothing_to_reduce_is_refused(history):
    with pytest.raises(ValueError, match="0"):
        asked(history, replace(DRAFT, planned_reduction=None))


def test_a_pilot_waits_for_no_data_of_its_start(history):
    soon, late = (
        asked(history, replace(DRAFT, starts_on=day))
        for day in (dt.date(2024, 1, 1), dt.date(2030, 1, 1))
    )
    assert soon.plan == late.plan


@pytest.mark.slow
def test_history_before_a_data_break_is_not_used(monitor):
    changed = dt.date(2023, 1, 1)
    world = Offices(register=[], happened=False)
    later = Offices(register=[], happened=False)
    world.pens = {key: pens for key, pens in world.pens.items() if key[1] < changed}
    later.pens = {key: pens for key, pens in later.pens.items() if key[1] >= changed}
    world.load(monitor)
    monitor.load_together(
        later.channel(monitor, "cabinet", "P1", more='basis = "invoiced"'),
        later.channel(monitor, "webshop", "W1"),
    )
    found = asked(monitor)
    assert found.plan.pre_months == sum(month >= changed for month in MONTHS)
    assert [(one.key, one.values["month"]) for one in found.limitations] == [
        ("break_before", changed)
    ]


def test_in_words(history):
    found = asked(history)
    assert "kans" in briefing.pilot_headline(found, "nl")
    assert "0,5" not in briefing.pilot_assumptions(found.plan, Unit.BASE, "nl")
    sure = replace(found.plan, chance_waterbed=1.0, chance_net_reduction=0.0)
    assert briefing.pilot_chances(sure, "nl")[1:] == (
        "meer dan 99\N{NO-BREAK SPACE}%",
        "minder dan 1\N{NO-BREAK SPACE}%",
    )
    wide = replace(found.plan, smallest_quotient=1.4)
    assert briefing.smallest_quotient_text(wide, "nl").startswith("geen")
    none = replace(found.plan, smallest_quotient=None)
    assert briefing.smallest_quotient_text(none, "nl") == "niet te geven"
    assert briefing.design_words(PilotDesign(6, 3, sites=2, groups=3, one_sided=True), "nl") == (
        "2 locaties, 6 maanden, 3 artikelgroepen, steeds 3 maanden aan en 3 uit,"
        " eenzijdig vastgelegd"
    )
    assert briefing.design_cost(PilotDesign(6, 3, sites=1), "nl") == "3 locatiemaanden"

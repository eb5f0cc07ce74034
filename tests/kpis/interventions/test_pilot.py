"""What a pilot could show: from the order lines to the planner, and what stands in the way."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.briefing.measures import as_intervention
from nami_monitor.briefing.waterbed import remarks
from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS, formats, text
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.pilot import EnoughToShow, assess_pilot
from nami_monitor.waterbed import Inputs, plan
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


def asked(monitor, one=DRAFT, unit=Unit.BASE, months=12, quotient=0.7):
    with monitor.store.read() as db:
        return assess_pilot(
            one, read_panel_data(db, [one.category], one.named_products), unit, months, quotient
        )


def test_it_is_the_planner_on_the_whole_history(history):
    found = asked(history)
    world = Offices(happened=False)
    order = ["L02", PILOT, *OFFICES[2:]]
    target, substitute = (
        np.array([[world.pens[office, month, channel] for month in MONTHS] for office in order])
        for channel in ("cabinet", "webshop")
    )
    assert found.locations == tuple(order)
    again = plan(Inputs(target, substitute, np.arange(len(order)) == 0, 0), 0.5, 12)
    assert again.cautions == ()
    assert replace(found.plan, cautions=()) == again


def test_chances_and_smallest_leak_for_several_lengths(history):
    found = asked(history, months=9)
    assert [each.post_months for each in found.lengths] == [6, 9, 12, 18, 24]
    assert found.plan.post_months == 9
    for each in found.lengths:
        assert 0 <= each.chance_net_reduction <= each.chance_decrease <= 1
        assert 0 <= each.chance_waterbed <= 1
        assert each.smallest_quotient > 0
    assert found.plan in found.lengths


def test_it_says_how_much_wider_or_longer_it_should_be(history):
    found = asked(history, replace(DRAFT, planned_reduction=0.2), months=6)
    power = PLAN_POWER.value
    assert found.plan.chance_waterbed < power
    longer = [each for each in found.lengths if each.post_months > 6]
    shown = [each.post_months for each in longer if each.chance_waterbed >= power]
    assert found.enough.months == (shown[0] if shown else None)
    said = " ".join(briefing.pilot_advice(found, "nl"))
    if found.enough.locations:
        codes = found.locations[: found.enough.locations]
        wider = asked(history, replace(DRAFT, planned_reduction=0.2, locations=codes), months=6)
        assert wider.plan.chance_waterbed >= power
        assert wider.enough is None
        assert f"Met {found.enough.locations} pilotlocaties in plaats van 1" in said
    for each, key in ((found.enough.months, "Na "), (found.enough.locations, "Met ")):
        assert (key in said) is (each is not None)


def test_a_leak_that_nothing_would_show_is_told(history):
    found = asked(history, replace(DRAFT, planned_reduction=0.01), quotient=0.1)
    assert found.enough == EnoughToShow(None, None)
    for lang in LANGS:
        assert text(
            "pilot.more.enough_none", lang, power=formats.percent(80, lang, decimals=0)
        ) in (briefing.pilot_advice(found, lang))


def test_a_pilot_that_is_enough_or_cannot_be_planned_needs_no_more(history):
    assert asked(history, replace(DRAFT, planned_reduction=1.0), months=24).enough is None
    assert asked(history, replace(DRAFT, category="cleaning")).enough is None


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
    both = replace(found, plan=replace(found.plan, chance_waterbed=0.9, chance_net_reduction=0.9))
    assert briefing.pilot_advice(both, "nl") == ("Deze proef is groot genoeg voor beide vragen.",)

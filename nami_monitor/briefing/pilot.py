"""The power of a pilot in sentences: chances, the smallest leak shown, and what would help."""

import math
from datetime import date
from typing import Final

from nami_monitor.briefing.waterbed import lacking
from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.core.words import Unit
from nami_monitor.i18n import formats, text
from nami_monitor.kpis.interventions.panel_data import PanelData
from nami_monitor.kpis.interventions.pilot import Pilot
from nami_monitor.waterbed.outputs import PilotPlan

EVEN: Final = 0.5
"""A chance from here on is called even."""


def next_start(data: PanelData, category: str) -> date | None:
    """The first month after the order lines of a category; None without any."""
    cube = data.cubes.get(category)
    return add_months(cube.months[-1], 1) if cube else None


def chance(value: float, lang: str) -> str:
    """A chance in words, between below 1% and above 99%."""
    share = min(max(value, 0.01), 0.99)
    written = formats.percent(100 * share, lang, decimals=0)
    if value < share:
        return text("pilot.below", lang, share=written)
    return text("pilot.above", lang, share=written) if value > share else written


def plans_with_chances(found: Pilot) -> tuple[PilotPlan, ...]:
    """The plans that hold chances, the shortest first."""
    return tuple(plan for plan in found.lengths if plan.gross_se is not None)


def chances(plan: PilotPlan, lang: str) -> tuple[str, str, str]:
    """The chances to show a decrease, a waterbed and a net reduction; empty without any."""
    values = (plan.chance_decrease, plan.chance_waterbed, plan.chance_net_reduction)
    decrease, shown, net = ("" if value is None else chance(value, lang) for value in values)
    return decrease, shown, net


def _odds(value: float) -> str:
    return "good" if value >= PLAN_POWER.value else "even" if value >= EVEN else "poor"


def headline(found: Pilot, lang: str) -> str:
    """What the pilot could show, in two sentences; one sentence where it has no chances."""
    plan = found.plan
    if plan is None or plan.chance_waterbed is None or plan.chance_net_reduction is None:
        return text("pilot.nothing", lang)
    seen, net = plan.chance_waterbed, plan.chance_net_reduction
    return " ".join(
        (
            text(f"pilot.waterbed.{_odds(seen)}", lang, chance=chance(seen, lang)),
            text(f"pilot.net.{_odds(net)}", lang, chance=chance(net, lang)),
        )
    )


def assumptions(plan: PilotPlan, unit: Unit, lang: str) -> str:
    """The assumptions of the chances: reduction, expected quotient, months and locations."""
    return text(
        "pilot.assumed",
        lang,
        reduction=formats.quantity(plan.reduction, unit, lang),
        back=formats.number(100 * plan.quotient, lang, decimals=0),
        post=formats.number(plan.post_months, lang),
        pre=formats.number(plan.pre_months, lang),
        n=plan.treated,
        controls=formats.number(plan.controls, lang),
    )


def smallest_quotient(plan: PilotPlan, lang: str) -> str:
    """The smallest leak that is shown in four of five cases; in words where it is beyond all."""
    least = plan.smallest_quotient
    if least is None or not math.isfinite(least):
        return text("pilot.smallest.none", lang)
    if least > 1:
        return text("pilot.smallest.beyond", lang)
    return formats.percent(100 * least, lang, decimals=0)


def advice(found: Pilot, lang: str) -> tuple[str, ...]:
    """What would let the pilot show more; what is missing, where it can show nothing."""
    plan = found.plan
    if plan is None:
        return ()
    if not found.planned:
        return tuple(lacking(plan.cautions, "pilot", lang))
    if (plan.chance_net_reduction or 0) >= PLAN_POWER.value <= (plan.chance_waterbed or 0):
        return (text("pilot.more.none", lang),)
    keys = ("locations", "months", "articles")
    return (*_enough(found, plan, lang), *(text(f"pilot.more.{key}", lang) for key in keys))


def _enough(found: Pilot, plan: PilotPlan, lang: str) -> tuple[str, ...]:
    """How many locations or months would show the waterbed that is expected."""
    if found.enough is None:
        return ()
    power = formats.percent(100 * PLAN_POWER.value, lang, decimals=0)
    ways = {
        "enough_locations": (found.enough.locations, plan.treated),
        "enough_months": (found.enough.months, plan.post_months),
    }
    sentences = tuple(
        text(
            f"pilot.more.{key}",
            lang,
            n=formats.number(needed, lang),
            seen=formats.number(seen, lang),
            power=power,
        )
        for key, (needed, seen) in ways.items()
        if needed is not None
    )
    return sentences or (text("pilot.more.enough_none", lang, power=power),)

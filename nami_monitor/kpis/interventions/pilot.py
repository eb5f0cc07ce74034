"""What a pilot could show, before anything starts: from pilots without effect in the history."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import MIN_CONTROLS, MIN_PRE_MONTHS, PLAN_POWER, PLAN_STARTS
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.comparison import Comparison, compare
from nami_monitor.kpis.interventions.panel_data import PanelData
from nami_monitor.kpis.interventions.register import Intervention, Limitation
from nami_monitor.kpis.interventions.sites import Sites
from nami_monitor.waterbed.outputs import Caution, PilotPlan
from nami_monitor.waterbed.planning import plan

OTHER_LENGTHS: Final = (6, 12, 18, 24)
"""Months after the start for which the chances are given beside those that were asked for."""

MORE_LOCATIONS: Final = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100)
"""Numbers of pilot locations that are tried when those that were asked for show too little."""

NOT_YET: Final = "not_started"
"""The limitation that a start lies ahead, which every pilot has."""


@dataclass(frozen=True)
class EnoughToShow:
    """A pilot size that shows the expected waterbed in four of five cases, one way or the other.

    ``months`` after the start, with the locations that were asked for, or ``locations`` over the
    months that were asked for; None where no size that was tried is enough.
    """

    months: int | None
    locations: int | None


@dataclass(frozen=True)
class Pilot:
    """A pilot that is considered, and what it could show.

    Args:
        sites: the locations it would have and be compared with; None when nothing can be planned.
        plan: the chances; None when nothing could be handed to the estimator.
        lengths: the plan for other numbers of months after the start, by number.
        limitations: what is left out, and what stands in the way.
        enough: how much longer or wider it should be; None where it is enough as it is, or nothing
            can be planned.
    """

    intervention: Intervention
    unit: Unit
    sites: Sites | None
    plan: PilotPlan | None
    lengths: tuple[PilotPlan, ...]
    limitations: tuple[Limitation, ...]
    enough: EnoughToShow | None = None

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What the estimator warns of."""
        return self.plan.cautions if self.plan else ()

    @property
    def locations(self) -> tuple[str, ...]:
        """The locations to whose positions the plan's reasons refer."""
        return self.sites.compared if self.sites else ()

    @property
    def planned(self) -> bool:
        """Whether there are chances."""
        return self.plan is not None and self.plan.gross_se is not None


def assess_pilot(
    one: Intervention, data: PanelData, unit: Unit, months: int, quotient: float
) -> Pilot:
    """What a pilot could show.

    Args:
        one: what would be done; its planned reduction is a share above 0. Its start is not read:
            the noise is that of the whole history up to now.
        data: what was read of its category, with the articles that it names.
        unit: base units, kg or EUR.
        months: months after the start.
        quotient: the share that is expected to come back, for which the chances hold.

    Raises:
        ValueError: no reduction is planned.
    """
    cube = data.cubes.get(one.category)
    if cube is None:
        none = Limitation("no_orders", {"category": one.category}, stops=True)
        return Pilot(one, unit, None, None, (), (none,))
    next_month = add_months(cube.months[-1], 1)
    found = compare(replace(one, starts_on=next_month, ends_on=None, ramp_months=0), data)
    if not isinstance(found, Comparison):
        return Pilot(one, unit, None, None, (), found)
    lacking = found.unreadable(unit)
    others = [limitation for limitation in found.limitations if limitation.key != NOT_YET]
    limitations = (*((lacking,) if lacking else ()), *others)
    if any(limitation.stops for limitation in limitations):
        return Pilot(one, unit, found.sites, None, (), limitations)
    lengths = (months, *(length for length in OTHER_LENGTHS if length != months))
    plans = [_plan(found, unit, length, quotient) for length in lengths]
    by_length = sorted(plans, key=lambda each: each.post_months)
    enough = None
    if plans[0].chance_waterbed is not None and not _shows(plans[0]):
        longer = (
            each.post_months for each in by_length if each.post_months > months and _shows(each)
        )
        enough = EnoughToShow(next(longer, None), _wider(found, unit, months, quotient))
    return Pilot(one, unit, found.sites, plans[0], tuple(by_length), limitations, enough)


def _shows(found: PilotPlan) -> bool:
    """Whether a waterbed that is there would be shown in four of five cases."""
    return (found.chance_waterbed or 0.0) >= PLAN_POWER.value


def _wider(found: Comparison, unit: Unit, months: int, quotient: float) -> int | None:
    """With how many pilot locations it would be shown, the first controls taken to be of them."""
    most = len(found.sites.compared) - int(MIN_CONTROLS.value)
    counts = (n for n in MORE_LOCATIONS if len(found.sites.treated) < n <= most)
    return next((n for n in counts if _shows(_plan(found, unit, months, quotient, n))), None)


def _plan(
    found: Comparison, unit: Unit, months: int, quotient: float, treated: int | None = None
) -> PilotPlan:
    """The plan; with another number of pilot locations, the first of the arrays are."""
    one = found.intervention
    inputs = replace(
        found.inputs(unit, _settled(found, months)), anticipation=one.anticipation_months
    )
    if treated is not None:
        inputs = replace(inputs, treated=np.arange(len(found.sites.compared)) < treated)
    reduction = one.planned_reduction or 0.0
    return plan(inputs, reduction, months, quotient_expected=quotient)


def _settled(found: Comparison, months: int) -> int:
    """How many months come before the earliest start in the history that is looked at."""
    first = len(found.window.pre) - months - int(PLAN_STARTS.value) + 1
    return max(first, int(MIN_PRE_MONTHS.value)) - found.intervention.anticipation_months

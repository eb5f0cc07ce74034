"""What a pilot could show, before anything starts: from pilots without effect in the history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

import numpy as np

from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import MIN_CONTROLS, MIN_PRE_MONTHS, PLAN_STARTS
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.comparison import Comparison, compare, find_outcomes
from nami_monitor.kpis.interventions.panel_data import PanelData
from nami_monitor.kpis.interventions.register import Intervention, Limitation
from nami_monitor.kpis.interventions.sites import Sites
from nami_monitor.waterbed.inputs import Inputs
from nami_monitor.waterbed.outputs import Caution, PilotPlan
from nami_monitor.waterbed.planning import (
    SITES,
    PilotDesign,
    PlannedDesign,
    Recommendation,
    designs,
    plan,
    recommend,
)

NOT_YET: Final = "not_started"
"""The limitation that a start lies ahead, which every pilot has."""


@dataclass(frozen=True)
class Affordable:
    """What a pilot may cost at most: so many locations, months after the start, product groups."""

    sites: int = 5
    months: int = 24
    groups: int = 3


@dataclass(frozen=True)
class Pilot:
    """A pilot that is considered, and what it could show.

    Args:
        sites: the locations it would have and be compared with; None when nothing can be planned.
        plan: the chances of the locations and months that were asked for; None when nothing could
            be handed to the estimator.
        limitations: what is left out, and what stands in the way.
        recommendations: the designs to choose from, one for each claim.
        order: the locations in the order in which a design takes them: those that were asked for
            first, then those that take nearest to the usual amount.
        groups: the product groups in the order in which a design takes them beside the target.
    """

    intervention: Intervention
    unit: Unit
    sites: Sites | None
    plan: PilotPlan | None
    limitations: tuple[Limitation, ...]
    recommendations: tuple[Recommendation, ...] = ()
    order: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

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

    @property
    def offers(self) -> tuple[PlannedDesign, ...]:
        """Every design that is recommended, each once, the cheapest first."""
        every = {one.design: one for each in self.recommendations for one in each.designs}
        return tuple(sorted(every.values(), key=lambda one: one.design.effort))

    def sites_of(self, design: PilotDesign) -> tuple[str, ...]:
        """The locations that a design takes."""
        return self.order[: design.sites]

    def groups_of(self, design: PilotDesign) -> tuple[str, ...]:
        """The product groups that a design takes beside the target."""
        return self.groups[: design.groups - 1]


def assess_pilot(
    one: Intervention,
    data: PanelData,
    unit: Unit,
    months: int,
    quotient: float,
    affordable: Affordable | None = None,
    groups: Sequence[str] = (),
) -> Pilot:
    """What a pilot could show, and which designs show more.

    Args:
        one: what would be done; its planned reduction is a share above 0. Its start is not read:
            the noise is that of the whole history up to now.
        data: what was read of its category, with the articles that it names.
        unit: base units, kg or EUR.
        months: months after the start.
        quotient: the share that is expected to come back, for which the chances hold.
        affordable: what a recommended design may cost; None looks for none.
        groups: product groups that may be part of the pilot as well; read when it names articles.

    Raises:
        ValueError: no reduction is planned.
    """
    cube = data.cubes.get(one.category)
    if cube is None:
        none = Limitation("no_orders", {"category": one.category}, stops=True)
        return Pilot(one, unit, None, None, (none,))
    next_month = add_months(cube.months[-1], 1)
    draft = replace(one, starts_on=next_month, ends_on=None, ramp_months=0, turn_months=0)
    found = compare(draft, data)
    if not isinstance(found, Comparison):
        return Pilot(one, unit, None, None, found)
    lacking = found.unreadable(unit)
    others = [limitation for limitation in found.limitations if limitation.key != NOT_YET]
    limitations = (
        *((lacking,) if lacking else ()),
        *in_another_pilot(draft, data, add_months(next_month, months)),
        *others,
    )
    if any(limitation.stops for limitation in limitations):
        return Pilot(one, unit, found.sites, None, limitations)
    reduction = one.planned_reduction or 0.0
    own = plan(
        _inputs(found, unit, months), reduction, PilotDesign(months), quotient_expected=quotient
    )
    planned = Pilot(one, unit, found.sites, own, limitations)
    if affordable is None or own.gross_se is None:
        return planned
    order = _order(found, data, add_months(next_month, affordable.months))
    more = _groups(found, groups)
    most = min(affordable.sites, len(found.sites.compared) - int(MIN_CONTROLS.value))
    if most < min(affordable.sites, max(SITES)):
        few = Limitation("few_sites", {"asked": affordable.sites, "n": max(most, 0)})
        limitations = (*limitations, few)

    @cache
    def comparison(sites: int) -> Comparison:
        wider = compare(replace(draft, locations=order[:sites]), data)
        return wider if isinstance(wider, Comparison) else found

    def history(design: PilotDesign) -> Inputs:
        wider = _joined(comparison(design.sites), more[: design.groups - 1])
        return _inputs(wider, unit, design.months)

    offered = designs(
        min(most, len(order)), affordable.months, min(affordable.groups, 1 + len(more))
    )
    advised = recommend(history, reduction, offered, quotient_expected=quotient)
    return replace(
        planned, limitations=limitations, recommendations=advised, order=order, groups=more
    )


def in_another_pilot(one: Intervention, data: PanelData, until: date) -> tuple[Limitation, ...]:
    """Which locations are in another pilot that is still to be judged, up to a month.

    Two pilots at one location about the same orders cannot be told apart.
    """
    taken = [
        Limitation("in_another_pilot", {"other": other.code, "locations": both}, stops=True)
        for other in _unjudged(one, data, until)
        if (both := tuple(code for code in one.locations if code in other.locations))
    ]
    return tuple(taken)


def _unjudged(one: Intervention, data: PanelData, until: date) -> Iterator[Intervention]:
    """The other pilots about the same orders that are not judged before one starts.

    A measure at so many locations that too few are left is no pilot: what it does falls out of the
    comparison, or is told there.
    """
    cube = data.cubes[one.category]
    own = find_outcomes(one, cube, data.articles).compared
    for other in data.register:
        if other.code == one.code or other.category != one.category or other.status == "ended":
            continue
        pending = data.judgement(other).due
        rest = len(set(cube.locations) - set(other.locations))
        overlaps = own & find_outcomes(other, cube, data.articles).target
        if (
            pending
            and pending >= one.start_month
            and other.start_month < until
            and rest >= MIN_CONTROLS.value
            and overlaps
        ):
            yield other


def _order(found: Comparison, data: PanelData, until: date) -> tuple[str, ...]:
    """Locations for a pilot: those asked for, then those nearest to the usual amount.

    Locations with much or little would make a pilot that says little of the others.
    """
    amounts = found.array(found.outcomes.target, Unit.BASE).sum(1)
    by_code = dict(zip(found.sites.compared, np.log1p(np.maximum(amounts, 0)), strict=True))
    middle = float(np.median([*by_code.values()]))
    busy = {
        code for other in _unjudged(found.intervention, data, until) for code in other.locations
    }
    free = [code for code in found.sites.controls if code not in busy]
    more = sorted(free, key=lambda code: (abs(by_code[code] - middle), code))
    return (*found.sites.treated, *more)


def _groups(found: Comparison, offered: Sequence[str]) -> tuple[str, ...]:
    """The product groups that can join the target, those of which most is ordered first."""
    if not found.intervention.products:
        return ()
    amounts = {}
    for name in offered:
        target, substitute = _parts(found, name)
        same = found.same_unit(target | substitute, Unit.BASE)
        if target and substitute and same == target | substitute:
            amounts[name] = float(found.array(target, Unit.BASE).sum())
    return tuple(sorted(amounts, key=lambda name: (-amounts[name], name)))


def _parts(found: Comparison, group: str) -> tuple[frozenset[int], frozenset[int]]:
    """The parts of an untouched group in the target's channel and in the substitute's."""
    one, parts = found.intervention, found.cube.parts
    own = found.outcomes.untouched.get(group, frozenset())
    target = frozenset(at for at in own if parts[at].channel == one.target_channel)
    return target, frozenset(at for at in own if parts[at].channel in one.substitute_channels)


def _joined(found: Comparison, groups: Sequence[str]) -> Comparison:
    """The comparison with more product groups in the target."""
    outcomes = found.outcomes
    for name in groups:
        target, substitute = _parts(found, name)
        outcomes = replace(
            outcomes,
            target=outcomes.target | target,
            substitute=outcomes.substitute | substitute,
            untouched={at: own for at, own in outcomes.untouched.items() if at != name},
        )
    return replace(found, outcomes=outcomes)


def _inputs(found: Comparison, unit: Unit, months: int) -> Inputs:
    """The history for a pilot of so many months."""
    first = len(found.window.pre) - months - int(PLAN_STARTS.value) + 1
    anticipation = found.intervention.anticipation_months
    settled = max(first, int(MIN_PRE_MONTHS.value)) - anticipation
    return replace(found.inputs(unit, settled), anticipation=anticipation)

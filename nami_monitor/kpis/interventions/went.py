"""Where demand may have gone: other channels, groups, contracts, neighbours, and time.

What was registered is tested first and as it is, because it was chosen before anyone looked. All
other places are looked for afterwards, so their limits are made to hold for all of them together:
those of the order lines by placebo max-t, those with months or locations of their own by dividing
the chance to be wrong over all places (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nami_monitor.core.thresholds import CONFIDENCE
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.ground import Ground
from nami_monitor.kpis.interventions.panel import Setting, absent, among_neighbours, untouched
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.series import Goal, Kind, of_unit
from nami_monitor.kpis.interventions.window import whole
from nami_monitor.waterbed.destinations import each_destination
from nami_monitor.waterbed.effects import LOST
from nami_monitor.waterbed.estimate import estimate, net_effect
from nami_monitor.waterbed.fieller import critical
from nami_monitor.waterbed.result import Estimate, Result


@dataclass(frozen=True)
class Went:
    """What came of one place where demand may have gone.

    Args:
        kind: what sort of place.
        name: the channel, product group or contract; empty for the others.
        effect: change per month; None where it cannot be told.
        shown: whether its limits leave out zero.
        corrected: whether its limits hold for all places together; what was registered needs none.
    """

    kind: Kind
    name: str
    effect: Estimate | None
    shown: bool
    corrected: bool


def went(
    one: Intervention, found: Setting, unit: Unit, result: Result, read: Ground
) -> tuple[Went, ...]:
    """Every place where demand may have gone, what was registered first.

    Args:
        one: the intervention.
        found: what it is compared with.
        unit: base units, kg or EUR.
        result: what it did.
        read: what was read of its category.
    """
    looked = [goal for goal in found.series.goals if goal.kind is not Kind.SUBSTITUTE]
    parts = [goal for goal in found.series.goals if goal.kind is Kind.SUBSTITUTE]
    if len(parts) > 1:
        looked = [*parts, *looked]
    registered = Went(
        Kind.REGISTERED, ";".join(goal.name for goal in parts), result.spill, shown=False,
        corrected=False,
    )  # fmt: skip
    elsewhere = _elsewhere(found, unit, looked, read)
    apart = [*_neighbours(one, found, unit), *_in_time(one, found, unit, result)]
    told = sum(place.effect is not None for place in (*elsewhere, *apart))
    return (
        replace(registered, shown=_not_zero(result.spill)),
        *elsewhere,
        *(_wider(place, len(result.controls) - LOST, told) for place in apart),
    )


def _elsewhere(found: Setting, unit: Unit, goals: Sequence[Goal], read: Ground) -> tuple[Went, ...]:
    """The places that order lines tell of, corrected for having looked at all of them.

    A location's own shocks are left in: product groups that show them are places themselves.
    """
    about = found.series.target | found.series.substitute
    same = [of_unit(found.cube, goal.parts, about, unit) for goal in goals]
    feeds = [frozenset(found.feeds(parts)) for parts in same]
    whole = {feed: _delivered(found, feed, read) for feed in set(feeds)}
    usable = [bool(parts) and whole[feed] for parts, feed in zip(same, feeds, strict=True)]
    arrays = [found.array(parts, unit) for parts, use in zip(same, usable, strict=True) if use]
    each: Sequence[Estimate | None] = ()
    if arrays:
        seen = each_destination(
            found.array(found.series.target, unit),
            np.array(arrays),
            found.treated,
            len(found.window.pre),
            anticipation=found.window.anticipation,
            volume=found.volume,
        )
        each = [place.effect if place else None for place in seen]
    told = iter(each)
    return tuple(
        _place(goal, next(told, None) if use else None)
        for goal, use in zip(goals, usable, strict=True)
    )


def _place(goal: Goal, effect: Estimate | None) -> Went:
    return Went(goal.kind, goal.name, effect, _not_zero(effect), corrected=True)


def _delivered(found: Setting, feed: frozenset[str], read: Ground) -> bool:
    """Whether some sources tell of every month and location of the comparison."""
    gone = absent(read, [feed], found.window.months)
    return whole(read.history, feed, found.window.months) and not gone & set(found.locations)


def _neighbours(one: Intervention, found: Setting, unit: Unit) -> list[Went]:
    """What target and substitute together did at locations of the same group."""
    if not found.sites.neighbours:
        return []
    return [_net(Kind.NEIGHBOURS, one, among_neighbours(found), unit)]


def _in_time(one: Intervention, found: Setting, unit: Unit, result: Result) -> list[Went]:
    """What was taken before the start, and after the end."""
    places = []
    if result.anticipation is not None:
        before = result.anticipation.gross
        places.append(Went(Kind.BEFORE, "", before, _not_zero(before), corrected=False))
    if found.window.after:
        later = replace(found.window, post=found.window.after)
        places.append(_net(Kind.AFTER, one, replace(found, window=later), unit))
    return places


def _net(kind: Kind, one: Intervention, found: Setting, unit: Unit) -> Went:
    """A comparison of its own: the change of target and substitute together."""
    net = net_effect(
        found.array(found.series.target, unit),
        found.array(found.series.substitute, unit),
        found.treated,
        len(found.window.pre),
        anticipation=found.window.anticipation,
        untouched=untouched(found, unit, one),
        volume=found.volume,
    )
    return Went(kind, "", net, _not_zero(net), corrected=False)


def _wider(place: Went, degrees: int, places: int) -> Went:
    """A place with months or locations of its own, its limits widened for all that were looked at.

    Without controls there are no degrees of freedom to widen by, and it stays as it is.
    """
    found = place.effect
    if found is None or degrees < 1:
        return place
    reach = critical(degrees, 1 - (1 - CONFIDENCE.value) / places) * found.se
    wide = replace(found, low=found.value - reach, high=found.value + reach)
    return replace(place, effect=wide, shown=_not_zero(wide), corrected=True)


def _not_zero(effect: Estimate | None) -> bool:
    return effect is not None and not effect.low <= 0 <= effect.high


def estimated(one: Intervention, found: Setting, unit: Unit, *, shared: bool = False) -> Result:
    """What the estimator says of a setting.

    Args:
        one: the intervention.
        found: what it is compared with.
        unit: base units, kg or EUR.
        shared: whether its locations are taken to share one quotient.
    """
    return estimate(
        found.array(found.series.target, unit),
        found.array(found.series.substitute, unit),
        found.treated,
        len(found.window.pre),
        anticipation=found.window.anticipation,
        untouched=untouched(found, unit, one),
        common_quotient=shared,
        volume=found.volume,
    )

"""What one intervention did, in one unit, and where it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from nami_monitor.core.periods import Period
from nami_monitor.core.thresholds import CONFIDENCE
from nami_monitor.core.words import Design, Strategy, Unit, Verdict
from nami_monitor.kpis.interventions.comparison import (
    Comparison,
    DestinationKind,
    Goal,
    absent,
    among_neighbours,
    compare,
    same_unit,
    unreadable,
    untouched_groups,
)
from nami_monitor.kpis.interventions.panel_data import READINGS, PanelData, read_panel_data
from nami_monitor.kpis.interventions.register import Intervention, Limitation
from nami_monitor.kpis.interventions.sites import Sites
from nami_monitor.kpis.interventions.window import Window, whole
from nami_monitor.kpis.result import Reason
from nami_monitor.store import Transaction
from nami_monitor.waterbed.destinations import each_destination
from nami_monitor.waterbed.effects import LOST
from nami_monitor.waterbed.estimate import estimate, net_effect
from nami_monitor.waterbed.fieller import critical
from nami_monitor.waterbed.result import Estimate, Result


@dataclass(frozen=True)
class Destination:
    """What came of one place where demand may have gone.

    Args:
        kind: what sort of place.
        name: the channel, product group or contract; empty for the others.
        effect: change per month; None where it cannot be told.
        shown: whether its limits leave out zero.
        corrected: whether its limits hold for all places together; what was registered needs none.
    """

    kind: DestinationKind
    name: str
    effect: Estimate | None
    shown: bool
    corrected: bool


def find_destinations(
    one: Intervention, found: Comparison, unit: Unit, result: Result, read: PanelData
) -> tuple[Destination, ...]:
    """Every place where demand may have gone, what was registered first.

    Args:
        one: the intervention.
        found: what it is compared with.
        unit: base units, kg or EUR.
        result: what it did.
        read: what was read of its category.
    """
    looked = [goal for goal in found.series.goals if goal.kind is not DestinationKind.SUBSTITUTE]
    parts = [goal for goal in found.series.goals if goal.kind is DestinationKind.SUBSTITUTE]
    if len(parts) > 1:
        looked = [*parts, *looked]
    name = ";".join(goal.name for goal in parts)
    registered = Destination(
        DestinationKind.REGISTERED, name, result.spill, shown=False, corrected=False
    )
    elsewhere = _elsewhere(found, unit, looked, read)
    apart = [*_neighbours(one, found, unit), *_in_time(one, found, unit, result)]
    told = sum(place.effect is not None for place in (*elsewhere, *apart))
    return (
        replace(registered, shown=_not_zero(result.spill)),
        *elsewhere,
        *(_wider(place, len(result.controls) - LOST, told) for place in apart),
    )


def _elsewhere(
    found: Comparison, unit: Unit, goals: Sequence[Goal], read: PanelData
) -> tuple[Destination, ...]:
    """The places that order lines tell of, corrected for having looked at all of them.

    A location's own shocks are left in: product groups that show them are places themselves.
    """
    about = found.series.target | found.series.substitute
    same = [same_unit(found.cube, goal.parts, about, unit) for goal in goals]
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


def _place(goal: Goal, effect: Estimate | None) -> Destination:
    return Destination(goal.kind, goal.name, effect, _not_zero(effect), corrected=True)


def _delivered(found: Comparison, feed: frozenset[str], read: PanelData) -> bool:
    """Whether some sources tell of every month and location of the comparison."""
    gone = absent(read, [feed], found.window.months)
    return whole(read.history, feed, found.window.months) and not gone & set(found.locations)


def _neighbours(one: Intervention, found: Comparison, unit: Unit) -> list[Destination]:
    """What target and substitute together did at locations of the same group."""
    if not found.sites.neighbours:
        return []
    return [_net(DestinationKind.NEIGHBOURS, one, among_neighbours(found), unit)]


def _in_time(one: Intervention, found: Comparison, unit: Unit, result: Result) -> list[Destination]:
    """What was taken before the start, and after the end."""
    places = []
    if result.anticipation is not None:
        before = result.anticipation.gross
        places.append(
            Destination(DestinationKind.BEFORE, "", before, _not_zero(before), corrected=False)
        )
    if found.window.after:
        later = replace(found.window, post=found.window.after)
        places.append(_net(DestinationKind.AFTER, one, replace(found, window=later), unit))
    return places


def _net(kind: DestinationKind, one: Intervention, found: Comparison, unit: Unit) -> Destination:
    """A comparison of its own: the change of target and substitute together."""
    net = net_effect(
        found.array(found.series.target, unit),
        found.array(found.series.substitute, unit),
        found.treated,
        len(found.window.pre),
        anticipation=found.window.anticipation,
        untouched=untouched_groups(found, unit, one),
        volume=found.volume,
    )
    return Destination(kind, "", net, _not_zero(net), corrected=False)


def _wider(place: Destination, degrees: int, places: int) -> Destination:
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


def estimated(one: Intervention, found: Comparison, unit: Unit, *, shared: bool = False) -> Result:
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
        untouched=untouched_groups(found, unit, one),
        common_quotient=shared,
        volume=found.volume,
    )


NOT_ENOUGH = (Verdict.NOT_ENOUGH_DATA,)
ESTIMATED = frozenset(Verdict) - {Verdict.NOT_ENOUGH_DATA}
WITHOUT_QUOTIENT = frozenset(
    {Verdict.NOT_ENOUGH_DATA, Verdict.NO_DECREASE_SHOWN, Verdict.TARGET_ROSE}
)
"""Verdicts at which the quotient is withheld."""


@dataclass(frozen=True)
class Evaluation:
    """What is known of one intervention in one unit.

    Args:
        intervention: as registered.
        unit: base units, kg or EUR; effects are per month.
        window: the months that were compared; None where there is nothing to compare.
        sites: the locations that were compared; likewise.
        result: the estimate; None where nothing could be handed to the estimator.
        notes: what was left out, and what stands in the way.
        last_month: the last month with order lines of its category; None without any.
        destinations: where it may have gone.
        shared: the quotient as if several locations share one; None for a single location.
        excused: why its strategy does not apply to its category, so that nothing is judged; None
            where it does.
    """

    intervention: Intervention
    unit: Unit
    window: Window | None
    sites: Sites | None
    result: Result | None
    notes: tuple[Limitation, ...]
    last_month: date | None
    destinations: tuple[Destination, ...] = ()
    shared: Estimate | None = None
    excused: Reason | None = None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The rungs of the ladder that hold; never empty."""
        return self.result.verdicts if self.result else NOT_ENOUGH

    @property
    def estimated(self) -> bool:
        """Whether there is a gross, a spill-over and a net effect."""
        return self.result is not None and self.result.net is not None

    @property
    def design(self) -> Design:
        """What it was compared with."""
        if self.result is not None:
            return self.result.design
        compared = self.sites is not None and self.sites.controls
        return Design.CONTROLS if compared else Design.NO_CONTROLS

    @property
    def locations(self) -> tuple[str, ...]:
        """The locations to whose positions the result refers."""
        return self.sites.treated + self.sites.controls if self.sites else ()


def evaluate(
    one: Intervention, read: PanelData, unit: Unit, *, look_around: bool = True
) -> Evaluation:
    """What an intervention did.

    Args:
        one: the intervention.
        read: what was read of its category.
        unit: base units, kg or EUR.
        look_around: whether to look where else it may have gone.
    """
    found = _reading(one, read, compare(one, read), unit, look_around=look_around)
    return replace(found, excused=_excused(one, read))


def evaluate_in_every_unit(one: Intervention, read: PanelData) -> tuple[Evaluation, ...]:
    """What an intervention did and where it went, in every unit."""
    found = compare(one, read)
    made = (_reading(one, read, found, unit, look_around=True) for unit in READINGS)
    return tuple(replace(each, excused=_excused(one, read)) for each in made)


def _excused(one: Intervention, read: PanelData) -> Reason | None:
    """Why neither its own strategy nor what was avoided on balance is judged in its category."""
    strategies = (one.strategy, Strategy.REFUSE)
    found = (read.excused.get((one.category, str(strategy))) for strategy in strategies)
    return next((reason for reason in found if reason), None)


def _reading(
    one: Intervention,
    read: PanelData,
    found: Comparison | tuple[Limitation, ...],
    unit: Unit,
    *,
    look_around: bool,
) -> Evaluation:
    cube = read.cubes.get(one.category)
    last = cube.months[-1] if cube else None
    if not isinstance(found, Comparison):
        return Evaluation(one, unit, None, None, None, found, last)
    lacking = unreadable(found, unit)
    notes = (*((lacking,) if lacking else ()), *found.notes)
    if any(note.stops for note in notes):
        return Evaluation(one, unit, found.window, found.sites, None, notes, last)
    result = estimated(one, found, unit)
    made = Evaluation(one, unit, found.window, found.sites, result, notes, last)
    if not look_around or not made.estimated:
        return made
    several = len(result.treated) > 1
    shared = estimated(one, found, unit, shared=True).quotient if several else None
    return replace(
        made, destinations=find_destinations(one, found, unit, result, read), shared=shared
    )


def shown_by(answers: Sequence[Evaluation]) -> Evaluation:
    """The first reading in which something was estimated; else the first."""
    return next((one for one in answers if one.estimated), answers[0])


def register_data(db: Transaction) -> PanelData:
    """What all comparisons of the register rest on; read only once."""
    return db.once("interventions", lambda: read_panel_data(db))


def evaluations(db: Transaction, unit: Unit) -> tuple[Evaluation, ...]:
    """What every intervention did, earliest first, without looking where else it went.

    Args:
        db: a consistent look at the file.
        unit: base units, kg or EUR.
    """

    def make() -> tuple[Evaluation, ...]:
        read = register_data(db)
        return tuple(evaluate(one, read, unit, look_around=False) for one in read.register)

    return db.once(f"interventions in {unit}", make)


@dataclass(frozen=True)
class PeriodShare:
    """How much of a period an intervention's estimate speaks of.

    Args:
        answer: the estimate.
        months: months of the period that the estimate rests on.
        due: months of the period in which the intervention held at full strength.
    """

    answer: Evaluation
    months: int
    due: int


def period_shares(answers: Sequence[Evaluation], period: Period) -> list[PeriodShare]:
    """The interventions that held at full strength in some month of a period.

    Args:
        answers: of all interventions.
        period: the period; months after the last one with order lines are not due.
    """
    found = []
    for one in answers:
        held, last = one.intervention, one.last_month
        until = min(held.last_month or last, last) if last else None
        due = [m for m in period.months if until and held.full_from <= m <= until]
        if due:
            post = set(one.window.post) if one.window else set()
            counted = len(post & set(due)) if one.estimated else 0
            found.append(PeriodShare(one, counted, len(due)))
    return found

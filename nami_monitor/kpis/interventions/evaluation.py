"""What each intervention did, and where the demand went.

What was registered is tested first and as it is, because it was chosen before anyone looked. All
other destinations are looked for afterwards, so their limits are made to hold for all of them
together: those of the order lines by placebo max-t, those with months or locations of their own by
dividing the chance to be wrong over all destinations (Bonferroni).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from nami_monitor.core.periods import Period
from nami_monitor.core.thresholds import CONFIDENCE
from nami_monitor.core.words import Design, Strategy, Unit, Verdict
from nami_monitor.kpis.interventions.arms import ArmsCompared, arm_effects, followed
from nami_monitor.kpis.interventions.comparison import (
    Comparison,
    Destination,
    DestinationKind,
    compare,
)
from nami_monitor.kpis.interventions.panel_data import READINGS, PanelData, read_panel_data
from nami_monitor.kpis.interventions.plans import UNPLANNED, ArmEffect, FrozenVerdict, Judgement
from nami_monitor.kpis.interventions.register import Intervention, Limitation
from nami_monitor.kpis.interventions.sites import Sites
from nami_monitor.kpis.interventions.window import Window, whole
from nami_monitor.kpis.questions import latest_month
from nami_monitor.kpis.result import Reason
from nami_monitor.store import Transaction
from nami_monitor.waterbed.effects import LOST
from nami_monitor.waterbed.estimate import destinations, estimate, net_effect
from nami_monitor.waterbed.inputs import Inputs
from nami_monitor.waterbed.looks import ONCE, Look
from nami_monitor.waterbed.outputs import WITHOUT_QUOTIENT, Caution, Estimate, Result
from nami_monitor.waterbed.verdicts import BY_CHANCE, CLAIMS, critical, surviving

NOT_ENOUGH = (Verdict.NOT_ENOUGH_DATA,)
UNREADABLE = frozenset({"mixed_units", "little_known"})
"""Limitations of a unit in which an effect cannot be read."""
MOVED = frozenset({"moved_unit", "plan_unit"})
"""Limitations of an estimate that is not in base units, or not in the unit of the plan."""


@dataclass(frozen=True)
class Evaluation:
    """What is known of one intervention in one unit.

    The estimate rests on all months up to the last; what may be claimed of it is what its
    ``judgement`` holds.

    Args:
        unit: base units, kg or EUR; effects are per month.
        window: the months that were compared; None where there is nothing to compare.
        sites: the locations that were compared; likewise.
        result: the estimate; None where nothing could be handed to the estimator.
        limitations: what was left out, and what stands in the way.
        last_month: the last month with order lines of its category; None without any.
        common_quotient: the quotient as if several locations share one; None for a single location.
        excused: why its strategy does not apply to its category, so that nothing is judged; None
            where it does.
        judgement: where its evaluation stands.
        arms: what each arm changed, of a measure with arms.
    """

    intervention: Intervention
    unit: Unit
    window: Window | None
    sites: Sites | None
    result: Result | None
    limitations: tuple[Limitation, ...]
    last_month: date | None
    destinations: tuple[Destination, ...] = ()
    common_quotient: Estimate | None = None
    excused: Reason | None = None
    judgement: Judgement = UNPLANNED
    arms: tuple[ArmEffect, ...] = ()

    @property
    def frozen(self) -> FrozenVerdict | None:
        """The verdict on it; None before its evaluation."""
        return self.judgement.last

    @property
    def due(self) -> date:
        """The month of the next verdict; once all are there, of the last."""
        return self.judgement.due or self.judgement.plan.dates(self.intervention)[-1]

    @property
    def claims(self) -> tuple[Verdict, ...]:
        """What was shown of it at its evaluation; nothing before."""
        return self.frozen.verdicts if self.frozen else ()

    @property
    def readable(self) -> bool:
        """Whether the effect can be read in its unit."""
        return all(each.key not in UNREADABLE for each in self.limitations)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The rungs that an interval of all months up to the last would allow; never empty."""
        held = self.result.verdicts if self.result else NOT_ENOUGH
        return by_arms(held, self.arms) if self.arms else held

    @property
    def estimated(self) -> bool:
        """Whether there is a gross, a spill-over and a net effect."""
        return self.result is not None and self.result.net is not None

    @property
    def quotient(self) -> Estimate | None:
        """Which share came back; None where nothing was estimated, or it is withheld."""
        if self.result is None or not WITHOUT_QUOTIENT.isdisjoint(self.result.verdicts):
            return None
        return self.result.quotient if WITHOUT_QUOTIENT.isdisjoint(self.verdicts) else None

    @property
    def design(self) -> Design:
        """What it was compared with."""
        if self.result is not None:
            return self.result.design
        compared = self.sites is not None and self.sites.controls
        return Design.CONTROLS if compared else Design.NO_CONTROLS

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What the estimator warns of."""
        return self.result.cautions if self.result else ()

    @property
    def locations(self) -> tuple[str, ...]:
        """The locations to whose positions the result refers."""
        return self.sites.compared if self.sites else ()


def by_arms(held: tuple[Verdict, ...], arms: Sequence[ArmEffect]) -> tuple[Verdict, ...]:
    """The rungs that hold where chance assigned the arms.

    Whether the target went down is what the randomisation test shows of some arm. How much of it
    came back is what the placebos show of all arms together, ``held``.
    """
    shown = [arm.effect.value for arm in arms if arm.shown]
    if any(value < 0 for value in shown):
        return held if WITHOUT_QUOTIENT.isdisjoint(held) else (Verdict.INCONCLUSIVE,)
    return (Verdict.TARGET_ROSE,) if shown else (Verdict.NO_DECREASE_SHOWN,)


def evaluate(
    one: Intervention,
    data: PanelData,
    unit: Unit,
    *,
    with_destinations: bool = True,
    look: Look = ONCE,
) -> Evaluation:
    """What an intervention did; ``look`` is as in ``estimate``."""
    found = compare_as_planned(one, data)
    return _in_unit(one, data, found, unit, look, with_destinations=with_destinations)


def evaluate_in_every_unit(one: Intervention, data: PanelData) -> tuple[Evaluation, ...]:
    """What an intervention did and where the demand went, in every unit."""
    found = compare_as_planned(one, data)
    return tuple(
        _in_unit(one, data, found, unit, ONCE, with_destinations=True) for unit in READINGS
    )


def at_its_date(one: Intervention, data: PanelData, at: int) -> Evaluation:
    """What an intervention did, as is written down at one of the dates of its plan (from 0).

    The data are those as of that date.
    """
    found, plan = compare_as_planned(one, data), data.judgement(one).plan
    look = plan.look(one, at)
    return primary(
        [_in_unit(one, data, found, unit, look, with_destinations=False) for unit in READINGS]
    )


def compare_as_planned(one: Intervention, data: PanelData) -> Comparison | tuple[Limitation, ...]:
    """What it is compared with, in the design that was planned; or why that is nothing."""
    found = compare(one, data)
    if not isinstance(found, Comparison):
        return found
    plan, said = data.judgement(one).plan, list[Limitation]()
    if plan.design is Design.NO_CONTROLS:
        found = replace(found, sites=replace(found.sites, controls=()))
    elif plan.design is Design.CONTROLS and not found.sites.controls:
        said.append(Limitation("plan_design"))
    if one.turn_months:
        said.append(_on_and_off(found))
    elif plan.weighed and found.sites.controls:
        said.append(Limitation("weighed_months"))
    return replace(
        found,
        weighed=plan.weighed or bool(one.turn_months),
        limitations=(*found.limitations, *said),
    )


def _on_and_off(found: Comparison) -> Limitation:
    """What is to be known of a measure that goes on and off, or what stands in its way."""
    one, post = found.intervention, found.window.post
    if not found.sites.controls:
        return Limitation("on_and_off_alone", stops=True)
    if post and not one.on(post[0]):
        return Limitation("on_and_off_missing", {"month": one.full_from}, stops=True)
    return Limitation("on_and_off", {"n": one.turn_months})


def _in_unit(
    one: Intervention,
    data: PanelData,
    found: Comparison | tuple[Limitation, ...],
    unit: Unit,
    look: Look,
    *,
    with_destinations: bool,
) -> Evaluation:
    cube, judged = data.cubes.get(one.category), data.judgement(one)
    last, excused = cube.months[-1] if cube else None, _excused(one, data)
    if not isinstance(found, Comparison):
        return Evaluation(
            one, unit, None, None, None, found, last, excused=excused, judgement=judged
        )
    lacking = found.unreadable(unit) or _moved(found, unit, judged.plan.unit)
    compared = followed(one, data, unit) if one.assignment else None
    unassigned = compared if isinstance(compared, Limitation) else None
    limitations = (*filter(None, (lacking, unassigned)), *found.limitations)
    stopped = any(limitation.stops for limitation in limitations)
    inputs = None if stopped else found.inputs(unit)
    result = None if inputs is None else estimate(inputs, look=look)
    evaluation = Evaluation(
        *(one, unit, found.window, found.sites, result, limitations, last),
        excused=excused,
        judgement=judged,
        arms=arm_effects(one, compared, found, unit, look)
        if isinstance(compared, ArmsCompared) and not stopped
        else (),
    )
    if not with_destinations or inputs is None or result is None or result.net is None:
        return evaluation
    several = len(result.treated) > 1
    return replace(
        evaluation,
        destinations=find_destinations(found, data, unit, inputs, result),
        common_quotient=estimate(inputs, common_quotient=True).quotient if several else None,
    )


def _moved(found: Comparison, unit: Unit, asked: Unit | None) -> Limitation | None:
    """Why the effect is read in another unit than was planned, or than base units."""
    if asked is not None and asked is not unit and found.unreadable(asked):
        return Limitation("plan_unit", {"asked": str(asked), "reading": str(unit)})
    mixed = found.unreadable(Unit.BASE) if unit is not Unit.BASE else None
    if mixed is None or mixed.key != "mixed_units":
        return None
    return Limitation("moved_unit", {**mixed.values, "reading": str(unit)})


def primary(answers: Sequence[Evaluation]) -> Evaluation:
    """The reading that carries the verdict: in the unit of the plan where the effect can be read.

    Else it is the first unit in which it can. ``answers`` is one intervention in the units of
    ``READINGS``, in their order.
    """
    asked = answers[0].judgement.plan.unit
    planned = [one for one in answers if one.unit is asked]
    return next((one for one in (*planned, *answers) if one.readable), answers[0])


def _excused(one: Intervention, data: PanelData) -> Reason | None:
    """Why neither its own strategy nor what was avoided on balance is judged in its category."""
    strategies = (one.strategy, Strategy.REFUSE)
    reasons = (data.excused.get((one.category, str(strategy))) for strategy in strategies)
    return next((reason for reason in reasons if reason), None)


def find_destinations(
    found: Comparison, data: PanelData, unit: Unit, inputs: Inputs, result: Result
) -> tuple[Destination, ...]:
    """Every destination of the demand, what was registered first."""
    everywhere = found.outcomes.destinations
    named = [each for each in everywhere if each.kind is DestinationKind.SUBSTITUTE]
    name = ";".join(each.name for each in named)
    registered = Destination(DestinationKind.REGISTERED, name, effect=result.spill)
    candidates = everywhere if len(named) > 1 else everywhere[len(named) :]
    elsewhere = _elsewhere(found, data, unit, inputs, candidates)
    apart = []
    if found.sites.neighbours:
        apart.append(_net(DestinationKind.NEIGHBOURS, found.among_neighbours(), unit))
    if result.anticipation is not None:
        apart.append(Destination(DestinationKind.BEFORE, effect=result.anticipation.gross))
    if found.window.after:
        later = replace(found.window, post=found.window.after)
        ended = replace(found, window=later, weighed=False)
        apart.append(_net(DestinationKind.AFTER, ended, unit))
    count = sum(each.effect is not None for each in (*elsewhere, *apart))
    degrees = len(result.controls) - LOST
    return (registered, *elsewhere, *(_corrected(each, degrees, count) for each in apart))


def _elsewhere(
    found: Comparison,
    data: PanelData,
    unit: Unit,
    inputs: Inputs,
    candidates: Sequence[Destination],
) -> list[Destination]:
    """Destinations in the order lines, corrected for having looked at all of them.

    Shocks of a location are left in: the product groups that show them are destinations themselves.
    """
    same = [found.same_unit(each.parts, unit) for each in candidates]
    feeds = [frozenset(found.feeds(parts)) for parts in same]
    delivered = {feed: _delivered(found, feed, data) for feed in set(feeds)}
    usable = [at for at, parts in enumerate(same) if parts and delivered[feeds[at]]]
    arrays = [found.array(same[at], unit) for at in usable]
    effects = destinations(inputs, np.array(arrays)) if arrays else ()
    by_candidate = dict(zip(usable, effects, strict=False))
    return [
        replace(each, effect=by_candidate.get(at), corrected=True)
        for at, each in enumerate(candidates)
    ]


def _delivered(found: Comparison, feed: frozenset[str], data: PanelData) -> bool:
    """Whether some sources delivered every month and location of the comparison."""
    months = found.window.months
    absent = data.absent([feed], months)
    return whole(data.history, feed, months) and not absent & set(found.sites.compared)


def _net(kind: DestinationKind, found: Comparison, unit: Unit) -> Destination:
    """A comparison of its own: the change of target and substitute together."""
    return Destination(kind, effect=net_effect(found.inputs(unit)))


def _corrected(destination: Destination, degrees: int, count: int) -> Destination:
    """A destination with its limits widened for all that were looked at.

    Without controls there are no degrees of freedom to widen by, and it stays as it is.
    """
    effect = destination.effect
    if effect is None or degrees < 1:
        return destination
    reach = critical(degrees, 1 - (1 - CONFIDENCE.value) / count) * effect.se
    wide = replace(effect, low=effect.value - reach, high=effect.value + reach)
    return replace(destination, effect=wide, corrected=True)


def evaluations(db: Transaction, unit: Unit) -> tuple[Evaluation, ...]:
    """What every intervention did that has begun by the latest month with data.

    Earliest first, without other destinations.
    """
    data = db.once("interventions", lambda: read_panel_data(db))

    def compared() -> list[tuple[Intervention, Comparison | tuple[Limitation, ...]]]:
        latest = latest_month(db)
        begun = [one for one in data.register if latest and one.start_month <= latest]
        return [(one, compare_as_planned(one, data)) for one in begun]

    return db.once(
        f"interventions in {unit}",
        lambda: tuple(
            _in_unit(one, data, found, unit, ONCE, with_destinations=False)
            for one, found in db.once("interventions compared", compared)
        ),
    )


def in_primary_unit(db: Transaction) -> tuple[Evaluation, ...]:
    """What every intervention did, each in the unit of its verdict; as ``evaluations``."""
    found = evaluations(db, Unit.BASE)
    if all(one.readable and one.judgement.plan.unit in {None, Unit.BASE} for one in found):
        return found
    every = zip(*(evaluations(db, unit) for unit in READINGS), strict=True)
    return tuple(map(primary, every))


@dataclass(frozen=True)
class Portfolio:
    """All evaluated measures of the organisation, whatever is looked at: those with a verdict.

    ``standing`` are the claims, by the measure's code, that stand although many were evaluated.
    """

    evaluated: int
    standing: Mapping[str, frozenset[Verdict]]

    @property
    def by_chance(self) -> float:
        """How many would show a claim by chance alone."""
        return BY_CHANCE * self.evaluated

    def stands(self, one: Evaluation, claim: Verdict) -> bool:
        """Whether a claim that was shown of a measure is among them."""
        return claim in self.standing.get(one.intervention.code, ())


def portfolio(db: Transaction) -> Portfolio:
    """The evaluated measures of the organisation, with the claims that stand among them all."""

    def make() -> Portfolio:
        begun = [(one, one.frozen) for one in evaluations(db, Unit.BASE) if not one.excused]
        judged = [(one, frozen) for one, frozen in begun if frozen and frozen.estimated]
        chances = [frozen.chances for _, frozen in judged]
        marks = {
            claim: surviving(np.array([chance[claim] for chance in chances])) for claim in CLAIMS
        }
        standing = {
            one.intervention.code: frozenset(claim for claim in CLAIMS if marks[claim][at])
            for at, (one, _) in enumerate(judged)
        }
        return Portfolio(len(judged), standing)

    return db.once("portfolio", make)


@dataclass(frozen=True)
class PeriodShare:
    """How many months of a period an estimate rests on, of those due at full strength."""

    evaluation: Evaluation
    months: int
    due: int


def period_shares(found: Sequence[Evaluation], period: Period) -> list[PeriodShare]:
    """The interventions that held at full strength in some month of a period.

    Months after the last one with order lines are not due.
    """
    shares = []
    for evaluation in found:
        one, last = evaluation.intervention, evaluation.last_month
        until = min(one.last_month or last, last) if last else None
        due = [m for m in period.months if until and m <= until and one.on(m)]
        if due:
            post = set(evaluation.window.post) if evaluation.window else set()
            counted = len(post & set(due)) if evaluation.estimated else 0
            shares.append(PeriodShare(evaluation, counted, len(due)))
    return shares

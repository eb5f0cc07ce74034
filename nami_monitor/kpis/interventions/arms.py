"""Measures with arms: who gets what by chance, and what each arm changed."""

import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np

from nami_monitor.core.errors import UserError, listed, refuse_unknown
from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import MIN_PER_ARM, MIN_POST_MONTHS, MOST_ARMS
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.comparison import Comparison, compare, target_parts
from nami_monitor.kpis.interventions.panel_data import READINGS, Floats, PanelData
from nami_monitor.kpis.interventions.plans import ArmEffect
from nami_monitor.kpis.interventions.register import (
    AssignedLocation,
    Assignment,
    Intervention,
    Limitation,
)
from nami_monitor.kpis.interventions.sites import LeftOut, LeftOutReason
from nami_monitor.kpis.interventions.window import overlapping
from nami_monitor.waterbed.estimate import prepare
from nami_monitor.waterbed.inputs import Inputs
from nami_monitor.waterbed.looks import Look
from nami_monitor.waterbed.outputs import Interval
from nami_monitor.waterbed.randomisation import (
    ArmTest,
    Labels,
    compare_arms,
    compare_steps,
    deal,
    strata_of,
)
from nami_monitor.waterbed.verdicts import interval

LEAST: Final = 0.05
"""A location that takes less than this share of its level counts as taking so much: there is no
logarithm of nothing."""


@dataclass(frozen=True)
class ArmsCompared:
    """The locations of a measure with arms that can be followed, whatever they got.

    Args:
        found: their comparison, in which all of them stand as if the measure reached them.
        places: which of its locations are compared, in the order of ``volumes``.
        volumes: what each took from the target per month, ``(locations, months)``.
    """

    found: Comparison
    places: tuple[AssignedLocation, ...]
    volumes: Floats

    def before(self) -> Floats:
        """The level of each location, ``(locations,)``."""
        level: Floats = self.volumes[:, : self.found.settled].mean(1)
        return level

    def logs(self, months: slice) -> Floats:
        """The logarithm of what each took in some months, ``(locations,)``."""
        volume = self.volumes[:, months].mean(1)
        logs: Floats = np.log(np.maximum(volume, LEAST * self.before()))
        return logs


def followed(one: Intervention, data: PanelData, unit: Unit) -> ArmsCompared | Limitation:
    """The locations of every arm that can be followed; or why they cannot be compared.

    Which they are does not depend on what they got: else chance would not have parted them.
    """
    assignment = one.assignment
    if assignment is None or assignment.problem:
        return assignment.problem if assignment and assignment.problem else Limitation("arms_none")
    whole = replace(one, locations=assignment.locations, assignment=None)
    found = compare(whole, data)
    if not isinstance(found, Comparison):
        return found[0]
    stops = [each for each in found.limitations if each.stops]
    if stops:
        return stops[0]
    if one.turn_months and one.compared_before is not None:
        return Limitation("arms_on_and_off", stops=True)
    until = one.compared_before or date.max
    post = tuple(month for month in found.window.post if month < until and one.on(month))
    found = replace(found, window=replace(found.window, post=post))
    seen = len(found.window.post)
    if seen < MIN_POST_MONTHS.value:
        values = {"seen": seen, "needed": int(MIN_POST_MONTHS.value)}
        return Limitation("arms_months", values, stops=True)
    volumes = found.array(found.outcomes.target, unit)[: len(found.sites.treated)]
    levelled = volumes[:, : found.settled].sum(1) > 0
    by_code = {each.location: each for each in assignment.places}
    places = [by_code[code] for code in found.sites.treated]
    kept = [each for each, has in zip(places, levelled, strict=True) if has]
    few = assignment.too_few(Counter(each.arm for each in kept))
    return few or ArmsCompared(found, tuple(kept), volumes[levelled])


def arm_effects(
    one: Intervention, compared: ArmsCompared, pooled: Comparison, unit: Unit, look: Look
) -> tuple[ArmEffect, ...]:
    """What each arm changed, by the randomisation test and by placebos.

    ``pooled`` is the comparison of all that the measure reached with all that it did not.
    """
    assignment = one.assignment
    if assignment is None:
        return ()
    alpha = look.alpha(max(compared.found.settled, 1))
    tests = _tests(one, assignment, compared, alpha)
    names = assignment.arms[1:] if not assignment.stepped else (assignment.arms[-1],)
    counts = Counter(each.arm for each in compared.places)
    nothing = counts[assignment.arms[0]]
    effects = []
    for name, test in zip(names, tests, strict=True):
        own = {e.location for e in compared.places if assignment.stepped or e.arm == name}
        effects.append(
            ArmEffect(
                arm="" if assignment.stepped else name,
                told=assignment.told(name),
                locations=len(compared.places) - nothing if assignment.stepped else counts[name],
                nothing=nothing,
                effect=test.effect,
                chance=test.chance,
                alpha=alpha,
                placebo=_placebo(pooled, own, unit, look),
            )
        )
    return tuple(effects)


def _tests(
    one: Intervention, assignment: Assignment, compared: ArmsCompared, alpha: float
) -> tuple[ArmTest, ...]:
    found, seed = compared.found, assignment.places[0].seed
    strata = sorted({each.stratum for each in compared.places})
    stratum = np.array([strata.index(each.stratum) for each in compared.places])
    arm = np.array([assignment.arms.index(each.arm) for each in compared.places])
    months, pre = len(found.window.months), len(found.window.pre)
    before = compared.logs(slice(0, found.settled))
    if not assignment.stepped:
        after = compared.logs(slice(pre, months))
        return compare_arms(after, before, arm, stratum, alpha, seed)
    begins = _begins(one, assignment, found.window.months)
    cuts = sorted({pre, *begins.tolist(), months})
    parts = [before, *(compared.logs(slice(a, b)) for a, b in pairwise(cuts))]
    period = 1 + np.searchsorted(cuts, begins)
    return (compare_steps(np.stack(parts, 1), arm, period, stratum, alpha, seed),)


def _begins(one: Intervention, assignment: Assignment, months: Sequence[date]) -> Labels:
    """The position of the first month at full strength of each step, in the order of the arms."""
    first = {each.arm: one.full_at(each.location) for each in assignment.places}
    return np.array([sum(month < first[arm] for month in months) for arm in assignment.arms])


def _placebo(pooled: Comparison, own: Collection[str], unit: Unit, look: Look) -> Interval | None:
    """The change of the target at some locations, with the interval of placebos, as a share."""
    treated = tuple(code for code in pooled.sites.treated if code in own)
    found = replace(pooled, sites=replace(pooled.sites, treated=treated))
    inputs = found.inputs(unit)
    prepared = prepare(inputs) if treated and found.sites.controls else None
    if prepared is None or not prepared.analyses:
        return None
    used = {int(at) for start in prepared.starts for at in start.treated}
    of = prepared.effects()
    gross = interval(of.gross, of.gross_var, prepared.reach_at(look))
    expected = _after(inputs, used) - gross.value
    if expected <= 0:
        return None
    return Interval(gross.value / expected, gross.low / expected, gross.high / expected)


def _after(inputs: Inputs, treated: Collection[int]) -> float:
    """What some locations took from the target in a month after their start, while it is on."""
    on = np.ones(inputs.months, bool) if inputs.switch is None else inputs.switch
    months = np.arange(inputs.months)
    used = {at: on & (months >= inputs.starts[at]) for at in treated}
    return float(sum(inputs.target[at, mine].mean() for at, mine in used.items()))


class Scheme(StrEnum):
    """How an assignment is drawn.

    In pairs each stratum has a location for each arm; in strata it has ``STRATUM_OF`` for each. In
    steps all get the same, one after the other.
    """

    PAIRS = "pairs"
    STRATA = "strata"
    STEPS = "steps"


STRATUM_OF: Final = 3
NOTHING: Final = ""
"""What is told in the arm that others are compared with."""


@dataclass(frozen=True)
class Proposal:
    """A drawn assignment, before it is registered.

    Args:
        levels: what each location took from the target per month, by code, in ``unit``.
        left: locations that cannot be followed, and why; they are in no arm.
    """

    assignment: Assignment
    levels: Mapping[str, float]
    unit: Unit
    left: tuple[LeftOut, ...]


def new_seed() -> str:
    """A seed that nobody chose."""
    return secrets.token_hex(4)


def propose(
    one: Intervention,
    data: PanelData,
    messages: Mapping[str, str],
    scheme: Scheme,
    seed: str,
    today: date,
    *,
    steps: int = 2,
    every: int = 3,
) -> Proposal:
    """Draw an assignment of the locations of a measure that has not begun.

    Args:
        one: the measure; its ``locations`` are those among which chance divides.
        data: of its category.
        messages: what is told in each arm, by its name; in one of them nothing. Of a measure in
            steps the one message.
        scheme: how it is drawn.
        seed: any text.
        today: before which nobody registers what is drawn.
        steps: how many steps there are.
        every: months from one to the next.

    Raises:
        UserError: ``arms.drawn`` for a measure with an assignment, ``arms.begun`` for one that has
            begun, ``arms.unknown`` for a location that is not known, ``arms.elsewhere`` where
            another measure touches the same, ``arms.few`` for fewer than ``MIN_PER_ARM`` locations
            an arm, ``arms.count``, ``arms.silent``, ``arms.one_message``, ``arms.on_and_off`` or
            ``arms.seed`` for arms or a seed that cannot be, and ``arms.nothing`` where there is
            nothing to compare.
    """
    if one.assignment is not None:
        raise UserError("arms.drawn", code=one.code)
    if scheme is Scheme.STEPS and one.turn_months:
        raise UserError("arms.on_and_off")
    if one.starts_on <= today:
        raise UserError("arms.begun", starts=f"{one.starts_on:%Y-%m-%d}")
    for code in one.locations:
        refuse_unknown("arms.unknown", code, data.locations)
    arms = _arms_of(messages, scheme, steps)
    if not seed.strip():
        raise UserError("arms.seed")
    found = compare(replace(one, assignment=None), data)
    if not isinstance(found, Comparison):
        raise UserError("arms.nothing", category=one.category, channel=one.target_channel)
    _refuse_others(one, data, found)
    unit = next((unit for unit in READINGS if not found.unreadable(unit)), Unit.BASE)
    codes = found.sites.treated
    volumes = found.array(found.outcomes.target, unit)[: len(codes), : found.settled]
    means = volumes.mean(1) if volumes.size else np.zeros(len(codes))
    levels = {code: float(mean) for code, mean in zip(codes, means, strict=True) if mean > 0}
    none = (LeftOut(code, LeftOutReason.NO_LEVEL) for code in codes if code not in levels)
    needed = int(MIN_PER_ARM.value) * len(arms)
    if len(levels) < needed:
        raise UserError(
            "arms.few",
            seen=len(levels),
            arms=len(arms),
            needed=needed,
            least=int(MIN_PER_ARM.value),
        )
    size = len(arms) if scheme is Scheme.PAIRS else STRATUM_OF * len(arms)
    strata = {str(at): own for at, own in enumerate(strata_of(levels, size), start=1)}
    drawn = deal(strata, arms, seed)
    places = tuple(
        AssignedLocation(
            *(code, drawn[code], stratum, seed, code),
            starts_on=_start_of(one, int(drawn[code]), every) if scheme is Scheme.STEPS else None,
            told=next(iter(messages.values())) if scheme is Scheme.STEPS else messages[drawn[code]],
        )
        for stratum, own in strata.items()
        for code in own
    )
    return Proposal(Assignment(places), levels, unit, (*found.sites.left, *none))


def _arms_of(messages: Mapping[str, str], scheme: Scheme, steps: int) -> tuple[str, ...]:
    """The names of the arms; of a measure in steps their numbers."""
    most = int(MOST_ARMS.value)
    silent = [name for name, told in messages.items() if told == NOTHING]
    if scheme is Scheme.STEPS:
        if not 1 < steps <= 2 * most:
            raise UserError("arms.count", seen=steps, most=2 * most)
        if silent or len(messages) != 1:
            raise UserError("arms.one_message")
        return tuple(str(step) for step in range(1, steps + 1))
    if not 1 < len(messages) <= most:
        raise UserError("arms.count", seen=len(messages), most=most)
    if len(silent) != 1:
        raise UserError("arms.silent", seen=listed(silent) or "-")
    return tuple(messages)


def _start_of(one: Intervention, step: int, every: int) -> date:
    first = one.starts_on if step == 1 else one.start_month
    return add_months(first, every * (step - 1))


def _refuse_others(one: Intervention, data: PanelData, found: Comparison) -> None:
    """Refuse locations that another measure reaches at the same time, in the same series."""
    targets = {
        other.code: target_parts(other, found.cube, data.articles)
        for other in data.register
        if other.category == one.category
    }
    for other in overlapping(one, data.register, targets, found.outcomes.compared):
        there = (*other.locations, *(other.assignment.locations if other.assignment else ()))
        shared = sorted(set(one.locations) & set(there))
        if shared and (other.ends_on is None or other.ends_on >= one.starts_on):
            raise UserError("arms.elsewhere", other=other.code, locations=listed(shared))

"""What a pilot can show, before it starts: its noise is that of placebo starts in the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Final

import numpy as np

from nami_monitor.core.thresholds import CONFIDENCE, MIN_PRE_MONTHS, PLAN_POWER, PLAN_STARTS
from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import LOST, Both, Effects, effects
from nami_monitor.waterbed.estimate import prepare
from nami_monitor.waterbed.inputs import Inputs, positions
from nami_monitor.waterbed.outputs import Caution, Marks, PilotPlan
from nami_monitor.waterbed.verdicts import CLAIMS, critical, quotient, rungs

DRAWS = 20_000
"""Pilots that are drawn to see how often each verdict is reached."""
SEED = 20
SITES: Final = (1, 2, 3, 5, 10)
"""Numbers of pilot locations of which designs are made."""
LENGTHS: Final = (6, 12, 18, 24)
"""Months after the start of which designs are made."""
TURN: Final = 3
"""Months on, and then off, of a crossover."""
CHEAPEST: Final = 2
"""So many designs are recommended for each claim."""


@dataclass(frozen=True)
class PilotDesign:
    """How a pilot runs and is evaluated.

    Args:
        months: from the start on.
        turn: how many months it is on, then as many off, over and over (crossover); 0 when it stays
            on to the end (step).
        weighed: whether months that resemble each other count less (``month_weights``); a crossover
            always is.
        one_sided: whether a claim in one direction alone was registered, at the same chance to be
            wrong in that direction as two-sided intervals have in both.
        sites: how many locations it has; 0 for those that the inputs treat.
        groups: how many product groups it is about.

    Raises:
        ValueError: it has no month, or a turn of one month, in which nothing can be seen because
            the first month after each turn is left out, or is over before it goes off.
    """

    months: int
    turn: int = 0
    weighed: bool = False
    one_sided: bool = False
    sites: int = 0
    groups: int = 1

    def __post_init__(self) -> None:
        """Check the months."""
        if self.months < 1 or (self.turn and not 1 < self.turn < self.months):
            raise ValueError(self)

    @property
    def effort(self) -> int:
        """What it costs: locations times product groups times months in which it is on."""
        on = sum(month // self.turn % 2 == 0 for month in range(self.months)) if self.turn else 0
        return self.sites * self.groups * (on or self.months)

    def switch(self, first: int) -> Marks | None:
        """In which months the measure is on, ``(first + months,)``; None where none is weighed."""
        if not (self.weighed or self.turn):
            return None
        since = np.arange(first + self.months) - first
        on: Marks = (since >= 0) & ((since // (self.turn or self.months)) % 2 == 0)
        return on

    def reach(self, degrees: float) -> float:
        """The critical value of t."""
        share = CONFIDENCE.value
        return critical(degrees, 2 * share - 1 if self.one_sided else share)


def designs(sites: int, months: int, groups: int) -> tuple[PilotDesign, ...]:
    """Every design with at most so many locations, months and product groups, the cheapest first.

    Of two that cost the same, the shorter comes first, then the two-sided one.
    """
    made = (
        PilotDesign(length, turn, weighed=True, one_sided=one, sites=number, groups=count)
        for number, length, count, turn, one in product(
            [each for each in SITES if each <= sites],
            [each for each in LENGTHS if each <= months],
            range(1, groups + 1),
            (0, TURN),
            (False, True),
        )
    )
    return tuple(sorted(made, key=lambda one: (one.effort, one.months, one.one_sided, one.turn)))


def plan(
    inputs: Inputs,
    reduction: float,
    design: PilotDesign,
    *,
    quotient_expected: float = 0.7,
) -> PilotPlan:
    """What a pilot of these locations can show.

    In up to ``PLAN_STARTS`` of the latest months that leave room for it, a pilot without any effect
    is estimated; the mean of the variances is its noise. Then pilots with the planned effect are
    drawn with that noise and put to the verdict ladder.

    Args:
        inputs: the history, and the locations of the pilot as the treated; its starts are not read.
        reduction: share of the target that is to go away, above 0 and at most 1.
        design: how the pilot runs.
        quotient_expected: share of it that turns up in the substitute, for which chances are given.

    Returns:
        The plan. Without enough history or controls it holds no chances, and says why.

    Raises:
        ValueError: nothing is to be reduced.
    """
    return judged_plan(trials(inputs, design), inputs, reduction, design, quotient_expected)


def trials(inputs: Inputs, design: PilotDesign) -> list[Trial]:
    """Pilots of a design without effect in the history, the latest last; at least one."""
    last = inputs.months - design.months
    least = max(int(MIN_PRE_MONTHS.value), inputs.anticipation + 1)
    firsts = range(max(last - int(PLAN_STARTS.value) + 1, least), last + 1)
    return [_trial(inputs, first, design) for first in (firsts or (last,))]


def judged_plan(
    tried: Sequence[Trial],
    inputs: Inputs,
    reduction: float,
    design: PilotDesign,
    quotient_expected: float,
) -> PilotPlan:
    """The plan that rests on some trials; as ``plan``."""
    if not 0 < reduction <= 1:
        raise ValueError(reduction)
    latest = tried[-1]
    empty = PilotPlan(
        treated=len(latest.treated),
        controls=latest.controls,
        pre_months=inputs.months,
        post_months=design.months,
        reduction=reduction * float(latest.amount),
        quotient=quotient_expected,
        cautions=latest.cautions,
    )
    if latest.channels is None:
        return empty
    good = [(trial.channels, trial.share) for trial in tried if trial.channels is not None]
    without = [_planned(both, share, 0.0, 0.0) for both, share in good]
    planned = [_planned(both, share, reduction, quotient_expected) for both, share in good]
    return _judged(empty, design, _mean(without), _mean(planned))


@dataclass(frozen=True)
class PlannedDesign:
    """A design, and what it can show."""

    design: PilotDesign
    plan: PilotPlan

    def chance(self, claim: Verdict) -> float:
        """How likely it shows "a waterbed" or "less than full"; 0 where nothing can be planned."""
        chances = {
            Verdict.WATERBED_SHOWN: self.plan.chance_waterbed,
            Verdict.NET_REDUCTION_SHOWN: self.plan.chance_net_reduction,
        }
        return chances[claim] or 0.0


@dataclass(frozen=True)
class Recommendation:
    """The designs to choose from, for one claim.

    Args:
        claim: what is to be shown.
        enough: the cheapest that show it in ``PLAN_POWER`` of cases, at most ``CHEAPEST``.
        best: where there is none, the one that shows it most often.
    """

    claim: Verdict
    enough: tuple[PlannedDesign, ...]
    best: PlannedDesign | None = None

    @property
    def designs(self) -> tuple[PlannedDesign, ...]:
        """Those that are enough, else the best; none where nothing can be planned."""
        return self.enough or ((self.best,) if self.best else ())


def recommend(
    history: Callable[[PilotDesign], Inputs],
    reduction: float,
    offered: Sequence[PilotDesign],
    *,
    quotient_expected: float = 0.7,
) -> tuple[Recommendation, ...]:
    """Which designs show "a waterbed", and which "less than full".

    Args:
        history: gives the history with the locations and product groups of a design.
        reduction: as in ``plan``.
        offered: designs, the cheapest first; they are tried until each claim has enough.
        quotient_expected: as in ``plan``.

    Returns:
        One recommendation for each claim.
    """
    tried: list[PlannedDesign] = []
    enough: dict[Verdict, list[PlannedDesign]] = {claim: [] for claim in CLAIMS}
    known: dict[PilotDesign, tuple[Inputs, list[Trial]]] = {}
    for design in offered:
        if all(len(found) == CHEAPEST for found in enough.values()):
            break
        run = replace(design, one_sided=False)
        if run not in known:
            inputs = history(design)
            known[run] = inputs, trials(inputs, design)
        inputs, runs = known[run]
        one = PlannedDesign(design, judged_plan(runs, inputs, reduction, design, quotient_expected))
        tried.append(one)
        for claim, found in enough.items():
            already = any(replace(each.design, one_sided=False) == run for each in found)
            if len(found) < CHEAPEST and one.chance(claim) >= PLAN_POWER.value and not already:
                found.append(one)
    planned = [one for one in tried if one.plan.gross_se is not None]
    return tuple(
        Recommendation(claim, tuple(found), None if found else _best(planned, claim))
        for claim, found in enough.items()
    )


def _best(planned: Sequence[PlannedDesign], claim: Verdict) -> PlannedDesign | None:
    """The design that shows a claim most often; None without any."""
    return max(planned, key=lambda one: one.chance(claim), default=None)


@dataclass(frozen=True)
class Trial:
    """A pilot without effect in the history; ``channels`` is None when it cannot be estimated.

    ``share`` is the post months' share of the variance, ``treated`` the positions of those that can
    be used, ``controls`` how many controls there were.
    """

    channels: Both | None
    share: float
    treated: tuple[int, ...]
    controls: int
    cautions: tuple[Caution, ...]

    @property
    def amount(self) -> float:
        """What the treated take from the target in a month."""
        return float(self.channels[0].level.sum()) if self.channels else 0.0


def _trial(inputs: Inputs, first: int, design: PilotDesign) -> Trial:
    until = max(first + design.months, 0)
    untouched = inputs.untouched
    cut = replace(
        inputs,
        target=inputs.target[:, :until],
        substitute=inputs.substitute[:, :until],
        first_post=first,
        untouched=None if untouched is None else untouched[..., :until],
        switch=design.switch(first) if first > 0 else None,
    )
    prepared = prepare(cut)
    start = prepared.starts[0] if prepared.starts else None
    return Trial(
        channels=prepared.analyses[0].channels if prepared.analyses else None,
        share=start.window.share_after if start else 0.0,
        treated=positions(start.treated if start else cut.treated),
        controls=len(start.controls) if start else int((~cut.treated).sum()),
        cautions=prepared.cautions,
    )


def _planned(both: Both, share: float, reduction: float, leak: float) -> Effects:
    """The planned effect with a trial's noise; counts that grow are noisier."""
    target, substitute = both
    risen = leak * reduction * target.level.sum() / substitute.level.sum()
    inflated = substitute.own_before * (1 + share * risen)
    return effects(
        [
            (
                replace(target, change=0 * target.level - reduction, own=target.own_before),
                replace(substitute, change=0 * substitute.level + risen, own=inflated),
            )
        ]
    )


def _mean(of: list[Effects]) -> Effects:
    """Means of the effects and of their variances over the trials."""
    return Effects(
        *(np.mean([getattr(one, field.name) for one in of], axis=0) for field in fields(Effects))
    )


def _judged(empty: PilotPlan, design: PilotDesign, without: Effects, planned: Effects) -> PilotPlan:
    """The plan with its chances: pilots drawn from the planned effect, put to the ladder."""
    degrees = empty.controls - LOST
    reach = design.reach(degrees)
    drawn = _drawn(planned, degrees)
    around = reach * np.sqrt(drawn.gross_var)
    _, low, high = quotient(drawn, reach)
    held = rungs((drawn.gross - around, drawn.gross + around), (low, high))
    spill_se = float(np.sqrt(without.spill_var))
    power = critical(degrees, 2 * PLAN_POWER.value - 1)
    return replace(
        empty,
        gross_se=float(np.sqrt(without.gross_var)),
        spill_se=spill_se,
        smallest_quotient=(reach + power) * spill_se / empty.reduction,
        chance_decrease=float((drawn.gross + around < 0).mean()),
        chance_waterbed=float(held[Verdict.WATERBED_SHOWN].mean()),
        chance_net_reduction=float(held[Verdict.NET_REDUCTION_SHOWN].mean()),
    )


def _drawn(planned: Effects, degrees: int) -> Effects:
    """Estimates as ``DRAWS`` pilots would give them, with variances that are estimated too."""
    rng = np.random.default_rng(SEED)
    a, b = rng.standard_normal((2, DRAWS))
    gross_sd = np.sqrt(planned.gross_var)
    along = planned.covariance / gross_sd
    across = np.sqrt(np.maximum(planned.spill_var - along**2, 0.0))
    scale = rng.chisquare(degrees, DRAWS) / degrees
    return Effects(
        planned.gross + gross_sd * a,
        planned.spill + along * a + across * b,
        planned.gross_var * scale,
        planned.spill_var * scale,
        planned.covariance * scale,
    )

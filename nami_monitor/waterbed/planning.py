"""What a pilot can show, before it starts: its noise is that of placebo starts in the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from operator import attrgetter
from typing import Final

import numpy as np

from nami_monitor.core.thresholds import CONFIDENCE, MIN_PRE_MONTHS, PLAN_POWER, PLAN_STARTS
from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import LOST, Analysis, Both, Effects, effects
from nami_monitor.waterbed.estimate import prepare
from nami_monitor.waterbed.inputs import Inputs, positions
from nami_monitor.waterbed.noise import even_weights, month_weights, used_months, variance
from nami_monitor.waterbed.outputs import Caution, Marks, PilotPlan
from nami_monitor.waterbed.screen import Start, alike
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

    def months_of(self, first: int, gap: int) -> tuple[Marks, Marks]:
        """In which months it is on and which count, each ``(first + months,)``.

        ``gap`` is how many months before the start do not.
        """
        switch = self.switch(first)
        on = np.arange(first + self.months) >= first if switch is None else switch
        return on, used_months(on, first - gap, first)

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
    inputs: Inputs, reduction: float, design: PilotDesign, *, quotient_expected: float = 0.7
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
    if latest.analysis is None:
        return empty
    good = [(each, each.analysis) for each in tried if each.analysis is not None]
    leak = quotient_expected
    without, raw, planned = (
        _mean([_longer(_planned(both(of), each.share, *effect), each.longer) for each, of in good])
        for both, effect in (
            (attrgetter("channels"), (0.0, 0.0)),
            (attrgetter("unadjusted"), (0.0, 0.0)),
            (attrgetter("channels"), (reduction, leak)),
        )
    )
    share = float(np.mean([each.share for each, _ in good]))
    spread = _spread(planned, without, raw, share, reduction, leak)
    return _judged(empty, design, without, planned, spread)


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
    """A pilot without effect in the history; ``analysis`` is None when it cannot be estimated.

    Args:
        analysis: what it was estimated from.
        share: the share of the variance that months bring in which the pilot is on, in a pilot
            after the whole history.
        longer: the variance of that pilot over that of the trial, which has less history.
        treated: positions of those that can be used.
        controls: how many controls there were.
        cautions: what to know, and what is missing.
    """

    analysis: Analysis | None
    share: float
    longer: float
    treated: tuple[int, ...]
    controls: int
    cautions: tuple[Caution, ...]

    @property
    def amount(self) -> float:
        """What the treated take from the target in a month."""
        return float(self.analysis.channels[0].level.sum()) if self.analysis else 0.0


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
    share, longer = _after_history(start, cut, design, inputs.months) if start else (0.0, 1.0)
    return Trial(
        analysis=prepared.analyses[0] if prepared.analyses else None,
        share=share,
        longer=longer,
        treated=positions(start.treated if start else cut.treated),
        controls=len(start.controls) if start else int((~cut.treated).sum()),
        cautions=prepared.cautions,
    )


def _after_history(
    start: Start, cut: Inputs, design: PilotDesign, months: int
) -> tuple[float, float]:
    """``share`` and ``longer`` of a trial, for a pilot that starts after so many months."""
    gap = start.window.post.start - start.window.pre.stop
    on, used = design.months_of(start.window.post.start, gap)
    parts = alike(start, cut, on, used)
    squares, variances = [], []
    for first in (start.window.post.start, months):
        on, used = design.months_of(first, gap)
        weigh = month_weights(on, used, *parts) if design.switch(first) is not None else None
        weights = even_weights(on, used) if weigh is None else weigh
        variances.append(variance(weights, used, *parts))
        squares.append(float((weights[on] ** 2).sum() / (weights**2).sum()))
    return squares[1], variances[1] / variances[0]


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


def _longer(of: Effects, times: float) -> Effects:
    """Effects with other variances."""
    return replace(
        of,
        gross_var=of.gross_var * times,
        spill_var=of.spill_var * times,
        covariance=of.covariance * times,
    )


def _spread(
    planned: Effects, without: Effects, raw: Effects, share: float, reduction: float, leak: float
) -> Effects:
    """How far estimates of the planned effect really lie apart, which is not what they say of it.

    The estimator takes the noise of the months before as that of the months after. But what is left
    of the target is less and fluctuates less; what leaks brings the target's fluctuations into the
    substitute; and what a location's untouched groups explain of the target is taken out as if all
    of it were still there. ``without`` and ``raw`` are effects of nothing, without and with the
    shocks of locations that untouched groups show; ``share`` is that of months with the effect.
    """
    left, came = 1 - reduction, leak * reduction
    shown = np.maximum(raw.gross_var - without.gross_var, 0.0)
    gross = left**2 * without.gross_var + reduction**2 * shown
    spill = came**2 * (without.gross_var + shown) + 2 * came * without.covariance
    both = (left - 1) * without.covariance + came * (left * without.gross_var - reduction * shown)
    return replace(
        planned,
        gross_var=(1 - share) * without.gross_var + share * gross,
        spill_var=without.spill_var + share * spill,
        covariance=without.covariance + share * both,
    )


def _mean(of: list[Effects]) -> Effects:
    """Means of the effects and of their variances over the trials."""
    return Effects(
        *(np.mean([getattr(one, field.name) for one in of], axis=0) for field in fields(Effects))
    )


def _judged(
    empty: PilotPlan, design: PilotDesign, without: Effects, planned: Effects, spread: Effects
) -> PilotPlan:
    """The plan with its chances: pilots drawn from the planned effect, put to the ladder."""
    degrees = empty.controls - LOST
    reach = design.reach(degrees)
    drawn = _drawn(planned, spread, degrees)
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


def _drawn(planned: Effects, spread: Effects, degrees: int) -> Effects:
    """Estimates as ``DRAWS`` pilots would give them, with variances that are estimated too."""
    rng = np.random.default_rng(SEED)
    a, b = rng.standard_normal((2, DRAWS))
    gross_sd = np.sqrt(spread.gross_var)
    along = spread.covariance / gross_sd
    across = np.sqrt(np.maximum(spread.spill_var - along**2, 0.0))
    scale = rng.chisquare(degrees, DRAWS) / degrees
    return Effects(
        planned.gross + gross_sd * a,
        planned.spill + along * a + across * b,
        planned.gross_var * scale,
        planned.spill_var * scale,
        planned.covariance * scale,
    )

"""What a pilot can show, before it starts: its noise is that of placebo starts in the history."""

from dataclasses import dataclass, fields, replace

import numpy as np

from nami_monitor.core.thresholds import MIN_PRE_MONTHS, PLAN_POWER, PLAN_STARTS
from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import LOST, Both, Effects, effects
from nami_monitor.waterbed.estimate import prepare
from nami_monitor.waterbed.inputs import Inputs, positions
from nami_monitor.waterbed.outputs import Caution, PilotPlan
from nami_monitor.waterbed.verdicts import critical, quotient, rungs

DRAWS = 20_000
"""Pilots that are drawn to see how often each verdict is reached."""
SEED = 20


def plan(
    inputs: Inputs, reduction: float, post_months: int, *, quotient_expected: float = 0.7
) -> PilotPlan:
    """What a pilot of these locations and months can show.

    In up to ``PLAN_STARTS`` of the latest months that leave room for it, a pilot without any effect
    is estimated; the mean of the variances is its noise. Then pilots with the planned effect are
    drawn with that noise and put to the verdict ladder.

    Args:
        inputs: the history, and the locations of the pilot as the treated; its starts are not read.
        reduction: share of the target that is to go away, above 0 and at most 1.
        post_months: months from the start on.
        quotient_expected: share of it that turns up in the substitute, for which chances are given.

    Returns:
        The plan. Without enough history or controls it holds no chances, and says why.

    Raises:
        ValueError: nothing is to be reduced, or there is no month after the start.
    """
    if not 0 < reduction <= 1 or post_months < 1:
        raise ValueError((reduction, post_months))
    last = inputs.months - post_months
    least = max(int(MIN_PRE_MONTHS.value), inputs.anticipation + 1)
    firsts = range(max(last - int(PLAN_STARTS.value) + 1, least), last + 1)
    trials = [_trial(inputs, first, post_months) for first in (firsts or (last,))]
    latest = trials[-1]
    empty = PilotPlan(
        treated=len(latest.treated),
        controls=latest.controls,
        pre_months=inputs.months,
        post_months=post_months,
        reduction=reduction * float(latest.amount),
        quotient=quotient_expected,
        cautions=latest.cautions,
    )
    if latest.channels is None:
        return empty
    good = [(trial.channels, trial.share) for trial in trials if trial.channels is not None]
    without = [_planned(both, share, 0.0, 0.0) for both, share in good]
    planned = [_planned(both, share, reduction, quotient_expected) for both, share in good]
    return _judged(empty, _mean(without), _mean(planned))


@dataclass(frozen=True)
class _Trial:
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


def _trial(inputs: Inputs, first: int, post_months: int) -> _Trial:
    until = max(first + post_months, 0)
    untouched = inputs.untouched
    cut = replace(
        inputs,
        target=inputs.target[:, :until],
        substitute=inputs.substitute[:, :until],
        first_post=first,
        untouched=None if untouched is None else untouched[..., :until],
    )
    prepared = prepare(cut)
    start = prepared.starts[0] if prepared.starts else None
    return _Trial(
        channels=prepared.analyses[0].channels if prepared.analyses else None,
        share=first / until if until else 0.0,
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


def _judged(empty: PilotPlan, without: Effects, planned: Effects) -> PilotPlan:
    """The plan with its chances: pilots drawn from the planned effect, put to the ladder."""
    degrees = empty.controls - LOST
    reach = critical(degrees)
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

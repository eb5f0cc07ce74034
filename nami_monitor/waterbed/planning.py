"""What a pilot can show, before it starts: its noise is that of placebo starts in the history."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from nami_monitor.core.thresholds import MIN_PRE_MONTHS, MIN_VOLUME, PLAN_POWER, PLAN_STARTS
from nami_monitor.core.words import Verdict, Why
from nami_monitor.waterbed.amounts import Amounts
from nami_monitor.waterbed.asked import Asked, ask, places
from nami_monitor.waterbed.compared import Work
from nami_monitor.waterbed.effects import LOST, Both, Effects, effects
from nami_monitor.waterbed.fieller import critical, quotient
from nami_monitor.waterbed.groups import groups
from nami_monitor.waterbed.result import Plan, Reason
from nami_monitor.waterbed.starts import begun
from nami_monitor.waterbed.verdicts import rungs

DRAWS = 20_000
"""Pilots that are drawn to see how often each verdict is reached."""
SEED = 20


def plan(
    target: ArrayLike,
    substitute: ArrayLike,
    treated: ArrayLike,
    reduction: float,
    post_months: int,
    *,
    quotient_expected: float = 0.7,
    anticipation: int = 1,
    untouched: ArrayLike | None = None,
    volume: float | None = None,
) -> Plan:
    """What a pilot of these locations and months can show.

    In up to ``PLAN_STARTS`` of the latest months that leave room for it, a pilot without any effect
    is estimated; the mean of the variances is its noise. Then pilots with the planned effect are
    drawn with that noise and put to the verdict ladder.

    Args:
        target: history of the channel that is to go down, ``(locations, months)``.
        substitute: history of the channel that may go up, likewise.
        treated: the locations of the pilot, ``(locations,)``.
        reduction: share of the target that is to go away, above 0 and at most 1.
        post_months: months from the start on.
        quotient_expected: share of it that turns up in the substitute, for which chances are given.
        anticipation: as of ``estimate``.
        untouched: likewise.
        volume: likewise.

    Returns:
        The plan. Without enough history or controls it holds no chances, and says why.

    Raises:
        ValueError: the arrays do not belong together, or nothing is to be reduced.
    """
    if not 0 < reduction <= 1 or post_months < 1:
        raise ValueError((reduction, post_months))
    asked = ask(
        target, substitute, treated, 0, anticipation, untouched, volume, common_quotient=False
    )
    last = asked.months - post_months
    least = max(int(MIN_PRE_MONTHS.value), anticipation + 1)
    firsts = range(max(last - int(PLAN_STARTS.value) + 1, least), last + 1)
    trials = [_trial(asked, first, post_months) for first in (firsts or (last,))]
    latest = trials[-1]
    empty = Plan(
        treated=len(latest.treated),
        controls=latest.controls,
        pre_months=asked.months,
        post_months=post_months,
        reduction=reduction * float(latest.amount),
        quotient=quotient_expected,
        gross_se=None,
        spill_se=None,
        smallest_quotient=None,
        chance_decrease=None,
        chance_waterbed=None,
        chance_net_reduction=None,
        reasons=latest.reasons,
    )
    if latest.both is None:
        return empty
    good = [(trial.both, trial.share) for trial in trials if trial.both is not None]
    still = [_planned(both, share, 0.0, 0.0) for both, share in good]
    meant = [_planned(both, share, reduction, quotient_expected) for both, share in good]
    return _judged(empty, _mean(still), _mean(meant))


@dataclass(frozen=True)
class _Trial:
    """A pilot without effect in the history.

    Args:
        both: target and substitute; None when it cannot be estimated.
        share: the post months' share of the variance.
        treated: positions of the treated that can be used.
        controls: how many controls there were.
        reasons: what was left out, or what is missing.
    """

    both: Both | None
    share: float
    treated: tuple[int, ...]
    controls: int
    reasons: tuple[Reason, ...]

    @property
    def amount(self) -> float:
        """What the treated take from the target in a month."""
        return float(self.both[0].level.sum()) if self.both else 0.0


def _trial(asked: Asked, first: int, post_months: int) -> _Trial:
    until = max(first + post_months, 0)
    cut = replace(
        asked,
        target=asked.target[:, :until],
        substitute=asked.substitute[:, :until],
        first_post=np.full(len(asked.treated), first),
        untouched=asked.untouched and Amounts(asked.untouched.values[..., :until]),
    )
    begin = begun(cut)
    share = first / until if until else 0.0
    if not begin.starts:
        others = int((~cut.treated).sum())
        missing = (*begin.missing, *begin.left_out)
        return _Trial(None, share, places(cut.treated), others, missing)
    (start,) = begin.starts
    own, count = places(start.treated), len(start.controls)
    used, dropped = groups(cut, begin.starts)
    reasons = (*begin.left_out, *dropped)
    seen = cut.volume_of(start.treated)
    if seen < MIN_VOLUME.value:
        low = Reason(Why.LOW_VOLUME, seen=seen, needed=MIN_VOLUME.value)
        return _Trial(None, share, own, count, (low, *reasons))
    work = Work.of((start.panel(cut.target, cut.substitute, cut.untouched, used),), (start.window,))
    if work.still:
        return _Trial(None, share, own, count, (Reason(Why.NO_VARIATION), *reasons))
    return _Trial(work.found[0].ready, share, own, count, reasons)


def _planned(both: Both, share: float, reduction: float, leak: float) -> Effects:
    """The planned effect with a trial's noise; counts that are to grow will be noisier."""
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
    """Mean effects and variances; those of the effects are alike but for the levels."""
    return Effects(
        *(np.mean([getattr(one, field.name) for one in of], axis=0) for field in fields(Effects))
    )


def _judged(empty: Plan, still: Effects, meant: Effects) -> Plan:
    """The plan with its chances: pilots drawn from the planned effect, put to the ladder."""
    degrees = empty.controls - LOST
    reach = critical(degrees)
    drawn = _drawn(meant, degrees)
    around = reach * np.sqrt(drawn.gross_var)
    _, low, high = quotient(drawn, reach)
    held = rungs((drawn.gross - around, drawn.gross + around), (low, high))
    spill_se = float(np.sqrt(still.spill_var))
    power = critical(degrees, 2 * PLAN_POWER.value - 1)
    return replace(
        empty,
        gross_se=float(np.sqrt(still.gross_var)),
        spill_se=spill_se,
        smallest_quotient=(reach + power) * spill_se / empty.reduction,
        chance_decrease=float((drawn.gross + around < 0).mean()),
        chance_waterbed=float(held[Verdict.WATERBED_SHOWN].mean()),
        chance_net_reduction=float(held[Verdict.NET_REDUCTION_SHOWN].mean()),
    )


def _drawn(meant: Effects, degrees: int) -> Effects:
    """Estimates as ``DRAWS`` pilots would give them, with variances that are estimated too."""
    rng = np.random.default_rng(SEED)
    a, b = rng.standard_normal((2, DRAWS))
    gross_sd = np.sqrt(meant.gross_var)
    along = meant.covariance / gross_sd
    across = np.sqrt(np.maximum(meant.spill_var - along**2, 0.0))
    scale = rng.chisquare(degrees, DRAWS) / degrees
    return Effects(
        meant.gross + gross_sd * a,
        meant.spill + along * a + across * b,
        meant.gross_var * scale,
        meant.spill_var * scale,
        meant.covariance * scale,
    )

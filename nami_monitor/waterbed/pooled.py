"""Several interventions taken together: sums of effects, and the quotient of the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.result import Estimate, Result
from nami_monitor.waterbed.verdicts import estimate_of, quotient_of, verdicts


@dataclass(frozen=True)
class Pooled:
    """The sums.

    Args:
        gross: effect on the targets.
        spill: effect on the substitutes.
        quotient: spill / -gross; without bound, its limits are infinite.
        verdicts: the rungs of the ladder that hold for the sums.
    """

    gross: Estimate
    spill: Estimate
    quotient: Estimate
    verdicts: tuple[Verdict, ...]


def pooled(results: Sequence[Result], weights: Sequence[float]) -> Pooled | None:
    """Add estimates up, as if their errors do not go together.

    A quotient is never averaged: what came back in all is divided by what went in all, with
    Fieller's interval. The widest critical value of all is used, so that the interval does not
    rest on more controls than the weakest of them.

    Args:
        results: estimates with effects; all in one unit.
        weights: how often each counts, for instance its months.

    Returns:
        The sums; None when nothing has effects.
    """
    told = [
        (one.gross, one.spill, one.covariance, weight)
        for one, weight in zip(results, weights, strict=True)
        if one.gross is not None and one.spill is not None and one.covariance is not None
    ]
    if not told:
        return None
    sums = Effects(
        gross=np.array(sum(weight * gross.value for gross, _, _, weight in told)),
        spill=np.array(sum(weight * spill.value for _, spill, _, weight in told)),
        gross_var=np.array(sum((weight * gross.se) ** 2 for gross, _, _, weight in told)),
        spill_var=np.array(sum((weight * spill.se) ** 2 for _, spill, _, weight in told)),
        covariance=np.array(sum(weight**2 * both for _, _, both, weight in told)),
    )
    reach = max((gross.high - gross.value) / gross.se for gross, _, _, _ in told)
    gross = estimate_of(sums.gross, sums.gross_var, reach)
    ratio = quotient_of(sums, reach)
    spill = estimate_of(sums.spill, sums.spill_var, reach)
    return Pooled(gross, spill, ratio, verdicts(gross, ratio))

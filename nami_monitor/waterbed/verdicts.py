"""Intervals of effects and of the quotient, and the verdicts that they allow."""

from collections.abc import Sequence

import numpy as np
from scipy import special

from nami_monitor.core.thresholds import CONFIDENCE, FALSE_DISCOVERY
from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.outputs import (
    WITHOUT_QUOTIENT,
    Estimate,
    Estimates,
    Floats,
    Marks,
    Result,
)

NOTHING = 1e-20
"""An effect whose square is a smaller share of its variance is rounding."""
ROUNDING = 1e-6
FULL = 1.0
"""A quotient from which on nothing was saved."""
WITHHELD = Estimate(np.nan, -np.inf, np.inf, np.inf)
"""The quotient of a target that was not shown to go down: no value, and no bounds."""


def critical(degrees: float, share: float = CONFIDENCE.value) -> float:
    """How many standard errors an interval reaches to either side, for ``degrees`` of freedom."""
    return float(special.stdtrit(degrees, (1 + share) / 2))


def quotient(of: Effects, reach: float | Floats) -> tuple[Floats, Floats, Floats]:
    """Step 6: every q for which ``substitute + q target`` shows no effect (Fieller 1954).

    Returns:
        Value, lower and upper limit, each ``(...)``. The limits are infinite where the effect on
        the target cannot be told from zero; the value is NaN where it is zero but for rounding.
    """
    over, under, between = of.spill, -of.gross, -of.covariance
    a = under**2 - reach**2 * of.gross_var
    b = over * under - reach**2 * between
    c = over**2 - reach**2 * of.spill_var
    bounded = a > 0
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    safe = np.where(bounded, a, 1.0)
    defined = under**2 > NOTHING * of.gross_var
    value = np.divide(over, under, out=np.full_like(over, np.nan), where=defined)
    low = np.where(bounded, (b - root) / safe, -np.inf)
    return value, low, np.where(bounded, (b + root) / safe, np.inf)


def net(of: Effects) -> tuple[Floats, Floats]:
    """Step 7: effect on both channels together, and its variance, which is never below zero."""
    variance = of.gross_var + of.spill_var + 2 * of.covariance
    return of.gross + of.spill, np.maximum(variance, 0.0)


def rungs(gross: tuple[Floats, Floats], limits: tuple[Floats, Floats]) -> dict[Verdict, Marks]:
    """Which verdicts hold, of one estimate or of many.

    ``gross`` and ``limits`` are lower and upper limits of the effect on the target and of the
    quotient, each ``(...)``.

    Returns:
        Marks ``(...)`` by verdict, lowest rung first.
    """
    low, high = limits
    rose, fell = gross[0] > 0, gross[1] < 0
    return {
        Verdict.NO_DECREASE_SHOWN: ~fell & ~rose,
        Verdict.TARGET_ROSE: rose,
        Verdict.INCONCLUSIVE: fell & (low <= 0) & (high >= FULL),
        Verdict.WATERBED_SHOWN: fell & (low > 0),
        Verdict.NET_REDUCTION_SHOWN: fell & (high < FULL),
        Verdict.BACKFIRE_SHOWN: fell & (low > FULL),
    }


def judge(of: Effects, reach: float, shared: Effects | None = None) -> Estimates:
    """Intervals of one pair of effects, and the verdicts that hold.

    The quotient rests on ``shared`` where its effects are others.
    """
    gross = interval(of.gross, of.gross_var, reach)
    ratio = quotient_of(of if shared is None else shared, reach)
    marks = rungs(
        (np.asarray(gross.low), np.asarray(gross.high)),
        (np.asarray(ratio.low), np.asarray(ratio.high)),
    )
    held = tuple(verdict for verdict, holds in marks.items() if holds)
    return Estimates(
        verdicts=held,
        gross=gross,
        spill=interval(of.spill, of.spill_var, reach),
        net=interval(*net(of), reach),
        quotient=ratio if WITHOUT_QUOTIENT.isdisjoint(held) else WITHHELD,
        covariance=float(of.covariance),
    )


def interval(value: Floats, variance: Floats, reach: float) -> Estimate:
    """An effect with its interval."""
    middle, se = float(value), float(np.sqrt(variance))
    return Estimate(middle, middle - reach * se, middle + reach * se, se)


def quotient_of(of: Effects, reach: float) -> Estimate:
    """The quotient with Fieller's interval, and the standard error of the delta method."""
    value, low, high = (float(one) for one in quotient(of, reach))
    around = float(of.spill_var + value**2 * of.gross_var + 2 * value * of.covariance)
    se = np.sqrt(max(around, 0.0)) / abs(float(of.gross)) if of.gross else np.inf
    return Estimate(value, low, high, float(se))


CLAIMS = (Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN)
"""Claims of which there are as many as measures, so that some are shown by chance."""
BY_CHANCE = (1 - CONFIDENCE.value) / 2
"""How often each is shown where it is not so."""


def chances(of: Effects, reach: float | Floats, degrees: float | Floats) -> dict[Verdict, Floats]:
    """How likely each of ``CLAIMS`` would be shown as strongly where it is not so, one-sided.

    The chances are 1 where the target was not shown to go down.
    """
    fell = of.gross + reach * np.sqrt(of.gross_var) < 0
    over, variance = net(of)
    beyond = (-of.spill / np.sqrt(of.spill_var), over / np.sqrt(variance))
    return {
        claim: np.where(fell, special.stdtr(degrees, t), 1.0)
        for claim, t in zip(CLAIMS, beyond, strict=True)
    }


def chances_of(result: Result) -> dict[Verdict, float]:
    """The same of one estimate; 1 where nothing was estimated."""
    gross, spill, covariance = result.gross, result.spill, result.covariance
    if gross is None or spill is None or covariance is None or result.degrees is None:
        return dict.fromkeys(CLAIMS, 1.0)
    of = _effects(gross, spill, covariance)
    found = chances(of, (gross.high - gross.value) / gross.se, result.degrees)
    return {claim: float(chance) for claim, chance in found.items()}


def _effects(gross: Estimate, spill: Estimate, covariance: float) -> Effects:
    return Effects(
        gross=np.array(gross.value),
        spill=np.array(spill.value),
        gross_var=np.array(gross.se**2),
        spill_var=np.array(spill.se**2),
        covariance=np.array(covariance),
    )


def surely_back(
    gross: Estimate, spill: Estimate, net: Estimate, tail: float, shares: Floats
) -> Floats:
    """How sure it is that at least these shares came back: one minus a one-sided chance for each.

    It is the chance of the test whose inversion gives the interval of ``quotient``: the t of
    ``spill + q gross`` over its standard error. So the limits of that interval are where the result
    is ``1 - tail`` and ``tail``.

    Args:
        gross: effect on the target, of one estimate.
        spill: effect on the substitute.
        net: effect on both together.
        tail: how likely the truth lies beyond either limit of their intervals.
        shares: 0 to 1 and beyond, ``(shares,)``.

    Returns:
        From 0 to 1, ``(shares,)``.
    """
    covariance = (net.se**2 - gross.se**2 - spill.se**2) / 2
    of = _effects(gross, spill, covariance)
    reach = (gross.high - gross.value) / gross.se
    variance = of.spill_var + shares**2 * of.gross_var + 2 * shares * of.covariance
    t = (of.spill + shares * of.gross) / np.sqrt(np.maximum(variance, np.finfo(float).tiny))
    sure: Floats = special.stdtr(degrees_of(reach, tail), t)
    return sure


def degrees_of(reach: float, tail: float) -> float:
    """The degrees of freedom at which an interval of so many standard errors leaves ``tail``.

    Infinite where it is that of the normal distribution, but for rounding.
    """
    if reach <= -special.ndtri(tail) * (1 + ROUNDING):
        return float("inf")
    return float(special.stdtridf(1 - tail, reach))


def surviving(chance: Floats, share: float = FALSE_DISCOVERY.value) -> Marks:
    """Which claims of a family stand although many were tested (Benjamini and Hochberg 1995).

    ``chance`` is ``(..., tests)``; the marks are likewise.
    """
    count = chance.shape[-1]
    order = np.argsort(chance, axis=-1)
    below = np.take_along_axis(chance, order, -1) <= share * np.arange(1, count + 1) / count
    kept = np.flip(np.logical_or.accumulate(np.flip(below, -1), axis=-1), -1)
    marks: Marks = np.zeros(chance.shape, dtype=np.bool_)
    np.put_along_axis(marks, order, kept, -1)
    return marks


def pooled(results: Sequence[Result], weights: Sequence[float]) -> Estimates | None:
    """Several interventions taken together, as if their errors are independent.

    A quotient is never averaged: the sum of the spill-overs is divided by the sum of the effects on
    the targets, with Fieller's interval. The widest critical value of all is used, so that the
    interval does not rest on more controls than the weakest of them. The results are in one unit;
    ``weights`` says how often each counts, for instance its months.

    Returns:
        The sums; None when nothing has effects.
    """
    estimated = [
        (one.gross, one.spill, one.covariance, weight)
        for one, weight in zip(results, weights, strict=True)
        if one.gross is not None and one.spill is not None and one.covariance is not None
    ]
    if not estimated:
        return None
    sums = Effects(
        gross=np.array(sum(weight * gross.value for gross, _, _, weight in estimated)),
        spill=np.array(sum(weight * spill.value for _, spill, _, weight in estimated)),
        gross_var=np.array(sum((weight * gross.se) ** 2 for gross, _, _, weight in estimated)),
        spill_var=np.array(sum((weight * spill.se) ** 2 for _, spill, _, weight in estimated)),
        covariance=np.array(sum(weight**2 * both for _, _, both, weight in estimated)),
    )
    reach = max((gross.high - gross.value) / gross.se for gross, _, _, _ in estimated)
    return judge(sums, reach)

"""Checks of an estimate: the quotient by other methods, and signs that an assumption fails."""

from collections.abc import Sequence

import numpy as np

from nami_monitor.core.thresholds import (
    CONFIDENCE,
    PEAK_MONTHS,
    SECOND_OPINION_CONTROLS,
    SUBSTITUTE_TIMES,
)
from nami_monitor.core.words import Why
from nami_monitor.waterbed.effects import (
    LEAST_LEFT,
    Analysis,
    Both,
    Effects,
    alone,
    channel,
    effects,
)
from nami_monitor.waterbed.outputs import (
    Anticipation,
    Caution,
    Floats,
    Interval,
    Marks,
    Sensitivity,
)
from nami_monitor.waterbed.panel import Panel, PrePost, Shift, departures, shift
from nami_monitor.waterbed.verdicts import quotient

ANGLES = 181
"""Quotients that are tried first, evenly spaced by angle from minus to plus infinity."""
FINER = 16
"""Into how many parts the step in which the interval ends is divided."""
PASSES = 4
"""How often that is done."""


def sensitivity(
    analyses: Sequence[Analysis], reach: float, *, common_quotient: bool
) -> Sensitivity:
    """Step 9 and the bias of step 3.

    Ranks and synthetic control are given for one start with ``SECOND_OPINION_CONTROLS`` controls,
    the latter where every month has the same weight.
    """

    def interval(starts: Sequence[Both]) -> Interval:
        of = effects(starts, common_quotient=common_quotient)
        return Interval(*(float(one) for one in quotient(of, reach)))

    of = effects([each.channels for each in analyses], common_quotient=common_quotient)
    bias = _bias(analyses, of)
    unadjusted = None if bias is None else interval([each.unadjusted for each in analyses])
    ranks = synthetic = None
    if len(analyses) == 1 and analyses[0].panel.controls >= SECOND_OPINION_CONTROLS.value:
        (only,) = analyses
        target, substitute = only.channels
        ranks = rank_inversion(of, target.placebos, substitute.placebos)
        if only.panel.window.weights is None:
            synthetic = interval([_synthetic(only.panel)])
    return Sensitivity(unadjusted, ranks, synthetic, bias)


def _synthetic(panel: Panel) -> Both:
    count, window = panel.treated, panel.window
    target, substitute = (
        channel(
            synthetic_changes(values, count, window), shift(values, count, window), count, window
        )
        for values in (panel.target, panel.substitute)
    )
    return target, substitute


def _bias(analyses: Sequence[Analysis], of: Effects) -> float | None:
    """What all of a leak into the untouched groups adds to q: ``-b q (m_B + q m_A) / m_U``.

    With the multiplier of each channel beside its level; several starts are averaged by the level
    of their target. None without untouched groups.
    """
    value = float(of.spill / -of.gross)
    parts, sizes = [], []
    for each in analyses:
        panel = each.panel
        if panel.untouched is None or panel.used is None or each.proxy is None:
            return None
        own = panel.untouched.mean(panel.window.pre)[..., : panel.treated].sum((-2, -1))
        groups = float(own @ panel.used)
        target, substitute = (float(side.level.sum()) for side in each.channels)
        up, down = (float(side.multiplier) for side in each.adjusted)
        slope = float(each.proxy.slope)
        parts.append(-slope * value * (down * substitute + value * up * target) / groups)
        sizes.append(target)
    return float(np.average(parts, weights=sizes))


def rank_inversion(of: Effects, target: Floats, substitute: Floats) -> Interval:
    """Every q for which ``substitute + q target`` is not among the rarest of the placebos.

    It assumes no shape of the noise (inversion of a rank test: Rosenbaum 2002). Each placebo pair
    is brought to the standard errors of the effects. Then each statistic is divided by the root
    mean square of all other placebos (externally studentised). ``target`` and ``substitute`` are
    placebos of the controls over their size, ``(controls,)``; the effects are those of one panel,
    whose target went down.

    Returns:
        The unbroken stretch of such q about the estimate; infinite limits when it has no end.
    """
    drawn = np.sqrt(of.gross_var) * target, np.sqrt(of.spill_var) * substitute
    value = float(of.spill / -of.gross)
    middle = float(np.arctan(value))
    ends = [_end(of, drawn, middle, edge) for edge in (-np.pi / 2, np.pi / 2)]
    low, high = (edge * np.inf if at is None else float(np.tan(at)) for edge, at in ends)
    return Interval(value, low, high)


def _end(
    of: Effects, drawn: tuple[Floats, Floats], middle: float, edge: float
) -> tuple[float, float | None]:
    """The last angle that is held on the way to an edge; None when all are."""
    steps = np.linspace(middle, edge, ANGLES // 2)
    out = np.flatnonzero(~_held(of, drawn, steps))
    if not len(out):
        return edge, None
    at = max(int(out[0]), 1)
    for _ in range(PASSES):
        steps = np.linspace(steps[at - 1], steps[at], FINER + 1)
        at = 1 + int(_held(of, drawn, steps[1:-1]).cumprod().sum())
    return edge, float(steps[at - 1])


def _held(of: Effects, drawn: tuple[Floats, Floats], angle: Floats) -> Marks:
    """Whether the effect at these angles is as common as a placebo."""
    b, a = np.cos(angle), np.sin(angle)
    seen = (b * of.spill + a * of.gross) ** 2
    squares = (b[:, None] * drawn[1] + a[:, None] * drawn[0]) ** 2
    count = squares.shape[1]
    total = squares.sum(1)
    least = np.divide(seen * count, total, out=np.zeros_like(seen), where=total > 0)
    rarer = squares * (count - 1) >= least[:, None] * (total[:, None] - squares)
    marks: Marks = (1 + rarer.sum(1)) / (count + 1) > 1 - CONFIDENCE.value
    return marks


def synthetic_changes(values: Floats, treated: int, window: PrePost) -> Floats:
    """Departures after the start from what the paths of the other controls predict.

    Ridge synthetic control on the relative series (after Abadie, Diamond & Hainmueller 2010). Each
    location's demeaned departure from the control mean is regressed, over the pre months, on those
    of the controls, with a ridge penalty as large as the mean eigenvalue. For a control the others
    remain; all those fits come from one inverse of pre x pre months (Sherman-Morrison). ``values``
    are ``(locations, months)``.

    Returns:
        Relative effects, ``(locations,)``; of controls, placebos.
    """
    paths = departures(values, treated, window)
    pre, post = paths[:, window.pre], paths[:, window.post].mean(1)
    donors, after = pre[treated:], post[treated:]
    gram = np.einsum("nt,ns->ts", donors, donors)  # so small that threads would only wait
    penalty = float(np.trace(gram)) / len(gram)
    inverse = np.linalg.inv(gram + max(penalty, np.finfo(float).tiny) * np.eye(len(gram)))
    loads = inverse @ (donors.T @ after)
    predicted = pre @ loads
    reach = np.einsum("nt,ts,ns->n", donors, inverse, donors)
    predicted[treated:] = (predicted[treated:] - reach * after) / (1 - reach)
    changes: Floats = post - predicted
    return changes


def peak_before(panel: Panel) -> Floats:
    """How far the target of the treated stood above its own level in the last months before, in t.

    A location that was chosen because its orders peaked falls back without any measure (regression
    to the mean; in earnings before training: Ashenfelter 1978). ``(...)``; with the months that an
    estimate needs there are as many earlier ones.
    """
    end = panel.window.pre.stop
    first = end - int(PEAK_MONTHS.value)
    before = PrePost(slice(0, first), slice(first, end), first, end - first)
    like = shift(panel.target, panel.treated, before)
    usable = np.where(like.level > 0, like.level, 1.0)
    return _t(like.change, Shift(usable, like.after, like.change, like.weights), panel, before)


def still_falling(analysis: Analysis) -> Floats:
    """How much more of the target is gone in the second half of the post months, in t; ``(...)``.

    A measure that came gradually has a smaller mean effect than it will have. Each half is taken
    as a share of what was expected in it, so that a season is not mistaken for a ramp.
    """
    panel, window, departed = analysis.panel, analysis.panel.window, analysis.by_month[0]
    middle = window.post.start + window.after // 2
    halves = slice(window.post.start, middle), slice(middle, window.post.stop)
    like = shift(panel.target, panel.treated, window)
    relative = panel.target / like.level[..., None]
    first, second = (
        departed[..., half].mean(-1)
        / np.maximum((relative - departed)[..., half].mean(-1), LEAST_LEFT)
        for half in halves
    )
    return -_t(second - first, like, panel, window)


def _t(change: Floats, like: Shift, panel: Panel, window: PrePost) -> Floats:
    of = channel(change, like, panel.treated, window)
    effect, variance = alone(of)
    return np.asarray(effect / np.sqrt(np.maximum(variance, np.finfo(float).tiny)))


def cautions(
    analyses: Sequence[Analysis], reach: float, gap: Anticipation | None
) -> tuple[Caution, ...]:
    """The warnings that hold.

    ``gap`` is the months left out before the start; None when none were.
    """
    peak = max(float(peak_before(each.panel)) for each in analyses)
    ramps = [float(still_falling(one)) for one in analyses if one.panel.window.weights is None]
    ramp = max(ramps, default=0.0)
    levels = [sum(float(each.channels[side].level.sum()) for each in analyses) for side in (0, 1)]
    hoarded = gap is not None and max(gap.gross.low, gap.spill.low) > 0
    times = levels[1] / levels[0]
    signs = (
        (Why.PEAK_BEFORE, peak > reach, peak, reach),
        (Why.RAMP, ramp > reach, ramp, reach),
        (Why.HOARDING, hoarded, None, None),
        (Why.SUBSTITUTE_LARGE, times >= SUBSTITUTE_TIMES.value, times, SUBSTITUTE_TIMES.value),
    )
    return tuple(
        Caution(key, seen=seen, needed=limit) for key, holds, seen, limit in signs if holds
    )

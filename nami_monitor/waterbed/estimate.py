"""The estimate of one intervention, with its cautions, its path by month and its sensitivity.

Rolled out everywhere at once, it has no controls but its past: an interrupted time series, which is
weaker evidence, because whatever else changed in the same month is part of the effect (Wagner et
al. 2002; Bernal, Cummins & Gasparrini 2017). Of several possible destinations of what leaked, the
limits hold for all at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from nami_monitor.core.thresholds import CONFIDENCE, MIN_CONTROLS, MIN_PRE_ALONE, MOST_SHIFT
from nami_monitor.core.words import Design, Why
from nami_monitor.waterbed.effects import (
    LOST,
    Analysis,
    Channel,
    Effects,
    alone,
    analyse,
    channel,
    effects,
)
from nami_monitor.waterbed.inputs import Inputs, positions
from nami_monitor.waterbed.looks import ONCE, Look
from nami_monitor.waterbed.noise import FLOOR, capped, fit_without_each
from nami_monitor.waterbed.outputs import (
    WITHOUT_QUOTIENT,
    Anticipation,
    Caution,
    Estimate,
    Floats,
    LocationShocks,
    Marks,
    MonthlyEffects,
    Result,
    Sensitivity,
)
from nami_monitor.waterbed.panel import GroupAmounts, GroupSubset, means, shift_of_means
from nami_monitor.waterbed.screen import (
    Start,
    rarely_ordered,
    short_of,
    starts,
    untouched_groups,
    usable,
    withheld,
)
from nami_monitor.waterbed.sensitivity import cautions, sensitivity
from nami_monitor.waterbed.verdicts import critical, interval, judge, net

STILL = 1e-6
"""A series does not vary where its noise is a smaller share of the level than this."""


def estimate(inputs: Inputs, *, common_quotient: bool = False, look: Look = ONCE) -> Result:
    """What an intervention changed in two channels, and how much of it leaked away.

    Placebo-scaled difference-in-differences on relative series; where every location starts in the
    same month, an interrupted time series. ``common_quotient`` says whether the pilots may be taken
    to share one quotient; without controls it is not read. Where several dates were planned,
    ``look`` says which of them this is.

    Returns:
        The result. What cannot be used is left out and named in its cautions; what cannot be
        trusted is None.
    """
    alone = _without_controls(inputs, look)
    return alone or _controlled(inputs, look, common_quotient=common_quotient)


def net_effect(inputs: Inputs) -> Estimate | None:
    """The net effect of ``estimate`` alone."""
    result = _without_controls(inputs, ONCE)
    if result is not None:
        return result.net
    prepared = prepare(inputs)
    if not prepared.analyses:
        return None
    return interval(*net(prepared.effects()), prepared.reach)


def _without_controls(inputs: Inputs, look: Look) -> Result | None:
    """The result where there is nothing to compare with; None where there is."""
    if not inputs.treated.any():
        return withheld(inputs, Design.CONTROLS, (Caution(Why.NO_TREATED),))
    return interrupted_estimate(inputs, look) if inputs.everywhere else None


@dataclass(frozen=True)
class Prepared:
    """Steps 1 to 5 of every start that can be estimated; no ``analyses`` when there is not enough.

    ``used`` says which untouched groups are used, ``(groups,)``.
    """

    starts: tuple[Start, ...]
    used: Marks
    analyses: tuple[Analysis, ...]
    cautions: tuple[Caution, ...]

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the placebos."""
        return min(len(start.controls) for start in self.starts) - LOST

    @property
    def reach(self) -> float:
        """The critical value of t, for one look."""
        return self.reach_at(ONCE)

    def reach_at(self, look: Look) -> float:
        """The critical value of t at one of the looks that were planned."""
        return look.reach(self.starts[0].window.pre.stop, self.degrees)

    def effects(self, *, common_quotient: bool = False) -> Effects:
        """Effects of all starts together; see ``effects``."""
        return effects([each.channels for each in self.analyses], common_quotient=common_quotient)


def prepare(inputs: Inputs) -> Prepared:
    """Screen and analyse."""
    begun, left_out = starts(inputs)
    if not begun:
        return Prepared((), np.zeros(0, dtype=bool), (), left_out)
    rare = rarely_ordered(inputs, np.concatenate([start.treated for start in begun]))
    used, dropped = untouched_groups(inputs, begun)
    left_out = (*left_out, *dropped)
    if rare:
        return Prepared(begun, used, (), (*rare, *left_out))
    analyses = tuple(analyse(start.panel(inputs, used)) for start in begun)
    channels = [of for each in analyses for of in each.channels]
    if any(alone(of)[1] <= (STILL * float(of.level.sum())) ** 2 for of in channels):
        return Prepared(begun, used, (), (Caution(Why.NO_VARIATION), *left_out))
    prepared = Prepared(begun, used, analyses, left_out)
    shift = _shift(analyses) / float(np.sqrt(net(prepared.effects())[1]))
    if shift > MOST_SHIFT.value:
        rare = (Caution(Why.RARE_ORDERS, seen=shift, needed=MOST_SHIFT.value),)
        return replace(prepared, analyses=(), cautions=(*rare, *left_out))
    return prepared


def _shift(analyses: Sequence[Analysis]) -> float:
    """By how much the net effect is expected to lie too low because orders are rare.

    A control's series is divided by its own level. The relative variance of that level shifts what
    is divided upward: by half of it, as controls are weighted by the root of their level. It is the
    part of the noise that the pre months bring. The shift stays the same however many locations
    there are, so that it weighs most where the mean of many has a narrow interval.
    """
    found = 0.0
    for each in analyses:
        panel, window = each.panel, each.panel.window
        vague = window.after / (window.before + window.after) / 2
        for values, of in zip((panel.target, panel.substitute), each.channels, strict=True):
            weights = np.sqrt(values[panel.treated :, window.pre].mean(1))
            noise = float(of.scale) * np.average(of.sizes**2, weights=weights)
            found += float(of.level.sum()) * vague * float(noise)
    return found


def _controlled(inputs: Inputs, look: Look, *, common_quotient: bool) -> Result:
    """Steps 1 to 9, and staggered starts added up."""
    prepared = prepare(inputs)
    if not prepared.analyses:
        return withheld(inputs, Design.CONTROLS, prepared.cautions)
    analyses, window = prepared.analyses, prepared.starts[0].window
    reach = prepared.reach_at(look)
    treated = np.sort(np.concatenate([start.treated for start in prepared.starts]))
    common = common_quotient and len(treated) > 1
    shared = prepared.effects(common_quotient=True) if common else None
    judged = judge(prepared.effects(), reach, shared)
    gap = _anticipation(inputs, analyses, reach)
    return Result(
        **vars(judged),
        degrees=float(prepared.degrees),
        design=Design.CONTROLS,
        pre_months=window.before,
        post_months=window.after,
        treated=positions(treated),
        controls=positions(np.unique(np.concatenate([s.controls for s in prepared.starts]))),
        cautions=(*prepared.cautions, *cautions(analyses, reach, gap)),
        location_shocks=_location_shocks(analyses, positions(prepared.used)),
        anticipation=gap,
        path=_path(analyses, reach),
        sensitivity=sensitivity(analyses, reach, common_quotient=common)
        if WITHOUT_QUOTIENT.isdisjoint(judged.verdicts)
        else Sensitivity(),
    )


def _anticipation(
    inputs: Inputs, analyses: Sequence[Analysis], reach: float
) -> Anticipation | None:
    """The months before the start in the place of the post months."""
    if not inputs.anticipation:
        return None
    gaps = [replace(each.panel, window=each.panel.window.gap()) for each in analyses]
    judged = judge(effects([analyse(panel).channels for panel in gaps]), reach)
    months = range(inputs.first - inputs.anticipation, inputs.first)
    return Anticipation(tuple(months), judged.gross, judged.spill)


def _location_shocks(
    analyses: Sequence[Analysis], used: tuple[int, ...]
) -> tuple[LocationShocks, ...]:
    shocks = []
    for each in analyses:
        slope = float(each.proxy.slope) if each.proxy and bool(each.proxy.pooled) else None
        if each.adjusted:
            gross, spill = (float(side.multiplier) for side in each.adjusted)
            shocks.append(LocationShocks(slope, gross, spill, used))
    return tuple(shocks)


def _path(analyses: Sequence[Analysis], reach: float) -> MonthlyEffects:
    """The paths of all starts, added up over the months that all of them have.

    The bands of several starts are added up too, as if their noise were perfectly correlated; the
    placebos are those of the start with the most controls.
    """
    until = min(each.panel.window.post.stop for each in analyses)
    sides = []
    for side in (0, 1):
        paths, bands, placebos = [], [], []
        for each in analyses:
            effect, band, others = _by_month(each.channels[side], each.by_month[side][:, :until])
            paths.append(effect)
            bands.append(reach * band)
            placebos.append(others)
        sides.append((np.sum(paths, 0), np.sum(bands, 0), max(placebos, key=len)))
    (gross, gross_band, gross_placebos), (spill, spill_band, spill_placebos) = sides
    return MonthlyEffects(
        np.arange(until), gross, spill, gross_band, spill_band, gross_placebos, spill_placebos
    )


def _by_month(of: Channel, departures: Floats) -> tuple[Floats, Floats, Floats]:
    """Effect in units, standard error and placebos of one channel of one start, by month."""
    count = len(of.level)
    alike = departures[count:] / of.sizes[:, None]
    spread = np.sqrt((of.level**2 * of.own).sum() + of.level.sum() ** 2 * of.mean)
    scale = np.sqrt((alike**2).mean(0) * len(alike) / (len(alike) - LOST))
    return of.level @ departures[:count], spread * scale, spread * alike


YEAR = 12
HARMONICS = (1, 2)
CORRELATIONS = np.append(np.arange(50, 91, 5), [97, 99]) / 100
"""Correlations of errors one month apart that are thought possible, each as likely as the next."""
CAUTIOUS = 0.8
"""The correlation that is taken is at least the true one with this chance."""


def interrupted_estimate(inputs: Inputs, look: Look = ONCE) -> Result:
    """Interrupted time series on the totals of all locations.

    Every location starts in the same month; ``look`` is as in ``estimate``.
    """
    keep, left_out = usable(inputs)
    own, first = np.flatnonzero(keep), inputs.first
    missing = short_of(first, inputs.months - first, inputs.anticipation, MIN_PRE_ALONE)
    totals = np.stack([inputs.target[own].sum(0), inputs.substitute[own].sum(0)])
    missing = missing or rarely_ordered(inputs, own)
    if missing:
        return withheld(inputs, Design.NO_CONTROLS, (*missing, *left_out))
    found = step(totals, first, inputs.anticipation)
    if (found.noise <= STILL * np.abs(totals).mean(1)).any():
        return withheld(inputs, Design.NO_CONTROLS, (Caution(Why.NO_VARIATION), *left_out))
    reach = look.reach(first - inputs.anticipation, found.degrees)
    bands = [np.full(inputs.months, reach * noise) for noise in found.noise]
    target, substitute = found.departures
    none = np.zeros((0, inputs.months))
    return Result(
        **vars(judge(found.effects, reach)),
        degrees=found.degrees,
        design=Design.NO_CONTROLS,
        pre_months=first,
        post_months=inputs.months - first,
        treated=positions(own),
        controls=(),
        cautions=left_out,
        path=MonthlyEffects(
            np.arange(inputs.months), target, substitute, bands[0], bands[1], none, none
        ),
    )


@dataclass(frozen=True)
class LevelStep:
    """A step in the level of both channels.

    Args:
        effects: of the step, in units per month.
        degrees: effective degrees of freedom.
        correlation: of errors one month apart.
        departures: of each channel from what it would have been without the step,
            ``(2, months)``; NaN in months left out.
        noise: standard deviation of a month, per channel.
    """

    effects: Effects
    degrees: float
    correlation: float
    departures: Floats
    noise: Floats


def step(values: Floats, first_post: int, anticipation: int) -> LevelStep:
    """Intercept, trend, two annual harmonics and a step, by generalised least squares.

    Errors are correlated over time. A short series says little of how much, and the most likely
    correlation is too low as often as not: so one is taken that is high enough (``_correlation``).
    The effective degrees of freedom follow Satterthwaite (1946). ``values`` are totals of target
    and substitute, ``(2, months)``; ``anticipation`` months before ``first_post`` are left out.
    """
    months = np.arange(values.shape[1])
    used = (months < first_post - anticipation) | (months >= first_post)
    turn = 2 * np.pi * months / YEAR
    waves = [wave(turn * times) for times in HARMONICS for wave in (np.sin, np.cos)]
    whole = np.column_stack([np.ones(len(months)), months / YEAR, *waves, months >= first_post])
    design, seen = whole[used], values[:, used]
    errors = CORRELATIONS[:, None, None] ** np.abs(np.subtract.outer(months[used], months[used]))
    inverse = np.linalg.inv(errors)
    across = design.T @ inverse
    bread = np.linalg.inv(across @ design)
    every = seen @ (bread @ across).swapaxes(1, 2)
    left = seen - every @ design.T
    free = len(design) - design.shape[1]
    spread = left @ inverse @ left.swapaxes(1, 2) / free
    at = _correlation(errors, bread, spread, free)
    coefficients = every[at]
    annihilator = np.eye(len(design)) - design @ np.linalg.pinv(design)
    mixed = annihilator @ errors[at]
    taken = coefficients @ whole.T - coefficients[:, -1:] * whole[:, -1]
    return LevelStep(
        Effects(*coefficients[:, -1], *(spread[at][[0, 1, 0], [0, 1, 1]] * bread[at, -1, -1])),
        float(np.trace(mixed) ** 2 / np.trace(mixed @ mixed)),
        float(CORRELATIONS[at]),
        np.where(used, values - taken, np.nan),
        np.sqrt(np.diag(spread[at])),
    )


def _correlation(errors: Floats, bread: Floats, spread: Floats, free: int) -> int:
    """The position of the first of ``CORRELATIONS`` that is high enough.

    Each has the weight of its restricted likelihood over both channels, times its distance to its
    neighbours; high enough is where the weights add up to ``CAUTIOUS``. The arrays hold, for each
    correlation, that of all months, the covariance of the coefficients, and the variances of the
    channels on their diagonal, ``free`` times which is the residual sum of squares.
    """
    sizes = np.maximum(np.diagonal(spread, axis1=1, axis2=2), np.finfo(float).tiny)
    determinants = np.linalg.slogdet(errors)[1] - np.linalg.slogdet(bread)[1]
    likelihood = -(free * np.log(sizes).sum(1)) / 2 - determinants
    weight = np.exp(likelihood - likelihood.max()) * np.gradient(CORRELATIONS)
    return int(np.searchsorted(weight.cumsum(), CAUTIOUS * weight.sum()))


def destinations(inputs: Inputs, amounts: ArrayLike) -> tuple[Estimate | None, ...]:
    """The change in each destination, corrected for looking at them all.

    Each is compared with the largest of all placebo statistics of a control (max-t; Westfall &
    Young 1993), with a variance fitted without that control. With fewer controls than show one in
    twenty by rank, the limit is no less than that of Bonferroni.

    Args:
        inputs: the arrays; their substitute and their untouched groups are not read.
        amounts: amounts in each destination, ``(destinations, locations, months)``.

    Returns:
        One per destination, in the order given, per month, with limits that hold for all
        destinations together; None where a treated location, or too few controls, have a level in
        it. Empty when the sum of all cannot be compared with controls.

    Raises:
        ValueError: shapes do not agree.
    """
    parts = np.asarray(amounts, dtype=float)
    inputs = replace(inputs, substitute=parts.sum(0), untouched=None)
    if inputs.everywhere:
        return ()
    prepared = prepare(inputs)
    if not prepared.analyses:
        return ()
    seen = _each(parts, prepared.starts)
    return _corrected(seen, max(len(start.controls) for start in prepared.starts))


_Seen = tuple[float, float, Floats]
"""Effect and standard error of a destination before correction; placebos of every control."""


def _each(parts: Floats, starts: Sequence[Start]) -> list[_Seen | None]:
    """None when a treated location, or too many controls, have no level in the destination.

    Destinations in which the same locations have a level are worked out together.
    """
    amounts = [GroupAmounts(parts[:, None, :, : start.window.post.stop]) for start in starts]
    there = [_there(of, start) for of, start in zip(amounts, starts, strict=True)]
    alike: dict[bytes, list[int]] = defaultdict(list)
    for at in range(len(parts)):
        alike[b"".join(marks[at].tobytes() for marks in there)].append(at)
    seen: list[_Seen | None] = [None] * len(parts)
    for ats in alike.values():
        own = np.isin(np.arange(len(parts)), ats)
        marks = [of_start[ats[0]] for of_start in there]
        subsets = [
            GroupSubset(of, own, start.places[mark], start.window.post.stop)
            for of, start, mark in zip(amounts, starts, marks, strict=True)
        ]
        for at, effect in zip(ats, _alike(subsets, starts, marks), strict=False):
            seen[at] = effect
    return seen


def _there(amounts: GroupAmounts, start: Start) -> Marks:
    """At which places of a start each destination has every month and a level."""
    level = np.where(amounts.finite, amounts.mean(start.window.pre)[:, 0], 0.0)
    return np.asarray(level.take(start.places, axis=1) > 0)


def _alike(
    parts: Sequence[GroupSubset], starts: Sequence[Start], there: Sequence[Marks]
) -> list[_Seen]:
    """Destinations with a level at the same locations; none when these are too few.

    Placebos are those of the start with the most controls, zero where a control has no level.
    """
    channels: list[tuple[Channel, Channel]] = []
    most = max(starts, key=lambda start: len(start.controls))
    placebos = np.zeros((int(parts[0].groups.sum()), len(most.controls)))
    for start, part, marks in zip(starts, parts, there, strict=True):
        count = len(start.treated)
        if not marks[:count].all() or marks[count:].sum() < MIN_CONTROLS.value:
            return []
        like = shift_of_means(means(part, start.window)[:, :, 0], count)
        of = channel(like.change, like, count, start.window)
        channels.append((of, of))
        if start is most:
            placebos[:, marks[count:]] = _studentised(like.change[:, count:], like.level[:, count:])
    whole = effects(channels)
    spread = np.sqrt(whole.gross_var)
    return [
        (float(value), float(se), own)
        for value, se, own in zip(whole.gross, spread, placebos, strict=True)
    ]


def _studentised(change: Floats, level: Floats) -> Floats:
    """Departures of controls over a deviation learnt from the others, ``(..., controls)``."""
    a, b = fit_without_each(change**2, level)
    total = np.maximum(a + b / capped(level, level), FLOOR)
    squares = change**2 / total
    count = change.shape[-1] - 1
    scale = (squares.sum(-1, keepdims=True) - squares) / (count - LOST)
    return np.asarray(change / np.sqrt(np.maximum(scale, FLOOR) * total))


def _corrected(seen: list[_Seen | None], controls: int) -> tuple[Estimate | None, ...]:
    """Limits that hold for all destinations together."""
    placebos = [np.abs(each[2]) for each in seen if each is not None]
    if not placebos:
        return tuple(None for _ in seen)
    largest = np.sort(np.max(placebos, axis=0))[::-1]
    rank = int((1 - CONFIDENCE.value) * (controls + 1) + FLOOR)
    each_share = 1 - (1 - CONFIDENCE.value) / len(placebos)
    bonferroni = critical(controls - LOST, each_share)
    reach = float(largest[rank - 1]) if rank else max(float(largest[0]), bonferroni)
    return tuple(
        None
        if each is None
        else Estimate(each[0], each[0] - reach * each[1], each[0] + reach * each[1], each[1])
        for each in seen
    )

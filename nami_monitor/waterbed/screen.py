"""Which locations, months and untouched groups can be used, and what is missing.

Staggered starts: each with the locations that are not yet treated, as long as there are enough.
Two-way fixed effects would compare late starters with early ones, whose effect still grows
(Goodman-Bacon 2021).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nami_monitor.core.thresholds import (
    CONTAMINATION,
    MIN_CONTROLS,
    MIN_ORDER_MONTHS,
    MIN_POST_MONTHS,
    MIN_PRE_MONTHS,
    UNTOUCHED_VOLUME,
    Threshold,
)
from nami_monitor.core.words import Design, Verdict, Why
from nami_monitor.waterbed.effects import LOST, alone, channel
from nami_monitor.waterbed.inputs import Inputs, Places, positions
from nami_monitor.waterbed.noise import Proxy, adjust, month_weights, resemblance, used_months
from nami_monitor.waterbed.outputs import Caution, Floats, Marks, Result
from nami_monitor.waterbed.panel import (
    GroupSubset,
    Panel,
    PrePost,
    departures,
    means,
    shift_of_means,
)
from nami_monitor.waterbed.verdicts import critical


@dataclass(frozen=True)
class Start:
    """Locations that start in one month, with those that they are compared with.

    The ``window`` of months before and after may end before the data does.
    """

    treated: Places
    controls: Places
    window: PrePost

    @property
    def places(self) -> Places:
        """All of them, the treated first."""
        return np.concatenate([self.treated, self.controls])

    def panel(self, inputs: Inputs, used: Marks) -> Panel:
        """The arrays of these locations.

        ``used`` marks the untouched groups that are used, ``(groups,)``; none marked is without.
        """
        count, until = len(self.treated), self.window.post.stop
        target, substitute = (
            each[self.places, :until] for each in (inputs.target, inputs.substitute)
        )
        if inputs.groups is None or not used.any():
            return Panel(target, substitute, count, self.window)
        groups = GroupSubset(inputs.groups, used, self.places, until)
        return Panel(target, substitute, count, self.window, groups, np.ones(int(used.sum())))


def weighed(start: Start, inputs: Inputs) -> Start:
    """The start with the weights of its months, learnt from the controls of both channels."""
    if inputs.switch is None:
        return start
    window = start.window
    on = inputs.switch[: window.post.stop]
    used = used_months(on, window.pre.stop, window.post.start)
    weights = month_weights(on, used, *alike(start, inputs, on, used))
    return replace(start, window=replace(window, weights=weights))


def alike(start: Start, inputs: Inputs, on: Marks, used: Marks) -> tuple[float, float]:
    """How alike neighbouring months of the controls are; as ``resemblance``."""
    panel, count = (inputs.target, inputs.substitute), len(start.treated)
    series = [
        departures(one[start.places, : len(on)], count, start.window)[count:] for one in panel
    ]
    return resemblance(np.concatenate(series), on, used)


def starts(inputs: Inputs) -> tuple[tuple[Start, ...], tuple[Caution, ...]]:
    """One window per start month.

    A window runs until the last month for which ``MIN_CONTROLS`` locations are not yet treated (nor
    about to be, within ``anticipation`` months), or to the end of the data.

    Returns:
        The starts that can be estimated, earliest first; and what the others lack, which locations
        were left out, and what to know.
    """
    first_post, treated = inputs.starts, inputs.treated
    inside = treated & (first_post > inputs.anticipation) & (first_post < inputs.months)
    levels = [slice(0, int(first) - inputs.anticipation) for first in np.unique(first_post[inside])]
    keep, left_out = usable(inputs, levels)
    free = np.where(
        treated, np.minimum(first_post - inputs.anticipation, inputs.months), inputs.months
    )
    good: list[Start] = []
    missing: list[Caution] = []
    for first in np.unique(first_post[treated & keep]):
        own = np.flatnonzero(keep & treated & (first_post == first))
        lacking = short_of(int(first), inputs.months - int(first), inputs.anticipation)
        if inside[own[0]]:
            start = _start(int(first), own, keep, free, inputs)
            lacking = _lacking(start, inputs.anticipation)
            if not lacking:
                good.append(weighed(start, inputs))
        missing += [replace(caution, locations=positions(own)) for caution in lacking]
    if not good and not missing:
        missing = [Caution(Why.NO_TREATED)]
    return tuple(good), (*missing, *left_out)


def _start(first: int, own: Places, keep: Marks, free: Places, inputs: Inputs) -> Start:
    """With the longest window that has enough controls, or else the whole of it."""
    ends = np.unique(free[keep & (free > first)])[::-1]
    enough = (int(end) for end in ends if (keep & (free >= end)).sum() >= MIN_CONTROLS.value)
    end = next(enough, inputs.months)
    controls = np.flatnonzero(keep & (free >= end))
    return Start(own, controls, PrePost.at(first, end, inputs.anticipation))


def _lacking(start: Start, anticipation: int) -> tuple[Caution, ...]:
    short = short_of(start.window.before, start.window.after, anticipation)
    if len(start.controls) >= MIN_CONTROLS.value:
        return short
    few = Caution(Why.FEW_CONTROLS, seen=len(start.controls), needed=MIN_CONTROLS.value)
    return (few, *short)


def usable(inputs: Inputs, levels: Sequence[slice] = ()) -> tuple[Marks, tuple[Caution, ...]]:
    """Which locations have every month, a series of their own and, where asked, a level.

    ``levels`` are the pre months of each start, over which both channels must have a level. Besides
    the marks, ``(locations,)``, what was left out and what to know.
    """
    both = np.stack([inputs.target, inputs.substitute], 1)
    whole: Marks = np.asarray(np.isfinite(both).all((1, 2)))
    seen = np.where(whole[:, None, None], both, 1.0)
    level = [seen[..., pre].mean(-1) for pre in levels]
    levelled: Marks = np.asarray((np.array([np.ones(seen.shape[:2]), *level]) > 0).all((0, 2)))
    keep: Marks = whole & levelled
    repeated = _repeated(both, keep, inputs.treated)
    keep = keep & ~repeated
    returns: Marks = keep & (seen < 0).any((1, 2))
    found = (
        (Why.MONTHS_MISSING, ~whole),
        (Why.NO_LEVEL, ~levelled),
        (Why.SAME_SERIES, repeated),
        (Why.RETURNS, returns),
    )
    return keep, tuple(
        Caution(key, locations=positions(marks)) for key, marks in found if marks.any()
    )


def _repeated(both: Floats, keep: Marks, treated: Marks) -> Marks:
    """Locations whose months are those of another in both channels; treated ones come first."""
    marks = np.zeros(len(both), dtype=bool)
    order = [*np.flatnonzero(keep & treated), *np.flatnonzero(keep & ~treated)]
    seen: set[bytes] = set()
    for place in order:
        months = both[place].tobytes()
        marks[place] = months in seen
        seen.add(months)
    return marks


def short_of(
    before: int, after: int, anticipation: int, least: Threshold = MIN_PRE_MONTHS
) -> tuple[Caution, ...]:
    """Which months are missing; empty when there are enough.

    ``before`` and ``after`` count the months on either side of the start, ``least`` those that are
    needed before it.
    """
    if before < 0 or after <= 0:
        return (Caution(Why.START_OUTSIDE, seen=before, needed=before + after - 1),)
    needed = max(least.value, anticipation + 1)
    checks = (
        (Why.FEW_PRE_MONTHS, before, needed),
        (Why.FEW_POST_MONTHS, after, MIN_POST_MONTHS.value),
    )
    return tuple(Caution(key, seen=seen, needed=need) for key, seen, need in checks if seen < need)


def rarely_ordered(inputs: Inputs, places: Places) -> tuple[Caution, ...]:
    """Whether some locations together took of the target in too few months; empty if not."""
    seen = inputs.order_months(places)
    if seen >= MIN_ORDER_MONTHS.value:
        return ()
    return (Caution(Why.FEW_ORDER_MONTHS, seen=seen, needed=MIN_ORDER_MONTHS.value),)


def untouched_groups(inputs: Inputs, begun: Sequence[Start]) -> tuple[Marks, tuple[Caution, ...]]:
    """The groups that are whole and were not touched, if together they are large enough.

    A group is whole when every month is there and every location orders it. Marks are
    ``(groups,)``, none of them set when no group is used; with what was left out.
    """
    groups = inputs.groups
    if groups is None:
        return np.zeros(0, dtype=bool), ()
    here = np.unique(np.concatenate([start.places for start in begun]))
    pre = min((start.window.pre for start in begun), key=lambda months: months.stop)
    whole = groups.finite[:, here].all(1)
    level = groups.mean(pre)[..., here]
    used: Marks = np.logical_and(whole, (level.sum(1) > 0).all(1))
    cautions = [] if used.all() else [Caution(Why.UNTOUCHED_MISSING, locations=positions(~used))]
    moved: Marks = np.zeros(len(used), dtype=bool)
    if used.sum() > 1:
        for start in begun:
            subset = GroupSubset(groups, used, start.places, start.window.post.stop)
            ends, every = means(subset, start.window), np.ones(int(used.sum()))
            moved[used] |= touched(ends, every, len(start.treated), start.window)
    if moved.any():
        cautions.append(Caution(Why.UNTOUCHED_TOUCHED, locations=positions(moved)))
    used = used & ~moved
    own = inputs.target[here], inputs.substitute[here]
    seen = float(relative_volume(level, used, *own, pre))
    if used.any() and seen < UNTOUCHED_VOLUME.value:
        cautions.append(Caution(Why.UNTOUCHED_SMALL, seen=seen, needed=UNTOUCHED_VOLUME.value))
        used = np.zeros(len(used), dtype=bool)
    return used, tuple(cautions)


def relative_volume(
    level: Floats, used: Floats | Marks, target: Floats, substitute: Floats, pre: slice
) -> Floats:
    """The volume of the groups over that of target and substitute together; ``(...)``.

    ``level`` is the mean of the groups per month of ``pre``, ``(..., groups, channels,
    locations)``; ``used`` marks groups, ``(..., groups)``; the channels are ``(..., locations,
    months)``.
    """
    own = (target[..., pre] + substitute[..., pre]).mean(-1).sum(-1)
    return np.asarray(np.where(used, level.sum((-2, -1)), 0.0).sum(-1) / own)


def touched(ends: Floats, used: Floats, treated: int, window: PrePost) -> Marks:
    """Which untouched groups changed at the treated locations more than placebos do.

    Each group's total is compared with the controls after the departure of the other groups was
    taken out with its own slope; two-sided, at ``CONTAMINATION`` over the number of groups.
    ``ends`` are means before and after, ``(2, ..., groups, channels, locations)``; ``used`` is 1
    for a group that is used, else 0, ``(..., groups)``.

    Returns:
        Marks ``(..., groups)``.
    """
    totals = ends.sum(-2)
    kept = totals * used[..., None]
    own = shift_of_means(totals, treated)
    other = shift_of_means(kept.sum(-2, keepdims=True) - kept, treated)
    none = np.zeros(own.change.shape[:-1], dtype=bool)
    by = Proxy(other.change, np.ones(none.shape), np.ones(own.weights.shape), none)
    of = channel(adjust(own, by, treated).change, own, treated, window)
    effect, variance = alone(of)
    groups = np.maximum(used.sum(-1, keepdims=True), 1)
    degrees = of.placebos.shape[-1] - LOST
    reach = np.vectorize(lambda count: critical(degrees, 1 - CONTAMINATION.value / count))(groups)
    moved: Marks = (np.abs(effect) > reach * np.sqrt(variance)) & (used > 0)
    return moved


def withheld(inputs: Inputs, design: Design, cautions: tuple[Caution, ...]) -> Result:
    """Not enough data: no number is given, only what is missing."""
    before = int(np.clip(inputs.first, 0, inputs.months))
    return Result(
        verdicts=(Verdict.NOT_ENOUGH_DATA,),
        design=design,
        pre_months=before,
        post_months=inputs.months - before,
        treated=positions(inputs.treated),
        controls=(),
        cautions=cautions,
    )

"""What a reader must know beside an estimate: signs that an assumption does not hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nami_monitor.core.thresholds import PEAK_MONTHS, SUBSTITUTE_TIMES
from nami_monitor.core.words import Why
from nami_monitor.waterbed.analysis import Analysis, Panel
from nami_monitor.waterbed.effects import LEAST_LEFT, alone, channel
from nami_monitor.waterbed.result import Anticipation, Floats, Reason
from nami_monitor.waterbed.series import Shift, Window, shift


def peak_before(panel: Panel, window: Window) -> Floats:
    """How far the target of the treated stood above itself in the last months before, in t.

    A location that was chosen because its orders peaked falls back without any measure.

    Args:
        panel: what is analysed; its other channel and its untouched groups are not read.
        window: months before and after.

    Returns:
        t statistic ``(...)``; zero with too few earlier months.
    """
    end = window.pre.stop
    first = end - int(PEAK_MONTHS.value)
    if first < PEAK_MONTHS.value:
        return np.zeros(panel.target.shape[:-2])
    before = Window(slice(0, first), slice(first, end), first, end - first)
    like = shift(panel.target, panel.treated, before)
    usable = np.where(like.level > 0, like.level, 1.0)
    return _t(like.change, Shift(usable, like.after, like.change, like.weights), panel, before)


def still_falling(panel: Panel, window: Window, departed: Floats) -> Floats:
    """How much more of the target is gone in the second half of the post months, in t; ``(...)``.

    A measure that came gradually has a smaller mean effect than it will have. Each half is taken
    as a share of what was expected in it, so that a season is not mistaken for a ramp.

    Args:
        panel: what was analysed.
        window: months before and after.
        departed: relative departures of its target by month, ``(..., locations, months)``.
    """
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


def _t(change: Floats, like: Shift, panel: Panel, window: Window) -> Floats:
    of = channel(change, like, panel.treated, window)
    effect, variance = alone(of)
    return np.asarray(effect / np.sqrt(np.maximum(variance, np.finfo(float).tiny)))


def cautions(
    panels: Sequence[Panel],
    windows: Sequence[Window],
    found: Sequence[Analysis],
    departed: Sequence[Floats],
    reach: float,
    gap: Anticipation | None,
) -> tuple[Reason, ...]:
    """The warnings that hold.

    Args:
        panels: one per start.
        windows: likewise.
        found: their analyses.
        departed: relative departures of their targets by month.
        reach: critical value of t.
        gap: the months before the start.
    """
    peak = max(
        float(peak_before(panel, window)) for panel, window in zip(panels, windows, strict=True)
    )
    ramp = max(
        float(still_falling(panel, window, one))
        for panel, window, one in zip(panels, windows, departed, strict=True)
    )
    levels = [sum(float(one.ready[side].level.sum()) for one in found) for side in (0, 1)]
    hoarded = gap is not None and max(gap.gross.low, gap.spill.low) > 0
    times = levels[1] / levels[0]
    signs = (
        (Why.PEAK_BEFORE, peak > reach, peak, reach),
        (Why.RAMP, ramp > reach, ramp, reach),
        (Why.HOARDING, hoarded, None, None),
        (Why.SUBSTITUTE_LARGE, times >= SUBSTITUTE_TIMES.value, times, SUBSTITUTE_TIMES.value),
    )
    return tuple(Reason(key, seen=seen, needed=limit) for key, holds, seen, limit in signs if holds)

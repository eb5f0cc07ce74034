"""Which untouched product groups may tell of a location's own shocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nami_monitor.core.thresholds import UNTOUCHED_VOLUME
from nami_monitor.core.words import Why
from nami_monitor.waterbed.amounts import Chosen
from nami_monitor.waterbed.asked import Asked, places
from nami_monitor.waterbed.contamination import touched
from nami_monitor.waterbed.result import Floats, Marks, Reason
from nami_monitor.waterbed.starts import Start


def groups(asked: Asked, begun: Sequence[Start]) -> tuple[Marks, tuple[Reason, ...]]:
    """The groups that are whole and were not touched, if together they are large enough.

    Whole is a group of which every month is there, and which every location orders.

    Args:
        asked: what is asked, with untouched groups or without.
        begun: the starts that are estimated.

    Returns:
        Marks ``(groups,)``, none marked when they are not used; and what was left out.
    """
    untouched = asked.untouched
    if untouched is None:
        return np.zeros(0, dtype=bool), ()
    here = np.unique(np.concatenate([start.places for start in begun]))
    pre = min((start.window.pre for start in begun), key=lambda months: months.stop)
    whole = untouched.finite[:, here].all(1)
    level = untouched.mean(pre)[..., here]
    used: Marks = np.logical_and(whole, (level.sum(1) > 0).all(1))
    reasons = [] if used.all() else [Reason(Why.UNTOUCHED_MISSING, locations=places(~used))]
    moved: Marks = np.zeros(len(used), dtype=bool)
    if used.sum() > 1:
        for start in begun:
            kept = Chosen(untouched, used, start.places, start.window.post.stop)
            ends, every = kept.ends(start.window), np.ones(int(used.sum()))
            moved[used] |= touched(ends, every, len(start.treated), start.window)
    if moved.any():
        reasons.append(Reason(Why.UNTOUCHED_TOUCHED, locations=places(moved)))
    used = used & ~moved
    own = asked.target[here], asked.substitute[here]
    seen = float(times(level, used, *own, pre))
    if used.any() and seen < UNTOUCHED_VOLUME.value:
        reasons.append(Reason(Why.UNTOUCHED_SMALL, seen=seen, needed=UNTOUCHED_VOLUME.value))
        used = np.zeros(len(used), dtype=bool)
    return used, tuple(reasons)


def times(
    level: Floats, used: Floats | Marks, target: Floats, substitute: Floats, pre: slice
) -> Floats:
    """How many times as large as target and substitute together the groups are; ``(...)``.

    Args:
        level: mean of the groups per month before, ``(..., groups, channels, locations)``.
        used: which groups are used, ``(..., groups)``.
        target: ``(..., locations, months)``.
        substitute: likewise.
        pre: months that give the level.
    """
    own = (target[..., pre] + substitute[..., pre]).mean(-1).sum(-1)
    return np.asarray(np.where(used, level.sum((-2, -1)), 0.0).sum(-1) / own)

"""Which untouched product groups may tell of a location's own shocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nami_monitor.core.thresholds import UNTOUCHED_VOLUME
from nami_monitor.core.words import Why
from nami_monitor.waterbed.asked import Asked, places
from nami_monitor.waterbed.contamination import touched
from nami_monitor.waterbed.result import Marks, Reason
from nami_monitor.waterbed.starts import Start


def groups(asked: Asked, begun: Sequence[Start]) -> tuple[Marks, tuple[Reason, ...]]:
    """The groups that have every month and were not touched, if together they are large enough.

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
    used: Marks = np.asarray(np.isfinite(untouched[:, :, here]).all((1, 2, 3)))
    reasons = [] if used.all() else [Reason(Why.UNTOUCHED_MISSING, locations=places(~used))]
    moved = np.zeros_like(used)
    if used.sum() > 1:
        for start in begun:
            until = start.window.post.stop
            own = np.where(used[:, None, None, None], untouched[:, :, start.places, :until], 0.0)
            moved |= touched(own, used.astype(float), len(start.treated), start.window)
    if moved.any():
        reasons.append(Reason(Why.UNTOUCHED_TOUCHED, locations=places(moved)))
    used = used & ~moved
    pre = min((start.window.pre for start in begun), key=lambda months: months.stop)
    have = untouched[used][:, :, here, pre].sum()
    own = asked.target[here, pre].sum() + asked.substitute[here, pre].sum()
    if used.any() and have < UNTOUCHED_VOLUME.value * own:
        seen = float(have / own)
        reasons.append(Reason(Why.UNTOUCHED_SMALL, seen=seen, needed=UNTOUCHED_VOLUME.value))
        used = np.zeros_like(used)
    return used, tuple(reasons)

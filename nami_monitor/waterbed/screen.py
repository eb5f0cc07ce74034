"""Which locations and groups can be used, and what is missing: no bad number goes further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nami_monitor.core.thresholds import MIN_POST_MONTHS, MIN_PRE_MONTHS, Threshold
from nami_monitor.core.words import Why
from nami_monitor.waterbed.asked import places
from nami_monitor.waterbed.result import Floats, Marks, Reason


@dataclass(frozen=True)
class Usable:
    """What is left after screening.

    Args:
        keep: the locations that can be used.
        reasons: what was left out, and what to know.
    """

    keep: Marks
    reasons: tuple[Reason, ...]


def usable(
    target: Floats, substitute: Floats, treated: Marks, levels: Sequence[slice] = ()
) -> Usable:
    """Locations with every month, a series of their own and, where asked, a level.

    Args:
        target: ``(locations, months)``.
        substitute: likewise.
        treated: which are treated.
        levels: pre months of each start, over which both channels must have a level.
    """
    both = np.stack([target, substitute], 1)
    whole: Marks = np.asarray(np.isfinite(both).all((1, 2)))
    seen = np.where(whole[:, None, None], both, 1.0)
    level = [seen[..., pre].mean(-1) for pre in levels]
    levelled: Marks = np.asarray((np.array([np.ones(seen.shape[:2]), *level]) > 0).all((0, 2)))
    keep: Marks = whole & levelled
    repeated = _repeated(both, keep, treated)
    keep = keep & ~repeated
    returns: Marks = keep & (seen < 0).any((1, 2))
    found = (
        (Why.MONTHS_MISSING, ~whole),
        (Why.NO_LEVEL, ~levelled),
        (Why.SAME_SERIES, repeated),
        (Why.RETURNS, returns),
    )
    reasons = tuple(Reason(key, locations=places(marks)) for key, marks in found if marks.any())
    return Usable(keep, reasons)


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
) -> tuple[Reason, ...]:
    """What is missing in time; empty when nothing is.

    Args:
        before: months before the start.
        after: months from the start on.
        anticipation: months left out before the start.
        least: how many pre months are needed.
    """
    if before < 0 or after <= 0:
        return (Reason(Why.START_OUTSIDE, seen=before, needed=before + after - 1),)
    needed = max(least.value, anticipation + 1)
    checks = (
        (Why.FEW_PRE_MONTHS, before, needed),
        (Why.FEW_POST_MONTHS, after, MIN_POST_MONTHS.value),
    )
    return tuple(Reason(key, seen=seen, needed=need) for key, seen, need in checks if seen < need)

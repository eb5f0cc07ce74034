"""One intervention: what leaked away, with everything that must be said beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nami_monitor.core.words import Design, Why
from nami_monitor.waterbed.asked import Asked, ask, withheld
from nami_monitor.waterbed.compared import compared, ready
from nami_monitor.waterbed.everywhere import everywhere
from nami_monitor.waterbed.result import Estimate, Reason, Result
from nami_monitor.waterbed.verdicts import net_of


def estimate(
    target: ArrayLike,
    substitute: ArrayLike,
    treated: ArrayLike,
    first_post: ArrayLike,
    *,
    anticipation: int = 1,
    untouched: ArrayLike | None = None,
    common_quotient: bool = False,
    volume: float | None = None,
) -> Result:
    """What an intervention changed in two channels, and how much of it leaked away.

    Placebo-scaled difference-in-differences on relative series; where every location starts in the
    same month, an interrupted time series. Each step stands in a module of its own.

    Args:
        target: amounts in the channel that was to go down, ``(locations, months)``, in one unit.
        substitute: amounts in the channel that may have gone up, likewise.
        treated: which locations are treated, ``(locations,)``.
        first_post: position of the first post month; for staggered starts one per location,
            ``(locations,)``, which is not read of locations that are not treated.
        anticipation: months before the start that count as neither before nor after.
        untouched: amounts of product groups that the intervention leaves alone,
            ``(groups, channels, locations, months)``: with them a location's own shocks are taken
            out. Not read without controls.
        common_quotient: whether the pilots may be taken to share one quotient.
        volume: base units per month and treated location before the start, when ``target`` is in
            another unit; by default it is taken from ``target``.

    Returns:
        The result. What cannot be used is left out and named in its reasons; what cannot be
        trusted is None.

    Raises:
        ValueError: the arrays do not belong together.
    """
    asked = ask(
        target,
        substitute,
        treated,
        first_post,
        anticipation,
        untouched,
        volume,
        common_quotient=common_quotient,
    )
    return answer(asked)


def answer(asked: Asked) -> Result:
    """The result of what is asked; see ``estimate``."""
    return alone(asked) or compared(asked)


def alone(asked: Asked) -> Result | None:
    """The result where there is nothing to compare with; None where there is."""
    if not asked.treated.any():
        return withheld(asked, Design.CONTROLS, (Reason(Why.NO_TREATED),))
    if asked.treated.all() and np.ptp(asked.first_post) == 0:
        return everywhere(asked)
    return None


def net_effect(
    target: ArrayLike,
    substitute: ArrayLike,
    treated: ArrayLike,
    first_post: ArrayLike,
    *,
    anticipation: int = 1,
    untouched: ArrayLike | None = None,
    volume: float | None = None,
) -> Estimate | None:
    """The net effect of ``estimate`` alone, without what is said beside it.

    Args:
        target: as of ``estimate``.
        substitute: likewise.
        treated: likewise.
        first_post: likewise.
        anticipation: likewise.
        untouched: likewise.
        volume: likewise.

    Raises:
        ValueError: the arrays do not belong together.
    """
    asked = ask(
        target,
        substitute,
        treated,
        first_post,
        anticipation,
        untouched,
        volume,
        common_quotient=False,
    )
    found = alone(asked) or ready(asked)
    return found.net if isinstance(found, Result) else net_of(found.work.effects(), found.reach)

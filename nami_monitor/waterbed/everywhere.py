"""An estimate where every location is treated at once: weaker evidence, and said to be so."""

from __future__ import annotations

import numpy as np

from nami_monitor.core.thresholds import MIN_PRE_ALONE, MIN_VOLUME
from nami_monitor.core.words import Design, Why
from nami_monitor.waterbed.asked import Asked, places, withheld
from nami_monitor.waterbed.fieller import critical
from nami_monitor.waterbed.interrupted import Step, step
from nami_monitor.waterbed.result import Path, Reason, Result
from nami_monitor.waterbed.screen import short_of, usable
from nami_monitor.waterbed.verdicts import (
    WITHHELD,
    net_of,
    pair_of,
    quotient_of,
    verdicts,
    withholds,
)

STILL = 1e-6
"""A month's noise that is a smaller share of the level is no chance: the series is still."""


def everywhere(asked: Asked) -> Result:
    """Interrupted time series on the totals of all locations.

    Args:
        asked: what is asked; every location starts in the same month.
    """
    screened = usable(asked.target, asked.substitute, asked.treated)
    own = np.flatnonzero(screened.keep)
    first = asked.first
    missing = short_of(first, asked.months - first, asked.anticipation, MIN_PRE_ALONE)
    totals = np.stack([asked.target[own].sum(0), asked.substitute[own].sum(0)])
    if not missing:
        volume = asked.volume_of(own) * len(own)
        low = Reason(Why.LOW_VOLUME, seen=volume, needed=MIN_VOLUME.value)
        missing = (low,) if volume < MIN_VOLUME.value else ()
    if missing:
        return withheld(asked, Design.NO_CONTROLS, (*missing, *screened.reasons))
    found = step(totals, first, asked.anticipation)
    if (found.noise <= STILL * np.abs(totals).mean(1)).any():
        return withheld(asked, Design.NO_CONTROLS, (Reason(Why.NO_VARIATION), *screened.reasons))
    return _result(asked, found, places(own), screened.reasons)


def _result(asked: Asked, found: Step, own: tuple[int, ...], reasons: tuple[Reason, ...]) -> Result:
    reach = critical(found.degrees)
    pair = pair_of(found.effects, reach)
    ratio = quotient_of(found.effects, reach)
    held = verdicts(pair.gross, ratio)
    bands = [np.full(asked.months, reach * noise) for noise in found.noise]
    none = np.zeros((0, asked.months))
    return Result(
        verdicts=held,
        design=Design.NO_CONTROLS,
        gross=pair.gross,
        spill=pair.spill,
        net=net_of(found.effects, reach),
        quotient=WITHHELD if withholds(held) else ratio,
        covariance=pair.covariance,
        pre_months=asked.first,
        post_months=asked.months - asked.first,
        treated=own,
        controls=(),
        reasons=reasons,
        path=Path(
            np.arange(asked.months),
            found.departures[0],
            found.departures[1],
            bands[0],
            bands[1],
            none,
            none,
        ),
    )

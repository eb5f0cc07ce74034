"""The method from arrays to effects, for one panel or many at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nami_monitor.waterbed.amounts import Amounts, Chosen
from nami_monitor.waterbed.effects import Both, channel
from nami_monitor.waterbed.own_shocks import Adjusted, Proxy, adjust, proxy
from nami_monitor.waterbed.result import Floats
from nami_monitor.waterbed.series import Window, departures, shift


@dataclass(frozen=True)
class Panel:
    """Locations by month, the treated first.

    Args:
        target: ``(..., locations, months)``.
        substitute: likewise.
        treated: how many are treated.
        untouched: the groups that are left alone; None without.
        used: 1 for each group that is used, else 0, ``(..., groups)``; None without.
    """

    target: Floats
    substitute: Floats
    treated: int
    untouched: Amounts | Chosen | None = None
    used: Floats | None = None

    @property
    def controls(self) -> int:
        """How many locations are compared with."""
        return int(self.target.shape[-2]) - self.treated


@dataclass(frozen=True)
class Analysis:
    """What a panel says.

    Args:
        ready: target and substitute, without own shocks where they were taken out.
        plain: the same with own shocks left in.
        proxy: how own shocks were seen; None without untouched groups.
        adjusted: what was taken out of target and substitute; empty without.
    """

    ready: Both
    plain: Both
    proxy: Proxy | None = None
    adjusted: tuple[Adjusted, ...] = ()


def analyse(panel: Panel, window: Window) -> Analysis:
    """Steps 1 to 5.

    Args:
        panel: at least three controls, all with a level in both channels.
        window: months before and after.
    """
    count = panel.treated
    first, second = (shift(each, count, window) for each in (panel.target, panel.substitute))
    plain = (
        channel(first.change, first, count, window),
        channel(second.change, second, count, window),
    )
    if panel.untouched is None or panel.used is None:
        return Analysis(plain, plain)
    by = proxy(panel.untouched.ends(window), panel.used, count)
    adjusted = (adjust(first, by, count), adjust(second, by, count))
    ready = (
        channel(adjusted[0].change, first, count, window),
        channel(adjusted[1].change, second, count, window),
    )
    return Analysis(ready, plain, by, adjusted)


def by_month(panel: Panel, window: Window, analysis: Analysis) -> tuple[Floats, Floats]:
    """Relative departures of target and substitute by month, without own shocks.

    Args:
        panel: what was analysed.
        window: likewise.
        analysis: of them; gives slopes and multipliers.

    Returns:
        Two arrays ``(..., locations, months)``; their means over the post months are the changes
        that the analysis rests on.
    """
    paths = [departures(each, panel.treated, window) for each in (panel.target, panel.substitute)]
    if panel.untouched is None or panel.used is None or analysis.proxy is None:
        return paths[0], paths[1]
    shared = departures(panel.untouched.total(panel.used), panel.treated, window)
    slope = _every(analysis.proxy.slope, analysis.proxy.slopes, panel.treated)
    without = [
        path - (slope * _every(one.multiplier, one.multipliers, panel.treated))[..., None] * shared
        for path, one in zip(paths, analysis.adjusted, strict=True)
    ]
    return without[0], without[1]


def _every(treated: Floats, controls: Floats, count: int) -> Floats:
    return np.concatenate([np.repeat(treated[..., None], count, -1), controls], -1)

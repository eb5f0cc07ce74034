"""An estimate that compares with controls."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nami_monitor.core.thresholds import MIN_VOLUME
from nami_monitor.core.words import Design, Why
from nami_monitor.waterbed.analysis import Analysis, Panel, analyse, by_month
from nami_monitor.waterbed.asked import Asked, places, withheld
from nami_monitor.waterbed.cautions import cautions
from nami_monitor.waterbed.effects import LOST, Effects, alone, effects, stacking
from nami_monitor.waterbed.fieller import critical
from nami_monitor.waterbed.groups import groups
from nami_monitor.waterbed.opinions import opinions
from nami_monitor.waterbed.paths import path
from nami_monitor.waterbed.result import (
    Anticipation,
    Floats,
    Marks,
    OwnShocks,
    Reason,
    Result,
    Sensitivity,
)
from nami_monitor.waterbed.series import Window
from nami_monitor.waterbed.starts import Start, begun
from nami_monitor.waterbed.verdicts import (
    WITHHELD,
    net_of,
    pair_of,
    quotient_of,
    verdicts,
    withholds,
)

STILL = 1e-6
"""A standard error that is a smaller share of the level is no chance: the controls are still."""


@dataclass(frozen=True)
class Work:
    """What is worked on, one entry for each start.

    Args:
        panels: the arrays.
        windows: months before and after.
        found: what they say.
    """

    panels: tuple[Panel, ...]
    windows: tuple[Window, ...]
    found: tuple[Analysis, ...]

    @staticmethod
    def of(panels: tuple[Panel, ...], windows: tuple[Window, ...]) -> Work:
        """Analyse."""
        return Work(panels, windows, tuple(map(analyse, panels, windows)))

    def effects(self, *, common: bool = False) -> Effects:
        """Effects of all starts together; weighted as if all pilots share one quotient."""
        ready = [one.ready for one in self.found]
        return effects(ready, stacking([target for target, _ in ready]) if common else None)

    @cached_property
    def departed(self) -> tuple[tuple[Floats, Floats], ...]:
        """Relative departures of target and substitute by month."""
        return tuple(map(by_month, self.panels, self.windows, self.found))

    @property
    def still(self) -> bool:
        """Whether the controls of any start do not vary in a channel."""
        return any(
            float(alone(of)[1]) <= (STILL * float(of.level.sum())) ** 2
            for one in self.found
            for of in one.ready
        )


@dataclass(frozen=True)
class Ready:
    """What an estimate needs, when there is enough of it.

    Args:
        starts: the starts that are estimated.
        used: which untouched groups are used, ``(groups,)``.
        work: their analyses.
        left_out: what was left out, and why.
    """

    starts: tuple[Start, ...]
    used: Marks
    work: Work
    left_out: tuple[Reason, ...]

    @property
    def reach(self) -> float:
        """The critical value of t."""
        return critical(min(len(start.controls) for start in self.starts) - LOST)


def compared(asked: Asked) -> Result:
    """Steps 1 to 9, and staggered starts added up.

    Args:
        asked: what is asked; some locations are not treated, or not yet.
    """
    found = ready(asked)
    return found if isinstance(found, Result) else _result(asked, found)


def ready(asked: Asked) -> Ready | Result:
    """Screen and analyse; a result that gives no number where something is missing."""
    begin = begun(asked)
    if not begin.starts:
        return withheld(asked, Design.CONTROLS, (*begin.missing, *begin.left_out))
    volume = asked.volume_of(np.concatenate([start.treated for start in begin.starts]))
    used, dropped = groups(asked, begin.starts)
    left_out = (*begin.missing, *begin.left_out, *dropped)
    if volume < MIN_VOLUME.value:
        low = Reason(Why.LOW_VOLUME, seen=volume, needed=MIN_VOLUME.value)
        return withheld(asked, Design.CONTROLS, (low, *left_out))
    panels = tuple(
        start.panel(asked.target, asked.substitute, asked.untouched, used) for start in begin.starts
    )
    work = Work.of(panels, tuple(start.window for start in begin.starts))
    if work.still:
        return withheld(asked, Design.CONTROLS, (Reason(Why.NO_VARIATION), *left_out))
    return Ready(begin.starts, used, work, left_out)


def _result(asked: Asked, found: Ready) -> Result:
    starts, work, reach = found.starts, found.work, found.reach
    counted = work.effects()
    pair = pair_of(counted, reach)
    treated = np.sort(np.concatenate([start.treated for start in starts]))
    common = asked.common_quotient and len(treated) > 1
    shared = work.effects(common=True) if common else counted
    ratio = quotient_of(shared, reach)
    held = verdicts(pair.gross, ratio)
    without = withholds(held)
    gap = _anticipation(asked, work, reach)
    return Result(
        verdicts=held,
        design=Design.CONTROLS,
        gross=pair.gross,
        spill=pair.spill,
        net=net_of(counted, reach),
        quotient=WITHHELD if without else ratio,
        covariance=pair.covariance,
        pre_months=starts[0].window.before,
        post_months=starts[0].window.after,
        treated=places(treated),
        controls=places(np.unique(np.concatenate([start.controls for start in starts]))),
        reasons=(*found.left_out, *_cautions(work, reach, gap)),
        stacked=pair_of(shared, reach) if common else None,
        own_shocks=_own_shocks(work, places(found.used)),
        anticipation=gap,
        path=path(work.windows, work.found, work.departed, reach),
        sensitivity=Sensitivity()
        if without
        else opinions(work.panels, work.windows, work.found, reach, common=common),
    )


def _cautions(work: Work, reach: float, gap: Anticipation | None) -> tuple[Reason, ...]:
    targets = [target for target, _ in work.departed]
    return cautions(work.panels, work.windows, work.found, targets, reach, gap)


def _anticipation(asked: Asked, work: Work, reach: float) -> Anticipation | None:
    """The months before the start in the place of the post months."""
    if not asked.anticipation:
        return None
    gaps = tuple(window.gap() for window in work.windows)
    pair = pair_of(Work.of(work.panels, gaps).effects(), reach)
    return Anticipation(
        tuple(range(asked.first - asked.anticipation, asked.first)), pair.gross, pair.spill
    )


def _own_shocks(work: Work, used: tuple[int, ...]) -> tuple[OwnShocks, ...]:
    found = []
    for one in work.found:
        slope = float(one.proxy.slope) if one.proxy and bool(one.proxy.pooled) else None
        if one.adjusted:
            gross, spill = (float(side.multiplier) for side in one.adjusted)
            found.append(OwnShocks(slope, gross, spill, used))
    return tuple(found)

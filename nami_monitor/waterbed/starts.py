"""Staggered starts: each with the locations that are not yet treated, as long as there are enough.

Two-way fixed effects would compare late starters with early ones, whose effect still grows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nami_monitor.core.thresholds import MIN_CONTROLS
from nami_monitor.core.words import Why
from nami_monitor.waterbed.amounts import Amounts, Chosen
from nami_monitor.waterbed.analysis import Panel
from nami_monitor.waterbed.asked import Asked, Places, places
from nami_monitor.waterbed.result import Floats, Marks, Reason
from nami_monitor.waterbed.screen import short_of, usable
from nami_monitor.waterbed.series import Window


@dataclass(frozen=True)
class Start:
    """Locations that start in one month, and those that they are compared with.

    Args:
        treated: positions of the first.
        controls: positions of the others: not treated before the window ends.
        window: months before and after; it may end before the data does.
    """

    treated: Places
    controls: Places
    window: Window

    @property
    def places(self) -> Places:
        """All of them, the treated first."""
        return np.concatenate([self.treated, self.controls])

    def panel(
        self, target: Floats, substitute: Floats, untouched: Amounts | None, used: Marks
    ) -> Panel:
        """Its own arrays.

        Args:
            target: ``(locations, months)``.
            substitute: likewise.
            untouched: the groups that are left alone; None without.
            used: which of them are used; none marked is without.
        """
        count = len(self.treated)
        until = self.window.post.stop
        a, b = target[self.places, :until], substitute[self.places, :until]
        if untouched is None or not used.any():
            return Panel(a, b, count)
        kept = Chosen(untouched, used, self.places, until)
        return Panel(a, b, count, kept, np.ones(int(used.sum())))


@dataclass(frozen=True)
class Begun:
    """The starts of an intervention.

    Args:
        starts: those that can be estimated, earliest first.
        missing: what the others lack; with their locations when some can be estimated.
        left_out: locations that were left out, and what to know.
    """

    starts: tuple[Start, ...]
    missing: tuple[Reason, ...]
    left_out: tuple[Reason, ...]


def begun(asked: Asked) -> Begun:
    """One window per start month.

    A window runs until the last month for which ``MIN_CONTROLS`` locations are not yet treated (nor
    about to be, within ``anticipation`` months), or to the end of the data.

    Args:
        asked: what is asked.
    """
    first_post, treated = asked.first_post, asked.treated
    inside = treated & (first_post > asked.anticipation) & (first_post < asked.months)
    levels = [slice(0, int(first) - asked.anticipation) for first in np.unique(first_post[inside])]
    screened = usable(asked.target, asked.substitute, treated, levels)
    free = np.where(
        treated, np.minimum(first_post - asked.anticipation, asked.months), asked.months
    )
    good: list[Start] = []
    missing: list[Reason] = []
    for first in np.unique(first_post[treated & screened.keep]):
        own = np.flatnonzero(screened.keep & treated & (first_post == first))
        lacking = short_of(int(first), asked.months - int(first), asked.anticipation)
        if inside[own[0]]:
            start = _start(int(first), own, screened.keep, free, asked)
            lacking = _lacking(start, asked.anticipation)
            if not lacking:
                good.append(start)
        missing += [replace(reason, locations=places(own)) for reason in lacking]
    if not good and not missing:
        missing = [Reason(Why.NO_TREATED)]
    return Begun(tuple(good), tuple(missing), screened.reasons)


def _start(first: int, own: Places, keep: Marks, free: Places, asked: Asked) -> Start:
    """With the longest window that has enough controls, or else the whole of it."""
    ends = np.unique(free[keep & (free > first)])[::-1]
    enough = (int(end) for end in ends if (keep & (free >= end)).sum() >= MIN_CONTROLS.value)
    end = next(enough, asked.months)
    others = np.flatnonzero(keep & (free >= end))
    return Start(own, others, Window.at(first, end, asked.anticipation))


def _lacking(start: Start, anticipation: int) -> tuple[Reason, ...]:
    short = short_of(start.window.before, start.window.after, anticipation)
    if len(start.controls) >= MIN_CONTROLS.value:
        return short
    few = Reason(Why.FEW_CONTROLS, seen=len(start.controls), needed=MIN_CONTROLS.value)
    return (few, *short)

"""Which locations are treated, which serve as controls, and why others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from nami_monitor.core.periods import last_day
from nami_monitor.core.thresholds import SILENT_MONTHS
from nami_monitor.kpis.interventions.panel_data import Bools, Cube, LocationRecord
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.window import Separation, Window
from nami_monitor.kpis.privacy import Site, protected_sets


class LeftOutReason(StrEnum):
    """Why a location is left out of a comparison."""

    UNKNOWN = "unknown"
    NO_ORDERS = "no_orders"
    OPENED = "opened"
    CLOSED = "closed"
    SILENT = "silent"
    GAP = "gap"
    SMALL = "small"
    MAY_SPREAD = "may_spread"
    OTHER = "other_measure"
    NO_LEVEL = "no_level"


@dataclass(frozen=True)
class LeftOut:
    """A location that was left out, and why."""

    location: str
    why: LeftOutReason


@dataclass(frozen=True)
class Sites:
    """The locations of a comparison, by their codes, in the order of the cube.

    Args:
        treated: where the intervention was taken.
        controls: what they are compared with.
        neighbours: locations that share a group with a treated one.
        left: treated locations that were left out, and why.
        others: other locations that do not serve as controls, and why.
    """

    treated: tuple[str, ...]
    controls: tuple[str, ...]
    neighbours: tuple[str, ...]
    left: tuple[LeftOut, ...]
    others: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Given:
    """What decides over the locations of a comparison.

    Args:
        cube: the order lines of its category.
        window: the months that are compared.
        known: the masters.
        staff: every location with its staff.
        apart: how it is kept apart from other interventions.
        target: the parts of the cube that it aims at.
        absent: locations that a delivery left out which owed all.
    """

    cube: Cube
    window: Window
    known: Mapping[str, LocationRecord]
    staff: Sequence[Site]
    apart: Separation
    target: frozenset[int]
    absent: frozenset[str]

    @cached_property
    def span(self) -> list[int]:
        """The positions of the months in the cube."""
        months = set(self.window.months)
        return [at for at, month in enumerate(self.cube.months) if month in months]

    @cached_property
    def lines(self) -> Bools:
        """Whether there was any line of the category, ``(locations, months)``."""
        return self.cube.lines[:, self.span]

    @cached_property
    def ordering(self) -> frozenset[str]:
        """Locations that ordered from the target at all."""
        lines = self.cube.has_lines(self.target)[:, self.span]
        return frozenset(code for code, at in self.cube.row_of.items() if lines[at].any())

    def not_there(self, code: str) -> LeftOutReason | None:
        """Why a location cannot be followed all the time."""
        lines = self.lines[self.cube.row_of[code]]
        why = _out_of_time(self.known.get(code), self.window, lines)
        return why or (LeftOutReason.GAP if code in self.absent else None)


def choose_sites(one: Intervention, given: Given) -> Sites:
    """Choose the locations of a comparison."""
    treated, left = _treated(one, given)
    groups = {given.known[code].group for code in one.locations if code in given.known} - {None}
    small = {site.location for site in given.staff if site.small}
    chosen, others, near = [], [], []
    for code in given.cube.locations:
        if code in one.locations:
            continue
        place = given.known.get(code)
        neighbour = place is not None and place.group in groups
        why = LeftOutReason.NO_ORDERS if code not in given.ordering else given.not_there(code)
        if why is None and code in small:
            why = LeftOutReason.SMALL
        if why is None and neighbour:
            near.append(code)
        why = why or _taken_away(code, given.apart, spreads=one.may_spread and neighbour)
        if why is None:
            chosen.append(code)
        else:
            others.append(LeftOut(code, why))
    return Sites(tuple(treated), tuple(chosen), tuple(near), tuple(left), tuple(others))


def _treated(one: Intervention, given: Given) -> tuple[list[str], list[LeftOut]]:
    """The locations where it was taken that can be followed, and those that cannot."""
    hidden = _hidden(one, given.staff)
    treated, left = [], []
    for code in sorted(set(one.locations)):
        if code not in given.cube.row_of:
            left.append(
                LeftOut(
                    code, LeftOutReason.NO_ORDERS if code in given.known else LeftOutReason.UNKNOWN
                )
            )
        elif why := (given.not_there(code) or (LeftOutReason.SMALL if code in hidden else None)):
            left.append(LeftOut(code, why))
        else:
            treated.append(code)
    return treated, left


def _taken_away(code: str, apart: Separation, *, spreads: bool) -> LeftOutReason | None:
    """Why a location that is there all the time is no control."""
    if code in apart.without or (apart.only is not None and code not in apart.only):
        return LeftOutReason.OTHER
    return LeftOutReason.MAY_SPREAD if spreads else None


def _out_of_time(
    place: LocationRecord | None, window: Window, lines: Bools
) -> LeftOutReason | None:
    """Why a location was not there all the time."""
    months = window.months
    if not months:
        return None
    if place and place.opened_on and place.opened_on > months[0]:
        return LeftOutReason.OPENED
    if place and place.closed_on and place.closed_on < last_day(months[-1]):
        return LeftOutReason.CLOSED
    return LeftOutReason.SILENT if _silent(lines) else None


def _silent(lines: Bools) -> bool:
    """Whether orders begin late or stop early: for longer than between any two of them, twice over.

    Args:
        lines: whether there was any order, by month.
    """
    if lines.all():
        return False
    at = np.flatnonzero(lines)
    if not at.size:
        return True
    gaps = np.diff(at, prepend=-1, append=len(lines)) - 1
    usual = int(gaps[1:-1].max(initial=0))
    return bool(max(gaps[0], gaps[-1]) >= max(int(SILENT_MONTHS.value), 2 * usual + 1))


def _hidden(one: Intervention, staff: Sequence[Site]) -> frozenset[str]:
    """Treated locations of which nothing may be told: a part of a protected set, with articles."""
    if not one.named_products:
        return frozenset()
    own = set(one.locations)
    parts = (
        whole
        for whole in protected_sets(staff)
        if own & whole and (not whole <= own or len(whole) == 1)
    )
    return frozenset(code for whole in parts for code in whole & own)

"""Which locations are treated, which serve as controls, and why others do not."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from nami_monitor.core.periods import last_day
from nami_monitor.core.thresholds import SILENT_MONTHS
from nami_monitor.kpis.interventions.panel_data import Bools, PanelData
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.window import Separation, Window
from nami_monitor.kpis.privacy import ProtectedSet, StaffedSite


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

    ``neighbours`` share a group with a treated one; ``left`` are treated locations that were left
    out, and why, ``others`` those that do not serve as controls, and why.
    """

    treated: tuple[str, ...]
    controls: tuple[str, ...]
    neighbours: tuple[str, ...]
    left: tuple[LeftOut, ...]
    others: tuple[LeftOut, ...]

    @property
    def compared(self) -> tuple[str, ...]:
        """The locations of the arrays, the treated first."""
        return self.treated + self.controls

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Every location that was left out, the treated first."""
        return self.left + self.others


def choose_sites(
    one: Intervention,
    data: PanelData,
    window: Window,
    separation: Separation,
    target: frozenset[int],
    absent: frozenset[str],
) -> Sites:
    """Choose the locations of a comparison.

    ``target`` is the parts of the cube that it aims at, ``absent`` the locations that a delivery
    left out which owed all.
    """
    cube, months = data.cubes[one.category], set(window.months)
    columns = [at for at, month in enumerate(cube.months) if month in months]
    lines = dict(zip(cube.locations, cube.lines[:, columns], strict=True))
    from_target = zip(cube.locations, cube.has_lines(target)[:, columns], strict=True)
    ordered = {code for code, months_with_lines in from_target if months_with_lines.any()}

    def not_followed(code: str) -> LeftOutReason | None:
        """Why a location cannot be followed all the time."""
        why = _out_of_time(data.locations.get(code), window, lines[code])
        return why or (LeftOutReason.GAP if code in absent else None)

    treated, left = [], []
    hidden = _hidden(one, data.protected)
    for code in sorted(set(one.locations)):
        if code not in cube.row_of:
            known = code in data.locations
            left.append(LeftOut(code, LeftOutReason.NO_ORDERS if known else LeftOutReason.UNKNOWN))
        elif why := (not_followed(code) or (LeftOutReason.SMALL if code in hidden else None)):
            left.append(LeftOut(code, why))
        else:
            treated.append(code)
    groups = {data.locations[code].group for code in one.locations if code in data.locations}
    small = {site.location for site in data.locations.values() if site.small}
    controls, others, near = [], [], []
    for code in cube.locations:
        if code in one.locations:
            continue
        place = data.locations.get(code)
        neighbour = place is not None and place.group in groups - {None}
        why = LeftOutReason.NO_ORDERS if code not in ordered else not_followed(code)
        if why is None and code in small:
            why = LeftOutReason.SMALL
        if why is None and neighbour:
            near.append(code)
        why = why or _taken_away(code, separation, spreads=one.may_spread and neighbour)
        if why is None:
            controls.append(code)
        else:
            others.append(LeftOut(code, why))
    return Sites(tuple(treated), tuple(controls), tuple(near), tuple(left), tuple(others))


def _taken_away(code: str, separation: Separation, *, spreads: bool) -> LeftOutReason | None:
    """Why a location that is there all the time is no control."""
    if code in separation.without or (separation.only is not None and code not in separation.only):
        return LeftOutReason.OTHER
    return LeftOutReason.MAY_SPREAD if spreads else None


def _out_of_time(place: StaffedSite | None, window: Window, lines: Bools) -> LeftOutReason | None:
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
    """Whether orders begin late or stop early: twice as long as between any two of them."""
    if lines.all():
        return False
    at = np.flatnonzero(lines).tolist()
    if not at:
        return True
    usual = max((later - before - 1 for before, later in pairwise(at)), default=0)
    around = max(at[0], len(lines) - 1 - at[-1])
    return bool(around >= max(int(SILENT_MONTHS.value), 2 * usual + 1))


def _hidden(one: Intervention, sets: Collection[ProtectedSet]) -> frozenset[str]:
    """Treated locations of which nothing may be told: a part of a protected set."""
    own = set(one.locations)
    of_category = [
        set(each.places)
        for each in sets
        if (each.rolled, each.category) == ("by_place", one.category)
    ]
    parts = [own & whole for whole in of_category if not whole <= own or len(whole) == 1]
    return frozenset().union(*parts)

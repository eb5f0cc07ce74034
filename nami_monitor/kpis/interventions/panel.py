"""From the register and the order lines to the arrays that an estimator can read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions import overlap
from nami_monitor.kpis.interventions.cube import Bools, Cube, Floats, Ints
from nami_monitor.kpis.interventions.ground import Ground
from nami_monitor.kpis.interventions.note import Note
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.series import Series, of_unit, readable, series, target
from nami_monitor.kpis.interventions.sites import Given, Sites, sites
from nami_monitor.kpis.interventions.window import Window, window


@dataclass(frozen=True)
class Setting:
    """What an intervention is compared with, and over which months; the same in every unit.

    Args:
        cube: the order lines of its category.
        series: what belongs to its target, its substitute, and elsewhere.
        window: the months.
        sites: the locations.
        notes: what was left out, and what stands in the way.
    """

    cube: Cube
    series: Series
    window: Window
    sites: Sites
    notes: tuple[Note, ...]

    @property
    def locations(self) -> tuple[str, ...]:
        """The locations of the arrays, the treated first."""
        return self.sites.treated + self.sites.controls

    def feeds(self, parts: Collection[int]) -> set[str]:
        """The sources that feed some parts."""
        return {self.cube.parts[at].source for at in parts}

    @property
    def shape(self) -> tuple[int, int]:
        """How many locations and months the comparison has."""
        return len(self.locations), len(self.window.months)

    def array(self, parts: Collection[int], unit: Unit, into: Floats | None = None) -> Floats:
        """What some parts add up to, ``(locations, months)`` of the comparison.

        Args:
            parts: positions of the parts in the cube.
            unit: base units, kg or EUR.
            into: where to write it; a new array by default.
        """
        panel = self.cube.panel(parts, unit)[:, self._columns]
        return panel.take(self._rows, axis=0, out=into, mode="clip")

    @cached_property
    def _rows(self) -> Ints:
        return np.array([self.cube.row_of[code] for code in self.locations], int)

    @cached_property
    def _columns(self) -> slice | list[int]:
        """The positions of the months; a slice, which copies nothing, when none is left out."""
        months = self.window.months
        first = self.cube.months.index(months[0]) if months else 0
        if self.cube.months[first : first + len(months)] == months:
            return slice(first, first + len(months))
        return [self.cube.months.index(month) for month in months]

    @property
    def settled(self) -> int:
        """How many months there are before anybody could see it coming."""
        return len(self.window.pre) - self.window.anticipation

    @property
    def volume(self) -> float:
        """Base units per month and treated location before the start, whatever the reading."""
        before = self.array(self.series.target, Unit.BASE)[self.treated, : self.settled]
        return float(before.mean()) if before.size else 0.0

    @property
    def treated(self) -> Bools:
        """Which locations of the arrays are treated, ``(locations,)``."""
        return np.array([code in set(self.sites.treated) for code in self.locations], bool)


def setting(one: Intervention, ground: Ground) -> Setting | tuple[Note, ...]:
    """Find what an intervention can be compared with.

    Args:
        one: the intervention.
        ground: what was read.

    Returns:
        The setting; or why there is none, when nothing was ordered that it speaks of.
    """
    cube = ground.cubes.get(one.category)
    if cube is None:
        return (Note("no_orders", {"category": one.category}, stops=True),)
    found = series(one, cube, ground.articles)
    if lacking := _lacking(one, found, ground, cube):
        return (lacking,)
    about = {
        other.code: target(other, cube, ground.articles)
        for other in ground.register
        if other.category == one.category
    }
    others = overlap.touching(one, ground.register, about, found.target | found.substitute)
    until = min(one.last_month or cube.months[-1], cube.months[-1])
    apart = overlap.apart(one, others, frozenset(cube.locations), cube.months[0], until)
    feeds = [
        {cube.parts[at].source for at in parts}
        for parts in (found.target, found.substitute)
        if parts
    ]
    treated = set(one.locations)
    months = [month for month in cube.months if not treated & absent(ground, feeds, [month])]
    seen = window(one, months, ground.history, feeds, apart.cut)
    gone = absent(ground, feeds, seen.months)
    given = Given(cube, seen, ground.places, ground.staff, apart, found.target, gone)
    chosen = sites(one, given)
    notes = [*_future(one, cube, seen), *seen.notes, *apart.notes]
    if not chosen.treated:
        notes.append(Note("no_treated", stops=True))
    return Setting(cube, found, seen, chosen, tuple(notes))


def absent(
    ground: Ground, feeds: Sequence[Collection[str]], months: Sequence[date]
) -> frozenset[str]:
    """Locations that deliveries left out which owed all of them.

    Args:
        ground: what was read.
        feeds: the sources of each series that is compared.
        months: the months of the comparison.
    """
    return frozenset(
        code
        for feed in feeds
        for source in feed
        for month in months
        for code in ground.gaps.get((source, month), frozenset())
    )


def _lacking(one: Intervention, found: Series, ground: Ground, cube: Cube) -> Note | None:
    """What the register names and nobody orders."""
    known = {part.channel for part in cube.parts}
    if one.target_channel not in known:
        return Note("no_channel", {"channel": one.target_channel}, stops=True)
    unknown = [code for code in one.products if code not in ground.articles]
    if not found.target:
        return Note("no_target", {"products": tuple(unknown or one.products)}, stops=True)
    if not found.substitute:
        return Note("no_substitute", {"channels": one.substitute_channels}, stops=True)
    return None


def _future(one: Intervention, cube: Cube, seen: Window) -> list[Note]:
    if one.full_from > cube.months[-1]:
        key = "not_started" if one.start_month > cube.months[-1] else "ramping"
        return [Note(key, {"start": one.starts_on, "full": one.full_from}, stops=True)]
    if not seen.post and not any(note.stops for note in seen.notes):
        return [Note("no_months", stops=True)]
    return []


def untouched(
    found: Setting, unit: Unit, one: Intervention, settled: int | None = None
) -> Floats | None:
    """The product groups that have nothing to do with it.

    A group of which the sources did not deliver every month of the comparison is not used. Groups
    that not every location ordered before the start stand together as one.

    Args:
        found: what it is compared with.
        unit: base units, kg or EUR.
        one: the intervention.
        settled: how many of the first months come before the start; those of the comparison
            unless stated.

    Returns:
        ``(groups, channels, locations, months)``; None without any.
    """
    channels = tuple(dict.fromkeys((one.target_channel, *one.substitute_channels)))
    about = found.series.target | found.series.substitute
    before = found.settled if settled is None else settled
    groups = [of_unit(found.cube, parts, about, unit) for parts in found.series.untouched.values()]
    groups = [same for same in groups if same and _whole(found, same)]
    amounts = np.empty((len(groups), len(channels), *found.shape))
    for at, same in enumerate(groups):
        for to, channel in enumerate(channels):
            own = {part for part in same if found.cube.parts[part].channel == channel}
            found.array(own, unit, into=amounts[at, to])
    everywhere = np.array([_ordered(group, before) for group in amounts], bool)
    if everywhere.all():
        return amounts if len(amounts) else None
    together = amounts[~everywhere].sum(axis=0)
    kept = [amounts[everywhere], *([together[None]] if _ordered(together, before) else [])]
    found_any = np.concatenate(kept)
    return found_any if len(found_any) else None


def _ordered(group: Floats, before: int) -> bool:
    """Whether every location ordered of a group in the first months."""
    return bool((group[..., :before].sum(axis=(0, 2)) > 0).all())


def _whole(found: Setting, parts: Collection[int]) -> bool:
    """Whether the sources of some parts are those of the series that are compared."""
    about = found.series.target | found.series.substitute
    return found.feeds(parts) <= found.feeds(about)


def unreadable(found: Setting, unit: Unit) -> Note | None:
    """Why the effect cannot be read in a unit; None when it can."""
    return readable(found.cube, found.series.target | found.series.substitute, unit)


def among_neighbours(found: Setting) -> Setting:
    """The same comparison with the neighbours in the place of the treated locations."""
    near = found.sites.neighbours
    controls = tuple(code for code in found.sites.controls if code not in near)
    return replace(found, sites=replace(found.sites, treated=near, controls=controls))

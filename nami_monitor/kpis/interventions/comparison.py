"""From the register and the order lines to the arrays that an estimator can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np

from nami_monitor.core.thresholds import MIN_COMPLETENESS
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.panel_data import (
    Articles,
    Bools,
    Cube,
    Floats,
    Ints,
    PanelData,
)
from nami_monitor.kpis.interventions.register import Intervention, Limitation
from nami_monitor.kpis.interventions.sites import Given, Sites, choose_sites
from nami_monitor.kpis.interventions.window import Window, comparison_window, overlapping, separate


class DestinationKind(StrEnum):
    """Where demand may have gone."""

    REGISTERED = "registered"
    SUBSTITUTE = "substitute"
    CHANNEL = "channel"
    GROUP = "group"
    CONTRACT = "contract"
    NEIGHBOURS = "neighbours"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Goal:
    """One place where demand may have gone.

    Args:
        kind: what sort of place.
        name: the channel, product group or contract; empty for the others.
        parts: the parts of the cube that it is.
    """

    kind: DestinationKind
    name: str
    parts: frozenset[int]


@dataclass(frozen=True)
class Outcomes:
    """The parts of the cube that an intervention speaks of.

    Args:
        target: what it aims at.
        substitute: what was named as taking over.
        goals: everywhere else where demand may have gone, the parts of the substitute first.
        untouched: product groups that have nothing to do with it, by name.
    """

    target: frozenset[int]
    substitute: frozenset[int]
    goals: tuple[Goal, ...]
    untouched: Mapping[str, frozenset[int]]


def outcomes(one: Intervention, cube: Cube, articles: Articles) -> Outcomes:
    """Sort the parts of the cube by what they are to an intervention.

    Args:
        one: the intervention.
        cube: the order lines of its category.
        articles: the articles behind every number that it names.
    """
    parts = cube.parts
    named = _articles(one.products, articles)
    instead = _articles(one.substitute_products, articles)
    aimed = target_parts(one, cube, articles)
    substitute = frozenset(
        at
        for at, part in enumerate(parts)
        if part.channel in one.substitute_channels
        and (not one.substitute_products or part.product in instead)
        and at not in aimed
    )
    taken = aimed | substitute
    channels = {one.target_channel, *one.substitute_channels}
    rest = [at for at in range(len(parts)) if at not in taken]
    about = named | instead
    elsewhere = _by(
        [
            (parts[at].channel, at)
            for at in rest
            if parts[at].channel not in channels
            and (not one.products or parts[at].product in about)
        ]
    )
    groups = _by([(parts[at].group, at) for at in rest if parts[at].channel in channels])
    contracts = _contracts(cube, taken, rest)
    touched = {parts[at].group for at in taken}
    own = _by([(parts[at].channel, at) for at in sorted(substitute)])
    goals = [
        *(Goal(DestinationKind.SUBSTITUTE, name, found) for name, found in own.items()),
        *(Goal(DestinationKind.CHANNEL, name, found) for name, found in elsewhere.items()),
        *(Goal(DestinationKind.GROUP, name, found) for name, found in groups.items()),
        *(Goal(DestinationKind.CONTRACT, name, found) for name, found in contracts.items()),
    ]
    untouched = {name: found for name, found in groups.items() if name not in touched}
    return Outcomes(aimed, substitute, tuple(goals), untouched)


def target_parts(one: Intervention, cube: Cube, articles: Articles) -> frozenset[int]:
    """The parts of the cube that an intervention aims at.

    Args:
        one: the intervention.
        cube: the order lines of its category.
        articles: the articles behind every number that it names.
    """
    named = _articles(one.products, articles)
    return frozenset(
        at
        for at, part in enumerate(cube.parts)
        if part.channel == one.target_channel and (not one.products or part.product in named)
    )


def _articles(codes: Collection[str], articles: Articles) -> frozenset[tuple[str, str]]:
    return frozenset(one for code in codes for one in articles.get(code, frozenset()))


def _by(pairs: Collection[tuple[str, int]]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for name, at in pairs:
        found[name].add(at)
    return {name: frozenset(found[name]) for name in sorted(found)}


def _contracts(
    cube: Cube, taken: Collection[int], rest: Collection[int]
) -> dict[str, frozenset[int]]:
    """Contracts of which nothing belongs to the target or the substitute."""
    own = {cube.parts[at].contract for at in taken}
    return _by(
        [
            (cube.parts[at].contract, at)
            for at in rest
            if cube.parts[at].contract and cube.parts[at].contract not in own
        ]
    )


def readable(cube: Cube, parts: Collection[int], unit: Unit) -> Limitation | None:
    """Why an effect cannot be read in a unit; None when it can.

    Args:
        cube: the order lines.
        parts: target and substitute together.
        unit: base units must be of one kind; mass and amounts must be known of most lines.
    """
    quantities = cube.total(parts, "lines_with_quantity")
    amounts = cube.total(parts, "lines_with_amount")
    if unit is Unit.EUR:
        share = amounts / quantities if quantities else 1.0
        return _too_little(share, unit)
    if unit is Unit.KG:
        handled = cube.total(parts, "handled")
        return _too_little(cube.total(parts, "handled_with_mass") / handled if handled else 0, unit)
    counted = [at for at in parts if cube.total([at], "lines_with_quantity")]
    units = sorted({cube.parts[at].base_unit for at in counted})
    if len(units) > 1:
        return Limitation("mixed_units", {"units": tuple(units)}, stops=True)
    return _too_little(quantities / amounts if amounts else 1.0, unit)


def _too_little(share: float, unit: Unit) -> Limitation | None:
    if share >= MIN_COMPLETENESS.value:
        return None
    return Limitation("little_known", {"share": share, "unit": str(unit)}, stops=True)


def same_unit(
    cube: Cube, parts: Collection[int], like: Collection[int], unit: Unit
) -> frozenset[int]:
    """The parts that can be added up with others: in base units only those of the same unit."""
    if unit is not Unit.BASE:
        return frozenset(parts)
    units = {cube.parts[at].base_unit for at in like}
    return frozenset(at for at in parts if cube.parts[at].base_unit in units)


@dataclass(frozen=True)
class Comparison:
    """What an intervention is compared with, and over which months; the same in every unit.

    Args:
        cube: the order lines of its category.
        series: what belongs to its target, its substitute, and elsewhere.
        window: the months.
        sites: the locations.
        notes: what was left out, and what stands in the way.
    """

    cube: Cube
    series: Outcomes
    window: Window
    sites: Sites
    notes: tuple[Limitation, ...]

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


def compare(one: Intervention, ground: PanelData) -> Comparison | tuple[Limitation, ...]:
    """Find what an intervention can be compared with.

    Args:
        one: the intervention.
        ground: what was read.

    Returns:
        The setting; or why there is none, when nothing was ordered that it speaks of.
    """
    cube = ground.cubes.get(one.category)
    if cube is None:
        return (Limitation("no_orders", {"category": one.category}, stops=True),)
    found = outcomes(one, cube, ground.articles)
    if lacking := _lacking(one, found, ground, cube):
        return (lacking,)
    about = {
        other.code: target_parts(other, cube, ground.articles)
        for other in ground.register
        if other.category == one.category
    }
    others = overlapping(one, ground.register, about, found.target | found.substitute)
    until = min(one.last_month or cube.months[-1], cube.months[-1])
    apart = separate(one, others, frozenset(cube.locations), cube.months[0], until)
    feeds = [
        {cube.parts[at].source for at in parts}
        for parts in (found.target, found.substitute)
        if parts
    ]
    treated = set(one.locations)
    months = [month for month in cube.months if not treated & absent(ground, feeds, [month])]
    seen = comparison_window(one, months, ground.history, feeds, apart.cut)
    gone = absent(ground, feeds, seen.months)
    given = Given(cube, seen, ground.places, ground.staff, apart, found.target, gone)
    chosen = choose_sites(one, given)
    notes = [*_future(one, cube, seen), *seen.notes, *apart.notes]
    if not chosen.treated:
        notes.append(Limitation("no_treated", stops=True))
    return Comparison(cube, found, seen, chosen, tuple(notes))


def absent(
    ground: PanelData, feeds: Sequence[Collection[str]], months: Sequence[date]
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


def _lacking(
    one: Intervention, found: Outcomes, ground: PanelData, cube: Cube
) -> Limitation | None:
    """What the register names and nobody orders."""
    known = {part.channel for part in cube.parts}
    if one.target_channel not in known:
        return Limitation("no_channel", {"channel": one.target_channel}, stops=True)
    unknown = [code for code in one.products if code not in ground.articles]
    if not found.target:
        return Limitation("no_target", {"products": tuple(unknown or one.products)}, stops=True)
    if not found.substitute:
        return Limitation("no_substitute", {"channels": one.substitute_channels}, stops=True)
    return None


def _future(one: Intervention, cube: Cube, seen: Window) -> list[Limitation]:
    if one.full_from > cube.months[-1]:
        key = "not_started" if one.start_month > cube.months[-1] else "ramping"
        return [Limitation(key, {"start": one.starts_on, "full": one.full_from}, stops=True)]
    if not seen.post and not any(note.stops for note in seen.notes):
        return [Limitation("no_months", stops=True)]
    return []


def untouched_groups(
    found: Comparison, unit: Unit, one: Intervention, settled: int | None = None
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
    groups = [
        same_unit(found.cube, parts, about, unit) for parts in found.series.untouched.values()
    ]
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


def _whole(found: Comparison, parts: Collection[int]) -> bool:
    """Whether the sources of some parts are those of the series that are compared."""
    about = found.series.target | found.series.substitute
    return found.feeds(parts) <= found.feeds(about)


def unreadable(found: Comparison, unit: Unit) -> Limitation | None:
    """Why the effect cannot be read in a unit; None when it can."""
    return readable(found.cube, found.series.target | found.series.substitute, unit)


def among_neighbours(found: Comparison) -> Comparison:
    """The same comparison with the neighbours in the place of the treated locations."""
    near = found.sites.neighbours
    controls = tuple(code for code in found.sites.controls if code not in near)
    return replace(found, sites=replace(found.sites, treated=near, controls=controls))

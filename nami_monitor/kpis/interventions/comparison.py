"""From the register and the order lines to the arrays that the estimator reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
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
from nami_monitor.kpis.interventions.sites import Sites, choose_sites
from nami_monitor.kpis.interventions.window import Window, comparison_window, overlapping, separate
from nami_monitor.waterbed.inputs import Inputs
from nami_monitor.waterbed.outputs import Estimate

Parts = frozenset[int]
"""Positions of parts in a cube."""


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
class Destination:
    """A destination of the demand that left the target.

    Args:
        name: the channel, product group or contract; empty for the others.
        parts: the parts of the cube that it is; none for locations or months.
        effect: change per month; None where it cannot be estimated.
        corrected: whether its limits hold for all destinations together; what was registered needs
            no correction.
    """

    kind: DestinationKind
    name: str = ""
    parts: Parts = frozenset()
    effect: Estimate | None = None
    corrected: bool = False

    @property
    def shown(self) -> bool:
        """Whether the limits of the effect leave out zero."""
        return self.effect is not None and not self.effect.low <= 0 <= self.effect.high


@dataclass(frozen=True)
class Outcomes:
    """What the parts of a cube are to an intervention: its target, and the substitute it names.

    ``destinations`` are everywhere that demand may have gone, the parts of the substitute first;
    ``untouched`` are product groups that it leaves alone, by name.
    """

    target: Parts
    substitute: Parts
    destinations: tuple[Destination, ...]
    untouched: Mapping[str, Parts]

    @property
    def compared(self) -> Parts:
        """Target and substitute together."""
        return self.target | self.substitute


def find_outcomes(one: Intervention, cube: Cube, articles: Articles) -> Outcomes:
    """Sort the parts of the cube by what they are to an intervention."""
    parts = cube.parts
    named = _articles(one.products, articles)
    instead = _articles(one.substitute_products, articles)
    target = target_parts(one, cube, articles)
    substitute = frozenset(
        at
        for at, part in enumerate(parts)
        if part.channel in one.substitute_channels
        and (not one.substitute_products or part.product in instead)
        and at not in target
    )
    taken = target | substitute
    channels = {one.target_channel, *one.substitute_channels}
    rest = [at for at in range(len(parts)) if at not in taken]
    elsewhere = _by_name(
        (parts[at].channel, at)
        for at in rest
        if parts[at].channel not in channels
        and (not one.products or parts[at].product in named | instead)
    )
    groups = _by_name((parts[at].group, at) for at in rest if parts[at].channel in channels)
    own_contracts = {parts[at].contract for at in taken}
    contracts = _by_name(
        (parts[at].contract, at)
        for at in rest
        if parts[at].contract and parts[at].contract not in own_contracts
    )
    by_kind = {
        DestinationKind.SUBSTITUTE: _by_name((parts[at].channel, at) for at in substitute),
        DestinationKind.CHANNEL: elsewhere,
        DestinationKind.GROUP: groups,
        DestinationKind.CONTRACT: contracts,
    }
    touched = {parts[at].group for at in taken}
    return Outcomes(
        target=target,
        substitute=substitute,
        destinations=tuple(
            Destination(kind, name, own) for kind, named in by_kind.items() for name, own in named
        ),
        untouched={name: own for name, own in groups if name not in touched},
    )


def target_parts(one: Intervention, cube: Cube, articles: Articles) -> Parts:
    """The parts of the cube that an intervention aims at."""
    named = _articles(one.products, articles)
    return frozenset(
        at
        for at, part in enumerate(cube.parts)
        if part.channel == one.target_channel and (not one.products or part.product in named)
    )


def _articles(codes: Collection[str], articles: Articles) -> frozenset[tuple[str, str]]:
    return frozenset(article for code in codes for article in articles.get(code, frozenset()))


def _by_name(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, Parts]]:
    """Names in order, each with its parts."""
    found: dict[str, set[int]] = defaultdict(set)
    for name, at in pairs:
        found[name].add(at)
    return [(name, frozenset(found[name])) for name in sorted(found)]


@dataclass(frozen=True)
class MonthlyMeans:
    """What a location ordered a month on average before a start and after it; no estimate."""

    before: float
    after: float


@dataclass(frozen=True)
class Comparison:
    """What an intervention is compared with, and over which months; the same in every unit.

    The cube holds the order lines of its category; ``weighed`` says whether months that resemble
    each other count less.
    """

    intervention: Intervention
    cube: Cube
    outcomes: Outcomes
    window: Window
    sites: Sites
    limitations: tuple[Limitation, ...]
    weighed: bool = False

    def array(self, parts: Collection[int], unit: Unit, into: Floats | None = None) -> Floats:
        """What some parts add up to, ``(locations, months)`` of the comparison."""
        panel = self.cube.panel(parts, unit)[:, self._columns]
        return panel.take(self._rows, axis=0, out=into, mode="clip")

    @cached_property
    def _rows(self) -> Ints:
        return np.array([self.cube.row_of[code] for code in self.sites.compared], int)

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
    def treated(self) -> Bools:
        """Which locations of the arrays are treated, ``(locations,)``."""
        return np.arange(len(self.sites.compared)) < len(self.sites.treated)

    @property
    def first_post(self) -> int | Ints:
        """The first month after the start, or of each location where it comes in steps."""
        if self.intervention.compared_before is None:
            return len(self.window.pre)
        full = [self.intervention.full_at(code) for code in self.sites.compared]
        return np.array([sum(month < each for month in self.window.months) for each in full])

    def means(self, parts: Parts, unit: Unit, locations: Bools) -> MonthlyMeans | None:
        """What one of some locations of the arrays ordered a month of some parts.

        The months in which people may have seen it coming, and later ones in which it is off, are
        in neither period. None without locations, or without months before or after.
        """
        amounts, month = self.array(parts, unit), np.arange(len(self.window.months))
        start = np.broadcast_to(self.first_post, len(amounts))[:, None]
        on = np.array([self.intervention.on(each) for each in self.window.months], bool)
        before = amounts[(month < start - self.window.anticipation) & locations[:, None]]
        after = amounts[(month >= start) & on & locations[:, None]]
        if not before.size or not after.size:
            return None
        return MonthlyMeans(float(before.mean()), float(after.mean()))

    def inputs(self, unit: Unit, settled: int | None = None) -> Inputs:
        """The arrays for the estimator, in a unit.

        ``settled`` is how many of the first months come before the start; those of the comparison
        by default.
        """
        settled = self.settled if settled is None else settled
        return Inputs(
            target=self.array(self.outcomes.target, unit),
            substitute=self.array(self.outcomes.substitute, unit),
            treated=self.treated,
            first_post=self.first_post,
            anticipation=self.window.anticipation,
            untouched=self._untouched(unit, settled),
            switch=self._switch(),
        )

    def _switch(self) -> Bools | None:
        """In which months the measure is on, ``(months,)``; None where all count alike."""
        if not self.weighed or self.intervention.compared_before is not None:
            return None
        return np.array([self.intervention.on(month) for month in self.window.months])

    def _untouched(self, unit: Unit, settled: int) -> Floats | None:
        """The product groups that are left alone, ``(groups, channels, locations, months)``.

        A group of which the sources did not deliver every month of the comparison is not used.
        Groups that not every location ordered before the start are added up as one.
        """
        one = self.intervention
        channels = tuple(dict.fromkeys((one.target_channel, *one.substitute_channels)))
        groups = [self.same_unit(parts, unit) for parts in self.outcomes.untouched.values()]
        feeds = self.feeds(self.outcomes.compared)
        groups = [parts for parts in groups if parts and self.feeds(parts) <= feeds]
        shape = len(self.sites.compared), len(self.window.months)
        amounts = np.empty((len(groups), len(channels), *shape))
        for at, parts in enumerate(groups):
            for to, channel in enumerate(channels):
                own = {part for part in parts if self.cube.parts[part].channel == channel}
                self.array(own, unit, into=amounts[at, to])
        everywhere = np.array([_ordered(group, settled) for group in amounts], bool)
        if everywhere.all():
            return amounts if len(amounts) else None
        together = amounts[~everywhere].sum(axis=0)
        rest = [together[None]] if _ordered(together, settled) else []
        usable = np.concatenate([amounts[everywhere], *rest])
        return usable if len(usable) else None

    def feeds(self, parts: Collection[int]) -> set[str]:
        """The sources that feed some parts."""
        return {self.cube.parts[at].source for at in parts}

    def same_unit(self, parts: Parts, unit: Unit) -> Parts:
        """The parts that can be compared in a unit: in base units only those of the same one."""
        if unit is not Unit.BASE:
            return parts
        units = {self.cube.parts[at].base_unit for at in self.outcomes.compared}
        return frozenset(at for at in parts if self.cube.parts[at].base_unit in units)

    def unreadable(self, unit: Unit) -> Limitation | None:
        """Why the effect cannot be read in a unit; None when it can.

        Base units must be of one kind; mass and amounts must be known of most lines.
        """
        cube, parts = self.cube, self.outcomes.compared
        quantities = cube.total(parts, "lines_with_quantity")
        amounts = cube.total(parts, "lines_with_amount")
        if unit is Unit.EUR:
            share = amounts / quantities if quantities else 1.0
        elif unit is Unit.KG:
            handled = cube.total(parts, "handled")
            share = cube.total(parts, "handled_with_mass") / handled if handled else 0.0
        else:
            counted = [at for at in parts if cube.total([at], "lines_with_quantity")]
            units = sorted({cube.parts[at].base_unit for at in counted})
            if len(units) > 1:
                return Limitation("mixed_units", {"units": tuple(units)}, stops=True)
            share = quantities / amounts if amounts else 1.0
        if share >= MIN_COMPLETENESS.value:
            return None
        return Limitation("little_known", {"share": share, "unit": str(unit)}, stops=True)

    def among_neighbours(self) -> Comparison:
        """The same comparison with the neighbours in the place of the treated locations."""
        near = self.sites.neighbours
        controls = tuple(code for code in self.sites.controls if code not in near)
        return replace(self, sites=replace(self.sites, treated=near, controls=controls))


def _ordered(group: Floats, settled: int) -> bool:
    """Whether every location ordered of a group in the first months."""
    return bool((group[..., :settled].sum(axis=(0, 2)) > 0).all())


def compare(
    one: Intervention, data: PanelData, *, alone: bool = False
) -> Comparison | tuple[Limitation, ...]:
    """Find what it can be compared with, its target ``alone`` if need be; or why it is nothing."""
    cube = data.cubes.get(one.category)
    if cube is None:
        return (Limitation("no_orders", {"category": one.category}, stops=True),)
    outcomes = find_outcomes(one, cube, data.articles)
    lacking = _lacking(one, outcomes, data, cube)
    if lacking and not (alone and lacking.key == "no_substitute"):
        return (lacking,)
    targets = {
        other.code: target_parts(other, cube, data.articles)
        for other in data.register
        if other.category == one.category
    }
    begun = [other for other in data.register if other.start_month <= cube.months[-1]]
    others = overlapping(one, begun, targets, outcomes.compared)
    until = min(one.last_month or cube.months[-1], cube.months[-1])
    separation = separate(one, others, frozenset(cube.locations), cube.months[0], until)
    feeds = [
        {cube.parts[at].source for at in parts}
        for parts in (outcomes.target, outcomes.substitute)
        if parts
    ]
    treated = set(one.locations)
    months = [month for month in cube.months if not treated & data.absent(feeds, [month])]
    window = comparison_window(one, months, data.history, feeds, separation.limits)
    absent = data.absent(feeds, window.months)
    sites = choose_sites(one, data, window, separation, outcomes.target, absent)
    limitations = [*_future(one, cube, window), *window.limitations, *separation.limitations]
    if not sites.treated:
        limitations.append(Limitation("no_treated", stops=True))
    return Comparison(one, cube, outcomes, window, sites, tuple(limitations))


def _lacking(
    one: Intervention, outcomes: Outcomes, data: PanelData, cube: Cube
) -> Limitation | None:
    """What the register names and nobody orders."""
    if one.target_channel not in {part.channel for part in cube.parts}:
        return Limitation("no_channel", {"channel": one.target_channel}, stops=True)
    unknown = [code for code in one.products if code not in data.articles]
    if not outcomes.target:
        return Limitation("no_target", {"products": tuple(unknown or one.products)}, stops=True)
    if not outcomes.substitute:
        return Limitation("no_substitute", {"channels": one.substitute_channels}, stops=True)
    return None


def _future(one: Intervention, cube: Cube, window: Window) -> list[Limitation]:
    if one.full_from > cube.months[-1]:
        key = "not_started" if one.start_month > cube.months[-1] else "ramping"
        return [Limitation(key, {"start": one.starts_on, "full": one.full_from}, stops=True)]
    if not window.post and not any(limitation.stops for limitation in window.limitations):
        return [Limitation("no_months", stops=True)]
    return []

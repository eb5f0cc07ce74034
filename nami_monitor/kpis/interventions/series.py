"""Which order lines belong to the target, to the substitute, and to where else it may have gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nami_monitor.core.thresholds import MIN_COMPLETENESS
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.cube import Cube
from nami_monitor.kpis.interventions.note import Note
from nami_monitor.kpis.interventions.register import Intervention

Articles = Mapping[str, frozenset[tuple[str, str]]]
"""By article number, the articles of each source that bear it or are the same."""


class Kind(StrEnum):
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

    kind: Kind
    name: str
    parts: frozenset[int]


@dataclass(frozen=True)
class Series:
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


def series(one: Intervention, cube: Cube, articles: Articles) -> Series:
    """Sort the parts of the cube by what they are to an intervention.

    Args:
        one: the intervention.
        cube: the order lines of its category.
        articles: the articles behind every number that it names.
    """
    parts = cube.parts
    named = _articles(one.products, articles)
    instead = _articles(one.substitute_products, articles)
    aimed = target(one, cube, articles)
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
        *(Goal(Kind.SUBSTITUTE, name, found) for name, found in own.items()),
        *(Goal(Kind.CHANNEL, name, found) for name, found in elsewhere.items()),
        *(Goal(Kind.GROUP, name, found) for name, found in groups.items()),
        *(Goal(Kind.CONTRACT, name, found) for name, found in contracts.items()),
    ]
    untouched = {name: found for name, found in groups.items() if name not in touched}
    return Series(aimed, substitute, tuple(goals), untouched)


def target(one: Intervention, cube: Cube, articles: Articles) -> frozenset[int]:
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


def readable(cube: Cube, parts: Collection[int], unit: Unit) -> Note | None:
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
        return Note("mixed_units", {"units": tuple(units)}, stops=True)
    return _too_little(quantities / amounts if amounts else 1.0, unit)


def _too_little(share: float, unit: Unit) -> Note | None:
    if share >= MIN_COMPLETENESS.value:
        return None
    return Note("little_known", {"share": share, "unit": str(unit)}, stops=True)


def of_unit(
    cube: Cube, parts: Collection[int], like: Collection[int], unit: Unit
) -> frozenset[int]:
    """The parts that can be added up with others: in base units only those of the same unit."""
    if unit is not Unit.BASE:
        return frozenset(parts)
    units = {cube.parts[at].base_unit for at in like}
    return frozenset(at for at in parts if cube.parts[at].base_unit in units)

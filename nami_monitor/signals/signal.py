"""A signal: what the figures or registers show, with its numbers, and which come first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from nami_monitor.core.thresholds import ATTENTION, STEP_CHANCE, XMR_CHANCE_OUTSIDE
from nami_monitor.core.words import KitSignal

Seen = float | str | date
"""A number behind a signal, or the name or moment that belongs to it."""


@dataclass(frozen=True)
class Signal:
    """Something that the figures or registers show.

    Args:
        kind: what it is; its words stand in the catalogues under ``kit.signals.`` and its sentence
            under ``signals.``.
        subject: what shows it: the code of a KPI or intervention, the number of a contract, the
            name of a source, or a product group.
        numbers: what was seen and what it is held against, for the sentence.
        kpi: the KPI in whose unit the numbers are; None where they have units of their own.
        size: euros a year that it is about; None where that is not known.
        evidence: how well it is known, 0 to 1: a weight, no chance.
    """

    kind: KitSignal
    month: date
    subject: str
    numbers: Mapping[str, Seen] = field(default_factory=dict)
    kpi: str | None = None
    category: str | None = None
    size: float | None = None
    evidence: float = 1.0

    @property
    def weight(self) -> float:
        """Size times evidence; 0 where the size is not known."""
        return abs(self.size or 0.0) * self.evidence


@dataclass(frozen=True)
class Attention:
    """The signals at the top, and how much chance alone would give.

    ``first`` holds at most ``ATTENTION`` of them, the weightiest first; ``watched`` counts the
    series that were watched for a change of level, ``by_chance`` those that would give a new signal
    in a month if nothing happened at all.
    """

    first: tuple[Signal, ...]
    others: tuple[Signal, ...]
    watched: int
    by_chance: float


def ranked(found: Iterable[Signal]) -> tuple[Signal, ...]:
    """Signals by size times evidence; without a size last, best known first.

    Of equal weight the order in which they came stays.
    """
    return tuple(sorted(found, key=lambda one: (-one.weight, one.size is None, -one.evidence)))


def attention(found: Iterable[Signal], watched: int, watched_outside: int = 0) -> Attention:
    """The few that deserve attention first.

    They are the weightiest of each kind, then the next of each, as far as there is room; what is
    chosen so stands by weight. ``watched`` series are scanned; of ``watched_outside``, too short
    for that, only points outside the limits count.
    """
    order = ranked(found)
    first = ranked(_in_turn(order)[: int(ATTENTION.value)])
    chance = watched * STEP_CHANCE.value + watched_outside * XMR_CHANCE_OUTSIDE.value
    others = tuple(one for one in order if not any(one is top for top in first))
    return Attention(first, others, watched + watched_outside, chance)


def _in_turn(order: Sequence[Signal]) -> list[Signal]:
    """The first of each kind, then the second of each: many contracts must not hide one peak."""
    seen: Counter[KitSignal] = Counter()
    turns = []
    for one in order:
        turns.append(seen[one.kind])
        seen[one.kind] += 1
    return [one for _, one in sorted(zip(turns, order, strict=True), key=lambda pair: pair[0])]

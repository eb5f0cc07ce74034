"""A month's signals with what they are about: the figure, the intervention or the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.overview import Line, Overview
from nami_monitor.core.words import KitSignal
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.signals.signal import Signal

GOOD: Final = frozenset({KitSignal.BETTER, KitSignal.TARGET_MET})
"""Signals that ask for nothing."""
WORSE: Final = frozenset({KitSignal.WORSE, KitSignal.REFURBISHED_SHARE_FALLING})
"""Figures that departed from normal variation, the wrong way."""


@dataclass(frozen=True)
class Finding:
    """Something that a month shows.

    Args:
        signal: what is seen, with its numbers.
        month: the month in which it is told.
        about: what it is about; None for a source, a product group, or what nobody holds a
            figure of.
    """

    signal: Signal
    month: date
    about: Line | Evaluation | Contract | None = None

    @property
    def kind(self) -> KitSignal:
        """What it is."""
        return self.signal.kind

    @property
    def category(self) -> str | None:
        """Of which category; None for all together."""
        return self.signal.category

    @property
    def name(self) -> str:
        """What stays the same from one look to the next: kind, category and subject."""
        return f"{self.kind}:{self.category or ''}:{self.signal.subject}"

    @property
    def good(self) -> bool:
        """Whether it asks for nothing."""
        return self.kind in GOOD

    @property
    def line(self) -> Line | None:
        """The key figure that it is about, if it is about one."""
        return self.about if isinstance(self.about, Line) else None


def findings(
    signals: Iterable[Signal],
    glance: Overview,
    answers: Iterable[Evaluation],
    contracts: Iterable[Contract],
) -> Iterator[Finding]:
    """Signals with what they are about, in their order.

    Args:
        signals: of one section.
        glance: its key figures.
        answers: what its interventions did.
        contracts: its contracts.
    """
    about: dict[str, Line | Evaluation | Contract] = {
        **{one.number: one for one in contracts},
        **{one.intervention.code: one for one in answers},
        **{line.kpi.code: line for line in glance.lines},
    }
    for signal in signals:
        yield Finding(signal, glance.month, about.get(signal.subject))

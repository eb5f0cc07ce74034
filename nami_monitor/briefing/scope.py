"""What signals are looked for in: a month, a selection, and the money that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.briefing.overview import Overview
from nami_monitor.core.thresholds import UNSURE
from nami_monitor.kpis import KpiResult

Where = Mapping[str, tuple[str, ...]]

SPEND: Final = "impact_spend"
YEAR: Final = 12


@dataclass(frozen=True)
class Scope:
    """A month and a selection.

    Args:
        month: the month to look from.
        where: filters, as in ``Ask``.
        spend: euros of the last twelve months in the selection; None where that is not known.
        spent: spend by month, as far back as an overview looks; months without a figure are absent.
        sources: the feeds on which its figures rest.
    """

    month: date
    where: Where
    spend: float | None = None
    spent: Mapping[date, float] | None = None
    sources: frozenset[str] = frozenset()

    @property
    def category(self) -> str | None:
        """The category, where exactly one was chosen."""
        chosen = self.where.get("category", ())
        return chosen[0] if len(chosen) == 1 else None

    @property
    def of_category(self) -> Where:
        """The filter on category alone, for registers that know no other."""
        chosen = self.where.get("category")
        return {"category": chosen} if chosen else {}

    def holds(self, category: str | None) -> bool:
        """Whether a category belongs to it."""
        chosen = self.where.get("category")
        return not chosen or category in chosen

    def worth(self, share: float) -> float | None:
        """Euros a year of a share (0 to 1) of its spend; None where that is not known."""
        return None if self.spend is None else min(abs(share), 1.0) * abs(self.spend)


def scope_of(glance: Overview, where: Where) -> Scope:
    """The scope of an overview."""
    spent = next((line.history for line in glance.lines if line.kpi.code == SPEND), ())
    months = {result.month: result.value for result in spent if result.value is not None}
    return Scope(
        month=glance.period.last,
        where=where,
        spend=_last_year(spent) if glance.monthly else None,
        spent=months if glance.monthly else {},
        sources=frozenset(
            source for line in glance.lines for result in line.history for source in result.sources
        ),
    )


def _last_year(spent: Sequence[KpiResult]) -> float | None:
    """Twelve times the mean of the months with a figure among the last twelve."""
    known = [one.value for one in spent[-YEAR:] if one.value is not None]
    return YEAR * sum(known) / len(known) if known else None


def evidence_of(result: KpiResult, *, unsure: bool = False) -> float:
    """How well a figure is known: its completeness, halved for what is provisional or suspected."""
    known = 1.0 if result.completeness is None else result.completeness
    return known * (UNSURE.value if unsure else 1.0)

"""What a month shows, the most important first: enums and figures, no words for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.overview import Line, Overview
from nami_monitor.core.words import KitSignal, State, Unit, Verdict
from nami_monitor.kpis.interventions.answer import Answer
from nami_monitor.signals.assess import Assessment


class Kind(StrEnum):
    """What a finding is, the most important first."""

    BACKFIRE = "backfire"
    WATERBED = "waterbed"
    CONCERN = "concern"
    TARGET_MISSED = "target_missed"
    TARGET_BEHIND = "target_behind"
    CONTRACT = "contract"
    OVERDUE = "overdue"
    ROSE = "rose"
    NO_DECREASE = "no_decrease"
    INCONCLUSIVE = "inconclusive"
    IMPROVEMENT = "improvement"
    NET_REDUCTION = "net_reduction"
    TARGET_MET = "target_met"
    TARGET_AHEAD = "target_ahead"
    MISSING = "missing"


GOOD: Final = frozenset({Kind.IMPROVEMENT, Kind.NET_REDUCTION, Kind.TARGET_MET, Kind.TARGET_AHEAD})
"""Findings that ask for nothing."""

OF_VERDICT: Final[Mapping[Verdict, Kind]] = {
    Verdict.BACKFIRE_SHOWN: Kind.BACKFIRE,
    Verdict.WATERBED_SHOWN: Kind.WATERBED,
    Verdict.TARGET_ROSE: Kind.ROSE,
    Verdict.NO_DECREASE_SHOWN: Kind.NO_DECREASE,
    Verdict.INCONCLUSIVE: Kind.INCONCLUSIVE,
    Verdict.NET_REDUCTION_SHOWN: Kind.NET_REDUCTION,
}
"""The finding that a verdict makes; of several verdicts, the first one here counts."""

CALLS_UP: Final[Mapping[Kind, KitSignal]] = {
    Kind.BACKFIRE: KitSignal.CONSUMPTION_UP_AFTER_MEASURE,
    Kind.WATERBED: KitSignal.WATERBED_SHOWN,
    Kind.ROSE: KitSignal.CONSUMPTION_UP_AFTER_MEASURE,
    Kind.NO_DECREASE: KitSignal.NO_EFFECT_SEEN,
    Kind.INCONCLUSIVE: KitSignal.WATERBED_SUSPECTED,
    Kind.TARGET_MISSED: KitSignal.TARGET_MISSED,
    Kind.TARGET_BEHIND: KitSignal.TARGET_MISSED,
    Kind.TARGET_MET: KitSignal.TARGET_MET,
    Kind.TARGET_AHEAD: KitSignal.TARGET_MET,
    Kind.CONTRACT: KitSignal.CONTRACT_WINDOW_OPEN,
    Kind.MISSING: KitSignal.LOW_MEASURABILITY,
}
"""Which lessons of the kit a finding calls up."""


@dataclass(frozen=True)
class Finding:
    """Something that a month shows.

    Args:
        kind: what it is.
        month: the month in which it is told.
        category: of which category; None for all together.
        about: the key figure, the intervention or the contract that it is about.
    """

    kind: Kind
    month: date
    category: str | None
    about: Line | Answer | Contract

    @property
    def line(self) -> Line | None:
        """The key figure that it is about, if it is about one."""
        return self.about if isinstance(self.about, Line) else None

    @property
    def answer(self) -> Answer | None:
        """The intervention that it is about, if it is about one."""
        return self.about if isinstance(self.about, Answer) else None

    @property
    def euros(self) -> float:
        """How large it is, as far as it can be said in euros; zero where it cannot."""
        if isinstance(self.about, Contract):
            return self.about.value or 0.0
        if isinstance(self.about, Line) and self.about.kpi.unit is Unit.EUR:
            return abs(self.about.result.value or 0.0)
        return 0.0

    @property
    def good(self) -> bool:
        """Whether it asks for nothing."""
        return self.kind in GOOD


def ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by kind, then by size in euros; else in the order in which they came."""
    kinds = list(Kind)
    return tuple(sorted(found, key=lambda one: (kinds.index(one.kind), -one.euros)))


def of_lines(glance: Overview, category: str | None) -> Iterator[Finding]:
    """What the key figures of a month show."""
    for line in glance.lines:
        for kind in _of_line(line):
            yield Finding(kind, glance.month, category, line)


def _of_line(line: Line) -> Iterator[Kind]:
    if line.assessment is Assessment.CONCERN:
        yield Kind.CONCERN
    if line.assessment is Assessment.IMPROVEMENT:
        yield Kind.IMPROVEMENT
    aim = line.aim
    if aim is not None and aim.met is not None and line.aims == 1:
        final = (Kind.TARGET_MISSED, Kind.TARGET_MET)
        running = (Kind.TARGET_BEHIND, Kind.TARGET_AHEAD)
        yield (final if aim.final else running)[aim.met]
    if line.supported and line.result.state is State.NOT_COMPUTABLE:
        yield Kind.MISSING


def of_answers(answers: Iterable[Answer], month: date) -> Iterator[Finding]:
    """What interventions did, as far as anything can be said."""
    for answer in answers:
        kind = next((OF_VERDICT[one] for one in OF_VERDICT if one in answer.verdicts), None)
        if kind is not None:
            yield Finding(kind, month, answer.intervention.category, answer)


def of_contracts(contracts: Iterable[Contract], month: date) -> Iterator[Finding]:
    """Which contracts ask for something now."""
    for contract in contracts:
        if contract.due(month):
            yield Finding(Kind.CONTRACT, month, contract.category, contract)
        if contract.overdue(month):
            yield Finding(Kind.OVERDUE, month, contract.category, contract)

"""How a KPI is declared: once, completely, and checked when it is declared.

A declaration names its way over time: an object that owns all that depends on how months become
longer periods, from the computation to the rows behind a figure.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from nami_monitor.core.periods import Period
from nami_monitor.core.words import (
    LADDER,
    RUNG_OF_STRATEGY,
    Direction,
    Evidence,
    PeriodKind,
    Rung,
    State,
    Strategy,
    Unit,
)
from nami_monitor.kpis.questions import RELATIONS, Ask, Keys
from nami_monitor.kpis.result import UNITS, KpiResult, Series
from nami_monitor.kpis.source_rows import SourceRows
from nami_monitor.store import Transaction

IN_BASE_UNITS = {Unit.BASE, Unit.BASE_PER_ACTIVITY}
FACTORS = {Unit.PERCENT: 100.0, Unit.PER_1000_UNIT_YEARS: 1000.0}
"""From a ratio to the value in its unit."""


@dataclass(frozen=True)
class Known:
    """The share known, as SQL aggregate, and the ``table.column`` to complete when it is small."""

    share: str
    columns: tuple[str, ...]

    def __and__(self, other: Known) -> Known:
        """Both together: what is known of what is known."""
        columns = dict.fromkeys((*self.columns, *other.columns))
        return Known(f"{self.share} * {other.share}", tuple(columns))


@dataclass(frozen=True)
class Change:
    """A change of a definition; what changed stands in the catalogues under ``kpis.CODE.changes``.

    Figures shared before its month rest on the former version.
    """

    version: int
    since: date


@dataclass(frozen=True)
class OverTime(ABC):
    """How a KPI goes from months to longer periods, and all that depends on it.

    Each way is a subclass in ``kpis/over_time``; a KPI declares one of their objects.

    Args:
        code: its name; its words stand in the catalogues under ``over_time.``.
        from_month_to_month: whether every month tells something new, as control limits presume;
            windows that overlap and states that last move slowly by their make.
        adds_months: whether a part of a period says nothing of the whole: a target is judged when
            its period is over, and a change needs a baseline of the same length.
        divides_sums: whether it is a ratio of sums: a month can be held against the target of a
            longer period, and locations against limits for their size.
        by_aggregates: whether the declared aggregates give the figure.
        rows_add_up: whether the rows behind a figure add up to it.
        looks_back: whether it counts over a window that begins before the period.
        in_parts: whether its parts by a dimension say something by themselves.
        grouped_by: the only dimensions by which it can be grouped; None for those of its relations.
        split_by: the only dimension by which a change is split; None for those of its relations.
        not_split: the reason why a change has no parts by group; empty where it has.
        nothing: the reason where a category has nothing that it speaks of; empty where what its
            relation lacks says it.
        judges_figures: whether it speaks of the figures of other KPIs.
        forms: the forms in which a figure without and with a denominator is written with its
            numbers, under ``trace.forms.`` in the catalogues.
    """

    code: str
    from_month_to_month: bool = False
    adds_months: bool = False
    divides_sums: bool = False
    by_aggregates: bool = True
    rows_add_up: bool = True
    looks_back: bool = False
    in_parts: bool = True
    grouped_by: tuple[str, ...] | None = None
    split_by: str | None = None
    not_split: str = ""
    nothing: str = ""
    judges_figures: bool = False
    forms: tuple[str, str] = ("sum", "ratio")

    @abstractmethod
    def compute(self, db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
        """The results of a KPI; see ``compute``."""

    def series(self, db: Transaction, kpi: Kpi, ask: Ask) -> dict[Keys, Series]:
        """The same as numbers alone, by group, in the order of the groups."""
        found: dict[Keys, list[KpiResult]] = defaultdict(list)
        for result in self.compute(db, kpi, ask):
            found[tuple(result.keys.values())].append(result)
        return {keys: Series.of(results) for keys, results in found.items()}

    @abstractmethod
    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """The rows behind a figure, by table; they can be asked for until the transaction ends."""

    def months(self, period: Period) -> tuple[Period, ...]:
        """The months on which the figure of a period rests."""
        return (period,)

    def beneath(self, kpi: Kpi) -> Kpi:
        """What a change of the KPI is split as: the KPI itself, or the sum beneath it."""
        return kpi

    def shown_over(self, kind: str) -> str:
        """The kind of period over which a page shows it when it shows others over ``kind``."""
        return kind


@dataclass(frozen=True)
class Kpi:
    """One KPI. From this come the figure, its handbook page, its needs and its tests.

    Where the definition comes from stands with its other words in the catalogues.

    Args:
        code: the name everywhere; words for people stand in the catalogues under it.
        unit: the unit of the value; percentages are 0 to 100.
        reads: the relations that can give it; the first that has the dimensions asked is read.
        over_time: how months become longer periods.
        numerator: SQL aggregate over the relation.
        needs: ``table.column`` of what must be loaded.
        history: the changes of the definition, each of which made a version, in their order.
        denominator: SQL aggregate over the relation, for ratios within it; ratios per activity
            have none here, their denominator is the category's activity measure.
        known: which share of what the numerator speaks of is known; None where all is.
        within: a dimension of which a group must have a value to be spoken of at all, and the
            reason where it has none.
        evidence: grade of evidence, for what was not bought.
        activity: the activity measure it is always divided by; None for the category's own.
        only: the kinds of period on which it can be stated; empty for all.
        shares: further shares (0 to 1) that belong beside the figure, as SQL aggregates.
        method: the dimension of which a figure may rest on one value alone, and the measure whose
            rows it speaks of: prices of two sets do not add up.
        proxies: SQL aggregate, how many of the measured figures stand in for what was meant.
        beyond: whether a percentage may lie above 100: more done than a cap allows.
        rungs: where the R-ladder puts what it counts, when that is not the rung of its strategy.

    Raises:
        ValueError: the declaration is not whole.
    """

    code: str
    strategy: Strategy
    better: Direction
    unit: Unit
    reads: tuple[str, ...]
    over_time: OverTime
    numerator: str
    needs: tuple[str, ...]
    denominator: str | None = None
    known: Known | None = None
    evidence: Evidence = Evidence.NONE
    activity: str | None = None
    only: tuple[PeriodKind, ...] = ()
    shares: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Change, ...] = ()
    rungs: tuple[Rung, ...] = ()
    within: tuple[str, str] | None = None
    method: tuple[str, str] | None = None
    proxies: str | None = None
    beyond: bool = False

    def __post_init__(self) -> None:
        """Refuse a declaration that is not whole."""
        self._must(re.fullmatch(r"[a-z][a-z0-9_]+", self.code) is not None, "code", self.code)
        made = [change.version for change in self.history]
        self._must(made == list(range(2, len(made) + 2)), "history", made)
        since = [change.since for change in self.history]
        self._must(since == sorted(set(since)), "history", since)
        self._must(all(day.day == 1 for day in since), "history", since)
        for name in self.reads:
            self._must(name in RELATIONS, "reads", name)
            for split in self.splits:
                self._must(split in RELATIONS[name].dimensions, "splits", split)
            if self.method:
                self._must(self.method[0] in RELATIONS[name].dimensions, "method", self.method)
                self._must(self.method[1] in RELATIONS[name].measures, "method", self.method)
        if self.over_time.divides_sums or self.over_time.adds_months:
            self._must(self.over_time.divides_sums == self.is_ratio, "denominator", self.unit)
        self._must(not (self.denominator and self.per_activity), "denominator", self.unit)
        self._must(not self.activity or self.per_activity, "activity", self.activity)

    def _must(self, holds: bool, field: str, seen: object) -> None:
        if not holds:
            raise ValueError(f"{self.code}.{field}: {seen!r}")

    @property
    def covered(self) -> str | None:
        """SQL aggregate of the known share; None where all is known."""
        return self.known.share if self.known else None

    @property
    def known_by(self) -> tuple[str, ...]:
        """What to complete when too little is known, as ``table.column``."""
        return self.known.columns if self.known else ()

    @property
    def version(self) -> int:
        """The version of the definition; it rises with every change."""
        return len(self.history) + 1

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The dimensions and measures that the aggregates speak of."""
        relations = [RELATIONS[name] for name in self.reads]
        known = {name for one in relations for name in (*one.dimensions, *one.measures)}
        aggregates = (self.numerator, self.denominator, self.covered, self.proxies)
        text = re.sub(r"'[^']*'", "", " ".join(map(str, (*aggregates, *self.shares.values()))))
        return tuple(dict.fromkeys(word for word in re.findall(r"\w+", text) if word in known))

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """The dimensions that the aggregates speak of."""
        known = {name for relation in self.reads for name in RELATIONS[relation].dimensions}
        return tuple(name for name in self.named if name in known)

    @property
    def on_ladder(self) -> tuple[Rung, ...]:
        """Its rungs on the R-ladder; none for impact and steering."""
        own = RUNG_OF_STRATEGY.get(self.strategy)
        return self.rungs or ((own,) if own else ())

    @property
    def per_activity(self) -> bool:
        """Whether it is divided by an activity measure."""
        return self.unit in UNITS

    @property
    def in_base_units(self) -> bool:
        """Whether it adds up quantities, which must then be of one unit."""
        return self.unit in IN_BASE_UNITS

    @property
    def is_ratio(self) -> bool:
        """Whether one thing is divided by another."""
        return bool(self.denominator) or self.per_activity

    def blank(self, period: Period, keys: Mapping[str, str | None], **known: Any) -> KpiResult:
        """A result that has no value yet."""
        return KpiResult(
            code=self.code,
            period=period,
            keys=keys,
            state=State.NOT_COMPUTABLE,
            unit=self.unit,
            version=self.version,
            evidence=self.evidence,
            **known,
        )

    @property
    def most(self) -> float:
        """The highest value that it can have."""
        return 100.0 if self.unit is Unit.PERCENT and not self.beyond else math.inf

    @property
    def factor(self) -> float:
        """From the ratio to the value in its unit: percentages are 0 to 100."""
        return FACTORS.get(self.unit, 1.0)


def measures_named(kpi: Kpi) -> tuple[str, ...]:
    """The measured figures that a KPI's aggregates name, in order."""
    said = f"{kpi.numerator} {kpi.denominator} {kpi.covered}"
    return tuple(dict.fromkeys(re.findall(r"measure = '(\w+)'", said)))


def as_row(kpi: Kpi, result: KpiResult, reason: str | None) -> dict[str, Any]:
    """The figure as plain data for JSON and exports.

    ``r`` is where the R-ladder named in ``ladder`` puts what the KPI counts, which need not be the
    number of the strategy under which the kit files it: "R3, R5" under rethink. Both are empty for
    impact and steering.

    ``reason`` is the sentence of its reason, in the reader's language.
    """
    return {
        "code": result.code,
        "strategy": str(kpi.strategy),
        "r": ", ".join(kpi.on_ladder),
        "ladder": LADDER if kpi.on_ladder else "",
        **result.keys,
        "period_start": result.period.start.isoformat(),
        "period_end": result.period.end.isoformat(),
        "state": str(result.state),
        "value": result.value,
        "low": result.low,
        "high": result.high,
        "unit": str(result.unit),
        "activity": result.activity,
        "method": result.method,
        "numerator": result.numerator,
        "denominator": result.denominator,
        "completeness": result.completeness,
        "evidence": str(result.evidence),
        "version": result.version,
        "flags": [str(flag) for flag in result.flags],
        "reason": reason,
        **{f"share_{name}": share for name, share in result.shares.items()},
    }


def compute(db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
    """The results of a KPI, by group and period, groups in order and periods oldest first.

    Raises:
        UserError: an unknown dimension or period, or dimensions that no relation has together.
    """
    return kpi.over_time.compute(db, kpi, ask)

"""How many of the targets that were stated for a period are met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Flag, PeriodKind, State
from nami_monitor.kpis.context import flags_of
from nami_monitor.kpis.declare import Kpi, OverTime
from nami_monitor.kpis.questions import EMPTY, Ask, Relation, periods_of
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.source_rows import SourceRows, SourceTable, same
from nami_monitor.kpis.targets import (
    NOT_APPLICABLE,
    STATED,
    JudgedTarget,
    Target,
    due,
    judge_target,
    targets,
)
from nami_monitor.store import Transaction

TABLE: Final = "targets"
KEPT: Final = "targets_of_a_figure"
SHOWN: Final = same(
    "kpi", "category", "kind", "period", "value", "baseline_period", "aim", "reached"
)
MADE: Final = {
    "due": pl.Int64,
    "met": pl.Int64,
    "judged": pl.Int64,
    "aim": pl.Float64,
    "reached": pl.Float64,
}


@dataclass(frozen=True)
class TargetAttainment(OverTime):
    """The share of targets met, of those that are ``due`` in the period and can be judged.

    The numerator counts targets met, the denominator targets judged, and the completeness is the
    share of stated targets that could be judged. ``kpis`` are those that can have targets, by code.
    """

    code: str = "attainment"
    by_aggregates: bool = False
    in_parts: bool = False
    grouped_by: tuple[str, ...] | None = ("category",)
    not_split: str = "why_attainment"
    nothing: str = "no_targets"
    judges_figures: bool = True
    kpis: Mapping[str, Kpi] = field(kw_only=True, repr=False, compare=False)

    def compute(self, db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
        """See ``compute``.

        Raises:
            UserError: ``kpi.dimensions_apart`` for another dimension than category: a target is
                agreed for a category.
        """
        apart = [name for name in ask.used if name not in (self.grouped_by or ())]
        if apart:
            raise UserError("kpi.dimensions_apart", seen=", ".join(apart))
        stated = [target for target in targets(db) if self._counts(kpi, ask, target)]
        groups = sorted({target.category for target in stated}, key=lambda c: (c is None, c or ""))
        flags = flags_of(db)
        results = []
        for category in groups if ask.by else [None]:
            own = [target for target in stated if not ask.by or target.category == category]
            for period in periods_of(db, ask):
                ended = [self._judged(db, target) for target, _ in due(own, period.months)]
                keys = {"category": category} if ask.by else {}
                results.append(_result(kpi.blank(period, keys, flags=flags), ended))
        return results

    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """The targets that are due in the period, each with whether it is met."""
        frame = db.frame(
            f"select batch, line, {', '.join(f't.{name}' for name in STATED)}"
            " from targets_offered as t"
            " where standing = 'live' and not coalesce(withdrawn, false) order by batch, line"
        )
        rows = {Target(*(row[name] for name in STATED)): row for row in frame.iter_rows(named=True)}
        counted = [target for target in rows if self._counts(kpi, ask, target)]
        ended = [
            rows[stated] | {"period": target.period} | _row(self._judged(db, target))
            for target, stated in due(counted, result.period.months)
        ]
        made = pl.DataFrame(ended, schema=frame.schema | pl.Schema(MADE))
        db.keep_view(KEPT, made.with_columns(month=pl.lit(result.month)))
        return (
            SourceRows(
                source=SourceTable(TABLE, lambda _: f"select * from {KEPT}", SHOWN, "period"),
                relation=Relation(TABLE, {}, ("met", "judged", "due"), delivered_by=TABLE),
                periods=(result.period,),
                numerator="sum(met)",
                denominator="sum(judged)",
                covered="sum(judged) / sum(due)",
            ),
        )

    def shown_over(self, kind: str) -> str:
        """Twelve months for a single month, in which targets hardly ever end."""
        return PeriodKind.R12 if kind == PeriodKind.MONTH else kind

    def _counts(self, kpi: Kpi, ask: Ask, target: Target) -> bool:
        """Whether a target counts for a question: its KPI is known, and its category wanted."""
        wanted = ask.filters.get("category")
        known = target.kpi in self.kpis and target.kpi != kpi.code
        return known and (wanted is None or (target.category or EMPTY) in wanted)

    def _judged(self, db: Transaction, target: Target) -> JudgedTarget:
        where = {"category": (target.category,)} if target.category else {}
        return judge_target(db, self.kpis[target.kpi], target.last, where, target)


def _row(judged: JudgedTarget) -> dict[str, float | int | None]:
    return {
        "due": 1,
        "met": int(bool(judged.met)),
        "judged": int(judged.met is not None),
        "aim": judged.value,
        "reached": judged.judged.value if judged.judged else None,
    }


def _result(blank: KpiResult, due: Sequence[JudgedTarget]) -> KpiResult:
    count = [judged for judged in due if judged.why != NOT_APPLICABLE]
    met = [judged.met for judged in count if judged.met is not None]
    result = replace(
        blank,
        numerator=float(sum(met)),
        denominator=float(len(met)),
        completeness=len(met) / len(count) if count else None,
    )
    if any(one.judged and Flag.PROVISIONAL in one.judged.flags for one in count):
        result = replace(result, flags=(*result.flags, Flag.PROVISIONAL))
    if not count:
        return replace(result, reason=Reason("no_targets"))
    if not met:
        return replace(result, reason=Reason("targets_not_judged", {"count": len(count)}))
    return replace(result, state=State.VALUE, value=100 * sum(met) / len(met))

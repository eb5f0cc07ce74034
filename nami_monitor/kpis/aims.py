"""The targets that a figure about targets rests on, each with whether it is met."""

from __future__ import annotations

from typing import Final

import polars as pl

from nami_monitor.core.periods import Period
from nami_monitor.kpis.compute import compute
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.ground import Ground, same
from nami_monitor.kpis.questions import EMPTY, Ask, Relation
from nami_monitor.kpis.scoped import Scope
from nami_monitor.kpis.targets import Target, aim
from nami_monitor.store import Transaction

TABLE: Final = "targets"
KEPT: Final = "aims_of_a_figure"
SHOWN: Final = same(
    "kpi", "category", "kind", "period", "value", "baseline_period", "aim", "reached"
)
STATED: Final = ("kpi", "category", "kind", "period", "value", "baseline_period", "source")
MADE: Final = {
    "due": pl.Int64,
    "met": pl.Int64,
    "judged": pl.Int64,
    "aim": pl.Float64,
    "reached": pl.Float64,
}


def aimed(db: Transaction, kpi: Kpi, ask: Ask, period: Period) -> Scope:
    """The targets whose period ends in a period; see ``attainment``.

    Args:
        db: a consistent look at the file; it can be asked for the rows until it ends.
        kpi: the KPI that speaks of targets.
        ask: the question; only its filter on category counts.
        period: the period of the figure.
    """
    from nami_monitor.kpis.catalogue import CATALOGUE  # noqa: PLC0415 - as in ``attainment``

    frame = db.frame(
        f"select batch, line, {', '.join(f't.{name}' for name in STATED)} from targets_offered as t"
        " where standing = 'live' order by batch, line"
    )
    wanted = ask.filters.get("category")
    due = []
    for row in frame.iter_rows(named=True):
        target = Target(*(row[name] for name in STATED))
        named = target.kpi in CATALOGUE and target.kpi != kpi.code
        chosen = wanted is None or (target.category or EMPTY) in wanted
        if named and chosen and target.last in period.months:
            due.append(row | _judged(db, CATALOGUE[target.kpi], target))
    made = pl.DataFrame(due, schema=frame.schema | pl.Schema(MADE))
    db.keep_view(KEPT, made.with_columns(month=pl.lit(period.last)))
    relation = Relation(TABLE, {}, ("met", "judged", "due"), delivered_by=TABLE)
    return Scope(
        ground=Ground(TABLE, lambda _: f"select * from {KEPT}", SHOWN, "period"),
        relation=relation,
        periods=(period,),
        filters={},
        splits=(),
        numerator="sum(met)",
        denominator="sum(judged)",
        covered="sum(judged) / sum(due)",
    )


def _judged(db: Transaction, kpi: Kpi, target: Target) -> dict[str, float | int | None]:
    where = {"category": (target.category,)} if target.category else {}
    found = aim(db, kpi, target.last, where, target, compute)
    return {
        "due": 1,
        "met": int(bool(found.met)),
        "judged": int(found.met is not None),
        "aim": found.value,
        "reached": found.judged.value if found.judged else None,
    }

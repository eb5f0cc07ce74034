"""How many of the targets that were stated for a period are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period
from nami_monitor.core.words import Flag, State
from nami_monitor.kpis.context import flags_of
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.questions import EMPTY, Ask, periods_of
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.targets import NOT_APPLICABLE, Aim, Compute, Target, aim, targets
from nami_monitor.store import Transaction

DIMENSIONS = ("category",)


def attainment(db: Transaction, kpi: Kpi, ask: Ask, compute: Compute) -> list[KpiResult]:
    """The share of targets met, of those whose period ends in the period and can be judged.

    Args:
        db: a consistent look at the file.
        kpi: the declaration.
        ask: periods, grouping and filters; only category, for a target is agreed for a category.
        compute: gives the figures of the KPIs for which targets stand.

    Returns:
        As ``compute`` gives: the numerator counts targets met, the denominator targets judged, and
        the completeness is the share of stated targets that could be judged.

    Raises:
        UserError: ``kpi.dimensions_apart`` for any other dimension.
    """
    from nami_monitor.kpis.catalogue import CATALOGUE  # noqa: PLC0415 - it declares this KPI too

    apart = [name for name in ask.used if name not in DIMENSIONS]
    if apart:
        raise UserError("kpi.dimensions_apart", seen=", ".join(apart))
    wanted = ask.filters.get("category")
    stated = [
        target
        for target in targets(db)
        if target.kpi in CATALOGUE
        and target.kpi != kpi.code
        and (wanted is None or (target.category or EMPTY) in wanted)
    ]
    groups = sorted({target.category for target in stated}, key=lambda c: (c is None, c or ""))
    flags = flags_of(db)
    results = []
    for category in groups if ask.by else [None]:
        own = [target for target in stated if not ask.by or target.category == category]
        for period in periods_of(db, ask):
            due = [target for target in own if target.last in period.months]
            aims = (_aim(db, CATALOGUE[target.kpi], target, compute) for target in due)
            found = [one for one in aims if one.why != NOT_APPLICABLE]
            keys = {"category": category} if ask.by else {}
            results.append(_result(kpi, period, keys, found, flags))
    return results


def _aim(db: Transaction, kpi: Kpi, target: Target, compute: Compute) -> Aim:
    where = {"category": (target.category,)} if target.category else {}
    return aim(db, kpi, target.last, where, target, compute)


def _result(
    kpi: Kpi,
    period: Period,
    keys: dict[str, str | None],
    found: Sequence[Aim],
    flags: tuple[Flag, ...],
) -> KpiResult:
    judged = [one.met for one in found if one.met is not None]
    blank = KpiResult(
        code=kpi.code,
        period=period,
        keys=keys,
        state=State.NOT_COMPUTABLE,
        unit=kpi.unit,
        version=kpi.version,
        numerator=float(sum(judged)),
        denominator=float(len(judged)),
        completeness=len(judged) / len(found) if found else None,
        flags=flags,
    )
    if not found:
        return replace(blank, reason=Reason("no_targets"))
    if not judged:
        return replace(blank, reason=Reason("targets_not_judged", {"count": len(found)}))
    return replace(blank, state=State.VALUE, value=100 * sum(judged) / len(judged))

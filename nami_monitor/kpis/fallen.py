"""How many goods are bought less of without anybody calling it sustainable, and their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, add_months
from nami_monitor.core.words import Flag, State
from nami_monitor.kpis.context import flags_of
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.falls import BY, COMPARED, Goods, explanations, goods, unnamed
from nami_monitor.kpis.grounds import ORDER_LINES
from nami_monitor.kpis.questions import RELATIONS, Ask, periods_of
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.scoped import Scope
from nami_monitor.store import Transaction
from nami_monitor.store.transaction import literal

NAMED: Final = " || ' / ' || ".join(f"coalesce(r.{name}, '')" for name in BY)
"""SQL of the name of goods, in rows of order lines."""


def fallen(db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
    """How many goods really fell up to the end of a period without a measure behind it.

    Args:
        db: a consistent look at the file.
        kpi: the declaration.
        ask: periods, grouping and filters; grouped by nothing but what tells goods apart.

    Returns:
        As ``compute`` gives. The completeness is the share of the goods of which it can be said
        that they fell or did not.

    Raises:
        UserError: ``kpi.dimensions_apart`` for any other dimension, or what ``periods_of`` raises.
    """
    apart = [name for name in ask.by if name not in BY]
    if apart:
        raise UserError("kpi.dimensions_apart", seen=", ".join(apart))
    periods = periods_of(db, ask)
    if not periods:
        return []
    ends = [period.last for period in periods]
    found = goods(db, ask.where, min(ends), max(ends))
    groups: dict[tuple[str | None, ...], list[Goods]] = {} if ask.by else {(): []}
    for one in found:
        groups.setdefault(tuple(one.keys[name] for name in ask.by), []).append(one)
    flags = flags_of(db)
    measures = explanations(db)
    fell = [{id(one) for one, _ in unnamed(found, measures, end)} for end in ends]
    return [
        _judge(_blank(kpi, period, dict(zip(ask.by, keys, strict=True)), flags), own, fell[no])
        for keys, own in groups.items()
        for no, period in enumerate(periods)
    ]


def _blank(
    kpi: Kpi, period: Period, keys: dict[str, str | None], flags: tuple[Flag, ...]
) -> KpiResult:
    return KpiResult(
        code=kpi.code,
        period=period,
        keys=keys,
        state=State.NOT_COMPUTABLE,
        unit=kpi.unit,
        version=kpi.version,
        flags=flags,
    )


def _judge(blank: KpiResult, own: Sequence[Goods], fell: set[int]) -> KpiResult:
    """The count of a group; why there is none where nothing can be said of any of its goods."""
    if not own:
        return replace(blank, reason=Reason("no_data"))
    month = blank.month
    judged = [one for one in own if one.judged(month)]
    share = len(judged) / len(own)
    if judged:
        count = float(sum(id(one) in fell for one in judged))
        flags = (*blank.flags, Flag.INCOMPLETE) if share < 1 else blank.flags
        made = replace(blank, completeness=share, flags=flags)
        return replace(made, state=State.VALUE, value=count, numerator=count)
    last = [one.compared(month)[-1] for one in own]
    if all(one.state is State.NOT_APPLICABLE for one in last):
        return replace(blank, state=State.NOT_APPLICABLE, reason=last[0].reason)
    if any(one.known(month) == COMPARED for one in own):
        return replace(blank, reason=Reason("fall_over_break"))
    known = max(one.known(month) for one in own)
    return replace(blank, reason=Reason("fall_not_whole", {"known": known, "wanted": COMPARED}))


def bought(db: Transaction, kpi: Kpi, ask: Ask, period: Period) -> tuple[Scope, ...]:
    """The order lines of the goods of which a count of falls could say something.

    Args:
        db: a consistent look at the file.
        kpi: the KPI that counts falls.
        ask: the question; grouped by nothing.
        period: the period of the figure.

    Returns:
        One scope over the months that are compared; none where nothing could be said.
    """
    found = goods(db, ask.where, period.last, period.last)
    judged = [one for one in found if one.judged(period.last)]
    if not judged:
        return ()
    fallen = unnamed(judged, explanations(db), period.last)
    fell = ", ".join(literal(_name(one)) for one, _ in fallen)
    lines = RELATIONS["order_lines"]
    told = {
        "goods": NAMED,
        "fallen": f"case when {NAMED} in (select unnest([{fell}]::varchar[])) then {NAMED} end",
    }
    return (
        Scope(
            ground=ORDER_LINES,
            relation=replace(lines, dimensions={**lines.dimensions, **told}),
            periods=(Period(add_months(period.last, 1 - COMPARED), period.last, period.kind),),
            filters={**ask.filters, "goods": tuple(map(_name, judged))},
            splits=("fallen",),
            numerator=kpi.numerator,
            denominator=None,
        ),
    )


def _name(one: Goods) -> str:
    return " / ".join(one.keys[name] or "" for name in BY)

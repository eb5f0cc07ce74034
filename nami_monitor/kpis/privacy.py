"""A product at a site with a handful of staff can point at a person: such cells are hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from nami_monitor.core.periods import Period
from nami_monitor.core.thresholds import SMALL_CELL_STAFF
from nami_monitor.core.words import Flag, State
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.scope import Ask
from nami_monitor.store import Transaction
from nami_monitor.store.quoting import words

STAFF = ("fte", "headcount", "staff")
"""Activity measures that count people."""

PRODUCTS = {"product", "article"}


def hide_small_cells(db: Transaction, results: Sequence[KpiResult], ask: Ask) -> list[KpiResult]:
    """Hide figures of one product at one location with too few staff.

    When exactly one part of a shown total would be hidden, the next smallest is hidden too, or the
    total less the others would show it.

    Args:
        db: the database, for staff per location.
        results: the figures of one question.
        ask: the question.
    """
    pinned = {name for name, values in ask.filters.items() if len(values) == 1}
    known = {*ask.by, *pinned}
    if "location" not in known or not PRODUCTS & known:
        return list(results)
    small = _small(db, [result.period for result in results])
    site = next(iter(ask.filters.get("location", ())), None)

    def at(result: KpiResult) -> str | None:
        return result.keys.get("location", site)

    hidden = {
        index
        for index, result in enumerate(results)
        if result.state is State.VALUE and (at(result), result.period) in small
    }
    if "location" in ask.by:
        hidden |= _next_smallest(results, hidden)
    return [_hide(result) if index in hidden else result for index, result in enumerate(results)]


def _small(db: Transaction, periods: Sequence[Period]) -> set[tuple[str, Period]]:
    rows = db.rows(
        "select location_id, first_month, last_month from activity"
        f" where measure in {words(STAFF)} and value < ?",
        [SMALL_CELL_STAFF.value],
    )
    return {
        (location, period)
        for location, first, last in rows
        for period in set(periods)
        if first <= period.last and last >= period.first
    }


def _next_smallest(results: Sequence[KpiResult], hidden: set[int]) -> set[int]:
    """Where one location of a total is hidden, the next smallest of the same total."""
    totals: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, result in enumerate(results):
        rest = tuple(sorted((k, v or "") for k, v in result.keys.items() if k != "location"))
        totals[result.period, rest].append(index)
    more = set()
    for members in totals.values():
        inside = [index for index in members if index in hidden]
        shown = [
            index
            for index in members
            if index not in hidden and results[index].state is State.VALUE
        ]
        if len(inside) == 1 and shown:
            more.add(min(shown, key=lambda index: abs(results[index].numerator or 0.0)))
    return more


def _hide(result: KpiResult) -> KpiResult:
    return replace(
        result,
        state=State.NOT_COMPUTABLE,
        value=None,
        low=None,
        high=None,
        numerator=None,
        denominator=None,
        flags=(*result.flags, Flag.SMALL_CELL),
        reason=Reason("small_cell", {"staff": SMALL_CELL_STAFF.value}),
    )

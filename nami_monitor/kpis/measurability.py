"""Which KPIs the data supports, by category, and what would unlock the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from nami_monitor.core.thresholds import MIN_COMPLETENESS
from nami_monitor.core.words import OverTime, PeriodKind, State
from nami_monitor.kpis import context, fills
from nami_monitor.kpis.added import nothing_loaded
from nami_monitor.kpis.catalogue import CATALOGUE
from nami_monitor.kpis.compute import compute
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.relations import RELATIONS
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.scope import Ask, latest_month, periods_of
from nami_monitor.store import Transaction

BY_CATEGORY = ("category",)

KINDS: Final = (PeriodKind.R12, PeriodKind.YEAR, PeriodKind.QUARTER, PeriodKind.MONTH)
"""Over which a figure is tried; the next one where data is too young or coarse for the one before.
"""

OF_TIME: Final = frozenset({"outside_data", "missing_month", "not_begun", "grain_too_coarse"})
"""Reasons that another period may not meet."""


@dataclass(frozen=True)
class Lack:
    """A table or column that a figure needs and that is not, or hardly, there.

    Args:
        need: ``table`` when it has no rows for the category, else ``table.column``.
        share: how much of the column is filled, 0 to 1; None when there are no rows.
    """

    need: str
    share: float | None


@dataclass(frozen=True)
class Cell:
    """One KPI for one category.

    Args:
        kpi: the declaration.
        category: the category's code.
        result: the figure over the last twelve months, or the last whole year, quarter or month
            where the data goes no further; or why there is none over the twelve months.
        lacks: what it needs and does not get; empty where the reason is another one.
    """

    kpi: Kpi
    category: str
    result: KpiResult
    lacks: tuple[Lack, ...]


@dataclass(frozen=True)
class Unlock:
    """What loading a table or filling a column would give.

    Args:
        need: ``table`` or ``table.column``.
        alone: category and KPI of the figures for which nothing else is missing.
        together: what else is missing, with the category and KPI of the figures concerned.
    """

    need: str
    alone: tuple[tuple[str, str], ...]
    together: Mapping[tuple[str, ...], tuple[tuple[str, str], ...]]

    @property
    def more(self) -> int:
        """How many figures it helps to unlock, together with other things."""
        return sum(map(len, self.together.values()))


@dataclass(frozen=True)
class Measurability:
    """What the data supports.

    Args:
        month: the last of the twelve months; None without any data.
        categories: their codes, the one with the most values first.
        cells: one per KPI and category, KPIs in the order of the catalogue.
        unlocks: what to load next, the most figures first.
    """

    month: date | None
    categories: tuple[str, ...]
    cells: tuple[Cell, ...]
    unlocks: tuple[Unlock, ...]

    def of(self, code: str, category: str) -> Cell:
        """The cell of a KPI and a category.

        Raises:
            KeyError: there is no such cell.
        """
        for cell in self.cells:
            if (cell.kpi.code, cell.category) == (code, category):
                return cell
        raise KeyError(code, category)

    def only(self, category: str) -> Measurability:
        """The same for one category."""
        cells = tuple(cell for cell in self.cells if cell.category == category)
        return Measurability(self.month, (category,), cells, unlocks(cells))


def measurability(db: Transaction) -> Measurability:
    """Work out every KPI for every category, and what it lacks.

    Args:
        db: a consistent look at the file.
    """
    month = latest_month(db)
    known = _categories(db)
    if month is None or not known:
        return Measurability(month, tuple(known), (), ())
    filled = fills.filled(db, month)
    excused = context.around(db, RELATIONS["by_contract"], Ask(by=BY_CATEGORY), [])
    cells = []
    for kpi in CATALOGUE.values():
        found = _by_category(db, kpi, month, filled)
        for code in known:
            result = found.get(code) or _absent(db, kpi, code, month, excused)
            lacks = _lacks(kpi, code, filled) if result.state is State.NOT_COMPUTABLE else ()
            cells.append(Cell(kpi, code, result, lacks))
    cells = [_with_something_to_aim_at(cell, cells) for cell in cells]
    return Measurability(month, _supported_first(known, cells), tuple(cells), unlocks(cells))


def _with_something_to_aim_at(cell: Cell, cells: Sequence[Cell]) -> Cell:
    """A cell; where targets are lacking and there is nothing to judge them by, orders lack too."""
    if not cell.lacks or cell.kpi.over_time is not OverTime.ATTAINMENT:
        return cell
    if any(one.category == cell.category and one.result.state is State.VALUE for one in cells):
        return cell
    return replace(cell, lacks=(*cell.lacks, Lack("orders", None)))


def _categories(db: Transaction) -> list[str]:
    """Every category that a master, a request, an asset, a contract or an order names."""
    union = " union ".join(
        f"select category from {name}"
        for name in (
            "category_facts",
            "by_place",
            "by_request",
            "by_asset",
            "by_contract",
            "by_unit",
        )
    )
    rows = db.rows(f"select category from ({union}) where category is not null order by 1")
    return [code for (code,) in rows]


def _by_category(
    db: Transaction, kpi: Kpi, month: date, filled: fills.Fills
) -> dict[str | None, KpiResult]:
    """The figures of a KPI by category, each over the longest of ``KINDS`` that it can be given.

    A zero of a short period in which nothing was ordered supports nothing when columns are missing.
    """
    found: dict[str | None, KpiResult] = {}
    for kind in KINDS:
        for result in compute(db, kpi, Ask(kind=kind, until=month, by=BY_CATEGORY)):
            code = result.keys["category"]
            before = found.setdefault(code, result)
            if not (_of_time(before) and result.state is State.VALUE):
                continue
            if result.value or not _lacks(kpi, code or "", filled):
                found[code] = result
        if not any(map(_of_time, found.values())):
            break
    return found


def _of_time(result: KpiResult) -> bool:
    return result.reason is not None and result.reason.key in OF_TIME


NOTHING: Final = {
    OverTime.ATTAINMENT: Reason("no_targets"),
    OverTime.COUNTERFACTUAL: Reason("no_interventions"),
}
"""The reason where a category has nothing that a figure speaks of, unless it reads a relation."""


def _absent(
    db: Transaction, kpi: Kpi, category: str, month: date, around: context.Around
) -> KpiResult:
    """The result for a category of which the figure's rows never speak."""
    excused = around.not_applicable(kpi.strategy, (category,))
    nothing = NOTHING.get(kpi.over_time) or nothing_loaded(kpi, RELATIONS[kpi.reads[0]])
    (period,) = periods_of(db, Ask(kind=PeriodKind.R12, until=month))
    return KpiResult(
        code=kpi.code,
        period=period,
        keys={"category": category},
        state=State.NOT_APPLICABLE if excused else State.NOT_COMPUTABLE,
        unit=kpi.unit,
        version=kpi.version,
        evidence=kpi.evidence,
        reason=excused or nothing,
    )


def _lacks(kpi: Kpi, category: str, filled: fills.Fills) -> tuple[Lack, ...]:
    """What a figure needs and does not get; a table before its columns.

    Nothing, where the figure is not for such categories: nothing that is loaded would give it.
    """
    found: dict[str, Lack] = {}
    if not filled.is_for(kpi, category):
        return ()
    for need in kpi.needs:
        table = need.partition(".")[0]
        if not filled.has_rows(table, category):
            found[table] = Lack(table, None)
            continue
        share = filled.share(need, category, kpi.activity)
        if share is not None and share < MIN_COMPLETENESS.value:
            found[need] = Lack(need, share)
    return tuple(found.values())


def _supported_first(known: Sequence[str], cells: Sequence[Cell]) -> tuple[str, ...]:
    values: dict[str, int] = defaultdict(int)
    for cell in cells:
        values[cell.category] += cell.result.state is State.VALUE
    return tuple(sorted(known, key=lambda code: (-values[code], code)))


def unlocks(cells: Sequence[Cell]) -> tuple[Unlock, ...]:
    """What would unlock most figures, those first for which nothing else is missing.

    Args:
        cells: KPIs by category with what they lack.
    """
    alone: dict[str, list[tuple[str, str]]] = defaultdict(list)
    together: dict[str, dict[tuple[str, ...], list[tuple[str, str]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for cell in cells:
        needs = [lack.need for lack in cell.lacks]
        pair = (cell.category, cell.kpi.code)
        for need in needs:
            others = tuple(other for other in needs if other != need)
            if others:
                together[need][others].append(pair)
            else:
                alone[need].append(pair)
    found = [
        Unlock(
            need,
            tuple(alone[need]),
            {others: tuple(pairs) for others, pairs in together[need].items()},
        )
        for need in dict.fromkeys((*alone, *together))
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.alone), -one.more, one.need)))

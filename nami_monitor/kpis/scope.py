"""What is asked: periods, grouping and filters, as SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nami_monitor.core.near_matches import refuse_unknown
from nami_monitor.core.periods import SPAN, Period, periods_until, spans_until
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis.relations import Relation
from nami_monitor.store import Transaction

EMPTY = "-"
"""How a filter names values that the data does not state."""

OPTIONS = ("activity",)
"""Filters that choose a reading and are no dimension."""


@dataclass(frozen=True)
class Ask:
    """A question to the catalogue.

    Args:
        kind: month, quarter, year, ytd, r12, months of one's own (``2026-03..2026-06``), or the
            code of a programme with dates.
        until: the last month; None for the latest month with data.
        last: how many periods, ending there.
        by: dimensions to group by.
        where: dimension to the values wanted; ``activity`` chooses the activity measure.
        most: how many results are wanted at most; None for however many there are.
    """

    kind: str = PeriodKind.MONTH
    until: date | None = None
    last: int = 1
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most: int | None = None

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """The filters on dimensions."""
        return {key: values for key, values in self.where.items() if key not in OPTIONS}

    def categories(self, keys: Mapping[str, str | None]) -> tuple[str | None, ...]:
        """The categories that a group speaks of; none where nothing says which.

        Args:
            keys: the group: dimension to value.
        """
        return (keys["category"],) if "category" in keys else self.filters.get("category", ())

    @property
    def used(self) -> tuple[str, ...]:
        """Every dimension that is grouped or filtered by."""
        return tuple(dict.fromkeys((*self.by, *self.filters)))


def latest_month(db: Transaction) -> date | None:
    """The latest month with order lines; without any, the last of which a register speaks."""
    found: date | None = db.value(
        "select coalesce((select max(month) from by_place),"
        " (select max(last_month) from registers where relation <> 'by_contract'),"
        " (select max(last_month) from registers))"
    )
    return found


def periods_of(db: Transaction, ask: Ask) -> list[Period]:
    """The periods that are asked for, oldest first.

    A programme comes after the earlier ones of its category: an election after the last one.

    Raises:
        UserError: ``kpi.no_period`` when the name is neither a kind nor a programme with dates;
            what ``spans_until`` raises.
    """
    if ask.kind in set(PeriodKind):
        until = ask.until or latest_month(db)
        return [] if until is None else periods_until(PeriodKind(ask.kind), until, ask.last)
    if SPAN in ask.kind:
        return spans_until(ask.kind, ask.last)
    known = programmes(db)
    refuse_unknown("kpi.no_period", ask.kind, [*map(str, PeriodKind), *known])
    chosen = known[ask.kind]
    alike = [one for one in known.values() if one.category == chosen.category]
    return [one.period for one in alike[: alike.index(chosen) + 1]][-ask.last :]


@dataclass(frozen=True)
class Programme:
    """A programme with dates, whose whole months are a period: an election, a project phase."""

    title: str
    category: str
    period: Period


def programmes(db: Transaction) -> dict[str, Programme]:
    """The programmes with dates, by code; the one that ended first comes first."""
    rows = db.rows_again(
        "select programme, any_value(title), any_value(category), month_of(min(starts_on)),"
        " month_of(max(ends_on)) from programmes where starts_on <= ends_on"
        " group by programme order by 5, 4, 1"
    )
    return {
        code: Programme(title, category, Period(first, last, code))
        for code, title, category, first, last in rows
    }


def periods_sql(periods: Sequence[Period]) -> str:
    """The periods as a relation ``(no, first, last, months)``."""
    rows = ", ".join(
        f"({no}, date '{p.first}', date '{p.last}', {len(p.months)})"
        for no, p in enumerate(periods)
    )
    return f"(values {rows}) as p(no, first, last, months)"


def filter_sql(relation: Relation, filters: Mapping[str, Collection[str]]) -> tuple[str, list[Any]]:
    """A predicate over the relation and its parameters; values are never part of the text."""
    tests, parameters = [], []
    for name, values in filters.items():
        column = relation.dimensions[name]
        stated = [value for value in values if value != EMPTY]
        text = f"cast({column} as varchar)"  # a dimension may be true or false
        test = f"{text} in (select unnest(?::varchar[]))"
        if EMPTY in values:
            test = f"({test} or {column} is null)"
        tests.append(test)
        parameters.append(stated)
    return " and ".join(tests) or "true", parameters

"""Months and the periods made of them. A month is the first of it, as a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import PeriodKind

MONTHS_IN = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12, PeriodKind.R12: 12}


SPAN = ".."
"""Stands between the first and last month of a period of one's own: ``2026-03..2026-06``."""

YEARS = range(1950, 2101)
"""Years that procurement data can be about; anything else is a slip of the pen."""


def parse_month(text: str) -> date:
    """``2026-10`` as the first of that month; UserError ``periods.month`` for anything else."""
    year, _, month = text.strip().partition("-")
    digits = year.isascii() and month.isascii() and year.isdigit() and month.isdigit()
    if digits and int(year) in YEARS and 1 <= int(month) <= 12:  # noqa: PLR2004 - months
        return date(int(year), int(month), 1)
    raise UserError("periods.month", seen=text[:40])


def add_months(month: date, count: int) -> date:
    """The month that lies ``count`` months later (earlier when negative)."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_between(start: date, end: date) -> int:
    """How many months ``end`` lies after ``start``."""
    return (end.year - start.year) * 12 + end.month - start.month


def month_range(start: date, end: date) -> list[date]:
    """All months from ``start`` to ``end``, both included."""
    return [add_months(start, k) for k in range(months_between(start, end) + 1)]


def last_day(month: date) -> date:
    """The last day of a month."""
    return add_months(month, 1) - timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """Whole months, both ends included; the kind is a ``PeriodKind`` or a custom name."""

    first: date
    last: date
    kind: str

    @property
    def start(self) -> date:
        """Its first day."""
        return self.first

    @property
    def end(self) -> date:
        """Its last day."""
        return last_day(self.last)

    @property
    def months(self) -> list[date]:
        """Its months, in order."""
        return month_range(self.first, self.last)

    def a_year_earlier(self) -> Period:
        """The same months of the year before."""
        return Period(add_months(self.first, -12), add_months(self.last, -12), self.kind)


def period_at(kind: PeriodKind, month: date) -> Period:
    """The period of a kind that ends in ``month``, or for quarter and year that holds it."""
    if kind is PeriodKind.YTD:
        return Period(date(month.year, 1, 1), month, kind)
    if kind in (PeriodKind.MONTH, PeriodKind.R12):
        return Period(add_months(month, 1 - MONTHS_IN[kind]), month, kind)
    size = MONTHS_IN[kind]
    first = date(month.year, (month.month - 1) // size * size + 1, 1)
    return Period(first, add_months(first, size - 1), kind)


def periods_until(kind: PeriodKind, until: date, count: int) -> list[Period]:
    """The last ``count`` whole periods of a kind that end no later than ``until``, oldest first.

    Rolling and year-to-date periods step by a month and by a year.
    """
    step = {PeriodKind.R12: 1, PeriodKind.YTD: 12}.get(kind) or MONTHS_IN[kind]
    newest = period_at(kind, until)
    if newest.last > until:
        newest = period_at(kind, add_months(newest.first, -1))
    return [period_at(kind, add_months(newest.last, -step * k)) for k in reversed(range(count))]


def span(first: date, last: date) -> str:
    """The months from ``first`` to ``last`` as the kind of a period of one's own."""
    return f"{first:%Y-%m}{SPAN}{last:%Y-%m}"


def spans_until(kind: str, count: int) -> list[Period]:
    """The months of one's own, and the same months of the ``count - 1`` years before, oldest first.

    Raises:
        UserError: ``periods.month``, or ``periods.span`` when it ends before it begins.
    """
    first, last = (parse_month(part) for part in kind.split(SPAN, 1))
    if last < first:
        raise UserError("periods.span", seen=kind[:40])
    years = [
        (add_months(first, -12 * back), add_months(last, -12 * back))
        for back in reversed(range(count))
    ]
    return [Period(begin, end, span(begin, end)) for begin, end in years]


def steps_in_year(kind: str) -> int:
    """How many periods of a kind, one after the other, lie between one and a year earlier."""
    steps: dict[str, int] = {PeriodKind.MONTH: 12, PeriodKind.R12: 12, PeriodKind.QUARTER: 4}
    return steps.get(kind, 1)

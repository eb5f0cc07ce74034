"""Which months are compared: delivered, within one series, and not in the middle of a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.core.periods import add_months, last_day
from nami_monitor.core.thresholds import CATCHING_UP
from nami_monitor.core.words import Grain
from nami_monitor.kpis.context import SourceMonth
from nami_monitor.kpis.interventions.note import Note
from nami_monitor.kpis.interventions.register import Intervention

COARSE: Final = (Grain.QUARTER, Grain.YEAR)

History = Mapping[str, Mapping[date, SourceMonth]]
"""Per source what it owed and delivered, by month."""


@dataclass(frozen=True)
class Window:
    """The months of a comparison, oldest first; months that are missing are in none of them.

    Args:
        pre: months before the start.
        post: months from the start on, once it is at full strength.
        anticipation: how many of the last months of ``pre`` people may have seen it coming in.
        after: months after the end, in which people may have caught up.
        notes: months that were left out, and why.
    """

    pre: tuple[date, ...]
    post: tuple[date, ...]
    anticipation: int
    after: tuple[date, ...]
    notes: tuple[Note, ...]

    @property
    def months(self) -> tuple[date, ...]:
        """The months before and after the start that are compared."""
        return self.pre + self.post


@dataclass(frozen=True)
class Cut:
    """Months that another intervention takes from the comparison.

    Args:
        first: the first month that may be used; None without a limit.
        last: the last one.
    """

    first: date | None = None
    last: date | None = None

    def holds(self, month: date) -> bool:
        """Whether a month may be used."""
        return (self.first is None or month >= self.first) and (
            self.last is None or month <= self.last
        )


def window(
    one: Intervention,
    months: Sequence[date],
    history: History,
    feeds: Sequence[Collection[str]],
    cut: Cut,
) -> Window:
    """The months in which an intervention can be compared with the time before it.

    Args:
        one: the intervention.
        months: months with order lines of its category, in order.
        history: what every source owed and delivered.
        feeds: for each series that is compared, the sources that feed it.
        cut: months that are not to be used.
    """
    sources = sorted({source for feed in feeds for source in feed})
    held = [history[source] for source in sources if source in history]
    coarse = sorted({m.grain for h in held for m in h.values() if m.grain in COARSE})
    if coarse:
        return Window((), (), 0, (), (Note("grain", {"grain": coarse[0]}, stops=True),))
    there = [m for m in months if all(_delivered(history, feed, m) for feed in feeds)]
    breaks = sorted({m.month for h in held for m in h.values() if m.broken})
    first, last = _unbroken(breaks, one)
    usable = [m for m in there if (first is None or m >= first) and (last is None or m < last)]
    pre = tuple(m for m in usable if m < one.start_month and cut.holds(m))
    post = tuple(m for m in usable if m >= one.full_from and cut.holds(m) and _in_force(one, m))
    seen = add_months(one.start_month, -one.anticipation_months)
    notes = [*_missing(months, there, pre + post), *_broken(breaks, one, first, last, months)]
    return Window(
        pre=pre,
        post=post,
        anticipation=sum(m >= seen for m in pre),
        after=tuple(m for m in usable if _after(one, m)) if cut.last is None else (),
        notes=tuple(notes),
    )


def whole(history: History, feed: Collection[str], months: Sequence[date]) -> bool:
    """Whether what feeds a series delivered every month in one unbroken series of months.

    Args:
        history: what every source owed and delivered.
        feed: the sources.
        months: the months of a comparison, in order.
    """
    held = [history[source] for source in feed if source in history]
    coarse = any(m.grain in COARSE for h in held for m in h.values())
    broken = any(m.broken and m.month in months[1:] for h in held for m in h.values())
    return not coarse and not broken and all(_delivered(history, feed, m) for m in months)


def _delivered(history: History, feed: Collection[str], month: date) -> bool:
    """Whether what feeds a series delivered a month: some source did, and none that owed failed."""
    found = [history[source][month] for source in feed if month in history.get(source, {})]
    return any(one.share for one in found) and all(one.share or not one.owed for one in found)


def _unbroken(breaks: Iterable[date], one: Intervention) -> tuple[date | None, date | None]:
    """The first month of the series in which it starts, and the first month of the next one."""
    breaks = list(breaks)
    if any(one.start_month <= month <= one.full_from for month in breaks):
        return None, one.start_month
    before = [month for month in breaks if month < one.start_month]
    after = [month for month in breaks if month > one.full_from]
    return max(before, default=None), min(after, default=None)


def _in_force(one: Intervention, month: date) -> bool:
    """Whether it held the whole month."""
    return one.ends_on is None or last_day(month) <= one.ends_on


def _after(one: Intervention, month: date) -> bool:
    ended = one.last_month
    limit = ended and add_months(ended, int(CATCHING_UP.value))
    return ended is not None and limit is not None and ended < month <= limit


def _missing(months: Sequence[date], there: Sequence[date], used: Sequence[date]) -> Iterable[Note]:
    if not used:
        return
    gaps = sorted(set(months) - set(there))
    within = [month for month in gaps if used[0] < month < used[-1]]
    if within:
        yield Note("missing_months", {"months": tuple(within)})


def _broken(
    breaks: Sequence[date],
    one: Intervention,
    first: date | None,
    last: date | None,
    months: Sequence[date],
) -> Iterable[Note]:
    if last == one.start_month:
        across = next(m for m in breaks if one.start_month <= m <= one.full_from)
        yield Note("break_at_start", {"month": across}, stops=True)
        return
    if first is not None and months and first > months[0]:
        yield Note("break_before", {"month": first})
    if last is not None:
        yield Note("break_after", {"month": last})

"""Which months are compared: delivered, within one series, and not in the middle of a change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.core.periods import add_months, last_day, months_between
from nami_monitor.core.thresholds import CATCHING_UP, MIN_CONTROLS, MIN_POST_MONTHS, MIN_PRE_MONTHS
from nami_monitor.core.words import Grain
from nami_monitor.kpis.interventions.panel_data import History
from nami_monitor.kpis.interventions.register import Intervention, Limitation

COARSE: Final = (Grain.QUARTER, Grain.YEAR)


@dataclass(frozen=True)
class Window:
    """The months of a comparison, oldest first; months that are missing are in none of them.

    ``post`` are those once it is at full strength, ``after`` those after the end, in which people
    may have caught up; ``anticipation`` is how many of the last of ``pre`` they may have seen it
    coming in.
    """

    pre: tuple[date, ...]
    post: tuple[date, ...]
    anticipation: int
    after: tuple[date, ...]
    limitations: tuple[Limitation, ...]

    @property
    def months(self) -> tuple[date, ...]:
        """The months before and after the start that are compared."""
        return self.pre + self.post


@dataclass(frozen=True)
class MonthLimits:
    """The first and the last month that another intervention leaves to use; None for no limit."""

    first: date | None = None
    last: date | None = None

    def holds(self, month: date) -> bool:
        """Whether a month may be used."""
        return (self.first is None or month >= self.first) and (
            self.last is None or month <= self.last
        )


def comparison_window(
    one: Intervention,
    months: Sequence[date],
    history: History,
    feeds: Sequence[Collection[str]],
    limits: MonthLimits,
) -> Window:
    """The months in which an intervention can be compared with the time before it.

    ``months`` have order lines of its category; ``feeds`` holds the sources of each series that is
    compared.
    """
    sources = sorted({source for feed in feeds for source in feed})
    held = [history[source] for source in sources if source in history]
    coarse = sorted({m.grain for h in held for m in h.values() if m.grain in COARSE})
    if coarse:
        return Window((), (), 0, (), (Limitation("grain", {"grain": coarse[0]}, stops=True),))
    there = [m for m in months if all(_delivered(history, feed, m) for feed in feeds)]
    breaks = sorted({m.month for h in held for m in h.values() if m.broken})
    first, last = _unbroken(breaks, one)
    usable = [m for m in there if (first is None or m >= first) and (last is None or m < last)]
    pre = tuple(m for m in usable if m < one.start_month and limits.holds(m))
    whole_months = [m for m in usable if one.ends_on is None or last_day(m) <= one.ends_on]
    until = one.compared_before or date.max
    post = tuple(m for m in whole_months if one.full_from <= m < until and limits.holds(m))
    seen = add_months(one.start_month, -one.anticipation_months)
    limitations = [*_missing(months, there, pre + post), *_broken(breaks, one, first, last, months)]
    return Window(
        pre=pre,
        post=post,
        anticipation=sum(m >= seen for m in pre),
        after=tuple(m for m in usable if _after(one, m)) if limits.last is None else (),
        limitations=tuple(limitations),
    )


def whole(history: History, feed: Collection[str], months: Sequence[date]) -> bool:
    """Whether what feeds a series delivered every month in one unbroken series of months."""
    held = [history[source] for source in feed if source in history]
    coarse = any(m.grain in COARSE for h in held for m in h.values())
    broken = any(m.broken and m.month in months[1:] for h in held for m in h.values())
    return not coarse and not broken and all(_delivered(history, feed, m) for m in months)


def _delivered(history: History, feed: Collection[str], month: date) -> bool:
    """Whether what feeds a series delivered a month: some source did, and none that owed failed."""
    found = [history[source][month] for source in feed if month in history.get(source, {})]
    return any(one.share for one in found) and all(one.share or not one.owed for one in found)


def _unbroken(breaks: Sequence[date], one: Intervention) -> tuple[date | None, date | None]:
    """The first month of the series in which it starts, and the first month of the next one."""
    if any(one.start_month <= month <= one.full_from for month in breaks):
        return None, one.start_month
    before = [month for month in breaks if month < one.start_month]
    after = [month for month in breaks if month > one.full_from]
    return max(before, default=None), min(after, default=None)


def _after(one: Intervention, month: date) -> bool:
    ended = one.last_month
    return ended is not None and ended < month <= add_months(ended, int(CATCHING_UP.value))


def _missing(
    months: Sequence[date], there: Sequence[date], used: Sequence[date]
) -> Iterable[Limitation]:
    if not used:
        return
    gaps = sorted(set(months) - set(there))
    within = [month for month in gaps if used[0] < month < used[-1]]
    if within:
        yield Limitation("missing_months", {"months": tuple(within)})


def _broken(
    breaks: Sequence[date],
    one: Intervention,
    first: date | None,
    last: date | None,
    months: Sequence[date],
) -> Iterable[Limitation]:
    if last == one.start_month:
        across = next(m for m in breaks if one.start_month <= m <= one.full_from)
        yield Limitation("break_at_start", {"month": across}, stops=True)
        return
    if first is not None and months and first > months[0]:
        yield Limitation("break_before", {"month": first})
    if last is not None:
        yield Limitation("break_after", {"month": last})


@dataclass(frozen=True)
class Separation:
    """How an intervention is kept apart from the others.

    Args:
        limits: the months that only it touches.
        only: the locations that may serve as controls, because they share another intervention
            with the treated; None for all.
        without: locations that may not, because another intervention touches them alone.
        limitations: what was done, and what could not be told apart.
    """

    limits: MonthLimits
    only: frozenset[str] | None
    without: frozenset[str]
    limitations: tuple[Limitation, ...]


def separate(
    one: Intervention,
    others: Sequence[Intervention],
    candidates: frozenset[str],
    first: date,
    last: date,
) -> Separation:
    """Keep an intervention apart from others that touch the same series: its target or substitute.

    Another intervention at all treated locations and at enough controls falls out of the comparison
    with those controls. One at controls alone takes them away. One at all treated locations alone
    takes the months that it touches, if enough are left; otherwise both are estimated together, and
    that is said. ``candidates`` are the locations with orders of the category, ``first`` and
    ``last`` the first and last month with data.
    """
    treated = frozenset(one.locations) & candidates
    limits, limitations = MonthLimits(), list[Limitation]()
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    for other in others:
        began, ended = _months_of(other, first, last)
        if other.code == one.code or began > ended:
            continue
        there = frozenset(other.locations)
        shared = (only if only is not None else candidates) & there - treated
        if not treated & there:
            if candidates & there:
                without |= there
                limitations.append(Limitation("other_at_controls", {"other": other.code}))
        elif treated <= there and len(shared) >= MIN_CONTROLS.value:
            only = shared
            limitations.append(Limitation("shared_with_controls", {"other": other.code}))
        else:
            without |= there - treated
            narrower = _months_apart(one, other, first, last)
            if narrower is None or not treated <= there:
                limitations.append(Limitation("not_apart", {"other": other.code}))
            else:
                limits = _both(limits, narrower)
                limitations.append(Limitation("cut_apart", {"other": other.code}))
    return Separation(limits, only, without, tuple(limitations))


def _months_of(other: Intervention, first: date, last: date) -> tuple[date, date]:
    """The months between the first and the last in which it can be felt."""
    began = add_months(other.start_month, -other.anticipation_months)
    return max(began, first), min(other.last_month or last, last)


def _months_apart(
    one: Intervention, other: Intervention, first: date, last: date
) -> MonthLimits | None:
    """The months without the other, if enough are left on either side of the start."""
    began, ended = _months_of(other, first, last)
    if began > one.full_from:
        left = months_between(one.full_from, began)
        return MonthLimits(last=add_months(began, -1)) if left >= MIN_POST_MONTHS.value else None
    settled = other.full_from
    if other.last_month is not None and other.last_month < one.start_month:
        settled = add_months(ended, 1)
    elif other.last_month is not None and other.last_month <= last:
        return None
    left = months_between(settled, one.start_month)
    return MonthLimits(first=settled) if left >= MIN_PRE_MONTHS.value else None


def _both(one: MonthLimits, other: MonthLimits) -> MonthLimits:
    firsts = [month for month in (one.first, other.first) if month]
    lasts = [month for month in (one.last, other.last) if month]
    return MonthLimits(max(firsts, default=None), min(lasts, default=None))


def overlapping(
    one: Intervention,
    found: Iterable[Intervention],
    targets: Mapping[str, frozenset[int]],
    own: frozenset[int],
) -> list[Intervention]:
    """The other interventions that touch what one is about.

    ``targets`` holds the parts of the cube that interventions of the category aim at, by code;
    ``own`` the parts of target and substitute of the one.
    """
    return [
        other
        for other in found
        if other.code != one.code and own & targets.get(other.code, frozenset())
    ]

"""Interventions that meet at the same locations: what can be told apart, and what cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nami_monitor.core.periods import add_months, months_between
from nami_monitor.core.thresholds import MIN_CONTROLS, MIN_POST_MONTHS, MIN_PRE_MONTHS
from nami_monitor.kpis.interventions.note import Note
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.window import Cut


@dataclass(frozen=True)
class Apart:
    """How an intervention is kept apart from the others.

    Args:
        cut: the months that only it touches.
        only: the locations that may serve as controls, because they share another intervention
            with the treated; None for all.
        without: locations that may not, because another intervention touches them alone.
        notes: what was done, and what could not be told apart.
    """

    cut: Cut
    only: frozenset[str] | None
    without: frozenset[str]
    notes: tuple[Note, ...]


def apart(
    one: Intervention,
    others: Sequence[Intervention],
    candidates: frozenset[str],
    first: date,
    last: date,
) -> Apart:
    """Keep an intervention apart from others that touch the same series.

    Another intervention at all treated locations and at enough controls falls out of the
    comparison with those controls. One at controls alone takes them away. One at all treated
    locations alone takes the months that it touches, if enough are left; otherwise both are
    estimated together, and that is said.

    Args:
        one: the intervention.
        others: those that touch its target or its substitute.
        candidates: every location with orders of the category; others play no part.
        first: the first month with data.
        last: the last one.
    """
    treated = frozenset(one.locations) & candidates
    cut, notes = Cut(), list[Note]()
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
                notes.append(Note("other_at_controls", {"other": other.code}))
        elif treated <= there and len(shared) >= MIN_CONTROLS.value:
            only = shared
            notes.append(Note("shared_with_controls", {"other": other.code}))
        else:
            without |= there - treated
            tried = _cut(one, other, first, last)
            if tried is None or not treated <= there:
                notes.append(Note("not_apart", {"other": other.code}))
            else:
                cut = _both(cut, tried)
                notes.append(Note("cut_apart", {"other": other.code}))
    return Apart(cut, only, without, tuple(notes))


def _months_of(other: Intervention, first: date, last: date) -> tuple[date, date]:
    """The months between the first and the last in which it can be felt."""
    began = add_months(other.start_month, -other.anticipation_months)
    return max(began, first), min(other.last_month or last, last)


def _cut(one: Intervention, other: Intervention, first: date, last: date) -> Cut | None:
    """The months without the other, if enough are left on either side of the start."""
    began, ended = _months_of(other, first, last)
    if began > one.full_from:
        left = months_between(one.full_from, began)
        return Cut(last=add_months(began, -1)) if left >= MIN_POST_MONTHS.value else None
    settled = other.full_from
    if other.last_month is not None and other.last_month < one.start_month:
        settled = add_months(ended, 1)
    elif other.last_month is not None and other.last_month <= last:
        return None
    left = months_between(settled, one.start_month)
    return Cut(first=settled) if left >= MIN_PRE_MONTHS.value else None


def _both(one: Cut, other: Cut) -> Cut:
    firsts = [month for month in (one.first, other.first) if month]
    lasts = [month for month in (one.last, other.last) if month]
    return Cut(max(firsts, default=None), min(lasts, default=None))


def touching(
    one: Intervention,
    found: Iterable[Intervention],
    targets: Mapping[str, frozenset[int]],
    own: frozenset[int],
) -> list[Intervention]:
    """The other interventions that touch what one is about.

    Args:
        one: the intervention.
        found: the register.
        targets: by code, the parts of the cube that an intervention aims at; interventions of
            other categories are not in it.
        own: the parts of the target and the substitute of the one.
    """
    return [
        other
        for other in found
        if other.code != one.code and own & targets.get(other.code, frozenset())
    ]

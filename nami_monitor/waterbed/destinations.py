"""Several possible destinations: first their sum, then each, corrected for looking at them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nami_monitor.core.thresholds import CONFIDENCE, MIN_CONTROLS
from nami_monitor.waterbed.amounts import Amounts, Chosen
from nami_monitor.waterbed.asked import Asked, ask
from nami_monitor.waterbed.compared import Ready, ready
from nami_monitor.waterbed.effects import LOST, Channel, channel, effects
from nami_monitor.waterbed.estimate import alone, answer
from nami_monitor.waterbed.fieller import critical
from nami_monitor.waterbed.noise import FLOOR, capped, fit_without_each
from nami_monitor.waterbed.own_shocks import adjust, proxy
from nami_monitor.waterbed.result import (
    Destination,
    Destinations,
    Estimate,
    Floats,
    Marks,
    Result,
)
from nami_monitor.waterbed.series import Shift, shift_of_means
from nami_monitor.waterbed.starts import Start


def destinations(
    target: ArrayLike,
    substitutes: ArrayLike,
    treated: ArrayLike,
    first_post: ArrayLike,
    *,
    anticipation: int = 1,
    untouched: ArrayLike | None = None,
    common_quotient: bool = False,
    volume: float | None = None,
) -> Destinations:
    """Where it may have gone.

    First the sum of all destinations, which was to be tested whatever the parts show. Then each,
    held against the largest of all placebo statistics of a control (max-t; Westfall & Young 1993),
    with a variance fitted without that control. With fewer controls than show one in twenty by
    rank, no less than the Bonferroni limit.

    Args:
        target: as of ``estimate``.
        substitutes: amounts in each destination, ``(destinations, locations, months)``.
        treated: as of ``estimate``.
        first_post: likewise.
        anticipation: likewise.
        untouched: likewise.
        common_quotient: likewise, for the sum.
        volume: likewise.

    Raises:
        ValueError: the arrays do not belong together.
    """
    parts = np.asarray(substitutes, dtype=float)
    asked = ask(
        target,
        parts.sum(0),
        treated,
        first_post,
        anticipation,
        untouched,
        volume,
        common_quotient=common_quotient,
    )
    return Destinations(answer(asked), _each(asked, parts))


def each_destination(
    target: ArrayLike,
    substitutes: ArrayLike,
    treated: ArrayLike,
    first_post: ArrayLike,
    *,
    anticipation: int = 1,
    volume: float | None = None,
) -> tuple[Destination | None, ...]:
    """Each of ``destinations``, corrected for looking at them all, without their sum.

    Args:
        target: as of ``destinations``.
        substitutes: likewise.
        treated: likewise.
        first_post: likewise.
        anticipation: likewise.
        volume: likewise.

    Raises:
        ValueError: the arrays do not belong together.
    """
    parts = np.asarray(substitutes, dtype=float)
    asked = ask(
        target, parts.sum(0), treated, first_post, anticipation, None, volume, common_quotient=False
    )
    return _each(asked, parts)


def _each(asked: Asked, parts: Floats) -> tuple[Destination | None, ...]:
    """Empty where the sum cannot be compared with anything."""
    found = alone(asked) or ready(asked)
    if isinstance(found, Result):
        return ()
    seen = _seen(parts, found, asked.untouched)
    return _corrected(seen, max(len(start.controls) for start in found.starts))


@dataclass(frozen=True)
class _Seen:
    """One destination before correction: effect, standard error, placebos of every control."""

    value: float
    se: float
    placebos: Floats


def _seen(parts: Floats, found: Ready, untouched: Amounts | None) -> list[_Seen | None]:
    """None when a treated location, or too many controls, have no level in the destination.

    Destinations in which the same locations have a level are worked out together.
    """
    amounts = [Amounts(parts[:, None, :, : start.window.post.stop]) for start in found.starts]
    there = [_there(of, start) for of, start in zip(amounts, found.starts, strict=True)]
    alike: dict[bytes, list[int]] = defaultdict(list)
    for at in range(len(parts)):
        alike[b"".join(marks[at].tobytes() for marks in there)].append(at)
    seen: list[_Seen | None] = [None] * len(parts)
    for ats in alike.values():
        own = np.isin(np.arange(len(parts)), ats)
        kept = [
            Chosen(of, own, start.places[marks[ats[0]]], start.window.post.stop)
            for of, start, marks in zip(amounts, found.starts, there, strict=True)
        ]
        marks = [marks[ats[0]] for marks in there]
        for at, one in zip(ats, _alike(kept, found, untouched, marks), strict=False):
            seen[at] = one
    return seen


def _there(amounts: Amounts, start: Start) -> Marks:
    """At which places of a start each destination has every month and a level."""
    level = np.where(amounts.finite, amounts.mean(start.window.pre)[:, 0], 0.0)
    return np.asarray(level.take(start.places, axis=1) > 0)


def _alike(
    parts: Sequence[Chosen], ready: Ready, untouched: Amounts | None, there: Sequence[Marks]
) -> list[_Seen]:
    """Destinations with a level at the same locations; none when these are too few.

    Placebos are those of the start with the most controls, zero where a control has no level.
    """
    found: list[tuple[Channel, Channel]] = []
    most = max(ready.starts, key=lambda start: len(start.controls))
    placebos = np.zeros((int(parts[0].groups.sum()), len(most.controls)))
    for start, part, marks in zip(ready.starts, parts, there, strict=True):
        count = len(start.treated)
        if not marks[:count].all() or marks[count:].sum() < MIN_CONTROLS.value:
            return []
        like = shift_of_means(part.ends(start.window)[:, :, 0], count)
        change = _change(like, start, untouched, ready.used, marks)
        of = channel(change, like, count, start.window)
        found.append((of, of))
        if start is most:
            placebos[:, marks[count:]] = _without_itself(change[:, count:], like.level[:, count:])
    whole = effects(found)
    spread = np.sqrt(whole.gross_var)
    return [
        _Seen(float(value), float(se), own)
        for value, se, own in zip(whole.gross, spread, placebos, strict=True)
    ]


def _change(
    like: Shift, start: Start, untouched: Amounts | None, used: Marks, there: Marks
) -> Floats:
    """Departures, without own shocks when the sum was estimated without."""
    if untouched is None or not used.any():
        return like.change
    count = len(start.treated)
    kept = Chosen(untouched, used, start.places[there], start.window.post.stop)
    by = proxy(kept.ends(start.window), np.ones(int(used.sum())), count)
    return adjust(like, by, count).change


def _without_itself(change: Floats, level: Floats) -> Floats:
    """Departures of controls over a standard deviation that was learnt from the others.

    Args:
        change: ``(..., controls)``.
        level: likewise.
    """
    a, b = fit_without_each(change**2, level)
    total = np.maximum(a + b / capped(level, level), FLOOR)
    squares = change**2 / total
    count = change.shape[-1] - 1
    scale = (squares.sum(-1, keepdims=True) - squares) / (count - LOST)
    return np.asarray(change / np.sqrt(np.maximum(scale, FLOOR) * total))


def _corrected(seen: list[_Seen | None], controls: int) -> tuple[Destination | None, ...]:
    """Limits and chances that hold for all destinations together."""
    there = [one for one in seen if one is not None]
    if not there:
        return tuple(None for _ in seen)
    largest = np.sort(np.max([np.abs(one.placebos) for one in there], axis=0))[::-1]
    rank = int((1 - CONFIDENCE.value) * (controls + 1) + FLOOR)
    each = 1 - (1 - CONFIDENCE.value) / len(there)
    bonferroni = critical(controls - LOST, each)
    reach = float(largest[rank - 1]) if rank else max(float(largest[0]), bonferroni)
    return tuple(None if one is None else _destination(one, largest, reach) for one in seen)


def _destination(one: _Seen, largest: Floats, reach: float) -> Destination:
    ratio = abs(one.value) / max(one.se, np.finfo(float).tiny)
    p = float((1 + (largest >= ratio).sum()) / (len(largest) + 1))
    effect = Estimate(one.value, one.value - reach * one.se, one.value + reach * one.se, one.se)
    return Destination(effect, p, shown=ratio > reach)

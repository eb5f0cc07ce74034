"""Several possible destinations: first their sum, then each, corrected for looking at them all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nami_monitor.core.thresholds import CONFIDENCE, MIN_CONTROLS
from nami_monitor.waterbed.asked import Asked, ask
from nami_monitor.waterbed.effects import LOST, Channel, channel, effects
from nami_monitor.waterbed.estimate import answer
from nami_monitor.waterbed.fieller import critical
from nami_monitor.waterbed.noise import FLOOR, capped, fit_without_each
from nami_monitor.waterbed.own_shocks import adjust, proxy
from nami_monitor.waterbed.result import Destination, Destinations, Estimate, Floats, Marks
from nami_monitor.waterbed.series import Shift, shift
from nami_monitor.waterbed.starts import Start, begun


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
    together = answer(asked)
    if together.gross is None or not together.controls:
        return Destinations(together, ())
    used = together.own_shocks[0].groups if together.own_shocks else ()
    starts = begun(asked).starts
    seen = [_seen(values, starts, asked, used) for values in parts]
    return Destinations(together, _corrected(seen, max(len(start.controls) for start in starts)))


@dataclass(frozen=True)
class _Seen:
    """One destination before correction: effect, standard error, placebos of every control."""

    value: float
    se: float
    placebos: Floats


def _seen(
    values: Floats, starts: tuple[Start, ...], asked: Asked, used: tuple[int, ...]
) -> _Seen | None:
    """None when a treated location, or too many controls, have no level in the destination.

    Placebos are those of the start with the most controls, zero where a control has no level.
    """
    found: list[tuple[Channel, Channel]] = []
    most = max(starts, key=lambda start: len(start.controls))
    placebos = np.zeros(len(most.controls))
    for start in starts:
        months = values[start.places, : start.window.post.stop]
        whole: Marks = np.asarray(np.isfinite(months).all(axis=1))
        level = np.where(whole[:, None], months, 0.0)[:, start.window.pre].mean(1)
        there: Marks = np.logical_and(whole, level > 0)
        count = len(start.treated)
        if not there[:count].all() or there[count:].sum() < MIN_CONTROLS.value:
            return None
        like = shift(months[there], count, start.window)
        change = _change(like, start, asked, used, there)
        of = channel(change, like, count, start.window)
        found.append((of, of))
        if start is most:
            placebos[there[count:]] = _without_itself(change[count:], like.level[count:])
    whole_effect = effects(found)
    return _Seen(float(whole_effect.gross), float(np.sqrt(whole_effect.gross_var)), placebos)


def _change(like: Shift, start: Start, asked: Asked, used: tuple[int, ...], there: Marks) -> Floats:
    """Departures, without own shocks when the sum was estimated without."""
    if asked.untouched is None or not used:
        return like.change
    count = len(start.treated)
    groups = asked.untouched[list(used)][:, :, start.places, : start.window.post.stop]
    by = proxy(groups[:, :, there], np.ones(len(used)), count, start.window)
    return adjust(like, by, count).change


def _without_itself(change: Floats, level: Floats) -> Floats:
    """Departures of controls over a standard deviation that was learnt from the others."""
    a, b = fit_without_each(change**2, level)
    total = np.maximum(a + b / capped(level, level), FLOOR)
    squares = change**2 / total
    count = len(change) - 1
    scale = (squares.sum() - squares) / (count - LOST)
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

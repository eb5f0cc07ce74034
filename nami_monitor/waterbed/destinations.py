"""Several possible destinations of what leaked, with limits that hold for all of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from nami_monitor.core.thresholds import CONFIDENCE, MIN_CONTROLS
from nami_monitor.waterbed.effects import LOST, Channel, channel, effects
from nami_monitor.waterbed.estimate import prepare
from nami_monitor.waterbed.inputs import Inputs
from nami_monitor.waterbed.noise import FLOOR, capped, fit_without_each
from nami_monitor.waterbed.outputs import Estimate, Floats, Marks
from nami_monitor.waterbed.panel import GroupAmounts, GroupSubset, means, shift_of_means
from nami_monitor.waterbed.screen import Start
from nami_monitor.waterbed.verdicts import critical


def destinations(inputs: Inputs, amounts: ArrayLike) -> tuple[Estimate | None, ...]:
    """The change in each destination, corrected for looking at them all.

    Each is compared with the largest of all placebo statistics of a control (max-t; Westfall &
    Young 1993), with a variance fitted without that control. With fewer controls than show one in
    twenty by rank, the limit is no less than that of Bonferroni.

    Args:
        inputs: the arrays; their substitute and their untouched groups are not read.
        amounts: amounts in each destination, ``(destinations, locations, months)``.

    Returns:
        One per destination, in the order given, per month, with limits that hold for all
        destinations together; None where a treated location, or too few controls, have a level in
        it. Empty when the sum of all cannot be compared with controls.

    Raises:
        ValueError: shapes do not agree.
    """
    parts = np.asarray(amounts, dtype=float)
    inputs = replace(inputs, substitute=parts.sum(0), untouched=None)
    if inputs.everywhere:
        return ()
    prepared = prepare(inputs)
    if not prepared.analyses:
        return ()
    seen = _each(parts, prepared.starts)
    return _corrected(seen, max(len(start.controls) for start in prepared.starts))


_Seen = tuple[float, float, Floats]
"""Effect and standard error of a destination before correction; placebos of every control."""


def _each(parts: Floats, starts: Sequence[Start]) -> list[_Seen | None]:
    """None when a treated location, or too many controls, have no level in the destination.

    Destinations in which the same locations have a level are worked out together.
    """
    amounts = [GroupAmounts(parts[:, None, :, : start.window.post.stop]) for start in starts]
    there = [_there(of, start) for of, start in zip(amounts, starts, strict=True)]
    alike: dict[bytes, list[int]] = defaultdict(list)
    for at in range(len(parts)):
        alike[b"".join(marks[at].tobytes() for marks in there)].append(at)
    seen: list[_Seen | None] = [None] * len(parts)
    for ats in alike.values():
        own = np.isin(np.arange(len(parts)), ats)
        marks = [of_start[ats[0]] for of_start in there]
        subsets = [
            GroupSubset(of, own, start.places[mark], start.window.post.stop)
            for of, start, mark in zip(amounts, starts, marks, strict=True)
        ]
        for at, effect in zip(ats, _alike(subsets, starts, marks), strict=False):
            seen[at] = effect
    return seen


def _there(amounts: GroupAmounts, start: Start) -> Marks:
    """At which places of a start each destination has every month and a level."""
    level = np.where(amounts.finite, amounts.mean(start.window.pre)[:, 0], 0.0)
    return np.asarray(level.take(start.places, axis=1) > 0)


def _alike(
    parts: Sequence[GroupSubset], starts: Sequence[Start], there: Sequence[Marks]
) -> list[_Seen]:
    """Destinations with a level at the same locations; none when these are too few.

    Placebos are those of the start with the most controls, zero where a control has no level.
    """
    channels: list[tuple[Channel, Channel]] = []
    most = max(starts, key=lambda start: len(start.controls))
    placebos = np.zeros((int(parts[0].groups.sum()), len(most.controls)))
    for start, part, marks in zip(starts, parts, there, strict=True):
        count = len(start.treated)
        if not marks[:count].all() or marks[count:].sum() < MIN_CONTROLS.value:
            return []
        like = shift_of_means(means(part, start.window)[:, :, 0], count)
        of = channel(like.change, like, count, start.window)
        channels.append((of, of))
        if start is most:
            placebos[:, marks[count:]] = _studentised(like.change[:, count:], like.level[:, count:])
    whole = effects(channels)
    spread = np.sqrt(whole.gross_var)
    return [
        (float(value), float(se), own)
        for value, se, own in zip(whole.gross, spread, placebos, strict=True)
    ]


def _studentised(change: Floats, level: Floats) -> Floats:
    """Departures of controls over a deviation learnt from the others, ``(..., controls)``."""
    a, b = fit_without_each(change**2, level)
    total = np.maximum(a + b / capped(level, level), FLOOR)
    squares = change**2 / total
    count = change.shape[-1] - 1
    scale = (squares.sum(-1, keepdims=True) - squares) / (count - LOST)
    return np.asarray(change / np.sqrt(np.maximum(scale, FLOOR) * total))


def _corrected(seen: list[_Seen | None], controls: int) -> tuple[Estimate | None, ...]:
    """Limits that hold for all destinations together."""
    placebos = [np.abs(each[2]) for each in seen if each is not None]
    if not placebos:
        return tuple(None for _ in seen)
    largest = np.sort(np.max(placebos, axis=0))[::-1]
    rank = int((1 - CONFIDENCE.value) * (controls + 1) + FLOOR)
    each_share = 1 - (1 - CONFIDENCE.value) / len(placebos)
    bonferroni = critical(controls - LOST, each_share)
    reach = float(largest[rank - 1]) if rank else max(float(largest[0]), bonferroni)
    return tuple(
        None
        if each is None
        else Estimate(each[0], each[0] - reach * each[1], each[0] + reach * each[1], each[1])
        for each in seen
    )

"""The usual ways to see an effect, to stand beside the waterbed's in its calibration."""

from __future__ import annotations

import numpy as np

from nami_monitor.waterbed.effects import Effects


def before_after(target: np.ndarray, substitute: np.ndarray, treated: int, first: int) -> Effects:
    """Means of the treated's totals after and before, months taken to be independent.

    Args:
        target: ``(..., locations, months)``, the treated first.
        substitute: likewise.
        treated: how many are treated.
        first: first post month.
    """
    totals = [each[..., :treated, :].sum(-2) for each in (target, substitute)]
    parts = [[each[..., :first] for each in totals], [each[..., first:] for each in totals]]
    gross, spill = (after.mean(-1) - before.mean(-1) for before, after in zip(*parts, strict=True))
    return Effects(gross, spill, *_moments(parts))


def _moments(parts: list[list[np.ndarray]]) -> list[np.ndarray]:
    """Variances of both and their covariance, of differences of means."""
    found = [np.zeros(()), np.zeros(()), np.zeros(())]
    for a, b in parts:
        count = a.shape[-1]
        left = [each - each.mean(-1, keepdims=True) for each in (a, b)]
        for at, (one, other) in enumerate(((0, 0), (1, 1), (0, 1))):
            moment = (left[one] * left[other]).sum(-1) / (count * max(count - 1, 1))
            found[at] = found[at] + moment
    return found


def did(target: np.ndarray, substitute: np.ndarray, treated: int, first: int) -> Effects:
    """Difference-in-differences with standard errors that are robust by location (CR1).

    In a balanced panel with one start, two-way fixed effects are the difference between treated
    and controls of the mean change of a location. Amounts are totals of the treated.

    Args:
        target: ``(..., locations, months)``, the treated first.
        substitute: likewise.
        treated: how many are treated.
        first: first post month.
    """
    changes = [
        each[..., first:].mean(-1) - each[..., :first].mean(-1) for each in (target, substitute)
    ]
    sides = [[each[..., :treated] for each in changes], [each[..., treated:] for each in changes]]
    gross, spill = (one.mean(-1) - other.mean(-1) for one, other in zip(*sides, strict=True))
    count = target.shape[-2]
    small = count / (count - 1)
    moments = [np.zeros(()), np.zeros(()), np.zeros(())]
    for a, b in sides:
        left = [each - each.mean(-1, keepdims=True) for each in (a, b)]
        for at, (one, other) in enumerate(((0, 0), (1, 1), (0, 1))):
            moment = (left[one] * left[other]).sum(-1) / a.shape[-1] ** 2
            moments[at] = moments[at] + small * moment
    return Effects(treated * gross, treated * spill, *(treated**2 * one for one in moments))

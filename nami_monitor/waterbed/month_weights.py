"""How much each month counts in an effect, where neighbouring months resemble each other.

Months next to each other say less together than months apart. With errors of which a part lasts
(correlation ``phi`` from month to month) and a part is of one month alone (``w`` times as large),
generalised least squares of a series on a constant and a switch weighs each month accordingly. The
placebos of the controls take the same weights, so that a wrong ``phi`` or ``w`` costs precision and
not honesty. A switch may go on and off again (crossover), with months left out after each turn.
"""

from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np

from nami_monitor.waterbed.outputs import Floats, Marks

LASTING: Final = tuple(np.arange(10) / 10)
"""Correlations of the lasting part that are tried."""
PASSING: Final = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
"""Variances of the passing part that are tried, that of the lasting part being 1."""
LAGS: Final = 6
"""Months apart of which the resemblance is looked at."""


def used_months(on: Marks, settled: int, first: int) -> Marks:
    """Which months count in the effect of a switch, ``(months,)``.

    Months of anticipation do not, from ``settled`` to the start at ``first``, nor does the first
    month after each turn after the start, in which both may be found.
    """
    used: Marks = ~np.append(False, np.diff(on))
    used[first] = True
    used[settled:first] = False
    return used


def month_weights(on: Marks, used: Marks, lasting: float, passing: float) -> Floats:
    """The weights of the months in the effect of a switch, ``(months,)``.

    They add up to 1 over the months that are on and to -1 over the others; those that are not used
    have 0. ``lasting`` is the correlation of errors one month apart, ``passing`` the variance of
    what no other month shares, as a multiple of that of the lasting part.

    Raises:
        ValueError: the switch is on in all of the months that are used, or in none.
    """
    if not on[used].any() or on[used].all():
        raise ValueError((on, used))
    months = np.flatnonzero(used)
    design = _design(on, used)
    inverse = np.linalg.inv(_errors(used, lasting, passing))
    across = design.T @ inverse
    weights = np.zeros(len(on))
    weights[months] = np.linalg.solve(across @ design, across)[1]
    return weights


def even_weights(on: Marks, used: Marks) -> Floats:
    """The weights of the months where all count alike, ``(months,)``."""
    with_it, without = on & used, ~on & used
    weights: Floats = with_it / max(int(with_it.sum()), 1) - without / without.sum()
    return weights


def variance(weights: Floats, used: Marks, lasting: float, passing: float) -> float:
    """The variance of an effect whose months have these weights; arguments as above."""
    own = weights[used]
    return float(own @ _errors(used, lasting, passing) @ own)


def resemblance(series: Floats, on: Marks, used: Marks) -> tuple[float, float]:
    """The ``lasting`` and ``passing`` parts that explain how alike neighbouring months are.

    Of all pairs tried, the one whose expected correlations at one to ``LAGS`` months apart are
    closest (least squares) to those of the series, pooled. What a constant and the switch explain
    is taken out of both.

    Args:
        series: relative departures of the controls, ``(controls, months)``.
        on: in which months the switch is on, ``(months,)``.
        used: which months count, ``(months,)``.
    """
    rest, lags = _rest(on, used)
    left = series[:, used] @ rest
    products = left.T @ left
    seen = np.einsum("lij,ij->l", lags, products) / max(float(np.trace(products)), EMPTY)
    expected = _expected(on.tobytes(), used.tobytes())
    at = int(((expected - seen) ** 2).sum(-1).argmin())
    return PAIRS[at]


PAIRS: Final = tuple(product(LASTING, PASSING))


@lru_cache(maxsize=512)
def _expected(on: bytes, used: bytes) -> Floats:
    """The correlations that each of ``PAIRS`` leads one to expect, ``(pairs, LAGS)``.

    They hang on the errors' covariance one month apart, two months apart and so on, each times what
    the constant and the switch leave of it; so they are the same sum for every pair.
    """
    marks = np.frombuffer(on, dtype=bool), np.frombuffer(used, dtype=bool)
    rest, lags = _rest(*marks)
    apart = _apart(marks[1])
    by_distance = np.array([apart == each for each in range(int(apart.max()) + 1)], dtype=float)
    left = rest @ by_distance @ rest
    shares = np.einsum("lij,kij->lk", np.concatenate([np.eye(len(rest))[None], lags]), left)
    distances = np.arange(len(by_distance))
    errors = [lasting**distances + passing * (distances == 0) for lasting, passing in PAIRS]
    of = np.array(errors) @ shares.T
    expected: Floats = of[:, 1:] / of[:, :1]
    return expected


def _rest(on: Marks, used: Marks) -> tuple[Floats, Floats]:
    """What takes out a constant and the switch, and which months are so many apart, by lag."""
    design = _design(on, used)
    apart = _apart(used)
    lags = np.array([apart == lag for lag in range(1, LAGS + 1)], dtype=float)
    return np.eye(len(design)) - design @ np.linalg.pinv(design), lags


EMPTY: Final = np.finfo(float).tiny


def _design(on: Marks, used: Marks) -> Floats:
    """A constant and the switch, by month that is used."""
    switch = on[used].astype(float)
    return np.column_stack([np.ones(len(switch)), switch])


def _errors(used: Marks, lasting: float, passing: float) -> Floats:
    apart = _apart(used)
    errors: Floats = lasting**apart + passing * (apart == 0)
    return errors


def _apart(used: Marks) -> np.ndarray[tuple[int, int], np.dtype[np.int_]]:
    """How many months each two are apart that are used."""
    months = np.flatnonzero(used)
    return np.abs(np.subtract.outer(months, months))

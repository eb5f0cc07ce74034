"""Least squares in windows of months: a season, levels and steps, with correlated errors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from nami_monitor.core.thresholds import STEP_HELD, STEP_HISTORY, STEP_NORMAL

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

YEAR = 12
WINDOW = int(STEP_HISTORY.value)
GRID = np.linspace(0.0, 0.95, 951)
"""Correlations of one month with the next that are looked at."""
ROUNDING = 1e-9


def critical(p: float, months: int) -> float:
    """The t value that a two-sided chance goes with, for so many months less season and step."""
    return float(stdtrit(months - YEAR - 1, 1 - p / 2))


def aligned(windows: Sequence[Floats]) -> Floats:
    """Windows of months that end together, ``(windows, WINDOW)``; NaN before their first month."""
    rows = np.full((len(windows), WINDOW), np.nan)
    for row, window in zip(rows, windows, strict=True):
        row[WINDOW - len(window) :] = window
    return rows


@cache
def calendar() -> Floats:
    """The calendar months of a window of full length, ``(n, 12)``."""
    return np.eye(YEAR)[np.arange(WINDOW) % YEAR]


def level(months: int) -> Floats:
    """A level over the last months of such a window, ``(n,)``."""
    return (np.arange(WINDOW) >= WINDOW - months).astype(float)


def base_of(levels: tuple[int, ...]) -> Floats:
    """The calendar months, and levels that begin at points of a window of full length."""
    return np.hstack([calendar(), *(level(WINDOW - start)[:, None] for start in levels)])


def known_months(rows: Floats) -> list[bytes]:
    """Which months of each window are known."""
    return [row.tobytes() for row in ~np.isnan(rows)]


@dataclass(frozen=True)
class _Correlations:
    """What lag-1 ratio of the residuals of a design to expect at each correlation of ``GRID``.

    Args:
        maker: the residual maker, ``(n, n)``.
        above: what ``GRID`` to the power of the months between is multiplied by, ``(n,)``.
        below: the same, of the denominator.
    """

    maker: Floats
    above: Floats
    below: Floats

    @cached_property
    def expected(self) -> Floats:
        """The ratio at each of ``GRID``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio: Floats = (_POWERS @ self.above) / (_POWERS @ self.below)
        return ratio


@lru_cache(maxsize=1024)
def _correlations(known: bytes, levels: tuple[int, ...], *, drift: bool = False) -> _Correlations:
    """Work out the expected ratios ``tr(L M R M) / tr(M R M)``, M the residual maker.

    Args:
        known: which months of a window are known.
        levels: where levels begin, beside the season.
        drift: whether there is a straight line as well.
    """
    there = np.frombuffer(known, dtype=bool)
    at = np.arange(WINDOW)
    columns = [calendar(), *((at >= start).astype(float)[:, None] for start in levels)]
    if drift:
        columns.append(at[:, None] / WINDOW)
    design = np.hstack(columns) * there[:, None]
    products = design.T @ design
    if len(columns) > 1:
        inverse = np.linalg.pinv(products, rcond=ROUNDING, hermitian=True)
    else:  # calendar months have no month in common
        inverse = np.diag(1 / np.maximum(np.diagonal(products), 1.0))
    maker = np.diag(there.astype(float)) - design @ inverse @ design.T
    above = np.bincount(_APART, (maker @ _neighbours(maker)).ravel(), WINDOW).astype(float)
    below = np.bincount(_APART, maker.ravel(), WINDOW).astype(float)
    return _Correlations(maker, above, below)


_POWERS = GRID[:, None] ** np.arange(WINDOW)
_APART = np.abs(np.arange(WINDOW)[:, None] - np.arange(WINDOW)).ravel()
"""How many months lie between each two of a window."""


def learnt(
    rows: Floats, designs: Sequence[tuple[bytes, tuple[int, ...]]], *, drift: bool = False
) -> Floats:
    """The correlation of each window at which its lag-1 ratio is the one to expect.

    ``designs`` are the months that are known, and where levels begin; see ``_correlations``.
    """
    rho = np.empty(len(rows))
    alike: dict[tuple[bytes, tuple[int, ...]], list[int]] = defaultdict(list)
    for no, design in enumerate(designs):
        alike[design].append(no)
    for design, some in alike.items():
        table = _correlations(*design, drift=drift)
        filled = np.nan_to_num(rows[some])
        left = filled @ table.maker
        size = (left**2).sum(axis=1)
        ratio = (left[:, 1:] * left[:, :-1]).sum(axis=1) / np.where(size > 0, size, 1.0)
        plain = size <= ROUNDING**2 * (filled**2).sum(axis=1)
        rho[some] = np.where(plain, 0.0, np.interp(ratio, table.expected, GRID))
    return rho


def tested(rows: Floats, base: Floats, steps: Floats, rho: Floats) -> tuple[Floats, Floats, Floats]:
    """Generalised least squares of each of the ``steps`` beside a base, in each window.

    Args:
        rows: windows, ``(k, n)``, NaN where a month is missing.
        base: columns that are always there, ``(n, b)``.
        steps: columns that are tested one at a time, ``(n, s)``, or ``(k, n, s)`` of each window.
        rho: correlation of one month with the next, ``(k,)``.

    Returns:
        Effects and t values, ``(k, s)``, and the degrees of freedom, ``(k,)``. A step that the base
        explains has a t value of zero.
    """
    there = ~np.isnan(rows)
    whole = (len(rows), *base.shape[:1])
    parts = [
        np.broadcast_to(base, (*whole, base.shape[1])),
        np.broadcast_to(steps, (*whole, steps.shape[-1])),
        np.nan_to_num(rows)[:, :, None],
    ]
    white = _whitened(np.concatenate(parts, axis=2), there, rho)
    gram = white.transpose(0, 2, 1) @ white
    size = base.shape[1]
    own, cross, rest = gram[:, :size, :size], gram[:, :size, size:], gram[:, size:, size:]
    empty = np.diagonal(own, axis1=1, axis2=2) <= ROUNDING
    own = own + np.eye(size) * empty[:, None, :]
    left = rest - cross.transpose(0, 2, 1) @ np.linalg.solve(own, cross)
    before = np.diagonal(rest, axis1=1, axis2=2)[:, :-1]
    seen = np.diagonal(left, axis1=1, axis2=2)[:, :-1]
    told = seen > ROUNDING * np.maximum(before, 1.0)
    safe = np.where(told, seen, 1.0)
    effect = np.where(told, left[:, :-1, -1] / safe, 0.0)
    free = (there.sum(axis=1) - (~empty).sum(axis=1) - 1).astype(float)
    noise = np.maximum(left[:, -1:, -1] - effect**2 * safe, 0.0) / free[:, None]
    spread = np.sqrt(noise / safe)
    scale = ROUNDING * np.maximum(np.abs(np.nan_to_num(rows)).max(axis=1, keepdims=True), ROUNDING)
    t = np.where(np.abs(effect) > scale, effect / np.maximum(spread, scale * ROUNDING), 0.0)
    return effect, t, free


def _whitened(columns: Floats, there: Marks, rho: Floats) -> Floats:
    """Columns divided by the square root of the correlation matrix of the months that are known."""
    at = np.arange(columns.shape[1])
    last = np.maximum.accumulate(np.where(there, at, -1), axis=1)
    before = np.concatenate([np.full((len(last), 1), -1), last[:, :-1]], axis=1)
    link = np.where(before >= 0, rho[:, None] ** (at - before), 0.0)
    earlier = np.take_along_axis(columns, np.maximum(before, 0)[:, :, None], axis=1)
    scale = there / np.sqrt(1 - link**2)
    white: Floats = (columns - link[:, :, None] * earlier) * scale[:, :, None]
    return white


NEARLY = 0.95
"""What comes this near a limit between ``NODES`` is tested itself."""
NODES = np.array([*np.arange(0.0, 0.9, 0.1), 0.9, 0.925, 0.95])
"""Correlations between which t values are interpolated."""
COARSE = GRID[::10]


@dataclass(frozen=True)
class HeldSteps:
    """Steps over the last 1 to ``STEP_NORMAL`` months, in windows whose same months are known.

    Args:
        maker: the residual maker of the base, ``(n, n)``.
        residual: what is left of each step, of length 1, ``(n, s)``.
        beside: the means of its neighbours in time, ``(n, s)``.
        expected: the lag-1 ratio of residuals at each of ``COARSE``, with each step, ``(c, s)``.
        base: the base, whitened at each of ``NODES``, ``(j, n, b)``.
        gram: its products, ``(j, b, b)``.
        white: what is left of each whitened step, of length 1, ``(j, n, s)``.
        free: degrees of freedom.
        least: the t value from which a step stands.
    """

    maker: Floats
    residual: Floats
    beside: Floats
    expected: Floats
    base: Floats
    gram: Floats
    white: Floats
    free: int
    least: float

    @staticmethod
    @lru_cache(maxsize=64)
    def of(known: bytes, starts: tuple[int, ...]) -> HeldSteps:
        """Work out what all windows with these months and accepted levels share."""
        there = np.frombuffer(known, dtype=bool)
        steps = np.column_stack([level(m) for m in range(1, int(STEP_NORMAL.value) + 1)])
        steps = steps * there[:, None]
        table = _correlations(known, starts)
        residual, _ = _unit(table.maker @ steps, steps)
        beside = _neighbours(residual)
        across = _rank_one(residual, table.maker @ beside)
        along = _rank_one(residual, residual)
        above = table.above[:, None] - 2 * across + (residual * beside).sum(axis=0) * along
        below = table.below[:, None] - along
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = (_POWERS[::10] @ above) / (_POWERS[::10] @ below)
        base = _at_nodes(base_of(starts), there)
        gram = base.transpose(0, 2, 1) @ base
        empty = np.diagonal(gram[0]) <= ROUNDING
        gram = gram + np.diag(empty.astype(float))
        shown = _at_nodes(steps, there)
        fitted = base @ np.linalg.solve(gram, base.transpose(0, 2, 1) @ shown)
        white, _ = _unit(shown - fitted, shown)
        count = int(there.sum())
        free = count - int((~empty).sum()) - 1
        return HeldSteps(
            table.maker,
            residual,
            beside,
            expected,
            base,
            gram,
            white,
            free,
            critical(STEP_HELD.value, count),
        )

    def may_stand(self, rows: Floats) -> Marks:
        """Whether a step over so many months may be beyond chance in each window, ``(k, s)``.

        The t value at the correlation of a window is interpolated.
        """
        t, rho = self._t(rows), self._correlation(rows)
        at = np.clip(np.searchsorted(NODES, rho) - 1, 0, len(NODES) - 2)
        part = (rho - NODES[at]) / (NODES[at + 1] - NODES[at])
        low = np.take_along_axis(t, at[None], axis=0)[0]
        high = np.take_along_axis(t, at[None] + 1, axis=0)[0]
        with np.errstate(invalid="ignore"):
            between = (1 - part) * low + part * high
        marks: Marks = ~(np.abs(between) <= self.least * NEARLY)
        return marks

    def _t(self, rows: Floats) -> Floats:
        """The t value of each step at each of ``NODES``, ``(j, k, s)``."""
        white = _at_nodes(np.nan_to_num(rows).T, ~np.isnan(rows[0]))
        shared = self.base.transpose(0, 2, 1) @ white
        fitted = (shared * np.linalg.solve(self.gram, shared)).sum(axis=1)
        left = (white**2).sum(axis=1) - fitted
        effect = white.transpose(0, 2, 1) @ self.white
        with np.errstate(divide="ignore", invalid="ignore"):
            noise = np.maximum(left[:, :, None] - effect**2, 0.0) / self.free
            t: Floats = np.where(effect == 0, 0.0, effect / np.sqrt(noise))
        return t

    def _correlation(self, rows: Floats) -> Floats:
        """The correlation of each window with each step in its design, ``(k, s)``."""
        filled = np.nan_to_num(rows)
        left = filled @ self.maker
        step, beside = left @ self.residual, left @ self.beside
        size = (left**2).sum(axis=1)[:, None] - step**2
        lag = (left[:, 1:] * left[:, :-1]).sum(axis=1)[:, None] - 2 * step * beside
        lag += step**2 * (self.residual * self.beside).sum(axis=0)
        plain = size <= ROUNDING**2 * (filled**2).sum(axis=1)[:, None]
        ratio = lag / np.where(plain, 1.0, size)
        columns = zip(ratio.T, self.expected.T, strict=True)
        rho = np.column_stack([np.interp(seen, table, COARSE) for seen, table in columns])
        return np.where(plain, 0.0, rho)


def _unit(left: Floats, whole: Floats) -> tuple[Floats, Marks]:
    """Columns of length 1, of zeros where nothing of the whole is left; and which are left."""
    size = (left**2).sum(axis=-2, keepdims=True)
    told = size > ROUNDING * np.maximum((whole**2).sum(axis=-2, keepdims=True), 1.0)
    return np.where(told, left / np.sqrt(np.where(told, size, 1.0)), 0.0), told


def _at_nodes(columns: Floats, there: Marks) -> Floats:
    """Columns of the months that are known, whitened at each of ``NODES``, ``(j, n, columns)``."""
    many = np.broadcast_to(columns * there[:, None], (len(NODES), *columns.shape))
    return _whitened(many, np.broadcast_to(there, (len(NODES), WINDOW)), NODES)


def _neighbours(columns: Floats) -> Floats:
    """The mean of the months before and after, in each column."""
    beside = np.zeros_like(columns)
    beside[1:] += columns[:-1] / 2
    beside[:-1] += columns[1:] / 2
    return beside


def _rank_one(one: Floats, other: Floats) -> Floats:
    """The sums of the products of two columns by how many months lie between, ``(n, columns)``."""
    turned = np.fft.rfft(one, 2 * WINDOW, axis=0), np.fft.rfft(other, 2 * WINDOW, axis=0)
    sums = np.fft.irfft(turned[0] * turned[1].conj(), 2 * WINDOW, axis=0)
    found: Floats = sums[:WINDOW].copy()
    found[1:] += sums[:WINDOW:-1]
    return found

"""A change of level in a monthly series: a scan of its last months, and how long a step holds.

The season is taken out by 12 calendar months, errors are first-order autoregressive, and logarithms
are taken where all values are positive. Nothing looks across a data break or later than the month
it speaks of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from nami_monitor.core.thresholds import (
    CONFIDENCE,
    STEP_HELD,
    STEP_HISTORY,
    STEP_LEAST,
    STEP_MONTHS,
    STEP_NEW,
    STEP_NORMAL,
)
from nami_monitor.core.words import Direction
from nami_monitor.signals.xmr import outside

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

YEAR = 12
STEPS = tuple(range(1, int(STEP_MONTHS.value) + 1))
WINDOW = int(STEP_HISTORY.value)
FOLLOWED = WINDOW + int(STEP_NORMAL.value)
"""Months that say what a series shows in its last one: a full window for the oldest onset too."""

GRID = np.linspace(0.0, 0.95, 951)
"""Correlations of one month with the next that are looked at."""
ROUNDING = 1e-9


@dataclass(frozen=True)
class Step:
    """A step over the last ``months`` of a window, in the unit of its values, and its t value."""

    months: int
    effect: float
    t: float


@dataclass(frozen=True)
class Scan:
    """What a scan saw: the correlation, the steps over the last months and the critical t."""

    correlation: float
    steps: tuple[Step, ...]
    critical: float

    @property
    def found(self) -> Step | None:
        """The step that stands out most, where it stands out enough."""
        step = max(self.steps, key=lambda step: abs(step.t))
        return step if abs(step.t) > self.critical else None


@dataclass(frozen=True)
class Slope:
    """A steady drift: its size a year and limits, as shares where ``logged``, over ``months``."""

    value: float
    low: float
    high: float
    months: int
    logged: bool


@dataclass(frozen=True)
class LevelSignal:
    """What a series shows in a month.

    Args:
        months: how many months it has lasted, this one included.
        up: whether the level went up.
        new: whether it is told for the first time; else it is held.
        expected: what was to be expected in this month without the change.
        provisional: whether it is one month outside limits that rest on few months.
    """

    months: int
    up: bool
    new: bool
    expected: float
    provisional: bool = False


class Assessment(StrEnum):
    """What a card's chip says of a month; ``CHANGED`` where neither way is better."""

    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    CHANGED = "changed"
    NO_SIGNAL = "no_signal"
    TOO_EARLY = "too_early"


def assess(signal: LevelSignal | None, better: Direction, *, enough: bool) -> Assessment:
    """What a month says; ``enough`` months must be known to say that it shows nothing."""
    if signal is None:
        return Assessment.NO_SIGNAL if enough else Assessment.TOO_EARLY
    if better is Direction.NEUTRAL:
        return Assessment.CHANGED
    good = signal.up == (better is Direction.UP)
    return Assessment.IMPROVEMENT if good else Assessment.CONCERN


def scan(values: Floats) -> Scan:
    """Scan consecutive months for a step over the last ones.

    Args:
        values: at most ``WINDOW`` months as they are or as logarithms, ``(n,)``; NaN where a month
            is missing, but not the last.
    """
    return _scan(_aligned([values]), ())[0]


def step_since(values: Floats, point: int, levels: tuple[int, ...] = ()) -> Step:
    """Estimate the step from a point on, the correlation learnt with the step in the design.

    Args:
        values: as ``scan`` takes them.
        point: where the step begins.
        levels: points at which other levels begin, which the design holds as well.
    """
    rows, before = _aligned([values]), WINDOW - len(values)
    starts = tuple(before + start for start in levels)
    months = len(values) - point
    rho = _learnt(rows, [_correlations(_key(rows)[0], (*starts, WINDOW - months))])
    effect, t, _ = _tested(rows, _base(starts), _level(months)[:, None], rho)
    return Step(months, float(effect[0, 0]), float(t[0, 0]))


def critical(p: float, months: int) -> float:
    """The t value that a two-sided chance goes with, for so many months less season and step."""
    return float(stdtrit(months - YEAR - 1, 1 - p / 2))


def logged(values: Floats) -> Floats:
    """The logarithms where all values are positive; else the values."""
    return np.log(values) if np.nanmin(values) > 0 else values


def slope(values: Floats) -> Slope | None:
    """The steady drift of a series.

    Args:
        values: months as they are, NaN where missing; the last ``WINDOW`` of them count.

    Returns:
        None under three years, and where the drift may be chance (two-sided ``STEP_HELD``).
    """
    window = values[-WINDOW:]
    known = np.flatnonzero(~np.isnan(window))
    if len(known) < 3 * YEAR:
        return None
    window = window[known[0] :]
    rows = _aligned([logged(window)])
    rho = _learnt(rows, [_correlations(_key(rows)[0], (), drift=True)])
    effect, t, free = _tested(rows, _calendar(), (np.arange(WINDOW) / YEAR)[:, None], rho)
    value, tested = float(effect[0, 0]), float(t[0, 0])
    if abs(tested) <= stdtrit(free[0], 1 - STEP_HELD.value / 2):
        return None
    reach = float(stdtrit(free[0], (1 + CONFIDENCE.value) / 2)) * abs(value / tested)
    limits = np.array([value, value - reach, value + reach])
    in_logs = bool(np.nanmin(window) > 0)
    middle, low, high = map(float, np.expm1(limits) if in_logs else limits)
    return Slope(middle, low, high, len(window), in_logs)


@dataclass(frozen=True)
class LevelSignals:
    """What a series shows in each of its months, as of that month.

    Args:
        values: months, oldest first, ``(n,)``; NaN where one is missing.
        breaks: points from which figures cannot be compared with before.
        accepted: points from which a person took the new level as the normal one.
    """

    values: Floats
    breaks: tuple[int, ...] = ()
    accepted: tuple[int, ...] = ()

    def first(self, point: int) -> int:
        """The first month that counts for a point."""
        return max([0, point + 1 - WINDOW, *(start for start in self.breaks if start <= point)])

    def enough(self, point: int) -> bool:
        """Whether so many months are known that nothing seen means nothing shown."""
        window = self.values[self.first(point) : point + 1]
        return int(np.count_nonzero(~np.isnan(window))) >= STEP_LEAST.value

    def at(self, point: int) -> LevelSignal | None:
        """What a month shows; None where it shows nothing or is missing."""
        if np.isnan(self.values[point]):
            return None
        if self.enough(point):
            return self._steps[point]
        known = self.values[max([0, *self._starts(point)]) : point + 1]
        up = outside(known)
        if up is None:
            return None
        return LevelSignal(1, up, new=True, expected=float(np.nanmean(known)), provisional=True)

    @property
    def drift(self) -> Slope | None:
        """The steady drift up to the last month, since the last break or accepted level.

        None where there is none, and where a change of level stands: that is what it shows then.
        """
        last = len(self.values) - 1
        if last < 0 or self.at(last) is not None:
            return None
        return slope(self.values[max(self._starts(last), default=0) :])

    def _starts(self, point: int) -> list[int]:
        return [start for start in (*self.breaks, *self.accepted) if start <= point]

    @cached_property
    def _steps(self) -> dict[int, LevelSignal | None]:
        """What each month with enough before it shows: an onset is kept while it holds."""
        points = [
            point
            for point in range(len(self.values))
            if not np.isnan(self.values[point]) and self.enough(point)
        ]
        scans = self._scans(points)
        shown: dict[int, LevelSignal | None] = {}
        since: int | None = None
        step: Step | None = None
        for point in points:
            if step is not None and since is not None:
                step = self._held(since, point, up=step.t > 0)
            seen = scans[point].found
            new = seen is not None and (step is None or (step.t > 0) != (seen.t > 0))
            if seen is not None and new:
                since, step = point + 1 - seen.months, seen
            shown[point] = self._signal(step, point, new=new) if step is not None else None
        return shown

    def _signal(self, step: Step, point: int, *, new: bool) -> LevelSignal:
        in_logs = bool(np.nanmin(self._window(point)) > 0)
        value = float(self.values[point])
        expected = value / float(np.exp(step.effect)) if in_logs else value - step.effect
        return LevelSignal(step.months, step.t > 0, new, expected)

    def _scans(self, points: Sequence[int]) -> dict[int, Scan]:
        """The scan of each point; those of one design at once."""
        scans: dict[int, Scan] = {}
        for starts, same in groupby(points, self._aligned_levels):
            these = list(same)
            rows = _aligned([logged(self._window(point)) for point in these])
            scans |= zip(these, _scan(rows, starts), strict=True)
        return scans

    def _window(self, point: int) -> Floats:
        return self.values[self.first(point) : point + 1]

    def _levels(self, point: int) -> tuple[int, ...]:
        """Where in the window of a point a level that was accepted begins."""
        first = self.first(point)
        return tuple(start - first for start in self.accepted if first < start <= point)

    def _aligned_levels(self, point: int) -> tuple[int, ...]:
        """The same, in a window of full length."""
        before = WINDOW - len(self._window(point))
        return tuple(before + start for start in self._levels(point))

    def _held(self, since: int, point: int, *, up: bool) -> Step | None:
        """The step since a month, where it still stands; None where it does not."""
        ended = any(since - STEPS[-1] < start <= point for start in self.accepted)
        if point + 1 - since > STEP_NORMAL.value or self.first(point) > since or ended:
            return None
        window = self._window(point)
        step = step_since(logged(window), since - self.first(point), self._levels(point))
        known = int(np.count_nonzero(~np.isnan(window)))
        stands = (step.t > 0) == up and abs(step.t) > critical(STEP_HELD.value, known)
        return step if stands else None


def _aligned(windows: Sequence[Floats]) -> Floats:
    """Windows of months that end together, ``(windows, WINDOW)``; NaN before their first month."""
    rows = np.full((len(windows), WINDOW), np.nan)
    for row, window in zip(rows, windows, strict=True):
        row[WINDOW - len(window) :] = window
    return rows


def _calendar() -> Floats:
    return np.eye(YEAR)[np.arange(WINDOW) % YEAR]


def _level(months: int) -> Floats:
    return (np.arange(WINDOW) >= WINDOW - months).astype(float)


def _base(levels: tuple[int, ...]) -> Floats:
    """The calendar months, and levels that begin at points of a window of full length."""
    return np.hstack([_calendar(), *(_level(WINDOW - start)[:, None] for start in levels)])


def _key(rows: Floats) -> list[bytes]:
    """Which months of each window are known."""
    return [row.tobytes() for row in ~np.isnan(rows)]


@dataclass(frozen=True)
class _Correlations:
    """What lag-1 ratio of the residuals of a design to expect at each correlation of ``GRID``."""

    maker: Floats
    expected: Floats


@lru_cache(maxsize=512)
def _correlations(known: bytes, levels: tuple[int, ...], *, drift: bool = False) -> _Correlations:
    """Work out the expected ratios ``tr(L M R M) / tr(M R M)``, M the residual maker.

    Args:
        known: which months of a window are known.
        levels: where levels begin, beside the season.
        drift: whether there is a straight line as well.
    """
    there = np.frombuffer(known, dtype=bool)
    at = np.arange(WINDOW)
    columns = [_calendar(), *((at >= start).astype(float)[:, None] for start in levels)]
    if drift:
        columns.append(at[:, None] / WINDOW)
    design = np.hstack(columns) * there[:, None]
    maker = np.diag(there.astype(float)) - design @ np.linalg.pinv(design)
    apart = np.abs(at[:, None] - at)
    beside = (apart == 1) / 2
    above = np.bincount(apart.ravel(), (maker @ beside @ maker).ravel(), WINDOW)
    below = np.bincount(apart.ravel(), maker.ravel(), WINDOW)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (_POWERS @ above) / (_POWERS @ below)
    return _Correlations(maker, expected)


_POWERS = GRID[:, None] ** np.arange(WINDOW)


def _learnt(rows: Floats, tables: Sequence[_Correlations]) -> Floats:
    """The correlation of each window at which its lag-1 ratio is the one to expect."""
    makers = np.stack([table.maker for table in tables])
    filled = np.nan_to_num(rows)
    left = (makers @ filled[:, :, None])[:, :, 0]
    size = (left**2).sum(axis=1)
    ratio = (left[:, 1:] * left[:, :-1]).sum(axis=1) / np.where(size > 0, size, 1.0)
    plain = size <= ROUNDING**2 * (filled**2).sum(axis=1)
    rho = [np.interp(seen, table.expected, GRID) for seen, table in zip(ratio, tables, strict=True)]
    return np.where(plain, 0.0, rho)


def _scan(rows: Floats, levels: tuple[int, ...]) -> list[Scan]:
    """The scans of windows that have the same accepted levels."""
    tables = [_correlations(known, levels) for known in _key(rows)]
    rho = _learnt(rows, tables)
    steps = np.column_stack([_level(months) for months in STEPS])
    effect, t, free = _tested(rows, _base(levels), steps, rho)
    least = stdtrit(free, 1 - STEP_NEW.value / 2)
    return [
        Scan(
            float(rho[no]),
            tuple(
                Step(months, float(effect[no, at]), float(t[no, at]))
                for at, months in enumerate(STEPS)
            ),
            float(least[no]),
        )
        for no in range(len(rows))
    ]


def _tested(
    rows: Floats, base: Floats, steps: Floats, rho: Floats
) -> tuple[Floats, Floats, Floats]:
    """Generalised least squares of each of the ``steps`` beside a base, in each window.

    Args:
        rows: windows, ``(k, n)``, NaN where a month is missing.
        base: columns that are always there, ``(n, b)``.
        steps: columns that are tested one at a time, ``(n, s)``.
        rho: correlation of one month with the next, ``(k,)``.

    Returns:
        Effects and t values, ``(k, s)``, and the degrees of freedom, ``(k,)``. A step that the base
        explains has a t value of zero.
    """
    there = ~np.isnan(rows)
    fixed = np.broadcast_to(
        np.hstack([base, steps]), (len(rows), *np.shape(base)[:1], base.shape[1] + steps.shape[1])
    )
    white = _whitened(np.concatenate([fixed, np.nan_to_num(rows)[:, :, None]], axis=2), there, rho)
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

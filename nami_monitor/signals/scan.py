"""A change of level in a monthly series: a scan of its last months, and how long a step holds.

The season is taken out by 12 calendar months, errors are first-order autoregressive, and logarithms
are taken where all values are positive. Nothing looks across a data break or later than the month
it speaks of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from scipy.special import stdtrit

from nami_monitor.core.thresholds import (
    CONFIDENCE,
    STEP_HELD,
    STEP_LEAST,
    STEP_MONTHS,
    STEP_NEW,
    STEP_NORMAL,
)
from nami_monitor.core.words import Direction
from nami_monitor.signals.windows import (
    WINDOW,
    YEAR,
    Floats,
    HeldSteps,
    aligned,
    base_of,
    calendar,
    critical,
    known_months,
    learnt,
    level,
    tested,
)
from nami_monitor.signals.xmr import outside

STEPS = tuple(range(1, int(STEP_MONTHS.value) + 1))
FOLLOWED = WINDOW + int(STEP_NORMAL.value)
"""Months that say what a series shows in its last one: a full window for the oldest onset too."""

CHUNK = 256
"""Windows that are tested at once."""


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
        expected: what was to be expected in this month without the change; None where the estimate
            lies below zero and no month of the series does.
        provisional: whether it is one month outside limits that rest on few months.
    """

    months: int
    up: bool
    new: bool
    expected: float | None
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
    rho, effect, t, least = _scan(aligned([values]), ())
    steps = tuple(
        Step(months, float(effect[0, at]), float(t[0, at])) for at, months in enumerate(STEPS)
    )
    return Scan(float(rho[0]), steps, float(least[0]))


def step_since(values: Floats, point: int, levels: tuple[int, ...] = ()) -> Step:
    """Estimate the step from a point on, the correlation learnt with the step in the design.

    Args:
        values: as ``scan`` takes them.
        point: where the step begins.
        levels: points at which other levels begin, which the design holds as well.
    """
    return _steps_since([(values, point, levels)])[0]


def _steps_since(asked: Sequence[tuple[Floats, int, tuple[int, ...]]]) -> list[Step]:
    """The step of each of many windows from a point on, with the levels that its design holds.

    Windows with the same levels are tested together.
    """
    found: dict[int, Step] = {}
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for no, (values, _, levels) in enumerate(asked):
        alike[tuple(WINDOW - len(values) + start for start in levels)].append(no)
    for starts, same in alike.items():
        for some in _chunks(same):
            rows = aligned([asked[no][0] for no in some])
            begins = [WINDOW - len(asked[no][0]) + asked[no][1] for no in some]
            designs = [(*starts, begin) for begin in begins]
            rho = learnt(rows, list(zip(known_months(rows), designs, strict=True)))
            steps = (np.arange(WINDOW) >= np.array(begins)[:, None]).astype(float)[:, :, None]
            effect, t, _ = tested(rows, base_of(starts), steps, rho)
            for at, no in enumerate(some):
                found[no] = Step(WINDOW - begins[at], float(effect[at, 0]), float(t[at, 0]))
    return [found[no] for no in range(len(asked))]


def _chunks(many: Sequence[int]) -> Iterator[Sequence[int]]:
    """Parts of a list whose arrays stay small."""
    return (many[at : at + CHUNK] for at in range(0, len(many), CHUNK))


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
    rows = aligned([logged(window)])
    rho = learnt(rows, [(known_months(rows)[0], ())], drift=True)
    effect, t, free = tested(rows, calendar(), (np.arange(WINDOW) / YEAR)[:, None], rho)
    value, seen = float(effect[0, 0]), float(t[0, 0])
    if abs(seen) <= stdtrit(free[0], 1 - STEP_HELD.value / 2):
        return None
    reach = float(stdtrit(free[0], (1 + CONFIDENCE.value) / 2)) * abs(value / seen)
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
        started = max((start for start in self.breaks if start <= point), default=0)
        return max(started, point + 1 - WINDOW)

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
        return _chains([self])[0]

    @property
    def _points(self) -> list[int]:
        """The months with a figure and enough before it."""
        known, at = ~np.isnan(self.values), np.arange(len(self.values))
        first = np.maximum(at + 1 - WINDOW, 0)
        for start in self.breaks:
            first[start:] = np.maximum(first[start:], start)
        before = np.concatenate([[0], np.cumsum(known)])
        enough = before[at + 1] - before[first] >= STEP_LEAST.value
        return np.flatnonzero(known & enough).tolist()

    def _signal(self, step: Step, point: int, *, new: bool) -> LevelSignal:
        least, value = float(np.nanmin(self._window(point))), float(self.values[point])
        expected = value / float(np.exp(step.effect)) if least > 0 else value - step.effect
        possible = expected >= min(least, 0.0)
        return LevelSignal(step.months, step.t > 0, new, expected if possible else None)

    def _window(self, point: int) -> Floats:
        return self.values[self.first(point) : point + 1]

    def _levels(self, point: int) -> tuple[int, ...]:
        """Where in the window of a point a level that was accepted begins."""
        first = self.first(point)
        return tuple(start - first for start in self.accepted if first < start <= point)

    def _aligned_levels(self, point: int) -> tuple[int, ...]:
        """The same, in a window of full length."""
        if not self.accepted:
            return ()
        before = WINDOW - len(self._window(point))
        return tuple(before + start for start in self._levels(point))

    def _may_hold(self, since: int, point: int) -> bool:
        """Whether a step since a month can still stand, as far as its months go."""
        ended = any(since - STEPS[-1] < start <= point for start in self.accepted)
        lasted = point + 1 - since > STEP_NORMAL.value
        return not (lasted or self.first(point) > since or ended)

    def _asked(self, since: int, point: int) -> tuple[Floats, int, tuple[int, ...]]:
        """The step since a month as a question as of another, see ``_steps_since``."""
        return logged(self._window(point)), since - self.first(point), self._levels(point)


def in_last_month(many: Sequence[LevelSignals]) -> list[LevelSignal | None]:
    """What each of many series shows in its last month, as ``LevelSignals.at`` says it.

    A change of level stands there if a step that a scan found in a month before still stands, which
    is looked at where one may, or else if a scan finds it in that month.
    """
    last = [len(one.values) - 1 for one in many]
    scanned = [
        no
        for no, one in enumerate(many)
        if last[no] >= 0 and not np.isnan(one.values[-1]) and one.enough(last[no])
    ]
    scans = _scans([(many[no], last[no]) for no in scanned])
    kept: dict[int, LevelSignal | None] = {
        no: many[no]._signal(seen, last[no], new=True) if seen else None  # noqa: SLF001
        for no, seen in zip(scanned, scans, strict=True)
    }
    chained = sorted(_may_stand(many, scanned))
    for no, chain in zip(chained, _chains([many[no] for no in chained]), strict=True):
        kept[no] = chain[last[no]]
    return [
        kept.get(no) if no in kept or last[no] < 0 else one.at(last[no])
        for no, one in enumerate(many)
    ]


def _may_stand(many: Sequence[LevelSignals], looked_at: Sequence[int]) -> set[int]:
    """The series of which a step that a scan found some month before may stand in the last."""
    onsets = _onsets(many, looked_at)
    asked = [
        (no, point)
        for no, own in onsets.items()
        for ends in [{since + months - 1 for since in own for months in STEPS}]
        for point in many[no]._points[:-1]  # noqa: SLF001 - the same module
        if point in ends
    ]
    scans = _scans([(many[no], point) for no, point in asked])
    return {
        no
        for (no, point), seen in zip(asked, scans, strict=True)
        if seen and point + 1 - seen.months in onsets[no]
    }


def _onsets(many: Sequence[LevelSignals], looked_at: Sequence[int]) -> dict[int, set[int]]:
    """The months of each series from which a step may stand in its last month."""
    windows = {no: many[no]._window(len(many[no].values) - 1) for no in looked_at}  # noqa: SLF001
    alike: dict[tuple[bytes, tuple[int, ...]], list[int]] = defaultdict(list)
    for no, key in zip(windows, known_months(aligned(list(windows.values()))), strict=True):
        alike[key, many[no]._aligned_levels(len(many[no].values) - 1)].append(no)  # noqa: SLF001
    found: dict[int, set[int]] = {}
    for (known, starts), same in alike.items():
        held = HeldSteps.of(known, starts)
        for some in _chunks(same):
            may = held.may_stand(_in_logs(aligned([windows[no] for no in some])))
            for at, months in zip(*np.nonzero(may), strict=True):
                since = len(many[some[at]].values) - 1 - int(months)
                found.setdefault(some[at], set()).add(since)
    return found


def _stands(step: Step, window: Floats) -> bool:
    """Whether a step is beyond chance in its window."""
    known = int(np.count_nonzero(~np.isnan(window)))
    return abs(step.t) > critical(STEP_HELD.value, known)


def _chains(many: Sequence[LevelSignals]) -> list[dict[int, LevelSignal | None]]:
    """What each month with enough before it shows: an onset is kept while it holds.

    Series are followed side by side, so that what is tested in one month is tested at once.
    """
    points = [one._points for one in many]  # noqa: SLF001 - the same module
    every = [(no, point) for no, own in enumerate(points) for point in own]
    scans = dict(zip(every, _scans([(many[no], point) for no, point in every]), strict=True))
    standing: dict[int, tuple[int, Step]] = {}
    shown: list[dict[int, LevelSignal | None]] = [{} for _ in many]
    by_point: dict[int, list[int]] = defaultdict(list)
    for no, point in every:
        by_point[point].append(no)
    for point, here in sorted(by_point.items()):
        _hold(many, standing, [no for no in here if no in standing], point)
        for no in here:
            seen, held = scans[no, point], standing.get(no)
            new = seen is not None and (held is None or (held[1].t > 0) != (seen.t > 0))
            if seen is not None and new:
                held = standing[no] = point + 1 - seen.months, seen
            told = many[no]._signal(held[1], point, new=new) if held else None  # noqa: SLF001
            shown[no][point] = told
    return shown


def _hold(
    many: Sequence[LevelSignals],
    standing: dict[int, tuple[int, Step]],
    here: Sequence[int],
    point: int,
) -> None:
    """Estimate anew as of a month the steps that stand; those that do not any more are dropped."""
    asked = {
        no: many[no]._asked(standing[no][0], point)  # noqa: SLF001 - the same module
        for no in here
        if many[no]._may_hold(standing[no][0], point)  # noqa: SLF001
    }
    steps = dict(zip(asked, _steps_since(list(asked.values())), strict=True))
    for no in here:
        since, before = standing.pop(no)
        step = steps.get(no)
        if step and (step.t > 0) == (before.t > 0) and _stands(step, asked[no][0]):
            standing[no] = since, step


def _in_logs(rows: Floats) -> Floats:
    """Windows as ``logged`` gives each of them."""
    positive = np.nanmin(rows, axis=1) > 0
    return np.where(positive[:, None], np.log(np.where(positive[:, None], rows, 1.0)), rows)


def _scans(asked: Sequence[tuple[LevelSignals, int]]) -> list[Step | None]:
    """The step that a scan of each of many series finds as of a point; those of one design at once.

    Returns:
        What ``Scan.found`` is of each.
    """
    found: list[Step | None] = [None] * len(asked)
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for no, (series, point) in enumerate(asked):
        alike[series._aligned_levels(point)].append(no)  # noqa: SLF001 - the same module
    for starts, same in alike.items():
        for some in _chunks(same):
            windows = [asked[no][0]._window(asked[no][1]) for no in some]  # noqa: SLF001
            _, effect, t, least = _scan(_in_logs(aligned(windows)), starts)
            most = np.abs(t).argmax(axis=1)
            for row in map(int, np.flatnonzero(np.abs(t).max(axis=1) > least)):
                at = int(most[row])
                found[some[row]] = Step(STEPS[at], float(effect[row, at]), float(t[row, at]))
    return found


def _scan(rows: Floats, levels: tuple[int, ...]) -> tuple[Floats, Floats, Floats, Floats]:
    """Scan windows that have the same accepted levels.

    Returns:
        The correlation of each window, ``(k,)``, effect and t value of each of ``STEPS``,
        ``(k, s)``, and the critical t, ``(k,)``.
    """
    rho = learnt(rows, [(known, levels) for known in known_months(rows)])
    steps = np.column_stack([level(months) for months in STEPS])
    effect, t, free = tested(rows, base_of(levels), steps, rho)
    return rho, effect, t, stdtrit(free, 1 - STEP_NEW.value / 2)

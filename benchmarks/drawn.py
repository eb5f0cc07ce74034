"""Panels with a stated truth, many at once, for the calibration of the waterbed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

GROUPS = 5
"""Untouched product groups beside the one that is looked at."""
CUT = 0.5
"""Share of the target that goes away."""
SHOCK = 0.15
"""Standard deviation of a series' log level about its own, apart from counting noise."""
LASTING = 0.7
"""Correlation of a shock with that of the month before."""
SHARED = 0.7
"""Share of the variance of a shock that all product groups of a location have in common."""
SEASON = 0.1
RAMP = 6
"""Months until a measure is complete that comes gradually."""
ASTRAY = 0.6
"""Share of what leaks that turns up where nobody looks, where that is drawn."""
BESIDE = 0.8
"""Size of the substitute beside the target."""
LEVELS = {"low": 25.0, "high": 150.0}
"""Median amount of the target per location and month."""
SPREAD = {"equal": 0.1, "unequal": 0.7}
"""Standard deviation of the log size of locations."""


@dataclass(frozen=True)
class Cell:
    """What is drawn.

    Args:
        treated: how many locations are treated.
        controls: how many are not.
        before: pre months.
        after: post months.
        volume: one of ``LEVELS``, or the median amount itself.
        sizes: one of ``SPREAD``.
        shared: whether shocks of a location are shared over its product groups.
        breaks: which assumption is broken; empty when none is.
        lasting: correlation of a shock with that of the month before.
    """

    treated: int
    controls: int
    before: int
    after: int
    volume: str | float
    sizes: str
    shared: bool
    breaks: str = ""
    lasting: float = LASTING

    @property
    def level(self) -> float:
        """The median amount; ``volume`` may be one itself."""
        return LEVELS[self.volume] if isinstance(self.volume, str) else self.volume


@dataclass(frozen=True)
class Drawn:
    """Panels before any spill-over, and what may leak of each.

    Args:
        target: counts, ``(runs, locations, months)``, the treated first.
        substitute: likewise, without what leaked.
        untouched: ``(runs, groups, channels, locations, months)``.
        lost: expected amount that left the target, ``(runs, locations, months)``.
        full: what it is once the measure is complete, likewise.
    """

    target: np.ndarray
    substitute: np.ndarray
    untouched: np.ndarray
    lost: np.ndarray
    full: np.ndarray


def draw(cell: Cell, runs: int, rng: np.random.Generator, groups: int = GROUPS) -> Drawn:
    """Counts with seasons, sizes of location and product, lasting shocks and one measure."""
    months = np.arange(cell.before + cell.after)
    places = cell.treated + cell.controls
    size = np.exp(rng.normal(0, SPREAD[cell.sizes], (runs, 1, 1, places, 1)))
    taste = np.exp(rng.normal(0, 0.3, (runs, groups + 1, 2, places, 1)))
    group = np.exp(rng.normal(0, 0.4, (runs, groups + 1, 1, 1, 1)))
    group[:, 0] = 1.0
    turn = rng.uniform(0, 2 * np.pi, (runs, groups + 1, 1, 1, 1))
    season = 1 + SEASON * np.sin(2 * np.pi * months / 12 + turn)
    shock = _shocks(cell, runs, rng, groups)
    if cell.breaks == "peak":
        shock = _peaked(shock, cell)
    expected = cell.level * size * taste * group * season * np.exp(shock)
    expected[:, :, 1] *= BESIDE
    begun = np.clip((months - cell.before + 1) / (RAMP if cell.breaks == "ramp" else 1), 0, 1)
    marks = (np.arange(places) < cell.treated)[:, None]
    full = CUT * expected[:, 0, 0] * marks * (months >= cell.before)
    lost = full * begun
    expected[:, 0, 0] -= lost
    counts = rng.poisson(expected).astype(float)
    return Drawn(counts[:, 0, 0], counts[:, 0, 1], counts[:, 1:], lost, full)


def _shocks(cell: Cell, runs: int, rng: np.random.Generator, groups: int) -> np.ndarray:
    """Autoregressive shocks of every series, ``(runs, groups, channels, locations, months)``."""
    months, places = cell.before + cell.after, cell.treated + cell.controls
    own = _lasting((runs, groups + 1, 2, places, months), rng, cell.lasting)
    if not cell.shared:
        return SHOCK * own
    common = _lasting((runs, 1, 1, places, months), rng, cell.lasting)
    own *= SHOCK * np.sqrt(1 - SHARED)
    own += SHOCK * np.sqrt(SHARED) * common
    return own


def _lasting(shape: tuple[int, ...], rng: np.random.Generator, lasting: float) -> np.ndarray:
    noise = rng.standard_normal(shape, dtype=np.float32)
    noise[..., 1:] *= np.float32(np.sqrt(1 - lasting**2))
    return signal.lfilter(np.float32([1.0]), np.float32([1.0, -lasting]), noise)


def _peaked(shock: np.ndarray, cell: Cell) -> np.ndarray:
    """The location whose target stood highest in the half year before comes first."""
    last = shock[:, 0, 0, :, cell.before - 6 : cell.before].mean(-1)
    order = np.argsort(-last, axis=1)
    return np.take_along_axis(shock, order[:, None, None, :, None], 3)


def leaked(
    cell: Cell, drawn: Drawn, quotients: tuple[float, ...], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Substitute and untouched groups after a share of what was lost turned up elsewhere.

    With ``breaks`` of "controls" or "untouched", ``ASTRAY`` of it turns up there instead of in the
    substitute of the treated: evenly in the neighbours, or in one group.

    Returns:
        Substitute ``(quotients, runs, locations, months)``, and the untouched groups, which have an
        axis of quotients too when something leaked into them.
    """
    count = cell.treated
    shares = np.reshape(quotients, (-1, 1, 1, 1))
    came = rng.poisson(shares * drawn.lost[:, :count]).astype(float)
    away = np.zeros_like(came)
    if cell.breaks in {"controls", "untouched"}:
        away = rng.binomial(came.astype(int), ASTRAY).astype(float)
    substitute = np.repeat(drawn.substitute[None], len(quotients), 0)
    substitute[:, :, :count] += came - away
    if cell.breaks == "controls":
        near = slice(count, count + neighbours(cell))
        parts = np.full(neighbours(cell), 1 / neighbours(cell))
        substitute[:, :, near] += rng.multinomial(away.sum(2).astype(int), parts).swapaxes(2, 3)
    untouched = drawn.untouched
    if cell.breaks == "untouched":
        untouched = np.repeat(untouched[None], len(quotients), 0)
        untouched[:, :, 0, 0, :count] += away
    return substitute, untouched


def neighbours(cell: Cell) -> int:
    """How many controls share a group with a treated location, where that matters."""
    return cell.controls // 4

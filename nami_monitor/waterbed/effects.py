"""From relative departures to effects in units, with variances and covariance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nami_monitor.waterbed.noise import Adjusted, Noise, Proxy, adjust, for_each, noise, proxy
from nami_monitor.waterbed.outputs import Floats
from nami_monitor.waterbed.panel import Panel, PrePost, Shift, departures, means, shift

MOST_ALIKE = 0.99
"""The correlation of two channels' placebos is not taken to be stronger than this."""
LEAST_LEFT = 0.25
"""A counterfactual is at least this share of the level before."""
LOST = 2
"""Degrees of freedom that the noise model takes."""


@dataclass(frozen=True)
class Channel:
    """The treated of one channel, with their noise and the placebos of the controls.

    Args:
        level: levels of the treated, ``(..., treated)``.
        change: their relative effects, likewise.
        own: variance of their own part, inflated for counts that grew, likewise.
        own_before: the same before inflation.
        mean: variance of the control mean's part, ``(...)``.
        sizes: standard deviations of the controls' departures, ``(..., controls)``.
        placebos: their departures over these, likewise.
        scale: how much wider the placebos are than the noise model says, ``(...)``.
    """

    level: Floats
    change: Floats
    own: Floats
    own_before: Floats
    mean: Floats
    sizes: Floats
    placebos: Floats
    scale: Floats


def alone(of: Channel) -> tuple[Floats, Floats]:
    """Effect of one channel in units per month, and its variance; each ``(...)``."""
    variance = of.scale * ((of.level**2 * of.own).sum(-1) + of.level.sum(-1) ** 2 * of.mean)
    return (of.level * of.change).sum(-1), variance


Both = tuple[Channel, Channel]
"""Target and substitute."""


@dataclass(frozen=True)
class Analysis:
    """Steps 1 to 5 of one panel: target and substitute, without shocks of locations where seen.

    ``unadjusted`` is the same with these shocks left in; ``proxy`` how they were seen, None without
    untouched groups; ``adjusted`` target and substitute without them, empty without such groups.
    """

    panel: Panel
    channels: Both
    unadjusted: Both
    proxy: Proxy | None = None
    adjusted: tuple[Adjusted, ...] = ()

    @cached_property
    def by_month(self) -> tuple[Floats, Floats]:
        """Relative departures of target and substitute, each ``(..., locations, months)``.

        Their means over the post months are the changes that ``channels`` rest on.
        """
        panel, count = self.panel, self.panel.treated
        target, substitute = (
            departures(each, count, panel.window) for each in (panel.target, panel.substitute)
        )
        if panel.untouched is None or panel.used is None or self.proxy is None:
            return target, substitute
        shared = departures(panel.untouched.total(panel.used), count, panel.window)
        slope = for_each(self.proxy.slope, self.proxy.slopes, count)
        target, substitute = (
            path - (slope * for_each(one.multiplier, one.multipliers, count))[..., None] * shared
            for path, one in zip((target, substitute), self.adjusted, strict=True)
        )
        return target, substitute


def analyse(panel: Panel) -> Analysis:
    """Steps 1 to 5.

    The panel has at least three controls, all with a level in both channels.
    """
    count, window = panel.treated, panel.window
    first, second = (shift(each, count, window) for each in (panel.target, panel.substitute))
    unadjusted = (
        channel(first.change, first, count, window),
        channel(second.change, second, count, window),
    )
    if panel.untouched is None or panel.used is None:
        return Analysis(panel, unadjusted, unadjusted)
    by = proxy(means(panel.untouched, window), panel.used, count)
    adjusted = (adjust(first, by, count), adjust(second, by, count))
    channels = (
        channel(adjusted[0].change, first, count, window),
        channel(adjusted[1].change, second, count, window),
    )
    return Analysis(panel, channels, unadjusted, by, adjusted)


@dataclass(frozen=True)
class Effects:
    """Effects on target and substitute in units per month; every field is ``(...)``."""

    gross: Floats
    spill: Floats
    gross_var: Floats
    spill_var: Floats
    covariance: Floats


def channel(change: Floats, like: Shift, treated: int, window: PrePost) -> Channel:
    """The effects and noise of one channel, from its departures.

    ``change`` holds relative departures, ``(..., locations)``, with or without shocks of the
    location; ``like`` the levels before and after.
    """
    spread = noise(change, like, treated)
    sizes = np.sqrt(spread.total[..., treated:])
    placebos = change[..., treated:] / sizes
    count = placebos.shape[-1]
    scale = (placebos**2).mean(-1) * count / (count - LOST)
    return Channel(
        level=like.level[..., :treated],
        change=change[..., :treated],
        own=_inflated(change, like, spread, treated, window),
        own_before=spread.own[..., :treated],
        mean=spread.mean,
        sizes=sizes,
        placebos=placebos,
        scale=scale,
    )


def _inflated(change: Floats, like: Shift, spread: Noise, treated: int, window: PrePost) -> Floats:
    """Counts get noisier when they grow; the post months' share of the variance grows with them."""
    level, after = like.level[..., :treated], like.after[..., :treated]
    expected = np.maximum(after - level * change[..., :treated], LEAST_LEFT * level)
    growth = np.maximum(1.0, after.sum(-1) / expected.sum(-1))
    share = window.share_after
    inflated: Floats = spread.own[..., :treated] * (1 - share + share * growth)[..., None]
    return inflated


def effects(starts: Sequence[Both], *, common_quotient: bool = False) -> Effects:
    """Step 5: effects, variances and covariance, added up over the treated of every start.

    Starts share controls, in part or all: what the control means add is taken to be perfectly
    correlated, which makes the variance of several starts rather too wide than too narrow. With
    ``common_quotient`` the treated are weighted by ``stacking`` (step 8), as if they share one
    quotient; else each counts once.
    """
    weights = stacking([target for target, _ in starts]) if common_quotient else None
    parts = [_part(both, weights[at] if weights else None) for at, both in enumerate(starts)]
    shared = [[np.sqrt(part.mean[side]) for part in parts] for side in (0, 1)]
    alike = [part.alike for part in parts]
    covariance = sum(part.own_covariance for part in parts) + sum(
        (alike[i] + alike[j]) / 2 * shared[0][i] * shared[1][j]
        for i in range(len(parts))
        for j in range(len(parts))
    )
    gross_var, spill_var = (
        sum(part.own[side] for part in parts) + sum(shared[side]) ** 2 for side in (0, 1)
    )
    gross, spill = (sum(part.effect[side] for part in parts) for side in (0, 1))
    return Effects(*map(np.asarray, (gross, spill, gross_var, spill_var, covariance)))


@dataclass(frozen=True)
class _Part:
    """One start: per channel the effect, and the variance of its own and its controls' part."""

    effect: tuple[Floats, Floats]
    own: tuple[Floats, Floats]
    mean: tuple[Floats, Floats]
    alike: Floats
    own_covariance: Floats


def _part(both: Both, weights: Floats | None) -> _Part:
    target, substitute = both
    counts = np.ones_like(target.level) if weights is None else weights
    a, b = counts * target.level, counts * substitute.level
    alike = correlation(target, substitute)
    scale = np.sqrt(target.scale * substitute.scale)
    return _Part(
        ((a * target.change).sum(-1), (b * substitute.change).sum(-1)),
        (
            target.scale * (a**2 * target.own).sum(-1),
            substitute.scale * (b**2 * substitute.own).sum(-1),
        ),
        (
            target.scale * target.mean * a.sum(-1) ** 2,
            substitute.scale * substitute.mean * b.sum(-1) ** 2,
        ),
        alike,
        alike * scale * (a * b * np.sqrt(target.own * substitute.own)).sum(-1),
    )


def correlation(target: Channel, substitute: Channel) -> Floats:
    """The correlation of the placebos of two channels, about zero; ``(...)``."""
    together = (target.placebos * substitute.placebos).sum(-1)
    size = np.sqrt((target.placebos**2).sum(-1) * (substitute.placebos**2).sum(-1))
    alike = np.divide(together, size, out=np.zeros_like(together), where=size > 0)
    clipped: Floats = np.clip(alike, -MOST_ALIKE, MOST_ALIKE)
    return clipped


def stacking(targets: Sequence[Channel]) -> list[Floats]:
    """Step 8: weights of pilots that share one quotient, per start ``(..., treated)``.

    They are the inverse of level times variance, scaled so that the level of the target stays.
    """
    weights = [1 / (target.level * target.own_before) for target in targets]
    held = sum(target.level.sum(-1) for target in targets)
    raw = sum(
        (weight * target.level).sum(-1) for weight, target in zip(weights, targets, strict=True)
    )
    return [weight * np.asarray(held / raw)[..., None] for weight in weights]

"""Second opinions on a quotient: what it would be in other ways of looking."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nami_monitor.core.thresholds import SECOND_OPINION_CONTROLS
from nami_monitor.waterbed.analysis import Analysis, Panel
from nami_monitor.waterbed.effects import Both, Effects, channel, effects, stacking
from nami_monitor.waterbed.fieller import quotient
from nami_monitor.waterbed.ranks import rank_inversion
from nami_monitor.waterbed.result import Interval, Sensitivity
from nami_monitor.waterbed.series import Window, shift
from nami_monitor.waterbed.synthetic import synthetic_changes


def opinions(
    panels: Sequence[Panel],
    windows: Sequence[Window],
    found: Sequence[Analysis],
    reach: float,
    *,
    common: bool,
) -> Sensitivity:
    """Steps 9 and the bias of step 3.

    Ranks and synthetic control are given for one start with ``SECOND_OPINION_CONTROLS`` controls.

    Args:
        panels: one per start.
        windows: likewise.
        found: their analyses.
        reach: critical value of t.
        common: whether pilots are weighted as if they share one quotient.
    """
    bias = _bias(panels, windows, found, common=common)
    plain = None
    if bias is not None:
        plain = _interval(_effects([one.plain for one in found], common=common), reach)
    ranks = synthetic = None
    if len(panels) == 1 and panels[0].controls >= SECOND_OPINION_CONTROLS.value:
        target, substitute = found[0].ready
        of = _effects([found[0].ready], common=common)
        ranks = rank_inversion(of, target.placebos, substitute.placebos)
        other = _synthetic(panels[0], windows[0])
        synthetic = _interval(_effects([other], common=common), reach)
    return Sensitivity(plain, ranks, synthetic, bias)


def _effects(starts: Sequence[Both], *, common: bool) -> Effects:
    return effects(starts, stacking([target for target, _ in starts]) if common else None)


def _interval(of: Effects, reach: float) -> Interval:
    return Interval(*(float(one) for one in quotient(of, reach)))


def _synthetic(panel: Panel, window: Window) -> Both:
    count = panel.treated
    first, second = (
        channel(
            synthetic_changes(values, count, window), shift(values, count, window), count, window
        )
        for values in (panel.target, panel.substitute)
    )
    return first, second


def _bias(
    panels: Sequence[Panel], windows: Sequence[Window], found: Sequence[Analysis], *, common: bool
) -> float | None:
    """What all of a leak into the untouched groups adds to q: ``-b q (m_B + q m_A) / m_U``.

    With the multiplier of each channel beside its level; several starts are averaged by the level
    of their target. None without untouched groups.
    """
    of = _effects([one.ready for one in found], common=common)
    value = float(of.spill / -of.gross)
    parts, sizes = [], []
    for panel, window, one in zip(panels, windows, found, strict=True):
        if panel.untouched is None or panel.used is None or one.proxy is None:
            return None
        own = panel.untouched.mean(window.pre)[..., : panel.treated].sum((-2, -1))
        beside = float(own @ panel.used)
        target, substitute = (float(side.level.sum()) for side in one.ready)
        up, down = (float(side.multiplier) for side in one.adjusted)
        slope = float(one.proxy.slope)
        parts.append(-slope * value * (down * substitute + value * up * target) / beside)
        sizes.append(target)
    return float(np.average(parts, weights=sizes))

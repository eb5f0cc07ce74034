"""The effect month by month, with what chance alone does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nami_monitor.waterbed.analysis import Analysis, Panel, by_month
from nami_monitor.waterbed.effects import LOST, Channel
from nami_monitor.waterbed.noise import noise
from nami_monitor.waterbed.result import Floats, Path
from nami_monitor.waterbed.series import Window, shift


def path(
    panels: Sequence[Panel], windows: Sequence[Window], found: Sequence[Analysis], reach: float
) -> Path:
    """The paths of all starts, added up over the months that all of them have.

    The bands of several starts are added up too, as if their noise went wholly together; the
    placebos are those of the start with the most controls.

    Args:
        panels: one per start.
        windows: likewise.
        found: their analyses.
        reach: critical value of t.
    """
    until = min(window.post.stop for window in windows)
    sides = []
    for side in (0, 1):
        effects, bands, placebos = [], [], []
        for panel, window, one in zip(panels, windows, found, strict=True):
            months = by_month(panel, window, one)[side][:, :until]
            effect, band, others = _one(panel, window, one, months, side)
            effects.append(effect)
            bands.append(reach * band)
            placebos.append(others)
        most = max(placebos, key=len)
        sides.append((np.sum(effects, 0), np.sum(bands, 0), most))
    (gross, gross_band, gross_placebos), (spill, spill_band, spill_placebos) = sides
    return Path(
        np.arange(until), gross, spill, gross_band, spill_band, gross_placebos, spill_placebos
    )


def _one(
    panel: Panel, window: Window, found: Analysis, months: Floats, side: int
) -> tuple[Floats, Floats, Floats]:
    """Effect in units, standard error and placebos of one channel of one start, by month."""
    count = panel.treated
    of: Channel = found.ready[side]
    like = shift((panel.target, panel.substitute)[side], count, window)
    change = found.adjusted[side].change if found.adjusted else like.change
    size = np.sqrt(noise(change, like, count).total[count:])
    alike = months[count:] / size[:, None]
    spread = np.sqrt((of.level**2 * of.own).sum() + of.level.sum() ** 2 * of.mean)
    scale = np.sqrt((alike**2).mean(0) * len(alike) / (len(alike) - LOST))
    return of.level @ months[:count], spread * scale, spread * alike

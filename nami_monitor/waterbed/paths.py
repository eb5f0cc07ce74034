"""The effect month by month, with what chance alone does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nami_monitor.waterbed.analysis import Analysis
from nami_monitor.waterbed.effects import LOST, Channel
from nami_monitor.waterbed.result import Floats, Path
from nami_monitor.waterbed.series import Window


def path(
    windows: Sequence[Window],
    found: Sequence[Analysis],
    departed: Sequence[tuple[Floats, Floats]],
    reach: float,
) -> Path:
    """The paths of all starts, added up over the months that all of them have.

    The bands of several starts are added up too, as if their noise went wholly together; the
    placebos are those of the start with the most controls.

    Args:
        windows: months before and after, one per start.
        found: their analyses.
        departed: relative departures of their target and substitute by month.
        reach: critical value of t.
    """
    until = min(window.post.stop for window in windows)
    sides = []
    for side in (0, 1):
        effects, bands, placebos = [], [], []
        for one, months in zip(found, departed, strict=True):
            effect, band, others = _one(one.ready[side], months[side][:, :until])
            effects.append(effect)
            bands.append(reach * band)
            placebos.append(others)
        most = max(placebos, key=len)
        sides.append((np.sum(effects, 0), np.sum(bands, 0), most))
    (gross, gross_band, gross_placebos), (spill, spill_band, spill_placebos) = sides
    return Path(
        np.arange(until), gross, spill, gross_band, spill_band, gross_placebos, spill_placebos
    )


def _one(of: Channel, months: Floats) -> tuple[Floats, Floats, Floats]:
    """Effect in units, standard error and placebos of one channel of one start, by month."""
    count = len(of.level)
    alike = months[count:] / of.sizes[:, None]
    spread = np.sqrt((of.level**2 * of.own).sum() + of.level.sum() ** 2 * of.mean)
    scale = np.sqrt((alike**2).mean(0) * len(alike) / (len(alike) - LOST))
    return of.level @ months[:count], spread * scale, spread * alike

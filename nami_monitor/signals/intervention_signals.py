"""What an estimated effect of a measure shows, and whether it fades."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from nami_monitor.core.thresholds import CONFIDENCE, LITTLE_CAME_BACK, MIN_CONTROLS, MIN_POST_MONTHS
from nami_monitor.core.words import KitSignal, Verdict
from nami_monitor.waterbed.outputs import Result

Floats = NDArray[np.float64]

OF_VERDICT: Final = {
    Verdict.WATERBED_SHOWN: KitSignal.WATERBED_SHOWN,
    Verdict.BACKFIRE_SHOWN: KitSignal.CONSUMPTION_UP_AFTER_MEASURE,
    Verdict.NO_DECREASE_SHOWN: KitSignal.NO_EFFECT_SEEN,
    Verdict.TARGET_ROSE: KitSignal.CONSUMPTION_UP_AFTER_MEASURE,
}
"""What a verdict shows; the others show nothing by themselves."""


@dataclass(frozen=True)
class Fading:
    """An effect that has become smaller.

    ``early`` and ``late`` are mean effects per month in the halves of the months after the start,
    ``p`` the chance of such a difference or a larger one if the effect were as large as before.
    """

    early: float
    late: float
    p: float


def of_effect(result: Result) -> tuple[KitSignal, ...]:
    """What the estimate of a measure shows.

    A waterbed is suspected where nothing is shown either way and the best guess is that more than
    ``LITTLE_CAME_BACK`` of it came back.
    """
    found = [OF_VERDICT[one] for one in result.verdicts if one in OF_VERDICT]
    quotient = result.quotient
    unsure = Verdict.INCONCLUSIVE in result.verdicts
    if unsure and quotient is not None and quotient.value > LITTLE_CAME_BACK.value:
        found.append(KitSignal.WATERBED_SUSPECTED)
    if fading(result) is not None:
        found.append(KitSignal.EFFECT_FADING)
    return tuple(dict.fromkeys(found))


def fading(result: Result) -> Fading | None:
    """Whether a decrease that was shown has become smaller.

    The late half of the months less the early half is held against the same difference in the
    placebo paths of the controls, which bear the noise and how it lasts from month to month.

    Returns:
        None without a shown decrease, enough months or enough controls, and where the difference
        may be chance (one-sided, half of what ``CONFIDENCE`` leaves).
    """
    path, gross = result.path, result.gross
    if path is None or gross is None or gross.high >= 0:
        return None
    post = len(path.gross) - result.post_months
    months, placebos = path.gross[post:], path.gross_placebos[:, post:]
    if len(months) < 2 * MIN_POST_MONTHS.value or len(placebos) < MIN_CONTROLS.value:
        return None
    early, late = _halves(months[np.newaxis])[0]
    null = _halves(placebos)
    spread = float(np.sqrt(np.mean((null[:, 1] - null[:, 0]) ** 2)))
    if spread == 0:
        return None
    p = float(stdtr(len(placebos) - 1, (early - late) / spread))
    if p > (1 - CONFIDENCE.value) / 2:
        return None
    return Fading(float(early), float(late), p)


def _halves(paths: Floats) -> Floats:
    """The means of the first and second half of each path, ``(paths, 2)``."""
    half = paths.shape[1] // 2
    return np.column_stack([paths[:, :half].mean(axis=1), paths[:, -half:].mean(axis=1)])

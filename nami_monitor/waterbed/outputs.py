"""What the estimator gives: numbers and enums; the sentences stand in the catalogues.

Every effect is an amount per month, in the unit of the arrays that were given (base units, kg or
EUR), added up over the treated locations. Intervals hold the truth with a chance of ``CONFIDENCE``.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.words import Design, Verdict, Why

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

WITHOUT_QUOTIENT: Final = frozenset(
    {Verdict.NOT_ENOUGH_DATA, Verdict.NO_DECREASE_SHOWN, Verdict.TARGET_ROSE}
)
"""Verdicts at which the quotient is withheld."""


@dataclass(frozen=True)
class Interval:
    """A value with its limits; a missing limit is infinite."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate(Interval):
    """An interval with its standard error.

    Of a quotient that is of the delta method; its limits are Fieller's, and need not lie evenly
    about the value.
    """

    se: float


@dataclass(frozen=True)
class Caution:
    """Why nothing was estimated, what was left out, or what a reader must know.

    ``needed`` is the number that it is compared with; ``locations`` are positions along the first
    axis of the arrays, of groups where the key is about untouched product groups.
    """

    key: Why
    seen: float | None = None
    needed: float | None = None
    locations: tuple[int, ...] = ()


@dataclass(frozen=True)
class MonthlyEffects:
    """The effect month by month, and what chance alone does.

    Args:
        months: positions of the months along the second axis; all of them.
        gross: effect on the target per month, ``(months,)``; before the start it is noise.
        spill: effect on the substitute, likewise.
        gross_band: half the width of the band about zero that a month without effect stays
            within with a chance of ``CONFIDENCE``, ``(months,)``.
        spill_band: likewise for the substitute.
        gross_placebos: every control's path, brought to the size and noise of the treated,
            ``(controls, months)``; empty without controls.
        spill_placebos: likewise for the substitute.
    """

    months: NDArray[np.int_]
    gross: Floats
    spill: Floats
    gross_band: Floats
    spill_band: Floats
    gross_placebos: Floats
    spill_placebos: Floats


@dataclass(frozen=True)
class Anticipation:
    """The months left out before the start, in which people may have hoarded.

    ``gross`` and ``spill`` are the changes of the target and of the substitute in them, per month;
    ``months`` are positions.
    """

    months: tuple[int, ...]
    gross: Estimate
    spill: Estimate


@dataclass(frozen=True)
class Sensitivity:
    """The quotient by other methods, to compare with the main estimate, never to choose from.

    Args:
        ranks: inversion of a rank test over the placebo pairs; None with too few controls.
        synthetic: ridge synthetic control; None with too few controls.
        bias_per_share: what is added to the quotient when all that leaks elsewhere (a share of 1)
            goes into the untouched groups; a share of c adds c times this. None
            without a control variate or a quotient.
    """

    unadjusted: Interval | None = None
    ranks: Interval | None = None
    synthetic: Interval | None = None
    bias_per_share: float | None = None


@dataclass(frozen=True)
class LocationShocks:
    """How the shocks that the product groups of a location share were taken out.

    ``slope`` is the pooled slope ``b`` of a group's effect on that of the others, None when one
    group alone gives a slope per channel; ``gross`` and ``spill`` what the proxy was multiplied
    with for the target (``kappa``, or the own slope) and the substitute; ``groups`` positions of
    those used.
    """

    slope: float | None
    gross: float
    spill: float
    groups: tuple[int, ...]


@dataclass(frozen=True)
class Estimates:
    """Effects in two channels, and what they show.

    Args:
        verdicts: the rungs of the ladder that hold, lowest first; never empty.
        gross: effect on the target, negative when the measure works.
        spill: effect on the substitute, positive when it leaks.
        quotient: spill / -gross. Without bound, its limits are infinite; where the target was not
            shown to go down it has no value (NaN) either.
        covariance: of gross and spill.
    """

    verdicts: tuple[Verdict, ...]
    gross: Estimate
    spill: Estimate
    net: Estimate
    quotient: Estimate
    covariance: float


@dataclass(frozen=True, kw_only=True)
class Result:
    """What leaked away, and how sure that is; the effects of ``Estimates`` are None when withheld.

    Args:
        degrees: degrees of freedom of the intervals; None where nothing is estimated.
        design: what it was compared with; without controls the evidence is weaker.
        pre_months: months before the start, before ``anticipation`` is taken off.
        post_months: months from the start on.
        treated: positions of the treated locations that were estimated.
        controls: positions of the locations that served as controls.
        location_shocks: the control variate, one for each start; empty when there was none.
        anticipation: the months left out before the start; None when none were, or withheld.
    """

    verdicts: tuple[Verdict, ...]
    gross: Estimate | None = None
    spill: Estimate | None = None
    net: Estimate | None = None
    quotient: Estimate | None = None
    covariance: float | None = None
    degrees: float | None = None
    design: Design
    pre_months: int
    post_months: int
    treated: tuple[int, ...]
    controls: tuple[int, ...]
    cautions: tuple[Caution, ...]
    location_shocks: tuple[LocationShocks, ...] = ()
    anticipation: Anticipation | None = None
    path: MonthlyEffects | None = None
    sensitivity: Sensitivity = Sensitivity()


@dataclass(frozen=True, kw_only=True)
class PilotPlan:
    """What a pilot can show, before it starts, from placebos on the history.

    The chances, to show that the target went down at all, that there is a waterbed and that the
    quotient is below 1, hold if the quotient is ``quotient``. Standard errors are those expected of
    the effects. When ``gross_se`` is None nothing was planned; ``cautions`` say why.

    Args:
        pre_months: months of history that it would use.
        smallest_quotient: the smallest quotient that is shown to be above zero in 80% of cases
            (``(t.975 + t.80) se / reduction``).
    """

    treated: int
    controls: int
    pre_months: int
    post_months: int
    reduction: float
    quotient: float
    gross_se: float | None = None
    spill_se: float | None = None
    smallest_quotient: float | None = None
    chance_decrease: float | None = None
    chance_waterbed: float | None = None
    chance_net_reduction: float | None = None
    cautions: tuple[Caution, ...]

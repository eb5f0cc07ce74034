"""What is asked of the estimator, checked for shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nami_monitor.core.words import Design, Verdict
from nami_monitor.waterbed.amounts import Amounts
from nami_monitor.waterbed.result import Floats, Marks, Reason, Result

Places = NDArray[np.int_]


@dataclass(frozen=True)
class Asked:
    """Arrays and settings of one estimate; see ``estimate`` for what they are."""

    target: Floats
    substitute: Floats
    treated: Marks
    first_post: Places
    anticipation: int
    untouched: Amounts | None
    common_quotient: bool
    volume: float | None

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        shape = self.target.shape
        alike = self.substitute.shape == shape and self.treated.shape == shape[:1]
        beside = self.untouched is None or (
            self.untouched.values.ndim == len("gcnt") and self.untouched.values.shape[2:] == shape
        )
        if len(shape) != len("nt") or not alike or not beside or self.anticipation < 0:
            raise ValueError((shape, self.substitute.shape, self.treated.shape))

    @property
    def months(self) -> int:
        """How many months there are."""
        return int(self.target.shape[1])

    @property
    def first(self) -> int:
        """The earliest start; 0 when none is treated."""
        return int(self.first_post[self.treated].min()) if self.treated.any() else 0

    def volume_of(self, places: Places) -> float:
        """Mean base units per month, over these locations, before the earliest start."""
        if self.volume is not None:
            return self.volume
        own = self.target[places, : self.first - self.anticipation]
        return float(own.mean()) if own.size else 0.0


def ask(
    target: ArrayLike,
    substitute: ArrayLike,
    treated: ArrayLike,
    first_post: ArrayLike,
    anticipation: int,
    untouched: ArrayLike | None,
    volume: float | None,
    *,
    common_quotient: bool,
) -> Asked:
    """The same from anything that numpy takes for an array.

    Raises:
        ValueError: the arrays do not belong together.
    """
    marks = np.asarray(treated, dtype=bool)
    return Asked(
        target=np.asarray(target, dtype=float),
        substitute=np.asarray(substitute, dtype=float),
        treated=marks,
        first_post=np.broadcast_to(np.asarray(first_post, dtype=int), marks.shape),
        anticipation=anticipation,
        untouched=None if untouched is None else Amounts(np.asarray(untouched, dtype=float)),
        common_quotient=common_quotient,
        volume=volume,
    )


def places(marks: Marks | Places) -> tuple[int, ...]:
    """Positions of what is marked, or the positions themselves, as a tuple."""
    found = np.flatnonzero(marks) if marks.dtype == bool else marks
    return tuple(int(place) for place in found)


def withheld(asked: Asked, design: Design, reasons: tuple[Reason, ...]) -> Result:
    """Not enough data: no number is given, only what is missing."""
    before = int(np.clip(asked.first, 0, asked.months))
    return Result(
        verdicts=(Verdict.NOT_ENOUGH_DATA,),
        design=design,
        gross=None,
        spill=None,
        net=None,
        quotient=None,
        covariance=None,
        pre_months=before,
        post_months=asked.months - before,
        treated=places(asked.treated),
        controls=(),
        reasons=reasons,
    )

"""The arrays of one estimate, checked for shape."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nami_monitor.waterbed.outputs import Floats, Marks
from nami_monitor.waterbed.panel import GroupAmounts

Places = NDArray[np.int_]


@dataclass(frozen=True)
class Inputs:
    """Orders by location and month, who is treated, and from when.

    Args:
        target: amounts in the channel that was to go down, ``(locations, months)``, in one unit.
        substitute: amounts in the channel that may have gone up, likewise.
        treated: which locations are treated, ``(locations,)``.
        first_post: position of the first post month; for staggered starts one per location,
            ``(locations,)``. Not read of locations that are not treated, nor by ``plan``.
        anticipation: months before the start that count as neither before nor after.
        untouched: amounts of product groups that the intervention leaves alone,
            ``(groups, channels, locations, months)``: with them shocks of a location are taken out
            (negative controls: Lipsitch, Tchetgen Tchetgen & Cohen 2010). Not read without
            controls.
        switch: in which months the measure is on, ``(months,)``, where the months are to be
            weighed; it may go off and on again after the start (crossover). All treated start in
            one month then. None gives every month the same weight. Not read without controls.

    Raises:
        ValueError: shapes do not agree, ``anticipation`` is negative, or the switch is on before
            the start or off at it.
    """

    target: Floats
    substitute: Floats
    treated: Marks
    first_post: int | Places
    anticipation: int = 1
    untouched: Floats | None = None
    switch: Marks | None = None

    def __post_init__(self) -> None:
        """Convert to arrays and compare their shapes."""
        for name, dtype in (("target", float), ("substitute", float), ("treated", bool)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=dtype))
        if self.untouched is not None:
            object.__setattr__(self, "untouched", np.asarray(self.untouched, dtype=float))
        shape = self.target.shape
        alike = self.substitute.shape == shape and self.treated.shape == shape[:1]
        groups_alike = self.untouched is None or (
            self.untouched.ndim == len("gcnt") and self.untouched.shape[2:] == shape
        )
        if len(shape) != len("nt") or not alike or not groups_alike or self.anticipation < 0:
            raise ValueError((shape, self.substitute.shape, self.treated.shape))
        if self.switch is not None:
            object.__setattr__(self, "switch", np.asarray(self.switch, dtype=bool))
            begun = {int(start) for start in self.starts[self.treated]}
            if self.switch.shape != shape[1:] or begun - {int(self.switch.argmax())}:
                raise ValueError((self.switch, begun))
        _ = self.starts

    @cached_property
    def starts(self) -> Places:
        """The first post month of every location, ``(locations,)``."""
        return np.broadcast_to(np.asarray(self.first_post, dtype=int), self.treated.shape)

    @cached_property
    def groups(self) -> GroupAmounts | None:
        """The untouched groups; None without."""
        return None if self.untouched is None else GroupAmounts(self.untouched)

    @property
    def months(self) -> int:
        """How many months there are."""
        return int(self.target.shape[1])

    @property
    def first(self) -> int:
        """The earliest start; 0 when none is treated."""
        return int(self.starts[self.treated].min()) if self.treated.any() else 0

    @property
    def everywhere(self) -> bool:
        """Whether every location is treated from the same month on: there are no controls."""
        return bool(self.treated.all()) and bool(np.ptp(self.starts) == 0)

    def order_months(self, places: Places) -> int:
        """In how many months before the earliest start some locations together took of the target.

        The months of ``anticipation`` do not count.
        """
        own = self.target[places, : max(self.first - self.anticipation, 0)]
        return int((own.sum(0) > 0).sum())


def positions(marks: Marks | Places) -> tuple[int, ...]:
    """Positions of what is marked, or the positions themselves, as a tuple."""
    found = np.flatnonzero(marks) if marks.dtype == bool else marks
    return tuple(int(place) for place in found)

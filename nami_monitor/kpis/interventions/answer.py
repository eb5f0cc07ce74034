"""What one intervention did, in one unit, and where it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from nami_monitor.core.words import Design, Strategy, Unit, Verdict
from nami_monitor.kpis.interventions.cube import READINGS
from nami_monitor.kpis.interventions.ground import Ground
from nami_monitor.kpis.interventions.note import Note
from nami_monitor.kpis.interventions.panel import Setting, setting, unreadable
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.sites import Sites
from nami_monitor.kpis.interventions.went import Went, estimated, went
from nami_monitor.kpis.interventions.window import Window
from nami_monitor.kpis.result import Reason
from nami_monitor.waterbed.result import Estimate, Result

NOT_ENOUGH = (Verdict.NOT_ENOUGH_DATA,)
ESTIMATED = frozenset(Verdict) - {Verdict.NOT_ENOUGH_DATA}
WITHOUT_QUOTIENT = frozenset(
    {Verdict.NOT_ENOUGH_DATA, Verdict.NO_DECREASE_SHOWN, Verdict.TARGET_ROSE}
)
"""Verdicts at which the quotient is withheld."""


@dataclass(frozen=True)
class Answer:
    """What is known of one intervention in one unit.

    Args:
        intervention: as registered.
        unit: base units, kg or EUR; effects are per month.
        window: the months that were compared; None where there is nothing to compare.
        sites: the locations that were compared; likewise.
        result: the estimate; None where nothing could be handed to the estimator.
        notes: what was left out, and what stands in the way.
        last_month: the last month with order lines of its category; None without any.
        destinations: where it may have gone.
        shared: the quotient as if several locations share one; None for a single location.
        excused: why its strategy does not apply to its category, so that nothing is judged; None
            where it does.
    """

    intervention: Intervention
    unit: Unit
    window: Window | None
    sites: Sites | None
    result: Result | None
    notes: tuple[Note, ...]
    last_month: date | None
    destinations: tuple[Went, ...] = ()
    shared: Estimate | None = None
    excused: Reason | None = None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The rungs of the ladder that hold; never empty."""
        return self.result.verdicts if self.result else NOT_ENOUGH

    @property
    def estimated(self) -> bool:
        """Whether there is a gross, a spill-over and a net effect."""
        return self.result is not None and self.result.net is not None

    @property
    def design(self) -> Design:
        """What it was compared with."""
        if self.result is not None:
            return self.result.design
        compared = self.sites is not None and self.sites.controls
        return Design.CONTROLS if compared else Design.NO_CONTROLS

    @property
    def locations(self) -> tuple[str, ...]:
        """The locations to whose positions the result refers."""
        return self.sites.treated + self.sites.controls if self.sites else ()


def answer(one: Intervention, read: Ground, unit: Unit, *, look_around: bool = True) -> Answer:
    """What an intervention did.

    Args:
        one: the intervention.
        read: what was read of its category.
        unit: base units, kg or EUR.
        look_around: whether to look where else it may have gone.
    """
    found = _reading(one, read, setting(one, read), unit, look_around=look_around)
    return replace(found, excused=_excused(one, read))


def readings(one: Intervention, read: Ground) -> tuple[Answer, ...]:
    """What an intervention did and where it went, in every unit."""
    found = setting(one, read)
    made = (_reading(one, read, found, unit, look_around=True) for unit in READINGS)
    return tuple(replace(each, excused=_excused(one, read)) for each in made)


def _excused(one: Intervention, read: Ground) -> Reason | None:
    """Why neither its own strategy nor what was avoided on balance is judged in its category."""
    strategies = (one.strategy, Strategy.REFUSE)
    found = (read.excused.get((one.category, str(strategy))) for strategy in strategies)
    return next((reason for reason in found if reason), None)


def _reading(
    one: Intervention,
    read: Ground,
    found: Setting | tuple[Note, ...],
    unit: Unit,
    *,
    look_around: bool,
) -> Answer:
    cube = read.cubes.get(one.category)
    last = cube.months[-1] if cube else None
    if not isinstance(found, Setting):
        return Answer(one, unit, None, None, None, found, last)
    lacking = unreadable(found, unit)
    notes = (*((lacking,) if lacking else ()), *found.notes)
    if any(note.stops for note in notes):
        return Answer(one, unit, found.window, found.sites, None, notes, last)
    result = estimated(one, found, unit)
    made = Answer(one, unit, found.window, found.sites, result, notes, last)
    if not look_around or not made.estimated:
        return made
    several = len(result.treated) > 1
    shared = estimated(one, found, unit, shared=True).quotient if several else None
    return replace(made, destinations=went(one, found, unit, result, read), shared=shared)


def shown_by(answers: Sequence[Answer]) -> Answer:
    """The first reading in which something was estimated; else the first."""
    return next((one for one in answers if one.estimated), answers[0])

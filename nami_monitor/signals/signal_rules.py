"""Signals: what figures or registers show, which come first, and the rules that give them."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from nami_monitor.core.periods import add_months, months_between
from nami_monitor.core.thresholds import (
    ATTENTION,
    BIG_MEASURE,
    CONFIDENCE,
    EARLY_SHARE,
    FEW_REFUSED,
    LITTLE_CAME_BACK,
    LONG_CONTRACT,
    MIN_CONTROLS,
    MIN_POST_MONTHS,
    STEP_CHANCE,
    WELL_KNOWN,
    XMR_CHANCE_OUTSIDE,
    YEAR_END_TIMES,
)
from nami_monitor.core.words import KitSignal, Verdict
from nami_monitor.signals.xmr import Assurance
from nami_monitor.waterbed.outputs import Estimate, Result
from nami_monitor.waterbed.verdicts import critical, interval

Seen = float | str | date
"""A number behind a signal, or the name or moment that belongs to it."""


@dataclass(frozen=True)
class Signal:
    """Something that the figures or registers show.

    Args:
        kind: what it is; its words stand in the catalogues under ``kit.signals.`` and its sentence
            under ``signals.``.
        subject: what shows it: the code of a KPI or intervention, the number of a contract, the
            name of a source, or a product group.
        numbers: what was seen and what it is held against, for the sentence.
        kpi: the KPI in whose unit the numbers are; None where they have units of their own.
        size: euros a year that it is about; None where that is not known.
        evidence: how well it is known, 0 to 1: a weight, no chance.
    """

    kind: KitSignal
    month: date
    subject: str
    numbers: Mapping[str, Seen] = field(default_factory=dict)
    kpi: str | None = None
    category: str | None = None
    size: float | None = None
    evidence: float = 1.0

    @property
    def weight(self) -> float:
        """Size times evidence; 0 where the size is not known."""
        return abs(self.size or 0.0) * self.evidence


@dataclass(frozen=True)
class Attention:
    """The signals at the top, and how much chance alone would give.

    ``first`` holds at most ``ATTENTION`` of them, the weightiest first; ``watched`` counts the
    series that were watched for a change of level, ``by_chance`` those that would give a new signal
    in a month if nothing happened at all.
    """

    first: tuple[Signal, ...]
    others: tuple[Signal, ...]
    watched: int
    by_chance: float


def ranked(found: Iterable[Signal]) -> tuple[Signal, ...]:
    """Signals by size times evidence; without a size last, best known first.

    Of equal weight the order in which they came stays.
    """
    return tuple(sorted(found, key=lambda one: (-one.weight, one.size is None, -one.evidence)))


def attention(found: Iterable[Signal], watched: int, watched_outside: int = 0) -> Attention:
    """The few that deserve attention first.

    They are the weightiest of each kind, then the next of each, as far as there is room; what is
    chosen so stands by weight. ``watched`` series are scanned; of ``watched_outside``, too short
    for that, only points outside the limits count.
    """
    order = ranked(found)
    first = ranked(_in_turn(order)[: int(ATTENTION.value)])
    chance = watched * STEP_CHANCE.value + watched_outside * XMR_CHANCE_OUTSIDE.value
    others = tuple(one for one in order if not any(one is top for top in first))
    return Attention(first, others, watched + watched_outside, chance)


def _in_turn(order: Sequence[Signal]) -> list[Signal]:
    """The first of each kind, then the second of each: many contracts must not hide one peak."""
    seen: Counter[KitSignal] = Counter()
    turns = []
    for one in order:
        turns.append(seen[one.kind])
        seen[one.kind] += 1
    return [one for _, one in sorted(zip(turns, order, strict=True), key=lambda pair: pair[0])]


Floats = NDArray[np.float64]
YEAR = 12


def of_target(met: bool | None, assurance: Assurance | None) -> KitSignal | None:
    """The signal of a target: missed, met, or met while some of its months miss it.

    What was missed over its own period is missed, whatever the months do. Where a target that is
    met lies within normal variation, nothing has to change for it to be missed. ``met`` is None
    when there was nothing to judge; ``assurance`` says whether normal variation meets it, where it
    is one of months.
    """
    if met is None:
        return None
    if not met:
        return KitSignal.TARGET_MISSED
    unsure = assurance is Assurance.HIT_AND_MISS
    return KitSignal.HIT_AND_MISS if unsure else KitSignal.TARGET_MET


@dataclass(frozen=True)
class Peak:
    """A December that stands out: its share of the year (%), and what it has above an even month.

    ``p`` is the chance of such a December or a higher one, if it were a month like the other
    eleven.
    """

    share: float
    amount: float
    p: float


def year_end_peak(months: Floats) -> Peak | None:
    """Whether December stands out of its year.

    It has at least ``YEAR_END_TIMES`` an even month, and lies above where a twelfth month would lie
    if it varied as the other eleven do (prediction interval of the normal distribution, one-sided,
    half of what ``CONFIDENCE`` leaves). ``months`` are January to December, ``(12,)``; NaN where
    one is missing.

    Returns:
        None where it does not, and where a month is missing or the year adds up to nothing.
    """
    total = float(months.sum())
    if len(months) != YEAR or np.isnan(total) or total <= 0:
        return None
    others, december = months[:-1], float(months[-1])
    even = total / YEAR
    if december < YEAR_END_TIMES.value * even:
        return None
    spread = float(others.std(ddof=1)) * np.sqrt(1 + 1 / len(others))
    p = float(stdtr(len(others) - 1, (others.mean() - december) / spread)) if spread else 0.0
    if p > (1 - CONFIDENCE.value) / 2:
        return None
    return Peak(100 * december / total, december - even, p)


def long_contract(starts_on: date | None, ends_on: date | None) -> float | None:
    """The years of a contract that runs longer than ``LONG_CONTRACT``; None for any other.

    ``starts_on`` is None where it is not stated; options are not counted in ``ends_on``.
    """
    if starts_on is None or ends_on is None:
        return None
    years = (ends_on - starts_on).days / 365.25
    return years if years > LONG_CONTRACT.value else None


def rolling_out(starts_on: date, ramp_months: int, month: date) -> bool:
    """Whether a measure is on its way to full strength in a month."""
    start = starts_on.replace(day=1)
    return start <= month < add_months(start, ramp_months)


def poorly_known(completeness: float | None) -> bool:
    """Whether a figure rests on less than ``WELL_KNOWN`` of what counts, or on nothing known."""
    return completeness is not None and completeness < WELL_KNOWN.value


def one_discipline(disciplines: int, share: float | None) -> bool:
    """Whether a large measure has one discipline at the table.

    No discipline on record says nothing. ``share`` (0 to 1) of its category's spend falls under it;
    None where unknown.
    """
    return disciplines == 1 and share is not None and share >= BIG_MEASURE.value


def recent(moment: date, month: date, months: int) -> bool:
    """Whether a month lies at most so many months back, and not in the future."""
    return 0 <= months_between(moment, month) < months


Z: Final = NormalDist().inv_cdf((1 + CONFIDENCE.value) / 2)


def wilson(part: float, whole: float) -> tuple[float, float]:
    """Limits of a share (Wilson 1927, JASA 22:209), 0 to 1.

    ``part`` lies between 0 and ``whole``, which lies above zero.

    Raises:
        ValueError: a part that is no part of a whole.
    """
    if not 0 <= part <= whole or whole <= 0:
        raise ValueError((part, whole))
    share, spread = part / whole, Z**2 / whole
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * math.sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def few_refused(resolved: float, decided: float) -> bool:
    """Whether surely less than ``FEW_REFUSED`` of the requests was met without a purchase.

    ``resolved`` were met so, of all that were ``decided``; none of them says nothing.
    """
    return decided > 0 and wilson(resolved, decided)[1] < FEW_REFUSED.value


def retired_early(early: float, retired: float) -> bool:
    """Whether surely more than ``EARLY_SHARE`` of what was retired had warranty left.

    ``retired`` counts those of which the warranty is known.
    """
    return retired > 0 and wilson(early, retired)[0] > EARLY_SHARE.value


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

    ``smaller`` is by how much a month, from the first to the second half of the months after the
    start; ``p`` the chance of that or more if the effect were as large as before.
    """

    smaller: Estimate
    p: float


def of_effect(
    verdicts: Collection[Verdict], quotient: Estimate | None, result: Result | None
) -> tuple[KitSignal, ...]:
    """What the verdict on a measure shows, and whether the effect faded since.

    A waterbed is suspected where nothing is shown either way and the best guess is that more than
    ``LITTLE_CAME_BACK`` of it came back. ``result`` is the estimate of all months up to now.
    """
    found = [OF_VERDICT[one] for one in verdicts if one in OF_VERDICT]
    unsure = Verdict.INCONCLUSIVE in verdicts
    if unsure and quotient is not None and quotient.value > LITTLE_CAME_BACK.value:
        found.append(KitSignal.WATERBED_SUSPECTED)
    if result is not None and fading(result) is not None:
        found.append(KitSignal.EFFECT_FADING)
    return tuple(dict.fromkeys(found))


def fading(result: Result) -> Fading | None:
    """Whether a decrease that was shown has become smaller.

    The late half of the months less the early half is held against the same difference in the
    placebo paths of the controls, which bear the noise and how it lasts from month to month. None
    without a shown decrease, enough months or enough controls, and where the difference may be
    chance (one-sided, half of what ``CONFIDENCE`` leaves).
    """
    path, gross = result.path, result.gross
    if path is None or gross is None or gross.high >= 0:
        return None
    post = len(path.gross) - result.post_months
    months, placebos = path.gross[post:], path.gross_placebos[:, post:]
    if len(months) < 2 * MIN_POST_MONTHS.value or len(placebos) < MIN_CONTROLS.value:
        return None
    change = float(_second_less_first(months[np.newaxis])[0])
    spread = float(np.sqrt(np.mean(_second_less_first(placebos) ** 2)))
    if spread == 0:
        return None
    degrees = len(placebos) - 1
    p = float(stdtr(degrees, -change / spread))
    if p > (1 - CONFIDENCE.value) / 2:
        return None
    return Fading(interval(np.array(change), np.array(spread**2), critical(degrees)), p)


def _second_less_first(paths: Floats) -> Floats:
    """The mean of the second half of each path less that of the first, ``(paths,)``."""
    half = paths.shape[1] // 2
    return np.asarray(paths[:, -half:].mean(axis=1) - paths[:, :half].mean(axis=1))

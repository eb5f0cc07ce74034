"""Who gets which message, drawn by chance; and what chance alone would have shown of it.

An assignment is drawn within strata of alike locations. A randomisation test (Fisher 1935, "The
Design of Experiments") draws it again in the same way, many times, and asks how often the outcomes
as they were would differ as much between the arms. It needs no model of the noise: chance is what
the draw brought in. Outcomes are first cleared of what was known before the start, which leaves the
test exact and makes it sharper (Rosenbaum 2002, "Covariance Adjustment in Randomized Experiments
and Observational Studies", Statistical Science 17(3)).

Several arms are tested by the largest t of all of them, step by step (Westfall and Young 1993,
"Resampling-Based Multiple Testing"; closed testing: Marcus, Peritz and Gabriel 1976, Biometrika
63(3)): an arm is shown when every set of arms that holds it is. Each set is drawn again among its
own locations only, so that what another arm did changes nothing.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.waterbed.outputs import Floats, Interval

Labels = NDArray[np.int_]

DRAWS: Final = 9_999
"""Assignments that are drawn again, where there are more than can be listed."""
CHUNK: Final = 2**22
"""Numbers that are worked on at once."""
ROUNDING: Final = 1e-9
"""A statistic that differs by less, as a share, is the same one."""
NOTHING: Final = 1e-12


def deal(strata: Mapping[str, Sequence[str]], arms: Sequence[str], seed: str) -> dict[str, str]:
    """Assign locations to arms by chance, within each stratum.

    The order in which locations and arms of a stratum are dealt is that of the SHA-256 of the seed,
    the stratum and their name. So anybody can draw it again, with any program.

    Args:
        strata: the locations of each stratum.
        arms: the names of the arms; their order does not matter.
        seed: any text.

    Returns:
        The arm of each location. Within a stratum the sizes of the arms differ by one at most.
    """

    def by_chance(stratum: str, names: Sequence[str]) -> list[str]:
        return sorted(
            names,
            key=lambda name: hashlib.sha256(f"{seed}\n{stratum}\n{name}".encode()).digest(),
        )

    return {
        location: by_chance(stratum, arms)[at % len(arms)]
        for stratum, locations in strata.items()
        for at, location in enumerate(by_chance(stratum, locations))
    }


def strata_of(levels: Mapping[str, float], size: int) -> tuple[tuple[str, ...], ...]:
    """Put locations of a like level together, the largest first.

    ``size`` is how many are in a stratum; what is left over joins the last one.
    """
    order = sorted(levels, key=lambda code: (-levels[code], code))
    count = max(len(order) // size, 1)
    cuts = [size * at for at in range(count)] + [len(order)]
    return tuple(tuple(order[a:b]) for a, b in pairwise(cuts))


@dataclass(frozen=True)
class ArmTest:
    """What one arm changed, against the arm that got nothing.

    Args:
        effect: the change as a share, -0.1 for a tenth less. The limits hold the truth with at
            least the confidence that was asked, and leave out zero where ``chance`` is small
            enough.
        chance: how often some arm would differ as much if no message changed anything.
    """

    effect: Interval
    chance: float


def compare_arms(
    after: Floats, before: Floats, arm: Labels, stratum: Labels, alpha: float, seed: str
) -> tuple[ArmTest, ...]:
    """Test each arm against the one that got nothing.

    Args:
        after: logarithm of the mean amount per month after the start, ``(locations,)``.
        before: the same before it.
        arm: which each location is in; 0 got nothing, the others count from 1.
        stratum: within which it was assigned, counting from 0.
        alpha: how often something may be shown that is not so, over all arms together.
        seed: of the assignments that are drawn again.

    Returns:
        One test for each arm from 1 on.
    """
    arms = tuple(range(1, int(arm.max()) + 1))
    chances: dict[tuple[int, ...], Floats] = {}
    alone: dict[int, _Trials] = {}
    for size in range(1, len(arms) + 1):
        for chosen in combinations(arms, size):
            own = np.isin(arm, (0, *chosen))
            label = np.searchsorted((0, *chosen), arm[own])
            nuisance = np.column_stack([_dummies(stratum[own]), before[own]])
            exposure = np.eye(size + 1)[1:, :, None]
            drawn = again(label, stratum[own], seed)
            trials = _trials(after[own, None], nuisance, exposure, drawn)
            chances[chosen] = trials.chances
            if size == 1:
                alone[chosen[0]] = trials
    found = []
    for one in arms:
        own_chance = float(chances[one,][0])
        together = max(
            float(chance[chosen.index(one)]) for chosen, chance in chances.items() if one in chosen
        )
        found.append(_test(alone[one], together, alpha * own_chance / together))
    return tuple(found)


def compare_steps(
    volumes: Floats, step: Labels, begins: Labels, stratum: Labels, alpha: float, seed: str
) -> ArmTest:
    """Test a message that reaches all locations in steps, in an order by chance.

    Args:
        volumes: logarithm of the mean amount per month, ``(locations, periods)``; the steps part
            the periods, the first of which lies before all of them.
        step: the step of each location, counting from 0.
        begins: the period from which each step has the message, ``(steps,)``; one beyond the last
            period for a step that does not have it yet.
        stratum: as in ``compare_arms``.
        alpha: likewise.
        seed: likewise.
    """
    exposure = (np.arange(volumes.shape[1]) >= begins[:, None])[None].astype(float)
    trials = _trials(volumes, _dummies(stratum), exposure, again(step, stratum, seed))
    chance = float(trials.chances[0])
    return _test(trials, chance, alpha)


def _test(trials: "_Trials", chance: float, alpha: float) -> ArmTest:
    value, low, high = (math.expm1(limit) for limit in trials.interval(alpha))
    return ArmTest(Interval(value, low, high), chance)


def again(label: Labels, stratum: Labels, seed: str, draws: int | None = None) -> Labels:
    """Every assignment that the same draw could have given, or many of them.

    Within each stratum the labels are dealt out again. The actual one comes first; where there are
    at most ``draws`` (``DRAWS``) others all of them are given, once each.

    Returns:
        Labels, ``(assignments, locations)``.
    """
    most = DRAWS if draws is None else draws
    places = [np.flatnonzero(stratum == each) for each in np.unique(stratum)]
    if math.prod(_ways(label[own]) for own in places) <= most + 1:
        orders = [list(_orders(tuple(map(int, label[own])))) for own in places]
        rows = list(product(*orders))
        found = np.empty((len(rows), len(label)), dtype=int)
        for at, own in enumerate(places):
            found[:, own] = [row[at] for row in rows]
        actual = (found == label).all(1)
        return np.concatenate([label[None], found[~actual]])
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    rng = np.random.default_rng(start)
    found = np.tile(label, (most + 1, 1))
    for own in places:
        found[1:, own] = rng.permuted(found[1:, own], axis=1)
    return found


def _ways(labels: Labels) -> int:
    """In how many different orders some labels can stand."""
    counts = Counter(map(int, labels)).values()
    return math.factorial(len(labels)) // math.prod(map(math.factorial, counts))


def _orders(labels: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Those orders, each once."""
    if not labels:
        yield ()
    for first in sorted(set(labels)):
        at = labels.index(first)
        for rest in _orders(labels[:at] + labels[at + 1 :]):
            yield (first, *rest)


@dataclass(frozen=True)
class _Trials:
    """Statistics of every assignment, the actual one first.

    ``t`` is that of each contrast, ``(assignments, contrasts)``; with one contrast ``along`` is the
    sum of the cleared outcomes over its exposure, brought to length one, and ``shared`` the same
    sum over the actual exposure, ``(assignments,)``.
    """

    t: Floats
    along: Floats
    shared: Floats
    value: float

    @property
    def chances(self) -> Floats:
        """How often the largest t of all is as large as that of each contrast, ``(contrasts,)``."""
        largest = np.abs(self.t).max(1)
        seen: Floats = np.abs(self.t[0])
        found: Floats = (largest[:, None] >= seen * (1 - ROUNDING)).mean(0)
        return found

    def interval(self, alpha: float) -> tuple[float, float, float]:
        """Value and limits: the effects that the test of one contrast does not reject.

        An effect is taken off the outcomes of the actual assignment. For every other one the
        effects at which it differs as much form one stretch, about the value, so that the limits
        follow from sorting their ends.
        """
        seen, own = self.along[0], self.shared[0]
        below, above = own - self.shared, own + self.shared
        open_ended = (below <= NOTHING * own) | (above <= NOTHING * own)
        ends = np.sort(
            [
                (seen - self.along) / np.where(open_ended, 1, below),
                (seen + self.along) / np.where(open_ended, 1, above),
            ],
            axis=0,
        )
        low = np.sort(np.where(open_ended, -np.inf, ends[0]))
        high = np.sort(np.where(open_ended, np.inf, ends[1]))[::-1]
        at = int(alpha * len(low) + ROUNDING)
        return self.value, float(low[at]), float(high[at])


def _trials(outcomes: Floats, known: Floats, exposure: Floats, drawn: Labels) -> _Trials:
    """The statistics of every assignment: t of each contrast, by least squares.

    Args:
        outcomes: ``(locations, periods)``; of several periods the mean of each location is taken
            off.
        known: what was known before, which is cleared from each period, ``(locations, columns)``.
        exposure: how much of each contrast a label has in each period, ``(contrasts, labels,
            periods)``.
        drawn: labels, ``(assignments, locations)``, the actual ones first.
    """
    left, sizes, _ = np.linalg.svd(known, full_matrices=False)
    basis = left[:, sizes > ROUNDING * sizes[0]]

    def clear(values: Floats) -> Floats:
        rest = values - basis @ (basis.T @ values)
        return rest - rest.mean(-1, keepdims=True) if rest.shape[-1] > 1 else rest

    cleared = clear(outcomes).ravel()
    total = float(cleared @ cleared)
    count = max(CHUNK // (len(cleared) * len(exposure)), 1)
    t, along, shared = [], [], []
    for begun in range(0, len(drawn), count):
        labels = drawn[begun : begun + count]
        has = clear(exposure[:, labels].swapaxes(0, 1)).reshape(len(labels), len(exposure), -1)
        products, sums = has @ has.swapaxes(1, 2), has @ cleared
        inverse = np.linalg.pinv(products, hermitian=True)
        slopes = (inverse @ sums[..., None])[..., 0]
        rest = np.maximum(total - (slopes * sums).sum(1), NOTHING * total)
        vague = np.sqrt(np.maximum(np.diagonal(inverse, axis1=1, axis2=2) * rest[:, None], 0.0))
        t.append(np.divide(slopes, vague, out=np.zeros_like(slopes), where=vague > 0))
        if not begun:
            actual, value = has[0, 0], float(slopes[0, 0])
        length = np.sqrt(np.maximum(products[:, 0, 0], np.finfo(float).tiny))
        along.append(sums[:, 0] / length)
        shared.append(has[:, 0] @ actual / length)
    return _Trials(np.concatenate(t), np.concatenate(along), np.concatenate(shared), value)


def _dummies(labels: Labels) -> Floats:
    """One column for each label, ``(locations, labels)``."""
    found: Floats = (labels[:, None] == np.unique(labels)).astype(float)
    return found

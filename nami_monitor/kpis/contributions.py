"""What each key contributed to a change: exact, so that it adds up to the last digit.

Sources: the two parts of a change of a ratio are those of Kitagawa (1955), J. Am. Stat. Assoc.
50:1168, with shares measured against the mean ratio, so that what comes and goes has its place:
Griliches and Regev (1995), J. Econometrics 65:175.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Number = int | float | Decimal | Fraction

GRID: Final = 2**64
ZERO: Final = Fraction(0)


@dataclass(frozen=True)
class Contribution(Generic[K]):
    """What one key contributed to a change, in the unit of the figure.

    Args:
        key: the location, product, channel or supplier.
        before: its own figure before: a sum, or a ratio; None where it had none.
        after: its own figure after, likewise.
        amount: what it contributed.
        within: of that, by the change of its own ratio; for a sum, everything.
        mix: of that, because it weighs more or less in the total, or came or went; 0 for a sum.
    """

    key: K
    before: Fraction | None
    after: Fraction | None
    amount: Fraction
    within: Fraction
    mix: Fraction


@dataclass(frozen=True)
class Ratio:
    """One key's part of a ratio of sums.

    Args:
        numerator: e.g. EUR.
        denominator: e.g. staff-days.
    """

    numerator: Number
    denominator: Number


def contributions(
    before: Mapping[K, Number | None], after: Mapping[K, Number | None]
) -> tuple[Contribution[K], ...]:
    """What each key contributed to the change of a sum: ``after - before``.

    Args:
        before: the sum of each key; None or left out where it had nothing.
        after: likewise.

    Returns:
        One entry per key, largest first by absolute size; they add up exactly to the change.

    Raises:
        ValueError: a number is not finite.
    """
    found = []
    for key in dict.fromkeys([*before, *after]):
        old, new = _known(before.get(key)), _known(after.get(key))
        amount = (new or ZERO) - (old or ZERO)
        found.append(Contribution(key, old, new, amount, amount, ZERO))
    return _largest_first(found)


def shared_ratio_contributions(
    before: Mapping[K, Number | None],
    after: Mapping[K, Number | None],
    *,
    denominators: tuple[Number, Number],
) -> tuple[Contribution[K], ...]:
    """What each key contributed to a ratio whose denominator all keys share.

    ``n1 / D1 - n0 / D0``, e.g. products over the staff-days of the whole organisation. Each key's
    own figure is its numerator over that denominator, so the contributions are those of a sum.

    Args:
        before: the numerator of each key; None or left out where it had nothing.
        after: likewise.
        denominators: ``D0`` and ``D1``, before and after.

    Returns:
        One entry per key, largest first by absolute size; they add up exactly to the change.

    Raises:
        ValueError: a denominator is not above zero, or a number is not finite.
    """
    totals = [_positive(exact(denominator)) for denominator in denominators]
    shares = [
        {key: exact(value) / total for key, value in numerators.items() if value is not None}
        for numerators, total in zip((before, after), totals, strict=True)
    ]
    return contributions(*shares)


def ratio_contributions(
    before: Mapping[K, Ratio], after: Mapping[K, Ratio]
) -> tuple[Contribution[K], ...]:
    """What each key contributed to a ratio of sums with a denominator per key.

    With ``R`` the mean of the two ratios, ``w`` a key's share of the denominator and ``r`` its own
    ratio, a key contributes ``w1 (r1 - R) - w0 (r0 - R)``. Of that, ``(w0 + w1) / 2 (r1 - r0)`` is
    within the key, and ``((r0 + r1) / 2 - R) (w1 - w0)`` is mix (Griliches and Regev). A key
    without a denominator in one of the periods has no ratio of its own there: all is mix.

    Args:
        before: numerator and denominator of each key; left out where it had none.
        after: likewise.

    Returns:
        One entry per key, largest first by absolute size; they add up exactly to the change of the
        ratio, and so do within and mix together.

    Raises:
        ValueError: the denominators of a period do not add up to more than zero, or a number is not
            finite.
    """
    old, new = _Side(before), _Side(after)
    mean = (old.ratio + new.ratio) / 2
    found = []
    for key in dict.fromkeys([*before, *after]):
        own = old.own(key), new.own(key)
        amount = new.above(key, mean) - old.above(key, mean)
        within = ZERO
        if own[0] is not None and own[1] is not None:
            within = on_grid((old.weight(key) + new.weight(key)) / 2 * (own[1] - own[0]))
        found.append(Contribution(key, *own, amount, within, amount - within))
    return _largest_first(found)


class _Side(Generic[K]):
    """One period of a ratio of sums."""

    def __init__(self, ratios: Mapping[K, Ratio]) -> None:
        self.pairs = {
            key: (exact(ratio.numerator), exact(ratio.denominator)) for key, ratio in ratios.items()
        }
        self.total = _positive(sum((below for _, below in self.pairs.values()), start=ZERO))
        self.ratio = sum((above for above, _ in self.pairs.values()), start=ZERO) / self.total

    def own(self, key: K) -> Fraction | None:
        above, below = self.pairs.get(key, (ZERO, ZERO))
        return above / below if below else None

    def weight(self, key: K) -> Fraction:
        return self.pairs[key][1] / self.total

    def above(self, key: K, mean: Fraction) -> Fraction:
        """``w (r - R)``, which exists without a denominator too."""
        above, below = self.pairs.get(key, (ZERO, ZERO))
        return (above - mean * below) / self.total


def _largest_first(found: list[Contribution[K]]) -> tuple[Contribution[K], ...]:
    return tuple(sorted(found, key=lambda one: -abs(one.amount)))


def _known(value: Number | None) -> Fraction | None:
    return None if value is None else exact(value)


def exact(value: Number) -> Fraction:
    """The number as it is stored.

    Args:
        value: any finite number.

    Raises:
        ValueError: it is infinite or not a number.
    """
    try:
        return Fraction(value)
    except OverflowError as error:
        raise ValueError(value) from error


def _positive(total: Fraction) -> Fraction:
    if total <= 0:
        raise ValueError(total)
    return total


def on_grid(value: Fraction) -> Fraction:
    """The number to 19 decimals, so that sums over many keys stay short.

    What neighbouring parts are measured against may be rounded: the parts still add up.

    Args:
        value: any number.
    """
    return Fraction(round(value * GRID), GRID)

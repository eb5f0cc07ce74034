"""Of every hundred less from one channel: how many came back through another, how sure, in words.

The figures are those of the verdict; before it, of all months so far. Nothing is drawn where no
decrease was shown or the interval has no bounds: then there are words that say why.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from nami_monitor.briefing import arms, waterbed
from nami_monitor.core.words import Unit, Verdict
from nami_monitor.i18n import formats, has_text, text
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.waterbed.looks import ONCE
from nami_monitor.waterbed.outputs import Estimate
from nami_monitor.waterbed.verdicts import surely_back

ALL: Final = 100


@dataclass(frozen=True)
class Hundred:
    """What became of every hundred that one channel gave out less."""

    # how many came back; below 0 where the other channels gave out less too, and above 100
    # where more came back than went away
    value: float
    low: float  # lower limit of its interval; ``high`` the upper one; both finite
    high: float
    sure: tuple[float, ...]  # how sure it is that at least 1, 2, ... 100 of them came back, 0 to 1
    tail: float  # how likely the truth lies beyond either limit
    unit: Unit  # of what there was less: base units, kg or EUR
    target: str  # code of the channel with less of it
    substitutes: tuple[str, ...]  # codes of the channels through which it may come back
    provisional: bool  # whether it is no verdict: one is still to come, or is in another unit


def hundred_of(evaluation: Evaluation) -> Hundred | None:
    """The hundred of a measure in the unit of its evaluation; None where there is none."""
    figures, quotient = waterbed.told(evaluation), _quotient(evaluation)
    if figures is None or quotient is None or not _bounded(quotient):
        return None
    gross, spill, net = figures.gross, figures.spill, figures.net
    if gross is None or spill is None or net is None:
        return None
    one, tail = evaluation.intervention, _tail(evaluation)
    shares = np.arange(1, ALL + 1) / ALL
    return Hundred(
        value=ALL * quotient.value,
        low=ALL * quotient.low,
        high=ALL * quotient.high,
        sure=tuple(map(float, surely_back(gross, spill, net, tail, shares))),
        tail=tail,
        unit=evaluation.unit,
        target=one.target_channel,
        substitutes=one.substitute_channels,
        provisional=figures is not evaluation.frozen,
    )


def _quotient(evaluation: Evaluation) -> Estimate | None:
    """The share that came back, of the verdict where there is one; None where it is withheld."""
    frozen = evaluation.frozen
    if evaluation.excused or (frozen and not frozen.estimated):
        return None
    if frozen is not None and frozen.unit is evaluation.unit:
        return frozen.quotient
    return evaluation.quotient


def _bounded(quotient: Estimate) -> bool:
    return math.isfinite(quotient.value) and math.isfinite(quotient.high - quotient.low)


def _tail(evaluation: Evaluation) -> float:
    """How likely the truth lies beyond either limit, at the look that the figures are of."""
    look, before = ONCE, 1
    frozen, one = evaluation.frozen, evaluation.intervention
    if frozen is not None and waterbed.told(evaluation) is frozen:
        dates = frozen.plan.dates(one)
        before = max(frozen.pre_months - one.anticipation_months, 1)
        look = frozen.plan.look(one, dates.index(frozen.month)) if frozen.month in dates else look
    return look.alpha(before) / 2


def from_channel(code: str, lang: str) -> str:
    """From which channel there was less: "from the stock cabinet"."""
    return _phrase("from", code, lang)


def via_channels(target: str, codes: Sequence[str], lang: str) -> str:
    """Through which channels it may come back; one that is the target gave out other articles."""
    phrases = [
        text("hundred.via.others", lang, origin=from_channel(code, lang))
        if code == target
        else _phrase("via", code, lang, apart=target)
        for code in codes
    ]
    return listed(phrases or [text("hundred.via.elsewhere", lang)], lang)


def channels(one: Intervention, lang: str) -> tuple[str, str]:
    """From which channel there was less, and through which it may come back."""
    origin, target = from_channel(one.target_channel, lang), one.target_channel
    return origin, via_channels(target, one.substitute_channels, lang)


def listed(names: Sequence[str], lang: str) -> str:
    """Names one after the other; at least one."""
    *first, last = names
    return text("hundred.and", lang, first=", ".join(first), last=last) if first else last


def _phrase(of: str, code: str, lang: str, apart: str = "") -> str:
    """A channel in a phrase; with its code where its name is that of the channel ``apart``."""
    key, name = f"hundred.{of}.{code}", waterbed.channel(code, lang, apart)
    if has_text(key, lang) and name == waterbed.channel(code, lang):
        return text(key, lang)
    return text(f"hundred.{of}.named", lang, name=name)


def whole(value: float) -> int:
    """A number of every hundred without decimals, a half upwards."""
    return math.floor(value + 0.5)


def _numbers(found: Hundred, lang: str) -> dict[str, str]:
    """What came back and what is really less, with their limits; both add up to a hundred."""
    value, low, high = (whole(each) for each in (found.value, found.low, found.high))
    numbers = {"value": value, "low": low, "high": high}
    numbers |= {"less": ALL - value, "least": ALL - high, "most": ALL - low}
    return {name: formats.number(each, lang) for name, each in numbers.items()}


def said(found: Hundred, key: str, lang: str) -> str:
    """A sentence of the catalogue on a hundred, with its numbers and channels filled in."""
    return text(
        f"hundred.{key}",
        lang,
        **_numbers(found, lang),
        origin=from_channel(found.target, lang),
        via=via_channels(found.target, found.substitutes, lang),
    )


def told(one: Intervention, key: str, lang: str) -> str:
    """A text of the catalogue on a measure, with its channels filled in."""
    origin, via = channels(one, lang)
    return text(key, lang, origin=origin, via=via)


CLAIMED: Final[Mapping[tuple[Verdict, ...], str]] = {
    (Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN): "both",
}
"""Verdicts that hold together and have a finding of their own; else the last one tells it."""


def finding(evaluation: Evaluation, lang: str) -> str:
    """The finding on a measure, as a title: never beyond its verdict.

    Before that it is how far the measure is, with the limits of what is known, and when the verdict
    comes.
    """
    frozen = evaluation.frozen
    if evaluation.excused or frozen is None or frozen.missing:
        return waterbed.verdict(evaluation, lang).removesuffix(".")
    if frozen.arms:
        shown = arms.verdict([arm for arm in frozen.arms if arm.shown], lang).removesuffix(".")
        return shown or text("hundred.found.no_arm", lang)
    key = CLAIMED.get(frozen.verdicts, str(frozen.verdicts[-1]))
    found = hundred_of(evaluation)
    if found is None or found.provisional:
        return told(evaluation.intervention, f"hundred.found.{key}.plain", lang)
    both = whole(found.value) < 0 and key == Verdict.NET_REDUCTION_SHOWN
    return said(found, f"found.{key}.{'together' if both else 'sized'}", lang)


def heading(found: Hundred, lang: str) -> str:
    """What the hundred are: "100 pieces less from the stock cabinet"."""
    return said(found, f"heading.{found.unit}", lang)


def came_back(found: Hundred, lang: str) -> str:
    """How many came back, and through which channels; ``between`` says the limits."""
    key = "back" if whole(found.value) > 0 else "nothing_back"
    return said(found, f"{key}_so_far" if found.provisional else key, lang)


def really_less(found: Hundred, lang: str) -> str:
    """How many are really less, with the limits; of both channels where that is over a hundred."""
    return said(found, "together_less" if whole(found.value) < 0 else "really_less", lang)


def between(found: Hundred, lang: str) -> str:
    """The limits of what came back."""
    return said(found, "between", lang)


def clipped(found: Hundred, lang: str) -> str:
    """What a picture from 0 to 100 leaves out of the interval; empty for nothing."""
    beyond = {"below": whole(found.low) < 0, "above": whole(found.high) > ALL}
    return " ".join(said(found, f"clipped.{end}", lang) for end, cut in beyond.items() if cut)


def in_words(found: Hundred, lang: str) -> str:
    """What became of the hundred in a few words, every number with its limits."""
    return f"{came_back(found, lang)} {said(found, 'limits', lang)}, {really_less(found, lang)}"


def sentence(found: Hundred, lang: str) -> str:
    """The picture in words, for those who do not see it."""
    words = f"{heading(found, lang)}: {in_words(found, lang)}."
    return f"{words} {clipped(found, lang)}".strip()


def why_none(evaluation: Evaluation, lang: str) -> str:
    """Why there is no hundred, in a few words; for where ``hundred_of`` gives None."""
    one, last = evaluation.intervention, evaluation.last_month
    if evaluation.excused:
        return text("words.not_applicable", lang)
    if last is not None and one.start_month > last:
        return text("hundred.why.ahead", lang, day=formats.day(one.starts_on, lang))
    frozen = evaluation.frozen
    held = frozen.verdicts if frozen else evaluation.verdicts
    if evaluation.estimated and Verdict.NOT_ENOUGH_DATA not in held:
        fell = Verdict.NO_DECREASE_SHOWN not in held and Verdict.TARGET_ROSE not in held
        key = "unbounded" if fell else str(held[-1])
        return text(f"hundred.why.{key}{'' if frozen else '_so_far'}", lang)
    if frozen and frozen.missing:
        return text("hundred.why.missing", lang)
    return _lacking(evaluation, lang)


def _lacking(evaluation: Evaluation, lang: str) -> str:
    """The first thing that an estimate lacks."""
    lacks: list[tuple[str, float | None, float | None]] = [
        (each.key, each.seen, each.needed) for each in evaluation.cautions
    ]
    lacks += [(each.key, None, None) for each in evaluation.limitations if each.stops]
    for key, seen, needed in lacks:
        if has_text(f"hundred.why.{key}", lang):
            numbers = {"seen": seen, "needed": needed}
            written = {name: waterbed.number(value, lang) for name, value in numbers.items()}
            return text(f"hundred.why.{key}", lang, **written)
    return text("hundred.why.nothing", lang)

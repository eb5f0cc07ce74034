"""Measures with arms in sentences and tables: what each changed, and who was told what when."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Unit
from nami_monitor.i18n import formats, text
from nami_monitor.kpis.interventions.arms import Proposal
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.kpis.interventions.plans import ArmEffect
from nami_monitor.kpis.interventions.register import Assignment
from nami_monitor.waterbed.outputs import Interval

EFFECTS: Final = (
    *("arm", "change", "interval", "chance", "shown", "placebo", "locations", "told_on", "told"),
)
"""The columns of ``effect_rows``, as their heads stand in the catalogue."""
RIGHT: Final = frozenset(EFFECTS.index(name) for name in ("change", "chance", "locations"))
"""Positions of those with figures."""
PLACES: Final = (
    *("location", "name", "stratum", "seed", "arm", "starts_on", "told", "told_on", "level"),
)
"""The columns of ``place_rows``, likewise."""
DAYS: Final = ("starts_on", "told_on")
"""Those that hold dates."""
LEAST: Final = 0.001
"""A smaller chance is written as less than this."""


def of(evaluation: Evaluation) -> tuple[ArmEffect, ...]:
    """What each arm changed: by the verdict in its unit, else by all months."""
    frozen = evaluation.frozen
    if frozen is not None and frozen.arms and frozen.unit is evaluation.unit:
        return frozen.arms
    return evaluation.arms


def headline(evaluation: Evaluation, lang: str) -> str:
    """What was shown of each arm; before the evaluation the change up to now."""
    frozen = evaluation.frozen
    if frozen is not None and frozen.arms:
        return verdict(frozen.arms, lang)
    month, said = formats.long_month(evaluation.due, lang), so_far(evaluation.arms, lang)
    return text("waterbed.plan.running.arms", lang, month=month, arms=said)


def verdict(arms: Sequence[ArmEffect], lang: str) -> str:
    """What was shown of each arm, a sentence for each."""
    return " ".join(_sentence(arm, lang) for arm in arms)


def _sentence(arm: ArmEffect, lang: str) -> str:
    effect, name = arm.effect, _name(arm, lang)
    if not arm.shown:
        return text("waterbed.arms.none", lang, arm=name, limits=_limits(effect, lang))
    if effect.value < 0:
        less = Interval(-effect.value, -effect.high, -effect.low)
        return text("waterbed.arms.less", lang, arm=name, **_plain(less, lang))
    return text("waterbed.arms.more", lang, arm=name, **_plain(effect, lang))


def so_far(arms: Sequence[ArmEffect], lang: str) -> str:
    """The change in each arm up to now, none of which is a verdict."""
    return "; ".join(
        text(
            "waterbed.arms.so_far",
            lang,
            arm=_name(arm, lang),
            value=_share(arm.effect.value, lang),
            limits=_limits(arm.effect, lang),
        )
        for arm in arms
    )


def short(arms: Sequence[ArmEffect], lang: str) -> str:
    """In which arms less or more was shown, in a few words."""
    ways = {
        "less": [_name(arm, lang) for arm in arms if arm.shown and arm.effect.value < 0],
        "more": [_name(arm, lang) for arm in arms if arm.shown and arm.effect.value >= 0],
    }
    said = [
        text(f"waterbed.arms.short.{way}", lang, arms=", ".join(names))
        for way, names in ways.items()
        if names
    ]
    return "; ".join(said) or text("waterbed.arms.short.none", lang)


def remarks(evaluation: Evaluation, lang: str) -> tuple[str, ...]:
    """How chance divided the locations, and what a reader must know of it."""
    one = evaluation.intervention
    if one.assignment is None or not of(evaluation):
        return ()
    first = one.assignment.places[0]
    key = "by_steps" if one.assignment.stepped else "by_chance"
    said = [
        text(
            f"waterbed.arms.{key}",
            lang,
            count=formats.number(len(one.assignment.locations), lang),
            arms=formats.number(len(one.assignment.arms), lang),
            seed=first.seed,
        )
    ]
    since = one.assignment.since
    if since is not None and since.date() >= one.starts_on:
        said.append(text("waterbed.arms.afterwards", lang, day=formats.day(since, lang)))
    if len(of(evaluation)) > 1:
        said.append(text("waterbed.arms.several", lang))
    return tuple(said)


def effect_rows(evaluation: Evaluation, lang: str) -> list[tuple[str, ...]]:
    """What each arm changed, by ``EFFECTS``; the arm that was told nothing comes last."""
    assignment, arms = evaluation.intervention.assignment, of(evaluation)
    if assignment is None or not arms:
        return []
    rows = [
        (
            _name(arm, lang),
            _share(arm.effect.value, lang),
            _limits(arm.effect, lang),
            _chance(arm.chance, lang),
            text(f"waterbed.went.{'yes' if arm.shown else 'no'}", lang),
            _limits(arm.placebo, lang) if arm.placebo else text("waterbed.went.unknown", lang),
            formats.number(arm.locations, lang),
            _told_on(assignment, arm.arm, lang),
            arm.told,
        )
        for arm in arms
    ]
    without = text("waterbed.arms.later", lang) if assignment.stepped else assignment.arms[0]
    nothing = formats.number(arms[0].nothing, lang)
    last = {"arm": without, "locations": nothing}
    return [*rows, tuple(last.get(name, "") for name in EFFECTS)]


def place_rows(
    assignment: Assignment, names: Mapping[str | None, str], proposal: Proposal | None, lang: str
) -> list[tuple[object, ...]]:
    """What each location got, was told and when, by ``PLACES``; in the order of the strata.

    ``names`` are those of the locations; of a ``proposal`` their levels stand beside them.
    """
    levels = proposal.levels if proposal else {}
    unit = proposal.unit if proposal else Unit.BASE
    return [
        (
            each.location,
            names.get(each.location, each.location),
            each.stratum,
            each.seed,
            each.arm,
            each.starts_on,
            each.told or None,
            each.told_on,
            formats.quantity(levels[each.location], unit, lang) if levels else None,
        )
        for each in sorted(assignment.places, key=lambda each: (_rank(each.stratum), each.arm))
    ]


def left_out(proposal: Proposal, lang: str) -> list[str]:
    """Which locations take no part, and why."""
    return [
        text(
            "measures.arms.out",
            lang,
            location=left.location,
            why=text(f"waterbed.out.{left.why}", lang),
        )
        for left in proposal.left
    ]


def as_rows(code: str, assignment: Assignment) -> list[dict[str, Any]]:
    """An assignment as rows of its table, under the codes by which it was drawn."""
    rows = []
    for each in assignment.places:
        row = asdict(each) | {"location_id": each.drawn_as, "told": each.told or None}
        rows.append({"intervention_id": code} | {name: row[name] for name in FIELDS})
    return rows


FIELDS: Final = ("location_id", "arm", "stratum", "seed", "starts_on", "told", "told_on")


def messages(written: str) -> dict[str, str]:
    """What is told in each arm, from lines of a name, an equals sign and a message.

    A line without a message, or with an empty one, is the arm that is told nothing.

    Raises:
        UserError: ``arms.named_twice`` for an arm that two lines name.
    """
    found: dict[str, str] = {}
    for line in filter(str.strip, written.splitlines()):
        name, _, told = line.partition("=")
        if name.strip() in found:
            raise UserError("arms.named_twice", seen=name.strip() or "-")
        found[name.strip()] = told.strip()
    return found


def _rank(stratum: str) -> tuple[int, str]:
    return (int(stratum), "") if stratum.isdigit() else (0, stratum)


def _name(arm: ArmEffect, lang: str) -> str:
    return arm.arm or text("waterbed.arms.message", lang)


def _told_on(assignment: Assignment, arm: str, lang: str) -> str:
    """The first and the last day on which people were told."""
    days = sorted({e.told_on for e in assignment.places if e.told_on and arm in {"", e.arm}})
    if not days:
        return ""
    first, last = formats.day(days[0], lang), formats.day(days[-1], lang)
    return first if first == last else text("waterbed.between", lang, low=first, high=last)


def _plain(effect: Interval, lang: str) -> dict[str, str]:
    """A share with its limits, without their signs."""
    low, high = (_unsigned(limit, lang) for limit in (effect.low, effect.high))
    return {"value": _unsigned(effect.value, lang), "low": low, "high": high}


def _unsigned(share: float, lang: str) -> str:
    if not math.isfinite(share):
        return text("waterbed.no_limit", lang)
    return formats.percent(100 * share, lang, decimals=0)


def _limits(effect: Interval, lang: str) -> str:
    return text(
        "waterbed.between", lang, low=_share(effect.low, lang), high=_share(effect.high, lang)
    )


def _share(share: float, lang: str) -> str:
    if not math.isfinite(share):
        return text("waterbed.no_limit", lang)
    return formats.signed(
        100 * share, lang, lambda value, lang: formats.percent(value, lang, decimals=0)
    )


def _chance(chance: float, lang: str) -> str:
    if chance >= LEAST:
        return formats.number(chance, lang, decimals=3)
    return text("waterbed.arms.least", lang, least=formats.number(LEAST, lang))

"""What an intervention did, in words: verdict, notes, figures, and what would let it say more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from nami_monitor.core.errors import short as cut
from nami_monitor.core.words import Unit, Verdict, Why
from nami_monitor.i18n import formats, has_text, text
from nami_monitor.kpis.interventions.comparison import Destination, DestinationKind
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.kpis.interventions.register import Limitation
from nami_monitor.kpis.sentences import reason_text
from nami_monitor.waterbed.outputs import Caution, Estimate

BOTH: Final[Mapping[tuple[Verdict, ...], str]] = {
    (Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN): "waterbed_and_net",
    (Verdict.WATERBED_SHOWN, Verdict.BACKFIRE_SHOWN): "backfire_shown",
}
"""Verdicts that hold together, and the sentence for both."""

MOST_DRAWN: Final = 12
"""More places where demand may have gone than this are named in the table only."""

MOST_NAMED: Final = 8
"""More locations than this are named in the table only."""


def verdict(answer: Evaluation, lang: str) -> str:
    """What may be said, in one or two sentences; nothing beyond the verdict.

    Where the strategy does not apply to the category: that, with why and when to look again.
    """
    if answer.excused:
        return reason_text(answer.excused, lang)
    held = answer.verdicts
    said = [text(f"waterbed.verdicts.{BOTH.get(held, held[-1])}", lang)]
    found = answer.quotient
    if found is not None:
        bounded = math.isfinite(found.low) and math.isfinite(found.high)
        key = "quotient" if bounded else "quotient_open"
        said.append(
            text(
                f"waterbed.verdicts.{key}",
                lang,
                value=_hundredth(found.value, lang),
                low=_hundredth(found.low, lang),
                high=_hundredth(found.high, lang),
            )
        )
    return " ".join(said)


def _hundredth(share: float, lang: str) -> str:
    return formats.number(100 * share, lang, decimals=0) if math.isfinite(share) else "-"


def short(answer: Evaluation, lang: str) -> str:
    """The verdicts in a few words."""
    if answer.excused:
        return text("words.not_applicable", lang)
    return ", ".join(text(f"waterbed.short.{one}", lang) for one in answer.verdicts)


def amount(found: Estimate, unit: Unit, lang: str) -> str:
    """An effect with its sign and unit, no finer than it is known."""
    written = formats.estimated(found.value, found.se, unit, lang)
    return (
        written if unit is Unit.EUR else f"{written}{formats.NBSP}{formats.unit_label(unit, lang)}"
    )


def span(found: Estimate, unit: Unit, lang: str) -> str:
    """An interval of an effect in words."""
    return text(
        "waterbed.between",
        lang,
        low=formats.estimated(found.low, found.se, unit, lang),
        high=formats.estimated(found.high, found.se, unit, lang),
    )


def share(value: float, lang: str) -> str:
    """A quotient or one of its limits, as a percentage; without bound in words."""
    if not math.isfinite(value):
        return text("waterbed.no_limit", lang)
    return formats.percent(100 * value, lang, decimals=0)


def note_sentence(note: Limitation, lang: str) -> str:
    """What was left out, or stands in the way."""
    return text(f"waterbed.notes.{note.key}", lang, **_written(note.values, lang))


def reason_sentence(reason: Caution, names: Sequence[str], lang: str) -> str:
    """What the estimator found missing, or warns of.

    Args:
        reason: the reason.
        names: the locations of its arrays.
        lang: ``nl`` or ``en``.
    """
    groups = reason.key in {Why.UNTOUCHED_TOUCHED, Why.UNTOUCHED_MISSING}
    places = () if groups else tuple(names[at] for at in reason.locations)
    return text(
        f"waterbed.why.{reason.key}",
        lang,
        seen=number(reason.seen, lang),
        needed=number(reason.needed, lang),
        locations=_some(places, lang) if places else "-",
    )


def remarks(answer: Evaluation, lang: str) -> tuple[str, ...]:
    """Everything that a reader must know, what stands in the way first."""
    stops = [note for note in answer.limitations if note.stops]
    said = [note_sentence(note, lang) for note in stops or answer.limitations]
    if answer.result:
        names = answer.locations
        reasons = [reason_sentence(one, names, lang) for one in answer.result.cautions]
        said = [*reasons, *said]
    return tuple(dict.fromkeys(said))


def more(answer: Evaluation, lang: str) -> tuple[str, ...]:
    """What would be needed to say more than the verdict does."""
    result = answer.result
    if result is None:
        return ()
    lacking = {
        Why.FEW_PRE_MONTHS: "pre_months",
        Why.FEW_CONTROLS: "controls",
        Why.FEW_POST_MONTHS: "post_months",
        Why.LOW_VOLUME: "volume",
    }
    said = [
        text(
            f"waterbed.more.{lacking[one.key]}",
            lang,
            seen=number(one.seen, lang),
            needed=number(one.needed, lang),
        )
        for one in result.cautions
        if one.key in lacking
    ]
    if said or not answer.estimated:
        return tuple(said)
    if Verdict.NET_REDUCTION_SHOWN in answer.verdicts and len(answer.verdicts) > 1:
        return (text("waterbed.more.none", lang),)
    quotient = result.quotient
    if quotient is not None and math.isfinite(quotient.high - quotient.low):
        width = formats.number(100 * (quotient.high - quotient.low), lang, decimals=0)
        said.append(text("waterbed.more.width", lang, width=width))
    treated = len(result.treated)
    said += [
        text("waterbed.more.locations", lang, treated=formats.number(treated, lang)),
        text("waterbed.more.months", lang, post=formats.number(result.post_months, lang)),
        text("waterbed.more.planner", lang),
    ]
    return tuple(said)


def points(value: float, lang: str) -> str:
    """What a tenth of what leaks would change, in percentage points."""
    return formats.signed(100 * value / 10, lang, formats.points)


def roles(answer: Evaluation, lang: str) -> list[tuple[str, str, str]]:
    """Every location with its role, and why it was left out; those that were compared first.

    Returns:
        Code, role (``treated``, ``control`` or ``out``) and reason, empty for none.
    """
    found = answer.sites
    if found is None:
        return []
    return [
        *((code, "treated", "") for code in found.treated),
        *((code, "control", "") for code in found.controls),
        *((one.location, "out", text(f"waterbed.out.{one.why}", lang)) for one in found.left_out),
    ]


def went_rows(answer: Evaluation, lang: str) -> list[tuple[str, str, str, str, str]]:
    """Every place where demand may have gone, as people read it."""

    def row(one: Destination) -> tuple[str, str, str, str, str]:
        corrected = text(f"waterbed.went.{'yes' if one.corrected else 'no'}", lang)
        if one.effect is None:
            return (place(one, lang), text("waterbed.went.unknown", lang), "", "", corrected)
        return (
            place(one, lang),
            amount(one.effect, answer.unit, lang),
            span(one.effect, answer.unit, lang),
            text(f"waterbed.went.{'yes' if one.shown else 'no'}", lang),
            corrected,
        )

    return [row(one) for one in answer.destinations]


def drawn(answer: Evaluation) -> tuple[Destination, ...]:
    """The places that a chart has room for: what was registered, what is shown, then the largest.

    Places of which nothing can be told stand in the table only.
    """
    told = [one for one in answer.destinations if one.effect is not None]
    ranked = sorted(told, key=_weight, reverse=True)[:MOST_DRAWN]
    return tuple(one for one in told if one in ranked)


def _weight(one: Destination) -> tuple[bool, bool, float]:
    value = one.effect.value if one.effect else 0.0
    return one.kind is DestinationKind.REGISTERED, one.shown, abs(value)


def place(went: Destination, lang: str) -> str:
    """A place where demand may have gone, in words."""
    name = went.name
    if went.kind in {
        DestinationKind.REGISTERED,
        DestinationKind.SUBSTITUTE,
        DestinationKind.CHANNEL,
    }:
        name = _channels(went.name.split(";"), lang)
    elif went.kind is DestinationKind.GROUP and not name:
        name = text("waterbed.kinds.no_group", lang)
    return text(f"waterbed.kinds.{went.kind}", lang, name=name)


def channel(code: str, lang: str) -> str:
    """A channel by the catalogue's word for it, else its code."""
    key = f"codes.channel.{code}"
    return text(key, lang) if has_text(key, lang) else code


def number(value: float | None, lang: str) -> str:
    """A number that decides something: whole, or with one decimal; a dash without one."""
    return (
        "-"
        if value is None
        else formats.number(value, lang, decimals=None if value % 1 == 0 else 1)
    )


def _written(values: Mapping[str, Any], lang: str) -> dict[str, object]:
    return {name: _one(name, value, lang) for name, value in values.items()}


def _one(name: str, value: Any, lang: str) -> object:
    if name in WRITERS:
        return WRITERS[name](value, lang)
    if isinstance(value, date):
        return formats.day(value, lang)
    if isinstance(value, tuple):
        return _some(_each(value, lang), lang)
    return value


def _channels(codes: Sequence[str], lang: str) -> str:
    return ", ".join(channel(code, lang) for code in codes)


WRITERS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "channel": channel,
    "channels": _channels,
    "grain": lambda grain, lang: text(f"reasons.grains.{grain}", lang),
    "month": formats.month,
    "share": lambda value, lang: formats.percent(100 * value, lang, decimals=0),
}
"""How the values of notes are written; what is not named here is a day, a list or text already."""


def _some(names: Sequence[str], lang: str) -> str:
    """The first few names, and how many more there are."""
    told = ", ".join(cut(name) for name in names[:MOST_NAMED])
    left = len(names) - MOST_NAMED
    return text("waterbed.and_more", lang, some=told, n=left) if left > 0 else told


def _each(values: Iterable[Any], lang: str) -> list[str]:
    return [formats.month(one, lang) if isinstance(one, date) else str(one) for one in values]

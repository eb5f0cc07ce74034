"""Signals in words: what is seen, with its numbers; nothing beyond them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nami_monitor.briefing import waterbed
from nami_monitor.core.words import KitSignal, Unit
from nami_monitor.i18n import formats, text
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.sentences import activity_name, word
from nami_monitor.signals.signal import Attention, Signal

IN_UNIT: Final = frozenset({"value", "goal"})
AS_FIGURE: Final = frozenset({"mean", "low", "high"})
"""Numbers that are in the unit of the signal's KPI; those beside another one leave it out."""

Writer = Callable[[Any, str], str]


def _share(value: float, lang: str) -> str:
    return formats.percent(100 * value, lang, decimals=0)


def _percent(value: float, lang: str) -> str:
    return formats.percent(value, lang, decimals=1)


def _units(value: float, lang: str) -> str:
    return formats.signed_quantity(value, Unit.BASE, lang)


def _whole(value: float, lang: str) -> str:
    return formats.number(value, lang, decimals=0)


WRITERS: Final[Mapping[str, Writer]] = {
    **dict.fromkeys(("part", "known"), _share),
    **dict.fromkeys(("share", "even", "usual"), _percent),
    **dict.fromkeys(("quotient", "q_low", "q_high"), waterbed.share),
    **dict.fromkeys(("gross", "low", "high", "early", "late"), _units),
    **dict.fromkeys(("months", "n", "of", "less"), _whole),
    **dict.fromkeys(("on", "since", "until"), formats.day),
    "years": lambda value, lang: formats.number(value, lang, decimals=1),
    "kinds": lambda kinds, lang: ", ".join(
        text(f"breaks.{kind}", lang) for kind in str(kinds).split(",")
    ),
    "discipline": lambda role, lang: word("role", role, lang),
    "moment": lambda kind, lang: text(f"signals.moments.{kind}", lang),
}
"""How numbers are written that are in no KPI's unit; others are text already."""


def name(kind: KitSignal, lang: str) -> str:
    """A signal in a few words."""
    return text(f"kit.signals.{kind}", lang)


def sentence(signal: Signal, lang: str) -> str:
    """What is seen, with its numbers."""
    return text(f"signals.said.{_key(signal)}", lang, **written(signal, lang))


def written(signal: Signal, lang: str) -> dict[str, object]:
    """The numbers of a signal as people write them, and the names that belong to it."""
    said: dict[str, object] = {
        key: _written(signal, key, value, lang) for key, value in signal.numbers.items()
    }
    said["month"] = formats.month(signal.month, lang)
    if signal.kpi is not None:
        said["kpi"] = text(f"kpis.{signal.kpi}.name", lang)
    if "rule" in signal.numbers:
        said["why"] = text(f"signals.rules.{signal.numbers['rule']}", lang, months=said["months"])
    if signal.kind is KitSignal.HIDDEN_REDUCTION:
        said["stakes"] = _stakes(signal, lang)
        said["name"] = said["name"] or text("signals.no_group", lang)
    return said


def _key(signal: Signal) -> str:
    """Which sentence: some signals have one for when a number is there, or a period not over."""
    if signal.kind in {KitSignal.TARGET_MISSED, KitSignal.TARGET_MET}:
        return signal.kind if signal.numbers.get("final") else f"{signal.kind}_so_far"
    if signal.kind is KitSignal.YEAR_END_PEAK and "usual" in signal.numbers:
        return "year_end_peak_usual"
    if signal.kind is KitSignal.LOW_MEASURABILITY and not signal.numbers["given"]:
        return "low_measurability_none"
    return OTHERWISE.get(signal.kind, signal.kind)


OTHERWISE: Final[Mapping[KitSignal, str]] = {
    KitSignal.REFURBISHED_SHARE_FALLING: KitSignal.WORSE,
}
"""Signals that are said with the sentence of another one."""


def _written(signal: Signal, key: str, value: Any, lang: str) -> object:
    unit = CATALOGUE[signal.kpi].unit if signal.kpi else None
    if unit is not None and key in AS_FIGURE:
        return formats.figure(value, unit, lang)
    if unit is not None and key in IN_UNIT:
        measure = signal.numbers.get("activity")
        activity = activity_name(str(measure), lang) if measure else None
        return formats.quantity(value, unit, lang, activity=activity)
    return WRITERS[key](value, lang) if key in WRITERS else value


def _stakes(signal: Signal, lang: str) -> str:
    """The money and the mass behind a fall, as far as they are known."""
    units = {"eur": Unit.EUR, "kg": Unit.KG}
    return ", ".join(
        formats.quantity(found, unit, lang)
        for key, unit in units.items()
        if isinstance(found := signal.numbers.get(key), float)
    )


def chance(found: Attention, lang: str) -> str:
    """How many series are watched, and how many signals chance alone would give."""
    expected = formats.number(found.by_chance, lang, decimals=1)
    return text("signals.chance", lang, n=found.watched, expected=expected)


def as_row(signal: Signal, lang: str) -> dict[str, Any]:
    """A signal as plain data.

    Args:
        signal: the signal.
        lang: language of its sentence.
    """
    return {
        "signal": str(signal.kind),
        "month": f"{signal.month:%Y-%m}",
        "subject": signal.subject,
        "kpi": signal.kpi,
        "category": signal.category,
        "size_eur": signal.size,
        "evidence": signal.evidence,
        "numbers": {
            key: value if isinstance(value, str | int | float) else value.isoformat()
            for key, value in signal.numbers.items()
        },
        "sentence": sentence(signal, lang),
    }

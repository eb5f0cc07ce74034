"""A traced figure in words: its formula with the numbers filled in."""

from __future__ import annotations

from collections.abc import Sequence

from nami_monitor.core.periods import Period
from nami_monitor.core.words import OverTime, Unit
from nami_monitor.i18n import formats, text
from nami_monitor.kpis.catalogue import TRACED
from nami_monitor.kpis.result import KpiResult
from nami_monitor.kpis.sentences import activity_name, reason_sentence
from nami_monitor.kpis.trace import Trace


def value(result: KpiResult, lang: str) -> str:
    """The figure with its unit, or its state when there is none."""
    if result.value is None:
        return text(f"words.{result.state}", lang)
    activity = result.activity and activity_name(result.activity, lang)
    return formats.quantity(result.value, result.unit, lang, activity=activity)


def amount(found: float, lang: str) -> str:
    """What was added up, to the cent; what is smaller than one in four digits."""
    if abs(found) >= 1:
        return formats.number(round(found, 2), lang)
    return formats.number(found, lang, significant=4)


def formula(traced: Trace, lang: str) -> str:
    """The formula with its numbers; the reason where there is no value."""
    result = traced.result
    if result.value is None:
        return reason_sentence(result, lang) or ""
    return text(
        f"trace.forms.{_form(result)}",
        lang,
        numerator=amount(result.numerator or 0.0, lang),
        denominator=amount(result.denominator or 0.0, lang),
        thousand=formats.number(1000, lang),
        value=value(result, lang),
    )


def _form(result: KpiResult) -> str:
    over_time = TRACED[result.code].over_time
    if over_time is OverTime.COUNTERFACTUAL and result.denominator is None:
        return str(over_time)
    if over_time in {OverTime.CHANGE, OverTime.SURVIVAL}:
        return str(over_time)
    if result.unit is Unit.PER_1000_UNIT_YEARS:
        return "per_thousand"
    return "sum" if result.denominator is None else "ratio"


def months(periods: Sequence[Period], lang: str) -> str:
    """The months that a figure rests on."""
    return ", ".join(formats.period(one.start, one.end, one.kind, lang) for one in periods)


def divisor(traced: Trace, lang: str) -> str:
    """What the figure is divided by; empty where it is not divided."""
    measure = traced.result.activity
    if measure:
        return text("trace.activity", lang, measure=activity_name(measure, lang))
    return f"`{traced.denominator}`" if traced.denominator else ""

"""Reasons as sentences: what is missing, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from nami_monitor.i18n import formats, has_text, text
from nami_monitor.kpis.result import KpiResult, Reason

Writer = Callable[[Any, str], str]


def reason_sentence(result: KpiResult, lang: str) -> str | None:
    """Why a figure cannot be given, and what to do.

    Args:
        result: the figure.
        lang: ``nl`` or ``en``.

    Returns:
        The sentence; None when there is a value.
    """
    return None if result.reason is None else said(result.reason, lang)


def said(reason: Reason, lang: str) -> str:
    """A reason as a sentence."""
    return text(f"reasons.{reason.key}", lang, **_written(reason.values, lang))


def activity_name(measure: str, lang: str) -> str:
    """One unit of an activity measure in words; the code where the catalogue has none."""
    key = f"activities.{measure}"
    return text(key, lang) if has_text(key, lang) else measure


def _written(values: Mapping[str, Any], lang: str) -> dict[str, object]:
    """What was seen, as people write it."""
    return {
        name: WRITERS[name](value, lang) if name in WRITERS else value
        for name, value in values.items()
    }


def _share(value: float, lang: str) -> str:
    return formats.percent(value * 100, lang, decimals=0)


def _day(value: date | None, lang: str) -> str:
    return "-" if value is None else formats.day(value, lang)


def _activities(value: str, lang: str) -> str:
    return ", ".join(activity_name(measure, lang) for measure in value.split(", "))


def _columns(value: Iterable[str], lang: str) -> str:
    """Columns by name, each with its table: "Massa in kg (Artikelen)"."""
    parts = [need.partition(".") for need in value]
    return ", ".join(
        f"“{text(f'columns.{name}', lang)}” ({text(f'tables.{table}.name', lang)})"
        for table, _, name in parts
    )


def _tables(value: Iterable[str], lang: str) -> str:
    """Tables by name: "Materialen, Programma's"."""
    return ", ".join(f"“{text(f'tables.{table}.name', lang)}”" for table in value)


def _grain(value: str, lang: str) -> str:
    return text(f"reasons.grains.{value}", lang)


def period_names(kinds: Iterable[str], lang: str) -> str:
    """Kinds of periods, as they stand within a sentence."""
    return ", ".join(text(f"periods.{kind}", lang).lower() for kind in kinds)


def _kinds(value: str, lang: str) -> str:
    return period_names(value.split(", "), lang)


WRITERS: Final[Mapping[str, Writer]] = {
    "again": _day,
    "columns": _columns,
    "count": formats.number,
    "first": formats.month,
    "grain": _grain,
    "kinds": _kinds,
    "measure": activity_name,
    "measures": _activities,
    "month": formats.month,
    "needed": _share,
    "share": _share,
    "staff": formats.number,
    "tables": _tables,
}
"""How the values of reasons are written; what is not named here is text or a count already."""

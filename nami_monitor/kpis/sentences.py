"""Figures in words: reasons as sentences, names of groups, and formulas with their numbers."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from nami_monitor import i18n
from nami_monitor.core.periods import Period
from nami_monitor.core.words import Flag, Unit
from nami_monitor.i18n import formats, text
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.targets import JudgedTarget
from nami_monitor.kpis.trace import Trace
from nami_monitor.store import Transaction

Writer = Callable[[Any, str], str]


def reason_sentence(result: KpiResult, lang: str) -> str | None:
    """Why a figure cannot be given or is provisional; None when it is a plain value."""
    return None if result.reason is None else reason_text(result.reason, lang)


def reason_text(reason: Reason, lang: str) -> str:
    """A reason as a sentence."""
    values = {
        name: WRITERS[name](value, lang) if name in WRITERS else value
        for name, value in reason.values.items()
    }
    return text(f"reasons.{reason.key}", lang, **values)


def activity_name(measure: str, lang: str) -> str:
    """One unit of an activity measure in words; the code where the catalogue has none."""
    return i18n.word(measure, lang, f"activities.{measure}")


def _share(value: float, lang: str) -> str:
    return formats.percent(value * 100, lang, decimals=0)


def _columns(value: Iterable[str], lang: str) -> str:
    """Columns by name, each with its table: "Massa in kg (Artikelen)"."""
    parts = [need.partition(".") for need in value]
    return ", ".join(
        f"“{text(f'columns.{name}', lang)}” ({text(f'tables.{table}.name', lang)})"
        for table, _, name in parts
    )


def period_names(kinds: Iterable[str], lang: str) -> str:
    """Kinds of periods, as they stand within a sentence."""
    return ", ".join(text(f"periods.{kind}", lang).lower() for kind in kinds)


WRITERS: Final[Mapping[str, Writer]] = {
    "again": lambda day, lang: "-" if day is None else formats.day(day, lang),
    "columns": _columns,
    "count": formats.number,
    "first": formats.month,
    "grain": lambda grain, lang: text(f"reasons.grains.{grain}", lang),
    "kinds": lambda kinds, lang: period_names(kinds.split(", "), lang),
    "measure": activity_name,
    "measures": lambda measures, lang: ", ".join(
        activity_name(measure, lang) for measure in measures.split(", ")
    ),
    "month": formats.month,
    "needed": _share,
    "share": _share,
    "staff": formats.number,
    "tables": lambda tables, lang: ", ".join(
        f"“{text(f'tables.{table}.name', lang)}”" for table in tables
    ),
}
"""How the values of reasons are written; what is not named here is text or a count already."""


NAMES: Final = {
    "location": ("location_id", "name", "locations"),
    "product": ("product_id", "name", "products"),
    "article": ("article", "name", "product_spans"),
    "contract": ("contract_id", "title", "contracts"),
    "programme": ("programme", "title", "programmes"),
    "project": ("programme", "title", "programmes"),
    "intervention": ("intervention_id", "title", "interventions"),
}
"""Dimensions whose codes have a name: the code, the name and the table, as SQL."""


def names(
    db: Transaction, dimension: str, keys: Collection[str | None], lang: str
) -> dict[str | None, str]:
    """A name for each value of a dimension: its code behind it where two share one, or alone."""
    known = _known(db, dimension, [key for key in keys if key is not None], lang)
    found = {key: known.get(key or "") or word(dimension, key, lang) for key in keys}
    times = Counter(found.values())
    return {key: name if times[name] == 1 else f"{name} ({key})" for key, name in found.items()}


def _known(db: Transaction, dimension: str, codes: list[str], lang: str) -> dict[str, str]:
    found = NAMES | {"category": ("category", f"name_{lang}", "categories")}
    if dimension not in found:
        return {}
    code, name, table = found[dimension]
    return dict(
        db.rows(
            f"select {code} as code, min({name}) from {table}"
            f" where {code} in (select unnest(?::varchar[])) group by code",
            [codes],
        )
    )


def word(dimension: str, code: str | None, lang: str) -> str:
    """The catalogue's word for a value of a dimension or a role, else the code itself."""
    if code is None:
        return text("words.unknown", lang)
    return i18n.word(code, lang, f"codes.{dimension}.{code}")


def activity_of(result: KpiResult, lang: str) -> str | None:
    """One unit of the activity by which a figure is divided, in words."""
    return activity_name(result.activity, lang) if result.activity else None


def figure_name(result: KpiResult, lang: str) -> str:
    """The name of a figure; one per unit of activity says per what: "Verbruik per werkdag"."""
    return named_by(result.code, result.activity, lang)


def named_by(code: str, measure: str | None, lang: str) -> str:
    """The name of a KPI as it is divided by an activity measure; None for no measure."""
    name = text(f"kpis.{code}.name", lang)
    return (
        name.replace(text("common.activity", lang), activity_name(measure, lang))
        if measure
        else name
    )


def figure_text(result: KpiResult, lang: str) -> str:
    """The figure with its unit, an estimate with its interval, or its state when there is none."""
    if result.value is None:
        return text(f"words.{result.state}", lang)
    activity = activity_of(result, lang)
    if result.low is not None and result.high is not None:
        limits = result.low, result.high
        return formats.with_interval(result.value, *limits, result.unit, lang, activity=activity)
    return formats.quantity(result.value, result.unit, lang, activity=activity)


def bare_text(result: KpiResult, lang: str) -> str:
    """The value of a figure whose unit and interval stand beside it."""
    if result.value is None:
        return ""
    return limit_text(result, result.value, lang)


def limit_text(result: KpiResult, value: float, lang: str) -> str:
    """A value or a limit of a figure, of an estimate no finer than it is known."""
    if result.low is None or result.high is None:
        return formats.figure(value, result.unit, lang)
    decimals = formats.known_decimals(result.low, result.high)
    return formats.with_sign_of_unit(
        formats.number(value, lang, decimals=decimals), result.unit, lang
    )


def coverage_text(result: KpiResult, lang: str) -> str:
    """The coverage of factors, by mass and by spend; empty where none is known."""
    shares = [
        text(f"notes.shares.{name}", lang, share=formats.percent(100 * share, lang, decimals=0))
        for name, share in result.shares.items()
        if share is not None
    ]
    return text("notes.coverage", lang, said=", ".join(shares)) if shares else ""


def unit_text(result: KpiResult, lang: str) -> str:
    """The unit of a figure, as it follows the value."""
    return formats.unit_label(result.unit, lang, activity=activity_of(result, lang))


def difference_text(before: KpiResult, after: KpiResult, lang: str) -> str:
    """By how much two figures of a KPI differ, with the unit; empty where one has no value."""
    if before.value is None or after.value is None:
        return ""
    activity = activity_of(after, lang)
    return formats.difference(before.value, after.value, after.unit, lang, activity=activity)


def gap_text(aim: JudgedTarget | None, lang: str) -> str:
    """By how much the judged figure differs from its target; empty where it is not judged."""
    judged = aim.judged if aim else None
    if aim is None or aim.value is None or judged is None or judged.value is None:
        return ""
    activity = activity_of(judged, lang)
    return formats.difference(aim.value, judged.value, judged.unit, lang, activity=activity)


def flags_text(flags: Iterable[Flag], lang: str) -> str:
    """What a reader must know beside a figure; that it is of the demo is said elsewhere."""
    return "; ".join(text(f"flags.{flag}", lang) for flag in flags if flag is not Flag.DEMO)


def amount_text(found: float, lang: str) -> str:
    """What was added up: whole, or with two decimals; what is smaller than one in four digits."""
    if abs(found) >= 1:
        whole = float(round(found, 2)).is_integer()
        return formats.number(found, lang, decimals=0 if whole else 2)
    return formats.number(found, lang, significant=4)


def formula_text(traced: Trace, lang: str) -> str:
    """The formula with its numbers, no finer than estimated; the reason where there is no value."""
    result = traced.result
    if result.value is None:
        return reason_sentence(result, lang) or ""
    form = traced.kpi.over_time.forms[result.denominator is not None]
    if result.unit is Unit.PER_1000_UNIT_YEARS:
        form = "per_thousand"
    estimated = result.low is not None
    parts = (
        formats.number(part, lang, significant=formats.SIGNIFICANT)
        if estimated
        else amount_text(part, lang)
        for part in (result.numerator or 0.0, result.denominator or 0.0)
    )
    numerator, denominator = parts
    return text(
        f"trace.forms.{form}",
        lang,
        numerator=numerator,
        denominator=denominator,
        thousand=formats.number(1000, lang),
        value=figure_text(result, lang),
    )


def months_text(periods: Sequence[Period], lang: str) -> str:
    """The months that a figure rests on."""
    return ", ".join(formats.period(one, lang) for one in periods)


def divisor_text(traced: Trace, lang: str) -> str:
    """What the figure is divided by; empty where it is not divided."""
    measure = traced.result.activity
    if measure:
        return text("trace.activity", lang, measure=activity_name(measure, lang))
    return f"`{traced.kpi.denominator}`" if traced.kpi.denominator else ""

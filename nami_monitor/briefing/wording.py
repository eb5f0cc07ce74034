"""A briefing in words, in Dutch and English; no sentence claims more than its finding."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from nami_monitor.briefing import waterbed
from nami_monitor.briefing.lessons import LessonCaller
from nami_monitor.briefing.month import OF_TARGETS, Briefing, BriefingSection, Finding
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.core.thresholds import STEP_STANDING
from nami_monitor.core.words import Flag, KitSignal, State, Unit
from nami_monitor.i18n import formats, has_text, text
from nami_monitor.kpis import CATALOGUE, Kpi, KpiResult
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import (
    activity_name,
    activity_of,
    difference_text,
    figure_name,
    gap_text,
    limit_text,
    named_by,
    reason_sentence,
    word,
)
from nami_monitor.kpis.targets import NOT_APPLICABLE, JudgedTarget, period_of
from nami_monitor.signals.scan import Slope
from nami_monitor.signals.signal_rules import Signal

IN_UNIT: Final = frozenset({"value", "goal"})
AS_FIGURE: Final = frozenset({"mean", "low", "high"})
"""Numbers that are in the unit of the signal's KPI; those beside another one leave it out."""

OF_EFFECT: Final = frozenset({"gross", "smaller", "low", "high"})
"""Effects of a measure, in its own unit."""

WRITERS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    **dict.fromkeys(("part", "known", "quotient", "q_low", "q_high"), waterbed.share),
    **dict.fromkeys(
        ("share", "even", "usual"), lambda value, lang: formats.percent(value, lang, decimals=1)
    ),
    **dict.fromkeys(
        ("months", "n", "of", "less"), lambda value, lang: formats.number(value, lang, decimals=0)
    ),
    **dict.fromkeys(("on", "since", "until"), formats.day),
    "began": formats.month,
    "period": lambda name, lang: formats.period(period_of(str(name)), lang),
    "way": lambda way, lang: text(f"cards.ways.{way}", lang),
    "years": lambda value, lang: formats.number(round(value, 1), lang),
    "kinds": lambda kinds, lang: ", ".join(
        text(f"breaks.{kind}", lang) for kind in str(kinds).split(",")
    ),
    "discipline": lambda role, lang: word("role", role, lang),
    "moment": lambda kind, lang: text(f"signals.moments.{kind}", lang),
}
"""How numbers are written that are in no KPI's unit; others are text already."""


def signal_name(kind: KitSignal, lang: str) -> str:
    """A signal in a few words."""
    return text(f"kit.signals.{kind}", lang)


def signal_sentence(signal: Signal, lang: str) -> str:
    """The sentence of a signal, with its numbers filled in."""
    return text(f"signals.said.{_signal_key(signal)}", lang, **signal_values(signal, lang))


def lesson_reason(by: LessonCaller, lang: str) -> str:
    """Why a lesson stands where it stands: the sentence of its signal, else its figure."""
    if by.signal is not None:
        return signal_sentence(by.signal, lang)
    return text("kit.beside.figure", lang, kpi=text(f"kpis.{by.kpi}.name", lang))


def signal_values(signal: Signal, lang: str) -> dict[str, object]:
    """The numbers of a signal as people write them, and the names that belong to it."""
    said: dict[str, object] = {
        key: _signal_value(signal, key, value, lang) for key, value in signal.numbers.items()
    }
    said["month"] = formats.month(signal.month, lang)
    if signal.kpi is not None:
        measure = signal.numbers.get("activity")
        said["kpi"] = named_by(signal.kpi, str(measure) if measure else None, lang)
    if signal.kind is KitSignal.HIDDEN_REDUCTION:
        said["stakes"] = _stakes(signal, lang)
        said["name"] = said["name"] or text("signals.no_group", lang)
    return said


def _signal_key(signal: Signal) -> str:
    """The key of a signal's sentence; some kinds have a variant by what is known."""
    if signal.kind in OF_TARGETS:
        return signal.kind if signal.numbers.get("final") else f"{signal.kind}_so_far"
    if signal.kind is KitSignal.YEAR_END_PEAK and "usual" in signal.numbers:
        return "year_end_peak_usual"
    if signal.kind is KitSignal.LOW_MEASURABILITY and not signal.numbers["given"]:
        return "low_measurability_none"
    key = SHARED_SENTENCES.get(signal.kind, signal.kind)
    if signal.numbers.get("provisional"):
        return f"{key}_provisional"
    return key if "mean" in signal.numbers or "way" not in signal.numbers else f"{key}_alone"


SHARED_SENTENCES: Final[Mapping[KitSignal, str]] = {
    KitSignal.REFURBISHED_SHARE_FALLING: KitSignal.WORSE,
}
"""Signals that are said with the sentence of another one."""


def _signal_value(signal: Signal, key: str, value: Any, lang: str) -> object:
    unit = CATALOGUE[signal.kpi].unit if signal.kpi else None
    if unit is None and key in OF_EFFECT:
        reading = Unit(str(signal.numbers.get("reading", Unit.BASE)))
        low, high = (float(str(signal.numbers[limit])) for limit in ("low", "high"))
        error = (high - low) / 4
        written = formats.estimated(value, error, reading, lang)
        return waterbed.in_unit(written, reading, lang)
    if unit is not None and key in AS_FIGURE:
        return formats.figure(value, unit, lang)
    if unit is not None and key in IN_UNIT:
        measure = signal.numbers.get("activity")
        activity = activity_name(str(measure), lang) if measure else None
        return formats.quantity(value, unit, lang, activity=activity)
    return WRITERS[key](value, lang) if key in WRITERS else value


def _stakes(signal: Signal, lang: str) -> str:
    """The euros and kilograms of a hidden reduction, where known."""
    units = {"eur": Unit.EUR, "kg": Unit.KG}
    return ", ".join(
        formats.quantity(found, unit, lang)
        for key, unit in units.items()
        if isinstance(found := signal.numbers.get(key), float)
    )


def signal_row(signal: Signal, lang: str) -> dict[str, Any]:
    """A signal as plain data, with its sentence."""
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
        "sentence": signal_sentence(signal, lang),
    }


MONTHS_IN_YEAR: Final = 12
WHOLE: Final = 0.9995
"""Completeness from which a figure rests on everything, as far as it can be written."""


def subject(found: Briefing, lang: str) -> str:
    """The subject of a briefing: its category, all categories, or their number."""
    if len(found.sections) > 1:
        return text("briefing.subjects", lang, n=len(found.sections))
    return section_name(found.sections[0], lang)


def section_name(section: BriefingSection, lang: str) -> str:
    """The name of a section's category."""
    return section.names.get(lang) or text("filters.all_categories", lang)


def name(line: KpiLine, lang: str) -> str:
    """A key figure's name, with that of its category where it stands among others.

    One per unit of activity says per what: per workday.
    """
    said = figure_name(line.result, lang)
    return text("report.pair", lang, head=line.names[lang], said=said) if line.names else said


def short_figure(result: KpiResult, value: float, lang: str) -> str:
    """A value in the unit of a figure, without what its name says already: per what it is."""
    activity = activity_of(result, lang)
    written = formats.quantity(value, result.unit, lang, activity=activity)
    return written.removesuffix(f"per {activity}").rstrip()


def fact_figure(result: KpiResult, value: float, lang: str) -> str:
    """A value of a figure, or its target, with the unit that the words beside it leave out."""
    if result.activity is None or result.low is not None:
        return limit_text(result, value, lang)
    return short_figure(result, value, lang)


def of_section(said: str, section: BriefingSection, lang: str, *, alone: bool) -> str:
    """A title, after the category that it speaks of where a report has several."""
    name = section_name(section, lang)
    return said if alone else text("briefing.full", lang, name=name, said=said)


def period_named(period: str, lang: str) -> str:
    """A period as targets name it, as people write it."""
    return formats.period(period_of(period), lang)


def begun(words: str) -> str:
    """Words at the start of a sentence: the E of "één" bears no accent as a capital."""
    return f"Eé{words[2:]}" if words.startswith("éé") else words[:1].upper() + words[1:]


def in_sentence(words: str) -> str:
    """Words within a sentence: a capital at their start stays in what is written in capitals."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def total(result: KpiResult, lang: str) -> str:
    """The absolute total of a figure per unit of activity; empty for other figures."""
    whole = absolute(result)
    return formats.quantity(whole.value, whole.unit, lang) if whole else ""


def goal(aim: JudgedTarget | None, lang: str) -> str:
    """An agreed aim with its unit and period; empty without one."""
    if aim is None or aim.value is None:
        return ""
    activity = activity_of(aim.judged, lang) if aim.judged else None
    written = formats.quantity(aim.value, CATALOGUE[aim.target.kpi].unit, lang, activity=activity)
    period = period_named(aim.target.period, lang)
    return text("briefing.goal", lang, goal=written, period=period)


def standing(aim: JudgedTarget | None, lang: str) -> str:
    """Whether a target is met, in words; that it is open where nothing was judged."""
    if aim is not None and aim.why == NOT_APPLICABLE:
        return text("words.not_applicable", lang)
    if aim is None or aim.met is None:
        return text("targets.state.open", lang)
    met = "met" if aim.met else "not_met"
    return text(f"targets.state.{met}{'' if aim.final else '_so_far'}", lang)


def gap(aim: JudgedTarget | None, lang: str) -> str:
    """How far the judged figure lies from its aim, with the period judged; empty without one."""
    distance = gap_text(aim, lang)
    if aim is None or aim.judged is None or not distance:
        return ""
    return text(
        "overview.aim.distance", lang, period=formats.period(aim.judged.period, lang), gap=distance
    )


def change(line: KpiLine, lang: str) -> str:
    """The difference with the same period a year earlier; empty where there is none."""
    if line.change is None:
        return ""
    if not line.change:
        return text("overview.same", lang)
    return difference_text(line.year_ago, line.result, lang)


def signal(line: KpiLine, lang: str) -> str:
    """The assessment of a line in words, or the state of a figure without a value."""
    if line.result.state is not State.VALUE:
        return text(f"words.{line.result.state}", lang)
    if line.signal is None or line.since is None:
        return text(f"cards.{line.assessment}", lang) if line.assessment else ""
    way = text(f"cards.ways.{'up' if line.signal.up else 'down'}", lang)
    key = "cards.provisional" if line.signal.provisional else "cards.since"
    seen = text(key, lang, way=way, month=formats.month(line.since, lang))
    return text(f"cards.{line.assessment}", lang, seen=seen)


def signal_or_drift(line: KpiLine, lang: str) -> str:
    """The steady drift of the months where no change of level stands; else ``signal``."""
    return drift(line.kpi, line.drift, lang) or signal(line, lang)


def drift(kpi: Kpi, seen: Slope | None, lang: str) -> str:
    """A steady drift with its interval, in a sentence; empty without one."""
    if seen is None:
        return ""
    n = seen.months // MONTHS_IN_YEAR
    return text("signals.drift.said", lang, n=n, drift=drift_words(kpi, seen, lang))


def drift_words(kpi: Kpi, seen: Slope, lang: str) -> str:
    """The same beside its line in a chart."""
    ends = sorted((abs(seen.low), abs(seen.high)))
    sizes = [abs(seen.value), *ends]
    if seen.logged:
        said = [formats.percent(100 * size, lang, decimals=0) for size in sizes]
    else:
        said = [formats.quantity(size, kpi.unit, lang) for size in sizes]
    way = text(f"signals.drift.{'more' if seen.value > 0 else 'less'}", lang)
    about, low, high = said
    return text("signals.drift.words", lang, about=about, way=way, low=low, high=high)


def sentence(finding: Finding, lang: str) -> str:
    """The sentence of a finding, after its category where its figure is of one among others."""
    said = signal_sentence(finding.signal, lang)
    return _of_category(finding, said, lang)


def _of_category(finding: Finding, said: str, lang: str) -> str:
    names = finding.line.names if finding.line else {}
    return text("briefing.full", lang, name=names[lang], said=said) if names else said


def title(finding: Finding, lang: str) -> str:
    """The title of a finding, short enough for the head of a page."""
    key = f"briefing.titles.{finding.kind}"
    if not has_text(key, lang):
        return sentence(finding, lang)
    known = signal_values(finding.signal, lang)
    aim = finding.line.aim if finding.line else None
    judged = formats.period(aim.judged.period, lang) if aim and aim.judged else known["month"]
    said = text(key, lang, **{**known, "over": judged})
    return _of_category(finding, said, lang)


def full(finding: Finding, found: Briefing, lang: str) -> str:
    """The sentence of a finding, after its category where a briefing has several."""
    if len(found.sections) == 1:
        return sentence(finding, lang)
    names = {section.category: section_name(section, lang) for section in found.sections}
    return text("briefing.full", lang, name=names[finding.category], said=sentence(finding, lang))


def question(finding: Finding, lang: str) -> str:
    """The decision that a finding asks for; empty if none."""
    key = f"briefing.questions.{finding.kind}"
    if not has_text(key, lang):
        return ""
    known = signal_values(finding.signal, lang)
    known.setdefault("name", name(finding.line, lang) if finding.line else known.get("kpi", ""))
    if isinstance(finding.about, Evaluation):
        known["channels"] = waterbed.back_through(finding.about.intervention, lang)
    return text(key, lang, **known)


def chance(found: Briefing, lang: str) -> str:
    """The number of series watched, of new signals expected by chance, and of those kept."""
    watched = sum(section.watched for section in found.sections)
    expected = formats.number(sum(one.by_chance for one in found.sections), lang, decimals=1)
    held = formats.percent(100 * STEP_STANDING.value, lang, decimals=0)
    return text("signals.chance", lang, n=watched, expected=expected, held=held)


def caveats(found: Briefing, lang: str) -> tuple[str, ...]:
    """The caveats of a briefing, each once."""
    said: list[str] = []
    if found.demo:
        said.append(text("briefing.caveats.demo", lang))
    if found.changed:
        parts = [text(f"briefing.changed.{what}", lang, n=n) for what, n in found.changed.items()]
        month = formats.month(found.month, lang)
        said.append(text("briefing.caveats.changed", lang, month=month, what=", ".join(parts)))
    for section in found.sections:
        said += _breaks(section, lang)
        said += _missing(section, lang)
        for line in section.told:
            said += _of_line(line, lang)
    return tuple(dict.fromkeys(said))


def _breaks(section: BriefingSection, lang: str) -> Iterator[str]:
    used = {source for line in section.told for source in line.result.sources}
    for one in section.glance.breaks:
        if one.source in used:
            yield text(
                "overview.attention.break",
                lang,
                source=one.source,
                month=formats.month(one.month, lang),
                kinds=", ".join(text(f"breaks.{kind}", lang) for kind in one.kinds),
            )


def _missing(section: BriefingSection, lang: str) -> Iterator[str]:
    """Yield a caveat for each figure that was computable before and is not now."""
    for line in section.glance.blocked:
        yield text(
            "briefing.caveats.missing",
            lang,
            name=name(line, lang),
            period=formats.period(line.result.period, lang),
            reason=reason_sentence(line.result, lang),
        )


def _of_line(line: KpiLine, lang: str) -> Iterator[str]:
    """Yield the caveats of one figure: completeness, coverage, flags, targets."""
    result = line.result
    said = name(line, lang)
    if result.completeness is not None and result.completeness < WHOLE:
        share = formats.percent(100 * result.completeness, lang, decimals=0)
        yield text("briefing.caveats.incomplete", lang, name=said, share=share)
    for what, known in result.shares.items():
        if known is not None and known < WHOLE:
            share = formats.percent(100 * known, lang, decimals=0)
            part = text(f"notes.shares.{what}", lang, share=share)
            yield text("briefing.caveats.factors", lang, name=said, part=part)
    for flag in result.flags:
        if flag in {Flag.PROVISIONAL, Flag.SMALL_CELL}:
            yield text("briefing.caveats.flag", lang, name=said, flag=text(f"flags.{flag}", lang))
    if result.state is State.VALUE and result.reason is not None:
        reason = reason_sentence(result, lang)
        yield text("briefing.caveats.flag", lang, name=said, flag=reason)
    if line.assessment is not None and line.briefly_known:
        yield text("briefing.caveats.provisional", lang, name=said)
    if line.aims > 1:
        yield text("briefing.caveats.aims", lang, name=said, n=line.aims)


def source(found: Briefing, lang: str) -> str:
    """The sources of the figures, with the last month and the last import."""
    said = ", ".join(found.sources) or text("words.unknown", lang)
    if found.delivered is None:
        return text("briefing.source.plain", lang, sources=said)
    return text(
        "briefing.source.dated",
        lang,
        sources=said,
        last=formats.month(found.last, lang),
        day=formats.day(found.delivered.date(), lang),
    )

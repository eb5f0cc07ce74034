"""A briefing in words: every sentence of it, in either language, and no claim beyond its verdicts.

Screen, deck, PDF, workbook and page only place these sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from nami_monitor.briefing import tracing, waterbed
from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.findings import Finding, Kind
from nami_monitor.briefing.month import Briefing, Section
from nami_monitor.briefing.overview import Line, chart_of
from nami_monitor.core.words import Flag, State
from nami_monitor.i18n import formats, text
from nami_monitor.kpis import CATALOGUE, KpiResult
from nami_monitor.kpis.absolute import absolute
from nami_monitor.kpis.interventions.answer import Answer
from nami_monitor.kpis.sentences import activity_name, reason_sentence
from nami_monitor.kpis.targets import Aim
from nami_monitor.signals.assess import Assessment

COUNTED: Final = {
    "missed": (Kind.TARGET_MISSED,),
    "behind": (Kind.TARGET_BEHIND,),
    "waterbed": (Kind.WATERBED, Kind.BACKFIRE),
    "contracts": (Kind.CONTRACT,),
}
"""Findings of which the headline says how many there are."""

WHOLE: Final = 0.9995
"""Completeness from which a figure rests on everything, as far as it can be written."""


def headline(found: Briefing, lang: str) -> str:
    """The month in one sentence; it claims no more than the findings do."""
    lines = [line for section in found.sections for line in section.glance.lines]
    return text(
        "briefing.headline.whole",
        lang,
        subject=subject(found, lang),
        month=formats.month(found.month, lang),
        said=", ".join([*_signals(lines, lang), *_counted(found.findings, lang)]),
    )


def _signals(lines: list[Line], lang: str) -> Iterator[str]:
    better = sum(line.assessment is Assessment.IMPROVEMENT for line in lines)
    worse = sum(line.assessment is Assessment.CONCERN for line in lines)
    yield (
        text("overview.headline.better", lang, n=better)
        if better
        else text("overview.headline.level", lang)
    )
    yield (
        text("overview.headline.worse", lang, n=worse)
        if worse
        else text("overview.headline.calm", lang)
    )


def _counted(findings: tuple[Finding, ...], lang: str) -> Iterator[str]:
    for name, kinds in COUNTED.items():
        n = sum(one.kind in kinds for one in findings)
        if n:
            yield text(f"briefing.headline.{name}", lang, n=n)


def subject(found: Briefing, lang: str) -> str:
    """What the briefing is about: a category, all together, or how many."""
    if len(found.sections) > 1:
        return text("briefing.subjects", lang, n=len(found.sections))
    return section_name(found.sections[0], lang)


def section_name(section: Section, lang: str) -> str:
    """The name of a section's category."""
    return section.names.get(lang) or text("filters.all_categories", lang)


def conclusion(section: Section, lang: str) -> str:
    """What the key figures of a section show, as the title of their table."""
    said = ", ".join(_signals(list(section.glance.lines), lang))
    month = formats.month(section.glance.month, lang)
    name = section_name(section, lang)
    return text("briefing.headline.whole", lang, subject=name, month=month, said=said)


def name(line: Line, lang: str) -> str:
    """A key figure's name."""
    return text(f"kpis.{line.kpi.code}.name", lang)


def value(result: KpiResult, lang: str) -> str:
    """A figure with its unit, or its state when there is none."""
    return tracing.value(result, lang)


def period(result: KpiResult, lang: str) -> str:
    """The period of a figure."""
    return formats.period(result.period.start, result.period.end, result.period.kind, lang)


def total(result: KpiResult, lang: str) -> str:
    """The absolute figure beside one per unit of activity; empty for others."""
    whole = absolute(result)
    return formats.quantity(whole.value, whole.unit, lang) if whole else ""


def goal(aim: Aim | None, lang: str) -> str:
    """An agreed aim with its unit and period; empty without one."""
    if aim is None or aim.value is None:
        return ""
    return text("briefing.goal", lang, goal=_amount(aim, aim.value, lang), period=aim.target.period)


def gap(aim: Aim | None, lang: str) -> str:
    """How far the judged figure lies from its aim, with the period judged; empty without one."""
    if aim is None or aim.distance is None or aim.judged is None or aim.value is None:
        return ""
    measure = aim.judged.activity and activity_name(aim.judged.activity, lang)
    unit = CATALOGUE[aim.target.kpi].unit
    far = formats.difference(aim.distance, unit, lang, activity=measure, like=aim.value)
    return text("overview.aim.distance", lang, period=period(aim.judged, lang), gap=far)


def _amount(aim: Aim, amount: float, lang: str) -> str:
    measure = aim.judged.activity if aim.judged else None
    return formats.quantity(
        amount,
        CATALOGUE[aim.target.kpi].unit,
        lang,
        activity=measure and activity_name(measure, lang),
    )


def change(line: Line, lang: str) -> str:
    """The difference with the same period a year earlier; empty where there is none."""
    if line.change is None or line.year_ago.value is None:
        return ""
    if not line.change:
        return text("overview.same", lang)
    measure = line.result.activity and activity_name(line.result.activity, lang)
    return formats.difference(
        line.change, line.result.unit, lang, activity=measure, like=line.year_ago.value
    )


def signal(line: Line, lang: str) -> str:
    """What the month signals, in words; the state of a figure that is not there."""
    if line.result.state is not State.VALUE:
        return text(f"words.{line.result.state}", lang)
    return text(f"cards.{line.assessment}", lang) if line.assessment else ""


def flags(result: KpiResult, lang: str) -> str:
    """What a reader must know beside a figure, in words; that it is demo data is said apart."""
    return "; ".join(text(f"flags.{flag}", lang) for flag in result.flags if flag is not Flag.DEMO)


def sentence(finding: Finding, lang: str) -> str:
    """What a finding says."""
    return _of(finding, f"briefing.findings.{finding.kind}", lang)


def full(finding: Finding, found: Briefing, lang: str) -> str:
    """What a finding says, with its category before it where the briefing is about several."""
    if len(found.sections) == 1:
        return sentence(finding, lang)
    names = {section.category: section_name(section, lang) for section in found.sections}
    return text("briefing.full", lang, name=names[finding.category], said=sentence(finding, lang))


def question(finding: Finding, lang: str) -> str:
    """What a finding asks to decide; empty for one that asks for nothing."""
    return "" if finding.good else _of(finding, f"briefing.questions.{finding.kind}", lang)


def _of(finding: Finding, key: str, lang: str) -> str:
    about = finding.about
    if isinstance(about, Line):
        return text(key, lang, **_line_values(about, lang))
    if isinstance(about, Answer):
        return text(key, lang, **_answer_values(about, lang))
    return text(key, lang, **_contract_values(about, finding.month, lang))


def _answer_values(answer: Answer, lang: str) -> dict[str, str]:
    one = answer.intervention
    channels = (waterbed.channel(code, lang) for code in one.substitute_channels)
    return {
        "title": one.title,
        "verdict": waterbed.verdict(answer, lang),
        "channels": ", ".join(channels),
    }


def _line_values(line: Line, lang: str) -> dict[str, str]:
    judged = line.aim.judged if line.aim and line.aim.judged else line.result
    return {
        "name": name(line, lang),
        "value": value(line.result, lang),
        "period": period(line.result, lang),
        "reason": reason_sentence(line.result, lang) or "",
        "judged": value(judged, lang),
        "judged_period": period(judged, lang),
        "goal": _amount(line.aim, line.aim.value, lang)
        if line.aim and line.aim.value is not None
        else "",
        "aim": line.aim.target.period if line.aim else "",
    }


def _contract_values(contract: Contract, month: date, lang: str) -> dict[str, str]:
    due = contract.due(month)
    day = due.day if due else contract.ends_on
    return {
        "name": contract.name,
        "what": text(f"briefing.moments.{due.kind if due else 'end'}", lang),
        "day": formats.day(day, lang) if day else "",
        "since": formats.day(due.prepare_from, lang) if due else "",
    }


def caveats(found: Briefing, lang: str) -> tuple[str, ...]:
    """What must be borne in mind with these figures, each once."""
    said: list[str] = []
    if found.demo:
        said.append(text("briefing.caveats.demo", lang))
    for section in found.sections:
        said += _breaks(section, lang)
        for line in section.told:
            said += _of_line(line, lang)
        said += _later(found, section, lang)
    return tuple(dict.fromkeys(said))


def _breaks(section: Section, lang: str) -> Iterator[str]:
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


def _of_line(line: Line, lang: str) -> Iterator[str]:
    """What a reader must know of one figure."""
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
    if line.assessment is not None and any(p.provisional for p in chart_of(line.history).phases):
        yield text("briefing.caveats.provisional", lang, name=said)
    if line.aims > 1:
        yield text("briefing.caveats.aims", lang, name=said, n=line.aims)


def _later(found: Briefing, section: Section, lang: str) -> Iterator[str]:
    """Estimates that rest on months after the briefing's."""
    for answer in section.answers:
        if answer.window and answer.window.post and answer.window.post[-1] > found.month:
            yield text(
                "briefing.caveats.later",
                lang,
                title=answer.intervention.title,
                month=formats.month(found.month, lang),
                last=formats.month(answer.window.post[-1], lang),
            )


def source(found: Briefing, lang: str) -> str:
    """Where the figures come from, and how far they reach."""
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

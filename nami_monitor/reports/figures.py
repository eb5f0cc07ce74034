"""The charts of a report, each with its sentence, its table and, where it can be, a plain form."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from nami_monitor.briefing import telling
from nami_monitor.briefing.month import Section
from nami_monitor.briefing.notes import Note
from nami_monitor.briefing.overview import Line
from nami_monitor.charts import alt, tables
from nami_monitor.charts.control import single_trend
from nami_monitor.charts.mirrored import (
    Departure,
    mirrored_sentence,
    mirrored_spec,
    mirrored_table,
)
from nami_monitor.charts.strip import strip_sentence, strip_spec, strip_table
from nami_monitor.charts.trend import PLOT_HEIGHT, caption, trend_spec
from nami_monitor.charts.trend_data import Break, Mark, Trend, Written
from nami_monitor.i18n import Lang, formats, text
from nami_monitor.kpis.interventions.evaluation import WITHOUT_QUOTIENT, Evaluation
from nami_monitor.kpis.sentences import activity_name
from nami_monitor.reports.document import Figure, Plain, Shape

SLIDE_PIXELS: Final = 264
"""How high a chart across a whole slide may be, in px of its own width."""
AROUND: Final = 72
"""What a chart needs above and below its plot and lanes: its unit and the months."""


def trend(line: Line, section: Section, lang: Lang) -> Figure:
    """A key figure month by month; a plain line where it bears no limits and no marks."""
    result = line.result
    name = telling.name(line, lang)
    sources = {source for one in line.history for source in one.sources}
    first = line.history[0].month
    shown = single_trend(
        line.kpi,
        line.history,
        name,
        limits=line.assessment is not None,
        marks=[
            Mark(one.intervention.start_month, one.intervention.title)
            for one in section.answers
            if one.intervention.start_month >= first
        ],
        breaks=[
            Break(one.month, one.month, text("trends.break", lang, source=one.source))
            for one in section.glance.breaks
            if one.source in sources and one.month >= first
        ],
        activity=result.activity and activity_name(result.activity, lang),
    )
    notes = [one for one in section.notes if one.kpi == line.kpi.code and shown.covers(one.month)]
    coded = [(f"N{number}", one) for number, one in enumerate(notes, start=1)]
    shown = replace(shown, written=tuple(Written(one.month, code, one.text) for code, one in coded))
    annotated = bool(shown.phases or shown.marks or shown.breaks or line.assessment or notes)
    plain = Plain(
        Shape.LINE,
        tuple(one.month for one in line.history),
        ((name, tuple(one.value for one in line.history)),),
        line.kpi.unit,
    )
    return Figure(
        alt=alt.trend_sentence(shown, lang),
        spec=trend_spec(shown, lang),
        table=tables.trend_table(shown, lang),
        plain=None if annotated else plain,
        caption=" ".join([caption(shown, lang), *(_noted(*one, lang) for one in coded)]),
        slide=trend_spec(shown, lang, height=_low(shown, lang)),
    )


def _noted(code: str, note: Note, lang: Lang) -> str:
    """A note of a person, with its marker, month and writer."""
    month = formats.month(note.month, lang)
    return text("notes_of_people.said", lang, code=code, month=month, text=note.text, who=note.who)


def _low(shown: Trend, lang: Lang) -> int:
    """The height of a plot that leaves a slide room for its lanes."""
    whole = trend_spec(shown, lang)["height"]
    return int(PLOT_HEIGHT - max(0, whole + AROUND - SLIDE_PIXELS))


def mirrored(answer: Evaluation, lang: Lang) -> Figure | None:
    """Target and substitute against what was expected; None where there is no path."""
    path = answer.result.path if answer.result else None
    if path is None or answer.window is None:
        return None
    months = answer.window.months
    rows = tuple(
        Departure(months[at], float(gross), float(spill))
        for at, gross, spill in zip(path.months, path.gross, path.spill, strict=True)
    )
    start = answer.window.post[0]
    return Figure(
        alt=mirrored_sentence(rows, start, answer.unit, lang),
        spec=mirrored_spec(rows, start, answer.unit, lang),
        table=mirrored_table(rows, answer.unit, lang),
        plain=Plain(
            Shape.STACKED,
            tuple(row.month for row in rows),
            (
                (text("charts.mirrored.target", lang), tuple(row.target for row in rows)),
                (text("charts.mirrored.substitute", lang), tuple(row.substitute for row in rows)),
            ),
            answer.unit,
        ),
    )


def strip(answer: Evaluation, lang: Lang) -> Figure | None:
    """Which share came back, on its strip; None where no such share may be given."""
    quotient = answer.result.quotient if answer.result else None
    if quotient is None or WITHOUT_QUOTIENT & set(answer.verdicts):
        return None
    shown = (100 * quotient.value, 100 * quotient.low, 100 * quotient.high)
    return Figure(
        alt=strip_sentence(*shown, lang),
        spec=strip_spec(*shown, lang),
        table=strip_table(*shown, lang),
    )

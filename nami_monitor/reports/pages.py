"""The pages of a report and the charts on them, laid out from a briefing for an audience."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from nami_monitor.briefing import arms, handbook, waterbed, wording
from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.headline import conclusion, headline
from nami_monitor.briefing.lessons import CalledLesson
from nami_monitor.briefing.month import Briefing, BriefingSection, Finding
from nami_monitor.briefing.notes import Note
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.charts import tables
from nami_monitor.charts.control_limits import measure_mark, single_trend
from nami_monitor.charts.mirrored_bars import (
    Departure,
    mirrored_sentence,
    mirrored_spec,
    mirrored_table,
)
from nami_monitor.charts.trend import caption, trend_spec
from nami_monitor.charts.trend_data import BreakSpan, NoteMark, Trend
from nami_monitor.charts.trend_lanes import LARGE, TrendForm
from nami_monitor.charts.zone_strip import strip_sentence, strip_spec, strip_table
from nami_monitor.core.words import Design, State
from nami_monitor.i18n import Lang, formats, text
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.interventions.evaluation import Evaluation, Portfolio
from nami_monitor.kpis.sentences import activity_name, figure_text, reason_sentence
from nami_monitor.reports.document import (
    Audience,
    Document,
    OfficeChart,
    OfficeChartForm,
    ReportFigure,
    ReportGrid,
    ReportPage,
)


@dataclass(frozen=True)
class AudienceLimits:
    """How many findings, trends of each section and lessons an audience gets.

    ``missing`` says whether what cannot be computed has a page.
    """

    findings: int
    trends: int
    lessons: int
    missing: bool


LIMITS: Final[Mapping[Audience, AudienceLimits]] = {
    Audience.MANAGEMENT: AudienceLimits(findings=5, trends=2, lessons=3, missing=False),
    Audience.TEAM: AudienceLimits(findings=7, trends=6, lessons=6, missing=True),
}


def document(
    found: Briefing, lang: Lang, audience: Audience = Audience.MANAGEMENT, organisation: str = ""
) -> Document:
    """Lay a briefing out as pages for an audience."""
    subject, month = wording.subject(found, lang), formats.long_month(found.month, lang)
    return Document(
        lang=lang,
        title=text("report.title", lang),
        subtitle=headline(found, lang),
        about=text("report.about", lang, subject=subject, month=month),
        month=found.month,
        source=wording.source(found, lang),
        pages=tuple(_pages(found, lang, LIMITS[audience])),
        demo=found.demo,
        organisation=organisation,
    )


def _pages(found: Briefing, lang: Lang, told: AudienceLimits) -> Iterator[ReportPage]:
    yield _summary(found, lang, told)
    for section in found.sections:
        yield _kpis(section, lang)
        for answer in section.answers:
            figures = waterbed.told(answer)
            if figures is not None and figures.net is not None:
                yield _waterbed(answer, section, found.measures, lang)
            if arms.of(answer) and not answer.excused:
                yield _arms(answer, lang)
        yield from _trends(section, lang, told.trends, alone=len(found.sections) == 1)
    yield from _targets(found, lang)
    yield from _contracts(found, lang)
    yield from _lessons(found, lang, told.lessons)
    if told.missing:
        yield from _missing(found, lang)
    yield _caveats(found, lang)
    yield _definitions(found, lang)


def _page(
    kind: str,
    lang: Lang,
    title: str,
    *,
    about: str = "",
    key: str = "",
    seen: str = "",
    **more: Any,
) -> ReportPage:
    """A page of a kind, named and with its method; ``seen`` is what its title says in full."""
    label = text(f"report.pages.{kind}", lang)
    return ReportPage(
        code=f"{kind}:{key}" if key else kind,
        label=text("report.pair", lang, head=label, said=about) if about else label,
        title=title,
        notes=" ".join(filter(None, (seen, text(f"report.method.{kind}", lang)))),
        **more,
    )


@dataclass(frozen=True)
class GridColumns:
    """The columns of a table: which words head them, how wide they are, which hold figures."""

    heads: tuple[str, ...]
    widths: tuple[float, ...]
    right: frozenset[int] = frozenset()


def _grid(columns: GridColumns, rows: Sequence[tuple[str, ...]], lang: Lang) -> ReportGrid:
    """A table with its headings in the reader's language."""
    return ReportGrid(
        head=tuple(text(f"report.heads.{head}", lang) for head in columns.heads),
        rows=tuple(rows),
        right=columns.right,
        widths=columns.widths,
    )


def _first_question(findings: Sequence[Finding], lang: Lang) -> str:
    return next((said for one in findings if (said := wording.question(one, lang))), "")


def _summary(found: Briefing, lang: Lang, told: AudienceLimits) -> ReportPage:
    most = found.first[: told.findings]
    points = [wording.full(one, found, lang) for one in most]
    left = len(found.findings) - len(most)
    if left:
        points.append(text("report.more", lang, n=left))
    points.append(wording.chance(found, lang))
    return _page(
        "summary",
        lang,
        headline(found, lang),
        points=tuple(points if most else [text("report.calm", lang), *points]),
        asked=_first_question(found.findings, lang),
    )


KPI_COLUMNS: Final = GridColumns(
    ("kpi", "value", "total", "goal", "gap", "change", "signal"),
    (2.7, 1.6, 1.2, 1.8, 1.9, 1.7, 1.9),
    frozenset({1, 2, 3, 4, 5}),
)


def _kpis(section: BriefingSection, lang: Lang) -> ReportPage:
    rows = [_kpi_row(line, lang) for line in section.told if line.result.state is State.VALUE]
    name = wording.section_name(section, lang)
    key = section.category or ""
    if not rows:
        return _page("kpis", lang, text("report.no_figures", lang, name=name), about=name, key=key)
    title, grid = conclusion(section, lang), _grid(KPI_COLUMNS, rows, lang)
    return _page("kpis", lang, title, about=name, key=key, grid=grid)


def _kpi_row(line: KpiLine, lang: Lang) -> tuple[str, ...]:
    return (
        wording.name(line, lang),
        figure_text(line.result, lang),
        wording.total(line.result, lang),
        wording.goal(line.aim, lang),
        wording.gap(line.aim, lang),
        wording.change(line, lang),
        wording.signal_or_drift(line, lang),
    )


TARGET_COLUMNS: Final = GridColumns(
    ("kpi", "goal", "value", "gap", "standing"), (3.6, 2.4, 2.0, 2.4, 1.8), frozenset({1, 2, 3})
)


def _targets(found: Briefing, lang: Lang) -> Iterator[ReportPage]:
    """Every target that holds for the year of the month, with how many are missed."""
    alone = len(found.sections) == 1
    held = [
        (line.aim, wording.name(line, lang) if alone else _within(line, section, lang))
        for section in found.sections
        for line in section.glance.targeted
        if line.aim
    ]
    if held:
        missed = sum(aim.met is False for aim, _ in held)
        title = text("report.targets", lang, n=len(held), missed=missed)
        rows = [
            (
                name,
                wording.goal(aim, lang),
                figure_text(aim.judged, lang) if aim.judged else "",
                wording.gap(aim, lang),
                wording.standing(aim, lang),
            )
            for aim, name in held
        ]
        yield _page("targets", lang, title, grid=_grid(TARGET_COLUMNS, rows, lang))


def _within(line: KpiLine, section: BriefingSection, lang: Lang) -> str:
    """A figure's name with that of its category."""
    whole = wording.section_name(section, lang)
    return text("report.within", lang, name=wording.name(line, lang), whole=whole)


def _waterbed(
    answer: Evaluation, section: BriefingSection, measures: Portfolio, lang: Lang
) -> ReportPage:
    points = []
    figures = waterbed.told(answer)
    for part in ("gross", "spill", "net"):
        name, effect = text(f"waterbed.parts.{part}", lang), getattr(figures, part)
        value = waterbed.amount(effect, answer.unit, lang)
        span = waterbed.interval(effect, answer.unit, lang)
        points.append(text("report.effect", lang, part=name, value=value, span=span))
    points += [*waterbed.plan_remarks(answer, lang), *waterbed.moved(answer, lang)]
    points.append(text("waterbed.grade", lang))
    if answer.design is Design.NO_CONTROLS:
        points.append(text("waterbed.weaker", lang))
    points += [*waterbed.standing(answer, measures, lang), waterbed.many(measures, lang)]
    shown = (_mirrored_figure(answer, lang), _strip_figure(answer, lang))
    return _page(
        "waterbed",
        lang,
        waterbed.verdict(answer, lang),
        about=answer.intervention.title,
        key=answer.intervention.code,
        points=tuple(points),
        figures=tuple(figure for figure in shown if figure),
        asked=_first_question([one for one in section.findings if one.about is answer], lang),
    )


def _arms(answer: Evaluation, lang: Lang) -> ReportPage:
    """What each arm of a measure changed."""
    return _page(
        "arms",
        lang,
        arms.headline(answer, lang),
        about=answer.intervention.title,
        key=answer.intervention.code,
        points=arms.remarks(answer, lang),
        grid=ReportGrid(
            head=tuple(text(f"waterbed.arms.heads.{name}", lang) for name in arms.EFFECTS),
            rows=tuple(arms.effect_rows(answer, lang)),
            right=arms.RIGHT,
            widths=(1.9, 2.4, 2.3, 1.5, 2.5, 2.4, 1.9, 1.7, 3.0),
        ),
    )


def trend_key(section: BriefingSection, line: KpiLine) -> str:
    """The code of the page with the trend of a figure."""
    category = line.aim.target.category if line.names and line.aim else section.category
    return ":".join(filter(None, (category, line.kpi.code)))


def _trends(
    section: BriefingSection, lang: Lang, most: int, *, alone: bool
) -> Iterator[ReportPage]:
    """The key figures that show something, each with its chart, the most important first."""
    shown: dict[str, tuple[KpiLine, Finding]] = {}
    for finding in section.findings:
        line = finding.line
        if line is not None and line.result.value is not None:
            shown.setdefault(trend_key(section, line), (line, finding))
    for line, finding in list(shown.values())[:most]:
        name = wording.name(line, lang)
        yield _page(
            "trend",
            lang,
            wording.title(finding, lang),
            seen=wording.sentence(finding, lang),
            about=name if alone else _within(line, section, lang),
            key=trend_key(section, line),
            figures=(trend_figure(line, section, lang),),
            grid=_grid(BESIDE_COLUMNS, [_kpi_row(line, lang)[1:]], lang),
            asked=wording.question(finding, lang),
        )


BESIDE_COLUMNS: Final = GridColumns(
    KPI_COLUMNS.heads[1:], (1.5, 1.1, 1.6, 1.7, 1.7, 2.5), frozenset({0, 1, 2, 3, 4})
)
"""What belongs beside the chart of a key figure."""


CONTRACT_COLUMNS: Final = GridColumns(
    ("contract", "supplier", "worth", "moment", "day", "since"),
    (3.4, 2.4, 1.6, 2.0, 1.5, 1.7),
    frozenset({2, 4, 5}),
)


def _contracts(found: Briefing, lang: Lang) -> Iterator[ReportPage]:
    due = {
        one.number: one
        for section in found.sections
        for one in section.contracts
        if one.due(found.month) or one.overdue(found.month)
    }
    if due:
        rows = [_contract_row(contract, found.month, lang) for contract in due.values()]
        title = text("report.contracts", lang, n=len(rows))
        asked = [one for one in found.findings if isinstance(one.about, Contract)]
        question = _first_question(asked, lang)
        grid = _grid(CONTRACT_COLUMNS, rows, lang)
        yield _page("contracts", lang, title, grid=grid, asked=question)


def _contract_row(contract: Contract, month: date, lang: Lang) -> tuple[str, ...]:
    due = contract.due(month)
    day = due.day if due else contract.ends_on
    return (
        contract.name,
        contract.supplier or "",
        "" if contract.value is None else formats.money(contract.value, lang),
        text(f"report.moments.{due.kind if due else 'overdue'}", lang),
        formats.day(day, lang) if day else "",
        formats.day(due.prepare_from, lang) if due else "",
    )


def _lessons(found: Briefing, lang: Lang, most: int) -> Iterator[ReportPage]:
    told = [_lesson(match, lang) for match in found.lessons[:most]]
    if told:
        title = text("report.lessons", lang, n=len(told))
        yield _page("lessons", lang, title, points=tuple(told))


def _lesson(match: CalledLesson, lang: Lang) -> str:
    words = match.lesson.words[lang]
    cases = ", ".join(map(str, match.lesson.cases))
    origin = "advice" if match.lesson.advice else "cases" if cases else match.lesson.kind
    return text(
        "report.lesson",
        lang,
        title=words.title.rstrip("."),
        said=words.text,
        to_try=words.to_try,
        origin=text(f"report.origin.{origin}", lang, cases=cases),
    )


def _missing(found: Briefing, lang: Lang) -> Iterator[ReportPage]:
    rows = dict.fromkeys(
        (wording.name(line, lang), reason_sentence(line.result, lang) or "")
        for section in found.sections
        for line in section.glance.lines
        if line.result.state is not State.VALUE
    )
    columns = GridColumns(("kpi", "why"), (3.0, 9.0))
    if rows:
        title = text("report.missing", lang, n=len(rows))
        grid = _grid(columns, list(rows), lang)
        yield _page("missing", lang, title, grid=grid, appendix=True)


def _caveats(found: Briefing, lang: Lang) -> ReportPage:
    said = wording.caveats(found, lang)
    title = text("report.caveats", lang, n=len(said)) if said else text("report.sound", lang)
    return _page("caveats", lang, title, points=said)


def _definitions(found: Briefing, lang: Lang) -> ReportPage:
    told = {line.kpi.code for section in found.sections for line in section.told}
    entries = [handbook.entry(kpi, lang) for code, kpi in CATALOGUE.items() if code in told]
    rows = [(one.name, one.says, one.says_not) for one in entries]
    columns = GridColumns(("kpi", "says", "says_not"), (2.4, 4.8, 4.8))
    grid = _grid(columns, rows, lang)
    return _page("definitions", lang, text("report.definitions", lang), grid=grid, appendix=True)


SLIDE_CHART_HEIGHT: Final = 264
"""How high a chart across a whole slide may be, in px of its own width."""
CHART_MARGIN: Final = 72
"""What a chart needs above and below its plot and lanes: its unit and the months."""


def trend_figure(line: KpiLine, section: BriefingSection, lang: Lang) -> ReportFigure:
    """The trend chart of a KPI; also as an office chart if it has no limits and marks."""
    result = line.result
    name = wording.name(line, lang)
    sources = {source for one in line.shown for source in one.sources}
    first = line.shown[0].month
    shown = single_trend(
        line.kpi,
        line.history,
        name,
        lang,
        limits=line.assessment is not None,
        restarts=line.phases,
        goals=line.goals,
        marks=[
            measure_mark(one.intervention, lang)
            for one in section.answers
            if one.intervention.start_month >= first
        ],
        breaks=[
            BreakSpan(one.month, one.month, text("trends.break", lang, source=one.source))
            for one in section.glance.breaks
            if one.source in sources and one.month >= first
        ],
        activity=result.activity and activity_name(result.activity, lang),
    )
    notes = [one for one in section.notes if one.kpi == line.kpi.code and shown.covers(one.month)]
    coded = [(f"N{number}", one) for number, one in enumerate(notes, start=1)]
    shown = replace(
        shown, written=tuple(NoteMark(one.month, code, one.text) for code, one in coded)
    )
    annotated = bool(
        shown.phases or shown.marks or shown.breaks or shown.targets or line.assessment or notes
    )
    plain = OfficeChart(
        OfficeChartForm.LINE,
        tuple(one.month for one in line.shown),
        ((name, tuple(one.value for one in line.shown)),),
        line.kpi.unit,
    )
    return ReportFigure(
        alt=tables.trend_sentence(shown, lang),
        spec=trend_spec(shown, lang),
        table=tables.trend_table(shown, lang),
        plain=None if annotated else plain,
        caption=" ".join([caption(shown, lang), *(_note_caption(*one, lang) for one in coded)]),
        slide=trend_spec(shown, lang, _slide_form(shown, lang)),
    )


def _note_caption(code: str, note: Note, lang: Lang) -> str:
    """A note of a person, with its marker, month and writer."""
    month = formats.month(note.month, lang)
    return text("notes_of_people.said", lang, code=code, month=month, text=note.text, who=note.who)


def _slide_form(shown: Trend, lang: Lang) -> TrendForm:
    """A form whose plot leaves a slide room for its lanes."""
    whole = trend_spec(shown, lang)["height"]
    return replace(LARGE, plot=LARGE.plot - max(0, whole + CHART_MARGIN - SLIDE_CHART_HEIGHT))


def _mirrored_figure(answer: Evaluation, lang: Lang) -> ReportFigure | None:
    """The chart of target and substitute channel; None without an estimated path."""
    path = answer.result.path if answer.result else None
    if path is None or answer.window is None:
        return None
    months = answer.window.months
    rows = tuple(
        Departure(months[at], float(gross), float(spill))
        for at, gross, spill in zip(path.months, path.gross, path.spill, strict=True)
    )
    start = answer.window.post[0]
    return ReportFigure(
        alt=mirrored_sentence(rows, start, answer.unit, lang, waterbed.mean_effects(answer, lang)),
        spec=mirrored_spec(rows, start, answer.unit, lang),
        table=mirrored_table(rows, answer.unit, lang),
        plain=OfficeChart(
            OfficeChartForm.STACKED,
            tuple(row.month for row in rows),
            (
                (text("charts.mirrored.target", lang), tuple(row.target for row in rows)),
                (text("charts.mirrored.substitute", lang), tuple(row.substitute for row in rows)),
            ),
            answer.unit,
        ),
    )


def _strip_figure(answer: Evaluation, lang: Lang) -> ReportFigure | None:
    """The chart of the waterbed quotient of a verdict; None if no quotient may be given."""
    quotient = answer.frozen.quotient if answer.frozen else None
    if quotient is None:
        return None
    shown = (100 * quotient.value, 100 * quotient.low, 100 * quotient.high)
    return ReportFigure(
        alt=strip_sentence(*shown, lang),
        spec=strip_spec(*shown, lang),
        table=strip_table(*shown, lang),
    )

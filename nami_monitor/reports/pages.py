"""The pages of a report and the charts on them, laid out from a briefing for an audience."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from nami_monitor.briefing import arms, handbook, waterbed, wording
from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.decisions import Decision, DecisionOn
from nami_monitor.briefing.headline import headline
from nami_monitor.briefing.lessons import CalledLesson
from nami_monitor.briefing.month import OF_TARGETS, WORSE, Briefing, BriefingSection, Finding
from nami_monitor.briefing.notes import Note
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.charts import hundred_data as hundred
from nami_monitor.charts import tables
from nami_monitor.charts.control_limits import figure_trend
from nami_monitor.charts.hundred import hundred_chart
from nami_monitor.charts.trend import caption, sign_words, trend_spec
from nami_monitor.charts.trend_data import NoteMark, Trend
from nami_monitor.charts.trend_lanes import LARGE, TrendForm
from nami_monitor.core.words import Design, State, Unit, Verdict
from nami_monitor.i18n import Lang, formats, text
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.interventions.evaluation import Evaluation, Portfolio
from nami_monitor.kpis.sentences import (
    activity_name,
    bare_text,
    figure_text,
    limit_text,
    reason_sentence,
    unit_text,
)
from nami_monitor.reports.document import (
    AskedDecision,
    Audience,
    Document,
    Fact,
    FigureOnPage,
    ReportFigure,
    ReportGrid,
    ReportPage,
)
from nami_monitor.reports.slides import fits_title


@dataclass(frozen=True)
class AudienceLimits:
    """How many pages stand before the appendix, and how many trends and lessons there are.

    ``whole`` says whether the tables stand before it too, and what cannot be computed has a page.
    """

    front: int
    trends: int
    lessons: int
    whole: bool


LIMITS: Final[Mapping[Audience, AudienceLimits]] = {
    Audience.MANAGEMENT: AudienceLimits(front=8, trends=2, lessons=3, whole=False),
    Audience.TEAM: AudienceLimits(front=99, trends=6, lessons=6, whole=True),
}
MOST_DECISIONS: Final = 3


def document(
    found: Briefing,
    lang: Lang,
    audience: Audience = Audience.MANAGEMENT,
    organisation: str = "",
    todos: Sequence[Decision] = (),
) -> Document:
    """Lay a briefing out as pages for an audience; ``todos`` are those of the month, in order."""
    subject, month = wording.subject(found, lang), formats.long_month(found.month, lang)
    told = LIMITS[audience]
    open_ones = [one for one in todos if one.chosen is None]
    asked = (*open_ones, *(one for one in todos if one.chosen is not None))[:MOST_DECISIONS]
    return Document(
        lang=lang,
        title=text("report.title", lang),
        subtitle=headline(found, lang),
        about=text("report.about", lang, subject=subject, month=month),
        month=found.month,
        source=wording.source(found, lang),
        pages=tuple(_pages(found, lang, told, asked)),
        demo=found.demo,
        organisation=organisation,
        foot=_foot(found, lang),
        front=told.front,
    )


def _foot(found: Briefing, lang: Lang) -> str:
    sources = ", ".join(found.sources).lower() or text("words.unknown", lang)
    month = formats.long_month(found.month, lang)
    return text("report.foot", lang, sources=sources, month=month)


def _pages(
    found: Briefing, lang: Lang, told: AudienceLimits, asked: Sequence[Decision]
) -> Iterator[ReportPage]:
    """The pages, those of the appendix last."""
    pages = list(_told_pages(found, lang, told, asked))
    yield from (page for page in pages if not page.appendix)
    yield from (page for page in pages if page.appendix)


def _told_pages(
    found: Briefing, lang: Lang, told: AudienceLimits, asked: Sequence[Decision]
) -> Iterator[ReportPage]:
    alone = len(found.sections) == 1
    measured = {
        answer.intervention.code: answer
        for section in found.sections
        for answer in section.answers
        if (figures := waterbed.told(answer)) is not None and figures.net is not None
    }
    on_measures = {_measure_of(one): one for one in asked if _measure_of(one) in measured}
    for one in asked:
        if one not in on_measures.values():
            yield _decision(one, found, lang)
    for section in found.sections:
        yield from _trends(section, lang, told.trends, alone=alone)
        for answer in section.answers:
            code = answer.intervention.code
            if code in measured:
                yield _waterbed(answer, found.measures, lang, on_measures.get(code))
            if arms.of(answer) and not answer.excused:
                yield replace(_arms(answer, lang), appendix=not told.whole)
    yield from _targets(found, lang)
    yield from _lessons(found, lang, told.lessons)
    yield replace(_findings(found, lang), appendix=True)
    for section in found.sections:
        yield from (replace(page, appendix=not told.whole) for page in _kpis(section, lang))
    yield from (replace(page, appendix=not told.whole) for page in _contracts(found, lang))
    if told.whole:
        yield from _missing(found, lang)
    yield replace(_caveats(found, lang), appendix=True)
    yield _definitions(found, lang)


def _measure_of(one: Decision) -> str:
    """The code of the measure that a decision is on; empty for another one."""
    if one.on is not DecisionOn.MEASURE:
        return ""
    about = one.about.about if isinstance(one.about, Finding) else one.about
    return about.intervention.code if isinstance(about, Evaluation) else ""


def asked_decision(one: Decision, lang: str) -> AskedDecision:
    """A decision record in words."""
    return AskedDecision(
        name=one.name,
        question=one.question,
        options=tuple((option.what, option.gives) for option in one.options),
        proposed=one.proposed,
        chosen=one.chosen,
        who=one.owner,
        before=formats.day(one.due, lang),
    )


def _decision(one: Decision, found: Briefing, lang: Lang) -> ReportPage:
    """What was seen as a title, the figures beside it, and what is asked."""
    section = next((each for each in found.sections if each.category == one.category),
                   found.sections[0])  # fmt: skip
    alone = len(found.sections) == 1
    title = wording.of_section(one.seen.title, section, lang, alone=alone)
    lines = _fact_lines(one, section)
    first, *others = [option.what for option in one.options]
    if others and one.chosen is None:
        choices = {"first": _lowered(first), "second": _lowered(others[0])}
        asked = text("report.choose", lang, title=title, **choices)
        title = asked if fits_title(asked) else title
    return _page(
        "decision",
        lang,
        title,
        about=wording.section_name(section, lang),
        key=one.name,
        told=one.seen.sentence,
        facts=tuple(_fact(line, section, lang) for line in lines),
        stands_on=tuple(_figure(line, section, lang) for line in lines),
        decision=asked_decision(one, lang),
    )


def _lowered(words: str) -> str:
    """Words as they stand within a sentence: names in capitals stay."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


MOST_FACTS: Final = 3


def _fact_lines(one: Decision, section: BriefingSection) -> list[KpiLine]:
    """The figures that a decision rests on: its own, those of findings, those with a target."""
    own = [one.about.line] if isinstance(one.about, Finding) else []
    about = [*own, *(each.line for each in section.findings), *section.glance.targeted]
    lines = [line for line in (*about, *section.told) if line and line.result.state is State.VALUE]
    first: dict[tuple[str, str | None], KpiLine] = {}
    for line in lines:
        first.setdefault(_key_of(line), line)
    return list(first.values())[:MOST_FACTS]


def _key_of(line: KpiLine) -> tuple[str, str | None]:
    return line.kpi.code, line.aim.target.category if line.names and line.aim else None


def _fact(line: KpiLine, section: BriefingSection, lang: Lang) -> Fact:
    worse = {each.line.kpi.code for each in section.findings if each.line and each.kind in WORSE}
    missed = line.aim is not None and line.aim.met is False
    concern = missed or line.kpi.code in worse
    return Fact(
        wording.fact_figure(line.result, line.result.value or 0.0, lang), _what(line, lang), concern
    )


def _figure(line: KpiLine, section: BriefingSection, lang: Lang) -> FigureOnPage:
    """A line's figure of the month, as it is traced."""
    category = line.aim.target.category if line.names and line.aim else None
    where = {**section.glance.where, **({"category": (category,)} if category else {})}
    value = bare_text(line.result, lang)
    return FigureOnPage(value, wording.name(line, lang), line.result, where)


def _what(line: KpiLine, lang: Lang) -> str:
    """What a figure is: its name, unit and limits, and the target that it is held against."""
    result = line.result
    unit = unit_text(result, lang)
    said = wording.name(line, lang)
    if unit and result.unit not in SIGNED and (result.activity is None or result.low is not None):
        how = "per" if unit.startswith("per ") else "in"
        said = text(f"report.{how}_unit", lang, name=said, unit=unit)
    if result.low is not None and result.high is not None:
        limits = (limit_text(result, limit, lang) for limit in (result.low, result.high))
        low, high = limits
        said = f"{said} ({text('report.between', lang, low=low, high=high)})"
    aim = line.aim
    if aim is not None and aim.value is not None and not line.kpi.over_time.adds_months:
        goal = wording.fact_figure(replace(result, low=None, high=None), aim.value, lang)
        over, period = (
            formats.period(result.period, lang),
            wording.period_named(aim.target.period, lang),
        )
        said = text("report.against", lang, said=said, over=over, goal=goal, period=period)
    return said


SIGNED: Final = frozenset({Unit.EUR, Unit.PERCENT})
"""Units of which the sign stands with the number."""


def _page(
    kind: str, lang: Lang, title: str, *, about: str = "", key: str = "", **more: Any
) -> ReportPage:
    """A page of a kind, named and with its method."""
    label = text(f"report.pages.{kind}", lang)
    return ReportPage(
        code=f"{kind}:{key}" if key else kind,
        label=text("report.pair", lang, head=label, said=about) if about else label,
        title=title,
        notes=text(f"report.method.{kind}", lang),
        **more,
    )


@dataclass(frozen=True)
class GridColumns:
    """The columns of a table: heads, widths, which hold figures, and which stand on a slide."""

    heads: tuple[str, ...]
    widths: tuple[float, ...]
    right: frozenset[int] = frozenset()
    on_slide: tuple[int, ...] = ()


def _grid(columns: GridColumns, rows: Sequence[tuple[str, ...]], lang: Lang) -> ReportGrid:
    """A table with its headings in the reader's language."""
    return ReportGrid(
        head=tuple(text(f"report.heads.{head}", lang) for head in columns.heads),
        rows=tuple(rows),
        right=columns.right,
        widths=columns.widths,
        on_slide=columns.on_slide,
    ).filled()


def _findings(found: Briefing, lang: Lang) -> ReportPage:
    """Everything that the month showed, in a sentence each."""
    points = [wording.full(one, found, lang) for one in found.findings]
    title = text("report.findings", lang, n=len(points)) if points else text("report.calm", lang)
    return _page("findings", lang, title, told=wording.chance(found, lang), points=tuple(points))


KPI_COLUMNS: Final = GridColumns(
    ("kpi", "value", "total", "goal", "gap", "change", "signal"),
    (2.7, 1.6, 1.2, 1.8, 1.9, 1.7, 1.9),
    frozenset({1, 2, 3, 4, 5}),
    on_slide=(0, 1, 3, 6),
)


def _kpis(section: BriefingSection, lang: Lang) -> Iterator[ReportPage]:
    """The figures of a category that can be computed."""
    lines = [line for line in section.told if line.result.state is State.VALUE]
    if lines:
        yield _page(
            "kpis",
            lang,
            text("report.figures", lang, n=len(lines)),
            about=wording.section_name(section, lang),
            key=section.category or "",
            grid=_grid(KPI_COLUMNS, [_kpi_row(line, lang) for line in lines], lang),
            stands_on=tuple(_figure(line, section, lang) for line in lines),
        )


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
    ("kpi", "value", "goal", "gap", "standing"),
    (3.3, 2.3, 2.4, 2.3, 2.2),
    frozenset({1, 2, 3}),
    on_slide=(0, 1, 2, 4),
)


def _targets(found: Briefing, lang: Lang) -> Iterator[ReportPage]:
    """Every target that holds for the year of the month, with how many are missed."""
    alone = len(found.sections) == 1
    targeted = [
        (line, section)
        for section in found.sections
        for line in section.glance.targeted
        if line.aim
    ]
    held = [
        (line.aim, wording.name(line, lang) if alone else _within(line, section, lang))
        for line, section in targeted
        if line.aim
    ]
    if held:
        missed = [aim for aim, _ in held if aim.met is False]
        key = "targets" if all(aim.final for aim in missed) else "targets_so_far"
        title = text(f"report.{key}", lang, n=len(held), missed=len(missed))
        rows = [
            (
                name,
                figure_text(aim.judged, lang) if aim.judged else "",
                wording.goal(aim, lang),
                wording.gap(aim, lang),
                wording.standing(aim, lang),
            )
            for aim, name in held
        ]
        stands_on = tuple(
            _judged(line, section, lang)
            for line, section in targeted
            if line.aim and line.aim.judged
        )
        grid = _grid(TARGET_COLUMNS, rows, lang)
        yield _page("targets", lang, title, grid=grid, stands_on=stands_on)


def _judged(line: KpiLine, section: BriefingSection, lang: Lang) -> FigureOnPage:
    """The figure that a target is held against, as it is traced."""
    judged = line.aim.judged if line.aim else None
    shown = _figure(line, section, lang)
    return shown if judged is None else replace(shown, value=bare_text(judged, lang), result=judged)


def _within(line: KpiLine, section: BriefingSection, lang: Lang) -> str:
    """A figure's name with that of its category."""
    whole = wording.section_name(section, lang)
    return text("report.within", lang, name=wording.name(line, lang), whole=whole)


def _waterbed(
    answer: Evaluation, measures: Portfolio, lang: Lang, asked: Decision | None
) -> ReportPage:
    points = []
    figures = waterbed.told(answer)
    for part in ("gross", "spill", "net"):
        name, effect = (
            hundred.told(answer.intervention, f"measure.parts.{part}", lang),
            getattr(figures, part),
        )
        value = waterbed.amount(effect, answer.unit, lang)
        span = waterbed.interval(effect, answer.unit, lang)
        points.append(text("report.effect", lang, part=name, value=value, span=span))
    points += [*waterbed.plan_remarks(answer, lang), *waterbed.moved(answer, lang)]
    alone = answer.design is Design.NO_CONTROLS
    points.append(text(f"waterbed.{'weaker' if alone else 'grade'}", lang))
    points += [*waterbed.standing(answer, measures, lang), waterbed.many(measures, lang)]
    drawn = _hundred_figure(answer, lang)
    return _page(
        "waterbed",
        lang,
        _measure_title(answer, lang),
        about=answer.intervention.title,
        key=answer.intervention.code,
        told=waterbed.verdict(answer, lang),
        points=tuple(point for point in points if point),
        brief=tuple(_briefly(answer, drawn, lang)),
        figures=(drawn,) if drawn else (),
        decision=asked_decision(asked, lang) if asked else None,
    )


def _measure_title(answer: Evaluation, lang: Lang) -> str:
    """The verdict; before it only that the trial runs and when the verdict comes."""
    name = answer.intervention.title
    if answer.frozen is None:
        month = formats.long_month(answer.due, lang)
        return text("report.running", lang, name=name, month=month)
    shown = hundred.hundred_of(answer)
    if shown is not None and Verdict.WATERBED_SHOWN in answer.frozen.verdicts:
        back = (shown.value, shown.low, shown.high)
        value, low, high = (formats.number(hundred.whole(each), lang) for each in back)
        returned = text("report.returned", lang, name=name, value=value, low=low, high=high)
        whole = f"{returned}, {hundred.really_less(shown, lang)}"
        return whole if fits_title(whole) else returned
    return text("report.pair", lang, head=name, said=waterbed.short_verdict(answer, lang))


def _briefly(answer: Evaluation, drawn: ReportFigure | None, lang: Lang) -> Iterator[str]:
    """Since when, compared with what, and whether it is a verdict; why there is no picture."""
    one = answer.intervention
    since = formats.long_month(one.start_month, lang)
    yield text("report.since", lang, month=since, n=len(one.locations))
    if answer.frozen is None:
        yield text("report.provisional", lang, month=formats.long_month(answer.due, lang))
    else:
        yield text("report.judged", lang, month=formats.long_month(answer.frozen.month, lang))
    if drawn is None:
        yield hundred.why_none(answer, lang)
    elif drawn.caption:
        yield drawn.caption


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
    """The figures that show something, the most important first; in a calm month the first one."""
    shown: dict[str, tuple[KpiLine, Finding | None]] = {}
    for finding in section.findings:
        line = finding.line
        if line is not None and line.result.value is not None:
            shown.setdefault(trend_key(section, line), (line, finding))
    known = [line for line in section.told if line.result.state is State.VALUE]
    calm = next((line for line in known if line.aim), known[0] if known else None)
    if not shown and calm is not None:
        shown[trend_key(section, calm)] = calm, None
    for line, about in list(shown.values())[:most]:
        yield _page(
            "trend",
            lang,
            wording.of_section(_trend_title(line, about, lang), section, lang, alone=alone),
            told=wording.sentence(about, lang) if about else "",
            about=wording.name(line, lang) if alone else _within(line, section, lang),
            key=trend_key(section, line),
            figures=(trend_figure(line, section, lang),),
            stands_on=(_figure(line, section, lang),),
            grid=_grid(BESIDE_COLUMNS, [_kpi_row(line, lang)[1:]], lang),
        )


def _trend_title(line: KpiLine, about: Finding | None, lang: Lang) -> str:
    """What the chart shows: the movement, and how that stands to the target."""
    aim, name = line.aim, wording.name(line, lang)
    if about is not None and about.kind in OF_TARGETS and aim is not None and aim.judged:
        value, goal = (
            wording.short_figure(aim.judged, each or 0.0, lang)
            for each in (aim.judged.value, aim.value)
        )
        over = formats.period(aim.judged.period, lang)
        key = f"report.titles.{about.kind}"
        return text(key, lang, name=name, over=over, value=value, goal=goal)
    if about is not None:
        return wording.title(about, lang)
    drift = wording.drift(line.kpi, line.drift, lang)
    said = drift or figure_text(line.result, lang)
    level = line.assessment and not drift
    key = ("early" if line.briefly_known else "usual") if level else "pair"
    return text(f"report.{key}", lang, head=name, said=said)


BESIDE_COLUMNS: Final = GridColumns(
    KPI_COLUMNS.heads[1:], (1.5, 1.1, 1.6, 1.7, 1.7, 2.5), frozenset({0, 1, 2, 3, 4})
)
"""What belongs beside the chart of a key figure."""


CONTRACT_COLUMNS: Final = GridColumns(
    ("contract", "supplier", "worth", "moment", "day", "since"),
    (3.4, 2.4, 1.6, 2.0, 1.5, 1.7),
    frozenset({2, 4, 5}),
    on_slide=(0, 2, 3, 4),
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
        yield _page("contracts", lang, title, grid=_grid(CONTRACT_COLUMNS, rows, lang))


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
        first = found.lessons[0].lesson.words[lang].title.rstrip(".")
        title = text("report.lessons", lang, first=_lowered(first))
        foot = text("report.foot_of_kit", lang)
        yield _page("lessons", lang, title, points=tuple(told), foot=foot)


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
        origin=text(f"report.origin.{origin}", lang, cases=cases, n=len(match.lesson.cases)),
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
    columns = GridColumns(("kpi", "says", "says_not"), (2.4, 4.8, 4.8), on_slide=(0, 1))
    grid = _grid(columns, rows, lang)
    return _page("definitions", lang, text("report.definitions", lang), grid=grid, appendix=True)


SLIDE_CHART_HEIGHT: Final = 238
"""How high a chart across a whole slide may be, in px of its own width."""
LEAST_PLOT: Final = 130
"""The lowest plot in which a movement can be seen, in px."""
CHART_MARGIN: Final = 48
"""What a chart needs above and below its plot and lanes: its unit and the months."""


def trend_figure(line: KpiLine, section: BriefingSection, lang: Lang) -> ReportFigure:
    """The trend chart of a KPI."""
    result = line.result
    name = wording.name(line, lang)
    shown = figure_trend(
        line.kpi,
        [(name, line.shown)],
        lang,
        history=line.history if line.assessment is not None else (),
        restarts=line.phases,
        goals=line.goals,
        measures=[one.intervention for one in section.answers],
        breaks=[(one.month, one.source) for one in section.glance.breaks],
        activity=result.activity and activity_name(result.activity, lang),
    )
    notes = [one for one in section.notes if one.kpi == line.kpi.code and shown.covers(one.month)]
    coded = [(f"N{number}", one) for number, one in enumerate(notes, start=1)]
    shown = replace(
        shown, written=tuple(NoteMark(one.month, code, one.text) for code, one in coded)
    )
    form = _slide_form(shown, lang)
    named = [] if form.named else [_numbered(shown, lang)]
    first = " ".join([*sign_words(shown, lang, caveats=True), *named])
    written = [_note_caption(*one, lang) for one in coded]
    drawn = tables.trend_chart(shown, lang)
    return ReportFigure(
        alt=drawn.alt,
        spec=drawn.spec,
        table=drawn.table,
        caption=" ".join([caption(shown, lang), *written]),
        legend=(*filter(None, [first]), *sign_words(shown, lang, caveats=False), *written),
        slide=trend_spec(shown, lang, form),
    )


def _numbered(shown: Trend, lang: Lang) -> str:
    """The measures of a trend by the numbers in their discs."""
    named = [f"{no} {mark.label}" for no, mark in enumerate(shown.shown_marks(), start=1)]
    return text("report.measures", lang, names=", ".join(named))


def _note_caption(code: str, note: Note, lang: Lang) -> str:
    """A note of a person, with its marker, month and writer."""
    month = formats.month(note.month, lang)
    return text("notes_of_people.said", lang, code=code, month=month, text=note.text, who=note.who)


def _slide_form(shown: Trend, lang: Lang) -> TrendForm:
    """A form as high as a slide has room for; names of measures that leave no plot are numbers."""
    for named in (True, False):
        form = replace(LARGE, named=named)
        lanes = trend_spec(shown, lang, form)["height"] - form.plot
        plot = SLIDE_CHART_HEIGHT - CHART_MARGIN - lanes
        if plot >= LEAST_PLOT:
            break
    return replace(form, plot=max(plot, LEAST_PLOT))


def _hundred_figure(answer: Evaluation, lang: Lang) -> ReportFigure | None:
    """What became of every hundred less; None where that may not be drawn."""
    shown = hundred.hundred_of(answer)
    if shown is None:
        return None
    drawn = hundred_chart(shown, lang)
    return ReportFigure(
        alt=drawn.alt,
        spec=drawn.spec,
        table=drawn.table,
        caption=hundred.clipped(shown, lang),
        pixels=HUNDRED_PIXELS,
    )


HUNDRED_PIXELS: Final = 820
"""Across a slide: its letters are 15 px, and 16 points there."""

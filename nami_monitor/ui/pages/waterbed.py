"""The parts of the page on one intervention: verdict, effects, and where it went."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, Literal

import streamlit as st

from nami_monitor.briefing import arms as of_arms
from nami_monitor.briefing import waterbed as briefing
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.charts import palette
from nami_monitor.charts.forest_plot import PlaceEffect, forest_sentence, forest_spec
from nami_monitor.charts.mirrored_bars import (
    Departure,
    mirrored_sentence,
    mirrored_spec,
    mirrored_table,
)
from nami_monitor.charts.placebo_lines import (
    EffectPath,
    placebo_sentence,
    placebo_spec,
    placebo_table,
)
from nami_monitor.charts.tables import ChartTable
from nami_monitor.charts.zone_strip import strip_sentence, strip_spec, strip_table
from nami_monitor.core.escapes import html, markdown, plain
from nami_monitor.core.periods import Period, span
from nami_monitor.core.words import Design, PlanState, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.arms import Proposal
from nami_monitor.kpis.interventions.evaluation import (
    Evaluation,
    Portfolio,
    evaluate_in_every_unit,
    portfolio,
    primary,
)
from nami_monitor.kpis.interventions.panel_data import (
    READINGS,
    PanelData,
    read_panel_data,
)
from nami_monitor.kpis.interventions.register import (
    Assignment,
    Intervention,
    chosen,
    interventions,
)
from nami_monitor.kpis.privacy import all_sites
from nami_monitor.kpis.sentences import names
from nami_monitor.store import Store
from nami_monitor.ui import booking, cache, chart_notes, doors, filters, links, trend_chart
from nami_monitor.ui.cache import cached
from nami_monitor.ui.cards import Card, ComparedFigure, cards_html
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.session import Session
from nami_monitor.waterbed.outputs import Estimate

BARS: Final = "waterbed_bars"
COLOURS = {"target": palette.INK, "substitute": palette.SECOND}


def quotient_strip(session: Session, evaluation: Evaluation) -> None:
    """The share that came back according to the verdict, on a strip with worded zones."""
    quotient = evaluation.frozen.quotient if evaluation.frozen else None
    if quotient is None:
        return
    percentages = (100 * quotient.value, 100 * quotient.low, 100 * quotient.high)
    title = session.t("waterbed.path.quotient")
    st.header(markdown(title), anchor=False)
    _draw(
        session,
        strip_spec(*percentages, session.lang),
        strip_sentence(*percentages, session.lang),
        strip_table(*percentages, session.lang),
        "waterbed_strip",
        title,
    )


def bars(session: Session, evaluation: Evaluation) -> None:
    """Target and substitute against what was expected, month by month, with their lessons."""
    path = evaluation.result.path if evaluation.result else None
    if path is None or evaluation.window is None:
        return
    months = evaluation.window.months
    rows = tuple(
        Departure(months[at], float(gross), float(spill))
        for at, gross, spill in zip(path.months, path.gross, path.spill, strict=True)
    )
    start = evaluation.window.post[0]
    title = session.t("waterbed.path.bars")
    st.header(markdown(title), anchor=False)
    st.caption(session.t(f"waterbed.axis.{evaluation.unit}"))
    called = cache.lessons_of_measure(session.store, evaluation.intervention.code, months[-1])
    _draw(
        session,
        mirrored_spec(
            rows, start, evaluation.unit, session.lang, chart_notes.lesson_marks(session, called)
        ),
        mirrored_sentence(
            rows,
            start,
            evaluation.unit,
            session.lang,
            briefing.mean_effects(evaluation, session.lang),
        ),
        mirrored_table(rows, evaluation.unit, session.lang),
        BARS,
        title,
        on_select=partial(chart_notes.open_clicked, BARS) if called else "ignore",
    )
    chart_notes.lessons(session, called, BARS)


def path(session: Session, evaluation: Evaluation) -> None:
    """The effect on one channel month by month, among placebos."""
    effects_over_time = evaluation.result.path if evaluation.result else None
    if effects_over_time is None or evaluation.window is None:
        return
    title = session.t("waterbed.path.title")
    st.header(markdown(title), anchor=False)
    st.markdown(session.t("waterbed.path.words"))
    which = st.radio(
        session.t("waterbed.path.channel"),
        list(COLOURS),
        format_func=lambda code: session.t(f"charts.mirrored.{code}"),
        horizontal=True,
        key="waterbed_path_channel",
    )
    by_channel = {
        "target": (
            effects_over_time.gross,
            effects_over_time.gross_band,
            effects_over_time.gross_placebos,
        ),
        "substitute": (
            effects_over_time.spill,
            effects_over_time.spill_band,
            effects_over_time.spill_placebos,
        ),
    }
    effect, band, placebos = by_channel[which]
    months = evaluation.window.months
    course = EffectPath(
        months=tuple(months[at] for at in effects_over_time.months),
        effect=tuple(map(float, effect)),
        band=tuple(map(float, band)),
        placebos=placebos.tolist(),
        start=evaluation.window.post[0],
        name=session.t(f"charts.mirrored.{which}"),
        colour=COLOURS[which],
    )
    st.caption(session.t(f"waterbed.axis.{evaluation.unit}"))
    _draw(
        session,
        placebo_spec(course, evaluation.unit, session.lang),
        placebo_sentence(course, session.lang),
        placebo_table(course, evaluation.unit, session.lang),
        f"waterbed_path_{which}",
        title,
    )


def destinations(session: Session, evaluation: Evaluation) -> None:
    """Possible destinations of demand: a chart of the estimated ones, and a table of all."""
    if not evaluation.destinations:
        return
    lang = session.lang
    title = session.t("waterbed.went.title")
    st.header(markdown(title), anchor=False)
    st.markdown(session.t("waterbed.went.words"))
    estimated = briefing.charted_destinations(evaluation)
    drawn = tuple(
        PlaceEffect(
            briefing.destination_name(destination, lang),
            effect.value,
            effect.low,
            effect.high,
            destination.shown,
        )
        for destination in estimated
        if (effect := destination.effect) is not None
    )
    if drawn:
        st.vega_lite_chart(
            forest_spec(drawn, evaluation.unit, lang),
            theme=None,
            key="waterbed_went",
            alt=plain(forest_sentence(drawn, evaluation.unit, lang)),
        )
    rest = len(evaluation.destinations) - len(estimated)
    if rest:
        st.caption(session.md("waterbed.went.rest", n=rest))
    keys = ("place", "effect", "interval", "shown", "corrected")
    heads = [Head(session.t(f"waterbed.went.{key}")) for key in keys]
    with st.expander(session.t("trends.as_table")):
        rows = briefing.destination_rows(evaluation, lang)
        grid(session, heads, rows, key="waterbed_went_table", name=title, file=title)


def _draw(
    session: Session,
    spec: dict[str, Any],
    sentence: str,
    table: ChartTable,
    key: str,
    title: str,
    on_select: Callable[[], None] | Literal["ignore"] = "ignore",
) -> None:
    st.vega_lite_chart(spec, theme=None, key=key, alt=plain(sentence), on_select=on_select)
    with st.expander(session.t("trends.as_table")):
        trend_chart.show_table(session, table, f"{key}_table", title)


PARTS = ("gross", "spill", "net")
NET = {
    Unit.BASE: "refuse_net_avoided",
    Unit.EUR: "refuse_net_avoided_spend",
    Unit.KG: "refuse_net_avoided_mass",
}
"""The KPI that adds up what measures brought, by the unit of a reading."""


@cached(entries=20)
def register(store: Store) -> tuple[Intervention, ...]:
    """Every intervention."""
    with store.read() as db:
        return interventions(db)


@cached(entries=4, shared=True)
def _panel_data(
    store: Store, category: str, products: tuple[str, ...], month: date | None = None
) -> PanelData:
    """The panel data of a category as of a month; visitors share it, and nobody changes it."""
    with read_as_of(store, month) as db:
        return read_panel_data(db, [category], products)


@cached(entries=50)
def _readings(store: Store, category: str, code: str, month: date) -> tuple[Evaluation, ...]:
    """An intervention in every unit, as of a month."""
    panel_data = _panel_data(store, category, (), month)
    (intervention,) = chosen(panel_data.register, [code])
    return evaluate_in_every_unit(intervention, panel_data)


@cached(entries=4)
def _portfolio(store: Store, month: date) -> Portfolio:
    """All evaluated measures of the organisation, as of a month."""
    with read_as_of(store, month) as db:
        return portfolio(db)


@cached(entries=20)
def place_names(store: Store, lang: str) -> Mapping[str | None, str]:
    """Every location by its name."""
    with store.read() as db:
        return names(db, "location", [site.location for site in all_sites(db)], lang)


def part(session: Session) -> None:
    """The effect of a measure: the verdict, then estimates, charts, remarks and sites."""
    st.markdown(session.t("waterbed.words"))
    measures = register(session.store)
    if empty(session, measures):
        return
    left, middle, right = st.columns([3, 1, 1])
    with middle:
        month = filters.month(session, help_text=session.t("filters.as_of"))
    with left:
        answers = choose(session, measures, month)
    with right:
        evaluation = reading(session, answers)
    verdict(session, evaluation, month)
    plan(session, evaluation)
    arms(session, evaluation)
    if evaluation.excused and not show_anyway(session):
        return
    if not evaluation.estimated:
        bullets(briefing.remarks(evaluation, session.lang))
    effects(session, evaluation, answers)
    quotient_strip(session, evaluation)
    needed(session, evaluation)
    bars(session, evaluation)
    path(session, evaluation)
    destinations(session, evaluation)
    remarks(session, evaluation)
    sensitivity(session, evaluation)
    sites(session, evaluation)


def empty(session: Session, measures: Sequence[Intervention]) -> bool:
    """Whether there is no intervention yet; if so, say what to do."""
    if measures:
        return False
    with st.container(key="waterbed_empty", border=True):
        st.header(session.t("waterbed.empty.title"), anchor=False)
        st.markdown(session.t("waterbed.empty.words"))
        st.button(
            session.t("waterbed.empty.register"),
            key="waterbed_register",
            on_click=doors.show_part,
            args=("register",),
        )
        doors.link("data", session.t("app.empty.load"))
    return True


def choose(
    session: Session, measures: Sequence[Intervention], month: date
) -> tuple[Evaluation, ...]:
    """The intervention to look at, in every reading; at first the first with an estimate."""
    by_code = {measure.code: measure for measure in measures}
    judged = (one.code for one in measures if any(map(_judged, _of(session, one, month))))
    code = filters.select(
        "intervention",
        session.t("waterbed.choose"),
        list(by_code),
        lambda code: f"{by_code[code].title} ({code})",
        default=next(judged, measures[0].code),
    )
    return _of(session, by_code[code], month)


def _judged(evaluation: Evaluation) -> bool:
    return evaluation.estimated and not evaluation.excused


def _of(session: Session, intervention: Intervention, month: date) -> tuple[Evaluation, ...]:
    return _readings(session.store, intervention.category, intervention.code, month)


def drafted(session: Session, intervention: Intervention) -> PanelData:
    """The panel data for a draft measure, with the articles that it names."""
    return _panel_data(
        session.store, intervention.category, tuple(sorted(intervention.named_products))
    )


def reading(session: Session, answers: Sequence[Evaluation]) -> Evaluation:
    """The chosen unit; at first the one in which the verdict is given."""
    usual = primary(answers)
    unit = filters.select(
        "unit",
        session.t("waterbed.unit"),
        [str(unit) for unit in READINGS],
        lambda option: session.t(f"waterbed.readings.{option}"),
        default=str(usual.unit),
    )
    return next(option for option in answers if option.unit == Unit(unit))


def verdict(session: Session, evaluation: Evaluation, month: date) -> None:
    """The verdict as a headline, with its grade of evidence and months."""
    st.html(f'<p class="nami-headline">{html(briefing.verdict(evaluation, session.lang))}</p>')
    figures = briefing.told(evaluation)
    if figures is not None and figures.net is not None and not evaluation.excused:
        months = session.t("waterbed.per_100", post=figures.post_months, pre=figures.pre_months)
        weaker = session.t("waterbed.weaker") if evaluation.design is Design.NO_CONTROLS else ""
        every = _portfolio(session.store, month)
        among = (
            *briefing.standing(evaluation, every, session.lang),
            briefing.many(every, session.lang),
        )
        said = (session.t("waterbed.grade"), months, weaker, *among)
        st.caption(markdown(" ".join(filter(None, said))))


def plan(session: Session, evaluation: Evaluation) -> None:
    """What to know of the plan and the verdicts on record, and how to have one made again."""
    sentences = briefing.plan_remarks(evaluation, session.lang)
    if evaluation.excused or not sentences:
        return
    st.header(session.t("waterbed.plan.title"), anchor=False)
    bullets(sentences)
    judged, code = evaluation.judgement, evaluation.intervention.code
    if judged.state is PlanState.DUE or judged.changed:
        booking.in_demo(session)
        key = "take_due" if judged.state is PlanState.DUE else "take"
        booking.action(
            session,
            session.t(f"waterbed.plan.{key}"),
            "waterbed_take",
            lambda session: session.t("jobs.keeping"),
            lambda job: _take(job, code),
        )


def _take(job: Job, code: str) -> Outcome:
    """Make a verdict again."""
    from nami_monitor.ingest.book.verdicts import take_anew  # noqa: PLC0415 - slow to load

    take_anew(job.store, code, job.who)
    return Outcome(lambda session: session.t("waterbed.plan.taken"))


def arms(session: Session, evaluation: Evaluation) -> None:
    """What each arm of a measure changed, and who got what; nothing for one without arms."""
    assignment = evaluation.intervention.assignment
    if assignment is None:
        return
    rows = of_arms.effect_rows(evaluation, session.lang)
    title = session.t("waterbed.arms.title")
    st.header(markdown(title), anchor=False)
    if rows:
        st.markdown(session.t("waterbed.arms.words"))
        heads = [Head(session.t(f"waterbed.arms.heads.{name}")) for name in of_arms.EFFECTS]
        grid(session, heads, rows, key="waterbed_arms", name=title, file=title)
    title = session.t("waterbed.arms.places")
    with st.expander(markdown(title)):
        assigned_places(session, assignment, None, "waterbed_places", title)


def assigned_places(
    session: Session, assignment: Assignment, proposal: Proposal | None, key: str, title: str
) -> None:
    """What each location got, was told and when; of a proposal with its level."""
    names = place_names(session.store, session.lang)
    rows = of_arms.place_rows(assignment, names, proposal, session.lang)
    held = [at for at, _ in enumerate(of_arms.PLACES) if any(row[at] is not None for row in rows)]
    heads = [
        Head(
            session.t(f"waterbed.arms.heads.{of_arms.PLACES[at]}"),
            (lambda day: formats.day(day, session.lang))
            if of_arms.PLACES[at] in of_arms.DAYS
            else None,
        )
        for at in held
    ]
    rows = [tuple(row[at] for at in held) for row in rows]
    grid(session, heads, rows, key=key, name=title, file=title)


def show_anyway(session: Session) -> bool:
    """Ask whether to show the figures of a measure that is not judged."""
    return st.checkbox(session.t("waterbed.anyway"), key="waterbed_anyway")


def remarks(session: Session, evaluation: Evaluation) -> None:
    """What a reader must know beside an estimate."""
    sentences = briefing.remarks(evaluation, session.lang)
    if evaluation.estimated and sentences:
        st.header(session.t("waterbed.know"), anchor=False)
        bullets(sentences)


def bullets(sentences: Sequence[str]) -> None:
    """Sentences one below the other, in one list."""
    if sentences:
        st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in sentences))


def effects(session: Session, evaluation: Evaluation, answers: Sequence[Evaluation]) -> None:
    """Cards of gross, spill-over and net effect: the chosen unit large, others beside it."""
    figures = briefing.told(evaluation)
    if figures is None or figures.net is None:
        return
    cards = tuple(_card(session, part, evaluation, answers) for part in PARTS)
    st.html(cards_html(cards, session.lang))
    name = session.t(f"kpis.{NET[evaluation.unit]}.name")
    links.offer_trace(session.t("trace.figure", name=name), _figure(evaluation))


def _figure(evaluation: Evaluation) -> links.Address:
    """The address of a measure's net effect over all months after its start."""
    months = evaluation.window.post if evaluation.window else (evaluation.intervention.starts_on,)
    first, last = (month.replace(day=1) for month in (months[0], months[-1]))
    period = Period(first, last, span(first, last))
    where = {"intervention": (evaluation.intervention.code,)}
    return links.figure_address(NET[evaluation.unit], period, where)


def _card(
    session: Session, part: str, evaluation: Evaluation, answers: Sequence[Evaluation]
) -> Card:
    figures, since = briefing.told(evaluation), briefing.since_then(evaluation)
    effect = getattr(figures, part)
    interval = ComparedFigure(
        session.t("waterbed.heads.interval"),
        briefing.interval(effect, evaluation.unit, session.lang),
    )
    others = [
        _beside(session, part, other) for other in answers if other.unit is not evaluation.unit
    ]
    if since is not None and figures is not since:
        label = session.t("waterbed.plan.since_head")
        others.insert(0, _beside(session, part, evaluation, label))
    return Card(
        name=session.t(f"waterbed.parts.{part}"),
        value=formats.estimated(effect.value, effect.se, evaluation.unit, session.lang),
        unit=session.t(f"waterbed.per_month.{evaluation.unit}"),
        beside=(interval, *others),
        trace=links.address(session, "trace", _figure(evaluation))
        if figures is evaluation.result
        else "",
    )


def _beside(session: Session, part: str, evaluation: Evaluation, label: str = "") -> ComparedFigure:
    label = label or session.t(f"waterbed.heads.{evaluation.unit}")
    effect = getattr(evaluation.result, part) if evaluation.result else None
    if effect is None:
        return ComparedFigure(label, session.t("waterbed.withheld"))
    return ComparedFigure(
        label,
        briefing.amount(effect, evaluation.unit, session.lang),
        f"({_limits(session, effect, evaluation.unit)})",
        links.address(session, "trace", _figure(evaluation)),
    )


def _limits(session: Session, effect: Estimate, unit: Unit) -> str:
    """The limits of an effect in a unit beside the chosen one, and whether it is shown there."""
    limits = briefing.interval(effect, unit, session.lang)
    if not briefing.holds_zero(effect):
        return limits
    return session.t("waterbed.not_shown", limits=limits)


def needed(session: Session, evaluation: Evaluation) -> None:
    """What would be needed to say more."""
    sentences = briefing.what_would_show_more(evaluation, session.lang)
    if sentences:
        st.header(session.t("waterbed.more.title"), anchor=False)
        bullets(sentences)


def sensitivity(session: Session, evaluation: Evaluation) -> None:
    """The quotient by other methods."""
    result = evaluation.result
    if result is None or evaluation.quotient is None:
        return
    opinions = result.sensitivity
    methods = {
        "own": evaluation.quotient,
        "without_own_shocks": opinions.unadjusted,
        "ranks": opinions.ranks,
        "synthetic": opinions.synthetic,
        "together": evaluation.common_quotient,
    }
    estimates = {key: estimate for key, estimate in methods.items() if estimate is not None}
    title = session.t("waterbed.sensitivity.title")
    with st.expander(markdown(title)):
        if len(estimates) == 1:
            st.markdown(session.t("waterbed.sensitivity.none"))
            return
        st.markdown(session.t("waterbed.sensitivity.words"))
        heads = [
            Head(session.t(f"waterbed.{key}"))
            for key in ("sensitivity.method", "parts.quotient", "went.interval")
        ]
        rows = [
            (
                session.t(f"waterbed.sensitivity.{key}"),
                briefing.share(estimate.value, session.lang),
                session.t(
                    "waterbed.between",
                    low=briefing.share(estimate.low, session.lang),
                    high=briefing.share(estimate.high, session.lang),
                ),
            )
            for key, estimate in estimates.items()
        ]
        grid(session, heads, rows, key="waterbed_sensitivity", name=title, file=title)
        bias = opinions.bias_per_share
        if bias is not None and math.isfinite(bias):
            points = briefing.bias_points(bias, session.lang)
            st.markdown(session.md("waterbed.sensitivity.bias", points=points))


def sites(session: Session, evaluation: Evaluation) -> None:
    """Which locations were compared, and why others were not."""
    if evaluation.sites is None:
        return
    title = session.t("waterbed.sites.title")
    with st.expander(markdown(title)):
        controls = len(evaluation.sites.controls)
        none = session.t("waterbed.sites.none")
        st.markdown(session.md("waterbed.sites.count", n=controls) if controls else markdown(none))
        location_names = place_names(session.store, session.lang)
        heads = [Head(session.t(f"waterbed.sites.{key}")) for key in ("location", "role", "why")]
        grid(
            session,
            heads,
            [
                (
                    f"{location_names.get(code, code)} ({code})",
                    session.t(f"waterbed.sites.{role}"),
                    why,
                )
                for code, role, why in briefing.location_roles(evaluation, session.lang)
            ],
            key="waterbed_sites",
            name=title,
            file=title,
        )

"""How it is known what a measure brought: figures in every unit, paths, destinations, method."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from nami_monitor.briefing import arms as of_arms
from nami_monitor.briefing import waterbed as briefing
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.charts import palette
from nami_monitor.charts.effects import (
    Departure,
    EffectPath,
    PlaceEffect,
    forest_chart,
    mirrored_chart,
    placebo_chart,
)
from nami_monitor.charts.hundred_data import channels, told
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.periods import Period, span
from nami_monitor.core.words import Design, PlanState, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.arms import Proposal
from nami_monitor.kpis.interventions.evaluation import (
    Evaluation,
    Portfolio,
    evaluate_in_every_unit,
    portfolio,
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
)
from nami_monitor.kpis.privacy import all_sites
from nami_monitor.kpis.sentences import names
from nami_monitor.store import Store
from nami_monitor.ui import app, booking, cache, chart_card, chart_notes, doors, filters, links
from nami_monitor.ui.cache import cached
from nami_monitor.ui.grid import Head, grid, html_table
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.session import Session
from nami_monitor.waterbed.outputs import Estimate

BARS: Final = "waterbed_bars"
SIDES = {"gross": palette.INK, "spill": palette.SECOND}


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
    unit, lang = evaluation.unit, session.lang
    names, effects = (
        channels(evaluation.intervention, lang),
        briefing.mean_effects(evaluation, lang),
    )
    marks = chart_notes.lesson_marks(session, called)
    drawn = mirrored_chart(rows, start, unit, lang, names, effects, marks)
    select: chart_card.Selected = partial(chart_notes.open_clicked, BARS) if called else "ignore"
    chart_card.show(session, drawn, key=BARS, name=title, on_select=select)
    chart_notes.lessons(session, called, BARS)


def path(session: Session, evaluation: Evaluation) -> None:
    """The effect on one channel month by month, among placebos."""
    effects_over_time = evaluation.result.path if evaluation.result else None
    if effects_over_time is None or evaluation.window is None:
        return
    title = session.t("waterbed.path.title")
    st.header(markdown(title), anchor=False)
    st.markdown(session.t("waterbed.path.words"))
    named = dict(zip(SIDES, channels(evaluation.intervention, session.lang), strict=True))
    which = st.radio(
        session.t("waterbed.path.channel"),
        [*SIDES],
        format_func=lambda side: markdown(named[side]),
        horizontal=True,
        key="waterbed_path_channel",
    )
    effect, band, placebos = (
        getattr(effects_over_time, f"{which}{part}") for part in ("", "_band", "_placebos")
    )
    months = evaluation.window.months
    course = EffectPath(
        months=tuple(months[at] for at in effects_over_time.months),
        effect=tuple(map(float, effect)),
        band=tuple(map(float, band)),
        placebos=placebos.tolist(),
        start=evaluation.window.post[0],
        name=named[which],
        colour=SIDES[which],
    )
    st.caption(session.t(f"waterbed.axis.{evaluation.unit}"))
    drawn = placebo_chart(course, evaluation.unit, session.lang)
    chart_card.show(session, drawn, key=f"waterbed_path_{which}", name=title)


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
    rest = len(evaluation.destinations) - len(estimated)
    said = session.t("waterbed.went.rest", n=rest) if rest else ""
    if drawn:
        chart = forest_chart(drawn, evaluation.unit, lang)
        chart_card.show(session, chart, key="waterbed_went", caption=said)
    else:
        st.caption(markdown(said))
    keys = ("place", "effect", "interval", "shown", "corrected")
    heads = [Head(session.t(f"waterbed.went.{key}")) for key in keys]
    with st.expander(session.t("trends.as_table")):
        rows = briefing.destination_rows(evaluation, lang)
        grid(session, heads, rows, key="waterbed_went_table", name=title, file=title)


PARTS = ("gross", "spill", "net")
NET = {
    Unit.BASE: "refuse_net_avoided",
    Unit.EUR: "refuse_net_avoided_spend",
    Unit.KG: "refuse_net_avoided_mass",
}
"""The KPI that adds up what measures brought, by the unit of a reading."""


@cached(entries=4, shared=True)
def panel_data(
    store: Store, category: str, products: tuple[str, ...], month: date | None = None
) -> PanelData:
    """The panel data of a category as of a month; visitors share it, and nobody changes it."""
    with read_as_of(store, month) as db:
        return read_panel_data(db, [category], products)


@cached(entries=50)
def _readings(store: Store, category: str, code: str, month: date) -> tuple[Evaluation, ...]:
    """An intervention in every unit, as of a month."""
    data = panel_data(store, category, (), month)
    (intervention,) = chosen(data.register, [code])
    return evaluate_in_every_unit(intervention, data)


@cached(entries=4)
def evaluated(store: Store, month: date) -> Portfolio:
    """All evaluated measures of the organisation, as of a month."""
    with read_as_of(store, month) as db:
        return portfolio(db)


@cached(entries=20)
def place_names(store: Store, lang: str) -> Mapping[str | None, str]:
    """Every location by its name."""
    with store.read() as db:
        return names(db, "location", [site.location for site in all_sites(db)], lang)


def in_every_unit(session: Session, code: str, month: date) -> tuple[Evaluation, ...]:
    """A measure in every unit, as of a month."""
    (one,) = chosen(cache.interventions(session.store), [code])
    return _readings(session.store, one.category, one.code, month)


def method(session: Session, shown: Evaluation, answers: Sequence[Evaluation], month: date) -> None:
    """Everything for who wants to check it: plan, arms, paths, destinations, remarks, locations."""
    st.header(session.t("measure.method.open"), anchor=False)
    evaluation = reading(session, shown, answers)
    verdict(session, evaluation, month)
    plan(session, evaluation)
    arms(session, evaluation)
    if evaluation.excused and not show_anyway(session):
        return
    if not evaluation.estimated:
        bullets(briefing.remarks(evaluation, session.lang))
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
        app.offer_reading(session)
    return True


def drafted(session: Session, intervention: Intervention) -> PanelData:
    """The panel data for a draft measure, with the articles that it names."""
    return panel_data(
        session.store, intervention.category, tuple(sorted(intervention.named_products))
    )


def reading(session: Session, shown: Evaluation, answers: Sequence[Evaluation]) -> Evaluation:
    """The chosen unit; at first the one in which the verdict is given."""
    unit = filters.select(
        "unit",
        session.t("waterbed.unit"),
        [str(unit) for unit in READINGS],
        lambda option: session.t(f"waterbed.readings.{option}"),
        default=str(shown.unit),
    )
    return next(option for option in answers if option.unit == Unit(unit))


def verdict(session: Session, evaluation: Evaluation, month: date) -> None:
    """What may be said in full, with its months and what it is among all measures."""
    st.markdown(markdown(briefing.verdict(evaluation, session.lang)))
    figures = briefing.told(evaluation)
    if figures is not None and figures.net is not None and not evaluation.excused:
        months = session.t("waterbed.per_100", post=figures.post_months, pre=figures.pre_months)
        grade = "weaker" if evaluation.design is Design.NO_CONTROLS else "grade"
        said = (session.t(f"waterbed.{grade}"), months)
        among = briefing.standing(evaluation, evaluated(session.store, month), session.lang)
        st.caption(markdown(" ".join((*said, *among))))


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


def figures(session: Session, answers: Sequence[Evaluation]) -> None:
    """What changed a month in every unit, each figure with its limits and where it came from."""
    st.header(session.t("measure.figures.open"), anchor=False)
    rows = [row for one in answers for row in _effects(session, one)]
    if not rows:
        st.info(session.t("measure.figures.none"))
        return
    measure, title = answers[0].intervention, session.t("measure.figures.open")
    parts = (told(measure, f"measure.parts.{part}", session.lang) for part in PARTS)
    st.html(html_table([session.t("waterbed.unit"), *parts], rows, title))


def _effects(session: Session, evaluation: Evaluation) -> Iterator[tuple[str, list[str]]]:
    """The rows of a unit: its verdict, and what is known of all months so far."""
    frozen, unit = briefing.told(evaluation), session.t(f"waterbed.axis.{evaluation.unit}")
    later = briefing.since_then(evaluation) if frozen is evaluation.frozen else None
    if evaluation.excused:
        return
    for found in (frozen, later):
        if found is None or found.net is None:
            continue
        known = found is evaluation.result
        address = links.address(session, "trace", _figure(evaluation)) if known else ""
        name = unit if found is frozen else session.t("measure.figures.later", unit=unit)
        effects = (getattr(found, part) for part in PARTS)
        yield html(name), [_effect(session, each, evaluation.unit, address) for each in effects]


def _effect(session: Session, effect: Estimate, unit: Unit, address: str) -> str:
    """An effect with its limits, which leads to where it came from."""
    amount = html(briefing.amount(effect, unit, session.lang))
    limits = briefing.interval(effect, unit, session.lang)
    if briefing.holds_zero(effect):
        limits = session.t("waterbed.not_shown", limits=limits)
    if address:
        amount = f'<a class="nami-trace" href="{html(address)}" target="_self">{amount}</a>'
    return f"{amount} <small>({html(limits)})</small>"


def _figure(evaluation: Evaluation) -> links.Address:
    """The address of a measure's net effect over all months after its start."""
    months = evaluation.window.post if evaluation.window else (evaluation.intervention.starts_on,)
    first, last = (month.replace(day=1) for month in (months[0], months[-1]))
    period = Period(first, last, span(first, last))
    where = {"intervention": (evaluation.intervention.code,)}
    return links.figure_address(NET[evaluation.unit], period, where)


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

"""The parts of the page on one intervention: verdict, effects, and where it went."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, Final, Literal

import streamlit as st

from nami_monitor.briefing import waterbed as briefing
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
from nami_monitor.core.periods import Period, span
from nami_monitor.core.words import Design, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.evaluation import (
    Evaluation,
    evaluate_in_every_unit,
)
from nami_monitor.kpis.interventions.panel_data import (
    READINGS,
    PanelData,
    location_records,
    read_panel_data,
)
from nami_monitor.kpis.interventions.register import Intervention, chosen, interventions
from nami_monitor.kpis.sentences import names
from nami_monitor.store import Store
from nami_monitor.ui import cache, chart_notes, filters, links, trend_chart
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import cached
from nami_monitor.ui.cards import Card, ComparedFigure, cards_html
from nami_monitor.ui.grid import Head, grid

BARS: Final = "waterbed_bars"
COLOURS = {"target": palette.INK, "substitute": palette.SECOND}


def quotient_strip(session: Session, one: Evaluation) -> None:
    """Which share came back, on its strip."""
    found = one.quotient
    if found is None:
        return
    shown = (100 * found.value, 100 * found.low, 100 * found.high)
    title = session.t("waterbed.path.quotient")
    st.header(title, anchor=False)
    _draw(
        session,
        strip_spec(*shown, session.lang),
        strip_sentence(*shown, session.lang),
        strip_table(*shown, session.lang),
        "waterbed_strip",
        title,
    )


def bars(session: Session, one: Evaluation) -> None:
    """Target and substitute against what was expected, month by month, with their lessons."""
    path = one.result.path if one.result else None
    if path is None or one.window is None:
        return
    months = one.window.months
    rows = tuple(
        Departure(months[at], float(gross), float(spill))
        for at, gross, spill in zip(path.months, path.gross, path.spill, strict=True)
    )
    start = one.window.post[0]
    title = session.t("waterbed.path.bars")
    st.header(title, anchor=False)
    st.caption(session.t(f"waterbed.axis.{one.unit}"))
    called = cache.lessons_of_measure(session.store, one.intervention.code, months[-1])
    _draw(
        session,
        mirrored_spec(
            rows, start, one.unit, session.lang, chart_notes.lesson_marks(session, called)
        ),
        mirrored_sentence(rows, start, one.unit, session.lang),
        mirrored_table(rows, one.unit, session.lang),
        BARS,
        title,
        on_select=partial(chart_notes.open_clicked, BARS) if called else "ignore",
    )
    chart_notes.lessons(session, called, BARS)


def path(session: Session, one: Evaluation) -> None:
    """One channel among what the same sum says where nothing was done."""
    found = one.result.path if one.result else None
    if found is None or one.window is None:
        return
    title = session.t("waterbed.path.title")
    st.header(title, anchor=False)
    st.markdown(session.t("waterbed.path.words"))
    which = st.radio(
        session.t("waterbed.path.channel"),
        list(COLOURS),
        format_func=lambda code: session.t(f"charts.mirrored.{code}"),
        horizontal=True,
        key="waterbed_path_channel",
    )
    told = {
        "target": (found.gross, found.gross_band, found.gross_placebos),
        "substitute": (found.spill, found.spill_band, found.spill_placebos),
    }
    effect, band, placebos = told[which]
    months = one.window.months
    course = EffectPath(
        months=tuple(months[at] for at in found.months),
        effect=tuple(map(float, effect)),
        band=tuple(map(float, band)),
        placebos=placebos.tolist(),
        start=one.window.post[0],
        name=session.t(f"charts.mirrored.{which}"),
        colour=COLOURS[which],
    )
    st.caption(session.t(f"waterbed.axis.{one.unit}"))
    _draw(
        session,
        placebo_spec(course, one.unit, session.lang),
        placebo_sentence(course, session.lang),
        placebo_table(course, one.unit, session.lang),
        f"waterbed_path_{which}",
        title,
    )


def destinations(session: Session, one: Evaluation) -> None:
    """Where it may have gone: the chart of what can be told, and a table of every place."""
    if not one.destinations:
        return
    lang = session.lang
    title = session.t("waterbed.went.title")
    st.header(title, anchor=False)
    st.markdown(session.t("waterbed.went.words"))
    told = briefing.charted_destinations(one)
    drawn = tuple(
        PlaceEffect(
            briefing.destination_name(each, lang), found.value, found.low, found.high, each.shown
        )
        for each in told
        if (found := each.effect) is not None
    )
    if drawn:
        st.vega_lite_chart(
            forest_spec(drawn, one.unit, lang),
            theme=None,
            key="waterbed_went",
            alt=forest_sentence(drawn, one.unit, lang),
        )
    rest = len(one.destinations) - len(told)
    if rest:
        st.caption(session.t("waterbed.went.rest", n=rest))
    keys = ("place", "effect", "interval", "shown", "corrected")
    heads = [Head(session.t(f"waterbed.went.{key}")) for key in keys]
    with st.expander(session.t("trends.as_table")):
        rows = briefing.destination_rows(one, lang)
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
    st.vega_lite_chart(spec, theme=None, key=key, alt=sentence, on_select=on_select)
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
def _panel_data(store: Store, category: str, products: tuple[str, ...]) -> PanelData:
    """What comparisons in a category rest on; visitors share it, and nobody changes it."""
    with store.read() as db:
        return read_panel_data(db, [category], products)


@cached(entries=50)
def _readings(store: Store, category: str, code: str) -> tuple[Evaluation, ...]:
    """An intervention in every unit."""
    read = _panel_data(store, category, ())
    (one,) = chosen(read.register, [code])
    return evaluate_in_every_unit(one, read)


@cached(entries=20)
def _place_names(store: Store, lang: str) -> Mapping[str | None, str]:
    """Every location by its name."""
    with store.read() as db:
        return names(db, "location", list(location_records(db)), lang)


def part(session: Session) -> None:
    """What a measure brought: the verdict first, then what it rests on."""
    st.markdown(session.t("waterbed.words"))
    found = register(session.store)
    if empty(session, found):
        return
    left, right = st.columns([3, 1])
    with left:
        answers = choose(session, found)
    with right:
        one = reading(session, answers)
    verdict(session, one)
    if one.excused and not show_anyway(session):
        return
    if not one.estimated:
        bullets(briefing.remarks(one, session.lang))
    effects(session, one, answers)
    quotient_strip(session, one)
    needed(session, one)
    bars(session, one)
    path(session, one)
    destinations(session, one)
    remarks(session, one)
    sensitivity(session, one)
    sites(session, one)


def empty(session: Session, found: Sequence[Intervention]) -> bool:
    """Whether there is no intervention yet; if so, say what to do."""
    if found:
        return False
    with st.container(key="waterbed_empty", border=True):
        st.header(session.t("waterbed.empty.title"), anchor=False)
        st.markdown(session.t("waterbed.empty.words"))
        st.button(
            session.t("waterbed.empty.register"),
            key="waterbed_register",
            on_click=filters.show_part,
            args=("register",),
        )
        st.page_link("pages/data.py", label=session.t("app.empty.load"))
    return True


def choose(session: Session, found: Sequence[Intervention]) -> tuple[Evaluation, ...]:
    """The intervention to look at, in every reading; at first the first with an estimate."""
    by_code = {one.code: one for one in found}
    told = (one.code for one in found if any(map(_judged, _of(session, one))))
    code = filters.select(
        "intervention",
        session.t("waterbed.choose"),
        list(by_code),
        lambda code: f"{by_code[code].title} ({code})",
        default=next(told, found[0].code),
    )
    return _of(session, by_code[code])


def _judged(one: Evaluation) -> bool:
    return one.estimated and not one.excused


def _of(session: Session, one: Intervention) -> tuple[Evaluation, ...]:
    return _readings(session.store, one.category, one.code)


def drafted(session: Session, one: Intervention) -> PanelData:
    """What the comparison of a draft rests on, with the articles that it names."""
    return _panel_data(session.store, one.category, tuple(sorted(one.named_products)))


def reading(session: Session, answers: Sequence[Evaluation]) -> Evaluation:
    """The reading that was chosen; at first the first in which something was estimated."""
    usual = next((one for one in answers if one.estimated), answers[0])
    unit = filters.select(
        "unit",
        session.t("waterbed.unit"),
        [str(unit) for unit in READINGS],
        lambda one: session.t(f"waterbed.readings.{one}"),
        default=str(usual.unit),
    )
    return next(one for one in answers if one.unit == Unit(unit))


def verdict(session: Session, one: Evaluation) -> None:
    """What may be said, in the size that it deserves, and what it rests on."""
    st.html(f'<p class="nami-headline">{escape(briefing.verdict(one, session.lang))}</p>')
    if _judged(one) and one.result is not None:
        months = session.t(
            "waterbed.per_100", post=one.result.post_months, pre=one.result.pre_months
        )
        weaker = session.t("waterbed.weaker") if one.design is Design.NO_CONTROLS else ""
        st.caption(" ".join(filter(None, (session.t("waterbed.grade"), months, weaker))))


def show_anyway(session: Session) -> bool:
    """Whether the figures of a measure that is not judged are asked for."""
    return st.checkbox(session.t("waterbed.anyway"), key="waterbed_anyway")


def remarks(session: Session, one: Evaluation) -> None:
    """What a reader must know beside an estimate."""
    said = briefing.remarks(one, session.lang)
    if one.estimated and said:
        st.header(session.t("waterbed.know"), anchor=False)
        bullets(said)


def bullets(sentences: Sequence[str]) -> None:
    """Sentences one below the other, in one list."""
    if sentences:
        st.markdown("\n".join(f"- {plain(said)}" for said in sentences))


def plain(said: str) -> str:
    """A sentence in which nothing is markup."""
    return said.replace("$", r"\$").replace("[", r"\[").replace("*", r"\*").replace("_", r"\_")


def effects(session: Session, one: Evaluation, answers: Sequence[Evaluation]) -> None:
    """Gross, spill-over and net: the chosen reading large, the others beside it."""
    if not one.estimated:
        return
    cards = tuple(_card(session, part, one, answers) for part in PARTS)
    st.html(cards_html(cards, session.lang))
    name = session.t(f"kpis.{NET[one.unit]}.name")
    links.offer_trace(session.t("trace.figure", name=name), _figure(one))


def _figure(one: Evaluation) -> links.Address:
    """What a measure brought on balance over all months after its start, as a figure."""
    months = one.window.post if one.window else (one.intervention.starts_on,)
    first, last = (month.replace(day=1) for month in (months[0], months[-1]))
    period = Period(first, last, span(first, last))
    where = {"intervention": (one.intervention.code,)}
    return links.figure_address(NET[one.unit], period, where)


def _card(session: Session, part: str, one: Evaluation, answers: Sequence[Evaluation]) -> Card:
    found = getattr(one.result, part)
    interval = ComparedFigure(
        session.t("waterbed.heads.interval"), briefing.interval(found, one.unit, session.lang)
    )
    others = [_beside(session, part, each) for each in answers if each.unit is not one.unit]
    return Card(
        name=session.t(f"waterbed.parts.{part}"),
        value=formats.estimated(found.value, found.se, one.unit, session.lang),
        unit=session.t(f"waterbed.per_month.{one.unit}"),
        beside=(interval, *others),
        trace=links.address(session, "trace", _figure(one)),
    )


def _beside(session: Session, part: str, one: Evaluation) -> ComparedFigure:
    label = session.t(f"waterbed.heads.{one.unit}")
    found = getattr(one.result, part) if one.result else None
    if found is None:
        return ComparedFigure(label, session.t("waterbed.withheld"))
    return ComparedFigure(
        label,
        briefing.amount(found, one.unit, session.lang),
        f"({briefing.interval(found, one.unit, session.lang)})",
        links.address(session, "trace", _figure(one)),
    )


def needed(session: Session, one: Evaluation) -> None:
    """What would be needed to say more."""
    said = briefing.what_would_show_more(one, session.lang)
    if said:
        st.header(session.t("waterbed.more.title"), anchor=False)
        bullets(said)


def sensitivity(session: Session, one: Evaluation) -> None:
    """Second opinions on the quotient."""
    result = one.result
    if result is None or one.quotient is None:
        return
    opinions = result.sensitivity
    methods = {
        "own": one.quotient,
        "without_own_shocks": opinions.unadjusted,
        "ranks": opinions.ranks,
        "synthetic": opinions.synthetic,
        "together": one.common_quotient,
    }
    told = {key: found for key, found in methods.items() if found is not None}
    title = session.t("waterbed.sensitivity.title")
    with st.expander(title):
        if len(told) == 1:
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
                briefing.share(found.value, session.lang),
                session.t(
                    "waterbed.between",
                    low=briefing.share(found.low, session.lang),
                    high=briefing.share(found.high, session.lang),
                ),
            )
            for key, found in told.items()
        ]
        grid(session, heads, rows, key="waterbed_sensitivity", name=title, file=title)
        bias = opinions.bias_per_share
        if bias is not None and math.isfinite(bias):
            said = briefing.bias_points(bias, session.lang)
            st.markdown(session.t("waterbed.sensitivity.bias", points=said))


def sites(session: Session, one: Evaluation) -> None:
    """Which locations were compared, and why others were not."""
    if one.sites is None:
        return
    title = session.t("waterbed.sites.title")
    with st.expander(title):
        controls = len(one.sites.controls)
        none = session.t("waterbed.sites.none")
        st.markdown(session.t("waterbed.sites.count", n=controls) if controls else none)
        known = _place_names(session.store, session.lang)
        heads = [Head(session.t(f"waterbed.sites.{key}")) for key in ("location", "role", "why")]
        grid(
            session,
            heads,
            [
                (f"{known.get(code, code)} ({code})", session.t(f"waterbed.sites.{role}"), why)
                for code, role, why in briefing.location_roles(one, session.lang)
            ],
            key="waterbed_sites",
            name=title,
            file=title,
        )

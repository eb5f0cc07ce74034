"""The pilot planner: what a pilot could show before it starts, and booking it as planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.briefing.measures import (
    MeasureOptions,
    as_designed,
    as_intervention,
    product_groups,
)
from nami_monitor.briefing.waterbed import remarks
from nami_monitor.charts.effects import DesignChances, designs_chart
from nami_monitor.core.escapes import markdown
from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.core.words import Unit, Verdict
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.panel_data import READINGS, PanelData
from nami_monitor.kpis.interventions.pilot import Affordable, Pilot, assess_pilot
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.store import Store
from nami_monitor.ui import app, booking, chart_card, scaffold
from nami_monitor.ui.cache import cached
from nami_monitor.ui.pages import measures, waterbed
from nami_monitor.ui.scaffold import FormField
from nami_monitor.ui.session import Session
from nami_monitor.waterbed.planning import PilotDesign

KEY: Final = "pilot"
USUAL_REDUCTION, USUAL_MONTHS, USUAL_BACK = 50, 12, 70
LONGEST: Final = 60
MOST: Final = {"sites": 10, "months": LONGEST, "groups": 5}
"""How much a pilot can be allowed to cost."""
PERCENT: Final = 100


@dataclass(frozen=True)
class _Question:
    """What is asked of a pilot beside what it does."""

    months: int
    back: int
    unit: str
    affordable: Affordable


@cached(entries=100)
def _pilot(
    store: Store,
    _read: PanelData,
    intervention: Intervention,
    asked: _Question,
    groups: tuple[str, ...],
) -> Pilot:
    del store  # it is part of the key only
    return assess_pilot(
        intervention,
        _read,
        Unit(asked.unit),
        asked.months,
        asked.back / PERCENT,
        asked.affordable,
        groups,
    )


def part(session: Session) -> None:
    """Ask for a pilot, say what it could show, and which designs show more."""
    app.heading(session.t("doors.part.plan"))
    if not measures.categories(session.store):
        st.info(session.t("pilot.no_orders"))
        return
    left, right = st.columns([1, 2], gap="large")
    with left, st.container(key="pilot_form"):
        stated, asked = _asked(session)
    with right:
        if stated["locations"] and stated["substitute_channels"]:
            _planned(session, stated, asked)
        else:
            st.markdown(session.t("pilot.words"))
            st.info(session.t("pilot.choose_first"))


def _planned(session: Session, stated: dict[str, Any], asked: _Question) -> None:
    """What a pilot could show, and the design that is registered."""
    intervention = as_intervention(stated)
    panel_data = waterbed.drafted(session, intervention)
    options = measures.offered(session.store, intervention.category)
    channels = (intervention.target_channel, *intervention.substitute_channels)
    with st.spinner(session.t("pilot.searching")):
        pilot = _pilot(
            session.store, panel_data, intervention, asked, product_groups(options, channels)
        )
    st.header(markdown(briefing.pilot_headline(pilot, session.lang)), anchor=False)
    if not pilot.planned:
        waterbed.bullets(briefing.pilot_advice(pilot, session.lang))
    _designs(session, pilot)
    name, chosen = _choose(session, pilot, options)
    if chosen is not None:
        stated = as_designed(stated, options, pilot, chosen)
    start = briefing.next_start(panel_data, intervention.category, scaffold.today())
    _save(session, stated, asked, start, f"{KEY}_{name}")
    _basis(session, pilot)


def _asked(session: Session) -> tuple[dict[str, Any], _Question]:
    """The fields of a pilot: where and what, and behind a button how much and how long."""
    category = measures.category_field(session, KEY, {})
    choices_offered = measures.offered(session.store, category)
    key = f"{KEY}_{category}"
    where = measures.where_fields(session, key, choices_offered, {})
    channels = measures.channel_fields(session, key, choices_offered, {})
    with st.popover(session.t("pilot.more_choices"), width="stretch"):
        reduction = measures.reduction_field(session, KEY, {}, USUAL_REDUCTION)
        months = _number(session, "months", USUAL_MONTHS, LONGEST)
        back = _number(session, "back", USUAL_BACK, 2 * PERCENT)
        anticipation = measures.anticipation_field(session, KEY, {})
        unit = scaffold.choice(
            session, "waterbed.unit", [str(reading) for reading in READINGS],
            lambda code: session.t(f"waterbed.readings.{code}"), key=f"{KEY}_unit",
        )  # fmt: skip
        st.markdown(session.t("pilot.afford.words"))
        usual = Affordable()
        most = {
            name: _number(session, name, getattr(usual, name), limit, form="afford")
            for name, limit in MOST.items()
        }
    stated = {
        "category": category,
        **channels,
        **where,
        "planned_reduction": reduction or USUAL_REDUCTION / PERCENT,
        "anticipation_months": anticipation,
    }
    return stated, _Question(months, back, unit, Affordable(**most))


def _number(session: Session, name: str, usual: int, most: int, *, form: str = "form") -> int:
    words = f"pilot.{form}.{name}"
    field = FormField(name, "whole", label=words, help=f"{words}_help", least=1, most=most)
    return int(scaffold.ask(session, field, f"{KEY}_{form}", {name: usual}))


def _basis(session: Session, pilot: Pilot) -> None:
    """On what the chances rest, and what else the pilot could show."""
    plan, lang = pilot.plan, session.lang
    with st.expander(session.t("pilot.basis")):
        if plan is not None and pilot.planned:
            power = formats.percent(PERCENT * PLAN_POWER.value, lang, decimals=0)
            decrease, *_ = briefing.pilot_chances(plan, lang)
            least = briefing.smallest_quotient_text(plan, lang)
            waterbed.bullets(
                (
                    briefing.pilot_assumptions(plan, pilot.unit, lang),
                    session.t("pilot.decrease", chance=decrease),
                    session.t("pilot.least", least=least, power=power),
                )
            )
        waterbed.bullets(remarks(pilot, lang))
        designs = _chances(pilot, lang)
        if designs:
            title, table = session.t("pilot.advice.title"), designs_chart(designs, lang).table
            chart_card.show_table(session, table, "pilot_designs_table", title)


def _chances(pilot: Pilot, lang: str) -> tuple[DesignChances, ...]:
    return tuple(
        DesignChances(
            name,
            briefing.design_words(one.design, lang),
            briefing.design_cost(one.design, lang),
            PERCENT * one.chance(Verdict.WATERBED_SHOWN),
            PERCENT * one.chance(Verdict.NET_REDUCTION_SHOWN),
        )
        for name, one in briefing.offered_designs(pilot, lang)
    )


def _designs(session: Session, pilot: Pilot) -> None:
    """The designs to choose from, as a picture of what each can show, with what it comes to."""
    designs = _chances(pilot, session.lang)
    if not designs:
        return
    advice = " ".join(briefing.pilot_advice(pilot, session.lang))
    drawn = designs_chart(designs, session.lang)
    chart_card.show(session, drawn, key="pilot_designs", caption=advice)


def _choose(
    session: Session, pilot: Pilot, options: MeasureOptions
) -> tuple[str, PilotDesign | None]:
    """Ask which design is registered: its name, and None for the pilot as it was asked for."""
    offered = dict(briefing.offered_designs(pilot, session.lang))
    if not pilot.offers:
        return "", None
    own, *_ = offered
    chosen = st.radio(
        session.t("pilot.advice.which"),
        [*offered],
        format_func=lambda name: markdown(
            f"{name}: {briefing.design_words(offered[name].design, session.lang)}"
        ),
        key=f"{KEY}_design",
    )
    design = offered[chosen].design
    if chosen == own:
        return own, None
    names = {place.code: place.name for place in options.locations}
    st.caption(markdown(briefing.design_remark(pilot, design, session.lang, names)))
    return chosen, design


def _save(
    session: Session, stated: Mapping[str, Any], asked: _Question, start: date | None, key: str
) -> None:
    """Register the pilot as planned, to be judged after the months that it lasts."""
    with st.expander(session.t("pilot.save.title")):
        st.markdown(session.t("pilot.save.words"))
        booking.who_field(session)
        begin = {"starts_on": start, "status": "planned", "turn_months": stated.get("turn_months")}
        rest = measures.about_fields(session, key, begin, planned=True)
        usual = {name: stated.get(name) for name in ("evaluate_after", "sides", "month_weights")}
        usual["evaluate_after"] = usual["evaluate_after"] or str(asked.months)
        usual["primary_unit"] = asked.unit
        rest |= measures.plan_fields(session, key, usual, rest["starts_on"])
        if booking.button(session, session.t("pilot.save.book"), "pilot_book", type="primary"):
            measures.book(session, "pilot_book", {**stated, **rest}, "pilot.save.booked", new=True)

"""The pilot planner: what a pilot could show before it starts, and booking it as planned."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.briefing.measures import as_intervention
from nami_monitor.briefing.waterbed import remarks
from nami_monitor.charts.power_curves import PilotPower, power_sentence, power_spec, power_table
from nami_monitor.core.escapes import html, markdown, plain
from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.core.words import Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.panel_data import READINGS, PanelData
from nami_monitor.kpis.interventions.pilot import Pilot, assess_pilot
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.store import Store
from nami_monitor.ui import booking, trend_chart
from nami_monitor.ui.cache import cached
from nami_monitor.ui.cards import Card, ComparedFigure, cards_html
from nami_monitor.ui.pages import measures, waterbed
from nami_monitor.ui.session import Session

KEY: Final = "pilot"
USUAL_REDUCTION, USUAL_MONTHS, USUAL_BACK = 50, 12, 70
LONGEST: Final = 60
PERCENT: Final = 100


@cached(entries=100)
def _pilot(
    store: Store, _read: PanelData, intervention: Intervention, unit: str, months: int, back: int
) -> Pilot:
    del store  # it is part of the key only
    return assess_pilot(intervention, _read, Unit(unit), months, back / PERCENT)


def part(session: Session) -> None:
    """Ask for a pilot and say what it could show."""
    st.markdown(session.t("pilot.words"))
    if not measures.categories(session.store):
        st.info(session.t("pilot.no_orders"))
        return
    stated, months, back, unit = _asked(session)
    if not stated["locations"] or not stated["substitute_channels"]:
        st.info(session.t("pilot.choose_first"))
        return
    intervention = as_intervention(stated)
    panel_data = waterbed.drafted(session, intervention)
    pilot = _pilot(session.store, panel_data, intervention, unit, months, back)
    _show(session, pilot)
    _save(session, stated, months, briefing.next_start(panel_data, intervention.category))


def _asked(session: Session) -> tuple[dict[str, Any], int, int, str]:
    """The fields of a pilot: what and where on the left, how much and how long on the right."""
    left, right = st.columns(2)
    with left:
        category = measures.category_field(session, KEY, {})
        choices_offered = measures.offered(session.store, category)
        key = f"{KEY}_{category}"
        channels = measures.channel_fields(session, key, choices_offered, {})
    with right:
        where = measures.where_fields(session, key, choices_offered, {})
        reduction = measures.reduction_field(session, KEY, {}, USUAL_REDUCTION)
        months = _number(session, "months", USUAL_MONTHS, LONGEST)
        back = _number(session, "back", USUAL_BACK, 2 * PERCENT)
        anticipation = measures.anticipation_field(session, KEY, {})
        unit = st.selectbox(
            session.t("waterbed.unit"),
            [str(reading) for reading in READINGS],
            format_func=lambda code: session.t(f"waterbed.readings.{code}"),
            key=f"{KEY}_unit",
        )
    stated = {
        "category": category,
        **channels,
        **where,
        "planned_reduction": reduction or USUAL_REDUCTION / PERCENT,
        "anticipation_months": anticipation,
    }
    return stated, months, back, unit


def _number(session: Session, name: str, usual: int, most: int) -> int:
    return int(
        st.number_input(
            session.t(f"pilot.form.{name}"),
            min_value=1,
            max_value=most,
            value=usual,
            key=f"{KEY}_{name}",
            help=session.t(f"pilot.form.{name}_help"),
        )
    )


def _show(session: Session, pilot: Pilot) -> None:
    """What the pilot could show, and what would let it show more."""
    st.html(f'<p class="nami-headline">{html(briefing.pilot_headline(pilot, session.lang))}</p>')
    if pilot.plan and pilot.planned:
        st.caption(markdown(briefing.pilot_assumptions(pilot.plan, pilot.unit, session.lang)))
        st.html(cards_html(_cards(session, pilot), session.lang))
    waterbed.bullets(remarks(pilot, session.lang))
    _lengths(session, pilot)
    advice = briefing.pilot_advice(pilot, session.lang)
    if advice:
        st.header(session.t("pilot.more.title"), anchor=False)
        waterbed.bullets(advice)


def _cards(session: Session, pilot: Pilot) -> tuple[Card, ...]:
    plan, lang = pilot.plan, session.lang
    if plan is None:
        return ()
    decrease, waterbed_chance, net = briefing.pilot_chances(plan, lang)
    power = formats.percent(PERCENT * PLAN_POWER.value, lang, decimals=0)
    amount = formats.quantity(plan.reduction, pilot.unit, lang)
    back = formats.percent(PERCENT * plan.quotient, lang, decimals=0)
    return (
        Card(session.t("pilot.cards.waterbed"), value=waterbed_chance,
             note=session.t("pilot.cards.waterbed_note", back=back)),
        Card(session.t("pilot.cards.net"), value=net,
             note=session.t("pilot.cards.net_note", back=back)),
        Card(session.t("pilot.cards.smallest"), value=briefing.smallest_quotient_text(plan, lang),
             note=session.t("pilot.cards.smallest_note", power=power),
             beside=(ComparedFigure(session.t("pilot.cards.reduction"), amount),
                     ComparedFigure(session.t("pilot.cards.decrease"), decrease))),
    )  # fmt: skip


def _lengths(session: Session, pilot: Pilot) -> None:
    """The chances by how long the pilot lasts."""
    lengths = tuple(
        PilotPower(
            plan.post_months, PERCENT * plan.chance_waterbed, PERCENT * plan.chance_net_reduction
        )
        for plan in briefing.plans_with_chances(pilot)
        if plan.chance_waterbed is not None and plan.chance_net_reduction is not None
    )
    if len(lengths) < 2:  # noqa: PLR2004 - a line has two ends
        return
    title = session.t("pilot.lengths")
    st.header(markdown(title), anchor=False)
    st.vega_lite_chart(
        power_spec(lengths, session.lang),
        theme=None,
        key="pilot_lengths",
        alt=plain(power_sentence(lengths, session.lang)),
    )
    with st.expander(session.t("trends.as_table")):
        table = power_table(lengths, session.lang)
        trend_chart.show_table(session, table, "pilot_lengths_table", title)


def _save(session: Session, stated: Mapping[str, Any], months: int, start: date | None) -> None:
    """Register the pilot as planned, to be judged after the months that it lasts."""
    with st.expander(session.t("pilot.save.title")):
        st.markdown(session.t("pilot.save.words"))
        booking.who_field(session)
        rest = measures.about_fields(
            session, KEY, {"starts_on": start, "status": "planned"}, planned=True
        )
        usual = {"evaluate_after": str(months)}
        rest |= measures.plan_fields(session, KEY, usual, rest["starts_on"])
        if booking.button(session, session.t("pilot.save.book"), "pilot_book", type="primary"):
            measures.book(session, "pilot_book", {**stated, **rest}, "pilot.save.booked", new=True)

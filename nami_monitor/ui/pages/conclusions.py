"""The page of the five conclusions: each with its lesson and the own portfolio beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from nami_monitor.briefing import conclusions as briefing
from nami_monitor.briefing import wording
from nami_monitor.briefing.conclusions import (
    CONFIRMED,
    REJECTED,
    Conclusions,
    December,
    HiddenReduction,
)
from nami_monitor.core.errors import UserError
from nami_monitor.core.words import State, Unit
from nami_monitor.i18n import formats
from nami_monitor.kit import shipped
from nami_monitor.kpis import KpiResult
from nami_monitor.kpis.year_end import EVEN
from nami_monitor.store import Store
from nami_monitor.ui import app, booking, filters, lesson_card, links, words
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import cached
from nami_monitor.ui.grid import Head, grid

LESSON: Final = {
    "disciplines": "conclusion-disciplines",
    "market": "conclusion-market-power",
    "ambition": "conclusion-ambition-from-above",
    "budgets": "conclusion-budgets-punish-less",
    "unknowingly": "conclusion-unknowingly",
}
"""The lesson that tells each conclusion."""

ASKED: Final = "conclusions.said"


def views(session: Session) -> Conclusions:
    """The five views; computed anew when the data changes or somebody answers."""
    return _views(session.store, session.store.stamp()[0])


@cached(entries=10)
def _views(store: Store, written: int) -> Conclusions:
    del written  # an answer writes to the file and leaves the data version as it is
    with store.read() as db:
        return briefing.conclusions(db)


def intro(session: Session) -> None:
    """What this page is."""
    st.markdown(session.t("conclusions.words"))


def _part(session: Session, name: str) -> None:
    """The heading of a conclusion, and what the kit says of it."""
    lesson = shipped().lessons[LESSON[name]]
    st.header(session.t(f"conclusions.{name}.title"), anchor=False)
    with st.expander(session.t("conclusions.lesson", title=lesson.words[session.lang].title)):
        lesson_card.show(session, lesson)


def disciplines(session: Session, shown: Conclusions) -> None:
    """Which disciplines are at the table of each measure."""
    _part(session, "disciplines")
    if not shown.tables:
        st.info(session.t("conclusions.disciplines.none"))
        return
    n = len(shown.tables)
    st.markdown(session.t("conclusions.disciplines.said", n=shown.together, of=n))
    keys = ("measure", "category", "status", "present", "missing", "policy")
    heads = [Head(session.t(f"conclusions.disciplines.{key}")) for key in keys]
    rows = [
        (
            one.title,
            filters.category_name(session, one.category),
            words.value_name(session, one.status),
            _roles(session, one.present),
            _roles(session, one.missing),
            one.policy,
        )
        for one in shown.tables
    ]
    title = session.t("conclusions.disciplines.title")
    grid(session, heads, rows, key="conclusion_tables", name=title, file=title)


def _roles(session: Session, roles: Sequence[str]) -> str | None:
    """Roles in words; those that no catalogue knows as the register has them."""
    return ", ".join(words.code_name(session, "role", one) for one in roles) or None


def market(session: Session, shown: Conclusions) -> None:
    """The own share of a supplier's or joint volume."""
    _part(session, "market")
    share = shown.own_share
    if share is None or share.state is not State.VALUE:
        st.info(session.t("conclusions.market.unknown"))
        return
    st.markdown(session.t("conclusions.market.said", share=words.figure(session, share)))
    links.offer_figure(session, share.code, share.period, {})


def ambition(session: Session, shown: Conclusions) -> None:
    """How many measures are linked to a policy; no causal claim."""
    _part(session, "ambition")
    if not shown.tables:
        st.info(session.t("conclusions.disciplines.none"))
        return
    n = len(shown.tables)
    st.markdown(session.t("conclusions.ambition.said", n=shown.linked, of=n))


def budgets(session: Session, shown: Conclusions) -> None:
    """December beside an even month and what is usual, and what was prevented."""
    _part(session, "budgets")
    if not shown.decembers:
        st.info(session.t("conclusions.budgets.none"))
        return
    year = shown.decembers[0].result.period.last.year
    even = formats.percent(EVEN, session.lang)
    st.markdown(session.t("conclusions.budgets.said", year=year, even=even))
    keys = ("category", "share", "usual", "prevented", "remark")
    writers = {
        "share": lambda value: formats.percent(value, session.lang),
        "usual": lambda value: formats.percent(value, session.lang),
        "prevented": lambda value: formats.figure(value, Unit.EUR, session.lang),
    }
    heads = [Head(session.t(f"conclusions.budgets.{key}"), writers.get(key)) for key in keys]
    rows = [_december(session, one) for one in shown.decembers]
    title = session.t("conclusions.budgets.title")
    remark = session.t("conclusions.budgets.remark")
    grid(
        session,
        heads,
        rows,
        key="conclusion_decembers",
        name=title,
        file=title,
        widths={remark: "large"},
        traces={
            session.t("trace.of", what=session.t("conclusions.budgets.share")): [
                _way(session, one.result) for one in shown.decembers
            ],
            session.t("trace.of", what=session.t("conclusions.budgets.prevented")): [
                _way(session, one.prevented) for one in shown.decembers
            ],
        },
    )
    st.caption(session.t("conclusions.budgets.prevented_words"))


def _december(session: Session, one: December) -> tuple[object, ...]:
    prevented = one.prevented.value if one.prevented else None
    return (
        filters.category_name(session, one.category),
        one.result.value,
        one.usual,
        prevented,
        words.reason(session, one.result) or None,
    )


def _way(session: Session, result: KpiResult | None) -> str | None:
    """Where a figure of a category can be traced."""
    if result is None or result.value is None:
        return None
    return links.trace_of_result(session, result, {})


def unknowingly(session: Session, shown: Conclusions) -> None:
    """Falls that nobody called sustainable, to be confirmed or rejected with one click."""
    _part(session, "unknowingly")
    said = st.session_state.pop(ASKED, None)
    if said:
        st.success(said)
    counted = shown.counted
    if counted is None or counted.value is None:
        st.info(words.reason(session, counted) if counted else session.t("reasons.no_data"))
        return
    links.offer_figure(session, counted.code, counted.period, {})
    if not shown.falls:
        st.info(session.t("conclusions.unknowingly.none"))
        return
    st.markdown(session.t("conclusions.unknowingly.said", n=len(shown.open)))
    booking.in_demo(session)
    who = st.text_input(
        session.t("data.who.label"),
        value=session.who,
        max_chars=40,
        help=session.t("data.who.help"),
        key="conclusions_who",
        width=320,
    )
    st.session_state[app.WHO] = who.strip()
    for number, one in enumerate(shown.open):
        _asks(session, one, number)
    answered = [one for one in shown.falls if one.answer is not None]
    if answered:
        _answered(session, answered)


def _asks(session: Session, one: HiddenReduction, number: int) -> None:
    with st.container(border=True, key=f"aha_{number}"):
        category = filters.category_name(session, one.signal.category or "")
        st.text(f"{category}: {wording.signal_sentence(one.signal, session.lang)}")
        st.caption(session.t("conclusions.unknowingly.rung", rung=str(one.rung)))
        with st.container(horizontal=True):
            for answer in (CONFIRMED, REJECTED):
                label = session.t(f"conclusions.unknowingly.{answer}")
                if st.button(label, key=f"aha_{number}_{answer}"):
                    _keep(session, one, answer)


def _answered(session: Session, answered: Sequence[HiddenReduction]) -> None:
    """What was answered, by whom, and a way back."""
    euros, kilos = briefing.shares(answered)
    st.markdown(
        session.t(
            "conclusions.unknowingly.sum",
            eur=formats.quantity(euros, Unit.EUR, session.lang),
            kg=formats.quantity(kilos, Unit.KG, session.lang),
        )
    )
    with st.expander(session.t("conclusions.unknowingly.answered", n=len(answered))):
        for number, one in enumerate(answered):
            kept = one.answer
            if kept is None or kept.body is None:
                continue
            answer = session.t(f"conclusions.unknowingly.{kept.body['answer']}")
            day = formats.day(kept.at.date(), session.lang)
            st.text(f"{wording.signal_sentence(one.signal, session.lang)}")
            st.text(session.t("conclusions.unknowingly.by", answer=answer, who=kept.who, day=day))
            if st.button(session.t("conclusions.unknowingly.back"), key=f"aha_back_{number}"):
                _keep(session, one, None)


def _keep(session: Session, one: HiddenReduction, said: str | None) -> None:
    """Remember an answer, and draw the page anew; else say what is wrong."""
    who = app.current().who
    try:
        with session.store.write() as db:
            briefing.answer(db, one.name, said, who)
    except UserError as error:
        st.error(session.sentence(error))
        return
    st.session_state[ASKED] = session.t("conclusions.unknowingly.kept")
    st.rerun()

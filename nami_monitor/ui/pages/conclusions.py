"""The page of the five conclusions: each with its lesson and the own portfolio beside it."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import streamlit as st

from nami_monitor.briefing import conclusions as briefing
from nami_monitor.briefing import wording
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.conclusions import (
    CONFIRMED,
    EVEN,
    REJECTED,
    Conclusions,
    December,
    HiddenReduction,
)
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.words import State, Unit
from nami_monitor.i18n import formats
from nami_monitor.kit import shipped
from nami_monitor.kpis import KpiResult
from nami_monitor.store import Store, Work
from nami_monitor.ui import booking, filters, lesson_card, links, scaffold, words
from nami_monitor.ui.cache import cached
from nami_monitor.ui.grid import ROW
from nami_monitor.ui.jobs import Job, Outcome, said
from nami_monitor.ui.session import Session

LESSON: Final = {
    "disciplines": "conclusion-disciplines",
    "market": "conclusion-market-power",
    "ambition": "conclusion-ambition-from-above",
    "budgets": "conclusion-budgets-punish-less",
    "unknowingly": "conclusion-unknowingly",
}
"""The lesson that tells each conclusion."""

ASKED: Final = "conclusions.said"


def views(session: Session, month: date | None) -> Conclusions:
    """The five views as of a month; computed anew when the data changes or somebody answers."""
    return _views(session.store, session.store.written(), month)


@cached(entries=10)
def _views(store: Store, written: tuple[int, float], month: date | None) -> Conclusions:
    del written  # an answer writes to the file and leaves the data version as it is
    with read_as_of(store, month) as db:
        return briefing.conclusions(db)


def intro(session: Session) -> None:
    """What this page is."""
    st.markdown(session.t("conclusions.words"))


def _part(session: Session, name: str) -> None:
    """The heading of a conclusion, and what the kit says of it."""
    lesson = shipped().lessons[LESSON[name]]
    st.header(session.t(f"conclusions.{name}.title"), anchor=False)
    lesson_card.show_all(session, [lesson])


def disciplines(session: Session, conclusions: Conclusions) -> None:
    """Which disciplines take part in each measure."""
    _part(session, "disciplines")
    if not conclusions.tables:
        st.info(session.t("conclusions.disciplines.none"))
        return
    n = len(conclusions.tables)
    st.markdown(session.md("conclusions.disciplines.said", n=conclusions.together, of=n))
    rows = [
        {
            "conclusions.disciplines.measure": measure.title,
            "conclusions.disciplines.category": filters.category_name(session, measure.category),
            "conclusions.disciplines.status": words.value_name(session, measure.status),
            "conclusions.disciplines.present": _roles(session, measure.present),
            "conclusions.disciplines.missing": _roles(session, measure.missing),
            "conclusions.disciplines.policy": measure.policy,
        }
        for measure in conclusions.tables
    ]
    title = session.t("conclusions.disciplines.title")
    scaffold.table(session, "conclusion_tables", title, rows)


def _roles(session: Session, roles: Sequence[str]) -> str | None:
    """Roles in words; those that no catalogue knows as the register has them."""
    return ", ".join(words.code_name(session, "role", role) for role in roles) or None


def market(session: Session, conclusions: Conclusions) -> None:
    """The own share of a supplier's or joint volume."""
    _part(session, "market")
    share = conclusions.own_share
    if share is None or share.state is not State.VALUE:
        st.info(session.t("conclusions.market.unknown"))
        return
    st.markdown(session.md("conclusions.market.said", share=words.figure(session, share)))
    links.offer_figure(session, share.code, share.period, {})


def ambition(session: Session, conclusions: Conclusions) -> None:
    """How many measures are linked to a policy; no causal claim."""
    _part(session, "ambition")
    if not conclusions.tables:
        st.info(session.t("conclusions.disciplines.none"))
        return
    n = len(conclusions.tables)
    st.markdown(session.md("conclusions.ambition.said", n=conclusions.linked, of=n))


def budgets(session: Session, conclusions: Conclusions) -> None:
    """December beside an even month and what is usual, and what was prevented."""
    _part(session, "budgets")
    if not conclusions.decembers:
        st.info(session.t("conclusions.budgets.none"))
        return
    year = conclusions.decembers[0].result.period.last.year
    even = formats.percent(EVEN, session.lang)
    st.markdown(session.md("conclusions.budgets.said", year=year, even=even))
    scaffold.table(
        session,
        "conclusion_decembers",
        session.t("conclusions.budgets.title"),
        [_december(session, december) for december in conclusions.decembers],
        write={
            "conclusions.budgets.share": formats.percent,
            "conclusions.budgets.usual": formats.percent,
            "conclusions.budgets.prevented": _euros,
        },
        widths={"conclusions.budgets.remark": 480},
        row_height=2 * ROW,
    )
    st.caption(session.t("conclusions.budgets.prevented_words"))


def _euros(value: float, lang: str) -> str:
    return formats.figure(value, Unit.EUR, lang)


def _december(session: Session, december: December) -> scaffold.Row:
    return {
        "conclusions.budgets.category": filters.category_name(session, december.category),
        "conclusions.budgets.share": _traced(session, december.result),
        "conclusions.budgets.usual": december.usual,
        "conclusions.budgets.prevented": _traced(session, december.prevented),
        "conclusions.budgets.remark": words.reason(session, december.result) or None,
    }


def _traced(session: Session, result: KpiResult | None) -> scaffold.Traced:
    """The value of a figure of a category, and where it can be traced."""
    if result is None or result.value is None:
        return scaffold.Traced(None, None)
    return scaffold.Traced(result.value, links.trace_of_result(session, result, {}))


def unknowingly(session: Session, conclusions: Conclusions) -> None:
    """Falls that nobody called sustainable, to be confirmed or rejected with one click."""
    _part(session, "unknowingly")
    counted = conclusions.counted
    if counted is None or counted.value is None:
        st.info(
            markdown(words.reason(session, counted)) if counted else session.t("reasons.no_data")
        )
        return
    links.offer_figure(session, counted.code, counted.period, {})
    if not conclusions.falls:
        st.info(session.t("conclusions.unknowingly.none"))
        return
    st.markdown(session.md("conclusions.unknowingly.said", n=len(conclusions.open)))
    booking.in_demo(session)
    booking.who_field(session)
    for number, aha in enumerate(conclusions.open):
        _asks(session, aha, number)
    answered = [aha for aha in conclusions.falls if aha.answer is not None]
    if answered:
        _answered(session, answered)


def _asks(session: Session, aha: HiddenReduction, number: int) -> None:
    with st.container(border=True, key=f"aha_{number}"):
        category = filters.category_name(session, aha.signal.category or "")
        st.text(plain(f"{category}: {wording.signal_sentence(aha.signal, session.lang)}"))
        st.caption(session.md("conclusions.unknowingly.rung", rung=str(aha.rung)))
        with st.container(horizontal=True):
            for answer in (CONFIRMED, REJECTED):
                label = session.t(f"conclusions.unknowingly.{answer}")
                _answer(session, label, f"aha_{number}_{answer}", aha, answer)


def _answered(session: Session, answered: Sequence[HiddenReduction]) -> None:
    """What was answered, by whom, and a way back."""
    euros, kilos = briefing.shares(answered)
    st.markdown(
        session.md(
            "conclusions.unknowingly.sum",
            eur=formats.quantity(euros, Unit.EUR, session.lang),
            kg=formats.quantity(kilos, Unit.KG, session.lang),
        )
    )
    with st.expander(session.md("conclusions.unknowingly.answered", n=len(answered))):
        for number, aha in enumerate(answered):
            kept = aha.answer
            if kept is None or kept.body is None:
                continue
            answer = session.t(f"conclusions.unknowingly.{kept.body['answer']}")
            day = formats.day(kept.at.date(), session.lang)
            st.text(plain(f"{wording.signal_sentence(aha.signal, session.lang)}"))
            st.text(
                plain(session.t("conclusions.unknowingly.by", answer=answer, who=kept.who, day=day))
            )
            back = session.t("conclusions.unknowingly.back")
            _answer(session, back, f"aha_back_{number}", aha, None)


def _answer(
    session: Session, label: str, name: str, aha: HiddenReduction, answer: str | None
) -> None:
    """A button that stores an answer."""

    def write(job: Job) -> Outcome:
        with job.store.write(Work.NOTE, job.who) as db:
            briefing.answer(db, aha.name, answer, job.who)
        return Outcome(said("conclusions.unknowingly.kept"))

    booking.action(session, label, name, said("jobs.keeping"), write)

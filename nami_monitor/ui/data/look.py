"""Looking first: what an import would do, what it asks, and the button that books it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months
from nami_monitor.i18n import formats
from nami_monitor.ingest.load import Answers, import_file
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.profile_toml import write_profile
from nami_monitor.ingest.report import Question, Report
from nami_monitor.ui import app
from nami_monitor.ui.app import Session
from nami_monitor.ui.data import labels, report, state
from nami_monitor.ui.data.state import Offer

PERIOD = "@period"
CODES, ASIDE = "create_codes", "set_aside"
AT_ONCE = 20_000_000
"""Bytes up to which a file is looked at without being asked."""
MONTHS_BACK = 60


def part(session: Session, offer: Offer, profile: Profile) -> None:
    """Show what an import would do, ask what it asks, and book it on request.

    Raises:
        UserError: the file cannot be imported by this profile.
    """
    period = _period(session, offer, profile)
    if offer.size > AT_ONCE and not st.toggle(
        session.t("data.look.large"), key=f"look_{offer.key}"
    ):
        return
    found = _look(session, offer, profile, Answers(), period)
    if _nothing_new(found):
        st.info(session.t("data.look.known"))
        report.show(session, found)
        return
    answers = _codes(session, offer, found)
    if answers.create is not None:
        found = _look(session, offer, profile, answers, period)
    answers = _rest(session, offer, found, answers)
    if answers.replace:
        found = _look(session, offer, profile, answers, period)
    st.markdown(f"**{session.t('data.look.title')}**")
    report.show(session, found)
    if _open(found, answers):
        st.info(session.t("data.look.answer_first"))
        return
    if st.button(
        session.t("data.look.book", n=found.main.accepted),
        key=f"book_{offer.key}",
        type="primary",
    ):
        if not app.current().who:
            st.error(session.t("data.who.needed"))
            return
        with st.status(session.t("data.upload.busy", file=offer.name)):
            booked = book(session, offer, profile, answers, period)
        if booked:
            st.rerun()


def _nothing_new(found: Report) -> bool:
    """Whether all of a file is known already."""
    return not any(
        counts.accepted or counts.set_aside or counts.replaced for counts in found.tables.values()
    )


def book(
    session: Session,
    offer: Offer,
    profile: Profile,
    answers: Answers,
    period: date | None = None,
) -> bool:
    """Book a file and keep its report; what a user can mend is said instead."""
    try:
        booked = import_file(
            session.store,
            offer.path,
            profile,
            answers=answers,
            who=app.current().who,
            period=period,
            name=offer.name,
            folder=offer.cells,
        )
    except UserError as error:
        st.error(f"{offer.name}: {session.sentence(error)}")
        return False
    state.keep_done(offer, booked)
    return True


def _look(
    session: Session, offer: Offer, profile: Profile, answers: Answers, period: date | None
) -> Report:
    store = session.store
    key = ("look", offer.key, write_profile(profile), answers, period, store.version())
    with st.spinner(session.t("data.look.busy")):
        return state.remember(
            key,
            lambda: import_file(
                store,
                offer.path,
                profile,
                answers=answers,
                period=period,
                look_only=True,
                name=offer.name,
                folder=offer.cells,
            ),
        )


def _period(session: Session, offer: Offer, profile: Profile) -> date | None:
    """The month that a file is about, where it does not say so itself."""
    named = {
        name
        for table in profile.tables
        for origin in table.columns.values()
        for name in origin.columns
    }
    if PERIOD not in named:
        return None
    latest = date.today().replace(day=1)  # noqa: DTZ011 - the month on the visitor's own calendar
    return st.selectbox(
        session.t("data.look.period"),
        [add_months(latest, -back) for back in range(MONTHS_BACK)],
        format_func=lambda month: formats.month(month, session.lang),
        key=f"period_{offer.key}",
    )


def _codes(session: Session, offer: Offer, found: Report) -> Answers:
    """Ask what to do with codes of which no list is known."""
    for question in found.questions:
        if question.key == CODES:
            kinds = str(question.values["kinds"]).split(", ")
            answer = st.radio(
                session.t("data.ask.create", kinds=labels.kinds(session, kinds)),
                ("create", "set_aside"),
                index=None,
                format_func=lambda option: session.t(f"data.ask.codes.{option}"),
                key=f"create_{offer.key}",
            )
            if answer is not None:
                return Answers(create=frozenset(kinds if answer == "create" else ()))
    return Answers()


def _rest(session: Session, offer: Offer, found: Report, answers: Answers) -> Answers:
    """Ask, once the codes are settled, about rows set aside and about replacing."""
    keys = {question.key: question for question in found.questions}
    if CODES not in keys and ASIDE in keys:
        seen = keys[ASIDE].values
        accepted = st.checkbox(
            session.t("data.ask.set_aside", n=seen["set_aside"], received=seen["received"]),
            key=f"aside_{offer.key}",
        )
        answers = replace(answers, accept_set_aside=accepted)
    if found.offer:
        answers = replace(answers, replace=_replace(session, offer, found.offer))
    return answers


def _open(found: Report, answers: Answers) -> bool:
    """Whether something still waits for an answer."""
    asked = {question.key for question in found.questions}
    return CODES in asked or (ASIDE in asked and not answers.accept_set_aside)


def _replace(session: Session, offer: Offer, question: Question) -> bool:
    values = question.values
    st.markdown(
        session.t(
            "data.ask.replace",
            first=formats.month(values["first"], session.lang),
            last=formats.month(values["last"], session.lang),
        )
    )
    answer = st.radio(
        session.t("data.ask.replace_label"),
        ("add", "replace"),
        format_func=lambda option: session.t(
            f"data.ask.deliver.{option}",
            added=formats.number(values["added"], session.lang),
            vanish=formats.number(values["vanish"], session.lang),
            amount=formats.money(values["amount"], session.lang),
        ),
        key=f"replace_{offer.key}",
    )
    return answer == "replace"

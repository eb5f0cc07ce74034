"""Draw for a measure who gets what, and note who was told when."""

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import arms as briefing
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown
from nami_monitor.core.thresholds import MOST_ARMS
from nami_monitor.kpis.interventions.arms import Scheme, new_seed, propose
from nami_monitor.kpis.interventions.register import Assignment, Intervention
from nami_monitor.ui import booking, scaffold
from nami_monitor.ui.jobs import said
from nami_monitor.ui.pages import waterbed
from nami_monitor.ui.scaffold import FormField
from nami_monitor.ui.session import Session

TABLE: Final = "assignments"
MOST_MONTHS: Final = 12


def part(session: Session, one: Intervention) -> None:
    """Draw an assignment for a measure that is to come; show the one that is on record."""
    title = session.t("measures.arms.title")
    with st.expander(markdown(title)):
        if one.assignment is not None:
            st.markdown(session.t("measures.arms.drawn"))
            waterbed.assigned_places(session, one.assignment, None, f"assigned_{one.code}", title)
            _told(session, one, one.assignment)
        elif one.starts_on > scaffold.today():
            st.markdown(session.t("measures.arms.words"))
            _draw(session, one, title)
        else:
            st.markdown(session.t("measures.arms.begun"))


def _draw(session: Session, one: Intervention, title: str) -> None:
    """Ask for the arms, draw, and show what was drawn before it is booked."""
    try:
        stated = _asked(session, f"arms_{one.code}")
        if stated is None:
            return
        draft = waterbed.drafted(session, one)
        proposal = propose(one, draft, today=scaffold.today(), **stated)
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return
    waterbed.assigned_places(session, proposal.assignment, proposal, f"drawn_{one.code}", title)
    waterbed.bullets(briefing.left_out(proposal, session.lang))
    if booking.button(session, session.t("measures.arms.book"), "arms_book", type="primary"):
        _book(session, "arms_book", one, proposal.assignment, "measures.arms.booked")


def _asked(session: Session, key: str) -> dict[str, Any] | None:
    """The fields of a draw; None where no arm is named yet."""
    left, right = st.columns(2)
    with left:
        scheme = Scheme(
            st.radio(
                session.t("measures.arms.scheme"),
                list(map(str, Scheme)),
                format_func=lambda code: session.t(f"measures.arms.schemes.{code}"),
                key=f"{key}_scheme",
            )
        )
        seed_key = f"{key}_seed"
        st.session_state.setdefault(seed_key, new_seed())
        seed = st.text_input(
            session.t("columns.seed"),
            max_chars=60,
            key=seed_key,
            help=session.t("measures.arms.seed_help"),
        )
    stated: dict[str, Any] = {"scheme": scheme, "seed": seed.strip()}
    with right:
        if scheme is Scheme.STEPS:
            message = scaffold.ask(session, TOLD, key, {})
            stated |= scaffold.ask_all(session, STEPS, key, {})
            messages = {"": message} if message else {}
        else:
            written = st.text_area(
                session.t("measures.arms.messages"),
                placeholder=session.t("measures.arms.example"),
                max_chars=2000,
                key=f"{key}_messages",
                help=session.t("measures.arms.messages_help"),
            )
            messages = briefing.messages(written)
    if not messages:
        st.info(session.t("measures.arms.name_them"))
        return None
    return stated | {"messages": messages}


TOLD: Final = FormField("told")
STEPS: Final = (
    FormField(
        "steps",
        "whole",
        label="measures.arms.steps",
        usual=3,
        least=1,
        most=2 * int(MOST_ARMS.value),
    ),
    FormField("every", "whole", label="measures.arms.every", usual=3, least=1, most=MOST_MONTHS),
)
TOLD_ON: Final = FormField("told_on", "day", key="on")


def _told(session: Session, one: Intervention, assignment: Assignment) -> None:
    """Note on which day the locations of an arm were told."""
    arms = [arm for arm in sorted(assignment.arms) if assignment.told(arm)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        arm = scaffold.choice(session, "columns.arm", arms, str, key=f"told_{one.code}_arm")
        day = scaffold.ask(session, TOLD_ON, f"told_{one.code}", {"told_on": scaffold.today()})
        pressed = booking.button(session, session.t("measures.arms.tell"), "arms_told")
    if pressed:
        own = [each for each in assignment.places if each.arm == arm]
        told = Assignment(tuple(replace(each, told_on=day) for each in own))
        _book(session, "arms_told", one, told, "measures.arms.noted")


def _book(
    session: Session, name: str, one: Intervention, assignment: Assignment, message: str
) -> None:
    """Book the locations of an assignment as one delivery."""
    rows = briefing.as_rows(one.code, assignment)
    booking.book(session, name, TABLE, rows, said(message), together=True)

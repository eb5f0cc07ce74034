"""The decision record of a to-do, to look at, fill in and keep; the same on every page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from nami_monitor.briefing import decisions
from nami_monitor.briefing.decisions import Decision, DecisionOption
from nami_monitor.briefing.lessons import CalledLesson
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import Markdown, markdown, plain
from nami_monitor.core.periods import parse_month
from nami_monitor.i18n import formats
from nami_monitor.store import Work
from nami_monitor.ui import booking, cache, filters
from nami_monitor.ui.session import Session

LONGEST_OWNER = 60
LONGEST_OPTION = 160
LETTERS = "ABC"


def owner_and_day(session: Session, one: Decision) -> Markdown:
    """Who decides and before when; that nobody is named where that is so."""
    owner = markdown(one.owner) if one.owner else session.t("decisions.form.nobody")
    day = markdown(formats.day(one.due, session.lang))
    return Markdown(f"{owner} · {session.t('decisions.form.before')} **{day}**")


def offer(session: Session, one: Decision, *, key: str, label: str = "") -> None:
    """Who decides before when, as a button that opens the record.

    Args:
        session: the visitor's session.
        one: the to-do.
        key: of the button; tells it from others on the page.
        label: what stands on it where the page says who and when itself.
    """
    if st.button(
        markdown(label) if label else owner_and_day(session, one),
        key=key,
        type="primary" if label else "tertiary",
        help=session.t("decisions.form.help"),
    ):
        _dialog(session, one)


def of_lesson(session: Session, called: CalledLesson, *, key: str) -> None:
    """A button that makes a to-do of a lesson, as of the month that was chosen last.

    It stands among the to-dos of its category as soon as somebody kept it.
    """
    months = [f"{one:%Y-%m}" for one in cache.choices(session.store).months]
    chosen = filters.last("month")
    if months and st.button(session.t("decisions.form.make"), key=key):
        month = parse_month(chosen if chosen in months else months[0])
        taken = decisions.LessonTaken(called.lesson, called.by.category)
        with session.store.read() as db:
            _dialog(session, decisions.proposed(taken, month, decisions.kept(db), session.lang))


def _dialog(session: Session, one: Decision) -> None:
    st.dialog(session.t("decisions.form.title"), width="large")(_fields)(session, one)


def _fields(session: Session, one: Decision) -> None:
    st.markdown(f"**{markdown(one.seen.title)}**  \n{markdown(one.seen.sentence)}")
    st.markdown(f"{session.t('decisions.form.question')} {markdown(one.question)}")
    if one.kept is not None:
        month = formats.long_month(one.kept.month, session.lang)
        told = session.md("decisions.form.kept", month=month, who=one.who, seen=one.kept.title)
        st.caption(told)
    options = [*one.options, *[DecisionOption("")] * (decisions.MOST_OPTIONS - len(one.options))]
    with st.form(key=f"{one.name}|form", border=False):
        stated = [_option(session, one.name, at, option) for at, option in enumerate(options)]
        left, right = st.columns(2)
        proposed = _pick(session, left, "proposed", one.name, one.proposed)
        chosen = _pick(session, right, "chosen", one.name, one.chosen)
        left, right = st.columns(2)
        owner = left.text_input(
            session.t("decisions.form.owner"),
            plain(one.owner),
            max_chars=LONGEST_OWNER,
            help=session.t("decisions.form.owner_help"),
            key=f"{one.name}|owner",
        )
        due = right.date_input(
            session.t("decisions.form.due"), one.due, format=booking.DATES[session.lang],
            key=f"{one.name}|due",
        )  # fmt: skip
        left, right = st.columns(2)
        expected = left.text_input(
            session.t("decisions.form.expected"),
            plain(one.expected),
            max_chars=LONGEST_OWNER,
            key=f"{one.name}|expected",
        )
        month = right.text_input(
            session.t("decisions.form.expected_month"),
            f"{one.expected_month:%Y-%m}" if one.expected_month else "",
            placeholder="2026-12",
            max_chars=7,
            key=f"{one.name}|month",
        )
        booking.submit(session.t("decisions.form.keep"), "decision_keep", type="primary")
    if one.kept is not None and booking.button(
        session, session.t("decisions.form.withdraw"), "decision_withdraw"
    ):
        _keep(session, "decision_withdraw", lambda who: _withdrawn(session, one, who), "withdrawn")
    if booking.taken(session, "decision_keep"):
        try:
            until = parse_month(month) if month.strip() else None
        except UserError as error:
            st.error(markdown(session.sentence(error)))
            return
        filled = replace(
            one,
            options=tuple(stated),
            proposed=proposed,
            chosen=chosen,
            owner=owner,
            due=due if isinstance(due, date) else one.due,
            expected=expected,
            expected_month=until,
        )
        _keep(session, "decision_keep", lambda who: _saved(session, filled, who), "saved")


def _option(session: Session, of: str, at: int, option: DecisionOption) -> DecisionOption:
    left, right = st.columns(2)
    name = LETTERS[at]
    what = left.text_input(
        session.md("decisions.form.option", name=name),
        plain(option.what),
        max_chars=LONGEST_OPTION,
        key=f"{of}|what{at}",
    )
    gives = right.text_input(
        session.md("decisions.form.gives", name=name),
        plain(option.gives),
        max_chars=LONGEST_OPTION,
        key=f"{of}|gives{at}",
    )
    return DecisionOption(what, gives)


def _pick(
    session: Session,
    place: Any,
    name: str,
    of: str,
    at: int | None,
) -> int | None:
    none = session.t(f"decisions.form.no_{name}")
    picked = place.selectbox(
        session.t(f"decisions.form.{name}"),
        [-1, *range(decisions.MOST_OPTIONS)],
        index=0 if at is None else at + 1,
        format_func=lambda one: none if one < 0 else LETTERS[one],
        key=f"{of}|{name}",
    )
    return None if picked is None or picked < 0 else int(picked)


def _keep(session: Session, name: str, write: Callable[[str], object], done: str) -> None:
    if booking.keep(session, name, write, done=f"decisions.form.{done}"):
        st.rerun()


def _saved(session: Session, filled: Decision, who: str) -> None:
    with session.store.write(Work.NOTE, who) as db:
        decisions.save(db, filled, session.lang, who)


def _withdrawn(session: Session, one: Decision, who: str) -> None:
    with session.store.write(Work.NOTE, who) as db:
        decisions.withdraw(db, one.name, who)

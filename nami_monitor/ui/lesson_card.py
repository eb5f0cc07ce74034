"""A lesson as people read it: what it says, of which case, why it stands here, and what to try."""

from __future__ import annotations

from html import escape

import streamlit as st

from nami_monitor.kit import Lesson, shipped
from nami_monitor.ui.app import Session


def show(session: Session, lesson: Lesson, why: str = "", *, level: int = 3) -> None:
    """Show a lesson.

    Args:
        session: for the words.
        lesson: the lesson.
        why: the sentence of the signal that called it up; empty where it is only read.
        level: of its heading.
    """
    words = lesson.words[session.lang]
    parts = [
        f'<p class="nami-lesson-from">{escape(origin(session, lesson))}</p>',
        f"<h{level}>{escape(words.title)}</h{level}>",
        f"<p>{escape(words.text)}</p>",
        _labelled(session, "kit.lesson.try", words.to_try),
        _labelled(session, "kit.lesson.why", why) if why else "",
        *(_labelled(session, "kit.lesson.otherwise", one) for one in otherwise(session, lesson)),
    ]
    st.html(f'<article class="nami-lesson">{"".join(parts)}</article>')


def _labelled(session: Session, key: str, said: str) -> str:
    return f"<p><strong>{escape(session.t(key))}</strong> {escape(said)}</p>"


def origin(session: Session, lesson: Lesson) -> str:
    """What kind of lesson it is, of which cases, for which strategies and from which angle."""
    said = [session.t(f"kit.kinds.{lesson.kind}").capitalize()]
    said += [case_name(session, number) for number in lesson.cases]
    said += [session.t("kit.lesson.advice")] if lesson.advice else []
    said += [session.t(f"strategies.{strategy}") for strategy in lesson.strategies]
    said += [session.t(f"kit.dimensions.{lesson.dimension}")] if lesson.dimension else []
    return " · ".join(said)


def case_name(session: Session, number: int) -> str:
    """A case by its number, its subject and its organisation."""
    words = shipped().cases[number].words[session.lang]
    return session.t(
        "kit.case.name", number=number, title=words.title, organisation=words.organisation
    )


def otherwise(session: Session, lesson: Lesson) -> list[str]:
    """The lessons whose cases say otherwise."""
    found = shipped().lessons
    return [
        f"{found[name].words[session.lang].title} ({origin(session, found[name])})"
        for name in lesson.disagrees
    ]

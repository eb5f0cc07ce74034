"""A lesson as people read it: what it says, of which case, why it stands here, and what to try."""

from collections.abc import Sequence

import streamlit as st

from nami_monitor.core.escapes import html
from nami_monitor.kit import Lesson, shipped
from nami_monitor.ui.session import Session


def show(session: Session, lesson: Lesson, why: str = "") -> None:
    """Show a lesson beside a chart.

    Args:
        session: for the words.
        lesson: the lesson.
        why: the sentence of the signal that called it up.
    """
    words = f"{_head(session, lesson)}{_words(session, lesson, why)}"
    st.html(f'<article class="nami-lesson">{words}</article>')


def beside(session: Session, lesson: Lesson, why: str) -> None:
    """Say in the margin of a chart what happened elsewhere, why it stands here and what to try."""
    words = lesson.words[session.lang]
    story = _labelled(session, "kit.beside.elsewhere", words.text)
    parts = {"here": why, "try": words.to_try}
    own = "".join(_labelled(session, f"kit.beside.{name}", part) for name, part in parts.items())
    st.html(f'<div class="nami-lesson"><div class="nami-elsewhere">{story}</div>{own}</div>')


def show_all(session: Session, lessons: Sequence[Lesson]) -> None:
    """Show lessons side by side, each opened by its title, with what calls it up."""
    cards = "".join(
        f'<li class="nami-lesson" id="{html(lesson.name)}"><details>'
        f"<summary>{_head(session, lesson)}</summary>{_words(session, lesson)}</details></li>"
        for lesson in lessons
    )
    st.html(f'<ul class="nami-lessons" role="list">{cards}</ul>')


def _head(session: Session, lesson: Lesson) -> str:
    title = html(lesson.words[session.lang].title)
    return f'<h3>{title}</h3><p class="nami-lesson-from">{html(origin(session, lesson))}</p>'


def _words(session: Session, lesson: Lesson, why: str = "") -> str:
    words = lesson.words[session.lang]
    signals = ", ".join(session.t(f"kit.signals.{name}") for name in lesson.signals)
    return "".join(
        (
            f"<p>{html(words.text)}</p>",
            _labelled(session, "kit.lesson.try", words.to_try),
            _labelled(session, "kit.lesson.why", why) if why else "",
            *(
                _labelled(session, "kit.lesson.otherwise", name)
                for name in disagreeing(session, lesson)
            ),
            _labelled(session, "kit.lesson.signals", signals) if signals and not why else "",
        )
    )


def _labelled(session: Session, key: str, content: str) -> str:
    return f"<p><strong>{html(session.t(key))}</strong> {html(content)}</p>"


def origin(session: Session, lesson: Lesson) -> str:
    """What kind of lesson it is, of which cases, for which strategies and from which angle."""
    parts = [session.t(f"kit.kinds.{lesson.kind}").capitalize()]
    parts += [case_name(session, number) for number in lesson.cases]
    parts += [session.t("kit.lesson.advice")] if lesson.advice else []
    parts += [session.t(f"strategies.{strategy}") for strategy in lesson.strategies]
    parts += [session.t(f"kit.dimensions.{lesson.dimension}")] if lesson.dimension else []
    return " · ".join(parts)


def case_name(session: Session, number: int) -> str:
    """A case by its number, its subject and its organisation."""
    words = shipped().cases[number].words[session.lang]
    return session.t(
        "kit.case.name", number=number, title=words.title, organisation=words.organisation
    )


def disagreeing(session: Session, lesson: Lesson) -> list[str]:
    """The lessons whose cases say otherwise."""
    lessons = shipped().lessons
    return [
        f"{lessons[name].words[session.lang].title} ({origin(session, lessons[name])})"
        for name in lesson.disagrees
    ]

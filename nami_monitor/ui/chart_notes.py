"""Lessons and people's notes with a chart: markers to click, lists, and forms to write notes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from nami_monitor.briefing import notes as log
from nami_monitor.briefing import wording
from nami_monitor.briefing.lessons import CalledLesson
from nami_monitor.briefing.notes import Note
from nami_monitor.briefing.signals import notes_of_kpi
from nami_monitor.charts.trend_data import LessonMark, NoteMark, Trend
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.thresholds import NOTE_TEXT
from nami_monitor.i18n import formats
from nami_monitor.kit import shipped
from nami_monitor.kpis import Kpi
from nami_monitor.store import Transaction, Work
from nami_monitor.ui import booking, lesson_card, scaffold
from nami_monitor.ui.pages.home import decision_form
from nami_monitor.ui.scaffold import FormField
from nami_monitor.ui.session import Session

NO_LESSON: Final = ""


@dataclass(frozen=True)
class ChartNotes:
    """The lessons and notes of one chart.

    Args:
        kpi: the figure.
        category: the category; None for all together.
        called: the lessons beside it, those marked on it first.
        notes: what people wrote at it, with the codes of their markers.
        key: of the chart, and the beginning of the keys of what belongs to it.
    """

    kpi: Kpi
    category: str | None
    called: tuple[CalledLesson, ...]
    notes: tuple[tuple[str, Note], ...]
    key: str


def notes_of_chart(
    session: Session, kpi: Kpi, category: str | None, called: tuple[CalledLesson, ...], key: str
) -> ChartNotes:
    """Read the notes of a chart and combine them with its lessons.

    Args:
        session: the visitor's session.
        kpi: the figure.
        category: the category; None for all together.
        called: the lessons beside it.
        key: of the chart.
    """
    with session.store.read() as db:
        notes = notes_of_kpi(db, kpi, category)
    coded = tuple((f"N{number}", note) for number, note in enumerate(notes, start=1))
    return ChartNotes(kpi, category, called, coded, key)


def with_annotations(session: Session, trend: Trend, series: ChartNotes) -> Trend:
    """The trend with its lessons and notes on it; the lesson that is open is filled."""
    opened = open_lesson(series.called, series.key)
    return replace(
        trend,
        lessons=lesson_marks(session, series.called, opened),
        written=tuple(NoteMark(note.month, code, note.text) for code, note in series.notes),
    )


def lesson_marks(
    session: Session, called: Sequence[CalledLesson], opened: str = ""
) -> tuple[LessonMark, ...]:
    """The lessons that a chart bears; ``opened`` is the name of the one that is open."""
    return tuple(
        LessonMark(
            lesson.by.month,
            lesson.code,
            lesson.lesson.words[session.lang].title,
            opened=lesson.lesson.name == opened,
        )
        for lesson in called
        if lesson.code
    )


def open_clicked(key: str) -> None:
    """Open the lesson or note of which the marker on the chart was clicked."""
    selection = st.session_state[key].selection
    for name in ("lesson", "written"):
        for row in selection.get(name) or ():
            st.session_state[f"{key}_{name}_asked"] = row["code"]


def open_lesson(called: Sequence[CalledLesson], chart: str) -> str:
    """The name of the lesson that is open beside a chart; empty without lessons.

    Args:
        called: the lessons beside it.
        chart: its key.
    """
    key = f"{chart}_lesson"
    names = {lesson.lesson.name: lesson.code for lesson in called}
    clicked = st.session_state.pop(f"{key}_asked", None)
    for name, code in names.items():
        if code and code == clicked:
            st.session_state[key] = name
    if st.session_state.get(key) not in names:
        st.session_state[key] = next(iter(names), "")
    return str(st.session_state[key])


def margin(session: Session, called: Sequence[CalledLesson], chart: str) -> None:
    """The lessons of a chart in its margin, the open one on paper with what it says.

    Args:
        session: the visitor's session.
        called: the lessons beside it.
        chart: its key.
    """
    opened = open_lesson(called, chart)
    st.header(session.t("kit.beside.title"), anchor=False)
    for lesson in called:
        name = lesson.lesson.name
        here = name == opened
        number = lesson.code.removeprefix("L")
        title = lesson.lesson.words[session.lang].title
        label = " ".join(filter(None, ("◆" if here else "◇", number, title)))
        st.button(
            markdown(label),
            key=f"{chart}_open_{name}",
            type="tertiary",
            width="stretch",
            on_click=_open,
            args=(f"{chart}_lesson", name),
        )
        if here:
            with st.container(key=f"{chart}_opened"):
                why = wording.lesson_reason(lesson.by, session.lang)
                lesson_card.beside(session, lesson.lesson, why)
                decision_form.of_lesson(session, lesson, key=f"{chart}_todo_{name}")


def _open(key: str, name: str) -> None:
    st.session_state[key] = name


def lessons(session: Session, called: Sequence[CalledLesson], chart: str) -> None:
    """The list of lessons of a chart, and the one that is open.

    Args:
        session: the visitor's session.
        called: the lessons beside it.
        chart: its key.
    """
    if not called:
        return
    key = f"{chart}_lesson"
    names = {lesson.lesson.name: lesson for lesson in called}
    open_lesson(called, chart)
    with st.container(key=f"{chart}_lessons", border=True):
        left, right = st.columns([2, 3])
        with left:
            chosen = st.radio(
                session.t("kit.beside.title"),
                list(names),
                format_func=lambda name: markdown(_label(session, names[name])),
                key=key,
            )
        with right:
            lesson = names[str(chosen)]
            why = wording.lesson_reason(lesson.by, session.lang)
            lesson_card.show(session, lesson.lesson, why)
            decision_form.of_lesson(session, lesson, key=f"{chart}_todo_{chosen}")


def _label(session: Session, lesson: CalledLesson) -> str:
    title = lesson.lesson.words[session.lang].title
    return f"{lesson.code.removeprefix('L')} · {title}" if lesson.code else title


def notes(session: Session, series: ChartNotes, trend: Trend) -> None:
    """What people wrote, and forms to write, change and withdraw, behind a heading."""
    title = session.t("notes_of_people.title", n=len(series.notes))
    asked = bool(st.session_state.get(f"{series.key}_written_asked"))
    worked = bool(st.session_state.get(f"{series.key}_note_worked"))  # goes on looking here
    with st.expander(markdown(title), expanded=asked or worked):
        note_forms(session, series, trend)


def note_forms(session: Session, series: ChartNotes, trend: Trend) -> None:
    """The same without the heading."""
    clicked = st.session_state.pop(f"{series.key}_written_asked", None)
    key = f"{series.key}_note"
    if clicked:
        st.session_state[f"{key}_open"] = clicked
    _listed(session, series.notes, trend)
    booking.in_demo(session)
    booking.who_field(session, key)
    _write(session, series, trend, key)
    if series.notes:
        _change(session, series.notes, key)


def _listed(session: Session, coded_notes: Sequence[tuple[str, Note]], trend: Trend) -> None:
    """The notes; those on months that are not shown apart."""
    parts = {
        "": [pair for pair in coded_notes if trend.covers(pair[1].month)],
        session.t("notes_of_people.elsewhere"): [
            pair for pair in coded_notes if not trend.covers(pair[1].month)
        ],
    }
    for heading, some in parts.items():
        if some:
            rows = "".join(f"<li>{_said(session, code, note)}</li>" for code, note in some)
            above = f"<p>{html(heading)}</p>" if heading else ""
            st.html(f'{above}<ul class="nami-notes" role="list">{rows}</ul>')


def _said(session: Session, code: str, note: Note) -> str:
    """A note with who, when and its lesson; whatever was typed stays text."""
    moment = formats.day(note.written_at.date(), session.lang)
    changed = note.changed_at and formats.day(note.changed_at.date(), session.lang)
    when = session.t(
        f"notes_of_people.{'changed' if changed else 'written'}",
        who=note.who,
        written=moment,
        changed=changed or "",
    )
    referred = shipped().lessons.get(note.lesson or "")
    lesson = referred and session.t(
        "notes_of_people.lesson", title=referred.words[session.lang].title
    )
    small = " ".join(part for part in (when, lesson) if part)
    return (
        f"<strong>{code} · {html(formats.month(note.month, session.lang))}</strong>"
        f" {html(note.text)} <small>{html(small)}</small>"
    )


def _write(session: Session, series: ChartNotes, trend: Trend, key: str) -> None:
    months = list(reversed(trend.months))
    with st.form(f"{key}_new", clear_on_submit=False, border=False):
        left, right = st.columns(2)
        with left:
            month = scaffold.choice(
                session, "notes_of_people.month", months,
                lambda day: formats.month(day, session.lang), key=f"{key}_month",
            )  # fmt: skip
        with right:
            lesson = _lesson_field(session, series, f"{key}_new_lesson")
        text = scaffold.ask(session, TEXT, key, {}) or ""
        booking.submit(session.t("notes_of_people.write"), f"{key}_write", type="primary")
    if booking.taken(session, f"{key}_write"):
        _book(
            session,
            f"{key}_write",
            "booked",
            lambda db, who: log.write(
                db,
                month=month,
                kpi=series.kpi.code,
                category=series.category,
                text=text,
                lesson=lesson or None,
                who=who,
            ),
        )


def _change(session: Session, coded_notes: Sequence[tuple[str, Note]], key: str) -> None:
    """Change or withdraw one of the notes."""
    by_code = dict(coded_notes)
    if st.session_state.get(f"{key}_open") not in by_code:
        st.session_state[f"{key}_open"] = coded_notes[0][0]
    code = scaffold.choice(
        session, "notes_of_people.choose", list(by_code),
        lambda code: f"{code} · {formats.month(by_code[code].month, session.lang)}",
        key=f"{key}_open",
    )  # fmt: skip
    note = by_code[code]
    with st.form(f"{key}_edit_{note.name}", border=False):
        text = scaffold.ask(session, TEXT, f"{key}_edit_{note.name}", {"text": note.text}) or ""
        left, right = st.columns(2)
        with left:
            booking.submit(session.t("notes_of_people.save"), f"{key}_save")
        with right:
            booking.submit(session.t("notes_of_people.withdraw"), f"{key}_withdraw")
    if booking.taken(session, f"{key}_save"):
        lesson = note.lesson
        save = f"{key}_save"
        _book(session, save, "saved", lambda db, who: log.change(db, note.name, text, lesson, who))
    if booking.taken(session, f"{key}_withdraw"):
        name = f"{key}_withdraw"
        _book(session, name, "withdrawn", lambda db, who: log.withdraw(db, note.name, who))


TEXT: Final = FormField(
    "text", "area", label="notes_of_people.text", help="notes_of_people.text_help",
    most=int(NOTE_TEXT.value),
)  # fmt: skip


def _lesson_field(session: Session, series: ChartNotes, key: str) -> str:
    """A lesson to refer to: those beside the chart first, then all others."""
    near = [lesson.lesson.name for lesson in series.called]
    every = [NO_LESSON, *near, *(name for name in shipped().lessons if name not in near)]
    titles = {name: one.words[session.lang].title for name, one in shipped().lessons.items()}
    titles[NO_LESSON] = session.t("notes_of_people.none")
    return scaffold.choice(session, "notes_of_people.of_lesson", every, titles.__getitem__, key=key)


def _book(
    session: Session, name: str, outcome: str, act: Callable[[Transaction, str], object]
) -> None:
    """Write to the database in the background, and draw the page anew."""

    def write(who: str) -> None:
        with session.store.write(Work.NOTE, who) as db:
            act(db, who)

    if booking.keep(session, name, write, done=f"notes_of_people.{outcome}"):
        st.session_state[f"{name.rpartition('_')[0]}_worked"] = True
        st.rerun()

"""Changing data: by which button, under whose name, and in the background.

A button that changes data is drawn by ``action`` where its work is known beforehand, and by
``button`` or ``submit`` where the page first looks at what was filled in. A press counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown
from nami_monitor.i18n import text
from nami_monitor.ui import app, browser, outcomes, visitor
from nami_monitor.ui.jobs import Job, Outcome, Sentence, said
from nami_monitor.ui.session import Session, language

if TYPE_CHECKING:
    from nami_monitor.ingest.book.manual_entry import EntryRefusedError, Value

Row: TypeAlias = "Mapping[str, Value]"
Work = Callable[[Job], Outcome]

DATES = {"nl": "DD-MM-YYYY", "en": "DD/MM/YYYY"}
"""How fields for dates write a day."""

DEMO_WHO: Final = "demo"
"""Under what name the demo is changed by who gave none."""

PRESSES, ASKED, CHANGING = "press.counts", "press.asked", "who.changing"


def button(
    session: Session, label: str, name: str, *, needs: Role = Role.WRITE, **look: Any
) -> bool:
    """A button that changes data; whether it was pressed by somebody who may and said who they are.

    Args:
        session: the visitor's session.
        label: what stands on it.
        name: its key, and that of the job that it starts.
        needs: the role that it takes.
        look: what else ``st.button`` takes.
    """
    st.button(
        markdown(label),
        key=name,
        on_click=_press,
        args=(name, label, _presses(name)),
        **locked(needs, look),
    )
    return taken(session, name, needs=needs)


def locked(needs: Role, look: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """How a widget looks that changes data: for who lacks the role it says why it is locked.

    Args:
        needs: the role.
        look: what else the widget takes.
    """
    if visitor.may(needs):
        return dict(look)
    return {**look, "disabled": True, "help": text(f"access.refused.{needs}", language())}


def submit(label: str, name: str, *, needs: Role = Role.WRITE, **look: Any) -> None:
    """A button of a form that changes data; ``taken`` tells after the form whether it counts."""
    st.form_submit_button(
        markdown(label),
        key=name,
        on_click=_press,
        args=(name, label, _presses(name)),
        **locked(needs, look),
    )


def taken(session: Session, name: str, *, needs: Role = Role.WRITE) -> bool:
    """Whether a button was pressed by somebody who may and said who they are; else ask it here.

    A press that was cut short by another one on the same page is taken up again.
    """
    counts = outcomes.take_press(name) and _allowed(session, name, needs)
    ask(session, name)
    return counts


def action(
    session: Session,
    label: str,
    name: str,
    says: Sentence,
    work: Work,
    *,
    needs: Role = Role.WRITE,
    **look: Any,
) -> None:
    """A button with work that is known when it is drawn: a press starts it whatever comes next.

    Args:
        session: the visitor's session.
        label: what stands on it.
        name: its key, and that of its job.
        says: tells what the job is doing.
        work: the work.
        needs: the role that it takes.
        look: what else ``st.button`` takes, and ``about`` of the job.
    """
    about = str(look.pop("about", ""))
    st.button(
        markdown(label),
        key=name,
        on_click=_act,
        args=(session, name, _presses(name), says, work, needs, about),
        **locked(needs, look),
    )
    ask(session, name)


def _act(
    session: Session,
    name: str,
    presses: int,
    says: Sentence,
    work: Work,
    needs: Role,
    about: str,
) -> None:
    if presses == _presses(name) and _allowed(session, name, needs):
        begin(session, name, says, work, needs=needs, about=about)


def download(
    session: Session,
    label: str,
    make: Callable[[], Any],
    file: str,
    *,
    act: str = "export",
    about: str = "",
    name: str = "",
    **look: Any,
) -> None:
    """A button that gives a file, made when it is asked for; then it stands in the trail.

    Args:
        session: the visitor's session.
        label: what stands on it.
        make: makes the content of the file.
        file: its name.
        act: what the trail calls it, what it is about, and which one: codes alone, for the name of
            a category may have to go with a delivery.
        about: likewise.
        name: likewise.
        look: what else ``st.download_button`` takes.
    """
    who, store = _signed(session), session.store

    def made() -> Any:
        content = make()
        store.acted(who, act, about, name)
        return content

    st.download_button(markdown(label), data=made, file_name=file, on_click="ignore", **look)


def begin(
    session: Session,
    name: str,
    says: Sentence,
    work: Work,
    *,
    needs: Role = Role.WRITE,
    about: str = "",
) -> None:
    """Start a job under the visitor's name, and wait a moment for it."""
    st.session_state.setdefault(PRESSES, {})[name] = _presses(name) + 1
    st.session_state.pop(ASKED, None)
    who = _signed(session)
    if not outcomes.begin(Job(name, session.store, who, says, work, about, needs)):
        outcomes.tell(session, f"{name}.again", lambda session: session.t("jobs.busy"))


def _signed(session: Session) -> str:
    """Under which name the visitor does something; empty as long as they gave none."""
    signed_in = visitor.person()
    given = signed_in.who if signed_in else browser.who()
    return given or (DEMO_WHO if session.demo else "")


def start(
    session: Session, name: str, says: Sentence, work: Work, *, needs: Role = Role.WRITE
) -> None:
    """Start a job as ``begin`` does and draw the page anew."""
    begin(session, name, says, work, needs=needs)
    st.rerun()


def keep(session: Session, name: str, work: Callable[[str], object], *, done: str = "") -> bool:
    """Write something small under the visitor's name; for callbacks and for ``taken`` buttons.

    Args:
        session: the visitor's session.
        name: the key of the widget.
        work: writes it; is called with who does it.
        done: catalogue key of what to say when it was written; empty for nothing.

    Returns:
        Whether somebody said who they are, so that it was started.
    """
    if not _allowed(session, name, Role.WRITE):
        return False

    def write(job: Job) -> Outcome:
        work(job.who)
        return Outcome((lambda session: session.t(done)) if done else None)

    begin(session, name, lambda session: session.t("jobs.keeping"), write)
    return True


def book(
    session: Session,
    name: str,
    table: str,
    rows: Sequence[Row],
    message: Sentence,
    *,
    products_of: str | None = None,
    together: bool = False,
    needs: Role = Role.WRITE,
) -> None:
    """Book rows one by one in the background, and draw the page anew.

    Args:
        session: the visitor's session.
        name: the button that was pressed.
        table: the input table.
        rows: what was entered.
        message: what to say when it was booked.
        products_of: the source whose article numbers are used.
        together: whether they are one delivery, booked and undone as a whole.
        needs: the role that it takes.
    """

    def enter_all(job: Job) -> Outcome:
        from nami_monitor.ingest.book.manual_entry import (  # noqa: PLC0415 - slow to load
            EntryRefusedError,
            enter_together,
        )

        batches = []
        try:
            for part in [rows] if together else [[row] for row in rows]:
                report = enter_together(job.store, table, part, job.who, products_of=products_of)
                if report.main.accepted and report.batch:
                    batches.append(report.batch)
        except EntryRefusedError as refused:
            return Outcome(_problems(refused), good=False, batches=tuple(batches))
        if not batches:
            return Outcome(lambda session: session.t("entry.known"))
        return Outcome(
            lambda session: session.t("entry.booked", said=message(session), batch=batches[-1]),
            batches=tuple(batches),
        )

    def says(session: Session) -> str:
        return session.t("jobs.booking", table=session.t(f"tables.{table}.name"))

    start(session, name, says, enter_all, needs=needs)


@contextmanager
def refusing(session: Session) -> Iterator[None]:
    """Say as a sentence what cannot be booked as it was filled in."""
    try:
        yield
    except UserError as error:
        st.error(markdown(session.sentence(error)))


def _problems(refused: EntryRefusedError) -> Sentence:
    """What the rules of a table refuse in an entry, field by field."""
    from nami_monitor.ingest.book.set_aside import reason_sentence  # noqa: PLC0415 - as above

    return lambda session: "\n\n".join(
        reason_sentence(problem.column, problem.rule, problem.value, session.lang)
        for problem in refused.problems
    )


def who_field(session: Session, at: str = "") -> None:
    """Ask once who books: a role or initials. Once given, tell it, with a way to change it.

    Args:
        session: the visitor's session.
        at: tells it from another one on the page.
    """
    if visitor.person():
        return
    if session.who and not st.session_state.get(CHANGING):
        with st.container(key=f"who_known{at}", horizontal=True, vertical_alignment="center"):
            st.caption(session.md("data.who.known", who=session.who), width="content")
            st.button(
                session.t("data.who.change"),
                key=f"who_change{at}",
                type="tertiary",
                on_click=lambda: st.session_state.update({CHANGING: True}),
            )
        return
    _who_text(session, f"who_field{at}")


def in_demo(session: Session) -> None:
    """Say that entries in the demo are not kept, on demo data only."""
    if session.demo:
        st.caption(session.t("entry.demo"))


def source_name(session: Session, source: str) -> str:
    """A source by its name; what was entered by form in words."""
    from nami_monitor.ingest.book.manual_entry import SOURCE  # noqa: PLC0415 - as above

    return session.t("entry.source") if source == SOURCE else source


def _press(name: str, label: str, presses: int) -> None:
    if presses == _presses(name):
        outcomes.note_press(name, label, str(st.session_state.get(app.PAGE)))


def _presses(name: str) -> int:
    """How often a button has started something: a second click on what stood there is none."""
    return int(st.session_state.get(PRESSES, {}).get(name, 0))


def _allowed(session: Session, name: str, needs: Role) -> bool:
    """Whether the visitor may change data; a button that needs to know who they are asks it."""
    if not visitor.may(needs):
        outcomes.tell(session, name, said(f"access.refused.{needs}"), good=False)
        return False
    if session.demo or visitor.person() or browser.who():
        return True
    st.session_state[ASKED] = name
    return False


def ask(session: Session, name: str) -> None:
    """Ask beside a button who the visitor is, once it was refused for that."""
    if st.session_state.get(ASKED) != name:
        return
    if session.who and not st.session_state.get(CHANGING):
        st.caption(session.md("data.who.again", who=session.who))
        return
    st.error(session.t("data.who.needed"))
    _who_text(session, f"who_for_{name}")


def _who_text(session: Session, key: str) -> None:
    st.text_input(
        session.t("data.who.label"),
        value=session.who,
        max_chars=browser.LONGEST_WHO,
        help=session.t("data.who.help"),
        key=key,
        width=320,
        on_change=_give_who,
        args=(key,),
    )


def _give_who(key: str) -> None:
    """Take over who the visitor says to be; the browser remembers it."""
    st.session_state[browser.WHO] = " ".join(str(st.session_state[key]).split())
    st.session_state.pop(CHANGING, None)

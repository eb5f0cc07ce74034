"""What runs for a visitor and what came of it: on top of every page, until it is dismissed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.escapes import markdown
from nami_monitor.i18n import formats
from nami_monitor.ui import visitor
from nami_monitor.ui.jobs import JOBS, Job, Outcome, Sentence, said
from nami_monitor.ui.session import Session

POLL_SECONDS: Final = 1.0
"""How often a page looks how far a job is."""

PATIENCE_SECONDS: Final = 1.0
"""How long a page waits for a job, so that a short one is told without being seen to run."""


PRESS: Final = "outcomes.press"


@dataclass
class Press:
    """A press on a button that the page has yet to act on.

    Args:
        name: the button.
        label: what stands on it.
        page: the page on which it stands.
        runs: how often a page was drawn since.
    """

    name: str
    label: str
    page: str
    runs: int = 0


def panel(session: Session, page: str) -> None:
    """Show what runs and what came of it; the page is drawn anew when something ends.

    Args:
        session: the visitor's session.
        page: catalogue key of the page's heading.
    """
    _tell_lost(session, page)
    running = any(job.running for job in JOBS.shown(visitor.owner()))
    every = POLL_SECONDS if running else None
    with st.container(key="outcomes"):  # a place of its own: what stands below it stays open
        st.fragment(_panel, run_every=every)(session, running)


def note_press(name: str, label: str, page: str) -> None:
    """Note that a button was pressed: a page may be left before its run comes to the button."""
    st.session_state[PRESS] = Press(name, label, page)


def take_press(name: str) -> bool:
    """Whether a button was pressed and the page has yet to act on it; once for each press."""
    press: Press | None = st.session_state.get(PRESS)
    if press is None or press.name != name:
        return False
    del st.session_state[PRESS]
    return True


def _tell_lost(session: Session, page: str) -> None:
    """Tell that a press was not acted on: another page or part was opened too soon after it."""
    press: Press | None = st.session_state.get(PRESS)
    if press is None:
        return
    press.runs += 1
    if press.page == page and press.runs <= 2:  # noqa: PLR2004 - its own run, and one that follows
        return
    del st.session_state[PRESS]
    label = press.label
    tell(session, press.name, lambda session: session.t("jobs.lost", button=label), good=False)


def begin(job: Job) -> bool:
    """Start a job for this browser; one that takes long is told by the panel of every page.

    What the visitor may not do is not begun, whichever button asked for it; they are told.

    Returns:
        Whether it was started or refused: it is neither while one of its name runs.
    """
    if not visitor.may(job.needs):
        says = said(f"access.refused.{job.needs}")
        refused = Outcome(says, good=False)
        JOBS.tell(visitor.owner(), Job(job.name, job.store, job.who, says, lambda _: refused))
        return True
    running = JOBS.start(visitor.owner(), job)
    running.ended.wait(PATIENCE_SECONDS)
    return running is job


def tell(session: Session, name: str, says: Sentence, *, good: bool = True) -> None:
    """Tell something as the outcome of a job is told."""
    outcome = Outcome(says, good=good)
    JOBS.tell(visitor.owner(), Job(name, session.store, session.who, says, lambda _: outcome))


def _panel(session: Session, running: bool) -> None:
    jobs = JOBS.shown(visitor.owner())
    if any(job.running for job in jobs) != running:
        st.rerun()
    if not jobs:
        return
    with st.container(key="jobs"):
        for job in jobs:
            row = st.container(
                key=f"job_{job.number}", horizontal=True, vertical_alignment="center"
            )
            with row:
                _job(session, job)


def _job(session: Session, job: Job) -> None:
    """A job: how far it is, or what came of it, with what can be done about it."""
    if job.running:
        _progress(session, job)
        return
    if job.error is not None:
        st.error(markdown(_failure(session, job, job.error)))
    elif job.outcome and job.outcome.says:
        say = st.success if job.outcome.good else st.error
        say(job.outcome.says(session))
    if isinstance(job.error, DatabaseHeldError):
        st.button(session.t("jobs.again"), key=f"again_{job.number}", on_click=_again, args=(job,))
    if job.outcome and job.outcome.batches and visitor.may(Role.MANAGE):
        st.button(session.t("jobs.undo"), key=f"undo_{job.number}", on_click=_undo, args=(job,))
    if job.outcome and job.outcome.kept and visitor.may(Role.MANAGE):
        st.button(
            session.t("jobs.remove"),
            key=f"remove_kept_{job.number}",
            on_click=_remove_kept,
            args=(job,),
        )
    st.button(
        session.t("jobs.dismiss"),
        key=f"dismiss_{job.number}",
        type="tertiary",
        on_click=job.dismiss,
    )


def _progress(session: Session, job: Job) -> None:
    says = job.says(session)
    if job.total:
        done = formats.number(job.done, session.lang)
        total = formats.number(job.total, session.lang)
        says = session.t("jobs.progress", says=says, done=done, total=total)
        st.progress(min(job.done / job.total, 1.0), text=markdown(says))
    else:
        st.info(markdown(says), icon="spinner")


def _failure(session: Session, job: Job, error: Exception) -> str:
    """Why a job failed, as a sentence; the log has what is no use to a visitor."""
    if isinstance(error, UserError):
        said = session.sentence(error)
        return f"{job.about}: {said}" if job.about else said
    return session.t("jobs.broken", says=job.says(session))


def _again(job: Job) -> None:
    """Start a job anew that could not get at the database."""
    begin(Job(job.name, job.store, job.who, job.says, job.work, job.about, job.needs))


def _undo(job: Job) -> None:
    """Undo what a job booked."""
    if job.outcome:
        batches = job.outcome.batches
        name = undo_name(batches)
        says, work = undo_says(batches), undo_work(batches)
        begin(Job(name, job.store, job.who, says, work, needs=Role.MANAGE))


def undo_name(batches: Sequence[int]) -> str:
    """The name of the job that undoes deliveries."""
    return f"undo_{'_'.join(str(batch) for batch in batches)}"


def undo_says(batches: Sequence[int]) -> Sentence:
    """Tells that deliveries are being undone."""
    listed = ", ".join(str(batch) for batch in batches)
    return lambda session: session.t("jobs.undoing", n=len(batches), batches=listed)


def undo_work(batches: Sequence[int]) -> Callable[[Job], Outcome]:
    """The work of undoing deliveries, the last one first."""

    def work(job: Job) -> Outcome:
        from nami_monitor.backups import kept_states  # noqa: PLC0415 - slow to load
        from nami_monitor.ingest.book.undo import undo  # noqa: PLC0415 - likewise

        files = [
            (batch, undo(job.store, batch, who=job.who).file)
            for batch in sorted(batches, reverse=True)
        ]
        kept = tuple(kept_states(job.store))
        return Outcome(
            lambda session: _undone(session, files, kept), undone=tuple(batches), kept=kept
        )

    return work


def _undone(session: Session, files: Sequence[tuple[int, str]], kept: Sequence[Path]) -> str:
    """What was undone, and where it still stands."""
    done = [session.t("data.undo.done", batch=batch, file=file) for batch, file in files]
    if kept:
        listed = ", ".join(path.name for path in kept)
        done.append(session.t("jobs.kept", n=len(kept), files=listed))
    return " ".join(done)


def _remove_kept(job: Job) -> None:
    """Remove the earlier states of a job's database."""

    def work(job: Job) -> Outcome:
        from nami_monitor.backups import remove_kept_states  # noqa: PLC0415 - slow to load

        removed = remove_kept_states(job.store, job.who)
        return Outcome(lambda session: session.t("jobs.removed", n=removed))

    job.dismiss()
    begin(Job("remove_kept", job.store, job.who, said("jobs.removing"), work, needs=Role.MANAGE))

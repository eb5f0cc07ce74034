"""A backup of all that is kept: to take along, and to put back."""

import tempfile
from pathlib import Path

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.backups import back_up, look_inside, restore, said
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown
from nami_monitor.ui import booking
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.pages.data import session_files
from nami_monitor.ui.pages.data.session_files import OfferedFile
from nami_monitor.ui.session import Session

ZIP = "application/zip"


def part(session: Session) -> None:
    """Show the part of the page with the backup."""
    if session.demo:
        st.info(session.t("data.backup.demo"))
        return
    st.markdown(session.t("data.backup.words"))
    if _holds_data(session):
        booking.download(
            session,
            session.t("data.backup.save"),
            lambda: _zip(session),
            "nami.zip",
            act="backup",
            mime=ZIP,
            key="backup_download",
            type="primary",
        )
    else:
        st.info(session.t("data.backup.none"))
    st.header(session.t("data.backup.restore"), anchor=False)
    file = st.file_uploader(session.t("data.backup.label"), type="zip", key="backup_file")
    session_files.larger_files(session, "nami restore")
    if file:
        _offered(session, session_files.keep_file(file))


def _holds_data(session: Session) -> bool:
    """Whether there is something to back up: not in a database that cannot be read."""
    try:
        return bool(session.store.stamp())
    except UserError:
        return False


def _zip(session: Session) -> bytes:
    with tempfile.TemporaryDirectory(prefix="nami-") as folder:
        path = Path(folder) / "nami.zip"
        back_up(session.store, path)
        return path.read_bytes()


def _offered(session: Session, offer: OfferedFile) -> None:
    """What is in a backup, and putting it back after a second confirmation."""
    try:
        contents = session_files.remember(("backup", offer.key), lambda: look_inside(offer.path))
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return
    st.markdown(session.t("data.backup.inside"))
    st.markdown("\n".join(f"- {markdown(line)}" for line in said(contents, session.lang)))
    st.markdown(session.t("data.backup.kept"))
    booking.who_field(session)
    if st.checkbox(session.t("data.backup.sure"), key=f"backup_sure_{offer.key}"):
        booking.action(
            session,
            session.t("data.backup.do"),
            f"backup_do_{offer.key}",
            lambda session: session.t("data.backup.busy"),
            lambda job: _restore(job, offer),
            type="primary",
            needs=Role.MANAGE,
        )


def _restore(job: Job, offer: OfferedFile) -> Outcome:
    done = restore(job.store, offer.path, job.who)

    def says(session: Session) -> str:
        sentences = [session.t("data.backup.done"), *said(done.contents, session.lang)]
        if done.before:
            sentences.append(session.t("backup.before", file=done.before))
        return " ".join(sentences)

    return Outcome(says)

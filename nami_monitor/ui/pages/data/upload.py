"""Reading files in: a guide for the first time, then each file until it is booked."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from nami_monitor.access.roles import Role, highest
from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.settings import places
from nami_monitor.ingest.book.import_report import Report
from nami_monitor.ingest.deliveries import batches as deliveries
from nami_monitor.ingest.profiles.library import SUFFIX, profiles_in
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.template import known_codes, template
from nami_monitor.tables import TABLES
from nami_monitor.ui import app, booking, doors, outcomes, visitor
from nami_monitor.ui.jobs import Job, Outcome, Sentence
from nami_monitor.ui.pages.data import (
    activity_choice,
    batches,
    kept_profiles,
    reading,
    session_files,
)
from nami_monitor.ui.pages.data.looked import Looked, look
from nami_monitor.ui.pages.data.session_files import OfferedFile
from nami_monitor.ui.session import Session

UPLOADS = "data.uploads"
"""How often files were taken over: each time a fresh field stands ready."""
STEPS = ("orders", "measurements", "locations", "products", "contracts", "assets", "requests")
"""What to read in, in this order."""
NEXT = 2
"""How many things to read in next are told."""


def headed(demo: bool) -> bool:
    """Whether the part writes its own heading: the state of what was offered."""
    return not demo and bool(session_files.offered())


def part(session: Session) -> None:
    """Show the part of the page that imports files."""
    if session.demo:
        st.info(session.t("data.upload.demo"))
        st.button(
            session.t("app.demo.own"),
            key="own_data_upload",
            type="primary",
            on_click=app.show_data,
            args=(app.OWN,),
        )
        return
    library = profiles_in(places().profiles)
    offers = session_files.offered()
    if not offers:
        st.markdown(session.t("data.upload.words"))
        _uploader(session, "data.upload.label")
        _guide(session, _delivered(session))
        kept_profiles.part(session, library)
        return
    profiles = [offer for offer in offers if offer.name.endswith(SUFFIX)]
    files = [offer for offer in offers if offer not in profiles]
    with st.spinner(session.t("data.upload.reading")):
        looked = {offer: _look(session, offer, library) for offer in files}
    if len(offers) > 1 or profiles:
        app.heading(session.t("intake.files", n=len(offers)))
    for offer in profiles:
        kept_profiles.offered(session, offer)
    _all_at_once(session, {o: found for o, found in looked.items() if found and found.ready})
    for offer, found in looked.items():
        with st.container(key=f"file_{offer.key}"):
            _file(session, offer, found, alone=len(offers) == 1)
    _uploader(session, "data.upload.another")


def _uploader(session: Session, label: str) -> None:
    """Take files over: they stay while the visitor looks at other pages.

    After each drop a fresh field stands ready. The one before stays, out of sight: what is dropped
    on it while the page is still being drawn arrives there, and would be lost with it.
    """
    fields = int(st.session_state.get(UPLOADS, 0))
    for number in range(fields, max(fields - 2, -1), -1):
        st.file_uploader(
            session.t(label),
            accept_multiple_files=True,
            key=f"data_files_{number}",
            help=session.t("data.upload.help"),
            on_change=_take,
            args=(number,),
        )
    session_files.larger_files(session, "nami import")


def _take(number: int) -> None:
    """Take over what a field holds and was not taken over before."""
    for file in st.session_state[f"data_files_{number}"]:
        if not session_files.kept_before(file):
            session_files.offer(session_files.keep_file(file))
    st.session_state[UPLOADS] = max(int(st.session_state.get(UPLOADS, 0)), number + 1)


def _look(session: Session, offer: OfferedFile, library: Mapping[str, Profile]) -> Looked | None:
    """What is known of a file; None while it is being booked and when it is booked."""
    draft = session_files.draft_of(offer)
    booked = session_files.done(session.store, offer.key)
    again = booked is not None and draft.instead_of == (booked.batch or booked.already_in)
    if session_files.booking_now(offer) or (booked is not None and not again):
        return None
    return look(session, offer, library)


def _file(session: Session, offer: OfferedFile, looked: Looked | None, *, alone: bool) -> None:
    """One file: its name, its state as a title, and what can be done with it."""
    booked = session_files.done(session.store, offer.key)
    above, title = offer.name, session.t("intake.title.booking")
    if looked is not None:
        above = reading.above(session, offer, looked)
        title = reading.title(session, looked)
    elif booked is not None:
        title = _outcome(session, booked)
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"head_{offer.key}"):
        with st.container(gap=None):
            st.caption(f"**{markdown(above)}**")
            if alone:
                app.heading(title)
            else:
                st.header(markdown(title), anchor=False)
        st.button(
            session.t("intake.away"),
            key=f"away_{offer.key}",
            on_click=session_files.put_away,
            args=(offer,),
        )
    if looked is not None:
        reading.part(session, offer, looked)
    elif booked is not None:
        _booked(session, offer, booked)
    else:
        st.markdown(session.md("data.upload.busy", file=offer.name))


def _outcome(session: Session, report: Report) -> str:
    if report.batch is None:
        return session.t("intake.title.known")
    return session.t("intake.title.booked", n=report.main.accepted, batch=report.batch)


def _booked(session: Session, offer: OfferedFile, report: Report) -> None:
    """What came of a file: its report, the ways to correct it, and what to read in next."""
    batch = report.batch or report.already_in
    if report.already_in:
        st.markdown(session.md("data.upload.already", batch=report.already_in))
    left, right = st.columns(2, gap="large")
    with left:
        st.header(session.t("intake.report"), anchor=False)
        batches.show_report(session, report)
        with st.container(horizontal=True):
            if report.main.set_aside:
                st.button(
                    session.t("data.upload.to_aside"),
                    key=f"to_aside_{offer.key}",
                    on_click=doors.show_part,
                    args=("set_aside",),
                )
            if batch is not None:
                _corrections(session, offer, batch)
    with right:
        if "measurements" in report.tables:
            activity_choice.choice(session)
        _next(session, _delivered(session))
        doors.link("overview", session.t("data.upload.to_overview"))


def _corrections(session: Session, offer: OfferedFile, batch: int) -> None:
    """Undo a delivery, or read its file in another way instead of it."""
    booking.action(
        session,
        session.t("data.undo.do", batch=batch),
        f"undo_booked_{batch}",
        outcomes.undo_says([batch]),
        outcomes.undo_work([batch]),
        needs=Role.MANAGE,
    )

    def anew() -> None:
        draft = replace(session_files.draft_of(offer), instead_of=batch)
        session_files.keep_draft(offer, draft)

    st.button(session.t("intake.otherwise"), key=f"otherwise_{offer.key}", on_click=anew)


def _delivered(session: Session) -> set[str]:
    """The tables that deliveries brought rows of."""
    if not session.store.version():
        return set()
    with session.store.read() as db:
        return {
            table
            for batch in deliveries(db)
            if not batch.undone and batch.report
            for table, counts in batch.report.tables.items()
            if counts.accepted
        }


def _next(session: Session, present: set[str]) -> None:
    """What to read in next, and what that shows."""
    missing = [table for table in STEPS if table not in present]
    if missing:
        st.header(session.t("guide.next"), anchor=False)
        said = [session.t(f"guide.with.{table}") for table in missing[:NEXT]]
        st.markdown("\n".join(f"- {sentence}" for sentence in said))


def _guide(session: Session, present: set[str]) -> None:
    """Which files to read in, in which order; what to ask a supplier; and an empty template."""
    st.header(session.t("guide.title"), anchor=False)
    steps = [
        f"<tr{' style=color:var(--nami-grey)' if table in present else ''}>"
        f'<th scope="row">{at}. {html(session.t(f"tables.{table}.name"))}'
        f"{' ' + html(session.t('guide.there')) if table in present else ''}</th>"
        f'<td style="text-align:left">{html(session.t(f"guide.file.{table}"))}</td>'
        f'<td style="text-align:left">{html(session.t(f"guide.with.{table}"))}</td></tr>'
        for at, table in enumerate(STEPS, start=1)
    ]
    name = html(session.t("guide.title"))
    st.html(
        f'<table class="nami-table" aria-label="{name}"><tbody>{"".join(steps)}</tbody></table>'
    )
    st.markdown(session.t("guide.supplier"))
    st.code(session.t("guide.sentence"), language=None, wrap_lines=True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        table = st.selectbox(
            session.t("template.title"),
            list(TABLES),
            index=list(TABLES).index("orders"),
            format_func=lambda name: session.t(f"tables.{name}.name"),
            key="template_table",
            help=session.t("template.words"),
            width=320,
        )
        st.download_button(
            session.t("template.download"),
            data=lambda: _workbook(session, table),
            file_name=f"{session.t(f'tables.{table}.name')}.xlsx",
            key="template_download",
            on_click="ignore",
        )


def _workbook(session: Session, table: str) -> bytes:
    choices = {}
    if session.store.exists:
        with session.store.read() as db:
            choices = known_codes(db)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "template.xlsx"
        template(table, out, session.lang, choices)
        return out.read_bytes()


def _all_at_once(session: Session, ready: Mapping[OfferedFile, Looked]) -> None:
    """Book every file of which nothing is left to ask."""
    if len(ready) < 2:  # noqa: PLR2004 - several
        return
    booking.who_field(session)
    may_change = visitor.may(Role.MANAGE)
    booking.action(
        session,
        session.t("data.upload.all", n=len(ready)),
        session_files.BOOK_ALL,
        lambda session: session.t("data.upload.busy_all"),
        lambda job: _book_all(job, list(ready.items()), may_change=may_change),
        type="primary",
        needs=highest(reading.needed(looked.draft) for looked in ready.values()),
    )


def _book_all(
    job: Job, ready: Sequence[tuple[OfferedFile, Looked]], *, may_change: bool
) -> Outcome:
    """Book files one by one; one that is refused does not keep the others out."""
    reports: dict[str, Report] = {}
    says: list[Sentence] = []
    job.total = len(ready)
    for offer, looked in ready:
        try:
            report = reading.book(job, offer, looked.draft, may_change=may_change)
        except DatabaseHeldError:
            raise
        except UserError as refused:
            says.append(partial(_refused, offer=offer, error=refused))
        else:
            reports[offer.key] = report
            says.append(partial(reading.booked, offer=offer, report=report))
        job.done += 1
    return Outcome(
        lambda session: "\n\n".join(sentence(session) for sentence in says),
        good=len(reports) == len(ready),
        value=reports,
    )


def _refused(session: Session, offer: OfferedFile, error: UserError) -> str:
    return f"{offer.name}: {session.sentence(error)}"

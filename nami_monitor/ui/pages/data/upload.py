"""Reading files in: offer, recognise or map, look first, then book."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import streamlit as st

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.settings import places
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.file_import import Answers
from nami_monitor.ingest.book.import_report import Report
from nami_monitor.ingest.profiles.library import SUFFIX, profiles_in, recognise
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.template import known_codes, template
from nami_monitor.tables import TABLES
from nami_monitor.ui import app, booking, doors
from nami_monitor.ui.jobs import Job, Outcome, Sentence
from nami_monitor.ui.pages.data import (
    batches,
    import_preview,
    kept_profiles,
    profile_form,
    session_files,
)
from nami_monitor.ui.pages.data.session_files import OfferedFile
from nami_monitor.ui.session import Session

NEW = ""
NO_PROFILE = Profile(source="", tables=())


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
    st.markdown(session.t("data.upload.words"))
    files = st.file_uploader(
        session.t("data.upload.label"),
        accept_multiple_files=True,
        key="data_files",
        help=session.t("data.upload.help"),
    )
    session_files.larger_files(session, "nami import")
    library = profiles_in(places().profiles)
    if not files:
        kept_profiles.part(session, library)
        _templates(session)
        return
    booking.who_field(session)
    offers = [session_files.keep_file(file) for file in files]
    data = [offer for offer in offers if not offer.name.endswith(SUFFIX)]
    for offer in offers:
        if offer not in data:
            kept_profiles.offered(session, offer)
    _all_at_once(session, data, library)
    for offer in data:
        with st.container(border=True, key=f"file_{offer.key}"):
            _file(session, offer, library)


def _templates(session: Session) -> None:
    """An empty workbook per table, for who has no export."""
    st.header(session.t("template.title"), anchor=False)
    st.markdown(session.t("template.words"))
    table = st.selectbox(
        session.t("template.choose"),
        list(TABLES),
        index=list(TABLES).index("orders"),
        format_func=lambda name: session.t(f"tables.{name}.name"),
        key="template_table",
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


def _all_at_once(
    session: Session, offers: Sequence[OfferedFile], library: Mapping[str, Profile]
) -> None:
    """Book every file that is recognised and of which nothing is to be asked."""
    waiting = {
        offer: known
        for offer in offers
        if not session_files.done(session.store, offer.key)
        and not session_files.booking_now(offer)
        and (known := _known(offer, library))
    }
    months = [
        f"{offer.name}: {formats.month(month, session.lang)}"
        for offer, (_, month) in waiting.items()
        if month
    ]
    if len(waiting) < 2:  # noqa: PLR2004 - several
        return
    if months:
        st.markdown(session.md("data.upload.months", months="; ".join(months)))
    booking.action(
        session,
        session.t("data.upload.all", n=len(waiting)),
        session_files.BOOK_ALL,
        lambda session: session.t("data.upload.busy_all"),
        lambda job: _book_all(job, waiting),
        type="primary",
    )


def _known(
    offer: OfferedFile, library: Mapping[str, Profile]
) -> tuple[Profile, date | None] | None:
    """The profile that reads a file, and its month where that is asked; None when one lacks."""
    names = _names(offer, library)
    if not names:
        return None
    profile = library[names[0]]
    if not import_preview.asks_month(profile):
        return profile, None
    try:
        month = import_preview.chosen_month(offer, profile)
    except UserError:  # said where the file itself is shown
        return None
    return (profile, month) if month else None


def _book_all(job: Job, waiting: Mapping[OfferedFile, tuple[Profile, date | None]]) -> Outcome:
    """Book files one by one; one that is refused does not keep the others out."""
    reports: dict[str, Report] = {}
    says: list[Sentence] = []
    job.total = len(waiting)
    for offer, (profile, month) in waiting.items():
        try:
            report = import_preview.book(job, offer, profile, Answers(), month)
        except DatabaseHeldError:
            raise
        except UserError as refused:
            says.append(partial(_refused, offer=offer, error=refused))
        else:
            reports[offer.key] = report
            says.append(partial(import_preview.booked, offer=offer, report=report))
        job.done += 1
    return Outcome(
        lambda session: "\n\n".join(sentence(session) for sentence in says),
        good=len(reports) == len(waiting),
        value=reports,
    )


def _refused(session: Session, offer: OfferedFile, error: UserError) -> str:
    return f"{offer.name}: {session.sentence(error)}"


def _names(offer: OfferedFile, library: Mapping[str, Profile]) -> tuple[str, ...]:
    key = ("recognised", offer.key, repr(library))
    return session_files.remember(
        key, lambda: recognise(offer.path, library, offer.name, offer.cells)
    ).profiles


def _file(session: Session, offer: OfferedFile, library: Mapping[str, Profile]) -> None:
    """One file, from being offered to being booked."""
    st.header(markdown(offer.name), anchor=False)
    if session_files.booking_now(offer):
        st.markdown(session.md("data.upload.busy", file=offer.name))
        return
    booked = session_files.done(session.store, offer.key)
    if booked:
        _booked(session, offer, booked)
        return
    key = ("recognised", offer.key, repr(library))
    with st.spinner(session.t("data.upload.reading")):
        recognised = session_files.remember(
            key, lambda: recognise(offer.path, library, offer.name, offer.cells)
        )
    if recognised.mended:
        st.markdown(session.t("data.upload.mended"))
        import_preview.part(session, offer, NO_PROFILE)
        return
    chosen = _choose(session, offer, recognised.profiles, library)
    if chosen == NEW:
        profile_form.panel(session, offer, None, "")
        return
    profile = library[chosen]
    change = st.toggle(session.t("data.upload.change"), key=f"change_{offer.key}")
    if change:
        profile_form.panel(session, offer, profile, chosen)
        return
    session_files.drop_draft(offer.key)
    try:
        import_preview.part(session, offer, profile)
    except DatabaseHeldError:
        raise
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        if error.key == "import.read_otherwise":
            batches.undoing(session, int(str(error.values["batch"])))
        st.markdown(session.t("data.upload.try_change"))


def _booked(session: Session, offer: OfferedFile, report: Report) -> None:
    """A file that was booked: its report, and where to go on."""
    if report.already_in:
        st.markdown(session.md("data.upload.already", batch=report.already_in))
    else:
        st.markdown(session.md("data.upload.booked", batch=report.batch))
    import_preview.show_report(session, report)
    if report.main.set_aside:
        st.info(session.t("data.upload.mend"))
        st.button(
            session.t("data.upload.to_aside"),
            key=f"to_aside_{offer.key}",
            on_click=doors.show_part,
            args=("set_aside",),
        )
    doors.link("overview", session.t("data.upload.to_overview"))


def _choose(
    session: Session, offer: OfferedFile, names: Sequence[str], library: Mapping[str, Profile]
) -> str:
    """Which profile reads a file: the one that fits, another one, or a new one."""
    if names:
        st.markdown(session.md("data.upload.recognised", source=library[names[0]].source))
    else:
        st.markdown(session.t("data.upload.unknown"))
    if not library:
        return NEW
    others = [name for name in library if name not in names]
    options = [*names, NEW, *others] if names else [NEW, *others]
    return str(
        st.selectbox(
            session.t("data.upload.profile"),
            options,
            format_func=lambda name: (
                plain(f"{library[name].source} ({name})") if name else session.t("data.upload.new")
            ),
            key=f"profile_of_{offer.key}_{len(names)}",
        )
    )

"""Profiles that are kept: to pass on, to take over from a colleague, to go back to."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.settings import places
from nami_monitor.i18n import formats
from nami_monitor.ingest.profiles.library import (
    SUFFIX,
    ProfileVersion,
    profile_difference,
    profile_file,
    profile_versions,
    save_profile,
)
from nami_monitor.ingest.profiles.profile import Profile, load_profile, parse_profile, write_profile
from nami_monitor.ui import booking
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.pages.data.session_files import OfferedFile
from nami_monitor.ui.session import Session


def part(session: Session, library: Mapping[str, Profile]) -> None:
    """Show the profiles that are kept, each with its earlier versions."""
    st.header(session.t("data.profiles.title"), anchor=False)
    if not library:
        st.markdown(session.t("data.profiles.none"))
        return
    st.markdown(session.t("data.profiles.words"))
    for name, profile in library.items():
        with st.expander(f"{markdown(profile.source)} ({markdown(name)})"):
            text = write_profile(profile)
            st.code(plain(text), language="toml")
            st.download_button(
                session.t("data.profiles.download"),
                data=text,
                file_name=f"{name}{SUFFIX}",
                mime="application/toml",
                key=f"profile_{name}",
                on_click="ignore",
            )
            _versions(session, places().profiles / f"{name}{SUFFIX}")


def offered(session: Session, offer: OfferedFile) -> None:
    """Show what a profile that someone passed on would change, and keep it when that is wanted."""
    with st.container(border=True, key=f"file_{offer.key}"):
        st.header(markdown(offer.name), anchor=False)
        try:
            profile = load_profile(offer.path, offer.name)
            given = st.text_input(
                session.t("data.map.name"),
                value=offer.name.removesuffix(SUFFIX),
                key=f"name_{offer.key}",
                help=session.t("data.map.name_help"),
            )
            file = profile_file(places().profiles, given)
        except UserError as error:
            st.error(markdown(session.sentence(error)))
            return
        present = profile_versions(file) if file.exists() else []
        if not present:
            st.markdown(session.md("data.profiles.new", name=file.stem))
            st.code(plain(write_profile(profile)), language="toml")
        _keep(session, file, profile, present, f"keep_{offer.key}")


def _keep(
    session: Session, file: Path, profile: Profile, present: list[ProfileVersion], key: str
) -> None:
    """Show how a profile differs from the present one, with a button that keeps it instead."""
    if present:
        changes = profile_difference(present[-1].text, write_profile(profile))
        if not changes:
            st.markdown(session.md("data.profiles.same", name=file.stem))
            return
        st.markdown(session.md("data.profiles.replaces", name=file.stem))
        st.code(plain("\n".join(changes)), language="diff")
    booking.action(
        session,
        session.t("data.profiles.replace" if present else "data.profiles.keep"),
        key,
        lambda session: session.t("jobs.keeping"),
        lambda job: _kept(job, file, profile),
        needs=Role.MANAGE,
    )


def _kept(job: Job, file: Path, profile: Profile) -> Outcome:
    save_profile(file, profile, job.who, job.store)
    return Outcome(
        lambda session: session.t("data.profiles.kept", source=profile.source, name=file.stem)
    )


def _versions(session: Session, file: Path) -> None:
    """The earlier versions of a profile, and the way back to one."""
    *earlier, _ = versions = profile_versions(file)
    if not earlier:
        return
    number = st.selectbox(
        session.t("data.profiles.versions"),
        range(len(earlier), 0, -1),
        index=None,
        format_func=lambda number: _told(session, number, versions[number - 1]),
        key=f"version_{file.stem}",
        placeholder=session.t("data.choose"),
    )
    if number is None:
        return
    try:
        profile = parse_profile(earlier[number - 1].text)
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return
    booking.who_field(session, f"_{file.stem}")
    _keep(session, file, profile, versions, f"back_{file.stem}")


def _told(session: Session, number: int, version: ProfileVersion) -> str:
    """A version by its number, when it was kept and who did so."""
    moment = formats.moment(version.when, session.lang)
    return plain(f"{number}: {moment} {version.who}".rstrip())

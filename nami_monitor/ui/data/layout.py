"""How the file is laid out: for files that are not understood by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ui.app import Session
from nami_monitor.ui.data.questions import pattern_name

SNIFFED = ""
FORMATS = (SNIFFED, "csv", "xlsx", "xls", "ods", "parquet", "ocds")
ENCODINGS = (SNIFFED, "utf-8", "utf-8-sig", "cp1252", "cp850")
DELIMITERS = (SNIFFED, ";", ",", "\t", "|")
DECIMALS = (SNIFFED, ",", ".")
PATTERNS = (
    "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%Y-%m-%d", "%m/%d/%Y",
    "%d %b %Y", "%b %Y", "%Y%m%d", "%Y-%m", "%m-%Y", "%Y",
)  # fmt: skip


def fields(session: Session, key: str, profile: Profile, headers: Sequence[str]) -> Profile:
    """Ask how the file is laid out; what stays empty is found out.

    Args:
        session: for the words.
        key: of the file.
        profile: what was answered so far.
        headers: of the file, when it could be read.
    """
    st.markdown(f"**{session.t('data.layout.title')}**")
    st.caption(session.t("data.layout.words"))
    now = profile.layout
    first, second, third = st.columns(3)
    with first:
        kind = _one_of(session, "format", FORMATS, now.format, key)
        sheet = st.text_input(
            session.t("data.layout.sheet"),
            value="" if now.sheet is None else str(now.sheet),
            key=f"sheet_{key}",
            help=session.t("data.layout.sheet_help"),
        ).strip()
        header = st.checkbox(session.t("data.layout.header"), value=now.header, key=f"header_{key}")
    with second:
        encoding = _one_of(session, "encoding", ENCODINGS, now.encoding, key)
        delimiter = _one_of(session, "delimiter", DELIMITERS, now.delimiter, key)
        header_rows = st.number_input(
            session.t("data.layout.header_rows"),
            min_value=1,
            max_value=9,
            value=now.header_rows,
            key=f"header_rows_{key}",
        )
    with third:
        decimal = _one_of(session, "decimal", DECIMALS, profile.decimal, key)
        known = list(dict.fromkeys([*PATTERNS, *profile.dates]))
        dates = st.multiselect(
            session.t("data.layout.dates"),
            known,
            default=list(profile.dates),
            format_func=lambda pattern: pattern_name(session, pattern),
            key=f"patterns_{key}",
            accept_new_options=True,
            placeholder=session.t("data.layout.sniffed"),
            help=session.t("data.layout.dates_help"),
        )
        skipped = st.number_input(
            session.t("data.layout.skip_rows"),
            min_value=0,
            max_value=10_000,
            value=now.skip_rows,
            placeholder=session.t("data.layout.sniffed"),
            key=f"skip_rows_{key}",
        )
    fill_down = st.multiselect(
        session.t("data.layout.fill_down"),
        list(dict.fromkeys([*headers, *now.fill_down])),
        default=list(now.fill_down),
        key=f"fill_down_{key}",
        placeholder=session.t("data.none"),
        help=session.t("data.layout.fill_down_help"),
    )
    layout = Layout(
        format=kind,
        sheet=int(sheet) if sheet.isdecimal() else sheet or None,
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        header_rows=int(header_rows),
        skip_rows=None if skipped is None else int(skipped),
        fill_down=tuple(fill_down),
    )
    return replace(profile, layout=layout, decimal=decimal, dates=tuple(dates))


def _one_of(
    session: Session, name: str, options: Sequence[str], now: str | None, key: str
) -> str | None:
    listed = list(dict.fromkeys([*options, now or SNIFFED]))
    chosen = st.selectbox(
        session.t(f"data.layout.{name}"),
        listed,
        index=listed.index(now or SNIFFED),
        format_func=lambda option: _named(session, option),
        key=f"{name}_{key}",
    )
    return chosen or None


def _named(session: Session, option: str) -> str:
    signs = {
        SNIFFED: "sniffed", ";": "semicolon", ",": "comma", "\t": "tab", "|": "bar", ".": "point",
    }  # fmt: skip
    return session.t(f"data.layout.{signs[option]}") if option in signs else option

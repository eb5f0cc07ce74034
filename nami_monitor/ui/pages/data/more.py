"""What few files need: other tables, layout, notation, currency, and the profile as text."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.words import DeliveryKind, Grain
from nami_monitor.i18n import formats
from nami_monitor.ingest.cells import Sheet
from nami_monitor.ingest.profiles import proposal
from nami_monitor.ingest.profiles.profile import (
    BASES,
    Currency,
    Profile,
    parse_profile,
    write_profile,
)
from nami_monitor.tables import TABLES, columns
from nami_monitor.ui import words
from nami_monitor.ui.pages.data import session_files
from nami_monitor.ui.pages.data.session_files import OfferedFile
from nami_monitor.ui.session import Session

SNIFFED = ""
SIGNS = {SNIFFED: "sniffed", ";": "semicolon", ",": "comma", "\t": "tab", "|": "bar", ".": "point"}
ENCODINGS = (SNIFFED, "utf-8", "utf-8-sig", "cp1252", "cp850")
PATTERNS = (
    "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%Y-%m-%d", "%m/%d/%Y",
    "%d %b %Y", "%b %Y", "%Y%m%d", "%Y-%m", "%m-%Y", "%Y",
)  # fmt: skip
LAYOUT = ("format", "encoding", "delimiter")
KINDS = (SNIFFED, "csv", "xlsx", "xls", "ods", "parquet", "ocds")
SERIES = {"grain": tuple(Grain), "delivery": tuple(DeliveryKind), "basis": BASES}


def fields(
    session: Session,
    offer: OfferedFile,
    sheets: Sequence[Sheet],
    profile: Profile,
    change: Callable[[Profile], None],
) -> None:
    """Ask for what few files need; every answer is taken over at once.

    Args:
        session: for the words.
        offer: the file.
        sheets: what the reader gave; none when it could not be read.
        profile: how it is read so far.
        change: takes over another profile.
    """
    key = offer.key
    if sheets:
        _series(session, key, sheets[0], profile, change)
        _fixed(session, key, profile, change)
        if profile.money:
            _currency(session, key, profile, change)
    st.markdown(f"**{session.t('data.layout.title')}**")
    st.caption(session.t("data.layout.words"))
    _layout(session, key, sheets, profile, change)
    if profile.tables:
        _as_text(session, offer, profile)


def _field(
    widget: Callable[..., Any], label: str, key: str, current: Any, take: Callable[[Any], None],
    **look: Any,
) -> None:  # fmt: skip
    """A widget that shows what holds now and hands on what it becomes."""
    st.session_state[key] = current
    widget(label, key=key, on_change=lambda: take(st.session_state[key]), **look)


def _series(
    session: Session, key: str, sheet: Sheet, profile: Profile, change: Callable[[Profile], None]
) -> None:
    _field(
        st.text_input,
        session.t("data.map.source"),
        f"source_{key}",
        profile.source,
        lambda text: change(replace(profile, source=text.strip() or profile.source)),
        help=session.t("data.map.source_help"),
        max_chars=120,
    )
    main, *others = (table.name for table in profile.tables)
    _field(
        st.multiselect,
        session.t("data.map.others"),
        f"others_{key}",
        others,
        lambda names: change(proposal.with_tables(profile, sheet, [main, *names])),
        options=[name for name in TABLES if name != main],
        format_func=lambda name: words.table_name(session, name),
        placeholder=session.t("data.none"),
    )
    if not any(TABLES[table.name].dated_by for table in profile.tables):
        return
    for name, options in SERIES.items():
        take = partial(_with, profile, change, name)
        _field(
            st.selectbox,
            session.t(f"data.{name}.label"),
            f"{name}_{key}",
            getattr(profile, name),
            take,
            options=options,
            format_func=partial(_series_name, session, name),
        )


def _with(profile: Profile, change: Callable[[Profile], None], name: str, value: Any) -> None:
    change(replace(profile, **{name: value}))


def _series_name(session: Session, name: str, value: str) -> str:
    return session.t(f"data.{name}.{value}")


def _fixed(session: Session, key: str, profile: Profile, change: Callable[[Profile], None]) -> None:
    """One more column that the same text fills in every row."""
    given = {name for table in profile.tables for name in (*table.columns, *table.constants)}
    spec = [c for table in profile.tables for c in columns(table.name) if c.name not in given]
    name = st.selectbox(
        session.t("data.map.fixed"),
        list(dict.fromkeys(c.name for c in spec)),
        index=None,
        format_func=lambda name: plain(words.column_name(session, name)),
        key=f"fixed_{key}",
        placeholder=session.t("data.choose"),
    )
    if name:
        _field(
            st.text_input,
            session.md("data.map.fixed_for", column=words.column_name(session, name)),
            f"fixed_{key}_{name}",
            "",
            lambda text: change(proposal.with_constant(profile, name, text.strip())),
        )


def _currency(
    session: Session, key: str, profile: Profile, change: Callable[[Profile], None]
) -> None:
    """The currency of the amounts: a code, what one of it is in euros, and who says so."""
    code = st.text_input(
        session.t("data.currency.label"),
        value=profile.currency.code if profile.currency else "EUR",
        max_chars=3,
        key=f"currency_{key}",
    )
    code = code.strip().upper()
    if code in {"", "EUR"}:
        if profile.currency:
            change(replace(profile, currency=None))
            st.rerun()
        return
    now = profile.currency
    rate = st.text_input(
        session.md("data.currency.rate", code=code),
        value=formats.number(now.to_eur, session.lang) if now else "",
        key=f"to_eur_{key}",
    )
    source = st.text_input(
        session.t("data.currency.source"), value=now.source if now else "", key=f"rate_of_{key}"
    )
    if not rate.strip():
        return
    try:
        found = Currency(code, float(formats.parse_decimal(rate.strip(), session.lang)), source)
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return
    if found != now:
        change(replace(profile, currency=found))
        st.rerun()


def _layout(
    session: Session,
    key: str,
    sheets: Sequence[Sheet],
    profile: Profile,
    change: Callable[[Profile], None],
) -> None:
    layout = profile.layout

    def taken(name: str, empty: Any = None) -> Callable[[Any], None]:
        return lambda value: change(
            replace(profile, layout=replace(layout, **{name: value or empty}))
        )

    choices = {"format": KINDS, "encoding": ENCODINGS, "delimiter": (SNIFFED, ";", ",", "\t", "|")}
    for name in LAYOUT:
        current = getattr(layout, name) or SNIFFED
        _field(
            st.selectbox,
            session.t(f"data.layout.{name}"),
            f"{name}_{key}",
            current,
            taken(name),
            options=list(dict.fromkeys([*choices[name], current])),
            format_func=lambda option: plain(_sign(session, option)),
        )
    _field(
        st.text_input,
        session.t("data.layout.sheet"),
        f"sheet_name_{key}",
        "" if layout.sheet is None else str(layout.sheet),
        lambda text: taken("sheet")(int(text) if text.strip().isdecimal() else text.strip()),
        help=session.t("data.layout.sheet_help"),
    )
    _field(
        st.number_input,
        session.t("data.layout.skip_rows"),
        f"skip_rows_{key}",
        layout.skip_rows,
        lambda n: change(replace(profile, layout=replace(layout, skip_rows=n))),
        min_value=0,
        max_value=10_000,
        placeholder=session.t("data.layout.sniffed"),
    )
    _field(
        st.number_input,
        session.t("data.layout.header_rows"),
        f"header_rows_{key}",
        layout.header_rows,
        taken("header_rows", 1),
        min_value=1,
        max_value=9,
    )
    _field(
        st.multiselect,
        session.t("data.layout.fill_down"),
        f"fill_down_{key}",
        list(layout.fill_down),
        lambda names: taken("fill_down", ())(tuple(names)),
        options=list(dict.fromkeys([*(sheets[0].columns if sheets else ()), *layout.fill_down])),
        placeholder=session.t("data.none"),
        help=session.t("data.layout.fill_down_help"),
    )
    _field(
        st.selectbox,
        session.t("data.layout.decimal"),
        f"decimal_{key}",
        profile.decimal or SNIFFED,
        lambda sign: change(replace(profile, decimal=sign or None)),
        options=(SNIFFED, ",", "."),
        format_func=lambda option: _sign(session, option),
    )
    _field(
        st.multiselect,
        session.t("data.layout.dates"),
        f"patterns_{key}",
        list(profile.dates),
        lambda patterns: change(replace(profile, dates=tuple(patterns))),
        options=list(dict.fromkeys([*PATTERNS, *profile.dates])),
        format_func=lambda pattern: plain(pattern_name(session, pattern)),
        placeholder=session.t("data.layout.sniffed"),
        help=session.t("data.layout.dates_help"),
    )


def _sign(session: Session, option: str) -> str:
    return session.t(f"data.layout.{SIGNS[option]}") if option in SIGNS else option


def _as_text(session: Session, offer: OfferedFile, profile: Profile) -> None:
    """The whole profile as text, for what has no field here."""
    st.markdown(f"**{session.t('data.map.toml')}**")
    st.caption(session.t("data.map.toml_words"))
    key = f"toml_{offer.key}"
    st.session_state[key] = plain(write_profile(profile))
    st.text_area(
        session.t("data.map.toml"),
        key=key,
        height=200,
        label_visibility="collapsed",
        on_change=_take_text,
        args=(offer, key),
    )
    wrong = session_files.draft_of(offer).wrong
    if wrong is not None:
        st.error(markdown(session.sentence(wrong)))


def _take_text(offer: OfferedFile, key: str) -> None:
    draft = session_files.draft_of(offer)
    try:
        profile = parse_profile(str(st.session_state[key]))
    except UserError as error:
        session_files.keep_draft(offer, replace(draft, wrong=error))
        return
    session_files.keep_draft(
        offer, replace(draft, profile=profile, wrong=None, agreed=proposal.OF_A_NEW_FILE)
    )


def pattern_name(session: Session, pattern: str) -> str:
    """A date pattern in words: "%d-%m-%Y" is "dag-maand-jaar"."""
    for sign, word in (
        ("%d", "day"), ("%m", "month"), ("%b", "month_name"), ("%B", "month_name"),
        ("%Y", "year"), ("%y", "short_year"),
        ("%H", "hour"), ("%M", "minute"), ("%S", "second"),
    ):  # fmt: skip
        pattern = pattern.replace(sign, session.t(f"data.pattern.{word}"))
    return pattern

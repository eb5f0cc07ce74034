"""What a file does not say itself, asked in words: grain, delivery, basis, VAT, currency, dates."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.words import DeliveryKind, Grain
from nami_monitor.i18n import formats
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.profile import BASES, Currency, Profile
from nami_monitor.tables import TABLES, columns
from nami_monitor.ui.session import Session

UNKNOWN = ""
VATS = (UNKNOWN, "excl", "incl")
STANDARD = Decimal(21)
"""The Dutch standard rate in percent, offered at first."""


def ask(session: Session, key: str, profile: Profile) -> Profile:
    """Ask what the profile's tables make worth asking.

    Args:
        session: for the words.
        key: of the file.
        profile: what was answered so far.
    """
    dated = any(TABLES[table.name].dated_by for table in profile.tables)
    if dated:
        profile = _series(session, key, profile)
    if has_money(profile):
        profile = _money(session, key, profile)
    return profile


def has_money(profile: Profile) -> bool:
    """Whether the profile maps an amount."""
    return any(
        column.money and column.name in table.columns
        for table in profile.tables
        for column in columns(table.name)
    )


def number(session: Session, label: str, current: float | None, key: str) -> float | None:
    """Ask for a decimal number in the reader's way of writing; None when empty or unreadable."""
    written = (
        ""
        if current is None
        else formats.number(current, session.lang).replace("\N{MINUS SIGN}", "-")
    )
    given = st.text_input(markdown(label), value=written, key=key).strip()
    if not given:
        return None
    try:
        return float(formats.parse_decimal(given, session.lang))
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return current


def _series(session: Session, key: str, profile: Profile) -> Profile:
    first, second, third = st.columns(3)
    with first:
        grain = st.selectbox(
            session.t("data.grain.label"),
            list(Grain),
            index=list(Grain).index(profile.grain),
            format_func=lambda name: session.t(f"data.grain.{name}"),
            key=f"grain_{key}",
            help=session.t("data.grain.help"),
        )
    with second:
        delivery = st.selectbox(
            session.t("data.delivery.label"),
            list(DeliveryKind),
            index=list(DeliveryKind).index(profile.delivery),
            format_func=lambda name: session.t(f"data.delivery.{name}"),
            key=f"delivery_{key}",
            help=session.t("data.delivery.help"),
        )
    with third:
        basis = st.selectbox(
            session.t("data.basis.label"),
            BASES,
            index=BASES.index(profile.basis),
            format_func=lambda name: session.t(f"data.basis.{name}"),
            key=f"basis_{key}",
            help=session.t("data.basis.help"),
        )
    return replace(
        profile,
        grain=grain or profile.grain,
        delivery=delivery or profile.delivery,
        basis=basis,
    )


def _money(session: Session, key: str, profile: Profile) -> Profile:
    places = iter(st.columns(3))
    rate = profile.vat_rate
    with next(places):
        vat = st.selectbox(
            session.t("data.vat.label"),
            VATS,
            index=VATS.index(profile.vat or UNKNOWN),
            format_func=lambda name: session.t(f"data.vat.{name}" if name else "data.vat.choose"),
            key=f"vat_{key}",
        )
    if vat == "incl":
        with next(places):
            current = float(STANDARD) if rate is None else float(Decimal(repr(rate)) * 100)
            percent = number(session, session.t("data.vat.rate"), current, f"vat_rate_{key}")
            rate = None if percent is None else float(Decimal(repr(percent)) / 100)
    with next(places):
        currency = _currency(session, key, profile.currency)
    return replace(
        profile,
        vat=vat or None,
        vat_rate=rate if vat == "incl" else None,
        currency=currency,
    )


def _currency(session: Session, key: str, current: Currency | None) -> Currency | None:
    code = st.text_input(
        session.t("data.currency.label"),
        value=current.code if current else "EUR",
        max_chars=3,
        key=f"currency_{key}",
    )
    code = code.strip().upper()
    if code in {"", "EUR"}:
        return None
    rate = number(
        session,
        session.t("data.currency.rate", code=code),
        current.to_eur if current else None,
        f"to_eur_{key}",
    )
    source = st.text_input(
        session.t("data.currency.source"),
        value=current.source if current else "",
        key=f"rate_of_{key}",
    )
    return Currency(code, rate, source.strip()) if rate else None


def settle(session: Session, key: str, error: UserError) -> None:
    """Ask what the values of a column leave open: the order of dates, or the decimal sign.

    The answer is filled in where the layout is asked, so that it stands in one place.
    """
    if error.key == "import.ambiguous_dates":
        st.radio(
            session.md("data.settle.dates", example=error.values["example"]),
            [str(error.values["first"]), str(error.values["second"])],
            index=None,
            format_func=lambda pattern: markdown(pattern_name(session, pattern)),
            key=f"settle_dates_{key}",
            on_change=_settled,
            args=(f"settle_dates_{key}", f"patterns_{key}", True),
        )
    if error.key == "import.ambiguous_decimal":
        st.radio(
            session.t("data.settle.decimal"),
            (",", "."),
            index=None,
            format_func=lambda sign: session.t(
                "data.settle.comma" if sign == "," else "data.settle.point"
            ),
            key=f"settle_decimal_{key}",
            on_change=_settled,
            args=(f"settle_decimal_{key}", f"decimal_{key}", False),
        )


def _settled(radio_key: str, field_key: str, several: bool) -> None:
    answer = st.session_state[radio_key]
    st.session_state[field_key] = [answer] if several else answer


def pattern_name(session: Session, pattern: str) -> str:
    """A date pattern in words: "%d-%m-%Y" is "dag-maand-jaar"."""
    for sign, word in (
        ("%d", "day"), ("%m", "month"), ("%b", "month_name"), ("%B", "month_name"),
        ("%Y", "year"), ("%y", "short_year"),
        ("%H", "hour"), ("%M", "minute"), ("%S", "second"),
    ):  # fmt: skip
        pattern = pattern.replace(sign, session.t(f"data.pattern.{word}"))
    return pattern


SNIFFED = ""
FORMATS = (SNIFFED, "csv", "xlsx", "xls", "ods", "parquet", "ocds")
ENCODINGS = (SNIFFED, "utf-8", "utf-8-sig", "cp1252", "cp850")
DELIMITERS = (SNIFFED, ";", ",", "\t", "|")
DECIMALS = (SNIFFED, ",", ".")
PATTERNS = (
    "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%Y-%m-%d", "%m/%d/%Y",
    "%d %b %Y", "%b %Y", "%Y%m%d", "%Y-%m", "%m-%Y", "%Y",
)  # fmt: skip


def layout_fields(session: Session, key: str, profile: Profile, headers: Sequence[str]) -> Profile:
    """Ask how the file is laid out; what stays empty is found out.

    Args:
        session: for the words.
        key: of the file.
        profile: what was answered so far.
        headers: of the file, when it could be read.
    """
    st.markdown(f"**{session.t('data.layout.title')}**")
    st.caption(session.t("data.layout.words"))
    current = profile.layout
    first, second, third = st.columns(3)
    with first:
        kind = _one_of(session, "format", FORMATS, current.format, key)
        sheet = st.text_input(
            session.t("data.layout.sheet"),
            value="" if current.sheet is None else str(current.sheet),
            key=f"sheet_{key}",
            help=session.t("data.layout.sheet_help"),
        ).strip()
        header = st.checkbox(
            session.t("data.layout.header"), value=current.header, key=f"header_{key}"
        )
    with second:
        encoding = _one_of(session, "encoding", ENCODINGS, current.encoding, key)
        delimiter = _one_of(session, "delimiter", DELIMITERS, current.delimiter, key)
        header_rows = st.number_input(
            session.t("data.layout.header_rows"),
            min_value=1,
            max_value=9,
            value=current.header_rows,
            key=f"header_rows_{key}",
        )
    with third:
        decimal = _one_of(session, "decimal", DECIMALS, profile.decimal, key)
        patterns = list(dict.fromkeys([*PATTERNS, *profile.dates]))
        dates = st.multiselect(
            session.t("data.layout.dates"),
            patterns,
            default=list(profile.dates),
            format_func=lambda pattern: plain(pattern_name(session, pattern)),
            key=f"patterns_{key}",
            accept_new_options=True,
            placeholder=session.t("data.layout.sniffed"),
            help=session.t("data.layout.dates_help"),
        )
        skipped = st.number_input(
            session.t("data.layout.skip_rows"),
            min_value=0,
            max_value=10_000,
            value=current.skip_rows,
            placeholder=session.t("data.layout.sniffed"),
            key=f"skip_rows_{key}",
        )
    fill_down = st.multiselect(
        session.t("data.layout.fill_down"),
        list(dict.fromkeys([*headers, *current.fill_down])),
        default=list(current.fill_down),
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
    session: Session, name: str, options: Sequence[str], current: str | None, key: str
) -> str | None:
    listed = list(dict.fromkeys([*options, current or SNIFFED]))
    chosen = st.selectbox(
        session.t(f"data.layout.{name}"),
        listed,
        index=listed.index(current or SNIFFED),
        format_func=lambda option: plain(_named(session, option)),
        key=f"{name}_{key}",
    )
    return chosen or None


def _named(session: Session, option: str) -> str:
    signs = {
        SNIFFED: "sniffed", ";": "semicolon", ",": "comma", "\t": "tab", "|": "bar", ".": "point",
    }  # fmt: skip
    return session.t(f"data.layout.{signs[option]}") if option in signs else option

"""What a file does not say itself, asked in words: grain, delivery, basis, VAT, currency, dates."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Delivery, Grain
from nami_monitor.i18n import formats
from nami_monitor.ingest.profiles.profile import BASES, Currency, Profile
from nami_monitor.tables import TABLES, columns
from nami_monitor.ui.app import Session

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


def number(session: Session, label: str, now: float | None, key: str) -> float | None:
    """Ask for a decimal number in the reader's way of writing; None when empty or unreadable."""
    shown = "" if now is None else formats.number(now, session.lang).replace("\N{MINUS SIGN}", "-")
    given = st.text_input(label, value=shown, key=key).strip()
    if not given:
        return None
    try:
        return float(formats.parse_decimal(given, session.lang))
    except UserError as error:
        st.error(session.sentence(error))
        return now


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
            list(Delivery),
            index=list(Delivery).index(profile.delivery),
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
            now = float(STANDARD) if rate is None else float(Decimal(repr(rate)) * 100)
            percent = number(session, session.t("data.vat.rate"), now, f"vat_rate_{key}")
            rate = None if percent is None else float(Decimal(repr(percent)) / 100)
    with next(places):
        currency = _currency(session, key, profile.currency)
    return replace(
        profile,
        vat=vat or None,
        vat_rate=rate if vat == "incl" else None,
        currency=currency,
    )


def _currency(session: Session, key: str, now: Currency | None) -> Currency | None:
    code = st.text_input(
        session.t("data.currency.label"),
        value=now.code if now else "EUR",
        max_chars=3,
        key=f"currency_{key}",
    )
    code = code.strip().upper()
    if code in {"", "EUR"}:
        return None
    rate = number(
        session,
        session.t("data.currency.rate", code=code),
        now.to_eur if now else None,
        f"to_eur_{key}",
    )
    source = st.text_input(
        session.t("data.currency.source"), value=now.source if now else "", key=f"rate_of_{key}"
    )
    return Currency(code, rate, source.strip()) if rate else None


def settle(session: Session, key: str, error: UserError) -> None:
    """Ask what a column alone does not prove: the order of dates, or the decimal sign.

    The answer is filled in where the layout is asked, so that it stands in one place.
    """
    if error.key == "import.ambiguous_dates":
        st.radio(
            session.t("data.settle.dates", example=error.values["example"]),
            [str(error.values["first"]), str(error.values["second"])],
            index=None,
            format_func=lambda pattern: pattern_name(session, pattern),
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


def _settled(asked: str, into: str, several: bool) -> None:
    answer = st.session_state[asked]
    st.session_state[into] = [answer] if several else answer


def pattern_name(session: Session, pattern: str) -> str:
    """A date pattern in words: "%d-%m-%Y" is "dag-maand-jaar"."""
    for sign, word in (
        ("%d", "day"), ("%m", "month"), ("%b", "month_name"), ("%B", "month_name"),
        ("%Y", "year"), ("%y", "short_year"),
    ):  # fmt: skip
        pattern = pattern.replace(sign, session.t(f"data.pattern.{word}"))
    return pattern

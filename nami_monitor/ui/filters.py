"""Filters whose choice stands in the address, so that a link shows the same page to someone else.

Widgets hold raw codes; names in the reader's language are only their labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from nami_monitor.core.periods import parse_month
from nami_monitor.i18n import formats
from nami_monitor.store import Store
from nami_monitor.ui import cache, words
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import Where

ALL = ""
"""The code of "all" in a filter; it leaves the address clean."""


@dataclass(frozen=True)
class Chosen:
    """What the filters say.

    Args:
        where: filters as ``Ask`` takes them.
        month: the month to look at; the latest unless another was chosen.
        category: the chosen category, empty for all.
    """

    where: Where
    month: date
    category: str


def select(
    name: str,
    label: str,
    options: Sequence[str],
    shown: Callable[[str], str],
    *,
    default: str | None = None,
    help_text: str | None = None,
) -> str:
    """A select box bound to the address.

    Args:
        name: of the filter in the address.
        label: what stands above it.
        options: raw codes.
        shown: the name of a code in the reader's language.
        default: chosen at first, and left out of the address; the first option without one.
        help_text: what stands behind its question mark.
    """
    key = f"filter.{name}"
    first = default if default is not None and default in options else options[0]
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(name)
        st.session_state[key] = asked if asked in options else first
    value = st.selectbox(
        label, options, format_func=shown, key=key, persist_state="session", help=help_text
    )
    remember(name, value or first, first)
    return value or first


def remember(name: str, value: str, default: str) -> None:
    """Keep a choice in the address, unless it is what everyone sees anyway."""
    if value == default:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def category_name(session: Session, code: str) -> str:
    """A category's name in the reader's language."""
    if code == ALL:
        return session.t("filters.all_categories")
    names = cache.choices(session.store).categories.get(code, {})
    return str(names.get(session.lang, code))


def usual(store: Store) -> Chosen:
    """What ``row`` says to a visitor who chose nothing: the first category and the last month."""
    offered = cache.choices(store)
    category = next(iter(offered.categories), ALL)
    return Chosen(_where(category, ALL), offered.months[0], category)


def _where(category: str, group: str) -> Where:
    where = {"category": (category,), "group": (group,)}
    return tuple((name, values) for name, values in where.items() if values != (ALL,))


def row(session: Session) -> Chosen:
    """Category, location group and month side by side."""
    offered = cache.choices(session.store)
    categories = [*offered.categories, ALL]
    months = [f"{month:%Y-%m}" for month in offered.months]
    left, middle, right = st.columns(3)
    with left:
        category = select(
            "category",
            session.t("filters.category"),
            categories,
            lambda code: category_name(session, code),
        )
    with middle:
        group = select(
            "group",
            session.t("filters.group"),
            [ALL, *offered.groups],
            lambda code: code or session.t("filters.all_groups"),
        )
    with right:
        month = select(
            "month",
            session.t("filters.month"),
            months,
            lambda code: formats.month(code, session.lang),
        )
    return Chosen(_where(category, group), parse_month(month), category)


def channel(session: Session) -> dict[str, tuple[str, ...]]:
    """The channel filter, as a part of ``Ask.where``; empty for all channels."""
    offered = cache.choices(session.store).channels
    value = select(
        "channel",
        session.t("filters.channel"),
        [ALL, *offered],
        lambda code: (
            words.code_name(session, "channel", code) if code else session.t("filters.all_channels")
        ),
    )
    return {"channel": (value,)} if value else {}

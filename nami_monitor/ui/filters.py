"""Filters whose choice stands in the address, so that a link shows the same page to someone else.

Widgets hold raw codes; names in the reader's language are only their labels. What holds is, in this
order: what a link says, what the visitor chose last on any page, and what everyone sees at first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nami_monitor.briefing.overview import RegisterChoices
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.periods import SPAN, parse_month, span
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import formats
from nami_monitor.kpis import Kpi
from nami_monitor.store import Store
from nami_monitor.ui import app, cache, doors, words
from nami_monitor.ui.cache import Where
from nami_monitor.ui.session import Session

PERIOD_KEYS = {SPAN: "span"}
"""Under which key the catalogue names a kind of period."""

SPAN_MONTHS = 6
"""How many months of one's own are shown at first."""

LISTED = 12
"""At most so many choices are listed where an address asks for another."""

ALL = ""
"""The code of "all" in a filter; it leaves the address clean."""


T = TypeVar("T")


@dataclass(frozen=True)
class Selection:
    """The chosen filters.

    Args:
        where: filters as ``Ask`` takes them.
        month: the month to look at; the latest unless another was chosen.
        category: the chosen category, empty for all.
        kind: the kind of period that ends with the month, as ``Ask`` takes it.
    """

    where: Where
    month: date
    category: str
    kind: str = PeriodKind.MONTH


def select(
    name: str,
    label: str,
    options: Sequence[str],
    name_of: Callable[[str], str],
    *,
    default: str | None = None,
    told: bool = False,
) -> str:
    """A select box bound to the address; one that asks for what is not offered is told so.

    Args:
        name: of the filter in the address.
        label: what stands within it, before what was chosen.
        options: raw codes.
        name_of: the name of a code in the reader's language.
        default: chosen at first, and left out of the address; the first option without one.
        told: whether the caller says itself that what was asked for is not offered.
    """
    asked = st.query_params.get(name)
    first = default if default is not None and default in options else options[0]
    key = take(name, lambda code: code if code in options else None, first)
    value = st.selectbox(
        markdown(label),
        options,
        format_func=lambda code: plain(f"{label}: {name_of(code)}"),
        key=key,
        label_visibility="collapsed",
    )
    remember(name, value or first, first)
    if asked is not None and asked not in options and not told:
        say_unknown(label, asked, name_of(value or first), [name_of(code) for code in options])
    return value or first


def say_unknown(label: str, asked: str, shown: str, known: Sequence[str]) -> None:
    """Say that an address asks for what is not offered, and what there is."""
    session = app.current()
    more = [session.t("headline.more", n=len(known) - LISTED)] if len(known) > LISTED else []
    listed = "; ".join([*known[:LISTED], *more])
    seen = asked[: doors.SEEN]
    st.info(session.md("filters.unknown", seen=seen, label=label, shown=shown, known=listed))


def take(
    name: str, read: Callable[[str], T | None], usual: T, write: Callable[[T], str] = str
) -> str:
    """Give a filter's widget its value before it is drawn.

    A widget is told its value when a page is entered, also once more after another page that does
    not have it, when the address changes under it, and by the browser's button Back. By itself
    Streamlit keeps the choice of another page apart from what the browser then shows.

    Args:
        name: of the filter in the address.
        read: from what stands in the address to a value; None where it is none that fits.
        usual: the value at first.
        write: from a value to what stands in the address.

    Returns:
        The widget's key.
    """
    key = f"filter.{name}"
    page = st.session_state.get(app.PAGE, "")
    on, before = st.session_state.get(f"{key}.last", ("", None))
    in_link = st.query_params.get(name)
    back = doors.went_back()
    entered = back or on != page or _lost(key, read, write)
    wanted = None
    if in_link is not None and (entered or in_link != before):
        wanted = read(in_link)
    elif entered and before is not None and not (back or st.session_state.get(app.LINKED)):
        wanted = read(before)
    if wanted is None and entered:
        wanted = usual
    if wanted is not None:
        st.session_state[key] = wanted
    return key


def _lost(key: str, read: Callable[[str], T | None], write: Callable[[T], str]) -> bool:
    """Whether a widget holds no value that can be chosen."""
    value = st.session_state.get(key)
    return value is None or read(write(value)) is None


def last(name: str) -> str:
    """The last value of a filter on any page, as in an address; empty before the first choice."""
    return str(st.session_state.get(f"filter.{name}.last", ("", ""))[1])


def elsewhere(name: str) -> str:
    """The last value of a filter, if another page chose it; this page has it in its address.

    Empty also where the browser's Back led here: the address then says all that was chosen.
    """
    on, value = st.session_state.get(f"filter.{name}.last", ("", ""))
    return "" if on == st.session_state.get(app.PAGE) or doors.went_back() else str(value)


def remember(name: str, value: str, default: str) -> None:
    """Keep a choice in the address, unless it is what everyone sees anyway.

    What a link says stays: an address that is written anew is a step of its own for the browser,
    and from there its button Back leads nowhere else.
    """
    st.session_state[f"filter.{name}.last"] = (st.session_state.get(app.PAGE, ""), value)
    if value == default:
        if st.query_params.get(name) not in {None, value}:
            del st.query_params[name]
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def category_name(session: Session, code: str, offered: RegisterChoices | None = None) -> str:
    """A category's name in the reader's language.

    Args:
        session: for the language.
        code: of the category; empty for all.
        offered: where the names stand; those of the order lines without.
    """
    if code == ALL:
        return session.t("filters.all_categories")
    names = (offered or cache.choices(session.store)).categories.get(code, {})
    return str(names.get(session.lang, code))


def usual(store: Store) -> Selection:
    """What ``row`` says to a visitor who chose nothing: the first category and the last month."""
    offered = cache.choices(store)
    category = next(iter(offered.categories), ALL)
    return Selection(where(category, ALL), offered.months[0], category)


def line() -> DeltaGenerator:
    """Filters side by side, as far as the screen is wide enough."""
    return st.container(key="choices", horizontal=True, vertical_alignment="center")


def where(category: str, group: str) -> Where:
    """A category and a group of locations as filters."""
    chosen = {"category": (category,), "group": (group,)}
    return tuple((name, values) for name, values in chosen.items() if values != (ALL,))


def month(
    session: Session,
    offered: Sequence[date] | None = None,
    *,
    label: str = "filters.month",
) -> date:
    """The month as of which a page speaks, the latest unless another was chosen.

    Where a link asks for a month without data, the page says which one it shows instead.

    Args:
        session: for the words.
        offered: the months to choose from, latest first; those of the order lines without.
        label: the key of what stands before it.
    """
    months = [f"{one:%Y-%m}" for one in offered or cache.choices(session.store).months]
    asked = st.query_params.get("month")

    def named(code: str) -> str:
        return formats.month(code, session.lang)

    said = session.t(label)
    chosen = select("month", said, months, named, told=True)
    if asked is not None and asked not in months:
        first, last = named(months[-1]), named(months[0])
        told = {"seen": asked[: doors.SEEN], "shown": named(chosen), "first": first, "last": last}
        st.info(session.md("filters.no_month", **told))
    return parse_month(chosen)


def as_of(session: Session) -> date | None:
    """The same for a page that can do without order lines; None where there are none."""
    if not cache.choices(session.store).months:
        return None
    return month(session)


def row(session: Session, default: PeriodKind = PeriodKind.MONTH) -> Selection:
    """Category, location group, month and kind of period side by side.

    Args:
        session: for the words.
        default: the kind of period that a reader sees who chose none.
    """
    with line():
        chosen, place, until = category(session), group(session), month(session)
        kind = period(session, until, cache.choices(session.store).months, default)
    return Selection(where(chosen, place), until, chosen, kind)


def category(session: Session, *, every: bool = True) -> str:
    """The category, those with order lines first; empty for all where ``every`` offers that."""
    offered = cache.choices(session.store)
    names = {**offered.categories, **cache.category_names(session.store)}
    known = RegisterChoices(names, offered.months)
    return select(
        "category",
        session.t("filters.category"),
        [*names, *([ALL] if every else [])],
        lambda code: category_name(session, code, known),
    )


def group(session: Session, groups: Sequence[str] | None = None) -> str:
    """The group of locations; empty for all.

    Args:
        session: for the words.
        groups: those to choose from; those of the order lines without.
    """
    return select(
        "group",
        session.t("filters.locations"),
        [ALL, *(cache.choices(session.store).groups if groups is None else groups)],
        lambda code: code or session.t("filters.all_inside"),
    )


def short_row(session: Session, *, one: bool) -> Selection:
    """Month and location group in one short row, after the category where one is chosen."""
    picked = category(session, every=False) if one else ALL
    until = month(session)
    place = group(session) if cache.choices(session.store).groups else ALL
    return Selection(where(picked, place), until, picked)


def register_row(
    session: Session,
    offered: RegisterChoices,
    *,
    groups: Sequence[str] = (),
    every: bool = True,
    at: str = "filters.month",
    kind: PeriodKind = PeriodKind.MONTH,
) -> Selection:
    """The filters of a register side by side: category, location group, month, kind of period.

    Args:
        session: for the words.
        offered: what there is to choose from.
        groups: location groups; no filter on them without any.
        every: whether every category is shown at first.
        at: the key of what stands before the month.
        kind: the kind of period that a reader sees who chose none.
    """
    with line():
        picked = select(
            "category",
            session.t("filters.category"),
            [ALL, *offered.categories],
            lambda code: category_name(session, code, offered),
            default=ALL if every else next(iter(offered.categories), ALL),
        )
        place = group(session, groups) if groups else ALL
        until = month(session, offered.months, label=at)
        chosen = period(session, until, offered.months, kind)
    return Selection(where(picked, place), until, picked, chosen)


def period(
    session: Session, until: date, months: Sequence[date], default: PeriodKind = PeriodKind.MONTH
) -> str:
    """The kind of period: one of the calendar, a programme of the data, or months of one's own.

    Args:
        session: for the words.
        until: the last month of what is shown.
        months: months with data, latest first: where months of one's own may begin.
        default: the kind that a reader sees who chose none.

    Returns:
        The kind as ``Ask`` takes it.
    """
    programmes = cache.choices(session.store).programmes
    kind = select(
        "period",
        session.t("filters.period"),
        [*PeriodKind, *programmes, SPAN],
        lambda code: programmes.get(code) or session.t(f"periods.{PERIOD_KEYS.get(code, code)}"),
        default=default,
    )
    if kind != SPAN:
        return kind
    earlier = [f"{one:%Y-%m}" for one in months if one <= until]
    first = select(
        "from",
        session.t("filters.from"),
        earlier or [f"{until:%Y-%m}"],
        lambda code: formats.month(code, session.lang),
        default=earlier[min(len(earlier), SPAN_MONTHS) - 1] if earlier else None,
    )
    return span(parse_month(first), until)


def in_address(kind: str) -> dict[str, str]:
    """How a kind of period stands in the address.

    Args:
        kind: as ``period`` gives it.
    """
    if SPAN not in kind:
        return {"period": kind}
    return {"period": SPAN, "from": kind.partition(SPAN)[0]}


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


def activity(session: Session, kpi: Kpi) -> dict[str, tuple[str, ...]]:
    """The measure by which a KPI per activity is divided, as a part of ``Ask.where``.

    Empty for other KPIs, and for the measure that stands with each category.
    """
    measures = cache.choices(session.store).measures
    if not kpi.per_activity or kpi.activity or not measures:
        return {}

    def named(code: str) -> str:
        own = session.t("filters.own_activity")
        return (words.activity_name(session, code) or code) if code else own

    value = select("activity", session.t("filters.activity"), [ALL, *measures], named)
    return {"activity": (value,)} if value else {}

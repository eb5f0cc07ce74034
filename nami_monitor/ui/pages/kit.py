"""The page of the inspiration kit: search and choose lessons, and see where their signals show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

import streamlit as st

from nami_monitor.briefing import wording
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.overview import overview
from nami_monitor.briefing.signals import signals
from nami_monitor.core.escapes import markdown
from nami_monitor.core.words import Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.i18n import formats
from nami_monitor.kit import Lesson, shipped
from nami_monitor.kit.files import KIT_STRATEGIES
from nami_monitor.kit.search import search, select
from nami_monitor.signals.signal import Signal
from nami_monitor.store import Store
from nami_monitor.ui import cache, doors, filters, lesson_card
from nami_monitor.ui.cache import cached
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.session import Session

FIRST: Final = 12
"""How many lessons stand open at once; the others are one click away."""

QUERY: Final = "q"
ALL: Final = ""

T = TypeVar("T")


@dataclass(frozen=True)
class KitQuery:
    """What the reader looks for.

    Args:
        query: words, empty for everything.
        case: number of a case, or None.
        strategy: refuse, rethink or reduce, or None.
        dimension: an angle, or None.
        kind: a kind of lesson, or None.
        signal: what calls lessons up, or None.
    """

    query: str
    case: int | None
    strategy: Strategy | None
    dimension: Dimension | None
    kind: LessonKind | None
    signal: KitSignal | None


def of_case(number: int) -> KitQuery:
    """Everything that one case teaches."""
    return KitQuery("", number, None, None, None, None)


def intro(session: Session) -> None:
    """What this page is, and how much stands in it."""
    kit = shipped()
    st.markdown(session.md("kit.words", lessons=len(kit.lessons), cases=len(kit.cases)))


def ask_query(session: Session) -> KitQuery:
    """Words to search for and filters, kept in the address."""
    key = filters.take(QUERY, str, "")
    with filters.line():
        query = st.text_input(
            session.t("kit.search"),
            key=key,
            max_chars=120,
            placeholder=session.t("kit.search"),
            label_visibility="collapsed",
        )
        case = _choose(
            session,
            "case",
            list(shipped().cases),
            lambda option: lesson_card.case_name(session, option),
        )
        strategy = _choose(
            session, "strategy", KIT_STRATEGIES, lambda option: session.t(f"strategies.{option}")
        )
        more = st.popover(session.t("kit.more"))
    filters.remember(QUERY, query.strip(), "")
    with more:
        dimension = _choose(
            session,
            "dimension",
            list(Dimension),
            lambda option: session.t(f"kit.dimensions.{option}"),
        )
        kind = _choose(
            session, "kind", list(LessonKind), lambda option: session.t(f"kit.kinds.{option}")
        )
        signal = _choose(
            session, "signal", list(KitSignal), lambda option: session.t(f"kit.signals.{option}")
        )
    return KitQuery(query.strip(), case, strategy, dimension, kind, signal)


def _choose(
    session: Session, name: str, options: Sequence[T], name_of: Callable[[T], str]
) -> T | None:
    """One filter; None for all."""
    by_code = {str(option): option for option in options}
    code = filters.select(
        name,
        session.t(f"kit.filters.{name}"),
        [ALL, *by_code],
        lambda option: (
            _capital(name_of(by_code[option])) if option else session.t("kit.filters.all")
        ),
    )
    return by_code.get(code)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def case(session: Session, query: KitQuery) -> None:
    """The case that was chosen, in own words."""
    if query.case is None:
        return
    words = shipped().cases[query.case].words[session.lang]
    st.header(markdown(_capital(lesson_card.case_name(session, query.case))), anchor=False)
    st.markdown(markdown(words.context))
    st.markdown(markdown(words.approach))
    st.markdown(session.md("kit.case.involved", who=words.involved))
    doors.link(
        "case",
        session.t("kit.case.figures"),
        icon=":material/school:",
        query_params={"case": str(query.case)},
    )


def fitting(session: Session, query: KitQuery) -> tuple[Lesson, ...]:
    """The lessons that fit, best first."""
    return select(
        search(query.query, session.lang),
        case=query.case,
        strategy=query.strategy,
        dimension=query.dimension,
        kind=query.kind,
        signal=query.signal,
    )


def lessons(session: Session, query: KitQuery) -> None:
    """The lessons that fit; the first of them, and the rest on request."""
    every = fitting(session, query)
    st.header(session.md("kit.lessons", n=len(every)), anchor=False)
    if not every:
        st.info(session.t("kit.nothing"))
        return
    more = len(every) > FIRST and st.toggle(
        session.md("kit.all", n=len(every)), key="kit_all", persist_state="session"
    )
    visible = every if more else every[:FIRST]
    lesson_card.show_all(session, visible)


@cached(entries=10)
def _now(store: Store, month: date) -> Mapping[str, Sequence[Signal]]:
    """The signals of a month in every category with order lines."""
    categories = cache.choices(store).categories
    with read_as_of(store, month) as db:
        return {
            code: signals(db, overview(db, month, where), where)
            for code in categories
            for where in ({"category": (code,)},)
        }


def signalled(session: Session, query: KitQuery) -> None:
    """Which categories show the signals of these lessons now; worked out on request."""
    wanted = {signal for item in fitting(session, query) for signal in item.signals}
    if not wanted or session.store.version() == 0:
        return
    months = cache.choices(session.store).months
    st.header(session.t("kit.signalled.title"), anchor=False)
    st.markdown(session.t("kit.signalled.words"))
    if not months or not st.toggle(session.t("kit.signalled.look"), key="kit_signalled"):
        return
    by_category = _now(session.store, months[0])
    rows = [
        (
            session.t(f"kit.signals.{item.kind}"),
            filters.category_name(session, category),
            item.month,
            wording.signal_sentence(item, session.lang),
        )
        for category, category_signals in by_category.items()
        for item in category_signals
        if item.kind in wanted
    ]
    if not rows:
        st.info(session.t("kit.signalled.none"))
        return
    keys = ("signal", "category", "month", "said")
    writers = {"month": lambda day: formats.month(day, session.lang)}
    heads = [Head(session.t(f"kit.signalled.{key}"), writers.get(key)) for key in keys]
    title = session.t("kit.signalled.title")
    sentence_head = session.t("kit.signalled.said")
    grid(
        session, heads, rows, key="kit_signals", name=title, file=title, widths={sentence_head: 620}
    )

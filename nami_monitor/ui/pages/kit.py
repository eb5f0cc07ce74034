"""The page of the inspiration kit: search and choose lessons, and see where their signals show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

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
from nami_monitor.signals.signal_rules import Signal
from nami_monitor.store import Store
from nami_monitor.ui import cache, doors, filters, lesson_card, scaffold
from nami_monitor.ui.cache import cached
from nami_monitor.ui.session import Session

FIRST: Final = 12
"""How many lessons stand open at once; the others are one click away."""

QUERY: Final = "q"
ALL: Final = ""


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

    query: str = ""
    case: int | None = None
    strategy: Strategy | None = None
    dimension: Dimension | None = None
    kind: LessonKind | None = None
    signal: KitSignal | None = None


def of_case(number: int) -> KitQuery:
    """Everything that one case teaches."""
    return KitQuery(case=number)


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
        chosen = {name: _choose(session, name) for name in ("case", "strategy")}
        more = st.popover(session.t("kit.more"))
    filters.remember(QUERY, query.strip(), "")
    with more:
        chosen |= {name: _choose(session, name) for name in ("dimension", "kind", "signal")}
    return KitQuery(query.strip(), **chosen)


def _choose(session: Session, name: str) -> Any:
    """One filter; None for all."""
    options, key = CHOICES[name]
    by_code = {str(option): option for option in (options or shipped().cases)}

    def named(code: str) -> str:
        if not code:
            return session.t("kit.filters.all")
        named = session.t(f"{key}.{code}") if key else lesson_card.case_name(session, by_code[code])
        return wording.begun(named)

    label = session.t(f"kit.filters.{name}")
    return by_code.get(filters.select(name, label, [ALL, *by_code], named))


CHOICES: Final[Mapping[str, tuple[Iterable[Any], str]]] = {
    "case": ((), ""),
    "strategy": (KIT_STRATEGIES, "strategies"),
    "dimension": (Dimension, "kit.dimensions"),
    "kind": (LessonKind, "kit.kinds"),
    "signal": (KitSignal, "kit.signals"),
}
"""The options of each filter, and under which key the catalogue names them; cases by title."""


def case(session: Session, query: KitQuery) -> None:
    """The case that was chosen, in own words."""
    if query.case is None:
        return
    words = shipped().cases[query.case].words[session.lang]
    st.header(markdown(wording.begun(lesson_card.case_name(session, query.case))), anchor=False)
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
    chosen = {name: getattr(query, name) for name in CHOICES}
    return select(search(query.query, session.lang), **chosen)


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
    title = scaffold.header(session.t("kit.signalled.title"))
    st.markdown(session.t("kit.signalled.words"))
    if not months or not st.toggle(session.t("kit.signalled.look"), key="kit_signalled"):
        return
    by_category = _now(session.store, months[0])
    rows = [
        {
            "kit.signalled.signal": session.t(f"kit.signals.{item.kind}"),
            "kit.signalled.category": filters.category_name(session, category),
            "kit.signalled.month": item.month,
            "kit.signalled.said": wording.signal_sentence(item, session.lang),
        }
        for category, category_signals in by_category.items()
        for item in category_signals
        if item.kind in wanted
    ]
    if not rows:
        st.info(session.t("kit.signalled.none"))
        return
    scaffold.table(
        session, "kit_signals", title, rows,
        write={"kit.signalled.month": formats.month}, widths={"kit.signalled.said": 620},
    )  # fmt: skip

"""A case of the kit as a page: what the own data say, and apart from that what the kit tells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import cases
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.cases import TREND, CaseFigures, Doubt, DoubtKind, ShownFigure, doubts
from nami_monitor.core.escapes import markdown
from nami_monitor.core.words import State, Unit
from nami_monitor.i18n import formats
from nami_monitor.kit import Case, shipped
from nami_monitor.kit.search import select
from nami_monitor.kpis import KpiResult
from nami_monitor.kpis.questions import Programme, programmes
from nami_monitor.kpis.sentences import names
from nami_monitor.store import Store
from nami_monitor.ui import app, cards, filters, lesson_card, links, scaffold, words
from nami_monitor.ui.app import DEMO, has_demo, show_data
from nami_monitor.ui.cache import cached
from nami_monitor.ui.pages import case_answers, overview
from nami_monitor.ui.session import Session


def choose(session: Session) -> Case:
    """Which case: the one in the address, or the one that was chosen."""
    cases_by_number = shipped().cases
    number = filters.select(
        "case",
        session.t("case.choose"),
        [str(code_of_case) for code_of_case in cases_by_number],
        lambda code_of_case: session.t(
            "case.option",
            number=code_of_case,
            title=cases_by_number[int(code_of_case)].words[session.lang].title,
        ),
    )
    return cases_by_number[int(number)]


def headline(session: Session, case: Case) -> None:
    """What the case is about; a page without data bears its own heading."""
    if session.store.version():
        app.heading(case.words[session.lang].title)


def own(session: Session) -> None:
    """Whose figures these are: not those of the organisation in the case."""
    which = "own_demo" if session.demo else "own"
    st.header(session.t(f"case.{which}"), anchor=False)
    st.caption(session.t(f"case.{which}_words"))


def story(session: Session, case: Case) -> None:
    """What the kit tells of the case, in a part of its own that holds no figure of the data."""
    texts = case.words[session.lang]
    with st.container(key="case_story"):
        st.header(session.t("case.story"), anchor=False)
        st.caption(session.md("case.story_words", organisation=texts.organisation))
        st.markdown(markdown(texts.context))
        with st.expander(session.t("case.more")):
            st.markdown(markdown(texts.approach))
            st.markdown(session.md("case.involved", who=texts.involved))
        _lessons(session, case)


@cached(entries=50, shared=True)  # frozen, and holds what cannot be copied
def _monitored(store: Store, number: int, kind: str, month: date | None) -> CaseFigures:
    with read_as_of(store, month) as db:
        return cases.monitor(db, shipped().cases[number], kind)


@cached(entries=50, shared=True)
def _kinds(
    store: Store, number: int, month: date | None
) -> tuple[Sequence[str], Mapping[str, Programme]]:
    """The periods that a case can be about, and the programmes among them."""
    with read_as_of(store, month) as db:
        case = shipped().cases[number]
        return cases.kinds_of(db, case, cases.categories_of(db, case)), programmes(db)


@cached(entries=50)
def _doubts(store: Store, number: int, month: date | None) -> tuple[Doubt, ...]:
    with read_as_of(store, month) as db:
        return doubts(db, cases.categories_of(db, shipped().cases[number]))


def ahead(store: Store, number: int, month: date) -> None:
    """Compute the figures and doubts of a case as they are shown first."""
    kinds, _ = _kinds(store, number, month)
    _monitored(store, number, kinds[0], month)
    _doubts(store, number, month)


@cached(entries=200)
def _parts_named(store: Store, by: str, codes: tuple[Any, ...], lang: str) -> Mapping[Any, str]:
    with store.read() as db:
        return names(db, by, codes, lang)


def figures(session: Session, case: Case, kind: str, month: date | None) -> None:
    """The owner's questions, a card for each figure, and its parts, as of a month."""
    case_answers.show(session, case, kind, month)
    st.subheader(session.t("case.figures"), anchor=False)
    monitor = _monitored(session.store, case.number, kind, month)
    scaffold.cards(session, (_card(session, figure) for figure in monitor.shown))
    _notes(session, monitor)
    for at, figure in enumerate(monitor.shown):
        if figure.parts:
            _parts(session, figure, key=f"case_{case.number}_{at}")


def period(session: Session, case: Case, month: date | None) -> str:
    """The kind of period that the figures of a case are about, or one of its programmes."""
    kinds, programmes_known = _kinds(session.store, case.number, month)

    def named(code: str) -> str:
        return (
            programmes_known[code].title
            if code in programmes_known
            else session.t(f"periods.{code}")
        )

    return filters.select(f"case{case.number}_period", session.t("filters.period"), kinds, named)


def name(session: Session, figure: ShownFigure) -> str:
    """What a figure is called in its case."""
    return figure.figure.names.get(session.lang, "") or words.kpi_name(session, figure.line.kpi)


def _card(session: Session, figure: ShownFigure) -> cards.Card:
    card = overview.card(
        session,
        figure.line,
        figure.where,
        name=name(session, figure),
        reason=figure.exempt.why[session.lang] if figure.exempt else "",
        step=_step(session, figure),
    )
    if figure.line.result.state is not State.VALUE:
        return card
    when = formats.period(figure.line.result.period, session.lang)  # may end before others do
    remarks = [when, card.note]
    counts = _counts(session, figure.line.result) if cases.counts(figure.line.kpi) else ()
    return replace(
        card, note=". ".join(part for part in remarks if part), beside=(*counts, *card.beside)
    )


def _step(session: Session, figure: ShownFigure) -> str:
    """What to load for a figure, or when to look again at what does not apply."""
    if figure.tables:
        return _load(session, figure.tables)
    reason = figure.line.result.reason
    again = reason.values.get("again") if figure.exempt and reason else None
    return session.t("case.again", day=formats.day(again, session.lang)) if again else ""


def _counts(session: Session, result: KpiResult) -> tuple[cards.ComparedFigure, ...]:
    """Numerator and denominator of a share of things that are counted."""
    parts = (result.numerator, result.denominator)
    if result.unit is not Unit.PERCENT or not all(part and part.is_integer() for part in parts):
        return ()
    part, whole = (formats.number(number, session.lang) for number in parts if number is not None)
    written = session.t("case.of", part=part, whole=whole)
    return (cards.ComparedFigure(session.t("case.counted"), written),)


def _load(session: Session, tables: tuple[str, ...]) -> str:
    named = ", ".join(f"“{session.t(f'tables.{table}.name')}”" for table in tables)
    return session.t("case.load", tables=named)


def _notes(session: Session, monitor: CaseFigures) -> None:
    """What does not apply to the case as a whole, and what to load for what is missing."""
    for exemption in monitor.case.exempt:
        if exemption.what == TREND:
            st.info(session.md("case.no_trend", why=exemption.why[session.lang]))
    if monitor.load:
        missing = sum(
            exemption.line.result.state is State.NOT_COMPUTABLE for exemption in monitor.shown
        )
        st.info(session.md("case.missing", n=missing, load=_load(session, monitor.load)))
        app.offer_reading(session)
        if not session.demo and has_demo():
            st.button(
                session.t("app.empty.demo"), key="case_demo", on_click=show_data, args=(DEMO,)
            )


def _parts(session: Session, figure: ShownFigure, key: str) -> None:
    """A table of the parts of a figure."""
    result = figure.line.result
    title = session.t(
        "case.parts",
        name=name(session, figure),
        by=session.t(f"dimensions.{figure.by}").lower(),
        period=formats.period(result.period, session.lang),
    )
    codes = tuple(part.keys[figure.by] for part in figure.parts)
    names_by_code = _parts_named(session.store, figure.by, codes, session.lang)
    rows = [
        {
            f"dimensions.{figure.by}": names_by_code[part.keys[figure.by]],
            "trends.table.value": scaffold.Traced(
                words.figure(session, part), links.trace_of_result(session, part, figure.where)
            ),
            "trends.table.numerator": part.numerator,
            "trends.table.denominator": part.denominator,
            "trends.table.remark": words.flags(session, part.flags) or None,
        }
        for part in figure.parts
    ]
    write = {f"trends.table.{name}": _mass for name in ("numerator", "denominator")}
    with st.expander(markdown(title)):
        scaffold.table(session, key, title, rows, write=write)


def _mass(value: float, lang: str) -> str:
    return formats.number(value, lang, significant=4)


WRITERS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    **dict.fromkeys(("added", "stated", "own", "price"), _mass),
    **dict.fromkeys(("done", "cap", "count", "of", "times", "products"), formats.number),
}
"""How figures in a doubt are written."""


def doubtful(session: Session, case: Case, month: date | None) -> None:
    """Doubts about the data of the case: values that are missing or contradict each other."""
    case_doubts = _doubts(session.store, case.number, month)
    if case_doubts:
        st.subheader(session.t("cases.doubts.title"), anchor=False)
        st.markdown("\n".join(f"- {markdown(_doubt(session, doubt))}" for doubt in case_doubts))


def _doubt(session: Session, doubt: Doubt) -> str:
    values = {
        name: WRITERS[name](value, session.lang) if name in WRITERS else value or words.NONE
        for name, value in doubt.seen.items()
    }
    if doubt.kind is DoubtKind.SET_ASIDE:
        values["table"] = session.t(f"tables.{doubt.seen['table']}.name")
    return session.t(f"cases.doubts.{doubt.kind}", **values)


def _lessons(session: Session, case: Case) -> None:
    """What the case teaches, kind by kind."""
    case_lessons = select(shipped().lessons.values(), case=case.number)
    st.subheader(session.md("case.lessons", n=len(case_lessons)), anchor=False)
    lesson_card.show_all(session, case_lessons)

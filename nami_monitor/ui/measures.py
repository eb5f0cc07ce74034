"""The register of measures: what is on record, a form to register, change or close, and who did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import measures as briefing
from nami_monitor.briefing.measures import CODE, TABLE, Event
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.register import Intervention, listed
from nami_monitor.store import Store
from nami_monitor.ui import entry, waterbed
from nami_monitor.ui import measure_fields as fields
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import cached
from nami_monitor.ui.data import labels
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.request_form import DATES

NEW: Final = ""
STRATEGIES: Final = ("refuse", "rethink", "reduce")
STATES: Final = ("planned", "running", "ended")
MOTIVES: Final = ("", "sustainability", "money", "other")
LONGEST_RAMP: Final = 60
PERCENT: Final = 100


@cached(entries=10)
def _history(store: Store) -> tuple[Event, ...]:
    with store.read() as db:
        return briefing.history(db)


def part(session: Session) -> None:
    """What is on record, the form, and who registered what when."""
    found = waterbed.register(session.store)
    if found:
        _table(session, found)
    else:
        st.info(session.t("measures.empty"))
    st.header(session.t("measures.form.title"), anchor=False)
    st.markdown(session.t("measures.form.words"))
    st.page_link("pages/data.py", label=session.t("measures.form.load"))
    if not fields.categories(session.store):
        st.info(session.t("pilot.no_orders"))
        return
    entry.in_demo(session)
    entry.who_field(session)
    titles = {one.code: f"{one.title} ({one.code})" for one in found}
    chosen = st.selectbox(
        session.t("measures.form.which"),
        [NEW, *titles],
        format_func=lambda code: titles.get(code) or session.t("measures.form.new"),
        key="measure_chosen",
    )
    _form(session, found, chosen)
    if chosen:
        _close(session, chosen)
    _told(session)


def _table(session: Session, found: Sequence[Intervention]) -> None:
    columns = (CODE, "title", "category", "status", "starts_on", "ends_on", "target_channel")
    heads = [Head(session.t(f"columns.{name}")) for name in columns]
    heads = [
        Head(head.title, _day(session)) if name in {"starts_on", "ends_on"} else head
        for name, head in zip(columns, heads, strict=True)
    ]
    names = fields.categories(session.store)
    rows = [
        (
            one.code,
            one.title,
            names.get(one.category, {}).get(session.lang, one.category),
            labels.value(session, one.status),
            one.starts_on,
            one.ends_on,
            fields.channel_name(session, one.target_channel),
            len(one.locations),
        )
        for one in found
    ]
    heads.append(Head(session.t("measures.locations"), lambda n: formats.number(n, session.lang)))
    title = session.t("measures.list")
    grid(session, heads, rows, key="measures", name=title, file=title)


def _day(session: Session) -> Any:
    return lambda day: formats.day(day, session.lang)


def _form(session: Session, found: Sequence[Intervention], chosen: str) -> None:
    """Every field of a measure, in the order in which people think of them."""
    with session.store.read() as db:
        begin = briefing.on_record(db, chosen) or {}
    key = f"measure_{chosen}"
    st.subheader(session.t("measures.steps.what"), anchor=False)
    category = fields.category(session, key, begin)
    rest = about(session, key, begin, taken=[one.code for one in found])
    known = fields.offered(session.store, category)
    within = f"{key}_{category}"
    st.subheader(session.t("measures.steps.where"), anchor=False)
    where = fields.where(session, within, known, begin)
    st.subheader(session.t("measures.steps.which"), anchor=False)
    channels = fields.channels(session, within, known, begin)
    left, right = st.columns(2)
    with left:
        reduction = fields.reduction(session, key, begin, None)
    with right:
        anticipation = fields.anticipation(session, key, begin)
    stated = {
        "category": category,
        **rest,
        **where,
        **channels,
        "planned_reduction": reduction,
        "anticipation_months": anticipation,
    }
    st.subheader(session.t("measures.steps.check"), anchor=False)
    _foreseen(session, stated)
    label = session.t("measures.form.change" if chosen else "measures.form.book")
    if st.button(label, key="measure_book", type="primary"):
        said = session.t("measures.form.changed" if chosen else "measures.form.booked")
        book(session, stated, said, new=not chosen)


def _foreseen(session: Session, stated: Mapping[str, Any]) -> None:
    """What the measure will be compared with, as it is filled in."""
    if not stated["locations"] or not stated["starts_on"]:
        st.info(session.t("measures.form.not_yet"))
        return
    one = briefing.as_intervention(stated)
    waterbed.bullets(briefing.foreseen(one, waterbed.drafted(session, one), session.lang))


def about(
    session: Session,
    key: str,
    begin: Mapping[str, Any],
    *,
    taken: Sequence[str] | None = None,
    planned: bool = False,
) -> dict[str, Any]:
    """Ask what a measure is called, of which kind it is, and when it holds.

    Args:
        session: the visitor's session.
        key: of the widgets.
        begin: what is on record or known already.
        taken: the numbers on record.
        planned: whether it is a plan: then nothing is asked of its end.
    """
    if taken is None:
        taken = [one.code for one in waterbed.register(session.store)]
    left, right = st.columns(2)
    with left:
        code = st.text_input(
            session.t(f"columns.{CODE}"),
            value=begin.get(CODE) or briefing.next_code(taken),
            max_chars=60,
            key=f"{key}_code",
            disabled=CODE in begin,
        )
        title = st.text_input(
            session.t("columns.title"),
            value=begin.get("title") or "",
            max_chars=120,
            key=f"{key}_title",
        )
        strategy = _of(session, key, "strategy", STRATEGIES, begin)
        motive = _of(session, key, "motive", MOTIVES, begin)
    with right:
        status = "planned" if planned else _of(session, key, "status", STATES, begin)
        dates = DATES[session.lang]
        starts = st.date_input(
            session.t("columns.starts_on"),
            begin.get("starts_on"),
            format=dates,
            key=f"{key}_starts",
        )
        ends = begin.get("ends_on")
        if not planned:
            ends = st.date_input(
                session.t("columns.ends_on"), ends, format=dates, key=f"{key}_ends"
            )
        ramp = st.number_input(
            session.t("columns.ramp_months"),
            min_value=0,
            max_value=LONGEST_RAMP,
            value=round(begin.get("ramp_months") or 0),
            key=f"{key}_ramp",
            help=session.t("measures.form.ramp_help"),
        )
    disciplines = st.text_input(
        session.t("columns.disciplines"),
        value="; ".join(listed(begin.get("disciplines"))),
        max_chars=200,
        key=f"{key}_disciplines",
        help=session.t("measures.form.disciplines_help"),
    )
    policy = st.text_input(
        session.t("columns.policy"),
        value=begin.get("policy") or "",
        max_chars=200,
        key=f"{key}_policy",
    )
    return {
        CODE: code.strip(),
        "title": title.strip() or None,
        "strategy": strategy,
        "status": status,
        "starts_on": starts,
        "ends_on": ends,
        "ramp_months": int(ramp),
        "disciplines": listed(disciplines),
        "policy": policy.strip() or None,
        "motive": motive or None,
    }


def _of(
    session: Session, key: str, name: str, values: Sequence[str], begin: Mapping[str, Any]
) -> str:
    return st.selectbox(
        session.t(f"columns.{name}"),
        values,
        index=values.index(begin[name]) if begin.get(name) in values else 0,
        format_func=lambda code: (
            labels.value(session, code) if code else session.t("measures.form.unsaid")
        ),
        key=f"{key}_{name}",
    )


def book(session: Session, stated: Mapping[str, Any], said: str, *, new: bool) -> None:
    """Book a measure; one that is new takes no number that is on record."""
    code = str(stated[CODE])
    with session.store.read() as db:
        taken = briefing.on_record(db, code) is not None
    if new and taken:
        st.error(session.t("measures.form.taken", number=code))
        return
    entry.book(session, TABLE, [briefing.as_row(stated)], said)


def _close(session: Session, code: str) -> None:
    """Close a measure on a day; everything else stays as it is on record."""
    with session.store.read() as db:
        held = briefing.on_record(db, code)
    if held is None or held["status"] == "ended":
        return
    with st.expander(session.t("measures.close.title")):
        st.markdown(session.t("measures.close.words"))
        day = st.date_input(
            session.t("measures.close.day"),
            date.today(),  # noqa: DTZ011 - the day on the visitor's own calendar
            format=DATES[session.lang],
            key=f"close_{code}",
        )
        if st.button(session.t("measures.close.book"), key=f"close_{code}_book"):
            row = {**held, "status": "ended", "ends_on": day}
            entry.book(session, TABLE, [row], session.t("measures.close.booked"))


def _told(session: Session) -> None:
    """Who registered, changed or closed what when."""
    found = _history(session.store)
    if not found:
        return
    title = session.t("measures.history")
    st.header(title, anchor=False)
    st.markdown(session.t("measures.undo"))
    keys = ("when", "who", "what", "measure", "fields", "batch", "file")
    heads = [Head(session.t(f"measures.events.{key}")) for key in keys]
    heads[0] = Head(heads[0].title, lambda when: labels.moment(session, when))
    rows = [
        (
            event.when,
            event.who,
            session.t(f"measures.what.{event.what}"),
            f"{event.title} ({event.code})" if event.code else None,
            ", ".join(session.t(f"columns.{name}") for name in event.fields) or None,
            event.batch,
            event.file,
        )
        for event in found
    ]
    grid(session, heads, rows, key="measure_history", name=title, file=title)

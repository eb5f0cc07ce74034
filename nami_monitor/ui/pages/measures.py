"""The register of measures: the list, forms to register, change or close one, and the history."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import measures as briefing
from nami_monitor.briefing.measures import (
    ALL,
    CODE,
    GROUP,
    TABLE,
    MeasureEvent,
    MeasureOption,
    MeasureOptions,
)
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.thresholds import EVALUATE_AFTER
from nami_monitor.core.words import Design
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.panel_data import READINGS
from nami_monitor.kpis.interventions.register import Intervention, listed
from nami_monitor.store import Store
from nami_monitor.ui import app, booking, doors, links, words
from nami_monitor.ui.cache import cached
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.pages import arms, waterbed
from nami_monitor.ui.session import Session

Fields = Mapping[str, Any]
"""Fields of a measure by their names; of those that hold several values, a tuple."""

MOST_PERCENT: Final = 100
MOST_ANTICIPATION: Final = 24


@cached(entries=10)
def categories(store: Store) -> Mapping[str, Mapping[str, str]]:
    """Every category with order lines, with its names by language."""
    with store.read() as db:
        return briefing.categories(db)


@cached(entries=20)
def offered(store: Store, category: str) -> MeasureOptions:
    """What can be chosen for measures of a category."""
    with store.read() as db:
        return briefing.offered(db, category)


def channel_name(session: Session, code: str) -> str:
    """A channel in the reader's language."""
    return words.code_name(session, "channel", code)


def category_field(session: Session, key: str, begin: Fields) -> str:
    """Ask for the category."""
    names = categories(session.store)
    options = _with([*names], _several(begin, "category"))
    return st.selectbox(
        session.t("columns.category"),
        options,
        index=_index(options, begin.get("category")),
        format_func=lambda code: plain(names.get(code, {}).get(session.lang, code)),
        key=f"{key}_category",
    )


def where_fields(
    session: Session, key: str, choices_offered: MeasureOptions, begin: Fields
) -> dict[str, Any]:
    """Ask for the locations, by group or one by one, and whether it may spread to others."""
    chosen = _choose(
        session, "locations", f"{key}_locations", choices_offered.locations,
        _several(begin, "locations"), session.t("measures.form.locations_help"),
    )  # fmt: skip
    spread = st.checkbox(
        session.t("measures.form.may_spread"),
        value=bool(begin.get("may_spread")),
        key=f"{key}_may_spread",
        help=session.t("measures.form.may_spread_help"),
    )
    return {"locations": chosen, "may_spread": spread}


def channel_fields(
    session: Session, key: str, choices_offered: MeasureOptions, begin: Fields
) -> dict[str, Any]:
    """Ask where something is taken away, which articles, and where they may come back."""
    stated = _several(begin, "target_channel")
    options = _with(list(choices_offered.channels), stated)
    target = st.selectbox(
        session.t("measures.form.target_channel"),
        options,
        index=_index(options, stated[0] if stated else None),
        format_func=lambda code: plain(channel_name(session, code)),
        key=f"{key}_target",
        help=session.t("measures.form.target_help"),
    )
    products = _choose(
        session, "products", f"{key}_products_{target}", choices_offered.of([target]),
        _several(begin, "products"), session.t("measures.form.products_help"),
        empty=session.t("measures.form.whole_category"),
    )  # fmt: skip
    usual = _several(begin, "substitute_channels") or _other(choices_offered, target)
    instead = st.multiselect(
        session.t("measures.form.substitute_channels"),
        _with(list(choices_offered.channels), usual),
        default=usual,
        format_func=lambda code: plain(channel_name(session, code)),
        key=f"{key}_substitute_{target}",
        placeholder=session.t("data.choose"),
        help=session.t("measures.form.substitute_help"),
    )
    substitutes = _choose(
        session, "substitute_products", f"{key}_instead_{'_'.join(sorted(instead))}",
        choices_offered.of(instead), _several(begin, "substitute_products"),
        session.t("measures.form.instead_help"),
        empty=session.t("measures.form.whatever"),
    )  # fmt: skip
    return {
        "target_channel": target,
        "products": products,
        "substitute_channels": tuple(instead),
        "substitute_products": substitutes,
    }


def reduction_field(session: Session, key: str, begin: Fields, usual: int | None) -> float | None:
    """Ask which share is to go away; between 0 and 1, None where nobody says."""
    stated = begin.get("planned_reduction")
    percent: int | None = st.number_input(
        session.t("measures.form.reduction"),
        min_value=1,
        max_value=MOST_PERCENT,
        value=usual if stated is None else round(MOST_PERCENT * stated),
        key=f"{key}_reduction",
        help=session.t("measures.form.reduction_help"),
    )
    return None if percent is None else percent / MOST_PERCENT


def anticipation_field(session: Session, key: str, begin: Fields) -> int:
    """Ask for the months before the start in which people may see it coming."""
    return int(
        st.number_input(
            session.t("columns.anticipation_months"),
            min_value=0,
            max_value=MOST_ANTICIPATION,
            value=round(begin.get("anticipation_months", 1)),
            key=f"{key}_anticipation",
            help=session.t("measures.form.anticipation_help"),
        )
    )


def plan_fields(
    session: Session, key: str, begin: Fields, starts_on: date | None
) -> dict[str, Any]:
    """Ask how a measure will be judged; once it has begun, nothing of that can be chosen."""
    if starts_on is None or starts_on <= date.today():  # noqa: DTZ011 - the visitor's own calendar
        st.markdown(session.t("measures.plan.begun" if starts_on else "measures.form.not_yet"))
        return {name: begin.get(name) for name in PLAN}
    st.markdown(session.t("measures.plan.words"))
    left, right = st.columns(2)
    with left:
        months = st.text_input(
            session.t("columns.evaluate_after"),
            value=begin.get("evaluate_after") or "",
            placeholder=formats.number(EVALUATE_AFTER.value, session.lang),
            max_chars=60,
            key=f"{key}_evaluate_after",
            help=session.t("measures.plan.evaluate_after_help"),
        )
        design = _of(session, key, "design", ("", *Design), begin)
    with right:
        unit = _of(session, key, "primary_unit", ("", *map(str, READINGS)), begin)
        sides = _of(session, key, "sides", ("", "two_sided", "one_sided"), begin)
        weights = _of(session, key, "month_weights", ("", "even", "weighed"), begin)
    decide = st.text_area(
        session.t("columns.would_decide"),
        value=begin.get("would_decide") or "",
        max_chars=500,
        key=f"{key}_would_decide",
        help=session.t("measures.plan.would_decide_help"),
    )
    return {
        "evaluate_after": months.strip() or None,
        "primary_unit": unit or None,
        "design": design or None,
        "sides": sides or None,
        "month_weights": weights or None,
        "would_decide": decide.strip() or None,
    }


PLAN: Final = (
    *("evaluate_after", "primary_unit", "design", "sides", "month_weights", "would_decide"),
)
"""The fields of an evaluation plan."""


def _choose(
    session: Session,
    column: str,
    key: str,
    master: Sequence[MeasureOption],
    begin: Sequence[str],
    help_text: str,
    *,
    empty: str | None = None,
) -> tuple[str, ...]:
    """Choose from a master, whole groups at once; what is on record stays, known or not."""
    names = {item.code: item.name for item in master}
    groups = briefing.groups(master)
    whole = [ALL] if len(master) > 1 and empty is None else []
    usual = briefing.fold(begin, master) if begin else []
    usual = usual if empty is None or ALL not in usual else list(begin)

    def shown(code: str) -> str:
        if code == ALL:
            return session.t("measures.form.all", n=len(master))
        if code.startswith(GROUP):
            name = code.removeprefix(GROUP)
            return session.t("measures.form.group", name=name, n=len(groups[name]))
        return f"{names[code]} ({code})" if names.get(code, code) != code else code

    chosen = st.multiselect(
        session.t(f"measures.form.{column}"),
        _with([*whole, *(f"{GROUP}{name}" for name in groups), *names], usual),
        default=usual,
        format_func=lambda code: plain(shown(code)),
        key=key,
        placeholder=empty or session.t("data.choose"),
        help=markdown(help_text) if help_text else None,
    )
    return briefing.unfold(chosen, master, begin)


def _other(choices_offered: MeasureOptions, target: str) -> list[str]:
    """The channel that is ordered through most beside the target; itself when it is the only."""
    return [code for code in choices_offered.channels if code != target][:1] or [target]


def _several(begin: Fields, name: str) -> list[str]:
    value = begin.get(name)
    return list(listed(value) if isinstance(value, str) or value is None else value)


def _with(options: Sequence[str], on_record: Sequence[str]) -> list[str]:
    """Options with those that are on record and that nobody offers any more."""
    return list(dict.fromkeys([*options, *on_record]))


def _index(options: Sequence[str], value: object) -> int:
    return options.index(str(value)) if value in options else 0


NEW: Final = ""
STRATEGIES: Final = ("refuse", "rethink", "reduce")
STATES: Final = ("planned", "running", "ended")
MOTIVES: Final = ("", "sustainability", "money", "other")
LONGEST_RAMP: Final = 60
SHORTEST_TURN: Final = 2
LONGEST_TURN: Final = 12
PERCENT: Final = 100


@cached(entries=10)
def _history(store: Store) -> tuple[MeasureEvent, ...]:
    with store.read() as db:
        return briefing.history(db)


def part(session: Session) -> None:
    """What is on record, the form, and who registered what when."""
    app.heading(session.t("doors.part.register"))
    register = waterbed.register(session.store)
    if register:
        _table(session, register)
    else:
        st.info(session.t("measures.empty"))
    st.header(session.t("measures.form.title"), anchor=False)
    st.markdown(session.t("measures.form.words"))
    doors.link("data", session.t("measures.form.load"))
    if not categories(session.store):
        st.info(session.t("pilot.no_orders"))
        return
    booking.in_demo(session)
    booking.who_field(session)
    titles = {measure.code: f"{measure.title} ({measure.code})" for measure in register}
    chosen = st.selectbox(
        session.t("measures.form.which"),
        [NEW, *titles],
        format_func=lambda code: plain(titles.get(code) or session.t("measures.form.new")),
        key="measure_chosen",
    )
    _form(session, register, chosen)
    if chosen:
        arms.part(session, next(measure for measure in register if measure.code == chosen))
        _close(session, chosen)
    _told(session)


def _table(session: Session, register: Sequence[Intervention]) -> None:
    columns = ("title", "category", "status", "starts_on", "ends_on", "target_channel")
    heads = [Head(session.t(f"columns.{name}")) for name in columns[:-1]]
    heads.append(Head(session.t("measures.form.target_channel")))
    heads = [
        Head(head.title, _day(session)) if name in {"starts_on", "ends_on"} else head
        for name, head in zip(columns, heads, strict=True)
    ]
    names = categories(session.store)
    rows = [
        (
            measure.title,
            names.get(measure.category, {}).get(session.lang, measure.category),
            words.value_name(session, measure.status),
            measure.starts_on,
            measure.ends_on,
            channel_name(session, measure.target_channel),
            len(measure.locations),
            measure.code,
        )
        for measure in register
    ]
    heads.append(Head(session.t("measures.locations"), lambda n: formats.number(n, session.lang)))
    heads.append(Head(session.t(f"columns.{CODE}")))
    title = session.t("measures.list")
    grid(session, heads, rows, key="measures", name=title, file=title)


def _day(session: Session) -> Any:
    return lambda day: formats.day(day, session.lang)


def _form(session: Session, register: Sequence[Intervention], chosen: str) -> None:
    """Every field of a measure, in the order in which people think of them."""
    with session.store.read() as db:
        begin = briefing.on_record(db, chosen) or {}
    key = f"measure_{chosen}"
    st.subheader(session.t("measures.steps.what"), anchor=False)
    category = category_field(session, key, begin)
    rest = about_fields(session, key, begin, taken=[measure.code for measure in register])
    choices_offered = offered(session.store, category)
    within = f"{key}_{category}"
    left, right = st.columns(2)
    with left:
        st.subheader(session.t("measures.steps.where"), anchor=False)
        where = where_fields(session, within, choices_offered, begin)
        reduction = reduction_field(session, key, begin, None)
        anticipation = anticipation_field(session, key, begin)
    with right:
        st.subheader(session.t("measures.steps.which"), anchor=False)
        channels = channel_fields(session, within, choices_offered, begin)
    st.subheader(session.t("measures.steps.judge"), anchor=False)
    stated = {
        "category": category,
        **rest,
        **where,
        **channels,
        "planned_reduction": reduction,
        "anticipation_months": anticipation,
        **plan_fields(session, key, begin, rest["starts_on"]),
    }
    st.subheader(session.t("measures.steps.check"), anchor=False)
    _foreseen(session, stated)
    label = session.t("measures.form.change" if chosen else "measures.form.book")
    if booking.button(session, label, "measure_book", type="primary"):
        message = "measures.form.changed" if chosen else "measures.form.booked"
        book(session, "measure_book", stated, message, new=not chosen)


def _foreseen(session: Session, stated: Mapping[str, Any]) -> None:
    """What the measure will be compared with, as it is filled in."""
    if not stated["locations"] or not stated["starts_on"]:
        st.info(session.t("measures.form.not_yet"))
        return
    intervention = briefing.as_intervention(stated)
    waterbed.bullets(
        briefing.foreseen(intervention, waterbed.drafted(session, intervention), session.lang)
    )


def about_fields(
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
        taken = [measure.code for measure in waterbed.register(session.store)]
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
        dates = booking.DATES[session.lang]
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
        turn = _turn_field(session, key, begin)
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
        "turn_months": turn,
        "disciplines": listed(disciplines),
        "policy": policy.strip() or None,
        "motive": motive or None,
    }


def _turn_field(session: Session, key: str, begin: Mapping[str, Any]) -> int | None:
    """Ask whether it goes on and off, and after how many months; None when it stays on."""
    on_record = begin.get("turn_months")
    choices = [None, *range(SHORTEST_TURN, LONGEST_TURN + 1)]
    turn: int | None = st.selectbox(
        session.t("columns.turn_months"),
        choices,
        index=choices.index(round(on_record)) if on_record else 0,
        format_func=lambda n: (
            session.t("measures.form.turns", n=n) if n else session.t("measures.form.stays_on")
        ),
        key=f"{key}_turn",
        help=session.t("measures.form.turn_help"),
    )
    return turn


def _of(
    session: Session, key: str, name: str, values: Sequence[str], begin: Mapping[str, Any]
) -> str:
    return st.selectbox(
        session.t(f"columns.{name}"),
        values,
        index=values.index(begin[name]) if begin.get(name) in values else 0,
        format_func=lambda code: (
            words.value_name(session, code) if code else session.t("measures.form.unsaid")
        ),
        key=f"{key}_{name}",
    )


def book(
    session: Session, name: str, stated: Mapping[str, Any], message: str, *, new: bool
) -> None:
    """Book a measure; one that is new takes no number that is on record.

    Args:
        session: the visitor's session.
        name: the button that was pressed.
        stated: what was filled in.
        message: catalogue key of what to say when it was booked.
        new: whether it is no change of one on record.
    """
    code = str(stated[CODE])
    with session.store.read() as db:
        taken = briefing.on_record(db, code) is not None
    if new and taken:
        st.error(session.md("measures.form.taken", number=code))
        return
    booking.book(
        session, name, TABLE, [briefing.as_row(stated)], lambda session: session.t(message)
    )


def _close(session: Session, code: str) -> None:
    """Close a measure on a day; everything else stays as it is on record."""
    with session.store.read() as db:
        on_record = briefing.on_record(db, code)
    if on_record is None or on_record["status"] == "ended":
        return
    with st.expander(session.t("measures.close.title")):
        st.markdown(session.t("measures.close.words"))
        day = st.date_input(
            session.t("measures.close.day"),
            date.today(),  # noqa: DTZ011 - the day on the visitor's own calendar
            format=booking.DATES[session.lang],
            key=f"close_{code}",
        )
        name = f"close_{code}_book"
        if booking.button(session, session.t("measures.close.book"), name):
            row = {**on_record, "status": "ended", "ends_on": day}
            booking.book(
                session, name, TABLE, [row], lambda session: session.t("measures.close.booked")
            )


def _told(session: Session) -> None:
    """Who registered, changed or closed what when."""
    events = _history(session.store)
    if not events:
        return
    title = session.t("measures.history")
    with st.expander(markdown(title)):
        _events(session, events, title)


def _events(session: Session, events: Sequence[MeasureEvent], title: str) -> None:
    st.markdown(session.t("measures.undo"))
    links.offer_deliveries(session)
    keys = ("when", "who", "what", "measure", "fields", "batch", "file")
    heads = [Head(session.t(f"measures.events.{key}")) for key in keys]
    heads[0] = Head(heads[0].title, lambda when: words.moment(session, when))
    rows = [
        (
            event.change.when,
            event.change.who,
            session.t(f"measures.what.{event.what}"),
            f"{event.change.row['title']} ({event.change.row[CODE]})" if event.change.row else None,
            ", ".join(session.t(f"columns.{name}") for name in event.fields) or None,
            event.change.batch,
            event.change.file,
        )
        for event in events
    ]
    grid(session, heads, rows, key="measure_history", name=title, file=title)

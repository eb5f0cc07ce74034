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
from nami_monitor.kpis.interventions.panel_data import READINGS
from nami_monitor.kpis.interventions.register import Intervention, listed
from nami_monitor.store import Store
from nami_monitor.ui import app, booking, cache, links, scaffold, words
from nami_monitor.ui.cache import cached
from nami_monitor.ui.jobs import said
from nami_monitor.ui.pages import arms, waterbed
from nami_monitor.ui.scaffold import FormField
from nami_monitor.ui.session import Session

Fields = Mapping[str, Any]
"""Fields of a measure by their names; of those that hold several values, a tuple."""


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


def category_name(session: Session, code: str) -> str:
    """A category in the reader's language."""
    return categories(session.store).get(code, {}).get(session.lang, code)


def category_field(session: Session, key: str, begin: Fields) -> str:
    """Ask for the category."""
    options = _with([*categories(session.store)], _several(begin, "category"))
    return scaffold.choice(
        session, "columns.category", options, lambda code: category_name(session, code),
        index=_index(options, begin.get("category")), key=f"{key}_category",
    )  # fmt: skip


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

    def named(code: str) -> str:
        return words.code_name(session, "channel", code)

    target = scaffold.choice(
        session, "measures.form.target_channel", options, named,
        index=_index(options, stated[0] if stated else None), key=f"{key}_target",
        help=session.t("measures.form.target_help"),
    )  # fmt: skip
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
        format_func=lambda code: plain(named(code)),
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
    percent = scaffold.ask(
        session, REDUCTION, key, {"reduction": usual if stated is None else PERCENT * stated}
    )
    return None if percent is None else percent / PERCENT


def anticipation_field(session: Session, key: str, begin: Fields) -> int:
    """Ask for the months before the start in which people may see it coming."""
    return int(scaffold.ask(session, ANTICIPATION, key, begin))


def plan_fields(
    session: Session, key: str, begin: Fields, starts_on: date | None
) -> dict[str, Any]:
    """Ask how a measure will be judged; once it has begun, nothing of that can be chosen."""
    if starts_on is None or starts_on <= scaffold.today():
        st.markdown(session.t("measures.plan.begun" if starts_on else "measures.form.not_yet"))
        return {field.name: begin.get(field.name) for field in (*sum(PLAN, ()), DECIDE)}
    st.markdown(session.t("measures.plan.words"))
    stated = scaffold.ask_beside(session, PLAN, key, begin)
    return stated | scaffold.ask_all(session, [DECIDE], key, begin)


PERCENT: Final = 100
REDUCTION: Final = FormField(
    "reduction", "whole", label="measures.form.reduction", help="measures.form.reduction_help",
    least=1, most=PERCENT,
)  # fmt: skip
ANTICIPATION: Final = FormField(
    "anticipation_months", "whole", key="anticipation", help="measures.form.anticipation_help",
    usual=1, most=24,
)  # fmt: skip
PLAN: Final = (
    (
        FormField("evaluate_after", help="measures.plan.evaluate_after_help", most=60,
                  hint=f"{EVALUATE_AFTER.value:.0f}"),
        FormField("design", "choice", options=("", *Design)),
    ),
    (
        FormField("primary_unit", "choice", options=("", *map(str, READINGS))),
        FormField("sides", "choice", options=("", "two_sided", "one_sided")),
        FormField("month_weights", "choice", options=("", "even", "weighed")),
    ),
)  # fmt: skip
DECIDE: Final = FormField("would_decide", "area", help="measures.plan.would_decide_help", most=500)
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


def _turn(session: Session, months: int | None) -> str:
    """Whether a measure goes on and off, and after how many months."""
    if not months:
        return session.t("measures.form.stays_on")
    return session.t("measures.form.turns", n=months)


ABOUT: Final = (
    (
        FormField(CODE, key="code", most=60),
        FormField("title", most=120),
        FormField("strategy", "choice", options=("refuse", "rethink", "reduce")),
        FormField("motive", "choice", options=("", "sustainability", "money", "other")),
    ),
    (
        FormField("status", "choice", options=("planned", "running", "ended")),
        FormField("starts_on", "day", key="starts"),
        FormField("ends_on", "day", key="ends"),
        FormField("ramp_months", "whole", key="ramp", help="measures.form.ramp_help", usual=0,
                  most=60),
        FormField("turn_months", "choice", key="turn", help="measures.form.turn_help",
                  options=(None, *range(2, 13)), named=_turn),
    ),
)  # fmt: skip
BELOW: Final = (
    FormField("disciplines", help="measures.form.disciplines_help"),
    FormField("policy"),
)
"""What a measure is called, of which kind it is, and when it holds."""


@cached(entries=10)
def _history(store: Store) -> tuple[MeasureEvent, ...]:
    with store.read() as db:
        return briefing.history(db)


def part(session: Session) -> None:
    """What is on record, the form, and who registered what when."""
    app.heading(session.t("doors.part.register"))
    register = cache.interventions(session.store)
    if register:
        _table(session, register)
    else:
        st.info(session.t("measures.empty"))
    st.header(session.t("measures.form.title"), anchor=False)
    st.markdown(session.t("measures.form.words"))
    app.offer_reading(session, "measures.form.load")
    if not categories(session.store):
        st.info(session.t("pilot.no_orders"))
        return
    booking.in_demo(session)
    booking.who_field(session)
    titles = {measure.code: f"{measure.title} ({measure.code})" for measure in register}
    chosen = scaffold.choice(
        session, "measures.form.which", [NEW, *titles],
        lambda code: titles.get(code) or session.t("measures.form.new"), key="measure_chosen",
    )  # fmt: skip
    _form(session, register, chosen)
    if chosen:
        arms.part(session, next(measure for measure in register if measure.code == chosen))
        _close(session, chosen)
    _told(session)


def _table(session: Session, register: Sequence[Intervention]) -> None:
    rows = [
        {
            "columns.title": measure.title,
            "columns.category": category_name(session, measure.category),
            "columns.status": words.value_name(session, measure.status),
            "columns.starts_on": measure.starts_on,
            "columns.ends_on": measure.ends_on,
            "measures.form.target_channel": words.code_name(
                session, "channel", measure.target_channel
            ),
            "measures.locations": len(measure.locations),
            f"columns.{CODE}": measure.code,
        }
        for measure in register
    ]
    scaffold.table(session, "measures", session.t("measures.list"), rows)


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
    begin: Fields,
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
        planned: whether it is a plan: then nothing is asked of its state and its end.
    """
    if taken is None:
        taken = [measure.code for measure in cache.interventions(session.store)]
    fixed = {"status": "planned", "ends_on": begin.get("ends_on")} if planned else {}
    known = {CODE: briefing.next_code(taken), **begin}
    known["disciplines"] = "; ".join(listed(begin.get("disciplines")))
    turn = begin.get("turn_months")
    known["turn_months"] = round(turn) if turn else None
    asked = [[field for field in side if field.name not in fixed] for side in ABOUT]
    locked = {CODE} & {*begin}
    stated = scaffold.ask_beside(session, asked, key, known, locked=locked)
    stated |= scaffold.ask_all(session, BELOW, key, known) | fixed
    return stated | {CODE: stated[CODE] or "", "disciplines": listed(stated["disciplines"])}


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
    booking.book(session, name, TABLE, [briefing.as_row(stated)], said(message))


def _close(session: Session, code: str) -> None:
    """Close a measure on a day; everything else stays as it is on record."""
    with session.store.read() as db:
        on_record = briefing.on_record(db, code)
    if on_record is None or on_record["status"] == "ended":
        return
    with st.expander(session.t("measures.close.title")):
        st.markdown(session.t("measures.close.words"))
        day = scaffold.ask(session, CLOSES, f"close_{code}", {"ends_on": scaffold.today()})
        name = f"close_{code}_book"
        if booking.button(session, session.t("measures.close.book"), name):
            row = {**on_record, "status": "ended", "ends_on": day}
            booking.book(session, name, TABLE, [row], said("measures.close.booked"))


CLOSES: Final = FormField("ends_on", "day", label="measures.close.day", key="day")


def _told(session: Session) -> None:
    """Who registered, changed or closed what when."""
    events = _history(session.store)
    if not events:
        return
    title = session.t("measures.history")
    with st.expander(title):
        st.markdown(session.t("measures.undo"))
        links.offer_deliveries(session)
        changes = [
            (
                event.change,
                {
                    "measures.events.what": session.t(f"measures.what.{event.what}"),
                    "measures.events.measure": row and f"{row['title']} ({row[CODE]})",
                    "measures.events.fields": ", ".join(
                        session.t(f"columns.{name}") for name in event.fields
                    )
                    or None,
                },
            )
            for event in events
            for row in [event.change.row or None]
        ]
        scaffold.history(session, "measure_history", title, "measures.events", changes)

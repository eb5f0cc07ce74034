"""The page on targets: the list, attainment, one target over time, forms and the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import streamlit as st

from nami_monitor.briefing import targets as briefing
from nami_monitor.briefing import wording
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.targets import TargetEvent, TargetLine, TargetStep, where_of
from nami_monitor.charts.columns import TargetPoint, target_chart
from nami_monitor.core.escapes import markdown
from nami_monitor.core.periods import period_at
from nami_monitor.core.words import Direction, PeriodKind, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.sentences import gap_text
from nami_monitor.kpis.targets import ABSOLUTE, CHANGE, PATH, Target, kind_of, named
from nami_monitor.store import Store
from nami_monitor.store.journal import category_names
from nami_monitor.ui import (
    app,
    booking,
    cache,
    chart_card,
    filters,
    links,
    scaffold,
    trend_chart,
    words,
)
from nami_monitor.ui.cache import cached
from nami_monitor.ui.jobs import said
from nami_monitor.ui.scaffold import FormField, Traced
from nami_monitor.ui.session import Session

if TYPE_CHECKING:
    from nami_monitor.ingest.book.manual_entry import Value


SEEN: Final = 8
"""How many columns of the list stand on the screen."""

STATES: Final = ("not_met", "not_met_so_far", "met_so_far", "met", "open")
"""How targets may stand, in the order in which the heading counts them."""

Names = Mapping[str, Mapping[str, str]]


@cached(entries=10)
def known(
    store: Store, month: date | None
) -> tuple[tuple[TargetLine, ...], tuple[TargetEvent, ...], Names]:
    """Every target with its figure as of a month, what was done to targets, and categories."""
    with read_as_of(store, month) as db:
        return briefing.lines(db), briefing.history(db), category_names(db)


@cached(entries=50)
def _course(store: Store, target: Target, month: date | None) -> tuple[TargetStep, ...]:
    with read_as_of(store, month) as db:
        return briefing.course(db, target)


def kpi_name(session: Session, code: str) -> str:
    """A KPI's name; the code itself where nobody knows it."""
    return words.kpi_name(session, CATALOGUE[code]) if code in CATALOGUE else code


def category_name(session: Session, names: Names, code: str | None) -> str:
    """A category's name; without one the target is for all of them."""
    if code is None:
        return session.t("targets.all")
    return names.get(code, {}).get(session.lang, code)


def period_name(session: Session, period: str | None) -> str:
    """A period as people write it."""
    return words.NONE if period is None else wording.period_named(period, session.lang)


def goal(session: Session, target: Target) -> str:
    """What was agreed, as it was stated: "55 st." or "-10 % ten opzichte van 2023"."""
    if target.kind == CHANGE:
        change = formats.signed(target.value, session.lang, formats.percent)
        baseline = period_name(session, target.baseline_period)
        return session.t("targets.change_of", change=change, baseline=baseline)
    if target.kpi not in CATALOGUE:
        return formats.number(target.value, session.lang)
    return _figure(session, target.value, CATALOGUE[target.kpi].unit)


def _figure(session: Session, value: float, unit: Unit, activity: str | None = None) -> str:
    named = words.activity_name(session, activity)
    return formats.quantity(value, unit, session.lang, activity=named)


def name(session: Session, names: Names, target: Target) -> str:
    """A target in a list: "Uitgaven, IT-middelen, 2026: -10 % ten opzichte van 2023"."""
    parts = [
        kpi_name(session, target.kpi),
        category_name(session, names, target.category),
        period_name(session, target.period),
    ]
    return f"{', '.join(parts)}: {goal(session, target)}"


def why(session: Session, line: TargetLine) -> str:
    """Why a target is not judged, as a sentence; empty when it is."""
    if line.kpi is None:
        near = ", ".join(kpi_name(session, code) for code in line.near)
        return session.t("targets.unknown", seen=line.target.kpi, near=near)
    if line.aim is None:
        return session.t("targets.why.not_over")
    if line.aim.why is None:
        return ""
    rests = line.aim.baseline if line.aim.why == "no_baseline" else line.aim.judged
    return session.t(
        f"targets.why.{line.aim.why}",
        baseline=period_name(session, line.target.baseline_period),
        reason=words.reason(session, rests) if rests else "",
    ).strip()


def warnings(session: Session, lines: Sequence[TargetLine], names: Names) -> None:
    """Targets that contradict each other, and targets for figures that do not exist."""
    contradictions = set()
    for line in lines:
        clash = frozenset((line.target, *line.against))
        if line.against and clash not in contradictions:
            contradictions.add(clash)
            st.warning(
                session.md(
                    "targets.contradict",
                    kpi=kpi_name(session, line.target.kpi),
                    category=category_name(session, names, line.target.category),
                    period=period_name(session, line.target.period),
                    goals="; ".join(
                        _stated(session, target) for target in (line.target, *line.against)
                    ),
                )
            )
        if line.kpi is None:
            st.warning(markdown(why(session, line)))


def _stated(session: Session, target: Target) -> str:
    return f"{words.value_name(session, target.kind)}: {goal(session, target)}"


def headline(session: Session, lines: Sequence[TargetLine]) -> None:
    """How many targets stand how, as the heading."""
    found = Counter(wording.standing(line.aim, session.lang) for line in lines)
    named = (*(f"targets.state.{key}" for key in STATES), "words.not_applicable")
    counts = ", ".join(f"{found[each]} {each}" for each in map(session.t, named) if found[each])
    app.heading(session.t("targets.finding", n=len(lines), counts=counts))


def table(session: Session, lines: Sequence[TargetLine], names: Names) -> None:
    """Every target with its figure and whether it is met; first those that are judged."""
    rows = [
        _row(session, line, names) for line in sorted(lines, key=lambda line: not _judged(line))
    ]
    scaffold.table(session, "targets", session.t("targets.list"), rows, shown=SEEN)


def _judged(line: TargetLine) -> bool:
    """Whether there is a figure to hold a target against."""
    return bool(line.aim and line.aim.judged and line.aim.judged.value is not None)


def _row(session: Session, line: TargetLine, names: Names) -> scaffold.Row:
    target, aim = line.target, line.aim
    judged = aim.judged if aim else None
    needed = figure = over = None
    if aim and line.kpi and aim.value is not None:
        needed = _figure(session, aim.value, line.kpi.unit, judged.activity if judged else None)
    if judged and judged.value is not None:
        trace = links.trace_of_result(session, judged, where_of(target))
        figure = Traced(words.figure(session, judged), trace)
        over = formats.period(judged.period, session.lang)
    return {
        "targets.table.kpi": kpi_name(session, target.kpi),
        "targets.table.figure": figure,
        "targets.table.state": wording.standing(aim, session.lang),
        "targets.table.goal": goal(session, target),
        "targets.table.distance": gap_text(aim, session.lang) or None,
        "targets.table.category": category_name(session, names, target.category),
        "targets.table.period": period_name(session, target.period),
        "targets.table.over": over,
        "targets.table.needed": needed,
        "targets.table.kind": words.value_name(session, target.kind),
        "targets.table.remark": why(session, line),
        "targets.table.source": target.source,
    }


def choose(session: Session, lines: Sequence[TargetLine], names: Names) -> TargetLine | None:
    """The target to look at; the first that is judged unless another was chosen."""
    listed = [line for line in lines if line.kpi]
    if not listed:
        return None
    judged = (at for at, line in enumerate(listed) if line.aim and line.aim.met is not None)
    chosen = scaffold.choice(
        session, "targets.choose", range(len(listed)),
        lambda at: name(session, names, listed[at].target),
        index=next(judged, 0), key="target_chosen",
    )  # fmt: skip
    return listed[chosen]


def course(session: Session, line: TargetLine, names: Names, month: date | None) -> None:
    """The chosen target in one sentence, and its figure beside what was agreed."""
    target_name = name(session, names, line.target)
    stands = wording.standing(line.aim, session.lang)
    st.markdown(
        f"**{markdown(stands[:1].upper())}{markdown(stands[1:])}.** {markdown(why(session, line))}"
    )
    steps = _course(session.store, line.target, month)
    points = tuple(
        TargetPoint(
            period_name(session, step.period),
            step.result.value if step.result else None,
            step.goal,
            step.final,
        )
        for step in steps
    )
    if not points or line.kpi is None:
        return
    activity = next((s.result.activity for s in reversed(steps) if s.result), None)
    unit = line.kpi.unit
    measure = words.activity_name(session, activity)
    st.caption(markdown(formats.unit_label(unit, session.lang, activity=measure)))
    drawn = target_chart(points, target_name, unit, session.lang, measure)
    where = where_of(line.target)
    traces = {
        drawn.table.head[1]: [
            links.trace_of_result(session, step.result, where) if step.result else None
            for step in reversed(steps)
        ]
    }
    chart_card.show(session, drawn, key="target_course", name=target_name, traces=traces)


SOURCE: Final = FormField("source", label="targets.form.source")


def change(session: Session, line: TargetLine) -> None:
    """Change the chosen target, or withdraw it."""
    target = line.target
    with session.store.read() as db:
        stated = [vars(row) for row in briefing.on_record(db, target)]
    with st.expander(session.t("targets.change.title")):
        booking.in_demo(session)
        key = (target.kpi, target.category or "", target.kind, target.period)
        with st.form("_".join(("change", *key)), border=False):
            written = formats.number(target.value, session.lang)
            value = st.text_input(session.t(f"targets.form.value_{target.kind}"), value=written)
            source = scaffold.ask(session, SOURCE, "", {"source": target.source})
            left, right = st.columns(2)
            with left:
                booking.submit(session.t("targets.change.save"), "target_save", type="primary")
            with right:
                booking.submit(session.t("targets.change.withdraw"), "target_withdraw")
        withdraw = booking.taken(session, "target_withdraw")
        save = booking.taken(session, "target_save")
    if withdraw:
        _book(session, "target_withdraw", [row | {"withdrawn": True} for row in stated])
    elif save:
        with booking.refusing(session):
            # what is written may be rounded
            number = target.value if value == written else _number(session, value)
            _book(
                session,
                "target_save",
                [row | {"value": number, "source": source} for row in stated],
            )


def _number(session: Session, written: str) -> float:
    return float(formats.parse_decimal(written, session.lang))


def _book(session: Session, button: str, rows: Sequence[booking.Row]) -> None:
    booking.book(session, button, "targets", rows, said(BOOKED[button]))


BOOKED: Final = {
    "target_book": "targets.form.booked",
    "target_save": "targets.change.saved",
    "target_withdraw": "targets.change.withdrawn",
}
"""What is said once it was booked, by the button."""


def history(session: Session, events: Sequence[TargetEvent], names: Names) -> None:
    """Who set, changed or withdrew which target when."""
    title = scaffold.header(session.t("targets.history"))
    if not events:
        st.markdown(session.t("targets.no_history"))
        return
    changes = [
        (
            event.change,
            {
                "targets.events.what": session.t(f"targets.what.{event.what}"),
                "targets.events.target": name(session, names, event.target)
                if event.target
                else event.change.file,
                "targets.events.before": None
                if event.before is None or event.target is None
                else goal(session, replace(event.target, value=event.before)),
            },
        )
        for event in events
    ]
    scaffold.history(session, "target_history", title, "targets.events", changes)


CODE: Final = "steer_target_attainment"


def attainment_section(session: Session, month: date | None) -> None:
    """The share of targets met over a period that ends with a month."""
    if month is None:
        return
    kpi = scaffold.header(words.kpi_name(session, CATALOGUE[CODE]))
    with st.columns(4)[0]:
        kind = filters.period(session, month, cache.choices(session.store).months, PeriodKind.YEAR)
    ask = Ask(kind, month, trend_chart.periods_shown(kind))
    results = cache.figures(session.store, CODE, ask)
    latest = results[-1]
    period = formats.period(latest.period, session.lang)
    if latest.value is None:
        reason = words.reason(session, latest)
        st.markdown(session.md("targets.attained.none", period=period, reason=reason))
    else:
        met = formats.number(int(latest.numerator or 0), session.lang)
        counts = {"n": int(latest.denominator or 0), "met": met}
        share = words.figure(session, latest)
        st.markdown(session.md("targets.attained.sentence", period=period, share=share, **counts))
    with st.expander(session.t("trends.as_table")):
        trend_chart.show_results(session, results, ask.where, key="attained", name=kpi)


KINDS = (ABSOLUTE, CHANGE, PATH)
PERIODS = (PeriodKind.YEAR, PeriodKind.QUARTER, PeriodKind.MONTH)
FIRST_YEAR, LAST_YEAR = 2000, 2099
ALL = ""


def form(session: Session, lines: Sequence[TargetLine], names: Names, category: str = "") -> None:
    """Ask for a target and book it.

    Args:
        session: the visitor's session.
        lines: the targets that stand.
        names: the categories' names.
        category: the one that the page is about; empty for none.
    """
    with st.expander(session.t("targets.form.title"), expanded=not lines):
        st.markdown(session.t("targets.form.words"))
        app.offer_reading(session, "targets.form.load")
        booking.in_demo(session)
        judged = [code for code, kpi in CATALOGUE.items() if kpi.better is not Direction.NEUTRAL]
        left, right = st.columns(2)
        with left:
            kpi = scaffold.choice(
                session, "columns.kpi", judged, lambda code: kpi_name(session, code),
                key="target_kpi",
            )  # fmt: skip
            kind = st.radio(
                session.t("columns.kind"),
                KINDS,
                format_func=lambda code: session.t(f"targets.kinds.{code}"),
                key="target_kind",
            )
        with right:
            chosen = scaffold.choice(
                session, "columns.category", [*names, ALL],
                lambda code: category_name(session, names, code or None),
                index=[*names, category].index(category) if category else 0, key="target_category",
            )  # fmt: skip
            period = _period(session)
        row: dict[str, Value] = {
            "kpi": kpi,
            "category": chosen or None,
            "kind": kind,
            "period": period,
            "baseline_period": _baseline(session, period) if kind == CHANGE else None,
        }
        value = st.text_input(
            session.t(f"targets.form.value_{kind}"),
            key="target_value",
            help=session.t("targets.form.value_help"),
        )
        row["source"] = scaffold.ask(session, SOURCE, "target", {})
        _beside(session, lines, row)
        if booking.button(session, session.t("targets.form.book"), "target_book", type="primary"):
            with booking.refusing(session):
                _book(session, "target_book", [row | {"value": _number(session, value)}])


def _beside(session: Session, lines: Sequence[TargetLine], row: dict[str, Value]) -> None:
    """Say which targets stand already for the same figure, category and period."""
    for target in (line.target for line in lines):
        if all(getattr(target, each) == row[each] for each in ("kpi", "category", "period")):
            key = "replaces" if target.kind == row["kind"] else "beside"
            kind = words.value_name(session, target.kind)
            st.info(session.md(f"targets.form.{key}", goal=goal(session, target), kind=kind))


def _period(session: Session) -> str:
    """A year, a quarter or a month."""
    kind = st.radio(
        session.t("targets.form.period"),
        PERIODS,
        format_func=lambda option: session.t(f"periods.{option}"),
        horizontal=True,
        key="target_period_kind",
    )
    return _within(session, "target", kind)


def _baseline(session: Session, period: str) -> str:
    """The period that a change is measured from, of the same kind as the target's."""
    st.markdown(session.t("targets.form.baseline"))
    return _within(session, "target_baseline", kind_of(period), back=1)


def _within(session: Session, key: str, kind: PeriodKind, *, back: int = 0) -> str:
    year = int(
        st.number_input(
            session.t("periods.year"),
            min_value=FIRST_YEAR,
            max_value=LAST_YEAR,
            value=scaffold.today().year - back,
            format="%d",
            key=f"{key}_year",
        )
    )
    month = 12
    if kind is PeriodKind.QUARTER:
        quarters = (1, 2, 3, 4)
        month = 3 * scaffold.choice(session, "periods.quarter", quarters, str, key=f"{key}_quarter")
    elif kind is PeriodKind.MONTH:
        month = scaffold.choice(
            session, "periods.month", range(1, 13),
            lambda option: formats.month_name(option, session.lang), key=f"{key}_month",
        )  # fmt: skip
    return named(period_at(kind, date(year, month, 1)))

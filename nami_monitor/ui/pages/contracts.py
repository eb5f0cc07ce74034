"""The page on contracts: what to prepare, the timeline, values, forms, splits and the register."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import contracts as briefing
from nami_monitor.briefing.as_of import as_of
from nami_monitor.briefing.contracts import (
    CARDS,
    STREAMS,
    CategoryContracts,
    Contract,
    ContractRegister,
    ContractSplit,
)
from nami_monitor.briefing.overview import RegisterChoices
from nami_monitor.charts import tables
from nami_monitor.charts.columns import PeriodBar, periods_chart
from nami_monitor.charts.registers import MOST, ContractLane, timeline_chart
from nami_monitor.charts.spec import Drawn
from nami_monitor.charts.trend_data import InterventionMark, Series, Trend, TrendPoint
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.periods import Period, add_months, month_range
from nami_monitor.core.words import PeriodKind, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.questions import EMPTY
from nami_monitor.store import Store
from nami_monitor.ui import (
    app,
    chart_card,
    figure_notes,
    filters,
    links,
    scaffold,
    trend_chart,
    words,
)
from nami_monitor.ui.cache import Where, cached
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.links import Filters
from nami_monitor.ui.scaffold import Named, Traced
from nami_monitor.ui.session import Session

VALUE, RUNNING = "contract_value", "contracts_running"
LARGEST: Final = 25
"""How many categories stand in the chart of values."""
"""What the page adds up beside its KPIs."""

BEFORE, AFTER = 24, 72
"""Months of the timeline before and, at most, after the chosen month."""


@cached(entries=20)
def choices(store: Store) -> RegisterChoices:
    """What the page offers."""
    with store.read() as db:
        return briefing.choices(db)


def register(session: Session, picked: Selection) -> ContractRegister:
    """The contracts and their figures in the chosen period."""
    return _register(session.store, picked.month, picked.where, str(picked.kind))


@cached(entries=50)
def _register(store: Store, month: date, where: Where, kind: str) -> ContractRegister:
    with store.read() as db:
        with as_of(db, month) as known:
            found = briefing.register(known, month, dict(where), kind)
        listed = briefing.contracts(db, found.month, found.where)  # those to come as well
        return replace(found, contracts=listed)


def headline(session: Session, register: ContractRegister) -> None:
    """How many contracts to prepare for now, and which is the first, as the heading."""
    month = formats.month(register.month, session.lang)
    app.heading(_due(session, register) or session.t("contracts.none_due", month=month))


def _due(session: Session, register: ContractRegister) -> str:
    """How many contracts to prepare for now, in a sentence; empty where there is none."""
    if not register.due:
        return ""
    contract, moment = min(register.due, key=lambda each: each[1].day)
    day = formats.day(moment.day, session.lang)
    return session.t("contracts.due", n=len(register.due), name=contract.name, day=day)


def to_prepare(session: Session) -> None:
    """What contracts ask now, where there is nothing else to show; nothing where they ask none."""
    filled = session.store.exists and session.store.version() > 0
    months = choices(session.store).months if filled else ()
    found = _register(session.store, months[0], (), str(PeriodKind.MONTH)) if months else None
    if found and _due(session, found):
        st.markdown(markdown(f"{_due(session, found)}."))
        prepare(session, found)


def prepare(session: Session, register: ContractRegister) -> None:
    """Contracts to start preparing now, and those whose end should be mended first."""
    title = scaffold.header(session.t("contracts.prepare.title"))
    st.caption(session.t("contracts.prepare.words"))
    if register.overdue:
        named = ", ".join(contract.name for contract in register.overdue)
        st.text(plain(session.t("contracts.prepare.overdue", named=named)))
    offered = choices(session.store)
    rows = [
        {
            "columns.title": contract.name,
            "contracts.moment": moment.day,
            "contracts.kind": session.t(f"charts.contracts.{moment.kind}"),
            "contracts.prepare_from": moment.prepare_from,
            "columns.notice_months": contract.notice,
            "columns.preparation_months": moment.preparation,
            "columns.category": filters.category_name(session, contract.category, offered),
            "columns.supplier": contract.supplier,
        }
        for contract, moment in register.due
    ]
    scaffold.table(session, "contracts_due", title, rows)


def cards(session: Session, register: ContractRegister) -> None:
    """A card per figure."""
    shown = [register.figures[code] for code in CARDS]
    where = register.where
    scaffold.cards(
        session,
        (
            figure_notes.card_over_time(
                session, each, where, figure_notes.complete(session, each[-1])
            )
            for each in shown
        ),
    )


def timeline(session: Session, register: ContractRegister) -> None:
    """When contracts run, can be left and end."""
    current = [contract for contract in register.contracts if contract.current(register.month)]
    scaffold.header(session.t("contracts.timeline.title"))
    if not current:
        st.info(session.t("contracts.timeline.nothing"))
        return
    drawn = current[:MOST]
    days = [moment.day for contract in drawn for moment in contract.moments]
    last = min(max([*days, register.month]), add_months(register.month, AFTER)).replace(day=1)
    window = (
        add_months(register.month, -BEFORE),
        max(add_months(last, 2), add_months(register.month, 12)),
    )
    lanes = [_lane(contract, register.month) for contract in drawn]
    chart = timeline_chart(lanes, window, register.month, session.lang)
    start, rest = formats.month(window[0], session.lang), len(current) - len(drawn)
    said = [session.t("contracts.timeline.words", start=start)]
    said += [session.t("contracts.timeline.rest", n=rest)] if rest else []
    chart_card.show(session, chart, key="contracts_timeline", caption=" ".join(said))


def _lane(contract: Contract, month: date) -> ContractLane:
    coming = contract.coming(month)
    spans = {}
    if coming:
        notice_day = min(
            max(_earlier(coming.day, contract.notice or 0.0), coming.prepare_from), coming.day
        )
        spans = {
            "preparation": (coming.prepare_from, notice_day),
            "notice": (notice_day, coming.day),
        }
    return ContractLane(
        contract.name,
        contract.starts_on,
        contract.ends_on,
        tuple(moment.day for moment in contract.moments if moment.kind == "option"),
        **spans,
    )


def _earlier(day: date, months: float) -> date:
    """A day some whole months earlier, or the last of its month where there is no such day."""
    first = add_months(day.replace(day=1), -int(months))
    return min(date.fromordinal(first.toordinal() + day.day - 1),
               date.fromordinal(add_months(first, 1).toordinal() - 1))  # fmt: skip


def values(session: Session, register: ContractRegister) -> None:
    """The value under contract, by category."""
    title = scaffold.header(session.t("contracts.values.title"))
    st.caption(session.t("contracts.values.words"))
    if not register.values:
        st.info(session.t("contracts.values.nothing"))
        return
    offered = choices(session.store)
    valued_months = [month for month, _ in register.values]
    months = month_range(min(valued_months), max(valued_months))
    last = {code: register.values.get((months[-1], code), 0.0) for _, code in register.values}
    if len(last) > LARGEST:
        st.caption(session.md("contracts.values.largest", n=LARGEST, all=len(last)))
    series = [
        Series(
            filters.category_name(session, category, offered),
            tuple(TrendPoint(month, register.values.get((month, category))) for month in months),
        )
        for category in sorted(last, key=lambda code: -last[code])[:LARGEST]
    ]
    trend = Trend(tuple(series), Unit.EUR)
    above = session.t("charts.contracts.whole_term")
    drawn = tables.trend_chart(trend, session.lang, above=above)
    rows = (_month(row[0]) for row in drawn.table.rows)
    traces = [links.trace_of_figure(session, VALUE, month, register.where) for month in rows]
    column = {drawn.table.head[0]: traces}
    chart_card.show(session, drawn, key="contracts_values", name=title, traces=column)


def shapes(session: Session, register: ContractRegister) -> None:
    """How running contracts are specified, and in which form."""
    title = scaffold.header(session.t("contracts.shapes.title"))
    if not register.shapes:
        st.info(session.t("contracts.shapes.nothing"))
        return
    st.caption(session.t("contracts.shapes.words"))
    rows = [
        {
            "columns.specification": words.value_name(session, shape.specification)
            if shape.specification
            else session.t("words.unknown"),
            "columns.form": shape.form or session.t("words.unknown"),
            "contracts.shapes.count": _traced(session, register, RUNNING, shape, shape.count),
            "columns.value_eur": _traced(session, register, VALUE, shape, shape.value),
        }
        for shape in register.shapes
    ]
    scaffold.table(session, "contracts_shapes", title, rows, write=EUROS)


EUROS: Final = {"columns.value_eur": formats.money}


def _traced(
    session: Session,
    register: ContractRegister,
    code: str,
    shape: CategoryContracts,
    value: float | None,
) -> Traced:
    """A figure of the contracts of one shape, with where it came from."""
    if value is None:
        return Traced(None, None)
    alike = {"specification": (shape.specification or EMPTY,), "form": (shape.form or EMPTY,)}
    where = {**register.where, **alike}
    trace = links.trace_of_figure(session, code, _month(register.month), where)
    return Traced(value, trace)


def _month(month: date) -> Period:
    return Period(month, month, PeriodKind.MONTH)


def table(session: Session, register: ContractRegister) -> None:
    """Every contract of the register, and how much it leaves unsaid."""
    title = scaffold.header(session.t("contracts.register.title"))
    sentences = [
        session.t("contracts.register.words", n=len(register.contracts)),
        session.t("contracts.register.value", n=register.without_value),
        session.t("contracts.register.end", n=register.without_end),
    ]
    if register.end_unsaid:
        sentences.append(session.t("contracts.register.unsaid", n=register.end_unsaid))
    st.markdown(markdown(" ".join(sentences)))
    offered = choices(session.store)

    def named(value: str | None) -> str | None:
        return value and words.value_name(session, value)

    rows = [
        {
            "columns.title": contract.name,
            "columns.supplier": contract.supplier,
            "columns.category": filters.category_name(session, contract.category, offered),
            "columns.stream": contract.stream
            and words.code_name(session, "stream", contract.stream),
            "columns.value_eur": contract.value,
            "columns.starts_on": contract.starts_on,
            "columns.ends_on": contract.ends_on,
            "columns.ends_on_note": named(contract.note),
            "contracts.option": contract.option(register.month),
            "columns.notice_months": contract.notice,
            "columns.specification": named(contract.specification),
            "columns.form": contract.form,
            "columns.status": session.t(f"contracts.standing.{contract.standing}"),
            "contracts.status_written": contract.status,
            "columns.contract_id": contract.number,
        }
        for contract in register.contracts
    ]
    scaffold.table(session, "contracts_register", title, rows, write=EUROS)


def splits(session: Session, register: ContractRegister) -> None:
    """Spend of contracts that were split, as one line across the split, and by stream."""
    if not register.splits:
        return
    scaffold.header(words.kpi_name(session, CATALOGUE[STREAMS]))
    st.caption(session.t("contracts.splits.words"))
    for split in register.splits:
        _split(session, split, register.where)


def _split(session: Session, split: ContractSplit, where: Filters) -> None:
    st.subheader(markdown(split.name), anchor=False)
    drawn = _line(session, split) if split.kind in trend_chart.MONTHLY else _bars(session, split)
    chart_card.show(session, drawn, key=f"split_{split.family}", caption=_since(session, split))
    within = {**where, "family": (split.family,)}
    streams = [code for code, months in split.streams.items() if any(months.values())]
    rows = [
        {
            "trends.table.period": month,
            "contracts.splits.total": Traced(
                total, links.trace_of_figure(session, STREAMS, split.periods[month], within)
            ),
            **{
                Named(words.code_name(session, "stream", code), code): split.streams[code].get(
                    month
                )
                for code in streams
            },
        }
        for month, total in sorted(split.total.items(), reverse=True)
    ]
    write: dict[Any, scaffold.Write] = dict.fromkeys(next(iter(rows), ()), formats.money)
    write["trends.table.period"] = lambda month, _: _period(session, split, month.date())
    with st.expander(session.t("trends.as_table")):
        scaffold.table(session, f"split_{split.family}_table", split.name, rows, write=write)


def _line(session: Session, split: ContractSplit) -> Drawn:
    points = tuple(TrendPoint(*point) for point in split.total.items())
    marks = tuple(
        InterventionMark(one.month, session.t("contracts.splits.mark", n=len(one.names)))
        for one in split.replacements
    )
    trend = Trend((Series(split.name, points),), Unit.EUR, marks=marks)
    return tables.trend_chart(trend, session.lang)


def _bars(session: Session, split: ContractSplit) -> Drawn:
    bars = tuple(
        PeriodBar(_period(session, split, month), "", value) for month, value in split.total.items()
    )
    alt = session.t("trends.bars_alt", name=split.name, n=len(bars))
    return periods_chart(bars, Unit.EUR, session.lang, alt)


def _since(session: Session, split: ContractSplit) -> str:
    """From when on which contracts took over."""
    return " ".join(
        session.t(
            "contracts.splits.since",
            no=no,
            names=", ".join(replacement.names),
            month=formats.month(replacement.month, session.lang),
        )
        for no, replacement in enumerate(split.replacements, start=1)
    )


def _period(session: Session, split: ContractSplit, month: date) -> str:
    return formats.period(split.periods[month], session.lang)

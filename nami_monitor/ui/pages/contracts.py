"""The page on contracts: what to prepare, the timeline, values, forms, splits and the register."""

from dataclasses import replace
from datetime import date

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
from nami_monitor.charts.spec import ChartTable
from nami_monitor.charts.trend_data import InterventionMark, Series, Trend, TrendPoint
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.periods import Period, add_months, month_range
from nami_monitor.core.words import PeriodKind, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.questions import EMPTY
from nami_monitor.store import Store
from nami_monitor.ui import app, chart_card, figure_notes, filters, links, trend_chart, words
from nami_monitor.ui.cache import Where, cached
from nami_monitor.ui.cards import cards_html
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.links import Filters
from nami_monitor.ui.session import Session

VALUE, RUNNING = "contract_value", "contracts_running"
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
    due = register.due
    if not due:
        month = formats.month(register.month, session.lang)
        app.heading(session.t("contracts.none_due", month=month))
        return
    contract, moment = min(due, key=lambda each: each[1].day)
    day = formats.day(moment.day, session.lang)
    name = contract.name
    app.heading(session.t("contracts.due", n=len(due), name=name, day=day))


def prepare(session: Session, register: ContractRegister) -> None:
    """Contracts to start preparing now, and those whose end should be mended first."""
    due = register.due
    st.header(session.t("contracts.prepare.title"), anchor=False)
    st.caption(session.t("contracts.prepare.words"))
    if register.overdue:
        named = ", ".join(contract.name for contract in register.overdue)
        st.text(plain(session.t("contracts.prepare.overdue", named=named)))
    if not due:
        return
    offered = choices(session.store)

    def day(value: date) -> str:
        return formats.day(value, session.lang)

    def number(value: float) -> str:
        return formats.number(value, session.lang)

    heads = [
        Head(session.t("columns.title")),
        Head(session.t("contracts.moment"), day),
        Head(session.t("contracts.kind")),
        Head(session.t("contracts.prepare_from"), day),
        Head(session.t("columns.notice_months"), number),
        Head(session.t("columns.preparation_months"), number),
        Head(session.t("columns.category")),
        Head(session.t("columns.supplier")),
    ]
    rows = [
        (
            contract.name,
            moment.day,
            session.t(f"charts.contracts.{moment.kind}"),
            moment.prepare_from,
            contract.notice,
            moment.preparation,
            filters.category_name(session, contract.category, offered),
            contract.supplier,
        )
        for contract, moment in due
    ]
    title = session.t("contracts.prepare.title")
    grid(session, heads, rows, key="contracts_due", name=title, file=title)


def cards(session: Session, register: ContractRegister) -> None:
    """A card per figure."""
    drawn = []
    for code in CARDS:
        results = register.figures[code]
        note = figure_notes.complete(session, results[-1])
        drawn.append(figure_notes.card(session, results, register.where, note))
    st.html(cards_html(tuple(drawn), session.lang))


def timeline(session: Session, register: ContractRegister) -> None:
    """When contracts run, can be left and end."""
    current = [contract for contract in register.contracts if contract.current(register.month)]
    st.header(session.t("contracts.timeline.title"), anchor=False)
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
    title = session.t("contracts.values.title")
    st.header(markdown(title), anchor=False)
    st.caption(session.t("contracts.values.words"))
    if not register.values:
        st.info(session.t("contracts.values.nothing"))
        return
    offered = choices(session.store)
    valued_months = [month for month, _ in register.values]
    months = month_range(min(valued_months), max(valued_months))
    categories = list({category: None for _, category in register.values})
    series = [
        Series(
            filters.category_name(session, category, offered),
            tuple(TrendPoint(month, register.values.get((month, category))) for month in months),
        )
        for category in sorted(
            categories, key=lambda code: -register.values.get((months[-1], code), 0.0)
        )
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
    title = session.t("contracts.shapes.title")
    st.header(markdown(title), anchor=False)
    if not register.shapes:
        st.info(session.t("contracts.shapes.nothing"))
        return
    st.caption(session.t("contracts.shapes.words"))
    heads = [
        Head(session.t("columns.specification")),
        Head(session.t("columns.form")),
        Head(session.t("contracts.shapes.count"), lambda n: formats.number(int(n), session.lang)),
        Head(session.t("columns.value_eur"), lambda value: formats.money(value, session.lang)),
    ]
    rows = [
        (
            words.value_name(session, shape.specification)
            if shape.specification
            else session.t("words.unknown"),
            shape.form or session.t("words.unknown"),
            shape.count,
            shape.value,
        )
        for shape in register.shapes
    ]
    named = {RUNNING: session.t("contracts.shapes.count"), VALUE: session.t("columns.value_eur")}
    traces = {
        name: [
            None
            if code == VALUE and shape.value is None
            else links.trace_of_figure(
                session, code, _month(register.month), {**register.where, **_alike(shape)}
            )
            for shape in register.shapes
        ]
        for code, name in named.items()
    }
    grid(session, heads, rows, key="contracts_shapes", name=title, file=title, traces=traces)


def _month(month: date) -> Period:
    return Period(month, month, PeriodKind.MONTH)


def _alike(shape: CategoryContracts) -> dict[str, tuple[str, ...]]:
    """The filters that give contracts of one shape."""
    return {
        "specification": (shape.specification or EMPTY,),
        "form": (shape.form or EMPTY,),
    }


def table(session: Session, register: ContractRegister) -> None:
    """Every contract of the register, and how much it leaves unsaid."""
    title = session.t("contracts.register.title")
    st.header(markdown(title), anchor=False)
    sentences = [
        session.t("contracts.register.words", n=len(register.contracts)),
        session.t("contracts.register.value", n=register.without_value),
        session.t("contracts.register.end", n=register.without_end),
    ]
    if register.end_unsaid:
        sentences.append(session.t("contracts.register.unsaid", n=register.end_unsaid))
    st.markdown(markdown(" ".join(sentences)))
    offered = choices(session.store)

    def day(value: date) -> str:
        return formats.day(value, session.lang)

    heads = [
        Head(session.t("columns.title")),
        Head(session.t("columns.supplier")),
        Head(session.t("columns.category")),
        Head(session.t("columns.stream")),
        Head(session.t("columns.value_eur"), lambda value: formats.money(value, session.lang)),
        Head(session.t("columns.starts_on"), day),
        Head(session.t("columns.ends_on"), day),
        Head(session.t("columns.ends_on_note")),
        Head(session.t("contracts.option"), day),
        Head(session.t("columns.notice_months"), lambda value: formats.number(value, session.lang)),
        Head(session.t("columns.specification")),
        Head(session.t("columns.form")),
        Head(session.t("columns.status")),
        Head(session.t("contracts.status_written")),
        Head(session.t("columns.contract_id")),
    ]
    rows = [
        (
            contract.name,
            contract.supplier,
            filters.category_name(session, contract.category, offered),
            contract.stream and words.code_name(session, "stream", contract.stream),
            contract.value,
            contract.starts_on,
            contract.ends_on,
            contract.note and words.value_name(session, contract.note),
            contract.option(register.month),
            contract.notice,
            contract.specification and words.value_name(session, contract.specification),
            contract.form,
            session.t(f"contracts.standing.{contract.standing}"),
            contract.status,
            contract.number,
        )
        for contract in register.contracts
    ]
    grid(session, heads, rows, key="contracts_register", name=title, file=title)


def splits(session: Session, register: ContractRegister) -> None:
    """Spend of contracts that were split, as one line across the split, and by stream."""
    if not register.splits:
        return
    st.header(markdown(words.kpi_name(session, CATALOGUE[STREAMS])), anchor=False)
    st.caption(session.t("contracts.splits.words"))
    for split in register.splits:
        _split(session, split, register.where)


def _split(session: Session, split: ContractSplit, where: Filters) -> None:
    st.subheader(markdown(split.name), anchor=False)
    if split.kind in trend_chart.MONTHLY:
        _line(session, split)
    else:
        _bars(session, split)
    with st.expander(session.t("trends.as_table")):
        table = _split_table(session, split)
        within = {**where, "family": (split.family,)}
        traces = [
            links.trace_of_figure(session, STREAMS, split.periods[row[0]], within)
            for row in table.rows
        ]
        column = {table.head[1]: traces}
        chart_card.show_table(session, table, f"split_{split.family}_table", split.name, column)


def _line(session: Session, split: ContractSplit) -> None:
    trend = Trend(
        (Series(split.name, tuple(TrendPoint(*point) for point in split.total.items())),),
        Unit.EUR,
        marks=tuple(
            InterventionMark(
                replacement.month, session.t("contracts.splits.mark", n=len(replacement.names))
            )
            for replacement in split.replacements
        ),
    )
    drawn = tables.trend_chart(trend, session.lang)
    chart_card.show(session, drawn, key=f"split_{split.family}", caption=_since(session, split))


def _bars(session: Session, split: ContractSplit) -> None:
    bars = tuple(
        PeriodBar(_period(session, split, month), "", value) for month, value in split.total.items()
    )
    alt = session.t("trends.bars_alt", name=split.name, n=len(bars))
    drawn = periods_chart(bars, Unit.EUR, session.lang, alt)
    chart_card.show(session, drawn, key=f"split_{split.family}", caption=_since(session, split))


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
    period = split.periods[month]
    return formats.period(period, session.lang)


def _split_table(session: Session, split: ContractSplit) -> ChartTable:
    streams = [code for code, months in split.streams.items() if any(months.values())]

    def money(value: float) -> str:
        return formats.money(value, session.lang)

    return ChartTable(
        (
            session.t("trends.table.period"),
            session.t("contracts.splits.total"),
            *(words.code_name(session, "stream", code) for code in streams),
        ),
        tuple(
            (month, total, *(split.streams[code].get(month) for code in streams))
            for month, total in sorted(split.total.items(), reverse=True)
        ),
        (lambda month: _period(session, split, month.date()), money, *(money for _ in streams)),
    )

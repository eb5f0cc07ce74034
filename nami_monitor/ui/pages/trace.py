"""The page that traces one figure: its formula, its batches and the rows themselves.

Which figure stands in the address alone; what a visitor chooses changes the address.
"""

import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import streamlit as st

from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.overview import RegisterChoices
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.periods import SPAN, parse_month
from nami_monitor.core.words import PeriodKind, State
from nami_monitor.i18n import formats, has_text
from nami_monitor.kpis import CATALOGUE, TRACED, Ask, Kpi, KpiResult, sentences
from nami_monitor.kpis.questions import DIMENSIONS, EMPTY, OPTIONS, RELATIONS
from nami_monitor.kpis.sentences import names
from nami_monitor.kpis.source_rows import DISTINCT
from nami_monitor.kpis.trace import PAGE_ROWS, BatchPart, Listing, Trace, any_told, export, rows
from nami_monitor.kpis.trace import trace as traced_by
from nami_monitor.store import Store
from nami_monitor.store.export import ROWS_IN_A_SHEET
from nami_monitor.ui import (
    app,
    booking,
    cache,
    doors,
    figure_notes,
    filters,
    links,
    scaffold,
    words,
)
from nami_monitor.ui.cache import cached
from nami_monitor.ui.filters import ALL
from nami_monitor.ui.grid import XLSX, Head, grid
from nami_monitor.ui.pages import handbook
from nami_monitor.ui.session import Session

FIGURE: Final = ("kpi", "period", "from", "month", *DIMENSIONS, *OPTIONS)
PLACE: Final = ("table", "batch", "page")
"""Parameters of the address that name the figure, and those that choose its rows."""

BOX: Final = "trace.box"
"""Where a visit keeps the key of the box that shows a parameter."""

BOXES: Final = ("category",)
"""Filters that have a box; the others are said in a sentence."""


def in_address(name: str) -> str:
    """A parameter of the address; empty where it is absent."""
    return str(st.query_params.get(name, ALL))


def asked_figure(session: Session) -> tuple[Kpi, Ask]:
    """The figure that the address names, see ``links.read_figure``; one that is none is told so."""
    address = {name: st.query_params.get_all(name) for name in st.query_params}
    asked = in_address("kpi")
    if asked and asked not in TRACED:
        usual, *others = (
            words.kpi_name(session, TRACED[code]) for code in (links.USUAL, *CATALOGUE)
        )
        filters.say_unknown(session.t("trace.kpi"), asked, usual, others)
        del address["kpi"]
    offered = cache.choices(session.store)
    months = offered.months
    for name in ("month", "from"):
        if _no_month(in_address(name)):
            usual, *others = [formats.month(each, session.lang) for each in months] or [words.NONE]
            filters.say_unknown(session.t("filters.month"), in_address(name), usual, others)
            del address[name]
    category = in_address("category")
    if category not in {ALL, EMPTY, *offered.categories, *cache.category_names(session.store)}:
        usual, *others = (
            filters.category_name(session, each) for each in (ALL, *offered.categories)
        )
        filters.say_unknown(session.t("filters.category"), category, usual, others)
        del address["category"]
    kinds = [*PeriodKind, *offered.programmes]
    kind = in_address("period")
    if kind and kind not in kinds and SPAN not in kind:
        usual, *others = (_kind_name(session, each) for each in (PeriodKind.MONTH, *kinds))
        filters.say_unknown(session.t("trace.period"), kind, usual, others)
        del address["period"]
    return links.read_figure(address, months[0] if months else None)


def _no_month(asked: str) -> bool:
    """Whether an address asks for a month that is none."""
    try:
        return bool(asked) and not parse_month(asked)
    except UserError:
        return True


def choose(session: Session, kpi: Kpi, ask: Ask) -> None:
    """Boxes that show which figure this is, and lead to another."""
    offered = cache.choices(session.store)
    month = f"{ask.until:%Y-%m}" if ask.until else ALL
    own = [SPAN] if SPAN in ask.kind else []
    months = sorted(
        {f"{month_offered:%Y-%m}" for month_offered in offered.months} | {month}, reverse=True
    )
    first, second, third, fourth = st.columns([2, 1, 1, 1])
    with first:
        address_box("kpi", session.t("trace.kpi"), kpi.code,
             list(dict.fromkeys([*CATALOGUE, kpi.code])),
             lambda code: words.kpi_name(session, TRACED[code]))  # fmt: skip
    with second:
        category = next(iter(ask.where.get("category", ())), ALL)
        address_box("category", session.t("filters.category"), category,
             list(dict.fromkeys([*offered.categories, ALL, category])),
             lambda code: filters.category_name(session, code))  # fmt: skip
    with third:
        address_box("month", session.t("filters.month"), month, months,
             lambda code: formats.month(code, session.lang) if code else words.NONE)  # fmt: skip
    with fourth:
        kinds = [*PeriodKind, *offered.programmes, *own]
        kind = SPAN if own else ask.kind
        address_box("period", session.t("trace.period"), kind, list(dict.fromkeys([*kinds, kind])),
             lambda code: _kind_name(session, code))  # fmt: skip


def _kind_name(session: Session, code: str) -> str:
    if name := cache.choices(session.store).programmes.get(code):
        return str(name)
    key = f"periods.{filters.PERIOD_KEYS.get(code, code)}"
    return session.t(key) if has_text(key, session.lang) else code


def address_box(
    name: str, label: str, current: str, options: Sequence[str], name_of: Callable[[str], str]
) -> None:
    """A select box bound to a parameter of the address.

    A browser tells a choice by its label, so a box with other labels is another box: what was shown
    in the one before is never taken for a choice in it.
    """
    key = f"trace.{name}.{crc32('|'.join(map(name_of, options)).encode())}"
    st.session_state[f"{BOX}.{name}"] = key
    st.session_state[key] = current
    st.selectbox(
        markdown(label),
        options,
        format_func=lambda option: plain(name_of(option)),
        key=key,
        on_change=_take,
        args=(name, key),
    )


def _take(name: str, key: str) -> None:
    """Write a choice into the address; the rows shown begin anew, and so do the months chosen.

    A browser may still tell of a box that another has replaced meanwhile, with the address of
    before, or of one on this page when the visitor went on: that is no choice.
    """
    if st.session_state.get(doors.AT) or st.session_state.get(f"{BOX}.{name}") != key:
        return
    dropped, chosen = {name}, st.session_state[key]
    if name in FIGURE:
        dropped |= {*PLACE}
    elif name != "page":
        dropped.add("page")
    if name == "period":
        dropped.add("from")
    if name == "kpi":
        relations = [RELATIONS[relation] for relation in TRACED[chosen].reads]
        dropped |= {*DIMENSIONS} - {each for known in relations for each in known.dimensions}
    doors.drop(dropped, {} if chosen == ALL else {name: str(chosen)})


def other_filters(session: Session, ask: Ask) -> None:
    """The filters that have no box, with a way to drop them."""
    extra = {
        name: values for name, values in ask.where.items() if name not in BOXES or len(values) > 1
    }
    if not extra:
        return
    with session.store.read() as db:
        texts = [
            f"{_dimension(session, name)}: "
            + ", ".join(_called(session, name, values, names(db, name, values, session.lang)))
            for name, values in sorted(extra.items())
        ]
    with st.container(horizontal=True, vertical_alignment="center", key="trace_filters"):
        st.text(plain(session.t("trace.filters", filters="; ".join(texts))))
        st.button(
            session.t("trace.clear"), key="trace_clear", on_click=doors.drop, args=(list(extra),)
        )


def _dimension(session: Session, name: str) -> str:
    return session.t("filters.activity") if name in OPTIONS else session.t(f"dimensions.{name}")


def _called(
    session: Session, name: str, values: Sequence[str], names_by_code: dict[str | None, str]
) -> list[str]:
    if name in OPTIONS:
        return [words.activity_name(session, value) or value for value in values]
    return [
        session.t("words.unknown") if value == EMPTY else names_by_code[value] for value in values
    ]


@cached(entries=200)
def traced(store: Store, code: str, ask: Ask) -> Trace:
    """The figure with its formula and batches.

    Raises:
        UserError: as ``kpis.trace.trace``.
    """
    with read_as_of(store, ask.until) as db:
        return traced_by(db, TRACED[code], ask)


def figure(session: Session, trace: Trace, ask: Ask) -> None:
    """The figure, with its total and notes."""
    result = trace.result
    app.heading(headline(session, result))
    if result.state is not State.VALUE:
        links.why_none(session, result)
        return
    whole = figure_notes.total(session, result, ask.where)
    texts = [f"{whole.label} {whole.value}"] if whole else []
    texts += [part for part in [figure_notes.notes(session, result)] if part]
    if texts:
        st.caption(markdown(". ".join(texts)))


def headline(session: Session, result: KpiResult) -> str:
    """The figure in a line: its name, its period, its value and unit."""
    name, when = (words.figure_name(session, result), formats.period(result.period, session.lang))
    return f"{name}, {when}: {words.figure(session, result)}"


def formula(session: Session, trace: Trace) -> None:
    """The formula in words and with its numbers, and as it is declared."""
    lang, result, kpi = session.lang, trace.result, TRACED[trace.result.code]
    st.header(session.t("trace.formula"), anchor=False)
    st.text(session.t(f"kpis.{kpi.code}.formula"))
    if result.value is not None:
        st.text(plain(sentences.formula_text(trace, lang)))
    parts = {
        "numerator": (result.numerator, trace.kpi.numerator),
        "denominator": (result.denominator, sentences.divisor_text(trace, lang).strip("`")),
        "covered": (None, trace.kpi.covered),
    }
    declared = {
        name: (value, sql) for name, (value, sql) in parts.items() if value is not None or sql
    }
    st.markdown(
        "\n".join(
            f"- **{session.t(f'trace.{name}')}:** {markdown(amount(session, value))}"
            f"{markdown(_of(session, name, result))}"
            for name, (value, _) in declared.items()
            if value is not None
        )
    )
    with st.expander(session.t("trace.declared")):
        for name, (_, sql) in declared.items():
            st.markdown(f"**{session.t(f'trace.{name}')}**")
            st.code(plain(sql or words.NONE), language="sql", wrap_lines=True)
        months = sentences.months_text(trace.periods, lang)
        st.caption(session.md("trace.rests", months=months, relation=trace.relation or words.NONE))
    if kpi.code in CATALOGUE:
        handbook.link(session, kpi)


def _of(session: Session, name: str, result: KpiResult) -> str:
    """What a figure is divided by, where that comes from another table than the figure."""
    if name != "denominator" or result.activity is None:
        return ""
    return (
        f" ({session.t('trace.activity', measure=words.activity_name(session, result.activity))})"
    )


def amount(session: Session, value: float) -> str:
    """A number as precise as a sum deserves."""
    return sentences.amount_text(value, session.lang)


def batches(session: Session, trace: Trace) -> None:
    """What each batch gave to the figure: which file, when, and who imported it."""
    title = session.t("trace.batches")
    st.header(title, anchor=False)
    if not trace.batches:
        st.info(session.t("trace.nothing"))
        app.offer_reading(session)
        return
    rows = [
        {
            "trace.heads.batch": part.batch,
            "trace.heads.file": part.file,
            "trace.heads.imported": part.imported_at,
            "trace.heads.who": part.who,
            "trace.heads.rows": part.rows,
            "trace.heads.numerator": part.numerator,
            "trace.heads.denominator": part.denominator,
            "trace.heads.table": words.table_name(session, part.table),
            "trace.heads.source": part.source,
            "trace.heads.basis": part.basis and session.t(f"trace.basis.{part.basis}"),
            "trace.heads.vat": part.vat and session.t(f"trace.vat.{part.vat}"),
            "trace.heads.grain": part.grain and session.t(f"reasons.grains.{part.grain}"),
        }
        for part in trace.batches
    ]
    numbers = ("batch", "rows", "numerator", "denominator")
    write = dict.fromkeys((f"trace.heads.{name}" for name in numbers), sentences.amount_text)
    file = title.lstrip("0123456789. ")
    scaffold.table(session, "trace_batches", title, rows, write=write, file=file)
    counts = DISTINCT.fullmatch(trace.kpi.numerator) or DISTINCT.fullmatch(
        trace.kpi.denominator or ""
    )
    if trace.kpi.over_time.rows_add_up:
        st.caption(session.t(f"trace.{'distinct' if counts else 'adds_up'}"))


KINDS: Final = {"xlsx": XLSX, "csv": "text/csv"}
"""The files that rows are offered in."""


def show_rows(session: Session, trace: Trace, kpi: Kpi, ask: Ask) -> None:
    """The rows themselves, of all batches or of one, page by page, and all of them as a file."""
    if not trace.batches:
        return
    st.header(session.t("trace.rows"), anchor=False)
    table, batch = _which(session, trace)
    parts = [part for part in trace.batches if part.table == table]
    total = sum(part.rows for part in parts if batch in {None, part.batch})
    page = _page(session, total)
    listing = _rows(session.store, kpi.code, ask, table, batch, page)
    columns = {
        name: [_cell(session, name, row[at]) for row in listing.rows]
        for at, name in enumerate(listing.columns)
    }
    columns = {
        name: values for name, values in columns.items() if any(v is not None for v in values)
    }
    if columns:
        grid(
            session,
            [_head(session, name) for name in columns],
            list(zip(*columns.values(), strict=True)),
            key="trace_rows",
            name=session.t("trace.rows"),
            file=kpi.code,
            download=False,
        )
    if listing.withheld:
        st.caption(session.md("trace.withheld", n=listing.withheld))
    if not (listing.rows or _any_told(session.store, kpi.code, ask, table)):
        return
    if listing.guarded:
        st.caption(session.t("trace.guarded"))
    _offer(session, trace, kpi, ask, table, sum(part.rows for part in parts))


def _which(session: Session, trace: Trace) -> tuple[str, int | None]:
    """The table and the batch whose rows are shown."""
    usual = next((p.table for p in trace.batches if p.numerator is not None), trace.tables[0])
    table = in_address("table") if in_address("table") in trace.tables else usual
    mine = {str(part.batch): part for part in trace.batches if part.table == table}
    batch = in_address("batch") if in_address("batch") in mine else ALL
    left, right = st.columns(2)
    with left:
        address_box("table", session.t("trace.table"), table, list(trace.tables),
             lambda name: words.table_name(session, name))  # fmt: skip
    with right:
        address_box("batch", session.t("trace.batch"), batch, [ALL, *mine],
             lambda number: _batch_name(session, mine[number]) if number
             else session.t("trace.all_batches"))  # fmt: skip
    return table, int(batch) if batch else None


def _batch_name(session: Session, part: BatchPart) -> str:
    return session.t("trace.one_batch", batch=part.batch, file=part.file, n=part.rows)


def _page(session: Session, total: int) -> int:
    """Which page is shown, counted from 0; a box where there are several."""
    pages = [str(number) for number in range(max(1, -(-total // PAGE_ROWS)))]
    page = in_address("page") if in_address("page") in pages else pages[0]
    if len(pages) > 1:
        address_box("page", session.t("trace.page"), page, pages,
             lambda number: _span(session, int(number), total))  # fmt: skip
    return int(page)


def _span(session: Session, page: int, total: int) -> str:
    first, last = page * PAGE_ROWS + 1, min((page + 1) * PAGE_ROWS, total)
    where = {"first": first, "last": last, "total": total}
    return session.t(
        "trace.page_shown", **{name: amount(session, number) for name, number in where.items()}
    )


@cached(entries=50)
def _rows(store: Store, code: str, ask: Ask, table: str, batch: int | None, page: int) -> Listing:
    with read_as_of(store, ask.until) as db:
        return rows(db, TRACED[code], ask, table=table, batch=batch, offset=page * PAGE_ROWS)


@cached(entries=50)
def _any_told(store: Store, code: str, ask: Ask, table: str) -> bool:
    with read_as_of(store, ask.until) as db:
        return any_told(db, TRACED[code], ask, table=table)


def _head(session: Session, name: str) -> Head:
    own = f"trace.columns.{name}"
    title = session.t(own if has_text(own, session.lang) else f"columns.{name}")
    writers: dict[str, Callable[[Any], str]] = {
        "batch": lambda number: formats.number(int(number), session.lang)
    }
    return Head(title, writers.get(name, lambda value: _written(session, value)))


def _cell(session: Session, name: str, value: Any) -> Any:
    """A value as a table can hold it: booleans in words, lists joined."""
    if isinstance(value, bool):
        return session.t("charts.yes") if value else None
    if isinstance(value, list):
        return "; ".join(_written(session, option) for option in value) or None
    if name == "category" and value:
        known = RegisterChoices(cache.category_names(session.store), ())
        return filters.category_name(session, value, known)
    if isinstance(value, str) and name not in {"file", "reason"}:
        return words.value_name(session, words.code_name(session, name, value))
    return value


def _written(session: Session, value: Any) -> str:
    if isinstance(value, date | datetime):
        return formats.day(value, session.lang)
    if isinstance(value, int | float):
        return amount(session, value)
    return str(value)


def _offer(session: Session, trace: Trace, kpi: Kpi, ask: Ask, table: str, count: int) -> None:
    """All rows of the table as files, made once a visitor asks for them."""
    if count > ROWS_IN_A_SHEET:
        st.caption(session.md("trace.most", most=amount(session, ROWS_IN_A_SHEET), code=kpi.code))
        return
    period = trace.result.period
    store, name = session.store, f"{kpi.code}_{table}_{period.first:%Y-%m}_{period.last:%Y-%m}"
    with st.container(horizontal=True):
        for kind, mime in KINDS.items():
            booking.download(
                session,
                session.t("trace.download", count=amount(session, count), kind=kind),
                partial(_file, store, kpi, ask, table, kind),
                f"{name}.{kind}",
                about=table,
                name=f"{kpi.code} {kind}",
                mime=mime,
                key=f"trace_download_{kind}",
            )


def _file(store: Store, kpi: Kpi, ask: Ask, table: str, kind: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="nami-") as folder:
        path = Path(folder) / f"rows.{kind}"
        with read_as_of(store, ask.until) as db:
            export(db, kpi, ask, path, kind, table=table)
        return path.read_bytes()

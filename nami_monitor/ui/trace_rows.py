"""The rows behind a traced figure, page by page, and all of them as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

from nami_monitor.i18n import formats, has_text
from nami_monitor.kpis import TRACED, Ask, Kpi
from nami_monitor.kpis.listing import PAGE_ROWS, Listing, export, rows
from nami_monitor.kpis.privacy import FLAG
from nami_monitor.kpis.trace import BatchPart, Trace
from nami_monitor.store import Store
from nami_monitor.store.export import ROWS_IN_A_SHEET
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import cached
from nami_monitor.ui.data import labels
from nami_monitor.ui.filters import ALL
from nami_monitor.ui.grid import XLSX, Head, grid
from nami_monitor.ui.trace import amount, box, said

KINDS: Final = {"xlsx": XLSX, "csv": "text/csv"}
"""The files that rows are offered in."""


def listed(session: Session, found: Trace, kpi: Kpi, ask: Ask) -> None:
    """The rows themselves, of all batches or of one, page by page, and all of them as a file."""
    if not found.batches:
        return
    st.subheader(session.t("trace.rows"), anchor=False)
    table, batch = _which(session, found)
    parts = [part for part in found.batches if part.table == table]
    total = sum(part.rows for part in parts if batch in {None, part.batch})
    page = _page(session, total)
    shown = _rows(session.store, kpi.code, ask, table, batch, page)
    told = {
        name: [_cell(session, name, row[at]) for row in shown.rows]
        for at, name in enumerate(shown.columns)
    }
    told = {name: values for name, values in told.items() if any(v is not None for v in values)}
    grid(
        session,
        [_head(session, name) for name in told],
        list(zip(*told.values(), strict=True)),
        key="trace_rows",
        name=session.t("trace.rows"),
        file=kpi.code,
        download=False,
    )
    if shown.withheld:
        st.caption(session.t("trace.withheld", n=shown.withheld))
    if FLAG in told:
        st.caption(session.t("trace.small"))
    _offer(session, found, kpi, ask, table, sum(part.rows for part in parts))


def _which(session: Session, found: Trace) -> tuple[str, int | None]:
    """The table and the batch whose rows are shown."""
    usual = next((p.table for p in found.batches if p.numerator is not None), found.tables[0])
    table = said("table") if said("table") in found.tables else usual
    mine = {str(part.batch): part for part in found.batches if part.table == table}
    batch = said("batch") if said("batch") in mine else ALL
    left, right = st.columns(2)
    with left:
        box("table", session.t("trace.table"), table, list(found.tables),
             lambda name: labels.table(session, name))  # fmt: skip
    with right:
        box("batch", session.t("trace.batch"), batch, [ALL, *mine],
             lambda number: _batch_name(session, mine[number]) if number
             else session.t("trace.all_batches"))  # fmt: skip
    return table, int(batch) if batch else None


def _batch_name(session: Session, part: BatchPart) -> str:
    return session.t("trace.one_batch", batch=part.batch, file=part.file, n=part.rows)


def _page(session: Session, total: int) -> int:
    """Which page is shown, counted from 0; a box where there are several."""
    pages = [str(number) for number in range(max(1, -(-total // PAGE_ROWS)))]
    page = said("page") if said("page") in pages else pages[0]
    if len(pages) > 1:
        box("page", session.t("trace.page"), page, pages,
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
    with store.read() as db:
        return rows(db, TRACED[code], ask, table=table, batch=batch, offset=page * PAGE_ROWS)


def _head(session: Session, name: str) -> Head:
    own = f"trace.columns.{name}"
    title = session.t(own if has_text(own, session.lang) else f"columns.{name}")
    writers: dict[str, Callable[[Any], str]] = {
        "batch": lambda number: formats.number(int(number), session.lang)
    }
    return Head(title, writers.get(name, lambda value: _written(session, value)))


def _cell(session: Session, name: str, value: Any) -> Any:
    """A value as a table can hold it; a truth in words, and options one after the other."""
    if isinstance(value, bool):
        return session.t("charts.yes") if value else None
    if isinstance(value, list):
        return "; ".join(_written(session, one) for one in value) or None
    if isinstance(value, str) and name not in {"file", "reason"}:
        return labels.value(session, value)
    return value


def _written(session: Session, value: Any) -> str:
    if isinstance(value, date | datetime):
        return formats.day(value, session.lang)
    if isinstance(value, int | float):
        return amount(session, value)
    return str(value)


def _offer(session: Session, found: Trace, kpi: Kpi, ask: Ask, table: str, count: int) -> None:
    """All rows of the table as files, made once a visitor asks for them."""
    if count > ROWS_IN_A_SHEET:
        st.caption(session.t("trace.most", most=amount(session, ROWS_IN_A_SHEET), code=kpi.code))
        return
    period = found.result.period
    store, name = session.store, f"{kpi.code}_{table}_{period.first:%Y-%m}_{period.last:%Y-%m}"
    with st.container(horizontal=True):
        for kind, mime in KINDS.items():
            st.download_button(
                session.t("trace.download", count=amount(session, count), kind=kind),
                data=partial(_file, store, kpi, ask, table, kind),
                file_name=f"{name}.{kind}",
                mime=mime,
                key=f"trace_download_{kind}",
                on_click="ignore",
            )


def _file(store: Store, kpi: Kpi, ask: Ask, table: str, kind: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="nami-") as folder:
        path = Path(folder) / f"rows.{kind}"
        with store.read() as db:
            export(db, kpi, ask, path, kind, table=table)
        return path.read_bytes()

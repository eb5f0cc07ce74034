"""Rows that were set aside: why, as a workbook to mend, and giving them up."""

import tempfile
from pathlib import Path

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.core.escapes import plain
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.set_aside import write_set_aside
from nami_monitor.ingest.deliveries import Batch, SetAsideRow, abandon, batches, set_aside_rows
from nami_monitor.ui import booking, words
from nami_monitor.ui.grid import XLSX, Head, grid
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.pages.data.batches import name
from nami_monitor.ui.session import Session

SHOWN = 5000


def part(session: Session) -> None:
    """Show the part of the page on rows that were set aside."""
    with session.store.read() as db:
        with_set_aside = [batch for batch in batches(db) if not batch.undone and _any(batch)]
    waiting = [batch for batch in with_set_aside if batch.open]
    if not with_set_aside:
        st.success(session.t("data.aside.none"))
        return
    if not waiting:
        st.success(session.t("data.aside.all_done"))
    st.markdown(session.t("data.aside.words"))
    chosen = st.selectbox(
        session.t("data.aside.choose"),
        [*waiting, *(batch for batch in with_set_aside if batch not in waiting)],
        format_func=lambda batch: plain(
            session.t("data.aside.option", n=batch.open, batch=name(session, batch))
        ),
        key="aside_chosen",
    )
    _batch(session, chosen)


def _any(batch: Batch) -> bool:
    tables = batch.report.tables.values() if batch.report else ()
    return bool(batch.open or sum(counts.set_aside for counts in tables))


def _batch(session: Session, batch: Batch) -> None:
    with session.store.read() as db:
        rows = set_aside_rows(db, batch.number, limit=SHOWN)
    _table(session, batch, rows)
    if len(rows) == SHOWN:
        st.caption(session.md("data.aside.first", n=SHOWN))
    if not batch.open:
        return
    st.markdown(session.t("data.aside.steps"))
    booking.download(
        session,
        session.t("data.aside.download"),
        lambda: _workbook(session, batch.number),
        f"{Path(batch.file).stem}_{batch.number}.xlsx",
        about="set_aside",
        name=str(batch.number),
        mime=XLSX,
        key=f"aside_download_{batch.number}",
        type="primary",
    )
    if st.toggle(session.t("data.aside.give_up"), key=f"give_up_{batch.number}"):
        st.markdown(session.md("data.aside.give_up_words", n=batch.open))
        booking.who_field(session)
        booking.action(
            session,
            session.t("data.aside.give_up_do"),
            f"give_up_do_{batch.number}",
            lambda session: session.t("data.aside.giving_up", file=batch.file),
            lambda job: _abandon(job, batch),
            needs=Role.IMPORT,
        )


def _abandon(job: Job, batch: Batch) -> Outcome:
    given_up = abandon(job.store, batch.number, who=job.who)
    return Outcome(lambda session: session.t("data.aside.given_up", n=given_up, file=batch.file))


def _workbook(session: Session, batch: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="nami-") as folder:
        path = Path(folder) / "rows.xlsx"
        with session.store.read() as db:
            write_set_aside(db, batch, path, session.lang)
        return path.read_bytes()


def _table(session: Session, batch: Batch, rows: list[SetAsideRow]) -> None:
    several = any(row.sheet for row in rows)
    heads = [
        *([Head(session.t("data.aside.sheet"))] if several else []),
        Head(session.t("data.aside.line"), lambda line: formats.number(int(line), session.lang)),
        Head(session.t("data.aside.column")),
        Head(session.t("data.aside.value")),
        Head(session.t("data.aside.reason")),
        Head(session.t("data.aside.state")),
    ]
    cells = [
        (
            *([str(row.sheet + 1)] if several else []),
            row.line,
            words.column_name(session, row.column) if row.column else "",
            row.value,
            words.rule_sentence(session, row.rule),
            session.t(f"data.aside.states.{row.state}"),
        )
        for row in rows
    ]
    title = session.t("data.parts.set_aside")
    grid(
        session,
        heads,
        cells,
        key=f"aside_{batch.number}",
        name=title,
        file=f"{title}_{batch.number}",
        download=False,
    )

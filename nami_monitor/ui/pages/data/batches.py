"""Every delivery, and undoing one with its preview."""

from collections.abc import Mapping, Sequence

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.escapes import html, markdown, plain
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.import_report import (
    Report,
    TableCounts,
    sentences_above,
    sentences_of_counts,
    sentences_of_overwritten,
)
from nami_monitor.ingest.book.undo import UndoPreview, undo
from nami_monitor.ingest.deliveries import Batch, batches
from nami_monitor.ui import booking, outcomes, words
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.pages.data import session_files
from nami_monitor.ui.session import Session

FIGURE = "text-align:right;padding:.25rem 0 .25rem 1.5rem;font-variant-numeric:tabular-nums"
LABEL = "text-align:left;font-weight:400;padding:.25rem 0"
TOTAL = ";font-weight:700;border-top:1px solid var(--nami-border)"
TOTALS = ("received",)


def part(session: Session) -> None:
    """Show the part of the page on batches."""
    with session.store.read() as db:
        all_batches = batches(db)
    if not all_batches:
        st.info(session.t("data.batches.none"))
        return
    _table(session, all_batches)
    by_number = {batch.number: batch for batch in all_batches}
    chosen = st.selectbox(
        session.t("data.batches.choose"),
        list(by_number),
        index=None,
        format_func=lambda number: plain(name(session, by_number[number])),
        key="batch_chosen",
        placeholder=session.t("data.choose"),
    )
    if chosen is not None:
        _one(session, by_number[chosen])


def name(session: Session, batch: Batch) -> str:
    """A batch in a list: "24: webwinkel_2025.csv (3 mrt 2026 14:05)"."""
    return f"{batch.number}: {batch.file} ({words.moment(session, batch.when)})"


def status(session: Session, batch: Batch) -> str:
    """What became of a batch."""
    if batch.undone:
        when = words.moment(session, batch.undone)
        return session.t("data.batches.undone", when=when, who=batch.undone_by or "-")
    if batch.automatic:
        return session.t("data.batches.released", parent=batch.parent)
    if batch.parent:
        return session.t("data.batches.mended", parent=batch.parent)
    return session.t("data.batches.counts")


def _table(session: Session, all_batches: Sequence[Batch]) -> None:
    lang = session.lang

    def number(value: float) -> str:
        return formats.number(int(value), lang)

    heads = [
        Head(session.t("data.batches.number"), number),
        Head(session.t("data.batches.when"), lambda when: words.moment(session, when)),
        Head(session.t("data.batches.who")),
        Head(session.t("data.batches.file")),
        Head(session.t("data.batches.source")),
        Head(session.t("data.batches.accepted"), number),
        Head(session.t("data.batches.known"), number),
        Head(session.t("data.batches.set_aside"), number),
        Head(session.t("data.batches.open"), number),
        Head(session.t("data.batches.status")),
    ]
    rows = [
        (
            batch.number,
            batch.when,
            batch.who,
            batch.file,
            batch.source,
            batch.report.main.accepted if batch.report else batch.lines,
            batch.report.main.known if batch.report else 0,
            batch.report.main.set_aside if batch.report else 0,
            batch.open,
            status(session, batch),
        )
        for batch in all_batches
    ]
    title = session.t("data.parts.batches")
    grid(session, heads, rows, key="batches", name=title, file=session.t("data.batches.book"))


def _one(session: Session, batch: Batch) -> None:
    """One batch: its report, and undoing it."""
    if batch.report:
        show_report(session, batch.report)
    if batch.undone:
        st.markdown(markdown(status(session, batch)))
    else:
        undoing(session, batch.number)


def undoing(session: Session, batch: int) -> None:
    """Undo a delivery, after a look at what that would do.

    Args:
        session: the visitor's session.
        batch: its number.
    """
    if not st.toggle(session.md("data.undo.look", batch=batch), key=f"undo_{batch}"):
        return
    try:
        with st.spinner(session.t("data.undo.busy")):
            preview = session_files.remember(
                ("undo", batch, str(session.store.path), session.store.version()),
                lambda: undo(session.store, batch, look_only=True),
            )
    except DatabaseHeldError:
        raise
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return
    _preview(session, preview)
    booking.who_field(session)
    booking.action(
        session,
        session.t("data.undo.do", batch=batch),
        f"undo_do_{batch}",
        outcomes.undo_says([batch]),
        outcomes.undo_work([batch]),
        type="primary",
        needs=Role.MANAGE,
    )


def _preview(session: Session, preview: UndoPreview) -> None:
    """What undoing would do, before anything is done."""
    sentences = [
        *_lines(session, "data.undo.goes", preview.goes),
        *_lines(session, "data.undo.returns", preview.returns),
        *_lines(session, "data.undo.waits", preview.waits),
    ]
    if not sentences:
        sentences = [session.t("data.undo.nothing")]
    if preview.amount:
        amount = formats.signed(-preview.amount, session.lang, formats.money)
        sentences.append(session.t("data.undo.amount", amount=amount))
    for key, numbers in (("children", preview.children), ("touched", preview.touched)):
        if numbers:
            listed = ", ".join(str(number) for number in numbers)
            sentences.append(session.t(f"data.undo.{key}", batches=listed))
    if preview.verdicts:
        sentences.append(session.t("data.undo.verdicts", codes=", ".join(preview.verdicts)))
    st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in sentences))


def _lines(session: Session, key: str, counts: Mapping[str, int]) -> list[str]:
    return [
        session.t(key, n=int(count), table=words.table_name(session, table))
        for table, count in counts.items()
    ]


def show_report(session: Session, report: Report) -> None:
    """Show the report of an import."""
    for sentence in sentences_above(report, session.lang):
        st.markdown(markdown(sentence))
    st.html(counts_html(session, report))
    sentences = [*sentences_of_counts(report, session.lang)]
    sentences += sentences_of_overwritten(report, session.lang)
    st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in sentences))


def counts_html(session: Session, report: Report) -> str:
    """The counts as a table: what was read, less what is no data, and what became of the rest."""
    names = list(report.tables)
    head = "".join(
        f'<th scope="col" style="{FIGURE}">{html(words.table_name(session, name))}</th>'
        for name in names
    )
    rows = [_rows(session, counts) for counts in report.tables.values()]
    body = "".join(
        f'<tr><th scope="row" style="{LABEL}{TOTAL if key in TOTALS else ""}">'
        f"{html(session.t(f'data.report.{key}'))}</th>"
        + "".join(
            f'<td style="{FIGURE}{TOTAL if key in TOTALS else ""}">{html(row[key])}</td>'
            for row in rows
        )
        + "</tr>"
        for key in rows[0]
    )
    what = html(session.t("data.report.what"))
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse">'
        f'<thead><tr><th scope="col" style="{LABEL}">{what}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _rows(session: Session, counts: TableCounts) -> dict[str, str]:
    figures = {
        "read": counts.read,
        "skipped": -sum(counts.skipped.values()),
        "received": counts.received,
        "accepted": counts.accepted,
        "set_aside": counts.set_aside,
        "known": counts.known,
    }
    return {key: formats.number(value, session.lang) for key, value in figures.items()}

"""What an import did, or would do: counts that add up, reasons in sentences, what else to know."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import streamlit as st

from nami_monitor.i18n import formats
from nami_monitor.ingest.report import Report, TableCounts
from nami_monitor.ui.app import Session
from nami_monitor.ui.data import labels

FIGURE = "text-align:right;padding:.25rem 0 .25rem 1.5rem;font-variant-numeric:tabular-nums"
LABEL = "text-align:left;font-weight:400;padding:.25rem 0"
TOTAL = ";font-weight:700;border-top:1px solid var(--nami-border)"
TOTALS = ("received",)


def show(session: Session, report: Report) -> None:
    """Show a report: of an import, or of what it would do."""
    st.html(counts_html(session, report))
    reasons = {
        (rule, count) for counts in report.tables.values() for rule, count in counts.reasons.items()
    }
    said = [*_sentences(session, report)]
    said += [
        session.t("data.report.reason", n=count, sentence=labels.rule(session, rule))
        for rule, count in sorted(reasons, key=lambda reason: -reason[1])
    ]
    st.markdown("\n".join(f"- {sentence}" for sentence in said))


def counts_html(session: Session, report: Report) -> str:
    """The counts as a table: what was read, less what is no data, and what became of the rest."""
    names = list(report.tables)
    head = "".join(
        f'<th scope="col" style="{FIGURE}">{escape(labels.table(session, name))}</th>'
        for name in names
    )
    rows = [_rows(session, counts) for counts in report.tables.values()]
    body = "".join(
        f'<tr><th scope="row" style="{LABEL}{TOTAL if key in TOTALS else ""}">'
        f"{escape(session.t(f'data.report.{key}'))}</th>"
        + "".join(
            f'<td style="{FIGURE}{TOTAL if key in TOTALS else ""}">{escape(row[key])}</td>'
            for row in rows
        )
        + "</tr>"
        for key in rows[0]
    )
    what = escape(session.t("data.report.what"))
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


def _sentences(session: Session, report: Report) -> Iterator[str]:
    """What a reader must know beside the counts."""
    if report.first_date and report.last_date:
        yield session.t(
            "data.report.dates",
            first=formats.day(report.first_date, session.lang),
            last=formats.day(report.last_date, session.lang),
        )
    for name, counts in report.tables.items():
        for rule, count in counts.skipped.items():
            yield session.t("data.report.skip", n=count, reason=labels.skip(session, rule))
        if counts.replaced:
            table = labels.table(session, name)
            yield session.t("data.report.replaced", n=counts.replaced, table=table)
    if report.dropped_columns:
        yield session.t("data.report.personal", columns=", ".join(report.dropped_columns))
    if report.absent_columns:
        absent = ", ".join(labels.column(session, name) for name in report.absent_columns)
        yield session.t("data.report.absent", columns=absent)
    for kind, count in report.created.items():
        yield session.t("data.report.created", n=count, kind=labels.table(session, kind))
    if report.disagreements:
        yield session.t("data.report.disagreements", n=report.disagreements)
    if report.released:
        batches = ", ".join(str(number) for number in report.released)
        yield session.t("data.report.released", batches=batches)

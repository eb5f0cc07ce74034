"""The preview of an import: its report, the questions to answer, and the button that books it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import streamlit as st

from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.periods import add_months
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.booking import PERIOD, the_month
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.import_report import (
    Question,
    Report,
    TableCounts,
    sentences_above,
    sentences_of_overwritten,
)
from nami_monitor.ingest.profiles.library import read_sheets
from nami_monitor.ingest.profiles.profile import Profile, write_profile
from nami_monitor.ui import booking, words
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.pages.data import session_files
from nami_monitor.ui.pages.data.session_files import OfferedFile
from nami_monitor.ui.session import Session

CODES, ASIDE, UNITS, BESIDE = "create_codes", "set_aside", "units", "beside"
AT_ONCE = 20_000_000
"""Bytes up to which a file is looked at without being asked."""
MONTHS_BACK = 60

FIGURE = "text-align:right;padding:.25rem 0 .25rem 1.5rem;font-variant-numeric:tabular-nums"
LABEL = "text-align:left;font-weight:400;padding:.25rem 0"
TOTAL = ";font-weight:700;border-top:1px solid var(--nami-border)"
TOTALS = ("received",)


def show_report(session: Session, report: Report) -> None:
    """Show a report: of an import, or of what it would do."""
    for sentence in sentences_above(report, session.lang):
        st.markdown(markdown(sentence))
    st.html(counts_html(session, report))
    reasons = {
        (rule, count) for counts in report.tables.values() for rule, count in counts.reasons.items()
    }
    sentences = [*_sentences(session, report)]
    sentences += [
        session.t("data.report.reason", n=count, sentence=words.rule_sentence(session, rule))
        for rule, count in sorted(reasons, key=lambda reason: -reason[1])
    ]
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
            yield session.t("data.report.skip", n=count, reason=words.skip_reason(session, rule))
        if counts.replaced:
            table = words.table_name(session, name)
            yield session.t("data.report.replaced", n=counts.replaced, table=table)
    if report.dropped_columns:
        yield session.t("data.report.personal", columns=", ".join(report.dropped_columns))
    if report.absent_columns:
        absent = ", ".join(words.column_name(session, name) for name in report.absent_columns)
        yield session.t("data.report.absent", columns=absent)
    for kind, count in report.created.items():
        yield session.t("data.report.created", n=count, kind=words.table_name(session, kind))
    if report.disagreements:
        yield session.t("data.report.disagreements", n=report.disagreements)
    if report.released:
        batches = ", ".join(str(number) for number in report.released)
        yield session.t("data.report.released", batches=batches)


def part(session: Session, offer: OfferedFile, profile: Profile) -> None:
    """Show what an import would do, ask what it asks, and book it on request.

    Raises:
        UserError: the file cannot be imported by this profile.
    """
    period = _period(session, offer, profile)
    if period is None and asks_month(profile):
        st.info(session.t("data.look.month_first"))
        return
    if offer.size > AT_ONCE and not st.toggle(
        session.t("data.look.large"), key=f"look_{offer.key}"
    ):
        return
    preview = _look(session, offer, profile, Answers(), period)
    if _nothing_new(preview):
        st.info(session.t("data.look.known"))
        show_report(session, preview)
        return
    answers = _codes(session, offer, preview)
    if answers.create is not None:
        preview = _look(session, offer, profile, answers, period)
    answers = _rest(session, offer, preview, answers)
    if answers.replace:
        preview = _look(session, offer, profile, answers, period)
    st.markdown(f"**{session.t('data.look.title')}**")
    show_report(session, preview)
    if _open(preview, answers):
        st.info(session.t("data.look.answer_first"))
        return
    booking.action(
        session,
        session.t("data.look.book", n=preview.main.accepted),
        session_files.job_name(offer),
        lambda session: session.t("data.upload.busy", file=offer.name),
        lambda job: _book(job, offer, profile, answers, period),
        type="primary",
        about=offer.name,
    )


def _book(
    job: Job, offer: OfferedFile, profile: Profile, answers: Answers, period: date | None
) -> Outcome:
    report = book(job, offer, profile, answers, period)
    return Outcome(lambda session: booked(session, offer, report), value={offer.key: report})


def booked(session: Session, offer: OfferedFile, report: Report) -> str:
    """What came of booking a file, in one sentence."""
    if report.already_in:
        already = session.t("data.upload.already", batch=report.already_in)
        return f"{offer.name}: {already}"
    if report.batch is None:
        return session.t("data.upload.known", file=offer.name)
    return session.t(
        "data.upload.outcome", n=report.main.accepted, file=offer.name, batch=report.batch
    )


def _nothing_new(preview: Report) -> bool:
    """Whether all of a file is known already."""
    return not any(
        counts.accepted or counts.set_aside or counts.replaced for counts in preview.tables.values()
    )


def book(
    job: Job,
    offer: OfferedFile,
    profile: Profile,
    answers: Answers,
    period: date | None = None,
) -> Report:
    """Book a file as a job; its parsed cells go.

    Raises:
        UserError: what ``import_file`` raises.
    """
    report = import_file(
        job.store,
        offer.path,
        profile,
        answers=answers,
        who=job.who,
        period=period,
        name=offer.name,
        folder=offer.cells,
    )
    shutil.rmtree(offer.cells, ignore_errors=True)
    return report


def _look(
    session: Session, offer: OfferedFile, profile: Profile, answers: Answers, period: date | None
) -> Report:
    store = session.store
    key = ("look", offer.key, write_profile(profile), answers, period, store.version())
    with st.spinner(session.t("data.look.busy")):
        return session_files.remember(
            key,
            lambda: import_file(
                store,
                offer.path,
                profile,
                answers=answers,
                period=period,
                look_only=True,
                name=offer.name,
                folder=offer.cells,
            ),
        )


def asks_month(profile: Profile) -> bool:
    """Whether a profile asks for the month that a file is about."""
    return PERIOD in profile.places


def told_month(offer: OfferedFile, profile: Profile) -> tuple[date, str] | None:
    """The month that a file tells by itself, and where.

    Raises:
        UserError: the file cannot be read by this profile.
    """

    def find() -> tuple[date, str] | None:
        sheets = read_sheets(offer.path, profile.layout, offer.cells)
        return the_month(sheets, Path(offer.name).stem)

    return session_files.remember(("month", offer.key, repr(profile.layout)), find)


def chosen_month(offer: OfferedFile, profile: Profile) -> date | None:
    """The month that the visitor chose for a file, else the one that it tells."""
    found = told_month(offer, profile)
    chosen = st.session_state.get(_period_key(offer), found and found[0])
    return cast("date | None", chosen)


def _period_key(offer: OfferedFile) -> str:
    return f"period_{offer.key}"


def _period(session: Session, offer: OfferedFile, profile: Profile) -> date | None:
    """The month that a file is about, where it does not say so itself; proposed as it tells."""
    if not asks_month(profile):
        return None
    found = told_month(offer, profile)
    latest = date.today().replace(day=1)  # noqa: DTZ011 - the month on the visitor's own calendar
    months = {add_months(latest, -back) for back in range(MONTHS_BACK)}
    months |= {found[0]} if found else set()
    options = sorted(months, reverse=True)
    month = st.selectbox(
        session.t("data.look.period"),
        options,
        index=options.index(found[0]) if found else None,
        format_func=lambda month: formats.month(month, session.lang),
        key=_period_key(offer),
        placeholder=session.t("data.choose"),
    )
    if found:
        told = formats.month(found[0], session.lang)
        st.caption(session.md(f"data.look.month_{found[1]}", month=told))
    return month


def _codes(session: Session, offer: OfferedFile, preview: Report) -> Answers:
    """Ask what to do with codes of which no list is known."""
    for question in preview.questions:
        if question.key == CODES:
            kinds = str(question.values["kinds"]).split(", ")
            answer = st.radio(
                session.md("data.ask.create", kinds=words.table_names(session, kinds)),
                ("create", "set_aside"),
                index=None,
                format_func=lambda option: session.t(f"data.ask.codes.{option}"),
                key=f"create_{offer.key}",
            )
            if answer is not None:
                return Answers(create=frozenset(kinds if answer == "create" else ()))
    return Answers()


def _rest(session: Session, offer: OfferedFile, preview: Report, answers: Answers) -> Answers:
    """Ask, once the codes are settled, about rows set aside and about replacing."""
    keys = {question.key: question for question in preview.questions}
    if CODES not in keys and ASIDE in keys:
        counts = keys[ASIDE].values
        accepted = st.checkbox(
            session.md("data.ask.set_aside", n=counts["set_aside"], received=counts["received"]),
            key=f"aside_{offer.key}",
        )
        answers = replace(answers, accept_set_aside=accepted)
    if UNITS in keys:
        values = keys[UNITS].values
        st.markdown(session.md("data.ask.units", **values))
        single = st.checkbox(session.t("data.ask.units_single"), key=f"units_{offer.key}")
        answers = replace(answers, single_units=single)
    if BESIDE in keys:
        st.markdown(session.md("data.ask.beside", **keys[BESIDE].values))
        plain = st.checkbox(session.t("data.ask.beside_plain"), key=f"beside_{offer.key}")
        answers = replace(answers, plain_numbers=plain)
    if preview.offer:
        answers = replace(answers, replace=_replace(session, offer, preview.offer))
    return answers


def _open(preview: Report, answers: Answers) -> bool:
    """Whether something still waits for an answer."""
    keys = {question.key for question in preview.questions}
    aside = ASIDE in keys and not answers.accept_set_aside
    units = UNITS in keys and not answers.single_units
    return CODES in keys or aside or units or (BESIDE in keys and not answers.plain_numbers)


def _replace(session: Session, offer: OfferedFile, question: Question) -> bool:
    values = question.values
    st.markdown(
        session.md(
            "data.ask.replace",
            first=formats.month(values["first"], session.lang),
            last=formats.month(values["last"], session.lang),
        )
    )
    answer = st.radio(
        session.t("data.ask.replace_label"),
        ("add", "replace"),
        format_func=lambda option: session.md(
            f"data.ask.deliver.{option}",
            added=formats.number(values["added"], session.lang),
            vanish=formats.number(values["vanish"], session.lang),
            amount=formats.money(values["amount"], session.lang),
        ),
        key=f"replace_{offer.key}",
    )
    return answer == "replace"

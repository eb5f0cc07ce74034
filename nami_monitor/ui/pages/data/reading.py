"""One file on the Data page: its state as a title, its sheet, the questions, what will happen."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.core.escapes import Markdown, markdown, plain
from nami_monitor.core.periods import add_months
from nami_monitor.core.settings import places
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.booking import PERIOD
from nami_monitor.ingest.book.file_import import import_file
from nami_monitor.ingest.book.import_report import Report, sentences_above, sentences_of_overwritten
from nami_monitor.ingest.book.spellings import Becomes, Spelling, proposed_spelling
from nami_monitor.ingest.cells import Sheet
from nami_monitor.ingest.personal import personal_columns
from nami_monitor.ingest.profiles import proposal
from nami_monitor.ingest.profiles.library import profile_file, save_profile
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.suggest import missing_columns
from nami_monitor.ingest.template import allowed
from nami_monitor.tables import TABLES, columns
from nami_monitor.ui import booking, visitor, words
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.pages.data import more, session_files, sheet
from nami_monitor.ui.pages.data.looked import AT_ONCE, Looked, decide, text_name, wants_look
from nami_monitor.ui.pages.data.session_files import Draft, OfferedFile
from nami_monitor.ui.session import Session

MONTHS_BACK = 60
AT_A_TIME = 3
"""Questions that are shown together, and reasons."""
FIELD = 190
"""Width of a choice for the whole file, in pixels."""
WORDS = 280
"""That of what a name means."""


def title(session: Session, looked: Looked) -> str:
    """The state of a file in one sentence."""
    open_ = sum(question.chosen is None for question in looked.questions)
    if looked.refusal is not None:
        return session.t("intake.title.refused")
    if looked.nothing_new:
        return session.t("intake.title.known")
    if looked.recognised.mended:
        return session.t("intake.title.mended")
    report = looked.report
    if report is not None and not open_:
        source = looked.draft.profile.source
        key = "again" if looked.before else "recognised" if looked.draft.name else "ready"
        return session.t(f"intake.title.{key}", n=report.main.accepted, source=source)
    known = sum(bool(proposal.roles_of(looked.draft.profile, name)) for name in headers(looked))
    if not open_:
        return session.t("intake.title.mapped", n=known)
    return session.t("intake.title.asking", n=known, questions=open_)


def headers(looked: Looked) -> tuple[str, ...]:
    """The columns of the sheet that is shown."""
    return looked.sheets[0].columns if looked.sheets else ()


def above(session: Session, offer: OfferedFile, looked: Looked) -> str:
    """The file's name, its sheets, lines and months: what stands above its title."""
    parts = [offer.name]
    if looked.sheets and looked.sheets[0].layout.format in {"xlsx", "xls", "ods"}:
        parts.append(session.t("intake.sheet", sheet=looked.sheets[0].name))
    report = looked.report
    if report is not None:
        parts.append(session.t("intake.lines", n=report.main.received))
        if report.first_date and report.last_date:
            first, last = (
                formats.month(d, session.lang) for d in (report.first_date, report.last_date)
            )
            parts.append(
                first if first == last else session.t("intake.span", first=first, last=last)
            )
    return " · ".join(parts)


def part(session: Session, offer: OfferedFile, looked: Looked) -> None:
    """Show a file, from being offered to being booked; its title stands above already."""
    if looked.refusal is not None:
        st.error(markdown(session.sentence(looked.refusal)))
        st.markdown(session.t("intake.refused"))
    if looked.sheets:
        rows = sheet.rows_of(looked.sheets[0], looked.previews)
        sheet.show(session, offer.key, looked.sheets[0], looked.draft.profile, rows,
                   {header for question in looked.questions for header in question.headers},
                   partial(_change_role, offer, looked.sheets[0]))  # fmt: skip
    if not looked.recognised.mended:
        _whole_file(session, offer, looked)
    left, right = st.columns([2, 1], gap="large")
    with left:
        _ask(session, offer, looked)
    with right, st.container(key=f"after_{offer.key}"):
        _after(session, offer, looked)


def _set(offer: OfferedFile, draft: Draft) -> None:
    session_files.keep_draft(offer, draft)


def _change(offer: OfferedFile, profile: Profile) -> None:
    _set(offer, replace(session_files.draft_of(offer), profile=profile))


def _change_role(offer: OfferedFile, first: Sheet, header: str, role: str) -> None:
    profile = proposal.with_role(session_files.draft_of(offer).profile, header, role)
    _change(offer, proposal.with_grain(first, profile))


def _whole_file(session: Session, offer: OfferedFile, looked: Looked) -> None:
    """What holds for the whole file, in one line."""
    draft = looked.draft
    profile = draft.profile
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"whole_{offer.key}"):
        if looked.sheets:
            _table(session, offer, looked.sheets[0], profile)
            for name in _constants(profile):
                _constant(session, offer, profile, name, looked.known)
            if profile.money:
                _vat(session, offer, profile)
            if PERIOD in profile.places:
                _month(session, offer, draft)
        with st.popover(session.t("intake.more"), key=f"more_{offer.key}"):
            if looked.recognised.profiles:
                st.caption(session.md("intake.by", source=profile.source))
            more.fields(session, offer, looked.sheets, profile, partial(_change, offer))
            st.button(
                session.t("intake.anew"),
                key=f"anew_{offer.key}",
                on_click=lambda: session_files.drop_draft(offer),
            )
    if draft.told and PERIOD in profile.places and draft.period:
        told = formats.month(draft.period, session.lang)
        st.caption(session.md(f"data.look.month_{draft.told}", month=told))


def _table(session: Session, offer: OfferedFile, first: Sheet, profile: Profile) -> None:
    key = f"table_{offer.key}"
    names = tuple(table.name for table in profile.tables)
    st.session_state[key] = names[0]

    def take() -> None:
        draft = session_files.draft_of(offer)
        chosen = proposal.with_table(profile, first, str(st.session_state[key]))
        _set(offer, replace(draft, profile=chosen, agreed=draft.agreed | {"table"}))

    st.selectbox(
        session.t("intake.table"),
        [name for name in TABLES if name not in names[1:]],
        format_func=lambda name: words.table_name(session, name),
        key=key,
        width=FIELD + 60,
        help=session.t(f"tables.{names[0]}.row"),
        on_change=take,
    )


def _constants(profile: Profile) -> list[str]:
    """The columns that one text fills, or should: what nothing in the file fills."""
    names = []
    for table in profile.tables:
        lacking = {
            column.name
            for column in columns(table.name)
            if column.name in missing_columns(table) and column.sql_type in {"varchar", "boolean"}
        }
        names += [c.name for c in columns(table.name) if c.name in {*table.constants, *lacking}]
    return list(dict.fromkeys(names))


def _constant(
    session: Session,
    offer: OfferedFile,
    profile: Profile,
    name: str,
    known: Mapping[str, Sequence[str]],
) -> None:
    key = f"constant_{offer.key}_{name}"
    held = {name: text for table in profile.tables for name, text in table.constants.items()}
    spec = {c.name: c for table in profile.tables for c in columns(table.name)}[name]
    closed = ("true", "false") if spec.sql_type == "boolean" else allowed(spec)
    current = held.get(name) or None
    options = list(dict.fromkeys([*closed, *known.get(name, ()), *([current] if current else [])]))
    st.session_state[key] = current
    st.selectbox(
        markdown(words.column_name(session, name)),
        options,
        format_func=lambda text: plain(text_name(session, name, text)),
        key=key,
        width=FIELD,
        placeholder=session.t("data.choose"),
        accept_new_options=not closed,
        on_change=lambda: _change(
            offer,
            proposal.with_constant(
                profile, name, str(st.session_state[key] or "").strip(), known.get(name, ())
            ),
        ),
    )


def _vat(session: Session, offer: OfferedFile, profile: Profile) -> None:
    key = f"vat_{offer.key}"
    rates = {**proposal.RATES}
    current = next(
        (n for n, rate in rates.items() if profile.vat_known == n.partition("_")[0]
         and profile.vat_rate == rate), None,
    )  # fmt: skip
    if profile.vat and current is None:
        rates["incl_other"], current = profile.vat_rate, "incl_other"
    st.session_state[key] = current

    def take() -> None:
        chosen = str(st.session_state[key])
        rate = rates[chosen]
        _change(offer, replace(profile, vat=chosen.partition("_")[0], vat_rate=rate))

    st.selectbox(
        session.t("data.vat.label"),
        list(rates),
        format_func=lambda name: session.t(f"data.vat.{name}"),
        key=key,
        width=FIELD,
        placeholder=session.t("data.choose"),
        on_change=take,
    )


def _month(session: Session, offer: OfferedFile, draft: Draft) -> None:
    key = f"period_{offer.key}"
    latest = date.today().replace(day=1)  # noqa: DTZ011 - the month on the visitor's own calendar
    months = {add_months(latest, -back) for back in range(MONTHS_BACK)}
    months |= {draft.period} if draft.period else set()
    st.session_state[key] = draft.period
    st.selectbox(
        session.t("data.look.period"),
        sorted(months, reverse=True),
        format_func=lambda month: formats.month(month, session.lang),
        key=key,
        width=FIELD,
        placeholder=session.t("data.choose"),
        on_change=lambda: _set(
            offer,
            replace(session_files.draft_of(offer), period=st.session_state[key], told=""),
        ),
    )


def _ask(session: Session, offer: OfferedFile, looked: Looked) -> None:
    """At most three questions, each with its answers as buttons."""
    questions = looked.questions
    if questions:
        st.header(session.md("intake.questions", n=len(questions)), anchor=False)
    for number, question in enumerate(questions[:AT_A_TIME], start=1):
        table = question.spellings
        with st.container(
            horizontal=not table,
            vertical_alignment="center",
            key=f"question_{offer.key}_{number}",
        ):
            sentence = Markdown(question.sentence)
            seen = Markdown(question.seen)
            st.markdown(f"**{Markdown(str(number))}** {sentence} {seen}", width="stretch")
            answers: list[Callable[[], None]] = [
                partial(_set, offer, draft) for _, draft in question.answers
            ]
            if table:
                answers[0] = _spellings(session, offer, looked.draft, table)
            with st.container(horizontal=True, width="stretch" if table else "content"):
                for at, (label, _) in enumerate(question.answers):
                    first = bool(table) and at == 0
                    st.button(
                        markdown(label),
                        key=f"answer_{offer.key}_{number}_{at}",
                        type="primary" if first or question.chosen == at else "secondary",
                        on_click=answers[at],
                    )
            if question.free:
                _other(session, offer, looked, question.free, number)
    notes = []
    if looked.sheets and (people := personal_columns(looked.sheets[0])):
        notes.append(session.md("intake.people", columns=", ".join(people)))
    if not looked.recognised.mended and not looked.refusal:
        notes.append(session.md("intake.kept", source=looked.draft.profile.source))
    st.caption(" ".join(notes))


def _spellings(
    session: Session, offer: OfferedFile, draft: Draft, found: Sequence[Spelling]
) -> Callable[[], None]:
    """Each text with a box that says what it means; what takes all of it over."""
    chosen = {one: draft.meant.get(one.name, proposed_spelling(one)) for one in found}

    def choose(one: Spelling, key: str) -> None:
        before = session_files.draft_of(offer)
        meant = {**before.meant, one.name: str(st.session_state[key])}
        _set(offer, replace(before, meant=meant))

    with st.container(horizontal=True, key=f"spelled_{offer.key}"):
        for at, (one, code) in enumerate(chosen.items()):
            key = f"spelled_{offer.key}_{at}"
            st.session_state[key] = code
            st.selectbox(
                session.md(
                    "spelled.text",
                    column=words.column_name(session, one.column),
                    text=one.text,
                    n=one.lines,
                ),
                list(dict.fromkeys((proposed_spelling(one), *one.known, *map(str, Becomes)))),
                format_func=partial(_meant, session, one),
                key=key,
                width=WORDS,
                on_change=choose,
                args=(one, key),
            )
    return lambda: _set(offer, decide(draft, chosen))


def _meant(session: Session, one: Spelling, code: str) -> str:
    """What a text may mean, in words."""
    if code in set(Becomes):
        kind = "aside" if one.held and code == Becomes.APART else code.strip("@")
        return plain(session.t(f"spelled.{kind}", text=one.text))
    return plain(session.t("spelled.is", code=code))


def _other(session: Session, offer: OfferedFile, looked: Looked, name: str, number: int) -> None:
    """Any other text as an answer."""
    key = f"other_{offer.key}_{number}_{name}"
    st.text_input(
        session.md("asking.free", column=words.column_name(session, name)),
        key=key,
        placeholder=session.t("asking.another"),
        label_visibility="collapsed",
        max_chars=80,
        width=FIELD,
        on_change=lambda: _change(
            offer,
            proposal.with_constant(
                looked.draft.profile,
                name,
                str(st.session_state[key]).strip(),
                looked.known.get(name, ()),
            ),
        ),
    )


def _after(session: Session, offer: OfferedFile, looked: Looked) -> None:
    """What goes in and what does not, before it is booked, and the button that books it."""
    st.header(session.t("intake.after"), anchor=False)
    if looked.report is None:
        waits = offer.size > AT_ONCE and not looked.questions and looked.refusal is None
        if waits:
            st.toggle(session.t("data.look.large"), key=wants_look(offer))
        else:
            st.markdown(session.t("intake.first"))
        return
    _happens(session, looked, looked.report)
    if looked.nothing_new:
        return
    booking.who_field(session, f"_{offer.key}")
    if not looked.ready:
        st.caption(session.t("intake.then"))
        return
    key = "again" if looked.before else "book"
    may_change = visitor.may(Role.MANAGE)
    booking.action(
        session,
        session.t(f"intake.{key}", n=looked.report.main.accepted, batch=looked.draft.instead_of),
        session_files.job_name(offer),
        lambda session: session.t("data.upload.busy", file=offer.name),
        lambda job: _book(job, offer, looked.draft, may_change=may_change),
        type="primary",
        about=offer.name,
        needs=needed(looked.draft),
    )


def _happens(session: Session, looked: Looked, report: Report) -> None:
    """The lines and euros that go in, and those that do not, each with its reason."""
    lang = session.lang
    if looked.before and looked.before.report:
        was, now = looked.before.report, report
        st.markdown(session.md(
            "intake.difference",
            batch=looked.before.number,
            was=_lines(session, was.main.accepted, was.amount),
            now=_lines(session, now.main.accepted, now.amount),
        ))  # fmt: skip
    main = report.main
    lines = _lines(session, main.accepted, report.amount)
    said: list[Markdown] = [session.md("intake.accepted", n=main.accepted, lines=lines)]
    if main.set_aside:
        lines = _lines(session, main.set_aside, report.amount_aside)
        said.append(session.md("intake.set_aside", n=main.set_aside, lines=lines))
        broken = sorted(main.reasons.items(), key=lambda pair: -pair[1])
        said += [
            markdown(session.t("data.report.reason", n=n, sentence=words.rule_sentence(session, r)))
            for r, n in broken[:AT_A_TIME]
        ]
    if main.known:
        said.append(session.md("intake.known", n=main.known))
    for name, counts in report.tables.items():
        if counts.replaced:
            table = words.table_name(session, name)
            said.append(session.md("data.report.replaced", n=counts.replaced, table=table))
    for name, counts in list(report.tables.items())[1:]:
        table = words.table_name(session, name)
        said.append(session.md("intake.beside", n=counts.accepted, table=table))
    said += [
        markdown(session.t("data.report.skip", n=n, reason=words.skip_reason(session, rule)))
        for rule, n in main.skipped.items()
    ]
    said += [
        session.md("data.report.created", n=n, kind=words.table_name(session, kind))
        for kind, n in report.created.items()
    ]
    said += [markdown(s) for s in (*sentences_above(report, lang),
                                   *sentences_of_overwritten(report, lang))]  # fmt: skip
    st.markdown("\n".join(f"- {Markdown(sentence)}" for sentence in said))


def _lines(session: Session, lines: int, amount: float | None) -> str:
    """Lines with their euros: "409 regels, € 48.060"."""
    said = session.t("intake.lines", n=lines)
    return said if amount is None else f"{said}, {formats.money(amount, session.lang)}"


def needed(draft: Draft) -> Role:
    """The role that booking a file takes: instead of a delivery it undoes that one."""
    return Role.IMPORT if draft.instead_of is None else Role.MANAGE


def _book(job: Job, offer: OfferedFile, draft: Draft, *, may_change: bool) -> Outcome:
    report = book(job, offer, draft, may_change=may_change)
    return Outcome(lambda session: booked(session, offer, report), value={offer.key: report})


def book(job: Job, offer: OfferedFile, draft: Draft, *, may_change: bool) -> Report:
    """Book a file as a job and keep its profile; then its parsed cells go.

    Args:
        job: the job.
        offer: the file.
        draft: how it is read.
        may_change: whether a profile that was kept before may be replaced.

    Raises:
        UserError: what ``import_file`` raises.
    """
    report = import_file(
        job.store,
        offer.path,
        draft.profile,
        answers=draft.answers,
        who=job.who,
        period=draft.period,
        name=offer.name,
        folder=offer.cells,
        instead_of=draft.instead_of,
    )
    if draft.profile.source:
        file = profile_file(places().profiles, draft.name or draft.profile.source)
        if may_change or not file.exists():
            save_profile(file, draft.profile, job.who, job.store)
    shutil.rmtree(offer.cells, ignore_errors=True)
    return report


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

"""Provisional codes to confirm, codes to rename or merge, and what was done, with its undo."""

from collections.abc import Callable, Sequence

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.core.escapes import plain
from nami_monitor.ingest.book.codes import (
    MERGEABLE,
    Action,
    ActionKind,
    Code,
    actions,
    confirm,
    merge,
    rename,
    undo_action,
)
from nami_monitor.ingest.deliveries import ProvisionalCode, changeable_codes, provisional_codes
from nami_monitor.ui import booking, words
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.jobs import Job, Outcome, Sentence
from nami_monitor.ui.session import Session


def part(session: Session) -> None:
    """Show the part of the page on codes."""
    with session.store.read() as db:
        waiting, known_names, done = provisional_codes(db), changeable_codes(db), actions(db)
    if not known_names:
        st.info(session.t("data.codes.none"))
        return
    booking.who_field(session)
    _provisional(session, waiting)
    _change(session, known_names)
    _done(session, done)


def _act(act: Callable[[Job], None], message: Sentence) -> Callable[[Job], Outcome]:
    """The work of a job that does something to codes, and says what was done."""

    def work(job: Job) -> Outcome:
        act(job)
        return Outcome(message)

    return work


def _busy(session: Session) -> str:
    return session.t("data.codes.busy")


def _provisional(session: Session, waiting: Sequence[ProvisionalCode]) -> None:
    st.header(session.t("data.codes.provisional"), anchor=False)
    if not waiting:
        st.markdown(session.t("data.codes.no_provisional"))
        return
    st.markdown(session.md("data.codes.provisional_words", n=len(waiting)))
    heads = [
        Head(session.t("data.codes.kind")),
        Head(session.t("data.codes.code")),
        Head(session.t("data.codes.name")),
        Head(session.t("data.codes.from_file")),
        Head(session.t("data.codes.since"), lambda when: words.moment(session, when)),
    ]
    rows = [
        (
            words.table_name(session, provisional_code.code.kind),
            provisional_code.code.code,
            provisional_code.name,
            provisional_code.file,
            provisional_code.when,
        )
        for provisional_code in waiting
    ]
    title = session.t("data.codes.provisional")
    grid(session, heads, rows, key="provisional", name=title, file=title)
    chosen = st.multiselect(
        session.t("data.codes.to_confirm"),
        [provisional_code.code for provisional_code in waiting],
        format_func=lambda code: plain(shown(session, code)),
        key="to_confirm",
        placeholder=session.t("data.choose_all"),
    )
    picked = chosen or [provisional_code.code for provisional_code in waiting]
    booking.action(
        session,
        session.t("data.codes.confirm", n=len(picked)),
        "confirm_codes",
        _busy,
        _act(
            lambda job: confirm(job.store, picked, who=job.who),
            lambda session: session.t("data.codes.confirmed", n=len(picked)),
        ),
        needs=Role.MANAGE,
    )


def shown(session: Session, code: Code, name: str = "") -> str:
    """A code in a list: "Locaties: ZL-001 (Stadhuis)"."""
    source = f"{code.source} " if code.source else ""
    named = f" ({name})" if name and name != code.code else ""
    return f"{words.table_name(session, code.kind)}: {source}{code.code}{named}"


def _change(session: Session, known_names: Sequence[tuple[Code, str]]) -> None:
    st.header(session.t("data.codes.change"), anchor=False)
    st.markdown(session.t("data.codes.change_words"))
    kind = st.selectbox(
        session.t("data.codes.kind"),
        [str(name) for name in MERGEABLE],
        format_func=lambda name: words.table_name(session, name),
        key="code_kind",
    )
    names = {code: name for code, name in known_names if code.kind == kind}
    code = st.selectbox(
        session.t("data.codes.code"),
        list(names),
        index=None,
        format_func=lambda code: plain(shown(session, code, names[code])),
        key=f"code_{kind}",
        placeholder=session.t("data.choose"),
    )
    if code is None:
        return
    left, right = st.columns(2)
    with left, st.form(f"rename_{kind}"):
        name = st.text_input(session.t("data.codes.new_name"), value=names[code], max_chars=200)
        booking.submit(session.t("data.codes.rename"), "rename_code", needs=Role.MANAGE)
    with right, st.form(f"merge_{kind}"):
        others = {other.code: other for other in names if other.source == code.source}
        others.pop(code.code, None)
        into = st.selectbox(
            session.t("data.codes.into"),
            list(others),
            index=None,
            format_func=lambda other: plain(shown(session, others[other], names[others[other]])),
            placeholder=session.t("data.choose"),
        )
        booking.submit(session.t("data.codes.merge"), "merge_code", needs=Role.MANAGE)
    with left:
        if booking.taken(session, "rename_code", needs=Role.MANAGE):
            renaming = _act(
                lambda job: rename(job.store, code, name, who=job.who),
                lambda session: session.t("data.codes.renamed", code=code.code, name=name),
            )
            booking.start(session, "rename_code", _busy, renaming, needs=Role.MANAGE)
    with right:
        if booking.taken(session, "merge_code", needs=Role.MANAGE) and into:
            merging = _act(
                lambda job: merge(job.store, code, into, who=job.who),
                lambda session: session.t("data.codes.merged", code=code.code, into=into),
            )
            booking.start(session, "merge_code", _busy, merging, needs=Role.MANAGE)


def _done(session: Session, done: Sequence[Action]) -> None:
    st.header(session.t("data.codes.done"), anchor=False)
    if not done:
        st.markdown(session.t("data.codes.nothing_done"))
        return
    heads = [
        Head(session.t("data.codes.number"), lambda number: str(int(number))),
        Head(session.t("data.codes.when"), lambda when: words.moment(session, when)),
        Head(session.t("data.codes.who")),
        Head(session.t("data.codes.what")),
        Head(session.t("data.codes.state")),
    ]
    rows = [
        (
            action.number,
            action.when,
            action.who,
            said(session, action),
            session.t("data.codes.undone" if action.undone else "data.codes.holds"),
        )
        for action in done
    ]
    title = session.t("data.codes.done")
    grid(session, heads, rows, key="actions", name=title, file=title)
    chosen = st.selectbox(
        session.t("data.codes.to_undo"),
        [action for action in done if not action.undone],
        index=None,
        format_func=lambda action: plain(f"{action.number}: {said(session, action)}"),
        key="action_to_undo",
        placeholder=session.t("data.choose"),
    )
    if chosen:
        booking.action(
            session,
            session.t("data.codes.undo"),
            "undo_action",
            _busy,
            _act(
                lambda job: undo_action(job.store, chosen.number, who=job.who),
                lambda session: session.t("data.codes.taken_back", what=said(session, chosen)),
            ),
            needs=Role.MANAGE,
        )


def said(session: Session, action: Action) -> str:
    """What was done, in words."""
    code = shown(session, action.code)
    if action.what is ActionKind.CONFIRM:
        return session.t("data.codes.did.confirm", code=code)
    return session.t(f"data.codes.did.{action.what}", code=code, detail=action.detail)

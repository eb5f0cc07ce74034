"""All that is known of an offered file: how it is read, what is left to ask, what booking does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.escapes import Markdown
from nami_monitor.i18n import formats
from nami_monitor.ingest.book.booking import PERIOD, the_month
from nami_monitor.ingest.book.file_import import import_file
from nami_monitor.ingest.book.import_report import Report
from nami_monitor.ingest.book.spellings import MOST_ASKED, Becomes, Spelling, decided
from nami_monitor.ingest.cells import Sheet
from nami_monitor.ingest.deliveries import Batch, batches
from nami_monitor.ingest.profiles import proposal
from nami_monitor.ingest.profiles.library import Recognised, read_sheets, recognise
from nami_monitor.ingest.profiles.line_questions import FileAnswer, FileQuestion
from nami_monitor.ingest.profiles.preview import Preview, preview
from nami_monitor.ingest.profiles.profile import Profile, parse_profile, write_profile
from nami_monitor.ingest.profiles.suggest import missing_columns
from nami_monitor.ingest.template import allowed, known_codes, known_words
from nami_monitor.tables import columns
from nami_monitor.ui import words
from nami_monitor.ui.pages.data import more, session_files
from nami_monitor.ui.pages.data.session_files import Draft, OfferedFile
from nami_monitor.ui.session import Session

NO_PROFILE = Profile(source="", tables=())
AT_ONCE = 20_000_000
"""Bytes up to which a file is looked at without being asked."""


@dataclass(frozen=True)
class Asked:
    """What is asked: a sentence, what was seen, and answers with the draft that each gives.

    ``free`` is the canonical column that any other text may fill; ``chosen`` an answer that holds
    until another one is given, which a question that may be left open has; ``headers`` the
    columns of the file beside which it stands. ``spellings`` are texts of which is asked, in one
    table, what they mean: the first answer takes over what is chosen there.
    """

    sentence: Markdown
    seen: Markdown
    answers: tuple[tuple[str, Draft], ...]
    free: str = ""
    chosen: int | None = None
    headers: tuple[str, ...] = ()
    spellings: tuple[Spelling, ...] = ()


@dataclass(frozen=True)
class Looked:
    """All that is known of an offered file by now.

    Args:
        draft: how it is read, and what was answered.
        recognised: the kept profiles that fit.
        sheets: of the file; none when it cannot be read.
        previews: its first lines as they are read.
        questions: what is left to ask.
        report: of a look at what booking would do; None while something is asked.
        refusal: why it cannot be read or booked.
        known: texts that the database holds, by canonical column.
        before: the delivery that is read anew, if any.
    """

    draft: Draft
    recognised: Recognised = field(default_factory=Recognised)
    sheets: Sequence[Sheet] = ()
    previews: Sequence[Preview] = ()
    questions: Sequence[Asked] = ()
    report: Report | None = None
    refusal: UserError | None = None
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    before: Batch | None = None

    @property
    def nothing_new(self) -> bool:
        """Whether all of the file is known already."""
        return self.report is not None and not any(
            counts.accepted or counts.set_aside or counts.replaced
            for counts in self.report.tables.values()
        )

    @property
    def ready(self) -> bool:
        """Whether it can be booked."""
        open_ = any(question.chosen is None for question in self.questions)
        return self.report is not None and not open_ and not self.nothing_new


def look(session: Session, offer: OfferedFile, library: Mapping[str, Profile]) -> Looked:
    """Find out all that can be found out of a file, by what was answered so far."""
    try:
        key = ("recognised", offer.key, repr(library))
        recognised = session_files.remember(
            key, lambda: recognise(offer.path, library, offer.name, offer.cells)
        )
        if recognised.mended:
            draft = Draft(NO_PROFILE, answers=session_files.draft_of(offer).answers)
            return _asked_by_report(session, offer, Looked(draft, recognised))
        return _mapped(session, offer, library, recognised)
    except DatabaseHeldError:
        raise
    except UserError as error:
        draft = session_files.draft_of(offer)
        if error.key == "reading.several_sheets" and (
            ask := proposal.asked_by(error, draft.profile)
        ):
            return Looked(draft, questions=[_question(session, draft, ask)])
        return Looked(draft, refusal=error)


def _mapped(
    session: Session, offer: OfferedFile, library: Mapping[str, Profile], recognised: Recognised
) -> Looked:
    draft = session_files.draft_of(offer)
    if not draft.begun and recognised.profiles:
        name = recognised.profiles[0]
        draft = replace(draft, profile=library[name], name=name, begun=True)
    sheets = session_files.remember(
        ("sheets", offer.key, repr(draft.profile.layout)),
        lambda: read_sheets(offer.path, draft.profile.layout, offer.cells),
    )
    first = sheets[0]
    if not draft.begun:
        profile = proposal.proposed(first, offer.name)
        draft = replace(draft, profile=replace(profile, layout=draft.profile.layout), begun=True)
    draft = _with_month(offer, draft, sheets)
    session_files.keep_draft(offer, draft)
    known = _known(session)
    looked = Looked(draft, recognised, sheets, known=known)
    agreed = proposal.OF_A_NEW_FILE if draft.name else draft.agreed
    asks = proposal.asks(first, draft.profile, known, agreed=agreed)
    looked = _previewed(session, offer, looked, asks)
    if looked.questions or looked.refusal:
        return looked
    return _asked_by_report(session, offer, looked)


def _known(session: Session) -> dict[str, Sequence[str]]:
    """The codes, channels and measures of activity that the database holds."""

    def find() -> dict[str, Sequence[str]]:
        if not session.store.version():
            return proposal.known_texts({}, {})
        with session.store.read() as db:
            return proposal.known_texts(known_codes(db), known_words(db))

    return session_files.remember(("known", str(session.store.path), session.store.version()), find)


def _previewed(
    session: Session, offer: OfferedFile, looked: Looked, asks: Sequence[FileQuestion]
) -> Looked:
    """The first lines as they are read, and what the profile and they leave to ask."""
    draft = looked.draft
    questions = [_question(session, draft, ask) for ask in asks]
    waiting = PERIOD in draft.profile.places and draft.period is None
    try:
        profile = parse_profile(write_profile(_readable(draft.profile)))
        key = ("preview", offer.key, repr(profile), draft.period, session.store.version())
        previews = session_files.remember(
            key,
            lambda: preview(
                session.store, looked.sheets[0], profile, name=offer.name, period=draft.period
            ),
        )
    except UserError as error:
        ask = proposal.asked_by(error, draft.profile)
        if ask is not None:
            questions.insert(0, _question(session, draft, ask))
        refusal = None if questions or waiting else error
        return replace(looked, questions=questions, refusal=refusal)
    return replace(looked, previews=previews, questions=questions)


def _readable(profile: Profile) -> Profile:
    """The profile with a stand-in for texts that are still asked, so that the rest is shown."""
    tables = [
        replace(
            table,
            constants={
                **{name: text for name, text in table.constants.items() if text},
                **{
                    column.name: (allowed(column) or (column.name,))[0]
                    for column in columns(table.name)
                    if column.name in missing_columns(table) and column.sql_type == "varchar"
                },
            },
        )
        for table in profile.tables
    ]
    return replace(profile, tables=tuple(tables), source=profile.source or "-")


def _asked_by_report(session: Session, offer: OfferedFile, looked: Looked) -> Looked:
    """A look at what booking would do, and what it leaves to ask."""
    draft = looked.draft
    if PERIOD in draft.profile.places and draft.period is None:
        return looked
    if offer.size > AT_ONCE and not st.session_state.get(wants_look(offer)):
        return looked
    before: Batch | None = None
    try:
        report = _report(session, offer, draft)
    except UserError as error:
        if error.key != "import.read_otherwise" or draft.instead_of is not None:
            raise
        draft = replace(draft, instead_of=int(str(error.values["batch"])))
        report = _report(session, offer, draft)
    if draft.instead_of is not None:
        with session.store.read() as db:
            before = next((b for b in batches(db) if b.number == draft.instead_of), None)
    questions = list(_questions(session, draft, report))
    return replace(looked, draft=draft, report=report, questions=questions, before=before)


def _report(session: Session, offer: OfferedFile, draft: Draft) -> Report:
    key = ("look", offer.key, repr(replace(draft, meant={})), session.store.version())
    return session_files.remember(
        key,
        lambda: import_file(
            session.store,
            offer.path,
            draft.profile,
            answers=draft.answers,
            period=draft.period,
            look_only=True,
            name=offer.name,
            folder=offer.cells,
            instead_of=draft.instead_of,
        ),
    )


def _with_month(offer: OfferedFile, draft: Draft, sheets: Sequence[Sheet]) -> Draft:
    """The draft with the month that the file tells, where it asks for one and none was chosen."""
    if PERIOD not in draft.profile.places or draft.period is not None:
        return draft
    found = the_month(sheets, Path(offer.name).stem)
    return replace(draft, period=found[0], told=found[1]) if found else draft


def _question(session: Session, draft: Draft, ask: FileQuestion) -> Asked:
    """What the file does not say itself, in words."""
    name = words.column_name(session, ask.column) if ask.column else ""
    answers = tuple(
        (
            answer_name(session, ask, choice),
            replace(draft, profile=choice.profile, agreed=draft.agreed | {ask.key}),
        )
        for choice in ask.choices
    )
    header = ask.headers[0] if ask.headers else ""
    roles = [
        session.t("asking.is", header=one, column=words.column_name(session, role))
        for one in ask.headers
        for role in proposal.roles_of(draft.profile, one)[:1]
        if not ask.seen
    ]
    said = {"column": name, "seen": ask.seen or "; ".join(roles), "header": header}
    of = formats.number(ask.looked_at, session.lang)
    sentence = session.md(f"asking.{ask.key}", **said, n=ask.rows, of=of)
    seen = session.md(f"asking.seen.{ask.key}", **said) if ask.seen or header else Markdown("")
    free = ask.column if ask.table else ""
    return Asked(sentence, seen, answers, free=free, headers=ask.headers)


def answer_name(session: Session, ask: FileQuestion, answer: FileAnswer) -> str:
    """An answer in words: a text of the catalogue, the word for a code, or the file's own text."""
    name = answer.name
    if ask.key == "unsure" and answer.header:
        column = words.column_name(session, name)
        return session.t("asking.answers.wrong", column=column, header=answer.header)
    if ask.key == "sheet":
        return session.t(name, sheet=answer.header)
    if answer.header:
        return session.t("asking.answers.from_column", column=answer.header)
    if ask.key == "dates":
        return more.pattern_name(session, name)
    if ask.key in {"constant", "code", "channel"}:
        return text_name(session, ask.column, name)
    return session.t(name)


def text_name(session: Session, column: str, text: str) -> str:
    """A text that fills a column of every row, as people read it."""
    if column == "channel":
        return words.code_name(session, "channel", text)
    if column == "activity_measure":
        return words.activity_name(session, text) or text
    if text in {"true", "false"}:
        return session.t("data.yes" if text == "true" else "data.no")
    return words.value_name(session, text)


def _questions(session: Session, draft: Draft, report: Report) -> Iterator[Asked]:
    """What the import itself asks, with what it counted."""

    def with_answer(**answer: Any) -> Draft:
        return replace(draft, answers=replace(draft.answers, **answer))

    if report.spellings:
        yield _spelled(session, draft, report.spellings[:MOST_ASKED])
    for asked in report.questions:
        values = asked.values
        if asked.key == "spellings" or (asked.key == "set_aside" and report.spellings):
            continue  # what does not go in depends on them
        if asked.key == "create_codes":
            kinds = str(values["kinds"]).split(", ")
            yield Asked(
                session.md("asking.create", kinds=words.table_names(session, kinds)),
                session.md("asking.seen.create", n=int(values["lines"])),
                (
                    (session.t("asking.answers.create"), with_answer(create=frozenset(kinds))),
                    (session.t("asking.answers.wait"), with_answer(create=frozenset())),
                ),
            )
            return
        if ask := proposal.asked_by(UserError(f"questions.{asked.key}", **values), draft.profile):
            yield _question(session, draft, ask)
            continue
        answer = {
            "set_aside": ("anyway", {"accept_set_aside": True}),
            "units": ("units", {"single_units": True}),
            "beside": ("beside", {"plain_numbers": True}),
        }[asked.key]
        seen = {
            name: formats.number(value, session.lang) if isinstance(value, int) else value
            for name, value in values.items()
            if name != "rules"
        }
        yield Asked(
            session.md(f"asking.{asked.key}", **seen),
            session.md(f"asking.seen.{asked.key}"),
            ((session.t(f"asking.answers.{answer[0]}"), with_answer(**answer[1])),),
        )
    if report.offer or draft.answers.replace:
        yield _replacing(session, draft, report, with_answer)


def _spelled(session: Session, draft: Draft, found: tuple[Spelling, ...]) -> Asked:
    """What texts mean that are like others, or not known; all of them in one table."""
    apart = decide(draft, dict.fromkeys(found, Becomes.APART.value))
    seen = "alike" if any(one.becomes for one in found) else "unknown"
    answers = (
        (session.t("asking.answers.spelled"), draft),
        (session.t("asking.answers.as_spelled"), apart),
    )
    return Asked(
        session.md("asking.spellings", n=len(found)),
        session.md(f"asking.seen.spellings_{seen}"),
        answers,
        spellings=found,
    )


def decide(draft: Draft, chosen: Mapping[Spelling, str]) -> Draft:
    """The draft after it was decided what texts mean."""
    profile, answers = decided(draft.profile, draft.answers, chosen)
    return replace(draft, profile=profile, answers=answers, meant={})


def _replacing(session: Session, draft: Draft, report: Report, with_answer: Any) -> Asked:
    """Whether a file replaces months or adds to them; it adds until somebody says otherwise."""
    if report.offer is None:
        return Asked(session.md("asking.replaced"), Markdown(""), (
            (session.t("asking.answers.add"), with_answer(replace=False)),
        ), chosen=1)  # fmt: skip
    values = report.offer.values
    written = {
        "added": formats.number(values["added"], session.lang),
        "vanish": formats.number(values["vanish"], session.lang),
        "amount": formats.money(values["amount"], session.lang),
    }
    span = {name: formats.month(values[name], session.lang) for name in ("first", "last")}
    return Asked(
        session.md("asking.replace", **span),
        session.md("asking.seen.replace", **written),
        (
            (session.t("asking.answers.add"), with_answer(replace=False)),
            (session.t("asking.answers.replace"), with_answer(replace=True)),
        ),
        chosen=int(draft.answers.replace),
    )


def wants_look(offer: OfferedFile) -> str:
    """The key of the switch by which a visitor has a large file looked at."""
    return f"look_{offer.key}"

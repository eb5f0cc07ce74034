"""Making a profile: which table, which column is what, a few questions, and a preview."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.settings import places
from nami_monitor.ingest.cells import Sheet
from nami_monitor.ingest.profiles.library import profile_file, read_sheets, save_profile
from nami_monitor.ingest.profiles.preview import Preview, preview
from nami_monitor.ingest.profiles.profile import (
    Origin,
    Profile,
    TableMap,
    parse_profile,
    write_profile,
)
from nami_monitor.ingest.profiles.suggest import guess_table, missing_columns, suggest
from nami_monitor.tables import TABLES, columns
from nami_monitor.ui import booking, outcomes, words
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.pages.data import column_fields, file_questions, profile_details, session_files
from nami_monitor.ui.pages.data.session_files import OfferedFile
from nami_monitor.ui.session import Session


def panel(session: Session, offer: OfferedFile, initial: Profile | None, name: str) -> None:
    """Make a profile for a file, or change one.

    Args:
        session: for the words.
        offer: the file.
        initial: the profile to change; None for a new one.
        name: under which it is kept; empty for a new one.
    """
    profile = session_files.draft(offer.key) or initial or Profile(source="", tables=())
    try:
        sheet = session_files.remember(
            ("sheet", offer.key, repr(profile.layout)),
            lambda: read_sheets(offer.path, profile.layout, offer.cells)[0],
        )
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        st.markdown(session.t("data.map.unreadable"))
        _take(offer, profile, file_questions.layout_fields(session, offer.key, profile, ()))
        return
    edited = profile if profile.tables else _first(offer, sheet)
    edited = _tables(session, offer, sheet, edited)
    edited = replace(
        edited,
        tables=tuple(
            column_fields.table_fields(session, offer.key, sheet, edited, t) for t in edited.tables
        ),
    )
    edited = file_questions.ask(session, offer.key, edited)
    with st.expander(session.t("data.map.more"), key=f"more_{offer.key}"):
        edited = file_questions.layout_fields(session, offer.key, edited, sheet.columns)
        edited = profile_details.detail_fields(session, offer.key, sheet, edited)
    _preview(session, offer, sheet, ready(edited))
    _take(offer, profile, edited)
    _save(session, offer, ready(edited), name)


def ready(profile: Profile) -> Profile:
    """The profile without fixed values that nobody filled in yet."""
    tables = (
        replace(table, constants={name: text for name, text in table.constants.items() if text})
        for table in profile.tables
    )
    return replace(profile, tables=tuple(tables))


def _take(offer: OfferedFile, before: Profile, edited: Profile) -> None:
    """Keep the draft; draw the page anew when the file is now parsed in another way."""
    session_files.keep_draft(offer.key, edited)
    if (before.layout, before.unpivot) != (edited.layout, edited.unpivot):
        st.rerun()


def _first(offer: OfferedFile, sheet: Sheet) -> Profile:
    """A first guess: the likeliest table, with what is suggested."""
    ranked = guess_table(sheet)
    table = ranked[0][0] if ranked else "orders"
    return Profile(source=_source(offer.name), tables=(suggested(sheet, table),))


def suggested(sheet: Sheet, table: str) -> TableMap:
    """A table map of everything that is suggested; other required texts wait for a fixed value."""
    suggestions = suggest(sheet, table)
    fixed = {
        column.name: ""
        for column in columns(table)
        if column.name not in suggestions
        and not (column.optional or column.codes)
        and column.sql_type == "varchar"
    }
    return TableMap(
        table, {name: Origin((hit.header,)) for name, hit in suggestions.items()}, fixed
    )


def _source(name: str) -> str:
    """A file's name without its ending and without year or month: probably the feed's name."""
    stem = name.rpartition(".")[0] or name
    words = stem.replace("_", " ").replace("-", " ").split()
    kept = [word for word in words if not any(sign.isdigit() for sign in word)]
    return " ".join(kept or words).capitalize()


def _tables(session: Session, offer: OfferedFile, sheet: Sheet, profile: Profile) -> Profile:
    """Ask which table the file fills, and which others beside it."""
    left, right = st.columns(2)
    names = [table.name for table in profile.tables]
    with left:
        main = st.selectbox(
            session.t("data.map.table"),
            list(TABLES),
            index=list(TABLES).index(names[0]),
            format_func=lambda name: words.table_name(session, name),
            key=f"table_{offer.key}",
            help=session.t("data.map.table_help"),
        )
        st.caption(session.t(f"tables.{main}.row"))
    with right:
        source = st.text_input(
            session.t("data.map.source"),
            value=profile.source,
            key=f"source_{offer.key}",
            help=session.t("data.map.source_help"),
        )
    others = st.multiselect(
        session.t("data.map.others"),
        [name for name in TABLES if name != main],
        default=[name for name in names[1:] if name != main],
        format_func=lambda name: words.table_name(session, name),
        key=f"others_{offer.key}",
        help=session.t("data.map.others_help"),
        placeholder=session.t("data.none"),
    )
    kept = {table.name: table for table in profile.tables}
    tables = tuple(kept.get(name) or suggested(sheet, name) for name in (main, *others))
    return replace(profile, source=source.strip(), tables=tables)


def _preview(session: Session, offer: OfferedFile, sheet: Sheet, profile: Profile) -> None:
    """Show the first rows as they would be booked; ask about dates and decimals where needed."""
    st.markdown(f"**{session.t('data.map.preview')}**")
    missing = _missing(profile)
    if missing:
        listed = ", ".join(words.column_name(session, name) for name in missing)
        st.info(session.md("data.map.missing", columns=listed))
        return
    if _vat_open(profile):
        st.info(session.t("data.vat.missing"))
    key = ("preview", offer.key, repr(profile), session.store.version())
    try:
        parse_profile(write_profile(profile))
        previews = session_files.remember(
            key, lambda: preview(session.store, sheet, profile, name=offer.name)
        )
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        file_questions.settle(session, offer.key, error)
        return
    for table in previews:
        _rows(session, offer, table)


def _missing(profile: Profile) -> list[str]:
    return [name for table in profile.tables for name in missing_columns(table)]


def _vat_open(profile: Profile) -> bool:
    """Whether nobody said yet whether the amounts bear VAT."""
    return file_questions.has_money(profile) and profile.vat is None


def _rows(session: Session, offer: OfferedFile, table_preview: Preview) -> None:
    spec = {column.name: column for column in columns(table_preview.table)}
    heads = [
        Head(session.t("data.aside.line"), lambda line: str(int(line))),
        Head(session.t("data.map.attention")),
        *(
            Head(words.column_name(session, name), column_fields.writer(session, spec[name]))
            for name in table_preview.rows.columns[1:]
        ),
    ]
    rows = [
        (
            row[0],
            " ".join(
                f"{words.column_name(session, column)}: {words.rule_sentence(session, rule)}"
                for column, rule in problems
            ),
            *row[1:],
        )
        for row, problems in zip(table_preview.rows.rows(), table_preview.problems, strict=True)
    ]
    title = session.t("data.map.preview_of", table=words.table_name(session, table_preview.table))
    st.caption(markdown(title))
    grid(
        session,
        _apart(heads),
        rows,
        key=f"preview_{offer.key}_{table_preview.table}",
        name=title,
        file=title,
        download=False,
    )


def _apart(heads: Sequence[Head]) -> list[Head]:
    """Headings that differ from each other: a repeated one gets a number."""
    times: dict[str, int] = {}
    apart = []
    for head in heads:
        times[head.title] = times.get(head.title, 0) + 1
        number = times[head.title]
        apart.append(head if number == 1 else replace(head, title=f"{head.title} ({number})"))
    return apart


def _save(session: Session, offer: OfferedFile, profile: Profile, name: str) -> None:
    """Keep the profile; from then on files like this one are recognised."""
    if _missing(profile) or _vat_open(profile):
        return
    given = st.text_input(
        session.t("data.map.name"),
        value=name or profile.source,
        key=f"name_{offer.key}",
        help=session.t("data.map.name_help"),
    )
    if booking.button(session, session.t("data.map.save"), f"save_{offer.key}", type="primary"):
        try:
            checked = parse_profile(write_profile(profile))
            path = profile_file(places().profiles, given)
            save_profile(path, checked, session.who)
        except UserError as error:
            st.error(markdown(session.sentence(error)))
            return
        session_files.drop_draft(offer.key)
        session_files.stop_changing(offer.key)
        outcomes.tell(
            session,
            f"save_{offer.key}",
            lambda session: session.t("data.map.saved", name=path.stem),
        )
        st.rerun()
    with st.expander(session.t("data.map.toml")):
        text = write_profile(profile)
        st.code(plain(text), language="toml")
        st.download_button(
            session.t("data.profiles.download"),
            data=text,
            file_name="profile.toml",
            mime="application/toml",
            key=f"toml_{offer.key}",
            on_click="ignore",
        )

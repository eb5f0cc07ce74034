"""The rest of a profile: months as columns, rows that are no data, what is owed, derived values."""

from dataclasses import replace

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.periods import parse_month
from nami_monitor.ingest.cells import Sheet
from nami_monitor.ingest.profiles.preview import sources
from nami_monitor.ingest.profiles.profile import (
    DropRule,
    Expects,
    Origin,
    Profile,
    Sign,
    TableMap,
    Unpivot,
    usable_pattern,
)
from nami_monitor.tables import Column, columns
from nami_monitor.ui import words
from nami_monitor.ui.pages.data import pairs_editor
from nami_monitor.ui.pages.data.file_questions import number, pattern_name
from nami_monitor.ui.session import Session

UNITS = ("base", "pack")
EVERY = ("", "month", "quarter", "year")


def detail_fields(session: Session, key: str, sheet: Sheet, profile: Profile) -> Profile:
    """Ask for the parts of a profile that few files need.

    Args:
        session: for the words.
        key: of the file.
        sheet: what the reader gave.
        profile: what was answered so far.
    """
    result = replace(profile, unpivot=_unpivot(session, key, sheet, profile.unpivot))
    result = replace(result, tables=_origins(session, key, sheet, result))
    result = replace(result, drop=_drop(session, key, sheet, result))
    result = replace(result, expects=_expects(session, key, profile.expects))
    given = st.text_input(
        session.t("data.more.products_of"),
        value=profile.products_of or "",
        key=f"products_of_{key}",
        help=session.t("data.more.products_of_help"),
    ).strip()
    return replace(result, products_of=given or None)


def _unpivot(session: Session, key: str, sheet: Sheet, current: Unpivot | None) -> Unpivot | None:
    st.markdown(f"**{session.t('data.unpivot.title')}**")
    listed = list(current.columns) if current and not isinstance(current.columns, str) else []
    pattern = current.columns if current and isinstance(current.columns, str) else ""
    left, right = st.columns(2)
    with left:
        chosen = st.multiselect(
            session.t("data.unpivot.columns"),
            list(dict.fromkeys([*sheet.columns, *listed])),
            default=listed,
            key=f"unpivot_{key}",
            placeholder=session.t("data.none"),
            help=session.t("data.unpivot.help"),
        )
        name = st.text_input(
            session.t("data.unpivot.name"),
            value=current.name if current else "@month",
            key=f"pivot_{key}",
        )
    with right:
        written = st.text_input(
            session.t("data.unpivot.pattern"), value=pattern, key=f"unpivot_pattern_{key}"
        )
        value = st.text_input(
            session.t("data.unpivot.value"),
            value=current.value if current else "@value",
            key=f"cell_{key}",
        )
    wanted: tuple[str, ...] | str = tuple(chosen) or _pattern(session, written)
    return Unpivot(wanted, name.strip() or "@month", value.strip() or "@value") if wanted else None


def _pattern(session: Session, written: str) -> str:
    """A search pattern that can be used; empty, and said, when it cannot."""
    try:
        return usable_pattern(written.strip(), "unpivot")
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return ""


def _drop(
    session: Session, key: str, sheet: Sheet, profile: Profile
) -> tuple[DropRule, ...] | None:
    st.markdown(f"**{session.t('data.drop.title')}**")
    current = profile.drop
    own = st.checkbox(
        session.t("data.drop.own"),
        value=current is not None,
        key=f"drop_{key}",
        help=session.t("data.drop.help"),
    )
    if not own:
        return None
    rows = pairs_editor.rows(
        f"drop_{key}",
        (session.t("data.drop.column"), session.t("data.drop.matches")),
        [(rule.column, rule.matches) for rule in current or ()],
        options=sources(sheet, profile.unpivot),
    )
    return tuple(DropRule(column, matches) for column, matches in rows)


def _expects(session: Session, key: str, current: Expects | None) -> Expects | None:
    st.markdown(f"**{session.t('data.expects.title')}**")
    first, second, third = st.columns(3)
    with first:
        every = st.selectbox(
            session.t("data.expects.every"),
            EVERY,
            index=EVERY.index(current.every if current else ""),
            format_func=lambda name: session.t(f"periods.{name}" if name else "data.expects.learn"),
            key=f"expects_{key}",
        )
    with second:
        start = st.text_input(
            session.t("data.expects.first"),
            value=(current.first if current else None) or "",
            key=f"expects_from_{key}",
            placeholder="2026-01",
        ).strip()
    with third:
        end = st.text_input(
            session.t("data.expects.last"),
            value=(current.last if current else None) or "",
            key=f"expects_until_{key}",
            placeholder="2026-12",
        ).strip()
    everywhere = st.checkbox(
        session.t("data.learnt.everywhere"),
        value=bool(current and current.locations),
        key=f"expects_everywhere_{key}",
    )
    if not every or not (_is_month(session, start) and _is_month(session, end)):
        return None
    return Expects(start or None, end or None, every, "all" if everywhere else None)


def _is_month(session: Session, written: str) -> bool:
    """Whether a month was written as it should be, or nothing; said when it was not."""
    try:
        if written:
            parse_month(written)
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return False
    return True


def _origins(session: Session, key: str, sheet: Sheet, profile: Profile) -> tuple[TableMap, ...]:
    """Ask how a column's value is derived, for one column at a time."""
    st.markdown(f"**{session.t('data.origin.title')}**")
    st.caption(session.t("data.origin.words"))
    choices = [
        (index, column)
        for index, table in enumerate(profile.tables)
        for column in columns(table.name)
        if column.name not in table.constants
    ]
    chosen = st.selectbox(
        session.t("data.origin.column"),
        choices,
        index=None,
        format_func=lambda choice: plain(
            f"{words.table_name(session, profile.tables[choice[0]].name)}:"
            f" {words.column_name(session, choice[1].name)}"
        ),
        key=f"origin_{key}",
        placeholder=session.t("data.choose"),
    )
    if chosen is None:
        return profile.tables
    index, column = chosen
    table = profile.tables[index]
    origin = _origin(session, f"{key}_{table.name}_{column.name}", sheet, profile, column, table)
    filled = {name: derived for name, derived in table.columns.items() if name != column.name}
    if origin:
        filled[column.name] = origin
    tables = list(profile.tables)
    tables[index] = replace(table, columns=filled)
    return tuple(tables)


def _origin(
    session: Session, key: str, sheet: Sheet, profile: Profile, column: Column, table: TableMap
) -> Origin | None:
    current = table.columns.get(column.name) or Origin(())
    options = list(dict.fromkeys([*sources(sheet, profile.unpivot), *current.columns]))
    chosen = st.multiselect(
        session.t("data.origin.columns"),
        options,
        default=list(current.columns),
        key=f"from_{key}",
        accept_new_options=True,
        placeholder=session.t("data.choose"),
        help=session.t("data.origin.columns_help"),
    )
    ways = ("first", "sum") if column.sql_type == "double" else ("first", "join")
    how = st.radio(
        session.t("data.origin.how"),
        ways,
        index=ways.index(current.how) if current.how in ways else 0,
        format_func=lambda way: session.t(f"data.origin.{way}"),
        key=f"how_{key}",
        horizontal=True,
    )
    part = st.text_input(
        session.t("data.origin.regex"),
        value=current.regex or "",
        key=f"regex_{key}",
        help=session.t("data.origin.regex_help"),
    ).strip()
    result = replace(current, columns=tuple(chosen), how=how, regex=part or None)
    if column.sql_type == "date":
        result = replace(result, format=_format(session, key, current))
    if column.sql_type == "double":
        result = _number(session, key, options, result, quantity=column.name == "quantity")
    return result if chosen else None


def _format(session: Session, key: str, current: Origin) -> str | None:
    given = st.text_input(
        session.t("data.origin.format"),
        value=current.format or "",
        key=f"format_{key}",
        help=session.md("data.origin.format_help", example=pattern_name(session, "%Y %b")),
    ).strip()
    return given or None


def _number(
    session: Session, key: str, options: list[str], current: Origin, *, quantity: bool
) -> Origin:
    """Scale, sign and unit of a number."""
    scale = number(session, session.t("data.origin.scale"), current.scale, f"scale_{key}")
    scale_by = _scale_by(session, key, options, current)
    sign = _sign(session, key, options, current)
    unit = current.unit
    if quantity:
        units = ["", *UNITS, *options]
        unit = st.selectbox(
            session.t("data.origin.unit"),
            units,
            index=units.index(current.unit or "") if (current.unit or "") in units else 0,
            format_func=lambda name: (
                session.t(f"data.origin.units.{name or 'unsaid'}")
                if name in {"", *UNITS}
                else plain(name)
            ),
            key=f"unit_{key}",
            help=session.t("data.origin.unit_help"),
        )
    return replace(current, scale=scale or 1.0, scale_by=scale_by, sign=sign, unit=unit or None)


def _scale_by(
    session: Session, key: str, options: list[str], current: Origin
) -> tuple[str, dict[str, float]] | None:
    stated = current.scale_by
    column = st.selectbox(
        session.t("data.origin.scale_by"),
        ["", *options],
        index=["", *options].index(stated[0]) if stated and stated[0] in options else 0,
        format_func=lambda name: plain(name or session.t("data.none")),
        key=f"scale_by_{key}",
    )
    if not column:
        return None
    rows = pairs_editor.rows(
        f"factors_{key}",
        (session.t("data.origin.word"), session.t("data.origin.factor")),
        [(word, f"{factor:g}") for word, factor in (stated[1] if stated else {}).items()],
    )
    factors = {word.casefold(): pairs_editor.factor(session, text) for word, text in rows}
    return column, {word: factor for word, factor in factors.items() if factor is not None}


def _sign(session: Session, key: str, options: list[str], current: Origin) -> Sign | None:
    stated = current.sign
    column = st.selectbox(
        session.t("data.origin.sign"),
        ["", *options],
        index=["", *options].index(stated.column) if stated and stated.column in options else 0,
        format_func=lambda name: plain(name or session.t("data.none")),
        key=f"sign_{key}",
    )
    if not column:
        return None
    negative_words = list(stated.negative) if stated else []
    words = st.multiselect(
        session.t("data.origin.negative"),
        list(dict.fromkeys([*negative_words, "c", "credit", "-"])),
        default=negative_words,
        key=f"negative_{key}",
        accept_new_options=True,
        placeholder=session.t("data.choose"),
    )
    return Sign(column, tuple(word.strip().casefold() for word in words)) if words else None

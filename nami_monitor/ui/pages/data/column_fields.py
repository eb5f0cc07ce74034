"""Which column of the file fills which column of a table, with fixed values and translations."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from nami_monitor.core.escapes import Markdown, markdown, plain
from nami_monitor.i18n import formats
from nami_monitor.ingest.cells import Sheet
from nami_monitor.ingest.profiles.preview import sources, values_in
from nami_monitor.ingest.profiles.profile import CREATE, SET_ASIDE, Origin, Profile, TableMap
from nami_monitor.ingest.profiles.source_cells import normal_header
from nami_monitor.tables import Column, columns
from nami_monitor.ui import words
from nami_monitor.ui.pages.data import pairs_editor
from nami_monitor.ui.session import Session

NOTHING, FIXED, COMPOSED = "", "=", "+"
EXAMPLES = 3
REST = "*"


def table_fields(
    session: Session, key: str, sheet: Sheet, profile: Profile, mapped: TableMap
) -> TableMap:
    """Ask how one table is filled.

    Args:
        session: for the words.
        key: of the file.
        sheet: what the reader gave.
        profile: the rest of the profile.
        mapped: how the table is filled so far.
    """
    if len(profile.tables) > 1:
        st.header(markdown(words.table_name(session, mapped.name)), anchor=False)
    spec = columns(mapped.name)
    given = {**mapped.columns, **mapped.constants}
    first = _in_sight(key, mapped.name, [c.name for c in spec if not c.optional or c.name in given])
    origins: dict[str, Origin] = {}
    constants: dict[str, str] = {}
    rest = [column for column in spec if column.name not in first]
    st.markdown(session.t("data.map.columns"))
    for column in spec:
        if column.name in first:
            _column(session, key, sheet, profile, mapped, column, (origins, constants))
    with st.expander(session.md("data.map.optional", n=len(rest)), key=f"rest_{key}_{mapped.name}"):
        for column in rest:
            _column(session, key, sheet, profile, mapped, column, (origins, constants))
    result = replace(mapped, columns=origins, constants=constants)
    result = replace(result, values=_values(session, key, sheet, profile, result))
    return replace(result, codes=_codes(session, key, result))


def _in_sight(key: str, name: str, names: list[str]) -> list[str]:
    """The columns that stand in sight: required ones, and those that were filled at first.

    They stay where they are when a visitor empties one or fills another.
    """
    return list(st.session_state.setdefault(f"data.in_sight.{key}.{name}", names))


def _column(
    session: Session,
    key: str,
    sheet: Sheet,
    profile: Profile,
    mapped: TableMap,
    column: Column,
    into: tuple[dict[str, Origin], dict[str, str]],
) -> None:
    """Ask for one column; the answer goes into the origins or the constants."""
    name = column.name
    origin = mapped.columns.get(name)
    options, current = _options(sheet, profile, mapped, name)
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        star = "" if column.optional else " *"
        picked = st.selectbox(
            f"{markdown(words.column_name(session, name))}{star}",
            options,
            index=options.index(current),
            format_func=lambda option: plain(_option(session, option)),
            key=f"map_{key}_{mapped.name}_{name}",
            help=_help(session, column),
        )
    with right:
        if picked == FIXED:
            into[1][name] = _fixed(session, key, mapped, column)
            return
        if picked not in {NOTHING, COMPOSED}:
            examples = values_in(sheet, picked, profile.unpivot, EXAMPLES)
            if examples:
                st.caption(session.md("data.map.example", values="  ·  ".join(examples)))
    if picked == COMPOSED and origin:
        into[0][name] = origin
    elif picked != NOTHING:
        into[0][name] = replace(origin, columns=(picked,)) if origin else Origin((picked,))


def _options(sheet: Sheet, profile: Profile, mapped: TableMap, name: str) -> tuple[list[str], str]:
    """What a column may be mapped to, and what it is mapped to now."""
    options = [NOTHING, *sources(sheet, profile.unpivot), FIXED]
    origin = mapped.columns.get(name)
    if origin is None:
        return options, FIXED if name in mapped.constants else NOTHING
    if origin.how != "first" or len(origin.columns) > 1:
        return [*options, COMPOSED], COMPOSED
    wanted = normal_header(origin.columns[0])
    current = next(
        (option for option in options if normal_header(option) == wanted), origin.columns[0]
    )
    return list(dict.fromkeys([*options, current])), current


def _option(session: Session, option: str) -> str:
    words = {
        NOTHING: "data.map.nothing",
        FIXED: "data.map.fixed",
        COMPOSED: "data.map.composed",
        "@file": "data.map.file",
        "@sheet": "data.map.sheet",
        "@period": "data.map.period",
    }
    return session.t(words[option]) if option in words else option


def _help(session: Session, column: Column) -> Markdown | None:
    allowed = allowed_values(column)
    if allowed:
        listed = ", ".join(words.value_name(session, value) for value in allowed)
        return session.md("data.map.allowed", values=listed)
    return (
        session.md("data.map.aliases", names=", ".join(column.aliases)) if column.aliases else None
    )


def allowed_values(column: Column) -> tuple[str, ...]:
    """The only values that a column may hold; empty when any will do."""
    listed = [check.statistics["allowed_values"] for check in column.checks if check.name == "isin"]
    return tuple(listed[0]) if listed else ()


def _fixed(session: Session, key: str, mapped: TableMap, column: Column) -> str:
    current = mapped.constants.get(column.name, "")
    name = f"fixed_{key}_{mapped.name}_{column.name}"
    label = session.t("data.map.fixed_for", column=words.column_name(session, column.name))
    allowed = ("true", "false") if column.sql_type == "boolean" else allowed_values(column)
    if allowed:
        return str(
            st.selectbox(
                markdown(label),
                allowed,
                index=allowed.index(current) if current in allowed else 0,
                format_func=lambda value: words.value_name(session, value),
                key=name,
            )
        )
    return st.text_input(markdown(label), value=current, key=name).strip()


def _values(
    session: Session, key: str, sheet: Sheet, profile: Profile, mapped: TableMap
) -> Mapping[str, Mapping[str, str]]:
    """Translate values where only some are allowed, and wherever the visitor wants to."""
    needed = [
        column.name
        for column in columns(mapped.name)
        if column.name in mapped.columns
        and (column.name in mapped.values or _strange(sheet, profile, mapped, column))
    ]
    with st.expander(
        session.t("data.map.values"), expanded=bool(needed), key=f"values_{key}_{mapped.name}"
    ):
        st.markdown(session.t("data.map.values_words"))
        chosen = st.multiselect(
            session.t("data.map.values_of"),
            list(mapped.columns),
            default=needed,
            format_func=lambda name: words.column_name(session, name),
            key=f"values_of_{key}_{mapped.name}",
            placeholder=session.t("data.none"),
        )
        return {
            name: translations
            for name in chosen
            if (translations := _translations(session, key, sheet, profile, mapped, name))
        }


def _strange(sheet: Sheet, profile: Profile, mapped: TableMap, column: Column) -> bool:
    allowed = allowed_values(column)
    if not allowed:
        return False
    origin = mapped.columns[column.name]
    values = values_in(sheet, origin.columns[0], profile.unpivot)
    return bool(set(values) - set(allowed))


def _translations(
    session: Session, key: str, sheet: Sheet, profile: Profile, mapped: TableMap, name: str
) -> dict[str, str]:
    """The values of one column, and what they become."""
    column = next(column for column in columns(mapped.name) if column.name == name)
    current = mapped.values.get(name, {})
    values = values_in(sheet, mapped.columns[name].columns[0], profile.unpivot)
    listed = list(dict.fromkeys([*(text.casefold() for text in values), *current]))
    meanings = {} if current else words.value_meanings(allowed_values(column))
    edited = pairs_editor.editor(
        session,
        f"{key}_{mapped.name}_{name}",
        (words.column_name(session, name), session.t("data.map.becomes")),
        {text: current.get(text, meanings.get(text, "")) for text in listed if text != REST},
        allowed=allowed_values(column),
    )
    rest = st.text_input(
        session.t("data.map.rest"),
        value=current.get(REST, ""),
        key=f"rest_of_{key}_{mapped.name}_{name}",
        help=session.t("data.map.rest_help"),
    ).strip()
    return {**edited, REST: rest} if rest else edited


def _codes(session: Session, key: str, mapped: TableMap) -> Mapping[str, str]:
    """What to do with codes that no list knows."""
    coded = [
        column
        for column in columns(mapped.name)
        if column.codes and column.name in {**mapped.columns, **mapped.constants}
    ]
    if not coded:
        return {}
    chosen = st.multiselect(
        session.t("data.map.create"),
        [column.name for column in coded],
        default=[c.name for c in coded if mapped.codes.get(c.name) == CREATE],
        format_func=lambda name: words.column_name(session, name),
        key=f"codes_{key}_{mapped.name}",
        help=session.t("data.map.create_help"),
        placeholder=session.t("data.none"),
    )
    kept = {name: SET_ASIDE for name, policy in mapped.codes.items() if policy == SET_ASIDE}
    return {**kept, **dict.fromkeys(chosen, CREATE)}


def writer(session: Session, column: Column) -> Callable[[Any], str] | None:
    """How the values of a column are written; None for texts."""
    lang = session.lang
    if column.money:
        return lambda value: formats.number(float(value), lang, decimals=2)
    if allowed_values(column):
        return lambda value: words.value_name(session, value)
    return {
        "date": lambda day: formats.day(day, lang),
        "double": lambda value: formats.number(float(value), lang),
        "boolean": lambda value: session.t("data.yes" if value else "data.no"),
    }.get(column.sql_type)

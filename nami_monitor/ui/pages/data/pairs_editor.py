"""A small table of two columns in which people fill in the second one."""

from collections.abc import Mapping, Sequence

import polars as pl
import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.i18n import formats
from nami_monitor.ui import words
from nami_monitor.ui.session import Session

START = "data.pairs"


def editor(
    session: Session,
    key: str,
    heads: tuple[str, str],
    current: Mapping[str, str],
    *,
    allowed: Sequence[str] = (),
) -> dict[str, str]:
    """Let a visitor fill in what each text becomes.

    Args:
        session: for the words.
        key: of the widget.
        heads: the headings of both columns.
        current: texts and what they become so far; empty where nothing was filled in.
        allowed: the only values to choose from; any text when empty.

    Returns:
        The texts for which something is filled in.
    """
    widget, start = f"pairs_{key}", f"{START}.{key}"
    if widget not in st.session_state or start not in st.session_state:
        st.session_state[start] = dict(current)
    begun: dict[str, str] = st.session_state[start]
    frame = pl.DataFrame(
        {"text": list(begun), "becomes": list(begun.values())},
        schema={"text": pl.String, "becomes": pl.String},
    )
    becomes = (
        st.column_config.SelectboxColumn(
            heads[1],
            options=["", *allowed],
            format_func=lambda value: words.value_name(session, str(value)),
        )
        if allowed
        else st.column_config.TextColumn(heads[1])
    )
    edited = st.data_editor(
        frame,
        hide_index=True,
        num_rows="fixed",
        disabled=["text"],
        column_config={"text": st.column_config.TextColumn(heads[0]), "becomes": becomes},
        key=widget,
        placeholder="",
        alt=plain(" → ".join(heads)),
    )
    return {
        text.strip().casefold(): becomes.strip()
        for text, becomes in edited.rows()
        if text is not None and becomes and becomes.strip()
    }


def rows(
    key: str,
    heads: tuple[str, str],
    current: Sequence[tuple[str, str]],
    *,
    options: Sequence[str] = (),
) -> list[tuple[str, str]]:
    """Let a visitor write rows of two texts.

    Args:
        key: of the widget.
        heads: the headings of both columns.
        current: the rows so far.
        options: what the first column may hold; any text when empty.

    Returns:
        The rows of which both texts are filled in.
    """
    widget, start = f"rows_{key}", f"{START}.rows.{key}"
    if widget not in st.session_state or start not in st.session_state:
        st.session_state[start] = list(current)
    begun: list[tuple[str, str]] = st.session_state[start]
    frame = pl.DataFrame(
        {"first": [row[0] for row in begun], "second": [row[1] for row in begun]},
        schema={"first": pl.String, "second": pl.String},
    )
    first = (
        st.column_config.SelectboxColumn(heads[0], options=list(options))
        if options
        else st.column_config.TextColumn(heads[0])
    )
    edited = st.data_editor(
        frame,
        hide_index=True,
        num_rows="dynamic",
        column_config={"first": first, "second": st.column_config.TextColumn(heads[1])},
        key=widget,
        placeholder="",
        alt=plain(" → ".join(heads)),
    )
    return [
        (first_text.strip(), second_text.strip())
        for first_text, second_text in edited.rows()
        if first_text and second_text
    ]


def factor(session: Session, written: str) -> float | None:
    """A factor as a person writes it, or as 1e6; None when it is no number."""
    try:
        return float(formats.parse_decimal(written, session.lang))
    except UserError as error:
        try:
            return float(written)
        except ValueError:
            st.error(markdown(session.sentence(error)))
            return None

"""Registers on the screen, described as data: columns of a table, fields of a form, a history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from numbers import Real
from typing import Any, Final, NamedTuple, TypeVar

import streamlit as st

from nami_monitor.core.escapes import markdown, plain
from nami_monitor.i18n import formats
from nami_monitor.store.journal import RowChange
from nami_monitor.ui import words
from nami_monitor.ui.booking import DATES
from nami_monitor.ui.cards import Card, cards_html
from nami_monitor.ui.grid import Head, Width, grid
from nami_monitor.ui.session import Session

T = TypeVar("T")
Row = Mapping[Any, object]
Write = Callable[[Any, str], str]


class Named(NamedTuple):
    """A heading that stands in no catalogue: a name that people gave, and the code that has it."""

    name: str
    code: str | None


class Traced(NamedTuple):
    """A figure in a table that leads to where it came from."""

    value: object
    trace: str | None


def table(
    session: Session,
    key: str,
    title: str,
    rows: Iterable[Row],
    *,
    write: Mapping[Any, Write] | None = None,
    widths: Mapping[str, Width] | None = None,
    file: str = "",
    **look: Any,
) -> None:
    """Show rows as a table with its download; nothing without rows.

    Days, moments and numbers are written as such.

    Args:
        session: for the words.
        key: of the widgets.
        title: what the table is.
        rows: the values of each row by their headings (catalogue keys, or ``Named``), ``Traced``
            where they lead to where they came from; None where there is nothing.
        write: how other values are written in a language, by heading.
        widths: as ``grid`` takes them, by heading.
        file: name of the workbook; the title without one.
        look: what else ``grid`` takes.
    """
    every = list(rows)
    if not every:
        return
    heads, values, traces = [], [], {}
    for name in every[0]:
        cells = [row[name] for row in every]
        if any(isinstance(cell, Traced) for cell in cells):
            traced = [cell if isinstance(cell, Traced) else Traced(cell, None) for cell in cells]
            traces[name] = [cell.trace for cell in traced]
            cells = [cell.value for cell in traced]
        write_it = (write or {}).get(name) or _writer(session, cells)
        head = name.name if isinstance(name, Named) else session.t(name)
        heads.append(Head(head, write_it and partial(_written, write_it, session.lang)))
        values.append(cells)
    titles = dict(zip(every[0], [head.title for head in heads], strict=True))
    lines = list(zip(*values, strict=True))
    wide = {titles[name]: width for name, width in (widths or {}).items()}
    traces = {titles[name]: ways for name, ways in traces.items()}
    look = {"widths": wide, "traces": traces, "short": True, **look}
    grid(session, heads, lines, key=key, name=title, file=file or title, **look)


def _writer(session: Session, cells: Sequence[object]) -> Write | None:
    """How the values of a column are written, by what the first of them is."""
    match next((cell for cell in cells if cell is not None), None):
        case datetime():
            return lambda when, _: words.moment(session, when)
        case date():
            return formats.day
        case Real():
            return formats.number
    return None


def _written(write: Write, lang: str, value: object) -> str:
    return write(value, lang)


def history(
    session: Session, key: str, title: str, heads: str, changes: Iterable[tuple[RowChange, Row]],
    *, file: bool = True,
) -> None:  # fmt: skip
    """Show who changed what in a register when, and by which delivery.

    When and what stand first, because a phone shows the first columns alone.

    Args:
        session: for the words.
        key: of the widgets.
        title: of the table.
        heads: under which key the catalogue has the headings.
        changes: each change with what the register tells of it, the latest first.
        file: whether the file of the delivery stands there too.
    """
    rows = (
        {f"{heads}.when": change.when, **told, f"{heads}.who": change.who,
         f"{heads}.batch": change.batch, **({f"{heads}.file": change.file} if file else {})}
        for change, told in changes
    )  # fmt: skip
    table(session, key, title, rows)


def cards(session: Session, shown: Iterable[Card]) -> None:
    """Figures side by side, each on its card."""
    st.html(cards_html(tuple(shown), session.lang))


def header(words: str) -> str:
    """A heading within the page; gives it back."""
    st.header(markdown(words), anchor=False)
    return words


def today() -> date:
    """The day on the visitor's own calendar."""
    return date.today()  # noqa: DTZ011 - a form asks for days as people count them


def choice(
    session: Session, label: str, options: Sequence[T], named: Callable[[T], str], **look: Any
) -> T:
    """A select box of codes with names that others may have given.

    Args:
        session: for the words.
        label: catalogue key of its label.
        options: the codes.
        named: the name of a code.
        look: what else ``st.selectbox`` takes.
    """
    chosen: T = st.selectbox(
        session.t(label), options, format_func=lambda code: plain(named(code)), **look
    )
    return chosen


@dataclass(frozen=True)
class FormField:
    """A field of a form.

    Args:
        name: of the column that it fills.
        kind: a key of ``KINDS``.
        label: catalogue key; that of the column without.
        help: catalogue key of what to know; empty for nothing.
        hint: what stands in it while it is empty, or its catalogue key.
        key: of its widget, behind that of the form; the name without.
        usual: its value where none is on record.
        least: the lowest number.
        most: the highest number, or how many signs a text may have.
        options: what can be chosen.
        named: the name of a choice.
    """

    name: str
    kind: str = "text"
    label: str = ""
    help: str = ""
    hint: str = ""
    key: str = ""
    usual: Any = None
    least: int = 0
    most: int = 200
    options: Sequence[Any] = ()
    named: Callable[[Session, Any], str] = words.choice_name


def ask(session: Session, field: FormField, key: str, begin: Mapping[str, Any], **look: Any) -> Any:
    """Ask for the value of a field.

    Args:
        session: for the words.
        field: the field.
        key: of the form; empty for a widget without a key.
        begin: what is on record, by column.
        look: what else Streamlit takes.

    Returns:
        The value as its table takes it; None where nothing was filled in.
    """
    if key:
        look["key"] = f"{key}_{field.key or field.name}"
    if field.help:
        look["help"] = session.t(field.help)
    if field.hint:
        look["placeholder"] = session.t(field.hint) if "." in field.hint else field.hint
    known = begin.get(field.name)
    return KINDS[field.kind](session, field, field.usual if known is None else known, look)


def ask_all(
    session: Session, fields: Iterable[FormField], key: str, begin: Mapping[str, Any]
) -> dict[str, Any]:
    """Ask for the values of fields, by the columns that they fill."""
    return {field.name: ask(session, field, key, begin) for field in fields}


def ask_beside(
    session: Session, sides: Sequence[Sequence[FormField]], key: str, begin: Mapping[str, Any],
    *, locked: Collection[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The same for fields in columns; those that are locked show what cannot be changed."""
    stated = {}
    for column, fields in zip(st.columns(len(sides)), sides, strict=True):
        with column:
            for field in fields:
                look = {"disabled": True} if field.name in locked else {}
                stated[field.name] = ask(session, field, key, begin, **look)
    return stated


def _label(field: FormField) -> str:
    return field.label or f"columns.{field.name}"


def _text(session: Session, field: FormField, value: Any, look: dict[str, Any]) -> str | None:
    ask_for = st.text_area if field.kind == "area" else st.text_input
    label = session.t(_label(field))
    return ask_for(label, value=value or "", max_chars=field.most, **look).strip() or None


def _whole(session: Session, field: FormField, value: Any, look: dict[str, Any]) -> int | None:
    written: float | None = st.number_input(
        session.t(_label(field)),
        min_value=field.least,
        max_value=field.most,
        value=None if value is None else round(value),
        **look,
    )
    return None if written is None else int(written)


def _amount(session: Session, field: FormField, value: Any, look: dict[str, Any]) -> float | None:
    label = session.t(_label(field))
    amount: float | None = st.number_input(
        label, min_value=0.0, value=value, step=1.0, format="%g", **look
    )
    return amount


def _day(session: Session, field: FormField, value: Any, look: dict[str, Any]) -> Any:
    return st.date_input(session.t(_label(field)), value, format=DATES[session.lang], **look)


def _choice(session: Session, field: FormField, value: Any, look: dict[str, Any]) -> Any:
    at = field.options.index(value) if value in field.options else 0
    return choice(
        session, _label(field), field.options, lambda code: field.named(session, code),
        **{"index": at, **look},
    ) or None  # fmt: skip


KINDS: Final[Mapping[str, Callable[[Session, FormField, Any, dict[str, Any]], Any]]] = {
    "text": _text,
    "area": _text,
    "whole": _whole,
    "amount": _amount,
    "day": _day,
    "choice": _choice,
}
"""How each kind of field is asked."""

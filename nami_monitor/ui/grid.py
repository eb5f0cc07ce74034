"""A table of the page: sorted by value, written as people read it, and downloadable as a workbook.

Numbers and dates go to the browser as such and bear their written form beside them, so that sorting
is right while "1.234,5" does not depend on the browser's language. A figure that can be traced is
itself the link; its address begins with the rank of its value, by which the browser sorts.
"""

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal

import polars as pl
import streamlit as st

from nami_monitor.core.escapes import html, plain, plain_texts
from nami_monitor.store.export import write_xlsx
from nami_monitor.ui import booking
from nami_monitor.ui.cache import drawn
from nami_monitor.ui.session import Session
from nami_monitor.ui.words import NONE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROW, MOST_ROWS = 35, 12
ON_A_PHONE, MOST_ON_A_PHONE = 3, 50
"""How many columns and rows stand on a phone; a longer table is moved sideways there."""
MEASURED, LEAVES_OUT = 10, 5
"""How many rows the browser measures for the width of a column, and from how many it leaves out."""
SIGN, MARGIN, PROSE = 7, 16, 40
"""Pixels of a sign and beside a text; a text of more signs is prose."""
RANK = "rank"
"""What an address begins with so that links sort as their figures do; no page reads it."""

Width = int | Literal["small", "medium", "large"]
Traces = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Head:
    """A column's heading, and how its values are written; texts need no writing."""

    title: str
    write: Callable[[Any], str] | None = None


def grid(
    session: Session,
    heads: Sequence[Head],
    rows: Sequence[Sequence[Any]],
    *,
    key: str,
    name: str,
    file: str,
    download: bool = True,
    row_height: int = ROW,
    widths: Mapping[str, Width] | None = None,
    traces: Traces | None = None,
    shown: int | None = None,
    short: bool = False,
) -> None:
    """Show a table with its download.

    Args:
        session: for the words.
        heads: a heading for each column.
        rows: values; None where there is nothing.
        key: of the widgets.
        name: what the table is, for those who do not see it.
        file: name of the workbook, without its ending.
        download: whether it can be downloaded.
        row_height: in pixels; twice the usual height lets long texts go on for a second line.
        widths: how wide columns are, by heading; the others as wide as what they hold.
        traces: heading of a column to where its figures can be traced, one address for each row;
            such columns come behind the first. A row without a figure may have none.
        shown: how many columns stand on the screen; all of them are in the workbook.
        short: whether a phone shows the first columns alone: name, figure and state.
    """
    titles = [plain(head.title) for head in heads[:shown]]
    written = {plain(head.title): head.write for head in heads if head.write}
    columns: dict[str, Sequence[Any]] = {
        title: [plain_texts(row[index]) for row in rows] for index, title in enumerate(titles)
    }
    config: dict[str, Any] = {
        plain(title): st.column_config.Column(width=width)
        for title, width in (widths or {}).items()
    }
    traced = {plain(title): addresses for title, addresses in (traces or {}).items()}
    for title, addresses in traced.items():
        links = _links(columns[title], addresses)
        write = _or_none(written.get(title, str))
        texts = {
            link: write(figure) for link, figure in zip(links, columns[title], strict=True) if link
        }
        columns[title], written[title] = links, texts.__getitem__
        config[title] = st.column_config.LinkColumn(
            width=config.get(title, {}).get("width"),
            alignment="left" if title == titles[0] else "right",
        )
    order = list(dict.fromkeys([titles[0], *traced, *titles]))
    table = {title: columns[title] for title in order}
    said = {
        title: [
            NONE if _is_empty(value) else written.get(title, str)(_moment(value))
            for value in table[title]
        ]
        for title in order
    }
    for title, texts_shown in said.items():
        if wide := _overlooked(title, texts_shown):
            config.setdefault(title, st.column_config.Column())
            config[title]["width"] = config[title].get("width") or wide
    few = short and len(rows) <= MOST_ON_A_PHONE

    def draw() -> None:
        frame = pl.DataFrame(table, strict=False).to_pandas()
        st.dataframe(
            frame.style.format(written, na_rep=NONE),
            hide_index=True,
            height=row_height * min(len(rows), MOST_ROWS) + ROW + 3,
            row_height=row_height,
            column_config=config,
            key=key,
            alt=plain(name),
            placeholder=NONE,
        )
        if few:
            first, *further = [
                _cells(frame[title], written.get(title, str), leads=title in traced)
                for title in order[:ON_A_PHONE]
            ]
            lines = list(zip(first, zip(*further, strict=True), strict=True))
            st.html(f'<div class="nami-short">{html_table(order[:ON_A_PHONE], lines, name)}</div>')

    traced_here = list(traced)
    drawn((session.lang, key, name, row_height, few, table, said, config, traced_here), draw)
    if download:
        offer(session, [head.title for head in heads], rows, key=key, file=file)


def _overlooked(title: str, texts: Sequence[str]) -> int | None:
    """Pixels for a column of which the browser overlooks the longest text; None for another.

    It measures the first rows, without what is twice as wide as they are on average. Prose is left
    to it: that goes on for a second line, or has a width of its own.
    """
    signs = [len(text) for text in texts]
    first = signs[:MEASURED]
    most = 2 * sum(first) / len(first) if len(first) > LEAVES_OUT else math.inf
    seen = max([len(title), *(each for each in first if each < most)])
    longest = max(signs, default=0)
    return longest * SIGN + MARGIN if seen < longest <= PROSE else None


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _moment(value: Any) -> Any:
    """A day as pandas gives it: the first moment of it."""
    day = isinstance(value, date) and not isinstance(value, datetime)
    return datetime.combine(value, time()) if day else value


def _cells(column: Any, write: Callable[[Any], str], *, leads: bool) -> Iterator[str]:
    """The cells of a column of pandas as HTML; values of one that leads on are addresses."""
    for value, is_empty in zip(column, column.isna(), strict=True):
        said = html(NONE if is_empty else str(write(value)))
        if leads and not is_empty:
            said = f'<a class="nami-trace" href="{html(value)}">{said}</a>'
        yield said


def is_open(session: Session, key: str, button: str, what: str = "as_table") -> bool:
    """A button that opens something or closes it; gives whether it is open.

    Args:
        session: for the words.
        key: where it is kept.
        button: key of the button.
        what: name of what it opens in the catalogue.
    """
    shown = bool(st.session_state.get(key))
    label = session.t(f"trends.{'hide' if shown else 'show'}.{what}")
    turn = {key: not shown}
    st.button(label, key=button, type="tertiary", on_click=st.session_state.update, args=(turn,))
    return shown


def html_table(heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], name: str) -> str:
    """A small table of figures as HTML.

    Args:
        heads: a heading for each column.
        rows: the head of each row and its cells, all as HTML.
        name: what it is, for those who do not see it.
    """
    titles = "".join(f'<th scope="col">{html(head)}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row">{head}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for head, cells in rows
    )
    return (
        f'<div class="nami-scroll" tabindex="0" role="region" aria-label="{html(name)}">'
        f'<table class="nami-table"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _links(figures: Sequence[Any], addresses: Sequence[str | None]) -> list[str | None]:
    """Addresses that sort as their figures do; one without a figure leads to why there is none."""
    ranks = {figure: rank for rank, figure in enumerate([None, *sorted({*figures} - {None})])}
    parts = [(address or "").partition("?") for address in addresses]
    return [
        f"{page}?{RANK}={ranks[figure]:06d}&{asked}" if page or figure is not None else None
        for figure, (page, _, asked) in zip(figures, parts, strict=True)
    ]


def _or_none(write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda figure: NONE if figure is None else write(figure)


def offer(
    session: Session, titles: Sequence[str], rows: Sequence[Sequence[Any]], *, key: str, file: str
) -> None:
    """Offer a table as a workbook.

    Args:
        session: for the words.
        titles: a heading for each column.
        rows: values; None where there is nothing.
        key: of the table.
        file: name of the workbook, without its ending.
    """
    booking.download(
        session,
        session.t("data.download"),
        lambda: workbook(titles, rows),
        f"{file}.xlsx",
        about=key,
        mime=XLSX,
        key=f"{key}_download",
    )


def workbook(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The table as a workbook; no cell becomes a formula."""
    with tempfile.TemporaryDirectory(prefix="nami-") as folder:
        path = Path(folder) / "table.xlsx"
        write_xlsx(path, titles, rows)
        return path.read_bytes()

"""The sheet of a file: above each column what it is, each value as it is read."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from nami_monitor.core.escapes import html, plain
from nami_monitor.i18n import formats
from nami_monitor.ingest.cells import Sheet, untag
from nami_monitor.ingest.personal import personal_columns
from nami_monitor.ingest.profiles import proposal
from nami_monitor.ingest.profiles.preview import Preview, first_records
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.source_cells import distinct_headers
from nami_monitor.ingest.template import allowed
from nami_monitor.tables import Column, columns
from nami_monitor.ui import words
from nami_monitor.ui.session import Session

WIDTH = 168
"""Of a column, in pixels."""
UNREAD = 8
"""Rows that are shown of a file of which nothing is read yet."""
UNUSED = ""

CELL = "padding:.375rem .5rem;border-top:1px solid var(--nami-grid);overflow-wrap:anywhere"
GREY = ";color:var(--nami-grey)"
HEAD = "padding:.375rem .5rem;background:var(--nami-surface);font-weight:400;text-align:left"
ASIDE = ";background:var(--nami-concern-ground);color:var(--nami-concern);font-weight:700"
RIGHT = ";text-align:right;font-variant-numeric:tabular-nums"


@dataclass(frozen=True)
class ShownRow:
    """A record of the file: its cells as texts, and by canonical column what became of them.

    ``problems`` are the rules that columns break; ``skip`` says why it is no data.
    """

    cells: Sequence[str]
    typed: Mapping[str, Any]
    problems: Mapping[str, str]
    skip: str


def rows_of(sheet: Sheet, previews: Sequence[Preview]) -> list[ShownRow]:
    """The records that are shown, in the file's order."""
    records = first_records(sheet).rows
    if not isinstance(records, pl.DataFrame):
        return []
    seen: dict[int, tuple[dict[str, Any], dict[str, str], str]] = {}
    for preview in previews:
        for row, problems in zip(preview.rows.iter_rows(named=True), preview.problems, strict=True):
            typed, broken, skip = seen.get(row["line"], ({}, {}, ""))
            whole = row["skip"] or ""
            seen[row["line"]] = (
                {**row, **typed},
                {**dict(problems), **broken},
                whole if row["line"] not in seen else skip and whole,
            )
    wanted = sorted(seen) or records["line"].head(UNREAD).to_list()
    found = records.filter(pl.col("line").is_in(wanted)).sort("line")
    return [
        ShownRow([untag(cell) or "" for cell in cells], *seen.get(line, ({}, {}, "")))
        for line, *cells in found.iter_rows()
    ]


def show(
    session: Session,
    key: str,
    sheet: Sheet,
    profile: Profile,
    rows: Sequence[ShownRow],
    asked: Collection[str],
    change: Callable[[str, str], None],
) -> None:
    """Show the sheet, with a box above each column that says what it is.

    Args:
        session: for the words.
        key: of the file.
        sheet: what the reader gave.
        profile: how it is read so far.
        rows: the records to show.
        asked: the columns about which something is asked.
        change: takes over what a column is: its header and its role.
    """
    people = set(personal_columns(sheet))
    headers = distinct_headers(sheet.columns)
    unsure = proposal.unsure(sheet, profile)
    with st.container(key=f"sheet_{key}"):
        with st.container(horizontal=True, gap=None, key=f"roles_{key}"):
            for at, header in enumerate(headers):
                state = "asked_" if header in asked else ""
                person = sheet.columns[at] in people
                _role(session, f"role_{state}{key}_{at}", header, person, profile, change)
        st.html(_table(session, sheet, headers, people, unsure, profile, rows))


def _role(
    session: Session,
    key: str,
    header: str,
    person: bool,
    profile: Profile,
    change: Callable[[str, str], None],
) -> None:
    """What a column of the file is, to be chosen anew."""
    current = proposal.roles_of(profile, header)
    shown = "\n".join(current)
    names = [UNUSED, *proposal.roles(profile), proposal.MONTHS]
    names += [proposal.HELD] if "quantity" in names else []
    st.session_state[key] = shown
    st.selectbox(
        session.md("sheet.role", column=header),
        [UNUSED] if person else list(dict.fromkeys([*names, shown])),
        format_func=lambda role: plain(_role_name(session, role, person=person)),
        key=key,
        label_visibility="collapsed",
        disabled=person,
        width=WIDTH - 8,
        on_change=lambda: change(header, str(st.session_state[key])),
    )


def _role_name(session: Session, role: str, *, person: bool) -> str:
    if role == UNUSED:
        return session.t("sheet.person" if person else "sheet.unused")
    named = {proposal.MONTHS: "months", proposal.HELD: "held", proposal.SIGNED: "signed",
             proposal.DROPPED: "dropped"}  # fmt: skip
    return " + ".join(
        session.t(f"sheet.{named[name]}") if name in named else words.column_name(session, name)
        for name in role.split("\n")
    )


def _table(
    session: Session,
    sheet: Sheet,
    headers: Sequence[str],
    people: set[str],
    unsure: Collection[str],
    profile: Profile,
    rows: Sequence[ShownRow],
) -> str:
    """The records as a table, title rows above them and totals among them in grey."""
    plans = [
        None if name in people else _Plan.of(profile, header)
        for name, header in zip(sheet.columns, headers, strict=True)
    ]
    above = sheet.titles[: sheet.layout.skip_rows or 0]
    titles = "".join(
        f"<tr><td colspan={len(headers)} style='{CELL}{GREY}'>"
        f"{html(' '.join(untag(cell) or '' for cell in row if cell))}</td></tr>"
        for row in above
        if any(row)
    )
    heads = "".join(
        f"<th scope=col style='{HEAD}{RIGHT if plan and plan.right else ''}'>{html(header)}"
        f"{' ' + html(session.t('sheet.unsure')) if header in unsure else ''}</th>"
        for header, plan in zip(headers, plans, strict=True)
    )
    body = "".join(f"<tr>{''.join(_cells(session, plans, row))}</tr>" for row in rows)
    width = WIDTH * len(headers)
    return (
        f"<table style='table-layout:fixed;border-collapse:collapse;width:{width}px'>"
        f"<caption style='position:absolute;clip-path:inset(50%)'>"
        f"{html(session.t('sheet.caption'))}</caption>"
        f"<thead>{titles}<tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


@dataclass(frozen=True)
class _Plan:
    """Which canonical columns a column of the file fills, and the one whose value is shown."""

    names: tuple[str, ...]
    shown: Column | None

    @property
    def right(self) -> bool:
        """Whether its values are figures."""
        return self.shown is not None and self.shown.sql_type == "double"

    @staticmethod
    def of(profile: Profile, header: str) -> "_Plan":
        names = proposal.roles_of(profile, header)
        alone = {
            name
            for table in profile.tables
            for name, origin in table.columns.items()
            if len(origin.columns) == 1
        }
        spec = [column for table in profile.tables for column in columns(table.name)]
        shown = next((c for c in spec if c.name in alone and c.name in names), None)
        return _Plan(names, shown)


def _cells(session: Session, plans: Sequence[_Plan | None], row: ShownRow) -> Iterator[str]:
    for plan, cell in zip(plans, row.cells, strict=True):
        if plan is None:
            yield f"<td style='{CELL}{GREY}'>{html(session.t('sheet.hidden'))}</td>"
            continue
        broken = next((row.problems[name] for name in plan.names if name in row.problems), "")
        style = CELL + (RIGHT if plan.right else "")
        if broken:
            why = html(words.rule_sentence(session, broken))
            yield f"<td style='{style}{ASIDE}' title='{why}'>"
            yield f"{html(cell or session.t('sheet.empty'))}</td>"
            continue
        typed = row.typed.get(plan.shown.name) if plan.shown else None
        write = writer(session, plan.shown) if plan.shown and typed is not None else None
        grey = GREY if row.skip or not plan.names else ""
        text = write(typed) if write and not row.skip else cell
        yield f"<td style='{style}{grey}'>{html(text)}</td>"


def writer(session: Session, column: Column) -> Callable[[Any], str] | None:
    """How the values of a column are written; None for texts."""
    lang = session.lang
    if column.money:
        return lambda value: formats.money(float(value), lang)
    if allowed(column):
        return lambda value: words.value_name(session, value)
    return {
        "date": lambda day: formats.day(day, lang),
        "double": lambda value: formats.number(float(value), lang),
        "boolean": lambda value: session.t("data.yes" if value else "data.no"),
    }.get(column.sql_type)

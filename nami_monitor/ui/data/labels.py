"""What people read instead of the names of tables, columns, values and rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS, formats, has_text, text
from nami_monitor.ingest.cells import MISFIT_RULES
from nami_monitor.ui.app import Session


def table(session: Session, name: str) -> str:
    """An input table: "Bestellingen en verbruik"."""
    return session.t(f"tables.{name}.name")


def column(session: Session, name: str) -> str:
    """A canonical column: "Aantal"; of two of which either will do both are named."""
    return " / ".join(session.t(f"columns.{part}") for part in name.split(" / "))


def value(session: Session, allowed: str) -> str:
    """An allowed value of a column: "hergebruikt"; the value itself where there is no word."""
    key = f"allowed.{allowed}.name"
    return session.t(key) if has_text(key, session.lang) else allowed


def meanings(allowed: Iterable[str]) -> dict[str, str]:
    """What words of either language mean: "nieuw" is ``new``."""
    return {
        text(f"allowed.{value}.name", lang).casefold(): value
        for value in allowed
        for lang in LANGS
        if has_text(f"allowed.{value}.name", lang)
    }


def moment(session: Session, when: datetime) -> str:
    """A moment in the reader's own day: "3 mrt 2026 14:05"."""
    local = datetime.fromtimestamp(when.replace(tzinfo=UTC).timestamp(), UTC).astimezone()
    return f"{formats.day(local, session.lang)} {local:%H:%M}"


def rule(session: Session, name: str) -> str:
    """Why a row was set aside, as a sentence."""
    if name in MISFIT_RULES:
        return session.t(f"reading.misfits.{name}")
    return session.t(f"rules.{name}")


def skip(session: Session, name: str) -> str:
    """Why a row is no data: "regel met een totaal"."""
    what, _, dropped = name.partition(": ")
    return session.t(f"skips.{what}", column=dropped)


def kinds(session: Session, names: Iterable[str]) -> str:
    """Kinds of codes: "Locaties, Categorieën"."""
    return ", ".join(table(session, name) for name in names)


def sentence(session: Session, error: UserError) -> str:
    """What went wrong and what to do, with columns and tables by their names for people."""
    seen = dict(error.values)
    for key, known in (("column", "columns"), ("table", "tables")):
        name = str(seen.get(key, ""))
        if has_text(f"{known}.{name}", session.lang):
            seen[key] = session.t(f"{known}.{name}")
        elif has_text(f"{known}.{name}.name", session.lang):
            seen[key] = session.t(f"{known}.{name}.name")
    return session.sentence(UserError(error.key, **seen))


def guarded(session: Session, part: Callable[[], None]) -> None:
    """Run a part of the page; what a user can mend is said, and the rest of the page stands."""
    try:
        part()
    except UserError as error:
        st.error(sentence(session, error))

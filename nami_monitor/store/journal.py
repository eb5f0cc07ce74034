"""A journal of what is written beside the data: notes, ticks, arranged reports, verdicts.

A change is a new row, and a withdrawal a row without a body; of what was withdrawn for good nothing
is left but who did it when. Figures never use the journal, so imports and undo leave what is there
alone, and it does not raise the data version.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nami_monitor.store.transaction import Transaction, now


@dataclass(frozen=True)
class JournalEntry:
    """One row of the journal, at a moment in UTC; a withdrawal has no body."""

    name: str
    body: Mapping[str, Any] | None
    who: str
    at: datetime


def record(db: Transaction, kind: str, name: str, body: Mapping[str, Any] | None, who: str) -> None:
    """Write, change or withdraw an entry.

    The kind is for instance ``note``, ``report`` or ``verdict``; the name identifies a subject
    within it; the body is plain data for JSON, None to withdraw.
    """
    written = None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True)
    db.run("insert into kept values (?, ?, ?, ?, ?)", [kind, name, written, who, now()])


def erase(db: Transaction, kind: str, name: str, who: str) -> None:
    """Withdraw an entry for good: no file of the database keeps what it ever said."""
    db.drop_older()
    db.run("update kept set body = null where kind = ? and name = ?", [kind, name])
    record(db, kind, name, None, who)


def current(db: Transaction, kind: str) -> dict[str, JournalEntry]:
    """The entries of a kind that hold, by name, in the order in which they were first written."""
    latest = {entry.name: entry for entry in history(db, kind)}
    return {name: entry for name, entry in latest.items() if entry.body is not None}


def history(db: Transaction, kind: str) -> list[JournalEntry]:
    """Every entry of a kind, oldest first."""
    sql = "select name, body::varchar, who, kept_at from kept where kind = ? order by rowid"
    rows = db.rows(sql, [kind])
    return [JournalEntry(name, body and json.loads(body), who, at) for name, body, who, at in rows]

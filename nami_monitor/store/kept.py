"""What people write beside the data, kept with who and when: notes, ticks, arranged reports.

A log that only grows: changing is a new row, withdrawing is a row without a body. Figures never
rest on it, so imports, undo and replay leave it alone, and it does not raise the data version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nami_monitor.store.engine import Transaction


@dataclass(frozen=True)
class Kept:
    """One thing that was kept, as it stood from a moment on.

    Args:
        name: which one of its kind.
        body: what was written; None where it was withdrawn.
        who: role or initials of who wrote it.
        at: when, UTC without zone.
    """

    name: str
    body: Mapping[str, Any] | None
    who: str
    at: datetime


def keep(db: Transaction, kind: str, name: str, body: Mapping[str, Any] | None, who: str) -> None:
    """Keep a thing, change it, or withdraw it.

    Args:
        db: a transaction that writes.
        kind: what it is (``note``, ``seen``, ``report``).
        name: which one of its kind.
        body: what to keep, as JSON can hold it; None withdraws it.
        who: role or initials.
    """
    written = None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True)
    at = datetime.now(UTC).replace(tzinfo=None)
    db.run("insert into kept values (?, ?, ?, ?, ?)", [kind, name, written, who, at])


def kept(db: Transaction, kind: str) -> dict[str, Kept]:
    """What stands of a kind, by name, in the order in which it was first kept."""
    last = {one.name: one for one in history(db, kind)}
    return {name: one for name, one in last.items() if one.body is not None}


def history(db: Transaction, kind: str, name: str | None = None) -> list[Kept]:
    """Everything that was ever kept of a kind, or of one thing of it, oldest first."""
    rows = db.rows(
        "select name, body::varchar, who, kept_at from kept"
        " where kind = $kind and ($name is null or name = $name) order by rowid",
        {"kind": kind, "name": name},
    )
    return [Kept(name, body and json.loads(body), who, at) for name, body, who, at in rows]

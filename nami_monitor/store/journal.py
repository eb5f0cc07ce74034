"""Who wrote or changed what: the journal of what stands beside the data, and rows of registers.

The journal holds notes, ticks, arranged reports, verdicts. A change is a new row, and a withdrawal
a row without a body; of what was withdrawn for good nothing is left but who did it when. Figures
never use the journal, so imports and undo leave what is there alone, and it does not raise the data
version.
"""

import json
from collections.abc import Mapping, Sequence
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
    db.did("note" if body is not None else "withdraw", kind, name)


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


def category_names(db: Transaction, ranked: str = "") -> dict[str, dict[str, str]]:
    """The names of categories, by code and language.

    ``ranked`` is SQL with a row per category: ``category`` and ``rank``, the highest rank first.
    Without it they are all categories, by their Dutch names.
    """
    wanted = ranked or "select category, null as rank from categories"
    rows = db.rows(
        "select r.category, coalesce(any_value(c.name_nl), r.category) as nl,"
        f" coalesce(any_value(c.name_en), r.category) from ({wanted}) as r"
        " left join categories as c using (category) group by r.category, r.rank"
        f" order by {'r.rank desc' if ranked else 'nl'}, r.category"
    )
    return {code: {"nl": nl, "en": en} for code, nl, en in rows}


@dataclass(frozen=True)
class RowChange:
    """A change of one row of a register by a delivery, or the undoing of a delivery (UTC).

    ``row`` is the row from then on, by column, empty for a delivery that was undone; ``before`` the
    row until then, empty for the first row with its key.
    """

    when: datetime
    who: str
    batch: int
    file: str
    row: Mapping[str, Any]
    before: Mapping[str, Any]


def row_changes(db: Transaction, table: str) -> list[RowChange]:
    """Who changed which row of a register when: changes in the order of deliveries, then undoings.

    A row that repeats the one before it is no change. An undone delivery has lost its rows.
    """
    from nami_monitor.tables import TABLES, columns  # noqa: PLC0415 - a first page need not wait

    names = [column.name for column in columns(table)]
    changes = changes_of(db, table, TABLES[table].key, names)
    undone = db.rows(
        "select undone_at, coalesce(undone_by, ''), batch, file from batches"
        f" where undone_at is not null and json_exists(report, '$.tables.{table}')"
    )
    return changes + [
        RowChange(when, who, batch, file, {}, {}) for when, who, batch, file in undone
    ]


def changes_of(
    db: Transaction, table: str, key: Sequence[str], names: Sequence[str]
) -> list[RowChange]:
    """Who changed which row when, as far as some columns go; what was undone is no change.

    Args:
        db: where the register is.
        table: the register.
        key: the columns that tell its rows apart; they are among the names.
        names: the columns that are looked at.
    """
    fields = ", ".join(f'o."{name}"' for name in names)
    current: dict[tuple[Any, ...], dict[str, Any]] = {}
    changes = []
    for when, who, batch, file, *values in db.rows(
        f"select b.imported_at, b.who, b.batch, b.file, {fields}"
        f" from {table}_offered as o join batches as b using (batch)"
        " where o.standing <> 'unknown_code' order by coalesce(b.position, b.batch), o.line"
    ):
        row = dict(zip(names, values, strict=True))
        row_key = tuple(row[name] for name in key)
        before = current.get(row_key, {})
        current[row_key] = row
        if row != before:
            changes.append(RowChange(when, who, batch, file, row, before))
    return changes


def latest_first(changes: list[RowChange]) -> list[RowChange]:
    """Changes by moment and delivery, the latest first."""
    return sorted(changes, key=lambda change: (change.when, change.batch), reverse=True)

"""Queries on registers that several rooms share: names of categories, changes of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nami_monitor.store.transaction import Transaction


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
    fields = ", ".join(f'o."{name}"' for name in names)
    current: dict[tuple[Any, ...], dict[str, Any]] = {}
    changes = []
    for when, who, batch, file, *values in db.rows(
        f"select b.imported_at, b.who, b.batch, b.file, {fields}"
        f" from {table}_offered as o join batches as b using (batch)"
        " where o.standing <> 'unknown_code' order by coalesce(b.position, b.batch), o.line"
    ):
        row = dict(zip(names, values, strict=True))
        key = tuple(row[name] for name in TABLES[table].key)
        before = current.get(key, {})
        current[key] = row
        if row != before:
            changes.append(RowChange(when, who, batch, file, row, before))
    undone = db.rows(
        "select undone_at, coalesce(undone_by, ''), batch, file from batches"
        f" where undone_at is not null and json_exists(report, '$.tables.{table}')"
    )
    return changes + [
        RowChange(when, who, batch, file, {}, {}) for when, who, batch, file in undone
    ]


def latest_first(changes: list[RowChange]) -> list[RowChange]:
    """Changes by moment and delivery, the latest first."""
    return sorted(changes, key=lambda change: (change.when, change.batch), reverse=True)

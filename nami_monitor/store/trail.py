"""The trail: who did what when, append-only.

What a writer does is written in its transaction. What changes no database (an export, a report, a
profile) is a small file beside the snapshots at once, so that it waits for no writer; the next
write takes it into the table ``trail``. Nothing takes a row out: neither an undo nor a restore.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from nami_monitor.core.settings import replacing
from nami_monitor.store.snapshots import WAITING
from nami_monitor.store.transaction import Transaction, now

COLUMNS: Final = ("done_at", "who", "act", "about", "name")

ACTS: Final = "trail.acts.{}"
THINGS: Final = ("trail.things.{}", "tables.{}.name", "kpis.{}.name")
"""Where the catalogues have the words of an act, which only another version may know, and of what
it was about; a format or a file stays as it is."""


@dataclass(frozen=True)
class TrailRow:
    """One act, at a moment in UTC.

    Args:
        done_at: when.
        who: the role or initials under which somebody did it; empty when nobody said so.
        act: what was done, as the catalogue has it under ``trail.acts``.
        about: what kind of thing: a table, a kind of codes, the format of a report.
        name: which one: the number of a delivery, a code, a month.
        id: tells it from every other act.
    """

    done_at: datetime
    who: str
    act: str
    about: str
    name: str
    id: str


def take_down(folder: Path, who: str, act: str, about: str = "", name: str = "") -> None:
    """Note an act that changes no database. One that cannot be noted stands in the log."""
    signed = "" if "@" in who else who  # an e-mail address is no role
    row = asdict(TrailRow(now(), signed, act, about, name, uuid4().hex))
    place = folder / WAITING
    try:
        place.mkdir(exist_ok=True)
        with replacing(place / f"{row['id']}.json") as half:
            half.write_text(json.dumps(row | {"done_at": row["done_at"].isoformat()}), "utf-8")
    except OSError as error:
        logging.getLogger(__name__).warning(
            "not in the trail: %s %s %s by %s (%s)",
            act, about, name, signed or "-", error.strerror,
        )  # fmt: skip


def waiting(folder: Path) -> dict[Path, TrailRow]:
    """The acts that the next write takes in, by their files; what is no such file is left out."""
    found = {}
    for file in (folder / WAITING).glob("*.json"):
        with suppress(OSError, ValueError, TypeError, KeyError):
            row = json.loads(file.read_text("utf-8"))
            found[file] = TrailRow(**row | {"done_at": datetime.fromisoformat(row["done_at"])})
    return found


def write(
    db: Transaction, rows: Sequence[TrailRow], acts: Sequence[tuple[str, str, str]], who: str
) -> None:
    """Write acts of before, and those of the transaction.

    One that is there already stays; where a database from elsewhere has it otherwise, it is put
    right.
    """
    own = [TrailRow(now(), who, *act, uuid4().hex) for act in acts]
    names = ", ".join((*COLUMNS, "id"))
    for row in (*rows, *own):
        there = db.rows(f"select {names} from trail where id = ?", [row.id])
        if there != [astuple(row)]:
            db.run("delete from trail where id = ?", [row.id])
            db.insert("trail", asdict(row))


def stored(db: Transaction) -> list[TrailRow]:
    """The rows of a snapshot."""
    names = ", ".join((*COLUMNS, "id"))
    return [TrailRow(*row) for row in db.rows(f"select {names} from trail order by done_at, rowid")]


def told(db: Transaction, folder: Path) -> list[TrailRow]:
    """Every act, the latest first, those that wait among them."""
    rows = {row.id: row for row in (*stored(db), *waiting(folder).values())}
    return sorted(rows.values(), key=lambda row: row.done_at, reverse=True)


def as_row(row: TrailRow) -> Mapping[str, Any]:
    """An act as plain data, its moment in UTC."""
    return {
        **{name: getattr(row, name) for name in COLUMNS},
        "done_at": f"{row.done_at:%Y-%m-%dT%H:%M:%SZ}",
    }

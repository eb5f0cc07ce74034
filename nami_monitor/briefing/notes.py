"""Notes that people write at a month of a figure, with writer, time and lesson.

They stand in the log of what people keep beside the data, so imports, undo and replay leave them
alone. A note on a month that the data no longer holds stays, and is shown apart.
"""

import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from nami_monitor.core.errors import UserError, refuse_unknown
from nami_monitor.core.periods import parse_month
from nami_monitor.core.thresholds import NOTE_TEXT
from nami_monitor.ingest.personal import refuse_address, signature
from nami_monitor.kit import shipped
from nami_monitor.kpis import CATALOGUE
from nami_monitor.store import Transaction
from nami_monitor.store.journal import JournalEntry, current, erase, history, record

KIND: Final = "note"
NOTE_COLUMNS: Final = (
    "note", "month", "kpi", "category", "text", "lesson", "who", "written_at", "changed_at"
)  # fmt: skip
"""The columns of an export."""


@dataclass(frozen=True)
class Note:
    """A note at a month of a figure, on one line; ``category`` is None for all together.

    ``who`` is the role or initials of who wrote it last. The moments are UTC; ``changed_at`` is
    None while it is as it was written.
    """

    name: str
    month: date
    kpi: str
    category: str | None
    text: str
    lesson: str | None
    who: str
    written_at: datetime
    changed_at: datetime | None


def notes(db: Transaction) -> tuple[Note, ...]:
    """Every note that stands, by month, then in the order in which they were written."""
    first: dict[str, datetime] = {}
    for one in history(db, KIND):
        first.setdefault(one.name, one.at)
    found = [_read(one, first[one.name]) for one in current(db, KIND).values()]
    return tuple(sorted(found, key=lambda note: note.month))


def _read(one: JournalEntry, written_at: datetime) -> Note:
    body = one.body or {}
    kpi, category, said, lesson = (body[name] for name in ("kpi", "category", "text", "lesson"))
    changed_at = None if one.at == written_at else one.at
    about = parse_month(body["month"]), kpi, category
    return Note(one.name, *about, said, lesson, one.who, written_at, changed_at)


def of_series(found: Iterable[Note], kpi: str, category: str | None) -> tuple[Note, ...]:
    """The notes at one figure of one category, or of all together."""
    return tuple(one for one in found if one.kpi == kpi and one.category == category)


def write(
    db: Transaction,
    *,
    month: date,
    kpi: str,
    category: str | None,
    text: str,
    lesson: str | None,
    who: str,
) -> str:
    """Write a note and give its name; line ends become spaces, and what no one can see is left out.

    Raises:
        UserError: ``entry.who``, ``kpi.no_code``, ``notes.empty``, ``notes.long``,
            ``notes.no_lesson`` or ``personal.address``.
    """
    refuse_unknown("kpi.no_code", kpi, CATALOGUE)
    name = uuid.uuid4().hex
    body = {"month": f"{month:%Y-%m}", "kpi": kpi, "category": category}
    _keep(db, name, body, text, lesson, who)
    return name


def change(db: Transaction, name: str, text: str, lesson: str | None, who: str) -> None:
    """Change what a note says.

    Raises:
        UserError: ``notes.gone`` when it was withdrawn meanwhile; what ``write`` raises.
    """
    _keep(db, name, _body(db, name), text, lesson, who)


def withdraw(db: Transaction, name: str, who: str) -> None:
    """Withdraw a note; what it said is gone, and the log keeps who withdrew it when.

    Raises:
        UserError: ``entry.who``, or ``notes.gone`` when it was withdrawn already.
    """
    _body(db, name)
    erase(db, KIND, name, signature(who))


def _body(db: Transaction, name: str) -> Mapping[str, Any]:
    one = current(db, KIND).get(name)
    if one is None or one.body is None:
        raise UserError("notes.gone")
    return one.body


def _keep(
    db: Transaction, name: str, body: Mapping[str, Any], text: str, lesson: str | None, who: str
) -> None:
    if lesson is not None:
        refuse_unknown("notes.no_lesson", lesson, shipped().lessons)
    said = cleaned(text)
    record(db, KIND, name, {**body, "text": said, "lesson": lesson}, signature(who))


def cleaned(text: str) -> str:
    """Clean a note, as ``one_line``.

    Raises:
        UserError: ``notes.empty``; what ``one_line`` raises.
    """
    said = one_line(text)
    if not said:
        raise UserError("notes.empty")
    return said


def one_line(text: str) -> str:
    """What a person wrote on one line, without invisible characters; markup stays text.

    Raises:
        UserError: ``notes.long`` or ``personal.address``.
    """
    seen = "".join(
        sign if unicodedata.category(sign)[0] not in {"C", "Z"} else " "
        for sign in text
        if unicodedata.category(sign) not in {"Cf", "Cs", "Co", "Cn"}
    )
    said = " ".join(seen.split())
    if len(said) > NOTE_TEXT.value:
        raise UserError("notes.long", n=len(said), most=int(NOTE_TEXT.value))
    refuse_address(said)
    return said


def as_row(note: Note) -> dict[str, Any]:
    """A note as plain data, for exports."""
    return {
        "note": note.name,
        "month": f"{note.month:%Y-%m}",
        "kpi": note.kpi,
        "category": note.category,
        "text": note.text,
        "lesson": note.lesson,
        "who": note.who,
        "written_at": note.written_at.isoformat(timespec="seconds"),
        "changed_at": note.changed_at and note.changed_at.isoformat(timespec="seconds"),
    }

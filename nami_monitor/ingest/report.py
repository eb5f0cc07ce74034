"""What an import did, in numbers that add up.

``read = received + skipped`` and ``received = accepted + set_aside + known``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class TableCounts:
    """The counts of one table.

    Args:
        read: records in the file (cells, where months stand as columns).
        skipped: records that are no data, by rule.
        received: records that are data.
        accepted: booked as new.
        set_aside: waiting to be mended or for a code.
        known: what live lines say already.
        replaced: live lines that gave way.
        reasons: set-aside records by rule; a record may break several.
    """

    read: int
    skipped: Mapping[str, int]
    received: int
    accepted: int
    set_aside: int
    known: int
    replaced: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class Question:
    """What the import asks before it books.

    Args:
        key: names the sentence in the catalogues, under ``questions.``.
        values: what was seen.
    """

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """The report of one file. File counts are those of the profile's first table.

    Args:
        file: its name.
        batch: its number; None when it was refused or only looked at.
        tables: counts by table.
        dropped_columns: headers that name people.
        absent_columns: canonical columns that the profile maps and the file lacks.
        first_date: first date among the booked and known lines.
        last_date: last one.
        created: codes created, by kind.
        disagreements: lines whose category is not that of their product.
        released: batches that this one released, by the code it brought.
        questions: what is to be answered before it can be booked.
        offer: the replacement that can be chosen instead of adding, if any.
        refused: key and values of the sentence, when the file was refused.
    """

    file: str
    batch: int | None = None
    tables: Mapping[str, TableCounts] = field(default_factory=dict)
    dropped_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()
    first_date: date | None = None
    last_date: date | None = None
    created: Mapping[str, int] = field(default_factory=dict)
    disagreements: int = 0
    released: tuple[int, ...] = ()
    questions: tuple[Question, ...] = ()
    offer: Question | None = None
    refused: tuple[str, Mapping[str, Any]] | None = None

    @property
    def main(self) -> TableCounts:
        """The counts of the profile's first table; all zero when the file was refused."""
        nothing = TableCounts(0, {}, 0, 0, 0, 0, 0, {})
        return next(iter(self.tables.values()), nothing)

    def with_batch(self, batch: int | None) -> Report:
        """The same report under a batch number."""
        return replace(self, batch=batch)


def as_document(report: Report, refusal: str | None = None) -> dict[str, Any]:
    """The report as plain data for JSON.

    Args:
        report: the report.
        refusal: the sentence of a refusal, in the reader's language.
    """
    document: dict[str, Any] = {
        "file": report.file,
        "batch": report.batch,
        **asdict(report.main),
        "dropped_columns": list(report.dropped_columns),
        "absent_columns": list(report.absent_columns),
        "first_date": report.first_date and report.first_date.isoformat(),
        "last_date": report.last_date and report.last_date.isoformat(),
        "created": dict(report.created),
        "disagreements": report.disagreements,
        "released": list(report.released),
        "tables": {name: asdict(counts) for name, counts in report.tables.items()},
    }
    if refusal is not None:
        document["refused"] = refusal
    return document


def to_json(report: Report) -> str:
    """The report as it is kept with its batch."""
    return json.dumps(as_document(report), ensure_ascii=False)


def from_json(text: str) -> Report:
    """Read back what ``to_json`` wrote; questions and offers are not kept."""
    raw = json.loads(text)

    def day(value: str | None) -> date | None:
        return date.fromisoformat(value) if value else None

    return Report(
        file=raw["file"],
        batch=raw["batch"],
        tables={name: TableCounts(**counts) for name, counts in raw["tables"].items()},
        dropped_columns=tuple(raw["dropped_columns"]),
        absent_columns=tuple(raw["absent_columns"]),
        first_date=day(raw["first_date"]),
        last_date=day(raw["last_date"]),
        created=raw["created"],
        disagreements=raw["disagreements"],
        released=tuple(raw["released"]),
    )

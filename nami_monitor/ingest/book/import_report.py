"""What an import did, in numbers that add up.

``read = received + skipped`` and ``received = accepted + set_aside + known``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from nami_monitor.core.thresholds import RECURRING_SHARE, SET_ASIDE_SHARE
from nami_monitor.core.words import Delivery, Standing
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.booking import Booking, stages_of
from nami_monitor.ingest.book.standing import month_of
from nami_monitor.ingest.personal import blanked
from nami_monitor.store import Transaction


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


def report_of(
    booking: Booking,
    file: Path,
    first: date | None,
    last: date | None,
    before: dict[str, int],
    released: dict[int, int],
) -> Report:
    """The report of a booked batch.

    Args:
        booking: what the import gathered.
        file: the file, by its name for people.
        first: first date among its rows.
        last: last one.
        before: live rows that lay in what it replaces, by table.
        released: batches that its codes released, each with its parent.
    """
    db, batch, profile = booking.db, booking.batch, booking.profile
    tables = {
        table.name: _counts(booking, table.name, main=index == 0, before=before)
        for index, table in enumerate(profile.tables)
    }
    main = next(iter(tables.values()))
    cells = booking.stages[0][2]
    absent = {name for _, staged, _ in booking.stages for name in staged.absent}
    return Report(
        file=file.name,
        batch=batch,
        tables=tables,
        dropped_columns=tuple(map(blanked, cells.personal)),
        absent_columns=tuple(sorted(absent)),
        first_date=first,
        last_date=last,
        created=codes.created_by(db, batch),
        disagreements=_disagreements(booking),
        released=tuple(sorted(set(released.values()))),
        questions=tuple(_questions(booking, main)),
        offer=_offer(booking) if profile.delivery is Delivery.ADDS else None,
    )


def _counts(booking: Booking, table: str, *, main: bool, before: dict[str, int]) -> TableCounts:
    db, batch = booking.db, booking.batch
    stages = [staged.name for staged in stages_of(booking, table)]
    skipped: dict[str, int] = {}
    rows = 0
    for name in stages:
        for rule, count in db.rows(f"select skip, count(*) from {name} group by skip order by 1"):
            rows += count
            if rule:
                skipped[rule] = skipped.get(rule, 0) + count
    if main and booking.blank:
        skipped["blank"] = skipped.get("blank", 0) + booking.blank
        rows += booking.blank
    misfits = sum(found.height for found in booking.misfits) if main else 0
    aside = sum(
        db.value(f"select count(*) from {name} where skip is null and problems is not null")
        for name in stages
    )
    standing = codes.counts(db, table, batch)
    reasons: Counter[str] = Counter()
    for name in stages:
        reasons.update(_reasons(db, name))
    for found in booking.misfits if main else ():
        reasons.update(found["rule"].to_list())
    received = rows + misfits - sum(skipped.values())
    known = standing.get("known", 0) + standing.get("replaced", 0)
    return TableCounts(
        read=rows + misfits,
        skipped=skipped,
        received=received,
        accepted=received - aside - misfits - known,
        set_aside=aside + misfits,
        known=known,
        replaced=before.get(table, 0),
        reasons=dict(sorted(reasons.items())),
    )


def _reasons(db: Transaction, staged: str) -> dict[str, int]:
    """How many records of a staged table break each rule; one that breaks it twice counts once."""
    return dict(
        db.rows(
            "select rule, count(*) from (select unnest(list_distinct("
            f"list_transform(problems, lambda p: p.rule))) as rule from {staged}"
            " where skip is null and problems is not null) group by rule"
        )
    )


def _disagreements(booking: Booking) -> int:
    """Lines whose category is not their product's, after all merges; the product's holds."""
    if "orders" not in {table.name for table in booking.profile.tables}:
        return 0
    return int(
        booking.db.value(
            "select count(*) from orders_offered as o"
            " left join merged as c on c.kind = 'categories' and c.code = o.category"
            " left join merged as m"
            " on m.kind = 'products' and m.source = $source and m.code = o.product_id"
            " join product_spans as p on p.source = $source"
            " and p.product_id = coalesce(m.to_code, o.product_id)"
            " and o.ordered_on >= p.holds_from and o.ordered_on < p.holds_until"
            " where o.batch = $batch and p.category <> coalesce(c.to_code, o.category)",
            {"source": booking.profile.product_source, "batch": booking.batch},
        )
    )


def _questions(booking: Booking, main: TableCounts) -> list[Question]:
    """What must be answered before this is booked."""
    asked = []
    missing = booking.create - (booking.answers.create or frozenset())
    if missing and booking.answers.create is None and "unknown_code" in main.reasons:
        kinds = ", ".join(sorted(missing))
        asked.append(Question("create_codes", {"kinds": kinds, "lines": main.set_aside}))
    too_many = main.set_aside > SET_ASIDE_SHARE.value * max(main.received, 1)
    if too_many and not booking.answers.accept_set_aside:
        top = sorted(main.reasons.items(), key=lambda item: -item[1])[:3]
        asked.append(
            Question(
                "set_aside",
                {
                    "set_aside": main.set_aside,
                    "received": main.received,
                    "rules": tuple(rule for rule, _ in top),
                },
            )
        )
    return asked


def _offer(booking: Booking) -> Question | None:
    """Replace instead of add: offered when more than half of a month's lines recur."""
    db, batch, source = booking.db, booking.batch, booking.profile.source
    if booking.profile.tables[0].name != "orders" or not codes.counts(db, "orders", batch).get(
        Standing.KNOWN
    ):
        return None
    month = month_of("orders")
    rows = db.rows(
        f"with own as (select {month} as month, count(*) filter (standing = 'known') as known,"
        " count(*) filter (standing = 'live') as added from orders_offered where batch = ?"
        f" group by 1), earlier as (select {month} as month, count(*) as lines"
        " from orders_offered as o join batches as b using (batch)"
        " where b.source = ? and o.batch < ? and o.standing = 'live' group by 1)"
        " select month, known, lines, added from own join earlier using (month) order by month",
        [batch, source, batch],
    )
    recurring = [row for row in rows if row[1] > RECURRING_SHARE.value * row[2]]
    vanish = sum(lines - known for _, known, lines, _ in recurring)
    added = sum(row[3] for row in recurring)
    if not recurring or not vanish + added:
        return None
    months = [row[0] for row in recurring]
    amount = db.value(
        f"select coalesce(sum(o.amount_eur), 0) from orders_offered as o join batches as b"
        f" using (batch) where b.source = ? and o.batch < ? and o.standing = 'live'"
        f" and {month} in (select unnest(?::date[]))",
        [source, batch, months],
    )
    own = db.value(
        f"select coalesce(sum(amount_eur), 0) from orders_offered where batch = ?"
        f" and standing = 'known' and {month} in (select unnest(?::date[]))",
        [batch, months],
    )
    return Question(
        "replace",
        {
            "first": months[0],
            "last": months[-1],
            "vanish": vanish,
            "amount": amount - own,
            "added": added,
        },
    )

"""The report of an import: counts that add up, open questions, and what is offered.

``read = received + skipped`` and ``received = accepted + set_aside + known``.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter

from nami_monitor.core.thresholds import RECURRING_SHARE, SET_ASIDE_SHARE
from nami_monitor.core.words import DeliveryKind, Standing
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.booking import Booking
from nami_monitor.ingest.book.standing import month_of
from nami_monitor.ingest.personal import blanked


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

    ``key`` names the sentence in the catalogues, under ``questions.``; ``values`` fill it.
    """

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """The report of one file. File counts are those of the profile's first table.

    Args:
        file: its name.
        batch: its number; None when it was refused, only looked at, or added nothing.
        already_in: the earlier batch that holds all of it, when it added nothing.
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
    already_in: int | None = None
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


_REPORT: Final = TypeAdapter(Report)


def as_document(report: Report, refusal: str | None = None) -> dict[str, Any]:
    """The report as plain data for JSON; ``refusal`` is the sentence of a refusal, if any."""
    kept = _REPORT.dump_python(report, mode="json", exclude={"questions", "offer", "refused"})
    tables = kept.pop("tables")
    document: dict[str, Any] = {
        "file": kept.pop("file"),
        "batch": kept.pop("batch"),
        **asdict(report.main),
        **kept,
        "tables": tables,
    }
    return document if refusal is None else {**document, "refused": refusal}


def to_json(report: Report) -> str:
    """The report as it is kept with its batch."""
    return json.dumps(as_document(report), ensure_ascii=False)


def from_json(text: str) -> Report:
    """Read back what ``to_json`` wrote; questions and offers are not kept."""
    return _REPORT.validate_json(text)


def report_of(
    booking: Booking,
    first: date | None,
    last: date | None,
    replaced: Mapping[str, int],
    released: Mapping[int, int],
) -> Report:
    """The report of a booked batch, with the first and last date among its rows.

    ``replaced`` counts live rows that lay in the months that it replaces, by table; ``released``
    are the batches that its codes released, each with its parent.
    """
    profile = booking.profile
    tables = {
        table.name: _counts(booking, table.name, main=index == 0, replaced=replaced)
        for index, table in enumerate(profile.tables)
    }
    return Report(
        file=booking.file.path.name,
        batch=booking.batch,
        tables=tables,
        dropped_columns=tuple(map(blanked, booking.personal)),
        absent_columns=tuple(sorted({name for staged in booking.stages for name in staged.absent})),
        first_date=first,
        last_date=last,
        created=codes.created_by(booking.db, booking.batch),
        disagreements=_disagreements(booking),
        released=tuple(sorted(set(released.values()))),
        questions=tuple(_questions(booking, tables[profile.tables[0].name])),
        offer=_offer(booking) if profile.delivery is DeliveryKind.ADDS else None,
    )


def _counts(
    booking: Booking, table: str, *, main: bool, replaced: Mapping[str, int]
) -> TableCounts:
    """The counts of a table; misfits and blank records are those of the ``main`` one."""
    db = booking.db
    skipped: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    rows = aside = misfits = 0
    for staged in booking.stages_of(table):
        for rule, count in db.rows(
            f"select skip, count(*) from {staged.name} group by skip order by 1"
        ):
            rows += count
            if rule:
                skipped[rule] += count
        bad = f"{staged.name} where skip is null and problems is not null"
        aside += db.value(f"select count(*) from {bad}")
        broken = db.rows(
            "select rule, count(*) from (select unnest(list_distinct(list_transform("
            f"problems, lambda p: p.rule))) as rule from {bad}) group by rule"
        )
        reasons.update(dict(broken))
    if main:
        blank = sum(sheet.blank for sheet in booking.file.sheets)
        if blank:
            skipped["blank"] += blank
        misfits = sum(frame.height for frame in booking.misfits)
        reasons.update(rule for frame in booking.misfits for rule in frame["rule"])
        rows += blank + misfits
    standings = codes.counts(db, table, booking.batch)
    known = standings.get(Standing.KNOWN, 0) + standings.get(Standing.REPLACED, 0)
    received = rows - skipped.total()
    return TableCounts(
        read=rows,
        skipped=dict(skipped),
        received=received,
        accepted=received - aside - misfits - known,
        set_aside=aside + misfits,
        known=known,
        replaced=replaced.get(table, 0),
        reasons=dict(sorted(reasons.items())),
    )


def _disagreements(booking: Booking) -> int:
    """Lines whose category is not their product's, after all merges; the product's holds."""
    if "orders" not in {table.name for table in booking.profile.tables}:
        return 0
    disagreements: int = booking.db.value(
        "select count(*) from orders_offered as o"
        " left join merged as c on c.kind = 'categories' and c.code = o.category"
        " left join merged as m"
        " on m.kind = 'products' and m.source = $source and m.code = o.product_id"
        " join product_spans_made as p on p.source = $source"
        " and p.product_id = coalesce(m.to_code, o.product_id)"
        " and o.ordered_on >= p.holds_from and o.ordered_on < p.holds_until"
        " where o.batch = $batch and p.category <> coalesce(c.to_code, o.category)",
        {"source": booking.profile.product_source, "batch": booking.batch},
    )
    return disagreements


def _questions(booking: Booking, main: TableCounts) -> list[Question]:
    """What must be answered before this is booked."""
    answers = booking.file.answers
    questions = []
    if booking.create and answers.create is None and "unknown_code" in main.reasons:
        kinds = ", ".join(sorted(booking.create))
        questions.append(Question("create_codes", {"kinds": kinds, "lines": main.set_aside}))
    too_many = main.set_aside > SET_ASIDE_SHARE.value * max(main.received, 1)
    if too_many and not answers.accept_set_aside:
        rules = tuple(rule for rule, _ in Counter(main.reasons).most_common(3))
        values = {"set_aside": main.set_aside, "received": main.received, "rules": rules}
        questions.append(Question("set_aside", values))
    return questions


def _offer(booking: Booking) -> Question | None:
    """The offer to replace instead of add, made when more than half of a month's lines recur."""
    db, batch, source = booking.db, booking.batch, booking.profile.source
    if booking.profile.tables[0].name != "orders" or not codes.counts(db, "orders", batch).get(
        Standing.KNOWN
    ):
        return None
    month = month_of("orders")
    rows = db.rows(
        f"with own as (select {month} as month, count(*) filter (standing = 'known') as known,"
        " count(*) filter (standing = 'live') as added, sum(amount_eur) filter"
        " (standing = 'known') as amount from orders_offered where batch = ? group by 1),"
        f" earlier as (select {month} as month, count(*) as lines, sum(amount_eur) as amount"
        " from orders_offered as o join batches as b using (batch)"
        " where b.source = ? and o.batch < ? and o.standing = 'live' group by 1)"
        " select month, lines - known, added, coalesce(earlier.amount, 0) - coalesce(own.amount, 0)"
        " from own join earlier using (month) where known > ? * lines order by month",
        [batch, source, batch, RECURRING_SHARE.value],
    )
    vanish, added = sum(row[1] for row in rows), sum(row[2] for row in rows)
    if not vanish + added:
        return None
    values = {
        "first": rows[0][0],
        "last": rows[-1][0],
        "vanish": vanish,
        "amount": sum(row[3] for row in rows),
        "added": added,
    }
    return Question("replace", values)

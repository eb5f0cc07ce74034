"""The report of an import: counts that add up, open questions, and what is offered.

``read = received + skipped`` and ``received = accepted + set_aside + known``.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter

from nami_monitor.core.errors import listed, short
from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import ASIDE_OF_TOTAL, RECURRING_SHARE, SET_ASIDE_SHARE
from nami_monitor.core.words import DeliveryKind, Standing
from nami_monitor.i18n import formats, text
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.booking import Booking, Period
from nami_monitor.ingest.book.set_aside import reason_sentence
from nami_monitor.ingest.book.spellings import Spelling, spellings_of
from nami_monitor.ingest.book.standing import month_of
from nami_monitor.ingest.personal import blanked
from nami_monitor.store.transaction import literal
from nami_monitor.tables import TABLES, columns

MOST_LISTED: Final = 200
"""Rows that were overwritten and are listed, old beside new."""
MOST_SAID: Final = 12
"""Sentences of one kind in a report; JSON holds what they are about, in full."""


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
        replaced: rows that counted and gave way.
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


Written = str | float | bool | date | None
"""A value of a table."""


@dataclass(frozen=True)
class Overwritten:
    """An old row of a batch that a new one with its key took the place of; by column what changed.

    ``changes`` have the old value and the new one.
    """

    table: str
    key: tuple[Written, ...]
    batch: int
    changes: Mapping[str, tuple[Written, Written]]


@dataclass(frozen=True)
class AmountAside:
    """What is set aside of a month's total, in euros, beside what the other rows add up to.

    ``month`` is None for rows whose date cannot be read; of ``unread`` rows the amount cannot.
    """

    month: date | None
    amount: float
    booked: float
    unread: int


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
        month: the month that the file is about, where its profile asks for one.
        month_from: who says so: ``named``, ``file``, ``sheet``, ``title`` or ``dates``.
        amount: EUR of the order lines that count from now on; None where no amount is mapped.
        amount_aside: EUR of those set aside, as far as it can be read.
        amounts_aside: months of whose total more than a tenth is set aside.
        overwritten: rows with a known key and other values, old beside new: the first of them; not
            kept with the batch, for an undo of the old row's batch would not reach them there.
        spellings: texts that are not known, with what they probably mean; not kept with the batch.
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
    month: date | None = None
    month_from: str = ""
    amount: float | None = None
    amount_aside: float | None = None
    amounts_aside: tuple[AmountAside, ...] = ()
    overwritten: tuple[Overwritten, ...] = ()
    spellings: tuple[Spelling, ...] = ()
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
    kept = replace(report, overwritten=(), spellings=())
    return json.dumps(as_document(kept), ensure_ascii=False)


def from_json(text: str) -> Report:
    """Read back what ``to_json`` wrote; questions, offers and old rows are not kept."""
    return _REPORT.validate_json(text)


def report_of(
    booking: Booking,
    first: date | None,
    last: date | None,
    replaced: Mapping[str, int],
    overwritten: Mapping[str, tuple[int, Sequence[Overwritten]]],
    released: Mapping[int, int],
) -> Report:
    """The report of a booked batch, with the first and last date among its rows.

    ``replaced`` counts live rows that lay in the months that it replaces, by table; ``overwritten``
    has the number of other live rows whose key it has, and some of them; ``released`` are the
    batches that its codes released, each with its parent.
    """
    profile = booking.profile
    amount, aside = _amounts(booking)
    tables = {
        table.name: _counts(
            booking,
            table.name,
            main=index == 0,
            replaced=replaced.get(table.name, 0) + overwritten[table.name][0],
        )
        for index, table in enumerate(profile.tables)
    }
    spellings = () if booking.file.answers.as_spelled else tuple(spellings_of(booking))
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
        month=booking.file.period,
        month_from=booking.file.month_from,
        amount=amount,
        amount_aside=aside,
        amounts_aside=tuple(_amounts_aside(booking)),
        overwritten=tuple(row for _, rows in overwritten.values() for row in rows),
        spellings=spellings,
        questions=tuple(_questions(booking, tables[profile.tables[0].name], spellings)),
        offer=_offer(booking) if profile.delivery is DeliveryKind.ADDS else None,
    )


def overwritten_rows(
    booking: Booking, table: str, replaces: Period
) -> tuple[int, list[Overwritten]]:
    """The live rows of earlier batches whose key the batch, just inserted, has with other values.

    Returns:
        How many of them lie outside the months that it ``replaces``, and the first of them all.
    """
    spec, profile = TABLES[table], booking.profile
    if not spec.key:
        return 0, []
    names = [column.name for column in columns(table)]
    rest = [name for name in names if name not in spec.key]
    same = [f'o."{name}" is not distinct from n."{name}"' for name in spec.key]
    if spec.per_source:
        same.append(f"b.products_of = {literal(profile.product_source)}")
    covered = f"b.source = {literal(profile.source)}" if replaces else "false"
    if replaces and spec.dated_by:
        end = add_months(replaces[1], 1)
        covered += f" and o.{spec.dated_by} >= '{replaces[0]}' and o.{spec.dated_by} < '{end}'"
    key_columns = ", ".join(f'"{name}"' for name in spec.key)
    both = ", ".join(f'o."{name}", n."{name}"' for name in names)
    differs = " or ".join(f'o."{name}" is distinct from n."{name}"' for name in rest)
    found = booking.db.rows(
        f"select count(*) filter (not coalesce({covered}, false)) over (), o.batch, {both}"
        f" from {table}_offered as o join batches as b using (batch)"
        f" join (select distinct on ({key_columns}) * from {table}_offered"
        " where batch = ? and standing = 'live') as n"
        f" on {' and '.join(same)} where o.batch <> n.batch and o.standing = 'live'"
        f" and ({differs}) order by n.line, o.batch, o.line limit {MOST_LISTED}",
        [booking.batch],
    )
    overwritten = []
    for _, batch, *values in found:
        pairs = dict(zip(names, zip(values[::2], values[1::2], strict=True), strict=True))
        changes = {name: pairs[name] for name in rest if pairs[name][0] != pairs[name][1]}
        key = tuple(pairs[name][0] for name in spec.key)
        overwritten.append(Overwritten(table, key, batch, changes))
    return (found[0][0] if found else 0), overwritten


def _amounts(booking: Booking) -> tuple[float | None, float | None]:
    """EUR of the order lines that count, and of those set aside as far as it can be read."""
    if "amount_eur" not in _mapped_orders(booking):
        return None, None
    live = booking.db.value(
        "select coalesce(sum(amount_eur), 0) from orders_offered"
        f" where batch = ? and standing = '{Standing.LIVE}'",
        [booking.batch],
    )
    aside = " + ".join(
        "(select coalesce(sum(amount_eur), 0)"
        f" from {staged.name} where skip is null and problems is not null)"
        for staged in booking.stages_of("orders")
    )
    return float(live), float(booking.db.value(f"select {aside or 0}"))


def _mapped_orders(booking: Booking) -> Mapping[str, object]:
    """The columns of order lines that the file fills."""
    return {table.name: table.columns for table in booking.profile.tables}.get("orders", {})


def _amounts_aside(booking: Booking) -> Iterator[AmountAside]:
    """The months of which rows that are set aside change the total by more than a tenth."""
    if "amount_eur" not in _mapped_orders(booking):
        return
    stages = " union all ".join(
        "select ordered_on, amount_eur, problems is not null as aside,"
        " list_transform(coalesce(problems, []), lambda p: p.column_name) as wrong"
        f" from {staged.name} where skip is null"
        for staged in booking.stages_of("orders")
    )
    rows = booking.db.rows(
        "with r as (select aside, case when not list_contains(wrong, 'ordered_on')"
        f" then {month_of('orders')} end as month,"
        " case when not list_contains(wrong, 'amount_eur') then amount_eur end as amount"
        f" from ({stages})) select month, coalesce(sum(amount) filter (aside), 0),"
        " coalesce(sum(amount) filter (not aside), 0),"
        " count(*) filter (aside and amount is null), count(*) from r group by 1 order by 1"
    )
    whole = sum(booked for _, _, booked, _, _ in rows)
    for month, amount, booked, unread, lines in rows:
        total = booked if month else whole
        share = ASIDE_OF_TOTAL.value
        if abs(amount) > share * abs(total) or unread > share * lines:
            yield AmountAside(month, amount, total, unread)


def _counts(booking: Booking, table: str, *, main: bool, replaced: int) -> TableCounts:
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
        replaced=replaced,
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


def _questions(
    booking: Booking, main: TableCounts, spellings: Sequence[Spelling]
) -> list[Question]:
    """What must be answered before this is booked."""
    answers = booking.file.answers
    questions = []
    if alike := [one for one in spellings if one.becomes]:
        seen = listed(f"{one.text} = {one.becomes}" for one in alike[:MOST_SAID])
        questions.append(Question("spellings", {"n": len(alike), "seen": seen}))
    if answers.create is None and "unknown_code" in main.reasons:
        waiting = booking.create & _waited_for(booking)
        values = {"kinds": ", ".join(sorted(waiting)), "lines": main.set_aside}
        questions += [Question("create_codes", values)] if waiting else []
    too_many = main.set_aside > SET_ASIDE_SHARE.value * max(main.received, 1)
    if too_many and not answers.accept_set_aside:
        rules = tuple(rule for rule, _ in Counter(main.reasons).most_common(3))
        values = {"set_aside": main.set_aside, "received": main.received, "rules": rules}
        questions.append(Question("set_aside", values))
    units = next((staged.units for staged in booking.stages if staged.units), None)
    if units and not answers.single_units:
        header, words = units
        questions.append(Question("units", {"column": short(header), "words": listed(words)}))
    beside = next((staged.beside for staged in booking.stages if staged.beside), None)
    if beside and not answers.plain_numbers:
        said, words = beside
        questions.append(Question("beside", {"seen": short(said), "words": listed(words)}))
    scale = next((staged for staged in booking.stages if staged.scale), None)
    if scale and scale.scale and booking.file.parent is None:  # mended rows were asked about before
        said, words = scale.scale.seen, scale.scale.words
        about = {"table": scale.table, "columns": scale.scale.columns, "ways": scale.scale.ways}
        values = {"seen": short(said), "words": listed(words), **about}
        questions.append(Question("scale", values))
    return questions


def _waited_for(booking: Booking) -> set[str]:
    """The kinds of the codes that staged rows hold and nobody knows."""
    kinds = set()
    for staged in booking.stages:
        rows = booking.db.rows(
            "select distinct p.column_name from (select unnest(problems) as p"
            f" from {staged.name} where skip is null) where p.rule = 'unknown_code'"
        )
        kinds |= {str(codes.coded(staged.table)[column]) for (column,) in rows}
    return kinds


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


def sentences_above(report: Report, lang: str) -> Iterator[str]:
    """What stands above the counts: the month, and what is set aside of each month's total."""
    if report.month and report.month_from:
        month = formats.month(report.month, lang)
        yield text(f"imported.month.{report.month_from}", lang, month=month)
    for one in report.amounts_aside[:MOST_SAID]:
        month = formats.month(one.month, lang) if one.month else text("imported.undated", lang)
        amount, booked = formats.money(one.amount, lang), formats.money(one.booked, lang)
        if one.amount:  # what cannot be read is no zero
            yield text("imported.aside", lang, month=month, amount=amount, booked=booked)
        if one.unread:
            yield text("imported.unread", lang, n=one.unread, month=month)
    if more := report.amounts_aside[MOST_SAID:]:
        amount = formats.money(sum(one.amount for one in more), lang)
        yield text("imported.more_aside", lang, n=len(more), amount=amount)


def sentences_of_counts(report: Report, lang: str) -> Iterator[str]:
    """Between which days the rows lie, and why of all that was read some is not booked."""
    if report.first_date and report.last_date:
        first, last = (formats.day(day, lang) for day in (report.first_date, report.last_date))
        yield text("data.report.dates", lang, first=first, last=last)
    yield from _sentences_of_tables(report, lang)
    if report.dropped_columns:
        yield text("data.report.personal", lang, columns=", ".join(report.dropped_columns))
    if report.absent_columns:
        absent = ", ".join(text(f"columns.{name}", lang) for name in report.absent_columns)
        yield text("data.report.absent", lang, columns=absent)
    for kind, n in report.created.items():
        yield text("data.report.created", lang, n=n, kind=text(f"tables.{kind}.name", lang))
    if report.disagreements:
        yield text("data.report.disagreements", lang, n=report.disagreements)
    if report.released:
        yield text("data.report.released", lang, batches=", ".join(map(str, report.released)))
    reasons = {pair for counts in report.tables.values() for pair in counts.reasons.items()}
    for rule, n in sorted(reasons, key=lambda pair: -pair[1]):
        sentence = reason_sentence(None, rule, None, lang)
        yield text("data.report.reason", lang, n=n, sentence=sentence)


def _sentences_of_tables(report: Report, lang: str) -> Iterator[str]:
    """What of each table was skipped and what gave way."""
    for name, counts in report.tables.items():
        for rule, n in counts.skipped.items():
            what, _, column = rule.partition(": ")
            reason = text(f"skips.{what}", lang, column=column)
            yield text("data.report.skip", lang, n=n, reason=reason)
        if counts.replaced:
            table = text(f"tables.{name}.name", lang)
            yield text("data.report.replaced", lang, n=counts.replaced, table=table)


def sentences_of_overwritten(report: Report, lang: str) -> Iterator[str]:
    """The rows that new ones took the place of, old beside new."""
    for row in report.overwritten[:MOST_SAID]:
        changes = [
            (text(f"columns.{name}", lang), *(_written(value, lang) for value in pair))
            for name, pair in row.changes.items()
        ]
        yield text(
            "imported.overwritten",
            lang,
            table=text(f"tables.{row.table}.name", lang),
            key=" / ".join(_written(value, lang) for value in row.key),
            batch=row.batch,
            changes="; ".join(f"{column}: {old} → {new}" for column, old, new in changes),
        )
    left = sum(counts.replaced for counts in report.tables.values()) - MOST_SAID
    if len(report.overwritten) > MOST_SAID and left > 0:
        yield text("imported.more_overwritten", lang, n=left)


def _written(value: Written, lang: str) -> str:
    """A value as people read it."""
    if isinstance(value, date):
        return formats.day(value, lang)
    if isinstance(value, bool) or value is None:
        return text(f"imported.values.{'none' if value is None else str(value).lower()}", lang)
    return formats.number(value, lang) if isinstance(value, float) else short(value)

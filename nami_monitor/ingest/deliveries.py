"""Deliveries: batches, rows set aside, completeness, breaks and codes; a check of the database."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.thresholds import LEARNT_AFTER
from nami_monitor.core.words import SetAsideState
from nami_monitor.ingest.book import codes, completeness
from nami_monitor.ingest.book.codes import Code, code_column
from nami_monitor.ingest.book.import_report import Report, from_json
from nami_monitor.ingest.book.standing import refresh_derived
from nami_monitor.ingest.personal import signature
from nami_monitor.ingest.profiles.profile import Expects, parse_profile, write_profile
from nami_monitor.store import Store, Transaction, Work, integrity
from nami_monitor.store.integrity import Inconsistency
from nami_monitor.store.rollups import FACTS, ORDER_ROLLUPS, is_sum
from nami_monitor.store.schema import SHEET_LINES
from nami_monitor.store.transaction import now
from nami_monitor.tables import columns

NAMED: Final = ("name_nl", "name_en")


@dataclass(frozen=True)
class Batch:
    """A delivery.

    Its ``parent`` is the batch whose set-aside rows it holds; an ``automatic`` one was released by
    a new code and has no report. ``lines`` it offered to the tables; ``open`` ones are set aside
    and still open. ``when`` and ``undone`` are UTC; ``undone`` is None while it counts.
    """

    number: int
    parent: int | None
    automatic: bool
    file: str
    source: str
    who: str
    when: datetime
    lines: int
    open: int
    undone: datetime | None
    undone_by: str
    report: Report | None


@dataclass(frozen=True)
class SetAsideRow:
    """A reason why a row was set aside; a row may have several.

    ``line`` is its record number in ``sheet``, of which the first with data is 0; ``column`` is
    empty for a row that does not fit the header.
    """

    line: int
    sheet: int
    table: str
    column: str
    value: str
    rule: str
    state: SetAsideState


@dataclass(frozen=True)
class MonthDelivered:
    """What was expected of a source in a month, and the share (0 to 1) of it that it delivered.

    ``expected_locations`` is 0 when any number will do; ``learnt`` that nobody stated it;
    ``breaks`` are the kinds of data break that begin in this month.
    """

    table: str
    source: str
    month: date
    owed: bool
    share: float
    expected_locations: int
    locations: int
    lines: int
    learnt: bool
    breaks: list[str]


@dataclass(frozen=True)
class SeriesBreak:
    """A month from which a source's series cannot be compared with before."""

    source: str
    month: date
    kind: str
    detail: str


@dataclass(frozen=True)
class LearnedExpectation:
    """An expectation of a source, learned from the months it delivered, to be confirmed.

    ``every`` is month, quarter or year.
    """

    source: str
    first: date
    months: int
    every: str


@dataclass(frozen=True)
class ProvisionalCode:
    """A code that no master states, with its name so far, created by the import of a file."""

    code: Code
    name: str
    file: str
    when: datetime


def batches(db: Transaction) -> list[Batch]:
    """Every batch, the latest first."""
    rows = db.rows(
        "select b.batch, b.parent, b.automatic, b.file, b.source, coalesce(b.who, ''),"
        " b.imported_at, coalesce(m.lines, 0), coalesce(s.open, 0), b.undone_at,"
        " coalesce(b.undone_by, ''), b.report from batches as b"
        " left join (select batch, sum(lines)::bigint as lines from batch_months group by batch)"
        " as m using (batch)"
        " left join (select batch, count(distinct (table_name, line)) as open from set_aside_rows"
        " where state = 'open' group by batch) as s using (batch) order by b.batch desc"
    )
    return [Batch(*[*row, from_json(report) if report else None]) for *row, report in rows]


def set_aside_rows(db: Transaction, batch: int, *, limit: int = 5000) -> list[SetAsideRow]:
    """The rows of a batch that were set aside, with what became of each, in the file's order.

    Raises:
        UserError: ``set_aside.no_batch`` when there is no such batch.
    """
    text = db.value("select profile from batches where batch = ?", [batch])
    if text is None:
        raise UserError("set_aside.no_batch", batch=batch)
    sheets = SHEET_LINES if parse_profile(text).layout.sheet == "*" else 2**62
    rows = db.rows(
        "select line % ?, line // ?, table_name, coalesce(column_name, ''), coalesce(value, ''),"
        " rule, state from set_aside_rows where batch = ?"
        " order by line, table_name, column_name, rule limit ?",
        [sheets, sheets, batch, limit],
    )
    return [SetAsideRow(*[*row, SetAsideState(state)]) for *row, state in rows]


def abandon(store: Store, batch: int, *, who: str) -> int:
    """Give up the open rows of a batch; they stay listed.

    Returns:
        How many rows.

    Raises:
        UserError: ``set_aside.none_open`` when there are none, ``entry.who``, ``personal.address``.
        DatabaseHeldError: another process holds the database.
    """
    signed = signature(who)
    with store.write(Work.CHANGE, signed) as db:
        scope = "from set_aside_rows where batch = ? and state = 'open'"
        count = int(db.value(f"select count(distinct line) {scope}", [batch]))
        if not count:
            raise UserError("set_aside.none_open", batch=batch)
        db.run(
            "insert into abandoned by name select distinct batch, line, ? as who,"
            f" ?::timestamp as abandoned_at {scope}",
            [signed, now(), batch],
        )
        db.run("update meta set data_version = data_version + 1")
        db.did("abandon", name=batch)
        return count


def source_months(db: Transaction) -> list[MonthDelivered]:
    """What was expected of each source and what it delivered, by source and month."""
    rows = db.rows(
        "select m.table_name, m.source, m.month, m.owed, m.share, m.expected_locations,"
        " m.locations, m.lines, m.learnt, coalesce(b.kinds, []) from source_months as m"
        " left join (select source, month, list(distinct kind order by kind) as kinds"
        " from breaks group by source, month) as b"
        " on b.source = m.source and b.month = m.month and m.table_name = 'orders'"
        " order by m.table_name, m.source, m.month"
    )
    return [MonthDelivered(*row) for row in rows]


def late_sources(db: Transaction, month: date) -> list[tuple[str, date]]:
    """Sources that owe a month up to this one after their last delivery, with the first of those.

    What is owed is as ``completeness.expected_months`` says.
    """
    delivered: dict[tuple[str, str], list[completeness.Delivered]] = {}
    for one in source_months(db):
        if one.lines or one.share:
            seen = completeness.Delivered(one.month, one.lines, one.locations, 0)
            delivered.setdefault((one.table, one.source), []).append(seen)
    found: dict[str, date] = {}
    for (_, source), months in delivered.items():
        _, profile = completeness.latest_profile(db, source)
        due = completeness.expected_months(months, profile.expects, profile.grain, month, 0).months
        owed = [each for each in due if each > months[-1].month]
        if owed:
            found[source] = min(owed[0], found.get(source, owed[0]))
    return sorted(found.items())


def data_breaks(db: Transaction) -> list[SeriesBreak]:
    """Every data break, the latest first."""
    rows = db.rows(
        "select distinct source, month, kind, coalesce(detail, '') from breaks"
        " order by month desc, source, kind"
    )
    return [SeriesBreak(*row) for row in rows]


def learned_expectations(db: Transaction) -> list[LearnedExpectation]:
    """Expectations learned from enough deliveries and not confirmed yet."""
    rows = db.rows(
        "select source, min(month), count(*) from source_months where learnt and lines > 0"
        " group by source having count(*) >= ? order by source",
        [int(LEARNT_AFTER.value)],
    )
    return [
        LearnedExpectation(source, first, months, _every(db, source))
        for source, first, months in rows
    ]


def _every(db: Transaction, source: str) -> str:
    """The interval of a source's figures: month, quarter or year."""
    grain = completeness.latest_profile(db, source)[1].grain
    return str(grain) if grain in completeness.STEPS else "month"


def state_expectation(store: Store, source: str, expects: Expects, *, who: str) -> str:
    """State what is expected of a source, in the profile of its latest batch.

    Returns:
        That profile as TOML, to be saved for the next deliveries.

    Raises:
        UserError: ``entry.who``, ``personal.address``.
        DatabaseHeldError: another process holds the database.
    """
    with store.write(Work.CHANGE, signature(who)) as db:
        batch, profile = completeness.latest_profile(db, source)
        stated = write_profile(replace(profile, expects=expects))
        db.run("update batches set profile = ? where batch = ?", [stated, batch])
        db.did("expect", name=source)
        refresh_derived(db, [], [])
    return stated


def provisional_codes(db: Transaction) -> list[ProvisionalCode]:
    """The codes that wait for a person's confirmation."""
    rows = db.rows(
        "select p.kind, p.source, p.code, coalesce(n.name, p.code), b.file, b.imported_at"
        " from provisional as p join codes as c using (kind, source, code)"
        " join batches as b on b.batch = c.since_batch"
        " left join named as n using (kind, source, code)"
        " order by p.kind, p.source, p.code"
    )
    return [ProvisionalCode(Code(*row[:3]), *row[3:]) for row in rows]


def changeable_codes(db: Transaction) -> list[tuple[Code, str]]:
    """Every code that can be renamed or merged, with its name."""
    known = []
    for kind, name in (("categories", "name_nl"), ("locations", "name"), ("products", "name")):
        source = "source" if kind == "products" else "''"
        known += [
            (Code(kind, of, code), shown)
            for of, code, shown in db.rows(
                f"select {source}, {code_column(kind)}, any_value({name}) from {kind}"
                f" where {code_column(kind)} is not null group by 1, 2 order by 1, 2"
            )
        ]
    return known


def category_rows(db: Transaction) -> list[dict[str, Any]]:
    """Every category that is known, as a row of the register by column.

    One that no register names has its code for its names.
    """
    names = [column.name for column in columns("categories")]
    rest = ", ".join(f'r."{name}"' for name in names if name not in {"category", *NAMED})
    found = db.rows(
        f"select c.code, coalesce(r.name_nl, c.code), coalesce(r.name_en, c.code), {rest}"
        " from (select distinct code from codes where kind = 'categories') as c"
        " left join categories as r on r.category = c.code order by 1"
    )
    ordered = ["category", *NAMED, *(n for n in names if n not in {"category", *NAMED})]
    return [dict(zip(ordered, row, strict=True)) for row in found]


DERIVED: Final = (
    *(rollup.name for rollup in ORDER_ROLLUPS),
    "by_cell",
    "delivered",
    "codes",
    "merged",
    *FACTS,
    "source_months",
    "breaks",
)
"""Tables that follow from what the batches offered."""


def check(store: Store) -> list[Inconsistency]:
    """What is inconsistent in a database: what follows from the lines is derived again.

    Nothing is changed. A sum of organisations was derived in their own databases.

    Raises:
        UserError: ``store.damaged`` or ``store.unreadable`` when its files are not whole.
    """
    with store.trial() as db:
        integrity.read_whole(db)
        return [
            *integrity.counts(db),
            *integrity.orphans(db),
            *integrity.unknown_codes(db),
            *integrity.repeated_keys(db),
            *(() if is_sum(db) else integrity.stale(db, DERIVED, _derive)),
        ]


def _derive(db: Transaction) -> None:
    codes.derive(db)
    refresh_derived(db)

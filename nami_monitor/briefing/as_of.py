"""The data as of a month: what every page, command and report looks at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months
from nami_monitor.kpis import latest_month
from nami_monitor.store import Store, Transaction
from nami_monitor.store.as_of import look_back
from nami_monitor.store.journal import row_changes


@contextmanager
def as_of(db: Transaction, month: date | None) -> Iterator[Transaction]:
    """Look at the data as of a month: nothing later is in it, nor in what was learnt from it.

    *As of* means the month of the data, not the day on which it was booked: what was delivered late
    is there. Rows with a date count by their date; masters, plans, targets, merged codes, factors
    and profiles count as they stand today.

    ``month`` is its first day; None for the latest month with data. ``db`` speaks as of the same
    month while the block lasts. There is one look back at a time: ``store.as_of`` says what happens
    inside another.
    """
    month = month or latest_month(db)
    if month is None:
        yield db
        return
    with look_back(db, month, _learn) as known:
        yield known


@contextmanager
def read_as_of(store: Store, month: date | None = None) -> Iterator[Transaction]:
    """A reading transaction on the data as of a month, as ``as_of`` says."""
    with store.read() as db, as_of(db, month) as known:
        yield known


def refuse_month(db: Transaction, month: date) -> None:
    """Refuse to speak as of a month of which there is no data.

    It must lie within the months of the order lines, and one of them or of a register must be
    there.

    Raises:
        UserError: ``briefing.nothing`` without any data, ``briefing.no_month`` with what is there.
    """
    last = latest_month(db)
    if last is None:
        raise UserError("briefing.nothing")
    first = db.value("select min(month) from by_place") or last
    if not first <= month <= last:
        reach = {"month": month, "first": first, "last": last}
        raise UserError("briefing.no_month", **{key: f"{one:%Y-%m}" for key, one in reach.items()})


CHANGED: Final = {
    "merges": "select count(*) from code_actions where what = 'merge' and undone_at is null"
    " and acted_at >= $after",
    "articles": "select count(distinct (b.products_of, o.product_id)) from products_offered as o"
    " join batches as b using (batch) where o.standing = 'live' and b.imported_at >= $after"
    " and exists (from products_offered as p join batches as c using (batch)"
    " where p.standing = 'replaced' and p.product_id = o.product_id"
    " and c.products_of = b.products_of and c.imported_at < $after)",
    "profiles": "select count(distinct source) from (select source, imported_at, profile,"
    " lag(profile) over w as before, lag(imported_at) over w as since from batches"
    " where undone_at is null window w as (partition by source order by batch))"
    " where imported_at >= $after and since < $after and profile <> before",
    "phases": "select count(distinct name) from kept where kind = 'phase' and kept_at >= $after",
}
"""SQL that counts what has no date and was changed from a moment on, by what it is."""


def changed_since(db: Transaction, month: date) -> dict[str, int]:
    """How many targets, merges, articles, profiles and phases changed after a month, by kind.

    They count as they stand today. What came in by the month of the first order lines is no change.
    """
    after = datetime.combine(add_months(month, 1), time())
    first = db.value(
        "select min(imported_at) from batches where undone_at is null"
        " and batch in (select batch from batch_months where table_name = 'orders')"
    )
    if first is None or first >= after:
        return {}
    later = [one for one in row_changes(db, "targets") if one.when >= after]
    keys = {tuple(one.row.get(name) for name in TARGET) for one in later}
    counts = {"targets": len(keys)}
    counts |= {what: int(db.value(sql, {"after": after})) for what, sql in CHANGED.items()}
    return {what: n for what, n in counts.items() if n}


TARGET: Final = ("kpi", "category", "kind", "period")
"""The key of a target."""


def _learn(db: Transaction, until: date) -> None:
    from nami_monitor.ingest.book.completeness import refresh  # noqa: PLC0415 - slow to load, and

    refresh(db, until)  # seldom needed: the latest month looks at all that is there

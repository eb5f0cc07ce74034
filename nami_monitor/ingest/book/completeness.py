"""What each source owes, what it delivered, and where its series breaks.

``source_months`` holds, per source and month, what was expected and what is there. It follows from
the live lines and the profiles; nothing in it is entered by hand.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from nami_monitor.core.periods import month_range, months_between, parse_month
from nami_monitor.core.thresholds import BREAK_HISTORY, BREAK_RATIO, BREAK_SPREAD, LEARNT_AFTER
from nami_monitor.core.words import Grain
from nami_monitor.ingest.profiles.profile import Expects, parse_profile
from nami_monitor.store import Transaction

STEPS = {"month": 1, "quarter": 3, "year": 12}
COUNTED = ("lines", "locations", "articles")


@dataclass(frozen=True)
class Delivered:
    """What a source delivered for a month."""

    month: date
    lines: int
    locations: int
    articles: int


@dataclass(frozen=True)
class Expected:
    """What a source owes: its months, and how that is known.

    Args:
        months: the months, in order.
        locations: how many locations each month; 0 when any number will do.
        learnt: whether it was learnt from deliveries, not stated.
    """

    months: tuple[date, ...]
    locations: int
    learnt: bool


def expected_months(
    seen: Sequence[Delivered], stated: Expects | None, grain: Grain, latest: date, sites: int
) -> Expected:
    """Which months a source owes.

    A source that falls silent goes on owing until its profile says that it ended; a quarterly or
    yearly figure is owed when its period is over.

    Args:
        seen: its delivered months, in order; at least one.
        stated: what its profile states.
        grain: how fine its figures are; a yearly figure is owed once a year.
        latest: the latest month of any source.
        sites: how many locations are open.
    """
    step = STEPS[stated.every] if stated else STEPS.get(grain, 1)
    latest = max(latest, seen[-1].month)
    if stated is None and len(seen) < LEARNT_AFTER.value:
        return Expected(tuple(found.month for found in seen), 0, learnt=True)
    expects = stated or Expects()
    first = parse_month(expects.first) if expects.first else seen[0].month
    last = parse_month(expects.last) if expects.last else latest
    months = tuple(
        month
        for month in month_range(first, last)
        if months_between(first, month) % step == 0 and months_between(month, latest) >= step - 1
    )
    return Expected(months, sites if expects.locations == "all" else 0, learnt=stated is None)


def series_breaks(seen: Sequence[Delivered]) -> dict[date, list[str]]:
    """Months in which the number of lines, locations or articles changes beyond its history.

    A change from one month to the next counts when it at least halves or doubles, and lies further
    from the usual changes than ``BREAK_SPREAD`` median absolute deviations (compared as logarithms,
    after at least ``BREAK_HISTORY`` months). The change must last: the month after must be on the
    new side too, so that one odd month is a signal and no break.
    """
    found: dict[date, list[str]] = defaultdict(list)
    for kind in COUNTED:
        values = [getattr(one, kind) for one in seen]
        for k in range(int(BREAK_HISTORY.value), len(values) - 1):
            history = values[max(0, k - 12) : k]
            usual = statistics.median(history)
            spread = statistics.median(abs(value - usual) for value in history)
            now = values[k : k + 2]
            far = all(abs(value - usual) > BREAK_SPREAD.value * max(spread, 1) for value in now)
            up = all(value >= BREAK_RATIO.value * usual for value in now)
            down = all(value * BREAK_RATIO.value <= usual for value in now)
            jumped = abs(values[k - 1] - usual) < abs(values[k] - usual) / 2
            if far and (up or down) and jumped:
                found[seen[k].month].append(kind)
    return dict(found)


def refresh(db: Transaction) -> None:
    """Work out ``source_months`` and ``breaks`` again from the live lines and the profiles."""
    db.run("delete from source_months")
    db.run("delete from breaks")
    delivered: dict[tuple[str, str], list[Delivered]] = defaultdict(list)
    query = (
        "select 'orders' as table_name, source, month, lines, locations, articles from delivered"
        " union all select 'measurements', source,"
        " cast(date_trunc('month', period_start) as date) as month, count(*),"
        " count(distinct location_id), count(distinct activity_measure)"
        " from measurements group by all order by 1, 2, 3"
    )
    for table, source, month, lines, locations, articles in db.rows(query):
        delivered[table, source].append(Delivered(month, int(lines), locations, articles))
    if not delivered:
        return
    for source, months in _whole_periods(db):
        seen = delivered.get(("orders", source), [])
        empty = set(months) - {one.month for one in seen}
        seen += [Delivered(month, 0, 0, 0) for month in empty] if seen else []
        seen.sort(key=lambda one: one.month)
    latest = max(seen[-1].month for seen in delivered.values())
    sites = int(db.value("select count(*) from locations where closed_on is null"))
    rows: list[tuple[object, ...]] = []
    broken: list[tuple[object, ...]] = []
    for (table, source), seen in delivered.items():
        expects, grain = _stated(db, source)
        due = expected_months(seen, expects, grain, latest, sites)
        have = {one.month: one for one in seen}
        for month in sorted({*due.months, *have}):
            one = have.get(month)
            expected = due.locations if month in due.months else 0
            present = one.locations if one else 0
            share = min(1.0, present / expected) if expected else float(one is not None)
            rows.append(
                (table, source, month, month in due.months, share, expected, present,
                 one.lines if one else 0, due.learnt)
            )  # fmt: skip
        if table == "orders" and grain in {Grain.LINE, Grain.DAY, Grain.MONTH}:
            broken += [
                (source, month, kind, None)
                for month, kinds in series_breaks(seen).items()
                for kind in kinds
            ]
    broken += _changed_basis(db)
    _insert(db, "source_months", rows)
    _insert(db, "breaks", broken)


def _whole_periods(db: Transaction) -> list[tuple[str, list[date]]]:
    """The months that sources delivered as a whole: without lines they are truly empty."""
    rows = db.rows(
        "select distinct source, replaces_first, replaces_last from batches where undone_at is null"
        " and replaces_first is not null and batch in (select batch from batch_months"
        " where table_name = 'orders') order by 1, 2, 3"
    )
    return [(source, month_range(first, last)) for source, first, last in rows]


def _insert(db: Transaction, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        frame = pl.DataFrame(rows, orient="row", infer_schema_length=None)
        with db.view_of("rows_to_insert", frame) as view:
            db.run(f"insert into {table} select * from {view}")


def _stated(db: Transaction, source: str) -> tuple[Expects | None, Grain]:
    """What the latest profile of a source states."""
    text = db.value(
        "select arg_max(profile, batch) from batches where source = ? and undone_at is null"
        " and batch in (select batch from batch_months"
        " where table_name in ('orders', 'measurements'))",
        [source],
    )
    profile = parse_profile(text)
    return profile.expects, profile.grain


def _changed_basis(db: Transaction) -> list[tuple[object, ...]]:
    """Months from which a source's basis or VAT is another."""
    return db.rows(
        "with stated as (select b.source, min(m.month) as month, b.basis, b.vat, b.batch"
        " from batches as b join batch_months as m using (batch)"
        " where m.table_name = 'orders' and b.undone_at is null"
        " group by b.source, b.basis, b.vat, b.batch),"
        " compared as (select *, lag(basis) over w as basis_before, lag(vat) over w as vat_before"
        " from stated window w as (partition by source order by month, batch))"
        " select source, month, case when basis <> basis_before then 'basis' else 'vat' end,"
        " case when basis <> basis_before then basis_before || ' > ' || basis"
        " else vat_before || ' > ' || vat end"
        " from compared where basis <> basis_before or vat <> vat_before order by 1, 2"
    )

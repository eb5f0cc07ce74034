"""Completeness: what is expected of each source, what it delivered, and where its series breaks.

``source_months`` holds, by source and month, what was expected and what is there. It is derived
from the live lines and the profiles.
"""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from nami_monitor.core.periods import month_range, months_between, parse_month
from nami_monitor.core.thresholds import BREAK_HISTORY, BREAK_RATIO, BREAK_SPREAD, LEARNT_AFTER
from nami_monitor.core.words import Grain
from nami_monitor.ingest.profiles.profile import Expects, Profile, parse_profile
from nami_monitor.store import Transaction
from nami_monitor.store.as_of import LEARNT

STEPS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Delivered:
    """What a source delivered for a month."""

    month: date
    lines: int
    locations: int
    articles: int


@dataclass(frozen=True)
class Expected:
    """What is expected of a source.

    Args:
        months: the months, in order.
        locations: number of locations each month; 0 when any number will do.
        learnt: whether it was learnt from deliveries, not stated.
    """

    months: tuple[date, ...]
    locations: int
    learnt: bool


def expected_months(
    seen: Sequence[Delivered], stated: Expects | None, grain: Grain, latest: date, sites: int
) -> Expected:
    """The months that are expected of a source.

    A source that falls silent is expected to go on until its profile says that it ended; a
    quarterly or yearly figure is expected when its period is over.

    Args:
        seen: its delivered months, in order; at least one.
        stated: what its profile states.
        grain: the granularity of its figures; a yearly figure is expected once a year.
        latest: the latest month of any source.
        sites: how many locations are open.
    """
    step = STEPS[stated.every] if stated else STEPS.get(grain, 1)
    latest = max(latest, seen[-1].month)
    if stated is None and len(seen) < LEARNT_AFTER.value:
        return Expected(tuple(delivered.month for delivered in seen), 0, learnt=True)
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
    breaks: dict[date, list[str]] = defaultdict(list)
    for kind in ("lines", "locations", "articles"):
        values = [getattr(delivered, kind) for delivered in seen]
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
                breaks[seen[k].month].append(kind)
    return dict(breaks)


def refresh(db: Transaction, until: date = date.max) -> None:
    """Derive ``source_months`` and ``breaks`` again from the live lines and the profiles.

    Nothing is learnt from deliveries of months after ``until``.
    """
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
    for source, first, last in db.rows(WHOLE_PERIODS):
        seen = delivered.get(("orders", source), [])
        empty = {*month_range(first, min(last, until))} - {present.month for present in seen}
        seen += [Delivered(month, 0, 0, 0) for month in empty] if seen else []
        seen.sort(key=lambda present: present.month)
    latest = max(seen[-1].month for seen in delivered.values())
    sites = int(db.value("select count(*) from locations where closed_on is null"))
    rows: list[tuple[object, ...]] = []
    breaks: list[tuple[object, ...]] = []
    for (table, source), seen in delivered.items():
        _, profile = latest_profile(db, source)
        due = expected_months(seen, profile.expects, profile.grain, latest, sites)
        by_month = {present.month: present for present in seen}
        for month in sorted({*due.months, *by_month}):
            owed = month in due.months
            expected = due.locations if owed else 0
            present = by_month.get(month, Delivered(month, 0, 0, 0))
            share = min(1.0, present.locations / expected) if expected else month in by_month
            counts = (float(share), expected, present.locations, present.lines)
            rows.append((table, source, month, owed, *counts, due.learnt))
        if table == "orders" and profile.grain in {Grain.LINE, Grain.DAY, Grain.MONTH}:
            breaks += [
                (source, month, kind, None)
                for month, kinds in series_breaks(seen).items()
                for kind in kinds
            ]
    breaks += [changed for changed in db.rows(CHANGED_BASIS) if changed[1] <= until]
    for name, derived in zip(LEARNT, (rows, breaks), strict=True):
        if derived:
            frame = pl.DataFrame(derived, orient="row", infer_schema_length=None)
            with db.view_of("rows_to_insert", frame) as view:
                db.run(f"insert into {name} select * from {view}")


WHOLE_PERIODS = """
    select distinct source, replaces_first, replaces_last from batches
    where undone_at is null and replaces_first is not null
        and batch in (select batch from batch_months where table_name = 'orders')
    order by 1, 2, 3
"""
"""The months that sources delivered as a whole: without lines they are truly empty."""

CHANGED_BASIS = """
    with stated as (
        select b.source, min(m.month) as month, b.basis, b.vat, b.batch
        from batches as b join batch_months as m using (batch)
        where m.table_name = 'orders' and b.undone_at is null
        group by b.source, b.basis, b.vat, b.batch
    ),
    compared as (
        select *, lag(basis) over w as basis_before, lag(vat) over w as vat_before
        from stated window w as (partition by source order by month, batch)
    )
    select source, month, case when basis <> basis_before then 'basis' else 'vat' end,
        case when basis <> basis_before then basis_before || ' > ' || basis
            else vat_before || ' > ' || vat end
    from compared where basis <> basis_before or vat <> vat_before order by 1, 2
"""
"""Months from which a source's basis or VAT differs."""


def latest_profile(db: Transaction, source: str) -> tuple[int, Profile]:
    """The latest batch of a source that counts and has orders or measurements, and its profile."""
    batch, text = db.rows(
        "select max(batch), arg_max(profile, batch) from batches"
        " where source = ? and undone_at is null and batch in (select batch from batch_months"
        " where table_name in ('orders', 'measurements'))",
        [source],
    )[0]
    return int(batch), parse_profile(text)

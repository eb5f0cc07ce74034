"""Months that are replaced whole are settled as they are line by line."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nami_monitor.ingest.book import standing as room
from nami_monitor.ingest.book.codes import book_months
from nami_monitor.ingest.book.standing import update_standings
from nami_monitor.store import Store
from nami_monitor.store.lines import begin_changes, rows_of

MONTHS = [date(2025, month, 1) for month in (1, 2, 3)]
LINES = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2)), max_size=4)
DELIVERIES = st.lists(
    st.tuples(
        st.sampled_from(["x", "y"]),
        st.one_of(st.none(), st.tuples(st.integers(0, 2), st.integers(0, 2)).map(sorted)),
        LINES,
    ),
    min_size=1,
    max_size=6,
)


class LookedError(Exception):
    """Ends a transaction that is not booked."""


def deliver(db, batch, source, replaces, lines) -> list[date]:
    """Book a delivery; a full period holds at least its own first and last month."""
    if replaces:
        lines = [*lines, (replaces[0], 1), (replaces[1], 1)]
        lines = [line for line in lines if replaces[0] <= line[0] <= replaces[1]]
    first, last = (MONTHS[k] for k in replaces) if replaces else (None, None)
    db.run(
        "insert into batches by name select ? as batch, ? as source, ? as products_of,"
        " ? as delivery, ? as replaces_first, ? as replaces_last",
        [batch, source, source, "full_period" if replaces else "adds", first, last],
    )
    begin_changes(db, "orders")
    for line, (month, quantity) in enumerate(lines):
        db.run(
            f"insert into {rows_of('orders')} by name select ? as batch, ? as line,"
            " 'live' as standing, ? as ordered_on, 'V' as location_id, 'c' as category,"
            " 'k' as channel, ? as quantity",
            [batch, line, MONTHS[month], quantity],
        )
    book_months(db, "orders", batch)
    months = {MONTHS[month] for month, _ in lines}
    if replaces:
        months |= set(MONTHS[replaces[0] : replaces[1] + 1])
    return sorted(months)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("settle") / "x.duckdb")
    yield store
    store.close()


@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=DELIVERIES)
def test_whole_months_are_settled_as_line_by_line(store, deliveries):
    standings = []

    def book(db):
        for batch, (source, replaces, lines) in enumerate(deliveries, start=1):
            update_standings(db, "orders", source, deliver(db, batch, source, replaces, lines))
        standings.append(
            db.rows("select batch, line, standing from orders_offered order by batch, line")
        )
        raise LookedError

    for quick in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not quick:
                patch.setattr(room, "_replaced_whole", lambda *found: not found[-1])
                patch.setattr(room, "_alone", lambda *_: False)
            with pytest.raises(LookedError), store.write() as db:
                book(db)
    assert standings[0] == standings[1]

"""Nothing vanishes: counts add up, lines come back as often as they were offered."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.property.importing import (
    START,
    Database,
    File,
    good_orders,
    histories,
    order_lines,
    some,
)
from tests.support.slow import examples

PHASES = [Phase.explicit, Phase.generate]
LIVE = "select ordered_on, location_id, line_category, product_id, channel, quantity, amount_eur"


def live(database):
    return Counter(database.rows(f"{LIVE} from orders"))


def adds(rows, source="X"):
    return File("orders", rows, source=source, create=("location_id", "product_id", "contract_id"))


@pytest.mark.slow
@settings(max_examples=examples(3), phases=PHASES)
@given(histories)
def test_every_line_of_every_file_is_accounted_for(files):
    with tempfile.TemporaryDirectory() as name:
        made = Database(Path(name), "counts")
        reports = {}
        for file in files:
            report = made.offer(file)
            for counts in report.tables.values():
                assert counts.read == counts.received + sum(counts.skipped.values())
                assert counts.received == counts.accepted + counts.set_aside + counts.known
            if made.batches[-1] is not None:
                reports[made.batches[-1]] = (file, report.main)
        for batch, (file, counts) in reports.items():
            kept = made.rows(
                f"select line from {file.table}_offered where batch = {batch} union all"
                f" select distinct line from set_aside where batch = {batch}"
                f" and (line) not in (select line from {file.table}_offered where batch = {batch})"
            )
            assert len(kept) == counts.received
            assert len({line for (line,) in kept}) == counts.received
        stored = dict(made.rows("select batch, report from batches where report is not null"))
        again = made.offer(files[-1])
        assert again.main.accepted == 0
        after = dict(made.rows("select batch, report from batches where report is not null"))
        assert {batch: after[batch] for batch in stored} == stored
        made.store.close()


@pytest.mark.slow
@settings(max_examples=examples(3), phases=PHASES)
@given(some(good_orders, 1, 6), some(good_orders, 1, 6))
def test_lines_are_multisets_and_files_come_in_any_order(first, second):
    with tempfile.TemporaryDirectory() as name:
        said = []
        for order in ((first, second), (second, first)):
            made = Database(Path(name), f"order{len(said)}")
            for file in START:
                made.offer(file)
            known = [made.offer(adds(rows)).main for rows in order]
            said.append(live(made))
            assert known[0].known == 0
            assert known[1].known == sum((Counter(first) & Counter(second)).values())
            before = made.says()
            again = made.offer(adds(order[1])).main
            assert (again.accepted, again.known) == (0, len(order[1]))
            assert made.says() == before
            made.store.close()
        assert said[0] == said[1]
        assert sum(said[0].values()) == sum((Counter(first) | Counter(second)).values())


@pytest.mark.slow
@settings(max_examples=examples(3), phases=PHASES)
@given(st.lists(order_lines, min_size=1, max_size=8).map(tuple))
def test_rollups_add_up_to_their_lines(rows):
    with tempfile.TemporaryDirectory() as name:
        made = Database(Path(name), "sums")
        for file in (*START, adds(rows), adds(rows[:1], source="Y")):
            made.offer(file)
        sums = "count(*), coalesce(sum(quantity), 0), coalesce(sum(amount_eur), 0)"
        parts = "coalesce(sum(lines), 0), coalesce(sum(quantity), 0), coalesce(sum(amount_eur), 0)"
        (lines,) = made.rows(f"select {sums} from orders")
        for rollup in ("by_place", "by_product"):
            assert made.rows(f"select {parts} from {rollup}") == [lines]
        made.store.close()

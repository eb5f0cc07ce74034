"""A figure on interventions leads back to the lines that were compared."""

import pytest

from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.trace import trace
from tests.kpis.interventions.offices import MONTHS, Offices


@pytest.fixture(scope="module")
def loaded(kept):
    Offices().load(kept)
    return kept


@pytest.mark.parametrize("code", ["waterbed_quotient", "refuse_net_avoided"])
def test_it_rests_on_every_line_of_the_two_channels(loaded, code):
    with loaded.store.read() as db:
        found = trace(db, CATALOGUE[code], Ask(kind="r12", until=MONTHS[-1]))
        lines = db.value("select count(*) from orders")
    assert sum(part.rows for part in found.batches) == lines
    assert {part.source for part in found.batches} == {"cabinet", "webshop"}
    assert (found.periods[0].first, found.periods[0].last) == (MONTHS[0], MONTHS[-1])


def test_it_rests_on_nothing_before_it_began(loaded):
    with loaded.store.read() as db:
        found = trace(db, CATALOGUE["refuse_net_avoided"], Ask(kind="month", until=MONTHS[3]))
    assert found.batches == ()

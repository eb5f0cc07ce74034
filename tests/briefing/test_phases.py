"""New phases of a figure: where one is offered, what accepting it changes, and how it is undone."""

from contextlib import closing
from datetime import date

import pytest

from nami_monitor.briefing.as_of import as_of, changed_since, read_as_of
from nami_monitor.briefing.overview import chart_of, overview
from nami_monitor.briefing.phases import accept, offered, phases, withdraw
from nami_monitor.core.errors import UserError
from nami_monitor.kpis import CATALOGUE
from nami_monitor.store import Store, Work
from tests.support.figures import to_digits

OCTOBER = date(2026, 10, 1)
SPEND = CATALOGUE["impact_spend"]
OFFICE = {"category": ("office_supplies",)}
CUT = "ZL-I-1"
"""It shortened the assortment of all 40 cabinets, and leaves the web shop."""
BEGAN = date(2023, 6, 1)


@pytest.fixture
def store(demo):
    with closing(Store(demo)) as opened:
        yield opened


def line(db, code, where=OFFICE, month=OCTOBER):
    return next(one for one in overview(db, month, where).lines if one.kpi.code == code)


def codes(db, where, until=OCTOBER, kpi=SPEND):
    return [one.code for one in offered(db, kpi, where, until)]


def test_a_phase_is_offered_where_a_measure_covers_every_location_and_channel(store):
    with store.read() as db:
        assert codes(db, OFFICE) == [CUT], "a pilot at one location covers one"
        assert codes(db, {"category": ("it_assets",)}) == ["ZL-I-2"], "one is yet to begin"
        assert codes(db, {"category": ("sanitary_supplies",)}) == [], "25 of 120 locations"
        assert codes(db, {}) == [], "a measure is about one category"
        assert codes(db, OFFICE | {"group": ("Regio Oost",)}) == [CUT]
        assert codes(db, OFFICE, kpi=CATALOGUE["reduce_survival"]) == [], "no series of months"
    with read_as_of(store, date(2023, 5, 1)) as db:
        assert codes(db, OFFICE, date(2023, 5, 1)) == [], "it had not begun"


@pytest.mark.slow
def test_what_is_accepted_is_used_and_can_be_undone(store):
    with store.read() as db:
        before = line(db, "impact_spend")
    version = store.version()
    with store.write(Work.NOTE, "cm") as db:
        accept(db, "impact_spend", OFFICE, OCTOBER, CUT, "cm")
        db.run("update batches set imported_at = timestamp '2026-01-05'")
    assert store.version() > version, "what was worked out before is worked out anew"
    with store.read() as db:
        found = line(db, "impact_spend")
        (phase,) = phases(db, SPEND, OFFICE)
        assert (phase.month, phase.measure, phase.who) == (BEGAN, CUT, "cm")
        assert found.phases == (BEGAN,)
        limits = chart_of(found.shown, found.phases).phases
        assert BEGAN in [found.shown[one.first].month for one in limits]
        assert line(db, "impact_mass").phases == ()
        assert line(db, "impact_spend", {}).phases == ()
        assert changed_since(db, date(2026, 1, 1)) == {"phases": 1}
        with as_of(db, date(2023, 5, 1)) as known:
            earlier = line(known, "impact_spend", month=date(2023, 5, 1))
            assert len(chart_of(earlier.shown, earlier.phases).phases) == 1
    with store.write(Work.NOTE, "cm") as db:
        withdraw(db, phase.name, "cm")
    with store.read() as db:
        assert to_digits(line(db, "impact_spend")) == to_digits(before)


@pytest.mark.parametrize("measure", ["ZL-I-3", "ZL-I-5", "none"])
def test_a_phase_that_is_not_offered_is_refused(store, measure):
    with pytest.raises(UserError) as error, store.write(Work.NOTE, "cm") as db:
        accept(db, "impact_spend", OFFICE, OCTOBER, measure, "cm")
    assert error.value.key == "phases.not_offered"
    with store.read() as db:
        assert phases(db, SPEND, OFFICE) == ()

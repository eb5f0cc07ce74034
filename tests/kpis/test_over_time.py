"""What every way over time owns: walked over the ways that the KPIs declare."""

import pickle
import sys
from dataclasses import fields
from datetime import date

import pytest

from nami_monitor.core.periods import period_at
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import LANGS, has_text
from nami_monitor.kpis import TRACED, Ask, compute
from nami_monitor.kpis.declare import OverTime
from nami_monitor.kpis.questions import DIMENSIONS
from nami_monitor.kpis.why import dimensions
from tests.kpis.kpi_tables import ACTIVITY

WAYS = {kpi.over_time.code: kpi.over_time for kpi in TRACED.values()}
KPIS = {kpi.over_time.code: kpi for kpi in TRACED.values()}
EVERY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
ORDERS = """
ordered_on location_id category product_id channel quantity amount_eur
2024-11-05 A           paper    P1         shop    10       50
2024-11-07 B           paper    P1         shop    5        25
"""
MOST_MODULES = 8
"""That a KPI passes from its declaration to its result; see docs/decisions."""


def subclasses(kind):
    return {kind, *(one for below in kind.__subclasses__() for one in subclasses(below))}


def test_every_way_is_declared_by_some_kpi():
    assert {type(way) for way in WAYS.values()} == subclasses(OverTime) - {OverTime}


def test_kpis_that_go_one_way_share_its_object():
    for kpi in TRACED.values():
        assert kpi.over_time == WAYS[kpi.over_time.code]


@EVERY
@pytest.mark.parametrize("lang", LANGS)
def test_a_way_has_words(way, lang):
    reasons = [f"reasons.{key}" for key in (way.not_split, way.nothing) if key]
    forms = [f"trace.forms.{form}" for form in way.forms]
    for key in (f"over_time.{way.code}", *forms, *reasons):
        assert has_text(key, lang), key


@EVERY
def test_a_way_owns_its_computation_and_the_rows_behind(way):
    for part in ("compute", "source_rows"):
        assert part in vars(type(way)), part


@EVERY
@pytest.mark.parametrize("kind", PeriodKind)
def test_the_months_of_a_figure_end_with_its_period(way, kind):
    period = period_at(kind, date(2024, 11, 1))
    months = way.months(period)
    assert months[-1].last == period.last
    assert list(months) == sorted(months, key=lambda one: one.first)


@EVERY
def test_a_change_is_split_or_says_why_not(way):
    kpi = KPIS[way.code]
    assert bool(dimensions(kpi, Ask())) != bool(way.not_split)
    assert way.split_by is None or dimensions(kpi, Ask()) == (way.split_by,)
    beneath = way.beneath(kpi)
    assert beneath.over_time.beneath(beneath) is beneath
    assert beneath.numerator == kpi.numerator


@EVERY
def test_a_way_is_grouped_and_shown_over_what_there_is(way):
    assert set(way.grouped_by or ()) <= set(DIMENSIONS)
    assert {way.shown_over(kind) for kind in PeriodKind} <= set(PeriodKind)


@EVERY
def test_a_way_survives_a_cache(way):
    again = pickle.loads(pickle.dumps(way))  # noqa: S301 - our own bytes
    assert again == way
    assert [getattr(again, field.name) for field in fields(way) if field.compare] == [
        getattr(way, field.name) for field in fields(way) if field.compare
    ]


def test_a_kpi_passes_few_modules_from_declaration_to_result(shop):
    """Counted are the modules of ``kpis`` in which something runs, and the one that declares it."""
    shop.load("orders", ORDERS)
    shop.load("measurements", ACTIVITY)
    passed = {"nami_monitor.kpis.catalogue.reduce"}

    def seen(frame, *_):
        name = frame.f_globals.get("__name__", "")
        if name.startswith("nami_monitor.kpis."):
            passed.add(name)

    with shop.store.read() as db:
        sys.setprofile(seen)
        try:
            compute(db, TRACED["reduce_spend_per_activity"], Ask(by=("category",)))
        finally:
            sys.setprofile(None)
    assert len(passed) <= MOST_MODULES, sorted(passed)

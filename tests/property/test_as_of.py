"""The cut test: what is said as of a month is what a database without anything later says."""

import random
import re
from contextlib import closing, contextmanager
from dataclasses import fields, is_dataclass
from datetime import date

import numpy as np
import pytest

from nami_monitor.briefing import wording
from nami_monitor.briefing.as_of import as_of, read_as_of
from nami_monitor.briefing.conclusions import conclusions
from nami_monitor.briefing.headline import headline
from nami_monitor.briefing.month import briefing
from nami_monitor.briefing.overview import filter_choices, overview
from nami_monitor.briefing.signals import signals
from nami_monitor.briefing.targets import lines as target_lines
from nami_monitor.core.periods import add_months, month_range
from nami_monitor.core.words import PeriodKind
from nami_monitor.demo.truth import TRUTH
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.interventions.evaluation import evaluations
from nami_monitor.kpis.interventions.panel_data import READINGS
from nami_monitor.kpis.measurability import measurability
from nami_monitor.reports.document import Audience
from nami_monitor.reports.pages import document
from nami_monitor.store import Store
from tests.support.cutting import cut_after, rows_by_name
from tests.support.slow import LONGER

LAST = TRUTH.last_month
MONTHS = month_range(add_months(TRUTH.first_month, 1), add_months(LAST, -1))
TURNS = sorted(
    {date(2024, 1, 1), date(2025, 1, 1)}  # the break and the split of the contract
    | {date(2022, 11, 1), date(2024, 1, 1), date(2025, 3, 1), date(2025, 10, 1)}  # starts
    | {date(2023, 11, 1), date(2026, 3, 1), date(2026, 10, 1)}  # a year later
)
"""The last month, and every break, start and evaluation month of the demo."""
SAMPLED = random.Random(13).sample(MONTHS, 1)  # noqa: S311 - a sample of a test
ROUNDED = re.compile(r" \((afgerond|rounded)\)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SIGNS = re.compile("[.,]")
KINDS = (PeriodKind.MONTH, PeriodKind.R12, PeriodKind.YTD)


@pytest.fixture(scope="module")
def both(demo_folder, tmp_path_factory):
    """``both(month)`` gives the demo as of a month, and the demo that was cut after it."""
    whole, made = demo_folder / "demo.duckdb", {}

    @contextmanager
    def looks(month):
        if month not in made:
            made[month] = cut_after(whole, month, tmp_path_factory.mktemp("cut") / "cut.duckdb")
        with (
            closing(Store(whole)) as store,
            closing(Store(made[month])) as cut,
            read_as_of(store, month) as known,
            cut.read() as alone,
        ):
            yield known, alone

    return looks


def alike_texts(one, other, path):
    """Whether two texts say the same.

    Sums in another order differ in the last bit, and with it how a half is rounded.
    """
    this, that = (ROUNDED.sub("", text) for text in (one, other))
    assert NUMBER.sub("#", this) == NUMBER.sub("#", that), (path, one, other)
    for a, b in zip(NUMBER.findall(this), NUMBER.findall(that), strict=True):
        assert len(a) == len(b), (path, one, other)
        assert abs(int(SIGNS.sub("", a)) - int(SIGNS.sub("", b))) <= 1, (path, one, other)


def alike(one, other, path=""):
    """Whether two results are the same, figure for figure; says where they are not."""
    if is_dataclass(one):
        assert type(one) is type(other), path
        for each in fields(one):
            alike(getattr(one, each.name), getattr(other, each.name), f"{path}.{each.name}")
    elif isinstance(one, dict):
        assert list(one) == list(other), path
        for key, value in one.items():
            alike(value, other[key], f"{path}[{key}]")
    elif isinstance(one, (tuple, list)):
        assert len(one) == len(other), (path, one, other)
        for at, (this, that) in enumerate(zip(one, other, strict=True)):
            alike(this, that, f"{path}[{at}]")
    elif isinstance(one, (float, np.ndarray)) and other is not None:
        assert np.allclose(one, other, rtol=1e-7, atol=1e-9, equal_nan=True), (path, one, other)
    elif isinstance(one, str) and isinstance(other, str):
        alike_texts(one, other, path)
    elif callable(one):  # how cells are written, which a page shows
        assert callable(other), path
    else:
        assert one == other, (path, one, other)


def figures(db, month):
    asks = [Ask(kind=kind, until=month, by=("category",)) for kind in KINDS]
    return {
        (code, str(ask.kind)): compute(db, kpi, ask)
        for code, kpi in CATALOGUE.items()
        for ask in asks
    }


def begun(db, unit, month):
    """The evaluations of the measures that have begun."""
    return [one for one in evaluations(db, unit) if one.intervention.start_month <= month]


def measured(db):
    found = measurability(db)
    cells = [(one.kpi.code, one.category, one.result, one.lacks) for one in found.cells]
    return found.month, found.categories, cells, found.unlocks


def signalled(db, month, categories):
    return [
        signals(db, overview(db, month, where), where)
        for where in ({"category": (code,)} for code in categories)
    ]


def said(db, month, category):
    found = briefing(db, month, [category])
    pages = document(found, "nl", Audience.MANAGEMENT, organisation="Zilverlinden")
    return pages, headline(found, "nl"), wording.caveats(found, "en")


@pytest.mark.slow
@pytest.mark.parametrize("month", SAMPLED)
def test_every_table_is_that_of_a_database_cut_after_the_month(both, month):
    with both(month) as (known, alone):
        ours, theirs = (rows_by_name(db) for db in (known, alone))
    assert ours.keys() == theirs.keys()
    assert {name for name in ours if ours[name] != theirs[name]} == set()


@pytest.mark.slow
@pytest.mark.parametrize("month", SAMPLED)
def test_figures_verdicts_signals_and_reports_are_those_of_a_cut_database(both, month):
    with both(month) as (known, alone):
        alike(*(figures(db, month) for db in (known, alone)))
        alike(*([begun(db, unit, month) for unit in READINGS] for db in (known, alone)))
        alike(*(signalled(db, month, ["office_supplies"]) for db in (known, alone)))
        alike(*(said(db, month, "office_supplies") for db in (known, alone)))


@pytest.mark.slow
@pytest.mark.parametrize("month", MONTHS if LONGER > 1 else MONTHS[9::48])
def test_every_month_speaks_of_nothing_later(both, month):
    with both(month) as (known, alone):
        ours, theirs = (rows_by_name(db) for db in (known, alone))
        assert {name for name in ours if ours[name] != theirs[name]} == set()
        categories = sorted(filter_choices(alone).categories)
        alike(*(figures(db, month) for db in (known, alone)))
        alike(*([begun(db, unit, month) for unit in READINGS] for db in (known, alone)))
        alike(*(signalled(db, month, categories) for db in (known, alone)))
        for look in (measured, conclusions, target_lines):
            alike(*(look(db) for db in (known, alone)))


@pytest.mark.slow
@pytest.mark.parametrize("month", TURNS if LONGER > 1 else TURNS[2:3])
def test_a_report_speaks_of_nothing_later(both, month):
    with both(month) as (known, alone):
        for category in sorted(filter_choices(alone).categories):
            alike(*(said(db, month, category) for db in (known, alone)))


def test_the_latest_month_is_all_that_is_there(demo_folder):
    with closing(Store(demo_folder / "demo.duckdb")) as store, store.read() as db:
        with as_of(db, LAST) as known:
            assert known is db
        with as_of(db, add_months(LAST, -1)) as known, as_of(known, LAST) as later:
            assert later is known
            with pytest.raises(ValueError, match="2026-08"), as_of(known, date(2026, 8, 1)):
                pass
        assert db.value("select max(month) from by_place") == LAST

"""What the product says of what was planted beside the measures: a fall, and Decembers."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from nami_monitor.briefing.conclusions import conclusions
from nami_monitor.briefing.figure_signals import SPEND, SignalScope, of_december
from nami_monitor.briefing.overview import level_signals
from nami_monitor.briefing.signals import VOLUME
from nami_monitor.core.words import KitSignal
from nami_monitor.demo.cases import NEW_PIECES, PRICES, REFURBISHED_PIECES
from nami_monitor.demo.truth import CASES_TRUTH, TRUTH
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.store import Store

FURNISHING = {"category": ("furnishing",)}
WEB_SHOP = {"category": ("office_supplies",), "channel": ("webshop",)}
DECEMBER = 12


@pytest.fixture(scope="module")
def db(demo_folder):
    with closing(Store(demo_folder / "demo.duckdb")) as store, store.read() as reading:
        yield reading


def months_of(db, code, where):
    """The figures of all months, oldest first, and what each shows as of itself."""
    results = compute(db, CATALOGUE[code], Ask(last=len(TRUTH.months), where=where))
    return results, level_signals(results)


def test_conclusion_five_names_the_fall_that_nobody_called_sustainable(db):
    found = conclusions(db)
    assert [one.signal.numbers["name"] for one in found.open] == [TRUTH.fallen_group]
    (fall,) = found.falls
    assert fall.signal.numbers["part"] == pytest.approx(-TRUTH.fall, abs=0.05)
    assert fall.signal.numbers["eur"] > 0
    assert fall.signal.numbers["kg"] > 0
    assert (found.counted.value, found.month) == (1, TRUTH.last_month)


def test_the_scan_dates_the_fall_and_it_stands(db):
    group = {"category": ("office_supplies",), "product_group": (TRUTH.fallen_group,)}
    results, shown = months_of(db, VOLUME, group)
    told = [at for at in range(len(results)) if shown.at(at) is not None]
    assert results[told[0]].month == TRUTH.fall_from
    assert told == list(range(told[0], len(results)))
    last = shown.at(len(results) - 1)
    assert not last.up
    assert results[-last.months].month == TRUTH.fall_from
    assert results[-1].value / last.expected - 1 == pytest.approx(TRUTH.fall, abs=0.1)


def test_december_of_furnishing_stands_out_of_its_year(db):
    results, _ = months_of(db, SPEND, FURNISHING)
    spent = {one.month: one.value for one in results if one.value is not None}
    (peak,) = of_december(SignalScope(TRUTH.last_month, FURNISHING, spent=spent))
    assert (peak.kind, peak.month) == (KitSignal.YEAR_END_PEAK, date(2025, DECEMBER, 1))
    usual = REFURBISHED_PIECES * PRICES["Refurbished"]
    mean = PRICES["Nieuw"] * sum(NEW_PIECES) / len(NEW_PIECES)
    expected = CASES_TRUTH.december_furniture * mean + usual
    share = 100 * expected / (expected + 11 * (mean + usual))
    assert peak.numbers["share"] == pytest.approx(share, abs=1)


def test_conclusion_four_shows_it_first(db):
    first = conclusions(db).decembers[0]
    assert (first.category, first.result.period.last.year) == ("furnishing", 2025)


@pytest.mark.parametrize(("code", "where"), [(SPEND, FURNISHING), (VOLUME, WEB_SHOP)])
def test_a_peak_of_every_december_is_no_change_of_level(db, code, where):
    """Where two years are known, a December that is like the one before is the season's."""
    results, shown = months_of(db, code, where)
    decembers = [
        at
        for at, one in enumerate(results)
        if one.month.month == DECEMBER and one.value is not None and shown.enough(at)
    ]
    assert decembers
    for at in decembers:
        others = [one.value for one in results[at - 11 : at]]
        assert results[at].value > max(others), "it is the highest month of its year"
        assert shown.at(at) is None
        assert at + 1 == len(results) or shown.at(at + 1) is None

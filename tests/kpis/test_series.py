"""Figures as numbers alone are those of the results that are made whole."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from nami_monitor.core.periods import period_at
from nami_monitor.core.words import Flag, PeriodKind, State
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.over_time.added_up import AddedUp, ChangeInYear
from nami_monitor.kpis.questions import RELATIONS
from nami_monitor.kpis.result import Reason, Series
from nami_monitor.store import Store

IN_NUMBERS = [
    kpi
    for kpi in CATALOGUE.values()
    if isinstance(kpi.over_time, AddedUp | ChangeInYear) and not kpi.method
]


@pytest.mark.slow
@pytest.mark.parametrize("by", [("category",), ("category", "product_group")])
def test_series_hold_the_values_and_breaks_of_results(demo, by):
    ask = Ask(by=by, last=40)
    seen = np.zeros(2)
    store = Store(demo)
    with store.read() as db:
        for kpi in IN_NUMBERS:
            if not any(set(by) <= set(RELATIONS[name].dimensions) for name in kpi.reads):
                continue
            series = kpi.over_time.series(db, kpi, ask)
            results = {}
            for one in compute(db, kpi, ask):
                results.setdefault(tuple(one.keys.values()), []).append(one)
            assert set(series) == set(results), kpi.code
            for keys, own in results.items():
                plain, quick = Series.of(own), series[keys]
                np.testing.assert_allclose(quick.values, plain.values, rtol=1e-9, atol=1e-9)
                if kpi.per_activity:
                    np.testing.assert_allclose(quick.totals, plain.totals, rtol=1e-9, atol=1e-9)
                assert quick.broken.tolist() == plain.broken.tolist()
                assert quick.unsure.tolist() == plain.unsure.tolist()
                assert quick.excused == plain.excused
                seen += np.isfinite([plain.values, quick.totals]).sum(axis=1)
    store.close()
    assert min(seen) > 100
    assert max(seen) > 1000


def test_the_numbers_of_results_say_what_is_missing_broken_unsure_and_excused():
    kpi = CATALOGUE["reduce_volume_per_activity"]
    blank = kpi.blank(period_at(PeriodKind.MONTH, dt.date(2024, 12, 1)), {}, completeness=1.0)
    whole = replace(blank, state=State.VALUE, value=2.0, numerator=8.0, flags=(Flag.PROVISIONAL,))
    lacks = replace(blank, numerator=5.0, reason=Reason("activity_missing"))
    none = replace(blank, state=State.NOT_APPLICABLE, reason=Reason("not_applicable"))
    found = Series.of([replace(whole, flags=(Flag.DATA_BREAK,)), whole, lacks, none])
    np.testing.assert_array_equal(found.values, [2, 2, np.nan, np.nan])
    np.testing.assert_array_equal(found.totals, [8, 8, 5, np.nan])
    assert found.broken.tolist() == [True, False, False, False]
    assert found.unsure.tolist() == [False, True, False, False]
    assert found.excused == Reason("not_applicable")

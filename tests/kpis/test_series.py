"""Figures as numbers alone are those of the results that are made whole."""

import numpy as np
import pytest

from nami_monitor.core.words import Flag
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.over_time.added_up import AddedUp, ChangeInYear
from nami_monitor.kpis.questions import RELATIONS
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
    seen = 0
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
                values = [np.nan if one.value is None else one.value for one in own]
                broken = [Flag.DATA_BREAK in one.flags for one in own]
                np.testing.assert_allclose(series[keys].values, values, rtol=1e-9, atol=1e-9)
                assert series[keys].broken.tolist() == broken
                seen += sum(one.value is not None for one in own)
    store.close()
    assert seen > 1000

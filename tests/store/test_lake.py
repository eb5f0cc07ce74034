"""A lake holds what a database holds, and roll-ups of it are the same on every engine."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Flag, PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, compute, latest_month
from nami_monitor.kpis.interventions.evaluation import evaluations
from nami_monitor.kpis.interventions.panel_data import READINGS
from nami_monitor.store import Store
from tests.property.test_as_of import alike as alike_in_all
from tests.support.lakes import (
    differences,
    exported,
    opened,
    rolled,
    sail,  # noqa: F401 - a fixture
    summed,
)


@pytest.fixture(scope="module")
def of_demo(demo_folder, tmp_path_factory, sail):  # noqa: F811 - a fixture
    """The demo's database, its lake, and the roll-ups of DuckDB and of Sail."""
    path, place = demo_folder / "demo.duckdb", tmp_path_factory.mktemp("lake")
    exported(path, place)
    return path, place, rolled(place, place), rolled(place, tmp_path_factory.mktemp("sail"), sail)


def figures(path):
    with closing(Store(path)) as store, store.read() as db:
        until = latest_month(db)
        asks = [
            Ask(kind=kind, until=until, by=("category",))
            for kind in (PeriodKind.MONTH, PeriodKind.R12)
        ]
        return {
            (code, str(ask.kind), str(result.keys)): (
                result.value,
                result.reason and result.reason.key,
            )
            for code, kpi in CATALOGUE.items()
            for ask in asks
            for result in compute(db, kpi, ask)
        }


def alike(one, other):
    assert one.keys() == other.keys()
    for key, (value, reason) in one.items():
        there, because = other[key]
        assert reason == because, key
        if value is None or there is None or not isinstance(value, float):
            assert value == there, key
        else:
            assert np.isclose(value, there, rtol=1e-9, atol=1e-9, equal_nan=True), key


@pytest.mark.slow
def test_every_row_of_a_roll_up_of_the_demo_is_the_same_on_every_engine(of_demo):
    path, _, by_duckdb, by_sail = of_demo
    with closing(Store(path)) as store, store.write() as db:
        db.discard()
        assert not differences(db, by_duckdb)
        assert not differences(db, by_sail)


@pytest.mark.slow
def test_figures_and_measures_are_the_same_after_a_move(of_demo, tmp_path):
    path, place, _, by_sail = of_demo
    moved = opened(place, by_sail, tmp_path / "moved")
    alike(figures(path), figures(moved))
    with (
        closing(Store(path)) as store,
        closing(Store(moved)) as other,
        store.read() as db,
        other.read() as there,
    ):
        for unit in READINGS:
            alike_in_all(evaluations(db, unit), evaluations(there, unit))


@pytest.fixture(scope="module")
def sum_of_demos(of_demo, tmp_path_factory):
    """The sum of five organisations that have the demo's data, by way of Sail."""
    _, place, _, by_sail = of_demo
    return summed(place, by_sail, tmp_path_factory.mktemp("sum"))


@pytest.mark.slow
def test_the_sum_of_five_demos_has_the_figures_of_each_and_of_all(of_demo, sum_of_demos):
    own, (path, names) = of_demo[0], sum_of_demos
    with (
        closing(Store(own)) as store,
        closing(Store(path)) as other,
        store.read() as db,
        other.read() as there,
    ):
        until, compared, added = latest_month(db), 0, 0
        assert latest_month(there) == until
        for code, kpi in CATALOGUE.items():
            if not {"by_place", "by_request", "by_asset"} & set(kpi.reads):
                continue
            ask = Ask(kind=PeriodKind.R12, until=until, by=("category",))
            of_one = replace(ask, where={"group": (names[1],)})
            alone = compute(db, kpi, ask)
            try:
                part = compute(there, kpi, of_one)
            except UserError:
                continue  # what has no places is not told of one organisation
            compared += compare_all(alone, part, code, 1)
            added += compare_all(alone, compute(there, kpi, ask), code, len(names))
    assert compared > 50
    assert added > 50


def compare_all(alone, part, code, times):
    """How many figures are the same, or so many times as much, where both are told."""
    there, same = {str(one.keys): one for one in part}, 0
    for one in alone:
        other = there[str(one.keys)]
        if Flag.SMALL_CELL in other.flags:
            continue
        for here, found in ((one.numerator, other.numerator), (one.value, other.value)):
            if here is None or found is None:
                assert here == found, (code, one, other)
            else:
                assert np.isclose(found, here) or np.isclose(found, here * times), (code, one)
        same += one.value is not None
    return same

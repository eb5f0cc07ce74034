"""A lake holds what a database holds, and roll-ups of it are the same on every engine."""

from contextlib import closing

import numpy as np
import pytest

from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, compute, latest_month
from nami_monitor.kpis.interventions.evaluation import evaluations
from nami_monitor.kpis.interventions.panel_data import READINGS
from nami_monitor.store import Store
from tests.property.test_as_of import alike as alike_in_all
from tests.support.lakes import differences, exported, opened, rolled, sail  # noqa: F401 - a fixture


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

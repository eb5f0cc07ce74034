"""An import makes anew what rests on what it brought, and what it leaves stands as it should."""

from contextlib import closing

import pytest

from nami_monitor.ingest.book.standing import refresh_derived
from nami_monitor.store import Store
from nami_monitor.store.rollups import REGISTER_ROLLUPS, refresh_registers
from nami_monitor.store.schema import script
from nami_monitor.tables import TABLES


def test_every_register_further_tables_that_exist():
    for rollup in REGISTER_ROLLUPS.values():
        assert rollup.required | rollup.further <= set(TABLES)


@pytest.mark.parametrize("name", REGISTER_ROLLUPS)
def test_every_register_has_its_view(name):
    scripts = script("ledgers") + script("projects")
    assert f"create view {name}_made as" in scripts
    assert f"create table {name} as from {name}_made" in scripts


ALL = set(REGISTER_ROLLUPS) - {"registers"}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("tables", "stale"),
    [
        (["requests"], ALL - {"by_request"}),
        (["asset_events"], ALL - {"by_asset", "by_life"}),
        (["contracts"], ALL - {"by_contract", "by_project"}),
        (["materials"], ALL - {"by_project"}),
        (["shadow_prices"], ALL - {"by_project"}),
        (["programme_units"], ALL - {"by_project", "by_unit"}),
        (["interventions"], ALL - {"by_initiative"}),
        (["targets"], ALL),
        (None, set()),
    ],
)
def test_only_what_further_the_tables_is_made_anew(tmp_path, tables, stale):
    with closing(Store(tmp_path / "own.duckdb")) as store, store.write() as db:
        made = [name for name in REGISTER_ROLLUPS if name != "registers"]
        for name in made:
            db.run(f"insert into {name} by name select 'old' as source")
        refresh_derived(db, [], tables)
        left = {name for name in made if db.value(f"select count(*) from {name}")}
    assert left == stale


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", REGISTER_ROLLUPS)
def test_a_register_that_nobody_delivered_is_empty_by_its_view_too(demo, name):
    """Its view is then not asked; here it is, of everything else that the demo holds."""
    with closing(Store(demo)) as store, store.write() as db:
        assert db.value(f"select count(*) from {name}")
        for table in REGISTER_ROLLUPS[name].required:
            db.run(f"delete from {table}_offered")
        refresh_registers(db)
        assert db.value(f"select count(*) from {name}") == 0
        assert db.value(f"select count(*) from {name}_made") == 0

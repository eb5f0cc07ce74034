"""An import makes anew what rests on what it brought, and what it leaves stands as it should."""

from contextlib import closing

import pytest

from nami_monitor.ingest.derive import refresh_months
from nami_monitor.store import Store
from nami_monitor.store.ledgers import LEDGERS
from nami_monitor.store.schema import script
from nami_monitor.tables import TABLES


def test_every_register_rests_on_tables_that_exist():
    for rests_on in LEDGERS.values():
        assert rests_on <= set(TABLES)


@pytest.mark.parametrize("name", LEDGERS)
def test_every_register_has_its_view(name):
    assert f"create view {name}_made as" in script("ledgers")
    assert f"create table {name} as from {name}_made" in script("ledgers")


@pytest.mark.parametrize(
    ("tables", "stale"),
    [
        (["requests"], {"by_asset", "by_life", "by_contract"}),
        (["asset_events"], {"by_request", "by_contract"}),
        (["contracts"], {"by_request", "by_asset", "by_life"}),
        (["targets"], {"by_request", "by_asset", "by_life", "by_contract"}),
        (None, set()),
    ],
)
def test_only_what_rests_on_the_tables_is_made_anew(tmp_path, tables, stale):
    with closing(Store(tmp_path / "own.duckdb")) as store, store.write() as db:
        made = [name for name in LEDGERS if name != "registers"]  # it is made from the others
        for name in made:
            db.run(f"insert into {name} by name select 'old' as source")
        refresh_months(db, [], tables)
        left = {name for name in made if db.value(f"select count(*) from {name}")}
    assert left == stale

"""An import makes anew what rests on what it brought, and what it leaves stands as it should."""

from contextlib import closing

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nami_monitor.ingest.book.standing import refresh_derived
from nami_monitor.store import Store
from nami_monitor.store.lines import open_lines, rows_of
from nami_monitor.store.rollups import ARTICLE, REGISTER_ROLLUPS, refresh_registers
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


@pytest.mark.slow
def test_orders_and_articles_are_counted_by_place_category_and_month(demo):
    """As polars counts them in the lines, of which some have no order number and some no amount."""
    with closing(Store(demo)) as store, store.write() as db:
        open_lines(db, "orders")
        rows = rows_of("orders")
        db.run(f"update {rows} set order_ref = null where line % 3 = 0")
        db.run(f"update {rows} set order_ref = 'B' || line % 7 where line % 5 = 0")
        db.run(f"update {rows} set amount_eur = null where line % 4 = 0")
        db.run(f"update {rows} set product_id = null where line % 11 = 0")
        refresh_derived(db)
        lines = db.frame(
            f"select *, {ARTICLE} as counted from orders where location_id is not null"
        )
        found = db.frame("select * from by_cell")
    cell = ["month", "location_id", "category"]
    lines = lines.with_columns(
        pl.col("ordered_on").dt.truncate("1mo").alias("month"),
        alone=pl.format("{}/{}", "batch", "line"),
    )
    for counts, column in (("orders", "order_ref"), ("articles", "counted")):
        kinds = pl.coalesce(column, "alone")
        expected = lines.group_by(cell).agg(
            pl.lit(counts).alias("counts"),
            kinds.n_unique().cast(pl.Int64).alias("lines"),
            *(
                kinds.filter(pl.col(known).is_not_null()).n_unique().cast(pl.Int64).alias(name)
                for known, name in (("amount_eur", "with_amount"), ("quantity", "with_quantity"))
            ),
        )
        mine = found.filter(pl.col("counts") == counts).select(expected.columns)
        assert_frame_equal(mine.sort(cell), expected.sort(cell))
        assert expected["with_amount"].min() < expected["lines"].min()


def test_requests_find_their_prices_by_a_sort_however_few_they_seem(tmp_path):
    """Rows that were just written are taken for few; comparing each with each takes minutes."""
    with closing(Store(tmp_path / "own.duckdb")) as store, store.trial() as db:
        ((_, plan),) = db.rows("explain select sum(avoided_eur) from request_rows")
    assert "Asof Join" in plan

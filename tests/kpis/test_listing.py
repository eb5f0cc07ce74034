"""Rows as they may be told: small cells, targets, activity, exports, and what has no rows."""

import csv
from datetime import date

import openpyxl
import polars as pl
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import State
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.questions import EMPTY
from nami_monitor.kpis.trace import export, rows, trace
from tests.kpis.kpi_tables import ACTIVITY, CATEGORIES, LOCATIONS, PRODUCTS
from tests.kpis.traced import PAGE, checked, paged
from tests.support.monitor import Monitor

UNTIL = date(2024, 12, 1)
ORDERS = """
ordered_on location_id category product_id quantity amount_eur order_ref contract_id
2024-12-02 A           paper    P1         2        20         =1+1      .
2024-12-02 B           paper    P1         1        10         B1        .
2024-12-03 C           paper    P1         4        40         C1        K1
2024-12-04 C           laptops  L1         1        900        C2        K1
2024-12-05 D           paper    P2         3        .          D1        .
2024-11-05 D           paper    P1         3        33         D2        .
"""
PLACES = """
location_id name organisation group
C           Cuijk Org         south
D           Delft Org         south
"""
STAFF = """
period_start period_end location_id activity_measure value unit
2024-12-01   2024-12-31 A           headcount        3     fte
2024-12-01   2024-12-31 B           headcount        9     fte
2024-12-01   2024-12-31 C           headcount        40    fte
2024-12-01   2024-12-31 D           headcount        50    fte
"""
TARGETS = """
kpi          category kind     period value
impact_spend paper    absolute 2024-12 1000
impact_mass  paper    absolute 2024-12 1
impact_spend laptops  absolute 2023-12 1
refuse_rate  laptops  absolute 2024-12 1
no_such_kpi  paper    absolute 2024-12 1
"""
BALLOTS = """
category name_nl name_en refuse_applies refuse_reason
ballots  Biljet  Ballot  false          wet
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Four sites in two groups, of which A has three staff and B is the next smallest."""
    made = Monitor(tmp_path_factory.mktemp("shop"))
    for table, text in (
        ("categories", CATEGORIES), ("categories", BALLOTS), ("locations", LOCATIONS),
        ("locations", PLACES), ("products", PRODUCTS), ("targets", TARGETS),
    ):  # fmt: skip
        made.load(table, text)
    for text in (ACTIVITY, STAFF):
        made.load("measurements", text, proxy="false")
    made.load("orders", ORDERS, channel="shop")
    yield made
    made.store.close()


def told(shop, code, kind="month", **where):
    """The rows of a figure, as dicts."""
    with shop.store.read() as db:
        ask = Ask(kind=kind, until=UNTIL, where={key: (one,) for key, one in where.items()})
        shown = rows(db, CATALOGUE[code], ask)
        found = [dict(zip(shown.columns, row, strict=True)) for row in shown.rows]
        return found, shown.total, shown.withheld


def test_a_row_says_where_it_stands_and_what_it_gives(shop):
    found, total, withheld = told(shop, "impact_spend", location="C")
    assert (total, withheld) == (2, 0)
    first = found[0]
    assert (first["file"], first["sheet"], first["line"]) == ("orders_9.csv", None, 4)
    assert (first["ordered_on"], first["location_id"]) == (date(2024, 12, 3), "C")
    assert (first["product_id"], first["contract_id"]) == ("P1", "K1")
    assert [row["numerator"] for row in found] == [40, 900]


def test_a_row_without_an_amount_gives_nothing_and_not_zero(shop):
    found, _, _ = told(shop, "impact_spend", location="D")
    assert [row["numerator"] for row in found] == [None]


def test_the_rows_of_a_small_site_and_of_the_next_smallest_are_left_out(shop):
    found, total, withheld = told(shop, "impact_mass")
    assert (total, withheld) == (5, 2)
    assert [row["location_id"] for row in found] == ["C", "C", "D"]
    assert found[0]["numerator"] == 10


def test_rows_chosen_by_a_product_leave_small_sites_out_and_say_how_many(shop):
    found, total, withheld = told(shop, "impact_spend", product="P1")
    assert (total, withheld) == (3, 2)
    assert [row["location_id"] for row in found] == ["C"]


def test_a_figure_that_is_hidden_tells_no_batch_and_no_row(shop):
    with shop.store.read() as db:
        ask = Ask(until=UNTIL, where={"product": ("P1",), "location": ("A",)})
        traced = trace(db, CATALOGUE["impact_spend"], ask)
        assert traced.result.reason.key == "small_cell"
        assert (traced.batches, traced.relation) == ((), "")
        with pytest.raises(UserError) as refused:
            rows(db, CATALOGUE["impact_spend"], ask)
    assert refused.value.key == "trace.no_rows"


def test_what_does_not_apply_leads_to_its_reason(shop):
    with shop.store.read() as db:
        ask = Ask(until=UNTIL, where={"category": ("ballots",)})
        traced = trace(db, CATALOGUE["refuse_rate"], ask)
    assert traced.result.state is State.NOT_APPLICABLE
    assert traced.result.reason.values["reason"] == "wet"
    assert traced.batches == ()


def test_what_cannot_be_computed_still_shows_its_rows(shop):
    """Two of the units are mixed, so there is no figure; the lines say which."""
    with shop.store.read() as db:
        ask = Ask(until=UNTIL, where={"activity": ("headcount",), "location": ("C", "D")})
        traced, by_table = checked(db, CATALOGUE["reduce_volume_per_activity"], ask)
    assert traced.result.reason.key == "mixed_units"
    assert {row["base_unit"] for row in by_table["orders"]} == {"pack", "piece"}


def test_activities_of_several_kinds_are_never_added_up(shop):
    result = shop.one("reduce_spend_per_activity")
    assert result.reason.key == "mixed_activity"
    assert (result.numerator, result.denominator, result.activity) == (970, None, None)


def test_the_activity_is_traced_to_its_measurements(shop):
    with shop.store.read() as db:
        ask = Ask(kind="month", until=UNTIL, where={"category": ("laptops",), "location": ("B",)})
        assert trace(db, CATALOGUE["reduce_spend_per_activity"], ask).result.value is None
        ask = Ask(until=UNTIL, where={"activity": ("headcount",), "location": ("C", "D")})
        _, by_table = checked(db, CATALOGUE["reduce_spend_per_activity"], ask)
    assert [row["denominator"] for row in by_table["measurements"]] == [40, 50]
    assert len(by_table["orders"]) == 3


def test_targets_are_rows_too_with_their_aim_and_what_was_reached(shop):
    with shop.store.read() as db:
        kpi, ask = CATALOGUE["steer_target_attainment"], Ask(kind="quarter", until=UNTIL)
        traced, by_table = checked(db, kpi, ask)
        where = {"category": ("laptops",)}
        only = paged(db, kpi, Ask(kind="quarter", until=UNTIL, where=where), PAGE)
    assert (traced.result.value, traced.relation) == (50, "targets")
    seen = {row["kpi"]: row for row in by_table["targets"]}
    assert {code: (row["aim"], row["reached"]) for code, row in seen.items()} == {
        "impact_spend": (1000, 70), "impact_mass": (1, 17.5), "refuse_rate": (1, None),
    }  # fmt: skip
    assert [row["numerator"] for row in seen.values()] == [1, 0, 0]
    assert [row["denominator"] for row in seen.values()] == [1, 1, 0]
    assert [row["kpi"] for row in only] == ["refuse_rate"]


def test_values_that_are_counted_once_are_told_by_name(shop):
    with shop.store.read() as db:
        kpi = CATALOGUE["refuse_assortment"]
        traced, by_table = checked(db, kpi, Ask(until=UNTIL, where={"location": ("C", "D")}))
    assert traced.result.numerator == 3
    assert {row["numerator"] for row in by_table["orders"]} == {"S/P1", "S/L1", "S/P2"}


@pytest.mark.parametrize("value", ["C", "x'; drop table batches; --", "'", "?", "C' or '1'='1"])
def test_a_filter_is_a_value_and_never_sql(shop, value):
    found, total, _ = told(shop, "impact_spend", location=value)
    assert total == len(found) == (2 if value == "C" else 0)


def test_a_filter_can_ask_for_what_is_not_stated(shop):
    found, total, _ = told(shop, "impact_spend", contract=EMPTY)
    assert ([row["location_id"] for row in found], total) == (["D"], 3)


def test_a_batch_can_be_looked_at_alone(shop):
    shop_ask = Ask(kind="year", until=UNTIL)
    with shop.store.read() as db:
        kpi = CATALOGUE["impact_spend"]
        (part,) = trace(db, kpi, shop_ask).batches
        assert (part.source, part.file, part.vat, part.grain) == (
            "S", "orders_9.csv", "excl", "line",
        )  # fmt: skip
        assert part.rows == 6
        assert len(paged(db, kpi, shop_ask, PAGE, 2, batch=part.batch)) == 4
        assert paged(db, kpi, shop_ask, PAGE, batch=part.batch + 1) == []


def test_more_than_one_figure_and_no_figure_are_refused(shop, monitor):
    with shop.store.read() as db, pytest.raises(UserError) as refused:
        trace(db, CATALOGUE["impact_spend"], Ask(until=UNTIL, by=("location",)))
    assert refused.value.key == "trace.one_figure"
    with monitor.store.read() as db, pytest.raises(UserError) as refused:
        trace(db, CATALOGUE["impact_spend"], Ask())
    assert refused.value.key == "trace.no_figure"
    with shop.store.read() as db, pytest.raises(UserError) as refused:
        rows(db, CATALOGUE["impact_spend"], Ask(until=UNTIL), table="assets")
    assert refused.value.key == "trace.no_rows"
    assert refused.value.values["known"] == "orders"


@pytest.mark.parametrize("where", [{}, {"product": ("P1",)}, {"location": ("C",)}])
def test_every_file_holds_the_rows_of_the_pages(shop, tmp_path, where):
    kpi, ask = CATALOGUE["impact_spend"], Ask(kind="year", until=UNTIL, where=where)
    with shop.store.read() as db:
        shown = rows(db, kpi, ask)
        for kind in ("csv", "xlsx", "parquet"):
            assert export(db, kpi, ask, tmp_path / f"rows.{kind}", kind) == len(shown.rows)
    assert pl.read_parquet(tmp_path / "rows.parquet").rows() == [*shown.rows]
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    sheet = openpyxl.load_workbook(tmp_path / "rows.xlsx").active
    for found in (lines, [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]):
        assert [int(row[head.index("line")]) for row in found] == [
            row[shown.columns.index("line")] for row in shown.rows
        ]


def test_no_cell_of_an_export_is_a_live_formula(shop, tmp_path):
    kpi, ask = CATALOGUE["impact_spend"], Ask(until=UNTIL, where={"category": ("paper",)})
    shown, _, _ = told(shop, "impact_spend", category="paper")
    assert not [row for row in shown if row["order_ref"] == "=1+1"], "it is of a small site"
    shop.load(
        "orders",
        "ordered_on location_id category product_id quantity amount_eur order_ref\n"
        "2024-12-09 C paper P1 1 1 =1+1",
        channel="shop",
    )
    with shop.store.read() as db:
        for kind in ("csv", "xlsx"):
            export(db, kpi, ask, tmp_path / f"rows.{kind}", kind)
    assert "'=1+1" in (tmp_path / "rows.csv").read_text("utf-8")
    sheet = openpyxl.load_workbook(tmp_path / "rows.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]

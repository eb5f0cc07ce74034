"""``nami trace``: from a figure to its formula, its batches and its rows."""

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from nami_monitor.kpis import CATALOGUE

JANUARY = ("--until", "2025-01")


def test_a_figure_bears_its_formula_its_months_and_its_batches(loaded):
    found = loaded.json("trace", "impact_spend", *JANUARY)
    figure = {key: found["figure"][key] for key in ("code", "state", "value", "numerator")}
    assert figure == {
        "code": "impact_spend", "state": "value", "value": 120.5, "numerator": 120.5,
    }  # fmt: skip
    assert found["formula"].startswith("sum of")
    assert (found["numerator_sql"], found["denominator_sql"]) == ("sum(amount_eur)", None)
    assert (found["relation"], found["activity"]) == ("by_product", None)
    assert found["months"] == [{"first": "2025-01", "last": "2025-01"}]
    (batch,) = found["batches"]
    assert set(batch) == {
        "batch", "table", "source", "file", "imported_at", "who", "basis", "vat", "grain", "rows",
        "numerator", "denominator",
    }  # fmt: skip
    told = {key: batch[key] for key in ("table", "source", "file", "vat", "rows", "numerator")}
    assert told == {
        "table": "orders", "source": "Winkel", "file": "orders.csv", "vat": "excl", "rows": 2,
        "numerator": 120.5,
    }  # fmt: skip
    assert batch["imported_at"][10] == "T"
    assert "file" not in found


def test_a_ratio_rests_on_two_tables(loaded):
    found = loaded.json("trace", "reduce_spend_per_activity", *JANUARY)
    assert found["activity"] == "fte"
    sides = {one["table"]: (one["numerator"], one["denominator"]) for one in found["batches"]}
    assert sides == {"orders": (120.5, None), "measurements": (None, 53)}
    assert found["figure"]["value"] == pytest.approx(120.5 / 53)


def test_filters_narrow_the_figure_and_what_it_rests_on(loaded):
    found = loaded.json("trace", "impact_spend", *JANUARY, "--where", "channel=web",
                        "--where", "location=L1")  # fmt: skip
    (batch,) = found["batches"]
    assert (found["figure"]["value"], batch["numerator"], batch["rows"]) == (100, 100, 1)
    both = loaded.json("trace", "impact_spend", *JANUARY, "--where", "location=L1",
                       "--where", "location=L2")  # fmt: skip
    assert both["figure"]["value"] == 120.5


@pytest.mark.parametrize(
    ("period", "first", "value"),
    [("ytd", "2025-01", 200.5), ("2025-01..2025-02", "2025-01", 200.5), ("month", "2025-02", 80)],
)
def test_every_kind_of_period_says_which_months(loaded, period, first, value):
    found = loaded.json("trace", "impact_spend", "--until", "2025-02", "--period", period)
    assert found["months"] == [{"first": first, "last": "2025-02"}]
    assert found["figure"]["value"] == value
    assert sum(one["numerator"] for one in found["batches"]) == value


def test_a_figure_without_a_value_says_why_and_what_there_is(loaded):
    found = loaded.json("trace", "impact_spend", "--until", "2025-02", "--period", "r12")
    assert found["figure"]["state"] == "not_computable"
    assert found["figure"]["reason"]
    shown = loaded("trace", "impact_mass", *JANUARY).stdout
    assert CATALOGUE["impact_mass"].code not in shown
    assert "€" not in shown


@pytest.mark.slow
@pytest.mark.sampled(4)
@pytest.mark.parametrize("code", CATALOGUE)
def test_every_figure_can_be_traced(loaded, code):
    found = loaded.json("trace", code, *JANUARY, "--period", "month")
    assert found["figure"]["code"] == code
    assert found["numerator_sql"] == CATALOGUE[code].numerator


@pytest.mark.parametrize(
    "code", {kpi.over_time.code: code for code, kpi in CATALOGUE.items()}.values()
)
def test_people_read_a_figure_of_every_way_over_time(loaded, code):
    assert loaded("trace", code, *JANUARY).exit_code == 0


def workbook(path):
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return pl.DataFrame(rows, schema=head, orient="row", strict=False)


def read(path):
    readers = {".parquet": pl.read_parquet, ".csv": pl.read_csv, ".xlsx": workbook}
    return readers[path.suffix](path)


@pytest.mark.parametrize("ending", ["parquet", "csv", "xlsx"])
def test_the_rows_themselves_go_to_a_file_and_add_up(loaded, ending):
    out = loaded.folder / f"rows.{ending}"
    found = loaded.json("trace", "impact_spend", *JANUARY, "--rows", "--out", out)
    assert (found["file"], found["rows"]) == (str(out), 2)
    rows = read(out)
    assert rows["amount_eur"].to_list() == [100, 20.5]
    assert rows["order_ref"].to_list() == ["A1", "A2"]
    assert rows["numerator"].sum() == found["figure"]["numerator"]
    assert set(rows["file"]) == {"orders.csv"}
    assert rows["line"].to_list() == [2, 3]


def test_the_rows_of_the_denominator_are_those_of_its_table(loaded):
    out = loaded.folder / "rows.csv"
    found = loaded.json("trace", "reduce_spend_per_activity", *JANUARY, "--rows", "--out", out,
                        "--table", "measurements")  # fmt: skip
    rows = read(out)
    assert (found["rows"], rows["denominator"].sum()) == (2, 53)
    assert rows["activity_measure"].to_list() == ["fte", "fte"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_cell_that_a_spreadsheet_would_run_stays_a_text(loaded, ending):
    text = loaded.write("evil.csv", "ordered_on;location_id;category;channel;quantity;amount_eur;"
                        "order_ref\n07-02-2025;L1;paper;web;1;10,00;=1+1\n")  # fmt: skip
    loaded.json("import", text, "--profile", loaded.folder / "orders.toml", "--yes")
    out = loaded.folder / f"rows.{ending}"
    loaded.json("trace", "impact_spend", "--until", "2025-02", "--rows", "--out", out)
    wanted = "'=1+1" if ending == "csv" else "=1+1"
    assert wanted in read(out)["order_ref"].to_list()


def test_a_table_for_people_says_it_in_their_language(loaded):
    shown = loaded("trace", "reduce_spend_per_activity", *JANUARY, "--lang", "nl").stdout
    assert "120,50 ÷ 53 = " in shown
    assert "Teller" in shown
    assert "orders.csv" in shown
    assert "Bestellingen" in shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("impact_spent",), "impact_spend"),
        (("impact_spend", "--where", "colour=red"), "colour"),
        (("impact_spend", "--until", "2025-13"), "2025-13"),
        (("impact_spend", "--where", "location"), "location"),
        (("impact_spend", "--rows"), "--out"),
        (("refuse_rate", "--where", "channel=web"), "channel"),
    ],
)
def test_what_nobody_knows_is_said_with_what_was_seen(loaded, args, said):
    done = loaded("trace", *args)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_period_that_no_programme_bears_is_said(loaded):
    done = loaded("trace", "impact_spend", "--period", "fortnight")
    assert done.exit_code == 1
    assert "fortnight" in done.stderr


def test_rows_of_a_table_that_the_figure_does_not_read_are_refused(loaded):
    out = loaded.folder / "rows.csv"
    done = loaded("trace", "impact_spend", *JANUARY, "--rows", "--out", out, "--table", "assets")
    assert done.exit_code != 0
    assert "assets" in done.stderr
    assert "orders" in done.stderr
    assert not out.exists()


def test_without_any_data_it_says_what_to_load(nami):
    done = nami("trace", "impact_spend")
    assert done.exit_code != 0
    assert done.stderr
    assert "Traceback" not in done.stderr

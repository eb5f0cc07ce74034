from datetime import date

import openpyxl
import polars as pl
import pytest

from nami_monitor.briefing.notes import write
from nami_monitor.store import Store
from tests.support.databases import damage

READ = {
    "parquet": pl.read_parquet,
    "csv": pl.read_csv,
    "xlsx": lambda path: rows_of(openpyxl.load_workbook(path).active),
}


def rows_of(sheet):
    header, *rows = sheet.iter_rows(values_only=True)
    return pl.DataFrame(rows, schema=list(header), orient="row")


@pytest.mark.parametrize("kind", READ)
def test_a_table_goes_out_as_it_stands(loaded, kind):
    out = loaded.folder / f"orders.{kind}"
    done = loaded.json("export", "orders", "--format", kind, "--out", out)
    assert done == {"file": str(out), "format": kind, "rows": 3, "hidden": 0}
    frame = READ[kind](out)
    assert sorted(frame["amount_eur"]) == [20.5, 80, 100]
    assert sorted(frame["order_ref"]) == ["A1", "A2", "A3"]


@pytest.mark.parametrize("kind", READ)
def test_a_kpi_goes_out_with_its_groups(loaded, kind):
    out = loaded.folder / f"kpi.{kind}"
    loaded.json(
        "export", "impact_spend", "--out", out, "--format", kind, "--by", "location",
        "--until", "2025-01",
    )  # fmt: skip
    frame = READ[kind](out)
    assert dict(zip(frame["location"], frame["value"], strict=True)) == {"L1": 100, "L2": 20.5}


@pytest.mark.parametrize("kind", READ)
def test_notes_go_out_with_who_and_when(loaded, kind):
    out = loaded.folder / f"notes.{kind}"
    done = loaded.json("export", "notes", "--format", kind, "--out", out)
    assert done["rows"] == 0
    store = Store(loaded.db)
    with store.write() as db:
        for text in ("Eén <b>", "=1+1"):
            write(db, month=date(2025, 1, 1), kpi="impact_spend", category="paper", text=text,
                  lesson=None, who="CM")  # fmt: skip
    store.close()
    assert loaded.json("export", "notes", "--format", kind, "--out", out)["rows"] == 2
    frame = READ[kind](out)
    assert set(frame["month"]) == {"2025-01"}
    assert set(frame["who"]) == {"CM"}
    assert "Eén <b>" in set(frame["text"])


def test_the_form_follows_the_name(loaded):
    assert loaded.json("export", "locations", "--out", loaded.folder / "l.csv")["format"] == "csv"
    assert loaded("export", "locations", "--out", loaded.folder / "l.doc").exit_code == 2


def test_an_unknown_table_or_an_unwritable_place_is_said(loaded):
    done = loaded("export", "oders", "--out", "x.csv")
    assert (done.exit_code, "orders" in done.stderr) == (2, True)
    done = loaded("export", "orders", "--out", loaded.folder / "gone" / "x.csv")
    assert done.exit_code == 1
    assert "gone" in done.stderr


def test_the_lines_of_a_small_site_stay(loaded):
    staff = "period_start;location_id;activity_measure;value\n01-03-2025;L1;fte;50\n"
    file = loaded.write("m.csv", staff + "01-03-2025;L2;fte;3\n")
    loaded.json("import", file, "--profile", loaded.folder / "measurements.toml")
    out = loaded.folder / "orders.csv"
    done = loaded.json("export", "orders", "--out", out)
    assert (done["rows"], done["hidden"]) == (0, 3), "the other site would give it away"
    assert len(out.read_text("utf-8").splitlines()) == 1
    assert "3 rows were left out" in loaded("export", "orders", "--out", out, "--lang", "en").stdout


def test_a_sound_file_passes_the_check(loaded):
    assert loaded.json("check") == {"ok": True, "findings": []}
    assert "sound" in loaded("check").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sql", "check", "subject"),
    [
        ("update by_place set amount_eur = amount_eur * 1.001", "derived", "by_place"),
        ("delete from by_product where month = date '2025-01-01'", "derived", "by_product"),
        ("update delivered set lines = lines + 1", "derived", "delivered"),
        ("delete from orders_stored where line = 2", "counts", "3/orders"),
        ("update orders_stored set batch = 99 where line = 2", "orphans", "orders"),
        ("update batches set parent = 99 where batch = 2", "orphans", "batches"),
        ("delete from code_offers where code = 'L1'", "codes", "orders.location_id"),
        ("insert into locations_offered select * from locations_offered", "keys", "locations"),
        ("insert into abandoned values (99, 1, '', now())", "orphans", "abandoned"),
    ],
)
def test_what_is_off_is_found(loaded, sql, check, subject):
    damage(loaded.db, sql)
    if "code_offers" in sql:
        damage(loaded.db, "delete from codes where code = 'L1'")
    found = loaded.json("check", code=1)
    assert not found["ok"]
    assert {(one["check"], one["subject"]) for one in found["findings"]} >= {(check, subject)}
    assert all(one["count"] > 0 for one in found["findings"])
    assert subject in loaded("check").stdout

import csv

import openpyxl
import pytest
from typer.testing import CliRunner

from nami_monitor.cli import app


def spend(nami):
    return nami.json("kpi", "impact_spend", "--period", "year", "--until", "2025-12")[0]


def test_batches_are_listed_with_their_counts(loaded):
    latest = loaded.json("batches")[0]
    orders = next(batch for batch in loaded.json("batches") if batch["file"] == "orders.csv")
    assert latest["file"] == "measurements.csv"
    assert (orders["accepted"], orders["set_aside"], orders["open"]) == (3, 2, 2)
    assert orders["imported_at"].endswith("+00:00")
    assert "orders.csv" in loaded("batches").stdout


def test_undo_takes_a_batch_back_and_says_what_went(loaded):
    orders = next(batch for batch in loaded.json("batches") if batch["file"] == "orders.csv")
    done = loaded.json("undo", orders["batch"], "--yes")
    assert (done["goes"], done["amount"]) == ({"orders": 3}, 200.5)
    undone = next(b for b in loaded.json("batches") if b["batch"] == orders["batch"])
    assert undone["undone_at"]
    assert loaded.json("kpi", "impact_spend") == []
    again = loaded("undo", orders["batch"], "--yes")
    assert again.exit_code == 1
    assert again.stderr
    assert loaded("undo", 99, "--yes").exit_code == 1
    assert loaded("undo", "x").exit_code == 2


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_without_a_terminal_undo_refuses_and_names_both_ways(loaded, more):
    before = loaded.json("batches")
    done = loaded("undo", 3, *more)
    assert done.exit_code == 2
    assert "nami undo 3 --yes" in done.stderr
    assert "terminal" in done.stderr
    assert loaded.json("batches") == before


@pytest.mark.slow
def test_at_a_terminal_undo_shows_what_happens_and_asks(loaded, monkeypatch):
    monkeypatch.setattr("nami_monitor.cli.session.CommandSession.asks", property(lambda _: True))
    no = CliRunner().invoke(app, ["undo", "3"], input="n\n", catch_exceptions=False)
    assert no.exit_code == 1
    assert "3 rows go" in no.stderr
    assert loaded.json("check")["ok"]
    yes = CliRunner().invoke(app, ["undo", "3"], input="y\n", catch_exceptions=False)
    assert yes.exit_code == 0
    assert "was undone" in yes.stdout


@pytest.mark.slow
def test_what_was_set_aside_is_mended_in_excel_and_offered_again(loaded):
    out = loaded.folder / "mend.xlsx"
    assert loaded.json("set-aside", 3, "--out", out)["rows"] == 2
    book = openpyxl.load_workbook(out)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    assert header[-3:] == ["nami_batch", "nami_line", "nami_reason"]
    bad = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == "31-02-2025")
    bad[0].value = "28-02-2025"
    book.save(out)
    (report,) = loaded.json("import", out)
    assert (report["accepted"], report["set_aside"]) == (1, 1)
    child, parent = loaded.json("batches")[0], loaded.json("batches")[2]
    assert (child["parent"], parent["batch"]) == (3, 3)
    assert (parent["accepted"], parent["set_aside"], parent["open"]) == (3, 2, 1)
    assert loaded.json("kpi", "impact_spend", "--until", "2025-02")[0]["value"] == 90
    assert loaded.json("check")["ok"]


def test_a_mended_file_is_read_as_such_whatever_profile_is_named(loaded):
    out = loaded.folder / "mend.csv"
    loaded.json("set-aside", 3, "--out", out)
    out.write_text(out.read_text("utf-8-sig").replace("31-02", "28-02"), "utf-8")
    text = (loaded.folder / "orders.toml").read_text("utf-8")
    other = loaded.write(
        "other.toml", text.replace("[[table]]", "[file]\nskip_rows = 1\n[[table]]")
    )
    (report,) = loaded.json("import", out, "--profile", other)
    assert report["accepted"] == 1
    assert loaded.json("batches")[0]["parent"] == 3


def test_a_set_aside_csv_holds_texts_as_they_were(loaded):
    out = loaded.folder / "mend.csv"
    loaded.json("set-aside", 3, "--out", out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [row["amount_eur"] for row in rows] == ["10,00", "10,00"]
    assert [row["nami_line"] for row in rows] == ["5", "6"]
    assert "31-02-2025" in rows[0]["nami_reason"]


def test_set_aside_refuses_with_a_sentence(loaded):
    assert ".xlsx" in loaded("set-aside", 3, "--out", "x.docx").stderr
    nothing = loaded("set-aside", 1, "--out", loaded.folder / "x.csv")
    assert (nothing.exit_code, (loaded.folder / "x.csv").exists()) == (1, False)
    assert loaded("set-aside", 99, "--out", "x.csv").exit_code == 1

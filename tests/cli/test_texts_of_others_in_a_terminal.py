"""File names and texts with signs that a terminal obeys, on the command line."""

import pytest
from typer.testing import CliRunner

from nami_monitor.cli import app
from tests.support.markup import PIECES, hidden_signs

LOCATIONS = """location_id;name;organisation;opened_on
L1;Hoofdkantoor;Dienst;01-01-2020
"""
ORDERS = """ordered_on;location_id;category;channel;quantity;amount_eur;order_ref
05-01-2025;L1;Hoofdkantoor;web;10;100,00;A1
31-02-2025;L1;paper;web;1;10,00;A4
"""
SIGNS = PIECES["terminal"].replace("\x07", "") + PIECES["direction"]


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_no_name_of_a_file_colours_the_terminal(tmp_path, monkeypatch, lang, more):
    monkeypatch.setenv("NAMI_DB", str(tmp_path / "own.duckdb"))
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    file = tmp_path / f"orders {SIGNS}.csv"
    file.write_text(ORDERS.replace("Hoofdkantoor", SIGNS), encoding="utf-8")
    places = tmp_path / "plaatsen.csv"
    places.write_text(LOCATIONS.replace("Hoofdkantoor", f"Kantoor {SIGNS}"), encoding="utf-8")
    said = ""
    for words in (
        ["import", str(places), "--table", "locations", "--who", "rol"],
        ["import", str(file), "--table", "orders", "--who", "rol"],
        ["import", str(file) + "2", "--table", "orders", "--who", "rol"],
        ["import", "--table", SIGNS, str(file)],
        ["batches"],
        ["kpi", "--by", "location", SIGNS],
        [SIGNS],
    ):
        result = CliRunner().invoke(app, [*words, "--lang", lang, *more])
        said += result.output + result.stderr
    assert "\x1b" not in said
    assert not hidden_signs(said)
    assert more or "\N{SYMBOL FOR ESCAPE}[31m" in said

"""File names and texts with signs that a terminal obeys, on the command line."""

import pytest
from typer.testing import CliRunner

from nami_monitor.cli import app
from tests.cli.conftest import LOCATIONS, ORDERS
from tests.support.markup import PIECES, hidden_signs

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

"""Months that are asked for, and questions of an import, in sentences of the reader's language."""

import pytest

from tests.cli.command_line import Nami

COMMANDS = (("signals",), ("waterbed",), ("measurability",), ("report", "--out", "x.html"))


@pytest.fixture
def nami(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Nami(tmp_path, monkeypatch)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("month", "key"),
    [("2031-01", "briefing.no_month"), ("1999-12", "briefing.no_month"),
     ("2026-13", "periods.month")],
)  # fmt: skip
def test_a_month_without_data_has_its_sentence(nami, demo_folder, command, month, key):
    db = ("--db", str(demo_folder / "demo.duckdb"), "--lang", "nl")
    error = nami.json(*command, "--month", month, *db, code=2)["error"]
    assert error["key"] == key
    assert month in error["text"]
    assert "2026-10" in error["text"]


def test_estimates_of_the_future_are_not_put_off_to_a_later_period(nami, demo_folder):
    db = ("--db", str(demo_folder / "demo.duckdb"), "--lang", "nl")
    for code in ("refuse_net_avoided", "impact_spend"):
        (row,) = nami.json("kpi", code, "--until", "2031-01", *db)
        assert row["value"] is None
        assert "De gegevens beslaan 0 van de 1 maand" in row["reason"]


@pytest.mark.slow
def test_measurability_speaks_as_of_a_month(nami, demo_folder):
    db = ("--db", str(demo_folder / "demo.duckdb"))
    early, late = (
        nami.json("measurability", "--month", month, *db) for month in ("2023-06", "2026-10")
    )
    assert (early["month"], late["month"]) == ("2023-06", "2026-10")

    def states(found):
        return {(one["category"], one["code"]): one["state"] for one in found["figures"]}

    quotient = ("office_supplies", "waterbed_quotient")
    assert states(late)[quotient] == "value"
    assert states(early)[quotient] == "not_computable", "its measure had just begun"


def test_what_lists_lack_is_asked_in_the_language_of_the_reader(nami):
    lines = "Datum;Locatie;Categorie;Kanaal;Bedrag\n05-01-2025;L1;papier;web;3\n"
    orders = nami.write("orders.csv", lines)
    profile = nami.write(
        "orders.toml",
        'source = "Winkel"\nvat = "excl"\n[[table]]\nname = "orders"\n[table.columns]\n'
        'ordered_on = "Datum"\nlocation_id = "Locatie"\ncategory = "Categorie"\n'
        'channel = "Kanaal"\namount_eur = "Bedrag"\n',
    )
    done = nami("import", orders, "--profile", profile, "--lang", "nl")
    told = done.stdout + done.stderr
    assert done.exit_code == 1
    assert "Categorieën" in told
    assert "Locaties" in told
    assert "categories" not in told

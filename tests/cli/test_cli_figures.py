import json

import pytest

from nami_monitor.cli import figures
from nami_monitor.cli.app import COMMANDS
from nami_monitor.kpis import CATALOGUE

KEYS = {
    "code", "strategy", "r", "ladder", "period_start", "period_end", "state", "value", "low",
    "high", "unit", "activity", "numerator", "denominator", "completeness", "evidence", "version",
    "flags", "method", "reason",
}  # fmt: skip


def test_every_kpi_gives_a_row_with_every_key(loaded):
    rows = loaded.json("kpi", "--until", "2025-02")
    assert [row["code"] for row in rows] == list(CATALOGUE)
    for row in rows:
        shares = {f"share_{name}" for name in CATALOGUE[row["code"]].shares}
        assert set(row) == KEYS | shares, row["code"]
    assert all(row["reason"] for row in rows if row["state"] != "value")


def test_a_row_bears_the_rung_of_its_strategy_and_which_ladder_it_is(loaded):
    rows = {row["code"]: row for row in loaded.json("kpi", "--until", "2025-02")}
    said = {
        code: (rows[code]["strategy"], rows[code]["r"], rows[code]["ladder"])
        for code in ("refuse_rate", "rethink_circular_share", "reduce_asset_life", "impact_spend")
    }
    assert said == {
        "refuse_rate": ("refuse", "R0", "CBS/PBL 2018"),
        "rethink_circular_share": ("rethink", "R3, R5", "CBS/PBL 2018"),
        "reduce_asset_life": ("reduce", "R2", "CBS/PBL 2018"),
        "impact_spend": ("impact", "", ""),
    }


def test_figures_by_group_and_filter(loaded):
    rows = loaded.json(
        "kpi", "impact_spend", "--until", "2025-01", "--by", "location,channel", "--by", "category"
    )
    found = {(row["location"], row["channel"], row["category"]): row["value"] for row in rows}
    assert found["L1", "web", "paper"] == 100
    assert found["L2", "web", "paper"] == 20.5
    rows = loaded.json(
        "kpi", "impact_spend", "--until", "2025-02", "--last", "2",
        "--where", "location=L1", "--where", "channel=web", "--where", "channel=desk",
    )  # fmt: skip
    assert [(row["period_start"], row["value"]) for row in rows] == [
        ("2025-01-01", 100),
        ("2025-02-01", 80),
    ]


def test_a_table_for_people_is_written_as_they_write(loaded):
    shown = loaded("kpi", "impact_spend", "--until", "2025-01", "--lang", "nl").stdout
    assert "jan 2025" in shown
    assert "€\N{NO-BREAK SPACE}120,50" in shown
    assert "€\N{NO-BREAK SPACE}120.50" in loaded("--lang", "en", "kpi", "impact_spend",
                                                 "--until", "2025-01").stdout  # fmt: skip


@pytest.mark.parametrize(
    "args",
    [
        ("kpi", "nonsense"),
        ("kpi", "--by", "nonsense"),
        ("kpi", "--until", "2025-13"),
        ("kpi", "--where", "category"),
        ("kpi", "--last", "0"),
        ("kpi", "--nonsense"),
        ("kpi", "refuse_assortment", "--by", "decision"),
        ("kpi", "--lang", "fr"),
        ("export", "orders", "--out", "x.doc", "--format", "doc"),
        ("nonsense",),
        ("import",),
    ],
)
def test_wrong_usage_ends_with_2_and_keeps_standard_output_empty(loaded, args):
    done = loaded(*args)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr


def test_what_cannot_be_grouped_so_is_left_out_of_all(loaded):
    done = loaded("kpi", "--by", "contract", "--until", "2025-01", "--json")
    assert done.exit_code == 0
    codes = {row["code"] for row in json.loads(done.stdout)}
    assert "refuse_rate" not in codes
    assert "refuse_rate" in done.stderr
    assert "impact_spend" in codes


def test_an_unknown_period_is_said_with_its_likes(loaded):
    done = loaded("kpi", "--period", "quartr", "--json")
    assert done.exit_code == 1
    assert "quarter" in done.stderr


def test_completeness_by_source_and_month(loaded):
    rows = loaded.json("completeness")
    orders = [row for row in rows if row["table"] == "orders"]
    assert [(row["month"], row["present"], row["lines"]) for row in orders] == [
        ("2025-01", True, 2),
        ("2025-02", True, 1),
    ]
    assert all({"source", "expected", "present", "breaks"} <= set(row) for row in rows)
    assert "Jan 2025" in loaded("completeness").stdout


WITHOUT = {
    "demo",
    "import",
    "monthly",
    "open",
    "template",
    "lessons",
    "restore",
    "profiles",
    "rollup",
    "serve",
}
"""Commands that make a database, or need none."""


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in WITHOUT])
def test_no_database_is_said_and_none_is_made(nami, name):
    args = {
        "undo": (1,),
        "backup": ("b.zip",),
        "lines": ("export", "--out", "lake"),
        "set-aside": (1, "--out", "x.csv"),
        "export": ("orders", "--out", "x.csv"),
        "why": ("impact_spend",),
        "trace": ("impact_spend",),
        "plan-pilot": (
            "--category", "office", "--channel", "cabinet", "--substitute", "webshop",
            "--location", "L1", "--reduction", "0.5", "--months", "12",
        ),
        "assign": ("M-1", "--arm", "none", "--arm", "sign=One is enough"),
        "report": ("--month", "2025-01", "--format", "xlsx", "--out", "x.xlsx"),
    }  # fmt: skip
    done = nami(name, *args.get(name, ()))
    assert done.exit_code == 1
    assert str(nami.db) in done.stderr
    assert not nami.db.exists()


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(nami, name, lang):
    done = nami(name, "--lang", lang, "--help")
    assert done.exit_code == 0
    assert "--json" in done.stdout
    assert {"nl": "Taal", "en": "Language"}[lang] in done.stdout


def test_help_lists_the_commands_in_the_readers_language(nami):
    assert "Opdrachten" in nami("--lang", "nl", "--help").stdout
    assert "set-aside" in nami("--help").stdout


@pytest.mark.parametrize("command", [(), ("export",)])
def test_help_has_headings_in_the_readers_language(nami, command):
    heads = {"nl": ["Gebruik", "Opties", "Toon"], "en": ["Usage", "Options", "Show"]}
    said = {lang: nami("--lang", lang, *command, "--help").stdout for lang in heads}
    for lang, other in (("nl", "en"), ("en", "nl")):
        assert all(word in said[lang] for word in heads[lang])
        assert not any(f"{word}:" in said[lang] for word in heads[other])


def test_a_table_for_people_holds_the_largest_groups_and_says_how_many_more(loaded, monkeypatch):
    asked = ("kpi", "impact_spend", "--until", "2025-01", "--by", "location", "--lang", "en")
    whole = loaded(*asked).stdout
    values = {row["location"]: row["value"] for row in loaded.json(*asked)}
    largest, smallest = max(values, key=values.get), min(values, key=values.get)
    assert largest in whole
    assert smallest in whole
    monkeypatch.setattr(figures, "MOST", 1)
    shown = loaded(*asked).stdout
    assert largest in shown
    assert smallest not in shown
    assert f"the other figure ({len(values) - 1})" in shown or f"{len(values) - 1} fig" in shown
    assert len(loaded.json(*asked)) == len(values)

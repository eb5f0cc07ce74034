"""Every end of a command with --json is one JSON document on standard output."""

import json

import pytest
from typer.testing import CliRunner

from nami_monitor.cli.app import COMMANDS, app
from nami_monitor.i18n import LANGS, text

HERE = {
    "demo": [],
    "template": ["orders", "--out", "{folder}/t.xlsx"],
    "import": ["{folder}/l.csv", "--table", "locations"],
    "batches": [],
    "trail": [],
    "undo": ["1", "--yes"],
    "set-aside": ["1", "--out", "{folder}/s.csv"],
    "kpi": ["impact_spend"],
    "why": ["impact_spend"],
    "trace": ["impact_spend"],
    "measurability": [],
    "waterbed": [],
    "plan-pilot": [
        *("--category", "paper", "--channel", "web", "--substitute", "desk", "--reduction", "0.5"),
        *("--location", "L1"),
    ],
    "assign": ["M-1", "--arm", "none", "--arm", "sign=One is enough"],
    "report": ["--out", "{folder}/r.html"],
    "monthly": ["{folder}", "--out", "{folder}/out"],
    "signals": [],
    "lessons": [],
    "completeness": [],
    "export": ["orders", "--out", "{folder}/o.csv"],
    "check": [],
    "lines": ["export", "--out", "{folder}/lake"],
    "rollup": ["--lines", "{folder}/lake", "--out", "{folder}/lake"],
    "open": ["{folder}/lake"],
    "backup": ["{folder}/b.zip"],
    "restore": ["{folder}/b.zip", "--yes"],
    "profiles": [],
    "serve": [],
}
"""Arguments with which each command works."""

ELSEWHERE = {"lessons", "restore", "profiles", "rollup", "open", "serve"}
"""Commands that look at another file first, or only at those."""
NO_DATABASE = {"demo", "import", "monthly", "template"} | ELSEWHERE
"""Commands that do not need one, or make one."""


def args_of(nami, command):
    nami.write("l.csv", "location_id;name;organisation\nL1;Kantoor;Dienst\n")
    return [argument.format(folder=nami.folder) for argument in HERE[command]]


def error_of(done, code):
    """The error of the only document on standard output."""
    assert done.exit_code == code, done.output
    document = json.loads(done.stdout)
    assert list(document) == ["error"]
    assert set(document["error"]) == {"key", "text"}
    assert document["error"]["text"] in done.stderr
    return document["error"]


def test_every_command_stands_here():
    assert set(HERE) == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - ELSEWHERE))
def test_a_file_that_is_no_database(nami, command):
    db = nami.write("x.duckdb", "no database")
    error = error_of(nami(command, *args_of(nami, command), "--db", db, "--json"), 1)
    assert str(db) in error["text"]


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - NO_DATABASE))
def test_without_a_database(nami, command):
    done = nami("--json", command, *args_of(nami, command))
    assert error_of(done, 1)["key"] == "cli.no_database"


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_that_does_not_exist(nami, command):
    done = nami(command, *args_of(nami, command), "--json", "--colour")
    error = error_of(done, 2)
    assert error["key"] == "cli.usage"
    assert "--colour" in error["text"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_value_that_an_option_does_not_take(nami, command):
    done = nami(command, *args_of(nami, command), "--wait", "soon", "--json")
    assert "--wait" in error_of(done, 2)["text"]


@pytest.mark.parametrize("command", sorted(name for name, args in HERE.items() if args))
def test_what_is_left_out(nami, command):
    optional = {"kpi"}
    done = nami(command, "--json")
    if command in optional:
        assert error_of(done, 1)["key"] == "cli.no_database"
    else:
        assert text("cli.wrong.missing", "en", name="") in error_of(done, 2)["text"]


@pytest.mark.parametrize("args", [["nonsense"], [], ["--nonsense"], ["--lang", "fr", "batches"]])
def test_before_the_command(nami, args):
    assert error_of(nami("--json", *args), 2)["key"] == "cli.usage"


@pytest.mark.parametrize(
    ("args", "key", "code"),
    [
        (["kpi", "impact_spent"], "kpi.no_code", 2),
        (["kpi", "impact_spend", "--until", "2025-13"], "periods.month", 2),
        (["kpi", "impact_spend", "--by", "colour"], "kpi.no_dimension", 2),
        (["kpi", "impact_spend", "--where", "category"], "cli.usage", 2),
        (["kpi", "impact_spend", "--period", "decade"], "kpi.no_period", 1),
        (["kpi", "impact_spend", "--activity", "kilometres"], "kpi.no_measure", 1),
        (["why", "impact_spent"], "kpi.no_code", 2),
        (["why", "impact_spend", "--by", "colour"], "kpi.no_dimension", 2),
        (["why", "impact_spend", "--against", "moon"], "cli.usage", 2),
        (["trace", "impact_spend", "--rows"], "trace.need_out", 2),
        (["measurability", "--category", "papier"], "measurability.no_category", 1),
        (["waterbed", "I-9"], "waterbed.no_intervention", 2),
        (["signals", "--category", "papier"], "signals.no_category", 2),
        (["lessons", "--signal", "nonsense"], "lessons.no_signal", 2),
        (["export", "oders", "--out", "x.csv"], "export.no_such", 2),
        (["export", "orders", "--out", "x.doc"], "cli.usage", 2),
        (["export", "orders", "--out", "{folder}/gone/x.csv"], "export.unwritable", 1),
        (["set-aside", "99", "--out", "x.csv"], "set_aside.no_batch", 1),
        (["undo", "99", "--yes"], "undo.no_batch", 1),
        (["template", "oders", "--out", "x.xlsx"], "import.unknown_table", 1),
        (["template", "orders", "--out", "x.doc"], "template.no_workbook", 1),
        (["report", "--month", "2031-01", "--out", "r.html"], "briefing.no_month", 2),
        (["report", "--settings", "{folder}/gone.toml", "--out", "r.html"], "", 1),
        (["import", "{folder}/l.csv", "--period", "May"], "periods.month", 2),
        (["import", "{folder}/l.csv", "--profile", "{folder}"], "import.no_regular_file", 1),
        (["import", "{folder}/l.csv", "--profile", "{folder}/gone.toml"], "", 1),
        (["import", "{folder}/l.csv", "--profile", "{folder}/bad.toml"], "", 1),
        (["import", "{folder}/l.csv", "--profile", "{folder}/latin.toml"], "", 1),
        (["import", "{folder}/l.csv", "--profile", "{folder}/empty.toml"], "", 1),
        (["demo"], "opening.own_data", 1),
    ],
)
def test_what_a_user_can_mend(loaded, args, key, code):
    args_of(loaded, "import")
    loaded.write("bad.toml", 'source = "x"\n[[table]]\nname = "oders"\n')
    loaded.write("empty.toml", "")
    (loaded.folder / "latin.toml").write_bytes('source = "caf\u00e9"\n'.encode("latin-1"))
    filled = [argument.format(folder=loaded.folder) for argument in args]
    error = error_of(loaded(*filled, "--json"), code)
    assert error["key"] == key or not key, error


def test_an_own_profile_that_is_bad_is_said_of_the_file(loaded):
    loaded.profiles.mkdir(parents=True)
    (loaded.profiles / "bad.toml").write_text('source = "x"\n[[table]]\nname = "oders"\n', "utf-8")
    done = loaded("import", *args_of(loaded, "import"), "--json")
    (report,) = json.loads(done.stdout)
    assert done.exit_code == ("refused" in report)


@pytest.mark.parametrize(
    ("args", "key", "values"),
    [
        ("kpi --zzz", "option", {"seen": "--zzz", "near": ""}),
        ("kpi --unti x", "option", {"seen": "--unti", "near": "--until"}),
        ("undo", "missing", {"name": "'BATCH'"}),
        ("kpi --last", "no_value", {"name": "'--last'"}),
        ("check --json=x", "takes_none", {"name": "'--json'"}),
        ("check more", "extra", {"seen": "more"}),
        ("kpi --last x", "whole", {"name": "'--last'"}),
        ("check --wait x", "number", {"name": "'--wait'"}),
        ("undo 0", "least", {"name": "'BATCH'", "least": "1"}),
        ("serve --port 99999", "most", {"name": "'--port'", "most": "65535"}),
        ("--lang fr check", "known", {"name": "'--lang'", "known": "nl, en"}),
        ("kpi --where a", "value", {"name": "--where", "why": "a"}),
        ("--wait 1", "no_command", {}),
    ],
)
@pytest.mark.parametrize("lang", LANGS)
def test_wrong_usage_is_said_in_the_language_of_the_reader(
    nami, monkeypatch, args, key, values, lang
):
    monkeypatch.setenv("NAMI_LANG", lang)
    said = text(f"cli.wrong.{key}", lang, **values)
    done = nami(*args.split())
    assert done.exit_code == 2
    assert done.stderr.endswith(f"{text('cli.wrong.error', lang, said=said)}\n")
    first = text("cli.wrong.usage", lang, usage="", command="").split()[0]
    assert not done.stderr.startswith(("Usage", "Gebruik")) or done.stderr.startswith(first)
    assert error_of(nami("--json", *args.split()), 2)["text"] == said


@pytest.mark.parametrize("behind", [["--lang", "en"], ["--lang=en"]])
def test_wrong_usage_heeds_a_language_that_stands_behind_it(nami, monkeypatch, behind):
    monkeypatch.setenv("NAMI_LANG", "nl")
    assert "There is no option --zzz." in nami("kpi", "--zzz", *behind).stderr
    assert "De optie --zzz" in nami("kpi", "--zzz", "--", *behind).stderr


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_sentence_is_in_the_language_of_the_reader(nami, lang):
    text = error_of(nami("batches", "--json", "--lang", lang), 1)["text"]
    assert text == nami("batches", "--lang", lang).stderr.strip()


def test_json_behind_two_dashes_is_no_option():
    done = CliRunner().invoke(app, ["batches", "--", "--json"])
    assert (done.exit_code, done.stdout) == (2, "")

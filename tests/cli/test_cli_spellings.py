"""Names in other spellings, and codes that no list has, on the command line."""

import contextlib

import pytest
from typer.testing import CliRunner

from nami_monitor.cli import app
from nami_monitor.store import Store

HEADER = "Datum;Locatie;Categorie;Kanaal;Aantal\n"
STATEMENT = (
    f"{HEADER}14-10-2026;Stadhuis;paper;kast;12\n15-10-2026;Stadhuis;paper;kast;3\n"
    "16-10-2026;STADHUIS;Paper;kast;4\n17-10-2026;Werf;Groen;kast;5\n"
)


@pytest.fixture
def listed(nami):
    nami.load("categories")
    return nami


def places(nami, column="location_id"):
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        return dict(db.rows(f"select {column}, sum(quantity) from orders group by 1"))


def test_nobody_at_the_terminal_reads_what_is_alike_and_with_which_options(listed):
    file = listed.write("opgave.csv", STATEMENT)
    first = ("import", file, "--set", "location_id:x=", "--lang", "nl")
    (refused,) = listed.json(*first, code=1)
    assert "STADHUIS = Stadhuis" in refused["refused"]
    assert "--apart" in refused["refused"]
    assert not Store(listed.db).exists or places(listed) == {}


def test_yes_takes_over_what_is_proposed_says_it_and_remembers_it(listed):
    done = listed("import", listed.write("opgave.csv", STATEMENT), "--yes", "--lang", "nl")
    assert "STADHUIS (1 regel) = Stadhuis" in done.stderr
    assert places(listed) == {"Stadhuis": 19}
    assert 'stadhuis = "Stadhuis"' in (listed.profiles / "opgave.toml").read_text("utf-8")
    later = listed.write("opgave november.csv", STATEMENT.replace("-10-", "-11-"))
    (report,) = listed.json("import", later)
    assert (report["accepted"], report["spellings"][0]["text"]) == (3, "Groen")


def test_each_name_can_be_said_and_codes_created(listed):
    file = listed.write("opgave.csv", STATEMENT.replace("STADHUIS", "Werf, Kade 3"))
    answers = ("--set", "location_id:Werf, Kade 3=Werf", "--set", "category:Paper=paper")
    (report,) = listed.json("import", file, *answers, "--new", "category", "--yes")
    assert (report["accepted"], report["created"]) == (4, {"categories": 1, "locations": 2})
    assert places(listed) == {"Stadhuis": 15, "Werf": 9}
    assert places(listed, "category") == {"paper": 19, "Groen": 5}


def test_apart_leaves_all_as_it_is_written(listed):
    file = listed.write("opgave.csv", STATEMENT.replace("Groen", "paper"))
    answers = ("--set", "category:Paper=paper", "--yes", "--apart")
    listed.json("import", file, *answers)
    assert places(listed) == {"Stadhuis": 15, "STADHUIS": 4, "Werf": 5}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("y\n", {"paper": 19, "Groen": 5}),
        ("n\n\n\npaper\n", {"paper": 24}),
        ("n\n\n\n-\n", {"paper": 19}),
    ],
)
def test_a_person_is_shown_all_names_at_once_and_answers_once_or_one_by_one(
    listed, monkeypatch, said, found
):
    monkeypatch.setattr("nami_monitor.cli.session.CommandSession.asks", property(lambda _: True))
    file = listed.write("opgave.csv", STATEMENT)
    args = ["import", str(file), "--table", "orders", "--lang", "nl"]
    done = CliRunner().invoke(app, args, input=f"{said}y\ny\ny\n")
    assert done.exit_code == 0, done.output
    assert done.output.index("STADHUIS (1 regel) = Stadhuis") < done.output.index("Groen")
    assert places(listed, "category") == found

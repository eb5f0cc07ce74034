"""Odd places, odd files, other processes: a sentence, the right exit code, nothing half booked."""

import json
import os
import sqlite3
import subprocess
import sys

import duckdb
import pytest

from nami_monitor.core.errors import DatabaseHeldError

LOCATIONS = "location_id;name;organisation\nL1;Kantoor;Dienst\n"
IMPORT = ("--table", "locations")


def refused(nami, *args, code=1):
    """The sentence on standard error of a command that does nothing; in its JSON too."""
    done = nami(*args)
    assert done.exit_code == code, done.output
    assert len(done.stderr.strip().splitlines()) == 1
    if "--json" in args:
        assert json.loads(done.stdout)["error"]["text"] == done.stderr.strip()
    else:
        assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("name", ["it's 50% \u00f8.duckdb", 'de "map" 1/own.duckdb', ":memory:"])
def test_a_database_may_stand_anywhere(nami, name):
    file = nami.write("l.csv", LOCATIONS)
    db = nami.folder / name
    nami.json("import", file, *IMPORT, "--db", db)
    assert [batch["accepted"] for batch in nami.json("batches", "--db", db)] == [1]
    assert db.is_dir()


def folder(path):
    path.mkdir()
    (path / "begroting.xlsx").touch()


def sqlite(path):
    with sqlite3.connect(path) as db:
        db.execute("create table t (a int)")
    db.close()


def of_others(path):
    with duckdb.connect(str(path)) as db:
        db.execute("create table klanten (a int)")


def csv(path):
    path.write_text(LOCATIONS, "utf-8")


def empty(path):
    path.touch()


@pytest.mark.parametrize("make", [folder, sqlite, of_others, csv, empty])
def test_what_is_no_database_of_ours_is_refused_and_stays_as_it_was(nami, make):
    file = nami.write("l.csv", LOCATIONS)
    db = nami.folder / "x.duckdb"
    make(db)
    before = db.is_file() and db.read_bytes()
    for command in (
        ("import", file, *IMPORT), ("batches",), ("undo", "1", "--yes"),
        ("kpi", "impact_spend"), ("check",),
        ("export", "orders", "--out", nami.folder / "o.csv"), ("completeness",), ("demo",),
    ):  # fmt: skip
        assert refused(nami, *command, "--db", db, "--json")
    assert (db.is_file() and db.read_bytes()) == before


def test_a_place_that_cannot_be_is_said(nami):
    file = nami.write("l.csv", LOCATIONS)
    (report,) = nami.json("import", file, *IMPORT, "--db", file / "x.duckdb", code=1)
    assert str(file / "x.duckdb") in report["refused"]
    assert "xxx" in refused(nami, "batches", "--db", "x" * 300, "--json")
    assert "xxx" in refused(nami, "import", "x" * 300, *IMPORT, "--json")


def test_what_is_no_ordinary_file_is_refused(nami):
    os.mkfifo(nami.folder / "pipe")
    (nami.folder / "leeg").mkdir()
    (nami.folder / "leeg" / "~$open.xlsx").touch()
    good = nami.write("l.csv", LOCATIONS)
    named = [nami.folder / name for name in ("pipe", "leeg", "gone.csv", "*.xyz")]
    reports = nami.json("import", *named, good, *IMPORT, code=1)
    said = [report.get("refused", "") for report in reports]
    assert ["ordinary" in said[0], "holds no files" in said[1]] == [True, True]
    assert ["does not exist" in text for text in said] == [False, False, True, True, False]
    assert reports[-1]["accepted"] == 1
    assert len(nami.json("batches")) == 1
    assert "pipe" in refused(nami, "import", good, "--profile", nami.folder / "pipe")


def test_a_missing_file_makes_no_database(nami):
    assert "refused" in nami.json("import", "gone.csv", *IMPORT, code=1)[0]
    assert not nami.db.exists()


def test_an_unknown_batch_is_said(loaded):
    assert "99" in refused(loaded, "undo", 99, "--yes", "--json")
    loaded.json("undo", 3, "--yes")
    again = refused(loaded, "undo", 3, "--yes", "--json", "--lang", "en")
    assert "20" in again
    assert "." not in again.split(" at ")[1].rstrip(".\n")
    for number in (2**31, "9" * 30):
        assert refused(loaded, "undo", number, "--yes")
        assert refused(loaded, "set-aside", number, "--out", loaded.folder / "x.csv")
    for number in (0, -1, "1.5"):
        done = loaded("undo", "--", number)
        assert (done.exit_code, done.stdout) == (2, "")


HOLD = """import sys
from pathlib import Path
from nami_monitor.store import Store
with Store(Path(sys.argv[1])).write():
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
def test_a_held_database_is_waited_for_or_its_holder_named(loaded):
    more = loaded.write("l2.csv", LOCATIONS.replace("L1", "L7"))
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(loaded.db)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder:
        holder.stdout.readline()
        for wait in ("0", "0.2"):
            (report,) = loaded.json("import", more, *IMPORT, "--wait", wait, code=1)
            assert str(holder.pid) in report["refused"]
        waiting = subprocess.Popen(
            [sys.executable, "-m", "nami_monitor", "import", str(more), *IMPORT, "--json",
             "--wait", "60"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with waiting:
            holder.communicate("\n")
            out, _ = waiting.communicate(timeout=120)
    assert json.loads(out)[0]["accepted"] == 1
    assert len(loaded.json("batches")) == 5


def test_files_behind_a_held_database_are_reported_with_those_before(nami, monkeypatch):
    files = [nami.write(f"l{n}.csv", LOCATIONS.replace("L1", f"L{n}")) for n in range(3)]
    tried = []

    def held_from_the_second_on(store, path, *args, **more):
        tried.append(path.name)
        if len(tried) > 1:
            raise DatabaseHeldError("own.duckdb", what="undo", who="inkoop", since="-", pid=12)
        return real(store, path, *args, **more)

    from nami_monitor.cli import imports  # noqa: PLC0415 - loaded late, as the command does

    real = imports.import_file
    monkeypatch.setattr(imports, "import_file", held_from_the_second_on)
    reports = nami.json("import", *files, *IMPORT, code=1)
    assert [report["batch"] for report in reports] == [1, None, None]
    assert all("12" in report["refused"] for report in reports[1:])
    assert tried == ["l0.csv", "l1.csv"]


HEAD = "ordered_on;location_id;category;channel;quantity;amount_eur;order_ref\n"


def month(number, *amounts):
    return "".join(f"0{k}-0{number}-2025;L1;paper;web;1;{a};R{k}\n" for k, a in amounts)


@pytest.mark.slow
@pytest.mark.sampled(2)
@pytest.mark.parametrize("delivery", ["adds", "full_period"])
def test_deliveries_that_overlap_in_a_month(nami, delivery):
    nami.load("locations", "categories")
    columns = "".join(f'{name} = "{name}"\n' for name in HEAD.strip().split(";"))
    profile = nami.write(
        "p.toml",
        f'source = "W"\nvat = "excl"\ndelivery = "{delivery}"\n[[table]]\nname = "orders"\n'
        f"[table.columns]\n{columns}",
    )
    first = nami.write("1.csv", HEAD + month(3, (1, 10), (2, 3)) + month(4, (1, 20)))
    second = nami.write("2.csv", HEAD + month(4, (1, 20), (3, 7)) + month(5, (1, 20)))
    args = ("--profile", profile, "--yes")
    whole = nami.json("import", first, second, *args)
    counts = [(report["accepted"], report["known"], report["replaced"]) for report in whole]
    assert counts == [(3, 0, 0), (2, 1, 0) if delivery == "adds" else (3, 0, 1)]
    by_month = nami.json("kpi", "impact_spend", "--until", "2025-05", "--last", "3")
    assert [row["value"] for row in by_month] == [13, 27, 20]
    nami.json("undo", whole[0]["batch"], "--yes")
    by_month = nami.json("kpi", "impact_spend", "--until", "2025-05", "--last", "2")
    assert [row["value"] for row in by_month] == [27, 20]
    nami.json("undo", whole[1]["batch"], "--yes")
    assert nami.json("import", second, first, *args)[0]["accepted"] == 3
    by_month = nami.json("kpi", "impact_spend", "--until", "2025-05", "--last", "3")
    april = 27 if delivery == "adds" else 20
    assert [row["value"] for row in by_month] == [13, april, 20]
    assert nami.json("check")["ok"]

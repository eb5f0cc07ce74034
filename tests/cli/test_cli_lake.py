"""An organisation moves to a lake and back without losing anything, and errors are sentences."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from nami_monitor.store import lake, lake_rollups, lines, schema, snapshots
from tests.cli.test_cli_backup import everything

ROOT = Path(__file__).parents[2]
LATE = """ordered_on;location_id;category;channel;quantity;amount_eur;order_ref
{day};L1;paper;web;{n};3,00;Z{n}
"""
ROLLING = """
import sys
from pathlib import Path
from nami_monitor.store import lake_rollups
write = lake_rollups.DuckDbEngine.write
def slowly(self, sql, folder, **form):
    write(self, sql, folder, **form)
    if "delivered" in str(folder):
        print("nearly done", flush=True)
        sys.stdin.read()
lake_rollups.DuckDbEngine.write = slowly
place = Path(sys.argv[1])
with lake_rollups.engine("duckdb") as by:
    lake_rollups.roll_up((place, place), "own", by)
"""


@pytest.fixture
def made(loaded):
    """The command line, and a lake of its database with roll-ups."""
    place = loaded.folder / "lake"
    loaded.json("lines", "export", "--out", place)
    loaded.json("rollup", "--lines", place, "--out", place)
    return loaded, place


def of_own(place, name):
    return place / f"{lake.FOLDER}own" / name


def moved(nami, place, name="moved", *more):
    """The database that ``nami open`` makes."""
    path = nami.folder / name
    nami.json("open", place, *more, "--db", path)
    return path


def stated(place, name=lake.OF_LINES, **changes):
    """A manifest with other values in it."""
    path = of_own(place, name)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def late(nami, day, n):
    """A delivery of one more line."""
    path = nami.write(f"late{n}.csv", LATE.format(day=day, n=n))
    nami.json("import", path, "--profile", nami.folder / "orders.toml", "--yes")


@pytest.mark.parametrize("in_a_file", [1, lines.LINES_IN_A_FILE])
def test_everything_moves_with_an_organisation(made, monkeypatch, in_a_file):
    nami, place = made
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", in_a_file)
    path = moved(nami, place)
    here, there = everything(nami.db), everything(path)
    for of_form in (
        "line_groups",
        "orders_stored",
    ):  # where lines stand, which orders_offered reads
        del here[of_form], there[of_form]
    assert here == there
    assert bool(snapshots.newest(path).lines) == (in_a_file == 1)
    nami.json("check", "--db", path)
    late(nami, "05-03-2025", 5)  # what moved goes on as any database does
    nami.json("undo", 3, "--yes", "--db", path)


def test_a_second_export_writes_what_changed(made):
    nami, place = made
    before = {path: path.stat().st_mtime_ns for path in of_own(place, "").glob("month=*/*")}
    late(nami, "05-03-2025", 7)
    nami.json("lines", "export", "--out", place)
    after = {path: path.stat().st_mtime_ns for path in of_own(place, "").glob("month=*/*")}
    assert {path.parent.name for path in after.keys() - before.keys()} == {"month=2025-03"}
    refused = nami.json("open", place, "--db", nami.folder / "x", code=1)
    assert refused["error"]["key"] == "lake.other_lines"
    nami.json("undo", 5, "--yes")
    nami.json("lines", "export", "--out", place)
    assert set(of_own(place, "").glob("month=*/*")) == before.keys()


def rolled_files(place, organisation):
    """The files of roll-ups of an organisation by month, with their content and when written."""
    folder = place / f"{lake.FOLDER}{organisation}"
    return {
        (path.parent.name, path.relative_to(folder).as_posix()): (path.read_bytes(), path.stat())
        for path in folder.rglob(f"{lake_rollups.PART}=*/*.parquet")
    }


def test_a_late_delivery_touches_only_its_months_of_its_organisation(made):
    nami, place = made
    nami.json("lines", "export", "--out", place, "--organisation", "second")
    nami.json("rollup", "--lines", place, "--out", place)
    before = {name: rolled_files(place, name) for name in ("own", "second")}
    assert {month for month, _ in before["own"]} == {"part=2025-01-01", "part=2025-02-01"}
    late(nami, "05-02-2025", 6)
    nami.json("lines", "export", "--out", place)
    nami.json("rollup", "--lines", place, "--out", place)
    after = rolled_files(place, "own")
    assert rolled_files(place, "second") == before["second"]
    same = {key for key, found in after.items() if before["own"].get(key) == found}
    assert {month for month, _ in same} == {"part=2025-01-01"}
    assert {month for month, _ in after.keys() - same} == {"part=2025-02-01"}
    assert {key for key in before["own"] if key[0] == "part=2025-01-01"} == same
    assert (
        everything(moved(nami, place, "m", "--organisation", "own"))["by_place"]
        == (everything(nami.db)["by_place"])
    )


def test_a_roll_up_of_which_a_file_was_changed_is_made_anew(made):
    nami, place = made
    path = next(iter(of_own(place, "").rglob("by_place/*/*/*.parquet")))
    content = path.read_bytes()
    path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    refused = nami.json("open", place, "--db", nami.folder / "x", code=1)
    assert refused["error"]["key"] == "lake.changed"
    nami.json("rollup", "--lines", place, "--out", place)
    assert everything(moved(nami, place))["by_place"] == everything(nami.db)["by_place"]


def relined(place, change):
    """A register of groups of lines, and its place in the manifest, after a change of its rows."""
    path = of_own(place, lake.OF_LINES)
    raw = json.loads(path.read_text("utf-8"))
    part = next(one for one in raw["parts"] if "/line_groups." in one["name"])
    file = of_own(place, part["name"])
    with duckdb.connect() as db:
        db.execute(f"create table g as from '{file}'")
        db.execute(f"update g set {change}")
        db.execute(f"copy g to '{file}' (format parquet)")
    part |= {"size": file.stat().st_size, "sha256": snapshots.sha256(file)}
    path.write_text(json.dumps(raw), "utf-8")


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_lines_that_do_not_add_up_are_refused(made, lang):
    nami, place = made
    before = of_own(place, lake.OF_ROLLUPS).read_bytes()
    relined(place, "lines = lines + 1 where batch = 3")
    done = nami.json("rollup", "--lines", place, "--out", place, "--lang", lang, code=1)["error"]
    assert done["key"] == "lake.adds_up"
    assert of_own(place, lake.OF_ROLLUPS).read_bytes() == before


def test_each_organisation_has_files_of_its_own(made):
    nami, place = made
    whole = {path: path.read_bytes() for path in of_own(place, "").rglob("*") if path.is_file()}
    late(nami, "05-01-2025", 8)
    nami.json("lines", "export", "--out", place, "--organisation", "second")
    nami.json("rollup", "--lines", place, "--out", place, "--organisation", "second")
    assert all(path.read_bytes() == content for path, content in whole.items())
    refused = nami.json("open", place, "--db", nami.folder / "x", code=1)
    assert refused["error"]["key"] == "lake.several"
    second = everything(moved(nami, place, "second", "--organisation", "second"))
    assert second["by_place"] == everything(nami.db)["by_place"]
    first = everything(moved(nami, place, "first", "--organisation", "own"))
    assert len(first["orders_offered"]) == len(second["orders_offered"]) - 1
    unknown = nami.json("open", place, "--organisation", "third", code=1)
    assert unknown["error"]["key"] == "lake.no_organisation"


def test_a_trace_reads_the_lines_of_its_months_alone(made, monkeypatch):
    nami, place = made
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", 1)
    path = moved(nami, place)
    for file in (path / snapshots.LINES).glob("month=2025-02/*"):
        content = file.read_bytes()
        footer = int.from_bytes(content[-8:-4], "little") + 8
        spoilt = content[:4] + bytes(len(content) - 4 - footer) + content[-footer:]
        file.unlink()  # another name of the file in the lake
        file.write_bytes(spoilt)
    out = nami.folder / "rows.csv"
    ask = ("trace", "impact_spend", "--db", path, "--rows", "--out", out, "--until")
    nami.json(*ask, "2025-01")
    assert "A1" in out.read_text("utf-8")
    assert nami.json(*ask, "2025-02", code=1)["error"]["key"] == "store.damaged"


def missing(place):
    next(of_own(place, "").glob("month=2025-01/*")).unlink()


def changed(place):
    path = next(of_own(place, "").glob("month=2025-01/*"))
    content = path.read_bytes()
    path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])


def outside(place):
    path = of_own(place, lake.OF_LINES)
    raw = json.loads(path.read_text("utf-8"))
    raw["parts"][0]["name"] = "../../own.duckdb"
    path.write_text(json.dumps(raw), "utf-8")


FAULTS = {
    "missing": missing,
    "changed": changed,
    "newer": lambda place: stated(place, schema=schema.VERSION + 1),
    "older": lambda place: stated(place, schema=schema.VERSION - 1),
    "damaged": outside,
    "no_manifest": lambda place: of_own(place, lake.OF_LINES).write_text("[]", "utf-8"),
    "more": lambda place: stated(place, unknown="x"),
    "none": lambda place: of_own(place, lake.OF_LINES).unlink(),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_fault_is_one_sentence_and_changes_nothing(made, fault, lang):
    nami, place = made
    stated(place, lake.OF_ROLLUPS, months={})  # so that every month is read
    before = of_own(place, lake.OF_ROLLUPS).read_bytes()
    FAULTS[fault](place)
    key = {"no_manifest": "damaged", "more": "damaged"}.get(fault, fault)
    done = nami.json("rollup", "--lines", place, "--out", place, "--lang", lang, code=1)["error"]
    assert done["key"] == f"lake.{key}"
    assert str(place) in done["text"]
    assert "{" not in done["text"]
    assert of_own(place, lake.OF_ROLLUPS).read_bytes() == before


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_spark_that_is_not_installed_is_said(made, monkeypatch, lang):
    nami, place = made
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    done = nami("rollup", "--engine", "spark", "--lines", place, "--out", place, "--lang", lang)
    assert done.exit_code == 1
    assert "requirements-spark.txt" in done.stderr


def test_an_engine_that_does_not_answer_is_said_without_its_token(made, monkeypatch):
    nami, place = made
    stated(place, lake.OF_ROLLUPS, months={})
    before = of_own(place, lake.OF_ROLLUPS).read_bytes()
    monkeypatch.setattr(lake_rollups, "MOST_TRIES", 0)
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__file__", getattr(main, "__file__", None), raising=False)
    remote = "sc://127.0.0.1:9/;token=geheim"
    done = nami("rollup", "--engine", "spark", "--remote", remote, "--lines", place, "--out", place)
    assert done.exit_code == 1
    assert "sc://127.0.0.1:9" in done.stderr
    assert "geheim" not in done.output
    assert of_own(place, lake.OF_ROLLUPS).read_bytes() == before


@pytest.mark.parametrize(
    "remote",
    [
        "sc://127.0.0.1:9;token=geheim", "sc://127.0.0.1:99999/;token=geheim",
        "sc://127.0.0.1:9/;token=geheim=x", "sc://geheim:geheim@127.0.0.1:9/;token",
        "geheim://127.0.0.1/;token=geheim",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_said_without_what_is_secret_in_it(made, monkeypatch, remote):
    nami, place = made
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__file__", getattr(main, "__file__", None), raising=False)
    done = nami("rollup", "--engine", "spark", "--remote", remote, "--lines", place, "--out", place)
    assert done.exit_code == 1
    assert lake_rollups.NO_ADDRESS in done.stderr
    assert "geheim" not in done.output + str(done.exception)


def test_what_is_there_already_is_left_alone(made):
    nami, place = made
    key = nami.json("open", place, code=1)["error"]["key"]
    assert key == "lake.holds_data"
    (of_own(place, "") / "photo.jpg").write_bytes(b"x")
    assert nami.json("lines", "export", "--out", place, code=1)["error"]["key"] == "lake.foreign"
    for name in ("..", "a/b", ".x"):
        refused = nami.json("lines", "export", "--out", place, f"--organisation={name}", code=1)
        assert refused["error"]["key"] == "lake.name"


def test_a_delivery_that_the_manifest_alone_leaves_out_is_not_opened(made):
    nami, place = made
    stated(place, batches=[1, 2, 4])
    nami.json("rollup", "--lines", place, "--out", place)
    refused = nami.json("open", place, "--db", nami.folder / "x", code=1)
    assert refused["error"]["key"] == "lake.left_out"


@pytest.mark.slow
def test_a_roll_up_that_is_killed_leaves_the_old_one(made):
    nami, place = made
    stated(place, lake.OF_ROLLUPS, months={})
    before = of_own(place, lake.OF_ROLLUPS).read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-c", ROLLING, str(place)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "nearly done\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert of_own(place, lake.OF_ROLLUPS).read_bytes() == before
    assert len(list(of_own(place, "").glob(f"{lake.RUN}*"))) == 2
    assert everything(moved(nami, place))["by_place"] == everything(nami.db)["by_place"]
    nami.json("rollup", "--lines", place, "--out", place)
    assert len(list(of_own(place, "").glob(f"{lake.RUN}*"))) == 1

"""A backup comes back as it was, or nothing changes."""

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from nami_monitor import backups
from nami_monitor.briefing.notes import write
from nami_monitor.cli import app
from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import places, remember_who
from nami_monitor.store import Store, Work, lines, schema, snapshots
from tests.cli.command_line import Nami
from tests.support.databases import damage, newest_file

MORE = "location_id;name;organisation\nL7;Magazijn;Dienst\nL8;Werf;Dienst\n"


def everything(path):
    """Every row of every table of a database, and of the views on it."""
    with contextlib.closing(Store(path)) as store, store.read() as db:
        names = [
            name
            for (name,) in db.rows(
                "select table_name from duckdb_tables() where database_name = current_database()"
                " union all select view_name from duckdb_views()"
                " where database_name = current_database() and not internal"
            )
        ]
        rows = {name: sorted(map(repr, db.rows(f'from "{name}"'))) for name in names}
    del rows["meta"]  # whoever follows the data sees a restore as a change of it
    del rows["trail"]  # nothing takes a row out of it, see tests/store/test_trail.py
    return rows


@pytest.fixture(scope="session")
def made(template, tmp_path_factory):
    """A folder with a database of every kind of content, with lines in files, a profile, settings
    and a logo; ``b.zip``, a backup of it; and what that holds. To be copied.
    """
    folder = tmp_path_factory.mktemp("made")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as monkeypatch:
        nami = Nami(folder, monkeypatch)
        monkeypatch.setattr(lines, "LINES_IN_A_FILE", 2)
        nami.json("undo", 3, "--yes")
        nami.json("import", folder / "orders.csv", "--profile", folder / "orders.toml", "--yes")
        with contextlib.closing(Store(nami.db)) as store, store.write() as db:
            write(db, month=dt.date(2025, 1, 1), kpi="impact_spend", category="paper",
                  text="Verhuisd.", lesson=None, who="CM")  # fmt: skip
        nami.profiles.mkdir(parents=True)
        shutil.copy(folder / "orders.toml", nami.profiles / "winkel \u00e9.toml")
        (nami.profiles / "winkel \u00e9.versions.jsonl").write_text("earlier", "utf-8")
        home = nami.profiles.parent
        (home / "logos").mkdir()
        Image.new("RGB", (4, 4)).save(home / "logos" / "logo.png")
        (home / "organisation.toml").write_text(
            'name = "Dienst"\nlogo = "logos/logo.png"\n', "utf-8"
        )
        remember_who(places().user, "inkoop")
        assert snapshots.newest(nami.db).lines
        assert nami.json("backup", folder / "b.zip")["batches"] == 4
        return folder, everything(nami.db)


@pytest.fixture(scope="session")
def made_changed(made, tmp_path_factory):
    """``made`` after everything was changed that a backup holds. To be copied."""
    folder = tmp_path_factory.mktemp("changed")
    shutil.copytree(made[0], folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as monkeypatch:
        change_all(Nami(folder, monkeypatch))
    return folder


@pytest.fixture
def full(nami, made, monkeypatch):
    """A copy of ``made`` without its backup."""
    monkeypatch.setattr(lines, "LINES_IN_A_FILE", 2)
    shutil.copytree(made[0], nami.folder, dirs_exist_ok=True, ignore=lambda *_: ["b.zip"])
    return nami


@pytest.fixture
def saved(full, made):
    """The path of a backup of ``full``, and what it held."""
    return Path(shutil.copy(made[0] / "b.zip", full.folder)), made[1]


@pytest.fixture
def change(full, made_changed):
    """A function that changes whatever the backup holds."""

    def change():
        shutil.rmtree(full.folder)
        shutil.copytree(made_changed, full.folder)

    return change


def change_all(nami):
    """Make everything differ from the backup."""
    nami.json("import", nami.write("more.csv", MORE), "--table", "locations")
    (nami.profiles / "winkel \u00e9.toml").write_text("broken", "utf-8")
    (nami.profiles / "later.toml").write_text("later", "utf-8")
    (nami.profiles.parent / "organisation.toml").unlink()
    remember_who(places().user, "ander")


def state(nami):
    """Every byte that a restore could change."""
    folders = nami.profiles.parent, nami.db
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"writer.lock", "writer.json"}
    }


def refused(nami, path, key):
    """The sentence with which a restore is refused; everything stays as it was."""
    before = state(nami)
    done = nami("restore", path, "--yes", "--json")
    assert done.exit_code == 1, done.output
    error = json.loads(done.stdout)["error"]
    assert error["key"] == key, error
    assert len(done.stderr.strip().splitlines()) == 1
    assert state(nami) == before
    left = [file.name for file in nami.folder.iterdir() if file.name.startswith(".")]
    assert not left
    return error["text"]


@pytest.mark.slow
def test_a_round_trip_gives_every_table_and_setting_back(full, saved, change):
    path, before = saved
    home = full.profiles.parent
    settings = (home / "organisation.toml").read_bytes()
    profile = (full.profiles / "winkel \u00e9.toml").read_bytes()
    change()
    changed = everything(full.db)
    assert changed != before
    done = full.json("restore", path, "--yes")
    assert everything(full.db) == before
    assert done["settings"] == ["profiles/winkel \u00e9.toml", "settings/organisation.toml"]
    assert (home / "organisation.toml").read_bytes() == settings
    assert (full.profiles / "winkel \u00e9.toml").read_bytes() == profile
    assert (full.profiles / "later.toml").read_text("utf-8") == "later"
    assert "ander" in places().user.read_text("utf-8")
    assert full.json("check")["ok"]
    with zipfile.ZipFile(done["before"]) as kept:
        assert kept.read("profiles/winkel \u00e9.toml") == b"broken"
    full.json("restore", done["before"], "--yes")
    assert everything(full.db) == changed


@pytest.mark.slow
def test_it_comes_back_on_another_machine(full, saved, monkeypatch):
    path, before = saved
    other = full.folder / "other"
    monkeypatch.setenv("NAMI_HOME", str(other / "home"))
    monkeypatch.setenv("NAMI_DB", str(other / "data" / "own.duckdb"))
    done = full.json("restore", path, "--yes")
    assert done["before"] is None
    assert everything(other / "data" / "own.duckdb") == before
    assert (other / "home" / "logos" / "logo.png").is_file()
    assert not (other / "home" / "user.toml").exists()
    assert full.json("check")["ok"]
    assert [file.name for file in (other / "data").iterdir() if file.suffix == ".duckdb"]


@pytest.mark.slow
def test_readers_follow_and_the_data_version_rises(full, saved, change):
    change()
    path, before = saved
    with contextlib.closing(Store(full.db)) as store:
        version = store.version()
        with store.read() as db:
            count = db.value("select count(*) from locations")
            full.json("restore", path, "--yes")
            assert db.value("select count(*) from locations") == count
        assert store.version() > version
        with store.read() as db:
            assert db.value("select count(*) from locations") < count
    assert everything(full.db) == before


@pytest.mark.slow
def test_an_undo_and_a_restore_leave_no_snapshot_of_before(full, saved, change):
    change()
    full.json("restore", saved[0], "--yes")
    assert [file.name for file in full.db.glob("*.duckdb")] == [newest_file(full.db).name]


@pytest.mark.slow
def test_a_backup_waits_for_no_writer(full):
    with contextlib.closing(Store(full.db)) as store, store.write(Work.IMPORT):
        done = subprocess.run(
            [sys.executable, "-m", "nami_monitor", "backup", str(full.folder / "w.zip"),
             "--wait", "0", "--json"],
            capture_output=True, text=True, check=False, env=os.environ,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_without_a_terminal_a_restore_is_refused(full, saved):
    before = state(full)
    done = full("restore", saved[0])
    assert done.exit_code == 2
    assert f"nami restore {saved[0]} --yes" in done.stderr
    assert state(full) == before


@pytest.mark.slow
def test_at_a_terminal_a_restore_shows_what_is_in_it_and_asks(full, saved, monkeypatch, change):
    change()
    before = state(full)
    monkeypatch.setattr("nami_monitor.cli.session.CommandSession.asks", property(lambda _: True))
    args = ["restore", str(saved[0])]
    no = CliRunner().invoke(app, args, input="n\n", catch_exceptions=False)
    assert no.exit_code == 1
    assert "4 batches" in no.stderr
    assert "Jan 2025" in no.stderr
    assert state(full) == before
    yes = CliRunner().invoke(app, args, input="y\n", catch_exceptions=False)
    assert yes.exit_code == 0, yes.output
    assert str(full.db.parent / "backups") in yes.stdout
    assert everything(full.db) == saved[1]


def test_nobody_restores(full, saved, monkeypatch):
    monkeypatch.delenv("NAMI_WHO")
    places().user.unlink()
    assert full("restore", saved[0], "--yes").exit_code == 2


def changed_zip(path, change):
    """The zip with other parts; its list stays that of the parts."""
    folder = path.with_suffix("")
    contents = backups.unpack_backup(path, folder)
    change(folder)
    files = {
        file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()
    }
    backups.write_backup(path, contents, files)
    return path


def sql_in(*statements):
    def change(folder):
        for statement in statements:
            damage(folder / "database", statement)

    return change


def of_lines(folder):
    return next((folder / "database" / "lines").rglob("*.parquet"))


def zeroed(file, at=None):
    content = bytearray(file.read_bytes())
    at = len(content) // 2 if at is None else at
    content[at : at + 4096] = bytes(len(content[at : at + 4096]))
    file.write_bytes(content)


def pointer(**values):
    def change(folder):
        file = folder / "database" / "pointer.json"
        file.write_text(json.dumps({**json.loads(file.read_bytes()), **values}), "utf-8")

    return change


def in_database(folder, name):
    return folder / "database" / name


READS = "from read_text('/etc/hostname')"
BAD = {
    "truncated": (lambda folder: os.truncate(newest_file(folder / "database"), 100_000), "damaged"),
    "zeroed": (lambda folder: zeroed(newest_file(folder / "database"), 8192), "damaged"),
    "other": (lambda folder: newest_file(folder / "database").write_bytes(b"x" * 9999), "damaged"),
    "no lines": (lambda folder: of_lines(folder).unlink(), "damaged"),
    "zeroed lines": (lambda folder: zeroed(of_lines(folder), 100), "damaged"),
    "cut lines": (lambda folder: os.truncate(of_lines(folder), 200), "damaged"),
    "no pointer": (lambda folder: in_database(folder, "pointer.json").unlink(), "damaged"),
    "bad pointer": (lambda folder: in_database(folder, "pointer.json").write_text("{"), "damaged"),
    "odd version": (pointer(data_version="x"), "damaged"),
    "odd number": (pointer(number="x"), "damaged"),
    "lines elsewhere": (pointer(lines=["../../own.duckdb/x.parquet"]), "damaged"),
    "more files": (lambda folder: (folder / "database" / "x.json").write_text("x"), "damaged"),
    "a program": (lambda folder: (folder / "profiles" / "x.py").write_text("x"), "damaged"),
    "a name": (lambda folder: (folder / "settings" / "user.toml").write_text("x"), "damaged"),
    "another folder": (lambda folder: (folder / "x.toml").write_text("x"), "damaged"),
    "amounts": (sql_in("update by_place set amount_eur = amount_eur + 1"), "unsound"),
    "orphans": (sql_in("insert into abandoned values (99, 1, '', now())"), "unsound"),
    "demo": (sql_in("update meta set demo = true"), "demo"),
    "a view": (sql_in(f"create or replace view locations as {READS}"), "unsound"),
    "a view more": (sql_in(f"create view x as {READS}"), "unsound"),
    "lines of another": (
        sql_in("create or replace view orders_offered as from orders_stored where false"), "counted"
    ),
    "a file of lines": (
        sql_in("update line_groups set file = '../' || file where file is not null"), "unsound"
    ),
    "a table": (sql_in("alter table batches add column x integer"), "unsound"),
    "no meta": (sql_in("drop table meta"), "unsound"),
}  # fmt: skip


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_backup_changes_nothing(full, saved, kind, change):
    """Whoever changes a part can mend the list as well: what is inside is looked at."""
    change()
    bad, key = BAD[kind]
    path = changed_zip(saved[0], bad)
    if key == "counted":  # the view is made anew, so that it is harmless
        full.json("restore", path, "--yes")
        assert everything(full.db) == saved[1]
    else:
        refused(full, path, f"backup.{key}")


def test_a_backup_of_a_later_version_is_refused(full, saved, monkeypatch):
    later = full.folder / "later.zip"
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    shutil.copy(saved[0], later)

    def raised(folder):
        pointer(schema=schema.VERSION)(folder)
        damage(folder / "database", f"update meta set schema_version = {schema.VERSION}")

    changed_zip(later, raised)
    monkeypatch.undo()
    monkeypatch.setenv("NAMI_HOME", str(full.folder / "home"))
    monkeypatch.setenv("NAMI_DB", str(full.db))
    monkeypatch.setenv("NAMI_WHO", "CM")
    assert refused(full, later, "store.newer")


def test_a_backup_of_an_earlier_version_is_upgraded(full, saved, monkeypatch, change):
    change()
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    full.json("restore", saved[0], "--yes")
    assert snapshots.newest(full.db).schema == schema.VERSION
    after = everything(full.db)
    assert after["orders"] == saved[1]["orders"]
    assert after["kept"] == saved[1]["kept"]
    assert full.json("check")["ok"]


@pytest.mark.slow
@pytest.mark.sampled(4)
@pytest.mark.parametrize("step", ["check", "_stage", "_write", "adopt", "publish"])
def test_a_restore_that_is_broken_off_leaves_the_old_state(full, saved, step, monkeypatch, change):
    change()
    before = state(full)

    def broken(*_, **__):
        raise KeyboardInterrupt

    target = {"adopt": Store, "publish": snapshots}.get(step, backups)
    with monkeypatch.context() as patch:
        patch.setattr(target, step, broken)
        with contextlib.closing(Store(full.db)) as store, pytest.raises(KeyboardInterrupt):
            backups.restore(store, saved[0], "CM")
    assert state(full) == before
    assert full.json("check")["ok"]
    full.json("restore", saved[0], "--yes")
    assert everything(full.db) == saved[1]


def other_byte(file):
    """Change one byte of a value, so that the file still reads."""
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)


LOST = {
    "truncated": lambda db: os.truncate(newest_file(db), 100_000),
    "zeroed": lambda db: zeroed(newest_file(db), 12_288),
    "wrong file": lambda db: newest_file(db).write_text("id;naam\n", "utf-8"),
    "gone": lambda db: newest_file(db).unlink(),
    "no pointer": lambda db: (db / "pointer.json").unlink(),
    "bad pointer": lambda db: (db / "pointer.json").write_text("{", "utf-8"),
    "no lines": lambda db: next((db / "lines").rglob("*.parquet")).unlink(),
    "cut lines": lambda db: os.truncate(next((db / "lines").rglob("*.parquet")), 200),
    "a byte of lines": lambda db: other_byte(next((db / "lines").rglob("*.parquet"))),
}


@pytest.mark.slow
@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", LOST)
def test_a_damaged_database_is_said_in_one_sentence_and_replaced(full, saved, kind):
    LOST[kind](full.db)
    for command in (["check"], ["backup", full.folder / "x.zip"]):
        done = full(*command, "--json")
        assert done.exit_code == 1, done.output
        assert json.loads(done.stdout)["error"]["key"] in {"store.damaged", "store.unreadable"}
        assert len(done.stderr.strip().splitlines()) == 1
        assert str(full.db) in done.stderr
    assert not (full.folder / "x.zip").exists()
    full.json("restore", saved[0], "--yes")
    assert everything(full.db) == saved[1]
    assert full.json("check")["ok"]


def test_a_damaged_database_comes_back_when_a_restore_fails(full, saved, monkeypatch):
    os.truncate(newest_file(full.db), 100_000)
    before = {path: path.read_bytes() for path in full.db.rglob("*") if path.is_file()}
    monkeypatch.setattr(snapshots, "publish", lambda *_: 1 / 0)
    with contextlib.closing(Store(full.db)) as store, pytest.raises(ZeroDivisionError):
        backups.restore(store, saved[0], "CM")
    assert {path: path.read_bytes() for path in full.db.rglob("*") if path.is_file()} == before


def test_the_demo_is_neither_backed_up_nor_replaced(full, saved):
    damage(full.db, "update meta set demo = true")
    done = full("backup", full.folder / "x.zip", "--json")
    assert json.loads(done.stdout)["error"]["key"] == "backup.of_demo"
    refused(full, saved[0], "opening.demo_data")


def test_what_is_not_sound_is_not_backed_up(full):
    damage(full.db, "update by_place set amount_eur = amount_eur + 1")
    done = full("backup", full.folder / "x.zip", "--json")
    error = json.loads(done.stdout)["error"]
    assert error["key"] == "backup.not_sound"
    assert "by_place" in error["text"]
    assert not (full.folder / "x.zip").exists()


@pytest.mark.slow
def test_a_snapshot_that_an_undo_removed_meanwhile_is_left_for_the_next(full, monkeypatch):
    """What was removed while it was packed is packed anew from the newest snapshot."""
    real, tried = backups.write_backup, []

    def removed_once(out, contents, files):
        tried.append(contents.batches)
        if len(tried) == 1:
            full.json("undo", 4, "--yes")
            files["database/pointer.json"].unlink(missing_ok=True)
        return real(out, contents, files)

    monkeypatch.setattr(backups, "write_backup", removed_once)
    assert full.json("backup", full.folder / "b.zip")["batches"] == tried[-1]
    assert tried == [4, 3]
    assert full.json("restore", full.folder / "b.zip", "--yes")["batches"] == 3


@pytest.mark.slow
def test_a_logo_elsewhere_stays_there(full):
    home = full.profiles.parent
    outside = full.folder / "x.png"
    shutil.copy(home / "logos" / "logo.png", outside)
    (home / "organisation.toml").write_text(f'logo = "{outside.as_posix()}"\n', "utf-8")
    full.json("backup", full.folder / "b.zip")
    with zipfile.ZipFile(full.folder / "b.zip") as packed:
        names = [name for name in packed.namelist() if name.startswith("settings/")]
    assert names == ["settings/organisation.toml"]
    for text in ("logo = [", "logo = 3"):
        (home / "organisation.toml").write_text(text, "utf-8")
        full.json("backup", full.folder / "b.zip")


def test_who_restores_is_said(full, saved):
    with contextlib.closing(Store(full.db)) as store:
        for who, key in (("", "entry.who"), ("jan@dienst.nl", "personal.address")):
            with pytest.raises(UserError) as error:
                backups.restore(store, saved[0], who)
            assert error.value.key == key

"""The trail tells who did what when, and nothing takes a row out."""

import contextlib
import errno
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nami_monitor.backups import back_up, restore
from nami_monitor.briefing import decisions, notes, phases
from nami_monitor.briefing import signals as briefing_signals
from nami_monitor.cli import app
from nami_monitor.i18n import LANGS, has_text, word
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.library import save_profile
from nami_monitor.kpis.interventions import plans
from nami_monitor.reports import report_file
from nami_monitor.store import Store, Work, snapshots, trail
from nami_monitor.store.journal import record
from nami_monitor.ui import visits
from tests.support.acts import PROFILE, bring, write_month
from tests.support.entries import enter
from tests.support.lakes import exported, opened, rolled

TARGET = {
    "kpi": "impact_spend",
    "category": None,
    "kind": "absolute",
    "period": "2026",
    "value": 1.0,
}


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    write_month(tmp_path / "geheim.csv", 1, 10)
    with contextlib.closing(Store(tmp_path / "own.duckdb", wait=1)) as found:
        bring(found, tmp_path / "geheim.csv")
        yield found


def told(store):
    """Acts, the earliest first."""
    return [(row.act, row.about, row.name, row.who) for row in reversed(store.trail())]


def test_each_act_stands_there_with_who_did_it(store, tmp_path):
    enter(store, "targets", TARGET, "adv")
    known = [codes.Code("locations", "", code) for code in ("V1", "V2")]
    codes.confirm(store, known[:1], who="cm")
    codes.rename(store, known[0], "Geheime naam", who="cm")
    codes.merge(store, known[0], "V2", who="cm")
    codes.undo_action(store, 2, who="cm")
    with store.write(Work.NOTE, "cm") as db:
        record(db, "note", "a", {"text": "een geheim"}, "cm")
    save_profile(tmp_path / "winkel.toml", PROFILE, "imp", store)
    undo(store, 1, who="mgr")
    assert told(store)[1:] == [
        ("import", "targets", "2", "adv"),
        ("confirm", "locations", "V1", "cm"),
        ("rename", "locations", "V1", "cm"),
        ("merge", "locations", "V1 → V2", "cm"),
        ("take_back", "locations", "V1", "cm"),
        ("note", "note", "a", "cm"),
        ("profile", "", "winkel", "imp"),
        ("undo", "", "1", "mgr"),
    ]
    assert told(store)[0][:3] == ("import", "orders", "1")
    assert "gehei" not in repr(store.trail()).lower()


def test_what_fails_or_only_looks_leaves_no_row(store):
    before = told(store)
    undo(store, 1, look_only=True)
    with contextlib.suppress(RuntimeError), store.write(Work.NOTE, "cm") as db:
        record(db, "note", "a", {"text": "x"}, "cm")
        raise RuntimeError
    assert told(store) == before


def test_an_export_waits_for_no_writer_and_the_next_write_takes_it_in_once(store):
    stamp = store.stamp()
    with store.write(Work.NOTE, "cm") as db:
        store.acted("adv", "export", "orders", "csv")
        assert ("export", "orders", "csv", "adv") in told(store)
        record(db, "note", "a", {}, "cm")
        (file,) = trail.waiting(store.path)
        kept = file.read_bytes()
    assert not trail.waiting(store.path)
    file.write_bytes(kept)  # as after a stop between publishing and removing
    with store.write(Work.NOTE, "cm") as db:
        record(db, "note", "c", {}, "cm")
    assert [row[0] for row in told(store)].count("export") == 1
    with store.read() as db:
        assert db.value("select count(*) from trail where act = 'export'") == 1
    assert store.stamp() > stamp


def test_an_export_makes_no_snapshot_and_an_address_is_no_role(store):
    stamp, version = store.stamp(), store.version()
    store.acted("an@example.org", "export", "orders", "csv")
    assert (store.stamp(), store.version()) == (stamp, version)
    assert told(store)[-1] == ("export", "orders", "csv", "")


def test_an_export_that_cannot_be_noted_is_made_and_stands_in_the_log(store, caplog):
    (store.path / snapshots.WAITING).write_text("in the way")
    store.acted("adv", "export", "orders", "csv")
    assert caplog.messages == ["not in the trail: export orders csv by adv (File exists)"]
    assert "Traceback" not in caplog.text
    assert store.trail()


def test_an_export_that_is_noted_on_a_full_disk_leaves_nothing_half_written(
    store, caplog, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    store.acted("adv", "export", "orders", "csv")
    assert "export orders csv by adv (No space left on device)" in caplog.text
    assert "Traceback" not in caplog.text
    assert not list((store.path / snapshots.WAITING).iterdir())


def test_files_that_are_no_act_are_left_out(store):
    folder = store.path / snapshots.WAITING
    folder.mkdir()
    for name, text in (("a", ""), ("b", "[]"), ("c", "{}"), ("d", '{"done_at": "x"}')):
        (folder / f"{name}.json").write_text(text)
    assert [row[0] for row in told(store)] == ["import"]
    with store.write(Work.NOTE, "cm") as db:
        record(db, "note", "a", {}, "cm")
    assert [row[0] for row in told(store)] == ["import", "note"]


def test_a_restore_takes_no_row_out(store, tmp_path):
    store.acted("adv", "export", "orders", "csv")
    back_up(store, tmp_path / "b.zip")
    with store.write(Work.NOTE, "cm") as db:
        record(db, "note", "later", {}, "cm")
    restore(store, tmp_path / "b.zip", "mgr")
    assert [row[0] for row in told(store)] == ["import", "export", "note", "restore"]
    with contextlib.closing(Store(tmp_path / "elsewhere.duckdb")) as other:
        restore(other, tmp_path / "b.zip", "mgr")
        assert [row[0] for row in told(other)] == ["import", "restore"]


def test_a_restore_changes_no_row_either_and_an_act_of_others_is_shown_as_it_is(store, tmp_path):
    before = store.trail()
    with store.write(Work.NOTE, "mgr") as db:  # as somebody would who writes in a backup
        db.run("update trail set who = 'somebody else', act = 'zz_act'")
    back_up(store, tmp_path / "forged.zip")
    with store.write(Work.NOTE, "mgr") as db:
        db.run("update trail set who = ?, act = ?", [before[0].who, before[0].act])
    restore(store, tmp_path / "forged.zip", "mgr")
    assert [row for row in store.trail() if row.id in {one.id for one in before}] == before
    store.acted("cm", "zz_act")
    done = CliRunner().invoke(app, ["trail", "--db", str(store.path)], catch_exceptions=False)
    assert "zz_act" in done.stdout


def test_a_lake_carries_it_on(store, tmp_path):
    exported(store.path, tmp_path / "lake")
    moved = opened(tmp_path / "lake", rolled(tmp_path / "lake", tmp_path / "lake"), tmp_path / "m")
    with contextlib.closing(Store(moved)) as other:
        assert [row[0] for row in told(other)][:2] == ["import", "restore"]


def test_it_is_listed_and_exported(store, tmp_path, monkeypatch):
    monkeypatch.setenv("NAMI_WHO", "adv")

    def nami(*args):
        done = CliRunner().invoke(app, [*args, "--db", str(store.path)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    nami("export", "orders", "--out", str(tmp_path / "o.csv"))
    nami("export", "trail", "--out", str(tmp_path / "t.csv"))
    rows = json.loads(nami("trail", "--json"))
    assert [(row["act"], row["about"], row["who"]) for row in rows[:2]] == [
        ("export", "trail", "adv"),
        ("export", "orders", "adv"),
    ]
    header, *lines = (tmp_path / "t.csv").read_text("utf-8").splitlines()
    assert header == "done_at,who,act,about,name"
    assert len(lines) == len(rows) - 1
    listed = nami("trail", "--lang", "nl")
    assert "ingeboekt" in listed
    assert word("orders", "nl", "tables.{}.name") in listed
    assert word("trail", "nl", "trail.things.{}") in listed
    assert "orders" not in listed


def test_every_act_has_words():
    from nami_monitor.i18n import has_text  # noqa: PLC0415 - here alone

    acts = [*Work, *codes.ActionKind]
    for act in set(acts) - {Work.UPGRADE, Work.COMPACT}:  # nobody does these
        assert has_text(f"trail.acts.{act}", "nl"), act


def test_a_profile_that_stays_as_it_was_is_no_act(store, tmp_path):
    for _ in range(2):
        save_profile(tmp_path / "w.toml", PROFILE, "imp", store)
    assert [row[0] for row in told(store)].count("profile") == 1


def test_a_settings_file_that_changed_is_seen_once(store, tmp_path, monkeypatch):
    from nami_monitor.databases import note_settings  # noqa: PLC0415 - slow to load

    file = tmp_path / "home" / "service.toml"
    monkeypatch.setenv("NAMI_SERVICE", str(file))
    for text, changes in (("", 1), ("", 1), ("[roles]", 2), ("", 3)):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        note_settings(store)
        noted = [row for row in told(store) if row[0] == "setting"]
        assert len(noted) == changes
        assert {row[1] for row in noted} == {"service.toml"}
    note_settings(Store(tmp_path / "absent.duckdb"))
    assert not (tmp_path / "absent.duckdb").exists()


@pytest.mark.parametrize(
    "kind",
    [
        *(module.KIND for module in (decisions, notes, phases, report_file)),
        *(briefing_signals.AHA, plans.VERDICT, report_file.FIXED, visits.SEEN),
    ],
)
def test_what_people_write_has_a_name_in_both_languages(kind):
    assert all(has_text(f"trail.things.{kind}", lang) for lang in LANGS)

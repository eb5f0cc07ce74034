"""A backup as a zip: what was packed comes back, and no zip from anywhere does harm."""

import dataclasses
import datetime as dt
import hashlib
import io
import json
import shutil
import zipfile

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.store import backup_file
from nami_monitor.store.backup_file import (
    LIST,
    BackupContents,
    BackupPart,
    opened_backup,
    unpack_backup,
    write_backup,
)

CONTENTS = BackupContents(
    schema=6,
    program="0.1.0",
    engine="v2.0.0",
    made_at=dt.datetime(2026, 11, 28, 1, 2, 3, tzinfo=dt.UTC),
    batches=4,
    first_month=dt.date(2025, 1, 1),
    last_month=dt.date(2026, 10, 1),
)
NOISE = b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(9_000))
FILES = {
    "database/own.duckdb": NOISE,
    "database/lines/month=2025-01/1.parquet": b"PAR1" * 100,
    "profiles/caf\u00e9 1.toml": b'source = "x"\n',
    "organisation.toml": b"",
}


@pytest.fixture
def parts(tmp_path):
    paths = {}
    for name, content in FILES.items():
        paths[name] = tmp_path / "from" / name
        paths[name].parent.mkdir(parents=True, exist_ok=True)
        paths[name].write_bytes(content)
    return paths


@pytest.fixture
def made(tmp_path, parts):
    write_backup(tmp_path / "b.zip", CONTENTS, parts)
    return tmp_path / "b.zip"


def refused(path, folder):
    with pytest.raises(UserError) as error:
        unpack_backup(path, folder)
    return error.value.key


def rewritten(path, change=lambda name, content: (name, content), **options):
    """The zip with its entries changed; entries that become None are left out."""
    with zipfile.ZipFile(path) as old:
        entries = [(info.filename, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(path, "w", **options) as new:
        for entry in entries:
            changed = change(*entry)
            if changed:
                new.writestr(*changed)
    return path


def with_list(path, change):
    """The zip with its list changed."""

    def changed(name, content):
        if name != LIST:
            return name, content
        stated = json.loads(content)
        change(stated)
        return name, json.dumps(stated)

    return rewritten(path, changed)


def test_what_was_packed_comes_back(made, tmp_path):
    contents = unpack_backup(made, tmp_path / "to")
    assert dataclasses.replace(contents, parts=()) == CONTENTS
    assert {part.name: part.size for part in contents.parts} == {
        name: len(content) for name, content in FILES.items()
    }
    for name, content in FILES.items():
        assert (tmp_path / "to" / name).read_bytes() == content
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.zip", "from", "to"]
    with zipfile.ZipFile(made) as packed:
        assert {info.compress_type for info in packed.infolist()} == {zipfile.ZIP_STORED}


def test_a_backup_that_reads_back_otherwise_does_not_take_its_name(tmp_path, parts, monkeypatch):
    (tmp_path / "b.zip").write_bytes(b"the one before")
    monkeypatch.setattr(
        backup_file,
        "_packed",
        lambda packed, name, _: packed.writestr(name, b"x") or BackupPart(name, 1, "0" * 64),
    )
    with pytest.raises(UserError) as error:
        write_backup(tmp_path / "b.zip", CONTENTS, parts)
    assert error.value.key == "backup.damaged"
    assert (tmp_path / "b.zip").read_bytes() == b"the one before"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.zip", "from"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path, parts):
    with pytest.raises(UserError) as error:
        write_backup(tmp_path / "gone" / "b.zip", CONTENTS, parts)
    assert error.value.key == "export.unwritable"


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no zip", b"PK\x05\x06" + b"\0" * 18, NOISE[:999]]
)
def test_what_is_no_backup(tmp_path, content):
    (tmp_path / "b.zip").write_bytes(content)
    assert refused(tmp_path / "b.zip", tmp_path / "to") == "backup.no_backup"


def test_a_backup_that_is_not_there_or_of_somebody_else_is_not_called_something_else(
    tmp_path, monkeypatch
):
    assert refused(tmp_path / "b.zip", tmp_path / "to") == "cli.system"

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    assert refused(tmp_path / "b.zip", tmp_path / "to") == "cli.system"
    assert not (tmp_path / "to").exists()


def test_a_later_form_is_refused(made, tmp_path):
    with_list(made, lambda stated: stated.update(form=2, something="else"))
    assert refused(made, tmp_path / "to") == "backup.newer"


@pytest.mark.parametrize("name", [
    "../x.toml", "profiles/../../x.toml", "/etc/x.toml", "C:/x.toml", "C:x.toml",
    "profiles\\x.toml",
    "profiles//x.toml", "profiles/", "./x.toml", ".ssh/x", "profiles/x.toml.", "x\n.toml",
])  # fmt: skip
def test_a_part_outside_its_folder_is_refused(made, tmp_path, name):
    with_list(made, lambda stated: stated["parts"][3].update(name=name))
    rewritten(made, lambda old, body: (name if old == "organisation.toml" else old, body))
    assert refused(made, tmp_path / "to") == "backup.damaged"
    assert not (tmp_path / "to").exists()


def test_a_part_is_what_the_list_says(made, tmp_path):
    whole = made.read_bytes()
    changes = [
        lambda name, body: None if name == "organisation.toml" else (name, body),
        lambda name, body: (name, body + b"x" * (name == "organisation.toml")),
        lambda name, body: (name.replace("organisation", "other"), body),
    ]
    for change in changes:
        made.write_bytes(whole)
        assert refused(rewritten(made, change), tmp_path / "to") == "backup.damaged"
    made.write_bytes(whole)
    with zipfile.ZipFile(made, "a") as packed:
        packed.writestr("profiles/more.toml", b"")
    assert refused(made, tmp_path / "to") == "backup.damaged"
    made.write_bytes(whole)
    with zipfile.ZipFile(made, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("organisation.toml", b"")
    assert refused(made, tmp_path / "to") == "backup.damaged"
    made.write_bytes(whole)
    with_list(made, lambda stated: stated["parts"].append(stated["parts"][0]))
    assert refused(made, tmp_path / "to") == "backup.damaged"
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("change", [
    {"schema": "6"}, {"schema": None}, {"made_at": "gisteren"}, {"made_at": 3}, {"parts": {}},
    {"parts": [{"name": "x"}]}, {"extra": 1}, {"form": "1"}, {"first_month": "2025-13-01"},
])  # fmt: skip
def test_a_list_of_another_shape(made, tmp_path, change):
    with_list(made, lambda stated: stated.update(change))
    assert refused(made, tmp_path / "to") == "backup.damaged"


@pytest.mark.parametrize("text", ["", "[]", "3", "{", "\ud800".encode("utf-8", "surrogatepass"),
                                  "[" * 100_000])  # fmt: skip
def test_a_list_that_is_no_list(made, tmp_path, text):
    rewritten(made, lambda name, body: (name, text if name == LIST else body))
    assert refused(made, tmp_path / "to") == "backup.damaged"


def test_a_bomb_is_refused_by_what_it_states(tmp_path, made):
    """Zeros that a zip packs a thousandfold, or parts that lie on top of each other."""
    shutil.copy(made, tmp_path / "tight.zip")
    rewritten(tmp_path / "tight.zip", compression=zipfile.ZIP_DEFLATED)
    assert refused(tmp_path / "tight.zip", tmp_path / "to") == "backup.damaged"

    def grown(content):
        """The central directory states another size of the first part."""
        at = content.index(b"PK\x01\x02")
        size = (1 << 31).to_bytes(4, "little")
        return content[: at + 20] + size + size + content[at + 28 :]

    with_list(made, lambda stated: stated["parts"][0].update(size=1 << 31))
    made.write_bytes(grown(made.read_bytes()))
    assert refused(made, tmp_path / "to") == "backup.damaged"
    assert not (tmp_path / "to").exists()


def test_a_full_disk_is_said_before_anything_is_unpacked(made, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    assert refused(made, tmp_path / "to") == "backup.room"
    assert list((tmp_path / "to").iterdir()) == []


def test_every_cut_and_every_changed_byte_is_found(made, tmp_path):
    whole = made.read_bytes()
    tail = [len(whole) - 1 - 17 * number for number in range(60)]  # the list and the directory
    places = [number * 7919 * 37 % len(whole) for number in range(60)] + tail
    for number in range(120):
        bad = bytearray(whole)
        if number % 3:
            bad[places[number]] ^= 1 << number % 8
        else:
            bad = bad[: places[number]]
        made.write_bytes(bad)
        to = tmp_path / f"to{number}"
        try:
            unpack_backup(made, to)
        except UserError as error:
            assert error.key.startswith("backup.")  # noqa: PT017 - a change that says nothing is fine
        else:
            for name, content in FILES.items():
                assert (to / name).read_bytes() == content


def test_looking_inside_unpacks_nothing(made, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    with opened_backup(made) as (contents, _):
        assert contents.batches == 4
    assert sorted(tmp_path.rglob("*")) == before
    assert zipfile.is_zipfile(io.BytesIO(made.read_bytes()))

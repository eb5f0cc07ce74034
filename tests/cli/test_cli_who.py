"""Who does what: asked for once, remembered, and needed wherever data changes."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nami_monitor.cli import app
from nami_monitor.core.settings import places, remember_who, remembered_who

LOCATIONS = "location_id;name;organisation\nL1;Kantoor;Dienst\n"


@pytest.fixture
def nobody(nami, monkeypatch):
    monkeypatch.delenv("NAMI_WHO")
    return nami


@pytest.fixture
def at_terminal(monkeypatch):
    """A function that types a command and its answers at a terminal."""

    def typed(*args, answers=""):
        with monkeypatch.context() as patch:
            patch.setattr("nami_monitor.cli.session.CommandSession.asks", property(lambda _: True))
            return CliRunner().invoke(
                app, [str(arg) for arg in args], input=answers, catch_exceptions=False
            )

    return typed


def import_of(nami, number=1):
    file = nami.write(f"l{number}.csv", LOCATIONS.replace("L1", f"L{number}"))
    return ["import", file, "--table", "locations"]


def signed(nami):
    return [batch["who"] for batch in nami.json("batches")]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_without_a_terminal_nobody_changes_data(nobody, more):
    done = nobody(*import_of(nobody), *more)
    assert done.exit_code == 2
    assert "--who" in done.stderr
    assert "NAMI_WHO" in done.stderr
    assert not nobody.db.exists()
    nobody.json(*import_of(nobody), "--who", "CM")
    assert nobody("undo", 1, "--yes", *more).exit_code == 2
    assert [batch["undone_at"] for batch in nobody.json("batches")] == [None]


def test_at_a_terminal_it_is_asked_for_once_and_remembered(nobody, at_terminal):
    first = at_terminal(*import_of(nobody), answers="inkoop\n")
    assert first.exit_code == 0, first.output
    assert str(places().user) in first.stderr
    second = at_terminal(*import_of(nobody, 2))
    assert second.exit_code == 0, second.output
    nobody.json(*import_of(nobody, 3))
    assert signed(nobody) == ["inkoop"] * 3
    assert tomllib.loads(places().user.read_text("utf-8")) == {"who": "inkoop"}


def test_the_option_and_the_variable_come_before_what_is_remembered(nobody, monkeypatch):
    remember_who(places().user, "inkoop")
    nobody.json(*import_of(nobody, 1), "--who", "AB")
    monkeypatch.setenv("NAMI_WHO", "EF")
    nobody.json(*import_of(nobody, 2))
    nobody.json(*import_of(nobody, 3), "--who", "GH")
    assert signed(nobody) == ["GH", "EF", "AB"]
    assert remembered_who(places().user) == "inkoop"


def test_an_address_is_neither_taken_nor_remembered(nobody, at_terminal):
    asked = at_terminal(*import_of(nobody), answers="jan@dienst.nl\n")
    assert asked.exit_code == 1
    assert "jan@dienst.nl" in asked.stderr
    (given,) = nobody.json(*import_of(nobody), "--who", "jan@dienst.nl", code=1)
    assert "jan@dienst.nl" in given["refused"]
    assert not places().user.exists()


@pytest.mark.parametrize(
    "content", [b"", b"who = 3", b"who =", b"\xff\xfe", b'[who]\nname = "x"', b'x = "y"']
)
def test_what_is_no_memory_is_asked_for_anew(nobody, at_terminal, content):
    file = places().user
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert nobody(*import_of(nobody)).exit_code == 2
    assert at_terminal(*import_of(nobody), answers="CM\n").exit_code == 0
    assert remembered_who(file) == "CM"


@pytest.mark.parametrize("who", ["CM", 'de "baas"', "a\\b", "caf\u00e9 = 1", "#"])
def test_what_is_remembered_comes_back_as_it_was(tmp_path, who):
    remember_who(tmp_path / "new" / "user.toml", who)
    assert remembered_who(tmp_path / "new" / "user.toml") == who
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "user.toml"]


def test_a_memory_that_is_not_written_whole_leaves_the_earlier_one(tmp_path, monkeypatch):
    file = tmp_path / "user.toml"
    remember_who(file, "CM")
    write = Path.write_text

    def half(path, text, *args):
        write(path, text[:3], *args)
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(OSError, match="No space"):
        remember_who(file, "EF")
    assert remembered_who(file) == "CM"
    assert list(tmp_path.iterdir()) == [file]

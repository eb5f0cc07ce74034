"""Temporary files of a killed process go at the next start; those of a living one stay."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from nami_monitor import cli
from nami_monitor.core import settings
from nami_monitor.core.settings import PREFIX, folder_beside, replacing, temporary_folder
from nami_monitor.ui import preload

pytestmark = pytest.mark.skipif(settings.fcntl is None, reason="Windows has no such locks")

ROOT = Path(__file__).parents[2]
HOLDS_CELLS = """
import sys, tempfile
from nami_monitor.core.settings import temporary_folder
with temporary_folder():
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write("a name that would have been dropped")
    print(file.name, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """Where temporary files go; the databases of this installation are elsewhere."""
    for place in ("NAMI_HOME", "NAMI_CACHE"):
        monkeypatch.setenv(place, str(tmp_path.parent / f"{tmp_path.name}-{place}"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@contextmanager
def process(outside):
    """A process with a temporary file, and the file."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_CELLS],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(outside)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            yield started, Path(started.stdout.readline().strip())
        finally:
            started.kill()


def command():
    with pytest.raises(SystemExit):
        cli.main()


def dashboard():
    async def serve():
        async with preload.while_serving(None):
            pass

    asyncio.run(serve())


@pytest.mark.parametrize("start", [command, dashboard])
def test_what_a_killed_process_left_goes_at_the_next_start(outside, monkeypatch, start):
    monkeypatch.setattr(sys, "argv", ["nami", "--help"])
    monkeypatch.setattr(preload, "_work", threading.Event)
    with process(outside) as (living, kept), process(outside) as (killed, left):
        assert left.is_relative_to(outside)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert left.exists()
        start()
        assert not left.parent.exists()
        assert kept.exists()
        living.communicate()
        assert living.returncode == 0
    assert not list(outside.iterdir())


def test_what_a_killed_restore_unpacked_beside_a_database_goes_too(outside, monkeypatch):
    own = outside / "home" / "mine.db"
    monkeypatch.setenv("NAMI_DB", str(own))
    own.mkdir(parents=True)
    killed, other = own.parent / ".mine.db.killed", own.parent / ".other.db.killed"
    for folder in (killed, other):
        (folder / "database").mkdir(parents=True)
    with folder_beside(own) as living, temporary_folder():
        assert not killed.exists()
        assert living.exists()
        assert living.parent == own.parent
    assert sorted(own.parent.iterdir()) == [other, own]


def test_all_that_asks_for_a_temporary_place_gets_one_in_the_folder(outside):
    before = os.environ.get("TMPDIR")
    with temporary_folder() as folder:
        assert folder.parent == outside
        with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryDirectory() as inner:
            assert {Path(file.name).parent, Path(inner).parent} == {folder}
        assert os.environ["TMPDIR"] == str(folder)
    assert not folder.exists()
    assert tempfile.gettempdir() == str(outside)
    assert os.environ.get("TMPDIR") == before


def test_what_others_put_there_stays(outside, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "theirs").touch()
    (outside / f"{PREFIX}link").symlink_to(elsewhere)
    (outside / f"{PREFIX}file").touch()
    (outside / "nami").mkdir()
    with temporary_folder():
        pass
    assert {path.name for path in outside.iterdir()} == {f"{PREFIX}link", f"{PREFIX}file", "nami"}
    assert (elsewhere / "theirs").exists()


def test_a_folder_of_somebody_else_stays(outside, monkeypatch):
    (outside / f"{PREFIX}theirs").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    with temporary_folder():
        pass
    assert (outside / f"{PREFIX}theirs").exists()


def test_a_folder_that_was_cleared_before_its_lock_is_made_again(outside, monkeypatch):
    make, made = tempfile.mkdtemp, []

    def and_lose_two(**where):
        made.append(Path(make(**where)))
        if len(made) == 1:
            made[0].rmdir()
        return str(made[-1])

    lock, locked = settings.fcntl.flock, []

    def and_lose_one(descriptor, how):
        lock(descriptor, how)
        locked.append(descriptor)
        if len(locked) == 1:
            made[-1].rmdir()

    monkeypatch.setattr(tempfile, "mkdtemp", and_lose_two)
    monkeypatch.setattr(settings.fcntl, "flock", and_lose_one)
    with temporary_folder() as folder:
        assert folder == made[2]
        assert folder.is_dir()
    assert not list(outside.iterdir())


def test_without_locks_nothing_of_others_goes(outside, monkeypatch):
    monkeypatch.setattr(settings, "fcntl", None)
    (outside / f"{PREFIX}dead").mkdir()
    with temporary_folder() as folder:
        assert folder.is_dir()
    assert [path.name for path in outside.iterdir()] == [f"{PREFIX}dead"]


def test_two_who_write_the_same_file_at_once_both_write_it_whole(tmp_path):
    file = tmp_path / "a[1].toml"
    with replacing(file) as first:
        first.write_text("first", "utf-8")
        with replacing(file) as second:
            second.write_text("second", "utf-8")
        assert file.read_text("utf-8") == "second"
        assert first.read_text("utf-8") == "first"
    assert file.read_text("utf-8") == "first"
    assert list(tmp_path.iterdir()) == [file]


def test_what_killed_ones_left_beside_a_file_goes_after_a_day(tmp_path):
    file = tmp_path / "a[1].toml"
    old, new, of_others = (
        tmp_path / name
        for name in (f".a[1].toml.{'a' * 12}", f".a[1].toml.{'b' * 12}", ".a[1].toml.notes")
    )
    for path in (old, new, of_others):
        path.touch()
    for path in (old, of_others):
        os.utime(path, (0, 0))
    with pytest.raises(FileNotFoundError), replacing(file):
        pass  # nothing was written
    assert sorted(tmp_path.iterdir()) == [new, of_others]

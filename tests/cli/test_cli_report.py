"""``nami report``: the same report unattended, written whole or not at all."""

import errno
import pathlib
from typing import ClassVar

import pytest

from nami_monitor.cli import export as report


def test_it_writes_the_month_of_a_category(loaded):
    out = loaded.folder / "rapport.html"
    said = loaded.json("report", "--month", "2025-02", "--category", "paper", "--out", out)
    assert said["format"] == "html"
    assert said["month"] == "2025-02"
    assert said["bytes"] == out.stat().st_size
    assert "Paper, February 2025" in out.read_text("utf-8")


def test_the_name_of_the_file_says_the_format_and_the_last_month_is_usual(loaded):
    out = loaded.folder / "rapport.xlsx"
    done = loaded("report", "--out", out, "--lang", "nl")
    assert done.exit_code == 0, done.output
    assert "geschreven" in done.stdout
    assert out.read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--month", "2025-13"], "2025-13"),
        (["--month", "2031-01"], "2031-01"),
        (["--category", "papier"], "papier"),
        (["--format", "docx"], "xlsx"),
        (["--audience", "everyone"], "everyone"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_written(loaded, args, said):
    out = loaded.folder / "rapport.html"
    done = loaded("report", *args, "--out", out)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert not out.exists()


def test_without_data_there_is_nothing_to_report(nami):
    nami.load("locations")
    done = nami("report", "--out", nami.folder / "rapport.html")
    assert done.exit_code == 1
    assert "no data to report" in done.stderr


def test_a_settings_file_with_errors_is_said_with_line_and_key(loaded):
    settings = loaded.write("huis.toml", 'name = "A"\nprimary = "geel"\n')
    done = loaded("report", "--settings", settings, "--out", loaded.folder / "r.html")
    assert done.exit_code == 1
    assert "line 2" in done.stderr
    assert "primary" in done.stderr


def test_the_name_of_the_house_stands_in_the_report(loaded):
    settings = loaded.write("huis.toml", 'name = "Gemeente Voorbeeld"\n')
    out = loaded.folder / "r.html"
    assert loaded("report", "--settings", settings, "--out", out).exit_code == 0
    assert "Gemeente Voorbeeld" in out.read_text("utf-8")


def test_on_a_full_disk_the_old_file_stays(loaded, monkeypatch):
    out = loaded.write("r.html", "vorige maand")
    write = pathlib.Path.write_bytes

    def full(path, content):
        write(path, content[:10])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(pathlib.Path, "write_bytes", full)
    done = loaded("report", "--out", out)
    assert done.exit_code == 1
    assert "No space left" in done.stderr
    assert out.read_text("utf-8") == "vorige maand"
    assert [one.name for one in loaded.folder.glob(".r.html*")] == []


def test_who_watches_is_told_how_far_it_is(monkeypatch):
    class Watched:
        def isatty(self):
            return True

    class Session:
        told: ClassVar = []

        def tell(self, line):
            self.told.append(line)

        def t(self, key, **values):
            return f"{key} {values['name']}"

    monkeypatch.setattr(report.sys, "stderr", Watched())
    report._tell(Session(), 0, 2, "paper")
    report._tell(Session(), 2, 2, "")
    assert Session.told == ["cli.report.step paper"]

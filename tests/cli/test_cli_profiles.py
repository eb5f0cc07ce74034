"""Profiles keep what they were: who changed them, when, and the way back."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.profiles.library import (
    VERSIONS,
    profile_difference,
    profile_file,
    profile_versions,
    save_profile,
)
from nami_monitor.ingest.profiles.profile import load_profile, parse_profile, write_profile
from nami_monitor.store import Store

TEXT = """source = "Winkel"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
amount_eur = "Bedrag"
"""
PROFILE = parse_profile(TEXT)
NOWHERE = Store(Path("no database"))


@pytest.fixture
def file(nami):
    """A profile that was written by hand, saved twice, and changed by hand at last."""
    path = profile_file(nami.profiles, "Winkel 1")
    path.parent.mkdir(parents=True)
    path.write_text(TEXT, "utf-8")
    save_profile(path, replace(PROFILE, source="Winkel A"), "ab", NOWHERE)
    save_profile(path, replace(PROFILE, source="Winkel\u2028B"), "  cd ", NOWHERE)
    path.write_text(TEXT.replace("Winkel", "Winkel C"), "utf-8")
    return path


def test_every_version_is_kept_with_who_and_when(file):
    versions = profile_versions(file)
    assert [version.who for version in versions] == ["", "ab", "cd", ""]
    sources = [parse_profile(version.text).source for version in versions]
    assert sources == ["Winkel", "Winkel A", "Winkel\u2028B", "Winkel C"]
    assert versions[0].text == TEXT
    assert {version.when.utcoffset() for version in versions} == {dt.timedelta()}


def test_what_says_the_same_is_no_version(file):
    before = profile_versions(file)
    save_profile(file, parse_profile(before[-1].text), "ab", NOWHERE)
    after = profile_versions(file)
    save_profile(file, parse_profile(after[-1].text), "ef", NOWHERE)
    assert profile_versions(file) == after
    assert not profile_difference(before[-1].text, after[-1].text)


def test_a_profile_that_two_save_at_once_is_whole(file, monkeypatch):
    write = Path.write_text

    def while_another_does(path, *args):
        monkeypatch.setattr(Path, "write_text", write)
        write(path, *args)
        save_profile(file, replace(PROFILE, source="Winkel D"), "ef", NOWHERE)

    monkeypatch.setattr(Path, "write_text", while_another_does)
    save_profile(file, replace(PROFILE, source="Winkel E"), "gh", NOWHERE)
    assert load_profile(file).source == "Winkel E"
    assert sorted(path.suffix for path in file.parent.iterdir()) == [".jsonl", ".toml"]


def test_nobody_replaces_a_profile_without_saying_who(file):
    for who, key in (("", "entry.who"), ("a@b.example", "personal.address")):
        with pytest.raises(UserError) as refused:
            save_profile(file, PROFILE, who, NOWHERE)
        assert refused.value.key == key
    assert load_profile(file).source == "Winkel C"


def test_lines_that_were_spoilt_by_hand_leave_the_other_versions(file):
    kept = file.with_suffix(VERSIONS)
    spoilt = ["", "[]", '{"when": "soon", "who": "x", "text": ""}', "[" * 100_000, "\udcff"]
    lines = kept.read_text("utf-8") + "\n".join(spoilt)
    kept.write_bytes(lines.encode("utf-8", "surrogateescape"))
    assert [version.who for version in profile_versions(file)] == ["", "ab", "cd", ""]


def test_the_command_lists_profiles_and_versions_and_goes_back(nami, file):
    assert nami.json("profiles") == {"winkel_1": "Winkel C"}
    assert nami("profiles").output == "winkel_1: Winkel C\n"
    listed = nami.json("profiles", "winkel_1")
    assert [(one["version"], one["who"]) for one in listed] == [
        (1, ""), (2, "ab"), (3, "cd"), (4, ""),
    ]  # fmt: skip
    assert nami("profiles", "winkel_1").output.splitlines()[3].split()[-1] == "ab"
    assert nami.json("profiles", "winkel_1", "--back-to", 2, code=2)["error"]["key"] == (
        "cli.unconfirmed"
    )
    nami.json("profiles", "winkel_1", "--back-to", 2, "--yes", "--who", "ef")
    assert load_profile(file).source == "Winkel A"
    assert [version.who for version in profile_versions(file)][-2:] == ["", "ef"]


def test_a_profile_that_is_broken_or_gone_comes_back(nami, file):
    file.write_text("source = ", "utf-8")
    nami.json("profiles", "winkel_1", "--back-to", 3, "--yes")
    assert load_profile(file).source == "Winkel\u2028B"
    refused = nami.json("profiles", "winkel_1", "--back-to", 4, "--yes", code=1)
    assert refused["error"]["key"] == "profile.toml"
    file.unlink()
    nami.json("profiles", "winkel_1", "--back-to", 3, "--yes")
    assert load_profile(file).source == "Winkel\u2028B"


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["winkel"], "profile.no_such"),
        (["../winkel_1"], "profile.no_such"),
        (["winkel_1", "--back-to", 9, "--yes"], "profile.no_version"),
    ],
)
@pytest.mark.usefixtures("file")
def test_what_is_not_there_is_named(nami, arguments, key):
    assert nami.json("profiles", *arguments, code=1)["error"]["key"] == key


def test_no_profile_yet(nami):
    assert nami("profiles").output == "No profile is saved yet.\n"


def test_the_difference_of_texts_that_are_no_profiles_is_that_of_their_lines():
    assert profile_difference("a\nb", "a\nc") == ["@@ -1,2 +1,2 @@", " a", "-b", "+c"]
    assert not profile_difference(TEXT, write_profile(PROFILE))


def test_a_file_that_is_too_large_for_a_profile_is_not_read(tmp_path):
    path = tmp_path / "large.toml"
    path.write_text("# " + "x" * 300_000, "utf-8")
    with pytest.raises(UserError) as refused:
        load_profile(path)
    assert refused.value.key == "profile.too_large"


def test_a_profile_that_is_no_text_is_refused_by_the_name_that_people_know(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError) as refused:
        load_profile(path, "groot.toml")
    assert refused.value.values == {"file": "groot.toml"}

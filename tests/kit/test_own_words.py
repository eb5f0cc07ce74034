"""Nothing that ships has eight words in a row as the kit has them.

The kit itself is not committed: ``kit_runs.txt`` holds hashes of its runs of eight words, sorted.
``python -m tests.kit.test_own_words FILE`` writes it from the kit's text.
"""

import hashlib
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNS = Path(__file__).with_name("kit_runs.txt")
LENGTH = 8
"""Words in a run."""
DIGITS = 12
"""Of a hash: a chance hit among all runs of all texts is below one in a million."""

NAMES = {
    ("data/cases/3.toml", "nl.involved"): "a list of teams and functions",
    ("data/cases/4.toml", "nl.involved"): "a list of organisations and trades",
    ("data/cases/6.toml", "nl.involved"): "a list of functions",
}
"""Entries that list names, which have no other words."""


def runs(text):
    """The hashes of every run of words, whatever stands between them."""
    words = re.findall(r"\w+", text.casefold())
    joined = (" ".join(words[at : at + LENGTH]) for at in range(len(words) - LENGTH + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[:DIGITS] for run in joined}


def entries(value, place=""):
    """The texts of a TOML file, with the place of each."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in pairs:
            yield from entries(part, f"{place}.{key}".lstrip("."))


def texts():
    """Every text for people: data, catalogues and documents."""
    for path in sorted(ROOT.glob("data/**/*.toml")) + sorted(ROOT.glob("nami_monitor/**/*.toml")):
        for place, text in entries(tomllib.loads(path.read_text("utf-8"))):
            yield path.relative_to(ROOT).as_posix(), place, text
    for path in sorted(ROOT.glob("docs/**/*.md")) + sorted(ROOT.glob("*.md")):
        yield path.relative_to(ROOT).as_posix(), "", path.read_text("utf-8")


@pytest.fixture(scope="module")
def kit():
    return frozenset(RUNS.read_text("ascii").split())


def test_nothing_has_eight_words_in_a_row_as_the_kit_has_them(kit):
    same = [(file, place) for file, place, text in texts() if not kit.isdisjoint(runs(text))]
    assert [one for one in same if one not in NAMES] == []


@pytest.mark.parametrize(("file", "place"), NAMES)
def test_what_is_exempt_still_is_a_list_of_the_kit(kit, file, place):
    """So an exemption that is not needed shows, and so do hashes that fit nothing."""
    (text,) = [text for one, at, text in texts() if (one, at) == (file, place)]
    assert not kit.isdisjoint(runs(text))


def test_runs_are_told_apart_by_their_words_alone():
    text = "Een, twee; drie\nvier VIJF zes-zeven acht negen"
    assert runs(text) == runs("een twee drie vier vijf zes zeven acht negen")
    assert len(runs(text)) == 2
    assert runs("een twee drie") == set()


if __name__ == "__main__":
    RUNS.write_text("\n".join(sorted(runs(Path(sys.argv[1]).read_text("utf-8")))) + "\n", "ascii")

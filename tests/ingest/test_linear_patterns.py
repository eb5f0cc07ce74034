"""No pattern that sees the text of a file takes more than its length: its steps are counted.

Patterns that polars and DuckDB run need no proof here: their engines never go back.
"""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from nami_monitor.ingest.personal import ADDRESS, BLANKED, blanked
from tests.ingest.matching_steps import Matcher, growth, is_bounded, worst_texts

CALLS = {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
#: Rooms whose patterns see texts of files and of forms.
ROOMS = ("ingest", "store", "core", "i18n")
ANCHORED = {"match", "fullmatch"}
TWICE, FOUR_TIMES = 2.0, 4.0


def modules():
    for room in ROOMS:
        package = importlib.import_module(f"nami_monitor.{room}")
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def house():
    """The patterns, and whether all that is done with each begins where its text begins."""
    found = {}
    every = list(modules())
    source = "\n".join(Path(module.__file__).read_text("utf-8") for module in every)
    for module in every:
        for name, value in vars(module).items():
            values = value.values() if isinstance(value, dict) else [value]
            for pattern in (one for one in values if isinstance(one, re.Pattern)):
                done = set(re.findall(rf"\b{name}(?:\[[^]\n]*\])?\.(\w+)\(", source)) & CALLS
                found[pattern.pattern, pattern.flags] = pattern, bool(done) and done <= ANCHORED
        for pattern, call in written_in(module):
            found.setdefault((pattern.pattern, pattern.flags), (pattern, call in ANCHORED))
    return [found[key] for key in sorted(found, key=str)]


def written_in(module):
    """Patterns that stand as text, or by name, in calls of ``re``."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in CALLS
        ):
            first = node.args[0]
            text = getattr(first, "value", None)
            if isinstance(first, ast.Name):
                text = getattr(module, first.id, None)
            if isinstance(text, str | bytes):
                yield re.compile(text), node.func.attr


HOUSE = house()


def worst(pattern, *, anchored=False):
    return max(growth(pattern, text, anchored=anchored) for text in worst_texts(pattern))


each = pytest.mark.parametrize(
    ("pattern", "anchored"), HOUSE, ids=[str(pattern.pattern)[:40] for pattern, _ in HOUSE]
)


@each
def test_a_pattern_takes_no_more_steps_than_its_text_is_long(pattern, anchored):
    assert is_bounded(pattern) or worst(pattern, anchored=anchored) < (TWICE + FOUR_TIMES) / 2


def test_the_patterns_of_the_house_are_found():
    seen = {str(pattern.pattern) for pattern, _ in HOUSE}
    assert len(HOUSE) > 30
    assert any("EUR|GBP" in pattern for pattern in seen)
    assert any("row" in pattern for pattern in seen)


@pytest.mark.parametrize(
    "pattern",
    [
        ADDRESS,
        r"^-?\s*(?:EUR\s*)?\s*\d",
        r"<(?:\w+:)?row\b[^>]*?\sr\s*=",
        r"\s+$",
        r"x*[xy]*z",
        r"\d[\d ]*\s*x",
    ],
)
def test_patterns_that_take_the_square_are_told(pattern):
    assert worst(re.compile(pattern)) > (TWICE + FOUR_TIMES) / 2


@each
def test_the_matcher_finds_what_re_finds(pattern, anchored):
    for text in [make(3) for make in worst_texts(pattern)][::40]:
        seen = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
        same = seen.decode("latin-1") if isinstance(seen, bytes) else seen
        found = [pattern.match(seen)] if anchored else pattern.finditer(seen)
        spans = [match.span() for match in found if match]
        again = Matcher(pattern, anchored=anchored).found(same)
        assert [span for span in again if span[0] < span[1]] == [
            span for span in spans if span[0] < span[1]
        ]


def test_addresses_are_blanked_by_an_engine_that_never_goes_back():
    size = 1_000_000
    assert blanked("x" * size + "@") == "x" * size + "@"
    assert blanked("a@b" + ".c" * size) == "a@b" + ".c" * size
    assert blanked("a@b.nl;" * size) == f"{BLANKED};" * size

"""Every text that the code asks for stands in the catalogues, and nothing else does."""

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.kpis import CATALOGUE

ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted((ROOT / "nami_monitor").rglob("*.py")),
    *sorted((ROOT / "pages").glob("*.py")),
    ROOT / "dashboard.py",
]
SOURCES.remove(ROOT / "nami_monitor" / "i18n" / "__init__.py")
ERRORS = "errors."
KEY = re.compile(r"[a-z_@][\w@]*(\.[\w@]+)+")


@cache
def nodes():
    return [node for file in SOURCES for node in ast.walk(ast.parse(file.read_text("utf-8")))]


def pattern(joined):
    """An f-string as a pattern of the keys that it makes; None when it makes no keys, or any."""
    fixed = [part.value for part in joined.values if isinstance(part, ast.Constant)]
    shape = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in joined.values)
    if not KEY.fullmatch(shape.rstrip(".")) or fixed in ([ERRORS], ["."]):
        return None
    parts = [
        re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w.@]+"
        for part in joined.values
    ]
    return re.compile("".join(parts))


@cache
def named():
    """Keys that stand in the code as a whole, and patterns of those that are put together."""
    whole = {
        node.value
        for node in nodes()
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and KEY.fullmatch(node.value)
    }
    made = {
        found for node in nodes() if isinstance(node, ast.JoinedStr) and (found := pattern(node))
    }
    return whole, made


def is_named(key):
    whole, made = named()
    stem, _, form = key.rpartition(".")
    asked = {key, stem} if form in {"one", "other"} else {key}
    asked |= {one.removeprefix(ERRORS) for one in asked if one.startswith(ERRORS)}
    return bool(asked & whole) or any(found.fullmatch(one) for one in asked for found in made)


def test_no_text_is_left_that_nobody_asks_for():
    assert not sorted(key for key in catalogue("nl") if not is_named(key))


def calls(*names):
    for node in nodes():
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0] if node.args else None
            either = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            for key in either:
                if called in names and isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, {word.arg for word in node.keywords}


def placeholders(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("lang", LANGS)
def test_every_text_that_is_asked_for_exists(lang):
    words = catalogue(lang)
    asked = {key for key, _ in calls("text", "t")}
    assert not sorted(key for key in asked if key not in words and f"{key}.other" not in words)


@pytest.mark.parametrize("lang", LANGS)
def test_every_error_has_its_sentence_and_what_was_seen(lang):
    words = catalogue(lang)
    without = sorted({key for key, _ in calls("UserError") if ERRORS + key not in words})
    assert not without
    unfilled = {
        key: placeholders(words[ERRORS + key]) - seen
        for key, seen in calls("UserError")
        if None not in seen and placeholders(words[ERRORS + key]) - seen
    }
    assert not unfilled


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", CATALOGUE)
def test_every_kpi_is_told_in_full(code, lang):
    for part in ("name", "says", "says_not", "formula", "pitfalls", "source"):
        assert f"kpis.{code}.{part}" in catalogue(lang)

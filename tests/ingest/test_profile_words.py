"""Everything that the import can say stands in both catalogues, with what was seen."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import nami_monitor
from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.ingest.book.stage import ADDED_UP, model_checks
from nami_monitor.ingest.cells import MISFIT_RULES
from nami_monitor.ingest.profiles.convert import FOREIGN, Reading, conversion, pack_flag
from nami_monitor.ingest.profiles.library import profile_file
from nami_monitor.ingest.profiles.profile import Origin
from nami_monitor.store import Work
from nami_monitor.tables import TABLES, columns

SOURCES = sorted(Path(nami_monitor.__file__).parent.rglob("*.py"))
OURS = ("profile.", "import.", "undo.", "store.", "periods.")
QUESTIONS = {
    "create_codes": {"kinds", "lines"},
    "set_aside": {"set_aside", "received", "rules"},
    "replace": {"first", "last", "vanish", "amount", "added"},
}


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def raised():
    """Every error key in the source with the values that each place gives it."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "UserError":
                first = node.args[0]
                if isinstance(first, ast.Constant) and first.value.startswith(OURS):
                    yield first.value, frozenset(word.arg for word in node.keywords)
    for work in Work:
        yield f"store.held.{work}", frozenset({"path", "what", "who", "since", "pid"})


def cell_rules():
    """Every rule that converting, validating and reading can name."""
    cell = {"A": "c1", "B": "c2"}
    every = set(MISFIT_RULES) | {"repeated_key", "unknown_code", FOREIGN}
    scaled = Origin(("A",), scale_by=("B", {"x": 2.0}))
    for table in TABLES:
        every |= {check.rule for check in model_checks(table)}
        for column in columns(table):
            made = conversion(
                column,
                origin=scaled,
                constant=None,
                values=None,
                cell=cell,
                reading=Reading(tagged=True, blanked=True),
            )
            every |= {rule for _, rule in made.failures}
    packs = pack_flag(Origin(("A",), unit="B"), cell, Reading(tagged=False))
    return every | {rule for _, rule in packs.failures}


def skip_rules():
    source = (Path(nami_monitor.__file__).parent / "ingest" / "book" / "stage.py").read_text(
        "utf-8"
    )
    return set(re.findall(r"then '(\w+)'\"", source)) | {"blank", "dropped", *ADDED_UP}


@pytest.mark.slow
def test_every_error_has_its_sentence():
    for key, seen in set(raised()):
        for lang in LANGS:
            assert placeholders(catalogue(lang)[f"errors.{key}"]) <= seen, (key, lang)


@pytest.mark.parametrize("lang", LANGS)
def test_every_rule_has_one_sentence_and_no_sentence_lacks_its_rule(lang):
    said = [
        key.removeprefix(section)
        for section in ("rules.", "reading.misfits.")
        for key in catalogue(lang)
        if key.startswith(section)
    ]
    assert sorted(said) == sorted(cell_rules())


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_skipped_has_its_words(lang):
    said = {key.removeprefix("skips.") for key in catalogue(lang) if key.startswith("skips.")}
    assert said == skip_rules()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("key", QUESTIONS)
def test_a_question_has_its_sentence(key, lang):
    words = catalogue(lang)
    assert placeholders(words[f"questions.{key}"]) <= QUESTIONS[key]
    if key != "replace":
        assert placeholders(words[f"errors.questions.{key}"]) <= QUESTIONS[key]


@pytest.mark.parametrize("name", ["", "  ", "???", "\u4ef6\u6570"])
def test_a_name_of_which_no_letter_is_left_names_no_file(tmp_path, name):
    with pytest.raises(UserError, match=r"^profile\.name\("):
        profile_file(tmp_path, name)
    assert profile_file(tmp_path, "Café & Co. (2025)").name.startswith("cafe_co_2025")

"""No sentence for people names a table or a column as the database does."""

import re
from string import Formatter

import pytest

from nami_monitor.cli.session import CommandSession
from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS, catalogue, text
from nami_monitor.tables import TABLES, columns

NAMES = {*TABLES, *(column.name for table in TABLES for column in columns(table))}
CODED = {name for name in NAMES if "_" in name} | {"orders"}
TYPED = ("--", "cli.options.")
"""What is typed on a command line has names of its own: marks of such sentences and their keys."""


def coded(sentence, lang):
    bare = re.sub(r"\{[^{}]*\}", "", sentence)
    english = {"orders"} if lang == "en" else set()
    return set(re.findall(r"[a-z_]+", bare)) & CODED - english


@pytest.mark.parametrize("lang", LANGS)
def test_no_sentence_of_the_catalogues_has_a_name_of_the_database(lang):
    found = {
        key: names
        for key, sentence in catalogue(lang).items()
        if not any(mark in sentence or key.startswith(mark) for mark in TYPED)
        and (names := coded(sentence, lang))
    }
    assert found == {}


def values_of(sentence):
    """The worst that an error may bring: names of the database wherever a name may stand."""
    named = {"column": "ordered_on", "table": "orders", "missing": "ordered_on, location_id",
             "kinds": "locations, categories", "rules": ("unknown_code",), "near": "-"}  # fmt: skip
    fields = {
        name.split(":")[0]: spec
        for _, name, spec, _ in Formatter().parse(sentence)
        if name is not None
    }
    return {name: named.get(name, 3 if spec else "x") for name, spec in fields.items()}


@pytest.mark.parametrize("lang", LANGS)
def test_no_refusal_of_an_import_names_a_column_as_the_database_does(lang):
    terminal = CommandSession(None, 0, lang, json=False)
    for key, sentence in catalogue(lang).items():
        if not key.startswith(("errors.import.", "errors.questions.", "errors.reading.")):
            continue
        error = UserError(key.removeprefix("errors."), **values_of(sentence))
        said = terminal.sentence(error)
        for typed in re.findall(r"--\S+ \S+|\"[^\"]*\"", said):
            said = said.replace(typed, "")
        assert coded(said, lang) == set(), key


@pytest.mark.parametrize("near", ["", "-"])
def test_where_nothing_is_like_it_no_sentence_says_so(near):
    said = text("errors.import.unknown_table", "nl", seen="x", near=near)
    assert said == "De tabel x bestaat niet."
    said = text("errors.import.column_missing", "nl", wanted="A", column="B", seen="C", near=near)
    assert "Lijkt" not in said
    assert "Gezien: C. Pas" in said
    assert "Bedoelde u: a?" in text("errors.import.unknown_table", "nl", seen="x", near="a")

# ruff: noqa: RUF001 - the real minus sign is what is tested
import re
from string import Formatter

import pytest

from nami_monitor.i18n import (
    LANGS,
    CatalogueError,
    MissingTextError,
    catalogue,
    has_text,
    merge,
    text,
)


def placeholders(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_both_languages_hold_the_same_keys():
    assert set(catalogue("nl")) == set(catalogue("en"))


def test_both_languages_ask_for_the_same_values():
    differing = {
        key: (dutch, catalogue("en").get(key))
        for key, dutch in catalogue("nl").items()
        if placeholders(dutch) != placeholders(catalogue("en").get(key, ""))
    }
    assert not differing


@pytest.mark.parametrize("lang", LANGS)
def test_placeholders_are_plain_names_and_no_text_is_padded(lang):
    for key, template in catalogue(lang).items():
        assert all(name.isidentifier() for name in placeholders(template)), key
        assert template == template.strip(), key


@pytest.mark.parametrize("lang", LANGS)
def test_a_plural_has_both_forms(lang):
    keys = set(catalogue(lang))
    for key in keys:
        stem, _, form = key.rpartition(".")
        if form in {"one", "other"}:
            assert {f"{stem}.one", f"{stem}.other"} <= keys, key


def test_n_chooses_the_plural_and_is_written_in_the_language():
    assert text("charts.alt.gaps", "nl", n=1) == "Voor 1 maand ontbreken gegevens."
    assert text("charts.alt.gaps", "nl", n=1234) == "Voor 1.234 maanden ontbreken gegevens."
    assert text("charts.alt.gaps", "en", n=-1234) == "Data is missing for −1,234 months."


def test_a_count_chooses_the_word_that_goes_with_it():
    assert text("data.completeness.locations", "nl", here=0, due=1) == "0 van 1 locatie"
    assert text("data.completeness.locations", "nl", here="1", due="12") == "1 van 12 locaties"
    assert text("assets.headline", "en", month="May", n=1).endswith("1 asset is in use")


PLURALS = {
    "nl": "aankondigingen|aanvragen|artikelen|bestanden|cijfers|codes|contracten|doelen|indicatoren"
    "|kolommen|lessen|leveringen|locaties|maanden|maatregelen|middelen|pilotlocaties|regels|rijen"
    "|seconden|stuks|vestigingen",
    "en": "articles|assets|batches|codes|columns|contracts|figures|files|indicators|lessons|lines"
    "|locations|measures|months|pieces|places|releases|requests|rows|seconds|targets|years",
}
NEVER_ONE = {"most", "needed", "wanted", "price_months", "preparation_months", "type"}
"""Placeholders that hold a threshold of more than one, or no count."""
ALWAYS_MANY = {
    "briefing.caveats.aims", "errors.export.too_many_rows", "errors.kpi.too_many", "kit.words",
    "errors.reading.stacked_header", "errors.reading.too_far", "errors.reading.too_many_sheets",
    "errors.reading.too_wide",
    "errors.requests.too_many",
    "funnel.outside.one", "funnel.outside.other", "signals.said.long_contract",
    "waterbed.many.alone", "waterbed.many.stands",
}  # fmt: skip
"""Texts that are said only of several."""


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_says_one_with_a_plural(lang):
    counted = re.compile(rf"\{{(\w+)\}} (\w+ )?({PLURALS[lang]})\b")
    wrong = {
        key: found[0]
        for key, template in catalogue(lang).items()
        for found in counted.finditer(template)
        if found[1] not in NEVER_ONE and not (key.endswith(".other") and found[1] == "n")
    }
    assert not set(wrong) - ALWAYS_MANY, wrong


def test_a_value_that_ends_in_a_full_stop_ends_its_sentence():
    said = {"numerator": "3", "value": "64,4 st."}
    assert text("trace.forms.sum", "nl", **said) == "Samen 3, dus 64,4 st."
    assert text("trace.forms.ratio", "nl", denominator="2 st.", **said) == "3 ÷ 2 st. = 64,4 st."


def test_values_are_never_read_as_templates():
    assert text("common.span", "nl", start="{end.__class__}", end="x") == "{end.__class__} t/m x"


def test_a_missing_key_names_what_was_probably_meant():
    with pytest.raises(MissingTextError, match=r"charts\.month") as caught:
        text("charts.mont", "nl")
    assert isinstance(caught.value, KeyError)
    with pytest.raises(MissingTextError, match=r"no text 'qqqq' in 'en'$"):
        text("qqqq", "en", n=2)
    assert has_text("charts.month", "nl")
    assert not has_text("charts", "nl")


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError, match="end"):
        text("common.span", "nl", start="x")


def test_the_catalogue_cannot_be_changed():
    with pytest.raises(TypeError):
        catalogue("nl")["charts.month"] = "x"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="known: nl, en"):
        catalogue("../nl")


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ('[a]\nb = "x"', 'a.b = "y"', "two.toml: a.b is defined twice"),
        ('a = "x"', "[b]\nc = 3", "b.c must be a text, not 3"),
        ('a = "x"', 'b = " "', "b must be a text"),
    ],
)
def test_a_wrong_catalogue_is_refused(tmp_path, first, second, message):
    files = [tmp_path / "one.toml", tmp_path / "two.toml"]
    for file, words in zip(files, (first, second), strict=True):
        file.write_text(words, encoding="utf-8")
    with pytest.raises(CatalogueError, match=message):
        merge(files)

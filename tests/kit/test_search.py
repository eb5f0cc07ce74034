"""Lessons are found by the stem of a word, by parts of long words, and in spite of a slip."""

import re

import pytest

from nami_monitor.core.words import Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.i18n import LANGS
from nami_monitor.kit import read_kit, shipped
from nami_monitor.kit.search import matching_lessons, search, select, word_index

LESSONS = tuple(shipped().lessons.values())


def names(query, lang):
    return [lesson.name for lesson in search(query, lang)]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("lesson", LESSONS, ids=shipped().lessons)
def test_a_title_finds_its_lesson_first(lesson, lang):
    assert search(lesson.words[lang].title, lang)[0] is lesson


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("lesson", LESSONS, ids=shipped().lessons)
def test_a_slip_in_the_longest_word_of_a_title_is_forgiven(lesson, lang):
    title = lesson.words[lang].title
    word = max(re.findall(r"\w+", title), key=len)
    for slip in (word[:2] + word[3:], word[:-2] + word[-1] + word[-2], word[:3] + word[2:]):
        assert lesson in search(title.replace(word, slip), lang)[:3], slip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("voorraadkast", "voorraadkasten"),
        ("verbruik", "verbruiken"),
        ("handdoekje", "handdoekjes"),
        ("Leverancier", "LEVERANCIERS"),
        ("categorieën", "categorieen"),
    ],
)
def test_forms_of_a_dutch_word_find_the_same(one, other):
    assert names(one, "nl") == names(other, "nl") != []


def test_forms_of_an_english_word_find_the_same():
    assert names("supplier", "en") == names("suppliers", "en") != []


def test_a_part_of_a_long_dutch_word_finds_it():
    assert "office-less-in-the-cabinet" in names("voorraad", "nl")
    assert "web-shop-filled-the-cabinet" in names("waterbed", "nl")


@pytest.mark.parametrize("query", ["waterbedd", "watebed", "waterbet"])
def test_a_waterbed_is_found_however_it_is_spelt(query):
    assert set(names("waterbed", "nl")) <= set(names(query, "nl"))


def test_what_is_meant_stands_first():
    assert names("december", "nl") == ["conclusion-budgets-punish-less"]
    assert names("juridisch eigendom", "nl")[0] == "who-owns-the-material"
    assert "two-years-of-preparation" in names("two years preparation", "en")[:2]
    assert names("Defensie telefoons", "nl") == ["it-refurbished-and-reissued"]


def test_a_signal_a_case_and_a_kind_are_found_by_their_words():
    assert names("databreuk", "nl")[0] == "advice-data-break"
    assert {1} < {case for lesson in search("Defensie", "nl") for case in lesson.cases}
    assert all(lesson.kind == "conclusion" for lesson in search("conclusie", "nl")[:5])


@pytest.mark.parametrize("query", ["", "  \n"])
def test_no_question_finds_everything_in_the_kits_order(query):
    assert search(query, "nl") == LESSONS


@pytest.mark.parametrize("query", ["xyzzyq", "?", "a", "<b>", "\x00", "12345678"])
def test_nonsense_finds_nothing(query):
    assert search(query, "nl") == ()


def test_a_very_long_question_is_answered():
    assert search("waterbed " * 5_000, "nl") == search("waterbed", "nl")


def test_a_short_word_holds_no_slip():
    assert names("mxi", "nl") == []


def test_any_kit_can_be_searched(folder):
    words = word_index(read_kit(folder), "nl")
    assert [lesson.name for lesson in matching_lessons("breuken", words)] == ["advice-break"]
    assert [lesson.name for lesson in matching_lessons("Papier", words)] == [
        "less-stock",
        "both-channels",
    ]


def test_lessons_are_chosen_by_what_they_are_about():
    assert select(LESSONS) == LESSONS
    found = select(
        LESSONS,
        case=6,
        strategy=Strategy.REDUCE,
        dimension=Dimension.BEHAVIOURAL,
        kind=LessonKind.LESSON,
        signal=KitSignal.WATERBED_SHOWN,
    )
    assert [lesson.name for lesson in found] == ["look-at-both-together"]


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"case": 5}, lambda one: 5 in one.cases),
        ({"strategy": Strategy.REFUSE}, lambda one: Strategy.REFUSE in one.strategies),
        ({"dimension": Dimension.LEGAL}, lambda one: one.dimension is Dimension.LEGAL),
        ({"kind": LessonKind.SOLUTION}, lambda one: one.kind is LessonKind.SOLUTION),
        (
            {"signal": KitSignal.LONG_CONTRACT},
            lambda one: KitSignal.LONG_CONTRACT in one.signals,
        ),
    ],
    ids=["case", "strategy", "dimension", "kind", "signal"],
)
def test_each_choice_keeps_what_fits_and_nothing_else(asked, holds):
    assert list(select(LESSONS, **asked)) == [one for one in LESSONS if holds(one)] != []

"""The lessons that ship: whole, reachable, and claiming no more than their cases."""

import re

import pytest

from nami_monitor.core.words import Dimension, KitSignal, LessonKind
from nami_monitor.i18n import LANGS
from nami_monitor.kit import shipped
from nami_monitor.kit.files import KIT_STRATEGIES, OF_NO_CASE

LESSONS = shipped().lessons.values()
UNREPORTED = {
    KitSignal.EFFECT_FADING,
    KitSignal.EARLY_RETIREMENT,
    KitSignal.REFURBISHED_SHARE_FALLING,
}
"""What no case of the kit reports.

A missed target is not among them: what the cases say of a sponsor, or of where to begin, claims
nothing of targets.
"""


def named(name):
    return shipped().lessons[name]


def said(words):
    return f"{words.title} {words.text} {words.to_try}"


def test_there_are_nine_cases_and_five_conclusions():
    assert list(shipped().cases) == list(range(1, 10))
    assert sum(lesson.kind is LessonKind.CONCLUSION for lesson in LESSONS) == 5


@pytest.mark.parametrize("signal", KitSignal)
def test_every_signal_has_a_lesson(signal):
    assert [lesson for lesson in LESSONS if signal in lesson.signals]


@pytest.mark.parametrize("signal", sorted(UNREPORTED))
def test_what_no_case_reports_calls_up_advice_only(signal):
    assert all(lesson.advice for lesson in LESSONS if signal in lesson.signals)


@pytest.mark.parametrize("number", shipped().cases)
def test_every_case_has_lessons_of_every_kind_and_strategy(number):
    own = [lesson for lesson in LESSONS if number in lesson.cases]
    assert {lesson.kind for lesson in own} == set(LessonKind) - set(OF_NO_CASE)
    told = {
        one for lesson in own if lesson.kind is LessonKind.STRATEGY for one in lesson.strategies
    }
    assert told == set(KIT_STRATEGIES)


@pytest.mark.parametrize("dimension", Dimension)
def test_every_dimension_has_lessons(dimension):
    assert [lesson for lesson in LESSONS if lesson.dimension is dimension]


def test_advice_says_that_no_case_reports_it():
    for lesson in LESSONS:
        if lesson.advice:
            assert lesson.words["nl"].text.startswith("Geen casus "), lesson.name
            assert lesson.words["en"].text.startswith("No case "), lesson.name


def test_a_paper_ballot_is_no_low_refusal_rate():
    calling = [lesson for lesson in LESSONS if KitSignal.REFUSAL_RATE_LOW in lesson.signals]
    assert not [lesson.name for lesson in calling if 5 in lesson.cases]


def test_the_two_views_on_steering_stand_side_by_side_with_their_settings():
    steers, helps = named("purchasing-as-strategic-means"), named("purchasing-facilitates")
    assert (steers.cases, helps.cases) == ((2,), (5,))
    assert steers.disagrees == (helps.name,)
    assert helps.disagrees == (steers.name,)
    for lesson in (steers, helps):
        assert "De setting:" in lesson.words["nl"].text
        assert "The setting:" in lesson.words["en"].text


HEDGED = {
    "long-framework-can-leave-room": ("mits", "provided that"),
    "behaviour-decides": ("kunnen", "can help"),
    "circular-can-also-pay": ("kunnen", "may"),
    "conclusion-ambition-from-above": ("soms", "sometimes"),
    "conclusion-budgets-punish-less": ("soms", "sometimes"),
    "rules-leave-little-room": ("soms", "sometimes"),
    "conclusion-unknowingly": ("soms", "sometimes"),
    "ballots-study-paper-and-end": ("nog verder onderzocht", "studied further"),
    "web-shop-filled-the-cabinet": ("geen omvang", "no size"),
    "office-order-when-needed": ("bedoelde weg", "intended route"),
    "sewage-reuse-tanks-and-meters": ("nog geen materiaal", "not yet saved material"),
    "conclusion-disciplines": ("zonder de vier hoeken", "does not name the corners"),
    "sanitary-one-towel": ("geen gemeten uitkomst", "not a measured result"),
}


@pytest.mark.parametrize("name", HEDGED)
def test_a_hedge_of_the_kit_stays(name):
    for lang, hedge in zip(("nl", "en"), HEDGED[name], strict=True):
        assert hedge in named(name).words[lang].text


def test_the_link_of_budgets_to_december_is_said_to_be_ours():
    words = named("conclusion-budgets-punish-less").words
    assert "dat verband leggen wij zelf" in words["nl"].text
    assert "that link is ours" in words["en"].text


def test_rso_is_two_organisations():
    cases = shipped().cases
    for lang in LANGS:
        assert "Rijksinkooporganisatie" in cases[5].words[lang].context
        assert "Rijks Schoonmaakorganisatie" in cases[7].words[lang].involved


@pytest.mark.parametrize("lang", LANGS)
def test_no_lesson_claims_a_measured_amount(lang):
    """Numbers of the kit are inputs and intentions; only the term of the contract is named."""
    for lesson in LESSONS:
        found = lesson.words[lang].text
        assert not re.search(r"\d+ ?%|€|\beuro \d|\d+ (?:ton|kg)\b", found), lesson.name


@pytest.mark.parametrize("lang", LANGS)
def test_words_are_plain_text(lang):
    for lesson in LESSONS:
        words = lesson.words[lang]
        assert not re.search(r"[<>*_`\[\]{}]|  ", said(words)), lesson.name
        assert words.title[-1] != ".", lesson.name
        assert words.text[-1] in ".?", lesson.name
        assert words.to_try[-1] in ".?", lesson.name


@pytest.mark.parametrize("lang", LANGS)
def test_no_two_lessons_have_the_same_words(lang):
    for part in ("title", "text", "to_try"):
        found = [getattr(lesson.words[lang], part) for lesson in LESSONS]
        assert len(set(found)) == len(found), part


def test_both_languages_differ():
    for lesson in LESSONS:
        assert lesson.words["nl"].text != lesson.words["en"].text, lesson.name

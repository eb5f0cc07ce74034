"""Every point that the kit makes is carried, and no lesson tells what no point says."""

from collections import Counter

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import LessonKind
from nami_monitor.i18n import LANGS, text
from nami_monitor.kit import read_kit, shipped
from nami_monitor.kit.files import KIND, PAGE, CaseSection, read_points

POINTS = read_points(shipped())
OF_NO_CASE = {CaseSection.INTRODUCTION, CaseSection.CONCLUSIONS}
COUNTED = {
    CaseSection.INTRODUCTION: 24,
    CaseSection.CONTEXT: 43,
    CaseSection.APPROACH: 57,
    CaseSection.INVOLVED: 45,
    CaseSection.STRATEGIES: 65,
    CaseSection.OBSTACLES: 57,
    CaseSection.SOLUTIONS: 59,
    CaseSection.LESSONS: 57,
    CaseSection.CONCLUSIONS: 12,
}
"""As counted in the kit; a point that is dropped or invented shows here."""


def test_the_points_are_those_of_the_kit():
    assert Counter(point.section for point in POINTS) == COUNTED
    assert len({(point.case, point.section, point.words) for point in POINTS}) == len(POINTS)


@pytest.mark.parametrize("number", shipped().cases)
def test_every_case_has_points_in_every_section(number):
    own = {point.section for point in POINTS if point.case == number}
    assert own == set(CaseSection) - OF_NO_CASE


def test_introduction_and_conclusions_belong_to_no_case():
    assert {point.section for point in POINTS if point.case is None} == OF_NO_CASE


@pytest.mark.parametrize("lesson", shipped().lessons.values(), ids=shipped().lessons)
def test_a_lesson_stands_on_points_of_each_of_its_cases(lesson):
    named = [point for point in POINTS if lesson.name in point.carried]
    if lesson.advice:
        assert not named
        return
    assert {point.case for point in named} == set(lesson.cases or (None,))
    assert lesson.kind in {KIND.get(point.section) for point in named}


def test_sections_that_are_no_lessons_are_told_by_the_page_of_the_case():
    told = {point.section for point in POINTS if PAGE in point.carried}
    assert told == {CaseSection.CONTEXT, CaseSection.APPROACH, CaseSection.INVOLVED}
    assert all(PAGE in point.carried for point in POINTS if point.section in told)


def test_every_kind_of_lesson_has_its_section():
    assert set(KIND.values()) == set(LessonKind)


GOOD = """[[part]]
case = 1
section = "lessons"
points = [["Look at both.", "both-channels"]]
"""
SPOILT = {
    "no case 9": ("case = 1", "case = 9", "kit.no_case"),
    "a case that is no number": ("case = 1", "case = true", "kit.value"),
    "no section": ('section = "lessons"', "", "kit.missing"),
    "an unknown section": ('"lessons"', '"lesson"', "kit.unknown_value"),
    "a point without a carrier": (', "both-channels"', "", "kit.value"),
    "an empty point": ("Look at both.", " ", "kit.value"),
    "a lesson of another case": ("both-channels", "a-team", "kit.not_carried"),
    "no such lesson": ("both-channels", "none", "kit.not_carried"),
    "a lesson told by a page": ("both-channels", "page", "kit.not_carried"),
    "a conclusion of a case": ("case = 1", "", "kit.not_carried"),
    "an unknown key": ("case = 1", "number = 1", "kit.unknown_key"),
    "parts that are no tables": (GOOD, "part = [1]", "kit.value"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_wrong_is_said_with_the_file(folder, what):
    old, new, key = SPOILT[what]
    path = folder / "points.toml"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(UserError) as caught:
        read_points(read_kit(folder), path)
    assert caught.value.key == key
    for lang in LANGS:
        assert "points.toml" in text(f"errors.{key}", lang, **caught.value.values)


def test_points_are_read_as_they_stand(folder):
    path = folder / "points.toml"
    path.write_text(GOOD, "utf-8")
    (point,) = read_points(read_kit(folder), path)
    assert (point.case, point.section) == (1, CaseSection.LESSONS)
    assert (point.words, point.carried) == ("Look at both.", ("both-channels",))

"""Which lessons stand on a chart: closest first, each once, none that its line contradicts."""

from datetime import date
from itertools import combinations_with_replacement

import pytest

from nami_monitor.briefing.lessons import (
    ChartLine,
    MatchLevel,
    called_by_each,
    cases_of,
    lessons_of_chart,
    undone,
)
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import KitSignal
from nami_monitor.kit import shipped
from nami_monitor.kit.files import OF_NO_CASE
from nami_monitor.kpis import CATALOGUE
from nami_monitor.signals.signal_rules import Signal
from tests.support.monitor import Monitor

LESSONS = shipped().lessons
CASES = {"paper": frozenset({6}), "phones": frozenset({1}), "soap": frozenset({7})}
MONTHS = month_range(date(2025, 1, 1), date(2026, 10, 1))
LAST = MONTHS[-1]
USE, SHARE = "reduce_volume_per_activity", "rethink_circular_share"


def signal(kind, category=None, kpi=None, at=LAST, **numbers):
    return Signal(kind, at, "subject", numbers, kpi=kpi, category=category)


def line(kpi, category=None, values=None):
    return ChartLine(kpi, category, dict(zip(MONTHS, values or [10.0] * 22, strict=True)))


WATERBED = signal(KitSignal.WATERBED_SHOWN, "paper")
CONTRACT = signal(KitSignal.CONTRACT_WINDOW_OPEN, "soap")
FALL = signal(
    KitSignal.REFURBISHED_SHARE_FALLING, "phones", SHARE, MONTHS[6], mean=50.0, way="down"
)


def names(found):
    return [one.lesson.name for one in found]


def marked(found):
    return [one for one in found if one.code]


def beside(kpi, category, *signals):
    return names(lessons_of_chart(signals, CASES, line(kpi, category)))


def test_the_web_shop_and_the_cabinet_stand_beside_a_waterbed():
    found = marked(lessons_of_chart([WATERBED], CASES, line(USE, "paper")))
    assert set(names(found)) == {
        "web-shop-filled-the-cabinet",
        "look-at-both-together",
        "office-greener-cabinet-strict-shop",
    }
    assert names(found)[-1] == "office-greener-cabinet-strict-shop", "not about Reduce"
    assert {one.reach for one in found} == {MatchLevel.CATEGORY}
    assert all(one.by.signal is WATERBED for one in found)


def test_a_waterbed_says_nothing_of_figures_that_it_does_not_move():
    assert beside("reduce_failure_rate", "paper", WATERBED) == []


def test_the_nearest_case_comes_first_then_other_cases_then_the_kit():
    found = lessons_of_chart([CONTRACT], CASES)
    assert [one.reach for one in found] == sorted(one.reach for one in found)
    assert {one.reach for one in found} == {MatchLevel.CATEGORY, MatchLevel.OTHER, MatchLevel.KIT}
    for one in found:
        own = MatchLevel.CATEGORY if 7 in one.lesson.cases else MatchLevel.OTHER
        assert one.reach is (own if one.lesson.cases else MatchLevel.KIT)


@pytest.mark.parametrize("category", [None, *CASES])
@pytest.mark.parametrize("kind", KitSignal)
def test_advice_stands_last(kind, category):
    told = [one.advice for one in called_by_each([signal(kind, category)], CASES)[0]]
    assert told == sorted(told)


def test_advice_on_what_a_line_shows_stands_after_what_cases_say_of_the_figure():
    better = signal(KitSignal.BETTER, "soap", "reduce_use_per_event")
    found = beside("reduce_use_per_event", "soap", better)
    assert found[0] == "sanitary-one-towel"
    assert found[-1] == "advice-better"


@pytest.mark.parametrize(
    ("kpi", "category", "name"),
    [
        ("reduce_use_per_event", "soap", "sanitary-one-towel"),
        ("reduce_use_per_event", None, "sanitary-one-towel"),
        ("reduce_surplus_matched", None, "surplus-goes-unused"),
        ("refuse_blocked", "phones", "it-contracts-and-safety"),
        ("impact_spend", "unknown", "reduce-whole-life-cost"),
    ],
)
def test_a_figure_by_itself_calls_up_what_its_cases_say_of_it(kpi, category, name):
    found = {one.lesson.name: one for one in lessons_of_chart([], CASES, line(kpi, category))}
    assert (found[name].by.signal, found[name].by.kpi, found[name].by.month) == (None, kpi, LAST)


def test_a_figure_by_itself_calls_up_nothing_of_other_goods():
    """Only what the kit says of any purchase."""
    for kpi in CATALOGUE:
        found = lessons_of_chart([], CASES, line(kpi, "unknown"))
        assert {one.reach for one in found} <= {MatchLevel.KIT}


def test_a_figure_of_every_category_is_of_no_case_when_all_stand_together():
    assert {one.reach for one in lessons_of_chart([], CASES, line("impact_spend"))} == {
        MatchLevel.KIT
    }


def test_what_says_something_of_its_own_goods_only_stands_nowhere_else():
    bound = {one.name for one in LESSONS.values() if one.bound}
    assert bound
    for kind in KitSignal:
        assert bound.isdisjoint(
            one.name for one in called_by_each([signal(kind, "unknown")], CASES)[0]
        )
    rollout = called_by_each([signal(KitSignal.GRADUAL_ROLLOUT, "paper")], CASES)[0]
    assert "office-change-takes-capacity" in {one.name for one in rollout}


def test_a_fall_that_the_line_undid_calls_nothing_up():
    rising = line(SHARE, "phones", [50.0] * 6 + [40.0] + [float(50 + n) for n in range(15)])
    staying = line(SHARE, "phones", [50.0] * 6 + [40.0] * 16)
    assert undone(FALL, rising)
    assert not undone(FALL, staying)
    assert "advice-refurbished-falling" in names(lessons_of_chart([FALL], CASES, staying))
    assert "advice-refurbished-falling" not in names(lessons_of_chart([FALL], CASES, rising))


def test_only_changes_of_the_line_itself_can_be_undone_by_it():
    other = line("refuse_rate", "phones", [100.0] * 22)
    assert not undone(FALL, other)
    assert not undone(WATERBED, line(USE, "paper"))
    before = ChartLine(SHARE, "phones", {date(2024, 1, 1): 90.0})
    assert not undone(FALL, before), "the line shows nothing since"


def test_a_lesson_does_not_stand_beside_a_signal_that_contradicts_it():
    contradicted = {
        (one.name, against) for one in LESSONS.values() if one.cases for against in one.unless
    }
    assert contradicted
    failing = ("reduce_failure_rate", "soap")
    better = signal(KitSignal.BETTER, "soap", "reduce_failure_rate", mean=20.0, way="down")
    assert ("sanitary-parts-came-off", KitSignal.BETTER) in contradicted
    assert "sanitary-parts-came-off" in beside(*failing)
    assert "sanitary-parts-came-off" not in beside(*failing, better)


@pytest.mark.parametrize("kpi", [USE, "impact_spend", "reduce_use_per_event"])
def test_a_lesson_stands_at_a_data_break_however_much_else_there_is(kpi):
    others = [signal(kind, "paper") for kind in (KitSignal.GRADUAL_ROLLOUT, KitSignal.BETTER)]
    at_break = signal(KitSignal.DATA_BREAK, "paper")
    found = lessons_of_chart([at_break, WATERBED, *others], CASES, line(kpi, "paper"))
    assert names(found)[0] == "advice-data-break"
    assert found[0].code == "L1"


def test_a_missed_target_is_not_about_variation():
    missed = [
        one.name for one in called_by_each([signal(KitSignal.TARGET_MISSED, "paper")], CASES)[0]
    ]
    assert {"sponsor-at-the-top", "same-aim-different-ways", "largest-impact-first"} <= {*missed}
    assert missed[-1] == "advice-target-missed"
    assert "advice-hit-and-miss" not in missed


@pytest.mark.parametrize("kinds", list(combinations_with_replacement(KitSignal, 2)), ids="-".join)
def test_a_lesson_stands_on_a_chart_once_and_three_are_marked(kinds):
    found = lessons_of_chart([*map(signal, kinds), WATERBED], CASES)
    assert len(set(names(found))) == len(found)
    assert [one.code for one in found if one.code] == ["L1", "L2", "L3"]
    assert [one.code for one in found[3:]] == [""] * (len(found) - 3)


def test_signals_that_select_the_same_count_as_the_first_of_them():
    first, second = signal(KitSignal.DATA_BREAK, "paper"), signal(KitSignal.DATA_BREAK, "paper")
    assert all(one.by.signal is first for one in lessons_of_chart([first, second], CASES))


def test_a_chart_without_signals_and_without_a_line_has_no_lessons():
    assert lessons_of_chart([], CASES) == ()


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_every_lesson_is_reached_from_a_signal_or_a_figure(lesson):
    """Beside goods of its first case, on a figure that it names."""
    cases = {"goods": frozenset(lesson.cases[:1])}
    (kpi, *_) = lesson.figures or (USE,)
    signals = [signal(kind, "goods") for kind in lesson.signals]
    assert lesson.name in names(lessons_of_chart(signals, cases, line(kpi, "goods")))


def test_figures_of_lessons_have_codes():
    kit = shipped()
    named = {code for one in kit.lessons.values() for code in one.figures}
    named |= {code for group in kit.groups.values() for code in group}
    assert named <= set(CATALOGUE)
    used = {code for one in kit.lessons.values() for code in one.figures}
    assert all(set(group) <= used for group in kit.groups.values())


def test_only_what_is_of_no_case_is_of_the_whole_kit():
    for kind in KitSignal:
        for one in lessons_of_chart([signal(kind)], {}):
            assert (one.reach is MatchLevel.KIT) == (one.lesson.kind in OF_NO_CASE)


def test_goods_of_the_same_class_are_reached_by_the_same_cases(tmp_path):
    monitor = Monitor(tmp_path)
    monitor.load(
        "categories",
        """
        category  name_nl  name_en kit_cases cpv
        towels    t        t       7         33763000-6
        napkins   n        n       .         33764000-3
        chairs    c        c       .         39112000-0
        named     n        n       1         33763000-6
        """,
    )
    with monitor.store.read() as db:
        cases = cases_of(db)
    assert (cases["napkins"], cases["named"]) == ({7, 1}, {1})
    assert "chairs" not in cases

"""Which lessons stand on a chart: closest first, each once, three marked."""

from datetime import date
from itertools import combinations_with_replacement

import pytest

from nami_monitor.briefing.lessons import MatchLevel, called_by, lessons_of_chart, matches
from nami_monitor.core.words import KitSignal
from nami_monitor.kit import shipped
from nami_monitor.kit.search import select
from nami_monitor.signals.signal import Signal

LESSONS = shipped().lessons
CASES = {"paper": frozenset({6}), "phones": frozenset({7})}


def signal(kind, category=None, kpi=None):
    return Signal(kind, date(2026, 10, 1), "subject", kpi=kpi, category=category)


WATERBED = signal(KitSignal.WATERBED_SHOWN, "paper", "reduce_volume_per_activity")
CONTRACT = signal(KitSignal.CONTRACT_WINDOW_OPEN, "phones")


def shown(found):
    return [one.lesson.name for one in found]


def marked(found):
    return [one for one in found if one.code]


def test_the_web_shop_and_the_cabinet_stand_beside_a_waterbed():
    found = marked(lessons_of_chart([WATERBED], CASES))
    assert set(shown(found)) == {
        "web-shop-filled-the-cabinet",
        "look-at-both-together",
        "office-greener-cabinet-strict-shop",
    }
    assert shown(found)[-1] == "office-greener-cabinet-strict-shop", "not about Reduce"
    assert {one.reach for one in found} == {MatchLevel.CATEGORY}
    assert all(one.signal is WATERBED for one in found)


def test_the_same_category_comes_first_then_the_signal_then_what_is_related():
    found = matches(CONTRACT, CASES)
    assert [one.reach for one in found] == sorted(one.reach for one in found)
    for one in found:
        called = CONTRACT.kind in one.lesson.signals
        own = called and 7 in one.lesson.cases
        reach = MatchLevel.CATEGORY if own else MatchLevel.SIGNAL if called else MatchLevel.RELATED
        assert one.reach is reach
    assert {one.reach for one in found} == set(MatchLevel)


def test_what_is_related_shares_a_strategy_and_the_dimension():
    called = select(LESSONS.values(), signal=WATERBED.kind)
    for match in matches(WATERBED, CASES):
        if match.reach is MatchLevel.RELATED:
            assert any(
                match.lesson.dimension is one.dimension is not None
                and set(match.lesson.strategies) & set(one.strategies)
                for one in called
            )


def test_what_a_case_reports_stands_before_advice():
    found = matches(signal(KitSignal.HIT_AND_MISS), {})
    assert shown(found)[:2] == ["not-black-and-white", "advice-hit-and-miss"]


@pytest.mark.parametrize("kinds", list(combinations_with_replacement(KitSignal, 2)), ids="-".join)
def test_a_lesson_stands_on_a_chart_once_and_three_are_marked(kinds):
    found = lessons_of_chart([*map(signal, kinds), WATERBED], CASES)
    assert len(set(shown(found))) == len(found)
    assert [one.code for one in found if one.code] == ["L1", "L2", "L3"]
    assert [one.code for one in found[3:]] == [""] * (len(found) - 3)
    assert all(one.reach is not MatchLevel.RELATED for one in found[3:])


def test_what_is_only_related_is_marked_where_there_is_room_and_listed_nowhere():
    for kind in KitSignal:
        found = lessons_of_chart([signal(kind)], {})
        related = [one for one in found if one.reach is MatchLevel.RELATED]
        assert all(one.code for one in related)
        direct = [one.lesson for one in found if one.reach is not MatchLevel.RELATED]
        assert direct == list(called_by(signal(kind), {}))


def test_each_of_two_signals_in_one_chart_has_its_best_lesson_marked():
    found = lessons_of_chart([WATERBED, signal(KitSignal.DATA_BREAK)], CASES)
    assert "advice-data-break" in shown(marked(found))


def test_signals_that_select_the_same_count_as_the_first_of_them():
    first, second = signal(KitSignal.DATA_BREAK, "paper"), signal(KitSignal.DATA_BREAK, "paper")
    assert all(one.signal is first for one in lessons_of_chart([first, second], CASES))


def test_a_chart_without_signals_has_no_lessons():
    assert lessons_of_chart([], CASES) == ()


def test_variation_is_no_excuse_for_a_target_that_is_missed():
    called = [one.name for one in called_by(signal(KitSignal.TARGET_MISSED, "paper"), CASES)]
    assert "advice-target-missed" in called
    assert "advice-hit-and-miss" not in called

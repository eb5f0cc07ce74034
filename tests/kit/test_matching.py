"""Which lessons stand on which chart: closest first, each once on a page, three on a chart."""

from itertools import combinations_with_replacement

import pytest

from nami_monitor.core.words import Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.kit import shipped
from nami_monitor.kit.matching import ChartSignal, MatchLevel, lessons_by_chart, matches
from nami_monitor.kit.search import select

LESSONS = shipped().lessons
WATERBED = ChartSignal("trend", KitSignal.WATERBED_SHOWN, frozenset({6}), Strategy.REDUCE)
CONTRACT = ChartSignal("contracts", KitSignal.CONTRACT_WINDOW_OPEN, frozenset({7}), Strategy.STEER)


def shown(found):
    return [match.lesson.name for match in found]


def test_the_web_shop_and_the_cabinet_stand_beside_a_waterbed():
    placed = lessons_by_chart([WATERBED], LESSONS)["trend"]
    assert set(shown(placed.on_chart)) == {
        "web-shop-filled-the-cabinet",
        "look-at-both-together",
        "office-greener-cabinet-strict-shop",
    }
    assert shown(placed.on_chart)[-1] == "office-greener-cabinet-strict-shop", "not about Reduce"
    assert {match.level for match in placed.on_chart} == {MatchLevel.CATEGORY}
    assert all(match.signal is WATERBED for match in placed.on_chart)


def test_the_same_category_comes_first_then_the_signal_then_what_is_related():
    found = matches(CONTRACT, LESSONS)
    assert [match.level for match in found] == sorted(match.level for match in found)
    for match in found:
        called = CONTRACT.kind in match.lesson.signals
        own = called and 7 in match.lesson.cases
        reach = MatchLevel.CATEGORY if own else MatchLevel.SIGNAL if called else MatchLevel.RELATED
        assert match.level is reach
    assert {match.level for match in found} == set(MatchLevel)


def test_what_is_related_shares_a_strategy_and_the_dimension():
    called = select(LESSONS.values(), signal=WATERBED.kind)
    for match in matches(WATERBED, LESSONS):
        if match.level is MatchLevel.RELATED:
            assert any(
                match.lesson.dimension is one.dimension is not None
                and set(match.lesson.strategies) & set(one.strategies)
                for one in called
            )


def test_what_a_case_reports_stands_before_advice():
    found = matches(ChartSignal("trend", KitSignal.HIT_AND_MISS), LESSONS)
    assert shown(found)[:2] == ["not-black-and-white", "advice-hit-and-miss"]


@pytest.mark.parametrize("signals", list(combinations_with_replacement(KitSignal, 2)), ids="-".join)
def test_a_lesson_stands_on_a_page_once_and_a_chart_bears_three(signals):
    shown_signals = [ChartSignal(f"chart {n}", signal) for n, signal in enumerate(signals)]
    placed = lessons_by_chart([*shown_signals, WATERBED], LESSONS)
    everywhere = [name for one in placed.values() for name in shown(one.on_chart + one.listed)]
    assert len(set(everywhere)) == len(everywhere)
    assert all(len(one.on_chart) <= 3 for one in placed.values())
    called = {name for name, one in LESSONS.items() if set(one.signals) & set(signals)}
    assert called <= set(everywhere), "nothing that is called up is lost"


def test_two_charts_with_the_same_signal_both_have_lessons():
    shown_signals = [ChartSignal(name, KitSignal.CONTRACT_WINDOW_OPEN) for name in ("one", "two")]
    placed = lessons_by_chart(shown_signals, LESSONS)
    assert [len(placed[name].on_chart) for name in ("one", "two")] == [3, 3]
    assert len(placed["one"].listed) > 0


def test_each_of_two_signals_in_one_chart_has_its_best_lesson_marked():
    both = [WATERBED, ChartSignal("trend", KitSignal.DATA_BREAK)]
    assert "advice-data-break" in shown(lessons_by_chart(both, LESSONS)["trend"].on_chart)


def test_a_page_without_signals_has_no_lessons():
    assert lessons_by_chart([], LESSONS) == {}


def test_lessons_are_chosen_by_what_they_are_about():
    every = tuple(LESSONS.values())
    assert select(every) == every
    found = select(
        every,
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
    every = LESSONS.values()
    assert list(select(every, **asked)) == [one for one in every if holds(one)] != []

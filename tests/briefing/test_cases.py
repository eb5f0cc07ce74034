"""The nine monitors: all their figures on the demo, and what to load on an empty database."""

from contextlib import closing

import pytest

from nami_monitor.briefing import cases
from nami_monitor.briefing.cases import TREND, DoubtKind, doubts
from nami_monitor.core.words import State
from nami_monitor.demo.truth import CASES_TRUTH as TRUTH
from nami_monitor.kit import shipped
from nami_monitor.kpis import CATALOGUE
from nami_monitor.store import Store

CASES = shipped().cases


@pytest.fixture(scope="module")
def nine(db):
    return {number: cases.monitor(db, case) for number, case in CASES.items()}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("number", CASES)
def test_on_the_demo_a_case_shows_every_figure_or_why_it_does_not_apply(nine, number):
    found = nine[number]
    assert [one.figure for one in found.shown] == list(CASES[number].figures)
    for one in found.shown:
        result = one.line.result
        assert result.state in {State.VALUE, State.NOT_APPLICABLE}, (one.figure.code, result.reason)
        if result.state is State.NOT_APPLICABLE:
            assert result.reason or one.exempt
            assert CATALOGUE[one.figure.code].strategy in {e.what for e in CASES[number].exempt}
    assert found.load == ()


def value(nine, number, code):
    return next(one for one in nine[number].shown if one.figure.code == code).line.result


def test_the_planted_truth_is_found_again(nine):
    by_theme = next(o for o in nine[3].shown if o.figure.code == "rethink_plan_coverage").parts
    shares = {one.keys["theme"]: one.value / 10 for one in by_theme}
    close = dict(zip(("climate", "circularity", "chain"), TRUTH.measures, strict=True))
    assert shares == pytest.approx(close, abs=0.2)
    assert value(nine, 3, "steer_programme_progress").numerator == TRUTH.answered[1]
    assert value(nine, 3, "refuse_goodies_per_event").value == TRUTH.goodies[1]
    assert value(nine, 3, "rethink_vegetarian_share").value == 100 * TRUTH.vegetarian[1]
    assert value(nine, 2, "steer_programme_progress").denominator == sum(TRUTH.caps) == 270
    assert value(nine, 2, "reduce_reused_mass_share").value == pytest.approx(
        100 * TRUTH.kept_sub_base
    )
    assert value(nine, 4, "reduce_mass_against_baseline").value == pytest.approx(
        100 * TRUTH.pavilion_share
    )
    assert value(nine, 4, "reduce_reused_mass_share").value == pytest.approx(
        100 * TRUTH.pavilion_reused
    )
    assert value(nine, 5, "reduce_paper_per_voter").value == pytest.approx(0.05 * 0.85)
    assert value(nine, 8, "reduce_reused_mass_share").value == pytest.approx(
        100 * TRUTH.secondary[2]
    )
    assert value(nine, 8, "refuse_new_stormwater").value == TRUTH.connections[2]
    assert value(nine, 9, "reduce_retained_share").value == pytest.approx(100 * TRUTH.retained)
    assert value(nine, 9, "reduce_surplus_notice").value == TRUTH.notice_days


def test_periods_follow_elections_and_projects(nine):
    assert nine[5].kinds[0] == value(nine, 5, "reduce_paper_per_voter").period.kind == "TK-2025"
    assert nine[4].kinds[0] == "EXPO-2"


def test_an_election_is_compared_with_the_last_one_of_its_own_kind(nine, db):
    def paper(found):
        return next(o.line for o in found.shown if o.figure.code == "reduce_paper_per_voter")

    assert paper(nine[5]).year_ago.period.kind == "TK-2023"
    assert paper(nine[5]).year_ago.value == pytest.approx(0.05)
    alone = paper(cases.monitor(db, CASES[5], "EP-2024"))
    assert (len(alone.history), alone.year_ago.value) == (1, None)


def test_no_trend_is_pretended_of_a_one_off_project(nine):
    assert [one.what for one in CASES[4].exempt] == [TREND]
    assert all(one.line.history == () and one.line.assessment is None for one in nine[4].shown)


def test_a_smaller_ballot_took_back_part_of_its_saving(db):
    earlier = cases.monitor(db, CASES[5], "EP-2024")
    paper = next(one for one in earlier.shown if one.figure.code == "reduce_paper_per_voter")
    assert paper.line.result.value == pytest.approx(0.05)


def test_a_gap_in_the_prices_of_the_works_is_said(db):
    (found,) = doubts(db, ("sewage_works",))
    assert (found.kind, found.seen) == (
        DoubtKind.UNPRICED,
        {"set": "A2", "effects": "HTP", "count": 3},
    )


@pytest.mark.parametrize("number", CASES)
def test_on_an_empty_database_a_case_says_what_to_load(tmp_path, number):
    with closing(Store(tmp_path / "own.duckdb")) as store:
        with store.write():
            pass
        with store.read() as db:
            found = cases.monitor(db, CASES[number])
    for one in found.shown:
        exempt = CATALOGUE[one.figure.code].strategy in {e.what for e in CASES[number].exempt}
        assert one.line.result.state is (State.NOT_APPLICABLE if exempt else State.NOT_COMPUTABLE)
        assert bool(one.tables) is not exempt
        assert one.exempt is None or one.exempt.why["nl"]
    assert found.load
    assert found.categories == CASES[number].categories

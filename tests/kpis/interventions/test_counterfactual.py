"""The KPIs of interventions worked out by hand, from estimates that are given."""

import datetime as dt
import math
from dataclasses import replace

import pytest

from nami_monitor.briefing import waterbed as texts
from nami_monitor.core.words import Design, Flag, PlanState, State, Unit, Verdict
from nami_monitor.ingest.book.verdicts import verdict_of
from nami_monitor.kpis.interventions import evaluation
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.kpis.interventions.plans import UNPLANNED, Judgement, PlanOnRecord
from nami_monitor.kpis.interventions.window import Window
from nami_monitor.kpis.sentences import reason_sentence
from nami_monitor.waterbed.outputs import Estimate, Result
from tests.kpis.interventions.offices import Offices
from tests.kpis.interventions.test_window import MONTHS, ONE

REACH = 2.0


def estimate(value, se):
    return Estimate(value, value - REACH * se, value + REACH * se, se)


def told(code, gross, spill, verdict, *, covariance=0.0, started="2025-01-01"):
    """An answer over the months since its start, with standard errors of 10 and 5."""
    one = replace(ONE, code=code, starts_on=dt.date.fromisoformat(started), category=f"c{code}")
    post = tuple(m for m in MONTHS if m >= one.starts_on)
    window = Window((), post, 1, (), ())
    net_se = math.sqrt(100 + 25 + 2 * covariance)
    result = Result(
        verdicts=(verdict,), gross=estimate(gross, 10.0), spill=estimate(spill, 5.0),
        net=estimate(gross + spill, net_se), covariance=covariance, degrees=60.0,
        design=Design.CONTROLS,
        pre_months=24, post_months=len(post), treated=(0,), controls=(1, 2), cautions=(),
    )  # fmt: skip
    found = Evaluation(one, Unit.BASE, window, None, result, (), MONTHS[-1])
    frozen = verdict_of(found, MONTHS[-1])
    return replace(
        found, judgement=Judgement(PlanState.EVALUATED, PlanOnRecord(), verdicts=(frozen,))
    )


def silent(code):
    """An answer without an estimate."""
    one = replace(ONE, code=code, starts_on=dt.date(2025, 1, 1), category=f"c{code}")
    return Evaluation(one, Unit.BASE, None, None, None, (), MONTHS[-1])


@pytest.fixture(scope="module")
def base(kept):
    Offices().load(kept)
    return kept


@pytest.fixture
def given(base, monkeypatch):
    def give(*answers):
        monkeypatch.setattr(evaluation, "evaluations", lambda _db, _unit: answers)
        return base

    return give


WORKS = told("A", -100.0, 40.0, Verdict.WATERBED_SHOWN)
NOTHING = told("B", 6.0, -2.0, Verdict.NO_DECREASE_SHOWN)


def test_a_portfolio_counts_those_that_showed_nothing_too(given):
    found = given(WORKS, NOTHING).one("refuse_net_avoided", "2025-12", kind="year")
    # Twelve months of 60 saved and of 4 more: 12 x 60 - 12 x 4.
    assert found.value == pytest.approx(672)
    # Variances add up: half of each width is 2 x sqrt(125), twelve times; two are root 2 wider.
    half = math.sqrt(2) * 12 * 2 * math.sqrt(125)
    assert (found.low, found.high) == pytest.approx((672 - half, 672 + half))
    assert found.completeness == 1
    assert Flag.INCOMPLETE not in found.flags


def test_one_without_enough_data_lowers_the_completeness(given):
    found = given(WORKS, silent("S")).one("refuse_net_avoided", "2025-12", kind="year")
    assert found.value == pytest.approx(720)
    assert found.completeness == 0.5
    assert Flag.INCOMPLETE in found.flags


def test_before_its_evaluation_a_figure_says_until_when_it_is_provisional(given):
    early = replace(WORKS, judgement=UNPLANNED)
    for code in ("refuse_net_avoided", "waterbed_quotient"):
        assert given(WORKS).one(code, "2025-12", kind="year").reason is None
        found = given(early, NOTHING).one(code, "2025-12", kind="year")
        assert found.state is State.VALUE
        assert found.reason.key == "not_evaluated"
        assert found.reason.values == {"month": dt.date(2026, 1, 1), "count": 1}
        assert "jan 2026" in reason_sentence(found, "nl")


def test_without_enough_data_there_is_no_figure(given):
    for code in ("refuse_net_avoided", "waterbed_quotient"):
        found = given(silent("S")).one(code, "2025-12", kind="year")
        assert found.state is State.NOT_COMPUTABLE
        assert (found.reason.key, found.reason.values) == ("not_estimated", {"count": 1})


def test_a_quotient_is_of_the_sums_and_never_a_mean(given):
    other = told("C", -50.0, 45.0, Verdict.WATERBED_SHOWN)
    found = given(WORKS, other).one("waterbed_quotient", "2025-12", kind="year")
    assert found.value == pytest.approx(100 * (40 + 45) / 150)
    assert (found.numerator, found.denominator) == pytest.approx((12 * 85, 12 * 150))
    # Fieller by hand, in twelfths: a = 150^2 - 4 x 200, b = 85 x 150, c = 85^2 - 4 x 50.
    a, b, c = 150**2 - 4 * 200, 85 * 150, 85**2 - 4 * 50
    root = math.sqrt(b * b - a * c)
    assert (found.low, found.high) == pytest.approx((100 * (b - root) / a, 100 * (b + root) / a))


@pytest.mark.parametrize(
    ("gross", "reason"),
    [(-5.0, "waterbed_no_decrease_shown"), (60.0, "waterbed_target_rose")],
)
def test_without_a_decrease_the_quotient_is_withheld_and_the_net_effect_is_not(
    given, gross, reason
):
    one = told("A", gross, 3.0, Verdict.NO_DECREASE_SHOWN)
    kept = given(one)
    assert kept.one("waterbed_quotient", "2025-12", kind="year").reason.key == reason
    net = kept.one("refuse_net_avoided", "2025-12", kind="year")
    assert net.value == pytest.approx(-12 * (gross + 3))


def test_a_period_takes_its_months_only(given):
    late = told("A", -100.0, 40.0, Verdict.WATERBED_SHOWN, started="2025-05-01")
    assert given(late).one("refuse_net_avoided", "2025-12", kind="year").value == pytest.approx(480)


def test_filters_choose_interventions(given):
    kept = given(WORKS, NOTHING)
    for where in ({"intervention": ("B",)}, {"category": ("cB",)}):
        found = kept.one("refuse_net_avoided", "2025-12", kind="year", where=where)
        assert found.value == pytest.approx(-48)


def test_without_a_register_it_says_what_to_do(monitor):
    monitor.load("categories", "category name_nl name_en\npaper P P")
    found = monitor.one("refuse_net_avoided", "2025-12", kind="year")
    assert found.reason.key == "no_interventions"


def test_among_twenty_a_weak_claim_stays_a_claim_and_a_strong_one_stands(given):
    """The set is every evaluated measure, and what could not be estimated is not among them."""
    weak = told("W", -100.0, 11.0, Verdict.WATERBED_SHOWN)
    others = [told(f"N{n}", -100.0, 0.0, Verdict.NET_REDUCTION_SHOWN) for n in range(18)]
    with given(WORKS, weak, *others, silent("S")).store.read() as db:
        many = evaluation.portfolio(db)
    assert (many.evaluated, many.by_chance) == (20, pytest.approx(0.5))
    assert many.stands(WORKS, Verdict.WATERBED_SHOWN)
    assert not many.stands(weak, Verdict.WATERBED_SHOWN)
    assert many.stands(weak, Verdict.NET_REDUCTION_SHOWN)
    with given(weak, silent("S")).store.read() as db:
        assert evaluation.portfolio(db).stands(weak, Verdict.WATERBED_SHOWN)
    said = [texts.standing(one, many, "en") for one in (WORKS, weak)]
    assert "also stands among all 20" in said[0][0]
    assert "does not stand apart from chance" in said[1][0]
    assert "chance alone would show a waterbed about 0.50 times" in texts.many(many, "en")

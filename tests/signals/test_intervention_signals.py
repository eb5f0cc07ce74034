"""What the estimate of a measure shows, and whether its effect fades."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nami_monitor.core.words import Design, KitSignal, Verdict
from nami_monitor.signals.signal_rules import fading, of_effect
from nami_monitor.waterbed.outputs import Estimate, MonthlyEffects, Result

POST = 12
CONTROLS = 30


def result(*verdicts, quotient=None, gross=-50.0, path=None):
    return Result(
        verdicts=verdicts,
        design=Design.CONTROLS,
        gross=Estimate(gross, gross - 10, gross + 10, 5.0),
        spill=None,
        net=None,
        quotient=None if quotient is None else Estimate(quotient, -0.5, 1.5, 0.5),
        covariance=None,
        pre_months=24,
        post_months=POST,
        treated=(0,),
        controls=tuple(range(1, CONTROLS + 1)),
        cautions=(),
        path=path,
    )


def of(found):
    """The signals where the verdict is what the estimate allows."""
    return of_effect(found.verdicts, found.quotient, found)


def path(late, *, seed=0, controls=CONTROLS, post=POST, spread=5.0):
    draw = np.random.default_rng(seed)
    months = 24 + post
    gross = np.zeros(months)
    gross[24:] = -50
    gross[24 + post // 2 :] = late
    gross += spread * draw.normal(size=months)
    flat = np.zeros(months)
    placebos = spread * draw.normal(size=(controls, months))
    return MonthlyEffects(np.arange(months), gross, flat, flat, flat, placebos, placebos)


@pytest.mark.parametrize(
    ("verdicts", "quotient", "signals"),
    [
        ((Verdict.NOT_ENOUGH_DATA,), None, ()),
        ((Verdict.NO_DECREASE_SHOWN,), None, (KitSignal.NO_EFFECT_SEEN,)),
        ((Verdict.TARGET_ROSE,), None, (KitSignal.CONSUMPTION_UP_AFTER_MEASURE,)),
        ((Verdict.INCONCLUSIVE,), 0.5, (KitSignal.WATERBED_SUSPECTED,)),
        ((Verdict.INCONCLUSIVE,), 0.2, ()),
        ((Verdict.NET_REDUCTION_SHOWN,), 0.1, ()),
        ((Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN), 0.7, (KitSignal.WATERBED_SHOWN,)),
        (
            (Verdict.WATERBED_SHOWN, Verdict.BACKFIRE_SHOWN),
            1.6,
            (KitSignal.WATERBED_SHOWN, KitSignal.CONSUMPTION_UP_AFTER_MEASURE),
        ),
    ],
)
def test_each_verdict_shows_its_signal(verdicts, quotient, signals):
    assert of(result(*verdicts, quotient=quotient)) == signals
    assert of_effect(verdicts, quotient and Estimate(quotient, -0.5, 1.5, 0.5), None) == signals


@pytest.mark.parametrize("seed", range(10))
def test_a_planted_fading_is_found_with_its_interval(seed):
    shown = result(Verdict.NET_REDUCTION_SHOWN, path=path(-20.0, seed=seed))
    found = fading(shown)
    assert found is not None
    assert found.smaller.value == pytest.approx(30, abs=10)
    assert 0 < found.smaller.low < found.smaller.value < found.smaller.high
    assert found.p < 0.025
    assert KitSignal.EFFECT_FADING in of(shown)


def test_a_lasting_effect_seldom_seems_to_fade():
    seen = sum(fading(result(path=path(-50.0, seed=seed))) is not None for seed in range(400))
    assert seen <= 20, "nominal 2.5%: 10 of 400"


@pytest.mark.parametrize("post", [12, 13])
def test_a_fading_is_told_where_placebos_would_hardly_show_it(post):
    told = set()
    for seed in range(60):
        made = path(-42.0, seed=seed, post=post)
        half = post // 2
        after = np.vstack([made.gross, made.gross_placebos])[:, 24:]
        change = after[:, -half:].mean(axis=1) - after[:, :half].mean(axis=1)
        p = stats.t.sf(change[0] / np.sqrt(np.mean(change[1:] ** 2)), df=CONTROLS - 1)
        found = fading(replace(result(path=made), post_months=post))
        assert (found is not None) == (p <= 0.025)
        assert found is None or found.p == pytest.approx(p)
        told.add(found is None)
    assert told == {True, False}


def test_a_decrease_that_touches_zero_is_not_shown():
    whole = path(-20.0)
    assert fading(result(gross=-10.0, path=whole)) is None
    assert fading(result(gross=-10.001, path=whole)) is not None


def test_an_effect_that_grows_does_not_fade():
    assert fading(result(path=path(-90.0))) is None


def test_nothing_is_said_without_a_shown_effect_or_enough_to_go_by():
    whole = path(-20.0)
    assert fading(result(path=whole)) is not None
    assert fading(result(gross=-5.0, path=whole)) is None
    assert fading(result(path=None)) is None
    assert fading(replace(result(path=whole), gross=None)) is None
    assert fading(replace(result(path=path(-20.0, post=10)), post_months=10)) is None
    assert fading(result(path=path(-20.0, controls=9))) is None
    still = path(-20.0)
    assert fading(result(path=replace(still, gross_placebos=0 * still.gross_placebos))) is None

"""Claims of many measures: what chance gives, what stands among them, what their sum is worth."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.verdicts import (
    BY_CHANCE,
    CLAIMS,
    chances,
    chances_of,
    critical,
    net,
    quotient,
    rungs,
    surviving,
)
from tests.waterbed import waterbed_panels as panels

DEGREES = 18
REACH = critical(DEGREES)
WATERBED, NET = CLAIMS


@pytest.mark.parametrize("seed", range(5))
def test_what_stands_is_what_another_library_adjusts_to_five_percent(seed):
    draw = np.random.default_rng(seed)
    for count in (1, 2, 20, 300):
        chance = draw.uniform(size=(50, count)) ** draw.integers(1, 6, size=(50, 1))
        adjusted = stats.false_discovery_control(chance, axis=-1)
        assert (surviving(chance, 0.05) == (adjusted <= 0.05)).all()
        assert not (surviving(chance) & (chance > 0.05)).any()


def drawn(portfolios, quotients, rng):
    """Effects of portfolios of as many measures as there are quotients; each measure cuts 10."""
    shape = (portfolios, len(quotients))
    errors = rng.normal(size=(*shape, 2)) * np.sqrt(
        DEGREES / rng.chisquare(DEGREES, size=(*shape, 1))
    )
    one = np.ones(shape)
    return Effects(
        gross=-10 + errors[..., 0],
        spill=10 * np.asarray(quotients) + errors[..., 1],
        gross_var=one,
        spill_var=one,
        covariance=0 * one,
    )


def test_a_claim_is_shown_when_its_chance_is_small_and_not_otherwise():
    of = drawn(400, np.linspace(-0.3, 1.5, 20), np.random.default_rng(1))
    _, low, high = quotient(of, REACH)
    around = REACH * np.sqrt(of.gross_var)
    says = rungs((of.gross - around, of.gross + around), (low, high))
    for claim, chance in chances(of, REACH, DEGREES).items():
        assert (says[claim] == (chance <= BY_CHANCE)).all(), claim
    weak = Effects(*(np.array([value]) for value in (-1.0, 5.0, 1.0, 1.0, 0.0)))
    assert [float(one[0]) for one in chances(weak, REACH, DEGREES).values()] == [1.0, 1.0]


def test_of_twenty_without_effect_chance_shows_some_and_hardly_any_stands():
    of = drawn(4000, [0.0] * 20, np.random.default_rng(2))
    chance = chances(of, REACH, DEGREES)[WATERBED]
    assert (chance <= BY_CHANCE).mean() == pytest.approx(BY_CHANCE, abs=0.003)
    stands = surviving(chance).any(-1)
    assert stands.mean() <= 0.05 + 2.5 * stands.std() / np.sqrt(len(stands))


def test_where_half_are_real_most_of_them_stand_and_few_others():
    of = drawn(4000, [0.0] * 10 + [0.5] * 10, np.random.default_rng(3))
    stands = surviving(chances(of, REACH, DEGREES)[WATERBED])
    false = stands[:, :10].sum(-1) / np.maximum(stands.sum(-1), 1)
    assert false.mean() <= 0.05
    shown = chances(of, REACH, DEGREES)[WATERBED][:, 10:] <= BY_CHANCE
    assert stands[:, 10:].mean() > shown.mean() - 0.03


def test_a_net_reduction_is_a_family_of_its_own():
    of = drawn(1, [0.0] * 20, np.random.default_rng(4))
    chance = chances(of, REACH, DEGREES)
    assert surviving(chance[NET]).all()
    assert not surviving(chance[WATERBED]).all()
    value, variance = net(of)
    assert chance[NET] == pytest.approx(stats.t.sf(-value / np.sqrt(variance), DEGREES))


@pytest.fixture(scope="module")
def simulated():
    """A few portfolios of twenty panels, by the benchmark's own code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
        import portfolios  # noqa: PLC0415 - benchmarks are no package

        yield portfolios, portfolios.tally(15)


def test_portfolios_of_twenty_panels(simulated):
    portfolios, found = simulated
    waterbed, reduction = Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN
    assert found[f"{waterbed} half stands power"].mean() > 0.8
    any_of = [found[f"{reduction} none {way} any"].mean() for way in ("stands", "each")]
    assert any_of[0] <= any_of[1]
    assert found["sum variances held"].mean() >= 0.8
    width = found["sum limits width"].mean() / found["sum variances width"].mean()
    assert 3 < width < 4.8
    part = portfolios.section(found, 15)
    page = f"# A page\n\n## First\n\none\n\n{portfolios.TITLE}\n\nold\n\n## Last\n\ntwo\n"
    made = portfolios.replaced(page, part)
    assert portfolios.replaced(made, part) == made
    assert "old" not in made
    assert made.endswith("## Last\n\ntwo\n")
    assert portfolios.replaced("# A page\n", part) == f"# A page\n\n{part}"


def test_a_measure_that_could_not_be_estimated_has_no_claim():
    target, substitute, treated = panels.drawn(months=26, first=24)
    nothing = panels.estimate(target, substitute, treated, 24)
    assert nothing.gross is None
    assert chances_of(nothing) == dict.fromkeys(CLAIMS, 1.0)

"""From relative departures to effects in units, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from nami_monitor.waterbed.effects import Panel, alone, analyse, channel, effects, stacking
from nami_monitor.waterbed.panel import PrePost, Shift
from tests.waterbed import waterbed_panels as panels

WINDOW = PrePost.at(24, 36, 1)


def ready(treated=3):
    a, b, _ = panels.drawn(treated=treated)
    return analyse(Panel(a, b, treated, WINDOW)).channels


def test_a_channel_alone_has_the_variance_that_it_has_beside_another():
    target, substitute = ready()
    of = effects([(target, substitute)])
    assert list(map(float, alone(target))) == pytest.approx([float(of.gross), float(of.gross_var)])
    assert list(map(float, alone(substitute))) == pytest.approx(
        [float(of.spill), float(of.spill_var)]
    )


@pytest.mark.parametrize(
    ("after", "change", "growth"),
    [(50.0, -0.5, 1.0), (150.0, 0.5, 1.5), (50.0, 0.4, 2.0), (30.0, 0.01, 30 / 29)],
)
def test_counts_that_grow_get_noisier_and_nothing_is_expected_below_a_quarter(
    after, change, growth
):
    rng = np.random.default_rng(1)
    level = np.full(21, 100.0)
    seen = np.concatenate([[change], rng.normal(0, 0.1, 20)])
    like = Shift(level, np.full(21, after), seen, np.full(20, 0.05))
    of = channel(seen, like, 1, WINDOW)
    share = 24 / 36
    assert of.own / of.own_before == pytest.approx(1 - share + share * growth)


def test_pilots_are_weighted_by_what_was_known_before_counts_grew():
    target, _ = ready()
    grown = replace(target, own=target.own_before * [1.0, 2.0, 9.0])
    (weights,) = stacking([grown])
    raw = 1 / (target.level * target.own_before)
    assert weights == pytest.approx(raw * target.level.sum() / (raw * target.level).sum())
    assert (weights * target.level).sum() == pytest.approx(target.level.sum())

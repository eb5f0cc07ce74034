"""Beside outside implementations, on smoking in California after the tax rise of 1989."""

import diff_diff
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nami_monitor.waterbed.panel import PrePost, departures, shift
from nami_monitor.waterbed.sensitivity import synthetic_changes
from tests.waterbed import waterbed_panels as panels

SYNTHETIC_DID = -15.6038
"""Arkhangelsky et al. 2021, AER 111(12), table 1."""
SYNTHETIC_CONTROL = -19.62


@pytest.fixture(scope="module")
def smoking():
    """The same panel as rows, and with California first."""
    values, states, california, first = panels.smoking()
    rows = pd.DataFrame(
        [
            (state, year, packs, int(place == california and year >= first))
            for place, (state, months) in enumerate(zip(states, values, strict=True))
            for year, packs in enumerate(months)
        ],
        columns=["state", "year", "packs", "taxed"],
    )
    order = [california, *(place for place in range(len(states)) if place != california)]
    return rows, values[order], first


def ridge(values, first):
    window = PrePost.at(first, values.shape[1], 0)
    return float(synthetic_changes(values, 1, window)[0] * values[0, :first].mean())


def test_synthetic_did_is_what_was_published(smoking):
    rows, _, first = smoking
    ever = rows.assign(taxed=rows.groupby("state")["taxed"].transform("max"))
    found = diff_diff.SyntheticDiD(n_bootstrap=2, seed=1).fit(
        ever, "packs", "taxed", "state", "year", post_periods=list(range(first, 31))
    )
    assert found.att == pytest.approx(SYNTHETIC_DID, abs=1e-3)


def test_ridge_synthetic_control_is_near_the_synthetic_control(smoking):
    rows, values, first = smoking
    found = diff_diff.SyntheticControl(
        v_method="custom", custom_v=np.ones(first), standardize="none"
    ).fit(
        rows,
        "packs",
        "taxed",
        "state",
        "year",
        post_periods=list(range(first, 31)),
        pre_period_outcomes="all",
    )
    assert ridge(values, first) == pytest.approx(found.att, abs=0.2)
    assert ridge(values, first) == pytest.approx(SYNTHETIC_CONTROL, abs=0.1)


def test_every_control_is_foretold_by_the_others_alone(smoking):
    _, values, first = smoking
    window = PrePost.at(first, values.shape[1], 1)
    paths = departures(values, 1, window)
    pre, post = paths[:, window.pre], paths[:, window.post].mean(1)
    penalty = np.trace(pre[1:].T @ pre[1:]) / pre.shape[1]
    changes = synthetic_changes(values, 1, window)
    for place in range(len(values)):
        donors = [other for other in range(1, len(values)) if other != place]
        gram = pre[donors] @ pre[donors].T + penalty * np.eye(len(donors))
        weights = np.linalg.solve(gram, pre[donors] @ pre[place])
        assert changes[place] == pytest.approx(post[place] - weights @ post[donors])


def test_equal_weights_and_amounts_are_plain_did(smoking, usual):
    _, values, first = smoking
    assert usual.did(values, values, 1, first).gross == pytest.approx(-27.3491, abs=1e-3)


def test_did_has_the_cluster_robust_errors_of_two_way_fixed_effects(usual):
    rng = np.random.default_rng(3)
    values = rng.poisson(60 * np.exp(rng.normal(0, 0.5, (15, 1))), (15, 36)) * 1.0
    on = np.outer(np.arange(15) < 3, np.arange(36) >= 24) * 1.0
    within = [
        each - each.mean(1, keepdims=True) - each.mean(0) + each.mean() for each in (values, on)
    ]
    fit = sm.OLS(within[0].ravel(), within[1].ravel()).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.repeat(np.arange(15), 36), "use_correction": False},
    )
    of = usual.did(values, values[::-1], 3, 24)
    assert of.gross == pytest.approx(3 * fit.params[0])
    assert of.gross_var == pytest.approx(9 * fit.bse[0] ** 2 * 15 / 14)


def test_relative_did_lies_on_the_same_side(smoking):
    _, values, first = smoking
    found = shift(values, 1, PrePost.at(first, values.shape[1], 0))
    assert found.change[0] * found.level[0] < SYNTHETIC_DID

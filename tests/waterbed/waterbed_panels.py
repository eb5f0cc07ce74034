"""Panels to estimate: those of tests/reference, and some that are drawn with a stated truth."""

import csv
from pathlib import Path

import numpy as np

from nami_monitor import waterbed
from nami_monitor.waterbed import Inputs, PilotDesign

REFERENCE = Path(__file__).parents[1] / "reference"
FIRST = 24
"""The start in every panel of tests/reference."""


def estimate(*arrays, common_quotient=False, **settings):
    return waterbed.estimate(Inputs(*arrays, **settings), common_quotient=common_quotient)


def net_effect(*arrays, **settings):
    return waterbed.net_effect(Inputs(*arrays, **settings))


def destinations(target, parts, *arrays, **settings):
    """One estimate per part, ``(destinations, locations, months)``."""
    return waterbed.destinations(Inputs(target, parts.sum(0), *arrays, **settings), parts)


def plan(target, substitute, treated, reduction, months, quotient_expected=0.7, **settings):
    inputs = Inputs(target, substitute, treated, 0, **settings)
    design = PilotDesign(months)
    return waterbed.plan(inputs, reduction, design, quotient_expected=quotient_expected)


def read(name):
    """The panel as ``(groups, channels, locations, months)``, and which locations are treated."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    place, amount = ("loc", "qty") if "loc" in rows[0] else ("location", "quantity")
    months = [int(row["month"]) for row in rows]
    groups = sorted({row.get("group", "g0") for row in rows})
    places = sorted({row[place] for row in rows})
    first = min(months)
    values = np.full((len(groups), 2, len(places), max(months) - first + 1), np.nan)
    treated = np.zeros(len(places), dtype=bool)
    for row, month in zip(rows, months, strict=True):
        at = groups.index(row.get("group", "g0")), "AB".index(row["channel"])
        values[(*at, places.index(row[place]), month - first)] = float(row[amount])
        treated[places.index(row[place])] = row["treated"] == "1"
    return values, treated


def smoking():
    """Packs per head ``(states, years)``, states, and the position of California and of 1989."""
    with (REFERENCE / "california_prop99.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    states = sorted({row["State"] for row in rows})
    values = np.full((len(states), 31), np.nan)
    for row in rows:
        values[states.index(row["State"]), int(row["Year"]) - 1970] = float(row["PacksPerCapita"])
    return values, states, states.index("California"), 19


def drawn(
    seed=1, *, locations=31, treated=1, months=36, first=24, cut=0.5, quotient=0.7, level=100.0
):
    """Counts with a season, where the treated lose ``cut`` of A and ``quotient`` of it goes to B.

    Returns target, substitute and the mask of the treated.
    """
    rng = np.random.default_rng(seed)
    season = 1 + 0.1 * np.sin(2 * np.pi * np.arange(months) / 12)
    a = level * np.exp(rng.normal(0, 0.3, (locations, 1))) * season
    b = 0.8 * level * np.exp(rng.normal(0, 0.3, (locations, 1))) * season
    marks = np.arange(locations) < treated
    lost = np.where(marks[:, None] & (np.arange(months) >= first), cut * a, 0.0)
    return rng.poisson(a - lost) * 1.0, rng.poisson(b + quotient * lost) * 1.0, marks

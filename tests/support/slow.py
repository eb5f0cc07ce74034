"""The long proofs: marked ``slow``, and longer still where NAMI_LONGER says so."""

import os
from collections import Counter

import pytest

LONGER = int(os.environ.get("NAMI_LONGER", "1"))
"""How many times as long the long proofs are, see benchmarks/long_proofs.py."""


def examples(count):
    """How many examples a long proof tries."""
    return count * LONGER


SAMPLED = 1 if LONGER > 1 else 4
"""Of so many parameters of a long proof one runs."""


def slow_but_for(usual, values):
    """The usual parameters, which run by default, and a sample of the others, marked ``slow``.

    With NAMI_LONGER all of them run.
    """
    others = [value for value in values if value not in usual][::SAMPLED]
    return [
        value if value in usual else pytest.param(value, marks=pytest.mark.slow)
        for value in values
        if value in usual or value in others
    ]


def without_samples(items):
    """The tests that run, and those left out: of ``sampled(n)`` every n-th parameter runs.

    With NAMI_LONGER all of them run.
    """
    places, kept, left = Counter(), [], []
    for item in items:
        sampled = item.get_closest_marker("sampled")
        test = item.nodeid.partition("[")[0]
        out = sampled and LONGER == 1 and places[test] % sampled.args[0]
        places[test] += 1
        (left if out else kept).append(item)
    return kept, left

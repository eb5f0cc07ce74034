"""The long proofs: marked ``slow``, and longer still where NAMI_LONGER says so."""

import os
from collections import Counter

import pytest

LONGER = int(os.environ.get("NAMI_LONGER", "1"))
"""How many times as long the long proofs are, see benchmarks/long_proofs.py."""


def examples(count):
    """How many examples a long proof tries."""
    return count * LONGER


SAMPLED = 1 if LONGER > 1 else 3
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


def mark_sampled(items):
    """Mark all but every n-th parameter of tests marked ``sampled(n)`` as ``slow``."""
    places = Counter()
    for item in items:
        if sampled := item.get_closest_marker("sampled"):
            test = item.nodeid.partition("[")[0]
            if places[test] % sampled.args[0]:
                item.add_marker(pytest.mark.slow)
            places[test] += 1

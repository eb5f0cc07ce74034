"""The long proofs: marked ``slow``, and longer still where NAMI_LONGER says so."""

import os

import pytest

LONGER = int(os.environ.get("NAMI_LONGER", "1"))
"""How many times as long the long proofs are, see benchmarks/long_proofs.py."""


def examples(count):
    """How many examples a long proof tries."""
    return count * LONGER


def slow_but_for(usual, values):
    """Parameters of which only the usual ones run by default; the others are marked ``slow``."""
    return [
        value if value in usual else pytest.param(value, marks=pytest.mark.slow) for value in values
    ]

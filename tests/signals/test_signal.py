"""Which signals come first, and what chance alone would give."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.words import KitSignal
from nami_monitor.signals.signal_rules import Signal, attention, ranked

MONTH = date(2026, 10, 1)


def made(kind=KitSignal.WORSE, size=None, evidence=1.0, subject="a"):
    return Signal(kind, MONTH, subject, size=size, evidence=evidence)


def test_size_times_evidence_decides_and_the_unknown_comes_last():
    small, large = made(size=10.0), made(size=-100.0)
    doubtful, unknown, hardly = made(size=100.0, evidence=0.5), made(), made(evidence=0.2)
    found = ranked([hardly, unknown, small, doubtful, large])
    assert found == (large, doubtful, small, unknown, hardly)
    assert [one.weight for one in found] == [100, 50, 10, 0, 0]


def test_the_top_holds_seven_and_no_kind_crowds_out_another():
    contracts = [made(KitSignal.CONTRACT_WINDOW_OPEN, 1000.0 + k, subject=str(k)) for k in range(9)]
    peak = made(KitSignal.YEAR_END_PEAK, 5.0)
    found = attention([*contracts, peak], 10, 5)
    assert len(found.first) == 7
    assert peak in found.first
    assert list(found.first) == list(ranked(found.first))
    assert [one.subject for one in found.first[:6]] == ["8", "7", "6", "5", "4", "3"]
    assert [one.subject for one in found.others] == ["2", "1", "0"]


def test_chance_is_counted_by_the_rules_that_hold():
    found = attention([], 100, 50)
    assert (found.watched, found.first, found.others) == (150, (), ())
    assert found.by_chance == pytest.approx(100 * 0.04 + 50 * 0.13)


@given(
    st.lists(
        st.builds(
            made,
            st.sampled_from(KitSignal),
            st.none() | st.floats(-1e9, 1e9),
            st.floats(0, 1),
        ),
        max_size=30,
    )
)
def test_nothing_vanishes_between_the_top_and_the_rest(signals):
    found = attention(signals, 1)
    assert len(found.first) == min(7, len(signals))
    assert sorted(map(id, found.first + found.others)) == sorted(map(id, signals))

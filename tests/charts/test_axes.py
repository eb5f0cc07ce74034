from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.charts.axes import month_index, month_words, value_axis


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20))
def test_every_value_lies_on_the_scale_and_labels_differ(values):
    values = [round(value, 4) for value in values]
    axis = value_axis(values, "nl")
    assert axis.low <= min(values)
    assert axis.high >= max(values)
    assert 2 <= len(axis.ticks) <= 8
    assert len(set(axis.labels)) == len(axis.labels)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([62.4, 114], ("60", "80", "100", "120")),
        ([0.31, 0.52], ("0,30", "0,35", "0,40", "0,45", "0,50", "0,55")),
        ([1, 24], ("0", "5", "10", "15", "20", "25")),
        ([5, 5], ("2", "3", "4", "5", "6", "7", "8")),
        ([0, 0], ("0", "0,2", "0,4", "0,6", "0,8", "1,0")),
        (
            [900_000, 2_400_000],
            ("0", *(f"{x}\N{NO-BREAK SPACE}mln" for x in ("0,5", "1,0", "1,5", "2,0", "2,5"))),
        ),
    ],
)
def test_scales_are_round_and_written_in_dutch(values, labels):
    assert value_axis(values, "nl").labels == labels


def test_months_are_dutch_and_thin_out_with_the_span():
    few, year, at = month_words(date(2025, 11, 1), date(2026, 10, 1), "nl")
    assert year[:3] == ["nov 2025", "dec", "jan 2026"]
    assert few[:4] == ["2025", "", "2026", ""]
    assert len(at) == 12
    few, four, _ = month_words(date(2022, 11, 1), date(2026, 10, 1), "nl")
    assert (few[:2], four[:2]) == (["2023", ""], ["jan 2023", "jul"])
    assert len(month_words(date(1996, 1, 1), date(2026, 1, 1), "en")[2]) <= 12
    small = month_words(date(2023, 11, 1), date(2026, 10, 1), "nl", small=True)
    assert small[0] == small[1] == ["jan 2024", "jul", "jan 2025", "jul", "jan 2026", "jul"]


def test_a_month_number_counts_months():
    assert month_index(date(2026, 1, 1)) - month_index(date(2025, 12, 31)) == 1

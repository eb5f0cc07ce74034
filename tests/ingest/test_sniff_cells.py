import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.ingest.cells import (
    BOOLEAN,
    DATE,
    ERROR,
    NUMBER,
    TAG,
    clean_text,
    kind_of,
    tag_boolean,
    tag_date,
    tag_error,
    tag_number,
    untag,
)
from nami_monitor.ingest.readers.table import clean_texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (1.125, "1.125"),
        (0.1, "0.1"),
        (123456789012345.0, "123456789012345"),
        (6.37702e15, "6.37702e+15"),
        (1e300, "1e+300"),
        (6377020000000001, "6377020000000001"),
        (float("inf"), "#NUM!"),
    ],
)
def test_numbers_keep_their_value_and_spoilt_identifiers_their_exponent(value, text):
    assert untag(tag_number(value)) == text


def test_not_a_number_is_empty():
    assert tag_number(float("nan")) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_stored_number_never_changes(value):
    cell = tag_number(value)
    assert float(untag(cell)) == value
    assert kind_of(cell) == NUMBER


def test_dates_truth_values_and_errors():
    assert tag_date(dt.date(2025, 2, 3)) == TAG + "d2025-02-03"
    assert tag_date(dt.datetime.fromisoformat("2025-02-03")) == TAG + "d2025-02-03"
    assert (
        tag_date(dt.datetime.fromisoformat("2025-02-03T10:11:12.5")) == TAG + "d2025-02-03T10:11:12"
    )
    assert [tag_boolean(True), tag_boolean(False)] == [TAG + "btrue", TAG + "bfalse"]
    assert kind_of(tag_error("#N/A")) == ERROR
    assert kind_of(tag_boolean(True)) == BOOLEAN
    assert kind_of(tag_date(dt.date(2025, 1, 1))) == DATE


def test_plain_text_has_no_kind():
    assert kind_of("n5") is None
    assert untag("n5") == "n5"
    assert untag(None) is None


@given(st.text(max_size=20))
def test_texts_are_cleaned_alike_one_by_one_and_by_column(text):
    frame = pl.DataFrame({"x": [text]}, schema={"x": pl.String})
    cell = clean_text(text)
    assert frame.select(clean_texts(pl.col("x"))).item() == cell
    assert cell is None or (TAG not in cell and cell == cell.strip())

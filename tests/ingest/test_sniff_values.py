import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.ingest.cells import tag_number
from nami_monitor.ingest.sniff.values import (
    Ambiguous,
    combine,
    date_formats,
    decimal_evidence,
    is_date,
    is_number,
    parse_date,
)


@pytest.mark.parametrize(
    ("values", "sign"),
    [
        (["12", "7"], "none"),
        (["1.125"], "ambiguous"),
        (["1,125", "2,250"], "ambiguous"),
        (["1.125", "0.500"], "."),
        (["1.125", "12,5"], ","),
        (["17040,686", "7190"], ","),
        (["1.234,50"], ","),
        (["1,234.50"], "."),
        (["1.234.567"], ","),
        (["1,234,567.8"], "."),
        (["€ 1.234,56-", "(1.234)"], ","),
        (["£1,234.50 "], "."),
        (["-,5"], ","),
        (["12,5 %"], ","),
        (["1 234,5"], ","),
        (["1\u2019234.50"], "."),
        (["6.37702E+15"], "."),
        (["12,5", "3.25"], "ambiguous"),
        (["12,5"] * 1 + [f"{n},5" for n in range(200)] + ["3.25"], ","),
        (["01.02.2014", "v1.2", "n.v.t.", None], "none"),
        ([tag_number(1.5)], "none"),
    ],
)
def test_decimal_signs(values, sign):
    assert decimal_evidence(values) == sign


def test_one_proof_decides_for_the_file():
    assert combine({"a": ",", "b": "ambiguous", "c": "none"}) == {"a": ",", "b": ",", "c": ","}


def test_contradictory_proofs_hold_for_their_column_only():
    said = {"a": ",", "b": ".", "c": "ambiguous"}
    assert combine(said) == said


@given(st.floats(-1e9, 1e9), st.booleans(), st.sampled_from(",."))
def test_a_written_number_never_proves_the_other_sign(value, grouped, sign):
    text = f"{value:,.2f}" if grouped else f"{value:.2f}"
    text = text if sign == "." else text.translate(str.maketrans(",.", ".,"))
    assert is_number(text)
    assert decimal_evidence([text]) == sign


@pytest.mark.parametrize(
    ("values", "patterns"),
    [
        (["31-12-2024", "1-2-2025"], ("%d-%m-%Y",)),
        (["01-02-2014", "03-04-2014"], ("%d-%m-%Y",)),
        (["02-25-2014", "01-02-2014"], ("%m-%d-%Y",)),
        (["13/01/2014", "01/02/2014"], ("%d/%m/%Y",)),
        (["1/13/14", "1/2/14"], ("%m/%d/%y",)),
        (["3-2-25", "3.2.25"], ("%d-%m-%y", "%d.%m.%y")),
        (["2025-01-31"], ("%Y-%m-%d",)),
        (["20250131"], ("%Y%m%d",)),
        (["2025-01", "2025-02"], ("%Y-%m",)),
        (["2014"], ("%Y",)),
        (["3 januari 2025", "12 March 2025"], ("%d %b %Y",)),
        (["mrt 2025", "Oct 2025"], ("%b %Y",)),
        (["2025 okt"], ("%Y %b",)),
        (["jan-25"], ("%b-%y",)),
        (["wo 1 juli 2026", "Thu. 2 July 2026"], ("%d %b %Y",)),
        (["ma 01-07-2026", "Dinsdag, 30-06-2026"], ("%d-%m-%Y",)),
        (["Mon, Jul 6, 2026"], ("%b %d, %Y",)),
        (["ma 2026", "zon 2026-07", "maan 01-07-2026", "mrt 01-07-2026"], ()),
        (["202507", "202512", "20251"], ()),
        (["March 3, 2025"], ("%b %d, %Y",)),
        (["31-12-2024 23:59", "31-12-2024 00:00:01.500"], ("%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M")),
        (["2024-12-31T23:59:00"], ("%Y-%m-%dT%H:%M:%S",)),
        (["TBC", "Ongoing", "31-12-2024", None], ("%d-%m-%Y",)),
        (["31-02-2025", "nooit", "12.5"], ()),
        (["05/05/2025"], ("%d/%m/%Y",)),
    ],
)
def test_date_patterns(values, patterns):
    assert date_formats(values) == patterns


def test_day_and_month_that_can_change_places_are_asked():
    answer = date_formats(["05/05/2014", "01/02/2014"])
    assert answer == Ambiguous(("%d/%m/%Y", "%m/%d/%Y"), "01/02/2014")


def test_a_proof_counts_for_every_pattern_with_the_same_sign():
    assert date_formats(["1/2/14", "1/13/2014"]) == ("%m/%d/%Y", "%m/%d/%y")


def test_proofs_of_both_orders_are_asked():
    assert isinstance(date_formats(["13/01/2014", "01/13/2014", "01/02/2014"]), Ambiguous)


def test_values_that_need_both_orders_get_both():
    assert date_formats(["13/01/2014", "01/13/2014"]) == ("%d/%m/%Y", "%m/%d/%Y")


def test_one_typing_error_in_hundreds_proves_nothing():
    days = [f"{1 + n % 28:02}/{1 + n % 12:02}/{2000 + n % 20}" for n in range(400)]
    assert date_formats([*days, "01/13/2014"]) == ("%d/%m/%Y",)


def test_months_as_numbers_are_read_where_a_heading_says_months():
    assert date_formats(["202507", "202512", "2025-01"], months=True) == ("%Y%m", "%Y-%m")
    assert date_formats([tag_number(202507), "TBC"], months=True) == ("%Y%m",)
    assert date_formats(["202513", "46204", "180012"], months=True) == ()
    assert parse_date("202512", "%Y%m") == parse_date("2025-12-01", "%Y-%m-%d")
    assert parse_date("202512", "%Y%m%d") is None


@given(st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)))
def test_every_day_comes_back_from_every_full_pattern(day):
    for pattern in ("%d-%m-%Y", "%m/%d/%y", "%Y%m%d", "%d %B %Y", "%d-%b-%y"):
        text = day.strftime(pattern)
        assert is_date(text)
        assert parse_date(text, pattern) == dt.datetime.combine(day, dt.time())


@pytest.mark.parametrize("text", ["31-02-2025", "1-1-1850", "12-2025-01", "", "x"])
def test_what_is_no_day_is_not_read_as_one(text):
    assert parse_date(text, "%d-%m-%Y") is None

"""Texts of cells become numbers, dates and truth values, or name the rule that they break."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import tag_date, tag_error, tag_number
from nami_monitor.ingest.profiles.convert import (
    Reading,
    conversion,
    date_sql,
    number_sql,
    pack_flag,
)
from nami_monitor.ingest.profiles.mapping import check_dates, check_decimal
from nami_monitor.ingest.profiles.profile import Origin, Sign
from nami_monitor.ingest.sniff.values import currency_signs, parse_date
from nami_monitor.tables import columns

D = dt.date


def each(db, sql, texts):
    """The value of a SQL expression over ``x`` for each text."""
    rows = db.rows(f"select {sql} from (select unnest(?::varchar[]) as x)", [list(texts)])
    return [value for (value,) in rows]


DUTCH = {
    "1.234,56": 1234.56,
    "1234,56": 1234.56,
    "€ 1.234,56-": -1234.56,
    "€ -1.234,56": -1234.56,
    "-€ 1.234,56": -1234.56,
    "(1.234,56)": -1234.56,
    "( € 1.234,56 )": -1234.56,
    "1.234.567": 1234567,
    "1 234,5": 1234.5,
    "1\u00a0234,5": 1234.5,
    "1'234,5": 1234.5,
    "\u2212 12,5": -12.5,
    "+3": 3,
    ",5": 0.5,
    "12,": 12,
    "EUR 10,00": 10,
    "€0": 0,
    "\ufffd880": 880,
    "0,00": 0,
    "1,234.56": None,
    "12.34": None,
    "1.23,4": None,
    "1,2,3": None,
    "1e3": None,
    "1_000": None,
    "0x10": None,
    "inf": None,
    "nan": None,
    "12 stuks": None,
    "€ 12,-": 12,
    "1.250,--": 1250,
    "-12,-": -12,
    "12,50 EUR": 12.5,
    "12,50- EUR": -12.5,
    "(12": None,
    "12)": None,
    "--12": None,
    "-12-": None,
    "(-12)": None,
    "12 34": None,
    "1€50": None,
    "-": None,
    "€": None,
    "12%": None,
}


def test_numbers_with_a_decimal_comma(db):
    assert (
        dict(zip(DUTCH, each(db, number_sql("x", ",", tagged=False), DUTCH), strict=True)) == DUTCH
    )


ENGLISH = {
    "1,234.56": 1234.56,
    "1234.56": 1234.56,
    "£ 1,234.56-": -1234.56,
    "$(1,234.56)": -1234.56,
    "($1,234.56)": -1234.56,
    "1,234,567": 1234567,
    ".5": 0.5,
    "1.234,56": None,
    "12,34": None,
}


def test_numbers_with_a_decimal_point(db):
    signs = (*currency_signs("GBP"), *currency_signs("USD"))
    found = each(db, number_sql("x", ".", tagged=False, signs=signs), ENGLISH)
    assert dict(zip(ENGLISH, found, strict=True)) == ENGLISH


def test_without_a_known_sign_only_digits_are_read(db):
    texts = {"12": 12, "-12": -12, "€ 12": 12, "1.200": None, "1,5": None, "12-": -12, "12,-": 12}
    assert (
        dict(zip(texts, each(db, number_sql("x", None, tagged=False), texts), strict=True)) == texts
    )


def test_a_stored_number_is_that_number_in_every_language(db):
    cells = [tag_number(1234.56), "1.234,56", tag_error("#DIV/0!"), tag_date(D(2025, 1, 2))]
    assert each(db, number_sql("x", ",", tagged=True), cells) == [1234.56, 1234.56, None, None]


def written(value, decimal):
    group = "." if decimal == "," else ","
    return f"{value:,.2f}".replace(",", "_").replace(".", decimal).replace("_", group)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), min_size=20, max_size=60),
    st.sampled_from([",", "."]),
)
def test_every_written_amount_is_read_back(db, values, decimal):
    shapes = ["{}", "€ {}", "{} ", "EUR{}"]
    texts = [
        shapes[index % len(shapes)].format(written(value, decimal))
        for index, value in enumerate(values)
    ]
    expected = [float(Decimal(value)) for value in values]
    assert each(db, number_sql("x", decimal, tagged=False), texts) == expected


DATES = [
    ("31-12-2025", "%d-%m-%Y", D(2025, 12, 31)),
    ("31.12.25", "%d.%m.%y", D(2025, 12, 31)),
    ("1/2/2014", "%d/%m/%Y", D(2014, 2, 1)),
    ("1/2/14", "%m/%d/%y", D(2014, 1, 2)),
    ("3 maart 2025", "%d %b %Y", D(2025, 3, 3)),
    ("3 mrt. 2025", "%d %b %Y", D(2025, 3, 3)),
    ("3 MEI 2025", "%d %B %Y", D(2025, 5, 3)),
    ("1-okt-24", "%d-%b-%y", D(2024, 10, 1)),
    ("2024 augustus", "%Y %b", D(2024, 8, 1)),
    ("2024", "%Y", D(2024, 1, 1)),
    ("20240229", "%Y%m%d", D(2024, 2, 29)),
    ("2025-01-02 23:59:59", "%Y-%m-%d %H:%M:%S", D(2025, 1, 2)),
    ("31-02-2025", "%d-%m-%Y", None),
    ("29-02-2025", "%d-%m-%Y", None),
    ("13/13/2014", "%d/%m/%Y", None),
    ("TBC", "%d-%m-%Y", None),
    ("wo 1 juli 2026", "%d %b %Y", D(2026, 7, 1)),
    ("Woensdag, 01-07-2026", "%d-%m-%Y", D(2026, 7, 1)),
    ("thurs. 2 July 2026", "%d %B %Y", D(2026, 7, 2)),
    ("Mon, Jul 6, 2026", "%b %d, %Y", D(2026, 7, 6)),
    ("ma 2026", "%Y", None),
    ("wo1 juli 2026", "%d %b %Y", None),
    ("202507", "%Y%m", D(2025, 7, 1)),
    ("202513", "%Y%m", None),
    ("202512", "%Y%m%d", None),
    ("3 foo 2025", "%d %b %Y", None),
]


@pytest.mark.parametrize(("text", "pattern", "expected"), DATES)
def test_dates(db, text, pattern, expected):
    assert each(db, date_sql("x", (pattern,), tagged=False), [text]) == [expected]


@settings(max_examples=60, deadline=None)
@given(
    st.dates(D(1970, 1, 1), D(2069, 12, 31)),
    st.sampled_from(["", "ma ", "Dinsdag, ", "wo. ", "THU ", "zo  ", "xx ", "ma", "jan ", "vr.,"]),
    st.sampled_from(
        ["%d-%m-%Y", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%Y%m", "%b %Y", "%Y", "%m/%d/%y"]
    ),
)
def test_a_date_is_read_alike_where_it_is_looked_at_and_where_it_is_booked(db, day, said, pattern):
    text = said + day.strftime(pattern)
    read = {one: parse_date(text, one) for one in ("%d-%m-%Y", "%Y%m%d", pattern)}
    for one, moment in read.items():
        found = each(db, date_sql("x", (one,), tagged=False), [text])
        assert found == [moment and moment.date()], (text, one)


def test_a_short_year_is_not_read_as_the_first_century(db):
    both = ("%d-%m-%Y", "%d-%m-%y")
    assert (
        each(db, date_sql("x", both, tagged=False), ["01-02-25", "01-02-2025"])
        == [D(2025, 2, 1)] * 2
    )


def test_a_stored_date_is_that_date(db):
    cells = [tag_date(D(2014, 2, 1)), "02/01/2014", tag_number(41671)]
    assert each(db, date_sql("x", ("%m/%d/%Y",), tagged=True), cells) == [D(2014, 2, 1)] * 2 + [
        None
    ]


def test_a_stored_number_is_a_month_where_months_are_written_so(db):
    cells = [tag_number(202507), "202508", tag_number(202513), tag_number(46204)]
    read = each(db, date_sql("x", ("%Y%m",), tagged=True), cells)
    assert read == [D(2025, 7, 1), D(2025, 8, 1), None, None]


def column(table, name):
    return next(found for found in columns(table) if found.name == name)


def convert(db, made, cells):
    """Values and broken rules of a conversion over rows of cells c1, c2, ..."""
    names = [f"c{index}" for index in range(1, len(cells[0]) + 1)]
    rows = ", ".join("(" + ", ".join("?" for _ in row) + ")" for row in cells)
    source = f"(values {rows}) as v({', '.join(names)})"
    inner = ", ".join(f"{sql} as {key}" for key, sql in made.inner.items())
    rules = ", ".join(
        f"case when {test.replace('{typed}', 'typed')} then '{rule}' end"
        for test, rule in made.failures
    )
    found = db.rows(
        f"select typed, list_filter([{rules}]::varchar[], lambda r: r is not null)"
        f" from (select *, {made.typed} as typed from (select {inner} from {source}))",
        [cell for row in cells for cell in row],
    )
    return [(value, *broken) for value, broken in found]


def made_of(table, name, origin, *, reading=None, values=None, factor=1.0, constant=None):
    return conversion(
        column(table, name),
        origin=origin,
        constant=constant,
        values=values,
        cell={"A": "c1", "B": "c2"},
        reading=reading or Reading(tagged=False, decimal={name: ","}),
        factor=factor,
    )


def test_scale_currency_vat_and_sign_multiply(db):
    origin = Origin(("A",), scale=1000, sign=Sign("B", ("c", "credit")))
    made = made_of("orders", "amount_eur", origin, factor=1.17 / 1.21)
    rows = [["1.210,00", "D"], ["1,21", "C"], ["2", "Credit"], ["x", "D"], [None, "C"]]
    found = convert(db, made, rows)
    assert found[0] == (pytest.approx(1_170_000),)
    assert found[1] == (pytest.approx(-1170),)
    assert found[2] == (pytest.approx(-2000 * 1.17 / 1.21),)
    assert found[3:] == [(None, "not_a_number"), (None,)]


def test_a_column_names_the_scale(db):
    origin = Origin(("A",), scale_by=("B", {"miljoen": 1e6, "x1000": 1e3}))
    made = made_of("orders", "amount_eur", origin)
    rows = [["1,5", "Miljoen"], ["2", "x1000"], ["3", None], ["4", "duizend"]]
    assert convert(db, made, rows) == [(1.5e6,), (2000,), (3,), (None, "unknown_scale")]


def test_a_sum_of_columns_holds_when_one_is_blank(db):
    made = made_of("orders", "amount_eur", Origin(("A", "B"), how="sum"))
    rows = [["1,5", "2"], ["1,5", None], [None, None], ["1", "x"]]
    assert convert(db, made, rows) == [(3.5,), (1.5,), (None,), (None, "not_a_number")]


def test_texts_are_joined_before_they_are_read(db):
    origin = Origin(("A", "B"), how="join", format="%Y %b")
    reading = Reading(tagged=False, dates={"ordered_on": ("%Y %b",)})
    made = made_of("orders", "ordered_on", origin, reading=reading)
    assert convert(db, made, [["2025", "mrt"], ["2025", None], [None, None]]) == [
        (D(2025, 3, 1),), (None, "not_a_date"), (None,),
    ]  # fmt: skip


def test_a_part_of_the_text_counts(db):
    made = made_of("orders", "order_ref", Origin(("A",), regex=r"nr\.? (\d+)"))
    assert convert(db, made, [["Order nr. 0012 van mei"], ["geen"]]) == [("0012",), (None,)]


def test_a_value_map_is_case_folded(db):
    made = made_of("orders", "category", Origin(("A",)), values={"papier": "paper", "*": "other"})
    assert convert(db, made, [["PAPIER"], ["pen"], [None]]) == [
        ("paper",), ("other",), (None,),
    ]  # fmt: skip
    some = made_of("orders", "category", Origin(("A",)), values={"papier": "paper", "": "none"})
    assert convert(db, some, [["Pen"], [None]]) == [("Pen",), ("none",)]


@pytest.mark.parametrize("text", ["6.37702E+15", "5E+18", "1,5e12", "3e8"])
def test_a_power_of_ten_is_a_spoilt_identifier(db, text):
    made = made_of("orders", "order_ref", Origin(("A",)))
    assert convert(db, made, [[text], ["0012"], ["E15"]]) == [
        (text, "spoilt_identifier"), ("0012",), ("E15",),
    ]  # fmt: skip


def test_error_cells_break_their_own_rule(db):
    reading = Reading(tagged=True, decimal={"amount_eur": ","})
    made = made_of("orders", "amount_eur", Origin(("A",)), reading=reading)
    assert convert(db, made, [[tag_error("#DIV/0!")], [tag_number(2.5)]]) == [
        (None, "error_cell"), (2.5,),
    ]  # fmt: skip


def test_truth_values(db):
    made = made_of("measurements", "proxy", Origin(("A",)))
    rows = [["Ja"], ["n"], ["misschien"], [None]]
    assert convert(db, made, rows) == [(True,), (False,), (None, "not_a_truth_value"), (None,)]


@pytest.mark.parametrize(
    ("text", "rule"), [("01-01-1900", "date_out_of_range"), ("01-01-2200", "date_out_of_range")]
)
def test_dates_of_other_centuries_are_typing_errors(db, text, rule):
    reading = Reading(tagged=False, dates={"ordered_on": ("%d-%m-%Y",)})
    made = made_of("orders", "ordered_on", Origin(("A",)), reading=reading)
    assert convert(db, made, [[text]])[0][1:] == (rule,)


def test_lists_take_several_separators(db):
    made = made_of("contracts", "cpv", Origin(("A",)))
    assert convert(db, made, [["30190000-7, 301; ,302\n303,"], [" , "]]) == [
        ("30190000-7;301;302;303",), (None,),
    ]  # fmt: skip


def test_people_are_taken_out_of_free_text(db):
    made = made_of("orders", "text", Origin(("A",)))
    text = "Bel 06-12345678 of jan.de.vries@example.nl, bsn 123456782, artikel 12345678"
    assert convert(db, made, [[text]]) == [("Bel [...] of [...], bsn [...], artikel 12345678",)]


def test_packs_by_the_profile_or_by_a_column(db):
    cell = {"A": "c1", "B": "c2"}
    plain = Reading(tagged=False)
    by_column = pack_flag(Origin(("A",), unit="B"), cell, plain)
    rows = [["2", "Doos"], ["2", "stuks"], ["2", None], ["2", "pallet"]]
    assert convert(db, by_column, rows) == [(True,), (False,), (False,), (False, "unknown_unit")]
    assert convert(db, pack_flag(Origin(("A",), unit="pack"), cell, plain), [["2"]]) == [(True,)]
    assert convert(db, pack_flag(None, cell, plain), [["2"]]) == [(False,)]


@pytest.mark.parametrize(
    ("texts", "stated", "fits"),
    [
        (["1.234,50", "2,5"], ",", True),
        (["1.234,50", "2,5"], ".", False),
        (["138.51", "2.5"], ",", False),
        (["1.234", "5.678"], ",", True),
        (["12", "7"], ",", True),
        (["1,5", "2.5", "3,5"], ",", True),
    ],
)
def test_a_stated_decimal_sign_is_held_against_the_texts(texts, stated, fits):
    if fits:
        check_decimal("Bedrag", texts, stated)
        return
    with pytest.raises(UserError) as refused:
        check_decimal("Bedrag", texts, stated)
    assert refused.value.key == "import.decimal_contradicted"
    assert refused.value.values["example"] in texts


@pytest.mark.parametrize(
    ("texts", "stated", "fits"),
    [
        (["13/01/2025", "02/03/2025"], ["%d/%m/%Y"], True),
        (["01/13/2025", "02/03/2025"], ["%d/%m/%Y"], False),
        (["02/03/2025", "04/05/2025"], ["%d/%m/%Y"], True),
        (["2025-01-13", "2025-02-03"], ["%d/%m/%Y"], False),
        (["13-01-2025", "14-01-2025", "2025-01-15"], ["%d-%m-%Y"], True),
        (["TBC", "13-01-2025"], ["%d-%m-%Y"], True),
        (["2025"], ["%Y"], True),
        ([None, tag_date(D(2025, 1, 2))], ["%m-%d-%Y"], True),
    ],
)
def test_stated_date_patterns_are_held_against_the_texts(texts, stated, fits):
    if fits:
        check_dates("Datum", texts, stated)
        return
    with pytest.raises(UserError) as refused:
        check_dates("Datum", texts, stated)
    assert refused.value.key == "import.dates_contradicted"
    assert refused.value.values["example"] in texts


@pytest.mark.parametrize(("code", "sign"), [("VUV", "VUV"), ("WST", "WST"), ("SEK", "kr")])
def test_a_currency_whose_language_nobody_describes_has_its_code(code, sign):
    assert sign in currency_signs(code)

# ruff: noqa: RUF001 - the real minus sign is what is tested
import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS, text
from nami_monitor.i18n import formats as f

S = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "nl", "en"),
    [
        (1234.56, f"€{S}1.234,56", f"€{S}1,234.56"),
        (-5, f"−€{S}5,00", f"−€{S}5.00"),
        (9999.99, f"€{S}9.999,99", f"€{S}9,999.99"),
        (9999.999, f"€{S}10.000", f"€{S}10,000"),
        (1234567.5, f"€{S}1.234.568", f"€{S}1,234,568"),
        (-0.001, f"€{S}0,00", f"€{S}0.00"),
    ],
)
def test_money(value, nl, en):
    assert f.money(value, "nl") == nl
    assert f.money(value, "en") == en


@pytest.mark.parametrize(
    ("value", "nl", "en"),
    [
        (12.5, f"12,5{S}%", "12.5%"),
        (12, f"12{S}%", "12%"),
        (12.3456, f"12,3{S}%", "12.3%"),
        (100.04, f"100{S}%", "100%"),
        (-0.04, f"−0,04{S}%", "−0.04%"),
    ],
)
def test_percent(value, nl, en):
    assert f.percent(value, "nl") == nl
    assert f.percent(value, "en") == en


def test_percentages_differ_by_points_and_other_units_by_themselves():
    assert f.signed_quantity(2.1, Unit.PERCENT, "nl") == f"+2,1{S}procentpunt"
    assert f.signed_quantity(-1, Unit.PERCENT, "en") == f"−1{S}percentage point"
    assert f.signed_quantity(-3.2, Unit.KG, "nl") == f"−3,2{S}kg"
    assert f.signed_quantity(-1, Unit.DAYS, "nl") == f"−1{S}dag"
    assert f.signed_quantity(12, Unit.EUR, "nl") == f"+{S}€{S}12,00"
    assert f.signed_quantity(-12, Unit.EUR, "en") == f"−{S}€{S}12.00"
    assert f.signed_quantity(-12, Unit.KG, "en", bare=True) == "−12"


@pytest.mark.parametrize(
    ("before", "after", "unit", "written"),
    [
        (736.0, 732.05, Unit.EUR, f"−{S}€{S}3,95"),
        (45_000.30, 43_062.06, Unit.EUR, f"−{S}€{S}1.938"),
        (4.254, 6.227, Unit.EUR, f"+{S}€{S}1,97 (afgerond)"),
        (12_345.60, 9_876.54, Unit.EUR, f"−{S}€{S}2.469,06 (afgerond)"),
        (0.384, 0.484, Unit.EUR_PER_ACTIVITY, f"+{S}€{S}0,10 per werkdag of fte"),
        (45.34, 47.4, Unit.PERCENT, f"+2,1{S}procentpunt"),
        (9.87, 10.23, Unit.PERCENT, f"+0,36{S}procentpunt (afgerond)"),
        (736.4, 99.54, Unit.KG, f"−636,9{S}kg (afgerond)"),
        (12.0, 12.5, Unit.BASE, f"+0,5{S}st."),
        (0.1, 0.3, Unit.KG, f"+0,2{S}kg"),
        (2, 1, Unit.DAYS, f"−1{S}dag"),
        (5, 5, Unit.COUNT, "0"),
    ],
)
def test_a_difference_is_that_of_the_unrounded_figures(before, after, unit, written):
    assert f.difference(before, after, unit, "nl") == written


def read(written, lang):
    """The number in a text of ``formats``, exactly."""
    group, point = (".", ",") if lang == "nl" else (",", ".")
    digits = re.search(rf"\d[\d{group}]*({re.escape(point)}\d+)?", written)[0]
    value = Decimal(digits.replace(group, "").replace(point, "."))
    return -value if "−" in written else value


amounts = st.floats(-1e7, 1e7).map(lambda value: float(f"{value:.6g}")) | st.integers(
    -20_000, 20_000
)


@pytest.mark.parametrize("lang", LANGS)
@given(before=amounts, after=amounts, unit=st.sampled_from(Unit), bare=st.booleans())
def test_what_is_shown_adds_up_or_is_said_to_be_rounded(lang, before, after, unit, bare):
    write = f.figure if bare else f.quantity
    shown = [read(write(value, unit, lang), lang) for value in (before, after)]
    difference = f.difference(before, after, unit, lang, bare=bare)
    rounded = text("common.rounded", lang, figure="").strip()
    adds_up = read(difference.removesuffix(rounded), lang) == shown[1] - shown[0]
    assert adds_up != difference.endswith(rounded)


@given(before=amounts, after=amounts)
def test_parts_add_up_as_they_are_shown(before, after):
    shown = [read(f.money(value, "nl"), "nl") for value in (before, after, after + before)]
    adds_up = f.add_up([before, after], after + before, Unit.EUR)
    assert adds_up == (shown[0] + shown[1] == shown[2])


@pytest.mark.parametrize("value", [0, -0.0, -0.00000000001, Decimal("-0.000")])
def test_what_rounds_to_nothing_bears_no_sign(value):
    assert f.signed(value, "nl") == "0"


@pytest.mark.parametrize(
    ("value", "unit", "nl", "en"),
    [
        (0.38449, Unit.BASE_PER_ACTIVITY, f"0,384{S}st. per werkdag", f"0.384{S}pcs per werkdag"),
        (0.7234, Unit.EUR_PER_ACTIVITY, f"€{S}0,723 per werkdag", f"€{S}0.723 per werkdag"),
        (0.9, Unit.EUR_PER_ACTIVITY, f"€{S}0,90 per werkdag", f"€{S}0.90 per werkdag"),
        (12.5, Unit.EUR_PER_ACTIVITY, f"€{S}12,50 per werkdag", f"€{S}12.50 per werkdag"),
        (4, Unit.KG_PER_ACTIVITY, f"4{S}kg per werkdag", f"4{S}kg per werkdag"),
        (1234.5, Unit.KG, f"1.235{S}kg", f"1,235{S}kg"),
        (1.5, Unit.KG_CO2E, f"1,5{S}kg CO2e", f"1.5{S}kg CO2e"),
        (1, Unit.BASE, f"1{S}st.", f"1{S}pc"),
        (214, Unit.COUNT, "214", "214"),
        (10.26, Unit.YEARS, f"10,3{S}jaar", f"10.3{S}years"),
        (1, Unit.DAYS, f"1{S}dag", f"1{S}day"),
        (2, Unit.DAYS, f"2{S}dagen", f"2{S}days"),
        (12.5, Unit.PERCENT, f"12,5{S}%", "12.5%"),
        (3, Unit.EUR, f"€{S}3,00", f"€{S}3.00"),
    ],
)
def test_quantity(value, unit, nl, en):
    assert f.quantity(value, unit, "nl", activity="werkdag") == nl
    assert f.quantity(value, unit, "en", activity="werkdag") == en


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("unit", list(Unit))
def test_every_unit_can_be_written_in_both_languages(unit, lang):
    assert "5" in f.quantity(5, unit, lang)
    assert "5" in f.figure(5, unit, lang)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4), st.integers(0, 4))
def test_fixed_decimals_agree_with_babel(value, decimals):
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    rounded = round(value, decimals)  # both round; a tie is left to the value tests
    if abs(value - rounded) * 10**decimals * 2 != 1:
        for lang, locale in (("nl", "nl_NL"), ("en", "en_GB")):
            expected = format_decimal(rounded, pattern, locale=locale).replace("-", f.MINUS)
            if rounded == 0:
                expected = expected.replace(f.MINUS, "")
            assert f.number(value, lang, decimals=decimals) == expected


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6
    ),
    st.sampled_from(LANGS),
)
def test_a_written_number_reads_back(value, lang):
    assert f.parse_decimal(f.number(value, lang), lang) == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(LANGS))
def test_any_finite_number_can_be_written(value, lang):
    written = f.number(value, lang, significant=3)
    assert written.lstrip(f.MINUS)[0].isdigit()


def test_halves_go_away_from_zero():
    assert f.number(0.125, "nl", decimals=2) == "0,13"
    assert f.number(-2.5, "nl", decimals=0) == "−3"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_no_number_is_not_written(value):
    with pytest.raises(ValueError, match="cannot be shown"):
        f.number(value, "nl")


def test_dates():
    assert f.month("2026-10", "nl") == "okt 2026"
    assert f.month(date(2026, 3, 31), "en") == "Mar 2026"
    assert f.day(date(2026, 3, 3), "nl") == f"3{S}mrt 2026"


@pytest.mark.parametrize(
    ("start", "end", "kind", "nl", "en"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "month", "okt 2026", "Oct 2026"),
        (date(2026, 10, 1), date(2026, 12, 31), "quarter", "4e kwartaal 2026", "Q4 2026"),
        (date(2026, 1, 1), date(2026, 12, 31), "year", "2026", "2026"),
        (date(2026, 1, 1), date(2026, 10, 31), "ytd", "jan t/m okt 2026", "Jan to Oct 2026"),
        (date(2026, 1, 1), date(2026, 1, 31), "ytd", "jan 2026", "Jan 2026"),
        (
            date(2025, 11, 1),
            date(2026, 10, 31),
            "r12",
            "nov 2025 t/m okt 2026",
            "Nov 2025 to Oct 2026",
        ),
        (
            date(2025, 3, 17),
            date(2025, 3, 19),
            "Verkiezing",
            f"17{S}mrt 2025 t/m 19{S}mrt 2025",
            f"17{S}Mar 2025 to 19{S}Mar 2025",
        ),
    ],
)
def test_periods(start, end, kind, nl, en):
    period = SimpleNamespace(start=start, end=end, kind=kind)
    assert f.period(period, "nl") == nl
    assert f.period(period, "en") == en


@pytest.mark.parametrize(
    ("written", "lang", "value"),
    [
        ("1250,75", "nl", "1250.75"),
        ("1.250,75", "nl", "1250.75"),
        (f" €{S}1.250 ", "nl", "1250"),
        ("−0,5", "nl", "-0.5"),
        ("1,250.75", "en", "1250.75"),
    ],
)
def test_decimals_that_people_type(written, lang, value):
    assert f.parse_decimal(written, lang) == Decimal(value)


@pytest.mark.parametrize(
    "written",
    ["", "1.25", "1250.75", "12.50,5", "1,2,3", "1e5", "NaN", "Infinity", "1_000", "٣", "€€1", "-"],
)
def test_what_can_be_misread_is_refused(written):
    with pytest.raises(UserError, match=r"number\.unreadable") as caught:
        f.parse_decimal(written, "nl")
    assert caught.value.values == {"text": written, "example": "1.250,75"}


@pytest.mark.parametrize(
    ("value", "error", "unit", "lang", "written"),
    [
        (-298.44, 24.1, Unit.BASE, "nl", "−298"),
        (-11.06, 1.3, Unit.KG, "nl", "−11,1"),
        (-9.0, 2.7, Unit.KG, "en", "−9.0"),
        (187.39, 16.0, Unit.EUR, "nl", "+\xa0€\xa0187"),
        (-0.0123, 0.0045, Unit.KG, "en", "−0.0123"),
        (0.004, 1.0, Unit.BASE, "nl", "0,0"),
        (12345.6, 2345.0, Unit.BASE, "nl", "+12.346"),
        (3.25, 0.0, Unit.BASE, "nl", "+3"),
    ],
)
def test_an_estimate_is_written_no_finer_than_it_is_known(value, error, unit, lang, written):
    assert f.estimated(value, error, unit, lang) == written

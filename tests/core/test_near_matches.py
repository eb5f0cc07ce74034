import pytest

from nami_monitor.core.errors import UserError, near_matches, refuse_unknown


def test_the_best_match_comes_first():
    assert near_matches("invocies", ["orders", "invoices", "requests"])[0] == "invoices"
    assert near_matches("invocies", ["orders", "invoices"], most=1) == ("invoices",)


def test_what_is_not_alike_is_left_out():
    assert near_matches("qqqq", ["orders", "invoices"], least=60) == ()


def test_what_is_unknown_is_refused_with_near_matches():
    with pytest.raises(UserError) as error:
        refuse_unknown("kpi.no_code", "ordrs", ["orders", "invoices"], n=1)
    assert error.value.key == "kpi.no_code"
    assert error.value.values == {"seen": "ordrs", "near": "orders, invoices", "n": 1}


def test_what_is_known_passes():
    refuse_unknown("kpi.no_code", "orders", ["orders"])


def test_without_anything_known_a_dash_stands_in_the_sentence():
    with pytest.raises(UserError) as error:
        refuse_unknown("kpi.no_code", "orders", [])
    assert error.value.values["near"] == "-"

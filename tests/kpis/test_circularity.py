"""MCI and MKI: the published check values, the properties of MCI, and prices that never mix."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.thresholds import SHADOW_PRICES
from nami_monitor.core.words import Flag, State
from nami_monitor.store import Store
from tests.support.monitor import Monitor

CATEGORIES = """
category name_nl name_en cpv
works    Werk    Works   45252127-4
goods    Goed    Goods   39130000-2
"""
PROGRAMMES = """
programme title category unit starts_on  ends_on
ONE       Een   works    werk 2024-01-01 2024-03-31
TWO       Twee  works    werk 2024-01-01 2024-06-30
BOTH      Beide works    werk 2024-01-01 2024-09-30
GAP       Gat   works    werk 2024-01-01 2024-10-31
OWN       Zelf  works    werk 2024-01-01 2024-11-30
OWNED     Zelf  works    werk 2024-01-01 2024-11-30
PLASTIC   Zelf  works    werk 2024-01-01 2024-11-30
UNKNOWN   Zelf  works    werk 2024-01-01 2024-11-30
DESK      Stoel goods    stuk 2024-01-01 2024-03-31
"""
IMPACTS = """
project component material impact impact_value impact_set lifetime_years
ONE     wall      concrete GWP    1000         A1         50
ONE     wall      concrete ap     10           A1         50
TWO     wall      concrete GWP    1000         A2         50
BOTH    wall      concrete GWP    1000         A1         .
BOTH    tank      steel    GWP    1000         A2         20
GAP     wall      concrete GWP    1000         A2         50
GAP     wall      concrete HTP    1000         A2         50
OWN     wall      concrete MKI    75           A2         25
OWN     tank      steel    MKI    10           A2         .
DESK    seat      steel    GWP    1000         A1         10
"""


@pytest.fixture(scope="module")
def priced(kept):
    kept.load("categories", CATEGORIES)
    kept.load("programmes", PROGRAMMES)
    kept.load("materials", IMPACTS, scenario="as_built")
    return kept


def of(project):
    return {"where": {"project": (project,)}}


def test_mki_is_impact_times_the_price_of_its_set(priced):
    one = priced.one("impact_mki", "2024-03", **of("ONE"))
    assert (one.value, one.method) == (pytest.approx(1000 * 0.05 + 10 * 4), "A1")
    two = priced.one("impact_mki", "2024-06", **of("TWO"))
    assert (two.value, two.method) == (pytest.approx(1000 * 0.116), "A2")


def test_a_line_may_state_its_mki_itself(priced):
    assert priced.one("impact_mki", "2024-11", **of("OWN")).value == 85


def test_price_sets_never_mix(priced):
    mixed = priced.one("impact_mki", "2024-09", **of("BOTH"))
    assert mixed.state is State.NOT_COMPUTABLE
    assert (mixed.reason.key, mixed.reason.values) == ("mixed_methods", {"methods": "A1, A2"})
    apart = priced.values("impact_mki", "2024-09", **of("BOTH"), by=("price_set",))
    assert apart == pytest.approx({("A1",): 50, ("A2",): 116})


def test_a_switch_of_sets_is_a_break_in_the_series(priced):
    where = {"category": ("works",)}
    months = priced.ask("impact_mki", "2024-06", last=4, where=where)
    assert [(one.method, Flag.DATA_BREAK in one.flags) for one in months] == [
        ("A1", False), (None, False), (None, False), ("A2", True),
    ]  # fmt: skip


def test_gaps_in_a_set_are_said(priced):
    gap = priced.one("impact_mki", "2024-10", **of("GAP"))
    assert gap.value == pytest.approx(116)
    assert gap.shares == {"prices": 0.5}
    assert (gap.completeness, Flag.INCOMPLETE in gap.flags) == (0.5, True)


def test_a_price_of_ones_own_fills_a_gap_and_changes_nothing_else(monitor):
    monitor.load("categories", CATEGORIES)
    monitor.load("programmes", PROGRAMMES)
    monitor.load("materials", IMPACTS, scenario="as_built")
    gap = {"until": "2024-10", **of("GAP")}
    assert monitor.one("impact_mki", **gap).shares == {"prices": 0.5}
    prices = "impact_set impact price_eur source\nA2 htp 0.2 eigen\nA2 GWP 9 eigen\nA1 HTP 5 eigen"
    monitor.load("shadow_prices", prices)
    filled = monitor.one("impact_mki", **gap)
    assert filled.value == pytest.approx(1000 * 0.116 + 1000 * 0.2)
    assert (filled.shares, filled.completeness) == ({"prices": 1}, 1)
    one = monitor.one("impact_mki", "2024-03", **of("ONE"))
    assert (one.value, one.method) == (pytest.approx(90), "A1")


def test_mki_is_offered_for_works_alone(priced):
    desk = priced.one("impact_mki", "2024-03", where={"category": ("goods",)})
    assert desk.reason.key == "no_works"


def test_mki_is_spread_over_the_life_of_each_line(priced):
    one = priced.one("impact_mki_per_unit_year", "2024-03", **of("ONE"))
    assert one.value == pytest.approx(90 / 50)
    both = priced.one("impact_mki_per_unit_year", "2024-11", **of("OWN"))
    assert (both.value, both.completeness) == (3, 0.5)  # of the tank nobody knows how long it lasts
    year = priced.one("impact_mki_per_unit_year", "2024-06", kind="ytd", **of("ONE"))
    assert year.value == pytest.approx(90 / 50)


def test_prices_are_those_that_were_published():
    assert SHADOW_PRICES["A1"] == {
        "GWP": 0.05, "ODP": 30, "POCP": 2, "AP": 4, "EP": 9, "HTP": 0.09, "FAETP": 0.03,
        "MAETP": 0.0001, "TETP": 0.06, "ADPE": 0.16, "ADPF": 0.16,
    }  # fmt: skip
    assert SHADOW_PRICES["A2"]["GWP"] / SHADOW_PRICES["A1"]["GWP"] == pytest.approx(2.32)
    assert set(SHADOW_PRICES["A2"]) & {"HTP", "FAETP", "MAETP", "TETP"} == set()  # not known yet


@pytest.fixture(scope="module")
def sums(tmp_path_factory):
    """The two sums of MCI for one line, as the database works them out."""
    with closing(Store(tmp_path_factory.mktemp("mci") / "own.duckdb")) as store:
        with store.write():
            pass
        with store.read() as db:
            yield lambda **line: db.rows(
                "select mci_whole($m, $fr, $ef, $cr, $ec), mci_linear($m, $fr, $fu, $fs, $ef, $cr,"
                " $cu, $cc, $ce, $ec, $x)",
                {**LINEAR, **line},
            )[0]


LINEAR = {
    "m": 10.0, "fr": 0.0, "fu": 0.0, "fs": 0.0, "ef": 1.0, "cr": 0.0, "cu": 0.0, "cc": 0.0,
    "ce": 0.0, "ec": 1.0, "x": 1.0,
}  # fmt: skip


def mci(sums, **line):
    whole, linear = sums(**line)
    return max(0.0, 1 - linear / whole)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({}, 0.10),
        ({"x": 2.0}, 0.55),
        ({"x": 0.5}, 0.0),
        ({"fr": 0.5, "cr": 0.6, "ef": 0.8, "ec": 0.75}, 0.530189),
        ({"fu": 1.0, "cu": 1.0}, 1.0),
    ],
)
def test_mci_has_the_check_values(sums, line, expected):
    assert mci(sums, **line) == pytest.approx(expected, abs=1e-6)


share = st.floats(0, 1)
some = st.floats(0.05, 1)


@given(share, share, share, share, some, some, st.floats(0.1, 10), st.floats(0.1, 1e6))
def test_mci_lies_between_0_and_1_falls_with_virgin_mass_and_rises_with_life(
    sums, fr, fu, cr, cu, ef, ec, x, m
):
    fu, cu = fu * (1 - fr), cu * (1 - cr)
    line = {"m": m, "fr": fr, "fu": fu, "cr": cr, "cu": cu, "ef": ef, "ec": ec, "x": x}
    found = mci(sums, **line)
    assert -1e-9 <= found <= 1 + 1e-9
    assert mci(sums, **line | {"fu": fu / 2}) <= found + 1e-9  # more of it is virgin
    assert mci(sums, **line | {"x": 2 * x}) >= found - 1e-9
    assert mci(sums, **line | {"m": 2 * m}) == pytest.approx(found, abs=1e-9)


MATERIALS = """
project component origin end_route collected_share mass_kg feedstock_efficiency {burnt}
ONE     a recycled recycling 0.6 5  0.8 .
ONE     b virgin   recycling 0.6 5  .   .
TWO     a virgin   landfill  .   10 .   true
BOTH    a kept     reuse     1   10 .   .
GAP     a virgin   landfill  .   6  .   .
GAP     b recycled landfill  .   4  .   .
OWN     a biobased energy    1   10 .   .
OWNED   a biobased energy    0.8 10 .   true
PLASTIC a virgin   energy    1   10 .   true
UNKNOWN a biobased energy    .   10 .   true
"""


@pytest.fixture(scope="module")
def circular(tmp_path_factory):
    made = Monitor(tmp_path_factory.mktemp("circular"))
    made.load("categories", CATEGORIES)
    made.load("programmes", PROGRAMMES)
    made.load(
        "materials", MATERIALS.format(burnt="energy_recovery_counts"), scenario="as_built",
        material="m", recycling_efficiency="0.75",
        lifetime_years="20", average_lifetime_years="20",
    )  # fmt: skip
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("project", "until", "expected", "known"),
    [
        ("ONE", "2024-03", 0.530189, 1),
        ("TWO", "2024-06", 0.1, 1),
        ("BOTH", "2024-09", 1.0, 1),
        ("GAP", "2024-10", 0.1, 0.6),
        ("OWN", "2024-11", 0.55, 1),  # what is burnt is waste, whatever it was made of,
        ("OWNED", "2024-11", 0.91, 1),  # unless it is biological and the conditions hold
        ("PLASTIC", "2024-11", 0.1, 1),
        ("UNKNOWN", "2024-11", None, 0),
    ],
)
def test_mci_of_the_lines_of_a_passport(circular, project, until, expected, known):
    """Half recycled feedstock stands on two lines; what is not stated is not guessed."""
    found = circular.one("impact_mci", until, **of(project))
    assert found.value == (None if expected is None else pytest.approx(expected, abs=1e-6))
    assert found.completeness == pytest.approx(known)

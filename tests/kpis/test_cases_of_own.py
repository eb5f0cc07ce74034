"""Files that are not the demo's fill the same monitors: the data names the case, not Python."""

from contextlib import closing
from datetime import date

import pytest

from nami_monitor.briefing import cases
from nami_monitor.core.words import State
from nami_monitor.i18n import text
from nami_monitor.kit import shipped
from nami_monitor.kpis import CATALOGUE
from nami_monitor.store import Store
from tests.support.case_page import shown
from tests.support.slow import slow_but_for

CASES = shipped().cases
CATEGORIES = """
category name_nl name_en activity_measure kit_cases cpv
laptops  Laptops Laptops fte              1         .
turf     Velden  Turf    .                2         45212200-8
pens     Pennen  Pens    staff_days       "6;9"     .
paper    Papier  Paper   staff_days       7         .
"""
LOCATIONS = """
location_id name organisation group
A           Aaa  Gemeente     west
B           Bee  Gemeente     east
"""
PRODUCTS = """
product_id name  category base_unit mass_kg attributes stream product_group
L1         Lap   laptops  stuk      1.5     .          .      portable
P1         Pen   pens     stuk      0.1     FSC        .      write
W1         Doek  paper    stuk      0.2     FSC        refill towel
"""
CONTRACTS = """
contract_id title category stream starts_on
K1          Doek  paper    refill 2023-01-01
"""
REQUESTS = """
request_id requested_on category product_id quantity decision   reason
R1         2023-01-05   laptops  L1         1        bought     .
R2         2024-11-05   laptops  L1         2        from_stock .
R3         2024-12-05   laptops  L1         1        blocked    security
R4         2023-01-05   pens     .          3        bought     .
R5         2024-12-06   pens     .          2        repaired   .
"""
PROGRAMMES = """
programme title  category unit cap starts_on  ends_on
BOUW      Velden turf     veld 3   2023-01-01 2024-12-31
KAMER     Kamers pens     kamer .  2023-01-01 2024-12-31
"""
UNITS = """
programme unit_id period  status   outcome
BOUW      V1      2023-Q2 done     artificial_turf
BOUW      V2      2024-12 done     natural_grass
BOUW      V3      2024-06 deferred .
"""
MATERIALS = """
project component material mass_kg origin impact impact_value impact_set lifetime_years
BOUW    infill    sbr      900     virgin MKI    120          A1         12
BOUW    sub_base  zand     8000    kept   MKI    0            A1         30
KAMER   seat      staal    50      virgin .      .            .          .
"""
MEASURED = """
subject activity_measure value
BOUW    pef_per_year     410
paper   towels           30
paper   dryings          20
"""
EVENTS = """
asset_id happened_on kind
M1       2024-11-05  failure
M2       2024-12-05  reissue
M3       2024-10-01  surplus_noticed
M3       2024-12-11  surplus_matched
M0       2024-06-05  retired
"""
MONTHS = [date(2023 + m // 12, m % 12 + 1, 1) for m in range(24)]
MATCHES = {  # without a measure on record there is no estimate of one
    6: {"waterbed_quotient", "refuse_net_avoided"},
}


@pytest.fixture(scope="module")
def own(kept):
    for name, rows in {
        "categories": CATEGORIES, "locations": LOCATIONS, "products": PRODUCTS,
        "contracts": CONTRACTS, "programmes": PROGRAMMES, "programme_units": UNITS,
    }.items():  # fmt: skip
        kept.load(name, rows)
    kept.load("requests", REQUESTS, location_id="A")
    kept.load("materials", MATERIALS, scenario="as_built")
    kept.load(
        "measurements", MEASURED, unit="-", proxy="false", method="PEF 3.1",
        period_start="2024-12-01", period_end="2024-12-31",
    )  # fmt: skip
    bought = [
        [m, place, category, product, 10, 25, "refurbished" if m.month % 2 else "new", contract]
        for m in MONTHS for place in "AB"
        for category, product, contract in (
            ("laptops", "L1", ""), ("pens", "P1", ""), ("paper", "W1", "K1"),
        )
    ]  # fmt: skip
    header = ["ordered_on", "location_id", "category", "product_id", "quantity", "amount_eur",
              "condition", "contract_id"]  # fmt: skip
    activity = [[m, m, place, name, 40] for m in MONTHS for place in "AB"
                for name in ("fte", "staff_days")]  # fmt: skip
    owned = [[f"M{n}", ("laptops", "paper", "pens")[n % 3] if n > 3 else "laptops" if n in (0, 2)
              else "pens" if n == 3 else "paper", "AB"[n % 2],
              date(2012, 1 + n % 12, 1), date(2022, 1 + n % 12, 1)] for n in range(45)]  # fmt: skip
    kept.load_together(
        kept.file("orders", header, bought, channel="balie"),
        kept.file(
            "measurements",
            ["period_start", "period_end", "location_id", "activity_measure", "value"],
            activity, unit="-", proxy="false",
        ),
        kept.file(
            "assets",
            ["asset_id", "category", "location_id", "acquired_on", "warranty_until"], owned,
        ),
    )  # fmt: skip
    kept.load("asset_events", EVENTS)
    return kept


@pytest.fixture(scope="module")
def on_disk(own):
    """The file of that database, as it stands when it was closed."""
    own.store.close()
    own.store = Store(own.store.path)
    return own.store.path


@pytest.mark.sampled(3)
@pytest.mark.parametrize("number", [1, 2, 6, 7, 9])
def test_the_same_monitor_fills_from_other_files(own, number):
    with own.store.read() as db:
        found = cases.monitor(db, CASES[number])
    assert not set(found.categories) & set(CASES[number].categories)
    empty = {
        one.figure.code: one.line.result.reason.key
        for one in found.shown
        if one.line.result.state is not State.VALUE
    }
    assert set(empty) == MATCHES.get(number, set()), empty


@pytest.mark.sampled(3)
@pytest.mark.parametrize("number", [1, 2, 6, 7, 9])
def test_the_same_page_fills_from_other_files(on_disk, tmp_path, monkeypatch, number):
    html, _ = shown(on_disk, tmp_path, monkeypatch, number, "nl")
    count = len(CASES[number].figures)
    lacking = len(MATCHES.get(number, ()))
    assert html.count('class="nami-card"') == count
    assert html.count(text("cards.not_computable", "nl")) == lacking


@pytest.mark.parametrize("number", slow_but_for([1, 4], CASES))
def test_on_an_empty_database_the_page_of_a_case_says_what_to_load(tmp_path, monkeypatch, number):
    case, lang = CASES[number], "en"
    html, said = shown(None, tmp_path, monkeypatch, number, lang)
    exempt = {one.what for one in case.exempt}
    missing = [one for one in case.figures if CATALOGUE[one.code].strategy not in exempt]
    assert html.count(text("cards.not_computable", lang)) == len(missing)
    with closing(Store(tmp_path / "empty.duckdb")) as store:
        with store.write():
            pass
        with store.read() as db:
            tables = cases.monitor(db, case).load
    named = ", ".join(f"“{text(f'tables.{table}.name', lang)}”" for table in tables)
    assert text("case.load", lang, tables=named) in said


def test_figures_of_a_case_are_those_of_its_categories(own):
    with own.store.read() as db:
        found = cases.monitor(db, CASES[2])
    values = {one.figure.code: one.line.result.value for one in found.shown}
    assert values == pytest.approx(
        {
            "steer_programme_progress": 100 * 2 / 3,
            "refuse_deferred_share": 100 / 3,
            "refuse_natural_grass_share": 50,
            "refuse_polymer_infill": 900,
            "reduce_reused_mass_share": 100,
            "impact_mki_per_unit_year": 10,
            "impact_pef_per_unit_year": 410,
        }
    )

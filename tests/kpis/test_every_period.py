"""Every KPI over every kind of period, and where its strategy does not apply: on every surface."""

import csv
import itertools
import json
import math
from datetime import date

import pytest
from typer.testing import CliRunner

from nami_monitor.cli import app
from nami_monitor.core.periods import SPAN
from nami_monitor.core.words import PeriodKind, State, Strategy
from nami_monitor.i18n import LANGS
from nami_monitor.kpis import CATALOGUE, Ask, as_row, compute
from nami_monitor.kpis.declare import measures_named
from nami_monitor.kpis.sentences import reason_sentence
from tests.support.slow import slow_but_for

CATEGORIES = """
category name_nl  name_en activity_measure cpv        roles
paper    Papier   Paper   staff_days       .          .
laptops  Laptops  Laptops staff_days       45000000-7 inkoop
ballots  Biljet   Ballots staff_days       .          .
"""
EXCUSED = {"refuse": "2027-01-31", "rethink": "2028-01-31", "reduce": ""}
LOCATIONS = """
location_id name      organisation group
A           Amsterdam Org          west
B           Breda     Org          south
"""
PRODUCTS = """
product_id name   category base_unit mass_kg co2e_kg attributes stream
P1         A4     paper    pack      2.5     3       FSC        refill
L1         Laptop laptops  piece     1.5     181     .          hardware
"""
MONTHS = [date(2022 + m // 12, m % 12 + 1, 1) for m in range(36)]
REQUESTS = """
request_id requested_on location_id category product_id quantity decision
R1         2022-01-02   A           paper    P1         1        bought
R4         2024-03-02   A           paper    P1         1        repaired
R2         2024-11-02   A           paper    P1         1        shared
R3         2024-12-02   A           ballots  .          1        withdrawn
R5         2024-03-02   A           paper    P1         1        blocked
R6         2024-12-02   A           paper    P1         1        blocked
"""
CONTRACTS = """
contract_id title   category stream   specification starts_on  ends_on    value_eur
K1          Paper   paper    refill   service       2021-06-01 2025-12-31 1000
K2          Ballots ballots  hardware technical     2021-06-01 2025-12-31 1000
"""
TARGETS = """
kpi          category kind     period value
impact_spend paper    absolute 2024   1000
impact_spend paper    absolute 2024-12 1
impact_spend paper    absolute 2024-05 1
"""
PROGRAMME = """
programme title category unit cap starts_on  ends_on
spring    Lente paper    post .   2024-02-15 2024-05-10
early     Vroeg laptops  werk 4   2022-01-01 2024-04-30
late      Laat  laptops  werk 4   2022-01-01 2024-12-31
votes     Stem  ballots  werk 4   2022-01-01 2024-12-31
"""
MATERIALS = """
project scenario component material mass_kg origin end_route in_passport impact impact_value
early   baseline frame     steel    200     virgin landfill  false       .      .
early   design   frame     steel    100     virgin landfill  true        GWP    1000
late    baseline frame     steel    200     virgin landfill  false       .      .
late    design   frame     paper    100     kept   landfill  true        GWP    1000
votes   design   ballot    paper    100     kept   landfill  true        .      .
"""
UNITS = """
programme unit_id period  status outcome       measure
late      V1      2022-02 done   natural_grass zon
early     V2      2022-02 done   natural_grass zon
votes     V3      2022-02 done   artificial    zon
spring    V4      2024-02 done   artificial    zon
"""
INTERVENTIONS = """
intervention_id category starts_on  disciplines policy
I1              laptops  2024-04-01 inkoop      2030
I2              laptops  2024-12-01 inkoop      2030
I3              ballots  2024-12-01 inkoop      2030
"""
OF_INTERVENTIONS = {
    "title": "Titel", "strategy": "reduce", "status": "planned", "ramp_months": "0",
    "anticipation_months": "0", "target_channel": "a", "substitute_channels": "b",
    "locations": "A", "may_spread": "false",
}  # fmt: skip
ASSET_EVENTS = """
asset_id happened_on kind
M0       2024-12-03  retired
M2       2024-12-09  failure
M3       2024-12-09  retired
M4       2024-04-01  retired
M6       2024-04-01  surplus_noticed
M6       2024-04-05  surplus_matched
M6       2024-12-01  surplus_noticed
M6       2024-12-05  surplus_matched
M8       2024-04-06  reissue
M8       2024-12-06  reissue
"""
REGISTERS = {
    "requests": REQUESTS, "contracts": CONTRACTS, "targets": TARGETS, "programmes": PROGRAMME,
    "programme_units": UNITS,
}  # fmt: skip
KINDS = [*PeriodKind, "spring", "2024-02..2024-05"]


def load_small(made):
    """Load three years of lines and registers of two categories, of which ballots are excused."""
    stated = "".join(
        f" {name}_applies {name}_reason {name}_legal_basis {name}_look_again_on" for name in EXCUSED
    )
    cells = "".join(f" false wet~{name} Kieswet {again or '.'}" for name, again in EXCUSED.items())
    excused = (
        f"category name_nl name_en activity_measure{stated}\n"
        f"ballots Biljet Ballots staff_days{cells}"
    )
    lines = [
        [m, place, category, product, 2, 10, condition]
        for m in MONTHS
        for place in "AB"
        for category, product, condition in (
            ("paper", "P1", "new"), ("laptops", "L1", "refurbished"), ("ballots", "", "new"),
        )
    ]  # fmt: skip
    header = ["ordered_on", "location_id", "category", "product_id", "quantity", "amount_eur",
              "condition"]  # fmt: skip
    assets = [[f"M{n}", ("laptops", "ballots")[n % 2], "AB"[n % 2], f"2022-01-{n + 1:02}",
               f"2023-01-{n + 1:02}"] for n in range(28)]  # fmt: skip
    activity = [[m, m, place, measure, 30] for m in MONTHS for place in "AB"
                for measure in ("staff_days", "fte")]  # fmt: skip
    named = {name: 5 for kpi in CATALOGUE.values() for name in measures_named(kpi)}
    made.load_together(
        made.text("categories", CATEGORIES),
        made.text("categories", excused),
        made.text("locations", LOCATIONS),
        made.text("products", PRODUCTS),
        made.file("orders", header, lines, channel="shop"),
        made.file(
            "measurements",
            ["period_start", "period_end", "location_id", "activity_measure", "value"],
            activity, unit="-", proxy="false",
        ),
        made.file(
            "assets",
            ["asset_id", "category", "location_id", "acquired_on", "warranty_until"], assets,
        ),
        made.text("asset_events", ASSET_EVENTS),
        *(made.text(*table) for table in REGISTERS.items()),
        made.text(
            "materials", MATERIALS,
            impact_set="A1", lifetime_years="10", average_lifetime_years="10",
        ),
        made.file(
            "measurements",
            ["period_start", "period_end", "subject", "activity_measure", "value"],
            [[m, m, "late", name, value] for m in MONTHS for name, value in named.items()],
            unit="-", proxy="false", method="PEF 3.1",
        ),
        made.text("interventions", INTERVENTIONS, **OF_INTERVENTIONS),
    )  # fmt: skip


@pytest.fixture(scope="module")
def small(begin_with, kept):
    """What ``load_small`` loads."""
    return begin_with(kept, load_small)


def well_formed(kpi, result, kind):
    """Whether a result is whole; says what is not."""
    assert (result.code, result.unit, result.version) == (kpi.code, kpi.unit, kpi.version)
    assert result.period.kind == kind or (SPAN in kind and SPAN in result.period.kind)
    assert result.period.first <= result.period.last
    assert result.evidence is kpi.evidence
    assert result.completeness is None or 0 <= result.completeness <= 1
    assert set(result.shares) == set(kpi.shares)
    for lang in LANGS:
        sentence = reason_sentence(result, lang)
        assert (sentence is None) == (result.state is State.VALUE)
        row = as_row(kpi, result, sentence)
        json.dumps(row, allow_nan=False)
    if result.state is State.VALUE:
        assert math.isfinite(result.value)
        assert result.numerator is not None
        if result.low is not None:
            assert result.low <= result.value <= result.high
    else:
        assert (result.value, result.low, result.high) == (None, None, None)


@pytest.mark.parametrize("kind", slow_but_for([], KINDS))
def test_every_kpi_gives_a_whole_result_over_every_kind_of_period(small, kind):
    valued = set()
    with small.store.read() as db:
        for (code, kpi), by in itertools.product(CATALOGUE.items(), ((), ("category",))):
            results = compute(db, kpi, Ask(kind=kind, until=MONTHS[-1], last=2, by=by))
            assert results, code
            for result in results:
                well_formed(kpi, result, kind)
                valued |= {code} if result.value is not None else set()
    elsewhere = {
        code
        for code, kpi in CATALOGUE.items()
        if (kpi.only and kind not in kpi.only) or kpi.over_time.code == "counterfactual"
    }  # no intervention is on record here; estimates have tests of their own
    assert set(CATALOGUE) - valued == elsewhere


EXCUSABLE = {
    code: kpi
    for code, kpi in CATALOGUE.items()
    if str(kpi.strategy) in EXCUSED and kpi.over_time.code != "counterfactual"
}  # what an intervention brought is told whatever applies


@pytest.mark.slow
@pytest.mark.parametrize("question", [{"by": ("category",)}, {"where": {"category": ("ballots",)}}])
def test_a_strategy_that_does_not_apply_says_so_in_every_kpi_of_it(small, question):
    with small.store.read() as db:
        for (code, kpi), kind in itertools.product(EXCUSABLE.items(), ("month", "year")):
            found = [
                result
                for result in compute(db, kpi, Ask(kind=kind, until=MONTHS[-1], **question))
                if result.keys.get("category", "ballots") == "ballots"
            ]
            assert found, code
            for result in found:
                assert (code, result.state) == (code, State.NOT_APPLICABLE)
                well_formed(kpi, result, kind)
                again = EXCUSED[kpi.strategy]
                assert result.reason.values["reason"] == f"wet {kpi.strategy}"
                assert result.reason.values["basis"] == "Kieswet"
                assert str(result.reason.values["again"] or "") == again


@pytest.fixture
def nami(small, tmp_path, monkeypatch):
    """The command line on the small database."""
    small.store.close()
    for name, place in {"HOME": "home", "CACHE": "cache"}.items():
        monkeypatch.setenv(f"NAMI_{name}", str(tmp_path / place))
    monkeypatch.setenv("NAMI_DB", str(small.store.path))
    monkeypatch.setenv("NAMI_LANG", "nl")

    def run(*args):
        done = CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def excused(row):
    strategy = CATALOGUE[row["code"]].strategy
    again = {Strategy.REFUSE: "31", Strategy.RETHINK: "31", Strategy.REDUCE: "-"}[strategy]
    return (
        row["state"] == "not_applicable"
        and row["value"] in {None, ""}
        and f"wet {strategy}" in row["reason"]
        and "Kieswet" in row["reason"]
        and f"bekijken op: {again}" in row["reason"]
    )


@pytest.mark.slow
def test_the_command_line_says_what_does_not_apply(nami):
    rows = json.loads(nami("kpi", "--until", "2024-12", "--where", "category=ballots", "--json"))
    states = {row["code"]: row for row in rows}
    assert set(EXCUSABLE) <= set(states)
    assert [code for code in EXCUSABLE if not excused(states[code])] == []
    assert states["impact_spend"]["value"] == 20


@pytest.mark.parametrize("strategy", EXCUSED)
def test_an_export_says_what_does_not_apply(nami, tmp_path, strategy):
    out = tmp_path / "out.csv"
    code = next(code for code, kpi in EXCUSABLE.items() if str(kpi.strategy) == strategy)
    nami("export", code, "--out", out, "--until", "2024-12", "--by", "category")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["category"]: row for row in csv.DictReader(file)}
    assert excused(rows["ballots"]), rows["ballots"]

"""Every KPI on projects, programmes and initiatives a second time, from the generated rows."""

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.core.periods import month_range
from nami_monitor.core.words import PeriodKind, State, Unit
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.declare import measures_named
from tests.kpis.projects_again import ENOUGH, EXPECTED
from tests.support.monitor import Monitor
from tests.support.slow import examples

CATEGORIES = """
category name_nl name_en cpv        roles
works    Werk    Works   45252127-4 "inkoop;inhoud"
events   Event   Events  .          .
"""
PROGRAMMES = """
programme title category unit cap starts_on  ends_on
T         Een   works    werk .   2024-01-01 2024-06-30
D         Twee  works    werk .   2024-03-01 2024-12-31
E         Drie  events   post 5   2024-01-01 2024-12-31
V         Vier  works    veld 3   2024-01-01 2025-12-31
"""
ENDS = {"T": date(2024, 6, 1), "D": date(2024, 12, 1), "E": date(2024, 12, 1)}
CATEGORY = {"T": "works", "D": "works", "E": "events", "V": "works"}
FIRST, LAST = date(2024, 1, 1), date(2024, 12, 1)
MEASURES = sorted({name for kpi in CATALOGUE.values() for name in measures_named(kpi)})


def some(values):
    return st.sampled_from([None, *values])


MATERIAL = st.fixed_dictionaries(
    {
        "project": st.sampled_from("TTDDE"),
        "scenario": st.sampled_from(["baseline", "design", "as_built"]),
        "component": st.sampled_from(["infill", "wall"]),
        "material": st.sampled_from(["sbr", "steel", "staal", "paper", "papier", "cork"]),
        "mass_kg": some([10.0, 40.0, 2.5, 80.0]),
        "origin": some(["kept", "reused", "recycled", "biobased", "virgin"]),
        "end_route": some(["reuse", "recycling", "composting", "energy", "landfill"]),
        "second_life": some([True, False]),
        "in_passport": some([True, False]),
        "collected_share": some([0.5, 0.9, 1.0]),
        "energy_recovery_counts": some([True, False]),
        "feedstock_efficiency": some([0.8, 1.0]),
        "recycling_efficiency": some([0.75]),
        "lifetime_years": some([10.0, 20.0]),
        "average_lifetime_years": some([10.0]),
        "impact": some(["GWP", "HTP", "MKI"]),
        "impact_value": st.sampled_from([5.0, 100.0]),
        "impact_set": st.sampled_from(["A1", "A1", "A2"]),
    }
)
MEASURE = st.fixed_dictionaries(
    {
        "month": st.sampled_from(month_range(FIRST, LAST)),
        "project": st.sampled_from(["T", "D", "E"]),
        "measure": st.sampled_from(MEASURES),
        "value": st.sampled_from([1.0, 4.0, 20.0]),
        "method": some(["3.0", "3.1"]),
    }
)
UNIT = st.fixed_dictionaries(
    {
        "programme": st.sampled_from("EV"),
        "unit": st.sampled_from(["U1", "U2", "U3", "U4"]),
        "month": st.sampled_from(month_range(FIRST, LAST)),
        "status": st.sampled_from(["planned", "done", "done", "deferred", "no_response"]),
        "outcome": some(["natural_grass", "artificial_turf"]),
        "measure": some(["zon"]),
    }
)
INITIATIVE = st.fixed_dictionaries(
    {
        "month": st.sampled_from(month_range(FIRST, LAST)),
        "category": st.sampled_from(["works", "works", "events"]),
        "disciplines": some([("inkoop",), ("inkoop", "inhoud"), ("Kantine",)]),
        "policy": some(["2030"]),
    }
)
WORLD = st.fixed_dictionaries(
    {
        "materials": st.lists(MATERIAL, max_size=25),
        "measures": st.lists(
            MEASURE, max_size=30, unique_by=lambda m: (m["month"], m["project"], m["measure"])
        ),
        "units": st.lists(
            UNIT, min_size=1, max_size=14,
            unique_by=lambda u: (u["programme"], u["unit"], u["month"]),
        ),
        "initiatives": st.lists(INITIATIVE, max_size=6),
    }
)  # fmt: skip
BLANK = dict.fromkeys(
    ("scenario", "component", "material", "mass_kg", "origin", "end_route", "second_life",
     "in_passport", "collected_share", "energy_recovery_counts", "feedstock_efficiency",
     "recycling_efficiency", "lifetime_years", "average_lifetime_years", "impact", "impact_value",
     "impact_set", "measure", "value", "method")
)  # fmt: skip
ALWAYS = [
    {"month": day, "project": project, "measure": "total_mass", "value": 1.0, "method": None}
    for day in (FIRST, LAST)
    for project in "TE"
]
"""So that the register speaks of the whole year, of both categories."""


def cell(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def project_rows(made):
    found = []
    for row in made["materials"]:
        own = [other for other in made["materials"] if other["project"] == row["project"]]
        scenarios = {other["scenario"] for other in own}
        counted = "as_built" if "as_built" in scenarios else "design"
        found.append(
            BLANK | row
            | {"kind": "material", "month": ENDS[row["project"]],
               "counts": row["scenario"] == counted, "compared": {"baseline"} < scenarios}
        )  # fmt: skip
        if row["impact"] is None:
            found[-1]["impact_value"] = None
    found += [BLANK | row | {"kind": "measure"} for row in [*made["measures"], *ALWAYS]]
    return [row | {"category": CATEGORY[row["project"]]} for row in found]


def unit_rows(made, month):
    """What the plans say at the end of a month, and the caps of the programmes that then run."""
    found = []
    for programme, unit in sorted({(row["programme"], row["unit"]) for row in made["units"]}):
        own = sorted((r for r in made["units"] if (r["programme"], r["unit"]) == (programme, unit)),
                     key=lambda row: row["month"])  # fmt: skip
        told = [r for at, r in enumerate(own)
                if r["month"] <= month or (at == 0 and r["status"] == "planned")]  # fmt: skip
        if told:
            found.append(told[-1] | {"measured": told[-1]["measure"] is not None, "cap": None})
    for programme, cap in (("E", 5), ("V", 3)):
        if any(row["programme"] == programme for row in made["units"]):
            found.append({"programme": programme, "unit": None, "status": None, "cap": cap})
    return [row | {"category": CATEGORY[row["programme"]]} for row in found]


def load(monitor, made):
    def file(table, rows, **constants):
        cells = [[cell(value) for value in row.values()] for row in rows]
        return monitor.file(table, list(rows[0]), cells, **constants)

    monitor.load("categories", CATEGORIES)
    monitor.load("locations", "location_id name organisation\nA Aaa Org")
    monitor.load("programmes", PROGRAMMES)
    files = [
        file("measurements", [
            {"period_start": m["month"], "period_end": m["month"], "subject": m["project"],
             "activity_measure": m["measure"], "value": m["value"], "method": m["method"]}
            for m in [*made["measures"], *ALWAYS]
        ], unit="-", proxy="false"),
        file("programme_units", [
            {"programme": u["programme"], "unit_id": u["unit"], "period": f"{u['month']:%Y-%m}",
             "status": u["status"], "outcome": u["outcome"], "measure": u["measure"]}
            for u in made["units"]
        ]),
    ]  # fmt: skip
    if made["materials"]:
        renamed = [
            {("second_life_contract" if name == "second_life" else name): value
             for name, value in row.items()
             if row["impact"] or name not in {"impact_value", "impact_set"}}
            for row in made["materials"]
        ]  # fmt: skip
        names = list(dict.fromkeys(name for row in renamed for name in row))
        files.append(file("materials", [{n: row.get(n) for n in names} for row in renamed]))
    if made["initiatives"]:
        files.append(file("interventions", [
            {"intervention_id": f"I{n}", "category": i["category"], "starts_on": i["month"],
             "disciplines": i["disciplines"] and f'"{";".join(i["disciplines"])}"',
             "policy": i["policy"]} for n, i in enumerate(made["initiatives"])
        ], title="T", strategy="reduce", status="planned", ramp_months="0",
            anticipation_months="0", target_channel="a", substitute_channels="b", locations="A",
            may_spread="false"))  # fmt: skip
    reports = monitor.load_together(*files)
    assert not [report.main for report in reports if report.main.set_aside]


def spoken_of(register, made, result, ever):
    """Whether the register speaks of all months, and the group of any of them."""
    months = result.period.months
    if not ever or min(row["month"] for row in ever) > months[-1]:
        return False
    if register == "initiatives":
        begun = [row["month"] for row in made["initiatives"]]
        return min(begun) <= months[0] and months[-1] <= max(begun)
    return months[0] >= FIRST and months[-1] <= LAST


def expected(code, register, figure, made, result, category):
    kpi = CATALOGUE[code]
    months = result.period.months
    if register == "units":
        return of_units(kpi, figure, made, months[-1], category)
    every = project_rows(made) if register == "projects" else made["initiatives"]
    every = [row for row in every if category in {None, row["category"]}]
    rows = [row for row in every if row["month"] in months]
    ever = [
        row
        for row in every
        if not kpi.within or (row["kind"] == "material" and row["category"] == "works")
    ]
    if not spoken_of(register, made, result, ever):
        return None
    if not rows:
        empty = "measure" in kpi.splits or kpi.is_ratio
        return None if empty else 0.0
    return judged(kpi, figure(rows))


def of_units(kpi, figure, made, month, category):
    spans = [row for row in made["units"] if category in {None, CATEGORY[row["programme"]]}]

    rows = [row for row in unit_rows(made, month) if category in {None, row["category"]}]

    return judged(kpi, figure(rows)) if spans and rows else None


def judged(kpi, told):
    if told is None:
        return None
    above, below, known = told
    if known < ENOUGH or (kpi.is_ratio and not below):
        return None
    if kpi.unit is Unit.PERCENT and not kpi.beyond and above > below:
        return None
    value = kpi.factor * above / below if kpi.is_ratio else above
    return max(0.0, value) if kpi.unit is Unit.INDEX else value


@pytest.mark.slow
@settings(
    max_examples=examples(3),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(WORLD, st.sampled_from([PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR]))
def test_sql_and_plain_rows_agree(made, kind):
    with tempfile.TemporaryDirectory() as name:
        monitor = Monitor(Path(name))
        load(monitor, made)
        last = {PeriodKind.MONTH: 7, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 1}[kind]
        for code, (register, figure) in EXPECTED.items():
            for by in ((), ("category",)):
                for result in monitor.ask(code, "2024-12", kind=kind, last=last, by=by):
                    category = result.keys.get("category")
                    value = expected(code, register, figure, made, result, category)
                    close = None if value is None else pytest.approx(value, abs=1e-9)
                    assert result.value == close, (code, result, made)
                    assert (result.state is State.VALUE) == (value is not None)
        monitor.store.close()

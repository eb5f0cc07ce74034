"""What is said to unlock a figure does: that is loaded, nothing else, and the figure is there."""

import pytest

from nami_monitor.core.words import State
from nami_monitor.kpis.measurability import measurability
from tests.support.monitor import Monitor
from tests.support.slow import LONGER

MONTHS = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
CATEGORIES = ("paper", "canal", "bare")
SAMPLE = 20
LARGER = 1 if LONGER > 1 else 5
"""One of so many sets of needs is tried by default, and by the long proofs."""
# Paper is ordered, of canals and of what is bare there is nothing yet. Only canals are works.
KNOWN = {
    "paper": {"cpv": "30197643-5", "activity_measure": "staff_days"},
    "canal": {"cpv": "45252127-4"},
    "bare": {},
}
CODES = {"activity_measure": "staff_days", "cpv": "45252127-4", "roles": "inkoop;inhoud"}
FACTORS = {"mass_kg": "2", "co2e_kg": "3", "attributes": "sustainable"}


def article(category):
    return f"P-{category}"


def lines(needs, category):
    """Four years' worth of months would show no more than two."""
    more = {"condition": "reused", "contract_id": f"C-{category}"}
    if category == "paper":
        more = {name: value for name, value in more.items() if f"orders.{name}" in needs}
    return [
        {
            "ordered_on": f"{month}-05", "location_id": "A", "category": category,
            "product_id": article(category), "channel": "shop", "quantity": "4",
            "amount_eur": "20", **more,
        }
        for month in MONTHS
    ]  # fmt: skip


def staff():
    """What is measured of the place."""
    return [
        {
            "period_start": f"{month}-01", "period_end": f"{month}-28",
            "unit": "x", "location_id": "A", "activity_measure": name, "value": "10",
        }
        for month in MONTHS
        for name in ("staff_days", "fte")
    ]  # fmt: skip


def measured(category):
    """What a project and the category itself report."""
    last = {"period_start": "2024-12-01", "period_end": "2024-12-31", "unit": "x"}
    for subject, names in {
        category: ("own_volume", "joint_volume"),
        f"T-{category}": (
            "voters", "new_stormwater_connections", "pef_per_year", "events", "goodies", "meals",
            "vegetarian_meals", "printed_invitations", "towels", "dryings",
        ),
    }.items():  # fmt: skip
        for name in names:
            yield {**last, "subject": subject, "activity_measure": name, "value": "5",
                   "method": "PEF"}  # fmt: skip


def materials(category):
    of = {
        "project": f"T-{category}", "origin": "reused", "end_route": "reuse", "in_passport": "true",
        "second_life_contract": "true", "lifetime_years": "20", "average_lifetime_years": "20",
        "collected_share": "1", "recycling_efficiency": "1", "mass_kg": "100",
    }  # fmt: skip
    yield {**of, "scenario": "baseline", "component": "frame", "material": "steel"}
    for component, material in (("frame", "steel"), ("infill", "sbr"), ("ballot", "paper")):
        yield {**of, "scenario": "as_built", "component": component, "material": material,
               "impact": "MKI", "impact_value": "7", "impact_set": "A2"}  # fmt: skip


def tables(needs, category):
    """The rows of every table that is named, by table."""
    code = f"-{category}"
    initiative = {
        "intervention_id": f"I{code}", "title": "x", "category": category, "strategy": "reduce",
        "status": "running", "starts_on": "2024-12-01", "ramp_months": "0",
        "anticipation_months": "0", "target_channel": "shop", "substitute_channels": "web",
        "locations": "A", "may_spread": "false", "disciplines": "inkoop", "policy": "2030",
    }  # fmt: skip
    return {
        "orders": lines(needs, category),
        "requests": [
            {
                "request_id": f"R{code}{month}", "requested_on": f"{month}-06", "location_id": "A",
                "category": category, "product_id": article(category), "quantity": "1",
                "decision": "shared",
            }
            for month in MONTHS
        ],
        "interventions": [initiative],
        "contracts": [
            {
                "contract_id": f"C{code}", "title": "x", "category": category, "stream": "refill",
                "starts_on": "2023-01-01", "ends_on": "2026-01-01", "value_eur": "1000",
                "specification": "functional",
            }
        ],
        "measurements": list(measured(category)),
        "assets": [
            {
                "asset_id": f"A{code}{number}", "category": category, "location_id": "A",
                "acquired_on": "2023-01-10", "warranty_until": "2024-01-10",
            }
            for number in range(40)
        ]
        + [
            {
                "asset_id": f"A{code}", "category": category, "location_id": "A",
                "acquired_on": "2024-12-10", "warranty_until": "2025-12-10",
            }
        ],
        "asset_events": [
            {"asset_id": f"A{code}{number}", "happened_on": f"2024-{month}-11", "kind": kind}
            for number, (kind, month) in enumerate(
                [("retired", "12"), ("failure", "06"), ("reissue", "07"),
                 ("surplus_noticed", "08"), ("surplus_matched", "12")] * 8
            )
        ] + [
            {"asset_id": f"A{code}{number}", "happened_on": "2024-08-01", "kind": "surplus_noticed"}
            for number in range(4, 40, 5)
        ],
        "targets": [
            {"kpi": "impact_spend", "category": category, "kind": "absolute", "period": "2024",
             "value": "100"}
        ],
        "materials": list(materials(category)),
        "programmes": [
            {"programme": f"T{code}", "title": "x", "category": category, "unit": "u", "cap": "9",
             "starts_on": "2024-01-01", "ends_on": "2024-12-31"}
        ],
        "programme_units": [
            {"programme": f"T{code}", "unit_id": f"U{code}", "period": "2024-12",
             "theme": "climate", "status": "done", "outcome": "natural_grass", "measure": "x"}
        ],
    }  # fmt: skip


def load(monitor, needs=frozenset(), of=()):
    """Paper's orders and the masters, and whatever is needed of some categories."""
    columns = {name: {need.partition(".")[2] for need in needs if need.startswith(f"{name}.")}
               for name in ("categories", "products")}  # fmt: skip
    masters = {
        "categories": [
            {"category": code, "name_nl": code, "name_en": code, **known}
            | {name: CODES[name] for name in columns["categories"] if code in of}
            for code, known in KNOWN.items()
        ],
        "locations": [{"location_id": "A", "name": "A", "organisation": "Org"}],
        "products": [
            {"product_id": article(code), "name": "x", "category": code, "base_unit": "piece"}
            | {name: FACTORS[name] for name in columns["products"] if code in of}
            | (FACTORS if "products" in needs and code in of else {})
            for code in CATEGORIES
        ],
    }
    tables_loaded = list(masters.items())
    bought = {"paper"} | (set(of) if "orders" in needs else set())
    ordered = [row for code in sorted(bought) for row in lines(needs if code in of else (), code)]
    tables_loaded.append(("orders", ordered))
    for name in TABLES:
        if name in needs and name != "orders":
            rows = [row for code in of for row in tables(needs, code)[name]]
            tables_loaded.append((name, [*(staff() if name == "measurements" else []), *rows]))
    reports = monitor.load_together(*(file(monitor, name, rows) for name, rows in tables_loaded))
    for (name, rows), report in zip(tables_loaded, reports, strict=True):
        assert (report.main.accepted, report.main.set_aside) == (len(rows), 0), (name, report)


def file(monitor, name, rows):
    header = list(dict.fromkeys(key for row in rows for key in row))
    return monitor.file(
        name, header, [[quoted(row.get(key, "")) for key in header] for row in rows]
    )


def quoted(cell):
    return f'"{cell}"' if ";" in cell else cell


def look(monitor):
    with monitor.store.read() as db:
        return measurability(db)


TABLES = tuple(tables((), "paper"))


def said(found):
    """By what is lacking, the figures that lack it: estimates apart, which need many locations."""
    sets = {}
    for cell in found.cells:
        if cell.lacks and cell.kpi.over_time.code != "counterfactual":
            needs = frozenset(lack.need for lack in cell.lacks)
            sets.setdefault(needs, []).append((cell.category, cell.kpi.code))
    return sets


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    monitor = Monitor(tmp_path_factory.mktemp("before"))
    load(monitor)
    yield look(monitor)
    monitor.store.close()


@pytest.mark.parametrize("every", [SAMPLE, pytest.param(LARGER, marks=pytest.mark.slow)])
def test_what_is_said_to_unlock_a_figure_does(before, tmp_path, every):
    missing = {}
    for number, (needs, pairs) in enumerate(sorted(said(before).items(), key=str)[::every]):
        folder = tmp_path / str(number)
        folder.mkdir()
        monitor = Monitor(folder)
        load(monitor, needs, sorted({category for category, _ in pairs}))
        after = look(monitor)
        monitor.store.close()
        for category, code in pairs:
            result = after.of(code, category).result
            if result.state is not State.VALUE:
                missing[category, code] = (sorted(needs), result.reason)
    assert missing == {}


def test_every_figure_without_a_value_says_what_would_unlock_it_but_for_those_not_meant(before):
    silent = {
        (cell.category, cell.kpi.code)
        for cell in before.cells
        if cell.result.state is State.NOT_COMPUTABLE and not cell.lacks
    }
    assert silent == {("paper", "impact_mki"), ("paper", "impact_mki_per_unit_year")}

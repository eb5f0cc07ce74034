"""Every KPI on a register worked out a second time, from the generated rows themselves."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.core.words import PeriodKind, State
from nami_monitor.ingest.book.codes import Code, merge
from tests.kpis.kpi_tables import CATEGORIES
from tests.kpis.registers_again import EXPECTED, ROWS, Rows, World, attainment
from tests.support.databases import copy_database
from tests.support.monitor import Monitor
from tests.support.slow import examples

UNTIL = "2024-12"
LAST_DAY = date(2024, 12, 31)
LOCATIONS = """
location_id name      organisation group
A           Amsterdam Org          west
B           Breda     Org          south
C           Amstel    Org          west
"""
GROUPS = {"A": "west", "B": "south"}
MERGED = {"C": "A", "P9": "P1"}
"""Codes that became part of another one before anything else was loaded."""
FTE = {"A": 20, "B": 8}

# In 2024 a P1 gets heavier, and its CO2e is not known any more.
PRODUCTS = [
    {"product_id": "P1", "category": "paper", "base_unit": "pack", "mass_kg": 2.5, "co2e_kg": 3.0,
     "valid_from": None},
    {"product_id": "P1", "category": "paper", "base_unit": "pack", "mass_kg": 2.75,
     "co2e_kg": None, "valid_from": date(2024, 1, 1)},
    {"product_id": "P9", "category": "paper", "base_unit": "pack", "mass_kg": None,
     "co2e_kg": None, "valid_from": None},
    {"product_id": "L1", "category": "laptops", "base_unit": "piece", "mass_kg": 1.5,
     "co2e_kg": 181.0, "valid_from": None},
]  # fmt: skip


def some(values):
    """One of the values, or nothing."""
    return st.sampled_from([None, *values])


def days(start, end=LAST_DAY):
    return st.dates(start, end)


DEAL = st.sampled_from([("paper", "P1"), ("paper", "P9"), ("laptops", "L1"), ("paper", None)])
PLACE = st.sampled_from("ABC")
ORDER = st.fixed_dictionaries(
    {"day": days(date(2020, 1, 1)), "deal": DEAL, "quantity": some([1.0, 4.0, -2.0]),
     "amount": st.sampled_from([10.0, 32.5, -6.0])}
)  # fmt: skip
REQUEST = st.fixed_dictionaries(
    {
        "requested_on": days(date(2022, 1, 1)), "location": PLACE, "deal": DEAL,
        "quantity": st.integers(0, 9), "quantity_avoided": some([0, 2]),
        "decision": st.sampled_from(
            ["from_stock", "shared", "repaired", "rethought", "withdrawn", "refurbished", "bought",
             "blocked"]
        ),
        "waited": some([0, 20, 100]), "reason": some(["dubbel", "beveiliging", "Fout ingevoerd"]),
    }
)  # fmt: skip
ASSET = st.fixed_dictionaries(
    {
        "acquired_on": days(date(2019, 1, 1)), "location": PLACE,
        "category": st.sampled_from(["laptops", "laptops", "paper"]),
        "condition": some(["new", "refurbished"]), "warranty": some([365, 1096]),
        "lived": some([-40, 0, 100, 364, 400, 900, 1500]),
        "failed": st.lists(st.integers(0, 1500), max_size=2), "moved": some([30]),
        "noticed": some([20, 700]), "matched": some([40, 720, 1400]), "reissued": some([500]),
    }
)  # fmt: skip
CONTRACT = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["paper", "laptops"]), "supplier": some(["Een", "Twee"]),
        "stream": some(["hardware", "refill"]), "form": some(["raam"]),
        "specification": some(["technical", "functional", "service"]),
        "starts_on": some([date(2021, 3, 31), date(2023, 1, 1), date(2024, 6, 15)]),
        "ends_on": some([date(2024, 8, 31), date(2025, 2, 28), date(2026, 12, 31),
                         date(2029, 5, 31)]),
        "ends_on_note": some(["open_ended", "rolling"]),
        "options": st.lists(days(date(2023, 1, 1), date(2030, 1, 1)), max_size=2),
        "notice_months": some([3, 6]), "value_eur": some([1000.0, 2500.0]),
        "status": some(["lopend", "cancelled", "beëindigd", "concept"]),
        "parent": some([1, 2]), "replaced": st.lists(st.integers(1, 3), max_size=2, unique=True),
    }
)  # fmt: skip
TARGET = st.fixed_dictionaries(
    {
        "kpi": st.sampled_from(["impact_spend", "refuse_rate"]),
        "category": some(["paper", "laptops"]),
        "kind": st.sampled_from(["absolute", "change_from_baseline", "path"]),
        "year": st.sampled_from([2023, 2024]), "value": st.sampled_from([-10.0, 0.0, 50.0, 400.0]),
        "baseline": some([2022, 2023]),
    }
)  # fmt: skip
WORLD = st.fixed_dictionaries(
    {
        "orders": st.lists(ORDER, max_size=12),
        "requests": st.lists(REQUEST, max_size=40),
        "assets": st.lists(ASSET, max_size=30),
        "contracts": st.lists(CONTRACT, min_size=3, max_size=9),
        "targets": st.lists(
            TARGET, min_size=1, max_size=6,
            unique_by=lambda t: (t["kpi"], t["category"], t["kind"], t["year"]),
        ),
    }
)  # fmt: skip

# Enough of each register that it speaks of 2022 to 2024, and fourteen assets watched for years.
ORDERED = [
    {"day": date(year, month, 2), "deal": deal, "quantity": 1.0, "amount": 5.0}
    for year in (2022, 2023, 2024)
    for month in range(1, 13)
    for deal in (("paper", None), ("laptops", None))
]
ASKED = [
    {"requested_on": day, "location": "B", "deal": ("paper", "P1"), "quantity": 3,
     "quantity_avoided": None, "decision": decision, "waited": None, "reason": None}
    for day, decision in ((date(2022, 1, 3), "bought"), (LAST_DAY, "shared"))
]  # fmt: skip
OWNED = [
    {"acquired_on": date(2019, 1 + number % 12, 1 + number), "location": "AB"[number % 2],
     "category": "laptops", "condition": "new", "warranty": 1096,
     "lived": 700 + 90 * number if number % 3 == 0 else None, "failed": [], "moved": 2000,
     "noticed": None, "matched": None, "reissued": None}
    for number in range(14)
]  # fmt: skip


def held(code):
    return MERGED.get(code, code)


def built(made):
    """The rows as they are to be understood."""
    requests = [
        asked
        | {
            "category": asked["deal"][0],
            "product": held(asked["deal"][1]),
            "location": held(asked["location"]),
            "decided_on": None
            if asked["waited"] is None
            else asked["requested_on"] + timedelta(days=asked["waited"]),
        }
        for asked in ASKED + made["requests"]
    ]
    assets, events = [], []
    for number, asset in enumerate(OWNED + made["assets"]):
        start, code = asset["acquired_on"], f"M{number}"
        warranty = asset["warranty"] and start + timedelta(days=asset["warranty"])
        assets.append(
            asset
            | {"asset_id": code, "location": held(asset["location"]), "warranty_until": warranty}
        )
        happened = [("failure", days) for days in asset["failed"]]
        happened += [("retired", asset["lived"]), ("move", asset["moved"])]
        happened += [("surplus_noticed", asset["noticed"]), ("surplus_matched", asset["matched"])]
        happened += [("reissue", asset["reissued"])]
        for kind, lived in happened:
            if lived is not None and start + timedelta(days=lived) <= LAST_DAY:
                day = start + timedelta(days=lived)
                events.append({"asset_id": code, "day": day, "kind": kind})
    events.append({"asset_id": "M1", "day": LAST_DAY, "kind": "failure"})
    contracts = [
        contract
        | {
            "contract_id": f"K{number}",
            "ends_on": contract["ends_on"]
            and max(contract["ends_on"], contract["starts_on"] or date.min),
            "parent_id": f"K{number - contract['parent']}"
            if contract["parent"] and contract["parent"] <= number
            else None,
            "replaces": [f"K{number - back}" for back in contract["replaced"] if back <= number],
        }
        for number, contract in enumerate(made["contracts"])
    ]
    orders = [
        order | {"category": order["deal"][0], "product_id": held(order["deal"][1])}
        for order in ORDERED + made["orders"]
    ]
    return World(
        today=datetime.now(UTC).date(),
        products=[row for row in PRODUCTS if row["product_id"] not in MERGED],
        orders=orders, requests=requests, assets=assets, events=events, contracts=contracts,
        targets=made["targets"], fte=FTE,
    )  # fmt: skip


def files(monitor, world, made):
    """The rows as files would hold them, with codes from before they were merged."""

    def file(table, rows, **constants):
        cells = [["" if cell is None else f"{cell}" for cell in row.values()] for row in rows]
        return monitor.file(table, list(rows[0]), cells, **constants)

    asked = ASKED + made["requests"]
    owned = OWNED + made["assets"]
    yield file("orders", [
        {"ordered_on": o["day"], "category": o["deal"][0], "product_id": o["deal"][1],
         "quantity": o["quantity"], "amount_eur": o["amount"]} for o in ORDERED + made["orders"]
    ], location_id="A", channel="shop")  # fmt: skip
    yield file("requests", [
        {"request_id": f"R{n}", "requested_on": r["requested_on"], "location_id": raw["location"],
         "category": r["category"], "product_id": raw["deal"][1], "quantity": r["quantity"],
         "quantity_avoided": r["quantity_avoided"], "decision": r["decision"],
         "decided_on": r["decided_on"], "reason": r["reason"]}
        for n, (r, raw) in enumerate(zip(world.requests, asked, strict=True))
    ])  # fmt: skip
    yield file("assets", [
        {"asset_id": a["asset_id"], "category": a["category"], "location_id": raw["location"],
         "acquired_on": a["acquired_on"], "condition": a["condition"],
         "warranty_until": a["warranty_until"]}
        for a, raw in zip(world.assets, owned, strict=True)
    ])  # fmt: skip
    yield file("asset_events", [
        {"asset_id": e["asset_id"], "happened_on": e["day"], "kind": e["kind"]}
        for e in world.events
    ])  # fmt: skip
    plain = ("contract_id", "category", "supplier", "stream", "form", "specification", "starts_on",
             "ends_on", "ends_on_note", "notice_months", "value_eur", "status",
             "parent_id")  # fmt: skip
    yield file("contracts", [
        {name: c[name] for name in plain} | {
            "option_dates": f'"{";".join(map(str, c["options"]))}"',
            "replaces": f'"{";".join(c["replaces"])}"'} for c in world.contracts
    ], title="Contract")  # fmt: skip
    yield file("targets", [
        {"kpi": t["kpi"], "category": t["category"], "kind": t["kind"], "period": t["year"],
         "value": t["value"], "baseline_period": t["baseline"]} for t in world.targets
    ])  # fmt: skip


@pytest.fixture(scope="module")
def mastered(tmp_path_factory):
    """Masters, merged codes and FTE by month."""
    made = Monitor(tmp_path_factory.mktemp("mastered"))
    made.load("categories", CATEGORIES)
    made.load("locations", LOCATIONS)
    names = list(PRODUCTS[0])
    rows = [["" if row[name] is None else row[name] for name in names] for row in PRODUCTS]
    months = [date(2021 + m // 12, m % 12 + 1, 1) for m in range(48)]
    header = ["period_start", "period_end", "location_id", "value"]
    made.load_together(
        made.file("products", names, rows, name="Product"),
        made.file(
            "measurements", header,
            [[m, m, place, value] for m in months for place, value in FTE.items()],
            activity_measure="fte", unit="fte", proxy="false",
        ),
    )  # fmt: skip
    merge(made.store, Code("locations", "", "C"), "A", who="t")
    merge(made.store, Code("products", "S", "P9"), "P1", who="t")
    made.store.close()
    return made.store.path


@pytest.mark.slow
@settings(
    max_examples=examples(4),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(WORLD, st.integers(0, 20), st.sampled_from(PeriodKind))
def test_sql_and_plain_rows_agree(mastered, made, turn, kind):
    world = built(made)
    with tempfile.TemporaryDirectory() as name:
        monitor = Monitor(Path(name))
        copy_database(mastered, monitor.store.path)
        reports = monitor.load_together(*files(monitor, world, made))
        assert not [report for report in reports if report.main.set_aside]
        compare(monitor, world, turn, kind)
        monitor.store.close()


DIMENSIONS = {
    "requests": ("category", "location", "group", "decision", "product", "base_unit", "source"),
    "assets": ("category", "location", "group", "condition", "source"),
    "contracts": ("category", "supplier", "specification", "contract", "family", "stream", "form"),
    "targets": ("category",),
}
SPLIT = {"category", "location", "group"}
AT_THE_END = {
    "refuse_stock_per_location", "rethink_functional_share", "steer_contract_window",
    "reduce_survival",
}  # fmt: skip
"""KPIs that speak of the last month of a period."""


def compare(monitor, world, turn, kind):
    """Each KPI as a whole and by one dimension, each by another."""
    found = {name: [full(row) for row in rows(world)] for name, rows in ROWS.items()}
    for at, (code, (register, again)) in enumerate(EXPECTED.items(), start=turn):
        dimensions = DIMENSIONS[register]
        for by in ((), (dimensions[at % len(dimensions)],)):
            results = monitor.ask(code, UNTIL, kind=kind, last=2, by=by)
            assert results or by
            for result in results:
                if register == "targets":
                    own = of(world.targets, result.keys)
                    value = attainment(world, own, result.period)
                else:
                    value = expected(code, again, world, found[register], result)
                close = None if value is None else pytest.approx(value, abs=1e-9)
                assert result.value == close, (code, result)
                assert (result.state is State.VALUE) == (value is not None)


def full(row):
    return row | {"group": GROUPS.get(row.get("location")), "source": "S",
                  "contract": row.get("contract_id")}  # fmt: skip


def of(rows, keys):
    return [row for row in rows if all(row[name] == key for name, key in keys.items())]


def expected(code, again, world, rows, result):
    """The figure, or None where the register does not speak of the whole period."""
    if not rows:
        return None
    begin, until = min(row["month"] for row in rows), max(row["seen"] for row in rows)
    months = result.period.months[-1:] if code in AT_THE_END else result.period.months
    own = of(rows, result.keys)
    starts = [row["month"] for row in own]
    if code == "reduce_survival":
        starts = [row["acquired_on"].replace(day=1) for row in own if not row["spoilt"]]
    if not starts or min(starts) > months[-1] or months[0] < begin or months[-1] > until:
        return None
    split = {name: key for name, key in result.keys.items() if name in SPLIT}
    places = frozenset(row.get("location") for row in of(rows, split))
    return again(Rows(world, own, months, places, until))

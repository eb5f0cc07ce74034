"""The rows behind figures on registers are exactly those that plain Python picks."""

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.core.periods import add_months, last_day
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask
from tests.kpis import registers_again as again
from tests.kpis import test_registers_against_polars as registers
from tests.kpis.test_registers_against_polars import mastered
from tests.kpis.traced import checked
from tests.support.databases import copy_database
from tests.support.monitor import Monitor
from tests.support.slow import examples

__all__ = ["mastered"]
UNTIL = date(2024, 12, 1)


def numbered(rows, key):
    return Counter(row[key] for row in rows)


def of_requests(field):
    def picked(group):
        return {"requests": numbered([r for r in group.inside() if r[field]], "request_id")}

    return picked


def spoilt(group):
    return [row for row in group.inside("acquired_on") if row["spoilt"]]


def ended(group):
    gone = [row for row in again.believed(group) if row["retired_on"]]
    gone = [row for row in gone if again.first(row["retired_on"]) in group.months]
    return {
        "asset_events": numbered(gone, "asset_id"),
        "assets": numbered(spoilt(group), "asset_id"),
    }


def failed(group):
    start, after = group.months[0], add_months(group.months[-1], 1)
    watched = [
        row
        for row in again.believed(group)
        if row["acquired_on"] < after
        and max(row["acquired_on"], start) < (row["retired_on"] or after)
    ]
    every = [row for row in again.believed(group) for day in row["failures"]
             if again.first(day) in group.months]  # fmt: skip
    return {
        "assets": numbered(watched, "asset_id"),
        "asset_events": numbered(every, "asset_id"),
    }


def in_stock(group):
    used = again.in_use(again.believed(group), group.months[-1])
    return {"assets": numbered(used, "asset_id")}


def bought(group):
    new = [row for row in group.inside("acquired_on") if not row["spoilt"]]
    return {"assets": numbered(new, "asset_id")}


def watched(group):
    known = [r for r in again.believed(group) if r["acquired_on"] <= last_day(group.months[-1])]
    return {"assets": numbered(known, "asset_id")}


def running(field):
    def picked(group):
        at_the_end = [r for r in group.inside() if r["month"] == group.months[-1] and r[field]]
        return {"contracts": numbered(at_the_end, "contract_id")}

    return picked


def kind_of(*kinds):
    def picked(group):
        days = [(row["asset_id"], day) for row in again.believed(group)
                for one, day in row["events"] if one in kinds]  # fmt: skip
        return {"asset_events": Counter(a for a, day in days if again.first(day) in group.months)}

    return picked


def needed(group):
    return kind_of("surplus_matched")(group) | bought(group)


def handed(group):
    days = [(row["asset_id"], day) for row in again.believed(group) for day, _ in row["handed"]]
    return {"asset_events": Counter(a for a, day in days if again.first(day) in group.months)}


BELONG = {
    "refuse_rate": of_requests("decided"),
    "refuse_blocked": of_requests("blocked"),
    "reduce_retained_share": of_requests("asked"),
    "reduce_reissued": kind_of("reissue"),
    "reduce_surplus_matched": needed,
    "reduce_surplus_notice": handed,
    "refuse_avoided_quantity": of_requests("avoided"),
    "refuse_avoided_spend": of_requests("avoided"),
    "refuse_avoided_mass": of_requests("avoided"),
    "refuse_avoided_co2e": of_requests("avoided"),
    "refuse_stock_per_location": in_stock,
    "reduce_asset_life": ended,
    "reduce_survival": watched,
    "reduce_new_assets_per_fte": bought,
    "reduce_failure_rate": failed,
    "rethink_functional_share": running("contract_id"),
    "steer_contract_window": running("prepare"),
}
KEYS = {"requests": "request_id", "assets": "asset_id", "asset_events": "asset_id",
        "contracts": "contract_id"}  # fmt: skip


@pytest.mark.slow
@settings(
    max_examples=examples(4),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(registers.WORLD, st.integers(0, 20), st.sampled_from(PeriodKind))
def test_the_rows_of_registers_are_exactly_those_that_belong(mastered, made, turn, kind):
    world = registers.built(made)
    with tempfile.TemporaryDirectory() as name:
        monitor = Monitor(Path(name))
        copy_database(mastered, monitor.store.path)
        monitor.load_together(*registers.files(monitor, world, made))
        compare(monitor, world, turn, kind)
        monitor.store.close()


def compare(monitor, world, turn, kind):
    """Each KPI as a whole or for one category."""
    found = {name: [registers.full(row) for row in rows(world)]
             for name, rows in again.ROWS.items()}  # fmt: skip
    found["requests"] = [
        row | {"request_id": f"R{number}"} for number, row in enumerate(found["requests"])
    ]
    with monitor.store.read() as db:
        for at, (code, belong) in enumerate(BELONG.items(), start=turn):
            where = {"category": ("laptops",)} if at % 2 else {}
            ask = Ask(kind=kind, until=UNTIL, where=where)
            traced, by_table = checked(db, CATALOGUE[code], ask, in_pages=bool(at % 2))
            own = [r for r in found[again.EXPECTED[code][0]]
                   if r["category"] in where.get("category", [r["category"]])]  # fmt: skip
            months = traced.result.period.months
            expected = belong(again.Rows(world, own, months))
            listed = {table: numbered(rows, KEYS[table])
                      for table, rows in by_table.items() if table in KEYS}  # fmt: skip
            assert listed == {table: rows for table, rows in expected.items() if rows}, (code, ask)

"""Organisations that differ in what counts most in their month, made of plain rows."""

from datetime import date

from nami_monitor.core.periods import last_day
from tests.support.entries import enter
from tests.support.monitor import Monitor

PLACES = ("A", "B", "C")
SHAPE = (100, 96, 104, 98, 103, 101, 97, 105, 99, 102, 95, 100)
"""Orders of a month of the year, without anything going on."""


def months(count, last=(2026, 10)):
    """So many months up to the last one, as ``2026-10``."""
    index = last[0] * 12 + last[1] - 1
    return [f"{i // 12}-{i % 12 + 1:02}" for i in range(index - count + 1, index + 1)]


def ends(month):
    """The last day of a month that is written as ``2026-10``."""
    return last_day(date(int(month[:4]), int(month[5:]), 1)).isoformat()


def organisation(folder, *, count=48, factor=lambda _: 1.0, contract="", target=None):
    """An organisation that buys paper; gives its store.

    Args:
        folder: where it is made.
        count: its months up to October 2026.
        factor: what the orders of a month are multiplied by; takes how many months are left.
        contract: the day on which its contract ends, if it has one.
        target: the target of 2026 for spend per workday, if there is one.
    """
    made = Monitor(folder)
    made.load_rows(
        "categories", ["category", "name_nl", "name_en", "activity_measure"],
        [["paper", "Papier", "Paper", "staff_days"]],
    )  # fmt: skip
    rows = [[place, f"Locatie {place}", "O"] for place in PLACES]
    made.load_rows("locations", ["location_id", "name", "organisation"], rows)
    known = months(count)
    made.load_rows(
        "measurements",
        ["period_start", "period_end", "location_id", "activity_measure", "value", "unit"],
        [
            [f"{month}-01", ends(month), place, "staff_days", 1000, "days"]
            for place in PLACES
            for month in known
        ],
        proxy="false",
    )
    made.load_rows(
        "orders", ["ordered_on", "location_id", "category", "channel", "quantity", "amount_eur"],
        [
            [f"{month}-10", place, "paper", "webshop", n, 2 * n]
            for at, month in enumerate(known)
            for k, place in enumerate(PLACES)
            for n in [round(SHAPE[(at + 5 * k + at // 12) % 12] * factor(count - 1 - at), 1)]
        ],
    )  # fmt: skip
    if contract:
        header = ["contract_id", "title", "category", "status", "starts_on", "ends_on", "value_eur"]
        row = ["K-1", "Papier", "paper", "running", "2023-01-01", contract, 90_000]
        made.load_rows("contracts", header, [row])
    if target is not None:
        enter(made.store, "targets", {
            "kpi": "reduce_spend_per_activity", "category": "paper", "kind": "absolute",
            "period": "2026", "value": target,
        }, "cm")  # fmt: skip
    return made.store


GENERATED = {
    "lower": {"factor": lambda left: 0.6 if left < 5 else 1.0, "contract": "2027-03-31"},
    "higher": {"factor": lambda left: 1.6 if left < 5 else 1.0, "target": 0.15},
    "missed": {"target": 0.15},
    "contract": {"contract": "2026-12-31"},
}
"""What each of four organisations has, by what counts most in it."""

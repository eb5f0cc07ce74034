"""KPIs on requests, assets, contracts and targets worked out from the rows that were loaded.

Nothing here reads the database: rows in, figures out, in plain Python.
"""

import calendar
from collections import Counter
from datetime import date

from scipy import stats

from nami_monitor.core.periods import add_months, last_day, months_between
from tests.kpis.register_rows import HAPPENED, Rows, World, first, handed, total, whole_months

AVOIDING = {"from_stock", "shared", "repaired", "rethought", "withdrawn"}
KEEPING = {"from_stock", "shared", "repaired"}
NO_NEED = ("dubbel", "fout", "error")
ENOUGH = 0.5  # the share of what is added up that must be known
WATCHED = 10  # how many whole histories a curve must be worth
YEAR = 365.25
PREPARATION = 24


# Requests


def product_at(world, code, day):
    """The product's row that holds on a day."""
    own = [row for row in world.products if row["product_id"] == code]
    held = [row for row in own if (row["valid_from"] or date.min) <= day]
    return max(held, key=lambda row: row["valid_from"] or date.min, default=None)


def price(world, code, month):
    """The mean price of the last month in which it was bought, of at most two years ago."""
    for back in range(25 if code else 0):
        at = add_months(month, -back)
        lines = [o for o in world.orders if o["product_id"] == code and first(o["day"]) == at]
        amount, quantity = total(lines, "amount"), total(lines, "quantity")
        if amount > 0 and quantity > 0:
            return amount / quantity
    return None


def requests(world):
    found = []
    for asked in world.requests:
        product = product_at(world, asked["product"], asked["requested_on"]) or {}
        month = first(asked["decided_on"] or asked["requested_on"])
        needless = asked["decision"] == "withdrawn" and any(
            word in (asked["reason"] or "").lower() for word in NO_NEED
        )
        resolved = asked["decision"] in AVOIDING and not needless
        avoided = 0.0
        if resolved:
            stated = asked["quantity_avoided"]
            avoided = asked["quantity"] if stated is None else stated
        found.append(
            asked
            | {
                "month": month,
                "seen": max(month, first(asked["requested_on"])),
                "decided": asked["decision"] != "blocked" and not needless,
                "resolved": resolved,
                "avoided": avoided,
                "blocked": asked["decision"] == "blocked",
                "asked": asked["quantity"]
                if asked["decision"] != "blocked" and not needless
                else 0,
                "kept": avoided if asked["decision"] in KEEPING else 0.0,
                "base_unit": product.get("base_unit"),
                "price": price(world, asked["product"], month),
                "mass": product.get("mass_kg"),
                "co2e": product.get("co2e_kg"),
            }
        )
    return found


def refusal(group):
    decided = total(group.inside(), "decided")
    return 100 * total(group.inside(), "resolved") / decided if decided else None


def blocked(group):
    return total(group.inside(), "blocked")


def retained(group):
    decided = [row for row in group.inside() if row["decided"]]
    demand, kept = total(decided, "quantity"), total(decided, "kept")
    return 100 * kept / demand if demand and kept <= demand else None


def avoided_quantity(group):
    units = {row["base_unit"] for row in group.inside() if row["avoided"]}
    return total(group.inside(), "avoided") if len(units) <= 1 else None


def avoided(factor):
    def worked_out(group):
        rows = [row for row in group.inside() if row["avoided"]]
        known = [row for row in rows if row[factor] is not None]
        if total(known, "avoided") < ENOUGH * total(rows, "avoided"):
            return None
        return sum(row["avoided"] * row[factor] for row in known)

    return worked_out


# Assets


def assets(world):
    found = []
    for asset in world.assets:
        own = [event for event in world.events if event["asset_id"] == asset["asset_id"]]
        ends = [event["day"] for event in own if event["kind"] == "retired"]
        retired = min(ends, default=None)
        spoilt = retired is not None and retired < asset["acquired_on"]
        failures = [event["day"] for event in own if event["kind"] == "failure" and not spoilt]
        others = [(e["kind"], e["day"]) for e in own if e["kind"] in HAPPENED and not spoilt]
        days = [
            asset["acquired_on"],
            *failures,
            *(day for _, day in others),
            *([retired] if retired and not spoilt else []),
        ]
        found.append(
            asset
            | {
                "month": first(min(days)),
                "seen": first(max([asset["acquired_on"], *(event["day"] for event in own)])),
                "retired_on": retired,
                "spoilt": spoilt,
                "failures": failures,
                "events": others,
                "handed": [] if spoilt else handed(own),
            }
        )
    return found


def happened(kind):
    def counted(group):
        days = [day for row in believed(group) for one, day in row["events"] if one == kind]
        return float(sum(first(day) in group.months for day in days))

    return counted


def matched(group):
    taken = happened("surplus_matched")(group)
    needed = taken + len([r for r in group.inside("acquired_on") if not r["spoilt"]])
    return 100 * taken / needed if needed else None


def notice(group):
    pairs = [pair for row in believed(group) for pair in row["handed"]]
    days = [(day - noticed).days for day, noticed in pairs if first(day) in group.months]
    return sum(days) / len(days) if days else None


def believed(group):
    return [row for row in group.rows if not row["spoilt"]]


def in_use(rows, month):
    """The assets in use at the end of a month."""
    end = last_day(month)
    return [
        row
        for row in rows
        if row["acquired_on"] <= end and (row["retired_on"] is None or row["retired_on"] > end)
    ]


def per_location(group):
    used = in_use(believed(group), group.months[-1])
    return len(used) / len({row["location"] for row in used}) if used else None


def asset_life(group):
    ended = [row for row in believed(group) if row["retired_on"]]
    ended = [row for row in ended if first(row["retired_on"]) in group.months]
    spoilt = [row for row in group.inside("acquired_on") if row["spoilt"]]
    if not ended or len(ended) < ENOUGH * (len(ended) + len(spoilt)):
        return None
    lives = [(row["retired_on"] - row["acquired_on"]).days / YEAR for row in ended]
    return sum(lives) / len(lives)


def new_per_fte(group):
    bought = [row for row in group.inside("acquired_on") if not row["spoilt"]]
    return len(bought) / sum(group.world.fte[place] for place in group.places)


def failure_rate(group):
    start, after = group.months[0], add_months(group.months[-1], 1)
    days = 0
    for row in believed(group):
        until = min(row["retired_on"] or after, after)
        days += max((until - max(row["acquired_on"], start)).days, 0)
    every = [first(day) for row in believed(group) for day in row["failures"]]
    failed = [month for month in every if month in group.months]
    return 1000 * len(failed) / (days / YEAR) if days else None


def survival(group):
    """By scipy; None where the curve is worth too few whole histories at the warranty's end."""
    until = min(group.months[-1], group.until)
    stated = Counter(
        round((row["warranty_until"] - row["acquired_on"]).days / 30.4375)
        for row in believed(group)
        if row["warranty_until"]
    )
    stated = {months: count for months, count in stated.items() if months > 0}
    if not stated:
        return None
    warranty = min(stated, key=lambda months: (-stated[months], months))
    ended, running = [], []
    for row in believed(group):
        if first(row["acquired_on"]) > group.months[-1]:
            continue
        if row["retired_on"] and first(row["retired_on"]) <= until:
            ended.append(whole_months(row["acquired_on"], row["retired_on"]))
        else:
            running.append(max(0, months_between(row["acquired_on"], until)))
    curve = stats.ecdf(stats.CensoredData(uncensored=ended, right=running)).sf
    if worth(curve, [*ended, *running], warranty - 1) < WATCHED:
        return None
    return 100 * float(curve.evaluate(warranty - 1))


def worth(curve, ages, age):
    """How many whole histories a curve is worth at its weakest age up to the one given."""
    weakest = []
    for at in sorted(set(ages)):
        in_use_before = float(curve.evaluate(at - 0.5))
        if in_use_before == 0:
            break
        weakest.append(sum(1 for other in ages if other >= at) / in_use_before)
        if at >= age:
            return min(weakest)
    return min(weakest) if float(curve.evaluate(age)) == 0 else 0


# Contracts


def month_earlier(day, months):
    """The same day some months earlier, or the last of that month where it is shorter."""
    month = add_months(first(day), -months)
    return month.replace(day=min(day.day, calendar.monthrange(month.year, month.month)[1]))


def contracts(world):
    """A row for every month in which a contract runs."""
    begin = min((c["starts_on"] for c in world.contracts if c["starts_on"]), default=None)
    parted = {
        c["parent_id"]
        for c in world.contracts
        if c["value_eur"] is not None and c["status"] != "cancelled"
    }
    found = []
    for contract in world.contracts:
        start, end, status = contract["starts_on"], contract["ends_on"], contract["status"]
        if status == "cancelled" or (status == "concept" and not start) or not begin:
            continue
        if status == "beëindigd" and not (end and end <= world.today):
            continue
        moments = [*([end] if end else []), *contract["options"]]
        ahead = int(contract["notice_months"] or 0) + PREPARATION
        is_parted = contract["contract_id"] in parted
        month, last = first(start or begin), first(min(end or world.today, world.today))
        while month <= last:
            prepare = any(
                month_earlier(moment, ahead) <= last_day(month) and moment >= month
                for moment in moments
            )
            value = None if is_parted else contract["value_eur"]
            known = is_parted or value is not None
            found.append(
                contract | {"month": month, "seen": month, "prepare": prepare, "known": known,
                            "value": value, "family": family(world, contract["contract_id"])}
            )  # fmt: skip
            month = add_months(month, 1)
    return found


def family(world, code):
    """The oldest contract of those that took each other's place."""
    ages = {
        c["contract_id"]: (c["starts_on"] is None, c["starts_on"] or date.min, c["contract_id"])
        for c in world.contracts
    }
    pairs = {(c["contract_id"], old) for c in world.contracts for old in c["replaces"]}
    pairs = {pair for pair in pairs if set(pair) <= set(ages)}
    together = {code}
    while more := {
        other for pair in pairs if together & set(pair) for other in pair if other not in together
    }:
        together |= more
    return min(together, key=ages.__getitem__)


def functional(group):
    running = group.inside()
    valued = [row for row in running if row["value"] is not None]
    told = [row for row in valued if row["specification"]]
    whole, stated = total(valued, "value"), total(told, "value")
    known = (stated / whole if whole else 1) * (total(running, "known") / max(len(running), 1))
    if not stated or known < ENOUGH:
        return None
    asked = [row for row in told if row["specification"] != "technical"]
    return 100 * total(asked, "value") / stated


def to_prepare(group):
    return total(group.inside(), "prepare")


# Targets


def figure(world, kpi, category, year):
    """What targets are held against."""
    months = [date(year, month, 1) for month in range(1, 13)]
    if kpi == "impact_spend":
        lines = [o for o in world.orders if category in {None, o["category"]}]
        return total([o for o in lines if first(o["day"]) in months], "amount")
    every = requests(world)
    begin, end = min(r["month"] for r in every), max(r["seen"] for r in every)
    own = [row for row in every if category in {None, row["category"]}]
    if (
        not own
        or min(r["month"] for r in own) > months[-1]
        or begin > months[0]
        or end < months[-1]
    ):
        return None
    return refusal(Rows(world, own, months))


def attainment(world, rows, period):
    """Of targets for a year, which ends with its December."""
    judged = []
    for target in rows:
        if date(target["year"], 12, 1) not in period.months:
            continue
        now = figure(world, target["kpi"], target["category"], target["year"])
        goal = target["value"]
        if target["kind"] == "change_from_baseline":
            before = target["baseline"] and figure(
                world, target["kpi"], target["category"], target["baseline"]
            )
            goal = before * (1 + goal / 100) if before else None
        if now is not None and goal is not None:
            judged.append(now >= goal if target["kpi"] == "refuse_rate" else now <= goal)
    return 100 * sum(judged) / len(judged) if judged else None


__all__ = ["EXPECTED", "ROWS", "Rows", "World", "attainment", "first"]

ROWS = {"requests": requests, "assets": assets, "contracts": contracts}
"""The rows of each register, each with the month from which its group speaks (``month``) and the
last that it tells of (``seen``)."""

EXPECTED = {
    "refuse_rate": ("requests", refusal),
    "refuse_blocked": ("requests", blocked),
    "reduce_retained_share": ("requests", retained),
    "refuse_avoided_quantity": ("requests", avoided_quantity),
    "refuse_avoided_spend": ("requests", avoided("price")),
    "refuse_avoided_mass": ("requests", avoided("mass")),
    "refuse_avoided_co2e": ("requests", avoided("co2e")),
    "refuse_stock_per_location": ("assets", per_location),
    "reduce_asset_life": ("assets", asset_life),
    "reduce_survival": ("assets", survival),
    "reduce_new_assets_per_fte": ("assets", new_per_fte),
    "reduce_failure_rate": ("assets", failure_rate),
    "reduce_reissued": ("assets", happened("reissue")),
    "reduce_surplus_matched": ("assets", matched),
    "reduce_surplus_notice": ("assets", notice),
    "rethink_functional_share": ("contracts", functional),
    "steer_contract_window": ("contracts", to_prepare),
    "steer_target_attainment": ("targets", attainment),
}

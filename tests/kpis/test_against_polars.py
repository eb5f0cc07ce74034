"""Every KPI worked out a second time, in polars, from the input tables instead of the roll-ups."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from conftest import Monitor
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.core.periods import period_at
from nami_monitor.core.words import PeriodKind, State
from nami_monitor.kpis import CATALOGUE

MONTHS = [date(2023 + m // 12, m % 12 + 1, 1) for m in range(24)]
DIMENSIONS = {
    "category": "category",
    "location": "location_id",
    "group": "group",
    "channel": "channel",
    "condition": "condition",
    "source": "source",
    "base_unit": "base_unit",
    "product": "product_id",
    "article": "article",
}
UNTIL = "2024-12"

line = st.tuples(
    st.sampled_from(MONTHS),
    st.integers(1, 28),
    st.sampled_from("AB"),
    st.sampled_from([("paper", "P1"), ("paper", "P2"), ("laptops", "L1"), ("paper", "")]),
    st.sampled_from(["shop", "desk"]),
    st.sampled_from(["", "1", "2.5", "7", "-1"]),
    st.sampled_from(["10", "3.5", "-2"]),
    st.sampled_from(["", "new", "reused", "refurbished"]),
)
ALWAYS = [(m, 1, place, ("paper", "P1"), "shop", "1", "1", "") for m in MONTHS for place in "AB"]


def frame(monitor):
    """The live lines with what masters say of them."""
    with monitor.store.read() as db:
        lines = db.frame("select * from orders")
        groups = db.frame('select location_id, "group" from locations')
    return lines.join(groups, on="location_id", how="left").with_columns(
        article=pl.coalesce("same_as", pl.col("product_source") + "/" + pl.col("product_id"))
    )


def share(part, whole):
    return part / whole if whole else None


def stated(lines):
    """Which share of the lines states a quantity."""
    return min(1.0, share(lines["quantity"].count(), lines["amount_eur"].count()) or 0.0)


def mass(lines, _):
    handled = lines["quantity"].abs().sum()
    weighed = lines.filter(pl.col("unit_mass_kg").is_not_null())["quantity"].abs().sum()
    known = stated(lines) * (share(weighed, handled) or 0.0)
    whole = (lines["quantity"] * lines["unit_mass_kg"]).sum()
    return whole if known >= 0.5 or not lines.height else None


def circular(lines, _):
    told = lines.filter(pl.col("condition").is_not_null())
    used = told.filter(pl.col("condition").is_in(["refurbished", "reused"]))["quantity"].sum()
    whole = told["quantity"].sum()
    enough = lines.height and told.height / lines.height >= 0.5
    return 100 * used / whole if enough and whole > 0 and 0 <= used <= whole else None


def assortment(lines, _):
    named = lines["article"].drop_nulls()
    return named.n_unique() if 2 * named.len() >= lines.height else None


def volume(lines, days):
    units = lines.filter(pl.col("quantity").is_not_null())["base_unit"].n_unique()
    clear = units <= 1 and (not lines.height or stated(lines) >= 0.5)
    return lines["quantity"].sum() / days if clear else None


EXPECTED = {
    "impact_spend": lambda lines, _: lines["amount_eur"].sum(),
    "impact_mass": mass,
    "rethink_circular_share": circular,
    "refuse_assortment": assortment,
    "reduce_spend_per_activity": lambda lines, days: lines["amount_eur"].sum() / days,
    "reduce_volume_per_activity": volume,
}


@pytest.fixture(scope="module")
def measured(masters, tmp_path_factory):
    """Masters and 100 staff-days per site and month, for both categories."""
    made = Monitor(tmp_path_factory.mktemp("measured"))
    shutil.copy(masters, made.store.path)
    made.load("categories", "category name_nl name_en activity_measure\n"
              "laptops Laptops Laptops staff_days")  # fmt: skip
    rows = [[f"{m}", f"{m}", place, "staff_days", 100, "days", "false"] for m in MONTHS
            for place in "AB"]  # fmt: skip
    header = [
        "period_start",
        "period_end",
        "location_id",
        "activity_measure",
        "value",
        "unit",
        "proxy",
    ]
    made.load_rows("measurements", header, rows)
    made.store.close()
    return made.store.path


@settings(
    max_examples=4,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(line, max_size=60), st.sampled_from(list(DIMENSIONS)), st.sampled_from(PeriodKind))
def test_sql_and_polars_agree(measured, lines, extra, kind):
    with tempfile.TemporaryDirectory() as name:
        monitor = Monitor(Path(name))
        shutil.copy(measured, monitor.store.path)
        rows = [
            [m.replace(day=day), place, category, product, channel, quantity, amount, condition]
            for m, day, place, (category, product), channel, quantity, amount, condition in
            ALWAYS + lines
        ]  # fmt: skip
        header = "ordered_on location_id category product_id channel quantity amount_eur condition"
        monitor.load_rows("orders", header.split(), rows)
        compare(monitor, extra, kind)
        monitor.store.close()


def compare(monitor, extra, kind):
    all_lines = frame(monitor)
    assert set(EXPECTED) == set(CATALOGUE)
    for code in EXPECTED:
        for by in ((), ("category",), ("location",), (extra,)):
            for result in monitor.ask(code, UNTIL, kind=kind, last=2, by=by):
                span = result.period
                if code == "refuse_assortment":
                    span = period_at(PeriodKind.R12, result.period.last)
                if span.first < MONTHS[0] or (result.reason and result.reason.key == "not_begun"):
                    assert result.state is not State.VALUE
                    continue
                check(code, result, all_lines, span)


def check(code, result, all_lines, span):
    mine = all_lines
    for name, key in result.keys.items():
        mine = mine.filter(pl.col(DIMENSIONS[name]).eq_missing(pl.lit(key, pl.String)))
    sites = all_lines
    for name in {"category", "location", "group"} & set(result.keys):
        sites = sites.filter(pl.col(DIMENSIONS[name]).eq_missing(pl.lit(result.keys[name])))
    days = 100.0 * sites["location_id"].n_unique() * len(span.months)
    inside = mine.filter(pl.col("ordered_on").is_between(span.start, span.end))
    value = EXPECTED[code](inside, days)
    assert result.value == (None if value is None else pytest.approx(value)), (code, result)

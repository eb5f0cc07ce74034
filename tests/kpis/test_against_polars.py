"""Every KPI on order lines worked out a second time, in polars, from the lines themselves."""

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.core.periods import period_at
from nami_monitor.core.words import PeriodKind, State
from tests.kpis.kpi_tables import LOCATIONS
from tests.support.databases import copy_database
from tests.support.monitor import Monitor, as_csv
from tests.support.slow import examples

MONTHS = [date(2023 + m // 12, m % 12 + 1, 1) for m in range(24)]
UNTIL = "2024-12"
DAYS = 100.0
"""Staff-days by site and month."""

DIMENSIONS = {
    "category": "category",
    "location": "location_id",
    "group": "group",
    "channel": "channel",
    "condition": "condition",
    "source": "source",
    "base_unit": "base_unit",
    "product": "product_id",
    "product_group": "product_group",
    "article": "article",
    "mark": "mark",
    "stream": "stream",
    "contract": "contract_id",
    "supplier": "supplier",
    "family": "family",
}

# From March 2024 on P1 is lighter, and nobody knows its CO2e any more.
PRODUCTS = """
product_id name   category product_group base_unit mass_kg co2e_kg stream attributes same_as \
valid_from
P1         A4     paper    sheets        pack      2.5     3       .      FSC        a4 .
P1         A4     paper    sheets        pack      2       .       .      .          a4 2024-03-01
P2         A3     paper    sheets        pack      .       .       .      .          .  .
P3         A4-b   paper    .             pack      2.4     3.5     refill .          a4 .
L1         Laptop laptops  .             piece     1.5     181     .      .          .  .
"""
# The contract K0 was split into K1 and K2; K3 came after K2, and K9 stands alone.
CONTRACTS = """
contract_id title  supplier category stream   replaces starts_on
K0          Total  Een      paper    .        .        2022-01-01
K1          Metal  Een      paper    hardware K0       2023-06-01
K2          Refill Twee     paper    .        K0       2023-06-01
K3          Again  Een      paper    .        K2       2024-06-01
K9          Other  Drie     laptops  .        .        2022-01-01
"""
FAMILY = {"K0": "K0", "K1": "K0", "K2": "K0", "K3": "K0", "K9": "K9"}
WITH_STREAM = ["K0"]
"""Families of which a contract states a stream."""

HEADER = (
    "ordered_on location_id category product_id channel quantity amount_eur condition contract_id"
)
line = st.tuples(
    st.sampled_from(MONTHS),
    st.integers(1, 28),
    st.sampled_from("AB"),
    st.sampled_from([("paper", "P1"), ("paper", "P2"), ("paper", "P3"), ("laptops", "L1"),
                     ("paper", "")]),
    st.sampled_from(["shop", "desk"]),
    st.sampled_from(["", "1", "2.5", "7", "-1"]),
    st.sampled_from(["10", "3.5", "-2"]),
    st.sampled_from(["", "new", "reused", "refurbished"]),
    st.sampled_from(["", *FAMILY]),
)  # fmt: skip
ALWAYS = [
    (m, 1, place, ("paper", "P1"), "shop", "1", "1", "", "") for m in MONTHS for place in "AB"
]


def table(text):
    """A table of words as polars reads it."""
    header, *rows = as_csv(text)
    cells = [[cell or None for cell in row] for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")


def frame(rows):
    """The lines with what the masters say of them."""
    lines = pl.DataFrame(
        [[cell or None for cell in row] for row in rows],
        schema=dict.fromkeys(HEADER.split(), pl.String),
        orient="row",
    ).with_columns(
        pl.col("ordered_on").str.to_date(),
        pl.col("quantity", "amount_eur").cast(pl.Float64),
        source=pl.lit("S"),
    )
    products = table(PRODUCTS).with_columns(
        pl.col("valid_from").fill_null("1900-01-01").str.to_date(),
        pl.col("mass_kg", "co2e_kg").cast(pl.Float64),
        mark=pl.when(pl.col("attributes") == "FSC").then(pl.lit("yes")).otherwise(pl.lit("no")),
        article=pl.coalesce("same_as", pl.concat_str(pl.lit("S/"), "product_id")),
    )
    contracts = table(CONTRACTS).select("contract_id", "supplier", on_contract="stream")
    return (
        lines.sort("ordered_on")
        .join_asof(
            products.drop("name", "category", "attributes", "same_as").sort("valid_from"),
            left_on="ordered_on", right_on="valid_from", by="product_id", check_sortedness=False,
        )
        .join(table(LOCATIONS).select("location_id", "group"), on="location_id", how="left")
        .join(contracts, on="contract_id", how="left")
        .with_columns(
            stream=pl.coalesce("stream", "on_contract"),
            family=pl.col("contract_id").replace(FAMILY),
            kg=pl.col("quantity") * pl.col("mass_kg"),
            co2e=pl.col("quantity") * pl.col("co2e_kg"),
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The lines of a group, the period it is asked for, and the sites that it is divided by."""

    every: pl.DataFrame
    period: object
    sites: int

    @property
    def lines(self):
        return self.within(self.period)

    @property
    def days(self):
        return DAYS * self.sites * len(self.period.months)

    def within(self, period):
        return self.every.filter(pl.col("ordered_on").is_between(period.start, period.end))

    def year(self):
        """The lines of the twelve months that end with the period."""
        return self.within(period_at(PeriodKind.R12, self.period.last))


def began(group):
    return group.every["ordered_on"].min()


def share(part, whole):
    return part / whole if whole else None


def stated(lines):
    """Which share of the lines states a quantity."""
    return min(1.0, share(lines["quantity"].count(), lines["amount_eur"].count()) or 0.0)


def mass(group):
    lines = group.lines
    weighed = lines.filter(pl.col("mass_kg").is_not_null())["quantity"].abs().sum()
    known = stated(lines) * (share(weighed, lines["quantity"].abs().sum()) or 0.0)
    return lines["kg"].sum() if known >= 0.5 or not lines.height else None


def mass_per_day(group):
    whole = mass(group)
    return None if whole is None else whole / group.days


def circular(column):
    def worked_out(group):
        told = group.lines.filter(pl.col("condition").is_not_null())
        used = told.filter(pl.col("condition").is_in(["refurbished", "reused"]))[column].sum()
        whole = told[column].sum()
        enough = told.height and told.height / group.lines.height >= 0.5
        return 100 * used / whole if enough and whole > 0 and 0 <= used <= whole else None

    return worked_out


def assortment(group):
    lines = group.year()
    named = lines["article"].drop_nulls()
    return named.n_unique() if 2 * named.len() >= lines.height else None


def sustainable(group):
    lines = group.year()
    told = lines.filter(pl.col("mark").is_not_null())
    if not told.height or 2 * told.height < lines.height:
        return None
    marked = told.filter(pl.col("mark") == "yes")
    return 100 * marked["article"].n_unique() / told["article"].n_unique()


def volume(group):
    lines = group.lines
    units = lines.filter(pl.col("quantity").is_not_null())["base_unit"].n_unique()
    clear = units <= 1 and (not lines.height or stated(lines) >= 0.5)
    return lines["quantity"].sum() / group.days if clear else None


STREAMED = pl.col("stream").is_not_null() | pl.col("family").is_in(WITH_STREAM)


def bridged(group):
    before = group.period.a_year_earlier()
    if before.first < MONTHS[0] or began(group) > before.end:
        return None
    return group.lines["amount_eur"].sum() - group.within(before)["amount_eur"].sum()


def factor_coverage(group):
    """The share of mass and of spend that has a CO2e factor."""
    known = group.lines.filter(pl.col("co2e_kg").is_not_null())
    return {
        "mass": share(known["kg"].abs().sum(), group.lines["kg"].abs().sum()),
        "spend": share(known["amount_eur"].abs().sum(), group.lines["amount_eur"].abs().sum()),
    }


def co2e(group):
    enough = not group.lines.height or factor_coverage(group)["spend"] >= 0.5
    return group.lines["co2e"].sum() if enough else None


def year_end(group):
    if group.period.kind not in {"year", "r12"}:
        return None
    december = group.lines.filter(pl.col("ordered_on").dt.month() == 12)["amount_eur"].sum()
    whole = group.lines["amount_eur"].sum()
    return 100 * december / whole if whole > 0 and 0 <= december <= whole else None


EXPECTED = {
    "impact_spend": lambda group: group.lines["amount_eur"].sum(),
    "impact_mass": mass,
    "impact_co2e": co2e,
    "rethink_circular_share": circular("quantity"),
    "rethink_circular_spend_share": circular("amount_eur"),
    "rethink_sustainable_assortment": sustainable,
    "rethink_stream_spend": lambda group: group.lines["amount_eur"].sum(),
    "refuse_assortment": assortment,
    "reduce_spend_per_activity": lambda group: group.lines["amount_eur"].sum() / group.days,
    "reduce_volume_per_activity": volume,
    "reduce_mass_per_activity": mass_per_day,
    "reduce_spend_bridge": bridged,
    "steer_year_end_share": year_end,
}
SPEAKS_OF = {"rethink_stream_spend": STREAMED.fill_null(value=False)}
"""KPIs that know nothing of a group without such lines."""
OF_THE_YEAR = {"refuse_assortment", "rethink_sustainable_assortment"}
"""KPIs that look back twelve months from the end of any period."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Masters, contracts, and staff-days per site and month for both categories."""
    made = Monitor(tmp_path_factory.mktemp("measured"))
    made.load(
        "categories",
        "category name_nl name_en activity_measure\n"
        "paper Papier Paper staff_days\nlaptops Laptops Laptops staff_days",
    )
    made.load("locations", LOCATIONS)
    header = ["period_start", "period_end", "location_id", "activity_measure", "value", "unit"]
    rows = [[m, m, place, "staff_days", DAYS, "days"] for m in MONTHS for place in "AB"]
    made.load_together(
        *(made.file(name, *split(text)) for name, text in
          {"products": PRODUCTS, "contracts": CONTRACTS}.items()),
        made.file("measurements", header, rows, proxy="false"),
    )  # fmt: skip
    made.store.close()
    return made.store.path


def split(text):
    header, *rows = as_csv(text)
    return header, rows


@pytest.mark.slow
@settings(
    max_examples=examples(4),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(line, max_size=60), st.integers(0, len(DIMENSIONS) - 1), st.sampled_from(PeriodKind)
)
def test_sql_and_polars_agree(measured, lines, turn, kind):
    with tempfile.TemporaryDirectory() as name:
        monitor = Monitor(Path(name))
        copy_database(measured, monitor.store.path)
        rows = [
            [f"{m.replace(day=day)}", place, category, product, *rest]
            for m, day, place, (category, product), *rest in ALWAYS + lines
        ]
        monitor.load_rows("orders", HEADER.split(), rows)
        compare(monitor, frame(rows), turn, kind)
        monitor.store.close()


def compare(monitor, lines, turn, kind):
    """Each KPI as a whole and by one dimension, each by another."""
    dimensions = list(DIMENSIONS)
    for at, (code, again) in enumerate(EXPECTED.items(), start=turn):
        for by in ((), (dimensions[at % len(dimensions)],)):
            for result in monitor.ask(code, UNTIL, kind=kind, last=2, by=by):
                group = within(lines.filter(SPEAKS_OF.get(code, pl.lit(value=True))), result)
                span = period_at(PeriodKind.R12, result.month) if code in OF_THE_YEAR else None
                begins = (span or result.period).first
                unheard = group.every.is_empty()
                if unheard or begins < MONTHS[0] or began(group) > result.period.end:
                    assert result.state is not State.VALUE, (code, result)
                    continue
                value = again(group)
                expected = None if value is None else pytest.approx(value, abs=1e-9)
                assert result.value == expected, (code, result)
                if code == "impact_co2e":
                    assert dict(result.shares) == pytest.approx(factor_coverage(group)), result


def within(lines, result):
    """The lines of a result's group."""
    mine, sites = lines, lines
    for name, key in result.keys.items():
        own = pl.col(DIMENSIONS[name]).eq_missing(pl.lit(key, pl.String))
        mine = mine.filter(own)
        if name in {"category", "location", "group"}:
            sites = sites.filter(own)
    return Group(mine, result.period, sites["location_id"].n_unique())

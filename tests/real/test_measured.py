"""Which KPIs real files support is what measurability says; the figures are added up here by hand.

By hand: read with other readers than the import uses, and added up in plain Python.
"""

import csv
import datetime as dt
import re
from collections import defaultdict

import pytest
from python_calamine import CalamineWorkbook

from nami_monitor.core.words import State
from nami_monitor.kpis.measurability import measurability
from tests.real.trial import kept

pytestmark = pytest.mark.real


def measured(imported):
    with imported.store.read() as db:
        return measurability(db)


def supported(found):
    """The codes with a figure, by category."""
    return {
        category: {
            cell.kpi.code
            for cell in found.cells
            if cell.category == category and cell.result.state is State.VALUE
        }
        for category in found.categories
    }


def figures(found, code):
    return {category: found.of(code, category).result.value for category in found.categories}


def the_rest_says_why(found):
    for cell in found.cells:
        if cell.result.state is not State.VALUE:
            assert cell.result.reason is not None
            assert cell.lacks, (cell.kpi.code, cell.category)


def rows_of(path):
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def day(text, pattern):
    return dt.datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - a date has no zone


SHOP = {"Furniture": "furniture", "Office Supplies": "office_supplies", "Technology": "it"}
DOLLAR = 0.9


def test_superstore_supports_what_order_lines_with_articles_say(imported, real_data):
    imported("superstore_leonism.csv", "superstore")
    found = measured(imported)
    assert found.month == dt.date(2018, 12, 1)
    says = {"refuse_assortment", "reduce_spend_bridge", "impact_spend", "steer_year_end_share",
            "aha_reductions"}  # fmt: skip
    assert supported(found) == dict.fromkeys(found.categories, says)
    assert set(found.categories) == set(SHOP.values())
    spend = defaultdict(float)
    december = defaultdict(float)
    pieces = defaultdict(int)
    articles = defaultdict(set)
    for row in rows_of(real_data / "superstore_leonism.csv"):
        if row["Category"] not in SHOP:
            continue  # the second table, below the first
        category, ordered = SHOP[row["Category"]], day(row["Order Date"], "%m/%d/%Y")
        amount = float(row["Sales"]) * DOLLAR
        spend[category, ordered.year] += amount
        pieces[category, ordered.year] += int(row["Quantity"])
        if ordered.year == 2018:
            articles[category].add(row["Product ID"])
            december[category] += amount * (ordered.month == 12)
    own = SHOP.values()
    assert figures(found, "impact_spend") == pytest.approx({c: spend[c, 2018] for c in own})
    assert figures(found, "reduce_spend_bridge") == pytest.approx(
        {c: spend[c, 2018] - spend[c, 2017] for c in own}
    )
    assert figures(found, "refuse_assortment") == {c: len(articles[c]) for c in own}
    assert figures(found, "steer_year_end_share") == pytest.approx(
        {c: 100 * december[c] / spend[c, 2018] for c in own}
    )
    assert all(pieces[c, 2018] > pieces[c, 2017] for c in own)
    assert figures(found, "aha_reductions") == dict.fromkeys(own, 0)
    the_rest_says_why(found)
    assert {one.need for one in found.unlocks[:3]} == {"requests", "interventions", "contracts"}


def last_day(month):
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def two_years_before(ends):
    return ends.replace(
        year=ends.year - 2, day=28 if (ends.month, ends.day) == (2, 29) else ends.day
    )


def test_exeter_supports_the_contract_window_alone(imported, real_data):
    imported("exeter-contract-register.csv", "exeter")
    found = measured(imported)
    assert supported(found) == {one: {"steer_contract_window"} for one in found.categories}
    month = found.month  # a register speaks until the day on which it was read
    named = kept("exeter").tables[0].values["category"]
    windows, ended = defaultdict(int), 0
    for row in rows_of(real_data / "exeter-contract-register.csv"):
        division = re.search("[0-9]{2}", row["CPV code(s)"])
        category = named.get(division.group() if division else "", named["*"])
        windows[category] += 0
        begins, ends = (
            row[name].strip() for name in ("Original Start/Commencement Date", "Current end date")
        )
        if not re.fullmatch("[0-9/]+", ends):
            continue  # to be confirmed, ongoing or rolling: no end to prepare for
        ended += 1
        ends = day(ends, "%d/%m/%Y")
        begun = not re.match("[0-9]", begins) or day(begins, "%d/%m/%Y") <= last_day(month)
        windows[category] += begun and ends >= month and two_years_before(ends) <= last_day(month)
    assert figures(found, "steer_contract_window") == windows
    assert ended == 190
    the_rest_says_why(found)
    assert found.of("rethink_functional_share", "it").lacks[0].need == "contracts.specification"


def test_snipe_it_supports_the_stock_alone(imported, real_data):
    imported("snipe-it/snipeit_assets-sample.csv", "snipe_holders")
    found = measured(imported)
    assert found.month == dt.date(2023, 5, 1)
    assert supported(found) == {one: {"refuse_stock_per_location"} for one in found.categories}
    assets, places = defaultdict(int), defaultdict(set)
    for row in rows_of(real_data / "snipe-it" / "snipeit_assets-sample.csv"):
        assert day(row["Purchase Date"], "%m/%d/%y") <= last_day(found.month)
        assets[row["Category"]] += 1
        places[row["Category"]].add(row["Location"])
    assert figures(found, "refuse_stock_per_location") == pytest.approx(
        {category: assets[category] / len(places[category]) for category in assets}
    )
    assert sum(assets.values()) == 22
    the_rest_says_why(found)
    hvac = found.of("reduce_failure_rate", "HVAC")
    assert [lack.need for lack in hvac.lacks] == ["asset_events"]
    assert hvac.result.reason.key == "no_events"


POUND = 1.2405
AGAIN = "purchasecardtransactionsjune2014"
"""The delivery that repeats another line by line."""


def cards(folder):
    """Month, category as the profile names it, and pounds of every line."""
    named = kept("birmingham").tables[0].values["category"]
    for path in sorted(folder.glob("*.xls")):
        if path.stem == AGAIN:
            continue
        head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        at = {str(name).strip(): index for index, name in enumerate(head)}
        amount = next(n for n in ("BILLING GROSS AMT", "ORIGINAL GROSS AMT") if n in at)
        for row in rows:
            if not isinstance(row[at["TRANS DATE"]], dt.date):
                continue
            said = " ".join(str(row[at["TRANS CAC DESC 1"]]).split()).casefold()
            bought = row[at["TRANS DATE"]]
            yield (bought.year, bought.month), named.get(said, named["*"]), float(row[at[amount]])


def test_birmingham_supports_spend_and_its_change_over_its_last_month(imported, real_data):
    folder = real_data / "birmingham-pcard"
    for path in sorted(folder.glob("*.xls")):
        imported(f"birmingham-pcard/{path.name}", "birmingham")
    found = measured(imported)
    assert found.month == dt.date(2018, 2, 1)
    spend = defaultdict(float)
    categories = set()
    for month, category, pounds in cards(folder):
        spend[month, category] += pounds * POUND
        categories.add(category)
    assert set(found.categories) == categories
    says = {"impact_spend", "reduce_spend_bridge"}
    assert supported(found) == dict.fromkeys(categories, says)
    kinds = {cell.result.period.kind for cell in found.cells if cell.kpi.code in says}
    assert kinds == {"month"}  # of the year before, most months are missing
    now, before = (2018, 2), (2017, 2)
    assert figures(found, "impact_spend") == pytest.approx({c: spend[now, c] for c in categories})
    assert figures(found, "reduce_spend_bridge") == pytest.approx(
        {c: spend[now, c] - spend[before, c] for c in categories}
    )
    without_mass = found.of("impact_mass", "catering")
    assert {"products", "orders.quantity"} == {lack.need for lack in without_mass.lacks}

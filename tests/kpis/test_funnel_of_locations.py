"""Locations in a funnel, from tables to the sentence."""

import pytest

from nami_monitor.briefing.funnel import compare, kind_of
from nami_monitor.core.periods import parse_month
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.signals.funnel import RatioKind, Zone
from tests.kpis.kpi_tables import PRODUCTS

CATEGORIES = "category name_nl name_en activity_measure\npaper Papier Paper staff_days"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("refuse_rate", RatioKind.PROPORTION),
        ("reduce_failure_rate", RatioKind.RATE),
        ("reduce_new_assets_per_fte", RatioKind.RATE),
        ("reduce_spend_per_activity", RatioKind.AMOUNT),
        ("rethink_circular_spend_share", RatioKind.AMOUNT),
        ("reduce_asset_life", RatioKind.AMOUNT),
        ("impact_spend", None),
        ("refuse_assortment", None),
        ("refuse_stock_per_location", None),
        ("rethink_functional_share", None),
        ("reduce_survival", None),
    ],
)
def test_what_a_figure_is_a_ratio_of(code, kind):
    assert kind_of(CATALOGUE[code]) is kind


def filled(monitor, count, odd=None):
    """Locations that spend 1 euro a day, give or take 2 cents; one may spend far more."""
    monitor.load("categories", CATEGORIES)
    monitor.load("products", PRODUCTS)
    codes = [f"L{n:02}" for n in range(count)]
    header = ["location_id", "name", "organisation", "group"]
    monitor.load_rows("locations", header, [[c, f"Site~{c}", "Org", "west"] for c in codes])
    days = {code: 100 + 40 * n for n, code in enumerate(codes)}
    header = ["period_start", "period_end", "location_id", "activity_measure", "value", "unit"]
    rows = [["2024-12-01", "2024-12-31", c, "staff_days", n, "days"]
            for c, n in days.items()]  # fmt: skip
    monitor.load_rows("measurements", header, rows, proxy="false")
    header = ["ordered_on", "location_id", "category", "product_id", "channel", "amount_eur"]
    rows = [
        ["2024-12-05", c, "paper", "P1", "shop",
         round(n * (3 if c == odd else 1 + 0.02 * (-1) ** n_), 2)]
        for n_, (c, n) in enumerate(days.items())
    ]  # fmt: skip
    monitor.load_rows("orders", header, rows)


def compared(monitor, lang="nl"):
    with monitor.store.read() as db:
        return compare(
            db, CATALOGUE["reduce_spend_per_activity"], Ask(until=parse_month("2024-12")), lang
        )


@pytest.mark.slow
def test_who_differs_by_more_than_chance_is_named_and_nobody_is_ranked(monitor):
    filled(monitor, 20, odd="L10")
    found = compared(monitor)
    first = found.sites[0]
    assert (first.location, first.point.zone, str(first.effect)) == (
        "L10",
        Zone.ABOVE_LIMIT,
        "worse",
    )
    assert {site.point.zone for site in found.sites[1:]} == {Zone.INSIDE}
    assert "wijkt er 1 meer af" in found.sentence
    assert "Site~L10 (hoger)" in found.sentence
    assert "geen ranglijst" in found.sentence


@pytest.mark.slow
def test_alike_locations_differ_no_more_than_chance(monitor):
    filled(monitor, 20)
    assert "differ no more than chance" in compared(monitor, "en").sentence


@pytest.mark.slow
def test_too_few_locations_have_a_reason_and_still_a_table(monitor):
    filled(monitor, 9)
    found = compared(monitor)
    assert found.funnel is None
    assert len(found.sites) == 9
    assert "9 locaties" in found.sentence
    assert "minstens 10" in found.sentence

"""The spend bridge from order lines, by hand."""

import pytest

from nami_monitor.core.periods import parse_month
from nami_monitor.kpis import Ask
from nami_monitor.kpis.bridge import NO_ARTICLE, BridgePart, spend_bridge
from tests.kpis.kpi_tables import CATEGORIES, LOCATIONS

PRODUCTS = """
product_id name   category base_unit same_as
KEPT       Kept   paper    pack      .
DEARER     Dearer paper    pack      .
NEW        New    paper    pack      .
GONE       Gone   paper    pack      .
SENT       Sent   paper    pack      .
LOOSE      Loose  paper    pack      .
OLD        Same   paper    pack      same
"""

# Kept: 10 at 2, then 20 at 3. Dearer: 10 at 8, then 10 at 8. Sent: bought 4, sent back 6.
# Loose: its quantity is not stated. The article "same" moves to another supplier.
ORDERS = """
ordered_on location_id category product_id channel quantity amount_eur
2023-06-01 A           paper    KEPT       shop    10       20
2024-06-01 A           paper    KEPT       shop    20       60
2023-06-01 B           paper    DEARER     shop    10       80
2024-06-01 B           paper    DEARER     shop    10       80
2024-06-02 A           paper    NEW        shop    5        35
2023-06-02 A           paper    GONE       shop    3        12
2023-06-03 A           paper    SENT       shop    4        40
2024-06-03 A           paper    SENT       shop    -6       -60
2023-06-04 A           paper    LOOSE      shop    .        7
2024-06-04 A           paper    LOOSE      shop    .        9
2024-06-05 A           paper    .          shop    1        100
2023-06-06 A           paper    OLD        shop    10       50
"""


@pytest.fixture(scope="module")
def shop(kept):
    kept.load("categories", CATEGORIES)
    kept.load("locations", LOCATIONS)
    kept.load("products", PRODUCTS)
    kept.load("orders", ORDERS)
    kept.load(
        "products",
        "product_id name category base_unit same_as\nX1 Same paper pack same",
        source="T",
    )
    kept.load(
        "orders",
        "ordered_on location_id category product_id channel quantity amount_eur\n"
        "2024-06-06 A paper X1 shop 10 55",
        source="T",
    )
    return kept


def bridged(shop, until="2024-06", **where):
    with shop.store.read() as db:
        return spend_bridge(db, Ask(until=parse_month(until), where=where))


def test_the_parts_by_hand(shop):
    """Kept, dearer and the article of two suppliers are split: 30 packs at 150, then 40 at 195.

    Volume: 10 more at 150 / 30. Price: 20 x (3 - 2) + 10 x (5.5 - 5). The rest is mix.
    """
    found = bridged(shop)
    total = {part: float(getattr(found.bridge.total, part)) for part in BridgePart}
    assert total == pytest.approx(
        {
            BridgePart.PRICE: 20 + 5,
            BridgePart.VOLUME: 50,
            BridgePart.MIX: 195 - 150 - 25 - 50,
            BridgePart.NEW: 35,
            BridgePart.VANISHED: -12,
            BridgePart.UNSPLIT: (-60 - 40) + (9 - 7) + 100,
        }
    )
    assert float(found.bridge.total.change) == found.after.value - found.before.value
    assert (found.refunds, found.unknown) == (1, 1)


def test_each_article_by_hand(shop):
    splits = bridged(shop).bridge.products
    assert splits["S/NEW"].new == 35
    assert splits["S/GONE"].vanished == -12
    assert splits["S/SENT"].unsplit == -100
    assert splits["S/LOOSE"].unsplit == 2
    assert splits[NO_ARTICLE].unsplit == 100
    assert float(splits["same"].price) == pytest.approx(5)
    largest = bridged(shop).bridge.largest()
    assert {key for key, _ in largest[:2]} == {"S/SENT", NO_ARTICLE}


def test_a_location_is_read_from_the_lines(shop):
    found = bridged(shop, location=("B",))
    assert (found.before.value, found.after.value) == (80, 80)
    assert list(found.products) == ["S/DEARER"]
    assert float(bridged(shop, group=("west",)).bridge.total.volume) == pytest.approx(35)


def test_what_has_no_year_before_has_no_bridge(shop):
    found = bridged(shop, "2023-06")
    assert found.bridge is None
    assert found.lacking.reason.key == "not_begun"
    assert found.lacking.period == found.before.period

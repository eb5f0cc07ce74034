"""December's share against an even year and the years before."""

import pytest

from nami_monitor.briefing.conclusions import EVEN, year_end
from nami_monitor.core.periods import parse_month
from nami_monitor.kpis import Ask
from tests.kpis.kpi_tables import CATEGORIES, LOCATIONS, PRODUCTS
from tests.support.monitor import Monitor

# December of 2021 to 2024 against 110 euro in the other eleven months together.
DECEMBERS = {2021: 40, 2022: 10, 2023: 90, 2024: 110}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    kept = Monitor(tmp_path_factory.mktemp("year_end"))
    kept.load("categories", CATEGORIES)
    kept.load("locations", LOCATIONS)
    kept.load("products", PRODUCTS)
    header = "ordered_on location_id category product_id channel quantity amount_eur"
    rows = [
        f"{year}-{number:02}-05 A paper P1 shop 1 {december if number == 12 else 10}"
        for year, december in DECEMBERS.items()
        for number in range(1, 13)
    ]
    kept.load("orders", "\n".join([header, *rows]))
    yield kept
    kept.store.close()


def found(shop, until, kind):
    with shop.store.read() as db:
        return year_end(db, Ask(kind=kind, until=parse_month(until)))


@pytest.mark.parametrize(("until", "kind"), [("2024-12", "year"), ("2024-12", "r12")])
def test_the_mean_and_range_of_the_years_before(shop, until, kind):
    told = found(shop, until, kind)
    assert told.year == 2024
    assert [year for year, _ in told.earlier] == [2021, 2022, 2023]
    # 40 of 150, 10 of 120, 90 of 200
    assert [share for _, share in told.earlier] == pytest.approx([80 / 3, 25 / 3, 45])
    assert told.usual == pytest.approx(((80 / 3 + 25 / 3 + 45) / 3, 25 / 3, 45))
    assert pytest.approx(25 / 3) == EVEN


def test_twelve_months_hold_the_december_before(shop):
    assert found(shop, "2024-06", "r12").year == 2023
    assert [year for year, _ in found(shop, "2024-06", "r12").earlier] == [2021, 2022]


def test_one_earlier_year_is_no_season(shop):
    told = found(shop, "2022-12", "year")
    assert len(told.earlier) == 1
    assert told.usual is None


def test_other_periods_hold_no_whole_year(shop):
    assert found(shop, "2024-12", "month") is None
    assert found(shop, "2024-12", "ytd") is None

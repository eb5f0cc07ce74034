"""The register of assets by hand: ages, how long they last, where they went, what is doubted."""

import datetime as dt

import pytest

from nami_monitor.briefing import assets
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store

LOADED = {
    "categories": "category;name_nl;name_en\nit;IT;IT\n",
    "locations": "location_id;name;organisation\nA;Almere;O\n",
    "assets": "asset_id;category;location_id;acquired_on;condition;warranty_until\n"
    "1;it;A;2025-11-10;new;2028-11-10\n"
    "2;it;A;2023-01-31;new;2026-01-31\n"
    "3;it;A;2019-05-01;refurbished;\n"
    "4;it;A;2024-03-01;new;2027-03-01\n"  # retired within its warranty
    "5;it;A;2020-03-01;new;2023-03-01\n"  # retired after it
    "6;it;A;2018-03-01;new;\n"  # retired, warranty unknown, route unknown
    "7;it;A;2025-03-01;new;2026-03-01\n"  # retired before it was bought
    "8;it;A;2026-04-01;new;2028-03-01\n",  # bought later
    "asset_events": "asset_id;happened_on;kind;route\n"
    "4;2025-06-01;retired;recycling\n5;2025-07-01;retired;verkoop\n6;2024-02-01;retired;\n"
    "7;2025-01-01;retired;verkoop\n",
}
FEBRUARY = dt.date(2026, 2, 1)


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assets")
    store = Store(folder / "m.duckdb")
    for table, content in LOADED.items():
        file = folder / f"{table}.csv"
        file.write_text(content, "utf-8")
        mapped = "\n".join(f'{name} = "{name}"' for name in content.splitlines()[0].split(";"))
        profile = f'source = "S"\n[[table]]\nname = "{table}"\n[table.columns]\n{mapped}\n'
        import_file(store, file, parse_profile(profile), answers=Answers.yes(), who="t")
    with store.read() as look:
        yield look
    store.close()


@pytest.fixture(scope="module")
def february(db):
    return assets.register(db, FEBRUARY, {"category": ("it",)})


def test_ages_are_whole_years_in_bands_by_condition(february):
    # asset 1 is 3 months, 2 is three years, 3 is over six: the band 6-7
    assert february.ages == {(0, "new"): 1, (3, "new"): 1, (6, "refurbished"): 1}
    assert february.in_use == 3


@pytest.mark.parametrize(("years", "band"), [(0, 0), (6, 6), (7, 6), (8, 8), (14, 12), (40, 15)])
def test_every_age_has_its_band(years, band):
    assert assets.band_of(years) == band


def test_what_was_retired_is_told_by_year_and_route(february):
    assert february.routes == {(2024, None): 1, (2025, "recycling"): 1, (2025, "verkoop"): 1}
    assert (february.retired, february.early, february.warranted) == (3, 1, 2)


def test_what_was_retired_before_it_was_bought_counts_nowhere_and_is_told(february):
    assert february.spoilt == 1
    assert february.lives is not None
    assert (february.lives.assets, february.lives.retired) == (6, 3)


def test_the_most_common_warranty_is_the_one_that_is_judged(february):
    assert february.lives.warranty == 36


def test_every_card_has_its_figure_over_twelve_months(february):
    assert tuple(figure.code for figure in february.figures) == assets.CARDS
    assert {figure.period.last for figure in february.figures} == {FEBRUARY}


def test_before_the_register_begins_nothing_is_in_use(db):
    early = assets.register(db, dt.date(2018, 1, 1), {})
    assert (early.ages, early.lives, early.routes, early.retired) == ({}, None, {}, 0)


def test_choices_are_what_the_register_speaks_of(db):
    offered = assets.choices(db)
    assert offered.categories == {"it": {"nl": "IT", "en": "IT"}}
    assert offered.months[0] == dt.date(2026, 4, 1)
    assert offered.months[-1] == dt.date(2018, 3, 1)

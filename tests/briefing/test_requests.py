"""The request ledger by hand: what counts, and what stands apart."""

import datetime as dt
from dataclasses import replace

import pytest

from nami_monitor.briefing import requests
from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.kpis import Ask
from nami_monitor.store import Store

LOADED = {
    "categories": "category;name_nl;name_en\nit;IT;IT\npaper;Papier;Paper\n",
    "locations": "location_id;name;organisation;group\nA;Almere;O;west\nB;Breda;O;south\n",
    "products": "product_id;name;category;base_unit;mass_kg\nL1;Laptop;it;piece;2\n",
    "measurements": "period_start;period_end;location_id;activity_measure;value;unit;proxy\n"
    "2025-01-01;2026-12-31;A;fte;90;fte;no\n2025-01-01;2026-12-31;B;fte;20;fte;no\n",
    "requests": "request_id;requested_on;location_id;category;product_id;quantity;decision;"
    "quantity_avoided;decided_on;reason\n"
    "1;2026-01-30;A;it;L1;4;from_stock;3;2026-02-02;\n"
    "2;2026-02-03;A;it;L1;1;bought;;;\n"
    "3;2026-02-04;A;it;L1;2;refurbished;;;\n"
    "4;2026-02-05;A;it;L1;1;blocked;;;Security: no wiping\n"
    "5;2026-02-06;A;it;L1;1;blocked;;;security\n"
    "6;2026-02-07;A;it;L1;5;withdrawn;;;duplicate\n"
    "7;2026-02-08;A;it;L1;1;withdrawn;;;\n"
    "8;2026-02-09;B;it;L1;1;repaired;;;screen\n"
    "9;2024-12-01;B;paper;;1;bought;;;\n",
}
FEBRUARY = dt.date(2026, 2, 1)
YEAR = Ask("r12", FEBRUARY)


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("requests")
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


def test_what_is_counted_and_what_stands_apart(db):
    found = requests.ledger(db, YEAR)
    assert {code: n for code, n in found.counts.items() if n} == {
        "from_stock": 1, "bought": 1, "refurbished": 1, "blocked": 2, "withdrawn": 1, "repaired": 1,
    }  # fmt: skip
    assert (found.asked, found.decided, found.no_need) == (8, 5, 1)
    assert found.blocked == {"security": 2}
    assert found.decisions[FEBRUARY, "from_stock"] == 1
    rate = found.figures["refuse_rate"][-1]
    assert (rate.numerator, rate.denominator) == (3, 5)
    quantity = found.figures["refuse_avoided_quantity"][-1]
    assert (quantity.value, quantity.evidence) == (5, "A")
    assert found.figures["refuse_avoided_mass"][-1].value == 10


@pytest.mark.parametrize(
    ("kind", "asked", "first", "last"),
    [("month", 8, "2026-02", "2026-02"), ("quarter", 0, "2025-10", "2025-12"),
     ("year", 0, "2025-01", "2025-12"), ("ytd", 8, "2026-01", "2026-02"),
     ("2024-12..2026-02", 9, "2024-12", "2026-02")],
)  # fmt: skip
def test_the_ledger_speaks_of_the_period_that_was_chosen(db, kind, asked, first, last):
    ask = replace(YEAR, kind=kind)
    found = requests.ledger(db, ask)
    assert (f"{found.period.first:%Y-%m}", f"{found.period.last:%Y-%m}") == (first, last)
    assert (found.asked, len(requests.rows(db, ask))) == (asked, asked)
    for results in found.figures.values():
        assert results[-1].period == found.period
        assert results[0].period.last.year == found.period.last.year - 1


def test_filters_hold_for_every_figure(db):
    found = requests.ledger(db, replace(YEAR, where={"group": ("south",), "category": ("it",)}))
    assert (found.asked, found.counts["repaired"], found.blocked) == (1, 1, {})


def test_the_page_offers_what_the_ledger_holds(db):
    offered = requests.choices(db)
    assert offered.months == (FEBRUARY, dt.date(2024, 12, 1))
    assert list(offered.categories) == ["it", "paper"]
    assert set(offered.all_categories) == {"it", "paper"}
    assert offered.locations == {"A": "Almere", "B": "Breda"}
    assert [one.name for one in requests.articles(db, "it")] == ["Laptop"]
    assert requests.exists(db, "8")
    assert not requests.exists(db, "88")


def test_more_rows_than_a_screen_holds_are_refused_with_a_way_out(db, monkeypatch):
    monkeypatch.setattr(requests, "MOST_ROWS", 3)
    with pytest.raises(UserError, match=r"requests\.too_many"):
        requests.rows(db, YEAR)

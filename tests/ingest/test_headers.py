"""Two columns of one name: neither is read in silence."""

import openpyxl
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.set_aside import write_set_aside
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.preview import sources, values_in
from nami_monitor.ingest.profiles.profile import Unpivot, parse_profile
from nami_monitor.ingest.profiles.proposal import auto_profile
from nami_monitor.ingest.profiles.source_cells import column_numbers, distinct_headers
from nami_monitor.ingest.profiles.suggest import matching_profiles, suggest
from nami_monitor.ingest.readers import delimited, read
from tests.support.databases import new_store

HEADER = ("Datum", "Vestiging", "Aantal", "Bedrag", "bedrag", "Soort", "Soort")
LINE = ("05-01-2025", "A", "2", "10,00", "99,00", "papier", "wit")
PROFILE = """source = "X"
vat = "excl"
[file]
dates = ["%d-%m-%Y"]
decimal = ","
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Vestiging"
quantity = "Aantal"
amount_eur = "BEDRAG"
[table.constants]
category = "papier"
channel = "web"
"""


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path / "own.duckdb", idle=60)
    yield made
    made.close()


def csv_of(folder, *lines):
    path = folder / "x.csv"
    path.write_text("\n".join(";".join(line) for line in (HEADER, *lines)) + "\n", "utf-8")
    return path


def offer(store, path, profile):
    return import_file(store, path, parse_profile(profile), answers=Answers.yes(), who="t")


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    "mapped",
    [
        '"Bedrag"',
        '["Totaal", "Bedrag"]',
        '{ sum = ["Aantal", "Bedrag"] }',
        '{ from = "Aantal", sign = { column = "Bedrag", negative = ["C"] } }',
    ],
)
def test_a_name_that_two_columns_bear_is_refused_where_it_is_mapped(
    store, tmp_path, monkeypatch, mapped, large
):
    monkeypatch.setattr(delimited, "LARGE_BYTES", 0 if large else 1 << 30)
    with pytest.raises(UserError) as refused:
        offer(store, csv_of(tmp_path, LINE), PROFILE.replace('"BEDRAG"', mapped))
    assert refused.value.key == "import.two_of_one_name"
    assert refused.value.values["first"] == "Bedrag (1)"
    with store.read() as db:
        assert db.value("select count(*) from batches") == 0


def test_a_name_in_a_drop_rule_is_refused_too(store, tmp_path):
    profile = PROFILE.replace('amount_eur = "BEDRAG"\n', "").replace(
        "[[table]]", '[drop]\nwhere = [{ column = "soort", matches = "x" }]\n[[table]]'
    )
    with pytest.raises(UserError, match="two_of_one_name"):
        offer(store, csv_of(tmp_path, LINE), profile)


@pytest.mark.parametrize(
    ("mapped", "amount"),
    [('"Bedrag (1)"', 10), ('"bedrag (2)"', 99), ('["Prijs", "Bedrag (1)"]', 10)],
)
def test_each_of_them_can_be_named(store, tmp_path, mapped, amount):
    path = csv_of(tmp_path, LINE, ("31-02-2025", *LINE[1:]))
    report = offer(store, path, PROFILE.replace('"BEDRAG"', mapped))
    assert (report.main.accepted, report.main.set_aside) == (1, 1)
    out = tmp_path / "mend.csv"
    with store.read() as db:
        assert db.value("select amount_eur from orders") == amount
        write_set_aside(db, report.batch, out, "nl")
    out.write_text(out.read_text("utf-8-sig").replace("31-02", "06-01"), "utf-8")
    assert offer(store, out, PROFILE).main.accepted == 1
    with store.read() as db:
        assert db.rows("select amount_eur from orders") == [(amount,)] * 2


def test_a_profile_that_maps_both_knows_of_both(store, tmp_path):
    told = PROFILE.replace('"BEDRAG"', '"Bedrag"\norder_ref = "Bedrag (2)"')
    assert offer(store, csv_of(tmp_path, LINE), told).main.accepted == 1


def test_two_columns_that_hold_the_same_need_no_telling_apart(store, tmp_path):
    same = (*LINE[:4], LINE[3], *LINE[5:])
    blank = ("06-01-2025", "A", "3", "", "", "papier", "")
    assert offer(store, csv_of(tmp_path, same, blank), PROFILE).main.accepted == 2
    with pytest.raises(UserError, match="two_of_one_name"):
        offer(store, csv_of(tmp_path, same, (*blank[:4], "1,00", *blank[5:])), PROFILE)


def test_what_nobody_maps_may_stand_twice(store, tmp_path):
    bare = PROFILE.replace('amount_eur = "BEDRAG"\n', "")
    assert offer(store, csv_of(tmp_path, LINE), bare).main.accepted == 1


def test_a_workbook_is_held_to_the_same(store, tmp_path):
    book = openpyxl.Workbook()
    for row in (HEADER, ("05-01-2025", "A", 2, 10, 99, "papier", "wit")):
        book.active.append(row)
    path = tmp_path / "x.xlsx"
    book.save(path)
    with pytest.raises(UserError, match="two_of_one_name"):
        offer(store, path, PROFILE)


def test_mapping_offers_each_and_chooses_none(tmp_path):
    (sheet,) = read(csv_of(tmp_path, LINE), Layout())
    assert [name for name in sources(sheet, None) if "edrag" in name] == [
        "Bedrag (1)",
        "bedrag (2)",
    ]
    assert values_in(sheet, "Bedrag (1)") == ["10,00"]
    assert values_in(sheet, "bedrag (2)") == ["99,00"]
    assert values_in(sheet, "Bedrag (3)") == []
    assert not suggest(sheet, "orders")["amount_eur"].certain
    with pytest.raises(UserError) as refused:
        auto_profile(sheet, "orders", "X")
    assert refused.value.key == "import.two_columns"
    assert refused.value.values["seen"] == "Bedrag (1), bedrag (2)"
    told = parse_profile(PROFILE.replace('"BEDRAG"', '"Bedrag (1)"'))
    assert matching_profiles(sheet, {"told": told}) == ["told"]


def test_a_number_behind_a_name_may_be_its_own():
    assert distinct_headers(("Maat (2)", "Maat (3)")) == ("Maat (2)", "Maat (3)")
    assert column_numbers(("A", "a (2)", "B")) == {"a": 1, "a (1)": 1, "a (2)": 2, "b": 3}


def test_months_side_by_side_are_offered_as_the_two_columns_that_they_become(tmp_path):
    path = tmp_path / "maanden.csv"
    path.write_text("Plaats;jan 2025;feb 2025\nA;1;2\nB;3;4\n", "utf-8")
    (sheet,) = read(path, Layout())
    unpivot = Unpivot("^(jan|feb) ", "@maand", "@aantal")
    offered = sources(sheet, unpivot)
    assert {"Plaats", "@maand", "@aantal"} <= set(offered)
    assert not {"jan 2025", "feb 2025"} & set(offered)
    assert values_in(sheet, "@maand", unpivot) == ["jan 2025", "feb 2025"]
    assert values_in(sheet, "Plaats", unpivot) == ["A", "B"]

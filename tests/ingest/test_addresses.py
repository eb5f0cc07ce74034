"""E-mail addresses stay out of the database, whatever column they stand in."""

import tempfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.codes import Code, confirm, rename
from nami_monitor.ingest.book.file_import import Answers, import_file, import_many
from nami_monitor.ingest.book.set_aside import write_set_aside
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.deliveries import abandon
from nami_monitor.ingest.personal import ADDRESS, BLANKED, blanked
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.readers import delimited
from tests.support.databases import new_store

FIELDS = (
    "ordered_on", "location_id", "category", "product_id", "channel", "quantity", "amount_eur",
    "condition", "contract_id", "supplier", "order_ref", "text",
)  # fmt: skip
GOOD = ("05-01-2025", "L1", "papier", "P1", "web", "2", "3,50", "new", "K1", "Firma", "R1", "ok")
PROFILE = (
    'source = "X"\nvat = "excl"\n[file]\ndelimiter = ";"\nencoding = "utf-8"\ndecimal = ","\n'
    'dates = ["%d-%m-%Y"]\n[[table]]\nname = "orders"\n[table.columns]\n'
    + "".join(f'{name} = "k_{name}"\n' for name in FIELDS)
)
ADDRESSES = ("jan.p@dienst.nl", "info@ministerie.example", "zoë@münchen.de", "a+b@c-d.co.uk")
DECORATED = ("{}", "Jan <{}>", "mailto:{}", "PO 12 {} x", "{} / 06-12345678")


def offer(store, lines, *, large=False, profile=PROFILE, header=FIELDS, **more):
    """Import lines of a csv, read whole or streamed."""
    path = store.path.with_name("x.csv")
    text = "\n".join([";".join(f"k_{name}" for name in header), *map(";".join, lines)]) + "\n"
    path.write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "LARGE_BYTES", 0 if large else 1 << 30)
        return import_file(
            store, path, parse_profile(profile), answers=Answers.yes(), **{"who": "t", **more}
        )


def everything(store):
    """All that a database file says, as text."""
    with store.read() as db:
        names = [
            name
            for (name,) in db.rows(
                "select table_name from duckdb_tables() where database_name = current_database()"
            )
        ]
        return "\n".join(str(db.rows(f'select * from "{name}"')) for name in names)


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path / "own.duckdb", idle=60)
    yield made
    made.close()


@pytest.mark.parametrize("large", [False, True])
def test_no_column_keeps_an_address(store, large):
    """Each column holds one in a line of its own, among enough good ones to be about no people."""
    bad = [
        [
            f"zie {ADDRESSES[0]}" if name == field else x
            for name, x in zip(FIELDS, GOOD, strict=True)
        ]
        for field in FIELDS
    ]
    report = offer(store, [GOOD] * 40 + bad, large=large)
    assert "dienst.nl" not in everything(store)
    kept = {"text", "supplier"}
    set_aside = [field for field in FIELDS if field not in kept]
    own = {
        "ordered_on": "not_a_date", "quantity": "not_a_number", "amount_eur": "not_a_number",
        "condition": "not_allowed",
    }  # fmt: skip
    assert (report.main.accepted, report.main.set_aside) == (40 + len(kept), len(set_aside))
    with store.read() as db:
        for field in kept:
            assert db.value(f"select count(*) from orders where {field} = 'zie {BLANKED}'") == 1
        found = db.rows("select line, rule, value from set_aside order by line")
    assert [tuple(row) for row in found] == [
        (42 + FIELDS.index(field), own.get(field, "personal_data"), f"zie {BLANKED}")
        for field in set_aside
    ]


cells = st.one_of(
    st.sampled_from(GOOD),
    st.builds(str.format, st.sampled_from(DECORATED), st.sampled_from(ADDRESSES)),
    st.sampled_from(["", "oops", "31-02-2025", "#N/A", "[e-mail]", "6,1E+15"]),
)
lines = st.lists(
    st.tuples(*(st.one_of(st.just(good), st.just(good), cells) for good in GOOD)),
    min_size=1, max_size=5,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
@example([(*GOOD[:-1], "bel 06-12345678 of 123456789"), ("x", *GOOD[1:-1], "06-12345678")])
@given(lines)
def test_generated_lines_leave_no_address_by_either_way(found):
    # enough good lines that no column is about people, and a record that does not fit
    rows = [GOOD] * 40 + [*found, (*GOOD, "jan.p@dienst.nl")]
    said = []
    with tempfile.TemporaryDirectory() as name:
        for large in (False, True):
            store = new_store(Path(name) / f"{large}.duckdb", idle=60)
            offer(store, rows, large=large)
            text = everything(store)
            assert not pl.Series([text]).str.contains(ADDRESS).any()
            assert all(address not in text for address in ADDRESSES)
            assert "06-12345678 of" not in text
            with store.read() as db:
                said.append(
                    [
                        db.rows(f"select * from {table} order by all")
                        for table in ("orders_offered", "set_aside")
                    ]
                )
            store.close()
    assert said[0] == said[1]


@pytest.mark.parametrize("large", [False, True])
def test_a_row_set_aside_keeps_no_number_of_a_person_in_its_free_text(store, large):
    rows = [GOOD, ("31-02-2025", *GOOD[1:-1], "bel 06-12345678")]
    report = offer(store, rows, large=large)
    assert report.main.set_aside == 1
    assert "12345678" not in everything(store)
    out = store.path.with_name("mend.csv")
    with store.read() as db:
        write_set_aside(db, report.batch, out, "nl")
    assert "bel [...]" in out.read_text("utf-8-sig")


@pytest.mark.slow
def test_stored_cells_and_titles_keep_none_either(store, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Contact jan.p@dienst.nl"])
    sheet.append([])
    sheet.append([f"k_{name}" for name in FIELDS])
    for place in ("L1", "L2", "jan.p@dienst.nl", "L3", "L4", "L5", "L6"):
        sheet.append(["05-01-2025", place, *GOOD[2:5], 2, 3.5, *GOOD[7:-1], 123456782])
    path = tmp_path / "jan.p@dienst.nl.xlsx"
    book.save(path)
    profile = PROFILE.replace('[file]\ndelimiter = ";"\nencoding = "utf-8"', "[file]")
    told = profile.replace('"k_order_ref"', '{ from = "@cell:A1" }').replace('"X"', '"Y"')
    first = import_file(store, path, parse_profile(profile), answers=Answers.yes(), who="t")
    assert (first.main.accepted, first.main.reasons) == (6, {"personal_data": 1})
    second = import_file(store, path, parse_profile(told), answers=Answers.yes(), who="t")
    assert second.main.reasons == {"personal_data": 7}
    assert "dienst.nl" not in everything(store)
    assert "123456782" not in everything(store)


def test_months_as_columns_named_by_addresses_keep_none(store):
    profile = PROFILE.split("[[table]]")[0] + (
        '[unpivot]\ncolumns = "@"\nname = "wie"\nvalue = "n"\n[[table]]\nname = "orders"\n'
        '[table.columns]\nordered_on = "k_dag"\nlocation_id = "wie"\nquantity = "n"\n'
        '[table.constants]\ncategory = "papier"\nchannel = "web"\n'
    )
    header = ("dag", "jan.p@dienst.nl")
    report = offer(store, [("05-01-2025", "3")], profile=profile, header=header)
    assert report.main.reasons == {"personal_data": 1}
    assert "dienst.nl" not in everything(store)


def test_a_mended_row_that_still_has_the_blank_is_set_aside_again(store):
    report = offer(store, [GOOD] * 9 + [(GOOD[0], "a@b.nl", *GOOD[2:])])
    out = store.path.with_name("mend.csv")
    with store.read() as db:
        write_set_aside(db, report.batch, out, "nl")
    again = import_file(store, out, parse_profile(PROFILE), answers=Answers.yes(), who="t")
    assert again.main.reasons == {"personal_data": 1}
    out.write_text(out.read_text("utf-8-sig").replace(BLANKED, "L2"), "utf-8")
    assert (
        import_file(
            store, out, parse_profile(PROFILE), answers=Answers.yes(), who="t"
        ).main.accepted
        == 1
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('source = "X"', 'source = "jan@dienst.nl"'),
        ('supplier = "k_supplier"\n', ""),
        ('location_id = "k_location_id"', 'location_id = "jan@dienst.nl"'),
    ],
)
def test_a_profile_with_an_address_is_refused(store, old, new):
    profile = PROFILE.replace(old, new)
    if not new:
        profile += '[table.constants]\nsupplier = "Jan <jan@dienst.nl>"\n'
    with pytest.raises(UserError) as refused:
        offer(store, [GOOD], profile=profile)
    assert (refused.value.key, refused.value.values) == (
        "personal.address",
        {"seen": "jan@dienst.nl"},
    )


def test_a_pattern_may_look_for_addresses(store):
    profile = PROFILE.replace(
        "[[table]]",
        '[drop]\nwhere = [{ column = "k_supplier", matches = "\\\\S+@\\\\S+\\\\.nl" }]\n[[table]]',
    )
    assert offer(store, [GOOD], profile=profile).main.accepted == 1


@pytest.mark.parametrize(
    ("who", "key"),
    [("jan@dienst.nl", "personal.address"), ("", "entry.who"), ("  ", "entry.who")],
)
def test_who_is_no_address_and_is_said(store, who, key):
    batch = offer(store, [GOOD]).batch
    for act in (
        lambda: offer(store, [GOOD, GOOD], who=who),
        lambda: undo(store, batch, who=who),
        lambda: abandon(store, batch, who=who),
        lambda: rename(store, Code("locations", "", "L1"), "Kantoor", who=who),
        lambda: confirm(store, [Code("locations", "", "L1")], who=who),
        lambda: import_many(store, [], who=who),
    ):
        with pytest.raises(UserError) as refused:
            act()
        assert refused.value.key == key
    with pytest.raises(UserError) as refused:
        rename(store, Code("locations", "", "L1"), "jan@dienst.nl", who="t")
    assert refused.value.key == "personal.address"
    assert "dienst.nl" not in everything(store)


@pytest.mark.parametrize("text", ["a@b", "USB@2.0GHz", "3@1.95", "@dienst.nl", "prijs @ 3.nl", ""])
def test_what_is_no_address_stays(text):
    assert blanked(text) == text

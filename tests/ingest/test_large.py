"""A file that is streamed gives what the same file gives when it is read whole."""

import tempfile
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book import booking
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.stage import stage
from nami_monitor.ingest.cells import LargeCsv, Layout
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.profiles.source_cells import source_cells
from nami_monitor.ingest.readers import delimited, large_csv, records
from nami_monitor.ingest.readers.delimited import read_delimited
from nami_monitor.store import Store

LAYOUT = Layout(delimiter=";", encoding="utf-8", skip_rows=0)
HEADER = "Datum;Vestiging;Aantal"
GOOD = "01-02-2025;P1;3"
PROFILE = parse_profile(
    """
source = "groot"
vat = "excl"
[file]
decimal = ","
dates = ["%d-%m-%Y"]
delimiter = ";"
encoding = "utf-8"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Vestiging"
quantity = "Aantal"
condition = "Conditie"
[table.constants]
category = "papier"
channel = "webwinkel"
"""
)


@pytest.fixture(autouse=True)
def short_records(monkeypatch):
    monkeypatch.setattr(records, "LONGEST_RECORD_LINES", 4)
    monkeypatch.setattr(large_csv, "_WINDOW", 6)


def read_both(folder: Path, content: bytes, layout: Layout = LAYOUT, block: int = 40):
    """The sheet read whole, and streamed in small blocks."""
    path = folder / "leverancier.csv"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "LARGE_BYTES", 1 << 30)
        whole = read_delimited(path, layout)[0]
        patch.setattr(delimited, "LARGE_BYTES", 0)
        patch.setattr(large_csv, "_BLOCK_BYTES", block)
        streamed = read_delimited(path, layout)[0]
    assert isinstance(streamed.rows, LargeCsv)
    return whole, streamed


def streamed_rows(sheet, folder: Path) -> tuple[pl.DataFrame, int]:
    """What the store reads of a streamed sheet, without misfits and blanks, and the blanks."""
    cells = source_cells(sheet, PROFILE, file=folder / "x.csv", frame="none", period=None)
    found = duckdb.sql(f"select * from {cells.relation}").pl()
    if sheet.rows.temporary:
        sheet.rows.path.unlink()
    found = found.with_columns(line=pl.int_range(pl.len()) + sheet.rows.data_starts)
    found = found.filter(pl.col("c1").ne_missing("\x03"))
    names = [name for name in found.columns if name != "line"]
    filled = found.filter(~pl.all_horizontal(pl.col(names).is_null()))
    return filled, found.height - filled.height


def assert_same(folder: Path, content: bytes, layout: Layout = LAYOUT, block: int = 40) -> None:
    try:
        whole, streamed = read_both(folder, content, layout, block)
    except UserError:
        with pytest.raises(UserError, match=r"reading\.second_table"):
            read_both(folder, content, layout, block)
        return
    if "second_table" in whole.misfits["rule"].to_list():
        assert second_table_is_wider_or_narrower(whole, streamed)
        return
    assert streamed.columns == whole.columns
    assert streamed.titles == whole.titles
    assert streamed.layout == whole.layout
    rows, blank = streamed_rows(streamed, folder)
    assert rows.rows() == whole.rows.rows()
    assert blank == whole.blank
    assert streamed.misfits.rows() == whole.misfits.rows()


def second_table_is_wider_or_narrower(whole, streamed) -> bool:
    """Whether what is a second table when read whole does not fit when it is streamed."""
    second = set(whole.misfits.filter(rule="second_table")["line"])
    return second <= set(streamed.misfits["line"])


SECOND = "Persoon;Regio;Manager\nAnna;West;x\nPiet;Oost;y\n"


@pytest.mark.parametrize("block", [1, 40, 10_000])
@pytest.mark.parametrize("gap", ["\n", ";;\n", "\n\n"])
def test_a_second_table_as_wide_as_the_first_is_refused_with_its_line(tmp_path, gap, block):
    body = f"{GOOD}\n" * 20
    path = tmp_path / "twee.csv"
    path.write_text(f"{HEADER}\n{body}{gap}{SECOND}{body}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "LARGE_BYTES", 0)
        patch.setattr(large_csv, "_BLOCK_BYTES", block)
        with pytest.raises(UserError) as refused:
            read_delimited(path, LAYOUT)
    line = 22 + gap.count("\n")
    assert refused.value.key == "reading.second_table"
    assert refused.value.values == {"file": "twee.csv", "line": line}
    assert [file.name for file in tmp_path.iterdir()] == ["twee.csv"]


@pytest.mark.parametrize("second", ["Persoon;Regio\nAnna;West\n", "A;B;C;D\na;b;c;d\n"])
def test_the_records_of_a_second_table_with_other_columns_do_not_fit(tmp_path, second):
    content = f"{HEADER}\n" + f"{GOOD}\n" * 20 + "\n" + second
    _, streamed = read_both(tmp_path, content.encode())
    assert streamed.misfits["line"].to_list() == [23, 24]
    rows, _ = streamed_rows(streamed, tmp_path)
    assert rows.height == 20


def test_blank_records_and_headers_between_rows_start_no_table(tmp_path):
    part = f"{GOOD}\n\n" * 9
    assert_same(tmp_path, f"{HEADER}\n{part}{HEADER}\n{part}\n{GOOD}\n".encode())


CELLS = st.sampled_from(
    ["a", "Datum", "1,5", "", " ", " b ", "é", "\u00a0c", "d\u2003", '"e;f"', '"g""h"', '"i\nj"',
     '"k', 'l"m', '"n"o', '""', '"  p"', "\tq", "r\x07s", "t\x7f", "u\rv", '"w\r\nx"', "y z", "€ 3"]
)  # fmt: skip
LINES = st.one_of(
    st.just(GOOD),
    st.just(HEADER),
    st.just(f' "Datum" ;{HEADER.partition(";")[2]}'),
    st.just(""),
    st.just(";;"),
    st.just("Persoon;Regio;Manager"),
    st.lists(CELLS, min_size=1, max_size=5).map(";".join),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINES, min_size=1, max_size=12),
    newline=st.sampled_from(["\n", "\r\n"]),
    closed=st.booleans(),
    spoilt=st.one_of(st.none(), st.integers(0, 200)),
    block=st.sampled_from([17, 400, 10_000]),
)
@example(lines=[GOOD, '"open', GOOD], newline="\n", closed=True, spoilt=None, block=40)
@example(lines=[GOOD, '"a\nb";c;d', GOOD], newline="\r\n", closed=False, spoilt=3, block=1)
def test_streaming_gives_the_rows_misfits_and_blanks_of_reading_whole(
    tmp_path, lines, newline, closed, spoilt, block
):
    content = newline.join([HEADER, *[GOOD] * 300, *lines]) + newline * closed
    data = content.encode()
    if spoilt is not None:
        place = len(data) - min(spoilt, len(data) - len(HEADER) - 2)
        data = data[:place] + b"\xff" + data[place:]
    assert_same(tmp_path, data, block=block)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\ufeffA;B\n1;2\n\n3;4\n".encode(), id="mark at the start"),
        pytest.param(b'Titel\n"A\nx";B\n1;2\n;\n3;4\n', id="title and broken header"),
        pytest.param(b"A;B\n1;2\r3;4\n5;6\n", id="return within"),
        pytest.param(b"A;B\n1;2\n3;4;;\n5;6;7\n8\n", id="trailing delimiters"),
        pytest.param(b"A;B;C\n1;2\n3;4\n5;6;7\n8;9\n", id="commonly short"),
        pytest.param(b"A;B\n1;2\nA;B\n3;4\n a ;b\n", id="header again"),
        pytest.param(b'A;B\n1;"2;\n' + b"3;4\n" * 9, id="open quote"),
        pytest.param(b'A;B\n1;"2;\n3;4"\n' + b"3;4\n" * 9, id="quote closed below"),
    ],
)
def test_known_shapes_of_trouble(tmp_path, content):
    layout = Layout(delimiter=";", encoding="utf-8")
    assert_same(tmp_path, content, layout)


def test_other_line_ends_of_a_whole_file(tmp_path):
    assert_same(tmp_path, b"A;B\r1;2\r\r3;4\r5\r")


def test_lines_that_the_store_cannot_read_are_set_aside(tmp_path):
    wide = "Datum;Vestiging;Aantal;Prijs;Soort"
    rows = ["01-02-2025;P1;3;4;5"] * 60
    long = ";".join(["é" * 100_000] * 5)
    content = "\n".join([wide, *rows, long, *rows, f"{'x' * 140_000};1;2;3;4", *rows]).encode()
    assert_same(tmp_path, content, block=1 << 16)
    _, streamed = read_both(tmp_path, content, block=1 << 16)
    rules = streamed.misfits.select("line", "rule").rows()
    assert rules == [(62, "field_too_long"), (123, "field_too_long")]
    rows, _ = streamed_rows(streamed, tmp_path)
    assert rows.height == 180


def test_one_column(tmp_path):
    assert_same(tmp_path, b'A\n1\n\n2\n""\n3;4\n')


def test_other_encodings_are_written_anew(tmp_path):
    text = "Naam;Aantal\r\nCafé;1\r\nZoë \u20ac;2;3\r\n\r\nEinde;4\r\n"
    for encoding in ("cp1252", "utf-16"):
        assert_same(tmp_path, text.encode(encoding), Layout(delimiter=";", encoding=encoding))


def test_a_file_wider_than_its_header_is_refused(tmp_path):
    path = tmp_path / "breed.csv"
    path.write_bytes(b"A;B\n1;2;3\n4;5;6\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "LARGE_BYTES", 0)
        with pytest.raises(UserError, match="wider_than_header"):
            read_delimited(path, LAYOUT)


def everything(folder: Path, path: Path, *, large: bool):
    """Report, rows and set-aside rows of an import into a new database."""
    store = Store(folder / f"{large}.duckdb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "LARGE_BYTES", 0 if large else 1 << 30)
        report = import_file(store, path, PROFILE, answers=Answers.yes(), who="t")
    with store.read() as db:
        rows = db.rows("select * from orders_offered order by line")
        aside = db.rows("select * from set_aside order by line, column_name nulls first, rule")
    store.close()
    return report, rows, aside


def test_an_import_counts_and_sets_aside_the_same(tmp_path):
    bad = [
        "31-02-2025;P1;3;new", "01-02-2025;;3;new", "01-02-2025;P1;drie;new",
        "01-02-2025;P1;3;oud", "01-02-2025;P1", "01-02-2025;P1;3;new;x", '01-02-2025;"P1;3;new',
        "", ";;;", "Totaal;;9;", '01-02-2025;"P\n2";4;', '03-02-2025;" P3 ";1.000,5;reused',
        "01-02-2025;P1;;new", "01-02-2025;6,37702E+15;3;new",
    ]  # fmt: skip
    lines = ["Datum;Vestiging;Aantal;Conditie", *["02-02-2025;P1;3;new"] * 30]
    for line in bad:
        lines += [line, "02-02-2025;P1;3;new"]
    path = tmp_path / "fouten.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report, rows, aside = everything(tmp_path, path, large=True)
    assert (report, rows, aside) == everything(tmp_path, path, large=False)
    counts = report.main
    assert counts.read == counts.received + sum(counts.skipped.values())
    assert dict(counts.skipped) == {"blank": 2, "totals_row": 1}
    assert counts.set_aside == 9  # a line break in a code is a blank
    assert (report.first_date, report.last_date) == (date(2025, 2, 1), date(2025, 2, 3))
    assert not list(tmp_path.glob("*.wal"))


def test_a_streamed_file_with_names_keeps_no_text_of_misfits(tmp_path):
    text = "Datum;Vestiging;Aantal;Conditie;E-mail\n" + "02-02-2025;P1;3;new;a@b.nl\n" * 9
    path = tmp_path / "namen.csv"
    path.write_text(text + "02-02-2025;P1;3;new;a@b.nl;c@d.nl\n", encoding="utf-8")
    report, rows, aside = everything(tmp_path, path, large=True)
    assert report.dropped_columns == ("E-mail",)
    assert len(rows) == 9
    assert "@" not in str(aside)
    assert [row[:2] for row in aside] == [(1, 11)]


def test_months_as_columns_of_a_streamed_file_keep_their_lines(tmp_path, monkeypatch):
    profile = parse_profile(
        """
source = "maanden"
vat = "excl"
[file]
decimal = ","
[unpivot]
columns = ["2025-01", "2025-02"]
name = "@month"
value = "Aantal"
[[table]]
name = "orders"
[table.columns]
ordered_on = { join = ["@month"], format = "%Y-%m" }
location_id = "Vestiging"
quantity = "Aantal"
[table.constants]
category = "papier"
channel = "webwinkel"
"""
    )
    path = tmp_path / "draai.csv"
    path.write_text("Vestiging;2025-01;2025-02\nA;1;2\nB;3;\nC;4;5;6\n\nD;7;8\n" * 1, "utf-8")
    found = []
    for limit in (0, 1 << 30):
        monkeypatch.setattr(delimited, "LARGE_BYTES", limit)
        store = Store(tmp_path / f"{limit}.duckdb")
        report = import_file(store, path, profile, answers=Answers.yes(), who="t")
        with store.read() as db:
            rows = db.rows(
                "select line, ordered_on, location_id, quantity from orders_offered order by all"
            )
        found.append((rows, report.main.accepted, report.main.set_aside))
        store.close()
    assert found[0] == found[1]
    assert [row[0] for row in found[0][0]] == [2, 2, 3, 6, 6]


@pytest.mark.parametrize("answers", [None, Answers(create=frozenset())])
def test_a_large_file_is_refused_for_unknown_codes_before_it_is_read_whole(
    tmp_path, monkeypatch, answers
):
    """The question is the same; a total on top is no unknown code."""
    path = tmp_path / "groot.csv"
    lines = ["Totaal;;", *(f"P{n % 7};2025-01-{n % 27 + 1:02};1" for n in range(50))]
    path.write_text("\n".join(["Plek;Dag;Aantal", *lines]), "utf-8")
    profile = parse_profile(
        'source = "x"\n[[table]]\nname = "orders"\n[table.columns]\nordered_on = "Dag"\n'
        'location_id = "Plek"\nquantity = "Aantal"\n[table.constants]\nchannel = "w"\n'
        'category = "c"\n[table.codes]\ncategory = "create"\n'
    )
    said = []
    for limit in (1 << 30, 0):
        monkeypatch.setattr(delimited, "LARGE_BYTES", limit)
        staged = []

        def counted(*asked, into=staged, **more):
            into.append(asked)
            return stage(*asked, **more)

        monkeypatch.setattr(booking, "stage", counted)
        store = Store(tmp_path / f"{limit}.duckdb")
        looked = import_file(store, path, profile, answers=answers, look_only=True)
        assert looked.questions
        del staged[:]
        with pytest.raises(UserError) as refused:
            import_file(store, path, profile, answers=answers, who="t")
        said.append((refused.value.key, dict(refused.value.values)))
        assert bool(staged) == bool(limit)
        import_file(store, path, profile, answers=Answers.yes(), who="t")
        monkeypatch.setattr(booking, "stage", stage)
        again = path.with_name("later.csv")
        again.write_text(path.read_text("utf-8").replace("2025-01", "2025-02"), "utf-8")
        assert import_file(store, again, profile, answers=answers, who="t").main.accepted == 50
        store.close()
    assert said[0][0] == said[1][0]
    if answers is None:
        assert said[0][1]["kinds"] == said[1][1]["kinds"] == "locations"


def test_the_copy_of_a_file_in_another_encoding_goes_when_the_file_is_refused(tmp_path):
    path = tmp_path / "breed.csv"
    path.write_bytes("Naam;Aantal\nCafé;1;2\nZoë;3;4\n".encode("cp1252"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "LARGE_BYTES", 0)
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        with pytest.raises(UserError, match="wider_than_header"):
            read_delimited(path, LAYOUT)
    assert [left.name for left in tmp_path.iterdir()] == ["breed.csv"]

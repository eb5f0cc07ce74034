import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import LargeCsv, Layout, clean_text
from nami_monitor.ingest.parse.sheets import Budget
from nami_monitor.ingest.readers import delimited, read
from nami_monitor.ingest.readers.records import (
    LONGEST_RECORD_LINES,
    physical_lines,
    split_records,
)

WINDOWS_WORDS = ["“citaat”", "€ 5", "Één", "7 m²", "café\u2019s", "a “b” c", "\u2018s Graveland"]
WINDOWS_WORDS += [
    "wit\xa0papier",
    "A\u2013Z",
    "stroom\u2013water",
    "€5",
    "enz…",
    "2 \u2013 3",
    "Post-it®",
    "crème",
]
DOS_WORDS = ["coördinator", "één", "Curaçao", "financiën", "Élan", "crème", "drie à vier", "idée"]

BODY = "".join(f"{n};Papier;{n},5\n" for n in range(1, 11))


def read_text(tmp_path, text, layout=None, encoding="utf-8"):
    path = tmp_path / "invoer.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    (sheet,) = read(path, layout)
    return sheet


def rules(sheet):
    return list(sheet.misfits.select("line", "rule").iter_rows())


cells = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n\r\t"; ,|'),
    max_size=12,
)


@settings(deadline=None)
@given(
    table=st.integers(1, 5).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=12)
    ),
    delimiter=st.sampled_from(";,\t|"),
)
def test_any_table_of_texts_comes_back_as_it_was_written(tmp_path_factory, table, delimiter):
    width = len(table[0]) if table else 1
    header = [f"kolom {n}" for n in range(1, width + 1)]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([header, *table, ["slot"] * width])
    path = tmp_path_factory.mktemp("h") / "t.csv"
    path.write_bytes(out.getvalue().encode())
    (sheet,) = read(path, Layout(encoding="utf-8", delimiter=delimiter, skip_rows=0))
    wanted = [[clean_text(text) for text in row] for row in [*table, ["slot"] * width]]
    filled = [(line, *row) for line, row in enumerate(wanted, 2) if any(row)]
    assert sheet.rows.rows() == filled
    assert sheet.blank == len(wanted) - len(filled)
    assert sheet.misfits.is_empty()


@settings(deadline=None)
@given(text=st.text(alphabet='ab;"\n\r', max_size=60))
def test_records_never_lose_a_line(text):
    lines = physical_lines(text)
    records = list(split_records(lines, ";"))
    assert [record.line for record in records] == list(range(1, len(records) + 1))
    assert [n for record in records for n in range(record.start, record.end)] == list(
        range(len(lines))
    )


def test_lines_are_counted_with_titles_blanks_and_broken_cells(tmp_path):
    text = 'Overzicht\n\n"Nr";"Arti\nkel";Prijs\n1;a;2,5\n\n2;"twee\nregels";3,5\n;;\n'
    sheet = read_text(tmp_path, text)
    assert sheet.columns == ("Nr", "Arti kel", "Prijs")
    assert sheet.rows.rows() == [(4, "1", "a", "2,5"), (6, "2", "twee\nregels", "3,5")]
    assert sheet.blank == 2
    assert sheet.layout.skip_rows == 2
    assert sheet.titles[0] == ("Overzicht",)


def test_records_that_do_not_fit_are_kept_apart_with_their_text(tmp_path):
    sheet = read_text(tmp_path, f"Nr;Artikel;Prijs\n{BODY}11;Pen\n12;Pen;1,5;x\n13;Pen;2,5;;\n")
    assert rules(sheet) == [(12, "too_few_fields"), (13, "too_many_fields")]
    assert sheet.misfits["raw"].to_list() == ["11;Pen", "12;Pen;1,5;x"]
    assert sheet.rows.row(-1) == (14, "13", "Pen", "2,5")


def test_short_records_are_filled_up_when_the_file_usually_leaves_out_the_tail(tmp_path):
    sheet = read_text(tmp_path, "Nr;Artikel;Prijs;Let op\n" + BODY + "11;Pen;1,5;dringend\n")
    assert sheet.misfits.is_empty()
    assert sheet.rows["c4"].to_list() == [None] * 10 + ["dringend"]


def test_a_header_that_is_too_narrow_is_refused(tmp_path):
    with pytest.raises(UserError, match="wider_than_header"):
        read_text(tmp_path, "Nr;Artikel\n" + BODY, Layout(delimiter=";", skip_rows=0))


@pytest.mark.parametrize("tail", [BODY, BODY * (LONGEST_RECORD_LINES // 5)])
def test_a_quote_that_never_closes_spoils_its_own_line_only(tmp_path, tail):
    sheet = read_text(tmp_path, f'Nr;Artikel;Prijs\n{BODY}11;"Pen;1,5\n{tail}')
    assert rules(sheet) == [(12, "open_quote")]
    assert sheet.rows.height == 10 + tail.count("\n")


def test_a_quote_that_closes_in_a_later_field_spoils_its_own_line_only(tmp_path):
    sheet = read_text(tmp_path, f'Nr;Artikel;Prijs\n{BODY}11;"Pen;1,5\n12;"Inkt";1,5\n{BODY}')
    assert rules(sheet) == [(12, "open_quote")]
    assert sheet.rows.height == 21


def test_a_quote_for_inches_is_text(tmp_path):
    sheet = read_text(tmp_path, f'Nr;Artikel;Prijs\n{BODY}11;Scherm 13";1,5\n')
    assert sheet.rows.row(-1) == (12, "11", 'Scherm 13"', "1,5")


def test_a_second_table_is_told_apart(tmp_path):
    text = f"Nr;Artikel;Prijs\n{BODY}Persoon;Regio\nAnna;West\nPiet;Oost\n"
    assert rules(read_text(tmp_path, text)) == [(n, "second_table") for n in (12, 13, 14)]


def test_a_second_table_as_wide_as_the_first_is_told_apart(tmp_path):
    text = f"Nr;Artikel;Prijs\n{BODY};;\nLocatie;Regio;Manager\nNoord;West;x\n"
    sheet = read_text(tmp_path, text)
    assert rules(sheet) == [(13, "second_table"), (14, "second_table")]
    assert sheet.rows.height == 10


def test_a_header_said_again_is_told_apart(tmp_path):
    text = f"Nr;Artikel;Prijs\n{BODY}Nr;Artikel;Prijs\n{BODY}"
    sheet = read_text(tmp_path, text)
    assert rules(sheet) == [(12, "repeated_header")]
    assert sheet.rows.height == 20


def test_mixed_encodings_set_the_odd_lines_aside(tmp_path):
    good = "".join(f"{n};Café;1,5\n" for n in range(10)).encode()
    odd = "11;Financiën;1,5\n".encode("cp1252")
    sheet = read_text(tmp_path, b"Nr;Locatie;Prijs\n" + good + odd)
    assert rules(sheet) == [(12, "unreadable_text")]
    assert "\ufffd" in sheet.misfits["raw"][0]
    assert sheet.layout.encoding == "utf-8"


def test_utf8_lines_in_a_windows_file_are_never_shown_garbled(tmp_path):
    good = "".join(f"{n};Café;1,5\n" for n in range(10)).encode("cp1252")
    sheet = read_text(tmp_path, b"Nr;Locatie;Prijs\n" + good + "11;Financiën;1,5\n".encode())
    assert rules(sheet) == [(12, "unreadable_text")]
    assert sheet.layout.encoding == "cp1252"


def test_dos_lines_in_a_windows_file_are_never_shown_garbled(tmp_path):
    good = "".join(f"{n};Café;1,5\n" for n in range(10)).encode("cp1252")
    odd = "11;Financiën;1,5\n".encode("cp850")
    assert rules(read_text(tmp_path, b"Nr;Locatie;Prijs\n" + good + odd)) == [
        (12, "unreadable_text")
    ]


def test_a_lost_sign_that_stands_in_the_file_is_content(tmp_path):
    sheet = read_text(tmp_path, "Nr;Bedrag \ufffd\n1;\ufffd2,50\n")
    assert sheet.columns == ("Nr", "Bedrag \ufffd")
    assert sheet.rows.row(0) == (2, "1", "\ufffd2,50")


def test_control_signs_become_visible(tmp_path):
    sheet = read_text(tmp_path, f"Nr;Artikel;Prijs\n{BODY}11;\x01n5;1,5\n")
    assert sheet.rows["c2"][-1] == "\ufffdn5"


def test_equal_and_blank_names_become_unique(tmp_path):
    sheet = read_text(tmp_path, "Category;;category;Prijs;\n" + "a;x;b;1,5;\n" * 3)
    assert sheet.columns == ("Category", "c2", "category (2)", "Prijs")


def test_without_a_header_columns_are_numbered(tmp_path):
    sheet = read_text(tmp_path, BODY, Layout(header=False))
    assert sheet.columns == ("c1", "c2", "c3")
    assert sheet.rows.row(0) == (1, "1", "Papier", "1,5")


def test_a_stated_stacked_header_is_joined_per_column(tmp_path):
    text = "Locatie;2024;;2025;\n;aantal;bedrag;aantal;bedrag\n" + "Noord;1;2,5;3;4,5\n" * 3
    with pytest.raises(UserError, match="stacked_header"):
        read_text(tmp_path, text)
    sheet = read_text(tmp_path, text, Layout(header_rows=2))
    assert sheet.columns == ("Locatie", "2024 aantal", "2024 bedrag", "2025 aantal", "2025 bedrag")
    assert sheet.rows["line"][0] == 3


def test_a_group_rows_value_goes_down(tmp_path):
    text = "Locatie;Artikel;Aantal\nNoord;a;1\n;b;2\nZuid;c;3\n;d;4\n"
    sheet = read_text(tmp_path, text, Layout(fill_down=("locatie",)))
    assert sheet.rows["c1"].to_list() == ["Noord", "Noord", "Zuid", "Zuid"]
    with pytest.raises(UserError, match="fill_down"):
        read_text(tmp_path, text, Layout(fill_down=("Regio",)))


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b";;;\n;;;\n", "empty"),
        (b"Datum;Artikel;Aantal\n", "only_header"),
        (b"Overzicht\n\nDatum;Artikel;Aantal\n;;\n", "only_header"),
        (b"1;2;3\n4;5;6\n", "no_header"),
        (b"Noord;a;1\nZuid;b;2\nNoord;b;3\n", "no_header"),
        (b"<html><table><tr><td>1</td></tr></table>", "html"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "html"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (b'[{"a": 1}]', "json"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\x1f\x8b\x08\x00", "packed"),
        (bytes(range(256)) * 4, "binary"),
        (b"a;b\n" + b"R\x80\x81wand\x81\xc7z;Plei K\xcc\xa2\xed\xdbn\n" * 9, "unknown_encoding"),
        (b"PAR1abcdef", "truncated"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path, content, key):
    with pytest.raises(UserError) as refusal:
        read_text(tmp_path, content)
    assert refusal.value.key == f"reading.{key}"
    assert refusal.value.values["file"].startswith("invoer.csv")


def test_the_separator_stated_by_excel_holds(tmp_path):
    sheet = read_text(tmp_path, "sep=|\nNaam, plaats|Aantal, st\na, b|1,5\nc, d|2,5\n")
    assert sheet.columns == ("Naam, plaats", "Aantal, st")
    assert sheet.rows["line"].to_list() == [3, 4]


def test_two_separators_that_explain_the_file_equally_well_are_asked(tmp_path):
    with pytest.raises(UserError, match="delimiter"):
        read_text(tmp_path, "Naam,plaats;Aantal\na,b;c\nd,e;f\n")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_large_file_is_only_planned(tmp_path, monkeypatch, encoding):
    monkeypatch.setattr(delimited, "LARGE_BYTES", 100)
    text = "Titel\nLocatie;Artikel;Prijs\n" + "Café;Pen;1,5\n" * 50
    sheet = read_text(tmp_path, text, encoding=encoding)
    plan = sheet.rows
    assert isinstance(plan, LargeCsv)
    assert sheet.columns == ("Locatie", "Artikel", "Prijs")
    assert (plan.delimiter, plan.data_starts, plan.skip_lines, plan.fields) == (";", 3, 2, 3)
    assert plan.temporary == (encoding != "utf-8")
    assert plan.path.read_text(encoding="utf-8-sig").replace("\r\n", "\n") == text
    if plan.temporary:
        plan.path.unlink()


def test_a_large_file_cannot_be_filled_down(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "MOST_WHOLE_BYTES", 10)
    with pytest.raises(UserError, match="fill_down_large"):
        read_text(tmp_path, f"Nr;Artikel;Prijs\n{BODY}", Layout(fill_down=("Nr",)))


def test_records_become_columns_in_several_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_CHUNK_FIELDS", 9)
    sheet = read_text(tmp_path, f"Nr;Artikel;Prijs\n{BODY}")
    assert sheet.rows["c1"].to_list() == [str(n) for n in range(1, 11)]


def test_short_records_are_not_filled_up_beyond_what_a_file_may_take(tmp_path, monkeypatch):
    content = "a;b;c;d\n" + "1;2\n" * 30
    assert read_text(tmp_path, content).rows.height == 30
    monkeypatch.setattr(delimited, "budget_of", lambda _: Budget(1, 1, 1, 119))
    with pytest.raises(UserError) as refused:
        read_text(tmp_path, content)
    assert refused.value.key == "reading.too_far"


def test_one_column_needs_no_separator(tmp_path):
    sheet = read_text(tmp_path, "Locatie\nNoord\nZuid\n")
    assert sheet.rows["c1"].to_list() == ["Noord", "Zuid"]


def test_an_enormous_field_is_said_to_be_one(tmp_path):
    sheet = read_text(tmp_path, f'Nr;Artikel;Prijs\n{BODY}11;"{"x" * 200_000}";1,5\n{BODY}')
    assert rules(sheet) == [(12, "field_too_long")]
    huge = f'"{"x" * 200_000}";1,5;2\n'
    assert rules(read_text(tmp_path, f"Nr;Artikel;Prijs\n{huge}{BODY}")) == [(2, "field_too_long")]
    lines = "".join(f"{n};y;{'z' * 900}\n" for n in range(180))
    opened = read_text(tmp_path, f'Nr;Artikel;Prijs\n{BODY}11;"{lines}')
    assert rules(opened)[0] == (12, "open_quote")


def test_a_header_said_again_after_a_gap_is_no_second_table(tmp_path):
    sheet = read_text(tmp_path, f"Nr;Artikel;Prijs\n{BODY}\nNr;Artikel;Prijs\n{BODY}")
    assert rules(sheet) == [(13, "repeated_header")]
    assert sheet.rows.height == 20


def test_utf16_without_a_mark_is_seen_by_its_zero_bytes(tmp_path):
    text = f"Nr;Artikel;Prijs\n{BODY}"
    assert read_text(tmp_path, text, encoding="utf-16-be").layout.encoding == "utf-16-be"


@pytest.mark.parametrize("word", WINDOWS_WORDS)
def test_signs_of_windows_are_recognised(tmp_path, word):
    sheet = read_text(tmp_path, f"Nr;Artikel;Prijs\n{BODY}11;{word};2\n", encoding="cp1252")
    assert sheet.rows["c2"][-1] == word


@pytest.mark.parametrize("word", DOS_WORDS)
def test_letters_of_dos_are_recognised(tmp_path, word):
    sheet = read_text(tmp_path, f"Nr;Artikel;Prijs\n{BODY}11;{word};2\n", encoding="cp850")
    assert sheet.rows["c2"][-1] == word


@pytest.mark.parametrize(
    ("content", "layout", "key"),
    [
        (b"Nr;Caf\xe9;x\n1;\xc3\xa9;2\n1;\xc3\xa9;2\n", Layout(), "unreadable_header"),
        (b"Nr;A\n1;2\n", Layout(encoding="klingon"), "encoding_name"),
        ("Nr;A\n1;2\n".encode("utf-16")[:-1], Layout(), "truncated"),
        (b"\n \n1;2\n", Layout(header=False, skip_rows=2, delimiter=","), None),
        (b"1;2\n;\n", Layout(header=False, skip_rows=1), "empty"),
        (b"Nr;A\n;\n", Layout(skip_rows=0), "only_header"),
        (b"Nr;A\nNr;A\n", Layout(skip_rows=0), "only_header"),
        (b'Nr,A\n" "," "\n', Layout(), "only_header"),
        (b'" "," "\n', Layout(), "empty"),
        (b"Titel\n;\nNr;A\n1;2\n", Layout(skip_rows=1), "no_header"),
    ],
)
def test_what_a_layout_cannot_mend_is_refused(tmp_path, content, layout, key):
    if key is None:
        assert read_text(tmp_path, content, layout).rows.height == 1
        return
    with pytest.raises(UserError, match=f"reading.{key}"):
        read_text(tmp_path, content, layout)


def test_plain_letters_in_a_stated_windows_file(tmp_path):
    sheet = read_text(tmp_path, f"Nr;Artikel;Prijs\n{BODY}", Layout(encoding="cp1252"))
    assert sheet.rows.height == 10


def test_mended_rows_are_read_whole_for_longer(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "LARGE_BYTES", 10)
    sheet = read_text(tmp_path, f"nami_batch;nami_line;Prijs\n{BODY}")
    assert sheet.rows["c1"].to_list() == [str(n) for n in range(1, 11)]


def test_a_few_lines_that_no_encoding_explains_leave_the_others_readable(tmp_path):
    good = "".join(f"{n};Noord;1\n" for n in range(20)).encode()
    sheet = read_text(
        tmp_path, b"Nr;Plaats;Aantal\n" + good + b"21;R\x80\x81wand\x81\xc7z;K\xcc\xa2\xed\xdbn\n"
    )
    assert sheet.layout.encoding == "utf-8"
    assert sheet.rows["line"].to_list() == list(range(2, 22))

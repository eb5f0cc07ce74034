"""Each key of a profile with an example file and a hostile file."""

from dataclasses import dataclass, field
from datetime import date

import pytest
import xlsxwriter

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store

COLUMNS = {
    "ordered_on": '"Datum"',
    "location_id": '"Plaats"',
    "category": '"Groep"',
    "amount_eur": '"Bedrag"',
}
HEAD = "Datum;Plaats;Groep;Bedrag\n"
PLAIN = HEAD + "13-01-2025;A;papier;1.250,50\n14-01-2025;B;pen;3,00\n"


def profile(top="", file="", extra="", columns=None, constants='channel = "web"', rest=""):
    """A profile of orders as TOML; ``columns`` changes or, with None, leaves out columns."""
    named = {**COLUMNS, **(columns or {})}
    listed = "\n".join(f"{name} = {origin}" for name, origin in named.items() if origin)
    vat = "" if "vat" in top else 'vat = "excl"'
    codes = "" if "codes" in rest else '[table.codes]\nlocation_id = "create"\ncategory = "create"'
    return (
        f'source = "X"\n{vat}\n{top}\n[file]\n{file}\n{extra}\n[[table]]\nname = "orders"\n'
        f"[table.columns]\n{listed}\n[table.constants]\n{constants}\n{rest}\n{codes}\n"
    )


@dataclass(frozen=True)
class Case:
    """Files offered one after the other, and what is said or kept in the end.

    ``rows`` is what ``select`` gives; ``refused`` the key of the refusal of the last file;
    ``aside`` and ``skipped`` the counts of the last report.
    """

    key: str
    toml: str
    files: dict
    select: str = "amount_eur"
    rows: list | None = None
    refused: str | None = None
    aside: dict = field(default_factory=dict)
    skipped: dict = field(default_factory=dict)


def good(key, toml, files, rows, select="amount_eur", **more):
    content = files if isinstance(files, dict) else {"x.csv": files}
    return Case(key, toml, content, select, rows, **more)


def bad(key, toml, files, refused):
    return Case(key, toml, files if isinstance(files, dict) else {"x.csv": files}, refused=refused)


def sheets(**named):
    """A spreadsheet: sheet names and their records."""
    return {"x.xlsx": named}


RECORDS = [["Datum", "Plaats", "Groep", "Bedrag"], [date(2025, 1, 13), "A", "papier", 12.5]]
OTHERS = [RECORDS[0], [date(2025, 2, 14), "B", "pen", 7]]
MONTHS = "Plaats;Groep;jan 2025;feb 2025;Opmerking\nA;papier;1,5;;x\nB;pen;2;3;\n"
BY_MONTH = {"ordered_on": '"@month"', "amount_eur": '"Waarde"'}
MONTH = '[unpivot]\ncolumns = {}\nname = "@month"\nvalue = "Waarde"\n'
TITLED = "Weekrapport;week 3 van 2025;;\n;;;\n" + PLAIN

CASES = [
    good("source", profile(), PLAIN, [("X",), ("X",)], "source"),
    bad("source", profile().replace('"X"', '" "'), PLAIN, "profile.no_source"),
    good("grain", profile('grain = "month"'), PLAIN, [("month",)] * 2,
         "(select grain from batches)"),
    bad("grain", profile('grain = "week"'), PLAIN, "profile.value"),
    good("delivery", profile('delivery = "full_period"'),
         {"a.csv": PLAIN, "b.csv": HEAD + "20-01-2025;A;papier;9,00\n"}, [(9,)]),
    good("delivery", profile('delivery = "full_period"'),
         {"a.csv": PLAIN, "b.csv": HEAD + "20-02-2025;A;papier;9,00\n"}, [(3,), (9,), (1250.5,)]),
    good("basis", profile('basis = "invoiced"'), PLAIN, [("invoiced",)] * 2,
         "(select basis from batches)"),
    bad("basis", profile('basis = "paid"'), PLAIN, "profile.value"),
    good("vat", profile('vat = "incl"\nvat_rate = 0.25'), PLAIN, [(2.4,), (1000.4,)]),
    bad("vat", profile('vat = "incl"'), PLAIN, "profile.vat_rate"),
    good("currency", profile('currency = { code = "GBP", to_eur = 2.0, source = "ECB" }'), PLAIN,
         [(6,), (2501,)]),
    bad("currency", profile('currency = { code = "GBP", to_eur = -1 }'), PLAIN, "profile.currency"),
    good("format", profile(file='format = "csv"'), PLAIN, [(3,), (1250.5,)]),
    bad("format", profile(file='format = "xlsx"'), PLAIN, "reading.other_format"),
    good("sheet", profile(file='sheet = "Twee"'), sheets(Een=RECORDS, Twee=OTHERS), [(7,)]),
    good("sheet", profile(file="sheet = 1"), sheets(Een=RECORDS, Twee=OTHERS), [(12.5,)]),
    good("sheet", profile(file='sheet = "*"', columns={"location_id": '"@sheet"'}),
         sheets(Een=RECORDS, Twee=OTHERS), [("Een",), ("Twee",)], "location_id"),
    bad("sheet", profile(file='sheet = "Drie"'), sheets(Een=RECORDS), "reading.no_such_sheet"),
    bad("sheet", profile(), sheets(Een=RECORDS, Twee=OTHERS), "reading.several_sheets"),
    good("encoding", profile(file='encoding = "cp1252"'),
         {"x.csv": PLAIN.replace(";A;", ";Café;").encode("cp1252")}, [("B",), ("Café",)],
         "location_id"),
    bad("encoding", profile(file='encoding = "klingon"'), PLAIN, "reading.encoding_name"),
    good("delimiter", profile(file='delimiter = "|"'), PLAIN.replace(";", "|"),
         [(3,), (1250.5,)]),
    bad("delimiter", profile(file='delimiter = "|"'), PLAIN, "import.column_missing"),
    good("decimal", profile(file='decimal = ","'), HEAD + "13-01-2025;A;p;1.250\n", [(1250,)]),
    bad("decimal", profile(file='decimal = "."'), PLAIN, "import.decimal_contradicted"),
    bad("decimal", profile(), HEAD + "13-01-2025;A;p;1.250\n", "import.ambiguous_decimal"),
    good("dates", profile(file='dates = ["%d/%m/%Y", "%d.%m.%y"]'),
         HEAD + "01/02/2025;A;p;1\n03.04.25;A;p;2\n",
         [("2025-02-01",), ("2025-04-03",)], "ordered_on::varchar"),
    bad("dates", profile(file='dates = ["%d/%m/%Y"]'),
        HEAD + "01/02/2025;A;p;1\n01/13/2025;A;p;2\n", "import.dates_contradicted"),
    bad("dates", profile(), HEAD + "01/02/2025;A;p;1\n", "import.ambiguous_dates"),
    good("dates", profile(file='dates = ["%d-%m-%Y"]'),
         HEAD + "13-01-2025;A;p;1\n31-02-2025;A;p;2\n", [(1,)], aside={"not_a_date": 1}),
    good("header", profile(file="header = false", columns={
        "ordered_on": '"c1"', "location_id": '"c2"', "category": '"c3"', "amount_eur": '"c4"'}),
        PLAIN.removeprefix(HEAD), [(3,), (1250.5,)]),
    bad("header", profile(), PLAIN.removeprefix(HEAD), "reading.no_header"),
    good("header_rows", profile(file="header_rows = 2", columns={
        "amount_eur": '"Bedrag euro"', "ordered_on": '"Datum dag"', "location_id": '"Plaats"',
        "category": '"Groep"'}),
        PLAIN.replace(HEAD, HEAD + "dag;;;euro\n"), [(3,), (1250.5,)]),
    bad("header_rows", profile(file="header_rows = 0"), PLAIN, "profile.type"),
    good("skip_rows", profile(file="skip_rows = 2"), TITLED, [(3,), (1250.5,)]),
    bad("skip_rows", profile(file="skip_rows = 3"), TITLED, "import.column_missing"),
    good("fill_down", profile(file='fill_down = ["Plaats"]'),
         HEAD + "13-01-2025;A;p;1,5\n14-01-2025;;p;2\n15-01-2025;B;p;3\n",
         [("A",), ("A",), ("B",)], "location_id"),
    bad("fill_down", profile(file='fill_down = ["Regio"]'), PLAIN, "reading.fill_down"),
    good("unpivot", profile(extra=MONTH.format('["jan 2025", "feb 2025"]'), columns=BY_MONTH),
         MONTHS, [("2025-01-01", 1.5), ("2025-01-01", 2), ("2025-02-01", 3)],
         "ordered_on::varchar, amount_eur", skipped={"empty_cell": 1}),
    good("unpivot", profile(extra=MONTH.format("'^(jan|feb) '"), columns=BY_MONTH),
         MONTHS, [(1.5,), (2,), (3,)], skipped={"empty_cell": 1}),
    bad("unpivot", profile(extra=MONTH.format('["mrt 2025"]'), columns=BY_MONTH), MONTHS,
        "import.column_missing"),
    bad("unpivot", profile(extra=MONTH.format("'^kwartaal'"), columns=BY_MONTH), MONTHS,
        "import.unpivot_nothing"),
    good("drop", profile(extra='[drop]\nwhere = [{ column = "Groep", matches = "^(sub)?tot" }]'),
         PLAIN + ";;Subtotaal;1.253,50\n;;TOTAAL;1.253,50\n", [(3,), (1250.5,)],
         skipped={"dropped: Groep": 2}),
    good("drop", profile(extra='[drop]\nwhere = [{ column = "Groep", matches = "^weg$" }]'),
         PLAIN + "13-01-2025;S;weg;7\nSubtotaal;;;1.253,50\n", [(3,), (1250.5,)],
         skipped={"dropped: Groep": 1, "totals_row": 1}),
    bad("drop", profile(extra='[drop]\nwhere = [{ column = "Soort", matches = "x" }]'), PLAIN,
        "import.column_missing"),
    good("drop", profile(extra="[drop]\nblank = true"), PLAIN + ";;;\n13-01-2025;Totaal;p;5\n",
         [(3,), (5,), (1250.5,)], skipped={"blank": 1}),
    bad("table.name", profile().replace('"orders"', '"order"'), PLAIN, "profile.value"),
    good("columns", profile(columns={"category": '["Rubriek", " groep "]'}), PLAIN,
         [("papier",), ("pen",)], "category"),
    bad("columns", profile(columns={"category": '["Rubriek", "Assortiment"]'}), PLAIN,
        "import.column_missing"),
    bad("columns", profile(columns={"category": None}), PLAIN, "import.column_unmapped"),
    bad("columns", profile(columns={"amount_eur": '"Netto"'}), PLAIN, "import.column_missing"),
    good("join", profile(columns={"ordered_on": '{ join = ["Jaar", "Maand"], format = "%Y %b" }'}),
         "Jaar;Maand;Plaats;Groep;Bedrag\n2025;mrt;A;p;1\n2025;Mei;A;p;2\n",
         [("2025-03-01",), ("2025-05-01",)], "ordered_on::varchar"),
    bad("join", profile(columns={"ordered_on": '{ join = ["Jaar", "Maand"], format = "%Y %b" }'}),
        "Jaar;Plaats;Groep;Bedrag\n2025;A;p;1\n", "import.column_missing"),
    good("regex", profile(columns={"order_ref": '{ from = "Groep", regex = "nr ([0-9]+)" }'}),
         HEAD + "13-01-2025;A;pen nr 007;1\n", [("007",)], "order_ref"),
    bad("regex", profile(columns={"order_ref": '{ from = "Groep", regex = "(?<!a)b" }'}), PLAIN,
        "profile.pattern"),
    good("@file", profile(columns={"location_id": '{ from = "@file", regex = "^([A-Z]+)_" }'}),
         {"ZUID_2025.csv": PLAIN}, [("ZUID",)] * 2, "location_id"),
    good("@file", profile(columns={"location_id": '{ from = "@file", regex = "^([A-Z]+)_" }'}),
         {"zuid.csv": PLAIN}, [], "location_id", aside={"missing": 2}),
    good("@cell", profile(columns={"order_ref": '{ from = "@cell:B1", regex = "week ([0-9]+)" }'}),
         TITLED, [("3",)] * 2, "order_ref"),
    bad("@cell", profile(columns={"ordered_on": '{ from = "@cell:Z9", format = "%Y" }'}), TITLED,
        "import.column_missing"),
    good("sum", profile(columns={"amount_eur": '{ sum = ["Goederen", "Vracht"] }'}),
         "Datum;Plaats;Groep;Goederen;Vracht\n13-01-2025;A;p;1,5;2\n14-01-2025;A;p;1,5;\n"
         "15-01-2025;A;p;gratis;2\n", [(1.5,), (3.5,)],
         aside={"not_a_number": 1}),
    bad("sum", profile(columns={"amount_eur": '{ sum = ["Bedrag", "Vracht"] }'}), PLAIN,
        "import.column_missing"),
    good("times", profile(columns={
        "amount_eur": None, "quantity": '{ times = ["Aant. VPE", "Inhoud VPE"] }'}),
         "Datum;Plaats;Groep;Aant. VPE;Inhoud VPE\n13-01-2025;A;p;12;2,5\n14-01-2025;A;p;4;\n"
         "15-01-2025;A;p;-2;100\n16-01-2025;A;p;doos;100\n", [(-200,), (30,)], "quantity",
         aside={"missing": 1, "not_a_number": 1}),
    bad("times", profile(columns={"amount_eur": '{ times = ["Bedrag", "Vracht"] }'}), PLAIN,
        "import.column_missing"),
    good("sign", profile(columns={
        "amount_eur": '{ from = "Bedrag", sign = { column = "D/C", negative = ["C"] } }'}),
        "Datum;Plaats;Groep;Bedrag;D/C\n13-01-2025;A;p;1,5; c\n14-01-2025;A;p;2;D\n",
        [(-1.5,), (2,)]),
    bad("sign", profile(columns={
        "amount_eur": '{ from = "Bedrag", sign = { column = "D/C", negative = ["C"] } }'}), PLAIN,
        "import.column_missing"),
    good("scale", profile(columns={"amount_eur": '{ from = "Bedrag", scale = 1000 }'}), PLAIN,
         [(3000,), (1250500,)]),
    bad("scale", profile(columns={"amount_eur": '{ from = "Bedrag", scale = inf }'}), PLAIN,
        "profile.type"),
    good("scale_by", profile(columns={
        "amount_eur": '{ from = "Bedrag", scale_by = { column = "Eenheid", miljoen = 1e6 } }'}),
        "Datum;Plaats;Groep;Bedrag;Eenheid\n13-01-2025;A;p;1,5;Miljoen\n14-01-2025;A;p;2;miljard\n",
        [(1.5e6,)], aside={"unknown_scale": 1}),
    good("unit", profile(columns={"quantity": '{ from = "Aantal", unit = "Per" }'}),
         "Datum;Plaats;Groep;Bedrag;Aantal;Per\n13-01-2025;A;p;1,5;2;doos\n14-01-2025;A;p;2;2;stuk\n"
         "15-01-2025;A;p;2;2;pallet\n", [(2,), (None,)], "quantity", aside={"unknown_unit": 1}),
    bad("unit", profile(columns={"quantity": '{ from = "Bedrag", unit = "Per" }'}), PLAIN,
        "import.column_missing"),
    good("constants", profile(constants='channel = "web"\ncondition = "new"'), PLAIN,
         [("new",)] * 2, "condition"),
    good("constants", profile(constants='channel = "web"\ncondition = "nieuw"'), PLAIN, [],
         aside={"not_allowed": 2}),
    good("values", profile(rest='[table.values.category]\n" Papier" = "office"\n"*" = "other"'),
         PLAIN, [("office",), ("other",)], "category"),
    bad("values", profile(rest='[table.values.category]\npapier = ["office"]'), PLAIN,
        "profile.type"),
    good("codes", profile(rest='[table.codes]\nlocation_id = "create"\ncategory = "create"'),
         {"a.csv": PLAIN, "b.csv": HEAD + "15-01-2025;C;papier;1\n"},
         [("A",), ("B",), ("C",)], "location_id"),
    good("codes", profile(rest='[table.codes]\nlocation_id = "set_aside"\ncategory = "create"'),
         {"a.csv": PLAIN, "b.csv": HEAD + "15-01-2025;C;papier;1\n16-01-2025;A;papier;2\n"},
         [("A",), ("A",), ("B",)], "location_id", aside={"unknown_code": 1}),
]  # fmt: skip


def write(folder, name, content):
    path = folder / name
    if isinstance(content, dict):
        with xlsxwriter.Workbook(path, {"default_date_format": "dd-mm-yyyy"}) as book:
            for title, records in content.items():
                sheet = book.add_worksheet(title)
                for row, record in enumerate(records):
                    sheet.write_row(row, 0, record)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "keys.duckdb")
    yield made
    made.close()


def book(store, folder, case):
    made = parse_profile(case.toml)
    for name, content in case.files.items():
        report = import_file(
            store, write(folder, name, content), made, answers=Answers.yes(), who="t"
        )
    return report


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.key}-{'hostile' if case.refused else 'example'}"
)
def test_a_key(case, store, tmp_path):
    if case.refused:
        with pytest.raises(UserError) as refused:
            book(store, tmp_path, case)
        assert refused.value.key == case.refused
        with store.read() as db:
            assert db.value("select count(*) from batches") == 0
        return
    report = book(store, tmp_path, case)
    assert (report.main.reasons, report.main.skipped) == (case.aside, case.skipped)
    with store.read() as db:
        found = db.rows(f"select {case.select} from orders order by all")
    assert found == [pytest.approx(row) if _numeric(row) else row for row in case.rows]


def _numeric(row):
    return all(isinstance(cell, int | float) for cell in row)


def test_amounts_without_a_word_about_vat_are_asked_about(store, tmp_path):
    made = parse_profile(profile().replace('vat = "excl"', ""))
    path = write(tmp_path, "x.csv", PLAIN)
    with pytest.raises(UserError) as asked:
        import_file(store, path, made, who="t")
    assert asked.value.key == "import.vat_unknown"


KEYS = {
    "source", "grain", "delivery", "basis", "vat", "currency", "format", "sheet", "encoding",
    "delimiter", "decimal", "dates", "header", "header_rows", "skip_rows", "fill_down", "unpivot",
    "drop", "columns", "join", "regex", "@file", "@cell", "sum", "times", "sign", "scale",
    "scale_by", "unit", "constants", "values", "codes",
}  # fmt: skip


def test_every_key_of_the_format_has_its_case():
    assert {case.key for case in CASES} >= KEYS

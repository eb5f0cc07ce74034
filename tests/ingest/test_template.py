"""Templates: every table's workbook imports without a profile, its example line aside."""

from itertools import cycle

import openpyxl
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.library import read_sheets
from nami_monitor.ingest.profiles.proposal import auto_profile
from nami_monitor.ingest.profiles.suggest import guess_table
from nami_monitor.ingest.template import allowed, heading, template, word
from nami_monitor.tables import TABLES, Codes, columns
from tests.support.databases import new_store

pytestmark = pytest.mark.filterwarnings("ignore:Data Validation extension is not supported")


@pytest.fixture
def store(tmp_path):
    found = new_store(tmp_path / "own.duckdb")
    yield found
    found.close()


def filled(path, rows):
    """The template with rows below its example, as someone who works in Excel would leave it."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for at, row in enumerate(rows, start=3):
        for column, value in enumerate(row, start=2):
            sheet.cell(at, column, value)
    book.save(path)
    return [cell.value for cell in sheet[2]][1:]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("table", "lang"), list(zip(TABLES, cycle(LANGS), strict=False)))
def test_a_filled_template_needs_no_profile_and_its_example_is_skipped(
    store, tmp_path, table, lang
):
    path = tmp_path / "sjabloon.xlsx"
    template(table, path, lang)
    example = filled(path, [])
    filled(path, [example])  # what the example shows, entered as a line of one's own
    sheet = read_sheets(path, Layout())[0]
    assert guess_table(sheet)[0][0] == table
    profile = auto_profile(sheet, table, "sjabloon")
    assert set(profile.tables[0].columns) == {column.name for column in columns(table)}
    report = import_file(store, path, profile, answers=Answers.yes(), who="t")
    main = report.tables[table]
    assert main.skipped == {"example": 1}
    assert (main.accepted, main.set_aside) == (1, 0), main.reasons


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", TABLES)
def test_headings_and_words_tell_columns_and_values_apart(table, lang):
    heads = [heading(column.name, lang).lower() for column in columns(table)]
    assert len(set(heads)) == len(heads)
    for column in columns(table):
        said = [word(value, lang).lower() for value in allowed(column)]
        assert len(set(said)) == len(said)


def test_drop_downs_offer_the_words_and_the_codes_that_are_known(tmp_path):
    path = tmp_path / "t.xlsx"
    many = [f"L-{number:04}" for number in range(500)]
    template("orders", path, "nl", {Codes.CATEGORY: ["pens", "paper"], Codes.LOCATION: many})
    book = openpyxl.load_workbook(path)
    rules = {rule.promptTitle: rule for rule in book.worksheets[0].data_validations.dataValidation}
    assert rules["Categorie"].formula1 == '"pens,paper"'
    assert rules["Staat"].formula1 == '"nieuw,refurbished,hergebruikt"'
    assert "Keuzelijsten" in rules["Locatie"].formula1
    lists = book["Keuzelijsten"]
    assert lists.sheet_state == "hidden"
    assert [lists.cell(row, 3).value for row in (1, 500)] == ["L-0000", "L-0499"]


def test_hostile_codes_are_text_in_a_workbook(tmp_path):
    path = tmp_path / "t.xlsx"
    template("orders", path, "nl", {Codes.CATEGORY: ["=1+1", "a,b"]})
    lists = openpyxl.load_workbook(path)["Keuzelijsten"]
    cells = [cell for row in lists.iter_rows() for cell in row if cell.value]
    assert {(cell.value, cell.data_type) for cell in cells} == {("=1+1", "s"), ("a,b", "s")}


def test_a_table_that_nobody_knows_is_named_with_those_near_it(tmp_path):
    with pytest.raises(UserError) as refused:
        template("order", tmp_path / "t.xlsx", "nl")
    assert refused.value.key == "import.unknown_table"
    assert "orders" in refused.value.values["near"]
    assert not list(tmp_path.iterdir())

"""The month that a file is about: found in its name, sheet, title or dates, never against these."""

import contextlib
import datetime as dt

import pytest
import xlsxwriter

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.booking import Answers, the_month
from nami_monitor.ingest.book.file_import import import_file
from nami_monitor.ingest.book.import_report import sentences_above
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.readers import read
from nami_monitor.ingest.sniff.values import months_in
from tests.support.databases import new_store


def month(year, number):
    return dt.date(year, number, 1)


@pytest.mark.parametrize(
    ("text", "named", "of_days"),
    [
        ("bestellingen-2025-07", [month(2025, 7)], []),
        ("2025_07 kast", [month(2025, 7)], []),
        ("kast202511", [month(2025, 11)], []),
        ("verbruik 07-2025 v2", [month(2025, 7)], []),
        ("verbruik 7.2025", [month(2025, 7)], []),
        ("Uitgifte juli 2025", [month(2025, 7)], []),
        ("aug25_magazijn", [month(2025, 8)], []),
        ("okt-'24", [month(2024, 10)], []),
        ("2024 december", [month(2024, 12)], []),
        ("Period: September 2025", [month(2025, 9)], []),
        ("export 20250702", [], [month(2025, 7)]),
        ("gemaakt op 2-8-2025", [], [month(2025, 8)]),
        ("gemaakt 2 augustus 2025", [], [month(2025, 8)]),
        ("van 01-03-2025 t/m 31-03-2025", [], [month(2025, 3)]),
        ("juni 2025, gemaakt 2025-07-01", [month(2025, 6)], [month(2025, 7)]),
        ("apr-mei 2025", [], []),
        ("november t/m december 2025", [], []),
        ("order 20251399", [], []),
        ("begroting 2025-2026", [], []),
        ("sep 24", [month(2024, 9)], []),
        ("Uitgifte (juni '25)", [month(2025, 6)], []),
        ("Kwartaal 2 2025", [], []),
        ("q3_2024", [], []),
        ("week 11 2024", [], []),
        ("wk11-2024", [], []),
        ("inkoop w2024-05", [], []),
        ("H2 2024", [], []),
        ("lijst v4.2024", [], []),
        ("versie 5 2024-09", [month(2024, 9)], []),
        ("artikelen", [], []),
        ("maatwerk 2025", [], []),
        ("dec 25 stuks", [], []),
        ("bestand 12345678", [], []),
    ],
)
def test_months_in_a_name_or_title(text, named, of_days):
    assert months_in(text) == ({*named}, {*of_days})


def workbook(path, grid, sheet="Blad1"):
    with xlsxwriter.Workbook(path, {"default_date_format": "dd-mm-yyyy"}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(grid):
            page.write_row(number, 0, row)
    return path


TABLE = [["Plek", "Groep", "Aantal"], ["P1", "papier", 4], ["P2", "papier", 6]]


def dated(header, *days):
    return [[*TABLE[0], header], *([*row, day] for row, day in zip(TABLE[1:], days, strict=True))]


def found(path):
    return the_month(read(path, Layout(sheet="*")), path.stem)


@pytest.mark.parametrize(
    ("name", "sheet", "grid", "place", "told"),
    [
        ("kast 2025-07", "Blad1", TABLE, "file", month(2025, 7)),
        ("kast", "mrt 2025", TABLE, "sheet", month(2025, 3)),
        ("kast", "Blad1", [["Uitgifte mei 2025"], [], *TABLE], "title", month(2025, 5)),
        ("kast", "Blad1", [["Van", dt.date(2025, 5, 1)], ["Tot", dt.date(2025, 5, 31)], [], *TABLE],
         "title", month(2025, 5)),
        ("kast", "Blad1", dated("Geboekt", "04-02-2025", "25-02-2025"), "dates", month(2025, 2)),
        ("export 20250402", "Blad1", dated("Datum", "04-03-2025", "25-03-2025"), "dates",
         month(2025, 3)),
        ("kast 2025-04", "Blad1", dated("Datum", "04-03-2025", "25-03-2025"), "dates",
         month(2025, 3)),
        ("export 20250402", "Blad1", TABLE, "file", month(2025, 4)),
        ("kast mei 2025", "jun 2025", TABLE, "file", month(2025, 5)),
        ("kast", "Blad1", dated("Vervaldatum", "04-03-2025", "25-03-2025"), None, None),
        ("kast", "Blad1", dated("Datum", "04-03-2025", "25-04-2025"), None, None),
        ("kast 2025-01 tot 2025-03", "Blad1", TABLE, None, None),
        ("kast", "Blad1", TABLE, None, None),
    ],
)  # fmt: skip
def test_the_month_and_where_it_stands(tmp_path, name, sheet, grid, place, told):
    seen = found(workbook(tmp_path / f"{name}.xlsx", grid, sheet))
    assert seen == (place and (told, place))


def test_sheets_that_tell_different_months_tell_none(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "jaar.xlsx") as book:
        for sheet in ("jan 2025", "feb 2025"):
            page = book.add_worksheet(sheet)
            for number, row in enumerate(TABLE):
                page.write_row(number, 0, row)
    assert found(tmp_path / "jaar.xlsx") is None


PROFILE = """
source = "Kast"
grain = "month"
delivery = "{delivery}"
[[table]]
name = "orders"
[table.columns]
ordered_on = "{date}"
location_id = "Plek"
category = "Groep"
quantity = "Aantal"
[table.constants]
channel = "kast"
[table.codes]
location_id = "create"
category = "create"
"""
BY_MONTH = parse_profile(PROFILE.format(date="@period", delivery="adds"))


@pytest.fixture
def offer(tmp_path):
    with contextlib.closing(new_store(tmp_path / "own.duckdb")) as store:

        def book(path, profile=BY_MONTH, answers=None, **more):
            answers = answers or Answers.yes()
            return import_file(store, path, profile, answers=answers, who="t", **more)

        yield book


def test_a_month_that_the_file_tells_is_asked_about_then_booked_and_said(tmp_path, offer):
    path = workbook(tmp_path / "kast juli 2025.xlsx", TABLE)
    asking = Answers(Answers.yes().create)
    with pytest.raises(UserError, match=r"^questions\.month_file\(month='2025-07'"):
        offer(path, answers=asking)
    report = offer(path)
    assert (report.month, report.month_from) == (month(2025, 7), "file")
    assert report.first_date == month(2025, 7)
    for lang in ("nl", "en"):
        assert "2025" in next(sentences_above(report, lang))


def test_a_month_that_was_named_goes_before_the_name_of_the_file(tmp_path, offer):
    path = workbook(tmp_path / "kast juli 2025.xlsx", TABLE)
    report = offer(path, period=month(2025, 8))
    assert (report.first_date, report.month_from) == (month(2025, 8), "named")


def test_without_any_month_the_import_asks_for_one(tmp_path, offer):
    with pytest.raises(UserError, match=r"^import\.column_missing\("):
        offer(workbook(tmp_path / "kast.xlsx", TABLE))


def test_nothing_is_booked_for_a_month_that_the_dates_contradict(tmp_path, offer):
    path = workbook(tmp_path / "kast.xlsx", dated("Dag", "04-02-2025", "25-02-2025"))
    with pytest.raises(UserError, match=r"^import\.month_contradicted\(month='2025-03'.*'Dag'"):
        offer(path, period=month(2025, 3))
    assert offer(path, period=month(2025, 2)).month_from == "dates"


@pytest.mark.parametrize("days", [("04-02-2025", "25-03-2025"), ("niet", "bekend")])
def test_dates_that_do_not_contradict_a_month_do_not_refuse_it(tmp_path, offer, days):
    path = workbook(tmp_path / "kast.xlsx", dated("Dag", *days))
    assert offer(path, period=month(2025, 3)).main.accepted == 2


def test_a_month_without_any_row_is_not_replaced(tmp_path, offer):
    whole = parse_profile(PROFILE.format(date="Dag", delivery="full_period"))
    path = workbook(tmp_path / "kast.xlsx", dated("Dag", "04-02-2025", "25-02-2025"))
    with pytest.raises(UserError, match=r"^import\.month_contradicted\(month='2025-03'"):
        offer(path, whole, period=month(2025, 3))
    assert offer(path, whole, period=month(2025, 2)).main.accepted == 2

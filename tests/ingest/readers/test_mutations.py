"""One table written in many ways reads as the same table."""

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nami_monitor.ingest.cells import DATE, NUMBER, kind_of, untag
from nami_monitor.ingest.readers import read
from nami_monitor.ingest.sniff.values import (
    combine,
    date_formats,
    decimal_evidence,
    parse_date,
)

HEADER = ("Datum", "Locatie", "Artikel", "Aantal", "Bedrag")
DATES = ("%d-%m-%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%y", "%d-%m-%y", "%m/%d/%y")
DATES += ("%Y%m%d", "%d %B %Y", "%d-%b-%Y", "%d-%m-%Y 00:00")
PLACES = ("Café Noord", "Dépôt", "Financiën", "Zuid")


def make_rows(seed):
    pick = random.Random(seed)  # noqa: S311  a repeatable table, no secret
    start = dt.date(2025, 1, 1)
    return [
        (
            start + dt.timedelta(days=pick.randrange(365)),
            pick.choice(PLACES),
            f"Artikel {pick.randrange(30)}",
            pick.randrange(-5, 3000),
            pick.randrange(-100, 500_000) / 100 + 0.005,
        )
        for _ in range(40)
    ]


@dataclass(frozen=True)
class Style:
    delimiter: str = ";"
    encoding: str = "utf-8"
    decimal: str = ","
    grouped: bool = False
    date: str = "%d-%m-%Y"
    titles: int = 0
    order: tuple[int, ...] = (0, 1, 2, 3, 4)
    blank_column: int | None = None
    total: bool = False
    line_end: str = "\r\n"
    quoting: int = csv.QUOTE_MINIMAL


def write_number(value, style):
    text = f"{value:,.3f}" if style.grouped else f"{value:.3f}"
    if isinstance(value, int):
        text = text.removesuffix(".000")
    return text if style.decimal == "." else text.translate(str.maketrans(",.", ".,"))


def records_of(rows, style):
    texts = [HEADER] + [
        (d.strftime(style.date), place, item, *(write_number(n, style) for n in numbers))
        for d, place, item, *numbers in rows
    ]
    if style.total:
        texts.append(("", "", "Totaal", "", write_number(sum(row[4] for row in rows), style)))
    records = [[row[n] for n in style.order] for row in texts]
    if style.blank_column is not None:
        for record in records:
            record.insert(style.blank_column, "")
    titles = [["Overzicht bestellingen"], ["Leverancier", "Jansen BV"], []][: style.titles]
    return titles + records


def as_csv(rows, style):
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, delimiter=style.delimiter, lineterminator=style.line_end, quoting=style.quoting
    )
    writer.writerows(records_of(rows, style))
    return out.getvalue().encode(style.encoding)


def meaning(sheet):
    """Read the cells by what the sniffers prove, as rows in the order of HEADER."""
    columns = {
        name: sheet.rows[f"c{number}"].to_list()
        for number, name in enumerate(sheet.columns, 1)
        if name in HEADER
    }
    signs = combine({name: decimal_evidence(cells) for name, cells in columns.items()})
    patterns = date_formats(columns["Datum"])

    def number(cell, name):
        if kind_of(cell) == NUMBER:
            return float(untag(cell))
        thousands = "." if signs[name] == "," else ","
        return float(cell.replace(thousands, "").replace(",", "."))

    def date(cell):
        if kind_of(cell) == DATE:
            return dt.date.fromisoformat(untag(cell))
        return next(m.date() for p in patterns if (m := parse_date(cell, p)) is not None)

    return [
        (date(d), place, item, number(quantity, "Aantal"), number(amount, "Bedrag"))
        for d, place, item, quantity, amount in zip(*(columns[n] for n in HEADER), strict=True)
        if item != "Totaal"
    ]


def expected(rows):
    return [(d, p, i, float(q), round(a, 3)) for d, p, i, q, a in rows]


styles = st.builds(
    Style,
    delimiter=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850", "utf-16-le"]),
    decimal=st.sampled_from(",."),
    grouped=st.booleans(),
    date=st.sampled_from(DATES),
    titles=st.integers(0, 3),
    order=st.permutations(range(5)).map(tuple),
    blank_column=st.none() | st.integers(0, 5),
    total=st.booleans(),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(style=styles, seed=st.integers(0, 1000))
def test_any_way_to_write_a_table_as_csv_reads_the_same(tmp_path_factory, style, seed):
    rows = make_rows(seed)
    path = tmp_path_factory.mktemp("m") / "bestand.dat"
    path.write_bytes(as_csv(rows, style))
    (sheet,) = read(path)
    assert sheet.misfits.is_empty()
    assert meaning(sheet) == expected(rows)


@pytest.mark.parametrize("titles", [0, 2])
@pytest.mark.parametrize("stored", [True, False])
def test_xlsx_gives_the_same_table_whether_types_are_stored_or_not(tmp_path, titles, stored):
    rows = make_rows(7)
    path = tmp_path / "bestand.xlsx"
    style = Style(titles=titles)
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("Blad1")
    as_date = book.add_format({"num_format": "dd-mm-yyyy"})
    for line, record in enumerate(records_of(rows, style)):
        page.write_row(line, 0, record)
    if stored:
        for line, row in enumerate(rows, titles + 1):
            page.write_datetime(line, 0, row[0], as_date)
            page.write_number(line, 3, row[3])
            page.write_number(line, 4, round(row[4], 3))
    book.close()
    (sheet,) = read(path)
    assert meaning(sheet) == expected(rows)
    assert sheet.columns == HEADER
    assert sheet.rows["line"][0] == titles + 2

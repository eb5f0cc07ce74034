import datetime as dt

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import tag_boolean, tag_date, tag_number
from nami_monitor.ingest.sniff.headers import cell_kind, find_header, find_stacked_header

DAY = dt.date(2025, 1, 1)
DATA = [["1-2-2025", "Noord", "Pen", "12", "1,50"], ["3-2-2025", "Zuid", "Pen", "3", "2,50"]] * 3
HEADER = ["Datum", "Locatie", "Artikel", "Aantal", "Bedrag"]


def months(*names):
    return [
        ["Locatie", "Artikel", *names],
        *[["Noord", f"pen {n}", "1", "2", "3"] for n in range(5)],
    ]


@pytest.mark.parametrize(
    ("grid", "index"),
    [
        ([HEADER, *DATA], 0),
        ([["Overzicht 2025"], HEADER, *DATA], 1),
        ([["Overzicht"], [None], ["Periode", "januari 2025"], [], HEADER, *DATA], 4),
        ([["Leverancier", "X BV", "Klant", "Gemeente Y"], [], HEADER, *DATA], 2),
        ([["Leverancier", "X BV", "Klant", "Gemeente Y", "kwartaal"], [], HEADER, *DATA], 2),
        ([HEADER, ["1-2-2025", "Noord", "Pen", "n.v.t.", "n.v.t."], *DATA], 0),
        ([HEADER, ["onbekend", "Noord", "Pen", None, None], *DATA], 0),
        ([HEADER, [], *DATA], 0),
        ([["Naam", "Plaats"], ["Noord", "Exeter"], ["Zuid", "Gent"]], 0),
        ([["Register"], [], ["Naam", "Plaats"], ["Noord", "Exeter"], ["Zuid", "Gent"]], 2),
        ([["Naam"], ["Noord"], ["Zuid"]], 0),
        (months("2023", "2024", "2025"), 0),
        (months("jan-25", "feb-25", "mrt-25"), 0),
        (months("2025-01", "2025-02", "2025-03"), 0),
        (months("1/1/2025", "1/2/2025", "1/3/2025"), 0),
        (months("januari", "februari", "maart"), 0),
        (months(*(tag_number(float(year)) for year in (2023, 2024, 2025))), 0),
        ([*months("a", "b", "c"), ["Totaal", None, "5", "10", "15"]], 0),
        (
            [["Locatie", None, "Papier", None], ["code", "naam", "aantal", "bedrag"]]
            + [["a", "Noord", "1", "2,5"]] * 3,
            1,
        ),
    ],
)
def test_the_header_is_found(grid, index):
    assert find_header(grid, "f") == index


@pytest.mark.parametrize(
    ("grid", "key"),
    [
        (DATA, "no_header"),
        ([["Noord", "2014", "2015"], ["Zuid", "2014", "2016"]], "no_header"),
        ([["Noord", tag_boolean(True)], ["Zuid", tag_boolean(False)]], "no_header"),
        ([["Noord", "Pen"], ["Zuid", "Inkt"], ["Noord", "Inkt"], ["Zuid", "Pen"]], "no_header"),
        ([["Titel"], HEADER], "only_header"),
        ([HEADER], "only_header"),
        ([HEADER, ["dag", "code", "nummer", "stuks", "euro"], *DATA], "stacked_header"),
        (
            [["Locatie", None, "Papier", None], [None, "naam", "aantal", "bedrag"]]
            + [["a", "Noord", "1", "2,5"]] * 3,
            "stacked_header",
        ),
        ([["a", "1-1-2025 9:00", "2-1-2025 9:00"], ["b", "1", "2"], ["c", "1", "2"]], "no_header"),
        (
            [[None, "2024", None, "2025", None], ["Locatie", "aantal", "euro", "aantal", "euro"]]
            + [["Noord", "1", "2,5", "3", "4,5"]] * 3,
            "stacked_header",
        ),
        (
            [["Rapport", *["Meerjarenplan"] * 6], ["Jaar", *["2014"] * 3, *["2015"] * 3]]
            + [["Bestuur", *["Uitgave"] * 6]]
            + [["Antwerpen", *["1,5"] * 6]] * 3,
            "stacked_header",
        ),
        ([["a", tag_date(DAY)], ["b", tag_date(DAY)]], "no_header"),
    ],
)
def test_what_is_no_single_header_is_refused(grid, key):
    with pytest.raises(UserError, match=f"reading.{key}"):
        find_header(grid, "f")


def test_a_header_of_stated_height_stands_right_above_the_first_data():
    above = [["Overzicht"], ["Plaats", None, "Papier", None, None]]
    assert find_stacked_header([*above, HEADER, *DATA], 2) == 1
    texts = [["Titel"], ["Naam", "Plaats"], ["kort", "lang"], ["Noord", "Gent"]]
    assert find_stacked_header(texts, 2) == 1
    assert find_stacked_header([["Naam"], ["Noord"]], 2) == 0


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("03.01.2026", "date"), ("3.1.26", "date"), ("2026.01.03", "date"),
        ("1.234.567", "number"), ("12.50", "number"), ("45.13.2026", "number"),
    ],
)  # fmt: skip
def test_a_date_with_points_is_no_number(cell, kind):
    assert cell_kind(cell) == kind

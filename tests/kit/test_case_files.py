"""Every figure of every case has a code, and names dimensions, columns and values that exist."""

import re
from pathlib import Path

import pytest

import nami_monitor
from nami_monitor.briefing.cases import PROGRAMME, TREND, parts_by
from nami_monitor.core.settings import SHIPPED
from nami_monitor.core.words import PeriodKind, Strategy
from nami_monitor.kit import shipped
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.questions import DIMENSIONS, choose
from nami_monitor.tables import TABLES, columns

CASES = shipped().cases
FIGURES = [(case, figure) for case in CASES.values() for figure in case.figures]
NAMES = [f"{case.number}-{figure.code}" for case, figure in FIGURES]


def test_there_are_nine_cases_and_each_watches_something():
    assert list(CASES) == list(range(1, 10))
    assert all(case.figures and case.categories for case in CASES.values())


@pytest.mark.parametrize(("case", "figure"), FIGURES, ids=NAMES)
def test_a_figure_has_a_code_and_names_columns_that_exist(case, figure):
    kpi = CATALOGUE[figure.code]
    for need in (*kpi.needs, *kpi.known_by):
        table, _, column = need.partition(".")
        assert table in TABLES
        assert column in {found.name for found in columns(table)}
    choose(kpi.reads, ("category", *figure.where))
    by = parts_by(case, figure)
    if figure.by:
        assert by == figure.by, "a dimension that it asks for itself is one that it has"
    if by:
        assert by in choose(kpi.reads, (by, "category", *figure.where)).dimensions


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_case_says_is_known(case):
    assert case.dimension in DIMENSIONS
    assert case.period in {*PeriodKind, PROGRAMME}
    shares = {Strategy.REFUSE, Strategy.RETHINK, Strategy.REDUCE, TREND}
    assert {one.what for one in case.exempt} <= shares
    shipped_codes = (SHIPPED / "categories.csv").read_text("utf-8").splitlines()[1:]
    assert set(case.categories) <= {line.split(",")[0] for line in shipped_codes}
    assert {figure.period for figure in case.figures} <= {"", *PeriodKind}


def test_a_category_that_ships_names_its_case():
    header, *rows = (SHIPPED / "categories.csv").read_text("utf-8").splitlines()
    at = header.split(",").index("kit_cases")
    said = {row.split(",")[0]: row.split(",")[at] for row in rows}
    for number, case in CASES.items():
        assert all(said[code] == str(number) for code in case.categories)


def test_no_case_number_stands_in_python():
    """Neither its file, nor an address, nor a comparison with its number."""
    root = Path(nami_monitor.__file__).parent
    files = [*root.rglob("*.py"), *(root.parent / "pages").glob("*.py")]
    pattern = re.compile(r"cases/\d|case=\d|case(\.number)? *(==|in|is) *[\d(\[{]|CASE_\d")
    assert [file.name for file in files if pattern.search(file.read_text("utf-8"))] == []
